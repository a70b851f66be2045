/* SPDX-License-Identifier: GPL-2.0 */
/* The recorder's filter, for the commands that follow it; see recorder_filter.c. */
#ifndef _IPCTRACE_RECORDER_FILTER_H
#define _IPCTRACE_RECORDER_FILTER_H

#include "shared/portable.h"

#define RECORDER_FILTER_ACCEPTED	"--filter"

#define RECORDER_FILTER_OPTION(value) \
	{ "filter", required_argument, NULL, value }

#define RECORDER_FILTER_HELP \
"  --filter EXPRESSION     set the recorder's filter first: what it rejects is\n" \
"                          not recorded, for any reader, until another is set;\n" \
"                          '' lets everything through\n"

bool recorder_filter_set(int fd, const char *expression);

#endif /* _IPCTRACE_RECORDER_FILTER_H */
