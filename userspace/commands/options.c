// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: options
 *
 * Each option is one row, whichever commands take it. What is accepted, what a
 * refusal says, --help and the shell's completion follow from the rows and from
 * the list of commands. A refusal is one line that names what was wrong, what
 * may have been meant, and what would be accepted.
 */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ipctrace/ipctrace.h>

#include "ask/narrow.h"
#include "ask/numbers.h"
#include "base/clock.h"
#include "base/nearest.h"
#include "base/sizes.h"
#include "commands/options.h"
#include "commands/print.h"
#include "names/cgroups.h"
#include "shared/version.h"
#include "view/columns.h"

#define PID_MAX		4194304		/* the kernel's PID_MAX_LIMIT */
#define MAX_OPTIONS	128		/* of one command */
#define TEXT_COLUMN	22		/* of --help */
#define HALF_COLUMNS	40		/* two short options fit on a line */
#define LATE_NS		500000000ULL	/* records come that much late */
#define VALUE_OF_ROW	0x100		/* for getopt_long(), above all letters */

#define AT(member)	offsetof(struct options, member)
#define BIT(id)		(1U << COMMAND_##id)
#define EVERY		((1U << NR_COMMANDS) - 1)
#define RECORDS		(BIT(follow) | BIT(run) | BIT(record) | BIT(report))
#define LIVE		(BIT(follow) | BIT(record))
#define WRITING		(BIT(run) | BIT(record))
#define COUNTING	(BIT(stat) | BIT(hist))
#define PICTURES	(BIT(graph) | BIT(timeline))
#define CHOOSING	(RECORDS | BIT(blocked) | COUNTING | BIT(diff) | BIT(top) | \
			 PICTURES | BIT(export))
#define PRINTING	(BIT(follow) | BIT(run) | BIT(report))
#define TABLES		(BIT(leaks) | BIT(limits))
#define STATE		(BIT(who_removed) | BIT(history) | BIT(objects) | \
			 BIT(leaks) | BIT(explain) | BIT(holders) | BIT(messages))
#define SHOWING		(BIT(follow) | BIT(run) | BIT(report) | BIT(blocked))

/*
 * option_rows - every option; in this order in --help, the manual and refusals
 */
