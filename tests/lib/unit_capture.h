/* SPDX-License-Identifier: GPL-2.0 */
/* Captures of version 2, for tests; see unit_capture.c. */
#ifndef _IPCTRACE_UNIT_CAPTURE_H
#define _IPCTRACE_UNIT_CAPTURE_H

#include <ipctrace/capture.h>

#include "shared/portable.h"

#define CAPTURE_NR_NAMED	256

struct cgroups;

/**
 * struct capture_writer - a capture that is being written
 * @fd: where to; stays open
 * @name: its name, for messages
 * @failed: it could not be written; a message was given
 * @used: bytes in @buf
 * @records: records so far
 * @named: ids of cgroups whose names are in the capture, each at a place that
 *	the id gives
 * @named_last: one of them, looked at first
 * @buf: what has not been written yet
 */
struct capture_writer {
	int fd;
	const char *name;
	bool failed;
	size_t used;
	u64 records;
	u64 named[CAPTURE_NR_NAMED];
	u64 named_last;
	char *buf;
};

bool capture_begin(struct capture_writer *writer, int fd, const char *name,
		   u32 nr_cpus);
void *capture_room(struct capture_writer *writer);
void capture_add(struct capture_writer *writer, u32 bytes,
		 struct cgroups *cgroups);
bool capture_settled(struct capture_writer *writer, u64 settled_ns);
bool capture_flush(struct capture_writer *writer);
bool capture_end(struct capture_writer *writer);
void capture_free(struct capture_writer *writer);

#endif /* _IPCTRACE_UNIT_CAPTURE_H */
