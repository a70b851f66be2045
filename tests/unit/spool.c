// SPDX-License-Identifier: GPL-2.0
/*
 * What the service has written, read as one: captures of one boot after the other, each
 * record once, although who records begins with what was in the rings; and which
 * captures are of which boot.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "capture/blocks_write.h"
#include "input/spool.h"
#include "names/cgroups.h"

#define LAST	(~0ULL)

FIXTURE(spool) {
	char directory[32];
	char base[64];
	char boot[SPOOL_BOOT_BYTES];
	struct spool spool;
	struct cgroups *cgroups;
	struct input_spool input;
	bool open;
};

FIXTURE_SETUP(spool)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");

	ASSERT_NE(NULL, file);
	ASSERT_NE(NULL, fgets(self->boot, sizeof(self->boot), file));
	fclose(file);
	self->boot[strcspn(self->boot, "\n")] = '\0';
	strcpy(self->directory, "/tmp/unit-spool-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->directory));
	sprintf(self->base, "%s/flight", self->directory);
	setenv("IPCTRACE_SPOOL", self->base, 1);
	self->cgroups = cgroups_new_empty();
}

FIXTURE_TEARDOWN(spool)
{
	char command[64];

	if (self->open)
		input_close(&self->input.input);
	spool_free(&self->spool);
	cgroups_free(self->cgroups);
	sprintf(command, "rm -rf %s", self->directory);
	EXPECT_EQ(0, system(command));
}

/* A record in a capture: a call, what was lost, or a gap, at a time of a CPU */
struct made {
	u8 type;
	u16 cpu;
	u64 ns;
};

static u32 make(const struct made *made, void *room)
{
	struct {
		struct ipctrace_call call;
		struct ipctrace_gap gap;
	} *record = room;
	u32 len = made->type == IPCTRACE_TYPE_LOST ? sizeof(struct ipctrace_lost) :
		  made->type == IPCTRACE_TYPE_GAP ? sizeof(*record) :
						    sizeof(record->call);

	memset(record, 0, sizeof(*record));
	record->call.header.len = len;
	record->call.header.type = made->type;
	record->call.header.cpu = made->cpu;
	record->call.header.time_ns = made->ns;
	if (made->type == IPCTRACE_TYPE_LOST)
		((struct ipctrace_lost *)room)->count = 9;
	if (made->type != IPCTRACE_TYPE_GAP)
		return len;
	record->gap.part.type = IPCTRACE_PART_GAP;
	record->gap.part.len = sizeof(record->gap);
	record->gap.cause = IPCTRACE_GAP_LOAD;
	record->gap.end_ns = made->ns;
	return len;
}

/* A capture of some boot: whole, or as it is while it is being written */
static void put(FIXTURE_DATA(spool) *self, u32 number, const char *boot, bool whole,
		const struct made *made, u32 nr)
{
	struct blocks_about about = {
		.transport = IPCTRACE_TRANSPORT,
		.schema = IPCTRACE_SCHEMA,
		.nr_cpus = 4,
		.start = { .ns = 1000, .real_ns = 5000, .boot_ns = 1000 },
		.texts[IPCTRACE_CAPTURE_BOOT] = boot,
	};
	struct blocks_writer writer;
	char name[128];
	u32 i;
	int fd;

	sprintf(name, "%s.%u", self->base, number);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || !blocks_begin(&writer, fd, name, &about))
		abort();
	for (i = 0; i < nr; i++)
		blocks_add(&writer, make(&made[i], blocks_room(&writer)));
	if (nr)
		blocks_settled(&writer, made[nr - 1].ns);
	blocks_flush(&writer);
	if (whole)
		blocks_end(&writer);
	blocks_free(&writer);
	close(fd);
}

static bool begin(FIXTURE_DATA(spool) *self, size_t back)
{
	struct spool_boot boot;

	spool_free(&self->spool);
	self->open = spool_look(&self->spool) &&
		     spool_boot(&self->spool, back, &boot) &&
		     input_spool_open(&self->input, &self->spool, &boot,
				      self->cgroups);
	return self->open;
}

/* The time of the next record, LAST at the end */
static u64 next(FIXTURE_DATA(spool) *self)
{
	const struct ipctrace_header *record;

	return input_next(&self->input.input, &record) == INPUT_RECORD ?
		       record->time_ns : LAST;
}

#define PUT(number, boot, whole, ...) do {				\
	const struct made made[] = { __VA_ARGS__ };			\
	put(self, number, boot, whole, made, ARRAY_SIZE(made));		\
} while (0)
#define CALL(cpu, ns)	{ IPCTRACE_TYPE_CALL, cpu, ns }
#define LOST(cpu, ns)	{ IPCTRACE_TYPE_LOST, cpu, ns }
#define GAP(cpu, ns)	{ IPCTRACE_TYPE_GAP, cpu, ns }

