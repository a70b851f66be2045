/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rings of all CPUs as one stream in order of time; see merge.c.
 *
 * Locking: none; each merge is used by one thread at a time.
 */
#ifndef _IPCT_MERGE_H
#define _IPCT_MERGE_H

#include "ring.h"

/**
 * struct ipct_merge_ring - one ring of the merge
 * @view: the ring
 * @cursor: place in it
 * @lost: records lost that have not been told yet
 * @time_ns: time of the next record, when @ready
 * @ready: the next record has been looked at
 */
struct ipct_merge_ring {
	struct ipct_ring_view view;
	struct ipct_cursor cursor;
	u64 lost;
	u64 time_ns;
	bool ready;
};

/**
 * struct ipct_merge - a reader's place in all rings
 * @nr: number of rings
 * @ring: the rings
 */
struct ipct_merge {
	u32 nr;
	struct ipct_merge_ring ring[];
};

int ipct_merge_next(struct ipct_merge *merge, u64 until_ns, void *record);
int ipct_merge_take(struct ipct_merge *merge, u32 nr, void *records);

#endif /* _IPCT_MERGE_H */
