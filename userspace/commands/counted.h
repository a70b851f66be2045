/* SPDX-License-Identifier: GPL-2.0 */
/* What commands that count have in common when they write; see counted.c. */
#ifndef _IPCTRACE_COUNTED_H
#define _IPCTRACE_COUNTED_H

#include "commands/gather.h"
#include "view/row_schema.h"

struct by;
struct cgroups;
struct options;

#define COUNTED_MOST_GROUPS	32768
#define COUNTED_ROOM_BYTES	(96U << 20)	/* of all histograms */

/* What each row of theirs begins with */
#define COUNTED_COLUMNS							\
	{ .name = "type", .type = VALUE_STRING,				\
	  .what = "which of these rows it is" },			\
	{ .name = "from_ns", .type = VALUE_UNSIGNED,			\
	  .what = "beginning of the time that was counted, CLOCK_MONOTONIC" }, \
	{ .name = "until_ns", .type = VALUE_UNSIGNED, .what = "its end" }, \
	{ .name = "complete", .type = VALUE_BOOL,			\
	  .what = "nothing of that time is known to be missing" }

#define COUNTED_NR	4	/* that these are */

bool counted_by(struct by *by, const struct options *options,
		struct cgroups *cgroups, const char *option, const char *names);
struct sink *counted_sink(const struct options *options);
struct value *counted_begin(struct value *values, const char *type,
			    const struct gather_range *range);
u64 counted_rate(u64 count, const struct gather_range *range);
int counted_schema(const char *title, const struct schema_rows *rows, size_t nr);

/* Values of a row, one after the other; their names are those of the columns. */
static inline struct value *counted_number(struct value *value, u64 number)
{
	*value = (struct value){ .type = VALUE_UNSIGNED, .number = number };
	return value + 1;
}

static inline struct value *counted_text(struct value *value, const char *text)
{
	*value = (struct value){
		.type = text ? VALUE_STRING : VALUE_NULL, .string = text,
	};
	return value + 1;
}

static inline struct value *counted_null(struct value *value)
{
	*value = (struct value){ .type = VALUE_NULL };
	return value + 1;
}

void counted_row(struct sink *sink, struct value *values);

#endif /* _IPCTRACE_COUNTED_H */
