// SPDX-License-Identifier: GPL-2.0
/* Subscriptions: each reader sees its own, whatever the others see. */
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>

#include "vm_abi.h"
#include "vm_test.h"

#define FILTER		VM_DEBUGFS "filter"
#define KEY		0x69700c01
#define NOBODY		"comm == nobody"

FIXTURE(subscribe) {
	struct vm_trace plain;
	struct vm_trace one;
	struct vm_trace two;
};

FIXTURE_SETUP(subscribe)
{
	VM_SETUP(&self->plain);
	ASSERT_EQ(0, vm_trace_open(&self->one, VM_FROM_NOW));
	ASSERT_EQ(0, vm_trace_open(&self->two, VM_FROM_NOW));
}

FIXTURE_TEARDOWN(subscribe)
{
	vm_write_file(FILTER, "\n");
	EXPECT_STREQ("", self->plain.fault);
	EXPECT_STREQ("", self->one.fault);
	EXPECT_STREQ("", self->two.fault);
	vm_trace_close(&self->plain);
	vm_trace_close(&self->one);
	vm_trace_close(&self->two);
}

static int subscribe_text(struct vm_trace *t, const char *format, int number)
{
	char text[IPCTRACE_FILTER_MAX_BYTES];

	snprintf(text, sizeof(text), format, number);
	return vm_subscribe(t, text);
}

static struct ipctrace_subscription now(const struct vm_trace *t)
{
	struct ipctrace_subscription now;

	if (ioctl(t->fd, IPCTRACE_IOC_SUBSCRIPTION, &now))
		abort();
	return now;
}

static uint64_t rejected(const struct vm_trace *t)
{
	struct ipctrace_cpu_stats stats = { };
	uint64_t sum = 0;

	for (; stats.cpu < t->hello.nr_rings; stats.cpu++)
		if (!ioctl(t->fd, IPCTRACE_IOC_CPU_STATS, &stats))
			sum += stats.rejected;
	return sum;
}

/* A process that waits for the word, and does something then. */
static pid_t start(int *go, void (*what)(void))
{
	int ends[2];
	pid_t pid;
	char c;

	if (pipe(ends))
		abort();
	pid = fork();
	if (!pid) {
		close(ends[1]);
		if (read(ends[0], &c, 1) != 1)
			_exit(1);
		what();
		_exit(0);
	}
	close(ends[0]);
	*go = ends[1];
	return pid;
}

static void let_go(int go)
{
	if (write(go, "", 1) != 1)
		abort();
	close(go);
}

static void seven_calls(void)
{
	int i;

	for (i = 0; i < 7; i++)
		msgget(KEY, 0);
}

