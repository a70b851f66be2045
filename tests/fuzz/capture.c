// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a capture: all of it is read or the place of the damage is told,
 * and what is read is records, which have lines.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/order.h"
#include "fuzz.h"
#include "names/cgroups.h"
#include "view/formats.h"

static int file_of(const u8 *data, size_t size)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("capture", 0);
	CHECK(!ftruncate(fd, 0));
	CHECK(pwrite(fd, data, size, 0) == (ssize_t)size);
	CHECK(!lseek(fd, 0, SEEK_SET));
	return fd;
}

/* Its lines, from a copy that is no longer than it says. */
static void render(struct sink *text, struct sink *json,
		   const struct ipctrace_header *record)
{
	struct ipctrace_header *copy = malloc(record->len);

	memcpy(copy, record, record->len);
	text->output.used = json->output.used = 0;
	CHECK(sink_record(text, copy, NULL) == OUTPUT_OK);
	CHECK(sink_record(json, copy, NULL) == OUTPUT_OK);
	CHECK(!text->output.used ||
	      fuzz_is_printable(text->output.buf, text->output.used));
	CHECK(!json->output.used ||
	      fuzz_is_json(json->output.buf, json->output.used));
	/* Either has a line, or the record is not for people. */
	CHECK(!text->output.used == !json->output.used);
	free(copy);
}

/* Bytes of all records but those that say how far the capture is complete. */
static u64 read_all(struct capture_reader *reader, size_t size)
{
	struct sink *text = sink_new(-1, SINK_TEXT);
	struct sink *json = sink_new(-1, SINK_JSON);
	const struct ipctrace_header *record;
	u64 sum = 0, settled = 0;

	json->cgroups = reader->cgroups;
	while ((record = capture_next(reader))) {
		CHECK((uintptr_t)record % 8 == 0);
		CHECK(record->len % 8 == 0 && record->len >= sizeof(*record));
		sum += record->len;
		if (record->type == IPCTRACE_CAPTURE_SETTLED)
			settled += record->len;
		render(text, json, record);
	}
	/* Nothing is read twice, and nothing that is not there. */
	CHECK(sum + sizeof(struct ipctrace_capture) <= size);
	CHECK(!capture_next(reader));
	CHECK(!reader->error);
	CHECK(reader->before + reader->at <= size);
	CHECK(reader->complete == !reader->problem);
	CHECK(capture_whole(reader) == reader->complete);
	if (reader->complete)
		CHECK(reader->before + reader->at == size);
	sink_free(text);
	sink_free(json);
	return sum - settled;
}

/* In order there are the same, whatever their times. */
static void read_in_order(struct capture_reader *reader, u64 bytes)
{
	const struct ipctrace_header *record;
	struct capture_order order;
	u64 sum = 0;

	capture_order_begin(&order, reader);
	while ((record = capture_order_next(&order))) {
		CHECK((uintptr_t)record % 8 == 0);
		sum += record->len;
	}
	CHECK(!capture_order_next(&order));
	CHECK(sum == bytes);
	CHECK(reader->complete == !reader->problem);
	capture_order_end(&order);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct cgroups *cgroups = cgroups_new_empty();
	struct capture_reader reader;
	u64 bytes;

	if (capture_open(&reader, file_of(data, size), "it", cgroups)) {
		/* For reports.c */
		if (reader.in_blocks) {
			capture_close(&reader);
			cgroups_free(cgroups);
			return 0;
		}
		bytes = read_all(&reader, size);
		capture_close(&reader);
		CHECK(capture_open(&reader, file_of(data, size), "it",
				   cgroups));
		read_in_order(&reader, bytes);
		capture_close(&reader);
	}
	cgroups_free(cgroups);
	return 0;
}
