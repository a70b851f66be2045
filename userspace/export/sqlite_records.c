// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: sqlite_records
 *
 * Calls and events in a database. A row with a column for each field takes SQLite more
 * instructions than all that comes before, and most of it was in the row before:
 * programs make the same calls again and again. So a record is a row of seven numbers,
 * its times, and the numbers of three rows more, which say who it was, on what, and
 * what was asked with what came of it. These rows are made once, and found again by the
 * bytes of the record that they were made of, without a look at what these mean; what
 * is no longer found is made again. The views "calls" and "events" put all together.
 *
 * Rows are stored by time, and come so: there is no index to make.
 */
#include <err.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "export/flat.h"
#include "export/sqlite_records.h"
#include "fields/decode.h"
#include "names/cgroups.h"
#include "shared/syscalls.h"

#if __has_include("sqlite3.h")

#define KEY_WORDS	32	/* what has more is rare, and not kept */
#define PLACES		1024	/* of each kind, where rows are kept */

/* Rows that one statement adds: to begin and end one costs as much as two of these. */
#define BATCH_ROWS	128

/**
 * enum piece - the tables that a record is spread over
 * @PIECE_RECORD: a row for each
 * @PIECE_REQUEST: what was asked, and what came of it
 * @PIECE_CALLER: who it was
 * @PIECE_OBJECT: the object as it was then
 */
enum piece {
	PIECE_RECORD,
	PIECE_REQUEST,
	PIECE_CALLER,
	PIECE_OBJECT,
	__PIECE_MAX,
};

/* Tables of the rows that are made once, with their alias in the views */
static const struct {
	const char *name;
	char alias;
} pieces[__PIECE_MAX] = {
	[PIECE_RECORD] = { "", 'r' },
	[PIECE_REQUEST] = { "stored_requests", 'q' },
	[PIECE_CALLER] = { "stored_callers", 'c' },
	[PIECE_OBJECT] = { "stored_objects", 'o' },
};

/**
 * struct row - a row that may be wanted again
 * @words: of the record, what it was made of
 * @nr_words: how many; 0: there is none
 * @number: of the row
 * @timed: of requests: the record says how long it took
 * @object: likewise: it has an object
 * @named: of callers: their cgroup has a name, and will have no other
 */
struct row {
	u64 words[KEY_WORDS];
	u32 nr_words;
	bool timed;
	bool object;
	bool named;
	s64 number;
};

/**
 * struct kept - rows of one of the tables
 * @insert: adds one
 * @nr: rows in it
 * @bound: columns that are not null in the row that @insert has
 * @columns: which of a record's columns these are
 * @nr_columns: how many
 * @rows: those that are kept, at places that their words give them
 * @once: one that is not kept
 * @last: of callers and objects, the one that was wanted last, or NULL
 */
struct kept {
	sqlite3_stmt *insert;
	s64 nr;
	bool bound[SINK_MAX_COLUMNS];
	u8 columns[SINK_MAX_COLUMNS];
	u32 nr_columns;
	struct row rows[PLACES];
	struct row once;
	const struct row *last;
};

/*
 * Columns of the rows of calls and events, and how their tables have them: those that
 * nobody else sees have no type, which takes less time.
 */
enum { TIME, RECORD, CPU, DURATION, REQUEST, CALLER, OBJECT, NR_NUMBERS };

#define NUMBERS								\
	"time_ns INTEGER, record, cpu INTEGER, duration_ns INTEGER, "	\
	"request, caller, object, "					\
	"PRIMARY KEY(time_ns, record)"

#define NOTHING		-1	/* as one of these: null */

/**
 * struct inserter - a statement that adds rows
 * @stmt: it
 * @nr: how many numbers these have in all
 * @bound: what they were last time: what is the same stays
 */
struct inserter {
	sqlite3_stmt *stmt;
	u32 nr;
	s64 bound[BATCH_ROWS * NR_NUMBERS];
};

