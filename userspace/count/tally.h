/* SPDX-License-Identifier: GPL-2.0 */
/* What is counted of calls; see tally.c. */
#ifndef _IPCTRACE_TALLY_H
#define _IPCTRACE_TALLY_H

#include <ipctrace/ipctrace.h>

#include "count/histogram.h"
#include "shared/portable.h"

#define TALLY_ERRNOS	16	/* told apart */

/**
 * struct tally_errno - how often an error was returned
 * @error: which; 0: all that there was no room for
 * @count: how often
 */
struct tally_errno {
	u32 error;
	u64 count;
};

/**
 * struct tally - what is counted of calls
 * @calls: that have ended
 * @errors: those that returned an error
 * @time_ns: how long they took
 * @waits: those that may wait, and took so long that they have
 * @wait_ns: how long these took
 * @durations: of all
 * @nr_errnos: number of @errnos
 * @errnos: which errors
 */
struct tally {
	u64 calls;
	u64 errors;
	u64 time_ns;
	u64 waits;
	u64 wait_ns;
	struct histogram durations;
	u32 nr_errnos;
	struct tally_errno errnos[TALLY_ERRNOS + 1];
};

bool tally_is_call(const struct ipctrace_header *record);
void tally_add(struct tally *tally, struct histogram_room *room,
	       const struct ipctrace_call *call, u64 wait_ns);
size_t tally_errnos(struct tally *tally, char *text, size_t size);
void tally_clear(struct tally *tally, struct histogram_room *room);

#endif /* _IPCTRACE_TALLY_H */
