// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: objects
 *
 * Every queue, set and segment that is there, or that was at a time, with what ipcs
 * tells of it and who made, changed, used and removed it. Of all namespaces; those
 * that are older than the recorder, too, as far as the kernel tells.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/evidence.h"
#include "commands/objects_tree.h"
#include "commands/options.h"
#include "commands/print.h"
#include "fields/values.h"
#include "names/cgroups.h"
#include "shared/syscalls.h"
#include "view/formats.h"
#include "view/row_schema.h"
#include "view/table.h"

/* What people see if they do not choose; programs get all. */
#define USUAL \
	"kind,id,key,owner,mode,size,attached,holders,waiting,calls,errors,made_by,used_by,state"

/*
 * COLUMNS(COLUMN) - all columns, in order: name, type, may be null, what it says; and
 * four each of who did something
 */
#define COLUMNS(COLUMN)							\
	COLUMN(kind, STRING, false, "msg, sem or shm")			\
	COLUMN(id, SIGNED, false, "its id")				\
	COLUMN(key, STRING, false,					\
	       "its key, hexadecimal; 0x00000000: it has none")		\
	COLUMN(ipc_ns, UNSIGNED, false, "IPC namespace")		\
	COLUMN(container, STRING, true,					\
	       "in which its creator ran; null: none, or not recorded")	\
	COLUMN(seq, UNSIGNED, false, "sequence number")			\
	COLUMN(state, STRING, false,					\
	       "there; marked: goes with the last detach; removed; gone: nobody saw how")	\
	COLUMN(from, STRING, false,					\
	       "recorded, or the kernel said that it is there")		\
	COLUMN(owner, STRING, true, "name of uid")			\
	COLUMN(uid, UNSIGNED, false, "owner")				\
	COLUMN(gid, UNSIGNED, false, "owner's group")			\
	COLUMN(cuid, UNSIGNED, false, "creator")			\
	COLUMN(cgid, UNSIGNED, false, "creator's group")		\
	COLUMN(mode, STRING, false, "permissions, octal")		\
	COLUMN(size, UNSIGNED, true,					\
	       "bytes of a segment, semaphores of a set, msg_qbytes of a queue")	\
	COLUMN(attached, UNSIGNED, true,				\
	       "of a segment: attachments that are known")		\
	COLUMN(holders, UNSIGNED, true,					\
	       "of a set: processes that hold a semaphore")		\
	COLUMN(waiting, UNSIGNED, false, "calls that wait for it")	\
	COLUMN(nattch, UNSIGNED, true,					\
	       "of a segment: attachments, as the kernel counts")	\
	COLUMN(rss, UNSIGNED, true, "of a segment: bytes in memory")	\
	COLUMN(swap, UNSIGNED, true, "of a segment: bytes in swap")	\
	COLUMN(qnum, UNSIGNED, true, "of a queue: messages in it")	\
	COLUMN(cbytes, UNSIGNED, true, "of a queue: bytes of these")	\
	COLUMN(cpid, UNSIGNED, true,					\
	       "of a segment: process that made it, as the kernel says")	\
	COLUMN(lpid, UNSIGNED, true,					\
	       "process that attached, detached or sent last")		\
	COLUMN(lrpid, UNSIGNED, true,					\
	       "of a queue: process that received last")		\
	COLUMN(atime, SIGNED, true,					\
	       "last shmat, msgsnd or semop, seconds since 1970; 0: never")	\
	COLUMN(dtime, SIGNED, true, "last shmdt or msgrcv")		\
	COLUMN(ctime, SIGNED, true, "when it was made, or changed last")	\
	COLUMN(calls, UNSIGNED, false, "calls that named it")		\
	COLUMN(errors, UNSIGNED, false, "of these, such as failed")	\
	COLUMN(sent, UNSIGNED, true, "of a queue: bytes sent")		\
	COLUMN(received, UNSIGNED, true, "of a queue: bytes received")	\
	COLUMN(users, UNSIGNED, false, "processes that used it")	\
	WHO(made, "made it") WHO(changed, "changed it last")		\
	WHO(used, "worked on it last") WHO(removed, "removed it")	\
	COLUMN(how, STRING, true, "how it went")			\
	COLUMN(incomplete, STRING, true,				\
	       "why something of this may be missing")

