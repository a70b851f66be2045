// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: info
 *
 * What a capture says of itself, and whether it is whole: all of it is read, and
 * each sum is looked at.
 */
#define _GNU_SOURCE	/* vasprintf() */
#include <err.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/progress.h"
#include "base/sizes.h"
#include "capture/read.h"
#include "commands/options.h"
#include "names/cgroups.h"
#include "view/formats.h"

#define MAX_PLACES	20	/* of a kind that are printed one by one */

/**
 * struct info - what is known of a capture
 * @reader: the capture
 * @sink: where it goes, for people
 * @places: lines that say where something is missing, printed last
 * @nr_places: how many these are
 * @more_places: that were left out
 * @bytes: of the file, 0: not known
 * @first_ns: earliest record
 * @last_ns: latest
 * @records: in it
 * @lost: records that the recorder lost
 * @missed: calls that could not be watched
 * @gaps: records of gaps
 * @blocks: good ones
 * @stored: those that were not compressed
 * @damages: places that are damaged
 * @end_real_ns: when it ended, since 1970; 0: not known
 * @complete: it has its end
 */
struct info {
	struct capture_reader reader;
	struct sink *sink;
	char *places[2 * MAX_PLACES];
	u32 nr_places;
	u64 more_places;
	u64 bytes;
	u64 first_ns;
	u64 last_ns;
	u64 records;
	u64 lost;
	u64 missed;
	u64 gaps;
	u64 blocks;
	u64 stored;
	u64 damages;
	u64 end_real_ns;
	bool complete;
};

static const struct column columns[] = {
	{ .name = "what", .type = VALUE_STRING },
	{ .name = "value", .type = VALUE_STRING },
};

static void row(struct info *info, const char *what, const char *value)
{
	struct value values[] = {
		{ .name = "what", .type = VALUE_STRING, .string = what },
		{ .name = "value", .type = VALUE_STRING, .string = value },
	};

	if (value && *value)
		sink_row(info->sink, values);
}

__attribute__((format(printf, 3, 4)))
static void row_print(struct info *info, const char *what, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	row(info, what, text);
}

/* ---- Reading it all ----------------------------------------------------------- */

__attribute__((format(printf, 2, 3)))
static void add_place(struct info *info, const char *format, ...)
{
	va_list args;

	if (info->nr_places == ARRAY_SIZE(info->places)) {
		info->more_places++;
		return;
	}
	va_start(args, format);
	if (vasprintf(&info->places[info->nr_places], format, args) >= 0)
		info->nr_places++;
	va_end(args);
}

static void take_times(struct info *info, u64 first_ns, u64 last_ns)
{
	if (!info->last_ns || first_ns < info->first_ns)
		info->first_ns = first_ns;
	if (last_ns > info->last_ns)
		info->last_ns = last_ns;
}

static void take_facts(struct info *info, const struct ipctrace_capture_facts *facts)
{
	char from[32], until[32];

	info->blocks++;
	info->stored += !!(facts->flags & IPCTRACE_CAPTURE_STORED);
	info->records += facts->records;
	info->lost += facts->lost;
	info->missed += facts->missed;
	info->gaps += facts->gaps;
	if (!(facts->flags & IPCTRACE_CAPTURE_TIMES))
		return;
	take_times(info, facts->first_ns, facts->last_ns);
	block_records_time(facts->first_ns, from, sizeof(from));
	block_records_time(facts->last_ns, until, sizeof(until));
	if (facts->lost)
		add_place(info, "%llu records lost between %s and %s",
			  (unsigned long long)facts->lost, from, until);
	if (facts->gaps)
		add_place(info, "%u records of gaps between %s and %s",
			  facts->gaps, from, until);
}

