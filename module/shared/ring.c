// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: ring
 *
 * A queue of records for one CPU: a flight recorder that any number of readers
 * follow. The writer never waits; when the ring is full it gives up the oldest
 * block. Readers never write, so they cannot slow the writer or each other
 * down; each finds out by itself, from sequence numbers, what it has lost.
 *
 * Positions count bytes since the start and never wrap. A block is
 * IPCTRACE_BLOCK_BYTES long and starts with its position and the sequence
 * number of its first record, so a reader that fell behind can begin at any
 * block, and knows how many records it did not see.
 *
 * Ordering points, in pairs:
 *
 *	RING:A  record, then head (release)		commit
 *	RING:B  head (acquire), then record		peek
 *
 *	RING:C  tail, then the block it gives up (wmb)	next_block
 *	RING:D  record, then tail (rmb)			intact
 *
 *	RING:E  the block that tail names, then tail (release)	next_block
 *	RING:F  tail (acquire), then that block, or head	tail_of
 *
 * A reader copies first and looks at tail afterwards: if tail has not passed
 * the place, nothing of the copy was overwritten. What it copies is untrusted
 * until then, hence the checks of each length.
 *
 * The same file is built into the reader, which runs this protocol on the
 * mapped rings, and into the unit tests. It knows nothing of IPC or files.
 */
#include "ring.h"

#define BLOCK_MASK	(IPCTRACE_BLOCK_BYTES - 1ULL)

static_assert(!(IPCTRACE_BLOCK_BYTES & (IPCTRACE_BLOCK_BYTES - 1)));
static_assert(sizeof(struct ipctrace_block) % 8 == 0);

static void start_block(struct ipct_ring *ring)
{
	struct ipctrace_block *block = ring->data +
				       (ring->pos & (ring->bytes - 1));

	WRITE_ONCE(block->pos, ring->pos);
	WRITE_ONCE(block->seq, ring->seq);
	ring->next = block + 1;
	ring->room = IPCTRACE_BLOCK_BYTES - sizeof(*block);
	ring->pos += sizeof(*block);
}

/**
 * ipct_ring_init() - make a ring ready for its writer
 * @ring: out: the writer's side
 * @header: its published header, zeroed
 * @data: its memory, zeroed, 8-byte aligned
 * @bytes: size of @data: a power of two, at least two blocks
 *
 * Context: any, before the first record. There may be readers.
 */
void ipct_ring_init(struct ipct_ring *ring,
		    struct ipctrace_ring_header *header, void *data, u64 bytes)
{
	*ring = (struct ipct_ring){
		.header = header,
		.data = data,
		.bytes = bytes,
	};
	start_block(ring);
	/*
	 * RING:A  the block's start before head, as in commit. Partner RING:B.
	 * Without it a reader that is there already sees memory that is not part
	 * of the ring yet.
	 */
	smp_store_release(&header->head, ring->pos);
}

/**
 * ipct_ring_next_block() - close the current block and open the next one
 * @ring: this CPU's ring
 *
 * Context: only from ipct_ring_reserve().
 */
void ipct_ring_next_block(struct ipct_ring *ring)
{
	if (ring->room) {
		struct ipctrace_header *pad = ring->next;

		WRITE_ONCE(pad->len, ring->room);
		WRITE_ONCE(pad->type, IPCTRACE_TYPE_PAD);
	}
	ring->pos += ring->room;
	if (ring->pos >= ring->bytes) {
		/*
		 * RING:E  the start of the block that tail will name, and head,
		 * before tail. Partner RING:F. Without it a reader takes the
		 * ring for a damaged one.
		 */
		smp_store_release(&ring->header->tail, ring->pos +
				  IPCTRACE_BLOCK_BYTES - ring->bytes);
		/*
		 * RING:C  tail before the first byte of the block that it
		 * gives up. Partner RING:D. Without it a reader takes a
		 * half-overwritten record for a whole one.
		 */
		smp_wmb();
	}
	start_block(ring);
}

static u64 tail_of(const struct ipct_ring_view *ring)
{
	/*
	 * RING:F  tail before the block that it names, and before a head that
	 * should have moved with it. Partner RING:E. Without it these may be
	 * older than tail.
	 */
	return smp_load_acquire(&ring->header->tail);
}

/* Is what was copied, from @pos on, still what the writer had put there? */
static bool intact(const struct ipct_ring_view *ring, u64 pos)
{
	/*
	 * RING:D  the copy before tail. Partner RING:C. Without it the copy
	 * may be newer than the tail that vouches for it.
	 */
	smp_rmb();
	return tail_of(ring) <= pos;
}

