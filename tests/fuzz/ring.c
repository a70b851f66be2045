// SPDX-License-Identifier: GPL-2.0
/*
 * A program for rings: records are written, read by cursors and by a merge, and
 * memory is damaged. Until it is, every record arrives whole, in order, once, or
 * is counted as lost. After that whatever is read ends and stays in bounds.
 */
#include <stdlib.h>

#include "fuzz.h"
#include "unit_rings.h"

#define NR_RINGS	2
#define NR_CURSORS	2

/* Each is a byte, with its operands behind it. */
enum {
	OP_PUT,		/* length, in words: 16 bits */
	OP_PUT_MANY,	/* likewise, and how often: 8 bits */
	OP_READ,
	OP_PEEK,
	OP_TO_HEAD,
	OP_MERGE,	/* how often: 8 bits */
	OP_POKE,	/* word of the ring: 16 bits; value: 64 bits */
	OP_POKE_SMALL,	/* likewise; value: 16 bits */
	__OP_MAX,
};

/**
 * struct program - the input, and what becomes of it
 * @data: what is left of it
 * @size: bytes of it
 * @rings: the rings
 * @written: records in each
 * @damaged: somebody else has written to the rings
 * @cursor: places in ring 0
 * @merge: place in all of them
 * @merged: by ring, records that the merge has given or told as lost
 */
struct program {
	const u8 *data;
	size_t size;
	struct unit_rings rings;
	u64 written[NR_RINGS];
	bool damaged;
	struct ipct_cursor cursor[NR_CURSORS];
	struct ipct_merge *merge;
	u64 merged[NR_RINGS];
};

static u64 operand(struct program *p, size_t bytes)
{
	u64 value = 0;

	if (bytes > p->size)
		bytes = p->size;
	memcpy(&value, p->data, bytes);
	p->data += bytes;
	p->size -= bytes;
	return value;
}

/* The record with that number: all words of it follow from that. */
static u16 length_of(u64 number, u16 words)
{
	return 24 + (words + number) % 508 * 8;
}

static u64 word_of(u64 number, u32 i)
{
	return (number * 512 + i) * 0x9e3779b97f4a7c15ULL;
}

static void put(struct program *p, u32 ring, u16 words)
{
	u64 record[IPCTRACE_RECORD_MAX_BYTES / sizeof(u64)];
	struct ipctrace_header *header = (void *)record;
	u64 number = p->written[ring]++;
	u16 len = length_of(number, words);
	u32 i;

	*header = (struct ipctrace_header){
		.len = len,
		.type = IPCTRACE_TYPE_CALL,
		.cpu = ring,
		.time_ns = number,
	};
	for (i = 2; i < len / sizeof(u64); i++)
		record[i] = word_of(number, i);
	unit_put(&p->rings.rings[ring], header);
}

static void check_record(const u64 *record, int len, u32 ring, u64 number)
{
	const struct ipctrace_header *header = (const void *)record;
	u32 i;

	CHECK(header->len == len && header->cpu == ring);
	CHECK(header->type == IPCTRACE_TYPE_CALL && header->time_ns == number);
	for (i = 2; i < len / sizeof(u64); i++)
		CHECK(record[i] == word_of(number, i));
}

/* Read once; return what ipct_cursor_read() did. */
static int read_cursor(struct program *p, struct ipct_cursor *cursor)
{
	struct ipct_ring_view view = unit_rings_view(&p->rings, 0);
	u64 *record = malloc(IPCTRACE_RECORD_MAX_BYTES);
	u64 before = cursor->seq, lost = 0;
	int ret = ipct_cursor_read(&view, cursor, record, &lost);

	CHECK(ret <= IPCTRACE_RECORD_MAX_BYTES);
	if (!p->damaged) {
		CHECK(ret >= 0 || ret == -EOVERFLOW);
		if (ret > 0)
			check_record(record, ret, 0, before);
		else if (ret)
			CHECK(cursor->seq == before + lost);
		else
			CHECK(cursor->seq == p->written[0]);
	}
	free(record);
	return ret;
}

/* Read a block; return what ipct_cursor_read_block() did. */
static int read_block(struct program *p, struct ipct_cursor *cursor)
{
	struct ipct_ring_view view = unit_rings_view(&p->rings, 0);
	char *block = malloc(IPCTRACE_BLOCK_BYTES);
	u64 before = cursor->seq, lost = 0;
	const struct ipctrace_header *record;
	int at, ret;

	ret = ipct_cursor_read_block(&view, cursor, block, &lost);
	CHECK(ret <= IPCTRACE_BLOCK_BYTES);
	if (!p->damaged) {
		CHECK(ret >= 0 || ret == -EOVERFLOW);
		for (at = 0; at < ret; at += record->len, before++) {
			record = (const void *)(block + at);
			CHECK(record->len <= ret - at);
			check_record((const void *)record, record->len, 0,
				     before);
		}
		CHECK(cursor->seq == before + lost);
		CHECK(ret || cursor->seq == p->written[0]);
	}
	free(block);
	return ret;
}

