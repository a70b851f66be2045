// SPDX-License-Identifier: GPL-2.0
/*
 * 32-bit callers: through the C library, through ipc() in all its versions,
 * where there is one, and by the numbers of the calls themselves. Built for i386
 * or arm.
 */
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#include "vm_abi.h"
#include "vm_test.h"

#if __SIZEOF_LONG__ == 8

TEST(programs_of_32_bits)
{
	SKIP(return, "the compiler has no -m32, or no C library for it");
}

#else

#define KEY	0x69700901
#define IPC_64	0x100
#define BOTH	(IPCTRACE_USER_ENTRY | IPCTRACE_USER_RETURN)

/* linux/ipc.h */
enum { SEMOP = 1, SEMGET, SEMCTL, SEMTIMEDOP, MSGSND = 11, MSGRCV, MSGGET,
       MSGCTL, SHMAT = 21, SHMDT, SHMGET, SHMCTL };

#if VM_INT80
/* The calls that came with their own numbers know one layout. */
#define DIRECT_64	0
#else
#define DIRECT_64	IPC_64
#endif

union semun {
	int val;
	void *buf;
};

struct message {
	long type;
	char text[32];
};

FIXTURE(compat) {
	struct vm_trace vm;
	struct vm_record r;
	int msq;
	int sem;
	int shm;
};

FIXTURE_SETUP(compat)
{
	ASSERT_EQ(4, sizeof(long));
	ASSERT_EQ(0, vm_module_default());
	self->msq = msgget(IPC_PRIVATE, 0600);
	ASSERT_LE(0, self->msq);
	self->sem = semget(IPC_PRIVATE, 5, 0600);
	ASSERT_LE(0, self->sem);
	self->shm = shmget(IPC_PRIVATE, 8192, 0600);
	ASSERT_LE(0, self->shm);
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_NOW));
}

FIXTURE_TEARDOWN(compat)
{
	msgctl(self->msq, IPC_RMID, NULL);
	semctl(self->sem, 0, IPC_RMID);
	shmctl(self->shm, IPC_RMID, NULL);
	EXPECT_STREQ("", self->vm.fault);
	vm_trace_close(&self->vm);
}

