// SPDX-License-Identifier: GPL-2.0
/*
 * Cycles as nanoseconds, against 128 bits: with the figures of real clocks, also
 * after the timekeeper has not run for hours, as in a guest that was stopped.
 */
#include <stdlib.h>

#include "kselftest_harness.h"
#include "cycles.h"

u64 ipct_cycles_many(u64 cycles, u32 mult, u32 shift, u64 rest)
{
	return ipct_cycles_exactly(cycles, mult, shift, rest);
}

static u64 expected(u64 cycles, u32 mult, u32 shift, u64 rest)
{
	return ((unsigned __int128)cycles * mult + rest) >> shift;
}

static const struct clock {
	const char *name;
	u64 hz;
	u32 mult;
	u32 shift;
} clocks[] = {
	{ "tsc, 3 GHz", 3000000000, 5592405, 24 },
	{ "tsc, 1 GHz", 1000000000, 16777216, 24 },
	{ "tsc, 2.1 GHz", 2100000000, 7989150, 24 },
	{ "arm64, 1 GHz", 1000000000, 8388608, 23 },
	{ "arm64, 62.5 MHz", 62500000, 268435456, 24 },
	{ "arm64, 24 MHz", 24000000, 699050667, 24 },
	{ "arm64, 1 MHz", 1000000, 4194304000, 22 },
	{ "the most", 4000000000, 4294967295, 32 },
};

/* The most that the timekeeper leaves: a second, less a nanosecond. */
static u64 rest_max(const struct clock *clock)
{
	return (1000000000ULL << clock->shift) - 1;
}

#define EXPECT_NS(clock, cycles, rest)					\
	EXPECT_EQ(expected(cycles, (clock)->mult, (clock)->shift, rest),	\
		  ipct_cycles_ns(cycles, (clock)->mult, (clock)->shift,	\
				 rest))					\
		TH_LOG("%s: %llu cycles, rest %llu", (clock)->name,	\
		       (unsigned long long)(cycles),			\
		       (unsigned long long)(rest))

TEST(after_any_time)
{
	static const u64 seconds[] = {
		0, 1, 2, 3, 4, 5, 10, 60, 600, 3600, 86400, 7 * 86400,
	};
	size_t c, s;

	for (c = 0; c < ARRAY_SIZE(clocks); c++)
		for (s = 0; s < ARRAY_SIZE(seconds); s++) {
			u64 cycles = seconds[s] * clocks[c].hz;

			EXPECT_NS(&clocks[c], cycles, 0);
			EXPECT_NS(&clocks[c], cycles, rest_max(&clocks[c]));
			EXPECT_NS(&clocks[c], cycles + 12345, 1);
		}
}

/* Where the way changes, and where the halves meet. */
TEST(at_the_limits)
{
	static const u64 limits[] = { 1ULL << 31, 1ULL << 32, 1ULL << 33 };
	size_t c, l;
	int by;

	for (c = 0; c < ARRAY_SIZE(clocks); c++)
		for (l = 0; l < ARRAY_SIZE(limits); l++)
			for (by = -2; by <= 2; by++) {
				EXPECT_NS(&clocks[c], limits[l] + by, 0);
				EXPECT_NS(&clocks[c], limits[l] + by,
					  rest_max(&clocks[c]));
			}
}

TEST(of_random_figures)
{
	struct clock clock = { "random", 0, 0, 0 };
	u64 cycles, rest;
	int i;

	srandom(1);
	for (i = 0; i < 1000000; i++) {
		clock.shift = random() % 33;
		clock.mult = random() * 2U + random() % 2;
		/* As far as nanoseconds have 64 bits. */
		cycles = ((u64)random() << 31) + random();
		cycles >>= random() % 30 + 32 - clock.shift;
		rest = ((u64)random() << 31) + random();
		EXPECT_NS(&clock, cycles, rest);
	}
}

TEST(never_back)
{
	size_t c;
	u64 behind;

	for (c = 0; c < ARRAY_SIZE(clocks); c++)
		for (behind = 1; behind < 1ULL << 40; behind *= 2) {
			EXPECT_EQ(0, ipct_cycles_ns(-behind, clocks[c].mult,
						    clocks[c].shift, 0));
			EXPECT_EQ(rest_max(&clocks[c]) >> clocks[c].shift,
				  ipct_cycles_ns(-behind, clocks[c].mult,
						 clocks[c].shift,
						 rest_max(&clocks[c])));
		}
}

TEST_HARNESS_MAIN
