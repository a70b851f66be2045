// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: write
 *
 * What commands that write captures have in common: records from the recorder, as
 * long as the command wants. Calls that had ended by then are in the capture: it goes
 * on until the rings are complete up to that time.
 *
 * How much is done to make them small depends on how full the rings are: what
 * cannot be compressed in time is written as it is. With another CPU to run on a
 * thread does that work. With this one alone it is done at the expense of what is
 * recorded, so there is less of it as soon as there is something to do.
 */
#define _GNU_SOURCE	/* sched_getaffinity() */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "capture/kinds.h"
#include "commands/options.h"
#include "commands/write.h"
#include "input/live.h"
#include "input/machine.h"
#include "input/source.h"
#include "names/cgroups.h"
#include "shared/merge.h"

#define BUSY_MS		5	/* looks again after that, where calls are made */
#define SETTLE_MS	100	/* and at the end */
#define FLUSH_MS	500	/* a block is written after that, full or not */

/* Up to how full the rings are, in parts of 256, it compresses, and packs */
#define COMPRESS_UP_TO		64
#define PACK_UP_TO		128
/* The same where the callers wait meanwhile */
#define COMPRESS_UP_TO_ALONE	4
#define PACK_UP_TO_ALONE	160

/* Without more than a glance at the single record: that is most of what it may cost. */
static bool wants_all(const struct write *write)
{
	const struct wanted *wanted = &write->wanted;

	return write->until_ns == ~0ULL && !wanted->count && !wanted->ask &&
	       !wanted->since_ns && !wanted->until_ns;
}

/*
 * Of records in order of time, leave those that are wanted; returns bytes. What is
 * for others' subscriptions is never.
 */
static u32 choose(struct write *write, const struct source *source,
		  char *records, u32 bytes)
{
	bool all = wants_all(write);
	struct ipctrace_header *header;
	u32 at, kept = 0;
	u16 len;

	for (at = 0; at < bytes && !write->enough; at += len) {
		header = (void *)(records + at);
		len = header->len;
		if ((header->type & IPCTRACE_TYPE_ASIDE || source->only) &&
		    !source_keeps(source, header))
			continue;
		if (!all) {
			if (header->time_ns > write->until_ns ||
			    !wanted_record(&write->wanted, header))
				continue;
			write->enough = wanted_enough(&write->wanted, header);
		}
		if (kept != at)
			memmove(records + kept, header, len);
		kept += len;
	}
	return kept;
}

/* All that a CPU has published up to now; false when that failed. */
static bool take_cpu(struct write *write, struct source *source, u32 cpu)
{
	struct blocks_writer *writer = &write->writer;
	const struct ipct_merge_ring *ring = &source->merge->ring[cpu];
	u64 head = ipct_ring_head(&ring->view);

	while (ring->cursor.pos < head && !write->enough) {
		void *records = blocks_room(writer);
		int bytes = records ? source_take(source, cpu, records) : -EIO;

		if (bytes <= 0)
			return !bytes;
		bytes = choose(write, source, records, bytes);
		blocks_add(writer, bytes);
		write->busy = true;
	}
	return true;
}

static enum blocks_effort effort(const struct write *write, u32 fill)
{
	if (fill <= (write->alone ? COMPRESS_UP_TO_ALONE : COMPRESS_UP_TO))
		return BLOCKS_COMPRESS;
	if (fill <= (write->alone ? PACK_UP_TO_ALONE : PACK_UP_TO))
		return BLOCKS_PACK;
	return BLOCKS_STORE;
}

/* What has gathered for long enough is written. */
static bool flush_in_time(struct write *write)
{
	struct blocks_writer *writer = &write->writer;
	u64 time_ns = clock_ns(CLOCK_MONOTONIC);

	if (!writer->gather.used) {
		write->flush_ns = 0;
		return !writer->failed;
	}
	if (!write->flush_ns)
		write->flush_ns = time_ns + FLUSH_MS * 1000000ULL;
	if (time_ns < write->flush_ns)
		return true;
	write->flush_ns = 0;
	return blocks_flush(writer);
}

/*
 * All that there is, of one CPU after the other: putting them in order is left
 * to those who have the time. False when that failed.
 */
