// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: watch_observe
 *
 * What rules look at: records as they come, what the model makes of them, and, now and
 * then, what is so without a record: a call that still waits, an object that nobody
 * uses. Each with its facts, whose names are in fields/facts.h.
 *
 * A fact is concluded from what was recorded only if it was recorded without a hole;
 * else it is not known, and no rule fires on it. So what is lost hides findings and
 * makes none up; that something was lost is looked at itself.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "model/idle.h"
#include "model/model.h"
#include "model/removal.h"
#include "shared/layouts.h"
#include "shared/syscalls.h"
#include "shared/toctou.h"
#include "watch/observe.h"

#define NS_PER_S	1000000000ULL
#define ACTIVE_NS	(10 * NS_PER_S)	/* who has worked on it lately */
#define OFTEN_NS	NS_PER_S	/* waits are looked at */
#define SELDOM_NS	(10 * NS_PER_S)	/* what costs more */
#define UNUSED_NS	(60 * NS_PER_S)	/* worth looking at */
#define MINUTE_NS	(60 * NS_PER_S)

#define MAX_KEPT	4096	/* programs, and likewise paces and loads */
#define PACE_CALLS	100	/* of a measurement */
#define PACE_USUAL	1000	/* calls before there is anything usual */
#define LOAD_SHARE	20	/* 1 of so many messages must be left for it to fill */

/**
 * struct kept - what the one has that is kept for as long as there is room
 * @link: by what it is found by
 * @used: all, the one that was used last at the end
 */
struct kept {
	struct hash_link link;
	TAILQ_ENTRY(kept) used;
};

TAILQ_HEAD(kept_list, kept);

/**
 * struct keeping - all of a kind
 * @table: by what they are found by
 * @used: the same by use: the oldest makes room for another
 */
struct keeping {
	struct hash table;
	struct kept_list used;
};

/**
 * struct program - what a program has made of a kind, in a namespace
 * @kept: by these
 * @ipc_ns: the namespace
 * @uid: the user
 * @family: the kind
 * @comm: its name
 * @made: so many
 * @gone: and of these so many have gone
 * @high: the most there were at once
 * @minute: when that was reached last
 * @minutes: in how many minutes it grew
 */
struct program {
	struct kept kept;
	u32 ipc_ns;
	u32 uid;
	u8 family;
	char comm[17];
	u64 made;
	u64 gone;
	u64 high;
	u64 minute;
	u64 minutes;
};

/**
 * struct pace - how long calls of a kind on an object take
 * @kept: by these
 * @serial: of the object
 * @call: enum ipctrace_call_id
 * @nr: calls of the measurement that goes on
 * @all: calls before it
 * @last: durations of it, by power of two
 * @before: and before it
 */
struct pace {
	struct kept kept;
	u64 serial;
	u8 call;
	u32 nr;
	u64 all;
	u64 last[64];
	u64 before[64];
};

/**
 * struct load - how a queue is filled and emptied
 * @kept: by the queue
 * @serial: of it
 * @looked_ns: when it was looked at last
 * @sent: messages by then
 * @received: and of these
 * @since_ns: since then more came than went, each time that it was looked at
 * @since_sent: messages by then
 * @since_received: and of these
 * @seen_sent: messages when one was seen to be received last
 * @idle_ns: so long messages have waited, and none was received
 * @usual_ns: the longest such time that has ended
 */
struct load {
	struct kept kept;
	u64 serial;
	u64 looked_ns;
	u64 sent;
	u64 received;
	u64 since_ns;
	u64 since_sent;
	u64 since_received;
	u64 seen_sent;
	u64 idle_ns;
	u64 usual_ns;
};

/**
 * struct observer - who looks
 * @model: of what it has seen so far
 * @live: the kernel may be asked whether a process is there
 * @look: gets what there is to be seen
 * @time: is told the time, about once a second
 * @context: for these
 * @record: the record that comes next, or was the last
 * @often_ns: when waits were looked at last
 * @seldom_ns: and the rest
 * @programs: struct program's
 * @paces: struct pace's
 * @loads: struct load's
 * @made: a record as if of a call
 */
struct observer {
	const struct model *model;
	bool live;
	observer_look_t look;
	observer_time_t time;
	void *context;
	const struct ipctrace_header *record;
	u64 often_ns;
	u64 seldom_ns;
	struct keeping programs;
	struct keeping paces;
	struct keeping loads;
	struct ipctrace_call made;
};

