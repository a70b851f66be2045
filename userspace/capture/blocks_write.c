// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: blocks_write
 *
 * Gathers records until they are worth a block, packs and compresses them, and
 * writes the block with its facts in one write, so that a program that is killed
 * leaves whole blocks and at most one that is not.
 *
 *	blocks_begin()
 *		room = blocks_room(), records there, blocks_add()
 *		blocks_settled(), now and then
 *		blocks_flush(), when what there is should be in the file
 *	blocks_end()
 *	blocks_free()
 *
 * Names of cgroups are in each block that needs them. A caller that falls behind
 * says so with struct blocks_writer.effort.
 *
 * Packing, compressing and writing may be left to a thread: blocks_in_thread().
 *
 * A block that could not be written whole is cut off again, so that a full disk leaves
 * whole blocks; blocks_end() then still tries to write the index.
 *
 * Memory: about 6 MiB, with a thread 7 MiB, and 72 bytes for each block.
 */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/clock.h"
#include "blocks_write.h"
#include "pack.h"
#include "xxh64.h"

/* A block is closed when it has so much, which fits into a cache. */
#define ENOUGH_BYTES	(512 * 1024)

/* What is gathered at once: records, the names of their cgroups, a mark */
#define ROOM_BYTES							\
	(IPCTRACE_BLOCK_BYTES +						\
	 IPCTRACE_BLOCK_BYTES / sizeof(struct ipctrace_call) *		\
		 BLOCKS_NAME_MAX_BYTES)

/*
 * Packing does most of the work; a higher level would save less than a byte for each
 * record, and cost more than everything else.
 */
#define LEVEL		(-5)

#define STORED_BYTES	(128 * 1024)	/* largest block inside a Zstandard frame */

static_assert(ENOUGH_BYTES + ROOM_BYTES + sizeof(struct ipctrace_header) <=
	      IPCTRACE_CAPTURE_BLOCK_MAX_BYTES);
static_assert(sizeof(struct ipctrace_capture_header) == 72);
static_assert(sizeof(struct ipctrace_capture_facts) == 72);
static_assert(sizeof(struct ipctrace_capture_block) == 104);
static_assert(sizeof(struct ipctrace_capture_index) == 80);
static_assert(sizeof(struct ipctrace_capture_content) == 40);

/* The moment that was given, or now */
static struct blocks_moment moment(const struct blocks_moment *said)
{
	struct blocks_moment moment = *said;

	if (moment.ns || moment.real_ns)
		return moment;
	moment.ns = clock_ns(CLOCK_MONOTONIC);
	moment.real_ns = clock_ns(CLOCK_REALTIME);
	moment.boot_ns = clock_ns(CLOCK_BOOTTIME);
	moment.apart_ns = clock_ns(CLOCK_MONOTONIC) - moment.ns;
	return moment;
}

static struct ipctrace_capture_frame skippable(u32 magic, size_t whole_bytes)
{
	return (struct ipctrace_capture_frame){
		.magic = magic,
		.bytes = whole_bytes - sizeof(struct ipctrace_capture_frame),
	};
}

/* ---- Into the file --------------------------------------------------------- */

static void wait_writable(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLOUT };

	poll(&pollfd, 1, -1);
}

/* Cut off what is beyond @writer->at. */
static void cut_off(const struct blocks_writer *writer)
{
	if (writer->base >= 0 &&
	    !ftruncate(writer->fd, writer->base + writer->at))
		lseek(writer->fd, writer->base + writer->at, SEEK_SET);
}

/* A message the first time only. Return: false; errno stays. */
static bool fail(struct blocks_writer *writer)
{
	int error = errno;

	if (!writer->failed)
		warn("%s: cannot be written", writer->name);
	WRITE_ONCE(writer->failed, true);
	/* Remove what there was no room for. */
	cut_off(writer);
	errno = error;
	return false;
}

static bool put(struct blocks_writer *writer, const void *bytes, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t put = write(writer->fd, (const char *)bytes + done,
				    n - done);

		if (put >= 0)
			done += put;
		else if (errno == EAGAIN)
			wait_writable(writer->fd);
		else if (errno != EINTR)
			return fail(writer);
	}
	WRITE_ONCE(writer->at, writer->at + n);
	return true;
}

