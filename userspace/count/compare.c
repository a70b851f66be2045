// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: compare
 *
 * What differs between two times and is not noise. A change has to be larger than the
 * variation within the two times, by as much as it takes when many questions are asked
 * at once (Bonferroni: one false answer in a hundred runs for all together;
 * Student's t for the few parts that the noise is estimated from, by the expansion of
 * Abramowitz and Stegun, 26.7.5).
 *
 * How often something happens: each time is cut into 16 slices. If the events were
 * independent, the variance of the counts of slices would be their mean (Poisson); by
 * how much it is larger is their dispersion (Pearson's chi squared over its degrees of
 * freedom: McCullagh and Nelder, Generalized Linear Models, 4.5, 6.2), at least 1. The
 * root of such a count varies by half the root of the dispersion, however large it is
 * (Anscombe, Biometrika 35, 1948), which gives bounds that also hold for small counts
 * and zero. What counts is the ratio of the bounds that are closest to each other: the
 * least change that there is. It is reported from 10 % on.
 *
 * Durations: Cliff's delta (Psychological Bulletin 114, 1993), how much more often
 * one of the second is longer than one of the first than the other way round, assumes
 * no distribution. Below 0.147 it is negligible (Romano and others, 2006). It has
 * to be twice as large as between any two quarters of the same time, and larger than
 * chance makes it (Mann and Whitney, 1947). By how much: the median of all ratios
 * between both (Hodges and Lehmann, 1963).
 *
 * The tail: calls longer than the 99th percentile of one of the two, as a count.
 */
#include <math.h>
#include <stdlib.h>

#include "count/compare.h"

#define FALSE_ALARMS	0.01		/* of all questions together */
#define LEAST_RATIO	1.1
#define LEAST_DELTA	0.147
#define LEAST_VALUES	30		/* durations, of each time */
#define QUARTER_VALUES	20		/* of a quarter, to be compared */
#define LEAST_TAIL	1.5
#define FREEDOM		(2.0 * (COMPARE_SLICES - 1))

/**
 * compare_limit() - from how many standard deviations on something is not chance
 * @questions: how many are asked at once
 *
 * Return: the number of standard deviations.
 */
double compare_limit(u64 questions)
{
	double wanted = FALSE_ALARMS / (questions ?: 1);
	double low = 0, high = 40, z;
	u32 i;

	for (i = 0; i < 60; i++) {
		z = (low + high) / 2;
		if (erfc(z / sqrt(2)) > wanted)
			low = z;
		else
			high = z;
	}
	z = low;
	return z + (pow(z, 3) + z) / (4 * FREEDOM) +
	       (5 * pow(z, 5) + 16 * pow(z, 3) + 3 * z) /
		       (96 * FREEDOM * FREEDOM);
}

/* How much more parts vary than independent events would make them; at least 1 */
static double dispersion(const u64 *parts, u32 nr)
{
	double mean = 0, sum = 0;
	u32 i;

	for (i = 0; i < nr; i++)
		mean += (double)parts[i] / nr;
	for (i = 0; mean > 0 && i < nr; i++)
		sum += (parts[i] - mean) * (parts[i] - mean) / mean;
	sum /= nr - 1;
	return sum > 1 ? sum : 1;
}

static double at_least(double count, double spread)
{
	double root = sqrt(count) - spread;

	return root > 0 ? root * root : 0;
}

static double at_most(double count, double spread)
{
	double root = sqrt(count + 1) + spread;

	return root * root;
}

/* Two counts, each out of an amount: is the change more than @least? */
static bool differ(double a, double a_of, double a_dispersion, double b,
		   double b_of, double b_dispersion, double limit, double least,
		   struct compare_change *change)
{
	/* Half of a root's variance on each side */
	double spread = limit / sqrt(2) / 2;
	double a_spread = spread * sqrt(a_dispersion);
	double b_spread = spread * sqrt(b_dispersion);
	double up, down;

	if (a_of <= 0 || b_of <= 0)
		return false;
	up = at_least(b, b_spread) / b_of / (at_most(a, a_spread) / a_of);
	down = at_least(a, a_spread) / a_of / (at_most(b, b_spread) / b_of);
	if (up < least && down < least)
		return false;
	change->ratio = b / b_of / (a / a_of);
	change->delta = 0;
	change->score = log(up > down ? up : down);
	return true;
}

