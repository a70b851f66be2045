/* SPDX-License-Identifier: GPL-2.0 */
/* Records from any input to standard output; see print.c. */
#ifndef _IPCTRACE_PRINT_H
#define _IPCTRACE_PRINT_H

#include "view/output.h"

struct input;
struct style;
struct wanted;

int print_end(struct output *output);
int print_input(struct input *input, struct wanted *wanted,
		struct style *style);

#endif /* _IPCTRACE_PRINT_H */
