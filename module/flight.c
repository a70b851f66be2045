// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: flight
 *
 * A call in flight has a slot in one table, which is found by the task's number
 * and holds what must be kept until the call returns. The table is walked for the
 * list of calls that have not returned, and by a worker that writes an
 * IPCTRACE_TYPE_ENTER record for each call that has been in flight for TELL_MS.
 *
 * Ordering points, in pairs:
 *
 *	FLIGHT:A  slot taken, then used (cmpxchg)	claim
 *	FLIGHT:B  used cleared, then slots (mb)		worker
 *
 *	FLIGHT:C  contents, then stamp (release)	publish
 *	FLIGHT:D  stamp (acquire), then task, contents	copy
 *
 *	FLIGHT:E  no stamp, then free (release)		release
 *	FLIGHT:K  stamp, then told_ns (release)		worker
 *	FLIGHT:F  copy, then stamp (rmb)		copy
 *
 *	FLIGHT:G  slot taken, used, then armed (mb)	claim
 *	FLIGHT:H  armed, then used, slots (mb)		worker
 *
 *	FLIGHT:I  told_stamp (acquire), then told_ns	capture.c
 *	FLIGHT:J  told_ns, then told_stamp (release)	worker
 *
 *	FLIGHT:L  no stamp, then the clock, told_stamp	end
 *	FLIGHT:M  the clock, told_stamp, then stamp	worker
 *		  (an interrupt on all CPUs)
 *
 * The stamp says which call a slot holds: it is there from the time when all else
 * is filled in until the call returns, and no two calls have the same. A copy is of
 * one call if the stamp was the same before and after.
 *
 * An entry record must not be later than the end of its call. The return handler
 * first clears the stamp and then reads the clock, without a barrier between the
 * two, since every call would pay for it. The worker, which runs at most every
 * TELL_MS, reads the clock, interrupts all CPUs, and only then looks whether the
 * stamp is still there. An interrupt comes at one place of a CPU's program: either
 * after the stamp was cleared, and the worker sees that and writes nothing, or
 * before, and then the clock is read later, too.
 *
 * The worker does not run while no calls are made. When it finds no call that may
 * still need an entry record it arms all CPUs and stops; the next call that finds
 * its CPU armed starts it.
 */
#include <linux/compat.h>
#include <linux/hash.h>
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/kprobes.h>
#include <linux/log2.h>
#include <linux/random.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/tracepoint.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "buffers.h"
#include "clock.h"
#include "compat.h"
#include "filter.h"
#include "flight.h"
#include "probe.h"
#include "record.h"
#include "shared/syscalls.h"

#define TELL_MS		10	/* a call that takes longer leaves two records */
#define GROUP_SLOTS	(1U << IPCT_FLIGHT_GROUP_SHIFT)
#define FAR_REACH	256	/* places that are tried when none near is free */
#define TELL_BATCH	16	/* entry records for one interrupt on each CPU */

/* Room that fill() may need */
#define TELL_BYTES							\
	(IPCT_RECORD_BYTES + 3 * sizeof(struct ipctrace_user) +		\
	 sizeof_field(struct ipct_flight, kludge) +			\
	 sizeof_field(struct ipct_flight, timeout) + IPCT_FLIGHT_USER_BYTES)

/**
 * struct telling - a record that the worker is about to write
 * @slot: slot of its call
 * @stamp: of the call; if the slot has another one, the call has ended
 * @later: it has IPCT_FLIGHT_LATER
 * @verdict: with @later: who wants it
 * @record: the entry record, in the ring, not published yet
 * @bytes: room for the longest
 */
struct telling {
	struct ipct_flight *slot;
	u64 stamp;
	bool later;
	struct ipct_filter_verdict verdict;
	union {
		struct ipctrace_call record;
		u8 bytes[TELL_BYTES];
	};
};

static void tell(struct work_struct *work);

static DECLARE_DELAYED_WORK(tell_work, tell);
static struct workqueue_struct *tell_queue;

/* The worker's. */
static struct telling telling[TELL_BATCH];
static u32 nr_telling;

/* The table, from load to unload. */
struct ipct_flights ipct_flights;

