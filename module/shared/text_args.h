/* SPDX-License-Identifier: GPL-2.0 */
/* Arguments of a call as text; see text_args.c. */
#ifndef _IPCT_TEXT_ARGS_H
#define _IPCT_TEXT_ARGS_H

#include <ipctrace/ipctrace.h>

#include "portable.h"

struct text;

void ipct_text_args(struct text *t, const struct ipctrace_call *call,
		    const u64 *args, u32 unknown);
void ipct_text_some_args(struct text *t, const struct ipctrace_call *call,
			 const u64 *args, u32 unknown, u8 from, u8 to);

#endif /* _IPCT_TEXT_ARGS_H */
