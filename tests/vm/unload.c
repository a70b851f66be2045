// SPDX-License-Identifier: GPL-2.0
/*
 * Load and unload, under traffic and while calls are in flight.
 *
 * IPCTRACE_ROUNDS=NUMBER: of unloading and loading under traffic, 20.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/syscall.h>

#include "vm_test.h"

#define KEY	0x69700001
#define ROUNDS	20
#define WARM_UP	10	/* rounds until what the kernel keeps is there */
#define PAIRS	4	/* of processes that send each other messages */
/*
 * Memory may be so much more at the end: what the traffic and the kernel's own
 * caches take comes and goes. A ring has 64 kB at least.
 */
#define FLAT_KB	512

FIXTURE(unload) {
	int id;
};

FIXTURE_SETUP(unload)
{
	ASSERT_EQ(0, vm_module_reload(""));
	self->id = msgget(IPC_PRIVATE, 0600);
	ASSERT_LE(0, self->id);
}

FIXTURE_TEARDOWN(unload)
{
	msgctl(self->id, IPC_RMID, NULL);
	EXPECT_EQ(0, vm_module_default());
}

TEST_F(unload, leaves_nothing)
{
	EXPECT_EQ(0, vm_module_unload());
	EXPECT_EQ(-1, access(IPCTRACE_DEVICE, F_OK));
	EXPECT_EQ(-1, access(VM_DEBUGFS, F_OK));
	EXPECT_EQ(-ENOENT, vm_module_unload());
	EXPECT_EQ(0, vm_module_load(""));
	EXPECT_EQ(-EEXIST, vm_module_load(""));
	EXPECT_EQ(0, access(IPCTRACE_DEVICE, F_OK));
}

/* Messages back and forth, until killed; those of a pair have types of its own. */
static pid_t traffic(int id, int pair)
{
	struct { long type; char text[32]; } message = { 1, "" };
	long ping = 2 * pair + 1, pong = 2 * pair + 2;
	pid_t pid = fork();

	if (pid)
		return pid;
	/* On one CPU with a slow kernel nobody could read so much, so fast. */
	setpriority(PRIO_PROCESS, 0, 19);
	if (fork()) {
		for (;;) {
			message.type = ping;
			msgsnd(id, &message, 32, 0);
			msgrcv(id, &message, 32, pong, 0);
		}
	}
	for (;;) {
		msgrcv(id, &message, 32, ping, 0);
		msgget(KEY, 0);
		message.type = pong;
		msgsnd(id, &message, 32, 0);
	}
}

/* A reader that sleeps until there is something to read. */
static pid_t reader(void)
{
	pid_t pid = fork();
	char c;

	if (!pid)
		_exit(read(open(IPCTRACE_DEVICE, O_RDONLY), &c, 1) != 1);
	return pid;
}

/* struct memory - kilobytes that the kernel has in use, of all kinds we take */
struct memory {
	long slab;
	long vmalloc;
	long percpu;
};

static long meminfo(const char *text, const char *name)
{
	const char *line = strstr(text, name);

	return line ? atol(line + strlen(name)) : 0;
}

/* What can be dropped is dropped first. */
static struct memory memory_in_use(void)
{
	struct memory now;
	char *text;

	vm_write_file("/proc/sys/vm/drop_caches", "3");
	text = vm_read_file("/proc/meminfo");
	now = (struct memory){
		.slab = meminfo(text, "Slab:"),
		.vmalloc = meminfo(text, "VmallocUsed:"),
		.percpu = meminfo(text, "Percpu:"),
	};
	free(text);
	return now;
}

