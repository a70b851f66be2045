// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: screen
 *
 * What a full screen shows, and what keys do; nothing here knows a terminal. A screen
 * has views, each with columns and rows. Rows are sorted by one column. As many columns
 * are shown as there is room for: always the first, and the others from the one that was
 * scrolled to. Only what is visible is made into text.
 *
 * From the top: two lines of head, one that names the views, the headings, the rows,
 * and a line of keys, in whose place there is a message or a prompt.
 */
#define _GNU_SOURCE	/* qsort_r(), wcwidth() */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/nearest.h"
#include "base/utf8.h"
#include "view/cell.h"
#include "view/screen.h"

#define VIEWS_LINE	SCREEN_HEAD_LINES
#define HEADINGS_LINE	(VIEWS_LINE + 1)
#define FIRST_ROW	(HEADINGS_LINE + 1)
#define MOST_WIDE	28	/* of a column, unless it is the last */
#define WIDE_SCREEN	100	/* two blanks between columns */

static const struct screen_view *view_of(const struct screen *screen)
{
	return &screen->views[screen->view];
}

static struct screen_place *place_of(struct screen *screen)
{
	return &screen->places[screen->view];
}

static bool too_small(const struct screen *screen)
{
	return screen->columns < SCREEN_LEAST_COLUMNS ||
	       screen->lines < SCREEN_LEAST_LINES;
}

/* Rows that there is room for */
static size_t visible(const struct screen *screen)
{
	return screen->lines > FIRST_ROW + 1 ? screen->lines - FIRST_ROW - 1 : 1;
}

/* Lines of a page */
static size_t page_visible(const struct screen *screen)
{
	return screen->lines > 1 ? screen->lines - 1 : 1;
}

/* ---- Text ---------------------------------------------------------------- */

/* Columns that a character takes, and what is shown of it */
static u32 width_of(const struct screen *screen, u32 c, size_t len, const char **shown)
{
	int width = !len || utf8_is_control(c) ? -1 :
		    c < 0x80 ? 1 : screen->ascii ? -1 : wcwidth(c);

	if (width >= 0)
		return width;
	*shown = "?";
	return 1;
}

/* Columns that a text takes */
static u32 text_columns(const struct screen *screen, const char *text)
{
	size_t left = strlen(text), len;
	const char *shown;
	u32 columns = 0, c;

	for (; left; text += len ?: 1, left -= len ?: 1) {
		len = utf8_next(text, left, &c);
		columns += width_of(screen, c, len, &shown);
	}
	return columns;
}

/* As much of a text as there is room for, up to so many columns of the line */
static void put_text(const struct screen *screen, struct screen_line *line,
		     const char *text, u32 until)
{
	size_t left = strlen(text), len;
	const char *shown;
	u32 width, c;

	if (until > screen->columns)
		until = screen->columns;
	for (; left; text += len ?: 1, left -= len ?: 1) {
		shown = NULL;
		len = utf8_next(text, left, &c);
		width = width_of(screen, c, len, &shown);
		if (line->columns + width > until)
			return;
		if (shown) {
			line->text[line->used++] = *shown;
		} else if (line->used + len < SCREEN_LINE_BYTES) {
			memcpy(line->text + line->used, text, len);
			line->used += len;
		}
		line->columns += width;
	}
}

static void pad(const struct screen *screen, struct screen_line *line, u32 until)
{
	if (until > screen->columns)
		until = screen->columns;
	while (line->columns < until && line->used + 1 < SCREEN_LINE_BYTES) {
		line->text[line->used++] = ' ';
		line->columns++;
	}
}

static void begin(struct screen_line *line, enum screen_look look)
{
	line->look = look;
	line->mark = 0;
	line->mark_columns = 0;
	line->columns = 0;
	line->used = 0;
	line->text[0] = '\0';
}

/* Fill the line, so that all of it has its look. */
static void end(const struct screen *screen, struct screen_line *line,
		screen_put_t put, void *context, u32 at)
{
	pad(screen, line, screen->columns);
	line->text[line->used] = '\0';
	put(context, at, line);
}

