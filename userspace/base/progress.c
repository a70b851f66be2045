// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: progress
 *
 * A line on standard error that says how far long work is, with rate, loss and the
 * time that is left. Only on a terminal, and removed when the work is done.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/progress.h"

#define NS_PER_S	1000000000ULL
#define FIRST_NS	NS_PER_S	/* what is done before that needs none */
#define EACH_NS		(NS_PER_S / 4)

/**
 * progress_begin() - begin long work
 * @progress: out: silent for the first second, and always where there is no terminal
 * @total: what there is to do, in any unit; 0: not known
 */
void progress_begin(struct progress *progress, u64 total)
{
	*progress = (struct progress){
		.on = isatty(STDERR_FILENO),
		.begin_ns = clock_ns(CLOCK_MONOTONIC),
		.total = total,
	};
	progress->next_ns = progress->begin_ns + FIRST_NS;
}

/**
 * progress_say() - say how far the work is, if that was not said just now
 * @progress: says it at most four times a second
 * @done: in the unit of the total
 * @records: since the beginning, for their rate
 * @lost: records that are known to be lost
 */
void progress_say(struct progress *progress, u64 done, u64 records, u64 lost)
{
	u64 time_ns = progress->on ? clock_ns(CLOCK_MONOTONIC) : 0, took_ns;
	char part[64] = "";

	if (!progress->on || time_ns < progress->next_ns)
		return;
	progress->next_ns = time_ns + EACH_NS;
	took_ns = time_ns - progress->begin_ns;
	if (progress->total && done && done <= progress->total)
		snprintf(part, sizeof(part), "%3.0f %%, %.0f s left, ",
			 100.0 * done / progress->total,
			 took_ns / 1e9 * (progress->total - done) / done);
	fprintf(stderr, "\r%s%llu records, %.0f a second, %llu lost\033[K", part,
		(unsigned long long)records, 1e9 * records / took_ns,
		(unsigned long long)lost);
	progress->said = true;
}

/**
 * progress_end() - the work is done: remove the line from the terminal
 * @progress: if it has said nothing, there is nothing to remove
 */
void progress_end(struct progress *progress)
{
	if (progress->said)
		fputs("\r\033[K", stderr);
	progress->said = false;
}