/* Copy by words, without looking whether they belong together: see intact(). */
static void copy_words(const struct ipct_ring_view *ring, u64 pos, void *to,
		       u32 len)
{
	const u64 *from = ring->data + (pos & (ring->bytes - 1));
	u64 *word = to;
	u32 i;

	for (i = 0; i < len / sizeof(*word); i++) {
		/*
		 * The writer may be storing to the same place, in whatever
		 * way; intact() notices a torn copy.
		 */
		word[i] = data_race(READ_ONCE(from[i]));
	}
}

/*
 * The same for many. The reader in user space has the C library's copy, which
 * takes a tenth of the instructions; the kernel never copies blocks.
 */
static void copy_records(const struct ipct_ring_view *ring, u64 pos, void *to,
			 u32 len)
{
#if defined(__KERNEL__) || defined(__SANITIZE_THREAD__)
	copy_words(ring, pos, to, len);
#else
	memcpy(to, ring->data + (pos & (ring->bytes - 1)), len);
#endif
}

/* The block at @pos says how many records came before it. */
static bool read_block(const struct ipct_ring_view *ring, u64 pos, u64 *seq)
{
	struct ipctrace_block block;

	copy_words(ring, pos, &block, sizeof(block));
	*seq = block.seq;
	return intact(ring, pos) && block.pos == pos;
}

/* Move a cursor that was overtaken to the oldest block; count what it lost. */
static int resume_at_tail(const struct ipct_ring_view *ring,
			  struct ipct_cursor *cursor, u64 *lost)
{
	u64 pos, seq;

	do {
		pos = tail_of(ring);
		if (pos & BLOCK_MASK)
			return -EIO;
		if (read_block(ring, pos, &seq))
			break;
		if (tail_of(ring) == pos)
			return -EIO;
	} while (1);

	*lost = seq - cursor->seq;
	cursor->pos = pos;
	cursor->seq = seq;
	return -EOVERFLOW;
}

/* Padding goes up to the next block, so there is one at most in each. */
static bool valid_header(u64 pos, const struct ipctrace_header *header)
{
	u32 room = IPCTRACE_BLOCK_BYTES - (pos & BLOCK_MASK);

	if (header->type == IPCTRACE_TYPE_PAD)
		return header->len == room;
	return header->len >= sizeof(*header) && header->len % 8 == 0 &&
	       header->len <= room;
}

/**
 * ipct_cursor_peek() - look at the header of the next record
 * @ring: as mapped; the writer may go on meanwhile
 * @cursor: the reader's place; steps over block starts and padding
 * @header: out: header of the record
 * @lost: out: records lost, with -EOVERFLOW
 *
 * Context: any. Never waits for the writer: it starts over only when the
 * writer has meanwhile filled a block.
 * Return: 1 with the header, 0 when there is no record yet, -EOVERFLOW when
 * records were overwritten first: the cursor then stands at the oldest one
 * left. -EIO when the ring is not one: its memory was damaged.
 */
int ipct_cursor_peek(const struct ipct_ring_view *ring,
		     struct ipct_cursor *cursor, struct ipctrace_header *header,
		     u64 *lost)
{
	for (;;) {
		/*
		 * RING:B  head before the record. Partner RING:A. Without it
		 * the record may be read before it was written.
		 */
		u64 head = smp_load_acquire(&ring->header->head);
		u64 pos = cursor->pos;

		if (!intact(ring, pos))
			return resume_at_tail(ring, cursor, lost);
		if (!(pos & BLOCK_MASK) && pos < head)
			pos += sizeof(struct ipctrace_block);
		if (pos >= head)
			return 0;
		/* Tail moved before it, so there is a ring ahead at most. */
		if (head - cursor->pos > ring->bytes)
			return -EIO;

		copy_words(ring, pos, header, 8);
		if (header->type != IPCTRACE_TYPE_PAD &&
		    valid_header(pos, header))
			copy_words(ring, pos, header, sizeof(*header));
		if (!intact(ring, pos))
			continue;
		if (!valid_header(pos, header))
			return -EIO;
		cursor->pos = pos;
		if (header->type != IPCTRACE_TYPE_PAD)
			return 1;
		cursor->pos += header->len;
	}
}

/**
 * ipct_cursor_read() - copy the next record and step over it
 * @ring: as mapped; the writer may go on meanwhile
 * @cursor: the reader's place
 * @record: out: the record, room for IPCTRACE_RECORD_MAX_BYTES
 * @lost: out: records lost, with -EOVERFLOW
 *
 * Context: any.
 * Return: bytes of the record, or what ipct_cursor_peek() returns.
 */
