// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: fields
 *
 * Fields of a record by their names in JSON: which fields there are, and their values
 * in a record. Their names come from the schema, from syscalls.def and from the
 * layouts of the structs behind arguments; a few exist only in questions. A field that
 * is often asked for is taken straight out of the record; for the others the record is
 * decoded, once, and the value is looked up by its name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "fields/decode.h"
#include "fields/facts.h"
#include "fields/fields.h"
#include "fields/values.h"
#include "names/cgroups.h"
#include "shared/layouts.h"
#include "shared/syscalls.h"

#define MAX_COMMAND	32	/* above all commands of *ctl() calls */

/* ---- Out of the record ------------------------------------------------------ */

/**
 * enum quick_how - where a value is
 * @QUICK_HEADER: a number in the header of all records
 * @QUICK_CALLER: a number that all records except those of losses have
 * @QUICK_OBJECT: a number, if there is an object
 * @QUICK_TYPE: by special code, like all below
 */
enum quick_how {
	QUICK_HEADER,
	QUICK_CALLER,
	QUICK_OBJECT,
	QUICK_TYPE,
	QUICK_COMM,
	QUICK_CGROUP_PATH,
	QUICK_CONTAINER,
	QUICK_CALL,
	QUICK_RET,
	QUICK_ERRNO,
	QUICK_DURATION_NS,
	QUICK_END,
	QUICK_KIND,
	QUICK_ARG,
	QUICK_ID,
	QUICK_KEY,
	QUICK_DURATION,
	QUICK_FAILED,
};

/**
 * struct field_quick - how to get a field quickly
 * @path: its name
 * @how: enum quick_how
 * @bytes: of a number
 * @is_signed: it may be negative
 * @offset: where it is
 */
struct field_quick {
	const char *path;
	u8 how;
	u8 bytes;
	bool is_signed;
	u16 offset;
};

#define NUMBER(name, how, type, member, is_signed)			\
	{ name, QUICK_##how, sizeof(((struct type *)0)->member), is_signed, \
	  offsetof(struct type, member) }
#define HEADER(name, member)	NUMBER(name, HEADER, ipctrace_header, member, false)
#define CALLER(name, member)	NUMBER(name, CALLER, ipctrace_call, member, false)
#define OBJECT(name, member)	NUMBER(name, OBJECT, ipctrace_call, member, false)
#define OTHER(name, how)	{ name, QUICK_##how, 0, false, 0 }

static const struct field_quick quick_rows[] = {
	HEADER("time_ns", time_ns),
	HEADER("cpu", cpu),
	CALLER("pid", tgid),
	CALLER("tgid", tgid),
	CALLER("tid", tid),
	CALLER("ppid", ppid),
	CALLER("uid", uid),
	CALLER("user", uid),
	CALLER("gid", gid),
	CALLER("group", gid),
	CALLER("loginuid", loginuid),
	CALLER("login", loginuid),
	CALLER("ipc_ns", ipc_ns),
	CALLER("cgroup", cgroup),
	NUMBER("object.id", OBJECT, ipctrace_call, object.id, true),
	OBJECT("object.key", object.key),
	OBJECT("object.uid", object.uid),
	OBJECT("object.gid", object.gid),
	OBJECT("object.cuid", object.cuid),
	OBJECT("object.cgid", object.cgid),
	OBJECT("object.mode", object.mode),
	OBJECT("object.seq", object.seq),
	OTHER("object.kind", KIND),
	OTHER("type", TYPE),
	OTHER("comm", COMM),
	OTHER("cgroup_path", CGROUP_PATH),
	OTHER("container", CONTAINER),
	OTHER("call", CALL),
	OTHER("ret", RET),
	OTHER("errno", ERRNO),
	OTHER("duration_ns", DURATION_NS),
	OTHER("end", END),
	OTHER("id", ID),
	OTHER("key", KEY),
	OTHER("duration", DURATION),
	OTHER("failed", FAILED),
};

static const struct field_quick quick_arg = { .how = QUICK_ARG };

#undef OTHER
#undef OBJECT
#undef CALLER
#undef HEADER
#undef NUMBER

/* The outcome of a quick look */
enum outcome {
	OUTCOME_VALUE,
	OUTCOME_NONE,
	OUTCOME_SLOW,
};

