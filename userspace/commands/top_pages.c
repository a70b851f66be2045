// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: top_pages
 *
 * What there is to say of a row of top: the life of an object, from all records that
 * there are; what a process is and has; how long a call takes, and how it fails.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "commands/life.h"
#include "commands/options.h"
#include "commands/top_pages.h"
#include "shared/syscalls.h"
#include "view/cell.h"

/* With lines of 38 columns: there may be no more than 40. */
const char top_keys[] =
"ipctrace top: keys\n"
"\n"
"Up Down PgUp PgDn    move the cursor\n"
"Home End             first row, last row\n"
"Left Right           other columns\n"
"Tab, 1 2 3 4         another view\n"
"Enter                all of that row:\n"
"                     an object's history\n"
"F4 \\ e               filter: a question\n"
"                     as -e takes; empty:\n"
"                     all\n"
"F6 > .               sort by a column\n"
"I                    the other way round\n"
"Space Z              freeze, and go on\n"
"+ -                  longer, shorter\n"
"                     intervals\n"
"F5 Ctrl-L            draw all anew\n"
"F1 h ?               this help\n"
"q F10 Ctrl-C         quit\n"
"\n"
"Calls and errors a second are counted by\n"
"the recorder, lost records or not. Who\n"
"calls is counted from records; if some\n"
"are lost it is scaled to those counts.\n"
"\n"
"Processes: those that called in the last\n"
"10 s, wait, hold a semaphore or have a\n"
"segment attached.\n"
"Objects: IN is messages in a queue,\n"
"semaphores that are held, attachments.\n"
"Waits: calls that have not returned for\n"
"5 ms, and those that ended in the last\n"
"10 s and took 10 ms or more, in ().\n"
"WAITED and TIME: of calls that ended in\n"
"the last interval.\n";

/* ---- The life of an object ----------------------------------------------- */

/* All that the recorder still has */
static bool read_past(struct top_feed *feed, struct model *model)
{
	static u64 record[IPCTRACE_RECORD_MAX_BYTES / sizeof(u64)];
	u64 until_ns = clock_ns(CLOCK_MONOTONIC);
	int len;

	if (!source_rewind(&feed->past))
		return false;
	while ((len = source_next_now(&feed->past, until_ns, record)) > 0)
		model_feed(model, (const void *)record);
	return !len;
}

static bool read_life(struct top_feed *feed, const struct options *options,
		      struct life *life)
{
	struct evidence evidence;
	struct model *model;
	bool good;

	if (!feed->live) {
		good = evidence_open(&evidence, options, life_take, life);
		evidence_close(&evidence);
		return good;
	}
	model = model_new();
	if (!model)
		return false;
	model_listen(model, life_take, life);
	good = read_past(feed, model);
	model_free(model);
	return good;
}

/* By its key where it has one, so that those before it are told, too */
static void put_life(FILE *to, struct top_feed *feed, const struct options *options,
		     const struct top_object_name *name)
{
	struct life life = {
		.target = {
			.families = 1U << name->family,
			.by_key = name->key,
			.number = name->key ?: name->id,
			.ipc_ns = name->ipc_ns,
		},
	};
	char line[LIFE_LINE_BYTES];
	size_t i;

	fprintf(to, "History of %s %d", target_kind(name->family), name->id);
	if (name->key)
		fprintf(to, ", and of all with its key 0x%08x", name->key);
	fprintf(to, "\n");
	if (!read_life(feed, options, &life))
		fprintf(to, "The records cannot be read.\n");
	life_end(&life);
	if (life.left_out)
		fprintf(to, "(%llu lines are left out after the first %d)\n",
			(unsigned long long)life.left_out, LIFE_FIRST_RUNS);
	for (i = 0; i < life.nr; i++)
		fprintf(to, "%s\n",
			life_line(&life.runs[i], &feed->evidence, line));
	if (!life.nr)
		fprintf(to, "Nothing of it is in the records.\n");
	life_free(&life);
}

/* ---- A process ----------------------------------------------------------- */

static void put_origin(FILE *to, const struct model_process *process)
{
	const struct model_origin *origin = process->origin;
	u32 i;

	if (!origin)
		return;
	if (*origin->exe)
		fprintf(to, "program:    %s\n", origin->exe);
	for (i = 0; i < origin->nr; i++)
		fprintf(to, "%s %s[%u]\n", i ? "           " : "started by:",
			origin->ancestors[i].comm, origin->ancestors[i].pid);
}