/**
 * struct batch - rows that are added together
 * @all: adds BATCH_ROWS of them
 * @one: adds one
 * @rows: them
 * @nr: how many
 */
struct batch {
	struct inserter all;
	struct inserter one;
	s64 rows[BATCH_ROWS][NR_NUMBERS];
	u32 nr;
};

/**
 * struct sqlite_records - records on their way into a database
 * @flat: a record as a row of all columns
 * @taken: @flat has the one at hand
 * @duration: the column of how long it took
 * @id: the column of its object's id
 * @nr: records so far
 * @batches: of calls and events
 * @kept: the rows that are made once
 */
struct sqlite_records {
	struct flat *flat;
	bool taken;
	u32 duration;
	u32 id;
	s64 nr;
	struct batch batches[FLAT_EVENTS + 1];
	struct kept kept[__PIECE_MAX];
};

/* ---- Tables ------------------------------------------------------------------ */

/**
 * sqlite_type() - the type of a column, for SQLite
 * @column: the column
 */
const char *sqlite_type(const struct column *column)
{
	return column->type == VALUE_STRING ? "TEXT" : "INTEGER";
}

/* Where a column of the views comes from */
static enum piece piece_of(const char *column)
{
	static const char *const record[] = { "time_ns", "cpu", "duration_ns" };
	static const char *const caller[] = {
		"pid", "tid", "ppid", "comm", "uid", "gid", "loginuid", "ipc_ns",
		"cgroup", "cgroup_path", "container"
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(record); i++)
		if (!strcmp(column, record[i]))
			return PIECE_RECORD;
	for (i = 0; i < ARRAY_SIZE(caller); i++)
		if (!strcmp(column, caller[i]))
			return PIECE_CALLER;
	return strncmp(column, "object_", strlen("object_")) ? PIECE_REQUEST :
							       PIECE_OBJECT;
}

static void sort_columns(struct sqlite_records *records)
{
	const struct flat *flat = records->flat;
	struct kept *kept;
	u32 i;

	for (i = 0; i < flat->nr; i++) {
		kept = &records->kept[piece_of(flat->columns[i].name)];
		kept->columns[kept->nr_columns++] = i;
		if (!strcmp(flat->columns[i].name, "duration_ns"))
			records->duration = i;
		if (!strcmp(flat->columns[i].name, "object_id"))
			records->id = i;
	}
}

/* False, without a message, when that failed; and so below */
static bool do_text(sqlite3 *db, sqlite3_str *text)
{
	char *sql = sqlite3_str_finish(text);
	bool good = sql && sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;

	sqlite3_free(sql);
	return good;
}

static sqlite3_stmt *prepare_text(sqlite3 *db, sqlite3_str *text)
{
	char *sql = sqlite3_str_finish(text);
	sqlite3_stmt *stmt = NULL;

	if (sql)
		sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
	sqlite3_free(sql);
	return stmt;
}

/* A table of rows that are made once, whose first column is their number */
static bool make_pieces(struct sqlite_records *records, sqlite3 *db, enum piece piece)
{
	sqlite3_str *table = sqlite3_str_new(db), *insert = sqlite3_str_new(db);
	struct kept *kept = &records->kept[piece];
	const struct column *column;
	u32 i;

	sqlite3_str_appendf(table, "CREATE TABLE %s(number INTEGER PRIMARY KEY",
			    pieces[piece].name);
	sqlite3_str_appendf(insert, "INSERT INTO %s VALUES(?", pieces[piece].name);
	for (i = 0; i < kept->nr_columns; i++) {
		column = &records->flat->columns[kept->columns[i]];
		sqlite3_str_appendf(table, ", \"%w\" %s", column->name,
				    sqlite_type(column));
		sqlite3_str_appendf(insert, ", ?");
	}
	sqlite3_str_appendf(table, ")");
	sqlite3_str_appendf(insert, ")");
	if (!do_text(db, table)) {
		sqlite3_free(sqlite3_str_finish(insert));
		return false;
	}
	kept->insert = prepare_text(db, insert);
	return kept->insert;
}

