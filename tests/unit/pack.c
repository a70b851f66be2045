// SPDX-License-Identifier: GPL-2.0
/*
 * Packing: what comes out is what went in, whatever that was, and what was not
 * packed by us is refused without harm.
 */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "capture/pack.h"
#include "unit_traffic.h"

#define MAX	IPCTRACE_CAPTURE_BLOCK_MAX_BYTES
#define WILD	0xa5

FIXTURE(pack) {
	struct packer *packer;
	struct unpacker *unpacker;
	char *records;
	char *content;
	char *back;
	u32 bytes;
	size_t content_bytes;
};

FIXTURE_SETUP(pack)
{
	self->packer = packer_new();
	self->unpacker = unpacker_new();
	self->records = malloc(MAX + PACK_SLACK);
	self->content = malloc(PACK_CONTENT_BYTES(MAX) + PACK_SLACK);
	self->back = malloc(MAX + PACK_SLACK);
	ASSERT_TRUE(self->packer && self->unpacker && self->records &&
		    self->content && self->back);
	/* What lies behind records and content is of no consequence. */
	memset(self->records, WILD, MAX + PACK_SLACK);
	memset(self->content, WILD, PACK_CONTENT_BYTES(MAX) + PACK_SLACK);
}

FIXTURE_TEARDOWN(pack)
{
	packer_free(self->packer);
	unpacker_free(self->unpacker);
	free(self->records);
	free(self->content);
	free(self->back);
}

static bool same(FIXTURE_DATA(pack) *self)
{
	self->content_bytes = pack(self->packer, self->records, self->bytes,
				   self->content);
	memset(self->back, ~WILD, MAX + PACK_SLACK);
	return self->content_bytes <= PACK_CONTENT_BYTES(self->bytes) &&
	       unpack(self->unpacker, self->content, self->content_bytes,
		      self->back, self->bytes) &&
	       !memcmp(self->records, self->back, self->bytes);
}

static void traffic(FIXTURE_DATA(pack) *self, u64 seed, u32 callers, u32 wild,
		    u32 bytes)
{
	struct unit_traffic it = { .seed = seed, .callers = callers, .wild = wild };

	self->bytes = 0;
	while (self->bytes + 1024 <= bytes)
		self->bytes += unit_traffic_next(&it,
						 self->records + self->bytes);
}

static u32 encoding(FIXTURE_DATA(pack) *self)
{
	return ((struct ipctrace_capture_content *)self->content)->encoding;
}

/* Whatever the processor has to compare with, the content is the same. */
TEST_F_TIMEOUT(pack, every_means, 120)
{
	static const enum pack_means means[] = { PACK_SSE2, PACK_AVX2 };
	char *plain = malloc(PACK_CONTENT_BYTES(MAX));
	u32 seed, i, used = 0;
	size_t bytes;

	for (seed = 1; seed < 40; seed++) {
		traffic(self, seed, 1 + seed * 7, seed % 4 * 20, MAX / 16);
		ASSERT_TRUE(packer_use(self->packer, PACK_PLAIN));
		ASSERT_TRUE(same(self));
		bytes = self->content_bytes;
		memcpy(plain, self->content, bytes);
		for (i = 0; i < ARRAY_SIZE(means); i++) {
			if (!packer_use(self->packer, means[i]))
				continue;
			ASSERT_TRUE(same(self));
			ASSERT_EQ(bytes, self->content_bytes);
			ASSERT_EQ(0, memcmp(plain, self->content, bytes));
			used++;
		}
	}
	TH_LOG("%u of 78", used);
	free(plain);
}

TEST_F(pack, nothing)
{
	EXPECT_TRUE(same(self));
	EXPECT_EQ(sizeof(struct ipctrace_capture_content), self->content_bytes);
}

/* A busy machine's records take a tenth at most. */
TEST_F(pack, busy)
{
	traffic(self, 1, 20, 0, MAX);
	ASSERT_TRUE(same(self));
	EXPECT_EQ(IPCTRACE_CAPTURE_PACKED, encoding(self));
	EXPECT_GT(self->bytes / 10, self->content_bytes);
}

/* More callers than slots that a byte names, than buckets, than slots */
TEST_F(pack, many_callers)
{
	static const u32 callers[] = { 240, 241, 500, 4336, 4337, 5000, 100000 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(callers); i++) {
		traffic(self, i, callers[i], 0, MAX);
		EXPECT_TRUE(same(self));
	}
}

/* The fewest bytes that each can have */
TEST_F(pack, shortest)
{
	struct ipctrace_header header = { .len = 16 };

	for (self->bytes = 0; self->bytes < MAX; self->bytes += 16) {
		header.time_ns += 5;
		header.abi = self->bytes / 16 % 8;
		memcpy(self->records + self->bytes, &header, 16);
	}
	EXPECT_TRUE(same(self));
	EXPECT_EQ(IPCTRACE_CAPTURE_PACKED, encoding(self));
}