static u32 nr_slots(void)
{
	return IPCT_FLIGHT_BLOCKING + ipct_flights.mask + 1 + GROUP_SLOTS;
}

/* ---- Slots far from their place --------------------------------------------- */

/*
 * Anybody can guess the place by number, and a user can have processes sleep in
 * all slots near another's. Then the call tries places that nobody can guess. A
 * region with one slot in ten free is taken for full once in 2^38 times.
 */

struct far {
	u32 base;
	u32 mask;
	u32 at;
	u32 step;
	u32 nr;
};

/* All the places that a task tries, each once: the step is odd. */
static struct far far_begin(bool blocks)
{
	u64 hash = hash_64(current->pid ^ ipct_flights.secret, 64);
	u32 mask = blocks ? ipct_flights.mask : IPCT_FLIGHT_PROMPT - 1;

	return (struct far){
		.base = blocks ? IPCT_FLIGHT_BLOCKING : 0,
		.mask = mask,
		.at = hash,
		.step = hash >> 32 | 1,
		.nr = min_t(u32, mask + 1, FAR_REACH),
	};
}
NOKPROBE_SYMBOL(far_begin);

static u32 far_next(struct far *far)
{
	far->at += far->step;
	return far->base + (far->at & far->mask);
}
NOKPROBE_SYMBOL(far_next);

/**
 * ipct_flight_claim_far() - a slot for the calling task's call, anywhere
 * @blocks: the call may block
 *
 * Context: preemption off. The task has no slot, and none near is free.
 * Return: the slot, whose flags are to have IPCT_FLIGHT_FAR; NULL when the region
 * is full, whoever filled it.
 */
struct ipct_flight *ipct_flight_claim_far(bool blocks)
{
	struct far far = far_begin(blocks);
	u32 i;

	while (far.nr--) {
		i = far_next(&far);
		if (ipct_flight_take(i)) {
			atomic_inc(&ipct_flights.nr_far);
			return &ipct_flights.slot[i];
		}
	}
	return NULL;
}
NOKPROBE_SYMBOL(ipct_flight_claim_far);

static struct ipct_flight *own_near(bool blocks)
{
	u32 place = ipct_flight_place(blocks);
	struct task_struct **task = &ipct_flights.task[place];
	u32 n;

	/* A call that is not watched, because a filter rejected it, looks at all of them. */
#pragma GCC unroll 16
	for (n = 0; n < IPCT_FLIGHT_REACH; n++)
		if (READ_ONCE(task[n]) == current)
			return &ipct_flights.slot[place + n];
	return NULL;
}
NOKPROBE_SYMBOL(own_near);

static struct ipct_flight *own_far(bool blocks)
{
	struct far far = far_begin(blocks);
	u32 i;

	while (far.nr--) {
		i = far_next(&far);
		if (READ_ONCE(ipct_flights.task[i]) == current)
			return &ipct_flights.slot[i];
	}
	return NULL;
}
NOKPROBE_SYMBOL(own_far);

/* The slot of the calling task; @blocks: it may be in a call that may block. */
static __always_inline struct ipct_flight *own(bool blocks)
{
	struct ipct_flight *flight = own_near(false);

	if (!flight && blocks)
		flight = own_near(true);
	if (likely(flight || !atomic_read(&ipct_flights.nr_far)))
		return flight;
	flight = own_far(false);
	return flight || !blocks ? flight : own_far(true);
}

/**
 * ipct_flight_own() - the slot of the calling task, in a call that does not block
 *
 * ipc() may lead to any call, but only 32-bit callers can make it.
 *
 * Context: preemption off.
 * Return: the slot, or NULL when no such call of the task is watched.
 */
struct ipct_flight *ipct_flight_own(void)
{
	return own(!IS_ENABLED(CONFIG_64BIT) || in_compat_syscall());
}
NOKPROBE_SYMBOL(ipct_flight_own);

/* ---- Records ------------------------------------------------------------- */

/* Which argument leads to the user memory that the slot keeps? */
static u8 user_arg(u8 call)
{
	const struct ipct_syscall *row = &ipct_syscalls[call];
	u8 i;

	for (i = 0; i < row->nr_args; i++)
		if (ipct_kind_is_followed(row->args[i].kind))
			return i;
	return 0;
}

