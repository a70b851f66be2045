// SPDX-License-Identifier: GPL-2.0
/* Filters: what they let through, on real calls; how they are set and refused. */
#include <fcntl.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "vm_abi.h"
#include "vm_test.h"

#define FILTER		VM_DEBUGFS "filter"
#define KEY		0x69700b01
#define MANY		1100

FIXTURE(filter) {
	struct vm_trace vm;
	int queue;
};

FIXTURE_SETUP(filter)
{
	VM_SETUP(&self->vm);
	self->queue = msgget(KEY, IPC_CREAT | 0600);
	ASSERT_LE(0, self->queue);
	vm_trace_forget(&self->vm);
}

FIXTURE_TEARDOWN(filter)
{
	vm_write_file(FILTER, "\n");
	msgctl(self->queue, IPC_RMID, NULL);
	EXPECT_STREQ("", self->vm.fault);
	vm_trace_close(&self->vm);
}

/* What one_of_each() does, by the bits of its calls. */
#define QUEUE_FOUND	0x001
#define QUEUE_MISSING	0x002
#define SENT		0x004
#define RECEIVED	0x008
#define NO_MESSAGE	0x010
#define SET_MADE	0x020
#define SET_USED	0x040
#define SET_REMOVED	0x080
#define SEGMENT_MADE	0x100
#define ATTACHED	0x200
#define DETACHED	0x400
#define SEGMENT_REMOVED	0x800
#define ALL		0xfff
#define MSG		0x01f
#define SEM		0x0e0
#define SHM		0xf00

static const int call_of[] = {
	IPCTRACE_CALL_msgget, IPCTRACE_CALL_msgget, IPCTRACE_CALL_msgsnd,
	IPCTRACE_CALL_msgrcv, IPCTRACE_CALL_msgrcv, IPCTRACE_CALL_semget,
	IPCTRACE_CALL_semtimedop, IPCTRACE_CALL_semctl, IPCTRACE_CALL_shmget,
	IPCTRACE_CALL_shmat, IPCTRACE_CALL_shmdt, IPCTRACE_CALL_shmctl,
};

static void one_of_each(int queue)
{
	struct { long type; char text[8]; } message = { 1, "" };
	struct sembuf up = { 0, 1, 0 };
	void *at;
	int id;

	msgget(KEY, 0);
	msgget(KEY + 1, 0);
	msgsnd(queue, &message, 4, 0);
	msgrcv(queue, &message, 4, 1, 0);
	msgrcv(queue, &message, 4, 1, IPC_NOWAIT);
	id = semget(IPC_PRIVATE, 1, 0600);
	semop(id, &up, 1);
	semctl(id, 0, IPC_RMID);
	id = shmget(IPC_PRIVATE, 4096, 0600);
	at = shmat(id, NULL, 0);
	shmdt(at);
	shmctl(id, IPC_RMID, NULL);
}

/* Which of them were recorded; -1 when there is a record of anything else. */
static int recorded(struct vm_trace *vm, pid_t pid)
{
	struct ipctrace_call c;
	int n = 0, mask = 0;

	while (vm_trace_take(vm, pid, &c)) {
		/* Two of them are told apart by what came back. */
		while (n < (int)ARRAY_SIZE(call_of) &&
		       (call_of[n] != c.header.call ||
			(n == 0 && c.ret < 0) || (n == 3 && c.ret < 0)))
			n++;
		if (n == ARRAY_SIZE(call_of))
			return -1;
		mask |= 1 << n++;
	}
	return mask;
}

#define EXPECT_RECORDED(mask, ...)					\
	do {								\
		char __text[IPCTRACE_FILTER_MAX_BYTES];			\
									\
		snprintf(__text, sizeof(__text), __VA_ARGS__);		\
		EXPECT_EQ(0, vm_write_file(FILTER, __text))		\
			TH_LOG("%s", __text);				\
		one_of_each(self->queue);				\
		EXPECT_EQ(0, vm_write_file(FILTER, "\n"));		\
		EXPECT_EQ(mask, recorded(&self->vm, gettid()))		\
			TH_LOG("%s", __text);				\
	} while (0)

