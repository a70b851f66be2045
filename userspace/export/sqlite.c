// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: export_sqlite
 *
 * Records as a database of SQLite: calls and events as sqlite_records.c has them, a table
 * for each other one of flat.c, filled as records come, and one for each of facts.c at
 * the end, with views of what is asked most.
 *
 * Half a million records a second: one transaction that cannot be undone, since nobody
 * reads the file before it is whole; one statement for each table; no indices. Memory is
 * what its cache takes, and what the model does.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/aside.h"
#include "export/sqlite.h"
#include "export/sqlite_records.h"
#include "watch/finding.h"

#if __has_include("sqlite3.h")

/* Nothing is in the database until it is whole, so there is no way back. */
#define SETTINGS							\
	"PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; "		\
	"PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; "	\
	"PRAGMA cache_size = -8192;"

/*
 * views - what is asked most. As the commands of these names answer it, but that leaks
 * are here one by one.
 */
static const char views[] =
"CREATE VIEW who_removed AS SELECT removed_ns, kind, key, id, ipc_ns, cause, "
"removed_pid, removed_tid, removed_comm, removed_exe, removed_uid, made_pid, "
"made_comm, made_exe, attached_then, cut_off, incomplete, object "
"FROM objects WHERE cause IS NOT NULL ORDER BY removed_ns;\n"
"CREATE VIEW leaks AS SELECT coalesce(made_exe, made_comm) AS program, made_pid, "
"coalesce(creator, 'unknown') AS creator, cuid, ipc_ns, kind, key, id, size, "
"idle_ns, incomplete, object FROM objects WHERE state = 'there' AND unused "
"AND creator IS NOT 'alive' AND idle_ns >= 60000000000;\n"
"CREATE VIEW slowest AS SELECT duration_ns, call, pid, tid, comm, object_kind, "
"object_id, ret, errno, time_ns FROM calls WHERE duration_ns IS NOT NULL "
"ORDER BY duration_ns DESC;\n"
"CREATE VIEW holders AS SELECT o.kind, o.id, o.key, o.ipc_ns, h.sem_num, h.taken, "
"h.undo, NULL AS addr, h.pid, p.comm, p.life, h.since_ns, h.incomplete, h.object "
"FROM holds h JOIN objects o USING (object) JOIN processes p USING (process) "
"WHERE NOT h.signal UNION ALL SELECT o.kind, o.id, o.key, o.ipc_ns, NULL, NULL, "
"NULL, a.addr, a.pid, p.comm, p.life, a.since_ns, o.incomplete, a.object "
"FROM attachments a JOIN objects o USING (object) JOIN processes p USING (process) "
"WHERE a.until_ns IS NULL AND (a.child OR p.life IS NOT 'dead');\n";

/**
 * sqlite_say() - say what is wrong with a database
 * @db: the database, or NULL: memory is short
 * @name: of the file
 * @what: cannot be done
 *
 * Return: false
 */
bool sqlite_say(sqlite3 *db, const char *name, const char *what)
{
	warnx("%s: %s: %s", name, what, db ? sqlite3_errmsg(db) : "no memory");
	return false;
}

