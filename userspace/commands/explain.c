// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: explain
 *
 * Prints the last call that failed, of all or of a process, and why it did.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/evidence.h"
#include "commands/options.h"
#include "commands/reasons.h"
#include "input/file.h"
#include "input/snapshot.h"
#include "names/cgroups.h"
#include "shared/text.h"
#include "view/formats.h"

#define PID_MAX	4194304		/* the kernel's PID_MAX_LIMIT */

/**
 * struct last - the last call that failed
 * @pid: of that process; 0: of any
 * @ipc_ns: in that namespace; 0: in any
 * @found: there is one
 * @words: its record
 */
struct last {
	u32 pid;
	u32 ipc_ns;
	bool found;
	u64 words[8192];	/* the longest record that a header can have */
};

static bool is_wanted(const struct last *last,
		      const struct ipctrace_header *record)
{
	const struct ipctrace_call *call = (const void *)record;

	return record->type == IPCTRACE_TYPE_CALL && call->ret < 0 &&
	       call->ret >= -4095 &&
	       (!last->pid || call->tgid == last->pid || call->tid == last->pid) &&
	       (!last->ipc_ns || call->ipc_ns == last->ipc_ns);
}

static bool look_in(struct last *last, struct input *input)
{
	const struct ipctrace_header *record;
	enum input_state state;

	while ((state = input_next(input, &record)) == INPUT_RECORD) {
		if (!is_wanted(last, record))
			continue;
		memcpy(last->words, record, record->len);
		last->found = true;
	}
	return state != INPUT_FAILED;
}

/*
 * Before there is evidence, which gives up the right to read the recorder: so records
 * are read twice.
 */
static bool look(struct last *last, const struct options *options)
{
	struct input_snapshot snapshot;
	struct cgroups *cgroups;
	struct input_file file;
	bool good = false;

	if (!options->input) {
		if (!input_snapshot_open(&snapshot))
			return false;
		good = look_in(last, &snapshot.input);
		input_close(&snapshot.input);
		return good;
	}
	cgroups = cgroups_new_empty();
	if (cgroups && input_file_open(&file, options->input, cgroups)) {
		good = look_in(last, &file.input);
		input_close(&file.input);
	}
	cgroups_free(cgroups);
	/* What is damaged is told when it is read again. */
	return good || last->found;
}

static int explain(const struct evidence *evidence, const struct last *last,
		   bool json)
{
	const struct ipctrace_call *record = (const void *)last->words;
	struct sink *sink = sink_new(STDOUT_FILENO,
				     json ? SINK_JSON : SINK_TEXT);
	char reason[REASON_BYTES] = "", when[EVIDENCE_TIME_BYTES];
	char ago[EVIDENCE_TIME_BYTES];
	struct sink_note note = { .text = "" };
	struct value why;
	bool good;

	if (!sink)
		return EXIT_FAILURE;
	reason_put(evidence, &record->header, reason, sizeof(reason));
	why = (struct value){
		.name = "why", .type = VALUE_STRING, .string = reason,
	};
	if (json) {
		note.nr = 1;
		note.values = &why;
		sink->cgroups = evidence->cgroups;
	}
	sink_record(sink, &record->header, &note);
	if (!json)
		output_print(&sink->output, "  That was at %s, %s %s.\n  It failed because %s.\n",
			     evidence_time(evidence, record->header.time_ns, when),
			     evidence_ago(evidence, record->header.time_ns, ago),
			     evidence->live ? "ago" :
					      "before the end of the records",
			     reason);
	good = sink_flush(sink) == OUTPUT_OK;
	sink_free(sink);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool parse_pid(const char *text, u32 *pid)
{
	char *end;
	unsigned long value;

	if (!text)
		return true;
	value = strtoul(text, &end, 10);
	*pid = value;
	if (*text && text[strspn(text, "0123456789")] == '\0' && value &&
	    value <= PID_MAX)
		return true;
	warnx("'%s' is no process; accepted: a number from 1 to %d", text,
	      PID_MAX);
	return false;
}

static int run(const struct options *options)
{
	static struct last last;
	int status = EXIT_FAILURE;
	struct evidence evidence;

	last.ipc_ns = options->ipc_ns;
	if (!parse_pid(options->operand, &last.pid))
		return EXIT_USAGE;
	if (options->input && !strcmp(options->input, "-")) {
		warnx("-i -: it is read twice, which standard input cannot be; accepted: a file");
		return EXIT_USAGE;
	}
	if (!look(&last, options))
		return EXIT_FAILURE;
	if (evidence_open(&evidence, options, NULL, NULL)) {
		if (last.found)
			status = explain(&evidence, &last, options->json);
		else
			warnx("%s%s%s has no call that failed",
			      evidence.name, last.pid ? ": of process " : "",
			      last.pid ? options->operand : "");
	}
	evidence_close(&evidence);
	return status;
}

const struct command command_explain = {
	.usage = "explain [OPTION]... [PID]",
	.operand = "PID",
	.may_lack = true,
	.about =
"Print the last call that failed, of all or of process PID, and why: which limit\n"
"it was, its value now and its use then, or which rule of the manual page was\n"
"broken, by which argument. From the recorder and the kernel, or from a capture.\n",
	.notes =
"All failures of a capture or of the recorder with their reasons: ipctrace\n"
"report --why --errors. What is not in the records is said to be not known. A\n"
"limit may have been changed since: where two may be the cause, both are named.\n"
"Exit status: 0 for an answer, 1 when there is none, 2 for wrong options.\n",
	.run = run,
};
