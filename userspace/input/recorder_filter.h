/* SPDX-License-Identifier: GPL-2.0 */
/* The recorder's filter, for the commands that follow it; see recorder_filter.c. */
#ifndef _IPCTRACE_RECORDER_FILTER_H
#define _IPCTRACE_RECORDER_FILTER_H

#include "shared/portable.h"

bool recorder_filter_set(int fd, const char *expression);
bool recorder_filter_ask(int fd, bool *has);

#endif /* _IPCTRACE_RECORDER_FILTER_H */
