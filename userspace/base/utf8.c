// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: utf8
 *
 * Names of processes and of directories may hold any bytes, and JSON may not.
 */
#include "base/utf8.h"

#define REPLACEMENT	"\xef\xbf\xbd"	/* U+FFFD */

static_assert(sizeof(REPLACEMENT) - 1 <= UTF8_GROWTH);

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

/**
 * utf8_text() - a name, with each byte that is not UTF-8 replaced
 * @to: out: the name, room for UTF8_GROWTH * @size + 1
 * @from: the name, up to the first NUL
 * @size: bytes of it, at most
 *
 * Return: @to.
 */
const char *utf8_text(char *to, const void *from, size_t size)
{
	const u8 *bytes = from;
	size_t i, len, n = 0;

	for (i = 0; i < size && bytes[i]; i += len ? len : 1) {
		len = utf8_length(bytes + i, size - i);
		if (len == 1) {
			to[n++] = bytes[i];
			continue;
		}
		memcpy(to + n, len ? (const char *)bytes + i : REPLACEMENT,
		       len ? len : strlen(REPLACEMENT));
		n += len ? len : strlen(REPLACEMENT);
	}
	to[n] = '\0';
	return to;
}
