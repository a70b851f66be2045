// SPDX-License-Identifier: GPL-2.0
/*
 * Random bytes as records: whatever they are, a line fits in the room promised
 * for it, is one line, and is of printable characters.
 */
#include <stdlib.h>

#include "kselftest_harness.h"
#include "shared/syscalls.h"
#include "shared/text.h"

#define ROUNDS	100000
#define RECORD_BYTES	(IPCTRACE_RECORD_MAX_BYTES / 8 * 8)

static u64 random_word(void)
{
	return (u64)random() << 42 ^ (u64)random() << 21 ^ random();
}

/* All bits, some bits, few bits, none: names and numbers of all sizes */
static u64 random_value(void)
{
	u64 value = random_word();

	switch (random() % 8) {
	case 0:
		return 0;
	case 1:
		return ~0ULL;
	case 2:
		return value & random_word() & random_word();
	case 3:
		return value >> 32;
	case 4:
		return value >> 58;
	case 5:
		return -(value >> 52);
	default:
		return value;
	}
}

/* A part that makes sense, of random bytes; now and then one that does not */
static void add_part(struct ipctrace_call *call)
{
	struct ipctrace_user *user = (void *)call + call->header.len;
	size_t room = RECORD_BYTES - call->header.len;
	u16 bytes;

	if (room < 800)
		return;
	bytes = random() % 300;
	user->part.type = random() % 4 ? IPCTRACE_PART_USER :
			  random() % (__IPCTRACE_PART_MAX + 1);
	user->part.len = sizeof(*user) + (bytes + 7) / 8 * 8;
	user->arg = random() % 4;
	user->flags = 1 << random() % 3;
	user->bytes = bytes;
	call->header.len += user->part.len;
	if (!(random() % 16))
		user->part.len = random();
	if (!(random() % 16))
		user->bytes = random();
}

static void fill(struct ipctrace_call *call)
{
	u64 *words = (u64 *)call;
	size_t i;

	for (i = 0; i < RECORD_BYTES / sizeof(*words); i++)
		words[i] = random_value();
	if (random() % 8) {
		call->header.type = random() % __IPCTRACE_TYPE_MAX;
		call->header.call %= IPCTRACE_NR_CALLS + 1;
		call->header.len = sizeof(*call);
		while (random() % 4)
			add_part(call);
	} else {
		call->header.len %= RECORD_BYTES + 1;
	}
}

/* Is it one whole line of characters that do nothing to a terminal? */
static bool good_line(const char *line, size_t len)
{
	size_t i;

	if (!len)
		return true;
	for (i = 0; i < len - 1; i++)
		if (line[i] < ' ' || line[i] > '~')
			return false;
	return line[len - 1] == '\n';
}

TEST(random_records)
{
	size_t len, longest = 0, lines = 0;
	int i;

	srandom(3);
	for (i = 0; i < ROUNDS; i++) {
		struct ipctrace_call *call = malloc(RECORD_BYTES);
		char *line = malloc(IPCT_TEXT_MAX_BYTES + 1);

		fill(call);
		len = ipct_text_line(line, IPCT_TEXT_MAX_BYTES + 1,
				     &call->header);
		ASSERT_GE(IPCT_TEXT_MAX_BYTES, len);
		ASSERT_TRUE(good_line(line, len)) {
			TH_LOG("%.*s", (int)len, line);
		}
		longest = len > longest ? len : longest;
		lines += len > 0;
		free(line);
		free(call);
	}
	TH_LOG("%zu lines, longest %zu bytes", lines, longest);
	EXPECT_LT(ROUNDS / 2, lines);
}

/* The longest of everything at once, for each call. */
TEST(longest_line)
{
	struct ipctrace_call call;
	char line[IPCT_TEXT_MAX_BYTES + 1];
	size_t len;
	int id, ret;

	for (id = 0; id < (int)IPCTRACE_NR_CALLS; id++) {
		for (ret = -4095; ret <= 0; ret++) {
			memset(&call, 0xff, sizeof(call));
			call.header.len = sizeof(call);
			call.header.type = IPCTRACE_TYPE_CALL;
			call.header.call = id;
			call.tid = 4294967294;
			call.loginuid = 4294967294;
			call.ipc_ns = 4294967294;
			call.ret = ret ? ret : (s64)(1ULL << 63);
			len = ipct_text_line(line, sizeof(line), &call.header);
			ASSERT_GE(IPCT_TEXT_MAX_BYTES, len);
			ASSERT_EQ('\n', line[len - 1]);
		}
	}
}

/* One bit of all that is neither length, type, CPU nor time */
static void flip_a_bit(struct ipctrace_call *call)
{
	static const u8 in_header[] = {
		offsetof(struct ipctrace_header, flags),
		offsetof(struct ipctrace_header, call),
		offsetof(struct ipctrace_header, abi),
	};
	size_t at = random() % 8 ?
		sizeof(call->header) +
			random() % (call->header.len - sizeof(call->header)) :
		in_header[random() % ARRAY_SIZE(in_header)];

	((u8 *)call)[at] ^= 1 << random() % 8;
}

/* With an object; every other one a call that makes sense, with little memory */
static void fill_for_memory(struct ipctrace_call *call)
{
	struct ipctrace_user *user = (void *)(call + 1);

	fill(call);
	call->header.flags |= IPCTRACE_F_OBJECT;
	if (random() % 2)
		return;
	call->header.type = IPCTRACE_TYPE_CALL;
	call->header.call %= IPCTRACE_NR_CALLS;
	call->header.abi %= IPCTRACE_ABI_MAX + 1;
	call->header.len = sizeof(*call) + sizeof(*user) + 16;
	user->part.type = IPCTRACE_PART_USER;
	user->part.len = sizeof(*user) + 16;
	user->arg = 1;
	user->flags = IPCTRACE_USER_ENTRY | IPCTRACE_USER_RETURN;
	user->bytes = 16;
}

/*
 * Callers, objects and calls that are remembered are the same as those that are not: of
 * few records, each with a bit or none that differs from the last time.
 */
TEST(as_without_memory)
{
	static union {
		struct ipctrace_call call;
		u8 bytes[RECORD_BYTES];
	} records[8];
	static char line[IPCT_TEXT_MAX_BYTES], again[IPCT_TEXT_MAX_BYTES];
	static struct ipct_text_memo memo;
	const struct ipct_text_style style = { .memo = &memo };
	size_t len, i;

	srandom(4);
	for (i = 0; i < ARRAY_SIZE(records); i++)
		fill_for_memory(&records[i].call);
	for (i = 0; i < ROUNDS; i++) {
		struct ipctrace_call *call = &records[random() % 8].call;

		if (random() % 4 == 0 && call->header.len > sizeof(call->header))
			flip_a_bit(call);
		if (random() % 64 == 0)
			fill_for_memory(call);
		call->header.time_ns += random();
		call->duration_ns += random() % 1000;
		len = ipct_text_line(line, sizeof(line), &call->header);
		ASSERT_EQ(len, ipct_text_styled(again, sizeof(again),
						&call->header, &style));
		ASSERT_EQ(0, memcmp(line, again, len)) {
			TH_LOG("%.*s%.*s", (int)len, line, (int)len, again);
		}
	}
}

TEST_HARNESS_MAIN
