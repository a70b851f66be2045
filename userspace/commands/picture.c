// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: picture
 *
 * Files that are there whole or not at all: they are written under another name
 * beside, and get theirs in the end. For their owner only, as captures are: what is in
 * those may be in them.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands/picture.h"

/**
 * picture_create() - begin a file
 * @picture: out: picture_close() is for it if that worked
 * @name: its name; "-" is standard output. Must outlive @picture
 *
 * Return: false, with a message, when that cannot be done.
 */
bool picture_create(struct picture *picture, const char *name)
{
	struct stat status;

	*picture = (struct picture){ STDOUT_FILENO, "standard output", NULL };
	if (!strcmp(name, "-"))
		return true;
	picture->name = name;
	if (!lstat(name, &status) && !S_ISREG(status.st_mode)) {
		warnx("%s: is there, and is no file", name);
		return false;
	}
	if (asprintf(&picture->temp, "%s.XXXXXX", name) < 0) {
		warnx("no memory for a name");
		return false;
	}
	picture->fd = mkostemp(picture->temp, O_CLOEXEC);
	if (picture->fd >= 0)
		return true;
	warn("%s: cannot be made", name);
	free(picture->temp);
	return false;
}

/**
 * picture_write() - go on writing it
 * @picture: from picture_create()
 * @bytes: what
 * @len: how much
 *
 * Return: false, with a message, when it cannot be written.
 */
bool picture_write(struct picture *picture, const void *bytes, size_t len)
{
	const char *at = bytes;
	ssize_t done;

	while (len) {
		done = write(picture->fd, at, len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			warn("%s: cannot be written", picture->name);
			return false;
		}
		at += done;
		len -= done;
	}
	return true;
}

/**
 * picture_close() - end it
 * @picture: from picture_create(); standard output is not closed
 * @good: it is whole. Else it is taken away, a message was given
 *
 * Return: @good, and whether it is there under its name; if not, with a message.
 */
bool picture_close(struct picture *picture, bool good)
{
	if (!picture->temp)
		return good;
	if ((close(picture->fd) && good) ||
	    (good && rename(picture->temp, picture->name))) {
		warn("%s: cannot be written", picture->name);
		good = false;
	}
	if (!good)
		unlink(picture->temp);
	free(picture->temp);
	return good;
}
