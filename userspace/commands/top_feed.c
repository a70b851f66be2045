// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: top_feed
 *
 * Keeps up to date what top shows. Rates of calls are from the recorder's counters. Who
 * calls is counted from records, all of them, which are taken out of the rings without
 * a look at their order; where some are lost, what is counted of the others is scaled to
 * the counters.
 *
 * The model, which costs ten times as much for a record, gets those that change what
 * there is, and those that end a wait: made, changed, attached, removed. Of the others,
 * messages and semaphore operations, it gets all as long as they are not too many; else
 * none, and is told that they are lost: it then says by itself what it does not know.
 */
#include <errno.h>
#include <linux/ipc.h>
#include <linux/sem.h>
#include <linux/shm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "ask/ask.h"
#include "base/clock.h"
#include "commands/options.h"
#include "commands/top_feed.h"
#include "input/live.h"
#include "input/snapshot.h"
#include "names/cgroups.h"
#include "shared/layouts.h"
#include "shared/merge.h"
#include "shared/ring.h"
#include "shared/syscalls.h"

#define WAIT_NS		50000ULL	/* as stat has it */
#define SLOW_NS		10000000ULL	/* and a wait that is remembered */
#define FORGET_NS	10000000000ULL	/* when it is over for so long, no more */
#define PER_S		10000ULL	/* records a second that the model may take */
#define MOST_AT_ONCE	10000	/* of those that change what there is */
#define ENTERED_NS	5000000ULL	/* a call that takes longer is told before it ends */
#define NS_PER_S	1000000000ULL
#define NS_PER_MS	1000000ULL
#define FULL		64		/* of 256: how full rings may become */
#define PATIENCE_MS	250
#define IMPATIENCE_MS	10

/**
 * struct top_place - a record that is kept
 * @time_ns: of it
 * @at: where it is
 * @bulk: it is one of those that there may be too many of
 */
struct top_place {
	u64 time_ns;
	u32 at;
	bool bulk;
};

static bool is_counted(const struct top_feed *feed,
		       const struct ipctrace_header *record)
{
	return !feed->ask || ask_holds(feed->ask, record);
}

/* ---- Which calls in flight are wanted ------------------------------------ */

static void keep_call(struct top_feed *feed, const struct ipctrace_call *call)
{
	size_t room = feed->room_calls ? 2 * feed->room_calls : 64;
	struct top_call *calls = feed->calls;

	if (feed->nr_calls == feed->room_calls) {
		calls = realloc(calls, room * sizeof(*calls));
		if (!calls)
			return;
		feed->calls = calls;
		feed->room_calls = room;
	}
	calls[feed->nr_calls++] = (struct top_call){
		.tid = call->tid,
		.since_ns = call->header.time_ns - call->duration_ns,
	};
}

static int by_thread(const void *left, const void *right)
{
	const struct top_call *a = left, *b = right;

	if (a->tid != b->tid)
		return a->tid < b->tid ? -1 : 1;
	return a->since_ns < b->since_ns ? -1 : a->since_ns > b->since_ns;
}

static void sort_calls(struct top_feed *feed)
{
	if (feed->nr_calls)
		qsort(feed->calls, feed->nr_calls, sizeof(*feed->calls),
		      by_thread);
}

/* The module's list, which lacks none and has none that has ended */
static bool list_calls(struct top_feed *feed)
{
	const struct ipctrace_call *call;
	struct in_flight calls;

	if (!in_flight_take(feed->source.fd, &calls))
		return false;
	feed->nr_calls = 0;
	while ((call = in_flight_next(&calls))) {
		/* The end of a shorter one may be kept from the model. */
		if (call->duration_ns < ENTERED_NS)
			continue;
		if (is_counted(feed, &call->header))
			keep_call(feed, call);
		model_feed(feed->evidence.model, &call->header);
	}
	in_flight_free(&calls);
	sort_calls(feed);
	return true;
}

/**
 * top_feed_wants() - is a call in flight to be shown?
 * @feed: the feed
 * @wait: of the model
 */
bool top_feed_wants(const struct top_feed *feed, const struct model_wait *wait)
{
	const struct top_call call = { wait->tid, wait->since_ns };

	if (!feed->ask && !feed->live)
		return true;
	return feed->nr_calls && bsearch(&call, feed->calls, feed->nr_calls,
					 sizeof(call), by_thread);
}

