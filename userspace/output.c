// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: output
 *
 * Records as lines: text through the renderer that the module has too, or one
 * JSON object a line, quoted by yajl. Lines gather in a buffer; the caller
 * flushes it before it waits, so that a program at the other end of a pipe
 * sees them live.
 *
 * A million records a second come through here. Nothing is allocated for a
 * record, numbers do not go through format strings, and yajl, which takes its
 * time over each name, writes a line only once for each shape: the text around
 * the values of a call is the same every time and is kept.
 */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yajl/yajl_gen.h>

#include "decode.h"
#include "output.h"
#include "text.h"

/* Room for any line; the longest JSON line is below half of it. */
#define LINE_MAX_BYTES	4096

static_assert(LINE_MAX_BYTES >= IPCT_TEXT_MAX_BYTES);

/* Lines of one shape differ in their values only: by call, and object or not. */
#define NR_SHAPES	(2 * IPCTRACE_NR_CALLS)
#define SHAPE_BYTES	1024

/**
 * struct shape - the text around the values of a line
 * @used: bytes in @text; 0: not made yet
 * @nr: number of values
 * @value_at: where in @text the values belong
 * @text: a line without its values
 */
struct shape {
	u16 used;
	u16 nr;
	u16 value_at[DECODE_MAX_VALUES];
	char text[SHAPE_BYTES];
};

/**
 * struct json - JSON writer
 * @gen: yajl's generator
 * @shapes: lines written before
 */
struct json {
	yajl_gen gen;
	struct shape shapes[NR_SHAPES];
};

static void append(struct output *output, const char *bytes, size_t len)
{
	if (len > sizeof(output->buf) - output->used)
		return;
	memcpy(output->buf + output->used, bytes, len);
	output->used += len;
}

/* yajl's output, a few bytes at a time */
static void take_json(void *context, const char *bytes, size_t len)
{
	append(context, bytes, len);
}

static struct json *json_new(struct output *output)
{
	struct json *json = calloc(1, sizeof(*json));

	if (!json)
		return NULL;
	json->gen = yajl_gen_alloc(NULL);
	if (!json->gen) {
		free(json);
		return NULL;
	}
	yajl_gen_config(json->gen, yajl_gen_print_callback, take_json, output);
	return json;
}

/**
 * output_new() - start writing
 * @fd: file descriptor; stays open
 * @json: JSON instead of text
 *
 * Return: the output, or NULL, with a message, when memory is short.
 */
struct output *output_new(int fd, bool json)
{
	struct output *output = malloc(sizeof(*output));

	if (!output)
		goto no_memory;
	output->fd = fd;
	output->json = NULL;
	output->state = OUTPUT_OK;
	output->used = 0;
	if (json) {
		output->json = json_new(output);
		if (!output->json)
			goto no_memory;
	}
	return output;

no_memory:
	free(output);
	warnx("no memory for output");
	return NULL;
}

static void put_string(yajl_gen gen, const char *string)
{
	yajl_gen_string(gen, (const unsigned char *)string, strlen(string));
}

static void append_number(struct output *output, u64 value, bool negative)
{
	char digits[24];
	char *end = digits + sizeof(digits), *p = end;

	do {
		*--p = '0' + value % 10;
		value /= 10;
	} while (value);
	if (negative)
		*--p = '-';
	append(output, p, end - p);
}

/* Most names need no escapes; yajl does the others. */
static void append_string(struct output *output, const char *string)
{
	const char *s = string;

	while ((unsigned char)*s >= ' ' && *s != '"' && *s != '\\')
		s++;
	if (*s) {
		put_string(output->json->gen, string);
		yajl_gen_reset(output->json->gen, NULL);
		return;
	}
	append(output, "\"", 1);
	append(output, string, s - string);
	append(output, "\"", 1);
}

static void append_value(struct output *output, const struct value *value)
{
	s64 number = value->number;

	switch (value->type) {
	case VALUE_NULL:
		append(output, "null", 4);
		break;
	case VALUE_UNSIGNED:
		append_number(output, value->number, false);
		break;
	case VALUE_SIGNED:
		append_number(output, number < 0 ? -value->number :
						   value->number, number < 0);
		break;
	case VALUE_STRING:
		append_string(output, value->string);
		break;
	case VALUE_OPEN:
	case VALUE_CLOSE:
		break;
	}
}

