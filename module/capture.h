/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The handlers: from a call in progress to a record; see capture.c.
 *
 * Locking: none. Everything runs on the calling task, preemption off.
 */
#ifndef _IPCT_CAPTURE_H
#define _IPCT_CAPTURE_H

#include <linux/types.h>

struct ipct_probe;
struct kprobe;
struct pt_regs;

/**
 * enum ipct_follow - what of a call is more than registers
 * @IPCT_FOLLOW_NONE: nothing
 * @IPCT_FOLLOW_GET: whether it made the object
 * @IPCT_FOLLOW_SEND: the message's type, and its beginning if asked for
 * @IPCT_FOLLOW_RECEIVE: likewise of the message received
 * @IPCT_FOLLOW_SOPS: semaphore operations and timeout
 * @IPCT_FOLLOW_CTL: by command
 * @IPCT_FOLLOW_MAP: the segment
 */
enum ipct_follow {
	IPCT_FOLLOW_NONE,
	IPCT_FOLLOW_GET,
	IPCT_FOLLOW_SEND,
	IPCT_FOLLOW_RECEIVE,
	IPCT_FOLLOW_SOPS,
	IPCT_FOLLOW_CTL,
	IPCT_FOLLOW_MAP,
};

extern unsigned int ipct_capture_payload;

u8 ipct_capture_follow(u8 call);
u32 ipct_capture_idr_offset(u8 family);

void ipct_capture_missed(const struct ipct_probe *probe);
void ipct_capture_handlers(struct ipct_probe *probe);

#endif /* _IPCT_CAPTURE_H */
