// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: model_removal
 *
 * How an object went. A record says that it ceased to exist, and in which process; the
 * record of the call that did it comes after that, when the call ends. If it does not
 * come, only the other ways are left: the only call that removes a queue or a set is
 * IPC_RMID, so without one its namespace has ended. That is concluded only if nothing
 * was lost, and the record would have come by now.
 */
#include <string.h>

#include "model/holes.h"
#include "model/removal.h"
#include "model/state.h"

#define LATE_NS		1000000000ULL	/* how much later a record comes, at most */
#define SWEEP_NS	1000000000ULL	/* removals by one within that are one act */
#define KTHREADD	2		/* parent of all threads of the kernel */

/* Would the record of the call in which it went have come, had there been one? */
static bool all_told(const struct model *model, const struct model_object *object)
{
	u64 when_ns = object->destroyed.time_ns;

	return model->sums.last_ns > when_ns + LATE_NS &&
	       !model_hole_of(model, object, when_ns, when_ns + LATE_NS);
}

static enum model_cause cause_of_queue(const struct model *model,
				       const struct model_object *object)
{
	if (object->rmid.from)
		return MODEL_BY_RMID;
	if (object->destroyed.ppid == KTHREADD || all_told(model, object))
		return MODEL_BY_NAMESPACE;
	return MODEL_BY_SOMETHING;
}

static enum model_cause cause_of_segment(const struct model *model,
					 const struct model_object *object)
{
	if (object->destroyed_in_call)
		return MODEL_BY_RMID;
	if (object->rmid.from)
		return MODEL_BY_RMID_LATER;
	if (object->destroyed_marked)
		return MODEL_BY_RMID_UNSEEN;
	if (object->destroyed.ppid == KTHREADD)
		return MODEL_BY_NAMESPACE;
	if (!all_told(model, object))
		return MODEL_BY_SOMETHING;
	/* It also goes when its creator ends, if nobody is attached. */
	return object->destroyed_by_detach ||
	       (object->made.from && object->made.tgid == object->destroyed.tgid) ?
		       MODEL_BY_FORCE : MODEL_BY_NAMESPACE;
}

static enum model_cause cause_of(const struct model *model,
				 const struct model_object *object)
{
	switch (object->state) {
	case MODEL_THERE:
		return MODEL_STILL_THERE;
	case MODEL_MARKED:
		return object->rmid.from ? MODEL_BY_RMID_LATER :
					   MODEL_BY_RMID_UNSEEN;
	case MODEL_GONE:
		return object->rmid.from ? MODEL_BY_RMID_LATER :
					   MODEL_BY_NOBODY_SAW;
	}
	return object->family == IPCTRACE_SHM ? cause_of_segment(model, object) :
						cause_of_queue(model, object);
}

static u32 was_attached(const struct model_object *object)
{
	const struct model_attachment *attachment;
	u32 nr = 0;

	TAILQ_FOREACH(attachment, &object->attachments, of_object)
		nr += attachment->there;
	return nr;
}

static u32 was_cut_off(const struct model_object *object)
{
	const struct model_use *use;
	u32 nr = 0;

	TAILQ_FOREACH(use, &object->uses, of_object)
		nr += !!(use->flags & MODEL_USE_CUT_OFF);
	return nr;
}

/* A hole in which something may have happened that would have to be said */
static const struct model_hole *hole_for(const struct model *model,
					 const struct model_object *object,
					 const struct model_removal *removal)
{
	switch (removal->cause) {
	case MODEL_STILL_THERE:
	case MODEL_BY_NOBODY_SAW:
		return model_hole_of(model, object, object->seen_ns,
				     model->sums.last_ns);
	case MODEL_BY_RMID:
	case MODEL_BY_RMID_LATER:
		return model_hole_since_made(model, object,
					     object->state == MODEL_DESTROYED ?
					     removal->when_ns : model->sums.last_ns);
	case MODEL_BY_RMID_UNSEEN:
		return model_hole_since_made(model, object,
					     object->state == MODEL_DESTROYED ?
					     object->destroyed.time_ns :
					     model->sums.last_ns);
	default:
		return model_hole_since_made(model, object,
					     object->destroyed.time_ns + LATE_NS);
	}
}

/**
 * model_removal() - how an object went
 * @model: the model
 * @object: any
 * @removal: out: how, with no cases
 */
