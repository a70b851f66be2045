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

/* enum ipct_event - functions that are probed */
enum ipct_event {
	IPCT_EVENT_ADDID,
	IPCT_EVENT_UPDATE_PERM,
	IPCT_EVENT_FREEQUE,
	IPCT_EVENT_FREEARY,
	IPCT_EVENT_SHM_DESTROY,
	IPCT_EVENT_SHM_OPEN,
	IPCT_EVENT_SHM_CLOSE,
	IPCT_EVENT_EXIT_SEM,
	IPCT_NR_EVENTS,
};

int ipct_events_attach(void);
void ipct_events_test_begin(void);
void ipct_events_test_end(void);
void ipct_events_judge(u32 tested);
void ipct_events_know(void);
void ipct_events_detach(void);
int ipct_events_describe(u32 index, struct ipctrace_probe *probe);

#endif /* _IPCT_EVENTS_H */
