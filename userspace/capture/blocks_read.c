// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: blocks_read
 *
 * Reads a capture in blocks, from a file or a pipe.
 *
 *	blocks_open()
 *		blocks_range(), for a part of the time
 *		blocks_next() until it gives BLOCKS_END, BLOCKS_CUT, BLOCKS_ERROR
 *	blocks_close()
 *
 * Facts lead from one block to the next, so a capture without its index is read
 * like one with it. Where there are no good facts, the next good ones are searched:
 * damage costs only what is damaged. For a part of the time, in a file with an index,
 * only the index and the blocks with records of that time are read; without an index
 * the facts of all blocks are read.
 *
 * The capture may come from anywhere: every length is checked before it is used.
 * Memory is bounded whatever the size: about 4 MiB, and a bit for each block
 * if an index is used. Time is linear: each byte is looked at once for what it
 * should be, and once more for what it might be.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

#include "blocks_read.h"
#include "pack.h"
#include "xxh64.h"

#define AHEAD_BYTES	(64 * 1024)

/* How far to search for a first block, if the header is damaged */
#define SEARCH_BYTES	(2 * IPCTRACE_CAPTURE_HEADER_MAX_BYTES)

#define SEARCH_STEP_BYTES	65536

#define SEEK_FOOTER_BYTES	9
#define SEEK_FOOTER_MAGIC	0x8F92EAB1
#define SEEK_ENTRY_BYTES	8

#define MAGIC_BYTES	8

static_assert(sizeof(IPCTRACE_CAPTURE_BLOCK_MAGIC) - 1 == MAGIC_BYTES);
static_assert(sizeof(IPCTRACE_CAPTURE_INDEX_MAGIC) - 1 == MAGIC_BYTES);

/* ---- Bytes of the file ----------------------------------------------------- */

