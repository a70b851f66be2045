// SPDX-License-Identifier: GPL-2.0
/*
 * Captures in blocks: written and read back, read in part, while they grow, and
 * when they are damaged. What others make of them: Zstandard's own library.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zstd.h>

/* Standard error is what messages are read from. */
#define TH_LOG_STREAM	stdout

#include "kselftest_harness.h"

#include "capture/blocks_read.h"
#include "capture/blocks_write.h"
#include "capture/xxh64.h"
#include "unit_messages.h"
#include "unit_traffic.h"

#define MAX	IPCTRACE_CAPTURE_BLOCK_MAX_BYTES
#define BLOCK	sizeof(struct ipctrace_capture_block)

static const struct blocks_about about = {
	.transport = 1,
	.schema = 4,
	.nr_cpus = 2,
	.texts = {
		[IPCTRACE_CAPTURE_HOST] = "machine",
		[IPCTRACE_CAPTURE_RELEASE] = "6.1.0",
		[IPCTRACE_CAPTURE_BOOT] = "",
		[IPCTRACE_CAPTURE_PARAMETERS] = "ring_bytes=65536\ngroup=0\n",
	},
};

FIXTURE(file) {
	struct blocks_writer writer;
	struct blocks_reader reader;
	struct unit_traffic traffic;
	int fd;
	struct unit_messages messages;
	char *whole;
	size_t used;
};

FIXTURE_SETUP(file)
{
	self->traffic = (struct unit_traffic){
		.seed = 1, .time_ns = 1000000, .callers = 10, .wild = 2
	};
	self->fd = memfd_create("capture", 0);
	ASSERT_LE(0, self->fd);
	ASSERT_TRUE(messages_begin(&self->messages));
	self->whole = malloc(64 * MAX);
}

FIXTURE_TEARDOWN(file)
{
	close(self->fd);
	close(self->messages.fd);
	free(self->whole);
}

static size_t bytes(FIXTURE_DATA(file) *self)
{
	return lseek(self->fd, 0, SEEK_END);
}

/* So many records, about, into capture and @whole */
static bool put(FIXTURE_DATA(file) *self, u32 records)
{
	while (records) {
		char *room = blocks_room(&self->writer);
		u32 n = 0;

		if (!room)
			return false;
		for (; records && n + 1024 <= IPCTRACE_BLOCK_BYTES; records--)
			n += unit_traffic_next(&self->traffic, room + n);
		memcpy(self->whole + self->used, room, n);
		self->used += n;
		blocks_add(&self->writer, n);
	}
	return true;
}

static bool begin(FIXTURE_DATA(file) *self)
{
	return blocks_begin(&self->writer, self->fd, "it", &about);
}

/* Blocks of so many records each, and the end */
static bool make(FIXTURE_DATA(file) *self, u32 blocks, u32 records)
{
	bool good = begin(self);

	for (; good && blocks; blocks--)
		good = put(self, records) && blocks_flush(&self->writer);
	good = good && blocks_end(&self->writer);
	blocks_free(&self->writer);
	return good;
}

static bool open_it(FIXTURE_DATA(file) *self)
{
	lseek(self->fd, 0, SEEK_SET);
	return blocks_open(&self->reader, self->fd, "it");
}

/**
 * struct found - what a reader gave
 * @blocks: so many, good ones
 * @damages: so many
 * @bytes: of records
 * @same: and these are those that were written, if all were
 * @last: what the last call gave
 * @damage: the last one
 */
struct found {
	u32 blocks;
	u32 damages;
	size_t bytes;
	bool same;
	enum blocks_result last;
	struct blocks_damage damage;
};

static struct found read_rest(FIXTURE_DATA(file) *self)
{
	struct blocks_reader *reader = &self->reader;
	struct found found = { .same = true };

	for (;;) {
		found.last = blocks_next(reader);
		if (found.last == BLOCKS_DAMAGE) {
			found.damages++;
			found.damage = reader->damage;
			continue;
		}
		if (found.last != BLOCKS_BLOCK)
			return found;
		found.same = found.same &&
			     !memcmp(self->whole + found.bytes, reader->records,
				     reader->facts.bytes);
		found.bytes += reader->facts.bytes;
		found.blocks++;
	}
}

