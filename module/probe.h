/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A probe on a call's entry point, and what is counted by it; see probe.c. How
 * probes are put in place is in probes.c.
 *
 * Locking: counters are their CPU's only, preemption off.
 */
#ifndef _IPCT_PROBE_H
#define _IPCT_PROBE_H

#include <linux/kprobes.h>
#include <linux/percpu.h>

#include <ipctrace/ipctrace.h>

struct ipct_call_counters;

/**
 * struct ipct_probe - one probe
 * @rp: the kretprobe
 * @header: what the headers of all its records have in common
 * @counters: counters of its call, by CPU
 * @idr_offset: of the IDR of its family in struct ipc_namespace
 * @call: enum ipctrace_call_id
 * @abi: enum ipctrace_abi
 * @index: its number
 * @time32: its timeout is struct old_timespec32
 * @state: enum ipctrace_probe_state
 * @error: errno of a probe that is not attached
 * @symbol: function that it is on
 *
 * The members that handlers read lie together and do not change while they run.
 */
struct ipct_probe {
	struct kretprobe rp;
	struct ipctrace_header header;
	struct ipct_call_counters __percpu *counters;
	u32 idr_offset;
	u8 call;
	u8 abi;
	u8 index;
	bool time32;
	u8 state;
	int error;
	const char *symbol;
};

/* Is a probe in such a state registered? */
static inline bool ipct_probe_in_place(u8 state)
{
	return state == IPCTRACE_PROBE_ATTACHED ||
	       state == IPCTRACE_PROBE_SILENT;
}

/* At most two entry points for each call. */
#define IPCT_NR_PROBES	(2 * IPCTRACE_NR_CALLS)

/**
 * struct ipct_probe_counters - all probes on one CPU
 * @entered: the entry handler has run since the call came, see hook.c
 * @calls: calls that entered, whatever became of them
 * @hits: calls that are watched, by number of the probe
 * @missed: calls that are not watched
 */
struct ipct_probe_counters {
	bool entered;
	aligned_u64 calls;
	aligned_u64 hits[IPCT_NR_PROBES];
	aligned_u64 missed[IPCT_NR_PROBES];
};

DECLARE_PER_CPU(struct ipct_probe_counters, ipct_probe_counters);

u64 ipct_probe_calls(void);
u64 ipct_probe_missed_by_cpu(u32 cpu);

#endif /* _IPCT_PROBE_H */
