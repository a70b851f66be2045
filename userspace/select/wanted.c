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
 * @wanted: which records; fewer of them from now on
 * @record: the record
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
 * @wanted: which records
 */
void wanted_free(struct wanted *wanted)
{
	ask_free(wanted->ask);
}
