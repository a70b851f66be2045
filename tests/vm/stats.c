// SPDX-License-Identifier: GPL-2.0
/* The counters: exact, of every call, whether anybody reads or not. */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#include "vm_test.h"

#define KEY	0x69700001
#define HIGH	((void *)VM_WIDE(0x7fffff000000, 0xa0000000))

FIXTURE(stats) {
	struct ipctrace_call_stats before[IPCTRACE_NR_CALLS];
	int fd;
};

FIXTURE_SETUP(stats)
{
	int call;

	ASSERT_EQ(0, vm_module_default());
	if (vm_pin(VM_CPU))
		ASSERT_EQ(0, vm_pin(0));
	self->fd = open(IPCTRACE_DEVICE, O_RDONLY);
	ASSERT_LE(0, self->fd);
	for (call = 0; call < IPCTRACE_NR_CALLS; call++)
		ASSERT_EQ(0, vm_call_stats(self->fd, call,
					   &self->before[call]));
}

FIXTURE_TEARDOWN(stats)
{
	close(self->fd);
}

/* Fails unless exactly so many of each call were counted since the setup. */
#define EXPECT_COUNTS(...)						\
	do {								\
		static const struct counts __rows[IPCTRACE_NR_CALLS] = {	\
			__VA_ARGS__					\
		};							\
		int __i;						\
									\
		for (__i = 0; __i < IPCTRACE_NR_CALLS; __i++) {		\
			struct ipctrace_call_stats *__b =		\
				&self->before[__i], __s;		\
									\
			ASSERT_EQ(0, vm_call_stats(self->fd, __i, &__s));\
			EXPECT_EQ(__rows[__i].calls,			\
				  __s.calls - __b->calls)		\
				TH_LOG("call %d", __i);			\
			EXPECT_EQ(__rows[__i].errors,			\
				  __s.errors - __b->errors)		\
				TH_LOG("call %d", __i);			\
			EXPECT_EQ(__b->missed, __s.missed);		\
		}							\
	} while (0)

struct counts {
	uint64_t calls;
	uint64_t errors;
};

TEST_F(stats, counts_calls_and_errors)
{
	struct { long type; char text[8]; } message = { 1, "" };
	struct sembuf op = { 0, 1, IPC_NOWAIT };
	int i, msq, sem, shm;
	void *at;

	msq = msgget(IPC_PRIVATE, 0600);
	for (i = 0; i < 20; i++)
		syscall(SYS_msgget, KEY, 0);
	for (i = 0; i < 7; i++)
		msgsnd(msq, &message, 1, 0);
	for (i = 0; i < 9; i++)
		msgrcv(msq, &message, 8, 0, IPC_NOWAIT);
	sem = semget(IPC_PRIVATE, 1, 0600);
	for (i = 0; i < 3; i++)
		syscall(VM_SEMOP(sem, &op, 1));
	for (i = 0; i < 4; i++)
		semop(sem, &op, 1);
	op.sem_num = 1;
	semop(sem, &op, 1);
	shm = shmget(IPC_PRIVATE, 1, 0600);
	at = shmat(shm, NULL, 0);
	shmat(-1, NULL, 0);
	shmdt(at);
	shmdt(at);
	shmdt(at);
	msgctl(msq, IPC_RMID, NULL);
	msgctl(msq, IPC_RMID, NULL);
	semctl(sem, 0, IPC_RMID);
	shmctl(shm, IPC_RMID, NULL);
	/* What fails here would show in the counts as well. */
	EXPECT_COUNTS([IPCTRACE_CALL_msgget] = { 21, 20 },
		      [IPCTRACE_CALL_msgsnd] = { 7, 0 },
		      [IPCTRACE_CALL_msgrcv] = { 9, 2 },
		      [IPCTRACE_CALL_msgctl] = { 2, 1 },
		      [IPCTRACE_CALL_semget] = { 1, 0 },
		      [IPCTRACE_CALL_semop] = { 3, 0 },
		      [IPCTRACE_CALL_semtimedop] = { 5, 1 },
		      [IPCTRACE_CALL_semctl] = { 1, 0 },
		      [IPCTRACE_CALL_shmget] = { 1, 0 },
		      [IPCTRACE_CALL_shmat] = { 2, 1 },
		      [IPCTRACE_CALL_shmdt] = { 3, 2 },
		      [IPCTRACE_CALL_shmctl] = { 1, 0 });
}

