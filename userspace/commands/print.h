/* SPDX-License-Identifier: GPL-2.0 */
/* Records from any input to standard output; see print.c. */
#ifndef _IPCTRACE_PRINT_H
#define _IPCTRACE_PRINT_H

#include "view/formats.h"

struct input;
struct wanted;

int print_end(struct output *output);
int print_input(struct input *input, struct wanted *wanted,
		enum sink_format format);

#endif /* _IPCTRACE_PRINT_H */
