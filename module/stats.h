/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of each call, on each CPU.
 *
 * Locking: none. A CPU writes its own counters, preemption off; u64_stats_sync
 * lets others read them whole where 64-bit words are not.
 */
#ifndef _IPCT_STATS_H
#define _IPCT_STATS_H

#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/percpu.h>
#include <linux/u64_stats_sync.h>

#include <ipctrace/ipctrace.h>

/**
 * struct ipct_call_counters - one call on one CPU
 * @sync: see Locking
 * @errors: calls that returned an error
 * @total_ns: sum of durations
 * @min_ns: shortest duration, U64_MAX without calls
 * @max_ns: longest duration
 * @buckets: calls by duration; their sum is the number of calls
 */
struct ipct_call_counters {
	struct u64_stats_sync sync;
	u64 errors;
	u64 total_ns;
	u64 min_ns;
	u64 max_ns;
	u64 buckets[IPCTRACE_NR_BUCKETS];
};

/* Is the result of a call -errno? */
static __always_inline bool ipct_is_error(s64 ret)
{
	return unlikely((u64)ret >= (u64)-MAX_ERRNO);
}

extern struct ipct_call_counters __percpu *ipct_stats[IPCTRACE_NR_CALLS];

/**
 * ipct_stats_count() - count a finished call
 * @stats: counters of the call
 * @duration_ns: how long it took, less than 2^63
 * @ret: what it returned
 *
 * Context: preemption off, process context.
 */
static __always_inline void
ipct_stats_count(struct ipct_call_counters __percpu *stats, u64 duration_ns,
		 s64 ret)
{
	struct ipct_call_counters *counters = this_cpu_ptr(stats);

	u64_stats_update_begin(&counters->sync);
	counters->total_ns += duration_ns;
	if (unlikely(duration_ns < counters->min_ns))
		counters->min_ns = duration_ns;
	if (unlikely(duration_ns > counters->max_ns))
		counters->max_ns = duration_ns;
	counters->buckets[(u32)fls64(duration_ns) % IPCTRACE_NR_BUCKETS]++;
	if (ipct_is_error(ret))
		counters->errors++;
	u64_stats_update_end(&counters->sync);
}

int ipct_stats_init(void);
void ipct_stats_exit(void);
void ipct_stats_sum(struct ipctrace_call_stats *stats);
u64 ipct_stats_percentile(const struct ipctrace_call_stats *stats,
			  unsigned int percent);

#endif /* _IPCT_STATS_H */
