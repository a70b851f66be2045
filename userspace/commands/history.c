// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: history
 *
 * The life of an object, or of all that had a key one after the other: made, found,
 * attached, used, changed, removed. What one process does again and again is one line
 * with a count.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/evidence.h"
#include "commands/options.h"
#include "commands/target.h"
#include "fields/values.h"
#include "shared/layouts.h"
#include "shared/syscalls.h"
#include "view/formats.h"

#define DETAIL_BYTES	256
#define MAX_RUNS	131072	/* that are printed; a power of two */
#define FIRST_RUNS	1024	/* of these, from the beginning */

/**
 * struct run - events that are alike, one after the other
 * @nr: how many
 * @kind: enum model_event_kind
 * @family: of the object
 * @id: its id
 * @ipc_ns: its namespace
 * @tgid: in whom; 0: in nobody
 * @comm: its name
 * @call: enum ipctrace_call_id, or none
 * @error: it failed with that
 * @first_ns: the first
 * @last_ns: the last
 * @detail: what else there is to say
 */
struct run {
	u64 nr;
	u8 kind;
	u8 family;
	s32 id;
	u32 ipc_ns;
	u32 tgid;
	char comm[17];
	u8 call;
	u32 error;
	u64 first_ns;
	u64 last_ns;
	char detail[DETAIL_BYTES];
};

/**
 * struct history - where we are
 * @evidence: what is read; complete only in the end
 * @target: which objects
 * @sink: where it goes
 * @run: what has not been written yet
 * @runs: all of them
 * @nr_runs: how many
 * @left_out: lines after the first FIRST_RUNS that there was no room for
 * @short_of_memory: some are not there
 */
struct history {
	struct evidence evidence;
	struct target target;
	struct sink *sink;
	struct run run;
	struct run *runs;
	size_t nr_runs;
	u64 left_out;
	bool short_of_memory;
};

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
	len = snprintf(detail, DETAIL_BYTES,
		       "uid %u to %u, gid %u to %u, mode %04o to %04o",
		       record->object.uid, set->after_uid, record->object.gid,
		       set->after_gid, record->object.mode & 0777,
		       set->after_mode & 0777);
	if (set->valid & IPCTRACE_SET_QBYTES)
		snprintf(detail + len, DETAIL_BYTES - len,
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
		len += snprintf(detail + len, DETAIL_BYTES - len, "%s%s%s (pid %u)",
				len ? ", " : "attached: ",
				attachment->child ? "a child of " : "",
				attachment->process->last.comm,
				attachment->process->last.tgid);
		if (len > DETAIL_BYTES - 64)
			return;
	}
}

static void put_detail(struct run *run, const struct model_event *event)
{
	const struct ipctrace_call *record = event->record;
	const struct model_object *object = event->object;

	switch (event->kind) {
	case MODEL_MADE:
		snprintf(run->detail, DETAIL_BYTES, "key 0x%08x mode %04o",
			 object->key, object->mode & 0777);
		break;
	case MODEL_ATTACHED:
		if (record->header.type == IPCTRACE_TYPE_ATTACH)
			snprintf(run->detail, DETAIL_BYTES,
				 "by a fork, for the child");
		break;
	case MODEL_DETACHED:
		if (record->header.type == IPCTRACE_TYPE_DETACH)
			snprintf(run->detail, DETAIL_BYTES,
				 "by exit, exec or munmap");
		break;
	case MODEL_CHANGED:
		put_set(run->detail, record);
		break;
	case MODEL_REMOVED:
		put_attached(run->detail, object);
		break;
	case MODEL_RECEIVED:
		if (event->message && object->queue_known)
			snprintf(run->detail, DETAIL_BYTES, "from %s (pid %u)",
				 event->message->comm, event->message->tgid);
		break;
	}
}

