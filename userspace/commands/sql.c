// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: sql
 *
 * Asks a capture in SQL, without writing anything: records are virtual tables, which
 * read the capture when they are asked. What the model knows is filled into tables in
 * memory, and only when the question is about those, which SQLite says before it
 * answers.
 */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "commands/evidence.h"
#include "commands/found.h"
#include "commands/options.h"
#include "commands/origin.h"
#include "commands/print.h"
#include "export/facts.h"
#include "export/flat.h"
#include "export/sqlite.h"
#include "export/virtual.h"
#include "names/cgroups.h"
#include "view/formats.h"
#include "view/table.h"

#if __has_include("sqlite3.h")

#define ROW_BYTES	8000	/* of text, in a row that is printed */

/**
 * struct sql - a question and what answers it
 * @options: the options
 * @db: in memory
 * @virtual: the capture
 * @wants_facts: it asks for a table that the model fills
 * @wants_findings: likewise, rules
 * @finding: adds one; NULL: they are not wanted
 * @failed: one could not be added
 * @denied: it would do more than ask
 */
struct sql {
	const struct options *options;
	sqlite3 *db;
	struct virtual virtual;
	bool wants_facts;
	bool wants_findings;
	sqlite3_stmt *finding;
	bool failed;
	bool denied;
};

/* ---- What it may do, and what it wants --------------------------------------- */

static bool is_fact(const char *table)
{
	size_t i;

	for (i = 0; i < __FACTS_MAX; i++)
		if (!strcmp(facts_shapes[i].name, table))
			return true;
	return false;
}

/* What only tells of the database itself */
static bool is_harmless(const char *pragma, const char *argument)
{
	return !strcmp(pragma, "table_info") || !strcmp(pragma, "table_xinfo") ||
	       !strcmp(pragma, "table_list") ||
	       (!strcmp(pragma, "user_version") && !argument);
}

static int authorize(void *context, int action, const char *what,
		     const char *detail, const char *database, const char *view)
{
	struct sql *sql = context;

	(void)database;
	(void)view;
	switch (action) {
	case SQLITE_READ:
		sql->wants_facts |= is_fact(what);
		sql->wants_findings |= !strcmp(what, SQLITE_FINDINGS) ||
				       !strcmp(what, facts_shapes[FACTS_META].name);
		return SQLITE_OK;
	case SQLITE_SELECT:
	case SQLITE_FUNCTION:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_PRAGMA:
		if (is_harmless(what, detail))
			return SQLITE_OK;
	}
	sql->denied = true;
	return SQLITE_DENY;
}

/* What SQLite makes when it is named first, which would look as if the question did */
static bool make_functions(sqlite3 *db)
{
	return sqlite3_exec(db, "SELECT 1 FROM json_each('[]'), json_tree('[]'), "
			    "pragma_table_info(''), pragma_table_xinfo(''), "
			    "pragma_table_list(''), pragma_user_version",
			    NULL, NULL, NULL) == SQLITE_OK;
}

static bool prepare(struct sql *sql)
{
	char version[64];

	snprintf(version, sizeof(version), "PRAGMA user_version = %d",
		 EXPORT_VERSION);
	if (sqlite3_open_v2(":memory:", &sql->db, SQLITE_OPEN_READWRITE |
			    SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) ==
		    SQLITE_OK &&
	    sqlite3_exec(sql->db, version, NULL, NULL, NULL) == SQLITE_OK &&
	    virtual_make_tables(sql->db, &sql->virtual) &&
	    sqlite_make_facts(sql->db) && sqlite_make_views(sql->db) &&
	    make_functions(sql->db))
		return true;
	return sqlite_say(sql->db, "sql", "cannot be begun");
}

/* ---- What is wrong with it --------------------------------------------------- */

/* Columns of what there is, by the name of one that there is not */
static void offer_all(struct sql *sql, struct nearest *nearest, const char *query)
{
	static char names[64 * 1024];
	size_t used = 0, len;
	sqlite3_stmt *stmt;

	if (sqlite3_prepare_v2(sql->db, query, -1, &stmt, NULL) != SQLITE_OK)
		return;
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		len = sqlite3_column_bytes(stmt, 0) + 1;
		if (used + len > sizeof(names))
			break;
		memcpy(names + used, sqlite3_column_text(stmt, 0), len);
		nearest_offer(nearest, names + used);
		used += len;
	}
	sqlite3_finalize(stmt);
}

