// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: model_blocking
 *
 * A call that waits for a semaphore waits for those who hold it. If the thread that
 * took it waits as well, the search goes on from there. If it comes back to the first
 * call, and nobody on the way can go on, it is a deadlock. It is none if some holder can
 * still give the semaphore back: a process that does not wait, or one of which only
 * another thread waits.
 */
#include "model/blocking.h"
#include "model/holes.h"
#include "model/nodes.h"
#include "model/state.h"

/**
 * struct walk - from call to call
 * @model: the model
 * @nr: number of @waits
 * @waits: the calls, the first one first
 * @from: from which call each was reached
 * @last: the call that waits for what the first one's thread holds, or ~0
 * @left: somebody has died, and left a semaphore taken
 * @incomplete: a hole, since one of the semaphores was taken
 */
struct walk {
	const struct model *model;
	u32 nr;
	const struct model_wait *waits[MODEL_MAX_CIRCLE];
	u32 from[MODEL_MAX_CIRCLE];
	u32 last;
	bool left;
	const struct model_hole *incomplete;
};

/* Does such an operation wait for those who hold the semaphore? */
static bool is_taking(const struct model_wait *wait, const struct model_sop *sop)
{
	const struct model_sem *sem = model_sem(wait->object, sop->sem_num);

	return sem && sem->by_zero ? !sop->sem_op : sop->sem_op < 0;
}

static const struct model_hold *next_hold(const struct model_hold *hold, u32 num)
{
	while (hold && hold->sem_num != num)
		hold = TAILQ_NEXT(hold, of_object);
	return hold;
}

#define for_each_hold(hold, object, num)				\
	for ((hold) = next_hold(TAILQ_FIRST(&(object)->holds), num);	\
	     (hold); (hold) = next_hold(TAILQ_NEXT(hold, of_object), num))

/* What the operations before number @nr have made of a semaphore */
static s32 added_before(const struct model_wait *wait, u32 nr, u16 num)
{
	s32 added = 0;
	u32 i;

	for (i = 0; i < nr; i++)
		if (wait->sops[i].sem_num == num)
			added += wait->sops[i].sem_op;
	return added;
}

static bool is_blocked(const struct model_wait *wait, u32 i)
{
	const struct model_sop *sop = &wait->sops[i];
	const struct model_sem *sem = model_sem(wait->object, sop->sem_num);
	s32 value;

	if (!sem || !sem->known)
		return is_taking(wait, sop) &&
		       next_hold(TAILQ_FIRST(&wait->object->holds), sop->sem_num);
	value = sem->value + added_before(wait, i, sop->sem_num);
	return sop->sem_op ? value + sop->sem_op < 0 : value;
}

/* The operation that cannot be done; NULL: not known */
static const struct model_sop *blocked_sop(const struct model_wait *wait,
					   s32 sem_num)
{
	u32 i, nr = min_t(u32, wait->nr_sops, MODEL_MAX_SOPS);

	for (i = 0; i < nr; i++)
		if (sem_num == MODEL_ANY_SEM ? is_blocked(wait, i) :
		    wait->sops[i].sem_num == sem_num && wait->sops[i].sem_op <= 0)
			return &wait->sops[i];
	return wait->nr_sops == 1 ? &wait->sops[0] : NULL;
}

static bool is_signal(const struct model_wait *wait, const struct model_sop *sop)
{
	const struct model_sem *sem = model_sem(wait->object, sop->sem_num);

	return sem && sem->signals;
}

/**
 * model_hold_is_left() - has its process died, and will nothing give it back?
 * @hold: the hold
 */
bool model_hold_is_left(const struct model_hold *hold)
{
	return hold->process->life == MODEL_DEAD && hold->taken > hold->undo;
}

/**
 * model_wait_of() - the call in which a thread waits
 * @model: the model
 * @tgid: its process
 * @tid: the thread
 *
 * Return: the call, or NULL: it does not wait, as far as is known.
 */
const struct model_wait *model_wait_of(const struct model *model, u32 tgid,
				       u32 tid)
{
	const struct model_wait *wait = model_wait_find(model, tid);

	return wait && wait->process->last.tgid == tgid ? wait : NULL;
}

/* ---- From call to call ---------------------------------------------------------- */

