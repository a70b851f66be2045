/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Per-CPU record queue that overwrites its oldest records; see ring.c.
 *
 * Locking: none. One writer, on the ring's own CPU with preemption off; any
 * number of cursors, each used by one thread at a time. The ordering points
 * are listed in ring.c.
 */
#ifndef _IPCT_RING_H
#define _IPCT_RING_H

#include <ipctrace/ipctrace.h>

#include "portable.h"

/**
 * struct ipct_ring_view - what a reader knows of a ring
 * @header: head and tail, written by the ring's CPU
 * @data: the blocks. In the kernel NULL when there were none yet: to a merge such
 *	a ring is empty, cursors must not be used. In a mapping it is not to be
 *	looked at while head is 0.
 * @bytes: size of @data, a power of two, at least two blocks
 */
struct ipct_ring_view {
	const struct ipctrace_ring_header *header;
	const void *data;
	u64 bytes;
};

/**
 * struct ipct_ring - the writer's side
 * @next: where the next record goes
 * @room: bytes from @next to the end of its block
 * @pos: position of @next
 * @seq: sequence number of the next record
 * @header: head and tail, published
 * @data: the blocks
 * @bytes: size of @data
 *
 * Private to the ring's CPU but for @header, which readers map.
 */
struct ipct_ring {
	void *next;
	u32 room;
	u64 pos;
	u64 seq;
	struct ipctrace_ring_header *header;
	void *data;
	u64 bytes;
};

/**
 * struct ipct_cursor - a reader's place in a ring
 * @pos: position of the next record
 * @seq: its sequence number; that many records came before it
 *
 * All zero is the first record ever written.
 */
struct ipct_cursor {
	u64 pos;
	u64 seq;
};

void ipct_ring_init(struct ipct_ring *ring,
		    struct ipctrace_ring_header *header, void *data, u64 bytes);
void ipct_ring_next_block(struct ipct_ring *ring);

/**
 * ipct_ring_reserve() - get room for one record
 * @ring: this CPU's ring
 * @len: bytes, a multiple of 8, at most IPCTRACE_RECORD_MAX_BYTES
 *
 * Cannot fail: the oldest block is given up when there is no other room.
 *
 * Context: the ring's CPU, preemption off, not nested.
 * Return: the room, 8-byte aligned, with old bytes in it. No reader looks at
 * it before ipct_ring_commit().
 */
static __always_inline void *ipct_ring_reserve(struct ipct_ring *ring, u32 len)
{
	if (unlikely(len > ring->room))
		ipct_ring_next_block(ring);
	return ring->next;
}

/**
 * ipct_ring_commit() - publish the record in the room reserved last
 * @ring: this CPU's ring
 * @len: bytes of the record, at most what was reserved, a multiple of 8
 *
 * Context: as ipct_ring_reserve(), with no other call in between.
 */
static __always_inline void ipct_ring_commit(struct ipct_ring *ring, u32 len)
{
	ring->next += len;
	ring->room -= len;
	ring->pos += len;
	ring->seq++;
	/*
	 * RING:A  the record's bytes before head. Partner RING:B. Without it a
	 * reader sees a record that is not all there.
	 */
	smp_store_release(&ring->header->head, ring->pos);
}

/**
 * ipct_ring_head() - how far a ring has come
 * @ring: as mapped; the writer may go on meanwhile
 *
 * Return: position after the newest record; what is before it can be read.
 */
static inline u64 ipct_ring_head(const struct ipct_ring_view *ring)
{
	/* RING:B  head before the records. Partner RING:A, as in peek. */
	return smp_load_acquire(&ring->header->head);
}

int ipct_cursor_peek(const struct ipct_ring_view *ring,
		     struct ipct_cursor *cursor, struct ipctrace_header *header,
		     u64 *lost);
int ipct_cursor_read(const struct ipct_ring_view *ring,
		     struct ipct_cursor *cursor, void *record, u64 *lost);
int ipct_cursor_read_block(const struct ipct_ring_view *ring,
			   struct ipct_cursor *cursor, void *records,
			   u64 *lost);
int ipct_cursor_to_head(const struct ipct_ring_view *ring,
			struct ipct_cursor *cursor);

#endif /* _IPCT_RING_H */
