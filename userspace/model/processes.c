// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: model_processes
 *
 * Processes, as their calls show them. The kernel reuses the number of a process that
 * is gone, and no record says that one has ended. So two callers with one number are
 * two processes if something differs that does not change while a process lives, or
 * if the first was known to be dead. Who did something is kept with what was done, and
 * does not depend on that.
 */
#include "model/nodes.h"
#include "model/processes.h"
#include "model/state.h"

#define TRIES		64	/* processes that are looked at, to forget one */
#define UNSET		4294967295U
#define TICKS_NS	20000000ULL

static_assert(!offsetof(struct model_process, link));

/**
 * model_process_find() - the process that has a number now
 * @model: the model
 * @tgid: the number
 *
 * Return: the process, or NULL.
 */
struct model_process *model_process_find(const struct model *model, u32 tgid)
{
	struct hash_link *link = hash_first(&model->by_tgid, hash_mix(tgid, 0));

	while (link && ((struct model_process *)link)->last.tgid != tgid)
		link = hash_next(link);
	return (struct model_process *)link;
}

static bool is_tied(const struct model_process *process)
{
	return !TAILQ_EMPTY(&process->attachments) ||
	       !TAILQ_EMPTY(&process->holds) || !TAILQ_EMPTY(&process->waits);
}

static void forget(struct model *model, struct model_process *process)
{
	model_process_forget_nodes(model, process);
	hash_remove(&model->by_tgid, &process->link);
	TAILQ_REMOVE(&model->processes, process, all);
	model->sums.processes--;
	model_release(model, process, sizeof(*process));
}

/**
 * model_processes_free() - free all processes
 * @model: has none afterwards
 */
void model_processes_free(struct model *model)
{
	while (!TAILQ_EMPTY(&model->processes))
		forget(model, TAILQ_FIRST(&model->processes));
}

/* Forget the process that was heard of first, preferably one that holds nothing. */
static void forget_one(struct model *model)
{
	struct model_process *process = TAILQ_FIRST(&model->processes);
	int tries = TRIES;

	while (process && tries-- && is_tied(process))
		process = TAILQ_NEXT(process, all);
	if (!process || tries < 0)
		process = TAILQ_FIRST(&model->processes);
	model->sums.folded_processes++;
	forget(model, process);
}

/**
 * model_process_new() - a process that has not been heard of
 * @model: the model
 * @tgid: its number, which no other has now
 *
 * Return: the process, or NULL when there is no memory.
 */
struct model_process *model_process_new(struct model *model, u32 tgid)
{
	struct model_process *process;

	if (model->sums.processes == MODEL_MAX_PROCESSES)
		forget_one(model);
	process = model_alloc(model, sizeof(*process));
	if (!process)
		return NULL;
	if (!hash_add(&model->by_tgid, &process->link, hash_mix(tgid, 0))) {
		model_release(model, process, sizeof(*process));
		return NULL;
	}
	process->serial = ++model->serial;
	process->last.tgid = tgid;
	TAILQ_INIT(&process->uses);
	TAILQ_INIT(&process->attachments);
	TAILQ_INIT(&process->holds);
	TAILQ_INIT(&process->waits);
	TAILQ_INSERT_TAIL(&model->processes, process, all);
	model->sums.processes++;
	return process;
}

/**
 * model_process_retire() - its number belongs to another from now on
 * @model: the model
 * @process: dead; it is still in the list of all
 */
void model_process_retire(struct model *model, struct model_process *process)
{
	hash_remove(&model->by_tgid, &process->link);
	process->life = MODEL_DEAD;
	process->life_from = MODEL_RECORDED;
}

/**
 * model_process_take_over() - a process did what another seemed to have done
 * @model: the model
 * @process: has that number now
 * @before: had it, and is retired
 * @start_ns: when @process began
 *
 * What was done since a process began was not done by the one that had its number
 * before, even if nobody could know that then. What it has inherited is a little older.
 */
void model_process_take_over(struct model *model, struct model_process *process,
			     struct model_process *before, u64 start_ns)
{
	struct model_attachment *attachment, *next;
	struct model_hold *hold, *next_hold;

	for (attachment = TAILQ_FIRST(&before->attachments); attachment;
	     attachment = next) {
		next = TAILQ_NEXT(attachment, of_process);
		if (attachment->since_ns >= start_ns ||
		    (!attachment->child && attachment->how == MODEL_BY_FORK))
			model_attachment_give(model, attachment, process);
	}
	for (hold = TAILQ_FIRST(&before->holds); hold; hold = next_hold) {
		next_hold = TAILQ_NEXT(hold, of_process);
		if (hold->since_ns >= start_ns)
			model_hold_give(model, hold, process);
	}
}

/* Compares what never changes, or changes once. */
static bool is_another(const struct model_process *process,
		       const struct model_who *who, u64 begin_ns)
{
	const struct model_who *last = &process->last;

	if (process->life == MODEL_DEAD)
		return begin_ns > process->asked_ns;
	/* As the kernel said it when it was asked, only to the tick */
	if (process->start_ns && who->start_ns)
		return process->start_ns > who->start_ns + TICKS_NS ||
		       who->start_ns > process->start_ns + TICKS_NS;
	if (last->from != MODEL_RECORDED)
		return false;
	return last->pid_ns != who->pid_ns || last->ns_pid != who->ns_pid ||
	       (last->loginuid != UNSET && last->loginuid != who->loginuid);
}

/**
 * model_process_heard() - the caller of a record
 * @model: the model
 * @record: the record
 * @who: its caller
 *
 * Return: the process, or NULL when there is no memory.
 */
struct model_process *model_process_heard(struct model *model,
					  const struct ipctrace_call *record,
					  const struct model_who *who)
{
	struct model_process *process = model_process_find(model, who->tgid);
	struct model_process *before = NULL;

	if (process && is_another(process, who, model_begin_ns(record))) {
		model_process_retire(model, process);
		before = process;
		process = NULL;
	}
	if (!process)
		process = model_process_new(model, who->tgid);
	if (!process)
		return NULL;
	if (before && who->start_ns)
		model_process_take_over(model, process, before, who->start_ns);
	if (!process->first_ns)
		process->first_ns = who->time_ns;
	process->last = *who;
	process->ppid = process->ppid ?: who->ppid;
	if (who->start_ns)
		process->start_ns = who->start_ns;
	if (who->origin)
		process->origin = who->origin;
	if (process != TAILQ_LAST(&model->processes, model_processes)) {
		TAILQ_REMOVE(&model->processes, process, all);
		TAILQ_INSERT_TAIL(&model->processes, process, all);
	}
	return process;
}
