/* SPDX-License-Identifier: GPL-2.0 */
/* Files that are there whole or not at all; see picture.c. */
#ifndef _IPCTRACE_PICTURE_H
#define _IPCTRACE_PICTURE_H

#include "shared/portable.h"

/**
 * struct picture - a file that is being written
 * @fd: open for writing
 * @name: its name, for messages
 * @temp: what it is called until it is whole; NULL: it is standard output
 */
struct picture {
	int fd;
	const char *name;
	char *temp;
};

bool picture_create(struct picture *picture, const char *name);
bool picture_write(struct picture *picture, const void *bytes, size_t len);
bool picture_close(struct picture *picture, bool good);

#endif /* _IPCTRACE_PICTURE_H */
