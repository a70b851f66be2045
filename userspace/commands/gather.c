// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: gather
 *
 * What commands that count have in common: the loop over the records of a capture, or
 * over those that happen from now on until it is enough, in one piece or by
 * intervals; and what is known to be missing. Intervals go by the time of records. A
 * live one is over when there is a later record, or when nothing came for a moment,
 * for records are some hundredths of a second late. In a capture, intervals without
 * records are left out.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/privileges.h"
#include "commands/gather.h"
#include "commands/options.h"
#include "input/device.h"
#include "input/file.h"
#include "input/live.h"
#include "shared/layouts.h"
#include "shared/syscalls.h"

#define LATE_NS		200000000ULL	/* records come that much late at most */
#define WAIT_MS		50		/* between looks at the clock */

/* ---- What is missing --------------------------------------------------------- */

/**
 * gather_complete() - is all there that happened?
 * @range: the time
 */
bool gather_complete(const struct gather_range *range)
{
	return !range->lost && !range->missed && !range->gaps && !range->damaged;
}

/**
 * gather_gaps() - causes of gaps
 * @range: the time
 * @text: out: their names, with blanks between; empty: there were none
 * @size: room for them
 *
 * Return: its length.
 */
size_t gather_gaps(const struct gather_range *range, char *text, size_t size)
{
	size_t used = 0;
	u32 cause;

	*text = '\0';
	for (cause = 0; cause < __IPCTRACE_GAP_MAX && used < size; cause++)
		if (range->gaps & 1U << cause)
			used += snprintf(text + used, size - used, "%s%s",
					 used ? " " : "", ipct_gap_names[cause]);
	return used;
}

/**
 * gather_missing() - what is known to be missing, for people
 * @range: the time
 * @text: out: a part of a sentence; empty: nothing is
 * @size: room for it, some hundred bytes
 *
 * Return: its length.
 */
size_t gather_missing(const struct gather_range *range, char *text, size_t size)
{
	char gaps[128];
	size_t used = 0;

	*text = '\0';
	if (range->lost)
		used += snprintf(text, size, "%llu records lost",
				 (unsigned long long)range->lost);
	if (range->missed)
		used += snprintf(text + used, size - used,
				 "%s%llu calls not watched", used ? ", " : "",
				 (unsigned long long)range->missed);
	if (gather_gaps(range, gaps, sizeof(gaps)))
		used += snprintf(text + used, size - used,
				 "%snot all recorded (%s)", used ? ", " : "",
				 gaps);
	if (range->damaged)
		used += snprintf(text + used, size - used,
				 "%sthe capture is damaged or cut off",
				 used ? ", " : "");
	return used;
}

static void take_gap(struct gather *gather, const struct ipctrace_header *record)
{
	const struct ipctrace_gap *gap =
		ipct_part_find((const void *)record, IPCTRACE_PART_GAP,
			       sizeof(*gap));
	u32 bit;

	if (!gap || gap->cause >= __IPCTRACE_GAP_MAX)
		return;
	/* The machine's filter is none for what is subscribed to. */
	if (gather->own && gap->cause == IPCTRACE_GAP_FILTER)
		return;
	bit = 1U << gap->cause;
	if (gap->end_ns)
		gather->open_gaps &= ~bit;
	else
		gather->open_gaps |= bit;
	/* One that was over by then is none of this time. */
	if (!gap->end_ns || gap->end_ns > gather->range.begin_ns)
		gather->range.gaps |= bit;
}

/* The record that one has begun may be overwritten: the module knows. */
static void ask_for_gaps(struct gather *gather, int fd)
{
	struct ipctrace_gap_state state = { };
	u32 cause;

	for (cause = 0; cause < __IPCTRACE_GAP_MAX; cause++) {
		state = (struct ipctrace_gap_state){ .cause = cause };
		if (!ioctl(fd, IPCTRACE_IOC_GAP, &state) && state.open)
			gather->open_gaps |= 1U << cause;
	}
	gather->range.gaps = gather->open_gaps;
}

