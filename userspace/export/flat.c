// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: flat
 *
 * Records as rows of tables that have a column for each field, as databases and
 * spreadsheets want them. The columns follow from the fields: one of its own for each,
 * and for each member of "args" and "object", as object_id. What else has members, and
 * what is a list, is one column, with JSON in it.
 *
 * Names in a decoded record are not copied: each has one address, or few. So which
 * column a value belongs to is looked up by the address of its name, and by its letters
 * only the first time.
 */
#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "export/flat.h"
#include "fields/decode.h"
#include "fields/fields.h"
#include "shared/syscalls.h"
#include "view/json.h"

#define NONE		-1	/* no column has it */
#define GROUP_ARGS	-2
#define GROUP_OBJECT	-3
#define NO_GROUP	0

/*
 * flat_names - by enum flat_table
 */
const char *const flat_names[__FLAT_MAX] = {
	[FLAT_CALLS] = "calls",
	[FLAT_EVENTS] = "events",
	[FLAT_GAPS] = "gaps",
	[FLAT_LOST] = "lost",
};

/* ---- Columns ----------------------------------------------------------------- */

/* What only records of gaps and losses have, and what only "blocked" prints */
static bool is_of_few(const char *path)
{
	static const char *const names[] = {
		"count", "cause", "filter", "begin_ns", "end_ns", "waits"
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(path, names[i]))
			return true;
	return false;
}

/* All that such a record has */
static bool is_of_gap(const char *path)
{
	static const char *const names[] = {
		"type", "time_ns", "cpu", "pid", "tid", "ppid", "comm", "uid", "gid",
		"loginuid", "ipc_ns", "cgroup", "cgroup_path", "container", "pid_ns",
		"ns_pid", "ns_tid", "cause", "filter", "begin_ns", "end_ns"
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(path, names[i]))
			return true;
	return false;
}

static bool is_of_loss(const char *path)
{
	return !strcmp(path, "type") || !strcmp(path, "time_ns") ||
	       !strcmp(path, "cpu") || !strcmp(path, "count");
}

static bool is_in(enum flat_table table, const char *path)
{
	switch (table) {
	case FLAT_GAPS:
		return is_of_gap(path);
	case FLAT_LOST:
		return is_of_loss(path);
	case FLAT_ALL:
		return strcmp(path, "waits");
	default:
		return !is_of_few(path);
	}
}

/* "args" and "object", whose members have columns */
static s16 group_of(const char *name)
{
	return !strcmp(name, "args") ? GROUP_ARGS :
	       !strcmp(name, "object") ? GROUP_OBJECT : NONE;
}

/* Has this field a column? */
static bool is_column(const struct field *field)
{
	const char *dot = strchr(field->path, '.');
	const char *group = dot ? field_below(field->path, "args") : NULL;

	if (field->asked)
		return false;
	if (!dot)
		return group_of(field->path) == NONE;
	if (!group)
		group = field_below(field->path, "object");
	return group && !strchr(group, '.');
}

static enum value_type type_of(const struct field *field)
{
	if (field->meaning == FIELD_ERRNO)
		return VALUE_STRING;
	if (field->type == FIELD_NUMBER)
		return field->format == SCHEMA_SIGNED || field->format == SCHEMA_KEY ?
			       VALUE_SIGNED : VALUE_UNSIGNED;
	return field->type == FIELD_TRUTH ? VALUE_BOOL : VALUE_STRING;
}

/* With _ for the dot, so that it needs no quotes; NULL when memory is short */
static char *name_of(const struct field *field)
{
	char *name = strdup(field->path);
	char *dot = name ? strchr(name, '.') : NULL;

	if (dot)
		*dot = '_';
	return name;
}

static bool add_column(struct flat *flat, const struct field *field)
{
	if (flat->nr == SINK_MAX_COLUMNS)
		return false;
	flat->columns[flat->nr] = (struct column){
		.name = name_of(field),
		.type = type_of(field),
		.nullable = true,
		.what = field->what,
	};
	flat->row[flat->nr].name = flat->columns[flat->nr].name;
	return flat->columns[flat->nr++].name;
}

/**
 * flat_new() - a table of records
 * @table: which
 *
 * Return: it, without a row; NULL, with a message, when memory is short.
 */
struct flat *flat_new(enum flat_table table)
{
	struct flat *flat = calloc(1, sizeof(*flat));
	size_t nr = 0, i;
	struct field *fields = flat ? fields_list(&nr) : NULL;
	bool good = fields;

	for (i = 0; good && i < nr; i++)
		if (is_column(&fields[i]) && is_in(table, fields[i].path))
			good = add_column(flat, &fields[i]);
	free(fields);
	if (good)
		return flat;
	flat_free(flat);
	warnx("no memory for a table of records");
	return NULL;
}

