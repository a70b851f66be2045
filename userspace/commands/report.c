// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: report
 *
 * Prints a capture as following would have printed its records. Needs neither
 * the module nor the machine that the capture is of. Without a capture, prints what
 * the recorder holds now. With --why, says why calls failed: that takes all records
 * first, those that come later, too.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/privileges.h"
#include "commands/evidence.h"
#include "commands/options.h"
#include "commands/print.h"
#include "commands/reasons.h"
#include "input/file.h"
#include "input/live.h"
#include "input/snapshot.h"
#include "input/tail.h"
#include "names/cgroups.h"

/* Records that only captures have, or that are later in the file than in time */
#define TAIL_SPARE	20000

/* ---- Why calls failed -------------------------------------------------------- */

/**
 * struct reasons - what is said of calls that failed
 * @evidence: from what
 * @note: of the record that is being printed
 * @why: the same for programs
 * @text: for people
 * @reason: the sentence
 */
struct reasons {
	struct evidence evidence;
	struct sink_note note;
	struct value why;
	char text[REASON_BYTES + 16];
	char reason[REASON_BYTES];
};

static const struct sink_note *note(void *context,
				    const struct ipctrace_header *record)
{
	struct reasons *reasons = context;

	if (!reason_put(&reasons->evidence, record, reasons->reason,
			sizeof(reasons->reason)))
		return NULL;
	snprintf(reasons->text, sizeof(reasons->text), " why: %s",
		 reasons->reason);
	reasons->why = (struct value){
		.name = "why",
		.type = VALUE_STRING,
		.string = reasons->reason,
	};
	reasons->note = (struct sink_note){
		.text = reasons->text,
		.nr = 1,
		.values = &reasons->why,
	};
	return &reasons->note;
}

/* False, with a message, when they cannot be known. */
static bool begin_reasons(struct reasons *reasons, const struct options *options,
			  struct style *style)
{
	struct options all = *options;

	all.input = options->operand;
	all.since = (struct when){ };
	all.until = (struct when){ };
	if (!evidence_open(&reasons->evidence, &all, NULL, NULL))
		return false;
	style->note = note;
	style->note_context = reasons;
	return true;
}

/* ---- A capture ----------------------------------------------------------------- */

static bool open_file(const struct options *options, struct input_file *file,
		      struct wanted *wanted)
{
	if (!input_file_open(file, options->operand, wanted->cgroups))
		return false;
	if (options->follow)
		input_file_follow(file);
	if (input_file_range(file, &options->since, &options->until,
			     &wanted->since_ns, &wanted->until_ns))
		return true;
	input_close(&file->input);
	return false;
}

/*
 * The last records: from the last blocks, if there is an index to find these by. It
 * counts records that are not wanted, too; where too few were wanted, all is read.
 */
static bool take_tail(const struct options *options, struct input_file *file,
		      struct input_tail *tail, struct wanted *wanted)
{
	bool part = input_file_last(file, 2 * options->tail + TAIL_SPARE);

	if (!input_tail_open(tail, &file->input, wanted, options->tail))
		return false;
	if (!part || !input_tail_drain(tail) || tail->seen >= options->tail)
		return true;
	input_close(&tail->input);
	input_close(&file->input);
	file->input.ops = NULL;
	return open_file(options, file, wanted) &&
	       input_tail_open(tail, &file->input, wanted, options->tail);
}

static int report_tail(const struct options *options, struct input_file *file,
		       struct wanted *wanted, struct style *style)
{
	struct input_tail tail;
	int status;

	if (!take_tail(options, file, &tail, wanted))
		return EXIT_FAILURE;
	status = print_input(&tail.input, wanted, style);
	input_close(&tail.input);
	return status;
}

/* False, with a message, where the time of day is needed and not known. */
static bool find_moment(const struct input_file *file, struct style *style)
{
	struct blocks_moment start = { };

	if (input_file_moment(file, &start) && start.real_ns) {
		style->moment.ns = start.ns;
		style->moment.real_ns = start.real_ns;
		return true;
	}
	if (!style_needs_date(style))
		return true;
	warnx("%s: the time of day is not known, for its header is damaged, or has none; accepted: --time boot, --time delta",
	      file->name);
	return false;
}

static int print_file(const struct options *options, struct input_file *file,
		      struct wanted *wanted, struct style *style)
{
	if (!find_moment(file, style))
		return EXIT_FAILURE;
	if (options->follow)
		live_catch_signals();
	if (options->tail)
		return report_tail(options, file, wanted, style);
	return print_input(&file->input, wanted, style);
}

static int report(const struct options *options, struct wanted *wanted,
		  struct style *style)
{
	static struct reasons reasons;
	int status = EXIT_FAILURE;
	struct input_file file;

	if (options->why && (options->follow || !strcmp(options->operand, "-")))
		return options_refuse(options,
				      "--why: FILE is read twice, which must be a file that does not grow");
	if (!open_file(options, &file, wanted))
		return EXIT_FAILURE;
	if (!options->numbers && cgroups_knows_users(wanted->cgroups) &&
	    !style_name_users(style))
		return EXIT_FAILURE;
	if (!options->why || begin_reasons(&reasons, options, style))
		status = print_file(options, &file, wanted, style);
	if (file.input.ops)
		input_close(&file.input);
	evidence_close(&reasons.evidence);
	return status;
}

/* ---- What the recorder holds ------------------------------------------------ */

static int print_now(const struct options *options, struct input *input,
		     struct wanted *wanted, struct style *style)
{
	struct input_tail tail;
	int status;

	if (!options->tail)
		return print_input(input, wanted, style);
	if (!input_tail_open(&tail, input, wanted, options->tail))
		return EXIT_FAILURE;
	status = print_input(&tail.input, wanted, style);
	input_close(&tail.input);
	return status;
}

static int report_now(const struct options *options, struct wanted *wanted,
		      struct style *style)
{
	struct input_snapshot snapshot;
	static struct reasons reasons;
	int status = EXIT_FAILURE;

	if (options->follow)
		return options_refuse(options,
				      "-F: which FILE? ipctrace without a command follows the recorder");
	if (!input_snapshot_open(&snapshot))
		return EXIT_FAILURE;
	if ((!options->why || begin_reasons(&reasons, options, style)) &&
	    privileges_drop())
		status = print_now(options, &snapshot.input, wanted, style);
	input_close(&snapshot.input);
	evidence_close(&reasons.evidence);
	return status;
}

static int run(const struct options *options)
{
	if (options->operand)
		return options_with_wanted(options, cgroups_new_empty(), report);
	return options_with_wanted(options, cgroups_new(NULL), report_now);
}

const struct command command_report = {
	.usage = "report [OPTION]... [FILE]",
	.operand = "FILE",
	.may_lack = true,
	.about =
"Print the records of a FILE that ipctrace record wrote, on any machine; - is\n"
"standard input. Without it: what the recorder holds now, and calls in flight.\n",
	.notes =
"Where FILE is damaged that is told, with its time, and the rest is printed.\n"
"Exit status: 0 at the end, 1 for a failure, 2 for wrong options.\n",
	.run = run,
};
