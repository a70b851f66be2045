/* SPDX-License-Identifier: GPL-2.0 */
/* Which records a command is to take, see wanted.c. */
#ifndef _IPCTRACE_WANTED_H
#define _IPCTRACE_WANTED_H

#include "select/selection.h"

/**
 * struct wanted - which records
 * @count: stop after that many, lost ones not counted, 0: never
 * @selection: which calls
 * @cgroups: names of cgroups, for the filter and JSON
 */
struct wanted {
	u64 count;
	struct selection selection;
	struct cgroups *cgroups;
};

bool wanted_enough(struct wanted *wanted, const struct ipctrace_header *record);

static inline bool wanted_record(const struct wanted *wanted,
				 const struct ipctrace_header *record)
{
	return selection_matches(&wanted->selection, record);
}

#endif /* _IPCTRACE_WANTED_H */
