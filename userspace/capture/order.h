/* SPDX-License-Identifier: GPL-2.0 */
/* Records out of a capture in order of time; see capture/order.c. */
#ifndef _IPCTRACE_CAPTURE_ORDER_H
#define _IPCTRACE_CAPTURE_ORDER_H

#include "capture/read.h"

/**
 * struct capture_place - a record that waits for its turn
 * @time_ns: its time
 * @at: its place among those that are kept
 */
struct capture_place {
	u64 time_ns;
	size_t at;
};

/**
 * struct capture_order - a capture in order of time
 * @reader: the capture
 * @places: records that are kept, in order of time; room for @room of them
 * @spare: room for as many, for sorting
 * @room: see @places
 * @nr: number of @places
 * @ready: so many of them may be given out
 * @next: so many of them were
 * @records: the records themselves
 * @spare_records: room for as many bytes
 * @bytes: of @records
 * @bytes_room: size of @records
 * @until_ns: the capture was complete up to that time when it was last read
 * @ended: it has been read to its end
 */
struct capture_order {
	struct capture_reader *reader;
	struct capture_place *places;
	struct capture_place *spare;
	size_t room;
	size_t nr;
	size_t ready;
	size_t next;
	char *records;
	char *spare_records;
	size_t bytes;
	size_t bytes_room;
	u64 until_ns;
	bool ended;
};

void capture_order_begin(struct capture_order *order,
			 struct capture_reader *reader);
const struct ipctrace_header *capture_order_next(struct capture_order *order);
void capture_order_end(struct capture_order *order);

#endif /* _IPCTRACE_CAPTURE_ORDER_H */
