/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The handlers: from a call in progress to a record; see capture.c.
 *
 * Locking: none. Everything runs on the calling task, preemption off.
 */
#ifndef _IPCT_CAPTURE_H
#define _IPCT_CAPTURE_H

#include <linux/types.h>

struct kprobe;
struct kretprobe_instance;
struct pt_regs;

size_t ipct_capture_entry_bytes(u8 object);
u32 ipct_capture_idr_offset(u8 family);

int ipct_capture_enter(struct kprobe *kp, struct pt_regs *regs);
int ipct_capture_entry(struct kretprobe_instance *ri, struct pt_regs *regs);
int ipct_capture_return(struct kretprobe_instance *ri, struct pt_regs *regs);

#endif /* _IPCT_CAPTURE_H */
