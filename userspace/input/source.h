/* SPDX-License-Identifier: GPL-2.0 */
/* Records from the device, in order of time; see source.c. */
#ifndef _IPCTRACE_SOURCE_H
#define _IPCTRACE_SOURCE_H

#include <ipctrace/ipctrace.h>

#include "shared/portable.h"

struct ipct_merge;

#define SOURCE_SUBSCRIBES	5	/* the first schema with subscriptions */

/**
 * struct source - a reader's place in the recorder
 * @fd: the device, -1: none
 * @map: the rings, read-only
 * @map_bytes: size of @map
 * @merge: place in the rings
 * @settled_ns: time up to which records are being taken
 * @schema: IPCTRACE_SCHEMA that was agreed on
 * @subscription: bit of its subscription, 0: none
 * @only: it takes only that
 * @since_ns: since when that is in force
 * @nr_rings: one for each possible CPU
 * @version: of the module
 */
struct source {
	int fd;
	const struct ipctrace_map_header *map;
	size_t map_bytes;
	struct ipct_merge *merge;
	u64 settled_ns;
	u32 schema;
	u32 subscription;
	bool only;
	u64 since_ns;
	u32 nr_rings;
	char version[sizeof(((struct ipctrace_hello *)0)->version) + 1];
};

int source_device(void);
bool source_open(struct source *source);
bool source_attach(struct source *source, const struct ipctrace_hello *hello,
		   const void *map);
int source_next(struct source *source, void *record);
int source_next_until(struct source *source, u64 until_ns, void *record);
int source_next_now(struct source *source, u64 until_ns, void *record);
bool source_subscribe(struct source *source, const char *expression, bool only);
bool source_subscription(const struct source *source,
			 struct ipctrace_subscription *now);
bool source_keeps(const struct source *source, struct ipctrace_header *record);
bool source_pending(const struct source *source);
int source_take(struct source *source, u32 cpu, void *records);
u32 source_fill(const struct source *source);
u64 source_settle(struct source *source);
bool source_consume(struct source *source);
bool source_skip(struct source *source);
bool source_rewind(struct source *source);
void source_close(struct source *source);

#endif /* _IPCTRACE_SOURCE_H */
