// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: selftest
 *
 * A probe that is in place need not fire: the compiler may have inlined the
 * function, or its callers go another way. What it would have told is then
 * silently missing, and conclusions from its silence are wrong. So each probe is
 * made to fire, when the module is loaded and whenever it is resumed.
 *
 * A kernel thread of ours calls the probed functions. It has an IPC namespace of
 * its own, and for the length of the test the memory of the task that loads or
 * resumes, which waits for it. In that namespace it makes an object of each kind and
 * removes it; all other calls have arguments that fail at once. If it gets no
 * namespace it makes nothing, and the events stay untested.
 *
 * The handlers know the tester: its calls leave no record and are not counted.
 * The calls of others are recorded as usual meanwhile.
 *
 * The functions are called directly, through a static call: some kernels let
 * nobody call them through a pointer.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/ipc.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mmu_context.h>
#include <linux/msg.h>
#include <linux/sched/mm.h>
#include <linux/sem.h>
#include <linux/shm.h>
#include <linux/static_call.h>

#include "compat.h"
#include "events.h"
#include "filter.h"
#include "probe.h"
#include "selftest.h"
#include "tester.h"
#include "shared/syscalls.h"

static asmlinkage long no_call(const struct pt_regs *regs)
{
	return -ENOSYS;
}

static int no_unshare(unsigned long flags)
{
	return -ENOSYS;
}

DEFINE_STATIC_CALL(ipct_selftest_call_to, no_call);
DEFINE_STATIC_CALL(ipct_selftest_unshare, no_unshare);

/**
 * struct test - a test
 * @probes: the probes on calls
 * @nr: how many
 * @mm: memory that is borrowed, or NULL
 * @events: out: bits of enum ipct_event: what has been made to happen
 * @done: it is over
 */
struct test {
	const struct ipct_probe *probes;
	u32 nr;
	struct mm_struct *mm;
	u32 events;
	struct completion done;
};

static long call(const struct ipct_probe *probe,
		 const unsigned long args[IPCTRACE_NR_ARGS])
{
	struct pt_regs regs = { };
	u8 n;

	for (n = 0; n < IPCTRACE_NR_ARGS; n++)
		ipct_compat_set_arg(&regs, ipct_abi_is_32bit(probe->abi), n,
				    args[n]);
	static_call_update(ipct_selftest_call_to,
			   (typeof(no_call) *)probe->rp.kp.addr);
	return static_call(ipct_selftest_call_to)(&regs);
}

/* A call through the first of its functions: that of native callers. */
static long native(const struct test *test, u8 number, unsigned long a,
		   unsigned long b, unsigned long c)
{
	const unsigned long args[IPCTRACE_NR_ARGS] = { a, b, c };
	const struct ipct_probe *probe;

	for (probe = test->probes; probe < test->probes + test->nr; probe++)
		if (probe->call == number)
			return ipct_probe_in_place(probe->state) ?
			       call(probe, args) : -ENOSYS;
	return -ENOSYS;
}

static void happened(struct test *test, bool done, u32 events)
{
	if (done)
		test->events |= events;
}

static void test_queue(struct test *test)
{
	long id = native(test, IPCTRACE_CALL_msgget, IPC_PRIVATE, 0600, 0);
	unsigned long page;

	if (id < 0)
		return;
	happened(test, true, BIT(IPCT_EVENT_ADDID));
	page = !test->mm ? -ENOMEM :
	       vm_mmap(NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, 0);
	if (!IS_ERR_VALUE(page)) {
		happened(test,
			 !native(test, IPCTRACE_CALL_msgctl, id, IPC_STAT, page) &&
			 !native(test, IPCTRACE_CALL_msgctl, id, IPC_SET, page),
			 BIT(IPCT_EVENT_UPDATE_PERM));
		vm_munmap(page, PAGE_SIZE);
	}
	happened(test, !native(test, IPCTRACE_CALL_msgctl, id, IPC_RMID, 0),
		 BIT(IPCT_EVENT_FREEQUE));
}

