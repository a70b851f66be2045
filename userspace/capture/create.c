// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: capture_create
 *
 * Files for captures: only their owner may read them, since payload may be in them. In
 * a directory with the set-group-ID bit the group may read them as well: the service
 * has such a directory, for those who may read the device.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/create.h"

/**
 * capture_is_terminal() - would a capture go to a terminal?
 * @name: as for capture_create()
 *
 * Return: true, with a message, when it would.
 */
bool capture_is_terminal(const char *name)
{
	if (strcmp(name, "-") || !isatty(STDOUT_FILENO))
		return false;
	warnx("records are not text: let standard output be a file or a pipe");
	return true;
}

/**
 * capture_is_read() - is the file to be written the one that is being read?
 * @name: as for capture_create()
 * @fd: open for reading; only a regular file can be meant
 *
 * Return: true, with a message, when it is: its content would be gone.
 */
bool capture_is_read(const char *name, int fd)
{
	struct stat to, from;

	if (fstat(fd, &from) || !S_ISREG(from.st_mode) ||
	    (strcmp(name, "-") ? stat(name, &to) : fstat(STDOUT_FILENO, &to)) ||
	    to.st_dev != from.st_dev || to.st_ino != from.st_ino)
		return false;
	warnx("%s: is to be read, so it cannot be written", name);
	return true;
}

/* In such a directory a new file has the directory's group, whoever makes it. */
static mode_t mode_in(const char *name)
{
	const char *slash = strrchr(name, '/');
	char *path = slash ? strndup(name, slash - name + 1) : strdup(".");
	struct stat status;
	mode_t mode = 0600;

	if (path && !stat(path, &status) && status.st_mode & S_ISGID)
		mode = 0640;
	free(path);
	return mode;
}

/**
 * capture_create() - begin a file anew
 * @file: out: open for writing; a file is empty; only its owner may read a new one, or
 *	also its group if the directory has the set-group-ID bit
 * @name: path; must outlive @file; "-" is standard output. A symbolic link is
 *	refused
 *
 * Return: false, with a message, when that cannot be done.
 */
bool capture_create(struct capture_file *file, const char *name)
{
	*file = (struct capture_file){ STDOUT_FILENO, "standard output" };
	if (!strcmp(name, "-"))
		return true;
	file->name = name;
	/* Else a link that others put there could have another file overwritten. */
	file->fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC |
			O_NOFOLLOW, mode_in(name));
	if (file->fd >= 0)
		return true;
	if (errno == ELOOP)
		warnx("%s: is a symbolic link, which may be somebody else's; name the file itself",
		      name);
	else
		warn("%s: cannot be opened", name);
	return false;
}

/**
 * capture_close_file() - undo capture_create()
 * @file: from capture_create(); standard output is not closed
 * @good: false when writing has failed and a message was given
 *
 * Return: false, with a message if @good, when it could not be written.
 */
bool capture_close_file(struct capture_file *file, bool good)
{
	if (file->fd == STDOUT_FILENO || !close(file->fd))
		return good;
	if (good)
		warn("%s: cannot be written", file->name);
	return false;
}