TEST_F(filter, calls)
{
	EXPECT_RECORDED(ALL, "\n");
	EXPECT_RECORDED(QUEUE_FOUND | QUEUE_MISSING, "call == msgget");
	EXPECT_RECORDED(SENT | ATTACHED, "call in (msgsnd, shmat)");
	EXPECT_RECORDED(MSG, "call == msg");
	EXPECT_RECORDED(SEM | DETACHED, "call in (sem, shmdt)");
	EXPECT_RECORDED(SET_USED, "call == semop");
	EXPECT_RECORDED(ALL & ~SHM, "not call == shm");
	EXPECT_RECORDED(0, "call == ipc");
}

TEST_F(filter, callers)
{
	struct vm_who who;

	vm_who_am_i(&who);
	EXPECT_RECORDED(ALL, "pid == %d", getpid());
	EXPECT_RECORDED(ALL, "pid == %d", getppid());
	EXPECT_RECORDED(0, "pid == %d", getpid() + 1);
	EXPECT_RECORDED(ALL, "uid == %u and gid == %u", who.uid, who.gid);
	EXPECT_RECORDED(0, "uid == %u", who.uid + 1);
	EXPECT_RECORDED(0, "gid > %u", who.gid);
	EXPECT_RECORDED(ALL, "loginuid == %u", who.loginuid);
	EXPECT_RECORDED(ALL, "ipc_ns == %u", who.ipc_ns);
	EXPECT_RECORDED(0, "ipc_ns == %u", who.ipc_ns + 1);
	EXPECT_RECORDED(ALL, "cgroup == %llu", (unsigned long long)who.cgroup);
	EXPECT_RECORDED(0, "cgroup == %llu", who.cgroup + 1ULL);
	prctl(PR_SET_NAME, "fifteen bytes!!");
	EXPECT_RECORDED(ALL, "comm == 'fifteen bytes!!'");
	EXPECT_RECORDED(0, "comm == 'fifteen bytes!'");
	prctl(PR_SET_NAME, "short");
	EXPECT_RECORDED(ALL, "comm in (long, short)");
	EXPECT_RECORDED(0, "comm == 'short '");
}

TEST_F(filter, objects)
{
	EXPECT_RECORDED(QUEUE_FOUND | SENT | RECEIVED | NO_MESSAGE,
			"key == %#x", KEY);
	EXPECT_RECORDED(SET_MADE | SET_USED | SET_REMOVED | SEGMENT_MADE |
			ATTACHED | DETACHED | SEGMENT_REMOVED,
			"key == IPC_PRIVATE");
	EXPECT_RECORDED(QUEUE_FOUND | SENT | RECEIVED | NO_MESSAGE,
			"id == %d and call == msg", self->queue);
	EXPECT_RECORDED(0, "id == %d", 0x7fffffff);
}

/* Calls on what is not there, and two on what is; which one @n is says its bit. */
#define GONE_SENT	0x001
#define GONE_RECEIVED	0x002
#define GONE_REMOVED	0x004
#define GONE_STAT	0x008
#define GONE_INDEX	0x010	/* the number is no id */
#define GONE_INFO	0x020	/* nor is it looked at */
#define KEY_MISSING	0x040
#define KEY_EXISTS	0x080
#define PRESENT_EMPTY	0x100
#define GONE_BY_IPC	0x200
#define KEY_BY_IPC	0x400
#define NR_ASKED	11
#define GONE		(GONE_SENT | GONE_RECEIVED | GONE_REMOVED | GONE_STAT)

static void ask(int n, int queue, int gone)
{
	struct { long type; char text[256]; } buf = { 1, "" };

	switch (1 << n) {
	case GONE_SENT:
		msgsnd(gone, &buf, 4, 0);
		break;
	case GONE_RECEIVED:
		msgrcv(gone, &buf, 4, 1, 0);
		break;
	case GONE_REMOVED:
		msgctl(gone, IPC_RMID, NULL);
		break;
	case GONE_STAT:
		msgctl(gone, IPC_STAT, (void *)&buf);
		break;
	case GONE_INDEX:
		msgctl(gone, MSG_STAT, (void *)&buf);
		break;
	case GONE_INFO:
		msgctl(gone, MSG_INFO, (void *)&buf);
		break;
	case KEY_MISSING:
		msgget(KEY + 1, 0);
		break;
	case KEY_EXISTS:
		msgget(KEY, IPC_CREAT | IPC_EXCL | 0600);
		break;
	case PRESENT_EMPTY:
		msgrcv(queue, &buf, 4, 1, IPC_NOWAIT);
		break;
	case GONE_BY_IPC:
		if (VM_INT80)
			vm_int80(117, 14, gone, IPC_RMID, 0, 0);
		break;
	case KEY_BY_IPC:
		if (VM_INT80)
			vm_int80(117, 13, KEY + 1, 0, 0, 0);
		break;
	}
}