static void make_run(struct run *run, const struct model_event *event)
{
	const struct ipctrace_call *record = event->record;
	const struct model_object *object = event->object;

	*run = (struct run){
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

static bool is_alike(const struct run *a, const struct run *b)
{
	return a->nr && a->kind == b->kind && a->family == b->family &&
	       a->id == b->id && a->ipc_ns == b->ipc_ns && a->tgid == b->tgid &&
	       a->call == b->call && a->error == b->error &&
	       !strcmp(a->detail, b->detail);
}

/* The older half of what is not the beginning goes. */
static void leave_out(struct history *history)
{
	size_t nr = MAX_RUNS / 2, after = FIRST_RUNS + nr;

	memmove(history->runs + FIRST_RUNS, history->runs + after,
		(history->nr_runs - after) * sizeof(*history->runs));
	history->nr_runs -= nr;
	history->left_out += nr;
}

static void keep_run(struct history *history)
{
	struct run *runs = history->runs;

	if (!history->run.nr)
		return;
	if (history->nr_runs == MAX_RUNS)
		leave_out(history);
	/* Room is doubled when there are 2^n of them. */
	if (!history->left_out &&
	    !(history->nr_runs & (history->nr_runs - 1))) {
		size_t room = history->nr_runs ? 2 * history->nr_runs : 1;

		runs = realloc(runs, room * sizeof(*runs));
	}
	if (!runs) {
		history->short_of_memory = true;
		return;
	}
	history->runs = runs;
	runs[history->nr_runs++] = history->run;
	history->run.nr = 0;
}

static void take_event(void *context, const struct model_event *event)
{
	struct history *history = context;
	struct run run;

	if (!event->object || history->short_of_memory ||
	    !target_is(&history->target, event->object))
		return;
	make_run(&run, event);
	if (is_alike(&history->run, &run)) {
		history->run.nr++;
		history->run.last_ns = run.last_ns;
		return;
	}
	keep_run(history);
	history->run = run;
}

/* ---- How it is told --------------------------------------------------------------- */

static void put_text(struct history *history, const struct run *run)
{
	struct output *output = &history->sink->output;
	char when[EVIDENCE_TIME_BYTES], name[32];

	snprintf(name, sizeof(name), "%s %d", ipct_family_names[run->family],
		 run->id);
	output_print(output, "%s  %-9s  %-9s",
		     evidence_time(&history->evidence, run->first_ns, when), name,
		     words[run->kind]);
	if (run->tgid)
		output_print(output, " by %s (pid %u)", run->comm, run->tgid);
	if (evidence_call(run->call))
		output_print(output, ", %s", evidence_call(run->call));
	if (run->error)
		output_print(output, ": %s",
			     ipct_errno_name(run->error, NULL) ?: "an error");
	if (run->nr > 1)
		output_print(output, ", %llu times until %s",
			     (unsigned long long)run->nr,
			     evidence_time(&history->evidence, run->last_ns, when));
	if (*run->detail)
		output_print(output, "; %s", run->detail);
	output_print(output, "\n");
}

static void put_json(struct history *history, const struct run *run)
{
	char when[EVIDENCE_TIME_BYTES];
	struct decoded d;

	d.nr = 0;
	add_unsigned(&d, "time_ns", run->first_ns);
	add_string(&d, "time", evidence_time(&history->evidence, run->first_ns,
					     when));
	add_unsigned(&d, "until_ns", run->last_ns);
	add_unsigned(&d, "count", run->nr);
	add_unsigned(&d, "ipc_ns", run->ipc_ns);
	add_string(&d, "kind", ipct_family_names[run->family]);
	add_signed(&d, "id", run->id);
	add_string(&d, "event", words[run->kind]);
	if (run->tgid) {
		add_unsigned(&d, "pid", run->tgid);
		add_string(&d, "comm", run->comm);
	} else {
		add_null(&d, "pid");
		add_null(&d, "comm");
	}
	if (evidence_call(run->call))
		add_string(&d, "call", evidence_call(run->call));
	else
		add_null(&d, "call");
	if (run->error && ipct_errno_name(run->error, NULL))
		add_string(&d, "errno", ipct_errno_name(run->error, NULL));
	else
		add_null(&d, "errno");
	if (*run->detail)
		add_string(&d, "detail", run->detail);
	else
		add_null(&d, "detail");
	history->sink->ops->values(history->sink, &d);
	output_room(&history->sink->output);
}

static void put_holes(struct history *history)
{
	char from[EVIDENCE_TIME_BYTES], to[EVIDENCE_TIME_BYTES];
	const struct model_hole *holes;
	size_t i, nr;

	holes = model_holes(history->evidence.model, &nr);
	for (i = 0; i < nr; i++) {
		if (holes[i].cause == MODEL_HOLE_BEFORE)
			continue;
		warnx("incomplete: %s, from %s to %s",
		      model_hole_text(holes[i].cause),
		      holes[i].begin_ns ?
			      evidence_time(&history->evidence, holes[i].begin_ns,
					    from) : "the beginning",
		      holes[i].end_ns != ~0ULL ?
			      evidence_time(&history->evidence, holes[i].end_ns,
					    to) : "the end");
	}
}

static int print(struct history *history, bool json)
{
	size_t i;

	keep_run(history);
	if (history->short_of_memory)
		warnx("%s: no memory for all that happened", history->target.text);
	if (history->left_out)
		warnx("%s: of all that happened %llu lines are left out, after the first %d",
		      history->target.text, (unsigned long long)history->left_out,
		      FIRST_RUNS);
	for (i = 0; i < history->nr_runs; i++) {
		if (json)
			put_json(history, &history->runs[i]);
		else
			put_text(history, &history->runs[i]);
	}
	if (sink_flush(history->sink) != OUTPUT_OK)
		return EXIT_FAILURE;
	evidence_tell(&history->evidence);
	put_holes(history);
	if (!history->nr_runs)
		warnx("%s: not recorded: %s has nothing of that name",
		      history->target.text, history->evidence.name);
	return history->nr_runs && !history->short_of_memory ? EXIT_SUCCESS :
							       EXIT_FAILURE;
}

static int run(const struct options *options)
{
	struct history history = { };
	int status = EXIT_FAILURE;

	if (!target_parse(&history.target, options->operand, options->ipc_ns))
		return EXIT_USAGE;
	history.sink = sink_new(STDOUT_FILENO, options_format(options));
	if (!history.sink)
		return EXIT_FAILURE;
	if (evidence_open(&history.evidence, options, take_event, &history)) {
		while (!history.run.nr && !history.nr_runs &&
		       evidence_earlier(&history.evidence, options))
			;
		status = print(&history, options->json);
	}
	evidence_close(&history.evidence);
	sink_free(history.sink);
	free(history.runs);
	return status;
}

const struct command command_history = {
	.usage = "history [OPTION]... KEY|ID",
	.operand = "KEY|ID",
	.about =
"Print the life of a queue, a semaphore set or a segment: made, found, used,\n"
"changed, removed, by whom. What one does over and over is one line. 0x5047 is a\n"
"key: of all that had it; 32769 is an id, shm:32769 one of one kind.\n",
	.notes =
"Times in which not everything was recorded are told in the end.\n"
"Exit status: 0 for a history, 1 when there is none, 2 for wrong options.\n",
	.run = run,
};
