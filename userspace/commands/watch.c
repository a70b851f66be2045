// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: watch
 *
 * Says what is wrong, not only what happened: records from a capture, or of what was
 * recorded before now, or as they come, go into a model, and rules (userspace/watch/)
 * look at both.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/privileges.h"
#include "commands/evidence.h"
#include "commands/options.h"
#include "commands/watch_log.h"
#include "commands/watch_rules.h"
#include "commands/watch_save.h"
#include "input/device.h"
#include "input/live.h"
#include "input/seed.h"
#include "names/cgroups.h"
#include "view/formats.h"
#include "view/row_schema.h"
#include "watch/engine.h"
#include "watch/finding.h"
#include "watch/observe.h"

#define EXIT_FOUND	3	/* --fail-on */
#define TICK_MS		500
#define LATE_NS		1000000000ULL	/* records come that much late, at most */

/**
 * struct watch - where we are
 * @options: what we were asked for
 * @rules: all rules
 * @evidence: the model, and how to tell of times
 * @observer: feeds @engine
 * @engine: the rules at work
 * @sums: what engines have done that are no more
 * @sink: where findings go
 * @begun: @observer has its model
 * @failing: something as bad as --fail-on was found
 * @why: --why-not: that rule, or NULL
 * @learning: --learn: what was learnt, or NULL
 * @saving: --save: what came before, or NULL
 */
struct watch {
	const struct options *options;
	struct rules rules;
	struct evidence evidence;
	struct observer *observer;
	struct engine *engine;
	struct engine_sums sums;
	struct sink *sink;
	bool begun;
	bool failing;
	struct why_not *why;
	struct learning *learning;
	struct saving *saving;
};

static const struct schema_rows schema[] = {
	{ NULL, finding_columns, FINDING_COLUMNS },
};

/* ---- Findings --------------------------------------------------------------- */

static void write_row(struct watch *watch, const struct finding *finding,
		      const char *time)
{
	struct value values[FINDING_COLUMNS];
	char name[FINDING_NAME_BYTES];

	finding_row(finding, time, watch->evidence.cgroups, values, name);
	sink_row(watch->sink, values);
}

/* How something is, is looked at again and again: how often says nothing. */
static bool is_counted(const struct finding *finding)
{
	return finding->count > 1 && finding->rule->on != RULE_ON_WAIT &&
	       finding->rule->on != RULE_ON_LIMIT && finding->rule->on != RULE_ON_QUEUE;
}

static void write_text(struct watch *watch, const struct finding *finding,
		       const char *time)
{
	struct output *output = &watch->sink->output;
	u64 tenths = (finding->last_ns - finding->first_ns) / 100000000;

	output_print(output, "%s %-6s %s: %s", time,
		     severity_names[finding->rule->severity], finding->rule->id,
		     finding->message);
	if (is_counted(finding))
		output_print(output, " (%llu in %llu.%llu s)",
			     (unsigned long long)finding->count,
			     (unsigned long long)(tenths / 10),
			     (unsigned long long)(tenths % 10));
	if (finding->incomplete)
		output_print(output, " [incomplete: %s]", finding->incomplete);
	output_print(output, "\n");
	output_room(output);
}

static void found(void *context, const struct finding *finding)
{
	struct watch *watch = context;
	const struct options *options = watch->options;
	char time[EVIDENCE_TIME_BYTES];

	/* What was before may have had to be known. */
	if (finding->last_ns < watch->evidence.since_ns)
		return;
	if (options->fail_on && finding->rule->severity >= options->fail_on - 1)
		watch->failing = true;
	if (watch->learning) {
		learning_take(watch->learning, finding);
		return;
	}
	saving_finding(watch->saving, finding);
	if (options->syslog)
		watch_log_syslog(finding);
	if (options->journal)
		watch_log_journal(finding);
	evidence_time(&watch->evidence, finding->last_ns, time);
	if (options->json)
		write_row(watch, finding, time);
	else
		write_text(watch, finding, time);
}

/* ---- What comes in ------------------------------------------------------------ */

static void look(void *context, enum rule_on on, const struct ipctrace_header *record,
		 const struct facts *facts)
{
	struct watch *watch = context;

	if (watch->why)
		why_not_look(watch->why, on, record, facts);
	engine_look(watch->engine, on, record, facts);
}

