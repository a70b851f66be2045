// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: model_ask
 *
 * What the kernel says when it is asked. It knows objects and processes that are older
 * than all records, but for hardly anything does it know who did it. What records say
 * takes precedence. When it has been asked about everything, whatever it did not name
 * is not there any more.
 */
#include <string.h>

#include "model/ask.h"
#include "model/attachments.h"
#include "model/nodes.h"
#include "model/objects.h"
#include "model/processes.h"
#include "model/state.h"
#include "model/who.h"

#define TICKS_NS	20000000ULL	/* times in /proc are in ticks */

/**
 * model_ask_begin() - begin to tell the model what the kernel says
 * @model: the model
 * @now_ns: CLOCK_MONOTONIC
 */
void model_ask_begin(struct model *model, u64 now_ns)
{
	model->ask_ns = now_ns ?: 1;
	model->nr_asked = 0;
}

static bool was_asked(const struct model *model, u32 ipc_ns)
{
	u32 i;

	for (i = 0; i < model->nr_asked; i++)
		if (model->asked[i] == ipc_ns)
			return true;
	return false;
}

/**
 * model_ask_namespace() - the kernel is asked about a namespace
 * @model: the model
 * @ipc_ns: the namespace
 *
 * All of its objects follow, by model_ask_object(): any others are not there.
 */
void model_ask_namespace(struct model *model, u32 ipc_ns)
{
	if (model->nr_asked < MODEL_ASKED && !was_asked(model, ipc_ns))
		model->asked[model->nr_asked++] = ipc_ns;
}

/* Is what the kernel has another object with that id than the one in the records? */
static bool is_other(const struct model_object *object,
		     const struct ipctrace_object *identity)
{
	return model_has_gone(object) ||
	       (object->key && identity->key && object->key != identity->key);
}

/**
 * model_ask_object() - the kernel has an object
 * @model: the model
 * @ipc_ns: the object's namespace
 * @family: enum ipctrace_family
 * @asked: what it says of the object
 *
 * Return: the object, or NULL when there is no memory.
 */
struct model_object *model_ask_object(struct model *model, u32 ipc_ns, u8 family,
				      const struct model_asked_object *asked)
{
	struct model_object *object = model_object_find(model, ipc_ns, family,
							asked->object.id);

	if (!object || is_other(object, &asked->object)) {
		object = model_object_new(model, ipc_ns, family, &asked->object,
					  model->ask_ns);
		if (!object)
			return NULL;
	}
	object->seen_ns = model->ask_ns;
	object->asked_ns = model->ask_ns;
	model_object_perm(model, object, &asked->object, MODEL_KERNEL);
	if (asked->size) {
		object->size = asked->size;
		object->size_from = MODEL_KERNEL;
	}
	object->stat = asked->stat;
	object->stat.from = MODEL_KERNEL;
	object->stat.time_ns = model->ask_ns;
	if (!object->made.from && asked->stat.cpid)
		object->made = (struct model_who){
			.from = MODEL_KERNEL,
			.call = IPCTRACE_CALL_NONE,
			.tgid = asked->stat.cpid,
			.uid = asked->object.cuid,
			.gid = asked->object.cgid,
			.loginuid = 4294967295U,
		};
	return object;
}

/* Was the process heard of before this one began? Then it only had the same number. */
static bool had_number(const struct model_process *process,
		       const struct model_asked_process *asked)
{
	if (process->life == MODEL_DEAD)
		return true;
	if (process->start_ns)
		return process->start_ns + TICKS_NS < asked->start_ns ||
		       asked->start_ns + TICKS_NS < process->start_ns;
	return process->first_ns && asked->began_ns > process->last.time_ns;
}

/**
 * model_ask_process() - the kernel has a process
 * @model: the model
 * @asked: what it says of the process
 *
 * Return: the process, or NULL when there is no memory.
 */
struct model_process *model_ask_process(struct model *model,
					const struct model_asked_process *asked)
{
	struct model_process *process = model_process_find(model, asked->tgid);
	struct model_process *before = NULL;

	if (process && had_number(process, asked)) {
		model_process_retire(model, process);
		before = process;
		process = NULL;
	}
	if (!process)
		process = model_process_new(model, asked->tgid);
	if (!process)
		return NULL;
	if (before)
		model_process_take_over(model, process, before, asked->began_ns);
	process->life = MODEL_ALIVE;
	process->life_from = MODEL_KERNEL;
	process->asked_ns = model->ask_ns;
	process->start_ns = process->start_ns ?: asked->start_ns;
	process->origin = model_origin(model, &asked->origin);
	process->last.from = process->last.from ?: MODEL_KERNEL;
	if (process->last.from == MODEL_KERNEL) {
		process->last.call = IPCTRACE_CALL_NONE;
		process->last.uid = asked->uid;
		process->last.gid = asked->gid;
		process->last.loginuid = asked->loginuid;
		process->last.ipc_ns = asked->ipc_ns;
		process->last.cgroup = asked->cgroup;
	}
	process->last.ppid = asked->ppid;
	process->ppid = process->ppid ?: asked->ppid;
	memcpy(process->last.comm, asked->comm, sizeof(asked->comm));
	return process;
}

/**
 * model_ask_attachment() - a process has a segment in its memory
 * @model: the model
 * @process: from model_ask_process()
 * @ipc_ns: the process's namespace, and the segment's, unless records say that it was
 *	attached in another
 * @id: the segment
 * @addr: where
 */
void model_ask_attachment(struct model *model, struct model_process *process,
			  u32 ipc_ns, s32 id, u64 addr)
{
	struct model_object *object = model_attached_at(model, process->last.tgid,
							addr, id);
	struct model_attachment *attachment;

	if (!object)
		object = model_object_find(model, ipc_ns, IPCTRACE_SHM, id);
	if (!object || model_has_gone(object) ||
	    model_attachment_find(model, process, addr))
		return;
	attachment = model_attachment_inherited(model, object, process, addr);
	if (!attachment) {
		attachment = model_attachment_new(model, object, process, false,
						  addr);
		if (!attachment)
			return;
		attachment->how = MODEL_BY_UNKNOWN;
	}
	attachment->from = MODEL_KERNEL;
}

static void end_of_objects(struct model *model)
{
	struct model_object *object, *next;

	for (object = TAILQ_FIRST(&model->objects); object; object = next) {
		next = TAILQ_NEXT(object, all);
		if (object->asked_ns < model->ask_ns &&
		    object->seen_ns < model->ask_ns &&
		    was_asked(model, object->ipc_ns))
			model_object_vanishes(model, object, NULL);
	}
}

static void end_of_processes(struct model *model)
{
	struct model_process *process;

	TAILQ_FOREACH(process, &model->processes, all) {
		if (process->asked_ns >= model->ask_ns ||
		    process->last.time_ns >= model->ask_ns)
			continue;
		process->life = MODEL_DEAD;
		process->life_from = MODEL_KERNEL;
		process->asked_ns = model->ask_ns;
	}
}

/**
 * model_ask_end() - the kernel has been asked about everything
 * @model: the model
 * @all_processes: including all processes: those that it did not name are dead
 */
void model_ask_end(struct model *model, bool all_processes)
{
	end_of_objects(model);
	if (all_processes)
		end_of_processes(model);
	model->ask_ns = 0;
}
