// SPDX-License-Identifier: GPL-2.0
/*
 * Percentiles of histograms against those of the sorted values, of distributions of
 * all kinds; and that memory is bounded, of histograms and of groups.
 */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "count/groups.h"
#include "count/histogram.h"

#define MOST	200000
#define HOUR_NS	3600000000000ULL

FIXTURE(histogram) {
	struct histogram_room room;
	struct histogram histogram;
	u64 seed;
	u64 *values;
	size_t nr;
};

FIXTURE_SETUP(histogram)
{
	memset(self, 0, sizeof(*self));
	self->room.left = 1 << 20;
	self->seed = 1;
	self->values = calloc(MOST, sizeof(u64));
	ASSERT_NE(NULL, self->values);
}

FIXTURE_TEARDOWN(histogram)
{
	histogram_clear(&self->histogram, &self->room);
	EXPECT_EQ(1 << 20, self->room.left);
	free(self->values);
}

static u64 next_random(FIXTURE_DATA(histogram) *self)
{
	self->seed ^= self->seed << 13;
	self->seed ^= self->seed >> 7;
	self->seed ^= self->seed << 17;
	return self->seed;
}

static void put(FIXTURE_DATA(histogram) *self, u64 value)
{
	self->values[self->nr++] = value;
	histogram_add(&self->histogram, &self->room, value);
}

static int compare(const void *left, const void *right)
{
	u64 a = *(const u64 *)left, b = *(const u64 *)right;

	return (a > b) - (a < b);
}

static const u32 shares[] = {
	1, 1000, 10000, 25000, 50000, 75000, 90000, 95000, 99000, 99900, 99990,
	99999, 100000,
};

/* What is wrong with a percentile, NULL: nothing */
static const char *wrong(FIXTURE_DATA(histogram) *self, u32 share)
{
	u64 rank = ((unsigned __int128)self->nr * share + 99999) / 100000;
	u64 exact = self->values[rank - 1], got, off;

	if (!histogram_percentile(&self->histogram, share, &got))
		return "there is none";
	off = got > exact ? got - exact : exact - got;
	if (off > exact / 100)
		return "more than 1 % off";
	if (got > self->values[self->nr - 1])
		return "above the largest";
	if (got < self->values[0])
		return "below the smallest";
	return NULL;
}

static void check(struct __test_metadata *_metadata,
		  FIXTURE_DATA(histogram) *self)
{
	const char *problem;
	size_t i;

	qsort(self->values, self->nr, sizeof(u64), compare);
	EXPECT_EQ(self->nr, self->histogram.count);
	EXPECT_EQ(self->values[0], self->histogram.min);
	EXPECT_EQ(self->values[self->nr - 1], self->histogram.max);
	for (i = 0; i < ARRAY_SIZE(shares); i++) {
		problem = wrong(self, shares[i]);
		EXPECT_EQ(NULL, problem) {
			TH_LOG("%u of 100000: %s", shares[i], problem);
		}
	}
}

TEST_F(histogram, one)
{
	put(self, 123456789);
	check(_metadata, self);
}

TEST_F(histogram, same)
{
	while (self->nr < 1000)
		put(self, 99999999999);
	check(_metadata, self);
}

TEST_F(histogram, uniform)
{
	while (self->nr < MOST)
		put(self, next_random(self) % 1000000);
	check(_metadata, self);
}

/* From 100 ns to an hour, as many in each power of two */
TEST_F(histogram, each_size)
{
	while (self->nr < MOST) {
		u64 value = 100 + (next_random(self) >> (22 + next_random(self) % 42));

		put(self, value < HOUR_NS ? value : HOUR_NS);
	}
	check(_metadata, self);
}

/* Most are alike; the slowest of 1000 are a thousand times as slow, and so on. */
TEST_F(histogram, heavy_tail)
{
	while (self->nr < MOST) {
		u64 value = 800 + next_random(self) % 300;
		u64 luck = next_random(self) % 100000;

		put(self, value * (luck == 0 ? 1000000000 : luck < 10 ? 1000000 :
				   luck < 100 ? 1000 : 1));
	}
	check(_metadata, self);
}

/* Half fast, half slow: nothing is in the middle. */
TEST_F(histogram, two_humps)
{
	while (self->nr < 1001)
		put(self, self->nr % 2 ? 100 : HOUR_NS);
	check(_metadata, self);
}

/* All edges of buckets, and what is beside them: the worst there is */
TEST_F(histogram, edges)
{
	static const u8 steps[] = { 1, 2, 5 };
	u64 unit, from, to;
	u32 i;

	for (unit = 1; unit <= HOUR_NS; unit *= 10) {
		for (from = 100; from < 1000; from += steps[i]) {
			i = from < 200 ? 0 : from < 500 ? 1 : 2;
			to = (from + steps[i]) * unit - 1;
			put(self, from * unit);
			put(self, to);
		}
	}
	check(_metadata, self);
}

