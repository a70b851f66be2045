/* SPDX-License-Identifier: GPL-2.0 */
/* Where lines are sent; see ship_to.c. */
#ifndef _IPCTRACE_SHIP_TO_H
#define _IPCTRACE_SHIP_TO_H

#include "commands/ship_place.h"

struct options;
struct ship_lines;

struct ship_to *ship_to_open(const struct options *options, struct ship_lines *lines,
			     int *status);

#endif /* _IPCTRACE_SHIP_TO_H */
