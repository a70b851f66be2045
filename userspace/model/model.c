// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: model
 *
 * The state of a machine, rebuilt from records: who made, changed, uses, holds and
 * removed which object. Records come from any source, in order of time; where there
 * is a kernel to ask, it is asked about what is older than they are. Nothing is stated
 * that was not seen: a record that shows an object does not say who made it.
 *
 * A record is made at the end of a call, and calls may do their work in one order and
 * leave their records in another. So the record of the call that destroyed an object,
 * or made it, can come after records that it would have explained.
 *
 * See "The model" in docs/architecture.md for what it costs and what it forgets.
 */
#include <errno.h>
#include <linux/ipc.h>
#include <linux/msg.h>
#include <linux/sem.h>
#include <linux/shm.h>
#include <stdlib.h>
#include <string.h>

#include "model/attachments.h"
#include "model/messages.h"
#include "model/model.h"
#include "model/nodes.h"
#include "model/objects.h"
#include "model/processes.h"
#include "model/semaphores.h"
#include "model/state.h"
#include "model/who.h"
#include "shared/layouts.h"
#include "shared/syscalls.h"

#define PROMPT_NS	1000000000ULL	/* a call that does not sleep has ended by then */

/**
 * struct turn - a record that is being taken in
 * @model: the model
 * @record: the record
 * @begin_ns: when its call began
 * @who: its caller
 * @process: the caller's process
 * @object: what it is about, or NULL
 * @use: what the process does with that object, or NULL
 * @waited: its call was seen to wait
 */
struct turn {
	struct model *model;
	const struct ipctrace_call *record;
	u64 begin_ns;
	struct model_who who;
	struct model_process *process;
	struct model_object *object;
	struct model_use *use;
	bool waited;
};

static void tell(const struct turn *turn, enum model_event_kind kind,
		 const struct model_message *message)
{
	const struct model_event event = {
		.kind = kind,
		.record = turn->record,
		.object = turn->object,
		.process = turn->process,
		.message = message,
	};

	model_tell(turn->model, &event);
}

/* ---- Holes ----------------------------------------------------------------------- */

static void take_hole(struct model *model, const struct ipctrace_call *record,
		      const struct model_hole *hole)
{
	const struct model_event event = {
		.kind = MODEL_NOT_SEEN,
		.record = record,
		.hole = model_hole_add(model, hole),
	};

	model_tell(model, &event);
}

static u64 last_of_cpu(const struct model *model, u16 cpu)
{
	return cpu < MODEL_NR_CPUS ? model->cpu_ns[cpu] : 0;
}

static void take_lost(struct model *model, const struct ipctrace_lost *lost)
{
	const struct model_hole hole = {
		.cause = MODEL_HOLE_LOST,
		.begin_ns = last_of_cpu(model, lost->header.cpu),
		.end_ns = lost->header.time_ns,
		.count = lost->count,
	};

	model->sums.lost += lost->count;
	take_hole(model, NULL, &hole);
}

static void take_gap(struct model *model, const struct ipctrace_call *record)
{
	const struct ipctrace_gap *gap =
		ipct_part_find(record, IPCTRACE_PART_GAP, sizeof(*gap));
	struct model_hole hole;

	if (!gap)
		return;
	hole = (struct model_hole){
		.cause = min_t(u32, gap->cause, MODEL_HOLE_BEFORE - 1),
		.begin_ns = gap->begin_ns,
		.end_ns = gap->end_ns ?: ~0ULL,
	};
	model_who(model, &hole.by, record);
	take_hole(model, record, &hole);
}

