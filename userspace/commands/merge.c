// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: merge
 *
 * Makes one capture of several, in order of time. Of one boot of one machine, as
 * after --rotate, they have one clock. Else each has its own, and there is nothing
 * to order them by but the time of day that each recorder saw when it began: they
 * are moved by that, and the capture says by how much. CPUs, and the ids of cgroups,
 * are numbered so that those of different machines stay apart.
 */
#define _GNU_SOURCE	/* asprintf() */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/progress.h"
#include "capture/create.h"
#include "capture/kinds.h"
#include "commands/options.h"
#include "input/file.h"
#include "input/live.h"
#include "names/cgroups.h"
#include "shared/syscalls.h"

#define CGROUP_SHIFT	56	/* ids of cgroups are less, in practice */
#define SETTLED_EACH	1000	/* records */

/**
 * struct from - one of the captures
 * @file: the capture, open
 * @cgroups: names of its cgroups
 * @record: its next record
 * @ended: there is none
 * @start: when it began
 * @machine: number of its machine and boot, from 0
 * @first_cpu: what is added to its CPUs
 * @moved_ns: what is added to its times
 */
struct from {
	struct input_file file;
	struct cgroups *cgroups;
	const struct ipctrace_header *record;
	bool ended;
	struct blocks_moment start;
	u32 machine;
	u32 first_cpu;
	u64 moved_ns;
};

/**
 * struct merge - all of them
 * @nr: number of captures
 * @from: they, in the order of the arguments
 * @nr_opened: so many of @from are open
 * @nr_machines: different machines or boots
 * @nr_cpus: CPUs of all machines
 * @whole: none was damaged
 * @records: so many so far
 * @lost: records that the recorders lost
 * @last_ns: time of the last record
 */
struct merge {
	u32 nr;
	struct from *from;
	u32 nr_opened;
	u32 nr_machines;
	u32 nr_cpus;
	bool whole;
	u64 records;
	u64 lost;
	u64 last_ns;
};

/* ---- Whose they are ----------------------------------------------------------- */

/* Of one boot of one machine; what does not say so is not. */
static bool same_machine(const struct from *a, const struct from *b)
{
	const char *boot = input_file_text(&a->file, IPCTRACE_CAPTURE_BOOT);
	const char *other = input_file_text(&b->file, IPCTRACE_CAPTURE_BOOT);

	return boot && other && !strcmp(boot, other) &&
	       !input_file_text(&a->file, IPCTRACE_CAPTURE_SOURCES) &&
	       !input_file_text(&b->file, IPCTRACE_CAPTURE_SOURCES);
}

static u32 cpus_of(const struct from *from)
{
	const struct capture_reader *reader = &from->file.reader;

	return reader->in_blocks ? reader->blocks.blocks.header->nr_cpus :
				   reader->nr_cpus;
}

/* Since 1970: when its clock was 0 */
static u64 zero_of(const struct from *from)
{
	return from->start.real_ns - from->start.ns;
}

static void find_machines(struct merge *merge)
{
	u64 zero_ns = ~0ULL;
	u32 i, k;

	for (i = 0; i < merge->nr; i++) {
		struct from *from = &merge->from[i];

		for (k = 0; k < i; k++)
			if (same_machine(from, &merge->from[k]))
				break;
		if (k < i) {
			from->machine = merge->from[k].machine;
			from->first_cpu = merge->from[k].first_cpu;
		} else {
			from->machine = merge->nr_machines++;
			from->first_cpu = merge->nr_cpus;
			merge->nr_cpus += cpus_of(from);
		}
		if (zero_of(from) < zero_ns)
			zero_ns = zero_of(from);
	}
	if (merge->nr_machines == 1)
		return;
	/* All of a boot by the same, or their order would change. */
	for (i = 0; i < merge->nr; i++) {
		for (k = 0; merge->from[k].machine != merge->from[i].machine; k++)
			;
		merge->from[i].moved_ns = zero_of(&merge->from[k]) - zero_ns;
	}
}

