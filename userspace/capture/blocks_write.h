/* SPDX-License-Identifier: GPL-2.0 */
/* Records into a capture in blocks; see blocks_write.c. */
#ifndef _IPCTRACE_BLOCKS_WRITE_H
#define _IPCTRACE_BLOCKS_WRITE_H

#include <pthread.h>

#include <ipctrace/capture.h>

#include "shared/portable.h"

#define BLOCKS_NR_NAMED	256

struct packer;

/**
 * struct blocks_moment - a moment by three clocks
 * @ns: CLOCK_MONOTONIC, or what the records have instead
 * @real_ns: CLOCK_REALTIME
 * @boot_ns: CLOCK_BOOTTIME; 0: not known
 * @apart_ns: how far apart the readings may be
 */
struct blocks_moment {
	u64 ns;
	u64 real_ns;
	u64 boot_ns;
	u64 apart_ns;
};

/**
 * struct blocks_about - what the header of a capture says
 * @transport: IPCTRACE_TRANSPORT of the records
 * @schema: IPCTRACE_SCHEMA of the records
 * @nr_cpus: rings that they come from
 * @start: when it began; all zero: now
 * @texts: by enum ipctrace_capture_text_type; NULL or empty: not there
 */
struct blocks_about {
	u32 transport;
	u32 schema;
	u32 nr_cpus;
	struct blocks_moment start;
	const char *texts[__IPCTRACE_CAPTURE_TEXT_MAX];
};

/**
 * enum blocks_effort - what is done to make a block small
 * @BLOCKS_COMPRESS: packed and compressed
 * @BLOCKS_PACK: packed, and stored in its frame: half as much work, twice as many
 *	bytes
 * @BLOCKS_STORE: stored as it is: two copies, and twenty times as many bytes
 */
enum blocks_effort {
	BLOCKS_COMPRESS,
	BLOCKS_PACK,
	BLOCKS_STORE,
};

/**
 * struct blocks_batch - the records of a block
 * @records: one after the other, 8-byte aligned
 * @used: bytes at @records
 * @effort: what is done to make it small
 * @facts: of the block
 */
struct blocks_batch {
	char *records;
	u32 used;
	enum blocks_effort effort;
	struct ipctrace_capture_facts facts;
};

/**
 * struct blocks_writer - a capture that is being written
 * @fd: where to; stays open
 * @name: its name, for messages
 * @failed: it could not be written; a message was given
 * @effort: for the blocks to come; may be changed at any time, so that a block takes
 *	little time when there is little
 * @name_cgroup: makes a record with the name of a cgroup at @room, of at most
 *	BLOCKS_NAME_MAX_BYTES; returns its bytes, 0 where there is none. NULL:
 *	no names
 * @name_arg: its first argument
 * @about: what its header says
 * @end: when it ended; all zero: when blocks_end() is called
 * @at: bytes of the capture so far
 * @base: where it began in the file, if that can be cut off; else -1
 * @header_bytes: of its header
 * @flushed: records of the blocks so far
 * @lost: records that the recorder lost, in these
 * @gaps: records of gaps in these
 * @gather: the block that is being gathered
 * @written: the block that is being written: by a thread, if there is one
 * @facts: of the blocks so far
 * @nr: number of blocks so far
 * @room: of @facts
 * @content: what records are packed to
 * @frame: what that is compressed to, after the facts
 * @named: ids of cgroups whose names are in the block, each at a place that depends on
 *	the id
 * @packer: has room for what pack() needs
 * @zstd: the compressor, ZSTD_CCtx
 * @threaded: there is a thread that writes blocks: what is above, from @at on, is
 *	its own while there is something to write
 * @thread: which one, if @threaded
 * @lock: for @writing and @stop
 * @changed: @writing or @stop has changed
 * @writing: @written is to be written
 * @stop: the thread is to end
 */
struct blocks_writer {
	int fd;
	const char *name;
	bool failed;
	enum blocks_effort effort;
	size_t (*name_cgroup)(void *arg, u64 id, void *room);
	void *name_arg;
	struct blocks_about about;
	struct blocks_moment end;
	u64 at;
	s64 base;
	u32 header_bytes;
	u64 flushed;
	u64 lost;
	u64 gaps;
	struct blocks_batch gather;
	struct blocks_batch written;
	struct ipctrace_capture_facts *facts;
	u32 nr;
	u32 room;
	char *content;
	char *frame;
	u64 named[BLOCKS_NR_NAMED];
	struct packer *packer;
	void *zstd;
	bool threaded;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool writing;
	bool stop;
};

/* A record that @name_cgroup makes */
#define BLOCKS_NAME_MAX_BYTES \
	(sizeof(struct ipctrace_capture_cgroup) + IPCTRACE_CAPTURE_PATH_BYTES)

bool blocks_begin(struct blocks_writer *writer, int fd, const char *name,
		  const struct blocks_about *about);
bool blocks_in_thread(struct blocks_writer *writer);
bool blocks_busy(struct blocks_writer *writer);
void *blocks_room(struct blocks_writer *writer);
void blocks_add(struct blocks_writer *writer, u32 bytes);
bool blocks_settled(struct blocks_writer *writer, u64 settled_ns);
bool blocks_flush(struct blocks_writer *writer);
bool blocks_end(struct blocks_writer *writer);
void blocks_free(struct blocks_writer *writer);

#endif /* _IPCTRACE_BLOCKS_WRITE_H */
