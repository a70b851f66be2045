// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: model_nodes
 *
 * What relates a process to an object: uses, attachments, semaphores held and calls
 * that wait. Each is in a table, in a list of the object and in a list of the process.
 * Their number is limited: beyond it the oldest use of the object is dropped, or what
 * cannot be kept leaves a mark at the object, object.hole_ns.
 */
#include <stdlib.h>

#include "model/nodes.h"
#include "model/state.h"

/* The structs' links come first, so a pointer to a link is one to the struct. */
static_assert(!offsetof(struct model_use, link));
static_assert(!offsetof(struct model_attachment, link));
static_assert(!offsetof(struct model_hold, link));
static_assert(!offsetof(struct model_wait, link));

static void *new_node(struct model *model, struct model_object *object,
		      size_t bytes, bool spare)
{
	void *node = NULL;

	if (model->sums.nodes < (spare ? MODEL_MAX_NODES / 4 * 3 :
					 MODEL_MAX_NODES))
		node = model_alloc(model, bytes);
	if (node)
		model->sums.nodes++;
	else if (!spare && !object->hole_ns)
		object->hole_ns = model->sums.last_ns;
	return node;
}

static void free_node(struct model *model, void *node, size_t bytes)
{
	model->sums.nodes--;
	model_release(model, node, bytes);
}

/* ---- Uses ------------------------------------------------------------------- */

static void use_forget(struct model *model, struct model_use *use)
{
	hash_remove(&model->uses, &use->link);
	TAILQ_REMOVE(&use->object->uses, use, of_object);
	TAILQ_REMOVE(&use->process->uses, use, of_process);
	use->object->nr_uses--;
	use->object->uses_folded++;
	free_node(model, use, sizeof(*use));
}

static struct model_use *use_new(struct model *model, struct model_object *object,
				 struct model_process *process, u64 number)
{
	struct model_use *use;

	if (object->nr_uses == MODEL_MAX_USES)
		use_forget(model, TAILQ_LAST(&object->uses, model_uses));
	use = new_node(model, object, sizeof(*use), true);
	if (!use && object->nr_uses) {
		use_forget(model, TAILQ_LAST(&object->uses, model_uses));
		use = new_node(model, object, sizeof(*use), false);
	}
	if (!use) {
		object->uses_folded++;
		return NULL;
	}
	if (!hash_add(&model->uses, &use->link, number)) {
		free_node(model, use, sizeof(*use));
		return NULL;
	}
	use->object = object;
	use->process = process;
	TAILQ_INSERT_HEAD(&object->uses, use, of_object);
	TAILQ_INSERT_HEAD(&process->uses, use, of_process);
	object->nr_uses++;
	return use;
}

/**
 * model_use_of() - what a process does with an object
 * @model: the model
 * @object: the object
 * @process: the process
 *
 * Return: the use, from now on the object's latest; NULL when there is no room.
 */
struct model_use *model_use_of(struct model *model, struct model_object *object,
			       struct model_process *process)
{
	u64 number = hash_mix(object->serial, process->serial);
	struct hash_link *link = hash_first(&model->uses, number);
	struct model_use *use;

	for (; link; link = hash_next(link)) {
		use = (struct model_use *)link;
		if (use->object != object || use->process != process)
			continue;
		if (use != TAILQ_FIRST(&object->uses)) {
			TAILQ_REMOVE(&object->uses, use, of_object);
			TAILQ_INSERT_HEAD(&object->uses, use, of_object);
		}
		return use;
	}
	return use_new(model, object, process, number);
}

/* ---- Attachments ---------------------------------------------------------------- */

/**
 * model_attachment_find() - what a process has attached at an address
 * @model: the model
 * @process: the process
 * @addr: the address
 *
 * Return: its own attachment, not one of a child, or NULL.
 */
struct model_attachment *model_attachment_find(const struct model *model,
					       const struct model_process *process,
					       u64 addr)
{
	struct hash_link *link = hash_first(&model->attachments,
					    hash_mix(process->serial, addr));
	struct model_attachment *attachment;

	for (; link; link = hash_next(link)) {
		attachment = (struct model_attachment *)link;
		if (attachment->process == process && attachment->addr == addr &&
		    !attachment->child && !attachment->until_ns)
			return attachment;
	}
	return NULL;
}

/**
 * model_attachment_new() - a segment is attached
 * @model: the model
 * @object: the segment
 * @process: whose memory; with @child, who forked the child
 * @child: it belongs to a child of @process
 * @addr: where
 *
 * Return: the attachment, with all else 0, or NULL when there is no room.
 */
struct model_attachment *model_attachment_new(struct model *model,
					      struct model_object *object,
					      struct model_process *process,
					      bool child, u64 addr)
{
	struct model_attachment *attachment =
		new_node(model, object, sizeof(*attachment), false);

	if (!attachment)
		return NULL;
	if (!hash_add(&model->attachments, &attachment->link,
		      hash_mix(child ? 0 : process->serial, addr))) {
		free_node(model, attachment, sizeof(*attachment));
		return NULL;
	}
	attachment->object = object;
	attachment->process = process;
	attachment->child = child;
	attachment->addr = addr;
	TAILQ_INSERT_TAIL(&object->attachments, attachment, of_object);
	TAILQ_INSERT_TAIL(&process->attachments, attachment, of_process);
	object->nr_attached++;
	return attachment;
}

