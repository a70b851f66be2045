// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: run
 *
 * Starts a program, and prints or writes its calls and those of all its descendants,
 * from its first one on.
 */
#include <stdlib.h>
#include <string.h>

#include "commands/options.h"
#include "commands/print.h"
#include "commands/program.h"
#include "commands/write.h"
#include "input/device.h"
#include "input/live.h"
#include "names/cgroups.h"
#include "select/wanted.h"

/* To print */
struct printing {
	struct wanted *wanted;
	struct style *style;
};

static bool print(struct program *program, struct input_device *device)
{
	struct printing *printing = program->context;

	if (!program_begin(program))
		return false;
	if (program_start())
		print_input(&device->input, printing->wanted, printing->style);
	return true;
}

static bool write_file(struct program *program, struct input_device *device)
{
	struct write *write = program->context;
	struct source *source = &device->source;

	if (!write_begin(write, source))
		return false;
	if (!program_begin(program)) {
		write_end(write, false);
		return false;
	}
	program_start();
	write_records(write, source);
	return true;
}

static int run_and_print(const struct options *options, struct wanted *wanted,
			 struct style *style)
{
	struct printing printing = { wanted, style };
	struct program program = {
		.options = options,
		.ask = wanted->ask,
		.work = print,
		.context = &printing,
	};

	return program_run(&program);
}

static int run_and_write(const struct options *options, struct wanted *wanted)
{
	struct write write = { };
	struct program program = {
		.options = options,
		.ask = wanted->ask,
		.work = write_file,
		.stop = live_stop,
		.context = &write,
	};
	int status;

	if (!write_asked(&write, options))
		return EXIT_USAGE;
	write.wanted = *wanted;
	write.quiet = true;
	status = program_run(&program);
	write_free(&write);
	return status;
}

static int run_and_end(const struct options *options, struct wanted *wanted,
		       struct style *style)
{
	return options->output ? run_and_write(options, wanted) :
				 run_and_print(options, wanted, style);
}

static int run(const struct options *options)
{
	if (options->output && !strcmp(options->output, "-"))
		return options_refuse(options, "-o: standard output is PROGRAM's");
	if (options->output &&
	    (options_format(options) != SINK_TEXT || options->columns))
		return options_refuse(options,
				      "-o: FILE is for ipctrace report, which takes --json and the like");
	return options_with_wanted(options, cgroups_new(NULL), run_and_end);
}

const struct command command_run = {
	.usage = "run [OPTION]... [--] PROGRAM [ARG]...",
	.operand = "PROGRAM",
	.many = true,
	.program = true,
	.on_stderr = true,
	.about =
"Run PROGRAM, and print its calls and those of all its descendants, from the\n"
"first to the last, to standard error. Needs permission to read, and the module.\n",
	.notes =
"PROGRAM goes on when that was enough (-n, --for, --until).\n"
"Exit status: PROGRAM's, which it may also die of; 126, 127: it cannot be run.\n",
	.run = run,
};