static ssize_t read_at(struct blocks_reader *reader, void *to, size_t bytes,
		       u64 at)
{
	ssize_t n;

	do {
		n = reader->seekable ? pread(reader->fd, to, bytes, at) :
				       read(reader->fd, to, bytes);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		reader->error = errno;
	else
		reader->read_bytes += n;
	return n;
}

/*
 * Make room for so many bytes; what was there is lost. A small capture takes little
 * memory; most blocks are of about the same size, so the next one is to fit, too.
 * False, with an error, when memory is short.
 */
static bool have_room(struct blocks_reader *reader, char **room, size_t *bytes,
		      size_t need)
{
	if (*bytes >= need)
		return true;
	need += need / 4;
	free(*room);
	*bytes = 0;
	*room = malloc(need);
	if (!*room) {
		reader->error = ENOMEM;
		return false;
	}
	*bytes = need;
	return true;
}

/* The same for the window, which keeps its bytes */
static bool grow_window(struct blocks_reader *reader, size_t need)
{
	void *window;

	if (reader->window_room >= need)
		return true;
	window = realloc(reader->window, need);
	if (!window) {
		reader->error = ENOMEM;
		return false;
	}
	reader->window = window;
	reader->window_room = need;
	return true;
}

/* Let the window begin at a place; what it has after that is kept. */
static void slide(struct blocks_reader *reader, u64 at)
{
	u64 by = at - reader->window_at;

	if (at < reader->window_at ||
	    (reader->seekable && by > reader->window_bytes)) {
		reader->window_at = at;
		reader->window_bytes = 0;
		return;
	}
	by = min_t(u64, by, reader->window_bytes);
	if (!by)
		return;
	memmove(reader->window, reader->window + by, reader->window_bytes - by);
	reader->window_at += by;
	reader->window_bytes -= by;
}

/*
 * Bytes at a place, NULL if the file ends before or cannot be read; in a pipe not
 * before the window. More is read ahead, unless only a part of the file is wanted.
 */
static const void *look(struct blocks_reader *reader, u64 at, size_t bytes)
{
	size_t room = bytes + (reader->exact ? 0 : AHEAD_BYTES);
	ssize_t n;

	for (;;) {
		u64 offset = at - reader->window_at;

		if (at >= reader->window_at && offset <= reader->window_bytes &&
		    reader->window_bytes - offset >= bytes)
			return reader->window + offset;
		slide(reader, at);
		if (!grow_window(reader, room))
			return NULL;
		n = read_at(reader, reader->window + reader->window_bytes,
			    room - reader->window_bytes,
			    reader->window_at + reader->window_bytes);
		if (n <= 0)
			return NULL;
		reader->window_bytes += n;
	}
}

/* As much as there is, at most @bytes; returns how much. */
static size_t look_some(struct blocks_reader *reader, u64 at, size_t bytes)
{
	if (look(reader, at, bytes))
		return bytes;
	if (at < reader->window_at ||
	    at - reader->window_at > reader->window_bytes)
		return 0;
	return reader->window_bytes - (at - reader->window_at);
}

static enum blocks_result cut(struct blocks_reader *reader)
{
	errno = reader->error;
	return reader->error ? BLOCKS_ERROR : BLOCKS_CUT;
}

/* ---- What is good ---------------------------------------------------------- */

static bool same_magic(const void *at, const char *magic)
{
	return !memcmp(at, magic, MAGIC_BYTES);
}

/* Are these the facts of the block at @at? They are not 8-byte aligned. */
static bool good_facts(const void *bytes, u64 at,
		       struct ipctrace_capture_block *block)
{
	const struct ipctrace_capture_facts *facts = &block->facts;

	memcpy(block, bytes, sizeof(*block));
	return block->frame.magic == IPCTRACE_CAPTURE_BLOCK_FRAME &&
	       block->frame.bytes == sizeof(*block) - sizeof(block->frame) &&
	       same_magic(block->magic, IPCTRACE_CAPTURE_BLOCK_MAGIC) &&
	       block->sum ==
		       xxh64_sum(block, offsetof(typeof(*block), sum)) &&
	       facts->offset == at &&
	       facts->bytes <= IPCTRACE_CAPTURE_BLOCK_MAX_BYTES &&
	       facts->frame_bytes <= IPCTRACE_CAPTURE_FRAME_MAX_BYTES &&
	       facts->content_bytes <= PACK_CONTENT_BYTES(facts->bytes);
}

static bool good_index(const void *bytes)
{
	struct ipctrace_capture_index index;

	memcpy(&index, bytes, sizeof(index));
	return index.frame.magic == IPCTRACE_CAPTURE_INDEX_FRAME &&
	       same_magic(index.magic, IPCTRACE_CAPTURE_INDEX_MAGIC) &&
	       index.frame.bytes == sizeof(index) - sizeof(index.frame) +
			       (u64)index.blocks *
			       sizeof(struct ipctrace_capture_facts);
}

/* The sum of so many bytes at a place; false where the file ends before. */
static bool sum_up(struct blocks_reader *reader, struct xxh64 *sum, u64 at,
		   u64 bytes)
{
	while (bytes) {
		size_t n = min_t(u64, bytes, 65536);
		const void *some = look(reader, at, n);

		if (!some)
			return false;
		xxh64_add(sum, some, n);
		at += n;
		bytes -= n;
	}
	return true;
}

/* ---- Opening --------------------------------------------------------------- */

static bool good_header(const struct ipctrace_capture_header *header)
{
	struct ipctrace_capture_header copy = *header;
	struct xxh64 sum;

	copy.sum = 0;
	xxh64_begin(&sum);
	xxh64_add(&sum, &copy, sizeof(copy));
	xxh64_add(&sum, header + 1,
		  sizeof(header->frame) + header->frame.bytes - sizeof(copy));
	return (u32)xxh64_end(&sum) == header->sum;
}

/*
 * A copy of the header, if there is something like one, since the window moves on;
 * zeroes after it end whatever text it has.
 */
static bool take_header(struct blocks_reader *reader)
{
	struct ipctrace_capture_header first;
	const void *at = look(reader, 0, sizeof(first));
	size_t bytes;

	if (!at)
		return false;
	memcpy(&first, at, sizeof(first));
	bytes = sizeof(first.frame) + (size_t)first.frame.bytes;
	if (first.frame.magic != IPCTRACE_CAPTURE_HEADER_FRAME ||
	    !same_magic(first.magic, IPCTRACE_CAPTURE_MAGIC) ||
	    bytes < sizeof(first) || bytes > IPCTRACE_CAPTURE_HEADER_MAX_BYTES)
		return false;
	at = look(reader, 0, bytes);
	if (!at)
		return false;
	reader->header = calloc(1, bytes + 8);
	if (!reader->header)
		return false;
	memcpy(reader->header, at, bytes);
	if (!good_header(reader->header))
		return false;
	reader->header_good = true;
	reader->at = bytes;
	return true;
}

/* Is there a block or the index at a place, of which @n bytes are here? */
static bool good_place(const char *bytes, size_t n, u64 at)
{
	struct ipctrace_capture_block block;

	return (n >= sizeof(block) && good_facts(bytes, at, &block)) ||
	       (n >= sizeof(struct ipctrace_capture_index) && good_index(bytes));
}

/*
 * The first place from @at to @end with a block or the index; ~0 for none. Both
 * magics follow the frame's start and begin with a rare byte.
 */
static u64 search(struct blocks_reader *reader, u64 at, u64 end)
{
	const size_t before = sizeof(struct ipctrace_capture_frame);
	const char *window, *next, *place;
	size_t n;

	while (at < end) {
		n = look_some(reader, at, SEARCH_STEP_BYTES);
		window = reader->window + (at - reader->window_at);
		for (next = window + before; next < window + n;
		     next = place + 1) {
			place = memchr(next, IPCTRACE_CAPTURE_BLOCK_MAGIC[0],
				       window + n - next);
			if (!place)
				break;
			if (good_place(place - before, window + n - place + before,
				       at + (place - before - window)))
				return at + (place - before - window);
		}
		if (n < SEARCH_STEP_BYTES)
			break;
		/* What is not whole at the end here is looked at again. */
		at += n - sizeof(struct ipctrace_capture_block);
	}
	return ~0ULL;
}

static bool allocate(struct blocks_reader *reader)
{
	reader->unpacker = unpacker_new();
	reader->zstd = ZSTD_createDCtx();
	if (reader->unpacker && reader->zstd)
		return true;
	warnx("no memory for a block");
	return false;
}

/* Without a good header a block is enough. */
static bool recognise(struct blocks_reader *reader)
{
	u64 found;

	if (take_header(reader)) {
		if (reader->header->version == IPCTRACE_CAPTURE_BLOCKS_VERSION)
			return true;
		warnx("%s: offset 16: version %u of captures; this program reads version %d",
		      reader->name, reader->header->version,
		      IPCTRACE_CAPTURE_BLOCKS_VERSION);
		return false;
	}
	if (reader->error) {
		warnx("%s: cannot be read: %s", reader->name,
		      strerror(reader->error));
		return false;
	}
	found = search(reader, 0, SEARCH_BYTES);
	if (found != ~0ULL) {
		reader->damage = (struct blocks_damage){
			.what = "damaged: not a good header",
			.end = found,
			.until_ns = ~0ULL,
		};
		reader->header_damaged = true;
		reader->at = found;
		return true;
	}
	warnx("%s: offset 0: not a capture of ipctrace record", reader->name);
	return false;
}

/**
 * blocks_is_one() - does a file begin like a capture in blocks?
 * @fd: the file; its position does not change. For a pipe the answer is false.
 */
bool blocks_is_one(int fd)
{
	struct ipctrace_capture_header header;

	return pread(fd, &header, sizeof(header), 0) == sizeof(header) &&
	       header.frame.magic == IPCTRACE_CAPTURE_HEADER_FRAME &&
	       same_magic(header.magic, IPCTRACE_CAPTURE_MAGIC);
}

/**
 * blocks_open_after() - begin to read a capture whose first bytes have been read
 * @reader: out: a place at the first block; nothing to be closed on failure
 * @fd: a file, or a pipe from which @bytes have been read; stays open
 * @name: for messages; must outlive @reader
 * @bytes: those that were read from a pipe before; not used if @fd can seek
 * @n: how many these are, 0 for none
 *
 * Return: false, with a message, when it is not a capture that this program can
 * read.
 */
bool blocks_open_after(struct blocks_reader *reader, int fd, const char *name,
		       const void *bytes, size_t n)
{
	*reader = (struct blocks_reader){
		.fd = fd,
		.name = name,
		.until_ns = ~0ULL,
		.seekable = lseek(fd, 0, SEEK_CUR) >= 0,
	};
	reader->exact = reader->seekable;
	if (!reader->seekable && n) {
		if (!grow_window(reader, n)) {
			warnx("no memory for a block");
			return false;
		}
		memcpy(reader->window, bytes, n);
		reader->window_bytes = n;
		reader->read_bytes = n;
	}
	if (allocate(reader) && recognise(reader)) {
		reader->exact = false;
		return true;
	}
	blocks_close(reader);
	return false;
}

/**
 * blocks_open() - begin to read a capture
 * @reader: out: a place at the first block; nothing to be closed on failure
 * @fd: a file, or a pipe from which nothing has been read; stays open
 * @name: for messages; must outlive @reader
 *
 * Return: false, with a message, when it is not a capture that this program can
 * read.
 */
bool blocks_open(struct blocks_reader *reader, int fd, const char *name)
{
	return blocks_open_after(reader, fd, name, NULL, 0);
}

/**
 * blocks_text() - a text of the header
 * @reader: owns the text; one with a damaged header has none
 * @type: not every capture has each
 *
 * Return: the text, any bytes; NULL when there is none.
 */
const char *blocks_text(const struct blocks_reader *reader,
			enum ipctrace_capture_text_type type)
{
	const struct ipctrace_capture_header *header = reader->header;
	struct ipctrace_capture_text text;
	u64 at, end;

	if (!reader->header_good)
		return NULL;
	end = sizeof(header->frame) + header->frame.bytes;
	for (at = header->fixed_bytes; at + sizeof(text) <= end;
	     at += sizeof(text) + (u64)text.bytes) {
		memcpy(&text, (const char *)header + at, sizeof(text));
		if (text.type == type && text.bytes)
			return (const char *)header + at + sizeof(text);
	}
	return NULL;
}

/* ---- Blocks ---------------------------------------------------------------- */

static enum blocks_result damaged(struct blocks_reader *reader, const char *what,
				  u64 end)
{
	reader->damage = (struct blocks_damage){
		.what = what,
		.begin = reader->at,
		.end = end,
		.from_ns = reader->settled_ns,
		.until_ns = ~0ULL,
	};
	reader->at = end;
	return BLOCKS_DAMAGE;
}

static enum blocks_result damaged_block(struct blocks_reader *reader,
					const char *what,
					const struct ipctrace_capture_facts *facts)
{
	damaged(reader, what, facts->offset + sizeof(struct ipctrace_capture_block) +
				      facts->frame_bytes);
	reader->damage.from_ns = facts->first_ns;
	reader->damage.until_ns = facts->last_ns;
	return BLOCKS_DAMAGE;
}

/* This is not what should be here: go on to the next block or the index. */
static enum blocks_result resynchronise(struct blocks_reader *reader)
{
	struct ipctrace_capture_block block;
	u64 found = search(reader, reader->at + 1, ~0ULL);
	const void *bytes;

	if (reader->error)
		return cut(reader);
	/* Go to the end of what there is: blocks_next() will find nothing there. */
	if (found == ~0ULL)
		return damaged(reader, "damaged: nothing that is known, to the end",
			       reader->window_at + reader->window_bytes);
	bytes = look(reader, found, sizeof(block));
	damaged(reader, "damaged: not a block", found);
	if (bytes && good_facts(bytes, found, &block) &&
	    block.facts.flags & IPCTRACE_CAPTURE_TIMES)
		reader->damage.until_ns = block.facts.last_ns;
	return BLOCKS_DAMAGE;
}

/* The block at the place, whose facts are good */
static enum blocks_result take_block(struct blocks_reader *reader,
				     const struct ipctrace_capture_block *block)
{
	const struct ipctrace_capture_facts *facts = &block->facts;
	const void *frame = look(reader, reader->at + sizeof(*block),
				 facts->frame_bytes);
	size_t bytes;

	if (!frame)
		return cut(reader);
	if (xxh64_sum(frame, facts->frame_bytes) != block->frame_sum)
		return damaged_block(reader, "damaged: not the sum of this block",
				     facts);
	if (!have_room(reader, &reader->content, &reader->content_room,
		       facts->content_bytes + PACK_SLACK) ||
	    !have_room(reader, &reader->records, &reader->records_room,
		       facts->bytes + PACK_SLACK))
		return cut(reader);
	bytes = ZSTD_decompressDCtx(reader->zstd, reader->content,
				    facts->content_bytes, frame,
				    facts->frame_bytes);
	if (ZSTD_isError(bytes) || bytes != facts->content_bytes ||
	    !unpack(reader->unpacker, reader->content, bytes, reader->records,
		    facts->bytes))
		return damaged_block(reader, "damaged: not the content of a block",
				     facts);
	reader->facts = *facts;
	reader->number = block->number;
	reader->schema = block->schema;
	reader->settled_ns = facts->settled_ns;
	reader->at += sizeof(*block) + facts->frame_bytes;
	reader->blocks++;
	return BLOCKS_BLOCK;
}

/* The index at the place, and the seek table: are they what they should be? */
static enum blocks_result take_end(struct blocks_reader *reader)
{
	u64 at = reader->at, bytes;
	struct ipctrace_capture_index index;
	struct ipctrace_capture_frame seek;
	const void *start = look(reader, at, sizeof(index));
	struct xxh64 sum, seek_sum;
	bool is_seek;
	u32 right;

	memcpy(&index, start, sizeof(index));
	bytes = sizeof(index.frame) + (u64)index.frame.bytes;
	right = index.sum;
	index.sum = 0;
	xxh64_begin(&sum);
	xxh64_add(&sum, &index, sizeof(index));
	if (!sum_up(reader, &sum, at + sizeof(index), bytes - sizeof(index)))
		return cut(reader);
	start = look(reader, at + bytes, sizeof(seek));
	if (!start)
		return cut(reader);
	memcpy(&seek, start, sizeof(seek));
	xxh64_begin(&seek_sum);
	is_seek = seek.magic == IPCTRACE_CAPTURE_SEEK_FRAME &&
		  seek.bytes == (2ULL * index.blocks + 2) * SEEK_ENTRY_BYTES +
				SEEK_FOOTER_BYTES;
	if (is_seek &&
	    !sum_up(reader, &seek_sum, at + bytes, sizeof(seek) + seek.bytes))
		return cut(reader);
	reader->ended = true;
	if ((u32)xxh64_end(&sum) != right)
		return damaged(reader, "damaged: not the sum of this index",
			       at + bytes);
	if (!is_seek || (u32)xxh64_end(&seek_sum) != index.seek_sum)
		return damaged(reader, "damaged: not the seek table of this index",
			       at + bytes);
	reader->at = at + bytes + sizeof(seek) + seek.bytes;
	if (look(reader, reader->at, 1))
		return damaged(reader, "damaged: goes on after its end",
			       reader->at);
	return BLOCKS_END;
}

static bool in_range(const struct blocks_reader *reader,
		     const struct ipctrace_capture_facts *facts)
{
	if (!reader->since_ns && reader->until_ns == ~0ULL)
		return true;
	return facts->flags & IPCTRACE_CAPTURE_TIMES &&
	       facts->last_ns >= reader->since_ns &&
	       facts->first_ns <= reader->until_ns;
}

/* Nothing more. A block that was skipped may be cut off. */
static enum blocks_result nothing(struct blocks_reader *reader, u64 stepped)
{
	if (reader->seekable && stepped != reader->at && !reader->error &&
	    !look(reader, reader->at - 1, 1))
		reader->at = stepped;
	return cut(reader);
}

/* Take what is at the place; a block that is not wanted is skipped. */
static enum blocks_result take(struct blocks_reader *reader)
{
	struct ipctrace_capture_block block;
	u64 stepped = reader->at;
	const char *bytes;
	size_t n;

	for (;;) {
		n = look_some(reader, reader->at, sizeof(block));
		if (!n)
			return nothing(reader, stepped);
		bytes = reader->window + (reader->at - reader->window_at);
		if (n >= sizeof(struct ipctrace_capture_index) &&
		    good_index(bytes))
			return take_end(reader);
		if (n < sizeof(block))
			return cut(reader);
		if (!good_facts(bytes, reader->at, &block))
			return resynchronise(reader);
		if (in_range(reader, &block.facts))
			return take_block(reader, &block);
		reader->settled_ns = block.facts.settled_ns;
		stepped = reader->at;
		reader->at += sizeof(block) + block.facts.frame_bytes;
	}
}

/* ---- By the index ---------------------------------------------------------- */

/* Where the index is, if the file ends with a seek table after one. */
static u64 find_index(struct blocks_reader *reader)
{
	off_t end = lseek(reader->fd, 0, SEEK_END);
	u32 nr, magic, bytes;
	const char *at;
	u64 table;

	if (end < SEEK_ENTRY_BYTES + SEEK_FOOTER_BYTES)
		return 0;
	/* The last entry, which is the index's, and the footer */
	at = look(reader, end - SEEK_ENTRY_BYTES - SEEK_FOOTER_BYTES,
		  SEEK_ENTRY_BYTES + SEEK_FOOTER_BYTES);
	if (!at)
		return 0;
	memcpy(&bytes, at, 4);
	memcpy(&nr, at + SEEK_ENTRY_BYTES, 4);
	memcpy(&magic, at + SEEK_ENTRY_BYTES + 5, 4);
	table = sizeof(struct ipctrace_capture_frame) +
		(u64)nr * SEEK_ENTRY_BYTES + SEEK_FOOTER_BYTES;
	if (magic != SEEK_FOOTER_MAGIC || table + bytes > (u64)end)
		return 0;
	return end - table - bytes;
}

/**
 * struct index_choice - which blocks of an index are wanted
 * @from_record: blocks with records from this one on
 * @reader: and blocks in its range
 * @wanted: out: a bit for each
 */
struct index_choice {
	u64 from_record;
	const struct blocks_reader *reader;
	u8 *wanted;
};

/* Read all entries: their sum, and which are wanted. False when some are missing. */
static bool read_index(struct blocks_reader *reader, u64 at, u32 nr,
		       struct xxh64 *sum, const struct index_choice *choice)
{
	struct ipctrace_capture_facts facts;
	u64 records = 0;
	const char *some;
	u32 i, n, done;

	for (done = 0; done < nr; done += n) {
		n = min_t(u32, nr - done, SEARCH_STEP_BYTES / sizeof(facts));
		some = look(reader, at, n * sizeof(facts));
		if (!some)
			return false;
		xxh64_add(sum, some, n * sizeof(facts));
		for (i = 0; i < n; i++) {
			memcpy(&facts, some + i * sizeof(facts), sizeof(facts));
			records += facts.records;
			if (records > choice->from_record &&
			    in_range(choice->reader, &facts))
				choice->wanted[(done + i) / 8] |=
					1 << (done + i) % 8;
		}
		at += n * sizeof(facts);
	}
	return true;
}

/*
 * Choose blocks by the index, if all of it, which is read to find out, is good. Only
 * those of the @last records if that is not 0.
 */
static bool use_index(struct blocks_reader *reader, u64 last)
{
	struct index_choice choice = { .reader = reader };
	u64 at = find_index(reader);
	struct ipctrace_capture_index index;
	struct xxh64 sum;
	const void *bytes;
	u32 right;

	bytes = at ? look(reader, at, sizeof(index)) : NULL;
	if (!bytes || !good_index(bytes))
		return false;
	memcpy(&index, bytes, sizeof(index));
	right = index.sum;
	index.sum = 0;
	if (last && index.records > last)
		choice.from_record = index.records - last;
	choice.wanted = calloc(1, index.blocks / 8 + 1);
	if (!choice.wanted)
		return false;
	xxh64_begin(&sum);
	xxh64_add(&sum, &index, sizeof(index));
	if (!read_index(reader, at + sizeof(index), index.blocks, &sum, &choice) ||
	    (u32)xxh64_end(&sum) != right) {
		free(choice.wanted);
		return false;
	}
	reader->entries_at = at + sizeof(index);
	reader->nr_entries = index.blocks;
	reader->wanted = choice.wanted;
	return true;
}

/**
 * blocks_index() - the start of the index
 * @reader: a capture whose blocks have not been read yet
 * @index: out: the start; its sum was not checked
 *
 * Return: false when there is none, as in a capture that grows or in a pipe.
 */
bool blocks_index(struct blocks_reader *reader,
		  struct ipctrace_capture_index *index)
{
	bool exact = reader->exact, good;
	const void *bytes;
	u64 at;

	if (!reader->seekable)
		return false;
	reader->exact = true;
	at = find_index(reader);
	bytes = at ? look(reader, at, sizeof(*index)) : NULL;
	good = bytes && good_index(bytes);
	if (good)
		memcpy(index, bytes, sizeof(*index));
	reader->exact = exact;
	reader->error = 0;
	return good;
}

/**
 * blocks_end_ns() - when the capture ends
 * @reader: a capture whose blocks have not been read yet
 * @end_ns: out: CLOCK_MONOTONIC at that time; without an index, when the last record
 *	was made, from the facts of all blocks
 *
 * Return: false when that is not known, as for a pipe.
 */
bool blocks_end_ns(struct blocks_reader *reader, u64 *end_ns)
{
	struct ipctrace_capture_index index;
	struct ipctrace_capture_block block;
	bool exact = reader->exact;
	const void *bytes;
	u64 at;

	if (blocks_index(reader, &index)) {
		*end_ns = index.end_ns;
		return true;
	}
	*end_ns = 0;
	reader->exact = true;
	for (at = reader->at; reader->seekable; ) {
		bytes = look(reader, at, sizeof(block));
		if (!bytes || !good_facts(bytes, at, &block))
			break;
		if (block.facts.last_ns > *end_ns)
			*end_ns = block.facts.last_ns;
		at += sizeof(block) + block.facts.frame_bytes;
	}
	reader->exact = exact;
	reader->error = 0;
	return *end_ns;
}

/* The place stays where it is. */
static enum blocks_result
damaged_entry(struct blocks_reader *reader, u32 entry,
	      const struct ipctrace_capture_facts *facts)
{
	u64 at = reader->entries_at + entry * sizeof(*facts);

	reader->damage = (struct blocks_damage){
		.what = "damaged: not an entry of an index",
		.begin = at,
		.end = at + sizeof(*facts),
		.from_ns = facts->first_ns,
		.until_ns = facts->last_ns,
	};
	return BLOCKS_DAMAGE;
}

/* The next block that the index says is wanted */
static enum blocks_result take_by_index(struct blocks_reader *reader)
{
	struct ipctrace_capture_facts facts;
	struct ipctrace_capture_block block;
	const void *bytes;
	u32 i;

	for (i = reader->entry; i < reader->nr_entries; i++)
		if (reader->wanted[i / 8] >> i % 8 & 1)
			break;
	if (i == reader->nr_entries)
		return BLOCKS_END;
	bytes = look(reader, reader->entries_at + i * sizeof(facts),
		     sizeof(facts));
	if (!bytes)
		return cut(reader);
	memcpy(&facts, bytes, sizeof(facts));
	reader->entry = i + 1;
	/* Blocks come one after the other, so none is read more than once. */
	if (facts.offset < reader->at || facts.offset >= reader->entries_at ||
	    reader->entries_at - facts.offset <
		    sizeof(block) + (u64)facts.frame_bytes)
		return damaged_entry(reader, i, &facts);
	reader->at = facts.offset;
	bytes = look(reader, reader->at, sizeof(block));
	if (!bytes)
		return cut(reader);
	if (!good_facts(bytes, reader->at, &block) ||
	    memcmp(&facts, &block.facts, sizeof(facts)))
		return damaged_block(reader, "damaged: not the block of the index",
				     &facts);
	return take_block(reader, &block);
}

/**
 * blocks_range() - give out only the blocks of a part of the time
 * @reader: a capture whose blocks have not been read yet
 * @since_ns: blocks all of whose records are earlier are skipped
 * @until_ns: blocks all of whose records are later are skipped; ~0 for none
 *
 * Blocks that are given out may have other records, too. Without an index the
 * facts of all blocks are read.
 */
void blocks_range(struct blocks_reader *reader, u64 since_ns, u64 until_ns)
{
	reader->since_ns = since_ns;
	reader->until_ns = until_ns;
	reader->exact = reader->seekable;
	if (reader->seekable && !use_index(reader, 0))
		reader->error = 0;
}

/**
 * blocks_last() - only the last blocks, with at least so many records
 * @reader: a capture whose blocks have not been read yet
 * @records: of all types, including those that only captures have
 *
 * Return: false where there is no index, as in a capture that still grows; then
 * nothing is skipped.
 */
bool blocks_last(struct blocks_reader *reader, u64 records)
{
	bool good = reader->seekable && records && use_index(reader, records);

	if (!good)
		reader->error = 0;
	reader->exact = good;
	return good;
}

/**
 * blocks_next() - next block
 * @reader: goes on to the next block that is wanted
 *
 * Return: enum blocks_result. A block is in @reader until the next call.
 */
enum blocks_result blocks_next(struct blocks_reader *reader)
{
	if (reader->header_damaged) {
		reader->header_damaged = false;
		return BLOCKS_DAMAGE;
	}
	if (reader->ended)
		return BLOCKS_END;
	return reader->wanted ? take_by_index(reader) : take(reader);
}

/**
 * blocks_close() - undo blocks_open()
 * @reader: from a blocks_open() that succeeded; its file stays open
 */
void blocks_close(struct blocks_reader *reader)
{
	ZSTD_freeDCtx(reader->zstd);
	unpacker_free(reader->unpacker);
	free(reader->records);
	free(reader->content);
	free(reader->window);
	free(reader->header);
	free(reader->wanted);
}
