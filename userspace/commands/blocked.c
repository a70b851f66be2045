// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: blocked
 *
 * Prints the calls that are in flight, the longest first, and what each waits for: as
 * the kernel says when it is asked, and whom, as the records tell. With a capture, all
 * that is from the records, and the calls are those that had not returned at its end.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/evidence.h"
#include "commands/options.h"
#include "fields/decode.h"
#include "fields/values.h"
#include "input/snapshot.h"
#include "input/waits.h"
#include "names/cgroups.h"
#include "shared/syscalls.h"
#include "view/formats.h"

#define NS_PER_MS	1000000
#define MAX_NAMED	8	/* holders by name; the others are counted */

/**
 * struct blocked_call - a call in flight
 * @record: its record
 * @waits: what it waits for
 */
struct blocked_call {
	struct ipctrace_call *record;
	struct waits waits;
};

/**
 * struct calls - calls in flight
 * @evidence: what else is known
 * @known: there is such
 * @failed: no memory for one of them
 * @nr: number of @calls
 * @room: there is room for so many
 * @calls: the longest first
 */
struct calls {
	struct evidence evidence;
	bool known;
	bool failed;
	size_t nr;
	size_t room;
	struct blocked_call *calls;
};

/* ---- Which calls ------------------------------------------------------------------ */

static void free_calls(struct calls *calls)
{
	while (calls->nr)
		free(calls->calls[--calls->nr].record);
	free(calls->calls);
}

static bool keep(struct calls *calls, const struct ipctrace_header *record)
{
	size_t room = calls->room ? 2 * calls->room : 64;
	struct ipctrace_call *copy = malloc(record->len);
	struct blocked_call *more = calls->calls;

	if (copy && calls->nr == calls->room) {
		more = realloc(calls->calls, room * sizeof(*more));
		if (more) {
			calls->calls = more;
			calls->room = room;
		}
	}
	if (!copy || !more) {
		free(copy);
		warnx("no memory for the calls in flight");
		return false;
	}
	memcpy(copy, record, record->len);
	calls->calls[calls->nr++] = (struct blocked_call){ .record = copy };
	return true;
}

/* The same call in the model, or NULL: it has ended, or is of none that waits */
static const struct model_wait *wait_of(const struct calls *calls,
					const struct ipctrace_call *record)
{
	const struct model_wait *wait =
		model_wait_of(calls->evidence.model, record->tgid, record->tid);
	u64 begin_ns = record->header.time_ns - record->duration_ns;

	return wait && wait->since_ns == begin_ns ? wait : NULL;
}

static int same_call_last_first(const void *a, const void *b)
{
	const struct ipctrace_call *left = ((const struct blocked_call *)a)->record;
	const struct ipctrace_call *right = ((const struct blocked_call *)b)->record;

	if (left->tid != right->tid)
		return left->tid < right->tid ? 1 : -1;
	return left->header.time_ns < right->header.time_ns ? 1 :
	       left->header.time_ns > right->header.time_ns ? -1 : 0;
}

/* Those that have ended, and all but the last record of each, are not needed. */
static void forget_ended(struct calls *calls)
{
	size_t i, nr = 0;

	qsort(calls->calls, calls->nr, sizeof(*calls->calls), same_call_last_first);
	for (i = 0; i < calls->nr; i++) {
		struct ipctrace_call *record = calls->calls[i].record;

		if (!wait_of(calls, record) ||
		    (nr && calls->calls[nr - 1].record->tid == record->tid))
			free(record);
		else
			calls->calls[nr++].record = record;
	}
	calls->nr = nr;
}

/* From a capture: what happens, and among it calls that do not return at once */
static void take_event(void *context, const struct model_event *event)
{
	struct calls *calls = context;

	if (event->kind != MODEL_WAITS || calls->failed)
		return;
	if (calls->nr && calls->nr == calls->room)
		forget_ended(calls);
	calls->failed = !keep(calls, &event->record->header);
}

static int longest_first(const void *a, const void *b)
{
	const struct ipctrace_call *left = ((const struct blocked_call *)a)->record;
	const struct ipctrace_call *right = ((const struct blocked_call *)b)->record;

	return left->duration_ns < right->duration_ns ? 1 :
	       left->duration_ns > right->duration_ns ? -1 : 0;
}

