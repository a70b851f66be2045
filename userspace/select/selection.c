// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: selection
 *
 * Names of calls and classes of calls to a selection of records, and the selection applied.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "names/cgroups.h"
#include "select/selection.h"
#include "shared/syscalls.h"

#define CALL_BIT(call)	(1ULL << (call))

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
 * selection_add_calls() - let calls through
 * @selection: the selection
 * @names: names of calls or classes, with commas between
 *
 * Return: false, with a message, for an unknown name.
 */
bool selection_add_calls(struct selection *selection, const char *names)
{
	for (;;) {
		size_t len = strcspn(names, ",");
		u64 calls = ipct_calls_named(names, len);

		if (!calls) {
			refuse(names, len);
			return false;
		}
		selection->calls |= calls;
		if (!names[len])
			return true;
		names += len + 1;
	}
}

/**
 * selection_set_cgroup() - let one cgroup through
 * @selection: the selection
 * @cgroups: names of cgroups; must outlive @selection
 * @name: an id, or a path, which stands for all below it, too; must outlive
 *	@selection
 *
 * Return: false, with a message, when there is no such cgroup.
 */
bool selection_set_cgroup(struct selection *selection, struct cgroups *cgroups,
			  const char *name)
{
	const struct cgroup *cgroup;

	selection->cgroups = cgroups;

	if (*name && !name[strspn(name, "0123456789")]) {
		errno = 0;
		selection->cgroup = strtoull(name, NULL, 10);
		selection->cgroup_path = NULL;
		if (!errno && selection->cgroup)
			return true;
	} else if (!cgroups_of_machine(cgroups)) {
		/* Which ids have that path is not known yet. */
		selection->cgroup = 0;
		selection->cgroup_path = name;
		if (*name == '/')
			return true;
	} else if (*name && cgroups_id(cgroups, name, &selection->cgroup)) {
		cgroup = cgroups_find(cgroups, selection->cgroup);
		selection->cgroup_path = cgroup->path;
		return true;
	}
	warnx("--cgroup: '%s' is neither a cgroup's id, a whole number, nor its path, as in /proc/PID/cgroup",
	      name);
	return false;
}

/* Is @path @whole, or below it? */
static bool path_matches(const char *whole, const char *path)
{
	size_t len = strlen(whole);

	while (len && whole[len - 1] == '/')
		len--;		/* of the root nothing is left */
	return !strncmp(path, whole, len) &&
	       (path[len] == '/' || !path[len]);
}

static bool cgroup_matches(const struct selection *selection, u64 id)
{
	const char *path;

	if (!selection->cgroup_path)
		return !selection->cgroup || selection->cgroup == id;
	if (selection->cgroup == id)
		return true;
	path = cgroups_find(selection->cgroups, id)->path;
	return path && path_matches(selection->cgroup_path, path);
}

static bool is_event(const struct ipctrace_header *record)
{
	return record->call == IPCTRACE_CALL_NONE;
}

/* What happens to objects belongs to their class, to no call. */
static bool calls_match(const struct selection *selection,
			const struct ipctrace_header *record)
{
	u64 calls;

	if (!selection->calls)
		return true;
	if (!is_event(record))
		return record->call < IPCTRACE_NR_CALLS &&
		       selection->calls & CALL_BIT(record->call);
	calls = ipct_calls_of_family(IPCTRACE_FAMILY_OF(record->flags));
	return (selection->calls & calls) == calls;
}

/**
 * selection_matches() - is a record wanted
 * @selection: the selection
 * @record: the record
 *
 * Lost records and gaps are always wanted: any call may be missing there. What happens to
 * objects without a call is wanted where all calls of their class are.
 */
bool selection_matches(const struct selection *selection,
		       const struct ipctrace_header *record)
{
	const struct ipctrace_call *call = (const void *)record;

	if (record->type == IPCTRACE_TYPE_LOST ||
	    record->type == IPCTRACE_TYPE_GAP)
		return true;
	if (record->len < sizeof(*call))
		return false;
	if (selection->pid && selection->pid != call->tgid)
		return false;
	if (selection->ipc_ns && selection->ipc_ns != call->ipc_ns)
		return false;
	return calls_match(selection, record) &&
	       cgroup_matches(selection, call->cgroup);
}
