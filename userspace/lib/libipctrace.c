// SPDX-License-Identifier: GPL-2.0
/*
 * libipctrace: the rooms of the reader, without its commands, behind one header. See
 * libipctrace.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "fields/decode.h"
#include "fields/fields.h"
#include "input/device.h"
#include "input/file.h"
#include "input/own.h"
#include "lib/libipctrace.h"
#include "lib/messages.h"
#include "names/cgroups.h"
#include "select/selection.h"
#include "select/wanted.h"
#include "shared/version.h"
#include "view/formats.h"

#define WAIT_MS		900	/* of one wait, which takes less than a second */
#define TEXT_BYTES	4096
#define NR_TEXTS	16

/**
 * struct ipctrace_reader - a reader
 * @live: of the recorder
 * @ended: nothing more will come
 * @input: one of the two below
 * @device: the recorder
 * @file: a capture
 * @cgroups: names of cgroups
 * @wanted: which records
 * @record: the present record, NULL: none
 * @decoded: room for its fields
 * @lines: by enum sink_format: where lines gather; NULL: not asked for yet
 * @next_text: the next of @texts
 * @texts: texts of values
 */
struct ipctrace_reader {
	bool live;
	bool ended;
	struct input *input;
	struct input_device device;
	struct input_file file;
	struct cgroups *cgroups;
	struct wanted wanted;
	const struct ipctrace_header *record;
	struct decoded *decoded;
	struct sink *lines[2];
	unsigned int next_text;
	char texts[NR_TEXTS][TEXT_BYTES];
};

static_assert(SINK_TEXT < 2 && SINK_JSON < 2);

const char *ipctrace_version(void)
{
	return IPCT_VERSION;
}

const char *ipctrace_error(void)
{
	return messages_last();
}

/* ---- Opening -------------------------------------------------------------------- */

static bool open_input(struct ipctrace_reader *reader, const char *path)
{
	reader->live = !path;
	reader->input = path ? &reader->file.input : &reader->device.input;
	reader->cgroups = path ? cgroups_new_empty() : cgroups_new(NULL);
	reader->decoded = malloc(sizeof(*reader->decoded));
	if (!reader->cgroups || !reader->decoded) {
		warnx("no memory for a reader");
		return false;
	}
	reader->wanted.cgroups = reader->cgroups;
	return path ? input_file_open(&reader->file, path, reader->cgroups) :
		      input_device_open(&reader->device);
}

static void free_reader(struct ipctrace_reader *reader)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reader->lines); i++)
		if (reader->lines[i])
			sink_free(reader->lines[i]);
	wanted_free(&reader->wanted);
	cgroups_free(reader->cgroups);
	free(reader->decoded);
	free(reader);
}

struct ipctrace_reader *ipctrace_reader_open(const char *path)
{
	struct ipctrace_reader *reader = calloc(1, sizeof(*reader));

	messages_clear();
	if (!reader) {
		warnx("no memory for a reader");
		return NULL;
	}
	if (open_input(reader, path))
		return reader;
	free_reader(reader);
	return NULL;
}

void ipctrace_reader_close(struct ipctrace_reader *reader)
{
	if (!reader)
		return;
	input_close(reader->input);
	free_reader(reader);
}

static bool ask(struct ipctrace_reader *reader, struct selection *selection,
		const char *expression)
{
	if (!selection_add(selection, "expression", expression))
		return false;
	reader->wanted.ask = selection_ask(selection, reader->cgroups);
	if (!reader->wanted.ask)
		return false;
	if (!reader->live)
		return true;
	if (reader->wanted.ask->nr_trees)
		ask_tree_present(&reader->wanted.ask->tree, "/proc");
	return own_subscribe(&reader->device.source, &reader->wanted);
}

int ipctrace_reader_ask(struct ipctrace_reader *reader, const char *expression)
{
	struct selection selection = { };
	bool good;

	messages_clear();
	if (reader->record || reader->wanted.ask) {
		warnx("asked too late: records have been read, or it was asked before");
		return -1;
	}
	good = ask(reader, &selection, expression);
	selection_free(&selection);
	return good ? 0 : -1;
}

/* ---- Records ---------------------------------------------------------------------- */

/* Go to the next record that is wanted. */
static enum input_state next(struct ipctrace_reader *reader)
{
	const struct ipctrace_header *record;
	enum input_state state;

	while ((state = input_next(reader->input, &record)) == INPUT_RECORD) {
		if (wanted_record(&reader->wanted, record)) {
			reader->record = record;
			break;
		}
	}
	return state;
}

