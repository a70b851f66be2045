// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: ship_line
 *
 * What is sent, as lines of JSON: what the line is, of which host and boot, a place
 * that no other line of these has, and in a member of its kind's name what it says:
 * records and findings as other commands print them.
 *
 * The place of a record is its CPU, its time, and how many records of that CPU and
 * time are before it: it is the same, whether the record is read from the recorder or
 * from a capture, now or once more.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "capture/xxh64.h"
#include "commands/evidence.h"
#include "commands/life.h"
#include "commands/ship_line.h"
#include "shared/syscalls.h"
#include "view/formats.h"
#include "watch/engine.h"
#include "watch/finding.h"

#define NS_PER_S	1000000000ULL
#define TIME_BYTES	64
#define PLACE_BYTES	192

/**
 * struct ship_lines - what makes lines
 * @sink: of JSON; holds one line
 * @evidence: knows times
 * @host: of --host, or NULL
 * @here: it is this machine
 * @host_text: id of the host
 * @boot: id of the boot
 */
struct ship_lines {
	struct sink *sink;
	const struct evidence *evidence;
	const char *host;
	bool here;
	char host_text[SHIP_HOST_BYTES];
	char boot[40];
};

/* ---- Who we are ------------------------------------------------------------------- */

static bool read_line(const char *name, char *text, size_t size)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, size - 1) : -1;

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return *text;
}

/**
 * ship_boot() - id of the boot that we are in
 * @boot: out: the id, empty: it is not known
 * @size: room for it
 */
void ship_boot(char *boot, size_t size)
{
	read_line("/proc/sys/kernel/random/boot_id", boot, size);
}

/* Who knows it has not the machine's id, which is not for others. */
static bool hash_machine(char *host, size_t size)
{
	char id[64];
	struct xxh64 sum;

	if (!read_line("/etc/machine-id", id, sizeof(id)))
		return false;
	xxh64_begin(&sum);
	xxh64_add(&sum, "ipctrace", 8);
	xxh64_add(&sum, id, strlen(id));
	snprintf(host, size, "%016llx", (unsigned long long)xxh64_end(&sum));
	return true;
}

/* What a file says is not trusted. */
static void copy_plain(char *to, size_t size, const char *from)
{
	for (; *from && size > 1; size--, from++)
		*to++ = strchr(SHIP_HOST_LETTERS, *from) ? *from : '_';
	*to = '\0';
}

/* A capture of another boot has the name of its host only. */
static void find_host(struct ship_lines *lines)
{
	const struct evidence *evidence = lines->evidence;
	char boot[sizeof(lines->boot)];

	ship_boot(boot, sizeof(boot));
	copy_plain(lines->boot, sizeof(lines->boot),
		   lines->here && !*evidence->boot ? boot : evidence->boot);
	if (lines->host)
		copy_plain(lines->host_text, SHIP_HOST_BYTES, lines->host);
	else if ((!lines->here && strcmp(boot, lines->boot)) ||
		 !hash_machine(lines->host_text, SHIP_HOST_BYTES))
		copy_plain(lines->host_text, SHIP_HOST_BYTES,
			   *evidence->host ? evidence->host : "unknown");
}

/* What a capture is of is known with its first record. */
static void know_host(struct ship_lines *lines)
{
	if (!*lines->host_text)
		find_host(lines);
}

/**
 * ship_lines_begin() - records of a boot are to come
 * @lines: whose lines
 */
void ship_lines_begin(struct ship_lines *lines)
{
	*lines->host_text = '\0';
}

/**
 * ship_lines_host() - id of the host
 * @lines: whose lines
 */
const char *ship_lines_host(struct ship_lines *lines)
{
	know_host(lines);
	return lines->host_text;
}

/* ---- A line ------------------------------------------------------------------------- */

static const char *time_text(const struct ship_lines *lines, u64 ns, char *text)
{
	u64 real_ns = ns + lines->evidence->real_ns;
	time_t seconds = real_ns / NS_PER_S;
	struct tm tm;
	size_t len;

	if (!lines->evidence->real_ns || !gmtime_r(&seconds, &tm))
		return "null";
	len = strftime(text, TIME_BYTES, "\"%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, TIME_BYTES - len, ".%09lluZ\"",
		 (unsigned long long)(real_ns % NS_PER_S));
	return text;
}

