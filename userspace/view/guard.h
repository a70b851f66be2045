/* SPDX-License-Identifier: GPL-2.0 */
/* A process that gives the terminal back, whatever happens; see guard.c. */
#ifndef _IPCTRACE_GUARD_H
#define _IPCTRACE_GUARD_H

#include "shared/portable.h"

int guard_terminal(int (*work)(void *context), void *context, const char *restore);

#endif /* _IPCTRACE_GUARD_H */
