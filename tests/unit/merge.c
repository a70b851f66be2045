// SPDX-License-Identifier: GPL-2.0
/* merge.c: the rings of all CPUs as one stream in order of time. */
#include <stdlib.h>

#include "kselftest_harness.h"
#include "unit_rings.h"

#define FOREVER	(~0ULL)

FIXTURE(merge) {
	struct unit_rings rings;
	struct ipct_merge *merge;
	union {
		u64 words[IPCTRACE_RECORD_MAX_BYTES / sizeof(u64)];
		struct ipctrace_header header;
		struct ipctrace_lost lost;
	} record;
};

FIXTURE_SETUP(merge)
{
	unit_rings_init(&self->rings, 3, 2 * IPCTRACE_BLOCK_BYTES);
	self->merge = unit_rings_merge(&self->rings);
}

FIXTURE_TEARDOWN(merge)
{
	free(self->merge);
	unit_rings_free(&self->rings);
}

#define EXPECT_RECORD(until, ring, time) do {				\
	EXPECT_LT(0, ipct_merge_next(self->merge, until, &self->record)); \
	EXPECT_EQ(IPCTRACE_TYPE_CALL, self->record.header.type);	\
	EXPECT_EQ(ring, self->record.header.cpu);			\
	EXPECT_EQ(time, self->record.header.time_ns);			\
} while (0)

#define EXPECT_LOST(until, ring, time, number) do {			\
	EXPECT_EQ(24, ipct_merge_next(self->merge, until, &self->record)); \
	EXPECT_EQ(24, self->record.header.len);				\
	EXPECT_EQ(IPCTRACE_TYPE_LOST, self->record.header.type);	\
	EXPECT_EQ(ring, self->record.header.cpu);			\
	EXPECT_EQ(time, self->record.header.time_ns);			\
	EXPECT_EQ(number, self->record.lost.count);			\
} while (0)

#define EXPECT_NONE(until) \
	EXPECT_EQ(0, ipct_merge_next(self->merge, until, &self->record))

TEST_F(merge, empty)
{
	EXPECT_NONE(FOREVER);
	EXPECT_NONE(FOREVER);
}

/* The second CPU comes later, and the merge is told. */
TEST_F(merge, ring_that_comes)
{
	const struct ipct_ring_view second = self->merge->ring[1].view;

	self->merge->ring[1].view.data = NULL;
	unit_put_time(&self->rings, 0, 10, 160);
	unit_put_time(&self->rings, 1, 5, 160);
	unit_put_time(&self->rings, 2, 20, 160);
	EXPECT_RECORD(10, 0, 10);
	EXPECT_NONE(19);
	self->merge->ring[1].view = second;
	EXPECT_RECORD(20, 1, 5);
	EXPECT_RECORD(20, 2, 20);
	EXPECT_NONE(FOREVER);
}

TEST_F(merge, by_time_across_rings)
{
	unit_put_time(&self->rings, 2, 10, 160);
	unit_put_time(&self->rings, 0, 20, 160);
	unit_put_time(&self->rings, 1, 15, 160);
	unit_put_time(&self->rings, 2, 30, 160);
	unit_put_time(&self->rings, 0, 25, 160);
	EXPECT_RECORD(FOREVER, 2, 10);
	EXPECT_RECORD(FOREVER, 1, 15);
	EXPECT_RECORD(FOREVER, 0, 20);
	EXPECT_RECORD(FOREVER, 0, 25);
	EXPECT_RECORD(FOREVER, 2, 30);
	EXPECT_NONE(FOREVER);
}

/* At the same time the lower CPU is first, and each CPU keeps its order. */
TEST_F(merge, ties)
{
	unit_put_time(&self->rings, 2, 10, 160);
	unit_put_time(&self->rings, 1, 10, 160);
	unit_put_time(&self->rings, 1, 10, 168);
	unit_put_time(&self->rings, 0, 11, 160);
	EXPECT_RECORD(FOREVER, 1, 10);
	EXPECT_EQ(160, self->record.header.len);
	EXPECT_RECORD(FOREVER, 1, 10);
	EXPECT_EQ(168, self->record.header.len);
	EXPECT_RECORD(FOREVER, 2, 10);
	EXPECT_RECORD(FOREVER, 0, 11);
	EXPECT_NONE(FOREVER);
}

TEST_F(merge, newer_than_until_waits)
{
	unit_put_time(&self->rings, 0, 10, 160);
	unit_put_time(&self->rings, 1, 20, 160);
	EXPECT_NONE(9);
	EXPECT_RECORD(10, 0, 10);
	EXPECT_NONE(19);
	/* What came later but is older than until is first all the same. */
	unit_put_time(&self->rings, 0, 18, 160);
	unit_put_time(&self->rings, 2, 17, 160);
	EXPECT_RECORD(20, 2, 17);
	EXPECT_RECORD(20, 0, 18);
	EXPECT_RECORD(20, 1, 20);
	EXPECT_NONE(20);
}

/* Two blocks of 4080 bytes: the third record of that size takes the first's. */
TEST_F(merge, lost_in_place)
{
	unit_put_time(&self->rings, 1, 1, 4080);
	unit_put_time(&self->rings, 1, 2, 4080);
	unit_put_time(&self->rings, 1, 3, 4080);
	unit_put_time(&self->rings, 1, 7, 4080);
	unit_put_time(&self->rings, 0, 2, 160);
	unit_put_time(&self->rings, 0, 5, 160);
	EXPECT_RECORD(FOREVER, 0, 2);
	EXPECT_LOST(FOREVER, 1, 3, 2);
	EXPECT_RECORD(FOREVER, 1, 3);
	EXPECT_RECORD(FOREVER, 0, 5);
	EXPECT_RECORD(FOREVER, 1, 7);
	EXPECT_NONE(FOREVER);
}

