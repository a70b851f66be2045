/* SPDX-License-Identifier: GPL-2.0 */
/* Files for captures; see create.c. */
#ifndef _IPCTRACE_CAPTURE_CREATE_H
#define _IPCTRACE_CAPTURE_CREATE_H

#include "shared/portable.h"

/**
 * struct capture_file - a file that a capture is written to
 * @fd: open for writing
 * @name: its name, for messages
 */
struct capture_file {
	int fd;
	const char *name;
};

bool capture_is_terminal(const char *name);
bool capture_is_read(const char *name, int fd);
bool capture_create(struct capture_file *file, const char *name);
bool capture_close_file(struct capture_file *file, bool good);

#endif /* _IPCTRACE_CAPTURE_CREATE_H */
