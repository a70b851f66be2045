/* SPDX-License-Identifier: GPL-2.0 */
/* The fields of a record, their types and origins; see schema.c. */
#ifndef _IPCTRACE_SCHEMA_H
#define _IPCTRACE_SCHEMA_H

#include "shared/portable.h"
#include "shared/syscalls.h"

/* Where a value comes from */
#define SCHEMA_K	0x01	/* the kernel's own state */
#define SCHEMA_U	0x02	/* the caller supplied it */
#define SCHEMA_TOCTOU	0x04	/* user memory, that can change meanwhile */
#define SCHEMA_OPT	0x08	/* may be absent */
#define SCHEMA_NR_TAGS	4

/**
 * enum schema_format - what a number stands for, and so how people write it
 * @SCHEMA_PLAIN: a number
 * @SCHEMA_SIGNED: a number that may be negative
 * @SCHEMA_USER: a user, who has a name
 * @SCHEMA_GROUP: a group, likewise
 * @SCHEMA_MODE: permissions
 * @SCHEMA_KEY: a key, with a sign in JSON and without one for people
 * @SCHEMA_NS: nanoseconds
 * @SCHEMA_SEM_FLG: flags of a semaphore operation
 */
enum schema_format {
	SCHEMA_PLAIN,
	SCHEMA_SIGNED,
	SCHEMA_USER,
	SCHEMA_GROUP,
	SCHEMA_MODE,
	SCHEMA_KEY,
	SCHEMA_NS,
	SCHEMA_SEM_FLG,
};

/**
 * struct schema_field - a field of a record in JSON
 * @name: its name
 * @type: JSON schema's type; with "null" if it may be null
 * @nullable: it may be null
 * @tags: SCHEMA_*
 * @what: what it says
 * @members: of an object, or of each object in an array; NULL: there are none,
 *	or, for "args", they are those of the call
 * @item: for an array without members: JSON schema's type of its elements
 * @words: all that a string can be, @nr_words of them, or NULL: anything
 * @nr_words: how many there are
 * @numbered: a value without a word is the field's name and a number
 * @always: for a field of a record: kinds of records that always have it, by bit of
 *	enum ipct_type_kind
 * @format: enum schema_format
 */
struct schema_field {
	const char *name;
	const char *type;
	bool nullable;
	u8 tags;
	const char *what;
	const struct schema_field *members;
	const char *item;
	const char *const *words;
	u8 nr_words;
	bool numbered;
	u8 always;
	u8 format;
};

extern const struct schema_field schema_fields[];
extern const char *const schema_tag_names[SCHEMA_NR_TAGS];

const char *schema_c_type(u8 call, u8 arg);
u8 schema_arg_tags(u8 call, u8 arg);
bool schema_arg_followed(u8 kind);
const struct schema_field *schema_arg_members(u8 kind);

#endif /* _IPCTRACE_SCHEMA_H */
