// SPDX-License-Identifier: GPL-2.0
/*
 * Captures: written and read back, and read when they are damaged. Those that
 * are wrong are put together byte by byte.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* Standard error is what messages are read from. */
#define TH_LOG_STREAM	stdout

#include "kselftest_harness.h"

#include <ipctrace/capture.h>

#include "capture/order.h"
#include "unit_capture.h"
#include "unit_messages.h"
#include "names/cgroups.h"
#include "ask/ask.h"
#include "select/selection.h"
#include "view/formats.h"

#define HEADER	112	/* bytes of struct ipctrace_capture */
#define CALL	160	/* bytes of struct ipctrace_call */
#define END	24	/* bytes of struct ipctrace_capture_end */

FIXTURE(file) {
	struct cgroups *machine;
	struct cgroups *cgroups;
	struct capture_writer writer;
	struct capture_reader reader;
	int fd;
	struct unit_messages messages;
};

FIXTURE_SETUP(file)
{
	self->machine = cgroups_new_empty();
	self->cgroups = cgroups_new_empty();
	self->fd = memfd_create("capture", 0);
	ASSERT_LE(0, self->fd);
	ASSERT_TRUE(messages_begin(&self->messages));
}

FIXTURE_TEARDOWN(file)
{
	close(self->fd);
	close(self->messages.fd);
	cgroups_free(self->machine);
	cgroups_free(self->cgroups);
}

static struct ipctrace_call example(u64 time_ns, u64 cgroup)
{
	return (struct ipctrace_call){
		.header = {
			.len = CALL,
			.type = IPCTRACE_TYPE_CALL,
			.call = IPCTRACE_CALL_msgget,
			.time_ns = time_ns,
		},
		.cgroup = cgroup,
		.tgid = time_ns,
		.comm = "demo",
	};
}

static bool put(FIXTURE_DATA(file) *self, const void *record, u16 len)
{
	void *room = capture_room(&self->writer);

	if (!room)
		return false;
	memcpy(room, record, len);
	capture_add(&self->writer, len, self->machine);
	return true;
}

static void put_calls(FIXTURE_DATA(file) *self, u64 nr, u64 cgroup)
{
	u64 i;

	for (i = 1; i <= nr; i++) {
		struct ipctrace_call call = example(i, cgroup);

		if (!put(self, &call, sizeof(call)))
			abort();
	}
}

/* A capture of @nr calls in a cgroup without a name */
static void make(FIXTURE_DATA(file) *self, u64 nr)
{
	if (!capture_begin(&self->writer, self->fd, "it", 2))
		abort();
	put_calls(self, nr, 0);
	if (!capture_end(&self->writer))
		abort();
	capture_free(&self->writer);
}

/* Change bytes of it. */
static void poke(FIXTURE_DATA(file) *self, off_t offset, const void *bytes,
		 size_t len)
{
	if (pwrite(self->fd, bytes, len, offset) != (ssize_t)len)
		abort();
}

static void poke_u32(FIXTURE_DATA(file) *self, off_t offset, u32 value)
{
	poke(self, offset, &value, sizeof(value));
}

static void poke_u16(FIXTURE_DATA(file) *self, off_t offset, u16 value)
{
	poke(self, offset, &value, sizeof(value));
}

static off_t bytes(FIXTURE_DATA(file) *self)
{
	return lseek(self->fd, 0, SEEK_END);
}

static bool open_it(FIXTURE_DATA(file) *self)
{
	lseek(self->fd, 0, SEEK_SET);
	return capture_open(&self->reader, self->fd, "it", self->cgroups);
}

#define EXPECT_REFUSED(why) do {					\
	EXPECT_FALSE(open_it(self));					\
	EXPECT_STREQ(why, messages_take(&self->messages));		\
} while (0)

/* So many good records, and then that. */
#define EXPECT_DAMAGED(good, why) do {					\
	const struct ipctrace_header *__record;				\
	u64 __i = 0;							\
									\
	ASSERT_TRUE(open_it(self));					\
	while ((__record = capture_next(&self->reader)))		\
		EXPECT_EQ(++__i, __record->time_ns);			\
	EXPECT_EQ(good, __i);						\
	EXPECT_EQ(NULL, capture_next(&self->reader));			\
	EXPECT_FALSE(capture_whole(&self->reader));			\
	EXPECT_STREQ(why, messages_take(&self->messages));		\
	capture_close(&self->reader);					\
} while (0)

