// SPDX-License-Identifier: GPL-2.0
/*
 * Many readers at once, some stopped, some killed, one slower than the rest:
 * each has its own place, and nobody else notices.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "vm_test.h"

/* What poll() calls. */
#ifndef SYS_poll
#define SYS_poll	SYS_ppoll
#endif
#include "vm_text.h"

#define READERS	64
#define WRITERS	2
#define CALLS	4000	/* each, several times what a ring of 64 KiB holds */
#define KEY	0x69000000
#define MARK	0x69ffffff	/* of the last call of all */
#define MARK_TEXT "msgget(0x69ffffff,"

/* What readers and the test know of each other. */
struct reader {
	bool ready;
	bool ended;
	__aligned_u64 delivered;
	uint64_t lost;
	char fault[128];
};

static struct shared {
	struct reader readers[READERS];
	unsigned int failed;	/* calls with a wrong result */
} *shared;

/* Half of them read text, half map the rings; of each half some ... */
static bool maps(int i)
{
	return i & 1;
}

/* ... are stopped before the calls and go on after them ... */
static bool is_stopped(int i)
{
	return i % 8 == 2 || i % 8 == 3;
}

/* ... are killed, some asleep before the calls ... */
static bool is_killed_asleep(int i)
{
	return i % 16 == 4 || i % 16 == 5;
}

/* ... and some between them, when they have read something. */
static bool is_killed_reading(int i)
{
	return i % 16 == 12 || i % 16 == 13;
}

/* The first one reads byte by byte. */
static size_t read_size(int i)
{
	static const size_t sizes[] = { 1, 61, 4096, 1 << 16 };

	return i ? sizes[1 + i / 2 % 3] : sizes[0];
}

FIXTURE(readers) {
	struct vm_trace vm;
	pid_t pid[READERS];
};

FIXTURE_SETUP(readers)
{
	ASSERT_EQ(0, vm_module_reload("ring_bytes=65536"));
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_LOAD));
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, shared);
}

