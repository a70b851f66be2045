/* SPDX-License-Identifier: GPL-2.0 */
/* Lines on disk until somebody says that they have arrived; see ship_backlog.c. */
#ifndef _IPCTRACE_SHIP_BACKLOG_H
#define _IPCTRACE_SHIP_BACKLOG_H

#include "commands/ship_position.h"
#include "shared/portable.h"

struct backlog;

#define BACKLOG_MIN_BYTES	(1ULL << 20)
#define BACKLOG_OUT		8192	/* lines on their way at the same time */

/**
 * struct backlog_sums - what there is to say of it
 * @waiting: lines that have not arrived
 * @dropped: lines that have gone and have not arrived, since the directory was made
 * @told: so many of these have been told of
 * @certain: none of those that have gone is on its way: @dropped may not become less
 */
struct backlog_sums {
	u64 waiting;
	u64 dropped;
	u64 told;
	bool certain;
};

struct backlog *backlog_open(const char *directory, u64 max_bytes, const char *boot);
const char *backlog_id(const struct backlog *backlog);
const struct ship_position *backlog_mark(const struct backlog *backlog, u32 cpu);
void backlog_set_mark(struct backlog *backlog, u32 cpu,
		      const struct ship_position *position);
void backlog_add(struct backlog *backlog, const char *line, size_t len);
void backlog_flush(struct backlog *backlog);
bool backlog_is_full(const struct backlog *backlog);
bool backlog_next(struct backlog *backlog, const char **line, size_t *len,
		  u64 *ticket);
void backlog_arrived(struct backlog *backlog, u64 ticket);
void backlog_again(struct backlog *backlog, u64 ticket);
void backlog_refused(struct backlog *backlog, u64 ticket);
void backlog_told(struct backlog *backlog, u64 dropped);
int backlog_failing(struct backlog *backlog);
void backlog_sums(const struct backlog *backlog, struct backlog_sums *sums);
void backlog_save(struct backlog *backlog);
void backlog_close(struct backlog *backlog);

#endif /* _IPCTRACE_SHIP_BACKLOG_H */
