/* SPDX-License-Identifier: GPL-2.0 */
/* Records out of a capture in order of time; see capture/order.c. */
#ifndef _IPCTRACE_CAPTURE_ORDER_H
#define _IPCTRACE_CAPTURE_ORDER_H

#include "capture/read.h"

/* What is kept until the capture says that it is complete, in bytes */
#define CAPTURE_ORDER_BYTES	(64U << 20)

/* It is kept in pieces of memory of this size; the longest record fits in one. */
#define CAPTURE_PIECE_BYTES	(256U << 10)
#define CAPTURE_PIECES		(CAPTURE_ORDER_BYTES / CAPTURE_PIECE_BYTES)

/**
 * struct capture_piece - memory with records that came one after the other
 * @memory: CAPTURE_PIECE_BYTES of it
 * @end: the place after its last record, ~0: it is the last piece
 * @left: records that have not been given out
 */
struct capture_piece {
	char *memory;
	u64 end;
	u64 left;
};

/**
 * struct capture_run - records that came one after the other, none older than the one
 *	before it
 * @time_ns: of the first that is left
 * @nr: how many runs came before
 * @at: place of the first that is left, in bytes of all that were ever kept
 * @left: how many are left
 */
struct capture_run {
	u64 time_ns;
	u64 nr;
	u64 at;
	u64 left;
};

/**
 * struct capture_order - a capture in order of time
 * @reader: the capture
 * @runs: as a heap, the one with the oldest record first
 * @nr_runs: how many
 * @runs_room: for how many there is room
 * @open: the run to which the next record may belong; not among @runs
 * @newest_ns: time of its last record
 * @began: how many runs have begun
 * @used: place of the next record that is kept
 * @begin: what is before this place is not needed any more
 * @end: there is memory up to this place
 * @pieces: from @begin to @end, by their number modulo CAPTURE_PIECES
 * @unused: memory of other pieces; each begins with a pointer to the next
 * @until_ns: the capture is complete up to that time
 * @ended: it has been read to its end
 * @paused: it was at a pause when it was last read
 * @unsure: it has been reported that the order may not be right
 */
struct capture_order {
	struct capture_reader *reader;
	struct capture_run *runs;
	size_t nr_runs;
	size_t runs_room;
	struct capture_run open;
	u64 newest_ns;
	u64 began;
	u64 used;
	u64 begin;
	u64 end;
	struct capture_piece pieces[CAPTURE_PIECES];
	char *unused;
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
