/* SPDX-License-Identifier: GPL-2.0 */
/* What the recorder has counted itself; see counters.c. */
#ifndef _IPCTRACE_COUNTERS_H
#define _IPCTRACE_COUNTERS_H

#include <ipctrace/ipctrace.h>

#include "shared/portable.h"

struct source;

/**
 * struct counters_call - of a call
 * @calls: that have ended
 * @errors: those that failed
 * @missed: that could not be watched
 * @time_ns: how long they took
 */
struct counters_call {
	u64 calls;
	u64 errors;
	u64 missed;
	u64 time_ns;
};

/**
 * struct counters - since the module was loaded, or between two moments
 * @time_ns: when, CLOCK_MONOTONIC, or how long
 * @calls: by enum ipctrace_call_id
 * @total: of all calls
 * @written: records
 */
struct counters {
	u64 time_ns;
	struct counters_call calls[IPCTRACE_NR_CALLS];
	struct counters_call total;
	u64 written;
};

bool counters_read(struct counters *counters, const struct source *source);
void counters_between(struct counters *counters, const struct counters *now,
		      const struct counters *before);
u64 counters_rate(u64 count, u64 ns);

#endif /* _IPCTRACE_COUNTERS_H */
