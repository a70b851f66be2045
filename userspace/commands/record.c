// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: record
 *
 * Writes the records that following would have printed into a capture, until
 * it is interrupted. Calls that had ended by then are in it: it goes on until
 * the rings are complete up to that time.
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
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/privileges.h"
#include "base/progress.h"
#include "capture/blocks_write.h"
#include "capture/create.h"
#include "capture/kinds.h"
#include "capture/rotate.h"
#include "commands/options.h"
#include "input/live.h"
#include "input/machine.h"
#include "input/recorder_filter.h"
#include "input/source.h"
#include "names/cgroups.h"
#include "select/wanted.h"
#include "shared/merge.h"

#define BUSY_MS		5	/* looks again after that, where calls are made */
#define SETTLE_MS	100	/* and at the end */
#define FLUSH_MS	500	/* a block is written after that, full or not */
#define PRIORITY	(-10)	/* nice value */

/* Up to how full the rings are, in parts of 256, it compresses, and packs */
#define COMPRESS_UP_TO		64
#define PACK_UP_TO		128
/* The same where the callers wait meanwhile */
#define COMPRESS_UP_TO_ALONE	4
#define PACK_UP_TO_ALONE	160

/**
 * struct record - what was asked for
 * @name: file to write
 * @expression: the recorder's filter, NULL to leave it as it is
 * @for_ns: how long, 0: until it is interrupted
 * @wanted: which records
 * @enough: all that were wanted are there
 * @until_ns: take records up to that time
 * @busy: there were records when the rings were looked at last
 * @alone: there is one CPU to run on
 * @flush_ns: when what gathers is to be written, 0: when there is something
 * @rotation: captures one after the other, if @rotates
 * @rotates: there is to be more than one
 * @file: the capture that is being written
 * @writer: and what writes it
 * @ended: there is none any more: the next one could not be made
 * @records: of the captures before
 * @lost: records that were lost in these
 * @gaps: records of gaps in these
 * @progress: for whoever watches
 */
struct record {
	const char *name;
	const char *expression;
	u64 for_ns;
	struct wanted wanted;
	bool enough;
	u64 until_ns;
	bool busy;
	bool alone;
	u64 flush_ns;
	struct rotation rotation;
	bool rotates;
	struct capture_file file;
	struct blocks_writer writer;
	bool ended;
	u64 records;
	u64 lost;
	u64 gaps;
	struct progress progress;
};

static u64 now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

/* Without a look at the single record: that is most of what it may cost. */
static bool wants_all(const struct record *record)
{
	const struct wanted *wanted = &record->wanted;

	return record->until_ns == ~0ULL && !wanted->count && !wanted->ask &&
	       !wanted->since_ns && !wanted->until_ns;
}

/* Of records in order of time, leave those that are wanted; returns bytes. */
static u32 choose(struct record *record, char *records, u32 bytes)
{
	const struct ipctrace_header *header;
	u32 at, kept = 0;
	u16 len;

	if (wants_all(record))
		return bytes;
	for (at = 0; at < bytes && !record->enough; at += len) {
		header = (const void *)(records + at);
		len = header->len;
		if (header->time_ns > record->until_ns ||
		    !wanted_record(&record->wanted, header))
			continue;
		record->enough = wanted_enough(&record->wanted, header);
		if (kept != at)
			memmove(records + kept, header, len);
		kept += len;
	}
	return kept;
}

/* All that a CPU has published up to now; false when that failed. */
static bool take_cpu(struct record *record, struct source *source, u32 cpu)
{
	struct blocks_writer *writer = &record->writer;
	const struct ipct_merge_ring *ring = &source->merge->ring[cpu];
	u64 head = ipct_ring_head(&ring->view);

	while (ring->cursor.pos < head && !record->enough) {
		void *records = blocks_room(writer);
		int bytes = records ? source_take(source, cpu, records) : -EIO;

		if (bytes <= 0)
			return !bytes;
		bytes = choose(record, records, bytes);
		blocks_add(writer, bytes);
		record->busy = true;
	}
	return true;
}

static enum blocks_effort effort(const struct record *record, u32 fill)
{
	if (fill <= (record->alone ? COMPRESS_UP_TO_ALONE : COMPRESS_UP_TO))
		return BLOCKS_COMPRESS;
	if (fill <= (record->alone ? PACK_UP_TO_ALONE : PACK_UP_TO))
		return BLOCKS_PACK;
	return BLOCKS_STORE;
}