const struct option_row option_rows[] = {
	{ "output", 'o', OPTION_FILE, AT(output), 0, "FILE",
	  BIT(record) | BIT(merge) | BIT(anonymize),
	  "write to FILE, anew; - is standard output",
	  "Write a capture to FILE, which is made anew with mode 0600; a\n"
	  "symbolic link is refused. - is standard output." },
	{ "output", 'o', OPTION_FILE, AT(output), 0, "FILE", BIT(run),
	  "write them to FILE, anew, for ipctrace report",
	  "Write a capture to FILE, as ipctrace record does, and print\n"
	  "nothing." },
	{ "output", 'o', OPTION_FILE, AT(output), 0, "FILE", BIT(graph),
	  "write to FILE: .svg, .png or .dot by its name",
	  "Write to FILE, anew, with mode 0600: its name ends in .svg, .png or\n"
	  ".dot. Without this, or with -, the text of .dot goes to standard\n"
	  "output." },
	{ "output", 'o', OPTION_FILE, AT(output), 0, "FILE", BIT(timeline),
	  "write the page to FILE, anew",
	  "Write the page to FILE, anew, with mode 0600; - is standard\n"
	  "output." },
	{ "layout", 0, OPTION_TIME, AT(layout_ns), 0, "TIME", BIT(graph),
	  "at most; 20s",
	  "Find places for all in TIME at most, and else by a simpler method.\n"
	  "20s if not said." },
	{ "format", 0, OPTION_WORD, AT(format), 0, "auto|csv|jsonl|sqlite|perfetto|chrome-json|ctf", BIT(export),
	  "auto: by FILE's name",
	  "The format of what is written. What it is if not said follows from\n"
	  "the end of FILE's name: .csv, .jsonl, .db, .pftrace, .json." },
	{ "output", 'o', OPTION_FILE, AT(output), 0, "FILE", BIT(export),
	  "write to FILE, which is whole or not there; - is standard\n"
	  "output, for formats that are lines",
	  "Write to FILE, for its owner only. It gets its name when it is whole.\n"
	  "- is standard output, for formats that are lines." },
	{ "no-follow", 0, OPTION_FLAG, AT(no_follow), 0, NULL, BIT(run),
	  "end with PROGRAM, not with the last of its descendants",
	  "End when PROGRAM ends. Without this, what it has left running is\n"
	  "followed until the last of it is gone." },
	{ "listen", 0, OPTION_TEXT, AT(listen), 0, "ADDR:PORT", BIT(metrics),
	  "answer GET /metrics there; 127.0.0.1:PORT for PORT",
	  "Answer GET /metrics there. The address is a number, as 127.0.0.1 or\n"
	  "[::1]; PORT alone is a port of 127.0.0.1." },
	{ "textfile", 0, OPTION_FILE, AT(textfile), 0, "FILE", BIT(metrics),
	  "keep FILE.prom up to date for node_exporter",
	  "Write FILE, whose name ends in .prom, for the textfile collector of\n"
	  "node_exporter, and again each interval: beside it, and renamed. It\n"
	  "is removed at the end, unless --once is said." },
	{ "interval", 0, OPTION_SECONDS, AT(interval_ns), 0, "S", BIT(metrics),
	  "that often; 15",
	  "Write the file each S seconds, or with a unit, 500ms. 15 if not\n"
	  "said." },
	{ "once", 0, OPTION_FLAG, AT(once), 0, NULL, BIT(metrics),
	  "print, and end",
	  "Print once, or write the file of --textfile once, and end: with\n"
	  "errors and durations of what the recorder still holds." },
	{ "openmetrics", 0, OPTION_FLAG, AT(openmetrics), 0, NULL, BIT(metrics),
	  "with --once",
	  "With --once: print OpenMetrics 1.0, as who asks by HTTP gets if\n"
	  "it accepts that." },
	{ "per-object", 0, OPTION_NUMBER, AT(per_object), 50, "K", BIT(metrics),
	  "K at most",
	  "Count calls, errors and bytes by object, too, of K objects at most,\n"
	  "the busiest when there is a place, and of all others together." },
	{ "to", 0, OPTION_TEXT, AT(to), 0, "PLACE", BIT(ship),
	  "kafka://HOST[:PORT][,HOST...]/TOPIC, file:PATH, stdout,\n"
	  "syslog, syslog:SOCKET",
	  "Where to: to brokers of Kafka, kafka://HOST[:PORT][,HOST...]/TOPIC, to\n"
	  "a file, file:PATH, to syslog, or syslog:SOCKET where its socket is not\n"
	  "/dev/log, or to standard output, stdout." },
	{ "send", 0, OPTION_TEXT, AT(send), 0, "WHAT,...", BIT(ship),
	  "findings, changes, records; the first two, and with -e all",
	  "What is sent: findings, as ipctrace watch prints them, changes of\n"
	  "objects, records. Findings and changes if not said, and with -e records,\n"
	  "too. What was lost, and when not all was recorded, is told in any case." },
	{ "spool", 0, OPTION_FILE, AT(spool), 0, "DIR", BIT(ship),
	  "where lines wait for a broker; /var/lib/ipctrace/ship",
	  "Directory where lines wait for a broker; /var/lib/ipctrace/ship if not\n"
	  "said. It is made if it is not there; only one program can use it." },
	{ "spool-bytes", 0, OPTION_SIZE, AT(spool_bytes), 0, "SIZE", BIT(ship),
	  "of it, at most; 256M",
	  "Bytes of lines that may wait; 256M if not said. Of a full spool the\n"
	  "oldest lines go, which is counted and told; a capture that is read from\n"
	  "a file waits instead." },
	{ "property", 'X', OPTION_MANY, AT(properties), 0, "NAME=VALUE", BIT(ship),
	  "of librdkafka, as security.protocol=ssl; no secrets",
	  "A property of librdkafka, such as security.protocol=ssl; may be said more\n"
	  "than once. Secrets are refused: others see them on the command line." },
	{ "config", 0, OPTION_FILE, AT(config), 0, "FILE", BIT(ship),
	  "more of these, with secrets: of mode 0600",
	  "Lines of NAME=VALUE, which are properties, too; # begins a remark. Only\n"
	  "its owner may read it, who is root or who runs this. What -X says of the\n"
	  "same property counts." },
	{ "host", 0, OPTION_TEXT, AT(host), 0, "NAME", BIT(ship),
	  "instead of a hash of /etc/machine-id",
	  "Id of the host in all lines. If not said it is a hash (64 bits) of\n"
	  "/etc/machine-id, and for a capture of another boot the host's name." },
	{ "input", 'i', OPTION_FILE, AT(input), 0, "FILE",
	  COUNTING | STATE | BIT(blocked) | BIT(watch) | PICTURES |
	  BIT(export) | BIT(metrics) | BIT(ship),
	  "what FILE has",
	  "Read the capture FILE, which ipctrace record wrote, in place of\n"
	  "the recorder; - is standard input." },
	{ "interval", 0, OPTION_TIME, AT(interval_ns), 0, "TIME", BIT(stat),
	  "print each 1s",
	  "Print what came in each TIME, such as 1s or 500ms, and begin\n"
	  "again." },
	{ "batch", 'b', OPTION_FLAG, AT(batch), 0, NULL, BIT(top),
	  "print, as text",
	  "Print text, one interval after the other: no terminal is needed." },
	{ "count", 'n', OPTION_NUMBER, AT(count), ~0ULL, "N", BIT(top),
	  "with -b: N times",
	  "With -b, print N intervals and end. Of a capture there is one." },
	{ "interval", 'i', OPTION_SECONDS, AT(interval_ns), 0, "S",
	  BIT(top), "instead of 1",
	  "How long an interval is, in seconds: 2, 0.5, or with a unit, 500ms. One second\n"
	  "if not said." },
	{ "input", 0, OPTION_FILE, AT(input), 0, "FILE", BIT(top),
	  "end of a capture",
	  "Show what the capture FILE has, as it is at its end, in place of\n"
	  "the recorder; all of it is one interval." },
	{ "view", 0, OPTION_WORD, AT(view), 0,
	  "all|processes|objects|calls|waits", BIT(top),
	  "to begin with, or print",
	  "Begin with that view; with -b, print that one. All if not said, of\n"
	  "which the screen begins with processes." },
	{ "by", 0, OPTION_TEXT, AT(by), 0, "FIELD,...", COUNTING,
	  "call (if not said), object, exe, user, container, comm,\n"
	  "pid, or any field that ipctrace calls lists",
	  "Count apart what differs in these fields: call (which is used if\n"
	  "none is said), object, exe, user, container, comm, pid, or any\n"
	  "field of ipctrace-fields(7)." },
	{ "json", 0, OPTION_FLAG, AT(json), 0, NULL,
	  BIT(follow) | BIT(run) | BIT(report) | BIT(blocked) |
	  BIT(info) | BIT(doctor) | BIT(sql) | BIT(watch) | STATE | TABLES,
	  "print one JSON object a line",
	  "Print one JSON object a line; the fields are those of\n"
	  "ipctrace-fields(7), or in the JSON schema of the command." },
	{ "json", 0, OPTION_FLAG, AT(json), 0, NULL, COUNTING | BIT(diff),
	  "print JSON lines",
	  NULL },
	{ "json", 0, OPTION_FLAG, AT(json), 0, NULL, BIT(calls),
	  "print a JSON schema of the records, with the same in it",
	  NULL },
	{ "of", 0, OPTION_TEXT, AT(of), 0, "FIELD", BIT(hist),
	  "as args.msgsz",
	  "Draw that number, such as args.msgsz or args.nsops, instead of the\n"
	  "duration." },
	{ "idle", 0, OPTION_TIME, AT(idle_ns), 0, "TIME", BIT(leaks),
	  "unused for 1m",
	  "An object is idle when nobody has used it for TIME. One minute if\n"
	  "not said." },
	{ "each", 0, OPTION_FLAG, AT(each), 0, NULL, BIT(messages),
	  "a line a message",
	  "Print each message by itself: who sent it, who received it, and\n"
	  "how long it was in the queue; or why that is not known." },
	{ "csv", 0, OPTION_FLAG, AT(table_csv), 0, NULL,
	  COUNTING | BIT(objects) | BIT(messages) | BIT(sql) | TABLES, "print CSV",
	  "Print the table as comma-separated values (RFC 4180), with a line\n"
	  "of names." },
	{ "sort", 0, OPTION_TEXT, AT(sort), 0, "[-]NAME",
	  BIT(stat) | BIT(objects) | BIT(messages) | BIT(top),
	  "by that column",
	  "Sort by that column; with - the largest first." },
	{ "columns", 0, OPTION_TEXT, AT(table_columns), 0, "NAME,...",
	  BIT(stat) | BIT(objects) | BIT(messages),
	  "of those of CSV",
	  "Print these columns, by the names that they have in CSV." },
	{ "at", 0, OPTION_WHEN, AT(until), 0, "TIME", BIT(objects),
	  "as it was then",
	  "Print what there was at TIME: a time of day, a date with it,\n"
	  "seconds as in a line, or 10m for ten minutes ago (of a capture:\n"
	  "before its end)." },
	{ "removed", 0, OPTION_FLAG, AT(removed), 0, NULL, BIT(objects),
	  "those, too",
	  "Print objects that have been removed, too." },
	{ "tree", 0, OPTION_FLAG, AT(tree), 0, NULL, BIT(objects),
	  "below who made it",
	  "Print objects below who made them, these below their containers,\n"
	  "and these below IPC namespaces." },
	{ "wait", 0, OPTION_TIME, AT(wait_ns), 0, "TIME", BIT(stat),
	  "see below",
	  "A call that may wait has waited when it took longer than TIME.\n"
	  "50us if not said." },
	{ "schema", 0, OPTION_FLAG, AT(schema), 0, NULL,
	  COUNTING | TABLES | BIT(diff) | BIT(watch) | BIT(holders) | BIT(messages) |
	  BIT(objects) | BIT(history) | BIT(who_removed),
	  "of the JSON",
	  "Print the JSON schema of what --json prints, and no more." },
	{ "count", 'n', OPTION_NUMBER, AT(count), ~0ULL, "COUNT", RECORDS,
	  "stop after COUNT records",
	  "Stop after COUNT records. What tells of lost records and of gaps\n"
	  "is not counted, and printed in any case." },
	{ "since", 0, OPTION_WHEN, AT(since), 0, "TIME",
	  BIT(report) | COUNTING | PICTURES | BIT(export) | BIT(watch) |
		  BIT(ship),
	  "10m, 12:00, 4711.2",
	  "From that time on: 10m is ten minutes before the end, 12:00 a time\n"
	  "of day, 2026-11-29T12:00:00 a date with it, 4711.2 seconds as in a\n"
	  "line. Only that part of the capture is read." },
	{ "until", 0, OPTION_WHEN, AT(until), 0, "TIME",
	  BIT(report) | COUNTING | PICTURES | BIT(export) | BIT(watch) |
		  BIT(ship),
	  "and up to TIME",
	  "Up to that time." },
	{ "tail", 0, OPTION_NUMBER, AT(tail), 100000, "COUNT", BIT(report),
	  "the last COUNT",
	  "The last COUNT records." },
	{ "follow", 'F', OPTION_FLAG, AT(follow), 0, NULL, BIT(report),
	  "while FILE grows",
	  "Go on while FILE is being written, until interrupted." },
	{ "filter", 0, OPTION_TEXT, AT(filter), 0, "EXPRESSION", LIVE,
	  "set the recorder's filter first: what it rejects is not\n"
	  "recorded, for any reader, until another is set ('': none)",
	  "Set the filter of the recorder first; see ipctrace-filter(7). What\n"
	  "it rejects is not recorded, for any reader, until another filter\n"
	  "is set; an empty one lets all pass. Takes CAP_SYS_ADMIN." },
	{ "where", 'e', OPTION_ASK, AT(selection), 0, "EXPR", CHOOSING | BIT(ship),
	  "as EXPR says",
	  "Those for which EXPR holds; see ipctrace-filter(7). Several of\n"
	  "these and of the short options below must all hold." },
	{ "pid", 'p', OPTION_PID, AT(pid), PID_MAX, "PID", CHOOSING,
	  "of that process",
	  "Calls of process PID." },
	{ "forks", 'f', OPTION_FLAG, AT(forks), 0, NULL, CHOOSING,
	  "and its children",
	  "With --pid: and of all processes that it has forked, those that\n"
	  "are there and those to come, and theirs in turn." },
	{ "call", 'c', OPTION_CALLS, AT(selection), 0, "NAME,...", CHOOSING,
	  "or msg, sem, shm",
	  "These calls, by their names, or msg, sem and shm for all of a\n"
	  "kind. semop includes semtimedop, which is what the C library calls\n"
	  "for it." },
	{ "user", 'u', OPTION_SHORT, AT(selection), 0, "USER,...", CHOOSING,
	  "of these users",
	  "Calls of these users, by name or number." },
	{ "comm", 0, OPTION_SHORT, AT(selection), 0, "PATTERN", CHOOSING,
	  "name, as web*",
	  "Calls of processes whose name matches PATTERN, with * ? and [...]." },
	{ "key", 0, OPTION_SHORT, AT(selection), 0, "KEY,...", CHOOSING,
	  "on that key",
	  "Calls on objects with that key, or that asked for it." },
	{ "id", 0, OPTION_SHORT, AT(selection), 0, "ID,...", CHOOSING,
	  "on that object",
	  "Calls on objects with that id, or that asked for it, though there\n"
	  "is none." },
	{ "ns", 0, OPTION_NUMBER, AT(ipc_ns), ~0U, "NUMBER",
	  CHOOSING | STATE | TABLES,
	  "IPC namespace",
	  "In that IPC namespace: the number that ls -L -i /proc/PID/ns/ipc\n"
	  "prints." },
	{ "ipc-ns", 0, OPTION_NUMBER, AT(ipc_ns), ~0U, "NUMBER", CHOOSING,
	  NULL, NULL },
	{ "cgroup", 0, OPTION_TEXT, AT(cgroup), 0, "PATH|ID", CHOOSING,
	  "in it or below",
	  "Of processes in that cgroup, or below: its id, or its path as in\n"
	  "/proc/PID/cgroup." },
	{ "container", 0, OPTION_SHORT, AT(selection), 0, "ID", CHOOSING,
	  "begins so",
	  "Of processes in the container whose id begins so." },
	{ "errors", 0, OPTION_SHORT, AT(selection), 0, NULL,
	  RECORDS | COUNTING | BIT(export),
	  "what failed",
	  "Calls that failed." },
	{ "errno", 0, OPTION_SHORT, AT(selection), 0, "NAME,...",
	  RECORDS | COUNTING | BIT(export), "with that error",
	  "Calls that failed with one of these errors, such as ENOSPC." },
	{ "slower", 0, OPTION_SHORT, AT(selection), 0, "TIME", CHOOSING,
	  "than 1ms, 2s",
	  "Calls that took longer than TIME, such as 1ms or 2s." },
	{ "why", 0, OPTION_FLAG, AT(why), 0, NULL, BIT(report),
	  "a call failed",
	  "After each call that failed print why: which limit it was, or\n"
	  "which rule of the manual page." },
	{ "fail-on", 0, OPTION_WORD, AT(fail_on), 0, "never|low|medium|high",
	  BIT(watch),
	  "status 3",
	  "End with status 3 if something so bad, or worse, was found." },
	{ "save", 0, OPTION_FILE, AT(save), 0, "DIR", BIT(watch),
	  "what is found",
	  "Write a capture to DIR for a finding: what was recorded in the half\n"
	  "minute before and in the ten seconds after, with the finding in its\n"
	  "header. The last 32 stay, and 256 MiB of them at most." },
	{ "on", 0, OPTION_WORD, AT(save_on), 0,
	  "severity=high|severity=medium|severity=low", BIT(watch),
	  "with --save",
	  "With --save: findings that are so bad, or worse; high if not said." },
	{ "syslog", 0, OPTION_FLAG, AT(syslog), 0, NULL, BIT(watch),
	  "to syslog, too",
	  "Send findings to syslog, too: a line each." },
	{ "journal", 0, OPTION_FLAG, AT(journal), 0, NULL, BIT(watch),
	  "to the journal, too",
	  "Send findings to the journal of systemd, too, with fields that begin\n"
	  "with IPCTRACE_." },
	{ "rules", 0, OPTION_FILE, AT(rules), 0, "DIR", BIT(watch) | BIT(ship),
	  "no others",
	  "Read the rules of that directory, and no others." },
	{ "explain", 0, OPTION_TEXT, AT(explain_rule), 0, "RULE|all", BIT(watch),
	  "what it says",
	  "Print what that rule looks for and what to do then; all lists them." },
	{ "why-not", 0, OPTION_TEXT, AT(why_not), 0, "RULE", BIT(watch),
	  "what did not hold",
	  "At the end print which parts of the condition of that rule did not\n"
	  "hold, how often, and for which record last." },
	{ "check", 0, OPTION_FLAG, AT(check), 0, NULL, BIT(watch),
	  "test all rules",
	  "Read all rules, and let them look at the captures that are their\n"
	  "tests; what is wrong with a rule is named with its line." },
	{ "learn", 0, OPTION_FLAG, AT(learn), 0, NULL, BIT(watch),
	  "exceptions, as a patch",
	  "Print no findings, but exceptions for all of them as a patch of the\n"
	  "local rules, which expire: for a machine that is known to be well.\n"
	  "Read it before you apply it: names of processes are their own choice." },
	{ "rotate", 0, OPTION_TEXT, AT(rotate), 0, "100M|1h", WRITING,
	  "FILE.1, .2, ...",
	  "Begin another file after so many bytes, or so much time: FILE.1,\n"
	  "FILE.2 and so on." },
	{ "keep", 0, OPTION_NUMBER, AT(keep), 1000000, "N", WRITING,
	  "keep the last N",
	  "Remove the oldest files, so that N are left." },
	{ "max-total", 0, OPTION_SIZE, AT(max_total), 0, "SIZE", WRITING,
	  "all, at most",
	  "Remove the oldest files, so that all together have SIZE at most,\n"
	  "such as 10G." },
	{ "since", 0, OPTION_WHEN, AT(since), 0, "TIME", LIVE,
	  "10m ago, 12:00",
	  "Begin with what the recorder holds of that time on: 10m ago,\n"
	  "12:00, or seconds as in a line." },
	{ "until", 0, OPTION_WHEN, AT(until), 0, "TIME", LIVE | BIT(run),
	  "and then stop",
	  "Stop at that time." },
	{ "for", 0, OPTION_TIME, AT(for_ns), 0, "TIME",
	  LIVE | COUNTING | BIT(run) | BIT(top) | BIT(watch) | BIT(metrics) | BIT(ship),
	  "stop after 30s",
	  "Stop after TIME, such as 30s or 5m." },
	{ "color", 0, OPTION_WORD, AT(color), 0, "auto|always|never", SHOWING,
	  "auto: on terminals",
	  "Colours: on a terminal unless NO_COLOR is set (auto), always, or\n"
	  "never." },
	{ "time", 0, OPTION_WORD, AT(time), 0, "boot|wall|delta|iso", SHOWING,
	  "seconds, time of day, since the last, UTC",
	  "Times as seconds since boot (CLOCK_MONOTONIC), as time of day, as\n"
	  "time since the line before, or as ISO 8601 in UTC." },
	{ "numbers", 'N', OPTION_FLAG, AT(numbers), 0, NULL,
	  SHOWING | COUNTING, "not names",
	  "Print numbers of users and groups, and ids of containers, not\n"
	  "names." },
	{ "columns", 0, OPTION_FIELDS, AT(columns), 0, "FIELD,...", SHOWING,
	  "a table of these, by their names in JSON",
	  "Print a table of these fields, by the names of ipctrace-fields(7)." },
	{ "csv", 0, OPTION_FLAG, AT(csv), 0, NULL, SHOWING,
	  "a table as CSV",
	  "Print the table as comma-separated values (RFC 4180), with a line\n"
	  "of names." },
	{ "strace", 0, OPTION_FLAG, AT(strace), 0, NULL, PRINTING,
	  "as strace -fTttt",
	  "Print lines as strace -f -ttt -T writes them, for tools that read\n"
	  "these." },
	{ "explain", 0, OPTION_FLAG, AT(explain), 0, NULL, CHOOSING,
	  "who decides what",
	  "Print the whole question, which part of it the recorder can decide\n"
	  "and whether it does, and no more." },
	{ "version", 0, OPTION_FLAG, AT(version), 0, NULL, BIT(follow),
	  "print versions",
	  NULL },
	{ "help", 'h', OPTION_FLAG, AT(help), 0, NULL, EVERY,
	  "print this text",
	  NULL },
	{ }
};

