// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: diff
 *
 * What has changed from one capture, or a time of it, to another: which calls are made
 * on which objects, which fail, how long they take, and who talks to whom through what.
 * Objects go by kind and key, and processes by name, for ids are others each time. What
 * is a change and what is noise: count/compare.c.
 *
 * Who talks to whom: who receives from a queue, to who sent into it last; who takes
 * from a semaphore set, to who gave to it last; who attaches a segment, to who did so
 * first.
 */
#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>
#include <unistd.h>

#include "base/utf8.h"
#include "base/when.h"
#include "commands/counted.h"
#include "commands/gather.h"
#include "commands/options.h"
#include "count/compare.h"
#include "count/groups.h"
#include "count/tally.h"
#include "names/cgroups.h"
#include "shared/layouts.h"
#include "shared/syscalls.h"
#include "view/cell.h"

#define MOST_ITEMS	8192	/* that are compared */
#define MOST_OBJECTS	16384	/* whose last sender is known */
#define MOST_RARE	5	/* lines */
#define RARE_PRINTED	3	/* happened less often: not worth a line */
#define NAME_BYTES	256
#define SOPS_ARG	1

/* What an item is: the first byte of its key, from 'a' on */
enum item_kind {
	ITEM_CALL,
	ITEM_OBJECT,
	ITEM_ERROR,
	ITEM_EDGE,
};

static const char *const kind_names[] = { "call", "object", "error", "edge" };

/**
 * struct item - what is compared
 * @group: its name, after its kind
 * @sides: how often it happened, in A and in B
 * @durations: of both, by quarters, or NULL
 */
struct item {
	struct group group;
	struct compare_side sides[2];
	struct histogram (*durations)[COMPARE_QUARTERS];
};

/* An object, and who sent to it last */
struct peer {
	struct group group;
	char comm[16];
};

/* What has changed, in a line */
enum change_what {
	CHANGE_RATE,
	CHANGE_LATENCY,
	CHANGE_TAIL,
};

static const char *const what_names[] = { "rate", "latency", "tail" };

/**
 * struct change - a line
 * @item: of what
 * @what: enum change_what
 * @longer: CHANGE_TAIL: than that
 * @by: how much
 */
struct change {
	const struct item *item;
	u8 what;
	u64 longer;
	struct compare_change by;
};

/**
 * struct diff - two times, and what was counted
 * @gather: first, for what it calls; of the one that is read
 * @ranges: of A and B
 * @calls: in them
 * @side: which is read
 * @items: of struct item
 * @peers: of struct peer
 * @room: for histograms
 * @changes: found
 * @nr_changes: how many
 * @sink: where they go
 */
struct diff {
	struct gather gather;
	struct gather_range ranges[2];
	u64 calls[2];
	u32 side;
	struct groups items;
	struct groups peers;
	struct histogram_room room;
	struct change *changes;
	size_t nr_changes;
	struct sink *sink;
};

static const struct column change_columns[] = {
	{ .name = "type", .type = VALUE_STRING },
	{ .name = "what", .type = VALUE_STRING,
	  .what = "rate: how often; latency: how long; tail: how many are long" },
	{ .name = "kind", .type = VALUE_STRING,
	  .what = "call, object, error or edge" },
	{ .name = "name", .type = VALUE_STRING },
	{ .name = "a_count", .type = VALUE_UNSIGNED, .what = "in A" },
	{ .name = "b_count", .type = VALUE_UNSIGNED, .what = "in B" },
	{ .name = "ratio_permille", .type = VALUE_UNSIGNED, .nullable = true,
	  .what = "of B to A; null: it is new" },
	{ .name = "delta_permille", .type = VALUE_SIGNED, .nullable = true,
	  .what = "of durations: Cliff's delta" },
	{ .name = "longer_ns", .type = VALUE_UNSIGNED, .nullable = true,
	  .what = "of a tail: what is longer" },
	{ .name = "score_permille", .type = VALUE_UNSIGNED,
	  .what = "what the order goes by" },
};

