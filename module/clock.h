/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CLOCK_MONOTONIC for handlers; see clock.c.
 *
 * Locking: ipct_clock.seq; written by the timekeeper only.
 */
#ifndef _IPCT_CLOCK_H
#define _IPCT_CLOCK_H

#include <linux/cache.h>
#include <linux/ktime.h>
#include <linux/seqlock.h>

#include "compat.h"
#include "cycles.h"

/**
 * struct ipct_clock - how the timekeeper converts cycles to nanoseconds
 * @seq: odd while the others change
 * @counts_cycles: the clock counts cycles; else the others have their last values
 * @mult: nanoseconds of a cycle, shifted
 * @shift: by how much
 * @cycles: when the timekeeper last looked
 * @rest: nanoseconds at that moment beyond @ns, shifted
 * @ns: CLOCK_MONOTONIC at that moment
 */
struct ipct_clock {
	seqcount_t seq;
	bool counts_cycles;
	u32 mult;
	u32 shift;
	u64 cycles;
	u64 rest;
	u64 ns;
};

extern struct ipct_clock ipct_clock;

/* Marks stamps in nanoseconds, since the clock may change at any time. */
#define IPCT_CLOCK_NS	BIT_ULL(63)

/**
 * struct ipct_clock_span - a time that ends now
 * @ns: now, CLOCK_MONOTONIC
 * @duration_ns: since when, less than 2^63
 */
struct ipct_clock_span {
	u64 ns;
	u64 duration_ns;
};

struct ipct_clock_span ipct_clock_end_slowly(u64 stamp);

/**
 * ipct_clock_stamp() - this moment, as cheaply as it can be told
 *
 * Context: any.
 * Return: what ipct_clock_end() takes.
 */
static __always_inline u64 ipct_clock_stamp(void)
{
	if (likely(READ_ONCE(ipct_clock.counts_cycles)))
		return ipct_compat_cycles();
	return ktime_get_ns() | IPCT_CLOCK_NS;
}

/**
 * ipct_clock_end() - this moment, and how long ago another one was
 * @stamp: the other one
 *
 * Context: any but a non-maskable interrupt.
 * Return: the time between them.
 */
static __always_inline struct ipct_clock_span ipct_clock_end(u64 stamp)
{
	struct ipct_clock_span span;
	u64 now;
	u32 mult, shift;
	unsigned int seq;

	do {
		seq = raw_read_seqcount_begin(&ipct_clock.seq);
		if (unlikely(!ipct_clock.counts_cycles ||
			     stamp & IPCT_CLOCK_NS))
			return ipct_clock_end_slowly(stamp);
		mult = ipct_clock.mult;
		shift = ipct_clock.shift;
		now = ipct_compat_cycles();
		/* The timekeeper may not have run for long: a stopped guest. */
		span.ns = ipct_cycles_ns(now - ipct_clock.cycles, mult, shift,
					 ipct_clock.rest) + ipct_clock.ns;
	} while (read_seqcount_retry(&ipct_clock.seq, seq));

	span.duration_ns = ipct_cycles_ns(now - stamp, mult, shift, 0);
	return span;
}

/**
 * ipct_clock_ns() - this moment
 *
 * The same clock as that of ipct_clock_end(), to the last nanosecond.
 *
 * Context: any but a non-maskable interrupt.
 * Return: CLOCK_MONOTONIC.
 */
static inline u64 ipct_clock_ns(void)
{
	return ipct_clock_end(ipct_clock_stamp()).ns;
}

void ipct_clock_init(void);
void ipct_clock_exit(void);

#endif /* _IPCT_CLOCK_H */
