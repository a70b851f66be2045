// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: model_objects
 *
 * An object is found by its namespace, family and id. The id holds the sequence
 * number of its slot, so that the next object there has another id; when sequence
 * numbers wrap, or were set, an object may have the id of one that has gone.
 *
 * Objects that have gone are kept for those who ask who removed them, the last
 * MODEL_MAX_GONE of them; the oldest are forgotten and counted.
 */
#include <stdlib.h>

#include "model/messages.h"
#include "model/nodes.h"
#include "model/objects.h"
#include "model/state.h"

#define MODE_DEST	01000	/* SHM_DEST */

static_assert(!offsetof(struct model_object, link));

static struct model_object *of_key_link(struct hash_link *link)
{
	return (void *)((char *)link - offsetof(struct model_object, by_key));
}

static u64 number_of(u32 ipc_ns, u8 family, s32 id)
{
	return hash_mix((u64)ipc_ns << 32 | (u32)id, family);
}

/**
 * model_object_find() - the latest object with an id
 * @model: the model
 * @ipc_ns: its namespace
 * @family: enum ipctrace_family
 * @id: its id
 *
 * Return: the object, which may have gone, or NULL.
 */
struct model_object *model_object_find(const struct model *model, u32 ipc_ns,
				       u8 family, s32 id)
{
	struct hash_link *link = hash_first(&model->by_id,
					    number_of(ipc_ns, family, id));
	struct model_object *object;

	for (; link; link = hash_next(link)) {
		object = (struct model_object *)link;
		if (object->id == id && object->ipc_ns == ipc_ns &&
		    object->family == family)
			return object;
	}
	return NULL;
}

/**
 * model_object_find_key() - the latest object with a key
 * @model: the model
 * @ipc_ns: its namespace
 * @family: enum ipctrace_family
 * @key: its key, not IPC_PRIVATE
 *
 * Return: the object, which may have gone, or NULL.
 */
struct model_object *model_object_find_key(const struct model *model, u32 ipc_ns,
					   u8 family, s32 key)
{
	struct hash_link *link = hash_first(&model->by_key,
					    number_of(ipc_ns, family, key));
	struct model_object *object;

	for (; link; link = hash_next(link)) {
		object = of_key_link(link);
		if (object->key == key && object->ipc_ns == ipc_ns &&
		    object->family == family)
			return object;
	}
	return NULL;
}

static void forget(struct model *model, struct model_object *object)
{
	bool gone = model_has_gone(object);

	model_messages_forget(model, object);
	model_object_forget_nodes(model, object);
	hash_remove(&model->by_id, &object->link);
	if (object->key)
		hash_remove(&model->by_key, &object->by_key);
	TAILQ_REMOVE(gone ? &model->gone : &model->objects, object, all);
	if (gone) {
		model->sums.gone--;
		model->sums.folded_removed++;
	} else {
		model->sums.objects--;
		model->sums.folded_there++;
	}
	model_release(model, object, sizeof(*object));
}

/*
 * The object has a key that was not known; whichever object had it has it no more.
 * Events of a segment show the key that it had before IPC_RMID took it away: another
 * may have it by then.
 */
static void set_key(struct model *model, struct model_object *object, s32 key)
{
	struct model_object *before;

	if (!key || object->key)
		return;
	before = model_object_find_key(model, object->ipc_ns, object->family, key);
	if (before && before->state == MODEL_THERE && object->state != MODEL_THERE) {
		object->key = key;
		return;
	}
	if (before)
		hash_remove(&model->by_key, &before->by_key);
	if (!hash_add(&model->by_key, &object->by_key,
		      number_of(object->ipc_ns, object->family, key))) {
		model->sums.short_of_memory = true;
		return;
	}
	object->key = key;
	if (before && before->state == MODEL_THERE &&
	    before->seen_ns <= object->seen_ns)
		model_object_vanishes(model, before, NULL);
}

/**
 * model_object_perm() - permissions of an object, and its key
 * @model: the model
 * @object: the object
 * @identity: as it is now. If it has no key, because IPC_RMID has taken it away, the
 *	key that is known stays
 * @from: enum model_from
 */
void model_object_perm(struct model *model, struct model_object *object,
		       const struct ipctrace_object *identity,
		       enum model_from from)
{
	object->uid = identity->uid;
	object->gid = identity->gid;
	object->cuid = identity->cuid;
	object->cgid = identity->cgid;
	object->mode = identity->mode;
	object->perm_from = from;
	if (object->family == IPCTRACE_SHM && identity->mode & MODE_DEST &&
	    object->state == MODEL_THERE)
		object->state = MODEL_MARKED;
	set_key(model, object, identity->key);
}

/**
 * model_object_new() - an object that was not known
 * @model: the model
 * @ipc_ns: its namespace
 * @family: enum ipctrace_family
 * @identity: as it was shown
 * @time_ns: when that was
 *
 * Return: the object, which is found from now on instead of any earlier one with its
 * id; NULL when there is no memory.
 */