/**
 * compare_counts() - does it happen more often, or less?
 * @a: how often in the first time
 * @a_time: the length of the first time
 * @b: how often in the second
 * @b_time: the length of the second
 * @limit: from compare_limit()
 * @change: out: by how much
 *
 * Return: false: not that one could tell.
 */
bool compare_counts(const struct compare_side *a, double a_time,
		    const struct compare_side *b, double b_time, double limit,
		    struct compare_change *change)
{
	return differ(a->count, a_time, dispersion(a->slices, COMPARE_SLICES),
		      b->count, b_time, dispersion(b->slices, COMPARE_SLICES),
		      limit, LEAST_RATIO, change);
}

/* ---- Durations ---------------------------------------------------------------- */

static u64 count_of(const struct histogram *histograms, u32 nr)
{
	u64 count = 0;
	u32 i;

	for (i = 0; i < nr; i++)
		count += histograms[i].count - histograms[i].unplaced;
	return count;
}

/**
 * struct walk - a walk up through the buckets of several histograms at once
 * @nr: number of histograms
 * @histograms: the histograms
 * @at: the next bucket of each
 * @more: there is a next bucket
 * @from: beginning of the bucket
 * @count: values in it, of all histograms
 */
struct walk {
	u32 nr;
	const struct histogram *histograms;
	struct histogram_bucket at[COMPARE_QUARTERS];
	bool more[COMPARE_QUARTERS];
	u64 from;
	u64 count;
};

static bool step(struct walk *walk)
{
	bool found = false;
	u32 i;

	walk->count = 0;
	for (i = 0; i < walk->nr; i++) {
		if (!walk->more[i] || (found && walk->at[i].from >= walk->from))
			continue;
		walk->from = walk->at[i].from;
		found = true;
	}
	for (i = 0; found && i < walk->nr; i++) {
		if (!walk->more[i] || walk->at[i].from != walk->from)
			continue;
		walk->count += walk->at[i].count;
		walk->more[i] = histogram_next(&walk->histograms[i],
					       &walk->at[i]);
	}
	return found;
}

/* Go to the first bucket; false: there is none. */
static bool begin(struct walk *walk, const struct histogram *histograms, u32 nr)
{
	u32 i;

	*walk = (struct walk){ .nr = nr, .histograms = histograms };
	for (i = 0; i < nr; i++)
		walk->more[i] = histogram_next(&histograms[i], &walk->at[i]);
	return step(walk);
}

/* How much more often one of @b is longer than one of @a than shorter */
static double cliffs_delta(const struct histogram *a, u32 nr_a,
			   const struct histogram *b, u32 nr_b)
{
	double all_a = count_of(a, nr_a), all_b = count_of(b, nr_b);
	double below = 0, same, sum = 0;
	struct walk of_a, of_b;
	bool more_a, more_b;

	more_a = begin(&of_a, a, nr_a);
	for (more_b = begin(&of_b, b, nr_b); more_b; more_b = step(&of_b)) {
		for (; more_a && of_a.from < of_b.from; more_a = step(&of_a))
			below += of_a.count;
		same = more_a && of_a.from == of_b.from ? of_a.count : 0;
		sum += of_b.count * (below - (all_a - below - same));
	}
	return all_a && all_b ? sum / all_a / all_b : 0;
}

/* The largest delta between two quarters of the same time */
static double noise_of(const struct histogram quarters[COMPARE_QUARTERS])
{
	double most = 0, delta;
	u32 i, j;

	for (i = 0; i < COMPARE_QUARTERS; i++) {
		for (j = i + 1; j < COMPARE_QUARTERS; j++) {
			if (count_of(&quarters[i], 1) < QUARTER_VALUES ||
			    count_of(&quarters[j], 1) < QUARTER_VALUES)
				continue;
			delta = fabs(cliffs_delta(&quarters[i], 1, &quarters[j],
						  1));
			if (delta > most)
				most = delta;
		}
	}
	return most;
}

/* The share of pairs whose second is at most @ratio times the first */
static double pairs_up_to(const struct histogram *a, const struct histogram *b,
			  double ratio)
{
	double below = 0, sum = 0;
	struct walk of_a, of_b;
	bool more_a, more_b;

	more_b = begin(&of_b, b, COMPARE_QUARTERS);
	for (more_a = begin(&of_a, a, COMPARE_QUARTERS); more_a;
	     more_a = step(&of_a)) {
		for (; more_b && of_b.from <= ratio * (of_a.from + 1);
		     more_b = step(&of_b))
			below += of_b.count;
		sum += below * of_a.count;
	}
	return sum;
}

