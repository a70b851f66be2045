/* SPDX-License-Identifier: GPL-2.0 */
/* Arguments of a call, and what they lead to, as values; see decode_args.c. */
#ifndef _IPCTRACE_DECODE_ARGS_H
#define _IPCTRACE_DECODE_ARGS_H

#include <ipctrace/ipctrace.h>

#include "shared/portable.h"

struct decoded;

void decode_args(struct decoded *d, const struct ipctrace_call *call,
		 const u64 *args, u32 unknown);
void decode_ipc_64(struct decoded *d, const struct ipctrace_call *call,
		   const u64 *args);
void decode_unread(struct decoded *d, const struct ipctrace_call *call,
		   u32 unknown);
void decode_adjust(struct decoded *d, const struct ipctrace_call *event);

#endif /* _IPCTRACE_DECODE_ARGS_H */
