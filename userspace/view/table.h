/* SPDX-License-Identifier: GPL-2.0 */
/* Rows that are gathered and sorted before they are written; see table.c. */
#ifndef _IPCTRACE_TABLE_H
#define _IPCTRACE_TABLE_H

#include "view/sink.h"

struct table_row;

/**
 * struct table - columns and rows
 * @columns: all columns
 * @nr_columns: how many
 * @nr_shown: number of @shown
 * @shown: which of the columns are written, in their order
 * @sort: column to sort by, -1: rows stay as they came
 * @descending: the largest first
 * @nr: number of rows
 * @room: number of rows that @rows has room for
 * @rows: the rows, in the order in which they came
 * @short_of_memory: a row is missing
 */
struct table {
	const struct column *columns;
	size_t nr_columns;
	size_t nr_shown;
	u8 shown[SINK_MAX_COLUMNS];
	int sort;
	bool descending;
	size_t nr;
	size_t room;
	struct table_row **rows;
	bool short_of_memory;
};

void table_init(struct table *table, const struct column *columns, size_t nr);
bool table_choose(struct table *table, const char *names);
bool table_sort(struct table *table, const char *name);
void table_add(struct table *table, const struct value *values);
bool table_write(struct table *table, struct sink *sink);
void table_free(struct table *table);

#endif /* _IPCTRACE_TABLE_H */