#define NAME(name, type, may_lack, says)	COLUMN_##name,
#define WHO(verb, says)							\
	NAME(verb##_by, STRING, true, says)				\
	NAME(verb##_pid, UNSIGNED, true, says)				\
	NAME(verb##_uid, UNSIGNED, true, says)				\
	NAME(verb##_ns, UNSIGNED, true, says)
enum column_id {
	COLUMNS(NAME)
	NR_COLUMNS
};
#undef WHO
#undef NAME

static_assert(NR_COLUMNS <= SINK_MAX_COLUMNS);

#define ROW(title, kind, may_lack, says)				\
	[COLUMN_##title] = { .name = #title, .type = VALUE_##kind,	\
			     .nullable = may_lack, .what = says },
#define WHO(verb, says)							\
	ROW(verb##_by, STRING, true, "name of who " says)		\
	ROW(verb##_pid, UNSIGNED, true, "process that " says)		\
	ROW(verb##_uid, UNSIGNED, true, "user who " says)		\
	ROW(verb##_ns, UNSIGNED, true, "and when, CLOCK_MONOTONIC")
static const struct column columns[] = { COLUMNS(ROW) };
#undef WHO
#undef ROW

static const struct schema_rows schema[] = {
	{ NULL, columns, NR_COLUMNS },
};

/**
 * struct row - a row that is being filled
 * @values: its values
 * @key: holds the value of that name; and so on
 * @mode: likewise
 * @owner: likewise
 */
struct row {
	struct value values[NR_COLUMNS];
	char key[16];
	char mode[16];
	char owner[EVIDENCE_TIME_BYTES];
};

/* ---- A row ------------------------------------------------------------------------ */

static void set_number(struct row *row, enum column_id id, u64 number)
{
	row->values[id].type = columns[id].type;
	row->values[id].number = number;
}

static void set_text(struct row *row, enum column_id id, const char *text)
{
	if (!text || !*text)
		return;
	row->values[id].type = VALUE_STRING;
	row->values[id].string = text;
}

/* The four columns of who did something begin with @id. */
static void set_who(struct row *row, enum column_id id, const struct model_who *who)
{
	if (!who->from)
		return;
	set_text(row, id, who->comm);
	set_number(row, id + 1, who->tgid);
	if (who->from != MODEL_RECORDED)
		return;
	set_number(row, id + 2, who->uid);
	set_number(row, id + 3, who->time_ns);
}

static void set_stat(struct row *row, const struct model_object *object)
{
	const struct model_stat *stat = &object->stat;

	if (!stat->from)
		return;
	set_number(row, COLUMN_atime, stat->atime_s);
	set_number(row, COLUMN_ctime, stat->ctime_s);
	if (object->family == IPCTRACE_SEM)
		return;
	set_number(row, COLUMN_dtime, stat->dtime_s);
	set_number(row, COLUMN_lpid, stat->lpid);
	if (object->family == IPCTRACE_MSG) {
		set_number(row, COLUMN_lrpid, stat->lrpid);
		set_number(row, COLUMN_qnum, stat->qnum);
		set_number(row, COLUMN_cbytes, stat->cbytes);
		return;
	}
	set_number(row, COLUMN_cpid, stat->cpid);
	set_number(row, COLUMN_nattch, stat->nattch);
	if (stat->from == MODEL_KERNEL) {
		set_number(row, COLUMN_rss, stat->rss);
		set_number(row, COLUMN_swap, stat->swap);
	}
}

static void set_between(struct row *row, const struct model_object *object)
{
	/* Of what has gone, a detach may have been lost. */
	if (object->family == IPCTRACE_SHM)
		set_number(row, COLUMN_attached, model_has_gone(object) ?
						 0 : model_nr_attached(object));
	if (object->family == IPCTRACE_SEM)
		set_number(row, COLUMN_holders, object->nr_holds);
	set_number(row, COLUMN_waiting, object->nr_waits);
	set_number(row, COLUMN_users, object->nr_uses + object->uses_folded);
	set_number(row, COLUMN_calls, object->calls);
	set_number(row, COLUMN_errors, object->errors);
	if (object->family != IPCTRACE_MSG)
		return;
	set_number(row, COLUMN_sent, object->sent);
	set_number(row, COLUMN_received, object->received);
}

static void set_identity(struct row *row, const struct model_object *object,
			 const struct evidence *evidence)
{
	static const char *const states[] = {
		[MODEL_THERE] = "there",
		[MODEL_MARKED] = "marked",
		[MODEL_DESTROYED] = "removed",
		[MODEL_GONE] = "gone",
	};

	set_text(row, COLUMN_kind, ipct_family_names[object->family]);
	set_number(row, COLUMN_id, object->id);
	snprintf(row->key, sizeof(row->key), "0x%08x", object->key);
	set_text(row, COLUMN_key, row->key);
	set_number(row, COLUMN_ipc_ns, object->ipc_ns);
	if (object->made.from == MODEL_RECORDED)
		set_text(row, COLUMN_container,
			 cgroups_find(evidence->cgroups,
				      object->made.cgroup)->container);
	set_number(row, COLUMN_seq, object->seq);
	set_text(row, COLUMN_state, states[object->state]);
	set_text(row, COLUMN_from, object->asked_ns ? "kernel" : "recorded");
	set_text(row, COLUMN_owner, evidence_user(evidence, object->uid,
						  row->owner));
	set_number(row, COLUMN_uid, object->uid);
	set_number(row, COLUMN_gid, object->gid);
	set_number(row, COLUMN_cuid, object->cuid);
	set_number(row, COLUMN_cgid, object->cgid);
	snprintf(row->mode, sizeof(row->mode), "%04o", object->mode & 0777);
	set_text(row, COLUMN_mode, row->mode);
	if (object->size_from)
		set_number(row, COLUMN_size, object->size);
}

static void add_object(struct table *table, const struct evidence *evidence,
		       const struct model_object *object)
{
	const struct model_hole *hole;
	struct model_removal removal;
	struct row row;
	size_t i;

	for (i = 0; i < NR_COLUMNS; i++)
		row.values[i] = (struct value){ .name = columns[i].name };
	model_removal(evidence->model, object, &removal);
	set_identity(&row, object, evidence);
	set_stat(&row, object);
	set_between(&row, object);
	set_who(&row, COLUMN_made_by, &object->made);
	set_who(&row, COLUMN_changed_by, &object->changed);
	set_who(&row, COLUMN_used_by, &object->used);
	if (removal.who)
		set_who(&row, COLUMN_removed_by, removal.who);
	if (removal.cause != MODEL_STILL_THERE)
		set_text(&row, COLUMN_how, model_cause_text(removal.cause));
	hole = removal.incomplete ?: model_hole_of_life(evidence->model, object);
	if (hole)
		set_text(&row, COLUMN_incomplete, model_hole_text(hole->cause));
	table_add(table, row.values);
}

/* ---- All ---------------------------------------------------------------------------- */

static void add_all(struct table *table, const struct evidence *evidence,
		    const struct options *options)
{
	const struct model_object *object;

	TAILQ_FOREACH(object, model_objects(evidence->model), all)
		if (!options->ipc_ns || object->ipc_ns == options->ipc_ns)
			add_object(table, evidence, object);
	if (!options->removed)
		return;
	TAILQ_FOREACH(object, model_gone(evidence->model), all)
		if (!options->ipc_ns || object->ipc_ns == options->ipc_ns)
			add_object(table, evidence, object);
}

static bool begin(struct table *table, const struct options *options)
{
	const char *names = options->table_columns;

	table_init(table, columns, ARRAY_SIZE(columns));
	if (!names && options_format(options) == SINK_TEXT)
		names = USUAL;
	return (!names || table_choose(table, names)) &&
	       (!options->sort || table_sort(table, options->sort));
}

static int print(struct table *table, const struct evidence *evidence,
		 const struct options *options)
{
	struct sink *sink = sink_new(STDOUT_FILENO, options_format(options));
	bool good;

	if (!sink)
		return EXIT_FAILURE;
	if (options->tree) {
		good = objects_tree_print(evidence, options, &sink->output);
	} else {
		add_all(table, evidence, options);
		good = table_write(table, sink);
	}
	good = sink_flush(sink) == OUTPUT_OK && good;
	sink_free(sink);
	evidence_tell(evidence);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int print_schema(void)
{
	struct output *output = output_stdout();

	if (!row_schema_print(output, "ipctrace objects", schema,
			      ARRAY_SIZE(schema)))
		return EXIT_FAILURE;
	return print_end(output);
}

static int run(const struct options *options)
{
	struct evidence evidence;
	struct table table;
	int status = EXIT_FAILURE;

	if (options->schema)
		return print_schema();
	if (options->tree && (options_format(options) != SINK_TEXT ||
			      options->table_columns || options->sort))
		return options_refuse(options,
				      "--tree is for people: --json has ipc_ns, container and made_by, and no --columns or --sort goes with a tree");
	if (!begin(&table, options))
		return EXIT_USAGE;
	if (evidence_open(&evidence, options, NULL, NULL))
		status = print(&table, &evidence, options);
	evidence_close(&evidence);
	table_free(&table);
	return status;
}

const struct command command_objects = {
	.usage = "objects [OPTION]...",
	.about =
"Print every message queue, semaphore set and shared memory segment of all IPC\n"
"namespaces, and who made, changed, used and removed it: from what the recorder\n"
"holds and the kernel says, or from a capture. Columns: all are in --json.\n",
	.notes =
"Who did something is known from records only: what is older has none. incomplete\n"
"says why there may be more, or later ones: not everything since it was made was\n"
"recorded. Times that end in _ns are those of records.\n"
"--at and --removed look at what the service has recorded before, too.\n",
	.run = run,
};