static const struct column side_columns[] = {
	COUNTED_COLUMNS,
	{ .name = "side", .type = VALUE_STRING, .what = "A or B" },
	{ .name = "name", .type = VALUE_STRING, .what = "of the capture" },
	{ .name = "calls", .type = VALUE_UNSIGNED },
};

static const struct schema_rows schema[] = {
	{ "change", change_columns, ARRAY_SIZE(change_columns) },
	{ "side", side_columns, ARRAY_SIZE(side_columns) },
};

static struct diff *diff_of(struct gather *gather)
{
	return (struct diff *)gather;
}

/* ---- Counting ------------------------------------------------------------------ */

static u32 part_of(const struct diff *diff, u64 ns, u32 parts)
{
	const struct gather_range *range = &diff->ranges[diff->side];
	u64 all = range->end_ns - range->begin_ns + 1;
	u64 at = ns > range->begin_ns ? ns - range->begin_ns : 0;

	at = (double)at / all * parts;
	return at < parts ? at : parts - 1;
}

static bool make_durations(struct item *item)
{
	if (!item->durations)
		item->durations = calloc(2, sizeof(*item->durations));
	return item->durations;
}

static void count(struct diff *diff, enum item_kind kind, const char *name,
		  const struct ipctrace_call *call)
{
	u64 ns = call->header.time_ns;
	char key[NAME_BYTES + 1];
	struct item *item;
	size_t len;

	len = snprintf(key, sizeof(key), "%c%s", 'a' + kind, name);
	item = (struct item *)groups_get(&diff->items, key,
					 min_t(size_t, len, sizeof(key) - 1));
	item->sides[diff->side].count++;
	item->sides[diff->side].slices[part_of(diff, ns, COMPARE_SLICES)]++;
	if (kind != ITEM_CALL && kind != ITEM_OBJECT)
		return;
	if (item->group.key && make_durations(item))
		histogram_add(&item->durations[diff->side]
					      [part_of(diff, ns, COMPARE_QUARTERS)],
			      &diff->room, call->duration_ns);
}

/* As people know it, whatever its id is this time */
static void name_object(char *name, const struct ipctrace_call *call)
{
	const char *kind =
		ipct_family_names[ipct_family_of(call->header.flags)];

	if (call->object.key)
		sprintf(name, "%s 0x%x", kind, (u32)call->object.key);
	else
		sprintf(name, "%s private uid=%u", kind, call->object.cuid);
}

/* Does it give to a semaphore, or take from one? */
static void look_at_sops(const struct ipctrace_call *call, bool *gives,
			 bool *takes)
{
	const struct ipctrace_user *user =
		ipct_part_user(call, SOPS_ARG, IPCTRACE_USER_ENTRY);
	const struct sembuf *sops = (const void *)(user + 1);
	size_t i;

	for (i = 0; user && i < user->bytes / sizeof(*sops); i++) {
		*gives |= sops[i].sem_op > 0;
		*takes |= sops[i].sem_op < 0;
	}
}

static void count_edge(struct diff *diff, const struct ipctrace_call *call,
		       const struct peer *peer, const char *object)
{
	char from[UTF8_GROWTH * 16 + 1], to[UTF8_GROWTH * 16 + 1];
	char name[NAME_BYTES];

	snprintf(name, sizeof(name), "%s -> %s -> %s",
		 utf8_text(from, peer->comm, sizeof(peer->comm)), object,
		 utf8_text(to, call->comm, sizeof(call->comm)));
	count(diff, ITEM_EDGE, name, call);
}

