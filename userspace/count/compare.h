/* SPDX-License-Identifier: GPL-2.0 */
/* What differs between two times and is not noise; see compare.c. */
#ifndef _IPCTRACE_COMPARE_H
#define _IPCTRACE_COMPARE_H

#include "count/histogram.h"
#include "shared/portable.h"

#define COMPARE_SLICES		16	/* of equal length, of a time */
#define COMPARE_QUARTERS	4	/* likewise */

/**
 * struct compare_side - what was counted in one of the two
 * @count: how often it happened
 * @slices: in each part of the time
 */
struct compare_side {
	u64 count;
	u64 slices[COMPARE_SLICES];
};

/**
 * struct compare_change - how much something has changed
 * @ratio: of the second to the first; 0: gone, infinite: new
 * @delta: of durations: Cliff's delta, -1 to 1
 * @score: by how much at least, as a natural logarithm; larger ones come first
 */
struct compare_change {
	double ratio;
	double delta;
	double score;
};

double compare_limit(u64 questions);
bool compare_counts(const struct compare_side *a, double a_time,
		    const struct compare_side *b, double b_time, double limit,
		    struct compare_change *change);
bool compare_durations(const struct histogram a[COMPARE_QUARTERS],
		       const struct histogram b[COMPARE_QUARTERS], double limit,
		       struct compare_change *change);
bool compare_tails(const struct histogram a[COMPARE_QUARTERS],
		   const struct histogram b[COMPARE_QUARTERS], u64 longer,
		   double limit, struct compare_change *change);
u64 compare_longer(const struct histogram quarters[COMPARE_QUARTERS], u64 than);
bool compare_percentile(const struct histogram quarters[COMPARE_QUARTERS],
			u32 share, u64 *value);

#endif /* _IPCTRACE_COMPARE_H */
