/* SPDX-License-Identifier: GPL-2.0 */
/* Patterns as shells have them; see glob.c. */
#ifndef _IPCTRACE_GLOB_H
#define _IPCTRACE_GLOB_H

#include "shared/portable.h"

bool glob_matches(const char *pattern, size_t pattern_len, const char *text,
		  size_t len);

#endif /* _IPCTRACE_GLOB_H */
