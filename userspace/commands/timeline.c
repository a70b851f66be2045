// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: timeline
 *
 * Calls over time, as a page for a browser: each call that was asked for is a row, with
 * its thread and its object as the model knows them, the message that it received, and
 * what the queue or the semaphores are like after it. Who blocks whom is asked of the
 * model when a call has been waiting for a while.
 */
#define _GNU_SOURCE
#include <err.h>
#include <linux/sem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "commands/evidence.h"
#include "commands/left.h"
#include "commands/options.h"
#include "commands/picture.h"
#include "commands/timeline_pack.h"
#include "commands/timeline_page.h"
#include "model/blocking.h"
#include "model/holes.h"
#include "names/cgroups.h"
#include "shared/layouts.h"
#include "shared/syscalls.h"
#include "shared/text.h"
#include "shared/text_args.h"
#include "shared/text_put.h"

#define WAITED_NS	50000	/* as ipctrace stat has it */
#define MOST_THREADS	262144
#define MOST_OBJECTS	262144
#define MOST_PROCESSES	131072
#define MOST_BLOCKED	20000
#define DRAWN_SEMS	8	/* of a set */
#define NO_ROW		~0U

/**
 * struct seen_process - a process of a row
 * @group: by its serial number
 * @place: in the list, from 1; 0: there is no more room
 * @tgid: its number
 * @uid: whose
 * @ppid: its parent
 * @comm: its name
 * @exe: its program, or NULL
 */
struct seen_process {
	struct group group;
	u32 place;
	u32 tgid;
	u32 uid;
	u32 ppid;
	char comm[17];
	char *exe;
};

/**
 * struct seen_thread - a thread of one
 * @group: by process and number
 * @place: in the list, from 1
 * @process: of its process
 * @tid: its number
 */
struct seen_thread {
	struct group group;
	u32 place;
	u32 process;
	u32 tid;
};

/**
 * struct seen_object - an object of a row
 * @group: by its serial number
 * @place: in the list, from 1
 * @object: in the end: what the model knows of it; NULL: it has forgotten it
 * @family: what it is
 * @id: its id
 * @key: its key
 * @ipc_ns: its namespace
 * @levels: one more than its values, as they were told last; 0: not known
 */
struct seen_object {
	struct group group;
	u32 place;
	const struct model_object *object;
	u8 family;
	s32 id;
	s32 key;
	u32 ipc_ns;
	u64 levels[DRAWN_SEMS];
};

/**
 * struct seen_wait - the last that was heard of a thread that waits
 * @group: by thread
 * @wanted: its call was asked for
 * @who: as in struct timeline_row
 * @what: likewise
 * @tail: likewise
 */
struct seen_wait {
	struct group group;
	bool wanted;
	u32 who;
	u32 what;
	u32 tail;
};

/**
 * struct sent - a row by its end and its thread
 * @key: of both; 0: none
 * @row: the row
 */
struct sent {
	u64 key;
	u32 row;
};

/**
 * struct delivery - a message that was received
 * @sent: key of the row that sent it
 * @taken: and of that which received it
 */
struct delivery {
	u64 sent;
	u64 taken;
};

/**
 * struct story_teller - where we are
 * @options: what was asked for
 * @evidence: what we answer from
 * @wanted: which calls
 * @timeline: what was packed
 * @processes: struct seen_process
 * @threads: struct seen_thread
 * @objects: struct seen_object
 * @waits: struct seen_wait
 * @row: what the model is being told of
 * @pending: there is such a row
 * @tgid: in whom it is
 * @tid: in which thread
 * @is_message: it has sent or received
 * @seen: its object, or NULL
 * @levels: one more than the values after it
 * @rows: of messages, by end and thread
 * @nr_rows: how many
 * @rows_room: places in @rows, a power of two
 * @deliveries: of which the rows are not all there yet
 * @nr_deliveries: how many
 * @deliveries_room: so many there is room for
 * @blocked: who waited for whom: elements of a JSON array
 * @nr_blocked: how many
 * @blocked_text: what is in it
 * @blocked_len: so much
 */
