// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: record
 *
 * Writes the records that following would have printed into a capture, until
 * it is interrupted.
 */
#include <stdlib.h>

#include "base/privileges.h"
#include "capture/create.h"
#include "commands/options.h"
#include "commands/write.h"
#include "input/live.h"
#include "input/own.h"
#include "input/recorder_filter.h"
#include "input/source.h"
#include "names/cgroups.h"
#include "select/wanted.h"

static bool write_live(const struct options *options, struct write *write,
		       struct source *source)
{
	if (!recorder_filter_set(source->fd, options->filter) ||
	    !write_begin(write, source))
		return false;
	live_catch_signals();
	live_stop_after(options->for_ns);
	if (!privileges_drop())
		return write_end(write, false);
	return write_records(write, source);
}

static int record(const struct options *options, struct wanted *wanted,
		  struct style *style)
{
	struct source source;
	struct write write;
	bool good = false;

	(void)style;
	if (!write_asked(&write, options))
		return EXIT_USAGE;
	if (source_open(&source)) {
		good = options->filter || own_subscribe(&source, wanted);
		write.wanted = *wanted;
		good = good && write_live(options, &write, &source);
		source_close(&source);
	}
	write_free(&write);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run(const struct options *options)
{
	if (!options->output)
		return options_refuse(options, "no file to write: -o FILE");
	if (capture_is_terminal(options->output))
		return EXIT_USAGE;
	return options_with_wanted(options, cgroups_new(NULL), record);
}

const struct command command_record = {
	.usage = "record -o FILE [OPTION]...",
	.about =
"Write what ipctrace would print to FILE, for ipctrace report: what the recorder\n"
"holds, then what is to come, until interrupted. Needs root, and the module.\n",
	.notes =
"Exit status: 0 at the end, 1 for a failure, 2 for wrong options.\n",
	.run = run,
};
