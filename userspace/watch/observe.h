/* SPDX-License-Identifier: GPL-2.0 */
/* What rules look at, from records and the model; see observe.c. */
#ifndef _IPCTRACE_WATCH_OBSERVE_H
#define _IPCTRACE_WATCH_OBSERVE_H

#include <ipctrace/ipctrace.h>

#include "fields/facts.h"
#include "watch/rules.h"

struct model;
struct model_event;
struct observer;

typedef void (*observer_look_t)(void *context, enum rule_on on,
				const struct ipctrace_header *record,
				const struct facts *facts);
typedef void (*observer_time_t)(void *context, u64 now_ns);

struct observer *observer_new(observer_look_t look, observer_time_t time,
			      void *context);
void observer_begin(struct observer *observer, const struct model *model,
		    bool live);
void observer_record(struct observer *observer,
		     const struct ipctrace_header *record);
void observer_event(void *context, const struct model_event *event);
void observer_now(struct observer *observer, u64 now_ns);
void observer_finish(struct observer *observer);
void observer_free(struct observer *observer);

#endif /* _IPCTRACE_WATCH_OBSERVE_H */
