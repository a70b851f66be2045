/* SPDX-License-Identifier: GPL-2.0 */
/* Records out of a capture in blocks; see block_records.c. */
#ifndef _IPCTRACE_BLOCK_RECORDS_H
#define _IPCTRACE_BLOCK_RECORDS_H

#include "capture/blocks_read.h"

struct cgroups;

#define BLOCK_RECORDS_SPANS	256

/**
 * struct block_records_span - a time of which records are missing
 * @from_ns: since when
 * @until_ns: until when, ~0: not known
 */
struct block_records_span {
	u64 from_ns;
	u64 until_ns;
};

/**
 * struct block_records - a place among the records of a capture in blocks
 * @blocks: the place among its blocks
 * @cgroups: takes the names of cgroups
 * @at: place in the block
 * @end: bytes of records in the block
 * @records: so far
 * @damages: places that were damaged so far; each was told
 * @nr_spans: number of @spans
 * @spans: what may be missing by that; the last one is of all for which there was
 *	no room
 * @last: what the last look for a block gave
 */
struct block_records {
	struct blocks_reader blocks;
	struct cgroups *cgroups;
	u32 at;
	u32 end;
	u64 records;
	u64 damages;
	u32 nr_spans;
	struct block_records_span spans[BLOCK_RECORDS_SPANS];
	enum blocks_result last;
};

const struct ipctrace_header *block_records_next(struct block_records *records);
void block_records_time(u64 time_ns, char *text, size_t bytes);

#endif /* _IPCTRACE_BLOCK_RECORDS_H */
