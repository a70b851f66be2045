// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: cell
 *
 * A value as text in a column. Names may hold control characters that a terminal
 * obeys: these are written as in JSON.
 */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "view/cell.h"
#include "view/sink.h"

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
 * @value: the value, not a bracket
 *
 * Return: the number of characters, which is that of columns except for wide ones.
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
	case VALUE_REAL:
		return sprintf(text, "%.15g", value->real);
	default:
		return put_string(text, "-");
	}
}

/**
 * cell_duration() - a time with its unit, in three digits
 * @text: out: such as "94.5us"; room for 32 bytes
 * @ns: the time
 *
 * Return: the characters in it.
 */
u32 cell_duration(char *text, u64 ns)
{
	static const struct {
		u64 ns;
		const char *name;
	} units[] = {
		{ 1000000000, "s" }, { 1000000, "ms" }, { 1000, "us" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(units); i++) {
		double in_units = (double)ns / units[i].ns;

		/* 999.6us is 1.00ms */
		if (ns < units[i].ns - units[i].ns / 2000)
			continue;
		return sprintf(text, "%.*f%s", in_units < 9.995 ? 2 :
			       in_units < 99.95 ? 1 : 0, in_units, units[i].name);
	}
	return sprintf(text, "%lluns", (unsigned long long)ns);
}

/**
 * cell_size() - a number of bytes with its unit, in three digits
 * @text: out: such as "16.0K"; room for 32 bytes
 * @bytes: the number
 *
 * Return: the characters in it.
 */
u32 cell_size(char *text, u64 bytes)
{
	double in_units = bytes;
	const char *unit = "KMGTPE";

	if (bytes < 10000)
		return sprintf(text, "%llu", (unsigned long long)bytes);
	for (in_units /= 1024; in_units >= 999.5; unit++)
		in_units /= 1024;
	return sprintf(text, "%.*f%c", in_units < 9.995 ? 2 :
		       in_units < 99.95 ? 1 : 0, in_units, *unit);
}

/**
 * cell_of_column() - a value as people read it in its column
 * @text: out: as for cell_text()
 * @column: the column
 * @value: the value
 *
 * Return: as cell_text()
 */
u32 cell_of_column(char *text, const struct column *column,
		   const struct value *value)
{
	if (column->is_ns && value->type == VALUE_UNSIGNED)
		return cell_duration(text, value->number);
	if (column->is_bytes && value->type == VALUE_UNSIGNED)
		return cell_size(text, value->number);
	return cell_text(text, value);
}
