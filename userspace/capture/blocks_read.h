/* SPDX-License-Identifier: GPL-2.0 */
/* Blocks out of a capture; see blocks_read.c. */
#ifndef _IPCTRACE_BLOCKS_READ_H
#define _IPCTRACE_BLOCKS_READ_H

#include <ipctrace/capture.h>

#include "shared/portable.h"

struct unpacker;

/**
 * enum blocks_result - what blocks_next() found
 * @BLOCKS_BLOCK: a block
 * @BLOCKS_DAMAGE: a damaged place: struct blocks_damage. Reading goes on after it.
 * @BLOCKS_CUT: the file ends before the capture does: it was cut off here, or is
 *	still being written. The next call looks again.
 * @BLOCKS_END: the end; it is whole except for the damage that was reported
 * @BLOCKS_ERROR: it cannot be read, with errno
 */
enum blocks_result {
	BLOCKS_BLOCK,
	BLOCKS_DAMAGE,
	BLOCKS_CUT,
	BLOCKS_END,
	BLOCKS_ERROR,
};

/**
 * struct blocks_damage - a place that cannot be read
 * @what: what is wrong with it
 * @begin: offset in the file
 * @end: where reading goes on
 * @from_ns: no record that was there is earlier
 * @until_ns: or later than this, ~0: not known
 */
struct blocks_damage {
	const char *what;
	u64 begin;
	u64 end;
	u64 from_ns;
	u64 until_ns;
};

/**
 * struct blocks_reader - a place in a capture
 * @fd: a file or a pipe; whoever opened it closes it
 * @name: its name, for messages
 * @header: its header, if @header_good; texts follow
 * @header_good: there is one whose sum is right
 * @facts: of the last block
 * @number: of that block
 * @schema: IPCTRACE_SCHEMA of its records
 * @records: its records, @facts.bytes of them, 8-byte aligned; lengths in them
 *	are not checked
 * @damage: with BLOCKS_DAMAGE: see there
 * @blocks: read so far
 * @at: place in the file
 * @read_bytes: read from the file so far
 * @since_ns: blocks that have nothing from then on are skipped
 * @until_ns: blocks that have nothing up to then are skipped
 * @wanted: a bit for each block of the index that is to be read; NULL: the index
 *	is not used
 * @entries_at: where the index has its entries
 * @nr_entries: how many these are
 * @entry: the next one
 * @settled_ns: of the last good block
 * @header_damaged: that is still to be reported
 * @ended: there is nothing after the place
 * @seekable: places can be read in any order
 * @exact: read no more than what is needed
 * @error: what read() said
 * @window: a part of the file
 * @window_at: offset of it in the file
 * @window_bytes: how much there is at @window
 * @window_room: for how many there is room
 * @content: of a block
 * @content_room: bytes at @content
 * @records_room: bytes at @records
 * @unpacker: has room for what unpack() needs
 * @zstd: the decompressor, ZSTD_DCtx
 */
struct blocks_reader {
	int fd;
	const char *name;
	struct ipctrace_capture_header *header;
	bool header_good;
	struct ipctrace_capture_facts facts;
	u32 number;
	u32 schema;
	char *records;
	struct blocks_damage damage;
	u64 blocks;
	u64 at;
	u64 read_bytes;
	u64 since_ns;
	u64 until_ns;
	u8 *wanted;
	u64 entries_at;
	u32 nr_entries;
	u32 entry;
	u64 settled_ns;
	bool header_damaged;
	bool ended;
	bool seekable;
	bool exact;
	int error;
	char *window;
	u64 window_at;
	size_t window_bytes;
	size_t window_room;
	char *content;
	size_t content_room;
	size_t records_room;
	struct unpacker *unpacker;
	void *zstd;
};

bool blocks_is_one(int fd);
bool blocks_open(struct blocks_reader *reader, int fd, const char *name);
bool blocks_open_after(struct blocks_reader *reader, int fd, const char *name,
		       const void *bytes, size_t n);
const char *blocks_text(const struct blocks_reader *reader,
			enum ipctrace_capture_text_type type);
void blocks_range(struct blocks_reader *reader, u64 since_ns, u64 until_ns);
bool blocks_index(struct blocks_reader *reader,
		  struct ipctrace_capture_index *index);
bool blocks_end_ns(struct blocks_reader *reader, u64 *end_ns);
bool blocks_last(struct blocks_reader *reader, u64 records);
enum blocks_result blocks_next(struct blocks_reader *reader);
void blocks_close(struct blocks_reader *reader);

#endif /* _IPCTRACE_BLOCKS_READ_H */