/* ---- The format ----------------------------------------------------------- */

#define EXPECT_AT(at, type, member) \
	EXPECT_EQ(at, (int)offsetof(struct type, member))

TEST(layout)
{
	EXPECT_EQ(HEADER, (int)sizeof(struct ipctrace_capture));
	EXPECT_AT(0, ipctrace_capture, magic);
	EXPECT_AT(8, ipctrace_capture, version);
	EXPECT_AT(12, ipctrace_capture, header_bytes);
	EXPECT_AT(16, ipctrace_capture, transport);
	EXPECT_AT(20, ipctrace_capture, schema);
	EXPECT_AT(24, ipctrace_capture, nr_cpus);
	EXPECT_AT(28, ipctrace_capture, reserved);
	EXPECT_AT(32, ipctrace_capture, start_ns);
	EXPECT_AT(40, ipctrace_capture, start_real_ns);
	EXPECT_AT(48, ipctrace_capture, release);
	EXPECT_EQ(24, (int)sizeof(struct ipctrace_capture_cgroup));
	EXPECT_AT(16, ipctrace_capture_cgroup, id);
	EXPECT_EQ(END, (int)sizeof(struct ipctrace_capture_end));
	EXPECT_AT(16, ipctrace_capture_end, records);
	EXPECT_EQ(0x80, IPCTRACE_CAPTURE_CGROUP);
	EXPECT_EQ(0x81, IPCTRACE_CAPTURE_END);
	EXPECT_EQ(0x82, IPCTRACE_CAPTURE_SETTLED);
	EXPECT_GT((int)IPCTRACE_CAPTURE_CGROUP, (int)__IPCTRACE_TYPE_MAX);
}

TEST_F(file, whole)
{
	struct ipctrace_call call = example(1, 0);
	const struct ipctrace_header *record;
	u64 start[2];
	u32 cpus;

	make(self, 1);
	EXPECT_EQ(HEADER + CALL + END, bytes(self));
	pread(self->fd, &cpus, sizeof(cpus), 24);
	EXPECT_EQ(2, cpus);
	pread(self->fd, start, sizeof(start), 32);
	EXPECT_LT(0, start[0]);
	EXPECT_LT(1500000000000000000ULL, start[1]);

	ASSERT_TRUE(open_it(self));
	record = capture_next(&self->reader);
	ASSERT_NE(NULL, record);
	EXPECT_EQ(0, memcmp(record, &call, sizeof(call)));
	EXPECT_EQ(NULL, capture_next(&self->reader));
	EXPECT_TRUE(capture_whole(&self->reader));
	capture_close(&self->reader);
}

/* Many times what a buffer holds, of all lengths that there are. */
TEST_F(file, large)
{
	struct {
		struct ipctrace_call call;
		char rest[IPCTRACE_RECORD_MAX_BYTES - CALL];
	} record = { };
	const struct ipctrace_header *header;
	u64 i;

	ASSERT_TRUE(capture_begin(&self->writer, self->fd, "it", 2));
	for (i = 0; i < 3000; i++) {
		record.call = example(i, 0);
		record.call.header.len = CALL +
			i * 8 % (sizeof(record.rest) + 8);
		memset(record.rest, i, sizeof(record.rest));
		ASSERT_TRUE(put(self, &record, record.call.header.len));
	}
	ASSERT_TRUE(capture_end(&self->writer));
	capture_free(&self->writer);

	ASSERT_TRUE(open_it(self));
	for (i = 0; i < 3000; i++) {
		header = capture_next(&self->reader);
		ASSERT_NE(NULL, header);
		ASSERT_EQ(i, header->time_ns);
		ASSERT_EQ(CALL + i * 8 % (sizeof(record.rest) + 8),
			  header->len);
		if (header->len > CALL)
			ASSERT_EQ((char)i, ((char *)header)[header->len - 1]);
	}
	EXPECT_EQ(NULL, capture_next(&self->reader));
	EXPECT_TRUE(capture_whole(&self->reader));
	capture_close(&self->reader);
}