struct story_teller {
	const struct options *options;
	struct evidence evidence;
	struct wanted wanted;
	struct timeline timeline;
	struct groups processes;
	struct groups threads;
	struct groups objects;
	struct groups waits;
	struct timeline_row row;
	bool pending;
	u32 tgid;
	u32 tid;
	bool is_message;
	struct seen_object *seen;
	u64 levels[DRAWN_SEMS];
	struct sent *rows;
	size_t nr_rows;
	size_t rows_room;
	struct delivery *deliveries;
	size_t nr_deliveries;
	size_t deliveries_room;
	FILE *blocked;
	u32 nr_blocked;
	char *blocked_text;
	size_t blocked_len;
};

/* ---- Who and what --------------------------------------------------------------------- */

static u32 process_of(struct story_teller *teller, const struct model_process *process)
{
	struct seen_process *seen = (struct seen_process *)
		groups_get(&teller->processes, (const char *)&process->serial,
			   sizeof(process->serial));

	if (!seen->place && seen->group.key)
		seen->place = teller->processes.nr;
	seen->tgid = process->last.tgid;
	seen->uid = process->last.uid;
	seen->ppid = process->ppid;
	memcpy(seen->comm, process->last.comm, sizeof(seen->comm));
	if (process->origin && *process->origin->exe && !seen->exe)
		seen->exe = strdup(process->origin->exe);
	return seen->place;
}

static u32 thread_of(struct story_teller *teller, u32 process, u32 tid)
{
	const u32 key[2] = { process, tid };
	struct seen_thread *seen = (struct seen_thread *)
		groups_get(&teller->threads, (const char *)key, sizeof(key));

	if (!seen->place && seen->group.key)
		seen->place = teller->threads.nr;
	seen->process = process;
	seen->tid = tid;
	return seen->place;
}

static struct seen_object *object_of(struct story_teller *teller,
				     const struct model_object *object)
{
	struct seen_object *seen = (struct seen_object *)
		groups_get(&teller->objects, (const char *)&object->serial,
			   sizeof(object->serial));

	if (!seen->place && seen->group.key)
		seen->place = teller->objects.nr;
	seen->family = object->family;
	seen->id = object->id;
	seen->key = object->key ?: seen->key;
	seen->ipc_ns = object->ipc_ns;
	return seen;
}

/* ---- Messages from row to row ------------------------------------------------------------ */

static u64 row_key(u64 end_ns, u32 tid)
{
	return hash_mix(end_ns, tid) | 1;
}

static struct sent *place_of(struct sent *rows, size_t room, u64 key)
{
	size_t at = key >> 1 & (room - 1);

	while (rows[at].key && rows[at].key != key)
		at = (at + 1) & (room - 1);
	return &rows[at];
}

static bool grow_rows(struct story_teller *teller)
{
	size_t room = teller->rows_room ? 2 * teller->rows_room : 4096, i;
	struct sent *rows = calloc(room, sizeof(*rows));

	if (!rows)
		return false;
	for (i = 0; i < teller->rows_room; i++)
		if (teller->rows[i].key)
			*place_of(rows, room, teller->rows[i].key) = teller->rows[i];
	free(teller->rows);
	teller->rows = rows;
	teller->rows_room = room;
	return true;
}

/* Without memory messages have no arrows. */
static void remember_row(struct story_teller *teller, u64 key, u32 row)
{
	if (2 * teller->nr_rows >= teller->rows_room && !grow_rows(teller))
		return;
	*place_of(teller->rows, teller->rows_room, key) = (struct sent){ key, row };
	teller->nr_rows++;
}

static u32 row_of(const struct story_teller *teller, u64 key)
{
	const struct sent *found;

	if (!teller->rows_room)
		return NO_ROW;
	found = place_of(teller->rows, teller->rows_room, key);
	return found->key ? found->row : NO_ROW;
}

static void remember_delivery(struct story_teller *teller,
			      const struct model_message *message)
{
	size_t room = teller->deliveries_room;
	struct delivery *more;

	if (!message->tgid || !message->by_tgid)
		return;
	if (teller->nr_deliveries == room) {
		room = room ? 2 * room : 64;
		more = realloc(teller->deliveries, room * sizeof(*more));
		if (!more)
			return;
		teller->deliveries = more;
		teller->deliveries_room = room;
	}
	teller->deliveries[teller->nr_deliveries++] = (struct delivery){
		row_key(message->sent_ns, message->tid),
		row_key(message->taken_ns, message->by_tid),
	};
}

