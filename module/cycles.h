/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cycles as nanoseconds. Nothing but arithmetic, so that a test on the host can
 * compare it with 128 bits.
 */
#ifndef _IPCT_CYCLES_H
#define _IPCT_CYCLES_H

#include "shared/portable.h"

/* So many fit into 64 bits with any factor, and with what is left of a second. */
#define IPCT_CYCLES_FEW		((1ULL << 31) - 1)

u64 ipct_cycles_many(u64 cycles, u32 mult, u32 shift, u64 rest);

/**
 * ipct_cycles_ns() - nanoseconds of cycles
 * @cycles: how many, as a difference. Below zero counts as none, since one
 *	processor's counter may be behind another's by a few.
 * @mult: nanoseconds of a cycle, shifted
 * @shift: by how much, at most 32
 * @rest: nanoseconds to add, shifted; less than 2^63
 *
 * Context: any.
 */
static __always_inline u64 ipct_cycles_ns(u64 cycles, u32 mult, u32 shift,
					  u64 rest)
{
	if (likely(cycles <= IPCT_CYCLES_FEW))
		return (cycles * mult + rest) >> shift;
	return ipct_cycles_many(cycles, mult, shift, rest);
}

/**
 * ipct_cycles_exactly() - ipct_cycles_ns() for any number of cycles
 * @cycles: see ipct_cycles_ns()
 * @mult: likewise
 * @shift: likewise
 * @rest: likewise
 *
 * The upper and the lower half of the product are 32 bits apart, which is no
 * less than @shift, so the upper one has no part in what is shifted out.
 *
 * Context: any.
 */
static inline u64 ipct_cycles_exactly(u64 cycles, u32 mult, u32 shift, u64 rest)
{
	u64 mask = (1ULL << shift) - 1;
	u64 upper, lower;

	if (cycles >> 63)
		cycles = 0;
	upper = (cycles >> 32) * mult;
	lower = (cycles & 0xffffffff) * mult;
	return (upper << (32 - shift)) + (lower >> shift) + (rest >> shift) +
	       (((lower & mask) + (rest & mask)) >> shift);
}

#endif /* _IPCT_CYCLES_H */
