/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which calls are recorded, and for whom; see filter.c.
 *
 * Locking:
 *   filter's lock	which filters there are; process context
 *   RCU		handlers read them, preemption off
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
struct ipctrace_subscription;

DECLARE_STATIC_KEY_FALSE(ipct_filter_on);

/**
 * ipct_filter_active() - is there a filter, or a subscription?
 *
 * Costs handlers nothing while there is none.
 */
static __always_inline bool ipct_filter_active(void)
{
	return static_branch_unlikely(&ipct_filter_on);
}

#define IPCT_FILTER_MACHINE	1U	/* in a set of those who want a call */

/**
 * struct ipct_filter_verdict - who wants a call that begins
 * @wanted: who does, as a set of bits: the machine's filter, subscriptions
 * @undecided: for whom its end decides
 */
struct ipct_filter_verdict {
	u32 wanted;
	u32 undecided;
};

/* Is all settled, for a call that has an ordinary record? */
static __always_inline bool
ipct_filter_is_plain(struct ipct_filter_verdict verdict)
{
	return verdict.wanted == IPCT_FILTER_MACHINE && !verdict.undecided;
}

/**
 * struct ipct_filter_asked - what a call names by number, whether it exists or not
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

struct ipct_filter_verdict ipct_filter_enter(u8 call,
					     const struct ipct_probe *probe,
					     ipct_filter_ask_t ask);
u32 ipct_filter_end(struct ipct_filter_verdict verdict, u8 call,
		    const struct ipct_filter_asked *asked,
		    const struct ipctrace_object *object, s64 ret,
		    u64 entered_ns, u64 duration_ns);
u32 ipct_filter_now(struct ipct_filter_verdict verdict, u64 entered_ns);
u32 ipct_filter_event(u8 family, struct ipc_namespace *ns,
		      const struct ipctrace_object *object);
void ipct_filter_reject(void);
u64 ipct_filter_rejected_calls(u32 cpu);
u64 ipct_filter_rejected(u32 cpu);

int ipct_filter_set(const char *text, const char **message, u32 *position);
int ipct_filter_subscribe(u32 *mine, const char *text, const char **message,
			  u32 *position);
void ipct_filter_unsubscribe(u32 *mine);
void ipct_filter_subscription(u32 bit, struct ipctrace_subscription *now);
bool ipct_filter_all_gone(u32 bit);
void ipct_filter_hold(void);
void ipct_filter_release(void);
void ipct_filter_text(u32 bit, char *text);
bool ipct_filter_following(u32 bit, struct ipct_filter_following *following);
void ipct_filter_exit(void);

#endif /* _IPCT_FILTER_H */
