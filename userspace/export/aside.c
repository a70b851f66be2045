// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: aside
 *
 * Files that get their name when they are whole. Until then they are beside it, under
 * another: so where the disk is full, or somebody interrupts it, nothing half is found
 * under the name that was asked for, and what was there before is there still. They are
 * for their owner only: payload may be in them.
 */
#define _GNU_SOURCE	/* asprintf() */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export/aside.h"

/* What a signal is to remove: one at a time is written. */
static char *unfinished;

static void remove_unfinished(int number)
{
	if (unfinished)
		unlink(unfinished);
	signal(number, SIG_DFL);
	raise(number);
}

/*
 * A file that has grown to its limit is one that cannot be written, as others are. What
 * is ignored stays so: a shell's background jobs have nothing to do with ^C.
 */
static void mind_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (signal(numbers[i], remove_unfinished) == SIG_IGN)
			signal(numbers[i], SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

static bool say(const struct aside *aside, const char *what)
{
	warn("%s: %s", aside->name, what);
	return false;
}

static bool open_beside(struct aside *aside)
{
	if (asprintf(&aside->path, "%s.XXXXXX", aside->name) < 0) {
		aside->path = NULL;
		return say(aside, "no memory for a name");
	}
	aside->fd = mkostemp(aside->path, O_CLOEXEC);
	if (aside->fd >= 0)
		return true;
	free(aside->path);
	aside->path = NULL;
	return say(aside, "cannot be made");
}

/* In a directory of its own, since some want to make it themselves */
static bool open_directory(struct aside *aside)
{
	if (asprintf(&aside->beside, "%s.XXXXXX", aside->name) < 0) {
		aside->beside = NULL;
		return say(aside, "no memory for a name");
	}
	if (!mkdtemp(aside->beside)) {
		free(aside->beside);
		aside->beside = NULL;
		return say(aside, "cannot be made");
	}
	umask(077);
	if (asprintf(&aside->path, "%s/trace", aside->beside) >= 0)
		return true;
	aside->path = NULL;
	return say(aside, "no memory for a name");
}

/* What is no file, as /dev/null, must not be taken away. */
static bool open_there(struct aside *aside)
{
	aside->fd = open(aside->name, O_WRONLY | O_CLOEXEC);
	return aside->fd >= 0 || say(aside, "cannot be opened");
}

/**
 * aside_open() - begin to write
 * @aside: out: aside_close() is for it
 * @name: what it is to be called in the end; "-" is standard output, of a file
 * @directory: it is to be a directory, which must not be there yet
 *
 * Return: false, with a message, when that cannot be done.
 */
bool aside_open(struct aside *aside, const char *name, bool directory)
{
	struct stat status;
	bool there = !stat(name, &status);

	*aside = (struct aside){ .name = name, .fd = -1 };
	mind_signals();
	if (!directory && !strcmp(name, "-")) {
		aside->name = "standard output";
		aside->fd = STDOUT_FILENO;
		return true;
	}
	if (there && (directory || S_ISDIR(status.st_mode))) {
		warnx("%s: is there already", name);
		return false;
	}
	if (there && !S_ISREG(status.st_mode))
		return open_there(aside);
	if (directory)
		return open_directory(aside) || aside_close(aside, false);
	if (!open_beside(aside))
		return false;
	unfinished = aside->path;
	return true;
}

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* What could not be written when it was said so may be said here. */
static bool is_written(const struct aside *aside)
{
	struct stat status;

	if (aside->fd < 0 || fstat(aside->fd, &status) || !S_ISREG(status.st_mode))
		return true;
	return !fsync(aside->fd) || errno == EINVAL;
}

/**
 * aside_close() - give it its name, or remove it
 * @aside: from aside_open()
 * @good: all was written; false: a message was given
 *
 * Return: false, with a message if @good, when it has not got its name.
 */
bool aside_close(struct aside *aside, bool good)
{
	bool written = is_written(aside);

	if (aside->fd >= 0 && aside->fd != STDOUT_FILENO)
		written = !close(aside->fd) && written;
	if (good && !written)
		good = say(aside, "cannot be written");
	if (good && aside->path && rename(aside->path, aside->name))
		good = say(aside, "cannot be given its name");
	if (aside->beside)
		nftw(aside->beside, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	else if (!good && aside->path)
		unlink(aside->path);
	unfinished = NULL;
	free(aside->beside);
	free(aside->path);
	return good;
}
