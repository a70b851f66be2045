// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: csv
 *
 * Tables for spreadsheets: RFC 4180, except for ends of lines, which are those of
 * the system. Null is empty. A name with a comma, a quote or an end of line is in
 * quotes.
 *
 * A spreadsheet runs what begins with = + - or @ as a formula, and anybody can choose
 * names. So a text that begins with these, or with a tab, gets a ' in front, which
 * marks text for spreadsheets. Numbers are numbers, whatever their sign.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "view/cell.h"
#include "view/csv.h"
#include "view/sink.h"

/**
 * struct csv - a sink of CSV
 * @sink: first, for those who do not care
 * @names: of the columns that were written last
 * @nr: how many
 */
struct csv {
	struct sink sink;
	const char *names[SINK_MAX_COLUMNS];
	size_t nr;
};

static void put_quoted(struct output *output, const char *text)
{
	output_put(output, "\"", 1);
	for (; *text; text++)
		output_put(output, *text == '"' ? "\"\"" : text,
			   *text == '"' ? 2 : 1);
	output_put(output, "\"", 1);
}

static void put_cell(struct output *output, size_t i, enum value_type type,
		     char *text)
{
	if (i)
		output_put(output, ",", 1);
	if (type == VALUE_STRING && *text && strchr("=+-@\t\r", *text)) {
		memmove(text + 1, text, strlen(text) + 1);
		*text = '\'';
	}
	if (text[strcspn(text, ",\"\r\n")])
		put_quoted(output, text);
	else
		output_put(output, text, strlen(text));
}

/* Does the same table go on, with the same columns? */
static bool goes_on(struct sink *sink)
{
	struct csv *csv = (struct csv *)sink;
	bool same = csv->nr == sink->nr_columns;
	size_t i;

	for (i = 0; i < sink->nr_columns; i++) {
		same = same && csv->names[i] == sink->columns[i].name;
		csv->names[i] = sink->columns[i].name;
	}
	csv->nr = sink->nr_columns;
	return same;
}

static void csv_begin(struct sink *sink)
{
	char name[CELL_BYTES + 1];
	size_t i;

	if (goes_on(sink))
		return;
	for (i = 0; i < sink->nr_columns; i++) {
		snprintf(name, sizeof(name), "%s", sink->columns[i].name);
		put_cell(&sink->output, i, VALUE_STRING, name);
	}
	output_put(&sink->output, "\n", 1);
}

static void csv_row(struct sink *sink, const struct value *values)
{
	char text[CELL_BYTES + 1];
	size_t i;

	for (i = 0; i < sink->nr_columns; i++) {
		if (values[i].type == VALUE_NULL)
			text[0] = '\0';
		else
			cell_text(text, &values[i]);
		put_cell(&sink->output, i, values[i].type, text);
		output_room(&sink->output);
	}
	output_put(&sink->output, "\n", 1);
}

static void csv_free(struct sink *sink)
{
	free(sink);
}

static const struct sink_ops csv_ops = {
	.begin = csv_begin,
	.row = csv_row,
	.free = csv_free,
};

/**
 * sink_csv_new() - a sink of CSV
 *
 * Return: the sink, without its output, or NULL when memory is short.
 */
struct sink *sink_csv_new(void)
{
	struct csv *csv = calloc(1, sizeof(*csv));

	if (!csv)
		return NULL;
	csv->sink.ops = &csv_ops;
	return &csv->sink;
}
