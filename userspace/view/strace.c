// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: strace
 *
 * Calls as strace -f -ttt -T -o FILE writes them, for programs that read its logs:
 * thread, time of day when the call was made, name and arguments, result, and how long
 * it took.
 *
 * A record is made when a call ends, so lines are in the order of ends. A call that
 * takes long has a record while it lasts: then its line is unfinished, as in strace,
 * and another line continues it when it ends. What the kernel writes during the call is
 * in the second line.
 *
 * Such a log has only calls: no loss, no gap, and nothing that happens to objects
 * without a call.
 */
#define _GNU_SOURCE	/* tdestroy() */
#include <search.h>
#include <stdlib.h>

#include "shared/layouts.h"
#include "shared/syscalls.h"
#include "shared/text.h"
#include "shared/text_args.h"
#include "shared/text_put.h"
#include "view/sink.h"
#include "view/strace.h"
#include "view/style.h"

#define NS_PER_S	1000000000ULL
#define RESULT_COLUMN	40	/* strace's, for short lines */

/**
 * struct unfinished - a call whose line is unfinished
 * @tid: the thread that makes it
 * @call: enum ipctrace_call_id
 */
struct unfinished {
	u32 tid;
	u8 call;
};

/**
 * struct strace - the sink of logs of strace
 * @sink: what all sinks have
 * @unfinished: struct unfinished's by thread
 */
struct strace {
	struct sink sink;
	void *unfinished;
};

static int compare(const void *a, const void *b)
{
	const struct unfinished *left = a, *right = b;

	return left->tid < right->tid ? -1 : left->tid > right->tid;
}

/* The thread's call that has an unfinished line, NULL: none */
static struct unfinished *find(struct strace *strace, u32 tid)
{
	const struct unfinished key = { .tid = tid };
	struct unfinished **found = tfind(&key, &strace->unfinished, compare);

	return found ? *found : NULL;
}

static void forget(struct strace *strace, struct unfinished *unfinished)
{
	tdelete(unfinished, &strace->unfinished, compare);
	free(unfinished);
}

/* Without memory the call gets a whole line later. */
static bool remember(struct strace *strace, const struct ipctrace_call *call)
{
	struct unfinished *unfinished = malloc(sizeof(*unfinished));

	if (!unfinished)
		return false;
	*unfinished = (struct unfinished){ call->tid, call->header.call };
	if (tsearch(unfinished, &strace->unfinished, compare))
		return true;
	free(unfinished);
	return false;
}

/* ---- Parts of a line -------------------------------------------------------------- */

/* Seconds with six digits after the point; strace cuts off the rest */
static void put_micros(struct text *t, u64 ns)
{
	char digits[8] = ".";

	put_unsigned(t, ns / NS_PER_S);
	write_decimal(digits + 1, ns % NS_PER_S / 1000, 6);
	put_bytes(t, digits, 7);
}

static void put_leader(struct text *t, const struct style *style,
		       const struct ipctrace_call *call, u64 ns)
{
	size_t begin = t->len;

	put_unsigned(t, call->tid);
	do {
		put_char(t, ' ');
	} while (t->len < begin + 6);
	put_micros(t, style->moment.real_ns + (ns - style->moment.ns));
	put_char(t, ' ');
}

/* How many arguments strace prints when the call is made: those before what is written */
static u8 known_at_entry(const struct ipctrace_call *call, const u64 *args)
{
	u8 nr = ipct_syscalls[call->header.call].nr_args;
	struct ipct_ctl ctl;

	if (call->header.call == IPCTRACE_CALL_msgrcv)
		return 1;
	if (ipct_syscalls[call->header.call].object != IPCT_OBJECT_CTL)
		return nr;
	ipct_ctl(&ctl, call, ipct_ctl_cmd(call, args));
	return ctl.use == IPCT_USE_GET || ctl.use == IPCT_USE_GETALL ? nr - 1 : nr;
}