/* What users see: each of the tables where it is needed, else SQLite leaves it out. */
static bool make_view(const struct sqlite_records *records, sqlite3 *db,
		      const char *name)
{
	sqlite3_str *view = sqlite3_str_new(db);
	u32 i;

	sqlite3_str_appendf(view, "CREATE VIEW %s AS SELECT ", name);
	for (i = 0; i < records->flat->nr; i++) {
		const char *column = records->flat->columns[i].name;

		sqlite3_str_appendf(view, "%s%c.\"%w\" AS \"%w\"", i ? ", " : "",
				    pieces[piece_of(column)].alias, column, column);
	}
	sqlite3_str_appendf(view, " FROM stored_%s r"
			    " LEFT JOIN stored_requests q ON q.number = r.request"
			    " LEFT JOIN stored_callers c ON c.number = r.caller"
			    " LEFT JOIN stored_objects o ON o.number = r.object", name);
	return do_text(db, view);
}

static bool make_inserter(struct inserter *inserter, sqlite3 *db, const char *name,
			  u32 rows)
{
	sqlite3_str *insert = sqlite3_str_new(db);
	u32 i;

	sqlite3_str_appendf(insert, "INSERT INTO stored_%s VALUES", name);
	for (i = 0; i < rows; i++)
		sqlite3_str_appendf(insert, "%s(?, ?, ?, ?, ?, ?, ?)", i ? ", " : "");
	inserter->stmt = prepare_text(db, insert);
	inserter->nr = rows * NR_NUMBERS;
	for (i = 0; i < inserter->nr; i++)
		inserter->bound[i] = NOTHING;
	return inserter->stmt;
}

static bool make_records(struct sqlite_records *records, sqlite3 *db,
			 enum flat_table table)
{
	const char *name = flat_names[table];
	struct batch *batch = &records->batches[table];
	sqlite3_str *made = sqlite3_str_new(db);

	sqlite3_str_appendf(made, "CREATE TABLE stored_%s(" NUMBERS ") WITHOUT ROWID",
			    name);
	if (!do_text(db, made) || !make_view(records, db, name))
		return false;
	return make_inserter(&batch->all, db, name, BATCH_ROWS) &&
	       make_inserter(&batch->one, db, name, 1);
}

/**
 * sqlite_records_new() - make the tables and views of calls and events
 * @db: where
 *
 * Return: what fills them; NULL, without a message, when that failed.
 */
struct sqlite_records *sqlite_records_new(sqlite3 *db)
{
	struct sqlite_records *records = calloc(1, sizeof(*records));

	if (!records)
		return NULL;
	records->flat = flat_new(FLAT_CALLS);
	if (records->flat)
		sort_columns(records);
	if (records->flat && make_pieces(records, db, PIECE_REQUEST) &&
	    make_pieces(records, db, PIECE_CALLER) &&
	    make_pieces(records, db, PIECE_OBJECT) &&
	    make_records(records, db, FLAT_CALLS) &&
	    make_records(records, db, FLAT_EVENTS))
		return records;
	sqlite_records_free(records);
	return NULL;
}

/**
 * sqlite_records_free() - undo sqlite_records_new(), but for what is in the database
 * @records: what it has returned, or NULL
 */
void sqlite_records_free(struct sqlite_records *records)
{
	size_t i;

	if (!records)
		return;
	for (i = 0; i < ARRAY_SIZE(records->batches); i++) {
		sqlite3_finalize(records->batches[i].all.stmt);
		sqlite3_finalize(records->batches[i].one.stmt);
	}
	for (i = 0; i < __PIECE_MAX; i++)
		sqlite3_finalize(records->kept[i].insert);
	flat_free(records->flat);
	free(records);
}

