/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Captures: files of records, for another time or another machine.
 *
 * A capture is struct ipctrace_capture, then records as in ipctrace.h one after
 * the other, then struct ipctrace_capture_end. Some of the records are of types that
 * only captures have; a reader uses the length to skip types that it does not know.
 *
 * Records of one CPU are in order of time. Readers sort those of all CPUs:
 * IPCTRACE_CAPTURE_SETTLED says now and then up to which time they are complete.
 * A reader keeps at most 64 MiB of records between two of these.
 *
 * All numbers are little-endian. Everything begins at a multiple of 8 bytes.
 */
#ifndef _UAPI_IPCTRACE_CAPTURE_H
#define _UAPI_IPCTRACE_CAPTURE_H

#include <linux/types.h>

#include "ipctrace.h"

/* Not text; any conversion of text damages it */
#define IPCTRACE_CAPTURE_MAGIC	"\x89ipctrc\n"

/*
 * Version of the file: struct ipctrace_capture and the types below. Bump it
 * when a reader built before could misread any of them. The schema says what
 * records mean.
 */
#define IPCTRACE_CAPTURE_VERSION	2

/* Bytes before the first record, at most */
#define IPCTRACE_CAPTURE_HEADER_MAX_BYTES	65536

/**
 * struct ipctrace_capture - start of a capture
 * @magic: IPCTRACE_CAPTURE_MAGIC, without the NUL
 * @version: IPCTRACE_CAPTURE_VERSION of the writer
 * @header_bytes: where the first record is: a multiple of 8, at least the size
 *	of this struct. Readers skip what they do not know.
 * @transport: IPCTRACE_TRANSPORT of the records
 * @schema: IPCTRACE_SCHEMA of the records
 * @nr_cpus: rings that the records come from
 * @reserved: zero
 * @start_ns: CLOCK_MONOTONIC when the capture began; it may hold records that
 *	are older
 * @start_real_ns: CLOCK_REALTIME at the same moment, since 1970
 * @release: kernel that made the records, as uname -r prints it, NUL-padded
 */
struct ipctrace_capture {
	__u8 magic[8];
	__u32 version;
	__u32 header_bytes;
	__u32 transport;
	__u32 schema;
	__u32 nr_cpus;
	__u32 reserved;
	__aligned_u64 start_ns;
	__aligned_u64 start_real_ns;
	__u8 release[64];
};

/**
 * enum ipctrace_capture_type - records that only captures have
 * @IPCTRACE_CAPTURE_CGROUP: name of a cgroup, struct ipctrace_capture_cgroup
 * @IPCTRACE_CAPTURE_END: the last record, struct ipctrace_capture_end. Without
 *	it the capture is not whole: still being written, or cut off.
 * @IPCTRACE_CAPTURE_SETTLED: all records up to a time are before this one,
 *	struct ipctrace_header with len, type, and the time as time_ns,
 *	CLOCK_MONOTONIC
 *
 * Values of struct ipctrace_header.type that enum ipctrace_type will not have.
 */
enum ipctrace_capture_type {
	IPCTRACE_CAPTURE_CGROUP = 0x80,
	IPCTRACE_CAPTURE_END,
	IPCTRACE_CAPTURE_SETTLED,
};

/* Room for the longest path */
#define IPCTRACE_CAPTURE_PATH_BYTES	4096

/*
 * struct ipctrace_header.flags of IPCTRACE_CAPTURE_CGROUP: a container runtime made
 * it, or what it is in: the recorder saw that nobody but root can have made the
 * directories of the path down to the container's. Captures written before there was the flag name
 * no containers.
 */
#define IPCTRACE_CAPTURE_F_CONTAINER	0x01

/**
 * struct ipctrace_capture_cgroup - name of a cgroup
 * @header: only len, type and flags are set
 * @id: struct ipctrace_call.cgroup of the records that it is for; it comes
 *	before the IPCTRACE_CAPTURE_SETTLED of the first of them
 *
 * Its path follows, NUL-padded to a multiple of 8, at least one NUL and at most
 * IPCTRACE_CAPTURE_PATH_BYTES of it. May come more than once; the first counts.
 */
struct ipctrace_capture_cgroup {
	struct ipctrace_header header;
	__aligned_u64 id;
};

