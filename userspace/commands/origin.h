/* SPDX-License-Identifier: GPL-2.0 */
/* Whose records a capture has; see origin.c. */
#ifndef _IPCTRACE_COMMANDS_ORIGIN_H
#define _IPCTRACE_COMMANDS_ORIGIN_H

#include "export/facts.h"

struct when;

#define ORIGIN_MAX	8

/**
 * struct origin - whose records these are, and of when
 * @real_ns: what has to be added to times to have them since 1970; 0: not known
 * @since_ns: records from then on are wanted; 0: all
 * @until_ns: and up to then; 0: all
 * @texts: what the header of the capture says
 * @nr: how many of them
 */
struct origin {
	u64 real_ns;
	u64 since_ns;
	u64 until_ns;
	struct facts_text texts[ORIGIN_MAX];
	size_t nr;
};

bool origin_find(struct origin *origin, const char *name, const struct when *since,
		 const struct when *until);
void origin_free(struct origin *origin);

#endif /* _IPCTRACE_COMMANDS_ORIGIN_H */
