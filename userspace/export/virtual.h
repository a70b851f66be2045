/* SPDX-License-Identifier: GPL-2.0 */
/* A capture as tables of SQLite; see virtual.c. */
#ifndef _IPCTRACE_EXPORT_VIRTUAL_H
#define _IPCTRACE_EXPORT_VIRTUAL_H

#include "shared/portable.h"

struct cgroups;

/**
 * struct virtual - a capture that is asked
 * @name: of the file
 * @cgroups: names of cgroups
 * @told: what is damaged has been said
 * @damaged: something is
 */
struct virtual {
	const char *name;
	struct cgroups *cgroups;
	bool told;
	bool damaged;
};

#if __has_include("sqlite3.h")
#include <sqlite3.h>

bool virtual_make_tables(sqlite3 *db, struct virtual *virtual);
#endif

#endif /* _IPCTRACE_EXPORT_VIRTUAL_H */
