// SPDX-License-Identifier: GPL-2.0
/*
 * Pointers followed: the parts of a record against what the test itself passed
 * and got, byte for byte.
 */
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#include "vm_test.h"

#define KEY	0x69700801
#define BAD	((void *)16)	/* where no memory is */
#define BOTH	(IPCTRACE_USER_ENTRY | IPCTRACE_USER_RETURN)

/*
 * By their numbers: the C library of i386 goes by ipc(), whose records have a part
 * more, and keeps commands back that it does not know.
 */
#define msgrcv(...)	syscall(SYS_msgrcv, __VA_ARGS__)
#define msgctl(...)	syscall(SYS_msgctl, __VA_ARGS__)
#define semctl(...)	syscall(SYS_semctl, __VA_ARGS__)
#define shmctl(...)	syscall(SYS_shmctl, __VA_ARGS__)

/* SETVAL and others: glibc passes a union. */
union semun {
	int val;
	struct semid_ds *buf;
	unsigned short *array;
	struct seminfo *info;
};

FIXTURE(follow) {
	struct vm_trace vm;
	struct vm_record r;
	int msq;
	int sem;
	int shm;
};

FIXTURE_SETUP(follow)
{
	VM_SETUP(&self->vm);
	self->msq = msgget(IPC_PRIVATE, 0600);
	ASSERT_LE(0, self->msq);
	self->sem = semget(IPC_PRIVATE, 100, 0600);
	ASSERT_LE(0, self->sem);
	self->shm = shmget(IPC_PRIVATE, 12345, 0600);
	ASSERT_LE(0, self->shm);
	vm_trace_forget(&self->vm);
}

FIXTURE_TEARDOWN(follow)
{
	msgctl(self->msq, IPC_RMID, NULL);
	semctl(self->sem, 0, IPC_RMID);
	shmctl(self->shm, IPC_RMID, NULL);
	EXPECT_STREQ("", self->vm.fault);
	vm_trace_close(&self->vm);
}

/* The record of the call just made, with so many parts. */
#define TAKE(id, parts)							\
	do {								\
		ASSERT_TRUE(vm_trace_take_whole(&self->vm, gettid(),	\
						&self->r));		\
		ASSERT_EQ(IPCTRACE_CALL_##id, self->r.c.header.call);	\
		EXPECT_EQ(parts, vm_parts(&self->r, 0));		\
	} while (0)

/* Its argument @n led to these bytes, and these only. */
#define EXPECT_USER(n, when, number, data, size)			\
	do {								\
		VM_EXPECT_USER(&self->r, n, when, data, size);		\
		EXPECT_EQ(number, vm_user(&self->r, n, 0)->count);	\
	} while (0)

#define EXPECT_UNREAD(n, number)					\
	do {								\
		const struct ipctrace_user *__u = vm_user(&self->r, n, 0); \
									\
		ASSERT_NE(NULL, __u);					\
		EXPECT_EQ(IPCTRACE_USER_UNREAD, __u->flags);		\
		EXPECT_EQ(0, __u->bytes);				\
		EXPECT_EQ(number, __u->count);				\
		EXPECT_EQ(NULL, vm_user(&self->r, n, 1));		\
	} while (0)

TEST_F(follow, sops)
{
	static const unsigned int counts[] = {
		1, 2, 5, 15, 16, 17, 20, 21, 31, 32, 33, 64, 100,
	};
	struct sembuf sops[100];
	unsigned int i, nsops, kept;

	for (i = 0; i < ARRAY_SIZE(sops); i++)
		sops[i] = (struct sembuf){ i, i + 1, i % 2 ? SEM_UNDO : 0 };
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		nsops = counts[i];
		kept = nsops < IPCTRACE_MAX_SOPS ? nsops : IPCTRACE_MAX_SOPS;
		ASSERT_EQ(0, syscall(VM_SEMOP(self->sem, sops, nsops)));
		TAKE(semop, 1);
		EXPECT_USER(1, BOTH, nsops, sops, kept * sizeof(*sops));
		ASSERT_EQ(0, syscall(VM_SEMTIMEDOP_NR, self->sem, sops, nsops,
				     NULL));
		TAKE(semtimedop, 1);
		EXPECT_USER(1, BOTH, nsops, sops, kept * sizeof(*sops));
	}
}

