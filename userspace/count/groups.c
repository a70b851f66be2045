// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: groups
 *
 * What is counted for each of many: calls, objects, users, by name. Their number is
 * limited; whatever comes after these is counted together, so that memory does not
 * grow with what is read.
 */
#include <stdlib.h>
#include <string.h>

#include "count/groups.h"

#define FIRST_SLOTS	64

/**
 * groups_init() - begin without groups
 * @groups: out: the groups
 * @size: bytes of what is counted for each, which begins with a struct group and is
 *	zeroed at first
 * @most: the most groups that there may be
 *
 * Return: false when memory is short.
 */
bool groups_init(struct groups *groups, size_t size, size_t most)
{
	*groups = (struct groups){
		.size = size,
		.most = most,
		.slots = FIRST_SLOTS,
		.table = calloc(FIRST_SLOTS, sizeof(struct group *)),
		.list = calloc(FIRST_SLOTS, sizeof(struct group *)),
		.other = calloc(1, size),
	};
	if (groups->table && groups->list && groups->other)
		return true;
	groups_free(groups);
	return false;
}

/* FNV-1a, with its bits mixed, since the table uses the lowest */
static u64 hash_of(const char *key, size_t len)
{
	u64 hash = 0xcbf29ce484222325;

	while (len--)
		hash = (hash ^ (u8)*key++) * 0x100000001b3;
	return hash ^ hash >> 32;
}

static struct group **slot_of(const struct groups *groups, u64 hash,
			      const char *key, size_t len)
{
	size_t at = hash & (groups->slots - 1);
	struct group *group;

	while ((group = groups->table[at])) {
		if (group->hash == hash && group->len == len &&
		    !memcmp(group->key, key, len))
			break;
		at = (at + 1) & (groups->slots - 1);
	}
	return &groups->table[at];
}

/* Twice the slots; false when memory is short, and nothing has changed. */
static bool grow(struct groups *groups)
{
	size_t slots = 2 * groups->slots, i;
	struct group **table = calloc(slots, sizeof(*table));
	struct group **list = reallocarray(groups->list, slots, sizeof(*list));

	if (list)
		groups->list = list;
	if (!table || !list) {
		free(table);
		return false;
	}
	free(groups->table);
	groups->table = table;
	groups->slots = slots;
	for (i = 0; i < groups->nr; i++)
		*slot_of(groups, list[i]->hash, list[i]->key, list[i]->len) =
			list[i];
	return true;
}

static struct group *make(struct groups *groups, u64 hash, const char *key,
			  size_t len)
{
	struct group *group = calloc(1, groups->size + len + 1);

	if (!group)
		return NULL;
	group->hash = hash;
	group->len = len;
	group->key = (char *)group + groups->size;
	memcpy(group->key, key, len);
	return group;
}

/**
 * groups_get() - the group of that name, made if there is none
 * @groups: the groups
 * @key: its name, any bytes
 * @len: how many
 *
 * Return: the group, or the one for all others when there is no room for one more.
 */
struct group *groups_get(struct groups *groups, const char *key, size_t len)
{
	u64 hash = hash_of(key, len);
	struct group **slot = slot_of(groups, hash, key, len), *group;

	if (*slot)
		return *slot;
	if (groups->nr == groups->most)
		return groups->other;
	if (2 * groups->nr >= groups->slots) {
		if (!grow(groups))
			return groups->other;
		slot = slot_of(groups, hash, key, len);
	}
	group = make(groups, hash, key, len);
	if (!group)
		return groups->other;
	*slot = group;
	groups->list[groups->nr++] = group;
	return group;
}

/**
 * groups_find() - the group of that name, if there is one
 * @groups: the groups
 * @key: its name
 * @len: bytes of it
 *
 * Return: the group, or NULL.
 */
struct group *groups_find(const struct groups *groups, const char *key,
			  size_t len)
{
	return *slot_of(groups, hash_of(key, len), key, len);
}

/**
 * groups_clear() - remove all groups
 * @groups: memory that their contents point to must have been freed
 */
void groups_clear(struct groups *groups)
{
	size_t i;

	for (i = 0; i < groups->nr; i++)
		free(groups->list[i]);
	groups->nr = 0;
	memset(groups->table, 0, groups->slots * sizeof(*groups->table));
	memset(groups->other, 0, groups->size);
}

/**
 * groups_free() - undo groups_init()
 * @groups: as for groups_clear()
 */
void groups_free(struct groups *groups)
{
	size_t i;

	for (i = 0; i < groups->nr; i++)
		free(groups->list[i]);
	free(groups->table);
	free(groups->list);
	free(groups->other);
	*groups = (struct groups){ };
}
