// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: sizes
 *
 * Numbers of bytes as people write them: 100M is 100 * 1024 * 1024.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"

static const char units[] = "KMGT";

/**
 * size_parse() - how many bytes somebody means
 * @text: digits, and perhaps one of K, M, G and T: powers of 1024
 * @bytes: out: how many, at least 1; meaningless on failure
 *
 * Return: false when it is not such a text.
 */
bool size_parse(const char *text, u64 *bytes)
{
	size_t digits = strspn(text, "0123456789");
	const char *unit = NULL;
	int shift = 0;

	if (text[digits]) {
		unit = strchr(units, text[digits]);
		if (!unit || text[digits + 1])
			return false;
		shift = 10 * (unit - units + 1);
	}
	errno = 0;
	*bytes = digits ? strtoull(text, NULL, 10) : 0;
	if (errno || !*bytes || *bytes > ~0ULL >> shift)
		return false;
	*bytes <<= shift;
	return true;
}

/**
 * size_text() - a number of bytes for people
 * @bytes: any number; a large one is written in K, M, G or T
 * @text: out: terminated; cut off where @room is short
 * @room: bytes of that
 *
 * Return: @text
 */
const char *size_text(u64 bytes, char *text, size_t room)
{
	double number = bytes;
	int unit = -1;

	for (; number >= 1024 && unit < 3; unit++)
		number /= 1024;
	if (unit < 0)
		snprintf(text, room, "%llu bytes", (unsigned long long)bytes);
	else
		snprintf(text, room, "%.1f %ciB", number, units[unit]);
	return text;
}