/* ---- The header ------------------------------------------------------------ */

static size_t text_room(const char *text)
{
	return text && *text ? (strlen(text) + 8) / 8 * 8 : 0;
}

static size_t put_texts(const struct blocks_about *about, char *to)
{
	size_t used = 0;
	u32 i;

	for (i = 1; i < __IPCTRACE_CAPTURE_TEXT_MAX; i++) {
		struct ipctrace_capture_text text = {
			.type = i,
			.bytes = text_room(about->texts[i]),
		};

		if (!text.bytes)
			continue;
		if (to) {
			memcpy(to + used, &text, sizeof(text));
			memset(to + used + sizeof(text), 0, text.bytes);
			memcpy(to + used + sizeof(text), about->texts[i],
			       strlen(about->texts[i]));
		}
		used += sizeof(text) + text.bytes;
	}
	return used;
}

static bool put_header(struct blocks_writer *writer)
{
	const struct blocks_about *about = &writer->about;
	size_t bytes = sizeof(struct ipctrace_capture_header) +
		       put_texts(about, NULL);
	struct ipctrace_capture_header *header;
	struct blocks_moment start = moment(&about->start);
	bool good;

	if (bytes > IPCTRACE_CAPTURE_HEADER_MAX_BYTES) {
		warnx("%s: more about it than a header has room for",
		      writer->name);
		return false;
	}
	header = calloc(1, bytes);
	if (!header) {
		warnx("no memory for a header");
		return false;
	}
	*header = (struct ipctrace_capture_header){
		.frame = skippable(IPCTRACE_CAPTURE_HEADER_FRAME, bytes),
		.version = IPCTRACE_CAPTURE_BLOCKS_VERSION,
		.transport = about->transport,
		.schema = about->schema,
		.nr_cpus = about->nr_cpus,
		.fixed_bytes = sizeof(*header),
		.start_ns = start.ns,
		.start_real_ns = start.real_ns,
		.start_boot_ns = start.boot_ns,
		.clocks_apart_ns = start.apart_ns,
	};
	memcpy(header->magic, IPCTRACE_CAPTURE_MAGIC, sizeof(header->magic));
	put_texts(about, (char *)(header + 1));
	header->sum = xxh64_sum(header, bytes);
	good = put(writer, header, bytes);
	writer->header_bytes = bytes;
	free(header);
	return good;
}

/* ---- Blocks ---------------------------------------------------------------- */

/* The next block begins, empty. */
static void next_block(struct blocks_writer *writer, u64 settled_ns)
{
	writer->gather.facts = (struct ipctrace_capture_facts){
		.first_ns = ~0ULL,
		.settled_ns = settled_ns,
	};
	memset(writer->named, 0, sizeof(writer->named));
	writer->gather.used = 0;
}

static bool add_facts(struct blocks_writer *writer,
		      const struct ipctrace_capture_facts *facts)
{
	if (writer->nr == writer->room) {
		u32 room = writer->room ? 2 * writer->room : 256;
		void *more = realloc(writer->facts, room * sizeof(*facts));

		if (!more) {
			warnx("no memory for an index of %u blocks", room);
			WRITE_ONCE(writer->failed, true);
			return false;
		}
		writer->facts = more;
		writer->room = room;
	}
	writer->facts[writer->nr++] = *facts;
	return true;
}

/* The whole content in one frame, stored: RFC 8878, 3.1.1 */
static size_t store_frame(const char *content, u32 bytes, char *frame)
{
	static const u8 start[] = {
		0x28, 0xb5, 0x2f, 0xfd, /* a frame */
		0xa4, /* one segment, its size in 4 bytes, a checksum */
	};
	u32 sum = xxh64_sum(content, bytes), at, n, head;
	char *to = frame;

	memcpy(to, start, sizeof(start));
	to += sizeof(start);
	memcpy(to, &bytes, 4);
	to += 4;
	for (at = 0; at < bytes; at += n) {
		n = min_t(u32, bytes - at, STORED_BYTES);
		head = n << 3 | (at + n == bytes);
		memcpy(to, &head, 3);
		memcpy(to + 3, content + at, n);
		to += 3 + n;
	}
	memcpy(to, &sum, 4);
	return to + 4 - frame;
}