/*
 * Let yajl write the line at the end of the buffer, all values being 0, and
 * keep it without them.
 */
static void make_shape(struct output *output, const struct decoded *decoded,
		       struct shape *shape)
{
	yajl_gen gen = output->json->gen;
	size_t i, start = output->used;

	shape->nr = 0;
	yajl_gen_map_open(gen);
	for (i = 0; i < decoded->nr; i++) {
		const struct value *value = &decoded->values[i];

		if (value->name)
			put_string(gen, value->name);
		if (value->type == VALUE_OPEN) {
			yajl_gen_map_open(gen);
		} else if (value->type == VALUE_CLOSE) {
			yajl_gen_map_close(gen);
		} else {
			yajl_gen_number(gen, "0", 1);
			output->used--;
			shape->value_at[shape->nr++] = output->used - start;
		}
	}
	yajl_gen_map_close(gen);
	yajl_gen_reset(gen, "\n");
	shape->used = output->used - start;
	memcpy(shape->text, output->buf + start, shape->used);
	output->used = start;
}

static void append_line(struct output *output, const struct decoded *decoded,
			const struct shape *shape)
{
	size_t i, n = 0, at = 0;

	for (i = 0; i < decoded->nr; i++) {
		const struct value *value = &decoded->values[i];

		if (value->type == VALUE_OPEN || value->type == VALUE_CLOSE)
			continue;
		append(output, shape->text + at, shape->value_at[n] - at);
		append_value(output, value);
		at = shape->value_at[n++];
	}
	append(output, shape->text + at, shape->used - at);
}

/* Where the shape of a record is kept, NULL for rare ones. */
static struct shape *find_shape(struct json *json,
				const struct ipctrace_header *record)
{
	bool object = record->type == IPCTRACE_TYPE_CALL &&
		      record->flags & IPCTRACE_F_OBJECT;

	if (record->type == IPCTRACE_TYPE_LOST ||
	    record->call >= IPCTRACE_NR_CALLS)
		return NULL;
	return &json->shapes[record->call * 2 + object];
}

static void append_json(struct output *output,
			const struct ipctrace_header *record)
{
	struct shape *shape, rare = { };
	struct decoded decoded;

	if (!decode_record(&decoded, record))
		return;
	shape = find_shape(output->json, record);
	if (!shape)
		shape = &rare;
	if (!shape->used)
		make_shape(output, &decoded, shape);
	append_line(output, &decoded, shape);
}

/**
 * output_record() - add a record's line
 * @output: the output
 * @record: the record; types that are not known are skipped
 *
 * Return: the state of the output.
 */
enum output_state output_record(struct output *output,
				const struct ipctrace_header *record)
{
	if (output->json)
		append_json(output, record);
	else
		output->used += ipct_text_line(output->buf + output->used,
					       IPCT_TEXT_MAX_BYTES, record);
	if (sizeof(output->buf) - output->used < LINE_MAX_BYTES)
		return output_flush(output);
	return output->state;
}

static void wait_writable(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLOUT };

	poll(&pollfd, 1, -1);
}

/**
 * output_flush() - write the lines that have gathered
 * @output: the output
 *
 * Return: the state of the output.
 */
enum output_state output_flush(struct output *output)
{
	size_t done = 0;

	while (output->state == OUTPUT_OK && done < output->used) {
		ssize_t n = write(output->fd, output->buf + done,
				  output->used - done);

		if (n >= 0) {
			done += n;
		} else if (errno == EAGAIN) {
			wait_writable(output->fd);
		} else if (errno == EPIPE) {
			output->state = OUTPUT_CLOSED;
		} else if (errno != EINTR) {
			warn("cannot write output");
			output->state = OUTPUT_FAILED;
		}
	}
	output->used = 0;
	return output->state;
}

/**
 * output_free() - undo output_new()
 * @output: the output; what was not flushed is dropped
 */
void output_free(struct output *output)
{
	if (output->json) {
		yajl_gen_free(output->json->gen);
		free(output->json);
	}
	free(output);
}
