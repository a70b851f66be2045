// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: decode
 *
 * A record as a flat list of named values, independent of how they are
 * written. The names are those of the JSON output and will not change; the
 * arguments have their manual page names, from syscalls.def.
 */
#define _GNU_SOURCE	/* strerrorname_np() */
#include <stdio.h>
#include <string.h>

#include "decode.h"
#include "syscalls.h"

#define REPLACEMENT	"\xef\xbf\xbd"	/* U+FFFD */

static void add(struct decoded *d, const char *name, enum value_type type,
		u64 number)
{
	d->values[d->nr++] = (struct value){
		.name = name,
		.type = type,
		.number = number,
	};
}

static void add_unsigned(struct decoded *d, const char *name, u64 number)
{
	add(d, name, VALUE_UNSIGNED, number);
}

static void add_signed(struct decoded *d, const char *name, s64 number)
{
	add(d, name, VALUE_SIGNED, number);
}

static void add_null(struct decoded *d, const char *name)
{
	add(d, name, VALUE_NULL, 0);
}

static void add_string(struct decoded *d, const char *name, const char *string)
{
	d->values[d->nr++] = (struct value){
		.name = name,
		.type = VALUE_STRING,
		.string = string,
	};
}

/* What has no name is called by its number, which must not be the hot path. */
static const char *numbered(char *buf, const char *what, int number)
{
	snprintf(buf, DECODE_STRING_BYTES, "%s %d", what, number);
	return buf;
}

/* Bytes of the UTF-8 character at @s, of which @left are there; 0: not one. */
static size_t utf8_length(const u8 *s, size_t left)
{
	static const u32 smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t i, len;
	u32 c;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc0 || s[0] > 0xf7)
		return 0;
	len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (len > left)
		return 0;
	c = s[0] & (0xff >> (len + 1));
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < smallest[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	return len;
}

/* A name may hold any bytes; each that is not UTF-8 is replaced. */
static const char *utf8_comm(char *to, const u8 *comm, size_t size)
{
	static_assert(sizeof(((struct ipctrace_call *)0)->comm) * 3 <
		      DECODE_STRING_BYTES);
	size_t i, len, n = 0;

	for (i = 0; i < size && comm[i]; i += len ? len : 1) {
		len = utf8_length(comm + i, size - i);
		memcpy(to + n, len ? (const char *)comm + i : REPLACEMENT,
		       len ? len : strlen(REPLACEMENT));
		n += len ? len : strlen(REPLACEMENT);
	}
	to[n] = '\0';
	return to;
}

static void add_args(struct decoded *d, const struct ipct_syscall *row,
		     const u64 *args)
{
	unsigned int i;

	add(d, "args", VALUE_OPEN, 0);
	for (i = 0; row && i < row->nr_args; i++) {
		enum ipct_kind kind = row->args[i].kind;

		add(d, row->args[i].name,
		    ipct_kind_is_signed(kind) ? VALUE_SIGNED : VALUE_UNSIGNED,
		    ipct_arg_value(kind, args[i]));
	}
	add(d, NULL, VALUE_CLOSE, 0);
}

static const char *error_name(struct decoded *d, int error)
{
	const char *name = ipct_errno_name(error, NULL);

	if (!name)
		name = strerrorname_np(error);
	return name ? name : numbered(d->error, "errno", error);
}

static void add_object(struct decoded *d, const struct ipct_syscall *row,
		       const struct ipctrace_object *object)
{
	add(d, "object", VALUE_OPEN, 0);
	if (row)
		add_string(d, "kind", ipct_family_names[row->family]);
	else
		add_null(d, "kind");
	add_signed(d, "id", object->id);
	add_signed(d, "key", object->key);
	add_unsigned(d, "uid", object->uid);
	add_unsigned(d, "gid", object->gid);
	add_unsigned(d, "cuid", object->cuid);
	add_unsigned(d, "cgid", object->cgid);
	add_unsigned(d, "mode", object->mode);
	add_unsigned(d, "seq", object->seq);
	add(d, NULL, VALUE_CLOSE, 0);
}

static void add_result(struct decoded *d, const struct ipct_syscall *row,
		       const struct ipctrace_call *call)
{
	if (call->header.type == IPCTRACE_TYPE_MISSED) {
		add_null(d, "ret");
		add_null(d, "errno");
		add_null(d, "duration_ns");
		add_null(d, "object");
		return;
	}
	add_signed(d, "ret", call->ret);
	if (call->ret < 0 && call->ret >= -4095)
		add_string(d, "errno", error_name(d, -call->ret));
	else
		add_null(d, "errno");
	add_unsigned(d, "duration_ns", call->duration_ns);
	if (call->header.flags & IPCTRACE_F_OBJECT)
		add_object(d, row, &call->object);
	else
		add_null(d, "object");
}

static void add_caller(struct decoded *d, const struct ipctrace_call *call)
{
	add_unsigned(d, "pid", call->tgid);
	add_unsigned(d, "tid", call->tid);
	add_unsigned(d, "ppid", call->ppid);
	add_string(d, "comm",
		   utf8_comm(d->comm, call->comm, sizeof(call->comm)));
	add_unsigned(d, "uid", call->uid);
	add_unsigned(d, "gid", call->gid);
	add_unsigned(d, "loginuid", call->loginuid);
	add_unsigned(d, "ipc_ns", call->ipc_ns);
	add_unsigned(d, "cgroup", call->cgroup);
}

static void decode_call(struct decoded *d, const struct ipctrace_call *call)
{
	const struct ipct_syscall *row = NULL;

	if (call->header.call < IPCTRACE_NR_CALLS)
		row = &ipct_syscalls[call->header.call];
	add_string(d, "type", call->header.type == IPCTRACE_TYPE_MISSED ?
			      "missed" : "call");
	add_unsigned(d, "time_ns", call->header.time_ns);
	add_unsigned(d, "cpu", call->header.cpu);
	add_caller(d, call);
	add_string(d, "abi", call->header.abi <= IPCTRACE_ABI_MAX ?
			     ipct_abi_names[call->header.abi] :
			     numbered(d->abi, "abi", call->header.abi));
	add_string(d, "call", row ? row->name :
			      numbered(d->number, "call", call->header.call));
	add_args(d, row, call->args);
	add_result(d, row, call);
}

static void decode_lost(struct decoded *d, const struct ipctrace_lost *lost)
{
	add_string(d, "type", "lost");
	add_unsigned(d, "time_ns", lost->header.time_ns);
	add_unsigned(d, "cpu", lost->header.cpu);
	add_unsigned(d, "count", lost->count);
}

/**
 * decode_record() - take a record apart
 * @decoded: out: its values
 * @record: the record, header.len bytes of it readable, 8-byte aligned; must
 *	outlive @decoded
 *
 * Return: false for a record of an unknown type, or too short for its type.
 */
bool decode_record(struct decoded *decoded,
		   const struct ipctrace_header *record)
{
	decoded->nr = 0;
	switch (record->type) {
	case IPCTRACE_TYPE_CALL:
	case IPCTRACE_TYPE_MISSED:
		if (record->len < sizeof(struct ipctrace_call))
			return false;
		decode_call(decoded, (const void *)record);
		return true;
	case IPCTRACE_TYPE_LOST:
		if (record->len < sizeof(struct ipctrace_lost))
			return false;
		decode_lost(decoded, (const void *)record);
		return true;
	default:
		return false;
	}
}
