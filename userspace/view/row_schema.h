/* SPDX-License-Identifier: GPL-2.0 */
/* The rows of tables as a JSON schema; see row_schema.c. */
#ifndef _IPCTRACE_ROW_SCHEMA_H
#define _IPCTRACE_ROW_SCHEMA_H

#include "view/sink.h"

/**
 * struct schema_group - a value that has values in it
 * @name: its name
 * @list: there may be any number of them
 * @nullable: it may be null
 * @what: what it is, or NULL
 * @columns: what is in it; one column without a name: the list is of such values
 * @nr: number of @columns
 * @group: another group in it, or NULL
 */
struct schema_group {
	const char *name;
	bool list;
	bool nullable;
	const char *what;
	const struct column *columns;
	size_t nr;
	const struct schema_group *group;
};

/**
 * struct schema_rows - rows that a command writes
 * @types: what their column "type" may be, with blanks between; NULL: they have none,
 *	and there are no others
 * @columns: their columns, all of them in each row
 * @nr: number of @columns
 */
struct schema_rows {
	const char *types;
	const struct column *columns;
	size_t nr;
};

bool row_schema_print(struct output *output, const char *title,
		      const struct schema_rows *rows, size_t nr);
bool row_schema_print_groups(struct output *output, const char *title,
			     const struct schema_rows *rows,
			     const struct schema_group *groups, size_t nr_groups);

#endif /* _IPCTRACE_ROW_SCHEMA_H */