static void look(struct observer *observer, enum rule_on on,
		 const struct ipctrace_header *record, const struct facts *facts)
{
	observer->look(observer->context, on, record, facts);
}

static u64 now_of(const struct observer *observer)
{
	return model_sums(observer->model)->last_ns;
}

/* ---- What is kept ------------------------------------------------------------------ */

static void keep_used(struct keeping *keeping, struct kept *kept)
{
	TAILQ_REMOVE(&keeping->used, kept, used);
	TAILQ_INSERT_TAIL(&keeping->used, kept, used);
}

/* All zero; where there is no more room, in the place of the one used least lately */
static void *keep_new(struct keeping *keeping, u64 hash, size_t size)
{
	struct kept *kept = TAILQ_FIRST(&keeping->used);

	if (keeping->table.nr < MAX_KEPT) {
		kept = malloc(size);
	} else {
		hash_remove(&keeping->table, &kept->link);
		TAILQ_REMOVE(&keeping->used, kept, used);
	}
	if (!kept)
		return NULL;
	memset(kept, 0, size);
	if (!hash_add(&keeping->table, &kept->link, hash)) {
		free(kept);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&keeping->used, kept, used);
	return kept;
}

static void keep_none(struct keeping *keeping)
{
	struct kept *kept;

	while ((kept = TAILQ_FIRST(&keeping->used))) {
		TAILQ_REMOVE(&keeping->used, kept, used);
		free(kept);
	}
	hash_free(&keeping->table);
}

/* ---- Records ----------------------------------------------------------------------- */

static u32 euid_of(const struct ipctrace_call *call)
{
	const struct ipctrace_cred *cred =
		ipct_part_find(call, IPCTRACE_PART_CRED, sizeof(*cred));

	return cred ? cred->euid : call->uid;
}

static bool is_other(u32 uid, u32 cuid, u32 euid)
{
	return euid != uid && euid != cuid;
}

static void look_at_memory(const struct ipctrace_call *call, const u64 *args,
			   struct facts *facts)
{
	struct ipct_toctou changed;

	if (call->header.len > sizeof(*call) &&
	    ipct_toctou_begin(&changed, call, args) && ipct_toctou_next(&changed))
		fact_number(facts, FACT_MEMORY_CHANGED, true);
}

static const char *name_of(const struct model_who *who)
{
	return who->from != MODEL_UNKNOWN && *who->comm ? who->comm : NULL;
}

/* Who had it does not guess. */
static void note_own(const struct model_object *object,
		     const struct ipctrace_call *call, struct facts *facts)
{
	if (object->perm_from != MODEL_UNKNOWN &&
	    !is_other(object->uid, object->cuid, euid_of(call)))
		fact_number(facts, FACT_OWN, true);
}

/* A *get() call that got nothing: what has the key that it named? */
static void look_at_key(struct observer *observer, const struct ipctrace_call *call,
			const u64 *args, struct facts *facts)
{
	const struct ipct_syscall *row = &ipct_syscalls[call->header.call];
	const struct model_object *object;

	if (!(s32)args[0])
		return;
	object = model_find_key(observer->model, call->ipc_ns, row->family,
				(s32)args[0]);
	if (!object)
		return;
	note_own(object, call, facts);
	if (model_has_gone(object) || object->perm_from == MODEL_UNKNOWN ||
	    model_hole_of(observer->model, object, object->seen_ns,
			  call->header.time_ns))
		return;
	fact_number(facts, FACT_KEY_UID, object->uid);
	fact_number(facts, FACT_KEY_OTHER,
		    is_other(object->uid, object->cuid, euid_of(call)));
	if (object->made.from != MODEL_UNKNOWN)
		fact_number(facts, FACT_KEY_PID, object->made.tgid);
	fact_text(facts, FACT_KEY_COMM, name_of(&object->made));
}

/* A call on an id that is none: had it gone when the call began? */
static void look_at_id(struct observer *observer, const struct ipctrace_call *call,
		       const u64 *args, struct facts *facts)
{
	const struct ipct_syscall *row = &ipct_syscalls[call->header.call];
	const struct model_object *object, *next;
	u8 from = row->object;

	if (from == IPCT_OBJECT_CTL)
		from = ipct_command(call->header.call, call->header.abi,
				    ipct_ctl_cmd(call, args))->object;
	if (from != IPCT_OBJECT_ARG0)
		return;
	object = model_find_id(observer->model, call->ipc_ns, row->family,
			       (s32)args[0]);
	if (!object)
		return;
	note_own(object, call, facts);
	if (object->state != MODEL_DESTROYED ||
	    object->destroyed.time_ns >= call->header.time_ns - call->duration_ns)
		return;
	fact_number(facts, FACT_STALE, true);
	fact_text(facts, FACT_STALE_COMM, name_of(&object->rmid));
	next = object->key ? model_find_key(observer->model, call->ipc_ns,
					    row->family, object->key) : NULL;
	if (next && next != object && !model_has_gone(next))
		fact_number(facts, FACT_STALE_NOW, (u32)next->id);
	facts->since_ns = object->destroyed.time_ns;
}