static struct found read_all(FIXTURE_DATA(file) *self)
{
	struct found found = { .last = BLOCKS_ERROR };

	if (open_it(self)) {
		found = read_rest(self);
		blocks_close(&self->reader);
	}
	return found;
}

#define EXPECT_WHOLE(nr_blocks) do {					\
	struct found found = read_all(self);				\
									\
	EXPECT_EQ(BLOCKS_END, found.last);				\
	EXPECT_EQ(nr_blocks, found.blocks);				\
	EXPECT_EQ(0, found.damages);					\
	EXPECT_EQ(self->used, found.bytes);				\
	EXPECT_TRUE(found.same);					\
} while (0)

/* ---- Whole ------------------------------------------------------------------ */

TEST_F(file, no_records)
{
	ASSERT_TRUE(make(self, 0, 0));
	EXPECT_WHOLE(0);
}

TEST_F(file, some)
{
	ASSERT_TRUE(make(self, 5, 100));
	EXPECT_WHOLE(5);
}

/* Without a flush: blocks end where they are large enough. */
TEST_F_TIMEOUT(file, many, 120)
{
	ASSERT_TRUE(make(self, 1, 20000));
	EXPECT_WHOLE((self->used + 524287) / 524288);
	EXPECT_GT(self->used / 8, bytes(self));
}

TEST_F(file, every_effort)
{
	static const enum blocks_effort efforts[] = {
		BLOCKS_COMPRESS, BLOCKS_PACK, BLOCKS_STORE
	};
	size_t i;

	ASSERT_TRUE(begin(self));
	for (i = 0; i < 6; i++) {
		self->writer.effort = efforts[i % 3];
		ASSERT_TRUE(put(self, 2000) && blocks_flush(&self->writer));
	}
	ASSERT_TRUE(blocks_end(&self->writer));
	blocks_free(&self->writer);
	EXPECT_WHOLE(6);
}

/* By a thread: in the order in which they came */
TEST_F_TIMEOUT(file, in_thread, 120)
{
	static const enum blocks_effort efforts[] = {
		BLOCKS_COMPRESS, BLOCKS_PACK, BLOCKS_STORE
	};
	size_t i;

	ASSERT_TRUE(begin(self));
	ASSERT_TRUE(blocks_in_thread(&self->writer));
	for (i = 0; i < 60; i++) {
		self->writer.effort = efforts[i % 3];
		ASSERT_TRUE(put(self, 300) && blocks_flush(&self->writer));
	}
	ASSERT_TRUE(put(self, 20000));
	ASSERT_TRUE(blocks_end(&self->writer));
	EXPECT_FALSE(blocks_busy(&self->writer));
	blocks_free(&self->writer);
	EXPECT_EQ(BLOCKS_END, read_all(self).last);
	EXPECT_EQ(self->used, read_all(self).bytes);
	EXPECT_TRUE(read_all(self).same);
}

/* It is freed without its end, as when the program fails. */
TEST_F(file, thread_is_left)
{
	ASSERT_TRUE(begin(self));
	ASSERT_TRUE(blocks_in_thread(&self->writer));
	ASSERT_TRUE(put(self, 300) && blocks_flush(&self->writer));
	blocks_free(&self->writer);
	EXPECT_EQ(BLOCKS_CUT, read_all(self).last);
	EXPECT_EQ(1, read_all(self).blocks);
}

TEST_F(file, pipe)
{
	int fds[2];

	ASSERT_EQ(0, pipe(fds));
	fcntl(fds[1], F_SETPIPE_SZ, 1 << 20);
	close(self->fd);
	self->fd = fds[1];
	ASSERT_TRUE(make(self, 20, 300));
	close(fds[1]);
	self->fd = fds[0];
	ASSERT_TRUE(open_it(self));
	EXPECT_FALSE(self->reader.seekable);
	EXPECT_EQ(20, read_rest(self).blocks);
	blocks_close(&self->reader);
}

