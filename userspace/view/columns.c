// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: columns
 *
 * Fields of records as the columns of a table. A record is a row; a field that it does
 * not have is null. A field in an array has several values, and one that is an object
 * has members: JSON has them as they are, and in a table an object is JSON in a cell.
 *
 * People see users, permissions, keys and times as in lines of text. Programs, which
 * read JSON and CSV, get the numbers of JSON, and the time as --time says, if that is
 * given.
 *
 * Rows are written as records come, so it is not known how wide a column will be: it
 * begins with the usual width, and grows.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "fields/decode.h"
#include "fields/fields.h"
#include "names/cgroups.h"
#include "names/users.h"
#include "view/cell.h"
#include "view/columns.h"
#include "view/json.h"
#include "view/sink.h"
#include "view/style.h"

#define MAX_WIDTH	40	/* objects are longer, and not worth a column of blanks */

/**
 * struct columns - the fields that are shown
 * @nr: how many
 * @fields: the fields
 * @headings: the same for sinks
 * @losses: a loss or a gap has a row, because a column tells it from other records
 * @row: their values in a record: each a value, or a group or list
 * @at: where in @row each begins; one more for the end
 * @decoded: all of the record
 * @cells: text of cells that is made for them
 */
struct columns {
	size_t nr;
	struct field fields[SINK_MAX_COLUMNS];
	struct column headings[SINK_MAX_COLUMNS];
	bool losses;
	struct decoded row;
	size_t at[SINK_MAX_COLUMNS + 1];
	struct decoded decoded;
	char cells[SINK_MAX_COLUMNS][CELL_BYTES];
};

/* ---- Which ------------------------------------------------------------------- */

static void refuse(const char *typed)
{
	char accepted[1024];
	struct nearest nearest;
	struct field *fields;

	nearest_begin(&nearest, typed);
	fields = fields_suggest(&nearest, false, accepted, sizeof(accepted));
	warnx("--columns: unknown field '%s'%s%s%s; accepted:%s", typed,
	      nearest.name ? ", did you mean " : "", nearest.name ?: "",
	      nearest.name ? "?" : "", accepted);
	free(fields);
}

/* A pointer argument, together with what it leads to, is an object. */
static bool is_followed(const struct field *field)
{
	u32 kinds = field->kinds;

	while (kinds) {
		if (schema_arg_followed(__builtin_ctz(kinds)))
			return true;
		kinds &= kinds - 1;
	}
	return false;
}

static enum value_type type_of(const struct field *field)
{
	if (is_followed(field))
		return VALUE_STRING;
	switch (field->type) {
	case FIELD_NUMBER:
		return field->format == SCHEMA_SIGNED ||
		       field->format == SCHEMA_KEY ? VALUE_SIGNED : VALUE_UNSIGNED;
	case FIELD_TRUTH:
		return VALUE_BOOL;
	}
	return VALUE_STRING;
}

/* Most values of the column */
static u32 usual_width(const struct field *field)
{
	static const struct {
		const char *path;
		u32 width;
	} widths[] = {
		{ "type", 7 }, { "time_ns", 16 }, { "pid", 7 }, { "tid", 7 },
		{ "ppid", 7 }, { "comm", 15 }, { "uid", 8 }, { "gid", 8 },
		{ "call", 10 }, { "errno", 7 }, { "duration_ns", 11 },
		{ "object.key", 10 }, { "ret", 5 },
	};
	u32 width = strlen(field->path);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(widths); i++)
		if (!strcmp(widths[i].path, field->path) &&
		    widths[i].width > width)
			width = widths[i].width;
	return width;
}

/* Add a column; false, with a message, when it cannot be one. */
static bool add_column(struct columns *columns, const char *name, size_t len)
{
	struct field *field = &columns->fields[columns->nr];
	char typed[FIELD_PATH_BYTES];
	size_t i;

	if (columns->nr == SINK_MAX_COLUMNS) {
		warnx("--columns: more than %d", SINK_MAX_COLUMNS);
		return false;
	}
	snprintf(typed, sizeof(typed), "%.*s", (int)len, name);
	if (!field_find(field, typed, strlen(typed)) || field->asked) {
		refuse(typed);
		return false;
	}
	for (i = 0; i < columns->nr; i++)
		if (!strcmp(columns->fields[i].path, field->path)) {
			warnx("--columns: '%s' twice", typed);
			return false;
		}
	/* Only for questions are errors numbers. */
	if (field->meaning == FIELD_ERRNO)
		field->type = FIELD_TEXT;
	columns->headings[columns->nr++] = (struct column){
		.name = field->path,
		.type = type_of(field),
		.width = usual_width(field),
	};
	if (!strcmp(field->path, "type") || !strcmp(field->path, "count") ||
	    !strcmp(field->path, "cause"))
		columns->losses = true;
	return true;
}

