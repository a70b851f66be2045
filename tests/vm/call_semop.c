// SPDX-License-Identifier: GPL-2.0
/*
 * semop(2), the system call: its successes and its errors, every field of each
 * record. The C library's semop() issues semtimedop: see call_semtimedop.c.
 */
#include <signal.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/syscall.h>

#include "vm_objects.h"
#include "vm_test.h"

#define KEY	0x69700601
#define CALL	IPCTRACE_CALL_semop

static struct sembuf up = { 0, 1, 0 }, down = { 0, -1, 0 },
		     down_nowait = { 0, -1, IPC_NOWAIT },
		     zero = { 1, 0, 0 }, beyond = { 9, 1, 0 },
		     much = { 0, 32767, 0 };
static struct sembuf both[2] = { { 0, 1, 0 }, { 1, 0, IPC_NOWAIT } };

VM_FIXTURE_SET(semop, KEY)

TEST_F(semop, operates)
{
	const struct vm_row rows[] = {
		{ "up", 0, &self->object, { self->id, (long)&up, 1 } },
		{ "down", 0, &self->object, { self->id, (long)&down, 1 } },
		{ "is zero", 0, &self->object, { self->id, (long)&zero, 1 } },
		{ "two at once", 0, &self->object,
		  { self->id, (long)both, 2 } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

TEST_F(semop, fails)
{
	const struct vm_row rows[] = {
		{ "would wait", -EAGAIN, &self->object,
		  { self->id, (long)&down_nowait, 1 } },
		{ "no such semaphore", -EFBIG, &self->object,
		  { self->id, (long)&beyond, 1 } },
		{ "no operations", -EINVAL, &self->object,
		  { self->id, (long)&up, 0 } },
		{ "too many operations", -E2BIG, &self->object,
		  { self->id, (long)&up, 1000000 } },
		{ "a bad address", -EFAULT, &self->object,
		  { self->id, 8, 1 } },
		{ "no such set", -EINVAL, VM_NO_OBJECT,
		  { self->id + 1, (long)&up, 1 } },
		{ "a negative id", -EINVAL, VM_NO_OBJECT,
		  { -1, (long)&up, 1 } },
		{ "up to the maximum", 0, &self->object,
		  { self->id, (long)&much, 1 } },
		{ "above the maximum", -ERANGE, &self->object,
		  { self->id, (long)&up, 1 } },
	};
	const struct vm_row unprivileged[] = {
		{ "no permission", -EACCES, &self->object,
		  { self->id, (long)&up, 1 } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
	VM_EXPECT_ROWS_AS(&self->vm, 65534, 65533, CALL, unprivileged);
}

TEST_F(semop, sleeps_until_it_is_up)
{
	struct vm_shot *shot = vm_shot_shared();
	pid_t pid;

	pid = vm_shoot_async(shot, CALL, VM_ARGS(self->id, (long)&down, 1));
	ASSERT_TRUE(vm_asleep_in(pid, CALL));
	EXPECT_EQ(0, vm_trace_count(&self->vm, pid));
	EXPECT_EQ(0, semop(self->id, &up, 1));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_STREQ("", vm_verify(&self->vm, shot, "slept", 0,
				   &self->object));
}

TEST_F(semop, fails_when_the_set_is_removed)
{
	struct vm_shot *shot = vm_shot_shared();
	pid_t pid;

	pid = vm_shoot_async(shot, CALL, VM_ARGS(self->id, (long)&down, 1));
	ASSERT_TRUE(vm_asleep_in(pid, CALL));
	EXPECT_EQ(0, semctl(self->id, 0, IPC_RMID));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_STREQ("", vm_verify(&self->vm, shot, "removed", -EIDRM,
				   &self->object));
}

static void nothing(int signal)
{
	(void)signal;
}

TEST_F(semop, fails_when_interrupted)
{
	struct vm_shot *shot = vm_shot_shared();
	pid_t pid;

	signal(SIGUSR1, nothing);
	pid = vm_shoot_async(shot, CALL, VM_ARGS(self->id, (long)&down, 1));
	ASSERT_TRUE(vm_asleep_in(pid, CALL));
	EXPECT_EQ(0, kill(pid, SIGUSR1));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_STREQ("", vm_verify(&self->vm, shot, "interrupted", -EINTR,
				   &self->object));
}

VM_COVERS(semop)

TEST_HARNESS_MAIN
