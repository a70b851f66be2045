/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How probed functions get to their probes; see hook.c.
 *
 * Locking: the callers': one thread at a time, and the table does not change
 * while it is armed.
 */
#ifndef _IPCT_HOOK_H
#define _IPCT_HOOK_H

struct ipct_probe;
struct kprobe;

void ipct_hook_add(struct kprobe *kp, struct ipct_probe *probe);
int ipct_hook_arm(void);
int ipct_hook_disarm(void);
void ipct_hook_exit(void);

#endif /* _IPCT_HOOK_H */
