/* SPDX-License-Identifier: GPL-2.0 */
/* Records from any source, one at a time, in order of time. */
#ifndef _IPCTRACE_INPUT_H
#define _IPCTRACE_INPUT_H

#include <ipctrace/ipctrace.h>

#include "shared/portable.h"

/**
 * enum input_state - what there is
 * @INPUT_RECORD: a record
 * @INPUT_PAUSE: no more for now; input_wait()
 * @INPUT_END: no more
 * @INPUT_FAILED: it cannot go on; a message was given
 */
enum input_state {
	INPUT_RECORD,
	INPUT_PAUSE,
	INPUT_END,
	INPUT_FAILED,
};

struct input;
struct spans;

/**
 * struct input_ops - what an input can do
 * @next: see input_next()
 * @wait: see input_wait(); NULL where there is never a pause
 * @whole: see input_whole(); NULL where INPUT_END says that already
 * @missing: see input_missing(); NULL where only records tell
 * @size: see input_size(); NULL where that is never known
 * @place: see input_place(); NULL with @size
 * @close: gives back what it has
 */
struct input_ops {
	enum input_state (*next)(struct input *input,
				 const struct ipctrace_header **record);
	enum input_state (*wait)(struct input *input, int output);
	bool (*whole)(struct input *input);
	const struct spans *(*missing)(struct input *input);
	u64 (*size)(struct input *input);
	u64 (*place)(struct input *input);
	void (*close)(struct input *input);
};

/**
 * struct input - an input, the first member of each kind of input
 * @ops: what it can do
 * @wait_ms: how long a wait takes at most, less than 1000; 0: as long as it takes
 */
struct input {
	const struct input_ops *ops;
	int wait_ms;
};

/**
 * input_next() - next record
 * @input: any, open
 * @record: out: with INPUT_RECORD the record, 8-byte aligned, valid until the
 *	next call
 *
 * Return: enum input_state
 */
static inline enum input_state
input_next(struct input *input, const struct ipctrace_header **record)
{
	return input->ops->next(input, record);
}

/**
 * input_wait() - after a pause, wait for records
 * @input: one that has said INPUT_PAUSE
 * @output: file descriptor; the wait ends when nobody reads it any more
 *
 * Return: INPUT_PAUSE to look again, INPUT_END or INPUT_FAILED.
 */
static inline enum input_state input_wait(struct input *input, int output)
{
	return input->ops->wait(input, output);
}

/**
 * input_whole() - at the end: was that all?
 * @input: one that has said INPUT_END
 *
 * Return: false, with a message, when something is damaged or missing.
 */
static inline bool input_whole(struct input *input)
{
	return !input->ops->whole || input->ops->whole(input);
}

/**
 * input_missing() - of which times are records missing?
 * @input: any, open
 *
 * Return: those found so far: more may be added, and only the last of SPANS_MAX may
 * change. NULL: records tell what is missing.
 */
static inline const struct spans *input_missing(struct input *input)
{
	return input->ops->missing ? input->ops->missing(input) : NULL;
}

/**
 * input_size() - how much there is to read, in bytes
 * @input: any, open
 *
 * Return: 0 when that is not known, or there is no end to it.
 */
static inline u64 input_size(struct input *input)
{
	return input->ops->size ? input->ops->size(input) : 0;
}

/**
 * input_place() - how much of that has been read
 * @input: one that has told its size
 */
static inline u64 input_place(struct input *input)
{
	return input->ops->place(input);
}

static inline void input_close(struct input *input)
{
	input->ops->close(input);
}

#endif /* _IPCTRACE_INPUT_H */
