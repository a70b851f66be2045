// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: by
 *
 * What records are counted by: any fields that questions have, and a few that combine
 * several. From them a record gets a name, as people read it, and records with the same
 * name are one group. The name has a '-' for a field that is not there, and the first
 * element of a list.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "base/utf8.h"
#include "count/by.h"
#include "fields/values.h"
#include "names/cgroups.h"
#include "names/users.h"
#include "shared/layouts.h"
#include "shared/syscalls.h"

#define FIRST_IPC_NS	4026531839U	/* PROC_IPC_INIT_INO */
#define PART_BYTES	(BY_KEY_BYTES / BY_MAX_FIELDS)
#define NR_PROGRAMS	1024
#define PATH_BYTES	128

/**
 * enum by_what - how a part of a name is made
 * @BY_FIELD: from a field
 * @BY_OBJECT: from kind, id, key and namespace of an object
 * @BY_EXE: what the process runs
 */
enum by_what {
	BY_FIELD,
	BY_OBJECT,
	BY_EXE,
};

/**
 * struct by_program - what a process runs
 * @pid: the process
 * @comm: its name, which usually changes with what it runs
 * @path: what it runs
 */
struct by_program {
	u32 pid;
	u8 comm[16];
	char path[PATH_BYTES];
};

static bool refuse(const char *option, const char *name, size_t len)
{
	struct nearest nearest;
	size_t nr, i;
	struct field *fields = fields_list(&nr);
	char typed[64];

	snprintf(typed, sizeof(typed), "%.*s", (int)len, name);
	nearest_begin(&nearest, typed);
	nearest_offer(&nearest, "object");
	nearest_offer(&nearest, "exe");
	for (i = 0; i < nr; i++)
		nearest_offer(&nearest, fields[i].path);
	warnx("%s: unknown field '%s'%s%s%s; accepted: call object exe user container comm pid, or any field that ipctrace calls lists",
	      option, typed, nearest.name ? ", did you mean " : "",
	      nearest.name ?: "", nearest.name ? "?" : "");
	free(fields);
	return false;
}

static bool add_field(struct by *by, const char *option, const char *name,
		      size_t len)
{
	struct by_field *field = &by->fields[by->nr++];

	if (len == 6 && !memcmp(name, "object", 6))
		field->what = BY_OBJECT;
	else if (len == 3 && !memcmp(name, "exe", 3) &&
		 field_find(&field->field, name, len))
		field->what = BY_EXE;
	else if (field_find(&field->field, name, len) &&
		 field->field.type != FIELD_GROUP)
		field->what = BY_FIELD;
	else
		return refuse(option, name, len);
	return true;
}

/**
 * by_init() - get ready to name records
 * @by: out: to be given to by_free()
 * @option: the option whose value @names is, for messages
 * @names: fields, with commas between
 * @cgroups: names of cgroups; must outlive @by
 * @flags: BY_*
 *
 * Return: false, with a message, when there is no such field.
 */
bool by_init(struct by *by, const char *option, const char *names,
	     struct cgroups *cgroups, u32 flags)
{
	size_t len;

	*by = (struct by){
		.live = flags & BY_LIVE,
		.cgroups = cgroups,
		.decoded = malloc(sizeof(struct decoded)),
		.programs = calloc(NR_PROGRAMS, sizeof(struct by_program)),
	};
	if (!by->decoded || !by->programs) {
		warnx("no memory to count");
		return false;
	}
	if (!(flags & BY_NUMBERS)) {
		by->users = users_new();
		if (!by->users)
			return false;
	}
	for (;; names += len + 1) {
		len = strcspn(names, ",");
		if (by->nr == BY_MAX_FIELDS) {
			warnx("%s: more than %d fields", option, BY_MAX_FIELDS);
			return false;
		}
		if (!add_field(by, option, names, len))
			return false;
		if (!names[len])
			return true;
	}
}

/**
 * by_free() - undo by_init()
 * @by: initialised, or zeroed
 */
void by_free(struct by *by)
{
	free(by->decoded);
	free(by->programs);
	users_free(by->users);
}

/* ---- A part of a name ------------------------------------------------------- */

static size_t print_number(char *to, const struct field_value *value)
{
	return value->negative ?
	       sprintf(to, "%lld", (long long)value->number) :
	       sprintf(to, "%llu", (unsigned long long)value->number);
}

/* The name, or if there is none the number */
static size_t print_name(char *to, const char *name, u64 number)
{
	return name ? (size_t)snprintf(to, PART_BYTES, "%.64s", name) :
		      (size_t)sprintf(to, "%llu", (unsigned long long)number);
}

static size_t print_user(struct by *by, char *to, bool group, u32 id)
{
	bool named = by->users && cgroups_knows_users(by->cgroups);

	return print_name(to, named ? users_find(by->users, group, id) : NULL, id);
}

static size_t print_constant(char *to, const struct field *field,
			     const struct field_value *value)
{
	const struct ipct_constant *set = field_constants(field, value->kind);
	const char *name = set ? ipct_constant_name(set, value->number) : NULL;

	if (name)
		return print_name(to, name, 0);
	if (field->format == SCHEMA_KEY)
		return sprintf(to, "0x%08x", (u32)value->number);
	if (field->format == SCHEMA_MODE)
		return sprintf(to, "0%llo", (unsigned long long)value->number);
	return print_number(to, value);
}