static bool do_sql(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* ---- Tables ------------------------------------------------------------------ */

/* A row's own number, by which others name it */
static bool is_own_number(const char *table, const char *column)
{
	return (!strcmp(table, "objects") && !strcmp(column, "object")) ||
	       (!strcmp(table, "processes") && !strcmp(column, "process"));
}

/**
 * sqlite_declare() - the statement that makes a table
 * @name: of the table
 * @columns: its columns
 * @nr: how many
 *
 * Return: it, for sqlite3_free(); NULL when memory is short.
 */
char *sqlite_declare(const char *name, const struct column *columns, size_t nr)
{
	char *sql = sqlite3_mprintf("CREATE TABLE \"%w\"(", name), *longer;
	size_t i;

	for (i = 0; sql && i < nr; i++) {
		longer = sqlite3_mprintf("%s%s\"%w\" %s%s", sql, i ? ", " : "",
					 columns[i].name,
					 sqlite_type(&columns[i]),
					 is_own_number(name, columns[i].name) ?
						 " PRIMARY KEY" : "");
		sqlite3_free(sql);
		sql = longer;
	}
	longer = sql ? sqlite3_mprintf("%s)", sql) : NULL;
	sqlite3_free(sql);
	return longer;
}

/* False, without a message, when that failed; and so below */
static bool make_table(sqlite3 *db, const char *name, const struct column *columns,
		       size_t nr)
{
	char *sql = sqlite_declare(name, columns, nr);
	bool good = sql && do_sql(db, sql);

	sqlite3_free(sql);
	return good;
}

/* A statement that adds a row of @nr columns */
static sqlite3_stmt *make_inserter(sqlite3 *db, const char *name, size_t nr)
{
	char *sql = sqlite3_mprintf("INSERT INTO \"%w\" VALUES(?", name), *longer;
	sqlite3_stmt *stmt = NULL;
	size_t i;

	for (i = 1; sql && i <= nr; i++) {
		longer = sqlite3_mprintf("%s%s", sql, i < nr ? ", ?" : ")");
		sqlite3_free(sql);
		sql = longer;
	}
	if (sql)
		sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
	sqlite3_free(sql);
	return stmt;
}

/* SQLITE_OK, or what went wrong; texts of @row must stay until this returns. */
static int insert(sqlite3_stmt *stmt, const struct value *row, size_t nr)
{
	size_t i;

	sqlite3_clear_bindings(stmt);
	for (i = 0; i < nr; i++) {
		if (row[i].type == VALUE_NULL)
			continue;
		if (row[i].type == VALUE_STRING)
			sqlite3_bind_text(stmt, i + 1, row[i].string, -1,
					  SQLITE_STATIC);
		else
			sqlite3_bind_int64(stmt, i + 1, row[i].number);
	}
	sqlite3_step(stmt);
	return sqlite3_reset(stmt);
}

/* ---- What the model knows ---------------------------------------------------- */

/**
 * sqlite_make_facts() - make the tables that the model fills, and that of findings
 * @db: where
 *
 * Return: false, without a message, when that failed.
 */
bool sqlite_make_facts(sqlite3 *db)
{
	size_t i;

	for (i = 0; i < __FACTS_MAX; i++)
		if (!make_table(db, facts_shapes[i].name,
				facts_shapes[i].columns, facts_shapes[i].nr))
			return false;
	return make_table(db, SQLITE_FINDINGS, finding_columns, FINDING_COLUMNS);
}

/**
 * sqlite_findings_inserter() - what adds a finding
 * @db: where
 *
 * Return: it, for sqlite3_finalize(); NULL, without a message, when that failed.
 */
sqlite3_stmt *sqlite_findings_inserter(sqlite3 *db)
{
	return make_inserter(db, SQLITE_FINDINGS, FINDING_COLUMNS);
}

/**
 * sqlite_add_finding() - add a finding
 * @inserter: by that
 * @row: a value for each of finding_columns
 *
 * Return: false, without a message, when that failed.
 */
bool sqlite_add_finding(sqlite3_stmt *inserter, const struct value *row)
{
	return insert(inserter, row, FINDING_COLUMNS) == SQLITE_OK;
}

static bool take_fact(void *context, enum facts_table table, const struct value *row)
{
	return insert(context, row, facts_shapes[table].nr) == SQLITE_OK;
}

static bool fill_table(sqlite3 *db, const struct facts *facts, enum facts_table table)
{
	sqlite3_stmt *stmt = make_inserter(db, facts_shapes[table].name,
					     facts_shapes[table].nr);
	bool good = stmt && facts_each(facts, table, take_fact, stmt);

	return sqlite3_finalize(stmt) == SQLITE_OK && good;
}

/**
 * sqlite_fill_facts() - fill these tables
 * @db: where they are
 * @facts: with what
 *
 * Return: false, without a message, when that failed.
 */
bool sqlite_fill_facts(sqlite3 *db, const struct facts *facts)
{
	size_t i;

	for (i = 0; i < __FACTS_MAX; i++)
		if (!fill_table(db, facts, i))
			return false;
	return true;
}

/**
 * sqlite_make_views() - make the views
 * @db: where all tables are
 *
 * Return: false, without a message, when that failed.
 */
bool sqlite_make_views(sqlite3 *db)
{
	return do_sql(db, views);
}

/* ---- The way out ------------------------------------------------------------- */

/**
 * struct database - a database that is being written
 * @db: it
 * @records: calls and events
 * @flats: tables of other records
 * @inserters: for each of these
 * @findings: for what rules find
 */
struct database {
	sqlite3 *db;
	struct sqlite_records *records;
	struct flat *flats[__FLAT_MAX];
	sqlite3_stmt *inserters[__FLAT_MAX];
	sqlite3_stmt *findings;
};

static bool make_flat(struct database *database, enum flat_table table)
{
	struct flat *flat = flat_new(table);

	database->flats[table] = flat;
	if (!flat || !make_table(database->db, flat_names[table],
				 flat->columns, flat->nr))
		return false;
	database->inserters[table] = make_inserter(database->db, flat_names[table],
						   flat->nr);
	return database->inserters[table];
}

static bool make_tables(struct database *database)
{
	char version[64];

	snprintf(version, sizeof(version), "PRAGMA user_version = %d; BEGIN",
		 EXPORT_VERSION);
	if (!do_sql(database->db, SETTINGS) || !do_sql(database->db, version))
		return false;
	database->records = sqlite_records_new(database->db);
	if (!database->records || !make_flat(database, FLAT_GAPS) ||
	    !make_flat(database, FLAT_LOST) || !sqlite_make_facts(database->db) ||
	    !sqlite_make_views(database->db))
		return false;
	database->findings = sqlite_findings_inserter(database->db);
	return database->findings;
}

static bool begin(struct way *way, const struct facts *facts)
{
	struct database *database = calloc(1, sizeof(*database));

	(void)facts;
	way->state = database;
	/* There is one thread, and nobody asks how much memory it takes. */
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (!database)
		return sqlite_say(NULL, way->file->name, "cannot be begun");
	if (sqlite3_open_v2(way->file->path, &database->db,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
			    NULL) == SQLITE_OK &&
	    make_tables(database))
		return true;
	return sqlite_say(database->db, way->file->name, "cannot be begun");
}

static bool add_record(struct database *database, enum flat_table table,
		       const struct ipctrace_header *record, struct cgroups *cgroups)
{
	struct flat *flat = database->flats[table];

	if (!flat)
		return sqlite_records_add(database->records, table, record, cgroups);
	return !flat_take(flat, record, cgroups) ||
	       insert(database->inserters[table], flat->row, flat->nr) == SQLITE_OK;
}

static bool take(struct way *way, const struct ipctrace_header *record)
{
	struct database *database = way->state;
	enum flat_table table;

	if (!flat_table_of(record, &table) ||
	    add_record(database, table, record, way->cgroups))
		return true;
	return sqlite_say(database->db, way->file->name, "cannot be written");
}

static bool take_finding(struct way *way, const struct value *row)
{
	struct database *database = way->state;

	return sqlite_add_finding(database->findings, row) ||
	       sqlite_say(database->db, way->file->name, "cannot be written");
}

static bool end(struct way *way, const struct facts *facts)
{
	struct database *database = way->state;

	if (sqlite_records_end(database->records) &&
	    sqlite_fill_facts(database->db, facts) &&
	    do_sql(database->db, "COMMIT"))
		return true;
	return sqlite_say(database->db, way->file->name, "cannot be written");
}

static void database_free(struct way *way)
{
	struct database *database = way->state;
	size_t i;

	for (i = 0; database && i < __FLAT_MAX; i++) {
		sqlite3_finalize(database->inserters[i]);
		flat_free(database->flats[i]);
	}
	if (database) {
		sqlite3_finalize(database->findings);
		sqlite_records_free(database->records);
		sqlite3_close(database->db);
	}
	free(database);
}

const struct way_ops way_sqlite = {
	.name = "sqlite",
	.ending = ".db",
	.seeks = true,
	.begin = begin,
	.record = take,
	.finding = take_finding,
	.end = end,
	.free = database_free,
};

#else /* no libsqlite3 */

const struct way_ops way_sqlite = {
	.name = "sqlite",
	.ending = ".db",
	.lacks = "SQLite",
	.install = "libsqlite3-dev",
};

#endif
