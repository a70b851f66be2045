// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: rows
 *
 * A histogram in as many rows as fit. Like its buckets, rows are linear inside of a
 * range and grow from range to range; they begin and end where buckets do, so that
 * counts are exact, and at round numbers. The finest way to divide a power of ten is
 * taken that does not make too many rows; empty rows between others count.
 */
#include "count/histogram.h"
#include "count/rows.h"

#define EXACT	100	/* below that, all steps have the same width */

/*
 * ways - ways to divide a power of ten
 *
 * @below: step below EXACT
 * @steps: in hundredths of the power, from 1, 2 and 5 times the power on
 */
static const struct {
	u16 below;
	u16 steps[3];
} ways[] = {
	{ 1, { 1, 2, 5 } },
	{ 2, { 2, 4, 10 } },
	{ 5, { 5, 10, 25 } },
	{ 10, { 10, 20, 50 } },
	{ 25, { 25, 50, 125 } },
	{ 50, { 50, 100, 250 } },
	{ 100, { 100, 300, 500 } },
	{ 100, { 900, 900, 900 } },
};

/* Where the row of a value begins, and which is the last value in it */
static void edges(size_t way, u64 value, u64 *from, u64 *to)
{
	u64 unit = 1, hundredths = value, begin, step;
	u32 range;

	if (value < EXACT) {
		*from = value - value % ways[way].below;
		*to = *from + ways[way].below - 1;
		return;
	}
	for (; hundredths >= 10 * EXACT; hundredths /= 10)
		unit *= 10;
	range = hundredths >= 500 ? 2 : hundredths >= 200 ? 1 : 0;
	step = ways[way].steps[range];
	begin = step == 900 ? 100 : range == 2 ? 500 : range == 1 ? 200 : 100;
	*from = (begin + (hundredths - begin) / step * step) * unit;
	*to = *from + (step * unit - 1);
	if (*to < *from)
		*to = ~0ULL;
}

static bool fits(const struct histogram *histogram, size_t way, size_t most)
{
	u64 from, to = 0, value = histogram->min;
	size_t nr;

	for (nr = 0; nr < most; nr++) {
		edges(way, value, &from, &to);
		if (to >= histogram->max)
			return true;
		value = to + 1;
	}
	return false;
}

/**
 * rows_make() - join the buckets of a histogram
 * @histogram: with values
 * @rows: out: from the first with a value to the last
 * @most: the most rows to make; at least 20, so that all of 64 bits fit
 *
 * Return: how many there are; 0 without values.
 */
size_t rows_make(const struct histogram *histogram, struct row *rows,
		 size_t most)
{
	struct histogram_bucket bucket = { };
	size_t way = 0, nr = 0;
	u64 from, to;

	while (way + 1 < ARRAY_SIZE(ways) && !fits(histogram, way, most))
		way++;
	while (histogram_next(histogram, &bucket)) {
		edges(way, bucket.from, &from, &to);
		while (!nr || rows[nr - 1].to < bucket.from) {
			if (nr == most)
				return nr;
			if (nr)
				edges(way, rows[nr - 1].to + 1, &from, &to);
			rows[nr++] = (struct row){ .from = from, .to = to };
		}
		rows[nr - 1].count += bucket.count;
	}
	return nr;
}
