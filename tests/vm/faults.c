// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that is refused, and user memory that cannot be copied: each of the
 * places where that can happen in loading, in what is done with an open device,
 * and in the traced calls, one after the other. This takes a kernel with fault
 * injection, which counts such places and makes the one fail that it was told
 * to: /proc/PID/fail-nth.
 *
 * IPCTRACE_FAULTS=NUMBER: of the places in loading take each NUMBERth.
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/klog.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#include "vm_test.h"

#define KEY		0x69700001
#define MAX_PLACES	20000
#define MAX_WORKERS	256
/* As little as possible is allocated; max_prompt is for debug modules. */
#define SMALL		"ring_bytes=65536 max_blocked=1"
#define SMALL_DEBUG	SMALL " max_prompt=1"

/* struct tally - what became of the faults */
struct tally {
	unsigned int failed;	/* what was done failed, with a clean error */
	unsigned int survived;
	unsigned int ours;	/* of both, those with the module on the stack */
};

FIXTURE(faults) {
	int nth;
	int file;		/* the module */
	const char *params;
	char *path;		/* of the module that users have */
	char *kprobes;		/* without ours */
	char *functions;
	unsigned int probes;	/* attached in a load without faults */
	struct tally tally;
	int msq;		/* objects to call for */
	int sem;
	int shm;
};

/* Refuse what may wait as well, which is nearly all. */
static int let_all_fail(void)
{
	static const char *const rows[][2] = {
		{ "/sys/kernel/debug/failslab/ignore-gfp-wait", "N" },
		{ "/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N" },
		{ "/sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem", "N" },
		{ "/sys/kernel/debug/fail_page_alloc/min-order", "0" },
	};
	size_t i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(rows) && !ret; i++)
		ret = vm_write_file(rows[i][0], rows[i][1]);
	return ret;
}

/* vm_module_load() without what it does before. */
static int load(int file, const char *params)
{
	return syscall(SYS_finit_module, file, params, 0) ? -errno : 0;
}

static char *probes_now(void)
{
	return vm_read_file("/sys/kernel/debug/kprobes/list");
}

static char *functions_now(void)
{
	return vm_read_file("/sys/kernel/tracing/enabled_functions");
}

/* Place number @n of those to come is to fail. */
static void fail_nth(int fd, unsigned int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", n);
	if (pwrite(fd, text, strlen(text), 0) < 0)
		abort();
}

/*
 * None is to fail any more. Return: whether it had not come to that place.
 *
 * Reading and writing the file copy user memory, which are places, too.
 */
static bool fail_none(int fd)
{
	char text[16] = "";
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	bool left = n < 0 || atoi(text) > 0;

	while (pwrite(fd, "0", 1, 0) < 0)
		;
	return left;
}

/* Was the fault in something that the module did or asked for? */
static bool is_ours(void)
{
	return strstr(vm_log(), "[ipctrace]");
}

static bool is_clean(long error)
{
	return error == -ENOMEM || error == -EFAULT;
}

static bool same(char *now, const char *before)
{
	bool is = now && !strcmp(now, before);

	free(now);
	return is;
}

/* How many probes are attached. */
static unsigned int attached(int fd)
{
	struct ipctrace_probe probe = { };
	unsigned int nr = 0;

	for (; !ioctl(fd, IPCTRACE_IOC_PROBE, &probe); probe.index++)
		nr += probe.state == IPCTRACE_PROBE_ATTACHED;
	return nr;
}

/* Loaded, it records, and no call is left out. */
#define EXPECT_RECORDS(self)						\
	do {								\
		struct ipctrace_call __c;				\
		struct vm_trace __vm;					\
									\
		ASSERT_EQ(0, vm_trace_open(&__vm, VM_FROM_NOW));	\
		EXPECT_EQ(-1, msgget(KEY, 0));				\
		EXPECT_TRUE(vm_trace_take(&__vm, gettid(), &__c));	\
		EXPECT_EQ(IPCTRACE_CALL_msgget, __c.header.call);	\
		EXPECT_EQ(-ENOENT, __c.ret);				\
		if (!(self)->probes)					\
			(self)->probes = attached(__vm.fd);		\
		EXPECT_EQ((self)->probes, attached(__vm.fd));		\
		vm_trace_close(&__vm);					\
	} while (0)

