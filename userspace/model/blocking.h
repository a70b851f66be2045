/* SPDX-License-Identifier: GPL-2.0 */
/* What a call waits for, and whom; see blocking.c. */
#ifndef _IPCTRACE_MODEL_BLOCKING_H
#define _IPCTRACE_MODEL_BLOCKING_H

#include "model/types.h"

/**
 * enum model_blocked_by - what a semaphore operation that cannot be done waits for
 * @MODEL_BLOCKED_UNKNOWN: nobody is known to hold it
 * @MODEL_BLOCKED_HELD: for those who hold it
 * @MODEL_BLOCKED_SIGNAL: for somebody to give; other processes give than take, so
 *	nobody holds it
 */
enum model_blocked_by {
	MODEL_BLOCKED_UNKNOWN,
	MODEL_BLOCKED_HELD,
	MODEL_BLOCKED_SIGNAL,
};

/**
 * enum model_stuck - will it ever go on?
 * @MODEL_STUCK_NOT: somebody who does not wait can give it
 * @MODEL_STUCK_DEADLOCK: all who hold it wait, and this call is in a circle of them
 * @MODEL_STUCK_BEHIND: all who hold it wait, in the end for a circle of others
 * @MODEL_STUCK_DEAD: for what somebody had taken without SEM_UNDO and died
 */
enum model_stuck {
	MODEL_STUCK_NOT,
	MODEL_STUCK_DEADLOCK,
	MODEL_STUCK_BEHIND,
	MODEL_STUCK_DEAD,
};

#define MODEL_MAX_CIRCLE	64

/**
 * struct model_blocking - what a call waits for, and whom
 * @by: enum model_blocked_by
 * @sem_num: the semaphore
 * @sem_op: the operation on it
 * @hold: who has held it longest; NULL unless @by is MODEL_BLOCKED_HELD
 * @nr_holds: how many hold it
 * @stuck: enum model_stuck
 * @nr_circle: MODEL_STUCK_DEADLOCK: number of @circle
 * @circle: this call first; the thread of each next call holds what the one before
 *	waits for, and the last waits for what the thread of the first holds
 * @incomplete: a hole in which who holds it may have changed, or NULL
 */
struct model_blocking {
	enum model_blocked_by by;
	u16 sem_num;
	s16 sem_op;
	const struct model_hold *hold;
	u32 nr_holds;
	enum model_stuck stuck;
	u32 nr_circle;
	const struct model_wait *circle[MODEL_MAX_CIRCLE];
	const struct model_hole *incomplete;
};

#define MODEL_ANY_SEM	-1	/* whichever the operations cannot be done on */

bool model_blocking(const struct model *model, const struct model_wait *wait,
		    s32 sem_num, struct model_blocking *blocking);
const struct model_wait *model_wait_of(const struct model *model, u32 tgid,
				       u32 tid);
bool model_hold_is_left(const struct model_hold *hold);
const char *model_stuck_text(enum model_stuck stuck);

#endif /* _IPCTRACE_MODEL_BLOCKING_H */