static void look_at_call(struct observer *observer, const struct ipctrace_call *call,
			 struct facts *facts)
{
	u64 args[IPCTRACE_NR_ARGS];

	if (call->header.call >= IPCTRACE_NR_CALLS)
		return;
	if (call->header.flags & IPCTRACE_F_OBJECT) {
		fact_number(facts, FACT_OWNER_OTHER,
			    is_other(call->object.uid, call->object.cuid,
				     euid_of(call)));
		if (ipct_syscalls[call->header.call].follow == IPCT_FOLLOW_MAKE)
			fact_number(facts, FACT_KEY_UID, call->object.uid);
	}
	if (call->ret >= 0 && call->header.len == sizeof(*call))
		return;
	if (ipct_part_find(call, IPCTRACE_PART_PIDNS, sizeof(struct ipctrace_pidns)))
		fact_number(facts, FACT_NAMESPACED, true);
	ipct_call_args(call, args);
	look_at_memory(call, args, facts);
	if (call->ret == -EINVAL || call->ret == -EIDRM)
		look_at_id(observer, call, args, facts);
	if (call->ret < 0 &&
	    ipct_syscalls[call->header.call].follow == IPCT_FOLLOW_MAKE)
		look_at_key(observer, call, args, facts);
}

/* ---- As if of a call ------------------------------------------------------------------ */

/* With a caller and an object, and without a result */
static struct ipctrace_call *make_record(struct observer *observer, u64 time_ns,
					 const struct model_who *who,
					 const struct model_object *object, u8 call)
{
	struct ipctrace_call *made = &observer->made;

	*made = (struct ipctrace_call){
		.header = {
			.len = sizeof(*made),
			.type = IPCTRACE_TYPE_ENTER,
			.flags = IPCTRACE_F_FAMILY(object->family) |
				 IPCTRACE_F_OBJECT,
			.call = call,
			.time_ns = time_ns,
		},
		.cgroup = who->cgroup,
		.tid = who->tid,
		.tgid = who->tgid,
		.uid = who->uid,
		.gid = who->gid,
		.ppid = who->ppid,
		.loginuid = who->loginuid,
		.ipc_ns = object->ipc_ns,
		.args[0] = (u32)object->id,
		.object = {
			.id = object->id,
			.key = object->key,
			.uid = object->uid,
			.gid = object->gid,
			.cuid = object->cuid,
			.cgid = object->cgid,
			.mode = object->mode,
			.seq = object->seq,
		},
	};
	memcpy(made->comm, who->comm, sizeof(made->comm));
	return made;
}

static u8 call_that_makes(u8 family)
{
	return family == IPCTRACE_MSG ? IPCTRACE_CALL_msgget :
	       family == IPCTRACE_SEM ? IPCTRACE_CALL_semget : IPCTRACE_CALL_shmget;
}

/* ---- Removal -------------------------------------------------------------------------- */

static bool known_since(const struct observer *observer,
			const struct model_object *object, u64 since_ns)
{
	return since_ns && !model_hole_of(observer->model, object, since_ns,
					  now_of(observer));
}

static u64 others_attached(const struct observer *observer,
			   const struct model_object *object, u32 tgid)
{
	const struct model_attachment *attachment;
	u64 nr = 0;

	TAILQ_FOREACH(attachment, &object->attachments, of_object)
		if (attachment->there && !attachment->child &&
		    attachment->process->last.tgid != tgid &&
		    attachment->process->life != MODEL_DEAD &&
		    known_since(observer, object, attachment->since_ns))
			nr++;
	return nr;
}

static u64 others_waiting(const struct observer *observer,
			  const struct model_object *object, u32 tgid)
{
	const struct model_wait *wait;
	const struct model_use *use;
	u64 nr = 0;

	TAILQ_FOREACH(wait, &object->waits, of_object)
		nr += wait->process->last.tgid != tgid &&
		      known_since(observer, object, wait->since_ns);
	TAILQ_FOREACH(use, &object->uses, of_object)
		nr += use->flags & MODEL_USE_CUT_OFF &&
		      use->process->last.tgid != tgid;
	return nr;
}

