// SPDX-License-Identifier: GPL-2.0
/*
 * Captures one after the other: names, limits and what is removed. And sizes and
 * times as people write them.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "base/sizes.h"
#include "base/when.h"
#include "capture/rotate.h"

#define SECOND	1000000000ULL

FIXTURE(rotation) {
	struct rotation rotation;
	char directory[32];
	char base[64];
};

FIXTURE_SETUP(rotation)
{
	strcpy(self->directory, "/tmp/unit-rotate-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->directory));
	sprintf(self->base, "%s/it", self->directory);
}

FIXTURE_TEARDOWN(rotation)
{
	char command[64];

	rotation_free(&self->rotation);
	sprintf(command, "rm -rf %s", self->directory);
	EXPECT_EQ(0, system(command));
}

static void file(const char *name, u64 bytes)
{
	close(open(name, O_WRONLY | O_CREAT, 0600));
	truncate(name, bytes);
}

static void numbered(FIXTURE_DATA(rotation) *self, const char *end, u64 bytes)
{
	char name[128];

	sprintf(name, "%s%s", self->base, end);
	file(name, bytes);
}

static bool there(FIXTURE_DATA(rotation) *self, u32 number)
{
	char name[128];

	sprintf(name, "%s.%u", self->base, number);
	return !access(name, F_OK);
}

TEST_F(rotation, by_size)
{
	ASSERT_TRUE(rotation_limit(&self->rotation, "100M"));
	EXPECT_FALSE(rotation_due(&self->rotation, (100 << 20) - 1, 5));
	EXPECT_TRUE(rotation_due(&self->rotation, 100 << 20, 5));
}

TEST_F(rotation, by_time)
{
	ASSERT_TRUE(rotation_limit(&self->rotation, "1h"));
	ASSERT_TRUE(rotation_begin(&self->rotation, self->base));
	ASSERT_NE(NULL, rotation_next(&self->rotation, 0, 7 * SECOND));
	EXPECT_FALSE(rotation_due(&self->rotation, 1ULL << 40, 3606 * SECOND));
	EXPECT_TRUE(rotation_due(&self->rotation, 0, 3607 * SECOND));
}

TEST_F(rotation, limits)
{
	static const char *const wrong[] = {
		"", "x", "0", "100", "1ms", "1hour", "-1h", "1.5M", "M", "1MM",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		EXPECT_FALSE(rotation_limit(&self->rotation, wrong[i])) {
			TH_LOG("%s", wrong[i] ?: "");
		}
	EXPECT_TRUE(rotation_limit(&self->rotation, "4096"));
	EXPECT_TRUE(rotation_limit(&self->rotation, "1.5h"));
	EXPECT_EQ(5400 * SECOND, self->rotation.max_ns);
}

TEST_F(rotation, numbers_go_on)
{
	char name[128];

	numbered(self, ".9", 10);
	numbered(self, ".10", 10);
	numbered(self, ".010", 10);
	numbered(self, ".11x", 10);
	numbered(self, "", 10);
	numbered(self, "x.99", 10);
	sprintf(name, "%s.50", self->base);
	mkdir(name, 0700);
	ASSERT_TRUE(rotation_begin(&self->rotation, self->base));
	sprintf(name, "%s.11", self->base);
	EXPECT_STREQ(name, rotation_next(&self->rotation, 0, 1));
	sprintf(name, "%s.12", self->base);
	EXPECT_STREQ(name, rotation_next(&self->rotation, 100, 1));
	EXPECT_EQ(3, self->rotation.nr);
	EXPECT_EQ(120, self->rotation.total);
	EXPECT_TRUE(rotation_may_go_on(&self->rotation));
}

TEST_F(rotation, keep)
{
	u32 i;

	self->rotation.keep = 3;
	numbered(self, ".1", 10);
	numbered(self, ".2", 10);
	numbered(self, ".3", 10);
	numbered(self, "", 10);
	ASSERT_TRUE(rotation_begin(&self->rotation, self->base));
	for (i = 4; i < 8; i++) {
		file(rotation_next(&self->rotation, 10, 1), 10);
		ASSERT_TRUE(rotation_prune(&self->rotation, 0));
		EXPECT_FALSE(there(self, i - 3));
		EXPECT_TRUE(there(self, i - 2));
		EXPECT_TRUE(there(self, i));
	}
	EXPECT_EQ(0, access(self->base, F_OK));
}

/* The one that is being written counts, and stays. */
TEST_F(rotation, max_total)
{
	self->rotation.max_total = 100;
	numbered(self, ".1", 40);
	numbered(self, ".2", 40);
	ASSERT_TRUE(rotation_begin(&self->rotation, self->base));
	file(rotation_next(&self->rotation, 0, 1), 0);
	ASSERT_TRUE(rotation_prune(&self->rotation, 20));
	EXPECT_TRUE(there(self, 1));
	ASSERT_TRUE(rotation_prune(&self->rotation, 21));
	EXPECT_FALSE(there(self, 1));
	EXPECT_TRUE(there(self, 2));
	ASSERT_TRUE(rotation_prune(&self->rotation, 61));
	EXPECT_FALSE(there(self, 2));
	ASSERT_TRUE(rotation_prune(&self->rotation, 1000));
	EXPECT_TRUE(there(self, 3));
}