#undef SHOWING
#undef PRINTING
#undef STATE
#undef WRITING
#undef TABLES
#undef CHOOSING
#undef PICTURES
#undef COUNTING
#undef LIVE
#undef RECORDS
#undef EVERY
#undef BIT
#undef AT

static const struct option_row *next_row(enum command_id command,
					 const struct option_row *row)
{
	while (row->name && !option_is_of(row, command))
		row++;
	return row->name ? row : NULL;
}

#define for_each_row(row, command)					\
	for ((row) = next_row(command, option_rows); (row);		\
	     (row) = next_row(command, (row) + 1))

static const struct command *command_of(const struct options *options)
{
	return options->commands[options->command].command;
}

/* ---- Refusals ------------------------------------------------------------- */

/**
 * options_refuse() - say what is wrong, and what is accepted
 * @options: whose command says which options there are
 * @problem: a text, which goes before these
 *
 * Return: EXIT_USAGE
 */
int options_refuse(const struct options *options, const char *problem)
{
	const char *operand = command_of(options)->operand;
	const struct option_row *row;
	char accepted[4096];
	size_t used;

	used = snprintf(accepted, sizeof(accepted), "%s", operand ? operand : "");
	for_each_row(row, options->command) {
		used += snprintf(accepted + used, sizeof(accepted) - used,
				 "%s--%s", used ? " " : "", row->name);
		if (row->letter)
			used += snprintf(accepted + used,
					 sizeof(accepted) - used, " (-%c)",
					 row->letter);
	}
	warnx("%s; accepted: %s", problem, accepted);
	return EXIT_USAGE;
}

