/* SPDX-License-Identifier: GPL-2.0 */
/* What a clock says, as records have times. */
#ifndef _IPCTRACE_CLOCK_H
#define _IPCTRACE_CLOCK_H

#include <time.h>

#include "shared/portable.h"

/**
 * clock_ns() - the time
 * @clock: CLOCK_MONOTONIC, as in records, or another clock
 *
 * May be called by a signal handler.
 *
 * Return: nanoseconds.
 */
static inline u64 clock_ns(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

#endif /* _IPCTRACE_CLOCK_H */
