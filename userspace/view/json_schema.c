// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: json_schema
 *
 * The fields of records as a JSON schema, draft 2020-12. No object may have members
 * that the schema lacks, down to the structs behind arguments, which come from the
 * tables by which records are decoded.
 */
#include <stdio.h>

#include "fields/schema.h"
#include "shared/layouts.h"
#include "shared/syscalls.h"
#include "view/json_schema.h"
#include "view/yajl.h"

/* Above all commands of the *ctl() calls; ipct_command() knows which there are. */
#define CMD_END		64

static void open_map(yajl_gen gen, const char *name)
{
	yajl_put(gen, name);
	yajl_gen_map_open(gen);
}

static void open_array(yajl_gen gen, const char *name)
{
	yajl_put(gen, name);
	yajl_gen_array_open(gen);
}

/* Nothing but what is in "properties" */
static void put_closed(yajl_gen gen)
{
	yajl_put(gen, "additionalProperties");
	yajl_gen_bool(gen, false);
}

static void put_type(yajl_gen gen, const char *type, bool nullable)
{
	open_array(gen, "type");
	yajl_put(gen, type);
	if (nullable)
		yajl_put(gen, "null");
	yajl_gen_array_close(gen);
}

static void put_tags(yajl_gen gen, u8 tags)
{
	int bit;

	open_array(gen, "x-origin");
	for (bit = 0; bit < SCHEMA_NR_TAGS; bit++)
		if (tags & 1 << bit)
			yajl_put(gen, schema_tag_names[bit]);
	yajl_gen_array_close(gen);
}

static void put_fields(yajl_gen gen, const struct schema_field *fields);

/* The members of an object, or the elements of an array */
static void put_members(yajl_gen gen, const struct schema_field *field)
{
	bool is_array = !strcmp(field->type, "array");

	if (is_array) {
		open_map(gen, "items");
		put_type(gen, field->item ? field->item : "object", false);
	}
	if (field->members)
		put_fields(gen, field->members);
	if (is_array)
		yajl_gen_map_close(gen);
}

static void put_enum(yajl_gen gen, const struct schema_field *field)
{
	u8 i;

	open_array(gen, "enum");
	for (i = 0; i < field->nr_words; i++)
		yajl_put(gen, field->words[i]);
	if (field->nullable)
		yajl_gen_null(gen);
	yajl_gen_array_close(gen);
}

/* All words that it can be, and the form of numbers that a newer module may have */
static void put_words(yajl_gen gen, const struct schema_field *field)
{
	char pattern[64];

	if (!field->numbered) {
		put_enum(gen, field);
		return;
	}
	snprintf(pattern, sizeof(pattern), "^%s [0-9]+$", field->name);
	open_array(gen, "anyOf");
	yajl_gen_map_open(gen);
	put_enum(gen, field);
	yajl_gen_map_close(gen);
	yajl_gen_map_open(gen);
	yajl_put_pair(gen, "pattern", pattern);
	yajl_gen_map_close(gen);
	yajl_gen_array_close(gen);
}

static void put_field(yajl_gen gen, const struct schema_field *field)
{
	open_map(gen, field->name);
	put_type(gen, field->type, field->nullable);
	if (field->words)
		put_words(gen, field);
	put_tags(gen, field->tags);
	yajl_put_pair(gen, "description", field->what);
	put_members(gen, field);
	yajl_gen_map_close(gen);
}

/* These fields, of which some must be there, and no others */
static void put_fields(yajl_gen gen, const struct schema_field *fields)
{
	const struct schema_field *field;

	open_map(gen, "properties");
	for (field = fields; field->name; field++)
		put_field(gen, field);
	yajl_gen_map_close(gen);
	open_array(gen, "required");
	for (field = fields; field->name; field++)
		if (!(field->tags & SCHEMA_OPT))
			yajl_put(gen, field->name);
	yajl_gen_array_close(gen);
	put_closed(gen);
}

static void put_object(yajl_gen gen, const struct schema_field *members)
{
	yajl_gen_map_open(gen);
	put_type(gen, "object", false);
	put_fields(gen, members);
	yajl_gen_map_close(gen);
}

