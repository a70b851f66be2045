// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: rotate
 *
 * Captures one after the other: NAME.1, NAME.2 and so on, each whole. Earlier ones
 * count: numbers go on after the highest, and the oldest are removed first. The one
 * that is being written stays, however large it is.
 */
#define _GNU_SOURCE	/* asprintf() */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sizes.h"
#include "base/when.h"
#include "capture/rotate.h"

/**
 * rotation_limit() - when the next capture begins
 * @rotation: out: @max_bytes or @max_ns
 * @text: a time of at least a second, or a size of at least 4096 bytes
 *
 * Return: false when it is neither, or too small to be intended.
 */
bool rotation_limit(struct rotation *rotation, const char *text)
{
	if (when_duration(text, &rotation->max_ns))
		return rotation->max_ns >= 1000000000;
	return size_parse(text, &rotation->max_bytes) &&
	       rotation->max_bytes >= 4096;
}

static char *name_of(const struct rotation *rotation, u64 number)
{
	char *name;

	if (asprintf(&name, "%s.%llu", rotation->base,
		     (unsigned long long)number) >= 0)
		return name;
	warnx("no memory for a name");
	return NULL;
}

static bool remember(struct rotation *rotation, u64 number, u64 bytes)
{
	struct rotated *before = realloc(rotation->before,
					 (rotation->nr + 1) * sizeof(*before));

	if (!before) {
		warnx("no memory for %zu files", rotation->nr + 1);
		return false;
	}
	rotation->before = before;
	before[rotation->nr++] = (struct rotated){ number, bytes };
	rotation->total += bytes;
	return true;
}

/**
 * rotation_number() - the number that a name in the directory ends with
 * @name: any
 * @base: as for rotation_begin(), without the directory
 *
 * Return: 0 for a name that no rotation gives.
 */
u64 rotation_number(const char *name, const char *base)
{
	size_t len = strlen(base);
	const char *digits = name + len + 1;

	if (strncmp(name, base, len) || name[len] != '.' || *digits == '0' ||
	    !*digits || digits[strspn(digits, "0123456789")] ||
	    strlen(digits) > 18)
		return 0;
	return strtoull(digits, NULL, 10);
}

static int oldest_first(const void *a, const void *b)
{
	const struct rotated *one = a, *other = b;

	return one->number < other->number ? -1 : one->number > other->number;
}

static bool find_those_before(struct rotation *rotation, DIR *directory,
			      const char *base)
{
	const struct dirent *entry;
	struct stat status;
	u64 number;

	while ((entry = readdir(directory))) {
		number = rotation_number(entry->d_name, base);
		if (!number || fstatat(dirfd(directory), entry->d_name, &status,
				       AT_SYMLINK_NOFOLLOW) ||
		    !S_ISREG(status.st_mode))
			continue;
		if (!remember(rotation, number, status.st_size))
			return false;
		if (number > rotation->number)
			rotation->number = number;
	}
	if (rotation->nr)
		qsort(rotation->before, rotation->nr, sizeof(*rotation->before),
		      oldest_first);
	return true;
}

/**
 * rotation_begin() - look which captures there are
 * @rotation: limits, the rest zero; to be given to rotation_free(), even after a failure
 * @base: path without ".NUMBER"; must outlive @rotation
 *
 * Return: false, with a message, when the directory cannot be read.
 */
bool rotation_begin(struct rotation *rotation, const char *base)
{
	const char *slash = strrchr(base, '/');
	bool good = false;
	DIR *directory;

	rotation->base = base;
	rotation->path = slash ? strndup(base, slash - base + 1) : strdup(".");
	directory = rotation->path ? opendir(rotation->path) : NULL;
	if (directory)
		good = find_those_before(rotation, directory,
					 slash ? slash + 1 : base);
	else
		warn("%s: cannot be read", rotation->path ?: base);
	if (directory)
		closedir(directory);
	return good;
}

/**
 * rotation_may_go_on() - may the next one be made, and the oldest removed?
 * @rotation: from rotation_begin(); its directory decides
 *
 * To be called when the program has no more capabilities than it will have then.
 *
 * Return: false, with a message, if not.
 */
bool rotation_may_go_on(const struct rotation *rotation)
{
	if (!access(rotation->path, W_OK | X_OK))
		return true;
	warn("%s: no second file could be made here later, without capabilities",
	     rotation->path);
	return false;
}

/**
 * rotation_next() - the present capture is finished; go on to the next
 * @rotation: owns the name that is returned, until the next call
 * @bytes: size of the finished one; meaningless before the first
 * @now_ns: on any clock, the same as for rotation_due()
 *
 * Return: the name of the next; NULL, with a message, when memory is short.
 */
const char *rotation_next(struct rotation *rotation, u64 bytes, u64 now_ns)
{
	if (rotation->name && !remember(rotation, rotation->number, bytes))
		return NULL;
	free(rotation->name);
	rotation->begin_ns = now_ns;
	rotation->name = name_of(rotation, ++rotation->number);
	return rotation->name;
}

/**
 * rotation_due() - is it time for the next one?
 * @rotation: after rotation_next()
 * @bytes: size so far of the one that is being written
 * @now_ns: on the clock of rotation_next()
 */
bool rotation_due(const struct rotation *rotation, u64 bytes, u64 now_ns)
{
	return (rotation->max_bytes && bytes >= rotation->max_bytes) ||
	       (rotation->max_ns &&
		now_ns - rotation->begin_ns >= rotation->max_ns);
}

/**
 * rotation_prune() - remove the oldest captures while there are too many
 * @rotation: the capture that is being written always stays
 * @bytes: size so far of that one, which counts towards @max_total
 *
 * Return: false, with a message, when one cannot be removed.
 */
bool rotation_prune(struct rotation *rotation, u64 bytes)
{
	size_t gone = 0;
	char *name;

	while (gone < rotation->nr &&
	       ((rotation->keep && rotation->nr - gone + 1 > rotation->keep) ||
		(rotation->max_total &&
		 rotation->total + bytes > rotation->max_total))) {
		name = name_of(rotation, rotation->before[gone].number);
		if (!name)
			return false;
		if (unlink(name) && errno != ENOENT) {
			warn("%s: cannot be removed", name);
			free(name);
			return false;
		}
		free(name);
		rotation->total -= rotation->before[gone++].bytes;
	}
	rotation->nr -= gone;
	if (gone)
		memmove(rotation->before, rotation->before + gone,
			rotation->nr * sizeof(*rotation->before));
	return true;
}

/**
 * rotation_free() - undo rotation_begin()
 * @rotation: the files stay
 */
void rotation_free(struct rotation *rotation)
{
	free(rotation->path);
	free(rotation->name);
	free(rotation->before);
}
