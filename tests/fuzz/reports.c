// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a file that commands read: records in order, a part of the time, the
 * last ones, as text and JSON, and without what tells whose they are. The sums of
 * captures in blocks are made right first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/when.h"
#include "fields/anonymous.h"
#include "fuzz.h"
#include "input/file.h"
#include "input/tail.h"
#include "names/cgroups.h"
#include "select/wanted.h"
#include "view/formats.h"
#include "view/sink.h"

#define MAX_BYTES	65536

static int fd = -1;
static char name[64];

/* Without it, and its lines; from a copy that is no longer than it says. */
static void look(struct sink *text, struct sink *json,
		 const struct ipctrace_header *record)
{
	static const struct anonymous anonymous = { { 1, 2 } };
	struct ipctrace_header *copy = malloc(record->len);
	u16 len = record->len;

	memcpy(copy, record, len);
	text->output.used = json->output.used = 0;
	sink_record(text, copy, NULL);
	sink_record(json, copy, NULL);
	CHECK(!text->output.used ||
	      fuzz_is_printable(text->output.buf, text->output.used));
	CHECK(!json->output.used ||
	      fuzz_is_json(json->output.buf, json->output.used));
	if (anonymous_record(&anonymous, copy)) {
		CHECK(copy->len <= len && copy->len % 8 == 0);
		sink_record(text, copy, NULL);
	}
	free(copy);
}

static u64 read_all(struct input *input, struct sink *text, struct sink *json,
		    size_t size)
{
	const struct ipctrace_header *record;
	enum input_state state;
	u64 n = 0;

	while ((state = input_next(input, &record)) == INPUT_RECORD) {
		CHECK((uintptr_t)record % 8 == 0 && record->len % 8 == 0);
		look(text, json, record);
		n++;
	}
	CHECK(state == INPUT_END);
	/* Blocks may be small: a record of its slot may take two bytes. */
	CHECK(n <= (u64)size * 65536);
	input_whole(input);
	return n;
}

static void part(struct cgroups *cgroups, struct sink *text, struct sink *json,
		 u8 how, u64 all, size_t size)
{
	struct when since = { WHEN_CLOCK, 1ULL << (how % 64) };
	struct when until = { WHEN_AGO, how };
	struct wanted wanted = { };
	struct input_file file;
	struct input_tail tail;
	u64 n;

	if (!input_file_open(&file, name, cgroups))
		return;
	if (how & 1) {
		if (input_file_range(&file, &since, &until, &wanted.since_ns,
				     &wanted.until_ns))
			read_all(&file.input, text, json, size);
	} else if (input_tail_open(&tail, &file.input, &wanted, how + 1)) {
		n = read_all(&tail.input, text, json, size);
		CHECK(n <= how + 1U && n <= all);
		input_close(&tail.input);
	}
	input_close(&file.input);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct cgroups *cgroups;
	struct input_file file;
	struct sink *text, *json;
	u64 all;
	u8 *copy;

	if (size < 2 || size > MAX_BYTES)
		return 0;
	if (fd < 0) {
		fd = memfd_create("capture", 0);
		snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	}
	copy = malloc(size);
	memcpy(copy, data, size);
	if (data[0] & 1)
		fuzz_right_sums(copy + 1, size - 1);
	CHECK(!ftruncate(fd, 0));
	CHECK(pwrite(fd, copy + 1, size - 1, 0) == (ssize_t)size - 1);
	free(copy);
	cgroups = cgroups_new_empty();
	text = sink_new(-1, SINK_TEXT);
	json = sink_new(-1, SINK_JSON);
	json->cgroups = cgroups;
	if (input_file_open(&file, name, cgroups)) {
		all = read_all(&file.input, text, json, size);
		input_close(&file.input);
		part(cgroups, text, json, data[0], all, size);
	}
	sink_free(text);
	sink_free(json);
	cgroups_free(cgroups);
	return 0;
}
