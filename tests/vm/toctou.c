// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that changes between check and use: where it does, both values are in
 * the record; where it does not, there is one.
 */
#include <pthread.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/syscall.h>

#include "vm_test.h"

#define BOTH	(IPCTRACE_USER_ENTRY | IPCTRACE_USER_RETURN)
#define CALLS	100000

struct message {
	long type;
	char text[64];
};

FIXTURE(toctou) {
	struct vm_trace vm;
	struct vm_record r;
	int msq;
	int sem;
};

FIXTURE_SETUP(toctou)
{
	struct msqid_ds ds;

	VM_SETUP(&self->vm);
	self->msq = msgget(IPC_PRIVATE, 0600);
	ASSERT_LE(0, self->msq);
	/* Room for one message of 64 bytes: the second sender sleeps. */
	ASSERT_EQ(0, msgctl(self->msq, IPC_STAT, &ds));
	ds.msg_qbytes = 64;
	ASSERT_EQ(0, msgctl(self->msq, IPC_SET, &ds));
	self->sem = semget(IPC_PRIVATE, 40, 0600);
	ASSERT_LE(0, self->sem);
	vm_trace_forget(&self->vm);
}

FIXTURE_TEARDOWN(toctou)
{
	msgctl(self->msq, IPC_RMID, NULL);
	semctl(self->sem, 0, IPC_RMID);
	EXPECT_STREQ("", self->vm.fault);
	vm_trace_close(&self->vm);
}

/* struct victim - a call that a thread makes, whose memory others change */
struct victim {
	int nr;
	long args[6];
	pid_t tid;
	long ret;
};

static void *victim(void *data)
{
	struct victim *v = data;

	__atomic_store_n(&v->tid, gettid(), __ATOMIC_RELEASE);
	v->ret = syscall(v->nr, v->args[0], v->args[1], v->args[2], v->args[3],
			 v->args[4], v->args[5]);
	return NULL;
}

/* Its two parts for argument 1: as it began, and as it ended. */
#define EXPECT_CHANGED(before, after, size, number)			\
	do {								\
		const struct ipctrace_user *__one, *__two, *__swap;	\
									\
		__one = vm_user(&self->r, 1, 0);			\
		__two = vm_user(&self->r, 1, 1);			\
		ASSERT_NE(NULL, __one);					\
		ASSERT_NE(NULL, __two);					\
		EXPECT_EQ(NULL, vm_user(&self->r, 1, 2));		\
		if (__one->flags != IPCTRACE_USER_ENTRY) {		\
			__swap = __one;					\
			__one = __two;					\
			__two = __swap;					\
		}							\
		EXPECT_EQ(IPCTRACE_USER_ENTRY, __one->flags);		\
		EXPECT_EQ(IPCTRACE_USER_RETURN, __two->flags);		\
		ASSERT_EQ(size, __one->bytes);				\
		ASSERT_EQ(size, __two->bytes);				\
		EXPECT_EQ(0, memcmp(__one + 1, before, __one->bytes));	\
		EXPECT_EQ(0, memcmp(__two + 1, after, size));		\
		EXPECT_EQ(number, __one->count);			\
		EXPECT_EQ(number, __two->count);			\
	} while (0)

/* Start a call that sleeps, and go on when it does. */
#define ASLEEP(v, thread)						\
	do {								\
		ASSERT_EQ(0, pthread_create(&(thread), NULL, victim, &(v))); \
		while (!__atomic_load_n(&(v).tid, __ATOMIC_ACQUIRE))	\
			usleep(1000);					\
		ASSERT_TRUE(vm_asleep_in_nr((v).tid, (v).nr));		\
	} while (0)

TEST_F(toctou, one_operation)
{
	struct sembuf op = { 0, -1, 0 }, before = op;
	struct victim v = {
		.nr = VM_SEMOP_NR, .args = { VM_SEMOP_ARGS(self->sem, &op, 1) },
	};
	pthread_t thread;

	ASLEEP(v, thread);
	op.sem_op = -7;
	ASSERT_EQ(0, semctl(self->sem, 0, SETVAL, 1));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(0, v.ret);
	ASSERT_TRUE(vm_trace_take_whole(&self->vm, v.tid, &self->r));
	EXPECT_CHANGED(&before, &op, sizeof(op), 1);
}

