/* SPDX-License-Identifier: GPL-2.0 */
/*
 * XXH64 with seed 0: the sum at the end of frames of the Zstandard format. The
 * library has it but does not export it.
 */
#ifndef _IPCTRACE_XXH64_H
#define _IPCTRACE_XXH64_H

#include "shared/portable.h"

#define XXH_1	0x9e3779b185ebca87ULL
#define XXH_2	0xc2b2ae3d27d4eb4fULL
#define XXH_3	0x165667b19e3779f9ULL
#define XXH_4	0x85ebca77c2b2ae63ULL
#define XXH_5	0x27d4eb2f165667c5ULL

/**
 * struct xxh64 - a sum in the making
 * @lanes: of whole stripes
 * @bytes: how many were added; says how full @rest is
 * @rest: what is not a whole stripe
 */
struct xxh64 {
	u64 lanes[4];
	u64 bytes;
	u8 rest[32];
};

static inline u64 xxh64_rotate(u64 word, int by)
{
	return word << by | word >> (64 - by);
}

static inline u64 xxh64_word(const u8 *at)
{
	u64 word;

	memcpy(&word, at, sizeof(word));
	return word;
}

static inline u64 xxh64_round(u64 lane, u64 word)
{
	return xxh64_rotate(lane + word * XXH_2, 31) * XXH_1;
}

static inline void xxh64_begin(struct xxh64 *sum)
{
	*sum = (struct xxh64){
		.lanes = { XXH_1 + XXH_2, XXH_2, 0, -XXH_1 },
	};
}

static inline void xxh64_stripe(struct xxh64 *sum, const u8 *at)
{
	int i;

	for (i = 0; i < 4; i++)
		sum->lanes[i] = xxh64_round(sum->lanes[i],
					    xxh64_word(at + 8 * i));
}

static inline void xxh64_add(struct xxh64 *sum, const void *bytes, size_t n)
{
	size_t have = sum->bytes % 32, fill;
	const u8 *at = bytes;

	sum->bytes += n;
	if (have) {
		fill = n < 32 - have ? n : 32 - have;
		memcpy(sum->rest + have, at, fill);
		at += fill;
		n -= fill;
		if (have + fill < 32)
			return;
		xxh64_stripe(sum, sum->rest);
	}
	if (n >= 32) {
		u64 a = sum->lanes[0], b = sum->lanes[1];
		u64 c = sum->lanes[2], d = sum->lanes[3];

		/* In registers: this is where all the time goes. */
		for (; n >= 32; at += 32, n -= 32) {
			a = xxh64_round(a, xxh64_word(at));
			b = xxh64_round(b, xxh64_word(at + 8));
			c = xxh64_round(c, xxh64_word(at + 16));
			d = xxh64_round(d, xxh64_word(at + 24));
		}
		sum->lanes[0] = a;
		sum->lanes[1] = b;
		sum->lanes[2] = c;
		sum->lanes[3] = d;
	}
	memcpy(sum->rest, at, n);
}

static inline u64 xxh64_end(const struct xxh64 *sum)
{
	size_t rest = sum->bytes % 32;
	const u8 *at = sum->rest;
	u64 hash = XXH_5;
	u32 half;
	int i;

	if (sum->bytes >= 32) {
		static const int by[4] = { 1, 7, 12, 18 };

		for (hash = 0, i = 0; i < 4; i++)
			hash += xxh64_rotate(sum->lanes[i], by[i]);
		for (i = 0; i < 4; i++)
			hash = (hash ^ xxh64_round(0, sum->lanes[i])) * XXH_1 +
			       XXH_4;
	}
	hash += sum->bytes;
	for (; rest >= 8; rest -= 8, at += 8)
		hash = xxh64_rotate(hash ^ xxh64_round(0, xxh64_word(at)), 27) *
		       XXH_1 + XXH_4;
	if (rest >= 4) {
		memcpy(&half, at, sizeof(half));
		hash = xxh64_rotate(hash ^ half * XXH_1, 23) * XXH_2 + XXH_3;
		at += 4;
		rest -= 4;
	}
	for (; rest; rest--)
		hash = xxh64_rotate(hash ^ *at++ * XXH_5, 11) * XXH_1;
	hash = (hash ^ hash >> 33) * XXH_2;
	hash = (hash ^ hash >> 29) * XXH_3;
	return hash ^ hash >> 32;
}

/* The lower half, as captures and Zstandard's frames have it */
static inline u32 xxh64_sum(const void *bytes, size_t n)
{
	struct xxh64 sum;

	xxh64_begin(&sum);
	xxh64_add(&sum, bytes, n);
	return xxh64_end(&sum);
}

#undef XXH_1
#undef XXH_2
#undef XXH_3
#undef XXH_4
#undef XXH_5

#endif /* _IPCTRACE_XXH64_H */