static void join_messages(struct story_teller *teller)
{
	const struct delivery *each = teller->deliveries;
	u32 sent, taken;

	for (; teller->nr_deliveries; teller->nr_deliveries--, each++) {
		sent = row_of(teller, each->sent);
		taken = row_of(teller, each->taken);
		if (sent != NO_ROW && taken != NO_ROW)
			timeline_from(&teller->timeline, taken, sent);
	}
}

/* ---- Rows ---------------------------------------------------------- */

/* What "call(arguments)" of a line is; its length */
static size_t call_text(char *buf, size_t size, const struct ipctrace_call *call)
{
	struct text text = { .buf = buf, .size = size };
	u64 args[IPCTRACE_NR_ARGS];
	u32 unknown = ipct_call_args(call, args);

	put(&text, ipct_syscalls[call->header.call].name);
	put_char(&text, '(');
	ipct_text_args(&text, call, args, unknown);
	put_char(&text, ')');
	return text.len;
}

/*
 * A line has the time, who, what, the result with the time that it took, and the
 * object. The first and the fourth of these are in columns.
 */
static void take_texts(struct story_teller *teller, struct timeline_row *row,
		       const struct ipctrace_header *record)
{
	static char line[IPCT_TEXT_MAX_BYTES + 1], what[IPCT_TEXT_MAX_BYTES];
	size_t len = ipct_text_line(line, IPCT_TEXT_MAX_BYTES, record), nr;
	char *begin, *found, *tail;

	line[len] = '\0';
	begin = strstr(line, "] ");
	if (!begin)
		return;
	begin += 2;
	len -= begin - line + 1;	/* and the newline */
	begin[len] = '\0';
	if (record->call >= IPCTRACE_NR_CALLS ||
	    ipct_type_kind(record->type) != IPCT_TYPE_CALL) {
		row->what = timeline_text(&teller->timeline, begin, len);
		return;
	}
	nr = call_text(what, sizeof(what), (const void *)record);
	found = memmem(begin, len, what, nr);
	if (!found)
		return;
	row->who = timeline_text(&teller->timeline, begin, found - begin);
	row->what = timeline_text(&teller->timeline, what, nr);
	tail = strstr(found + nr, "> ");
	/* Of a call that has not returned there is something before the time. */
	if (tail && tail[2] == '<')
		tail = strstr(tail + 2, "> ");
	if (tail)
		row->tail = timeline_text(&teller->timeline, tail + 2,
					  begin + len - tail - 2);
}

static bool gives(const struct ipctrace_call *call)
{
	const struct ipctrace_user *sops;
	u64 args[IPCTRACE_NR_ARGS];
	u32 i;

	if (call->ret < 0 || call->header.call >= IPCTRACE_NR_CALLS)
		return false;
	if (call->header.call == IPCTRACE_CALL_semctl) {
		ipct_call_args(call, args);
		switch (ipct_ctl_cmd(call, args) & ~IPCT_IPC_64) {
		case SETVAL:
		case SETALL:
			return true;
		}
		return false;
	}
	if (ipct_syscalls[call->header.call].follow != IPCT_FOLLOW_SOPS)
		return false;
	sops = ipct_user_in(call, 1);
	for (i = 0; sops && i < ipct_user_sops(sops); i++)
		if ((s64)ipct_user_word(sops, i * IPCT_SEMBUF_BYTES + 2, 2, true) > 0)
			return true;
	return false;
}

static bool may_wait(u8 call)
{
	return call < IPCTRACE_NR_CALLS && ipct_syscalls[call].blocks;
}

static void put_levels(struct story_teller *teller, u32 row)
{
	struct seen_object *seen = teller->seen;
	u32 i;

	for (i = 0; seen && i < DRAWN_SEMS; i++) {
		if (teller->levels[i] == seen->levels[i])
			continue;
		seen->levels[i] = teller->levels[i];
		timeline_level(&teller->timeline, row, i, seen->levels[i]);
	}
}