#define EXPECT_ASKED(mask, ...)						\
	do {								\
		char __text[IPCTRACE_FILTER_MAX_BYTES];			\
		struct ipctrace_call __c;				\
		int __n, __mask = 0;					\
									\
		snprintf(__text, sizeof(__text), __VA_ARGS__);		\
		ASSERT_EQ(0, vm_write_file(FILTER, __text))		\
			TH_LOG("%s", __text);				\
		for (__n = 0; __n < NR_ASKED; __n++) {			\
			ask(__n, self->queue, gone);			\
			if (vm_trace_take(&self->vm, gettid(), &__c))	\
				__mask |= 1 << __n;			\
		}							\
		ASSERT_EQ(0, vm_write_file(FILTER, "\n"));		\
		EXPECT_EQ((mask) & in_reach, __mask)			\
			TH_LOG("%s", __text);				\
	} while (0)

/* What the caller named by number counts, where there is no such object, too. */
TEST_F(filter, asked_for)
{
	int in_reach = VM_INT80 ? -1 : ~(GONE_BY_IPC | KEY_BY_IPC);
	int gone = msgget(IPC_PRIVATE, 0600);

	ASSERT_LE(0, gone);
	ASSERT_EQ(0, msgctl(gone, IPC_RMID, NULL));
	vm_trace_forget(&self->vm);
	EXPECT_ASKED(GONE | GONE_BY_IPC, "id == %d", gone);
	EXPECT_ASKED(GONE | GONE_BY_IPC, "id == %d and failed", gone);
	EXPECT_ASKED(0, "id == %d and not failed", gone);
	EXPECT_ASKED(0, "id == %d", gone + 1);
	EXPECT_ASKED(PRESENT_EMPTY, "id == %d", self->queue);
	EXPECT_ASKED(GONE_INDEX | KEY_MISSING | KEY_EXISTS | PRESENT_EMPTY |
		     KEY_BY_IPC, "id != %d and failed", gone);
	EXPECT_ASKED(KEY_MISSING | KEY_BY_IPC, "key == %#x", KEY + 1);
	EXPECT_ASKED(KEY_MISSING | KEY_BY_IPC, "key == %#x and failed",
		     KEY + 1);
	EXPECT_ASKED(KEY_EXISTS | PRESENT_EMPTY, "key == %#x", KEY);
	EXPECT_ASKED(KEY_EXISTS | PRESENT_EMPTY, "failed and key == %#x", KEY);
	EXPECT_ASKED(0, "key == %#x", KEY + 2);
	EXPECT_ASKED(0, "id == %d and key == %#x", gone, KEY);
	EXPECT_ASKED(GONE | GONE_BY_IPC | KEY_MISSING | KEY_BY_IPC,
		     "id == %d or key == %#x", gone, KEY + 1);
}

/* What only the end of a call tells. */
TEST_F(filter, ends)
{
	EXPECT_RECORDED(QUEUE_MISSING | NO_MESSAGE, "failed");
	EXPECT_RECORDED(ALL & ~(QUEUE_MISSING | NO_MESSAGE), "not failed");
	EXPECT_RECORDED(NO_MESSAGE, "failed and call == msgrcv");
	EXPECT_RECORDED(ALL, "duration >= 0ns");
	EXPECT_RECORDED(0, "duration > 1000s");
	EXPECT_RECORDED(ALL & ~SEM, "duration < 1000s and not call == sem");
	EXPECT_RECORDED(MSG, "call == msg or duration > 1000s");
}

/*
 * One that sleeps for longer than another. Before Linux 5.12 a timeout may be over
 * a tick too early.
 */