static enum outcome number(struct field_value *value, u64 unsigned_number)
{
	*value = (struct field_value){
		.type = FIELD_NUMBER,
		.number = unsigned_number,
	};
	return OUTCOME_VALUE;
}

static enum outcome signed_number(struct field_value *value, s64 signed_number)
{
	number(value, signed_number);
	value->negative = signed_number < 0;
	return OUTCOME_VALUE;
}

static enum outcome text_of(struct field_value *value, const char *text,
			    size_t len)
{
	*value = (struct field_value){
		.type = FIELD_TEXT,
		.text = text,
		.len = len,
	};
	return OUTCOME_VALUE;
}

static enum outcome word(struct field_value *value, const char *text)
{
	return text ? text_of(value, text, strlen(text)) : OUTCOME_NONE;
}

static enum outcome load(const struct field_quick *quick, const void *record,
			 struct field_value *value)
{
	const char *from = (const char *)record + quick->offset;
	u64 wide = 0;

	/* Little-endian, like everything in a record. */
	memcpy(&wide, from, quick->bytes);
	if (quick->is_signed)
		return signed_number(value, (s32)wide);
	return number(value, wide);
}

static bool has_ended(const struct ipctrace_call *call)
{
	return call->header.type == IPCTRACE_TYPE_CALL;
}

static bool has_failed(const struct ipctrace_call *call)
{
	return has_ended(call) && call->ret < 0 && call->ret >= -4095;
}

static bool has_object(const struct field_source *source)
{
	return source->kind != IPCT_TYPE_GAP &&
	       source->record->type != IPCTRACE_TYPE_MISSED &&
	       source->record->flags & IPCTRACE_F_OBJECT;
}

static bool is_known_call(const struct field_source *source)
{
	return source->kind == IPCT_TYPE_CALL &&
	       source->record->call < IPCTRACE_NR_CALLS;
}

static const u64 *args_of(struct field_source *source)
{
	if (!source->has_args)
		source->unknown = ipct_call_args((const void *)source->record,
						 source->args);
	source->has_args = true;
	return source->args;
}

static bool is_cmd(u8 kind)
{
	return kind == IPCT_MSGCMD || kind == IPCT_SEMCMD || kind == IPCT_SHMCMD;
}

static enum outcome argument(struct field_source *source, const char *name,
			     struct field_value *value)
{
	const struct ipct_syscall *row;
	const u64 *args;
	u64 found;
	u8 i;

	if (!is_known_call(source))
		return OUTCOME_NONE;
	row = &ipct_syscalls[source->record->call];
	for (i = 0; i < row->nr_args; i++)
		if (!strcmp(row->args[i].name, name))
			break;
	if (i == row->nr_args)
		return OUTCOME_NONE;
	if (ipct_kind_is_followed(row->args[i].kind))
		return OUTCOME_SLOW;
	args = args_of(source);
	if (source->unknown & 1U << i)
		return OUTCOME_NONE;
	found = ipct_arg_value(row->args[i].kind, args[i], source->record->abi);
	if (is_cmd(row->args[i].kind))
		found &= ~(u64)IPCT_IPC_64;
	if (ipct_kind_is_signed(row->args[i].kind))
		signed_number(value, found);
	else
		number(value, found);
	value->kind = row->args[i].kind;
	return OUTCOME_VALUE;
}

/* What a call names by number, as the recorder's filter sees it: filter.c */
static bool asked_for(struct field_source *source, bool by_key, u32 *number)
{
	const struct ipct_syscall *row;
	u8 from;

	if (!is_known_call(source))
		return false;
	row = &ipct_syscalls[source->record->call];
	if (row->follow == IPCT_FOLLOW_MAKE) {
		*number = args_of(source)[0];
		return by_key;
	}
	if (by_key)
		return false;
	from = row->object;
	if (from == IPCT_OBJECT_CTL)
		from = ipct_command(source->record->call, source->record->abi,
				    ipct_ctl_cmd((const void *)source->record,
						 args_of(source)))->object;
	*number = args_of(source)[0];
	return from == IPCT_OBJECT_ARG0 && (s32)*number >= 0;
}

static enum outcome cgroup(struct field_source *source, bool container,
			   struct field_value *value)
{
	const struct ipctrace_call *call = (const void *)source->record;
	const struct cgroup *cgroup;

