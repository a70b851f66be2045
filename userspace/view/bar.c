// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: bar
 *
 * Bars made of characters: blocks of eighths where the locale has them, else '#'.
 */
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "view/bar.h"

#define DEFAULT_COLUMNS	80
#define LEAST_COLUMNS	40

/**
 * bar_columns() - how many columns lines can have
 * @fd: where the lines go
 *
 * Return: those of the terminal, or what $COLUMNS says, or 80.
 */
u32 bar_columns(int fd)
{
	const char *text = getenv("COLUMNS");
	struct winsize size = { };
	u32 columns = text ? strtoul(text, NULL, 10) : 0;

	if (!ioctl(fd, TIOCGWINSZ, &size) && size.ws_col)
		columns = size.ws_col;
	if (!columns)
		return DEFAULT_COLUMNS;
	return columns < LEAST_COLUMNS ? LEAST_COLUMNS :
	       columns > BAR_MAX_COLUMNS ? BAR_MAX_COLUMNS : columns;
}

/**
 * bar_blocks() - does the locale have blocks?
 */
bool bar_blocks(void)
{
	setlocale(LC_CTYPE, "");
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

/**
 * bar_draw() - draw a bar
 * @text: out: the bar, room for BAR_BYTES
 * @part: how long it is
 * @all: how long the longest is, which has all of @columns
 * @columns: room for it, at most BAR_MAX_COLUMNS
 * @blocks: of blocks, in UTF-8; a bar that is not 0 is always visible
 */
void bar_draw(char *text, u64 part, u64 all, u32 columns, bool blocks)
{
	static const char *const eighths[] = {
		"", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a",
		"\u2589",
	};
	u32 steps = blocks ? 8 : 1, length, i;

	length = all ? (double)part / all * columns * steps + 0.5 : 0;
	if (part && !length)
		length = 1;
	if (length > columns * steps)
		length = columns * steps;
	for (i = 0; i < length / steps; i++)
		text = stpcpy(text, blocks ? "\u2588" : "#");
	stpcpy(text, blocks ? eighths[length % 8] : "");
}

/**
 * bar_levels() - draw values beside each other as bars of their height
 * @text: out: a character for each value, room for 3 bytes each and one more
 * @values: the values
 * @nr: how many
 * @blocks: of blocks, in UTF-8; a bar that is not 0 is always visible
 */
void bar_levels(char *text, const u64 *values, u32 nr, bool blocks)
{
	static const char *const eighths[] = {
		" ", "\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586",
		"\u2587", "\u2588",
	};
	static const char *const marks[] = {
		" ", ".", ".", ":", ":", "|", "|", "#", "#",
	};
	u64 max = 0;
	u32 i;

	*text = '\0';
	for (i = 0; i < nr; i++)
		if (values[i] > max)
			max = values[i];
	for (i = 0; i < nr; i++) {
		u32 level = max ? (double)values[i] / max * 8 + 0.5 : 0;

		if (values[i] && !level)
			level = 1;
		text = stpcpy(text, blocks ? eighths[level] : marks[level]);
	}
}
