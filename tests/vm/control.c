// SPDX-License-Identifier: GPL-2.0
/* Pause, resume and clear, by debugfs and by ioctl. */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/klog.h>
#include <sys/msg.h>

#include "vm_test.h"
#include "vm_text.h"

#define KEY	0x69700001
#define CONTROL	VM_DEBUGFS "control"

FIXTURE(control) {
	struct vm_trace vm;
};

FIXTURE_VARIANT(control) {
	bool by_ioctl;
};

FIXTURE_VARIANT_ADD(control, by_debugfs) { .by_ioctl = false };
FIXTURE_VARIANT_ADD(control, by_ioctl) { .by_ioctl = true };

FIXTURE_SETUP(control)
{
	VM_SETUP(&self->vm);
	ASSERT_EQ(0, vm_control(self->vm.fd, IPCTRACE_CONTROL_RESUME));
}

FIXTURE_TEARDOWN(control)
{
	vm_control(self->vm.fd, IPCTRACE_CONTROL_RESUME);
	vm_trace_close(&self->vm);
}

static int control(int fd, bool by_ioctl, int op)
{
	static const char *const words[] = {
		[IPCTRACE_CONTROL_PAUSE] = "0\n",
		[IPCTRACE_CONTROL_RESUME] = "1\n",
		[IPCTRACE_CONTROL_CLEAR] = "clear\n",
	};

	return by_ioctl ? vm_control(fd, op) : vm_write_file(CONTROL, words[op]);
}

