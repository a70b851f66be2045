// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: capture_order
 *
 * A capture has the records of each CPU in order, in pieces; a line now and
 * then says up to which time there are all of them. So far they are sorted and
 * given out, and what is newer is kept for the next time. The pieces are sorted
 * already: merging those that follow each other is all there is to do.
 */
#include <stdlib.h>
#include <string.h>

#include "capture/order.h"

/**
 * capture_order_begin() - take the records of a capture in order
 * @order: out: a place before the first
 * @reader: the capture, at its first record
 */
void capture_order_begin(struct capture_order *order,
			 struct capture_reader *reader)
{
	*order = (struct capture_order){ .reader = reader };
}

/**
 * capture_order_end() - undo capture_order_begin()
 * @order: the place
 */
void capture_order_end(struct capture_order *order)
{
	free(order->places);
	free(order->spare);
	free(order->records);
	free(order->spare_records);
}

/* ---- Sorting --------------------------------------------------------------- */

/* Where the run that begins at @from ends. */
static size_t run(const struct capture_place *places, size_t from, size_t nr)
{
	size_t i = from + 1;

	while (i < nr && places[i - 1].time_ns <= places[i].time_ns)
		i++;
	return i < nr ? i : nr;
}

/* Of the same time, what came first stays first. */
static void merge_runs(const struct capture_place *from, size_t left,
		       size_t right, size_t end, struct capture_place *to)
{
	size_t middle = right;

	while (left < middle && right < end)
		*to++ = from[right].time_ns < from[left].time_ns ?
			from[right++] : from[left++];
	while (left < middle)
		*to++ = from[left++];
	while (right < end)
		*to++ = from[right++];
}

/* Merge each two runs that follow each other; false: it was one already. */
static bool merge_all(struct capture_order *order)
{
	struct capture_place *places = order->places;
	size_t left, right, end;

	if (run(places, 0, order->nr) == order->nr)
		return false;
	for (left = 0; left < order->nr; left = end) {
		right = run(places, left, order->nr);
		end = right < order->nr ? run(places, right, order->nr) : right;
		merge_runs(places, left, right, end, order->spare + left);
	}
	order->places = order->spare;
	order->spare = places;
	return true;
}

/* ---- Keeping --------------------------------------------------------------- */

static bool more_places(struct capture_order *order)
{
	size_t room = order->room ? 2 * order->room : 4096;
	struct capture_place *places, *spare;

	places = realloc(order->places, room * sizeof(*places));
	if (!places)
		return false;
	order->places = places;
	spare = realloc(order->spare, room * sizeof(*spare));
	if (!spare)
		return false;
	order->spare = spare;
	order->room = room;
	return true;
}

static bool more_bytes(struct capture_order *order)
{
	size_t room = order->bytes_room ? 2 * order->bytes_room : 1024 * 1024;
	char *records, *spare;

	records = realloc(order->records, room);
	if (!records)
		return false;
	order->records = records;
	spare = realloc(order->spare_records, room);
	if (!spare)
		return false;
	order->spare_records = spare;
	order->bytes_room = room;
	return true;
}

static bool keep(struct capture_order *order,
		 const struct ipctrace_header *record)
{
	if ((order->nr == order->room && !more_places(order)) ||
	    (order->bytes_room - order->bytes < record->len &&
	     !more_bytes(order))) {
		capture_refuse(order->reader,
			       "no memory to put what follows in order");
		return false;
	}
	memcpy(order->records + order->bytes, record, record->len);
	order->places[order->nr++] = (struct capture_place){
		.time_ns = record->time_ns,
		.at = order->bytes,
	};
	order->bytes += record->len;
	return true;
}

/* Forget what was given out; what is left is new, and not much. */
static void forget(struct capture_order *order)
{
	char *records = order->records;
	size_t i;

	order->nr -= order->next;
	if (order->nr)
		memmove(order->places, order->places + order->next,
			order->nr * sizeof(*order->places));
	order->next = 0;
	order->ready = 0;
	order->records = order->spare_records;
	order->spare_records = records;
	order->bytes = 0;
	for (i = 0; i < order->nr; i++) {
		struct ipctrace_header *record =
			(void *)(records + order->places[i].at);

		order->places[i].at = order->bytes;
		memcpy(order->records + order->bytes, record, record->len);
		order->bytes += record->len;
	}
}

/* Gather records up to where the capture says that it is complete, or ends. */
static void gather(struct capture_order *order)
{
	const struct ipctrace_header *record;

	order->until_ns = ~0ULL;
	for (;;) {
		record = capture_next(order->reader);
		if (record && record->type == IPCTRACE_CAPTURE_SETTLED) {
			order->until_ns = record->time_ns;
			return;
		}
		if (!record || !keep(order, record)) {
			order->ended = true;
			return;
		}
	}
}

/**
 * capture_order_next() - next record
 * @order: the place
 *
 * Return: the record, see capture_next(), valid until the next call. NULL where
 * there is no more.
 */
const struct ipctrace_header *capture_order_next(struct capture_order *order)
{
	while (order->next == order->ready) {
		if (order->ended)
			return NULL;
		forget(order);
		gather(order);
		while (merge_all(order))
			;
		while (order->ready < order->nr &&
		       order->places[order->ready].time_ns <= order->until_ns)
			order->ready++;
	}
	return (const void *)(order->records +
			      order->places[order->next++].at);
}