FIXTURE_TEARDOWN(readers)
{
	int i;

	for (i = 0; i < READERS; i++)
		if (self->pid[i] > 0)
			kill(self->pid[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	EXPECT_EQ(0, vm_module_default());
}

/* A line has ended; true for that of the last call. */
static bool take_line(struct reader *r, char *line)
{
	struct vm_line parsed;

	if (!vm_line_parse(line, &parsed))
		snprintf(r->fault, sizeof(r->fault), "%.100s", line);
	else if (parsed.lost)
		r->lost += parsed.lost_count;
	else
		r->delivered++;
	return strstr(line, MARK_TEXT) && !vm_text_unfinished(line);
}

static void read_text(struct reader *r, size_t size)
{
	static char buf[1 << 16], line[VM_LINE_MAX];
	int fd = open(IPCTRACE_DEVICE, O_RDONLY);
	size_t length = 0;
	ssize_t got, i;

	r->ready = fd >= 0;
	while (!r->fault[0]) {
		got = read(fd, buf, size);
		if (got <= 0) {
			snprintf(r->fault, sizeof(r->fault), "read: %m");
			return;
		}
		for (i = 0; i < got; i++) {
			if (length == sizeof(line) - 1)
				length = 0;	/* will not parse */
			line[length++] = buf[i];
			if (buf[i] != '\n')
				continue;
			line[length] = 0;
			length = 0;
			if (take_line(r, line))
				return;
		}
	}
}

static void read_map(struct reader *r, pid_t last)
{
	struct vm_trace vm;
	struct pollfd pollfd;
	bool end = false;

	if (vm_trace_open(&vm, VM_FROM_LOAD)) {
		snprintf(r->fault, sizeof(r->fault), "open: %m");
		return;
	}
	pollfd = (struct pollfd){ .fd = vm.fd, .events = POLLIN };
	r->ready = true;
	while (!end && !vm.fault[0]) {
		const struct ipctrace_map_header *map = (const void *)vm.map;
		struct ipctrace_consumed consumed;

		/* Not the newest, which may come while others are read. */
		consumed.settled_ns = __atomic_load_n(&map->settled_ns,
						      __ATOMIC_ACQUIRE);
		poll(&pollfd, 1, -1);
		end = vm_trace_count_events(&vm, IPCTRACE_TYPE_CALL, last);
		vm_trace_drop(&vm);
		/* Rings that were looked at before that call came. */
		if (end)
			vm_trace_fill(&vm);
		r->delivered = vm_sum(vm.read);
		r->lost = vm_sum(vm.lost);
		ioctl(vm.fd, IPCTRACE_IOC_CONSUMED, &consumed);
	}
	memcpy(r->fault, vm.fault, sizeof(r->fault));
}

static pid_t start_reader(int i)
{
	pid_t parent = getpid(), pid = fork();

	if (pid)
		return pid;
	if (maps(i))
		read_map(&shared->readers[i], parent);
	else
		read_text(&shared->readers[i], read_size(i));
	shared->readers[i].ended = true;
	_exit(0);
}

/* Messages to itself, and keys that nobody has. */
static pid_t start_writer(int cpu)
{
	struct { long type; char text[8]; } message = { 1, "" };
	pid_t pid = fork();
	int i, id;

	if (pid)
		return pid;
	vm_pin(cpu);
	id = msgget(IPC_PRIVATE, 0600);
	for (i = 0; i < (CALLS - 2) / 3; i++)
		if (msgsnd(id, &message, i % 8, 0) ||
		    msgrcv(id, &message, 8, 0, 0) != i % 8 ||
		    msgget(KEY + i, 0) != -1)
			__atomic_fetch_add(&shared->failed, 1,
					   __ATOMIC_RELAXED);
	if (msgctl(id, IPC_RMID, NULL))
		shared->failed++;
	_exit(0);
}

static unsigned int readers_now(int fd)
{
	struct ipctrace_state state;

	return ioctl(fd, IPCTRACE_IOC_STATE, &state) ? 0 : state.readers;
}

TEST_F_TIMEOUT(readers, do_not_notice_each_other, 400)
{
	unsigned int killed = 0, left, lossy = 0, i;
	struct ipctrace_call_stats stats;
	pid_t writers[WRITERS];
	uint64_t records;
	int status;

	for (i = 0; i < READERS; i++) {
		self->pid[i] = start_reader(i);
		ASSERT_LT(0, self->pid[i]);
	}
	for (i = 0; i < READERS; i++)
		ASSERT_TRUE(vm_asleep_in_nr(self->pid[i],
					    maps(i) ? SYS_poll : SYS_read));
	EXPECT_EQ(READERS + 1, readers_now(self->vm.fd));
	for (i = 0; i < READERS; i++) {
		ASSERT_TRUE(shared->readers[i].ready);
		if (is_stopped(i)) {
			ASSERT_EQ(0, kill(self->pid[i], SIGSTOP));
			ASSERT_EQ(self->pid[i],
				  waitpid(self->pid[i], &status, WUNTRACED));
			ASSERT_TRUE(WIFSTOPPED(status));
		} else if (is_killed_asleep(i)) {
			ASSERT_EQ(0, kill(self->pid[i], SIGKILL));
		}
	}

	for (i = 0; i < WRITERS; i++)
		writers[i] = start_writer(i);
	for (i = 0; i < READERS; i++) {
		if (!is_killed_reading(i))
			continue;
		while (!__atomic_load_n(&shared->readers[i].delivered,
					__ATOMIC_RELAXED))
			usleep(1000);
		ASSERT_EQ(0, kill(self->pid[i], SIGKILL));
	}
	for (i = 0; i < READERS; i++) {
		if (!is_killed_asleep(i) && !is_killed_reading(i))
			continue;
		EXPECT_EQ(self->pid[i], waitpid(self->pid[i], &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status)) TH_LOG("reader %d", i);
		EXPECT_FALSE(shared->readers[i].ended);
		self->pid[i] = 0;
		killed++;
	}
	for (i = 0; i < WRITERS; i++)
		EXPECT_EQ(writers[i], waitpid(writers[i], NULL, 0));
	EXPECT_EQ(16, killed);
	left = READERS - killed;
	EXPECT_EQ(left + 1, readers_now(self->vm.fd));
	EXPECT_EQ(0, shared->failed);

	/* The last record of all, at which readers end. */
	EXPECT_EQ(-1, msgget(MARK, 0));
	records = vm_written(self->vm.fd);
	/* Each call once, and those that were slow one record more. */
	EXPECT_EQ(WRITERS * (2 + (CALLS - 2) / 3 * 3) + 1, vm_calls(self->vm.fd));
	EXPECT_EQ(vm_records(self->vm.fd), records);
	EXPECT_EQ(0, vm_events(self->vm.fd, IPCTRACE_TYPE_MISSED));
	ASSERT_EQ(0, vm_call_stats(self->vm.fd, IPCTRACE_CALL_msgrcv, &stats));
	EXPECT_EQ(WRITERS * ((CALLS - 2) / 3), stats.calls);
	EXPECT_EQ(0, stats.errors);

	for (i = 0; i < READERS; i++)
		if (is_stopped(i))
			ASSERT_EQ(0, kill(self->pid[i], SIGCONT));
	for (i = 0; i < READERS; i++) {
		const struct reader *r = &shared->readers[i];

		if (!self->pid[i])
			continue;
		EXPECT_EQ(self->pid[i], waitpid(self->pid[i], &status, 0));
		self->pid[i] = 0;
		EXPECT_EQ(0, status);
		EXPECT_TRUE(r->ended);
		EXPECT_STREQ("", r->fault) TH_LOG("reader %d", i);
		EXPECT_EQ(records, r->delivered + r->lost)
			TH_LOG("reader %d: %llu delivered, %llu lost", i,
			       (unsigned long long)r->delivered,
			       (unsigned long long)r->lost);
		if (is_stopped(i))
			EXPECT_LT(0, r->lost);
		lossy += r->lost > 0;
	}
	TH_LOG("%u readers: %u killed, %u of the others lost some of %llu records",
	       READERS, killed, lossy, (unsigned long long)records);

	/* And one that reads only now. */
	vm_trace_fill(&self->vm);
	EXPECT_EQ(records, vm_sum(self->vm.read) + vm_sum(self->vm.lost));
	EXPECT_STREQ("", self->vm.fault);
	EXPECT_EQ(1, readers_now(self->vm.fd));
	EXPECT_EQ(-EAGAIN, vm_module_unload());
	vm_trace_close(&self->vm);
	EXPECT_EQ(0, vm_module_unload());
}

TEST_HARNESS_MAIN
