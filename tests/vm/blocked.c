// SPDX-License-Identifier: GPL-2.0
/*
 * Calls that have not returned: one record while they are asleep, a place in
 * the list, and a record when they end, whatever ends them.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "vm_abi.h"
#include "vm_objects.h"
#include "vm_test.h"

#define TELL_NS		10000000	/* a call as old as this is told of */
#define ERESTARTNOHAND	514

VM_FIXTURE_QUEUE_AND_SET(blocked)

/* The calls in flight, from the beginning to the end of the list. */
static size_t list(int fd, void (*each)(const struct ipctrace_call *, void *),
		   void *data)
{
	static __aligned_u64 buffer[4 * IPCTRACE_BLOCK_BYTES / 8];
	struct ipctrace_blocked blocked = {
		.buffer = (unsigned long)buffer,
	};
	const struct ipctrace_header *h;
	size_t n = 0;
	__u32 at;

	for (;;) {
		blocked.bytes = sizeof(buffer);
		if (ioctl(fd, IPCTRACE_IOC_BLOCKED, &blocked))
			return -1;
		if (!blocked.bytes)
			return n;
		for (at = 0; at < blocked.bytes; at += h->len) {
			h = (const void *)((const char *)buffer + at);
			if (h->len < sizeof(struct ipctrace_call) ||
			    at + h->len > blocked.bytes ||
			    h->type != IPCTRACE_TYPE_ENTER)
				return -1;
			if (each)
				each((const void *)h, data);
			n++;
		}
	}
}

struct find {
	pid_t tid;
	int found;
	struct vm_record record;
};

static void find_one(const struct ipctrace_call *c, void *data)
{
	struct find *find = data;

	if (c->tid != (__u32)find->tid)
		return;
	find->found++;
	memcpy(&find->record, c, c->header.len);
}

/* What an IPCTRACE_TYPE_ENTER record says of @shot, which is in flight. */
#define EXPECT_ENTERED(record, shot, expected_object, nr_args)		\
	do {								\
		const struct ipctrace_call *__c = &(record)->c;		\
		const struct vm_who *__who = &(shot)->who;		\
		int __i;						\
									\
		EXPECT_EQ(IPCTRACE_TYPE_ENTER, __c->header.type);	\
		EXPECT_EQ((shot)->call, __c->header.call);		\
		EXPECT_EQ(VM_ABI, __c->header.abi);	\
		EXPECT_EQ(__who->tgid, (pid_t)__c->tgid);		\
		EXPECT_EQ(__who->tid, (pid_t)__c->tid);			\
		EXPECT_EQ(__who->ppid, (pid_t)__c->ppid);		\
		EXPECT_EQ(__who->uid, __c->uid);			\
		EXPECT_EQ(__who->gid, __c->gid);			\
		EXPECT_EQ(__who->loginuid, __c->loginuid);		\
		EXPECT_EQ(__who->ipc_ns, __c->ipc_ns);			\
		EXPECT_EQ(__who->cgroup, __c->cgroup);			\
		EXPECT_EQ(0, memcmp(__who->comm, __c->comm, 16));	\
		EXPECT_EQ(0, __c->ret);					\
		for (__i = 0; __i < (nr_args); __i++)			\
			EXPECT_EQ((unsigned long)(shot)->args[__i],		\
				  __c->args[__i]);			\
		EXPECT_TRUE(__c->header.flags & IPCTRACE_F_OBJECT);	\
		EXPECT_EQ(0, memcmp(expected_object, &__c->object,	\
				    sizeof(__c->object)));		\
		EXPECT_LE((shot)->before_ns,				\
			  __c->header.time_ns - __c->duration_ns);	\
		EXPECT_GE(vm_now(), __c->header.time_ns);		\
	} while (0)

