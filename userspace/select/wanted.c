// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: wanted
 *
 * Which records a command takes, from the recorder or from a capture, and how
 * many of them.
 */
#include "select/wanted.h"

/**
 * wanted_enough() - count a record that was taken
 * @wanted: its @count goes down, unless it is 0, which is without end
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
 * wanted_free() - give back what was asked for
 * @wanted: its question, if it has one; its cgroups stay
 */
void wanted_free(struct wanted *wanted)
{
	ask_free(wanted->ask);
}
