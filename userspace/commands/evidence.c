// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: evidence
 *
 * What commands about state have in common: records from a capture (-i), or what the
 * recorder holds, go into a model; in the second case the kernel is asked, too. Who
 * asks about what has been, and not only about what is, gets what the service has
 * written before as well; if need be, of earlier boots. And how such answers name
 * times and users.
 */
#include <err.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/privileges.h"
#include "base/progress.h"
#include "commands/evidence.h"
#include "commands/options.h"
#include "input/file.h"
#include "input/seed.h"
#include "input/snapshot.h"
#include "input/spool.h"
#include "names/cgroups.h"
#include "names/users.h"
#include "shared/syscalls.h"

#define NS_PER_S	1000000000ULL

/* ---- A capture ------------------------------------------------------------------- */

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);
	const char *at = text;

	while ((at = strstr(at, word))) {
		if ((at == text || at[-1] == ' ') &&
		    (!at[len] || at[len] == ' ' || at[len] == '='))
			return true;
		at += len;
	}
	return false;
}

/* Did whoever wrote it leave out records? By the options of that command. */
static bool is_part(const char *wanted)
{
	const struct option_row *row;
	char word[64];

	/* Of a program and its children only */
	if (wanted && !strncmp(wanted, "run ", 4))
		return true;
	for (row = option_rows; wanted && row->name; row++) {
		if (!option_is_of(row, COMMAND_record) ||
		    (row->at != offsetof(struct options, selection) &&
		     row->at != offsetof(struct options, pid) &&
		     row->at != offsetof(struct options, ipc_ns) &&
		     row->at != offsetof(struct options, cgroup)))
			continue;
		snprintf(word, sizeof(word), "--%s", row->name);
		if (has_word(wanted, word))
			return true;
		snprintf(word, sizeof(word), "-%c", row->letter);
		if (row->letter && has_word(wanted, word))
			return true;
	}
	return false;
}

/* The ids of cgroups begin anew with each boot, and other machines have others. */
static bool begin_cgroups(struct evidence *evidence, bool of_here)
{
	evidence->cgroups = of_here ? cgroups_new(NULL) : cgroups_new_empty();
	if (!evidence->cgroups)
		warnx("no memory for what the records tell");
	return evidence->cgroups;
}

static void know_origin(struct evidence *evidence, const struct input_file *file)
{
	const char *host = input_file_text(file, IPCTRACE_CAPTURE_HOST);
	const char *boot = input_file_text(file, IPCTRACE_CAPTURE_BOOT);

	snprintf(evidence->host, sizeof(evidence->host), "%s", host ?: "");
	snprintf(evidence->boot, sizeof(evidence->boot), "%s", boot ?: "");
}

/* Before any record: it is true of all of them. */
static void add_chosen(struct evidence *evidence, const struct input_file *file)
{
	if (is_part(input_file_text(file, IPCTRACE_CAPTURE_WANTED)))
		model_add_hole(evidence->model, MODEL_HOLE_CHOSEN, 0, ~0ULL);
}

static void add_before(struct evidence *evidence)
{
	u64 first_ns = model_sums(evidence->model)->first_ns;

	if (first_ns)
		model_add_hole(evidence->model, MODEL_HOLE_BEFORE, 0, first_ns - 1);
}

/* Damage that begins up to that time is told before its records. */
static u32 feed_missing(struct evidence *evidence, const struct spans *missing,
			u32 told, u64 ns)
{
	for (; told < missing->nr && missing->span[told].from_ns <= ns; told++)
		model_add_hole(evidence->model, MODEL_HOLE_DAMAGED,
			       missing->span[told].from_ns,
			       missing->span[told].until_ns);
	return told;
}

/* What is after the last record would have told more of how things are. */
static void end_missing(struct evidence *evidence, const struct spans *missing,
			u32 told, u64 until_ns)
{
	u64 last_ns = model_sums(evidence->model)->last_ns;
	const struct span *span;

	for (; told < missing->nr; told++) {
		span = &missing->span[told];
		if (!until_ns || span->from_ns <= until_ns)
			model_add_hole(evidence->model, MODEL_HOLE_DAMAGED,
				       min_t(u64, span->from_ns, last_ns),
				       span->until_ns);
	}
}

/*
 * Up to @until_ns, if that is not 0; false, with a message, when something failed or
 * is damaged.
 */