/* The result of a missed call, and so what it did, is not known. */
static void take_missed(struct turn *turn)
{
	const struct ipctrace_call *record = turn->record;
	const struct model_hole hole = {
		.cause = MODEL_HOLE_MISSED,
		.begin_ns = record->header.time_ns,
		.end_ns = record->header.time_ns + PROMPT_NS,
		.by = turn->who,
	};
	const struct ipct_syscall *row;
	u64 args[IPCTRACE_NR_ARGS];
	struct model_object *object;

	turn->model->sums.missed++;
	take_hole(turn->model, record, &hole);
	if (record->header.call >= IPCTRACE_NR_CALLS)
		return;
	row = &ipct_syscalls[record->header.call];
	ipct_call_args(record, args);
	object = model_object_find(turn->model, record->ipc_ns, row->family,
				   (s32)args[0]);
	if (row->object == IPCT_OBJECT_ARG0 && object && !object->hole_ns)
		object->hole_ns = record->header.time_ns;
}

/* ---- Which object ----------------------------------------------------------------- */

/* Once something was missed, what was known of the object is no longer certain. */
static void settle(struct model *model, struct model_object *object)
{
	if (object->holes == model->told_holes)
		return;
	object->holes = model->told_holes;
	model_queue_unknown(object);
	model_sems_unknown(object);
}

/* The object that a record shows, in a namespace; @segment: the record's, or NULL */
static struct model_object *shown_in(struct turn *turn, u32 ipc_ns,
				     const struct ipctrace_segment *segment)
{
	const struct ipctrace_call *record = turn->record;

	if (record->header.flags & IPCTRACE_F_OBJECT)
		return model_object_shown(turn->model, ipc_ns,
					  ipct_family_of(record->header.flags),
					  &record->object, turn->begin_ns,
					  record->header.time_ns);
	return segment ? model_object_find(turn->model, ipc_ns, IPCTRACE_SHM,
					   segment->id) : NULL;
}

/*
 * The segment of a shmdt(). It need not be in the caller's namespace, which is the one
 * that the record has. If the record does not tell the segment's own, and the attachment
 * is not known, it is taken to be in the caller's, unless the segment with that id was
 * seen to be made: then all its attachments would be known.
 */
static struct model_object *detached(struct turn *turn,
				     const struct ipctrace_segment *segment)
{
	const struct ipctrace_call *record = turn->record;
	struct model_object *object = model_attached_at(turn->model, record->tgid,
							segment->addr, segment->id);

	if (object && !model_object_was_gone(object, turn->begin_ns) &&
	    (!segment->ipc_ns || object->ipc_ns == segment->ipc_ns))
		return object;
	if (segment->ipc_ns)
		return shown_in(turn, segment->ipc_ns, segment);
	object = model_object_find(turn->model, record->ipc_ns, IPCTRACE_SHM,
				   segment->id);
	if (object && (model_object_was_gone(object, turn->begin_ns) ||
		       (record->header.flags & IPCTRACE_F_OBJECT &&
			object->key != record->object.key) ||
		       object->made.from == MODEL_RECORDED))
		return NULL;
	return object;
}

static struct model_object *shown(struct turn *turn)
{
	const struct ipctrace_call *record = turn->record;
	u8 family = ipct_family_of(record->header.flags);
	const struct ipctrace_segment *segment;

	if (family == IPCTRACE_ANY)
		return NULL;
	segment = family == IPCTRACE_SHM ?
		  ipct_part_find(record, IPCTRACE_PART_SEGMENT,
				 sizeof(*segment)) : NULL;
	/* The record of a call in flight has the object, but not where it was attached. */
	if (record->header.call == IPCTRACE_CALL_shmdt)
		return segment ? detached(turn, segment) : NULL;
	if (record->header.flags & IPCTRACE_F_CREATED &&
	    record->header.flags & IPCTRACE_F_OBJECT)
		return model_object_made(turn->model, record->ipc_ns, family,
					 &record->object, turn->begin_ns,
					 record->header.time_ns);
	return shown_in(turn, record->ipc_ns, segment);
}

/*
 * A call has found nothing under the id or the key that it named: the object that was
 * there must have gone before.
 */