/* ---- Records for the model ----------------------------------------------- */

static bool changes_state(const struct ipctrace_call *call)
{
	const struct ipct_syscall *row;
	u64 args[IPCTRACE_NR_ARGS];
	struct ipct_ctl ctl;

	if (call->header.type != IPCTRACE_TYPE_CALL ||
	    call->header.call >= IPCTRACE_NR_CALLS ||
	    call->duration_ns >= ENTERED_NS || call->ret == -EIDRM)
		return true;
	row = &ipct_syscalls[call->header.call];
	if (row->follow == IPCT_FOLLOW_MAKE)
		return call->header.flags & IPCTRACE_F_CREATED;
	if (row->follow == IPCT_FOLLOW_ATTACH || row->follow == IPCT_FOLLOW_DETACH)
		return true;
	if (row->follow != IPCT_FOLLOW_CTL || call->ret < 0)
		return false;
	ipct_call_args(call, args);
	ipct_ctl(&ctl, call, ipct_ctl_cmd(call, args));
	return ctl.use != IPCT_USE_GET;
}

static bool has_room(struct top_feed *feed, size_t bytes)
{
	size_t room = feed->room ? 2 * feed->room : 256 * 1024;
	struct top_place *places;
	char *kept;

	if (feed->room - feed->used < bytes) {
		kept = realloc(feed->kept, room);
		if (!kept)
			return false;
		feed->kept = kept;
		feed->room = room;
	}
	if (feed->nr_places < feed->room_places)
		return true;
	room = feed->room_places ? 2 * feed->room_places : 1024;
	places = realloc(feed->places, room * sizeof(*places));
	if (!places)
		return false;
	feed->places = places;
	feed->room_places = room;
	return true;
}

/**
 * struct chunk - what is taken at once
 * @bulk: records in it that there may be too many of
 * @others: and others
 * @too_many: there are too many
 * @left_out: of each CPU, those that the model does not get
 * @left_ns: time of the last of these
 * @first: of the places, the first of this chunk
 */
struct chunk {
	u64 bulk;
	u64 others;
	bool too_many;
	u64 left_out;
	u64 left_ns;
	size_t first;
};

static void keep(struct top_feed *feed, struct chunk *chunk,
		 const struct ipctrace_header *record)
{
	bool bulk = record->type != IPCTRACE_TYPE_LOST &&
		    !changes_state((const void *)record);

	/* What was known when it began is in the model. */
	if (record->time_ns <= feed->evidence.until_ns)
		return;
	chunk->bulk += bulk;
	chunk->others += !bulk;
	if (chunk->bulk > feed->tokens)
		chunk->too_many = true;
	if ((bulk ? chunk->too_many : chunk->others > MOST_AT_ONCE) ||
	    !has_room(feed, record->len)) {
		chunk->left_out++;
		chunk->left_ns = record->time_ns;
		return;
	}
	memcpy(feed->kept + feed->used, record, record->len);
	feed->places[feed->nr_places++] = (struct top_place){
		.time_ns = record->time_ns,
		.at = feed->used,
		.bulk = bulk,
	};
	feed->used += record->len;
}

static int by_time(const void *left, const void *right)
{
	const struct top_place *a = left, *b = right;

	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	return a->at < b->at ? -1 : 1;
}

/* Some of a kind are worse than none: of what there are too many, all go. */
static void leave_out(struct top_feed *feed, struct chunk *chunk)
{
	size_t i, nr = chunk->first;

	for (i = chunk->first; i < feed->nr_places; i++) {
		if (!feed->places[i].bulk) {
			feed->places[nr++] = feed->places[i];
			continue;
		}
		chunk->left_out++;
		if (feed->places[i].time_ns > chunk->left_ns)
			chunk->left_ns = feed->places[i].time_ns;
	}
	feed->nr_places = nr;
}

