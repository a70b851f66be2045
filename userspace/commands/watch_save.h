/* SPDX-License-Identifier: GPL-2.0 */
/* What happened around a finding, as a capture; see watch_save.c. */
#ifndef _IPCTRACE_WATCH_SAVE_H
#define _IPCTRACE_WATCH_SAVE_H

#include <ipctrace/ipctrace.h>

#include "shared/portable.h"

struct cgroups;
struct finding;
struct saving;
struct source;

struct saving *saving_new(const char *directory, u8 severity,
			  const struct source *source, struct cgroups *cgroups);
bool saving_record(struct saving *saving, const struct ipctrace_header *record);
void saving_finding(struct saving *saving, const struct finding *finding);
bool saving_free(struct saving *saving);

#endif /* _IPCTRACE_WATCH_SAVE_H */