/* The merge has looked at a record that is gone when its turn comes. */
TEST_F(merge, lost_between_peek_and_read)
{
	unit_put_time(&self->rings, 0, 1, 160);
	unit_put_time(&self->rings, 1, 2, 4080);
	EXPECT_RECORD(FOREVER, 0, 1);
	unit_put_time(&self->rings, 1, 3, 4080);
	unit_put_time(&self->rings, 1, 4, 4080);
	unit_put_time(&self->rings, 1, 6, 4080);
	unit_put_time(&self->rings, 0, 5, 160);
	EXPECT_LOST(FOREVER, 1, 4, 2);
	EXPECT_RECORD(FOREVER, 1, 4);
	EXPECT_RECORD(FOREVER, 0, 5);
	EXPECT_RECORD(FOREVER, 1, 6);
	EXPECT_NONE(FOREVER);
}

/* Lost again when the loss before is being told. */
TEST_F(merge, lost_twice)
{
	u64 i;

	for (i = 1; i <= 4; i++)
		unit_put_time(&self->rings, 1, i, 4080);
	EXPECT_NONE(0);
	for (i = 5; i <= 8; i++)
		unit_put_time(&self->rings, 1, i, 4080);
	EXPECT_LOST(FOREVER, 1, 3, 2);
	EXPECT_LOST(FOREVER, 1, 7, 4);
	EXPECT_RECORD(FOREVER, 1, 7);
	EXPECT_RECORD(FOREVER, 1, 8);
	EXPECT_NONE(FOREVER);
}

TEST_F(merge, all_is_read_or_lost)
{
	u64 written = 0, got = 0, lost = 0, last = 0;
	int i, len;

	srandom(2);
	for (i = 0; i < 2000; i++) {
		int n = random() % 100;

		while (n--) {
			written++;
			unit_put_time(&self->rings, random() % 3, written,
				      16 + random() % 200 / 8 * 8);
		}
		while ((len = ipct_merge_next(self->merge, written,
					      &self->record)) > 0) {
			if (self->record.header.type == IPCTRACE_TYPE_LOST) {
				lost += self->record.lost.count;
				continue;
			}
			got++;
			ASSERT_LE(last, self->record.header.time_ns);
			last = self->record.header.time_ns;
		}
		ASSERT_EQ(0, len);
		ASSERT_EQ(written, got + lost);
	}
	EXPECT_LT(0, lost);
}

/* ---- One ring, whatever is in the others ---------------------------------- */

/* A block of records, as ipct_merge_take() gives them. */
struct block {
	u64 words[IPCTRACE_BLOCK_BYTES / sizeof(u64)];
};

/* Records that were taken of a ring: their number; each must be time @next. */
static u64 take(struct ipct_merge *merge, u32 nr, u64 *next, u64 *lost)
{
	const struct ipctrace_header *record;
	struct block block;
	u64 taken = 0;
	int bytes, at;

	while ((bytes = ipct_merge_take(merge, nr, &block)) > 0) {
		for (at = 0; at < bytes; at += record->len) {
			record = (void *)&block + at;
			if (record->type == IPCTRACE_TYPE_LOST) {
				*lost += ((struct ipctrace_lost *)record)->count;
				*next = record->time_ns;
				if (at || record->len != bytes)
					abort();
				continue;
			}
			if (record->cpu != nr || record->time_ns != (*next)++)
				abort();
			taken++;
		}
	}
	if (bytes)
		abort();
	return taken;
}

/* Of all lengths, so that blocks end in all ways; taken now and then. */
TEST_F(merge, take_one_ring)
{
	u64 next = 1, time, taken = 0, lost = 0;

	EXPECT_EQ(0, ipct_merge_take(self->merge, 1, &self->record));
	srand(1);
	for (time = 1; time <= 20000; time++) {
		unit_put_time(&self->rings, 1, time, 24 + rand() % 60 * 8);
		unit_put_time(&self->rings, 0, 1, 160);
		if (rand() % 10 == 0)
			taken += take(self->merge, 1, &next, &lost);
	}
	taken += take(self->merge, 1, &next, &lost);
	EXPECT_EQ(20001, next);
	EXPECT_EQ(20000, taken + lost);
	EXPECT_LT(1000, taken);
	EXPECT_LT(1000, lost);
}

/* Up to the newest, in the midst of a block, and on from there. */
TEST_F(merge, take_rest_of_block)
{
	u64 next = 1, lost = 0, time;

	for (time = 1; time <= 20; time++) {
		unit_put_time(&self->rings, 2, time, 160);
		EXPECT_EQ(1, take(self->merge, 2, &next, &lost));
		EXPECT_EQ(0, take(self->merge, 2, &next, &lost));
	}
	EXPECT_EQ(0, lost);
}

TEST_F(merge, damage_is_an_error)
{
	struct ipctrace_header *header;

	unit_put_time(&self->rings, 1, 1, 160);
	header = self->rings.rings[1].data + sizeof(struct ipctrace_block);
	header->len = 3;
	EXPECT_EQ(-EIO, ipct_merge_next(self->merge, FOREVER, &self->record));
}

TEST_HARNESS_MAIN