static void take_absence(struct turn *turn)
{
	const struct ipctrace_call *record = turn->record;
	const struct ipct_syscall *row = &ipct_syscalls[record->header.call];
	struct model_object *object = NULL;
	u64 args[IPCTRACE_NR_ARGS];

	ipct_call_args(record, args);
	if (row->object == IPCT_OBJECT_ARG0 &&
	    (record->ret == -EINVAL || record->ret == -EIDRM))
		object = model_object_find(turn->model, record->ipc_ns,
					   row->family, (s32)args[0]);
	else if (row->follow == IPCT_FOLLOW_MAKE && (s32)args[0])
		object = model_object_find_key(turn->model, record->ipc_ns,
					       row->family, (s32)args[0]);
	if (!object || model_has_gone(object))
		return;
	if ((row->object == IPCT_OBJECT_ARG0 || record->ret == -ENOENT) &&
	    object->seen_ns < turn->begin_ns && object->state == MODEL_THERE)
		model_object_vanishes(turn->model, object, record);
	turn->object = object;
}

/* ---- Its size, and what the kernel counts -------------------------------------------- */

static void set_size(struct model_object *object, u64 size)
{
	object->size = size;
	object->size_from = MODEL_RECORDED;
}

static void take_member(struct model_object *object,
			const struct ipct_member *member, u64 value)
{
	static const struct {
		const char *name;
		size_t offset;
		u8 bytes;
	} places[] = {
#define PLACE(name, member) \
	{ name, offsetof(struct model_stat, member), \
	  sizeof(((struct model_stat *)0)->member) }
		PLACE("msg_qnum", qnum), PLACE("msg_cbytes", cbytes),
		PLACE("msg_lspid", lpid), PLACE("msg_lrpid", lrpid),
		PLACE("msg_stime", atime_s), PLACE("msg_rtime", dtime_s),
		PLACE("msg_ctime", ctime_s), PLACE("sem_otime", atime_s),
		PLACE("sem_ctime", ctime_s), PLACE("shm_nattch", nattch),
		PLACE("shm_cpid", cpid), PLACE("shm_lpid", lpid),
		PLACE("shm_atime", atime_s), PLACE("shm_dtime", dtime_s),
		PLACE("shm_ctime", ctime_s),
#undef PLACE
	};
	size_t i;

	if (!strcmp(member->name, "msg_qbytes") ||
	    !strcmp(member->name, "sem_nsems") ||
	    !strcmp(member->name, "shm_segsz"))
		set_size(object, value);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		char *place = (char *)&object->stat + places[i].offset;

		if (strcmp(places[i].name, member->name))
			continue;
		if (places[i].bytes == 4)
			*(u32 *)place = value;
		else
			*(u64 *)place = value;
	}
}

/* A program has asked the kernel itself, and the record has the answer. */
static void take_stat(struct turn *turn, u32 raw)
{
	const struct ipctrace_user *user;
	const struct ipct_member *member;
	struct ipct_ctl ctl;
	u64 value;

	ipct_ctl(&ctl, turn->record, raw);
	if (ctl.use != IPCT_USE_GET || !ctl.members)
		return;
	user = ipct_ctl_user(&ctl, turn->record,
			     ipct_ctl_buf_arg(turn->record->header.call));
	if (!user)
		return;
	turn->object->stat.from = MODEL_RECORDED;
	turn->object->stat.time_ns = turn->record->header.time_ns;
	for (member = ctl.members; member->name; member++) {
		if (!ipct_member_value(user, member, ctl.layout, &value))
			continue;
		take_member(turn->object, member, value);
		if (!strcmp(member->name, "msg_qnum") && !value)
			model_queue_empty(turn->model, turn->object,
					  turn->record);
	}
}

/* ---- Calls that work ---------------------------------------------------------------- */

static void note(struct turn *turn, u32 flag)
{
	if (turn->use)
		turn->use->flags |= flag;
}

