// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: run
 *
 * Starts a program, and prints or writes its calls and those of all its descendants,
 * from its first one on. It sees nothing else: whatever the recorder's filter is, it
 * has a subscription to these, which is in force before the program is executed, and
 * ends with it.
 */
#include <err.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <ipctrace/ipctrace.h>

#include "ask/narrow.h"
#include "base/child.h"
#include "base/privileges.h"
#include "commands/options.h"
#include "commands/print.h"
#include "commands/write.h"
#include "input/device.h"
#include "input/live.h"
#include "input/source.h"
#include "names/cgroups.h"
#include "select/wanted.h"

#define FIRST_PID_NS	0xeffffffc	/* inode number of the namespace of all processes */

/* Of one program, for signal handlers, too */
static struct input_device device;

static void finish(void)
{
	input_device_finish(&device);
}

/*
 * What to subscribe to: those processes, and of their calls as little as the recorder
 * can tell. A question about processes is not for it: it counts those that are there.
 */
static bool subscription(char *expression, size_t size, pid_t pid,
			 const struct ask *ask)
{
	struct narrow narrow;
	size_t used;

	used = snprintf(expression, size, "pid == %d", pid);
	if (!ask)
		return true;
	if (!narrow_new(&narrow, ask))
		return false;
	if (*narrow.filter && !strstr(narrow.filter, "pid") &&
	    used + strlen(narrow.filter) + sizeof(" and ()") <= size)
		snprintf(expression + used, size - used, " and (%s)",
			 narrow.filter);
	narrow_free(&narrow);
	return true;
}

/* The recorder knows processes by the numbers that the first namespace has for them. */
static bool knows_numbers(void)
{
	struct stat namespace;

	if (stat("/proc/self/ns/pid", &namespace) ||
	    namespace.st_ino == FIRST_PID_NS)
		return true;
	warnx("a program can be run in the first pid namespace only, not in a container: follow it with --container");
	return false;
}

static bool open_device(pid_t pid, const struct ask *ask)
{
	char expression[IPCTRACE_FILTER_MAX_BYTES];

	return subscription(expression, sizeof(expression), pid, ask) &&
	       input_device_open_own(&device, expression);
}

/*
 * To print or to write, whatever becomes of it, is over before the program is, or
 * when it is: what counts is how that ended.
 */
static int end(void)
{
	child_wait();
	return child_end_alike();
}

static bool begin(const struct options *options)
{
	live_stop_after(options->for_ns);
	/* Signals must reach it as whoever it goes on. */
	return privileges_drop_but(CAP_KILL);
}

static bool print(const struct options *options, struct wanted *wanted,
		  struct style *style)
{
	if (!begin(options))
		return false;
	if (!child_release())
		print_input(&device.input, wanted, style);
	return true;
}

static bool write_file(const struct options *options, struct write *write)
{
	struct source *source = &device.source;

	if (!write_begin(write, source))
		return false;
	if (!begin(options)) {
		write_end(write, false);
		return false;
	}
	child_release();
	write_records(write, source);
	return true;
}

/* False, with a message, when the program was not started. */
static bool run_program(const struct options *options, struct wanted *wanted,
			struct style *style, struct write *write)
{
	char *const *argv = (char *const *)options->operands;
	const struct child_events events = {
		.ended = options->no_follow ? write ? live_stop : finish : NULL,
		.interrupted = write ? live_stop : finish,
	};
	pid_t pid = child_hold(argv, &events);
	bool good;

	if (pid < 0)
		return false;
	if (!open_device(pid, wanted->ask)) {
		child_cancel();
		return false;
	}
	good = write ? write_file(options, write) : print(options, wanted, style);
	if (!good)
		child_cancel();
	input_close(&device.input);
	return good;
}

static int run_and_end(const struct options *options, struct wanted *wanted,
		       struct style *style)
{
	bool file = options->output;
	struct write write = { };
	bool good;

	if (file && !write_asked(&write, options))
		return EXIT_USAGE;
	write.wanted = *wanted;
	write.quiet = true;
	good = knows_numbers() &&
	       run_program(options, wanted, style, file ? &write : NULL);
	write_free(&write);
	return good ? end() : EXIT_FAILURE;
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
