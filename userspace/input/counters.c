// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: counters
 *
 * The recorder's own counters, the same as in debugfs's stats: they count even what
 * leaves records that are lost, or that nobody reads.
 */
#include <err.h>
#include <sys/ioctl.h>

#include "base/clock.h"
#include "input/counters.h"
#include "input/source.h"

static void add(struct counters_call *to, const struct counters_call *from)
{
	to->calls += from->calls;
	to->errors += from->errors;
	to->missed += from->missed;
	to->time_ns += from->time_ns;
}

/* A module of an earlier schema has fewer calls, and has counted none of the others. */
static void read_call(struct counters *counters, int fd, u32 call)
{
	struct ipctrace_call_stats stats = { .call = call };

	if (ioctl(fd, IPCTRACE_IOC_CALL_STATS, &stats))
		return;
	counters->calls[call] = (struct counters_call){
		.calls = stats.calls,
		.errors = stats.errors,
		.missed = stats.missed,
		.time_ns = stats.total_ns,
	};
	add(&counters->total, &counters->calls[call]);
}

/**
 * counters_read() - the counters as they are now
 * @counters: out
 * @source: open
 *
 * Return: false, with a message, when the module does not say.
 */
bool counters_read(struct counters *counters, const struct source *source)
{
	u32 i;

	*counters = (struct counters){ .time_ns = clock_ns(CLOCK_MONOTONIC) };
	for (i = 0; i < IPCTRACE_NR_CALLS; i++)
		read_call(counters, source->fd, i);
	for (i = 0; i < source->nr_rings; i++) {
		struct ipctrace_cpu_stats stats = { .cpu = i };

		if (ioctl(source->fd, IPCTRACE_IOC_CPU_STATS, &stats)) {
			warn("%s: IPCTRACE_IOC_CPU_STATS", IPCTRACE_DEVICE);
			return false;
		}
		counters->written += stats.written;
	}
	return true;
}

static void subtract(struct counters_call *to, const struct counters_call *now,
		     const struct counters_call *before)
{
	to->calls = now->calls - before->calls;
	to->errors = now->errors - before->errors;
	to->missed = now->missed - before->missed;
	to->time_ns = now->time_ns - before->time_ns;
}

/**
 * counters_between() - what was counted between two moments
 * @counters: out; may be one of them
 * @now: the later
 * @before: the earlier
 */
void counters_between(struct counters *counters, const struct counters *now,
		      const struct counters *before)
{
	u32 i;

	for (i = 0; i < IPCTRACE_NR_CALLS; i++)
		subtract(&counters->calls[i], &now->calls[i], &before->calls[i]);
	subtract(&counters->total, &now->total, &before->total);
	counters->written = now->written - before->written;
	counters->time_ns = now->time_ns - before->time_ns;
}

/**
 * counters_rate() - so many a second
 * @count: in some time
 * @ns: the time
 *
 * Return: the nearest whole number; 0 if @ns is 0.
 */
u64 counters_rate(u64 count, u64 ns)
{
	return ns ? ((unsigned __int128)count * 1000000000 + ns / 2) / ns : 0;
}