TEST_F(spool, there_is_none)
{
	struct spool_boot boot;

	ASSERT_TRUE(spool_look(&self->spool));
	EXPECT_FALSE(spool_boot(&self->spool, 0, &boot));
	setenv("IPCTRACE_SPOOL", "/nowhere/at/all", 1);
	ASSERT_TRUE(spool_look(&self->spool));
	EXPECT_FALSE(spool_boot(&self->spool, 0, &boot));
}

TEST_F(spool, one_after_the_other)
{
	PUT(9, self->boot, true, CALL(0, 10), CALL(1, 20));
	PUT(10, self->boot, true, CALL(0, 30));
	ASSERT_TRUE(begin(self, 0));
	EXPECT_EQ(10, next(self));
	EXPECT_EQ(20, next(self));
	EXPECT_EQ(30, next(self));
	EXPECT_EQ(LAST, next(self));
	EXPECT_EQ(2, self->input.read);
}

/* Of another CPU something older may be in the next one. */
TEST_F(spool, twice_is_once)
{
	PUT(1, self->boot, true, CALL(0, 10), CALL(1, 15), CALL(0, 20));
	PUT(2, self->boot, true, LOST(0, 20), CALL(0, 20), CALL(1, 15),
	    CALL(1, 18), CALL(0, 40));
	ASSERT_TRUE(begin(self, 0));
	EXPECT_EQ(10, next(self));
	EXPECT_EQ(15, next(self));
	EXPECT_EQ(18, next(self));
	EXPECT_EQ(20, next(self));
	EXPECT_EQ(40, next(self));
	EXPECT_EQ(LAST, next(self));
}

/* What was not settled when the recorder was killed is in the next one, in order. */
TEST_F(spool, cut_off)
{
	PUT(1, self->boot, false, CALL(0, 10), CALL(0, 20), CALL(1, 15));
	PUT(2, self->boot, true, CALL(0, 10), CALL(1, 15), CALL(1, 18), CALL(0, 20),
	    CALL(0, 40));
	ASSERT_TRUE(begin(self, 0));
	EXPECT_EQ(10, next(self));
	EXPECT_EQ(15, next(self));
	EXPECT_EQ(18, next(self));
	EXPECT_EQ(20, next(self));
	EXPECT_EQ(40, next(self));
	EXPECT_EQ(LAST, next(self));
}

TEST_F(spool, lost_between)
{
	const struct ipctrace_header *record;

	PUT(1, self->boot, true, CALL(0, 10));
	PUT(2, self->boot, true, LOST(0, 30), CALL(0, 30));
	ASSERT_TRUE(begin(self, 0));
	EXPECT_EQ(10, next(self));
	ASSERT_EQ(INPUT_RECORD, input_next(&self->input.input, &record));
	EXPECT_EQ(IPCTRACE_TYPE_LOST, record->type);
	EXPECT_EQ(30, record->time_ns);
	/* The record behind it has its time. */
	EXPECT_EQ(30, next(self));
	EXPECT_EQ(LAST, next(self));
}

/* The first time it was not there since always, later since the last record. */
TEST_F(spool, loaded_again)
{
	const struct ipctrace_header *record;
	const struct ipctrace_gap *gap;
	u32 i;

	PUT(1, self->boot, true, GAP(0, 10), CALL(1, 70));
	PUT(2, self->boot, true, GAP(1, 90), CALL(1, 95));
	ASSERT_TRUE(begin(self, 0));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(INPUT_RECORD, input_next(&self->input.input, &record));
		ASSERT_EQ(IPCTRACE_TYPE_GAP, record->type);
		gap = (const void *)((const struct ipctrace_call *)record + 1);
		EXPECT_EQ(i ? 70 : 0, gap->begin_ns);
		EXPECT_EQ(i ? 90 : 10, gap->end_ns);
		EXPECT_EQ(i ? 95 : 70, next(self));
	}
}

TEST_F(spool, boots)
{
	struct spool_boot boot;

	PUT(1, "one", true, CALL(0, 10));
	PUT(2, "two", true, CALL(0, 1));
	PUT(3, "two", true, CALL(0, 2));
	PUT(4, self->boot, true, CALL(0, 3));
	ASSERT_TRUE(begin(self, 1));
	EXPECT_EQ(1, next(self));
	EXPECT_EQ(2, next(self));
	EXPECT_EQ(LAST, next(self));
	ASSERT_TRUE(spool_boot(&self->spool, 0, &boot));
	EXPECT_TRUE(boot.now);
	EXPECT_EQ(1, boot.nr);
	ASSERT_TRUE(spool_boot(&self->spool, 1, &boot));
	EXPECT_FALSE(boot.now);
	EXPECT_EQ(2, boot.nr);
	ASSERT_TRUE(spool_boot(&self->spool, 2, &boot));
	EXPECT_FALSE(spool_boot(&self->spool, 3, &boot));
}