/* ---- Structs of the *ctl() calls ------------------------------------------- */

static void open_group(yajl_gen gen, const char *name)
{
	open_map(gen, name);
	put_type(gen, "object", false);
	open_map(gen, "properties");
}

static void close_group(yajl_gen gen)
{
	yajl_gen_map_close(gen);
	put_closed(gen);
	yajl_gen_map_close(gen);
}

/*
 * The members of a struct, with those of a group in an object of their own. A record
 * has only what could be read and the command uses, so none is required.
 */
static void put_struct(yajl_gen gen, const struct ipct_member *member)
{
	const char *group = NULL;

	put_type(gen, "object", false);
	open_map(gen, "properties");
	for (; member->name; member++) {
		if (group && group != member->group)
			close_group(gen);
		if (member->group && group != member->group)
			open_group(gen, member->group);
		group = member->group;
		open_map(gen, member->name);
		put_type(gen, "integer", false);
		yajl_gen_map_close(gen);
	}
	if (group)
		close_group(gen);
	yajl_gen_map_close(gen);
	put_closed(gen);
}

/* semctl()'s union has only the member that is used. */
static void put_choice(yajl_gen gen, bool is_union,
		       const struct ipct_member *members)
{
	yajl_gen_map_open(gen);
	if (is_union) {
		put_type(gen, "object", false);
		open_array(gen, "required");
		yajl_put(gen, "buf");
		yajl_gen_array_close(gen);
		put_closed(gen);
		open_map(gen, "properties");
		open_map(gen, "buf");
	}
	put_struct(gen, members);
	if (is_union) {
		yajl_gen_map_close(gen);
		yajl_gen_map_close(gen);
	}
	yajl_gen_map_close(gen);
}

/* The struct of a command; its names are the same for all ABIs. */
static const struct ipct_struct *struct_of(u8 call, u32 cmd)
{
	return ipct_command(call, IPCTRACE_ABI_X86_64, cmd)->what;
}

static bool is_new(u8 call, u32 cmd)
{
	u32 before;

	for (before = 0; before < cmd; before++)
		if (struct_of(call, before) == struct_of(call, cmd))
			return false;
	return true;
}

/* A choice for each struct, and for everything else that commands use */
static void put_ctl(yajl_gen gen, u8 call, bool is_union)
{
	static const struct schema_field value[] = {
		{ .name = "val", .type = "integer", .tags = SCHEMA_U,
		  .what = "value of the semaphore" },
		{ }
	};
	static const struct schema_field array[] = {
		{ .name = "array", .type = "array", .item = "integer",
		  .tags = SCHEMA_U | SCHEMA_TOCTOU,
		  .what = "values of the semaphores" },
		{ }
	};
	u32 cmd;

	for (cmd = 0; cmd < CMD_END; cmd++)
		if (struct_of(call, cmd) && is_new(call, cmd))
			put_choice(gen, is_union, struct_of(call, cmd)->members);
	if (!is_union)
		return;
	put_object(gen, value);
	put_object(gen, array);
}

/* ---- Arguments ------------------------------------------------------------- */

/* What an argument may be besides a number */
static void put_followed(yajl_gen gen, u8 call, u8 kind)
{
	const struct schema_field *members = schema_arg_members(kind);

	if (!members) {
		put_ctl(gen, call, kind == IPCT_SEMUN);
	} else if (kind != IPCT_SOPS) {
		put_object(gen, members);
	} else {
		yajl_gen_map_open(gen);
		put_type(gen, "array", false);
		yajl_put(gen, "items");
		put_object(gen, members);
		yajl_gen_map_close(gen);
	}
}

/* Null where it was behind ipc()'s ptr and could not be read. */
static void put_arg(yajl_gen gen, u8 call, u8 arg)
{
	const struct ipct_arg *row = &ipct_syscalls[call].args[arg];

	open_map(gen, row->name);
	if (schema_arg_followed(row->kind)) {
		open_array(gen, "anyOf");
		yajl_gen_map_open(gen);
		put_type(gen, "integer", true);
		yajl_gen_map_close(gen);
		put_followed(gen, call, row->kind);
		yajl_gen_array_close(gen);
	} else {
		put_type(gen, "integer", true);
	}
	yajl_put_pair(gen, "x-c-type", schema_c_type(call, arg));
	put_tags(gen, schema_arg_tags(call, arg));
	yajl_gen_map_close(gen);
}

