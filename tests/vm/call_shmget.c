// SPDX-License-Identifier: GPL-2.0
/* shmget(2): its successes and its errors, every field of each record. */
#include <sched.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "vm_test.h"

#define KEY	0x69700901
#define CALL	IPCTRACE_CALL_shmget

FIXTURE(shmget) {
	struct vm_trace vm;
	struct ipctrace_object object;
	int id;
};

FIXTURE_SETUP(shmget)
{
	VM_SETUP(&self->vm);
	self->id = shmget(KEY, 8192, IPC_CREAT | IPC_EXCL | 0642);
	ASSERT_LE(0, self->id);
	self->object = vm_object(IPCTRACE_SHM, self->id, KEY, 0642);
	vm_trace_forget(&self->vm);
}

FIXTURE_TEARDOWN(shmget)
{
	shmctl(self->id, IPC_RMID, NULL);
	vm_trace_close(&self->vm);
}

TEST_F(shmget, opens)
{
	const struct vm_row rows[] = {
		{ "by key", self->id, &self->object, { KEY, 0, 0 } },
		{ "by key, or made", self->id, &self->object,
		  { KEY, 8192, IPC_CREAT | SHM_NORESERVE | 0600 } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

TEST_F(shmget, makes)
{
	struct ipctrace_object object;
	struct vm_shot shot;

	vm_shoot(&shot, CALL, VM_ARGS(IPC_PRIVATE, 1, 0400));
	ASSERT_LE(0, shot.ret);
	object = vm_object(IPCTRACE_SHM, shot.ret, IPC_PRIVATE, 0400);
	EXPECT_STREQ("", vm_verify(&self->vm, &shot, "private", shot.ret,
				   &object));
	EXPECT_EQ(0, shmctl(shot.ret, IPC_RMID, NULL));
}

TEST_F(shmget, fails)
{
	const struct vm_row rows[] = {
		{ "exists", -EEXIST, VM_NO_OBJECT,
		  { KEY, 8192, IPC_CREAT | IPC_EXCL | 0600 } },
		{ "no such key", -ENOENT, VM_NO_OBJECT, { KEY + 1, 1, 0 } },
		{ "larger than it is", -EINVAL, VM_NO_OBJECT,
		  { KEY, 8193, 0 } },
		{ "a new one of 0 bytes", -EINVAL, VM_NO_OBJECT,
		  { IPC_PRIVATE, 0, 0600 } },
		{ "a new one of all bytes", -EINVAL, VM_NO_OBJECT,
		  { IPC_PRIVATE, -1, 0600 } },
		/* No huge pages are set aside here. */
		{ "more huge pages than there are", -ENOMEM, VM_NO_OBJECT,
		  { IPC_PRIVATE, VM_WIDE(1L << 40, 1L << 30),
		    SHM_HUGETLB | 0600 } },
	};
	const struct vm_row unprivileged[] = {
		{ "no permission", -EACCES, VM_NO_OBJECT, { KEY, 1, 0660 } },
		{ "huge pages without privilege", -EPERM, VM_NO_OBJECT,
		  { IPC_PRIVATE, 1L << 21, SHM_HUGETLB | 0600 } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
	VM_EXPECT_ROWS_AS(&self->vm, 65534, 65533, CALL, unprivileged);
}

TEST_F(shmget, fails_at_the_limits)
{
	const struct vm_row beyond_max[] = {
		{ "above shmmax", -EINVAL, VM_NO_OBJECT,
		  { IPC_PRIVATE, 8193, 0600 } },
	};
	const struct vm_row beyond_all[] = {
		{ "above shmall", -ENOSPC, VM_NO_OBJECT,
		  { IPC_PRIVATE, 8192, 0600 } },
	};
	const struct vm_row beyond_number[] = {
		{ "above shmmni", -ENOSPC, VM_NO_OBJECT,
		  { IPC_PRIVATE, 1, 0600 } },
	};

	/* The limits are the namespace's, and gone with it. */
	ASSERT_EQ(0, shmctl(self->id, IPC_RMID, NULL));
	ASSERT_EQ(0, unshare(CLONE_NEWIPC));
	vm_trace_forget(&self->vm);
	ASSERT_EQ(0, vm_write_file("/proc/sys/kernel/shmmax", "8192"));
	VM_EXPECT_ROWS(&self->vm, CALL, beyond_max);
	ASSERT_EQ(0, vm_write_file("/proc/sys/kernel/shmall", "1"));
	VM_EXPECT_ROWS(&self->vm, CALL, beyond_all);
	ASSERT_EQ(0, vm_write_file("/proc/sys/kernel/shmmni", "0"));
	VM_EXPECT_ROWS(&self->vm, CALL, beyond_number);
}

VM_COVERS(shmget)

TEST_HARNESS_MAIN
