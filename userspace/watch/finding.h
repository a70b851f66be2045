/* SPDX-License-Identifier: GPL-2.0 */
/* Findings as rows of a table; see finding.c. */
#ifndef _IPCTRACE_WATCH_FINDING_H
#define _IPCTRACE_WATCH_FINDING_H

#include "fields/values.h"
#include "view/sink.h"

struct cgroups;
struct finding;

#define FINDING_COLUMNS		18
#define FINDING_NAME_BYTES	128

extern const struct column finding_columns[FINDING_COLUMNS];

void finding_row(const struct finding *finding, const char *time,
		 struct cgroups *cgroups, struct value values[FINDING_COLUMNS],
		 char name[FINDING_NAME_BYTES]);

#endif /* _IPCTRACE_WATCH_FINDING_H */
