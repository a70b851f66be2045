// SPDX-License-Identifier: GPL-2.0
/* shmat(2): its successes and its errors, every field of each record. */
#include <sys/ipc.h>
#include <sys/shm.h>

#include "vm_test.h"

#define KEY	0x69701001
#define CALL	IPCTRACE_CALL_shmat
#define PLACE	VM_WIDE(0x200000000000L, 0x20000000L)

FIXTURE(shmat) {
	struct vm_trace vm;
	struct ipctrace_object object;
	int id;
};

FIXTURE_SETUP(shmat)
{
	VM_SETUP(&self->vm);
	self->id = shmget(KEY, 8192, IPC_CREAT | IPC_EXCL | 0600);
	ASSERT_LE(0, self->id);
	self->object = vm_object(IPCTRACE_SHM, self->id, KEY, 0600);
	vm_trace_forget(&self->vm);
}

FIXTURE_TEARDOWN(shmat)
{
	shmctl(self->id, IPC_RMID, NULL);
	vm_trace_close(&self->vm);
}

TEST_F(shmat, attaches)
{
	struct ipctrace_object marked = self->object;
	const struct vm_row rows[] = {
		{ "anywhere", VM_SUCCESS, &self->object, { self->id, 0, 0 } },
		{ "here, to read", PLACE, &self->object,
		  { self->id, PLACE, SHM_RDONLY } },
		{ "over that", PLACE, &self->object,
		  { self->id, PLACE, SHM_REMAP } },
		{ "rounded down", PLACE + 0x10000, &self->object,
		  { self->id, PLACE + 0x10123, SHM_RND } },
	};
	const struct vm_row after[] = {
		{ "marked to be destroyed", VM_SUCCESS, &marked,
		  { self->id, 0, SHM_EXEC } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
	/* Attached still, so it stays, under no key. */
	marked.mode |= SHM_DEST;
	marked.key = IPC_PRIVATE;
	ASSERT_EQ(0, shmctl(self->id, IPC_RMID, NULL));
	vm_trace_forget(&self->vm);
	VM_EXPECT_ROWS(&self->vm, CALL, after);
}

TEST_F(shmat, fails)
{
	const struct vm_row rows[] = {
		{ "not a page", -EINVAL, &self->object,
		  { self->id, PLACE + 1, 0 } },
		{ "over anything", -EINVAL, &self->object,
		  { self->id, 0, SHM_REMAP } },
		{ "no such segment", -EINVAL, VM_NO_OBJECT,
		  { self->id + 1, 0, 0 } },
		{ "a negative id", -EINVAL, VM_NO_OBJECT, { -1, 0, 0 } },
		{ "no room there", -ENOMEM, &self->object,
		  { self->id, VM_WIDE(1L << 60, -(1L << 28)), 0 } },
	};
	const struct vm_row unprivileged[] = {
		{ "no permission", -EACCES, &self->object,
		  { self->id, 0, 0 } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
	VM_EXPECT_ROWS_AS(&self->vm, 65534, 65533, CALL, unprivileged);
}

VM_COVERS(shmat)

TEST_HARNESS_MAIN