/* The model has taken it in. */
static void finish_row(struct story_teller *teller)
{
	const struct model_process *process;
	struct timeline_row *row = &teller->row;
	u32 place;

	if (!teller->pending)
		return;
	teller->pending = false;
	process = model_find_process(teller->evidence.model, teller->tgid);
	row->thread = thread_of(teller, process ? process_of(teller, process) : 0,
				teller->tid);
	row->object = teller->seen ? teller->seen->place : 0;
	place = teller->timeline.rows;
	if (timeline_add(&teller->timeline, row)) {
		put_levels(teller, place);
		if (teller->is_message)
			remember_row(teller, row_key(row->end_ns, teller->tid), place);
	}
}

static void remember_wait(struct story_teller *teller,
			  const struct ipctrace_call *call, bool wanted)
{
	struct seen_wait *wait = (struct seen_wait *)
		groups_get(&teller->waits, (const char *)&call->tid,
			   sizeof(call->tid));
	struct timeline_row row = { };

	if (wanted)
		take_texts(teller, &row, &call->header);
	wait->wanted = wanted;
	wait->who = row.who;
	wait->what = row.what;
	wait->tail = row.tail;
}

static void begin_row(struct story_teller *teller, const struct ipctrace_call *call)
{
	bool is_call = call->header.type == IPCTRACE_TYPE_CALL;
	struct timeline_row *row = &teller->row;

	*row = (struct timeline_row){
		.end_ns = call->header.time_ns,
		.took_ns = min_t(u64, call->duration_ns, call->header.time_ns),
		.type = call->header.type,
		.call = call->header.call,
		.cpu = call->header.cpu,
		.ret = is_call ? call->ret : 0,
	};
	if (may_wait(row->call) && row->took_ns > WAITED_NS)
		row->flags |= TIMELINE_WAITED;
	if (is_call && call->ret < 0 && call->ret >= -4095)
		row->flags |= TIMELINE_FAILED;
	if (is_call && gives(call))
		row->flags |= TIMELINE_GIVES;
	take_texts(teller, row, &call->header);
	teller->tgid = call->tgid;
	teller->tid = call->tid;
	teller->pending = true;
}

static void tap(void *context, const struct ipctrace_header *record)
{
	const struct ipctrace_call *call = (const void *)record;
	struct story_teller *teller = context;
	bool wanted;

	finish_row(teller);
	join_messages(teller);
	if (teller->wanted.ask)
		teller->wanted.ask->cgroups = teller->evidence.cgroups;
	wanted = record->time_ns >= teller->evidence.since_ns &&
		 wanted_record(&teller->wanted, record);
	teller->seen = NULL;
	teller->is_message = false;
	switch (ipct_type_kind(record->type)) {
	case IPCT_TYPE_CALL:
	case IPCT_TYPE_EVENT:
		if (record->len < sizeof(*call))
			break;
		if (record->type == IPCTRACE_TYPE_ENTER)
			remember_wait(teller, call, wanted);
		else if (wanted)
			begin_row(teller, call);
		break;
	default:
		break;
	}
}

/* ---- What the model says of it -------------------------------------------------------------- */

static void take_levels(struct story_teller *teller, const struct model_object *object)
{
	u32 i;

	memcpy(teller->levels, teller->seen->levels, sizeof(teller->levels));
	if (object->family == IPCTRACE_MSG)
		teller->levels[0] = object->queue_known && !model_has_gone(object) ?
				    object->nr_messages + 1ULL : 0;
	for (i = 0; object->family == IPCTRACE_SEM && i < DRAWN_SEMS; i++)
		teller->levels[i] = i < object->nr_sems && object->sems[i].known &&
				    !model_has_gone(object) ?
				    object->sems[i].value + 1ULL : 0;
}

