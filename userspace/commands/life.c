// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: life
 *
 * What happened to an object, or to all that had a key one after the other: a listener
 * of a model gathers it. What one process does again and again is one run with a count.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/evidence.h"
#include "commands/life.h"
#include "shared/layouts.h"
#include "shared/syscalls.h"

#define MAX_RUNS	131072	/* that are kept; a power of two */

/* ---- What happened --------------------------------------------------------------- */

static const char *const words[] = {
	[MODEL_MADE] = "made",
	[MODEL_FOUND] = "found",
	[MODEL_ATTACHED] = "attached",
	[MODEL_DETACHED] = "detached",
	[MODEL_USED] = "used",
	[MODEL_FAILED] = "failed",
	[MODEL_CHANGED] = "changed",
	[MODEL_REMOVED] = "removed",
	[MODEL_ENDED] = "ended",
	[MODEL_UNDONE] = "undone",
	[MODEL_WAITS] = "waits",
	[MODEL_SENT] = "sent",
	[MODEL_RECEIVED] = "received",
	[MODEL_VANISHED] = "vanished",
};

static void put_set(char *detail, const struct ipctrace_call *record)
{
	const struct ipctrace_set *set =
		ipct_part_find(record, IPCTRACE_PART_SET, sizeof(*set));
	size_t len;

	if (!set || !(set->valid & IPCTRACE_SET_AFTER))
		return;
	len = snprintf(detail, LIFE_DETAIL_BYTES,
		       "uid %u to %u, gid %u to %u, mode %04o to %04o",
		       record->object.uid, set->after_uid, record->object.gid,
		       set->after_gid, record->object.mode & 0777,
		       set->after_mode & 0777);
	if (set->valid & IPCTRACE_SET_QBYTES)
		snprintf(detail + len, LIFE_DETAIL_BYTES - len,
			 ", msg_qbytes %llu to %llu",
			 (unsigned long long)set->before_qbytes,
			 (unsigned long long)set->after_qbytes);
}

/* Who has it, when it goes */
static void put_attached(char *detail, const struct model_object *object)
{
	const struct model_attachment *attachment;
	size_t len = 0;

	TAILQ_FOREACH(attachment, &object->attachments, of_object) {
		if (attachment->until_ns)
			continue;
		len += snprintf(detail + len, LIFE_DETAIL_BYTES - len, "%s%s%s (pid %u)",
				len ? ", " : "attached: ",
				attachment->child ? "a child of " : "",
				attachment->process->last.comm,
				attachment->process->last.tgid);
		if (len > LIFE_DETAIL_BYTES - 64)
			return;
	}
}

static void put_detail(struct life_run *run, const struct model_event *event)
{
	const struct ipctrace_call *record = event->record;
	const struct model_object *object = event->object;

	switch (event->kind) {
	case MODEL_MADE:
		snprintf(run->detail, LIFE_DETAIL_BYTES, "key 0x%08x mode %04o",
			 object->key, object->mode & 0777);
		break;
	case MODEL_ATTACHED:
		if (record->header.type == IPCTRACE_TYPE_ATTACH)
			snprintf(run->detail, LIFE_DETAIL_BYTES,
				 "by a fork, for the child");
		break;
	case MODEL_DETACHED:
		if (record->header.type == IPCTRACE_TYPE_DETACH)
			snprintf(run->detail, LIFE_DETAIL_BYTES,
				 "by exit, exec or munmap");
		break;
	case MODEL_CHANGED:
		put_set(run->detail, record);
		break;
	case MODEL_REMOVED:
		put_attached(run->detail, object);
		break;
	case MODEL_RECEIVED:
		if (event->message && !event->message->doubt)
			snprintf(run->detail, LIFE_DETAIL_BYTES, "from %s (pid %u)",
				 event->message->comm, event->message->tgid);
		break;
	}
}

/**
 * life_run_of() - an event by itself
 * @run: out: a run of one
 * @event: what happened, to an object
 */
void life_run_of(struct life_run *run, const struct model_event *event)
{
	const struct ipctrace_call *record = event->record;
	const struct model_object *object = event->object;

	*run = (struct life_run){
		.nr = 1,
		.kind = event->kind,
		.family = object->family,
		.id = object->id,
		.ipc_ns = object->ipc_ns,
		.call = record ? record->header.call : IPCTRACE_CALL_NONE,
		.first_ns = record ? record->header.time_ns : object->seen_ns,
	};
	run->last_ns = run->first_ns;
	if (event->kind == MODEL_FAILED && record->ret < 0)
		run->error = -record->ret;
	if (event->process) {
		run->tgid = event->process->last.tgid;
		memcpy(run->comm, event->process->last.comm, sizeof(run->comm));
	}
	put_detail(run, event);
}

static bool is_alike(const struct life_run *a, const struct life_run *b)
{
	return a->nr && a->kind == b->kind && a->family == b->family &&
	       a->id == b->id && a->ipc_ns == b->ipc_ns && a->tgid == b->tgid &&
	       a->call == b->call && a->error == b->error &&
	       !strcmp(a->detail, b->detail);
}

/* The older half of what is not the beginning goes. */
static void leave_out(struct life *life)
{
	size_t nr = MAX_RUNS / 2, after = LIFE_FIRST_RUNS + nr;

	memmove(life->runs + LIFE_FIRST_RUNS, life->runs + after,
		(life->nr - after) * sizeof(*life->runs));
	life->nr -= nr;
	life->left_out += nr;
}

