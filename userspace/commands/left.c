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
#include "model/idle.h"

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

/**
 * left_idle_ns() - for how long nobody has used an object
 * @evidence: what is known
 * @object: the object
 *
 * Return: nanoseconds
 */
u64 left_idle_ns(const struct evidence *evidence, const struct model_object *object)
{
	return left_since(evidence, model_last_used(evidence->model, object,
						    evidence->real_ns));
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
	enum model_life life = model_maker_life(evidence->model, made);

	if (life == MODEL_LIFE_UNKNOWN && made->from && evidence->live &&
	    kill(made->tgid, 0) && errno == ESRCH)
		return MODEL_DEAD;
	return life;
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
	    left_idle_ns(evidence, object) < idle_ns || !model_is_unused(object))
		return LEFT_NOT;
	return life == MODEL_DEAD ? LEFT_BEHIND : LEFT_UNCLEAR;
}
