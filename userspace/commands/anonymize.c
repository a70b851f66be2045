// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: anonymize
 *
 * Writes a capture again without what tells whose it is. What stands for what is
 * known to nobody afterwards, and is different the next time.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "base/progress.h"
#include "capture/create.h"
#include "capture/kinds.h"
#include "commands/options.h"
#include "fields/anonymous.h"
#include "input/file.h"
#include "input/live.h"
#include "names/cgroups.h"

#define SETTLED_EACH	1000	/* records */

/**
 * struct anonymize - a capture that is written again
 * @anonymous: how
 * @file: the capture
 * @cgroups: names of its cgroups
 * @records: so many so far
 * @lost: records that the recorder lost
 * @left_out: records of a type that is not known
 * @last_ns: time of the last record
 */
struct anonymize {
	struct anonymous anonymous;
	struct input_file file;
	struct cgroups *cgroups;
	u64 records;
	u64 lost;
	u64 left_out;
	u64 last_ns;
};

static size_t name_cgroup(void *arg, u64 id, void *room)
{
	const struct anonymize *anonymize = arg;
	struct ipctrace_capture_cgroup *cgroup = room;
	size_t bytes = capture_name_cgroup(anonymize->cgroups, id, room);
	char path[ANONYMOUS_PATH_BYTES];

	if (!bytes || !anonymous_path(&anonymize->anonymous,
				      (const char *)(cgroup + 1), path))
		return 0;
	bytes = (strlen(path) + 8) / 8 * 8;
	memset(cgroup + 1, 0, bytes);
	memcpy(cgroup + 1, path, strlen(path));
	cgroup->header.len = sizeof(*cgroup) + bytes;
	return cgroup->header.len;
}

static bool write_record(struct anonymize *anonymize, struct blocks_writer *writer,
			 const struct ipctrace_header *from)
{
	struct ipctrace_header *record = blocks_room(writer);

	if (!record)
		return false;
	memcpy(record, from, from->len);
	anonymize->last_ns = record->time_ns;
	if (!anonymous_record(&anonymize->anonymous, record)) {
		memset(record, 0, from->len);
		anonymize->left_out++;
		return true;
	}
	if (record->type == IPCTRACE_TYPE_LOST)
		anonymize->lost += ((struct ipctrace_lost *)record)->count;
	blocks_add(writer, record->len);
	return ++anonymize->records % SETTLED_EACH ||
	       blocks_settled(writer, anonymize->last_ns - 1);
}

static bool write_records(struct anonymize *anonymize,
			  struct blocks_writer *writer, struct progress *progress)
{
	const struct ipctrace_header *record;
	enum input_state state;

	while ((state = input_next(&anonymize->file.input, &record)) ==
	       INPUT_RECORD) {
		if (!write_record(anonymize, writer, record))
			return false;
		if (progress_due(progress))
			progress_say(progress,
				     input_file_place(&anonymize->file),
				     anonymize->records, anonymize->lost);
		if (live_stopped()) {
			warnx("%s: interrupted: what is missing is later than %.6f s",
			      writer->name, anonymize->last_ns / 1e9);
			return false;
		}
	}
	return state == INPUT_END && blocks_settled(writer, anonymize->last_ns) &&
	       input_whole(&anonymize->file.input);
}

/* Of the header: what many machines have in common */
static void take_texts(const struct anonymize *anonymize, struct blocks_about *about)
{
	static const enum ipctrace_capture_text_type kept[] = {
		IPCTRACE_CAPTURE_RELEASE, IPCTRACE_CAPTURE_MACHINE,
		IPCTRACE_CAPTURE_MODULE, IPCTRACE_CAPTURE_PARAMETERS,
	};
	const struct capture_reader *reader = &anonymize->file.reader;
	size_t i;

	about->nr_cpus = reader->nr_cpus;
	if (!reader->in_blocks) {
		about->texts[IPCTRACE_CAPTURE_RELEASE] = reader->release;
		return;
	}
	if (reader->blocks.blocks.header_good)
		about->nr_cpus = reader->blocks.blocks.header->nr_cpus;
	for (i = 0; i < ARRAY_SIZE(kept); i++)
		about->texts[kept[i]] = blocks_text(&reader->blocks.blocks,
						    kept[i]);
}

static bool write_all(struct anonymize *anonymize, const struct capture_file *to)
{
	struct blocks_about about = {
		.transport = IPCTRACE_TRANSPORT,
		.schema = IPCTRACE_SCHEMA,
	};
	struct blocks_writer writer;
	struct progress progress;
	bool good;

	input_file_moment(&anonymize->file, &about.start);
	take_texts(anonymize, &about);
	if (!blocks_begin(&writer, to->fd, to->name, &about))
		return false;
	writer.name_cgroup = name_cgroup;
	writer.name_arg = anonymize;
	progress_begin(&progress, input_file_size(&anonymize->file));
	good = write_records(anonymize, &writer, &progress);
	progress_end(&progress);
	writer.end = about.start;
	writer.end.real_ns += anonymize->last_ns - about.start.ns;
	writer.end.ns = anonymize->last_ns;
	good = blocks_end(&writer) && good;
	blocks_free(&writer);
	if (anonymize->left_out)
		warnx("%s: left out %llu records of types that are not known",
		      to->name, (unsigned long long)anonymize->left_out);
	return good;
}

static bool anonymize_file(const struct options *options,
			   struct anonymize *anonymize)
{
	struct capture_file to;
	bool good = false;

	if (!input_file_open(&anonymize->file, options->operand,
			     anonymize->cgroups))
		return false;
	if (!capture_is_read(options->output, anonymize->file.fd) &&
	    capture_create(&to, options->output)) {
		live_catch_signals();
		good = capture_close_file(&to, write_all(anonymize, &to));
	}
	input_close(&anonymize->file.input);
	return good;
}

static int run(const struct options *options)
{
	struct anonymize anonymize = { };
	bool good;

	if (!options->output)
		return options_refuse(options, "no file to write: -o FILE");
	if (capture_is_terminal(options->output))
		return EXIT_USAGE;
	if (!anonymous_begin(&anonymize.anonymous)) {
		warn("no random numbers");
		return EXIT_FAILURE;
	}
	anonymize.cgroups = cgroups_new_empty();
	good = anonymize.cgroups && anonymize_file(options, &anonymize);
	cgroups_free(anonymize.cgroups);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

const struct command command_anonymize = {
	.usage = "anonymize -o OUT FILE",
	.operand = "FILE",
	.about =
"Write the capture FILE again as OUT, for others to look at: names of processes,\n"
"cgroups and the host, keys and process ids become others, each always the same\n"
"in OUT; payload becomes zeroes. Times, ids of objects and of users, sizes,\n"
"addresses and types of messages stay. What stands for what is not kept.\n",
	.notes =
"Exit status: 0 at the end, 1 for a failure or damage, 2 for wrong options.\n",
	.run = run,
};
