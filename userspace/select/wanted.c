// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: wanted
 *
 * Which records a command takes, from the recorder or from a capture, and how
 * many of them.
 */
#include "select/wanted.h"
#include "shared/layouts.h"

static bool is_own(const struct wanted *wanted, const struct ipctrace_call *call)
{
	const struct ipctrace_subscribed *part =
		ipct_part_find(call, IPCTRACE_PART_SUBSCRIBED, sizeof(*part));

	return part && part->mask & wanted->own;
}

/* The machine's filter is not a gap in what the reader has subscribed to. */
static bool is_no_gap(const struct wanted *wanted,
		      const struct ipctrace_call *call)
{
	const struct ipctrace_gap *gap =
		ipct_part_find(call, IPCTRACE_PART_GAP, sizeof(*gap));

	return gap && gap->cause == IPCTRACE_GAP_FILTER &&
	       (!gap->end_ns || gap->begin_ns >= wanted->own_since_ns);
}

/**
 * wanted_own() - is a record wanted, if the reader has a subscription?
 * @wanted: has a question and a subscription
 * @record: from the recorder; within the times that are wanted
 *
 * Calls that began before the subscription do not have its mark, and are asked as if
 * there were none.
 */
bool wanted_own(const struct wanted *wanted,
		const struct ipctrace_header *record)
{
	const struct ipctrace_call *call = (const void *)record;
	bool holds;

	if (record->type == IPCTRACE_TYPE_GAP &&
	    record->time_ns >= wanted->own_since_ns && is_no_gap(wanted, call))
		return false;
	if (!wanted->own_follows || record->type == IPCTRACE_TYPE_LOST ||
	    record->type == IPCTRACE_TYPE_GAP ||
	    record->len < sizeof(*call) ||
	    record->time_ns - call->duration_ns < wanted->own_since_ns)
		return ask_holds(wanted->ask, record);
	if (!is_own(wanted, call))
		return false;
	wanted->ask->followed = true;
	holds = ask_holds(wanted->ask, record);
	wanted->ask->followed = false;
	return holds;
}

/**
 * wanted_enough() - count a record that was taken
 * @wanted: its @count goes down, unless it is 0, which means no end
 * @record: lost ones and gaps do not count
 *
 * Return: true when that was the last one wanted.
 */
bool wanted_enough(struct wanted *wanted, const struct ipctrace_header *record)
{
	if (record->type == IPCTRACE_TYPE_LOST ||
	    record->type == IPCTRACE_TYPE_GAP)
		return false;
	return wanted->count && !--wanted->count;
}

/**
 * wanted_free() - free the memory of what was asked for
 * @wanted: its question is freed, if it has one; its cgroups stay
 */
void wanted_free(struct wanted *wanted)
{
	ask_free(wanted->ask);
}
