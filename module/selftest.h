/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Do the probes fire? See selftest.c.
 *
 * Locking: runs are the callers', one at a time. While there is one handlers look
 * at who the tester is, behind the filter's static key.
 */
#ifndef _IPCT_SELFTEST_H
#define _IPCT_SELFTEST_H

#include <linux/percpu.h>
#include <linux/sched.h>

#include "compat.h"
#include "probes.h"

extern struct task_struct *ipct_selftest_task;
extern bool ipct_selftest_seen[IPCT_NR_PROBES];

/**
 * ipct_selftest_is_me() - is the calling task the tester?
 */
static __always_inline bool ipct_selftest_is_me(void)
{
	return unlikely(READ_ONCE(ipct_selftest_task) == current);
}

/**
 * ipct_selftest_call() - a call begins: is it the tester's?
 * @probe: the probe that it hit
 *
 * Then it is noted, and not counted.
 *
 * Context: the calling task, preemption off; ipct_filter_active().
 */
static inline bool ipct_selftest_call(const struct ipct_probe *probe)
{
	if (!ipct_selftest_is_me())
		return false;
	WRITE_ONCE(ipct_selftest_seen[probe->index], true);
	ipct_compat_uncount(ipct_probe_counters.calls);
	return true;
}

int ipct_selftest_run(const struct ipct_probe *probes, u32 nr, u32 *events);

#endif /* _IPCT_SELFTEST_H */
