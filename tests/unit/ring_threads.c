// SPDX-License-Identifier: GPL-2.0
/*
 * One writer, several readers at different speeds, all at once: some read the
 * writer's memory, as the module does, some a read-only mapping of it by way of
 * userspace/input/source.c, as the reader does. Each word of a record follows from its
 * sequence number, so that a torn one shows. IPCTRACE_RECORDS says how many.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "kselftest_harness.h"
#include "input/source.h"
#include "unit_rings.h"

#define RECORDS		1000000ULL
#define NR_READERS	5
#define TIMEOUT_SECONDS	3600
#define RING_BYTES	(8 * IPCTRACE_BLOCK_BYTES)

/**
 * struct reader - a reader and what it found
 * @rings: the rings, of which it reads one
 * @view: that ring
 * @mapped: it reads a mapping of its own
 * @pause_ns: it sleeps so long after each 64 records, -1: never
 * @done: the writer has written everything
 * @got: records read
 * @lost: records reported lost
 * @bad: records that were torn, out of order or not what @seq says
 * @error: unexpected return value
 */
struct reader {
	const struct unit_rings *rings;
	struct ipct_ring_view view;
	bool mapped;
	long pause_ns;
	const int *done;
	u64 got;
	u64 lost;
	u64 bad;
	int error;
};

static u64 nr_records(void)
{
	const char *text = getenv("IPCTRACE_RECORDS");

	return text ? strtoull(text, NULL, 10) : RECORDS;
}

static u64 word_of(u64 seq, u32 i)
{
	return (seq * 64 + i) * 0x9e3779b97f4a7c15ULL;
}

/* Lengths from 24 to 472, and now and then as long as a block holds. */
static u32 length_of(u64 seq)
{
	if (seq % 1021 == 0)
		return IPCTRACE_RECORD_MAX_BYTES;
	return 24 + (seq * 2654435761U >> 7) % 57 * 8;
}

static void write_record(struct ipct_ring *ring, u64 seq)
{
	u32 i, len = length_of(seq);
	u64 *word = ipct_ring_reserve(ring, len);
	union {
		struct ipctrace_header header;
		u64 words[2];
	} start = {
		.header = {
			.len = len,
			.type = IPCTRACE_TYPE_CALL,
			.time_ns = seq,
		},
	};

	WRITE_ONCE(word[0], start.words[0]);
	WRITE_ONCE(word[1], start.words[1]);
	for (i = 2; i < len / sizeof(*word); i++)
		WRITE_ONCE(word[i], word_of(seq, i));
	ipct_ring_commit(ring, len);
}

static bool good_record(const u64 *record, int len, u64 seq)
{
	const struct ipctrace_header *header = (const void *)record;
	u32 i;

	if (header->time_ns != seq || (u32)len != length_of(seq) ||
	    header->len != len)
		return false;
	for (i = 2; i < len / sizeof(*record); i++)
		if (record[i] != word_of(seq, i))
			return false;
	return true;
}

static void rest(const struct reader *reader)
{
	struct timespec pause = { .tv_nsec = reader->pause_ns };

	if (reader->pause_ns >= 0)
		nanosleep(&pause, NULL);
}

static void *read_all(void *argument)
{
	u64 record[IPCTRACE_RECORD_MAX_BYTES / sizeof(u64)];
	struct reader *reader = argument;
	struct ipct_cursor cursor = { };

	for (;;) {
		int done = smp_load_acquire(reader->done);
		u64 lost, seq = cursor.seq;
		int ret = ipct_cursor_read(&reader->view, &cursor, record,
					   &lost);

		if (ret == -EOVERFLOW) {
			reader->lost += lost;
			continue;
		}
		if (ret > 0) {
			reader->bad += !good_record(record, ret, seq);
			if (!(++reader->got % 64))
				rest(reader);
			continue;
		}
		if (ret < 0)
			reader->error = ret;
		if (ret < 0 || done)
			return NULL;
		sched_yield();
	}
}

