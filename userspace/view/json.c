// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: json
 *
 * Records and rows as JSON, one object a line.
 *
 * A million records a second come through here. Nothing is allocated for a
 * record, numbers do not go through format strings, and yajl, which is slow with
 * names, writes a line only once for each shape: the text around the values is the
 * same for all records that have values of the same names, and is kept.
 */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "fields/decode.h"
#include "shared/called.h"
#include "shared/digits.h"
#include "shared/syscalls.h"
#include "view/json.h"
#include "view/sink.h"
#include "view/yajl.h"

/* Longer lines are rare and not kept. */
#define NR_SHAPES	256
#define SHAPE_WAYS	4	/* places where one may be */
#define SHAPE_VALUES	128
#define SHAPE_BYTES	2048
#define GAP_BYTES	16	/* text between values is copied in such pieces */

/* Callers, objects and calls; longer texts are rare and not kept. */
#define NR_KNOWN	64
#define KNOWN_BYTES	512
#define KEY_BYTES	CALLED_MAX_BYTES

/* Each byte of these may need 6; the rest of the line is for numbers and names. */
#define ROW_STRINGS_BYTES	(OUTPUT_LINE_BYTES / 8)

/**
 * struct shape - the text around the values of a line
 * @nr: number of values; 0: not made yet
 * @used: bytes in @text
 * @types: enum value_type of the values, those that are written alike as one
 * @value_at: where in @text they belong
 * @names: their names, compared as pointers
 * @text: a line without its values, and GAP_BYTES that may be read with it
 */
struct shape {
	u16 nr;
	u16 used;
	u8 types[SHAPE_VALUES];
	u16 value_at[SHAPE_VALUES];
	const char *names[SHAPE_VALUES];
	char text[SHAPE_BYTES + GAP_BYTES];
};

/**
 * struct known - a text that the next record may have, too
 * @key: bytes of the record that it was made of
 * @key_bytes: how many, 0: there is none
 * @text: the value, and for a caller or a call the names and values that follow it
 */
struct known {
	u8 key[KEY_BYTES];
	u16 key_bytes;
	char text[KNOWN_BYTES];
};

/**
 * struct json - the sink of JSON
 * @sink: what all sinks have
 * @gen: yajl's generator
 * @shapes: lines written before, by hash of their values' names
 * @callers: those of earlier records, by thread
 * @objects: their objects, by id
 * @calls: calls and their results, by their bytes
 */
struct json {
	struct sink sink;
	yajl_gen gen;
	struct shape shapes[NR_SHAPES];
	struct known callers[NR_KNOWN];
	struct known objects[NR_KNOWN];
	struct known calls[CALLED_PLACES];
};

static struct json *json_of(struct sink *sink)
{
	return (struct json *)sink;
}

/* yajl's output, a few bytes at a time */
static void take_json(void *context, const char *bytes, size_t len)
{
	output_put(context, bytes, len);
}

/* A value that is no string, of at most DIGITS_BYTES; returns where it ends. */
static char *write_plain(char *to, const struct value *value)
{
	u64 number = value->number;

	switch (value->type) {
	case VALUE_NULL:
		memcpy(to, "null", 4);
		return to + 4;
	case VALUE_SIGNED:
		if ((s64)number < 0) {
			*to++ = '-';
			number = -number;
		}
		return to + write_number(to, number, 10);
	case VALUE_UNSIGNED:
		return to + write_number(to, number, 10);
	case VALUE_BOOL:
		memcpy(to, number ? "true" : "false", 5);
		return to + (number ? 4 : 5);
	case VALUE_REAL:
		/* JSON has no infinity. */
		return to + (isfinite(value->real) ?
			     sprintf(to, "%.15g", value->real) :
			     sprintf(to, "null"));
	default:
		return to;
	}
}

