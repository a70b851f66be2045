// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: follow
 *
 * Prints the calls that the recorder holds, then those that finish, until it
 * is interrupted, has printed enough, or nobody reads its output any more.
 */
#include <stdlib.h>

#include "base/privileges.h"
#include "commands/options.h"
#include "commands/print.h"
#include "input/device.h"
#include "input/live.h"
#include "input/own.h"
#include "input/recorder_filter.h"
#include "names/cgroups.h"

static int follow(const struct options *options, struct wanted *wanted,
		  struct style *style)
{
	struct input_device device;
	int status = EXIT_FAILURE;

	if (!input_device_open(&device))
		return EXIT_FAILURE;
	if (recorder_filter_set(device.source.fd, options->filter) &&
	    (options->filter || own_subscribe(&device.source, wanted)) &&
	    privileges_drop()) {
		live_catch_signals();
		live_stop_after(options->for_ns);
		status = print_input(&device.input, wanted, style);
	}
	input_close(&device.input);
	return status;
}

static int run(const struct options *options)
{
	return options_with_wanted(options, cgroups_new(NULL), follow);
}

const struct command command_follow = {
	.usage = "[follow] [OPTION]...",
	.about =
"Print the System V IPC calls of this machine: those that the recorder holds,\n"
"then those to come, until interrupted. Needs root, and the module ipctrace.ko.\n",
	.notes =
"Records that were overwritten before they could be read are always reported.\n"
"Exit status: 0 at the end, 1 for a failure, 2 for wrong options.\n",
	.run = run,
};
