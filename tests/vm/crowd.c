// SPDX-License-Identifier: GPL-2.0
/*
 * Thousands of processes asleep in msgrcv() and semop() at once, and then all
 * woken, or killed one by one, or what they wait for removed: each call is
 * recorded once, with its end, and with the time that it took.
 *
 * IPCTRACE_SLEEPERS=NUMBER: of them, 1000.
 */
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <time.h>

#include "vm_random.h"
#include "vm_test.h"

#define SLEEPERS	1000
#define SLEEPERS_MAX	10000
#define STACK_BYTES	8192
#define PIDS		(1 << 22)
#define ERESTARTNOHAND	514

/*
 * struct sleeper - a process that shares our memory; what it knows of its call,
 * and what was recorded
 * @before_ns: CLOCK_MONOTONIC before the call, or 0
 * @after_ns: and after it, or when the process was reaped
 * @ends_ns: before what ends the call was done
 */
struct sleeper {
	pid_t pid;
	int id;
	bool receives;
	long ret;
	uint64_t before_ns;
	uint64_t after_ns;
	uint64_t ends_ns;
	unsigned int entered;
	unsigned int ended;
};

struct message {
	long type;
	char text[8];
};

FIXTURE(crowd) {
	struct vm_trace vm;
	struct sleeper *sleepers;
	struct sleeper **by_pid;
	char *stacks;
	int n;
	int msq;
	int sem;
};

FIXTURE_SETUP(crowd)
{
	const char *setting = getenv("IPCTRACE_SLEEPERS");

	self->n = setting ? atoi(setting) : SLEEPERS;
	ASSERT_LT(1, self->n);
	ASSERT_GE(SLEEPERS_MAX, self->n);
	ASSERT_EQ(0, vm_module_reload("max_blocked=20000 ring_bytes=16777216"));
	self->msq = msgget(IPC_PRIVATE, 0600);
	ASSERT_LE(0, self->msq);
	self->sem = semget(IPC_PRIVATE, 1, 0600);
	ASSERT_LE(0, self->sem);
	self->sleepers = calloc(self->n, sizeof(*self->sleepers));
	self->by_pid = calloc(PIDS, sizeof(*self->by_pid));
	self->stacks = mmap(NULL, (size_t)self->n * STACK_BYTES,
			    PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	ASSERT_NE(NULL, self->sleepers);
	ASSERT_NE(NULL, self->by_pid);
	ASSERT_NE(MAP_FAILED, self->stacks);
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_NOW));
}

FIXTURE_TEARDOWN(crowd)
{
	int i;

	for (i = 0; i < self->n; i++)
		if (self->sleepers[i].pid > 0)
			kill(self->sleepers[i].pid, SIGKILL);
	while (wait(NULL) > 0)
		;
	msgctl(self->msq, IPC_RMID, NULL);
	semctl(self->sem, 0, IPC_RMID);
	EXPECT_STREQ("", self->vm.fault);
	vm_trace_close(&self->vm);
	EXPECT_EQ(0, vm_module_default());
}

/* Without the C library's errno, which they would share. */
static long call(long nr, const long args[6])
{
#if defined(__x86_64__)
	register long r10 asm("r10") = args[3];
	register long r8 asm("r8") = args[4];
	long ret;

	asm volatile("syscall" : "=a" (ret)
		     : "a" (nr), "D" (args[0]), "S" (args[1]), "d" (args[2]),
		       "r" (r10), "r" (r8)
		     : "rcx", "r11", "memory");
	return ret;
#elif defined(__aarch64__)
	register long x8 asm("x8") = nr;
	register long x0 asm("x0") = args[0];
	register long x1 asm("x1") = args[1];
	register long x2 asm("x2") = args[2];
	register long x3 asm("x3") = args[3];
	register long x4 asm("x4") = args[4];

	asm volatile("svc 0" : "+r" (x0)
		     : "r" (x8), "r" (x1), "r" (x2), "r" (x3), "r" (x4)
		     : "memory");
	return x0;
#else
	return vm_random_int80(nr, args);
#endif
}

static int sleep_in_call(void *data)
{
	struct sembuf down = { 0, -1, 0 };
	struct sleeper *s = data;
	struct message message;
	long ret;

	s->before_ns = vm_now();
	if (s->receives)
		ret = call(SYS_msgrcv,
			   VM_ARGS(s->id, (long)&message, 8, 1, 0));
	else
		ret = call(VM_SEMOP_NR,
			   VM_ARGS(VM_SEMOP_ARGS(s->id, &down, 1)));
	s->ret = ret;
	s->after_ns = vm_now();
	call(SYS_exit, VM_ARGS(0));
	return 0;
}

/* What the trace has of @s, and whether it is true. */
static const char *judge(struct sleeper *s, const struct ipctrace_call *c,
			 uint64_t asleep_ns, long ret)
{
	uint64_t begin_ns = c->header.time_ns - c->duration_ns;

	if (c->header.call != (s->receives ? IPCTRACE_CALL_msgrcv :
					     IPCTRACE_CALL_semop) ||
	    c->args[!s->receives && VM_SEMOP_IPC] != (uint64_t)s->id || c->object.id != s->id)
		return "another call";
	if (begin_ns < s->before_ns || begin_ns > asleep_ns)
		return "it began at another time";
	if (c->header.type == IPCTRACE_TYPE_ENTER) {
		s->entered++;
		return "";
	}
	if (c->header.type != IPCTRACE_TYPE_CALL)
		return "missed";
	s->ended++;
	if (c->ret != ret)
		return "another result";
	if (c->header.time_ns < s->ends_ns || c->header.time_ns > s->after_ns)
		return "it ended at another time";
	return "";
}