/* The frame of a batch, to @frame; returns its bytes. */
static size_t make_frame(struct blocks_writer *writer,
			 struct blocks_batch *batch, char *frame)
{
	struct ipctrace_capture_facts *facts = &batch->facts;
	size_t bytes;

	if (batch->effort == BLOCKS_STORE)
		facts->content_bytes = pack_plain(batch->records, facts->bytes,
						  writer->content);
	else
		facts->content_bytes = pack(writer->packer, batch->records,
					    facts->bytes, writer->content);
	if (batch->effort == BLOCKS_COMPRESS) {
		bytes = ZSTD_compress2(writer->zstd, frame,
				       IPCTRACE_CAPTURE_FRAME_MAX_BYTES,
				       writer->content, facts->content_bytes);
		if (!ZSTD_isError(bytes))
			return bytes;
	}
	facts->flags |= IPCTRACE_CAPTURE_STORED;
	return store_frame(writer->content, facts->content_bytes, frame);
}

static bool write_block(struct blocks_writer *writer, struct blocks_batch *batch)
{
	struct ipctrace_capture_block *block = (void *)writer->frame;
	struct ipctrace_capture_facts *facts = &batch->facts;

	if (!(facts->flags & IPCTRACE_CAPTURE_TIMES))
		facts->first_ns = 0;
	facts->offset = writer->at;
	facts->bytes = batch->used;
	memset(batch->records + batch->used, 0, PACK_SLACK);
	facts->frame_bytes = make_frame(writer, batch, (char *)(block + 1));
	*block = (struct ipctrace_capture_block){
		.frame = skippable(IPCTRACE_CAPTURE_BLOCK_FRAME, sizeof(*block)),
		.number = writer->nr,
		.transport = writer->about.transport,
		.schema = writer->about.schema,
		.facts = *facts,
		.frame_sum = xxh64_sum(block + 1, facts->frame_bytes),
	};
	memcpy(block->magic, IPCTRACE_CAPTURE_BLOCK_MAGIC, sizeof(block->magic));
	block->sum = xxh64_sum(block, offsetof(typeof(*block), sum));
	return put(writer, block, sizeof(*block) + facts->frame_bytes) &&
	       add_facts(writer, facts);
}

/* ---- The thread ------------------------------------------------------------ */

static void *write_blocks(void *arg)
{
	struct blocks_writer *writer = arg;

	pthread_mutex_lock(&writer->lock);
	for (;;) {
		while (!writer->writing && !writer->stop)
			pthread_cond_wait(&writer->changed, &writer->lock);
		if (!writer->writing)
			break;
		pthread_mutex_unlock(&writer->lock);
		if (!writer->failed)
			write_block(writer, &writer->written);
		pthread_mutex_lock(&writer->lock);
		writer->writing = false;
		pthread_cond_broadcast(&writer->changed);
	}
	pthread_mutex_unlock(&writer->lock);
	return NULL;
}

/**
 * blocks_in_thread() - let another thread pack, compress and write from now on
 * @writer: has no thread yet; blocks_end() or blocks_free() will end this one
 *
 * The thread has the rights and the priority of the caller, and takes no signals.
 * A block waits until the one before it is written, so at most two are not in the file.
 *
 * Return: false when there can be none; then the caller does everything.
 */
