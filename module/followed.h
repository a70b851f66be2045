/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The processes that a filter follows; see followed.c.
 *
 * Locking: ipct_followed.lock for changes, interrupts off, since the ends of
 * processes are reported in softirqs; readers are in an RCU read-side section.
 */
#ifndef _IPCT_FOLLOWED_H
#define _IPCT_FOLLOWED_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#define IPCT_FOLLOWED_BITS	12	/* of the hash */
#define IPCT_FOLLOWED_MAX	32768	/* members */

struct ipct_followed_chunk;
struct ipct_followed_member;
struct signal_struct;

/**
 * struct ipct_followed - a set of processes, with what is known of each
 * @lock: for changes
 * @factor: of the hash, odd; secret, so that nobody can choose numbers by it
 * @nr: members
 * @nr_free: members that can be taken
 * @nr_chunks: chunks
 * @refused: processes that could not become members
 * @free: members that can be taken
 * @chunks: the memory of members
 * @refill: gets the next chunk
 * @heads: members by process
 */
struct ipct_followed {
	raw_spinlock_t lock;
	u32 factor;
	u32 nr;
	u32 nr_free;
	u32 nr_chunks;
	u32 refused;
	struct ipct_followed_member *free;
	struct ipct_followed_chunk *chunks;
	struct work_struct refill;
	struct hlist_head heads[1 << IPCT_FOLLOWED_BITS];
};

void ipct_followed_init(struct ipct_followed *followed);
void ipct_followed_destroy(struct ipct_followed *followed);
int ipct_followed_reserve(struct ipct_followed *followed);
int ipct_followed_set(struct ipct_followed *followed, pid_t tgid,
		      const struct signal_struct *process, u64 tests);
bool ipct_followed_remove(struct ipct_followed *followed, pid_t tgid,
			  const struct signal_struct *process);
void ipct_followed_refuse(struct ipct_followed *followed);
u64 ipct_followed_tests(const struct ipct_followed *followed, pid_t tgid);

#endif /* _IPCT_FOLLOWED_H */
