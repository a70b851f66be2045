// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: program
 *
 * Runs a program for its calls and those of all its descendants, from its first one on.
 * It sees nothing else: whatever the recorder's filter is, it has a subscription to
 * these, which is in force before the program is executed, and ends with it.
 */
#include <err.h>
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
#include "commands/program.h"
#include "input/device.h"
#include "input/live.h"

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

/**
 * program_begin() - be ready for its calls
 * @program: in @work; what needs privileges has been done
 *
 * Return: false, with a message, when that is not possible.
 */
bool program_begin(struct program *program)
{
	live_stop_after(program->options->for_ns);
	/* Signals must reach it as whoever it goes on. */
	return privileges_drop_but(CAP_KILL);
}

/**
 * program_start() - let it go
 *
 * Return: false, with a message, when it cannot be executed: then there is nothing to
 * read.
 */
bool program_start(void)
{
	return !child_release();
}

static bool run_program(struct program *program)
{
	char *const *argv = (char *const *)program->options->operands;
	void (*stop)(void) = program->stop ?: finish;
	const struct child_events events = {
		.ended = program->options->no_follow ? stop : NULL,
		.interrupted = stop,
	};
	pid_t pid = child_hold(argv, &events);
	bool good;

	if (pid < 0)
		return false;
	if (!open_device(pid, program->ask)) {
		child_cancel();
		return false;
	}
	good = program->work(program, &device);
	if (!good)
		child_cancel();
	input_close(&device.input);
	return good;
}

/**
 * program_run() - run it, up to its end
 * @program: all of it
 *
 * What is done with its calls is over before the program is, or when it is: what counts
 * is how that ended.
 *
 * Return: exit status; it may die of the same signal as the program.
 */
int program_run(struct program *program)
{
	if (!knows_numbers() || !run_program(program))
		return EXIT_FAILURE;
	child_wait();
	return child_end_alike();
}