TEST_F(blocked, a_sleeper_is_told_of_once)
{
	struct { long type; char text[8]; } in = { 0, "" }, out = { 3, "" };
	struct find find = { .found = 0 };
	pid_t pid;

	pid = vm_shoot_async(self->shot, IPCTRACE_CALL_msgrcv,
			     VM_ARGS(self->msq, (long)&in, 8, 3, 0));
	ASSERT_TRUE(vm_trace_wait_event(&self->vm, IPCTRACE_TYPE_ENTER,
					pid, &self->r));
	EXPECT_ENTERED(&self->r, self->shot, &self->msq_object, 5);
	EXPECT_LE(TELL_NS, self->r.c.duration_ns);
	find.tid = pid;
	EXPECT_EQ(1, list(self->vm.fd, find_one, &find));
	ASSERT_EQ(1, find.found);
	EXPECT_ENTERED(&find.record, self->shot, &self->msq_object, 5);
	EXPECT_LE(self->r.c.duration_ns, find.record.c.duration_ns);
	usleep(100000);
	EXPECT_EQ(0, vm_trace_count_events(&self->vm, IPCTRACE_TYPE_ENTER, pid));
	EXPECT_EQ(0, vm_trace_count(&self->vm, pid));

	ASSERT_EQ(0, msgsnd(self->msq, &out, 5, 0));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_STREQ("", vm_verify(&self->vm, self->shot, "woken", 5,
				   &self->msq_object));
	EXPECT_EQ(0, list(self->vm.fd, NULL, NULL));
	EXPECT_EQ(0, vm_trace_count_events(&self->vm, IPCTRACE_TYPE_ENTER, pid));
}

/* What it waits for is in the record. */
TEST_F(blocked, a_semaphore_is_waited_for)
{
	struct sembuf ops[2] = { { 1, 1, 0 }, { 0, -3, SEM_UNDO } };
	struct __kernel_timespec timeout = { 100, 200 };
	const struct ipctrace_user *u;
	struct find find = { .found = 0 };
	pid_t pid;

	pid = vm_shoot_async(self->shot, IPCTRACE_CALL_semtimedop,
			     VM_ARGS(self->sem, (long)ops, 2, (long)&timeout));
	ASSERT_TRUE(vm_trace_wait_event(&self->vm, IPCTRACE_TYPE_ENTER,
					pid, &self->r));
	EXPECT_ENTERED(&self->r, self->shot, &self->sem_object, 4);
	find.tid = pid;
	EXPECT_EQ(1, list(self->vm.fd, find_one, &find));
	for (; find.found; find.found--) {
		u = vm_user(&find.record, 1, 0);
		ASSERT_NE(NULL, u);
		EXPECT_EQ(IPCTRACE_USER_ENTRY, u->flags);
		ASSERT_EQ(sizeof(ops), u->bytes);
		EXPECT_EQ(0, memcmp(u + 1, ops, sizeof(ops)));
		u = vm_user(&find.record, 3, 0);
		ASSERT_NE(NULL, u);
		EXPECT_EQ(0, memcmp(u + 1, &timeout, sizeof(timeout)));
	}
	EXPECT_EQ(0, semctl(self->sem, 0, SETVAL, 3));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_EQ(0, self->shot->ret);
}

/*
 * Those that return at once leave one record, however many. One that takes
 * long without sleeping, because the CPU is taken away, is told of with reason.
 */
TEST_F(blocked, a_short_call_is_not_told_of)
{
	struct sembuf up = { 0, 1, 0 }, down = { 0, -1, 0 };
	struct ipctrace_call c;
	size_t told, slow = 0;
	int i;

	for (i = 0; i < 8000; i++) {
		ASSERT_EQ(0, semop(self->sem, &up, 1));
		ASSERT_EQ(0, semop(self->sem, &down, 1));
	}
	told = vm_trace_count_events(&self->vm, IPCTRACE_TYPE_ENTER, 0);
	EXPECT_EQ(0, vm_sum(self->vm.lost));
	EXPECT_EQ(16000 + told, vm_sum(self->vm.read));
	for (i = 0; vm_trace_take(&self->vm, gettid(), &c); i++)
		slow += c.duration_ns >= TELL_NS;
	EXPECT_EQ(16000, i);
	EXPECT_LE(told, slow);
	EXPECT_EQ(0, list(self->vm.fd, NULL, NULL));
}