/* Parts with blanks between, as many as fit whole; the first is cut to fit. */
static void put_parts(const struct screen *screen, struct screen_line *line,
		      const char *const *parts, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (!*parts[i])
			continue;
		if (line->columns && line->columns + 2 +
		    text_columns(screen, parts[i]) > screen->columns)
			continue;
		if (line->columns)
			put_text(screen, line, "  ", ~0U);
		put_text(screen, line, parts[i], ~0U);
	}
}

/* ---- Columns ------------------------------------------------------------- */

static const char *heading_of(const struct column *column)
{
	return column->heading ?: column->name;
}

static void cell(const struct screen *screen, size_t row, size_t column, char *text)
{
	const struct screen_rows *rows = &screen->rows;
	static char room[CELL_BYTES];
	struct value value = { .type = VALUE_NULL };

	rows->value(rows->context, screen->order[row], column, &value, room);
	/* Blanks are easier on the eye than many dashes. */
	text[0] = '\0';
	if (value.type != VALUE_NULL)
		cell_of_column(text, &view_of(screen)->columns[column], &value);
}

/* Widths grow with what is seen, so that columns do not dance. */
static void widen(struct screen *screen)
{
	const struct screen_view *view = view_of(screen);
	struct screen_place *place = place_of(screen);
	static char text[CELL_BYTES];
	size_t i, row, last;

	last = place->top + visible(screen);
	if (last > screen->nr_order)
		last = screen->nr_order;
	for (i = 0; i < view->nr; i++) {
		u32 width = strlen(heading_of(&view->columns[i]));

		for (row = place->top; row < last; row++) {
			cell(screen, row, i, text);
			if (text_columns(screen, text) > width)
				width = text_columns(screen, text);
		}
		if (i + 1 < view->nr && width > MOST_WIDE)
			width = MOST_WIDE;
		if (width > place->widths[i])
			place->widths[i] = width;
	}
}

static u32 gap_of(const struct screen *screen)
{
	return screen->columns < WIDE_SCREEN ? 1 : 2;
}

/* The next column that is shown after one; the number of columns: none */
static size_t next_column(const struct screen *screen, size_t i)
{
	const struct screen_place *place = &screen->places[screen->view];

	return i ? i + 1 : 1 + place->left;
}

static void put_columns(const struct screen *screen, struct screen_line *line,
			bool heading, size_t row)
{
	const struct screen_view *view = view_of(screen);
	const struct screen_place *place = &screen->places[screen->view];
	static char text[CELL_BYTES];
	u32 from = 0, until, width;
	size_t i;

	for (i = 0; i < view->nr; i = next_column(screen, i)) {
		const struct column *column = &view->columns[i];
		bool is_last = i + 1 == view->nr;

		/* Columns are shown whole, except the last, and an only one. */
		until = from + place->widths[i];
		if (i && until > screen->columns &&
		    !(is_last && column->type == VALUE_STRING &&
		      from + 8 <= screen->columns))
			break;
		if (heading) {
			snprintf(text, sizeof(text), "%s", heading_of(column));
			if (i == place->sort) {
				line->mark = from;
				line->mark_columns =
					min_t(u32, until, screen->columns) - from;
			}
		} else {
			cell(screen, row, i, text);
		}
		width = text_columns(screen, text);
		if (column->type != VALUE_STRING && width < place->widths[i])
			pad(screen, line, until - width);
		put_text(screen, line, text, until);
		pad(screen, line, until);
		from = until + gap_of(screen);
		pad(screen, line, from);
	}
}

/* ---- Order --------------------------------------------------------------- */

#define KEY_BYTES	40

/* What a row is sorted by */
struct key {
	u32 row;
	u8 type;
	u64 number;
	char text[KEY_BYTES];
};

static int compare_values(const struct key *a, const struct key *b)
{
	if (a->type == VALUE_STRING)
		return strcmp(a->text, b->text);
	if (a->type == VALUE_SIGNED)
		return ((s64)a->number > (s64)b->number) -
		       ((s64)a->number < (s64)b->number);
	return (a->number > b->number) - (a->number < b->number);
}