/* The first cursor takes records, the other one blocks. */
static int read_some(struct program *p, struct ipct_cursor *cursor)
{
	return cursor == p->cursor ? read_cursor(p, cursor) :
				     read_block(p, cursor);
}

static void peek_cursor(struct program *p, struct ipct_cursor *cursor)
{
	struct ipct_ring_view view = unit_rings_view(&p->rings, 0);
	struct ipctrace_header header;
	u64 lost;
	int ret = ipct_cursor_peek(&view, cursor, &header, &lost);

	if (!p->damaged && ret > 0)
		CHECK(header.time_ns == cursor->seq);
}

static void to_head(struct program *p, struct ipct_cursor *cursor)
{
	struct ipct_ring_view view = unit_rings_view(&p->rings, 0);
	int ret = ipct_cursor_to_head(&view, cursor);

	if (!p->damaged)
		CHECK(!ret && cursor->seq == p->written[0]);
}

/* Next of all rings; return what ipct_merge_next() did. */
static int merge_next(struct program *p)
{
	u64 *record = malloc(IPCTRACE_RECORD_MAX_BYTES);
	struct ipctrace_header *header = (void *)record;
	int ret = ipct_merge_next(p->merge, ~0ULL, record);

	CHECK(ret <= IPCTRACE_RECORD_MAX_BYTES);
	if (!p->damaged) {
		CHECK(ret >= 0);
		if (ret && header->type == IPCTRACE_TYPE_LOST)
			p->merged[header->cpu] +=
				((struct ipctrace_lost *)record)->count;
		else if (ret)
			check_record(record, ret, header->cpu,
				     p->merged[header->cpu]++);
	}
	free(record);
	return ret;
}

/* The ring's header is 16 bytes of its page, its data the pages after that. */
static void poke(struct program *p, u32 ring, u16 word, u64 value)
{
	struct ipct_ring *to = &p->rings.rings[ring];
	u64 *header = (u64 *)to->header;
	u64 *data = to->data;

	if (word < 16)
		header[word % 2] = value;
	else
		data[(word - 16) % (to->bytes / sizeof(u64))] = value;
	p->damaged = true;
}

static void step(struct program *p)
{
	u8 op = operand(p, 1);
	u32 ring = op / __OP_MAX % NR_RINGS;
	struct ipct_cursor *cursor =
		&p->cursor[op / __OP_MAX / NR_RINGS % NR_CURSORS];
	u16 word;
	u32 n;

	switch (op % __OP_MAX) {
	case OP_PUT:
		put(p, ring, operand(p, 2));
		break;
	case OP_PUT_MANY:
		word = operand(p, 2);
		for (n = operand(p, 1); n; n--)
			put(p, ring, word);
		break;
	case OP_READ:
		read_some(p, cursor);
		break;
	case OP_PEEK:
		peek_cursor(p, cursor);
		break;
	case OP_TO_HEAD:
		to_head(p, cursor);
		break;
	case OP_MERGE:
		for (n = operand(p, 1); n; n--)
			if (merge_next(p) <= 0)
				break;
		break;
	case OP_POKE:
		word = operand(p, 2);
		poke(p, ring, word, operand(p, 8));
		break;
	case OP_POKE_SMALL:
		word = operand(p, 2);
		poke(p, ring, word, operand(p, 2));
		break;
	}
}

/* Nothing is left behind: what was read and what was lost make what was written. */
static void drain(struct program *p)
{
	u32 i;

	for (i = 0; i < NR_CURSORS; i++)
		while (read_some(p, &p->cursor[i]))
			;
	while (merge_next(p))
		;
	for (i = 0; i < NR_RINGS; i++)
		CHECK(p->merged[i] == p->written[i]);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct program p = { .data = data, .size = size };

	unit_rings_init(&p.rings, NR_RINGS,
			(2ULL << operand(&p, 1) % 2) * IPCTRACE_BLOCK_BYTES);
	p.merge = unit_rings_merge(&p.rings);
	while (p.size)
		step(&p);
	if (!p.damaged)
		drain(&p);
	free(p.merge);
	unit_rings_free(&p.rings);
	return 0;
}
