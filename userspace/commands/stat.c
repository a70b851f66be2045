// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: stat
 *
 * Counts calls: how many, how long they took, which errors, by call or by anything
 * that a record tells. As perf stat does it counts from now on until it is
 * interrupted, and then prints; or what a capture has; or what a program does, up to
 * its end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/counted.h"
#include "commands/gather.h"
#include "commands/options.h"
#include "commands/program.h"
#include "count/by.h"
#include "count/groups.h"
#include "count/tally.h"
#include "names/cgroups.h"
#include "view/cell.h"
#include "view/table.h"

#define WAIT_NS		50000	/* unless --wait says another time */

/* What is counted of each group */
struct stat_group {
	struct group group;
	struct tally tally;
};

/**
 * struct stat - what was counted
 * @gather: first, for what it calls
 * @by: what is counted apart
 * @groups: of struct stat_group
 * @room: for their histograms
 * @total: of all
 * @sink: where it goes
 * @wait_ns: calls that take longer have waited
 * @reports: that were printed
 * @failed: a table could not be written
 */
struct stat {
	struct gather gather;
	struct by by;
	struct groups groups;
	struct histogram_room room;
	struct tally total;
	struct sink *sink;
	u64 wait_ns;
	u64 reports;
	bool failed;
};

#define NS(column, head, says)						\
	{ .name = column, .type = VALUE_UNSIGNED, .heading = head,	\
	  .is_ns = true, .nullable = true, .what = says }

static const struct column group_columns[] = {
	COUNTED_COLUMNS,
	{ .name = "name", .type = VALUE_STRING, .what = "of the group" },
	{ .name = "calls", .type = VALUE_UNSIGNED, .what = "that have ended" },
	{ .name = "rate", .type = VALUE_UNSIGNED, .heading = "/s",
	  .what = "calls a second" },
	{ .name = "errors", .type = VALUE_UNSIGNED, .what = "that failed" },
	NS("time_ns", "time", "how long all calls took"),
	NS("wait_ns", "waiting", "of that: calls that waited"),
	{ .name = "wait_percent", .type = VALUE_UNSIGNED, .heading = "wait%",
	  .what = "wait_ns in time_ns" },
	NS("min_ns", "min", "shortest"),
	NS("p50_ns", "p50", "half of them took as long, or less; within 0.5 %"),
	NS("p90_ns", "p90", "90 % of them"),
	NS("p99_ns", "p99", "99 %"),
	NS("p999_ns", "p99.9", "99.9 %"),
	NS("max_ns", "max", "longest"),
	{ .name = "errnos", .type = VALUE_STRING, .nullable = true,
	  .what = "which errors, and how often" },
};

static const struct column error_columns[] = {
	COUNTED_COLUMNS,
	{ .name = "name", .type = VALUE_STRING, .what = "of the group" },
	{ .name = "error", .type = VALUE_STRING, .what = "an error" },
	{ .name = "count", .type = VALUE_UNSIGNED, .what = "how often" },
};

static const struct column total_columns[] = {
	COUNTED_COLUMNS,
	{ .name = "calls", .type = VALUE_UNSIGNED },
	{ .name = "rate", .type = VALUE_UNSIGNED },
	{ .name = "errors", .type = VALUE_UNSIGNED },
	NS("time_ns", NULL, NULL),
	NS("wait_ns", NULL, NULL),
	{ .name = "groups", .type = VALUE_UNSIGNED,
	  .what = "that were counted apart" },
	{ .name = "lost", .type = VALUE_UNSIGNED,
	  .what = "records that were overwritten before they were read" },
	{ .name = "missed", .type = VALUE_UNSIGNED,
	  .what = "calls that could not be watched" },
	{ .name = "gaps", .type = VALUE_STRING, .nullable = true,
	  .what = "why not everything was recorded" },
};

#undef NS

static const struct schema_rows schema[] = {
	{ "group other", group_columns, ARRAY_SIZE(group_columns) },
	{ "error", error_columns, ARRAY_SIZE(error_columns) },
	{ "total", total_columns, ARRAY_SIZE(total_columns) },
};

static struct stat *stat_of(struct gather *gather)
{
	return (struct stat *)gather;
}

static void take(struct gather *gather, const struct ipctrace_header *record)
{
	struct stat *stat = stat_of(gather);
	const struct ipctrace_call *call = (const void *)record;
	char key[BY_KEY_BYTES];
	struct group *group;

	if (!tally_is_call(record))
		return;
	group = groups_get(&stat->groups, key, by_key(&stat->by, record, key));
	tally_add(&((struct stat_group *)group)->tally, &stat->room, call,
		  stat->wait_ns);
	tally_add(&stat->total, &stat->room, call, stat->wait_ns);
}

/* ---- Rows --------------------------------------------------------------------- */

static struct value *put_percentile(struct value *value,
				    const struct histogram *histogram, u32 share)
{
	u64 ns;

	return histogram_percentile(histogram, share, &ns) ?
	       counted_number(value, ns) : counted_null(value);
}

