// SPDX-License-Identifier: GPL-2.0
/*
 * The screen of top without a terminal: what is drawn, of which size, and what keys do.
 */
#include <locale.h>
#include <stdlib.h>
#include <wchar.h>

#include "base/utf8.h"
#include "kselftest_harness.h"
#include "view/screen.h"

#define NR_ROWS		30

static const struct column columns[] = {
	{ .name = "pid", .type = VALUE_UNSIGNED, .heading = "PID" },
	{ .name = "name", .type = VALUE_STRING, .heading = "NAME" },
	{ .name = "rate", .type = VALUE_UNSIGNED, .heading = "CALL/S" },
	{ .name = "time_ns", .type = VALUE_UNSIGNED, .heading = "TIME", .is_ns = true },
	{ .name = "size", .type = VALUE_UNSIGNED, .heading = "SIZE", .is_bytes = true },
	{ .name = "what", .type = VALUE_STRING, .heading = "WHAT" },
};

static const struct column others[] = {
	{ .name = "call", .type = VALUE_STRING, .heading = "CALL" },
};

static const struct screen_view views[] = {
	{ "Processes", columns, ARRAY_SIZE(columns), "-rate" },
	{ "Calls", others, ARRAY_SIZE(others), "call" },
};

/* A row of the test's own: NULL is a value that is not known. */
struct row {
	u64 pid;
	const char *name;
	u64 rate;
	u64 ns;
	u64 size;
	const char *what;
};

FIXTURE(drawing) {
	struct screen screen;
	struct row rows[NR_ROWS];
	char lines[64][SCREEN_LINE_BYTES];
	struct screen_line looks[64];
	u32 nr;
};

static void value_of(void *context, size_t at, size_t column, struct value *value,
		     char *room)
{
	const struct row *row = (struct row *)context + at;
	const u64 numbers[] = { row->pid, 0, row->rate, row->ns, row->size };

	if (column == 1 || column == 5) {
		const char *text = column == 1 ? row->name : row->what;

		if (!text)
			return;
		value->type = VALUE_STRING;
		value->string = strcpy(room, text);
		return;
	}
	value->type = VALUE_UNSIGNED;
	value->number = numbers[column];
}

static u64 id_of(void *context, size_t at)
{
	return ((struct row *)context)[at].pid;
}

static void give(FIXTURE_DATA(drawing) *self, size_t nr)
{
	const struct screen_rows rows = { nr, self->rows, value_of, id_of };

	screen_rows(&self->screen, &rows);
}

FIXTURE_SETUP(drawing)
{
	size_t i;

	setlocale(LC_CTYPE, "C.UTF-8");
	screen_init(&self->screen, views, ARRAY_SIZE(views));
	screen_resize(&self->screen, 80, 24);
	for (i = 0; i < NR_ROWS; i++)
		self->rows[i] = (struct row){
			.pid = 100 + i, .name = "worker", .rate = i,
			.ns = 1500, .size = 65536, .what = "waits",
		};
	snprintf(self->screen.head[0][0], 128, "12 calls/s");
	snprintf(self->screen.head[0][1], 128, "0 errors/s");
	snprintf(self->screen.head[0][2], 128, "a part that is as long as forty");
	give(self, 3);
}

FIXTURE_TEARDOWN(drawing)
{
	screen_free(&self->screen);
}

static void put(void *context, u32 at, const struct screen_line *line)
{
	FIXTURE_DATA(drawing) *self = context;

	memcpy(self->lines[at], line->text, line->used + 1);
	self->looks[at] = *line;
	if (at != self->nr)
		self->nr = 1000;	/* out of order */
	self->nr++;
}

/* Its lines, all of them, each as wide as the screen by an independent measure */
static bool drawn(FIXTURE_DATA(drawing) *self)
{
	wchar_t wide[SCREEN_LINE_BYTES];
	u32 i;

	self->nr = 0;
	screen_draw(&self->screen, put, self);
	if (self->nr != self->screen.lines)
		return false;
	for (i = 0; i < self->nr; i++) {
		size_t len = mbstowcs(wide, self->lines[i], ARRAY_SIZE(wide));

		if (len == (size_t)-1 ||
		    wcswidth(wide, len) != (int)self->screen.columns)
			return false;
	}
	return true;
}