static void fill_parts(struct ipctrace_call *record,
		       const struct ipct_flight *flight)
{
	if ((flight->flags & IPCT_FLIGHT_IPC) && flight->kludge_bytes &&
	    flight->kludge_read)
		ipct_record_user(record, IPCTRACE_USER_KLUDGE,
				 IPCTRACE_USER_ENTRY, flight->kludge,
				 flight->kludge_bytes, 0);
	if (flight->flags & IPCT_FLIGHT_USER)
		ipct_record_user(record, user_arg(flight->call),
				 IPCTRACE_USER_ENTRY, flight->user,
				 flight->user_bytes, 0);
	if (flight->flags & IPCT_FLIGHT_TIMEOUT)
		ipct_record_user(record, 3, IPCTRACE_USER_ENTRY,
				 flight->timeout,
				 ipct_flight_timeout_bytes(flight), 0);
}

static struct ipct_filter_verdict verdict_of(const struct ipct_flight *flight)
{
	return (struct ipct_filter_verdict){
		.wanted = flight->wanted,
		.undecided = flight->undecided,
	};
}

/*
 * Say in the finished record of a call in flight who wants it. Return false when
 * nobody does any more. Preemption is off.
 */
static bool add_wanted(struct ipctrace_call *record, bool later,
		       struct ipct_filter_verdict verdict)
{
	u32 wanted = later ? ipct_filter_now(verdict, record->header.time_ns -
						      record->duration_ns) :
			     IPCT_FILTER_MACHINE;

	if (wanted)
		ipct_record_wanted(record, wanted);
	return wanted;
}

/* Now, and since when. */
static void set_time(struct ipctrace_call *record,
		     const struct ipct_flight *flight)
{
	struct ipct_clock_span span = ipct_clock_end(flight->stamp);

	record->header.time_ns = span.ns;
	record->duration_ns = flight->told_ns ? span.ns - flight->told_ns :
						span.duration_ns;
}

static void begin(struct ipctrace_call *record,
		  const struct ipctrace_header *header, struct task_struct *task)
{
	ipct_record_begin(record, header, IPCTRACE_TYPE_ENTER, 0, task,
			  __task_cred(task),
			  task->nsproxy ? task->nsproxy->ipc_ns->ns.inum : 0);
}

/* The record of a call that is in flight, from copies of its slot and registers. */
static void fill(struct ipctrace_call *record, struct task_struct *task,
		 const struct ipct_flight *flight, const struct pt_regs *regs)
{
	const struct ipctrace_header header =
		ipct_record_header(ipct_syscalls[flight->call].family,
				   flight->call, flight->probe->abi);

	/* Only the task itself may look at its namespaces without the lock. */
	if (task == current) {
		begin(record, &header, task);
	} else {
		task_lock(task);
		begin(record, &header, task);
		task_unlock(task);
	}
	ipct_record_args(record, ipct_abi_is_32bit(header.abi), regs);
	ipct_record_pidns(record, task);
	set_time(record, flight);
	record->ret = 0;

	if (flight->flags & IPCT_FLIGHT_IPC)
		record->header.flags |= IPCTRACE_F_IPC;
	if (flight->flags & IPCT_FLIGHT_OBJECT) {
		record->header.flags |= IPCTRACE_F_OBJECT;
		record->object = flight->object;
	} else {
		record->object = (struct ipctrace_object){ };
	}
	fill_parts(record, flight);
}

/*
 * A consistent copy of a slot that is in use and of the registers that its
 * caller entered the kernel with; returns the caller, which RCU keeps. Bytes of
 * the slot that its call has not written are from an earlier one: fill_parts()
 * goes by flags. The stack that the registers are on is there while the call lasts.
 */
static struct task_struct *copy(u32 i, struct ipct_flight *flight,
				struct pt_regs *regs)
{
	const struct ipct_flight *slot = &ipct_flights.slot[i];
	struct task_struct *task;
	u64 stamp;