static void look_at_edge(struct diff *diff, const struct ipctrace_call *call,
			 const char *object)
{
	const struct {
		u32 ipc_ns;
		s32 id;
		u32 family;
	} key = { ipct_object_ns(call), call->object.id,
		  ipct_family_of(call->header.flags) };
	bool gives = false, takes = false;
	struct peer *peer;

	switch (call->header.call) {
	case IPCTRACE_CALL_msgsnd:
		gives = true;
		break;
	case IPCTRACE_CALL_msgrcv:
		takes = true;
		break;
	case IPCTRACE_CALL_semop:
	case IPCTRACE_CALL_semtimedop:
		look_at_sops(call, &gives, &takes);
		break;
	case IPCTRACE_CALL_shmat:
		gives = true;
		takes = true;
		break;
	}
	if (!gives && !takes)
		return;
	peer = (struct peer *)groups_get(&diff->peers, (const char *)&key,
					 sizeof(key));
	if (!peer->group.key)
		return;
	/* Of a segment the first counts, and it does not talk to itself. */
	if (call->header.call == IPCTRACE_CALL_shmat) {
		gives = !*peer->comm;
		takes = !gives && memcmp(peer->comm, call->comm,
					 sizeof(peer->comm));
	}
	if (takes && *peer->comm)
		count_edge(diff, call, peer, object);
	if (gives)
		memcpy(peer->comm, call->comm, sizeof(peer->comm));
}

static void take(struct gather *gather, const struct ipctrace_header *record)
{
	const struct ipctrace_call *call = (const void *)record;
	struct diff *diff = diff_of(gather);
	char name[NAME_BYTES], object[64];
	const char *error;

	if (!tally_is_call(record) || record->call >= IPCTRACE_NR_CALLS)
		return;
	diff->calls[diff->side]++;
	count(diff, ITEM_CALL, ipct_syscalls[record->call].name, call);
	if (call->ret < 0 && call->ret >= -4095) {
		error = ipct_errno_name(-call->ret, NULL);
		snprintf(name, sizeof(name), "%s %s",
			 ipct_syscalls[record->call].name, error ?: "?");
		count(diff, ITEM_ERROR, name, call);
	}
	if (!(record->flags & IPCTRACE_F_OBJECT))
		return;
	name_object(object, call);
	count(diff, ITEM_OBJECT, object, call);
	if (call->ret >= 0)
		look_at_edge(diff, call, object);
}

static bool keep_range(struct gather *gather)
{
	struct diff *diff = diff_of(gather);

	diff->ranges[diff->side] = gather->range;
	return true;
}

static void take_nothing(struct gather *gather,
			 const struct ipctrace_header *record)
{
	(void)gather;
	(void)record;
}

/* ---- FILE[@FROM..UNTIL] --------------------------------------------------------- */

/* A file that has that name is meant. False, with a message, for no times. */
static bool parse_operand(char *text, struct options *options)
{
	char *at = access(text, F_OK) ? strrchr(text, '@') : NULL;
	char *dots = at ? strstr(at, "..") : NULL;

	options->since = (struct when){ };
	options->until = (struct when){ };
	if (!dots)
		return true;
	*dots = '\0';
	if ((at + 1 < dots && !when_parse(at + 1, &options->since)) ||
	    (dots[2] && !when_parse(dots + 2, &options->until))) {
		*dots = '.';
		warnx("'%s': no such file, nor are these times; accepted: FILE@12:00..12:05, FILE@4711.25..4713, FILE@..10m",
		      text);
		return false;
	}
	*at = '\0';
	return true;
}

/* Twice: only who knows from when to when it goes can cut it into slices. */
static int read_side(struct diff *diff, struct options *options,
		     struct wanted *wanted, const char *operand)
{
	char *name = strdup(operand);
	int status = EXIT_FAILURE;

	if (name && parse_operand(name, options)) {
		diff->gather = (struct gather){
			.take = take_nothing,
			.report = keep_range,
			.options = options,
			.wanted = wanted,
		};
		status = gather_run(&diff->gather, name);
		if (diff->ranges[diff->side].end_ns) {
			diff->gather = (struct gather){
				.take = take,
				.report = keep_range,
				.options = options,
				.wanted = wanted,
			};
			status = gather_run(&diff->gather, name);
		}
	} else if (name) {
		status = EXIT_USAGE;
	}
	free(name);
	return status;
}

/* ---- What has changed ------------------------------------------------------------ */

static double seconds(const struct diff *diff, u32 side)
{
	const struct gather_range *range = &diff->ranges[side];

	return (range->end_ns - range->begin_ns) / 1e9;
}