static void tick(void *context, u64 now_ns)
{
	struct watch *watch = context;

	engine_time(watch->engine, now_ns);
}

/* Rules at work on a model that is to be fed, and what they need */
static bool begin(struct watch *watch, bool live)
{
	const struct engine_setup setup = {
		.rules = &watch->rules,
		.model = watch->evidence.model,
		.cgroups = watch->evidence.cgroups,
		.now = live,
		.real_s = time(NULL),
		.found = found,
		.context = watch,
	};

	watch->observer = observer_new(look, tick, watch);
	watch->engine = engine_new(&setup);
	if (!watch->engine || !watch->observer)
		return false;
	observer_begin(watch->observer, watch->evidence.model, live);
	watch->begun = true;
	return true;
}

static void tap(void *context, const struct ipctrace_header *record)
{
	struct watch *watch = context;

	if (!watch->begun && !begin(watch, false))
		errx(EXIT_FAILURE, "no memory for rules");
	observer_record(watch->observer, record);
}

static void happened(void *context, const struct model_event *event)
{
	struct watch *watch = context;

	if (watch->begun)
		observer_event(watch->observer, event);
}

static void finish(struct watch *watch)
{
	const struct engine_sums *sums;

	if (!watch->begun)
		return;
	observer_finish(watch->observer);
	engine_finish(watch->engine);
	sums = engine_sums(watch->engine);
	watch->sums.findings += sums->findings;
	watch->sums.suppressed += sums->suppressed;
	watch->sums.folded += sums->folded;
	engine_free(watch->engine);
	observer_free(watch->observer);
	watch->engine = NULL;
	watch->observer = NULL;
	watch->begun = false;
}

/* From a capture, or what was recorded before now, one boot after the other */
static bool watch_past(struct watch *watch)
{
	struct evidence *evidence = &watch->evidence;
	bool good = evidence_open_told(evidence, watch->options, tap, happened, watch);
	bool more = good;

	while (more) {
		if (watch->begun && evidence->live)
			observer_begin(watch->observer, evidence->model, true);
		finish(watch);
		evidence_tell(evidence);
		more = evidence_later(evidence, watch->options);
	}
	return good;
}

/* Up to a pause or the end, which it returns */
static enum input_state take_some(struct watch *watch, struct input *input)
{
	const struct ipctrace_header *record;
	enum input_state state;

	while ((state = input_next(input, &record)) == INPUT_RECORD) {
		if (!saving_record(watch->saving, record))
			return INPUT_FAILED;
		observer_record(watch->observer, record);
		model_feed(watch->evidence.model, record);
	}
	return state;
}

/* What the recorder holds comes first; then the kernel is asked how things are. */
static bool take_live(struct watch *watch, struct input *input)
{
	bool asked = false;
	enum input_state state;

	do {
		state = take_some(watch, input);
		if (!asked) {
			asked = true;
			seed(watch->evidence.model, watch->evidence.cgroups);
			if (!privileges_drop())
				return false;
		}
		observer_now(watch->observer, clock_ns(CLOCK_MONOTONIC) - LATE_NS);
		if (sink_flush(watch->sink) != OUTPUT_OK)
			return watch->sink->output.state == OUTPUT_CLOSED;
		if (state == INPUT_PAUSE)
			state = input_wait(input, watch->sink->output.fd);
	} while (state == INPUT_PAUSE);
	finish(watch);
	return state != INPUT_FAILED;
}

static bool watch_machine(struct watch *watch)
{
	struct evidence *evidence = &watch->evidence;
	struct input_device device;
	bool good;

	evidence->model = model_new();
	evidence->cgroups = cgroups_new(NULL);
	evidence->live = true;
	evidence->real_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
	if (!evidence->model || !evidence->cgroups || !begin(watch, true)) {
		warnx("no memory for what the records tell");
		return false;
	}
	model_listen(evidence->model, observer_event, watch->observer);
	if (!input_device_open(&device))
		return false;
	device.input.wait_ms = TICK_MS;
	if (watch->options->save) {
		watch->saving = saving_new(watch->options->save,
					   SEVERITY_HIGH - watch->options->save_on,
					   &device.source, evidence->cgroups);
		if (!watch->saving) {
			input_close(&device.input);
			return false;
		}
	}
	live_catch_signals();
	live_stop_after(watch->options->for_ns);
	good = take_live(watch, &device.input);
	good = saving_free(watch->saving) && good;
	input_close(&device.input);
	return good;
}

