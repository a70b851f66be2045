/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of a record that says which call it was and how it ended, without who made
 * it, when and for how long. Programs make the same calls again and again, so what was
 * written for one can be kept for the next.
 */
#ifndef _IPCT_CALLED_H
#define _IPCT_CALLED_H

#include "syscalls.h"

#define CALLED_MAX_BYTES	160	/* more is rare */
#define CALLED_WORDS		(CALLED_MAX_BYTES / 8 - 1)
#define CALLED_PLACES		256

/* From the result to the arguments */
#define CALLED_FIXED_BEGIN	offsetof(struct ipctrace_call, ret)
#define CALLED_FIXED_BYTES \
	(offsetof(struct ipctrace_call, cgroup) - CALLED_FIXED_BEGIN)

/**
 * struct called - a call and nothing else
 * @head: the header without CPU and time
 * @words: result and arguments, then what these lead to
 *
 * Written as words because it is read as words: a processor stalls when it reads what
 * was just written in smaller pieces.
 */
struct called {
	u64 head;
	u64 words[CALLED_WORDS];
};

/* Types of the parts of a record, by bit, as far as they are known */
static inline u32 called_parts(const struct ipctrace_call *call)
{
	const struct ipctrace_part *part = NULL;
	u32 parts = 0;

	if (call->header.len <= sizeof(*call))
		return 0;
	while ((part = ipct_part_next(call, part)))
		if (part->type < 32)
			parts |= 1U << part->type;
	return parts;
}

/*
 * The call of a record; returns the bytes in @called. 0: the call has not returned, or
 * the record has more than arguments and what they lead to.
 */
static inline size_t called_of(struct called *called,
			       const struct ipctrace_call *call, u32 parts)
{
	size_t more = call->header.len - sizeof(*call);

	if (call->header.type != IPCTRACE_TYPE_CALL ||
	    call->header.call >= IPCTRACE_NR_CALLS ||
	    parts & ~(1U << IPCTRACE_PART_USER) ||
	    more > sizeof(called->words) - CALLED_FIXED_BYTES)
		return 0;
	called->head = (u64)call->header.len | (u64)call->header.type << 16 |
		       (u64)call->header.flags << 24 |
		       (u64)call->header.call << 32 |
		       (u64)call->header.abi << 40;
	memcpy(called->words, (const char *)call + CALLED_FIXED_BEGIN,
	       CALLED_FIXED_BYTES);
	memcpy((char *)called->words + CALLED_FIXED_BYTES, call + 1, more);
	return sizeof(called->head) + CALLED_FIXED_BYTES + more;
}

/*
 * In which of CALLED_PLACES something is kept for it. A sum of odd multiples, whose
 * terms do not wait for each other as those of a product would.
 */
static inline u32 called_place(const struct called *called, size_t bytes)
{
	size_t i, nr = bytes / 8 - 1;
	u64 sum = called->head;

	for (i = 0; i < nr; i++)
		sum += called->words[i] * (2 * i + 1);
	return (sum * 0x9e3779b97f4a7c15ULL >> 32) % CALLED_PLACES;
}

/* Is it the same as the one that was copied to @key? */
static inline bool called_is(const struct called *called, size_t bytes,
			     const void *key)
{
	const u64 *a = &called->head, *b = key;
	size_t i;

	for (i = 0; i < bytes / 8; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

#endif /* _IPCT_CALLED_H */
