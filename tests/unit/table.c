// SPDX-License-Identifier: GPL-2.0
/* Tables: one set of rows as text, JSON and CSV; chosen columns, sorted rows. */
#include <stdlib.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "view/formats.h"
#include "view/table.h"

static const struct column columns[] = {
	{ "name", VALUE_STRING, 0 },
	{ "calls", VALUE_UNSIGNED, 0 },
	{ "delta", VALUE_SIGNED, 0 },
	{ "blocks", VALUE_BOOL, 0 },
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

/* What is written, in each format */
static const char *written(FIXTURE_DATA(table) *self, enum sink_format format)
{
	struct sink *sink;
	int fds[2];
	ssize_t n;

	if (pipe(fds))
		return NULL;
	sink = sink_new(fds[1], format);
	table_write(&self->table, sink);
	sink_flush(sink);
	sink_free(sink);
	close(fds[1]);
	n = read(fds[0], self->text, sizeof(self->text) - 1);
	self->text[n < 0 ? 0 : n] = '\0';
	close(fds[0]);
	return self->text;
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