/* What stays is what is not settled. */
static void give_to_model(struct top_feed *feed, u64 settled_ns)
{
	size_t i, nr = 0, used = 0;
	struct top_place *places = feed->places;

	if (!feed->nr_places)
		return;
	qsort(places, feed->nr_places, sizeof(*places), by_time);
	for (i = 0; i < feed->nr_places && places[i].time_ns <= settled_ns; i++)
		model_feed(feed->evidence.model,
			   (const void *)(feed->kept + places[i].at));
	/* In the order of the bytes, none is overwritten before it is moved. */
	for (; i < feed->nr_places; i++)
		places[nr++] = places[i];
	feed->nr_places = nr;
	if (nr) {
		char *rest = malloc(feed->used);

		for (i = 0; rest && i < nr; i++) {
			const struct ipctrace_header *record =
				(const void *)(feed->kept + places[i].at);

			memcpy(rest + used, record, record->len);
			places[i].at = used;
			used += record->len;
		}
		if (!rest)
			return;
		memcpy(feed->kept, rest, used);
		free(rest);
	}
	feed->used = used;
}

static void tell_left_out(struct top_feed *feed, const struct chunk *chunk)
{
	const struct ipctrace_lost lost = {
		.header.len = sizeof(lost),
		.header.type = IPCTRACE_TYPE_LOST,
		.header.time_ns = chunk->left_ns,
		.count = chunk->left_out,
	};

	if (!chunk->left_out)
		return;
	feed->left_out += chunk->left_out;
	model_feed(feed->evidence.model, &lost.header);
}

/* ---- Records from the rings ---------------------------------------------- */

static void take_record(struct top_feed *feed, struct chunk *chunk,
			struct ipctrace_header *record)
{
	const struct ipctrace_call *call = (const void *)record;

	if (feed->tap)
		feed->tap(feed->tap_context, record);
	if (record->type == IPCTRACE_TYPE_LOST) {
		feed->lost += ((const struct ipctrace_lost *)record)->count;
	} else if (tally_is_call(record)) {
		traffic_see(&feed->traffic, call);
		if (is_counted(feed, record))
			traffic_add(&feed->traffic, call);
	}
	keep(feed, chunk, record);
}

static void take_block(struct top_feed *feed, struct chunk *chunk, char *records,
		       u32 bytes)
{
	u32 at;

	for (at = 0; at < bytes; at += ((struct ipctrace_header *)(records + at))->len) {
		struct ipctrace_header *record = (void *)(records + at);

		if (source_keeps(&feed->source, record) &&
		    (record->type == IPCTRACE_TYPE_LOST ||
		     record->len >= sizeof(struct ipctrace_call)))
			take_record(feed, chunk, record);
	}
}

/* All that a CPU has published up to now */
static bool take_cpu(struct top_feed *feed, struct chunk *chunk, u32 cpu)
{
	static u64 records[IPCTRACE_BLOCK_BYTES / sizeof(u64)];
	const struct ipct_merge_ring *ring = &feed->source.merge->ring[cpu];
	u64 head = ipct_ring_head(&ring->view);
	int bytes;

	while (ring->cursor.pos < head) {
		bytes = source_take(&feed->source, cpu, records);
		if (bytes <= 0)
			return !bytes;
		take_block(feed, chunk, (char *)records, bytes);
	}
	return true;
}

/* How many the model may take, and how long it takes until there is enough to take */
static void look_at_clock(struct top_feed *feed)
{
	u64 now_ns = clock_ns(CLOCK_MONOTONIC);
	u64 fill = source_fill(&feed->source), ms = PATIENCE_MS;

	/* With as many a second as since the last time */
	if (fill)
		ms = (now_ns - feed->tokens_ns) / 1000000 * FULL / fill;
	feed->patience_ms = ms > PATIENCE_MS ? PATIENCE_MS :
			    ms < IMPATIENCE_MS ? IMPATIENCE_MS : ms;
	feed->tokens += (now_ns - feed->tokens_ns) * PER_S / NS_PER_S;
	feed->tokens = min_t(u64, feed->tokens, PER_S);
	feed->tokens_ns = now_ns;
}

/**
 * top_feed_take() - take what there is
 * @feed: live, or there is nothing
 *
 * Return: false, with a message, when it cannot go on.
 */
bool top_feed_take(struct top_feed *feed)
{
	struct chunk chunk = { .first = feed->nr_places };
	u64 settled_ns;
	u32 cpu;

	if (!feed->live)
		return true;
	look_at_clock(feed);
	settled_ns = source_settle(&feed->source);
	for (cpu = 0; cpu < feed->source.merge->nr; cpu++)
		if (!take_cpu(feed, &chunk, cpu))
			return false;
	if (chunk.too_many) {
		leave_out(feed, &chunk);
		/* A piece now and then would be of no use. */
		feed->tokens = 0;
	} else {
		feed->tokens -= chunk.bulk;
	}
	give_to_model(feed, settled_ns);
	tell_left_out(feed, &chunk);
	return true;
}