#define ORDER(op) \
	EXPECT_EQ(0, control(self->vm.fd, variant->by_ioctl, \
			     IPCTRACE_CONTROL_##op))

static int recording(int fd)
{
	struct ipctrace_state state;

	return ioctl(fd, IPCTRACE_IOC_STATE, &state) ? -1 : (int)state.recording;
}

#define EXPECT_RECORDING(on)						\
	do {								\
		char *__text = vm_read_file(CONTROL);			\
									\
		ASSERT_NE(NULL, __text);				\
		EXPECT_STREQ((on) ? "1\n" : "0\n", __text);		\
		free(__text);						\
		EXPECT_EQ(on, recording(self->vm.fd));			\
	} while (0)

TEST_F(control, pauses_and_resumes)
{
	uint64_t calls = vm_calls(self->vm.fd);
	char *stats;

	EXPECT_RECORDING(1);
	ORDER(PAUSE);
	EXPECT_RECORDING(0);
	stats = vm_read_file(VM_DEBUGFS "stats");
	EXPECT_NE(NULL, strstr(stats, "paused"));
	ORDER(PAUSE);
	EXPECT_RECORDING(0);
	msgget(KEY, 0);
	EXPECT_EQ(0, vm_trace_count(&self->vm, 0));
	EXPECT_EQ(calls, vm_calls(self->vm.fd));
	ORDER(RESUME);
	EXPECT_RECORDING(1);
	ORDER(RESUME);
	EXPECT_RECORDING(1);
	msgget(KEY, 0);
	EXPECT_EQ(1, vm_trace_count(&self->vm, 0));
	EXPECT_EQ(calls + 1, vm_calls(self->vm.fd));
}

/* Began while recording: the record comes. Began while paused: never. */
TEST_F(control, pause_with_calls_in_flight)
{
	struct { long type; char text[8]; } message = { 1, "" };
	struct vm_shot *shot = vm_shot_shared();
	struct ipctrace_object object;
	pid_t before, during;
	int id;

	id = msgget(IPC_PRIVATE, 0600);
	ASSERT_LE(0, id);
	object = vm_object(IPCTRACE_MSG, id, IPC_PRIVATE, 0600);
	vm_trace_forget(&self->vm);

	before = vm_shoot_async(shot, IPCTRACE_CALL_msgrcv,
				VM_ARGS(id, (long)&message, 8, 1, 0));
	ASSERT_TRUE(vm_asleep_in(before, IPCTRACE_CALL_msgrcv));
	ORDER(PAUSE);
	during = fork();
	if (!during)
		_exit(msgrcv(id, &message, 8, 2, 0) < 0);
	ASSERT_TRUE(vm_asleep_in(during, IPCTRACE_CALL_msgrcv));

	EXPECT_EQ(0, msgsnd(id, &message, 5, 0));
	EXPECT_EQ(before, waitpid(before, NULL, 0));
	EXPECT_STREQ("", vm_verify(&self->vm, shot, "in flight", 5, &object));
	ORDER(RESUME);
	message.type = 2;
	EXPECT_EQ(0, msgsnd(id, &message, 6, 0));
	EXPECT_EQ(during, waitpid(during, NULL, 0));
	EXPECT_EQ(0, vm_trace_count(&self->vm, during));
	EXPECT_EQ(1, vm_trace_count(&self->vm, getpid()));
	EXPECT_EQ(0, msgctl(id, IPC_RMID, NULL));
}

static unsigned int calls_in_trace(void)
{
	char *text = vm_read_file(VM_DEBUGFS "trace");
	unsigned int n = vm_text_calls(text ?: "");

	free(text);
	return n;
}

TEST_F(control, clears)
{
	struct vm_text before, after;
	char line[VM_LINE_MAX];
	uint64_t calls;
	int cpu;

	ORDER(CLEAR);
	ASSERT_EQ(0, vm_text_open(&before));
	msgget(KEY, 0);
	msgget(KEY, 0);
	EXPECT_EQ(2, calls_in_trace());
	calls = vm_calls(self->vm.fd);
	ORDER(CLEAR);
	EXPECT_EQ(0, calls_in_trace());
	/* The counters stay. */
	EXPECT_EQ(calls, vm_calls(self->vm.fd));

	ASSERT_EQ(0, vm_text_open(&after));
	msgget(KEY + 5, 0);
	EXPECT_EQ(1, calls_in_trace());
	/* Nothing was taken from the reader that was there, ... */
	EXPECT_TRUE(vm_text_line_of(&before, getpid(), line));
	EXPECT_TRUE(vm_text_line_of(&before, getpid(), line));
	EXPECT_NE(NULL, strstr(line, "(0x69700001, "));
	EXPECT_TRUE(vm_text_line_of(&before, getpid(), line));
	EXPECT_NE(NULL, strstr(line, "(0x69700006, "));
	EXPECT_FALSE(vm_text_line(&before, 300, line));
	EXPECT_EQ(3, vm_trace_count(&self->vm, getpid()));
	/* ... and the new one sees what is new, and no loss. */
	EXPECT_TRUE(vm_text_line_of(&after, getpid(), line));
	EXPECT_NE(NULL, strstr(line, "(0x69700006, "));
	EXPECT_FALSE(vm_text_line(&after, 300, line));
	vm_text_close(&before);
	vm_text_close(&after);

	/* Where mapping readers are told to begin: after all there is. */
	ORDER(CLEAR);
	vm_trace_fill(&self->vm);
	for (cpu = 0; cpu < (int)self->vm.hello.nr_rings; cpu++) {
		struct ipctrace_start start = { .cpu = cpu };

		ASSERT_EQ(0, ioctl(self->vm.fd, IPCTRACE_IOC_START, &start));
		if (!self->vm.at[cpu].seq_known)
			continue;
		EXPECT_EQ(self->vm.at[cpu].seq, start.seq);
		/* Nothing but the start of a block may lie between. */
		EXPECT_GE(self->vm.at[cpu].pos, start.pos);
		EXPECT_LE(self->vm.at[cpu].pos,
			  start.pos + sizeof(struct ipctrace_block));
	}
}

static bool logged(const char *what)
{
	static char log[1 << 20];
	int n = klogctl(3, log, sizeof(log) - 1);

	log[n > 0 ? n : 0] = 0;
	return strstr(log, what);
}

TEST_F(control, refuses_anything_else)
{
	static const char *const rows[] = {
		"2", "-1", "00", "01", "on", "clear all", "clearly", "CLEAR",
		"pause", "1 0", "\n", "a much longer word than any of them",
	};
	struct ipctrace_start before = { .cpu = 0 }, after = { .cpu = 0 };
	size_t i;

	ASSERT_EQ(0, ioctl(self->vm.fd, IPCTRACE_IOC_START, &before));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(-EINVAL, vm_write_file(CONTROL, rows[i]))
			TH_LOG("'%s'", rows[i]);
		EXPECT_RECORDING(1);
	}
	ASSERT_EQ(0, ioctl(self->vm.fd, IPCTRACE_IOC_START, &after));
	EXPECT_EQ(before.pos, after.pos);
}

TEST_F(control, says_what_it_takes)
{
	int i;

	/* Not more than a few lines in some seconds: try again for a while. */
	for (i = 0; i < 30; i++) {
		klogctl(5, NULL, 0);
		EXPECT_EQ(-EINVAL, vm_write_file(CONTROL, "help"));
		if (logged("ipctrace: control takes 0 (pause), 1 (resume) or clear"))
			break;
		usleep(500000);
	}
	EXPECT_GT(30, i);
}

TEST_F(control, takes_a_word_with_or_without_a_newline)
{
	static const char *const rows[] = { "0", "0\n", " 0\n" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(0, vm_write_file(CONTROL, rows[i]));
		EXPECT_RECORDING(0);
		EXPECT_EQ(0, vm_write_file(CONTROL, "1"));
		EXPECT_RECORDING(1);
	}
}

TEST_F(control, refuses_a_bad_address)
{
	int fd = open(CONTROL, O_WRONLY);
	volatile uintptr_t bad = 8;

	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, write(fd, (void *)bad, 1));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_RECORDING(1);
	close(fd);
}

TEST_HARNESS_MAIN
