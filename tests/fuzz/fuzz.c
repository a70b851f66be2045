// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: fuzz
 *
 * What is expected of every line, whatever it was made of. Messages are put
 * together, so that the sanitizers see what they are made of, and dropped.
 */
#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <yajl/yajl_parse.h>

#include "capture/blocks_read.h"
#include "capture/xxh64.h"
#include "fuzz.h"

/* In place of the C library's. */
void warnx(const char *format, ...)
{
	static char message[8192];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
}

/**
 * fuzz_failed() - something did not hold: end, with a message
 * @file: where that was
 * @line: likewise
 * @condition: what should have held
 */
void fuzz_failed(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

/* Sequences of UTF-8 that a terminal may obey: from, to, of the same length */
static const struct {
	const char *from;
	const char *to;
} controls[] = {
	{ "\x01", "\x1f" },
	{ "\x7f", "\x7f" },
	{ "\xc2\x80", "\xc2\x9f" },		/* C1 */
	{ "\xd8\x9c", "\xd8\x9c" },		/* Arabic letter mark */
	{ "\xe2\x80\x8e", "\xe2\x80\x8f" },	/* left-to-right mark, and back */
	{ "\xe2\x80\xa8", "\xe2\x80\xae" },	/* separators, embeddings, overrides */
	{ "\xe2\x81\xa6", "\xe2\x81\xa9" },	/* isolates */
};

static bool has_controls(const char *line, size_t len)
{
	size_t i, n, bytes;

	for (i = 0; i < len; i++) {
		for (n = 0; n < ARRAY_SIZE(controls); n++) {
			bytes = strlen(controls[n].from);
			if (len - i >= bytes &&
			    memcmp(line + i, controls[n].from, bytes) >= 0 &&
			    memcmp(line + i, controls[n].to, bytes) <= 0)
				return true;
		}
	}
	return false;
}

/**
 * fuzz_is_json() - is it one object of JSON, in valid UTF-8, on one line, with
 * nothing that a terminal obeys?
 * @line: what is asked about
 * @len: its bytes
 */
bool fuzz_is_json(const char *line, size_t len)
{
	yajl_handle parser;
	bool good;

	if (len < 3 || line[0] != '{' || line[len - 1] != '\n' ||
	    has_controls(line, len - 1))
		return false;
	parser = yajl_alloc(NULL, NULL, NULL);
	good = yajl_parse(parser, (const u8 *)line, len) == yajl_status_ok &&
	       yajl_complete_parse(parser) == yajl_status_ok;
	yajl_free(parser);
	return good;
}

/**
 * fuzz_is_printable() - is it one line of characters that do nothing to a
 * terminal?
 * @line: what is asked about
 * @len: its bytes
 */
bool fuzz_is_printable(const char *line, size_t len)
{
	size_t i;

	for (i = 0; i + 1 < len; i++)
		if (line[i] < ' ' || line[i] > '~')
			return false;
	return len && line[len - 1] == '\n';
}

/* ---- Captures in blocks --------------------------------------------------------- */

static void right_block(u8 *at, size_t rest)
{
	struct ipctrace_capture_block block;
	u64 end;

	memcpy(&block, at, sizeof(block));
	end = sizeof(block) + (u64)block.facts.frame_bytes;
	if (end <= rest)
		block.frame_sum = xxh64_sum(at + sizeof(block),
					    block.facts.frame_bytes);
	block.sum = xxh64_sum(&block, offsetof(typeof(block), sum));
	memcpy(at, &block, sizeof(block));
}

static void right_index(u8 *at, size_t rest)
{
	struct ipctrace_capture_index index;

	memcpy(&index, at, sizeof(index));
	index.sum = 0;
	memcpy(at, &index, sizeof(index));
	index.sum = xxh64_sum(at, min_t(size_t, rest, 8ULL + index.frame.bytes));
	memcpy(at, &index, sizeof(index));
}

/**
 * fuzz_right_sums() - make sums right, wherever there may be one
 * @data: a capture in blocks, or anything
 * @size: bytes of it
 */
void fuzz_right_sums(u8 *data, size_t size)
{
	size_t at;

	for (at = 0; at + 8 <= size; at++) {
		if (!memcmp(data + at, IPCTRACE_CAPTURE_BLOCK_MAGIC, 8) &&
		    at >= 8 && size - at + 8 >= sizeof(struct ipctrace_capture_block))
			right_block(data + at - 8, size - at + 8);
		if (!memcmp(data + at, IPCTRACE_CAPTURE_INDEX_MAGIC, 8) &&
		    at >= 8 && size - at + 8 >= sizeof(struct ipctrace_capture_index))
			right_index(data + at - 8, size - at + 8);
	}
}
