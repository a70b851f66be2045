// SPDX-License-Identifier: GPL-2.0
/* shmdt(2): its success and its errors, every field of each record. */
#include <sys/ipc.h>
#include <sys/shm.h>

#include "vm_test.h"

#define CALL	IPCTRACE_CALL_shmdt

FIXTURE(shmdt) {
	struct vm_trace vm;
	struct ipctrace_object object;
	void *at;
};

FIXTURE_SETUP(shmdt)
{
	int id;

	VM_SETUP(&self->vm);
	id = shmget(IPC_PRIVATE, 8192, 0600);
	ASSERT_LE(0, id);
	self->at = shmat(id, NULL, 0);
	EXPECT_NE(MAP_FAILED, self->at);
	self->object = vm_object(IPCTRACE_SHM, id, IPC_PRIVATE, 0600);
	ASSERT_EQ(0, shmctl(id, IPC_RMID, NULL));
	self->object.mode |= SHM_DEST;
	vm_trace_forget(&self->vm);
}

FIXTURE_TEARDOWN(shmdt)
{
	vm_trace_close(&self->vm);
}

TEST_F(shmdt, detaches)
{
	const struct vm_row rows[] = {
		{ "attached", 0, &self->object, { (long)self->at } },
		{ "detached", -EINVAL, VM_NO_OBJECT, { (long)self->at } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

TEST_F(shmdt, fails)
{
	const struct vm_row rows[] = {
		{ "not the start", -EINVAL, VM_NO_OBJECT,
		  { (long)self->at + 4096 } },
		{ "not a page", -EINVAL, VM_NO_OBJECT,
		  { (long)self->at + 1 } },
		{ "nothing there", -EINVAL, VM_NO_OBJECT, { 0 } },
		{ "no segment there", -EINVAL, VM_NO_OBJECT,
		  { (long)vm_seen } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

VM_COVERS(shmdt)

TEST_HARNESS_MAIN