TEST_F(file, header)
{
	ASSERT_TRUE(make(self, 1, 1));
	EXPECT_TRUE(blocks_is_one(self->fd));
	ASSERT_TRUE(open_it(self));
	EXPECT_TRUE(self->reader.header_good);
	EXPECT_EQ(4, self->reader.header->schema);
	EXPECT_EQ(2, self->reader.header->nr_cpus);
	EXPECT_STREQ("machine", blocks_text(&self->reader, IPCTRACE_CAPTURE_HOST));
	EXPECT_STREQ("ring_bytes=65536\ngroup=0\n",
		     blocks_text(&self->reader, IPCTRACE_CAPTURE_PARAMETERS));
	EXPECT_EQ(NULL, blocks_text(&self->reader, IPCTRACE_CAPTURE_BOOT));
	EXPECT_EQ(NULL, blocks_text(&self->reader, IPCTRACE_CAPTURE_FILTER));
	blocks_close(&self->reader);
}

TEST_F(file, facts)
{
	struct ipctrace_lost lost = {
		.header = { .len = 24, .type = IPCTRACE_TYPE_LOST,
			    .time_ns = 700 },
		.count = 41,
	};
	struct ipctrace_call missed = {
		.header = { .len = 160, .type = IPCTRACE_TYPE_MISSED,
			    .time_ns = 900 },
	};
	struct ipctrace_call gap = {
		.header = { .len = 160, .type = IPCTRACE_TYPE_GAP,
			    .time_ns = 600 },
	};

	ASSERT_TRUE(begin(self));
	ASSERT_TRUE(blocks_settled(&self->writer, 5));
	ASSERT_TRUE(blocks_flush(&self->writer));
	memcpy(blocks_room(&self->writer), &lost, 24);
	blocks_add(&self->writer, 24);
	memcpy(blocks_room(&self->writer), &missed, 160);
	blocks_add(&self->writer, 160);
	memcpy(blocks_room(&self->writer), &gap, 160);
	blocks_add(&self->writer, 160);
	ASSERT_TRUE(blocks_end(&self->writer));
	blocks_free(&self->writer);

	ASSERT_TRUE(open_it(self));
	ASSERT_EQ(BLOCKS_BLOCK, blocks_next(&self->reader));
	EXPECT_FALSE(self->reader.facts.flags & IPCTRACE_CAPTURE_TIMES);
	EXPECT_EQ(5, self->reader.facts.settled_ns);
	ASSERT_EQ(BLOCKS_BLOCK, blocks_next(&self->reader));
	EXPECT_TRUE(self->reader.facts.flags & IPCTRACE_CAPTURE_TIMES);
	EXPECT_EQ(3, self->reader.facts.records);
	EXPECT_EQ(600, self->reader.facts.first_ns);
	EXPECT_EQ(900, self->reader.facts.last_ns);
	EXPECT_EQ(5, self->reader.facts.settled_ns);
	EXPECT_EQ(41, self->reader.facts.lost);
	EXPECT_EQ(1, self->reader.facts.missed);
	EXPECT_EQ(1, self->reader.facts.gaps);
	EXPECT_EQ(BLOCKS_END, blocks_next(&self->reader));
	EXPECT_EQ(BLOCKS_END, blocks_next(&self->reader));
	blocks_close(&self->reader);
}

/* Each block has the names of its own cgroups. */
static size_t name_it(void *arg, u64 id, void *room)
{
	struct ipctrace_capture_cgroup *cgroup = room;

	++*(u32 *)arg;
	*cgroup = (struct ipctrace_capture_cgroup){
		.header = { .len = 32, .type = IPCTRACE_CAPTURE_CGROUP },
		.id = id,
	};
	memcpy(cgroup + 1, "/cgroup", 8);
	return 32;
}

