// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: style
 *
 * How lines may differ from one reader to the next: colours, how times are written,
 * and whether users, groups and containers have names. Only colours depend on where
 * the output goes.
 *
 * A time of day is the record's CLOCK_MONOTONIC plus the difference of the two clocks
 * at one moment: the beginning of a capture, or now for the recorder. It is exact as
 * long as nobody has set the clock, or suspended the machine, in between.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "names/cgroups.h"
#include "names/users.h"
#include "shared/digits.h"
#include "view/style.h"

#define NS_PER_S		1000000000ULL
#define CONTAINER_SHOWN		12	/* digits, as runtimes show them */

/*
 * Names of calls are bold, which is readable wherever text is. The colours of the
 * others are dark enough for a light background and light enough for a dark one: no
 * blue, no yellow, none of the bright ones.
 */
static const char *const paints[__IPCT_PAINT_MAX] = {
	[IPCT_PAINT_END] = "\033[0m",
	[IPCT_PAINT_CALL] = "\033[1m",
	[IPCT_PAINT_ERROR] = "\033[31m",
	[IPCT_PAINT_OBJECT] = "\033[36m",
	[IPCT_PAINT_EVENT] = "\033[35m",
};

static struct style *style_of(const struct ipct_text_style *text)
{
	return (struct style *)text;
}

/* ---- Times ------------------------------------------------------------------ */

/* With nine digits after the point; returns the length. */
static size_t put_seconds(char *to, u64 ns, size_t width)
{
	size_t len = write_number(to, ns / NS_PER_S, 10);

	if (len < width) {
		memmove(to + width - len, to, len);
		memset(to, ' ', width - len);
		len = width;
	}
	to[len] = '.';
	write_decimal(to + len + 1, ns % NS_PER_S, 9);
	return len + 10;
}

/* Date and time of day, which change once a second */
static void find_date(struct style *style, time_t second)
{
	struct tm tm;

	if (style->time == STYLE_ISO)
		gmtime_r(&second, &tm);
	else
		localtime_r(&second, &tm);
	style->date_len = strftime(style->date, sizeof(style->date),
				   style->time == STYLE_ISO ?
					   "%Y-%m-%dT%H:%M:%S" : "%H:%M:%S",
				   &tm);
	style->second = second;
}

static size_t put_date(struct style *style, char *to, u64 ns)
{
	u64 real_ns = style->moment.real_ns + (ns - style->moment.ns);
	size_t len;

	if (real_ns / NS_PER_S != style->second || !style->date_len)
		find_date(style, real_ns / NS_PER_S);
	len = style->date_len;
	memcpy(to, style->date, len);
	to[len] = '.';
	write_decimal(to + len + 1, real_ns % NS_PER_S, 9);
	len += 10;
	if (style->time == STYLE_ISO)
		to[len++] = 'Z';
	return len;
}

/* The first record is 0 seconds after itself. */
static size_t put_delta(struct style *style, char *to, u64 ns)
{
	u64 before_ns = style->before_ns ?: ns;

	style->before_ns = ns;
	if (ns >= before_ns)
		return put_seconds(to, ns - before_ns, 6);
	*to = '-';
	return 1 + put_seconds(to + 1, before_ns - ns, 5);
}

/**
 * style_put_time() - write a time in the style
 * @style: may note it, for the next one
 * @to: out: at most IPCT_TIME_MAX_BYTES, not terminated
 * @ns: CLOCK_MONOTONIC
 * @line: it is the time of a record, not one that the record mentions
 *
 * Return: its length.
 */
size_t style_put_time(struct style *style, char *to, u64 ns, bool line)
{
	switch (style->time) {
	case STYLE_WALL:
	case STYLE_ISO:
		return put_date(style, to, ns);
	case STYLE_DELTA:
		if (line)
			return put_delta(style, to, ns);
		break;
	case STYLE_BOOT:
		break;
	}
	return put_seconds(to, ns, line ? 6 : 1);
}

static size_t text_time(const struct ipct_text_style *text, char *to, u64 ns,
			bool line)
{
	return style_put_time(style_of(text), to, ns, line);
}

/**
 * style_needs_date() - must the time of day of records be known?
 * @style: from style_begin()
 */
bool style_needs_date(const struct style *style)
{
	return style->time == STYLE_WALL || style->time == STYLE_ISO ||
	       style->format == SINK_STRACE;
}

/**
 * style_now() - take this moment to compare the clocks
 * @style: for records of what happens now
 */
void style_now(struct style *style)
{
	u64 before_ns = clock_ns(CLOCK_MONOTONIC);

	style->moment.real_ns = clock_ns(CLOCK_REALTIME);
	style->moment.ns = before_ns + (clock_ns(CLOCK_MONOTONIC) - before_ns) / 2;
}

/* ---- Names ------------------------------------------------------------------- */

static const char *text_name(const struct ipct_text_style *text, bool group,
			     u32 id)
{
	return users_find(style_of(text)->users, group, id);
}

static const char *text_container(const struct ipct_text_style *text, u64 id)
{
	static char shown[CONTAINER_SHOWN + 1];
	const struct cgroup *cgroup =
		cgroups_find(style_of(text)->cgroups, id);

	if (!cgroup->container)
		return NULL;
	memcpy(shown, cgroup->container, CONTAINER_SHOWN);
	return shown;
}

/* ---- Colours ------------------------------------------------------------------ */

static bool has_colors(enum style_color color, int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (color != STYLE_AUTO)
		return color == STYLE_ALWAYS;
	return isatty(fd) && !(no && *no) && term && *term &&
	       strcmp(term, "dumb");
}

/**
 * style_name_users() - write names of users and groups
 * @style: the records that it shows have the users of this machine
 *
 * Return: false, with a message, when memory is short.
 */
bool style_name_users(struct style *style)
{
	if (!style->users)
		style->users = users_new();
	style->text.name = text_name;
	return style->users;
}

/**
 * style_begin() - begin to show records
 * @style: @format, @color and @time are set, the rest is zero
 * @fd: where they are shown
 * @cgroups: names of cgroups, which also know whether users have names. Must outlive
 *	@style.
 * @numbers: leave names out
 *
 * Return: false, with a message, when memory is short.
 */
bool style_begin(struct style *style, int fd, struct cgroups *cgroups,
		 bool numbers)
{
	style->fd = fd;
	if (has_colors(style->color, fd))
		style->text.paint = paints;
	if (style->time != STYLE_BOOT)
		style->text.time = text_time;
	if (!style->live) {
		style->text.memo = calloc(1, sizeof(*style->text.memo));
		if (!style->text.memo) {
			warnx("no memory for lines");
			return false;
		}
	}
	if (numbers)
		return true;
	style->cgroups = cgroups;
	style->text.container = text_container;
	return !cgroups_knows_users(cgroups) || style_name_users(style);
}

/**
 * style_end() - undo style_begin()
 * @style: may be zero; its columns stay, for whoever set them
 */
void style_end(struct style *style)
{
	users_free(style->users);
	free(style->text.memo);
}
