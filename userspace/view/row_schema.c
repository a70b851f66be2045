// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: row_schema
 *
 * The rows that a command writes as a JSON schema, draft 2020-12, made of the columns
 * that it writes them with. A column "type" tells the rows of several tables apart.
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

static void put_column(yajl_gen gen, const struct column *column)
{
	yajl_put(gen, column->name);
	yajl_gen_map_open(gen);
	yajl_put(gen, "type");
	yajl_gen_array_open(gen);
	yajl_put(gen, type_name(column->type));
	if (column->nullable)
		yajl_put(gen, "null");
	yajl_gen_array_close(gen);
	if (column->what)
		yajl_put_pair(gen, "description", column->what);
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

/* All that any row has, each once */
static void put_properties(yajl_gen gen, const struct schema_rows *rows, size_t nr)
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
	yajl_gen_map_close(gen);
	yajl_put(gen, "additionalProperties");
	yajl_gen_bool(gen, false);
}

/* If it is of that type, then it has all of these columns. */
static void put_required(yajl_gen gen, const struct schema_rows *rows)
{
	size_t i;

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
	yajl_put(gen, "required");
	yajl_gen_array_open(gen);
	for (i = 0; i < rows->nr; i++)
		yajl_put(gen, rows->columns[i].name);
	yajl_gen_array_close(gen);
	yajl_gen_map_close(gen);
	yajl_gen_map_close(gen);
}

static void put_schema(yajl_gen gen, const char *title,
		       const struct schema_rows *rows, size_t nr)
{
	size_t i;

	yajl_gen_map_open(gen);
	yajl_put_pair(gen, "$schema",
		      "https://json-schema.org/draft/2020-12/schema");
	yajl_put_pair(gen, "title", title);
	yajl_put_pair(gen, "type", "object");
	put_properties(gen, rows, nr);
	yajl_put(gen, "required");
	yajl_gen_array_open(gen);
	yajl_put(gen, "type");
	yajl_gen_array_close(gen);
	yajl_put(gen, "allOf");
	yajl_gen_array_open(gen);
	for (i = 0; i < nr; i++)
		put_required(gen, &rows[i]);
	yajl_gen_array_close(gen);
	yajl_gen_map_close(gen);
}

/**
 * row_schema_print() - print the schema of what a command prints
 * @output: where to; not flushed
 * @title: of the schema
 * @rows: the kinds of rows, each with a column "type"
 * @nr: how many
 *
 * Return: false, with a message, when memory is short.
 */
bool row_schema_print(struct output *output, const char *title,
		      const struct schema_rows *rows, size_t nr)
{
	yajl_gen gen = yajl_gen_alloc(NULL);
	const unsigned char *text;
	size_t len;

	if (!gen) {
		warnx("no memory for a schema");
		return false;
	}
	yajl_gen_config(gen, yajl_gen_beautify, 1);
	put_schema(gen, title, rows, nr);
	yajl_gen_get_buf(gen, &text, &len);
	output_put(output, (const char *)text, len);
	yajl_gen_free(gen);
	return true;
}