/* A condition on a field, to be put between the two */
static void open_if(yajl_gen gen, const char *name)
{
	yajl_gen_map_open(gen);
	open_map(gen, "if");
	open_array(gen, "required");
	yajl_put(gen, name);
	yajl_gen_array_close(gen);
	open_map(gen, "properties");
	open_map(gen, name);
}

static void close_if(yajl_gen gen)
{
	yajl_gen_map_close(gen);
	yajl_gen_map_close(gen);
	yajl_gen_map_close(gen);
}

/* What "args" must be then, or else, to be put between the two */
static void open_args(yajl_gen gen, const char *when)
{
	open_map(gen, when);
	open_map(gen, "properties");
	open_map(gen, "args");
	put_closed(gen);
}

static void close_args(yajl_gen gen)
{
	yajl_gen_map_close(gen);
	yajl_gen_map_close(gen);
	yajl_gen_map_close(gen);
	yajl_gen_map_close(gen);
}

/* If "call" is this one, then "args" has these. */
static void put_args(yajl_gen gen, u8 call)
{
	const struct ipct_syscall *row = &ipct_syscalls[call];
	u8 i;

	open_if(gen, "call");
	yajl_put_pair(gen, "const", row->name);
	close_if(gen);
	open_args(gen, "then");
	open_map(gen, "properties");
	for (i = 0; i < row->nr_args; i++)
		put_arg(gen, call, i);
	yajl_gen_map_close(gen);
	open_array(gen, "required");
	for (i = 0; i < row->nr_args; i++)
		yajl_put(gen, row->args[i].name);
	yajl_gen_array_close(gen);
	close_args(gen);
}

/* If the call is not known, then "args" has nothing. */
static void put_no_args(yajl_gen gen)
{
	u8 call;

	open_if(gen, "call");
	open_array(gen, "enum");
	for (call = 0; call < IPCTRACE_NR_CALLS; call++)
		yajl_put(gen, ipct_syscalls[call].name);
	yajl_gen_array_close(gen);
	close_if(gen);
	open_args(gen, "else");
	close_args(gen);
}

/* ---- Records --------------------------------------------------------------- */

static void put_types(yajl_gen gen, enum ipct_type_kind kind)
{
	u8 type;

	open_array(gen, "enum");
	for (type = 0; type < __IPCTRACE_TYPE_MAX; type++)
		if (ipct_type_kind(type) == kind)
			yajl_put(gen, ipct_type_names[type]);
	yajl_gen_array_close(gen);
}

/* If "type" is of this kind, then these are there. */
static void put_always(yajl_gen gen, enum ipct_type_kind kind)
{
	const struct schema_field *field;

	open_if(gen, "type");
	put_types(gen, kind);
	close_if(gen);
	open_map(gen, "then");
	open_array(gen, "required");
	for (field = schema_fields; field->name; field++)
		if (field->always & 1 << kind)
			yajl_put(gen, field->name);
	yajl_gen_array_close(gen);
	yajl_gen_map_close(gen);
	yajl_gen_map_close(gen);
}

/**
 * json_schema_put() - add the schema of a record
 * @gen: an object is open in it, which gets the schema's members
 */
void json_schema_put(yajl_gen gen)
{
	u8 kind, call;

	yajl_put_pair(gen, "$schema",
		      "https://json-schema.org/draft/2020-12/schema");
	yajl_put_pair(gen, "title", "ipctrace record");
	yajl_put_pair(gen, "type", "object");
	put_fields(gen, schema_fields);
	open_array(gen, "allOf");
	for (kind = IPCT_TYPE_CALL; kind <= IPCT_TYPE_LOST; kind++)
		put_always(gen, kind);
	for (call = 0; call < IPCTRACE_NR_CALLS; call++)
		put_args(gen, call);
	put_no_args(gen);
	yajl_gen_array_close(gen);
}
