/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The probes on the calls' entry points; see probes.c.
 *
 * Locking:
 *   state lock		recording, and the arming of probes; process context
 *   counters		their CPU only, preemption off
 */
#ifndef _IPCT_PROBES_H
#define _IPCT_PROBES_H

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
 * What handlers read stands together and does not change while they run.
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
 * @missed: calls that are not
 */
struct ipct_probe_counters {
	bool entered;
	aligned_u64 calls;
	aligned_u64 hits[IPCT_NR_PROBES];
	aligned_u64 missed[IPCT_NR_PROBES];
};

DECLARE_PER_CPU(struct ipct_probe_counters, ipct_probe_counters);

int ipct_probes_attach(unsigned int max_blocked);
void ipct_probes_detach(void);

int ipct_probes_pause(void);
int ipct_probes_resume(void);
bool ipct_probes_recording(void);
unsigned int ipct_probes_disarmed(void);

int ipct_probes_describe(struct ipctrace_probe *probe);
const char *ipct_probes_state_name(u8 state);
u64 ipct_probes_missed_by_call(u32 call);
u64 ipct_probes_missed_by_cpu(u32 cpu);
u64 ipct_probes_calls(void);
unsigned int ipct_probes_max_blocked(void);
u64 ipct_probes_bytes(void);

#endif /* _IPCT_PROBES_H */
