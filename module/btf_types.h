/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Types as BTF describes them; see btf_types.c.
 *
 * Locking: none; the caller owns all of it.
 */
#ifndef _IPCT_BTF_TYPES_H
#define _IPCT_BTF_TYPES_H

#include "shared/portable.h"

/**
 * struct ipct_btf_types - a description of types
 * @types: first type, which has the number 1
 * @types_end: end of the types
 * @strings: names
 * @strings_bytes: their size; the last byte is 0
 */
struct ipct_btf_types {
	const void *types;
	const void *types_end;
	const char *strings;
	u32 strings_bytes;
};

/**
 * enum ipct_btf_shape - what a member must be to count as the one that is wanted
 * @IPCT_BTF_INT: an integer
 * @IPCT_BTF_STRUCT: a structure of that name
 * @IPCT_BTF_POINTER: a pointer to a structure of that name
 * @IPCT_BTF_NUMBERS: a pointer to integers, or an array of them, without a size, at
 *	the end of its structure
 */
enum ipct_btf_shape {
	IPCT_BTF_INT,
	IPCT_BTF_STRUCT,
	IPCT_BTF_POINTER,
	IPCT_BTF_NUMBERS,
};

/**
 * struct ipct_btf_wanted - a member that is looked for
 * @type: name of its structure
 * @member: its name
 * @shape: enum ipct_btf_shape
 * @bytes: size of the integers or of the structure; 0: any
 * @of: name of the structure
 */
struct ipct_btf_wanted {
	const char *type;
	const char *member;
	u32 shape;
	u32 bytes;
	const char *of;
};

/**
 * struct ipct_btf_found - a member
 * @type: number of its type, 0: there is none of that name
 * @offset: where it is, in bytes; negative where that is not known
 * @inside: of IPCT_BTF_NUMBERS, it is an array
 */
struct ipct_btf_found {
	u32 type;
	int offset;
	bool inside;
};

bool ipct_btf_types_parse(const void *data, size_t size,
			  struct ipct_btf_types *types);
void ipct_btf_types_find(const struct ipct_btf_types *types,
			 const struct ipct_btf_wanted *wanted, u32 nr,
			 struct ipct_btf_found *found);

#endif /* _IPCT_BTF_TYPES_H */
