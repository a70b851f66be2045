// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: ship
 *
 * Sends findings, what happens to objects, and records as lines of JSON: to a broker of
 * Kafka, a file, syslog, or standard output. What records tell comes from where watch
 * has it, too. Each line has a place that no other has, so that what is sent twice can
 * be told.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/nearest.h"
#include "commands/options.h"
#include "commands/ship_line.h"
#include "commands/ship_to.h"
#include "commands/watch_feed.h"
#include "commands/watch_rules.h"
#include "input/live.h"
#include "names/cgroups.h"
#include "select/wanted.h"

#define CPU_NUMBERS	65536		/* as records have them */
#define CLOCK_SET_NS	1000000000LL	/* a clock that is set by more is worth a line */
#define PUMP_LINES	256		/* of a capture */

/**
 * enum ship_kind - what is sent
 * @SHIP_FINDINGS: what rules find
 * @SHIP_CHANGES: objects that are made, changed, removed
 * @SHIP_RECORDS: records, those that -e wants
 */
enum ship_kind {
	SHIP_FINDINGS,
	SHIP_CHANGES,
	SHIP_RECORDS,
};

#define NR_SHIP_KINDS	3

static const char *const kind_names[NR_SHIP_KINDS] = {
	[SHIP_FINDINGS] = "findings",
	[SHIP_CHANGES] = "changes",
	[SHIP_RECORDS] = "records",
};

/**
 * struct ship_cpu - records of a CPU
 * @last: the one that came last
 * @seen: there was one
 * @past: what was sent before is behind us
 */
struct ship_cpu {
	struct ship_position last;
	bool seen;
	bool past;
};

/**
 * struct ship - all of it
 * @options: what we were asked for
 * @kinds: what is sent, by bit of enum ship_kind
 * @rules: for findings
 * @feed: where all is from
 * @wanted: which records
 * @lines: make lines
 * @to: where they go
 * @cpus: by CPU
 * @begun: a record is looked at
 * @now_cpu: of that CPU
 * @again: its lines were sent before
 * @state: of @to
 * @past: all is of what has been
 * @waits: what there is no room for waits: nobody loses anything by that
 * @nr: lines
 * @len: bytes of the one that was made last
 */
struct ship {
	const struct options *options;
	u32 kinds;
	struct rules rules;
	struct watch_feed feed;
	struct wanted wanted;
	struct ship_lines *lines;
	struct ship_to *to;
	struct ship_cpu *cpus;
	bool begun;
	u32 now_cpu;
	bool again;
	enum ship_state state;
	bool past;
	bool waits;
	u64 nr;
	size_t len;
};

static bool sends(const struct ship *ship, enum ship_kind kind)
{
	return ship->kinds & 1U << kind;
}

/* ---- Lines ------------------------------------------------------------------------- */

/* Of what has been, which is in no hurry */
static void pump_now_and_then(struct ship *ship)
{
	if (!ship->past || ++ship->nr % PUMP_LINES)
		return;
	ship->state = ship->to->ops->pump(ship->to);
	while (ship->waits && ship->state == SHIP_ON && !live_stopped() &&
	       ship->to->ops->is_full && ship->to->ops->is_full(ship->to)) {
		ship->to->ops->wait(ship->to);
		ship->state = ship->to->ops->pump(ship->to);
	}
}

/* It has @ship->len bytes, or is NULL. */
static void send_line(struct ship *ship, const char *line)
{
	if (!line || ship->state != SHIP_ON)
		return;
	ship->to->ops->add(ship->to, line, ship->len);
	pump_now_and_then(ship);
}

static void found(void *context, const struct finding *finding)
{
	struct ship *ship = context;

	/* What was before may have had to be known. */
	if (finding->last_ns < ship->feed.evidence.since_ns)
		return;
	send_line(ship, ship_line_finding(ship->lines, finding, &ship->len));
}

static bool is_change(u8 kind)
{
	switch (kind) {
	case MODEL_MADE:
	case MODEL_CHANGED:
	case MODEL_REMOVED:
	case MODEL_ENDED:
	case MODEL_VANISHED:
		return true;
	default:
		return false;
	}
}

/* What was sent before need not be sent again. */
static void happened(void *context, const struct model_event *event)
{
	struct ship *ship = context;
	const struct ipctrace_call *record = event->record;
	const struct ship_position *position = NULL;

	if (event->kind == MODEL_NOT_SEEN) {
		/* Lost records have a line by themselves. */
		if (event->hole->cause != MODEL_HOLE_LOST &&
		    event->hole->end_ns >= ship->feed.evidence.since_ns)
			send_line(ship, ship_line_hole(ship->lines, event, &ship->len));
		return;
	}
	if (!sends(ship, SHIP_CHANGES) || !is_change(event->kind) || !event->object)
		return;
	if (record && ship->cpus[record->header.cpu].last.time_ns ==
			      record->header.time_ns)
		position = &ship->cpus[record->header.cpu].last;
	if (!record || !ship->again)
		send_line(ship, ship_line_change(ship->lines, event, position, &ship->len));
}