static void take_make(struct turn *turn)
{
	const struct ipctrace_call *record = turn->record;
	struct model_object *object = turn->object;
	u64 args[IPCTRACE_NR_ARGS];

	ipct_call_args(record, args);
	if (!(record->header.flags & IPCTRACE_F_CREATED)) {
		if (record->header.flags & IPCTRACE_F_FOUND)
			note(turn, MODEL_USE_FOUND);
		tell(turn, MODEL_FOUND, NULL);
		return;
	}
	object->made = turn->who;
	note(turn, MODEL_USE_MADE);
	if (object->family == IPCTRACE_MSG) {
		object->queue_known = object->calls <= 1 &&
				      turn->begin_ns > turn->model->hole_until_ns;
		object->known_ns = 0;
	} else if (object->family == IPCTRACE_SEM) {
		set_size(object, (u32)args[1]);
		if (object->calls <= 1)
			model_sems_made(turn->model, object, args[1]);
	} else {
		set_size(object, ipct_arg_value(IPCT_SIZE, args[1],
						record->header.abi));
	}
	tell(turn, MODEL_MADE, NULL);
}

static void take_set(struct turn *turn)
{
	const struct ipctrace_set *set =
		ipct_part_find(turn->record, IPCTRACE_PART_SET, sizeof(*set));
	struct model_object *object = turn->object;

	if (!set || model_has_gone(object))
		return;
	if (set->valid & IPCTRACE_SET_AFTER) {
		object->uid = set->after_uid;
		object->gid = set->after_gid;
		object->mode = set->after_mode;
		object->perm_from = MODEL_RECORDED;
	}
	if (set->valid & IPCTRACE_SET_QBYTES && object->family == IPCTRACE_MSG)
		set_size(object, set->after_qbytes);
}

/* IPC_RMID destroys a set or a queue at once, a segment with its last detach. */
static void take_rmid(struct turn *turn)
{
	struct model_object *object = turn->object;
	struct model_attachment *attachment;

	note(turn, MODEL_USE_REMOVED);
	if (!object->rmid.from)
		object->rmid = turn->who;
	if (object->state == MODEL_DESTROYED) {
		if (object->destroyed.tid == turn->who.tid &&
		    object->destroyed.time_ns >= turn->begin_ns)
			object->destroyed_in_call = true;
	} else if (object->family != IPCTRACE_SHM) {
		model_object_goes(turn->model, object, MODEL_DESTROYED);
	} else if (object->state == MODEL_THERE) {
		object->state = MODEL_MARKED;
	}
	TAILQ_FOREACH(attachment, &object->attachments, of_object)
		if (!attachment->until_ns)
			attachment->there = true;
	tell(turn, MODEL_REMOVED, NULL);
}

static void take_change(struct turn *turn)
{
	turn->object->changed = turn->who;
	note(turn, MODEL_USE_CHANGED);
	tell(turn, MODEL_CHANGED, NULL);
}

static void take_ctl(struct turn *turn)
{
	const struct ipctrace_call *record = turn->record;
	u8 family = turn->object->family;
	u64 args[IPCTRACE_NR_ARGS];
	u32 raw;

	ipct_call_args(record, args);
	raw = ipct_ctl_cmd(record, args);
	if (turn->who.cmd == IPC_RMID) {
		take_rmid(turn);
	} else if (turn->who.cmd == IPC_SET) {
		take_set(turn);
		take_change(turn);
	} else if (family == IPCTRACE_SHM && (turn->who.cmd == SHM_LOCK ||
					      turn->who.cmd == SHM_UNLOCK)) {
		take_change(turn);
	} else {
		if (family == IPCTRACE_SEM)
			model_sems_set(turn->model, turn->object, record,
				       turn->who.cmd);
		take_stat(turn, raw);
		if (family == IPCTRACE_SEM && (turn->who.cmd == SETVAL ||
					       turn->who.cmd == SETALL))
			take_change(turn);
		else
			tell(turn, MODEL_USED, NULL);
	}
}

static void note_party(struct model_party *party, const struct model_who *who)
{
	party->tgid = who->tgid;
	party->time_ns = who->time_ns;
	memcpy(party->comm, who->comm, sizeof(party->comm));
}

static void take_send(struct turn *turn)
{
	const struct model_message *message;
	u64 before = turn->object->sent;

	note_party(&turn->object->sender, &turn->who);
	message = model_message_sent(turn->model, turn->object, turn->record,
				     &turn->who);
	if (turn->use)
		turn->use->bytes += turn->object->sent - before;
	tell(turn, MODEL_SENT, message);
}

