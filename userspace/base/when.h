/* SPDX-License-Identifier: GPL-2.0 */
/* Points in time as people name them; see when.c. */
#ifndef _IPCTRACE_WHEN_H
#define _IPCTRACE_WHEN_H

#include "shared/portable.h"

/**
 * enum when_kind - how a point in time was named
 * @WHEN_UNSAID: not at all
 * @WHEN_AGO: as a time before the end, or before now
 * @WHEN_CLOCK: on the clock of the records, CLOCK_MONOTONIC
 * @WHEN_DATE: by date and time of day
 */
enum when_kind {
	WHEN_UNSAID,
	WHEN_AGO,
	WHEN_CLOCK,
	WHEN_DATE,
};

/**
 * struct when - a point in time
 * @kind: how it was named
 * @ns: nanoseconds: before the end, since the machine started, since 1970
 */
struct when {
	enum when_kind kind;
	u64 ns;
};

bool when_parse(const char *text, struct when *when);
bool when_duration(const char *text, u64 *ns);
u64 when_on_clock(const struct when *when, u64 end_ns, u64 clock_ns, u64 date_ns);

#endif /* _IPCTRACE_WHEN_H */