/* Nulls come last, whatever the order. */
static int compare(const void *left, const void *right, void *descending)
{
	const struct key *a = left, *b = right;
	int order;

	if (a->type != b->type)
		return a->type == VALUE_NULL ? 1 : b->type == VALUE_NULL ? -1 :
		       a->type < b->type ? -1 : 1;
	order = a->type == VALUE_NULL ? 0 : compare_values(a, b);
	if (order)
		return *(bool *)descending ? -order : order;
	return a->row < b->row ? -1 : 1;
}

static void make_key(const struct screen *screen, struct key *key, u32 row)
{
	const struct screen_rows *rows = &screen->rows;
	static char room[CELL_BYTES];
	struct value value = { .type = VALUE_NULL };

	rows->value(rows->context, row, screen->places[screen->view].sort, &value,
		    room);
	key->row = row;
	key->type = value.type;
	key->number = value.number;
	if (value.type == VALUE_STRING)
		snprintf(key->text, sizeof(key->text), "%s", value.string);
}

static bool make_room(struct screen *screen, size_t nr)
{
	u32 *order;

	if (nr <= screen->room)
		return true;
	order = realloc(screen->order, 2 * nr * sizeof(*order));
	if (!order)
		return false;
	screen->order = order;
	screen->room = 2 * nr;
	return true;
}

/* If memory is short, rows stay as they came, or there are none. */
static void put_in_order(struct screen *screen)
{
	size_t nr = screen->rows.nr, i;
	struct key *keys;

	screen->nr_order = 0;
	if (!nr || !make_room(screen, nr))
		return;
	screen->nr_order = nr;
	keys = malloc(nr * sizeof(*keys));
	for (i = 0; i < nr; i++) {
		screen->order[i] = i;
		if (keys)
			make_key(screen, &keys[i], i);
	}
	if (!keys)
		return;
	qsort_r(keys, nr, sizeof(*keys), compare, &place_of(screen)->descending);
	for (i = 0; i < nr; i++)
		screen->order[i] = keys[i].row;
	free(keys);
}

/* Keep the cursor within the rows, and visible. */
static void settle(struct screen *screen)
{
	struct screen_place *place = place_of(screen);
	size_t seen = visible(screen);

	if (place->cursor >= screen->nr_order)
		place->cursor = screen->nr_order ? screen->nr_order - 1 : 0;
	if (place->top > place->cursor)
		place->top = place->cursor;
	if (place->top + seen <= place->cursor)
		place->top = place->cursor + 1 - seen;
	if (place->top && place->top + seen > screen->nr_order)
		place->top = screen->nr_order > seen ? screen->nr_order - seen : 0;
	if (screen->nr_order)
		place->id = screen->rows.id(screen->rows.context,
					    screen->order[place->cursor]);
	widen(screen);
}

/* The cursor stays on the first row; on any other it moves with its row. */
static void follow(struct screen *screen)
{
	struct screen_place *place = place_of(screen);
	size_t i;

	if (!place->cursor)
		return;
	for (i = 0; i < screen->nr_order; i++) {
		if (screen->rows.id(screen->rows.context, screen->order[i]) !=
		    place->id)
			continue;
		place->cursor = i;
		return;
	}
}

/* ---- From outside -------------------------------------------------------- */

/* Which column; the number of columns when there is none of that name */
static size_t find_column(const struct screen_view *view, const char *name)
{
	size_t i;

	for (i = 0; i < view->nr; i++)
		if (!strcmp(view->columns[i].name, name))
			break;
	return i;
}

/**
 * screen_init() - a screen of no size, without rows, in its first view
 * @screen: out: to be given to screen_free()
 * @views: its views; must outlive it
 * @nr: how many, at most SCREEN_MAX_VIEWS
 */
void screen_init(struct screen *screen, const struct screen_view *views, size_t nr)
{
	size_t i;

	*screen = (struct screen){ .views = views, .nr_views = nr };
	for (i = 0; i < nr; i++) {
		screen->places[i].descending = *views[i].sort == '-';
		screen->places[i].sort =
			find_column(&views[i], views[i].sort +
				    screen->places[i].descending);
	}
}

/**
 * screen_sort() - sort the present view
 * @screen: the screen
 * @name: of a column, after a '-' for the largest first
 * @accepted: out: if there is no such column, what may have been meant, and all names
 * @size: room for it
 *
 * Return: false when there is no such column.
 */
