/* SPDX-License-Identifier: GPL-2.0 */
/* How many values are how large, within half a per cent; see histogram.c. */
#ifndef _IPCTRACE_HISTOGRAM_H
#define _IPCTRACE_HISTOGRAM_H

#include "shared/portable.h"

/* 0 to 99, then three parts for each power of ten from 10^2 to 10^19 */
#define HISTOGRAM_NR_PARTS	(1 + 3 * 18)

#define HISTOGRAM_ALL		100000	/* of histogram_percentile() */

/**
 * struct histogram_room - memory that some histograms share
 * @left: bytes that they may still take
 */
struct histogram_room {
	size_t left;
};

/**
 * struct histogram - how many values are how large
 * @count: values
 * @unplaced: values for which there was no memory
 * @min: the smallest
 * @max: the largest
 * @parts: counts of a range of values each, NULL: all zero
 */
struct histogram {
	u64 count;
	u64 unplaced;
	u64 min;
	u64 max;
	u64 *parts[HISTOGRAM_NR_PARTS];
};

/**
 * struct histogram_bucket - values that are not told apart
 * @from: the smallest that it may hold
 * @to: the largest
 * @count: how many it holds
 * @part: place in the histogram
 * @at: and in that part
 */
struct histogram_bucket {
	u64 from;
	u64 to;
	u64 count;
	u32 part;
	u32 at;
};

bool histogram_add(struct histogram *histogram, struct histogram_room *room,
		   u64 value);
bool histogram_percentile(const struct histogram *histogram, u32 share,
			  u64 *value);
bool histogram_next(const struct histogram *histogram,
		    struct histogram_bucket *bucket);
void histogram_clear(struct histogram *histogram, struct histogram_room *room);

#endif /* _IPCTRACE_HISTOGRAM_H */