/**
 * columns_new() - fields by their names
 * @names: names of JSON, with commas between; "args." may be left out
 *
 * Return: the columns, or NULL, with a message, when there is no such field, a field
 * comes twice, or memory is short.
 */
struct columns *columns_new(const char *names)
{
	struct columns *columns = calloc(1, sizeof(*columns));
	size_t len;

	if (!columns) {
		warnx("no memory for columns");
		return NULL;
	}
	for (;; names += len + 1) {
		len = strcspn(names, ",");
		if (!add_column(columns, names, len)) {
			free(columns);
			return NULL;
		}
		if (!names[len])
			return columns;
	}
}

/**
 * columns_free() - undo columns_new()
 * @columns: or NULL
 */
void columns_free(struct columns *columns)
{
	free(columns);
}

/**
 * columns_tell_losses() - does a loss or a gap have a row that says so?
 * @columns: the columns
 */
bool columns_tell_losses(const struct columns *columns)
{
	return columns->losses;
}

/* ---- A record ------------------------------------------------------------------ */

/* A value, or a group with all that is in it; returns how many values. */
static size_t copy(struct decoded *row, const struct value *from,
		   const char *name)
{
	size_t n = 0, depth = 0;
	bool group = value_opens(from);

	do {
		if (row->nr == DECODE_MAX_VALUES)
			return n + 1;
		row->values[row->nr] = from[n];
		if (!n)
			row->values[row->nr].name = name;
		row->nr++;
		depth += value_opens(&from[n]);
		depth -= value_closes(&from[n]);
		n++;
	} while (group && depth);
	return n;
}

/*
 * All values of a field. A field in an array becomes an array, whatever the number of
 * its values; one that is not there is null.
 */
static void extract(struct decoded *row, const struct decoded *from,
		    const char *path)
{
	const char *left[VALUE_MAX_DEPTH + 1] = { path };
	bool listed = false;
	size_t i, n, depth = 0, begin = row->nr;
	const char *rest;

	for (i = 0; i < from->nr; i += n) {
		const struct value *at = &from->values[i];

		n = 1;
		if (value_closes(at)) {
			depth--;
			continue;
		}
		rest = left[depth];
		if (rest && at->name)
			rest = field_below(rest, at->name);
		if (rest && !*rest) {
			n = copy(row, at, listed ? NULL : path);
			continue;
		}
		if (!value_opens(at))
			continue;
		if (depth == VALUE_MAX_DEPTH)
			break;
		left[++depth] = rest;
		if (rest && at->type == VALUE_LIST && !listed) {
			listed = true;
			add(row, path, VALUE_LIST, 0);
		}
	}
	if (listed)
		add(row, NULL, VALUE_END, 0);
	else if (row->nr == begin)
		add_null(row, path);
}

static bool take_apart(struct columns *columns, struct sink *sink,
		       const struct ipctrace_header *record,
		       const struct sink_note *note)
{
	struct decoded *d = &columns->decoded;
	size_t i;

	if (!decode_record(d, record, sink->cgroups))
		return false;
	for (i = 0; note && i < note->nr && d->nr < DECODE_MAX_VALUES; i++)
		d->values[d->nr++] = note->values[i];
	columns->row.nr = 0;
	for (i = 0; i < columns->nr; i++) {
		columns->at[i] = columns->row.nr;
		extract(&columns->row, d, columns->fields[i].path);
	}
	columns->at[i] = columns->row.nr;
	return true;
}

/* ---- Cells --------------------------------------------------------------------- */

