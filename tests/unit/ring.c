// SPDX-License-Identifier: GPL-2.0
/*
 * ring.c by itself: every record arrives whole, in order, once, or is counted
 * as lost.
 */
#include <stdlib.h>

#include "kselftest_harness.h"
#include "unit_rings.h"

#define BLOCK		IPCTRACE_BLOCK_BYTES
#define BLOCK_START	16
#define BLOCK_ROOM	(BLOCK - BLOCK_START)

FIXTURE(ring) {
	struct unit_rings rings;
	struct ipct_ring *ring;
	struct ipct_ring_view view;
	u64 record[BLOCK / sizeof(u64)];
	u64 lost;
};

FIXTURE_SETUP(ring)
{
	unit_rings_init(&self->rings, 1, 4 * BLOCK);
	self->ring = &self->rings.rings[0];
	self->view = unit_rings_view(&self->rings, 0);
}

FIXTURE_TEARDOWN(ring)
{
	unit_rings_free(&self->rings);
}

/* Records carry their number as time. */
static void put(struct unit_rings *rings, u64 number, u16 len)
{
	unit_put_time(rings, 0, number, len);
}

static u64 number_of(const u64 *record)
{
	return ((const struct ipctrace_header *)record)->time_ns;
}

TEST_F(ring, empty)
{
	struct ipct_cursor cursor = { };
	struct ipctrace_header header;

	EXPECT_EQ(0, ipct_cursor_peek(&self->view, &cursor, &header,
				      &self->lost));
	EXPECT_EQ(0, ipct_cursor_read(&self->view, &cursor, self->record,
				      &self->lost));
	EXPECT_EQ(0, cursor.seq);
}

TEST_F(ring, one_record)
{
	struct ipct_cursor cursor = { };
	struct ipctrace_header header;

	put(&self->rings, 77, 24);
	EXPECT_EQ(1, ipct_cursor_peek(&self->view, &cursor, &header,
				      &self->lost));
	EXPECT_EQ(77, header.time_ns);
	EXPECT_EQ(24, header.len);
	EXPECT_EQ(0, cursor.seq);
	EXPECT_EQ(24, ipct_cursor_read(&self->view, &cursor, self->record,
				       &self->lost));
	EXPECT_EQ(77, number_of(self->record));
	EXPECT_EQ(1, cursor.seq);
	EXPECT_EQ(BLOCK_START + 24, cursor.pos);
	EXPECT_EQ(0, ipct_cursor_read(&self->view, &cursor, self->record,
				      &self->lost));
}

TEST_F(ring, reserved_but_not_committed_is_not_there)
{
	struct ipct_cursor cursor = { };

	memset(ipct_ring_reserve(self->ring, 24), 0xff, 24);
	EXPECT_EQ(0, ipct_cursor_read(&self->view, &cursor, self->record,
				      &self->lost));
}

/* A commit may be shorter than what was reserved. */
TEST_F(ring, shorter_commit)
{
	struct ipct_cursor cursor = { };
	struct ipctrace_header *header = ipct_ring_reserve(self->ring, 160);

	*header = (struct ipctrace_header){ .len = 16, .type = 1, .time_ns = 5 };
	ipct_ring_commit(self->ring, 16);
	put(&self->rings, 6, 16);
	EXPECT_EQ(16, ipct_cursor_read(&self->view, &cursor, self->record,
				       &self->lost));
	EXPECT_EQ(16, ipct_cursor_read(&self->view, &cursor, self->record,
				       &self->lost));
	EXPECT_EQ(6, number_of(self->record));
}

/* Records of every length, through many rounds, read one by one. */
TEST_F(ring, every_length_read_at_once)
{
	struct ipct_cursor cursor = { };
	u64 number = 0;
	int len, round;

	for (round = 0; round < 3; round++) {
		for (len = 16; len <= BLOCK_ROOM; len += 8) {
			put(&self->rings, number, len);
			ASSERT_EQ(len, ipct_cursor_read(&self->view, &cursor,
							self->record,
							&self->lost));
			ASSERT_EQ(number, number_of(self->record));
			ASSERT_EQ(0, ipct_cursor_read(&self->view, &cursor,
						      self->record,
						      &self->lost));
			number++;
		}
	}
	EXPECT_EQ(number, cursor.seq);
	EXPECT_LT(4 * BLOCK, cursor.pos);
}