static void put_end(struct text *t, const struct ipctrace_call *call, size_t begin)
{
	put(t, ") ");
	while (t->len < begin + RESULT_COLUMN)
		put_char(t, ' ');
	put(t, "= ");
	if (call->header.type != IPCTRACE_TYPE_CALL) {
		put_char(t, '?');
		return;
	}
	ipct_text_result(t, call);
	put(t, " <");
	put_micros(t, call->duration_ns);
	put_char(t, '>');
}

/* ---- Lines ------------------------------------------------------------------------ */

static void put_whole(struct text *t, const struct style *style,
		      const struct ipctrace_call *call, const u64 *args, u32 unknown)
{
	size_t begin = t->len;

	put_leader(t, style, call, call->header.time_ns - call->duration_ns);
	put(t, ipct_syscalls[call->header.call].name);
	put_char(t, '(');
	ipct_text_args(t, call, args, unknown);
	put_end(t, call, begin);
}

static void put_unfinished(struct text *t, const struct style *style,
			   const struct ipctrace_call *call, const u64 *args,
			   u32 unknown)
{
	u8 known = known_at_entry(call, args);

	put_leader(t, style, call, call->header.time_ns - call->duration_ns);
	put(t, ipct_syscalls[call->header.call].name);
	put_char(t, '(');
	ipct_text_some_args(t, call, args, unknown, 0, known);
	if (known < ipct_syscalls[call->header.call].nr_args)
		put(t, ", ");
	put(t, " <unfinished ...>");
}

static void put_resumed(struct text *t, const struct style *style,
			const struct ipctrace_call *call, const u64 *args,
			u32 unknown)
{
	size_t begin = t->len;

	put_leader(t, style, call, call->header.time_ns);
	put(t, "<... ");
	put(t, ipct_syscalls[call->header.call].name);
	put(t, " resumed>");
	ipct_text_some_args(t, call, args, unknown, known_at_entry(call, args),
			    IPCTRACE_NR_ARGS);
	put_end(t, call, begin);
}

static bool is_in_log(const struct ipctrace_header *record)
{
	return ipct_type_kind(record->type) == IPCT_TYPE_CALL &&
	       record->len >= ipct_type_min_bytes(record->type) &&
	       record->call < IPCTRACE_NR_CALLS;
}

static void put_call(struct strace *strace, struct text *t,
		     const struct ipctrace_call *call)
{
	struct unfinished *unfinished = find(strace, call->tid);
	const struct style *style = strace->sink.style;
	u64 args[IPCTRACE_NR_ARGS];
	u32 unknown = ipct_call_args(call, args);

	if (call->header.type == IPCTRACE_TYPE_ENTER) {
		/* A call in flight may have a line already. */
		if (!unfinished && remember(strace, call))
			put_unfinished(t, style, call, args, unknown);
	} else if (unfinished && unfinished->call == call->header.call &&
		   call->header.type != IPCTRACE_TYPE_MISSED) {
		put_resumed(t, style, call, args, unknown);
	} else {
		put_whole(t, style, call, args, unknown);
	}
	/* Whatever call the line was of, the thread has gone on. */
	if (unfinished && call->header.type != IPCTRACE_TYPE_ENTER)
		forget(strace, unfinished);
}

static void strace_record(struct sink *sink, const struct ipctrace_header *record,
			  const struct sink_note *note)
{
	struct output *output = &sink->output;
	struct text t = {
		.buf = output->buf + output->used,
		.size = IPCT_TEXT_MAX_BYTES,
	};

	(void)note;
	if (!is_in_log(record))
		return;
	put_call((struct strace *)sink, &t, (const void *)record);
	if (t.len)
		put_char(&t, '\n');
	output->used += t.len;
}

static void strace_free(struct sink *sink)
{
	tdestroy(((struct strace *)sink)->unfinished, free);
	free(sink);
}

static const struct sink_ops strace_ops = {
	.record = strace_record,
	.free = strace_free,
};

/**
 * sink_strace_new() - a sink of logs of strace
 *
 * It writes only records, and needs a style that knows the time of day.
 *
 * Return: the sink, without its output, or NULL when memory is short.
 */
struct sink *sink_strace_new(void)
{
	struct strace *strace = calloc(1, sizeof(*strace));

	if (!strace)
		return NULL;
	strace->sink.ops = &strace_ops;
	return &strace->sink;
}
