/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How probed functions get to their probes; see hook.c.
 *
 * Locking: the callers': one thread at a time, and the table does not change
 * while it is armed.
 */
#ifndef _IPCT_HOOK_H
#define _IPCT_HOOK_H

#include <linux/types.h>

struct ipct_probe;
struct kprobe;

/* Probes that may be added besides those of calls */
#define IPCT_HOOK_MAX_OTHERS	8

#ifdef IPCTRACE_DEBUG
extern bool ipct_hook_no_ftrace;
extern char *ipct_hook_blind;
#endif

int ipct_hook_add(struct kprobe *kp, struct ipct_probe *probe);
int ipct_hook_arm(void);
int ipct_hook_disarm(void);
unsigned int ipct_hook_disarmed(void);
bool ipct_hook_ftrace_lives(void);
bool ipct_hook_kprobes_live(void);
u32 ipct_hook_ftrace_switched(void);
u32 ipct_hook_kprobes_switched(void);
bool ipct_hook_stuck(void);
unsigned long ipct_hook_missed(const struct kprobe *kp);
int ipct_hook_release(void);
void ipct_hook_exit(void);

#endif /* _IPCT_HOOK_H */