/* 255 records of 16 bytes fill a block to the byte: no padding. */
TEST_F(ring, exactly_full_block)
{
	struct ipct_cursor cursor = { };
	u64 i;

	for (i = 0; i < 255; i++)
		put(&self->rings, i, 16);
	EXPECT_EQ(BLOCK, self->rings.rings[0].header->head);
	for (i = 0; i < 255; i++)
		ASSERT_EQ(16, ipct_cursor_read(&self->view, &cursor,
					       self->record, &self->lost));
	EXPECT_EQ(0, ipct_cursor_read(&self->view, &cursor, self->record,
				      &self->lost));
	put(&self->rings, 255, 16);
	EXPECT_EQ(2 * BLOCK_START + 256 * 16,
		  self->rings.rings[0].header->head);
	EXPECT_EQ(16, ipct_cursor_read(&self->view, &cursor, self->record,
				       &self->lost));
	EXPECT_EQ(255, number_of(self->record));
}

/* 8 bytes are left over: the shortest padding there is. */
TEST_F(ring, padding_of_eight_bytes)
{
	struct ipct_cursor cursor = { };
	const struct ipctrace_header *pad = self->view.data + BLOCK - 8;

	put(&self->rings, 0, BLOCK_ROOM - 8);
	put(&self->rings, 1, 16);
	EXPECT_EQ(8, pad->len);
	EXPECT_EQ(IPCTRACE_TYPE_PAD, pad->type);
	EXPECT_EQ(BLOCK_ROOM - 8, ipct_cursor_read(&self->view, &cursor,
						   self->record, &self->lost));
	EXPECT_EQ(16, ipct_cursor_read(&self->view, &cursor, self->record,
				       &self->lost));
	EXPECT_EQ(1, number_of(self->record));
	EXPECT_EQ(2, cursor.seq);
}

TEST_F(ring, block_starts)
{
	const struct ipctrace_block *block = self->view.data + BLOCK;

	put(&self->rings, 0, 4000);
	put(&self->rings, 1, 4000);
	EXPECT_EQ(BLOCK, block->pos);
	EXPECT_EQ(1, block->seq);
	EXPECT_EQ(BLOCK + BLOCK_START + 4000, self->view.header->head);
	EXPECT_EQ(0, self->view.header->tail);
}

/* One record a block, four blocks: the fifth record takes the first's. */
TEST_F(ring, overwrites_oldest_block)
{
	struct ipct_cursor cursor = { };
	u64 i;

	for (i = 0; i < 4; i++)
		put(&self->rings, i, BLOCK_ROOM);
	EXPECT_EQ(0, self->view.header->tail);
	put(&self->rings, 4, BLOCK_ROOM);
	EXPECT_EQ(BLOCK, self->view.header->tail);

	EXPECT_EQ(-EOVERFLOW, ipct_cursor_read(&self->view, &cursor,
					       self->record, &self->lost));
	EXPECT_EQ(1, self->lost);
	EXPECT_EQ(1, cursor.seq);
	for (i = 1; i < 5; i++) {
		ASSERT_EQ(BLOCK_ROOM,
			  ipct_cursor_read(&self->view, &cursor, self->record,
					   &self->lost));
		ASSERT_EQ(i, number_of(self->record));
	}
	EXPECT_EQ(0, ipct_cursor_read(&self->view, &cursor, self->record,
				      &self->lost));
}

/*
 * Write n records, then read all: for every n and several lengths, what was
 * lost and what was read make n, and what was read are the newest.
 */
TEST_F(ring, loss_is_exact)
{
	static const u16 lengths[] = { 16, 160, 168, 1360, 4072, BLOCK_ROOM };
	struct ipct_cursor cursor = { };
	u64 lost, got, written = 0;
	size_t i;
	int n, ret;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		for (n = 0; n < 1200; n += 7) {
			u64 before = written;

			while (written < before + n)
				put(&self->rings, written++, lengths[i]);
			lost = got = 0;
			while ((ret = ipct_cursor_read(&self->view, &cursor,
						       self->record,
						       &self->lost))) {
				if (ret == -EOVERFLOW) {
					lost += self->lost;
					continue;
				}
				ASSERT_EQ(lengths[i], ret);
				ASSERT_EQ(before + lost + got,
					  number_of(self->record));
				got++;
			}
			ASSERT_EQ((u64)n, lost + got);
			ASSERT_EQ(written, cursor.seq);
		}
	}
	EXPECT_LT(0, self->view.header->tail);
}