FIXTURE_SETUP(faults)
{
	const char *path = getenv("IPCTRACE_KO");

	self->nth = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	if (self->nth < 0)
		return;
	ASSERT_EQ(0, let_all_fail());
	self->msq = msgget(IPC_PRIVATE, 0600);
	self->sem = semget(IPC_PRIVATE, 1, 0600);
	self->shm = shmget(IPC_PRIVATE, 4096, 0600);
	if (vm_module_loaded())
		ASSERT_EQ(0, vm_module_unload());
	ASSERT_NE(NULL, path);
	self->path = strdup(path);
	self->params = vm_module_debug() ? SMALL_DEBUG : SMALL;
	self->file = open(getenv("IPCTRACE_KO"), O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->file);
	self->kprobes = probes_now();
	ASSERT_NE(NULL, self->kprobes);
	self->functions = functions_now();
	ASSERT_NE(NULL, self->functions);
	/* Each fault is told with a stack: not on a slow console. */
	klogctl(6, NULL, 0);
	ASSERT_EQ(0, load(self->file, self->params));
	EXPECT_RECORDS(self);
	ASSERT_EQ(0, vm_module_unload());
}

FIXTURE_TEARDOWN(faults)
{
	if (self->nth < 0)
		return;
	klogctl(7, NULL, 0);
	if (vm_module_loaded())
		EXPECT_EQ(0, vm_module_unload());
	setenv("IPCTRACE_KO", self->path, 1);
	EXPECT_EQ(0, vm_module_default());
	msgctl(self->msq, IPC_RMID, NULL);
	semctl(self->sem, 0, IPC_RMID);
	shmctl(self->shm, IPC_RMID, NULL);
}

/* In each test: a SKIP in the setup would not keep it from running. */
#define NO_FAULTS	"no kernel with fault injection"

#define EXPECT_NOTHING_LEFT(self)					\
	do {								\
		EXPECT_FALSE(vm_module_loaded());			\
		EXPECT_EQ(-1, access("/sys/module/ipctrace", F_OK));	\
		EXPECT_EQ(-1, access(IPCTRACE_DEVICE, F_OK));		\
		EXPECT_EQ(-1, access(VM_DEBUGFS, F_OK));		\
		EXPECT_TRUE(same(probes_now(), (self)->kprobes));		\
		EXPECT_TRUE(same(functions_now(), (self)->functions));	\
	} while (0)

/*
 * What came of loading with a fault: nothing is left, and the next one works;
 * or it is there, and works.
 */
#define EXPECT_LOADED_OR_NOT(self, error, n)				\
	do {								\
		bool __ours = is_ours();				\
									\
		(self)->tally.ours += __ours;				\
		if (error) {						\
			(self)->tally.failed++;				\
			EXPECT_TRUE(is_clean(error))			\
				TH_LOG("place %u: error %d", n, error);	\
			EXPECT_NOTHING_LEFT(self);			\
			if (__ours)					\
				ASSERT_EQ(0, vm_module_load((self)->params));\
		} else {						\
			(self)->tally.survived++;			\
		}							\
		if (vm_module_loaded()) {				\
			EXPECT_RECORDS(self);				\
			ASSERT_EQ(0, vm_module_unload());		\
			EXPECT_NOTHING_LEFT(self);			\
		}							\
	} while (0)

#define LOG_TALLY(self, what)						\
	TH_LOG("%s: %u faults, %u failed it, %u did not, %u in the module",\
	       what, (self)->tally.failed + (self)->tally.survived,	\
	       (self)->tally.failed, (self)->tally.survived, (self)->tally.ours)

TEST_F_TIMEOUT(faults, in_loading, 3000)
{
	const char *each = getenv("IPCTRACE_FAULTS");
	unsigned int step = each ? atoi(each) : 7, n;
	bool left = false;
	int error;

	if (self->nth < 0)
		SKIP(return, NO_FAULTS);
	for (n = 1; n < MAX_PLACES; n += step) {
		vm_log_clear();
		fail_nth(self->nth, n);
		error = load(self->file, self->params);
		left = fail_none(self->nth);
		if (left)
			break;
		EXPECT_LOADED_OR_NOT(self, error, n);
	}
	EXPECT_TRUE(left);
	EXPECT_EQ(0, error);
	LOG_TALLY(self, "loading");
	EXPECT_LT(0, self->tally.failed);
	EXPECT_LT(0, self->tally.survived);
	EXPECT_LT(0, self->tally.ours);
}