static void found(struct diff *diff, const struct item *item, u8 what,
		  u64 longer, const struct compare_change *by)
{
	diff->changes[diff->nr_changes++] = (struct change){
		.item = item, .what = what, .longer = longer, .by = *by,
	};
}

static void compare_latency(struct diff *diff, const struct item *item,
			    double limit)
{
	struct compare_change by;
	u64 longer;
	u32 side;

	if (!item->durations)
		return;
	if (compare_durations(item->durations[0], item->durations[1], limit, &by)) {
		found(diff, item, CHANGE_LATENCY, 0, &by);
		return;
	}
	for (side = 0; side < 2; side++) {
		if (!compare_percentile(item->durations[side], 99000, &longer) ||
		    !compare_tails(item->durations[0], item->durations[1],
				   longer, limit, &by))
			continue;
		found(diff, item, CHANGE_TAIL, longer, &by);
		return;
	}
}

static int by_score(const void *left, const void *right)
{
	const struct change *a = left, *b = right;

	if (a->by.score != b->by.score)
		return a->by.score < b->by.score ? 1 : -1;
	return strcmp(a->item->group.key, b->item->group.key);
}

static bool compare(struct diff *diff)
{
	double limit = compare_limit(3 * diff->items.nr);
	struct compare_change by;
	size_t i;

	diff->changes = calloc(2 * diff->items.nr + 1, sizeof(*diff->changes));
	if (!diff->changes) {
		warnx("no memory for the differences");
		return false;
	}
	for (i = 0; i < diff->items.nr; i++) {
		struct item *item = (struct item *)diff->items.list[i];

		if (compare_counts(&item->sides[0], seconds(diff, 0),
				   &item->sides[1], seconds(diff, 1), limit, &by))
			found(diff, item, CHANGE_RATE, 0, &by);
		compare_latency(diff, item, limit);
	}
	qsort(diff->changes, diff->nr_changes, sizeof(*diff->changes), by_score);
	return true;
}

/* ---- Lines ------------------------------------------------------------------------ */

static const char *kind_of(const struct item *item)
{
	return kind_names[item->group.key[0] - 'a'];
}

static void print_per_second(char *text, u64 count, double time)
{
	double rate = time > 0 ? count / time : 0;

	sprintf(text, rate >= 100 ? "%.0f/s" : rate >= 10 ? "%.1f/s" : "%.2g/s",
		rate);
}

static void print_rate(const struct diff *diff, char *text,
		       const struct change *change)
{
	const struct item *item = change->item;
	char a[64], b[64];

	print_per_second(a, item->sides[0].count, seconds(diff, 0));
	print_per_second(b, item->sides[1].count, seconds(diff, 1));
	if (!item->sides[0].count)
		sprintf(text, "new, %s", b);
	else if (!item->sides[1].count)
		sprintf(text, "gone, was %s", a);
	else
		sprintf(text, "%s -> %s (x%.3g)", a, b, change->by.ratio);
}

static void print_latency(char *text, const struct change *change)
{
	char a[32] = "", b[32] = "";
	u64 ns;

	if (compare_percentile(change->item->durations[0], 50000, &ns))
		cell_duration(a, ns);
	if (compare_percentile(change->item->durations[1], 50000, &ns))
		cell_duration(b, ns);
	sprintf(text, "half take up to %s -> %s (x%.3g, delta %+.2f)", a, b,
		change->by.ratio, change->by.delta);
}

static double share(const struct histogram quarters[COMPARE_QUARTERS],
		    u64 longer)
{
	u64 all = 0;
	u32 i;

	for (i = 0; i < COMPARE_QUARTERS; i++)
		all += quarters[i].count;
	return all ? 100.0 * compare_longer(quarters, longer) / all : 0;
}

static void print_tail(char *text, const struct change *change)
{
	char longer[32];

	cell_duration(longer, change->longer);
	sprintf(text, "longer than %s are %.2g%% -> %.2g%%", longer,
		share(change->item->durations[0], change->longer),
		share(change->item->durations[1], change->longer));
}