/* ---- Intervals ---------------------------------------------------------------- */

static bool report(struct gather *gather, u64 end_ns)
{
	bool good;

	gather->range.end_ns = end_ns;
	good = gather->report(gather);
	gather->range = (struct gather_range){
		.begin_ns = end_ns,
		.gaps = gather->open_gaps,
	};
	return good;
}

/* The intervals that are over at that time; false: the output takes no more. */
static bool catch_up(struct gather *gather, u64 ns)
{
	u64 interval_ns = gather->interval_ns;

	while (interval_ns && gather->begun && ns >= gather->range.begin_ns &&
	       ns - gather->range.begin_ns >= interval_ns) {
		if (!report(gather, gather->range.begin_ns + interval_ns))
			return false;
		if (!gather->live)
			gather->range.begin_ns += (ns - gather->range.begin_ns) /
						  interval_ns * interval_ns;
	}
	return true;
}

/* What is left; of intervals the one that there were records in last */
static void report_last(struct gather *gather, u64 end_ns)
{
	u64 begin_ns;

	if (gather->live && !catch_up(gather, end_ns))
		return;
	begin_ns = gather->range.begin_ns;
	if (!begin_ns) {
		begin_ns = end_ns;
		gather->range.begin_ns = begin_ns;
	}
	if (end_ns < begin_ns)
		end_ns = begin_ns;
	if (!gather->live && gather->interval_ns &&
	    end_ns - begin_ns > gather->interval_ns)
		end_ns = begin_ns + gather->interval_ns;
	report(gather, end_ns);
}

/* ---- Records ------------------------------------------------------------------- */

/* False: it is enough. */
static bool take(struct gather *gather, const struct ipctrace_header *record)
{
	if (!wanted_record(gather->wanted, record))
		return true;
	if (!gather->begun) {
		gather->begun = true;
		if (!gather->range.begin_ns ||
		    gather->range.begin_ns > record->time_ns)
			gather->range.begin_ns = record->time_ns;
	}
	if (!catch_up(gather, record->time_ns))
		return false;
	if (record->time_ns > gather->range.end_ns)
		gather->range.end_ns = record->time_ns;
	switch (record->type) {
	case IPCTRACE_TYPE_LOST:
		gather->range.lost += ((const struct ipctrace_lost *)record)->count;
		return true;
	case IPCTRACE_TYPE_GAP:
		take_gap(gather, record);
		return true;
	case IPCTRACE_TYPE_MISSED:
		gather->range.missed++;
		break;
	}
	gather->take(gather, record);
	return !wanted_enough(gather->wanted, record);
}

/* Up to a pause or the end, which it returns */
static enum input_state take_some(struct gather *gather, struct input *input,
				  bool *enough)
{
	const struct ipctrace_header *record;
	enum input_state state;

	while ((state = input_next(input, &record)) == INPUT_RECORD) {
		if (take(gather, record))
			continue;
		*enough = true;
		return INPUT_END;
	}
	return state;
}

static enum input_state take_all(struct gather *gather, struct input *input,
				 bool *enough)
{
	enum input_state state;

	do {
		state = take_some(gather, input, enough);
		if (state != INPUT_PAUSE)
			break;
		if (gather->live && !catch_up(gather, clock_ns(CLOCK_MONOTONIC) - LATE_NS)) {
			*enough = true;
			return INPUT_END;
		}
		state = input_wait(input, gather->own ? STDERR_FILENO :
							STDOUT_FILENO);
	} while (state == INPUT_PAUSE);
	return state;
}

/*
 * From when to when it recorded, where that is known; else it begins with its first
 * record and ends with its last.
 */
static bool begin_file(struct gather *gather, struct input_file *file)
{
	const struct options *options = gather->options;
	struct gather_range *range = &gather->range;
	struct wanted *wanted = gather->wanted;
	struct blocks_moment start = { };

	input_file_moment(file, &start);
	if (!capture_end_ns(&file->reader, &range->end_ns))
		range->end_ns = 0;
	if (!input_file_range(file, &options->since, &options->until,
			      &wanted->since_ns, &wanted->until_ns))
		return false;
	range->begin_ns = wanted->since_ns ?: start.ns;
	if (wanted->until_ns && wanted->until_ns < range->end_ns)
		range->end_ns = wanted->until_ns;
	return true;
}

