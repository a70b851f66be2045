// SPDX-License-Identifier: GPL-2.0
/* msgsnd(2): its successes and its errors, every field of each record. */
#include <signal.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "vm_objects.h"
#include "vm_test.h"

#define KEY		0x69700201
#define CALL		IPCTRACE_CALL_msgsnd
#define ERESTARTNOHAND	514	/* what the kernel answers for EINTR here */

static struct { long type; char text[8192]; } one = { 1, "" }, none = { 0, "" };

VM_FIXTURE_QUEUE(msgsnd, KEY, 0600, true)

TEST_F(msgsnd, sends)
{
	const struct vm_row rows[] = {
		{ "a message", 0, &self->object,
		  { self->id, (long)&one, 100, 0 } },
		{ "an empty one", 0, &self->object,
		  { self->id, (long)&one, 0, IPC_NOWAIT } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

TEST_F(msgsnd, fails)
{
	const struct vm_row rows[] = {
		{ "no such queue", -EINVAL, VM_NO_OBJECT,
		  { self->id + 1, (long)&one, 1, 0 } },
		{ "a negative id", -EINVAL, VM_NO_OBJECT,
		  { -1, (long)&one, 1, 0 } },
		{ "type 0", -EINVAL, &self->object,
		  { self->id, (long)&none, 1, 0 } },
		{ "a negative size", -EINVAL, &self->object,
		  { self->id, (long)&one, -1, 0 } },
		{ "a size above msgmax", -EINVAL, &self->object,
		  { self->id, (long)&one, 1 << 20, 0 } },
		{ "a bad address", -EFAULT, &self->object,
		  { self->id, 8, 1, 0 } },
	};
	const struct vm_row unprivileged[] = {
		{ "no permission", -EACCES, &self->object,
		  { self->id, (long)&one, 1, 0 } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
	VM_EXPECT_ROWS_AS(&self->vm, 65534, 65533, CALL, unprivileged);
}

static bool fill(int id)
{
	while (!msgsnd(id, &one, sizeof(one.text), IPC_NOWAIT))
		;
	return errno == EAGAIN;
}

TEST_F(msgsnd, fails_when_full)
{
	const struct vm_row rows[] = {
		{ "full", -EAGAIN, &self->object,
		  { self->id, (long)&one, sizeof(one.text), IPC_NOWAIT } },
	};

	ASSERT_TRUE(fill(self->id));
	vm_trace_forget(&self->vm);
	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

TEST_F(msgsnd, sleeps_until_there_is_room)
{
	struct vm_shot *shot = vm_shot_shared();
	pid_t pid;

	ASSERT_TRUE(fill(self->id));
	pid = vm_shoot_async(shot, CALL, VM_ARGS(self->id, (long)&one,
						 sizeof(one.text), 0));
	ASSERT_TRUE(vm_asleep_in(pid, CALL));
	EXPECT_EQ(0, vm_trace_count(&self->vm, pid));
	EXPECT_LE(0, msgrcv(self->id, &one, sizeof(one.text), 0, 0));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_STREQ("", vm_verify(&self->vm, shot, "slept", 0,
				   &self->object));
}

TEST_F(msgsnd, fails_when_the_queue_is_removed)
{
	struct vm_shot *shot = vm_shot_shared();
	pid_t pid;

	ASSERT_TRUE(fill(self->id));
	pid = vm_shoot_async(shot, CALL, VM_ARGS(self->id, (long)&one,
						 sizeof(one.text), 0));
	ASSERT_TRUE(vm_asleep_in(pid, CALL));
	EXPECT_EQ(0, msgctl(self->id, IPC_RMID, NULL));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_EQ(-EIDRM, shot->ret);
	/* The object is what it was at entry. */
	EXPECT_STREQ("", vm_verify(&self->vm, shot, "removed", -EIDRM,
				   &self->object));
}

static void nothing(int signal)
{
	(void)signal;
}

TEST_F(msgsnd, fails_when_interrupted)
{
	struct vm_shot *shot = vm_shot_shared();
	pid_t pid;

	signal(SIGUSR1, nothing);
	ASSERT_TRUE(fill(self->id));
	pid = vm_shoot_async(shot, CALL, VM_ARGS(self->id, (long)&one,
						 sizeof(one.text), 0));
	ASSERT_TRUE(vm_asleep_in(pid, CALL));
	EXPECT_EQ(0, kill(pid, SIGUSR1));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_EQ(-EINTR, shot->ret);
	EXPECT_STREQ("", vm_verify(&self->vm, shot, "interrupted",
				   -ERESTARTNOHAND, &self->object));
}

VM_COVERS(msgsnd)

TEST_HARNESS_MAIN
