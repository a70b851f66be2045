// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: who_removed
 *
 * Who removed an object, in sentences: who, started by whom, when, by what, why the
 * kernel let it, who was still using it, and what is likely to be behind it. What is
 * not in the evidence is said to be unknown.
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
#include "names/cgroups.h"
#include "shared/syscalls.h"
#include "view/formats.h"
#include "view/row_schema.h"

#define MAX_NAMED	5	/* users of an object by name; the others are counted */
#define MAX_LISTED	64	/* in JSON */
#define LATELY_NS	60000000000ULL
#define UNSET		4294967295U

/* ---- Columns ------------------------------------------------------------------------ */

#define COLUMN(text, kind, may_lack, says)				\
	{ .name = text, .type = VALUE_##kind, .nullable = may_lack, .what = says }

static const struct column columns[] = {
	COLUMN("kind", STRING, false, "msg, sem or shm"),
	COLUMN("id", SIGNED, false, "the object"),
	COLUMN("key", SIGNED, false, "its key; 0: it had none"),
	COLUMN("ipc_ns", UNSIGNED, false, "its namespace"),
	COLUMN("there", BOOL, false, "it has not gone"),
	COLUMN("cause", STRING, true, "how it went"),
	COLUMN("time_ns", UNSIGNED, true, "when, CLOCK_MONOTONIC"),
	COLUMN("time", STRING, true, "the same for people"),
	COLUMN("uid", UNSIGNED, false, "its owner"),
	COLUMN("cuid", UNSIGNED, false, "its creator's user"),
	COLUMN("likely", STRING, true, "which known case it may be"),
	COLUMN("removed_together", UNSIGNED, false,
	       "so many objects the same process removed within a short time"),
	COLUMN("incomplete", STRING, true, "why this may be otherwise"),
	COLUMN("evidence", STRING, true, "where all this is from; null: a capture"),
};

static const struct column who_columns[] = {
	COLUMN("from", STRING, false, "recorded, or the kernel said so"),
	COLUMN("pid", UNSIGNED, false, "process"),
	COLUMN("ppid", UNSIGNED, true, "its parent"),
	COLUMN("comm", STRING, true, "its name"),
	COLUMN("uid", UNSIGNED, false, "real user id"),
	COLUMN("loginuid", UNSIGNED, true, "who had logged in"),
	COLUMN("container", STRING, true, "id of its container"),
	COLUMN("time_ns", UNSIGNED, false, "when, CLOCK_MONOTONIC; 0: not known"),
	COLUMN("call", STRING, true, "by which call"),
	COLUMN("right", STRING, true, "by which right"),
	COLUMN("exe", STRING, true, "its program"),
};

static const struct column ancestor_columns[] = {
	COLUMN("pid", UNSIGNED, false, "process"),
	COLUMN("uid", UNSIGNED, false, "its real user id"),
	COLUMN("comm", STRING, true, "its name"),
};

static const struct column attached_columns[] = {
	COLUMN("pid", UNSIGNED, true, "process; null: a child, see child_of"),
	COLUMN("child_of", UNSIGNED, true, "a child of that process, which had not shown itself"),
	COLUMN("comm", STRING, true, "name of that process"),
};

static const struct column cut_off_columns[] = {
	COLUMN(NULL, UNSIGNED, false, "process"),
};

#undef COLUMN

static const struct schema_rows schema = { NULL, columns, ARRAY_SIZE(columns) };

static const struct schema_group ancestors = {
	.name = "ancestors", .list = true, .what = "who started it, the nearest first",
	.columns = ancestor_columns, .nr = ARRAY_SIZE(ancestor_columns),
};

static const struct schema_group groups[] = {
	{ .name = "by", .nullable = true, .what = "who removed it",
	  .columns = who_columns, .nr = ARRAY_SIZE(who_columns),
	  .group = &ancestors },
	{ .name = "made", .nullable = true, .what = "who made it",
	  .columns = who_columns, .nr = ARRAY_SIZE(who_columns),
	  .group = &ancestors },
	{ .name = "attached", .list = true, .what = "who had it attached",
	  .columns = attached_columns, .nr = ARRAY_SIZE(attached_columns) },
	{ .name = "cut_off", .list = true,
	  .what = "processes of which a call on it ended with EIDRM",
	  .columns = cut_off_columns, .nr = ARRAY_SIZE(cut_off_columns) },
};

/**
 * struct answer - where we are
 * @evidence: what we answer from
 * @target: what was asked for
 * @output: where the sentences go
 * @sink: where rows go, with --json
 * @nr: objects that were asked for
 * @ipc_ns: namespace of the first of them
 * @many_ns: others are in others
 */
struct answer {
	struct evidence evidence;
	struct target target;
	struct output *output;
	struct sink *sink;
	u32 nr;
	u32 ipc_ns;
	bool many_ns;
};

/* ---- Parts of sentences --------------------------------------------------------- */

static void put_process(const struct answer *answer, const char *comm, u32 tgid)
{
	output_print(answer->output, "%s (pid %u)", *comm ? comm : "?", tgid);
}

static void put_key(const struct answer *answer, const struct model_object *object)
{
	if (object->key)
		output_print(answer->output, "key 0x%08x", object->key);
	else
		output_print(answer->output, "no key");
}

static const char *call_of(const struct model_who *who)
{
	return evidence_call(who->call) ?: "a call";
}

static const char *container_of_who(const struct answer *answer,
				    const struct model_who *who)
{
	return cgroups_find(answer->evidence.cgroups, who->cgroup)->container;
}

/* "from the shell of alice", and where */
static void put_started(const struct answer *answer, const struct model_who *who)
{
	const char *container = container_of_who(answer, who);
	const struct model_origin *origin = who->origin;
	char user[EVIDENCE_TIME_BYTES];
	u32 i;

	if (origin && *origin->exe)
		output_print(answer->output, "  Its program is %s.\n", origin->exe);
	if (origin && origin->nr) {
		output_print(answer->output, "  It was started by ");
		for (i = 0; i < origin->nr; i++) {
			if (i)
				output_print(answer->output, ", that by ");
			put_process(answer, origin->ancestors[i].comm,
				    origin->ancestors[i].pid);
		}
		output_print(answer->output, ".\n");
	} else if (who->ppid) {
		output_print(answer->output, "  Its parent was pid %u.\n", who->ppid);
	}
	if (who->loginuid != UNSET)
		output_print(answer->output, "  %s had logged in.\n",
			     evidence_user(&answer->evidence, who->loginuid, user));
	if (container)
		output_print(answer->output, "  It ran in container %.12s.\n",
			     container);
}

static const char *reason_of(const struct model_object *object,
			     const struct model_who *who)
{
	switch (who->right) {
	case IPCTRACE_RIGHT_SYS_ADMIN:
		return who->euid ? "it has CAP_SYS_ADMIN" :
				   "it is root: it has CAP_SYS_ADMIN";
	case IPCTRACE_RIGHT_UNSAID:
		break;
	default:
		return "of a capability";
	}
	if (who->euid == object->cuid)
		return object->uid == object->cuid ?
			       "its user owns the object and has made it" :
			       "its user has made the object";
	return who->euid == object->uid ? "its user owns the object" : NULL;
}

static void put_allowed(const struct answer *answer,
			const struct model_object *object,
			const struct model_who *who)
{
	const char *reason = reason_of(object, who);
	char user[EVIDENCE_TIME_BYTES];

	if (!reason)
		return;
	output_print(answer->output, "  The kernel let it because %s", reason);
	if (who->right)
		output_print(answer->output, " (the owner is %s)",
			     evidence_user(&answer->evidence, object->uid, user));
	output_print(answer->output, ".\n");
}

/* ---- Who was still using it -------------------------------------------------------- */

static const char *life_of(const struct model_process *process)
{
	return process->life == MODEL_ALIVE ? ", alive" :
	       process->life == MODEL_DEAD ? ", gone" : "";
}

static void put_attached(const struct answer *answer,
			 const struct model_object *object, u32 nr)
{
	const struct model_attachment *attachment;
	u32 named = 0;

	if (!nr)
		return;
	output_print(answer->output, "  Attached at that time: ");
	TAILQ_FOREACH(attachment, &object->attachments, of_object) {
		if (!attachment->there)
			continue;
		if (named == MAX_NAMED) {
			output_print(answer->output, " and %u more", nr - named);
			break;
		}
		output_print(answer->output, "%s%s%s (pid %u%s)", named++ ? ", " : "",
			     attachment->child ? "a child of " : "",
			     attachment->process->last.comm,
			     attachment->process->last.tgid,
			     life_of(attachment->process));
	}
	output_print(answer->output, ".\n");
	if (object->state == MODEL_MARKED)
		output_print(answer->output,
			     "  They keep it until they detach it; by its key nobody finds it any more.\n");
}

static bool is_user(const struct model_use *use, const struct model_removal *removal,
		    u32 flag)
{
	if (removal->who && use->process->last.tgid == removal->who->tgid)
		return false;
	if (flag)
		return use->flags & flag;
	return !(use->flags & MODEL_USE_CUT_OFF) &&
	       use->flags & MODEL_USE_WORKED && removal->when_ns &&
	       use->last_ns + LATELY_NS >= removal->when_ns;
}

static void put_users(const struct answer *answer, const struct model_object *object,
		      const struct model_removal *removal, const char *what, u32 flag)
{
	const struct model_use *use;
	u32 named = 0, more = 0;

	TAILQ_FOREACH(use, &object->uses, of_object) {
		if (!is_user(use, removal, flag))
			continue;
		if (named == MAX_NAMED) {
			more++;
			continue;
		}
		output_print(answer->output, "%s%s (pid %u%s)",
			     named++ ? ", " : what, use->process->last.comm,
			     use->process->last.tgid, life_of(use->process));
	}
	if (more)
		output_print(answer->output, " and %u more", more);
	if (named)
		output_print(answer->output, ".\n");
}

/* ---- What is likely ----------------------------------------------------------------- */

static void put_found(const struct answer *answer, const struct model_object *object,
		      const struct model_who *who)
{
	char text[EVIDENCE_TIME_BYTES];
	const struct model_use *use;

	TAILQ_FOREACH(use, &object->uses, of_object)
		if (use->process->last.tgid == who->tgid)
			break;
	output_print(answer->output,
		     "  Likely: two programs use one key, or one clears up after the other: %s made\n"
		     "  it, and %s found it by that key",
		     object->made.comm, who->comm);
	if (use)
		output_print(answer->output, " at %s",
			     evidence_time(&answer->evidence, use->first_ns, text));
	output_print(answer->output, ".\n");
}

static void put_case(const struct answer *answer, const struct model_object *object,
		     const struct model_removal *removal)
{
	char user[EVIDENCE_TIME_BYTES];

	if (removal->cases & MODEL_CASE_LOGIND)
		output_print(answer->output,
			     "  Likely: logind removed what %s had left, when the last session ended\n"
			     "  (RemoveIPC= in /etc/systemd/logind.conf).\n",
			     evidence_user(&answer->evidence, object->uid, user));
	else if (removal->cases & MODEL_CASE_IPCRM)
		output_print(answer->output,
			     "  Likely: a script, or somebody by hand: the program is ipcrm.\n");
	else if (removal->cases & MODEL_CASE_FORKED)
		output_print(answer->output,
			     "  Likely: a clean-up at exit (atexit) that ran in a forked child, too: it is a child\n"
			     "  of pid %u, which made it, and has the same name.\n",
			     object->made.tgid);
	else if (removal->cases & MODEL_CASE_COLLISION)
		put_found(answer, object, removal->who);
	else if (removal->cases & MODEL_CASE_CREATOR)
		output_print(answer->output, "  That is the process that had made it.\n");
	if (removal->cases & MODEL_CASE_SWEEP)
		output_print(answer->output,
			     "  It removed %u objects within a second.\n",
			     removal->swept);
}

/* ---- Answers ------------------------------------------------------------------------- */

static void put_hole(const struct answer *answer, const struct model_hole *hole)
{
	char text[EVIDENCE_TIME_BYTES];

	if (!hole)
		return;
	output_print(answer->output, "  Incomplete: %s", model_hole_text(hole->cause));
	if (hole->end_ns != ~0ULL)
		output_print(answer->output, " (until %s)",
			     evidence_time(&answer->evidence, hole->end_ns, text));
	else if (hole->begin_ns)
		output_print(answer->output, " (since %s)",
			     evidence_time(&answer->evidence, hole->begin_ns, text));
	output_print(answer->output, ": others may have used it.\n");
}

static void put_made(const struct answer *answer, const struct model_object *object)
{
	char user[EVIDENCE_TIME_BYTES], when[EVIDENCE_TIME_BYTES];

	switch (object->made.from) {
	case MODEL_RECORDED:
		output_print(answer->output, "  It had been made by ");
		put_process(answer, object->made.comm, object->made.tgid);
		output_print(answer->output, ", user %s, at %s.\n",
			     evidence_user(&answer->evidence, object->made.uid,
					   user),
			     evidence_time(&answer->evidence, object->made.time_ns,
					   when));
		break;
	case MODEL_KERNEL:
		output_print(answer->output,
			     "  It was made by pid %u, the kernel says.\n",
			     object->made.tgid);
		break;
	default:
		output_print(answer->output,
			     "  Who made it is not recorded; its creator was %s.\n",
			     evidence_user(&answer->evidence, object->cuid, user));
	}
}

static void put_when(const struct answer *answer, u64 when_ns)
{
	char when[EVIDENCE_TIME_BYTES], ago[EVIDENCE_TIME_BYTES];

	if (!when_ns) {
		output_print(answer->output, ".\n");
		return;
	}
	output_print(answer->output, " at %s, %s %s.\n",
		     evidence_time(&answer->evidence, when_ns, when),
		     evidence_ago(&answer->evidence, when_ns, ago),
		     answer->evidence.live ? "ago" : "before the end of the records");
}

static void put_name(const struct answer *answer, const struct model_object *object)
{
	const char *kind = target_kind(object->family);

	output_print(answer->output, "%c%s %d (", *kind - 'a' + 'A', kind + 1,
		     object->id);
	put_key(answer, object);
	output_print(answer->output, ") ");
	if (answer->many_ns)
		output_print(answer->output, "of IPC namespace %u ", object->ipc_ns);
}

static void put_by(const struct answer *answer, const struct model_removal *removal,
		   const struct model_object *object)
{
	const struct model_who *who = removal->who;
	char user[EVIDENCE_TIME_BYTES];

	output_print(answer->output, "was removed by ");
	put_process(answer, who->comm, who->tgid);
	output_print(answer->output, ", user %s,\n  with %s(IPC_RMID)",
		     evidence_user(&answer->evidence, who->euid, user), call_of(who));
	put_when(answer, removal->when_ns);
	put_started(answer, who);
	put_allowed(answer, object, who);
}

static void put_ended(const struct answer *answer, const struct model_object *object,
		      const struct model_removal *removal)
{
	const struct model_who *who = &object->destroyed;

	if (removal->cause != MODEL_BY_RMID_LATER ||
	    object->state != MODEL_DESTROYED || !who->from)
		return;
	output_print(answer->output, "  It went with the last detach, by ");
	put_process(answer, who->comm, who->tgid);
	put_when(answer, who->time_ns);
}

static void put_cause(const struct answer *answer, const struct model_object *object,
		      const struct model_removal *removal)
{
	const struct model_who *who = &object->destroyed;

	switch (removal->cause) {
	case MODEL_BY_RMID:
	case MODEL_BY_RMID_LATER:
		put_by(answer, removal, object);
		put_ended(answer, object, removal);
		return;
	case MODEL_BY_RMID_UNSEEN:
		output_print(answer->output,
			     "is marked for removal, or was: somebody called IPC_RMID, and who is not recorded.\n");
		if (!who->from)
			return;
		output_print(answer->output, "  It went with the last detach, by ");
		break;
	case MODEL_BY_FORCE:
		output_print(answer->output,
			     "was removed by the kernel, as kernel.shm_rmid_forced says: nobody had it attached\n"
			     "  any more after ");
		break;
	case MODEL_BY_NAMESPACE:
		output_print(answer->output,
			     "went with its IPC namespace %u, which came to its end in ",
			     object->ipc_ns);
		break;
	case MODEL_BY_SOMETHING:
		output_print(answer->output, "ceased to exist in ");
		break;
	default:
		output_print(answer->output,
			     "is gone, and how is not recorded. It was seen last");
		put_when(answer, object->seen_ns);
		return;
	}
	put_process(answer, who->comm, who->tgid);
	put_when(answer, who->time_ns);
	if (removal->cause == MODEL_BY_SOMETHING)
		output_print(answer->output,
			     "  By which call is not recorded%s.\n",
			     model_hole(answer->evidence.model, who->time_ns,
					answer->evidence.now_ns) ? "" : " yet");
	put_started(answer, who);
}

static void put_removed(const struct answer *answer, const struct model_object *object,
			const struct model_removal *removal)
{
	put_name(answer, object);
	put_cause(answer, object, removal);
	put_case(answer, object, removal);
	put_attached(answer, object, removal->attached);
	put_users(answer, object, removal,
		  "  Their calls on it ended with EIDRM: ", MODEL_USE_CUT_OFF);
	put_users(answer, object, removal,
		  "  In the minute before it was used by: ", 0);
	put_made(answer, object);
	put_hole(answer, removal->incomplete);
}

static void put_there(const struct answer *answer, const struct model_object *object,
		      const struct model_removal *removal)
{
	put_name(answer, object);
	output_print(answer->output, "is still there");
	if (!answer->evidence.live)
		put_when(answer, object->seen_ns);
	else
		output_print(answer->output, ".\n");
	put_made(answer, object);
	if (!answer->evidence.live)
		put_hole(answer, removal->incomplete);
}

/* Not of a file that was named */
static bool is_of_machine(const struct answer *answer)
{
	return answer->evidence.live || answer->evidence.spooled;
}

/* ---- Rows ---------------------------------------------------------------------------- */

static const char *case_text(u32 cases)
{
	if (cases & MODEL_CASE_LOGIND)
		return "logind";
	if (cases & MODEL_CASE_IPCRM)
		return "ipcrm";
	if (cases & MODEL_CASE_FORKED)
		return "forked child";
	if (cases & MODEL_CASE_COLLISION)
		return "same key";
	if (cases & MODEL_CASE_CREATOR)
		return "creator";
	return NULL;
}

static struct value text_or_null(const char *text)
{
	return (struct value){
		.type = text && *text ? VALUE_STRING : VALUE_NULL,
		.string = text,
	};
}

static struct value number_or_null(u64 number, bool known)
{
	return (struct value){
		.type = known ? VALUE_UNSIGNED : VALUE_NULL,
		.number = number,
	};
}

static struct value number(u64 number)
{
	return number_or_null(number, true);
}

static struct value signed_number(s64 number)
{
	return (struct value){ .type = VALUE_SIGNED, .number = number };
}

/* A value for each column, with its name */
static void add_values(struct decoded *d, const struct column *columns,
		       const struct value *values, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (values[i].type == VALUE_NULL)
			add_null(d, columns[i].name);
		else if (values[i].type == VALUE_STRING)
			add_string(d, columns[i].name, values[i].string);
		else
			add(d, columns[i].name, values[i].type, values[i].number);
	}
}

