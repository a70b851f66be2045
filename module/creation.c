// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: creation
 *
 * When a *get() call makes an object, a probe notes that in the slot of the call,
 * see events.c. A call without such a note found an existing object only if
 * nothing could have been made unseen during the whole call. This unit knows since
 * when that has been so.
 *
 * Ordering points:
 *	SWITCH:A	somebody is at a switch: the count, then the doubt (hook.c)
 *	SWITCH:B	creations are known: that, then the counts (probes.c)
 */
#include <linux/compiler.h>
#include <linux/kprobes.h>
#include <linux/rcupdate.h>

#include "creation.h"

/* See struct ipct_creation in creation.h. They differ: not known so far. */
struct ipct_creation ipct_creation = { .at_entry = 0, .at_end = 1 };

/**
 * ipct_creation_know() - from now on all creations are seen
 *
 * Context: all probes are armed, and the one on creations has been seen to fire.
 */
void ipct_creation_know(void)
{
	static u32 generation;

	generation += 2;
	WRITE_ONCE(ipct_creation.at_end, generation);
	WRITE_ONCE(ipct_creation.at_entry, generation);
}

/**
 * ipct_creation_doubt() - somebody is about to switch off what probes need
 *
 * Context: any.
 */
void ipct_creation_doubt(void)
{
	WRITE_ONCE(ipct_creation.at_end, 1);
	WRITE_ONCE(ipct_creation.at_entry, 0);
}
NOKPROBE_SYMBOL(ipct_creation_doubt);

/**
 * ipct_creation_forget() - from now on a creation may not be seen
 *
 * Calls that end from now on do not conclude anything.
 *
 * Context: sleeps until no handler that still knew runs; before a probe is disarmed.
 */
void ipct_creation_forget(void)
{
	ipct_creation_doubt();
	synchronize_rcu();
}