	/*
	 * FLIGHT:D  stamp before task and contents. Partner FLIGHT:C. Without
	 * it the copy has what a former call left there.
	 */
	stamp = smp_load_acquire(&slot->stamp);
	task = READ_ONCE(ipct_flights.task[i]);
	if (!stamp || !task)
		return NULL;
	/* Torn copies are noticed below. */
	data_race(memcpy(flight, slot, sizeof(*flight)));
	flight->stamp = stamp;
	flight->told_ns = ipct_flight_entered_ns(slot, stamp);
	if (copy_from_kernel_nofault(regs, task_pt_regs(task), sizeof(*regs)))
		return NULL;
	/*
	 * FLIGHT:F  the copy before stamp. Partners FLIGHT:E and FLIGHT:K.
	 * Without it the copy may be of two calls.
	 */
	smp_rmb();
	return ipct_read_u64(&slot->stamp) == stamp ? task : NULL;
}

/**
 * ipct_flight_next() - the calls in flight, one after the other
 * @cursor: in: where to go on, 0 to begin; out: likewise
 * @record: out: a record of IPCTRACE_TYPE_ENTER, room for
 *	IPCTRACE_RECORD_MAX_BYTES
 *
 * Calls may come and go meanwhile.
 *
 * Context: may sleep.
 * Return: whether there was another one.
 */
bool ipct_flight_next(u32 *cursor, struct ipctrace_call *record)
{
	struct ipct_flight flight;
	struct task_struct *task;
	struct pt_regs regs;

	for (; *cursor < nr_slots(); (*cursor)++) {
		bool wanted = false;

		rcu_read_lock();
		task = copy(*cursor, &flight, &regs);
		if (task) {
			fill(record, task, &flight, &regs);
			preempt_disable();
			wanted = add_wanted(record,
					    flight.flags & IPCT_FLIGHT_LATER,
					    verdict_of(&flight));
			preempt_enable();
		}
		rcu_read_unlock();
		if (wanted) {
			(*cursor)++;
			return true;
		}
	}
	return false;
}

static void nothing(void *unused)
{
}

/* Note when the call was entered, so that the record of its end agrees. */
static void note_entry(struct telling *told)
{
	struct ipct_flight *slot = told->slot;

	/*
	 * FLIGHT:K  the call's stamp before its told_ns. Partner FLIGHT:F.
	 * Without it the copy of a former call has this time.
	 */
	smp_store_release(&slot->told_ns, told->record.header.time_ns -
					  told->record.duration_ns);
	/*
	 * FLIGHT:J  told_ns before told_stamp. Partner FLIGHT:I. Without it the
	 * call takes another's time for its own.
	 */
	smp_store_release(&slot->told_stamp, told->stamp);
}

/* Write the records of those calls that have not returned meanwhile. */
static void tell_batch(void)
{
	struct telling *told;
	struct telling *end = telling + nr_telling;

	if (!nr_telling)
		return;
	/*
	 * The rule of one writer: on the ring's CPU, preemption off. And that of
	 * settle.c: the clock and the records within one such section.
	 */
	preempt_disable();
	for (told = telling; told < end; told++) {
		struct ipct_clock_span span = ipct_clock_end(told->stamp);

		told->record.header.time_ns = span.ns;
		told->record.duration_ns = span.duration_ns;
		note_entry(told);
	}
	/*
	 * FLIGHT:M  the clock and told_stamp before stamp. Partner FLIGHT:L.
	 * Without it a record may be later than the end of its call, or that end
	 * not know of the record.
	 */
	smp_call_function(nothing, NULL, 1);
	for (told = telling; told < end; told++) {
		struct ipctrace_call *record = &told->record;

		if (ipct_read_u64(&told->slot->stamp) != told->stamp ||
		    !add_wanted(record, told->later, told->verdict))
			continue;
		record->header.cpu = smp_processor_id();
		memcpy(ipct_buffers_reserve(record->header.len), record,
		       record->header.len);
		ipct_buffers_commit_event(&record->header);
	}
	preempt_enable();
	nr_telling = 0;
}

/* Prepare the entry record of a slot's call. */
static void tell_of(u32 i)
{
	struct telling *told = &telling[nr_telling];
	struct ipct_flight flight;
	struct task_struct *task;
	struct pt_regs regs;

	rcu_read_lock();
	task = copy(i, &flight, &regs);
	if (task)
		fill(&told->record, task, &flight, &regs);
	rcu_read_unlock();
	if (!task)
		return;

	told->slot = &ipct_flights.slot[i];
	told->stamp = flight.stamp;
	told->later = flight.flags & IPCT_FLIGHT_LATER;
	told->verdict = verdict_of(&flight);
	if (++nr_telling == TELL_BATCH)
		tell_batch();
}

