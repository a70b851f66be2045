// SPDX-License-Identifier: GPL-2.0
/*
 * Every row of syscalls.def has a test of its own, call_NAME; and that test
 * ends with VM_COVERS(NAME), which fails unless records of a success and of
 * an error were verified. The row of ipc() is for 32-bit programs only, and in
 * the test ia32.
 */
#include <fcntl.h>
#include <libgen.h>

#include "vm_test.h"

static bool holds(const char *path, const char *text)
{
	int fd = open(path, O_RDONLY);
	off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	const char *data;

	if (size <= 0)
		return false;
	data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	return data != MAP_FAILED && memmem(data, size, text, strlen(text));
}

TEST(every_call_has_a_test)
{
	char self[4096] = "", path[5000], text[128];
	int call;

	ASSERT_LT(0, readlink("/proc/self/exe", self, sizeof(self) - 1));
	dirname(self);
	for (call = 0; call < IPCTRACE_NR_CALLS; call++) {
		snprintf(path, sizeof(path), "%s/call_%s", self,
			 vm_call_names[call]);
		if (call == IPCTRACE_CALL_ipc)
			continue;
		EXPECT_EQ(0, access(path, X_OK))
			TH_LOG("%s has no test", vm_call_names[call]);
		snprintf(text, sizeof(text), "%s_success_and_error",
			 vm_call_names[call]);
		EXPECT_TRUE(holds(path, text))
			TH_LOG("%s does not cover %s", path,
			       vm_call_names[call]);
	}
}

TEST_HARNESS_MAIN
