// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: input_tail
 *
 * The last wanted records of another input; then what it gives out later, if more is
 * to come.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "input/tail.h"
#include "select/wanted.h"

static struct input_tail *tail_of(struct input *input)
{
	return (struct input_tail *)input;
}

static bool keep(struct input_tail *tail, const struct ipctrace_header *record)
{
	u64 at = (tail->next + tail->nr) % tail->count;
	struct ipctrace_header *copy = malloc(record->len);

	if (!copy) {
		warnx("no memory for the last %llu records",
		      (unsigned long long)tail->count);
		return false;
	}
	memcpy(copy, record, record->len);
	if (tail->nr == tail->count) {
		free(tail->kept[at]);
		tail->next = (tail->next + 1) % tail->count;
	} else {
		tail->nr++;
	}
	tail->kept[at] = copy;
	tail->seen++;
	return true;
}

/**
 * input_tail_drain() - take what there is
 * @tail: reads its input up to a pause or the end, and keeps the last records
 *
 * Return: false when that failed.
 */
bool input_tail_drain(struct input_tail *tail)
{
	const struct ipctrace_header *record;

	for (;;) {
		tail->after = input_next(tail->from, &record);
		if (tail->after != INPUT_RECORD)
			break;
		if (wanted_record(tail->wanted, record) && !keep(tail, record))
			tail->after = INPUT_FAILED;
	}
	tail->drained = true;
	return tail->after != INPUT_FAILED;
}

static enum input_state tail_next(struct input *input,
				  const struct ipctrace_header **record)
{
	struct input_tail *tail = tail_of(input);
	enum input_state after;

	if (!tail->drained && !input_tail_drain(tail))
		return INPUT_FAILED;
	if (tail->nr) {
		*record = tail->kept[tail->next];
		tail->next = (tail->next + 1) % tail->count;
		tail->nr--;
		return INPUT_RECORD;
	}
	after = tail->after;
	tail->after = INPUT_RECORD;
	return after == INPUT_RECORD ? input_next(tail->from, record) : after;
}

static enum input_state tail_wait(struct input *input, int output)
{
	return input_wait(tail_of(input)->from, output);
}

static bool tail_whole(struct input *input)
{
	return input_whole(tail_of(input)->from);
}

static u64 tail_size(struct input *input)
{
	return input_size(tail_of(input)->from);
}

static u64 tail_place(struct input *input)
{
	return input_place(tail_of(input)->from);
}

static void tail_close(struct input *input)
{
	struct input_tail *tail = tail_of(input);
	u64 i;

	for (i = 0; i < tail->count; i++)
		free(tail->kept[i]);
	free(tail->kept);
}

static const struct input_ops tail_ops = {
	.next = tail_next,
	.wait = tail_wait,
	.whole = tail_whole,
	.size = tail_size,
	.place = tail_place,
	.close = tail_close,
};

/**
 * input_tail_open() - begin with the last records of an input
 * @tail: out: the input; @from is not closed with it
 * @from: open, and nothing has been taken from it; must outlive @tail
 * @wanted: the records that count; must outlive @tail
 * @count: how many of these, at least 1; room for so many is taken at once
 *
 * Return: false, with a message, when memory is short.
 */
bool input_tail_open(struct input_tail *tail, struct input *from,
		     const struct wanted *wanted, u64 count)
{
	*tail = (struct input_tail){
		.input.ops = &tail_ops,
		.from = from,
		.wanted = wanted,
		.count = count,
		.kept = calloc(count, sizeof(*tail->kept)),
	};
	if (tail->kept)
		return true;
	warnx("no memory for the last %llu records", (unsigned long long)count);
	return false;
}
