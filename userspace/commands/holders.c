// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: holders
 *
 * Who holds the semaphores of a set and who waits for them; who has a segment
 * attached. In sentences, or as rows that all have the same columns. A semaphore that
 * others give than take is a signal: nobody is called its holder.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/evidence.h"
#include "commands/options.h"
#include "commands/print.h"
#include "commands/target.h"
#include "shared/syscalls.h"
#include "view/formats.h"
#include "view/row_schema.h"

#define NO_SEM		-1
#define HELD_FAMILIES	(1 << IPCTRACE_SEM | 1 << IPCTRACE_SHM)

enum holders_column {
	TYPE, KIND, ID, KEY, IPC_NS, SEM_NUM, VALUE, SIGNALS, PID, TID, COMM, USER,
	LIFE, CHILD, TAKEN, UNDO, SEM_OP, ADDR, HOW, SINCE, STUCK, FROM, INCOMPLETE,
	NR_HOLDERS_COLUMNS
};

#define COLUMN(at, text, kind, may_lack, says)				\
	[at] = { .name = text, .type = VALUE_##kind, .nullable = may_lack, \
		 .what = says }

static const struct column columns[] = {
	COLUMN(TYPE, "type", STRING, false, "what the row is about"),
	COLUMN(KIND, "kind", STRING, false, "sem or shm"),
	COLUMN(ID, "id", SIGNED, false, "the object"),
	COLUMN(KEY, "key", SIGNED, false, "its key; 0: it has none"),
	COLUMN(IPC_NS, "ipc_ns", UNSIGNED, false, "its namespace"),
	COLUMN(SEM_NUM, "sem_num", UNSIGNED, true, "the semaphore of the set"),
	COLUMN(VALUE, "value", SIGNED, true,
	       "of a semaphore: its value; of an object: its attachments, as the kernel counts"),
	COLUMN(SIGNALS, "signals", UNSIGNED, true,
	       "how often somebody gave what he had not taken: then it is no lock"),
	COLUMN(PID, "pid", UNSIGNED, true, "who holds, waits, has it attached"),
	COLUMN(TID, "tid", UNSIGNED, true, "the thread that took it, or waits"),
	COLUMN(COMM, "comm", STRING, true, "its name"),
	COLUMN(USER, "uid", UNSIGNED, true, "its real user"),
	COLUMN(LIFE, "life", STRING, true, "alive or dead; null: nobody asked"),
	COLUMN(CHILD, "child", BOOL, true,
	       "it is a child of pid, which has not shown itself yet"),
	COLUMN(TAKEN, "taken", SIGNED, true, "how much it holds"),
	COLUMN(UNDO, "undo", SIGNED, true, "how much of that SEM_UNDO gives back"),
	COLUMN(SEM_OP, "sem_op", SIGNED, true, "the operation that waits"),
	COLUMN(ADDR, "addr", UNSIGNED, true, "where it is attached"),
	COLUMN(HOW, "how", STRING, true, "by which call, or fork"),
	COLUMN(SINCE, "since_ns", UNSIGNED, true, "CLOCK_MONOTONIC since when"),
	COLUMN(STUCK, "stuck", STRING, true,
	       "of what waits: deadlock, behind a deadlock, dead holder; null: it may go on"),
	COLUMN(FROM, "from", STRING, true,
	       "recorded, or the kernel said so when it was asked"),
	COLUMN(INCOMPLETE, "incomplete", STRING, true,
	       "why it may be otherwise: not everything was recorded"),
};

#undef COLUMN

static const struct schema_rows schema = {
	"object semaphore hold wait attachment", columns, NR_HOLDERS_COLUMNS
};

/**
 * struct holders - where we are
 * @evidence: what we answer from
 * @target: what was asked for
 * @output: where the sentences go
 * @sink: where rows go, with --json
 * @nr: objects that were found
 */
struct holders {
	struct evidence evidence;
	struct target target;
	struct output *output;
	struct sink *sink;
	u32 nr;
};

/* ---- What was not seen -------------------------------------------------------------- */

/* Since when things must have been recorded for what is said of the object */
static u64 begin_of(const struct model_object *object)
{
	return object->made.from == MODEL_RECORDED ? object->made.time_ns : 0;
}

static bool is_counted(const struct model_object *object)
{
	return object->family == IPCTRACE_SHM && object->stat.from == MODEL_KERNEL;
}