/* The kernel's workers, which allocate rings and read BTF, at this moment. */
static int workers(int *fds, int max)
{
	char path[300], *comm;
	struct dirent *entry;
	DIR *dir = opendir("/proc");
	int n = 0;

	while (dir && n < max && (entry = readdir(dir))) {
		if (atoi(entry->d_name) <= 0)
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		comm = vm_read_file(path);
		if (comm && !strncmp(comm, "kworker/", 8)) {
			snprintf(path, sizeof(path), "/proc/%s/fail-nth",
				 entry->d_name);
			fds[n] = open(path, O_RDWR | O_CLOEXEC);
			n += fds[n] >= 0;
		}
		free(comm);
	}
	if (dir)
		closedir(dir);
	return n;
}

TEST_F_TIMEOUT(faults, in_loading_on_other_cpus, 1200)
{
	unsigned int n, without = 0;
	int fds[MAX_WORKERS], i, nr, error;

	if (self->nth < 0)
		SKIP(return, NO_FAULTS);
	/* Workers come and go, so one try without a fault is not the end. */
	for (n = 1; n < MAX_PLACES && without < 3; n++) {
		vm_log_clear();
		nr = workers(fds, MAX_WORKERS);
		for (i = 0; i < nr; i++)
			fail_nth(fds[i], n);
		error = load(self->file, self->params);
		for (i = 0; i < nr; i++) {
			fail_none(fds[i]);
			close(fds[i]);
		}
		if (error || is_ours()) {
			without = 0;
			EXPECT_LOADED_OR_NOT(self, error, n);
		} else {
			without++;
			ASSERT_EQ(0, vm_module_unload());
		}
	}
	EXPECT_EQ(3, without);
	LOG_TALLY(self, "loading, on other CPUs");
	EXPECT_LT(0, self->tally.failed);
}

/* ---- The device, and the files ------------------------------------------- */

enum kind { OPEN, READ, WRITE, IOCTL, MMAP, POLL };

/**
 * struct request - one system call on an open file
 * @kind: which
 * @path: the file
 * @text: for WRITE
 * @cmd: for IOCTL
 * @arg: for IOCTL
 * @arg_bytes: for IOCTL
 */
struct request {
	enum kind kind;
	const char *path;
	const char *text;
	unsigned long cmd;
	const void *arg;
	size_t arg_bytes;
};

/* struct state - what a request that failed must not have changed */
struct state {
	unsigned int readers;
	unsigned int recording;
	char filter[IPCTRACE_FILTER_MAX_BYTES];
};

static int look(int fd, struct state *now)
{
	struct ipctrace_filter filter = {
		.text = (unsigned long)now->filter,
		.bytes = sizeof(now->filter),
	};
	struct ipctrace_state state = { };

	memset(now, 0, sizeof(*now));
	if (ioctl(fd, IPCTRACE_IOC_STATE, &state) ||
	    ioctl(fd, IPCTRACE_IOC_GET_FILTER, &filter))
		return -errno;
	now->readers = state.readers;
	now->recording = state.recording;
	return 0;
}

/* The request itself, with place @n failing; @left: was there none? */
static long make(const struct request *r, int nth, unsigned int n, bool *left)
{
	static char arg[4096], buffer[1 << 16];
	struct ipctrace_hello hello;
	struct pollfd pollfd;
	void *map = MAP_FAILED;
	long ret = -1;
	int fd = -1;

	if (r->arg)
		memcpy(arg, r->arg, r->arg_bytes);
	if (r->kind != OPEN)
		fd = open(r->path, (r->kind == WRITE ? O_WRONLY : O_RDONLY) |
			  O_NONBLOCK);
	if (r->kind != OPEN && fd < 0)
		return -errno;
	if (r->kind == MMAP || r->kind == IOCTL)
		vm_hello(fd, &hello);
	pollfd = (struct pollfd){ .fd = fd, .events = POLLIN };

	fail_nth(nth, n);
	switch (r->kind) {
	case OPEN:
		ret = fd = open(r->path, O_RDONLY);
		break;
	case READ:
		ret = read(fd, buffer, sizeof(buffer));
		break;
	case WRITE:
		ret = write(fd, r->text, strlen(r->text));
		break;
	case IOCTL:
		ret = ioctl(fd, r->cmd, arg);
		break;
	case MMAP:
		map = mmap(NULL, hello.map_bytes, PROT_READ,
			   MAP_SHARED | MAP_POPULATE, fd, 0);
		ret = map == MAP_FAILED ? -1 : 0;
		break;
	case POLL:
		ret = poll(&pollfd, 1, 0);
		break;
	}
	if (ret < 0)
		ret = -errno;
	*left = fail_none(nth);

	if (map != MAP_FAILED)
		munmap(map, hello.map_bytes);
	if (fd >= 0)
		close(fd);
	return ret;
}