/* Names of hosts and rules are of letters and digits, and --host is made so. */
static void begin(struct ship_lines *lines, const char *kind, u32 cpu,
		  const char *place, u64 time_ns)
{
	char time[TIME_BYTES];

	know_host(lines);
	lines->sink->output.used = 0;
	output_print(&lines->sink->output,
		     "{\"schema\":%d,\"kind\":\"%s\",\"host\":\"%s\",\"boot\":\"%s\",\"cpu\":%u,\"position\":\"%s\",\"time\":%s,\"%s\":",
		     SHIP_SCHEMA, kind, lines->host_text, lines->boot, cpu, place,
		     time_text(lines, time_ns, time), kind);
}

/* NULL where nothing was written, or not all of it */
static const char *end(struct ship_lines *lines, size_t *len)
{
	struct output *output = &lines->sink->output;

	if (output->used < 3 || output->buf[output->used - 1] != '\n' ||
	    output->buf[output->used - 2] != '}' || output->used > OUTPUT_LINE_BYTES)
		return NULL;
	output->used--;
	output_put(output, "}\n", 2);
	*len = output->used;
	return output->buf;
}

static void put_place(char *place, const struct ship_position *position,
		      const char *what)
{
	snprintf(place, PLACE_BYTES, "%llu.%u%s",
		 (unsigned long long)position->time_ns, position->nr, what);
}

/**
 * ship_line_record() - a record
 * @lines: what makes lines
 * @record: any
 * @position: of it
 * @len: out: length of the line, with its end
 *
 * Return: the line, until the next is made; NULL: it is none that is known.
 */
const char *ship_line_record(struct ship_lines *lines,
			     const struct ipctrace_header *record,
			     const struct ship_position *position, size_t *len)
{
	bool lost = record->type == IPCTRACE_TYPE_LOST;
	char place[PLACE_BYTES];

	put_place(place, position, lost ? ".lost" : "");
	begin(lines, lost ? "lost" : "record", record->cpu, place, record->time_ns);
	lines->sink->cgroups = lines->evidence->cgroups;
	sink_record(lines->sink, record, NULL);
	return end(lines, len);
}

/**
 * ship_line_finding() - a finding
 * @lines: what makes lines
 * @finding: the finding
 * @len: as in ship_line_record()
 *
 * Return: likewise
 */
const char *ship_line_finding(struct ship_lines *lines, const struct finding *finding,
			      size_t *len)
{
	struct value values[FINDING_COLUMNS];
	char place[PLACE_BYTES], time[EVIDENCE_TIME_BYTES];
	char name[FINDING_NAME_BYTES];

	snprintf(place, sizeof(place), "%llu.%.100s.%llu.%08x",
		 (unsigned long long)finding->last_ns, finding->rule->id,
		 (unsigned long long)finding->count,
		 xxh64_sum(finding->group, strlen(finding->group)));
	begin(lines, "finding", finding->record->cpu, place, finding->last_ns);
	sink_begin(lines->sink, finding_columns, FINDING_COLUMNS);
	finding_row(finding, evidence_time(lines->evidence, finding->last_ns, time),
		    lines->evidence->cgroups, values, name);
	sink_row(lines->sink, values);
	return end(lines, len);
}

/**
 * ship_line_change() - what happened to an object
 * @lines: what makes lines
 * @event: the event; has an object
 * @position: of its record; NULL: it has none
 * @len: as in ship_line_record()
 *
 * Return: likewise
 */
const char *ship_line_change(struct ship_lines *lines, const struct model_event *event,
			     const struct ship_position *position, size_t *len)
{
	const struct model_object *object = event->object;
	struct ship_position seen = { .time_ns = object->seen_ns };
	char place[PLACE_BYTES], what[80];
	struct life_run run;

	life_run_of(&run, event);
	snprintf(what, sizeof(what), ".%s.%s.%u.%d", life_word(&run),
		 ipct_family_names[object->family], object->ipc_ns, object->id);
	put_place(place, position ?: &seen, what);
	begin(lines, "change", event->record ? event->record->header.cpu : 0, place,
	      run.first_ns);
	sink_begin(lines->sink, life_columns, LIFE_COLUMNS);
	life_row(lines->sink, &run, lines->evidence);
	return end(lines, len);
}

/**
 * ship_line_hole() - a time in which not everything was recorded
 * @lines: what makes lines
 * @event: MODEL_NOT_SEEN
 * @len: as in ship_line_record()
 *
 * Return: likewise
 */
