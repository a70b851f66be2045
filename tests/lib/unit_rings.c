// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: unit_rings
 *
 * The host tests' stand-in for the module: the same ring.c writes into rings
 * in ordinary memory.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "unit_rings.h"

#define PAGE_BYTES	4096

static void set_layout(struct unit_rings *rings, u32 nr, u64 bytes)
{
	*rings = (struct unit_rings){
		.hello = {
			.transport = IPCTRACE_TRANSPORT,
			.schema = IPCTRACE_SCHEMA,
			.header_bytes = PAGE_BYTES,
			.nr_rings = nr,
			.ring_bytes = bytes,
			.ring_stride_bytes = PAGE_BYTES + bytes,
			.map_bytes = PAGE_BYTES + nr * (PAGE_BYTES + bytes),
		},
		.fd = -1,
	};
}

static void init_rings(struct unit_rings *rings)
{
	u32 i;

	for (i = 0; i < rings->hello.nr_rings; i++) {
		void *ring = rings->map + PAGE_BYTES +
			     i * rings->hello.ring_stride_bytes;

		ipct_ring_init(&rings->rings[i], ring, ring + PAGE_BYTES,
			       rings->hello.ring_bytes);
	}
}

/**
 * unit_rings_init() - make empty rings
 * @rings: out: the rings
 * @nr: how many
 * @bytes: bytes of data of each
 *
 * The memory ends with the last ring's data, so that a sanitizer sees what
 * reaches past it.
 */
void unit_rings_init(struct unit_rings *rings, u32 nr, u64 bytes)
{
	set_layout(rings, nr, bytes);
	rings->map = calloc(1, rings->hello.map_bytes);
	if (!rings->map)
		abort();
	init_rings(rings);
}

/**
 * unit_rings_init_shared() - make empty rings that can be mapped
 * @rings: out: the rings
 * @nr: how many
 * @bytes: bytes of data of each
 */
void unit_rings_init_shared(struct unit_rings *rings, u32 nr, u64 bytes)
{
	set_layout(rings, nr, bytes);
	rings->fd = memfd_create("rings", 0);
	if (rings->fd < 0 || ftruncate(rings->fd, rings->hello.map_bytes))
		abort();
	rings->map = mmap(NULL, rings->hello.map_bytes, PROT_READ | PROT_WRITE,
			  MAP_SHARED, rings->fd, 0);
	if (rings->map == MAP_FAILED)
		abort();
	init_rings(rings);
}

/**
 * unit_rings_view() - a reader's view of a ring
 * @rings: the rings
 * @nr: which
 */
struct ipct_ring_view unit_rings_view(const struct unit_rings *rings, u32 nr)
{
	const struct ipct_ring *ring = &rings->rings[nr];

	return (struct ipct_ring_view){
		.header = ring->header,
		.data = ring->data,
		.bytes = ring->bytes,
	};
}

/**
 * unit_rings_merge() - a merge at the first record of all rings
 * @rings: the rings
 *
 * Return: the merge, to be freed by the caller
 */
struct ipct_merge *unit_rings_merge(const struct unit_rings *rings)
{
	struct ipct_merge *merge;
	u32 i;

	merge = calloc(1, sizeof(*merge) +
			  rings->hello.nr_rings * sizeof(merge->ring[0]));
	if (!merge)
		abort();
	merge->nr = rings->hello.nr_rings;
	for (i = 0; i < merge->nr; i++)
		merge->ring[i].view = unit_rings_view(rings, i);
	return merge;
}

/**
 * unit_rings_free() - undo unit_rings_init() or unit_rings_init_shared()
 * @rings: the rings
 */
void unit_rings_free(struct unit_rings *rings)
{
	if (rings->fd < 0) {
		free(rings->map);
		return;
	}
	munmap(rings->map, rings->hello.map_bytes);
	close(rings->fd);
}

/**
 * unit_put() - write a record
 * @ring: where
 * @record: the record, header.len bytes of it
 */
void unit_put(struct ipct_ring *ring, const struct ipctrace_header *record)
{
	memcpy(ipct_ring_reserve(ring, record->len), record, record->len);
	ipct_ring_commit(ring, record->len);
}

/**
 * unit_put_time() - write a record that has only a time
 * @rings: the rings
 * @cpu: ring
 * @time_ns: time
 * @len: its bytes
 */
void unit_put_time(struct unit_rings *rings, u16 cpu, u64 time_ns, u16 len)
{
	u64 record[IPCTRACE_RECORD_MAX_BYTES / sizeof(u64)] = { };
	struct ipctrace_header *header = (void *)record;

	*header = (struct ipctrace_header){
		.len = len,
		.type = IPCTRACE_TYPE_CALL,
		.cpu = cpu,
		.time_ns = time_ns,
	};
	unit_put(&rings->rings[cpu], header);
}