TEST_F(stats, a_high_address_is_no_error)
{
	int shm = shmget(IPC_PRIVATE, 1, 0600);
	void *at;

	ASSERT_LE(0, shm);
	/* The highest place a process has. */
	at = shmat(shm, HIGH, 0);
	EXPECT_EQ(HIGH, at);
	EXPECT_EQ(0, shmdt(at));
	EXPECT_EQ(0, shmctl(shm, IPC_RMID, NULL));
	EXPECT_COUNTS([IPCTRACE_CALL_shmget] = { 1, 0 },
		      [IPCTRACE_CALL_shmat] = { 1, 0 },
		      [IPCTRACE_CALL_shmdt] = { 1, 0 },
		      [IPCTRACE_CALL_shmctl] = { 1, 0 });
}

static uint64_t bucket_sum(const struct ipctrace_call_stats *s)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < IPCTRACE_NR_BUCKETS; i++)
		sum += s->buckets[i];
	return sum;
}

/* Bucket of a duration, from the header's words. */
static int bucket_of(uint64_t ns)
{
	int n = 0;

	while (ns) {
		ns >>= 1;
		n++;
	}
	return n < IPCTRACE_NR_BUCKETS ? n : IPCTRACE_NR_BUCKETS - 1;
}

TEST_F(stats, durations_agree)
{
	int call, i;

	for (i = 0; i < 100; i++)
		msgget(KEY, 0);
	for (call = 0; call < IPCTRACE_NR_CALLS; call++) {
		struct ipctrace_call_stats s;

		ASSERT_EQ(0, vm_call_stats(self->fd, call, &s));
		EXPECT_EQ(s.calls, bucket_sum(&s));
		if (!s.calls) {
			EXPECT_EQ(0, s.min_ns);
			EXPECT_EQ(0, s.max_ns);
			EXPECT_EQ(0, s.total_ns);
			continue;
		}
		EXPECT_LE(s.min_ns, s.total_ns / s.calls);
		EXPECT_GE(s.max_ns, s.total_ns / s.calls);
		EXPECT_LT(0, s.buckets[bucket_of(s.min_ns)]);
		EXPECT_LT(0, s.buckets[bucket_of(s.max_ns)]);
	}
}

/* A fresh module, and a few calls whose durations their records tell. */
TEST_F(stats, durations_are_those_of_the_records)
{
	uint64_t buckets[IPCTRACE_NR_BUCKETS] = { 0 };
	uint64_t min = -1, max = 0, total = 0;
	struct ipctrace_call_stats s;
	struct ipctrace_call c;
	struct vm_trace vm;
	int i;

	close(self->fd);
	ASSERT_EQ(0, vm_module_reload(""));
	ASSERT_EQ(0, vm_trace_open(&vm, VM_FROM_LOAD));
	self->fd = vm.fd;
	for (i = 0; i < 50; i++)
		msgget(KEY, 0);
	while (vm_trace_take(&vm, gettid(), &c)) {
		min = c.duration_ns < min ? c.duration_ns : min;
		max = c.duration_ns > max ? c.duration_ns : max;
		total += c.duration_ns;
		buckets[bucket_of(c.duration_ns)]++;
	}
	ASSERT_EQ(0, vm_call_stats(vm.fd, IPCTRACE_CALL_msgget, &s));
	EXPECT_EQ(50, s.calls);
	EXPECT_EQ(50, s.errors);
	EXPECT_EQ(min, s.min_ns);
	EXPECT_EQ(max, s.max_ns);
	EXPECT_EQ(total, s.total_ns);
	EXPECT_EQ(0, memcmp(buckets, s.buckets, sizeof(buckets)));
}

TEST_F(stats, a_blocked_call_lasts_as_long_as_it_slept)
{
	const __u64 *before =
		self->before[IPCTRACE_CALL_semtimedop].buckets;
	struct timespec slept = { 0, 50000000 };
	struct sembuf down = { 0, -1, 0 };
	struct ipctrace_call_stats s;
	int i, sem = semget(IPC_PRIVATE, 1, 0600);
	uint64_t more = 0;

	ASSERT_LE(0, sem);
	EXPECT_EQ(-1, semtimedop(sem, &down, 1, &slept));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(0, semctl(sem, 0, IPC_RMID));
	ASSERT_EQ(0, vm_call_stats(self->fd, IPCTRACE_CALL_semtimedop, &s));
	EXPECT_LE(50000000, s.max_ns);
	EXPECT_LE(50000000, s.total_ns -
		  self->before[IPCTRACE_CALL_semtimedop].total_ns);
	for (i = bucket_of(50000000); i < IPCTRACE_NR_BUCKETS; i++)
		more += s.buckets[i] - before[i];
	EXPECT_EQ(1, more);
}