/* The kernel was asked who has a segment attached, and counts them itself. */
static const char *incomplete(const struct holders *holders,
			      const struct model_object *object, u64 since_ns)
{
	const struct model_hole *hole;

	if (is_counted(object) && object->stat.nattch == model_nr_attached(object))
		return NULL;
	hole = model_hole_of(holders->evidence.model, object, since_ns,
			     model_sums(holders->evidence.model)->last_ns);
	if (hole)
		return model_hole_text(hole->cause);
	return is_counted(object) ? "the kernel counts another number" : NULL;
}

static const char *call_of(u8 call)
{
	return evidence_call(call) ?: "a call";
}

static const char *how_text(u8 how)
{
	return how == MODEL_BY_SHMAT ? "shmat" :
	       how == MODEL_BY_FORK ? "fork" : NULL;
}

static const char *from_text(u8 from)
{
	return from == MODEL_KERNEL ? "kernel" :
	       from == MODEL_RECORDED ? "recorded" : NULL;
}

/* ---- Sentences -------------------------------------------------------------------------- */

static void put_process(const struct holders *holders,
			const struct model_process *process)
{
	const char *life = evidence_life(process);

	output_print(holders->output, "%s (pid %u%s%s)",
		     *process->last.comm ? process->last.comm : "?",
		     process->last.tgid, life ? ", " : "", life ?: "");
}

static void put_since(const struct holders *holders, u64 since_ns)
{
	char when[EVIDENCE_TIME_BYTES], ago[EVIDENCE_TIME_BYTES];

	if (since_ns)
		output_print(holders->output, " since %s (%s)",
			     evidence_time(&holders->evidence, since_ns, when),
			     evidence_ago(&holders->evidence, since_ns, ago));
}

static void put_incomplete(const struct holders *holders, const char *text)
{
	if (text)
		output_print(holders->output,
			     "  Incomplete: %s: there may be others, or fewer.\n",
			     text);
}

static void put_hold(const struct holders *holders, const struct model_hold *hold)
{
	output_print(holders->output, "    held by ");
	put_process(holders, hold->process);
	put_since(holders, hold->since_ns);
	output_print(holders->output, ": took %d by %s, %s SEM_UNDO\n", hold->taken,
		     call_of(hold->since.call),
		     hold->undo >= hold->taken ? "with" :
		     hold->undo ? "in part with" : "without");
	if (model_hold_is_left(hold))
		output_print(holders->output,
			     "    It died without giving it back, and the kernel does not.\n");
}

static void put_wait(const struct holders *holders, const struct model_wait *wait,
		     const struct model_blocking *blocking)
{
	u32 i;

	output_print(holders->output, "    waited for by ");
	put_process(holders, wait->process);
	put_since(holders, wait->since_ns);
	output_print(holders->output, ": %s with ", call_of(wait->call));
	if (wait->nr_sops == 1)
		output_print(holders->output, "sem_op=%d\n", blocking->sem_op);
	else
		output_print(holders->output, "%u operations\n", wait->nr_sops);
	if (blocking->stuck == MODEL_STUCK_BEHIND)
		output_print(holders->output, "    It waits behind a deadlock.\n");
	if (blocking->stuck != MODEL_STUCK_DEADLOCK)
		return;
	output_print(holders->output, "    Deadlock: pid %u", wait->process->last.tgid);
	for (i = 1; i < blocking->nr_circle; i++)
		output_print(holders->output, " waits for pid %u, that",
			     blocking->circle[i]->process->last.tgid);
	output_print(holders->output, " waits for pid %u.\n",
		     wait->process->last.tgid);
}

/* The semaphore that each call waits for, or NO_SEM: of several, nobody knows which */
static s32 *wanted_of(const struct holders *holders,
		      const struct model_object *object)
{
	s32 *wanted = calloc(object->nr_waits + 1, sizeof(*wanted));
	struct model_blocking blocking;
	const struct model_wait *wait;
	u32 i = 0;

	if (!wanted) {
		warnx("no memory for the calls that wait");
		return NULL;
	}
	TAILQ_FOREACH(wait, &object->waits, of_object)
		wanted[i++] = model_blocking(holders->evidence.model, wait,
					     MODEL_ANY_SEM, &blocking) ?
			      blocking.sem_num : NO_SEM;
	return wanted;
}

