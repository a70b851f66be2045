/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How handlers know the tester; see tester.c.
 *
 * Locking: none. There is one test at a time; only then do handlers look who the
 * tester is, behind the filter's static key.
 */
#ifndef _IPCT_TESTER_H
#define _IPCT_TESTER_H

#include <linux/percpu.h>
#include <linux/sched.h>

#include "compat.h"
#include "probe.h"

extern struct task_struct *ipct_tester;
extern bool ipct_tester_seen[IPCT_NR_PROBES];
extern bool ipct_tester_watched[IPCT_NR_PROBES];
extern bool ipct_tester_returned[IPCT_NR_PROBES];

void ipct_tester_begin(void);
bool ipct_tester_fires(const struct ipct_probe *probe);

/**
 * ipct_tester_is_me() - is the calling task the tester?
 */
static __always_inline bool ipct_tester_is_me(void)
{
	return unlikely(READ_ONCE(ipct_tester) == current);
}

/**
 * ipct_tester_call() - a call begins: is it the tester's?
 * @probe: the probe that it hit
 *
 * If so it is noted, and not counted.
 *
 * Context: the calling task, preemption off; ipct_filter_active().
 */
static inline bool ipct_tester_call(const struct ipct_probe *probe)
{
	if (!ipct_tester_is_me())
		return false;
	WRITE_ONCE(ipct_tester_seen[probe->index], true);
	ipct_compat_uncount(ipct_probe_counters.calls);
	return true;
}

#endif /* _IPCT_TESTER_H */