/* ---- Rows that are made once -------------------------------------------------- */

/*
 * Where one with these words is, or would be; in @once there is never one. A sum of odd
 * multiples, since that does not wait for itself as a product would.
 */
static struct row *row_at(struct kept *kept, const u64 *words, u32 nr, bool *found)
{
	struct row *row;
	u64 sum = 0;
	u32 i;

	*found = false;
	if (!nr)
		return &kept->once;
	for (i = 0; i < nr; i++)
		sum += words[i] * (2 * i + 1);
	row = &kept->rows[(sum * 0x9e3779b97f4a7c15ULL >> 32) % PLACES];
	if (row->nr_words != nr)
		return row;
	for (i = 0; i < nr; i++)
		if (row->words[i] != words[i])
			return row;
	*found = true;
	return row;
}

static void bind(sqlite3_stmt *stmt, int at, const struct value *value)
{
	if (value->type == VALUE_STRING)
		sqlite3_bind_text(stmt, at, value->string, -1, SQLITE_STATIC);
	else
		sqlite3_bind_int64(stmt, at, value->number);
}

/* Most columns of a row are null, and most of these were in the row before. */
static bool add_row(struct kept *kept, const struct value *values)
{
	u32 i;

	sqlite3_bind_int64(kept->insert, 1, ++kept->nr);
	for (i = 0; i < kept->nr_columns; i++) {
		const struct value *value = &values[kept->columns[i]];

		if (value->type != VALUE_NULL)
			bind(kept->insert, i + 2, value);
		else if (kept->bound[i])
			sqlite3_bind_null(kept->insert, i + 2);
		kept->bound[i] = value->type != VALUE_NULL;
	}
	sqlite3_step(kept->insert);
	return sqlite3_reset(kept->insert) == SQLITE_OK;
}

/* Only what is made anew needs to be taken apart. */
static bool take_apart(struct sqlite_records *records,
		       const struct ipctrace_header *record, struct cgroups *cgroups)
{
	records->taken = records->taken || flat_take(records->flat, record, cgroups);
	return records->taken;
}

static bool make_row(struct sqlite_records *records, enum piece piece, struct row *row,
		     const u64 *words, u32 nr)
{
	struct kept *kept = &records->kept[piece];

	memcpy(row->words, words, nr * sizeof(*words));
	row->nr_words = nr;
	if (!add_row(kept, records->flat->row))
		row->nr_words = 0;
	row->number = kept->nr;
	row->timed = records->flat->row[records->duration].type != VALUE_NULL;
	row->object = records->flat->row[records->id].type != VALUE_NULL;
	return row->nr_words == nr;
}

/* ---- What they are found by ---------------------------------------------------- */

/* From the result to the arguments */
#define ASKED_BEGIN	offsetof(struct ipctrace_call, ret)
#define ASKED_BYTES	(offsetof(struct ipctrace_call, cgroup) - ASKED_BEGIN)
#define CALLER_BEGIN	offsetof(struct ipctrace_call, cgroup)
#define CALLER_BYTES	(offsetof(struct ipctrace_call, object) - CALLER_BEGIN)

/* Parts whose meaning depends on the request, or on what its words have besides */
#define PARTS_KNOWN							\
	(1U << IPCTRACE_PART_USER | 1U << IPCTRACE_PART_SEGMENT |	\
	 1U << IPCTRACE_PART_UNDO | 1U << IPCTRACE_PART_PIDNS |		\
	 1U << IPCTRACE_PART_CRED | 1U << IPCTRACE_PART_SUBSCRIBED)

static bool has_known_parts(const struct ipctrace_call *call)
{
	const struct ipctrace_part *part = NULL;

	if (call->header.len <= sizeof(*call))
		return true;
	while ((part = ipct_part_next(call, part)))
		if (part->type >= 32 || !(PARTS_KNOWN >> part->type & 1))
			return false;
	return true;
}