#define ADD(d, columns, ...) do {					\
	const struct value values[] = { __VA_ARGS__ };			\
									\
	static_assert(ARRAY_SIZE(values) == ARRAY_SIZE(columns));	\
	add_values(d, columns, values, ARRAY_SIZE(values));		\
} while (0)

static void add_who(struct decoded *d, const struct answer *answer,
		    const char *name, const struct model_who *who)
{
	u32 i;

	if (!who || !who->from) {
		add_null(d, name);
		return;
	}
	add(d, name, VALUE_OPEN, 0);
	ADD(d, who_columns,
	    text_or_null(who->from == MODEL_KERNEL ? "kernel" : "recorded"),
	    number(who->tgid),
	    number_or_null(who->ppid, who->ppid),
	    text_or_null(who->comm),
	    number(who->uid),
	    number_or_null(who->loginuid, who->loginuid != UNSET),
	    text_or_null(container_of_who(answer, who)),
	    number(who->time_ns),
	    text_or_null(evidence_call(who->call)),
	    text_or_null(who->right < __IPCTRACE_RIGHT_MAX ?
			 ipct_right_names[who->right] : NULL),
	    text_or_null(who->origin ? who->origin->exe : NULL));
	add(d, "ancestors", VALUE_LIST, 0);
	for (i = 0; who->origin && i < who->origin->nr; i++) {
		add(d, NULL, VALUE_OPEN, 0);
		ADD(d, ancestor_columns,
		    number(who->origin->ancestors[i].pid),
		    number(who->origin->ancestors[i].uid),
		    text_or_null(who->origin->ancestors[i].comm));
		add(d, NULL, VALUE_CLOSE, 0);
	}
	add(d, NULL, VALUE_END, 0);
	add(d, NULL, VALUE_CLOSE, 0);
}

