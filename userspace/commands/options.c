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

#include <ipctrace/ipctrace.h>

#include "base/nearest.h"
#include "commands/options.h"
#include "commands/print.h"
#include "shared/version.h"

#define PID_MAX		4194304		/* the kernel's PID_MAX_LIMIT */
#define MAX_OPTIONS	64		/* of one command */
#define TEXT_COLUMN	26		/* of --help */
#define VALUE_OF_ROW	0x100		/* for getopt_long(), above all letters */

#define AT(member)	offsetof(struct options, member)
#define BIT(id)		(1U << COMMAND_##id)
#define EVERY		((1U << NR_COMMANDS) - 1)
#define RECORDS		(BIT(follow) | BIT(record) | BIT(report))
#define LIVE		(BIT(follow) | BIT(record))

/*
 * option_rows - every option; in this order in --help and refusals
 */
const struct option_row option_rows[] = {
	{ "output", 'o', OPTION_FILE, AT(output), 0, "FILE", BIT(record),
	  "write to FILE, anew; - is standard output" },
	{ "json", 0, OPTION_FLAG, AT(json), 0, NULL,
	  BIT(follow) | BIT(report) | BIT(blocked),
	  "print one JSON object a line" },
	{ "json", 0, OPTION_FLAG, AT(json), 0, NULL, BIT(calls),
	  "print a JSON schema of the records, with the same in it" },
	{ "count", 'n', OPTION_NUMBER, AT(count), ~0ULL, "COUNT", RECORDS,
	  "stop after COUNT records" },
	{ "pid", 'p', OPTION_PID, AT(pid), PID_MAX, "PID", RECORDS,
	  "only calls of the process PID" },
	{ "call", 'c', OPTION_CALLS, AT(selection), 0, "NAME[,NAME]", RECORDS,
	  "only these calls (msgsnd, shmget, ...) or classes of\n"
	  "calls (msg, sem, shm); semop includes semtimedop" },
	{ "ipc-ns", 0, OPTION_NUMBER, AT(ipc_ns), ~0U, "NUMBER", RECORDS,
	  "only calls in that IPC namespace (ls -L -i of\n"
	  "/proc/PID/ns/ipc)" },
	{ "cgroup", 0, OPTION_TEXT, AT(cgroup), 0, "PATH|ID", RECORDS,
	  "only calls of that cgroup; by path also of those below" },
	{ "filter", 0, OPTION_TEXT, AT(filter), 0, "EXPRESSION", LIVE,
	  "set the recorder's filter first: what it rejects is\n"
	  "not recorded, for any reader, until another is set;\n"
	  "'' lets everything through" },
	{ "version", 0, OPTION_FLAG, AT(version), 0, NULL, BIT(follow),
	  "print versions" },
	{ "help", 'h', OPTION_FLAG, AT(help), 0, NULL, EVERY,
	  "print this text" },
	{ }
};

#undef LIVE
#undef RECORDS
#undef EVERY
#undef BIT
#undef AT

static bool takes(enum command_id command, const struct option_row *row)
{
	return row->commands & 1U << command;
}

static const struct option_row *next_row(enum command_id command,
					 const struct option_row *row)
{
	while (row->name && !takes(command, row))
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
 * @options: the options
 * @problem: what is wrong
 *
 * Return: EXIT_USAGE
 */
int options_refuse(const struct options *options, const char *problem)
{
	const char *operand = command_of(options)->operand;
	const struct option_row *row;
	char accepted[1024];
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
	return options->json ? SINK_JSON : SINK_TEXT;
}

static int print_version(struct output *output)
{
	output_print(output, "ipctrace %s\ntransport %d, schema %d\n",
		     IPCT_VERSION, IPCTRACE_TRANSPORT, IPCTRACE_SCHEMA);
	return print_end(output);
}

static void print_row(struct output *output, const struct option_row *row)
{
	const char *line = row->what;
	int width = output_print(output, "  ");
	size_t len;

	if (row->letter)
		width += output_print(output, "-%c, ", row->letter);
	width += output_print(output, "--%s", row->name);
	if (row->argument)
		width += output_print(output, " %s", row->argument);
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

static int print_help(struct output *output, const struct options *options)
{
	const struct command *command = command_of(options);
	const struct option_row *row;
	size_t i;

	output_print(output, "Usage: ipctrace %s\n%s\n", command->usage,
		     command->about);
	for_each_row(row, options->command)
		print_row(output, row);
	if (!options->command) {
		output_print(output, "\nCommands, each with its own --help:\n");
		for (i = 0; i < NR_COMMANDS; i++)
			output_print(output, "  %-*s%s\n", TEXT_COLUMN - 2,
				     options->commands[i].name,
				     options->commands[i].what);
	}
	output_print(output, "\n%s", command->notes);
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
		*(const char **)to = arg;
		return true;
	case OPTION_CALLS:
		return selection_add_calls(to, arg);
	}
	return false;
}

/* The rows of a command, as getopt_long() wants them */
static void rows_for_getopt(enum command_id command, char *letters,
			    struct option *options)
{
	const struct option_row *row;

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
	char letters[2 * MAX_OPTIONS + 2];
	struct option rows[MAX_OPTIONS + 1];
	int got;

	static_assert(ARRAY_SIZE(option_rows) <= MAX_OPTIONS);
	rows_for_getopt(options->command, letters, rows);
	opterr = 0;
	while ((got = getopt_long(argc, argv, letters, rows, NULL)) != -1) {
		if (got == ':' || got == '?')
			return refuse_option(options, got, argv);
		if (!obey(options, row_of(options->command, got), optarg))
			return EXIT_USAGE;
		if (options->help)
			return print_help(output_stdout(), options);
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
	if (optind < argc)
		snprintf(problem, sizeof(problem), "unexpected argument '%s'",
			 argv[optind]);
	else if (operand && !options->operand)
		snprintf(problem, sizeof(problem), "no %s to %s", operand,
			 options->commands[options->command].name);
	else
		return -1;
	return options_refuse(options, problem);
}

static int run(const struct command_row *commands, enum command_id id,
	       int argc, char **argv)
{
	struct options options = { .commands = commands, .command = id };
	int status = read_options(&options, argc, argv);

	if (status < 0)
		status = read_operand(&options, argc, argv);
	return status < 0 ? commands[id].command->run(&options) : status;
}

/**
 * command_run() - do what the arguments say
 * @commands: all commands, by enum command_id
 * @argc: number of arguments
 * @argv: the program's arguments
 *
 * Return: exit status
 */
int command_run(const struct command_row *commands, int argc, char **argv)
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
 * @wanted: out: which
 * @cgroups: names of cgroups; must outlive @wanted
 *
 * Return: false, with a message, when there is no such cgroup.
 */
bool options_wanted(const struct options *options, struct wanted *wanted,
		    struct cgroups *cgroups)
{
	*wanted = (struct wanted){
		.count = options->count,
		.selection = options->selection,
		.cgroups = cgroups,
	};
	wanted->selection.pid = options->pid;
	wanted->selection.ipc_ns = options->ipc_ns;
	return !options->cgroup ||
	       selection_set_cgroup(&wanted->selection, cgroups,
				    options->cgroup);
}
