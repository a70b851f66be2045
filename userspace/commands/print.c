// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: print
 *
 * What commands that print have in common: the one loop over records, wherever
 * they come from, and the end of what is no record.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands/print.h"
#include "input/input.h"
#include "select/wanted.h"
#include "view/formats.h"

/* Up to a pause or the end, which it returns; INPUT_END where it is enough. */
static enum input_state print_some(struct input *input, struct wanted *wanted,
				   struct sink *sink, bool *enough)
{
	const struct ipctrace_header *record;
	enum input_state state;

	while (sink->output.state == OUTPUT_OK) {
		state = input_next(input, &record);
		if (state != INPUT_RECORD)
			return state;
		if (!wanted_record(wanted, record))
			continue;
		sink_record(sink, record, NULL);
		if (wanted_enough(wanted, record)) {
			*enough = true;
			break;
		}
	}
	return INPUT_END;
}

/* False, with a message, when something failed. */
static bool print_all(struct input *input, struct wanted *wanted,
		      struct sink *sink)
{
	enum input_state state;
	bool enough = false;

	do {
		state = print_some(input, wanted, sink, &enough);
		/* What is good comes before messages, and before a wait. */
		if (sink_flush(sink) != OUTPUT_OK)
			return sink->output.state == OUTPUT_CLOSED;
		if (state == INPUT_PAUSE)
			state = input_wait(input, sink->output.fd);
	} while (state == INPUT_PAUSE);
	return state != INPUT_FAILED && (enough || input_whole(input));
}

/**
 * print_input() - print the records that are wanted
 * @input: open; read to its end, or as long as there is somebody to print for; not
 *	closed
 * @wanted: which; its cgroups are for JSON, too
 * @format: as text or as JSON
 *
 * Return: exit status
 */
int print_input(struct input *input, struct wanted *wanted,
		enum sink_format format)
{
	struct sink *sink = sink_new(STDOUT_FILENO, format);
	bool good;

	if (!sink)
		return EXIT_FAILURE;
	sink->cgroups = wanted->cgroups;
	signal(SIGPIPE, SIG_IGN);
	good = print_all(input, wanted, sink);
	sink_free(sink);
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