static int refuse_unknown(const struct options *options, const char *typed)
{
	const struct option_row *row;
	struct nearest nearest;
	char problem[512];

	nearest_begin(&nearest, typed + strspn(typed, "-"));
	for_each_row(row, options->command)
		nearest_offer(&nearest, row->name);
	if (!strncmp(typed, "--", 2) && nearest.name)
		snprintf(problem, sizeof(problem),
			 "unknown option '%s', did you mean --%s?", typed,
			 nearest.name);
	else
		snprintf(problem, sizeof(problem), "unknown option '%s'", typed);
	return options_refuse(options, problem);
}

/* What getopt_long() left in optopt */
static const struct option_row *row_of(enum command_id command, int value)
{
	const struct option_row *row;

	if (value >= VALUE_OF_ROW)
		return &option_rows[value - VALUE_OF_ROW];
	for_each_row(row, command)
		if (value && row->letter == value)
			return row;
	return NULL;
}

/* @got is what getopt_long() returned: ':' or '?' */
static int refuse_option(const struct options *options, int got, char **argv)
{
	const struct option_row *row = row_of(options->command, optopt);
	char text[512];

	if (row) {
		snprintf(text, sizeof(text), "option --%s %s", row->name,
			 got == ':' ? "needs a value" : "takes no value");
		return options_refuse(options, text);
	}
	if (!optopt)
		return refuse_unknown(options, argv[optind - 1]);
	snprintf(text, sizeof(text), "-%c", optopt);
	return refuse_unknown(options, text);
}

