// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: histogram
 *
 * How many values are how large. Buckets are linear inside of a range and grow from
 * range to range: up to 99 each value has its own; then 1.00, 1.01 ... 1.99, 2.00,
 * 2.02 ... 4.98, 5.00, 5.05 ... 9.95 times each power of ten. The width of a bucket is
 * at most 1 % of the values that it holds, so that its middle is at most 0.5 % away
 * from any of them, up to the largest of 64 bits. The edges are round decimal numbers:
 * buckets can be joined to those that people want to see.
 *
 * Memory is taken a range at a time, where there are values, from a pool that several
 * histograms share. A histogram that gets none goes on counting, but has no
 * percentiles any more.
 */
#include <stdlib.h>

#include "count/histogram.h"

#define EXACT		100	/* values below have a bucket each */

/*
 * ranges - the ranges of a power of ten
 *
 * @from: where the range begins
 * @step: how wide a bucket is, both in hundredths of that power
 * @buckets: how many
 */
static const struct {
	u16 from;
	u8 step;
	u8 buckets;
} ranges[] = {
	{ 100, 1, 100 },
	{ 200, 2, 150 },
	{ 500, 5, 100 },
};

static u32 buckets_of(u32 part)
{
	return part ? ranges[(part - 1) % 3].buckets : EXACT;
}

/* A hundredth of the power of ten of a part */
static u64 unit_of(u32 part)
{
	u64 unit = 1;
	u32 i;

	for (i = 0; i < (part - 1) / 3; i++)
		unit *= 10;
	return unit;
}

/* The part of a value, and the bucket in that */
static u32 place(u64 value, u32 *at)
{
	u32 part = 1, range;

	if (value < EXACT) {
		*at = value;
		return 0;
	}
	for (; value >= 10 * EXACT; value /= 10)
		part += 3;
	range = value >= 500 ? 2 : value >= 200 ? 1 : 0;
	*at = (value - ranges[range].from) / ranges[range].step;
	return part + range;
}

static void edges(u32 part, u32 at, u64 *from, u64 *to)
{
	u64 unit, width;
	u32 range;

	*from = at;
	*to = at;
	if (!part)
		return;
	range = (part - 1) % 3;
	unit = unit_of(part);
	width = ranges[range].step * unit;
	*from = (ranges[range].from + (u64)at * ranges[range].step) * unit;
	*to = *from + (width - 1);
	if (*to < *from)
		*to = ~0ULL;
}

static bool make_part(struct histogram *histogram, struct histogram_room *room,
		      u32 part)
{
	size_t bytes = buckets_of(part) * sizeof(u64);

	if (bytes > room->left)
		return false;
	histogram->parts[part] = calloc(1, bytes);
	if (!histogram->parts[part])
		return false;
	room->left -= bytes;
	return true;
}

/**
 * histogram_add() - add a value
 * @histogram: zeroed, or with values
 * @room: the memory that it may take
 * @value: the value
 *
 * Return: false when there was no memory: then its place is not known.
 */
bool histogram_add(struct histogram *histogram, struct histogram_room *room,
		   u64 value)
{
	u32 at, part = place(value, &at);

	if (!histogram->count || value < histogram->min)
		histogram->min = value;
	if (value > histogram->max)
		histogram->max = value;
	histogram->count++;
	if (!histogram->parts[part] && !make_part(histogram, room, part)) {
		histogram->unplaced++;
		return false;
	}
	histogram->parts[part][at]++;
	return true;
}

/**
 * histogram_next() - next bucket that holds something, from the smallest up
 * @histogram: with all its values
 * @bucket: zeroed at first; out: the bucket
 *
 * Return: false when there is none.
 */
bool histogram_next(const struct histogram *histogram,
		    struct histogram_bucket *bucket)
{
	u32 part = bucket->part, at = bucket->at + !!bucket->count;

	for (; part < HISTOGRAM_NR_PARTS; part++, at = 0) {
		if (!histogram->parts[part])
			continue;
		for (; at < buckets_of(part); at++) {
			if (!histogram->parts[part][at])
				continue;
			bucket->part = part;
			bucket->at = at;
			bucket->count = histogram->parts[part][at];
			edges(part, at, &bucket->from, &bucket->to);
			return true;
		}
	}
	return false;
}

static u64 between(u64 value, u64 min, u64 max)
{
	return value < min ? min : value > max ? max : value;
}

/**
 * histogram_percentile() - value that is not exceeded by a share of all
 * @histogram: the histogram
 * @share: the share in parts of HISTOGRAM_ALL, at least 1
 * @value: out: the value at that rank when all are sorted: the first with at least
 *	@share of all up to it; within 0.5 %, and from min to max
 *
 * Return: false without values, or if the place of some is not known.
 */
bool histogram_percentile(const struct histogram *histogram, u32 share,
			  u64 *value)
{
	struct histogram_bucket bucket = { };
	unsigned __int128 all = histogram->count;
	u64 rank = (all * share + HISTOGRAM_ALL - 1) / HISTOGRAM_ALL;
	u64 seen = 0;

	if (!histogram->count || histogram->unplaced)
		return false;
	*value = histogram->max;
	while (rank < histogram->count && histogram_next(histogram, &bucket)) {
		seen += bucket.count;
		if (seen < rank)
			continue;
		*value = between(bucket.from + (bucket.to - bucket.from) / 2,
				 histogram->min, histogram->max);
		break;
	}
	return true;
}

/**
 * histogram_clear() - forget all values
 * @histogram: empty afterwards
 * @room: gets the memory back
 */
void histogram_clear(struct histogram *histogram, struct histogram_room *room)
{
	u32 part;

	for (part = 0; part < HISTOGRAM_NR_PARTS; part++) {
		if (!histogram->parts[part])
			continue;
		room->left += buckets_of(part) * sizeof(u64);
		free(histogram->parts[part]);
	}
	*histogram = (struct histogram){ };
}
