/* SPDX-License-Identifier: GPL-2.0 */
/* Records as lines: CSV and JSON; see lines.c. */
#ifndef _IPCTRACE_EXPORT_LINES_H
#define _IPCTRACE_EXPORT_LINES_H

#include "export/way.h"

extern const struct way_ops way_csv;
extern const struct way_ops way_jsonl;

#endif /* _IPCTRACE_EXPORT_LINES_H */
