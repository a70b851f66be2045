/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The processes that a filter follows; see followed.c.
 *
 * Locking: ipct_followed.lock for changes; whoever only looks has preemption
 * off, and needs none.
 */
#ifndef _IPCT_FOLLOWED_H
#define _IPCT_FOLLOWED_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#define IPCT_FOLLOWED_BITS	10	/* of the hash */

struct ipct_followed_chunk;

/**
 * struct ipct_followed - a set of processes, with what is known of each
 * @lock: for changes
 * @chunks: members; the first chunk may have room, the others are full
 * @spare: the next chunk, or NULL
 * @refill: gets @spare
 * @heads: members by process
 */
struct ipct_followed {
	raw_spinlock_t lock;
	struct ipct_followed_chunk *chunks;
	struct ipct_followed_chunk *spare;
	struct work_struct refill;
	struct hlist_head heads[1 << IPCT_FOLLOWED_BITS];
};

void ipct_followed_init(struct ipct_followed *followed);
void ipct_followed_destroy(struct ipct_followed *followed);
int ipct_followed_reserve(struct ipct_followed *followed);
int ipct_followed_set(struct ipct_followed *followed, pid_t tgid, u64 tests);
u64 ipct_followed_tests(const struct ipct_followed *followed, pid_t tgid);

#endif /* _IPCT_FOLLOWED_H */