	if (source->kind == IPCT_TYPE_LOST || !source->cgroups)
		return OUTCOME_NONE;
	cgroup = cgroups_find(source->cgroups, call->cgroup);
	return word(value, container ? cgroup->container : cgroup->path);
}

static enum outcome duration(const struct field_source *source, bool asked,
			     struct field_value *value)
{
	const struct ipctrace_call *call = (const void *)source->record;

	/* For a filter, what happens without a call took no time. */
	if (asked && source->kind == IPCT_TYPE_EVENT)
		return number(value, 0);
	if (source->kind != IPCT_TYPE_CALL ||
	    call->header.type == IPCTRACE_TYPE_MISSED)
		return OUTCOME_NONE;
	return number(value, call->duration_ns);
}

static enum outcome object_kind(const struct field_source *source,
				struct field_value *value)
{
	const struct ipctrace_header *record = source->record;
	u8 family;

	if (!has_object(source))
		return OUTCOME_NONE;
	if (source->kind == IPCT_TYPE_CALL) {
		if (record->call >= IPCTRACE_NR_CALLS)
			return OUTCOME_NONE;
		family = ipct_syscalls[record->call].family;
	} else {
		family = ipct_family_of(record->flags);
	}
	return word(value, ipct_family_names[family]);
}

static enum outcome object_number(struct field_source *source, bool by_key,
				  struct field_value *value)
{
	const struct ipctrace_call *call = (const void *)source->record;
	u32 asked;

	if (asked_for(source, by_key, &asked))
		return number(value, asked);
	if (!has_object(source))
		return OUTCOME_NONE;
	return number(value, by_key ? (u32)call->object.key :
				      (u32)call->object.id);
}

static enum outcome be_quick(struct field_source *source,
			     const struct field *field,
			     struct field_value *value)
{
	const struct ipctrace_call *call = (const void *)source->record;
	const struct field_quick *quick = field->quick;

	switch ((enum quick_how)quick->how) {
	case QUICK_HEADER:
		return load(quick, call, value);
	case QUICK_CALLER:
		return source->kind == IPCT_TYPE_LOST ?
		       OUTCOME_NONE : load(quick, call, value);
	case QUICK_OBJECT:
		return has_object(source) ? load(quick, call, value) :
					    OUTCOME_NONE;
	case QUICK_TYPE:
		return word(value, ipct_type_names[call->header.type]);
	case QUICK_COMM:
		return source->kind == IPCT_TYPE_LOST ? OUTCOME_NONE :
		       text_of(value, (const char *)call->comm,
			       strnlen((const char *)call->comm,
				       sizeof(call->comm)));
	case QUICK_CGROUP_PATH:
		return cgroup(source, false, value);
	case QUICK_CONTAINER:
		return cgroup(source, true, value);
	case QUICK_CALL:
		if (source->kind != IPCT_TYPE_CALL)
			return OUTCOME_NONE;
		return is_known_call(source) ?
		       word(value, ipct_syscalls[call->header.call].name) :
		       OUTCOME_SLOW;
	case QUICK_RET:
		return has_ended(call) ? signed_number(value, call->ret) :
					 OUTCOME_NONE;
	case QUICK_ERRNO:
		return has_failed(call) ? number(value, -call->ret) :
					  OUTCOME_NONE;
	case QUICK_DURATION_NS:
		return duration(source, false, value);
	case QUICK_DURATION:
		return duration(source, true, value);
	case QUICK_END:
		return has_ended(call) ? word(value, decode_end(call)) :
		       call->header.type == IPCTRACE_TYPE_DIED ?
		       word(value, "died") : OUTCOME_NONE;
	case QUICK_KIND:
		return object_kind(source, value);
	case QUICK_ARG:
		return argument(source, strchr(field->path, '.') + 1, value);
	case QUICK_ID:
		return object_number(source, false, value);
	case QUICK_KEY:
		return object_number(source, true, value);
	case QUICK_FAILED:
		number(value, has_failed(call));
		value->type = FIELD_TRUTH;
		return OUTCOME_VALUE;
	}
	return OUTCOME_SLOW;
}

/**
 * field_calls() - which call it is, as the recorder's filter sees it
 * @record: the record
 *
 * Return: a bit for the call, by enum ipctrace_call_id; for what happens without
 * a call, bits for all calls on that kind of object; 0 for a call without a name.
 */
