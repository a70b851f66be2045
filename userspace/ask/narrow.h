/* SPDX-License-Identifier: GPL-2.0 */
/* The part of a question that the recorder's filter can decide; see narrow.c. */
#ifndef _IPCTRACE_NARROW_H
#define _IPCTRACE_NARROW_H

#include "shared/portable.h"

struct ask;

/**
 * struct narrow - a question in two parts
 * @filter: for the recorder: records for which it does not hold are not asked for;
 *	empty when it can decide nothing
 * @rest: for the reader: what is still to be asked of records that the filter lets
 *	through; empty when the filter decides everything
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
