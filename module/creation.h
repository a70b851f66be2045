/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Has a *get() call made its object or found it? See creation.c.
 *
 * Locking: one thread at a time says what is known; handlers read, preemption off.
 */
#ifndef _IPCT_CREATION_H
#define _IPCT_CREATION_H

#include <linux/types.h>

/**
 * struct ipct_creation - does a *get() call that made no object have found it?
 * @at_entry: what the call keeps when it begins
 * @at_end: what it compares that with when it ends. The same: at both times all
 *	probes were armed, and none was disarmed meanwhile.
 *
 * While creations are not seen for sure, the two differ, and each time that they
 * are they have a value of their own.
 */
struct ipct_creation {
	u32 at_entry;
	u32 at_end;
};

extern struct ipct_creation ipct_creation;

void ipct_creation_know(void);
void ipct_creation_doubt(void);
void ipct_creation_forget(void);

#endif /* _IPCT_CREATION_H */
