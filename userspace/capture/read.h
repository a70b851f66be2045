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
 * @in_blocks: it is in blocks, version 3: then only @blocks and the members before
 *	@records are used
 * @blocks: place in that
 * @start_ns: version 2: CLOCK_MONOTONIC when it began
 * @start_real_ns: and CLOCK_REALTIME
 * @nr_cpus: version 2: rings that the records come from
 * @release: version 2: kernel that made the records
 * @follow: if it stops before its end more may come soon: a pause
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
	u64 start_ns;
	u64 start_real_ns;
	u32 nr_cpus;
	char release[65];
	bool follow;
};

bool capture_open(struct capture_reader *reader, int fd, const char *name,
		  struct cgroups *cgroups);
const struct ipctrace_header *capture_next(struct capture_reader *reader);
void capture_warn(const struct capture_reader *reader, const char *warning);
void capture_refuse(struct capture_reader *reader, const char *problem);
u64 capture_place(const struct capture_reader *reader);
bool capture_end_ns(struct capture_reader *reader, u64 *end_ns);
bool capture_paused(const struct capture_reader *reader);
bool capture_whole(const struct capture_reader *reader);
void capture_close(struct capture_reader *reader);

#endif /* _IPCTRACE_CAPTURE_READ_H */