/* The bytes stand there for a call that fails, too. */
TEST_F(follow, sops_of_calls_that_fail)
{
	struct sembuf sops[2] = { { 1, 0, IPC_NOWAIT }, { 100, 1, 0 } };
	struct sembuf down = { 3, -1, IPC_NOWAIT };

	EXPECT_EQ(-1, syscall(VM_SEMOP(self->sem, sops, 2)));
	EXPECT_EQ(EFBIG, errno);
	TAKE(semop, 1);
	EXPECT_EQ(-EFBIG, self->r.c.ret);
	EXPECT_USER(1, BOTH, 2, sops, sizeof(sops));
	EXPECT_EQ(-1, syscall(VM_SEMOP(self->sem, &down, 1)));
	EXPECT_EQ(EAGAIN, errno);
	TAKE(semop, 1);
	EXPECT_USER(1, BOTH, 1, &down, sizeof(down));
	EXPECT_EQ(-1, syscall(VM_SEMOP(-1, &down, 1)));
	TAKE(semop, 1);
	EXPECT_USER(1, BOTH, 1, &down, sizeof(down));
	/* More than any kernel takes: the true count. */
	EXPECT_EQ(-1, syscall(VM_SEMOP(self->sem, BAD, 1000000)));
	EXPECT_EQ(E2BIG, errno);
	TAKE(semop, 1);
	EXPECT_UNREAD(1, 1000000);
	EXPECT_EQ(-1, syscall(VM_SEMOP(self->sem, &down, 0)));
	TAKE(semop, 0);
}

TEST_F(follow, sops_unread)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sembuf *sops = (void *)(pages + 4096 - 3 * sizeof(*sops));

	ASSERT_EQ(0, munmap(pages + 4096, 4096));
	memset(pages, 0, 4096);
	EXPECT_EQ(-1, syscall(VM_SEMOP(self->sem, BAD, 1)));
	EXPECT_EQ(EFAULT, errno);
	TAKE(semop, 1);
	EXPECT_UNREAD(1, 1);
	/* The end of the array is not there. */
	EXPECT_EQ(-1, syscall(VM_SEMOP(self->sem, sops, 4)));
	EXPECT_EQ(EFAULT, errno);
	TAKE(semop, 1);
	EXPECT_UNREAD(1, 4);
	EXPECT_EQ(0, syscall(VM_SEMOP(self->sem, sops, 3)));
	TAKE(semop, 1);
	EXPECT_USER(1, BOTH, 3, sops, 3 * sizeof(*sops));
	EXPECT_EQ(-1, syscall(VM_SEMOP(self->sem, (void *)-4096L, 1)));
	TAKE(semop, 1);
	EXPECT_UNREAD(1, 1);
}

/* Memory of a file that nobody has touched: there when the call ends. */
TEST_F(follow, sops_not_resident)
{
	struct sembuf up = { 0, 1, 0 };
	FILE *f = tmpfile();
	struct sembuf *sops;

	ASSERT_NE(NULL, f);
	ASSERT_EQ(1, fwrite(&up, sizeof(up), 1, f));
	ASSERT_EQ(0, fflush(f));
	sops = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fileno(f), 0);
	ASSERT_NE(MAP_FAILED, sops);
	ASSERT_EQ(0, syscall(VM_SEMOP(self->sem, sops, 1)));
	TAKE(semop, 1);
	EXPECT_USER(1, IPCTRACE_USER_RETURN, 1, &up, sizeof(up));
	fclose(f);
}