/* Somebody else removed it: that is what was wanted. */
TEST_F(rotation, gone_already)
{
	self->rotation.keep = 1;
	numbered(self, ".1", 10);
	ASSERT_TRUE(rotation_begin(&self->rotation, self->base));
	numbered(self, ".2", 10);
	ASSERT_EQ(0, system("rm /tmp/unit-rotate-*/it.1"));
	rotation_next(&self->rotation, 0, 1);
	EXPECT_TRUE(rotation_prune(&self->rotation, 0));
	EXPECT_EQ(0, self->rotation.total);
}

TEST_F(rotation, no_directory)
{
	EXPECT_FALSE(rotation_begin(&self->rotation, "/nowhere/it"));
}

/* ---- Sizes and times ------------------------------------------------------------ */

TEST(sizes)
{
	char text[32];
	u64 bytes;

	EXPECT_TRUE(size_parse("1", &bytes) && bytes == 1);
	EXPECT_TRUE(size_parse("10K", &bytes) && bytes == 10240);
	EXPECT_TRUE(size_parse("10G", &bytes) && bytes == 10ULL << 30);
	EXPECT_TRUE(size_parse("16777215T", &bytes));
	EXPECT_FALSE(size_parse("16777216T", &bytes));
	EXPECT_FALSE(size_parse("0", &bytes));
	EXPECT_FALSE(size_parse("K", &bytes));
	EXPECT_FALSE(size_parse("", &bytes));
	EXPECT_FALSE(size_parse("99999999999999999999", &bytes));
	EXPECT_STREQ("1.5 KiB", size_text(1536, text, sizeof(text)));
	EXPECT_STREQ("1023 bytes", size_text(1023, text, sizeof(text)));
}

TEST(whens)
{
	static const char *const wrong[] = {
		"", "x", "10 m", "1e9", "-5", "2026-13-01", "25:00", "10mm", ".",
		"99999999999999999999",
	};
	struct when when;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		EXPECT_FALSE(when_parse(wrong[i], &when)) {
			TH_LOG("%s", wrong[i] ?: "");
		}
	EXPECT_TRUE(when_parse("10m", &when));
	EXPECT_EQ(WHEN_AGO, when.kind);
	EXPECT_EQ(600 * SECOND, when.ns);
	EXPECT_EQ(400 * SECOND, when_on_clock(&when, 1000 * SECOND, 0, 0));
	EXPECT_EQ(0, when_on_clock(&when, 10 * SECOND, 0, 0));
	EXPECT_TRUE(when_parse("4711.25", &when));
	EXPECT_EQ(WHEN_CLOCK, when.kind);
	EXPECT_EQ(4711250000000, when_on_clock(&when, 1, 2, 3));
	EXPECT_TRUE(when_parse("2001-09-09T01:46:40.5Z", &when));
	EXPECT_EQ(WHEN_DATE, when.kind);
	EXPECT_EQ(1000000000 * SECOND + SECOND / 2, when.ns);
	EXPECT_EQ(7 * SECOND + SECOND / 2,
		  when_on_clock(&when, 0, 5 * SECOND, 999999998 * SECOND));
	EXPECT_EQ(4 * SECOND + SECOND / 2,
		  when_on_clock(&when, 0, 5 * SECOND, 1000000001 * SECOND));
	EXPECT_EQ(0, when_on_clock(&when, 0, 5 * SECOND, 1000000009 * SECOND));
	EXPECT_TRUE(when_parse("12:30", &when));
	EXPECT_TRUE(when_parse("2026-11-29", &when));
}

TEST_HARNESS_MAIN
