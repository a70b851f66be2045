/* SPDX-License-Identifier: GPL-2.0 */
/* Which records a reader wants; see selection.c. */
#ifndef _IPCTRACE_SELECTION_H
#define _IPCTRACE_SELECTION_H

#include <ipctrace/ipctrace.h>

#include "shared/portable.h"

struct cgroups;

/**
 * struct selection - which calls to show
 * @pid: process, 0 for all
 * @calls: mask of enum ipctrace_call_id, 0 for all
 * @ipc_ns: IPC namespace, 0 for all
 * @cgroup: id of a cgroup, 0 for all that @cgroup_path lets through
 * @cgroup_path: its path, where those below it are wanted too, or NULL
 * @cgroups: names of cgroups, where there is a path
 */
struct selection {
	u32 pid;
	u64 calls;
	u32 ipc_ns;
	u64 cgroup;
	const char *cgroup_path;
	struct cgroups *cgroups;
};

bool selection_add_calls(struct selection *selection, const char *names);
bool selection_set_cgroup(struct selection *selection, struct cgroups *cgroups,
			  const char *name);
bool selection_matches(const struct selection *selection,
		       const struct ipctrace_header *record);

#endif /* _IPCTRACE_SELECTION_H */
