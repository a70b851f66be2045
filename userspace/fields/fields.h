/* SPDX-License-Identifier: GPL-2.0 */
/* Fields of a record by their names in JSON; see fields.c. */
#ifndef _IPCTRACE_FIELDS_H
#define _IPCTRACE_FIELDS_H

#include <ipctrace/ipctrace.h>

#include "fields/schema.h"
#include "shared/portable.h"

struct cgroups;
struct decoded;
struct facts;
struct field_quick;
struct nearest;

#define FIELD_PATH_BYTES	64

/**
 * enum field_type - what a field is
 * @FIELD_NOTHING: null, or not there
 * @FIELD_NUMBER: a number
 * @FIELD_TEXT: a text
 * @FIELD_TRUTH: true or false
 * @FIELD_GROUP: an object or an array
 */
enum field_type {
	FIELD_NOTHING,
	FIELD_NUMBER,
	FIELD_TEXT,
	FIELD_TRUTH,
	FIELD_GROUP,
};

/**
 * enum field_meaning - how a field is more than a plain value
 * @FIELD_PLAIN: it is not
 * @FIELD_PID: a process and its descendants
 * @FIELD_CALL: a call, or what happens to an object, as a set of calls
 * @FIELD_ERRNO: an error, by name
 * @FIELD_NAMED: a number that can only be asked for by name
 */
enum field_meaning {
	FIELD_PLAIN,
	FIELD_PID,
	FIELD_CALL,
	FIELD_ERRNO,
	FIELD_NAMED,
};

/**
 * struct field - a field
 * @path: its name, with dots between those of objects and their members
 * @type: enum field_type
 * @format: enum schema_format
 * @meaning: enum field_meaning
 * @kinds: enum ipct_kind's of the arguments of that name, as a set of bits
 * @calls: calls that can have it, by bit of enum ipctrace_call_id; ~0: any record
 * @nr_words: number of @words
 * @words: all that a text can be, or NULL
 * @what: what it says
 * @asked: it is part of the language, not of JSON
 * @filter: name of the same field in the recorder's filter, or NULL
 * @quick: how to get it without decoding the whole record, or NULL
 * @fact: its enum fact plus one; 0: it is not a fact
 */
struct field {
	char path[FIELD_PATH_BYTES];
	u8 type;
	u8 format;
	u8 meaning;
	u32 kinds;
	u64 calls;
	u8 nr_words;
	const char *const *words;
	const char *what;
	bool asked;
	const char *filter;
	const struct field_quick *quick;
	u8 fact;
};

/**
 * struct field_value - a value of a field
 * @type: enum field_type
 * @negative: of a number: it is below zero
 * @kind: of an argument: enum ipct_kind
 * @number: of a number, or of a truth
 * @text: of a text, not terminated
 * @len: its length
 */
struct field_value {
	u8 type;
	bool negative;
	u8 kind;
	u64 number;
	const char *text;
	size_t len;
};

/**
 * struct field_source - a record that is asked for fields
 * @record: the record, as long as its type demands
 * @kind: enum ipct_type_kind
 * @cgroups: names of cgroups, or NULL
 * @decoded: room for all of its values
 * @facts: what else is known, or NULL
 * @is_decoded: @decoded is filled in
 * @has_args: @args and @unknown are filled in
 * @unknown: arguments that are not known
 * @args: the arguments
 */
struct field_source {
	const struct ipctrace_header *record;
	u8 kind;
	struct cgroups *cgroups;
	struct decoded *decoded;
	const struct facts *facts;
	bool is_decoded;
	bool has_args;
	u32 unknown;
	u64 args[IPCTRACE_NR_ARGS];
};

/* Takes a value; returns true to get no more. */
typedef bool (*field_take_t)(void *context, const struct field_value *value);

bool fields_walk(bool (*visit)(void *context, const struct field *field),
		 void *context);
struct field *fields_list(size_t *nr);
struct field *fields_suggest(struct nearest *nearest, bool asked, char *accepted,
			     size_t size);
const char *field_below(const char *path, const char *name);
bool field_find(struct field *field, const char *path, size_t len);
bool facts_walk(bool (*visit)(void *context, const struct field *field),
		void *context);
bool field_find_fact(struct field *field, const char *path, size_t len);
bool field_source_begin(struct field_source *source,
			const struct ipctrace_header *record,
			struct cgroups *cgroups, struct decoded *decoded);
bool field_each(struct field_source *source, const struct field *field,
		field_take_t take, void *context);
bool field_each_slow(struct field_source *source, const struct field *field,
		     field_take_t take, void *context);
u64 field_calls(const struct ipctrace_header *record);
const struct ipct_constant *field_constants(const struct field *field, u8 kind);

#endif /* _IPCTRACE_FIELDS_H */