/**
 * model_attachment_of_child() - attachments of children that have not shown themselves
 * @model: the model
 * @addr: at that address
 * @after: return the one after this; NULL: the first
 *
 * Return: an attachment of a child, which may have ended; NULL: there are no more.
 */
struct model_attachment *
model_attachment_of_child(const struct model *model, u64 addr,
			  struct model_attachment *after)
{
	struct hash_link *link = after ? hash_next(&after->link) :
					 hash_first(&model->attachments,
						    hash_mix(0, addr));

	while (link && (!((struct model_attachment *)link)->child ||
			((struct model_attachment *)link)->addr != addr))
		link = hash_next(link);
	return (struct model_attachment *)link;
}

/**
 * model_attachment_give() - an attachment belongs to another process
 * @model: the model
 * @attachment: the attachment
 * @process: whose it is, as its own or a child's, as before
 */
void model_attachment_give(struct model *model, struct model_attachment *attachment,
			   struct model_process *process)
{
	TAILQ_REMOVE(&attachment->process->attachments, attachment, of_process);
	TAILQ_INSERT_TAIL(&process->attachments, attachment, of_process);
	attachment->process = process;
	if (attachment->child)
		return;
	hash_remove(&model->attachments, &attachment->link);
	hash_add(&model->attachments, &attachment->link,
		 hash_mix(process->serial, attachment->addr));
}

static void attachment_forget(struct model *model,
			      struct model_attachment *attachment)
{
	hash_remove(&model->attachments, &attachment->link);
	TAILQ_REMOVE(&attachment->object->attachments, attachment, of_object);
	TAILQ_REMOVE(&attachment->process->attachments, attachment, of_process);
	if (!attachment->until_ns)
		attachment->object->nr_attached--;
	free_node(model, attachment, sizeof(*attachment));
}

/**
 * model_attachment_end() - a segment is not attached any more
 * @model: the model
 * @attachment: kept if it was there when IPC_RMID was called, else gone
 * @time_ns: since when
 */
void model_attachment_end(struct model *model,
			  struct model_attachment *attachment, u64 time_ns)
{
	if (!attachment->there) {
		attachment_forget(model, attachment);
		return;
	}
	if (!attachment->until_ns)
		attachment->object->nr_attached--;
	attachment->until_ns = time_ns ?: 1;
}

/* ---- Semaphores held --------------------------------------------------------------- */

static u64 hold_number(const struct model_object *object,
		       const struct model_process *process, u16 sem_num)
{
	return hash_mix(hash_mix(object->serial, sem_num), process->serial);
}

/**
 * model_hold_find() - what a process holds of a semaphore
 * @model: the model
 * @object: the set
 * @process: the process
 * @sem_num: the semaphore
 *
 * Return: the hold, or NULL for nothing.
 */
struct model_hold *model_hold_find(const struct model *model,
				   const struct model_object *object,
				   const struct model_process *process,
				   u16 sem_num)
{
	struct hash_link *link =
		hash_first(&model->holds, hold_number(object, process, sem_num));
	struct model_hold *hold;

	for (; link; link = hash_next(link)) {
		hold = (struct model_hold *)link;
		if (hold->object == object && hold->process == process &&
		    hold->sem_num == sem_num)
			return hold;
	}
	return NULL;
}

/**
 * model_hold_new() - a process begins to hold a semaphore
 * @model: the model
 * @object: the set
 * @process: the process
 * @sem_num: the semaphore
 *
 * Return: the hold, with all else 0, or NULL when there is no room.
 */
struct model_hold *model_hold_new(struct model *model,
				  struct model_object *object,
				  struct model_process *process, u16 sem_num)
{
	struct model_hold *hold = new_node(model, object, sizeof(*hold), false);

	if (!hold)
		return NULL;
	if (!hash_add(&model->holds, &hold->link,
		      hold_number(object, process, sem_num))) {
		free_node(model, hold, sizeof(*hold));
		return NULL;
	}
	hold->object = object;
	hold->process = process;
	hold->sem_num = sem_num;
	TAILQ_INSERT_TAIL(&object->holds, hold, of_object);
	TAILQ_INSERT_TAIL(&process->holds, hold, of_process);
	object->nr_holds++;
	return hold;
}

/**
 * model_hold_end() - a process does not hold a semaphore any more
 * @model: the model
 * @hold: gone afterwards
 */
void model_hold_end(struct model *model, struct model_hold *hold)
{
	hash_remove(&model->holds, &hold->link);
	TAILQ_REMOVE(&hold->object->holds, hold, of_object);
	TAILQ_REMOVE(&hold->process->holds, hold, of_process);
	hold->object->nr_holds--;
	free_node(model, hold, sizeof(*hold));
}

/**
 * model_hold_give() - another process holds that semaphore
 * @model: the model
 * @hold: what is held
 * @process: who holds it
 */
