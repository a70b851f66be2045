/* SPDX-License-Identifier: GPL-2.0 */
/* Records as a database; see sqlite.c. */
#ifndef _IPCTRACE_EXPORT_SQLITE_H
#define _IPCTRACE_EXPORT_SQLITE_H

#include "export/way.h"

extern const struct way_ops way_sqlite;

#if __has_include("sqlite3.h")
#include <sqlite3.h>

#include "export/facts.h"
#include "export/flat.h"

/* The table of what rules find */
#define SQLITE_FINDINGS	"findings"

bool sqlite_say(sqlite3 *db, const char *name, const char *what);
char *sqlite_declare(const char *name, const struct column *columns, size_t nr);
bool sqlite_make_facts(sqlite3 *db);
sqlite3_stmt *sqlite_findings_inserter(sqlite3 *db);
bool sqlite_add_finding(sqlite3_stmt *inserter, const struct value *row);
bool sqlite_fill_facts(sqlite3 *db, const struct facts *facts);
bool sqlite_make_views(sqlite3 *db);
#endif

#endif /* _IPCTRACE_EXPORT_SQLITE_H */