/**
 * struct ipctrace_capture_end - the end of a capture
 * @header: len, type, and as time_ns CLOCK_MONOTONIC when the capture ended
 * @records: number of records before this one, of all types
 */
struct ipctrace_capture_end {
	struct ipctrace_header header;
	__aligned_u64 records;
};

/* ---- Captures in blocks: version 3 ------------------------------------- */

/*
 * A capture in blocks is a sequence of frames of the Zstandard format (RFC 8878).
 * zstd -d opens it; what it gives is the content of the blocks, one after the
 * other.
 *
 *	header		skippable frame, struct ipctrace_capture_header
 *	facts		skippable frame, struct ipctrace_capture_block
 *	content		Zstandard frame, struct ipctrace_capture_content
 *	...		facts and content of each block
 *	index		skippable frame, struct ipctrace_capture_index
 *	seek table	skippable frame of Zstandard's seekable format
 *
 * Each block can be read alone. So damage costs only the block that it is in, and a
 * program that is killed loses only the block that it was gathering. A reader that
 * finds anything but a block's facts goes on at the next
 * IPCTRACE_CAPTURE_BLOCK_MAGIC whose sum is right.
 *
 * Without index and seek table the capture is not whole: still being written, or
 * cut off. Then facts lead from one block to the next. The seek table has an entry
 * for each frame before it, skippable ones too, without checksums.
 *
 * Numbers are little-endian. Sums are the lower half of XXH64 with seed 0.
 * Frames begin at any byte.
 */
#define IPCTRACE_CAPTURE_BLOCKS_VERSION	3

/* First words of the skippable frames; the seek table's is Zstandard's own. */
#define IPCTRACE_CAPTURE_HEADER_FRAME	0x184D2A50
#define IPCTRACE_CAPTURE_BLOCK_FRAME	0x184D2A51
#define IPCTRACE_CAPTURE_INDEX_FRAME	0x184D2A52
#define IPCTRACE_CAPTURE_SEEK_FRAME	0x184D2A5E

/* First bytes inside: the header's is IPCTRACE_CAPTURE_MAGIC. */
#define IPCTRACE_CAPTURE_BLOCK_MAGIC	"\x89ipcblk\n"
#define IPCTRACE_CAPTURE_INDEX_MAGIC	"\x89ipcidx\n"

/* Records of a block, at most */
#define IPCTRACE_CAPTURE_BLOCK_MAX_BYTES	(1024 * 1024)
/* Bytes of its Zstandard frame, at most; a frame of stored bytes is smaller. */
#define IPCTRACE_CAPTURE_FRAME_MAX_BYTES \
	(IPCTRACE_CAPTURE_BLOCK_MAX_BYTES + 65536)

/**
 * struct ipctrace_capture_frame - start of a skippable frame
 * @magic: which, IPCTRACE_CAPTURE_*_FRAME
 * @bytes: how many follow
 */
struct ipctrace_capture_frame {
	__u32 magic;
	__u32 bytes;
};

/**
 * struct ipctrace_capture_header - start of a capture in blocks
 * @frame: IPCTRACE_CAPTURE_HEADER_FRAME
 * @magic: IPCTRACE_CAPTURE_MAGIC, without the NUL
 * @version: IPCTRACE_CAPTURE_BLOCKS_VERSION of the writer
 * @sum: of the frame, with zero in this place
 * @transport: IPCTRACE_TRANSPORT of the records
 * @schema: IPCTRACE_SCHEMA of the records
 * @nr_cpus: rings that the records come from
 * @fixed_bytes: size of this struct: where the texts begin in the file.
 *	Readers skip what they do not know.
 * @start_ns: CLOCK_MONOTONIC when the capture began; it may hold records that
 *	are older
 * @start_real_ns: CLOCK_REALTIME at the same moment, since 1970
 * @start_boot_ns: CLOCK_BOOTTIME at the same moment
 * @clocks_apart_ns: how far apart the readings of the three clocks may be
 *
 * Texts follow: struct ipctrace_capture_text.
 */
struct ipctrace_capture_header {
	struct ipctrace_capture_frame frame;
	__u8 magic[8];
	__u32 version;
	__u32 sum;
	__u32 transport;
	__u32 schema;
	__u32 nr_cpus;
	__u32 fixed_bytes;
	__aligned_u64 start_ns;
	__aligned_u64 start_real_ns;
	__aligned_u64 start_boot_ns;
	__aligned_u64 clocks_apart_ns;
};