u64 field_calls(const struct ipctrace_header *record)
{
	if (record->call != IPCTRACE_CALL_NONE)
		return record->call < IPCTRACE_NR_CALLS ?
		       1ULL << record->call : 0;
	return ipct_calls_of_family(ipct_family_of(record->flags));
}

/* ---- By name ---------------------------------------------------------------- */

/**
 * field_below() - a step into the path of a field
 * @path: the path
 * @name: of what is there
 *
 * Return: what is left of @path after @name and a dot; NULL when @path does not begin
 * with that.
 */
const char *field_below(const char *path, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(path, name, len) || (path[len] && path[len] != '.'))
		return NULL;
	return path[len] ? path + len + 1 : path + len;
}

static void take_value(const struct value *from, struct field_value *value)
{
	switch (from->type) {
	case VALUE_UNSIGNED:
		number(value, from->number);
		break;
	case VALUE_SIGNED:
		signed_number(value, from->number);
		break;
	case VALUE_STRING:
		text_of(value, from->string, strlen(from->string));
		break;
	case VALUE_BOOL:
		number(value, from->number);
		value->type = FIELD_TRUTH;
		break;
	case VALUE_OPEN:
	case VALUE_LIST:
		*value = (struct field_value){ .type = FIELD_GROUP };
		break;
	case VALUE_NULL:
	case VALUE_REAL:
	case VALUE_KNOWN:
	case VALUE_CLOSE:
	case VALUE_END:
		*value = (struct field_value){ };
		break;
	}
}

/**
 * field_each_slow() - all values of a field in a record, found by name
 * @source: is decoded if it was not yet
 * @field: any, even those with a @quick
 * @take: told of each value; several if there is an array
 * @context: the first argument of @take
 *
 * Return: whether @take has said so.
 */
bool field_each_slow(struct field_source *source, const struct field *field,
		     field_take_t take, void *context)
{
	const char *left[VALUE_MAX_DEPTH + 1] = { field->path };
	struct decoded *d = source->decoded;
	struct field_value value;
	const char *rest;
	u32 depth = 0;
	size_t i;

	if (!source->is_decoded &&
	    !decode_record(d, source->record, source->cgroups))
		return false;
	source->is_decoded = true;
	for (i = 0; i < d->nr; i++) {
		const struct value *at = &d->values[i];

		if (value_closes(at)) {
			depth--;
			continue;
		}
		/* Elements of an array have no names of their own. */
		rest = left[depth];
		if (rest && at->name)
			rest = field_below(rest, at->name);
		if (rest && !*rest) {
			take_value(at, &value);
			if (value.type != FIELD_NOTHING &&
			    take(context, &value))
				return true;
		}
		if (!value_opens(at))
			continue;
		if (depth == VALUE_MAX_DEPTH)
			return false;
		/* The elements of an array are values of the field, too. */
		left[++depth] = rest && (*rest || at->type == VALUE_LIST) ?
				rest : NULL;
	}
	return false;
}

/* The value of a fact, which is in no record; false: it is not known */
static bool fact_value(const struct field_source *source, const struct field *field,
		       struct field_value *value)
{
	const struct facts *facts = source->facts;
	u8 fact = field->fact - 1;

	if (!facts || !(facts->known & 1ULL << fact))
		return false;
	if (field->type == FIELD_TEXT)
		return text_of(value, facts->texts[fact],
			       strlen(facts->texts[fact])) == OUTCOME_VALUE;
	if (field->format == SCHEMA_SIGNED)
		signed_number(value, facts->numbers[fact]);
	else
		number(value, facts->numbers[fact]);
	value->type = field->type;
	return true;
}

/**
 * field_each() - all values of a field in a record
 * @source: is decoded only if there is no quicker way
 * @field: any; those with a @quick are found without their names
 * @take: told of each value; several if there is an array, none if there is nothing
 * @context: the first argument of @take
 *
 * Return: whether @take has said so.
 */
bool field_each(struct field_source *source, const struct field *field,
		field_take_t take, void *context)
{
	struct field_value value;

	if (field->fact)
		return fact_value(source, field, &value) && take(context, &value);
	if (field->calls != ~0ULL &&
	    (!is_known_call(source) ||
	     !(field->calls & 1ULL << source->record->call)))
		return false;
	switch (field->quick ? be_quick(source, field, &value) : OUTCOME_SLOW) {
	case OUTCOME_VALUE:
		return take(context, &value);
	case OUTCOME_NONE:
		return false;
	case OUTCOME_SLOW:
		break;
	}
	return field_each_slow(source, field, take, context);
}

