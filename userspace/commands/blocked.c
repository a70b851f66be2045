// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: blocked
 *
 * Prints the calls that are in flight, the longest first, and what each waits
 * for, where the kernel tells.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands/options.h"
#include "fields/decode.h"
#include "fields/values.h"
#include "input/snapshot.h"
#include "input/waits.h"
#include "names/cgroups.h"
#include "view/formats.h"

/**
 * struct calls - calls in flight
 * @nr: number of @order
 * @order: their records, longest first
 */
struct calls {
	size_t nr;
	const struct ipctrace_call **order;
};

static bool keep(struct calls *calls, const struct ipctrace_header *record)
{
	const struct ipctrace_call **order =
		realloc(calls->order, (calls->nr + 1) * sizeof(*order));

	if (!order) {
		warnx("no memory for the calls in flight");
		return false;
	}
	calls->order = order;
	order[calls->nr++] = (const void *)record;
	return true;
}

static int longest_first(const void *a, const void *b)
{
	const struct ipctrace_call *left = *(const struct ipctrace_call **)a;
	const struct ipctrace_call *right = *(const struct ipctrace_call **)b;

	return left->duration_ns < right->duration_ns ? 1 :
	       left->duration_ns > right->duration_ns ? -1 : 0;
}

/* What the input gives out stays where it is. */
static bool take_calls(struct input *input, struct calls *calls)
{
	const struct ipctrace_header *record;
	enum input_state state;

	while ((state = input_next(input, &record)) == INPUT_RECORD)
		if (!keep(calls, record))
			return false;
	if (state == INPUT_FAILED)
		return false;
	qsort(calls->order, calls->nr, sizeof(*calls->order), longest_first);
	return true;
}

/* ---- Printing -------------------------------------------------------------- */

static void put_waits(char *buf, size_t size, const struct waits *waits)
{
	switch (waits->what) {
	case WAITS_UNKNOWN:
		buf[0] = '\0';
		break;
	case WAITS_NOT:
		snprintf(buf, size, " waits: no more");
		break;
	case WAITS_SEMAPHORE:
		snprintf(buf, size,
			 " waits: semaphore %u is %d, sem_op=%d, semncnt=%d semzcnt=%d",
			 waits->sem_num, waits->semval, waits->sem_op,
			 waits->semncnt, waits->semzcnt);
		break;
	case WAITS_FULL:
		snprintf(buf, size,
			 " waits: queue full, msg_qnum=%llu msg_cbytes=%llu msg_qbytes=%llu",
			 (unsigned long long)waits->msg_qnum,
			 (unsigned long long)waits->msg_cbytes,
			 (unsigned long long)waits->msg_qbytes);
		break;
	case WAITS_EMPTY:
		snprintf(buf, size, " waits: queue empty");
		break;
	case WAITS_TYPE:
		snprintf(buf, size,
			 " waits: no message of that type, msg_qnum=%llu",
			 (unsigned long long)waits->msg_qnum);
		break;
	}
}

static void add_waits(struct decoded *d, const struct waits *waits)
{
	static const char *const words[] = {
		[WAITS_NOT] = "nothing",
		[WAITS_SEMAPHORE] = "semaphore",
		[WAITS_FULL] = "full",
		[WAITS_EMPTY] = "empty",
		[WAITS_TYPE] = "type",
	};

	if (waits->what == WAITS_UNKNOWN) {
		add_null(d, "waits");
		return;
	}
	add(d, "waits", VALUE_OPEN, 0);
	add_string(d, "for", words[waits->what]);
	if (waits->what == WAITS_SEMAPHORE) {
		add_unsigned(d, "sem_num", waits->sem_num);
		add_signed(d, "sem_op", waits->sem_op);
		add_signed(d, "semval", waits->semval);
		add_signed(d, "semncnt", waits->semncnt);
		add_signed(d, "semzcnt", waits->semzcnt);
	} else if (waits->what != WAITS_NOT) {
		add_unsigned(d, "msg_qnum", waits->msg_qnum);
		add_unsigned(d, "msg_cbytes", waits->msg_cbytes);
		add_unsigned(d, "msg_qbytes", waits->msg_qbytes);
	}
	add(d, NULL, VALUE_CLOSE, 0);
}

/* With what it waits for, which can be asked for, too */
static bool is_wanted(struct ask *ask, const struct ipctrace_call *call,
		      const struct waits *waits, struct cgroups *cgroups)
{
	struct decoded decoded;

	if (!ask)
		return true;
	if (!decode_record(&decoded, &call->header, cgroups))
		return false;
	add_waits(&decoded, waits);
	return ask_holds_decoded(ask, &call->header, &decoded);
}

static enum output_state print_call(struct sink *sink, struct ask *ask,
				    const struct ipctrace_call *call)
{
	struct decoded values;
	struct sink_note note;
	struct waits waits;
	char text[256];

	values.nr = 0;
	waits_ask(&waits, call);
	if (!is_wanted(ask, call, &waits, sink->cgroups))
		return OUTPUT_OK;
	put_waits(text, sizeof(text), &waits);
	add_waits(&values, &waits);
	note = (struct sink_note){
		.text = text,
		.nr = values.nr,
		.values = values.values,
	};
	return sink_record(sink, &call->header, &note);
}

static bool print_all(const struct calls *calls, struct wanted *wanted,
		      struct style *style)
{
	struct sink *sink = sink_styled(STDOUT_FILENO, style);
	bool good = true;
	size_t i;

	if (!sink)
		return false;
	sink->cgroups = wanted->cgroups;
	for (i = 0; good && i < calls->nr; i++)
		good = print_call(sink, wanted->ask, calls->order[i]) == OUTPUT_OK;
	good = sink_flush(sink) == OUTPUT_OK && good;
	sink_free(sink);
	return good;
}

static int print_calls(const struct options *options, struct wanted *wanted,
		       struct style *style)
{
	struct input_snapshot snapshot;
	struct calls calls = { };
	bool good;

	if (!input_in_flight_open(&snapshot))
		return EXIT_FAILURE;
	(void)options;
	style_now(style);
	good = take_calls(&snapshot.input, &calls) &&
	       print_all(&calls, wanted, style);
	input_close(&snapshot.input);
	free(calls.order);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run(const struct options *options)
{
	return options_with_wanted(options, cgroups_new(NULL), print_calls);
}

const struct command command_blocked = {
	.usage = "blocked [OPTION]...",
	.about =
"Print the calls that have not returned, the longest first, with the time that\n"
"they have waited and what they wait for. Needs root, and the module.\n",
	.notes =
"What they wait for is asked of the kernel, by calls that are recorded like all\n"
"others, for objects in the IPC namespace of this program.\n",
	.run = run,
};
