// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: hist
 *
 * Draws how durations are distributed, or any other number that records have. Where
 * the numbers are from is as in stat.
 */
#define _GNU_SOURCE	/* qsort_r() */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/counted.h"
#include "commands/gather.h"
#include "commands/options.h"
#include "count/by.h"
#include "count/groups.h"
#include "count/rows.h"
#include "count/tally.h"
#include "names/cgroups.h"
#include "view/bar.h"
#include "view/cell.h"

#define MOST_ROWS	24
#define MOST_DRAWN	20	/* groups, for people */

/* The numbers of a group */
struct hist_group {
	struct group group;
	struct histogram numbers;
	u64 negative;
	u64 without;
};

/**
 * struct hist - what was counted
 * @gather: first, for what it calls
 * @by: what is counted apart
 * @of: the number
 * @of_ns: it is a time
 * @groups: of struct hist_group
 * @room: for their histograms
 * @sink: where it goes
 */
struct hist {
	struct gather gather;
	struct by by;
	struct by of;
	bool of_ns;
	struct groups groups;
	struct histogram_room room;
	struct sink *sink;
};

static const struct column bucket_columns[] = {
	COUNTED_COLUMNS,
	{ .name = "name", .type = VALUE_STRING, .what = "of the group" },
	{ .name = "from", .type = VALUE_UNSIGNED,
	  .what = "the smallest number that this bucket holds" },
	{ .name = "to", .type = VALUE_UNSIGNED, .what = "the largest" },
	{ .name = "count", .type = VALUE_UNSIGNED, .what = "so many" },
};

static const struct column group_columns[] = {
	COUNTED_COLUMNS,
	{ .name = "name", .type = VALUE_STRING, .what = "of the group" },
	{ .name = "of", .type = VALUE_STRING, .what = "which number it is" },
	{ .name = "count", .type = VALUE_UNSIGNED,
	  .what = "in buckets, and of no known place" },
	{ .name = "unplaced", .type = VALUE_UNSIGNED,
	  .what = "of no known place, for memory was short" },
	{ .name = "negative", .type = VALUE_UNSIGNED,
	  .what = "below zero, which no bucket holds" },
	{ .name = "without", .type = VALUE_UNSIGNED,
	  .what = "calls that have no such number" },
	{ .name = "min", .type = VALUE_UNSIGNED, .nullable = true },
	{ .name = "max", .type = VALUE_UNSIGNED, .nullable = true },
};

static const struct schema_rows schema[] = {
	{ "bucket", bucket_columns, ARRAY_SIZE(bucket_columns) },
	{ "group other", group_columns, ARRAY_SIZE(group_columns) },
};

static struct hist *hist_of(struct gather *gather)
{
	return (struct hist *)gather;
}

static void take(struct gather *gather, const struct ipctrace_header *record)
{
	struct hist *hist = hist_of(gather);
	char key[BY_KEY_BYTES];
	struct hist_group *group;
	bool negative;
	u64 number;

	if (!tally_is_call(record))
		return;
	group = (struct hist_group *)groups_get(&hist->groups, key,
						by_key(&hist->by, record, key));
	if (!by_number(&hist->of, record, &negative, &number))
		group->without++;
	else if (negative)
		group->negative++;
	else
		histogram_add(&group->numbers, &hist->room, number);
}

/* ---- The groups, those with the most first -------------------------------------- */

static u64 numbers_of(const struct group *group)
{
	const struct hist_group *hist = (const struct hist_group *)group;

	return hist->numbers.count + hist->negative;
}

static int more(const void *left, const void *right)
{
	const struct group *a = *(struct group *const *)left;
	const struct group *b = *(struct group *const *)right;
	u64 of_a = numbers_of(a), of_b = numbers_of(b);

	if (of_a != of_b)
		return of_a < of_b ? 1 : -1;
	return strcmp(a->key, b->key);
}

/* ---- For programs ----------------------------------------------------------------- */

static void write_buckets(struct hist *hist, const char *name,
			  const struct histogram *numbers)
{
	struct value values[ARRAY_SIZE(bucket_columns)], *value;
	struct histogram_bucket bucket = { };

	sink_begin(hist->sink, bucket_columns, ARRAY_SIZE(bucket_columns));
	while (histogram_next(numbers, &bucket)) {
		value = counted_begin(values, "bucket", &hist->gather.range);
		value = counted_text(value, name);
		value = counted_number(value, bucket.from);
		value = counted_number(value, bucket.to);
		counted_number(value, bucket.count);
		counted_row(hist->sink, values);
	}
}