TEST_F(filter, durations)
{
	struct sembuf down = { 0, -1, 0 };
	struct timespec times[] = { { 0, 1000 }, { 0, 200000000 } };
	struct ipctrace_call c;
	int id = semget(IPC_PRIVATE, 1, 0600);
	size_t i;

	vm_trace_forget(&self->vm);
	ASSERT_EQ(0, vm_write_file(FILTER, "duration >= 150ms"));
	for (i = 0; i < ARRAY_SIZE(times); i++)
		EXPECT_EQ(-1, semtimedop(id, &down, 1, &times[i]));
	ASSERT_EQ(0, vm_write_file(FILTER, "\n"));
	ASSERT_TRUE(vm_trace_take(&self->vm, gettid(), &c));
	/* On a busy machine the short sleep may have been long. */
	if (vm_trace_count(&self->vm, getpid()))
		ASSERT_LE(150000000, c.duration_ns);
	while (vm_trace_take(&self->vm, gettid(), &c))
		;
	EXPECT_LE(150000000, c.duration_ns);
	semctl(id, 0, IPC_RMID);
}

/* The numbers add up: recorded, or counted as rejected. */
TEST_F(filter, counts_what_it_rejects)
{
	struct ipctrace_cpu_stats stats = { };
	uint64_t before = 0, after = 0, calls;
	int i, cpus = self->vm.hello.nr_rings;

	for (stats.cpu = 0; (int)stats.cpu < cpus; stats.cpu++) {
		ASSERT_EQ(0, ioctl(self->vm.fd, IPCTRACE_IOC_CPU_STATS, &stats));
		before += stats.rejected;
	}
	calls = vm_calls(self->vm.fd);
	ASSERT_EQ(0, vm_write_file(FILTER, "comm == nobody"));
	for (i = 0; i < 100; i++)
		msgget(KEY, 0);
	ASSERT_EQ(0, vm_write_file(FILTER, "duration > 1000s"));
	for (i = 0; i < 100; i++)
		msgget(KEY, 0);
	ASSERT_EQ(0, vm_write_file(FILTER, "\n"));
	for (stats.cpu = 0; (int)stats.cpu < cpus; stats.cpu++) {
		ASSERT_EQ(0, ioctl(self->vm.fd, IPCTRACE_IOC_CPU_STATS, &stats));
		after += stats.rejected;
	}
	EXPECT_EQ(200, after - before);
	EXPECT_EQ(calls, vm_calls(self->vm.fd));
	EXPECT_EQ(0, vm_trace_count(&self->vm, 0));
}

/* A process, those that it had forked, and those that it forks later. */
TEST_F(filter, follows_forks)
{
	int go[2], ready[2], i;
	pid_t old, pids[3];
	char text[32], c;

	ASSERT_EQ(0, pipe(go));
	ASSERT_EQ(0, pipe(ready));
	old = fork();
	if (!old) {
		/* A child of before the filter, and one of after it. */
		pid_t child = fork();

		if (child) {
			if (write(ready[1], &child, sizeof(child)) < 0)
				_exit(1);
			waitpid(child, NULL, 0);
			_exit(0);
		}
		if (read(go[0], &c, 1) != 1)
			_exit(1);
		child = fork();
		if (!child) {
			child = getpid();
			msgget(KEY, 0);
			if (write(ready[1], &child, sizeof(child)) < 0)
				_exit(1);
			_exit(0);
		}
		waitpid(child, NULL, 0);
		msgget(KEY, 0);
		_exit(0);
	}
	pids[0] = old;
	ASSERT_EQ(sizeof(pid_t), read(ready[0], &pids[1], sizeof(pid_t)));
	snprintf(text, sizeof(text), "pid == %d", old);
	ASSERT_EQ(0, vm_write_file(FILTER, text));
	ASSERT_EQ(1, write(go[1], &c, 1));
	ASSERT_EQ(sizeof(pid_t), read(ready[0], &pids[2], sizeof(pid_t)));
	msgget(KEY, 0);		/* another's */
	ASSERT_EQ(old, waitpid(old, NULL, 0));
	ASSERT_EQ(0, vm_write_file(FILTER, "\n"));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(!!i, vm_trace_count(&self->vm, pids[i]))
			TH_LOG("%d", i);
	EXPECT_EQ(2, vm_trace_count(&self->vm, 0));
}

/*
 * More processes than the module has memory for beforehand: those that are there
 * when the filter comes, and a child of each. They go one by one: all at once are
 * more than a slow kernel gets around to in the time that it warns after.
 */