/* What has gathered for long enough is written. */
static bool flush_in_time(struct record *record)
{
	struct blocks_writer *writer = &record->writer;
	u64 time_ns = now();

	if (!writer->gather.used) {
		record->flush_ns = 0;
		return !writer->failed;
	}
	if (!record->flush_ns)
		record->flush_ns = time_ns + FLUSH_MS * 1000000ULL;
	if (time_ns < record->flush_ns)
		return true;
	record->flush_ns = 0;
	return blocks_flush(writer);
}

/*
 * All that there is, of one CPU after the other: putting them in order is left
 * to those who have the time. False when that failed.
 */
static bool take_all(struct record *record, struct source *source)
{
	struct blocks_writer *writer = &record->writer;
	u64 settled_ns = source->settled_ns;
	u32 cpu;

	record->busy = false;
	source_settle(source);
	writer->effort = effort(record, source_fill(source));
	for (cpu = 0; cpu < source->merge->nr; cpu++)
		if (!take_cpu(record, source, cpu))
			return false;
	return (source->settled_ns == settled_ns ||
		blocks_settled(writer, source->settled_ns)) &&
	       flush_in_time(record) && source_consume(source);
}

/* How long to sleep: as long as it takes only when all is written. */
static int patience(const struct record *record)
{
	if (record->busy)
		return BUSY_MS;
	if (record->writer.gather.used || record->rotation.max_ns ||
	    record->progress.on)
		return FLUSH_MS;
	return -1;
}

/* ---- Files ------------------------------------------------------------------ */

static bool begin_capture(struct record *record, struct source *source)
{
	struct machine machine;
	bool good;

	machine_ask(&machine, source);
	good = blocks_begin(&record->writer, record->file.fd, record->file.name,
			    &machine.about);
	machine_free(&machine);
	record->writer.name_cgroup = capture_name_cgroup;
	record->writer.name_arg = record->wanted.cgroups;
	record->flush_ns = 0;
	return good;
}

/* Whatever failed, what was written before is whole. */
static bool end_capture(struct record *record, bool good)
{
	struct blocks_writer *writer = &record->writer;

	good = blocks_end(writer) && good;
	record->records += writer->flushed;
	record->lost += writer->lost;
	record->gaps += writer->gaps;
	blocks_free(writer);
	return good;
}

/* A thread has the rights and the priority of whoever starts it. */
static void start_thread(struct record *record)
{
	if (!record->alone)
		blocks_in_thread(&record->writer);
}

/* The next one of many. On failure there is none to end. */
static bool next_capture(struct record *record, struct source *source)
{
	struct rotation *rotation = &record->rotation;
	bool good = end_capture(record, true);
	u64 bytes = record->writer.at;
	const char *name;

	if (!capture_close_file(&record->file, good))
		return false;
	name = rotation_next(rotation, bytes, now());
	if (!name || !rotation_prune(rotation, 0) ||
	    !capture_create(&record->file, name))
		return false;
	if (!begin_capture(record, source)) {
		capture_close_file(&record->file, false);
		return false;
	}
	start_thread(record);
	return true;
}

static bool rotate(struct record *record, struct source *source)
{
	u64 bytes = READ_ONCE(record->writer.at);

	if (!record->rotates)
		return true;
	if (rotation_due(&record->rotation, bytes, now())) {
		record->ended = !next_capture(record, source);
		return !record->ended;
	}
	return rotation_prune(&record->rotation, bytes);
}

/* ---- Until it is enough ----------------------------------------------------- */

static void say_progress(struct record *record)
{
	const struct blocks_writer *writer = &record->writer;

	progress_say(&record->progress, 0,
		     record->records + writer->flushed +
			     writer->gather.facts.records,
		     record->lost + writer->lost + writer->gather.facts.lost);
}

/* Until somebody says that it is enough; false when something failed. */
static bool take_live(struct record *record, struct source *source)
{
	while (take_all(record, source)) {
		if (record->enough || live_stopped())
			return true;
		if (!rotate(record, source))
			return false;
		say_progress(record);
		switch (live_wait(source, record->file.fd, patience(record))) {
		case LIVE_READY:
			break;
		case LIVE_CLOSED:
			errno = EPIPE;
			warn("%s: cannot be written", record->file.name);
			/* That was said. */
			WRITE_ONCE(record->writer.failed, true);
			return false;
		case LIVE_FAILED:
			return false;
		}
	}
	return false;
}

