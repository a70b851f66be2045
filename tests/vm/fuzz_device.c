// SPDX-License-Identifier: GPL-2.0
/*
 * Random requests to the device and its debugfs files, from several threads,
 * while calls go on, begin and end. Orders and filters are also sent as they
 * should be, and those must be obeyed. IPCTRACE_FUZZ is how many requests,
 * IPCTRACE_FUZZ_SEED repeats a run.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>

#include "vm_test.h"

#define NR_THREADS	3
#define KEY		0x69700001
#define BYTES		(2 * IPCTRACE_BLOCK_BYTES)

/**
 * struct fuzzer - a thread
 * @orders: valid ones that were given: pause, resume, clear
 * @filters: valid ones that were set
 * @refused: of either, those that were not obeyed
 */
struct fuzzer {
	pthread_t thread;
	unsigned int seed;
	long operations;
	long orders[__IPCTRACE_CONTROL_MAX];
	long filters;
	long refused;
	unsigned char *buffer;
	int fd;
};

static volatile bool stop;

static unsigned int pick(struct fuzzer *f, unsigned int n)
{
	return rand_r(&f->seed) % n;
}

static unsigned long edge(struct fuzzer *f)
{
	static const unsigned long edges[] = {
		0, 1, 7, 8, 4095, 4096, 4097, IPCTRACE_BLOCK_BYTES - 1,
		IPCTRACE_BLOCK_BYTES, BYTES, 0x7fffffff, 0x80000000, 0xffffffff,
		ULONG_MAX / 4 + 1, ULONG_MAX / 2 + 1, -4096UL, -1UL,
	};

	return pick(f, 2) ? edges[pick(f, ARRAY_SIZE(edges))] : pick(f, 65536);
}

static void *pointer(struct fuzzer *f)
{
	switch (pick(f, 6)) {
	case 0:
		return NULL;
	case 1:
		return (void *)0xffffffff81000000;
	case 2:
		return (void *)edge(f);
	case 3:
		return f->buffer + 1 + pick(f, 64);
	default:
		return f->buffer;
	}
}

static void fuzz_ioctl(struct fuzzer *f)
{
	static const unsigned long requests[] = {
		IPCTRACE_IOC_HELLO, IPCTRACE_IOC_CALL_STATS,
		IPCTRACE_IOC_CPU_STATS, IPCTRACE_IOC_PROBE, IPCTRACE_IOC_STATE,
		IPCTRACE_IOC_CONTROL, IPCTRACE_IOC_CONSUMED, IPCTRACE_IOC_START,
		IPCTRACE_IOC_BLOCKED, IPCTRACE_IOC_TYPE_STATS,
		IPCTRACE_IOC_SET_FILTER, IPCTRACE_IOC_GET_FILTER,
	};
	unsigned long request = requests[pick(f, ARRAY_SIZE(requests))];
	uint32_t *words = (uint32_t *)f->buffer;
	void *to = pointer(f);
	int i;

	for (i = 0; i < 16; i++)
		words[i] = pick(f, 2) ? pick(f, 4) : edge(f);
	if (!pick(f, 4))
		request ^= 1UL << pick(f, 32);
	if (_IOC_NR(request) == _IOC_NR(IPCTRACE_IOC_CONTROL)) {
		/* No order, from any odd address either. */
		memset(f->buffer, 0xff, 256);
	}
	if (request == IPCTRACE_IOC_HELLO && pick(f, 2)) {
		struct ipctrace_hello hello = {
			.transport = IPCTRACE_TRANSPORT,
			.schema = IPCTRACE_SCHEMA,
		};

		memcpy(f->buffer, &hello, sizeof(hello));
	}
	ioctl(f->fd, request, to);
}

/* A valid order, by ioctl or as text. The slow ones are fewer. */
static void order(struct fuzzer *f)
{
	static const char *const words[] = {
		[IPCTRACE_CONTROL_PAUSE] = "0\n",
		[IPCTRACE_CONTROL_RESUME] = "1\n",
		[IPCTRACE_CONTROL_CLEAR] = "clear\n",
	};
	int op = pick(f, 32) ? IPCTRACE_CONTROL_CLEAR :
			       pick(f, IPCTRACE_CONTROL_CLEAR);

	f->orders[op]++;
	if (pick(f, 2) ? vm_control(f->fd, op) :
			 vm_write_file(VM_DEBUGFS "control", words[op]))
		f->refused++;
}

