/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The calls in flight: what must be kept until a call returns, and the list of
 * those that have not; see flight.c.
 *
 * Locking: none. A slot belongs to the task that claimed it until it releases
 * it; others read it between checks. The ordering points are in flight.c.
 */
#ifndef _IPCT_FLIGHT_H
#define _IPCT_FLIGHT_H

#include <linux/atomic.h>
#include <linux/sched.h>

#include <ipctrace/ipctrace.h>

#include "poison.h"
#include "shared/portable.h"
#include "probe.h"

/* Bytes of user memory kept from a call's entry: all that a record may have. */
#define IPCT_FLIGHT_USER_BYTES	192

#define IPCT_FLIGHT_OBJECT	0x01	/* object is valid */
#define IPCT_FLIGHT_IPC		0x02	/* by ipc() */
#define IPCT_FLIGHT_CREATED	0x04	/* the kernel made an object */
#define IPCT_FLIGHT_SET		0x08	/* set_* are valid */
#define IPCT_FLIGHT_SEGMENT	0x10	/* segment_* are valid */
#define IPCT_FLIGHT_USER	0x20	/* user memory could be read at entry */
#define IPCT_FLIGHT_TIMEOUT	0x40	/* so could the timeout */
#define IPCT_FLIGHT_QBYTES	0x80	/* qbytes is valid */
#define IPCT_FLIGHT_LATER	0x100	/* its end decides who wants it */
#define IPCT_FLIGHT_FAR		0x200	/* it is far from its task's place */
#define IPCT_FLIGHT_CHANGES	0x400	/* it is to change or remove its object */

/**
 * struct ipct_flight - a call in flight
 * @stamp: when it was entered, see ipct_clock_stamp(); 0 while the members that
 *	are marked (r) are not filled in
 * @owner: whose it is: this slot's place in struct ipct_flights.task
 * @probe: the probe that it hit (r)
 * @told_stamp: stamp of a call in this slot for which an IPCTRACE_TYPE_ENTER
 *	record is written, unless it ends meanwhile; the worker's
 * @told_ns: when that call was entered, CLOCK_MONOTONIC; likewise
 * @call: enum ipctrace_call_id, of the call behind ipc() too (r)
 * @flags: IPCT_FLIGHT_* (r)
 * @user_bytes: bytes in @user, or how many could not be read (r)
 * @creation: of a *get() call: ipct_creation.at_entry when it began
 * @object: the object when the call began (r)
 * @kludge_read: @kludge could be read
 * @kludge_bytes: bytes in @kludge, or how many could not be read
 * @kludge: what ipc()'s ptr leads to
 * @nsems: semaphores of the set, 0 where not known
 * @timeout: timeout of semtimedop() (r)
 * @wanted: with IPCT_FLIGHT_LATER: who wants it for certain (r)
 * @user: see @user_bytes (r)
 * @undecided: with IPCT_FLIGHT_LATER: for whom its end decides (r)
 * @segment_id: segment that is attached or detached
 * @segment_bytes: its size
 * @segment_addr: its address
 * @segment_ns: its IPC namespace, 0 where not known
 * @set_uid: what IPC_SET asked for, as the kernel read it
 * @set_gid: likewise
 * @set_mode: likewise
 * @qbytes: msg_qbytes before IPC_SET
 */
struct ipct_flight {
	aligned_u64 stamp;
	struct task_struct **owner;
	const struct ipct_probe *probe;
	aligned_u64 told_stamp;
	aligned_u64 told_ns;
	bool kludge_read;
	u8 call;
	u16 flags;
	u16 user_bytes;
	u16 kludge_bytes;
	u32 creation;
	u32 nsems;
	struct ipctrace_object object;
	u32 kludge[2];
	u32 wanted;
	u8 timeout[16] __aligned(8);
	u8 user[IPCT_FLIGHT_USER_BYTES] __aligned(8);
	u32 undecided;
	s32 segment_id;
	u64 segment_bytes;
	u64 segment_addr;
	u32 segment_ns;
	u32 set_uid;
	u32 set_gid;
	u32 set_mode;
	u64 qbytes;
};

/* How far from its place by number a task is first looked for */
#define IPCT_FLIGHT_REACH	16
#define IPCT_FLIGHT_GROUP_SHIFT	6	/* slots in a group: 64 */
#define IPCT_FLIGHT_GROUP	(1 << IPCT_FLIGHT_GROUP_SHIFT)

static_assert(IPCT_FLIGHT_REACH <= IPCT_FLIGHT_GROUP);

/*
 * Two regions, so that sleepers in calls that may block can never take the slots
 * of the other calls. The number of places in each is a power of two; a group of
 * slots follows the last place, so that a search never has to wrap around.
 */
#define IPCT_FLIGHT_PROMPT	1024	/* places for calls that do not block */
#define IPCT_FLIGHT_BLOCKING	(IPCT_FLIGHT_PROMPT + IPCT_FLIGHT_GROUP)

/**
 * struct ipct_flights - the table of calls in flight
 * @mask: places for calls that may block, less one
 * @secret: decides where far slots are looked for
 * @nr_far: slots taken that are far from their tasks' places
 * @task: by slot: the task whose call it is, NULL where free
 * @used: by group of slots: whether some may be taken
 * @slot: by slot: the call
 */
struct ipct_flights {
	u32 mask;
	u64 secret;
	atomic_t nr_far;
	struct task_struct **task;
	u8 *used;
	struct ipct_flight *slot;
};

extern struct ipct_flights ipct_flights;