/* Is there anything to be said of it? */
static bool has_story(const struct model_object *object, const s32 *wanted,
		      s32 num)
{
	const struct model_hold *hold;
	u32 i;

	TAILQ_FOREACH(hold, &object->holds, of_object)
		if (hold->sem_num == num)
			return true;
	for (i = 0; i < object->nr_waits; i++)
		if (wanted[i] == num)
			return true;
	return num >= 0 && model_is_signal(object, num);
}

/* The last one that there may be something to be said of */
static s32 last_sem(const struct model_object *object, const s32 *wanted)
{
	s32 last = (s32)object->nr_sems - 1;
	const struct model_hold *hold;
	u32 i;

	TAILQ_FOREACH(hold, &object->holds, of_object)
		if (hold->sem_num > last)
			last = hold->sem_num;
	for (i = 0; i < object->nr_waits; i++)
		if (wanted[i] > last)
			last = wanted[i];
	return last;
}

static void put_waits(const struct holders *holders,
		      const struct model_object *object, const s32 *wanted, s32 num)
{
	struct model_blocking blocking;
	const struct model_wait *wait;
	u32 i = 0;

	TAILQ_FOREACH(wait, &object->waits, of_object) {
		if (wanted[i++] != num)
			continue;
		if (num == NO_SEM)
			blocking = (struct model_blocking){ };
		else
			model_blocking(holders->evidence.model, wait, num, &blocking);
		put_wait(holders, wait, &blocking);
	}
}

static void put_semaphore(const struct holders *holders,
			  const struct model_object *object, const s32 *wanted,
			  u32 num)
{
	const struct model_sem *sem = model_sem(object, num);
	const struct model_hold *hold;

	output_print(holders->output, "  Semaphore %u", num);
	if (sem && sem->known)
		output_print(holders->output, " is %d", sem->value);
	output_print(holders->output, ":\n");
	if (sem && sem->signals)
		output_print(holders->output,
			     "    a signal and not a lock: others give than take (%u times), so nobody holds it\n",
			     sem->signals);
	TAILQ_FOREACH(hold, &object->holds, of_object)
		if (hold->sem_num == num && !(sem && sem->signals))
			put_hold(holders, hold);
	put_waits(holders, object, wanted, num);
}

static void put_set(const struct holders *holders, const struct model_object *object)
{
	s32 *wanted = wanted_of(holders, object);
	s32 num, last;
	u32 nr = 0;

	if (!wanted)
		return;
	last = last_sem(object, wanted);
	for (num = 0; num <= last; num++) {
		if (!has_story(object, wanted, num))
			continue;
		put_semaphore(holders, object, wanted, num);
		nr++;
	}
	if (has_story(object, wanted, NO_SEM)) {
		output_print(holders->output, "  Several of its semaphores:\n");
		put_waits(holders, object, wanted, NO_SEM);
		nr++;
	}
	free(wanted);
	if (!nr)
		output_print(holders->output,
			     "  Nobody is known to hold any of it, or to wait.\n");
}

static void put_attachment(const struct holders *holders,
			   const struct model_attachment *attachment)
{
	const char *how = how_text(attachment->how);

	output_print(holders->output, "  Attached by %s",
		     attachment->child ? "a child of " : "");
	put_process(holders, attachment->process);
	if (attachment->addr)
		output_print(holders->output, " at 0x%llx",
			     (unsigned long long)attachment->addr);
	put_since(holders, attachment->since_ns);
	if (how)
		output_print(holders->output, ", by %s", how);
	else
		output_print(holders->output, ", %s",
			     attachment->from == MODEL_KERNEL ?
			     "the kernel says; since when is not recorded" :
			     "since when is not recorded");
	output_print(holders->output, ".\n");
}

static void put_segment(const struct holders *holders,
			const struct model_object *object)
{
	const struct model_attachment *attachment;
	u32 nr = model_nr_attached(object);

	TAILQ_FOREACH(attachment, &object->attachments, of_object)
		if (model_is_attached(attachment))
			put_attachment(holders, attachment);
	if (!nr)
		output_print(holders->output, "  Nobody is known to have it attached.\n");
	if (is_counted(object) && object->stat.nattch != nr)
		output_print(holders->output,
			     "  The kernel counts %llu attachments, %u are known.\n",
			     (unsigned long long)object->stat.nattch, nr);
}