static bool feed(struct evidence *evidence, struct input *input, u64 until_ns)
{
	const struct model_sums *sums = model_sums(evidence->model);
	const struct spans *missing = input_missing(input);
	const struct ipctrace_header *record;
	u64 bytes = input_size(input);
	struct progress progress;
	enum input_state state;
	u32 told = 0;

	progress_begin(&progress, bytes);
	while ((state = input_next(input, &record)) == INPUT_RECORD &&
	       !evidence->enough) {
		if (bytes && progress_due(&progress))
			progress_say(&progress, input_place(input), sums->records,
				     sums->lost);
		if (missing)
			told = feed_missing(evidence, missing, told, record->time_ns);
		if (until_ns && record->time_ns > until_ns)
			continue;
		if (evidence->tap)
			evidence->tap(evidence->tap_context, record);
		model_feed(evidence->model, record);
	}
	progress_end(&progress);
	model_finish(evidence->model);
	if (missing)
		end_missing(evidence, missing, told, until_ns);
	/* Who has had enough does not ask how it goes on. */
	return !evidence->enough && state != INPUT_FAILED && input_whole(input);
}

static bool take_file(struct evidence *evidence, const struct options *options)
{
	struct blocks_moment start;
	u64 until_ns = 0;
	struct input_file file;
	bool good = false;

	if (!begin_cgroups(evidence, false) ||
	    !input_file_open(&file, options->input, evidence->cgroups))
		return false;
	add_chosen(evidence, &file);
	know_origin(evidence, &file);
	/* Who is told of records as they come wants to tell when they were. */
	if (input_file_moment(&file, &start) && start.real_ns)
		evidence->real_ns = start.real_ns - start.ns;
	if (input_file_range(&file, &options->since, &options->until,
			     &evidence->since_ns, &until_ns))
		good = feed(evidence, &file.input, until_ns);
	if (!good && file.reader.blocks.last != BLOCKS_END)
		model_add_hole(evidence->model, MODEL_HOLE_DAMAGED,
			       model_sums(evidence->model)->last_ns, ~0ULL);
	add_before(evidence);
	evidence->name = options->input;
	evidence->now_ns = until_ns ?: model_sums(evidence->model)->last_ns;
	/* What is damaged has been told; what is there still answers. */
	input_close(&file.input);
	return good || model_sums(evidence->model)->records;
}

/* ---- The recorder ------------------------------------------------------------------ */

/* A moment that was asked for, on the clock of this boot; 0: none was */
static u64 on_clock_now(const struct when *when, u64 now_ns, u64 real_ns)
{
	if (when->kind == WHEN_UNSAID)
		return 0;
	return when_on_clock(when, now_ns, now_ns, real_ns);
}

/*
 * Without @spooled from the recorder alone, else what follows that. What the kernel
 * says is of now.
 */
static bool take_recorder(struct evidence *evidence, const struct options *options,
			  struct input_spool *spooled)
{
	u64 now_ns = clock_ns(CLOCK_MONOTONIC), real_ns = clock_ns(CLOCK_REALTIME);
	u64 until_ns = on_clock_now(&options->until, now_ns, real_ns);
	struct input_snapshot snapshot;
	bool good;

	if ((!spooled && !begin_cgroups(evidence, true)) ||
	    !input_snapshot_open(&snapshot))
		return false;
	evidence->until_ns = snapshot.until_ns;
	if (!spooled)
		*evidence->boot = '\0';
	evidence->since_ns = on_clock_now(&options->since, now_ns, real_ns);
	evidence->real_ns = real_ns - now_ns;
	if (spooled)
		input_spool_then(spooled, &snapshot.input);
	good = feed(evidence, spooled ? &spooled->input : &snapshot.input,
		    until_ns);
	if (spooled)
		input_spool_then(spooled, NULL);
	else
		add_before(evidence);
	input_close(&snapshot.input);
	if (good && !until_ns)
		seed(evidence->model, evidence->cgroups);
	evidence->live = true;
	evidence->now_ns = until_ns ?: clock_ns(CLOCK_MONOTONIC);
	return good;
}

/* ---- The service's captures --------------------------------------------------------- */

/* They take long to read: only for those who ask about what has been. */
static bool wants_spool(const struct options *options)
{
	switch (options->command) {
	case COMMAND_who_removed:
	case COMMAND_history:
	case COMMAND_watch:
	case COMMAND_ship:
		return true;
	case COMMAND_objects:
		return options->removed || options->until.kind != WHEN_UNSAID;
	default:
		return false;
	}
}

/* A moment that was asked for, on the clock of the boot of @start; 0: none was */
static u64 on_clock_of(const struct when *when, const struct blocks_moment *start)
{
	if (when->kind == WHEN_UNSAID)
		return 0;
	return when_on_clock(when, clock_ns(CLOCK_REALTIME) - start->real_ns + start->ns,
			     start->ns, start->real_ns);
}

