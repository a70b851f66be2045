// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: model_limits
 *
 * The limits of IPC namespaces are known only from the kernel, as they are when it is
 * asked; what they were before that is not known. How much of them is used follows
 * from the objects, at any time. That is exact if the kernel has said which objects
 * there are, and everything since then was recorded; else there may be more.
 */
#include <string.h>

#include "model/holes.h"
#include "model/limits.h"
#include "model/state.h"

#define LIMIT(id, text, path, number, kind, how, by_page, says)		\
	[MODEL_##id] = {						\
		.name = text,						\
		.file = path,						\
		.word = number,						\
		.family = IPCTRACE_##kind,				\
		.measure = MODEL_MEASURE_##how,				\
		.pages = by_page,					\
		.what = says,						\
	}

const struct model_limit_row model_limit_rows[NR_MODEL_LIMITS] = {
	LIMIT(MSGMNI, "msgmni", "msgmni", 0, MSG, COUNT, false,
	      "message queues"),
	LIMIT(MSGMAX, "msgmax", "msgmax", 0, MSG, CALL, false,
	      "bytes in a message"),
	LIMIT(MSGMNB, "msgmnb", "msgmnb", 0, MSG, LARGEST, false,
	      "bytes in a message queue"),
	LIMIT(SEMMSL, "semmsl", "sem", 0, SEM, LARGEST, false,
	      "semaphores in a set"),
	LIMIT(SEMMNS, "semmns", "sem", 1, SEM, SUM, false,
	      "semaphores in all sets"),
	LIMIT(SEMOPM, "semopm", "sem", 2, SEM, CALL, false,
	      "operations in a call of semop()"),
	LIMIT(SEMMNI, "semmni", "sem", 3, SEM, COUNT, false,
	      "semaphore sets"),
	LIMIT(SHMMAX, "shmmax", "shmmax", 0, SHM, LARGEST, false,
	      "bytes in a segment"),
	LIMIT(SHMALL, "shmall", "shmall", 0, SHM, SUM, true,
	      "pages in all segments"),
	LIMIT(SHMMNI, "shmmni", "shmmni", 0, SHM, COUNT, false,
	      "shared memory segments"),
};

#undef LIMIT

/* ---- What the kernel says ------------------------------------------------------- */

/**
 * model_ask_limits() - the kernel says the limits of a namespace
 * @model: the model, between model_ask_begin() and model_ask_end()
 * @limits: what it says; @time_ns is set by the model
 */
void model_ask_limits(struct model *model, const struct model_limits *limits)
{
	struct model_limits *all;
	u32 i;

	for (i = 0; i < model->nr_limits; i++)
		if (model->limits[i].ipc_ns == limits->ipc_ns)
			break;
	if (i == model->nr_limits) {
		all = reallocarray(model->limits, i + 1, sizeof(*all));
		if (!all) {
			model->sums.short_of_memory = true;
			return;
		}
		model->limits = all;
		model->nr_limits++;
	}
	model->limits[i] = *limits;
	model->limits[i].time_ns = model->ask_ns;
}

/**
 * model_limits() - the limits of a namespace
 * @model: the model
 * @ipc_ns: the namespace
 *
 * Return: the limits, or NULL where nobody has asked.
 */
const struct model_limits *model_limits(const struct model *model, u32 ipc_ns)
{
	u32 i;

	for (i = 0; i < model->nr_limits; i++)
		if (model->limits[i].ipc_ns == ipc_ns)
			return &model->limits[i];
	return NULL;
}

/**
 * model_all_limits() - the limits of all namespaces that were asked about
 * @model: the model
 * @nr: out: how many
 *
 * Return: the first of them.
 */
const struct model_limits *model_all_limits(const struct model *model, u32 *nr)
{
	*nr = model->nr_limits;
	return model->limits;
}

/* ---- What is used ----------------------------------------------------------------- */

/**
 * model_was_there() - was there an object?
 * @object: the object
 * @time_ns: when; ~0: now
 *
 * An object that was not seen to be made is taken to be older than all records.
 */
bool model_was_there(const struct model_object *object, u64 time_ns)
{
	if (object->made.from == MODEL_RECORDED &&
	    object->made.time_ns > time_ns)
		return false;
	switch (object->state) {
	case MODEL_DESTROYED:
		return (object->destroyed.from ? object->destroyed.time_ns :
						 object->rmid.time_ns) > time_ns;
	case MODEL_GONE:
		return object->seen_ns > time_ns;
	default:
		return true;
	}
}

static u64 size_of(const struct model_object *object)
{
	if (object->family != IPCTRACE_MSG)
		return object->size;
	/* For the moment when it was asked the kernel knows best. */
	if (object->stat.from == MODEL_KERNEL &&
	    (!object->queue_known || object->stat.time_ns >= object->seen_ns))
		return object->stat.cbytes;
	return object->queue_known ? object->queued : 0;
}

/**
 * model_limit_share() - how much of a limit an object takes
 * @limit: which
 * @object: the object
 *
 * Return: the share; 0 for objects of another kind.
 */
u64 model_limit_share(enum model_limit limit, const struct model_object *object)
{
	const struct model_limit_row *row = &model_limit_rows[limit];
	u64 size;

	if (row->family != object->family || row->measure == MODEL_MEASURE_CALL)
		return 0;
	if (row->measure == MODEL_MEASURE_COUNT)
		return 1;
	size = size_of(object);
	return row->pages ? model_pages(size) : size;
}

static void add_share(struct model_limit_use *use, enum model_limit limit,
		      const struct model_object *object)
{
	u64 share = model_limit_share(limit, object);

	if (model_limit_rows[limit].measure != MODEL_MEASURE_LARGEST)
		use->used += share;
	else if (share > use->used)
		use->used = share;
}

static void add_shares(struct model_limit_use *use,
		       const struct model_objects *objects, u32 ipc_ns,
		       enum model_limit limit, u64 time_ns)
{
	const struct model_object *object;

	TAILQ_FOREACH(object, objects, all)
		if (object->ipc_ns == ipc_ns && model_was_there(object, time_ns))
			add_share(use, limit, object);
}

/**
 * model_limit_use() - how much of a limit is used
 * @model: the model
 * @ipc_ns: the namespace
 * @limit: which
 * @time_ns: when; ~0: now
 * @use: out: how much
 *
 * Return: false where objects do not tell, as for limits of calls, and for the contents
 * of queues at other times than now.
 */
bool model_limit_use(const struct model *model, u32 ipc_ns,
		     enum model_limit limit, u64 time_ns,
		     struct model_limit_use *use)
{
	const struct model_limits *limits = model_limits(model, ipc_ns);

	*use = (struct model_limit_use){ };
	if (model_limit_rows[limit].measure == MODEL_MEASURE_CALL ||
	    (limit == MODEL_MSGMNB && time_ns != ~0ULL))
		return false;
	add_shares(use, &model->objects, ipc_ns, limit, time_ns);
	if (time_ns != ~0ULL)
		add_shares(use, &model->gone, ipc_ns, limit, time_ns);
	if (limits && time_ns >= limits->time_ns)
		return true;
	use->incomplete = model_hole(model, time_ns == ~0ULL ? 0 : time_ns,
				     limits ? limits->time_ns :
					      model->sums.last_ns);
	use->at_least = !limits || use->incomplete || model->sums.folded_removed;
	return true;
}