TEST_F_TIMEOUT(filter, follows_many, 120)
{
	int go[2], start[2], ready[2], i;
	char text[32], c = 0;
	pid_t parent;

	ASSERT_EQ(0, pipe(go));
	ASSERT_EQ(0, pipe(start));
	ASSERT_EQ(0, pipe(ready));
	parent = fork();
	if (!parent) {
		for (i = 0; i < MANY; i++) {
			if (fork())
				continue;
			if (read(go[0], &c, 1) != 1)
				_exit(1);
			if (fork())
				wait(NULL);
			msgget(KEY, 0);
			_exit(0);
		}
		if (write(ready[1], &c, 1) != 1 || read(start[0], &c, 1) != 1)
			_exit(1);
		while (write(go[1], &c, 1) == 1 && wait(NULL) > 0)
			;
		_exit(0);
	}
	close(ready[1]);
	ASSERT_EQ(1, read(ready[0], &c, 1));
	snprintf(text, sizeof(text), "pid == %d", parent);
	ASSERT_EQ(0, vm_write_file(FILTER, text));
	ASSERT_EQ(1, write(start[1], &c, 1));
	ASSERT_EQ(parent, waitpid(parent, NULL, 0));
	ASSERT_EQ(0, vm_write_file(FILTER, "\n"));
	EXPECT_EQ(2 * MANY, vm_trace_count(&self->vm, 0));
}

/* What stats say of processes: how many are followed, how many could not be. */
static bool following(unsigned int *processes, unsigned int *refused)
{
	char *stats = vm_read_file(VM_DEBUGFS "stats");
	char *line = stats ? strstr(stats, "filter: ") : NULL;
	bool ret = line && sscanf(line, "filter: %u processes followed, %u could not be",
				  processes, refused) == 2;

	free(stats);
	return ret;
}

/* Until no more than @most are; they go when the kernel's RCU gets around to it. */
static bool followed_sink_to(unsigned int most)
{
	unsigned int processes, refused, i;

	for (i = 0; i < 300; i++) {
		if (!following(&processes, &refused))
			return false;
		if (processes <= most)
			return true;
		usleep(100000);
	}
	return false;
}

/* The process gets going when the filter is there; it calls this then. */
static pid_t start_followed(int go, void (*what)(void))
{
	pid_t pid = fork();
	char c;

	if (pid)
		return pid;
	if (read(go, &c, 1) != 1)
		_exit(1);
	what();
	_exit(0);
}

#define FOLLOW(what)							\
	({								\
		int __go[2];						\
		char __text[32];					\
		pid_t __pid;						\
									\
		ASSERT_EQ(0, pipe(__go));				\
		__pid = start_followed(__go[0], what);			\
		snprintf(__text, sizeof(__text), "pid == %d", __pid);	\
		ASSERT_EQ(0, vm_write_file(FILTER, __text));		\
		ASSERT_EQ(1, write(__go[1], "", 1));			\
		close(__go[0]);						\
		close(__go[1]);						\
		__pid;							\
	})

static unsigned int storm_size(void)
{
	const char *text = getenv("IPCTRACE_FORKS");

	return text ? atoi(text) : 5000;
}

static void storm(void)
{
	unsigned int i, n = storm_size();
	pid_t pid;

	for (i = 0; i < n; i++) {
		pid = vfork();
		if (!pid) {
			msgget(KEY, 0);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
}

/* Many short processes: each is seen, and none is kept in mind. */
TEST_F_TIMEOUT(filter, forgets_the_dead, 900)
{
	unsigned int processes = 0, refused = 1, most = 0;
	uint64_t before = vm_calls(self->vm.fd);
	pid_t pid = FOLLOW(storm);

	while (!waitpid(pid, NULL, WNOHANG)) {
		ASSERT_TRUE(following(&processes, &refused));
		if (processes > most)
			most = processes;
		usleep(200000);
	}
	EXPECT_EQ(storm_size(), vm_calls(self->vm.fd) - before);
	EXPECT_TRUE(followed_sink_to(0));
	EXPECT_TRUE(following(&processes, &refused));
	EXPECT_EQ(0, refused);
	EXPECT_GT(4096, most);
	TH_LOG("%u processes, %u at most in mind", storm_size(), most);
}

static void *call_in_thread(void *unused)
{
	usleep(300000);
	msgget(KEY, 0);
	return NULL;
}

static void leader_goes_first(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, call_in_thread, NULL);
	pthread_exit(NULL);
}

static void *exec_in_thread(void *unused)
{
	execl("/proc/self/exe", "filter", "--call", NULL);
	_exit(1);
}

static void thread_executes(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, exec_in_thread, NULL);
	pthread_join(thread, NULL);
}