bool blocks_in_thread(struct blocks_writer *writer)
{
	sigset_t all, before;

	writer->written.records =
		malloc(IPCTRACE_CAPTURE_BLOCK_MAX_BYTES + PACK_SLACK);
	if (!writer->written.records)
		return false;
	pthread_mutex_init(&writer->lock, NULL);
	pthread_cond_init(&writer->changed, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	writer->threaded = !pthread_create(&writer->thread, NULL, write_blocks,
					   writer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return writer->threaded;
}

/**
 * blocks_busy() - is the block before still being written?
 * @writer: without a thread it never is; with one, the next block would have to wait
 */
bool blocks_busy(struct blocks_writer *writer)
{
	bool busy;

	if (!writer->threaded)
		return false;
	pthread_mutex_lock(&writer->lock);
	busy = writer->writing;
	pthread_mutex_unlock(&writer->lock);
	return busy;
}

static void hand_over(struct blocks_writer *writer)
{
	struct blocks_batch batch;

	pthread_mutex_lock(&writer->lock);
	while (writer->writing)
		pthread_cond_wait(&writer->changed, &writer->lock);
	batch = writer->written;
	writer->written = writer->gather;
	writer->gather = batch;
	writer->writing = true;
	pthread_cond_broadcast(&writer->changed);
	pthread_mutex_unlock(&writer->lock);
}

/* End the thread once it has written everything; from now on the caller writes. */
static void end_thread(struct blocks_writer *writer)
{
	if (!writer->threaded)
		return;
	pthread_mutex_lock(&writer->lock);
	writer->stop = true;
	pthread_cond_broadcast(&writer->changed);
	pthread_mutex_unlock(&writer->lock);
	pthread_join(writer->thread, NULL);
	writer->threaded = false;
}

/* ---- Gathering ------------------------------------------------------------- */

/**
 * blocks_flush() - make a block of what has been gathered, and write it
 * @writer: if it has gathered nothing, nothing is written
 *
 * Return: false, with a message the first time, when that failed, or writing an
 * earlier block did.
 */
bool blocks_flush(struct blocks_writer *writer)
{
	u64 settled_ns = writer->gather.facts.settled_ns;

	if (READ_ONCE(writer->failed))
		return false;
	if (!writer->gather.used)
		return true;
	writer->gather.effort = writer->effort;
	writer->flushed += writer->gather.facts.records;
	writer->lost += writer->gather.facts.lost;
	writer->gaps += writer->gather.facts.gaps;
	if (writer->threaded)
		hand_over(writer);
	else if (!write_block(writer, &writer->gather))
		return false;
	next_block(writer, settled_ns);
	return true;
}

/**
 * blocks_room() - where the next records go
 * @writer: its block is flushed first when it is large enough
 *
 * Return: room for IPCTRACE_BLOCK_BYTES, 8-byte aligned; NULL when the capture
 * could not be written.
 */
void *blocks_room(struct blocks_writer *writer)
{
	if (writer->gather.used >= ENOUGH_BYTES)
		blocks_flush(writer);
	return READ_ONCE(writer->failed) ?
		       NULL : writer->gather.records + writer->gather.used;
}

/*
 * If two cgroups share a place they are named more than once. Returns how many records
 * that took.
 */
static u32 name_cgroup(struct blocks_writer *writer, u64 id)
{
	size_t bytes;

	bytes = writer->name_cgroup(writer->name_arg, id,
				    writer->gather.records + writer->gather.used);
	if (!bytes)
		return 0;
	writer->named[id % BLOCKS_NR_NAMED] = id;
	writer->gather.used += bytes;
	return 1;
}

/* What the facts say of records that are not calls */
static void count_record(struct ipctrace_capture_facts *facts,
			 const struct ipctrace_header *record)
{
	switch (record->type) {
	case IPCTRACE_TYPE_LOST:
		facts->lost += ((const struct ipctrace_lost *)record)->count;
		break;
	case IPCTRACE_TYPE_MISSED:
		facts->missed++;
		break;
	case IPCTRACE_TYPE_GAP:
		facts->gaps++;
		break;
	}
}

static __always_inline void add_time(struct ipctrace_capture_facts *facts,
				     u64 time_ns)
{
	if (time_ns < facts->first_ns)
		facts->first_ns = time_ns;
	if (time_ns > facts->last_ns)
		facts->last_ns = time_ns;
}

/**
 * blocks_add() - add the records at blocks_room() to the capture
 * @writer: one whose blocks_room() was not NULL, filled since
 * @bytes: of whole records there, at most IPCTRACE_BLOCK_BYTES; 0 is allowed
 */
void blocks_add(struct blocks_writer *writer, u32 bytes)
{
	const char *at = writer->gather.records + writer->gather.used;
	/* Its own copy, so that the compiler may keep it in registers. */
	struct ipctrace_capture_facts facts = writer->gather.facts;
	u64 known = ~0ULL; /* cgroup whose name is in the block */
	const char *end = at + bytes;

	writer->gather.used += bytes;
	for (; at < end; at += ((const struct ipctrace_header *)at)->len) {
		const struct ipctrace_call *record = (const void *)at;

		facts.records++;
		if (record->header.type != IPCTRACE_TYPE_CALL) {
			if (record->header.type >= IPCTRACE_CAPTURE_CGROUP)
				continue;
			count_record(&facts, &record->header);
		}
		facts.flags |= IPCTRACE_CAPTURE_TIMES;
		add_time(&facts, record->header.time_ns);
		if (record->header.type == IPCTRACE_TYPE_LOST ||
		    record->header.len < sizeof(*record) ||
		    record->cgroup == known)
			continue;
		if (writer->name_cgroup &&
		    writer->named[record->cgroup % BLOCKS_NR_NAMED] !=
		    record->cgroup)
			facts.records += name_cgroup(writer, record->cgroup);
		known = record->cgroup;
	}
	writer->gather.facts = facts;
}

/**
 * blocks_settled() - all records up to a time are in the capture
 * @writer: gets a record that says so
 * @settled_ns: CLOCK_MONOTONIC; no record as old as that may be added later
 *
 * Return: false when the capture could not be written.
 */
bool blocks_settled(struct blocks_writer *writer, u64 settled_ns)
{
	struct ipctrace_header *settled = blocks_room(writer);

	if (!settled)
		return false;
	*settled = (struct ipctrace_header){
		.len = sizeof(*settled),
		.type = IPCTRACE_CAPTURE_SETTLED,
		.time_ns = settled_ns,
	};
	blocks_add(writer, sizeof(*settled));
	writer->gather.facts.settled_ns = settled_ns;
	return true;
}

/* ---- The end --------------------------------------------------------------- */

struct seek_entry {
	u32 frame_bytes;
	u32 content_bytes;
};

#define SEEK_FOOTER_BYTES	9
#define SEEK_FOOTER_MAGIC	0x8F92EAB1

static size_t index_bytes(const struct blocks_writer *writer)
{
	return sizeof(struct ipctrace_capture_index) +
	       writer->nr * sizeof(struct ipctrace_capture_facts);
}

static size_t seek_bytes(const struct blocks_writer *writer)
{
	return sizeof(struct ipctrace_capture_frame) +
	       (2 * writer->nr + 2) * sizeof(struct seek_entry) +
	       SEEK_FOOTER_BYTES;
}

static void make_seek_table(const struct blocks_writer *writer, char *to)
{
	u32 footer[2] = { 2 * writer->nr + 2, SEEK_FOOTER_MAGIC };
	struct ipctrace_capture_frame frame =
		skippable(IPCTRACE_CAPTURE_SEEK_FRAME, seek_bytes(writer));
	struct seek_entry *entry;
	u32 i;

	memcpy(to, &frame, sizeof(frame));
	entry = (void *)(to + sizeof(frame));
	*entry++ = (struct seek_entry){ writer->header_bytes, 0 };
	for (i = 0; i < writer->nr; i++) {
		*entry++ = (struct seek_entry){
			sizeof(struct ipctrace_capture_block), 0
		};
		*entry++ = (struct seek_entry){
			writer->facts[i].frame_bytes,
			writer->facts[i].content_bytes,
		};
	}
	*entry++ = (struct seek_entry){ index_bytes(writer), 0 };
	to = (char *)entry;
	memcpy(to, &footer[0], 4);
	to[4] = 0; /* no checksums in the entries */
	memcpy(to + 5, &footer[1], 4);
}

static void make_index(const struct blocks_writer *writer, char *to)
{
	struct ipctrace_capture_index *index = (void *)to;
	struct blocks_moment end = moment(&writer->end);
	u32 i;

	*index = (struct ipctrace_capture_index){
		.frame = skippable(IPCTRACE_CAPTURE_INDEX_FRAME,
				   index_bytes(writer)),
		.blocks = writer->nr,
		.seek_sum = xxh64_sum(to + index_bytes(writer),
				      seek_bytes(writer)),
		.end_ns = end.ns,
		.end_real_ns = end.real_ns,
		.end_boot_ns = end.boot_ns,
	};
	memcpy(index->magic, IPCTRACE_CAPTURE_INDEX_MAGIC, sizeof(index->magic));
	for (i = 0; i < writer->nr; i++) {
		index->records += writer->facts[i].records;
		index->lost += writer->facts[i].lost;
		index->gaps += writer->facts[i].gaps;
	}
	if (writer->nr)
		memcpy(index + 1, writer->facts,
		       writer->nr * sizeof(*writer->facts));
	index->sum = xxh64_sum(index, index_bytes(writer));
}

/* @to: room for the end of a capture of as many blocks as there are */
static bool put_end(struct blocks_writer *writer, char *to)
{
	make_seek_table(writer, to + index_bytes(writer));
	make_index(writer, to);
	return put(writer, to, index_bytes(writer) + seek_bytes(writer));
}

/* The last block may be dropped for lack of room, for no other fault of a disk. */
static bool drop_last(struct blocks_writer *writer)
{
	if (writer->base < 0 || !writer->nr ||
	    (errno != ENOSPC && errno != EDQUOT && errno != EFBIG))
		return false;
	writer->nr--;
	WRITE_ONCE(writer->at, writer->at -
		   sizeof(struct ipctrace_capture_block) -
		   writer->facts[writer->nr].frame_bytes);
	cut_off(writer);
	return true;
}

/**
 * blocks_end() - write the rest, and mark the end
 * @writer: takes no more records; blocks_free() is still to come
 *
 * To be called after a failure, too: what was written before is then whole. On a full
 * disk the last block may have to go, to make room for the index.
 *
 * Return: false, with a message the first time, when any of it failed.
 */
bool blocks_end(struct blocks_writer *writer)
{
	bool good = blocks_flush(writer);
	char *end;

	end_thread(writer);
	good = good && !writer->failed;
	if (!good && writer->base < 0)
		return false;
	end = malloc(index_bytes(writer) + seek_bytes(writer));
	if (!end) {
		warnx("%s: no memory for its index", writer->name);
		return false;
	}
	while (!put_end(writer, end)) {
		good = false;
		if (!drop_last(writer))
			break;
	}
	free(end);
	return good;
}

/* ---- Life ------------------------------------------------------------------ */

static bool allocate(struct blocks_writer *writer)
{
	writer->gather.records =
		malloc(IPCTRACE_CAPTURE_BLOCK_MAX_BYTES + PACK_SLACK);
	writer->content =
		malloc(PACK_CONTENT_BYTES(IPCTRACE_CAPTURE_BLOCK_MAX_BYTES));
	writer->frame = malloc(sizeof(struct ipctrace_capture_block) +
			       IPCTRACE_CAPTURE_FRAME_MAX_BYTES);
	writer->packer = packer_new();
	writer->zstd = ZSTD_createCCtx();
	if (!writer->gather.records || !writer->content || !writer->frame ||
	    !writer->packer || !writer->zstd) {
		warnx("no memory for a block");
		return false;
	}
	ZSTD_CCtx_setParameter(writer->zstd, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(writer->zstd, ZSTD_c_checksumFlag, 1);
	return true;
}

/* Where the capture begins in a file that can be cut off; -1 for a pipe or a device. */
static s64 base_of(int fd)
{
	struct stat status;

	if (fstat(fd, &status) || !S_ISREG(status.st_mode))
		return -1;
	return lseek(fd, 0, SEEK_CUR);
}

/**
 * blocks_begin() - begin a capture
 * @writer: out: an empty capture; nothing to be freed on failure
 * @fd: of a file, whose place is where the capture begins, or of a pipe; stays open
 * @name: for messages; must outlive @writer
 * @about: what its header says; texts are not needed any more on return
 *
 * Return: false, with a message, when memory is short or the header could not
 * be written.
 */
bool blocks_begin(struct blocks_writer *writer, int fd, const char *name,
		  const struct blocks_about *about)
{
	*writer = (struct blocks_writer){
		.fd = fd,
		.name = name,
		.about = *about,
		.base = base_of(fd),
	};
	next_block(writer, 0);
	if (allocate(writer) && put_header(writer))
		return true;
	blocks_free(writer);
	return false;
}

/**
 * blocks_free() - undo blocks_begin()
 * @writer: from a blocks_begin() that succeeded; what was not flushed is dropped
 */
void blocks_free(struct blocks_writer *writer)
{
	end_thread(writer);
	ZSTD_freeCCtx(writer->zstd);
	packer_free(writer->packer);
	free(writer->frame);
	free(writer->content);
	free(writer->gather.records);
	free(writer->written.records);
	free(writer->facts);
}