bool screen_sort(struct screen *screen, const char *name, char *accepted, size_t size)
{
	const struct screen_view *view = view_of(screen);
	bool descending = *name == '-';
	size_t i = find_column(view, name + descending), used;
	struct nearest nearest;

	if (i < view->nr) {
		place_of(screen)->sort = i;
		place_of(screen)->descending = descending;
		return true;
	}
	nearest_begin(&nearest, name + descending);
	for (i = 0; i < view->nr; i++)
		nearest_offer(&nearest, view->columns[i].name);
	used = snprintf(accepted, size, "%s%s%saccepted:",
			nearest.name ? "did you mean " : "", nearest.name ?: "",
			nearest.name ? "? " : "");
	for (i = 0; i < view->nr && used < size; i++)
		used += snprintf(accepted + used, size - used, " %s",
				 view->columns[i].name);
	return false;
}

/**
 * screen_resize() - the terminal has another size
 * @screen: the screen
 * @columns: of the terminal
 * @lines: likewise
 */
void screen_resize(struct screen *screen, u32 columns, u32 lines)
{
	screen->columns = min_t(u32, columns, SCREEN_MAX_COLUMNS);
	screen->lines = lines;
	memset(place_of(screen)->widths, 0, sizeof(place_of(screen)->widths));
	settle(screen);
	if (screen->page_top + page_visible(screen) > screen->page_lines)
		screen->page_top = 0;
}

/**
 * screen_rows() - set the rows of the present view
 * @screen: the screen
 * @rows: the rows; their values may be asked for until the next ones are set
 */
void screen_rows(struct screen *screen, const struct screen_rows *rows)
{
	screen->rows = *rows;
	put_in_order(screen);
	follow(screen);
	settle(screen);
}

/**
 * screen_row() - which row the cursor is on
 * @screen: the screen
 * @row: out: its number
 *
 * Return: false when there is none.
 */
bool screen_row(const struct screen *screen, size_t *row)
{
	size_t cursor = screen->places[screen->view].cursor;

	if (cursor >= screen->nr_order)
		return false;
	*row = screen->order[cursor];
	return true;
}

/**
 * screen_page() - show a text instead of rows, until a key ends that
 * @screen: the screen
 * @text: lines
 */
void screen_page(struct screen *screen, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return;
	free(screen->page);
	screen->page = copy;
	screen->page_top = 0;
	screen->page_left = 0;
	screen->page_lines = 0;
	while (*text) {
		text += strcspn(text, "\n");
		text += *text == '\n';
		screen->page_lines++;
	}
	screen->mode = SCREEN_PAGE;
}

/**
 * screen_free() - undo screen_init()
 * @screen: the screen
 */
void screen_free(struct screen *screen)
{
	free(screen->order);
	free(screen->page);
}

/* ---- Keys ---------------------------------------------------------------- */

static enum screen_action move(struct screen *screen, u32 key)
{
	struct screen_place *place = place_of(screen);
	size_t page = visible(screen);
	size_t last = screen->nr_order ? screen->nr_order - 1 : 0;

	switch (key) {
	case SCREEN_KEY_UP:
		place->cursor -= place->cursor > 0;
		break;
	case SCREEN_KEY_DOWN:
		place->cursor++;
		break;
	case SCREEN_KEY_PAGE_UP:
		place->cursor -= min_t(size_t, page, place->cursor);
		place->top -= min_t(size_t, page, place->top);
		break;
	case SCREEN_KEY_PAGE_DOWN:
		place->cursor += page;
		place->top += page;
		break;
	case SCREEN_KEY_HOME:
		place->cursor = 0;
		break;
	case SCREEN_KEY_END:
		place->cursor = last;
		break;
	case SCREEN_KEY_LEFT:
		place->left -= place->left > 0;
		break;
	case SCREEN_KEY_RIGHT:
		if (place->left + 2 < view_of(screen)->nr)
			place->left++;
		break;
	}
	settle(screen);
	return SCREEN_DRAW;
}

static enum screen_action go_to_view(struct screen *screen, size_t view)
{
	if (view >= screen->nr_views || view == screen->view)
		return SCREEN_NOTHING;
	screen->view = view;
	/* It has no rows until somebody sets them. */
	screen->nr_order = 0;
	screen->rows.nr = 0;
	return SCREEN_VIEW;
}

