// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: left
 *
 * What programs have left behind: an object that is still there although its creator
 * has gone, which nobody has attached or waits at, and nobody has used for a while.
 */
#include <errno.h>
#include <signal.h>

#include "commands/left.h"

#define NS_PER_S	1000000000ULL
#define TICKS_NS	20000000ULL	/* times of /proc are by the tick */

/**
 * left_since() - how long ago that was
 * @evidence: says what now is
 * @ns: when
 *
 * Return: nanoseconds; 0 where it is not before now.
 */
u64 left_since(const struct evidence *evidence, u64 ns)
{
	return evidence->now_ns > ns ? evidence->now_ns - ns : 0;
}

static u64 later(u64 a, u64 b)
{
	return a > b ? a : b;
}

/* When somebody had to do with it last, as far as anybody knows */
static u64 last_used(const struct evidence *evidence,
		     const struct model_object *object)
{
	const struct model_stat *stat = &object->stat;
	u64 last_ns = later(object->used.time_ns, object->detached_ns);
	u64 real_ns = evidence->real_ns, kernel_ns;

	last_ns = later(last_ns, object->changed.time_ns);
	if (object->made.from == MODEL_RECORDED)
		last_ns = later(last_ns, object->made.time_ns);
	if (stat->from && real_ns) {
		kernel_ns = later(later(stat->atime_s, stat->dtime_s),
				  stat->ctime_s) * NS_PER_S;
		if (kernel_ns > real_ns)
			last_ns = later(last_ns, kernel_ns - real_ns);
	}
	return last_ns ?: model_sums(evidence->model)->first_ns;
}

/**
 * left_idle_ns() - for how long nobody has used an object
 * @evidence: what is known
 * @object: the object
 *
 * Return: nanoseconds
 */
u64 left_idle_ns(const struct evidence *evidence, const struct model_object *object)
{
	return left_since(evidence, last_used(evidence, object));
}

/* Nobody has it attached, or waits; is that known at all? */
static bool is_unused(const struct model_object *object)
{
	if (object->nr_attached || object->nr_waits)
		return false;
	if (object->asked_ns)
		return !object->stat.nattch;
	return object->made.from == MODEL_RECORDED ||
	       object->family != IPCTRACE_SHM;
}

/**
 * left_life() - is who made an object alive?
 * @evidence: what is known
 * @made: who made it
 *
 * Return: MODEL_LIFE_UNKNOWN where nobody knows.
 */
enum model_life left_life(const struct evidence *evidence,
			  const struct model_who *made)
{
	const struct model_process *process;

	if (made->from == MODEL_UNKNOWN)
		return MODEL_LIFE_UNKNOWN;
	process = model_find_process(evidence->model, made->tgid);
	if (process && process->start_ns && made->start_ns &&
	    process->start_ns > made->start_ns + TICKS_NS)
		return MODEL_DEAD;	/* another has its number */
	if (process && made->from == MODEL_RECORDED)
		return process->life;
	/* Who has that number now need not be who made it. */
	if (evidence->live && kill(made->tgid, 0) && errno == ESRCH)
		return MODEL_DEAD;
	return MODEL_LIFE_UNKNOWN;
}

/**
 * left_behind() - was an object left behind?
 * @evidence: what is known
 * @object: the object
 * @idle_ns: it must not have been used for so long
 *
 * Return: enum left
 */
enum left left_behind(const struct evidence *evidence,
		      const struct model_object *object, u64 idle_ns)
{
	enum model_life life = left_life(evidence, &object->made);

	if (object->state != MODEL_THERE || life == MODEL_ALIVE ||
	    left_idle_ns(evidence, object) < idle_ns || !is_unused(object))
		return LEFT_NOT;
	return life == MODEL_DEAD ? LEFT_BEHIND : LEFT_UNCLEAR;
}