TEST_F(file, no_calls)
{
	make(self, 0);
	ASSERT_TRUE(open_it(self));
	EXPECT_EQ(NULL, capture_next(&self->reader));
	EXPECT_TRUE(capture_whole(&self->reader));
	capture_close(&self->reader);
}

/* A longer header, and records of a type that is not known */
TEST_F(file, later_additions)
{
	struct ipctrace_call call = example(1, 0);
	u8 zeros[64] = { };

	make(self, 0);
	poke_u32(self, 12, HEADER + sizeof(zeros));
	poke(self, HEADER, zeros, sizeof(zeros));
	call.header.type = 0x7f;
	call.header.len = 24;
	poke(self, HEADER + sizeof(zeros), &call, 24);
	poke(self, HEADER + sizeof(zeros) + 24,
	     &(struct ipctrace_capture_end){
		     .header.len = END,
		     .header.type = IPCTRACE_CAPTURE_END,
		     .records = 1,
	     }, END);
	ASSERT_TRUE(open_it(self));
	EXPECT_NE(NULL, capture_next(&self->reader));
	EXPECT_EQ(NULL, capture_next(&self->reader));
	EXPECT_TRUE(capture_whole(&self->reader));
	capture_close(&self->reader);
}

/* ---- Names of cgroups ----------------------------------------------------- */

/* A directory may have any bytes in its name; JSON may not. */
TEST_F(file, cgroup_not_utf8)
{
	cgroups_name(self->cgroups, 1, "/\xff\xc3\xbc/\xc3", false);
	EXPECT_STREQ("/\xff\xc3\xbc/\xc3",
		     cgroups_find(self->cgroups, 1)->path);
	EXPECT_STREQ("/\xef\xbf\xbd\xc3\xbc/\xef\xbf\xbd",
		     cgroups_find(self->cgroups, 1)->text);
}

/* What the recorder saw of a container goes along: a path says nothing itself. */
TEST_F(file, containers_go_along)
{
	static const char path[] =
		"/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	u64 id;

	ASSERT_TRUE(capture_begin(&self->writer, self->fd, "it", 2));
	for (id = 1; id <= 2; id++) {
		cgroups_name(self->machine, id, path, id == 1);
		put_calls(self, 1, id);
	}
	ASSERT_TRUE(capture_end(&self->writer));
	capture_free(&self->writer);

	ASSERT_TRUE(open_it(self));
	while (capture_next(&self->reader))
		;
	EXPECT_STREQ(path + strlen("/docker/"),
		     cgroups_find(self->cgroups, 1)->container);
	EXPECT_STREQ(path, cgroups_find(self->cgroups, 2)->path);
	EXPECT_EQ(NULL, cgroups_find(self->cgroups, 2)->container);
	capture_close(&self->reader);
}

/* Each after the first record that needs it, with room for the NUL. */
TEST_F(file, cgroups_go_along)
{
	static const char *const paths[] = {
		NULL, "/", "/a", "/123456", "/1234567", "/12345678"
	};
	u64 id;

	ASSERT_TRUE(capture_begin(&self->writer, self->fd, "it", 2));
	for (id = 1; id < ARRAY_SIZE(paths); id++) {
		cgroups_name(self->machine, id, paths[id], false);
		put_calls(self, 3, id);
	}
	ASSERT_TRUE(capture_end(&self->writer));
	capture_free(&self->writer);
	EXPECT_EQ(HEADER + 5 * (3 * CALL + 24) + 3 * 8 + 2 * 16 + END,
		  bytes(self));

	ASSERT_TRUE(open_it(self));
	for (id = 1; id < ARRAY_SIZE(paths); id++) {
		EXPECT_EQ(NULL, cgroups_find(self->cgroups, id)->path);
		ASSERT_NE(NULL, capture_next(&self->reader));
		EXPECT_NE(NULL, capture_next(&self->reader));
		EXPECT_STREQ(paths[id], cgroups_find(self->cgroups, id)->path);
		EXPECT_NE(NULL, capture_next(&self->reader));
	}
	EXPECT_EQ(NULL, capture_next(&self->reader));
	EXPECT_TRUE(capture_whole(&self->reader));
	capture_close(&self->reader);
}