/* ---- Records ------------------------------------------------------------------------ */

/* All lines of the one before have been added. */
static void finish_last(struct ship *ship)
{
	if (ship->begun && !ship->past && ship->to->ops->set_mark)
		ship->to->ops->set_mark(ship->to, ship->now_cpu,
					&ship->cpus[ship->now_cpu].last);
	ship->begun = false;
}

/* The first record of a CPU that is not to be sent again */
static void go_past(struct ship *ship, struct ship_cpu *cpu,
		    const struct ipctrace_header *record,
		    const struct ship_position *mark)
{
	cpu->past = true;
	/* If the last that was sent is not there any more, others may be missing. */
	if (mark && !cpu->seen)
		send_line(ship, ship_line_unseen(ship->lines, record->cpu, mark->time_ns,
						 record->time_ns, &ship->len));
}

static void look_at_place(struct ship *ship, const struct ipctrace_header *record)
{
	struct ship_cpu *cpu = &ship->cpus[record->cpu];
	const struct ship_position *mark = NULL;
	u32 nr = 0;

	if (cpu->seen && cpu->last.time_ns == record->time_ns)
		nr = cpu->last.nr + 1;
	cpu->last = (struct ship_position){ .time_ns = record->time_ns, .nr = nr };
	if (!cpu->past) {
		if (!ship->past && ship->to->ops->mark)
			mark = ship->to->ops->mark(ship->to, record->cpu);
		if (!mark || ship_position_after(&cpu->last, mark))
			go_past(ship, cpu, record, mark);
	}
	cpu->seen = true;
	ship->again = !cpu->past ||
		      record->time_ns < ship->feed.evidence.since_ns;
	ship->begun = true;
	ship->now_cpu = record->cpu;
}

/* Of a boot, which has cgroups and times of its own */
static bool begun(void *context)
{
	struct ship *ship = context;

	ship->begun = false;
	memset(ship->cpus, 0, CPU_NUMBERS * sizeof(*ship->cpus));
	ship_lines_begin(ship->lines);
	wanted_free(&ship->wanted);
	return options_wanted(ship->options, &ship->wanted,
			      ship->feed.evidence.cgroups);
}

/* That records were lost is told in any case. */
static bool is_wanted(struct ship *ship, const struct ipctrace_header *record)
{
	return record->type == IPCTRACE_TYPE_LOST ||
	       (sends(ship, SHIP_RECORDS) && !ship->again &&
		wanted_record(&ship->wanted, record));
}

static bool take(void *context, const struct ipctrace_header *record)
{
	struct ship *ship = context;
	struct ship_position lost = { .time_ns = record->time_ns };
	bool is_lost = record->type == IPCTRACE_TYPE_LOST;

	finish_last(ship);
	/* Which were lost depends on who reads. */
	if (!is_lost)
		look_at_place(ship, record);
	if (is_wanted(ship, record))
		send_line(ship, ship_line_record(ship->lines, record,
						 is_lost ? &lost :
							   &ship->cpus[record->cpu].last,
						 &ship->len));
	return ship->state == SHIP_ON && !(ship->past && live_stopped());
}

static void look_at_clock(struct ship *ship)
{
	struct evidence *evidence = &ship->feed.evidence;
	u64 real_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
	s64 by_ns = real_ns - evidence->real_ns;

	if (by_ns < CLOCK_SET_NS && by_ns > -CLOCK_SET_NS)
		return;
	evidence->real_ns = real_ns;
	warnx("the clock was set by %lld.%03lld s; lines have the new time from now on",
	      (long long)(by_ns / 1000000000),
	      (long long)((by_ns < 0 ? -by_ns : by_ns) % 1000000000 / 1000000));
	send_line(ship, ship_line_clock(ship->lines, by_ns, &ship->len));
}

static enum watch_feed_state at_pause(void *context)
{
	struct ship *ship = context;

	finish_last(ship);
	look_at_clock(ship);
	ship->state = ship->to->ops->pump(ship->to);
	return ship->state == SHIP_ON	  ? WATCH_FEED_ON :
	       ship->state == SHIP_CLOSED ? WATCH_FEED_END :
					    WATCH_FEED_FAILED;
}

static const struct watch_feed_ops feed_ops = {
	.begun = begun,
	.found = found,
	.record = take,
	.event = happened,
	.pause = at_pause,
};

/* ---- All ----------------------------------------------------------------------------- */

