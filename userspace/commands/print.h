/* SPDX-License-Identifier: GPL-2.0 */
/* Records from any input to standard output; see print.c. */
#ifndef _IPCTRACE_PRINT_H
#define _IPCTRACE_PRINT_H

#include "shared/portable.h"

struct input;
struct wanted;

int print_input(struct input *input, struct wanted *wanted, bool json);

#endif /* _IPCTRACE_PRINT_H */
