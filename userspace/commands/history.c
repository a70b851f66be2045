// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: history
 *
 * The life of an object, or of all that had a key one after the other: made, found,
 * attached, used, changed, removed. What one process does again and again is one line
 * with a count.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/evidence.h"
#include "commands/life.h"
#include "commands/options.h"
#include "commands/print.h"
#include "view/formats.h"
#include "view/row_schema.h"

static const struct schema_rows schema = { NULL, life_columns, LIFE_COLUMNS };

/**
 * struct history - where we are
 * @evidence: what is read; complete only in the end
 * @life: what happened
 * @sink: where it goes
 */
struct history {
	struct evidence evidence;
	struct life life;
	struct sink *sink;
};

/* ---- How it is told --------------------------------------------------------------- */

static void put_text(struct history *history, const struct life_run *run)
{
	char line[LIFE_LINE_BYTES];

	output_print(&history->sink->output, "%s\n",
		     life_line(run, &history->evidence, line));
}

static void put_holes(struct history *history)
{
	char from[EVIDENCE_TIME_BYTES], to[EVIDENCE_TIME_BYTES];
	const struct model_hole *holes;
	size_t i, nr;

	holes = model_holes(history->evidence.model, &nr);
	for (i = 0; i < nr; i++) {
		if (holes[i].cause == MODEL_HOLE_BEFORE)
			continue;
		warnx("incomplete: %s, from %s to %s",
		      model_hole_text(holes[i].cause),
		      holes[i].begin_ns ?
			      evidence_time(&history->evidence, holes[i].begin_ns,
					    from) : "the beginning",
		      holes[i].end_ns != ~0ULL ?
			      evidence_time(&history->evidence, holes[i].end_ns,
					    to) : "the end");
	}
}

static int print(struct history *history, bool json)
{
	size_t i;

	life_end(&history->life);
	if (history->life.short_of_memory)
		warnx("%s: no memory for all that happened", history->life.target.text);
	if (history->life.left_out)
		warnx("%s: of all that happened %llu lines are left out, after the first %d",
		      history->life.target.text, (unsigned long long)history->life.left_out,
		      LIFE_FIRST_RUNS);
	if (json)
		sink_begin(history->sink, life_columns, LIFE_COLUMNS);
	for (i = 0; i < history->life.nr; i++) {
		if (json)
			life_row(history->sink, &history->life.runs[i],
				 &history->evidence);
		else
			put_text(history, &history->life.runs[i]);
	}
	if (sink_flush(history->sink) != OUTPUT_OK)
		return EXIT_FAILURE;
	evidence_tell(&history->evidence);
	put_holes(history);
	if (!history->life.nr)
		warnx("%s: not recorded: %s has nothing of that name",
		      history->life.target.text, history->evidence.name);
	return history->life.nr && !history->life.short_of_memory ? EXIT_SUCCESS :
							       EXIT_FAILURE;
}

static int print_schema(void)
{
	struct output *output = output_stdout();

	if (!row_schema_print(output, "ipctrace history", &schema, 1))
		return EXIT_FAILURE;
	return print_end(output);
}

static int run(const struct options *options)
{
	struct history history = { };
	int status = EXIT_FAILURE;

	if (options->schema)
		return print_schema();
	if (!options->operand)
		return options_refuse(options, "no KEY|ID to history");
	if (!target_parse(&history.life.target, options->operand, options->ipc_ns))
		return EXIT_USAGE;
	history.sink = sink_new(STDOUT_FILENO, options_format(options));
	if (!history.sink)
		return EXIT_FAILURE;
	if (evidence_open(&history.evidence, options, life_take, &history.life)) {
		while (!history.life.run.nr && !history.life.nr &&
		       evidence_earlier(&history.evidence, options))
			;
		status = print(&history, options->json);
	}
	evidence_close(&history.evidence);
	sink_free(history.sink);
	life_free(&history.life);
	return status;
}

const struct command command_history = {
	.usage = "history [OPTION]... KEY|ID",
	.operand = "KEY|ID",
	.may_lack = true,
	.about =
"Print the life of a queue, a semaphore set or a segment: made, found, used,\n"
"changed, removed, by whom. What one does over and over is one line. 0x5047 is a\n"
"key: of all that had it; 32769 is an id, shm:32769 one of one kind.\n",
	.notes =
"Times in which not everything was recorded are told in the end.\n"
"Exit status: 0 for a history, 1 when there is none, 2 for wrong options.\n",
	.run = run,
};
