// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: print
 *
 * The one loop that prints records, wherever they come from.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands/print.h"
#include "input/input.h"
#include "select/wanted.h"
#include "view/output.h"

/* Up to a pause or the end, which it returns; INPUT_END where it is enough. */
static enum input_state print_some(struct input *input, struct wanted *wanted,
				   struct output *output, bool *enough)
{
	const struct ipctrace_header *record;
	enum input_state state;

	while (output->state == OUTPUT_OK) {
		state = input_next(input, &record);
		if (state != INPUT_RECORD)
			return state;
		if (!wanted_record(wanted, record))
			continue;
		output_record(output, record);
		if (wanted_enough(wanted, record)) {
			*enough = true;
			break;
		}
	}
	return INPUT_END;
}

/* False, with a message, when something failed. */
static bool print_all(struct input *input, struct wanted *wanted,
		      struct output *output)
{
	enum input_state state;
	bool enough = false;

	do {
		state = print_some(input, wanted, output, &enough);
		/* What is good comes before messages, and before a wait. */
		if (output_flush(output) != OUTPUT_OK)
			return output->state == OUTPUT_CLOSED;
		if (state == INPUT_PAUSE)
			state = input_wait(input, output->fd);
	} while (state == INPUT_PAUSE);
	return state != INPUT_FAILED && (enough || input_whole(input));
}

/**
 * print_input() - print the records that are wanted
 * @input: where they come from
 * @wanted: which; its cgroups are for JSON, too
 * @json: JSON instead of text
 *
 * Return: exit status
 */
int print_input(struct input *input, struct wanted *wanted, bool json)
{
	struct output *output = output_new(STDOUT_FILENO, json);
	bool good;

	if (!output)
		return EXIT_FAILURE;
	output->cgroups = wanted->cgroups;
	signal(SIGPIPE, SIG_IGN);
	good = print_all(input, wanted, output);
	output_free(output);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