static bool wants(const char *path, struct cgroups *cgroups, u64 id)
{
	struct ipctrace_call call = example(1, id);
	struct selection selection = { };
	struct ask *ask = selection_set_cgroup(&selection, cgroups, path) ?
			  selection_ask(&selection, cgroups) : NULL;
	bool holds = ask && ask_holds(ask, &call.header);

	ask_free(ask);
	return holds;
}

TEST_F(file, filter_by_recorded_path)
{
	cgroups_name(self->cgroups, 1, "/", false);
	cgroups_name(self->cgroups, 2, "/a", false);
	cgroups_name(self->cgroups, 3, "/a/b", false);
	cgroups_name(self->cgroups, 4, "/ab", false);
	EXPECT_FALSE(wants("/a", self->cgroups, 1));
	EXPECT_TRUE(wants("/a", self->cgroups, 2));
	EXPECT_TRUE(wants("/a", self->cgroups, 3));
	EXPECT_FALSE(wants("/a", self->cgroups, 4));
	EXPECT_FALSE(wants("/a", self->cgroups, 5));
	EXPECT_TRUE(wants("/a/", self->cgroups, 3));
	EXPECT_TRUE(wants("/", self->cgroups, 1));
	EXPECT_TRUE(wants("/", self->cgroups, 4));
	EXPECT_FALSE(wants("/", self->cgroups, 5));
	EXPECT_TRUE(wants("4", self->cgroups, 4));
	EXPECT_FALSE(wants("4", self->cgroups, 3));
	EXPECT_FALSE(wants("a", self->cgroups, 2));	/* no path */
}

/* ---- In order of time ------------------------------------------------------ */

static void put_times(FIXTURE_DATA(file) *self, const u64 *times, u8 cpu)
{
	for (; *times; times++) {
		struct ipctrace_call call = example(*times, 0);

		call.header.cpu = cpu;
		if (!put(self, &call, sizeof(call)))
			abort();
	}
}

/* What an order has next, as time * 10 + CPU; 0 at the end. */
static u64 next_of(struct capture_order *order)
{
	const struct ipctrace_header *record = capture_order_next(order);

	return record ? record->time_ns * 10 + record->cpu : 0;
}

#define TIMES(...)	((const u64[]){ __VA_ARGS__, 0 })

#define EXPECT_ORDER(...) do {						\
	const u64 *__time;						\
	struct capture_order __order;					\
									\
	ASSERT_TRUE(open_it(self));					\
	capture_order_begin(&__order, &self->reader);			\
	for (__time = TIMES(__VA_ARGS__); *__time; __time++)		\
		EXPECT_EQ(*__time, next_of(&__order));			\
	EXPECT_EQ(0, next_of(&__order));				\
	EXPECT_EQ(0, next_of(&__order));				\
	EXPECT_TRUE(capture_whole(&self->reader));			\
	capture_order_end(&__order);					\
	capture_close(&self->reader);					\
} while (0)

/* Each CPU has its own order; of the same time, what came first is first. */
TEST_F(file, brought_into_order)
{
	ASSERT_TRUE(capture_begin(&self->writer, self->fd, "it", 3));
	put_times(self, TIMES(1, 4, 9, 12), 0);
	put_times(self, TIMES(2, 4, 5, 11), 1);
	put_times(self, TIMES(3, 20), 2);
	ASSERT_TRUE(capture_settled(&self->writer, 9));
	put_times(self, TIMES(13), 0);
	put_times(self, TIMES(12, 12), 1);
	ASSERT_TRUE(capture_settled(&self->writer, 12));
	ASSERT_TRUE(capture_settled(&self->writer, 13));
	put_times(self, TIMES(14), 0);
	ASSERT_TRUE(capture_end(&self->writer));
	capture_free(&self->writer);
	EXPECT_ORDER(10, 21, 32, 40, 41, 51, 90, 111, 120, 121, 121, 130, 140,
		     202);
}