static void take_damage(struct info *info, const struct blocks_damage *damage)
{
	char from[32] = "the beginning", until[32] = "the end";

	info->damages++;
	if (damage->from_ns)
		block_records_time(damage->from_ns, from, sizeof(from));
	if (damage->until_ns != ~0ULL)
		block_records_time(damage->until_ns, until, sizeof(until));
	add_place(info, "offset %llu to %llu: %s; what may be missing is from %s to %s",
		  (unsigned long long)damage->begin,
		  (unsigned long long)damage->end, damage->what, from, until);
}

static bool read_blocks(struct info *info, struct progress *progress)
{
	struct blocks_reader *blocks = &info->reader.blocks.blocks;
	struct ipctrace_capture_index index;

	if (blocks_index(blocks, &index))
		info->end_real_ns = index.end_real_ns;
	for (;;) {
		switch (blocks_next(blocks)) {
		case BLOCKS_BLOCK:
			take_facts(info, &blocks->facts);
			progress_say(progress, blocks->at, info->records,
				     info->lost);
			break;
		case BLOCKS_DAMAGE:
			take_damage(info, &blocks->damage);
			break;
		case BLOCKS_CUT:
			add_place(info, "offset %llu: the capture is cut off here, or still being written",
				  (unsigned long long)blocks->at);
			return true;
		case BLOCKS_END:
			info->complete = true;
			return true;
		case BLOCKS_ERROR:
			warn("%s: cannot be read", info->reader.name);
			return false;
		}
	}
}

/* Version 2 */
static bool read_records(struct info *info, struct progress *progress)
{
	const struct ipctrace_header *record;

	while ((record = capture_next(&info->reader))) {
		if (progress_due(progress))
			progress_say(progress, capture_place(&info->reader),
				     info->records, info->lost);
		if (record->type >= IPCTRACE_CAPTURE_CGROUP)
			continue;
		info->records++;
		take_times(info, record->time_ns, record->time_ns);
		if (record->type == IPCTRACE_TYPE_LOST)
			info->lost += ((const struct ipctrace_lost *)record)->count;
		info->missed += record->type == IPCTRACE_TYPE_MISSED;
		info->gaps += record->type == IPCTRACE_TYPE_GAP;
	}
	info->complete = info->reader.complete;
	if (info->reader.error)
		return capture_whole(&info->reader);
	if (info->reader.problem)
		add_place(info, "offset %llu: %s",
			  (unsigned long long)capture_place(&info->reader),
			  info->reader.problem);
	return true;
}

/* ---- For people --------------------------------------------------------------- */

static void put_date(struct info *info, const char *what, u64 real_ns, u64 clock_ns)
{
	time_t seconds = real_ns / 1000000000;
	char text[64], clock[32];
	struct tm tm;

	if (!real_ns || !localtime_r(&seconds, &tm))
		return;
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	if (clock_ns) {
		block_records_time(clock_ns, clock, sizeof(clock));
		row_print(info, what, "%s.%09llu (%s in records)", text,
			  (unsigned long long)real_ns % 1000000000, clock);
	} else {
		row_print(info, what, "%s.%09llu", text,
			  (unsigned long long)real_ns % 1000000000);
	}
}

/* Texts of more than one line take more than one row. */
static void put_text(struct info *info, const char *what,
		     enum ipctrace_capture_text_type type)
{
	const char *text = blocks_text(&info->reader.blocks.blocks, type);
	char line[4096];
	size_t len;