TEST_F(stats, cpu_counts_what_its_ring_got)
{
	int i, cpu, cpus = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t written = 0;

	for (cpu = 0; cpu < cpus; cpu++) {
		struct ipctrace_cpu_stats before = { .cpu = cpu }, after;

		after = before;
		ASSERT_EQ(0, vm_pin(cpu));
		ASSERT_EQ(0, ioctl(self->fd, IPCTRACE_IOC_CPU_STATS, &before));
		for (i = 0; i < 13; i++)
			msgget(KEY, 0);
		ASSERT_EQ(0, ioctl(self->fd, IPCTRACE_IOC_CPU_STATS, &after));
		EXPECT_EQ(13, after.written - before.written);
		EXPECT_LE(after.overwritten, after.written);
		EXPECT_EQ(before.missed, after.missed);
		written += after.written;
	}
	EXPECT_EQ(vm_records(self->fd), written);
	EXPECT_EQ(vm_calls(self->fd), vm_events(self->fd, IPCTRACE_TYPE_CALL) +
				      vm_events(self->fd, IPCTRACE_TYPE_MISSED));
}

static uint64_t hits(int fd, int call)
{
	struct ipctrace_probe probe = { .index = 0 };
	uint64_t sum = 0;

	for (; !ioctl(fd, IPCTRACE_IOC_PROBE, &probe); probe.index++)
		if (probe.call == call)
			sum += probe.hits;
	return sum;
}

TEST_F(stats, probes_count_hits)
{
	uint64_t before = hits(self->fd, IPCTRACE_CALL_msgget);
	int i;

	/* Not as the C library does, which on i386 is by ipc(). */
	for (i = 0; i < 11; i++)
		syscall(SYS_msgget, KEY, 0);
	EXPECT_EQ(before + 11, hits(self->fd, IPCTRACE_CALL_msgget));
	/* Those by ipc(), which the C library makes there, are at its probe. */
	if (VM_ABI != IPCTRACE_ABI_I386)
		EXPECT_EQ(hits(self->fd, IPCTRACE_CALL_msgget),
			  self->before[IPCTRACE_CALL_msgget].calls + 11);
}

TEST_F(stats, are_kept_while_nobody_reads)
{
	struct ipctrace_call_stats s;

	close(self->fd);
	msgget(KEY, 0);
	self->fd = open(IPCTRACE_DEVICE, O_RDONLY);
	ASSERT_EQ(0, vm_call_stats(self->fd, IPCTRACE_CALL_msgget, &s));
	EXPECT_EQ(self->before[IPCTRACE_CALL_msgget].calls + 1, s.calls);
}

/* The table for people has the same numbers, a line for each call. */
TEST_F(stats, text)
{
	static const struct {
		const char *name;
		int type;
	} events[] = {
		{ "enter", IPCTRACE_TYPE_ENTER },
		{ "undo", IPCTRACE_TYPE_UNDO },
		{ "attach", IPCTRACE_TYPE_ATTACH },
		{ "detach", IPCTRACE_TYPE_DETACH },
		{ "destroy", IPCTRACE_TYPE_DESTROY },
	};
	char *text, *line, start[32];
	struct ipctrace_call_stats s;
	int call;
	size_t i;

	msgget(KEY, 0);
	text = vm_read_file(VM_DEBUGFS "stats");
	ASSERT_NE(NULL, text);
	EXPECT_NE(NULL, strstr(text, "recording"));
	for (call = 0; call < IPCTRACE_NR_CALLS; call++) {
		struct vm_stats_row row;

		ASSERT_EQ(0, vm_call_stats(self->fd, call, &s));
		ASSERT_TRUE(vm_stats_row(text, vm_call_names[call], &row))
			TH_LOG("%s", vm_call_names[call]);
		EXPECT_EQ(s.calls, row.calls);
		EXPECT_EQ(s.errors, row.errors);
		EXPECT_EQ(s.missed, row.missed);
	}
	for (i = 0; i < ARRAY_SIZE(events); i++) {
		unsigned long long records = 0;

		snprintf(start, sizeof(start), "\n%s ", events[i].name);
		line = strstr(text, start);
		ASSERT_NE(NULL, line) TH_LOG("%s", start + 1);
		EXPECT_EQ(1, sscanf(line + strlen(start), "%llu", &records));
		EXPECT_EQ(vm_events(self->fd, events[i].type), records);
	}
	free(text);
}

TEST_HARNESS_MAIN
