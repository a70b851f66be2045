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

#include "base/privileges.h"
#include "commands/options.h"
#include "input/live.h"
#include "input/recorder_filter.h"
#include "input/source.h"
#include "names/cgroups.h"
#include "select/wanted.h"
#include "view/output.h"

/**
 * struct follow - what was asked for
 * @options: the options
 * @wanted: which records
 */
struct follow {
	const struct options *options;
	struct wanted wanted;
};

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
	if (!recorder_filter_set(source.fd, follow->options->filter) || !privileges_drop()) {
		source_close(&source);
		return EXIT_FAILURE;
	}
	output = output_new(STDOUT_FILENO, follow->options->json);
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

static int run_follow(const struct options *options)
{
	struct cgroups *cgroups = cgroups_new(NULL);
	struct follow follow = { .options = options };
	int status = EXIT_USAGE;

	if (!cgroups)
		return EXIT_FAILURE;
	if (options_wanted(options, &follow.wanted, cgroups))
		status = follow_device(&follow);
	cgroups_free(cgroups);
	return status;
}

const struct command command_follow = {
	.usage = "[follow] [OPTION]...",
	.about =
"Print the System V IPC calls of this machine: those that the recorder holds,\n"
"then those to come, until interrupted. Needs root, and the module ipctrace.ko.\n",
	.notes =
"Records that were overwritten before they could be read are always reported.\n"
"Exit status: 0 at the end, 1 for a failure, 2 for wrong options.\n",
	.run = run_follow,
};