static char *sources_of(const struct merge *merge)
{
	char *all = strdup(""), *more;
	u32 i;

	for (i = 0; all && i < merge->nr; i++) {
		const struct from *from = &merge->from[i];

		if (asprintf(&more,
			     "%s%s: host %s, boot %s, CPUs %u to %u, clock moved by %llu ns%s\n",
			     all, from->file.name,
			     input_file_text(&from->file, IPCTRACE_CAPTURE_HOST) ?: "not known",
			     input_file_text(&from->file, IPCTRACE_CAPTURE_BOOT) ?: "not known",
			     from->first_cpu, from->first_cpu + cpus_of(from) - 1,
			     (unsigned long long)from->moved_ns,
			     merge->nr_machines > 1 ?
				     " by the time of day when its recording began" : "") < 0)
			more = NULL;
		free(all);
		all = more;
	}
	return all;
}

/* ---- Merging ------------------------------------------------------------------ */

/* The next record of a capture; false when that failed. */
static bool advance(struct merge *merge, struct from *from)
{
	switch (input_next(&from->file.input, &from->record)) {
	case INPUT_RECORD:
		return true;
	case INPUT_END:
	case INPUT_PAUSE:
		from->ended = true;
		merge->whole = input_whole(&from->file.input) && merge->whole;
		return true;
	case INPUT_FAILED:
		break;
	}
	return false;
}

static struct from *earliest(const struct merge *merge)
{
	struct from *first = NULL;
	u64 first_ns = 0, time_ns;
	u32 i;

	for (i = 0; i < merge->nr; i++) {
		struct from *from = &merge->from[i];

		if (from->ended)
			continue;
		time_ns = from->record->time_ns + from->moved_ns;
		if (first && time_ns >= first_ns)
			continue;
		first = from;
		first_ns = time_ns;
	}
	return first;
}

static bool write_record(struct merge *merge, const struct from *from,
			 struct blocks_writer *writer)
{
	struct ipctrace_header *record = blocks_room(writer);
	struct ipctrace_call *call = (void *)record;

	if (!record)
		return false;
	memcpy(record, from->record, from->record->len);
	record->time_ns += from->moved_ns;
	record->cpu += from->first_cpu;
	if (ipct_type_min_bytes(record->type) == sizeof(*call))
		call->cgroup ^= (u64)from->machine << CGROUP_SHIFT;
	merge->last_ns = record->time_ns;
	if (record->type == IPCTRACE_TYPE_LOST)
		merge->lost += ((struct ipctrace_lost *)record)->count;
	blocks_add(writer, record->len);
	return ++merge->records % SETTLED_EACH ||
	       blocks_settled(writer, merge->last_ns - 1);
}

static bool merge_all(struct merge *merge, struct blocks_writer *writer,
		      struct progress *progress)
{
	struct from *from;
	u64 done;
	u32 i;

	for (i = 0; i < merge->nr; i++)
		if (!advance(merge, &merge->from[i]))
			return false;
	while ((from = earliest(merge)) && !live_stopped()) {
		if (!write_record(merge, from, writer) || !advance(merge, from))
			return false;
		if (!progress_due(progress))
			continue;
		for (i = 0, done = 0; i < merge->nr; i++)
			done += input_file_place(&merge->from[i].file);
		progress_say(progress, done, merge->records, merge->lost);
	}
	if (live_stopped()) {
		warnx("%s: interrupted: what is missing is later than %.6f s",
		      writer->name, merge->last_ns / 1e9);
		return false;
	}
	return blocks_settled(writer, merge->last_ns);
}

/* A name of one of the captures, by an id that says which machine's */
static size_t name_cgroup(void *arg, u64 id, void *room)
{
	struct ipctrace_capture_cgroup *cgroup = room;
	const struct merge *merge = arg;
	size_t bytes = 0;
	u32 i, machine;

	for (i = 0; i < merge->nr && !bytes; i++) {
		machine = merge->from[i].machine;
		/* None that has the id for another machine's can have been made. */
		bytes = capture_name_cgroup(merge->from[i].cgroups,
					    id ^ (u64)machine << CGROUP_SHIFT,
					    room);
	}
	if (bytes)
		cgroup->id = id;
	return bytes;
}