static int refuse_command(const struct command_row *commands, const char *name)
{
	char accepted[512] = "", meant[64] = "";
	struct nearest nearest;
	size_t i;

	nearest_begin(&nearest, name);
	for (i = 0; i < NR_COMMANDS; i++) {
		strcat(accepted, " ");
		strcat(accepted, commands[i].name);
		nearest_offer(&nearest, commands[i].name);
	}
	if (nearest.name)
		snprintf(meant, sizeof(meant), ", did you mean %s?", nearest.name);
	warnx("unknown command '%s'%s; accepted:%s, or options (see --help)",
	      name, meant, accepted);
	return EXIT_USAGE;
}

/* ---- Help ----------------------------------------------------------------- */

/**
 * options_format() - how a command is to print
 * @options: the options
 *
 * Return: enum sink_format
 */
enum sink_format options_format(const struct options *options)
{
	return options->json ? SINK_JSON :
	       options->csv || options->table_csv ? SINK_CSV :
	       options->strace ? SINK_STRACE : SINK_TEXT;
}

static int print_version(struct output *output)
{
	output_print(output, "ipctrace %s\ntransport %d, schema %d\n",
		     IPCT_VERSION, IPCTRACE_TRANSPORT, IPCTRACE_SCHEMA);
	return print_end(output);
}

/* "  -o, --option VALUE"; its length */
static int name_of(const struct option_row *row, char *buf, size_t size)
{
	char letter[8] = "";

	if (row->letter)
		snprintf(letter, sizeof(letter), "-%c, ", row->letter);
	return snprintf(buf, size, "  %s--%s%s%s", letter, row->name,
			row->argument ? " " : "",
			row->argument ? row->argument : "");
}

static bool is_short(const struct option_row *row)
{
	char name[80];

	return name_of(row, name, sizeof(name)) < TEXT_COLUMN &&
	       !strchr(row->what, '\n') &&
	       TEXT_COLUMN + strlen(row->what) < HALF_COLUMNS;
}