/**
 * enum ipctrace_capture_text_type - what a text of the header is
 * @IPCTRACE_CAPTURE_HOST: name of the host, as uname -n prints it
 * @IPCTRACE_CAPTURE_RELEASE: its kernel, as uname -r prints it
 * @IPCTRACE_CAPTURE_MACHINE: its architecture, as uname -m prints it
 * @IPCTRACE_CAPTURE_BOOT: its /proc/sys/kernel/random/boot_id
 * @IPCTRACE_CAPTURE_MODULE: version of the module
 * @IPCTRACE_CAPTURE_PARAMETERS: of the module, NAME=VALUE, a line each
 * @IPCTRACE_CAPTURE_FILTER: filter in force when the capture began; none: all is
 *	recorded
 * @IPCTRACE_CAPTURE_WANTED: which records are in the capture, as options of the
 *	program that wrote it
 * @IPCTRACE_CAPTURE_SOURCES: if the capture was made of others, a line for each: whose
 *	records they are, on which CPUs of this capture, and by how much its clock was
 *	moved
 */
enum ipctrace_capture_text_type {
	IPCTRACE_CAPTURE_HOST = 1,
	IPCTRACE_CAPTURE_RELEASE,
	IPCTRACE_CAPTURE_MACHINE,
	IPCTRACE_CAPTURE_BOOT,
	IPCTRACE_CAPTURE_MODULE,
	IPCTRACE_CAPTURE_PARAMETERS,
	IPCTRACE_CAPTURE_FILTER,
	IPCTRACE_CAPTURE_WANTED,
	IPCTRACE_CAPTURE_SOURCES,
	__IPCTRACE_CAPTURE_TEXT_MAX,
};

#define IPCTRACE_CAPTURE_TEXT_MAX	(__IPCTRACE_CAPTURE_TEXT_MAX - 1)

/**
 * struct ipctrace_capture_text - a text of the header
 * @type: enum ipctrace_capture_text_type; readers skip those that they do not know
 * @bytes: of the text that follows, with at least one NUL, a multiple of 8
 */
struct ipctrace_capture_text {
	__u32 type;
	__u32 bytes;
};

/* struct ipctrace_capture_facts.flags */
#define IPCTRACE_CAPTURE_STORED	0x01	/* frame of stored bytes */
#define IPCTRACE_CAPTURE_TIMES	0x02	/* first_ns and last_ns are of records */

/**
 * struct ipctrace_capture_facts - what a block holds
 * @offset: of its struct ipctrace_capture_block in the file
 * @frame_bytes: of the Zstandard frame that follows that
 * @content_bytes: of what is in the frame
 * @bytes: of the records
 * @flags: IPCTRACE_CAPTURE_STORED and so on
 * @first_ns: earliest time of a record that a recorder made
 * @last_ns: latest
 * @settled_ns: with this block the capture is complete up to that time
 * @records: number of records, of all types
 * @lost: sum of struct ipctrace_lost.count
 * @gaps: number of IPCTRACE_TYPE_GAP
 * @missed: number of IPCTRACE_TYPE_MISSED
 * @reserved: zero
 */
struct ipctrace_capture_facts {
	__aligned_u64 offset;
	__u32 frame_bytes;
	__u32 content_bytes;
	__u32 bytes;
	__u32 flags;
	__aligned_u64 first_ns;
	__aligned_u64 last_ns;
	__aligned_u64 settled_ns;
	__u32 records;
	__u32 gaps;
	__aligned_u64 lost;
	__u32 missed;
	__u32 reserved;
};

/**
 * struct ipctrace_capture_block - facts of a block, before it
 * @frame: IPCTRACE_CAPTURE_BLOCK_FRAME
 * @magic: IPCTRACE_CAPTURE_BLOCK_MAGIC, without the NUL
 * @number: of the block, from 0
 * @transport: IPCTRACE_TRANSPORT of the records
 * @schema: IPCTRACE_SCHEMA of the records
 * @facts: see there
 * @frame_sum: of the Zstandard frame that follows
 * @sum: of this struct up to here
 */