/**
 * field_source_begin() - ask a record for fields
 * @source: out: what field_each() takes
 * @record: the record; must outlive @source
 * @cgroups: names of cgroups, or NULL
 * @decoded: room for its values
 *
 * Return: false for a record of an unknown type, or too short for its type.
 */
bool field_source_begin(struct field_source *source,
			const struct ipctrace_header *record,
			struct cgroups *cgroups, struct decoded *decoded)
{
	source->record = record;
	source->kind = ipct_type_kind(record->type);
	source->cgroups = cgroups;
	source->decoded = decoded;
	source->facts = NULL;
	source->is_decoded = false;
	source->has_args = false;
	return source->kind != IPCT_TYPE_OTHER &&
	       record->len >= ipct_type_min_bytes(record->type);
}

/* ---- All fields ------------------------------------------------------------- */

/**
 * struct walk - a walk over all fields
 * @visit: told of each; true ends the walk
 * @context: for @visit
 * @field: the field; its path grows and shrinks
 */
struct walk {
	bool (*visit)(void *context, const struct field *field);
	void *context;
	struct field field;
};

/* Fields that only questions have */
static const struct field asked_fields[] = {
	{ .path = "id", .type = FIELD_NUMBER, .filter = "id",
	  .what = "of the object, or that was asked for" },
	{ .path = "key", .type = FIELD_NUMBER, .format = SCHEMA_KEY,
	  .kinds = 1U << IPCT_KEY, .filter = "key",
	  .what = "of the object, or that was asked for" },
	{ .path = "duration", .type = FIELD_NUMBER, .format = SCHEMA_NS,
	  .filter = "duration", .what = "as duration_ns, with a unit" },
	{ .path = "failed", .type = FIELD_TRUTH, .filter = "failed",
	  .what = "the call returned an error" },
	{ .path = "tgid", .type = FIELD_NUMBER,
	  .what = "process, and no other" },
	{ .path = "user", .type = FIELD_NUMBER, .format = SCHEMA_USER,
	  .meaning = FIELD_NAMED, .filter = "uid", .what = "uid by name" },
	{ .path = "group", .type = FIELD_NUMBER, .format = SCHEMA_GROUP,
	  .meaning = FIELD_NAMED, .filter = "gid", .what = "gid by name" },
	{ .path = "login", .type = FIELD_NUMBER, .format = SCHEMA_USER,
	  .meaning = FIELD_NAMED, .filter = "loginuid",
	  .what = "loginuid by name" },
};

static u8 type_of(const char *schema_type)
{
	switch (schema_type[0]) {
	case 'i':
		return FIELD_NUMBER;
	case 's':
		return FIELD_TEXT;
	case 'b':
		return FIELD_TRUTH;
	}
	return FIELD_GROUP;
}

static const struct field_quick *quick_of(const char *path)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(quick_rows); i++)
		if (!strcmp(quick_rows[i].path, path))
			return &quick_rows[i];
	return NULL;
}

/* Go one deeper; returns the length to go back to. */
static size_t enter(struct walk *walk, const char *name)
{
	char *path = walk->field.path;
	size_t len = strlen(path);

	snprintf(path + len, FIELD_PATH_BYTES - len, "%s%s", len ? "." : "",
		 name);
	return len;
}

static void leave(struct walk *walk, size_t len)
{
	walk->field.path[len] = '\0';
}

/* A field whose path is @walk's, and of which only @type and @format are known */
static bool visit(struct walk *walk, u8 type, u8 format)
{
	walk->field.type = type;
	walk->field.format = format;
	return walk->visit(walk->context, &walk->field);
}

static bool visit_below(struct walk *walk, const char *name, u8 type, u8 format)
{
	size_t len = enter(walk, name);
	bool enough = visit(walk, type, format);

	leave(walk, len);
	return enough;
}

