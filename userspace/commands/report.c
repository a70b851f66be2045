// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: cmd_report
 *
 * Prints a capture as following would have printed its records. Needs neither
 * the module nor the machine that the capture is of.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/order.h"
#include "commands/options.h"
#include "names/cgroups.h"
#include "select/wanted.h"
#include "view/output.h"

/**
 * struct report - what was asked for
 * @json: JSON instead of text
 * @wanted: which records
 */
struct report {
	bool json;
	struct wanted wanted;
};

/* False when output failed, or the capture is not whole. */
static bool print_records(struct report *report, struct capture_order *order,
			  struct output *output)
{
	const struct ipctrace_header *record;

	while (output->state == OUTPUT_OK) {
		record = capture_order_next(order);
		if (!record)
			break;
		if (!wanted_record(&report->wanted, record))
			continue;
		output_record(output, record);
		if (wanted_enough(&report->wanted, record))
			return output_flush(output) != OUTPUT_FAILED;
	}
	/* What is good comes before the message. */
	if (output_flush(output) != OUTPUT_OK)
		return output->state == OUTPUT_CLOSED;
	return capture_whole(order->reader);
}

static int print_capture(struct report *report, int fd, const char *name)
{
	struct capture_reader reader;
	struct capture_order order;
	struct output *output;
	bool good;

	if (!capture_open(&reader, fd, name, report->wanted.cgroups))
		return EXIT_FAILURE;
	output = output_new(STDOUT_FILENO, report->json);
	if (!output) {
		capture_close(&reader);
		return EXIT_FAILURE;
	}
	output->cgroups = report->wanted.cgroups;
	signal(SIGPIPE, SIG_IGN);
	capture_order_begin(&order, &reader);
	good = print_records(report, &order, output);
	capture_order_end(&order);
	output_free(output);
	capture_close(&reader);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int open_and_print(struct report *report, const char *name)
{
	int fd, status;

	if (!strcmp(name, "-"))
		return print_capture(report, STDIN_FILENO, "standard input");
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		warn("%s: cannot be opened", name);
		return EXIT_FAILURE;
	}
	status = print_capture(report, fd, name);
	close(fd);
	return status;
}

static int run(const struct options *options)
{
	struct cgroups *cgroups = cgroups_new_empty();
	struct report report = { .json = options->json };
	int status = EXIT_USAGE;

	if (!cgroups)
		return EXIT_FAILURE;
	if (options_wanted(options, &report.wanted, cgroups))
		status = open_and_print(&report, options->operand);
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