static void take_blocked(struct story_teller *teller, const struct model_event *event)
{
	const struct ipctrace_call *call = event->record;
	const struct model *model = teller->evidence.model;
	const struct model_wait *wait = model_wait_of(model, call->tgid, call->tid);
	const struct seen_wait *seen = (const struct seen_wait *)
		groups_find(&teller->waits, (const char *)&call->tid,
			    sizeof(call->tid));
	struct model_blocking blocking;
	const char *stuck;

	if (!wait || !seen || !seen->wanted || teller->nr_blocked == MOST_BLOCKED ||
	    !model_blocking(model, wait, MODEL_ANY_SEM, &blocking) ||
	    blocking.by != MODEL_BLOCKED_HELD || !blocking.hold)
		return;
	stuck = blocking.stuck == MODEL_STUCK_NOT ? NULL :
		model_stuck_text(blocking.stuck);
	fprintf(teller->blocked, "%s[%u,%llu,%u,%u,%u,", teller->nr_blocked++ ? "," : "",
		thread_of(teller, process_of(teller, event->process), call->tid),
		(unsigned long long)wait->since_ns,
		process_of(teller, blocking.hold->process),
		object_of(teller, event->object)->place, blocking.sem_num);
	if (stuck)
		json_text(teller->blocked, stuck);
	else
		fputs("null", teller->blocked);
	fputs("]", teller->blocked);
}

static void listen(void *context, const struct model_event *event)
{
	struct story_teller *teller = context;

	if (event->kind == MODEL_DELIVERED)
		remember_delivery(teller, event->message);
	if (!event->record || !event->object)
		return;
	if (event->kind == MODEL_WAITS && event->process)
		take_blocked(teller, event);
	if (!teller->pending ||
	    event->record->header.time_ns != teller->row.end_ns)
		return;
	teller->is_message |= event->kind == MODEL_SENT || event->kind == MODEL_RECEIVED;
	teller->seen = object_of(teller, event->object);
	take_levels(teller, event->object);
}

/* ---- The end ---------------------------------------------------------- */

/* Calls that have not returned are rows, too: up to now. */
static void take_wait(struct story_teller *teller, const struct model_wait *wait)
{
	const struct seen_wait *seen = (const struct seen_wait *)
		groups_find(&teller->waits, (const char *)&wait->tid,
			    sizeof(wait->tid));
	u64 now_ns = teller->evidence.now_ns;
	struct timeline_row row = {
		.end_ns = now_ns > teller->timeline.last_ns ? now_ns :
							      teller->timeline.last_ns,
		.type = IPCTRACE_TYPE_ENTER,
		.call = wait->call,
		.flags = TIMELINE_OPEN | TIMELINE_WAITED,
	};

	if ((!seen || !seen->wanted) && teller->wanted.ask)
		return;
	row.took_ns = row.end_ns - min_t(u64, row.end_ns, wait->since_ns);
	row.thread = thread_of(teller, process_of(teller, wait->process), wait->tid);
	row.object = wait->object ? object_of(teller, wait->object)->place : 0;
	if (seen) {
		row.who = seen->who;
		row.what = seen->what;
		row.tail = seen->tail;
	}
	timeline_add(&teller->timeline, &row);
}

static void take_end(struct story_teller *teller)
{
	const struct model *model = teller->evidence.model;
	const struct model_process *process;
	const struct model_object *object;
	const struct model_wait *wait;
	struct seen_object *seen;
	int gone;

	finish_row(teller);
	join_messages(teller);
	TAILQ_FOREACH(process, model_processes(model), all)
		TAILQ_FOREACH(wait, &process->waits, of_process)
			take_wait(teller, wait);
	for (gone = 0; gone < 2; gone++) {
		TAILQ_FOREACH(object, gone ? model_gone(model) : model_objects(model),
			      all) {
			seen = (struct seen_object *)
				groups_find(&teller->objects,
					    (const char *)&object->serial,
					    sizeof(object->serial));
			if (seen)
				seen->object = object;
		}
	}
}

/* ---- What the page is told besides ---------------------------------------------------------- */

static void put_tables(FILE *to)
{
	const char *name;
	u32 i, nr = 0;

	fputs("\"calls\":[", to);
	for (i = 0; i < IPCTRACE_NR_CALLS; i++)
		fprintf(to, "%s[\"%s\",%u,%u]", i ? "," : "", ipct_syscalls[i].name ?: "",
			ipct_syscalls[i].family, ipct_syscalls[i].blocks);
	fputs("],\"types\":[", to);
	for (i = 0; i < __IPCTRACE_TYPE_MAX; i++)
		fprintf(to, "%s\"%s\"", i ? "," : "", ipct_type_names[i] ?: "");
	fputs("],\"kinds\":[", to);
	for (i = 0; i < __IPCTRACE_FAMILY_MAX; i++)
		fprintf(to, "%s\"%s\"", i ? "," : "", ipct_family_names[i] ?: "");
	fputs("],\"errors\":{", to);
	for (i = 1; i < 600; i++) {
		name = ipct_errno_name(i, NULL);
		if (name)
			fprintf(to, "%s\"%u\":\"%s\"", nr++ ? "," : "", i, name);
	}
	fputs("}", to);
}

