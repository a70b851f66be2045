/* SPDX-License-Identifier: GPL-2.0 */
/* Captures one after the other; see rotate.c. */
#ifndef _IPCTRACE_ROTATE_H
#define _IPCTRACE_ROTATE_H

#include "shared/portable.h"

/**
 * struct rotated - a capture that was written before
 * @number: at the end of its name
 * @bytes: size of the file
 */
struct rotated {
	u64 number;
	u64 bytes;
};

/**
 * struct rotation - captures one after the other
 * @base: name without the number
 * @path: of the directory
 * @max_bytes: of one, 0: any number
 * @max_ns: how long one takes, 0: any time
 * @keep: how many stay, including the one that is being written, 0: all
 * @max_total: bytes of these, at most, 0: any number
 * @number: of the one that is being written
 * @name: path of that one, NULL before the first
 * @begin_ns: when it began
 * @before: those before, the oldest first
 * @nr: how many these are
 * @total: bytes of all of these
 */
struct rotation {
	const char *base;
	char *path;
	u64 max_bytes;
	u64 max_ns;
	u64 keep;
	u64 max_total;
	u64 number;
	char *name;
	u64 begin_ns;
	struct rotated *before;
	size_t nr;
	u64 total;
};

bool rotation_limit(struct rotation *rotation, const char *text);
bool rotation_begin(struct rotation *rotation, const char *base);
bool rotation_may_go_on(const struct rotation *rotation);
const char *rotation_next(struct rotation *rotation, u64 bytes, u64 now_ns);
bool rotation_due(const struct rotation *rotation, u64 bytes, u64 now_ns);
bool rotation_prune(struct rotation *rotation, u64 bytes);
u64 rotation_number(const char *name, const char *base);
void rotation_free(struct rotation *rotation);

#endif /* _IPCTRACE_ROTATE_H */