/* Wherever in the array it is, also beyond what is kept of it. */
TEST_F(toctou, each_of_many_operations)
{
	struct sembuf ops[IPCTRACE_MAX_SOPS], before[IPCTRACE_MAX_SOPS];
	int i, changed;
	pthread_t thread;

	for (changed = 0; changed < IPCTRACE_MAX_SOPS; changed += 1 + changed / 3) {
		struct victim v = {
			.nr = VM_SEMOP_NR,
			.args = { VM_SEMOP_ARGS(self->sem, ops, ARRAY_SIZE(ops)) },
		};

		for (i = 0; i < IPCTRACE_MAX_SOPS; i++)
			ops[i] = (struct sembuf){ i, 1, 0 };
		ops[0].sem_op = -1;
		memcpy(before, ops, sizeof(ops));
		ASSERT_EQ(0, semctl(self->sem, 0, SETVAL, 0));
		ASLEEP(v, thread);
		ops[changed].sem_flg = 0x7777;
		ASSERT_EQ(0, semctl(self->sem, 0, SETVAL, 1));
		ASSERT_EQ(0, pthread_join(thread, NULL));
		EXPECT_EQ(0, v.ret);
		ASSERT_TRUE(vm_trace_take_whole(&self->vm, v.tid, &self->r));
		EXPECT_CHANGED(before, ops, sizeof(ops), IPCTRACE_MAX_SOPS);
	}
}

/* include/linux/jhash.h */
static void jhash_mix(unsigned int k[3])
{
	static const struct {
		unsigned char of, by, rotate, add;
	} steps[] = {
		{ 0, 2, 4, 1 }, { 1, 0, 6, 2 }, { 2, 1, 8, 0 },
		{ 0, 2, 16, 1 }, { 1, 0, 19, 2 }, { 2, 1, 4, 0 },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		unsigned int by = k[steps[i].by];

		k[steps[i].of] -= by;
		k[steps[i].of] ^= by << steps[i].rotate |
				  by >> (32 - steps[i].rotate);
		k[steps[i].by] += k[steps[i].add];
	}
}

/*
 * A change that a hash without a key does not show: what the first 12 bytes do to
 * its state, the next 12 undo. (What is kept of an array had 120 bytes once, and a
 * jhash() of the rest.)
 */
TEST_F(toctou, a_change_with_the_same_hash)
{
	struct sembuf ops[IPCTRACE_MAX_SOPS], before[IPCTRACE_MAX_SOPS];
	const unsigned int start = 0xdeadbeef + sizeof(ops) - 120;
	unsigned int was[3], now[3], word;
	struct victim v = {
		.nr = VM_SEMOP_NR,
		.args = { VM_SEMOP_ARGS(self->sem, ops, ARRAY_SIZE(ops)) },
	};
	unsigned char *tail = (unsigned char *)ops + 120;
	pthread_t thread;
	int i;

	for (i = 0; i < IPCTRACE_MAX_SOPS; i++)
		ops[i] = (struct sembuf){ i, 1, 0 };
	ops[0].sem_op = -1;
	memcpy(before, ops, sizeof(ops));
	ASLEEP(v, thread);
	for (i = 0; i < 3; i++) {
		memcpy(&word, tail + 4 * i, 4);
		was[i] = start + word;
	}
	ops[20].sem_num = 7;
	for (i = 0; i < 3; i++) {
		memcpy(&word, tail + 4 * i, 4);
		now[i] = start + word;
	}
	jhash_mix(was);
	jhash_mix(now);
	for (i = 0; i < 3; i++) {
		memcpy(&word, tail + 12 + 4 * i, 4);
		word += was[i] - now[i];
		memcpy(tail + 12 + 4 * i, &word, 4);
	}
	ASSERT_EQ(0, semctl(self->sem, 0, SETVAL, 1));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(0, v.ret);
	ASSERT_TRUE(vm_trace_take_whole(&self->vm, v.tid, &self->r));
	EXPECT_CHANGED(before, ops, sizeof(ops), IPCTRACE_MAX_SOPS);
}

TEST_F(toctou, type_of_a_message)
{
	struct message first = { 1, "" }, m = { 5, "" };
	long before = m.type, after = 99;
	struct victim v = {
		.nr = SYS_msgsnd, .args = { self->msq, (long)&m, 64, 0 },
	};
	pthread_t thread;

	ASSERT_EQ(0, msgsnd(self->msq, &first, 64, 0));
	ASLEEP(v, thread);
	m.type = after;
	ASSERT_EQ(64, msgrcv(self->msq, &first, 64, 0, 0));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(0, v.ret);
	ASSERT_TRUE(vm_trace_take_whole(&self->vm, v.tid, &self->r));
	EXPECT_CHANGED(&before, &after, sizeof(before), 0);
	/* The kernel took the type before. */
	EXPECT_EQ(64, msgrcv(self->msq, &first, 64, 5, IPC_NOWAIT));
}

/* The memory is gone when the call ends: what there was stays. */
TEST_F(toctou, memory_unmapped_meanwhile)
{
	struct sembuf *op = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sembuf before = { 0, -1, 0 };
	struct victim v = {
		.nr = VM_SEMOP_NR, .args = { VM_SEMOP_ARGS(self->sem, op, 1) },
	};
	const struct ipctrace_user *u;
	pthread_t thread;

	*op = before;
	ASLEEP(v, thread);
	ASSERT_EQ(0, munmap(op, 4096));
	ASSERT_EQ(0, semctl(self->sem, 0, SETVAL, 1));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	ASSERT_TRUE(vm_trace_take_whole(&self->vm, v.tid, &self->r));
	EXPECT_EQ(1, vm_parts(&self->r, 0));
	u = vm_user(&self->r, 1, 0);
	ASSERT_NE(NULL, u);
	EXPECT_EQ(IPCTRACE_USER_ENTRY, u->flags);
	EXPECT_EQ(0, memcmp(u + 1, &before, sizeof(before)));
}

