/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ways out: what each format does with records. One is begun, is given all records
 * that are wanted and what happens besides, and is ended; see way.c.
 */
#ifndef _IPCTRACE_WAY_H
#define _IPCTRACE_WAY_H

#include <ipctrace/ipctrace.h>

#include "shared/portable.h"

struct aside;
struct cgroups;
struct facts;
struct model_event;
struct value;

/**
 * struct way - a format at work
 * @file: where it goes
 * @cgroups: names of cgroups
 * @state: what the format itself needs
 */
struct way {
	struct aside *file;
	struct cgroups *cgroups;
	void *state;
};

/**
 * struct way_ops - a format
 * @name: its name
 * @ending: of names of such files, for who names no format; or NULL
 * @directory: what is written is a directory
 * @seeks: it cannot be written to a pipe
 * @lacks: the library that was not there when this program was built, and so there is no
 *	function here; NULL: it was
 * @install: packages that have it, for who builds this program
 * @begin: get ready; false, with a message, when that cannot be done
 * @record: take a record; false, with a message, when it cannot be written
 * @event: take what the model says of the record that @record is given next, or NULL
 * @finding: take what a rule has found, a value for each of finding_columns; or NULL,
 *	then no rules are asked; return as @record
 * @end: take what the model knows at the end, or NULL; return as @record
 * @free: give back what @begin has made, whether it has succeeded or not
 */
struct way_ops {
	const char *name;
	const char *ending;
	bool directory;
	bool seeks;
	const char *lacks;
	const char *install;
	bool (*begin)(struct way *way, const struct facts *facts);
	bool (*record)(struct way *way, const struct ipctrace_header *record);
	void (*event)(struct way *way, const struct model_event *event);
	bool (*finding)(struct way *way, const struct value *row);
	bool (*end)(struct way *way, const struct facts *facts);
	void (*free)(struct way *way);
};

bool way_works(const struct way_ops *ops);

#endif /* _IPCTRACE_WAY_H */
