/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writing into a line of text, for those who make them: text.c, text_args.c, and the
 * reader's strace.c.
 *
 * Numbers are written here and not by scnprintf(): a reader spends its time on
 * lines, and format strings cost several times as much. For the same reason room is
 * checked once for everything that is known to be short; only where the line may be
 * cut off is it written byte by byte.
 */
#ifndef _IPCT_TEXT_PUT_H
#define _IPCT_TEXT_PUT_H

#include "digits.h"
#include "text_style.h"

/**
 * struct text - a line that is being written
 * @buf: where to
 * @size: room; what does not fit is dropped
 * @len: bytes written
 * @style: what is different, or NULL
 * @numbers: users and groups are numbers here, whatever their names
 * @parts: types of the parts that the record has, by bit
 */
struct text {
	char *buf;
	size_t size;
	size_t len;
	const struct ipct_text_style *style;
	bool numbers;
	u32 parts;
};

static inline void put_char(struct text *t, char c)
{
	if (t->len < t->size)
		t->buf[t->len++] = c;
}

static inline void put_bytes(struct text *t, const char *bytes, size_t n)
{
	if (n > t->size - t->len)
		n = t->size - t->len;
	memcpy(t->buf + t->len, bytes, n);
	t->len += n;
}

/* The length of a literal is known at compile time. */
static __always_inline void put(struct text *t, const char *s)
{
	put_bytes(t, s, strlen(s));
}

/* ---- Numbers, as far as there is room ------------------------------------- */

#define PUT_MAX_WIDTH	8

/* At least @width digits, up to PUT_MAX_WIDTH, filled with @fill. */
static __always_inline void put_digits(struct text *t, u64 value,
				       unsigned int base, int width, char fill)
{
	int n = number_digits(value, base);
	char digits[DIGITS_BYTES];

	if (likely(t->size - t->len >= PUT_MAX_WIDTH + DIGITS_BYTES)) {
		for (width -= n; width > 0; width--)
			t->buf[t->len++] = fill;
		write_digits(t->buf + t->len, value, base, n);
		t->len += n;
		return;
	}
	for (width -= n; width > 0; width--)
		put_char(t, fill);
	write_digits(digits, value, base, n);
	put_bytes(t, digits, n);
}

static inline void put_unsigned(struct text *t, u64 value)
{
	put_digits(t, value, 10, 1, '0');
}

static inline void put_signed(struct text *t, s64 value)
{
	if (value < 0)
		put_char(t, '-');
	put_unsigned(t, value < 0 ? -(u64)value : (u64)value);
}

static inline void put_hex(struct text *t, u64 value)
{
	put(t, "0x");
	put_digits(t, value, 16, 1, '0');
}

static inline void put_octal(struct text *t, u64 value, int width)
{
	put_digits(t, value, 8, width, '0');
}

/* With nine digits behind the point */
static inline void put_seconds(struct text *t, u64 ns, int width)
{
	u32 rest;
	u64 seconds = div_u64_rem(ns, 1000000000, &rest);
	char fraction[10];

	put_digits(t, seconds, 10, width, ' ');
	if (likely(t->size - t->len >= sizeof(fraction))) {
		t->buf[t->len] = '.';
		write_decimal(t->buf + t->len + 1, rest, 9);
		t->len += sizeof(fraction);
		return;
	}
	fraction[0] = '.';
	write_decimal(fraction + 1, rest, 9);
	put_bytes(t, fraction, sizeof(fraction));
}

/* A space, the name, which is a literal, an equals sign, the number */
static __always_inline void put_named(struct text *t, const char *name,
				      u64 value)
{
	size_t n = strlen(name);
	char *to = t->buf + t->len;

	if (likely(t->size - t->len >= n + 2 + DIGITS_BYTES)) {
		to[0] = ' ';
		memcpy(to + 1, name, n);
		to[n + 1] = '=';
		t->len += n + 2 + write_number(to + n + 2, value, 10);
		return;
	}
	put_char(t, ' ');
	put(t, name);
	put_char(t, '=');
	put_unsigned(t, value);
}

/* ---- Where the line has a style --------------------------------------------- */

static inline void put_paint(struct text *t, enum ipct_paint paint)
{
	if (unlikely(t->style) && t->style->paint)
		put(t, t->style->paint[paint]);
}

static inline void put_time(struct text *t, u64 ns, bool line)
{
	char time[IPCT_TIME_MAX_BYTES];

	if (unlikely(t->style) && t->style->time)
		put_bytes(t, time, t->style->time(t->style, time, ns, line));
	else
		put_seconds(t, ns, line ? 6 : 1);
}

static inline const char *name_of(const struct text *t, bool group, u32 id)
{
	if (likely(!t->style) || !t->style->name || t->numbers)
		return NULL;
	return t->style->name(t->style, group, id);
}

/* A user or a group; the name of the value is a literal. */
static __always_inline void put_owned(struct text *t, const char *name,
				      bool group, u32 id)
{
	const char *owner = name_of(t, group, id);

	if (likely(!owner)) {
		put_named(t, name, id);
		return;
	}
	put_char(t, ' ');
	put(t, name);
	put_char(t, '=');
	put(t, owner);
}

#endif /* _IPCT_TEXT_PUT_H */