static void print_row(struct output *output, const struct option_row *row)
{
	const char *line = row->what;
	char name[80];
	int width = name_of(row, name, sizeof(name));
	size_t len;

	output_print(output, "%s", name);
	for (;;) {
		len = strcspn(line, "\n");
		output_print(output, "%*s%.*s\n",
			     width < TEXT_COLUMN ? TEXT_COLUMN - width : 1, "",
			     (int)len, line);
		if (!line[len])
			return;
		line += len + 1;
		width = 0;
	}
}

/* Those that are short two on a line, where two follow each other */
static void print_rows(struct output *output, const struct options *options)
{
	const struct option_row *row, *half = NULL;
	char name[80];

	for_each_row(row, options->command) {
		if (!row->what)
			continue;
		if (half && is_short(row)) {
			name_of(half, name, sizeof(name));
			output_print(output, "%-*s%-*s", TEXT_COLUMN, name,
				     HALF_COLUMNS - TEXT_COLUMN, half->what);
			print_row(output, row);
			half = NULL;
			continue;
		}
		if (half)
			print_row(output, half);
		half = is_short(row) ? row : NULL;
		if (!half)
			print_row(output, row);
	}
	if (half)
		print_row(output, half);
}

/* What -e takes, in short */
static void print_language(struct output *output, const struct options *options)
{
	const struct option_row *row;

	for_each_row(row, options->command)
		if (row->kind == OPTION_ASK)
			break;
	if (row)
		output_print(output,
			     "\nEXPR: tests (== != < <= > >= ~ & in has) of fields, listed by ipctrace calls,\n"
			     "with and, or, not, ( ): 'errno == ENOSPC and not (user == web or uid < 9)'\n");
}

/* Of a command */
static int print_help(struct output *output, const struct options *options)
{
	const struct command *command = command_of(options);

	output_print(output, "Usage: ipctrace %s\n%s\n", command->usage,
		     command->about);
	print_rows(output, options);
	print_language(output, options);
	output_print(output, "\n%s", command->notes);
	return print_end(output);
}

/* Of all */
static int print_commands(struct output *output, const struct options *options)
{
	size_t i;

	output_print(output,
		     "Usage: ipctrace [COMMAND] [OPTION]...\n"
		     "Print, record and look into the System V IPC calls of this machine. COMMAND is\n"
		     "one of these, each with its own --help; without one it is %s.\n\n",
		     options->commands[0].name);
	for (i = 0; i < COMMANDS_SELDOM; i++)
		output_print(output, "  %-12s%s\n", options->commands[i].name,
			     options->commands[i].what);
	for (; i < NR_COMMANDS; i++)
		output_print(output, "%s%s", i == COMMANDS_SELDOM ? "Also: " : ", ",
			     options->commands[i].name);
	output_print(output, "\n");
	return print_end(output);
}

/* ---- Reading them --------------------------------------------------------- */

static bool number_from(const struct option_row *row, const char *arg,
			u64 *number)
{
	bool digits = *arg && arg[strspn(arg, "0123456789")] == '\0';

	errno = 0;
	*number = digits ? strtoull(arg, NULL, 10) : 0;
	if (!errno && *number >= 1 && *number <= row->max)
		return true;
	warnx("--%s: '%s' is not a whole number from 1 to %llu", row->name, arg,
	      (unsigned long long)row->max);
	return false;
}

/*
 * short_questions - what options ask that have a part of a question
 *
 * @before: the question up to the value
 * @list: there may be several values, with commas between
 */
static const struct {
	const char *option;
	const char *before;
	bool list;
} short_questions[] = {
	{ "user", "user in ", true },
	{ "comm", "comm ~ ", false },
	{ "key", "key in ", true },
	{ "id", "id in ", true },
	{ "container", "container ~ ", false },
	{ "errors", "failed", false },
	{ "errno", "errno in ", true },
	{ "slower", "duration > ", false },
};

/* A name without a pattern is one that the recorder can look for, too. */
static const char *before_of(size_t i, const char *arg)
{
	return !strcmp(short_questions[i].option, "comm") && *arg &&
	       !arg[strcspn(arg, "*?[")] ? "comm == " : short_questions[i].before;
}

static bool obey_short(struct selection *selection, const char *name,
		       const char *arg)
{
	char option[32], begins[256];
	size_t i;

	snprintf(option, sizeof(option), "--%s", name);
	for (i = 0; i < ARRAY_SIZE(short_questions); i++)
		if (!strcmp(short_questions[i].option, name))
			break;
	if (!arg)
		return selection_add(selection, option,
				     short_questions[i].before);
	if (short_questions[i].list)
		return selection_add_list(selection, option,
					  short_questions[i].before, arg);
	if (!strcmp(name, "container")) {
		snprintf(begins, sizeof(begins), "%.200s*", arg);
		arg = begins;
	}
	return selection_add_quoted(selection, option, before_of(i, arg), arg);
}

static bool obey_word(const struct option_row *row, const char *arg, int *to)
{
	struct nearest nearest;
	char words[64];
	char *word, *rest;

	snprintf(words, sizeof(words), "%s", row->argument);
	nearest_begin(&nearest, arg);
	*to = 0;
	for (word = strtok_r(words, "|", &rest); word;
	     word = strtok_r(NULL, "|", &rest), ++*to) {
		if (!strcmp(word, arg))
			return true;
		nearest_offer(&nearest, word);
	}
	warnx("--%s: unknown '%s'%s%s%s; accepted: %s", row->name, arg,
	      nearest.name ? ", did you mean " : "", nearest.name ?: "",
	      nearest.name ? "?" : "", row->argument);
	return false;
}

/* A time without its unit is one in seconds; from a tenth to a day */
static bool seconds_from(const char *arg, u64 *ns)
{
	double seconds;
	char *end;

	if (!ask_duration(arg, strlen(arg), ns)) {
		seconds = strtod(arg, &end);
		if (end == arg || *end || arg[strspn(arg, "0123456789.")] ||
		    seconds > 86400)
			return false;
		*ns = seconds * 1e9 + 0.5;
	}
	return *ns >= 100000000 && *ns <= 86400000000000ULL;
}