static int refuse(struct sql *sql)
{
	const char *problem = sqlite3_errmsg(sql->db);
	const char *name = strrchr(problem, ' ');
	char said[512], meant[128] = "";
	struct nearest nearest;

	sqlite3_set_authorizer(sql->db, NULL, NULL);
	if (sql->denied) {
		warnx("sql only reads; accepted: SELECT, WITH ... SELECT, VALUES, EXPLAIN, PRAGMA table_info(TABLE)");
		return EXIT_USAGE;
	}
	snprintf(said, sizeof(said), "%s", problem);
	nearest_begin(&nearest, name ? said + (name + 1 - problem) : "");
	if (strstr(said, "no such column"))
		offer_all(sql, &nearest,
			  "SELECT DISTINCT i.name FROM sqlite_schema s, pragma_table_info(s.name) i");
	if (strstr(said, "no such table"))
		offer_all(sql, &nearest, "SELECT name FROM sqlite_schema");
	if (nearest.name)
		snprintf(meant, sizeof(meant), ", did you mean %s?", nearest.name);
	warnx("%s%s; tables: calls events gaps lost objects processes uses attachments holds findings meta, views: who_removed leaks slowest holders",
	      said, meant);
	return EXIT_USAGE;
}

/* NULL, with a message and @status, when it is no question */
static sqlite3_stmt *ask(struct sql *sql, int *status)
{
	const char *query = sql->options->operands[1], *rest;
	sqlite3_stmt *stmt = NULL;

	sqlite3_set_authorizer(sql->db, authorize, sql);
	if (sqlite3_prepare_v2(sql->db, query, -1, &stmt, &rest) != SQLITE_OK) {
		*status = refuse(sql);
		return NULL;
	}
	sqlite3_set_authorizer(sql->db, NULL, NULL);
	*status = EXIT_USAGE;
	while (isspace((unsigned char)*rest) || *rest == ';')
		rest++;
	if (stmt && !*rest && sqlite3_column_count(stmt) <= SINK_MAX_COLUMNS)
		return stmt;
	if (!stmt)
		warnx("there is no question in '%s'", query);
	else if (*rest)
		warnx("one question at a time, and this is a second one: %s", rest);
	else
		warnx("more than %d columns", SINK_MAX_COLUMNS);
	sqlite3_finalize(stmt);
	return NULL;
}

/* ---- What the model knows ---------------------------------------------------- */

static void take_finding(void *context, const struct value *row)
{
	struct sql *sql = context;

	sql->failed = sql->failed || !sqlite_add_finding(sql->finding, row);
}

static void tap(void *context, const struct ipctrace_header *record)
{
	found_record(context, record);
}

static void listen(void *context, const struct model_event *event)
{
	found_event(context, event);
}

/* The model, and what rules find on the way where that is wanted */
static bool read_all(struct sql *sql, struct evidence *evidence,
		     const struct options *options, struct found *found)
{
	bool good;

	if (!sql->wants_findings)
		return evidence_open(evidence, options, NULL, NULL);
	sql->finding = sqlite_findings_inserter(sql->db);
	good = sql->finding && found_begin(found, evidence, take_finding, sql) &&
	       evidence_open_told(evidence, options, tap, listen, found) &&
	       found_end(found);
	sqlite3_finalize(sql->finding);
	return good && !sql->failed;
}

static bool fill(struct sql *sql)
{
	struct options options = *sql->options;
	const struct when always = { };
	struct evidence evidence = { };
	struct found found = { };
	struct origin origin;
	struct facts facts;
	bool good;

	options.input = options.operand;
	if (!origin_find(&origin, options.operand, &always, &always))
		return false;
	good = read_all(sql, &evidence, &options, &found);
	facts = (struct facts){
		.model = evidence.model,
		.cgroups = evidence.cgroups,
		.now_ns = evidence.now_ns,
		.real_ns = origin.real_ns,
		.texts = origin.texts,
		.nr_texts = origin.nr,
		.nr_rules = found.rules.nr,
	};
	if (good && !sqlite_fill_facts(sql->db, &facts))
		good = sqlite_say(sql->db, "sql", "what the records tell cannot be kept");
	/* The tables tell that, too. */
	sql->virtual.told = true;
	found_free(&found);
	evidence_close(&evidence);
	origin_free(&origin);
	return good;
}

/* ---- Rows -------------------------------------------------------------------- */

/* What is no text, and no number, is not for printing: hex(X) is. */
static struct value value_of(sqlite3_stmt *stmt, int i)
{
	switch (sqlite3_column_type(stmt, i)) {
	case SQLITE_BLOB:
		return (struct value){ .type = VALUE_STRING, .string = "(bytes)" };
	case SQLITE_INTEGER:
		return (struct value){ .type = VALUE_SIGNED,
				       .number = sqlite3_column_int64(stmt, i) };
	case SQLITE_FLOAT:
		return (struct value){ .type = VALUE_REAL,
				       .real = sqlite3_column_double(stmt, i) };
	case SQLITE_NULL:
		return (struct value){ .type = VALUE_NULL };
	default:
		return (struct value){
			.type = VALUE_STRING,
			.string = (const char *)sqlite3_column_text(stmt, i) ?: "",
		};
	}
}

/* As the first row has them, if there is one */
static void name_columns(sqlite3_stmt *stmt, struct column *columns, bool row)
{
	int i, nr = sqlite3_column_count(stmt);

	for (i = 0; i < nr; i++)
		columns[i] = (struct column){
			.name = sqlite3_column_name(stmt, i),
			.type = row ? value_of(stmt, i).type : VALUE_STRING,
		};
}

