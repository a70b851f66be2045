/* SPDX-License-Identifier: GPL-2.0 */
/* Which records a reader wants, in short; see selection.c. */
#ifndef _IPCTRACE_SELECTION_H
#define _IPCTRACE_SELECTION_H

#include <ipctrace/ipctrace.h>

#include "shared/portable.h"

struct ask;
struct cgroups;

/**
 * struct selection - which records a reader wants
 * @pid: process, 0 for all
 * @forks: and its descendants
 * @calls: mask of enum ipctrace_call_id, 0 for all
 * @ipc_ns: IPC namespace, 0 for all
 * @cgroup: id of a cgroup, 0 for all that @cgroup_path lets through
 * @cgroup_path: its path, where those below it are wanted too, or NULL
 * @question: what else, or NULL; see ask/parse.c
 */
struct selection {
	u32 pid;
	bool forks;
	u64 calls;
	u32 ipc_ns;
	u64 cgroup;
	const char *cgroup_path;
	char *question;
};

bool selection_add_calls(struct selection *selection, const char *names);
bool selection_set_cgroup(struct selection *selection, struct cgroups *cgroups,
			  const char *name);
bool selection_add(struct selection *selection, const char *option,
		   const char *question);
bool selection_add_quoted(struct selection *selection, const char *option,
			  const char *before, const char *value);
bool selection_add_list(struct selection *selection, const char *option,
			const char *before, const char *values);
char *selection_question(const struct selection *selection);
struct ask *selection_ask(const struct selection *selection,
			  struct cgroups *cgroups);
void selection_free(struct selection *selection);

#endif /* _IPCTRACE_SELECTION_H */