static bool write_all(struct merge *merge, const struct capture_file *to)
{
	const struct from *first = &merge->from[0];
	struct blocks_writer writer;
	struct progress progress;
	struct blocks_about about = {
		.transport = IPCTRACE_TRANSPORT,
		.schema = IPCTRACE_SCHEMA,
		.nr_cpus = merge->nr_cpus,
		.start = first->start,
	};
	char *sources = sources_of(merge);
	u64 size = 0;
	bool good;
	u32 i;

	for (i = 1; merge->nr_machines == 1 && i < __IPCTRACE_CAPTURE_TEXT_MAX; i++)
		about.texts[i] = input_file_text(&first->file, i);
	about.texts[IPCTRACE_CAPTURE_SOURCES] = sources;
	about.start.ns += first->moved_ns;
	about.start.boot_ns = 0;
	for (i = 0; i < merge->nr; i++) {
		size += input_file_size(&merge->from[i].file);
		if (merge->from[i].start.apart_ns > about.start.apart_ns)
			about.start.apart_ns = merge->from[i].start.apart_ns;
	}
	good = blocks_begin(&writer, to->fd, to->name, &about);
	free(sources);
	if (!good)
		return false;
	writer.name_cgroup = name_cgroup;
	writer.name_arg = merge;
	progress_begin(&progress, size);
	good = merge_all(merge, &writer, &progress);
	progress_end(&progress);
	writer.end = about.start;
	writer.end.real_ns += merge->last_ns - about.start.ns;
	writer.end.ns = merge->last_ns;
	good = blocks_end(&writer) && good;
	blocks_free(&writer);
	return good;
}

/* ---- The command -------------------------------------------------------------- */

static bool open_from(struct merge *merge, const char *name)
{
	struct from *from = &merge->from[merge->nr_opened];

	from->cgroups = cgroups_new_empty();
	if (!from->cgroups)
		return false;
	if (!input_file_open(&from->file, name, from->cgroups)) {
		cgroups_free(from->cgroups);
		return false;
	}
	merge->nr_opened++;
	if (input_file_moment(&from->file, &from->start))
		return true;
	warnx("%s: its header is damaged: when its records were made is not known",
	      from->file.name);
	return false;
}

static bool merge_files(const struct options *options, struct merge *merge)
{
	struct capture_file to;
	int i;

	for (i = 0; i < options->nr_operands; i++)
		if (!open_from(merge, options->operands[i]) ||
		    capture_is_read(options->output, merge->from[i].file.fd))
			return false;
	find_machines(merge);
	if (merge->nr_machines > 256 || merge->nr_cpus > 65536) {
		warnx("more than 256 machines or 65536 CPUs");
		return false;
	}
	if (!capture_create(&to, options->output))
		return false;
	live_catch_signals();
	return capture_close_file(&to, write_all(merge, &to)) && merge->whole;
}

static int run(const struct options *options)
{
	struct merge merge = { .nr = options->nr_operands, .whole = true };
	bool good;

	if (!options->output)
		return options_refuse(options, "no file to write: -o FILE");
	if (capture_is_terminal(options->output))
		return EXIT_USAGE;
	merge.from = calloc(merge.nr, sizeof(*merge.from));
	if (!merge.from) {
		warnx("no memory for %u files", merge.nr);
		return EXIT_FAILURE;
	}
	good = merge_files(options, &merge);
	while (merge.nr_opened--) {
		input_close(&merge.from[merge.nr_opened].file.input);
		cgroups_free(merge.from[merge.nr_opened].cgroups);
	}
	free(merge.from);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

const struct command command_merge = {
	.usage = "merge -o OUT FILE...",
	.operand = "FILE",
	.many = true,
	.about =
"Make one capture OUT of several FILEs, in order of time. Those of one machine's\n"
"boot have one clock. Others are ordered by the time of day when each began to\n"
"be recorded; by how much that moved their times, and which CPUs of OUT are\n"
"whose, is in OUT: ipctrace info.\n",
	.notes =
"Nothing is left out: what is in two FILEs is in OUT twice.\n"
"Exit status: 0 at the end, 1 for a failure or damage, 2 for wrong options.\n",
	.run = run,
};
