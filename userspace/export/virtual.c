// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: virtual
 *
 * The records of a capture as virtual tables of SQLite: what is asked is read when it
 * is asked, and nothing is written. Where a question is about a part of the time, only
 * the blocks are read that have something of it, by the index of the capture. A record
 * is taken apart when a value of it is wanted: who only counts does not pay for that.
 */
#include <stdlib.h>
#include <string.h>

#include "base/progress.h"
#include "base/when.h"
#include "export/flat.h"
#include "export/sqlite.h"
#include "export/virtual.h"
#include "input/file.h"

#if __has_include("sqlite3.h")

/* What xBestIndex() tells xFilter(): which bounds of the time it gets */
#define SINCE	1
#define UNTIL	2

/* What reading all of a capture is taken to cost, and a part of it */
#define ALL_COST	1e6
#define HALF_COST	1e5
#define PART_COST	1e4

/**
 * struct virtual_table - a table of records
 * @base: for SQLite
 * @virtual: the capture
 * @table: enum flat_table
 */
struct virtual_table {
	sqlite3_vtab base;
	struct virtual *virtual;
	enum flat_table table;
};

/**
 * struct cursor - a place in a capture
 * @base: for SQLite
 * @file: the capture, while @open
 * @open: it is
 * @record: where it is; NULL: at the end
 * @rowid: counts the rows
 * @flat: for values
 * @taken: @flat has those of @record
 * @progress: for whoever waits
 */
struct cursor {
	sqlite3_vtab_cursor base;
	struct input_file file;
	bool open;
	const struct ipctrace_header *record;
	sqlite3_int64 rowid;
	struct flat *flat;
	bool taken;
	struct progress progress;
};

static struct virtual_table *table_of(const struct cursor *cursor)
{
	return (struct virtual_table *)cursor->base.pVtab;
}

/* ---- Tables ------------------------------------------------------------------ */

static enum flat_table table_called(const char *name)
{
	enum flat_table table = 0;

	while (table < __FLAT_MAX && strcmp(flat_names[table], name))
		table++;
	return table;
}

static int connect_table(sqlite3 *db, void *virtual, int argc,
			 const char *const *argv, sqlite3_vtab **made, char **error)
{
	enum flat_table number = argc > 2 ? table_called(argv[2]) : __FLAT_MAX;
	struct virtual_table *table;
	struct flat *flat;
	int result;
	char *sql;

	(void)error;
	flat = number < __FLAT_MAX ? flat_new(number) : NULL;
	sql = flat ? sqlite_declare(flat_names[number], flat->columns, flat->nr) :
		     NULL;
	flat_free(flat);
	if (!sql)
		return SQLITE_NOMEM;
	result = sqlite3_declare_vtab(db, sql);
	sqlite3_free(sql);
	if (result != SQLITE_OK)
		return result;
	/* It only reads what was named: views may use it. */
	sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
	table = calloc(1, sizeof(*table));
	if (!table)
		return SQLITE_NOMEM;
	table->virtual = virtual;
	table->table = number;
	*made = &table->base;
	return SQLITE_OK;
}

static int disconnect_table(sqlite3_vtab *table)
{
	free(table);
	return SQLITE_OK;
}

static int bound_of(unsigned char op)
{
	switch (op) {
	case SQLITE_INDEX_CONSTRAINT_GT:
	case SQLITE_INDEX_CONSTRAINT_GE:
		return SINCE;
	case SQLITE_INDEX_CONSTRAINT_LT:
	case SQLITE_INDEX_CONSTRAINT_LE:
		return UNTIL;
	case SQLITE_INDEX_CONSTRAINT_EQ:
		return SINCE | UNTIL;
	}
	return 0;
}

/* One bound for each end of the time; SQLite tests the rows again itself. */
static int best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
	int i, nr = 0, has = 0, bound;

	(void)table;
	for (i = 0; i < info->nConstraint; i++) {
		bound = bound_of(info->aConstraint[i].op);
		if (!info->aConstraint[i].usable || !bound || has & bound ||
		    info->aConstraint[i].iColumn != FLAT_TIME_COLUMN)
			continue;
		has |= bound;
		info->aConstraintUsage[i].argvIndex = ++nr;
		/* Which bound each argument is, two bits for each */
		info->idxNum |= bound << 2 * (nr - 1);
	}
	info->estimatedCost = has == (SINCE | UNTIL) ? PART_COST :
			      has ? HALF_COST : ALL_COST;
	info->estimatedRows = info->estimatedCost;
	/* They come in order of time. */
	info->orderByConsumed = info->nOrderBy == 1 && !info->aOrderBy[0].desc &&
				info->aOrderBy[0].iColumn == FLAT_TIME_COLUMN;
	return SQLITE_OK;
}

/* ---- Cursors ----------------------------------------------------------------- */

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **made)
{
	struct cursor *cursor = calloc(1, sizeof(*cursor));

	if (!cursor)
		return SQLITE_NOMEM;
	cursor->flat = flat_new(((struct virtual_table *)table)->table);
	if (!cursor->flat) {
		free(cursor);
		return SQLITE_NOMEM;
	}
	*made = &cursor->base;
	return SQLITE_OK;
}

