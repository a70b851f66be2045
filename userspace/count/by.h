/* SPDX-License-Identifier: GPL-2.0 */
/* What a record is counted under; see by.c. */
#ifndef _IPCTRACE_BY_H
#define _IPCTRACE_BY_H

#include "fields/fields.h"
#include "shared/portable.h"

struct cgroups;
struct decoded;
struct users;

#define BY_MAX_FIELDS	4	/* at once */
#define BY_KEY_BYTES	1024

#define BY_LIVE		0x01	/* records are of this machine, now */
#define BY_NUMBERS	0x02	/* users and groups have no names */

/**
 * struct by - what records are counted by
 * @nr: number of @fields
 * @fields: the fields, in the order of the name
 * @live: records are of this machine, now: /proc may be asked
 * @cgroups: names of cgroups
 * @decoded: room for a record
 * @users: names of users, NULL: numbers
 * @programs: what /proc has said
 */
struct by {
	u32 nr;
	struct by_field {
		u8 what;
		struct field field;
	} fields[BY_MAX_FIELDS];
	bool live;
	struct cgroups *cgroups;
	struct decoded *decoded;
	struct users *users;
	struct by_program *programs;
};

bool by_init(struct by *by, const char *option, const char *names,
	     struct cgroups *cgroups, u32 flags);
size_t by_key(struct by *by, const struct ipctrace_header *record, char *key);
bool by_number(struct by *by, const struct ipctrace_header *record,
	       bool *negative, u64 *number);
void by_free(struct by *by);

#endif /* _IPCTRACE_BY_H */