static void put_processes(FILE *to, const struct story_teller *teller)
{
	size_t i;

	fputs(",\"processes\":[", to);
	for (i = 0; i < teller->processes.nr; i++) {
		const struct seen_process *process =
			(const struct seen_process *)teller->processes.list[i];

		fprintf(to, "%s[%u,", i ? "," : "", process->tgid);
		json_text(to, process->comm);
		fprintf(to, ",%u,%u,", process->uid, process->ppid);
		json_text(to, process->exe ?: "");
		fputs("]", to);
	}
	fputs("],\"threads\":[", to);
	for (i = 0; i < teller->threads.nr; i++) {
		const struct seen_thread *thread =
			(const struct seen_thread *)teller->threads.list[i];

		fprintf(to, "%s[%u,%u]", i ? "," : "", thread->process, thread->tid);
	}
	fputs("]", to);
}

/* Times in the list are as records have them; the page subtracts. */
static void put_object(FILE *to, const struct story_teller *teller,
		       const struct seen_object *seen)
{
	const struct model_object *object = seen->object;
	const struct model_who *rmid = object ? &object->rmid : NULL;
	bool gone = object && model_has_gone(object);

	fprintf(to, "[%u,%d,%d,%u,%llu,%llu,%u,", seen->family, seen->id, seen->key,
		seen->ipc_ns,
		(unsigned long long)(object ? object->first_ns : 0),
		(unsigned long long)(gone ? object->destroyed.time_ns ?:
				     object->seen_ns : 0),
		object ? left_behind(&teller->evidence, object, LEFT_IDLE_NS) : 0);
	json_text(to, object ? object->made.comm : "");
	fprintf(to, ",%u,", object ? object->made.tgid : 0);
	json_text(to, rmid ? rmid->comm : "");
	fprintf(to, ",%u,%llu]", rmid ? rmid->tgid : 0,
		(unsigned long long)(object ? object->size : 0));
}

static void put_holes(FILE *to, const struct model *model)
{
	const struct model_sums *sums = model_sums(model);
	const struct model_hole *holes;
	size_t nr, i, put = 0;

	holes = model_holes(model, &nr);
	fputs(",\"gaps\":[", to);
	for (i = 0; i < nr; i++) {
		u64 end_ns = min_t(u64, holes[i].end_ns, sums->last_ns);

		if (end_ns < sums->first_ns || holes[i].cause == MODEL_HOLE_CHOSEN)
			continue;
		fprintf(to, "%s[%llu,%llu,", put++ ? "," : "",
			(unsigned long long)holes[i].begin_ns,
			(unsigned long long)end_ns);
		json_text(to, model_hole_text(holes[i].cause));
		fprintf(to, ",%llu]", (unsigned long long)holes[i].count);
	}
	fputs("]", to);
}

static char *make_meta(struct story_teller *teller)
{
	const struct model_sums *sums = model_sums(teller->evidence.model);
	char *meta = NULL;
	size_t len, i;
	FILE *to = open_memstream(&meta, &len);

	if (!to || fflush(teller->blocked)) {
		warnx("no memory for a timeline");
		return NULL;
	}
	fprintf(to, "\"version\":1,\"first\":%llu,\"last\":%llu,\"real\":\"%llu\",\"leftOut\":%llu,\"cut\":%s,\"lost\":%llu,\"name\":",
		(unsigned long long)(teller->timeline.first_ns ?: sums->first_ns),
		(unsigned long long)sums->last_ns,
		(unsigned long long)teller->evidence.real_ns,
		(unsigned long long)teller->timeline.left_out,
		teller->timeline.cut ? "true" : "false",
		(unsigned long long)sums->lost);
	json_text(to, teller->evidence.name);
	fputs(",\"asked\":", to);
	json_text(to, teller->wanted.ask ? teller->wanted.ask->text : "");
	fputs(",", to);
	put_tables(to);
	put_processes(to, teller);
	fputs(",\"objects\":[", to);
	for (i = 0; i < teller->objects.nr; i++) {
		fputs(i ? "," : "", to);
		put_object(to, teller,
			   (const struct seen_object *)teller->objects.list[i]);
	}
	fputs("]", to);
	put_holes(to, teller->evidence.model);
	fprintf(to, ",\"blocked\":[%s]", teller->blocked_text);
	return fclose(to) ? NULL : meta;
}

