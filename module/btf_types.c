// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: btf_types
 *
 * Looks for members of structures in a description of types. A member with the
 * right name but another type counts as missing: what would be read there is not
 * what the record would say.
 *
 * The format: Documentation/bpf/btf.rst. Built by the unit tests, too.
 */
#ifdef __KERNEL__
#include <uapi/linux/btf.h>
#else
#include <linux/btf.h>
#endif

#include "btf_types.h"

/* Kinds of types that older headers lack. */
enum {
	KIND_FLOAT = 16,
	KIND_DECL_TAG,
	KIND_TYPE_TAG,
	KIND_ENUM64,
};

/* How many types are followed before one has a size */
#define MAX_STEPS	16

static const char *name_at(const struct ipct_btf_types *types, u32 offset)
{
	return offset < types->strings_bytes ? types->strings + offset : "";
}

/* Bytes that follow a type, or -1 for a kind that we do not know. */
static int extra_bytes(const struct btf_type *type)
{
	u32 vlen = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
		return sizeof(u32);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return vlen * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return vlen * sizeof(struct btf_enum);
	case KIND_ENUM64:
		return vlen * 3 * sizeof(u32);
	case BTF_KIND_FUNC_PROTO:
		return vlen * sizeof(struct btf_param);
	case BTF_KIND_VAR:
		return sizeof(struct btf_var);
	case BTF_KIND_DATASEC:
		return vlen * sizeof(struct btf_var_secinfo);
	case KIND_DECL_TAG:
		return sizeof(u32);
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case KIND_FLOAT:
	case KIND_TYPE_TAG:
		return 0;
	default:
		return -1;
	}
}

/* The type after @type, the first after NULL; NULL at the end or where it makes no sense. */
static const struct btf_type *next_type(const struct ipct_btf_types *types,
					const struct btf_type *type)
{
	const void *at = types->types;
	int extra;

	if (type)
		at = (const void *)(type + 1) + extra_bytes(type);
	type = at;
	if (types->types_end - at < (ptrdiff_t)sizeof(*type))
		return NULL;
	extra = extra_bytes(type);
	if (extra < 0 || extra > types->types_end - (const void *)(type + 1))
		return NULL;
	return type;
}

/* Members that are wanted of a structure. */
static void note_members(const struct ipct_btf_types *types,
			 const struct btf_type *type,
			 const struct ipct_btf_wanted *wanted, u32 nr,
			 struct ipct_btf_found *found)
{
	const struct btf_member *member = (const void *)(type + 1);
	const char *name = name_at(types, type->name_off);
	u32 i, m, bits;

	for (m = 0; m < nr; m++) {
		if (strcmp(wanted[m].type, name))
			continue;
		for (i = 0; i < BTF_INFO_VLEN(type->info); i++) {
			if (strcmp(wanted[m].member,
				   name_at(types, member[i].name_off)))
				continue;
			bits = member[i].offset;
			if (BTF_INFO_KFLAG(type->info)) {
				/* No wanted member is a bit field. */
				if (BTF_MEMBER_BITFIELD_SIZE(bits))
					continue;
				bits = BTF_MEMBER_BIT_OFFSET(bits);
			}
			if (bits % 8 || bits / 8 > type->size)
				continue;
			found[m].type = member[i].type;
			found[m].offset = bits / 8;
		}
	}
}

/* Does a type only give another a name, or qualify it? */
static bool is_alias(const struct btf_type *type)
{
	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case KIND_TYPE_TAG:
		return true;
	default:
		return false;
	}
}

/* The types that numbers stand for: one walk for all. */
static void resolve(const struct ipct_btf_types *types, const u32 *number, u32 nr,
		    const struct btf_type **at)
{
	const struct btf_type *type = NULL;
	u32 n, i;

	for (i = 0; i < nr; i++)
		at[i] = NULL;
	for (n = 1; (type = next_type(types, type)); n++)
		for (i = 0; i < nr; i++)
			if (number[i] == n)
				at[i] = type;
}

static bool is_int(const struct btf_type *type, u32 bytes)
{
	return BTF_INFO_KIND(type->info) == BTF_KIND_INT && type->size == bytes;
}

static bool is_struct(const struct ipct_btf_types *types,
		      const struct btf_type *type, const char *name, u32 bytes)
{
	u32 kind = BTF_INFO_KIND(type->info);

	/* A type that is only declared has no size to compare. */
	if (kind != BTF_KIND_STRUCT && (kind != BTF_KIND_FWD || bytes))
		return false;
	return !strcmp(name_at(types, type->name_off), name) &&
	       (!bytes || type->size == bytes);
}

/* What is known of a member's type so far */
enum verdict { NO, YES, FURTHER };

/**
 * struct walk - the way from a member to the type that has a size
 * @number: number of the type that it has got to
 * @behind: it has passed a pointer or an array
 */
