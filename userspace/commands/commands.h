/* SPDX-License-Identifier: GPL-2.0 */
/* The commands of ipctrace: the one list of them. */
#ifndef _IPCTRACE_COMMANDS_H
#define _IPCTRACE_COMMANDS_H

#include "shared/portable.h"

struct options;

/*
 * COMMAND(ID, NAME, WHAT): command_ID, in a file of its own, is what NAME
 * stands for; WHAT is its line in --help. The first one is what ipctrace does
 * without a command.
 */
#define COMMANDS(COMMAND)						\
	COMMAND(follow, "follow", "print calls as they happen")		\
	COMMAND(calls, "calls", "what is traced, and the schema of JSON") \
	COMMAND(blocked, "blocked", "calls that have not returned, and why") \
	COMMAND(stat, "stat", "count calls, errors and durations")	\
	COMMAND(top, "top", "who calls, what is used, what waits, on a full screen") \
	COMMAND(hist, "hist", "draw how long they took")		\
	COMMAND(diff, "diff", "what has changed between two captures")	\
	COMMAND(run, "run", "run a program, and print its calls")	\
	COMMAND(record, "record", "write calls to a file")		\
	COMMAND(report, "report", "print such a file, or what the recorder holds")			\
	COMMAND(who_removed, "who-removed", "who removed it, when, why, and who still used it") \
	COMMAND(history, "history", "the life of one object")		\
	COMMAND(objects, "objects", "what there is, or was at a time, and who has it") \
	COMMAND(holders, "holders", "who holds or waits for semaphores, who is attached") \
	COMMAND(messages, "messages", "from whom to whom, how long they waited, how many") \
	COMMAND(leaks, "leaks", "what programs have left behind, and which grow") \
	COMMAND(watch, "watch", "say what is wrong, by rules") \
	COMMAND(limits, "limits", "each limit, how much of it is used, and by whom") \
	COMMAND(graph, "graph", "a picture of who shares what with whom") \
	COMMAND(timeline, "timeline", "a page for a browser: calls over time") \
	COMMAND(metrics, "metrics", "counters and gauges for Prometheus") \
	COMMAND(explain, "explain", "why the last call that failed did so") \
	COMMAND(export, "export", "write records for other programs")	\
	COMMAND(sql, "sql", "ask a file of records in SQL")		\
	COMMAND(doctor, "doctor", "what is wrong on this machine, and the cure") \
	COMMAND(info, "info", "whose it is, of when, and whether it is whole") \
	COMMAND(merge, "merge", "make one file of several, by time")	\
	COMMAND(anonymize, "anonymize", "take names, keys, pids and payload out") \
	COMMAND(ship, "ship", "send findings, changes and records elsewhere") \
	COMMAND(completion, "completion", "make a shell complete all of this") \
	COMMAND(manual, "manual", "print a page of the manual")

/* From this one on they are seldom asked for: --help of all has but their names. */
#define COMMANDS_SELDOM	COMMAND_info

#define COMMAND_ID(id, name, what)	COMMAND_##id,
enum command_id {
	COMMANDS(COMMAND_ID)
	NR_COMMANDS
};
#undef COMMAND_ID

/**
 * struct command - what a command is
 * @usage: its arguments, for --help; what is no option
 * @operand: name of its one argument that is no option, NULL: it has none
 * @many: there may be more of them
 * @may_lack: there may be none
 * @program: it is a program, and whatever comes after it is that one's
 * @on_stderr: it prints to standard error
 * @about: text of --help above the options
 * @notes: and below them
 * @run: does it; returns the exit status
 */
struct command {
	const char *usage;
	const char *operand;
	bool many;
	bool may_lack;
	bool program;
	bool on_stderr;
	const char *about;
	const char *notes;
	int (*run)(const struct options *options);
};

/**
 * struct command_row - a command in the list
 * @name: its name
 * @what: its line in --help
 * @command: what it is
 */
struct command_row {
	const char *name;
	const char *what;
	const struct command *command;
};

#define COMMAND_EXTERN(id, name, what)	extern const struct command command_##id;
COMMANDS(COMMAND_EXTERN)
#undef COMMAND_EXTERN

#endif /* _IPCTRACE_COMMANDS_H */