/* With one more in front, which says how things were */
static struct spool_boot captures_since(const struct evidence *evidence,
					const struct spool_boot *boot, u64 since_ns)
{
	const struct spool_file *files = evidence->spool.files;
	struct spool_boot since = *boot;

	for (; since.nr > 2 && files[since.first + 2].start.ns <= since_ns; since.nr--)
		since.first++;
	return since;
}

/* Up to a moment that was asked for */
static bool take_boot(struct evidence *evidence, const struct options *options,
		      const struct spool_boot *boot)
{
	const struct blocks_moment *start = &evidence->spool.files[boot->first].start;
	u64 until_ns = on_clock_of(&options->until, start);
	struct spool_boot captures;
	struct input_spool input;
	bool good;

	evidence->earlier = !boot->now;
	snprintf(evidence->boot, sizeof(evidence->boot), "%s",
		 evidence->spool.files[boot->first].boot);
	evidence->since_ns = on_clock_of(&options->since, start);
	captures = captures_since(evidence, boot, evidence->since_ns);
	if (!begin_cgroups(evidence, boot->now) ||
	    !input_spool_open(&input, &evidence->spool, &captures, evidence->cgroups))
		return false;
	if (start->real_ns)
		evidence->real_ns = start->real_ns - start->ns;
	good = feed(evidence, &input.input, until_ns);
	add_before(evidence);
	evidence->name = evidence->spool.base;
	evidence->now_ns = until_ns ?: model_sums(evidence->model)->last_ns;
	/* Where there is a recorder it goes on from there. */
	if (good && boot->now && !access(IPCTRACE_DEVICE, F_OK)) {
		good = take_recorder(evidence, options, &input);
		evidence->name = "the recorder, with what was recorded before,";
	}
	evidence->spooled = input.read;
	input_close(&input.input);
	return good;
}

/* Since 1970; what is named by a boot's own clock, or not at all, is of the last one. */
static u64 asked_real_ns(const struct when *when)
{
	switch (when->kind) {
	case WHEN_DATE:
		return when->ns;
	case WHEN_AGO:
		return clock_ns(CLOCK_REALTIME) - when->ns;
	default:
		return ~0ULL;
	}
}

static u64 began_real_ns(const struct evidence *evidence,
			 const struct spool_boot *boot)
{
	const struct blocks_moment *start = &evidence->spool.files[boot->first].start;

	return start->real_ns - start->ns;
}

/*
 * All there is of now, or of the boot of the moment that was asked for; of two moments,
 * the first.
 */
static bool take_machine(struct evidence *evidence, const struct options *options)
{
	u64 asked_ns = asked_real_ns(options->since.kind == WHEN_UNSAID ?
				     &options->until : &options->since);
	struct spool_boot boot = { };

	if (!wants_spool(options))
		return take_recorder(evidence, options, NULL);
	if (!spool_look(&evidence->spool))
		return false;
	if (!spool_boot(&evidence->spool, 0, &boot))
		return take_recorder(evidence, options, NULL);
	/* Nothing of this boot was written yet. */
	if (!boot.now && !access(IPCTRACE_DEVICE, F_OK) &&
	    asked_ns >= clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC)) {
		evidence->back = ~0ULL;
		return take_recorder(evidence, options, NULL);
	}
	while (asked_ns < began_real_ns(evidence, &boot) &&
	       spool_boot(&evidence->spool, evidence->back + 1, &boot))
		evidence->back++;
	return take_boot(evidence, options, &boot);
}

static bool begin_model(struct evidence *evidence)
{
	evidence->model = model_new();
	if (!evidence->model) {
		warnx("no memory for what the records tell");
		return false;
	}
	model_listen(evidence->model, evidence->listener, evidence->context);
	return true;
}

/* From wherever it was asked for */
static bool take_all(struct evidence *evidence, const struct options *options)
{
	if (!begin_model(evidence))
		return false;
	evidence->users = users_new();
	if (options->input)
		return take_file(evidence, options);
	/* Captures of earlier boots may still be wanted. */
	return take_machine(evidence, options) &&
	       (evidence->spool.nr ? privileges_drop_but(CAP_DAC_READ_SEARCH) :
				     privileges_drop());
}

/**
 * evidence_open() - learn what there is to know
 * @evidence: out: evidence_close() is for it, whatever is returned
 * @options: of a command with -i FILE; and @until
 * @listener: told of all that happens, or NULL
 * @context: for @listener
 *
 * Return: false, with a message, when there is nothing.
 */