static void add_users(struct decoded *d, const struct model_object *object)
{
	const struct model_attachment *attachment;
	const struct model_use *use;
	u32 nr = 0, tgid;

	add(d, "attached", VALUE_LIST, 0);
	TAILQ_FOREACH(attachment, &object->attachments, of_object) {
		if ((model_has_gone(object) && !attachment->there) ||
		    nr++ >= MAX_LISTED)
			continue;
		tgid = attachment->process->last.tgid;
		add(d, NULL, VALUE_OPEN, 0);
		ADD(d, attached_columns,
		    number_or_null(tgid, !attachment->child),
		    number_or_null(tgid, attachment->child),
		    text_or_null(attachment->process->last.comm));
		add(d, NULL, VALUE_CLOSE, 0);
	}
	add(d, NULL, VALUE_END, 0);
	nr = 0;
	add(d, "cut_off", VALUE_LIST, 0);
	TAILQ_FOREACH(use, &object->uses, of_object)
		if (use->flags & MODEL_USE_CUT_OFF && nr++ < MAX_LISTED)
			add_unsigned(d, NULL, use->process->last.tgid);
	add(d, NULL, VALUE_END, 0);
}

static void put_values(const struct answer *answer, const struct model_object *object,
		       const struct model_removal *removal)
{
	const char *cause = model_cause_text(removal->cause);
	char sources[EVIDENCE_SOURCES_BYTES] = "";
	char when[EVIDENCE_TIME_BYTES] = "";
	const char *incomplete = NULL;
	struct decoded d = { };

	if (removal->when_ns)
		evidence_time(&answer->evidence, removal->when_ns, when);
	if (is_of_machine(answer))
		evidence_sources(&answer->evidence, sources);
	if (removal->incomplete)
		incomplete = model_hole_text(removal->incomplete->cause);
	ADD(&d, columns,
	    text_or_null(ipct_family_names[object->family]),
	    signed_number(object->id),
	    signed_number(object->key),
	    number(object->ipc_ns),
	    (struct value){ .type = VALUE_BOOL, .number = !model_has_gone(object) },
	    text_or_null(cause),
	    number_or_null(removal->when_ns, removal->when_ns),
	    text_or_null(when),
	    number(object->uid),
	    number(object->cuid),
	    text_or_null(case_text(removal->cases)),
	    number(removal->swept),
	    text_or_null(incomplete),
	    text_or_null(sources));
	add_who(&d, answer, "by", removal->who);
	add_who(&d, answer, "made", &object->made);
	add_users(&d, object);
	answer->sink->ops->values(answer->sink, &d);
	output_room(&answer->sink->output);
}