static void close_file(struct cursor *cursor)
{
	progress_end(&cursor->progress);
	if (cursor->open)
		input_close(&cursor->file.input);
	cursor->open = false;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	struct cursor *cursor = (struct cursor *)base;

	close_file(cursor);
	flat_free(cursor->flat);
	free(cursor);
	return SQLITE_OK;
}

/* Damage is told once, however often all of it is read. */
static void end_file(struct cursor *cursor)
{
	struct virtual *virtual = table_of(cursor)->virtual;

	cursor->record = NULL;
	if (!virtual->told && !input_whole(&cursor->file.input))
		virtual->damaged = true;
	virtual->told = virtual->told || virtual->damaged;
	close_file(cursor);
}

static int next_row(sqlite3_vtab_cursor *base)
{
	struct cursor *cursor = (struct cursor *)base;
	enum flat_table table;
	enum input_state state;

	cursor->taken = false;
	cursor->rowid++;
	while ((state = input_next(&cursor->file.input, &cursor->record)) ==
	       INPUT_RECORD) {
		if (progress_due(&cursor->progress))
			progress_say(&cursor->progress,
				     input_place(&cursor->file.input),
				     cursor->file.reader.records, 0);
		if (flat_table_of(cursor->record, &table) &&
		    table == table_of(cursor)->table)
			return SQLITE_OK;
	}
	end_file(cursor);
	return state == INPUT_FAILED ? SQLITE_IOERR : SQLITE_OK;
}

/* A bound that is no whole number leaves nothing out: SQLite tests the rows. */
static void take_bound(int bounds, sqlite3_value *value, struct when *since,
		       struct when *until)
{
	sqlite3_int64 ns = sqlite3_value_int64(value);

	if (sqlite3_value_type(value) != SQLITE_INTEGER || ns < 0)
		return;
	if (bounds & SINCE)
		*since = (struct when){ WHEN_CLOCK, ns };
	if (bounds & UNTIL)
		*until = (struct when){ WHEN_CLOCK, ns };
}

static int first_row(sqlite3_vtab_cursor *base, int bounds, const char *name,
		     int argc, sqlite3_value **argv)
{
	struct cursor *cursor = (struct cursor *)base;
	struct virtual *virtual = table_of(cursor)->virtual;
	struct when since = { }, until = { };
	u64 since_ns, until_ns;
	int i;

	(void)name;
	close_file(cursor);
	for (i = 0; i < argc; i++)
		take_bound(bounds >> 2 * i, argv[i], &since, &until);
	if (!input_file_open(&cursor->file, virtual->name, virtual->cgroups))
		return SQLITE_CANTOPEN;
	cursor->open = true;
	if (!input_file_range(&cursor->file, &since, &until, &since_ns, &until_ns))
		return SQLITE_IOERR;
	progress_begin(&cursor->progress, input_size(&cursor->file.input));
	cursor->rowid = 0;
	return next_row(base);
}

static int is_at_end(sqlite3_vtab_cursor *base)
{
	return !((struct cursor *)base)->record;
}

static int give_value(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
	struct cursor *cursor = (struct cursor *)base;
	const struct value *value = &cursor->flat->row[column];

	if (column == FLAT_TIME_COLUMN) {
		sqlite3_result_int64(context, cursor->record->time_ns);
		return SQLITE_OK;
	}
	if (!cursor->taken && !flat_take(cursor->flat, cursor->record,
					 table_of(cursor)->virtual->cgroups))
		return SQLITE_OK;	/* null */
	cursor->taken = true;
	if (value->type == VALUE_STRING)
		sqlite3_result_text(context, value->string, -1, SQLITE_TRANSIENT);
	else if (value->type != VALUE_NULL)
		sqlite3_result_int64(context, value->number);
	return SQLITE_OK;
}

static int give_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
	*rowid = ((struct cursor *)base)->rowid;
	return SQLITE_OK;
}

static const sqlite3_module module = {
	.xCreate = connect_table,
	.xConnect = connect_table,
	.xBestIndex = best_index,
	.xDisconnect = disconnect_table,
	.xDestroy = disconnect_table,
	.xOpen = open_cursor,
	.xClose = close_cursor,
	.xFilter = first_row,
	.xNext = next_row,
	.xEof = is_at_end,
	.xColumn = give_value,
	.xRowid = give_rowid,
};

/**
 * virtual_make_tables() - make the tables of a capture's records
 * @db: where
 * @virtual: the capture; must outlive @db
 *
 * Return: false, without a message, when that failed.
 */
bool virtual_make_tables(sqlite3 *db, struct virtual *virtual)
{
	bool good = sqlite3_create_module(db, "ipctrace", &module, virtual) ==
		    SQLITE_OK;
	size_t i;
	char *sql;

	for (i = 0; good && i < __FLAT_MAX; i++) {
		sql = sqlite3_mprintf("CREATE VIRTUAL TABLE \"%w\" USING ipctrace",
				      flat_names[i]);
		good = sql && sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
		sqlite3_free(sql);
	}
	return good;
}

#endif /* libsqlite3 */
