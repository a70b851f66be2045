// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: table
 *
 * Rows that are gathered before they are written: with columns as wide as their
 * widest value, only those that were asked for (--columns), in the order that was
 * asked for (--sort). A command has an array of struct column, adds rows, and has
 * them written to any sink.
 */
#define _GNU_SOURCE	/* qsort_r() */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "view/cell.h"
#include "view/table.h"

/**
 * struct table_row - a row
 * @number: how many came before it
 * @values: a value for each column; strings are the row's own
 */
struct table_row {
	size_t number;
	struct value values[];
};

/**
 * table_init() - an empty table with all its columns
 * @table: out: the table
 * @columns: its columns; must outlive it
 * @nr: how many, at most SINK_MAX_COLUMNS
 */
void table_init(struct table *table, const struct column *columns, size_t nr)
{
	size_t i;

	*table = (struct table){
		.columns = columns,
		.nr_columns = nr,
		.nr_shown = nr,
		.sort = -1,
	};
	for (i = 0; i < nr; i++)
		table->shown[i] = i;
}

/* The number of a column; -1, with a message, when there is none of that name. */
static int find_column(const struct table *table, const char *option,
		       const char *name, int len)
{
	char accepted[1024] = "", typed[64];
	struct nearest nearest;
	size_t i;

	snprintf(typed, sizeof(typed), "%.*s", len, name);
	nearest_begin(&nearest, typed);
	for (i = 0; i < table->nr_columns; i++) {
		const char *column = table->columns[i].name;

		if (!strcmp(column, typed))
			return i;
		nearest_offer(&nearest, column);
		if (strlen(accepted) + strlen(column) + 2 < sizeof(accepted))
			strcat(strcat(accepted, " "), column);
	}
	warnx("%s: unknown column '%s'%s%s%s; accepted:%s", option, typed,
	      nearest.name ? ", did you mean " : "", nearest.name ?: "",
	      nearest.name ? "?" : "", accepted);
	return -1;
}

/**
 * table_choose() - write only some columns
 * @table: with all its columns; rows may come before or after
 * @names: their names, separated by commas, in the order to write them in
 *
 * Return: false, with a message, when there is no such column, or when there
 * are more than SINK_MAX_COLUMNS.
 */
bool table_choose(struct table *table, const char *names)
{
	size_t len;
	int column;

	table->nr_shown = 0;
	for (;; names += len + 1) {
		len = strcspn(names, ",");
		column = find_column(table, "--columns", names, len);
		if (column < 0)
			return false;
		if (table->nr_shown == SINK_MAX_COLUMNS) {
			warnx("--columns: more than %d", SINK_MAX_COLUMNS);
			return false;
		}
		table->shown[table->nr_shown++] = column;
		if (!names[len])
			return true;
	}
}

/**
 * table_sort() - write the rows in order of a column
 * @table: rows may come before or after
 * @name: its name, after a '-' for the largest first; nulls come last
 *
 * Return: false, with a message, when there is no such column.
 */
bool table_sort(struct table *table, const char *name)
{
	table->descending = *name == '-';
	name += table->descending;
	table->sort = find_column(table, "--sort", name, strlen(name));
	return table->sort >= 0;
}

static void free_row(const struct table *table, struct table_row *row)
{
	size_t i;

	for (i = 0; i < table->nr_columns; i++)
		if (row->values[i].type == VALUE_STRING)
			free((char *)row->values[i].string);
	free(row);
}

static bool make_room(struct table *table)
{
	size_t room = table->room ? 2 * table->room : 64;
	struct table_row **rows;

	if (table->nr < table->room)
		return true;
	rows = reallocarray(table->rows, room, sizeof(*rows));
	if (!rows)
		return false;
	table->rows = rows;
	table->room = room;
	return true;
}

