// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: creation
 *
 * The kernel says when a *get() call makes an object: a probe notes it in the slot
 * of the call, see events.c. That a call without such a note has found its object
 * follows only if nothing could be made unseen during all of it. Here is kept since
 * when that is so.
 *
 * Ordering points:
 *	SWITCH:A	somebody is at a switch: the count, then the doubt (hook.c)
 *	SWITCH:B	creations are known: that, then the counts (probes.c)
 */
#include <linux/compiler.h>
#include <linux/kprobes.h>
#include <linux/rcupdate.h>

#include "creation.h"

/* See struct ipct_creation in creation.h. Not known so far. */
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
 * What a call has not been told by now it does not infer any more.
 *
 * Context: sleeps until no handler runs that knew; before a probe is disarmed.
 */
void ipct_creation_forget(void)
{
	ipct_creation_doubt();
	synchronize_rcu();
}
