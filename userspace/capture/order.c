// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: capture_order
 *
 * A capture has the records of each CPU in order, in pieces; a mark now and then
 * says up to which time there are all of them. So far they are sorted and given
 * out, and what is newer is kept for the next time. The pieces are sorted already:
 * merging those that follow each other is all there is to do.
 *
 * A capture may be made to cost as much as it can. So whatever is in it, a record
 * takes part in two such sorts at most; what is newer than two marks goes to a heap.
 * Together that is linear in the size of the capture, with a factor of the
 * logarithm of what is kept. No more is kept than CAPTURE_ORDER_BYTES of records:
 * where there is no mark for so long, these are given out as if there were one, and
 * a line says so.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "capture/order.h"

/**
 * struct kept - a record that is kept
 * @moved: where it goes when room is made
 * @given: it was given out
 * @record: the record
 */
struct kept {
	u32 moved;
	u32 given;
	struct ipctrace_header record;
};

#define KEPT_BYTES	offsetof(struct kept, record)
#define MAX_PLACES	(CAPTURE_ORDER_BYTES / (KEPT_BYTES + sizeof(struct ipctrace_header)))
#define LONGEST_BYTES	(KEPT_BYTES + 0x10000)	/* a length has 16 bits */

static_assert(KEPT_BYTES % 8 == 0);
static_assert(CAPTURE_ORDER_BYTES <= ~0U);

static struct kept *kept_at(const struct capture_order *order, size_t at)
{
	return (void *)(order->records + at);
}

static size_t kept_bytes(const struct kept *kept)
{
	return KEPT_BYTES + kept->record.len;
}

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

static void release(void *room, size_t bytes)
{
	if (room)
		munmap(room, bytes);
}

/**
 * capture_order_end() - undo capture_order_begin()
 * @order: its reader stays open; records that it gave are gone
 */
void capture_order_end(struct capture_order *order)
{
	release(order->batch.v, MAX_PLACES * sizeof(*order->batch.v));
	release(order->spare.v, MAX_PLACES * sizeof(*order->spare.v));
	free(order->late.v);
	release(order->records, CAPTURE_ORDER_BYTES);
}

/* Have room for @nr places, of which there was room for all but one. */
static bool more_places(struct capture_places *places, size_t nr)
{
	size_t room = places->room ? 2 * places->room : 256;
	struct capture_place *v;

	if (nr <= places->room)
		return true;
	v = realloc(places->v, room * sizeof(*v));
	if (!v)
		return false;
	places->v = v;
	places->room = room;
	return true;
}

/* Of the same time, what came first is first. */
static bool is_before(const struct capture_place *a,
		      const struct capture_place *b)
{
	return a->time_ns < b->time_ns ||
	       (a->time_ns == b->time_ns && a->at < b->at);
}

/* ---- Sorting --------------------------------------------------------------- */

/* Where the run that begins at @from ends */
static size_t run(const struct capture_places *places, size_t from)
{
	size_t i = from + 1;

	while (i < places->nr && !is_before(&places->v[i], &places->v[i - 1]))
		i++;
	return i < places->nr ? i : places->nr;
}

static void merge_runs(const struct capture_place *from, size_t left,
		       size_t right, size_t end, struct capture_place *to)
{
	size_t middle = right;

	while (left < middle && right < end)
		*to++ = is_before(&from[right], &from[left]) ? from[right++] :
							       from[left++];
	while (left < middle)
		*to++ = from[left++];
	while (right < end)
		*to++ = from[right++];
}

/* Merge each two runs that follow each other; false: it was one already. */
static bool merge_all(struct capture_order *order)
{
	struct capture_places places = order->batch;
	size_t left, right, end;

	if (run(&places, 0) == places.nr)
		return false;
	for (left = 0; left < places.nr; left = end) {
		right = run(&places, left);
		end = right < places.nr ? run(&places, right) : right;
		merge_runs(places.v, left, right, end, order->spare.v + left);
	}
	order->batch = order->spare;
	order->batch.nr = places.nr;
	order->spare = places;
	return true;
}

/* ---- What is left over twice: a heap ----------------------------------------- */

static void late_push(struct capture_places *late, struct capture_place place)
{
	size_t i, above;

	for (i = late->nr++; i; i = above) {
		above = (i - 1) / 2;
		if (!is_before(&place, &late->v[above]))
			break;
		late->v[i] = late->v[above];
	}
	late->v[i] = place;
}

static struct capture_place late_pop(struct capture_places *late)
{
	struct capture_place first = late->v[0], last = late->v[--late->nr];
	size_t i, below;

	for (i = 0; (below = 2 * i + 1) < late->nr; i = below) {
		if (below + 1 < late->nr &&
		    is_before(&late->v[below + 1], &late->v[below]))
			below++;
		if (!is_before(&late->v[below], &last))
			break;
		late->v[i] = late->v[below];
	}
	late->v[i] = last;
	return first;
}

/* ---- Keeping --------------------------------------------------------------- */

static void follow_moves(const struct capture_order *order,
			 struct capture_places *places, size_t from)
{
	size_t i;

