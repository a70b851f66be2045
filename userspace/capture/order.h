/* SPDX-License-Identifier: GPL-2.0 */
/* Records out of a capture in order of time; see capture/order.c. */
#ifndef _IPCTRACE_CAPTURE_ORDER_H
#define _IPCTRACE_CAPTURE_ORDER_H

#include "capture/read.h"

/* Bytes of records that are kept until the capture says that they are complete */
#define CAPTURE_ORDER_BYTES	(64U << 20)

/**
 * struct capture_place - a record that waits for its turn
 * @time_ns: of the record, by which it is put in order
 * @at: its place among those that are kept; in the order in which they came
 */
struct capture_place {
	u64 time_ns;
	size_t at;
};

/**
 * struct capture_places - some of them
 * @v: room for @room of them, or NULL
 * @nr: how many there are
 * @room: for how many there is room
 */
struct capture_places {
	struct capture_place *v;
	size_t nr;
	size_t room;
};

/**
 * struct capture_order - a capture in order of time
 * @reader: the capture
 * @batch: records that came since the last mark, or came before it and were newer;
 *	sorted, those before @next given out
 * @spare: room for as many, for sorting
 * @next: first of @batch that is left
 * @fresh: those of @batch before it have been left over once
 * @late: records left over twice, as a heap, the oldest first
 * @records: all records that are kept, each behind its struct kept
 * @used: bytes of @records
 * @given: bytes of @records that were given out
 * @last: what was given out last
 * @until_ns: the capture is complete up to that time
 * @ended: it has been read to its end
 * @paused: it was at a pause when it was read last
 * @unsure: it was told that the order may not be right
 */
struct capture_order {
	struct capture_reader *reader;
	struct capture_places batch;
	struct capture_places spare;
	size_t next;
	size_t fresh;
	struct capture_places late;
	char *records;
	size_t used;
	size_t given;
	struct kept *last;
	u64 until_ns;
	bool ended;
	bool paused;
	bool unsure;
};

void capture_order_begin(struct capture_order *order,
			 struct capture_reader *reader);
const struct ipctrace_header *capture_order_next(struct capture_order *order);
void capture_order_end(struct capture_order *order);

#endif /* _IPCTRACE_CAPTURE_ORDER_H */
