// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: wanted
 *
 * The options that choose records, the same for all commands that take them
 * from the recorder or from a capture.
 */
#include "base/options.h"
#include "select/wanted.h"

#define PID_MAX		4194304		/* the kernel's PID_MAX_LIMIT */

/**
 * wanted_option() - obey an option of WANTED_OPTIONS
 * @wanted: out: what it chooses; its cgroups are there
 * @option: what getopt_long() gave back
 * @arg: its value; must outlive @wanted
 *
 * Return: false, with a message, when its value is wrong.
 */
bool wanted_option(struct wanted *wanted, int option, const char *arg)
{
	u64 number;

	switch (option) {
	case 'n':
		return option_number("--count", arg, ~0ULL, &wanted->count);
	case 'p':
		if (!option_number("--pid", arg, PID_MAX, &number))
			return false;
		wanted->selection.pid = number;
		return true;
	case WANTED_OPTION_IPC_NS:
		if (!option_number("--ipc-ns", arg, ~0U, &number))
			return false;
		wanted->selection.ipc_ns = number;
		return true;
	case WANTED_OPTION_CGROUP:
		return selection_set_cgroup(&wanted->selection, wanted->cgroups, arg);
	default:
		return selection_add_calls(&wanted->selection, arg);
	}
}

/**
 * wanted_enough() - count a record that was taken
 * @wanted: which records; fewer of them from now on
 * @record: the record
 *
 * Return: true when that was the last one wanted.
 */
bool wanted_enough(struct wanted *wanted, const struct ipctrace_header *record)
{
	return record->type != IPCTRACE_TYPE_LOST && wanted->count &&
	       !--wanted->count;
}