static u64 others_active(const struct model_object *object, u32 tgid, u64 now_ns)
{
	const struct model_use *use;
	u64 nr = 0;

	TAILQ_FOREACH(use, &object->uses, of_object)
		if (use->flags & MODEL_USE_WORKED &&
		    use->process->last.tgid != tgid &&
		    use->process->life != MODEL_DEAD &&
		    use->last_ns + ACTIVE_NS >= now_ns)
			nr++;
	return nr;
}

/* Of the same family of processes, as far as records tell; or by the same program */
static bool are_related(const struct model_who *a, const struct ipctrace_call *b)
{
	/* What a program's processes do among themselves is its own business. */
	if (a->uid == b->uid &&
	    !strncmp(a->comm, (const char *)b->comm, sizeof(b->comm)))
		return true;
	return a->tgid == b->tgid || a->tgid == b->ppid ||
	       (a->ppid == b->ppid && a->ppid > 1 && a->uid == b->uid) ||
	       model_descends_from(a, b->tgid);
}

static void look_at_removal(struct observer *observer,
			    const struct model_event *event)
{
	const struct model_object *object = event->object;
	const struct ipctrace_call *call = event->record;
	u64 now_ns = call->header.time_ns;
	struct facts facts = { };

	fact_number(&facts, FACT_REMOVAL_ATTACHED,
		    others_attached(observer, object, call->tgid));
	fact_number(&facts, FACT_REMOVAL_BLOCKED,
		    others_waiting(observer, object, call->tgid));
	fact_number(&facts, FACT_REMOVAL_ACTIVE,
		    others_active(object, call->tgid, now_ns));
	if (object->made.from == MODEL_RECORDED) {
		fact_number(&facts, FACT_REMOVAL_OTHER,
			    !are_related(&object->made, call));
		fact_text(&facts, FACT_REMOVAL_OF, name_of(&object->made));
	} else {
		fact_number(&facts, FACT_REMOVAL_OTHER,
			    is_other(object->uid, object->cuid, euid_of(call)));
	}
	look(observer, RULE_ON_REMOVAL, &call->header, &facts);
}

/* ---- Waits ------------------------------------------------------------------------------ */

static void blocking_facts(const struct observer *observer,
			   const struct model_wait *wait, struct facts *facts)
{
	struct model_blocking blocking;
	u32 i, first = 0;

	if (!model_blocking(observer->model, wait, MODEL_ANY_SEM, &blocking) ||
	    blocking.incomplete || blocking.by != MODEL_BLOCKED_HELD)
		return;
	fact_number(facts, FACT_WAIT_HELD, true);
	fact_number(facts, FACT_WAIT_HOLDER, blocking.hold->process->last.tgid);
	fact_text(facts, FACT_WAIT_HOLDER_COMM,
		  name_of(&blocking.hold->process->last));
	fact_text(facts, FACT_WAIT_STUCK, model_stuck_text(blocking.stuck));
	facts->since_ns = min_t(u64, facts->since_ns, blocking.hold->since_ns);
	if (blocking.stuck != MODEL_STUCK_DEADLOCK)
		return;
	for (i = 1; i < blocking.nr_circle; i++)
		if (blocking.circle[i]->tid < blocking.circle[first]->tid)
			first = i;
	fact_number(facts, FACT_WAIT_CIRCLE, blocking.nr_circle);
	fact_number(facts, FACT_WAIT_FIRST, !first);
}

/* One that may have ended in a hole is not told. */
static void look_at_wait(struct observer *observer, const struct model_wait *wait,
			 u64 now_ns)
{
	struct facts facts = { .since_ns = wait->since_ns };
	struct ipctrace_call *made;

	if (now_ns <= wait->since_ns || wait->process->life == MODEL_DEAD ||
	    model_hole_of(observer->model, wait->object, wait->since_ns, now_ns))
		return;
	made = make_record(observer, now_ns, &wait->process->last, wait->object,
			   wait->call);
	made->tid = wait->tid;
	made->duration_ns = now_ns - wait->since_ns;
	fact_number(&facts, FACT_WAITED, now_ns - wait->since_ns);
	blocking_facts(observer, wait, &facts);
	look(observer, RULE_ON_WAIT, &made->header, &facts);
}

