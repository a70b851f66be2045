// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: model_semaphores
 *
 * Whoever takes from a semaphore and does not give back holds it. That is how locks are
 * used. Where one process gives what another takes, holding means nothing, and the
 * semaphore is marked for that (model_sem.signals). Some locks are the other way round:
 * one waits until the semaphore is zero, and takes it by adding to it. These are
 * recognised by the first operation that waits for zero. SETVAL and SETALL make new
 * values: after them nobody holds anything, and the kernel has nothing to undo.
 * Nothing is known of operations beyond those that a record has room for.
 */
#include <linux/sem.h>
#include <stdlib.h>
#include <string.h>

#include "model/holes.h"
#include "model/nodes.h"
#include "model/semaphores.h"
#include "model/state.h"
#include "shared/layouts.h"

/* A semaphore of the set, or NULL: its number is beyond those that are kept */
static struct model_sem *sem_of(struct model *model, struct model_object *object,
				u32 num)
{
	struct model_sem *sems;
	u32 nr = object->nr_sems ?: 4;

	if (num >= MODEL_MAX_SEMS)
		return NULL;
	if (num < object->nr_sems)
		return &object->sems[num];
	while (nr <= num)
		nr *= 2;
	if (object->size_from && object->size <= MODEL_MAX_SEMS &&
	    num < object->size)
		nr = object->size;
	sems = model_alloc(model, nr * sizeof(*sems));
	if (!sems)
		return NULL;
	if (object->sems)
		memcpy(sems, object->sems, object->nr_sems * sizeof(*sems));
	model_release(model, object->sems, object->nr_sems * sizeof(*sems));
	object->sems = sems;
	object->nr_sems = nr;
	return &sems[num];
}

/**
 * model_sems_made() - a set was made: Linux makes all values 0
 * @model: the model
 * @object: the set
 * @nr: number of its semaphores
 */
void model_sems_made(struct model *model, struct model_object *object, u32 nr)
{
	u32 i = min_t(u32, nr, MODEL_MAX_SEMS);

	while (i--) {
		struct model_sem *sem = sem_of(model, object, i);

		if (!sem)
			return;
		sem->known = true;
	}
}

/**
 * model_sems_unknown() - something was missed: no value is sure any more
 * @object: the set
 */
void model_sems_unknown(struct model_object *object)
{
	u32 i;

	for (i = 0; i < object->nr_sems; i++)
		object->sems[i].known = false;
}

static struct model_sop sop_at(const struct ipctrace_user *sops, u32 i)
{
	u32 at = i * IPCT_SEMBUF_BYTES;

	return (struct model_sop){
		.sem_num = ipct_user_word(sops, at, 2, false),
		.sem_op = ipct_user_word(sops, at + 2, 2, true),
		.sem_flg = ipct_user_word(sops, at + 4, 2, false),
	};
}

/* @sop: less than 0 takes, whatever it means for the kernel */
static void take(struct model *model, struct model_object *object,
		 struct model_process *process, const struct model_sop *sop,
		 const struct model_who *who)
{
	struct model_hold *hold = model_hold_find(model, object, process,
						  sop->sem_num);

	if (!hold) {
		hold = model_hold_new(model, object, process, sop->sem_num);
		if (!hold)
			return;
		hold->since = *who;
		hold->since_ns = who->time_ns;
	}
	hold->taken -= sop->sem_op;
	if (sop->sem_flg & SEM_UNDO)
		hold->undo -= sop->sem_op;
}

/* All that was done with it so far was recorded. */
static bool is_whole(const struct model *model, const struct model_object *object)
{
	return object->made.from == MODEL_RECORDED &&
	       !model_hole_of(model, object, object->made.time_ns,
			      object->seen_ns);
}

/*
 * A process gives what it was not seen to take. If not everything was recorded it may
 * have taken it unseen, once.
 */
static void signals(const struct model *model, struct model_object *object,
		    const struct model_process *process, struct model_sem *sem)
{
	struct model_use *use = TAILQ_FIRST(&object->uses);

	if (object->made.from && object->made.tgid == process->last.tgid)
		return;
	if (use && use->process == process && !(use->flags & MODEL_USE_GAVE)) {
		use->flags |= MODEL_USE_GAVE;
		if (!is_whole(model, object))
			return;
	}
	sem->signals++;
}