/* Up to there they are given out before more has come. */
TEST_F(file, settled_goes_out)
{
	struct capture_order order;
	int fds[2];

	ASSERT_EQ(0, pipe(fds));
	ASSERT_TRUE(capture_begin(&self->writer, fds[1], "it", 2));
	put_times(self, TIMES(5, 7), 0);
	put_times(self, TIMES(6), 1);
	ASSERT_TRUE(capture_settled(&self->writer, 6));
	ASSERT_TRUE(capture_flush(&self->writer));
	ASSERT_TRUE(capture_open(&self->reader, fds[0], "it", self->cgroups));
	capture_order_begin(&order, &self->reader);
	EXPECT_EQ(50, next_of(&order));
	EXPECT_EQ(61, next_of(&order));
	ASSERT_TRUE(capture_end(&self->writer));
	close(fds[1]);
	EXPECT_EQ(70, next_of(&order));
	EXPECT_EQ(0, next_of(&order));
	EXPECT_TRUE(capture_whole(&self->reader));
	capture_order_end(&order);
	capture_close(&self->reader);
	capture_free(&self->writer);
	close(fds[0]);
}

/* Records that are newer than many marks keep their order among those that come. */
TEST_F(file, left_over_for_long)
{
	ASSERT_TRUE(capture_begin(&self->writer, self->fd, "it", 2));
	put_times(self, TIMES(90, 95), 0);
	put_times(self, TIMES(10, 50), 1);
	ASSERT_TRUE(capture_settled(&self->writer, 20));
	put_times(self, TIMES(30, 92), 1);
	ASSERT_TRUE(capture_settled(&self->writer, 30));
	ASSERT_TRUE(capture_settled(&self->writer, 30));
	put_times(self, TIMES(93), 1);
	ASSERT_TRUE(capture_settled(&self->writer, 93));
	put_times(self, TIMES(94, 95, 96), 1);
	ASSERT_TRUE(capture_end(&self->writer));
	capture_free(&self->writer);
	EXPECT_ORDER(101, 301, 501, 900, 921, 931, 941, 950, 951, 961);
}

/*
 * A capture made to be expensive: @nr records that are newer than all marks, then as
 * many marks, each with a record that may be given out. Nanoseconds that it takes.
 */
static u64 hostile(FIXTURE_DATA(file) *self, unsigned int nr)
{
	struct capture_order order;
	struct timespec from, to;
	unsigned int i;

	ftruncate(self->fd, 0);
	lseek(self->fd, 0, SEEK_SET);
	capture_begin(&self->writer, self->fd, "it", 2);
	for (i = 0; i < nr; i++)
		put_times(self, TIMES(1000000 + i), 0);
	for (i = 1; i <= nr; i++) {
		put_times(self, TIMES(i), 1);
		capture_settled(&self->writer, i);
	}
	capture_end(&self->writer);
	capture_free(&self->writer);

	if (!open_it(self))
		return 0;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	capture_order_begin(&order, &self->reader);
	for (i = 0; next_of(&order); i++)
		;
	capture_order_end(&order);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	capture_close(&self->reader);
	return i != 2 * nr ? 0 : (to.tv_sec - from.tv_sec) * 1000000000ULL +
				 to.tv_nsec - from.tv_nsec;
}

/* The shortest of several times: what else the machine does only adds to it. */
static u64 least(FIXTURE_DATA(file) *self, unsigned int nr)
{
	u64 best = ~0ULL, ns;
	int i;

	for (i = 0; i < 5; i++) {
		ns = hostile(self, nr);
		if (ns < best)
			best = ns;
	}
	return best;
}

/* Four times the capture takes four times as long, and not sixteen times. */
TEST_F(file, cost_is_linear)
{
	u64 small = least(self, 1000), large = least(self, 4000);

	ASSERT_NE(0, small);
	ASSERT_NE(0, large);
	EXPECT_GT(8 * small, large);
}

