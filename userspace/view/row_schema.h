/* SPDX-License-Identifier: GPL-2.0 */
/* The rows of tables as a JSON schema; see row_schema.c. */
#ifndef _IPCTRACE_ROW_SCHEMA_H
#define _IPCTRACE_ROW_SCHEMA_H

#include "view/sink.h"

/**
 * struct schema_rows - rows that a command writes
 * @types: what their column "type" may be, with blanks between
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

#endif /* _IPCTRACE_ROW_SCHEMA_H */