TEST_F(histogram, extremes)
{
	put(self, 0);
	put(self, 0);
	put(self, 1);
	put(self, ~0ULL);
	put(self, ~0ULL - 1);
	put(self, 1ULL << 63);
	put(self, 10000000000000000000ULL);
	check(_metadata, self);
}

/* Buckets go up, hold what was put in, and no value is in the wrong one. */
TEST_F(histogram, buckets)
{
	struct histogram_bucket bucket = { };
	u64 seen = 0, at = 0, inside;
	bool first = true;
	u64 before = 0;

	while (self->nr < 10000)
		put(self, next_random(self) >> (next_random(self) % 64));
	qsort(self->values, self->nr, sizeof(u64), compare);
	while (histogram_next(&self->histogram, &bucket)) {
		ASSERT_LE(bucket.from, bucket.to);
		ASSERT_TRUE(first || bucket.from > before);
		ASSERT_LE(bucket.to - bucket.from, bucket.from / 100);
		for (inside = 0; at < self->nr && self->values[at] <= bucket.to; at++) {
			ASSERT_GE(self->values[at], bucket.from);
			inside++;
		}
		ASSERT_EQ(inside, bucket.count);
		seen += bucket.count;
		before = bucket.to;
		first = false;
	}
	EXPECT_EQ(self->nr, seen);
}

TEST_F(histogram, none)
{
	struct histogram_bucket bucket = { };
	u64 value;

	EXPECT_FALSE(histogram_percentile(&self->histogram, 50000, &value));
	EXPECT_FALSE(histogram_next(&self->histogram, &bucket));
}

/* No memory: it counts on, and claims nothing that it does not know. */
TEST_F(histogram, no_room)
{
	struct histogram_room room = { 900 };
	struct histogram histogram = { };
	u64 value;

	EXPECT_TRUE(histogram_add(&histogram, &room, 150));
	EXPECT_TRUE(histogram_percentile(&histogram, 50000, &value));
	EXPECT_FALSE(histogram_add(&histogram, &room, 300));
	EXPECT_TRUE(histogram_add(&histogram, &room, 160));
	EXPECT_EQ(3, histogram.count);
	EXPECT_EQ(1, histogram.unplaced);
	EXPECT_EQ(150, histogram.min);
	EXPECT_EQ(300, histogram.max);
	EXPECT_FALSE(histogram_percentile(&histogram, 50000, &value));
	histogram_clear(&histogram, &room);
	EXPECT_EQ(900, room.left);
	EXPECT_EQ(0, histogram.count);
}

/* All there may be is not more than is said. */
TEST_F(histogram, full)
{
	u64 unit;
	u32 i;

	for (unit = 1; ; unit *= 10) {
		for (i = 0; i < 1000; i++)
			if (unit <= ~0ULL / 1000 || i < 18)
				put(self, i * unit);
		if (unit > ~0ULL / 1000)
			break;
	}
	EXPECT_LE((1 << 20) - self->room.left, 64 * 1024);
}

/* ---- Groups ------------------------------------------------------------------ */

struct counted {
	struct group group;
	u64 count;
};

TEST(groups)
{
	struct groups groups;
	char key[32];
	u64 i, sum = 0;

	ASSERT_TRUE(groups_init(&groups, sizeof(struct counted), 1000));
	for (i = 0; i < 5000; i++) {
		int len = sprintf(key, "name %llu",
				  (unsigned long long)(i % 1250));

		((struct counted *)groups_get(&groups, key, len))->count++;
	}
	EXPECT_EQ(1000, groups.nr);
	for (i = 0; i < groups.nr; i++) {
		sprintf(key, "name %llu", (unsigned long long)i);
		EXPECT_EQ(0, strcmp(key, groups.list[i]->key));
		EXPECT_EQ(groups.list[i],
			  groups_find(&groups, key, strlen(key)));
		sum += ((struct counted *)groups.list[i])->count;
	}
	EXPECT_EQ(4000, sum);
	EXPECT_EQ(1000, ((struct counted *)groups.other)->count);
	EXPECT_EQ(NULL, groups.other->key);
	EXPECT_EQ(NULL, groups_find(&groups, "name 1249", 9));
	EXPECT_EQ(NULL, groups_find(&groups, "name", 4));
	groups_clear(&groups);
	EXPECT_EQ(0, groups.nr);
	EXPECT_EQ(0, ((struct counted *)groups.other)->count);
	EXPECT_EQ(NULL, groups_find(&groups, "name 0", 6));
	/* Bytes, not strings */
	EXPECT_NE(groups_get(&groups, "a\0b", 3), groups_get(&groups, "a\0c", 3));
	groups_free(&groups);
}

TEST_HARNESS_MAIN
