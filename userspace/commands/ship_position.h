/* SPDX-License-Identifier: GPL-2.0 */
/* Where a record is among those of its CPU, whatever it is read from. */
#ifndef _IPCTRACE_SHIP_POSITION_H
#define _IPCTRACE_SHIP_POSITION_H

#include "shared/portable.h"

/**
 * struct ship_position - a place among the records of a CPU
 * @time_ns: time of the record
 * @nr: so many records of that time are before it
 * @reserved: 0
 */
struct ship_position {
	u64 time_ns;
	u32 nr;
	u32 reserved;
};

static inline bool ship_position_after(const struct ship_position *a,
				       const struct ship_position *b)
{
	return a->time_ns != b->time_ns ? a->time_ns > b->time_ns : a->nr > b->nr;
}

#endif /* _IPCTRACE_SHIP_POSITION_H */
