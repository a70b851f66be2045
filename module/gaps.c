// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: gaps
 *
 * When the recorder does not record everything, the records say so: one record
 * when a gap begins and one when it ends. Outside of gaps everything was
 * recorded, or is counted as missed or lost. The record of a gap's beginning may
 * be overwritten while the gap goes on, so one can also ask which gaps are open.
 *
 * A gap begins no later than the recorder stops, and ends no earlier than it
 * records again.
 */
#include <linux/cred.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "buffers.h"
#include "clock.h"
#include "compat.h"
#include "gaps.h"
#include "record.h"

/**
 * struct state - the gaps of one cause
 * @open: there is one now
 * @begin_ns: since when; 0: always
 * @last_end_ns: when the last one ended; 0: there was none
 */
struct state {
	bool open;
	u64 begin_ns;
	u64 last_end_ns;
};

static struct state gaps[__IPCTRACE_GAP_MAX] = {
	[IPCTRACE_GAP_LOAD] = { .open = true },
};

static DEFINE_MUTEX(gaps_lock);		/* gaps */

static void write_record(u32 cause, u64 begin_ns, u64 end_ns, const char *text)
{
	u32 bytes = strlen(text), padded = ALIGN(bytes, 8);
	struct ipctrace_call *record;
	struct ipctrace_gap *gap;

	preempt_disable();
	record = ipct_buffers_reserve(IPCT_RECORD_BYTES + sizeof(*gap) + padded);
	ipct_record_event(record, IPCTRACE_TYPE_GAP, IPCTRACE_ANY,
			  current->nsproxy ?
			  current->nsproxy->ipc_ns->ns.inum : 0,
			  ipct_clock_ns());
	gap = ipct_record_add(record, IPCTRACE_PART_GAP, sizeof(*gap) + padded);
	gap->cause = cause;
	gap->bytes = bytes;
	gap->begin_ns = begin_ns;
	gap->end_ns = end_ns;
	memset(gap + 1, 0, padded);
	memcpy(gap + 1, text, bytes);
	ipct_buffers_commit_event(&record->header);
	preempt_enable();
}

/**
 * ipct_gaps_now() - the time, by the records' clock
 *
 * Context: any.
 */
u64 ipct_gaps_now(void)
{
	u64 ns;

	preempt_disable();
	ns = ipct_clock_ns();
	preempt_enable();
	return ns;
}

/**
 * ipct_gaps_begin() - from now on not everything is recorded
 * @cause: enum ipctrace_gap_cause, of which no gap is open
 * @begin_ns: since when
 * @text: the expression of a filter, else empty
 *
 * Context: may sleep. The record names the calling task as the one that did it.
 */
void ipct_gaps_begin(u32 cause, u64 begin_ns, const char *text)
{
	mutex_lock(&gaps_lock);
	gaps[cause].open = true;
	gaps[cause].begin_ns = begin_ns;
	write_record(cause, begin_ns, 0, text);
	mutex_unlock(&gaps_lock);
}

/**
 * ipct_gaps_end() - end the gap of a cause: from now on it hides nothing
 * @cause: enum ipctrace_gap_cause; nothing happens when no gap of it is open
 * @end_ns: since when
 * @text: as it was when the gap began
 *
 * Context: may sleep. The record names the calling task as the one that did it.
 */
void ipct_gaps_end(u32 cause, u64 end_ns, const char *text)
{
	mutex_lock(&gaps_lock);
	if (gaps[cause].open) {
		gaps[cause].open = false;
		gaps[cause].last_end_ns = end_ns;
		write_record(cause, gaps[cause].begin_ns, end_ns, text);
	}
	mutex_unlock(&gaps_lock);
}

/**
 * ipct_gaps_state() - is there a gap?
 * @state: in: cause, which must exist; out: the rest
 *
 * Context: may sleep.
 */
void ipct_gaps_state(struct ipctrace_gap_state *state)
{
	mutex_lock(&gaps_lock);
	state->open = gaps[state->cause].open;
	state->begin_ns = gaps[state->cause].begin_ns;
	state->last_end_ns = gaps[state->cause].last_end_ns;
	mutex_unlock(&gaps_lock);
}

/**
 * ipct_gaps_since() - since when everything has been recorded
 *
 * Context: may sleep.
 * Return: CLOCK_MONOTONIC; 0 while there is a gap.
 */
u64 ipct_gaps_since(void)
{
	u64 since = 0;
	u32 cause;

	mutex_lock(&gaps_lock);
	for (cause = 0; cause < __IPCTRACE_GAP_MAX; cause++) {
		if (gaps[cause].open) {
			since = 0;
			break;
		}
		since = max(since, gaps[cause].last_end_ns);
	}
	mutex_unlock(&gaps_lock);
	return since;
}