static void give(struct model *model, struct model_object *object,
		 struct model_process *process, const struct model_sop *sop,
		 struct model_sem *sem)
{
	struct model_hold *hold = model_hold_find(model, object, process,
						  sop->sem_num);

	if (!hold) {
		if (sem)
			signals(model, object, process, sem);
		return;
	}
	hold->taken -= sop->sem_op;
	if (sop->sem_flg & SEM_UNDO)
		hold->undo -= sop->sem_op;
	if (hold->taken <= 0)
		model_hold_end(model, hold);
	else if (hold->undo < 0)
		hold->undo = 0;
}

/* @num: ~0 for all. Ends only what was taken before a time. */
static void nobody_holds(struct model *model, struct model_object *object, u32 num,
			 u64 until_ns)
{
	struct model_hold *hold, *next;

	for (hold = TAILQ_FIRST(&object->holds); hold; hold = next) {
		next = TAILQ_NEXT(hold, of_object);
		if ((num == ~0U || hold->sem_num == num) &&
		    hold->since_ns < until_ns)
			model_hold_end(model, hold);
	}
}

/* Somebody has waited for zero, so what looked like holding so far was not. */
static void turn_round(struct model *model, struct model_object *object,
		       struct model_sem *sem, u32 num)
{
	if (sem->by_zero)
		return;
	sem->by_zero = true;
	sem->signals = 0;
	nobody_holds(model, object, num, ~0ULL);
}

/**
 * model_sems_operated() - a semop() or semtimedop() has worked
 * @model: the model
 * @object: the set
 * @process: the caller
 * @record: the call
 * @who: the caller as it is kept
 */
void model_sems_operated(struct model *model, struct model_object *object,
			 struct model_process *process,
			 const struct ipctrace_call *record,
			 const struct model_who *who)
{
	const struct ipctrace_user *sops = ipct_user_in(record, 1);
	u32 i, nr = sops ? ipct_user_sops(sops) : 0;

	if ((!sops || sops->count > nr) && !object->hole_ns)
		object->hole_ns = record->header.time_ns;
	for (i = 0; i < nr; i++) {
		struct model_sop sop = sop_at(sops, i);
		struct model_sem *sem = sem_of(model, object, sop.sem_num);

		if (sem)
			sem->value += sop.sem_op;
		if (sem && !sop.sem_op)
			turn_round(model, object, sem, sop.sem_num);
		if (sem && sem->by_zero)
			sop.sem_op = -sop.sem_op;
		if (sop.sem_op < 0)
			take(model, object, process, &sop, who);
		else if (sop.sem_op > 0)
			give(model, object, process, &sop, sem);
	}
}

/*
 * A call that waits for the value that SETVAL or SETALL then makes may take from it and
 * end before that call does.
 */
static void take_early(struct model_object *object, u32 num)
{
	const struct model_hold *hold;

	TAILQ_FOREACH(hold, &object->holds, of_object)
		if ((num == ~0U || hold->sem_num == num) &&
		    hold->sem_num < object->nr_sems)
			object->sems[hold->sem_num].value +=
				object->sems[hold->sem_num].by_zero ?
				hold->taken : -hold->taken;
}

static void set_value(struct model *model, struct model_object *object, u32 num,
		      s32 value)
{
	struct model_sem *sem = sem_of(model, object, num);

	if (!sem)
		return;
	sem->known = true;
	sem->value = value;
}

static void set_all(struct model *model, struct model_object *object,
		    const struct ipctrace_user *user)
{
	u32 i;

	for (i = 0; user && i < user->bytes / 2; i++)
		set_value(model, object, i, ipct_user_word(user, 2 * i, 2, false));
}

/**
 * model_sems_set() - a semctl() has worked
 * @model: the model
 * @object: the set
 * @record: the call
 * @cmd: its command
 */
