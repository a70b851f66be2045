// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: model_attachments
 *
 * Who has attached a segment. A shmat() says who and where. A fork is recorded for the
 * parent, once for each mapping, without the number that the child got: until a detach,
 * a fork of the child, or the kernel says who that was, the attachment belongs to "a
 * child" of that process. A mapping that is moved or split is recorded in the same way;
 * it is taken for such where the process has the segment only at another address.
 */
#include "model/attachments.h"
#include "model/nodes.h"
#include "model/processes.h"
#include "model/state.h"
#include "shared/layouts.h"

static u64 addr_of(const struct ipctrace_call *record)
{
	const struct ipctrace_segment *segment =
		ipct_part_find(record, IPCTRACE_PART_SEGMENT, sizeof(*segment));
	u64 args[IPCTRACE_NR_ARGS];

	if (segment)
		return segment->addr;
	if (record->header.call == IPCTRACE_CALL_shmat)
		return record->ret;
	if (record->header.call != IPCTRACE_CALL_shmdt)
		return 0;
	ipct_call_args(record, args);
	return args[0];
}

static struct model_attachment *add(struct model *model,
				    struct model_object *object,
				    struct model_process *process, bool child,
				    const struct ipctrace_call *record)
{
	struct model_attachment *attachment =
		model_attachment_new(model, object, process, child,
				     addr_of(record));

	if (!attachment)
		return NULL;
	attachment->from = MODEL_RECORDED;
	attachment->since_ns = record->header.time_ns;
	return attachment;
}

/**
 * model_attached_by_call() - a shmat() has worked
 * @model: the model
 * @object: the segment
 * @process: the caller
 * @record: the call
 */
void model_attached_by_call(struct model *model, struct model_object *object,
			    struct model_process *process,
			    const struct ipctrace_call *record)
{
	struct model_attachment *before =
		model_attachment_find(model, process, addr_of(record));

	/* The end of an earlier attachment there was not recorded. */
	if (before)
		model_attachment_end(model, before, record->header.time_ns);
	add(model, object, process, false, record);
}

/* Can @process have inherited it from the process that forked then? */
static bool is_from_parent(const struct model_attachment *attachment,
			   const struct model_process *process)
{
	u32 tgid = attachment->process->last.tgid;

	return attachment->child && !attachment->until_ns &&
	       (tgid == process->last.ppid || tgid == process->ppid);
}

/* Has it no attachments of its own? These end with a process, so it may have died. */
static bool has_none(const struct model_process *process)
{
	const struct model_attachment *attachment;

	TAILQ_FOREACH(attachment, &process->attachments, of_process)
		if (!attachment->child && !attachment->until_ns)
			return false;
	return true;
}

/*
 * An attachment of some child at that address: preferably of its parent's; else of one
 * whose parent may have died, and may have been this process's before it was heard of.
 */
static struct model_attachment *of_a_fork(const struct model *model,
					  const struct model_process *process,
					  u64 addr, s32 id)
{
	struct model_attachment *attachment = NULL, *orphan = NULL, *other = NULL;

	while ((attachment = model_attachment_of_child(model, addr, attachment))) {
		if (attachment->until_ns || attachment->object->id != id)
			continue;
		if (is_from_parent(attachment, process))
			return attachment;
		if (has_none(attachment->process))
			orphan = attachment;
		other = attachment;
	}
	return orphan ?: other;
}

/**
 * model_attachment_inherited() - a process shows that it has what a fork left to it
 * @model: the model
 * @object: the segment
 * @process: some process, which is not known to have it there
 * @addr: where
 *
 * Return: the attachment, which is the process's own from now on; NULL: there is none.
 */
struct model_attachment *
model_attachment_inherited(struct model *model, struct model_object *object,
			   struct model_process *process, u64 addr)
{
	struct model_attachment *forked = of_a_fork(model, process, addr,
						    object->id);
	struct model_attachment *attachment;

	if (!forked || forked->object != object)
		return NULL;
	attachment = model_attachment_new(model, object, process, false, addr);
	if (!attachment)
		return NULL;
	attachment->from = forked->from;
	attachment->how = forked->how;
	attachment->there = forked->there;
	attachment->since_ns = forked->since_ns;
	forked->there = false;
	model_attachment_end(model, forked, 0);
	return attachment;
}

static bool has_elsewhere(const struct model_process *process,
			  const struct model_object *object)
{
	const struct model_attachment *attachment;

	TAILQ_FOREACH(attachment, &process->attachments, of_process)
		if (attachment->object == object && !attachment->child &&
		    !attachment->until_ns)
			return true;
	TAILQ_FOREACH(attachment, &object->attachments, of_object)
		if (is_from_parent(attachment, process))
			return true;
	return false;
}

/**
 * model_attached_by_fork() - a mapping has come without a call
 * @model: the model
 * @object: the segment
 * @process: in which that happened
 * @record: the event
 */
void model_attached_by_fork(struct model *model, struct model_object *object,
			    struct model_process *process,
			    const struct ipctrace_call *record)
{
	bool here = model_attachment_find(model, process, addr_of(record)) ||
		    model_attachment_inherited(model, object, process,
					       addr_of(record));
	bool moved = !here && has_elsewhere(process, object);
	struct model_attachment *attachment = add(model, object, process, !moved,
						  record);

	if (attachment)
		attachment->how = MODEL_BY_FORK;
}

/* An attachment of its own, of which a part was unmapped before */
static struct model_attachment *of_its_own(const struct model_object *object,
					   const struct model_process *process)
{
	struct model_attachment *attachment, *found = NULL;

	TAILQ_FOREACH(attachment, &process->attachments, of_process)
		if (attachment->object == object && !attachment->until_ns &&
		    (!found || !attachment->child))
			found = attachment;
	return found;
}

/**
 * model_detached() - a mapping of a segment has gone
 * @model: the model
 * @object: the segment
 * @process: in which that happened
 * @record: a shmdt() that has worked, or the event
 */
void model_detached(struct model *model, struct model_object *object,
		    struct model_process *process,
		    const struct ipctrace_call *record)
{
	u64 addr = addr_of(record);
	struct model_attachment *attachment =
		model_attachment_find(model, process, addr);

	if (attachment && attachment->object != object)
		attachment = NULL;
	if (!attachment)
		attachment = of_a_fork(model, process, addr, object->id);
	if (attachment && attachment->object != object)
		attachment = NULL;
	if (!attachment)
		attachment = of_its_own(object, process);
	if (attachment)
		model_attachment_end(model, attachment, record->header.time_ns);
}

/**
 * model_attached_at() - the segment that a process has at an address
 * @model: the model
 * @tgid: the process
 * @addr: the address
 * @id: of the segment
 *
 * An attachment stays when a process goes to another namespace, so a shmdt() may be
 * about a segment of a namespace that its caller is not in.
 *
 * Return: the segment, or NULL when that is not known.
 */
struct model_object *model_attached_at(const struct model *model, u32 tgid,
				       u64 addr, s32 id)
{
	struct model_process *process = model_process_find(model, tgid);
	struct model_attachment *attachment =
		process ? model_attachment_find(model, process, addr) : NULL;

	if (process && !attachment)
		attachment = of_a_fork(model, process, addr, id);
	return attachment && attachment->object->id == id ? attachment->object :
							    NULL;
}
