// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: row_schema
 *
 * The rows that a command writes as a JSON schema, draft 2020-12, made of the columns
 * that it writes them with. A column "type" tells the rows of several tables apart.
 * Rows may have groups and lists of values in them.
 */
#include <err.h>

#include "view/row_schema.h"
#include "view/yajl.h"

static const char *type_name(enum value_type type)
{
	switch (type) {
	case VALUE_STRING:
		return "string";
	case VALUE_BOOL:
		return "boolean";
	default:
		return "integer";
	}
}

static void put_words(yajl_gen gen, const char *words)
{
	size_t len;

	yajl_put(gen, "enum");
	yajl_gen_array_open(gen);
	for (; *words; words += len + !!words[len]) {
		len = strcspn(words, " ");
		yajl_gen_string(gen, (const unsigned char *)words, len);
	}
	yajl_gen_array_close(gen);
}

static void put_type(yajl_gen gen, const char *type, bool nullable,
		     const char *what)
{
	yajl_put(gen, "type");
	yajl_gen_array_open(gen);
	yajl_put(gen, type);
	if (nullable)
		yajl_put(gen, "null");
	yajl_gen_array_close(gen);
	if (what)
		yajl_put_pair(gen, "description", what);
}

static void put_column(yajl_gen gen, const struct column *column)
{
	yajl_put(gen, column->name);
	yajl_gen_map_open(gen);
	put_type(gen, type_name(column->type), column->nullable, column->what);
	yajl_gen_map_close(gen);
}

static void put_names(yajl_gen gen, const struct column *columns, size_t nr,
		      const struct schema_group *groups, size_t nr_groups)
{
	size_t i;

	yajl_put(gen, "required");
	yajl_gen_array_open(gen);
	for (i = 0; i < nr; i++)
		yajl_put(gen, columns[i].name);
	for (i = 0; i < nr_groups; i++)
		yajl_put(gen, groups[i].name);
	yajl_gen_array_close(gen);
}

static void put_group(yajl_gen gen, const struct schema_group *group);

/* What is in a group, or in each group of a list */
static void put_members(yajl_gen gen, const struct schema_group *group)
{
	size_t i;

	if (!group->columns[0].name) {
		put_type(gen, type_name(group->columns[0].type), false,
			 group->columns[0].what);
		return;
	}
	if (group->list)
		yajl_put_pair(gen, "type", "object");
	yajl_put(gen, "properties");
	yajl_gen_map_open(gen);
	for (i = 0; i < group->nr; i++)
		put_column(gen, &group->columns[i]);
	if (group->group)
		put_group(gen, group->group);
	yajl_gen_map_close(gen);
	put_names(gen, group->columns, group->nr, group->group,
		  group->group ? 1 : 0);
	yajl_put(gen, "additionalProperties");
	yajl_gen_bool(gen, false);
}

static void put_group(yajl_gen gen, const struct schema_group *group)
{
	yajl_put(gen, group->name);
	yajl_gen_map_open(gen);
	put_type(gen, group->list ? "array" : "object", group->nullable,
		 group->what);
	if (group->list) {
		yajl_put(gen, "items");
		yajl_gen_map_open(gen);
		put_members(gen, group);
		yajl_gen_map_close(gen);
	} else {
		put_members(gen, group);
	}
	yajl_gen_map_close(gen);
}

static bool has(const struct schema_rows *rows, const char *name)
{
	size_t i;

	for (i = 0; i < rows->nr; i++)
		if (!strcmp(rows->columns[i].name, name))
			return true;
	return false;
}

/* All columns that any row has, each once */
static void put_properties(yajl_gen gen, const struct schema_rows *rows, size_t nr,
			   const struct schema_group *groups, size_t nr_groups)
{
	size_t i, j, k;

	yajl_put(gen, "properties");
	yajl_gen_map_open(gen);
	for (i = 0; i < nr; i++) {
		for (j = 0; j < rows[i].nr; j++) {
			for (k = 0; k < i; k++)
				if (has(&rows[k], rows[i].columns[j].name))
					break;
			if (k == i)
				put_column(gen, &rows[i].columns[j]);
		}
	}
	for (i = 0; i < nr_groups; i++)
		put_group(gen, &groups[i]);
	yajl_gen_map_close(gen);
	yajl_put(gen, "additionalProperties");
	yajl_gen_bool(gen, false);
}

