/* SPDX-License-Identifier: GPL-2.0 */
/* Paths of cgroups by id; see cgroups.c. */
#ifndef _IPCTRACE_CGROUPS_H
#define _IPCTRACE_CGROUPS_H

#include "shared/portable.h"

/**
 * struct cgroup - what is known of a cgroup
 * @path: its path below the root, "/" for the root, NULL: not found
 * @text: the same for people: in UTF-8, with U+FFFD for what is not
 * @container: id of the container that it belongs to, or NULL
 */
struct cgroup {
	const char *path;
	const char *text;
	const char *container;
};

struct cgroups *cgroups_new(const char *root);
struct cgroups *cgroups_new_empty(void);
void cgroups_name(struct cgroups *cgroups, u64 id, const char *path,
		  bool container);
bool cgroups_of_machine(const struct cgroups *cgroups);
void cgroups_know_users(struct cgroups *cgroups);
bool cgroups_knows_users(const struct cgroups *cgroups);
const struct cgroup *cgroups_find(struct cgroups *cgroups, u64 id);
bool cgroups_id(const struct cgroups *cgroups, const char *path, u64 *id);
void cgroups_free(struct cgroups *cgroups);

#endif /* _IPCTRACE_CGROUPS_H */
