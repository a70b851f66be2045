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

void ipct_capture_missed(const struct ipct_probe *probe);
void ipct_capture_handlers(struct ipct_probe *probe);

#endif /* _IPCT_CAPTURE_H */
