// SPDX-License-Identifier: GPL-2.0
/* Tables: one set of rows as text, JSON and CSV; chosen columns, sorted rows. */
#include <stdlib.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "view/formats.h"
#include "view/table.h"

static const struct column columns[] = {
	{ .name = "name", .type = VALUE_STRING },
	{ .name = "calls", .type = VALUE_UNSIGNED },
	{ .name = "delta", .type = VALUE_SIGNED },
	{ .name = "blocks", .type = VALUE_BOOL },
};

FIXTURE(table) {
	struct table table;
	char text[OUTPUT_BYTES];
};

static void add_row(struct table *table, const char *name, u64 calls, s64 delta,
		    bool blocks)
{
	struct value values[] = {
		{ .type = VALUE_STRING, .string = name },
		{ .type = VALUE_UNSIGNED, .number = calls },
		{ .type = VALUE_SIGNED, .number = delta },
		{ .type = VALUE_BOOL, .number = blocks },
	};

	if (!name)
		values[0].type = values[1].type = VALUE_NULL;
	table_add(table, values);
}

FIXTURE_SETUP(table)
{
	char name[] = "msgsnd";

	table_init(&self->table, columns, ARRAY_SIZE(columns));
	add_row(&self->table, name, 18446744073709551615ULL, -7, true);
	strcpy(name, "gone");	/* strings are the table's own */
	add_row(&self->table, NULL, 0, 5, false);
	add_row(&self->table, "a,\"b\"", 9, -7, false);
}

FIXTURE_TEARDOWN(table)
{
	table_free(&self->table);
}

/* What has been written into a pipe; both are gone then. */
static const char *take_text(FIXTURE_DATA(table) *self, struct sink *sink,
			     const int fds[2])
{
	ssize_t n;

	sink_flush(sink);
	sink_free(sink);
	close(fds[1]);
	n = read(fds[0], self->text, sizeof(self->text) - 1);
	self->text[n < 0 ? 0 : n] = '\0';
	close(fds[0]);
	return self->text;
}

/* What is written, in each format */
static const char *written(FIXTURE_DATA(table) *self, enum sink_format format)
{
	struct sink *sink;
	int fds[2];

	if (pipe(fds))
		return NULL;
	sink = sink_new(fds[1], format);
	table_write(&self->table, sink);
	return take_text(self, sink, fds);
}

TEST_F(table, text)
{
	EXPECT_STREQ("name                   calls  delta  blocks\n"
		     "msgsnd  18446744073709551615     -7     yes\n"
		     "-                          -      5      no\n"
		     "a,\"b\"                      9     -7      no\n",
		     written(self, SINK_TEXT));
}

TEST_F(table, json)
{
	EXPECT_STREQ("{\"name\":\"msgsnd\",\"calls\":18446744073709551615,\"delta\":-7,\"blocks\":true}\n"
		     "{\"name\":null,\"calls\":null,\"delta\":5,\"blocks\":false}\n"
		     "{\"name\":\"a,\\\"b\\\"\",\"calls\":9,\"delta\":-7,\"blocks\":false}\n",
		     written(self, SINK_JSON));
}

TEST_F(table, csv)
{
	EXPECT_STREQ("name,calls,delta,blocks\n"
		     "msgsnd,18446744073709551615,-7,yes\n"
		     ",,5,no\n"
		     "\"a,\"\"b\"\"\",9,-7,no\n",
		     written(self, SINK_CSV));
}

TEST_F(table, chosen_columns)
{
	ASSERT_TRUE(table_choose(&self->table, "delta,name,delta"));
	EXPECT_STREQ("delta  name    delta\n"
		     "   -7  msgsnd     -7\n"
		     "    5  -           5\n"
		     "   -7  a,\"b\"      -7\n", written(self, SINK_TEXT));
	ASSERT_TRUE(table_choose(&self->table, "calls,name"));
	EXPECT_STREQ("               calls  name\n"
		     "18446744073709551615  msgsnd\n"
		     "                   -  -\n"
		     "                   9  a,\"b\"\n", written(self, SINK_TEXT));
}

/* Equal rows stay as they came; null is last, whichever way. */
TEST_F(table, sorted)
{
	ASSERT_TRUE(table_choose(&self->table, "name"));
	ASSERT_TRUE(table_sort(&self->table, "delta"));
	EXPECT_STREQ("name\nmsgsnd\n\"a,\"\"b\"\"\"\n\n",
		     written(self, SINK_CSV));
	ASSERT_TRUE(table_sort(&self->table, "-delta"));
	EXPECT_STREQ("name\n\nmsgsnd\n\"a,\"\"b\"\"\"\n",
		     written(self, SINK_CSV));
	ASSERT_TRUE(table_sort(&self->table, "calls"));
	EXPECT_STREQ("name\n\"a,\"\"b\"\"\"\nmsgsnd\n\n",
		     written(self, SINK_CSV));
	ASSERT_TRUE(table_sort(&self->table, "-calls"));
	EXPECT_STREQ("name\nmsgsnd\n\"a,\"\"b\"\"\"\n\n",
		     written(self, SINK_CSV));
	ASSERT_TRUE(table_sort(&self->table, "name"));
	EXPECT_STREQ("name\n\"a,\"\"b\"\"\"\nmsgsnd\n\n",
		     written(self, SINK_CSV));
}

