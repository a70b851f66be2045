/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A debug build first fills the memory that handlers are to write with one byte:
 * where a record still has it, nothing was written.
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
	/* As bytes, or the compiler would see only the first member. */
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
