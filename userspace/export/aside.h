/* SPDX-License-Identifier: GPL-2.0 */
/* Files that get their name when they are whole; see aside.c. */
#ifndef _IPCTRACE_ASIDE_H
#define _IPCTRACE_ASIDE_H

#include "shared/portable.h"

/**
 * struct aside - a file, or a directory, that is being written
 * @name: what it is to be called
 * @path: what it is called until then; NULL: it is written where it is. Of a directory
 *	it is for whoever writes to make
 * @beside: the directory that a directory is made in
 * @fd: open for writing; -1: of a directory
 */
struct aside {
	const char *name;
	char *path;
	char *beside;
	int fd;
};

bool aside_open(struct aside *aside, const char *name, bool directory);
bool aside_close(struct aside *aside, bool good);

#endif /* _IPCTRACE_ASIDE_H */
