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

/**
 * struct ipct_creation - does a *get() call that made no object have found it?
 * @at_entry: what the call keeps when it begins
 * @at_end: what it compares that with when it ends. The same: at both times all
 *	probes were armed, and none was disarmed meanwhile.
 *
 * While creations are not seen for sure, the two differ, and each time that they
 * are they have a value of their own.
 */
struct ipct_creation {
	u32 at_entry;
	u32 at_end;
};

extern struct ipct_creation ipct_creation;

int ipct_events_attach(void);
void ipct_events_test_begin(void);
void ipct_events_test_end(void);
void ipct_events_judge(u32 tested);
void ipct_events_know(void);
void ipct_events_forget(void);
void ipct_events_detach(void);
int ipct_events_describe(u32 index, struct ipctrace_probe *probe);

#endif /* _IPCT_EVENTS_H */