struct model_object *model_object_new(struct model *model, u32 ipc_ns, u8 family,
				      const struct ipctrace_object *identity,
				      u64 time_ns)
{
	struct model_object *object, *before;

	if (model->sums.objects == MODEL_MAX_OBJECTS)
		forget(model, TAILQ_FIRST(&model->objects));
	before = model_object_find(model, ipc_ns, family, identity->id);
	object = model_alloc(model, sizeof(*object));
	if (!object)
		return NULL;
	if (!hash_add(&model->by_id, &object->link,
		      number_of(ipc_ns, family, identity->id))) {
		model_release(model, object, sizeof(*object));
		return NULL;
	}
	/* A table that grows reorders structs that have the same number. */
	if (before)
		hash_remove(&model->by_id, &before->link);
	if (before && !model_has_gone(before))
		model_object_vanishes(model, before, NULL);
	object->serial = ++model->serial;
	object->ipc_ns = ipc_ns;
	object->family = family;
	object->id = identity->id;
	object->seq = identity->seq;
	object->first_ns = time_ns;
	object->seen_ns = time_ns;
	TAILQ_INIT(&object->uses);
	TAILQ_INIT(&object->attachments);
	TAILQ_INIT(&object->holds);
	TAILQ_INIT(&object->waits);
	TAILQ_INIT(&object->messages);
	TAILQ_INIT(&object->early);
	TAILQ_INIT(&object->taken);
	TAILQ_INSERT_TAIL(&model->objects, object, all);
	model->sums.objects++;
	model_object_perm(model, object, identity, MODEL_RECORDED);
	return object;
}

static void hear_of(struct model *model, struct model_object *object, u64 time_ns)
{
	struct model_objects *list = model_has_gone(object) ? &model->gone :
							      &model->objects;

	if (time_ns > object->seen_ns)
		object->seen_ns = time_ns;
	if (list == &model->gone || object == TAILQ_LAST(list, model_objects))
		return;
	TAILQ_REMOVE(list, object, all);
	TAILQ_INSERT_TAIL(list, object, all);
}

/**
 * model_object_was_gone() - had it gone before?
 * @object: the object
 * @begin_ns: when a call began; an object that had gone by then cannot be in it
 */
bool model_object_was_gone(const struct model_object *object, u64 begin_ns)
{
	if (object->state == MODEL_DESTROYED)
		return object->destroyed.time_ns < begin_ns;
	return object->state == MODEL_GONE && object->seen_ns < begin_ns;
}

/* The same id and another key: the end of the earlier object was not recorded. */
static bool has_other_key(const struct model_object *object,
			  const struct ipctrace_object *identity)
{
	if (!object->key || object->key == identity->key)
		return false;
	/* IPC_RMID takes the key of a segment away. */
	return identity->key || object->family != IPCTRACE_SHM ||
	       !(identity->mode & MODE_DEST);
}

/**
 * model_object_shown() - the object that a record shows
 * @model: the model
 * @ipc_ns: its namespace
 * @family: enum ipctrace_family
 * @identity: as the record has it
 * @begin_ns: when the record's call began
 * @time_ns: and when it ended
 *
 * Return: the object, a new one if it was not known; NULL when there is no memory, or
 * if it is an earlier object with that id.
 */
struct model_object *model_object_shown(struct model *model, u32 ipc_ns, u8 family,
					const struct ipctrace_object *identity,
					u64 begin_ns, u64 time_ns)
{
	struct model_object *object = model_object_find(model, ipc_ns, family,
							identity->id);

	if (!object || model_object_was_gone(object, begin_ns))
		return model_object_new(model, ipc_ns, family, identity, time_ns);
	if (has_other_key(object, identity))
		return object->first_ns < begin_ns ?
		       model_object_new(model, ipc_ns, family, identity, time_ns) :
		       NULL;
	hear_of(model, object, time_ns);
	/* A call that began before the last IPC_SET may show what was before that. */
	if (!model_has_gone(object) && object->changed.time_ns <= begin_ns)
		model_object_perm(model, object, identity, MODEL_RECORDED);
	return object;
}

/**
 * model_object_made() - the object that a call has made
 * @model: the model
 * @ipc_ns: its namespace
 * @family: enum ipctrace_family
 * @identity: as the call left it
 * @begin_ns: when the call began: what was shown before that was another object
 * @time_ns: and when it ended: others may have used it already
 *
 * Return: the object, or NULL when there is no memory.
 */
struct model_object *model_object_made(struct model *model, u32 ipc_ns, u8 family,
				       const struct ipctrace_object *identity,
				       u64 begin_ns, u64 time_ns)
{
	struct model_object *object = model_object_find(model, ipc_ns, family,
							identity->id);

	if (!object || object->first_ns < begin_ns || object->made.from)
		object = model_object_new(model, ipc_ns, family, identity, time_ns);
	else
		hear_of(model, object, time_ns);
	return object;
}

/**
 * model_object_goes() - an object ceases to exist
 * @model: the model
 * @object: there until now; what is known of it stays
 * @state: MODEL_DESTROYED or MODEL_GONE
 */
void model_object_goes(struct model *model, struct model_object *object,
		       enum model_state state)
{
	if (model_has_gone(object)) {
		object->state = state;
		return;
	}
	TAILQ_REMOVE(&model->objects, object, all);
	model->sums.objects--;
	object->state = state;
	if (model->sums.gone == MODEL_MAX_GONE)
		forget(model, TAILQ_FIRST(&model->gone));
	TAILQ_INSERT_TAIL(&model->gone, object, all);
	model->sums.gone++;
}

/**
 * model_object_vanishes() - an object has gone, and nobody saw how
 * @model: the model
 * @object: there, as far as was known
 * @record: what shows that; NULL: another object, or the kernel
 */
void model_object_vanishes(struct model *model, struct model_object *object,
			   const struct ipctrace_call *record)
{
	const struct model_event event = {
		.kind = MODEL_VANISHED,
		.record = record,
		.object = object,
	};

	model_object_goes(model, object, MODEL_GONE);
	model_tell(model, &event);
}

/**
 * model_objects_free() - free all objects
 * @model: has none afterwards
 */
void model_objects_free(struct model *model)
{
	while (!TAILQ_EMPTY(&model->objects))
		forget(model, TAILQ_FIRST(&model->objects));
	while (!TAILQ_EMPTY(&model->gone))
		forget(model, TAILQ_FIRST(&model->gone));
}
