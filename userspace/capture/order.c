// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: capture_order
 *
 * A capture has the records of each CPU in order, some of one CPU after some of another;
 * a mark now and then says up to which time all of them are there. Records up to a mark
 * are given out, and newer ones are kept for the next mark. They come in runs, each in
 * order: the oldest record is the first of some run, so one only has to know the run
 * with the oldest.
 *
 * Records are kept in the order in which they came, in a few pieces of memory that
 * are used again and again: touching memory that is not in the processor's cache takes
 * longer than everything that is done here.
 *
 * A capture may be made on purpose to cost as much as possible. Whatever is in it, there
 * are no more runs than records, and taking a record costs the logarithm of the number
 * of runs. At most CAPTURE_ORDER_BYTES of records and runs are kept: if no mark comes
 * before that, they are given out as if there were one, and a line says so.
 */
#include <stdlib.h>
#include <string.h>

#include "capture/order.h"

#define NO_MEMORY	"no memory to put what follows in order"
#define RUN_BYTES	(2 * sizeof(struct capture_run))	/* of an array that doubles */

/* A length has 16 bits. */
static_assert(CAPTURE_PIECE_BYTES >= 0x10000);

/**
 * capture_order_begin() - take the records of a capture in order
 * @order: out: a place before the first; takes memory only as it goes
 * @reader: a capture at its first record; must outlive @order, and nobody else may
 *	read from it
 */
void capture_order_begin(struct capture_order *order,
			 struct capture_reader *reader)
{
	*order = (struct capture_order){ .reader = reader };
}

/* ---- Runs -------------------------------------------------------------------- */

/* If times are the same, what came first is first. */
static bool is_before(const struct capture_run *a, const struct capture_run *b)
{
	return a->time_ns < b->time_ns ||
	       (a->time_ns == b->time_ns && a->nr < b->nr);
}

static bool more_runs(struct capture_order *order)
{
	size_t room = order->runs_room ? 2 * order->runs_room : 64;
	struct capture_run *runs;

	if (order->nr_runs < order->runs_room)
		return true;
	runs = realloc(order->runs, room * sizeof(*runs));
	if (!runs)
		return false;
	order->runs = runs;
	order->runs_room = room;
	return true;
}

/* The open run has no more records. */
static bool close_run(struct capture_order *order)
{
	struct capture_run *runs, run = order->open;
	size_t i, above;

	if (!run.left)
		return true;
	if (!more_runs(order))
		return false;
	runs = order->runs;
	for (i = order->nr_runs++; i; i = above) {
		above = (i - 1) / 2;
		if (!is_before(&run, &runs[above]))
			break;
		runs[i] = runs[above];
	}
	runs[i] = run;
	order->open.left = 0;
	return true;
}

/* Restore the heap: the first run has another first record, or is another run. */
static void sift(struct capture_order *order)
{
	struct capture_run *runs = order->runs, run = runs[0];
	size_t i, below;

	for (i = 0; (below = 2 * i + 1) < order->nr_runs; i = below) {
		if (below + 1 < order->nr_runs &&
		    is_before(&runs[below + 1], &runs[below]))
			below++;
		if (!is_before(&runs[below], &run))
			break;
		runs[i] = runs[below];
	}
	if (i)
		runs[i] = run;
}

/* ---- Records, in pieces of memory ---------------------------------------------- */

static struct capture_piece *piece_of(struct capture_order *order, u64 at)
{
	return &order->pieces[at / CAPTURE_PIECE_BYTES % CAPTURE_PIECES];
}

static struct ipctrace_header *kept_at(struct capture_order *order, u64 at)
{
	return (void *)(piece_of(order, at)->memory + at % CAPTURE_PIECE_BYTES);
}

/* Is there room for the longest record, after one more piece? */
static bool has_room(const struct capture_order *order)
{
	return order->end - order->begin + order->nr_runs * RUN_BYTES +
	       CAPTURE_PIECE_BYTES <= CAPTURE_ORDER_BYTES;
}

static bool add_piece(struct capture_order *order)
{
	char *memory = order->unused;

	if (memory)
		memcpy(&order->unused, memory, sizeof(order->unused));
	else
		memory = malloc(CAPTURE_PIECE_BYTES);
	if (!memory)
		return false;
	*piece_of(order, order->end) = (struct capture_piece){
		.memory = memory,
		.end = ~0ULL,
	};
	order->end += CAPTURE_PIECE_BYTES;
	return true;
}

static void drop_piece(struct capture_order *order)
{
	char *memory = piece_of(order, order->begin)->memory;

	memcpy(memory, &order->unused, sizeof(order->unused));
	order->unused = memory;
	order->begin += CAPTURE_PIECE_BYTES;
}

