// SPDX-License-Identifier: GPL-2.0
/* Records come in order of completion, whatever the CPU. */
#include <fcntl.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "vm_test.h"
#include "vm_text.h"

#define KEY	0x69700001
#define CALLS	2000

FIXTURE(order) {
	struct vm_text text;
	pid_t pid[8];
	int n;
};

FIXTURE_SETUP(order)
{
	int i;

	ASSERT_EQ(0, vm_module_default());
	ASSERT_EQ(0, vm_write_file(VM_DEBUGFS "control", "clear"));
	ASSERT_EQ(0, vm_text_open(&self->text));
	self->n = sysconf(_SC_NPROCESSORS_ONLN);
	if (self->n > 8)
		self->n = 8;
	for (i = 0; i < self->n; i++) {
		self->pid[i] = fork();
		if (self->pid[i])
			continue;
		vm_pin(i);
		for (i = 0; i < CALLS; i++)
			msgget(KEY + i, 0);
		_exit(0);
	}
}

FIXTURE_TEARDOWN(order)
{
	vm_text_close(&self->text);
}

/* Read while the traffic goes on; nothing may come late, nor be missing. */
TEST_F(order, of_text_under_traffic)
{
	uint64_t last = 0, lost = 0, cpus = 0;
	char line[VM_LINE_MAX];
	struct vm_line parsed;
	int calls = 0;

	while (calls + lost < (uint64_t)self->n * CALLS) {
		ASSERT_TRUE(vm_text_line(&self->text, 20000, line));
		ASSERT_TRUE(vm_line_parse(line, &parsed));
		ASSERT_LE(last, parsed.time_ns) TH_LOG("%s", line);
		last = parsed.time_ns;
		cpus |= 1ULL << parsed.cpu;
		if (parsed.lost)
			lost += parsed.lost_count;
		else if (!vm_text_unfinished(line))
			calls++;	/* one that was slow has two lines */
	}
	EXPECT_EQ((1ULL << self->n) - 1, cpus);
	EXPECT_EQ(0, lost);
	EXPECT_FALSE(vm_text_line(&self->text, 300, line));
	while (wait(NULL) > 0)
		;
}

/* A message is received after it was sent, on another CPU: ask the trace. */
TEST_F(order, is_that_of_cause_and_effect)
{
	struct { long type; char text[8]; } message = { 1, "" };
	char *text, *line, *save = NULL, sent[40], received[40];
	int id, i, at = 0;
	pid_t pid;

	while (wait(NULL) > 0)
		;
	id = msgget(IPC_PRIVATE, 0600);
	ASSERT_LE(0, id);
	pid = fork();
	if (!pid) {
		vm_pin(0);
		for (i = 0; i < 200; i++)
			msgrcv(id, &message, 8, i + 1, 0);
		_exit(0);
	}
	vm_pin(VM_CPU);
	/* Answered before the next goes out: the sends are apart. */
	for (i = 0; i < 200; i++) {
		struct msqid_ds ds;

		message.type = i + 1;
		EXPECT_EQ(0, msgsnd(id, &message, 8, 0));
		do
			sched_yield();
		while (!msgctl(id, IPC_STAT, &ds) && ds.msg_qnum);
	}
	EXPECT_EQ(pid, wait(NULL));
	EXPECT_EQ(0, msgctl(id, IPC_RMID, NULL));

	/* Received n is after received n-1; the queue was empty between. */
	text = vm_read_file(VM_DEBUGFS "trace");
	snprintf(received, sizeof(received), "msgrcv(%d, ", id);
	snprintf(sent, sizeof(sent), "msgctl(%d, IPC_RMID", id);
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		/* One that was slow has a line of its own before. */
		if (strstr(line, received) && !vm_text_unfinished(line)) {
			char type[32];

			snprintf(type, sizeof(type), ", 8, %d, 0) = 8", ++at);
			EXPECT_NE(NULL, strstr(line, type))
				TH_LOG("%s, not%s", line, type);
		}
		if (strstr(line, sent))
			EXPECT_EQ(200, at);
	}
	EXPECT_EQ(200, at);
}

TEST_HARNESS_MAIN