static bool obey_many(struct option_texts *texts, const struct option_row *row,
		      const char *arg)
{
	if (texts->nr < OPTION_TEXTS) {
		texts->text[texts->nr++] = arg;
		return true;
	}
	warnx("--%s: '%s' is one too many; accepted: %d", row->name, arg, OPTION_TEXTS);
	return false;
}

/* False, with a message, when the value is wrong. */
static bool obey(struct options *options, const struct option_row *row,
		 const char *arg)
{
	void *to = (char *)options + row->at;

	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)to = true;
		return true;
	case OPTION_NUMBER:
	case OPTION_PID:
		return number_from(row, arg, to);
	case OPTION_TEXT:
	case OPTION_FILE:
	case OPTION_FIELDS:
		*(const char **)to = arg;
		return true;
	case OPTION_MANY:
		return obey_many(to, row, arg);
	case OPTION_CALLS:
		return selection_add_calls(to, arg);
	case OPTION_TIME:
		if (ask_duration(arg, strlen(arg), to) && *(u64 *)to)
			return true;
		warnx("--%s: '%s' is not a time; accepted: 20ms, 30s, 5m, 1h",
		      row->name, arg);
		return false;
	case OPTION_SECONDS:
		if (seconds_from(arg, to))
			return true;
		warnx("--%s: '%s' is not a number of seconds; accepted: 1, 0.5, 500ms",
		      row->name, arg);
		return false;
	case OPTION_ASK:
		return selection_add(to, "-e", arg);
	case OPTION_SHORT:
		return obey_short(to, row->name, arg);
	case OPTION_WHEN:
		if (when_parse(arg, to))
			return true;
		warnx("--%s: '%s' is not a time; accepted: 10m (before the end), 4711.25 (as in a line), 2026-11-29T12:00:00, 12:00",
		      row->name, arg);
		return false;
	case OPTION_SIZE:
		if (size_parse(arg, to))
			return true;
		warnx("--%s: '%s' is not a size; accepted: bytes, or with K, M, G or T",
		      row->name, arg);
		return false;
	case OPTION_WORD:
		return obey_word(row, arg, to);
	}
	return false;
}

/* The rows of a command, as getopt_long() wants them */
static void rows_for_getopt(enum command_id command, bool program, char *letters,
			    struct option *options)
{
	const struct option_row *row;

	/* After the name of a program all options are its own. */
	if (program)
		*letters++ = '+';
	*letters++ = ':';
	for_each_row(row, command) {
		*options++ = (struct option){
			.name = row->name,
			.has_arg = row->argument ? required_argument :
						   no_argument,
			.val = VALUE_OF_ROW + (row - option_rows),
		};
		if (!row->letter)
			continue;
		*letters++ = row->letter;
		if (row->argument)
			*letters++ = ':';
	}
	*letters = '\0';
	*options = (struct option){ };
}

/* The exit status to end with, or -1 to go on */
static int read_options(struct options *options, int argc, char **argv)
{
	char letters[2 * MAX_OPTIONS + 3];
	struct option rows[MAX_OPTIONS + 1];
	int got;

	static_assert(ARRAY_SIZE(option_rows) <= MAX_OPTIONS);
	rows_for_getopt(options->command, command_of(options)->program, letters,
			rows);
	opterr = 0;
	while ((got = getopt_long(argc, argv, letters, rows, NULL)) != -1) {
		if (got == ':' || got == '?')
			return refuse_option(options, got, argv);
		if (!obey(options, row_of(options->command, got), optarg))
			return EXIT_USAGE;
		if (options->help)
			return options->named ?
			       print_help(output_stdout(), options) :
			       print_commands(output_stdout(), options);
		if (options->version)
			return print_version(output_stdout());
	}
	return -1;
}

static int read_operand(struct options *options, int argc, char **argv)
{
	const char *operand = command_of(options)->operand;
	char problem[512];

	if (operand && optind < argc)
		options->operand = argv[optind++];
	options->operands = (const char *const *)argv + optind - 1;
	options->nr_operands = options->operand ? 1 : 0;
	while (command_of(options)->many && optind < argc) {
		options->nr_operands++;
		optind++;
	}
	if (optind < argc)
		snprintf(problem, sizeof(problem), "unexpected argument '%s'",
			 argv[optind]);
	else if (operand && !options->operand && !command_of(options)->may_lack)
		snprintf(problem, sizeof(problem), "no %s to %s", operand,
			 options->commands[options->command].name);
	else
		return -1;
	return options_refuse(options, problem);
}

/* What short options and long ones ask for together; NULL, with a message */
static struct ask *ask_of(const struct options *options, struct cgroups *cgroups)
{
	struct selection selection = options->selection;

	selection.pid = options->pid;
	selection.forks = options->forks;
	selection.ipc_ns = options->ipc_ns;
	if (options->forks && !options->pid) {
		options_refuse(options, "-f: the children of which process? -p PID");
		return NULL;
	}
	if (options->cgroup &&
	    !selection_set_cgroup(&selection, cgroups, options->cgroup))
		return NULL;
	return selection_ask(&selection, cgroups);
}

/* A point in time as records of this machine have it, 0 when none was named */
static u64 on_clock(const struct when *when)
{
	u64 now_ns = clock_ns(CLOCK_MONOTONIC);

	return when->kind == WHEN_UNSAID ? 0 :
	       when_on_clock(when, now_ns, now_ns, clock_ns(CLOCK_REALTIME));
}

/*
 * Of what happens now: it is enough when that time has come, and records of it have
 * been read.
 */
static void stop_in_time(struct options *options)
{
	u64 until_ns = on_clock(&options->until);
	u64 now_ns = clock_ns(CLOCK_MONOTONIC), left_ns = LATE_NS;

	/* That of these is of the past. */
	if (options->until.kind == WHEN_UNSAID || options->command == COMMAND_watch ||
	    options->command == COMMAND_ship)
		return;
	if (until_ns > now_ns)
		left_ns += until_ns - now_ns;
	if (!options->for_ns || options->for_ns > left_ns)
		options->for_ns = left_ns;
}