static void put_object(const struct holders *holders,
		       const struct model_object *object)
{
	const char *kind = target_kind(object->family);

	output_print(holders->output, "%c%s %d (", *kind - 'a' + 'A', kind + 1,
		     object->id);
	if (object->key)
		output_print(holders->output, "key 0x%08x", object->key);
	else
		output_print(holders->output, "no key");
	output_print(holders->output, ") of IPC namespace %u%s:\n", object->ipc_ns,
		     object->state == MODEL_MARKED ?
		     ", which goes with the last detach" : "");
	if (object->family == IPCTRACE_SEM)
		put_set(holders, object);
	else
		put_segment(holders, object);
	put_incomplete(holders, incomplete(holders, object, begin_of(object)));
}

/* ---- Rows ---------------------------------------------------------- */

static void set_text(struct value *value, const char *text)
{
	if (!text || !*text)
		return;
	value->type = VALUE_STRING;
	value->string = text;
}

static void set_number(struct value *values, enum holders_column at, u64 number)
{
	values[at].type = columns[at].type;
	values[at].number = number;
}

static void begin_row(struct value *values, const struct model_object *object,
		      const char *type)
{
	size_t i;

	for (i = 0; i < NR_HOLDERS_COLUMNS; i++)
		values[i] = (struct value){ .name = columns[i].name };
	set_text(&values[TYPE], type);
	set_text(&values[KIND], ipct_family_names[object->family]);
	set_number(values, ID, (s64)object->id);
	set_number(values, KEY, (s64)object->key);
	set_number(values, IPC_NS, object->ipc_ns);
}

static void set_process(struct value *values, const struct model_process *process,
			u32 tid, u64 since_ns)
{
	set_number(values, PID, process->last.tgid);
	if (tid)
		set_number(values, TID, tid);
	set_text(&values[COMM], process->last.comm);
	set_number(values, USER, process->last.uid);
	set_text(&values[LIFE], evidence_life(process));
	if (since_ns)
		set_number(values, SINCE, since_ns);
}

static void row_semaphores(const struct holders *holders,
			   const struct model_object *object)
{
	struct value values[NR_HOLDERS_COLUMNS];
	u32 i, nr = object->nr_sems;

	if (object->size_from)
		nr = min_t(u32, nr, object->size);
	for (i = 0; i < nr; i++) {
		begin_row(values, object, "semaphore");
		set_number(values, SEM_NUM, i);
		if (object->sems[i].known)
			set_number(values, VALUE, (s64)object->sems[i].value);
		set_number(values, SIGNALS, object->sems[i].signals);
		sink_row(holders->sink, values);
	}
}

static void row_hold(const struct holders *holders,
		     const struct model_object *object,
		     const struct model_hold *hold)
{
	struct value values[NR_HOLDERS_COLUMNS];

	if (model_is_signal(object, hold->sem_num))
		return;
	begin_row(values, object, "hold");
	set_process(values, hold->process, hold->since.tid, hold->since_ns);
	set_number(values, SEM_NUM, hold->sem_num);
	set_number(values, TAKEN, (s64)hold->taken);
	set_number(values, UNDO, (s64)hold->undo);
	set_text(&values[HOW], call_of(hold->since.call));
	set_text(&values[FROM], from_text(hold->since.from));
	set_text(&values[INCOMPLETE], incomplete(holders, object, hold->since_ns));
	sink_row(holders->sink, values);
}

static void row_wait(const struct holders *holders,
		     const struct model_object *object,
		     const struct model_wait *wait)
{
	struct value values[NR_HOLDERS_COLUMNS];
	struct model_blocking blocking;

	begin_row(values, object, "wait");
	set_process(values, wait->process, wait->tid, wait->since_ns);
	set_text(&values[HOW], call_of(wait->call));
	set_text(&values[FROM], "recorded");
	if (model_blocking(holders->evidence.model, wait, MODEL_ANY_SEM,
			   &blocking)) {
		set_number(values, SEM_NUM, blocking.sem_num);
		set_number(values, SEM_OP, (s64)blocking.sem_op);
		set_text(&values[STUCK], model_stuck_text(blocking.stuck));
		if (blocking.incomplete)
			set_text(&values[INCOMPLETE],
				 model_hole_text(blocking.incomplete->cause));
	}
	sink_row(holders->sink, values);
}

static void row_attachment(const struct holders *holders,
			   const struct model_object *object,
			   const struct model_attachment *attachment)
{
	struct value values[NR_HOLDERS_COLUMNS];

	begin_row(values, object, "attachment");
	set_process(values, attachment->process, 0, attachment->since_ns);
	set_number(values, CHILD, attachment->child);
	if (attachment->child)
		values[LIFE].type = VALUE_NULL;
	if (attachment->addr)
		set_number(values, ADDR, attachment->addr);
	set_text(&values[HOW], how_text(attachment->how));
	set_text(&values[FROM], from_text(attachment->from));
	set_text(&values[INCOMPLETE],
		 incomplete(holders, object, attachment->since_ns));
	sink_row(holders->sink, values);
}