static void put_uses(FILE *to, const struct model_process *process)
{
	const struct model_use *use;

	TAILQ_FOREACH(use, &process->uses, of_process)
		fprintf(to, "%s %d: %llu calls, %llu failed%s%s%s\n",
			ipct_family_names[use->object->family], use->object->id,
			(unsigned long long)use->calls,
			(unsigned long long)use->errors,
			use->flags & MODEL_USE_MADE ? ", made it" : "",
			use->flags & MODEL_USE_CHANGED ? ", changed it" : "",
			use->flags & MODEL_USE_REMOVED ? ", removed it" : "");
}

static void put_has(FILE *to, const struct top_feed *feed,
		    const struct model_process *process)
{
	const struct model_attachment *attachment;
	const struct model_hold *hold;
	const struct model_wait *wait;
	char ago[EVIDENCE_TIME_BYTES];

	TAILQ_FOREACH(wait, &process->waits, of_process)
		if (top_feed_wants(feed, wait))
			fprintf(to, "thread %u waits in %s at %s %d for %s\n",
				wait->tid, evidence_call(wait->call),
				ipct_family_names[wait->object->family],
				wait->object->id,
				evidence_ago(&feed->evidence, wait->since_ns, ago));
	TAILQ_FOREACH(hold, &process->holds, of_process)
		fprintf(to, "holds semaphore %u of set %d for %s%s\n",
			hold->sem_num, hold->object->id,
			evidence_ago(&feed->evidence, hold->since_ns, ago),
			hold->undo ? ", with SEM_UNDO" : "");
	TAILQ_FOREACH(attachment, &process->attachments, of_process)
		if (!attachment->until_ns)
			fprintf(to, "%s attached segment %d at 0x%llx\n",
				attachment->child ? "a child has" : "has",
				attachment->object->id,
				(unsigned long long)attachment->addr);
}

static void put_process(FILE *to, const struct top_feed *feed, u32 tgid)
{
	const struct model_process *process =
		model_find_process(feed->evidence.model, tgid);
	char user[EVIDENCE_TIME_BYTES];
	const char *life;

	fprintf(to, "Process %u", tgid);
	if (!process) {
		fprintf(to, "\nNo more is known of it.\n");
		return;
	}
	life = evidence_life(process);
	fprintf(to, ", %s%s%s\n", process->last.comm, life ? ", " : "", life ?: "");
	fprintf(to, "user:       %s\n",
		evidence_user(&feed->evidence, process->last.uid, user));
	put_origin(to, process);
	fprintf(to, "\n");
	put_has(to, feed, process);
	put_uses(to, process);
}

/* ---- A call -------------------------------------------------------------- */

static void put_share(FILE *to, const struct tally *tally, const char *name, u32 share)
{
	char text[32];
	u64 ns;

	if (!histogram_percentile(&tally->durations, share, &ns))
		return;
	cell_duration(text, ns);
	fprintf(to, "%-10s %s\n", name, text);
}

static void put_call(FILE *to, const struct top_feed *feed, u8 call)
{
	struct tally tally = feed->traffic.calls[call];
	char errnos[512];

	fprintf(to, "%s: since the last interval began\n", ipct_syscalls[call].name);
	fprintf(to, "%-10s %llu\n%-10s %llu\n", "calls",
		(unsigned long long)tally.calls, "errors",
		(unsigned long long)tally.errors);
	put_share(to, &tally, "p10", 10000);
	put_share(to, &tally, "p50", 50000);
	put_share(to, &tally, "p90", 90000);
	put_share(to, &tally, "p99", 99000);
	put_share(to, &tally, "p99.9", 99900);
	put_share(to, &tally, "longest", HISTOGRAM_ALL);
	if (tally_errnos(&tally, errnos, sizeof(errnos)))
		fprintf(to, "%-10s %s\n", "which", errnos);
}

/**
 * top_page() - all that there is to say of a row
 * @feed: where it is from
 * @options: of the command, for captures
 * @rows: the rows
 * @view: of these
 * @row: which
 *
 * Return: text, to be freed; NULL: no memory.
 */
char *top_page(struct top_feed *feed, const struct options *options,
	       const struct top_rows *rows, enum top_view view, size_t row)
{
	struct top_object_name name;
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return NULL;
	switch (view) {
	case TOP_PROCESSES:
		put_process(to, feed, top_rows_process(rows, row));
		break;
	case TOP_CALLS:
		put_call(to, feed, top_rows_call(rows, row));
		break;
	default:
		if (top_rows_object(rows, view, row, &name))
			put_life(to, feed, options, &name);
		else
			fprintf(to, "It named no object that there was.\n");
	}
	return fclose(to) ? NULL : text;
}