TEST_F(follow, timeout)
{
	struct sembuf down = { 0, -1, 0 };
	struct __kernel_timespec t = { 0, 1234567 };

	EXPECT_EQ(-1, syscall(VM_SEMTIMEDOP_NR, self->sem, &down, 1, &t));
	EXPECT_EQ(EAGAIN, errno);
	TAKE(semtimedop, 2);
	EXPECT_USER(1, BOTH, 1, &down, sizeof(down));
	EXPECT_USER(3, IPCTRACE_USER_ENTRY, 0, &t, sizeof(t));
	t.tv_sec = -1;
	EXPECT_EQ(-1, syscall(VM_SEMTIMEDOP_NR, self->sem, &down, 1, &t));
	EXPECT_EQ(EINVAL, errno);
	TAKE(semtimedop, 2);
	EXPECT_USER(3, IPCTRACE_USER_ENTRY, 0, &t, sizeof(t));
	EXPECT_EQ(-1, syscall(VM_SEMTIMEDOP_NR, self->sem, &down, 1, BAD));
	EXPECT_EQ(EFAULT, errno);
	TAKE(semtimedop, 2);
	EXPECT_UNREAD(3, 0);
}

TEST_F(follow, message_types)
{
	struct {
		long type;
		char text[300];
	} out = { VM_WIDE(0x123456789abcdefL, 0x1234567), "" }, in = { 77, "" };
	long bad = -5;

	ASSERT_EQ(0, msgsnd(self->msq, &out, 20, 0));
	TAKE(msgsnd, 1);
	EXPECT_USER(1, BOTH, 0, &out, sizeof(long));
	/* Of a receiver what it got, and only what it got. */
	EXPECT_EQ(-1, msgrcv(self->msq, &in, 300, 5, IPC_NOWAIT));
	EXPECT_EQ(ENOMSG, errno);
	TAKE(msgrcv, 0);
	ASSERT_EQ(20, msgrcv(self->msq, &in, 300, 0, 0));
	TAKE(msgrcv, 1);
	EXPECT_USER(1, IPCTRACE_USER_RETURN, 0, &out, sizeof(long));
	EXPECT_EQ(-1, msgsnd(self->msq, &bad, 0, 0));
	EXPECT_EQ(EINVAL, errno);
	TAKE(msgsnd, 1);
	EXPECT_USER(1, BOTH, 0, &bad, sizeof(long));
	EXPECT_EQ(-1, msgsnd(self->msq, BAD, 1, 0));
	EXPECT_EQ(EFAULT, errno);
	TAKE(msgsnd, 1);
	EXPECT_UNREAD(1, 0);
	ASSERT_EQ(0, msgsnd(self->msq, &out, 1, 0));
	TAKE(msgsnd, 1);
	EXPECT_EQ(-1, msgrcv(self->msq, BAD, 300, 0, 0));
	EXPECT_EQ(EFAULT, errno);
	TAKE(msgrcv, 0);
}

TEST_F(follow, payload)
{
	static const struct {
		const char *params;
		int kept;
		int sent;
	} rows[] = {
		{ "payload=1", 1, 20 },
		{ "payload=13", 13, 12 },
		{ "payload=13", 13, 13 },
		{ "payload=13", 13, 300 },
		{ "payload=256", 256, 0 },
		{ "payload=256", 256, 255 },
		{ "payload=256", 256, 300 },
	};
	struct { long type; char text[300]; } out = { 42, "" }, in;
	size_t i, n;

	for (i = 0; i < sizeof(out.text); i++)
		out.text[i] = i * 7 + 1;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		vm_trace_close(&self->vm);
		ASSERT_EQ(0, vm_module_reload(rows[i].params));
		ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_NOW));
		n = sizeof(long) +
		    (rows[i].sent < rows[i].kept ? rows[i].sent :
						   rows[i].kept);
		memset(&in, 0, sizeof(in));
		ASSERT_EQ(0, msgsnd(self->msq, &out, rows[i].sent, 0));
		TAKE(msgsnd, 1);
		EXPECT_USER(1, BOTH, 0, &out, n);
		ASSERT_EQ(rows[i].sent, msgrcv(self->msq, &in, 300, 0, 0));
		TAKE(msgrcv, 1);
		EXPECT_USER(1, IPCTRACE_USER_RETURN, 0, &in, n);
		EXPECT_EQ(0, memcmp(&in, &out,
				    sizeof(long) + rows[i].sent));
	}
	vm_trace_close(&self->vm);
	ASSERT_EQ(0, vm_module_default());
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_NOW));
}

