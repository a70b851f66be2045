// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a capture in blocks: all of it is blocks or damage, in order, by
 * facts and by the index. The sums of the input are made right first, or what is
 * behind them would never be reached.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/blocks_read.h"
#include "fuzz.h"

#define MAX_BYTES	65536

static int fd = -1;

static void read_all(struct blocks_reader *reader, size_t size, bool by_index)
{
	enum blocks_result result;
	u64 last = 0, i;
	int type;

	for (type = 0; type <= IPCTRACE_CAPTURE_TEXT_MAX; type++) {
		const char *text = blocks_text(reader, type);

		CHECK(!text || strlen(text) <= size);
	}
	for (i = 0; i <= size; i++) {
		result = blocks_next(reader);
		if (result != BLOCKS_BLOCK && result != BLOCKS_DAMAGE)
			break;
		if (result == BLOCKS_BLOCK)
			CHECK(reader->facts.bytes <=
			      IPCTRACE_CAPTURE_BLOCK_MAX_BYTES);
		else
			CHECK(reader->damage.begin <= reader->damage.end);
		/* Nothing is read twice but by an index that says so. */
		CHECK(by_index || reader->at >= last);
		last = reader->at;
	}
	CHECK(result == BLOCKS_END || result == BLOCKS_CUT);
	CHECK(blocks_next(reader) == result);
	CHECK(by_index || reader->at <= size);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct blocks_reader reader;
	u8 *copy;

	if (size < 1 || size > MAX_BYTES)
		return 0;
	if (fd < 0)
		fd = memfd_create("capture", 0);
	copy = malloc(size);
	memcpy(copy, data + 1, size - 1);
	if (data[0] & 1)
		fuzz_right_sums(copy, size - 1);
	CHECK(!ftruncate(fd, 0));
	CHECK(pwrite(fd, copy, size - 1, 0) == (ssize_t)size - 1);
	free(copy);
	CHECK(!lseek(fd, 0, SEEK_SET));
	if (blocks_open(&reader, fd, "it")) {
		read_all(&reader, size - 1, false);
		blocks_close(&reader);
	}
	if (blocks_open(&reader, fd, "it")) {
		blocks_range(&reader, 1, 1ULL << 62);
		read_all(&reader, size - 1, reader.wanted);
		blocks_close(&reader);
	}
	return 0;
}