/* While they are read, the oldest go, and new ones come. */
TEST_F(spool, it_goes_on)
{
	char name[128];

	PUT(1, self->boot, true, CALL(0, 10));
	PUT(2, self->boot, true, CALL(0, 20));
	PUT(3, self->boot, true, CALL(0, 30));
	PUT(4, self->boot, false, CALL(0, 40));
	ASSERT_TRUE(begin(self, 0));
	EXPECT_EQ(10, next(self));
	sprintf(name, "%s.3", self->base);
	EXPECT_EQ(0, unlink(name));
	EXPECT_EQ(20, next(self));
	EXPECT_EQ(40, next(self));
	PUT(5, self->boot, false, CALL(0, 50));
	EXPECT_EQ(50, next(self));
	EXPECT_EQ(LAST, next(self));
}

/* The last byte of a capture, which is its last block's */
static void damage(FIXTURE_DATA(spool) *self, u32 number)
{
	char name[128], byte;
	int fd;

	sprintf(name, "%s.%u", self->base, number);
	fd = open(name, O_RDWR);
	if (fd < 0 || lseek(fd, -1, SEEK_END) < 0 || read(fd, &byte, 1) != 1)
		abort();
	byte ^= 1;
	if (lseek(fd, -1, SEEK_END) < 0 || write(fd, &byte, 1) != 1)
		abort();
	close(fd);
}

/* Is there one time of which records are missing, and is it that one? */
static bool missing(FIXTURE_DATA(spool) *self, u64 from_ns, u64 until_ns)
{
	const struct spans *spans = input_missing(&self->input.input);

	return spans->nr == 1 && spans->span[0].from_ns <= from_ns &&
	       spans->span[0].until_ns == until_ns;
}

TEST_F(spool, damaged)
{
	PUT(1, self->boot, true, CALL(0, 10));
	PUT(2, self->boot, false, CALL(0, 20), CALL(0, 30));
	PUT(3, self->boot, true, CALL(0, 40));
	damage(self, 2);
	ASSERT_TRUE(begin(self, 0));
	EXPECT_EQ(10, next(self));
	EXPECT_EQ(40, next(self));
	EXPECT_EQ(LAST, next(self));
	EXPECT_TRUE(missing(self, 20, 30));
	EXPECT_GT(input_missing(&self->input.input)->span[0].from_ns, 10);
}

TEST_F(spool, one_is_gone)
{
	PUT(1, self->boot, true, CALL(0, 10));
	PUT(3, self->boot, true, CALL(0, 40));
	ASSERT_TRUE(begin(self, 0));
	EXPECT_EQ(10, next(self));
	EXPECT_EQ(40, next(self));
	EXPECT_EQ(LAST, next(self));
	EXPECT_TRUE(missing(self, 10, 40));
}

/* While it is written to, the rings have what follows. */
TEST_F(spool, the_end_of_a_boot)
{
	PUT(1, "one", false, CALL(0, 10));
	PUT(2, self->boot, false, CALL(0, 20));
	ASSERT_TRUE(begin(self, 1));
	EXPECT_EQ(10, next(self));
	EXPECT_EQ(LAST, next(self));
	EXPECT_TRUE(missing(self, 10, LAST));
	input_close(&self->input.input);
	ASSERT_TRUE(begin(self, 0));
	EXPECT_EQ(20, next(self));
	EXPECT_EQ(LAST, next(self));
	EXPECT_EQ(0, input_missing(&self->input.input)->nr);
}

/* A full disk leaves such a thing. */
TEST_F(spool, an_empty_one)
{
	char name[128];

	PUT(1, self->boot, true, CALL(0, 10));
	sprintf(name, "%s.2", self->base);
	close(open(name, O_WRONLY | O_CREAT, 0600));
	PUT(3, self->boot, true, CALL(0, 20));
	ASSERT_TRUE(begin(self, 0));
	EXPECT_EQ(10, next(self));
	EXPECT_EQ(20, next(self));
	EXPECT_EQ(LAST, next(self));
	EXPECT_EQ(0, input_missing(&self->input.input)->nr);
}

/* What the rings still hold comes after them. */
TEST_F(spool, and_then_the_recorder)
{
	struct spool_boot boot;
	struct input_spool then;

	PUT(1, self->boot, false, CALL(0, 10), CALL(1, 30));
	PUT(7, "stands for it", true, LOST(0, 10), CALL(0, 10), CALL(0, 25),
	    CALL(1, 30), CALL(1, 35));
	ASSERT_TRUE(begin(self, 1));
	ASSERT_TRUE(spool_boot(&self->spool, 0, &boot));
	ASSERT_TRUE(input_spool_open(&then, &self->spool, &boot, self->cgroups));
	EXPECT_EQ(10, next(self));
	EXPECT_EQ(30, next(self));
	input_spool_then(&self->input, &then.input);
	EXPECT_EQ(25, next(self));
	EXPECT_EQ(35, next(self));
	EXPECT_EQ(LAST, next(self));
	input_spool_then(&self->input, NULL);
	input_close(&then.input);
}

TEST_HARNESS_MAIN