static void look_at_waits(struct observer *observer, u64 now_ns)
{
	const struct model_object *object;
	const struct model_wait *wait;

	TAILQ_FOREACH(object, model_objects(observer->model), all)
		TAILQ_FOREACH(wait, &object->waits, of_object)
			look_at_wait(observer, wait, now_ns);
}

/* ---- Holes ---------------------------------------------------------- */

static void look_at_hole(struct observer *observer, const struct model_event *event)
{
	struct facts facts = { };

	if (!event->hole)
		return;
	fact_text(&facts, FACT_HOLE_CAUSE, model_hole_text(event->hole->cause));
	fact_number(&facts, FACT_HOLE_ENDED, event->hole->end_ns != ~0ULL);
	look(observer, RULE_ON_HOLE, observer->record, &facts);
}

/* ---- What is left behind ------------------------------------------------------------------- */

static bool has_ended(const struct observer *observer, const struct model_who *made)
{
	if (model_maker_life(observer->model, made) == MODEL_DEAD)
		return true;
	return observer->live && kill(made->tgid, 0) && errno == ESRCH;
}

static void look_at_unused(struct observer *observer, u64 now_ns)
{
	const struct model_object *object;
	struct ipctrace_call *made;
	struct facts facts;
	u64 used_ns;

	TAILQ_FOREACH(object, model_objects(observer->model), all) {
		if (object->made.from != MODEL_RECORDED ||
		    object->state != MODEL_THERE || object->nr_attached ||
		    object->nr_waits)
			continue;
		used_ns = model_last_used(observer->model, object, 0);
		if (now_ns < used_ns + UNUSED_NS ||
		    model_hole_since_made(observer->model, object, now_ns))
			continue;
		facts = (struct facts){ .since_ns = object->made.time_ns };
		fact_number(&facts, FACT_IDLE, now_ns - used_ns);
		fact_number(&facts, FACT_MAKER_GONE,
			    has_ended(observer, &object->made));
		made = make_record(observer, now_ns, &object->made, object,
				   object->made.call);
		look(observer, RULE_ON_UNUSED, &made->header, &facts);
	}
}

/* ---- What grows ------------------------------------------------------------------------------ */

static struct program *program_of(struct observer *observer,
				  const struct model_object *object, bool add)
{
	const struct model_who *made = &object->made;
	struct program *program;
	struct hash_link *link;
	u64 hash, words[2];

	if (made->from != MODEL_RECORDED)
		return NULL;
	memcpy(words, made->comm, sizeof(words));
	hash = hash_mix(hash_mix(words[0], words[1]),
			hash_mix((u64)object->ipc_ns << 8 | object->family,
				 made->euid));
	for (link = hash_first(&observer->programs.table, hash); link;
	     link = hash_next(link)) {
		program = (struct program *)link;
		if (program->ipc_ns == object->ipc_ns &&
		    program->family == object->family &&
		    program->uid == made->euid && !strcmp(program->comm, made->comm)) {
			keep_used(&observer->programs, &program->kept);
			return program;
		}
	}
	program = add ? keep_new(&observer->programs, hash, sizeof(*program)) : NULL;
	if (!program)
		return NULL;
	program->ipc_ns = object->ipc_ns;
	program->uid = made->euid;
	program->family = object->family;
	memcpy(program->comm, made->comm, sizeof(program->comm));
	return program;
}

static void look_at_making(struct observer *observer, const struct model_event *event)
{
	struct program *program = program_of(observer, event->object, true);
	u64 minute = event->record->header.time_ns / MINUTE_NS, more;
	struct facts facts = { };

	if (!program)
		return;
	program->made++;
	more = program->made - program->gone;
	if (more > program->high) {
		program->high = more;
		program->minutes += minute != program->minute;
		program->minute = minute;
	}
	fact_number(&facts, FACT_PROGRAM_MADE, program->made);
	fact_number(&facts, FACT_PROGRAM_MORE, more);
	fact_number(&facts, FACT_PROGRAM_MINUTES, program->minutes);
	look(observer, RULE_ON_MAKING, &event->record->header, &facts);
}

static void note_end(struct observer *observer, const struct model_object *object)
{
	struct program *program = program_of(observer, object, false);

	if (program && program->gone < program->made)
		program->gone++;
}

/* ---- Limits ---------------------------------------------------------- */

static const struct model_object *largest(const struct observer *observer, u32 ipc_ns,
					  enum model_limit limit)
{
	const struct model_object *object, *found = NULL;
	u64 share, most = 0;