static void handler(int sig)
{
}

/* However the call ends: its record says how. */
TEST_F(blocked, ends)
{
	static const struct {
		const char *what;
		long ret;
	} rows[] = {
		{ "removed", -EIDRM }, { "timeout", -EAGAIN },
		{ "signal", -EINTR }, { "woken", 0 },
	};
	struct sigaction action = { .sa_handler = handler };
	struct __kernel_timespec timeout = { 100, 0 };
	struct sembuf down = { 0, -1, 0 };
	size_t i;
	pid_t pid;

	ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
	for (i = ARRAY_SIZE(rows); i--;) {
		timeout.tv_sec = rows[i].ret == -EAGAIN ? 2 : 100;
		pid = vm_shoot_async(self->shot, IPCTRACE_CALL_semtimedop,
				     VM_ARGS(self->sem, (long)&down, 1,
					     (long)&timeout));
		ASSERT_TRUE(vm_trace_wait_event(&self->vm, IPCTRACE_TYPE_ENTER,
						pid, &self->r))
			TH_LOG("%s", rows[i].what);
		if (rows[i].ret == 0)
			EXPECT_EQ(0, semctl(self->sem, 0, SETVAL, 1));
		if (rows[i].ret == -EINTR)
			EXPECT_EQ(0, kill(pid, SIGUSR1));
		if (rows[i].ret == -EIDRM)
			EXPECT_EQ(0, semctl(self->sem, 0, IPC_RMID));
		ASSERT_EQ(pid, waitpid(pid, NULL, 0));
		EXPECT_STREQ("", vm_verify(&self->vm, self->shot, rows[i].what,
					   rows[i].ret, &self->sem_object));
	}
	EXPECT_EQ(0, vm_trace_count_events(&self->vm, IPCTRACE_TYPE_ENTER, pid));
}

/* One that is killed while it sleeps is not listed for ever. */
TEST_F(blocked, is_killed)
{
	struct { long type; char text[8]; } in;
	struct ipctrace_call c;
	pid_t pid;

	pid = vm_shoot_async(self->shot, IPCTRACE_CALL_msgrcv,
			     VM_ARGS(self->msq, (long)&in, 8, 3, 0));
	ASSERT_TRUE(vm_trace_wait_event(&self->vm, IPCTRACE_TYPE_ENTER,
					pid, &self->r));
	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	ASSERT_TRUE(vm_trace_take(&self->vm, pid, &c));
	EXPECT_EQ(-ERESTARTNOHAND, c.ret);
	EXPECT_EQ(0, list(self->vm.fd, NULL, NULL));
}

/* ---- Many at once ---------------------------------------------------------- */

#define TIDS	(1 << 22)

/* struct crowd - sleepers, and how often each was seen, by thread */
struct crowd {
	int sem;
	pthread_t *thread;
	unsigned char *listed;
	unsigned char *told;
	unsigned char *ended;
	size_t strange;
};

static void count_one(const struct ipctrace_call *c, void *data)
{
	struct crowd *crowd = data;

	if (c->tid >= TIDS || c->tgid != (__u32)getpid() ||
	    c->header.call != IPCTRACE_CALL_semtimedop ||
	    c->object.id != crowd->sem || c->args[0] != (__u64)crowd->sem)
		crowd->strange++;
	else
		crowd->listed[c->tid]++;
}

