/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In a debug build, memory that handlers are to fill is filled with a byte
 * first: what is still there in a record was never written.
 */
#ifndef _IPCT_POISON_H
#define _IPCT_POISON_H

#include <linux/compiler.h>
#include <linux/string.h>
#include <linux/types.h>

#ifdef IPCTRACE_DEBUG
extern unsigned int ipct_poison;

static __always_inline void ipct_poison_fill(void *room, size_t bytes)
{
	/* As bytes: what it is for is not its first member alone. */
	OPTIMIZER_HIDE_VAR(room);
	if (ipct_poison)
		memset(room, ipct_poison, bytes);
}
#else
static __always_inline void ipct_poison_fill(void *room, size_t bytes)
{
}
#endif

#endif /* _IPCT_POISON_H */
