// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: cmd_follow
 *
 * Prints the calls that the recorder holds, then those that finish, until it
 * is interrupted, has printed enough, or nobody reads its output any more.
 */
#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/options.h"
#include "base/privileges.h"
#include "commands/commands.h"
#include "input/live.h"
#include "input/recorder_filter.h"
#include "input/source.h"
#include "names/cgroups.h"
#include "select/wanted.h"
#include "view/output.h"

#define ACCEPTED	"--json " WANTED_ACCEPTED " " RECORDER_FILTER_ACCEPTED " --version --help (-h)"

/**
 * struct follow - what was asked for
 * @json: JSON instead of text
 * @expression: the recorder's filter, NULL to leave it as it is
 * @wanted: which records
 */
struct follow {
	bool json;
	const char *expression;
	struct wanted wanted;
};

enum {
	OPTION_JSON = WANTED_OPTION_LAST,
	OPTION_FILTER,
	OPTION_VERSION,
};

static const struct option options[] = {
	{ "json", no_argument, NULL, OPTION_JSON },
	WANTED_OPTIONS,
	RECORDER_FILTER_OPTION(OPTION_FILTER),
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static const char help[] =
"Usage: ipctrace [OPTION]...\n"
"Print the System V IPC calls of this machine: those that the recorder holds,\n"
"then those to come, until interrupted. Needs root, and the module ipctrace.ko.\n"
"\n"
"  --json                  print one JSON object a line\n"
WANTED_HELP
RECORDER_FILTER_HELP
"  --version               print versions\n"
"  -h, --help              print this text\n"
"\n"
"Records that were overwritten before they could be read are always reported.\n"
"Other commands, each with its own --help: calls, blocked, record, report.\n"
"Exit status: 0 at the end, 1 for a failure, 2 for wrong options.\n";

/* Print one batch of records; false when that failed. */
static bool print_batch(struct follow *follow, struct source *source,
			struct output *output)
{
	u64 record[IPCTRACE_RECORD_MAX_BYTES / sizeof(u64)];
	const struct ipctrace_header *header = (const void *)record;
	int len = 0;

	while (!live_stopped() && output->state == OUTPUT_OK) {
		len = source_next(source, record);
		if (len <= 0)
			break;
		if (!wanted_record(&follow->wanted, header))
			continue;
		output_record(output, header);
		if (wanted_enough(&follow->wanted, header))
			live_stop();
	}
	output_flush(output);
	return len >= 0 && output->state != OUTPUT_FAILED;
}

static int run(struct follow *follow, struct source *source,
	       struct output *output)
{
	for (;;) {
		if (!print_batch(follow, source, output))
			return EXIT_FAILURE;
		if (live_stopped() || output->state == OUTPUT_CLOSED)
			return EXIT_SUCCESS;
		if (!source_consume(source))
			return EXIT_FAILURE;
		switch (live_wait(source, output->fd, -1)) {
		case LIVE_READY:
			break;
		case LIVE_CLOSED:
			return EXIT_SUCCESS;
		case LIVE_FAILED:
			return EXIT_FAILURE;
		}
	}
}

static int follow_device(struct follow *follow)
{
	struct source source;
	struct output *output;
	int status;

	if (!source_open(&source))
		return EXIT_FAILURE;
	if (!recorder_filter_set(source.fd, follow->expression) || !privileges_drop()) {
		source_close(&source);
		return EXIT_FAILURE;
	}
	output = output_new(STDOUT_FILENO, follow->json);
	if (!output) {
		source_close(&source);
		return EXIT_FAILURE;
	}
	output->cgroups = follow->wanted.cgroups;
	live_catch_signals();
	status = run(follow, &source, output);
	output_free(output);
	source_close(&source);
	return status;
}

static int parse_and_follow(struct follow *follow, int argc, char **argv)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":" WANTED_SHORT "h",
				     options, NULL)) != -1) {
		switch (option) {
		case ':':
		case '?':
			return option_refused(option, argv, options, ACCEPTED);
		case 'h':
			return print_text(help);
		case OPTION_VERSION:
			return print_version();
		case OPTION_JSON:
			follow->json = true;
			break;
		case OPTION_FILTER:
			follow->expression = optarg;
			break;
		default:
			if (!wanted_option(&follow->wanted, option, optarg))
				return EXIT_USAGE;
		}
	}
	if (optind < argc)
		return option_unexpected(argv[optind], ACCEPTED);
	return follow_device(follow);
}

/**
 * cmd_follow() - print calls until interrupted
 * @argc: number of arguments
 * @argv: arguments, the first one is skipped
 *
 * Return: exit status
 */
int cmd_follow(int argc, char **argv)
{
	struct follow follow = { .wanted.cgroups = cgroups_new(NULL) };
	int status;

	if (!follow.wanted.cgroups)
		return EXIT_FAILURE;
	status = parse_and_follow(&follow, argc, argv);
	cgroups_free(follow.wanted.cgroups);
	return status;
}