/* The program that thread_executes(), when it is one again. */
static __attribute__((constructor)) void call_only(int argc, char **argv)
{
	if (argc != 2 || strcmp(argv[1], "--call"))
		return;
	/* The first thread's remains are gone by then. */
	usleep(500000);
	msgget(KEY, 0);
	_exit(0);
}

/* A process lives as long as any of its threads, whatever program it is. */
TEST_F(filter, follows_threads)
{
	pid_t pid = FOLLOW(leader_goes_first);

	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_EQ(1, vm_trace_count(&self->vm, pid));
	EXPECT_TRUE(followed_sink_to(0));
	pid = FOLLOW(thread_executes);
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_EQ(1, vm_trace_count(&self->vm, pid));
	EXPECT_TRUE(followed_sink_to(0));
}

static int undo_set;

static void exit_with_undo(void)
{
	struct sembuf up = { 0, 1, SEM_UNDO };

	semop(undo_set, &up, 1);
}

/* What it does when it ends is its own, too. */
TEST_F(filter, follows_to_the_end)
{
	pid_t pid;

	if (!vm_kernel_has_types())
		SKIP(return, VM_NO_TYPES);
	undo_set = semget(IPC_PRIVATE, 1, 0600);
	ASSERT_LE(0, undo_set);
	pid = FOLLOW(exit_with_undo);
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_EQ(1, vm_trace_count_events(&self->vm, IPCTRACE_TYPE_UNDO, pid));
	semctl(undo_set, 0, IPC_RMID);
}

static void call_once(void)
{
	msgget(KEY, 0);
}

/* Who gets the number of one that is gone is another. */
TEST_F(filter, numbers_are_not_inherited)
{
	pid_t pid = FOLLOW(call_once), other;
	char text[16];

	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	/* At once, before the first is forgotten. */
	snprintf(text, sizeof(text), "%d", pid - 1);
	ASSERT_EQ(0, vm_write_file("/proc/sys/kernel/ns_last_pid", text));
	other = fork();
	if (!other) {
		msgget(KEY, 0);
		usleep(300000);
		msgget(KEY, 0);
		_exit(0);
	}
	ASSERT_EQ(other, waitpid(other, NULL, 0));
	if (other != pid)
		SKIP(return, "the number was not free");
	EXPECT_EQ(1, vm_trace_count(&self->vm, pid));
	EXPECT_TRUE(followed_sink_to(0));
}

static void fork_four(void)
{
	int i;

	for (i = 0; i < 4; i++)
		if (!fork()) {
			msgget(KEY, 0);
			usleep(500000);
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
}

/* More than can be followed: told, and recorded all the same. */
TEST_F(filter, too_many_to_follow)
{
	unsigned int processes = 0, refused = 0;
	uint64_t before;
	pid_t pid;

	if (!vm_module_debug())
		SKIP(return, "needs the debug module");
	vm_trace_close(&self->vm);
	ASSERT_EQ(0, vm_module_reload("followed_max=3"));
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_NOW));
	before = vm_calls(self->vm.fd);
	vm_log_clear();
	pid = FOLLOW(fork_four);
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_EQ(4, vm_calls(self->vm.fd) - before);
	EXPECT_TRUE(following(&processes, &refused));
	EXPECT_EQ(2, refused);
	EXPECT_NE(NULL, strstr(vm_log(), "cannot be followed"));
	/* Of those that exist when the filter comes, too. */
	msgget(KEY, 0);
	EXPECT_EQ(5, vm_calls(self->vm.fd) - before);
	ASSERT_EQ(0, vm_write_file(FILTER, "pid == 1"));
	EXPECT_TRUE(following(&processes, &refused));
	EXPECT_EQ(3, processes);
	EXPECT_LT(0, refused);
	vm_trace_close(&self->vm);
	EXPECT_EQ(0, vm_module_default());
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_NOW));
}

