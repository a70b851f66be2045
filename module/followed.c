// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: followed
 *
 * Which processes a filter follows, and for which of its tests. Forks and ends
 * are noted in tracepoints, with preemption off, where a realtime kernel can
 * neither allocate memory nor take a lock that sleeps. So memory is allocated
 * beforehand, in chunks; a worker gets the next chunk when few members are left.
 *
 * A process is a member until all its threads are gone and its parent has been
 * told; by then another may have its number. So members are told apart by their
 * signal_struct, which all threads of a process share, and which stays when a
 * thread other than the first calls execve(). A member is used again only after a
 * grace period, when nobody can be looking at it any more.
 *
 * There are at most IPCT_FOLLOWED_MAX. Processes beyond that are counted, and
 * the filter then lets through what it cannot decide: see filter.c.
 */
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "followed.h"

#define CHUNK_MEMBERS	1024
#define CHUNKS_MAX	(IPCT_FOLLOWED_MAX / CHUNK_MEMBERS)
#define FEW		(CHUNK_MEMBERS / 2)	/* then the worker gets more */

static unsigned int members_max = IPCT_FOLLOWED_MAX;
#ifdef IPCTRACE_DEBUG
module_param_named(followed_max, members_max, uint, 0444);
MODULE_PARM_DESC(followed_max, "processes that a filter follows at most");
#endif

/**
 * struct ipct_followed_member - a process
 * @hash: others in its bucket
 * @rcu: to give it back
 * @set: where it belongs
 * @next: the next free one
 * @process: whose it is
 * @tests: the tests that hold for it
 * @tgid: its number
 */
struct ipct_followed_member {
	struct hlist_node hash;
	struct rcu_head rcu;
	struct ipct_followed *set;
	struct ipct_followed_member *next;
	const struct signal_struct *process;
	u64 tests;
	pid_t tgid;
};

struct ipct_followed_chunk {
	struct ipct_followed_chunk *next;
	struct ipct_followed_member members[CHUNK_MEMBERS];
};

static u32 bucket(const struct ipct_followed *followed, pid_t tgid)
{
	return (u32)tgid * followed->factor >> (32 - IPCT_FOLLOWED_BITS);
}
NOKPROBE_SYMBOL(bucket);

