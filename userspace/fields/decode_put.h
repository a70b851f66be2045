/* SPDX-License-Identifier: GPL-2.0 */
/* Adding values to a decoded record; for decode.c and decode_args.c only. */
#ifndef _IPCTRACE_DECODE_PUT_H
#define _IPCTRACE_DECODE_PUT_H

#include "fields/decode.h"

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

#endif /* _IPCTRACE_DECODE_PUT_H */
