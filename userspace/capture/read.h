/* SPDX-License-Identifier: GPL-2.0 */
/* Records out of a capture; see capture/read.c. */
#ifndef _IPCTRACE_CAPTURE_READ_H
#define _IPCTRACE_CAPTURE_READ_H

#include <ipctrace/capture.h>

#include "capture/block_records.h"
#include "shared/portable.h"

struct cgroups;

/**
 * struct capture_reader - a place in a capture
 * @fd: the capture
 * @name: its name, for messages
 * @cgroups: takes the names of cgroups
 * @records: records so far
 * @at: place in @buf
 * @end: bytes in @buf
 * @before: bytes of the capture that came before @buf
 * @eof: there is nothing after @buf
 * @complete: the end was found
 * @problem: why there are no more records, NULL: none
 * @error: what read() said, with @problem
 * @buf: a part of the capture
 * @in_blocks: it is one in blocks, version 3: then only @blocks is used, and what
 *	is above @records
 * @blocks: place in that
 * @follow: where it ends without an end there may be more soon: a pause
 */
struct capture_reader {
	int fd;
	const char *name;
	struct cgroups *cgroups;
	u64 records;
	size_t at;
	size_t end;
	u64 before;
	bool eof;
	bool complete;
	const char *problem;
	int error;
	char *buf;
	bool in_blocks;
	struct block_records blocks;
	bool follow;
};

bool capture_open(struct capture_reader *reader, int fd, const char *name,
		  struct cgroups *cgroups);
const struct ipctrace_header *capture_next(struct capture_reader *reader);
void capture_warn(const struct capture_reader *reader, const char *warning);
void capture_refuse(struct capture_reader *reader, const char *problem);
bool capture_paused(const struct capture_reader *reader);
bool capture_whole(const struct capture_reader *reader);
void capture_close(struct capture_reader *reader);

#endif /* _IPCTRACE_CAPTURE_READ_H */