static bool write_page(struct story_teller *teller, struct picture *picture)
{
	struct bytes packed;
	char *meta;
	bool good;

	take_end(teller);
	if (!teller->timeline.rows) {
		warnx("nothing to draw: %s has no such calls", teller->evidence.name);
		return false;
	}
	if (teller->timeline.left_out)
		warnx("there are %llu calls more than the %u of a page: --since, --until and -e choose others",
		      (unsigned long long)teller->timeline.left_out,
		      TIMELINE_MOST_ROWS);
	meta = make_meta(teller);
	good = meta && timeline_pack(&teller->timeline, meta, &packed);
	free(meta);
	if (good) {
		good = timeline_page(picture, &packed);
		free(packed.at);
	}
	return good;
}

static bool begin(struct story_teller *teller)
{
	teller->blocked = open_memstream(&teller->blocked_text, &teller->blocked_len);
	if (teller->blocked && timeline_init(&teller->timeline) &&
	    groups_init(&teller->processes, sizeof(struct seen_process),
			MOST_PROCESSES) &&
	    groups_init(&teller->threads, sizeof(struct seen_thread), MOST_THREADS) &&
	    groups_init(&teller->objects, sizeof(struct seen_object), MOST_OBJECTS) &&
	    groups_init(&teller->waits, sizeof(struct seen_wait), MOST_THREADS))
		return true;
	warnx("no memory for a timeline");
	return false;
}

static void end(struct story_teller *teller)
{
	size_t i;

	for (i = 0; i < teller->processes.nr; i++)
		free(((struct seen_process *)teller->processes.list[i])->exe);
	groups_free(&teller->processes);
	groups_free(&teller->threads);
	groups_free(&teller->objects);
	groups_free(&teller->waits);
	free(teller->rows);
	free(teller->deliveries);
	timeline_free(&teller->timeline);
	if (teller->blocked)
		fclose(teller->blocked);
	free(teller->blocked_text);
}

static int tell(struct story_teller *teller)
{
	struct picture picture;
	bool good;

	if (!picture_create(&picture, teller->options->output))
		return EXIT_FAILURE;
	good = begin(teller) &&
	       evidence_open_told(&teller->evidence, teller->options, tap, listen,
				  teller) &&
	       write_page(teller, &picture);
	evidence_close(&teller->evidence);
	end(teller);
	return picture_close(&picture, good) ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run(const struct options *options)
{
	struct story_teller teller = { .options = options };
	struct cgroups *cgroups;
	int status = EXIT_USAGE;

	if (!options->output)
		return options_refuse(options, "which file? -o FILE.html");
	cgroups = options->input ? cgroups_new_empty() : cgroups_new(NULL);
	if (!cgroups)
		return EXIT_FAILURE;
	if (options_wanted(options, &teller.wanted, cgroups))
		status = tell(&teller);
	wanted_free(&teller.wanted);
	cgroups_free(cgroups);
	return status;
}

const struct command command_timeline = {
	.usage = "timeline [OPTION]... -o FILE.html",
	.about =
"Write a page for a browser: calls over time, by process and by object, with what\n"
"waits, who blocks whom, messages from whom to whom, how full queues are and what\n"
"semaphores are worth. The page needs no network. From what the recorder holds,\n"
"or from a capture.\n",
	.notes =
"A page has 2,000,000 calls at most. Wheel, drag, + and - move and zoom, /\n"
"searches, a click shows the call; the page's address then leads to that moment.\n"
"Exit status: 0 for a page, 1 if there is none, 2 for wrong options.\n",
	.run = run,
};
