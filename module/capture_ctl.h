/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The *ctl() calls, and what IPC_SET changes; see capture_ctl.c.
 *
 * Locking: none. Everything runs on the calling task, preemption off.
 */
#ifndef _IPCT_CAPTURE_CTL_H
#define _IPCT_CAPTURE_CTL_H

#include <linux/types.h>

struct ipct_flight;
struct ipctrace_call;
struct kern_ipc_perm;

u8 ipct_ctl_object(const struct ipct_flight *flight);
void ipct_ctl_keep(struct ipct_flight *flight,
		   const struct kern_ipc_perm *perm);
void ipct_ctl_add(struct ipctrace_call *record,
		  const struct ipct_flight *flight);

#endif /* _IPCT_CAPTURE_CTL_H */
