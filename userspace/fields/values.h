/* SPDX-License-Identifier: GPL-2.0 */
/* Named values: what a decoder makes from a record, and a view writes. */
#ifndef _IPCTRACE_VALUES_H
#define _IPCTRACE_VALUES_H

#include <ipctrace/ipctrace.h>

#include "shared/portable.h"

/**
 * enum value_type - what a value is
 * @VALUE_NULL: nothing
 * @VALUE_UNSIGNED: number
 * @VALUE_SIGNED: number
 * @VALUE_STRING: UTF-8
 * @VALUE_BOOL: number, 0 or 1
 * @VALUE_REAL: real number, only in tables: records have none
 * @VALUE_KNOWN: stands for values that were written before, as the view has them: see
 *	struct decoded
 * @VALUE_OPEN: start of a group of values
 * @VALUE_CLOSE: its end, without a name
 * @VALUE_LIST: start of a list of values without names
 * @VALUE_END: its end
 */
enum value_type {
	VALUE_NULL,
	VALUE_UNSIGNED,
	VALUE_SIGNED,
	VALUE_STRING,
	VALUE_BOOL,
	VALUE_REAL,
	VALUE_KNOWN,
	VALUE_OPEN,
	VALUE_CLOSE,
	VALUE_LIST,
	VALUE_END,
};

/**
 * struct value - a named value
 * @name: its name, NULL in a list
 * @type: enum value_type
 * @number: for VALUE_UNSIGNED, VALUE_BOOL and, cast to s64, VALUE_SIGNED
 * @real: for VALUE_REAL
 * @string: for VALUE_STRING, VALUE_KNOWN
 */
struct value {
	const char *name;
	enum value_type type;
	union {
		u64 number;
		double real;
		const char *string;
	};
};

/* Is it a bracket: the beginning of a group or a list? */
static inline bool value_opens(const struct value *value)
{
	return value->type == VALUE_OPEN || value->type == VALUE_LIST;
}

static inline bool value_closes(const struct value *value)
{
	return value->type == VALUE_CLOSE || value->type == VALUE_END;
}

#define VALUE_MAX_DEPTH	8	/* of groups and lists in each other */

/*
 * The most values that a record has: 5 for each of 32 semaphore operations, 5 for each
 * of three values that may have changed in each operation, and less than 128 others.
 */
#define DECODE_MAX_VALUES	(IPCTRACE_MAX_SOPS * (5 + 3 * 5) + 128)
#define DECODE_STRING_BYTES	64
#define DECODE_TEXT_BYTES	4096

/**
 * struct decoded - a record as named values in a fixed order
 * @nr: number of values
 * @values: flat: groups and lists between brackets
 * @caller: what a view has written of the caller before, or NULL: a VALUE_KNOWN stands
 *	for all its values
 * @object: likewise for the object
 * @called: likewise for what is between the caller and the duration of the call
 * @caller_at: where in @values the caller begins, if it is not known
 * @caller_end: the first value after it
 * @object_at: likewise for the object
 * @object_end: 0: there is none
 * @called_at: likewise for the call
 * @called_end: 0: there is none, or there is more to tell of the call
 * @comm: holds the value of that name
 * @number: holds the name of a call without one
 * @error: holds the name of an error without one
 * @abi: holds the name of an ABI without one
 * @text: holds other strings
 * @text_used: bytes in @text
 */
struct decoded {
	size_t nr;
	struct value values[DECODE_MAX_VALUES];
	const char *caller;
	const char *object;
	const char *called;
	u16 caller_at;
	u16 caller_end;
	u16 object_at;
	u16 object_end;
	u16 called_at;
	u16 called_end;
	char comm[DECODE_STRING_BYTES];
	char number[DECODE_STRING_BYTES];
	char error[DECODE_STRING_BYTES];
	char abi[DECODE_STRING_BYTES];
	char text[DECODE_TEXT_BYTES];
	size_t text_used;
};

static inline void add(struct decoded *d, const char *name,
		       enum value_type type, u64 number)
{
	if (d->nr == DECODE_MAX_VALUES)
		return;
	d->values[d->nr++] = (struct value){
		.name = name,
		.type = type,
		.number = number,
	};
}

static inline void add_unsigned(struct decoded *d, const char *name, u64 number)
{
	add(d, name, VALUE_UNSIGNED, number);
}

static inline void add_signed(struct decoded *d, const char *name, s64 number)
{
	add(d, name, VALUE_SIGNED, number);
}

static inline void add_null(struct decoded *d, const char *name)
{
	add(d, name, VALUE_NULL, 0);
}

static inline void add_string(struct decoded *d, const char *name,
			      const char *string)
{
	if (d->nr == DECODE_MAX_VALUES)
		return;
	d->values[d->nr++] = (struct value){
		.name = name,
		.type = VALUE_STRING,
		.string = string,
	};
}

static inline void add_known(struct decoded *d, const char *name,
			     const char *known)
{
	add_string(d, name, known);
	if (d->nr)
		d->values[d->nr - 1].type = VALUE_KNOWN;
}

#endif /* _IPCTRACE_VALUES_H */
