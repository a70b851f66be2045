// SPDX-License-Identifier: GPL-2.0
/*
 * Processes that share what SEM_UNDO gives back exit at the same moment, on two
 * processors: each undo leaves one record.
 *
 * IPCTRACE_EXITS=NUMBER: of them, 1000.
 */
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "vm_abi.h"
#include "vm_test.h"

#define EXITS	1000
#define MOST	4	/* that share one list */

FIXTURE(sharers) {
	struct vm_trace vm;
	int sem;
	int exits;
	unsigned int *ready;
};

FIXTURE_SETUP(sharers)
{
	const char *setting = getenv("IPCTRACE_EXITS");

	if (!vm_kernel_has_types())
		SKIP(return, VM_NO_TYPES);
	self->exits = setting ? atoi(setting) : EXITS;
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_NOW));
	self->sem = semget(IPC_PRIVATE, 1, 0600);
	ASSERT_LE(0, self->sem);
	self->ready = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->ready);
	/* They have children, which we wait for. */
	ASSERT_EQ(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
}

FIXTURE_TEARDOWN(sharers)
{
	semctl(self->sem, 0, IPC_RMID);
	vm_trace_close(&self->vm);
}

/* All at once, as near as it can be done. */
static void leave(unsigned int *ready, int n, int i)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(i % 2, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	__atomic_add_fetch(ready, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(ready, __ATOMIC_SEQ_CST) % n)
		if (n > 2)
			sched_yield();
	_exit(0);
}

/* Return: how many of the processes began. */
static int together(FIXTURE_DATA(sharers) *self, int n)
{
	struct sembuf up = { 0, 1, SEM_UNDO };
	int i, nr = 0;
	pid_t pid;

	*self->ready = 0;
	pid = fork();
	if (!pid) {
		if (semop(self->sem, &up, 1))
			_exit(1);
		for (i = 1; i < n; i++) {
			pid = syscall(SYS_clone, CLONE_SYSVSEM | SIGCHLD,
				      0, 0, 0, 0);
			if (!pid)
				leave(self->ready, n, i);
		}
		leave(self->ready, n, 0);
	}
	while (wait(NULL) > 0)
		nr++;
	return nr;
}

static void exit_together(struct __test_metadata *_metadata,
			  FIXTURE_DATA(sharers) *self, int n)
{
	uint64_t before = vm_events(self->vm.fd, IPCTRACE_TYPE_UNDO);
	int i;

	for (i = 0; i < self->exits; i++) {
		ASSERT_EQ(n, together(self, n));
		ASSERT_EQ(0, semctl(self->sem, 0, GETVAL));
	}
	EXPECT_EQ(self->exits,
		  vm_events(self->vm.fd, IPCTRACE_TYPE_UNDO) - before);
}

TEST_F_TIMEOUT(sharers, two, 1800)
{
	exit_together(_metadata, self, 2);
}

TEST_F_TIMEOUT(sharers, many, 1800)
{
	self->exits /= 4;
	exit_together(_metadata, self, MOST);
}

TEST_HARNESS_MAIN
