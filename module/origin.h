/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a caller comes from: its program and its ancestors; see origin.c.
 *
 * Locking: none. Everything runs on the calling task, preemption off.
 */
#ifndef _IPCT_ORIGIN_H
#define _IPCT_ORIGIN_H

#include <ipctrace/ipctrace.h>

/* Room that ipct_origin_add() needs at most */
#define IPCT_ORIGIN_BYTES						\
	(sizeof(struct ipctrace_origin) + IPCTRACE_MAX_EXE +		\
	 IPCTRACE_MAX_ANCESTORS * sizeof(struct ipctrace_ancestor))

void ipct_origin_add(struct ipctrace_call *record);

#endif /* _IPCT_ORIGIN_H */
