/* SPDX-License-Identifier: GPL-2.0 */
/* A record as one line of text; see text.c. */
#ifndef _IPCT_TEXT_H
#define _IPCT_TEXT_H

#include <ipctrace/ipctrace.h>

#include "portable.h"

#define IPCT_TEXT_MAX_BYTES	10240	/* room that every line fits in */

/* A line with a style is longer by names, times and colours, and no more. */
#define IPCT_STYLED_MAX_BYTES	(IPCT_TEXT_MAX_BYTES + 2048)
#define IPCT_NAME_MAX_BYTES	64	/* of a user, a group or a container */
#define IPCT_TIME_MAX_BYTES	64

/**
 * enum ipct_paint - what a terminal may show in a colour of its own
 * @IPCT_PAINT_END: what comes is as usual again
 * @IPCT_PAINT_CALL: name of a call
 * @IPCT_PAINT_ERROR: an error, a loss, a gap: what should not be overlooked
 * @IPCT_PAINT_OBJECT: an object
 * @IPCT_PAINT_EVENT: what happens to one without a call
 */
enum ipct_paint {
	IPCT_PAINT_END,
	IPCT_PAINT_CALL,
	IPCT_PAINT_ERROR,
	IPCT_PAINT_OBJECT,
	IPCT_PAINT_EVENT,
	__IPCT_PAINT_MAX,
};

/**
 * struct ipct_text_style - what is different where a line is not for everybody
 * @paint: what a terminal is told, by enum ipct_paint; NULL: no colours
 * @time: write a time, of at most IPCT_TIME_MAX_BYTES, and return its length;
 *	@line: it is that of the line, and not one that the line speaks of. NULL:
 *	seconds since the machine started
 * @name: name of a user or a group, NULL: it is not known; NULL: none is
 * @container: id of the container of a cgroup, NULL: it is in none, or that is not
 *	known; NULL: none is
 */
struct ipct_text_style {
	const char *const *paint;
	size_t (*time)(const struct ipct_text_style *style, char *to, u64 ns,
		       bool line);
	const char *(*name)(const struct ipct_text_style *style, bool group,
			    u32 id);
	const char *(*container)(const struct ipct_text_style *style, u64 cgroup);
};

struct text;

void ipct_text_result(struct text *t, const struct ipctrace_call *call);
size_t ipct_text_line(char *buf, size_t size,
		      const struct ipctrace_header *record);
size_t ipct_text_styled(char *buf, size_t size,
			const struct ipctrace_header *record,
			const struct ipct_text_style *style);

#endif /* _IPCT_TEXT_H */
