// SPDX-License-Identifier: GPL-2.0
/*
 * CPUs go off- and online under traffic: each call is recorded once, and the
 * counters agree. Calls carry their number as the key.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/wait.h>

#include "vm_test.h"
#include "vm_text.h"

#define WORKERS	3
#define ROUNDS	8
#define STEP	50	/* calls that each makes between two changes, at least */
#define AHEAD	200	/* and more of them, while a change is made: rings hold all */
#define KEY	0x69000000
#define CPU	1
#define ONLINE	"/sys/devices/system/cpu/cpu1/online"

static struct shared {
	bool stop;
	unsigned int made[WORKERS];
	unsigned int up_to[WORKERS];
} *shared;

FIXTURE(hotplug) {
	struct vm_trace vm;
	pid_t pid[WORKERS];
};

/* In each test: a SKIP in the setup would not keep it from running. */
#define NO_SECOND	"no second CPU that can go offline"

FIXTURE_SETUP(hotplug)
{
	ASSERT_EQ(0, vm_module_reload(""));
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_LOAD));
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, shared);
}

FIXTURE_TEARDOWN(hotplug)
{
	shared->stop = true;
	vm_write_file(ONLINE, "1");
	while (wait(NULL) > 0)
		;
	EXPECT_STREQ("", self->vm.fault);
	vm_trace_close(&self->vm);
	EXPECT_EQ(0, vm_module_default());
}

/* Numbered calls, wherever the scheduler wants, until told to stop. */
static pid_t start_worker(int i)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	while (!__atomic_load_n(&shared->stop, __ATOMIC_RELAXED)) {
		if (shared->made[i] >=
		    __atomic_load_n(&shared->up_to[i], __ATOMIC_RELAXED)) {
			usleep(1000);
			continue;
		}
		msgget(KEY + shared->made[i], 0);
		__atomic_store_n(&shared->made[i], shared->made[i] + 1,
				 __ATOMIC_RELAXED);
		/* A pause, so that others make theirs meanwhile. */
		if (shared->made[i] % 16 == 0)
			usleep(1000);
	}
	_exit(0);
}

/* Wait until each worker has made some more calls. */
static void wait_for_calls(void)
{
	unsigned int from[WORKERS];
	int i;

	memcpy(from, shared->made, sizeof(from));
	for (i = 0; i < WORKERS; i++)
		__atomic_store_n(&shared->up_to[i], from[i] + STEP + AHEAD,
				 __ATOMIC_RELAXED);
	for (i = 0; i < WORKERS; i++)
		while (__atomic_load_n(&shared->made[i], __ATOMIC_RELAXED) <
		       from[i] + STEP)
			usleep(1000);
}

TEST_F_TIMEOUT(hotplug, under_traffic, 300)
{
	unsigned int next[WORKERS] = { 0 }, by_cpu[2] = { 0 };
	uint64_t made = 0;
	size_t n;
	int i;

	if (access(ONLINE, W_OK))
		SKIP(return, NO_SECOND);
	for (i = 0; i < WORKERS; i++)
		self->pid[i] = start_worker(i);
	for (i = 0; i < ROUNDS; i++) {
		wait_for_calls();
		ASSERT_EQ(0, vm_write_file(ONLINE, "0"));
		wait_for_calls();
		/* Readers get what was on that CPU's ring, too. */
		EXPECT_TRUE(vm_trace_settle(&self->vm));
		ASSERT_EQ(0, vm_write_file(ONLINE, "1"));
		wait_for_calls();
		EXPECT_TRUE(vm_trace_settle(&self->vm));
	}
	shared->stop = true;
	for (i = 0; i < WORKERS; i++) {
		EXPECT_EQ(self->pid[i], waitpid(self->pid[i], NULL, 0));
		made += shared->made[i];
	}

	/* Counted with a CPU offline: what it wrote stands. */
	ASSERT_EQ(0, vm_write_file(ONLINE, "0"));
	vm_trace_fill(&self->vm);
	EXPECT_EQ(0, vm_sum(self->vm.lost));
	for (n = 0; n < self->vm.pending.n; n++) {
		const struct ipctrace_call *c = self->vm.pending.v[n];

		/* One that was slow has two records. The module came. */
		if (c->header.type == IPCTRACE_TYPE_ENTER ||
		    c->header.type == IPCTRACE_TYPE_GAP)
			continue;
		ASSERT_EQ(IPCTRACE_TYPE_CALL, c->header.type);
		for (i = 0; i < WORKERS && self->pid[i] != (pid_t)c->tid; i++)
			;
		ASSERT_GT(WORKERS, i);
		ASSERT_EQ(KEY + next[i]++, vm_first_arg(c));
		if (c->header.cpu < ARRAY_SIZE(by_cpu))
			by_cpu[c->header.cpu]++;
	}
	for (i = 0; i < WORKERS; i++)
		EXPECT_EQ(shared->made[i], next[i]);
	EXPECT_EQ(made, vm_calls(self->vm.fd));
	EXPECT_EQ(0, vm_events(self->vm.fd, IPCTRACE_TYPE_MISSED));
	EXPECT_EQ(vm_records(self->vm.fd), vm_written(self->vm.fd));
	EXPECT_EQ(vm_sum(self->vm.read), vm_written(self->vm.fd));
	EXPECT_LT(0, by_cpu[0]);
	EXPECT_LT(0, by_cpu[CPU]);
	TH_LOG("%u times offline: %llu calls, %u of them on CPU %d, 0 lost",
	       ROUNDS, (unsigned long long)made, by_cpu[CPU], CPU);
}

