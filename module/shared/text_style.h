/* SPDX-License-Identifier: GPL-2.0 */
/* How a line of text differs for one reader: colours, names, times; see text.c. */
#ifndef _IPCT_TEXT_STYLE_H
#define _IPCT_TEXT_STYLE_H

#include "called.h"
#include "portable.h"

#define IPCT_NAME_MAX_BYTES	64	/* of a user, a group or a container */
#define IPCT_TIME_MAX_BYTES	64

/**
 * enum ipct_paint - what a terminal may show in a colour of its own
 * @IPCT_PAINT_END: what follows is as usual again
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

#define IPCT_MEMO_PLACES	64
#define IPCT_MEMO_BYTES		192	/* longer parts are not kept */
#define IPCT_MEMO_KEY_BYTES	160

/**
 * struct ipct_text_kept - a part of a line that the next line may have, too
 * @key: bytes of the record that it was made of
 * @key_bytes: how many, 0: there is none
 * @also: what else it was made of
 * @len: length of @text
 * @text: the part
 */
struct ipct_text_kept {
	u64 key[IPCT_MEMO_KEY_BYTES / 8];
	u64 also;
	u16 key_bytes;
	u16 len;
	char text[IPCT_MEMO_BYTES];
};

/**
 * struct ipct_text_memo - parts of earlier lines; begins as zeroes
 * @callers: by thread
 * @objects: by id
 * @calls: names, arguments and results, by their bytes
 *
 * For whoever makes many lines, all with the same style, whose users, groups and
 * containers do not change their names meanwhile.
 */
struct ipct_text_memo {
	struct ipct_text_kept callers[IPCT_MEMO_PLACES];
	struct ipct_text_kept objects[IPCT_MEMO_PLACES];
	struct ipct_text_kept calls[CALLED_PLACES];
};

/**
 * struct ipct_text_style - how a line differs for one reader
 * @paint: what a terminal is told, by enum ipct_paint; NULL: no colours
 * @time: write a time, of at most IPCT_TIME_MAX_BYTES, and return its length;
 *	@line: it is the time of the line, not one that the line mentions. NULL:
 *	seconds since the machine started
 * @name: returns the name of a user or a group, NULL if it is not known; NULL: no
 *	names are known
 * @container: returns the id of the container of a cgroup, NULL if it is in none or
 *	that is not known; NULL: no containers are known
 * @memo: parts of earlier lines, or NULL; not with @name
 */
struct ipct_text_style {
	const char *const *paint;
	size_t (*time)(const struct ipct_text_style *style, char *to, u64 ns,
		       bool line);
	const char *(*name)(const struct ipct_text_style *style, bool group,
			    u32 id);
	const char *(*container)(const struct ipct_text_style *style, u64 cgroup);
	struct ipct_text_memo *memo;
};

#endif /* _IPCT_TEXT_STYLE_H */
