/* SPDX-License-Identifier: GPL-2.0 */
/* Calls over time, packed for a page; see timeline_pack.c. */
#ifndef _IPCTRACE_TIMELINE_PACK_H
#define _IPCTRACE_TIMELINE_PACK_H

#include <stdio.h>

#include "count/groups.h"
#include "shared/portable.h"

#define TIMELINE_MOST_ROWS	2000000	/* of a page */

/*
 * The columns of the data, each a stream of numbers of variable length: seven bits a
 * byte, the lowest first, the eighth bit says that more follow. "Signed" ones have
 * their sign in bit 0. userspace/page/timeline.js reads them by their names.
 *
 * COLUMN(ID, NAME): of each row, in order of time: END, less that of the row before
 * (signed); TOOK nanoseconds; TYPE and CALL; THREAD and OBJECT (0: none; else one more
 * than its place in the list); RET (signed); FLAGS, TIMELINE_*; CPU; WHO, WHAT and
 * TAIL: places in the list of texts; FROM: of a message that was received, how many
 * rows before it was sent, or 0.
 *
 * Of each value that has changed, of the object of a row: LEVEL_ROW, less that of the
 * one before; LEVEL_OF: which semaphore; LEVEL: one more than its value, 0: not known.
 *
 * TEXT_BYTES: length of each text; TEXTS: all texts, as bytes.
 */
#define TIMELINE_COLUMNS(COLUMN)	\
	COLUMN(END, "end")		\
	COLUMN(TOOK, "took")		\
	COLUMN(TYPE, "type")		\
	COLUMN(CALL, "call")		\
	COLUMN(THREAD, "thread")	\
	COLUMN(OBJECT, "object")	\
	COLUMN(RET, "ret")		\
	COLUMN(FLAGS, "flags")		\
	COLUMN(CPU, "cpu")		\
	COLUMN(WHO, "who")		\
	COLUMN(WHAT, "what")		\
	COLUMN(TAIL, "tail")		\
	COLUMN(FROM, "from")		\
	COLUMN(LEVEL_ROW, "levelRow")	\
	COLUMN(LEVEL_OF, "levelOf")	\
	COLUMN(LEVEL, "level")		\
	COLUMN(TEXT_BYTES, "textBytes")	\
	COLUMN(TEXTS, "texts")

#define COLUMN_ID(id, name)	TIMELINE_##id,
enum timeline_column {
	TIMELINE_COLUMNS(COLUMN_ID)
	NR_TIMELINE_COLUMNS
};
#undef COLUMN_ID

/* Of a row */
#define TIMELINE_WAITED	0x01	/* it may wait, and took long */
#define TIMELINE_GIVES	0x02	/* of a semaphore: others may go on */
#define TIMELINE_OPEN	0x04	/* it had not returned in the end */
#define TIMELINE_FAILED	0x08

/**
 * struct bytes - bytes that become more
 * @at: where
 * @used: so many
 * @room: there is room for
 * @failed: some are not there for want of memory
 */
struct bytes {
	u8 *at;
	size_t used;
	size_t room;
	bool failed;
};

/**
 * struct timeline_text - a text that rows refer to
 * @group: by itself
 * @place: in the list of texts, from 1
 */
struct timeline_text {
	struct group group;
	u32 place;
};

/**
 * struct timeline_row - a row, as it was told
 * @end_ns: when it ended
 * @took_ns: how long it took
 * @type: enum ipctrace_type
 * @call: enum ipctrace_call_id
 * @flags: TIMELINE_*
 * @cpu: where
 * @thread: place of its thread
 * @object: one more than the place of its object; 0: none
 * @ret: its result
 * @who: place of a text: who made it
 * @what: likewise: which call, with its arguments
 * @tail: likewise: what there is to say of its object
 */
struct timeline_row {
	u64 end_ns;
	u64 took_ns;
	u8 type;
	u8 call;
	u8 flags;
	u16 cpu;
	u32 thread;
	u32 object;
	s64 ret;
	u32 who;
	u32 what;
	u32 tail;
};

/**
 * struct timeline - all rows, packed
 * @columns: by enum timeline_column
 * @rows: number of rows
 * @left_out: rows that there was no room for
 * @first_ns: END of the first one is told since then
 * @last_ns: and of the last
 * @level_row: of the value before
 * @texts: struct timeline_text
 * @text_bytes: in these
 * @cut: there are texts that there was no room for
 * @from: of each row, how many rows before the message was sent
 * @from_room: so many rows there is room for
 */
struct timeline {
	struct bytes columns[NR_TIMELINE_COLUMNS];
	u32 rows;
	u64 left_out;
	u64 first_ns;
	u64 last_ns;
	u32 level_row;
	struct groups texts;
	u64 text_bytes;
	bool cut;
	u32 *from;
	u32 from_room;
};

bool timeline_init(struct timeline *timeline);
u32 timeline_text(struct timeline *timeline, const char *text, size_t len);
bool timeline_add(struct timeline *timeline, const struct timeline_row *row);
void timeline_level(struct timeline *timeline, u32 row, u32 of, u64 level);
void timeline_from(struct timeline *timeline, u32 row, u32 sent);
bool timeline_pack(struct timeline *timeline, const char *meta, struct bytes *packed);
void timeline_free(struct timeline *timeline);

void json_text(FILE *to, const char *text);

#endif /* _IPCTRACE_TIMELINE_PACK_H */