	TAILQ_FOREACH(object, model_objects(observer->model), all) {
		if (object->ipc_ns != ipc_ns ||
		    object->family != model_limit_rows[limit].family)
			continue;
		share = model_limit_share(limit, object);
		if (!found || share > most) {
			found = object;
			most = share;
		}
	}
	return found;
}

static void look_at_limit(struct observer *observer,
			  const struct model_limits *limits, enum model_limit limit,
			  u64 now_ns)
{
	const struct model_limit_row *row = &model_limit_rows[limit];
	const struct model_object *object;
	struct model_limit_use use;
	struct ipctrace_call *made;
	struct facts facts = { };

	/* To be as large as permitted is no exhaustion. */
	if (row->measure > MODEL_MEASURE_SUM || !(limits->known & 1U << limit) ||
	    !limits->values[limit] ||
	    !model_limit_use(observer->model, limits->ipc_ns, limit, now_ns, &use))
		return;
	object = use.used > limits->values[limit] / 2 ?
		 largest(observer, limits->ipc_ns, limit) : NULL;
	if (!object)
		return;
	fact_text(&facts, FACT_LIMIT_NAME, row->name);
	fact_number(&facts, FACT_LIMIT_PERCENT,
		    (u64)(100.0 * use.used / limits->values[limit]));
	made = make_record(observer, now_ns, &object->made, object,
			   call_that_makes(object->family));
	look(observer, RULE_ON_LIMIT, &made->header, &facts);
}

static void look_at_limits(struct observer *observer, u64 now_ns)
{
	const struct model_limits *limits;
	u32 nr, i, limit;

	limits = model_all_limits(observer->model, &nr);
	for (i = 0; i < nr; i++)
		for (limit = 0; limit < NR_MODEL_LIMITS; limit++)
			look_at_limit(observer, &limits[i], limit, now_ns);
}

/* ---- Pace ---------------------------------------------------------- */

static u32 bucket_of(u64 ns)
{
	return ns ? 63 - __builtin_clzll(ns) : 0;
}

/* The upper end of the bucket that 1 in 100 are above of */
static u64 p99_of(const u64 *buckets, u64 all)
{
	u64 above = 0;
	u32 i = 63;

	for (; i; i--) {
		above += buckets[i];
		if (above * 100 > all)
			break;
	}
	return 2ULL << i;
}

static struct pace *pace_of(struct observer *observer,
			    const struct model_object *object, u8 call)
{
	u64 hash = hash_mix(object->serial, call);
	struct hash_link *link = hash_first(&observer->paces.table, hash);
	struct pace *pace;

	for (; link; link = hash_next(link)) {
		pace = (struct pace *)link;
		if (pace->serial != object->serial || pace->call != call)
			continue;
		keep_used(&observer->paces, &pace->kept);
		return pace;
	}
	pace = keep_new(&observer->paces, hash, sizeof(*pace));
	if (!pace)
		return NULL;
	pace->serial = object->serial;
	pace->call = call;
	return pace;
}

static void look_at_pace(struct observer *observer, const struct model_event *event)
{
	const struct ipctrace_call *call = event->record;
	struct facts facts = { };
	struct pace *pace;
	u64 last, usual;
	u32 i;

	pace = pace_of(observer, event->object, call->header.call);
	if (!pace)
		return;
	pace->last[bucket_of(call->duration_ns)]++;
	if (++pace->nr < PACE_CALLS)
		return;
	last = p99_of(pace->last, pace->nr);
	usual = p99_of(pace->before, pace->all);
	if (pace->all >= PACE_USUAL) {
		fact_number(&facts, FACT_SLOW_P99, last);
		fact_number(&facts, FACT_SLOW_USUAL, usual);
		fact_number(&facts, FACT_SLOW_TIMES, last / usual);
		look(observer, RULE_ON_PACE, &call->header, &facts);
	}
	for (i = 0; i < ARRAY_SIZE(pace->last); i++)
		pace->before[i] += pace->last[i];
	pace->all += pace->nr;
	pace->nr = 0;
	memset(pace->last, 0, sizeof(pace->last));
}

/* ---- Queues ---------------------------------------------------------- */

static struct load *load_of(struct observer *observer,
			    const struct model_object *object)
{
	u64 hash = hash_mix(object->serial, object->serial);
	struct hash_link *link = hash_first(&observer->loads.table, hash);
	struct load *load;

	for (; link; link = hash_next(link)) {
		load = (struct load *)link;
		if (load->serial != object->serial)
			continue;
		keep_used(&observer->loads, &load->kept);
		return load;
	}
	load = keep_new(&observer->loads, hash, sizeof(*load));
	if (load)
		load->serial = object->serial;
	return load;
}