static size_t print_value(struct by *by, char *to, const struct field *field,
			  const struct field_value *value)
{
	const char *name;
	char copy[65];

	switch (value->type) {
	case FIELD_TEXT:
		snprintf(copy, sizeof(copy), "%.*s",
			 (int)min_t(size_t, value->len, sizeof(copy) - 1),
			 value->text);
		return strlen(utf8_text(to, copy, strlen(copy)));
	case FIELD_TRUTH:
		return sprintf(to, "%s", value->number ? "true" : "false");
	case FIELD_NUMBER:
		break;
	default:
		return sprintf(to, "-");
	}
	if (field->meaning == FIELD_ERRNO) {
		name = ipct_errno_name(value->number, NULL);
		return print_name(to, name, value->number);
	}
	if (field->meaning == FIELD_NAMED)
		return print_user(by, to, field->format == SCHEMA_GROUP,
				  value->number);
	return print_constant(to, field, value);
}

/* A field and where it is printed, or the number itself */
struct printing {
	struct by *by;
	const struct field *field;
	char *to;
	size_t len;
	struct field_value value;
};

static bool print_first(void *context, const struct field_value *value)
{
	struct printing *printing = context;

	printing->value = *value;
	if (printing->to)
		printing->len = print_value(printing->by, printing->to,
					    printing->field, value);
	return true;
}

static size_t print_field(struct by *by, char *to, const struct field *field,
			  struct field_source *source)
{
	struct printing printing = { .by = by, .field = field, .to = to };

	if (!field_each(source, field, print_first, &printing))
		return sprintf(to, "-");
	return printing.len;
}

static size_t print_object(char *to, const struct ipctrace_call *call)
{
	const struct ipctrace_object *object = &call->object;
	u32 ipc_ns = ipct_object_ns(call);
	size_t len;

	if (!(call->header.flags & IPCTRACE_F_OBJECT))
		return sprintf(to, "-");
	len = sprintf(to, "%s %d ",
		      ipct_family_names[ipct_family_of(call->header.flags)],
		      object->id);
	len += object->key ? sprintf(to + len, "key=0x%x", (u32)object->key) :
			     sprintf(to + len, "private");
	if (ipc_ns != FIRST_IPC_NS)
		len += sprintf(to + len, " ipc_ns=%u", ipc_ns);
	return len;
}

/* A process of which only the name is known is in brackets, as in ps. */
static void look_at(struct by *by, struct by_program *program,
		    const struct ipctrace_call *call)
{
	char name[32], path[sizeof(program->path) / 3 - 1];
	char comm[UTF8_GROWTH * sizeof(call->comm) + 1];
	ssize_t len = -1;

	program->pid = call->tgid;
	memcpy(program->comm, call->comm, sizeof(program->comm));
	sprintf(name, "/proc/%u/exe", call->tgid);
	if (by->live)
		len = readlink(name, path, sizeof(path));
	if (len > 0)
		utf8_text(program->path, path, len);
	else
		sprintf(program->path, "[%s]",
			utf8_text(comm, call->comm, sizeof(call->comm)));
}

/* Some records say it, and that holds for those that follow. */
static size_t print_exe(struct by *by, char *to, const struct field *field,
			struct field_source *source)
{
	const struct ipctrace_call *call = (const void *)source->record;
	struct by_program *program = &by->programs[call->tgid % NR_PROGRAMS];
	struct printing printing = { .by = by, .field = field };

	if (field_each(source, field, print_first, &printing) &&
	    printing.value.type == FIELD_TEXT) {
		program->pid = call->tgid;
		memcpy(program->comm, call->comm, sizeof(program->comm));
		snprintf(program->path, sizeof(program->path), "%.*s",
			 (int)printing.value.len, printing.value.text);
	} else if (program->pid != call->tgid ||
		   memcmp(program->comm, call->comm, sizeof(program->comm))) {
		look_at(by, program, call);
	}
	strcpy(to, program->path);
	return strlen(to);
}

/**
 * by_key() - name of a record
 * @by: the fields
 * @record: of a call or an event, as long as its type demands
 * @key: out: the name, room for BY_KEY_BYTES
 *
 * Return: its length.
 */
size_t by_key(struct by *by, const struct ipctrace_header *record, char *key)
{
	const struct ipctrace_call *call = (const void *)record;
	struct field_source source;
	size_t len = 0;
	u32 i;

	if (!field_source_begin(&source, record, by->cgroups, by->decoded))
		return sprintf(key, "-");
	for (i = 0; i < by->nr; i++) {
		const struct by_field *field = &by->fields[i];

		if (i)
			key[len++] = ' ';
		switch (field->what) {
		case BY_FIELD:
			len += print_field(by, key + len, &field->field, &source);
			break;
		case BY_OBJECT:
			len += print_object(key + len, call);
			break;
		case BY_EXE:
			len += print_exe(by, key + len, &field->field, &source);
			break;
		}
	}
	key[len] = '\0';
	return len;
}

/**
 * by_number() - the value of a field that is a number
 * @by: with one field
 * @record: as for by_key()
 * @negative: out: it is below zero
 * @number: out: its 64 bits
 *
 * Return: false if it is not there, or not a number.
 */
bool by_number(struct by *by, const struct ipctrace_header *record,
	       bool *negative, u64 *number)
{
	struct printing printing = { .field = &by->fields[0].field };
	struct field_source source;

	if (!field_source_begin(&source, record, by->cgroups, by->decoded) ||
	    !field_each(&source, printing.field, print_first, &printing) ||
	    printing.value.type != FIELD_NUMBER)
		return false;
	*negative = printing.value.negative;
	*number = printing.value.number;
	return true;
}
