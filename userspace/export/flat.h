/* SPDX-License-Identifier: GPL-2.0 */
/* Records as rows of flat tables; see flat.c. */
#ifndef _IPCTRACE_FLAT_H
#define _IPCTRACE_FLAT_H

#include <ipctrace/ipctrace.h>

#include "fields/values.h"
#include "shared/portable.h"
#include "view/sink.h"

struct cgroups;

/*
 * The version of these tables, and of those in facts.c: counted up when a column goes
 * or means something else. A column more is no other version.
 */
#define EXPORT_VERSION	1

/**
 * enum flat_table - the tables of records
 * @FLAT_CALLS: calls that have ended, each once
 * @FLAT_EVENTS: what happens to objects without a call, calls that block, and calls
 *	that were not watched
 * @FLAT_GAPS: times in which not everything was recorded
 * @FLAT_LOST: records that were overwritten before they were read
 * @FLAT_ALL: all of these as one
 */
enum flat_table {
	FLAT_CALLS,
	FLAT_EVENTS,
	FLAT_GAPS,
	FLAT_LOST,
	FLAT_ALL,
	__FLAT_MAX = FLAT_ALL,
};

/* Where the column of a record's time is, in each of the tables */
#define FLAT_TIME_COLUMN	1

#define FLAT_TEXT_BYTES		(64 * 1024)
#define FLAT_KNOWN		512

/**
 * struct flat_known - the column of a value that has been seen before
 * @name: its name, by address; NULL: free
 * @group: in which group it is
 * @column: which column, or FLAT_NONE, or what opens a group
 */
struct flat_known {
	const char *name;
	s16 group;
	s16 column;
};

/**
 * struct flat - a table of records, and a row of it
 * @columns: its columns
 * @nr: how many
 * @row: values of the record that was taken last, one for each column
 * @decoded: the same as a record's values
 * @known: where values go, by name
 * @text: has lists and groups as JSON
 * @text_used: bytes of it
 */
struct flat {
	struct column columns[SINK_MAX_COLUMNS];
	size_t nr;
	struct value row[SINK_MAX_COLUMNS];
	struct decoded decoded;
	struct flat_known known[FLAT_KNOWN];
	char text[FLAT_TEXT_BYTES];
	size_t text_used;
};

extern const char *const flat_names[__FLAT_MAX];

struct flat *flat_new(enum flat_table table);
void flat_free(struct flat *flat);
const char *flat_event_name(const struct ipctrace_header *record);
bool flat_table_of(const struct ipctrace_header *record, enum flat_table *table);
bool flat_take(struct flat *flat, const struct ipctrace_header *record,
	       struct cgroups *cgroups);

#endif /* _IPCTRACE_FLAT_H */