static void print_change(struct diff *diff, const struct change *change)
{
	char name[CELL_BYTES], text[256];

	switch ((enum change_what)change->what) {
	case CHANGE_RATE:
		print_rate(diff, text, change);
		break;
	case CHANGE_LATENCY:
		print_latency(text, change);
		break;
	case CHANGE_TAIL:
		print_tail(text, change);
		break;
	}
	cell_text(name, &(struct value){
		.type = VALUE_STRING, .string = change->item->group.key + 1,
	});
	output_print(&diff->sink->output, "%-7s  %-6s  %s: %s\n",
		     what_names[change->what], kind_of(change->item), name, text);
}

static void print_sides(struct diff *diff)
{
	const char *const *operands = diff->gather.options->operands;
	char span[32], missing[512];
	u32 side;

	for (side = 0; side < 2; side++) {
		const struct gather_range *range = &diff->ranges[side];

		cell_duration(span, range->end_ns - range->begin_ns);
		gather_missing(range, missing, sizeof(missing));
		output_print(&diff->sink->output, "%c: %s, %s, %llu calls%s%s\n",
			     'A' + side, operands[side], span,
			     (unsigned long long)diff->calls[side],
			     *missing ? "; incomplete: " : "", missing);
	}
	output_print(&diff->sink->output, "\n");
}

/* Of one side only, and too few or too close together for a change */
static void print_rare(struct diff *diff)
{
	u32 printed = 0, i;
	size_t at;

	for (at = 0; at < diff->items.nr && printed < MOST_RARE; at++) {
		const struct item *item = (struct item *)diff->items.list[at];
		u64 a = item->sides[0].count, b = item->sides[1].count;
		char name[CELL_BYTES];

		if ((a && b) || a + b < RARE_PRINTED)
			continue;
		for (i = 0; i < diff->nr_changes; i++)
			if (diff->changes[i].item == item)
				break;
		if (i < diff->nr_changes)
			continue;
		cell_text(name, &(struct value){
			.type = VALUE_STRING, .string = item->group.key + 1,
		});
		output_print(&diff->sink->output, "%s%s %s: %llu, in %s only\n",
			     printed++ ? "" : "\nToo few to tell:\n",
			     kind_of(item), name, (unsigned long long)(a + b),
			     a ? "A" : "B");
	}
}

static void write_text(struct diff *diff)
{
	size_t i;

	print_sides(diff);
	for (i = 0; i < diff->nr_changes; i++)
		print_change(diff, &diff->changes[i]);
	if (!diff->nr_changes)
		output_print(&diff->sink->output,
			     "no difference beyond noise\n");
	print_rare(diff);
}

static u64 permille(double number)
{
	return number < 1e15 ? number * 1000 + 0.5 : 1e18;
}

static void write_change(struct diff *diff, const struct change *change)
{
	struct value values[ARRAY_SIZE(change_columns)], *value = values;
	const struct item *item = change->item;
	u64 a = item->sides[0].count, b = item->sides[1].count;

	if (change->what == CHANGE_TAIL) {
		a = compare_longer(item->durations[0], change->longer);
		b = compare_longer(item->durations[1], change->longer);
	}
	value = counted_text(value, "change");
	value = counted_text(value, what_names[change->what]);
	value = counted_text(value, kind_of(item));
	value = counted_text(value, item->group.key + 1);
	value = counted_number(value, a);
	value = counted_number(value, b);
	value = a ? counted_number(value, permille(change->by.ratio)) :
		    counted_null(value);
	*value = (struct value){
		.type = change->what == CHANGE_LATENCY ? VALUE_SIGNED : VALUE_NULL,
		.number = (s64)(change->by.delta * 1000),
	};
	value = change->what == CHANGE_TAIL ?
		counted_number(value + 1, change->longer) :
		counted_null(value + 1);
	counted_number(value, permille(change->by.score));
	counted_row(diff->sink, values);
}