static void keep_run(struct life *life)
{
	struct life_run *runs = life->runs;

	if (!life->run.nr)
		return;
	if (life->nr == MAX_RUNS)
		leave_out(life);
	/* Room is doubled when there are 2^n of them. */
	if (!life->left_out &&
	    !(life->nr & (life->nr - 1))) {
		size_t room = life->nr ? 2 * life->nr : 1;

		runs = realloc(runs, room * sizeof(*runs));
	}
	if (!runs) {
		life->short_of_memory = true;
		return;
	}
	life->runs = runs;
	runs[life->nr++] = life->run;
	life->run.nr = 0;
}

/**
 * life_take() - an event of a model, as its listener
 * @context: struct life, zeroed but for @target
 * @event: what happened
 */
void life_take(void *context, const struct model_event *event)
{
	struct life *life = context;
	struct life_run run;

	if (!event->object || event->kind == MODEL_DELIVERED ||
	    life->short_of_memory ||
	    !target_is(&life->target, event->object))
		return;
	life_run_of(&run, event);
	if (is_alike(&life->run, &run)) {
		life->run.nr++;
		life->run.last_ns = run.last_ns;
		return;
	}
	keep_run(life);
	life->run = run;
}

/**
 * life_end() - there is no more
 * @life: all of it is in @runs afterwards
 */
void life_end(struct life *life)
{
	keep_run(life);
}

/**
 * life_free() - give back what it took
 * @life: the life
 */
void life_free(struct life *life)
{
	free(life->runs);
}

/* ---- How it is told --------------------------------------------------------------- */

/**
 * life_word() - what happened, as a word
 * @run: the events
 */
const char *life_word(const struct life_run *run)
{
	return words[run->kind];
}

/**
 * life_line() - what happened, for people
 * @run: the events
 * @evidence: knows times
 * @line: room for it, LIFE_LINE_BYTES
 *
 * Return: @line, without an end.
 */
const char *life_line(const struct life_run *run, const struct evidence *evidence,
		      char *line)
{
	char when[EVIDENCE_TIME_BYTES], name[32];
	size_t len, size = LIFE_LINE_BYTES;

	snprintf(name, sizeof(name), "%s %d", ipct_family_names[run->family],
		 run->id);
	len = snprintf(line, size, "%s  %-9s  %-9s",
		       evidence_time(evidence, run->first_ns, when), name,
		       words[run->kind]);
	if (run->tgid)
		len += snprintf(line + len, size - len, " by %s (pid %u)",
				run->comm, run->tgid);
	if (evidence_call(run->call))
		len += snprintf(line + len, size - len, ", %s",
				evidence_call(run->call));
	if (run->error)
		len += snprintf(line + len, size - len, ": %s",
				ipct_errno_name(run->error, NULL) ?: "an error");
	if (run->nr > 1)
		len += snprintf(line + len, size - len, ", %llu times until %s",
				(unsigned long long)run->nr,
				evidence_time(evidence, run->last_ns, when));
	if (*run->detail)
		snprintf(line + len, size - len, "; %s", run->detail);
	return line;
}

/* ---- For programs --------------------------------------------------------------------- */

#define COLUMN(text, kind, may_lack, says)				\
	{ .name = text, .type = VALUE_##kind, .nullable = may_lack, .what = says }

const struct column life_columns[LIFE_COLUMNS] = {
	COLUMN("time_ns", UNSIGNED, false, "when, CLOCK_MONOTONIC"),
	COLUMN("time", STRING, false, "the same for people"),
	COLUMN("until_ns", UNSIGNED, false, "when the last of several alike was"),
	COLUMN("count", UNSIGNED, false, "how many there were, one after the other"),
	COLUMN("ipc_ns", UNSIGNED, false, "namespace of the object"),
	COLUMN("kind", STRING, false, "msg, sem or shm"),
	COLUMN("id", SIGNED, false, "the object"),
	COLUMN("event", STRING, false, "made, found, attached, used, removed and so on"),
	COLUMN("pid", UNSIGNED, true, "in which process; null: in none"),
	COLUMN("comm", STRING, true, "its name"),
	COLUMN("call", STRING, true, "by which call; null: it was none"),
	COLUMN("errno", STRING, true, "with which error it failed"),
	COLUMN("detail", STRING, true, "what else there is to say"),
};

#undef COLUMN

static struct value number_or_null(u64 number, bool known)
{
	return (struct value){
		.type = known ? VALUE_UNSIGNED : VALUE_NULL,
		.number = number,
	};
}

static struct value text_or_null(const char *text)
{
	return (struct value){
		.type = text && *text ? VALUE_STRING : VALUE_NULL,
		.string = text,
	};
}

/**
 * life_row() - what happened, for programs
 * @sink: a table of life_columns has begun
 * @run: the events
 * @evidence: knows times
 */
void life_row(struct sink *sink, const struct life_run *run,
	      const struct evidence *evidence)
{
	char when[EVIDENCE_TIME_BYTES];
	struct value values[] = {
		number_or_null(run->first_ns, true),
		text_or_null(evidence_time(evidence, run->first_ns, when)),
		number_or_null(run->last_ns, true),
		number_or_null(run->nr, true),
		number_or_null(run->ipc_ns, true),
		text_or_null(ipct_family_names[run->family]),
		{ .type = VALUE_SIGNED, .number = (s64)run->id },
		text_or_null(life_word(run)),
		number_or_null(run->tgid, run->tgid),
		text_or_null(run->tgid ? run->comm : NULL),
		text_or_null(evidence_call(run->call)),
		text_or_null(run->error ? ipct_errno_name(run->error, NULL) :
					  NULL),
		text_or_null(run->detail),
	};
	size_t i;

	static_assert(ARRAY_SIZE(values) == LIFE_COLUMNS);
	for (i = 0; i < LIFE_COLUMNS; i++)
		values[i].name = life_columns[i].name;
	sink_row(sink, values);
}
