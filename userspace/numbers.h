/* SPDX-License-Identifier: GPL-2.0 */
/* System call numbers; see numbers_x86_64.c and numbers_i386.c. */
#ifndef _IPCTRACE_NUMBERS_H
#define _IPCTRACE_NUMBERS_H

#include <ipctrace/ipctrace.h>

#define NUMBER_NONE	(-1)	/* the ABI has no such call */

/* By enum ipctrace_call_id */
extern const int numbers_x86_64[IPCTRACE_NR_CALLS];
extern const int numbers_i386[IPCTRACE_NR_CALLS];

#endif /* _IPCTRACE_NUMBERS_H */