TEST_F(file, names_of_cgroups)
{
	u32 named = 0, blocks = 0, at, names;

	self->traffic.wild = 0;
	ASSERT_TRUE(begin(self));
	self->writer.name_cgroup = name_it;
	self->writer.name_arg = &named;
	ASSERT_TRUE(put(self, 9000) && blocks_end(&self->writer));
	blocks_free(&self->writer);
	ASSERT_TRUE(open_it(self));
	for (; blocks_next(&self->reader) == BLOCKS_BLOCK; blocks++) {
		for (at = 0, names = 0; at < self->reader.facts.bytes;) {
			struct ipctrace_header *record =
				(void *)(self->reader.records + at);

			names += record->type == IPCTRACE_CAPTURE_CGROUP;
			at += record->len;
		}
		EXPECT_EQ(7, names);
	}
	EXPECT_LT(2, blocks);
	EXPECT_EQ(7 * blocks, named);
	blocks_close(&self->reader);
}

/* ---- As others see it -------------------------------------------------------- */

/* All frames, one after the other, as zstd -d does */
TEST_F(file, zstd_opens_it)
{
	size_t at, n, size, whole, sum = 0;
	char *file, *content = malloc(2 * MAX);

	ASSERT_TRUE(begin(self));
	self->writer.effort = BLOCKS_STORE;
	ASSERT_TRUE(put(self, 5000));
	self->writer.effort = BLOCKS_COMPRESS;
	ASSERT_TRUE(put(self, 5000));
	ASSERT_TRUE(blocks_end(&self->writer));
	blocks_free(&self->writer);
	whole = bytes(self);
	file = mmap(NULL, whole, PROT_READ, MAP_SHARED, self->fd, 0);
	for (at = 0; at < whole; at += n) {
		n = ZSTD_findFrameCompressedSize(file + at, whole - at);
		ASSERT_FALSE(ZSTD_isError(n));
		size = ZSTD_decompress(content, 2 * MAX, file + at, n);
		ASSERT_FALSE(ZSTD_isError(size));
		sum += size;
	}
	EXPECT_EQ(whole, at);
	EXPECT_LT(self->used / 4, sum);
	munmap(file, whole);
	free(content);
}

/* The seek table, as contrib/seekable_format of Zstandard reads it */
TEST_F(file, seek_table)
{
	size_t whole, place = 0, content = 0, frames = 0;
	u32 nr, i, magic, entry[2];
	const char *file, *table;
	char *room = malloc(2 * MAX);

	ASSERT_TRUE(make(self, 7, 500));
	whole = bytes(self);
	file = mmap(NULL, whole, PROT_READ, MAP_SHARED, self->fd, 0);
	memcpy(&magic, file + whole - 4, 4);
	EXPECT_EQ(0x8F92EAB1, magic);
	EXPECT_EQ(0, file[whole - 5]);
	memcpy(&nr, file + whole - 9, 4);
	EXPECT_EQ(16, nr);
	table = file + whole - 9 - 8 * nr;
	memcpy(&magic, table - 8, 4);
	EXPECT_EQ(0x184D2A5E, magic);
	for (i = 0; i < nr; i++) {
		memcpy(entry, table + 8 * i, 8);
		EXPECT_EQ(entry[0], ZSTD_findFrameCompressedSize(
					    file + place, whole - place));
		EXPECT_EQ(entry[1], ZSTD_decompress(room, 2 * MAX, file + place,
						    entry[0]));
		place += entry[0];
		content += entry[1];
		frames += !!entry[1];
	}
	EXPECT_EQ(table - 8, file + place);
	EXPECT_EQ(7, frames);
	EXPECT_LT(0, content);
	munmap((void *)file, whole);
	free(room);
}

