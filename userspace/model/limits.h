/* SPDX-License-Identifier: GPL-2.0 */
/* The limits of IPC namespaces, and how much of them is used; see limits.c. */
#ifndef _IPCTRACE_MODEL_LIMITS_H
#define _IPCTRACE_MODEL_LIMITS_H

#include "model/types.h"

/* enum model_limit - the limits, in the order of model_limit_rows */
enum model_limit {
	MODEL_MSGMNI,
	MODEL_MSGMAX,
	MODEL_MSGMNB,
	MODEL_SEMMSL,
	MODEL_SEMMNS,
	MODEL_SEMOPM,
	MODEL_SEMMNI,
	MODEL_SHMMAX,
	MODEL_SHMALL,
	MODEL_SHMMNI,
	NR_MODEL_LIMITS,
};

/**
 * enum model_measure - what a limit is a limit of
 * @MODEL_MEASURE_COUNT: the number of objects
 * @MODEL_MEASURE_SUM: the sum of their sizes
 * @MODEL_MEASURE_LARGEST: the size of each
 * @MODEL_MEASURE_CALL: something about a call, not about objects
 */
enum model_measure {
	MODEL_MEASURE_COUNT,
	MODEL_MEASURE_SUM,
	MODEL_MEASURE_LARGEST,
	MODEL_MEASURE_CALL,
};

/**
 * struct model_limit_row - a limit
 * @name: its name, as in sysctl without "kernel."; for semaphores, whose four limits
 *	are in one file, as in the manual page
 * @file: its file in /proc/sys/kernel
 * @word: which number in that file, from 0
 * @family: enum ipctrace_family
 * @measure: enum model_measure
 * @pages: sizes count in pages
 * @what: what it limits, for people
 */
struct model_limit_row {
	const char *name;
	const char *file;
	u8 word;
	u8 family;
	u8 measure;
	bool pages;
	const char *what;
};

extern const struct model_limit_row model_limit_rows[NR_MODEL_LIMITS];

/**
 * struct model_limits - the limits of a namespace, as the kernel said
 * @ipc_ns: the namespace
 * @known: bits of enum model_limit
 * @time_ns: when it was asked; what they were before that is not known
 * @values: the limits, by enum model_limit
 */
struct model_limits {
	u32 ipc_ns;
	u32 known;
	u64 time_ns;
	u64 values[NR_MODEL_LIMITS];
};

/**
 * struct model_limit_use - how much of a limit is used
 * @used: how much
 * @at_least: there may be more, older than the records or not recorded
 * @incomplete: why, or NULL
 */
struct model_limit_use {
	u64 used;
	bool at_least;
	const struct model_hole *incomplete;
};

#define MODEL_PAGE_BYTES	4096	/* on x86 and, usually, on arm64 */

/* Pages that a segment takes */
static inline u64 model_pages(u64 bytes)
{
	return bytes / MODEL_PAGE_BYTES + !!(bytes % MODEL_PAGE_BYTES);
}

void model_ask_limits(struct model *model, const struct model_limits *limits);
const struct model_limits *model_limits(const struct model *model, u32 ipc_ns);
const struct model_limits *model_all_limits(const struct model *model, u32 *nr);
u64 model_limit_share(enum model_limit limit, const struct model_object *object);
bool model_was_there(const struct model_object *object, u64 time_ns);
bool model_limit_use(const struct model *model, u32 ipc_ns,
		     enum model_limit limit, u64 time_ns,
		     struct model_limit_use *use);

#endif /* _IPCTRACE_MODEL_LIMITS_H */