/**
 * top_feed_wait() - sleep, and take what comes meanwhile
 * @feed: the feed; where it is not live, nothing comes
 * @until_ns: CLOCK_MONOTONIC; or until somebody stops us
 *
 * Return: as top_feed_take()
 */
bool top_feed_wait(struct top_feed *feed, u64 until_ns)
{
	struct timespec time;
	u64 now_ns, left_ns;

	while (!live_stopped()) {
		now_ns = clock_ns(CLOCK_MONOTONIC);
		if (now_ns >= until_ns)
			break;
		left_ns = until_ns - now_ns;
		if (feed->live)
			left_ns = min_t(u64, left_ns, feed->patience_ms * NS_PER_MS);
		time = (struct timespec){
			.tv_sec = left_ns / NS_PER_S,
			.tv_nsec = left_ns % NS_PER_S,
		};
		nanosleep(&time, NULL);
		if (!top_feed_take(feed))
			return false;
	}
	return true;
}

/* ---- Intervals ----------------------------------------------------------- */

static void ask_for_gaps(struct top_feed *feed)
{
	struct ipctrace_gap_state state;
	u32 cause;

	feed->open_gaps = 0;
	for (cause = 0; cause < __IPCTRACE_GAP_MAX; cause++) {
		state = (struct ipctrace_gap_state){ .cause = cause };
		if (!ioctl(feed->source.fd, IPCTRACE_IOC_GAP, &state) &&
		    state.open)
			feed->open_gaps |= 1U << cause;
	}
}

static void set_scale(struct top_feed *feed)
{
	u32 i;

	for (i = 0; i < IPCTRACE_NR_CALLS; i++) {
		u64 seen = feed->traffic.seen[i];

		feed->scale[i] = feed->lost && seen ?
				 (double)feed->between.calls[i].calls / seen : 1;
	}
}

/**
 * top_feed_tick() - an interval is over
 * @feed: @between, @scale and @calls are of it
 *
 * Return: false, with a message, when it cannot go on.
 */
bool top_feed_tick(struct top_feed *feed)
{
	struct counters now;

	if (!feed->live)
		return true;
	if (!list_calls(feed) || !top_feed_take(feed) ||
	    !counters_read(&now, &feed->source))
		return false;
	counters_between(&feed->between, &now, &feed->counters);
	feed->counters = now;
	feed->evidence.now_ns = now.time_ns;
	set_scale(feed);
	ask_for_gaps(feed);
	return true;
}

/**
 * top_feed_next() - begin another interval
 * @feed: live, or nothing changes
 */
void top_feed_next(struct top_feed *feed)
{
	if (!feed->live)
		return;
	traffic_next(&feed->traffic, feed->counters.time_ns - FORGET_NS);
	feed->begin_ns = feed->counters.time_ns;
	feed->lost = 0;
	feed->left_out = 0;
}

static void begin_asking(struct top_feed *feed)
{
	if (!feed->ask)
		return;
	feed->ask->cgroups = feed->evidence.cgroups;
	if (feed->ask->nr_trees && feed->live)
		ask_tree_present(&feed->ask->tree, "/proc");
}

/**
 * top_feed_ask() - count others from now on
 * @feed: live; forgets what it has counted
 * @ask: which, NULL: all; the one before is freed
 */
void top_feed_ask(struct top_feed *feed, struct ask *ask)
{
	ask_free(feed->ask);
	feed->ask = ask;
	begin_asking(feed);
	traffic_clear(&feed->traffic);
}

/* ---- Begin and end ------------------------------------------------------- */

static bool open_rings(struct top_feed *feed)
{
	if (!source_open(&feed->source))
		return false;
	if (!source_open(&feed->past)) {
		source_close(&feed->source);
		return false;
	}
	if (source_skip(&feed->source) &&
	    counters_read(&feed->counters, &feed->source))
		return true;
	source_close(&feed->past);
	source_close(&feed->source);
	return false;
}

