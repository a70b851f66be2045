// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: report
 *
 * Prints a capture as following would have printed its records. Needs neither
 * the module nor the machine that the capture is of.
 */
#include <stdlib.h>

#include "commands/options.h"
#include "commands/print.h"
#include "input/file.h"
#include "names/cgroups.h"

static int report(const struct options *options, struct wanted *wanted)
{
	struct input_file file;
	int status;

	if (!input_file_open(&file, options->operand, wanted->cgroups))
		return EXIT_FAILURE;
	status = print_input(&file.input, wanted,
			     options_format(options));
	input_close(&file.input);
	return status;
}

static int run(const struct options *options)
{
	struct cgroups *cgroups = cgroups_new_empty();
	struct wanted wanted;
	int status = EXIT_USAGE;

	if (!cgroups)
		return EXIT_FAILURE;
	if (options_wanted(options, &wanted, cgroups))
		status = report(options, &wanted);
	wanted_free(&wanted);
	cgroups_free(cgroups);
	return status;
}

const struct command command_report = {
	.usage = "report [OPTION]... FILE",
	.operand = "FILE",
	.about =
"Print the records of a FILE that ipctrace record wrote, as ipctrace would have\n"
"printed them then. FILE may be of another machine; - is standard input.\n",
	.notes =
"Where FILE is damaged or cut off, what comes before that place is printed.\n"
"Exit status: 0 at the end, 1 for a failure, 2 for wrong options.\n",
	.run = run,
};