int ipct_cursor_read(const struct ipct_ring_view *ring,
		     struct ipct_cursor *cursor, void *record, u64 *lost)
{
	struct ipctrace_header header;
	int ret;

	ret = ipct_cursor_peek(ring, cursor, &header, lost);
	if (ret <= 0)
		return ret;

	copy_words(ring, cursor->pos, record, header.len);
	if (!intact(ring, cursor->pos))
		return resume_at_tail(ring, cursor, lost);
	cursor->pos += header.len;
	cursor->seq++;
	return header.len;
}

/* Step over the whole records at the start of @records; -EIO when there is none. */
static int step_over(struct ipct_cursor *cursor, const void *records, u32 bytes)
{
	const struct ipctrace_header *header;
	u64 seq = cursor->seq;
	u32 at;

	for (at = 0; at < bytes; at += header->len, seq++) {
		header = records + at;
		if (header->type == IPCTRACE_TYPE_PAD ||
		    header->len < sizeof(*header) || header->len % 8 ||
		    header->len > bytes - at)
			break;
	}
	/* Only padding may follow, and @bytes end with the block or before it. */
	if (at < bytes &&
	    (header->type != IPCTRACE_TYPE_PAD ||
	     !valid_header(cursor->pos + at, header) ||
	     header->len > bytes - at))
		return -EIO;
	cursor->pos += at;
	cursor->seq = seq;
	return at;
}

/**
 * ipct_cursor_read_block() - copy the next records, as many as a block has
 * @ring: as mapped; the writer may go on meanwhile
 * @cursor: the reader's place
 * @records: out: the records, room for IPCTRACE_BLOCK_BYTES, 8-byte aligned
 * @lost: out: records lost, with -EOVERFLOW
 *
 * For readers that cannot afford ipct_cursor_read() for each.
 *
 * Context: any.
 * Return: bytes of the records, or what ipct_cursor_peek() returns.
 */
int ipct_cursor_read_block(const struct ipct_ring_view *ring,
			   struct ipct_cursor *cursor, void *records, u64 *lost)
{
	struct ipctrace_header header;
	u64 head, end;
	int ret;

	ret = ipct_cursor_peek(ring, cursor, &header, lost);
	if (ret <= 0)
		return ret;

	/* RING:B  head before the records, as in peek. */
	head = smp_load_acquire(&ring->header->head);
	end = (cursor->pos | BLOCK_MASK) + 1;
	if (end > head)
		end = head;
	if (end < cursor->pos)
		return -EIO;
	copy_records(ring, cursor->pos, records, end - cursor->pos);
	if (!intact(ring, cursor->pos))
		return resume_at_tail(ring, cursor, lost);
	return step_over(cursor, records, end - cursor->pos);
}

/* One try to step over everything; -EAGAIN when the writer was faster. */
static int try_to_head(const struct ipct_ring_view *ring,
		       struct ipct_cursor *cursor, u64 head)
{
	struct ipctrace_header header;
	u64 lost;
	int ret;

	/* A full block ends where the next one starts. */
	cursor->pos = (head - 1) & ~BLOCK_MASK;
	if (!read_block(ring, cursor->pos, &cursor->seq))
		return -EAGAIN;
	while (cursor->pos < head) {
		ret = ipct_cursor_peek(ring, cursor, &header, &lost);
		if (ret == -EOVERFLOW)
			return -EAGAIN;
		if (ret < 0)
			return ret;
		if (!ret || cursor->pos >= head)
			break;
		cursor->pos += header.len;
		cursor->seq++;
	}
	return 0;
}

/**
 * ipct_cursor_to_head() - step over everything that is in the ring now
 * @ring: as mapped; the writer may go on meanwhile
 * @cursor: out: the place after the newest record, with its sequence number
 *
 * Walks the newest block only. The writer may go on meanwhile.
 *
 * Context: any. Starts over only when the writer has meanwhile filled all of
 * the ring.
 * Return: 0, or -EIO when the ring is not one: its memory was damaged.
 */
int ipct_cursor_to_head(const struct ipct_ring_view *ring,
			struct ipct_cursor *cursor)
{
	u64 head;
	int ret;

	do {
		/* RING:B  head before the record, as in peek. */
		head = smp_load_acquire(&ring->header->head);
		if (!head) {
			*cursor = (struct ipct_cursor){ };
			return 0;
		}
		ret = try_to_head(ring, cursor, head);
		if (ret != -EAGAIN)
			return ret;
	} while (ipct_read_u64(&ring->header->head) != head);
	return -EIO;
}
