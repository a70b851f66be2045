/* SPDX-License-Identifier: GPL-2.0 */
/* Records from a capture or as they happen, to be counted; see gather.c. */
#ifndef _IPCTRACE_GATHER_H
#define _IPCTRACE_GATHER_H

#include <ipctrace/ipctrace.h>

#include "shared/portable.h"

struct input;
struct input_device;
struct options;
struct wanted;

/**
 * struct gather_range - a time, and what is known to be missing of it
 * @begin_ns: when it began, CLOCK_MONOTONIC
 * @end_ns: when it ended
 * @lost: records that were overwritten before they were read
 * @missed: calls that could not be watched
 * @gaps: causes of gaps, by bit of enum ipctrace_gap_cause
 * @damaged: a part of the capture cannot be read
 */
struct gather_range {
	u64 begin_ns;
	u64 end_ns;
	u64 lost;
	u64 missed;
	u32 gaps;
	bool damaged;
};

/**
 * struct gather - who counts what
 * @take: told of each record that is wanted, but of losses and gaps
 * @report: the time is over, or one interval of it, which begins anew; false: the
 *	output takes no more
 * @options: the options
 * @wanted: which records
 * @interval_ns: of so long a time at a time, 0: of all at once
 * @range: the time, in @report
 * @live: it happens now, on this machine
 * @own: of a subscription
 * @open_gaps: those of @range.gaps that go on
 * @begun: when the time begins is known
 */
struct gather {
	void (*take)(struct gather *gather, const struct ipctrace_header *record);
	bool (*report)(struct gather *gather);
	const struct options *options;
	struct wanted *wanted;
	u64 interval_ns;
	struct gather_range range;
	bool live;
	bool own;
	u32 open_gaps;
	bool begun;
};

int gather_run(struct gather *gather, const char *file);
void gather_begin(struct gather *gather, struct input_device *device);
bool gather_own(struct gather *gather, struct input_device *device);
bool gather_complete(const struct gather_range *range);
size_t gather_missing(const struct gather_range *range, char *text, size_t size);
size_t gather_gaps(const struct gather_range *range, char *text, size_t size);

#endif /* _IPCTRACE_GATHER_H */
