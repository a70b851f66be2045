/* SPDX-License-Identifier: GPL-2.0 */
/* What only captures have among their records; see kinds.c. */
#ifndef _IPCTRACE_CAPTURE_KINDS_H
#define _IPCTRACE_CAPTURE_KINDS_H

#include <ipctrace/capture.h>

#include "shared/portable.h"

struct cgroups;

bool capture_is_record(const struct ipctrace_header *record);
size_t capture_name_cgroup(void *cgroups, u64 id, void *room);
bool capture_take_cgroup(struct cgroups *cgroups,
			 const struct ipctrace_capture_cgroup *cgroup);

#endif /* _IPCTRACE_CAPTURE_KINDS_H */
