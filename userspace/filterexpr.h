/* SPDX-License-Identifier: GPL-2.0 */
/* Which records a reader wants; see filterexpr.c. */
#ifndef _IPCTRACE_FILTEREXPR_H
#define _IPCTRACE_FILTEREXPR_H

#include <ipctrace/ipctrace.h>

#include "shared/portable.h"

struct cgroups;

/**
 * struct filter - which calls to show
 * @pid: process, 0 for all
 * @calls: mask of enum ipctrace_call_id, 0 for all
 * @ipc_ns: IPC namespace, 0 for all
 * @cgroup: id of a cgroup, 0 for all that @cgroup_path lets through
 * @cgroup_path: its path, where those below it are wanted too, or NULL
 * @cgroups: names of cgroups, where there is a path
 */
struct filter {
	u32 pid;
	u64 calls;
	u32 ipc_ns;
	u64 cgroup;
	const char *cgroup_path;
	struct cgroups *cgroups;
};

bool filter_add_calls(struct filter *filter, const char *names);
bool filter_set_cgroup(struct filter *filter, struct cgroups *cgroups,
		       const char *name);
bool filter_matches(const struct filter *filter,
		    const struct ipctrace_header *record);

#endif /* _IPCTRACE_FILTEREXPR_H */