static void write_json(struct diff *diff)
{
	const char *const *operands = diff->gather.options->operands;
	struct value values[ARRAY_SIZE(side_columns)], *value;
	size_t i;

	sink_begin(diff->sink, side_columns, ARRAY_SIZE(side_columns));
	for (i = 0; i < 2; i++) {
		value = counted_begin(values, "side", &diff->ranges[i]);
		value = counted_text(value, i ? "B" : "A");
		value = counted_text(value, operands[i]);
		counted_number(value, diff->calls[i]);
		counted_row(diff->sink, values);
	}
	sink_begin(diff->sink, change_columns, ARRAY_SIZE(change_columns));
	for (i = 0; i < diff->nr_changes; i++)
		write_change(diff, &diff->changes[i]);
}

/* ---- The command -------------------------------------------------------------------- */

static int worse(int one, int other)
{
	return one > other ? one : other;
}

static int write_all(struct diff *diff, const struct options *options)
{
	diff->sink = counted_sink(options);
	if (!diff->sink)
		return EXIT_FAILURE;
	if (options_format(options) == SINK_JSON)
		write_json(diff);
	else
		write_text(diff);
	sink_flush(diff->sink);
	if (diff->sink->output.state == OUTPUT_FAILED) {
		sink_free(diff->sink);
		return EXIT_FAILURE;
	}
	sink_free(diff->sink);
	return EXIT_SUCCESS;
}

/* Of one side at a time, for a question about processes learns who has forked. */
static int read_one(struct diff *diff, struct options *options, u32 side)
{
	struct cgroups *cgroups = cgroups_new_empty();
	struct wanted wanted = { };
	int status = EXIT_FAILURE;

	diff->side = side;
	if (cgroups) {
		status = EXIT_USAGE;
		if (options_wanted(options, &wanted, cgroups))
			status = read_side(diff, options, &wanted,
					   options->operands[side]);
		wanted_free(&wanted);
	}
	cgroups_free(cgroups);
	groups_clear(&diff->peers);
	return status;
}

static void end(struct diff *diff)
{
	size_t i;
	u32 side, quarter;

	for (i = 0; i < diff->items.nr; i++) {
		struct item *item = (struct item *)diff->items.list[i];

		for (side = 0; item->durations && side < 2; side++)
			for (quarter = 0; quarter < COMPARE_QUARTERS; quarter++)
				histogram_clear(&item->durations[side][quarter],
						&diff->room);
		free(item->durations);
	}
	groups_free(&diff->items);
	groups_free(&diff->peers);
	free(diff->changes);
}

static int run(const struct options *options)
{
	struct diff diff = { .room = { COUNTED_ROOM_BYTES } };
	struct options asked = *options;
	int status;

	if (options->schema)
		return counted_schema("ipctrace diff", schema,
				      ARRAY_SIZE(schema));
	if (options->nr_operands != 2)
		return options_refuse(options, "diff takes two captures, or one at two times: FILE@10:00..10:05 FILE@11:00..");
	if (!groups_init(&diff.items, sizeof(struct item), MOST_ITEMS))
		return EXIT_FAILURE;
	if (!groups_init(&diff.peers, sizeof(struct peer), MOST_OBJECTS)) {
		groups_free(&diff.items);
		return EXIT_FAILURE;
	}
	status = read_one(&diff, &asked, 0);
	if (status != EXIT_USAGE)
		status = worse(status, read_one(&diff, &asked, 1));
	if (status != EXIT_USAGE && diff.ranges[0].end_ns &&
	    diff.ranges[1].end_ns)
		status = worse(status, compare(&diff) ?
				       write_all(&diff, &asked) : EXIT_FAILURE);
	end(&diff);
	return status;
}

const struct command command_diff = {
	.usage = "diff [OPTION]... A B",
	.operand = "A",
	.many = true,
	.may_lack = true,
	.about =
"What has changed from capture A to B, beyond noise, the most important first. A\n"
"and B are FILE or FILE@FROM..UNTIL, a part of it: day@10:00..10:05 day@11:00..\n",
	.notes =
"Objects go by kind and key, processes by name. A rate has to change by 10 % and\n"
"by more than it varies; half a time against the other is no difference.\n",
	.run = run,
};
