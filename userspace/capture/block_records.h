/* SPDX-License-Identifier: GPL-2.0 */
/* Records out of a capture in blocks; see block_records.c. */
#ifndef _IPCTRACE_BLOCK_RECORDS_H
#define _IPCTRACE_BLOCK_RECORDS_H

#include "capture/blocks_read.h"
#include "capture/spans.h"

struct cgroups;

/**
 * struct block_records - a place among the records of a capture in blocks
 * @blocks: the place among its blocks
 * @cgroups: takes the names of cgroups
 * @at: place in the block
 * @end: bytes of records in the block
 * @records: so far
 * @damages: damaged places so far; each was reported
 * @spans: what may be missing because of them
 * @last: what the last look for a block gave
 */
struct block_records {
	struct blocks_reader blocks;
	struct cgroups *cgroups;
	u32 at;
	u32 end;
	u64 records;
	u64 damages;
	struct spans spans;
	enum blocks_result last;
};

const struct ipctrace_header *block_records_next(struct block_records *records);
void block_records_time(u64 time_ns, char *text, size_t bytes);

#endif /* _IPCTRACE_BLOCK_RECORDS_H */
