// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: terminal
 *
 * Puts a screen on a terminal and takes keys from it. Only this file knows ncurses; if
 * the program was built without it, this file says so.
 *
 * While the terminal is ours, messages on standard error would appear in the middle
 * of it: they go to a file, and to standard error at the end.
 */
#define _GNU_SOURCE	/* memfd_create() */
#define _XOPEN_SOURCE_EXTENDED
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "view/terminal.h"

#if __has_include("ncurses.h")

#define NCURSES_WIDECHAR 1
#include <ncurses.h>
#include <term.h>
/* ncurses has macros of these names. */
#undef columns
#undef lines

#include "view/bar.h"
#include "view/guard.h"

#define ESCAPE_MS	25	/* then it is the key, not the beginning of another */

static SCREEN *terminal;
static int error_fd = -1, error_file = -1;
static char restore[512];
static size_t restore_used;

/**
 * terminal_there() - was the program built with ncurses?
 *
 * Return: false, with a message.
 */
bool terminal_there(void)
{
	return true;
}

/* ---- Standard error ------------------------------------------------------------- */

static void set_errors_aside(void)
{
	error_file = memfd_create("ipctrace", MFD_CLOEXEC);
	error_fd = error_file < 0 ? -1 : dup(STDERR_FILENO);
	if (error_fd >= 0)
		dup2(error_file, STDERR_FILENO);
}

static void tell_errors(void)
{
	char buf[4096];
	ssize_t n, done;

	if (error_fd < 0)
		return;
	dup2(error_fd, STDERR_FILENO);
	close(error_fd);
	error_fd = -1;
	lseek(error_file, 0, SEEK_SET);
	while ((n = read(error_file, buf, sizeof(buf))) > 0) {
		done = write(STDERR_FILENO, buf, n);
		(void)done;
	}
	close(error_file);
}

/* ---- Begin and end ---------------------------------------------------------------- */

static int keep_byte(int c)
{
	if (restore_used + 1 < sizeof(restore))
		restore[restore_used++] = c;
	return c;
}

static void keep_string(const char *name)
{
	const char *string = tigetstr(name);

	if (string && string != (const char *)-1)
		tputs(string, 1, keep_byte);
}

/**
 * terminal_run() - do something with a terminal, and give it back whatever happens
 * @work: does it, see guard_terminal()
 * @context: for @work
 *
 * Return: exit status; EXIT_FAILURE, with a message, if there is no terminal for it.
 */
int terminal_run(int (*work)(void *context), void *context)
{
	const char *term = getenv("TERM");
	int error;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		warnx("top needs a terminal, for input and output; without one: -b");
		return EXIT_FAILURE;
	}
	if (setupterm(NULL, STDOUT_FILENO, &error) != OK ||
	    !tigetstr("cup") || tigetstr("cup") == (char *)-1) {
		warnx("top cannot draw on a terminal like TERM=%s; without one: -b",
		      term && *term ? term : "(none)");
		return EXIT_FAILURE;
	}
	keep_string("sgr0");
	keep_string("cnorm");
	keep_string("rmkx");
	keep_string("rmcup");
	del_curterm(cur_term);
	return guard_terminal(work, context, restore);
}

static void take_size(struct screen *screen)
{
	struct winsize size = { };

	/* resizeterm() would report it as a key. */
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col)
		resize_term(size.ws_row, size.ws_col);
	screen_resize(screen, getmaxx(stdscr), getmaxy(stdscr));
}

/**
 * terminal_open() - take the terminal
 * @screen: gets its size; terminal_close() has to follow
 *
 * Return: false, with a message.
 */
bool terminal_open(struct screen *screen)
{
	screen->ascii = !bar_blocks();
	terminal = newterm(NULL, stdout, stdin);
	if (!terminal) {
		warnx("cannot draw on this terminal; without one: -b");
		return false;
	}
	set_errors_aside();
	set_escdelay(ESCAPE_MS);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	take_size(screen);
	return true;
}

/**
 * terminal_close() - give the terminal back
 *
 * What was written to standard error meanwhile is written there now.
 */
void terminal_close(void)
{
	if (!terminal)
		return;
	endwin();
	delscreen(terminal);
	terminal = NULL;
	tell_errors();
}

