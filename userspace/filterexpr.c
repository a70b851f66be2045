// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: filterexpr
 *
 * Names of calls and classes of calls to a filter, and the filter applied.
 */
#include <err.h>
#include <string.h>

#include "filterexpr.h"
#include "syscalls.h"

#define CALL_BIT(call)	(1ULL << (call))

static bool same(const char *name, size_t len, const char *other)
{
	return strlen(other) == len && !memcmp(name, other, len);
}

/* Calls that a name stands for: a call, or all of a family; 0: none. */
static u64 named_calls(const char *name, size_t len)
{
	u64 calls = 0;
	u32 i;

	for (i = 0; i < IPCTRACE_NR_CALLS; i++)
		if (same(name, len, ipct_syscalls[i].name) ||
		    same(name, len, ipct_family_names[ipct_syscalls[i].family]))
			calls |= CALL_BIT(i);

	/* The C library's semop() is a semtimedop without a timeout. */
	if (calls & CALL_BIT(IPCTRACE_CALL_semop))
		calls |= CALL_BIT(IPCTRACE_CALL_semtimedop);
	return calls;
}

static void refuse(const char *name, size_t len)
{
	char accepted[512] = "";
	u32 i;

	for (i = 0; i < __IPCTRACE_FAMILY_MAX; i++) {
		strcat(accepted, " ");
		strcat(accepted, ipct_family_names[i]);
	}
	for (i = 0; i < IPCTRACE_NR_CALLS; i++) {
		strcat(accepted, " ");
		strcat(accepted, ipct_syscalls[i].name);
	}
	warnx("unknown call '%.*s'; accepted:%s", (int)len, name, accepted);
}

/**
 * filter_add_calls() - let calls through
 * @filter: the filter
 * @names: names of calls or classes, with commas between
 *
 * Return: false, with a message, for an unknown name.
 */
bool filter_add_calls(struct filter *filter, const char *names)
{
	for (;;) {
		size_t len = strcspn(names, ",");
		u64 calls = named_calls(names, len);

		if (!calls) {
			refuse(names, len);
			return false;
		}
		filter->calls |= calls;
		if (!names[len])
			return true;
		names += len + 1;
	}
}

/**
 * filter_matches() - is a record wanted
 * @filter: the filter
 * @record: the record
 *
 * Lost records are always wanted: they may stand for any call.
 */
bool filter_matches(const struct filter *filter,
		    const struct ipctrace_header *record)
{
	const struct ipctrace_call *call = (const void *)record;

	if (record->type == IPCTRACE_TYPE_LOST)
		return true;
	if (record->len < sizeof(*call))
		return false;
	if (filter->pid && filter->pid != call->tgid)
		return false;
	return !filter->calls || (record->call < IPCTRACE_NR_CALLS &&
				  filter->calls & CALL_BIT(record->call));
}
