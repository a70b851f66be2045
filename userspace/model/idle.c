// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: model_idle
 *
 * Objects that nobody uses any more: since when, and whether their creator is alive.
 */
#include "model/idle.h"
#include "model/model.h"
#include "model/state.h"

#define NS_PER_S	1000000000ULL
#define TICKS_NS	20000000ULL	/* times in /proc are in ticks */

/**
 * model_last_used() - when somebody last did anything with an object
 * @model: the model
 * @object: the object
 * @real_ns: what has to be added to a record's time to get it since 1970; 0: not
 *	known
 *
 * Return: the time, as far as is known; that of the first record for an object that
 * nobody was seen to use
 */
u64 model_last_used(const struct model *model, const struct model_object *object,
		    u64 real_ns)
{
	const struct model_stat *stat = &object->stat;
	u64 last_ns = max_t(u64, object->used.time_ns, object->detached_ns);
	u64 kernel_ns;

	last_ns = max_t(u64, last_ns, object->changed.time_ns);
	if (object->made.from == MODEL_RECORDED)
		last_ns = max_t(u64, last_ns, object->made.time_ns);
	if (stat->from && real_ns) {
		kernel_ns = max_t(u64, max_t(u64, stat->atime_s, stat->dtime_s),
				  stat->ctime_s) * NS_PER_S;
		if (kernel_ns > real_ns)
			last_ns = max_t(u64, last_ns, kernel_ns - real_ns);
	}
	return last_ns ?: model->sums.first_ns;
}

/**
 * model_is_unused() - nobody has it attached, or waits
 * @object: the object
 *
 * Return: false where that is not known.
 */
bool model_is_unused(const struct model_object *object)
{
	if (object->nr_attached || object->nr_waits)
		return false;
	if (object->asked_ns)
		return !object->stat.nattch;
	return object->made.from == MODEL_RECORDED ||
	       object->family != IPCTRACE_SHM;
}

/**
 * model_maker_life() - is the process that made an object alive?
 * @model: the model
 * @made: who made it
 *
 * Return: MODEL_LIFE_UNKNOWN also if it is not known who made it.
 */
enum model_life model_maker_life(const struct model *model,
				 const struct model_who *made)
{
	const struct model_process *process;

	if (made->from == MODEL_UNKNOWN)
		return MODEL_LIFE_UNKNOWN;
	process = model_find_process(model, made->tgid);
	if (process && process->start_ns && made->start_ns &&
	    process->start_ns > made->start_ns + TICKS_NS)
		return MODEL_DEAD;	/* another has its number */
	/* The process with that number now need not be the one that made it. */
	return process && made->from == MODEL_RECORDED ? process->life :
							 MODEL_LIFE_UNKNOWN;
}