static enum screen_action sort_anew(struct screen *screen)
{
	put_in_order(screen);
	follow(screen);
	settle(screen);
	return SCREEN_DRAW;
}

static enum screen_action begin_prompt(struct screen *screen)
{
	memcpy(screen->prompt, screen->filter, sizeof(screen->prompt));
	screen->mode = SCREEN_PROMPT;
	return SCREEN_DRAW;
}

static enum screen_action key_in_rows(struct screen *screen, u32 key)
{
	switch (key) {
	case 'q':
	case 'Q':
	case SCREEN_KEY_F10:
		return SCREEN_QUIT;
	case 'h':
	case '?':
	case SCREEN_KEY_F1:
		return SCREEN_HELP;
	case '\\':
	case 'e':
	case SCREEN_KEY_F1 + 3:
		return begin_prompt(screen);
	case SCREEN_KEY_F1 + 4:
	case 'L' - '@':
		return SCREEN_CLEAR;
	case '>':
	case '.':
	case SCREEN_KEY_F1 + 5:
		screen->menu = place_of(screen)->sort;
		screen->mode = SCREEN_MENU;
		return SCREEN_DRAW;
	case 'I':
		place_of(screen)->descending = !place_of(screen)->descending;
		return sort_anew(screen);
	case ' ':
	case 'Z':
		screen->frozen = !screen->frozen;
		return SCREEN_FREEZE;
	case '+':
		return SCREEN_SLOWER;
	case '-':
		return SCREEN_FASTER;
	case SCREEN_KEY_ENTER:
		return screen->nr_order ? SCREEN_OPEN : SCREEN_NOTHING;
	case SCREEN_KEY_TAB:
		return go_to_view(screen, (screen->view + 1) % screen->nr_views);
	case SCREEN_KEY_BACKTAB:
		return go_to_view(screen, (screen->view + screen->nr_views - 1) %
				  screen->nr_views);
	case SCREEN_KEY_UP:
	case SCREEN_KEY_DOWN:
	case SCREEN_KEY_LEFT:
	case SCREEN_KEY_RIGHT:
	case SCREEN_KEY_PAGE_UP:
	case SCREEN_KEY_PAGE_DOWN:
	case SCREEN_KEY_HOME:
	case SCREEN_KEY_END:
		return move(screen, key);
	}
	if (key >= '1' && key <= '9')
		return go_to_view(screen, key - '1');
	return SCREEN_NOTHING;
}

static bool ends_mode(u32 key)
{
	return key == SCREEN_KEY_ESCAPE || key == 'q' || key == SCREEN_KEY_F10;
}

static enum screen_action key_in_menu(struct screen *screen, u32 key)
{
	const struct screen_view *view = view_of(screen);
	struct screen_place *place = place_of(screen);

	if (ends_mode(key)) {
		screen->mode = SCREEN_ROWS;
	} else if (key == SCREEN_KEY_UP) {
		screen->menu -= screen->menu > 0;
	} else if (key == SCREEN_KEY_DOWN) {
		screen->menu += screen->menu + 1 < view->nr;
	} else if (key == SCREEN_KEY_HOME) {
		screen->menu = 0;
	} else if (key == SCREEN_KEY_END) {
		screen->menu = view->nr - 1;
	} else if (key == SCREEN_KEY_ENTER) {
		/* The same column again turns it round. At first names go up, numbers down. */
		place->descending = place->sort == screen->menu ?
				    !place->descending :
				    view->columns[screen->menu].type != VALUE_STRING;
		place->sort = screen->menu;
		screen->mode = SCREEN_ROWS;
		return sort_anew(screen);
	}
	return SCREEN_DRAW;
}

/* Remove the last character. */
static void take_back(char *text)
{
	size_t len = strlen(text);

	while (len && ((u8)text[--len] & 0xc0) == 0x80)
		;
	text[len] = '\0';
}