/* IPC_SET: the buffer, what the kernel took from it, and before and after. */
#define EXPECT_SET(uid_, gid_, mode_)					\
	({								\
		const struct ipctrace_set *__set =			\
			vm_part(&self->r, IPCTRACE_PART_SET, 0);	\
									\
		ASSERT_NE(NULL, __set);					\
		EXPECT_EQ(IPCTRACE_SET_KERNEL | IPCTRACE_SET_AFTER,	\
			  __set->valid & ~IPCTRACE_SET_QBYTES);		\
		EXPECT_EQ(uid_, __set->kernel_uid);			\
		EXPECT_EQ(gid_, __set->kernel_gid);			\
		EXPECT_EQ(mode_, __set->kernel_mode);			\
		EXPECT_EQ(uid_, __set->after_uid);			\
		EXPECT_EQ(gid_, __set->after_gid);			\
		EXPECT_EQ(mode_, __set->after_mode);			\
		EXPECT_EQ(0, __set->reserved);				\
		EXPECT_EQ(0, self->r.c.object.uid);			\
		EXPECT_EQ(0, self->r.c.object.gid);			\
		EXPECT_EQ(0600, self->r.c.object.mode);			\
		__set;							\
	})

TEST_F(follow, msgctl_set)
{
	const struct ipctrace_set *set;
	struct msqid_ds ds, before;

	ASSERT_EQ(0, msgctl(self->msq, IPC_STAT, &ds));
	before = ds;
	ds.msg_perm.uid = 1234;
	ds.msg_perm.gid = 5678;
	ds.msg_perm.mode = 0640;
	ds.msg_qbytes = 5000;
	vm_trace_forget(&self->vm);
	ASSERT_EQ(0, msgctl(self->msq, IPC_SET, &ds));
	TAKE(msgctl, 3);
	EXPECT_USER(2, BOTH, 0, &ds, sizeof(ds));
	set = EXPECT_SET(1234, 5678, 0640);
	if (vm_kernel_has_types()) {
		EXPECT_TRUE(set->valid & IPCTRACE_SET_QBYTES);
		EXPECT_EQ(before.msg_qbytes, set->before_qbytes);
		EXPECT_EQ(5000, set->after_qbytes);
	} else {
		EXPECT_FALSE(set->valid & IPCTRACE_SET_QBYTES);
		EXPECT_EQ(0, set->before_qbytes);
		EXPECT_EQ(0, set->after_qbytes);
	}
	/* Refused: nothing was set. */
	ds.msg_perm.uid = -1;
	EXPECT_EQ(-1, msgctl(self->msq, IPC_SET, &ds));
	EXPECT_EQ(EINVAL, errno);
	TAKE(msgctl, 2);
	EXPECT_USER(2, BOTH, 0, &ds, sizeof(ds));
	EXPECT_EQ(-1, msgctl(self->msq, IPC_SET, BAD));
	EXPECT_EQ(EFAULT, errno);
	TAKE(msgctl, 2);
	EXPECT_UNREAD(2, 0);
}

