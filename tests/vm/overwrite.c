// SPDX-License-Identifier: GPL-2.0
/*
 * A small ring that goes around: what is lost, and that each reader is told
 * exactly how much. Calls carry their number as the key, so that a record
 * says which one it is.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "vm_test.h"
#include "vm_text.h"

#define KEY	0x69000000
#define CALLS	3000	/* several times what a ring of 64 KiB holds */

FIXTURE(overwrite) {
	struct vm_trace vm;
	unsigned int made;
	unsigned int cpu;
};

FIXTURE_SETUP(overwrite)
{
	/* The record of the time before the load is on the loader's CPU. */
	ASSERT_EQ(0, vm_pin(0));
	ASSERT_EQ(0, vm_module_reload("ring_bytes=65536"));
	if (vm_pin(VM_CPU))
		ASSERT_EQ(0, vm_pin(0));
	self->cpu = sched_getcpu();
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_LOAD));
	ASSERT_EQ(65536, self->vm.hello.ring_bytes);
}

FIXTURE_TEARDOWN(overwrite)
{
	EXPECT_STREQ("", self->vm.fault);
	vm_trace_close(&self->vm);
	EXPECT_EQ(0, vm_module_default());
}

static void make_calls(unsigned int *made, unsigned int n)
{
	while (n--)
		msgget(KEY + (*made)++, 0);
}

/* Take all that is there; the keys must count up to the last call made. */
#define EXPECT_NUMBERED(first)						\
	do {								\
		unsigned int __n = (first);				\
		struct ipctrace_call __c;				\
									\
		while (vm_trace_take(&self->vm, gettid(), &__c))	\
			ASSERT_EQ(KEY + __n++, vm_first_arg(&__c));	\
		EXPECT_EQ(self->made, __n);				\
	} while (0)

/* Records that are of no finished call: the first of two of a slow one, gaps. */
static uint64_t others(int fd)
{
	return vm_events(fd, IPCTRACE_TYPE_ENTER) +
	       vm_events(fd, IPCTRACE_TYPE_GAP);
}

/* A call that was slow has two records: how many of the first of these are lost. */
static unsigned int lost_entries(struct vm_trace *t)
{
	return vm_events(t->fd, IPCTRACE_TYPE_ENTER) -
	       vm_trace_count_events(t, IPCTRACE_TYPE_ENTER, 0);
}

TEST_F(overwrite, wrap_without_loss)
{
	unsigned int first;

	/* In small steps nothing is overwritten before it is read. */
	while (self->made < CALLS) {
		first = self->made;
		make_calls(&self->made, 40);
		EXPECT_NUMBERED(first);
	}
	EXPECT_EQ(0, vm_sum(self->vm.lost));
	EXPECT_LT(5 * 65536, self->vm.at[self->cpu].pos);
}

TEST_F(overwrite, loss_is_exact)
{
	struct ipctrace_cpu_stats stats = { .cpu = self->cpu };
	uint64_t total;

	make_calls(&self->made, CALLS);
	vm_trace_fill(&self->vm);
	EXPECT_LT(0, self->vm.lost[self->cpu]);
	/* What was lost is the first ones, and the rest is all there. */
	/* The gap before the load is on this CPU, or on another. */
	total = self->vm.lost[self->cpu] + self->vm.read[self->cpu];
	EXPECT_LE(CALLS + vm_events(self->vm.fd, IPCTRACE_TYPE_ENTER), total);
	EXPECT_GE(CALLS + others(self->vm.fd), total);
	EXPECT_NUMBERED(self->vm.lost[self->cpu] - lost_entries(&self->vm));
	/* A ring holds nearly what its size says. */
	EXPECT_LT((65536 - 2 * 4096) / sizeof(struct ipctrace_call),
		  self->vm.read[self->cpu] + 20);

	ASSERT_EQ(0, ioctl(self->vm.fd, IPCTRACE_IOC_CPU_STATS, &stats));
	EXPECT_EQ(total, stats.written);
	EXPECT_EQ(self->vm.lost[self->cpu], stats.overwritten);
	EXPECT_EQ(CALLS, vm_calls(self->vm.fd));
}

TEST_F(overwrite, again_and_again)
{
	uint64_t lost = 0, calls;
	int i;

	for (i = 0; i < 5; i++) {
		make_calls(&self->made, CALLS / 2);
		lost = vm_sum(self->vm.lost);
		vm_trace_fill(&self->vm);
		EXPECT_LT(lost, vm_sum(self->vm.lost));
		lost = vm_sum(self->vm.lost);
		calls = lost + vm_sum(self->vm.read) -
			others(self->vm.fd);
		EXPECT_EQ(self->made, calls);
		EXPECT_NUMBERED(calls - vm_trace_count(&self->vm, getpid()));
	}
}