/* Every length, twice each, with one word that differs: each word in turn */
TEST_F(pack, lengths_and_words)
{
	u32 words, word, i;

	for (words = 2; words <= 70; words++) {
		for (word = 0; word < words; word++) {
			u64 *at = (void *)self->records;

			for (i = 0; i < 3 * words; i++)
				at[i] = i % words * 0x0101010101010101ULL;
			for (i = 0; i < 3; i++)
				*(u16 *)(at + i * words) = 8 * words;
			at[words + word] += 1ULL << (word % 47 + 16);
			at[2 * words + word] -= 1ULL << (word % 47 + 16);
			self->bytes = 24 * words;
			ASSERT_TRUE(same(self));
		}
	}
}

TEST_F(pack, longest)
{
	static const u16 lengths[] = { 504, 512, 520, 4080, 65528, 16, 24 };
	u32 i, n;

	self->bytes = 0;
	for (i = 0; i < 3; i++)
		for (n = 0; n < ARRAY_SIZE(lengths); n++) {
			memset(self->records + self->bytes, 7, lengths[n]);
			memcpy(self->records + self->bytes, &lengths[n], 2);
			self->bytes += lengths[n];
		}
	EXPECT_TRUE(same(self));
	EXPECT_EQ(IPCTRACE_CAPTURE_PACKED, encoding(self));
}

/* What begins as records and is none further on, at every place */
TEST_F(pack, no_records_at_the_end)
{
	u32 whole;

	traffic(self, 3, 4, 0, 4096);
	whole = self->bytes;
	for (self->bytes = 0; self->bytes <= whole; self->bytes++)
		ASSERT_TRUE(same(self));
}

TEST_F(pack, random_bytes)
{
	struct unit_traffic it = { .seed = 4 };
	u32 i;

	for (i = 0; i < MAX; i++)
		self->records[i] = unit_random(&it);
	self->bytes = MAX;
	EXPECT_TRUE(same(self));
	EXPECT_EQ(IPCTRACE_CAPTURE_PLAIN, encoding(self));
}

/* All kinds of traffic with random bytes among it, of random length */
TEST_F(pack, random_traffic)
{
	struct unit_traffic it = { .seed = 5 };
	u32 i, n;

	for (i = 0; i < 300; i++) {
		traffic(self, i, 1 + unit_random(&it) % 300,
			unit_random(&it) % 3 * 40,
			1024 + unit_random(&it) % 100000);
		for (n = unit_random(&it) % 8; n; n--)
			self->records[unit_random(&it) % self->bytes] =
				unit_random(&it);
		self->bytes -= unit_random(&it) % 100;
		ASSERT_TRUE(same(self));
	}
}

/* ---- What was not packed by us --------------------------------------------- */

/* Any byte of it another: refused, or other records of as many bytes */
TEST_F(pack, damaged)
{
	struct unit_traffic it = { .seed = 6 };
	u32 i, n, refused = 0;
	size_t at;
	char *was;

	traffic(self, 6, 10, 4, 20000);
	ASSERT_TRUE(same(self));
	was = malloc(self->content_bytes);
	memcpy(was, self->content, self->content_bytes);
	for (i = 0; i < 20000; i++) {
		for (n = 1 + i % 3; n; n--) {
			at = unit_random(&it) % self->content_bytes;
			if (i % 2)
				at %= sizeof(struct ipctrace_capture_content) + 300;
			self->content[at] = unit_random(&it);
		}
		refused += !unpack(self->unpacker, self->content,
				   self->content_bytes, self->back,
				   self->bytes);
		memcpy(self->content, was, self->content_bytes);
	}
	EXPECT_LT(1000, refused);
	free(was);
}

/* Less of it than there was; the copy lets the sanitizer see what is read. */
TEST_F(pack, cut_off)
{
	size_t cut;

	traffic(self, 7, 10, 4, 8000);
	ASSERT_TRUE(same(self));
	for (cut = 0; cut < self->content_bytes; cut++) {
		char *copy = malloc(cut + PACK_SLACK);

		memcpy(copy, self->content, cut);
		memset(copy + cut, WILD, PACK_SLACK);
		EXPECT_FALSE(unpack(self->unpacker, copy, cut, self->back,
				    self->bytes));
		free(copy);
	}
}

TEST_F(pack, another_size)
{
	traffic(self, 8, 10, 0, 8000);
	ASSERT_TRUE(same(self));
	EXPECT_FALSE(unpack(self->unpacker, self->content, self->content_bytes,
			    self->back, self->bytes - 8));
	EXPECT_FALSE(unpack(self->unpacker, self->content, self->content_bytes,
			    self->back, self->bytes + 8));
}

TEST_HARNESS_MAIN