#undef ADD

/* ---- Which objects --------------------------------------------------------------------- */

static void tell(struct answer *answer, const struct model_object *object)
{
	struct model_removal removal;

	model_removal(answer->evidence.model, object, &removal);
	model_removal_cases(answer->evidence.model, object, &removal);
	if (answer->sink)
		put_values(answer, object, &removal);
	else if (removal.cause == MODEL_STILL_THERE)
		put_there(answer, object, &removal);
	else
		put_removed(answer, object, &removal);
	answer->nr++;
}

/* Has one with the same name and of the same kind gone after that one? */
static u32 later_ones(const struct answer *answer, const struct model_object *object)
{
	const struct model_object *other = object;
	u32 nr = 0;

	while ((other = TAILQ_NEXT(other, all)))
		nr += target_is(&answer->target, other) &&
		      other->family == object->family &&
		      other->ipc_ns == object->ipc_ns;
	return nr;
}

static void look_for_namespaces(struct answer *answer,
				const struct model_objects *objects)
{
	const struct model_object *object;

	TAILQ_FOREACH(object, objects, all) {
		if (!target_is(&answer->target, object))
			continue;
		answer->many_ns |= answer->ipc_ns &&
				   answer->ipc_ns != object->ipc_ns;
		answer->ipc_ns = object->ipc_ns;
	}
}