/* Wait until there may be something; false if the time is up. */
static bool wait(struct ipctrace_reader *reader, u64 until_ns)
{
	u64 now_ns = clock_ns(CLOCK_MONOTONIC);
	u64 left_ms = until_ns > now_ns ? (until_ns - now_ns) / 1000000 + 1 : 0;

	if (!left_ms)
		return false;
	reader->input->wait_ms = left_ms < WAIT_MS ? left_ms : WAIT_MS;
	return input_wait(reader->input, -1) == INPUT_PAUSE;
}

/* Damage is reported once, at the end. */
static int end(struct ipctrace_reader *reader)
{
	if (reader->ended)
		return 0;
	reader->ended = true;
	return input_whole(reader->input) ? 0 : -1;
}

int ipctrace_reader_next(struct ipctrace_reader *reader, int timeout_ms)
{
	u64 until_ns = timeout_ms < 0 ? ~0ULL :
		       clock_ns(CLOCK_MONOTONIC) + timeout_ms * 1000000ULL;

	messages_clear();
	reader->record = NULL;
	for (;;) {
		if (reader->ended)
			return 0;
		switch (next(reader)) {
		case INPUT_RECORD:
			return 1;
		case INPUT_END:
			return end(reader);
		case INPUT_FAILED:
			return -1;
		case INPUT_PAUSE:
			if (!wait(reader, until_ns))
				return *messages_last() ? -1 : 0;
		}
	}
}

int ipctrace_reader_ended(const struct ipctrace_reader *reader)
{
	return reader->ended;
}

int ipctrace_reader_fd(const struct ipctrace_reader *reader)
{
	return reader->live ? reader->device.source.fd : -1;
}

const struct ipctrace_header *
ipctrace_reader_record(const struct ipctrace_reader *reader)
{
	return reader->record;
}

/* ---- What a record says -------------------------------------------------------------- */

/**
 * struct taking - a value on its way
 * @reader: has room for texts
 * @value: out
 */
struct taking {
	struct ipctrace_reader *reader;
	struct ipctrace_value *value;
};

static const char *keep_text(struct ipctrace_reader *reader, const char *text,
			     size_t len)
{
	char *kept = reader->texts[reader->next_text++ % NR_TEXTS];

	if (len >= TEXT_BYTES)
		len = TEXT_BYTES - 1;
	memcpy(kept, text, len);
	kept[len] = '\0';
	return kept;
}

static bool take(void *context, const struct field_value *value)
{
	struct taking *taking = context;

	*taking->value = (struct ipctrace_value){ .type = IPCTRACE_VALUE_NULL };
	switch (value->type) {
	case FIELD_NUMBER:
		taking->value->type = IPCTRACE_VALUE_NUMBER;
		taking->value->negative = value->negative;
		taking->value->number = value->number;
		break;
	case FIELD_TRUTH:
		taking->value->type = IPCTRACE_VALUE_BOOL;
		taking->value->number = value->number;
		break;
	case FIELD_TEXT:
		taking->value->type = IPCTRACE_VALUE_TEXT;
		taking->value->text = keep_text(taking->reader, value->text,
						value->len);
		break;
	}
	return true;
}

int ipctrace_reader_field(struct ipctrace_reader *reader, const char *name,
			  struct ipctrace_value *value)
{
	struct taking taking = { reader, value };
	struct field_source source;
	struct field field;

	messages_clear();
	*value = (struct ipctrace_value){ .type = IPCTRACE_VALUE_NULL };
	if (!field_find(&field, name, strlen(name))) {
		warnx("there is no field '%s'; ipctrace-fields(7) has those that there are",
		      name);
		return -1;
	}
	if (!reader->record ||
	    !field_source_begin(&source, reader->record, reader->cgroups,
				reader->decoded))
		return 0;
	return field_each(&source, &field, take, &taking);
}

static const char *line(struct ipctrace_reader *reader, enum sink_format format)
{
	struct sink **sink = &reader->lines[format];
	struct output *output;

	messages_clear();
	if (!*sink) {
		*sink = sink_new(-1, format);
		if (!*sink)
			return "";
		(*sink)->cgroups = reader->cgroups;
	}
	output = &(*sink)->output;
	output->used = 0;
	if (reader->record)
		sink_record(*sink, reader->record, NULL);
	if (output->used && output->buf[output->used - 1] == '\n')
		output->used--;
	output->buf[output->used] = '\0';
	return output->buf;
}

const char *ipctrace_reader_text(struct ipctrace_reader *reader)
{
	return line(reader, SINK_TEXT);
}

const char *ipctrace_reader_json(struct ipctrace_reader *reader)
{
	return line(reader, SINK_JSON);
}
