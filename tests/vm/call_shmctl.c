// SPDX-License-Identifier: GPL-2.0
/* shmctl(2): its successes and its errors, every field of each record. */
#include <sys/ipc.h>
#include <sys/resource.h>
#include <sys/shm.h>

#include "vm_test.h"

#define KEY	0x69701101
#define CALL	IPCTRACE_CALL_shmctl

FIXTURE(shmctl) {
	struct vm_trace vm;
	struct ipctrace_object object;
	struct shmid_ds ds;
	int id;
	int index;
};

FIXTURE_SETUP(shmctl)
{
	struct shmid_ds ds;
	struct shm_info info;
	int i, last;

	VM_SETUP(&self->vm);
	self->id = shmget(KEY, 8192, IPC_CREAT | IPC_EXCL | 0600);
	ASSERT_LE(0, self->id);
	self->object = vm_object(IPCTRACE_SHM, self->id, KEY, 0600);
	ASSERT_EQ(0, shmctl(self->id, IPC_STAT, &self->ds));
	self->index = -1;
	last = shmctl(0, SHM_INFO, (void *)&info);
	for (i = 0; i <= last; i++)
		if (shmctl(i, SHM_STAT, &ds) == self->id)
			self->index = i;
	ASSERT_LE(0, self->index);
	vm_trace_forget(&self->vm);
}

FIXTURE_TEARDOWN(shmctl)
{
	shmctl(self->id, IPC_RMID, NULL);
	vm_trace_close(&self->vm);
}

TEST_F(shmctl, looks)
{
	struct shmid_ds ds;
	struct shminfo limits;
	struct shm_info info;
	const struct vm_row rows[] = {
		{ "IPC_STAT", 0, &self->object,
		  { self->id, IPC_STAT, (long)&ds } },
		{ "SHM_STAT", self->id, &self->object,
		  { self->index, SHM_STAT, (long)&ds } },
		{ "SHM_STAT_ANY", self->id, &self->object,
		  { self->index, SHM_STAT_ANY, (long)&ds } },
		{ "IPC_INFO", VM_SUCCESS, VM_NO_OBJECT,
		  { self->id, IPC_INFO, (long)&limits } },
		{ "SHM_INFO", VM_SUCCESS, VM_NO_OBJECT,
		  { self->id, SHM_INFO, (long)&info } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

TEST_F(shmctl, locks)
{
	struct ipctrace_object locked = self->object;
	const struct vm_row rows[] = {
		{ "SHM_LOCK shows what was", 0, &self->object,
		  { self->id, SHM_LOCK, 0 } },
		{ "SHM_UNLOCK shows it locked", 0, &locked,
		  { self->id, SHM_UNLOCK, 0 } },
	};

	locked.mode |= SHM_LOCKED;
	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

TEST_F(shmctl, changes_and_removes)
{
	struct ipctrace_object given = self->object;
	const struct vm_row rows[] = {
		{ "IPC_SET shows what was", 0, &self->object,
		  { self->id, IPC_SET, (long)&self->ds } },
		{ "IPC_RMID shows what IPC_SET set", 0, &given,
		  { self->id, IPC_RMID, 0 } },
		{ "IPC_RMID again", -EINVAL, VM_NO_OBJECT,
		  { self->id, IPC_RMID, 0 } },
	};

	given.uid = self->ds.shm_perm.uid = 1234;
	given.gid = self->ds.shm_perm.gid = 5678;
	given.mode = self->ds.shm_perm.mode = 0651;
	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

TEST_F(shmctl, fails)
{
	struct shmid_ds ds;
	const struct vm_row rows[] = {
		{ "no such segment", -EINVAL, VM_NO_OBJECT,
		  { self->id + 1, IPC_STAT, (long)&ds } },
		{ "a negative id", -EINVAL, VM_NO_OBJECT,
		  { -1, IPC_STAT, (long)&ds } },
		{ "no such command", -EINVAL, VM_ANY_OBJECT,
		  { self->id, 99, (long)&ds } },
		{ "a bad address", -EFAULT, &self->object,
		  { self->id, IPC_STAT, 8 } },
		{ "a bad address to set from", -EFAULT, &self->object,
		  { self->id, IPC_SET, 8 } },
		{ "no such index", -EINVAL, VM_NO_OBJECT,
		  { 32000, SHM_STAT, (long)&ds } },
	};
	const struct vm_row unprivileged[] = {
		{ "IPC_STAT without permission", -EACCES, &self->object,
		  { self->id, IPC_STAT, (long)&ds } },
		{ "SHM_STAT without permission", -EACCES, VM_NO_OBJECT,
		  { self->index, SHM_STAT, (long)&ds } },
		{ "IPC_SET by another", -EPERM, &self->object,
		  { self->id, IPC_SET, (long)&self->ds } },
		{ "IPC_RMID by another", -EPERM, &self->object,
		  { self->id, IPC_RMID, 0 } },
		{ "SHM_LOCK by another", -EPERM, &self->object,
		  { self->id, SHM_LOCK, 0 } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
	VM_EXPECT_ROWS_AS(&self->vm, 65534, 65533, CALL, unprivileged);
}

TEST_F(shmctl, fails_at_the_limit)
{
	const struct rlimit none = { 0, 0 };
	const struct vm_row unprivileged[] = {
		{ "no memory may be locked", -EPERM, &self->object,
		  { self->id, SHM_LOCK, 0 } },
	};
	struct ipctrace_object given = self->object;
	const struct vm_row owner[] = {
		{ "too little memory may be locked", -ENOMEM, &given,
		  { self->id, SHM_LOCK, 0 } },
	};

	given.uid = self->ds.shm_perm.uid = 65534;
	ASSERT_EQ(0, shmctl(self->id, IPC_SET, &self->ds));
	vm_trace_forget(&self->vm);
	self->object.uid = 65534;
	ASSERT_EQ(0, setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ 4096, 4096 }));
	VM_EXPECT_ROWS_AS(&self->vm, 65534, 65533, CALL, owner);
	ASSERT_EQ(0, setrlimit(RLIMIT_MEMLOCK, &none));
	VM_EXPECT_ROWS_AS(&self->vm, 65534, 65533, CALL, unprivileged);
}

VM_COVERS(shmctl)

TEST_HARNESS_MAIN