/* It sleeps on a CPU that is gone when it wakes. */
TEST_F(hotplug, while_a_call_sleeps)
{
	struct { long type; char text[8]; } message = { 1, "" };
	struct vm_shot *shot = vm_shot_shared();
	struct ipctrace_object object;
	struct vm_text text;
	char line[VM_LINE_MAX];
	pid_t pid;
	int id;

	if (access(ONLINE, W_OK))
		SKIP(return, NO_SECOND);
	id = msgget(IPC_PRIVATE, 0600);
	ASSERT_LE(0, id);
	object = vm_object(IPCTRACE_MSG, id, IPC_PRIVATE, 0600);
	ASSERT_EQ(0, vm_text_open(&text));
	vm_trace_forget(&self->vm);
	ASSERT_EQ(0, vm_pin(CPU));
	pid = vm_shoot_async(shot, IPCTRACE_CALL_msgrcv,
			     VM_ARGS(id, (long)&message, 8, 0, 0));
	ASSERT_TRUE(vm_asleep_in(pid, IPCTRACE_CALL_msgrcv));
	ASSERT_EQ(CPU, shot->who.cpu);
	vm_pin(0);
	ASSERT_EQ(0, vm_write_file(ONLINE, "0"));
	EXPECT_TRUE(vm_trace_wait_count(&self->vm, IPCTRACE_TYPE_ENTER, pid, 1));
	EXPECT_EQ(0, msgsnd(id, &message, 5, 0));
	EXPECT_EQ(pid, waitpid(pid, NULL, 0));
	shot->who.cpu = 0;
	EXPECT_STREQ("", vm_verify(&self->vm, shot, "woken on CPU 0", 5,
				   &object));
	EXPECT_TRUE(vm_text_line_of(&text, pid, line));
	EXPECT_EQ(0, msgctl(id, IPC_RMID, NULL));
	vm_text_close(&text);
}

/* Load the module anew while the other CPU is offline. */
#define LOAD_WHILE_OFFLINE() do {					\
	vm_trace_close(&self->vm);					\
	ASSERT_EQ(0, vm_pin(0));					\
	ASSERT_EQ(0, vm_module_unload());				\
	ASSERT_EQ(0, vm_write_file(ONLINE, "0"));			\
	ASSERT_EQ(0, vm_module_load(""));				\
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_LOAD));		\
} while (0)

/* The ring is there, and the probes, when the CPU comes. */
TEST_F(hotplug, loaded_while_offline)
{
	struct vm_shot shot;

	if (access(ONLINE, W_OK))
		SKIP(return, NO_SECOND);
	LOAD_WHILE_OFFLINE();
	ASSERT_LT(CPU, self->vm.hello.nr_rings);
	vm_shoot(&shot, IPCTRACE_CALL_msgget, VM_ARGS(KEY, 0));
	EXPECT_STREQ("", vm_verify(&self->vm, &shot, "the other CPU offline",
				   -ENOENT, VM_NO_OBJECT));
	ASSERT_EQ(0, vm_write_file(ONLINE, "1"));
	ASSERT_EQ(0, vm_pin(CPU));
	vm_shoot(&shot, IPCTRACE_CALL_msgget, VM_ARGS(KEY, 0));
	EXPECT_EQ(CPU, shot.who.cpu);
	EXPECT_STREQ("", vm_verify(&self->vm, &shot, "on the CPU that came",
				   -ENOENT, VM_NO_OBJECT));
	EXPECT_TRUE(vm_trace_settle(&self->vm));
	EXPECT_EQ(2, vm_calls(self->vm.fd));
	EXPECT_EQ(1, self->vm.read[CPU]);
	EXPECT_EQ(vm_records(self->vm.fd), vm_written(self->vm.fd));
}

static uint64_t memory_of(int fd)
{
	struct ipctrace_state state = { };

	return ioctl(fd, IPCTRACE_IOC_STATE, &state) ? 0 : state.memory_bytes;
}

/*
 * It is offline at load, so nothing is spent on it until it comes. Readers that
 * were there before get its records, and what it had when it goes again.
 */