static void take_receive(struct turn *turn)
{
	const struct ipctrace_call *record = turn->record;
	const struct model_message *message;
	u64 args[IPCTRACE_NR_ARGS];

	if (turn->use)
		turn->use->bytes += record->ret;
	ipct_call_args(record, args);
	if (args[4] & MSG_COPY) {
		tell(turn, MODEL_USED, NULL);
		return;
	}
	note_party(&turn->object->receiver, &turn->who);
	message = model_message_received(turn->model, turn->object, record,
					 &turn->who, turn->waited);
	tell(turn, MODEL_RECEIVED, message);
}

static void take_attach(struct turn *turn)
{
	const struct ipctrace_segment *segment =
		ipct_part_find(turn->record, IPCTRACE_PART_SEGMENT,
			       sizeof(*segment));

	if (segment && segment->size_bytes)
		set_size(turn->object, segment->size_bytes);
	model_attached_by_call(turn->model, turn->object, turn->process,
			       turn->record);
	tell(turn, MODEL_ATTACHED, NULL);
}

static void take_detach(struct turn *turn)
{
	struct model_object *object = turn->object;

	if (object->state == MODEL_DESTROYED &&
	    object->destroyed.tid == turn->who.tid &&
	    object->destroyed.time_ns >= turn->begin_ns)
		object->destroyed_by_detach = true;
	model_detached(turn->model, object, turn->process, turn->record);
	tell(turn, MODEL_DETACHED, NULL);
}

static void take_work(struct turn *turn, u8 follow)
{
	turn->object->used = turn->who;
	note(turn, MODEL_USE_WORKED);
	switch (follow) {
	case IPCT_FOLLOW_SEND:
		take_send(turn);
		break;
	case IPCT_FOLLOW_RECEIVE:
		take_receive(turn);
		break;
	case IPCT_FOLLOW_SOPS:
		model_sems_operated(turn->model, turn->object, turn->process,
				    turn->record, &turn->who);
		tell(turn, MODEL_USED, NULL);
		break;
	case IPCT_FOLLOW_ATTACH:
		take_attach(turn);
		break;
	case IPCT_FOLLOW_DETACH:
		take_detach(turn);
		break;
	}
}

/* ---- Calls ----------------------------------------------------------------------------- */

static void take_failure(struct turn *turn)
{
	const struct ipctrace_call *record = turn->record;

	turn->process->errors++;
	if (!turn->object) {
		take_absence(turn);
		if (!turn->object)
			return;
		tell(turn, MODEL_FAILED, NULL);
		return;
	}
	turn->object->errors++;
	if (turn->use)
		turn->use->errors++;
	if (record->ret == -EIDRM) {
		note(turn, MODEL_USE_CUT_OFF);
		if (turn->object->family != IPCTRACE_SHM &&
		    !model_has_gone(turn->object))
			model_object_vanishes(turn->model, turn->object, record);
	}
	if (record->header.call == IPCTRACE_CALL_msgrcv && record->ret == -ENOMSG)
		model_queue_looked(turn->model, turn->object, record);
	tell(turn, MODEL_FAILED, NULL);
}

static void take_call(struct turn *turn)
{
	const struct ipctrace_call *record = turn->record;
	const struct ipct_syscall *row = &ipct_syscalls[record->header.call];
	const struct model_wait *wait = model_wait_find(turn->model, record->tid);
	struct model_object *object;

	turn->waited = wait && wait->since_ns == turn->begin_ns &&
		       wait->call == record->header.call;
	model_waits_no_more(turn->model, record);
	turn->process->calls++;
	object = shown(turn);
	turn->object = object;
	if (object) {
		settle(turn->model, object);
		object->calls++;
		turn->use = model_use_of(turn->model, object, turn->process);
	}
	if (turn->use) {
		turn->use->calls++;
		turn->use->last_ns = record->header.time_ns;
		if (!turn->use->first_ns)
			turn->use->first_ns = record->header.time_ns;
	}
	if (model_failed(record)) {
		take_failure(turn);
		return;
	}
	if (!object)
		return;
	if (row->follow == IPCT_FOLLOW_MAKE)
		take_make(turn);
	else if (row->follow == IPCT_FOLLOW_CTL)
		take_ctl(turn);
	else
		take_work(turn, row->follow);
}

