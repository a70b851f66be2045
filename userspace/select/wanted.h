/* SPDX-License-Identifier: GPL-2.0 */
/* Which records a command is to take; see wanted.c. */
#ifndef _IPCTRACE_WANTED_H
#define _IPCTRACE_WANTED_H

#include "ask/ask.h"
#include "shared/portable.h"

/**
 * struct wanted - which records
 * @count: stop after that many, lost ones not counted, 0: never
 * @since_ns: from that time on
 * @until_ns: up to that time; 0: without end
 * @ask: what they must be like, NULL: all are wanted
 * @own: bit of the reader's subscription to what @ask is about, 0: it has none
 * @own_since_ns: since when it is in force
 * @own_follows: all it wants is of the processes for which the tests of pid in @ask hold
 * @cgroups: names of cgroups, for the filter and JSON
 */
struct wanted {
	u64 count;
	u64 since_ns;
	u64 until_ns;
	struct ask *ask;
	u32 own;
	u64 own_since_ns;
	bool own_follows;
	struct cgroups *cgroups;
};

void wanted_free(struct wanted *wanted);
bool wanted_own(const struct wanted *wanted,
		const struct ipctrace_header *record);
bool wanted_enough(struct wanted *wanted, const struct ipctrace_header *record);

static inline bool wanted_record(const struct wanted *wanted,
				 const struct ipctrace_header *record)
{
	if (record->time_ns < wanted->since_ns ||
	    (wanted->until_ns && record->time_ns > wanted->until_ns))
		return false;
	if (wanted->own)
		return wanted_own(wanted, record);
	if (wanted->ask)
		return ask_holds(wanted->ask, record);
	return record->len >= sizeof(struct ipctrace_call) ||
	       record->type == IPCTRACE_TYPE_LOST;
}

#endif /* _IPCTRACE_WANTED_H */