static bool open_recorder(struct top_feed *feed, const struct options *options)
{
	if (!open_rings(feed))
		return false;
	feed->live = true;
	feed->tokens = PER_S;
	feed->tokens_ns = feed->counters.time_ns;
	feed->begin_ns = feed->counters.time_ns;
	live_be_prompt();
	/* To open the device takes capabilities, which this gives up. */
	return evidence_open(&feed->evidence, options, NULL, NULL);
}

static void tap(void *context, const struct ipctrace_header *record)
{
	const struct ipctrace_call *call = (const void *)record;
	struct top_feed *feed = context;
	struct counters_call *counted;

	if (feed->tap)
		feed->tap(feed->tap_context, record);
	if (feed->ask)
		feed->ask->cgroups = feed->evidence.cgroups;
	if (record->type == IPCTRACE_TYPE_ENTER &&
	    record->len >= sizeof(*call) && is_counted(feed, record))
		keep_call(feed, call);
	if (!tally_is_call(record) || call->header.call >= IPCTRACE_NR_CALLS)
		return;
	counted = &feed->between.calls[call->header.call];
	counted->calls++;
	counted->errors += call->ret < 0 && call->ret >= -4095;
	counted->time_ns += call->duration_ns;
	traffic_see(&feed->traffic, call);
	if (is_counted(feed, record))
		traffic_add(&feed->traffic, call);
}

/* All of a capture is one interval. */
static bool open_file(struct top_feed *feed, const struct options *options)
{
	const struct model_sums *sums;
	u32 i;

	if (!evidence_open_tapped(&feed->evidence, options, tap, feed))
		return false;
	sort_calls(feed);
	sums = model_sums(feed->evidence.model);
	feed->begin_ns = sums->first_ns;
	feed->between.time_ns = sums->last_ns - sums->first_ns;
	feed->lost = sums->lost;
	for (i = 0; i < IPCTRACE_NR_CALLS; i++) {
		feed->scale[i] = 1;
		feed->between.total.calls += feed->between.calls[i].calls;
		feed->between.total.errors += feed->between.calls[i].errors;
		feed->between.total.time_ns += feed->between.calls[i].time_ns;
	}
	return true;
}

/**
 * top_feed_open() - begin
 * @feed: out: top_feed_close() is for it, whatever is returned
 * @options: a capture to read, or none
 * @ask: which calls are counted, NULL: all; it is the feed's then
 *
 * Return: false, with a message, when that cannot be done.
 */
bool top_feed_open(struct top_feed *feed, const struct options *options,
		   struct ask *ask)
{
	*feed = (struct top_feed){
		.ask = ask,
		.tap = feed->tap,
		.tap_context = feed->tap_context,
	};
	traffic_init(&feed->traffic, WAIT_NS, SLOW_NS);
	if (options->input)
		return open_file(feed, options);
	if (!open_recorder(feed, options))
		return false;
	begin_asking(feed);
	return true;
}

/* The recorder's counters are since it was loaded; what is in its rings is less. */
static bool open_recorder_once(struct top_feed *feed, const struct options *options)
{
	if (!open_rings(feed))
		return false;
	feed->live = true;
	ask_for_gaps(feed);
	if (!evidence_open_tapped(&feed->evidence, options, tap, feed))
		return false;
	sort_calls(feed);
	return true;
}

/**
 * top_feed_open_once() - what there is now, with all that the recorder holds
 * @feed: out: as for top_feed_open(); it is not to be taken from
 * @options: a capture to read, or none
 *
 * Return: false, with a message, when that cannot be done.
 */
bool top_feed_open_once(struct top_feed *feed, const struct options *options)
{
	if (options->input)
		return top_feed_open(feed, options, NULL);
	*feed = (struct top_feed){
		.tap = feed->tap,
		.tap_context = feed->tap_context,
	};
	traffic_init(&feed->traffic, WAIT_NS, SLOW_NS);
	return open_recorder_once(feed, options);
}

/**
 * top_feed_close() - undo top_feed_open()
 * @feed: the feed
 */
void top_feed_close(struct top_feed *feed)
{
	if (feed->live) {
		source_close(&feed->source);
		source_close(&feed->past);
	}
	traffic_clear(&feed->traffic);
	evidence_close(&feed->evidence);
	ask_free(feed->ask);
	free(feed->calls);
	free(feed->kept);
	free(feed->places);
	*feed = (struct top_feed){ };
}
