/* SPDX-License-Identifier: GPL-2.0 */
/* The rows that top shows; see top_rows.c. */
#ifndef _IPCTRACE_TOP_ROWS_H
#define _IPCTRACE_TOP_ROWS_H

#include "commands/top_feed.h"
#include "view/screen.h"

/*
 * enum top_view - kinds of rows
 * @TOP_PROCESSES: who calls, waits, holds or is attached
 * @TOP_OBJECTS: queues, sets and segments
 * @TOP_CALLS: calls by name
 * @TOP_WAITS: calls that have not returned, and such that took long to
 */
enum top_view {
	TOP_PROCESSES,
	TOP_OBJECTS,
	TOP_CALLS,
	TOP_WAITS,
	NR_TOP_VIEWS
};

extern const struct screen_view top_views[NR_TOP_VIEWS];

struct users;
struct top_call_row;
struct top_object_row;
struct top_process_row;
struct top_wait_row;

/**
 * struct top_list - rows of one kind
 * @rows: they, copied: they stay as they are when the feed goes on
 * @users: names of users, which do too; or NULL
 * @nr: how many
 * @room: there is room for so many
 */
struct top_list {
	void *rows;
	struct users *users;
	size_t nr;
	size_t room;
};

/**
 * struct top_rows - rows of all kinds, of one interval
 * @lists: by enum top_view
 * @short_of_memory: some are missing
 */
struct top_rows {
	struct top_list lists[NR_TOP_VIEWS];
	bool short_of_memory;
};

/**
 * struct top_object_name - which object a row is of
 * @ipc_ns: its namespace
 * @family: its kind
 * @id: its id
 * @key: its key; 0: it has none, or that is not known
 */
struct top_object_name {
	u32 ipc_ns;
	u8 family;
	s32 id;
	s32 key;
};

void top_rows_make(struct top_rows *rows, struct top_feed *feed);
void top_rows_of(struct top_rows *rows, enum top_view view, struct screen_rows *out);
bool top_rows_object(const struct top_rows *rows, enum top_view view, size_t row,
		     struct top_object_name *name);
u32 top_rows_process(const struct top_rows *rows, size_t row);
u8 top_rows_call(const struct top_rows *rows, size_t row);
void top_rows_free(struct top_rows *rows);

#endif /* _IPCTRACE_TOP_ROWS_H */