static u8 schema_format_of(const struct ipct_member *member)
{
	switch ((enum ipct_format)member->format) {
	case IPCT_FORMAT_SIGNED:
		return SCHEMA_SIGNED;
	case IPCT_FORMAT_OWNER:
		return strchr(member->name, 'g') ? SCHEMA_GROUP : SCHEMA_USER;
	case IPCT_FORMAT_MODE:
		return SCHEMA_MODE;
	case IPCT_FORMAT_KEY:
		return SCHEMA_KEY;
	case IPCT_FORMAT_UNSIGNED:
		break;
	}
	return SCHEMA_PLAIN;
}

static bool walk_members(struct walk *walk, const struct ipct_member *member)
{
	bool enough = false;
	size_t len;

	for (; member->name && !enough; member++) {
		len = strlen(walk->field.path);
		if (member->group) {
			enter(walk, member->group);
			enough = visit(walk, FIELD_GROUP, SCHEMA_PLAIN);
		}
		enough = enough || visit_below(walk, member->name, FIELD_NUMBER,
					       schema_format_of(member));
		leave(walk, len);
	}
	return enough;
}

/* The structs of all commands of a call */
static bool walk_structs(struct walk *walk, u8 call)
{
	const struct ipct_struct *what;
	u32 cmd;

	for (cmd = 0; cmd < MAX_COMMAND; cmd++) {
		what = ipct_command(call, IPCTRACE_ABI_X86_64, cmd)->what;
		if (what && walk_members(walk, what->members))
			return true;
	}
	return false;
}

static bool walk_union(struct walk *walk, u8 call)
{
	size_t len;
	bool enough;

	if (visit_below(walk, "val", FIELD_NUMBER, SCHEMA_SIGNED) ||
	    visit_below(walk, "array", FIELD_NUMBER, SCHEMA_SIGNED))
		return true;
	len = enter(walk, "buf");
	enough = visit(walk, FIELD_GROUP, SCHEMA_PLAIN) ||
		 walk_structs(walk, call);
	leave(walk, len);
	return enough;
}

static bool walk_all(struct walk *walk, const struct schema_field *row);

/* What an argument leads to */
static bool walk_followed(struct walk *walk, u8 call, u8 kind)
{
	switch ((enum ipct_kind)kind) {
	case IPCT_CTLBUF:
		return walk_structs(walk, call);
	case IPCT_SEMUN:
		return walk_union(walk, call);
	case IPCT_KEY:
	case IPCT_ID:
	case IPCT_INT:
	case IPCT_COUNT:
	case IPCT_SIZE:
	case IPCT_ADDR:
	case IPCT_MSGP:
	case IPCT_SOPS:
	case IPCT_TIMEOUT:
	case IPCT_MTYPE:
	case IPCT_GETFLG:
	case IPCT_SHMGETFLG:
	case IPCT_MSGFLG:
	case IPCT_SHMATFLG:
	case IPCT_MSGCMD:
	case IPCT_SEMCMD:
	case IPCT_SHMCMD:
	case __IPCT_KIND_MAX:
		break;
	}
	return walk_all(walk, schema_arg_members(kind));
}

/* Kinds of the arguments of that name, and the calls that have such arguments */
static u32 kinds_named(const char *name, u64 *calls)
{
	u32 kinds = 0;
	u8 call, i;

	*calls = 0;
	for (call = 0; call < IPCTRACE_NR_CALLS; call++)
		for (i = 0; i < ipct_syscalls[call].nr_args; i++)
			if (!strcmp(ipct_syscalls[call].args[i].name, name)) {
				kinds |= 1U << ipct_syscalls[call].args[i].kind;
				*calls |= 1ULL << call;
			}
	return kinds;
}

static bool walk_arg(struct walk *walk, u8 call, const struct ipct_arg *arg)
{
	u32 kinds = kinds_named(arg->name, &walk->field.calls);
	bool enough;

	walk->field.kinds = kinds;
	walk->field.quick = &quick_arg;
	enough = visit(walk, FIELD_NUMBER,
		       kinds == 1U << IPCT_KEY ? SCHEMA_KEY :
		       ipct_kind_is_signed(arg->kind) ? SCHEMA_SIGNED :
							SCHEMA_PLAIN);
	walk->field.kinds = 0;
	walk->field.quick = NULL;
	enough = enough || walk_followed(walk, call, arg->kind);
	walk->field.calls = ~0ULL;
	return enough;
}