	while (text && *text) {
		len = strcspn(text, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		row(info, what, line);
		text += len + (text[len] == '\n');
	}
}

static void put_who(struct info *info)
{
	const struct ipctrace_capture_header *header =
		info->reader.blocks.blocks.header;

	if (!info->reader.in_blocks) {
		row(info, "kernel", info->reader.release);
		put_date(info, "began", info->reader.start_real_ns,
			 info->reader.start_ns);
		return;
	}
	put_text(info, "host", IPCTRACE_CAPTURE_HOST);
	put_text(info, "kernel", IPCTRACE_CAPTURE_RELEASE);
	put_text(info, "machine", IPCTRACE_CAPTURE_MACHINE);
	put_text(info, "boot", IPCTRACE_CAPTURE_BOOT);
	put_text(info, "module", IPCTRACE_CAPTURE_MODULE);
	put_text(info, "parameter", IPCTRACE_CAPTURE_PARAMETERS);
	put_text(info, "filter", IPCTRACE_CAPTURE_FILTER);
	put_text(info, "written by", IPCTRACE_CAPTURE_WANTED);
	put_text(info, "source", IPCTRACE_CAPTURE_SOURCES);
	if (!info->reader.blocks.blocks.header_good)
		return;
	row_print(info, "CPUs", "%u", header->nr_cpus);
	put_date(info, "began", header->start_real_ns, header->start_ns);
	put_date(info, "ended", info->end_real_ns, 0);
}

static void put_times(struct info *info)
{
	char from[32], until[32];

	if (!info->last_ns)
		return;
	block_records_time(info->first_ns, from, sizeof(from));
	block_records_time(info->last_ns, until, sizeof(until));
	row_print(info, "times", "%s to %s, %.3f s", from, until,
		  (info->last_ns - info->first_ns) / 1e9);
}

static bool is_whole(const struct info *info)
{
	return info->complete && !info->damages;
}

static void put_all(struct info *info)
{
	char size[32];
	u32 i;

	sink_begin(info->sink, columns, ARRAY_SIZE(columns));
	row(info, "file", info->reader.name);
	row_print(info, "version", "%d", info->reader.in_blocks ?
		  IPCTRACE_CAPTURE_BLOCKS_VERSION : IPCTRACE_CAPTURE_VERSION);
	put_who(info);
	put_times(info);
	row_print(info, "records", "%llu", (unsigned long long)info->records);
	if (info->bytes)
		row_print(info, "size", "%s, %.1f bytes a record",
			  size_text(info->bytes, size, sizeof(size)),
			  info->records ? (double)info->bytes / info->records : 0);
	if (info->reader.in_blocks)
		row_print(info, "blocks", "%llu, %llu of them not compressed",
			  (unsigned long long)info->blocks,
			  (unsigned long long)info->stored);
	row_print(info, "lost", "%llu records", (unsigned long long)info->lost);
	row_print(info, "missed", "%llu calls", (unsigned long long)info->missed);
	row_print(info, "gaps", "%llu", (unsigned long long)info->gaps);
	row(info, "whole", is_whole(info) ? "yes" :
	    info->complete ? "no, damaged" : "no");
	for (i = 0; i < info->nr_places; i++)
		row(info, "where", info->places[i]);
	if (info->more_places)
		row_print(info, "where", "and %llu more",
			  (unsigned long long)info->more_places);
}

/* ---- For programs ------------------------------------------------------------- */

static void add_text(const struct info *info, struct decoded *d, const char *name,
		     enum ipctrace_capture_text_type type)
{
	const char *text = info->reader.in_blocks ?
		blocks_text(&info->reader.blocks.blocks, type) : NULL;