bool evidence_open(struct evidence *evidence, const struct options *options,
		   model_listener_t listener, void *context)
{
	*evidence = (struct evidence){
		.name = "the recorder",
		.listener = listener,
		.context = context,
	};
	return take_all(evidence, options);
}

/**
 * evidence_open_tapped() - the same, for who wants to see the records, too
 * @evidence: as for evidence_open()
 * @options: likewise
 * @tap: told of each record before the model takes it
 * @context: for @tap
 *
 * Return: as evidence_open()
 */
bool evidence_open_tapped(struct evidence *evidence,
			  const struct options *options, evidence_tap_t tap,
			  void *context)
{
	*evidence = (struct evidence){
		.name = "the recorder",
		.tap = tap,
		.tap_context = context,
	};
	return take_all(evidence, options);
}

/**
 * evidence_open_told() - the same, for who wants to see both
 * @evidence: as for evidence_open()
 * @options: likewise
 * @tap: told of each record before the model takes it
 * @listener: told of all that happens then; @evidence has its model by that time
 * @context: for both
 *
 * Return: as evidence_open()
 */
bool evidence_open_told(struct evidence *evidence, const struct options *options,
			evidence_tap_t tap, model_listener_t listener,
			void *context)
{
	*evidence = (struct evidence){
		.name = "the recorder",
		.listener = listener,
		.context = context,
		.tap = tap,
		.tap_context = context,
	};
	return take_all(evidence, options);
}

static bool begin_anew(struct evidence *evidence)
{
	model_free(evidence->model);
	cgroups_free(evidence->cgroups);
	evidence->live = false;
	evidence->cgroups = NULL;
	return begin_model(evidence);
}

/**
 * evidence_earlier() - what is known of the boot before
 * @evidence: from evidence_open(); all that was asked of it is void, the listener is
 *	told of what happened then
 * @options: as for evidence_open()
 *
 * Return: false when nothing is; there is nothing to be asked of @evidence then.
 */
bool evidence_earlier(struct evidence *evidence, const struct options *options)
{
	struct spool_boot boot;

	if (options->input || options->until.kind != WHEN_UNSAID ||
	    !spool_boot(&evidence->spool, evidence->back + 1, &boot))
		return false;
	evidence->back++;
	return begin_anew(evidence) && take_boot(evidence, options, &boot);
}

/* Is there a recorder, and the last captures are not of this boot? */
static bool only_recorder_follows(const struct evidence *evidence)
{
	struct spool_boot boot;

	return !access(IPCTRACE_DEVICE, F_OK) &&
	       spool_boot(&evidence->spool, 0, &boot) && !boot.now;
}

/**
 * evidence_later() - what is known of the boot after
 * @evidence: as for evidence_earlier()
 * @options: as for evidence_open()
 *
 * Return: false when nothing is, or it is after all that was asked for; there is
 * nothing to be asked of @evidence then.
 */
bool evidence_later(struct evidence *evidence, const struct options *options)
{
	u64 until_ns = asked_real_ns(&options->until);
	struct spool_boot boot;

	if (options->input || evidence->live)
		return false;
	if (!evidence->back) {
		if (!only_recorder_follows(evidence) ||
		    until_ns < clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC))
			return false;
		evidence->earlier = false;
		evidence->spooled = 0;
		evidence->name = "the recorder";
		return begin_anew(evidence) &&
		       take_recorder(evidence, options, NULL);
	}
	if (!spool_boot(&evidence->spool, --evidence->back, &boot) ||
	    until_ns < began_real_ns(evidence, &boot))
		return false;
	return begin_anew(evidence) && take_boot(evidence, options, &boot);
}

/**
 * evidence_close() - undo evidence_open()
 * @evidence: the evidence
 */
void evidence_close(struct evidence *evidence)
{
	model_free(evidence->model);
	cgroups_free(evidence->cgroups);
	users_free(evidence->users);
	spool_free(&evidence->spool);
}

/* ---- How it is told ------------------------------------------------------------------ */

/**
 * evidence_time() - a time of day
 * @evidence: the evidence
 * @ns: the time, as records have it
 * @buf: room for it, EVIDENCE_TIME_BYTES
 *
 * Return: @buf, with date and time to the millisecond, or seconds since the start of
 * the machine where the date is not known.
 */
const char *evidence_time(const struct evidence *evidence, u64 ns, char *buf)
{
	u64 real_ns = ns + evidence->real_ns;
	time_t seconds = real_ns / NS_PER_S;
	struct tm tm;
	size_t len;

	if (!evidence->real_ns || !localtime_r(&seconds, &tm)) {
		snprintf(buf, EVIDENCE_TIME_BYTES, "%llu.%06llu",
			 (unsigned long long)(ns / NS_PER_S),
			 (unsigned long long)(ns % NS_PER_S / 1000));
		return buf;
	}
	len = strftime(buf, EVIDENCE_TIME_BYTES, "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(buf + len, EVIDENCE_TIME_BYTES - len, ".%03u",
		 (unsigned int)(real_ns % NS_PER_S / 1000000));
	return buf;
}