/* A valid expression of a few tests */
static void expression(struct fuzzer *f, char *text)
{
	static const char *const tests[] = {
		"call == msgget", "call != semtimedop", "call in (msg, shmat)",
		"pid == 1", "pid != 1", "pid in (1, 2, 3)", "uid == 0",
		"uid < 1000", "gid >= 5", "loginuid != 7", "comm == fuzz_device",
		"comm != \"a b\"", "ipc_ns == 1", "cgroup != 3", "id == 5",
		"key == 0x69700001", "key != IPC_PRIVATE", "failed",
		"duration > 1us", "duration <= 2s",
	};
	static const char *const joints[] = { " and ", " or " };
	int i, open = 0, n = pick(f, 6);

	text[0] = '\0';
	for (i = 0; i < n; i++) {
		if (i)
			strcat(text, joints[pick(f, 2)]);
		if (!pick(f, 4))
			strcat(text, "not ");
		if (!pick(f, 3)) {
			strcat(text, "(");
			open++;
		}
		strcat(text, tests[pick(f, ARRAY_SIZE(tests))]);
		if (open && pick(f, 2)) {
			strcat(text, ")");
			open--;
		}
	}
	while (open--)
		strcat(text, ")");
}

static void set_filter(struct fuzzer *f)
{
	char text[400];
	struct ipctrace_filter filter = { .text = (unsigned long)text };

	expression(f, text);
	filter.bytes = strlen(text) + 1;
	f->filters++;
	if (pick(f, 2) ? ioctl(f->fd, IPCTRACE_IOC_SET_FILTER, &filter) :
			 vm_write_file(VM_DEBUGFS "filter", *text ? text : "\n"))
		f->refused++;
}

static void fuzz_mmap(struct fuzzer *f)
{
	size_t bytes = pick(f, 2) ? edge(f) : 4096 * (1 + pick(f, 4));
	void *map = mmap(NULL, bytes, pick(f, 8),
			 pick(f, 2) ? MAP_SHARED : MAP_PRIVATE, f->fd,
			 pick(f, 2) ? edge(f) & -4096UL : 0);

	if (map == MAP_FAILED)
		return;
	mprotect(map, bytes, pick(f, 8));
	munmap(map, bytes);
}

static void fuzz_debugfs(struct fuzzer *f)
{
	static const char *const files[] = { "filter", "control", "stats" };
	static const char *const words[] = {
		"uid", "==", "!=", "&&", "||", "(", ")", "!", "1", "-1",
		"duration", ">", "100s", "call", "msgsnd", "\"x\"", "~", "\n",
		"99999999999999999999",
	};
	char path[80], text[600] = "x";
	const char *file = files[pick(f, ARRAY_SIZE(files))];
	int fd, i, n = pick(f, 12);

	snprintf(path, sizeof(path), VM_DEBUGFS "%s", file);
	fd = open(path, O_RDWR);
	if (fd < 0)
		fd = open(path, O_RDONLY);
	if (fd < 0)
		return;
	/* What begins with x is no order to control. */
	if (!strcmp(file, "filter"))
		text[0] = '\0';
	for (i = 0; i < n; i++) {
		strcat(text, words[pick(f, ARRAY_SIZE(words))]);
		strcat(text, " ");
	}
	if (pick(f, 2))
		(void)!write(fd, text, strlen(text));
	else
		(void)!read(fd, pointer(f), edge(f) % BYTES);
	close(fd);
}

static void *fuzz(void *data)
{
	struct fuzzer *f = data;

	f->fd = open(IPCTRACE_DEVICE, O_RDWR | O_NONBLOCK);
	while (f->operations--) {
		struct pollfd p = { .fd = f->fd, .events = pick(f, 65536) };

		switch (pick(f, 10)) {
		case 0:
			(void)!read(f->fd, pointer(f), edge(f));
			break;
		case 1:
			lseek(f->fd, edge(f), pick(f, 6));
			break;
		case 2:
			poll(&p, 1, 0);
			break;
		case 3:
			fuzz_mmap(f);
			break;
		case 4:
			fuzz_debugfs(f);
			break;
		case 5:
			if (pick(f, 8))
				break;
			close(f->fd);
			f->fd = open(IPCTRACE_DEVICE, O_RDWR | O_NONBLOCK);
			break;
		case 6:
			order(f);
			break;
		case 7:
			/* Each waits for all CPUs. */
			if (pick(f, 8))
				fuzz_ioctl(f);
			else
				set_filter(f);
			break;
		default:
			fuzz_ioctl(f);
		}
	}
	close(f->fd);
	return NULL;
}