/* Times: with a unit for people, and as they are for programs */
TEST_F(table, times)
{
	static const struct column times[] = {
		{ .name = "took_ns", .type = VALUE_UNSIGNED, .heading = "took",
		  .is_ns = true },
	};
	static const u64 ns[] = {
		0, 999, 1000, 1004, 9994, 9996, 99949, 99951, 999499, 999500,
		1000000, 59999000000, 3600000000000, ~0ULL,
	};
	size_t i;

	table_free(&self->table);
	table_init(&self->table, times, 1);
	for (i = 0; i < ARRAY_SIZE(ns); i++)
		table_add(&self->table, (struct value[]){
			{ .type = VALUE_UNSIGNED, .number = ns[i] } });
	EXPECT_STREQ("        took\n         0ns\n       999ns\n"
		     "      1.00us\n      1.00us\n      9.99us\n      10.0us\n"
		     "      99.9us\n       100us\n       999us\n      1.00ms\n"
		     "      1.00ms\n       60.0s\n       3600s\n18446744074s\n",
		     written(self, SINK_TEXT));
	EXPECT_NE(NULL, strstr(written(self, SINK_JSON), "{\"took_ns\":999499}\n"));
	EXPECT_EQ(0, strncmp("took_ns\n0\n999\n", written(self, SINK_CSV), 14));
}

/* A table that is written again goes on. */
TEST_F(table, csv_again)
{
	struct sink *sink;
	int fds[2];

	ASSERT_EQ(0, pipe(fds));
	ASSERT_TRUE(table_choose(&self->table, "delta"));
	sink = sink_new(fds[1], SINK_CSV);
	table_write(&self->table, sink);
	table_write(&self->table, sink);
	ASSERT_TRUE(table_choose(&self->table, "blocks"));
	table_write(&self->table, sink);
	EXPECT_STREQ("delta\n-7\n5\n-7\n-7\n5\n-7\nblocks\nyes\nno\nno\n",
		     take_text(self, sink, fds));
}

TEST_F(table, no_such_column)
{
	close(STDERR_FILENO);	/* where the message goes */
	EXPECT_FALSE(table_choose(&self->table, "name,cals"));
	EXPECT_FALSE(table_choose(&self->table, ""));
	EXPECT_FALSE(table_choose(&self->table, "name,"));
	EXPECT_FALSE(table_sort(&self->table, "-"));
	EXPECT_FALSE(table_sort(&self->table, "--calls"));
}

/* What a terminal obeys is not written to it. */
TEST_F(table, controls_are_escaped)
{
	table_free(&self->table);
	add_row(&self->table, "\033[2J\xe2\x80\xae\xc3\xa9", 1, 1, true);
	ASSERT_TRUE(table_choose(&self->table, "name,calls"));
	EXPECT_STREQ("name              calls\n"
		     "\\u001b[2J\\u202e\xc3\xa9      1\n",
		     written(self, SINK_TEXT));
	EXPECT_STREQ("name,calls\n\\u001b[2J\\u202e\xc3\xa9,1\n",
		     written(self, SINK_CSV));
}

/* Names of any length: cut off, or null, and no more than that. */
TEST_F(table, long_names)
{
	char *name = malloc(100001);
	size_t i;

	memset(name, 1, 100000);
	name[100000] = '\0';
	table_free(&self->table);
	add_row(&self->table, name, 1, 1, true);
	EXPECT_STREQ("{\"name\":null,\"calls\":1,\"delta\":1,\"blocks\":true}\n",
		     written(self, SINK_JSON));
	EXPECT_NE(NULL, strstr(written(self, SINK_CSV), "\\u0001,1,1,yes\n"));
	for (i = 0; i < 40; i++)
		add_row(&self->table, name, i, 1, true);
	EXPECT_NE(NULL, written(self, SINK_JSON));
	name[8192] = '\0';
	table_free(&self->table);
	add_row(&self->table, name, 1, 1, true);
	EXPECT_NE(NULL, strstr(written(self, SINK_JSON),
			       "\\u0001\",\"calls\":1,"));
	free(name);
}

TEST_F(table, no_rows)
{
	table_free(&self->table);
	EXPECT_STREQ("name  calls  delta  blocks\n", written(self, SINK_TEXT));
	EXPECT_STREQ("", written(self, SINK_JSON));
	EXPECT_STREQ("name,calls,delta,blocks\n", written(self, SINK_CSV));
}

TEST_HARNESS_MAIN
