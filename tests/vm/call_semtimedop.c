// SPDX-License-Identifier: GPL-2.0
/*
 * semtimedop(2): its successes and its errors, every field of each record; and
 * that the C library's semop(), which issues it, is seen.
 */
#include <signal.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <time.h>

#include "vm_abi.h"
#include "vm_objects.h"
#include "vm_test.h"

#define KEY	0x69700701
#define CALL	IPCTRACE_CALL_semtimedop

static struct sembuf up = { 0, 1, 0 }, down = { 0, -1, 0 },
		     down_nowait = { 0, -1, IPC_NOWAIT },
		     beyond = { 9, 1, 0 }, much = { 0, 32767, 0 };
static struct __kernel_timespec soon = { 0, 20000000 },
				bad = { 0, 2000000000 },
				late = { 3600, 0 };

VM_FIXTURE_SET(semtimedop, KEY)

TEST_F(semtimedop, operates)
{
	const struct vm_row rows[] = {
		{ "up", 0, &self->object, { self->id, (long)&up, 1, 0 } },
		{ "down in time", 0, &self->object,
		  { self->id, (long)&down, 1, (long)&late } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

TEST_F(semtimedop, is_what_the_library_calls_for_semop)
{
	struct ipctrace_call c;

	ASSERT_EQ(0, semop(self->id, &up, 1));
	ASSERT_TRUE(vm_trace_take(&self->vm, gettid(), &c));
	EXPECT_EQ(CALL, c.header.call);
	EXPECT_EQ(VM_SEMOP_IPC, !!(c.header.flags & IPCTRACE_F_IPC));
	/* ipc(SEMTIMEDOP, semid, nsops, 0, sops, timeout) */
	EXPECT_EQ(self->id, (int)c.args[VM_SEMOP_IPC ? 1 : 0]);
	EXPECT_EQ((unsigned long)&up, c.args[VM_SEMOP_IPC ? 4 : 1]);
	EXPECT_EQ(1, c.args[2]);
	EXPECT_EQ(0, c.args[VM_SEMOP_IPC ? 5 : 3]);
	EXPECT_EQ(0, c.ret);
	EXPECT_EQ(0, vm_trace_count(&self->vm, getpid()));
}

TEST_F(semtimedop, fails)
{
	const struct vm_row rows[] = {
		{ "time is up", -EAGAIN, &self->object,
		  { self->id, (long)&down, 1, (long)&soon } },
		{ "would wait", -EAGAIN, &self->object,
		  { self->id, (long)&down_nowait, 1, 0 } },
		{ "not a time", -EINVAL, &self->object,
		  { self->id, (long)&down, 1, (long)&bad } },
		{ "a bad address of the time", -EFAULT, &self->object,
		  { self->id, (long)&down, 1, 8 } },
		{ "no such semaphore", -EFBIG, &self->object,
		  { self->id, (long)&beyond, 1, 0 } },
		{ "no operations", -EINVAL, &self->object,
		  { self->id, (long)&up, 0, 0 } },
		{ "too many operations", -E2BIG, &self->object,
		  { self->id, (long)&up, 1000000, 0 } },
		{ "a bad address", -EFAULT, &self->object,
		  { self->id, 8, 1, 0 } },
		{ "no such set", -EINVAL, VM_NO_OBJECT,
		  { self->id + 1, (long)&up, 1, 0 } },
		{ "up to the maximum", 0, &self->object,
		  { self->id, (long)&much, 1, 0 } },
		{ "above the maximum", -ERANGE, &self->object,
		  { self->id, (long)&up, 1, 0 } },
	};
	const struct vm_row unprivileged[] = {
		{ "no permission", -EACCES, &self->object,
		  { self->id, (long)&up, 1, 0 } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
	VM_EXPECT_ROWS_AS(&self->vm, 65534, 65533, CALL, unprivileged);
}

TEST_F(semtimedop, fails_when_the_set_is_removed)
{
	struct vm_shot *shot = vm_shot_shared();
	pid_t pid;

	pid = vm_shoot_async(shot, CALL, VM_ARGS(self->id, (long)&down, 1,
						 (long)&late));
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

TEST_F(semtimedop, fails_when_interrupted)
{
	struct vm_shot *shot = vm_shot_shared();
	pid_t pid;

	signal(SIGUSR1, nothing);
	pid = vm_shoot_async(shot, CALL, VM_ARGS(self->id, (long)&down, 1,
						 (long)&late));
	ASSERT_TRUE(vm_asleep_in(pid, CALL));
	EXPECT_EQ(0, kill(pid, SIGUSR1));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_STREQ("", vm_verify(&self->vm, shot, "interrupted", -EINTR,
				   &self->object));
}

VM_COVERS(semtimedop)

TEST_HARNESS_MAIN