static uint64_t missed(int fd)
{
	struct ipctrace_call_stats stats;
	uint64_t n = vm_events(fd, IPCTRACE_TYPE_MISSED);
	int i;

	for (i = 0; i < IPCTRACE_NR_CALLS; i++)
		n += vm_call_stats(fd, i, &stats) ? 1 : stats.missed;
	return n;
}

enum end { WOKEN, REMOVED, KILLED };

/* End the calls of all. */
static void end_all(struct sleeper *sleepers, int n, enum end how, int msq,
		    int sem)
{
	struct message message = { 1, "" };
	uint64_t now = vm_now();
	int i;

	for (i = 0; i < n; i++)
		sleepers[i].ends_ns = now;
	switch (how) {
	case WOKEN:
		for (i = 0; i < n; i++)
			if (sleepers[i].receives)
				msgsnd(msq, &message, 5, 0);
		semctl(sem, 0, SETVAL, n - n / 2);
		break;
	case REMOVED:
		msgctl(msq, IPC_RMID, NULL);
		semctl(sem, 0, IPC_RMID);
		break;
	case KILLED:
		for (i = 0; i < n; i++) {
			sleepers[i].ends_ns = vm_now();
			kill(sleepers[i].pid, SIGKILL);
		}
		break;
	}
}

#define CROWD(self, how, ret_msgrcv, ret_semop)				\
	do {								\
		unsigned int __once = 0, __wrong = 0;			\
		uint64_t __asleep_ns;					\
		const char *__what;					\
		struct sleeper *__s;					\
		int __i, __status;					\
		size_t __r;						\
									\
		for (__i = 0; __i < (self)->n; __i++) {			\
			__s = &(self)->sleepers[__i];			\
			__s->receives = __i & 1;			\
			__s->id = __i & 1 ? (self)->msq : (self)->sem;	\
			__s->pid = clone(sleep_in_call, (self)->stacks + \
					 (__i + 1L) * STACK_BYTES,	\
					 CLONE_VM | SIGCHLD, __s);	\
			ASSERT_LT(0, __s->pid);				\
			(self)->by_pid[__s->pid] = __s;			\
		}							\
		/* Each is told of when it has been asleep for long. */	\
		ASSERT_TRUE(vm_trace_wait_count(&(self)->vm,		\
						IPCTRACE_TYPE_ENTER, 0,	\
						(self)->n));		\
		__asleep_ns = vm_now();					\
		EXPECT_EQ((self)->n / 2 + (self)->n % 2,		\
			  semctl((self)->sem, 0, GETNCNT));		\
		end_all((self)->sleepers, (self)->n, how, (self)->msq,	\
			(self)->sem);					\
		for (__i = 0; __i < (self)->n; __i++) {			\
			__s = &(self)->sleepers[__i];			\
			EXPECT_EQ(__s->pid,				\
				  waitpid(__s->pid, &__status, 0));	\
			EXPECT_EQ(how == KILLED, WIFSIGNALED(__status));\
			if (how == KILLED)				\
				__s->after_ns = vm_now();		\
			else						\
				EXPECT_EQ(__s->receives ? ret_msgrcv :	\
							  ret_semop,	\
					  __s->ret);			\
		}							\
		vm_trace_fill(&(self)->vm);				\
		for (__r = 0; __r < (self)->vm.pending.n; __r++) {	\
			const struct ipctrace_call *__c =		\
				(self)->vm.pending.v[__r];		\
									\
			__s = (self)->by_pid[__c->tgid % PIDS];		\
			if (!__s)					\
				continue;				\
			__what = judge(__s, __c, __asleep_ns,		\
				       __s->receives ? ret_msgrcv :	\
						       ret_semop);	\
			__wrong += !!*__what;				\
			if (*__what && __wrong < 10)			\
				TH_LOG("process %d, ret %lld: %s",	\
				       __s->pid, (long long)__c->ret,	\
				       __what);				\
		}							\
		for (__i = 0; __i < (self)->n; __i++) {			\
			__s = &(self)->sleepers[__i];			\
			__once += __s->entered == 1 && __s->ended == 1;	\
			__s->pid = 0;					\
		}							\
		TH_LOG("%d asleep, %s: %u recorded once, %u wrong, %llu missed",\
		       (self)->n, #how, __once, __wrong,		\
		       (unsigned long long)missed((self)->vm.fd));	\
		EXPECT_EQ((self)->n, __once);				\
		EXPECT_EQ(0, __wrong);					\
		EXPECT_EQ(0, missed((self)->vm.fd));			\
		EXPECT_EQ(0, vm_sum((self)->vm.lost));			\
	} while (0)

TEST_F_TIMEOUT(crowd, is_woken, 600)
{
	CROWD(self, WOKEN, 5, 0);
}

TEST_F_TIMEOUT(crowd, is_bereft, 600)
{
	CROWD(self, REMOVED, -EIDRM, -EIDRM);
}

TEST_F_TIMEOUT(crowd, is_killed, 600)
{
	CROWD(self, KILLED, -ERESTARTNOHAND, -EINTR);
}

TEST_HARNESS_MAIN