/* XXH64, in two pieces, as Zstandard's own library makes it */
TEST(xxh64)
{
	ZSTD_CCtx *zstd = ZSTD_createCCtx();
	char text[201], frame[512];
	struct xxh64 sum;
	size_t n;
	u32 right, i;

	for (i = 0; i < sizeof(text); i++)
		text[i] = i * 7;
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
	for (i = 0; i < sizeof(text); i++) {
		n = ZSTD_compress2(zstd, frame, sizeof(frame), text, i);
		ASSERT_FALSE(ZSTD_isError(n));
		memcpy(&right, frame + n - 4, 4);
		xxh64_begin(&sum);
		xxh64_add(&sum, text, i / 3);
		xxh64_add(&sum, text + i / 3, i - i / 3);
		EXPECT_EQ(right, (u32)xxh64_end(&sum));
	}
	ZSTD_freeCCtx(zstd);
}

/* ---- In part ------------------------------------------------------------------ */

/* One per cent of the time: at most two per cent of the file, all that is of it */
TEST_F_TIMEOUT(file, range, 120)
{
	u64 first = self->traffic.time_ns, span, since, until, n = 0, in = 0;
	u32 at, i;

	self->traffic.wild = 0;
	ASSERT_TRUE(begin(self));
	for (i = 0; i < 80; i++) {
		self->used = 0;
		ASSERT_TRUE(put(self, 6000));
	}
	ASSERT_TRUE(blocks_end(&self->writer));
	blocks_free(&self->writer);
	span = self->traffic.time_ns - first;
	since = first + span * 40 / 100;
	until = first + span * 41 / 100;
	for (i = 0; i < 2; i++) {
		if (i) /* without an index */
			ftruncate(self->fd, bytes(self) - 1);
		ASSERT_TRUE(open_it(self));
		blocks_range(&self->reader, since, until);
		for (n = 0; blocks_next(&self->reader) == BLOCKS_BLOCK;)
			for (at = 0; at < self->reader.facts.bytes;) {
				struct ipctrace_header *record =
					(void *)(self->reader.records + at);

				at += record->len;
				n += record->time_ns >= since &&
				     record->time_ns <= until;
			}
		if (!i)
			in = n;
		EXPECT_EQ(in, n);
		EXPECT_LT(480000 * 9 / 1000, n);
		EXPECT_GT(480000 * 11 / 1000, n);
		EXPECT_GT(bytes(self) * (i ? 4 : 3) / 100,
			  self->reader.read_bytes);
		blocks_close(&self->reader);
	}
}

TEST_F(file, nothing_in_range)
{
	ASSERT_TRUE(make(self, 3, 100));
	ASSERT_TRUE(open_it(self));
	blocks_range(&self->reader, 1, 2);
	EXPECT_EQ(BLOCKS_END, blocks_next(&self->reader));
	blocks_close(&self->reader);
}

TEST_F(file, last)
{
	ASSERT_TRUE(make(self, 10, 100));
	ASSERT_TRUE(open_it(self));
	ASSERT_TRUE(blocks_last(&self->reader, 250));
	EXPECT_EQ(3, read_rest(self).blocks);
	blocks_close(&self->reader);
	ASSERT_TRUE(open_it(self));
	ASSERT_TRUE(blocks_last(&self->reader, 5000));
	EXPECT_EQ(10, read_rest(self).blocks);
	blocks_close(&self->reader);
}

/* What is not there yet is there when it is looked for again. */
TEST_F(file, grows)
{
	int writes = self->fd, reads;
	char path[64];
	u32 i;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", self->fd);
	reads = open(path, O_RDONLY);
	ASSERT_TRUE(begin(self));
	self->fd = reads;
	ASSERT_TRUE(open_it(self));
	self->fd = writes;
	for (i = 0; i < 5; i++) {
		EXPECT_EQ(BLOCKS_CUT, blocks_next(&self->reader));
		ASSERT_TRUE(put(self, 10) && blocks_flush(&self->writer));
		EXPECT_EQ(BLOCKS_BLOCK, blocks_next(&self->reader));
		EXPECT_EQ(i, self->reader.number);
	}
	EXPECT_EQ(BLOCKS_CUT, blocks_next(&self->reader));
	ASSERT_TRUE(blocks_end(&self->writer));
	EXPECT_EQ(BLOCKS_END, blocks_next(&self->reader));
	blocks_free(&self->writer);
	blocks_close(&self->reader);
	close(reads);
}

