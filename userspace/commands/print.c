// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: print
 *
 * What commands that print have in common: the one loop over records, wherever
 * they come from, and the end of what is no record.
 */
#include <err.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/progress.h"
#include "commands/print.h"
#include "input/input.h"
#include "input/live.h"
#include "select/wanted.h"
#include "view/formats.h"
#include "view/style.h"

/**
 * struct printing - records on their way out
 * @input: where they come from
 * @wanted: which
 * @sink: where they go
 * @progress: for whoever watches, where records are not seen passing
 * @records: so many were printed
 * @lost: so many of the recorder's were lost
 * @gaps: records of gaps
 */
struct printing {
	struct input *input;
	struct wanted *wanted;
	struct sink *sink;
	struct progress progress;
	u64 records;
	u64 lost;
	u64 gaps;
};

static void count(struct printing *printing,
		  const struct ipctrace_header *record)
{
	if (record->type == IPCTRACE_TYPE_LOST)
		printing->lost += ((const struct ipctrace_lost *)record)->count;
	else if (record->type == IPCTRACE_TYPE_GAP)
		printing->gaps++;
	else
		printing->records++;
}

/* Up to a pause or the end, which it returns; INPUT_END where it is enough. */
static enum input_state print_some(struct printing *printing, bool *enough)
{
	const struct style *style = printing->sink->style;
	const struct ipctrace_header *record;
	struct wanted *wanted = printing->wanted;
	enum input_state state;

	while (printing->sink->output.state == OUTPUT_OK) {
		state = input_next(printing->input, &record);
		if (state != INPUT_RECORD)
			return state;
		if (progress_due(&printing->progress))
			progress_say(&printing->progress,
				     input_place(printing->input),
				     printing->records, printing->lost);
		if (!wanted_record(wanted, record))
			continue;
		sink_record(printing->sink, record, style->note ?
			    style->note(style->note_context, record) : NULL);
		count(printing, record);
		if (wanted_enough(wanted, record)) {
			*enough = true;
			break;
		}
	}
	return INPUT_END;
}

/* False, with a message, when something failed. */
static bool print_all(struct printing *printing)
{
	struct style *style = printing->sink->style;
	struct sink *sink = printing->sink;
	enum input_state state;
	bool enough = false;

	do {
		if (style->live)
			style_now(style);
		state = print_some(printing, &enough);
		/* What is good comes before messages, and before a wait. */
		if (sink_flush(sink) != OUTPUT_OK)
			return sink->output.state == OUTPUT_CLOSED;
		if (state == INPUT_PAUSE)
			state = input_wait(printing->input, sink->output.fd);
	} while (state == INPUT_PAUSE);
	progress_end(&printing->progress);
	return state != INPUT_FAILED &&
	       (enough || input_whole(printing->input));
}

/*
 * For whoever watches. Of what goes on until it is interrupted, at the end; of what
 * has an end, on the way, unless the records themselves are seen.
 */
static void begin_progress(struct printing *printing, u64 total)
{
	progress_begin(&printing->progress, total);
	if (isatty(STDOUT_FILENO))
		printing->progress.on = false;
}

/*
 * At the end of what was interrupted, but for where the records themselves are; and of
 * what leaves losses out, if any
 */
static void say_sum(const struct printing *printing)
{
	const struct style *style = printing->sink->style;
	bool missing = !sink_tells_losses(style) &&
		       (printing->lost || printing->gaps);
	bool stopped = live_stopped() && style->fd != STDERR_FILENO;

	if (missing || (stopped && isatty(STDERR_FILENO)))
		warnx("%llu records, %llu lost, %llu gaps",
		      (unsigned long long)printing->records,
		      (unsigned long long)printing->lost,
		      (unsigned long long)printing->gaps);
}

/**
 * print_input() - print the records that are wanted
 * @input: open; read to its end, or as long as there is somebody to print for; not
 *	closed
 * @wanted: which; its cgroups are for JSON, too
 * @style: how
 *
 * Return: exit status
 */
int print_input(struct input *input, struct wanted *wanted, struct style *style)
{
	struct printing printing = {
		.input = input,
		.wanted = wanted,
		.sink = sink_styled(style->fd, style),
	};
	u64 total = input_size(input);
	bool good;

	if (!printing.sink)
		return EXIT_FAILURE;
	printing.sink->cgroups = wanted->cgroups;
	signal(SIGPIPE, SIG_IGN);
	if (total)
		begin_progress(&printing, total);
	good = print_all(&printing);
	progress_end(&printing.progress);
	if (good)
		say_sum(&printing);
	sink_free(printing.sink);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/**
 * print_end() - print what has gathered
 * @output: with all that is to be printed; empty afterwards
 *
 * Return: exit status
 */
int print_end(struct output *output)
{
	return output_flush(output) == OUTPUT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
