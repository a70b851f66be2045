/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happens to objects besides calls; see events.c.
 *
 * Locking: none; probes are put in place and taken away by one thread.
 */
#ifndef _IPCT_EVENTS_H
#define _IPCT_EVENTS_H

#include <ipctrace/ipctrace.h>

#include "shared/portable.h"

#define IPCT_NR_EVENTS	8	/* functions that are probed */

/* Creations are seen: a *get() call without one has found its object. */
extern bool ipct_events_see_creation;

int ipct_events_attach(void);
void ipct_events_detach(void);
int ipct_events_describe(u32 index, struct ipctrace_probe *probe);

#endif /* _IPCT_EVENTS_H */
