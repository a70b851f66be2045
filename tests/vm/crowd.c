// SPDX-License-Identifier: GPL-2.0
/*
 * Thousands of processes asleep in msgrcv() and semop() at once, and then all
 * woken, or killed one by one, or what they wait for removed: each call is
 * recorded once, with its end, and with the time that it took. Those that there
 * is no room to watch are missed, each told of and counted. And the module goes,
 * and comes back, while all sleep.
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
 * @entered_ns: when it began, as the record says that was made meanwhile
 */
struct sleeper {
	pid_t pid;
	int id;
	bool receives;
	long ret;
	uint64_t before_ns;
	uint64_t after_ns;
	uint64_t ends_ns;
	uint64_t entered_ns;
	unsigned int entered;
	unsigned int ended;
	unsigned int missed;
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

/* With room for so many in each call. */
static int crowd_reload(int max_blocked)
{
	char params[64];

	snprintf(params, sizeof(params), "max_blocked=%d ring_bytes=16777216",
		 max_blocked);
	return vm_module_reload(params);
}

FIXTURE_SETUP(crowd)
{
	const char *setting = getenv("IPCTRACE_SLEEPERS");

	self->n = setting ? atoi(setting) : SLEEPERS;
	ASSERT_LT(1, self->n);
	ASSERT_GE(SLEEPERS_MAX, self->n);
	/* No more room than that: slow kernels take long to free it. */
	ASSERT_EQ(0, crowd_reload(2 * self->n));
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
	bool by_ipc = !s->receives && VM_SEMOP_IPC;
	/* A missed ipc() is told of as that: nobody looked where it leads. */
	bool is_ipc = by_ipc && c->header.type == IPCTRACE_TYPE_MISSED;
	int call = is_ipc ? IPCTRACE_CALL_ipc :
		   s->receives ? IPCTRACE_CALL_msgrcv : IPCTRACE_CALL_semop;

	if (c->header.call != call || c->args[by_ipc] != (uint64_t)s->id ||
	    c->object.id != (is_ipc ? 0 : s->id))
		return "another call";
	if (begin_ns < s->before_ns || begin_ns > asleep_ns)
		return "it began at another time";
	if (c->header.type == IPCTRACE_TYPE_ENTER) {
		s->entered++;
		s->entered_ns = begin_ns;
		return s->ended ? "in flight after its end" : "";
	}
	if (c->header.type == IPCTRACE_TYPE_MISSED) {
		s->missed++;
		return c->duration_ns || c->ret ? "missed, with an end" : "";
	}
	s->ended++;
	if (c->ret != ret)
		return "another result";
	if (s->entered && begin_ns != s->entered_ns)
		return "two times of its begin";
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

/* What the calls return, by whether a sleeper receives: semop(), msgrcv(). */
static const long woken[] = { 0, 5 };
static const long bereft[] = { -EIDRM, -EIDRM };
static const long killed[] = { -EINTR, -ERESTARTNOHAND };

/*
 * Let all begin their calls; the device is not open for them when it is closed
 * for us. Return: how many did.
 */
static int begin(FIXTURE_DATA(crowd) *self)
{
	struct sleeper *s;
	int i;

	for (i = 0; i < self->n; i++) {
		s = &self->sleepers[i];
		s->receives = i & 1;
		s->id = s->receives ? self->msq : self->sem;
		s->pid = clone(sleep_in_call,
			       self->stacks + (i + 1L) * STACK_BYTES,
			       CLONE_VM | CLONE_FILES | SIGCHLD, s);
		if (s->pid < 0)
			break;
		self->by_pid[s->pid] = s;
	}
	return i;
}

/* How many are in one of the calls. */
static int in_call(const FIXTURE_DATA(crowd) *self, bool receives)
{
	return receives ? self->n / 2 : self->n - self->n / 2;
}

/* Wake those that are in one of the calls. */
static void wake(const FIXTURE_DATA(crowd) *self, bool receives)
{
	struct message message = { 1, "" };
	int i, n = in_call(self, receives);

	if (!receives) {
		semctl(self->sem, 0, SETVAL, n);
		return;
	}
	for (i = 0; i < n; i++)
		msgsnd(self->msq, &message, 5, 0);
}

/*
 * Wait for the end of those that are in one of the calls. Return: how many ended
 * as they should, by a signal or with the call's result.
 */
static int reap(FIXTURE_DATA(crowd) *self, bool receives, int by_signal,
		const long *results)
{
	int i, status, right = 0;
	struct sleeper *s;

	for (i = 0; i < self->n; i++) {
		s = &self->sleepers[i];
		if (s->receives != receives ||
		    waitpid(s->pid, &status, 0) != s->pid)
			continue;
		s->pid = 0;
		if (by_signal)
			s->after_ns = vm_now();
		right += by_signal ? WIFSIGNALED(status) &&
				     WTERMSIG(status) == by_signal :
				     WIFEXITED(status) && s->ret == results[receives];
	}
	return right;
}

/* Look at what the trace has of all. Return: how many records are wrong. */
static unsigned int judge_all(struct __test_metadata *_metadata,
			      FIXTURE_DATA(crowd) *self, uint64_t asleep_ns,
			      const long *results)
{
	unsigned int wrong = 0;
	const char *what;
	struct sleeper *s;
	size_t r;

	vm_trace_fill(&self->vm);
	for (r = 0; r < self->vm.pending.n; r++) {
		const struct ipctrace_call *c = self->vm.pending.v[r];

		s = self->by_pid[c->tgid % PIDS];
		if (!s)
			continue;
		what = judge(s, c, asleep_ns, results[s->receives]);
		wrong += !!*what;
		if (*what && wrong < 10)
			TH_LOG("process %d, ret %lld: %s", c->tgid,
			       (long long)c->ret, what);
	}
	return wrong;
}

/* How many records the trace has of them. */
static unsigned int recorded(FIXTURE_DATA(crowd) *self)
{
	unsigned int n = 0;
	size_t r;

	vm_trace_fill(&self->vm);
	for (r = 0; r < self->vm.pending.n; r++)
		n += !!self->by_pid[self->vm.pending.v[r]->tgid % PIDS];
	return n;
}

enum end { WOKEN, REMOVED, KILLED };

static void end_all(FIXTURE_DATA(crowd) *self, enum end how)
{
	uint64_t now = vm_now();
	int i;

	for (i = 0; i < self->n; i++)
		self->sleepers[i].ends_ns = now;
	switch (how) {
	case WOKEN:
		wake(self, true);
		wake(self, false);
		break;
	case REMOVED:
		msgctl(self->msq, IPC_RMID, NULL);
		semctl(self->sem, 0, IPC_RMID);
		break;
	case KILLED:
		for (i = 0; i < self->n; i++) {
			self->sleepers[i].ends_ns = vm_now();
			kill(self->sleepers[i].pid, SIGKILL);
		}
		break;
	}
}

/* All asleep, all ended: @watched of those in each call recorded, others missed. */
static void crowd_ends(struct __test_metadata *_metadata,
		       FIXTURE_DATA(crowd) *self, enum end how,
		       const long *results, int watched)
{
	int by_signal = how == KILLED ? SIGKILL : 0;
	int i, told = 0, once = 0, only_missed = 0, all;
	unsigned int wrong;
	uint64_t asleep_ns;

	for (i = 0; i < 2; i++)
		told += watched < in_call(self, i) ? watched : in_call(self, i);
	ASSERT_EQ(self->n, begin(self));
	/* Each is told of when it has been asleep for long; or at once. */
	ASSERT_TRUE(vm_trace_wait_count(&self->vm, IPCTRACE_TYPE_ENTER, 0,
					told));
	ASSERT_TRUE(vm_trace_wait_count(&self->vm, IPCTRACE_TYPE_MISSED, 0,
					self->n - told));
	asleep_ns = vm_now();
	/* One that is missed is told of when it begins: it may not sleep yet. */
	if (told == self->n)
		EXPECT_EQ(in_call(self, false),
			  semctl(self->sem, 0, GETNCNT));
	end_all(self, how);
	for (i = 0; i < 2; i++)
		EXPECT_EQ(in_call(self, i), reap(self, i, by_signal, results));
	wrong = judge_all(_metadata, self, asleep_ns, results);
	for (i = 0; i < self->n; i++) {
		const struct sleeper *s = &self->sleepers[i];

		once += s->entered == 1 && s->ended == 1 && !s->missed;
		only_missed += !s->entered && !s->ended && s->missed == 1;
	}
	TH_LOG("%d asleep, %s: %d recorded once, %u wrong, %d missed",
	       self->n, how == WOKEN ? "woken" : how == KILLED ? "killed" :
	       "bereft", once, wrong, only_missed);
	EXPECT_EQ(told, once);
	EXPECT_EQ(self->n - told, only_missed);
	EXPECT_EQ(0, wrong);
	/* In the stream, and in the statistics; others' calls by ipc(), too. */
	all = vm_trace_count_events(&self->vm, IPCTRACE_TYPE_MISSED, 0);
	if (told == self->n || !VM_SEMOP_IPC)
		EXPECT_EQ(only_missed, all);
	EXPECT_EQ(2 * all, missed(self->vm.fd));
	EXPECT_EQ(0, vm_sum(self->vm.lost));
}

TEST_F_TIMEOUT(crowd, is_woken, 600)
{
	crowd_ends(_metadata, self, WOKEN, woken, self->n);
}

TEST_F_TIMEOUT(crowd, is_bereft, 600)
{
	crowd_ends(_metadata, self, REMOVED, bereft, self->n);
}

TEST_F_TIMEOUT(crowd, is_killed, 600)
{
	crowd_ends(_metadata, self, KILLED, killed, self->n);
}

TEST_F_TIMEOUT(crowd, is_too_many, 600)
{
	int room = self->n / 10;

	vm_trace_close(&self->vm);
	ASSERT_EQ(0, crowd_reload(room));
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_NOW));
	crowd_ends(_metadata, self, WOKEN, woken, room);
}