void model_removal(const struct model *model, const struct model_object *object,
		   struct model_removal *removal)
{
	*removal = (struct model_removal){ .cause = cause_of(model, object) };
	switch (removal->cause) {
	case MODEL_BY_RMID:
	case MODEL_BY_RMID_LATER:
		removal->who = &object->rmid;
		break;
	case MODEL_BY_FORCE:
	case MODEL_BY_NAMESPACE:
	case MODEL_BY_SOMETHING:
		removal->who = &object->destroyed;
		break;
	default:
		break;
	}
	if (removal->who)
		removal->when_ns = removal->who->time_ns;
	else if (object->state == MODEL_DESTROYED)
		removal->when_ns = object->destroyed.time_ns;
	removal->attached = was_attached(object);
	removal->cut_off = was_cut_off(object);
	removal->incomplete = hole_for(model, object, removal);
}

/* ---- What is likely to be behind it ------------------------------------------------ */

/**
 * model_descends_from() - is a process among another's parents?
 * @who: the other one
 * @tgid: the process
 *
 * Return: false also if the records do not tell.
 */
bool model_descends_from(const struct model_who *who, u32 tgid)
{
	u32 i;

	if (who->ppid == tgid)
		return true;
	for (i = 0; who->origin && i < who->origin->nr; i++)
		if (who->origin->ancestors[i].pid == tgid)
			return true;
	return false;
}

static bool has_found(const struct model_object *object, const struct model_who *who)
{
	const struct model_use *use;

	TAILQ_FOREACH(use, &object->uses, of_object)
		if (use->process->last.tgid == who->tgid &&
		    use->flags & MODEL_USE_FOUND)
			return true;
	return false;
}

static u32 cases_of(const struct model_object *object, const struct model_who *who)
{
	const struct model_who *made = &object->made;

	if (!strcmp(who->comm, "systemd-logind"))
		return MODEL_CASE_LOGIND;
	if (!strcmp(who->comm, "ipcrm"))
		return MODEL_CASE_IPCRM;
	if (made->from != MODEL_RECORDED)
		return 0;
	if (made->tgid == who->tgid && !strcmp(made->comm, who->comm))
		return MODEL_CASE_CREATOR;
	if (made->tgid != who->tgid && model_descends_from(who, made->tgid) &&
	    !strcmp(made->comm, who->comm))
		return MODEL_CASE_FORKED;
	return object->key && has_found(object, who) &&
	       strcmp(made->comm, who->comm) ? MODEL_CASE_COLLISION : 0;
}

static bool is_swept(const struct model_object *object, const struct model_who *who)
{
	return object->rmid.from && object->rmid.tgid == who->tgid &&
	       object->rmid.time_ns + SWEEP_NS >= who->time_ns &&
	       object->rmid.time_ns <= who->time_ns + SWEEP_NS;
}

/**
 * model_removal_cases() - what is likely to be behind it
 * @model: the model; all objects of it are looked at
 * @object: the object
 * @removal: from model_removal(); gets cases and number of those swept away
 */
void model_removal_cases(const struct model *model,
			 const struct model_object *object,
			 struct model_removal *removal)
{
	const struct model_object *other;

	if (removal->cause != MODEL_BY_RMID &&
	    removal->cause != MODEL_BY_RMID_LATER)
		return;
	removal->cases = cases_of(object, removal->who);
	TAILQ_FOREACH(other, &model->gone, all)
		removal->swept += is_swept(other, removal->who);
	TAILQ_FOREACH(other, &model->objects, all)
		removal->swept += is_swept(other, removal->who);
	if (removal->swept > 1)
		removal->cases |= MODEL_CASE_SWEEP;
}

/**
 * model_cause_text() - how an object went, in a word
 * @cause: enum model_cause
 */
const char *model_cause_text(enum model_cause cause)
{
	static const char *const texts[] = {
		[MODEL_STILL_THERE] = "there",
		[MODEL_BY_RMID] = "IPC_RMID",
		[MODEL_BY_RMID_LATER] = "IPC_RMID, last detach",
		[MODEL_BY_RMID_UNSEEN] = "last detach",
		[MODEL_BY_FORCE] = "shm_rmid_forced",
		[MODEL_BY_NAMESPACE] = "end of namespace",
		[MODEL_BY_SOMETHING] = "unknown call",
		[MODEL_BY_NOBODY_SAW] = "unknown",
	};

	return texts[cause];
}