void model_sems_set(struct model *model, struct model_object *object,
		    const struct ipctrace_call *record, u32 cmd)
{
	u64 args[IPCTRACE_NR_ARGS];
	u8 arg = ipct_ctl_buf_arg(record->header.call);
	u32 unknown = ipct_call_args(record, args);
	struct model_sem *sem;

	switch (cmd) {
	case SETVAL:
		nobody_holds(model, object, args[1], model_begin_ns(record));
		set_value(model, object, args[1], (s32)args[arg]);
		take_early(object, args[1]);
		sem = sem_of(model, object, args[1]);
		if (sem && unknown & 1U << arg)
			sem->known = false;
		break;
	case SETALL:
		nobody_holds(model, object, ~0U, model_begin_ns(record));
		set_all(model, object, ipct_user_in(record, arg));
		take_early(object, ~0U);
		break;
	case GETVAL:
		set_value(model, object, args[1], record->ret);
		break;
	case GETALL:
		set_all(model, object, ipct_user_out(record, arg));
		break;
	}
}

/**
 * model_sems_undone() - SEM_UNDO has given back what a process took
 * @model: the model
 * @object: the set
 * @process: the process, which ends or leaves its namespace
 * @record: the event
 */
void model_sems_undone(struct model *model, struct model_object *object,
		       struct model_process *process,
		       const struct ipctrace_call *record)
{
	const struct ipctrace_user *user =
		ipct_part_find(record, IPCTRACE_PART_UNDO, sizeof(*user));
	u32 i, nr = user ? min_t(u32, user->bytes,
				 user->part.len - sizeof(*user)) / 2 : 0;

	for (i = 0; i < nr; i++) {
		s32 value = ipct_user_word(user, 2 * i, 2, true);
		struct model_hold *hold =
			model_hold_find(model, object, process, i);
		struct model_sem *sem = value ? sem_of(model, object, i) : NULL;

		if (sem)
			sem->value += value;
		if (!hold || !value)
			continue;
		if (sem && sem->by_zero)
			value = -value;
		hold->taken -= value;
		hold->undo = 0;
		if (hold->taken <= 0)
			model_hold_end(model, hold);
	}
}

/* ---- Waits ---------------------------------------------------------------------- */

static void describe(struct model_wait *wait, const struct ipctrace_call *record)
{
	const struct ipctrace_user *sops;
	u64 args[IPCTRACE_NR_ARGS];
	u32 i;

	wait->call = record->header.call;
	wait->since_ns = model_begin_ns(record);
	if (wait->call == IPCTRACE_CALL_msgrcv) {
		ipct_call_args(record, args);
		wait->msgtyp = ipct_arg_value(IPCT_MTYPE, args[3],
					      record->header.abi);
	}
	if (wait->call != IPCTRACE_CALL_semop &&
	    wait->call != IPCTRACE_CALL_semtimedop)
		return;
	sops = ipct_user_in(record, 1);
	if (!sops)
		return;
	wait->nr_sops = sops->count ?: ipct_user_sops(sops);
	for (i = 0; i < ipct_user_sops(sops) && i < MODEL_MAX_SOPS; i++)
		wait->sops[i] = sop_at(sops, i);
}

/**
 * model_waits() - a call is in flight
 * @model: the model
 * @object: what it is about
 * @process: the caller
 * @record: of IPCTRACE_TYPE_ENTER
 */
void model_waits(struct model *model, struct model_object *object,
		 struct model_process *process,
		 const struct ipctrace_call *record)
{
	struct model_wait *wait = model_wait_find(model, record->tid);

	if (wait && (wait->object != object || wait->process != process ||
		     wait->since_ns != model_begin_ns(record))) {
		model_wait_end(model, wait);
		wait = NULL;
	}
	if (!wait) {
		wait = model_wait_new(model, object, process, record->tid);
		if (!wait)
			return;
		describe(wait, record);
	}
	wait->seen_ns = record->header.time_ns;
}

/**
 * model_waits_no_more() - a thread is no longer in the call that it was in
 * @model: the model
 * @record: shows that: a call of the thread has ended
 */
void model_waits_no_more(struct model *model, const struct ipctrace_call *record)
{
	struct model_wait *wait;

	if (!model->waits.nr)
		return;
	wait = model_wait_find(model, record->tid);
	if (wait)
		model_wait_end(model, wait);
}