/* The names under the cursor and around it, by their pids */
static u64 pid_at_cursor(FIXTURE_DATA(drawing) *self)
{
	size_t row;

	return screen_row(&self->screen, &row) ? self->rows[row].pid : 0;
}

static void press(FIXTURE_DATA(drawing) *self, const u32 *keys, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		screen_key(&self->screen, keys[i]);
}

#define PRESS(...) \
	press(self, (const u32[]){ __VA_ARGS__ }, \
	      sizeof((const u32[]){ __VA_ARGS__ }) / sizeof(u32))

TEST_F(drawing, lines)
{
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(0, strncmp(self->lines[0], "12 calls/s  0 errors/s  a part", 30));
	EXPECT_EQ(0, strncmp(self->lines[2], "1 Processes   2 Calls ", 22));
	EXPECT_EQ(0, strncmp(self->lines[3],
			     "PID NAME   CALL/S   TIME  SIZE WHAT  ", 37));
	EXPECT_EQ(0, strncmp(self->lines[4],
			     "102 worker      2 1.50us 64.0K waits ", 37));
	EXPECT_EQ(0, strncmp(self->lines[6],
			     "100 worker      0 1.50us 64.0K waits ", 37));
	EXPECT_EQ(0, strncmp(self->lines[7], "          ", 10));
	EXPECT_EQ(0, strncmp(self->lines[23], "F1 Help  F4 Filter", 18));
	EXPECT_EQ(SCREEN_REVERSE, self->looks[3].look);
	EXPECT_EQ(SCREEN_SELECTED, self->looks[4].look);
	EXPECT_EQ(SCREEN_PLAIN, self->looks[5].look);
	/* The column that it is sorted by */
	EXPECT_EQ(11, self->looks[3].mark);
	EXPECT_EQ(6, self->looks[3].mark_columns);
}

TEST_F(drawing, sizes)
{
	u32 columns, lines;

	self->rows[1].name = "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e";	/* wide */
	self->rows[2].name = "e\xcc\x81t\xc3\xa9";			/* combining */
	self->rows[0].name = "\x1b[31m\xff";
	give(self, NR_ROWS);
	for (columns = 1; columns <= 130; columns++)
		for (lines = 1; lines <= 30; lines++) {
			screen_resize(&self->screen, columns, lines);
			ASSERT_TRUE(drawn(self))
				TH_LOG("%ux%u", columns, lines);
		}
	screen_resize(&self->screen, 5000, 20);
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(SCREEN_MAX_COLUMNS, self->screen.columns);
}

TEST_F(drawing, too_small)
{
	screen_resize(&self->screen, 39, 10);
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(0, strncmp(self->lines[0],
			     "39x10 is too small, 40x10 is needed ", 36));
	EXPECT_EQ(39, strspn(self->lines[1], " "));
	EXPECT_EQ(SCREEN_QUIT, screen_key(&self->screen, 'q'));
	EXPECT_EQ(SCREEN_DRAW, screen_key(&self->screen, SCREEN_KEY_ENTER));
	screen_resize(&self->screen, 40, 9);
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(0, strncmp(self->lines[0], "40x9 is too small", 17));
	screen_resize(&self->screen, 40, 10);
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(0, strncmp(self->lines[0], "12 calls/s  0 errors/s  ", 24));
	/* A part that does not fit is left out, not cut. */
	EXPECT_EQ(NULL, strstr(self->lines[0], "part"));
}

TEST_F(drawing, control_characters)
{
	self->rows[2].name = "\x1b[2J";
	give(self, 3);
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(NULL, strchr(self->lines[4], 0x1b));
	EXPECT_NE(NULL, strstr(self->lines[4], "\\u001b[2J"));
	/* Pages and messages may have a name in them, too. */
	screen_page(&self->screen, "of \x1b[2J\n");
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(0, strncmp(self->lines[0], "of ?[2J ", 8));
	PRESS('q');
	self->rows[2].name = "caf\xc3\xa9";
	self->screen.ascii = true;
	ASSERT_TRUE(drawn(self));
	EXPECT_NE(NULL, strstr(self->lines[4], "caf? "));
}