static bool walk_args(struct walk *walk)
{
	bool enough = false;
	size_t len;
	u8 call, i;

	for (call = 0; call < IPCTRACE_NR_CALLS; call++) {
		for (i = 0; i < ipct_syscalls[call].nr_args && !enough; i++) {
			const struct ipct_arg *arg = &ipct_syscalls[call].args[i];

			len = enter(walk, arg->name);
			enough = walk_arg(walk, call, arg);
			leave(walk, len);
		}
	}
	return enough;
}

static const char *filter_name(const char *path)
{
	static const char *const names[] = {
		"call", "pid", "uid", "gid", "loginuid", "comm", "ipc_ns",
		"cgroup",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(path, names[i]))
			return names[i];
	return NULL;
}

static u8 meaning_of(const char *path)
{
	return !strcmp(path, "pid") ? FIELD_PID :
	       !strcmp(path, "call") ? FIELD_CALL :
	       !strcmp(path, "errno") ? FIELD_ERRNO : FIELD_PLAIN;
}

static void forget(struct field *field)
{
	field->meaning = FIELD_PLAIN;
	field->words = NULL;
	field->nr_words = 0;
	field->what = NULL;
	field->filter = NULL;
	field->quick = NULL;
}

static bool walk_schema(struct walk *walk, const struct schema_field *row)
{
	struct field *field = &walk->field;
	size_t len = enter(walk, row->name);
	bool enough;
	u8 type;

	field->meaning = meaning_of(field->path);
	field->words = row->words;
	field->nr_words = row->nr_words;
	field->what = row->what;
	field->filter = filter_name(field->path);
	field->quick = quick_of(field->path);
	type = field->meaning == FIELD_ERRNO ? FIELD_NUMBER :
	       type_of(row->item ? row->item : row->type);
	enough = visit(walk, type, row->format);
	forget(field);
	if (!enough && !strcmp(field->path, "args"))
		enough = walk_args(walk);
	enough = enough || walk_all(walk, row->members);
	leave(walk, len);
	return enough;
}

/* @row: the last has no name; or NULL */
static bool walk_all(struct walk *walk, const struct schema_field *row)
{
	for (; row && row->name; row++)
		if (walk_schema(walk, row))
			return true;
	return false;
}

/**
 * fields_walk() - all fields
 * @visit: told of each, some of them more than once; true ends the walk
 * @context: the first argument of @visit
 *
 * Return: whether @visit has ended it.
 */
bool fields_walk(bool (*visit)(void *context, const struct field *field),
		 void *context)
{
	struct walk walk = {
		.visit = visit,
		.context = context,
		.field.calls = ~0ULL,
	};
	struct field field;
	size_t i;

	if (walk_all(&walk, schema_fields))
		return true;
	for (i = 0; i < ARRAY_SIZE(asked_fields); i++) {
		field = asked_fields[i];
		field.asked = true;
		field.calls = ~0ULL;
		field.quick = quick_of(field.path);
		if (visit(context, &field))
			return true;
	}
	return false;
}

