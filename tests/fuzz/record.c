// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a record, as long as they are: its line is one line of text, and
 * one object of JSON, the same whether or not a line of its shape came before.
 */
#include <stdlib.h>

#include "fuzz.h"
#include "names/cgroups.h"
#include "shared/text.h"
#include "view/formats.h"

/* Exactly as large as it is, so that a sanitizer sees what reaches past it */
static void *record_of(const u8 *data, size_t size)
{
	struct ipctrace_header *record;

	size -= size % 8;
	if (size > IPCTRACE_RECORD_MAX_BYTES)
		size = IPCTRACE_RECORD_MAX_BYTES;
	if (size < sizeof(*record))
		return NULL;
	record = malloc(size);
	memcpy(record, data, size);
	record->len = size;
	return record;
}

static void check_text(const struct ipctrace_header *record)
{
	char *line = malloc(IPCT_TEXT_MAX_BYTES);
	size_t len = ipct_text_line(line, IPCT_TEXT_MAX_BYTES, record);
	size_t room, cut_len;
	char *cut;

	/* It says that this is always enough: nothing was cut off. */
	CHECK(!len || fuzz_is_printable(line, len));

	room = record->time_ns % (IPCT_TEXT_MAX_BYTES / 8);
	cut = malloc(room + !room);
	cut_len = ipct_text_line(cut, room, record);
	CHECK(cut_len <= room && cut_len <= len);
	free(cut);
	free(line);
}

/* All that is written before the output is flushed, which it never is here */
static size_t json_line(struct sink *sink,
			const struct ipctrace_header *record)
{
	sink->output.used = 0;
	CHECK(sink_record(sink, record, NULL) == OUTPUT_OK);
	return sink->output.used;
}

/* The record's last bytes are the name of its cgroup, too. */
static struct cgroups *name_cgroup(const struct ipctrace_header *record)
{
	const struct ipctrace_call *call = (const void *)record;
	struct cgroups *cgroups = cgroups_new_empty();
	char path[33] = "";

	if (record->len >= sizeof(*call) + sizeof(path) - 1) {
		memcpy(path, (const char *)record + record->len -
			     (sizeof(path) - 1), sizeof(path) - 1);
		cgroups_name(cgroups, call->cgroup, path, true);
	}
	return cgroups;
}

static void check_json(const struct ipctrace_header *record)
{
	static struct sink *sink;
	static char first[OUTPUT_BYTES];
	size_t len;

	if (!sink)
		sink = sink_new(-1, SINK_JSON);
	sink->cgroups = name_cgroup(record);
	len = json_line(sink, record);
	CHECK(!len || fuzz_is_json(sink->output.buf, len));
	memcpy(first, sink->output.buf, len);
	CHECK(json_line(sink, record) == len);
	CHECK(!memcmp(first, sink->output.buf, len));
	cgroups_free(sink->cgroups);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct ipctrace_header *record = record_of(data, size);

	if (!record)
		return -1;
	check_text(record);
	check_json(record);
	free(record);
	return 0;
}