TEST_F(drawing, sort)
{
	char accepted[512];

	EXPECT_EQ(102, pid_at_cursor(self));
	PRESS('I');
	EXPECT_EQ(100, pid_at_cursor(self));
	ASSERT_TRUE(screen_sort(&self->screen, "-pid", accepted, sizeof(accepted)));
	give(self, 3);
	EXPECT_EQ(102, pid_at_cursor(self));
	/* By the menu: name, upwards; nothing comes last, either way */
	self->rows[0].name = NULL;
	self->rows[1].name = "b";
	self->rows[2].name = "a";
	PRESS(SCREEN_KEY_F1 + 5, SCREEN_KEY_DOWN, SCREEN_KEY_ENTER);
	EXPECT_EQ(SCREEN_ROWS, self->screen.mode);
	EXPECT_EQ(102, pid_at_cursor(self));
	PRESS(SCREEN_KEY_END);
	EXPECT_EQ(100, pid_at_cursor(self));
	PRESS(SCREEN_KEY_HOME, '>', SCREEN_KEY_ENTER);
	EXPECT_EQ(101, pid_at_cursor(self));
	PRESS(SCREEN_KEY_END);
	EXPECT_EQ(100, pid_at_cursor(self));
	EXPECT_FALSE(screen_sort(&self->screen, "nam", accepted, sizeof(accepted)));
	EXPECT_EQ(0, strcmp("did you mean name? accepted: pid name rate time_ns size what",
			    accepted));
}

/* It goes with its row, but for the first one. */
TEST_F(drawing, cursor)
{
	size_t i;

	give(self, NR_ROWS);
	EXPECT_EQ(129, pid_at_cursor(self));
	self->rows[0].rate = 1000;
	give(self, NR_ROWS);
	EXPECT_EQ(100, pid_at_cursor(self));
	PRESS(SCREEN_KEY_DOWN, SCREEN_KEY_DOWN);
	EXPECT_EQ(128, pid_at_cursor(self));
	self->rows[28].rate = 3;
	give(self, NR_ROWS);
	EXPECT_EQ(128, pid_at_cursor(self));
	ASSERT_TRUE(drawn(self));
	/* and it is on the screen */
	for (i = 4; i < 23; i++)
		if (self->looks[i].look == SCREEN_SELECTED)
			break;
	EXPECT_EQ(0, strncmp(self->lines[i], "128 ", 4));
	/* Its row has gone. */
	give(self, 5);
	EXPECT_NE(0, pid_at_cursor(self));
	give(self, 0);
	EXPECT_EQ(0, pid_at_cursor(self));
	EXPECT_EQ(SCREEN_NOTHING, screen_key(&self->screen, SCREEN_KEY_ENTER));
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(0, strncmp(self->lines[4], "(nothing) ", 10));
}

TEST_F(drawing, pages_of_rows)
{
	screen_resize(&self->screen, 80, 10);	/* five rows */
	give(self, NR_ROWS);
	PRESS(SCREEN_KEY_PAGE_DOWN);
	EXPECT_EQ(124, pid_at_cursor(self));
	PRESS(SCREEN_KEY_END);
	EXPECT_EQ(100, pid_at_cursor(self));
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(0, strncmp(self->lines[4], "104 ", 4));
	EXPECT_EQ(0, strncmp(self->lines[8], "100 ", 4));
	PRESS(SCREEN_KEY_PAGE_DOWN, SCREEN_KEY_DOWN);
	EXPECT_EQ(100, pid_at_cursor(self));
	PRESS(SCREEN_KEY_PAGE_UP, SCREEN_KEY_PAGE_UP, SCREEN_KEY_PAGE_UP,
	      SCREEN_KEY_PAGE_UP, SCREEN_KEY_PAGE_UP, SCREEN_KEY_PAGE_UP,
	      SCREEN_KEY_UP);
	EXPECT_EQ(129, pid_at_cursor(self));
}