/* A call is what it is, however it was made. */
TEST_F(filter, calls_behind_ipc)
{
	struct ipctrace_call c;

	if (!VM_INT80)
		SKIP(return, "this architecture has no ipc()");
	ASSERT_EQ(0, vm_write_file(FILTER, "call == msgget"));
	EXPECT_LE(0, vm_int80(117, 13, KEY, 0, 0, 0));		/* ipc(MSGGET) */
	EXPECT_EQ(-ENOENT, vm_int80(117, 23, KEY, 0, 0, 0));	/* ipc(SHMGET) */
	EXPECT_LE(0, vm_int80(399, KEY, 0, 0, 0, 0));		/* msgget */
	ASSERT_EQ(0, vm_write_file(FILTER, "\n"));
	ASSERT_TRUE(vm_trace_take(&self->vm, gettid(), &c));
	EXPECT_EQ(IPCTRACE_CALL_msgget, c.header.call);
	EXPECT_TRUE(c.header.flags & IPCTRACE_F_IPC);
	ASSERT_TRUE(vm_trace_take(&self->vm, gettid(), &c));
	EXPECT_EQ(IPCTRACE_CALL_msgget, c.header.call);
	EXPECT_FALSE(c.header.flags & IPCTRACE_F_IPC);
	EXPECT_FALSE(vm_trace_take(&self->vm, gettid(), &c));
}

/* What happens without a call goes with all calls on that kind of object. */
TEST_F(filter, events)
{
	static const struct {
		const char *text;
		size_t destroyed;
	} rows[] = {
		{ "call == msg", 0 },
		{ "call == sem", 1 },
		{ "call in (sem, shm)", 2 },
		{ "call == shmdt", 0 },
		{ "not call == shmdt", 2 },
		{ "failed", 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ASSERT_EQ(0, vm_write_file(FILTER, rows[i].text));
		one_of_each(self->queue);
		ASSERT_EQ(0, vm_write_file(FILTER, "\n"));
		EXPECT_EQ(rows[i].destroyed,
			  vm_trace_count_events(&self->vm,
						IPCTRACE_TYPE_DESTROY,
						getpid())) TH_LOG("row %zu", i);
		/* A shmdt() is no detaching without a call. */
		EXPECT_EQ(0, vm_trace_count_events(&self->vm,
						   IPCTRACE_TYPE_DETACH,
						   getpid()))
			TH_LOG("row %zu", i);
		vm_trace_forget(&self->vm);
	}
}

/* A segment has its key to the end, though IPC_RMID took it away. */
TEST_F(filter, removed_segment)
{
	int shm = shmget(KEY, 4096, IPC_CREAT | 0600), i;
	void *at[2] = { shmat(shm, NULL, 0), shmat(shm, NULL, 0) };
	struct vm_record r;
	struct ipctrace_call c;
	char text[32];

	for (i = 0; i < 2; i++)
		ASSERT_NE(MAP_FAILED, at[i]);
	ASSERT_EQ(0, shmctl(shm, IPC_RMID, NULL));
	vm_trace_forget(&self->vm);
	snprintf(text, sizeof(text), "key == %#x", KEY);
	ASSERT_EQ(0, vm_write_file(FILTER, text));
	ASSERT_EQ(0, shmdt(at[0]));
	ASSERT_EQ(0, munmap(at[1], 4096));
	ASSERT_EQ(0, vm_write_file(FILTER, "\n"));
	EXPECT_TRUE(vm_trace_take(&self->vm, gettid(), &c));
	EXPECT_TRUE(vm_trace_take_event(&self->vm, IPCTRACE_TYPE_DETACH,
					getpid(), &r));
	if (vm_kernel_has_types())
		EXPECT_TRUE(vm_trace_take_event(&self->vm,
						IPCTRACE_TYPE_DESTROY,
						getpid(), &r));
}

/* A call that is rejected has no line among those in flight. */
TEST_F(filter, calls_in_flight)
{
	struct { long type; char text[8]; } message;
	struct vm_shot *shot = vm_shot_shared();
	struct vm_record r;
	char *text;
	pid_t pid;
	int i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, vm_write_file(FILTER, i ? "call == msgrcv" :
						       "call == msgsnd"));
		pid = vm_shoot_async(shot, IPCTRACE_CALL_msgrcv,
				     VM_ARGS(self->queue, (long)&message, 8,
					     5, 0));
		ASSERT_TRUE(vm_asleep_in(pid, IPCTRACE_CALL_msgrcv));
		if (i)
			ASSERT_TRUE(vm_trace_wait_event(&self->vm,
							IPCTRACE_TYPE_ENTER,
							pid, &r));
		text = vm_read_file(VM_DEBUGFS "blocked");
		EXPECT_EQ(i, !!strstr(text, "msgrcv("));
		free(text);
		EXPECT_EQ(0, kill(pid, SIGKILL));
		EXPECT_EQ(pid, waitpid(pid, NULL, 0));
		EXPECT_EQ(i, vm_trace_count(&self->vm, pid));
	}
}