static void put_group(struct stat *stat, struct table *table, const char *name,
		      struct tally *tally)
{
	const struct histogram *durations = &tally->durations;
	const struct gather_range *range = &stat->gather.range;
	struct value values[ARRAY_SIZE(group_columns)], *value;
	char errnos[512];

	tally_errnos(tally, errnos, sizeof(errnos));
	value = counted_begin(values, name ? "group" : "other", range);
	value = counted_text(value, name ?: "(others)");
	value = counted_number(value, tally->calls);
	value = counted_number(value, counted_rate(tally->calls, range));
	value = counted_number(value, tally->errors);
	value = counted_number(value, tally->time_ns);
	value = counted_number(value, tally->wait_ns);
	value = counted_number(value, tally->time_ns ?
			       (u64)(100.0 * tally->wait_ns / tally->time_ns +
				     0.5) : 0);
	value = counted_number(value, durations->min);
	value = put_percentile(value, durations, 50000);
	value = put_percentile(value, durations, 90000);
	value = put_percentile(value, durations, 99000);
	value = put_percentile(value, durations, 99900);
	value = counted_number(value, durations->max);
	counted_text(value, *errnos ? errnos : NULL);
	table_add(table, values);
}

static struct tally *tally_of(struct stat *stat, size_t i)
{
	struct group *group = i < stat->groups.nr ? stat->groups.list[i] :
						    stat->groups.other;

	return &((struct stat_group *)group)->tally;
}

/* NULL of all others */
static const char *name_of(struct stat *stat, size_t i)
{
	return i < stat->groups.nr ? stat->groups.list[i]->key : NULL;
}

static bool choose(const struct options *options, struct table *table)
{
	const char *columns = options->table_columns;

	table_init(table, group_columns, ARRAY_SIZE(group_columns));
	if (!columns && options_format(options) == SINK_TEXT)
		columns = "name,calls,rate,errors,time_ns,wait_percent,min_ns,p50_ns,p90_ns,p99_ns,p999_ns,max_ns,errnos";
	return (!columns || table_choose(table, columns)) &&
	       table_sort(table, options->sort ?: "-time_ns");
}

static void write_groups(struct stat *stat)
{
	struct table table;
	size_t i;

	if (!choose(stat->gather.options, &table)) {
		stat->failed = true;
		return;
	}
	for (i = 0; i <= stat->groups.nr; i++)
		if (tally_of(stat, i)->calls)
			put_group(stat, &table, name_of(stat, i),
				  tally_of(stat, i));
	if (!table_write(&table, stat->sink))
		stat->failed = true;
	table_free(&table);
}

static void write_errors(struct stat *stat)
{
	struct value values[ARRAY_SIZE(error_columns)], *value;
	struct tally *tally;
	char text[512], *word, *rest;
	size_t i;

	sink_begin(stat->sink, error_columns, ARRAY_SIZE(error_columns));
	for (i = 0; i <= stat->groups.nr; i++) {
		tally = tally_of(stat, i);
		tally_errnos(tally, text, sizeof(text));
		rest = text;
		while ((word = strsep(&rest, " ")) && *word) {
			value = counted_begin(values, "error",
					      &stat->gather.range);
			value = counted_text(value, name_of(stat, i) ?:
					     "(others)");
			value = counted_text(value, word);
			counted_number(value, strtoull(strsep(&rest, " "), NULL,
						       10));
			counted_row(stat->sink, values);
		}
	}
}

static void write_total(struct stat *stat)
{
	const struct gather_range *range = &stat->gather.range;
	struct value values[ARRAY_SIZE(total_columns)], *value;
	const struct tally *total = &stat->total;
	char gaps[128];

	sink_begin(stat->sink, total_columns, ARRAY_SIZE(total_columns));
	value = counted_begin(values, "total", range);
	value = counted_number(value, total->calls);
	value = counted_number(value, counted_rate(total->calls, range));
	value = counted_number(value, total->errors);
	value = counted_number(value, total->time_ns);
	value = counted_number(value, total->wait_ns);
	value = counted_number(value, stat->groups.nr);
	value = counted_number(value, range->lost);
	value = counted_number(value, range->missed);
	gather_gaps(range, gaps, sizeof(gaps));
	counted_text(value, *gaps ? gaps : NULL);
	counted_row(stat->sink, values);
}

/* For people */
static void print_total(struct stat *stat, char *text, size_t size)
{
	const struct gather_range *range = &stat->gather.range;
	u64 ns = range->end_ns - range->begin_ns;
	const struct tally *total = &stat->total;
	char took[32], span[32], missing[512];

	cell_duration(took, total->time_ns);
	cell_duration(span, ns);
	gather_missing(range, missing, sizeof(missing));
	snprintf(text, size,
		 "%s: %llu calls (%llu/s), %llu errors, %s in calls%s%s%s\n",
		 span, (unsigned long long)total->calls,
		 (unsigned long long)counted_rate(total->calls, range),
		 (unsigned long long)total->errors, took,
		 *missing ? "; incomplete: " : "", missing,
		 stat->total.calls && tally_of(stat, stat->groups.nr)->calls ?
			 "; only the first groups are told apart" : "");
}