/* The median of all ratios */
static double ratio_of(const struct histogram *a, const struct histogram *b)
{
	double half = (double)count_of(a, COMPARE_QUARTERS) *
		      count_of(b, COMPARE_QUARTERS) / 2;
	double low = -44, high = 44, middle;
	u32 i;

	for (i = 0; i < 40; i++) {
		middle = (low + high) / 2;
		if (pairs_up_to(a, b, exp(middle)) < half)
			low = middle;
		else
			high = middle;
	}
	return exp(low);
}

/**
 * compare_durations() - do they take longer, or less?
 * @a: durations of the first time, by quarters of it
 * @b: of the second
 * @limit: from compare_limit()
 * @change: out: by how much
 *
 * Return: false: not that one could tell.
 */
bool compare_durations(const struct histogram a[COMPARE_QUARTERS],
		       const struct histogram b[COMPARE_QUARTERS], double limit,
		       struct compare_change *change)
{
	double of_a = count_of(a, COMPARE_QUARTERS);
	double of_b = count_of(b, COMPARE_QUARTERS);
	double delta, chance, noise;

	if (of_a < LEAST_VALUES || of_b < LEAST_VALUES)
		return false;
	delta = cliffs_delta(a, COMPARE_QUARTERS, b, COMPARE_QUARTERS);
	chance = limit * sqrt((of_a + of_b + 1) / (3 * of_a * of_b));
	if (fabs(delta) < LEAST_DELTA || fabs(delta) < chance)
		return false;
	noise = noise_of(a);
	noise = fmax(noise, noise_of(b));
	if (fabs(delta) < 2 * noise)
		return false;
	change->ratio = ratio_of(a, b);
	change->delta = delta;
	change->score = fabs(log(change->ratio)) * (fabs(delta) - noise);
	return true;
}

/**
 * compare_longer() - count the durations that are longer than one
 * @quarters: durations of a time
 * @than: that one
 *
 * Return: how many are longer.
 */
u64 compare_longer(const struct histogram quarters[COMPARE_QUARTERS], u64 than)
{
	u64 count = 0;
	u32 i;

	for (i = 0; i < COMPARE_QUARTERS; i++) {
		struct histogram_bucket bucket = { };

		while (histogram_next(&quarters[i], &bucket))
			count += bucket.from > than ? bucket.count : 0;
	}
	return count;
}

/**
 * compare_percentile() - like histogram_percentile(), for all quarters together
 * @quarters: durations of a time
 * @share: as there
 * @value: out: the end of its bucket
 *
 * Return: false without durations.
 */
bool compare_percentile(const struct histogram quarters[COMPARE_QUARTERS],
			u32 share, u64 *value)
{
	double rank = (double)count_of(quarters, COMPARE_QUARTERS) * share /
		      HISTOGRAM_ALL;
	double seen = 0;
	struct walk walk;
	bool more;

	for (more = begin(&walk, quarters, COMPARE_QUARTERS); more;
	     more = step(&walk)) {
		seen += walk.count;
		*value = walk.from;
		if (seen >= rank)
			return true;
	}
	return false;
}

/**
 * compare_tails() - are there more long ones, or fewer?
 * @a: durations of the first time, by quarters of it
 * @b: of the second
 * @longer: longer ones are long
 * @limit: from compare_limit()
 * @change: out: by how much, as a share of all
 *
 * Return: false: not that one could tell.
 */
bool compare_tails(const struct histogram a[COMPARE_QUARTERS],
		   const struct histogram b[COMPARE_QUARTERS], u64 longer,
		   double limit, struct compare_change *change)
{
	u64 parts_a[COMPARE_QUARTERS], parts_b[COMPARE_QUARTERS];
	struct histogram quarter[COMPARE_QUARTERS] = { };
	u32 i;

	for (i = 0; i < COMPARE_QUARTERS; i++) {
		quarter[0] = a[i];
		parts_a[i] = compare_longer(quarter, longer);
		quarter[0] = b[i];
		parts_b[i] = compare_longer(quarter, longer);
	}
	return differ(compare_longer(a, longer), count_of(a, COMPARE_QUARTERS),
		      dispersion(parts_a, COMPARE_QUARTERS),
		      compare_longer(b, longer), count_of(b, COMPARE_QUARTERS),
		      dispersion(parts_b, COMPARE_QUARTERS), limit, LEAST_TAIL,
		      change);
}
