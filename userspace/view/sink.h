/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What commands print goes through a sink, whatever the format: records, and
 * tables. A table is a beginning with the columns, then rows with a value for
 * each column.
 */
#ifndef _IPCTRACE_SINK_H
#define _IPCTRACE_SINK_H

#include <ipctrace/ipctrace.h>

#include "fields/values.h"
#include "shared/portable.h"
#include "view/output.h"

struct cgroups;
struct sink;
struct style;

/**
 * struct column - what the values of a column are
 * @name: heading, name of the member in JSON, and what --columns calls it
 * @type: enum value_type of the values, but not a bracket; each may be VALUE_NULL
 * @width: of their text, in characters; table.c finds that out
 * @heading: what people read instead of @name, or NULL
 * @is_ns: nanoseconds, which people read with a unit
 * @is_bytes: bytes, likewise
 * @nullable: for the schema: some are VALUE_NULL
 * @what: for the schema: what they say
 */
struct column {
	const char *name;
	enum value_type type;
	u32 width;
	const char *heading;
	bool is_ns;
	bool is_bytes;
	bool nullable;
	const char *what;
};

#define SINK_MAX_COLUMNS	96

/**
 * enum sink_format - how a sink writes
 * @SINK_TEXT: for people: a record as the module writes it, rows in columns
 * @SINK_JSON: an object a line
 * @SINK_CSV: rows with commas, after a line of names; no records
 * @SINK_STRACE: only records, and only calls: a log of strace
 */
enum sink_format {
	SINK_TEXT,
	SINK_JSON,
	SINK_CSV,
	SINK_STRACE,
	__SINK_FORMAT_MAX,
};

/**
 * struct sink_note - what else a command knows of a record
 * @text: for people, at the end of the line; "" for nothing
 * @nr: number of @values
 * @values: for programs, after the record's own
 */
struct sink_note {
	const char *text;
	size_t nr;
	const struct value *values;
};

struct decoded;

/**
 * struct sink_ops - a format
 * @record: see sink_record(); NULL where there are only rows
 * @begin: a table begins, with @sink->columns; NULL if that changes nothing
 * @row: see sink_row()
 * @values: write named values, including groups and lists, as a row; NULL if there are
 *	only cells
 * @free: frees the sink
 */
struct sink_ops {
	void (*record)(struct sink *sink, const struct ipctrace_header *record,
		       const struct sink_note *note);
	void (*begin)(struct sink *sink);
	void (*row)(struct sink *sink, const struct value *values);
	void (*values)(struct sink *sink, const struct decoded *decoded);
	void (*free)(struct sink *sink);
};

/**
 * struct sink - where records and rows go, the first member of each format's struct
 * @ops: the format
 * @record: how it writes records: as @ops does, or as rows
 * @style: how records are shown, or NULL: as the module does
 * @cgroups: names of cgroups in JSON, NULL to leave them out
 * @columns: of the present table
 * @nr_columns: how many
 * @output: where the bytes go
 */
struct sink {
	const struct sink_ops *ops;
	void (*record)(struct sink *sink, const struct ipctrace_header *record,
		       const struct sink_note *note);
	struct style *style;
	struct cgroups *cgroups;
	const struct column *columns;
	size_t nr_columns;
	struct output output;
};

/**
 * sink_record() - write a record
 * @sink: any; one with no @record leaves the record out
 * @record: the record; types that are not known are skipped
 * @note: what else is to be said of it, or NULL
 *
 * Return: the state of the output.
 */
static inline enum output_state
sink_record(struct sink *sink, const struct ipctrace_header *record,
	    const struct sink_note *note)
{
	if (sink->record)
		sink->record(sink, record, note);
	return output_room(&sink->output);
}

/**
 * sink_begin() - begin a table
 * @sink: an earlier table ends
 * @columns: its columns; must stay until the last row
 * @nr: how many, at most SINK_MAX_COLUMNS
 *
 * Return: the state of the output.
 */
static inline enum output_state
sink_begin(struct sink *sink, const struct column *columns, size_t nr)
{
	sink->columns = columns;
	sink->nr_columns = nr;
	if (sink->ops->begin)
		sink->ops->begin(sink);
	return output_room(&sink->output);
}

/**
 * sink_row() - write a row
 * @sink: after sink_begin()
 * @values: a value for each column, in their order and with their names
 *
 * Return: the state of the output.
 */
static inline enum output_state sink_row(struct sink *sink,
					 const struct value *values)
{
	sink->ops->row(sink, values);
	return output_room(&sink->output);
}

/**
 * sink_flush() - write what has gathered
 * @sink: may be written to afterwards
 *
 * Return: the state of the output.
 */
static inline enum output_state sink_flush(struct sink *sink)
{
	return output_flush(&sink->output);
}

/**
 * sink_free() - undo sink_new()
 * @sink: the sink; what was not flushed is dropped
 */
static inline void sink_free(struct sink *sink)
{
	sink->ops->free(sink);
}

#endif /* _IPCTRACE_SINK_H */