/* Read @text to its end: the lost line, then every call from there on. */
#define EXPECT_TEXT(text, from)						\
	do {								\
		char __line[VM_LINE_MAX], __call[64];			\
		unsigned int __n = (from), __key;			\
		uint64_t __gone = 0;					\
		struct vm_line __parsed;				\
									\
		while (vm_text_line(text, __n < self->made ? 20000 : 300,	\
				    __line)) {				\
			ASSERT_TRUE(vm_line_parse(__line, &__parsed));	\
			if (__parsed.lost) {				\
				EXPECT_EQ(self->cpu, __parsed.cpu);	\
				__gone = __parsed.lost_count;		\
				lost += __gone;				\
				continue;				\
			}						\
			/* One that was slow has two lines. */		\
			if (vm_text_unfinished(__line))			\
				continue;				\
			if (__gone) {					\
				/* These, and entries of slow ones. */	\
				ASSERT_EQ(1, sscanf(strstr(__line, " msgget(") ?: "",\
						    " msgget(%x", &__key));\
				EXPECT_GE(__gone, __key - KEY - __n);	\
				EXPECT_LE(__gone, __key - KEY - __n +	\
					  vm_events(self->vm.fd,	\
						    IPCTRACE_TYPE_ENTER));\
				__n = __key - KEY;			\
				__gone = 0;				\
			}						\
			snprintf(__call, sizeof(__call),		\
				 " msgget(%#x, 000) = ", KEY + __n++);	\
			ASSERT_NE(NULL, strstr(__line, __call))		\
				TH_LOG("%s%s", __line, __call);		\
		}							\
		EXPECT_EQ(self->made, __n);				\
	} while (0)

TEST_F(overwrite, text_tells_the_loss)
{
	char line[VM_LINE_MAX], expected[128];
	struct vm_text text;
	struct vm_line parsed;
	uint64_t lost = 0;

	make_calls(&self->made, CALLS);
	vm_trace_fill(&self->vm);
	ASSERT_EQ(0, vm_text_open(&text));
	/* What was not recorded before the load may be on another CPU. */
	do {
		ASSERT_TRUE(vm_text_line(&text, 20000, line));
	} while (strstr(line, "--- gap"));
	ASSERT_TRUE(vm_line_parse(line, &parsed));
	snprintf(expected, sizeof(expected),
		 "--- %llu records of this CPU overwritten before they were read ---",
		 (unsigned long long)self->vm.lost[self->cpu]);
	EXPECT_STREQ(expected, parsed.rest);
	EXPECT_EQ(self->cpu, parsed.cpu);
	EXPECT_TEXT(&text, parsed.lost_count - lost_entries(&self->vm));
	EXPECT_EQ(0, lost);
	vm_text_close(&text);
}

/* One reads all the time and loses nothing; the other sleeps, and is told. */
TEST_F(overwrite, two_readers_at_different_speeds)
{
	struct vm_text fast, slow;
	uint64_t lost = 0;
	char line[VM_LINE_MAX];
	unsigned int first;

	ASSERT_EQ(0, vm_text_open(&fast));
	ASSERT_EQ(0, vm_text_open(&slow));
	make_calls(&self->made, 1);
	ASSERT_TRUE(vm_text_line_of(&slow, getpid(), line));
	EXPECT_TEXT(&fast, 0);
	while (self->made < 1000) {
		first = self->made;
		make_calls(&self->made, 100);
		EXPECT_TEXT(&fast, first);
	}
	EXPECT_EQ(0, lost);
	EXPECT_TEXT(&slow, 1);
	EXPECT_LT(0, lost);
	/* Back in step. */
	lost = 0;
	first = self->made;
	make_calls(&self->made, 10);
	EXPECT_TEXT(&slow, first);
	EXPECT_TEXT(&fast, first);
	EXPECT_EQ(0, lost);
	vm_text_close(&fast);
	vm_text_close(&slow);
}

TEST_F(overwrite, snapshot_tells_the_loss)
{
	char *text, *line, *save = NULL, copy[VM_LINE_MAX];
	uint64_t lost = 0, calls = 0;
	struct vm_line parsed;

	make_calls(&self->made, CALLS);
	text = vm_read_file(VM_DEBUGFS "trace");
	ASSERT_NE(NULL, text);
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		snprintf(copy, sizeof(copy), "%s\n", line);
		ASSERT_TRUE(vm_line_parse(copy, &parsed));
		if (parsed.lost)
			lost += parsed.lost_count;
		else
			calls++;
	}
	EXPECT_LT(0, lost);
	/* One that was slow has two records. */
	EXPECT_EQ(CALLS + others(self->vm.fd),
		  lost + calls);
}

/* Overwritten since a clear counts as lost, what was before it does not. */
TEST_F(overwrite, loss_after_a_clear)
{
	struct vm_text text;
	uint64_t lost = 0, before;

	make_calls(&self->made, 100);
	/* One that was slow has two records. */
	before = 100 + vm_events(self->vm.fd, IPCTRACE_TYPE_ENTER);
	EXPECT_EQ(0, vm_control(self->vm.fd, IPCTRACE_CONTROL_CLEAR));
	make_calls(&self->made, CALLS);
	ASSERT_EQ(0, vm_text_open(&text));
	EXPECT_TEXT(&text, 100);
	vm_trace_fill(&self->vm);
	EXPECT_EQ(self->vm.lost[self->cpu], lost + before);
	vm_text_close(&text);
}

/* While another CPU overwrites at full speed. */
TEST_F(overwrite, under_traffic)
{
	uint64_t calls;
	int i, busy;
	pid_t pid;

	pid = fork();
	if (!pid) {
		unsigned int made = 0;

		for (i = 0; i < 200; i++)
			make_calls(&made, 100);
		_exit(0);
	}
	vm_pin(0);
	do {
		busy = !waitpid(pid, NULL, WNOHANG);
		vm_trace_fill(&self->vm);
		vm_trace_drop(&self->vm);
	} while (busy && !self->vm.fault[0]);
	calls = vm_calls(self->vm.fd);
	EXPECT_EQ(20000, calls);
	/* One that was slow has two records. */
	EXPECT_EQ(calls + others(self->vm.fd),
		  vm_sum(self->vm.lost) + vm_sum(self->vm.read));
}

TEST_HARNESS_MAIN