/* Mark a group, if the worker has cleared its mark. */
static __always_inline void ipct_flight_use(u32 group)
{
	if (likely(READ_ONCE(ipct_flights.used[group])))
		return;
	WRITE_ONCE(ipct_flights.used[group], 1);
	/*
	 * FLIGHT:G  used before armed, which the caller of ipct_flight_claim()
	 * looks at. Partner FLIGHT:H. Without it the call could go unnoticed
	 * until the next one. Whoever finds the mark already made needs no
	 * barrier: a store that one other CPU sees, all see.
	 */
	smp_mb();
}

/* The calling task's place, for a call that may block or one that does not. */
static __always_inline u32 ipct_flight_place(bool blocks)
{
	return blocks ? IPCT_FLIGHT_BLOCKING +
			(current->pid & ipct_flights.mask) :
			current->pid & (IPCT_FLIGHT_PROMPT - 1);
}

/* Take a slot for the calling task. Return false when it is taken. */
static __always_inline bool ipct_flight_take(u32 i)
{
	if (READ_ONCE(ipct_flights.task[i]))
		return false;
	/*
	 * FLIGHT:A  the slot before used, by the full barrier of cmpxchg().
	 * Partner FLIGHT:B. Without it the worker takes a group for empty that
	 * is not.
	 */
	if (cmpxchg(&ipct_flights.task[i], NULL, current))
		return false;
	ipct_flight_use(i >> IPCT_FLIGHT_GROUP_SHIFT);
	ipct_poison_fill(&ipct_flights.slot[i].kludge_read,
			 sizeof(struct ipct_flight) -
			 offsetof(struct ipct_flight, kludge_read));
	return true;
}

/**
 * ipct_flight_claim() - a slot for the calling task's call, near its place
 * @blocks: the call may block
 *
 * Context: preemption off. The task has no slot.
 * Return: the slot, or NULL when none is free: ipct_flight_claim_far().
 */
static __always_inline struct ipct_flight *ipct_flight_claim(bool blocks)
{
	u32 i = ipct_flight_place(blocks);
	u32 end = i + IPCT_FLIGHT_REACH;

	for (; i < end; i++)
		if (ipct_flight_take(i))
			return &ipct_flights.slot[i];
	return NULL;
}

struct ipct_flight *ipct_flight_claim_far(bool blocks);
struct ipct_flight *ipct_flight_own(void);

/**
 * ipct_flight_leave_far() - a slot with IPCT_FLIGHT_FAR will be released
 */
static inline void ipct_flight_leave_far(void)
{
	atomic_dec(&ipct_flights.nr_far);
}

/**
 * ipct_flight_publish() - let others see the slot
 * @flight: the slot
 * @stamp: when the call was entered
 *
 * Context: the task that claimed it, preemption off.
 */
static __always_inline void ipct_flight_publish(struct ipct_flight *flight,
						u64 stamp)
{
	/*
	 * FLIGHT:C  the slot's contents before stamp. Partner FLIGHT:D.
	 * Without it another CPU reads what a former call left there.
	 */
	smp_store_release(&flight->stamp, stamp);
}

/**
 * ipct_flight_end() - let all others see that the call is no longer in flight
 * @flight: the slot, which remains the caller's
 *
 * Context: the task that claimed it, preemption off. It has not yet looked at
 * the clock for the time of the end.
 * Return: the call's stamp.
 */
static __always_inline u64 ipct_flight_end(struct ipct_flight *flight)
{
	u64 stamp = flight->stamp;

	/*
	 * FLIGHT:L  no stamp before the clock, and before told_stamp, in the
	 * order of the program. Partner FLIGHT:M. Otherwise an entry record may
	 * be later than the end.
	 */
	ipct_write_u64(&flight->stamp, 0);
	barrier();
	return stamp;
}

/**
 * ipct_flight_release() - give the slot back
 * @flight: the slot
 *
 * Context: the task that claimed it, preemption off, after ipct_flight_end().
 */
static __always_inline void ipct_flight_release(struct ipct_flight *flight)
{
	/*
	 * FLIGHT:E  the end of stamp before the slot is free. Partner FLIGHT:F.
	 * Without it a reader mixes two calls.
	 */
	smp_store_release(flight->owner, NULL);
}

/**
 * ipct_flight_entered_ns() - when a call was entered, as its entry record says
 * @slot: its slot
 * @stamp: when it was entered
 *
 * Context: any.
 * Return: CLOCK_MONOTONIC, or 0 when there is no such record.
 */
static __always_inline u64 ipct_flight_entered_ns(const struct ipct_flight *slot,
						  u64 stamp)
{
	/*
	 * FLIGHT:I  told_stamp before told_ns. Partner FLIGHT:J. Without it
	 * the time is that of another call.
	 */
	if (likely(smp_load_acquire(&slot->told_stamp) != stamp))
		return 0;
	return ipct_read_u64(&slot->told_ns);
}

/**
 * ipct_flight_timeout_bytes() - size of semtimedop()'s timeout
 * @flight: the call
 *
 * Return: that of struct __kernel_timespec or struct old_timespec32.
 */
static __always_inline u32
ipct_flight_timeout_bytes(const struct ipct_flight *flight)
{
	return flight->flags & IPCT_FLIGHT_IPC || flight->probe->time32 ? 8 : 16;
}

int ipct_flight_init(unsigned int max_blocked);
void ipct_flight_exit(void);
u64 ipct_flight_bytes(void);
u32 ipct_flight_count(void);
u64 ipct_flight_died(void);

bool ipct_flight_next(u32 *cursor, struct ipctrace_call *record);

#endif /* _IPCT_FLIGHT_H */
