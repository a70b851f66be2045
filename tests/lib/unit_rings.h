/* SPDX-License-Identifier: GPL-2.0 */
/* Rings in memory, laid out as the module maps them; see unit_rings.c. */
#ifndef _UNIT_RINGS_H
#define _UNIT_RINGS_H

#include <ipctrace/ipctrace.h>

#include "shared/merge.h"
#include "shared/ring.h"

#define UNIT_MAX_RINGS	4

/**
 * struct unit_rings - the writer's side of a mapping
 * @hello: layout, as the module would give it
 * @map: the mapping
 * @fd: what it is a mapping of, to be mapped by readers; -1: memory
 * @rings: the rings in it
 */
struct unit_rings {
	struct ipctrace_hello hello;
	void *map;
	int fd;
	struct ipct_ring rings[UNIT_MAX_RINGS];
};

void unit_rings_init(struct unit_rings *rings, u32 nr, u64 bytes);
void unit_rings_init_shared(struct unit_rings *rings, u32 nr, u64 bytes);
struct ipct_ring_view unit_rings_view(const struct unit_rings *rings, u32 nr);
struct ipct_merge *unit_rings_merge(const struct unit_rings *rings);
void unit_rings_free(struct unit_rings *rings);

void unit_put(struct ipct_ring *ring, const struct ipctrace_header *record);
void unit_put_time(struct unit_rings *rings, u16 cpu, u64 time_ns, u16 len);

#endif /* _UNIT_RINGS_H */
