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
 * struct ipct_creation - did a *get() call that made no object find one?
 * @at_entry: what the call keeps when it begins
 * @at_end: what it compares that with when it ends. If they are the same, all
 *	probes were armed at both times, and none was disarmed meanwhile.
 *
 * While creations may go unseen the two differ. Each time that all are seen, both
 * have a new value.
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