static void sort_calls(struct calls *calls)
{
	if (calls->nr)
		qsort(calls->calls, calls->nr, sizeof(*calls->calls),
		      longest_first);
}

static bool take_calls(struct input *input, struct calls *calls)
{
	const struct ipctrace_header *record;
	enum input_state state;

	while ((state = input_next(input, &record)) == INPUT_RECORD)
		if (!keep(calls, record))
			return false;
	return state != INPUT_FAILED;
}

/* As long as the capture goes, they have not returned. */
static void last_until(struct calls *calls, u64 ns)
{
	size_t i;

	for (i = 0; i < calls->nr; i++) {
		struct ipctrace_call *record = calls->calls[i].record;

		if (record->header.time_ns >= ns)
			continue;
		record->duration_ns += ns - record->header.time_ns;
		record->header.time_ns = ns;
	}
}

static bool take_file(struct calls *calls, const struct options *options)
{
	calls->known = evidence_open(&calls->evidence, options, take_event, calls);
	if (!calls->known || calls->failed)
		return false;
	forget_ended(calls);
	last_until(calls, calls->evidence.now_ns);
	return true;
}

/* The kernel is asked before the records: for those no capability is needed. */
static bool take_recorder(struct calls *calls, const struct options *options)
{
	struct input_snapshot snapshot;
	bool good;
	size_t i;

	if (!input_in_flight_open(&snapshot))
		return false;
	good = take_calls(&snapshot.input, calls);
	input_close(&snapshot.input);
	for (i = 0; i < calls->nr; i++)
		waits_ask(&calls->calls[i].waits, calls->calls[i].record);
	if (good && calls->nr)
		calls->known = evidence_open(&calls->evidence, options, NULL,
					     NULL);
	return good;
}

/* ---- What each waits for, and whom --------------------------------------------------- */

/* The kernel could not be asked; as far as the records tell */
static void guess_waits(struct waits *waits, const struct model_wait *wait,
			const struct model_blocking *blocking)
{
	const struct model_object *object = wait->object;

	if (blocking) {
		waits->what = WAITS_SEMAPHORE;
		waits->sem_num = blocking->sem_num;
		waits->sem_op = blocking->sem_op;
	} else if (wait->call == IPCTRACE_CALL_msgsnd) {
		waits->what = WAITS_FULL;
	} else if (wait->call == IPCTRACE_CALL_msgrcv && object->queue_known) {
		waits->what = object->nr_messages ? WAITS_TYPE : WAITS_EMPTY;
	}
}

/**
 * struct story - what is said of a call besides its record
 * @waits: what it waits for
 * @asked: the kernel was asked
 * @wait: the call in the model, or NULL
 * @blocked: @blocking is known
 * @blocking: whom it waits for
 * @party: of a queue: who sent last, for who waits for a message, or received last
 * @now_ns: the end of the evidence
 */
struct story {
	struct waits waits;
	bool asked;
	const struct model_wait *wait;
	bool blocked;
	struct model_blocking blocking;
	const struct model_party *party;
	u64 now_ns;
};

static const struct model_party *party_of(const struct model_wait *wait)
{
	const struct model_party *party =
		wait->call == IPCTRACE_CALL_msgsnd ? &wait->object->receiver :
		wait->call == IPCTRACE_CALL_msgrcv ? &wait->object->sender : NULL;

	return party && party->tgid ? party : NULL;
}

static void learn(struct story *story, const struct calls *calls,
		  const struct blocked_call *call)
{
	*story = (struct story){
		.waits = call->waits,
		.asked = call->waits.what != WAITS_UNKNOWN,
	};
	if (!calls->known || call->waits.what == WAITS_NOT)
		return;
	story->wait = wait_of(calls, call->record);
	if (!story->wait)
		return;
	story->now_ns = model_sums(calls->evidence.model)->last_ns;
	story->party = party_of(story->wait);
	story->blocked = model_blocking(calls->evidence.model, story->wait,
					call->waits.what == WAITS_SEMAPHORE ?
					(s32)call->waits.sem_num : MODEL_ANY_SEM,
					&story->blocking);
	if (!story->asked)
		guess_waits(&story->waits, story->wait,
			    story->blocked ? &story->blocking : NULL);
}