/* Add a call reached from number @from; false: that is too far */
static bool reach(struct walk *walk, const struct model_wait *wait, u32 from)
{
	u32 i;

	if (wait == walk->waits[0] && walk->last == ~0U)
		walk->last = from;
	for (i = 0; i < walk->nr; i++)
		if (walk->waits[i] == wait)
			return true;
	if (walk->nr == MODEL_MAX_CIRCLE)
		return false;
	walk->waits[walk->nr] = wait;
	walk->from[walk->nr++] = from;
	return true;
}

/* Is everybody whom number @i waits for waiting as well, or dead? */
static bool go_on(struct walk *walk, u32 i, s32 sem_num)
{
	const struct model_wait *wait = walk->waits[i], *next;
	const struct model_sop *sop = blocked_sop(wait, sem_num);
	const struct model_hold *hold;
	bool stuck = false;

	if (!sop || is_signal(wait, sop) || !is_taking(wait, sop))
		return false;
	for_each_hold(hold, wait->object, sop->sem_num) {
		stuck = true;
		if (!walk->incomplete)
			walk->incomplete =
				model_hole_of(walk->model, wait->object,
					      hold->since_ns,
					      walk->model->sums.last_ns);
		if (model_hold_is_left(hold)) {
			walk->left = true;
			continue;
		}
		next = model_wait_find(walk->model, hold->since.tid);
		if (!next || next->process != hold->process ||
		    !reach(walk, next, i))
			return false;
	}
	return stuck;
}

static void go_round(const struct walk *walk, struct model_blocking *blocking)
{
	u32 i, at = walk->last, nr = 1;

	for (i = at; i; i = walk->from[i])
		nr++;
	blocking->nr_circle = nr;
	for (i = at; nr--; i = walk->from[i])
		blocking->circle[nr] = walk->waits[i];
}

static void look(const struct model *model, const struct model_wait *wait,
		 struct model_blocking *blocking)
{
	struct walk walk = {
		.model = model,
		.nr = 1,
		.waits = { wait },
		.last = ~0U,
	};
	u32 i;

	for (i = 0; i < walk.nr; i++)
		if (!go_on(&walk, i, i ? MODEL_ANY_SEM : blocking->sem_num))
			break;
	blocking->incomplete = walk.incomplete;
	if (i < walk.nr)
		return;
	if (walk.last != ~0U) {
		blocking->stuck = MODEL_STUCK_DEADLOCK;
		go_round(&walk, blocking);
	} else {
		blocking->stuck = walk.left ? MODEL_STUCK_DEAD :
					      MODEL_STUCK_BEHIND;
	}
}

/**
 * model_blocking() - what a call waits for, and whom
 * @model: the model
 * @wait: the call
 * @sem_num: the semaphore that it waits for, where the kernel has said so, or
 *	MODEL_ANY_SEM
 * @blocking: out: what it waits for
 *
 * Return: false when it waits for no semaphore, or it is not known for which.
 */
bool model_blocking(const struct model *model, const struct model_wait *wait,
		    s32 sem_num, struct model_blocking *blocking)
{
	const struct model_sop *sop = blocked_sop(wait, sem_num);
	const struct model_object *object = wait->object;
	const struct model_hold *hold;

	*blocking = (struct model_blocking){ };
	if (object->family != IPCTRACE_SEM || !sop)
		return false;
	blocking->sem_num = sop->sem_num;
	blocking->sem_op = sop->sem_op;
	if (is_signal(wait, sop)) {
		blocking->by = MODEL_BLOCKED_SIGNAL;
	} else if (is_taking(wait, sop)) {
		for_each_hold(hold, object, sop->sem_num) {
			if (!blocking->hold ||
			    hold->since_ns < blocking->hold->since_ns)
				blocking->hold = hold;
			blocking->nr_holds++;
		}
	}
	if (blocking->hold) {
		blocking->by = MODEL_BLOCKED_HELD;
		look(model, wait, blocking);
	} else {
		blocking->incomplete =
			model_hole_since_made(model, object,
					      model->sums.last_ns);
	}
	return true;
}

/**
 * model_stuck_text() - will it ever go on?
 * @stuck: enum model_stuck
 *
 * Return: a word for programs; NULL: it may.
 */
const char *model_stuck_text(enum model_stuck stuck)
{
	switch (stuck) {
	case MODEL_STUCK_DEADLOCK:
		return "deadlock";
	case MODEL_STUCK_BEHIND:
		return "behind a deadlock";
	case MODEL_STUCK_DEAD:
		return "dead holder";
	case MODEL_STUCK_NOT:
		break;
	}
	return NULL;
}