/* Chance alone leaves a few in it now, and a few less the next time. Where none is
 * received it is not by how fast.
 */
static bool has_filled(const struct load *load, const struct model_object *object)
{
	u64 came = object->nr_sent - load->sent;
	u64 went = object->nr_received - load->received;

	return went && came > went && (came - went) * LOAD_SHARE >= came;
}

static void filling_facts(struct load *load, const struct model_object *object,
			  u64 now_ns, struct facts *facts)
{
	u64 came, went;

	if (!has_filled(load, object)) {
		load->since_ns = now_ns;
		load->since_sent = object->nr_sent;
		load->since_received = object->nr_received;
		return;
	}
	came = object->nr_sent - load->since_sent;
	went = object->nr_received - load->since_received;
	fact_number(facts, FACT_QUEUE_FILLING, now_ns - load->since_ns);
	fact_number(facts, FACT_QUEUE_SENT, came);
	fact_number(facts, FACT_QUEUE_RECEIVED, went);
	fact_number(facts, FACT_QUEUE_MORE, came - went);
	facts->since_ns = load->since_ns;
}

static bool somebody_receives(const struct model_object *object)
{
	const struct model_wait *wait;

	TAILQ_FOREACH(wait, &object->waits, of_object)
		if (wait->call == IPCTRACE_CALL_msgrcv)
			return true;
	return false;
}

/* Since when messages wait and nobody receives any; 0: that is not so, or not known */
static u64 idle_since(const struct observer *observer,
		      const struct model_object *object, u64 now_ns)
{
	const struct model_message *oldest = TAILQ_FIRST(&object->messages);

	if (!object->queue_known || !oldest || !oldest->sent_ns ||
	    somebody_receives(object) ||
	    model_hole_of(observer->model, object, object->receiver.time_ns, now_ns))
		return 0;
	return max_t(u64, oldest->sent_ns, object->receiver.time_ns);
}

/* Who comes once an hour is no more idle than usual. */
static void consumer_facts(struct observer *observer, struct load *load,
			   const struct model_object *object,
			   const struct model_process *consumer, u64 now_ns,
			   struct facts *facts)
{
	u64 since_ns = idle_since(observer, object, now_ns), usual_ns;

	if (object->nr_received != load->received) {
		load->usual_ns = max_t(u64, load->usual_ns, load->idle_ns);
		load->idle_ns = 0;
		load->seen_sent = object->nr_sent;
	}
	if (!since_ns || now_ns <= since_ns)
		return;
	load->idle_ns = now_ns - since_ns;
	/* Who sends to himself misses nothing. */
	if (object->sender.tgid == object->receiver.tgid)
		return;
	usual_ns = max_t(u64, load->usual_ns, SELDOM_NS);
	fact_number(facts, FACT_CONSUMER_IDLE, load->idle_ns);
	fact_number(facts, FACT_CONSUMER_USUAL, usual_ns);
	fact_number(facts, FACT_CONSUMER_TIMES, load->idle_ns / usual_ns);
	fact_number(facts, FACT_CONSUMER_MISSED, object->nr_sent - load->seen_sent);
	fact_number(facts, FACT_CONSUMER_GONE, has_ended(observer, &consumer->last));
	facts->since_ns = facts->since_ns ? min_t(u64, facts->since_ns, since_ns) :
					    since_ns;
}

static void look_at_queue(struct observer *observer,
			  const struct model_object *object, u64 now_ns)
{
	const struct model_process *consumer =
		model_find_process(observer->model, object->receiver.tgid);
	struct load *load = consumer ? load_of(observer, object) : NULL;
	struct facts facts = { };

	if (!load)
		return;
	/* What was not seen may have been received. */
	if (!load->looked_ns ||
	    model_hole_of(observer->model, object, load->looked_ns, now_ns)) {
		load->sent = object->nr_sent;
		load->received = object->nr_received;
		load->seen_sent = object->nr_sent;
		load->idle_ns = 0;
	}
	filling_facts(load, object, now_ns, &facts);
	consumer_facts(observer, load, object, consumer, now_ns, &facts);
	load->looked_ns = now_ns;
	load->sent = object->nr_sent;
	load->received = object->nr_received;
	if (facts.known)
		look(observer, RULE_ON_QUEUE,
		     &make_record(observer, now_ns, &consumer->last, object,
				  IPCTRACE_CALL_msgrcv)->header, &facts);
}