/* Random pieces of random length from eight CPUs, and where they are settled. */
TEST_F(file, many_in_order)
{
	u64 last[8] = { }, time, now = 0, before = 0, nr = 0;
	struct capture_order order;
	unsigned int i, cpu;

	srand(1);
	ASSERT_TRUE(capture_begin(&self->writer, self->fd, "it", 8));
	for (i = 0; i < 2000; i++) {
		u64 settled = now;

		now += 1 + rand() % 100;
		for (cpu = 0; cpu < 8; cpu++) {
			time = last[cpu] > settled ? last[cpu] : settled + 1;
			for (; rand() % 4 && time < now + 50;
			     time += rand() % 20, nr++)
				put_times(self, TIMES(time), cpu);
			last[cpu] = time;
		}
		if (rand() % 3)
			ASSERT_TRUE(capture_settled(&self->writer, settled));
	}
	ASSERT_TRUE(capture_end(&self->writer));
	capture_free(&self->writer);

	ASSERT_TRUE(open_it(self));
	capture_order_begin(&order, &self->reader);
	while ((time = next_of(&order))) {
		ASSERT_LE(before / 10, time / 10);
		before = time;
		nr--;
	}
	EXPECT_EQ(0, nr);
	EXPECT_TRUE(capture_whole(&self->reader));
	capture_order_end(&order);
	capture_close(&self->reader);
}

/* ---- Headers that are wrong ----------------------------------------------- */

TEST_F(file, empty)
{
	EXPECT_REFUSED("offset 0: the file is empty");
}

TEST_F(file, not_one)
{
	poke(self, 0, "#!/bin/sh\nexit 0\n", 17);
	EXPECT_REFUSED("offset 0: not a capture of ipctrace record");
}

TEST_F(file, short_magic)
{
	poke(self, 0, "\x89ipct", 5);
	EXPECT_REFUSED("offset 0: not a capture of ipctrace record");
}

/* What the file does not have is not looked at. */
TEST_F(file, short_header)
{
	char expected[128];
	off_t cut;

	make(self, 1);
	for (cut = HEADER - 1; cut >= 8; cut--) {
		ftruncate(self->fd, cut);
		snprintf(expected, sizeof(expected),
			 "offset %d: the capture is cut off here, or still being written",
			 (int)cut);
		EXPECT_REFUSED(expected);
	}
}

TEST_F(file, short_of_longer_header)
{
	make(self, 0);
	poke_u32(self, 12, 1024);
	EXPECT_REFUSED("offset 136: the capture is cut off here, or still being written");
}

/* Said even where a header of that version would be shorter. */
TEST_F(file, other_version)
{
	make(self, 1);
	poke_u32(self, 8, 1);
	ftruncate(self->fd, 16);
	EXPECT_REFUSED("offset 8: version 1 of captures; this program reads version 2");
}

TEST_F(file, schema_too_old)
{
	char expected[128];

	make(self, 1);
	poke_u32(self, 20, IPCTRACE_SCHEMA_OLDEST - 1);
	snprintf(expected, sizeof(expected),
		 "offset 16: records of transport %d and schema %d; this program reads transport %d and schemas from %d",
		 IPCTRACE_TRANSPORT, IPCTRACE_SCHEMA_OLDEST - 1,
		 IPCTRACE_TRANSPORT, IPCTRACE_SCHEMA_OLDEST);
	EXPECT_REFUSED(expected);
}

TEST_F(file, other_transport)
{
	char expected[128];

	make(self, 1);
	poke_u32(self, 16, IPCTRACE_TRANSPORT + 1);
	snprintf(expected, sizeof(expected),
		 "offset 16: records of transport %d and schema %d; this program reads transport %d and schemas from %d",
		 IPCTRACE_TRANSPORT + 1, IPCTRACE_SCHEMA, IPCTRACE_TRANSPORT,
		 IPCTRACE_SCHEMA_OLDEST);
	EXPECT_REFUSED(expected);
}

/* An older one has less to tell, a later one more than is known here. */
TEST_F(file, other_schemas)
{
	static const u32 schemas[] = {
		IPCTRACE_SCHEMA_OLDEST, IPCTRACE_SCHEMA + 1, 4711
	};
	size_t i;

	make(self, 1);
	for (i = 0; i < ARRAY_SIZE(schemas); i++) {
		poke_u32(self, 20, schemas[i]);
		ASSERT_TRUE(open_it(self));
		EXPECT_NE(NULL, capture_next(&self->reader));
		EXPECT_EQ(NULL, capture_next(&self->reader));
		EXPECT_TRUE(capture_whole(&self->reader));
		capture_close(&self->reader);
	}
}