/* Several values with blanks between; false when they are not such a list. */
static bool join(char *cell, const struct value *values, size_t nr)
{
	char text[CELL_BYTES];
	size_t i, used = 0;
	u32 len;

	cell[0] = '\0';
	if (values[0].type != VALUE_LIST)
		return false;
	for (i = 1; i + 1 < nr; i++) {
		if (value_opens(&values[i]))
			return false;
		cell_text(text, &values[i]);
		len = strlen(text);
		if (used + len + 2 > CELL_BYTES)
			break;
		used += sprintf(cell + used, "%s%s", used ? " " : "", text);
	}
	return true;
}

/* In a container users have names of their own. */
static bool in_container(const struct columns *columns)
{
	size_t i;

	for (i = 0; i < columns->decoded.nr; i++)
		if (columns->decoded.values[i].name &&
		    !strcmp(columns->decoded.values[i].name, "container"))
			return columns->decoded.values[i].type != VALUE_NULL;
	return false;
}

/* Write it as people do; false when it is a number like any other. */
static bool write_for_people(const struct columns *columns,
			     const struct style *style,
			     const struct field *field,
			     const struct value *value, char *cell)
{
	const char *name;

	switch (field->format) {
	case SCHEMA_USER:
	case SCHEMA_GROUP:
		if (!style->users || in_container(columns))
			return false;
		name = users_find(style->users, field->format == SCHEMA_GROUP,
				  value->number);
		if (name)
			strcpy(cell, name);
		return name;
	case SCHEMA_MODE:
		sprintf(cell, "0%03llo", (unsigned long long)value->number);
		return true;
	case SCHEMA_KEY:
		sprintf(cell, "0x%x", (u32)value->number);
		return true;
	}
	return false;
}

static bool is_time(const struct style *style, const struct field *field)
{
	return !strcmp(field->path, "time_ns") && style->time != STYLE_BOOT;
}

static void make_cell(struct columns *columns, struct style *style, size_t i,
		      struct value *value)
{
	const struct value *values = &columns->row.values[columns->at[i]];
	size_t nr = columns->at[i + 1] - columns->at[i];
	const struct field *field = &columns->fields[i];
	char *cell = columns->cells[i];
	bool people = style->format == SINK_TEXT;

	*value = *values;
	if (value_opens(values)) {
		if (!join(cell, values, nr))
			json_values(cell, CELL_BYTES, values, nr);
	} else if (values->type == VALUE_NULL) {
		return;
	} else if (is_time(style, field)) {
		cell[style_put_time(style, cell, values->number, true)] = '\0';
	} else if (values->type == VALUE_STRING || !people ||
		   !write_for_people(columns, style, field, values, cell)) {
		return;
	}
	value->type = VALUE_STRING;
	value->string = cell;
}

static void widen(struct columns *columns, const struct value *cells)
{
	char text[CELL_BYTES];
	size_t i;
	u32 width;

	for (i = 0; i < columns->nr; i++) {
		width = cell_text(text, &cells[i]);
		if (width > columns->headings[i].width && width <= MAX_WIDTH)
			columns->headings[i].width = width;
	}
}

/**
 * columns_record() - a record as a row; what struct sink calls
 * @sink: of a style with columns
 * @record: the record; a loss or a gap is left out if no column tells it from others
 * @note: what else is to be said of it, or NULL
 */
void columns_record(struct sink *sink, const struct ipctrace_header *record,
		    const struct sink_note *note)
{
	struct columns *columns = sink->style->columns;
	struct value cells[SINK_MAX_COLUMNS];
	size_t i;

	if (!columns->losses && (record->type == IPCTRACE_TYPE_LOST ||
				 record->type == IPCTRACE_TYPE_GAP))
		return;
	if (!take_apart(columns, sink, record, note))
		return;
	if (sink->ops->values) {
		sink->ops->values(sink, &columns->row);
		return;
	}
	for (i = 0; i < columns->nr; i++)
		make_cell(columns, sink->style, i, &cells[i]);
	if (sink->style->format == SINK_TEXT)
		widen(columns, cells);
	sink->ops->row(sink, cells);
}

/**
 * columns_begin() - begin the table
 * @sink: of a style with columns; gets their names, if the format begins with these
 */
void columns_begin(struct sink *sink)
{
	struct columns *columns = sink->style->columns;

	sink_begin(sink, columns->headings, columns->nr);
}
