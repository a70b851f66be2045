// SPDX-License-Identifier: GPL-2.0
/*
 * What is not recorded is told: each gap has its records, with its times. And what
 * a call did is not inferred from what was not seen while probes came and went.
 */
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <time.h>

#include "vm_test.h"
#include "vm_text.h"

#define KEY	0x69700001
#define FILTER	VM_DEBUGFS "filter"

FIXTURE(gaps) {
	struct vm_trace vm;
	struct vm_record r;
};

FIXTURE_SETUP(gaps)
{
	VM_SETUP(&self->vm);
	ASSERT_EQ(0, vm_control(self->vm.fd, IPCTRACE_CONTROL_RESUME));
	vm_trace_forget(&self->vm);
}

FIXTURE_TEARDOWN(gaps)
{
	vm_write_file(FILTER, "\n");
	vm_control(self->vm.fd, IPCTRACE_CONTROL_RESUME);
	vm_trace_close(&self->vm);
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static struct ipctrace_gap_state gap_state(int fd, unsigned int cause)
{
	struct ipctrace_gap_state state = { .cause = cause };

	if (ioctl(fd, IPCTRACE_IOC_GAP, &state))
		state.open = -1;
	return state;
}

/* The next record of a gap; its part, or NULL. */
static const struct ipctrace_gap *next(struct vm_trace *vm, struct vm_record *r)
{
	if (!vm_trace_take_event(vm, IPCTRACE_TYPE_GAP, getpid(), r))
		return NULL;
	return vm_part(r, IPCTRACE_PART_GAP, 0);
}

#define EXPECT_BETWEEN(from, value, to)					\
	do {								\
		EXPECT_LE(from, value);					\
		EXPECT_GE(to, value);					\
	} while (0)

TEST_F(gaps, pause)
{
	uint64_t before = now(), begin, off, end;
	const struct ipctrace_gap *gap;
	struct ipctrace_gap_state state;

	ASSERT_EQ(0, vm_control(self->vm.fd, IPCTRACE_CONTROL_PAUSE));
	off = now();
	gap = next(&self->vm, &self->r);
	ASSERT_NE(NULL, gap);
	EXPECT_EQ(IPCTRACE_GAP_PAUSE, gap->cause);
	EXPECT_EQ(0, gap->bytes);
	EXPECT_EQ(0, gap->end_ns);
	begin = gap->begin_ns;
	EXPECT_BETWEEN(before, begin, off);
	EXPECT_EQ(IPCTRACE_CALL_NONE, self->r.c.header.call);
	state = gap_state(self->vm.fd, IPCTRACE_GAP_PAUSE);
	EXPECT_EQ(1, state.open);
	EXPECT_EQ(begin, state.begin_ns);
	/* Once more changes nothing. */
	ASSERT_EQ(0, vm_control(self->vm.fd, IPCTRACE_CONTROL_PAUSE));
	EXPECT_EQ(NULL, next(&self->vm, &self->r));

	off = now();
	ASSERT_EQ(0, vm_control(self->vm.fd, IPCTRACE_CONTROL_RESUME));
	end = now();
	gap = next(&self->vm, &self->r);
	ASSERT_NE(NULL, gap);
	EXPECT_EQ(IPCTRACE_GAP_PAUSE, gap->cause);
	EXPECT_EQ(begin, gap->begin_ns);
	EXPECT_BETWEEN(off, gap->end_ns, end);
	state = gap_state(self->vm.fd, IPCTRACE_GAP_PAUSE);
	EXPECT_EQ(0, state.open);
	EXPECT_EQ(gap->end_ns, state.last_end_ns);
	EXPECT_EQ(NULL, next(&self->vm, &self->r));
}

static bool is_text(const struct ipctrace_gap *gap, const char *text)
{
	return gap->bytes == strlen(text) &&
	       !memcmp(gap + 1, text, gap->bytes) &&
	       gap->part.len == sizeof(*gap) + (gap->bytes + 7) / 8 * 8;
}

TEST_F(gaps, filter)
{
	const struct ipctrace_gap *gap;
	uint64_t first;

	ASSERT_EQ(0, vm_write_file(FILTER, "pid == 1"));
	gap = next(&self->vm, &self->r);
	ASSERT_NE(NULL, gap);
	EXPECT_EQ(IPCTRACE_GAP_FILTER, gap->cause);
	EXPECT_TRUE(is_text(gap, "pid == 1"));
	EXPECT_EQ(0, gap->end_ns);
	first = gap->begin_ns;
	EXPECT_EQ(1, gap_state(self->vm.fd, IPCTRACE_GAP_FILTER).open);

	/* Replaced: one ends, and the other has begun before that. */
	ASSERT_EQ(0, vm_write_file(FILTER, "failed"));
	gap = next(&self->vm, &self->r);
	ASSERT_NE(NULL, gap);
	EXPECT_TRUE(is_text(gap, "pid == 1"));
	EXPECT_EQ(first, gap->begin_ns);
	EXPECT_LT(first, gap->end_ns);
	first = gap->end_ns;
	gap = next(&self->vm, &self->r);
	ASSERT_NE(NULL, gap);
	EXPECT_TRUE(is_text(gap, "failed"));
	EXPECT_EQ(0, gap->end_ns);
	EXPECT_GE(first, gap->begin_ns);

	/* A mistake changes nothing. */
	EXPECT_EQ(-EINVAL, vm_write_file(FILTER, "pid =="));
	EXPECT_EQ(NULL, next(&self->vm, &self->r));
	ASSERT_EQ(0, vm_write_file(FILTER, "\n"));
	gap = next(&self->vm, &self->r);
	ASSERT_NE(NULL, gap);
	EXPECT_TRUE(is_text(gap, "failed"));
	EXPECT_LT(gap->begin_ns, gap->end_ns);
	EXPECT_EQ(0, gap_state(self->vm.fd, IPCTRACE_GAP_FILTER).open);
	EXPECT_EQ(NULL, next(&self->vm, &self->r));
}

TEST_F(gaps, load)
{
	const struct ipctrace_gap *gap;
	uint64_t before = now(), after;
	struct vm_trace vm;
	char *text;

	vm_trace_close(&self->vm);
	ASSERT_EQ(0, vm_module_reload(""));
	after = now();
	ASSERT_EQ(0, vm_trace_open(&vm, VM_FROM_LOAD));
	gap = next(&vm, &self->r);
	ASSERT_NE(NULL, gap);
	EXPECT_EQ(IPCTRACE_GAP_LOAD, gap->cause);
	EXPECT_EQ(0, gap->begin_ns);
	EXPECT_BETWEEN(before, gap->end_ns, after);
	EXPECT_EQ(NULL, next(&vm, &self->r));
	EXPECT_EQ(0, gap_state(vm.fd, IPCTRACE_GAP_LOAD).open);
	EXPECT_EQ(-1, (int)gap_state(vm.fd, __IPCTRACE_GAP_MAX).open);
	vm_trace_close(&vm);

	text = vm_read_file(VM_DEBUGFS "trace");
	ASSERT_NE(NULL, text);
	EXPECT_NE(NULL, strstr(text, " --- gap: load, until "));
	free(text);
	text = vm_read_file(VM_DEBUGFS "stats");
	EXPECT_NE(NULL, strstr(text ?: "", "\neverything is recorded since "));
	free(text);
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_NOW));
}