static struct table_row *copy_row(const struct table *table,
				  const struct value *values)
{
	struct table_row *row = malloc(sizeof(*row) + table->nr_columns *
				       sizeof(row->values[0]));
	bool good = row;
	size_t i;

	for (i = 0; row && i < table->nr_columns; i++) {
		struct value *value = &row->values[i];

		*value = values[i];
		value->name = table->columns[i].name;
		if (value->type != VALUE_STRING)
			continue;
		value->string = strdup(value->string);
		good = good && value->string;
	}
	if (row && !good) {
		free_row(table, row);
		return NULL;
	}
	return row;
}

/**
 * table_add() - add a row
 * @table: grows as long as there is memory
 * @values: a value for each column, in their order; names are not needed, and
 *	strings are copied
 *
 * table_write() reports it when memory is short.
 */
void table_add(struct table *table, const struct value *values)
{
	struct table_row *row = NULL;

	if (make_room(table))
		row = copy_row(table, values);
	if (!row) {
		table->short_of_memory = true;
		return;
	}
	row->number = table->nr;
	table->rows[table->nr++] = row;
}

static int compare_values(const struct value *a, const struct value *b)
{
	if (a->type == VALUE_STRING)
		return strcmp(a->string, b->string);
	if (a->type == VALUE_SIGNED)
		return ((s64)a->number > (s64)b->number) -
		       ((s64)a->number < (s64)b->number);
	return (a->number > b->number) - (a->number < b->number);
}

static int compare_rows(const void *left, const void *right, void *context)
{
	const struct table_row *a = *(struct table_row *const *)left;
	const struct table_row *b = *(struct table_row *const *)right;
	const struct table *table = context;
	const struct value *one = &a->values[table->sort];
	const struct value *other = &b->values[table->sort];
	int order;

	if (one->type != other->type)
		return one->type == VALUE_NULL ? 1 : -1;
	order = one->type == VALUE_NULL ? 0 : compare_values(one, other);
	if (order)
		return table->descending ? -order : order;
	return a->number < b->number ? -1 : 1;
}

static void find_widths(const struct table *table, struct column *columns)
{
	const struct value *values;
	char text[CELL_BYTES];
	size_t i, j;
	u32 width;

	for (i = 0; i < table->nr_shown; i++) {
		columns[i] = table->columns[table->shown[i]];
		columns[i].width = strlen(columns[i].heading ?:
					  columns[i].name);
		for (j = 0; j < table->nr; j++) {
			values = table->rows[j]->values;
			width = cell_of_column(text, &columns[i],
					       &values[table->shown[i]]);
			if (width > columns[i].width)
				columns[i].width = width;
		}
	}
}

/**
 * table_write() - write the rows
 * @table: the table; its rows may be in another order afterwards
 * @sink: where to; not flushed
 *
 * Return: false, with a message, when a row is missing because memory was short.
 */
bool table_write(struct table *table, struct sink *sink)
{
	struct column columns[SINK_MAX_COLUMNS];
	struct value values[SINK_MAX_COLUMNS];
	size_t i, j;

	if (table->sort >= 0 && table->nr)
		qsort_r(table->rows, table->nr, sizeof(*table->rows),
			compare_rows, table);
	find_widths(table, columns);
	sink_begin(sink, columns, table->nr_shown);
	for (i = 0; i < table->nr; i++) {
		for (j = 0; j < table->nr_shown; j++)
			values[j] = table->rows[i]->values[table->shown[j]];
		if (sink_row(sink, values) != OUTPUT_OK)
			break;
	}
	sink->nr_columns = 0;
	if (table->short_of_memory)
		warnx("no memory for all rows");
	return !table->short_of_memory;
}

/**
 * table_free() - free the rows
 * @table: the table; empty afterwards, with the same columns
 */
void table_free(struct table *table)
{
	size_t i;

	for (i = 0; i < table->nr; i++)
		free_row(table, table->rows[i]);
	free(table->rows);
	table->rows = NULL;
	table->nr = 0;
	table->room = 0;
}