/* Like read_all(), by what the reader in user space does. */
static void *read_mapped(void *argument)
{
	u64 record[IPCTRACE_RECORD_MAX_BYTES / sizeof(u64)];
	const struct ipctrace_lost *lost = (const void *)record;
	struct reader *reader = argument;
	size_t bytes = reader->rings->hello.map_bytes;
	struct source source;
	void *map;
	int ret;

	map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, reader->rings->fd, 0);
	if (map == MAP_FAILED ||
	    !source_attach(&source, &reader->rings->hello, map)) {
		reader->error = -ENOMEM;
		return NULL;
	}
	for (;;) {
		int done = smp_load_acquire(reader->done);

		ret = source_next(&source, record);
		if (ret > 0 && lost->header.type == IPCTRACE_TYPE_LOST) {
			reader->lost += lost->count;
			continue;
		}
		if (ret > 0) {
			reader->bad += !good_record(record, ret, reader->got +
						    reader->lost);
			if (!(++reader->got % 64))
				rest(reader);
			continue;
		}
		if (ret < 0 || done)
			break;
		sched_yield();
	}
	reader->error = ret;
	free(source.merge);
	munmap(map, bytes);
	return NULL;
}

/* The writer rests too, or no reader on this machine would ever keep up. */
static void write_all(struct ipct_ring *ring, int *done)
{
	u64 seq, nr = nr_records();

	for (seq = 0; seq < nr; seq++) {
		write_record(ring, seq);
		if (!(seq % 50))
			sched_yield();
	}
	smp_store_release(done, 1);
}

FIXTURE(threads) {
	struct unit_rings rings;
	int done;
};

FIXTURE_SETUP(threads)
{
	struct ipctrace_map_header *header;

	unit_rings_init_shared(&self->rings, 1, RING_BYTES);
	/* All is in order: there is one ring. */
	header = self->rings.map;
	header->settled_ns = ~0ULL;
	self->done = 0;
}

FIXTURE_TEARDOWN(threads)
{
	unit_rings_free(&self->rings);
}

TEST_F_TIMEOUT(threads, one_writer_many_readers, TIMEOUT_SECONDS)
{
	static const long pauses[NR_READERS] = { -1, 0, 500000, -1, 500000 };
	struct reader readers[NR_READERS] = { };
	pthread_t threads[NR_READERS];
	int i;

	for (i = 0; i < NR_READERS; i++) {
		readers[i].rings = &self->rings;
		readers[i].view = unit_rings_view(&self->rings, 0);
		readers[i].mapped = i >= 3;
		readers[i].pause_ns = pauses[i];
		readers[i].done = &self->done;
		ASSERT_EQ(0, pthread_create(&threads[i], NULL,
					    readers[i].mapped ? read_mapped :
								read_all,
					    &readers[i]));
	}
	write_all(&self->rings.rings[0], &self->done);
	for (i = 0; i < NR_READERS; i++) {
		pthread_join(threads[i], NULL);
		TH_LOG("reader %d, by %s: read %llu, lost %llu", i,
		       readers[i].mapped ? "mapping" : "copy", readers[i].got,
		       readers[i].lost);
		EXPECT_EQ(0, readers[i].error);
		EXPECT_EQ(0, readers[i].bad);
		EXPECT_LT(0, readers[i].got);
		EXPECT_EQ(nr_records(), readers[i].got + readers[i].lost);
	}
	/* The slow ones must have lost some, or nothing was tried. */
	EXPECT_LT(0, readers[2].lost);
	EXPECT_LT(0, readers[4].lost);
}

/* A third party asks for the head again and again; it must stay consistent. */
static void *seek_head(void *argument)
{
	u64 record[IPCTRACE_RECORD_MAX_BYTES / sizeof(u64)];
	struct reader *reader = argument;

	while (!smp_load_acquire(reader->done)) {
		struct ipct_cursor cursor;
		u64 lost, seq;
		int ret;

		reader->error = ipct_cursor_to_head(&reader->view, &cursor);
		if (reader->error)
			return NULL;
		seq = cursor.seq;
		ret = ipct_cursor_read(&reader->view, &cursor, record, &lost);
		if (ret > 0) {
			reader->got++;
			reader->bad += !good_record(record, ret, seq);
		}
	}
	return NULL;
}

TEST_F_TIMEOUT(threads, to_head_while_written, TIMEOUT_SECONDS)
{
	struct reader reader = {
		.view = unit_rings_view(&self->rings, 0),
		.done = &self->done,
	};
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, seek_head, &reader));
	write_all(&self->rings.rings[0], &self->done);
	pthread_join(thread, NULL);
	TH_LOG("%llu records right after the head", reader.got);
	EXPECT_EQ(0, reader.error);
	EXPECT_EQ(0, reader.bad);
}

TEST_HARNESS_MAIN
