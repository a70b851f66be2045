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
#include "commands/options.h"
#include "fields/values.h"
#include "names/cgroups.h"
#include "shared/syscalls.h"
#include "view/formats.h"
#include "view/table.h"

/* What people see if they do not choose; programs get all. */
#define USUAL \
	"kind,id,key,owner,mode,size,attached,holders,waiting,calls,errors,made_by,used_by,state"

/*
 * COLUMNS(COLUMN) - all columns, in order: name, type
 */
#define COLUMNS(COLUMN)							\
	COLUMN(kind, STRING) COLUMN(id, SIGNED) COLUMN(key, STRING)	\
	COLUMN(ipc_ns, UNSIGNED) COLUMN(seq, UNSIGNED)			\
	COLUMN(state, STRING) COLUMN(from, STRING)			\
	COLUMN(owner, STRING) COLUMN(uid, UNSIGNED) COLUMN(gid, UNSIGNED) \
	COLUMN(cuid, UNSIGNED) COLUMN(cgid, UNSIGNED) COLUMN(mode, STRING) \
	COLUMN(size, UNSIGNED)						\
	COLUMN(attached, UNSIGNED) COLUMN(holders, UNSIGNED)		\
	COLUMN(waiting, UNSIGNED) COLUMN(nattch, UNSIGNED)		\
	COLUMN(rss, UNSIGNED) COLUMN(swap, UNSIGNED)			\
	COLUMN(qnum, UNSIGNED) COLUMN(cbytes, UNSIGNED)			\
	COLUMN(cpid, UNSIGNED) COLUMN(lpid, UNSIGNED) COLUMN(lrpid, UNSIGNED) \
	COLUMN(atime, SIGNED) COLUMN(dtime, SIGNED) COLUMN(ctime, SIGNED) \
	COLUMN(calls, UNSIGNED) COLUMN(errors, UNSIGNED)		\
	COLUMN(sent, UNSIGNED) COLUMN(received, UNSIGNED)		\
	COLUMN(users, UNSIGNED)						\
	WHO(made) WHO(changed) WHO(used) WHO(removed)			\
	COLUMN(how, STRING) COLUMN(incomplete, STRING)

#define NAME(name, type)	COLUMN_##name,
#define WHO(what) \
	NAME(what##_by, STRING) NAME(what##_pid, UNSIGNED) \
	NAME(what##_uid, UNSIGNED) NAME(what##_ns, UNSIGNED)
enum column_id {
	COLUMNS(NAME)
	NR_COLUMNS
};
#undef WHO
#undef NAME

static_assert(NR_COLUMNS <= SINK_MAX_COLUMNS);

#define ROW(title, type) [COLUMN_##title] = { .name = #title, VALUE_##type, 0 },
#define WHO(what) \
	ROW(what##_by, STRING) ROW(what##_pid, UNSIGNED) \
	ROW(what##_uid, UNSIGNED) ROW(what##_ns, UNSIGNED)
static const struct column columns[] = { COLUMNS(ROW) };
#undef WHO
#undef ROW

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
	if (object->family == IPCTRACE_SHM)
		set_number(row, COLUMN_attached, object->nr_attached);
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
	/* The kernel has said that it is there; who used it may be missing. */
	if (removal.incomplete)
		set_text(&row, COLUMN_incomplete,
			 model_hole_text(removal.incomplete->cause));
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
	add_all(table, evidence, options);
	good = table_write(table, sink);
	good = sink_flush(sink) == OUTPUT_OK && good;
	sink_free(sink);
	evidence_tell(evidence);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run(const struct options *options)
{
	struct evidence evidence;
	struct table table;
	int status = EXIT_FAILURE;

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
"says why that may be missing. Times that end in _ns are those of records.\n"
"--at and --removed look at what the service has recorded before, too.\n",
	.run = run,
};