/* ---- All ---------------------------------------------------------------------- */

static void say_sums(const struct watch *watch)
{
	const struct engine_sums *sums = &watch->sums;

	if (watch->options->json)
		return;
	if (sums->suppressed || sums->folded || isatty(STDERR_FILENO))
		warnx("%llu findings; %llu events suppressed by exceptions, %llu groups closed early",
		      (unsigned long long)sums->findings,
		      (unsigned long long)sums->suppressed,
		      (unsigned long long)sums->folded);
}

static bool is_past(const struct options *options)
{
	return options->input || options->since.kind != WHEN_UNSAID ||
	       options->until.kind != WHEN_UNSAID;
}

static int watch_all(struct watch *watch)
{
	const struct options *options = watch->options;
	bool good;

	watch->sink = sink_new(STDOUT_FILENO, options_format(options));
	if (!watch->sink) {
		warnx("no memory");
		return EXIT_FAILURE;
	}
	if (options->json)
		sink_begin(watch->sink, finding_columns, FINDING_COLUMNS);
	good = is_past(options) ? watch_past(watch) : watch_machine(watch);
	if (watch->why)
		why_not_print(watch->why, &watch->sink->output);
	if (watch->learning)
		learning_print(watch->learning, &watch->sink->output);
	good = sink_flush(watch->sink) != OUTPUT_FAILED && good;
	say_sums(watch);
	return !good ? EXIT_FAILURE : watch->failing ? EXIT_FOUND : EXIT_SUCCESS;
}

static void end(struct watch *watch)
{
	engine_free(watch->engine);
	observer_free(watch->observer);
	if (watch->sink)
		sink_free(watch->sink);
	evidence_close(&watch->evidence);
	why_not_free(watch->why);
	learning_free(watch->learning);
	rules_free(&watch->rules);
}

/* The exit status of what is no watching, or -1 */
static int prepare(struct watch *watch)
{
	const struct options *options = watch->options;
	struct output *output = output_stdout();

	if (options->schema)
		return row_schema_print(output, "ipctrace watch", schema,
					ARRAY_SIZE(schema)) &&
		       output_flush(output) == OUTPUT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
	if (!watch_rules_read(&watch->rules, options->rules))
		return EXIT_FAILURE;
	if (options->check)
		return watch_rules_check(&watch->rules, output);
	if (options->explain_rule)
		return watch_rules_explain(&watch->rules, options->explain_rule,
					   output);
	if (options->why_not) {
		watch->why = why_not_new(&watch->rules, options->why_not);
		if (!watch->why)
			return EXIT_USAGE;
	}
	if (options->save && is_past(options))
		return options_refuse(options, "--save is for what happens now, not for -i, --since or --until");
	if (options->for_ns && is_past(options))
		return options_refuse(options, "--for is for what happens now, not for -i, --since or --until");
	if ((options->syslog || options->journal) &&
	    !watch_log_begin(options->journal))
		return EXIT_FAILURE;
	if (options->learn)
		watch->learning = learning_new();
	return -1;
}

static int run(const struct options *options)
{
	struct watch watch = { .options = options };
	int status = prepare(&watch);

	if (status < 0)
		status = watch_all(&watch);
	end(&watch);
	return status;
}

const struct command command_watch = {
	.usage = "watch [OPTION]...",
	.about =
"Say what is wrong, by rules: objects that are removed while in use, changed or\n"
"guessed by strangers, or left behind; deadlocks, calls on ids that are no more,\n"
"limits nearly reached; and times in which nobody could have seen it. One finding\n"
"for each rule and group in a window of time, with a count. What happens now is\n"
"asked, until interrupted; with --since or --until, what was recorded before now,\n"
"by the service, too.\n",
	.notes =
"Rules are those of PREFIX/share/ipctrace/rules.d and /etc/ipctrace/rules.d. A\n"
"local one is looked at besides the others; ipctrace-watch(1) says how to write\n"
"one.\n"
"Exit status: 0 at the end, 1 for a failure, 2 for wrong options, 3 where\n"
"--fail-on was given and something so bad was found.\n",
	.run = run,
};