/* What was in the rings when it was enough. It may take a while to settle. */
static bool take_rest(struct record *record, struct source *source)
{
	struct pollfd pollfd = { .fd = source->fd, .events = POLLIN };

	record->until_ns = now();
	while (!record->enough) {
		if (!take_all(record, source))
			return false;
		if (source->settled_ns >= record->until_ns || !record->busy)
			break;
		poll(&pollfd, 1, SETTLE_MS);
	}
	return true;
}

/*
 * What the recorder is late for is lost, and it sleeps most of the time. Who
 * gave it another priority knows better; without the right to it, it has to do.
 */
static void be_prompt(void)
{
	if (!getpriority(PRIO_PROCESS, 0))
		setpriority(PRIO_PROCESS, 0, PRIORITY);
}

static bool alone(void)
{
	cpu_set_t cpus;

	return !sched_getaffinity(0, sizeof(cpus), &cpus) && CPU_COUNT(&cpus) == 1;
}

/* For whoever watches; others ask ipctrace info. */
static void say_sum(const struct record *record)
{
	if (record->progress.on)
		warnx("%llu records, %llu lost, %llu gaps",
		      (unsigned long long)record->records,
		      (unsigned long long)record->lost,
		      (unsigned long long)record->gaps);
}

static bool write_captures(struct record *record, struct source *source)
{
	bool good;

	if (!begin_capture(record, source))
		return false;
	live_catch_signals();
	live_stop_after(record->for_ns);
	be_prompt();
	record->alone = alone();
	good = privileges_drop() &&
	       (!record->rotates || rotation_may_go_on(&record->rotation));
	if (good)
		start_thread(record);
	progress_begin(&record->progress, 0);
	good = good && take_live(record, source) && take_rest(record, source);
	progress_end(&record->progress);
	if (!record->ended)
		good = end_capture(record, good);
	say_sum(record);
	return good;
}

static bool open_and_write(struct record *record, struct source *source)
{
	const char *name = record->name;
	bool good;

	if (record->rotates) {
		if (!rotation_begin(&record->rotation, name))
			return false;
		name = rotation_next(&record->rotation, 0, now());
		if (!name || !rotation_prune(&record->rotation, 0))
			return false;
	}
	if (!capture_create(&record->file, name))
		return false;
	good = write_captures(record, source);
	return record->ended ? good : capture_close_file(&record->file, good);
}

static int record_device(struct record *record)
{
	struct source source;
	bool good;

	if (!source_open(&source))
		return EXIT_FAILURE;
	good = recorder_filter_set(source.fd, record->expression) &&
	       open_and_write(record, &source);
	source_close(&source);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* False, with a message, where that is not what can be meant. */
static bool rotation_wanted(const struct options *options, struct record *record)
{
	record->rotates = options->rotate;
	record->rotation.keep = options->keep;
	record->rotation.max_total = options->max_total;
	if (!options->rotate && (options->keep || options->max_total)) {
		options_refuse(options, "--keep and --max-total are for --rotate");
		return false;
	}
	if (options->rotate && !strcmp(record->name, "-")) {
		options_refuse(options, "--rotate: standard output is one file");
		return false;
	}
	if (!options->rotate || rotation_limit(&record->rotation, options->rotate))
		return true;
	warnx("--rotate: '%s' is neither a size, at least 4K, nor a time, at least 1s; accepted: 100M, 1h",
	      options->rotate);
	return false;
}

static int run(const struct options *options)
{
	struct cgroups *cgroups;
	struct record record = {
		.name = options->output,
		.expression = options->filter,
		.for_ns = options->for_ns,
		.until_ns = ~0ULL,
	};
	int status = EXIT_USAGE;

	if (!record.name)
		return options_refuse(options, "no file to write: -o FILE");
	if (capture_is_terminal(record.name) || !rotation_wanted(options, &record))
		return EXIT_USAGE;
	cgroups = cgroups_new(NULL);
	if (!cgroups)
		return EXIT_FAILURE;
	if (options_wanted(options, &record.wanted, cgroups))
		status = record_device(&record);
	wanted_free(&record.wanted);
	cgroups_free(cgroups);
	rotation_free(&record.rotation);
	return status;
}

const struct command command_record = {
	.usage = "record -o FILE [OPTION]...",
	.about =
"Write what ipctrace would print to FILE, for ipctrace report: what the recorder\n"
"holds, then what is to come, until interrupted. Needs root, and the module.\n",
	.notes =
"Exit status: 0 at the end, 1 for a failure, 2 for wrong options.\n",
	.run = run,
};