static void *flip_mode(void *data)
{
	struct msqid_ds *ds = data;
	unsigned int i = 0;

	for (;;) {
		pthread_testcancel();
		*(volatile __typeof__(ds->msg_perm.mode) *)&ds->msg_perm.mode =
			++i & 1 ? 0600 : 0666;
	}
	return NULL;
}

/*
 * IPC_SET against a thread on another CPU. Nobody knows which calls it hits;
 * but what the kernel took is what the object became, always, and sooner or
 * later that is not what the buffer had when the call began.
 */
TEST_F(toctou, what_ipc_set_read)
{
	const struct ipctrace_user *entry, *u;
	const struct ipctrace_set *set;
	const struct msqid_ds *ds;
	struct msqid_ds buf;
	int i, n, caught = 0;
	pthread_t thread;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "one CPU: nobody changes anything meanwhile");
	ASSERT_EQ(0, msgctl(self->msq, IPC_STAT, &buf));
	ASSERT_EQ(0, vm_pin(0));
	ASSERT_EQ(0, pthread_create(&thread, NULL, flip_mode, &buf));
	ASSERT_EQ(0, vm_pin(VM_CPU));
	vm_trace_forget(&self->vm);
	for (i = 0; i < 200000 && !caught; i++) {
		/* C libraries may pass a copy on. */
		ASSERT_EQ(0, syscall(SYS_msgctl, self->msq, IPC_SET, &buf));
		ASSERT_TRUE(vm_trace_take_whole(&self->vm, gettid(), &self->r));
		set = vm_part(&self->r, IPCTRACE_PART_SET, 0);
		ASSERT_NE(NULL, set);
		ASSERT_EQ(set->kernel_mode, set->after_mode);
		for (entry = NULL, n = 0; (u = vm_user(&self->r, 2, n)); n++)
			if (u->flags & IPCTRACE_USER_ENTRY)
				entry = u;
		ASSERT_NE(NULL, entry);
		ds = (const void *)(entry + 1);
		caught += ds->msg_perm.mode != set->kernel_mode;
	}
	EXPECT_LT(0, caught);
	pthread_cancel(thread);
	pthread_join(thread, NULL);
}

/* Nobody changes anything: never two parts. */
TEST_F_TIMEOUT(toctou, none_without_a_race, 240)
{
	struct sembuf ops[40];
	struct message m = { 1, "" };
	struct msqid_ds ds;
	unsigned short values[40] = { 0 };
	bool types = vm_kernel_has_types();
	int i, n, calls = 0;

	ASSERT_EQ(0, msgctl(self->msq, IPC_STAT, &ds));
	for (i = 0; i < ARRAY_SIZE(ops); i++)
		ops[i] = (struct sembuf){ i, i % 2, i % 3 ? SEM_UNDO : 0 };
	vm_trace_forget(&self->vm);
	for (i = 0; i < CALLS; i += 5) {
		n = i / 5 % 40 + 1;
		m.type = i + 1;
		ASSERT_EQ(0, syscall(VM_SEMOP(self->sem, ops, n)));
		/* How many they are, only described types tell. */
		if (types)
			ASSERT_EQ(0, syscall(SYS_semctl, self->sem, 0, SETALL,
					     values));
		calls += 4 + types;
		/* Not by ipc(), which has a part more. */
		ASSERT_EQ(0, syscall(SYS_msgsnd, self->msq, &m, n, 0));
		ASSERT_EQ(n, syscall(SYS_msgrcv, self->msq, &m, 64, 0, 0));
		ASSERT_EQ(0, syscall(SYS_msgctl, self->msq, IPC_SET, &ds));
		while (vm_trace_take_whole(&self->vm, gettid(), &self->r)) {
			const bool set = self->r.c.header.call ==
					 IPCTRACE_CALL_msgctl;
			const struct ipctrace_user *u =
				vm_part(&self->r, IPCTRACE_PART_USER, 0);

			/* What it set, and where it comes from */
			ASSERT_EQ(set ? 3 : 1, vm_parts(&self->r, 0));
			ASSERT_NE(NULL, u);
			ASSERT_EQ(self->r.c.header.call == IPCTRACE_CALL_msgrcv ?
				  IPCTRACE_USER_RETURN : BOTH, u->flags);
		}
	}
	EXPECT_EQ(0, vm_sum(self->vm.lost));
	/* Some were told of before they ended, when the CPU was taken away. */
	EXPECT_EQ(calls + vm_trace_count_events(&self->vm, IPCTRACE_TYPE_ENTER,
						0), vm_sum(self->vm.read));
}

TEST_HARNESS_MAIN
