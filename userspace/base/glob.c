// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: glob
 *
 * Patterns as in shells: * for any bytes, including slashes, ? for one byte,
 * [abc], [a-z] and [!a-z] for one of these. Nothing quotes: [*] is a star. Time
 * grows with the product of the lengths, whatever the pattern is.
 */
#include "base/glob.h"

/* Length of the set at @pattern, 0 when it is not a set because it has no end. */
static size_t set_bytes(const char *pattern, size_t len)
{
	size_t i = 1;

	if (i < len && pattern[i] == '!')
		i++;
	/* The first may be a bracket itself. */
	for (i++; i < len; i++)
		if (pattern[i] == ']')
			return i + 1;
	return 0;
}

static bool in_set(const char *set, size_t bytes, u8 byte)
{
	size_t i = 1, end = bytes - 1;
	bool not = set[i] == '!', found = false;

	for (i += not; i < end; i++) {
		u8 low = set[i], high = low;

		if (i + 2 < end && set[i + 1] == '-') {
			high = set[i + 2];
			i += 2;
		}
		found = found || (byte >= low && byte <= high);
	}
	return found != not;
}

/* Length of the part of the pattern that matches a byte; 0 when it does not. */
static size_t matches_one(const char *pattern, size_t len, u8 byte)
{
	size_t set;

	if (!len || *pattern == '*')
		return 0;
	set = *pattern == '[' ? set_bytes(pattern, len) : 0;
	if (set)
		return in_set(pattern, set, byte) ? set : 0;
	return *pattern == '?' || (u8)*pattern == byte;
}

/**
 * glob_matches() - does a text match a pattern?
 * @pattern: see above; not terminated
 * @pattern_len: bytes of it; with 0 only an empty text matches
 * @text: any bytes, not terminated; the pattern is for the whole of it
 * @len: bytes of it
 */
bool glob_matches(const char *pattern, size_t pattern_len, const char *text,
		  size_t len)
{
	size_t p = 0, t = 0, used;
	size_t star_p = 0, star_t = 0;	/* after the last star, and where it ends */
	bool star = false;

	while (t < len) {
		used = matches_one(pattern + p, pattern_len - p, text[t]);
		if (used) {
			p += used;
			t++;
		} else if (p < pattern_len && pattern[p] == '*') {
			star = true;
			star_p = ++p;
			star_t = t;
		} else if (star) {
			p = star_p;
			t = ++star_t;
		} else {
			return false;
		}
	}
	while (p < pattern_len && pattern[p] == '*')
		p++;
	return p == pattern_len;
}
