// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: hash
 *
 * A table grows when it has as many structs as places. The structs belong to the
 * caller, who compares what is wanted with the structs that have the same number.
 */
#include <stdlib.h>

#include "base/hash.h"

#define FIRST_SLOTS	64

static bool grow(struct hash *hash)
{
	size_t nr = hash->nr_slots ? 2 * hash->nr_slots : FIRST_SLOTS, i;
	struct hash_link **slots = calloc(nr, sizeof(struct hash_link *));
	struct hash_link *link, *next, **slot;

	if (!slots)
		return false;
	for (i = 0; i < hash->nr_slots; i++) {
		for (link = hash->slots[i]; link; link = next) {
			next = link->next;
			slot = &slots[link->hash & (nr - 1)];
			link->next = *slot;
			*slot = link;
		}
	}
	free(hash->slots);
	hash->slots = slots;
	hash->nr_slots = nr;
	return true;
}

/**
 * hash_add() - put a struct into a table
 * @hash: the table; { } is an empty one
 * @link: the struct's, in no table
 * @number: from hash_mix()
 *
 * Return: false: no memory; it is not in the table.
 */
bool hash_add(struct hash *hash, struct hash_link *link, u64 number)
{
	struct hash_link **slot;

	/* A table that cannot grow is slower, but still works. */
	if (hash->nr >= hash->nr_slots && !grow(hash) && !hash->nr_slots)
		return false;
	slot = &hash->slots[number & (hash->nr_slots - 1)];
	link->hash = number;
	link->next = *slot;
	*slot = link;
	hash->nr++;
	return true;
}

/**
 * hash_remove() - take a struct out of a table
 * @hash: the table
 * @link: the struct's; nothing happens if it is not there
 */
void hash_remove(struct hash *hash, struct hash_link *link)
{
	struct hash_link **at;

	if (!hash->nr_slots)
		return;
	at = &hash->slots[link->hash & (hash->nr_slots - 1)];
	while (*at && *at != link)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = link->next;
	link->next = NULL;
	hash->nr--;
}

/**
 * hash_free() - free a table, but not the structs in it
 * @hash: the table; empty afterwards
 */
void hash_free(struct hash *hash)
{
	free(hash->slots);
	*hash = (struct hash){ };
}
