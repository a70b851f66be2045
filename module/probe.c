// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: probe
 *
 * What the handlers of calls know of their probe, and what they count on each
 * CPU. All of them use it; probes.c, which puts the probes in place, is above.
 */
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/percpu.h>

#include "probe.h"
#include "shared/portable.h"

/*
 * ipct_probe_counters - hits and misses of this CPU
 */
DEFINE_PER_CPU(struct ipct_probe_counters, ipct_probe_counters);

/**
 * ipct_probe_missed_by_cpu() - calls that a CPU could not watch
 * @cpu: a possible CPU
 */
u64 ipct_probe_missed_by_cpu(u32 cpu)
{
	const struct ipct_probe_counters *counters =
		per_cpu_ptr(&ipct_probe_counters, cpu);
	u64 missed = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(counters->missed); i++)
		missed += ipct_read_u64(&counters->missed[i]);
	return missed;
}

/**
 * ipct_probe_calls() - calls that entered while recording
 *
 * Each of them has ended since, is in flight, was missed, or was rejected by the
 * filter.
 */
u64 ipct_probe_calls(void)
{
	unsigned int cpu;
	u64 calls = 0;

	for_each_possible_cpu(cpu)
		calls += ipct_read_u64(&per_cpu(ipct_probe_counters, cpu).calls);
	return calls;
}
