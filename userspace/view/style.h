/* SPDX-License-Identifier: GPL-2.0 */
/* How records are shown, apart from the format; see style.c. */
#ifndef _IPCTRACE_STYLE_H
#define _IPCTRACE_STYLE_H

#include "shared/portable.h"
#include "shared/text.h"
#include "view/sink.h"

struct cgroups;
struct columns;
struct users;

/**
 * enum style_color - when there are colours
 * @STYLE_AUTO: on a terminal that has some, unless $NO_COLOR says otherwise
 * @STYLE_ALWAYS: always
 * @STYLE_NEVER: never
 */
enum style_color {
	STYLE_AUTO,
	STYLE_ALWAYS,
	STYLE_NEVER,
};

/**
 * enum style_time - how times are written
 * @STYLE_BOOT: seconds of CLOCK_MONOTONIC
 * @STYLE_WALL: local time of day
 * @STYLE_DELTA: seconds since the record before
 * @STYLE_ISO: date and time of day, UTC
 */
enum style_time {
	STYLE_BOOT,
	STYLE_WALL,
	STYLE_DELTA,
	STYLE_ISO,
};

/**
 * struct style_moment - a moment by two clocks
 * @ns: CLOCK_MONOTONIC
 * @real_ns: since 1970; 0: not known
 */
struct style_moment {
	u64 ns;
	u64 real_ns;
};

/**
 * struct style - how records are shown
 * @text: for the renderer, which hands it back: it must be the first member
 * @fd: where they are shown
 * @format: enum sink_format
 * @color: enum style_color
 * @time: enum style_time
 * @moment: for times of day
 * @live: @moment is now, and changes as the machine's clock is set
 * @columns: fields to show, in a table; NULL: whole records
 * @users: names of users, NULL: numbers
 * @cgroups: names of cgroups, NULL: no containers
 * @note: returns what else is to be said of a record, or NULL
 * @note_context: for @note
 * @before_ns: time of the record before, 0: there was none
 * @second: of @date, since 1970
 * @date: date and time of day up to the second
 * @date_len: its length
 */
struct style {
	struct ipct_text_style text;
	int fd;
	enum sink_format format;
	enum style_color color;
	enum style_time time;
	struct style_moment moment;
	bool live;
	struct columns *columns;
	struct users *users;
	struct cgroups *cgroups;
	const struct sink_note *(*note)(void *context,
					const struct ipctrace_header *record);
	void *note_context;
	u64 before_ns;
	u64 second;
	char date[32];
	size_t date_len;
};

bool style_name_users(struct style *style);
bool style_begin(struct style *style, int fd, struct cgroups *cgroups,
		 bool numbers);
bool style_needs_date(const struct style *style);
void style_now(struct style *style);
size_t style_put_time(struct style *style, char *to, u64 ns, bool line);
void style_end(struct style *style);

#endif /* _IPCTRACE_STYLE_H */