TEST_F_TIMEOUT(faults, in_requests, 600)
{
	static __aligned_u64 buffer[IPCTRACE_BLOCK_BYTES / 8];
	static const char text[] = "pid == 1 and call == msgget";
	static char room[IPCTRACE_FILTER_MAX_BYTES];
	static const struct ipctrace_hello hello = {
		.transport = IPCTRACE_TRANSPORT, .schema = IPCTRACE_SCHEMA,
	};
	static const struct ipctrace_control pause = {
		.op = IPCTRACE_CONTROL_PAUSE,
	}, clear = { .op = IPCTRACE_CONTROL_CLEAR };
	static const union {
		struct ipctrace_call_stats call;
		struct ipctrace_type_stats type;
		struct ipctrace_cpu_stats cpu;
		struct ipctrace_probe probe;
		struct ipctrace_state state;
		struct ipctrace_consumed consumed;
		struct ipctrace_start start;
	} zeros;
	const struct ipctrace_filter set = {
		.text = (unsigned long)text, .bytes = sizeof(text),
	}, get = { .text = (unsigned long)room, .bytes = sizeof(room) };
	const struct ipctrace_blocked blocked = {
		.buffer = (unsigned long)buffer, .bytes = sizeof(buffer),
	};
	const struct request rows[] = {
#define DEVICE(what)	{ .kind = what, .path = IPCTRACE_DEVICE }
#define REQUEST(name, what) { .kind = IOCTL, .path = IPCTRACE_DEVICE,	\
		.cmd = IPCTRACE_IOC_##name, .arg = &(what),		\
		.arg_bytes = sizeof(what) }
		DEVICE(OPEN), DEVICE(READ), DEVICE(MMAP), DEVICE(POLL),
		REQUEST(HELLO, hello),
		REQUEST(CALL_STATS, zeros.call),
		REQUEST(TYPE_STATS, zeros.type),
		REQUEST(CPU_STATS, zeros.cpu),
		REQUEST(PROBE, zeros.probe),
		REQUEST(STATE, zeros.state),
		REQUEST(CONSUMED, zeros.consumed),
		REQUEST(START, zeros.start),
		REQUEST(BLOCKED, blocked),
		REQUEST(SET_FILTER, set),
		REQUEST(GET_FILTER, get),
		REQUEST(CONTROL, pause),
		REQUEST(CONTROL, clear),
#define FILE(what, name) { .kind = what, .path = VM_DEBUGFS name }
#define CHANGE(name, to) { .kind = WRITE, .path = VM_DEBUGFS name, .text = to }
		FILE(OPEN, "stats"), FILE(READ, "stats"),
		FILE(OPEN, "probes"), FILE(READ, "probes"),
		FILE(OPEN, "blocked"), FILE(READ, "blocked"),
		FILE(OPEN, "trace"), FILE(READ, "trace"),
		FILE(OPEN, "control"), FILE(READ, "control"),
		FILE(OPEN, "filter"), FILE(READ, "filter"),
		CHANGE("control", "0"), CHANGE("filter", text),
	};
	struct state before, after;
	unsigned int n, total = 0;
	bool left = false;
	long ret = 0;
	size_t i;
	int fd;

	if (self->nth < 0)
		SKIP(return, NO_FAULTS);
	ASSERT_EQ(0, vm_module_load(self->params));
	fd = open(IPCTRACE_DEVICE, O_RDONLY);
	ASSERT_LE(0, fd);
	for (i = 0; i < 100; i++)
		msgget(KEY, 0);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (n = 1; n < MAX_PLACES; n++) {
			vm_log_clear();
			ASSERT_EQ(0, look(fd, &before));
			ret = make(&rows[i], self->nth, n, &left);
			ASSERT_EQ(0, look(fd, &after));
			if (ret >= 0) {
				after.recording = before.recording;
				memcpy(after.filter, before.filter,
				       sizeof(before.filter));
			}
			EXPECT_EQ(0, memcmp(&before, &after, sizeof(before)))
				TH_LOG("row %zu, place %u", i, n);
			ASSERT_EQ(0, vm_control(fd, IPCTRACE_CONTROL_RESUME));
			ASSERT_EQ(0, vm_write_file(VM_DEBUGFS "filter", "\n"));
			if (left)
				break;
			EXPECT_TRUE(ret >= 0 || is_clean(ret))
				TH_LOG("row %zu, place %u: %ld", i, n, ret);
			self->tally.failed += ret < 0;
			self->tally.survived += ret >= 0;
			self->tally.ours += is_ours();
		}
		EXPECT_TRUE(left);
		/* Not the device's text, of which there may be none. */
		EXPECT_TRUE(ret >= 0 || ret == -EAGAIN)
			TH_LOG("row %zu: %ld", i, ret);
		total += n - 1;
		EXPECT_RECORDS(self);
	}
	LOG_TALLY(self, "requests");
	EXPECT_LT(0, self->tally.failed);
	EXPECT_LT(ARRAY_SIZE(rows), total);
	close(fd);
	/* What a pause could not disarm must not outlive the module. */
	EXPECT_EQ(0, vm_module_unload());
	EXPECT_NOTHING_LEFT(self);
}