static bool take_all(struct write *write, struct source *source)
{
	struct blocks_writer *writer = &write->writer;
	u64 settled_ns = source->settled_ns;
	u32 cpu;

	write->busy = false;
	source_settle(source);
	writer->effort = effort(write, source_fill(source));
	for (cpu = 0; cpu < source->merge->nr; cpu++)
		if (!take_cpu(write, source, cpu))
			return false;
	return (source->settled_ns == settled_ns ||
		blocks_settled(writer, source->settled_ns)) &&
	       flush_in_time(write) && source_consume(source);
}

/* How long to sleep: as long as it takes only when all is written. */
static int patience(const struct write *write)
{
	if (write->busy)
		return BUSY_MS;
	if (write->writer.gather.used || write->rotation.max_ns ||
	    write->progress.on)
		return FLUSH_MS;
	return -1;
}

/* ---- Files ------------------------------------------------------------------ */

static bool begin_capture(struct write *write, struct source *source)
{
	struct machine machine;
	bool good;

	machine_ask(&machine, source);
	good = blocks_begin(&write->writer, write->file.fd, write->file.name,
			    &machine.about);
	machine_free(&machine);
	write->writer.name_cgroup = capture_name_cgroup;
	write->writer.name_arg = write->wanted.cgroups;
	write->flush_ns = 0;
	return good;
}

/*
 * One that could not even be begun. Who tries again and again on a full disk would
 * leave a file each time.
 */
static void give_up_file(struct write *write)
{
	capture_close_file(&write->file, false);
	if (write->rotates && unlink(write->file.name))
		warn("%s: cannot be removed", write->file.name);
}

/* Whatever failed, what was written before is whole. */
static bool end_capture(struct write *write, bool good)
{
	struct blocks_writer *writer = &write->writer;

	good = blocks_end(writer) && good;
	write->records += writer->flushed;
	write->lost += writer->lost;
	write->gaps += writer->gaps;
	blocks_free(writer);
	return good;
}

/* A thread has the rights and the priority of whoever starts it. */
static void start_thread(struct write *write)
{
	if (!write->alone)
		blocks_in_thread(&write->writer);
}

/* The next one of many. On failure there is none to end. */
static bool next_capture(struct write *write, struct source *source)
{
	struct rotation *rotation = &write->rotation;
	bool good = end_capture(write, true);
	u64 bytes = write->writer.at;
	const char *name;

	if (!capture_close_file(&write->file, good))
		return false;
	name = rotation_next(rotation, bytes, clock_ns(CLOCK_MONOTONIC));
	if (!name || !rotation_prune(rotation, 0) ||
	    !capture_create(&write->file, name))
		return false;
	if (!begin_capture(write, source)) {
		give_up_file(write);
		return false;
	}
	start_thread(write);
	return true;
}

static bool rotate(struct write *write, struct source *source)
{
	u64 bytes = READ_ONCE(write->writer.at);

	if (!write->rotates)
		return true;
	if (rotation_due(&write->rotation, bytes, clock_ns(CLOCK_MONOTONIC))) {
		write->ended = !next_capture(write, source);
		return !write->ended;
	}
	return rotation_prune(&write->rotation, bytes);
}

/* ---- Until it is enough ----------------------------------------------------- */

static void say_progress(struct write *write)
{
	const struct blocks_writer *writer = &write->writer;

	progress_say(&write->progress, 0,
		     write->records + writer->flushed +
			     writer->gather.facts.records,
		     write->lost + writer->lost + writer->gather.facts.lost);
}

/* Is there nobody left whose records are wanted? They are in the rings by then. */
static bool is_over(const struct source *source)
{
	struct ipctrace_subscription now;

	return source->only && source_subscription(source, &now) &&
	       now.pid_tests && !now.processes;
}

/* Until somebody says that it is enough; false when something failed. */
static bool take_live(struct write *write, struct source *source)
{
	while (take_all(write, source)) {
		if (write->enough || live_stopped() || is_over(source))
			return true;
		if (!rotate(write, source))
			return false;
		say_progress(write);
		switch (live_wait(source, write->file.fd, patience(write))) {
		case LIVE_READY:
			break;
		case LIVE_CLOSED:
			errno = EPIPE;
			warn("%s: cannot be written", write->file.name);
			/* That was said. */
			WRITE_ONCE(write->writer.failed, true);
			return false;
		case LIVE_FAILED:
			return false;
		}
	}
	return false;
}