/* ---- Damaged ------------------------------------------------------------------ */

/* Wherever it is cut off, the blocks before that are good. */
TEST_F_TIMEOUT(file, cut_off, 120)
{
	u64 ends[4] = { };
	struct found found;
	size_t cut, at = 0;
	u32 i;

	self->traffic.wild = 0;
	ASSERT_TRUE(make(self, 3, 3));
	ASSERT_TRUE(open_it(self));
	for (i = 0; i < 3; i++) {
		blocks_next(&self->reader);
		ends[i] = self->reader.at;
	}
	at = self->reader.header->frame.bytes + 8;
	blocks_close(&self->reader);
	for (cut = bytes(self) - 1; cut >= at; cut--) {
		ftruncate(self->fd, cut);
		found = read_all(self);
		ASSERT_EQ(BLOCKS_CUT, found.last);
		ASSERT_EQ((cut >= ends[0]) + (cut >= ends[1]) + (cut >= ends[2]),
			  found.blocks);
		ASSERT_EQ(0, found.damages);
		ASSERT_TRUE(found.same);
	}
}

/*
 * Every byte in turn: what is damaged is told, with its offset and its time, and
 * all blocks but the one that the byte is of are good.
 */
static void flip_every_byte(struct __test_metadata *_metadata,
			    FIXTURE_DATA(file) *self, u8 flip)
{
	u64 begins[5], first[5], last[5];
	struct found found;
	size_t at, size;
	u32 i, of;
	u8 byte;

	self->traffic.wild = 0;
	ASSERT_TRUE(make(self, 4, 3));
	ASSERT_TRUE(open_it(self));
	for (i = 0; i < 4; i++) {
		begins[i] = self->reader.at;
		ASSERT_EQ(BLOCKS_BLOCK, blocks_next(&self->reader));
		first[i] = self->reader.facts.first_ns;
		last[i] = self->reader.facts.last_ns;
	}
	begins[4] = self->reader.at;
	blocks_close(&self->reader);
	size = bytes(self);
	for (at = 0; at < size; at++) {
		pread(self->fd, &byte, 1, at);
		byte ^= flip;
		pwrite(self->fd, &byte, 1, at);
		found = read_all(self);
		for (of = 4; of && begins[of] > at; of--)
			;
		if (at < begins[0])
			of = 4; /* none of them */
		ASSERT_EQ(of == 4 ? 4 : 3, found.blocks) {
			TH_LOG("offset %zu", at);
		}
		ASSERT_EQ(1, found.damages) {
			TH_LOG("offset %zu", at);
		}
		ASSERT_LE(found.damage.begin, at);
		ASSERT_TRUE(found.last == BLOCKS_END || at >= begins[4]);
		if (of < 4) {
			ASSERT_EQ(begins[of], found.damage.begin);
			ASSERT_EQ(begins[of + 1], found.damage.end);
			ASSERT_LE(found.damage.from_ns, first[of]);
			ASSERT_GE(found.damage.until_ns, last[of]);
		}
		byte ^= flip;
		pwrite(self->fd, &byte, 1, at);
	}
	EXPECT_WHOLE(4);
}

TEST_F_TIMEOUT(file, every_byte_inverted, 120)
{
	flip_every_byte(_metadata, self, 0xff);
}

TEST_F_TIMEOUT(file, every_lowest_bit, 120)
{
	flip_every_byte(_metadata, self, 0x01);
}

TEST_F_TIMEOUT(file, every_highest_bit, 120)
{
	flip_every_byte(_metadata, self, 0x80);
}