/* ---- As text ------------------------------------------------------------------------- */

static void put_since(struct output *output, const struct story *story, u64 ns)
{
	u64 ms = story->now_ns > ns ? (story->now_ns - ns) / NS_PER_MS : 0;

	output_print(output, "%llu.%03llu s", (unsigned long long)(ms / 1000),
		     (unsigned long long)(ms % 1000));
}

static void put_semaphore(struct output *output, const struct story *story)
{
	const struct waits *waits = &story->waits;

	output_print(output, " waits: semaphore %u", waits->sem_num);
	if (!story->asked)
		output_print(output, ", sem_op=%d", waits->sem_op);
	else
		output_print(output, " is %d, sem_op=%d, semncnt=%d semzcnt=%d",
			     waits->semval, waits->sem_op, waits->semncnt,
			     waits->semzcnt);
}

static void put_waits(struct output *output, const struct story *story)
{
	const struct waits *waits = &story->waits;

	switch (waits->what) {
	case WAITS_UNKNOWN:
		break;
	case WAITS_NOT:
		output_print(output, " waits: no more");
		break;
	case WAITS_SEMAPHORE:
		put_semaphore(output, story);
		break;
	case WAITS_FULL:
		output_print(output, " waits: queue full");
		if (story->asked)
			output_print(output,
				     ", msg_qnum=%llu msg_cbytes=%llu msg_qbytes=%llu",
				     (unsigned long long)waits->msg_qnum,
				     (unsigned long long)waits->msg_cbytes,
				     (unsigned long long)waits->msg_qbytes);
		break;
	case WAITS_EMPTY:
		output_print(output, " waits: queue empty");
		break;
	case WAITS_TYPE:
		output_print(output, " waits: no message of that type");
		if (story->asked)
			output_print(output, ", msg_qnum=%llu",
				     (unsigned long long)waits->msg_qnum);
		break;
	}
}

static void put_holder(struct output *output, const struct story *story)
{
	const struct model_hold *hold = story->blocking.hold;
	const char *life = evidence_life(hold->process);

	output_print(output, ", held by %s[%u] for ", hold->process->last.comm,
		     hold->process->last.tgid);
	put_since(output, story, hold->since_ns);
	output_print(output, " (took it by %s, %s SEM_UNDO%s%s)",
		     evidence_call(hold->since.call) ?: "a call",
		     hold->undo >= hold->taken ? "with" :
		     hold->undo ? "in part with" : "without",
		     life ? ", " : "", life ?: "");
	if (story->blocking.nr_holds > 1)
		output_print(output, " and %u more", story->blocking.nr_holds - 1);
}

static void put_stuck(struct output *output, const struct model_blocking *blocking)
{
	u32 i;

	switch (blocking->stuck) {
	case MODEL_STUCK_NOT:
		break;
	case MODEL_STUCK_DEAD:
		output_print(output,
			     "; nobody gives it back: %s[%u] died, without SEM_UNDO",
			     blocking->hold->process->last.comm,
			     blocking->hold->process->last.tgid);
		break;
	case MODEL_STUCK_BEHIND:
		output_print(output, "; behind a deadlock of others");
		break;
	case MODEL_STUCK_DEADLOCK:
		output_print(output, "; deadlock: ");
		for (i = 0; i < blocking->nr_circle; i++)
			output_print(output, "%u waits for ",
				     blocking->circle[i]->tid);
		output_print(output, "%u", blocking->circle[0]->tid);
		break;
	}
}

static void put_blocking(struct output *output, const struct story *story)
{
	const struct model_blocking *blocking = &story->blocking;

	if (blocking->by == MODEL_BLOCKED_SIGNAL)
		output_print(output,
			     ", a signal and not a lock: others give than take");
	if (blocking->hold)
		put_holder(output, story);
	put_stuck(output, blocking);
	if (blocking->incomplete)
		output_print(output, "; incomplete: %s",
			     model_hole_text(blocking->incomplete->cause));
}