/* A reader that begins after the ring has wrapped learns what it missed. */
TEST_F(ring, starts_at_zero_after_wrap)
{
	struct ipct_cursor cursor = { };
	u64 i;

	for (i = 0; i < 1000; i++)
		put(&self->rings, i, 160);
	/* 25 records a block: block 39 is the last, 36 the oldest left. */
	EXPECT_EQ(-EOVERFLOW, ipct_cursor_read(&self->view, &cursor,
					       self->record, &self->lost));
	EXPECT_EQ(900, self->lost);
	for (i = 900; i < 1000; i++) {
		ASSERT_EQ(160, ipct_cursor_read(&self->view, &cursor,
						self->record, &self->lost));
		ASSERT_EQ(i, number_of(self->record));
	}
	EXPECT_EQ(0, ipct_cursor_read(&self->view, &cursor, self->record,
				      &self->lost));
}

/* Peeked at, then overwritten before it is read. */
TEST_F(ring, overwritten_between_peek_and_read)
{
	struct ipct_cursor cursor = { };
	struct ipctrace_header header;
	u64 i;

	put(&self->rings, 0, BLOCK_ROOM);
	EXPECT_EQ(1, ipct_cursor_peek(&self->view, &cursor, &header,
				      &self->lost));
	for (i = 1; i < 7; i++)
		put(&self->rings, i, BLOCK_ROOM);
	EXPECT_EQ(-EOVERFLOW, ipct_cursor_read(&self->view, &cursor,
					       self->record, &self->lost));
	EXPECT_EQ(3, self->lost);
	EXPECT_EQ(BLOCK_ROOM, ipct_cursor_read(&self->view, &cursor,
					       self->record, &self->lost));
	EXPECT_EQ(3, number_of(self->record));
}

/* At every fill of every block: pos is head, seq the number of records. */
TEST_F(ring, to_head_at_every_fill)
{
	static const u16 lengths[] = { 16, 24, 160, 1360, 4072, BLOCK_ROOM };
	u64 n, written = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		for (n = 0; n <= 5U * (BLOCK_ROOM / lengths[i]); n++) {
			struct ipct_cursor cursor = { .pos = 1, .seq = 1 };

			ipct_cursor_to_head(&self->view, &cursor);
			/* In an empty ring the start will do. */
			ASSERT_EQ(written ? self->view.header->head : 0,
				  cursor.pos);
			ASSERT_EQ(written, cursor.seq);
			ASSERT_EQ(0, ipct_cursor_read(&self->view, &cursor,
						      self->record,
						      &self->lost));
			put(&self->rings, written++, lengths[i]);
			ASSERT_EQ(lengths[i],
				  ipct_cursor_read(&self->view, &cursor,
						   self->record, &self->lost));
			ASSERT_EQ(written, cursor.seq);
		}
	}
}

/* While head is 0, nothing but the positions is looked at. */
TEST_F(ring, without_data)
{
	const struct ipctrace_ring_header header = { };
	const struct ipct_ring_view view = {
		.header = &header,
		.bytes = self->view.bytes,
	};
	struct ipct_cursor cursor = { .pos = 1, .seq = 1 };

	EXPECT_EQ(0, ipct_cursor_to_head(&view, &cursor));
	EXPECT_EQ(0, cursor.pos);
	EXPECT_EQ(0, cursor.seq);
	EXPECT_EQ(0, ipct_cursor_read(&view, &cursor, self->record, &self->lost));
	EXPECT_EQ(0, cursor.pos);
}

/* ---- Memory that is not a ring ------------------------------------------ */

/* Overwrite the header of the record that is next, and read it. */
static int read_damaged(FIXTURE_DATA(ring) *self, u16 len, u8 type)
{
	struct ipct_cursor cursor = { };
	struct ipctrace_header *header;
	u64 block[BLOCK / 8];
	int ret;

	put(&self->rings, 0, 160);
	header = (void *)self->view.data + BLOCK_START;
	header->len = len;
	header->type = type;
	ret = ipct_cursor_read(&self->view, &cursor, self->record,
			       &self->lost);
	cursor = (struct ipct_cursor){ };
	return ret == ipct_cursor_read_block(&self->view, &cursor, block,
					     &self->lost) ? ret : 0;
}

TEST_F(ring, length_zero)
{
	EXPECT_EQ(-EIO, read_damaged(self, 0, IPCTRACE_TYPE_CALL));
}

TEST_F(ring, length_zero_padding)
{
	EXPECT_EQ(-EIO, read_damaged(self, 0, IPCTRACE_TYPE_PAD));
}

