/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Facts: what the model knows besides a record, as fields that the rules of
 * ipctrace watch can ask for. They are not part of a record, so other questions do not
 * have them; userspace/watch/observe.c sets them.
 */
#ifndef _IPCTRACE_FACTS_H
#define _IPCTRACE_FACTS_H

#include "shared/portable.h"

/*
 * FACT(ID, NAME, TYPE, FORMAT, WHAT): the only list of facts. TYPE is of enum
 * field_type, FORMAT of enum schema_format; WHAT is its line in the manual.
 */
#define FACTS(FACT)							\
	FACT(OWNER_OTHER, "object.owner_other", TRUTH, PLAIN,		\
	     "on record: neither owner nor creator is the caller's effective user") \
	FACT(NAMESPACED, "namespaced", TRUTH, PLAIN,			\
	     "on record: the caller is in a pid namespace of its own")	\
	FACT(MEMORY_CHANGED, "memory.changed", TRUTH, PLAIN,		\
	     "on record: memory of the caller was not the same twice")	\
	FACT(KEY_UID, "key.uid", NUMBER, USER,				\
	     "on record: owner of the object that has the key")		\
	FACT(KEY_PID, "key.pid", NUMBER, PLAIN,				\
	     "on record: process that made that object")		\
	FACT(KEY_COMM, "key.comm", TEXT, PLAIN,				\
	     "on record: name of that process")				\
	FACT(KEY_OTHER, "key.owner_other", TRUTH, PLAIN,		\
	     "on record: that object is another user's")		\
	FACT(OWN, "own", TRUTH, PLAIN,					\
	     "on record: the id or key that failed is, or was, of an object of the caller's user") \
	FACT(STALE, "stale", TRUTH, PLAIN,				\
	     "on record: the id is of an object that had gone before the call") \
	FACT(STALE_COMM, "stale.by", TEXT, PLAIN,			\
	     "on record: who removed that object")			\
	FACT(STALE_NOW, "stale.now", NUMBER, SIGNED,			\
	     "on record: id of the object that has its key now")	\
	FACT(REMOVAL_ATTACHED, "removal.attached", NUMBER, PLAIN,	\
	     "on removal: other processes that were attached")		\
	FACT(REMOVAL_BLOCKED, "removal.blocked", NUMBER, PLAIN,		\
	     "on removal: other processes that waited at it")		\
	FACT(REMOVAL_ACTIVE, "removal.active", NUMBER, PLAIN,		\
	     "on removal: other processes that worked on it in the 10 s before") \
	FACT(REMOVAL_OTHER, "removal.other", TRUTH, PLAIN,		\
	     "on removal: the remover is no relative of the process that made it") \
	FACT(REMOVAL_OF, "removal.of", TEXT, PLAIN,			\
	     "on removal: name of the process that made it")		\
	FACT(WAITED, "waited", NUMBER, NS,				\
	     "on wait: how long the call has waited so far")		\
	FACT(WAIT_STUCK, "wait.stuck", TEXT, PLAIN,			\
	     "on wait: deadlock, behind a deadlock, dead holder")	\
	FACT(WAIT_HELD, "wait.held", TRUTH, PLAIN,			\
	     "on wait: somebody holds the semaphore that it waits for")	\
	FACT(WAIT_HOLDER, "wait.holder", NUMBER, PLAIN,			\
	     "on wait: the process that has held it for longest")	\
	FACT(WAIT_HOLDER_COMM, "wait.holder_comm", TEXT, PLAIN,		\
	     "on wait: name of that process")				\
	FACT(WAIT_CIRCLE, "wait.circle", NUMBER, PLAIN,			\
	     "on wait: calls in the circle of a deadlock")		\
	FACT(WAIT_FIRST, "wait.first", TRUTH, PLAIN,			\
	     "on wait: of that circle this is the call that waited first") \
	FACT(HOLE_CAUSE, "hole.cause", TEXT, PLAIN,			\
	     "on hole: why not everything is recorded")			\
	FACT(HOLE_ENDED, "hole.ended", TRUTH, PLAIN,			\
	     "on hole: it is over")					\
	FACT(IDLE, "idle", NUMBER, NS,					\
	     "on unused: nobody has used the object for so long")	\
	FACT(MAKER_GONE, "maker.gone", TRUTH, PLAIN,			\
	     "on unused: the process that made it has ended")		\
	FACT(PROGRAM_MADE, "program.made", NUMBER, PLAIN,		\
	     "on making: objects of a kind that the program has made")	\
	FACT(PROGRAM_MORE, "program.more", NUMBER, PLAIN,		\
	     "on making: of these, those that are still there")		\
	FACT(PROGRAM_MINUTES, "program.minutes", NUMBER, PLAIN,		\
	     "on making: minutes in which that number reached a new height") \
	FACT(LIMIT_NAME, "limit.name", TEXT, PLAIN,			\
	     "on limit: its name, as sysctl has it")			\
	FACT(LIMIT_PERCENT, "limit.percent", NUMBER, PLAIN,		\
	     "on limit: how much of it is used; the record is of who holds most") \
	FACT(SLOW_P99, "slow.p99", NUMBER, NS,				\
	     "on pace: duration that 1 in 100 of the last calls exceeded") \
	FACT(SLOW_USUAL, "slow.usual", NUMBER, NS,			\
	     "on pace: the same of all calls on the object before")	\
	FACT(SLOW_TIMES, "slow.times", NUMBER, PLAIN,			\
	     "on pace: so many times as long")				\
	FACT(QUEUE_FILLING, "queue.filling", NUMBER, NS,		\
	     "on queue: for so long more was sent than received")	\
	FACT(QUEUE_SENT, "queue.sent", NUMBER, PLAIN,			\
	     "on queue: messages sent in that time")			\
	FACT(QUEUE_RECEIVED, "queue.received", NUMBER, PLAIN,		\
	     "on queue: messages received in that time")		\
	FACT(QUEUE_MORE, "queue.more", NUMBER, PLAIN,			\
	     "on queue: so many more were sent")			\
	FACT(CONSUMER_IDLE, "consumer.idle", NUMBER, NS,		\
	     "on queue: messages wait for so long, and nobody receives") \
	FACT(CONSUMER_USUAL, "consumer.usual", NUMBER, NS,		\
	     "on queue: the longest that this has been so before; 10 s at least") \
	FACT(CONSUMER_TIMES, "consumer.times", NUMBER, PLAIN,		\
	     "on queue: so many times as long")				\
	FACT(CONSUMER_MISSED, "consumer.missed", NUMBER, PLAIN,		\
	     "on queue: messages sent since somebody received")		\
	FACT(CONSUMER_GONE, "consumer.gone", TRUTH, PLAIN,		\
	     "on queue: the process that received last has ended")

enum fact {
#define FACT_ID(id, ...) FACT_##id,
	FACTS(FACT_ID)
#undef FACT_ID
	NR_FACTS,
};

/**
 * struct facts - what is known besides a record
 * @known: bits of enum fact
 * @since_ns: they were concluded from records since then; 0: from the record alone
 * @numbers: values of facts that are numbers or truths, by enum fact
 * @texts: values of those that are texts
 */
struct facts {
	u64 known;
	u64 since_ns;
	u64 numbers[NR_FACTS];
	const char *texts[NR_FACTS];
};

static inline void fact_number(struct facts *facts, enum fact fact, u64 number)
{
	facts->known |= 1ULL << fact;
	facts->numbers[fact] = number;
}

/* NULL: not known */
static inline void fact_text(struct facts *facts, enum fact fact, const char *text)
{
	if (!text)
		return;
	facts->known |= 1ULL << fact;
	facts->texts[fact] = text;
}

#endif /* _IPCTRACE_FACTS_H */