static void put_party(struct output *output, const struct story *story)
{
	output_print(output, ", last %s by %s[%u] ",
		     story->wait->call == IPCTRACE_CALL_msgsnd ? "received" :
								 "sent",
		     story->party->comm, story->party->tgid);
	put_since(output, story, story->party->time_ns);
	output_print(output, " ago");
}

static void put_story(struct output *output, const struct story *story)
{
	put_waits(output, story);
	if (story->waits.what == WAITS_SEMAPHORE && story->blocked)
		put_blocking(output, story);
	if (story->waits.what != WAITS_UNKNOWN && story->party)
		put_party(output, story);
}

/* ---- As values ----------------------------------------------------------------------- */

static void add_text(struct decoded *d, const char *name, const char *text)
{
	if (text)
		add_string(d, name, text);
	else
		add_null(d, name);
}

static void add_holder(struct decoded *d, const struct model_hold *hold)
{
	add(d, NULL, VALUE_OPEN, 0);
	add_unsigned(d, "pid", hold->process->last.tgid);
	add_unsigned(d, "tid", hold->since.tid);
	add_string(d, "comm", hold->process->last.comm);
	add_signed(d, "taken", hold->taken);
	add_signed(d, "undo", hold->undo);
	add_unsigned(d, "since_ns", hold->since_ns);
	add_text(d, "call", evidence_call(hold->since.call));
	add_text(d, "life", evidence_life(hold->process));
	add(d, NULL, VALUE_CLOSE, 0);
}

static void add_circle(struct decoded *d, const struct model_blocking *blocking)
{
	u32 i;

	for (i = 0; i < blocking->nr_circle; i++) {
		add(d, NULL, VALUE_OPEN, 0);
		add_unsigned(d, "pid", blocking->circle[i]->process->last.tgid);
		add_unsigned(d, "tid", blocking->circle[i]->tid);
		add_signed(d, "id", blocking->circle[i]->object->id);
		add(d, NULL, VALUE_CLOSE, 0);
	}
}

static void add_blocking(struct decoded *d, const struct story *story)
{
	const struct model_blocking *blocking = &story->blocking;
	const struct model_hold *hold;
	u32 nr = 0;

	add(d, "held_by", VALUE_LIST, 0);
	if (blocking->hold)
		TAILQ_FOREACH(hold, &story->wait->object->holds, of_object)
			if (hold->sem_num == blocking->sem_num &&
			    nr++ < MAX_NAMED)
				add_holder(d, hold);
	add(d, NULL, VALUE_END, 0);
	add_unsigned(d, "holders", blocking->nr_holds);
	add(d, "signal", VALUE_BOOL, blocking->by == MODEL_BLOCKED_SIGNAL);
	add_text(d, "stuck", model_stuck_text(blocking->stuck));
	add(d, "circle", VALUE_LIST, 0);
	add_circle(d, blocking);
	add(d, NULL, VALUE_END, 0);
	add_text(d, "incomplete", blocking->incomplete ?
		 model_hole_text(blocking->incomplete->cause) : NULL);
}

static void add_party(struct decoded *d, const struct story *story)
{
	add(d, "last", VALUE_OPEN, 0);
	add_unsigned(d, "pid", story->party->tgid);
	add_string(d, "comm", story->party->comm);
	add_unsigned(d, "time_ns", story->party->time_ns);
	add(d, NULL, VALUE_CLOSE, 0);
}

static void add_asked(struct decoded *d, const struct waits *waits)
{
	if (waits->what == WAITS_SEMAPHORE) {
		add_signed(d, "semval", waits->semval);
		add_signed(d, "semncnt", waits->semncnt);
		add_signed(d, "semzcnt", waits->semzcnt);
	} else if (waits->what != WAITS_NOT) {
		add_unsigned(d, "msg_qnum", waits->msg_qnum);
		add_unsigned(d, "msg_cbytes", waits->msg_cbytes);
		add_unsigned(d, "msg_qbytes", waits->msg_qbytes);
	}
}

