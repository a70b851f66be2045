/* SPDX-License-Identifier: GPL-2.0 */
/* A program that is run for its calls; see program.c. */
#ifndef _IPCTRACE_PROGRAM_H
#define _IPCTRACE_PROGRAM_H

#include "shared/portable.h"

struct ask;
struct input_device;
struct options;

/**
 * struct program - a program, and what is done with its calls
 * @options: of the command, whose operands it is
 * @ask: which of its calls; NULL: all
 * @work: reads them from a device that is open. It has to call program_begin() and
 *	then program_start(); false, with a message, when it does not come to that
 * @stop: makes @work end, out of signal handlers; NULL: the device's end does
 * @context: for @work
 */
struct program {
	const struct options *options;
	const struct ask *ask;
	bool (*work)(struct program *program, struct input_device *device);
	void (*stop)(void);
	void *context;
};

bool program_begin(struct program *program);
bool program_start(void);
int program_run(struct program *program);

#endif /* _IPCTRACE_PROGRAM_H */