static void take_enter(struct turn *turn)
{
	turn->object = shown(turn);
	if (!turn->object || !ipct_syscalls[turn->record->header.call].blocks)
		return;
	settle(turn->model, turn->object);
	model_waits(turn->model, turn->object, turn->process, turn->record);
	if (turn->record->header.call == IPCTRACE_CALL_msgrcv)
		model_queue_looked(turn->model, turn->object, turn->record);
	tell(turn, MODEL_WAITS, NULL);
}

/* ---- Events ------------------------------------------------------------------------------ */

static void take_destroy(struct turn *turn)
{
	struct model_object *object = turn->object;

	object->destroyed_marked = object->state == MODEL_MARKED;
	object->destroyed = turn->who;
	object->destroyed_by_detach = object->detached_ns &&
				      object->detached_tid == turn->who.tid;
	model_object_goes(turn->model, object, MODEL_DESTROYED);
	tell(turn, MODEL_ENDED, NULL);
}

static void take_event(struct turn *turn)
{
	const struct ipctrace_call *record = turn->record;
	struct model_object *object = turn->object = shown(turn);

	if (!object)
		return;
	settle(turn->model, object);
	object->events++;
	switch (record->header.type) {
	case IPCTRACE_TYPE_ATTACH:
		model_attached_by_fork(turn->model, object, turn->process, record);
		tell(turn, MODEL_ATTACHED, NULL);
		break;
	case IPCTRACE_TYPE_DETACH:
		object->detached_tid = record->tid;
		object->detached_ns = record->header.time_ns;
		model_detached(turn->model, object, turn->process, record);
		tell(turn, MODEL_DETACHED, NULL);
		break;
	case IPCTRACE_TYPE_UNDO:
		model_sems_undone(turn->model, object, turn->process, record);
		tell(turn, MODEL_UNDONE, NULL);
		break;
	case IPCTRACE_TYPE_DESTROY:
		take_destroy(turn);
		break;
	}
}

/* ---- All ---------------------------------------------------------- */

static void take(struct model *model, const struct ipctrace_call *record)
{
	struct turn turn = {
		.model = model,
		.record = record,
		.begin_ns = model_begin_ns(record),
	};
	bool is_call = record->header.call < IPCTRACE_NR_CALLS;

	model_who(model, &turn.who, record);
	turn.process = model_process_heard(model, record, &turn.who);
	if (!turn.process)
		return;
	switch (record->header.type) {
	case IPCTRACE_TYPE_CALL:
		if (is_call)
			take_call(&turn);
		break;
	case IPCTRACE_TYPE_ENTER:
		if (is_call)
			take_enter(&turn);
		break;
	case IPCTRACE_TYPE_MISSED:
		take_missed(&turn);
		break;
	case IPCTRACE_TYPE_DIED:
		model_waits_no_more(model, record);
		break;
	default:
		take_event(&turn);
	}
}

/**
 * model_feed() - take in a record
 * @model: the model
 * @record: as long as its header says, in order of time; unknown types are skipped
 */
void model_feed(struct model *model, const struct ipctrace_header *record)
{
	enum ipct_type_kind kind = ipct_type_kind(record->type);
	struct model_sums *sums = &model->sums;

	if (kind == IPCT_TYPE_OTHER || record->len < ipct_type_min_bytes(record->type))
		return;
	sums->records++;
	if (kind == IPCT_TYPE_LOST) {
		take_lost(model, (const void *)record);
		return;
	}
	if (!sums->first_ns || record->time_ns < sums->first_ns)
		sums->first_ns = record->time_ns;
	if (record->time_ns > sums->last_ns)
		sums->last_ns = record->time_ns;
	if (kind == IPCT_TYPE_GAP)
		take_gap(model, (const void *)record);
	else
		take(model, (const void *)record);
	if (record->cpu < MODEL_NR_CPUS)
		model->cpu_ns[record->cpu] = record->time_ns;
}

