/* SPDX-License-Identifier: GPL-2.0 */
/* The recorder's filter, for the commands that follow it; see filter_set.c. */
#ifndef _IPCTRACE_FILTER_SET_H
#define _IPCTRACE_FILTER_SET_H

#include "shared/portable.h"

#define FILTER_SET_ACCEPTED	"--filter"

#define FILTER_SET_OPTION(value) \
	{ "filter", required_argument, NULL, value }

#define FILTER_SET_HELP \
"  --filter EXPRESSION     set the recorder's filter first: what it rejects is\n" \
"                          not recorded, for any reader, until another is set;\n" \
"                          '' lets everything through\n"

bool filter_set(int fd, const char *expression);

#endif /* _IPCTRACE_FILTER_SET_H */