void model_hold_give(struct model *model, struct model_hold *hold,
		     struct model_process *process)
{
	TAILQ_REMOVE(&hold->process->holds, hold, of_process);
	TAILQ_INSERT_TAIL(&process->holds, hold, of_process);
	hold->process = process;
	hash_remove(&model->holds, &hold->link);
	hash_add(&model->holds, &hold->link,
		 hold_number(hold->object, process, hold->sem_num));
}

/* ---- Waits ------------------------------------------------------------------------- */

/**
 * model_wait_find() - what a thread waits for
 * @model: the model
 * @tid: the thread
 *
 * Return: its wait, or NULL.
 */
struct model_wait *model_wait_find(const struct model *model, u32 tid)
{
	struct hash_link *link = hash_first(&model->waits, hash_mix(tid, 0));

	while (link && ((struct model_wait *)link)->tid != tid)
		link = hash_next(link);
	return (struct model_wait *)link;
}

/**
 * model_wait_new() - a thread waits
 * @model: the model
 * @object: at what
 * @process: its process
 * @tid: the thread, which does not wait elsewhere
 *
 * Return: the wait, with all else 0, or NULL when there is no room.
 */
struct model_wait *model_wait_new(struct model *model,
				  struct model_object *object,
				  struct model_process *process, u32 tid)
{
	struct model_wait *wait = new_node(model, object, sizeof(*wait), false);

	if (!wait)
		return NULL;
	if (!hash_add(&model->waits, &wait->link, hash_mix(tid, 0))) {
		free_node(model, wait, sizeof(*wait));
		return NULL;
	}
	wait->object = object;
	wait->process = process;
	wait->tid = tid;
	TAILQ_INSERT_TAIL(&object->waits, wait, of_object);
	TAILQ_INSERT_TAIL(&process->waits, wait, of_process);
	object->nr_waits++;
	return wait;
}

/**
 * model_wait_end() - a thread does not wait any more
 * @model: the model
 * @wait: gone afterwards
 */
void model_wait_end(struct model *model, struct model_wait *wait)
{
	hash_remove(&model->waits, &wait->link);
	TAILQ_REMOVE(&wait->object->waits, wait, of_object);
	TAILQ_REMOVE(&wait->process->waits, wait, of_process);
	wait->object->nr_waits--;
	free_node(model, wait, sizeof(*wait));
}

/* ---- Messages, and the end ---------------------------------------------------------- */

/**
 * model_message_forget() - a message is not there any more
 * @model: the model
 * @messages: the list of its queue that it is in
 * @message: gone afterwards
 */
void model_message_forget(struct model *model, struct model_messages *messages,
			  struct model_message *message)
{
	struct model_object *object = message->object;

	TAILQ_REMOVE(messages, message, of_object);
	if (messages == &object->messages) {
		object->nr_messages--;
		object->queued -= message->bytes;
	} else if (messages == &object->taken) {
		object->nr_taken--;
		model->nr_taken--;
	} else {
		object->nr_early--;
	}
	model->sums.messages--;
	model_release(model, message, sizeof(*message));
}

/**
 * model_object_forget_nodes() - an object is about to be forgotten
 * @model: the model
 * @object: afterwards only the tables that find objects lead to it
 */
void model_object_forget_nodes(struct model *model, struct model_object *object)
{
	while (!TAILQ_EMPTY(&object->uses))
		use_forget(model, TAILQ_FIRST(&object->uses));
	while (!TAILQ_EMPTY(&object->attachments))
		attachment_forget(model, TAILQ_FIRST(&object->attachments));
	while (!TAILQ_EMPTY(&object->holds))
		model_hold_end(model, TAILQ_FIRST(&object->holds));
	while (!TAILQ_EMPTY(&object->waits))
		model_wait_end(model, TAILQ_FIRST(&object->waits));
	model_release(model, object->types,
		      MODEL_MAX_TYPES * sizeof(*object->types));
	object->types = NULL;
	model_release(model, object->sems,
		      object->nr_sems * sizeof(*object->sems));
	object->sems = NULL;
	object->nr_sems = 0;
}

/**
 * model_process_forget_nodes() - a process is about to be forgotten
 * @model: the model
 * @process: afterwards only the tables that find processes lead to it
 */
void model_process_forget_nodes(struct model *model,
				struct model_process *process)
{
	struct model_attachment *attachment;
	struct model_hold *hold;
	struct model_wait *wait;

	while (!TAILQ_EMPTY(&process->uses))
		use_forget(model, TAILQ_FIRST(&process->uses));
	while ((attachment = TAILQ_FIRST(&process->attachments))) {
		if (!attachment->object->hole_ns)
			attachment->object->hole_ns = model->sums.last_ns;
		attachment_forget(model, attachment);
	}
	while ((hold = TAILQ_FIRST(&process->holds))) {
		if (!hold->object->hole_ns)
			hold->object->hole_ns = model->sums.last_ns;
		model_hold_end(model, hold);
	}
	while ((wait = TAILQ_FIRST(&process->waits)))
		model_wait_end(model, wait);
}