/* A piece of the file was never written: the blocks that it is not of are good. */
TEST_F_TIMEOUT(file, holes, 120)
{
	struct unit_traffic random = { .seed = 9 };
	static char zeros[4096], was[4096];
	struct found found;
	u64 begins[9];
	size_t at;
	u32 i, n, k, hit;

	ASSERT_TRUE(make(self, 8, 100));
	ASSERT_TRUE(open_it(self));
	for (k = 0; k < 9; k++) {
		begins[k] = self->reader.at;
		blocks_next(&self->reader);
	}
	blocks_close(&self->reader);
	for (i = 0; i < 100; i++) {
		n = 16 + unit_random(&random) % (sizeof(zeros) - 16);
		at = begins[0] + unit_random(&random) %
					 (begins[8] - begins[0] - n);
		for (k = 0, hit = 0; k < 8; k++)
			hit += at < begins[k + 1] && at + n > begins[k];
		pread(self->fd, was, n, at);
		pwrite(self->fd, zeros, n, at);
		found = read_all(self);
		ASSERT_LE(1, found.damages);
		ASSERT_EQ(8 - hit, found.blocks);
		ASSERT_EQ(BLOCKS_END, found.last);
		pwrite(self->fd, was, n, at);
	}
	EXPECT_WHOLE(8);
}

TEST_F(file, not_one)
{
	pwrite(self->fd, "#!/bin/sh\nexit 0\n", 17, 0);
	EXPECT_FALSE(blocks_is_one(self->fd));
	EXPECT_FALSE(open_it(self));
	EXPECT_STREQ("offset 0: not a capture of ipctrace record",
		     messages_take(&self->messages));
}

TEST_F(file, other_version)
{
	struct ipctrace_capture_header *header = (void *)self->whole;
	size_t n;

	ASSERT_TRUE(make(self, 1, 1));
	pread(self->fd, header, 4096, 0);
	n = header->frame.bytes + 8;
	header->version = 99;
	header->sum = 0;
	header->sum = xxh64_sum(header, n);
	pwrite(self->fd, header, n, 0);
	EXPECT_FALSE(open_it(self));
	EXPECT_STREQ("offset 16: version 99 of captures; this program reads version 3",
		     messages_take(&self->messages));
}

TEST_F(file, unreadable)
{
	close(self->fd);
	self->fd = open("/", O_RDONLY | O_DIRECTORY);
	EXPECT_FALSE(open_it(self));
	EXPECT_STREQ("cannot be read: Is a directory",
		     messages_take(&self->messages));
}

TEST_F(file, goes_on_after_its_end)
{
	struct found found;

	ASSERT_TRUE(make(self, 2, 10));
	pwrite(self->fd, "x", 1, bytes(self));
	found = read_all(self);
	EXPECT_EQ(2, found.blocks);
	EXPECT_EQ(1, found.damages);
	EXPECT_STREQ("damaged: goes on after its end", found.damage.what);
	EXPECT_EQ(BLOCKS_END, found.last);
}

/* ---- Writing ------------------------------------------------------------------ */

TEST_F(file, device_is_full)
{
	int fd = open("/dev/full", O_WRONLY);

	EXPECT_FALSE(blocks_begin(&self->writer, fd, "it", &about));
	EXPECT_STREQ("cannot be written: No space left on device",
		     messages_take(&self->messages));
	close(fd);
}

/* A capture in a file whose size can be limited; no pipe, nor memory. */
static bool begin_limited(FIXTURE_DATA(file) *self)
{
	char path[] = "/tmp/unit-blocks-XXXXXX";

	close(self->fd);
	self->fd = mkstemp(path);
	unlink(path);
	signal(SIGXFSZ, SIG_IGN);
	self->traffic.wild = 250;
	return begin(self);
}

/* What there was no room for is cut off, and the rest is whole. */
TEST_F(file, disk_is_full)
{
	struct rlimit limit = { 40000, RLIM_INFINITY };
	struct found found;

	ASSERT_TRUE(begin_limited(self));
	ASSERT_TRUE(put(self, 20) && blocks_flush(&self->writer));
	ASSERT_TRUE(put(self, 20) && blocks_flush(&self->writer));
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
	EXPECT_FALSE(put(self, 200) && blocks_flush(&self->writer));
	EXPECT_STREQ("cannot be written: File too large",
		     messages_take(&self->messages));
	EXPECT_FALSE(blocks_end(&self->writer));
	EXPECT_STREQ("", messages_take(&self->messages));
	blocks_free(&self->writer);
	found = read_all(self);
	EXPECT_EQ(BLOCKS_END, found.last);
	EXPECT_EQ(2, found.blocks);
	EXPECT_EQ(0, found.damages);
	EXPECT_TRUE(found.same);
}