TEST_F(follow, semctl_set)
{
	union semun arg;
	struct semid_ds ds;

	arg.buf = &ds;
	ASSERT_EQ(0, semctl(self->sem, 0, IPC_STAT, arg));
	ds.sem_perm.uid = 1234;
	ds.sem_perm.gid = 5678;
	ds.sem_perm.mode = 0640;
	vm_trace_forget(&self->vm);
	ASSERT_EQ(0, semctl(self->sem, 0, IPC_SET, arg));
	TAKE(semctl, 3);
	EXPECT_USER(3, BOTH, 0, &ds, sizeof(ds));
	EXPECT_FALSE(EXPECT_SET(1234, 5678, 0640)->valid & IPCTRACE_SET_QBYTES);
}

TEST_F(follow, shmctl_set)
{
	struct shmid_ds ds;

	ASSERT_EQ(0, shmctl(self->shm, IPC_STAT, &ds));
	ds.shm_perm.uid = 1234;
	ds.shm_perm.gid = 5678;
	ds.shm_perm.mode = 0640;
	vm_trace_forget(&self->vm);
	ASSERT_EQ(0, shmctl(self->shm, IPC_SET, &ds));
	TAKE(shmctl, 3);
	EXPECT_USER(2, BOTH, 0, &ds, sizeof(ds));
	EXPECT_FALSE(EXPECT_SET(1234, 5678, 0640)->valid & IPCTRACE_SET_QBYTES);
}

/* Only the bits that the kernel takes are set. */
TEST_F(follow, set_of_a_mode_with_other_bits)
{
	const struct ipctrace_set *set;
	struct shmid_ds ds;

	ASSERT_EQ(0, shmctl(self->shm, IPC_STAT, &ds));
	ds.shm_perm.mode = 07777;
	vm_trace_forget(&self->vm);
	ASSERT_EQ(0, shmctl(self->shm, IPC_SET, &ds));
	TAKE(shmctl, 3);
	set = vm_part(&self->r, IPCTRACE_PART_SET, 0);
	ASSERT_NE(NULL, set);
	EXPECT_EQ(07777, set->kernel_mode);
	EXPECT_EQ(0777, set->after_mode);
}