/* Half of them return while the module is gone, half when it is back. */
TEST_F_TIMEOUT(crowd, outlives_the_module, 600)
{
	struct vm_account account;
	unsigned int records;

	ASSERT_EQ(self->n, begin(self));
	ASSERT_TRUE(vm_trace_wait_count(&self->vm, IPCTRACE_TYPE_ENTER, 0,
					self->n));
	EXPECT_EQ(-EAGAIN, vm_module_unload());
	vm_trace_close(&self->vm);
	EXPECT_EQ(0, vm_module_unload());
	wake(self, true);
	EXPECT_EQ(in_call(self, true), reap(self, true, 0, woken));

	EXPECT_EQ(0, vm_module_load(""));
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_LOAD));
	EXPECT_TRUE(vm_account_now(&account));
	EXPECT_EQ(0, account.in_flight);
	wake(self, false);
	EXPECT_EQ(in_call(self, false), reap(self, false, 0, woken));
	/* What began before it came is not its to record: only who woke them. */
	EXPECT_EQ(1, vm_trace_count(&self->vm, getpid()));
	records = recorded(self);
	TH_LOG("%d asleep: %d returned while it was gone, %d when it was back; %u of them recorded",
	       self->n, in_call(self, true), in_call(self, false), records);
	EXPECT_EQ(0, records);
	EXPECT_TRUE(vm_account_now(&account));
	EXPECT_EQ(account.entered, account.finished);
}

TEST_HARNESS_MAIN
