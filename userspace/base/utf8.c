// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: utf8
 *
 * Names of processes and of directories may hold any bytes, and JSON may not.
 */
#include "base/utf8.h"

#define REPLACEMENT	"\xef\xbf\xbd"	/* U+FFFD */

static_assert(sizeof(REPLACEMENT) - 1 <= UTF8_GROWTH);

/**
 * utf8_next() - the character that a text begins with
 * @s: the text
 * @left: bytes of it, at least 1
 * @c: out: its code point
 *
 * Return: its length in bytes, 1 to 4; 0 where @s does not begin with a character
 * of UTF-8 (RFC 3629).
 */
size_t utf8_next(const void *s, size_t left, u32 *c)
{
	static const u32 smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const u8 *byte = s;
	size_t i, len;

	*c = byte[0];
	if (byte[0] < 0x80)
		return 1;
	if (byte[0] < 0xc0 || byte[0] > 0xf7)
		return 0;
	len = byte[0] < 0xe0 ? 2 : byte[0] < 0xf0 ? 3 : 4;
	if (len > left)
		return 0;
	*c = byte[0] & (0xff >> (len + 1));
	for (i = 1; i < len; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (byte[i] & 0x3f);
	}
	if (*c < smallest[len] || *c > 0x10ffff ||
	    (*c >= 0xd800 && *c <= 0xdfff))
		return 0;
	return len;
}

/**
 * utf8_is_control() - may a character change a terminal beyond its own place?
 * @c: code point
 *
 * The control characters (C0, DEL, C1), the separators of lines and paragraphs,
 * and the characters that change the direction of the text around them
 * (Bidi_Control of Unicode), which can make a name look like another.
 */
bool utf8_is_control(u32 c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x061c ||
	       c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
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
	u32 c;

	for (i = 0; i < size && bytes[i]; i += len ? len : 1) {
		len = utf8_next(bytes + i, size - i, &c);
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
