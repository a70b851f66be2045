// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: output
 *
 * Records as lines: text through the renderer that the module has too, or one
 * JSON object a line, quoted by yajl. Lines gather in a buffer; the caller
 * flushes it before it waits, so that a program at the other end of a pipe
 * sees them live.
 *
 * Several hundred thousand records a second come through here: nothing is
 * allocated for a record, and numbers do not go through format strings.
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

/* yajl's output, a few bytes at a time */
static void append(void *context, const char *bytes, size_t len)
{
	struct output *output = context;

	if (len > sizeof(output->buf) - output->used)
		return;
	memcpy(output->buf + output->used, bytes, len);
	output->used += len;
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
		output->json = yajl_gen_alloc(NULL);
		if (!output->json)
			goto no_memory;
		yajl_gen_config(output->json, yajl_gen_print_callback, append,
				output);
	}
	return output;

no_memory:
	free(output);
	warnx("no memory for output");
	return NULL;
}

static void put_string(yajl_gen json, const char *string)
{
	yajl_gen_string(json, (const unsigned char *)string, strlen(string));
}

/* yajl's own integers are signed, and printed by way of a format string. */
static void put_number(yajl_gen json, u64 value, bool negative)
{
	char digits[24];
	char *end = digits + sizeof(digits), *p = end;

	do {
		*--p = '0' + value % 10;
		value /= 10;
	} while (value);
	if (negative)
		*--p = '-';
	yajl_gen_number(json, p, end - p);
}

static void put_value(yajl_gen json, const struct value *value)
{
	s64 number;

	if (value->name)
		put_string(json, value->name);
	switch (value->type) {
	case VALUE_NULL:
		yajl_gen_null(json);
		break;
	case VALUE_UNSIGNED:
		put_number(json, value->number, false);
		break;
	case VALUE_SIGNED:
		number = value->number;
		put_number(json, number < 0 ? -value->number : value->number,
			   number < 0);
		break;
	case VALUE_STRING:
		put_string(json, value->string);
		break;
	case VALUE_OPEN:
		yajl_gen_map_open(json);
		break;
	case VALUE_CLOSE:
		yajl_gen_map_close(json);
		break;
	}
}

static void put_json(yajl_gen json, const struct ipctrace_header *record)
{
	struct decoded decoded;
	size_t i;

	if (!decode_record(&decoded, record))
		return;
	yajl_gen_map_open(json);
	for (i = 0; i < decoded.nr; i++)
		put_value(json, &decoded.values[i]);
	yajl_gen_map_close(json);
	yajl_gen_reset(json, "\n");
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
		put_json(output->json, record);
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
	if (output->json)
		yajl_gen_free(output->json);
	free(output);
}