static void tell_all(struct answer *answer)
{
	const struct model *model = answer->evidence.model;
	const struct model_object *object;
	u32 earlier = 0;

	look_for_namespaces(answer, model_gone(model));
	look_for_namespaces(answer, model_objects(model));
	TAILQ_FOREACH(object, model_gone(model), all) {
		if (!target_is(&answer->target, object))
			continue;
		if (answer->sink || !later_ones(answer, object))
			tell(answer, object);
		else
			earlier++;
	}
	TAILQ_FOREACH(object, model_objects(model), all)
		if (target_is(&answer->target, object))
			tell(answer, object);
	if (earlier)
		output_print(answer->output,
			     "Before that, %u more of that name had gone: ipctrace history %s\n",
			     earlier, answer->target.text);
}

/* Nothing of that name: perhaps it was before all that we have. */
static void put_nothing(const struct answer *answer, char *buf, size_t size)
{
	u64 since_ns = model_whole_since(answer->evidence.model);
	char when[EVIDENCE_TIME_BYTES], ago[EVIDENCE_TIME_BYTES];

	if (since_ns && since_ns != ~0ULL)
		snprintf(buf, size,
			 "nothing of that name is there, or has gone since the recording of everything began, at %s (%s %s)",
			 evidence_time(&answer->evidence, since_ns, when),
			 evidence_ago(&answer->evidence, since_ns, ago),
			 answer->evidence.live ? "ago" :
						 "before the end of the records");
	else
		snprintf(buf, size,
			 "%s has nothing of that name, and not everything was recorded",
			 answer->evidence.name);
}

