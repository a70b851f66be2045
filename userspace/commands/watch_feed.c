// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: watch_feed
 *
 * Records from a capture, or of what was recorded before now, or as they come, go into
 * a model, and rules look at both: whoever wants to know what they find is told, and of
 * the records and of what the model makes of them, too.
 */
#include <err.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/privileges.h"
#include "commands/options.h"
#include "commands/watch_feed.h"
#include "input/live.h"
#include "input/seed.h"
#include "names/cgroups.h"

#define TICK_MS		500
#define LATE_NS		1000000000ULL	/* records come that much late, at most */

/* ---- What comes in ------------------------------------------------------------ */

static void look(void *context, enum rule_on on, const struct ipctrace_header *record,
		 const struct facts *facts)
{
	struct watch_feed *feed = context;

	if (feed->ops->look)
		feed->ops->look(feed->context, on, record, facts);
	engine_look(feed->engine, on, record, facts);
}

static void tick(void *context, u64 now_ns)
{
	struct watch_feed *feed = context;

	engine_time(feed->engine, now_ns);
}

/* Rules at work on a model that is to be fed, and what they need */
static bool begin(struct watch_feed *feed, bool live)
{
	const struct engine_setup setup = {
		.rules = feed->rules,
		.model = feed->evidence.model,
		.cgroups = feed->evidence.cgroups,
		.now = live,
		.real_s = time(NULL),
		.found = feed->ops->found,
		.context = feed->context,
	};

	feed->begun = true;
	if (feed->ops->begun && !feed->ops->begun(feed->context))
		return false;
	if (!feed->rules)
		return true;
	feed->observer = observer_new(look, tick, feed);
	feed->engine = feed->observer ? engine_new(&setup) : NULL;
	if (!feed->engine) {
		warnx("no memory for rules");
		return false;
	}
	observer_begin(feed->observer, feed->evidence.model, live);
	return true;
}

static bool take(struct watch_feed *feed, const struct ipctrace_header *record)
{
	if (feed->ops->record && !feed->ops->record(feed->context, record))
		return false;
	if (feed->engine)
		observer_record(feed->observer, record);
	return true;
}

static void happened(void *context, const struct model_event *event)
{
	struct watch_feed *feed = context;

	if (!feed->begun)
		return;
	if (feed->ops->event)
		feed->ops->event(feed->context, event);
	if (feed->engine)
		observer_event(feed->observer, event);
}

static void finish(struct watch_feed *feed)
{
	const struct engine_sums *sums;

	feed->begun = false;
	if (!feed->engine)
		return;
	observer_finish(feed->observer);
	engine_finish(feed->engine);
	sums = engine_sums(feed->engine);
	feed->sums.findings += sums->findings;
	feed->sums.suppressed += sums->suppressed;
	feed->sums.folded += sums->folded;
	engine_free(feed->engine);
	observer_free(feed->observer);
	feed->engine = NULL;
	feed->observer = NULL;
}

/* ---- What has been ---------------------------------------------------------------- */

static void tap(void *context, const struct ipctrace_header *record)
{
	struct watch_feed *feed = context;

	if ((feed->begun || begin(feed, false)) && take(feed, record))
		return;
	feed->failed = true;
	feed->evidence.enough = true;
}

/* From a capture, or what was recorded before now, one boot after the other */
static bool run_past(struct watch_feed *feed)
{
	struct evidence *evidence = &feed->evidence;
	bool good = evidence_open_told(evidence, feed->options, tap, happened, feed);
	bool more = good;

	while (more) {
		if (feed->engine && evidence->live)
			observer_begin(feed->observer, evidence->model, true);
		finish(feed);
		evidence_tell(evidence);
		more = !feed->failed && evidence_later(evidence, feed->options);
	}
	return good && !feed->failed;
}

/* ---- The recorder ---------------------------------------------------------------- */

/* Up to a pause or the end, which it returns */
static enum input_state take_some(struct watch_feed *feed, struct input *input)
{
	const struct ipctrace_header *record;
	enum input_state state;

	while ((state = input_next(input, &record)) == INPUT_RECORD) {
		if (!take(feed, record))
			return INPUT_FAILED;
		if (!feed->bare)
			model_feed(feed->evidence.model, record);
	}
	return state;
}

/* What the recorder holds comes first; then the kernel is asked how things are. */
static bool take_live(struct watch_feed *feed, struct input *input)
{
	bool asked = false;
	enum input_state state;

	do {
		state = take_some(feed, input);
		if (!asked) {
			asked = true;
			if (!feed->bare)
				seed(feed->evidence.model, feed->evidence.cgroups);
			if (!privileges_drop())
				return false;
		}
		if (feed->engine)
			observer_now(feed->observer,
				     clock_ns(CLOCK_MONOTONIC) - LATE_NS);
		switch (feed->ops->pause(feed->context)) {
		case WATCH_FEED_ON:
			break;
		case WATCH_FEED_END:
			return true;
		case WATCH_FEED_FAILED:
			return false;
		}
		if (state == INPUT_PAUSE)
			state = input_wait(input, feed->output);
	} while (state == INPUT_PAUSE);
	finish(feed);
	return state != INPUT_FAILED;
}

static bool run_machine(struct watch_feed *feed)
{
	struct evidence *evidence = &feed->evidence;
	struct input_device device;
	bool good;

	evidence->model = model_new();
	evidence->cgroups = cgroups_new(NULL);
	evidence->live = true;
	evidence->real_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
	if (!evidence->model || !evidence->cgroups) {
		warnx("no memory for what the records tell");
		return false;
	}
	if (!begin(feed, true))
		return false;
	model_listen(evidence->model, happened, feed);
	if (!input_device_open(&device))
		return false;
	device.input.wait_ms = TICK_MS;
	live_catch_signals();
	live_stop_after(feed->options->for_ns);
	good = (!feed->ops->opened || feed->ops->opened(feed->context, &device)) &&
	       take_live(feed, &device.input);
	input_close(&device.input);
	return good;
}

/* ---- Both ------------------------------------------------------------------------ */

/**
 * watch_feed_is_past() - is it what has been?
 * @options: of the command
 *
 * Return: false: it is what happens from now on.
 */
bool watch_feed_is_past(const struct options *options)
{
	return options->input || options->since.kind != WHEN_UNSAID ||
	       options->until.kind != WHEN_UNSAID;
}

/**
 * watch_feed_run() - to the end
 * @feed: zeroed but for what is before its @evidence; watch_feed_close() is for it,
 *	whatever is returned
 *
 * Return: false, with a message, when something failed.
 */
bool watch_feed_run(struct watch_feed *feed)
{
	return watch_feed_is_past(feed->options) ? run_past(feed) : run_machine(feed);
}

/**
 * watch_feed_close() - give back what it took
 * @feed: the feed
 */
void watch_feed_close(struct watch_feed *feed)
{
	engine_free(feed->engine);
	observer_free(feed->observer);
	evidence_close(&feed->evidence);
}