/* ---- Drawing ------------------------------------------------------------------------ */

static attr_t look_of(enum screen_look look)
{
	switch (look) {
	case SCREEN_BOLD:
		return A_BOLD;
	case SCREEN_REVERSE:
		return A_REVERSE;
	case SCREEN_SELECTED:
		return A_REVERSE | A_BOLD;
	default:
		return A_NORMAL;
	}
}

static void put_line(void *context, u32 at, const struct screen_line *line)
{
	attr_t look = look_of(line->look);

	(void)context;
	/* Writing the last place of the last line scrolls some terminals; ncurses knows. */
	attrset(look);
	mvaddnstr(at, 0, line->text, line->used);
	clrtoeol();
	if (line->mark_columns)
		mvchgat(at, line->mark, line->mark_columns,
			look ^ (line->look == SCREEN_REVERSE ?
				A_REVERSE | A_BOLD : A_REVERSE), 0, NULL);
}

/**
 * terminal_draw() - draw a screen
 * @screen: the screen; of the terminal's size
 * @clear: draw all of it, in case somebody else has drawn there
 */
void terminal_draw(const struct screen *screen, bool clear)
{
	u32 cursor = screen_cursor(screen);

	erase();
	screen_draw(screen, put_line, NULL);
	attrset(A_NORMAL);
	curs_set(cursor != ~0U);
	if (cursor != ~0U)
		move(screen->lines - 1, cursor);
	clearok(curscr, clear);
	refresh();
}

/* ---- Keys --------------------------------------------------------------------------- */

static u32 key_of(wint_t code)
{
	switch (code) {
	case KEY_UP:
		return SCREEN_KEY_UP;
	case KEY_DOWN:
		return SCREEN_KEY_DOWN;
	case KEY_LEFT:
		return SCREEN_KEY_LEFT;
	case KEY_RIGHT:
		return SCREEN_KEY_RIGHT;
	case KEY_PPAGE:
		return SCREEN_KEY_PAGE_UP;
	case KEY_NPAGE:
		return SCREEN_KEY_PAGE_DOWN;
	case KEY_HOME:
		return SCREEN_KEY_HOME;
	case KEY_END:
		return SCREEN_KEY_END;
	case KEY_ENTER:
		return SCREEN_KEY_ENTER;
	case KEY_BACKSPACE:
		return SCREEN_KEY_BACKSPACE;
	case KEY_BTAB:
		return SCREEN_KEY_BACKTAB;
	}
	if (code >= KEY_F(1) && code <= KEY_F(10))
		return SCREEN_KEY_F1 + (code - KEY_F(1));
	return SCREEN_KEY_NONE;
}

static u32 character(wint_t code)
{
	switch (code) {
	case '\r':
	case '\n':
		return SCREEN_KEY_ENTER;
	case '\t':
		return SCREEN_KEY_TAB;
	case 0x1b:
		return SCREEN_KEY_ESCAPE;
	case 0x7f:
	case '\b':
		return SCREEN_KEY_BACKSPACE;
	}
	return code;
}

/**
 * terminal_key() - the next key
 * @screen: gets the terminal's size if that has changed
 *
 * Return: enum screen_key, or a character; SCREEN_KEY_NONE: there is none yet.
 */
u32 terminal_key(struct screen *screen)
{
	wint_t code;

	switch (get_wch(&code)) {
	case OK:
		return character(code);
	case KEY_CODE_YES:
		if (code != KEY_RESIZE)
			return key_of(code);
		take_size(screen);
		return SCREEN_KEY_RESIZE;
	}
	return SCREEN_KEY_NONE;
}

#else /* no ncurses */

bool terminal_there(void)
{
	warnx("this program was built without ncurses, which top draws with: build it where the package libncurses-dev is installed, or use -b");
	return false;
}

int terminal_run(int (*work)(void *context), void *context)
{
	(void)work;
	(void)context;
	return EXIT_FAILURE;
}

bool terminal_open(struct screen *screen)
{
	(void)screen;
	return false;
}

void terminal_draw(const struct screen *screen, bool clear)
{
	(void)screen;
	(void)clear;
}

u32 terminal_key(struct screen *screen)
{
	(void)screen;
	return SCREEN_KEY_NONE;
}

void terminal_close(void)
{
}

#endif
