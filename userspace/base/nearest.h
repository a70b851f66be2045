/* SPDX-License-Identifier: GPL-2.0 */
/* The known name that a mistyped one is closest to; see nearest.c. */
#ifndef _IPCTRACE_NEAREST_H
#define _IPCTRACE_NEAREST_H

#include "shared/portable.h"

/**
 * struct nearest - a search among names
 * @typed: what was typed
 * @name: the closest name so far, NULL if none is close
 * @distance: how far it may be, or how far @name is
 */
struct nearest {
	const char *typed;
	const char *name;
	unsigned int distance;
};

void nearest_begin(struct nearest *nearest, const char *name);
void nearest_offer(struct nearest *nearest, const char *name);

#endif /* _IPCTRACE_NEAREST_H */
