/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers that look random, and are the same again for the same seed. */
#ifndef _UNIT_RANDOM_H
#define _UNIT_RANDOM_H

#include "shared/portable.h"

/* Any of 31 bits, by Knuth's generator for MMIX, whose lower bits are no use */
static inline u32 unit_next(u64 *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return *seed >> 33;
}

/* From 0 to @below - 1 */
static inline u32 unit_draw(u64 *seed, u32 below)
{
	return unit_next(seed) % below;
}

#endif /* _UNIT_RANDOM_H */