TEST_F(ring, length_below_header)
{
	EXPECT_EQ(-EIO, read_damaged(self, 8, IPCTRACE_TYPE_CALL));
}

TEST_F(ring, length_odd)
{
	EXPECT_EQ(-EIO, read_damaged(self, 161, IPCTRACE_TYPE_CALL));
}

TEST_F(ring, length_past_block)
{
	EXPECT_EQ(-EIO, read_damaged(self, BLOCK_ROOM + 8,
				     IPCTRACE_TYPE_CALL));
}

TEST_F(ring, length_largest)
{
	EXPECT_EQ(-EIO, read_damaged(self, 0xfff8, IPCTRACE_TYPE_CALL));
}

/* Padding that ends within its block would be followed by more of it. */
TEST_F(ring, padding_too_short)
{
	EXPECT_EQ(-EIO, read_damaged(self, 8, IPCTRACE_TYPE_PAD));
	EXPECT_EQ(-EIO, read_damaged(self, 160, IPCTRACE_TYPE_PAD));
}

/* More ahead than a ring holds: a reader would go round and round. */
TEST_F(ring, head_damaged)
{
	struct ipct_cursor cursor = { };

	put(&self->rings, 0, 160);
	self->ring->header->head = 4 * BLOCK + 8;
	EXPECT_EQ(-EIO, ipct_cursor_read(&self->view, &cursor, self->record,
					 &self->lost));
}

/* Behind a good one. */
TEST_F(ring, second_length)
{
	static const u16 wrong[] = { 0, 8, 16, 161, BLOCK_ROOM, 0xfff8 };
	u64 block[BLOCK / 8];
	size_t i;

	put(&self->rings, 0, 160);
	put(&self->rings, 1, 160);
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct ipct_cursor cursor = { };

		((struct ipctrace_header *)(self->view.data + BLOCK_START +
					    160))->len = wrong[i];
		EXPECT_EQ(-EIO, ipct_cursor_read_block(&self->view, &cursor,
						       block, &self->lost));
	}
}

TEST_F(ring, oldest_block_damaged)
{
	struct ipct_cursor cursor = { };
	u64 i;

	for (i = 0; i < 6; i++)
		put(&self->rings, i, BLOCK_ROOM);
	((struct ipctrace_block *)(self->view.data + 2 * BLOCK))->pos ^= 8;
	EXPECT_EQ(-EIO, ipct_cursor_read(&self->view, &cursor, self->record,
					 &self->lost));
}

TEST_F(ring, tail_damaged)
{
	struct ipct_cursor cursor = { };

	put(&self->rings, 0, 160);
	self->ring->header->tail = 4 * BLOCK - 8;
	EXPECT_EQ(-EIO, ipct_cursor_read(&self->view, &cursor, self->record,
					 &self->lost));
}

TEST_F(ring, newest_block_damaged)
{
	struct ipct_cursor cursor = { };

	put(&self->rings, 0, 160);
	((struct ipctrace_block *)self->view.data)->pos ^= BLOCK;
	EXPECT_EQ(-EIO, ipct_cursor_to_head(&self->view, &cursor));
}

/* Random bytes everywhere: whatever comes out, it ends and stays in bounds. */
TEST_F(ring, random_memory)
{
	u64 *words = (u64 *)self->view.data;
	struct ipctrace_ring_header *header = self->ring->header;
	u64 block[BLOCK / 8];
	int round, i;

	srandom(1);
	for (round = 0; round < 2000; round++) {
		struct ipct_cursor cursor = { };

		for (i = 0; i < 4 * BLOCK / 8; i++)
			words[i] = (u64)random() << 32 ^ random() << 8;
		header->head = random() % (8 * BLOCK);
		header->tail = random() % (8 * BLOCK);
		for (i = 0; i < 4096; i++) {
			int ret = ipct_cursor_read(&self->view, &cursor,
						   self->record, &self->lost);

			ASSERT_GE(BLOCK_ROOM, ret);
			if (ret <= 0 && ret != -EOVERFLOW)
				break;
		}
		ASSERT_NE(4096, i);
		cursor = (struct ipct_cursor){ };
		for (i = 0; i < 4096; i++) {
			int ret = ipct_cursor_read_block(&self->view, &cursor,
							 block, &self->lost);

			ASSERT_GE(BLOCK_ROOM, ret);
			if (ret <= 0 && ret != -EOVERFLOW)
				break;
		}
		ASSERT_NE(4096, i);
		ipct_cursor_to_head(&self->view, &cursor);
	}
}

TEST_HARNESS_MAIN