/* Longer ones have no room in a line, and would be left out, or cut off. */
static bool is_too_long(sqlite3_stmt *stmt)
{
	int i, nr = sqlite3_column_count(stmt), bytes = 0;

	for (i = 0; i < nr; i++)
		if (sqlite3_column_type(stmt, i) == SQLITE_TEXT)
			bytes += sqlite3_column_bytes(stmt, i);
	if (bytes <= ROW_BYTES)
		return false;
	warnx("a row has %d bytes of text, and there is room for %d: substr(TEXT, 1, N) cuts it",
	      bytes, ROW_BYTES);
	return true;
}

/* From the first row on, which has been fetched; returns what SQLite said last. */
static int take_rows(sqlite3_stmt *stmt, const struct column *columns,
		     struct table *table, struct sink *sink)
{
	struct value values[SINK_MAX_COLUMNS];
	int i, nr = sqlite3_column_count(stmt), result;

	do {
		if (is_too_long(stmt))
			return SQLITE_TOOBIG;
		for (i = 0; i < nr; i++) {
			values[i] = value_of(stmt, i);
			values[i].name = columns[i].name;
		}
		if (table)
			table_add(table, values);
		else if (sink_row(sink, values) != OUTPUT_OK)
			return SQLITE_DONE;
		result = sqlite3_step(stmt);
	} while (result == SQLITE_ROW);
	return result;
}

/* People get a table, whose columns are as wide as what is in them. */
static bool write_rows(sqlite3_stmt *stmt, struct sink *sink, bool people,
		       int *result)
{
	struct column columns[SINK_MAX_COLUMNS];
	int nr = sqlite3_column_count(stmt);
	struct table table;
	bool good = true;

	*result = sqlite3_step(stmt);
	name_columns(stmt, columns, *result == SQLITE_ROW);
	table_init(&table, columns, nr);
	if (!people)
		sink_begin(sink, columns, nr);
	if (*result == SQLITE_ROW)
		*result = take_rows(stmt, columns, people ? &table : NULL, sink);
	if (people && *result == SQLITE_DONE)
		good = table_write(&table, sink);
	table_free(&table);
	return good && sink_flush(sink) != OUTPUT_FAILED;
}

static int answer(struct sql *sql)
{
	int status, result = SQLITE_DONE;
	sqlite3_stmt *stmt = ask(sql, &status);
	struct sink *sink;

	if (!stmt)
		return status;
	status = EXIT_FAILURE;
	sink = sink_new(STDOUT_FILENO, options_format(sql->options));
	if (sink && (!(sql->wants_facts || sql->wants_findings) || fill(sql)) &&
	    write_rows(stmt, sink, options_format(sql->options) == SINK_TEXT,
		       &result))
		status = EXIT_SUCCESS;
	if (result != SQLITE_DONE)
		status = EXIT_FAILURE;
	if (result != SQLITE_DONE && result != SQLITE_TOOBIG)
		sqlite_say(sql->db, sql->virtual.name, "cannot be asked to the end");
	if (sql->virtual.damaged)
		status = EXIT_FAILURE;
	if (sink)
		sink_free(sink);
	sqlite3_finalize(stmt);
	return status;
}

static int run(const struct options *options)
{
	struct sql sql = { .options = options };
	int status = EXIT_FAILURE;

	if (options->nr_operands != 2)
		return options_refuse(options, options->nr_operands < 2 ?
				      "no question to ask: ipctrace sql FILE 'SELECT ...'" :
				      "more than one question: put it in quotes");
	if (options->json && options->table_csv)
		return options_refuse(options, "--json or --csv: which?");
	if (!strcmp(options->operand, "-")) {
		warnx("standard input is read once, and that is too few: name a file");
		return EXIT_USAGE;
	}
	sql.virtual.name = options->operand;
	sql.virtual.cgroups = cgroups_new_empty();
	if (sql.virtual.cgroups && prepare(&sql))
		status = answer(&sql);
	sqlite3_close(sql.db);
	cgroups_free(sql.virtual.cgroups);
	return status;
}

#else /* no libsqlite3 */

static int run(const struct options *options)
{
	(void)options;
	way_works(&way_sqlite);
	return EXIT_FAILURE;
}

#endif

const struct command command_sql = {
	.usage = "sql [OPTION]... FILE 'SELECT ...'",
	.operand = "FILE",
	.many = true,
	.about =
"Ask a capture FILE in SQL, as SQLite has it. Nothing is written. Tables: calls,\n"
"events, gaps, lost, objects, processes, uses, attachments, holds, findings and\n"
"meta; views: who_removed, leaks, slowest and holders.\n"
"PRAGMA table_info(calls) lists columns.\n"
"For example: ipctrace sql FILE 'SELECT call, count(*) FROM calls GROUP BY call'\n",
	.notes =
"With bounds of time_ns (since the machine started) only that part is read.\n"
"Exit status: 0 at the end, 1 for a failure or damage, 2 for a wrong question.\n",
	.run = run,
};