static void test_set(struct test *test)
{
	long id = native(test, IPCTRACE_CALL_semget, IPC_PRIVATE, 1, 0600);

	if (id < 0)
		return;
	happened(test, !native(test, IPCTRACE_CALL_semctl, id, 0, IPC_RMID),
		 BIT(IPCT_EVENT_FREEARY));
}

/* Unmapping half of a mapping splits it. */
static void test_segment(struct test *test)
{
	long id = native(test, IPCTRACE_CALL_shmget, IPC_PRIVATE, 2 * PAGE_SIZE,
			 0600);
	unsigned long at;

	if (id < 0)
		return;
	at = test->mm ? native(test, IPCTRACE_CALL_shmat, id, 0, 0) : -ENOMEM;
	if (!IS_ERR_VALUE(at)) {
		happened(test, !vm_munmap(at, PAGE_SIZE),
			 BIT(IPCT_EVENT_SHM_OPEN) | BIT(IPCT_EVENT_SHM_CLOSE));
		vm_munmap(at + PAGE_SIZE, PAGE_SIZE);
	}
	happened(test, !native(test, IPCTRACE_CALL_shmctl, id, IPC_RMID, 0),
		 BIT(IPCT_EVENT_SHM_DESTROY));
}

/*
 * These fail at once: no object has the id -1, no *get() without IPC_CREAT makes
 * one, no segment is attached at an address within a page, and ipc() has no such
 * call.
 */
static void test_calls(const struct test *test)
{
	static const unsigned long fails[IPCTRACE_NR_ARGS] = { -1UL };
	const struct ipct_probe *probe;

	for (probe = test->probes; probe < test->probes + test->nr; probe++)
		if (ipct_probe_in_place(probe->state))
			call(probe, fails);
}

static int tester(void *data)
{
	struct test *test = data;

	WRITE_ONCE(ipct_tester, current);
	if (test->mm)
		kthread_use_mm(test->mm);
	/* Leaving a namespace gives back what SEM_UNDO holds there. */
	if (!static_call(ipct_selftest_unshare)(CLONE_NEWIPC)) {
		happened(test, true, BIT(IPCT_EVENT_EXIT_SEM));
		test_queue(test);
		test_set(test);
		test_segment(test);
	}
	test_calls(test);
	if (test->mm)
		kthread_unuse_mm(test->mm);
	WRITE_ONCE(ipct_tester, NULL);
	complete(&test->done);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(HZ);
	return 0;
}

/* Find the kernel's function behind unshare(), if it can be found. */
static void find_unshare(void)
{
	static bool looked;
	struct kprobe kp = {
		.symbol_name = "ksys_unshare",
		.flags = KPROBE_FLAG_DISABLED,
	};

	if (looked)
		return;
	looked = true;
	if (register_kprobe(&kp))
		return;
	static_call_update(ipct_selftest_unshare,
			   (typeof(no_unshare) *)kp.addr);
	unregister_kprobe(&kp);
}

/**
 * ipct_selftest_run() - make all probes fire
 * @probes: the probes on calls, by number
 * @nr: how many
 * @events: out: bits of enum ipct_event: which were made to happen
 *
 * ipct_tester_fires(), and for events ipct_events_judge(), tell which have fired.
 *
 * Context: sleeps; the probes are armed.
 * Return: 0 or a negative error: there was no test.
 */
int ipct_selftest_run(const struct ipct_probe *probes, u32 nr, u32 *events)
{
	struct test test = {
		.probes = probes,
		.nr = nr,
		.mm = current->mm,
	};
	struct task_struct *thread;

	ipct_tester_begin();
	init_completion(&test.done);
	find_unshare();
	thread = kthread_create(tester, &test, "ipctrace_test");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	ipct_filter_hold();
	ipct_events_test_begin();
	wake_up_process(thread);
	wait_for_completion(&test.done);
	kthread_stop(thread);
	ipct_events_test_end();
	ipct_filter_release();
	*events = test.events;
	return 0;
}