/* All that has been was read: until it has arrived, or somebody says it is enough */
static bool wait_for_all(struct ship *ship)
{
	do {
		ship->state = ship->to->ops->pump(ship->to);
		if (ship->state != SHIP_ON)
			return ship->state == SHIP_CLOSED;
	} while (ship->to->ops->wait && ship->to->ops->wait(ship->to) &&
		 !live_stopped());
	return true;
}

static bool send_all(struct ship *ship)
{
	const struct options *options = ship->options;
	bool good;

	ship->feed = (struct watch_feed){
		.options = options,
		.ops = &feed_ops,
		.context = ship,
		.rules = sends(ship, SHIP_FINDINGS) ? &ship->rules : NULL,
		.bare = ship->kinds == 1U << SHIP_RECORDS,
		.output = ship->to->fd,
	};
	ship->past = watch_feed_is_past(options);
	/* A pipe has somebody at its other end who would have to wait, too. */
	ship->waits = ship->past && strcmp(options->input ?: "", "-");
	if (ship->past) {
		live_catch_signals();
		live_stop_after(options->for_ns);
	}
	good = watch_feed_run(&ship->feed) || ship->state == SHIP_CLOSED;
	finish_last(ship);
	if (good && ship->past && ship->state == SHIP_ON)
		good = wait_for_all(ship);
	return ship->to->ops->end(ship->to, ship->past) && good;
}

/* "findings,changes" */
static bool read_kinds(struct ship *ship, const char *list)
{
	struct nearest nearest;
	size_t i, len;

	for (; *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		for (i = 0; i < NR_SHIP_KINDS; i++)
			if (strlen(kind_names[i]) == len &&
			    !strncmp(kind_names[i], list, len))
				break;
		if (i < NR_SHIP_KINDS) {
			ship->kinds |= 1U << i;
			continue;
		}
		nearest_begin(&nearest, list);
		for (i = 0; i < NR_SHIP_KINDS; i++)
			nearest_offer(&nearest, kind_names[i]);
		warnx("--send: unknown '%.*s'%s%s%s; accepted: findings, changes, records",
		      (int)len, list, nearest.name ? ", did you mean " : "",
		      nearest.name ?: "", nearest.name ? "?" : "");
		return false;
	}
	return true;
}

/* The exit status of what is not to be done, or -1 */
static int prepare(struct ship *ship)
{
	const struct options *options = ship->options;
	bool asked = options->selection.question;
	int status;

	if (!options->to)
		return options_refuse(options, "--to: where to?");
	if (options->host &&
	    (!*options->host || strlen(options->host) >= SHIP_HOST_BYTES ||
	     options->host[strspn(options->host, SHIP_HOST_LETTERS)]))
		return options_refuse(options,
				      "--host: letters, digits, '.', '_' and '-', 71 at most");
	if (options->send && !read_kinds(ship, options->send))
		return EXIT_USAGE;
	if (!ship->kinds)
		ship->kinds = 1U << SHIP_FINDINGS | 1U << SHIP_CHANGES |
			      (asked ? 1U << SHIP_RECORDS : 0);
	if (asked && !sends(ship, SHIP_RECORDS))
		return options_refuse(options, "-e is about records: --send records");
	if (sends(ship, SHIP_FINDINGS) &&
	    !watch_rules_read(&ship->rules, options->rules))
		return EXIT_FAILURE;
	ship->lines = ship_lines_new(&ship->feed.evidence, options->host,
				     !options->input);
	ship->cpus = calloc(CPU_NUMBERS, sizeof(*ship->cpus));
	if (!ship->lines || !ship->cpus)
		return EXIT_FAILURE;
	ship->to = ship_to_open(options, ship->lines, &status);
	return ship->to ? -1 : status;
}

static int run(const struct options *options)
{
	static struct ship ship;
	int status;

	ship.options = options;
	status = prepare(&ship);
	if (status < 0)
		status = send_all(&ship) ? EXIT_SUCCESS : EXIT_FAILURE;
	wanted_free(&ship.wanted);
	watch_feed_close(&ship.feed);
	rules_free(&ship.rules);
	ship_lines_free(ship.lines);
	free(ship.cpus);
	return status;
}

const struct command command_ship = {
	.usage = "ship --to PLACE [OPTION]...",
	.about =
"Send findings, changes of objects, and records as lines of JSON: to a broker of\n"
"Kafka, a file, syslog or standard output. For a broker they wait on disk until\n"
"it has them. Host, boot, CPU and position tell what was sent twice.\n",
	.notes =
"What there was no room for is counted, and a line says how much it was.\n"
"Exit status: 0 at the end, 1 for a failure, 2 for wrong options.\n",
	.run = run,
};