struct walk {
	u32 number;
	bool behind;
};

/* A pointer or an array: what is it of? */
static enum verdict go_behind(const struct btf_type *type,
			      const struct ipct_btf_wanted *wanted,
			      struct ipct_btf_found *found, struct walk *walk)
{
	const struct btf_array *array = (const void *)(type + 1);

	if (walk->behind)
		return NO;
	walk->behind = true;
	if (BTF_INFO_KIND(type->info) == BTF_KIND_PTR) {
		walk->number = type->type;
		return wanted->shape == IPCT_BTF_POINTER ||
		       wanted->shape == IPCT_BTF_NUMBERS ? FURTHER : NO;
	}
	walk->number = array->type;
	found->inside = true;
	return wanted->shape == IPCT_BTF_NUMBERS && !array->nelems ? FURTHER : NO;
}

static enum verdict look_at(const struct ipct_btf_types *types,
			    const struct btf_type *type,
			    const struct ipct_btf_wanted *wanted,
			    struct ipct_btf_found *found, struct walk *walk)
{
	u32 kind = BTF_INFO_KIND(type->info);

	if (is_alias(type)) {
		walk->number = type->type;
		return FURTHER;
	}
	if (kind == BTF_KIND_PTR || kind == BTF_KIND_ARRAY)
		return go_behind(type, wanted, found, walk);
	switch ((enum ipct_btf_shape)wanted->shape) {
	case IPCT_BTF_INT:
		return is_int(type, wanted->bytes) ? YES : NO;
	case IPCT_BTF_STRUCT:
		return is_struct(types, type, wanted->of, wanted->bytes) ? YES : NO;
	case IPCT_BTF_POINTER:
		return walk->behind && is_struct(types, type, wanted->of, 0) ?
		       YES : NO;
	case IPCT_BTF_NUMBERS:
		return walk->behind && is_int(type, wanted->bytes) ? YES : NO;
	}
	return NO;
}

#define MAX_WANTED	16

/**
 * ipct_btf_types_find() - where members are, if they are what they must be
 * @types: the description
 * @wanted: members, at most 16
 * @nr: how many
 * @found: out: for each, where it is; type tells whether it was there at all
 *
 * Walks all types a few times, since a type can only be found by counting.
 *
 * Context: any.
 */
void ipct_btf_types_find(const struct ipct_btf_types *types,
			 const struct ipct_btf_wanted *wanted, u32 nr,
			 struct ipct_btf_found *found)
{
	const struct btf_type *at[MAX_WANTED], *type = NULL;
	struct walk walks[MAX_WANTED] = { };
	u32 numbers[MAX_WANTED] = { };
	u32 i, step, pending;

	for (i = 0; i < nr; i++)
		found[i] = (struct ipct_btf_found){ .offset = -1 };
	if (nr > MAX_WANTED)
		return;
	while ((type = next_type(types, type)))
		if (BTF_INFO_KIND(type->info) == BTF_KIND_STRUCT)
			note_members(types, type, wanted, nr, found);

	for (i = 0; i < nr; i++)
		numbers[i] = found[i].type;
	for (step = 0, pending = 1; pending && step < MAX_STEPS; step++) {
		pending = 0;
		resolve(types, numbers, nr, at);
		for (i = 0; i < nr; i++) {
			enum verdict verdict;

			if (!numbers[i])
				continue;
			verdict = at[i] ? look_at(types, at[i], &wanted[i],
						  &found[i], &walks[i]) : NO;
			numbers[i] = verdict == FURTHER ? walks[i].number : 0;
			pending += !!numbers[i];
			/* Number 0 is void: not what is wanted. */
			if (verdict == NO || (verdict == FURTHER && !numbers[i]))
				found[i].offset = -1;
		}
	}
	for (i = 0; i < nr; i++)
		if (numbers[i])
			found[i].offset = -1;
}

/**
 * ipct_btf_types_parse() - find types and names in a description
 * @data: the description, aligned to 4 bytes
 * @size: its size in bytes
 * @types: out: where they are
 *
 * Return: whether @data is one.
 */
bool ipct_btf_types_parse(const void *data, size_t size,
			  struct ipct_btf_types *types)
{
	const struct btf_header *header = data;

	if (size < sizeof(*header) || header->magic != BTF_MAGIC ||
	    header->hdr_len > size ||
	    header->type_off > size - header->hdr_len ||
	    header->type_len > size - header->hdr_len - header->type_off ||
	    header->str_off > size - header->hdr_len ||
	    header->str_len > size - header->hdr_len - header->str_off ||
	    !header->str_len)
		return false;

	types->types = data + header->hdr_len + header->type_off;
	types->types_end = types->types + header->type_len;
	types->strings = data + header->hdr_len + header->str_off;
	types->strings_bytes = header->str_len;
	return !types->strings[types->strings_bytes - 1];
}
