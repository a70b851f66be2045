/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The probes on the calls' entry points; see probes.c.
 *
 * Locking: the state lock, for recording and the arming of probes; process context.
 */
#ifndef _IPCT_PROBES_H
#define _IPCT_PROBES_H

#include <linux/types.h>

struct ipctrace_probe;

int ipct_probes_attach(unsigned int max_blocked);
void ipct_probes_detach(void);

int ipct_probes_pause(void);
int ipct_probes_resume(void);
bool ipct_probes_recording(void);
unsigned int ipct_probes_disarmed(void);

int ipct_probes_describe(struct ipctrace_probe *probe);
const char *ipct_probes_state_name(u8 state);
u64 ipct_probes_missed_by_call(u32 call);
unsigned int ipct_probes_max_blocked(void);
u64 ipct_probes_bytes(void);

#endif /* _IPCT_PROBES_H */
