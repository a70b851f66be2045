/* SPDX-License-Identifier: GPL-2.0 */
/* Input from what the service has recorded; see spool.c. */
#ifndef _IPCTRACE_INPUT_SPOOL_H
#define _IPCTRACE_INPUT_SPOOL_H

#include "input/file.h"

/* Where ipctrace-record.service writes, without ".NUMBER" */
#define SPOOL_BASE	"/var/lib/ipctrace/flight"

#define SPOOL_BOOT_BYTES	64

/**
 * struct spool_file - one of its captures
 * @number: at the end of its name: the order in which they were written
 * @boot: the boot during which it was written; empty: not known
 * @start: when it began
 * @bytes: size of the file
 */
struct spool_file {
	u64 number;
	char boot[SPOOL_BOOT_BYTES];
	struct blocks_moment start;
	u64 bytes;
};

/**
 * struct spool_boot - captures of one boot of the machine, one after the other
 * @first: the first of them in the spool
 * @nr: how many
 * @now: it is the boot that we are in
 */
struct spool_boot {
	size_t first;
	size_t nr;
	bool now;
};

/**
 * struct spool - all captures of the service
 * @base: path without ".NUMBER"
 * @files: those that there are, the oldest first
 * @nr: how many
 */
struct spool {
	const char *base;
	struct spool_file *files;
	size_t nr;
};

#define SPOOL_OPEN	2

/**
 * struct spool_capture - a capture that is being read
 * @file: the capture
 * @record: its next record, NULL: not looked for yet
 * @ended: there are no more
 * @told: how many times of which it misses records have been reported
 * @newest: newest time of each CPU in what it has given out
 */
struct spool_capture {
	struct input_file file;
	const struct ipctrace_header *record;
	bool ended;
	u32 told;
	u64 *newest;
};

/**
 * struct input_spool - records of some captures of a spool, and then of another input
 * @input: for those who do not care where records are from
 * @spool: the spool
 * @cgroups: get the names of cgroups
 * @number: of the next capture to be opened
 * @last: of the last one that is known; when @grows there may be more by then
 * @grows: it is still being written to
 * @captures: those that are open, the earlier one first; NULL: none
 * @given: the one whose record was given out last
 * @over: all captures have ended
 * @bytes: of all captures that are known
 * @done: of those that were closed
 * @read: how many were opened
 * @skipped: a capture before the next one was not there, or could not be read
 * @missing: of which times records are missing
 * @then: what comes after all captures; NULL: nothing
 * @before: newest time of each CPU in the captures that were closed
 * @after: likewise of @then
 * @last_ns: newest time of all
 * @record: what had to be changed in a record
 */
struct input_spool {
	struct input input;
	const struct spool *spool;
	struct cgroups *cgroups;
	u64 number;
	u64 last;
	bool grows;
	struct spool_capture *captures[SPOOL_OPEN];
	struct spool_capture *given;
	bool over;
	u64 bytes;
	u64 done;
	u32 read;
	bool skipped;
	struct spans missing;
	struct input *then;
	u64 *before;
	u64 *after;
	u64 last_ns;
	u64 record[IPCTRACE_RECORD_MAX_BYTES / sizeof(u64)];
};

bool spool_look(struct spool *spool);
void spool_free(struct spool *spool);
bool spool_boot(const struct spool *spool, size_t back, struct spool_boot *boot);

bool input_spool_open(struct input_spool *input, const struct spool *spool,
		      const struct spool_boot *boot, struct cgroups *cgroups);
void input_spool_then(struct input_spool *input, struct input *then);

#endif /* _IPCTRACE_INPUT_SPOOL_H */
