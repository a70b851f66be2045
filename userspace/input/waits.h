/* SPDX-License-Identifier: GPL-2.0 */
/* What a blocked call waits for; see waits.c. */
#ifndef _IPCTRACE_WAITS_H
#define _IPCTRACE_WAITS_H

#include <ipctrace/ipctrace.h>

#include "shared/portable.h"

/**
 * enum waits_for - what a call waits for
 * @WAITS_UNKNOWN: the kernel could not be asked
 * @WAITS_NOT: it need not wait any more
 * @WAITS_SEMAPHORE: a semaphore to have another value
 * @WAITS_FULL: room in a queue
 * @WAITS_EMPTY: a message in a queue without any
 * @WAITS_TYPE: a message of another type than the queue has
 */
enum waits_for {
	WAITS_UNKNOWN,
	WAITS_NOT,
	WAITS_SEMAPHORE,
	WAITS_FULL,
	WAITS_EMPTY,
	WAITS_TYPE,
};

/**
 * struct waits - what a call waits for, and what the kernel says of that
 * @what: enum waits_for
 * @sem_num: WAITS_SEMAPHORE: the semaphore
 * @sem_op: and the operation on it
 * @semval: its value now
 * @semncnt: callers that wait for it to grow
 * @semzcnt: callers that wait for it to be zero
 * @msg_qnum: number of messages in a queue
 * @msg_cbytes: their bytes
 * @msg_qbytes: bytes that the queue may hold
 */
struct waits {
	enum waits_for what;
	u32 sem_num;
	s32 sem_op;
	s32 semval;
	s32 semncnt;
	s32 semzcnt;
	u64 msg_qnum;
	u64 msg_cbytes;
	u64 msg_qbytes;
};

void waits_ask(struct waits *waits, const struct ipctrace_call *call);

#endif /* _IPCTRACE_WAITS_H */