static void write_group(struct hist *hist, const struct hist_group *group)
{
	struct value values[ARRAY_SIZE(group_columns)], *value;
	const struct histogram *numbers = &group->numbers;
	const char *name = group->group.key;

	if (!numbers_of(&group->group) && !group->without)
		return;
	write_buckets(hist, name ?: "(others)", numbers);
	if (options_format(hist->gather.options) == SINK_CSV)
		return;
	sink_begin(hist->sink, group_columns, ARRAY_SIZE(group_columns));
	value = counted_begin(values, name ? "group" : "other",
			      &hist->gather.range);
	value = counted_text(value, name ?: "(others)");
	value = counted_text(value, hist->of.fields[0].field.path);
	value = counted_number(value, numbers->count);
	value = counted_number(value, numbers->unplaced);
	value = counted_number(value, group->negative);
	value = counted_number(value, group->without);
	value = numbers->count ? counted_number(value, numbers->min) :
				 counted_null(value);
	if (numbers->count)
		counted_number(value, numbers->max);
	else
		counted_null(value);
	counted_row(hist->sink, values);
}

/* ---- For people --------------------------------------------------------------------- */

/* A number, or a time with its unit */
static void print_number(const struct hist *hist, char *text, u64 number)
{
	if (hist->of_ns)
		cell_duration(text, number);
	else
		sprintf(text, "%llu", (unsigned long long)number);
}

static void print_edges(const struct hist *hist, char *text,
			const struct row *row)
{
	char from[32], to[32];

	print_number(hist, from, row->from);
	/* Times go on without a gap. */
	print_number(hist, to, row->to + (hist->of_ns && row->to != ~0ULL));
	if (row->from == row->to && !hist->of_ns)
		strcpy(text, from);
	else
		sprintf(text, "%s .. %s", from, to);
}

static u32 digits(u64 number)
{
	char text[32];

	return sprintf(text, "%llu", (unsigned long long)number);
}

static void draw_rows(struct hist *hist, const struct row *rows, size_t nr)
{
	u32 columns = bar_columns(STDOUT_FILENO), width = 0, len;
	char edges[80], bar[BAR_BYTES];
	bool blocks = bar_blocks();
	u64 most = 0;
	size_t i;

	for (i = 0; i < nr; i++) {
		print_edges(hist, edges, &rows[i]);
		len = strlen(edges);
		if (len > width)
			width = len;
		if (rows[i].count > most)
			most = rows[i].count;
	}
	len = 2 + width + 2 + digits(most) + 1;
	columns = columns > len + 8 ? columns - len : 8;
	for (i = 0; i < nr; i++) {
		print_edges(hist, edges, &rows[i]);
		bar_draw(bar, rows[i].count, most, columns, blocks);
		output_print(&hist->sink->output, "  %*s  %*llu%s%s\n", width,
			     edges, digits(most),
			     (unsigned long long)rows[i].count,
			     *bar ? " " : "", bar);
	}
}

static void draw_about(struct hist *hist, const struct hist_group *group)
{
	static const struct {
		const char *name;
		u32 share;
	} shares[] = {
		{ "p50", 50000 }, { "p90", 90000 }, { "p99", 99000 },
		{ "p99.9", 99900 },
	};
	const struct histogram *numbers = &group->numbers;
	struct output *output = &hist->sink->output;
	char text[32], name[CELL_BYTES];
	u64 number;
	size_t i;

	cell_text(name, &(struct value){
		.type = VALUE_STRING, .string = group->group.key ?: "(others)",
	});
	output_print(output, "%s: %llu", name,
		     (unsigned long long)(numbers->count + group->negative));
	if (numbers->count) {
		print_number(hist, text, numbers->min);
		output_print(output, ", min %s", text);
	}
	for (i = 0; i < ARRAY_SIZE(shares); i++) {
		if (!histogram_percentile(numbers, shares[i].share, &number))
			continue;
		print_number(hist, text, number);
		output_print(output, ", %s %s", shares[i].name, text);
	}
	if (numbers->count) {
		print_number(hist, text, numbers->max);
		output_print(output, ", max %s", text);
	}
	if (group->negative)
		output_print(output, ", %llu below zero",
			     (unsigned long long)group->negative);
	if (group->without)
		output_print(output, ", %llu calls without",
			     (unsigned long long)group->without);
	output_print(output, "%s\n", numbers->unplaced ?
		     ", memory was short, so a part of them is not drawn" : "");
}