TEST_F(hotplug, memory_when_it_comes)
{
	uint64_t both = memory_of(self->vm.fd), one;
	const uint64_t ring = self->vm.hello.ring_bytes;
	struct vm_text text;
	char line[VM_LINE_MAX];
	struct vm_shot shot;

	if (access(ONLINE, W_OK))
		SKIP(return, NO_SECOND);
	LOAD_WHILE_OFFLINE();
	ASSERT_EQ(0, vm_text_open(&text));
	one = memory_of(self->vm.fd);
	EXPECT_EQ(both, one + ring);

	/* The text reader has its place in all rings before there is this one. */
	vm_shoot(&shot, IPCTRACE_CALL_msgget, VM_ARGS(KEY, 0));
	EXPECT_STREQ("", vm_verify(&self->vm, &shot, "the other CPU offline",
				   -ENOENT, VM_NO_OBJECT));
	EXPECT_TRUE(vm_text_line_of(&text, shot.who.tgid, line));
	EXPECT_EQ(0, vm_control(self->vm.fd, IPCTRACE_CONTROL_CLEAR));

	ASSERT_EQ(0, vm_write_file(ONLINE, "1"));
	EXPECT_EQ(both, memory_of(self->vm.fd));
	ASSERT_EQ(0, vm_pin(CPU));
	vm_shoot(&shot, IPCTRACE_CALL_msgget, VM_ARGS(KEY + 1, 0));
	EXPECT_EQ(CPU, shot.who.cpu);
	EXPECT_STREQ("", vm_verify(&self->vm, &shot, "on the CPU that came",
				   -ENOENT, VM_NO_OBJECT));
	EXPECT_TRUE(vm_text_line_of(&text, shot.who.tgid, line));
	EXPECT_NE(NULL, strstr(line, "0x69000001"));

	ASSERT_EQ(0, vm_pin(0));
	ASSERT_EQ(0, vm_write_file(ONLINE, "0"));
	EXPECT_EQ(both, memory_of(self->vm.fd));
	ASSERT_EQ(0, vm_write_file(ONLINE, "1"));
	EXPECT_EQ(both, memory_of(self->vm.fd));
	ASSERT_EQ(0, vm_pin(CPU));
	vm_shoot(&shot, IPCTRACE_CALL_msgget, VM_ARGS(KEY + 2, 0));
	EXPECT_STREQ("", vm_verify(&self->vm, &shot, "when it came again",
				   -ENOENT, VM_NO_OBJECT));
	EXPECT_TRUE(vm_text_line_of(&text, shot.who.tgid, line));
	EXPECT_EQ(2, self->vm.read[CPU]);
	EXPECT_EQ(vm_records(self->vm.fd), vm_written(self->vm.fd));
	vm_text_close(&text);
}

/* Where there is no data yet, there is none to read. */
TEST_F(hotplug, no_data_to_map)
{
	const struct ipctrace_hello *hello = &self->vm.hello;
	const struct ipctrace_ring_header *ring;
	int status;
	pid_t pid;

	if (access(ONLINE, W_OK))
		SKIP(return, NO_SECOND);
	LOAD_WHILE_OFFLINE();
	ring = (const void *)(self->vm.map + hello->header_bytes +
			      CPU * hello->ring_stride_bytes);
	EXPECT_EQ(0, ring->head);
	EXPECT_EQ(0, ring->tail);
	pid = fork();
	if (!pid) {
		signal(SIGBUS, SIG_DFL);
		_exit(*((const volatile char *)ring + hello->header_bytes));
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(SIGBUS, WTERMSIG(status));
}

/* Paused while it is there, resumed while it is not, and the other way. */
TEST_F(hotplug, paused_and_resumed_meanwhile)
{
	struct vm_shot shot;

	if (access(ONLINE, W_OK))
		SKIP(return, NO_SECOND);
	ASSERT_EQ(0, vm_pin(0));
	ASSERT_EQ(0, vm_control(self->vm.fd, IPCTRACE_CONTROL_PAUSE));
	ASSERT_EQ(0, vm_write_file(ONLINE, "0"));
	ASSERT_EQ(0, vm_control(self->vm.fd, IPCTRACE_CONTROL_RESUME));
	ASSERT_EQ(0, vm_write_file(ONLINE, "1"));
	ASSERT_EQ(0, vm_pin(CPU));
	vm_shoot(&shot, IPCTRACE_CALL_msgget, VM_ARGS(KEY, 0));
	EXPECT_STREQ("", vm_verify(&self->vm, &shot, "resumed", -ENOENT,
				   VM_NO_OBJECT));
	ASSERT_EQ(0, vm_pin(0));
	ASSERT_EQ(0, vm_write_file(ONLINE, "0"));
	ASSERT_EQ(0, vm_control(self->vm.fd, IPCTRACE_CONTROL_PAUSE));
	ASSERT_EQ(0, vm_write_file(ONLINE, "1"));
	ASSERT_EQ(0, vm_pin(CPU));
	EXPECT_EQ(-1, msgget(KEY, 0));
	EXPECT_EQ(0, vm_trace_count(&self->vm, 0));
	EXPECT_EQ(1, vm_calls(self->vm.fd));
	EXPECT_EQ(0, vm_control(self->vm.fd, IPCTRACE_CONTROL_RESUME));
}

TEST_HARNESS_MAIN