/* Short ones, and some that last while others pause and set filters. */
static void *calls(void *data)
{
	const struct timespec timeout = { .tv_nsec = 20000000 };
	struct sembuf down = { .sem_op = -1 };
	const int *sem = data;
	int i;

	for (i = 0; !stop; i++) {
		msgget(KEY, 0);
		if (i % 64 == 0)
			semtimedop(*sem, &down, 1, &timeout);
	}
	return NULL;
}

FIXTURE(fuzz_device) { };
FIXTURE_SETUP(fuzz_device)
{
	/* Filters and probes come and go under traffic. */
	if (vm_cpus_race())
		ASSERT_EQ(0, vm_pin(0));
	ASSERT_EQ(0, vm_module_reload(""));
}

FIXTURE_TEARDOWN(fuzz_device)
{
	EXPECT_EQ(0, vm_module_reload(""));
}

TEST_F_TIMEOUT(fuzz_device, survives, 3600)
{
	const char *count = getenv("IPCTRACE_FUZZ");
	const char *seeded = getenv("IPCTRACE_FUZZ_SEED");
	unsigned int seed = seeded ? strtoul(seeded, NULL, 0) : vm_now();
	struct vm_account account;
	struct fuzzer f[NR_THREADS];
	struct ipctrace_state state;
	struct vm_trace trace;
	pthread_t traffic;
	int i, op, sem = semget(IPC_PRIVATE, 1, 0600);
	struct fuzzer all = { 0 };
	char *stats;

	TH_LOG("seed %u", seed);
	ASSERT_LE(0, sem);
	ASSERT_EQ(0, pthread_create(&traffic, NULL, calls, &sem));
	for (i = 0; i < NR_THREADS; i++) {
		f[i] = (struct fuzzer){ .seed = seed + i };
		f[i].operations = (count ? atol(count) : 20000) / NR_THREADS;
		f[i].buffer = mmap(NULL, BYTES + 4096, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		ASSERT_NE(MAP_FAILED, (void *)f[i].buffer);
		/* Past its end there is nothing. */
		munmap(f[i].buffer + BYTES, 4096);
		ASSERT_EQ(0, pthread_create(&f[i].thread, NULL, fuzz, &f[i]));
	}
	for (i = 0; i < NR_THREADS; i++) {
		pthread_join(f[i].thread, NULL);
		for (op = 0; op < __IPCTRACE_CONTROL_MAX; op++)
			all.orders[op] += f[i].orders[op];
		all.filters += f[i].filters;
		all.refused += f[i].refused;
	}
	stop = true;
	pthread_join(traffic, NULL);
	ASSERT_EQ(0, semctl(sem, 0, IPC_RMID));
	TH_LOG("%ld pauses, %ld resumes, %ld clears, %ld filters",
	       all.orders[IPCTRACE_CONTROL_PAUSE],
	       all.orders[IPCTRACE_CONTROL_RESUME],
	       all.orders[IPCTRACE_CONTROL_CLEAR], all.filters);
	EXPECT_EQ(0, all.refused);
	for (op = 0; op < __IPCTRACE_CONTROL_MAX; op++)
		EXPECT_LT(0, all.orders[op]);

	ASSERT_EQ(0, vm_write_file(VM_DEBUGFS "control", "1"));
	ASSERT_EQ(0, vm_write_file(VM_DEBUGFS "filter", "\n"));
	stats = vm_read_file(VM_DEBUGFS "stats");
	ASSERT_NE(NULL, stats);
	ASSERT_TRUE(vm_account(stats, &account));
	free(stats);
	EXPECT_LT(0, account.entered);
	EXPECT_EQ(0, account.in_flight);
	EXPECT_EQ(account.entered, account.finished + account.missed +
				   account.rejected);

	ASSERT_EQ(0, vm_trace_open(&trace, VM_FROM_NOW));
	ASSERT_EQ(0, ioctl(trace.fd, IPCTRACE_IOC_STATE, &state));
	EXPECT_EQ(1, state.recording);
	VM_EXPECT_CALL(&trace, "after all", -ENOENT, VM_NO_OBJECT,
		       IPCTRACE_CALL_msgget, KEY, 0);
	vm_trace_close(&trace);
	EXPECT_EQ(0, vm_module_unload());
}

TEST_HARNESS_MAIN