/**
 * model_finish() - there are no more records
 * @model: the model; the listener is told of all messages that were received
 */
void model_finish(struct model *model)
{
	struct model_object *object;

	TAILQ_FOREACH(object, &model->objects, all)
		model_queue_finish(model, object);
	TAILQ_FOREACH(object, &model->gone, all)
		model_queue_finish(model, object);
}

/**
 * model_listen() - be told what happens
 * @model: the model; it has one listener
 * @listener: called for each event, when the model has taken it in; NULL: nobody
 * @context: for @listener
 */
void model_listen(struct model *model, model_listener_t listener, void *context)
{
	model->listener = listener;
	model->context = context;
}

/**
 * model_new() - a model that knows nothing
 *
 * Return: the model, or NULL when there is no memory.
 */
struct model *model_new(void)
{
	struct model *model = calloc(1, sizeof(*model));

	if (!model)
		return NULL;
	model->sums.bytes = sizeof(*model);
	TAILQ_INIT(&model->objects);
	TAILQ_INIT(&model->gone);
	TAILQ_INIT(&model->processes);
	return model;
}

/**
 * model_free() - undo model_new()
 * @model: the model, or NULL
 */
void model_free(struct model *model)
{
	if (!model)
		return;
	model->listener = NULL;
	model_objects_free(model);
	model_processes_free(model);
	model_origins_free(model);
	hash_free(&model->by_id);
	hash_free(&model->by_key);
	hash_free(&model->by_tgid);
	hash_free(&model->uses);
	hash_free(&model->attachments);
	hash_free(&model->holds);
	hash_free(&model->waits);
	free(model->holes);
	free(model->limits);
	free(model);
}

/* ---- Questions ---------------------------------------------------------------------------- */

/**
 * model_sums() - what a model has gone through, and forgotten
 * @model: the model
 */
const struct model_sums *model_sums(const struct model *model)
{
	return &model->sums;
}

/**
 * model_objects() - objects that are there, including those that are marked
 * @model: the model
 *
 * Return: list by model_object.all; the last heard of is at the end
 */
const struct model_objects *model_objects(const struct model *model)
{
	return &model->objects;
}

/**
 * model_gone() - objects that have gone
 * @model: the model
 *
 * Return: list by model_object.all; in the order in which they went
 */
const struct model_objects *model_gone(const struct model *model)
{
	return &model->gone;
}

/**
 * model_processes() - processes, including dead ones
 * @model: the model
 *
 * Return: list by model_process.all; the last heard of is at the end
 */
const struct model_processes *model_processes(const struct model *model)
{
	return &model->processes;
}

/**
 * model_find_id() - the latest object with an id
 * @model: the model
 * @ipc_ns: its namespace
 * @family: enum ipctrace_family
 * @id: its id
 *
 * Return: the object, which may have gone, or NULL. Earlier ones are among those that
 * have gone.
 */
const struct model_object *model_find_id(const struct model *model, u32 ipc_ns,
					 u8 family, s32 id)
{
	return model_object_find(model, ipc_ns, family, id);
}

/**
 * model_find_key() - the latest object with a key
 * @model: the model
 * @ipc_ns: its namespace
 * @family: enum ipctrace_family
 * @key: its key, not IPC_PRIVATE
 *
 * Return: the object, which may have gone, or NULL. Earlier ones are among those that
 * have gone.
 */
const struct model_object *model_find_key(const struct model *model, u32 ipc_ns,
					  u8 family, s32 key)
{
	return model_object_find_key(model, ipc_ns, family, key);
}

/**
 * model_find_process() - the process that has a number now
 * @model: the model
 * @tgid: the number
 *
 * Return: the process, or NULL.
 */
const struct model_process *model_find_process(const struct model *model, u32 tgid)
{
	return model_process_find(model, tgid);
}
