// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: nearest
 *
 * "Did you mean": the known name that a mistyped one is closest to.
 */
#include <string.h>

#include "base/nearest.h"

#define NAME_MAX_BYTES	32

/* How many characters to insert, drop or replace to turn @a into @b */
static unsigned int distance(const char *a, const char *b)
{
	size_t len = strlen(b), i, j;
	unsigned int row[NAME_MAX_BYTES + 1];

	for (j = 0; j <= len; j++)
		row[j] = j;
	for (i = 0; a[i]; i++) {
		unsigned int diagonal = row[0];

		row[0] = i + 1;
		for (j = 1; j <= len; j++) {
			unsigned int above = row[j];
			unsigned int best = diagonal + (a[i] != b[j - 1]);

			best = min_t(unsigned int, best, above + 1);
			row[j] = min_t(unsigned int, best, row[j - 1] + 1);
			diagonal = above;
		}
	}
	return row[len];
}

/**
 * nearest_begin() - look for the name that is closest to another
 * @nearest: out: nothing found yet
 * @name: what was typed; must outlive the search. Nothing is close to a name of 32
 *	bytes or more
 */
void nearest_begin(struct nearest *nearest, const char *name)
{
	size_t len = strlen(name);

	*nearest = (struct nearest){
		.typed = name,
		/* A third of it may be wrong. */
		.distance = len < NAME_MAX_BYTES ? len / 3 + 1 : 0,
	};
}

/**
 * nearest_offer() - a name that could have been meant
 * @nearest: its @name becomes this one when it is closer than those before, and
 *	close enough
 * @name: a name that is accepted; must outlive the search
 */
void nearest_offer(struct nearest *nearest, const char *name)
{
	unsigned int d;

	if (!nearest->distance || strlen(name) > NAME_MAX_BYTES)
		return;
	d = distance(nearest->typed, name);
	if (d >= nearest->distance + !nearest->name || d >= strlen(name))
		return;
	nearest->distance = d;
	nearest->name = name;
}