static struct ipct_followed_member *find(const struct ipct_followed *followed,
					 pid_t tgid)
{
	struct ipct_followed_member *member;

	/* In a handler preemption is off, which is as good as rcu_read_lock(). */
	hlist_for_each_entry_rcu(member,
				 &followed->heads[bucket(followed, tgid)], hash,
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

	/* If this fails, the next fork tries again. */
	(void)ipct_followed_reserve(followed);
}

/**
 * ipct_followed_init() - an empty set, without memory for any member
 * @followed: the set, zeroed
 */
void ipct_followed_init(struct ipct_followed *followed)
{
	raw_spin_lock_init(&followed->lock);
	followed->factor = get_random_u32() | 1;
	INIT_WORK(&followed->refill, refill);
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
	/* Wait for members that are being given back. */
	if (followed->chunks)
		rcu_barrier();
	while ((chunk = followed->chunks)) {
		followed->chunks = chunk->next;
		kvfree(chunk);
	}
}

/**
 * ipct_followed_reserve() - allocate memory for one more chunk of members
 * @followed: the set
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or -EUSERS when there are as many as there may be.
 */
int ipct_followed_reserve(struct ipct_followed *followed)
{
	struct ipct_followed_chunk *chunk;
	u32 i;

	if (READ_ONCE(followed->nr) >= members_max)
		return -EUSERS;
	if (READ_ONCE(followed->nr_free) >= FEW)
		return 0;
	if (READ_ONCE(followed->nr_chunks) == CHUNKS_MAX)
		return -EUSERS;
	chunk = kvzalloc(sizeof(*chunk), GFP_KERNEL | __GFP_NOWARN);
	if (!chunk)
		return -ENOMEM;
	for (i = 0; i < CHUNK_MEMBERS; i++) {
		chunk->members[i].set = followed;
		chunk->members[i].next = &chunk->members[i + 1];
	}
	raw_spin_lock_irq(&followed->lock);
	if (followed->nr_chunks < CHUNKS_MAX) {
		chunk->members[CHUNK_MEMBERS - 1].next = followed->free;
		followed->free = chunk->members;
		WRITE_ONCE(followed->nr_free,
			   followed->nr_free + CHUNK_MEMBERS);
		WRITE_ONCE(followed->nr_chunks, followed->nr_chunks + 1);
		chunk->next = followed->chunks;
		followed->chunks = chunk;
		chunk = NULL;
	}
	raw_spin_unlock_irq(&followed->lock);
	kvfree(chunk);
	return 0;
}

static void put_free(struct rcu_head *rcu)
{
	struct ipct_followed_member *member =
		container_of(rcu, struct ipct_followed_member, rcu);
	struct ipct_followed *followed = member->set;
	unsigned long flags;

	raw_spin_lock_irqsave(&followed->lock, flags);
	member->next = followed->free;
	followed->free = member;
	WRITE_ONCE(followed->nr_free, followed->nr_free + 1);
	raw_spin_unlock_irqrestore(&followed->lock, flags);
}

static int add_locked(struct ipct_followed *followed, pid_t tgid,
		      const struct signal_struct *process, u64 tests)
{
	struct ipct_followed_member *member = followed->free;

	if (!member || followed->nr >= members_max)
		return -ENOSPC;
	followed->free = member->next;
	WRITE_ONCE(followed->nr_free, followed->nr_free - 1);
	WRITE_ONCE(followed->nr, followed->nr + 1);
	member->tgid = tgid;
	member->process = process;
	member->tests = tests;
	hlist_add_head_rcu(&member->hash,
			   &followed->heads[bucket(followed, tgid)]);
	return 0;
}

static void remove_locked(struct ipct_followed *followed,
			  struct ipct_followed_member *member)
{
	hlist_del_rcu(&member->hash);
	WRITE_ONCE(followed->nr, followed->nr - 1);
}

/**
 * ipct_followed_set() - note what holds for a process from now on
 * @followed: the set
 * @tgid: the process
 * @process: what tells it from others that had the same number
 * @tests: the tests, as a set of bits; 0: it is not followed
 *
 * Context: a task, preemption off or on; never sleeps, not even on realtime kernels.
 * Return: 0, or -ENOSPC when the memory allocated beforehand is used up or
 * the set is full: ipct_followed_reserve() tells which.
 */
int ipct_followed_set(struct ipct_followed *followed, pid_t tgid,
		      const struct signal_struct *process, u64 tests)
{
	struct ipct_followed_member *member, *gone = NULL;
	unsigned long flags;
	int ret = 0;

	raw_spin_lock_irqsave(&followed->lock, flags);
	member = find(followed, tgid);
	if (member && tests) {
		member->process = process;
		WRITE_ONCE(member->tests, tests);
	} else if (member) {
		remove_locked(followed, member);
		gone = member;
	} else if (tests) {
		ret = add_locked(followed, tgid, process, tests);
	}
	raw_spin_unlock_irqrestore(&followed->lock, flags);
	if (gone)
		call_rcu(&gone->rcu, put_free);
	if (READ_ONCE(followed->nr_free) < FEW &&
	    READ_ONCE(followed->nr_chunks) < CHUNKS_MAX)
		schedule_work(&followed->refill);
	return ret;
}

/**
 * ipct_followed_remove() - a process is gone
 * @followed: the set
 * @tgid: the number that it had
 * @process: its signal_struct, since another may have the number by now; only
 *	compared
 *
 * Context: any but a non-maskable interrupt.
 * Return: whether it was a member.
 */
bool ipct_followed_remove(struct ipct_followed *followed, pid_t tgid,
			  const struct signal_struct *process)
{
	struct ipct_followed_member *member;
	unsigned long flags;

	raw_spin_lock_irqsave(&followed->lock, flags);
	member = find(followed, tgid);
	if (member && member->process == process)
		remove_locked(followed, member);
	else
		member = NULL;
	raw_spin_unlock_irqrestore(&followed->lock, flags);
	if (member)
		call_rcu(&member->rcu, put_free);
	return member;
}

/**
 * ipct_followed_refuse() - count a process that could not become a member
 * @followed: the set
 *
 * Context: any but a non-maskable interrupt.
 */
void ipct_followed_refuse(struct ipct_followed *followed)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&followed->lock, flags);
	WRITE_ONCE(followed->refused, followed->refused + 1);
	raw_spin_unlock_irqrestore(&followed->lock, flags);
}

/**
 * ipct_followed_tests() - the tests that hold for a process
 * @followed: the set
 * @tgid: the process
 *
 * Context: preemption off, or rcu_read_lock().
 * Return: a set of bits, 0 for a process that is not followed.
 */
u64 ipct_followed_tests(const struct ipct_followed *followed, pid_t tgid)
{
	const struct ipct_followed_member *member = find(followed, tgid);

	return member ? READ_ONCE(member->tests) : 0;
}
NOKPROBE_SYMBOL(ipct_followed_tests);