/* No room even for the end, which the last block then makes. */
TEST_F(file, disk_is_full_to_the_last_byte)
{
	struct rlimit limit = { 0, RLIM_INFINITY };
	struct found found;

	ASSERT_TRUE(begin_limited(self));
	ASSERT_TRUE(put(self, 20) && blocks_flush(&self->writer));
	ASSERT_TRUE(put(self, 20) && blocks_flush(&self->writer));
	limit.rlim_cur = lseek(self->fd, 0, SEEK_CUR) + 10;
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
	EXPECT_FALSE(put(self, 20) && blocks_flush(&self->writer));
	EXPECT_STREQ("cannot be written: File too large",
		     messages_take(&self->messages));
	EXPECT_FALSE(blocks_end(&self->writer));
	EXPECT_STREQ("", messages_take(&self->messages));
	blocks_free(&self->writer);
	found = read_all(self);
	EXPECT_EQ(BLOCKS_END, found.last);
	EXPECT_EQ(1, found.blocks);
	EXPECT_EQ(0, found.damages);
}

/* No other fault than want of room costs a block that was written. */
TEST_F(file, cannot_be_written_any_more)
{
	char path[] = "/tmp/unit-blocks-XXXXXX";
	int fd;

	close(self->fd);
	self->fd = mkstemp(path);
	fd = open(path, O_RDONLY);
	unlink(path);
	ASSERT_TRUE(begin(self));
	ASSERT_TRUE(put(self, 20) && blocks_flush(&self->writer));
	ASSERT_TRUE(put(self, 20) && blocks_flush(&self->writer));
	ASSERT_LE(0, dup2(fd, self->writer.fd));
	close(fd);
	EXPECT_FALSE(blocks_end(&self->writer));
	EXPECT_STREQ("cannot be written: Bad file descriptor",
		     messages_take(&self->messages));
	EXPECT_EQ(2, self->writer.nr);
	blocks_free(&self->writer);
}

/* The caller learns of it with one of the next blocks, and the end is there. */
TEST_F(file, disk_is_full_in_thread)
{
	struct rlimit limit = { 40000, RLIM_INFINITY };
	struct found found;
	u32 i;

	ASSERT_TRUE(begin_limited(self));
	ASSERT_TRUE(blocks_in_thread(&self->writer));
	ASSERT_TRUE(put(self, 20) && blocks_flush(&self->writer));
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
	for (i = 0; i < 100; i++)
		if (!put(self, 200) || !blocks_flush(&self->writer))
			break;
	EXPECT_GT(100, i);
	EXPECT_FALSE(blocks_end(&self->writer));
	EXPECT_STREQ("cannot be written: File too large",
		     messages_take(&self->messages));
	EXPECT_STREQ("", messages_take(&self->messages));
	blocks_free(&self->writer);
	found = read_all(self);
	EXPECT_EQ(BLOCKS_END, found.last);
	EXPECT_EQ(1, found.blocks);
	EXPECT_EQ(0, found.damages);
}

TEST_F(file, pipe_is_closed)
{
	int fds[2];

	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, pipe(fds));
	ASSERT_TRUE(blocks_begin(&self->writer, fds[1], "it", &about));
	close(fds[0]);
	ASSERT_TRUE(put(self, 10));
	EXPECT_FALSE(blocks_flush(&self->writer));
	EXPECT_FALSE(put(self, 10));
	EXPECT_FALSE(blocks_end(&self->writer));
	EXPECT_STREQ("cannot be written: Broken pipe",
		     messages_take(&self->messages));
	blocks_free(&self->writer);
	close(fds[1]);
}

TEST_HARNESS_MAIN