/**
 * evidence_sources() - where the answer is from
 * @evidence: the evidence
 * @buf: room for it, EVIDENCE_SOURCES_BYTES
 *
 * Return: @buf, as "the recorder and 2 captures of /var/lib/ipctrace/flight, since ..."
 */
const char *evidence_sources(const struct evidence *evidence, char *buf)
{
	u64 first_ns = model_sums(evidence->model)->first_ns;
	char since[EVIDENCE_TIME_BYTES] = "", captures[128] = "";

	if (evidence->spooled)
		snprintf(captures, sizeof(captures), "%s%u capture%s of %.80s",
			 evidence->live ? " and " : "", evidence->spooled,
			 evidence->spooled == 1 ? "" : "s", evidence->spool.base);
	else if (!evidence->live)
		snprintf(captures, sizeof(captures), "%.120s", evidence->name);
	if (first_ns)
		evidence_time(evidence, first_ns, since);
	snprintf(buf, EVIDENCE_SOURCES_BYTES, "%s%s%s%s%s",
		 evidence->live ? "the recorder" : "", captures,
		 evidence->earlier ? ", of an earlier boot" : "",
		 first_ns ? ", since " : ", which has no records", since);
	return buf;
}

/**
 * evidence_tell() - say on standard error if the service's captures are in the answer
 * @evidence: the evidence
 */
void evidence_tell(const struct evidence *evidence)
{
	char sources[EVIDENCE_SOURCES_BYTES];

	if (evidence->spooled)
		warnx("from %s", evidence_sources(evidence, sources));
}

/**
 * evidence_ago() - how long ago, or before the end of the records
 * @evidence: the evidence
 * @ns: the time, as records have it
 * @buf: room for it, EVIDENCE_TIME_BYTES
 *
 * Return: @buf, with the two largest units
 */
const char *evidence_ago(const struct evidence *evidence, u64 ns, char *buf)
{
	u64 s = evidence->now_ns > ns ? (evidence->now_ns - ns) / NS_PER_S : 0;
	unsigned int seconds = s % 60, minutes = s / 60 % 60, hours = s / 3600 % 24;
	unsigned int days = s / 86400;

	if (days)
		snprintf(buf, EVIDENCE_TIME_BYTES, "%u d %u h", days, hours);
	else if (hours)
		snprintf(buf, EVIDENCE_TIME_BYTES, "%u h %u min", hours, minutes);
	else if (minutes)
		snprintf(buf, EVIDENCE_TIME_BYTES, "%u min %u s", minutes, seconds);
	else if (seconds)
		snprintf(buf, EVIDENCE_TIME_BYTES, "%u s", seconds);
	else
		snprintf(buf, EVIDENCE_TIME_BYTES, "less than 1 s");
	return buf;
}

/**
 * evidence_user() - a user by name, if there is one
 * @evidence: the evidence
 * @uid: the user
 * @buf: room for it, EVIDENCE_TIME_BYTES
 *
 * Return: @buf: "postgres", or "uid 26"
 */
const char *evidence_user(const struct evidence *evidence, u32 uid, char *buf)
{
	const char *name = evidence->users &&
			   cgroups_knows_users(evidence->cgroups) ?
			   users_find(evidence->users, false, uid) : NULL;

	if (name)
		snprintf(buf, EVIDENCE_TIME_BYTES, "%.40s", name);
	else if (!uid)
		snprintf(buf, EVIDENCE_TIME_BYTES, "root");
	else
		snprintf(buf, EVIDENCE_TIME_BYTES, "uid %u", uid);
	return buf;
}

/**
 * evidence_call() - name of a call
 * @call: enum ipctrace_call_id, or IPCTRACE_CALL_NONE
 *
 * Return: NULL where it is none, or not known.
 */
const char *evidence_call(u8 call)
{
	return call < IPCTRACE_NR_CALLS ? ipct_syscalls[call].name : NULL;
}

/**
 * evidence_life() - is a process alive?
 * @process: any
 *
 * Return: "alive" or "dead"; NULL: nobody knows.
 */
const char *evidence_life(const struct model_process *process)
{
	return process->life == MODEL_ALIVE ? "alive" :
	       process->life == MODEL_DEAD ? "dead" : NULL;
}