/* The next record goes to the last piece, which stays. */
static void drop_pieces(struct capture_order *order)
{
	while (order->end - order->begin > CAPTURE_PIECE_BYTES &&
	       !piece_of(order, order->begin)->left)
		drop_piece(order);
}

/* Room for a record; where it does not fit the end of a piece stays unused. */
static struct ipctrace_header *make_room(struct capture_order *order, u16 len)
{
	if (unlikely(order->end - order->used < len)) {
		if (order->end)
			piece_of(order, order->end - 1)->end = order->used;
		order->used = order->end;
		if (!add_piece(order))
			return NULL;
	}
	return kept_at(order, order->used);
}

static bool keep(struct capture_order *order,
		 const struct ipctrace_header *record)
{
	struct ipctrace_header *room = make_room(order, record->len);
	struct capture_run *open = &order->open;

	if (unlikely(!room))
		return false;
	if (unlikely(!open->left || record->time_ns < order->newest_ns)) {
		if (!close_run(order))
			return false;
		open->time_ns = record->time_ns;
		open->nr = order->began++;
		open->at = order->used;
	}
	memcpy(room, record, record->len);
	piece_of(order, order->used)->left++;
	open->left++;
	order->newest_ns = record->time_ns;
	order->used += record->len;
	return true;
}

/* ---- Gathering and giving out ------------------------------------------------ */

static void say_unsure(struct capture_order *order)
{
	if (!order->unsure)
		capture_warn(order->reader,
			     "no mark for too long up to where the records are complete: their order may not be right");
	order->unsure = true;
}

static void end(struct capture_order *order)
{
	order->until_ns = ~0ULL;
	order->ended = true;
}

/* Gather records up to where the capture says that it is complete, or ends. */
static void gather(struct capture_order *order)
{
	const struct ipctrace_header *record;

	order->paused = false;
	while (has_room(order)) {
		record = capture_next(order->reader);
		/* What is newer than the last mark waits for the next one. */
		if (!record && capture_paused(order->reader)) {
			order->paused = true;
			return;
		}
		if (record && record->type == IPCTRACE_CAPTURE_SETTLED) {
			order->until_ns = record->time_ns;
			return;
		}
		if (!record) {
			end(order);
			return;
		}
		if (!keep(order, record)) {
			capture_refuse(order->reader, NO_MEMORY);
			end(order);
			return;
		}
	}
	say_unsure(order);
	order->until_ns = ~0ULL;
}

/* Take the oldest record that is kept; NULL: none is old enough */
static const struct ipctrace_header *take(struct capture_order *order)
{
	const struct ipctrace_header *record;
	struct capture_run *first = order->runs;
	struct capture_piece *piece;

	if (!order->nr_runs || first->time_ns > order->until_ns)
		return NULL;
	record = kept_at(order, first->at);
	piece = piece_of(order, first->at);
	piece->left--;
	if (likely(--first->left)) {
		first->at += record->len;
		if (first->at == piece->end)
			first->at += -first->at % CAPTURE_PIECE_BYTES;
		first->time_ns = kept_at(order, first->at)->time_ns;
	} else {
		*first = order->runs[--order->nr_runs];
	}
	if (order->nr_runs > 1)
		sift(order);
	return record;
}

/* Read more of the capture; false where there is no more, or not yet. */
static bool read_on(struct capture_order *order)
{
	if (order->ended)
		return false;
	drop_pieces(order);
	gather(order);
	if (order->paused)
		return false;
	if (!close_run(order)) {
		capture_refuse(order->reader, NO_MEMORY);
		end(order);
	}
	return true;
}

/**
 * capture_order_next() - next record
 * @order: reads ahead as far as it takes to know what is next
 *
 * Return: the record, see capture_next(), valid until the next call. NULL where
 * there is no more, or not yet: @order->paused.
 */
const struct ipctrace_header *capture_order_next(struct capture_order *order)
{
	const struct ipctrace_header *record;

	for (;;) {
		record = order->paused ? NULL : take(order);
		if (record || !read_on(order))
			return record;
	}
}

/**
 * capture_order_end() - undo capture_order_begin()
 * @order: its reader stays open; records that it gave out are gone
 */
void capture_order_end(struct capture_order *order)
{
	char *memory;

	while (order->begin < order->end)
		drop_piece(order);
	while ((memory = order->unused)) {
		memcpy(&order->unused, memory, sizeof(order->unused));
		free(memory);
	}
	free(order->runs);
}
