// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: settle
 *
 * A handler reads the clock, fills its record and publishes it. To put the
 * records of all CPUs in order one must know that no handler is still between
 * the first and the last of these. Handlers run with preemption off, so a
 * grace period of RCU that begins after time T ends after every handler that
 * read the clock before T: all records up to T are then in the rings. T is
 * published as settled_ns.
 *
 * The same grace period makes the wake-up safe without a full barrier in the
 * handlers. The worker arms all CPUs and lets the grace period pass; a handler
 * that did not see its CPU armed has ended by then, and its record is seen:
 *
 *	SETTLE:A  head, armed?  with preemption off	commit, in a handler
 *	SETTLE:B  armed, grace period, heads		worker
 *
 *	SETTLE:F  clock, then head (release)		commit, in a handler
 *	SETTLE:E  heads (acquire), then the clock	worker; buffers.c
 *
 *	SETTLE:C  heads, then settled_ns (release)	worker
 *	SETTLE:D  settled_ns (acquire), then heads	readers; source.c
 *
 * While there are readers and records, the worker runs again after SETTLE_MS.
 * When there is nothing new it stops, and the first record starts it: by
 * irq_work, for a handler may not wake anybody itself.
 */
#include <linux/atomic.h>
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "buffers.h"
#include "settle.h"

#define SETTLE_MS	10	/* how late a reader may learn of a record */

static void settle(struct work_struct *work);

static DECLARE_DELAYED_WORK(settle_work, settle);
static struct workqueue_struct *settle_queue;
static atomic_t nr_readers = ATOMIC_INIT(0);

/* What was in the rings at settled_ns; see Locking. */
static u64 settled_total;

/*
 * ipct_settle_wait - woken when settled_ns has moved on
 */
DECLARE_WAIT_QUEUE_HEAD(ipct_settle_wait);

static void arm_all(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu(ipct_cpu, cpu).armed, true);
}

static void settle(struct work_struct *work)
{
	u64 total, now;

	if (!ipct_settle_readers())
		return;

	/*
	 * SETTLE:B  armed before the heads. Partner SETTLE:A. Without the
	 * grace period between them a record could go unnoticed until the
	 * next one.
	 */
	arm_all();
	total = ipct_buffers_total_head();
	now = ktime_get_ns();
	synchronize_rcu();

	if (total != settled_total) {
		settled_total = total;
		/*
		 * SETTLE:C  the rings up to now before settled_ns. Partner
		 * SETTLE:D. Without it a reader misses a record that is older
		 * than one it has given out.
		 */
		smp_store_release(&ipct_buffers_map_header()->settled_ns, now);
		wake_up_interruptible_all(&ipct_settle_wait);
	}
	/* Go on with what came after now, or was not yet counted in total. */
	if (ipct_buffers_total_head() != total)
		queue_delayed_work(settle_queue, &settle_work,
				   msecs_to_jiffies(SETTLE_MS));
}

/*
 * A handler found its CPU armed. In a hard interrupt, or in a thread on realtime
 * kernels.
 */
static void start_worker(struct irq_work *work)
{
	queue_delayed_work(settle_queue, &settle_work,
			   msecs_to_jiffies(SETTLE_MS));
}

/**
 * ipct_settle_reader_open() - a reader came: keep settled_ns up to date
 *
 * Context: may sleep.
 */
void ipct_settle_reader_open(void)
{
	atomic_inc(&nr_readers);
	mod_delayed_work(settle_queue, &settle_work, 0);
}

/**
 * ipct_settle_reader_release() - a reader went
 */
void ipct_settle_reader_release(void)
{
	atomic_dec(&nr_readers);
}

/**
 * ipct_settle_readers() - number of readers
 */
unsigned int ipct_settle_readers(void)
{
	return atomic_read(&nr_readers);
}

/**
 * ipct_settle_ns() - time up to which the rings are complete
 *
 * Return: CLOCK_MONOTONIC; kept up to date while there are readers.
 */
u64 ipct_settle_ns(void)
{
	/*
	 * SETTLE:D  settled_ns before the rings. Partner SETTLE:C. Without it
	 * a record up to settled_ns may not be seen.
	 */
	return smp_load_acquire(&ipct_buffers_map_header()->settled_ns);
}

/**
 * ipct_settle_now() - wait until the rings are complete up to this moment
 *
 * Context: sleeps for a grace period of RCU.
 * Return: this moment, CLOCK_MONOTONIC.
 */
u64 ipct_settle_now(void)
{
	u64 now = ktime_get_ns();

	synchronize_rcu();
	return now;
}

/**
 * ipct_settle_init() - get ready for readers
 *
 * A queue of its own: grace periods must not hold up others' work.
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int ipct_settle_init(void)
{
	unsigned int cpu;

	settled_total = 0;
	for_each_possible_cpu(cpu)
		init_irq_work(&per_cpu_ptr(&ipct_cpu, cpu)->wake, start_worker);
	settle_queue = alloc_workqueue("ipctrace", WQ_UNBOUND | WQ_HIGHPRI, 1);
	return settle_queue ? 0 : -ENOMEM;
}

/**
 * ipct_settle_exit() - wait for what the handlers have started
 *
 * Context: may sleep; no handler runs any more and there are no readers.
 */
void ipct_settle_exit(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		irq_work_sync(&per_cpu_ptr(&ipct_cpu, cpu)->wake);
	cancel_delayed_work_sync(&settle_work);
	destroy_workqueue(settle_queue);
}