static void put_sources(const struct answer *answer)
{
	char sources[EVIDENCE_SOURCES_BYTES];

	if (answer->sink || !is_of_machine(answer))
		return;
	output_print(answer->output, "Evidence: %s.\n",
		     evidence_sources(&answer->evidence, sources));
}

static int answer_all(struct answer *answer, const struct options *options)
{
	char nothing[512];
	u32 boots = 0;
	bool good;

	tell_all(answer);
	if (!answer->nr)
		put_nothing(answer, nothing, sizeof(nothing));
	while (!answer->nr && evidence_earlier(&answer->evidence, options)) {
		tell_all(answer);
		boots++;
	}
	if (answer->nr)
		put_sources(answer);
	else
		warnx("%s: not recorded: %s%s", answer->target.text, nothing,
		      boots ? "; nor is it in what was recorded before this machine was started" :
			      "");
	good = output_flush(answer->output) == OUTPUT_OK;
	return good && answer->nr ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int print_schema(void)
{
	struct output *output = output_stdout();

	if (!row_schema_print_groups(output, "ipctrace who-removed", &schema,
				     groups, ARRAY_SIZE(groups)))
		return EXIT_FAILURE;
	return print_end(output);
}

static int run(const struct options *options)
{
	struct answer answer = { .output = output_stdout() };
	int status = EXIT_FAILURE;

	if (options->schema)
		return print_schema();
	if (!options->operand)
		return options_refuse(options, "no KEY|ID to who-removed");
	if (!target_parse(&answer.target, options->operand, options->ipc_ns))
		return EXIT_USAGE;
	if (options->json) {
		answer.sink = sink_new(STDOUT_FILENO, SINK_JSON);
		if (!answer.sink)
			return EXIT_FAILURE;
		answer.output = &answer.sink->output;
	}
	if (evidence_open(&answer.evidence, options, NULL, NULL))
		status = answer_all(&answer, options);
	evidence_close(&answer.evidence);
	if (answer.sink)
		sink_free(answer.sink);
	return status;
}

const struct command command_who_removed = {
	.usage = "who-removed [OPTION]... KEY|ID",
	.operand = "KEY|ID",
	.may_lack = true,
	.about =
"Say who removed a queue, a semaphore set or a segment, when, by what, started by\n"
"whom, and who was still using it. 32769 is an id, 0x5047 a key, shm:32769 one of\n"
"one kind. From what the recorder holds, what its service has recorded before,\n"
"and what the kernel says; or from a capture.\n",
	.notes =
"What is not in the records is said to be unknown; where some were lost, the\n"
"answer is incomplete, and says so.\n"
"Exit status: 0 for an answer, 1 when there is none, 2 for wrong options.\n",
	.run = run,
};