/* Is this character of a name written to JSON as it is? */
static bool is_plain(char c)
{
	return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

/*
 * The rest of a name, in UTF-8. yajl writes control characters above 31 as they
 * are; a terminal obeys those of C1, and text can be made to run backwards.
 */
static void append_escaped(struct output *output, const char *s)
{
	size_t left = strlen(s), len;
	char escape[sizeof("\\u1234")];
	u32 c;

	for (; left; s += len, left -= len) {
		len = utf8_next(s, left, &c) ?: 1;
		if (c == '"' || c == '\\') {
			output_put(output, "\\", 1);
			output_put(output, s, 1);
		} else if (utf8_is_control(c)) {
			snprintf(escape, sizeof(escape), "\\u%04x", (u16)c);
			output_put(output, escape, strlen(escape));
		} else {
			output_put(output, s, len);
		}
	}
}

/* Most names need no escapes. */
static void append_string(struct output *output, const char *string)
{
	const char *s = string;

	while (is_plain(*s))
		s++;
	output_put(output, "\"", 1);
	output_put(output, string, s - string);
	append_escaped(output, s);
	output_put(output, "\"", 1);
}

static void append_value(struct output *output, const struct value *value)
{
	char text[DIGITS_BYTES];

	if (value->type == VALUE_STRING)
		append_string(output, value->string);
	else if (value->type == VALUE_KNOWN)
		output_put(output, value->string, strlen(value->string));
	else
		output_put(output, text, write_plain(text, value) - text);
}

static bool is_bracket(enum value_type type)
{
	return type >= VALUE_OPEN;
}

/* Let yajl write a name and a bracket. False for a value, which is to come. */
static bool put_bracket(yajl_gen gen, const struct value *value)
{
	if (value->name)
		yajl_put(gen, value->name);
	switch (value->type) {
	case VALUE_OPEN:
		yajl_gen_map_open(gen);
		return true;
	case VALUE_CLOSE:
		yajl_gen_map_close(gen);
		return true;
	case VALUE_LIST:
		yajl_gen_array_open(gen);
		return true;
	case VALUE_END:
		yajl_gen_array_close(gen);
		return true;
	default:
		return false;
	}
}

/*
 * Let yajl write a line at the end of the buffer, with 0 for each value, taken back at
 * once. With @shape, note where the values belong; without, put them there.
 */
static void write_line(struct json *json, const struct decoded *decoded,
		       struct shape *shape)
{
	struct output *output = &json->sink.output;
	yajl_gen gen = json->gen;
	size_t i, start = output->used;

	yajl_gen_map_open(gen);
	for (i = 0; i < decoded->nr; i++) {
		const struct value *value = &decoded->values[i];

		if (put_bracket(gen, value))
			continue;
		yajl_gen_number(gen, "0", 1);
		output->used--;
		if (shape)
			shape->value_at[i] = output->used - start;
		else
			append_value(output, value);
	}
	yajl_gen_map_close(gen);
	yajl_gen_reset(gen, "\n");
}

/* Shapes differ in the names of values and in whether they are brackets. */
static u8 shape_type(enum value_type type)
{
	return is_bracket(type) ? type : VALUE_NULL;
}

static void make_shape(struct json *json, const struct decoded *decoded,
		       struct shape *shape)
{
	struct output *output = &json->sink.output;
	size_t i, start = output->used;

	shape->nr = 0;
	write_line(json, decoded, shape);
	if (output->used - start <= SHAPE_BYTES) {
		shape->nr = decoded->nr;
		shape->used = output->used - start;
		memcpy(shape->text, output->buf + start, shape->used);
	}
	output->used = start;
	for (i = 0; i < decoded->nr; i++) {
		shape->names[i] = decoded->values[i].name;
		shape->types[i] = shape_type(decoded->values[i].type);
	}
}

/* More than @len bytes are read and written: there is room for them. */
static char *write_gap(char *to, const char *from, size_t len)
{
	size_t done;

	for (done = 0; done < len; done += GAP_BYTES)
		memcpy(to + done, from + done, GAP_BYTES);
	return to + len;
}

/* As append_string(), at @to. */
static char *write_string(struct output *output, char *to, const char *string)
{
	char *start = to;

	*to++ = '"';
	while (is_plain(*string))
		*to++ = *string++;
	if (!*string) {
		*to++ = '"';
		return to;
	}
	output->used = start - output->buf;
	append_string(output, string - (to - start - 1));
	return output->buf + output->used;
}

/* The line fits: output_room() has made room. */
static void append_line(struct output *output, const struct decoded *decoded,
			const struct shape *shape)
{
	char *to = output->buf + output->used;
	size_t i, at = 0;

	for (i = 0; i < decoded->nr; i++) {
		const struct value *value = &decoded->values[i];

		if (is_bracket(value->type))
			continue;
		to = write_gap(to, shape->text + at, shape->value_at[i] - at);
		if (value->type == VALUE_STRING)
			to = write_string(output, to, value->string);
		else if (value->type == VALUE_KNOWN)
			to = stpcpy(to, value->string);
		else
			to = write_plain(to, value);
		at = shape->value_at[i];
	}
	to = write_gap(to, shape->text + at, shape->used - at);
	output->used = to - output->buf;
}

static bool has_shape(const struct decoded *decoded, const struct shape *shape)
{
	size_t i;

	if (shape->nr != decoded->nr)
		return false;
	for (i = 0; i < decoded->nr; i++)
		if (shape->names[i] != decoded->values[i].name ||
		    shape->types[i] != shape_type(decoded->values[i].type))
			return false;
	return true;
}

/*
 * The hash need not tell all shapes apart, and the terms of a sum do not wait for each
 * other as those of a product would.
 */
static size_t hash_shape(const struct decoded *decoded)
{
	const struct value *value = decoded->values;
	u64 hash = decoded->nr;

	for (; value < decoded->values + decoded->nr; value++)
		hash += (uintptr_t)value->name;
	return hash * 0x9e3779b97f4a7c15 >> 32;
}

/*
 * The shape of a line, made if there is none. Two frequent shapes must not take turns
 * in one place, so each has several; the first is given up.
 */
static struct shape *find_shape(struct json *json,
				const struct decoded *decoded)
{
	struct shape *shapes = json->shapes, *shape;
	size_t hash = hash_shape(decoded), way;

	for (way = 0; way < SHAPE_WAYS; way++) {
		shape = &shapes[(hash + way) % NR_SHAPES];
		if (has_shape(decoded, shape))
			return shape;
		if (!shape->nr)
			break;
	}
	if (way == SHAPE_WAYS)
		shape = &shapes[hash % NR_SHAPES];
	make_shape(json, decoded, shape);
	return shape;
}

static void append_json(struct json *json, const struct decoded *decoded)
{
	struct shape *shape = NULL;

	if (decoded->nr <= SHAPE_VALUES)
		shape = find_shape(json, decoded);
	if (shape && shape->nr)
		append_line(&json->sink.output, decoded, shape);
	else
		write_line(json, decoded, NULL);
}

/* ---- Callers, objects and calls ------------------------------------------------ */

/**
 * struct place - where one of these is kept, if it is
 * @known: the text that is there
 * @key: bytes of the record
 * @called: likewise, for a call
 * @key_bytes: how many, 0: such a text is not kept
 */
struct place {
	struct known *known;
	union {
		u8 key[KEY_BYTES];
		struct called called;
	};
	u16 key_bytes;
};

#define CALLER_BEGIN	offsetof(struct ipctrace_call, cgroup)
#define CALLER_BYTES	(offsetof(struct ipctrace_call, object) - CALLER_BEGIN)

static_assert(CALLER_BYTES <= KEY_BYTES);

static void caller_place(struct json *json, const struct ipctrace_call *call,
			 struct place *place)
{
	place->known = &json->callers[call->tid % NR_KNOWN];
	place->key_bytes = CALLER_BYTES;
	memcpy(place->key, (const char *)call + CALLER_BEGIN, CALLER_BYTES);
}

/* The call, or the event, says to which family the object belongs. */
static void object_place(struct json *json, const struct ipctrace_call *call,
			 struct place *place)
{
	const u8 kind[] = {
		call->header.call,
		ipct_type_kind(call->header.type) == IPCT_TYPE_CALL ?
			0xff : ipct_family_of(call->header.flags),
	};

	place->known = &json->objects[((u32)call->object.id * 16 + kind[0]) %
				      NR_KNOWN];
	place->key_bytes = sizeof(call->object) + sizeof(kind);
	memcpy(place->key, &call->object, sizeof(call->object));
	memcpy(place->key + sizeof(call->object), kind, sizeof(kind));
}

static void called_at(struct json *json, const struct ipctrace_call *call,
		      struct place *place)
{
	place->key_bytes = called_of(&place->called, call, called_parts(call));
	if (place->key_bytes)
		place->known = &json->calls[called_place(&place->called,
							 place->key_bytes)];
}

static const char *known_at(const struct place *place)
{
	return place->key_bytes &&
	       place->known->key_bytes == place->key_bytes &&
	       !memcmp(place->known->key, place->key, place->key_bytes) ?
	       place->known->text : NULL;
}

/* In a list there are no names. */
static void append_name(struct output *output, const char *name)
{
	if (!name)
		return;
	output_put(output, "\"", 1);
	output_put(output, name, strlen(name));
	output_put(output, "\":", 2);
}

/* Values with their names, without the first name; returns where they begin. */
static size_t append_values(struct output *output, const struct value *values,
			    size_t nr)
{
	static const char brackets[] = {
		[VALUE_OPEN - VALUE_OPEN] = '{',
		[VALUE_CLOSE - VALUE_OPEN] = '}',
		[VALUE_LIST - VALUE_OPEN] = '[',
		[VALUE_END - VALUE_OPEN] = ']',
	};
	size_t i, begin = output->used;

	for (i = 0; i < nr; i++) {
		const struct value *value = &values[i];

		if (i && !value_closes(value)) {
			if (!value_opens(&values[i - 1]))
				output_put(output, ",", 1);
			append_name(output, value->name);
		}
		if (is_bracket(value->type))
			output_put(output, &brackets[value->type - VALUE_OPEN], 1);
		else
			append_value(output, value);
	}
	return begin;
}

/* A cgroup that has no name yet may get one. */
static bool may_change(const struct value *values, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (values[i].type == VALUE_NULL && values[i].name &&
		    !strcmp(values[i].name, "cgroup_path"))
			return true;
	return false;
}

static void keep(struct json *json, const struct place *place,
		 const struct value *values, size_t nr)
{
	struct output *output = &json->sink.output;
	struct known *known = place->known;
	size_t begin, len;

	if (may_change(values, nr))
		return;
	begin = append_values(output, values, nr);
	len = output->used - begin;
	output->used = begin;
	if (len >= KNOWN_BYTES)
		return;
	memcpy(known->text, output->buf + begin, len);
	known->text[len] = '\0';
	memcpy(known->key, place->key, place->key_bytes);
	known->key_bytes = place->key_bytes;
}

/* A record with a caller: what is known of it need not be decoded. */
static bool decode_caller(struct json *json, struct decoded *d,
			  const struct ipctrace_call *call)
{
	bool object = call->header.flags & IPCTRACE_F_OBJECT;
	struct place caller, called, place;

	caller_place(json, call, &caller);
	d->caller = known_at(&caller);
	called_at(json, call, &called);
	d->called = known_at(&called);
	d->object = NULL;
	if (object) {
		object_place(json, call, &place);
		d->object = known_at(&place);
	}
	if (!decode_known(d, &call->header, json->sink.cgroups))
		return false;
	if (d->caller_end)
		keep(json, &caller, d->values + d->caller_at,
		     d->caller_end - d->caller_at);
	if (called.key_bytes && d->called_end)
		keep(json, &called, d->values + d->called_at,
		     d->called_end - d->called_at);
	if (object && d->object_end)
		keep(json, &place, d->values + d->object_at,
		     d->object_end - d->object_at);
	return true;
}

static bool decode(struct json *json, struct decoded *decoded,
		   const struct ipctrace_header *record)
{
	if (record->len < sizeof(struct ipctrace_call))
		return decode_record(decoded, record, json->sink.cgroups);
	return decode_caller(json, decoded, (const void *)record);
}

static void json_record(struct sink *sink, const struct ipctrace_header *record,
			const struct sink_note *note)
{
	struct decoded decoded;
	size_t i;

	if (!decode(json_of(sink), &decoded, record))
		return;
	for (i = 0; note && i < note->nr && decoded.nr < DECODE_MAX_VALUES; i++)
		decoded.values[decoded.nr++] = note->values[i];
	append_json(json_of(sink), &decoded);
}

/* Names that together are too long for a line are null. */
static void json_row(struct sink *sink, const struct value *values)
{
	size_t i, len, left = ROW_STRINGS_BYTES;
	struct decoded decoded;

	decoded.nr = sink->nr_columns;
	for (i = 0; i < decoded.nr; i++) {
		decoded.values[i] = values[i];
		if (values[i].type != VALUE_STRING)
			continue;
		len = strlen(values[i].string);
		if (len > left)
			decoded.values[i].type = VALUE_NULL;
		else
			left -= len;
	}
	append_json(json_of(sink), &decoded);
}

static void json_named(struct sink *sink, const struct decoded *decoded)
{
	append_json(json_of(sink), decoded);
}

static void json_free(struct sink *sink)
{
	struct json *json = json_of(sink);

	if (json->gen)
		yajl_gen_free(json->gen);
	free(json);
}

static const struct sink_ops json_ops = {
	.record = json_record,
	.row = json_row,
	.values = json_named,
	.free = json_free,
};

/**
 * sink_json_new() - a sink of JSON lines
 *
 * Return: the sink, without its output, or NULL when memory is short.
 */
struct sink *sink_json_new(void)
{
	struct json *json = calloc(1, sizeof(*json));

	if (!json)
		return NULL;
	json->sink.ops = &json_ops;
	json->gen = yajl_gen_alloc(NULL);
	if (!json->gen) {
		json_free(&json->sink);
		return NULL;
	}
	yajl_gen_config(json->gen, yajl_gen_print_callback, take_json,
			&json->sink.output);
	return &json->sink;
}

static void put_value(yajl_gen gen, const struct value *value)
{
	char text[DIGITS_BYTES];

	if (put_bracket(gen, value))
		return;
	if (value->type == VALUE_STRING)
		yajl_put(gen, value->string);
	else
		yajl_gen_number(gen, text, write_plain(text, value) - text);
}

/**
 * json_values() - an object or an array, by itself
 * @to: out: JSON, terminated; "" where there is no room for all of it
 * @size: room
 * @values: a bracket, what is in it, and its end
 * @nr: how many these are
 *
 * Return: its length.
 */
size_t json_values(char *to, size_t size, const struct value *values, size_t nr)
{
	yajl_gen gen = yajl_gen_alloc(NULL);
	const unsigned char *text;
	size_t i, len = 0;

	*to = '\0';
	if (!gen)
		return 0;
	for (i = 0; i < nr; i++) {
		struct value value = values[i];

		if (!i)
			value.name = NULL;
		put_value(gen, &value);
	}
	yajl_gen_get_buf(gen, &text, &len);
	if (len >= size)
		len = 0;
	memcpy(to, text, len);
	to[len] = '\0';
	yajl_gen_free(gen);
	return len;
}
