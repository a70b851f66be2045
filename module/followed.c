// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: followed
 *
 * Which processes a filter follows, and for which of its tests. Children are
 * noted in a tracepoint, with preemption off, where a realtime kernel can
 * neither allocate memory nor take a lock that sleeps. So memory is there
 * beforehand, in chunks, of which a worker gets the next when one is begun; and
 * a member is never given back before the whole set is: its number will be that
 * of another process, and then it is used again.
 */
#include <linux/hash.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "followed.h"

#define CHUNK_MEMBERS	1024	/* forks until the worker has to have run */

struct member {
	struct hlist_node hash;
	pid_t tgid;
	u64 tests;
};

struct ipct_followed_chunk {
	struct ipct_followed_chunk *next;
	u32 used;
	struct member members[CHUNK_MEMBERS];
};

static u32 bucket(pid_t tgid)
{
	return hash_32(tgid, IPCT_FOLLOWED_BITS);
}
NOKPROBE_SYMBOL(bucket);

static struct member *find(const struct ipct_followed *followed, pid_t tgid)
{
	struct member *member;

	/* Members stay until nobody looks any more: no need of RCU's lock. */
	hlist_for_each_entry_rcu(member, &followed->heads[bucket(tgid)], hash,
				 true)
		if (member->tgid == tgid)
			return member;
	return NULL;
}
NOKPROBE_SYMBOL(find);

static void refill(struct work_struct *work)
{
	struct ipct_followed *followed =
		container_of(work, struct ipct_followed, refill);

	/* The next fork asks again. */
	(void)ipct_followed_reserve(followed);
}

/**
 * ipct_followed_init() - an empty set, without memory for any member
 * @followed: the set
 */
void ipct_followed_init(struct ipct_followed *followed)
{
	unsigned int i;

	raw_spin_lock_init(&followed->lock);
	followed->chunks = NULL;
	followed->spare = NULL;
	INIT_WORK(&followed->refill, refill);
	for (i = 0; i < ARRAY_SIZE(followed->heads); i++)
		INIT_HLIST_HEAD(&followed->heads[i]);
}

/**
 * ipct_followed_destroy() - free what a set takes
 * @followed: the set, which nobody looks at or changes any more
 *
 * Context: may sleep.
 */
void ipct_followed_destroy(struct ipct_followed *followed)
{
	struct ipct_followed_chunk *chunk;

	cancel_work_sync(&followed->refill);
	kvfree(followed->spare);
	while ((chunk = followed->chunks)) {
		followed->chunks = chunk->next;
		kvfree(chunk);
	}
}

/**
 * ipct_followed_reserve() - have memory for as many members as a chunk has
 * @followed: the set
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int ipct_followed_reserve(struct ipct_followed *followed)
{
	struct ipct_followed_chunk *chunk;

	if (READ_ONCE(followed->spare))
		return 0;
	chunk = kvzalloc(sizeof(*chunk), GFP_KERNEL | __GFP_NOWARN);
	if (!chunk)
		return -ENOMEM;
	raw_spin_lock(&followed->lock);
	if (!followed->spare) {
		WRITE_ONCE(followed->spare, chunk);
		chunk = NULL;
	}
	raw_spin_unlock(&followed->lock);
	kvfree(chunk);
	return 0;
}

/* A new one, or NULL when there is no memory beforehand. */
static struct member *take(struct ipct_followed *followed)
{
	struct ipct_followed_chunk *chunk = followed->chunks;

	if (!chunk || chunk->used == CHUNK_MEMBERS) {
		chunk = followed->spare;
		if (!chunk)
			return NULL;
		chunk->next = followed->chunks;
		followed->chunks = chunk;
		WRITE_ONCE(followed->spare, NULL);
	}
	return &chunk->members[chunk->used++];
}

/**
 * ipct_followed_set() - note what holds for a process from now on
 * @followed: the set
 * @tgid: the process
 * @tests: the tests, as a set of bits; 0: it is not followed
 *
 * Context: a task, preemption off or on; does not sleep, on no kernel.
 * Return: 0, or -ENOSPC when memory that was got beforehand is used up: try
 * again after ipct_followed_reserve().
 */
int ipct_followed_set(struct ipct_followed *followed, pid_t tgid, u64 tests)
{
	struct member *member;
	bool more = false;
	int ret = 0;

	raw_spin_lock(&followed->lock);
	member = find(followed, tgid);
	if (member) {
		WRITE_ONCE(member->tests, tests);
	} else if (tests) {
		member = take(followed);
		if (member) {
			member->tgid = tgid;
			member->tests = tests;
			hlist_add_head_rcu(&member->hash,
					   &followed->heads[bucket(tgid)]);
		} else {
			ret = -ENOSPC;
		}
		more = !followed->spare;
	}
	raw_spin_unlock(&followed->lock);
	if (more)
		schedule_work(&followed->refill);
	return ret;
}

/**
 * ipct_followed_tests() - the tests that hold for a process
 * @followed: the set
 * @tgid: the process
 *
 * Context: preemption off.
 * Return: a set of bits, 0 for a process that is not followed.
 */
u64 ipct_followed_tests(const struct ipct_followed *followed, pid_t tgid)
{
	const struct member *member = find(followed, tgid);

	return member ? READ_ONCE(member->tests) : 0;
}
NOKPROBE_SYMBOL(ipct_followed_tests);
