// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: facts
 *
 * What the model knows as rows of tables, for databases. Each row of objects and of
 * processes has a number of its own, by which the other tables name it: ids and process
 * numbers are used again.
 */
#include <stdio.h>

#include <ipctrace/ipctrace.h>

#include "export/facts.h"
#include "export/flat.h"
#include "model/idle.h"
#include "model/model.h"
#include "names/cgroups.h"
#include "shared/syscalls.h"
#include "shared/version.h"

#define COLUMN(label, kind, null, says)					\
	{ .name = (label), .type = VALUE_##kind, .nullable = (null), .what = (says) }

static const struct column object_columns[] = {
	COLUMN("object", UNSIGNED, false, "number of the row: ids are used again"),
	COLUMN("ipc_ns", UNSIGNED, true, "IPC namespace"),
	COLUMN("kind", STRING, false, "msg, sem or shm"),
	COLUMN("id", SIGNED, false, "identifier"),
	COLUMN("key", SIGNED, false, "key; 0 is IPC_PRIVATE"),
	COLUMN("state", STRING, false,
	       "there; marked: removed and still attached; destroyed; gone: nobody saw how"),
	COLUMN("uid", UNSIGNED, true, "owner"),
	COLUMN("gid", UNSIGNED, true, "owner's group"),
	COLUMN("cuid", UNSIGNED, true, "creator"),
	COLUMN("cgid", UNSIGNED, true, "creator's group"),
	COLUMN("mode", UNSIGNED, true, "permissions"),
	COLUMN("size", UNSIGNED, true,
	       "bytes of a segment, semaphores of a set, bytes that a queue takes"),
	COLUMN("first_ns", UNSIGNED, true, "when it was heard of first"),
	COLUMN("seen_ns", UNSIGNED, true, "and last"),
	COLUMN("made_ns", UNSIGNED, true, "when it was made; null: not recorded"),
	COLUMN("made_pid", UNSIGNED, true, "by which process"),
	COLUMN("made_comm", STRING, true, "its name"),
	COLUMN("made_exe", STRING, true, "path of its program"),
	COLUMN("made_uid", UNSIGNED, true, "its effective user"),
	COLUMN("creator", STRING, true, "alive or dead; null: not known"),
	COLUMN("used_ns", UNSIGNED, true, "when somebody worked on it last"),
	COLUMN("used_pid", UNSIGNED, true, "who"),
	COLUMN("used_comm", STRING, true, "its name"),
	COLUMN("idle_ns", UNSIGNED, true, "nobody has had to do with it for so long"),
	COLUMN("unused", BOOL, false, "nobody has it attached, or waits at it"),
	COLUMN("cause", STRING, true, "how it was removed; null: it was not"),
	COLUMN("removed_ns", UNSIGNED, true, "when"),
	COLUMN("removed_pid", UNSIGNED, true, "by which process"),
	COLUMN("removed_tid", UNSIGNED, true, "by which thread"),
	COLUMN("removed_comm", STRING, true, "its name"),
	COLUMN("removed_exe", STRING, true, "path of its program"),
	COLUMN("removed_uid", UNSIGNED, true, "its user"),
	COLUMN("attached_then", UNSIGNED, true, "attached when it was removed"),
	COLUMN("cut_off", UNSIGNED, true, "processes whose calls ended with EIDRM"),
	COLUMN("calls", UNSIGNED, false, "finished calls on it"),
	COLUMN("errors", UNSIGNED, false, "of these, failed ones"),
	COLUMN("events", UNSIGNED, false, "what happened to it without a call"),
	COLUMN("nr_sent", UNSIGNED, false, "messages sent"),
	COLUMN("nr_received", UNSIGNED, false, "messages received"),
	COLUMN("sent", UNSIGNED, false, "bytes sent"),
	COLUMN("received", UNSIGNED, false, "bytes received"),
	COLUMN("queued", UNSIGNED, false, "messages that were sent and not received"),
	COLUMN("attached", UNSIGNED, false, "attachments now"),
	COLUMN("waits", UNSIGNED, false, "calls that wait at it now"),
	COLUMN("incomplete", STRING, true,
	       "why this may not be all: not everything was recorded"),
};

static const struct column process_columns[] = {
	COLUMN("process", UNSIGNED, false, "number of the row: pids are used again"),
	COLUMN("pid", UNSIGNED, false, "process, in the initial namespace"),
	COLUMN("comm", STRING, true, "its name, as it was last"),
	COLUMN("exe", STRING, true, "path of its program"),
	COLUMN("ppid", UNSIGNED, true, "its parent when it was heard of first"),
	COLUMN("uid", UNSIGNED, true, "its real user"),
	COLUMN("gid", UNSIGNED, true, "its real group"),
	COLUMN("loginuid", UNSIGNED, true, "user who logged in"),
	COLUMN("ipc_ns", UNSIGNED, true, "its IPC namespace"),
	COLUMN("cgroup", UNSIGNED, true, "id of its cgroup"),
	COLUMN("container", STRING, true, "id of its container"),
	COLUMN("life", STRING, true, "alive or dead; null: not known"),
	COLUMN("first_ns", UNSIGNED, true, "when it was heard of first"),
	COLUMN("last_ns", UNSIGNED, true, "and last"),
	COLUMN("start_ns", UNSIGNED, true, "CLOCK_BOOTTIME when it began"),
	COLUMN("calls", UNSIGNED, false, "finished calls"),
	COLUMN("errors", UNSIGNED, false, "of these, failed ones"),
};

static const struct column use_columns[] = {
	COLUMN("object", UNSIGNED, false, "row of objects"),
	COLUMN("process", UNSIGNED, false, "row of processes"),
	COLUMN("made", BOOL, false, "it made the object"),
	COLUMN("found", BOOL, false, "it found it by its key"),
	COLUMN("worked", BOOL, false, "it sent, received, attached, operated"),
	COLUMN("changed", BOOL, false, "IPC_SET, SETVAL, SETALL"),
	COLUMN("removed", BOOL, false, "IPC_RMID"),
	COLUMN("cut_off", BOOL, false, "a call of it ended with EIDRM"),
	COLUMN("calls", UNSIGNED, false, "finished calls"),
	COLUMN("errors", UNSIGNED, false, "of these, failed ones"),
	COLUMN("bytes", UNSIGNED, false, "sent and received"),
	COLUMN("first_ns", UNSIGNED, true, "end of the first call"),
	COLUMN("last_ns", UNSIGNED, true, "and of the last"),
};

static const struct column attachment_columns[] = {
	COLUMN("object", UNSIGNED, false, "row of objects"),
	COLUMN("process", UNSIGNED, false, "row of processes"),
	COLUMN("pid", UNSIGNED, false, "whose memory"),
	COLUMN("child", BOOL, false, "of a child of it, whose number nobody knows"),
	COLUMN("how", STRING, false, "shmat, fork, or unknown"),
	COLUMN("addr", UNSIGNED, true, "where"),
	COLUMN("since_ns", UNSIGNED, true, "since when"),
	COLUMN("until_ns", UNSIGNED, true, "until when; null: it is attached"),
	COLUMN("at_removal", BOOL, false, "it was attached when IPC_RMID was called"),
};

static const struct column hold_columns[] = {
	COLUMN("object", UNSIGNED, false, "row of objects"),
	COLUMN("process", UNSIGNED, false, "row of processes"),
	COLUMN("pid", UNSIGNED, false, "who"),
	COLUMN("sem_num", UNSIGNED, false, "the semaphore"),
	COLUMN("taken", SIGNED, false, "how much it took and did not give back"),
	COLUMN("undo", SIGNED, false, "how much of that SEM_UNDO gives back"),
	COLUMN("signal", BOOL, false,
	       "others give than take: it is no lock, and has no holder"),
	COLUMN("since_ns", UNSIGNED, true, "since when"),
	COLUMN("incomplete", STRING, true,
	       "why it may be otherwise: not everything was recorded"),
};

static const struct column meta_columns[] = {
	COLUMN("name", STRING, false, "what"),
	COLUMN("value", STRING, true, "a number or a text"),
};

#undef COLUMN

#define SHAPE(table, label, list)					\
	[FACTS_##table] = { label, list, ARRAY_SIZE(list) }

/*
 * facts_shapes - by enum facts_table
 */
const struct facts_shape facts_shapes[__FACTS_MAX] = {
	SHAPE(OBJECTS, "objects", object_columns),
	SHAPE(PROCESSES, "processes", process_columns),
	SHAPE(USES, "uses", use_columns),
	SHAPE(ATTACHMENTS, "attachments", attachment_columns),
	SHAPE(HOLDS, "holds", hold_columns),
	SHAPE(META, "meta", meta_columns),
};

#undef SHAPE

/**
 * struct walk - rows on their way
 * @facts: what they are made of
 * @table: enum facts_table
 * @take: takes them
 * @context: the first argument of @take
 */
struct walk {
	const struct facts *facts;
	enum facts_table table;
	facts_take_t take;
	void *context;
};

/* ---- Values ------------------------------------------------------------------ */

static struct value number(u64 number)
{
	return (struct value){ .type = VALUE_UNSIGNED, .number = number };
}

static struct value number_if(u64 value, bool known)
{
	return known ? number(value) : (struct value){ .type = VALUE_NULL };
}

/* 0 is not known. */
static struct value known(u64 value)
{
	return number_if(value, value);
}

static struct value signed_number(s64 number)
{
	return (struct value){ .type = VALUE_SIGNED, .number = number };
}

static struct value truth(bool truth)
{
	return (struct value){ .type = VALUE_BOOL, .number = truth };
}

static struct value text(const char *text)
{
	return (struct value){
		.type = text && *text ? VALUE_STRING : VALUE_NULL,
		.string = text,
	};
}

static struct value exe_of(const struct model_origin *origin)
{
	return text(origin ? origin->exe : NULL);
}

static struct value life_of(enum model_life life)
{
	return text(life == MODEL_ALIVE ? "alive" :
		    life == MODEL_DEAD ? "dead" : NULL);
}

static struct value hole_text(const struct model_hole *hole)
{
	return text(hole ? model_hole_text(hole->cause) : NULL);
}

/* ---- Objects ----------------------------------------------------------------- */

static const char *state_text(const struct model_object *object)
{
	static const char *const texts[] = {
		[MODEL_THERE] = "there",
		[MODEL_MARKED] = "marked",
		[MODEL_DESTROYED] = "destroyed",
		[MODEL_GONE] = "gone",
	};

	return texts[object->state];
}

static const struct model_hole *hole_of(const struct model *model,
					const struct model_object *object,
					const struct model_removal *removal)
{
	return removal->cause == MODEL_STILL_THERE ?
		       model_hole_of_life(model, object) : removal->incomplete;
}

static bool take_object(const struct walk *walk, const struct model_object *object)
{
	static const struct model_who nobody;
	const struct model *model = walk->facts->model;
	const struct model_who *made = &object->made, *used = &object->used, *who;
	u64 last_ns = model_last_used(model, object, walk->facts->real_ns);
	bool perm = object->perm_from, recorded = made->from == MODEL_RECORDED;
	struct model_removal removal = { };
	bool gone;

	model_removal(model, object, &removal);
	gone = removal.cause != MODEL_STILL_THERE;
	who = gone && removal.who ? removal.who : &nobody;
	const struct value row[] = {
		number(object->serial),
		known(object->ipc_ns),
		text(ipct_family_names[object->family]),
		signed_number(object->id),
		signed_number(object->key),
		text(state_text(object)),
		number_if(object->uid, perm),
		number_if(object->gid, perm),
		number_if(object->cuid, perm),
		number_if(object->cgid, perm),
		number_if(object->mode, perm),
		number_if(object->size, object->size_from),
		known(object->first_ns),
		known(object->seen_ns),
		number_if(made->time_ns, recorded),
		number_if(made->tgid, made->from),
		text(made->comm),
		exe_of(made->origin),
		number_if(made->euid, recorded),
		life_of(model_maker_life(model, made)),
		known(used->time_ns),
		number_if(used->tgid, used->from),
		text(used->comm),
		number_if(walk->facts->now_ns - last_ns,
			  !model_has_gone(object) && walk->facts->now_ns >= last_ns),
		truth(!model_has_gone(object) && model_is_unused(object)),
		text(gone ? model_cause_text(removal.cause) : NULL),
		number_if(removal.when_ns, gone && removal.when_ns),
		number_if(who->tgid, who->from),
		number_if(who->tid, who->from),
		text(who->comm),
		exe_of(who->origin),
		number_if(who->uid, who->from == MODEL_RECORDED),
		number_if(removal.attached, gone),
		number_if(removal.cut_off, gone),
		number(object->calls),
		number(object->errors),
		number(object->events),
		number(object->nr_sent),
		number(object->nr_received),
		number(object->sent),
		number(object->received),
		number(object->nr_messages),
		number(model_nr_attached(object)),
		number(object->nr_waits),
		hole_text(hole_of(model, object, &removal)),
	};

	static_assert(ARRAY_SIZE(row) == ARRAY_SIZE(object_columns));
	return walk->take(walk->context, walk->table, row);
}

/* ---- Processes --------------------------------------------------------------- */

static bool take_process(const struct walk *walk, const struct model_process *process)
{
	const struct model_who *last = &process->last;
	const struct cgroup *cgroup = last->cgroup && walk->facts->cgroups ?
		cgroups_find(walk->facts->cgroups, last->cgroup) : NULL;
	const struct value row[] = {
		number(process->serial),
		number(last->tgid),
		text(last->comm),
		exe_of(process->origin),
		known(process->ppid),
		number_if(last->uid, last->from),
		number_if(last->gid, last->from),
		number_if(last->loginuid, last->from == MODEL_RECORDED),
		known(last->ipc_ns),
		known(last->cgroup),
		text(cgroup ? cgroup->container : NULL),
		life_of(process->life),
		known(process->first_ns),
		known(last->time_ns),
		known(process->start_ns),
		number(process->calls),
		number(process->errors),
	};

	static_assert(ARRAY_SIZE(row) == ARRAY_SIZE(process_columns));
	return walk->take(walk->context, walk->table, row);
}

/* ---- Between them ------------------------------------------------------------ */

static bool take_use(const struct walk *walk, const struct model_use *use)
{
	const struct value row[] = {
		number(use->object->serial),
		number(use->process->serial),
		truth(use->flags & MODEL_USE_MADE),
		truth(use->flags & MODEL_USE_FOUND),
		truth(use->flags & MODEL_USE_WORKED),
		truth(use->flags & MODEL_USE_CHANGED),
		truth(use->flags & MODEL_USE_REMOVED),
		truth(use->flags & MODEL_USE_CUT_OFF),
		number(use->calls),
		number(use->errors),
		number(use->bytes),
		known(use->first_ns),
		known(use->last_ns),
	};

	static_assert(ARRAY_SIZE(row) == ARRAY_SIZE(use_columns));
	return walk->take(walk->context, walk->table, row);
}

static bool take_attachment(const struct walk *walk,
			    const struct model_attachment *attachment)
{
	const struct value row[] = {
		number(attachment->object->serial),
		number(attachment->process->serial),
		number(attachment->process->last.tgid),
		truth(attachment->child),
		text(attachment->how == MODEL_BY_SHMAT ? "shmat" :
		     attachment->how == MODEL_BY_FORK ? "fork" : "unknown"),
		known(attachment->addr),
		known(attachment->since_ns),
		known(attachment->until_ns),
		truth(attachment->there),
	};

	static_assert(ARRAY_SIZE(row) == ARRAY_SIZE(attachment_columns));
	return walk->take(walk->context, walk->table, row);
}

static bool take_hold(const struct walk *walk, const struct model_hold *hold)
{
	const struct value row[] = {
		number(hold->object->serial),
		number(hold->process->serial),
		number(hold->process->last.tgid),
		number(hold->sem_num),
		signed_number(hold->taken),
		signed_number(hold->undo),
		truth(model_is_signal(hold->object, hold->sem_num)),
		known(hold->since_ns),
		hole_text(model_hole_of(walk->facts->model, hold->object,
					hold->since_ns, walk->facts->now_ns)),
	};

	static_assert(ARRAY_SIZE(row) == ARRAY_SIZE(hold_columns));
	return walk->take(walk->context, walk->table, row);
}

static bool take_of_object(const struct walk *walk, const struct model_object *object)
{
	const struct model_attachment *attachment;
	const struct model_hold *hold;
	const struct model_use *use;

	switch (walk->table) {
	case FACTS_USES:
		TAILQ_FOREACH(use, &object->uses, of_object)
			if (!take_use(walk, use))
				return false;
		return true;
	case FACTS_ATTACHMENTS:
		TAILQ_FOREACH(attachment, &object->attachments, of_object)
			if (!take_attachment(walk, attachment))
				return false;
		return true;
	case FACTS_HOLDS:
		TAILQ_FOREACH(hold, &object->holds, of_object)
			if (!take_hold(walk, hold))
				return false;
		return true;
	default:
		return take_object(walk, object);
	}
}

/* ---- Whose these are --------------------------------------------------------- */

static bool take_meta(const struct walk *walk, const char *name, struct value value)
{
	const struct value row[] = { text(name), value };

	return walk->take(walk->context, walk->table, row);
}

static bool take_metas(const struct walk *walk)
{
	const struct facts *facts = walk->facts;
	const struct model_sums *sums = model_sums(facts->model);
	size_t i;

	for (i = 0; i < facts->nr_texts; i++)
		if (!take_meta(walk, facts->texts[i].name,
			       text(facts->texts[i].text)))
			return false;
	return take_meta(walk, "version", number(EXPORT_VERSION)) &&
	       take_meta(walk, "ipctrace", text(IPCT_VERSION)) &&
	       take_meta(walk, "schema", number(IPCTRACE_SCHEMA)) &&
	       take_meta(walk, "real_ns", known(facts->real_ns)) &&
	       take_meta(walk, "first_ns", known(sums->first_ns)) &&
	       take_meta(walk, "last_ns", known(sums->last_ns)) &&
	       take_meta(walk, "now_ns", known(facts->now_ns)) &&
	       take_meta(walk, "records", number(sums->records)) &&
	       take_meta(walk, "lost", number(sums->lost)) &&
	       take_meta(walk, "missed", number(sums->missed)) &&
	       take_meta(walk, "forgotten_objects",
			 number(sums->folded_removed + sums->folded_there)) &&
	       take_meta(walk, "forgotten_processes",
			 number(sums->folded_processes)) &&
	       take_meta(walk, "rules", number(facts->nr_rules));
}

/* ---- All --------------------------------------------------------------------- */

static bool take_objects(const struct walk *walk, const struct model_objects *objects)
{
	const struct model_object *object;

	TAILQ_FOREACH(object, objects, all)
		if (!take_of_object(walk, object))
			return false;
	return true;
}

static bool take_processes(const struct walk *walk)
{
	const struct model_process *process;

	TAILQ_FOREACH(process, model_processes(walk->facts->model), all)
		if (!take_process(walk, process))
			return false;
	return true;
}

/**
 * facts_each() - all rows of a table
 * @facts: what it is made of
 * @table: which
 * @take: takes each of them; false ends it
 * @context: the first argument of @take
 *
 * Return: false when @take has ended it.
 */
bool facts_each(const struct facts *facts, enum facts_table table,
		facts_take_t take, void *context)
{
	const struct walk walk = { facts, table, take, context };

	if (table == FACTS_META)
		return take_metas(&walk);
	if (table == FACTS_PROCESSES)
		return take_processes(&walk);
	return take_objects(&walk, model_gone(facts->model)) &&
	       take_objects(&walk, model_objects(facts->model));
}