static void look_at_queues(struct observer *observer, u64 now_ns)
{
	const struct model_object *object;

	TAILQ_FOREACH(object, model_objects(observer->model), all)
		if (object->family == IPCTRACE_MSG && object->receiver.tgid &&
		    !model_has_gone(object))
			look_at_queue(observer, object, now_ns);
}

/* ---- All ---------------------------------------------------------- */

/**
 * observer_event() - something has happened
 * @context: the observer
 * @event: as the model tells it
 */
void observer_event(void *context, const struct model_event *event)
{
	struct observer *observer = context;

	switch ((enum model_event_kind)event->kind) {
	case MODEL_MADE:
		look_at_making(observer, event);
		break;
	case MODEL_REMOVED:
		look_at_removal(observer, event);
		break;
	case MODEL_ENDED:
	case MODEL_VANISHED:
		if (event->object)
			note_end(observer, event->object);
		break;
	case MODEL_NOT_SEEN:
		look_at_hole(observer, event);
		/* What may have gone without having been seen does not count as there. */
		keep_none(&observer->programs);
		break;
	case MODEL_USED:
	case MODEL_SENT:
	case MODEL_RECEIVED:
		if (event->object && event->record)
			look_at_pace(observer, event);
		break;
	case MODEL_FOUND:
	case MODEL_ATTACHED:
	case MODEL_DETACHED:
	case MODEL_FAILED:
	case MODEL_CHANGED:
	case MODEL_UNDONE:
	case MODEL_WAITS:
	case MODEL_DELIVERED:
		break;
	}
}

/**
 * observer_now() - it is so late
 * @observer: the observer
 * @now_ns: as records have times
 */
void observer_now(struct observer *observer, u64 now_ns)
{
	if (now_ns >= observer->often_ns + OFTEN_NS) {
		observer->often_ns = now_ns;
		look_at_waits(observer, now_ns);
		observer->time(observer->context, now_ns);
	}
	if (now_ns >= observer->seldom_ns + SELDOM_NS) {
		observer->seldom_ns = now_ns;
		look_at_unused(observer, now_ns);
		look_at_limits(observer, now_ns);
		look_at_queues(observer, now_ns);
	}
}

/**
 * observer_record() - a record has come
 * @observer: the observer
 * @record: the record; the model gets it after this
 */
void observer_record(struct observer *observer,
		     const struct ipctrace_header *record)
{
	struct facts facts;

	if (record->time_ns >= observer->often_ns + OFTEN_NS)
		observer_now(observer, record->time_ns);
	facts.known = 0;
	facts.since_ns = 0;
	observer->record = record;
	if (record->type == IPCTRACE_TYPE_CALL)
		look_at_call(observer, (const void *)record, &facts);
	if (record->type != IPCTRACE_TYPE_LOST && record->type != IPCTRACE_TYPE_GAP)
		look(observer, RULE_ON_RECORD, record, &facts);
}

/**
 * observer_finish() - that was all
 * @observer: the observer
 */
void observer_finish(struct observer *observer)
{
	u64 now_ns = now_of(observer);

	look_at_waits(observer, now_ns);
	look_at_unused(observer, now_ns);
	look_at_limits(observer, now_ns);
}

/**
 * observer_begin() - look at what a model is going to be told
 * @observer: the observer
 * @model: new, its listener is observer_event()
 * @live: it is of this machine and now
 */
void observer_begin(struct observer *observer, const struct model *model, bool live)
{
	observer->model = model;
	observer->live = live;
}

/**
 * observer_new() - somebody who looks
 * @look: gets what there is to be seen
 * @time: is told the time, about once a second
 * @context: for these
 *
 * Return: the observer, which needs observer_begin(); NULL when memory is short.
 */
struct observer *observer_new(observer_look_t look, observer_time_t time,
			      void *context)
{
	struct observer *observer = calloc(1, sizeof(*observer));

	if (!observer)
		return NULL;
	*observer = (struct observer){
		.look = look,
		.time = time,
		.context = context,
	};
	TAILQ_INIT(&observer->programs.used);
	TAILQ_INIT(&observer->paces.used);
	TAILQ_INIT(&observer->loads.used);
	return observer;
}

/**
 * observer_free() - undo observer_new()
 * @observer: the observer, or NULL; its model stays
 */
void observer_free(struct observer *observer)
{
	if (!observer)
		return;
	keep_none(&observer->loads);
	keep_none(&observer->paces);
	keep_none(&observer->programs);
	free(observer);
}
