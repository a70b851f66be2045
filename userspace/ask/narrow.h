/* SPDX-License-Identifier: GPL-2.0 */
/* What of a question the recorder's filter can decide; see narrow.c. */
#ifndef _IPCTRACE_NARROW_H
#define _IPCTRACE_NARROW_H

#include "shared/portable.h"

struct ask;

/**
 * struct narrow - a question in two parts
 * @filter: the recorder's: what it does not hold for is not asked for; empty
 *	when it can decide nothing
 * @rest: the reader's: what it has to ask of what the filter lets through;
 *	empty when the filter decides all
 * @decided: by node of the question: the filter has decided that it holds
 */
struct narrow {
	char *filter;
	char *rest;
	bool *decided;
};

bool narrow_new(struct narrow *narrow, const struct ask *ask);
bool narrow_follows(const struct narrow *narrow, const struct ask *ask);
void narrow_free(struct narrow *narrow);

#endif /* _IPCTRACE_NARROW_H */