/* The first column stays; no number is cut, a text at the end is. */
TEST_F(drawing, columns)
{
	self->rows[2].what = "a text that is too long for a screen of forty columns";
	screen_resize(&self->screen, 40, 10);
	give(self, 3);
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(0, strcmp("PID NAME   CALL/S   TIME  SIZE WHAT     ",
			    self->lines[3]));
	EXPECT_EQ(0, strcmp("102 worker      2 1.50us 64.0K a text th",
			    self->lines[4]));
	PRESS(SCREEN_KEY_RIGHT, SCREEN_KEY_RIGHT);
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(0, strcmp("PID   TIME  SIZE WHAT                   ",
			    self->lines[3]));
	PRESS(SCREEN_KEY_RIGHT, SCREEN_KEY_RIGHT, SCREEN_KEY_RIGHT,
	      SCREEN_KEY_RIGHT);
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(0, strncmp("PID WHAT ", self->lines[3], 9));
	self->rows[2].rate = 123456789012345;
	PRESS(SCREEN_KEY_LEFT, SCREEN_KEY_LEFT, SCREEN_KEY_LEFT, SCREEN_KEY_LEFT);
	give(self, 3);
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(0, strcmp("102 worker 123456789012345 1.50us 64.0K ",
			    self->lines[4]));
	/* Widths do not shrink while one looks. */
	self->rows[2].rate = 2;
	give(self, 3);
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(0, strcmp("102 worker               2 1.50us 64.0K ",
			    self->lines[4]));
}

TEST_F(drawing, views)
{
	EXPECT_EQ(SCREEN_NOTHING, screen_key(&self->screen, '1'));
	EXPECT_EQ(SCREEN_NOTHING, screen_key(&self->screen, '3'));
	PRESS(SCREEN_KEY_DOWN);
	EXPECT_EQ(SCREEN_VIEW, screen_key(&self->screen, SCREEN_KEY_TAB));
	EXPECT_EQ(1, self->screen.view);
	/* It has no rows until it is given some. */
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(SCREEN_VIEW, screen_key(&self->screen, SCREEN_KEY_BACKTAB));
	EXPECT_EQ(0, self->screen.view);
	give(self, 3);
	EXPECT_EQ(101, pid_at_cursor(self));
	EXPECT_EQ(SCREEN_VIEW, screen_key(&self->screen, '2'));
}

TEST_F(drawing, filter)
{
	PRESS(SCREEN_KEY_F1 + 3, 'u', 'i', 'd', 0xe9, SCREEN_KEY_BACKSPACE, ' ', '=', 'q');
	EXPECT_EQ(SCREEN_PROMPT, self->screen.mode);
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(0, strncmp("Filter: uid =q ", self->lines[23], 15));
	EXPECT_EQ(14, screen_cursor(&self->screen));
	EXPECT_EQ(SCREEN_FILTER, screen_key(&self->screen, SCREEN_KEY_ENTER));
	EXPECT_EQ(0, strcmp("uid =q", self->screen.prompt));
	EXPECT_EQ(~0U, screen_cursor(&self->screen));
	/* It is for the command to take it; then it is where one goes on from. */
	PRESS('\\');
	EXPECT_EQ(0, strcmp("", self->screen.prompt));
	strcpy(self->screen.filter, "uid == 0");
	PRESS(SCREEN_KEY_ESCAPE, 'e', '0');
	EXPECT_EQ(0, strcmp("uid == 00", self->screen.prompt));
	PRESS('U' - '@');
	EXPECT_EQ(0, strcmp("", self->screen.prompt));
	PRESS(SCREEN_KEY_ESCAPE);
	EXPECT_EQ(0, strcmp("uid == 0", self->screen.filter));
	/* What is wrong is told where one can set it right. */
	PRESS('e', 'x');
	strcpy(self->screen.message, "no field");
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(0, strncmp("no field ", self->lines[22], 9));
	EXPECT_EQ(0, strncmp("Filter: uid == 0x ", self->lines[23], 18));
	PRESS(SCREEN_KEY_BACKSPACE);
	EXPECT_EQ(0, strcmp("", self->screen.message));
}

