// SPDX-License-Identifier: GPL-2.0
/* msgget(2): its successes and its errors, every field of each record. */
#include <sched.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "vm_objects.h"
#include "vm_test.h"

#define KEY	0x69700101
#define CALL	IPCTRACE_CALL_msgget

VM_FIXTURE_QUEUE(msgget, KEY, 0640, true)

TEST_F(msgget, opens)
{
	const struct vm_row rows[] = {
		{ "by key", self->id, &self->object, { KEY, 0 } },
		{ "by key, or made", self->id, &self->object,
		  { KEY, IPC_CREAT | 0640 } },
		{ "with bits that nobody knows", self->id, &self->object,
		  { KEY, 0x40000000 } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

TEST_F(msgget, makes)
{
	struct ipctrace_object object;
	struct vm_shot shot;

	vm_shoot(&shot, CALL, VM_ARGS(IPC_PRIVATE, 0604));
	ASSERT_LE(0, shot.ret);
	object = vm_object(IPCTRACE_MSG, shot.ret, IPC_PRIVATE, 0604);
	EXPECT_STREQ("", vm_verify(&self->vm, &shot, "private", shot.ret,
				   &object));
	EXPECT_EQ(0, msgctl(shot.ret, IPC_RMID, NULL));
}

TEST_F(msgget, fails)
{
	const struct vm_row rows[] = {
		{ "exists", -EEXIST, VM_NO_OBJECT,
		  { KEY, IPC_CREAT | IPC_EXCL | 0600 } },
		{ "no such key", -ENOENT, VM_NO_OBJECT, { KEY + 1, 0 } },
	};
	const struct vm_row unprivileged[] = {
		{ "no permission", -EACCES, VM_NO_OBJECT, { KEY, 0600 } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
	VM_EXPECT_ROWS_AS(&self->vm, 65534, 65533, CALL, unprivileged);
}

TEST_F(msgget, fails_at_the_limit)
{
	const struct vm_row rows[] = {
		{ "no more queues", -ENOSPC, VM_NO_OBJECT,
		  { IPC_PRIVATE, 0600 } },
	};

	/* The limit is the namespace's, and gone with it. */
	ASSERT_EQ(0, msgctl(self->id, IPC_RMID, NULL));
	ASSERT_EQ(0, unshare(CLONE_NEWIPC));
	vm_trace_forget(&self->vm);
	ASSERT_EQ(0, vm_write_file("/proc/sys/kernel/msgmni", "0"));
	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

VM_COVERS(msgget)

TEST_HARNESS_MAIN