/* What was in the rings when it was enough. It may take a while to settle. */
static bool take_rest(struct write *write, struct source *source)
{
	struct pollfd pollfd = { .fd = source->fd, .events = POLLIN };

	write->until_ns = clock_ns(CLOCK_MONOTONIC);
	while (!write->enough) {
		if (!take_all(write, source))
			return false;
		if (source->settled_ns >= write->until_ns || !write->busy)
			break;
		poll(&pollfd, 1, SETTLE_MS);
	}
	return true;
}

static bool alone(void)
{
	cpu_set_t cpus;

	return !sched_getaffinity(0, sizeof(cpus), &cpus) && CPU_COUNT(&cpus) == 1;
}

/* For whoever watches; others ask ipctrace info. */
static void say_sum(const struct write *write)
{
	if (write->progress.on)
		warnx("%llu records, %llu lost, %llu gaps",
		      (unsigned long long)write->records,
		      (unsigned long long)write->lost,
		      (unsigned long long)write->gaps);
}

/* The first of many, or the only one */
static bool create_first(struct write *write)
{
	const char *name = write->name;

	if (write->rotates) {
		if (!rotation_begin(&write->rotation, name))
			return false;
		name = rotation_next(&write->rotation, 0, clock_ns(CLOCK_MONOTONIC));
		if (!name || !rotation_prune(&write->rotation, 0))
			return false;
	}
	return capture_create(&write->file, name);
}

/**
 * write_begin() - create the capture, and begin it
 * @write: from write_asked()
 * @source: where records will be from
 *
 * This may take capabilities, and what follows takes none.
 *
 * Return: false, with a message, when that cannot be done; there is nothing to end.
 */
bool write_begin(struct write *write, struct source *source)
{
	if (!create_first(write))
		return false;
	if (begin_capture(write, source)) {
		live_be_prompt();
		return true;
	}
	give_up_file(write);
	return false;
}

/**
 * write_end() - end the capture
 * @write: from write_begin()
 * @good: false where something failed, with a message
 *
 * Return: false, with a message, where it is not as it should be.
 */
bool write_end(struct write *write, bool good)
{
	if (write->ended)
		return good;
	good = end_capture(write, good);
	return capture_close_file(&write->file, good);
}

/**
 * write_records() - write the records that are wanted, and end the capture
 * @write: from write_begin()
 * @source: as then; to its end, or until somebody says that it is enough
 *
 * Return: false, with a message, when something failed.
 */
bool write_records(struct write *write, struct source *source)
{
	bool good;

	write->alone = alone();
	good = !write->rotates || rotation_may_go_on(&write->rotation);
	if (good)
		start_thread(write);
	progress_begin(&write->progress, 0);
	write->progress.on = write->progress.on && !write->quiet;
	good = good && take_live(write, source) && take_rest(write, source);
	progress_end(&write->progress);
	good = write_end(write, good);
	say_sum(write);
	return good;
}

/**
 * write_asked() - what the options ask for
 * @write: out: but for its @wanted; write_free() is for it
 * @options: -o is among them
 *
 * Return: false, with a message, where that is not what can be meant.
 */
bool write_asked(struct write *write, const struct options *options)
{
	*write = (struct write){
		.name = options->output,
		.until_ns = ~0ULL,
		.rotates = options->rotate,
		.rotation.keep = options->keep,
		.rotation.max_total = options->max_total,
	};
	if (!options->rotate && (options->keep || options->max_total)) {
		options_refuse(options, "--keep and --max-total are for --rotate");
		return false;
	}
	if (options->rotate && !strcmp(write->name, "-")) {
		options_refuse(options, "--rotate: standard output is one file");
		return false;
	}
	if (!options->rotate || rotation_limit(&write->rotation, options->rotate))
		return true;
	warnx("--rotate: '%s' is neither a size, at least 4K, nor a time, at least 1s; accepted: 100M, 1h",
	      options->rotate);
	return false;
}

/**
 * write_free() - undo write_asked()
 * @write: its @wanted stays
 */
void write_free(struct write *write)
{
	rotation_free(&write->rotation);
}