	if (type == IPCTRACE_CAPTURE_RELEASE && !info->reader.in_blocks)
		text = info->reader.release;
	if (text)
		add_string(d, name, text);
	else
		add_null(d, name);
}

static void put_json(const struct info *info)
{
	const struct ipctrace_capture_header *header =
		info->reader.blocks.blocks.header_good ?
			info->reader.blocks.blocks.header : NULL;
	static struct decoded d;
	static struct column json[32];
	size_t i;

	add_string(&d, "file", info->reader.name);
	add_unsigned(&d, "version", info->reader.in_blocks ?
		     IPCTRACE_CAPTURE_BLOCKS_VERSION : IPCTRACE_CAPTURE_VERSION);
	add_text(info, &d, "host", IPCTRACE_CAPTURE_HOST);
	add_text(info, &d, "kernel", IPCTRACE_CAPTURE_RELEASE);
	add_text(info, &d, "machine", IPCTRACE_CAPTURE_MACHINE);
	add_text(info, &d, "boot", IPCTRACE_CAPTURE_BOOT);
	add_text(info, &d, "module", IPCTRACE_CAPTURE_MODULE);
	add_text(info, &d, "parameters", IPCTRACE_CAPTURE_PARAMETERS);
	add_text(info, &d, "filter", IPCTRACE_CAPTURE_FILTER);
	add_text(info, &d, "written_by", IPCTRACE_CAPTURE_WANTED);
	add_text(info, &d, "sources", IPCTRACE_CAPTURE_SOURCES);
	add_unsigned(&d, "start_ns", header ? header->start_ns :
					      info->reader.start_ns);
	add_unsigned(&d, "start_real_ns", header ? header->start_real_ns :
						   info->reader.start_real_ns);
	add_unsigned(&d, "end_real_ns", info->end_real_ns);
	add_unsigned(&d, "first_ns", info->first_ns);
	add_unsigned(&d, "last_ns", info->last_ns);
	add_unsigned(&d, "bytes", info->bytes);
	add_unsigned(&d, "blocks", info->blocks);
	add_unsigned(&d, "stored_blocks", info->stored);
	add_unsigned(&d, "records", info->records);
	add_unsigned(&d, "lost", info->lost);
	add_unsigned(&d, "missed", info->missed);
	add_unsigned(&d, "gaps", info->gaps);
	add_unsigned(&d, "damages", info->damages);
	add(&d, "whole", VALUE_BOOL, is_whole(info));
	for (i = 0; i < d.nr; i++)
		json[i] = (struct column){
			.name = d.values[i].name,
			.type = d.values[i].type,
		};
	sink_begin(info->sink, json, d.nr);
	sink_row(info->sink, d.values);
}

/* ---- The command -------------------------------------------------------------- */

static bool read_all(struct info *info)
{
	struct progress progress;
	bool good;

	progress_begin(&progress, info->bytes);
	good = info->reader.in_blocks ? read_blocks(info, &progress) :
					read_records(info, &progress);
	progress_end(&progress);
	return good;
}

static bool print(struct info *info, enum sink_format format)
{
	bool good;

	info->sink = sink_new(STDOUT_FILENO, format);
	if (!info->sink)
		return false;
	if (format == SINK_TEXT)
		put_all(info);
	else
		put_json(info);
	good = sink_flush(info->sink) == OUTPUT_OK;
	sink_free(info->sink);
	return good;
}

static bool show(const struct options *options, struct cgroups *cgroups, int fd,
		 const char *name)
{
	struct info info = { };
	struct stat status;
	bool good;

	if (!fstat(fd, &status) && S_ISREG(status.st_mode))
		info.bytes = status.st_size;
	if (!capture_open(&info.reader, fd, name, cgroups))
		return false;
	good = read_all(&info) && print(&info, options_format(options));
	while (info.nr_places)
		free(info.places[--info.nr_places]);
	capture_close(&info.reader);
	return good && is_whole(&info);
}

static int run(const struct options *options)
{
	const char *name = options->operand;
	struct cgroups *cgroups;
	int fd = STDIN_FILENO;
	bool good;

	if (!strcmp(name, "-"))
		name = "standard input";
	else
		fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		warn("%s: cannot be opened", name);
		return EXIT_FAILURE;
	}
	cgroups = cgroups_new_empty();
	good = cgroups && show(options, cgroups, fd, name);
	cgroups_free(cgroups);
	if (fd != STDIN_FILENO)
		close(fd);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

const struct command command_info = {
	.usage = "info [--json] FILE",
	.operand = "FILE",
	.about =
"Print whose records a FILE has that ipctrace record wrote, of when, how many,\n"
"what was lost, and whether it is whole. All of it is read; - is standard input.\n",
	.notes =
"Exit status: 0 when FILE is whole, 1 when it is not, 2 for wrong options.\n",
	.run = run,
};