TEST_F_TIMEOUT(unload, and_load_again_under_traffic, 3000)
{
	const char *setting = getenv("IPCTRACE_ROUNDS");
	int rounds = setting ? atoi(setting) : ROUNDS;
	struct { long type; char text[8]; } message = { 100, "" };
	struct vm_shot *shot = vm_shot_shared();
	struct memory warm = { 0 }, end;
	pid_t pids[PAIRS], sleeper, blocked;
	struct vm_trace vm;
	int i, status;

	/* Even, so that the rings are of one size when memory is looked at. */
	rounds += rounds & 1;
	ASSERT_LT(WARM_UP, rounds);
	ASSERT_EQ(0, vm_pin(vm_cpus_race() ? 0 : -1));
	for (i = 0; i < PAIRS; i++)
		pids[i] = traffic(self->id, i);
	for (i = 0; i < rounds; i++) {
		if (i == WARM_UP)
			warm = memory_in_use();
		sleeper = vm_shoot_async(shot, IPCTRACE_CALL_msgrcv,
					 VM_ARGS(self->id, (long)&message, 8,
						 100, 0));
		ASSERT_TRUE(vm_asleep_in(sleeper, IPCTRACE_CALL_msgrcv));
		ASSERT_EQ(0, vm_module_unload());
		/* It wakes while the module is gone, or when it is back. */
		if (i & 1)
			ASSERT_EQ(0, msgsnd(self->id, &message, 5, 0));
		usleep(20000);
		ASSERT_EQ(0, vm_module_load(i & 1 ? "ring_bytes=65536" : ""));
		/* It records: wait for something of the traffic. */
		blocked = reader();
		ASSERT_EQ(0, vm_trace_open(&vm, VM_FROM_LOAD));
		while (!vm_trace_count(&vm, pids[i % PAIRS]))
			usleep(1000);
		EXPECT_STREQ("", vm.fault);
		vm_trace_close(&vm);
		if (!(i & 1))
			ASSERT_EQ(0, msgsnd(self->id, &message, 5, 0));
		EXPECT_EQ(sleeper, waitpid(sleeper, &status, 0));
		EXPECT_EQ(0, status);
		EXPECT_EQ(5, shot->ret);
		EXPECT_EQ(blocked, waitpid(blocked, &status, 0));
		EXPECT_EQ(0, status);
	}
	end = memory_in_use();
	TH_LOG("%d rounds, %d readers and %d callers woken; kB after %d, %d: slab %ld, %ld; vmalloc %ld, %ld; percpu %ld, %ld",
	       rounds, rounds, rounds, WARM_UP, rounds, warm.slab, end.slab,
	       warm.vmalloc, end.vmalloc, warm.percpu, end.percpu);
	/* Checkers keep some of what was freed for a while. */
	EXPECT_GT(warm.slab + warm.slab / 64 + FLAT_KB, end.slab);
	EXPECT_GT(warm.vmalloc + FLAT_KB, end.vmalloc);
	EXPECT_GT(warm.percpu + FLAT_KB, end.percpu);
	for (i = 0; i < PAIRS; i++)
		EXPECT_EQ(0, waitpid(pids[i], &status, WNOHANG));
	/* End all, which are of this test's process group. */
	signal(SIGTERM, SIG_IGN);
	EXPECT_EQ(0, kill(0, SIGTERM));
	for (i = 0; i < PAIRS; i++)
		EXPECT_EQ(pids[i], waitpid(pids[i], NULL, 0));
}

TEST_F(unload, is_refused_while_a_file_is_open)
{
	static const char *const rows[] = {
		IPCTRACE_DEVICE, VM_DEBUGFS "stats", VM_DEBUGFS "probes",
		VM_DEBUGFS "trace", VM_DEBUGFS "control",
	};
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		fd = open(rows[i], O_RDONLY);
		ASSERT_LE(0, fd);
		EXPECT_EQ(-EAGAIN, vm_module_unload()) TH_LOG("%s", rows[i]);
		close(fd);
		/* Refused, it goes on as before. */
		fd = open(rows[i], O_RDONLY);
		ASSERT_LE(0, fd) TH_LOG("%s", rows[i]);
		close(fd);
	}
	EXPECT_EQ(0, vm_module_unload());
}