/**
 * flat_free() - undo flat_new()
 * @flat: the table, or NULL
 */
void flat_free(struct flat *flat)
{
	size_t i;

	for (i = 0; flat && i < flat->nr; i++)
		free((char *)flat->columns[i].name);
	free(flat);
}

/* ---- Rows -------------------------------------------------------------------- */

/**
 * flat_table_of() - the table that a record belongs to
 * @record: any
 * @table: out: which
 *
 * Return: false for one of an unknown type.
 */
bool flat_table_of(const struct ipctrace_header *record, enum flat_table *table)
{
	switch (record->type) {
	case IPCTRACE_TYPE_CALL:
	case IPCTRACE_TYPE_DIED:
		*table = FLAT_CALLS;
		return true;
	case IPCTRACE_TYPE_GAP:
		*table = FLAT_GAPS;
		return true;
	case IPCTRACE_TYPE_LOST:
		*table = FLAT_LOST;
		return true;
	default:
		*table = FLAT_EVENTS;
		return ipct_type_kind(record->type) != IPCT_TYPE_OTHER;
	}
}

/**
 * flat_event_name() - what a record is called where each has a name
 * @record: any of a known type
 *
 * Return: of a call that has ended its name, else that of its type.
 */
const char *flat_event_name(const struct ipctrace_header *record)
{
	return record->type == IPCTRACE_TYPE_CALL && record->call < IPCTRACE_NR_CALLS ?
		       ipct_syscalls[record->call].name : ipct_type_names[record->type];
}

static s16 find_column(const struct flat *flat, s16 group, const char *name)
{
	const char *prefix = group == GROUP_ARGS ? "args_" :
			     group == GROUP_OBJECT ? "object_" : "";
	size_t i, len = strlen(prefix);

	if (!group && group_of(name) != NONE)
		return group_of(name);
	for (i = 0; i < flat->nr; i++)
		if (!strncmp(flat->columns[i].name, prefix, len) &&
		    !strcmp(flat->columns[i].name + len, name))
			return i;
	return NONE;
}

static s16 column_of(struct flat *flat, s16 group, const char *name)
{
	size_t at = ((uintptr_t)name / 4 + (u16)group) % FLAT_KNOWN, n;
	struct flat_known *known;

	for (n = 0; n < FLAT_KNOWN; n++, at = (at + 1) % FLAT_KNOWN) {
		known = &flat->known[at];
		if (known->name == name && known->group == group)
			return known->column;
		if (!known->name)
			break;
	}
	if (n == FLAT_KNOWN)
		return find_column(flat, group, name);
	*known = (struct flat_known){ name, group, find_column(flat, group, name) };
	return known->column;
}

/* Values from an opening bracket to the one that closes it */
static size_t length_of(const struct value *values, size_t nr)
{
	size_t n = 0, depth = 0;

	do {
		depth += value_opens(&values[n]);
		depth -= value_closes(&values[n]);
		n++;
	} while (depth && n < nr);
	return n;
}

static void take_group(struct flat *flat, s16 column, const struct value *values,
		       size_t nr)
{
	char *text = flat->text + flat->text_used;
	size_t room = sizeof(flat->text) - flat->text_used, len;

	len = json_values(text, room, values, nr);
	if (!len)
		return;
	flat->text_used += len + 1;
	flat->row[column].type = VALUE_STRING;
	flat->row[column].string = text;
}

static void take_values(struct flat *flat, const struct value *values, size_t nr)
{
	s16 group = NO_GROUP, column;
	size_t i, n;

	for (i = 0; i < nr; i += n) {
		n = 1;
		if (value_closes(&values[i])) {
			group = NO_GROUP;
			continue;
		}
		column = column_of(flat, group, values[i].name);
		if (value_opens(&values[i])) {
			if (column < NONE) {
				group = column;
				continue;
			}
			n = length_of(&values[i], nr - i);
			if (column >= 0)
				take_group(flat, column, &values[i], n);
		} else if (column >= 0) {
			flat->row[column].type = values[i].type;
			flat->row[column].number = values[i].number;
		}
	}
}

/**
 * flat_take() - make a row of a record
 * @flat: the table that flat_table_of() says; out: its @row, which points into the
 *	record and @flat
 * @record: the record
 * @cgroups: names of cgroups, or NULL
 *
 * Return: false for a record that is too short for its type.
 */
bool flat_take(struct flat *flat, const struct ipctrace_header *record,
	       struct cgroups *cgroups)
{
	size_t i;

	if (!decode_record(&flat->decoded, record, cgroups))
		return false;
	for (i = 0; i < flat->nr; i++)
		flat->row[i].type = VALUE_NULL;
	flat->text_used = 0;
	take_values(flat, flat->decoded.values, flat->decoded.nr);
	return true;
}