/* ---- Creations while probes come and go ------------------------------------ */

static bool stopped;

static void *create(void *unused)
{
	while (!__atomic_load_n(&stopped, __ATOMIC_RELAXED)) {
		int id = msgget(IPC_PRIVATE, 0600);

		msgctl(id, IPC_RMID, NULL);
	}
	return NULL;
}

/* Of calls that made an object: how many records say so, and how many not. */
static void look(struct vm_trace *vm, unsigned int *made, unsigned int *found)
{
	struct ipctrace_call c;

	while (vm_trace_take(vm, 0, &c))
		;
	vm_trace_fill(vm);
	for (size_t i = 0; i < vm->pending.n; i++) {
		const struct ipctrace_call *call = vm->pending.v[i];

		if (call->header.type != IPCTRACE_TYPE_CALL ||
		    call->tgid != (uint32_t)getpid() ||
		    call->header.call != IPCTRACE_CALL_msgget || call->ret < 0)
			continue;
		*made += !!(call->header.flags & IPCTRACE_F_CREATED);
		*found += !!(call->header.flags & IPCTRACE_F_FOUND);
	}
	vm_trace_drop(vm);
}

/* Kprobes are armed one after the other, which takes a while. */
TEST_F_TIMEOUT(gaps, creations_while_kprobes_come_and_go, 180)
{
	char *user = strdup(getenv("IPCTRACE_KO") ?: "");
	unsigned int made = 0, found = 0, i;
	pthread_t thread;

	if (!vm_module_debug())
		SKIP(return, "no module with IPCTRACE_DEBUG");
	vm_trace_close(&self->vm);
	ASSERT_EQ(0, vm_module_reload("no_ftrace=1"));
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_NOW));
	__atomic_store_n(&stopped, false, __ATOMIC_RELAXED);
	ASSERT_EQ(0, pthread_create(&thread, NULL, create, NULL));
	for (i = 0; i < 20; i++) {
		EXPECT_EQ(0, vm_control(self->vm.fd, IPCTRACE_CONTROL_PAUSE));
		EXPECT_EQ(0, vm_control(self->vm.fd, IPCTRACE_CONTROL_RESUME));
		usleep(1000);
		look(&self->vm, &made, &found);
	}
	__atomic_store_n(&stopped, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	look(&self->vm, &made, &found);
	EXPECT_LT(0, made);
	EXPECT_EQ(0, found);
	vm_trace_close(&self->vm);
	ASSERT_EQ(0, vm_module_unload());
	ASSERT_EQ(0, setenv("IPCTRACE_KO", user, 1));
	ASSERT_EQ(0, vm_module_load(""));
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_NOW));
}

