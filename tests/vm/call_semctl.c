// SPDX-License-Identifier: GPL-2.0
/* semctl(2): its successes and its errors, every field of each record. */
#include <sys/ipc.h>
#include <sys/sem.h>

#include "vm_test.h"

#define KEY	0x69700801
#define CALL	IPCTRACE_CALL_semctl

static unsigned short values[2] = { 4, 5 };
static unsigned short too_much[2] = { 4, 40000 };

FIXTURE(semctl) {
	struct vm_trace vm;
	struct ipctrace_object object;
	struct semid_ds ds;
	int id;
	int index;
};

FIXTURE_SETUP(semctl)
{
	struct semid_ds ds;
	struct seminfo info;
	int i, last;

	VM_SETUP(&self->vm);
	self->id = semget(KEY, 2, IPC_CREAT | IPC_EXCL | 0600);
	ASSERT_LE(0, self->id);
	self->object = vm_object(IPCTRACE_SEM, self->id, KEY, 0600);
	ASSERT_EQ(0, semctl(self->id, 0, IPC_STAT, &self->ds));
	self->index = -1;
	last = semctl(0, 0, SEM_INFO, &info);
	for (i = 0; i <= last; i++)
		if (semctl(i, 0, SEM_STAT, &ds) == self->id)
			self->index = i;
	ASSERT_LE(0, self->index);
	vm_trace_forget(&self->vm);
}

FIXTURE_TEARDOWN(semctl)
{
	semctl(self->id, 0, IPC_RMID);
	vm_trace_close(&self->vm);
}

TEST_F(semctl, looks)
{
	struct semid_ds ds;
	struct seminfo info;
	const struct vm_row rows[] = {
		{ "IPC_STAT", 0, &self->object,
		  { self->id, 0, IPC_STAT, (long)&ds } },
		{ "SEM_STAT", self->id, &self->object,
		  { self->index, 0, SEM_STAT, (long)&ds } },
		{ "SEM_STAT_ANY", self->id, &self->object,
		  { self->index, 0, SEM_STAT_ANY, (long)&ds } },
		{ "IPC_INFO", VM_SUCCESS, VM_NO_OBJECT,
		  { self->id, 0, IPC_INFO, (long)&info } },
		{ "SEM_INFO", VM_SUCCESS, VM_NO_OBJECT,
		  { self->id, 0, SEM_INFO, (long)&info } },
		{ "GETPID", 0, &self->object, { self->id, 0, GETPID, 0 } },
		{ "GETNCNT", 0, &self->object, { self->id, 0, GETNCNT, 0 } },
		{ "GETZCNT", 0, &self->object, { self->id, 1, GETZCNT, 0 } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

TEST_F(semctl, sets_and_gets)
{
	const struct vm_row rows[] = {
		{ "SETVAL", 0, &self->object, { self->id, 1, SETVAL, 17 } },
		{ "GETVAL", 17, &self->object, { self->id, 1, GETVAL, 0 } },
		{ "SETALL", 0, &self->object,
		  { self->id, 0, SETALL, (long)values } },
		{ "GETALL", 0, &self->object,
		  { self->id, 0, GETALL, (long)values } },
		{ "GETVAL after SETALL", 5, &self->object,
		  { self->id, 1, GETVAL, 0 } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

TEST_F(semctl, changes_and_removes)
{
	struct ipctrace_object given = self->object;
	const struct vm_row rows[] = {
		{ "IPC_SET shows what was", 0, &self->object,
		  { self->id, 0, IPC_SET, (long)&self->ds } },
		{ "IPC_RMID shows what IPC_SET set", 0, &given,
		  { self->id, 0, IPC_RMID, 0 } },
		{ "IPC_RMID again", -EINVAL, VM_NO_OBJECT,
		  { self->id, 0, IPC_RMID, 0 } },
	};

	given.uid = self->ds.sem_perm.uid = 1234;
	given.gid = self->ds.sem_perm.gid = 5678;
	given.mode = self->ds.sem_perm.mode = 0651;
	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

TEST_F(semctl, fails)
{
	struct semid_ds ds;
	const struct vm_row rows[] = {
		{ "no such set", -EINVAL, VM_NO_OBJECT,
		  { self->id + 1, 0, IPC_STAT, (long)&ds } },
		{ "a negative id", -EINVAL, VM_NO_OBJECT,
		  { -1, 0, IPC_STAT, (long)&ds } },
		{ "no such command", -EINVAL, VM_ANY_OBJECT,
		  { self->id, 0, 99, (long)&ds } },
		{ "no such semaphore", -EINVAL, &self->object,
		  { self->id, 2, GETVAL, 0 } },
		{ "a bad address", -EFAULT, &self->object,
		  { self->id, 0, IPC_STAT, 8 } },
		{ "a bad address of an array", -EFAULT, &self->object,
		  { self->id, 0, SETALL, 8 } },
		{ "a value out of range", -ERANGE, &self->object,
		  { self->id, 0, SETVAL, 40000 } },
		{ "a value of an array out of range", -ERANGE, &self->object,
		  { self->id, 0, SETALL, (long)too_much } },
		{ "no such index", -EINVAL, VM_NO_OBJECT,
		  { 32000, 0, SEM_STAT, (long)&ds } },
	};
	const struct vm_row unprivileged[] = {
		{ "IPC_STAT without permission", -EACCES, &self->object,
		  { self->id, 0, IPC_STAT, (long)&ds } },
		{ "GETVAL without permission", -EACCES, &self->object,
		  { self->id, 0, GETVAL, 0 } },
		{ "SETVAL without permission", -EACCES, &self->object,
		  { self->id, 0, SETVAL, 1 } },
		{ "IPC_SET by another", -EPERM, &self->object,
		  { self->id, 0, IPC_SET, (long)&self->ds } },
		{ "IPC_RMID by another", -EPERM, &self->object,
		  { self->id, 0, IPC_RMID, 0 } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
	VM_EXPECT_ROWS_AS(&self->vm, 65534, 65533, CALL, unprivileged);
}

VM_COVERS(semctl)

TEST_HARNESS_MAIN