/* If it is of that type, then it has all of these columns. */
static void put_required(yajl_gen gen, const struct schema_rows *rows)
{
	yajl_gen_map_open(gen);
	yajl_put(gen, "if");
	yajl_gen_map_open(gen);
	yajl_put(gen, "properties");
	yajl_gen_map_open(gen);
	yajl_put(gen, "type");
	yajl_gen_map_open(gen);
	put_words(gen, rows->types);
	yajl_gen_map_close(gen);
	yajl_gen_map_close(gen);
	yajl_gen_map_close(gen);
	yajl_put(gen, "then");
	yajl_gen_map_open(gen);
	put_names(gen, rows->columns, rows->nr, NULL, 0);
	yajl_gen_map_close(gen);
	yajl_gen_map_close(gen);
}

/* Which columns rows have, by their type */
static void put_by_type(yajl_gen gen, const struct schema_rows *rows, size_t nr)
{
	size_t i;

	yajl_put(gen, "required");
	yajl_gen_array_open(gen);
	yajl_put(gen, "type");
	yajl_gen_array_close(gen);
	yajl_put(gen, "allOf");
	yajl_gen_array_open(gen);
	for (i = 0; i < nr; i++)
		put_required(gen, &rows[i]);
	yajl_gen_array_close(gen);
}

static void put_schema(yajl_gen gen, const char *title,
		       const struct schema_rows *rows, size_t nr,
		       const struct schema_group *groups, size_t nr_groups)
{
	yajl_gen_map_open(gen);
	yajl_put_pair(gen, "$schema",
		      "https://json-schema.org/draft/2020-12/schema");
	yajl_put_pair(gen, "title", title);
	yajl_put_pair(gen, "type", "object");
	put_properties(gen, rows, nr, groups, nr_groups);
	if (rows->types)
		put_by_type(gen, rows, nr);
	else
		put_names(gen, rows->columns, rows->nr, groups, nr_groups);
	yajl_gen_map_close(gen);
}

static bool print(struct output *output, const char *title,
		  const struct schema_rows *rows, size_t nr,
		  const struct schema_group *groups, size_t nr_groups)
{
	yajl_gen gen = yajl_gen_alloc(NULL);
	const unsigned char *text;
	size_t len;

	if (!gen) {
		warnx("no memory for a schema");
		return false;
	}
	yajl_gen_config(gen, yajl_gen_beautify, 1);
	put_schema(gen, title, rows, nr, groups, nr_groups);
	yajl_gen_get_buf(gen, &text, &len);
	output_put(output, (const char *)text, len);
	yajl_gen_free(gen);
	return true;
}

/**
 * row_schema_print() - print the schema of what a command prints
 * @output: where to; not flushed
 * @title: of the schema
 * @rows: the kinds of rows, each with a column "type" if there are several
 * @nr: how many
 *
 * Return: false, with a message, when memory is short.
 */
bool row_schema_print(struct output *output, const char *title,
		      const struct schema_rows *rows, size_t nr)
{
	return print(output, title, rows, nr, NULL, 0);
}

/**
 * row_schema_print_groups() - the same for rows that have more than columns
 * @output: where to; not flushed
 * @title: of the schema
 * @rows: the only kind of rows
 * @groups: what else they have
 * @nr_groups: how many
 *
 * Return: false, with a message, when memory is short.
 */
bool row_schema_print_groups(struct output *output, const char *title,
			     const struct schema_rows *rows,
			     const struct schema_group *groups, size_t nr_groups)
{
	return print(output, title, rows, 1, groups, nr_groups);
}