/* A probe that does not fire, as of a function that was inlined. */
TEST_F(gaps, nothing_follows_from_a_probe_that_is_blind)
{
	char *user = strdup(getenv("IPCTRACE_KO") ?: ""), *text;
	struct ipctrace_call c;
	int id;

	if (!vm_module_debug())
		SKIP(return, "no module with IPCTRACE_DEBUG");
	vm_trace_close(&self->vm);
	ASSERT_EQ(0, vm_module_reload("blind=ipc_addid"));
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_LOAD));
	id = msgget(IPC_PRIVATE, 0600);
	ASSERT_LE(0, id);
	ASSERT_TRUE(vm_trace_take(&self->vm, getpid(), &c));
	EXPECT_EQ(IPCTRACE_CALL_msgget, c.header.call);
	EXPECT_EQ(0, c.header.flags & (IPCTRACE_F_CREATED | IPCTRACE_F_FOUND));
	EXPECT_EQ(0, msgctl(id, IPC_RMID, NULL));
	text = vm_read_file(VM_DEBUGFS "probes");
	ASSERT_NE(NULL, text);
	EXPECT_NE(NULL, strstr(text, " silent "));
	EXPECT_NE(NULL, strstr(text, " refused: does not fire\n"));
	free(text);
	vm_trace_close(&self->vm);
	ASSERT_EQ(0, vm_module_unload());
	ASSERT_EQ(0, setenv("IPCTRACE_KO", user, 1));
	ASSERT_EQ(0, vm_module_load(""));
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_NOW));
}

/* Off and on again, before anybody could have looked: the watchdog is a worker. */
TEST_F(gaps, ftrace_is_off_for_a_moment)
{
#if defined(__x86_64__) || defined(__i386__)
	const struct ipctrace_gap *gap;
	uint64_t begin;

	/* Only to read it is nothing. */
	ASSERT_EQ(0, system("cat /proc/sys/kernel/ftrace_enabled >/dev/null"));
	usleep(1500000);
	EXPECT_FALSE(vm_trace_take_event(&self->vm, IPCTRACE_TYPE_GAP, 0,
					 &self->r));
	ASSERT_EQ(0, system("cd /proc/sys/kernel && echo 0 >ftrace_enabled && "
			    "echo 1 >ftrace_enabled"));
	usleep(2500000);
	ASSERT_TRUE(vm_trace_take_event(&self->vm, IPCTRACE_TYPE_GAP, 0,
					&self->r));
	gap = vm_part(&self->r, IPCTRACE_PART_GAP, 0);
	EXPECT_EQ(IPCTRACE_GAP_FTRACE, gap->cause);
	EXPECT_EQ(0, gap->end_ns);
	begin = gap->begin_ns;
	ASSERT_TRUE(vm_trace_take_event(&self->vm, IPCTRACE_TYPE_GAP, 0,
					&self->r));
	gap = vm_part(&self->r, IPCTRACE_PART_GAP, 0);
	EXPECT_EQ(IPCTRACE_GAP_FTRACE, gap->cause);
	EXPECT_EQ(begin, gap->begin_ns);
	EXPECT_LT(begin, gap->end_ns);
	EXPECT_FALSE(vm_trace_take_event(&self->vm, IPCTRACE_TYPE_GAP, 0,
					 &self->r));
#else
	SKIP(return, "no probe is by ftrace here");
#endif
}

/* The test at load and at resume leaves nothing: no record, no count, no object. */
TEST_F(gaps, the_test_of_the_probes_leaves_no_trace)
{
	unsigned int objects = vm_ipc_objects();
	struct vm_account account;
	char *text;
	size_t i;

	vm_trace_close(&self->vm);
	ASSERT_EQ(0, vm_module_reload(""));
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_LOAD));
	ASSERT_EQ(0, vm_control(self->vm.fd, IPCTRACE_CONTROL_PAUSE));
	ASSERT_EQ(0, vm_control(self->vm.fd, IPCTRACE_CONTROL_RESUME));
	ASSERT_TRUE(vm_account_now(&account));
	EXPECT_EQ(0, account.entered);
	EXPECT_EQ(0, account.rejected);
	EXPECT_EQ(0, account.missed);
	EXPECT_EQ(objects, vm_ipc_objects());
	vm_trace_fill(&self->vm);
	for (i = 0; i < self->vm.pending.n; i++)
		EXPECT_EQ(IPCTRACE_TYPE_GAP,
			  self->vm.pending.v[i]->header.type);
	/* And all have fired. */
	text = vm_read_file(VM_DEBUGFS "probes");
	ASSERT_NE(NULL, text);
	EXPECT_EQ(NULL, strstr(text, " silent ")) TH_LOG("%s", text);
	free(text);
}

TEST_HARNESS_MAIN
