/* SPDX-License-Identifier: GPL-2.0 */
/* A record as named values; see decode.c. */
#ifndef _IPCTRACE_DECODE_H
#define _IPCTRACE_DECODE_H

#include <ipctrace/ipctrace.h>

#include "portable.h"

/**
 * enum value_type - what a value is
 * @VALUE_NULL: nothing
 * @VALUE_UNSIGNED: number
 * @VALUE_SIGNED: number
 * @VALUE_STRING: UTF-8
 * @VALUE_OPEN: start of a group of values
 * @VALUE_CLOSE: its end, without a name
 */
enum value_type {
	VALUE_NULL,
	VALUE_UNSIGNED,
	VALUE_SIGNED,
	VALUE_STRING,
	VALUE_OPEN,
	VALUE_CLOSE,
};

/**
 * struct value - a named value
 * @name: its name
 * @type: enum value_type
 * @number: for VALUE_UNSIGNED and, cast to s64, VALUE_SIGNED
 * @string: for VALUE_STRING
 */
struct value {
	const char *name;
	enum value_type type;
	union {
		u64 number;
		const char *string;
	};
};

#define DECODE_MAX_VALUES	48
#define DECODE_STRING_BYTES	64

/**
 * struct decoded - a record as named values in a fixed order
 * @nr: number of values
 * @values: the values
 * @comm: holds the value of that name
 * @number: holds the name of a call without one
 * @error: holds the name of an error without one
 * @abi: holds the name of an ABI without one
 */
struct decoded {
	size_t nr;
	struct value values[DECODE_MAX_VALUES];
	char comm[DECODE_STRING_BYTES];
	char number[DECODE_STRING_BYTES];
	char error[DECODE_STRING_BYTES];
	char abi[DECODE_STRING_BYTES];
};

bool decode_record(struct decoded *decoded,
		   const struct ipctrace_header *record);

#endif /* _IPCTRACE_DECODE_H */
