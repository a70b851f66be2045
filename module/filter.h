/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which calls are recorded; see filter.c.
 *
 * Locking:
 *   filter's lock	which filter there is; process context
 *   RCU		handlers read it, preemption off
 *   counters		their CPU only, preemption off
 */
#ifndef _IPCT_FILTER_H
#define _IPCT_FILTER_H

#include <linux/jump_label.h>

#include "shared/expression.h"

struct ipc_namespace;
struct ipct_flight;
struct ipct_probe;
struct ipctrace_call;
struct ipctrace_object;

DECLARE_STATIC_KEY_FALSE(ipct_filter_on);

/**
 * ipct_filter_active() - is there a filter?
 *
 * Costs handlers nothing while there is none.
 */
static __always_inline bool ipct_filter_active(void)
{
	return static_branch_unlikely(&ipct_filter_on);
}

/* When a call begins: it is not wanted; it is; its end will tell. */
enum ipct_filter_verdict {
	IPCT_FILTER_REJECT,
	IPCT_FILTER_ACCEPT,
	IPCT_FILTER_LATER,
};

/**
 * struct ipct_filter_asked - what a call names by number, there or not
 * @source: enum ipct_object_source; that of the command where it decides
 * @by_key: it makes or finds its object by key
 * @number: its first argument: the id, the key
 */
struct ipct_filter_asked {
	u8 source;
	bool by_key;
	u32 number;
};

/**
 * struct ipct_filter_following - the processes that tests of pid hold for
 * @processes: how many there are
 * @refused: how many could not be followed since the filter was set
 */
struct ipct_filter_following {
	u32 processes;
	u32 refused;
};

typedef struct ipct_filter_asked (*ipct_filter_ask_t)(const struct ipct_probe *probe,
						      u8 call);

u8 ipct_filter_enter(u8 call, const struct ipct_probe *probe,
		     ipct_filter_ask_t ask);
bool ipct_filter_end(u8 call, const struct ipct_filter_asked *asked,
		     const struct ipctrace_object *object, s64 ret,
		     u64 duration_ns);
bool ipct_filter_event(u8 family, struct ipc_namespace *ns,
		       const struct ipctrace_object *object);
u64 ipct_filter_rejected_calls(u32 cpu);
u64 ipct_filter_rejected(u32 cpu);

int ipct_filter_set(const char *text, const char **message, u32 *position);
void ipct_filter_hold(void);
void ipct_filter_release(void);
void ipct_filter_text(char *text);
bool ipct_filter_following(struct ipct_filter_following *following);
void ipct_filter_exit(void);

#endif /* _IPCT_FILTER_H */