static int gather_file(struct gather *gather, const char *name)
{
	enum input_state state;
	struct input_file file;
	bool enough = false;
	int status = EXIT_FAILURE;
	u64 end_ns;

	if (!input_file_open(&file, name, gather->wanted->cgroups))
		return EXIT_FAILURE;
	if (begin_file(gather, &file)) {
		end_ns = gather->range.end_ns;
		state = take_all(gather, &file.input, &enough);
		gather->range.damaged = state == INPUT_FAILED ||
					(!enough && !input_whole(&file.input));
		if (!gather->range.damaged)
			status = EXIT_SUCCESS;
		if (end_ns < gather->range.end_ns)
			end_ns = gather->range.end_ns;
		report_last(gather, end_ns);
	}
	input_close(&file.input);
	return status;
}

/* Those that have ended by now are in the rings, or soon will be. */
static bool take_rest(struct gather *gather, struct input_device *device)
{
	u64 until_ns = clock_ns(CLOCK_MONOTONIC);
	int len;

	while ((len = source_next_now(&device->source, until_ns,
				      device->record)) > 0)
		if (!take(gather, (const void *)device->record))
			break;
	gather->range.end_ns = until_ns;
	return len >= 0;
}

static bool count_device(struct gather *gather, struct input_device *device)
{
	bool enough = false, good;

	device->input.wait_ms = gather->interval_ns ? WAIT_MS : 0;
	good = take_all(gather, &device->input, &enough) != INPUT_FAILED;
	if (gather->own)	/* it ends with the last process */
		gather->range.end_ns = clock_ns(CLOCK_MONOTONIC);
	else if (good && !enough)
		good = take_rest(gather, device);
	report_last(gather, gather->range.end_ns);
	return good;
}

static int gather_live(struct gather *gather)
{
	struct input_device device;
	bool good;

	if (!input_device_open(&device))
		return EXIT_FAILURE;
	if (!privileges_drop()) {
		input_close(&device.input);
		return EXIT_FAILURE;
	}
	gather->live = true;
	/* Of 10m ago, five minutes after boot, it begins with the first record. */
	gather->begun = gather->options->since.kind == WHEN_UNSAID;
	if (gather->begun)
		gather->wanted->since_ns = clock_ns(CLOCK_MONOTONIC);
	gather->range.begin_ns = gather->wanted->since_ns;
	ask_for_gaps(gather, device.source.fd);
	live_catch_signals();
	live_stop_after(gather->options->for_ns);
	good = count_device(gather, &device);
	input_close(&device.input);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/**
 * gather_begin() - what is counted begins now
 * @gather: as for gather_run()
 * @device: open, with a subscription of its own
 */
void gather_begin(struct gather *gather, struct input_device *device)
{
	signal(SIGPIPE, SIG_IGN);
	gather->live = true;
	gather->own = true;
	gather->begun = true;
	gather->range.begin_ns = clock_ns(CLOCK_MONOTONIC);
	ask_for_gaps(gather, device->source.fd);
	gather->open_gaps &= ~(1U << IPCTRACE_GAP_FILTER);
	gather->range.gaps = gather->open_gaps;
}

/**
 * gather_own() - count what a device has, up to its end
 * @gather: gather_begin() was called
 * @device: likewise
 *
 * Return: false, with a message, when it cannot be read.
 */
bool gather_own(struct gather *gather, struct input_device *device)
{
	return count_device(gather, device);
}

/**
 * gather_run() - count
 * @gather: with @take, @report, @options, @wanted and @interval_ns
 * @file: name of a capture, NULL: what happens from now on
 *
 * Return: exit status
 */
int gather_run(struct gather *gather, const char *file)
{
	signal(SIGPIPE, SIG_IGN);
	return file ? gather_file(gather, file) : gather_live(gather);
}
