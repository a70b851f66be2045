/* SPDX-License-Identifier: GPL-2.0 */
/* Records in a database, in few bytes; see sqlite_records.c. */
#ifndef _IPCTRACE_EXPORT_SQLITE_RECORDS_H
#define _IPCTRACE_EXPORT_SQLITE_RECORDS_H

#include <ipctrace/ipctrace.h>

#include "export/flat.h"
#include "shared/portable.h"

#if __has_include("sqlite3.h")
#include <sqlite3.h>

struct cgroups;

const char *sqlite_type(const struct column *column);
struct sqlite_records *sqlite_records_new(sqlite3 *db);
bool sqlite_records_add(struct sqlite_records *records, enum flat_table table,
			const struct ipctrace_header *record, struct cgroups *cgroups);
bool sqlite_records_end(struct sqlite_records *records);
void sqlite_records_free(struct sqlite_records *records);
#endif

#endif /* _IPCTRACE_EXPORT_SQLITE_RECORDS_H */
