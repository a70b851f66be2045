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
 * struct schema_field - a field of a record in JSON
 * @name: its name
 * @type: JSON schema's type; "null" beside it where it may be null
 * @nullable: it may be null
 * @tags: SCHEMA_*
 * @what: what it says
 */
struct schema_field {
	const char *name;
	const char *type;
	bool nullable;
	u8 tags;
	const char *what;
};

extern const struct schema_field schema_fields[];
extern const char *const schema_tag_names[SCHEMA_NR_TAGS];

const char *schema_c_type(u8 call, u8 arg);
u8 schema_arg_tags(u8 call, u8 arg);
bool schema_arg_followed(u8 kind);

#endif /* _IPCTRACE_SCHEMA_H */
