/* SPDX-License-Identifier: GPL-2.0 */
/* The progress of long work, on a terminal; see progress.c. */
#ifndef _IPCTRACE_PROGRESS_H
#define _IPCTRACE_PROGRESS_H

#include "shared/portable.h"

/**
 * struct progress - how far long work is
 * @on: there is a terminal
 * @said: its line is on the terminal
 * @calls: of progress_step() so far
 * @begin_ns: when it began
 * @next_ns: when to say it next
 * @total: what there is to do, 0: not known
 */
struct progress {
	bool on;
	bool said;
	u32 calls;
	u64 begin_ns;
	u64 next_ns;
	u64 total;
};

void progress_begin(struct progress *progress, u64 total);
void progress_say(struct progress *progress, u64 done, u64 records, u64 lost);
void progress_end(struct progress *progress);

/**
 * progress_due() - is it time to say something?
 * @progress: counts the calls, so that this is cheap enough for each record
 */
static inline bool progress_due(struct progress *progress)
{
	return progress->on && (++progress->calls & 1023) == 0;
}

#endif /* _IPCTRACE_PROGRESS_H */