const char *ship_line_hole(struct ship_lines *lines, const struct model_event *event,
			   size_t *len)
{
	const struct model_hole *hole = event->hole;
	bool open = hole->end_ns == ~0ULL;
	char place[PLACE_BYTES];

	snprintf(place, sizeof(place), "%llu.%u.%llu",
		 (unsigned long long)hole->begin_ns, hole->cause,
		 open ? 0 : (unsigned long long)hole->end_ns);
	begin(lines, "gap", 0, place, hole->begin_ns);
	output_print(&lines->sink->output,
		     "{\"cause\":\"%s\",\"begin_ns\":%llu,\"end_ns\":",
		     model_hole_text(hole->cause), (unsigned long long)hole->begin_ns);
	if (open)
		output_print(&lines->sink->output, "null}\n");
	else
		output_print(&lines->sink->output, "%llu}\n",
			     (unsigned long long)hole->end_ns);
	return end(lines, len);
}

/**
 * ship_line_unseen() - while nobody sent anything records may have gone
 * @lines: what makes lines
 * @cpu: of this CPU
 * @from_ns: after that time
 * @until_ns: and before that
 * @len: as in ship_line_record()
 *
 * Return: likewise
 */
const char *ship_line_unseen(struct ship_lines *lines, u32 cpu, u64 from_ns,
			     u64 until_ns, size_t *len)
{
	char place[PLACE_BYTES];

	snprintf(place, sizeof(place), "%llu.unseen", (unsigned long long)from_ns);
	begin(lines, "unseen", cpu, place, until_ns);
	output_print(&lines->sink->output, "{\"begin_ns\":%llu,\"end_ns\":%llu}\n",
		     (unsigned long long)from_ns, (unsigned long long)until_ns);
	return end(lines, len);
}

/**
 * ship_line_clock() - the clock was set
 * @lines: what makes lines; has the time that is right now
 * @by_ns: by so much
 * @len: as in ship_line_record()
 *
 * Return: likewise
 */
const char *ship_line_clock(struct ship_lines *lines, s64 by_ns, size_t *len)
{
	u64 now_ns = clock_ns(CLOCK_MONOTONIC);
	char place[PLACE_BYTES];

	snprintf(place, sizeof(place), "%llu.clock", (unsigned long long)now_ns);
	begin(lines, "clock", 0, place, now_ns);
	output_print(&lines->sink->output, "{\"set_by_ns\":%lld}\n", (long long)by_ns);
	return end(lines, len);
}

/**
 * ship_line_dropped() - lines have gone
 * @lines: what makes lines
 * @spool: id of what counts them
 * @count: since it was told last
 * @total: in all
 * @len: as in ship_line_record()
 *
 * Return: likewise
 */
const char *ship_line_dropped(struct ship_lines *lines, const char *spool, u64 count,
			      u64 total, size_t *len)
{
	u64 now_ns = clock_ns(CLOCK_REALTIME) - lines->evidence->real_ns;
	char place[PLACE_BYTES];

	snprintf(place, sizeof(place), "%s.%llu", spool, (unsigned long long)total);
	begin(lines, "dropped", 0, place, now_ns);
	output_print(&lines->sink->output,
		     "{\"count\":%llu,\"total\":%llu,\"spool\":\"%s\"}\n",
		     (unsigned long long)count, (unsigned long long)total, spool);
	return end(lines, len);
}

/**
 * ship_lines_new() - begin to make lines
 * @evidence: what they are of; must outlive the lines, may be filled in later
 * @host: id of the host, of SHIP_HOST_LETTERS; NULL: find it out
 * @here: they are of this machine
 *
 * Return: NULL, with a message, when memory is short.
 */
struct ship_lines *ship_lines_new(const struct evidence *evidence, const char *host,
				  bool here)
{
	struct ship_lines *lines = calloc(1, sizeof(*lines));

	if (lines)
		lines->sink = sink_new(-1, SINK_JSON);
	if (!lines || !lines->sink) {
		warnx("no memory for lines");
		free(lines);
		return NULL;
	}
	lines->evidence = evidence;
	lines->host = host;
	lines->here = here;
	return lines;
}

/**
 * ship_lines_free() - undo ship_lines_new()
 * @lines: or NULL
 */
void ship_lines_free(struct ship_lines *lines)
{
	if (!lines)
		return;
	sink_free(lines->sink);
	free(lines);
}