/* How many words; 0: it is none that is kept */
static u32 words_of_request(const struct ipctrace_call *call, u64 *words)
{
	const struct ipctrace_header *header = &call->header;
	size_t more = header->len - sizeof(*call);
	/* Whether a timeout is over says the time that it took. */
	const char *end = header->type == IPCTRACE_TYPE_CALL ? decode_end(call) : NULL;

	if (3 * sizeof(*words) + ASKED_BYTES + more > KEY_WORDS * sizeof(*words) ||
	    !has_known_parts(call))
		return 0;
	words[0] = (u64)header->len | (u64)header->type << 16 |
		   (u64)header->flags << 24 | (u64)header->call << 32 |
		   (u64)header->abi << 40;
	words[1] = (uintptr_t)end;
	/* Effective ids are there where they are not these. */
	words[2] = more ? (u64)call->uid << 32 | call->gid : 0;
	words[3 + (ASKED_BYTES + more) / sizeof(*words)] = 0;
	memcpy(words + 3, (const char *)call + ASKED_BEGIN, ASKED_BYTES);
	memcpy((char *)(words + 3) + ASKED_BYTES, call + 1, more);
	return 3 + (ASKED_BYTES + more + sizeof(*words) - 1) / sizeof(*words);
}

/* The one before, which is the most likely one */
static bool is_last_caller(const struct kept *kept, const struct ipctrace_call *call)
{
	return kept->last && kept->last->named &&
	       !memcmp(kept->last->words, (const char *)call + CALLER_BEGIN,
		       CALLER_BYTES);
}

static u32 words_of_caller(const struct ipctrace_call *call, u64 *words)
{
	const u32 nr = (CALLER_BYTES + sizeof(*words) - 1) / sizeof(*words);

	words[nr - 1] = 0;
	memcpy(words, (const char *)call + CALLER_BEGIN, CALLER_BYTES);
	return nr;
}

/* Which family it is of says the call, or what happens without one. */
static u64 family_of(const struct ipctrace_call *call)
{
	if (ipct_type_kind(call->header.type) != IPCT_TYPE_CALL)
		return 0x100u + ipct_family_of(call->header.flags);
	return call->header.call < IPCTRACE_NR_CALLS ?
		       0x200u + ipct_syscalls[call->header.call].family : 0;
}

#define OBJECT_WORDS	((sizeof(struct ipctrace_object) + sizeof(u64) - 1) / sizeof(u64))

static bool is_last_object(const struct kept *kept, const struct ipctrace_call *call)
{
	return kept->last && kept->last->words[OBJECT_WORDS] == family_of(call) &&
	       !memcmp(kept->last->words, &call->object, sizeof(call->object));
}

static u32 words_of_object(const struct ipctrace_call *call, u64 *words)
{
	words[OBJECT_WORDS - 1] = 0;
	memcpy(words, &call->object, sizeof(call->object));
	words[OBJECT_WORDS] = family_of(call);
	return OBJECT_WORDS + 1;
}

/* ---- Records ------------------------------------------------------------------- */

static const struct row *find_request(struct sqlite_records *records,
				      const struct ipctrace_call *call,
				      struct cgroups *cgroups)
{
	u64 words[KEY_WORDS + 1];
	u32 nr = words_of_request(call, words);
	bool found;
	struct row *row = row_at(&records->kept[PIECE_REQUEST], words, nr, &found);

	if (found)
		return row;
	return take_apart(records, &call->header, cgroups) &&
	       make_row(records, PIECE_REQUEST, row, words, nr) ? row : NULL;
}

/* A cgroup that has no name yet may get one. */
static const struct row *find_caller(struct sqlite_records *records,
				     const struct ipctrace_call *call,
				     struct cgroups *cgroups)
{
	struct kept *kept = &records->kept[PIECE_CALLER];
	u64 words[KEY_WORDS];
	struct row *row;
	bool found;
	u32 nr;

