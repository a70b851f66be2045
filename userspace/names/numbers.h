/* SPDX-License-Identifier: GPL-2.0 */
/* System call numbers; see numbers.c. */
#ifndef _IPCTRACE_NUMBERS_H
#define _IPCTRACE_NUMBERS_H

#include <ipctrace/ipctrace.h>

#define NUMBER_NONE	(-1)	/* the ABI has no such call */

/* Those of x32 are those of x86-64 with a bit set. */
extern const int numbers[IPCTRACE_NR_CALLS][__IPCTRACE_ABI_MAX];

#endif /* _IPCTRACE_NUMBERS_H */
