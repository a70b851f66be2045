/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds out up to which time the rings are complete, and wakes readers; see
 * settle.c.
 *
 * Locking: settled_total belongs to the worker, of which one runs at a time.
 */
#ifndef _IPCT_SETTLE_H
#define _IPCT_SETTLE_H

#include <linux/types.h>
#include <linux/wait.h>

extern struct wait_queue_head ipct_settle_wait;

int ipct_settle_init(void);
void ipct_settle_exit(void);

void ipct_settle_reader_open(void);
void ipct_settle_reader_release(void);
unsigned int ipct_settle_readers(void);

u64 ipct_settle_ns(void);
u64 ipct_settle_now(void);

#endif /* _IPCT_SETTLE_H */
