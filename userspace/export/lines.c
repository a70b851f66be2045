// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: export_lines
 *
 * Records as lines, by the sinks that print them as well: JSON as "report --json" has
 * it, behind a line that says which version that is; and CSV with a column for each
 * field, as the tables "calls" and "events" have them.
 */
#include <err.h>
#include <stdlib.h>

#include "export/aside.h"
#include "export/facts.h"
#include "export/flat.h"
#include "export/lines.h"
#include "shared/version.h"
#include "view/formats.h"
#include "view/sink.h"

/**
 * struct lines - a file of lines
 * @sink: writes them
 * @flat: CSV: all tables of records as one; else NULL
 */
struct lines {
	struct sink *sink;
	struct flat *flat;
};

static bool begin(struct way *way, enum sink_format format)
{
	struct lines *lines = calloc(1, sizeof(*lines));

	way->state = lines;
	if (!lines) {
		warnx("no memory for output");
		return false;
	}
	lines->sink = sink_new(way->file->fd, format);
	if (!lines->sink)
		return false;
	lines->sink->cgroups = way->cgroups;
	return true;
}

/* So that a message of what could not be written is said once, by the sink */
static bool is_open(struct lines *lines)
{
	return output_room(&lines->sink->output) == OUTPUT_OK;
}

static bool end(struct way *way, const struct facts *facts)
{
	struct lines *lines = way->state;

	(void)facts;
	return sink_flush(lines->sink) == OUTPUT_OK;
}

static void lines_free(struct way *way)
{
	struct lines *lines = way->state;

	if (!lines)
		return;
	if (lines->sink)
		sink_free(lines->sink);
	flat_free(lines->flat);
	free(lines);
}

/* ---- JSON -------------------------------------------------------------------- */

static bool jsonl_begin(struct way *way, const struct facts *facts)
{
	static const struct column columns[] = {
		{ .name = "type" }, { .name = "version" }, { .name = "ipctrace" },
		{ .name = "schema" }, { .name = "real_ns" },
	};
	const struct value row[] = {
		{ "type", VALUE_STRING, { .string = "meta" } },
		{ "version", VALUE_UNSIGNED, { EXPORT_VERSION } },
		{ "ipctrace", VALUE_STRING, { .string = IPCT_VERSION } },
		{ "schema", VALUE_UNSIGNED, { IPCTRACE_SCHEMA } },
		{ "real_ns", facts->real_ns ? VALUE_UNSIGNED : VALUE_NULL,
		  { facts->real_ns } },
	};
	struct lines *lines;

	static_assert(ARRAY_SIZE(row) == ARRAY_SIZE(columns));
	if (!begin(way, SINK_JSON))
		return false;
	lines = way->state;
	sink_begin(lines->sink, columns, ARRAY_SIZE(columns));
	sink_row(lines->sink, row);
	return true;
}

static bool jsonl_record(struct way *way, const struct ipctrace_header *record)
{
	struct lines *lines = way->state;

	sink_record(lines->sink, record, NULL);
	return is_open(lines);
}

const struct way_ops way_jsonl = {
	.name = "jsonl",
	.ending = ".jsonl",
	.begin = jsonl_begin,
	.record = jsonl_record,
	.end = end,
	.free = lines_free,
};

/* ---- CSV --------------------------------------------------------------------- */

static bool csv_begin(struct way *way, const struct facts *facts)
{
	struct lines *lines;

	(void)facts;
	if (!begin(way, SINK_CSV))
		return false;
	lines = way->state;
	lines->flat = flat_new(FLAT_ALL);
	if (!lines->flat)
		return false;
	sink_begin(lines->sink, lines->flat->columns, lines->flat->nr);
	return true;
}

static bool csv_record(struct way *way, const struct ipctrace_header *record)
{
	struct lines *lines = way->state;

	if (flat_take(lines->flat, record, way->cgroups))
		sink_row(lines->sink, lines->flat->row);
	return is_open(lines);
}

const struct way_ops way_csv = {
	.name = "csv",
	.ending = ".csv",
	.begin = csv_begin,
	.record = csv_record,
	.end = end,
	.free = lines_free,
};
