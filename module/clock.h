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
#include <linux/minmax.h>
#include <linux/seqlock.h>

#include "compat.h"

/**
 * struct ipct_clock - how the timekeeper makes nanoseconds of cycles
 * @seq: odd while the others change
 * @counts_cycles: it does; else the others are as they last were
 * @mult: nanoseconds of a cycle, shifted
 * @shift: by how much
 * @cycles: when the timekeeper last looked
 * @rest: nanoseconds at that moment that @ns has not, shifted
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

/* Stamps of nanoseconds are marked, for the clock may change at any time. */
#define IPCT_CLOCK_NS	BIT_ULL(63)

u64 ipct_clock_scale_many(u64 cycles, u32 mult, u32 shift);

/* Nanoseconds of cycles. */
static __always_inline u64 ipct_clock_scale(u64 cycles, u32 mult, u32 shift)
{
	if (likely(cycles <= U32_MAX))
		return cycles * mult >> shift;
	return ipct_clock_scale_many(cycles, mult, shift);
}

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

/* Cycles of one processor may be behind another's by a few. */
static __always_inline u64 ipct_clock_elapsed(u64 from, u64 to)
{
	return max_t(s64, to - from, 0);
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
	u64 now, shifted;
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
		shifted = ipct_clock_elapsed(ipct_clock.cycles, now) * mult +
			  ipct_clock.rest;
		span.ns = (shifted >> shift) + ipct_clock.ns;
	} while (read_seqcount_retry(&ipct_clock.seq, seq));

	span.duration_ns = ipct_clock_scale(ipct_clock_elapsed(stamp, now),
					    mult, shift);
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
