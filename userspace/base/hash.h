/* SPDX-License-Identifier: GPL-2.0 */
/* Tables of structs by a hash of their keys; see hash.c. */
#ifndef _IPCTRACE_HASH_H
#define _IPCTRACE_HASH_H

#include "shared/portable.h"

/**
 * struct hash_link - what a struct has that is in a table
 * @next: the next one in the same place
 * @hash: from hash_mix(); 0 may be one
 */
struct hash_link {
	struct hash_link *next;
	u64 hash;
};

/**
 * struct hash - a table
 * @slots: the places; a power of two of them, or none
 * @nr_slots: how many
 * @nr: structs in it
 */
struct hash {
	struct hash_link **slots;
	size_t nr_slots;
	size_t nr;
};

/**
 * hash_mix() - mix two numbers: all bits of the result depend on all of theirs
 * @a: one
 * @b: the other
 */
static inline u64 hash_mix(u64 a, u64 b)
{
	u64 mixed = (a ^ b * 0x9e3779b97f4a7c15ULL) * 0xff51afd7ed558ccdULL;

	mixed ^= mixed >> 32;
	mixed *= 0xc4ceb9fe1a85ec53ULL;
	return mixed ^ mixed >> 29;
}

/**
 * hash_first() - the first struct with a number
 * @hash: the table
 * @number: from hash_mix()
 *
 * Return: a struct with that number, or NULL; hash_next() has the others.
 */
static inline struct hash_link *hash_first(const struct hash *hash, u64 number)
{
	struct hash_link *link = NULL;

	if (hash->nr_slots)
		link = hash->slots[number & (hash->nr_slots - 1)];
	while (link && link->hash != number)
		link = link->next;
	return link;
}

static inline struct hash_link *hash_next(const struct hash_link *from)
{
	struct hash_link *link = from->next;

	while (link && link->hash != from->hash)
		link = link->next;
	return link;
}

bool hash_add(struct hash *hash, struct hash_link *link, u64 number);
void hash_remove(struct hash *hash, struct hash_link *link);
void hash_free(struct hash *hash);

#endif /* _IPCTRACE_HASH_H */