static void call_and_fork(void)
{
	pid_t pid;

	msgget(KEY, 0);
	pid = fork();
	if (!pid) {
		semget(KEY, 1, 0);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

/* Two that subscribe and one that does not, with a filter that wants nothing. */
TEST_F(subscribe, each_sees_its_own)
{
	uint64_t turned_down = rejected(&self->plain);
	uint64_t calls = vm_calls(self->plain.fd);
	struct vm_record record;
	pid_t first, second;
	int go[2], i;

	ASSERT_EQ(0, vm_write_file(FILTER, NOBODY));
	first = start(&go[0], seven_calls);
	second = start(&go[1], call_and_fork);
	ASSERT_EQ(0, subscribe_text(&self->one, "pid == %d", first));
	ASSERT_EQ(0, subscribe_text(&self->two, "pid == %d", second));
	EXPECT_NE(self->one.own, self->two.own);
	for (i = 0; i < 10; i++)
		shmget(KEY, 1, 0);		/* a stranger's */
	let_go(go[0]);
	let_go(go[1]);
	ASSERT_EQ(first, waitpid(first, NULL, 0));
	ASSERT_EQ(second, waitpid(second, NULL, 0));
	for (i = 0; i < 10; i++)
		shmget(KEY, 1, 0);

	EXPECT_EQ(7, vm_trace_count(&self->one, first));
	EXPECT_EQ(7, vm_trace_count(&self->one, 0));
	EXPECT_EQ(1, vm_trace_count(&self->two, second));
	EXPECT_EQ(2, vm_trace_count(&self->two, 0));
	EXPECT_EQ(0, vm_trace_count(&self->plain, 0));
	EXPECT_EQ(9, vm_sum(self->plain.aside));
	ASSERT_TRUE(vm_trace_take_whole(&self->one, first, &record));
	EXPECT_EQ(self->one.own, ((const struct ipctrace_subscribed *)
		  vm_part(&record, IPCTRACE_PART_SUBSCRIBED, 0))->mask);
	/* All is accounted for: what was written, and what was not wanted. */
	EXPECT_EQ(9, vm_calls(self->plain.fd) - calls);
	EXPECT_EQ(20, rejected(&self->plain) - turned_down);
}

/* Without a filter all see what they would see, and the reader's own has a mark. */
TEST_F(subscribe, others_see_all)
{
	const struct ipctrace_subscribed *part;
	struct vm_record record;

	ASSERT_EQ(0, vm_subscribe(&self->one, "call == msgget"));
	msgget(KEY, 0);
	semget(KEY, 1, 0);
	EXPECT_EQ(1, vm_trace_count(&self->one, 0));
	EXPECT_EQ(2, vm_trace_count(&self->plain, getpid()));
	EXPECT_EQ(0, vm_sum(self->plain.aside));
	ASSERT_TRUE(vm_trace_take_whole(&self->plain, gettid(), &record));
	part = vm_part(&record, IPCTRACE_PART_SUBSCRIBED, 0);
	ASSERT_NE(NULL, part);
	EXPECT_EQ(self->one.own | 1, part->mask);
	EXPECT_EQ(0, part->reserved);
	ASSERT_TRUE(vm_trace_take_whole(&self->plain, gettid(), &record));
	EXPECT_EQ(NULL, vm_part(&record, IPCTRACE_PART_SUBSCRIBED, 0));
}

/* What only the end of a call tells, for each of three that ask differently. */
TEST_F(subscribe, ends)
{
	int queue = msgget(IPC_PRIVATE, 0600), other;
	struct { long type; char text[4]; } message;

	ASSERT_EQ(0, vm_write_file(FILTER, "not failed and call == msgctl"));
	ASSERT_EQ(0, subscribe_text(&self->one, "id == %d", queue));
	ASSERT_EQ(0, vm_subscribe(&self->two, "failed"));
	vm_trace_forget(&self->plain);
	msgrcv(queue, &message, 4, 0, IPC_NOWAIT);	/* one and two */
	msgget(KEY, 0);					/* two */
	other = msgget(IPC_PRIVATE, 0600 | IPC_EXCL);	/* nobody */
	msgctl(queue, IPC_RMID, NULL);			/* one, and all */
	EXPECT_EQ(2, vm_trace_count(&self->one, getpid()));
	EXPECT_EQ(2, vm_trace_count(&self->two, getpid()));
	EXPECT_EQ(1, vm_trace_count(&self->plain, getpid()));
	/* freeque() is an event on that object. */
	EXPECT_EQ(1, vm_trace_count_events(&self->one, IPCTRACE_TYPE_DESTROY,
					   getpid()));
	EXPECT_EQ(0, vm_trace_count_events(&self->two, IPCTRACE_TYPE_DESTROY,
					   getpid()));
	EXPECT_EQ(0, msgctl(other, IPC_RMID, NULL));
}

/* A bit that is another's now: who has it sees nothing of the former's calls. */
TEST_F(subscribe, bits_are_used_again)
{
	int ends[2], queue = msgget(IPC_PRIVATE, 0600);
	struct { long type; char text[4]; } message = { 1, "" };
	uint32_t bit;
	pid_t pid;

	ASSERT_EQ(0, vm_write_file(FILTER, NOBODY));
	ASSERT_EQ(0, pipe(ends));
	ASSERT_EQ(0, vm_subscribe(&self->one, "call == msgrcv"));
	bit = self->one.own;
	pid = fork();
	if (!pid) {
		/* An open file lasts as long as one who has it. */
		vm_trace_close(&self->one);
		/* In flight while the bit changes hands */
		if (write(ends[1], "", 1) != 1)
			_exit(1);
		msgrcv(queue, &message, 4, 0, 0);
		_exit(0);
	}
	ASSERT_EQ(1, read(ends[0], &message, 1));
	usleep(200000);
	msgrcv(queue, &message, 4, 0, IPC_NOWAIT);
	EXPECT_EQ(1, vm_trace_count(&self->one, getpid()));
	ASSERT_EQ(0, vm_trace_count(&self->one, pid));
	vm_trace_close(&self->one);

	ASSERT_EQ(0, vm_subscribe(&self->two, "call in (msgrcv, msgsnd)"));
	ASSERT_EQ(bit, self->two.own);
	message.type = 1;
	ASSERT_EQ(0, msgsnd(queue, &message, 4, 0));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_EQ(1, vm_trace_count(&self->two, 0));
	ASSERT_EQ(0, vm_trace_open(&self->one, VM_FROM_NOW));
	msgctl(queue, IPC_RMID, NULL);
}

/* It goes with its reader, however that goes. */
TEST_F(subscribe, ends_with_its_reader)
{
	int ends[2], how;
	pid_t pid;
	char c;

	for (how = 0; how < 3; how++) {
		ASSERT_EQ(0, pipe(ends));
		pid = fork();
		if (!pid) {
			struct vm_trace t;

			if (vm_trace_open(&t, VM_FROM_NOW) ||
			    vm_subscribe(&t, "call == shmdt") ||
			    write(ends[1], "", 1) != 1)
				_exit(1);
			if (how == 1)
				vm_trace_close(&t);
			else if (how == 2)
				vm_subscribe(&t, "");
			if (how && write(ends[1], "", 1) != 1)
				_exit(1);
			pause();
		}
		ASSERT_EQ(1, read(ends[0], &c, 1));
		if (!how) {
			char *stats = vm_read_file(VM_DEBUGFS "stats");

			EXPECT_NE(NULL, strstr(stats, "call == shmdt"));
			free(stats);
		} else {
			ASSERT_EQ(1, read(ends[0], &c, 1));
		}
		if (!how)
			kill(pid, SIGKILL);
		if (!how)
			ASSERT_EQ(pid, waitpid(pid, NULL, 0));
		EXPECT_EQ(NULL, strstr(vm_read_file(VM_DEBUGFS "stats"),
				       "call == shmdt")) TH_LOG("%d", how);
		if (how) {
			kill(pid, SIGKILL);
			ASSERT_EQ(pid, waitpid(pid, NULL, 0));
		}
		close(ends[0]);
		close(ends[1]);
	}
}

/* No more than there may be, and a place that is free again is taken again. */
TEST_F(subscribe, so_many_at_most)
{
	struct vm_trace many[IPCTRACE_MAX_SUBSCRIPTIONS];
	uint32_t all = 0;
	int i;

	for (i = 0; i < IPCTRACE_MAX_SUBSCRIPTIONS; i++) {
		ASSERT_EQ(0, vm_trace_open(&many[i], VM_FROM_NOW));
		ASSERT_EQ(0, subscribe_text(&many[i], "key == %d", KEY + i));
		EXPECT_EQ(0, all & many[i].own);
		all |= many[i].own;
	}
	EXPECT_EQ(~1U, all);
	EXPECT_EQ(-EUSERS, vm_subscribe(&self->one, "failed"));
	EXPECT_EQ(0, now(&self->one).mask);
	/* One's own may be replaced. */
	EXPECT_EQ(0, subscribe_text(&many[7], "key == %d", KEY + 100));
	vm_trace_close(&many[3]);
	EXPECT_EQ(0, vm_subscribe(&self->one, "failed"));
	EXPECT_EQ(1U << 4, self->one.own);
	for (i = 0; i < IPCTRACE_MAX_SUBSCRIPTIONS; i++)
		msgget(KEY + i, 0);
	msgget(KEY + 100, 0);
	for (i = 0; i < IPCTRACE_MAX_SUBSCRIPTIONS; i++) {
		if (i == 3)
			continue;
		EXPECT_EQ(1, vm_trace_count(&many[i], 0)) TH_LOG("%d", i);
		EXPECT_STREQ("", many[i].fault);
		vm_trace_close(&many[i]);
	}
	EXPECT_EQ(IPCTRACE_MAX_SUBSCRIPTIONS + 1,
		  vm_trace_count(&self->one, getpid()));
}

/* What is refused changes nothing. */
TEST_F(subscribe, mistakes)
{
	static const struct {
		const char *text;
		uint32_t bytes;
		uint32_t reserved;
		int error;
		uint32_t position;
		const char *message;
	} rows[] = {
		{ "call == msgge", 14, 0, EINVAL, 8, "no such call" },
		{ "failed", 0, 0, EINVAL, 0, "" },
		{ "failed", IPCTRACE_FILTER_MAX_BYTES + 1, 0, EINVAL, 0, "" },
		{ "failed", 7, 1, EINVAL, 0, NULL },
		{ NULL, 7, 0, EFAULT, 0, NULL },
	};
	struct ipctrace_subscription before;
	size_t i;

	ASSERT_EQ(0, vm_subscribe(&self->one, "call == msgget"));
	before = now(&self->one);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ipctrace_subscribe asked = {
			.filter.text = (unsigned long)rows[i].text,
			.filter.bytes = rows[i].bytes,
			.reserved = rows[i].reserved,
		};
		struct ipctrace_subscription after;

		EXPECT_EQ(-1, ioctl(self->one.fd, IPCTRACE_IOC_SUBSCRIBE, &asked));
		EXPECT_EQ(rows[i].error, errno) TH_LOG("%zu", i);
		if (rows[i].message) {
			EXPECT_EQ(rows[i].position, asked.filter.position)
				TH_LOG("%zu", i);
			EXPECT_STREQ(rows[i].message,
				     (const char *)asked.filter.message);
		}
		after = now(&self->one);
		EXPECT_EQ(0, memcmp(&before, &after, sizeof(before)));
	}
	msgget(KEY, 0);
	EXPECT_EQ(1, vm_trace_count(&self->one, 0));
}

static void sleep_a_while(void)
{
	usleep(300000);
}

/* When the last process has gone its reader wakes, and is told once. */
TEST_F(subscribe, tells_when_all_are_gone)
{
	struct pollfd pollfd = { .events = POLLIN };
	struct ipctrace_consumed consumed;
	int go;
	pid_t pid = start(&go, sleep_a_while);

	ASSERT_EQ(0, subscribe_text(&self->one, "pid == %d", pid));
	EXPECT_EQ(1, now(&self->one).processes);
	EXPECT_EQ(1, now(&self->one).pid_tests);
	/* Nothing of the rings is to wake it. */
	consumed.settled_ns = ~0ULL;
	ASSERT_EQ(0, ioctl(self->one.fd, IPCTRACE_IOC_CONSUMED, &consumed));
	pollfd.fd = self->one.fd;
	EXPECT_EQ(0, poll(&pollfd, 1, 0));
	let_go(go);
	EXPECT_EQ(0, poll(&pollfd, 1, 100));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_EQ(1, poll(&pollfd, 1, vm_slow(20) * 1000));
	EXPECT_EQ(1, poll(&pollfd, 1, 0));
	EXPECT_EQ(0, now(&self->one).processes);
	EXPECT_EQ(0, poll(&pollfd, 1, 0));
}

#define BREADTH		4
#define DEPTH		4
#define TREE		341	/* 1 + 4 + 16 + 64 + 256 */
#define CHAIN		200

/* All of them call once, and nobody waits for its children. */
static void grow(int depth)
{
	int i;

	for (i = 0; depth && i < BREADTH; i++)
		if (!fork()) {
			grow(depth - 1);
			_exit(0);
		}
	msgget(KEY, 0);
}

/* As a daemon does it, again and again: the child goes on, the parent is gone. */
static void storm(void)
{
	int i;

	grow(DEPTH);
	for (i = 1; i < CHAIN; i++) {
		if (fork())
			_exit(0);
		msgget(KEY, 0);
	}
}

static bool all_gone(const struct vm_trace *t)
{
	int tries;

	for (tries = 0; tries < 600 && now(t).processes; tries++)
		usleep(50000);
	return !now(t).processes;
}

/* Three storms at once, two of them watched: none is lost, and no stranger there. */
TEST_F_TIMEOUT(subscribe, storms, 600)
{
	int go[3], i, round;
	pid_t pids[3];

	ASSERT_EQ(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
	ASSERT_EQ(0, vm_write_file(FILTER, NOBODY));
	for (round = 0; round < 4; round++) {
		for (i = 0; i < 3; i++)
			pids[i] = start(&go[i], storm);
		ASSERT_EQ(0, subscribe_text(&self->one, "pid == %d", pids[0]));
		ASSERT_EQ(0, subscribe_text(&self->two, "pid == %d", pids[1]));
		for (i = 0; i < 3; i++)
			let_go(go[i]);
		while (wait(NULL) > 0)
			;
		EXPECT_EQ(ECHILD, errno);
		EXPECT_TRUE(all_gone(&self->one));
		EXPECT_TRUE(all_gone(&self->two));
		EXPECT_EQ(0, now(&self->one).refused);
		EXPECT_EQ(TREE + CHAIN - 1, vm_trace_count(&self->one, 0));
		EXPECT_EQ(TREE + CHAIN - 1, vm_trace_count(&self->two, 0));
		EXPECT_EQ(0, vm_sum(self->one.lost));
		vm_trace_drop(&self->one);
		vm_trace_drop(&self->two);
	}
	EXPECT_EQ(0, vm_trace_count(&self->plain, 0));
}

static volatile bool enough;

static void stop(int signal)
{
	enough = true;
}

/* Until it is told to stop */
static void fork_on(void)
{
	signal(SIGTERM, stop);
	while (!enough) {
		pid_t pid = fork();

		if (!pid) {
			msgget(KEY, 0);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
}

/*
 * Of a process that forks all the time, subscribed to at any moment: from the first
 * that is seen on all children are.
 */
TEST_F_TIMEOUT(subscribe, while_it_forks, 600)
{
	struct ipctrace_call c;
	int go, round, children;
	unsigned long last;
	pid_t pid;

	pid = start(&go, fork_on);
	let_go(go);
	for (round = 0; round < 20; round++) {
		/* What all see tells which there were. */
		vm_trace_forget(&self->plain);
		ASSERT_EQ(0, subscribe_text(&self->one, "pid == %d", pid));
		usleep(20000);
		ASSERT_EQ(0, kill(pid, SIGSTOP));
		usleep(20000);
		vm_trace_fill(&self->one);
		vm_trace_fill(&self->plain);
		last = 0;
		children = 0;
		for (size_t i = 0; i < self->plain.pending.n; i++) {
			const struct ipctrace_call *p = self->plain.pending.v[i];

			if (p->ppid != (uint32_t)pid ||
			    p->header.time_ns - p->duration_ns <
			    self->one.since_ns)
				continue;
			children++;
			last = p->tid;
			EXPECT_TRUE(vm_trace_take(&self->one, last, &c));
		}
		EXPECT_LT(0, children);
		EXPECT_EQ(0, vm_trace_count(&self->one, 0));
		ASSERT_EQ(0, kill(pid, SIGCONT));
	}
	ASSERT_EQ(0, kill(pid, SIGTERM));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
}

TEST_HARNESS_MAIN
