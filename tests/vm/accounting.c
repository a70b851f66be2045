// SPDX-License-Identifier: GPL-2.0
/* Every call that entered is finished, in flight, missed or rejected: by stats. */
#include <signal.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/wait.h>

#include "vm_test.h"

#define KEY	0x69700001

#define EXPECT_ACCOUNT(...) do {					\
	struct vm_account __is, __should = { __VA_ARGS__ };		\
									\
	ASSERT_TRUE(vm_account_now(&__is));				\
	EXPECT_EQ(__should.entered, __is.entered);			\
	EXPECT_EQ(__should.finished, __is.finished);			\
	EXPECT_EQ(__should.in_flight, __is.in_flight);			\
	EXPECT_EQ(__should.missed, __is.missed);			\
	EXPECT_EQ(__should.rejected, __is.rejected);			\
} while (0)

#define NR_SLEEPERS	5

FIXTURE(accounting) {
	pid_t sleepers[NR_SLEEPERS];
	int queue;
};

FIXTURE_SETUP(accounting)
{
	ASSERT_EQ(0, vm_module_unload());
	self->queue = msgget(IPC_PRIVATE, 0600);
	ASSERT_LE(0, self->queue);
}

FIXTURE_TEARDOWN(accounting)
{
	msgctl(self->queue, IPC_RMID, NULL);
	EXPECT_EQ(0, vm_module_reload(""));
}

static void calls(int n)
{
	while (n--)
		msgget(KEY, 0);
}

static void start_sleepers(FIXTURE_DATA(accounting) *self)
{
	int i;

	for (i = 0; i < NR_SLEEPERS; i++) {
		self->sleepers[i] = fork();
		if (!self->sleepers[i]) {
			struct { long mtype; } message;

			msgrcv(self->queue, &message, 0, 0, 0);
			_exit(0);
		}
		while (!vm_asleep_in(self->sleepers[i], IPCTRACE_CALL_msgrcv))
			usleep(1000);
	}
}

static void kill_sleepers(FIXTURE_DATA(accounting) *self)
{
	int i;

	for (i = 0; i < NR_SLEEPERS; i++) {
		kill(self->sleepers[i], SIGKILL);
		waitpid(self->sleepers[i], NULL, 0);
	}
}

TEST_F(accounting, finished_and_in_flight)
{
	ASSERT_EQ(0, vm_module_load(""));
	EXPECT_ACCOUNT(0, 0, 0, 0, 0);
	calls(100);
	EXPECT_ACCOUNT(100, 100, 0, 0, 0);
	start_sleepers(self);
	EXPECT_ACCOUNT(105, 100, 5, 0, 0);
	kill_sleepers(self);
	EXPECT_ACCOUNT(105, 105, 0, 0, 0);
}

TEST_F(accounting, missed)
{
	ASSERT_EQ(0, vm_module_load("max_blocked=2"));
	start_sleepers(self);
	EXPECT_ACCOUNT(5, 0, 2, 3, 0);
	kill_sleepers(self);
	EXPECT_ACCOUNT(5, 2, 0, 3, 0);
}

/* At the begin of a call, and at its end, where only that can tell. */
TEST_F(accounting, rejected)
{
	ASSERT_EQ(0, vm_module_load(""));
	ASSERT_EQ(0, vm_write_file(VM_DEBUGFS "filter", "uid == 12345"));
	calls(10);
	EXPECT_ACCOUNT(10, 0, 0, 0, 10);
	ASSERT_EQ(0, vm_write_file(VM_DEBUGFS "filter", "duration > 100s"));
	calls(10);
	EXPECT_ACCOUNT(20, 0, 0, 0, 20);
	start_sleepers(self);
	EXPECT_ACCOUNT(25, 0, 5, 0, 20);
	kill_sleepers(self);
	EXPECT_ACCOUNT(25, 0, 0, 0, 25);
	ASSERT_EQ(0, vm_write_file(VM_DEBUGFS "filter", "\n"));
	calls(10);
	EXPECT_ACCOUNT(35, 10, 0, 0, 25);
}

/* What is not recorded while it is paused did not enter. */
TEST_F(accounting, paused)
{
	ASSERT_EQ(0, vm_module_load(""));
	start_sleepers(self);
	ASSERT_EQ(0, vm_write_file(VM_DEBUGFS "control", "0"));
	calls(10);
	EXPECT_ACCOUNT(5, 0, 5, 0, 0);
	kill_sleepers(self);
	EXPECT_ACCOUNT(5, 5, 0, 0, 0);
	ASSERT_EQ(0, vm_write_file(VM_DEBUGFS "control", "1"));
	calls(10);
	EXPECT_ACCOUNT(15, 15, 0, 0, 0);
}

TEST_HARNESS_MAIN