/* ---- Who decides what ------------------------------------------------------- */

/* How the recorder comes to decide its part */
static const char *how_decided(const struct options *options,
			       const struct narrow *narrow, const struct ask *ask)
{
	if (options->command != COMMAND_follow &&
	    options->command != COMMAND_record)
		return NULL;
	if (options->filter)
		return "by the reader, of what --filter lets through";
	if (narrow_follows(narrow, ask))
		return "by a subscription of its own, from then on";
	return ask->nr_nodes ?
	       "by the reader; by a subscription, too, if the machine has a filter" :
	       NULL;
}

static int print_parts(struct output *output, const struct options *options,
		       const struct ask *ask)
{
	const char *how;
	struct narrow narrow;

	if (!narrow_new(&narrow, ask))
		return EXIT_FAILURE;
	output_print(output, "asked:    %s\n", *ask->text ? ask->text :
					       "everything");
	output_print(output, "recorder: %s\n", *narrow.filter ? narrow.filter :
					       "everything");
	output_print(output, "reader:   %s\n", *narrow.rest ? narrow.rest :
					       "nothing more");
	how = how_decided(options, &narrow, ask);
	if (how)
		output_print(output, "decided:  %s\n", how);
	narrow_free(&narrow);
	return print_end(output);
}

static int explain(const struct options *options)
{
	struct cgroups *cgroups = options->command == COMMAND_report ?
				  cgroups_new_empty() : cgroups_new(NULL);
	struct ask *ask = cgroups ? ask_of(options, cgroups) : NULL;
	int status = ask ? print_parts(output_stdout(), options, ask) : EXIT_USAGE;

	ask_free(ask);
	cgroups_free(cgroups);
	return status;
}

static int run(const struct command_row *commands, enum command_id id,
	       int argc, char **argv)
{
	struct options options = {
		.commands = commands,
		.command = id,
		.named = argc && !strcmp(argv[0], commands[id].name),
	};
	int status = read_options(&options, argc, argv);

	if (status < 0 && options.explain)
		status = explain(&options);
	if (status < 0)
		status = read_operand(&options, argc, argv);
	if (status < 0) {
		stop_in_time(&options);
		status = commands[id].command->run(&options);
	}
	selection_free(&options.selection);
	return status;
}

/**
 * commands_main() - do what the arguments say
 * @commands: all commands, by enum command_id
 * @argc: number of arguments
 * @argv: the program's arguments
 *
 * Return: exit status
 */
int commands_main(const struct command_row *commands, int argc, char **argv)
{
	size_t i;

	if (argc < 2 || argv[1][0] == '-')
		return run(commands, 0, argc, argv);
	for (i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(argv[1], commands[i].name))
			return run(commands, i, argc - 1, argv + 1);
	return refuse_command(commands, argv[1]);
}

/**
 * options_wanted() - which records were asked for
 * @options: the options; must outlive @wanted
 * @wanted: out: which; wanted_free() is for it
 * @cgroups: names of cgroups; must outlive @wanted
 *
 * Return: false, with a message, when what is asked for makes no sense.
 */
bool options_wanted(const struct options *options, struct wanted *wanted,
		    struct cgroups *cgroups)
{
	*wanted = (struct wanted){
		.count = options->count,
		.cgroups = cgroups,
		.ask = ask_of(options, cgroups),
	};
	if (cgroups_of_machine(cgroups)) {
		wanted->since_ns = on_clock(&options->since);
		wanted->until_ns = on_clock(&options->until);
	}
	if (!wanted->ask)
		return false;
	if (!wanted->ask->nr_nodes) {
		wanted_free(wanted);
		wanted->ask = NULL;
	} else if (wanted->ask->nr_trees && cgroups_of_machine(cgroups)) {
		ask_tree_present(&wanted->ask->tree, "/proc");
	}
	return true;
}

/* The exit status of what cannot be shown so, with a message, or -1 */
static int begin_style(const struct options *options, struct style *style,
		       struct cgroups *cgroups)
{
	const char *columns = options->columns;

	if (options->json + (options->csv || options->table_csv) +
	    options->strace > 1)
		return options_refuse(options, "--json, --csv or --strace: which?");
	if (options->strace && columns)
		return options_refuse(options, "--strace has no --columns");
	if (options->time != STYLE_BOOT && (options->json || options->strace))
		return options_refuse(options,
				      "--time: JSON has time_ns, and strace its own");
	if (!columns && options->csv)
		columns = COLUMNS_USUAL;
	*style = (struct style){
		.columns = columns ? columns_new(columns) : NULL,
		.format = options_format(options),
		.color = options->color,
		.time = options->time,
		.live = cgroups_of_machine(cgroups),
	};
	if (columns && !style->columns)
		return EXIT_USAGE;
	return style_begin(style, command_of(options)->on_stderr ?
					  STDERR_FILENO : STDOUT_FILENO,
			   cgroups, options->numbers) ? -1 : EXIT_FAILURE;
}

/**
 * options_with_wanted() - do what a command does with the records asked for
 * @options: the options
 * @cgroups: names of cgroups, which are freed; NULL where there was a failure
 * @work: what it does with them, and with how they are to be shown; returns its exit
 *	status
 *
 * Return: exit status; EXIT_USAGE, with a message, when what is asked for makes no
 * sense.
 */
int options_with_wanted(const struct options *options, struct cgroups *cgroups,
			int (*work)(const struct options *options,
				    struct wanted *wanted, struct style *style))
{
	struct style style = { };
	struct wanted wanted;
	int status = EXIT_USAGE;

	if (!cgroups)
		return EXIT_FAILURE;
	if (options_wanted(options, &wanted, cgroups)) {
		status = begin_style(options, &style, cgroups);
		if (status < 0)
			status = work(options, &wanted, &style);
	}
	style_end(&style);
	columns_free(style.columns);
	wanted_free(&wanted);
	cgroups_free(cgroups);
	return status;
}
