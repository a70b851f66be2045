// SPDX-License-Identifier: GPL-2.0
/* semget(2): its successes and its errors, every field of each record. */
#include <sched.h>
#include <sys/ipc.h>
#include <sys/sem.h>

#include "vm_test.h"

#define KEY	0x69700501
#define CALL	IPCTRACE_CALL_semget

FIXTURE(semget) {
	struct vm_trace vm;
	struct ipctrace_object object;
	int id;
};

FIXTURE_SETUP(semget)
{
	VM_SETUP(&self->vm);
	self->id = semget(KEY, 3, IPC_CREAT | IPC_EXCL | 0624);
	ASSERT_LE(0, self->id);
	self->object = vm_object(IPCTRACE_SEM, self->id, KEY, 0624);
	vm_trace_forget(&self->vm);
}

FIXTURE_TEARDOWN(semget)
{
	semctl(self->id, 0, IPC_RMID);
	vm_trace_close(&self->vm);
}

TEST_F(semget, opens)
{
	const struct vm_row rows[] = {
		{ "by key", self->id, &self->object, { KEY, 0, 0 } },
		{ "by key, or made", self->id, &self->object,
		  { KEY, 3, IPC_CREAT | 0600 } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

TEST_F(semget, makes)
{
	struct ipctrace_object object;
	struct vm_shot shot;

	vm_shoot(&shot, CALL, VM_ARGS(IPC_PRIVATE, 1, 0777));
	ASSERT_LE(0, shot.ret);
	object = vm_object(IPCTRACE_SEM, shot.ret, IPC_PRIVATE, 0777);
	EXPECT_STREQ("", vm_verify(&self->vm, &shot, "private", shot.ret,
				   &object));
	EXPECT_EQ(0, semctl(shot.ret, 0, IPC_RMID));
}

TEST_F(semget, fails)
{
	const struct vm_row rows[] = {
		{ "exists", -EEXIST, VM_NO_OBJECT,
		  { KEY, 3, IPC_CREAT | IPC_EXCL | 0600 } },
		{ "no such key", -ENOENT, VM_NO_OBJECT, { KEY + 1, 3, 0 } },
		{ "more than the set has", -EINVAL, VM_NO_OBJECT,
		  { KEY, 4, 0 } },
		{ "a negative number", -EINVAL, VM_NO_OBJECT,
		  { IPC_PRIVATE, -1, 0600 } },
		{ "more than SEMMSL", -EINVAL, VM_NO_OBJECT,
		  { IPC_PRIVATE, 1 << 30, 0600 } },
		{ "a new set of none", -EINVAL, VM_NO_OBJECT,
		  { IPC_PRIVATE, 0, 0600 } },
	};
	const struct vm_row unprivileged[] = {
		{ "no permission", -EACCES, VM_NO_OBJECT, { KEY, 3, 0600 } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
	VM_EXPECT_ROWS_AS(&self->vm, 65534, 65533, CALL, unprivileged);
}

TEST_F(semget, fails_at_the_limit)
{
	const struct vm_row rows[] = {
		{ "no more sets", -ENOSPC, VM_NO_OBJECT,
		  { IPC_PRIVATE, 1, 0600 } },
	};

	/* The limit is the namespace's, and gone with it. */
	ASSERT_EQ(0, semctl(self->id, 0, IPC_RMID));
	ASSERT_EQ(0, unshare(CLONE_NEWIPC));
	vm_trace_forget(&self->vm);
	ASSERT_EQ(0, vm_write_file("/proc/sys/kernel/sem", "32000 1024000000 500 0"));
	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

VM_COVERS(semget)

TEST_HARNESS_MAIN
