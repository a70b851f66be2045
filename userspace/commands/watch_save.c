// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: watch_save
 *
 * ipctrace watch --save: what was recorded in the half minute before a finding, and in
 * the ten seconds after it, becomes a capture whose header has the finding. What came
 * before is kept in memory, as much as there is room for. What findings can take of
 * the disk is bounded, too: the oldest captures go.
 */
#define _GNU_SOURCE	/* asprintf() */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/blocks_write.h"
#include "capture/create.h"
#include "capture/kinds.h"
#include "capture/rotate.h"
#include "commands/watch_save.h"
#include "input/machine.h"
#include "watch/engine.h"

#define BEFORE_NS	30000000000ULL
#define AFTER_NS	10000000000ULL
#define BEFORE_BYTES	(16 << 20)	/* in memory */
#define AFTER_BYTES	(64 << 20)	/* of one capture, records */
#define KEEP		32
#define MAX_TOTAL	(256ULL << 20)

/**
 * struct saving - where we are
 * @severity: enum severity that is worth it
 * @source: where records come from
 * @cgroups: names of cgroups
 * @base: directory and name of the captures, without their number
 * @rotation: these
 * @ring: the last records, one after the other; a length of 0, or the end, leads back
 *	to the beginning
 * @head: where the next one goes
 * @tail: where the oldest is
 * @nr: how many there are
 * @file: the capture that is being written
 * @writer: and what writes it
 * @writing: there is one
 * @until_ns: records up to then belong to it
 * @written: bytes of records in it
 * @failed: something could not be written; a message was given
 */
struct saving {
	u8 severity;
	const struct source *source;
	struct cgroups *cgroups;
	char *base;
	struct rotation rotation;
	char *ring;
	u32 head;
	u32 tail;
	u64 nr;
	struct capture_file file;
	struct blocks_writer writer;
	bool writing;
	u64 until_ns;
	u64 written;
	bool failed;
};

/* ---- What came before ------------------------------------------------------- */

static struct ipctrace_header *at(const struct saving *saving, u32 place)
{
	return (void *)(saving->ring + place);
}

/* Where the record after that one is */
static u32 after(const struct saving *saving, u32 place)
{
	place += at(saving, place)->len;
	if (place + sizeof(struct ipctrace_header) > BEFORE_BYTES ||
	    !at(saving, place)->len)
		return 0;
	return place;
}

static void drop(struct saving *saving)
{
	saving->tail = --saving->nr ? after(saving, saving->tail) : 0;
	if (!saving->nr)
		saving->head = 0;
}

/* Drop what lies in the way of @len bytes at @head. */
static void make_way(struct saving *saving, u32 len)
{
	while (saving->nr && saving->tail >= saving->head &&
	       saving->tail < saving->head + len)
		drop(saving);
}

static void remember(struct saving *saving, const struct ipctrace_header *record)
{
	/* With room for the length of 0 behind it */
	u32 len = record->len + sizeof(struct ipctrace_header);

	if (saving->head + len > BEFORE_BYTES) {
		make_way(saving, BEFORE_BYTES - saving->head);
		if (saving->nr)
			at(saving, saving->head)->len = 0;
		saving->head = 0;
	}
	make_way(saving, len);
	memcpy(saving->ring + saving->head, record, record->len);
	saving->head += record->len;
	at(saving, saving->head)->len = 0;
	saving->nr++;
	while (at(saving, saving->tail)->time_ns + BEFORE_NS < record->time_ns)
		drop(saving);
}

/* ---- Captures ---------------------------------------------------------------- */

static void fail(struct saving *saving)
{
	saving->failed = true;
	saving->writing = false;
}

static void put(struct saving *saving, const struct ipctrace_header *record)
{
	void *room = blocks_room(&saving->writer);

	if (!room) {
		fail(saving);
		return;
	}
	memcpy(room, record, record->len);
	blocks_add(&saving->writer, record->len);
	saving->written += record->len;
}

static void end(struct saving *saving)
{
	bool good = blocks_end(&saving->writer);

	blocks_free(&saving->writer);
	if (!capture_close_file(&saving->file, good))
		saving->failed = true;
	saving->writing = false;
}