static void type(char *text, size_t size, u32 c)
{
	size_t len = strlen(text);
	u8 *to = (u8 *)text + len;

	if (c >= SCREEN_KEY_NONE || utf8_is_control(c) || len + 5 > size)
		return;
	if (c < 0x80) {
		*to++ = c;
	} else if (c < 0x800) {
		*to++ = 0xc0 | c >> 6;
		*to++ = 0x80 | (c & 0x3f);
	} else if (c < 0x10000) {
		*to++ = 0xe0 | c >> 12;
		*to++ = 0x80 | (c >> 6 & 0x3f);
		*to++ = 0x80 | (c & 0x3f);
	} else {
		*to++ = 0xf0 | c >> 18;
		*to++ = 0x80 | (c >> 12 & 0x3f);
		*to++ = 0x80 | (c >> 6 & 0x3f);
		*to++ = 0x80 | (c & 0x3f);
	}
	*to = '\0';
}

static enum screen_action key_in_prompt(struct screen *screen, u32 key)
{
	switch (key) {
	case SCREEN_KEY_ESCAPE:
	case SCREEN_KEY_F10:
		screen->mode = SCREEN_ROWS;
		break;
	case SCREEN_KEY_ENTER:
		screen->mode = SCREEN_ROWS;
		return SCREEN_FILTER;
	case SCREEN_KEY_BACKSPACE:
		take_back(screen->prompt);
		break;
	case 'U' - '@':
		screen->prompt[0] = '\0';
		break;
	default:
		type(screen->prompt, sizeof(screen->prompt), key);
	}
	return SCREEN_DRAW;
}

static enum screen_action key_in_page(struct screen *screen, u32 key)
{
	size_t page = page_visible(screen);
	size_t last = screen->page_lines > page ? screen->page_lines - page : 0;

	switch (key) {
	case SCREEN_KEY_UP:
		screen->page_top -= screen->page_top > 0;
		break;
	case SCREEN_KEY_DOWN:
		screen->page_top++;
		break;
	case SCREEN_KEY_PAGE_UP:
		screen->page_top -= min_t(size_t, page, screen->page_top);
		break;
	case ' ':
	case SCREEN_KEY_PAGE_DOWN:
		screen->page_top += page;
		break;
	case SCREEN_KEY_HOME:
		screen->page_top = 0;
		screen->page_left = 0;
		break;
	case SCREEN_KEY_END:
		screen->page_top = last;
		break;
	case SCREEN_KEY_LEFT:
		screen->page_left -= min_t(size_t, 8, screen->page_left);
		break;
	case SCREEN_KEY_RIGHT:
		if (screen->page_left < SCREEN_MAX_COLUMNS)
			screen->page_left += 8;
		break;
	default:
		if (!ends_mode(key) && key != SCREEN_KEY_ENTER &&
		    key != SCREEN_KEY_F1 && key != 'h' && key != '?')
			return SCREEN_NOTHING;
		screen->mode = SCREEN_ROWS;
	}
	if (screen->page_top > last)
		screen->page_top = last;
	return SCREEN_DRAW;
}

/**
 * screen_key() - a key was pressed
 * @screen: changes as the key says
 * @key: enum screen_key, or a character
 *
 * Return: what the caller has to do.
 */
enum screen_action screen_key(struct screen *screen, u32 key)
{
	bool said = screen->message[0];
	enum screen_action action = SCREEN_NOTHING;

	if (key == SCREEN_KEY_NONE)
		return SCREEN_NOTHING;
	if (key == SCREEN_KEY_RESIZE)
		return SCREEN_CLEAR;
	screen->message[0] = '\0';
	/* Nobody would see what other keys do. */
	if (too_small(screen))
		return key == 'q' || key == SCREEN_KEY_F10 ? SCREEN_QUIT :
							     SCREEN_DRAW;
	switch (screen->mode) {
	case SCREEN_ROWS:
		action = key_in_rows(screen, key);
		break;
	case SCREEN_MENU:
		action = key_in_menu(screen, key);
		break;
	case SCREEN_PROMPT:
		action = key_in_prompt(screen, key);
		break;
	case SCREEN_PAGE:
		action = key_in_page(screen, key);
		break;
	}
	return action == SCREEN_NOTHING && said ? SCREEN_DRAW : action;
}

/* ---- Drawing ------------------------------------------------------------- */