static int set_filter(int fd, const char *text, struct ipctrace_filter *filter)
{
	*filter = (struct ipctrace_filter){
		.text = (uintptr_t)text,
		.bytes = strlen(text) + 1,
	};
	return ioctl(fd, IPCTRACE_IOC_SET_FILTER, filter) ? -errno : 0;
}

TEST_F(filter, by_ioctl)
{
	char text[IPCTRACE_FILTER_MAX_BYTES];
	struct ipctrace_filter filter, get = {
		.text = (uintptr_t)text, .bytes = sizeof(text),
	};
	char *file;

	EXPECT_EQ(0, set_filter(self->vm.fd, " uid == 0 and failed\n", &filter));
	EXPECT_EQ(0, ioctl(self->vm.fd, IPCTRACE_IOC_GET_FILTER, &get));
	EXPECT_STREQ("uid == 0 and failed", text);
	file = vm_read_file(FILTER);
	EXPECT_STREQ("uid == 0 and failed\n", file);

	/* A mistake is told with its place, and changes nothing. */
	EXPECT_EQ(-EINVAL, set_filter(self->vm.fd, "uid == 0 and gid = 1",
				      &filter));
	EXPECT_EQ(17, filter.position);
	EXPECT_NE(NULL, strstr((char *)filter.message, "is missing"));
	EXPECT_EQ(-EINVAL, vm_write_file(FILTER, "nonsense"));
	EXPECT_EQ(0, ioctl(self->vm.fd, IPCTRACE_IOC_GET_FILTER, &get));
	EXPECT_STREQ("uid == 0 and failed", text);

	filter.bytes = 0;
	EXPECT_EQ(-1, ioctl(self->vm.fd, IPCTRACE_IOC_SET_FILTER, &filter));
	EXPECT_EQ(EINVAL, errno);
	filter.bytes = IPCTRACE_FILTER_MAX_BYTES + 1;
	EXPECT_EQ(-1, ioctl(self->vm.fd, IPCTRACE_IOC_SET_FILTER, &filter));
	EXPECT_EQ(EINVAL, errno);
	filter.bytes = 10;
	filter.text = 8;
	EXPECT_EQ(-1, ioctl(self->vm.fd, IPCTRACE_IOC_SET_FILTER, &filter));
	EXPECT_EQ(EFAULT, errno);
	get.bytes = 10;
	EXPECT_EQ(-1, ioctl(self->vm.fd, IPCTRACE_IOC_GET_FILTER, &get));
	EXPECT_EQ(EINVAL, errno);
	get.bytes = sizeof(text);
	get.text = 8;
	EXPECT_EQ(-1, ioctl(self->vm.fd, IPCTRACE_IOC_GET_FILTER, &get));
	EXPECT_EQ(EFAULT, errno);

	EXPECT_EQ(0, set_filter(self->vm.fd, "", &filter));
	file = vm_read_file(FILTER);
	EXPECT_STREQ("\n", file);
}

static volatile bool stop;

static void *traffic(void *unused)
{
	while (!stop) {
		one_of_each(-1);
		if (!fork())
			_exit(0);
		wait(NULL);
	}
	return NULL;
}

/* Filters come and go while calls are made and processes forked. */
TEST_F(filter, changes_under_traffic)
{
	pthread_t thread[2];
	char text[64];
	int i;

	stop = false;
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, traffic, NULL));
	for (i = 0; i < 60; i++) {
		snprintf(text, sizeof(text), "pid == %d or duration > %dus",
			 i % 2 ? getpid() : 1, i);
		EXPECT_EQ(0, vm_write_file(FILTER, i % 3 ? text : "\n"));
	}
	stop = true;
	for (i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	EXPECT_EQ(0, vm_write_file(FILTER, "\n"));
	vm_trace_forget(&self->vm);
	EXPECT_RECORDED(ALL, "pid == %d", getpid());
}

TEST_HARNESS_MAIN
