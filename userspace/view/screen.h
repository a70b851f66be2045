/* SPDX-License-Identifier: GPL-2.0 */
/* A full screen of rows, without a terminal; see screen.c. */
#ifndef _IPCTRACE_SCREEN_H
#define _IPCTRACE_SCREEN_H

#include "view/sink.h"

/* On a smaller terminal there is only a line that says so. */
#define SCREEN_LEAST_COLUMNS	40
#define SCREEN_LEAST_LINES	10
#define SCREEN_MAX_COLUMNS	512
#define SCREEN_LINE_BYTES	(4 * SCREEN_MAX_COLUMNS + 1)
#define SCREEN_MAX_VIEWS	8
#define SCREEN_HEAD_LINES	2
#define SCREEN_HEAD_PARTS	8
#define SCREEN_PROMPT_BYTES	1024

/*
 * enum screen_key - keys that are not characters
 *
 * A key is one of these, or the code point of a character. SCREEN_KEY_RESIZE is not a
 * key: screen_resize() was called.
 */
enum screen_key {
	SCREEN_KEY_NONE = 0x110000,
	SCREEN_KEY_UP,
	SCREEN_KEY_DOWN,
	SCREEN_KEY_LEFT,
	SCREEN_KEY_RIGHT,
	SCREEN_KEY_PAGE_UP,
	SCREEN_KEY_PAGE_DOWN,
	SCREEN_KEY_HOME,
	SCREEN_KEY_END,
	SCREEN_KEY_ENTER,
	SCREEN_KEY_ESCAPE,
	SCREEN_KEY_BACKSPACE,
	SCREEN_KEY_TAB,
	SCREEN_KEY_BACKTAB,
	SCREEN_KEY_RESIZE,
	SCREEN_KEY_F1,
	SCREEN_KEY_F10 = SCREEN_KEY_F1 + 9,
};

/**
 * enum screen_action - what is left to do after a key
 * @SCREEN_NOTHING: nothing
 * @SCREEN_DRAW: draw it
 * @SCREEN_CLEAR: draw all of it anew
 * @SCREEN_QUIT: end
 * @SCREEN_VIEW: @view has changed: set its rows
 * @SCREEN_OPEN: show what is known of the row under the cursor
 * @SCREEN_HELP: show the help
 * @SCREEN_FILTER: @prompt is a new filter
 * @SCREEN_FREEZE: stop, or go on
 * @SCREEN_FASTER: look more often
 * @SCREEN_SLOWER: look less often
 */
enum screen_action {
	SCREEN_NOTHING,
	SCREEN_DRAW,
	SCREEN_CLEAR,
	SCREEN_QUIT,
	SCREEN_VIEW,
	SCREEN_OPEN,
	SCREEN_HELP,
	SCREEN_FILTER,
	SCREEN_FREEZE,
	SCREEN_FASTER,
	SCREEN_SLOWER,
};

/**
 * struct screen_view - a kind of rows
 * @name: what it is called
 * @columns: its columns; what matters most comes first
 * @nr: how many, at most SINK_MAX_COLUMNS
 * @sort: name of the one to sort by, after a '-' for the largest first
 */
struct screen_view {
	const char *name;
	const struct column *columns;
	size_t nr;
	const char *sort;
};

/**
 * struct screen_rows - the rows of a view
 * @nr: how many
 * @context: for the functions
 * @value: a value of a row; a string may be in @room, CELL_BYTES, or stay valid until
 *	the next rows are set
 * @id: what identifies a row, also among the next rows
 */
struct screen_rows {
	size_t nr;
	void *context;
	void (*value)(void *context, size_t row, size_t column,
		      struct value *value, char *room);
	u64 (*id)(void *context, size_t row);
};

/**
 * struct screen_place - where one is in a view
 * @sort: column to sort by
 * @descending: the largest first
 * @top: first visible row
 * @cursor: row with the cursor, in their order
 * @id: of that row
 * @left: number of columns after the first that were scrolled away
 * @widths: of columns; only grow
 */
