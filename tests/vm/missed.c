// SPDX-License-Identifier: GPL-2.0
/* More calls in flight than can be watched: missed, and never silently. */
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "vm_abi.h"
#include "vm_test.h"
#include "vm_text.h"

#define BLOCKED	5
#define MORE	4
#define CALL	IPCTRACE_CALL_msgrcv

static struct { long type; char text[8]; } message = { 1, "" };

FIXTURE(missed) {
	struct vm_trace vm;
	struct ipctrace_object object;
	struct vm_shot *shot[BLOCKED + MORE];
	pid_t pid[BLOCKED + MORE];
	int id;
};

FIXTURE_SETUP(missed)
{
	int i;

	ASSERT_EQ(0, vm_module_reload("max_blocked=5"));
	if (vm_pin(VM_CPU))
		ASSERT_EQ(0, vm_pin(0));
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_LOAD));
	self->id = msgget(IPC_PRIVATE, 0600);
	ASSERT_LE(0, self->id);
	self->object = vm_object(IPCTRACE_MSG, self->id, IPC_PRIVATE, 0600);
	vm_trace_forget(&self->vm);
	for (i = 0; i < BLOCKED + MORE; i++) {
		self->shot[i] = vm_shot_shared();
		self->pid[i] = vm_shoot_async(self->shot[i], CALL,
					      VM_ARGS(self->id, (long)&message,
						      8, i + 1, 0));
		ASSERT_TRUE(vm_asleep_in(self->pid[i], CALL));
	}
}

FIXTURE_TEARDOWN(missed)
{
	msgctl(self->id, IPC_RMID, NULL);
	while (wait(NULL) > 0)
		;
	EXPECT_STREQ("", self->vm.fault);
	vm_trace_close(&self->vm);
	EXPECT_EQ(0, vm_module_default());
}

TEST_F(missed, leaves_a_record_at_entry)
{
	struct ipctrace_call c;
	int i;

	for (i = 0; i < BLOCKED; i++)
		EXPECT_EQ(0, vm_trace_count(&self->vm, self->pid[i]));
	for (; i < BLOCKED + MORE; i++) {
		const struct vm_shot *s = self->shot[i];

		ASSERT_TRUE(vm_trace_take(&self->vm, self->pid[i], &c));
		EXPECT_EQ(IPCTRACE_TYPE_MISSED, c.header.type);
		EXPECT_EQ(CALL, c.header.call);
		EXPECT_EQ(s->who.cpu, c.header.cpu);
		EXPECT_LE(s->before_ns, c.header.time_ns);
		EXPECT_GE(vm_now(), c.header.time_ns);
		EXPECT_EQ(0, c.duration_ns);
		EXPECT_EQ(0, c.ret);
		EXPECT_EQ(self->id, (int)c.args[0]);
		EXPECT_EQ((unsigned long)&message, c.args[1]);
		EXPECT_EQ(8, c.args[2]);
		EXPECT_EQ(i + 1, c.args[3]);
		EXPECT_EQ(0, c.args[4]);
		EXPECT_EQ(self->pid[i], c.tgid);
		EXPECT_EQ(getpid(), c.ppid);
		EXPECT_EQ(s->who.ipc_ns, c.ipc_ns);
		EXPECT_EQ(s->who.cgroup, c.cgroup);
		EXPECT_EQ(s->who.loginuid, c.loginuid);
		EXPECT_EQ(0, memcmp(s->who.comm, c.comm, sizeof(c.comm)));
		EXPECT_EQ(IPCTRACE_F_OBJECT |
			  IPCTRACE_F_FAMILY(IPCTRACE_MSG),
			  c.header.flags);
		EXPECT_EQ(self->id, c.object.id);
		EXPECT_EQ(self->object.seq, c.object.seq);
		EXPECT_EQ(0600, c.object.mode);
		EXPECT_EQ(sizeof(c), c.header.len);
	}
}

