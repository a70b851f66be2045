/* SPDX-License-Identifier: GPL-2.0 */
/* Which records a reader wants; see filterexpr.c. */
#ifndef _IPCTRACE_FILTEREXPR_H
#define _IPCTRACE_FILTEREXPR_H

#include <ipctrace/ipctrace.h>

#include "portable.h"

/**
 * struct filter - which calls to show
 * @pid: process, 0 for all
 * @calls: mask of enum ipctrace_call_id, 0 for all
 */
struct filter {
	u32 pid;
	u64 calls;
};

bool filter_add_calls(struct filter *filter, const char *names);
bool filter_matches(const struct filter *filter,
		    const struct ipctrace_header *record);

#endif /* _IPCTRACE_FILTEREXPR_H */