struct screen_place {
	size_t sort;
	bool descending;
	size_t top;
	size_t cursor;
	u64 id;
	size_t left;
	u32 widths[SINK_MAX_COLUMNS];
};

/**
 * enum screen_mode - what is seen
 * @SCREEN_ROWS: rows
 * @SCREEN_MENU: columns to sort by
 * @SCREEN_PROMPT: rows, and the filter is being typed
 * @SCREEN_PAGE: a text
 */
enum screen_mode {
	SCREEN_ROWS,
	SCREEN_MENU,
	SCREEN_PROMPT,
	SCREEN_PAGE,
};

/**
 * enum screen_look - how a line looks
 * @SCREEN_PLAIN: as text
 * @SCREEN_BOLD: the head
 * @SCREEN_REVERSE: headings, keys
 * @SCREEN_SELECTED: the row with the cursor
 */
enum screen_look {
	SCREEN_PLAIN,
	SCREEN_BOLD,
	SCREEN_REVERSE,
	SCREEN_SELECTED,
};

/**
 * struct screen_line - a line as it is drawn
 * @look: enum screen_look
 * @mark: from this column on it is highlighted
 * @mark_columns: for how many
 * @columns: that @text takes, at most as many as there are
 * @used: bytes of @text
 * @text: UTF-8, or ASCII
 */
struct screen_line {
	enum screen_look look;
	u32 mark;
	u32 mark_columns;
	u32 columns;
	size_t used;
	char text[SCREEN_LINE_BYTES];
};

/**
 * struct screen - all of it
 * @views: the kinds of rows
 * @nr_views: how many
 * @view: the present one
 * @places: where one is in each
 * @rows: of the present view
 * @order: these in order
 * @nr_order: how many are in @order
 * @room: for how many there is room
 * @columns: width of the terminal
 * @lines: its height
 * @ascii: it has nothing but ASCII
 * @mode: enum screen_mode
 * @frozen: rows do not change
 * @head: parts of the first lines; the last are left out if they do not fit
 * @filter: filter in force
 * @message: a message until the next key. With SCREEN_PROMPT it is above the prompt
 * @prompt: what is being typed
 * @menu: column under the cursor in SCREEN_MENU
 * @page: text of SCREEN_PAGE
 * @page_lines: lines of it
 * @page_top: first visible line
 * @page_left: columns that were scrolled away
 */
struct screen {
	const struct screen_view *views;
	size_t nr_views;
	size_t view;
	struct screen_place places[SCREEN_MAX_VIEWS];
	struct screen_rows rows;
	u32 *order;
	size_t nr_order;
	size_t room;
	u32 columns;
	u32 lines;
	bool ascii;
	enum screen_mode mode;
	bool frozen;
	char head[SCREEN_HEAD_LINES][SCREEN_HEAD_PARTS][128];
	char filter[SCREEN_PROMPT_BYTES];
	char message[256];
	char prompt[SCREEN_PROMPT_BYTES];
	size_t menu;
	char *page;
	size_t page_lines;
	size_t page_top;
	size_t page_left;
};

typedef void (*screen_put_t)(void *context, u32 line,
			     const struct screen_line *text);

void screen_init(struct screen *screen, const struct screen_view *views, size_t nr);
bool screen_sort(struct screen *screen, const char *name, char *accepted,
		 size_t size);
void screen_resize(struct screen *screen, u32 columns, u32 lines);
void screen_rows(struct screen *screen, const struct screen_rows *rows);
bool screen_row(const struct screen *screen, size_t *row);
void screen_page(struct screen *screen, const char *text);
enum screen_action screen_key(struct screen *screen, u32 key);
void screen_draw(const struct screen *screen, screen_put_t put, void *context);
u32 screen_cursor(const struct screen *screen);
void screen_free(struct screen *screen);

#endif /* _IPCTRACE_SCREEN_H */