	if (is_last_caller(kept, call))
		return kept->last;
	nr = words_of_caller(call, words);
	row = row_at(kept, words, nr, &found);
	kept->last = row;
	if (found && (row->named || !cgroups || !cgroups_find(cgroups, call->cgroup)->path))
		return row;
	if (!take_apart(records, &call->header, cgroups) ||
	    !make_row(records, PIECE_CALLER, row, words, nr))
		return NULL;
	row->named = cgroups && cgroups_find(cgroups, call->cgroup)->path;
	return row;
}

static const struct row *find_object(struct sqlite_records *records,
				     const struct ipctrace_call *call,
				     struct cgroups *cgroups)
{
	struct kept *kept = &records->kept[PIECE_OBJECT];
	u64 words[KEY_WORDS];
	struct row *row;
	bool found;
	u32 nr;

	if (is_last_object(kept, call))
		return kept->last;
	nr = words_of_object(call, words);
	row = row_at(kept, words, nr, &found);
	kept->last = row;
	if (found)
		return row;
	return take_apart(records, &call->header, cgroups) &&
	       make_row(records, PIECE_OBJECT, row, words, nr) ? row : NULL;
}

static bool insert_rows(struct inserter *inserter, const s64 *numbers)
{
	u32 i;

	for (i = 0; i < inserter->nr; i++) {
		if (inserter->bound[i] == numbers[i])
			continue;
		inserter->bound[i] = numbers[i];
		if (numbers[i] == NOTHING)
			sqlite3_bind_null(inserter->stmt, i + 1);
		else
			sqlite3_bind_int64(inserter->stmt, i + 1, numbers[i]);
	}
	sqlite3_step(inserter->stmt);
	return sqlite3_reset(inserter->stmt) == SQLITE_OK;
}

/**
 * sqlite_records_add() - add a record
 * @records: to these
 * @table: FLAT_CALLS or FLAT_EVENTS, as flat_table_of() says
 * @record: the record; nothing happens when it is too short for its type
 * @cgroups: names of cgroups, or NULL
 *
 * Return: false, without a message, when that failed.
 */
bool sqlite_records_add(struct sqlite_records *records, enum flat_table table,
			const struct ipctrace_header *record, struct cgroups *cgroups)
{
	const struct ipctrace_call *call = (const void *)record;
	struct batch *batch = &records->batches[table];
	const struct row *request, *caller, *object = NULL;
	s64 *numbers = batch->rows[batch->nr];

	if (record->len < sizeof(*call))
		return true;
	records->taken = false;
	request = find_request(records, call, cgroups);
	caller = find_caller(records, call, cgroups);
	if (request && request->object)
		object = find_object(records, call, cgroups);
	if (!request || !caller || (request->object && !object))
		return false;
	numbers[TIME] = record->time_ns;
	numbers[RECORD] = records->nr++;
	numbers[CPU] = record->cpu;
	numbers[DURATION] = request->timed ? (s64)call->duration_ns : NOTHING;
	numbers[REQUEST] = request->number;
	numbers[CALLER] = caller->number;
	numbers[OBJECT] = object ? object->number : NOTHING;
	if (++batch->nr < BATCH_ROWS)
		return true;
	batch->nr = 0;
	return insert_rows(&batch->all, batch->rows[0]);
}

/**
 * sqlite_records_end() - no more will be added
 * @records: to these
 *
 * Return: false, without a message, when the last of them cannot be.
 */
bool sqlite_records_end(struct sqlite_records *records)
{
	bool good = true;
	size_t i;
	u32 row;

	for (i = 0; i < ARRAY_SIZE(records->batches); i++) {
		struct batch *batch = &records->batches[i];

		for (row = 0; good && row < batch->nr; row++)
			good = insert_rows(&batch->one, batch->rows[row]);
		batch->nr = 0;
	}
	return good;
}

#endif /* libsqlite3 */