/* What a command returned, as the test has it; no bytes when it failed. */
#define EXPECT_RETURNED(call, n, type, ...)				\
	do {								\
		type __buf;						\
									\
		memset(&__buf, 0x55, sizeof(__buf));			\
		ASSERT_LE(0, syscall(SYS_##call, __VA_ARGS__, &__buf));	\
		TAKE(call, 1);						\
		EXPECT_USER(n, IPCTRACE_USER_RETURN, 0, &__buf,		\
			    sizeof(__buf));				\
		ASSERT_EQ(-1, syscall(SYS_##call, __VA_ARGS__, BAD));	\
		EXPECT_EQ(EFAULT, errno);				\
		TAKE(call, 0);						\
	} while (0)

/* Index of an object, for the commands that take one. */
#define INDEX(id)	((id) & 0x7fff)

TEST_F(follow, what_is_returned)
{
	const int msq = self->msq, sem = self->sem, shm = self->shm;

	EXPECT_RETURNED(msgctl, 2, struct msqid_ds, msq, IPC_STAT);
	EXPECT_RETURNED(msgctl, 2, struct msqid_ds, INDEX(msq), MSG_STAT);
	EXPECT_RETURNED(msgctl, 2, struct msqid_ds, INDEX(msq), MSG_STAT_ANY);
	EXPECT_RETURNED(msgctl, 2, struct msginfo, 0, IPC_INFO);
	EXPECT_RETURNED(msgctl, 2, struct msginfo, 0, MSG_INFO);
	EXPECT_RETURNED(semctl, 3, struct semid_ds, sem, 0, IPC_STAT);
	EXPECT_RETURNED(semctl, 3, struct semid_ds, INDEX(sem), 0, SEM_STAT);
	EXPECT_RETURNED(semctl, 3, struct semid_ds, INDEX(sem), 0,
			SEM_STAT_ANY);
	EXPECT_RETURNED(semctl, 3, struct seminfo, 0, 0, IPC_INFO);
	EXPECT_RETURNED(semctl, 3, struct seminfo, 0, 0, SEM_INFO);
	EXPECT_RETURNED(shmctl, 2, struct shmid_ds, shm, IPC_STAT);
	EXPECT_RETURNED(shmctl, 2, struct shmid_ds, INDEX(shm), SHM_STAT);
	EXPECT_RETURNED(shmctl, 2, struct shmid_ds, INDEX(shm), SHM_STAT_ANY);
	EXPECT_RETURNED(shmctl, 2, struct shminfo, 0, IPC_INFO);
	EXPECT_RETURNED(shmctl, 2, struct shm_info, 0, SHM_INFO);
}

TEST_F(follow, commands_without_memory)
{
	EXPECT_EQ(0, semctl(self->sem, 0, GETVAL));
	TAKE(semctl, 0);
	EXPECT_EQ(0, semctl(self->sem, 0, GETPID));
	TAKE(semctl, 0);
	EXPECT_EQ(0, semctl(self->sem, 0, GETNCNT));
	TAKE(semctl, 0);
	EXPECT_EQ(0, semctl(self->sem, 0, GETZCNT));
	TAKE(semctl, 0);
	/* A number, even if it looks like an address. */
	EXPECT_EQ(0, syscall(SYS_semctl, self->sem, 2, SETVAL, 31));
	TAKE(semctl, 0);
	EXPECT_EQ(31, (int)self->r.c.args[3]);
	EXPECT_EQ(0, shmctl(self->shm, SHM_LOCK, NULL));
	TAKE(shmctl, 0);
	EXPECT_EQ(-1, shmctl(self->shm, 99, NULL));
	TAKE(shmctl, 0);
}

TEST_F(follow, semaphore_arrays)
{
	static const int sizes[] = { 1, 3, 4, 63, 64, 65, 250 };
	const bool types = vm_kernel_has_types();
	unsigned short set[250], got[250];
	unsigned int i, n, known, kept;
	int id;

	for (i = 0; i < ARRAY_SIZE(set); i++)
		set[i] = 3 * i + 1;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		n = sizes[i];
		/* How many there are, only described types tell. */
		known = types ? n : 0;
		kept = known < IPCTRACE_MAX_VALUES ? known :
						     IPCTRACE_MAX_VALUES;
		id = semget(IPC_PRIVATE, n, 0600);
		ASSERT_LE(0, id);
		vm_trace_forget(&self->vm);
		memset(got, 0, sizeof(got));
		ASSERT_EQ(0, semctl(id, 0, SETALL, set));
		TAKE(semctl, 1);
		EXPECT_USER(3, types ? BOTH : IPCTRACE_USER_UNREAD, known, set,
			    kept * sizeof(*set));
		ASSERT_EQ(0, semctl(id, 0, GETALL, got));
		TAKE(semctl, 1);
		EXPECT_USER(3, types ? IPCTRACE_USER_RETURN :
				       IPCTRACE_USER_UNREAD, known, got,
			    kept * sizeof(*got));
		EXPECT_EQ(-1, semctl(id, 0, SETALL, BAD));
		EXPECT_EQ(EFAULT, errno);
		TAKE(semctl, types);
		if (types)
			EXPECT_UNREAD(3, n);
		EXPECT_EQ(-1, semctl(id, 0, GETALL, BAD));
		EXPECT_EQ(EFAULT, errno);
		TAKE(semctl, 0);
		EXPECT_EQ(0, semctl(id, 0, IPC_RMID));
	}
	/* Of no set nobody knows how many: none are read. */
	EXPECT_EQ(-1, semctl(-1, 0, SETALL, set));
	vm_trace_forget(&self->vm);
}

#define EXPECT_SEGMENT(at, size) \
	VM_EXPECT_SEGMENT(&self->r, self->shm, at, size)

TEST_F(follow, segments)
{
	char *at, *again, *unused;

	at = shmat(self->shm, NULL, 0);
	ASSERT_NE(MAP_FAILED, at);
	TAKE(shmat, 1);
	EXPECT_SEGMENT(at, VM_ATTACHED(12345));
	unused = mmap(NULL, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
		      -1, 0);
	ASSERT_NE(MAP_FAILED, unused);
	ASSERT_EQ(0, munmap(unused, 1 << 20));
	/* Asked for in the middle of a page. */
	again = shmat(self->shm, unused + 5, SHM_RND | SHM_RDONLY);
	ASSERT_EQ(unused, again);
	TAKE(shmat, 1);
	EXPECT_SEGMENT(again, VM_ATTACHED(12345));
	EXPECT_EQ(MAP_FAILED, shmat(self->shm, at, 0));
	EXPECT_EQ(EINVAL, errno);
	TAKE(shmat, 0);
	EXPECT_EQ(0, shmdt(again));
	TAKE(shmdt, 1);
	EXPECT_SEGMENT(again, 12345);
	EXPECT_EQ(self->shm, self->r.c.object.id);
	EXPECT_EQ(-1, shmdt(at + 4096));
	TAKE(shmdt, 0);
	EXPECT_FALSE(self->r.c.header.flags & IPCTRACE_F_OBJECT);
	EXPECT_EQ(0, shmdt(at));
	TAKE(shmdt, 1);
	EXPECT_SEGMENT(at, 12345);
}

#define EXPECT_HOW(call, how, ...)					\
	do {								\
		EXPECT_EQ(!!(how), syscall(SYS_##call, __VA_ARGS__) >= 0); \
		TAKE(call, (how) == IPCTRACE_F_CREATED);		\
		EXPECT_EQ(how, self->r.c.header.flags &			\
			  (IPCTRACE_F_CREATED | IPCTRACE_F_FOUND));	\
	} while (0)

TEST_F(follow, created_or_found)
{
	const int once = IPC_CREAT | IPC_EXCL | 0600;

	EXPECT_HOW(msgget, 0, KEY, 0);
	EXPECT_HOW(msgget, IPCTRACE_F_CREATED, KEY, IPC_CREAT | 0600);
	EXPECT_HOW(msgget, IPCTRACE_F_FOUND, KEY, IPC_CREAT | 0600);
	EXPECT_HOW(msgget, IPCTRACE_F_FOUND, KEY, 0);
	EXPECT_HOW(msgget, 0, KEY, once);
	EXPECT_EQ(0, msgctl(msgget(KEY, 0), IPC_RMID, NULL));
	vm_trace_forget(&self->vm);
	EXPECT_HOW(semget, 0, KEY, 1, 0);
	EXPECT_HOW(semget, IPCTRACE_F_CREATED, KEY, 1, once);
	EXPECT_HOW(semget, IPCTRACE_F_FOUND, KEY, 1, IPC_CREAT | 0600);
	EXPECT_HOW(semget, 0, KEY, 1, once);
	EXPECT_EQ(0, semctl(semget(KEY, 1, 0), 0, IPC_RMID));
	vm_trace_forget(&self->vm);
	EXPECT_HOW(shmget, 0, KEY, 1, 0);
	EXPECT_HOW(shmget, IPCTRACE_F_CREATED, KEY, 1, once);
	EXPECT_HOW(shmget, IPCTRACE_F_FOUND, KEY, 1, IPC_CREAT | 0600);
	EXPECT_HOW(shmget, 0, KEY, 1, once);
	EXPECT_EQ(0, shmctl(shmget(KEY, 1, 0), IPC_RMID, NULL));
	vm_trace_forget(&self->vm);
	EXPECT_HOW(msgget, IPCTRACE_F_CREATED, IPC_PRIVATE, 0600);
	EXPECT_EQ(0, msgctl(self->r.c.ret, IPC_RMID, NULL));
}

TEST_HARNESS_MAIN