static void draw_head(const struct screen *screen, struct screen_line *line,
		      screen_put_t put, void *context)
{
	const char *parts[SCREEN_HEAD_PARTS];
	size_t i, at;

	for (at = 0; at < SCREEN_HEAD_LINES; at++) {
		for (i = 0; i < SCREEN_HEAD_PARTS; i++)
			parts[i] = screen->head[at][i];
		begin(line, SCREEN_PLAIN);
		put_parts(screen, line, parts, SCREEN_HEAD_PARTS);
		end(screen, line, put, context, at);
	}
}

/* Numbers are what one types for a view; names are dropped if there is no room. */
static void draw_views(const struct screen *screen, struct screen_line *line,
		       screen_put_t put, void *context)
{
	char name[64], filter[SCREEN_PROMPT_BYTES + 16];
	size_t i;

	begin(line, SCREEN_BOLD);
	for (i = 0; i < screen->nr_views; i++) {
		u32 from;

		if (i)
			put_text(screen, line, screen->columns < 60 ? " " : "   ",
				 ~0U);
		from = line->columns;
		snprintf(name, sizeof(name), "%zu %s", i + 1,
			 screen->views[i].name);
		put_text(screen, line, name, ~0U);
		if (i == screen->view) {
			line->mark = from;
			line->mark_columns = line->columns - from;
		}
	}
	if (*screen->filter) {
		snprintf(filter, sizeof(filter), "   filter: %s", screen->filter);
		put_text(screen, line, filter, ~0U);
	}
	end(screen, line, put, context, VIEWS_LINE);
}

static void draw_keys(const struct screen *screen, struct screen_line *line,
		      screen_put_t put, void *context)
{
	static const char *const in_rows[] = {
		"F1 Help", "F4 Filter", "F6 Sort", "F10 Quit", "Enter Open",
		"Space Freeze", "Tab View", "\xe2\x86\x90\xe2\x86\x92 Columns",
	};
	static const char *const in_menu[] = { "Enter Sort", "Esc Back" };
	static const char *const in_page[] = {
		"q Back", "PgUp PgDn Scroll", "Home End",
	};
	static const char *const frozen[] = {
		"FROZEN", "Space Go on", "F1 Help", "F4 Filter", "F6 Sort",
		"F10 Quit", "Enter Open",
	};
	/* The last of these is not ASCII. */
	size_t nr_rows = ARRAY_SIZE(in_rows) - screen->ascii;
	u32 at = screen->lines - 1, room;
	const char *typed = screen->prompt;

	begin(line, SCREEN_REVERSE);
	if (screen->mode == SCREEN_PROMPT) {
		put_text(screen, line, "Filter: ", ~0U);
		/* One wants to see the end of what is typed. */
		room = screen->columns - line->columns - 1;
		while (text_columns(screen, typed) > room)
			do
				typed++;
			while (((u8)*typed & 0xc0) == 0x80);
		put_text(screen, line, typed, ~0U);
	} else if (screen->message[0]) {
		line->look = SCREEN_BOLD;
		put_text(screen, line, screen->message, ~0U);
	} else if (screen->mode == SCREEN_MENU) {
		put_parts(screen, line, in_menu, ARRAY_SIZE(in_menu));
	} else if (screen->mode == SCREEN_PAGE) {
		put_parts(screen, line, in_page, ARRAY_SIZE(in_page));
	} else if (screen->frozen) {
		put_parts(screen, line, frozen, ARRAY_SIZE(frozen));
		line->mark_columns = strlen(frozen[0]);
	} else {
		put_parts(screen, line, in_rows, nr_rows);
	}
	end(screen, line, put, context, at);
}

static void draw_rows(const struct screen *screen, struct screen_line *line,
		      screen_put_t put, void *context)
{
	const struct screen_place *place = &screen->places[screen->view];
	size_t i, row;

	begin(line, SCREEN_REVERSE);
	put_columns(screen, line, true, 0);
	end(screen, line, put, context, HEADINGS_LINE);
	for (i = 0; i < visible(screen); i++) {
		row = place->top + i;
		/* While one types, the message about a mistake is above. */
		if (screen->mode == SCREEN_PROMPT && screen->message[0] &&
		    i + 1 == visible(screen)) {
			begin(line, SCREEN_BOLD);
			put_text(screen, line, screen->message, ~0U);
			end(screen, line, put, context, FIRST_ROW + i);
			break;
		}
		begin(line, row == place->cursor && row < screen->nr_order ?
			    SCREEN_SELECTED : SCREEN_PLAIN);
		if (row < screen->nr_order)
			put_columns(screen, line, false, row);
		else if (!row)
			put_text(screen, line, *screen->filter ?
				 "(nothing that the filter wants)" : "(nothing)",
				 ~0U);
		end(screen, line, put, context, FIRST_ROW + i);
	}
}

