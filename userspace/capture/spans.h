/* SPDX-License-Identifier: GPL-2.0 */
/* Times of which records are missing because of damage; see spans.c. */
#ifndef _IPCTRACE_SPANS_H
#define _IPCTRACE_SPANS_H

#include "shared/portable.h"

#define SPANS_MAX	256

/**
 * struct span - a time of which records are missing
 * @from_ns: since when
 * @until_ns: until when, ~0: not known
 */
struct span {
	u64 from_ns;
	u64 until_ns;
};

/**
 * struct spans - some of them, in the order in which they were found
 * @nr: number of @span
 * @span: the times; the last one includes all for which there was no room
 */
struct spans {
	u32 nr;
	struct span span[SPANS_MAX];
};

void spans_add(struct spans *spans, u64 from_ns, u64 until_ns);

#endif /* _IPCTRACE_SPANS_H */
