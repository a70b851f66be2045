// SPDX-License-Identifier: GPL-2.0
/* msgrcv(2): its successes and its errors, every field of each record. */
#include <signal.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "vm_objects.h"
#include "vm_test.h"

#define KEY		0x69700301
#define CALL		IPCTRACE_CALL_msgrcv
#define ERESTARTNOHAND	514	/* what the kernel answers for EINTR here */

static struct { long type; char text[64]; } in, out = { 7, "seven" };

static bool send_two(int id)
{
	return !msgsnd(id, &out, 10, 0) && !msgsnd(id, &out, 20, 0);
}

VM_FIXTURE_QUEUE(msgrcv, KEY, 0600, send_two(self->id))

TEST_F(msgrcv, receives)
{
	const struct vm_row rows[] = {
		{ "a copy of the second", 20, &self->object,
		  { self->id, (long)&in, 64, 1, MSG_COPY | IPC_NOWAIT } },
		{ "any", 10, &self->object,
		  { self->id, (long)&in, 64, 0, 0 } },
		{ "a type up to 9, cut off", 5, &self->object,
		  { self->id, (long)&in, 5, -9, MSG_NOERROR } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

TEST_F(msgrcv, fails)
{
	const struct vm_row rows[] = {
		{ "too small a buffer", -E2BIG, &self->object,
		  { self->id, (long)&in, 9, 0, 0 } },
		{ "no message of the type", -ENOMSG, &self->object,
		  { self->id, (long)&in, 64, 8, IPC_NOWAIT } },
		{ "no message of another type", -ENOMSG, &self->object,
		  { self->id, (long)&in, 64, 7, IPC_NOWAIT | MSG_EXCEPT } },
		{ "a copy that may wait", -EINVAL, VM_ANY_OBJECT,
		  { self->id, (long)&in, 64, 0, MSG_COPY } },
		{ "a copy past the last", -ENOMSG, &self->object,
		  { self->id, (long)&in, 64, 9, MSG_COPY | IPC_NOWAIT } },
		{ "no such queue", -EINVAL, VM_NO_OBJECT,
		  { self->id + 1, (long)&in, 64, 0, 0 } },
		{ "a negative id", -EINVAL, VM_NO_OBJECT,
		  { -1, (long)&in, 64, 0, 0 } },
		{ "a negative size", -EINVAL, &self->object,
		  { self->id, (long)&in, -1, 0, 0 } },
		{ "a bad address", -EFAULT, &self->object,
		  { self->id, 8, 64, 0, 0 } },
	};
	const struct vm_row unprivileged[] = {
		{ "no permission", -EACCES, &self->object,
		  { self->id, (long)&in, 64, 0, 0 } },
	};

	VM_EXPECT_ROWS_AS(&self->vm, 65534, 65533, CALL, unprivileged);
	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

TEST_F(msgrcv, sleeps_until_a_message_comes)
{
	struct vm_shot *shot = vm_shot_shared();
	pid_t pid;

	pid = vm_shoot_async(shot, CALL,
			     VM_ARGS(self->id, (long)&in, 64, 8, 0));
	ASSERT_TRUE(vm_asleep_in(pid, CALL));
	EXPECT_EQ(0, vm_trace_count(&self->vm, pid));
	out.type = 8;
	EXPECT_EQ(0, msgsnd(self->id, &out, 30, 0));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_STREQ("", vm_verify(&self->vm, shot, "slept", 30,
				   &self->object));
}

TEST_F(msgrcv, fails_when_the_queue_is_removed)
{
	struct vm_shot *shot = vm_shot_shared();
	pid_t pid;

	pid = vm_shoot_async(shot, CALL,
			     VM_ARGS(self->id, (long)&in, 64, 8, 0));
	ASSERT_TRUE(vm_asleep_in(pid, CALL));
	EXPECT_EQ(0, msgctl(self->id, IPC_RMID, NULL));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	/* The object is what it was at entry. */
	EXPECT_STREQ("", vm_verify(&self->vm, shot, "removed", -EIDRM,
				   &self->object));
}

static void nothing(int signal)
{
	(void)signal;
}

TEST_F(msgrcv, fails_when_interrupted)
{
	struct vm_shot *shot = vm_shot_shared();
	pid_t pid;

	signal(SIGUSR1, nothing);
	pid = vm_shoot_async(shot, CALL,
			     VM_ARGS(self->id, (long)&in, 64, 8, 0));
	ASSERT_TRUE(vm_asleep_in(pid, CALL));
	EXPECT_EQ(0, kill(pid, SIGUSR1));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_EQ(-EINTR, shot->ret);
	EXPECT_STREQ("", vm_verify(&self->vm, shot, "interrupted",
				   -ERESTARTNOHAND, &self->object));
}

TEST_F(msgrcv, leaves_a_record_when_killed)
{
	struct vm_shot *shot = vm_shot_shared();
	struct ipctrace_call c;
	pid_t pid;

	pid = vm_shoot_async(shot, CALL,
			     VM_ARGS(self->id, (long)&in, 64, 8, 0));
	ASSERT_TRUE(vm_asleep_in(pid, CALL));
	EXPECT_EQ(0, kill(pid, SIGKILL));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	ASSERT_TRUE(vm_trace_take(&self->vm, pid, &c));
	EXPECT_EQ(CALL, c.header.call);
	EXPECT_EQ(-ERESTARTNOHAND, c.ret);
	EXPECT_EQ(0, vm_trace_count(&self->vm, pid));
}

VM_COVERS(msgrcv)

TEST_HARNESS_MAIN