TEST_F(unload, is_refused_while_the_rings_are_mapped)
{
	struct vm_trace vm;

	ASSERT_EQ(0, vm_trace_open(&vm, VM_FROM_NOW));
	close(vm.fd);
	EXPECT_EQ(-EAGAIN, vm_module_unload());
	EXPECT_EQ(0, munmap((void *)vm.map, vm.hello.map_bytes));
	EXPECT_EQ(0, vm_module_unload());
}

TEST_F(unload, is_refused_while_a_reader_sleeps)
{
	pid_t pid = fork();
	char c;

	if (!pid) {
		int fd = open(IPCTRACE_DEVICE, O_RDONLY);

		vm_control(fd, IPCTRACE_CONTROL_CLEAR);
		close(fd);
		fd = open(IPCTRACE_DEVICE, O_RDONLY);
		_exit(read(fd, &c, 1) != 1);
	}
	ASSERT_TRUE(vm_asleep_in_nr(pid, SYS_read));
	EXPECT_EQ(-EAGAIN, vm_module_unload());
	msgget(KEY, 0);
	EXPECT_EQ(pid, wait(NULL));
	EXPECT_EQ(0, vm_module_unload());
}

/* The sleepers return through where the return handlers were. */
TEST_F(unload, while_calls_sleep)
{
	struct { long type; char text[8]; } message = { 1, "" };
	struct sembuf down = { 0, -1, 0 }, up = { 0, 1, 0 };
	struct vm_shot *shots[3];
	pid_t pids[3];
	int i, sem;

	sem = semget(IPC_PRIVATE, 1, 0600);
	ASSERT_LE(0, sem);
	for (i = 0; i < 3; i++)
		shots[i] = vm_shot_shared();
	pids[0] = vm_shoot_async(shots[0], IPCTRACE_CALL_msgrcv,
				 VM_ARGS(self->id, (long)&message, 8, 1, 0));
	pids[1] = vm_shoot_async(shots[1], IPCTRACE_CALL_msgrcv,
				 VM_ARGS(self->id, (long)&message, 8, 2, 0));
	pids[2] = vm_shoot_async(shots[2], IPCTRACE_CALL_semop,
				 VM_ARGS(sem, (long)&down, 1));
	for (i = 0; i < 3; i++)
		ASSERT_TRUE(vm_asleep_in(pids[i], i < 2 ?
					 IPCTRACE_CALL_msgrcv :
					 IPCTRACE_CALL_semop));

	EXPECT_EQ(0, vm_module_unload());
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, waitpid(pids[i], NULL, WNOHANG));

	/* One wakes while it is gone, the others when it is back. */
	EXPECT_EQ(0, msgsnd(self->id, &message, 7, 0));
	EXPECT_EQ(pids[0], waitpid(pids[0], NULL, 0));
	EXPECT_EQ(7, shots[0]->ret);
	EXPECT_EQ(0, vm_module_load(""));
	message.type = 2;
	EXPECT_EQ(0, msgsnd(self->id, &message, 6, 0));
	EXPECT_EQ(pids[1], waitpid(pids[1], NULL, 0));
	EXPECT_EQ(6, shots[1]->ret);
	EXPECT_EQ(0, semop(sem, &up, 1));
	EXPECT_EQ(pids[2], waitpid(pids[2], NULL, 0));
	EXPECT_EQ(0, shots[2]->ret);
	EXPECT_EQ(0, semctl(sem, 0, IPC_RMID));
}

TEST_F(unload, while_a_killed_call_sleeps)
{
	struct { long type; char text[8]; } message;
	struct vm_shot *shot = vm_shot_shared();
	pid_t pid;

	pid = vm_shoot_async(shot, IPCTRACE_CALL_msgrcv,
			     VM_ARGS(self->id, (long)&message, 8, 0, 0));
	ASSERT_TRUE(vm_asleep_in(pid, IPCTRACE_CALL_msgrcv));
	EXPECT_EQ(0, vm_module_unload());
	EXPECT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(pid, wait(NULL));
}

TEST_HARNESS_MAIN