/* ---- The traced calls ----------------------------------------------------- */

/* Their errors are recorded as they are, whatever the caller is refused. */
TEST_F_TIMEOUT(faults, in_traced_calls, 300)
{
	struct { long type; char text[64]; } message = { 1, "" };
	struct sembuf up = { 0, 1, SEM_UNDO };
	const struct {
		int call;
		long nr;
		long args[6];
	} rows[] = {
		{ IPCTRACE_CALL_msgget, SYS_msgget, { IPC_PRIVATE, 0600 } },
		{ IPCTRACE_CALL_semget, SYS_semget, { IPC_PRIVATE, 3, 0600 } },
		{ IPCTRACE_CALL_shmget, SYS_shmget, { IPC_PRIVATE, 8192, 0600 } },
		{ IPCTRACE_CALL_msgsnd, SYS_msgsnd,
		  { self->msq, (long)&message, 64, 0 } },
		{ IPCTRACE_CALL_msgrcv, SYS_msgrcv,
		  { self->msq, (long)&message, 64, 0, IPC_NOWAIT } },
		{ IPCTRACE_CALL_semop, VM_SEMOP_NR,
		  { VM_SEMOP_ARGS(self->sem, &up, 1) } },
		{ IPCTRACE_CALL_shmat, SYS_shmat, { self->shm, 0, SHM_RDONLY } },
	};
	struct ipctrace_call c;
	struct vm_trace vm;
	bool left = false;
	unsigned int n;
	size_t i;
	long ret;

	if (self->nth < 0)
		SKIP(return, NO_FAULTS);
	ASSERT_EQ(0, vm_module_load(self->params));
	ASSERT_EQ(0, vm_trace_open(&vm, VM_FROM_NOW));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const long *a = rows[i].args;

		for (n = 1; n < MAX_PLACES; n++) {
			vm_log_clear();
			fail_nth(self->nth, n);
			ret = syscall(rows[i].nr, a[0], a[1], a[2], a[3], a[4],
				      a[5]);
			if (ret == -1)
				ret = -errno;
			left = fail_none(self->nth);
			ASSERT_TRUE(vm_trace_take(&vm, gettid(), &c))
				TH_LOG("%s, place %u",
				       vm_call_names[rows[i].call], n);
			EXPECT_EQ(rows[i].call, c.header.call);
			EXPECT_EQ(ret, c.ret);
			if (ret >= 0 && rows[i].call == IPCTRACE_CALL_msgget)
				msgctl(ret, IPC_RMID, NULL);
			if (ret >= 0 && rows[i].call == IPCTRACE_CALL_semget)
				semctl(ret, 0, IPC_RMID);
			if (ret >= 0 && rows[i].call == IPCTRACE_CALL_shmget)
				shmctl(ret, IPC_RMID, NULL);
			if (ret >= 0 && rows[i].call == IPCTRACE_CALL_shmat)
				shmdt((void *)ret);
			vm_trace_forget(&vm);
			if (left)
				break;
			self->tally.failed += ret < 0;
			self->tally.survived += ret >= 0;
			self->tally.ours += is_ours();
		}
		EXPECT_TRUE(left);
	}
	EXPECT_STREQ("", vm.fault);
	vm_trace_close(&vm);
	LOG_TALLY(self, "traced calls");
	EXPECT_LT(ARRAY_SIZE(rows), self->tally.failed);
}

TEST_HARNESS_MAIN
