// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: clock
 *
 * Reading the clock twice is a good part of what a record costs: each time is
 * an indirect call. Where CLOCK_MONOTONIC counts the processor's cycles the
 * handlers read the counter themselves when a call begins, and convert to
 * nanoseconds when it ends, with the timekeeper's own figures. The timekeeper
 * hands out its figures to whoever asks whenever it changes them, which is once
 * a tick; KVM uses that for the clock that it gives to guests.
 *
 * So the handlers' clock is the kernel's. Where the kernel's clock counts
 * something else, or changes to something else (a watchdog found the cycles
 * unstable), they ask the kernel each time.
 *
 * The conversion is exact for any number of cycles, as long as the timekeeper's
 * figures are those of the time. In a guest that is stopped for hours the cycles
 * may go on without the timekeeper, and the first calls after that may come
 * before its next tick. For a call that lasts, flight.c notes its begin in
 * nanoseconds within a few ticks.
 */
#include <linux/kprobes.h>
#include <linux/minmax.h>
#include <linux/notifier.h>
#include <linux/timekeeper_internal.h>

#include "clock.h"

/* The timekeeper's figures. */
struct ipct_clock ipct_clock __cacheline_aligned = {
	.seq = SEQCNT_ZERO(ipct_clock.seq),
};

/* The highest bit of a stamp tells cycles from nanoseconds. */
static bool stampable(const struct tk_read_base *base)
{
	return ipct_compat_counts_cycles(base->clock) &&
	       !(base->cycle_last >> 62);
}

/* Context: the timekeeper's lock is held, interrupts are off. */
static int update(struct notifier_block *nb, unsigned long unused, void *data)
{
	const struct timekeeper *timekeeper = data;
	const struct tk_read_base *base = &timekeeper->tkr_mono;

	raw_write_seqcount_begin(&ipct_clock.seq);
	WRITE_ONCE(ipct_clock.counts_cycles, stampable(base));
	if (ipct_clock.counts_cycles) {
		ipct_clock.mult = base->mult;
		ipct_clock.shift = base->shift;
		ipct_clock.cycles = base->cycle_last;
		ipct_clock.rest = base->xtime_nsec;
		ipct_clock.ns = ktime_to_ns(base->base);
	}
	raw_write_seqcount_end(&ipct_clock.seq);
	return NOTIFY_OK;
}

static struct notifier_block notifier = { .notifier_call = update };

/*
 * ipct_cycles_many() - ipct_cycles_ns() for many cycles; see cycles.h
 */
u64 ipct_cycles_many(u64 cycles, u32 mult, u32 shift, u64 rest)
{
	return ipct_cycles_exactly(cycles, mult, shift, rest);
}
NOKPROBE_SYMBOL(ipct_cycles_many);

static u64 since(u64 stamp, u64 now_ns)
{
	u64 duration_ns;
	unsigned int seq;

	if (stamp & IPCT_CLOCK_NS)
		return max_t(s64, now_ns - (stamp & ~IPCT_CLOCK_NS), 0);
	do {
		seq = raw_read_seqcount_begin(&ipct_clock.seq);
		duration_ns = ipct_cycles_ns(ipct_compat_cycles() - stamp,
					     ipct_clock.mult,
					     ipct_clock.shift, 0);
	} while (read_seqcount_retry(&ipct_clock.seq, seq));
	return duration_ns;
}
NOKPROBE_SYMBOL(since);

/**
 * ipct_clock_end_slowly() - ipct_clock_end() by the kernel's clock
 * @stamp: a moment, however it was noted
 *
 * If the clock counted cycles then and no longer does, the duration is computed
 * from the cycles since, at their last rate.
 *
 * Context: as ipct_clock_end().
 * Return: likewise.
 */
struct ipct_clock_span ipct_clock_end_slowly(u64 stamp)
{
	u64 now_ns = ktime_get_ns();

	return (struct ipct_clock_span){ now_ns, since(stamp, now_ns) };
}
NOKPROBE_SYMBOL(ipct_clock_end_slowly);

/**
 * ipct_clock_init() - get the timekeeper's figures from now on
 *
 * Context: may sleep; before the first probe.
 */
void ipct_clock_init(void)
{
	ipct_compat_timekeeper_watch(&notifier);
}

/**
 * ipct_clock_exit() - get no more figures
 *
 * Context: may sleep; no handler runs any more.
 */
void ipct_clock_exit(void)
{
	ipct_compat_timekeeper_unwatch(&notifier);
}