TEST_F(drawing, long_filter)
{
	size_t i;

	PRESS('e');
	for (i = 0; i < 3 * SCREEN_PROMPT_BYTES; i++)
		screen_key(&self->screen, i % 7 ? 'a' + i % 26 : 0x20ac);
	EXPECT_LT(strlen(self->screen.prompt), SCREEN_PROMPT_BYTES);
	screen_key(&self->screen, 'z');
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(79, screen_cursor(&self->screen));
}

TEST_F(drawing, page)
{
	char text[4096] = "title\n";
	size_t i;

	for (i = 1; i < 100; i++)
		sprintf(text + strlen(text), "line %zu of the text\n", i);
	screen_page(&self->screen, text);
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(0, strncmp("title ", self->lines[0], 6));
	EXPECT_EQ(0, strncmp("line 22 ", self->lines[22], 8));
	EXPECT_EQ(0, strncmp("q Back", self->lines[23], 6));
	PRESS(SCREEN_KEY_PAGE_DOWN, SCREEN_KEY_DOWN);
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(0, strncmp("line 24 ", self->lines[0], 8));
	PRESS(SCREEN_KEY_END, SCREEN_KEY_DOWN, SCREEN_KEY_RIGHT);
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(0, strncmp("of the text ", self->lines[22], 12));
	screen_resize(&self->screen, 40, 60);
	ASSERT_TRUE(drawn(self));
	/* q is back to the rows, and only there the end. */
	EXPECT_EQ(SCREEN_DRAW, screen_key(&self->screen, 'q'));
	EXPECT_EQ(SCREEN_ROWS, self->screen.mode);
	EXPECT_EQ(SCREEN_QUIT, screen_key(&self->screen, 'q'));
}

TEST_F(drawing, messages)
{
	strcpy(self->screen.message, "unknown field");
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(0, strncmp("unknown field ", self->lines[23], 14));
	EXPECT_EQ(SCREEN_DRAW, screen_key(&self->screen, 'x'));
	EXPECT_EQ(0, strcmp("", self->screen.message));
	EXPECT_EQ(SCREEN_NOTHING, screen_key(&self->screen, 'x'));
	EXPECT_EQ(SCREEN_FREEZE, screen_key(&self->screen, ' '));
	ASSERT_TRUE(drawn(self));
	EXPECT_EQ(0, strncmp("FROZEN  Space Go on", self->lines[23], 19));
	EXPECT_EQ(SCREEN_FREEZE, screen_key(&self->screen, 'Z'));
	EXPECT_EQ(SCREEN_HELP, screen_key(&self->screen, '?'));
	EXPECT_EQ(SCREEN_CLEAR, screen_key(&self->screen, 'L' - '@'));
	EXPECT_EQ(SCREEN_CLEAR, screen_key(&self->screen, SCREEN_KEY_RESIZE));
	EXPECT_EQ(SCREEN_SLOWER, screen_key(&self->screen, '+'));
	EXPECT_EQ(SCREEN_NOTHING, screen_key(&self->screen, SCREEN_KEY_NONE));
}

/* Whatever is pressed, and however the size and the rows change, all is drawn. */
TEST_F(drawing, random)
{
	static const u32 letters[] = { 'e', '\\', '>', 'I', 'Z', '1', '2', 'h', 0x4e2d };
	size_t i;

	srandom(18);
	for (i = 0; i < 20000; i++) {
		u32 key = random() % 4 ? SCREEN_KEY_NONE + random() % 26 :
					 letters[random() % ARRAY_SIZE(letters)];
		size_t nr = random() % (NR_ROWS + 1), j;
		enum screen_action action = screen_key(&self->screen, key);

		if (action == SCREEN_HELP)
			screen_page(&self->screen, "some\ntext\n");
		if (random() % 8 == 0)
			screen_resize(&self->screen, 1 + random() % 120,
				      1 + random() % 60);
		for (j = 0; j < nr; j++)
			self->rows[j].rate = random() % 5;
		if (!self->screen.view && random() % 2)
			give(self, nr);
		ASSERT_TRUE(drawn(self)) TH_LOG("step %zu, key %u", i, key);
	}
}

TEST_HARNESS_MAIN
