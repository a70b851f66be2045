/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happens to objects besides calls; see events.c.
 *
 * Locking:
 *   events' lock	arming of the probes; process context
 */
#ifndef _IPCT_EVENTS_H
#define _IPCT_EVENTS_H

#include <ipctrace/ipctrace.h>

#include "portable.h"

/* Creations are seen: a *get() call without one has found its object. */
extern bool ipct_events_see_creation;

void ipct_events_attach(void);
void ipct_events_detach(void);
int ipct_events_arm(bool arm);
int ipct_events_describe(u32 index, struct ipctrace_probe *probe);

#endif /* _IPCT_EVENTS_H */