static const u32 wrong_header_bytes[] = {
	0, 8, HEADER - 8, HEADER + 1, HEADER + 4, 65544, ~0U, ~0U - 7
};

TEST_F(file, header_bytes)
{
	char expected[64];
	size_t i;

	make(self, 1);
	for (i = 0; i < ARRAY_SIZE(wrong_header_bytes); i++) {
		poke_u32(self, 12, wrong_header_bytes[i]);
		snprintf(expected, sizeof(expected),
			 "offset 12: a header of %u bytes",
			 wrong_header_bytes[i]);
		EXPECT_REFUSED(expected);
	}
}

TEST_F(file, unreadable)
{
	int fd = open("/", O_RDONLY | O_DIRECTORY);

	EXPECT_FALSE(capture_open(&self->reader, fd, "it", self->cgroups));
	EXPECT_STREQ("cannot be read: Is a directory",
		     messages_take(&self->messages));
	close(fd);
}

/* ---- Records that are wrong ----------------------------------------------- */

/* Wherever it is cut off, what is whole before that is good. */
TEST_F(file, cut_off)
{
	char expected[128];
	off_t cut, whole;

	make(self, 3);
	whole = bytes(self);
	for (cut = whole - 1; cut >= HEADER; cut--) {
		off_t good = (cut - HEADER) / CALL;

		ftruncate(self->fd, cut);
		snprintf(expected, sizeof(expected),
			 "offset %d: the capture is cut off here, or still being written",
			 (int)(HEADER + good * CALL));
		EXPECT_DAMAGED(good, expected);
	}
}

#define NOT_A_RECORD(n) \
	"offset " #n ": damaged: not a record"

/* Of the second record, at 272 */
static const u16 wrong_lengths[] = {
	0, 8, 16, CALL - 8, CALL - 1, CALL + 4, IPCTRACE_RECORD_MAX_BYTES + 8,
	65528, 65535
};

TEST_F(file, lengths)
{
	size_t i;

	make(self, 3);
	for (i = 0; i < ARRAY_SIZE(wrong_lengths); i++) {
		poke_u16(self, HEADER + CALL, wrong_lengths[i]);
		EXPECT_DAMAGED(1, NOT_A_RECORD(272));
	}
}

/* A hole in the file */
TEST_F(file, zeros)
{
	u8 zeros[2 * CALL] = { };

	make(self, 5);
	poke(self, HEADER + 2 * CALL, zeros, sizeof(zeros));
	EXPECT_DAMAGED(2, NOT_A_RECORD(432));
}

TEST_F(file, padding)
{
	make(self, 2);
	poke(self, HEADER + CALL + 2, "\0", 1);
	EXPECT_DAMAGED(1, NOT_A_RECORD(272));
}

/* A length that leads into the midst of other records */
TEST_F(file, out_of_step)
{
	make(self, 3);
	poke_u16(self, HEADER + CALL, CALL + 8);
	EXPECT_DAMAGED(2, NOT_A_RECORD(440));
}

TEST_F(file, another_number)
{
	make(self, 2);
	poke_u32(self, HEADER + 2 * CALL + 16, 3);
	EXPECT_DAMAGED(2, "offset 432: damaged: another number of records than before it");
}

TEST_F(file, more_after_the_end)
{
	make(self, 2);
	poke(self, bytes(self), "x", 1);
	EXPECT_DAMAGED(2, "offset 456: damaged: goes on after its end");
}

#define NOT_A_NAME	"offset 112: damaged: not the name of a cgroup"

/* In the place of the first record, @len bytes with @path */
static void poke_cgroup(FIXTURE_DATA(file) *self, u16 len, const char *path,
			size_t path_bytes)
{
	struct ipctrace_capture_cgroup cgroup = {
		.header.len = len,
		.header.type = IPCTRACE_CAPTURE_CGROUP,
		.id = 1,
	};

	poke(self, HEADER, &cgroup, sizeof(cgroup));
	poke(self, HEADER + sizeof(cgroup), path, path_bytes);
}

TEST_F(file, name_without_end)
{
	make(self, 2);
	poke_cgroup(self, 32, "/1234567", 8);
	EXPECT_DAMAGED(0, NOT_A_NAME);
}

