// SPDX-License-Identifier: GPL-2.0
/* What readers cost the machine, and who pays for it. */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "vm_test.h"

#define FILES	2000
#define CGROUP	"/sys/fs/cgroup/ipctrace-memory"
#define KEY	0x69700c01

FIXTURE(memory) {
	int fd[FILES];
};

FIXTURE_SETUP(memory)
{
	struct rlimit limit = { FILES + 100, FILES + 100 };
	int i;

	ASSERT_EQ(0, vm_module_default());
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	for (i = 0; i < FILES; i++)
		self->fd[i] = -1;
}

FIXTURE_TEARDOWN(memory)
{
	int i;

	for (i = 0; i < FILES; i++)
		close(self->fd[i]);
}

/* A number of kilobytes after @name in a file, in bytes; or of bytes. */
static long number_of(const char *path, const char *name, long unit)
{
	char *text = vm_read_file(path);
	char *at = text ? strstr(text, name) : NULL;
	long ret = at ? strtol(at + strlen(name), NULL, 10) * unit : -1;

	free(text);
	return ret;
}

/* What the kernel has taken for itself. */
static long kernel_bytes(void)
{
	return number_of("/proc/meminfo", "SUnreclaim:", 1024) +
	       number_of("/proc/meminfo", "VmallocUsed:", 1024);
}

static bool open_all(int *fd)
{
	int i;

	for (i = 0; i < FILES; i++) {
		fd[i] = open(IPCTRACE_DEVICE, O_RDONLY | O_CLOEXEC |
					      O_NONBLOCK);
		if (fd[i] < 0)
			return false;
	}
	return true;
}

/* Files that are opened, and agreed about, but not read; all in all. */
TEST_F(memory, of_files_not_read)
{
	long before = kernel_bytes(), bytes;
	struct ipctrace_hello hello;
	int i;

	ASSERT_TRUE(open_all(self->fd));
	for (i = 0; i < FILES; i++)
		ASSERT_EQ(0, vm_hello(self->fd[i], &hello));
	bytes = (kernel_bytes() - before) / FILES;
	/* Kernels with checkers keep something of their own for each allocation. */
	EXPECT_GT(getenv("IPCTRACE_SLOW") ? 4096 : 1024, bytes);
	TH_LOG("%ld bytes for each, with what any file takes", bytes);
}

/* In a cgroup with a limit, which meets who opens and reads, and nobody else. */
TEST_F(memory, is_accounted)
{
	long before, opened, read_from;
	char c;
	int i;

	vm_write_file("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	mkdir(CGROUP, 0755);
	if (access(CGROUP "/memory.current", R_OK)) {
		rmdir(CGROUP);
		SKIP(return, "no memory cgroups");
	}
	msgget(KEY, 0);
	ASSERT_EQ(0, vm_write_file(CGROUP "/cgroup.procs", "0"));
	before = number_of(CGROUP "/memory.current", "", 1);
	ASSERT_TRUE(open_all(self->fd));
	opened = number_of(CGROUP "/memory.current", "", 1);
	for (i = 0; i < FILES; i++)
		ASSERT_LE(-1, read(self->fd[i], &c, 1));
	read_from = number_of(CGROUP "/memory.current", "", 1);
	EXPECT_EQ(0, vm_write_file("/sys/fs/cgroup/cgroup.procs", "0"));
	EXPECT_LT(64, (opened - before) / FILES);
	EXPECT_GT(2048, (opened - before) / FILES);
	EXPECT_LT(IPCTRACE_RECORD_MAX_BYTES, (read_from - opened) / FILES);
	EXPECT_GT(65536, (read_from - opened) / FILES);
	TH_LOG("%ld bytes for each open file, %ld more when it is read",
	       (opened - before) / FILES, (read_from - opened) / FILES);
	/* What is accounted goes with the files; the cgroup may stay a moment. */
	for (i = 0; i < FILES; i++) {
		close(self->fd[i]);
		self->fd[i] = -1;
	}
	rmdir(CGROUP);
}

TEST_HARNESS_MAIN
