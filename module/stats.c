// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: stats
 *
 * Every finished call is counted, whether somebody reads records or not. The
 * counters are summed over CPUs when somebody asks.
 */
#include <linux/cpumask.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "stats.h"

/*
 * ipct_stats - the counters, by enum ipctrace_call_id and CPU
 */
struct ipct_call_counters __percpu *ipct_stats[IPCTRACE_NR_CALLS];

/**
 * ipct_stats_init() - allocate the counters
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int ipct_stats_init(void)
{
	unsigned int cpu, call;

	for (call = 0; call < IPCTRACE_NR_CALLS; call++) {
		ipct_stats[call] = alloc_percpu(struct ipct_call_counters);
		if (!ipct_stats[call]) {
			ipct_stats_exit();
			return -ENOMEM;
		}
		for_each_possible_cpu(cpu) {
			struct ipct_call_counters *counters =
				per_cpu_ptr(ipct_stats[call], cpu);

			u64_stats_init(&counters->sync);
			counters->min_ns = U64_MAX;
		}
	}
	return 0;
}

/**
 * ipct_stats_exit() - free the counters
 *
 * Context: no handler runs any more.
 */
void ipct_stats_exit(void)
{
	unsigned int call;

	for (call = 0; call < IPCTRACE_NR_CALLS; call++) {
		free_percpu(ipct_stats[call]);
		ipct_stats[call] = NULL;
	}
}

static void read_cpu(unsigned int cpu, u32 call,
		     struct ipct_call_counters *counters)
{
	const struct ipct_call_counters *from =
		per_cpu_ptr(ipct_stats[call], cpu);
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&from->sync);
		/*
		 * Where 64-bit words are read whole this never repeats: each
		 * word is as it was at some time meanwhile.
		 */
		data_race(*counters = *from);
	} while (u64_stats_fetch_retry(&from->sync, start));
}

/**
 * ipct_stats_sum() - counters of a call over all CPUs
 * @stats: in: call, which must exist; out: the rest but missed
 *
 * Context: any.
 */
void ipct_stats_sum(struct ipctrace_call_stats *stats)
{
	struct ipct_call_counters counters;
	unsigned int cpu, i;
	u64 min_ns = U64_MAX;

	*stats = (struct ipctrace_call_stats){ .call = stats->call };
	for_each_possible_cpu(cpu) {
		read_cpu(cpu, stats->call, &counters);
		stats->errors += counters.errors;
		stats->total_ns += counters.total_ns;
		min_ns = min(min_ns, counters.min_ns);
		stats->max_ns = max_t(u64, stats->max_ns, counters.max_ns);
		for (i = 0; i < IPCTRACE_NR_BUCKETS; i++) {
			stats->buckets[i] += counters.buckets[i];
			stats->calls += counters.buckets[i];
		}
	}
	if (stats->calls)
		stats->min_ns = min_ns;
}

/**
 * ipct_stats_percentile() - duration that so many percent do not exceed
 * @stats: counters
 * @percent: 1 to 100
 *
 * Returns the longest duration of the bucket, so at most twice the true one,
 * and never more than the maximum.
 *
 * Return: ns, 0 without calls.
 */
u64 ipct_stats_percentile(const struct ipctrace_call_stats *stats,
			  unsigned int percent)
{
	u64 rank = div_u64(stats->calls * percent + 99, 100);
	u64 count = 0;
	unsigned int i;

	if (!stats->calls)
		return 0;
	for (i = 0; i < IPCTRACE_NR_BUCKETS - 1; i++) {
		count += stats->buckets[i];
		if (count >= rank)
			break;
	}
	if (i == IPCTRACE_NR_BUCKETS - 1)
		return stats->max_ns;
	return min_t(u64, stats->max_ns, (1ULL << i) - 1);
}