static bool is_old(u64 stamp)
{
	return ipct_clock_end(stamp).duration_ns >= TELL_MS * NSEC_PER_MSEC;
}

/* Entry records for the old calls of a group. Return whether there are young ones. */
static bool tell_group(u32 group, bool *any)
{
	u32 i = group << IPCT_FLIGHT_GROUP_SHIFT;
	u32 end = i + GROUP_SLOTS;
	bool young = false;

	for (; i < end; i++) {
		struct ipct_flight *slot = &ipct_flights.slot[i];
		u64 stamp;

		if (!READ_ONCE(ipct_flights.task[i]))
			continue;
		*any = true;
		stamp = ipct_read_u64(&slot->stamp);
		if (stamp && ipct_read_u64(&slot->told_stamp) == stamp)
			continue;
		/* tell_of() looks again, in order. */
		if (stamp && is_old(stamp))
			tell_of(i);
		else
			young = true;
	}
	return young;
}

static void arm_all(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu(ipct_cpu, cpu).flight_armed, true);
	/*
	 * FLIGHT:H  armed before used and the slots. Partner FLIGHT:G. Without
	 * it a call could go unnoticed until the next one.
	 */
	smp_mb();
}

static void tell(struct work_struct *work)
{
	u32 groups = nr_slots() >> IPCT_FLIGHT_GROUP_SHIFT;
	bool young = false;
	u32 group;

	arm_all();
	for (group = 0; group < groups; group++) {
		bool any = false;

		if (!READ_ONCE(ipct_flights.used[group]))
			continue;
		WRITE_ONCE(ipct_flights.used[group], 0);
		/*
		 * FLIGHT:B  used cleared before the slots. Partner FLIGHT:A.
		 * Without it a slot that is taken now is not looked at again.
		 */
		smp_mb();
		young |= tell_group(group, &any);
		if (any)
			WRITE_ONCE(ipct_flights.used[group], 1);
		cond_resched();
	}
	tell_batch();
	if (young)
		queue_delayed_work(tell_queue, &tell_work,
				   msecs_to_jiffies(TELL_MS));
}

/*
 * A handler found its CPU armed. In a hard interrupt, or in a thread on realtime
 * kernels.
 */
static void start_worker(struct irq_work *work)
{
	queue_delayed_work(tell_queue, &tell_work, msecs_to_jiffies(TELL_MS));
}

/* ---- Tasks that end inside a call -------------------------------------------- */

/*
 * A task that faults in the kernel exits where it is: its call never returns. Its
 * slot is then given back, so all tasks in the table are alive.
 */
static struct tracepoint *exit_tracepoint;

static void note_tracepoint(struct tracepoint *tracepoint, void *unused)
{
	if (!strcmp(tracepoint->name, "sched_process_exit"))
		exit_tracepoint = tracepoint;
}

/* No filter is asked: how the call would have ended is not known. */
static void died(struct ipct_flight *slot)
{
	struct ipct_flight flight = *slot;
	struct ipctrace_call *record;

	flight.stamp = ipct_flight_end(slot);
	if (flight.flags & IPCT_FLIGHT_FAR)
		ipct_flight_leave_far();
	/* Without a stamp it was our own handler that faulted. */
	if (flight.stamp) {
		flight.told_ns = ipct_flight_entered_ns(slot, flight.stamp);
		record = ipct_buffers_reserve(TELL_BYTES);
		fill(record, current, &flight, task_pt_regs(current));
		record->header.type = IPCTRACE_TYPE_DIED;
		record->header.cpu = smp_processor_id();
		if (add_wanted(record, flight.flags & IPCT_FLIGHT_LATER,
			       verdict_of(&flight)))
			ipct_buffers_commit_event(&record->header);
		else
			ipct_filter_reject();
	}
	ipct_flight_release(slot);
}

