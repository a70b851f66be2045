// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: merge
 *
 * Within a ring records are in order of time. Across rings a record is next
 * when no other CPU can still write an older one. The caller knows that for a
 * time in the past: every handler that was running then has ended since
 * (settle.c). Up to that time the merge takes the oldest first; what is newer
 * waits.
 */
#include "merge.h"

/* Look at the next record of a ring; remember what was lost before it. */
static int look(struct ipct_merge_ring *ring)
{
	struct ipctrace_header header;
	u64 lost;
	int ret;

	/* Whoever set the view will add the data before the ring is needed. */
	if (!ring->view.data)
		return 0;
	for (;;) {
		ret = ipct_cursor_peek(&ring->view, &ring->cursor, &header,
				       &lost);
		if (ret != -EOVERFLOW)
			break;
		ring->lost += lost;
	}
	ring->ready = ret > 0;
	ring->time_ns = header.time_ns;
	return ret;
}

/* The ring with the oldest record, NULL when none is as old as @until_ns. */
static struct ipct_merge_ring *oldest(struct ipct_merge *merge, u64 until_ns,
				      int *error)
{
	struct ipct_merge_ring *best = NULL;
	u32 i;

	for (i = 0; i < merge->nr; i++) {
		struct ipct_merge_ring *ring = &merge->ring[i];

		if (!ring->ready) {
			*error = look(ring);
			if (*error < 0)
				return NULL;
		}
		if (ring->ready && ring->time_ns <= until_ns &&
		    (!best || ring->time_ns < best->time_ns))
			best = ring;
	}
	*error = 0;
	return best;
}

static int tell_lost(struct ipct_merge *merge, struct ipct_merge_ring *ring,
		     struct ipctrace_lost *record)
{
	*record = (struct ipctrace_lost){
		.header.len = sizeof(*record),
		.header.type = IPCTRACE_TYPE_LOST,
		.header.cpu = ring - merge->ring,
		.header.time_ns = ring->time_ns,
		.count = ring->lost,
	};
	ring->lost = 0;
	return sizeof(*record);
}

/**
 * ipct_merge_next() - next record of all rings in order of time
 * @merge: place in the rings
 * @until_ns: CLOCK_MONOTONIC time up to which the rings are known to be
 *	complete
 * @record: out: the record, room for IPCTRACE_RECORD_MAX_BYTES, 8-byte
 *	aligned. An IPCTRACE_TYPE_LOST record where some were overwritten.
 *
 * Context: any.
 * Return: bytes of the record, 0 when there is none up to @until_ns, -EIO
 * when the memory of a ring was damaged.
 */
int ipct_merge_next(struct ipct_merge *merge, u64 until_ns, void *record)
{
	struct ipct_merge_ring *ring;
	u64 lost;
	int ret;

	for (;;) {
		ring = oldest(merge, until_ns, &ret);
		if (!ring)
			return ret;
		if (ring->lost)
			return tell_lost(merge, ring, record);

		ret = ipct_cursor_read(&ring->view, &ring->cursor, record,
				       &lost);
		ring->ready = false;
		if (ret != -EOVERFLOW)
			return ret;
		ring->lost += lost;
	}
}

/**
 * ipct_merge_take() - next records of one ring, whatever is in the others
 * @merge: place in the rings; ipct_merge_next() is not for this one
 * @nr: which ring
 * @records: out: records in order of time, 8-byte aligned, room for
 *	IPCTRACE_BLOCK_BYTES. An IPCTRACE_TYPE_LOST record, alone, where some
 *	were overwritten.
 *
 * Context: any.
 * Return: bytes of the records, 0 when there is none, -EIO when the memory of
 * the ring was damaged.
 */
int ipct_merge_take(struct ipct_merge *merge, u32 nr, void *records)
{
	struct ipct_merge_ring *ring = &merge->ring[nr];
	u64 lost;
	int ret;

	for (;;) {
		ret = look(ring);
		if (ret <= 0)
			return ret;
		if (ring->lost)
			return tell_lost(merge, ring, records);

		ret = ipct_cursor_read_block(&ring->view, &ring->cursor,
					     records, &lost);
		if (ret != -EOVERFLOW)
			return ret;
		ring->lost += lost;
	}
}