static void draw_menu(const struct screen *screen, struct screen_line *line,
		      screen_put_t put, void *context)
{
	const struct screen_view *view = view_of(screen);
	size_t seen = visible(screen), top = 0, i;
	char text[256];

	if (screen->menu >= seen)
		top = screen->menu + 1 - seen;
	begin(line, SCREEN_REVERSE);
	put_text(screen, line, "Sort by", ~0U);
	end(screen, line, put, context, HEADINGS_LINE);
	for (i = 0; i < seen; i++) {
		size_t at = top + i;

		begin(line, at == screen->menu ? SCREEN_SELECTED : SCREEN_PLAIN);
		if (at < view->nr) {
			snprintf(text, sizeof(text), "%-12s %s",
				 heading_of(&view->columns[at]),
				 view->columns[at].what ?: "");
			put_text(screen, line, text, ~0U);
		}
		end(screen, line, put, context, FIRST_ROW + i);
	}
}

/* The part of a line to the right of what was scrolled away */
static const char *cut_left(const struct screen *screen, const char *text, size_t left)
{
	const char *shown;
	size_t len;
	u32 c;

	while (left && *text) {
		len = utf8_next(text, strlen(text), &c);
		left -= min_t(size_t, left, width_of(screen, c, len, &shown));
		text += len ?: 1;
	}
	return text;
}

static void draw_page(const struct screen *screen, struct screen_line *line,
		      screen_put_t put, void *context)
{
	size_t at = 0, len, i, seen = page_visible(screen);
	const char *text = screen->page;
	char copy[SCREEN_LINE_BYTES];

	for (i = 0; i < seen; at++) {
		len = strcspn(text, "\n");
		if (at >= screen->page_top) {
			snprintf(copy, sizeof(copy), "%.*s", (int)len, text);
			begin(line, at ? SCREEN_PLAIN : SCREEN_BOLD);
			put_text(screen, line,
				 cut_left(screen, copy, screen->page_left), ~0U);
			end(screen, line, put, context, i++);
		}
		text += len;
		text += *text == '\n';
	}
}

/**
 * screen_draw() - draw all lines
 * @screen: the screen
 * @put: called for each line, from the first to the last
 * @context: for @put
 */
void screen_draw(const struct screen *screen, screen_put_t put, void *context)
{
	static struct screen_line line;
	char text[128];
	u32 at;

	if (too_small(screen)) {
		snprintf(text, sizeof(text), "%ux%u is too small, %dx%d is needed",
			 screen->columns, screen->lines, SCREEN_LEAST_COLUMNS,
			 SCREEN_LEAST_LINES);
		for (at = 0; at < screen->lines; at++) {
			begin(&line, SCREEN_PLAIN);
			if (!at)
				put_text(screen, &line, text, ~0U);
			end(screen, &line, put, context, at);
		}
		return;
	}
	if (screen->mode == SCREEN_PAGE) {
		draw_page(screen, &line, put, context);
	} else {
		draw_head(screen, &line, put, context);
		draw_views(screen, &line, put, context);
		if (screen->mode == SCREEN_MENU)
			draw_menu(screen, &line, put, context);
		else
			draw_rows(screen, &line, put, context);
	}
	draw_keys(screen, &line, put, context);
}

/**
 * screen_cursor() - where the terminal's cursor belongs
 * @screen: the screen
 *
 * Return: column in the last line, where something is typed; ~0: nowhere
 */
u32 screen_cursor(const struct screen *screen)
{
	u32 columns = 8 + text_columns(screen, screen->prompt);

	if (screen->mode != SCREEN_PROMPT || too_small(screen))
		return ~0U;
	return min_t(u32, columns, screen->columns - 1);
}
