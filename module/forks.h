/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The processes that a filter's tests of pid hold for; see forks.c.
 *
 * Locking: that of ipct_forks.followed; @gone by READ_ONCE() and WRITE_ONCE().
 */
#ifndef _IPCT_FORKS_H
#define _IPCT_FORKS_H

#include <linux/types.h>
#include <linux/workqueue.h>

#include "followed.h"

struct ipct_expr;

/**
 * struct ipct_forks - what follows processes for an expression
 * @expr: the expression; without tests of pid nothing is followed
 * @followed: the tests that hold for a process
 * @gone: the last process has gone, and nobody has asked since
 * @tell: wakes those who wait for that
 */
struct ipct_forks {
	const struct ipct_expr *expr;
	struct ipct_followed followed;
	bool gone;
	struct work_struct tell;
};

int ipct_forks_begin(struct ipct_forks *forks, const struct ipct_expr *expr);
u32 ipct_forks_look(struct ipct_forks *forks);
void ipct_forks_end(struct ipct_forks *forks);

#endif /* _IPCT_FORKS_H */