static void draw_group(struct hist *hist, const struct hist_group *group)
{
	struct row rows[MOST_ROWS];

	draw_about(hist, group);
	draw_rows(hist, rows, rows_make(&group->numbers, rows, MOST_ROWS));
	output_print(&hist->sink->output, "\n");
}

static void draw_end(struct hist *hist, size_t drawn, size_t left)
{
	const struct gather_range *range = &hist->gather.range;
	struct output *output = &hist->sink->output;
	char span[32], missing[512];

	if (left)
		output_print(output,
			     "%zu groups more, with fewer; --json has them\n",
			     left);
	cell_duration(span, range->end_ns - range->begin_ns);
	gather_missing(range, missing, sizeof(missing));
	output_print(output, "%s%s%s%s\n", span,
		     drawn ? "" : ": nothing to draw",
		     *missing ? "; incomplete: " : "", missing);
}

static bool report(struct gather *gather)
{
	struct hist *hist = hist_of(gather);
	struct groups *groups = &hist->groups;
	bool text = options_format(gather->options) == SINK_TEXT;
	size_t i, drawn = 0, left = 0;

	qsort(groups->list, groups->nr, sizeof(*groups->list), more);
	for (i = 0; i <= groups->nr; i++) {
		struct group *group = i < groups->nr ? groups->list[i] :
						       groups->other;

		if (!text) {
			write_group(hist, (struct hist_group *)group);
		} else if (numbers_of(group)) {
			if (drawn < MOST_DRAWN) {
				draw_group(hist, (struct hist_group *)group);
				drawn++;
			} else {
				left++;
			}
		}
	}
	if (text)
		draw_end(hist, drawn, left);
	return sink_flush(hist->sink) == OUTPUT_OK;
}

/* ---- The command -------------------------------------------------------------------- */

static bool begin(struct hist *hist, const struct options *options,
		  struct wanted *wanted)
{
	const char *of = options->of ?: "duration_ns";
	const struct field *field = &hist->of.fields[0].field;

	*hist = (struct hist){
		.gather = {
			.take = take,
			.report = report,
			.options = options,
			.wanted = wanted,
		},
		.room = { COUNTED_ROOM_BYTES },
	};
	if (!counted_by(&hist->by, options, wanted->cgroups, "--by",
			options->by ?: "call") ||
	    !counted_by(&hist->of, options, wanted->cgroups, "--of", of))
		return false;
	if (hist->of.nr != 1 || field->type != FIELD_NUMBER) {
		warnx("--of: '%s' is no number; accepted: one field that is, as args.msgsz",
		      of);
		return false;
	}
	hist->of_ns = field->format == SCHEMA_NS;
	return groups_init(&hist->groups, sizeof(struct hist_group),
			   COUNTED_MOST_GROUPS);
}

static void end(struct hist *hist)
{
	size_t i;

	for (i = 0; i < hist->groups.nr; i++)
		histogram_clear(&((struct hist_group *)hist->groups.list[i])->numbers,
				&hist->room);
	if (hist->groups.other)
		histogram_clear(&((struct hist_group *)hist->groups.other)->numbers,
				&hist->room);
	groups_free(&hist->groups);
	by_free(&hist->by);
	by_free(&hist->of);
}

static int draw(const struct options *options, struct wanted *wanted,
		struct style *style)
{
	int status = EXIT_USAGE;
	struct hist hist;

	(void)style;
	if (begin(&hist, options, wanted)) {
		status = EXIT_FAILURE;
		hist.sink = counted_sink(options);
		if (hist.sink) {
			status = gather_run(&hist.gather, options->input);
			if (hist.sink->output.state == OUTPUT_FAILED)
				status = EXIT_FAILURE;
			sink_free(hist.sink);
		}
	}
	end(&hist);
	return status;
}

static int run(const struct options *options)
{
	if (options->schema)
		return counted_schema("ipctrace hist", schema,
				      ARRAY_SIZE(schema));
	return options_with_wanted(options, options->input ?
				   cgroups_new_empty() : cgroups_new(NULL),
				   draw);
}

const struct command command_hist = {
	.usage = "hist [OPTION]...",
	.about =
"Draw how durations are distributed: of calls from now on, until interrupted, or\n"
"of those in a FILE that ipctrace record wrote (- is standard input).\n",
	.notes =
"Counts are exact. --json and --csv have finer buckets than what is drawn.\n"
"Exit status: 0 at the end, 1 for a failure, 2 for wrong options.\n",
	.run = run,
};
