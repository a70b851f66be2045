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
#include <unistd.h>

#include "commands/options.h"
#include "commands/watch_feed.h"
#include "commands/watch_log.h"
#include "commands/watch_rules.h"
#include "commands/watch_save.h"
#include "view/formats.h"
#include "view/row_schema.h"
#include "watch/finding.h"

#define EXIT_FOUND	3	/* --fail-on */

/**
 * struct watch - where we are
 * @options: what we were asked for
 * @rules: all rules
 * @feed: what they look at
 * @sink: where findings go
 * @failing: something as bad as --fail-on was found
 * @why: --why-not: that rule, or NULL
 * @learning: --learn: what was learnt, or NULL
 * @saving: --save: what came before, or NULL
 */
struct watch {
	const struct options *options;
	struct rules rules;
	struct watch_feed feed;
	struct sink *sink;
	bool failing;
	struct why_not *why;
	struct learning *learning;
	struct saving *saving;
};

static const struct schema_rows schema[] = {
	{ NULL, finding_columns, FINDING_COLUMNS },
};

/* ---- Findings --------------------------------------------------------------- */

static void write_row(struct watch *watch, const struct finding *finding)
{
	const struct evidence *evidence = &watch->feed.evidence;
	struct value values[FINDING_COLUMNS];
	char time[EVIDENCE_TIME_BYTES], name[FINDING_NAME_BYTES];

	finding_row(finding, evidence_time(evidence, finding->last_ns, time),
		    evidence->cgroups, values, name);
	sink_row(watch->sink, values);
}

/* How something is, is looked at again and again: how often says nothing. */
static bool is_counted(const struct finding *finding)
{
	return finding->count > 1 && finding->rule->on != RULE_ON_WAIT &&
	       finding->rule->on != RULE_ON_LIMIT && finding->rule->on != RULE_ON_QUEUE;
}

static void write_text(struct watch *watch, const struct finding *finding)
{
	char time[EVIDENCE_TIME_BYTES];
	struct output *output = &watch->sink->output;
	u64 tenths = (finding->last_ns - finding->first_ns) / 100000000;

	output_print(output, "%s %-6s %s: %s",
		     evidence_time(&watch->feed.evidence, finding->last_ns, time),
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

	/* What was before may have had to be known. */
	if (finding->last_ns < watch->feed.evidence.since_ns)
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
	if (options->json)
		write_row(watch, finding);
	else
		write_text(watch, finding);
}

/* ---- What comes in ------------------------------------------------------------ */

static void look(void *context, enum rule_on on, const struct ipctrace_header *record,
		 const struct facts *facts)
{
	struct watch *watch = context;

	if (watch->why)
		why_not_look(watch->why, on, record, facts);
}

static bool take_record(void *context, const struct ipctrace_header *record)
{
	struct watch *watch = context;

	return saving_record(watch->saving, record);
}

static bool opened(void *context, const struct input_device *device)
{
	struct watch *watch = context;
	const struct options *options = watch->options;

	if (!options->save)
		return true;
	watch->saving = saving_new(options->save, SEVERITY_HIGH - options->save_on,
				   &device->source, watch->feed.evidence.cgroups);
	return watch->saving;
}

static enum watch_feed_state at_pause(void *context)
{
	struct watch *watch = context;

	switch (sink_flush(watch->sink)) {
	case OUTPUT_OK:
		return WATCH_FEED_ON;
	case OUTPUT_CLOSED:
		return WATCH_FEED_END;
	default:
		return WATCH_FEED_FAILED;
	}
}

static const struct watch_feed_ops feed_ops = {
	.look = look,
	.found = found,
	.record = take_record,
	.opened = opened,
	.pause = at_pause,
};

/* ---- All ---------------------------------------------------------------------- */

static void say_sums(const struct watch *watch)
{
	const struct engine_sums *sums = &watch->feed.sums;

	if (watch->options->json)
		return;
	if (sums->suppressed || sums->folded || isatty(STDERR_FILENO))
		warnx("%llu findings; %llu events suppressed by exceptions, %llu groups closed early",
		      (unsigned long long)sums->findings,
		      (unsigned long long)sums->suppressed,
		      (unsigned long long)sums->folded);
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
	watch->feed = (struct watch_feed){
		.options = options,
		.ops = &feed_ops,
		.context = watch,
		.rules = &watch->rules,
		.output = STDOUT_FILENO,
	};
	good = watch_feed_run(&watch->feed);
	good = saving_free(watch->saving) && good;
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
	watch_feed_close(&watch->feed);
	if (watch->sink)
		sink_free(watch->sink);
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
	if (options->save && watch_feed_is_past(options))
		return options_refuse(options, "--save is for what happens now, not for -i, --since or --until");
	if (options->for_ns && watch_feed_is_past(options))
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
