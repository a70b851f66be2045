/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which of the tasks that share an undo list is the last to leave it; see
 * sharers.c.
 *
 * Locking:
 *   marks_lock	(raw)	the marks; process context, preemption off; nothing is
 *			taken under it, and no list of tasks is walked
 */
#ifndef _IPCT_SHARERS_H
#define _IPCT_SHARERS_H

#include <linux/refcount.h>
#include <linux/types.h>

struct task_struct;

bool ipct_sharers_last(struct task_struct *task, const void *list,
		       const refcount_t *refs);

#endif /* _IPCT_SHARERS_H */