/* The record of @id with these arguments and this result, by ipc() or not. */
#define EXPECT_RECORD(id, via, expected_ret, ...)			\
	do {								\
		const long __args[] = { __VA_ARGS__ };			\
		size_t __i;						\
									\
		ASSERT_TRUE(vm_trace_take_whole(&self->vm, gettid(),	\
						&self->r));		\
		EXPECT_EQ(IPCTRACE_CALL_##id, self->r.c.header.call);	\
		EXPECT_EQ(VM_ABI, self->r.c.header.abi);		\
		EXPECT_EQ(via, self->r.c.header.flags & IPCTRACE_F_IPC); \
		EXPECT_EQ((long long)(expected_ret), self->r.c.ret);	\
		EXPECT_EQ(getpid(), (pid_t)self->r.c.tgid);		\
		for (__i = 0; __i < ARRAY_SIZE(__args); __i++)		\
			EXPECT_EQ((__u64)(unsigned long)__args[__i],	\
				  self->r.c.args[__i])			\
				TH_LOG("args[%zu]", __i);		\
	} while (0)

/* Make a call by ipc() and verify what was recorded of it. */
#define IPC(id, expected_ret, call, ...)				\
	do {								\
		long __r = syscall(SYS_ipc, call, __VA_ARGS__);		\
									\
		EXPECT_EQ((expected_ret), __r < 0 ? -errno : __r);	\
		EXPECT_RECORD(id, IPCTRACE_F_IPC, expected_ret, call,	\
			      __VA_ARGS__);				\
	} while (0)

/* The same by the number of the call. */
#define DIRECT(id, expected_ret, ...)					\
	do {								\
		long __r = syscall(NR(id), __VA_ARGS__);		\
									\
		EXPECT_EQ((expected_ret), __r < 0 ? -errno : __r);	\
		EXPECT_RECORD(id, 0, expected_ret, __VA_ARGS__);	\
	} while (0)

/* The one of two that has a timeout of 64 bits */
#define NR(id)	(IPCTRACE_CALL_##id == IPCTRACE_CALL_semtimedop ?	\
		 VM_SEMTIMEDOP_NR : SYS_##id)
#ifndef SYS_semtimedop
#define SYS_semtimedop	VM_SEMTIMEDOP_NR
#endif

#define EXPECT_USER(n, when, data, size) \
	VM_EXPECT_USER(&self->r, n, when, data, size)

/* The values of a set: how many they are, only described types tell. */
#define EXPECT_VALUES(when, values)					\
	do {								\
		const bool __types = vm_kernel_has_types();		\
									\
		EXPECT_USER(3, __types ? (when) : IPCTRACE_USER_UNREAD,	\
			    values, __types ? sizeof(values) : 0);	\
	} while (0)

#define EXPECT_OBJECT(family_, id_)					\
	do {								\
		EXPECT_TRUE(self->r.c.header.flags & IPCTRACE_F_OBJECT); \
		EXPECT_EQ(id_, self->r.c.object.id);			\
		EXPECT_EQ(IPCTRACE_##family_,				\
			  IPCTRACE_FAMILY_OF(self->r.c.header.flags));	\
	} while (0)

#define EXPECT_SEGMENT(at, size) \
	VM_EXPECT_SEGMENT(&self->r, self->shm, at, size)

#if VM_INT80
TEST_F(compat, messages_by_ipc)
{
	struct message out = { 0x7abcdef, "" }, in = { 0, "" };
	struct { struct message *msgp; long type; } kludge = { &in, 0 };
	struct msqid_ds ds;
	char old[56];

	IPC(msgget, -ENOENT, MSGGET, KEY, 0, 0, 0, 0);
	IPC(msgsnd, 0, MSGSND, self->msq, 9, 0, (long)&out, 0);
	EXPECT_OBJECT(MSG, self->msq);
	EXPECT_USER(1, BOTH, &out, 4);
	IPC(msgsnd, 0, MSGSND | 1 << 16, self->msq, 5, 0, (long)&out, 0);
	/* Version 1 has the type in fifth, version 0 behind ptr. */
	IPC(msgrcv, 9, MSGRCV | 1 << 16, self->msq, 32, 0, (long)&in, 0);
	EXPECT_USER(1, IPCTRACE_USER_RETURN, &in, 4);
	EXPECT_EQ(NULL, vm_user(&self->r, IPCTRACE_USER_KLUDGE, 0));
	in.type = 0;
	IPC(msgrcv, 5, MSGRCV, self->msq, 32, 0, (long)&kludge, 0);
	EXPECT_EQ(out.type, in.type);
	EXPECT_USER(IPCTRACE_USER_KLUDGE, IPCTRACE_USER_ENTRY, &kludge, 8);
	EXPECT_USER(1, IPCTRACE_USER_RETURN, &in, 4);
	IPC(msgrcv, -EINVAL, MSGRCV, self->msq, 32, 0, 0, 0);
	IPC(msgctl, 0, MSGCTL, self->msq, IPC_STAT | IPC_64, 0, (long)&ds, 0);
	EXPECT_OBJECT(MSG, self->msq);
	EXPECT_USER(2, IPCTRACE_USER_RETURN, &ds, sizeof(ds));
	IPC(msgctl, 0, MSGCTL, self->msq, IPC_SET | IPC_64, 0, (long)&ds, 0);
	EXPECT_USER(2, BOTH, &ds, sizeof(ds));
	EXPECT_NE(NULL, vm_part(&self->r, IPCTRACE_PART_SET, 0));
	/* The old layout, of commands without the bit. */
	IPC(msgctl, 0, MSGCTL, self->msq, IPC_STAT, 0, (long)old, 0);
	EXPECT_USER(2, IPCTRACE_USER_RETURN, old, sizeof(old));
}

TEST_F(compat, semaphores_by_ipc)
{
	unsigned short set[5] = { 1, 2, 3, 4, 5 }, got[5];
	struct sembuf ops[2] = { { 0, 1, 0 }, { 4, -1, SEM_UNDO } };
	int timeout[2] = { 0, 20000000 };
	struct semid_ds ds;
	union semun arg;
	char old[44];

	IPC(semget, -ENOENT, SEMGET, KEY, 1, 0, 0, 0);
	arg.buf = set;
	IPC(semctl, 0, SEMCTL, self->sem, 0, SETALL | IPC_64, (long)&arg, 0);
	EXPECT_OBJECT(SEM, self->sem);
	EXPECT_USER(IPCTRACE_USER_KLUDGE, IPCTRACE_USER_ENTRY, &arg, 4);
	EXPECT_VALUES(BOTH, set);
	IPC(semop, 0, SEMOP, self->sem, 2, 0, (long)ops, 0);
	EXPECT_OBJECT(SEM, self->sem);
	EXPECT_USER(1, BOTH, ops, sizeof(ops));
	ops[0] = (struct sembuf){ 1, -3, 0 };
	IPC(semtimedop, -EAGAIN, SEMTIMEDOP, self->sem, 1, 0, (long)ops,
	    (long)timeout);
	EXPECT_USER(1, BOTH, ops, sizeof(*ops));
	EXPECT_USER(3, IPCTRACE_USER_ENTRY, timeout, 8);
	arg.buf = got;
	IPC(semctl, 0, SEMCTL, self->sem, 0, GETALL, (long)&arg, 0);
	EXPECT_VALUES(IPCTRACE_USER_RETURN, got);
	arg.val = 77;
	IPC(semctl, 0, SEMCTL, self->sem, 3, SETVAL, (long)&arg, 0);
	EXPECT_USER(IPCTRACE_USER_KLUDGE, IPCTRACE_USER_ENTRY, &arg, 4);
	IPC(semctl, 77, SEMCTL, self->sem, 3, GETVAL | IPC_64, (long)&arg, 0);
	arg.buf = &ds;
	IPC(semctl, 0, SEMCTL, self->sem, 0, IPC_STAT | IPC_64, (long)&arg, 0);
	EXPECT_USER(3, IPCTRACE_USER_RETURN, &ds, sizeof(ds));
	arg.buf = old;
	IPC(semctl, 0, SEMCTL, self->sem, 0, IPC_STAT, (long)&arg, 0);
	EXPECT_USER(3, IPCTRACE_USER_RETURN, old, sizeof(old));
}

TEST_F(compat, segments_by_ipc)
{
	unsigned long at = 0;
	struct shmid_ds ds;
	char old[48];

	IPC(shmget, -ENOENT, SHMGET, KEY, 1, 0, 0, 0);
	IPC(shmat, 0, SHMAT, self->shm, 0, (long)&at, 0, 0);
	EXPECT_OBJECT(SHM, self->shm);
	EXPECT_SEGMENT(at, VM_ATTACHED(8192));
	IPC(shmat, -EINVAL, SHMAT | 1 << 16, self->shm, 0, (long)&at, 0, 0);
	EXPECT_EQ(0, vm_parts(&self->r, 0));
	IPC(shmctl, 0, SHMCTL, self->shm, IPC_STAT | IPC_64, 0, (long)&ds, 0);
	EXPECT_USER(2, IPCTRACE_USER_RETURN, &ds, sizeof(ds));
	IPC(shmctl, 0, SHMCTL, self->shm, IPC_SET | IPC_64, 0, (long)&ds, 0);
	EXPECT_USER(2, BOTH, &ds, sizeof(ds));
	IPC(shmctl, 0, SHMCTL, self->shm, IPC_STAT, 0, (long)old, 0);
	EXPECT_USER(2, IPCTRACE_USER_RETURN, old, sizeof(old));
	IPC(shmdt, 0, SHMDT, 0, 0, 0, at, 0);
	EXPECT_OBJECT(SHM, self->shm);
	EXPECT_SEGMENT(at, 8192);
	IPC(shmdt, -EINVAL, SHMDT, 0, 0, 0, at, 0);
}

TEST_F(compat, no_such_call_of_ipc)
{
	static const long calls[] = { 0, 5, 10, 15, 20, 25, 99, 0xffff, -1 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		EXPECT_EQ(-1, syscall(SYS_ipc, calls[i], 1, 2, 3, 4, 5));
		EXPECT_EQ(ENOSYS, errno);
		EXPECT_RECORD(ipc, IPCTRACE_F_IPC, -ENOSYS, calls[i], 1, 2, 3,
			      4, 5);
		EXPECT_EQ(IPCTRACE_F_FAMILY(IPCTRACE_ANY) | IPCTRACE_F_IPC,
			  self->r.c.header.flags);
		EXPECT_EQ(0, vm_parts(&self->r, 0));
	}
}
#endif

TEST_F(compat, by_number)
{
	struct message out = { 7, "" }, in;
	struct sembuf ops[2] = { { 0, 1, 0 }, { 2, 1, 0 } };
	struct sembuf down = { 3, -1, 0 };
	long long timeout[2] = { 0, 20000000 };
	unsigned short set[5] = { 1, 2, 3, 0, 5 };
	struct msqid_ds msq;
	struct shmid_ds shm;
	struct semid_ds sem;
	long at;

	DIRECT(msgget, -ENOENT, KEY, 0);
	DIRECT(semget, -ENOENT, KEY, 1, 0);
	DIRECT(shmget, -ENOENT, KEY, 1, 0);
	DIRECT(msgsnd, 0, self->msq, (long)&out, 3, 0);
	EXPECT_OBJECT(MSG, self->msq);
	EXPECT_USER(1, BOTH, &out, 4);
	DIRECT(msgrcv, 3, self->msq, (long)&in, 32, 0, 0);
	EXPECT_USER(1, IPCTRACE_USER_RETURN, &in, 4);
	DIRECT(msgctl, 0, self->msq, IPC_STAT | DIRECT_64, (long)&msq);
	EXPECT_USER(2, IPCTRACE_USER_RETURN, &msq, sizeof(msq));
	DIRECT(semtimedop, 0, self->sem, (long)ops, 2, 0);
	EXPECT_USER(1, BOTH, ops, sizeof(ops));
	DIRECT(semctl, 0, self->sem, 0, SETALL, (long)set);
	EXPECT_OBJECT(SEM, self->sem);
	EXPECT_VALUES(BOTH, set);
	DIRECT(semctl, 0, self->sem, 0, IPC_STAT | DIRECT_64,
	       (long)&sem);
	EXPECT_USER(3, IPCTRACE_USER_RETURN, &sem, sizeof(sem));
	DIRECT(semtimedop, -EAGAIN, self->sem, (long)&down, 1, (long)timeout);
	EXPECT_USER(3, IPCTRACE_USER_ENTRY, timeout, 16);
	at = syscall(SYS_shmat, self->shm, 0, 0);
	EXPECT_RECORD(shmat, 0, (unsigned long)at, self->shm, 0, 0);
	EXPECT_SEGMENT(at, VM_ATTACHED(8192));
	DIRECT(shmctl, 0, self->shm, IPC_STAT | DIRECT_64, (long)&shm);
	EXPECT_USER(2, IPCTRACE_USER_RETURN, &shm, sizeof(shm));
	DIRECT(shmdt, 0, at);
	EXPECT_OBJECT(SHM, self->shm);
	EXPECT_SEGMENT(at, 8192);
}

/* One record of @id with this result, whichever way the library went. */
#define EXPECT_LIBRARY(id, expected_ret)				\
	do {								\
		ASSERT_TRUE(vm_trace_take_whole(&self->vm, gettid(),	\
						&self->r));		\
		EXPECT_EQ(IPCTRACE_CALL_##id, self->r.c.header.call);	\
		EXPECT_EQ(VM_ABI, self->r.c.header.abi);		\
		EXPECT_EQ((long long)(expected_ret), self->r.c.ret);	\
		EXPECT_EQ(0, vm_trace_count(&self->vm, 0));		\
	} while (0)

TEST_F(compat, by_the_library)
{
	struct message out = { 7, "" }, in;
	struct sembuf up = { 0, 1, 0 }, down = { 1, -1, 0 };
	struct timespec timeout = { 0, 20000000 };
	struct msqid_ds msq;
	struct shmid_ds shm;
	union semun arg = { .val = 3 };
	int id;
	void *at;

	id = msgget(IPC_PRIVATE, 0600);
	EXPECT_LIBRARY(msgget, id);
	EXPECT_TRUE(self->r.c.header.flags & IPCTRACE_F_CREATED);
	EXPECT_OBJECT(MSG, id);
	EXPECT_EQ(0, msgsnd(id, &out, 4, 0));
	EXPECT_LIBRARY(msgsnd, 0);
	EXPECT_USER(1, BOTH, &out, 4);
	EXPECT_EQ(4, msgrcv(id, &in, 32, 7, 0));
	EXPECT_LIBRARY(msgrcv, 4);
	EXPECT_USER(1, IPCTRACE_USER_RETURN, &in, 4);
	EXPECT_EQ(0, msgctl(id, IPC_STAT, &msq));
	EXPECT_LIBRARY(msgctl, 0);
	EXPECT_OBJECT(MSG, id);
	EXPECT_EQ(0, msgctl(id, IPC_RMID, NULL));
	EXPECT_LIBRARY(msgctl, 0);

	id = semget(IPC_PRIVATE, 2, 0600);
	EXPECT_LIBRARY(semget, id);
	EXPECT_TRUE(self->r.c.header.flags & IPCTRACE_F_CREATED);
	EXPECT_EQ(0, semop(id, &up, 1));
	ASSERT_TRUE(vm_trace_take_whole(&self->vm, gettid(), &self->r));
	EXPECT_TRUE(self->r.c.header.call == IPCTRACE_CALL_semop ||
		    self->r.c.header.call == IPCTRACE_CALL_semtimedop);
	EXPECT_USER(1, BOTH, &up, sizeof(up));
	EXPECT_EQ(-1, semtimedop(id, &down, 1, &timeout));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_LIBRARY(semtimedop, -EAGAIN);
	EXPECT_USER(1, BOTH, &down, sizeof(down));
	EXPECT_NE(NULL, vm_user(&self->r, 3, 0));
	EXPECT_EQ(0, semctl(id, 1, SETVAL, arg));
	EXPECT_LIBRARY(semctl, 0);
	EXPECT_OBJECT(SEM, id);
	EXPECT_EQ(0, semctl(id, 0, IPC_RMID));
	EXPECT_LIBRARY(semctl, 0);

	id = shmget(IPC_PRIVATE, 8192, 0600);
	EXPECT_LIBRARY(shmget, id);
	EXPECT_TRUE(self->r.c.header.flags & IPCTRACE_F_CREATED);
	at = shmat(self->shm, NULL, 0);
	ASSERT_NE(MAP_FAILED, at);
	ASSERT_TRUE(vm_trace_take_whole(&self->vm, gettid(), &self->r));
	EXPECT_EQ(IPCTRACE_CALL_shmat, self->r.c.header.call);
	EXPECT_SEGMENT(at, VM_ATTACHED(8192));
	EXPECT_EQ(0, shmdt(at));
	EXPECT_LIBRARY(shmdt, 0);
	EXPECT_SEGMENT(at, 8192);
	EXPECT_EQ(0, shmctl(id, IPC_STAT, &shm));
	EXPECT_LIBRARY(shmctl, 0);
	EXPECT_EQ(0, shmctl(id, IPC_RMID, NULL));
	EXPECT_LIBRARY(shmctl, 0);
}

#endif

TEST_HARNESS_MAIN
