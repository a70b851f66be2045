/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Times in which not everything is recorded; see gaps.c.
 *
 * Locking:
 *   gaps' lock		which are open, and the order of their records; process
 *			context, innermost
 */
#ifndef _IPCT_GAPS_H
#define _IPCT_GAPS_H

#include <ipctrace/ipctrace.h>

#include "shared/portable.h"

u64 ipct_gaps_now(void);
void ipct_gaps_begin(u32 cause, u64 begin_ns, const char *text);
void ipct_gaps_end(u32 cause, u64 end_ns, const char *text);
void ipct_gaps_state(struct ipctrace_gap_state *state);
u64 ipct_gaps_since(void);

#endif /* _IPCT_GAPS_H */
