// SPDX-License-Identifier: GPL-2.0
/* msgctl(2): its successes and its errors, every field of each record. */
#include <sys/ipc.h>
#include <sys/msg.h>

#include "vm_test.h"

#define KEY	0x69700401
#define CALL	IPCTRACE_CALL_msgctl

FIXTURE(msgctl) {
	struct vm_trace vm;
	struct ipctrace_object object;
	struct msqid_ds ds;
	int id;
	int index;
};

FIXTURE_SETUP(msgctl)
{
	struct msqid_ds ds;
	struct msginfo info;
	int i, last;

	VM_SETUP(&self->vm);
	self->id = msgget(KEY, IPC_CREAT | IPC_EXCL | 0600);
	ASSERT_LE(0, self->id);
	self->object = vm_object(IPCTRACE_MSG, self->id, KEY, 0600);
	ASSERT_EQ(0, msgctl(self->id, IPC_STAT, &self->ds));
	self->index = -1;
	last = msgctl(0, MSG_INFO, (void *)&info);
	for (i = 0; i <= last; i++)
		if (msgctl(i, MSG_STAT, &ds) == self->id)
			self->index = i;
	ASSERT_LE(0, self->index);
	vm_trace_forget(&self->vm);
}

FIXTURE_TEARDOWN(msgctl)
{
	msgctl(self->id, IPC_RMID, NULL);
	vm_trace_close(&self->vm);
}

TEST_F(msgctl, looks)
{
	struct msqid_ds ds;
	struct msginfo info;
	const struct vm_row rows[] = {
		{ "IPC_STAT", 0, &self->object,
		  { self->id, IPC_STAT, (long)&ds } },
		{ "MSG_STAT", self->id, &self->object,
		  { self->index, MSG_STAT, (long)&ds } },
		{ "MSG_STAT_ANY", self->id, &self->object,
		  { self->index, MSG_STAT_ANY, (long)&ds } },
		{ "IPC_INFO", VM_SUCCESS, VM_NO_OBJECT,
		  { self->id, IPC_INFO, (long)&info } },
		{ "MSG_INFO", VM_SUCCESS, VM_NO_OBJECT,
		  { self->id, MSG_INFO, (long)&info } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

TEST_F(msgctl, changes_and_removes)
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

	/* Owner and creator differ from now on. */
	given.uid = self->ds.msg_perm.uid = 1234;
	given.gid = self->ds.msg_perm.gid = 5678;
	given.mode = self->ds.msg_perm.mode = 0651;
	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

TEST_F(msgctl, fails)
{
	struct msqid_ds ds;
	const struct vm_row rows[] = {
		{ "no such queue", -EINVAL, VM_NO_OBJECT,
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
		  { 32000, MSG_STAT, (long)&ds } },
	};
	const struct vm_row unprivileged[] = {
		{ "IPC_STAT without permission", -EACCES, &self->object,
		  { self->id, IPC_STAT, (long)&ds } },
		{ "MSG_STAT without permission", -EACCES, VM_NO_OBJECT,
		  { self->index, MSG_STAT, (long)&ds } },
		{ "IPC_SET by another", -EPERM, &self->object,
		  { self->id, IPC_SET, (long)&self->ds } },
		{ "IPC_RMID by another", -EPERM, &self->object,
		  { self->id, IPC_RMID, 0 } },
		{ "MSG_STAT_ANY needs none", self->id, &self->object,
		  { self->index, MSG_STAT_ANY, (long)&ds } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
	VM_EXPECT_ROWS_AS(&self->vm, 65534, 65533, CALL, unprivileged);
}

VM_COVERS(msgctl)

TEST_HARNESS_MAIN
