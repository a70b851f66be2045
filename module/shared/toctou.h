/* SPDX-License-Identifier: GPL-2.0 */
/* User memory that was changed during a call; see toctou.c. */
#ifndef _IPCT_TOCTOU_H
#define _IPCT_TOCTOU_H

#include <ipctrace/ipctrace.h>

#include "layouts.h"
#include "portable.h"

#define IPCT_TOCTOU_NO_INDEX	0xffffffffU

/**
 * struct ipct_toctou - one value that was not the same at both times
 * @record: the call
 * @args: its arguments
 * @ctl: what it does with its last argument, for *ctl() calls
 * @step: where the search goes on
 * @arg: name of the argument that leads to the value
 * @inner: struct or array inside that, or NULL
 * @index: element of the array, or IPCT_TOCTOU_NO_INDEX
 * @member: name of the value itself, or NULL
 * @known: the values below are; else all that is known is that memory changed
 * @user: what user memory said
 * @kernel: what the kernel had, or what memory said at another time
 *
 * The name of the value is a path: arg.inner.member or arg[index].member.
 */
struct ipct_toctou {
	const struct ipctrace_call *record;
	const u64 *args;
	struct ipct_ctl ctl;
	u32 step;
	const char *arg;
	const char *inner;
	u32 index;
	const char *member;
	bool known;
	s64 user;
	s64 kernel;
};

bool ipct_toctou_begin(struct ipct_toctou *toctou,
		       const struct ipctrace_call *record, const u64 *args);
bool ipct_toctou_next(struct ipct_toctou *toctou);

#endif /* _IPCT_TOCTOU_H */
