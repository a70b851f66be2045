/* SPDX-License-Identifier: GPL-2.0 */
/* Values of all metrics at one moment; see metrics_values.c. */
#ifndef _IPCTRACE_METRICS_VALUES_H
#define _IPCTRACE_METRICS_VALUES_H

#include <ipctrace/ipctrace.h>

#include "commands/metrics_table.h"
#include "shared/portable.h"

struct top_feed;

#define METRICS_NR_ERRNOS	18	/* told apart, and others are other */
#define METRICS_NR_BUCKETS	15	/* of a histogram, but +Inf */
#define METRICS_NAMED_NS	8	/* likewise of namespaces */
#define METRICS_MAX_OBJECTS	50	/* and of objects */
#define METRICS_MAX_VALUES	2048

/* Of a histogram: what is in each bucket, beyond them, and the sum */
#define METRICS_HISTOGRAM_VALUES	(METRICS_NR_BUCKETS + 2)

/**
 * struct metrics_bucket - a bound of histograms
 * @ns: values up to that
 * @text: in seconds, as all formats have it
 */
struct metrics_bucket {
	u64 ns;
	const char *text;
};

extern const struct metrics_bucket metrics_buckets[METRICS_NR_BUCKETS];
extern const int metrics_errnos[METRICS_NR_ERRNOS];

/**
 * struct metrics_object - one that is told apart
 * @family: its kind
 * @ipc_ns: its namespace
 * @key: its key; 0: it is private, and known by its id
 * @id: then its id
 * @calls: on it
 * @errors: of these, failed ones
 * @bytes: sent and received
 */
struct metrics_object {
	u8 family;
	u32 ipc_ns;
	s32 key;
	s32 id;
	u64 calls;
	u64 errors;
	u64 bytes;
};

/**
 * struct metrics - what there is to print
 * @starts: of each metric, where in @values its series begin
 * @values: of all series; NaN: there is none, which is not printed
 * @sizes: of each dimension
 * @nr_ns: namespaces told apart
 * @ns: these
 * @most_objects: objects that may be told apart
 * @nr_objects: and that are; the place after the most is for all others
 * @objects: these
 */
struct metrics {
	u32 starts[NR_METRICS];
	double values[METRICS_MAX_VALUES];
	u32 sizes[NR_METRICS_DIMS];
	u32 nr_ns;
	u32 ns[METRICS_NAMED_NS];
	u32 most_objects;
	u32 nr_objects;
	struct metrics_object objects[METRICS_MAX_OBJECTS + 1];
};

/**
 * struct metrics_counts - what is counted from records, since the begin
 * @errors: failed calls, by call and error
 * @buckets: calls by how long they took
 * @time_ns: how long all took
 * @missed: calls that could not be watched
 * @gaps: that have begun
 * @open_gaps: those that go on, by bit of enum ipctrace_gap_cause
 * @records: all
 * @bytes: of these
 * @lost: records that were overwritten
 * @spared: records that the model was spared
 */
struct metrics_counts {
	u64 errors[IPCTRACE_NR_CALLS][METRICS_NR_ERRNOS + 1];
	u64 buckets[IPCTRACE_NR_CALLS][METRICS_NR_BUCKETS + 1];
	u64 time_ns[IPCTRACE_NR_CALLS];
	u64 missed[IPCTRACE_NR_CALLS];
	u64 gaps[__IPCTRACE_GAP_MAX];
	u32 open_gaps;
	u64 records;
	u64 bytes;
	u64 lost;
	u64 spared;
};

void metrics_count(struct metrics_counts *counts,
		   const struct ipctrace_header *record);
void metrics_begin(struct metrics *metrics, const struct top_feed *feed,
		   u32 most_objects);
void metrics_take(struct metrics *metrics, const struct metrics_counts *counts,
		  const struct top_feed *feed);
u32 metrics_series(const struct metrics *metrics, enum metric_id id);
u32 metrics_waiting_call(u32 nr);

#endif /* _IPCTRACE_METRICS_VALUES_H */