TEST_F(missed, is_counted_everywhere)
{
	struct ipctrace_call_stats stats;
	struct ipctrace_cpu_stats cpu = { .cpu = sched_getcpu() };
	struct ipctrace_probe probe = { .index = 0 };
	uint64_t missed = 0;
	char *text, *line;
	unsigned long long n[3];
	int got;

	ASSERT_EQ(0, vm_call_stats(self->vm.fd, CALL, &stats));
	EXPECT_EQ(0, stats.calls);
	EXPECT_EQ(MORE, stats.missed);
	ASSERT_EQ(0, ioctl(self->vm.fd, IPCTRACE_IOC_CPU_STATS, &cpu));
	EXPECT_EQ(MORE, cpu.missed);
	EXPECT_EQ(MORE, vm_events(self->vm.fd, IPCTRACE_TYPE_MISSED));
	for (; !ioctl(self->vm.fd, IPCTRACE_IOC_PROBE, &probe); probe.index++) {
		missed += probe.missed;
		if (probe.call == CALL && probe.abi == VM_ABI) {
			EXPECT_EQ(MORE, probe.missed);
			EXPECT_EQ(BLOCKED, probe.hits);
		}
	}
	EXPECT_EQ(MORE, missed);

	text = vm_read_file(VM_DEBUGFS "stats");
	line = strstr(text, "\nmsgrcv ");
	ASSERT_NE(NULL, line);
	got = sscanf(line, "\nmsgrcv %llu %llu %llu", n, n + 1, n + 2);
	EXPECT_EQ(3, got);
	EXPECT_EQ(0, n[0]);
	EXPECT_EQ(MORE, n[2]);
	free(text);
	text = vm_read_file(VM_DEBUGFS "probes");
	line = strstr(text, VM_SYMBOL "msgrcv ");
	ASSERT_NE(NULL, line);
	got = sscanf(line, "%*s msgrcv %*s attached %llu %llu", n, n + 1);
	EXPECT_EQ(2, got);
	EXPECT_EQ(BLOCKED, n[0]);
	EXPECT_EQ(MORE, n[1]);
}

TEST_F(missed, is_a_line_of_text)
{
	char line[VM_LINE_MAX], expected[256];
	struct vm_text text;
	struct vm_line parsed;
	pid_t pid = self->pid[BLOCKED];

	ASSERT_EQ(0, vm_text_open(&text));
	ASSERT_TRUE(vm_text_line_of(&text, pid, line));
	ASSERT_TRUE(vm_line_parse(line, &parsed));
	snprintf(expected, sizeof(expected),
		 "missed[%d] ppid=%d uid=0 gid=0 %smsgrcv(%d, %p, 8, %d, 0) = "
		 "? (missed: max_blocked calls in flight)",
		 pid, getpid(), VM_WIDE("", "abi=i386 "), self->id,
		 (void *)&message, BLOCKED + 1);
	EXPECT_STREQ(expected, parsed.rest);
	vm_text_close(&text);
}

/* None of the calls itself notices anything. */
TEST_F(missed, changes_no_call)
{
	int i;

	for (i = 0; i < BLOCKED + MORE; i++) {
		message.type = i + 1;
		EXPECT_EQ(0, msgsnd(self->id, &message, i % 8, 0));
		EXPECT_EQ(self->pid[i], waitpid(self->pid[i], NULL, 0));
		EXPECT_EQ(i % 8, self->shot[i]->ret);
	}
	/* Those that were watched leave their records, the others no second. */
	for (i = 0; i < BLOCKED; i++)
		EXPECT_STREQ("", vm_verify(&self->vm, self->shot[i], "watched",
					   i % 8, &self->object));
	for (; i < BLOCKED + MORE; i++)
		EXPECT_EQ(1, vm_trace_count(&self->vm, self->pid[i]));
}

/* Only the call with too many in flight misses any, and only so long. */
TEST_F(missed, is_over_when_one_returns)
{
	struct { long type; char text[8]; } mine = { 100, "" };
	struct vm_shot shot;

	vm_shoot(&shot, IPCTRACE_CALL_msgsnd,
		 VM_ARGS(self->id, (long)&mine, 3, 0));
	EXPECT_STREQ("", vm_verify(&self->vm, &shot, "another call", 0,
				   &self->object));
	message.type = 1;
	EXPECT_EQ(0, msgsnd(self->id, &message, 3, 0));
	EXPECT_EQ(self->pid[0], waitpid(self->pid[0], NULL, 0));
	vm_trace_forget(&self->vm);
	vm_shoot(&shot, CALL, VM_ARGS(self->id, (long)&mine, 8, 100, 0));
	EXPECT_STREQ("", vm_verify(&self->vm, &shot, "watched again", 3,
				   &self->object));
}

TEST_HARNESS_MAIN
