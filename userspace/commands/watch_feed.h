/* SPDX-License-Identifier: GPL-2.0 */
/* What rules look at, from what has been or as it comes; see watch_feed.c. */
#ifndef _IPCTRACE_WATCH_FEED_H
#define _IPCTRACE_WATCH_FEED_H

#include "commands/evidence.h"
#include "input/device.h"
#include "watch/engine.h"
#include "watch/observe.h"

/**
 * enum watch_feed_state - how it goes on
 * @WATCH_FEED_ON: it does
 * @WATCH_FEED_END: it does not: it is enough
 * @WATCH_FEED_FAILED: it cannot; a message was given
 */
enum watch_feed_state {
	WATCH_FEED_ON,
	WATCH_FEED_END,
	WATCH_FEED_FAILED,
};

/**
 * struct watch_feed_ops - who is told
 * @look: of what rules look at, before they do; NULL: nobody
 * @found: of findings
 * @begun: that records of a boot are to come, with @evidence new; false, with a message:
 *	it cannot go on. NULL: nobody
 * @record: of each record, before the model takes it; false, with a message: it cannot
 *	go on. NULL: nobody
 * @event: of what the model makes of records; NULL: nobody
 * @opened: that the recorder is open, before the first record; false, with a message:
 *	it cannot go on. NULL: nobody
 * @pause: that there are no more records for now: of the recorder, about twice a
 *	second; returns enum watch_feed_state
 */
struct watch_feed_ops {
	observer_look_t look;
	engine_found_t found;
	bool (*begun)(void *context);
	bool (*record)(void *context, const struct ipctrace_header *record);
	model_listener_t event;
	bool (*opened)(void *context, const struct input_device *device);
	enum watch_feed_state (*pause)(void *context);
};

/**
 * struct watch_feed - where it is from
 * @options: of a command with -i FILE, --since, --until and --for
 * @ops: who is told
 * @context: for @ops
 * @rules: the rules, NULL: there are no findings
 * @bare: nobody wants what a model makes of the records of the recorder, so there is
 *	none of it
 * @output: file descriptor; it is over when nobody reads it any more
 * @evidence: the model, and how to tell of times
 * @observer: feeds @engine
 * @engine: the rules at work
 * @sums: what engines have done that are no more
 * @begun: they have their model
 * @failed: @ops.record has
 */
struct watch_feed {
	const struct options *options;
	const struct watch_feed_ops *ops;
	void *context;
	struct rules *rules;
	bool bare;
	int output;
	struct evidence evidence;
	struct observer *observer;
	struct engine *engine;
	struct engine_sums sums;
	bool begun;
	bool failed;
};

bool watch_feed_is_past(const struct options *options);
bool watch_feed_run(struct watch_feed *feed);
void watch_feed_close(struct watch_feed *feed);

#endif /* _IPCTRACE_WATCH_FEED_H */
