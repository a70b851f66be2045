// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: export
 *
 * Writes records, and what the model makes of them, in formats that other programs
 * read. All of it in one pass: the format takes each record, and the model does; in the
 * end the format asks the model.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/nearest.h"
#include "commands/evidence.h"
#include "commands/found.h"
#include "commands/options.h"
#include "commands/origin.h"
#include "export/aside.h"
#include "export/chrome.h"
#include "export/ctf.h"
#include "export/facts.h"
#include "export/lines.h"
#include "export/perfetto.h"
#include "export/sqlite.h"
#include "export/way.h"
#include "names/cgroups.h"
#include "select/wanted.h"

/* In the order of option --format, where they begin after "auto" */
static const struct way_ops *const formats[] = {
	&way_csv, &way_jsonl, &way_sqlite, &way_perfetto, &way_chrome, &way_ctf
};

/**
 * struct export - records on their way
 * @options: what was asked for
 * @evidence: where they come from
 * @ops: the format
 * @way: the same, at work
 * @aside: the file
 * @facts: what the format may ask for
 * @origin: where the records are from
 * @wanted: which of them
 * @found: what rules find, for formats that have it
 * @begun: @wanted and @way have been begun
 * @failed: a message was given
 */
struct export {
	const struct options *options;
	struct evidence evidence;
	const struct way_ops *ops;
	struct way way;
	struct aside aside;
	struct facts facts;
	struct origin origin;
	struct wanted wanted;
	struct found found;
	bool begun;
	bool failed;
};

/* ---- The format -------------------------------------------------------------- */

static bool ends_so(const char *name, const char *ending)
{
	size_t len = strlen(name), end = ending ? strlen(ending) : 0;

	return end && len > end && !strcmp(name + len - end, ending);
}

/* NULL, with a message, when none was said */
static const struct way_ops *format_of(const struct options *options)
{
	char problem[256] = "which format? --format";
	size_t i;

	if (options->format)
		return formats[options->format - 1];
	for (i = 0; i < ARRAY_SIZE(formats); i++)
		if (ends_so(options->output, formats[i]->ending))
			return formats[i];
	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		strcat(problem, i ? ", " : " ");
		strcat(problem, formats[i]->name);
	}
	options_refuse(options, problem);
	return NULL;
}

/* ---- Records ----------------------------------------------------------------- */

static bool begin(struct export *export)
{
	export->begun = true;
	export->way.cgroups = export->evidence.cgroups;
	export->facts.cgroups = export->evidence.cgroups;
	if (!options_wanted(export->options, &export->wanted,
			    export->evidence.cgroups))
		return false;
	export->wanted.since_ns = export->origin.since_ns;
	export->wanted.until_ns = export->origin.until_ns;
	return export->ops->begin(&export->way, &export->facts);
}

static void take(void *context, const struct ipctrace_header *record)
{
	struct export *export = context;

	if (!export->failed && !export->begun)
		export->failed = !begin(export);
	if (!export->failed && wanted_record(&export->wanted, record))
		export->failed = !export->ops->record(&export->way, record);
	if (!export->failed && export->ops->finding)
		found_record(&export->found, record);
	export->evidence.enough = export->failed;
}

/* What the record that was taken last has done */
static void listen(void *context, const struct model_event *event)
{
	struct export *export = context;
	u64 ns = event->record ? event->record->header.time_ns : ~0ULL;

	if (!export->failed && export->ops->finding)
		found_event(&export->found, event);
	if (export->begun && !export->failed && export->ops->event &&
	    ns >= export->wanted.since_ns)
		export->ops->event(&export->way, event);
}

static void take_finding(void *context, const struct value *row)
{
	struct export *export = context;

	if (!export->failed)
		export->failed = !export->ops->finding(&export->way, row);
}

/* What is known only when all records have been there */
static bool end(struct export *export)
{
	if (export->ops->finding && !found_end(&export->found))
		return false;
	export->facts.model = export->evidence.model;
	export->facts.now_ns = export->evidence.now_ns;
	export->facts.nr_rules = export->found.rules.nr;
	return !export->failed && export->ops->end(&export->way, &export->facts);
}

static bool write_all(struct export *export)
{
	struct options options = *export->options;
	struct evidence *evidence = &export->evidence;
	bool good = true;

	if (!options.input)
		options.input = options.operand;
	if (export->ops->finding)
		good = found_begin(&export->found, evidence, take_finding, export);
	good = good && evidence_open_told(evidence, &options, take, listen, export);
	if (good && !export->begun)
		export->failed = !begin(export);
	good = good && !export->failed && end(export);
	if (export->begun)
		export->ops->free(&export->way);
	found_free(&export->found);
	wanted_free(&export->wanted);
	evidence_close(evidence);
	return good;
}

static bool write_file(struct export *export)
{
	bool good;

	if (!aside_open(&export->aside, export->options->output,
			export->ops->directory))
		return false;
	if (export->ops->seeks && !export->aside.path) {
		warnx("%s: must be a file, which has places", export->aside.name);
		return aside_close(&export->aside, false);
	}
	export->way.file = &export->aside;
	good = write_all(export);
	return aside_close(&export->aside, good);
}

/* Before anything is made: does what was asked for make sense? */
static bool is_sense(const struct options *options)
{
	struct cgroups *cgroups = cgroups_new_empty();
	struct wanted wanted = { };
	bool good = cgroups && options_wanted(options, &wanted, cgroups);

	wanted_free(&wanted);
	cgroups_free(cgroups);
	return good;
}

static int run(const struct options *options)
{
	const char *name = options->input ?: options->operand;
	struct export export = { .options = options };
	bool good;

	if (!options->output)
		return options_refuse(options, "no file to write: -o FILE");
	if (options->input && options->operand)
		return options_refuse(options, "-i and FILE: which?");
	export.ops = format_of(options);
	if (!export.ops || !is_sense(options))
		return EXIT_USAGE;
	if (!origin_find(&export.origin, name, &options->since, &options->until))
		return EXIT_FAILURE;
	export.facts.real_ns = export.origin.real_ns;
	export.facts.texts = export.origin.texts;
	export.facts.nr_texts = export.origin.nr;
	good = way_works(export.ops) && write_file(&export);
	origin_free(&export.origin);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

const struct command command_export = {
	.usage = "export [--format FORMAT] -o OUT [OPTION]... [FILE]",
	.operand = "FILE",
	.may_lack = true,
	.about =
"Write the records of a capture FILE, or what the recorder holds, for others to\n"
"read: csv and jsonl are lines; sqlite is a database, which ipctrace sql can be\n"
"without writing it; perfetto and chrome-json are for tools that draw time.\n",
	.notes =
"What is chosen is calls, events, gaps and losses; objects and processes are all.\n"
"Exit status: 0 at the end, 1 for a failure, 2 for wrong options.\n",
	.run = run,
};
