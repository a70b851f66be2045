/* SPDX-License-Identifier: GPL-2.0 */
/* What is said on standard error, for tests of messages. */
#ifndef _IPCTRACE_UNIT_MESSAGES_H
#define _IPCTRACE_UNIT_MESSAGES_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/**
 * struct unit_messages - where standard error goes, until the test ends
 * @fd: the file
 * @text: what messages_take() gave last
 */
struct unit_messages {
	int fd;
	char text[4096];
};

/* The harness is to have TH_LOG_STREAM stdout. */
static inline bool messages_begin(struct unit_messages *messages)
{
	messages->fd = memfd_create("messages", 0);
	setlinebuf(stdout);
	return messages->fd >= 0 && dup2(messages->fd, STDERR_FILENO) >= 0;
}

/*
 * What was said since the last call, after the name of the capture, which has to be
 * "it". It has to be one line; "" for none.
 */
static inline const char *messages_take(struct unit_messages *messages)
{
	char *text = messages->text, *end, *start;
	ssize_t len = pread(messages->fd, text, sizeof(messages->text) - 1, 0);

	if (len < 0 || ftruncate(messages->fd, 0) ||
	    lseek(messages->fd, 0, SEEK_SET))
		return "cannot be read";
	text[len] = '\0';
	if (!len)
		return text;
	end = strchr(text, '\n');
	if (!end || end[1])
		return "not one line";
	*end = '\0';
	start = strstr(text, ": it: ");
	return start ? start + 6 : text;
}

#endif /* _IPCTRACE_UNIT_MESSAGES_H */