	for (i = from; i < places->nr; i++)
		places->v[i].at = kept_at(order, places->v[i].at)->moved;
}

/* Take what was given out from among the records; the others stay in order. */
static void make_room(struct capture_order *order)
{
	size_t at, bytes, to = 0, fresh = 0;

	for (at = 0; at < order->used; at += kept_bytes(kept_at(order, at))) {
		kept_at(order, at)->moved = to;
		if (!kept_at(order, at)->given)
			to += kept_bytes(kept_at(order, at));
		if (at < order->fresh)
			fresh = to;
	}
	order->fresh = fresh;
	follow_moves(order, &order->batch, order->next);
	follow_moves(order, &order->late, 0);
	for (at = 0; at < order->used; at += bytes) {
		bytes = kept_bytes(kept_at(order, at));
		if (!kept_at(order, at)->given)
			memmove(kept_at(order, kept_at(order, at)->moved),
				kept_at(order, at), bytes);
	}
	order->used = to;
	order->given = 0;
}

/*
 * Room for all that there can ever be, of which only what is touched is memory. In huge
 * pages: the first touch of each small one takes as long as some records do.
 */
static void *reserve(size_t bytes)
{
	void *room = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (room == MAP_FAILED)
		return NULL;
	madvise(room, bytes, MADV_HUGEPAGE);
	return room;
}

static bool reserve_all(struct capture_order *order)
{
	order->records = reserve(CAPTURE_ORDER_BYTES);
	order->batch.v = reserve(MAX_PLACES * sizeof(*order->batch.v));
	order->spare.v = reserve(MAX_PLACES * sizeof(*order->spare.v));
	order->batch.room = MAX_PLACES;
	order->spare.room = MAX_PLACES;
	return order->records && order->batch.v && order->spare.v;
}

static bool keep(struct capture_order *order,
		 const struct ipctrace_header *record)
{
	size_t bytes = KEPT_BYTES + record->len;
	struct kept *kept;

	if ((!order->batch.room && !reserve_all(order)) ||
	    order->batch.nr == MAX_PLACES ||
	    bytes > CAPTURE_ORDER_BYTES - order->used) {
		capture_refuse(order->reader,
			       "no memory to put what follows in order");
		return false;
	}
	kept = kept_at(order, order->used);
	kept->given = 0;
	memcpy((char *)kept + KEPT_BYTES, record, record->len);
	order->batch.v[order->batch.nr++] = (struct capture_place){
		.time_ns = record->time_ns,
		.at = order->used,
	};
	order->used += bytes;
	return true;
}

/*
 * The batch is given out as far as it may be. What is left over for the second time
 * is put aside: those that were left over before are still in the batch's order.
 */
static bool put_aside(struct capture_order *order)
{
	struct capture_places *batch = &order->batch;
	size_t i, nr = 0;

	for (i = order->next; i < batch->nr; i++) {
		if (batch->v[i].at >= order->fresh) {
			batch->v[nr++] = batch->v[i];
			continue;
		}
		if (!more_places(&order->late, order->late.nr + 1)) {
			capture_refuse(order->reader,
				       "no memory to put what follows in order");
			return false;
		}
		late_push(&order->late, batch->v[i]);
	}
	batch->nr = nr;
	order->next = 0;
	if (order->given > order->used / 2)
		make_room(order);
	order->fresh = order->used;
	return true;
}

/* Gather records up to where the capture says that it is complete, or ends. */
static void gather(struct capture_order *order)
{
	const struct ipctrace_header *record;

	order->paused = false;
	for (;;) {
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
		if (!record || !keep(order, record)) {
			order->until_ns = ~0ULL;
			order->ended = true;
			return;
		}
		if (order->used + LONGEST_BYTES <= CAPTURE_ORDER_BYTES)
			continue;
		make_room(order);
		if (order->used > CAPTURE_ORDER_BYTES / 2) {
			if (!order->unsure)
				capture_warn(order->reader,
					     "no mark for too long up to where the records are complete: their order may not be right");
			order->unsure = true;
			order->until_ns = ~0ULL;
			return;
		}
	}
}

/* The oldest that is kept, taken from among the others; NULL: none up to there */
static struct kept *take(struct capture_order *order)
{
	struct capture_places *batch = &order->batch, *late = &order->late;
	const struct capture_place *first = NULL;

	if (order->next < batch->nr)
		first = &batch->v[order->next];
	if (late->nr && (!first || is_before(&late->v[0], first)))
		first = &late->v[0];
	if (!first || first->time_ns > order->until_ns)
		return NULL;
	return kept_at(order, first == late->v ? late_pop(late).at :
				       batch->v[order->next++].at);
}

static void forget_last(struct capture_order *order)
{
	if (!order->last)
		return;
	order->last->given = 1;
	order->given += kept_bytes(order->last);
	order->last = NULL;
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
	forget_last(order);
	while (order->paused || !(order->last = take(order))) {
		if (order->ended || (!order->paused && !put_aside(order)))
			return NULL;
		gather(order);
		if (order->paused)
			return NULL;
		while (merge_all(order))
			;
	}
	return &order->last->record;
}