/* By enum fact */
static const struct field fact_fields[] = {
#define FACT_FIELD(id, name, kind, form, says)				\
	{ .path = name, .type = FIELD_##kind, .format = SCHEMA_##form,	\
	  .asked = true, .calls = ~0ULL, .what = says, .fact = FACT_##id + 1 },
	FACTS(FACT_FIELD)
#undef FACT_FIELD
};

/**
 * facts_walk() - all facts, which only rules have
 * @visit: told of each; true ends the walk
 * @context: the first argument of @visit
 *
 * Return: whether @visit has ended it.
 */
bool facts_walk(bool (*visit)(void *context, const struct field *field),
		void *context)
{
	size_t i;

	static_assert(NR_FACTS <= 64);
	for (i = 0; i < ARRAY_SIZE(fact_fields); i++)
		if (visit(context, &fact_fields[i]))
			return true;
	return false;
}

/**
 * struct search - a field that is looked for
 * @prefix: what comes before @path
 * @path: its path, not terminated
 * @len: its length
 * @found: the field
 */
struct search {
	const char *prefix;
	const char *path;
	size_t len;
	struct field *found;
};

static bool is_it(void *context, const struct field *field)
{
	const struct search *search = context;
	size_t prefix = strlen(search->prefix);

	if (strncmp(field->path, search->prefix, prefix) ||
	    strlen(field->path) != prefix + search->len ||
	    memcmp(field->path + prefix, search->path, search->len))
		return false;
	*search->found = *field;
	return true;
}

/**
 * field_find() - a field by its name
 * @field: out: meaningless on failure
 * @path: its path, not terminated; "args." in front may be left out
 * @len: bytes of it
 *
 * Return: false when there is none.
 */
bool field_find(struct field *field, const char *path, size_t len)
{
	struct search search = { "", path, len, field };

	if (fields_walk(is_it, &search))
		return true;
	search.prefix = "args.";
	return fields_walk(is_it, &search);
}

/**
 * field_find_fact() - the same for facts
 * @field: out: meaningless on failure
 * @path: its name, not terminated
 * @len: bytes of it
 *
 * Return: false when there is none.
 */
bool field_find_fact(struct field *field, const char *path, size_t len)
{
	struct search search = { "", path, len, field };

	return facts_walk(is_it, &search);
}

static const struct ipct_constant modes[] = {
	{ 01000, "SHM_DEST" }, { 02000, "SHM_LOCKED" }, { 0, NULL }
};

static const struct ipct_constant keys[] = {
	{ 0, "IPC_PRIVATE" }, { 0, NULL }
};

/**
 * field_constants() - names of a field's values or flags
 * @field: the field
 * @kind: enum ipct_kind, one of @field's where it has some
 *
 * Return: an array that ends with a NULL name, or NULL for plain numbers.
 */
const struct ipct_constant *field_constants(const struct field *field, u8 kind)
{
	if (field->format == SCHEMA_SEM_FLG)
		return ipct_sem_flags;
	if (field->format == SCHEMA_MODE)
		return modes;
	if (field->format == SCHEMA_KEY)
		return keys;
	return field->kinds ? ipct_kind_constants(kind) : NULL;
}

/**
 * struct listing - fields that are gathered
 * @fields: the fields so far
 * @nr: how many
 */
struct listing {
	struct field *fields;
	size_t nr;
};

static bool list(void *context, const struct field *field)
{
	struct listing *listing = context;
	struct field *grown;
	size_t i;

	for (i = 0; i < listing->nr; i++)
		if (!strcmp(listing->fields[i].path, field->path))
			return false;
	grown = reallocarray(listing->fields, listing->nr + 1, sizeof(*grown));
	if (!grown)
		return true;
	listing->fields = grown;
	listing->fields[listing->nr++] = *field;
	return false;
}

/**
 * fields_list() - all fields, each once
 * @nr: out: how many
 *
 * Return: them, to be freed; NULL when memory is short.
 */
struct field *fields_list(size_t *nr)
{
	struct listing listing = { };

	if (fields_walk(list, &listing)) {
		free(listing.fields);
		listing = (struct listing){ };
	}
	*nr = listing.nr;
	return listing.fields;
}

/* Is it the name of a member, without what it is a member of? */
static bool is_member(const char *path, const char *name)
{
	size_t len = strlen(path), name_len = strlen(name);

	return name_len && len > name_len &&
	       path[len - name_len - 1] == '.' &&
	       !strcmp(path + len - name_len, name);
}

static void append(char *accepted, size_t size, const char *name)
{
	size_t used = strlen(accepted);

	snprintf(accepted + used, size - used, " %s", name);
}

/**
 * fields_suggest() - what may have been meant by a name that no field has
 * @nearest: has what was typed; out: the closest name
 * @asked: include fields that only questions have
 * @accepted: out: names, with a blank before each
 * @size: room for these
 *
 * Return: memory that the names are in, to be freed, or NULL.
 */
struct field *fields_suggest(struct nearest *nearest, bool asked, char *accepted,
			     size_t size)
{
	struct field *fields;
	size_t nr, i;

	*accepted = '\0';
	fields = fields_list(&nr);
	for (i = 0; i < nr; i++) {
		const char *path = fields[i].path;

		if (fields[i].asked && !asked)
			continue;
		if (is_member(path, nearest->typed) && nearest->distance) {
			nearest->name = path;
			nearest->distance = 0;
		}
		nearest_offer(nearest, path);
		if (!strncmp(path, "args.", 5))
			nearest_offer(nearest, path + 5);
		if (!strchr(path, '.'))
			append(accepted, size, path);
	}
	append(accepted, size, "and members, as object.uid, args.msgsz");
	return fields;
}
