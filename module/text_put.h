/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writing into a line of text, for text.c and text_args.c only.
 *
 * Numbers are put together here and not by scnprintf(): lines are what a
 * reader spends its time on, and format strings cost several times as much.
 */
#ifndef _IPCT_TEXT_PUT_H
#define _IPCT_TEXT_PUT_H

#include "portable.h"

/**
 * struct text - a line that is being written
 * @buf: where to
 * @size: room; what does not fit is dropped
 * @len: bytes written
 */
struct text {
	char *buf;
	size_t size;
	size_t len;
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

/* Of a literal the length is known here. */
static __always_inline void put(struct text *t, const char *s)
{
	put_bytes(t, s, strlen(s));
}

/* At least @width digits, filled with @fill. */
static inline void put_digits(struct text *t, u64 value, unsigned int base,
			      int width, char fill)
{
	char digits[24];
	int n = sizeof(digits);

	/* Division by a constant is a multiplication: hence three loops. */
	if (base == 10) {
		do {
			digits[--n] = '0' + value % 10;
			value /= 10;
		} while (value);
	} else if (base == 16) {
		do {
			digits[--n] = "0123456789abcdef"[value % 16];
			value /= 16;
		} while (value);
	} else {
		do {
			digits[--n] = '0' + value % 8;
			value /= 8;
		} while (value);
	}
	width -= sizeof(digits) - n;
	for (; width > 0; width--)
		put_char(t, fill);
	put_bytes(t, digits + n, sizeof(digits) - n);
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

static inline void put_seconds(struct text *t, u64 ns, int width)
{
	u64 seconds = ns / 1000000000;	/* by a constant: no libgcc call */

	put_digits(t, seconds, 10, width, ' ');
	put_char(t, '.');
	put_digits(t, ns - seconds * 1000000000, 10, 9, '0');
}

static inline void put_named(struct text *t, const char *name, u64 value)
{
	put_char(t, ' ');
	put(t, name);
	put_char(t, '=');
	put_unsigned(t, value);
}

#endif /* _IPCT_TEXT_PUT_H */
