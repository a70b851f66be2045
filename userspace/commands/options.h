/* SPDX-License-Identifier: GPL-2.0 */
/* The options of all commands; see options.c. */
#ifndef _IPCTRACE_OPTIONS_H
#define _IPCTRACE_OPTIONS_H

#include "base/when.h"
#include "commands/commands.h"
#include "select/selection.h"
#include "select/wanted.h"
#include "view/style.h"

#define EXIT_USAGE	2	/* wrong options: nothing was done */

/**
 * enum option_kind - what value an option takes
 * @OPTION_FLAG: none: bool
 * @OPTION_NUMBER: whole number from 1: u64
 * @OPTION_PID: the same, a process
 * @OPTION_TEXT: any: const char *
 * @OPTION_FILE: the same, name of a file
 * @OPTION_CALLS: names of calls and classes: struct selection
 * @OPTION_TIME: a time with its unit, in nanoseconds: u64
 * @OPTION_SECONDS: likewise, or seconds without one
 * @OPTION_ASK: a question: struct selection
 * @OPTION_SHORT: a part of a question that the name tells, with or without a
 *	value: struct selection
 * @OPTION_WHEN: point in time: struct when
 * @OPTION_SIZE: bytes: u64
 * @OPTION_FIELDS: names of fields: const char *
 * @OPTION_MANY: any, as often as one wants: struct option_texts
 * @OPTION_WORD: one of several: int, its place among them
 */
enum option_kind {
	OPTION_FLAG,
	OPTION_NUMBER,
	OPTION_PID,
	OPTION_TEXT,
	OPTION_FILE,
	OPTION_CALLS,
	OPTION_TIME,
	OPTION_SECONDS,
	OPTION_ASK,
	OPTION_SHORT,
	OPTION_WHEN,
	OPTION_SIZE,
	OPTION_FIELDS,
	OPTION_MANY,
	OPTION_WORD,
};

#define OPTION_TEXTS	32

/**
 * struct option_texts - values of an option
 * @nr: how many
 * @text: these
 */
struct option_texts {
	u32 nr;
	const char *text[OPTION_TEXTS];
};

/**
 * struct options - what a command was asked for
 * @commands: all commands
 * @command: which of them
 * @named: it was named, and is not only what there is without a name
 * @json: JSON instead of text
 * @help: print help, and no more
 * @version: print versions, and no more
 * @count: stop after that many records, 0: never
 * @pid: calls of this process, 0: of all
 * @ipc_ns: calls in this IPC namespace, 0: in all
 * @selection: which records
 * @forks: with @pid, those that it has forked, too
 * @explain: print who decides what, and no more
 * @for_ns: stop after that time, 0: never
 * @cgroup: calls of this cgroup, NULL: of all
 * @filter: the recorder's filter to be, NULL: as it is
 * @output: file to write
 * @rotate: when to begin another file, NULL: never
 * @keep: so many files, 0: all
 * @max_total: so many bytes of files, 0: all
 * @since: records from then on
 * @until: and up to then
 * @tail: the last so many, 0: all
 * @follow: go on while the file grows
 * @color: enum style_color
 * @time: enum style_time
 * @numbers: no names of users, groups and containers
 * @columns: fields to print, in a table; NULL: lines, or as the command does
 * @csv: a table, as CSV
 * @strace: as strace writes it
 * @input: capture to read instead of the recorder, NULL: none
 * @interval_ns: print what was counted that often, 0: once
 * @by: what is counted apart, NULL: as the command does by itself
 * @of: the number that is drawn, NULL: as above
 * @wait_ns: calls that may wait and take longer have waited, 0: as above
 * @table_csv: the command's own table, as CSV
 * @table_columns: which columns of that, NULL: as above
 * @sort: in order of that one, NULL: as above
 * @removed: objects that have gone, too
 * @schema: print the schema of the JSON, and no more
 * @no_follow: what a program leaves behind does not count
 * @why: say why calls failed
 * @layout_ns: places in a picture are found in that time; 0: the usual
 * @idle_ns: what was not used for so long is idle; 0: the usual
 * @batch: as text, without a terminal
 * @view: 0: all, or the first; else one more than the place of that view
 * @each: a line for each, and no sums
 * @tree: as a tree
 * @format: of export: place in its list; 0: what the name of the file says
 * @listen: answer by HTTP there, NULL: do not
 * @textfile: write metrics to that file, NULL: do not
 * @once: write once, and end
 * @openmetrics: as OpenMetrics
 * @per_object: so many objects are told apart
 * @to: where lines are sent
 * @send: names of what is, NULL: the usual
 * @spool: directory of lines that wait, NULL: the usual one
 * @spool_bytes: of these, at most; 0: as usual
 * @properties: of a library, NAME=VALUE
 * @config: file of more, or NULL
 * @host: id of the host, NULL: find it out
 * @rules: directory of rules instead of the usual ones, or NULL
 * @check: run the tests of the rules
 * @explain_rule: print that rule, or NULL
 * @why_not: say why that rule does not fire, or NULL
 * @learn: print exceptions for all that is found
 * @save: directory for captures of what was found, or NULL
 * @save_on: place in its list of the severity that is worth it
 * @syslog: findings go to syslog, too
 * @journal: and to the journal
 * @fail_on: 0: nothing, else one more than enum severity of what is a failure
 * @operand: the argument that is no option
 * @operands: all of them, for commands that take many
 * @nr_operands: so many
 */
