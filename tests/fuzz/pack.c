// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as records: packed and unpacked they are the same. Any bytes as
 * something packed: records of as many bytes, or refused.
 */
#include <stdlib.h>

#include "capture/pack.h"
#include "fuzz.h"

#define MAX_BYTES	65536

static struct packer *packer;
static struct unpacker *unpacker;

/* A copy with bytes behind it that are of no consequence */
static void *copy_of(const u8 *data, size_t size)
{
	u8 *copy = malloc(size + PACK_SLACK);

	memcpy(copy, data, size);
	memset(copy + size, 0xa5, PACK_SLACK);
	return copy;
}

static void pack_it(const u8 *data, u32 size)
{
	u8 *records = copy_of(data, size), *back = malloc(size + PACK_SLACK);
	u8 *content = malloc(PACK_CONTENT_BYTES(size) + PACK_SLACK);
	size_t bytes = pack(packer, records, size, content);

	CHECK(bytes <= PACK_CONTENT_BYTES(size));
	CHECK(unpack(unpacker, content, bytes, back, size));
	CHECK(!memcmp(data, back, size));
	free(records);
	free(content);
	free(back);
}

static void unpack_it(const u8 *data, size_t size)
{
	struct ipctrace_capture_content head;
	u8 *content, *back;

	if (size < sizeof(head))
		return;
	memcpy(&head, data, sizeof(head));
	if (head.bytes > MAX_BYTES)
		return;
	content = copy_of(data, size);
	back = malloc(head.bytes + PACK_SLACK);
	if (unpack(unpacker, content, size, back, head.bytes))
		pack_it(back, head.bytes);
	CHECK(!unpack(unpacker, content, size, back, head.bytes + 1));
	free(content);
	free(back);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	if (!packer) {
		packer = packer_new();
		unpacker = unpacker_new();
	}
	if (size > MAX_BYTES)
		return 0;
	pack_it(data, size);
	unpack_it(data, size);
	return 0;
}
