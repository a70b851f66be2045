// SPDX-License-Identifier: GPL-2.0
/*
 * Each step of loading fails in turn; nothing stays, and then it loads. This
 * takes a module built with IPCTRACE_DEBUG, which obeys fail_step.
 */
#include <fcntl.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "vm_test.h"

TEST(every_step_fails_once)
{
	const char *path = getenv("IPCTRACE_KO");
	char *params, *user = path ? strdup(path) : NULL;
	int step, error = 0;

	if (!vm_module_debug())
		SKIP(return, "no module with IPCTRACE_DEBUG");
	if (vm_module_loaded())
		ASSERT_EQ(0, vm_module_unload());
	for (step = 1; step < 100; step++) {
		ASSERT_LT(0, asprintf(&params, "fail_step=%d", step));
		error = vm_module_load(params);
		if (!error)
			break;
		EXPECT_EQ(-ENOMEM, error);
		EXPECT_FALSE(vm_module_loaded());
		EXPECT_EQ(-1, access(IPCTRACE_DEVICE, F_OK));
		EXPECT_EQ(-1, access(VM_DEBUGFS, F_OK));
		/* No probe stays behind. */
		msgget(0x69700001, 0);
		ASSERT_EQ(0, vm_module_load(""));
		ASSERT_EQ(0, vm_module_unload());
	}
	EXPECT_EQ(0, error);
	EXPECT_LT(3, step);
	EXPECT_EQ(0, vm_module_unload());
	ASSERT_EQ(0, setenv("IPCTRACE_KO", user, 1));
	EXPECT_EQ(0, vm_module_load(""));
}

TEST_HARNESS_MAIN
