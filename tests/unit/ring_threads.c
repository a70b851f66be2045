// SPDX-License-Identifier: GPL-2.0
/*
 * One writer, several readers at different speeds, all at once. Each word of a
 * record follows from its sequence number, so that a torn one shows.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "kselftest_harness.h"
#include "unit_rings.h"

#define RECORDS		1000000ULL
#define NR_READERS	3
#define RING_BYTES	(8 * IPCTRACE_BLOCK_BYTES)

/**
 * struct reader - a reader and what it found
 * @view: the ring
 * @pause_ns: it sleeps so long after each 64 records, -1: never
 * @done: the writer has written everything
 * @got: records read
 * @lost: records reported lost
 * @bad: records that were torn, out of order or not what @seq says
 * @error: unexpected return value
 */
struct reader {
	struct ipct_ring_view view;
	long pause_ns;
	const int *done;
	u64 got;
	u64 lost;
	u64 bad;
	int error;
};

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

/* The writer rests too, or no reader on this machine would ever keep up. */
static void write_all(struct ipct_ring *ring, int *done)
{
	u64 seq;

	for (seq = 0; seq < RECORDS; seq++) {
		write_record(ring, seq);
		if (!(seq % 50))
			sched_yield();
	}
	smp_store_release(done, 1);
}

TEST(one_writer_many_readers)
{
	static const long pauses[NR_READERS] = { -1, 0, 500000 };
	struct reader readers[NR_READERS] = { };
	pthread_t threads[NR_READERS];
	struct unit_rings rings;
	int i, done = 0;

	unit_rings_init(&rings, 1, RING_BYTES);
	for (i = 0; i < NR_READERS; i++) {
		readers[i].view = unit_rings_view(&rings, 0);
		readers[i].pause_ns = pauses[i];
		readers[i].done = &done;
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, read_all,
					    &readers[i]));
	}
	write_all(&rings.rings[0], &done);
	for (i = 0; i < NR_READERS; i++) {
		pthread_join(threads[i], NULL);
		TH_LOG("reader %d: read %llu, lost %llu", i, readers[i].got,
		       readers[i].lost);
		EXPECT_EQ(0, readers[i].error);
		EXPECT_EQ(0, readers[i].bad);
		EXPECT_LT(0, readers[i].got);
		EXPECT_EQ(RECORDS, readers[i].got + readers[i].lost);
	}
	/* The slow one must have lost some, or nothing was tried. */
	EXPECT_LT(0, readers[NR_READERS - 1].lost);
	unit_rings_free(&rings);
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

TEST(to_head_while_written)
{
	struct reader reader = { };
	struct unit_rings rings;
	pthread_t thread;
	int done = 0;

	unit_rings_init(&rings, 1, 2 * IPCTRACE_BLOCK_BYTES);
	reader.view = unit_rings_view(&rings, 0);
	reader.done = &done;
	ASSERT_EQ(0, pthread_create(&thread, NULL, seek_head, &reader));
	write_all(&rings.rings[0], &done);
	pthread_join(thread, NULL);
	TH_LOG("%llu records right after the head", reader.got);
	EXPECT_EQ(0, reader.error);
	EXPECT_EQ(0, reader.bad);
	unit_rings_free(&rings);
}

TEST_HARNESS_MAIN