static void row_object(const struct holders *holders,
		       const struct model_object *object)
{
	const struct model_attachment *attachment;
	struct value values[NR_HOLDERS_COLUMNS];
	const struct model_hold *hold;
	const struct model_wait *wait;

	begin_row(values, object, "object");
	if (is_counted(object))
		set_number(values, VALUE, object->stat.nattch);
	set_text(&values[INCOMPLETE],
		 incomplete(holders, object, begin_of(object)));
	sink_row(holders->sink, values);
	row_semaphores(holders, object);
	TAILQ_FOREACH(hold, &object->holds, of_object)
		row_hold(holders, object, hold);
	TAILQ_FOREACH(wait, &object->waits, of_object)
		row_wait(holders, object, wait);
	TAILQ_FOREACH(attachment, &object->attachments, of_object)
		if (model_is_attached(attachment))
			row_attachment(holders, object, attachment);
}

/* ---- All ---------------------------------------------------------- */

static void tell_all(struct holders *holders)
{
	const struct model_object *object;

	if (holders->sink)
		sink_begin(holders->sink, columns, NR_HOLDERS_COLUMNS);
	TAILQ_FOREACH(object, model_objects(holders->evidence.model), all) {
		if (!target_is(&holders->target, object))
			continue;
		if (holders->sink)
			row_object(holders, object);
		else
			put_object(holders, object);
		holders->nr++;
	}
}

static void tell_nothing(const struct holders *holders)
{
	const struct model_object *object;

	TAILQ_FOREACH(object, model_gone(holders->evidence.model), all) {
		if (!target_is(&holders->target, object))
			continue;
		warnx("%s: it has gone: ipctrace who-removed %s",
		      holders->target.text, holders->target.text);
		return;
	}
	warnx("%s: no such semaphore set or segment, as far as %s knows",
	      holders->target.text, holders->evidence.name);
}

static int answer(struct holders *holders)
{
	bool good;

	tell_all(holders);
	if (!holders->nr)
		tell_nothing(holders);
	good = output_flush(holders->output) == OUTPUT_OK;
	return good && holders->nr ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int print_schema(void)
{
	struct output *output = output_stdout();

	if (!row_schema_print(output, "ipctrace holders", &schema, 1))
		return EXIT_FAILURE;
	return print_end(output);
}

static bool parse_target(struct target *target, const struct options *options)
{
	if (!target_parse(target, options->operand, options->ipc_ns))
		return false;
	target->families &= HELD_FAMILIES;
	if (target->families)
		return true;
	warnx("%s: nobody holds a queue; accepted: sem:ID, shm:ID, a key (0x5047)",
	      options->operand);
	return false;
}

static int run(const struct options *options)
{
	struct holders holders = { .output = output_stdout() };
	int status = EXIT_FAILURE;

	if (options->schema)
		return print_schema();
	if (!options->operand)
		return options_refuse(options, "no KEY|ID to holders");
	if (!parse_target(&holders.target, options))
		return EXIT_USAGE;
	if (options->json) {
		holders.sink = sink_new(STDOUT_FILENO, SINK_JSON);
		if (!holders.sink)
			return EXIT_FAILURE;
		holders.output = &holders.sink->output;
	}
	if (evidence_open(&holders.evidence, options, NULL, NULL))
		status = answer(&holders);
	evidence_close(&holders.evidence);
	if (holders.sink)
		sink_free(holders.sink);
	return status;
}

const struct command command_holders = {
	.usage = "holders [OPTION]... KEY|ID",
	.operand = "KEY|ID",
	.may_lack = true,
	.about =
"Say who holds the semaphores of a set, since when, with SEM_UNDO or not, alive\n"
"or dead, and who waits for them; or who has a segment attached. sem:5 and shm:5\n"
"are ids, 0x5047 is a key. From what the recorder holds and the kernel says, or\n"
"from a capture.\n",
	.notes =
"Who takes and gives back holds a lock. A semaphore that others give than take is\n"
"a signal, and has no holder. Where records are missing the answer is incomplete,\n"
"and says so.\n"
"Exit status: 0 for an answer, 1 if there is no such object, 2 for wrong options.\n",
	.run = run,
};
