// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: when
 *
 * Points in time as people name them: 10m (ago), 4711.25 (as in lines of text),
 * 2026-11-29T12:00:00, 12:00.
 */
#define _GNU_SOURCE	/* strptime() */
#include <ctype.h>
#include <string.h>
#include <time.h>

#include "base/when.h"
#include "shared/words.h"

#define NS_PER_S	1000000000ULL
#define MAX_SECONDS	(~0ULL / NS_PER_S / 2)

/* The digits after a point, in @unit_ns; returns where they end. */
static const char *fraction(const char *text, u64 unit_ns, u64 *ns)
{
	for (; isdigit((unsigned char)*text); text++) {
		unit_ns /= 10;
		*ns += unit_ns * (*text - '0');
	}
	return text;
}

/* Digits with a fraction, in @unit_ns; NULL when there is no number */
static const char *number(const char *text, u64 unit_ns, u64 *ns)
{
	u64 whole = 0;

	if (!isdigit((unsigned char)*text))
		return NULL;
	for (; isdigit((unsigned char)*text); text++) {
		whole = whole * 10 + (*text - '0');
		if (whole > MAX_SECONDS * NS_PER_S / unit_ns)
			return NULL;
	}
	*ns = whole * unit_ns;
	return *text == '.' ? fraction(text + 1, unit_ns, ns) : text;
}

/**
 * when_duration() - a time as number and unit: 250ms, 1.5h
 * @text: a number and a unit, nothing else
 * @ns: out: nanoseconds
 *
 * Return: false when it is not that.
 */
bool when_duration(const char *text, u64 *ns)
{
	const char *unit = text + strspn(text, "0123456789.");
	u64 unit_ns = ipct_unit_ns(unit, strlen(unit));

	return unit_ns && number(text, unit_ns, ns) == unit;
}

static bool date(const char *text, u64 *ns)
{
	static const char *const formats[] = {
		"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M",
		"%Y-%m-%d %H:%M", "%Y-%m-%d", "%H:%M:%S", "%H:%M",
	};
	time_t now = time(NULL), seconds;
	const char *end;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		struct tm tm;

		localtime_r(&now, &tm);
		tm.tm_hour = 0;
		tm.tm_min = 0;
		tm.tm_sec = 0;
		end = strptime(text, formats[i], &tm);
		if (!end)
			continue;
		*ns = 0;
		if (*end == '.')
			end = fraction(end + 1, NS_PER_S, ns);
		tm.tm_isdst = -1;
		if (*end == 'Z' && !end[1])
			seconds = timegm(&tm);
		else if (!*end)
			seconds = mktime(&tm);
		else
			continue;
		if (seconds < 0)
			return false;
		*ns += seconds * NS_PER_S;
		return true;
	}
	return false;
}

/**
 * when_parse() - what somebody means by a text
 * @text: the text
 * @when: out: the point in time
 *
 * Return: false when it is not one.
 */
bool when_parse(const char *text, struct when *when)
{
	const char *end = number(text, NS_PER_S, &when->ns);

	if (end && !*end) {
		when->kind = WHEN_CLOCK;
		return true;
	}
	if (when_duration(text, &when->ns)) {
		when->kind = WHEN_AGO;
		return true;
	}
	when->kind = WHEN_DATE;
	return date(text, &when->ns);
}

/**
 * when_on_clock() - the same point on the clock of the records
 * @when: the point; not WHEN_UNSAID
 * @end_ns: the end, or now, on that clock
 * @clock_ns: a moment on that clock
 * @date_ns: the same moment since 1970
 *
 * Return: nanoseconds, 0 for a time before that clock began.
 */
u64 when_on_clock(const struct when *when, u64 end_ns, u64 clock_ns, u64 date_ns)
{
	switch (when->kind) {
	case WHEN_AGO:
		return when->ns < end_ns ? end_ns - when->ns : 0;
	case WHEN_DATE:
		if (when->ns >= date_ns)
			return clock_ns + (when->ns - date_ns);
		return date_ns - when->ns < clock_ns ?
			       clock_ns - (date_ns - when->ns) : 0;
	default:
		return when->ns;
	}
}
