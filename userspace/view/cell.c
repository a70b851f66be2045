// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: cell
 *
 * A value as text in a column. Names may hold what a terminal obeys: that is
 * written as JSON has it.
 */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "view/cell.h"

#define ESCAPE_BYTES	sizeof("\\u1234")

/* Returns the characters written. */
static u32 put_string(char *to, const char *string)
{
	const char *end = to + CELL_BYTES - ESCAPE_BYTES;
	size_t left = strlen(string), len;
	u32 c, width = 0;

	for (; left && to < end; string += len, left -= len) {
		len = utf8_next(string, left, &c) ?: 1;
		if (utf8_is_control(c)) {
			to += sprintf(to, "\\u%04x", (u16)c);
			width += ESCAPE_BYTES - 1;
		} else {
			memcpy(to, string, len);
			to += len;
			width++;
		}
	}
	*to = '\0';
	return width;
}

/**
 * cell_text() - a value as people read it
 * @text: out: room for CELL_BYTES
 * @value: the value, no bracket
 *
 * Return: the characters in it, as many as a terminal has columns for them but
 * for wide ones.
 */
u32 cell_text(char *text, const struct value *value)
{
	switch (value->type) {
	case VALUE_STRING:
		return put_string(text, value->string);
	case VALUE_UNSIGNED:
		return sprintf(text, "%llu", (unsigned long long)value->number);
	case VALUE_SIGNED:
		return sprintf(text, "%lld", (long long)value->number);
	case VALUE_BOOL:
		return put_string(text, value->number ? "yes" : "no");
	default:
		return put_string(text, "-");
	}
}
