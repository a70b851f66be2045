/* SPDX-License-Identifier: GPL-2.0 */
/* What top counts and knows, kept up to date; see top_feed.c. */
#ifndef _IPCTRACE_TOP_FEED_H
#define _IPCTRACE_TOP_FEED_H

#include "commands/evidence.h"
#include "count/traffic.h"
#include "input/counters.h"
#include "input/source.h"

struct ask;
struct options;
struct top_place;

/**
 * struct top_call - a call in flight, as far as it is wanted
 * @tid: thread
 * @since_ns: since when
 */
struct top_call {
	u32 tid;
	u64 since_ns;
};

/**
 * struct top_feed - where rows are from
 * @evidence: state
 * @traffic: who calls, in this interval and in all
 * @ask: which of that is counted, NULL: all
 * @live: it goes on
 * @source: records from now on
 * @past: the same rings, for those who want to go back
 * @begin_ns: when this interval began
 * @counters: at its begin
 * @between: what the recorder has counted in it; of a capture, what is in that
 * @scale: by call: counted by the recorder, for each that was seen here
 * @lost: records of this interval that were overwritten before they were taken
 * @left_out: likewise, that the model was spared
 * @open_gaps: why not all is recorded now, by bit of enum ipctrace_gap_cause
 * @calls: calls in flight that are wanted, of a capture also such as have ended
 * @nr_calls: how many
 * @room_calls: there is room for so many
 * @kept: records for the model that are not settled yet
 * @used: bytes of them
 * @room: there is room for so many
 * @places: of @kept, for sorting
 * @nr_places: how many
 * @room_places: there is room for so many
 * @tokens: so many records the model may still take
 * @tokens_ns: as of then
 * @patience_ms: how long to sleep, so that no ring overflows
 * @tap: told of each record that is taken, in no order, or NULL; top_feed_open() leaves
 *	it as it was
 * @tap_context: for @tap
 */
struct top_feed {
	struct evidence evidence;
	struct traffic traffic;
	struct ask *ask;
	bool live;
	struct source source;
	struct source past;
	u64 begin_ns;
	struct counters counters;
	struct counters between;
	double scale[IPCTRACE_NR_CALLS];
	u64 lost;
	u64 left_out;
	u32 open_gaps;
	struct top_call *calls;
	size_t nr_calls;
	size_t room_calls;
	char *kept;
	size_t used;
	size_t room;
	struct top_place *places;
	size_t nr_places;
	size_t room_places;
	u64 tokens;
	u64 tokens_ns;
	u32 patience_ms;
	evidence_tap_t tap;
	void *tap_context;
};

bool top_feed_open(struct top_feed *feed, const struct options *options,
		   struct ask *ask);
bool top_feed_open_once(struct top_feed *feed, const struct options *options);
bool top_feed_take(struct top_feed *feed);
bool top_feed_wait(struct top_feed *feed, u64 until_ns);
bool top_feed_tick(struct top_feed *feed);
void top_feed_next(struct top_feed *feed);
void top_feed_ask(struct top_feed *feed, struct ask *ask);
bool top_feed_wants(const struct top_feed *feed, const struct model_wait *wait);
void top_feed_close(struct top_feed *feed);

#endif /* _IPCTRACE_TOP_FEED_H */