static bool begin_capture(struct saving *saving, const struct finding *finding)
{
	char text[FINDING_MESSAGE_BYTES + 128];
	struct machine machine;
	bool good;

	snprintf(text, sizeof(text), "watch: %s, %s: %s", finding->rule->id,
		 severity_names[finding->rule->severity], finding->message);
	machine_ask(&machine, saving->source);
	machine.about.texts[IPCTRACE_CAPTURE_WANTED] = text;
	good = blocks_begin(&saving->writer, saving->file.fd, saving->file.name,
			    &machine.about);
	machine_free(&machine);
	saving->writer.name_cgroup = capture_name_cgroup;
	saving->writer.name_arg = saving->cgroups;
	return good;
}

static void begin(struct saving *saving, const struct finding *finding)
{
	const char *name = rotation_next(&saving->rotation, saving->written,
					 finding->last_ns);
	u32 place = saving->tail;
	u64 i;

	saving->written = 0;
	if (!name || !rotation_prune(&saving->rotation, 0) ||
	    !capture_create(&saving->file, name)) {
		fail(saving);
		return;
	}
	if (!begin_capture(saving, finding)) {
		capture_close_file(&saving->file, false);
		unlink(name);
		fail(saving);
		return;
	}
	saving->writing = true;
	for (i = 0; i < saving->nr && saving->writing; i++) {
		put(saving, at(saving, place));
		place = i + 1 < saving->nr ? after(saving, place) : place;
	}
}

/**
 * saving_finding() - something was found
 * @saving: nothing happens if it is NULL
 * @finding: one while a capture is being written makes that go on
 */
void saving_finding(struct saving *saving, const struct finding *finding)
{
	if (!saving || saving->failed || finding->more ||
	    finding->rule->severity < saving->severity)
		return;
	if (!saving->writing)
		begin(saving, finding);
	saving->until_ns = finding->last_ns + AFTER_NS;
}

/**
 * saving_record() - a record has come
 * @saving: nothing happens if it is NULL
 * @record: the record
 *
 * Return: false when something could not be written, and nothing more will be.
 */
bool saving_record(struct saving *saving, const struct ipctrace_header *record)
{
	if (!saving)
		return true;
	if (saving->writing && (record->time_ns > saving->until_ns ||
				saving->written > AFTER_BYTES))
		end(saving);
	if (saving->writing)
		put(saving, record);
	remember(saving, record);
	return !saving->failed;
}

/**
 * saving_new() - begin to keep what findings will need
 * @directory: where captures go: incident.1 and so on
 * @severity: enum severity of findings that are worth it
 * @source: where records come from; stays open
 * @cgroups: names of cgroups
 *
 * Return: NULL, with a message, when that cannot be.
 */
struct saving *saving_new(const char *directory, u8 severity,
			  const struct source *source, struct cgroups *cgroups)
{
	struct saving *saving = calloc(1, sizeof(*saving));

	if (!saving)
		goto fail;
	*saving = (struct saving){
		.severity = severity,
		.source = source,
		.cgroups = cgroups,
		.rotation = { .keep = KEEP, .max_total = MAX_TOTAL },
		.ring = malloc(BEFORE_BYTES),
	};
	if (!saving->ring || asprintf(&saving->base, "%s/incident", directory) < 0)
		goto fail;
	if (rotation_begin(&saving->rotation, saving->base) &&
	    rotation_may_go_on(&saving->rotation))
		return saving;
	saving_free(saving);
	return NULL;
fail:
	warnx("no memory for what is to be saved");
	if (saving)
		free(saving->ring);
	free(saving);
	return NULL;
}

/**
 * saving_free() - undo saving_new(); a capture that is being written ends
 * @saving: or NULL
 *
 * Return: false when something could not be written; a message was given.
 */
bool saving_free(struct saving *saving)
{
	bool good;

	if (!saving)
		return true;
	if (saving->writing)
		end(saving);
	good = !saving->failed;
	rotation_free(&saving->rotation);
	free(saving->base);
	free(saving->ring);
	free(saving);
	return good;
}
