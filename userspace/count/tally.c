// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: tally
 *
 * What is counted of calls that have ended: as many as the recorder's own counters
 * say, if no record was lost. How much of its time a call was asleep is not recorded.
 * Calls that may wait take only a few microseconds when they need not, so one that took
 * longer than a limit is taken to have waited for all of its time.
 */
#include <stdio.h>
#include <stdlib.h>

#include "count/tally.h"
#include "shared/syscalls.h"

/**
 * tally_is_call() - is it the record of a call that has ended?
 * @record: any
 */
bool tally_is_call(const struct ipctrace_header *record)
{
	return record->type == IPCTRACE_TYPE_CALL &&
	       record->len >= sizeof(struct ipctrace_call);
}

/* Has it failed, as the module counts? */
static bool has_failed(const struct ipctrace_call *call)
{
	return call->ret < 0 && call->ret >= -4095;
}

static void add_errno(struct tally *tally, u32 error)
{
	struct tally_errno *row = tally->errnos;

	for (; row < tally->errnos + tally->nr_errnos; row++)
		if (row->error == error)
			break;
	if (row == tally->errnos + tally->nr_errnos) {
		if (tally->nr_errnos < TALLY_ERRNOS) {
			tally->nr_errnos++;
			row->error = error;
		} else {
			/* There is one more place for these. */
			row = &tally->errnos[TALLY_ERRNOS];
		}
	}
	row->count++;
}

/**
 * tally_add() - count a call
 * @tally: zeroed, or with others
 * @room: memory of its histogram
 * @call: one that has ended
 * @wait_ns: if it may wait and took longer, it has waited
 */
void tally_add(struct tally *tally, struct histogram_room *room,
	       const struct ipctrace_call *call, u64 wait_ns)
{
	tally->calls++;
	tally->time_ns += call->duration_ns;
	if (call->header.call < IPCTRACE_NR_CALLS &&
	    ipct_syscalls[call->header.call].blocks &&
	    call->duration_ns > wait_ns) {
		tally->waits++;
		tally->wait_ns += call->duration_ns;
	}
	if (has_failed(call)) {
		tally->errors++;
		add_errno(tally, -call->ret);
	}
	histogram_add(&tally->durations, room, call->duration_ns);
}

static int more_often(const void *left, const void *right)
{
	const struct tally_errno *a = left, *b = right;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return a->error < b->error ? -1 : 1;
}

/**
 * tally_errnos() - which errors, and how often
 * @tally: its errors are sorted by that
 * @text: out: "EAGAIN 12 EIDRM 1", the most frequent first; empty without any
 * @size: room for it
 *
 * Return: its length.
 */
size_t tally_errnos(struct tally *tally, char *text, size_t size)
{
	const char *name;
	size_t used = 0;
	u32 i;

	qsort(tally->errnos, tally->nr_errnos, sizeof(*tally->errnos),
	      more_often);
	*text = '\0';
	for (i = 0; i <= TALLY_ERRNOS && used < size; i++) {
		const struct tally_errno *row = &tally->errnos[i];
		char number[16];

		if (!row->count)
			continue;
		name = row->error ? ipct_errno_name(row->error, NULL) : "other";
		if (!name) {
			snprintf(number, sizeof(number), "errno_%u", row->error);
			name = number;
		}
		used += snprintf(text + used, size - used, "%s%s %llu",
				 used ? " " : "", name,
				 (unsigned long long)row->count);
	}
	return used < size ? used : size - 1;
}

/**
 * tally_clear() - begin to count anew
 * @tally: zeroed afterwards
 * @room: gets the memory back
 */
void tally_clear(struct tally *tally, struct histogram_room *room)
{
	histogram_clear(&tally->durations, room);
	*tally = (struct tally){ };
}