struct ipctrace_capture_block {
	struct ipctrace_capture_frame frame;
	__u8 magic[8];
	__u32 number;
	__u16 transport;
	__u16 schema;
	struct ipctrace_capture_facts facts;
	__u32 frame_sum;
	__u32 sum;
};

/**
 * struct ipctrace_capture_index - all blocks, at the end
 * @frame: IPCTRACE_CAPTURE_INDEX_FRAME
 * @magic: IPCTRACE_CAPTURE_INDEX_MAGIC, without the NUL
 * @blocks: number of them
 * @sum: of the frame, with zero in this place
 * @seek_sum: of the seek table's frame
 * @reserved: zero
 * @end_ns: CLOCK_MONOTONIC when the capture ended
 * @end_real_ns: CLOCK_REALTIME likewise
 * @end_boot_ns: CLOCK_BOOTTIME likewise
 * @records: sum over all blocks, as of the facts
 * @lost: likewise
 * @gaps: likewise
 *
 * struct ipctrace_capture_facts of each block follows.
 */
struct ipctrace_capture_index {
	struct ipctrace_capture_frame frame;
	__u8 magic[8];
	__u32 blocks;
	__u32 sum;
	__u32 seek_sum;
	__u32 reserved;
	__aligned_u64 end_ns;
	__aligned_u64 end_real_ns;
	__aligned_u64 end_boot_ns;
	__aligned_u64 records;
	__aligned_u64 lost;
	__aligned_u64 gaps;
};

/**
 * enum ipctrace_capture_encoding - how the content of a block is to be read
 * @IPCTRACE_CAPTURE_PLAIN: the records follow as they are
 * @IPCTRACE_CAPTURE_PACKED: streams follow
 */
enum ipctrace_capture_encoding {
	IPCTRACE_CAPTURE_PLAIN,
	IPCTRACE_CAPTURE_PACKED,
};

#define IPCTRACE_CAPTURE_STREAMS	6
#define IPCTRACE_CAPTURE_NEAR_SLOTS	240
#define IPCTRACE_CAPTURE_SLOTS		(240 + 16 * 256)

/* In a control byte, beside two widths */
#define IPCTRACE_CAPTURE_MASK		0x40
#define IPCTRACE_CAPTURE_VERBATIM	0x80

/**
 * struct ipctrace_capture_content - start of a block's content
 * @encoding: enum ipctrace_capture_encoding
 * @bytes: of the records
 * @records: packed: number of tokens
 * @reserved: zero
 * @streams: packed: bytes of each of the streams, which follow
 *
 * Packed, a record is what differs from an earlier one, the last of its slot.
 * Which slot is the writer's choice: one for each caller and call. The streams,
 * with what they have for a record:
 *
 * 0. token: its slot. A byte below IPCTRACE_CAPTURE_NEAR_SLOTS, or that plus the
 *    upper four bits of the slot minus as much, and a byte with the lower eight.
 * 1. control: a byte. With IPCTRACE_CAPTURE_VERBATIM the record is in stream 5 as
 *    it is, and nothing else follows for it. Else the record is as long as the
 *    slot's and the same except for what follows. Bits 0 to 2 are the width of the
 *    duration, bits 3 to 5 that of the gap.
 * 2. mask: 64 bits, only with IPCTRACE_CAPTURE_MASK: else it is that of the slot's
 *    last record, 0 after one in stream 5. Bit n: word n (8 bytes) differs.
 *    Bits 0 to 2 are zero.
 * 3. duration and gap, each with as many bytes as its width says: 0 1 2 3 4 5 6 8
 *    for 0 to 7. The duration is word 2 of the record; where it has none the
 *    width is 0. Word 1, the time, is that of the record before, whatever its slot
 *    (0 for the first record), plus duration, plus gap.
 * 4. a byte for each bit of the mask: the width of the word's difference
 * 5. the difference of each of these words from that of the slot's record, with that
 *    many bytes; and records as they are
 *
 * Gaps and differences have their sign in bit 0: 0 -1 1 -2 2 are 0 1 2 3 4.
 * If the block ends with bytes that are not a record, they are the rest of stream 5.
 */
struct ipctrace_capture_content {
	__u32 encoding;
	__u32 bytes;
	__u32 records;
	__u32 reserved;
	__u32 streams[IPCTRACE_CAPTURE_STREAMS];
};

#endif /* _UAPI_IPCTRACE_CAPTURE_H */