TEST_F(file, name_is_no_path)
{
	make(self, 2);
	poke_cgroup(self, 32, "123456", 7);
	EXPECT_DAMAGED(0, NOT_A_NAME);
}

TEST_F(file, no_name)
{
	make(self, 2);
	poke_cgroup(self, 24, "", 1);
	EXPECT_DAMAGED(0, NOT_A_RECORD(112));
}

TEST_F(file, name_too_long)
{
	static char path[8192] = "/";

	make(self, 100);
	poke_cgroup(self, 24 + 4096 + 8, path, sizeof(path));
	EXPECT_DAMAGED(0, NOT_A_NAME);
}

/*
 * Any byte at all, anywhere: an end or a message, and no more than that. 2000 files
 * take longer than a test's 30 s where the machine has other things to do.
 */
TEST_F_TIMEOUT(file, random_bytes, 180)
{
	int fd = open("/dev/null", O_WRONLY);
	const struct ipctrace_header *record;
	struct capture_order order;
	struct sink *sink;
	unsigned int i, seed;

	sink = sink_new(fd, SINK_JSON);
	sink->cgroups = self->cgroups;
	for (seed = 0; seed < 2000; seed++) {
		ftruncate(self->fd, 0);
		lseek(self->fd, 0, SEEK_SET);
		make(self, 8);
		srand(seed);
		for (i = 0; i < 4; i++) {
			u8 byte = rand();

			poke(self, HEADER + rand() % (8 * CALL + END), &byte,
			     1);
		}
		ASSERT_TRUE(open_it(self));
		capture_order_begin(&order, &self->reader);
		while ((record = capture_order_next(&order)))
			sink_record(sink, record, NULL);
		capture_order_end(&order);
		capture_whole(&self->reader);
		capture_close(&self->reader);
	}
	sink_free(sink);
	close(fd);
}

/* ---- Writing --------------------------------------------------------------- */

TEST_F(file, full_disk)
{
	int fd = open("/dev/full", O_WRONLY);

	ASSERT_TRUE(capture_begin(&self->writer, fd, "it", 2));
	put_calls(self, 1, 0);
	EXPECT_FALSE(capture_flush(&self->writer));
	EXPECT_FALSE(capture_flush(&self->writer));
	EXPECT_FALSE(capture_end(&self->writer));
	EXPECT_STREQ("cannot be written: No space left on device",
		     messages_take(&self->messages));
	capture_free(&self->writer);
	close(fd);
}

/* Records and names as long as they get, each in a cgroup of its own. */
TEST_F(file, buffer_to_the_brim)
{
	u64 longest[IPCTRACE_RECORD_MAX_BYTES / sizeof(u64)] = { };
	struct ipctrace_call *call = (void *)longest;
	const struct ipctrace_header *record;
	char path[IPCTRACE_CAPTURE_PATH_BYTES] = "/";
	u64 i, read = 0;

	memset(path + 1, 'a', sizeof(path) - 2);
	ASSERT_TRUE(capture_begin(&self->writer, self->fd, "it", 2));
	for (i = 0; i < 1000; i++) {
		*call = example(i, i + 1);
		call->header.len = sizeof(longest);
		path[sizeof(path) - 1 - i % 600] = '\0';
		cgroups_name(self->machine, i + 1, path, false);
		path[sizeof(path) - 1 - i % 600] = 'a';
		path[sizeof(path) - 1] = '\0';
		ASSERT_TRUE(put(self, longest, sizeof(longest)));
	}
	ASSERT_TRUE(capture_end(&self->writer));
	capture_free(&self->writer);
	ASSERT_TRUE(open_it(self));
	while ((record = capture_next(&self->reader)))
		EXPECT_EQ(read++, record->time_ns);
	EXPECT_EQ(1000, read);
	EXPECT_TRUE(capture_whole(&self->reader));
	for (i = 0; i < 1000; i++)
		EXPECT_EQ(sizeof(path) - 1 - i % 600,
			  strlen(cgroups_find(self->cgroups, i + 1)->path));
	capture_close(&self->reader);
}

TEST_HARNESS_MAIN
