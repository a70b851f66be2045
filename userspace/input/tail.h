/* SPDX-License-Identifier: GPL-2.0 */
/* The last records of an input; see tail.c. */
#ifndef _IPCTRACE_INPUT_TAIL_H
#define _IPCTRACE_INPUT_TAIL_H

#include "input/input.h"

struct wanted;

/**
 * struct input_tail - the last records of an input, and what comes after them
 * @input: for those who do not care where records are from
 * @from: where they come from; closed by whoever opened it
 * @wanted: which of its records count
 * @count: how many are kept at most
 * @kept: those that are kept, each in memory of its own
 * @next: the oldest of them
 * @nr: how many are kept now
 * @seen: records that counted, up to now
 * @after: what @from said when there were no more records
 * @drained: it has said so
 */
struct input_tail {
	struct input input;
	struct input *from;
	const struct wanted *wanted;
	u64 count;
	struct ipctrace_header **kept;
	u64 next;
	u64 nr;
	u64 seen;
	enum input_state after;
	bool drained;
};

bool input_tail_open(struct input_tail *tail, struct input *from,
		     const struct wanted *wanted, u64 count);
bool input_tail_drain(struct input_tail *tail);

#endif /* _IPCTRACE_INPUT_TAIL_H */
