/* SPDX-License-Identifier: GPL-2.0 */
/* What is counted for each of many, by name; see groups.c. */
#ifndef _IPCTRACE_GROUPS_H
#define _IPCTRACE_GROUPS_H

#include "shared/portable.h"

/**
 * struct group - a group, the first member of what is counted for each
 * @hash: of @key
 * @len: bytes of @key
 * @key: its name, with a NUL after it; NULL: the group of all that there was no room
 *	for
 */
struct group {
	u64 hash;
	u32 len;
	char *key;
};

/**
 * struct groups - all of them
 * @size: bytes of what is counted for each
 * @most: the most that there may be
 * @nr: how many there are
 * @slots: number of @table, a power of two
 * @table: by hash; NULL: free
 * @list: in the order in which they came
 * @other: what is counted for all that have no group of their own, or NULL
 */
struct groups {
	size_t size;
	size_t most;
	size_t nr;
	size_t slots;
	struct group **table;
	struct group **list;
	struct group *other;
};

bool groups_init(struct groups *groups, size_t size, size_t most);
struct group *groups_get(struct groups *groups, const char *key, size_t len);
struct group *groups_find(const struct groups *groups, const char *key,
			  size_t len);
void groups_clear(struct groups *groups);
void groups_free(struct groups *groups);

#endif /* _IPCTRACE_GROUPS_H */