static void on_exit(void *data, struct task_struct *task IPCT_COMPAT_EXIT_MORE)
{
	struct ipct_flight *flight;

	preempt_disable();
	flight = own(true);
	if (unlikely(flight))
		died(flight);
	preempt_enable();
}

/* Also while paused, when calls may still be in flight. */
static void watch_exits(void)
{
	for_each_kernel_tracepoint(note_tracepoint, NULL);
	if (!exit_tracepoint ||
	    tracepoint_probe_register(exit_tracepoint, on_exit, NULL)) {
		exit_tracepoint = NULL;
		pr_warn("exits are not seen: a task that dies inside a call stays in flight\n");
	}
}

static void ignore_exits(void)
{
	if (!exit_tracepoint)
		return;
	tracepoint_probe_unregister(exit_tracepoint, on_exit, NULL);
	tracepoint_synchronize_unregister();
}

/* ---- Start and stop ---------------------------------------------------------- */

static void free_table(void)
{
	vfree(ipct_flights.slot);
	kvfree(ipct_flights.used);
	kvfree(ipct_flights.task);
}

/**
 * ipct_flight_init() - allocate the table
 * @max_blocked: calls in flight to have room for, from 1
 *
 * The table has at least twice as many slots for calls that may block, so that
 * a task finds one within IPCT_FLIGHT_REACH unless somebody prevents it on purpose.
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int ipct_flight_init(unsigned int max_blocked)
{
	unsigned int cpu;
	u32 i, slots;

	ipct_flights.mask = max_t(u32, 2 * roundup_pow_of_two(max_blocked),
				  GROUP_SLOTS) - 1;
	slots = nr_slots();
	ipct_flights.secret = get_random_u64();
	atomic_set(&ipct_flights.nr_far, 0);
	ipct_flights.task = kvcalloc(slots, sizeof(*ipct_flights.task),
				     GFP_KERNEL);
	ipct_flights.used = kvzalloc(slots >> IPCT_FLIGHT_GROUP_SHIFT,
				     GFP_KERNEL);
	ipct_flights.slot = vzalloc(array_size(slots,
					       sizeof(*ipct_flights.slot)));
	tell_queue = alloc_workqueue("ipctrace-tell", WQ_UNBOUND, 1);
	if (!ipct_flights.task || !ipct_flights.used || !ipct_flights.slot ||
	    !tell_queue) {
		if (tell_queue)
			destroy_workqueue(tell_queue);
		free_table();
		return -ENOMEM;
	}
	for (i = 0; i < slots; i++)
		ipct_flights.slot[i].owner = &ipct_flights.task[i];
	for_each_possible_cpu(cpu)
		init_irq_work(&per_cpu_ptr(&ipct_cpu, cpu)->tell, start_worker);
	arm_all();
	watch_exits();
	return 0;
}

/**
 * ipct_flight_died() - calls whose task ended inside them
 */
u64 ipct_flight_died(void)
{
	return ipct_buffers_events(IPCTRACE_TYPE_DIED);
}

/**
 * ipct_flight_exit() - free the table
 *
 * Context: may sleep; no handler runs any more.
 */
void ipct_flight_exit(void)
{
	unsigned int cpu;

	ignore_exits();
	for_each_possible_cpu(cpu)
		irq_work_sync(&per_cpu_ptr(&ipct_cpu, cpu)->tell);
	cancel_delayed_work_sync(&tell_work);
	destroy_workqueue(tell_queue);
	free_table();
}

/**
 * ipct_flight_count() - calls in flight
 *
 * Context: may sleep; others come and go meanwhile.
 */
u32 ipct_flight_count(void)
{
	u32 i, nr = 0;

	for (i = 0; i < nr_slots(); i++) {
		nr += !!READ_ONCE(ipct_flights.task[i]);
		if (i % GROUP_SLOTS == 0)
			cond_resched();
	}
	return nr;
}

/**
 * ipct_flight_bytes() - memory that the table takes
 */
u64 ipct_flight_bytes(void)
{
	return (u64)nr_slots() * (sizeof(*ipct_flights.task) +
				  sizeof(*ipct_flights.slot)) +
	       (nr_slots() >> IPCT_FLIGHT_GROUP_SHIFT) + sizeof(telling);
}