/* What the trace has of them. */
static void count_records(struct vm_trace *t, struct crowd *crowd)
{
	size_t i;

	vm_trace_fill(t);
	for (i = 0; i < t->pending.n; i++) {
		const struct ipctrace_call *c = t->pending.v[i];

		/* The test itself, whose one call wakes all, is not one. */
		if (c->tid == (__u32)gettid())
			continue;
		if (c->header.type == IPCTRACE_TYPE_ENTER)
			crowd->told[c->tid % TIDS]++;
		else if (c->header.type == IPCTRACE_TYPE_CALL &&
			 c->header.call == IPCTRACE_CALL_semtimedop && !c->ret)
			crowd->ended[c->tid % TIDS]++;
		else
			crowd->strange++;
	}
	vm_trace_drop(t);
}

/* How many were seen @times. */
static size_t seen(const unsigned char *by_tid, int times)
{
	size_t i, n = 0;

	for (i = 0; i < TIDS; i++)
		n += by_tid[i] == times;
	return n;
}

static size_t seen_at_all(const unsigned char *by_tid)
{
	return TIDS - seen(by_tid, 0);
}

static void *sleeper(void *data)
{
	const struct crowd *crowd = data;
	struct sembuf down = { 0, -1, 0 };

	syscall(VM_SEMTIMEDOP_NR, crowd->sem, &down, 1, NULL);
	return NULL;
}

static int start(struct crowd *crowd, int n)
{
	pthread_attr_t attr;
	int i;

	crowd->listed = calloc(3, TIDS);
	crowd->told = crowd->listed + TIDS;
	crowd->ended = crowd->told + TIDS;
	crowd->thread = calloc(n, sizeof(*crowd->thread));
	/* Small, in pages that are small: this is the least on arm64. */
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 1 << 17);
	pthread_attr_setguardsize(&attr, 0);
	for (i = 0; i < n; i++)
		if (pthread_create(&crowd->thread[i], &attr, sleeper, crowd))
			break;
	return i;
}

/* All of them told of, listed once and not more, and recorded when woken. */
#define MANY(n)								\
	do {								\
		struct crowd crowd = { .sem = self->sem };		\
		int __i, __n = start(&crowd, n);			\
									\
		EXPECT_EQ(n, __n);					\
		for (__i = 0; __i < 6000; __i++) {			\
			if (semctl(self->sem, 0, GETNCNT) == __n)	\
				break;					\
			usleep(10000);					\
		}							\
		EXPECT_EQ(__n, semctl(self->sem, 0, GETNCNT));		\
		/* Let the last of them be told of. */			\
		EXPECT_TRUE(vm_trace_wait_count(&self->vm,		\
						IPCTRACE_TYPE_ENTER,	\
						getpid(), __n));	\
		EXPECT_EQ(__n, list(self->vm.fd, count_one, &crowd));	\
		EXPECT_EQ(__n, seen(crowd.listed, 1));			\
		EXPECT_EQ(__n, seen_at_all(crowd.listed));		\
		EXPECT_EQ(0, crowd.strange);				\
		EXPECT_EQ(0, semctl(self->sem, 0, SETVAL, __n));	\
		for (__i = 0; __i < __n; __i++)				\
			pthread_join(crowd.thread[__i], NULL);		\
		count_records(&self->vm, &crowd);			\
		EXPECT_EQ(0, crowd.strange);				\
		EXPECT_EQ(0, vm_sum(self->vm.lost));			\
		EXPECT_EQ(__n, seen(crowd.told, 1));			\
		EXPECT_EQ(__n, seen_at_all(crowd.told));		\
		EXPECT_EQ(__n, seen(crowd.ended, 1));			\
		EXPECT_EQ(__n, seen_at_all(crowd.ended));		\
		EXPECT_EQ(0, list(self->vm.fd, NULL, NULL));		\
		free(crowd.thread);					\
		free(crowd.listed);					\
	} while (0)

TEST_F_TIMEOUT(blocked, two_thousand, 240)
{
	MANY(2000);
}

TEST_F_TIMEOUT(blocked, ten_thousand, 280)
{
	vm_trace_close(&self->vm);
	ASSERT_EQ(0, vm_module_reload("max_blocked=10000"));
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_NOW));
	MANY(10000);
}

TEST_HARNESS_MAIN
