/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the entry of a call gets to its kretprobe; see hook.c.
 *
 * Locking: the table is written before it is armed, by one thread.
 */
#ifndef _IPCT_HOOK_H
#define _IPCT_HOOK_H

#include <linux/types.h>

struct ipct_probe;
struct kprobe;
struct pt_regs;

bool ipct_hook_add(struct ipct_probe *probe);
int ipct_hook_arm(void);
int ipct_hook_disarm(void);
void ipct_hook_exit(void);

int ipct_hook_pre_handler(struct kprobe *kp, struct pt_regs *regs);

#endif /* _IPCT_HOOK_H */
