// SPDX-License-Identifier: GPL-2.0
/*
 * A user who wants another's calls missed has processes sleep in calls, with
 * numbers that take all the slots near that of the victim. It does not help.
 */
#include <signal.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "vm_abi.h"
#include "vm_test.h"
#include "vm_text.h"

#define PLACES		64	/* of the smallest table */
#define PLACE		5	/* the victim's */
#define SLEEPERS	24	/* more than the 16 slots that are near */
#define NOBODY		65534

FIXTURE(aimed) {
	struct vm_trace vm;
	pid_t sleepers[SLEEPERS];
	int empty;
	int queue;
};

/* fork(), until the child's number is of that place. */
static pid_t fork_at(int place)
{
	pid_t pid;

	for (;;) {
		pid = fork();
		if (pid == 0 && getpid() % PLACES == place)
			return 0;
		if (pid == 0)
			_exit(0);
		if (pid < 0 || pid % PLACES == place)
			return pid;
		waitpid(pid, NULL, 0);
	}
}

FIXTURE_SETUP(aimed)
{
	struct { long type; } nothing;
	int i;

	ASSERT_EQ(0, vm_module_reload("max_blocked=32"));
	self->empty = msgget(IPC_PRIVATE, 0666);
	ASSERT_LE(0, self->empty);
	self->queue = msgget(IPC_PRIVATE, 0600);
	ASSERT_LE(0, self->queue);
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_NOW));
	for (i = 0; i < SLEEPERS; i++) {
		self->sleepers[i] = fork_at(PLACE);
		ASSERT_LE(0, self->sleepers[i]);
		if (!self->sleepers[i]) {
			if (setgid(NOBODY) || setuid(NOBODY))
				_exit(1);
			msgrcv(self->empty, &nothing, 0, 0, 0);
			_exit(0);
		}
		ASSERT_TRUE(vm_asleep_in(self->sleepers[i],
					 IPCTRACE_CALL_msgrcv));
	}
}

FIXTURE_TEARDOWN(aimed)
{
	int i;

	for (i = 0; i < SLEEPERS; i++)
		kill(self->sleepers[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	msgctl(self->queue, IPC_RMID, NULL);
	msgctl(self->empty, IPC_RMID, NULL);
	EXPECT_STREQ("", self->vm.fault);
	vm_trace_close(&self->vm);
	EXPECT_EQ(0, vm_module_default());
}

static unsigned int in_flight(void)
{
	char *stats = vm_read_file(VM_DEBUGFS "stats");
	struct vm_account account = { .in_flight = -1U };

	if (stats)
		vm_account(stats, &account);
	free(stats);
	return account.in_flight;
}

/* One that makes objects, removes them, and may block. */
TEST_F(aimed, misses_nobody)
{
	struct { long type; char text[8]; } message = { 1, "" };
	struct ipctrace_call c;
	int status, created = 0, removed = 0, sent = 0;
	pid_t pid = fork_at(PLACE);

	ASSERT_LE(0, pid);
	if (!pid) {
		int id = msgget(IPC_PRIVATE, 0600);

		if (id < 0 || msgsnd(self->queue, &message, 8, 0) ||
		    msgctl(id, IPC_RMID, NULL))
			_exit(1);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, vm_trace_count_events(&self->vm, IPCTRACE_TYPE_MISSED, pid));
	while (vm_trace_take(&self->vm, pid, &c)) {
		EXPECT_EQ(IPCTRACE_TYPE_CALL, c.header.type);
		created += c.header.call == IPCTRACE_CALL_msgget &&
			   c.header.flags & IPCTRACE_F_OBJECT;
		sent += c.header.call == IPCTRACE_CALL_msgsnd;
		removed += c.header.call == IPCTRACE_CALL_msgctl;
	}
	EXPECT_EQ(1, created);
	EXPECT_EQ(1, sent);
	EXPECT_EQ(1, removed);
}

/* Slots that are far from their place are given back like others. */
TEST_F(aimed, gives_all_slots_back)
{
	int i;

	EXPECT_EQ(SLEEPERS, in_flight());
	EXPECT_EQ(0, vm_trace_count_events(&self->vm, IPCTRACE_TYPE_MISSED, 0));
	for (i = 0; i < SLEEPERS; i++) {
		kill(self->sleepers[i], SIGKILL);
		waitpid(self->sleepers[i], NULL, 0);
	}
	EXPECT_EQ(0, in_flight());
}

TEST_HARNESS_MAIN