static void add_story(struct decoded *d, const struct story *story)
{
	static const char *const words[] = {
		[WAITS_NOT] = "nothing",
		[WAITS_SEMAPHORE] = "semaphore",
		[WAITS_FULL] = "full",
		[WAITS_EMPTY] = "empty",
		[WAITS_TYPE] = "type",
	};
	const struct waits *waits = &story->waits;

	if (waits->what == WAITS_UNKNOWN) {
		add_null(d, "waits");
		return;
	}
	add(d, "waits", VALUE_OPEN, 0);
	add_string(d, "for", words[waits->what]);
	if (waits->what == WAITS_SEMAPHORE) {
		add_unsigned(d, "sem_num", waits->sem_num);
		add_signed(d, "sem_op", waits->sem_op);
	}
	if (story->asked)
		add_asked(d, waits);
	if (waits->what == WAITS_SEMAPHORE && story->blocked)
		add_blocking(d, story);
	if (story->party)
		add_party(d, story);
	add(d, NULL, VALUE_CLOSE, 0);
}

/* ---- Printing ------------------------------------------------------------------------ */

/* With what it waits for, which can be asked for, too */
static bool is_wanted(struct ask *ask, const struct ipctrace_call *call,
		      const struct story *story, struct cgroups *cgroups)
{
	struct decoded decoded;

	if (!ask)
		return true;
	if (!decode_record(&decoded, &call->header, cgroups))
		return false;
	add_story(&decoded, story);
	return ask_holds_decoded(ask, &call->header, &decoded);
}

static enum output_state print_call(struct sink *sink, struct output *text,
				    struct ask *ask, const struct calls *calls,
				    const struct blocked_call *call)
{
	struct decoded values;
	struct sink_note note;
	struct story story;

	values.nr = 0;
	learn(&story, calls, call);
	if (!is_wanted(ask, call->record, &story, sink->cgroups))
		return OUTPUT_OK;
	text->used = 0;
	put_story(text, &story);
	output_put(text, "", 1);
	add_story(&values, &story);
	note = (struct sink_note){
		.text = text->buf,
		.nr = values.nr,
		.values = values.values,
	};
	return sink_record(sink, &call->record->header, &note);
}

static bool print_all(const struct calls *calls, struct wanted *wanted,
		      struct style *style)
{
	struct sink *sink = sink_styled(STDOUT_FILENO, style);
	static struct output text;
	bool good = true;
	size_t i;

	if (!sink)
		return false;
	sink->cgroups = calls->evidence.cgroups ?: wanted->cgroups;
	for (i = 0; good && i < calls->nr; i++)
		good = print_call(sink, &text, wanted->ask, calls,
				  &calls->calls[i]) == OUTPUT_OK;
	good = sink_flush(sink) == OUTPUT_OK && good;
	sink_free(sink);
	return good;
}

/* The times of a capture are its own. */
static void take_date(struct style *style, const struct evidence *evidence)
{
	style->moment = (struct style_moment){
		.ns = evidence->now_ns,
		.real_ns = evidence->real_ns ?
			   evidence->now_ns + evidence->real_ns : 0,
	};
}

static int print_calls(const struct options *options, struct wanted *wanted,
		       struct style *style)
{
	struct calls calls = { };
	bool good;

	style_now(style);
	good = options->input ? take_file(&calls, options) :
				take_recorder(&calls, options);
	if (good && options->input)
		take_date(style, &calls.evidence);
	if (good) {
		sort_calls(&calls);
		good = print_all(&calls, wanted, style) &&
		       (calls.known || !calls.nr);
	}
	if (calls.evidence.model)
		evidence_close(&calls.evidence);
	free_calls(&calls);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run(const struct options *options)
{
	return options_with_wanted(options, options->input ?
				   cgroups_new_empty() : cgroups_new(NULL),
				   print_calls);
}

const struct command command_blocked = {
	.usage = "blocked [OPTION]...",
	.about =
"Print the calls that have not returned, the longest first, with the time that\n"
"they have waited, and what and whom they wait for; a deadlock is named. Needs\n"
"root and the module, or a capture.\n",
	.notes =
"What they wait for is asked of the kernel, by calls that are recorded like all\n"
"others, for objects in the IPC namespace of this program; who holds that is in\n"
"the records. incomplete: not everything was recorded since.\n",
	.run = run,
};