static void write_text(struct stat *stat)
{
	const struct gather_range *range = &stat->gather.range;
	char line[1024];

	print_total(stat, line, sizeof(line));
	if (stat->gather.interval_ns)
		output_print(&stat->sink->output, "%s--- %llu.%09llu to %llu.%09llu ---\n",
			     stat->reports ? "\n" : "",
			     (unsigned long long)range->begin_ns / 1000000000,
			     (unsigned long long)range->begin_ns % 1000000000,
			     (unsigned long long)range->end_ns / 1000000000,
			     (unsigned long long)range->end_ns % 1000000000);
	if (stat->total.calls) {
		write_groups(stat);
		output_print(&stat->sink->output, "\n");
	}
	output_print(&stat->sink->output, "%s", line);
}

static void forget(struct stat *stat)
{
	size_t i;

	for (i = 0; i <= stat->groups.nr; i++)
		tally_clear(tally_of(stat, i), &stat->room);
	tally_clear(&stat->total, &stat->room);
	groups_clear(&stat->groups);
}

static bool report(struct gather *gather)
{
	struct stat *stat = stat_of(gather);
	char line[1024];

	switch (options_format(gather->options)) {
	case SINK_JSON:
		write_groups(stat);
		write_errors(stat);
		write_total(stat);
		break;
	case SINK_CSV:
		write_groups(stat);
		print_total(stat, line, sizeof(line));
		fputs(line, stderr);
		break;
	default:
		write_text(stat);
	}
	stat->reports++;
	forget(stat);
	return sink_flush(stat->sink) == OUTPUT_OK && !stat->failed;
}

/* ---- The command ---------------------------------------------------------------- */

static bool begin(struct stat *stat, const struct options *options,
		  struct wanted *wanted)
{
	struct table table;

	*stat = (struct stat){
		.gather = {
			.take = take,
			.report = report,
			.options = options,
			.wanted = wanted,
			.interval_ns = options->interval_ns,
		},
		.room = { COUNTED_ROOM_BYTES },
		.wait_ns = options->wait_ns ?: WAIT_NS,
	};
	/* What is wrong is said before anything is counted. */
	return choose(options, &table) &&
	       counted_by(&stat->by, options, wanted->cgroups, "--by",
			  options->by ?: "call") &&
	       groups_init(&stat->groups, sizeof(struct stat_group),
			   COUNTED_MOST_GROUPS);
}

static bool count_program(struct program *program, struct input_device *device)
{
	struct stat *stat = program->context;

	if (!program_begin(program))
		return false;
	gather_begin(&stat->gather, device);
	if (program_start())
		gather_own(&stat->gather, device);
	return true;
}

/* To standard error: the other one is the program's. */
static int run_program(struct stat *stat, const struct options *options)
{
	struct program program = {
		.options = options,
		.ask = stat->gather.wanted->ask,
		.work = count_program,
		.context = stat,
	};

	return program_run(&program);
}

static int count(const struct options *options, struct wanted *wanted,
		 struct style *style)
{
	int status = EXIT_USAGE;
	struct stat stat;

	(void)style;
	if (begin(&stat, options, wanted)) {
		status = EXIT_FAILURE;
		stat.sink = counted_sink(options);
		if (stat.sink) {
			status = options->operand ?
				 run_program(&stat, options) :
				 gather_run(&stat.gather, options->input);
			if (stat.sink->output.state == OUTPUT_FAILED ||
			    stat.failed)
				status = EXIT_FAILURE;
			sink_free(stat.sink);
		}
		forget(&stat);
		groups_free(&stat.groups);
	}
	by_free(&stat.by);
	return status;
}

static int run(const struct options *options)
{
	if (options->schema)
		return counted_schema("ipctrace stat", schema,
				      ARRAY_SIZE(schema));
	if (options->input && options->operand)
		return options_refuse(options, "-i FILE or PROGRAM: which?");
	if (options->operand && options->since.kind != WHEN_UNSAID)
		return options_refuse(options, "--since: a PROGRAM begins now");
	return options_with_wanted(options, options->input ?
				   cgroups_new_empty() : cgroups_new(NULL),
				   count);
}

const struct command command_stat = {
	.usage = "stat [OPTION]... [--] [PROGRAM] [ARG]...",
	.operand = "PROGRAM",
	.many = true,
	.may_lack = true,
	.program = true,
	.about =
"Count calls, errors and durations: from now on, until interrupted; or of a FILE\n"
"that ipctrace record wrote (- is standard input); or of PROGRAM and all of its\n"
"descendants, and print that to standard error when the last of them has ended.\n",
	.notes =
"Percentiles are within 0.5 %. wait%: part of the time that was taken by calls\n"
"that may wait (msgsnd, msgrcv, semop, semtimedop) and took longer than --wait,\n"
"or 50us. exe needs a running process; in a FILE it is [comm].\n"
"Exit status: PROGRAM's, which it may also die of; 126, 127: it cannot be run.\n",
	.run = run,
};