struct options {
	const struct command_row *commands;
	enum command_id command;
	bool named;
	bool json;
	bool help;
	bool version;
	u64 count;
	u64 pid;
	u64 ipc_ns;
	struct selection selection;
	bool forks;
	bool explain;
	u64 for_ns;
	const char *cgroup;
	const char *filter;
	const char *output;
	const char *rotate;
	u64 keep;
	u64 max_total;
	struct when since;
	struct when until;
	u64 tail;
	bool follow;
	int color;
	int time;
	bool numbers;
	const char *columns;
	bool csv;
	bool strace;
	const char *input;
	u64 interval_ns;
	const char *by;
	const char *of;
	u64 wait_ns;
	bool table_csv;
	const char *table_columns;
	const char *sort;
	bool removed;
	bool schema;
	bool no_follow;
	bool why;
	u64 layout_ns;
	u64 idle_ns;
	bool batch;
	int view;
	bool each;
	bool tree;
	int format;
	const char *listen;
	const char *textfile;
	bool once;
	bool openmetrics;
	u64 per_object;
	const char *to;
	const char *send;
	const char *spool;
	u64 spool_bytes;
	struct option_texts properties;
	const char *config;
	const char *host;
	const char *rules;
	bool check;
	const char *explain_rule;
	const char *why_not;
	bool learn;
	const char *save;
	int save_on;
	bool syslog;
	bool journal;
	int fail_on;
	const char *operand;
	const char *const *operands;
	int nr_operands;
};

/**
 * struct option_row - an option
 * @name: after "--"
 * @letter: after "-", 0: it has none
 * @kind: enum option_kind
 * @at: where in struct options its value belongs
 * @max: OPTION_NUMBER, OPTION_PID: the largest
 * @argument: name of its value in --help, NULL for OPTION_FLAG; of OPTION_WORD all
 *	that it can be, with | between
 * @commands: which commands take it, by bit of enum command_id
 * @what: lines of --help; NULL: it is another name, and not in it
 * @more: sentences of the manual, in lines; NULL: @what says all
 */
struct option_row {
	const char *name;
	char letter;
	enum option_kind kind;
	size_t at;
	u64 max;
	const char *argument;
	u32 commands;
	const char *what;
	const char *more;
};

/* Does a command take that option? */
static inline bool option_is_of(const struct option_row *row, enum command_id command)
{
	return row->commands & 1U << command;
}

/* Ends with no name. */
extern const struct option_row option_rows[];

int commands_main(const struct command_row *commands, int argc, char **argv);
int options_refuse(const struct options *options, const char *problem);
bool options_wanted(const struct options *options, struct wanted *wanted,
		    struct cgroups *cgroups);
int options_with_wanted(const struct options *options, struct cgroups *cgroups,
			int (*work)(const struct options *options,
				    struct wanted *wanted, struct style *style));
enum sink_format options_format(const struct options *options);

#endif /* _IPCTRACE_OPTIONS_H */
