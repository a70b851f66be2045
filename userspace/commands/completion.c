// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: completion
 *
 * Scripts that make shells complete commands, options and their values, from the
 * lists that the program itself goes by. What only the machine knows (processes,
 * users, cgroups, ids and keys of objects) the shell asks when it is wanted.
 */
#include <stdlib.h>
#include <string.h>

#include "commands/options.h"
#include "fields/fields.h"
#include "commands/print.h"
#include "shared/syscalls.h"

#define LAST_ERRNO	133	/* of asm-generic/errno.h */

/* ---- Words that the program knows ------------------------------------------- */

/* What a question begins with */
static void print_fields(struct output *output)
{
	struct field *fields;
	size_t nr, i;

	fields = fields_list(&nr);
	for (i = 0; i < nr; i++)
		output_print(output, "%s ", fields[i].path);
	free(fields);
}

static void print_calls(struct output *output)
{
	u32 i;

	for (i = 0; i < __IPCTRACE_FAMILY_MAX; i++)
		output_print(output, "%s ", ipct_family_names[i]);
	for (i = 0; i < IPCTRACE_NR_CALLS; i++)
		output_print(output, "%s ", ipct_syscalls[i].name);
}

static void print_errors(struct output *output)
{
	const char *name;
	int i;

	for (i = 1; i <= LAST_ERRNO; i++) {
		name = ipct_errno_name(i, NULL);
		if (name)
			output_print(output, "%s ", name);
	}
}

/* With blanks where the list has | */
static void print_words(struct output *output, const char *list)
{
	size_t len;

	for (; *list; list += len + !!list[len]) {
		len = strcspn(list, "|");
		output_print(output, "%.*s ", (int)len, list);
	}
}

/* All that an option's value can be, if the program knows that */
static bool print_known(struct output *output, const struct option_row *row)
{
	switch (row->kind) {
	case OPTION_CALLS:
		print_calls(output);
		return true;
	case OPTION_ASK:
	case OPTION_FIELDS:
		print_fields(output);
		return true;
	case OPTION_WORD:
		print_words(output, row->argument);
		return true;
	default:
		if (!strncmp(row->argument, "FIELD", strlen("FIELD")))
			print_fields(output);
		else if (!strcmp(row->name, "errno"))
			print_errors(output);
		else
			return false;
		return true;
	}
}

/* ---- Words that the machine knows -------------------------------------------- */

/*
 * asked - what stands for something that the shell finds out
 *
 * @argument: its name in the usage
 * @bash: how compgen is asked for it
 * @zsh: the function that adds it
 */
static const struct {
	const char *argument;
	const char *bash;
	const char *zsh;
} asked[] = {
	{ "FILE", "-f", "_files" },
	{ "A", "-f", "_files" },
	{ "PID", "-W \"$(cd /proc && echo [1-9]*)\"", "_pids" },
	{ "USER,...", "-u", "_users" },
	{ "KEY,...", "-W \"$(_ipctrace_keys)\"", "_ipctrace_keys" },
	{ "ID,...", "-W \"$(_ipctrace_ids)\"", "_ipctrace_ids" },
	{ "KEY|ID", "-W \"$(_ipctrace_objects)\"", "_ipctrace_objects" },
	{ "PATH|ID", "-W \"$(_ipctrace_cgroups)\"", "_ipctrace_cgroups" },
	{ "SHELL", "-W 'bash zsh'", "_ipctrace_shells" },
};

static int asked_of(const char *argument)
{
	size_t i;

	for (i = 0; argument && i < ARRAY_SIZE(asked); i++)
		if (!strcmp(argument, asked[i].argument))
			return i;
	return -1;
}

/* Functions of both shells, in what both understand */
#define ASKING \
"_ipctrace_table()\n" \
"{\n" \
"\tawk -v kinds=\"$1\" -v column=\"$2\" '\n" \
"\t\tFNR == 1 { kind = FILENAME; sub(\".*/\", \"\", kind); next }\n" \
"\t\tcolumn == 1 { if ($1) printf \"0x%%x\\n\", $1 < 0 ? $1 + 4294967296 : $1; next }\n" \
"\t\t{ print (kinds ? kind \":\" : \"\") $2 }' \\\n" \
"\t\t/proc/sysvipc/msg /proc/sysvipc/sem /proc/sysvipc/shm 2>/dev/null\n" \
"}\n" \
"_ipctrace_find_cgroups()\n" \
"{\n" \
"\t(cd /sys/fs/cgroup 2>/dev/null && find . -maxdepth 5 -type d | sed 's/^\\.//')\n" \
"}\n"

/* ---- bash ----------------------------------------------------------------------- */

/* Of a list with commas the last one is completed. */
static void print_compgen(struct output *output, bool list)
{
	output_print(output, list ? " -P \"${word%%\"${word##*,}\"}\" -- \"${word##*,}\"" :
				    " -- \"$word\"");
}

static bool is_list(const char *argument)
{
	return strstr(argument, ",...");
}

static void print_option_value(struct output *output, const struct options *options,
			       const struct option_row *row)
{
	int i = asked_of(row->argument);
	const char *separator = "\t";
	u32 id;

	for (id = 0; id < NR_COMMANDS; id++) {
		if (!option_is_of(row, id))
			continue;
		output_print(output, "%s%s:--%s", separator,
			     options->commands[id].name, row->name);
		if (row->letter)
			output_print(output, " | %s:-%c",
				     options->commands[id].name, row->letter);
		separator = " |\\\n\t";
	}
	output_print(output, ")\n\t\tmapfile -t COMPREPLY < <(compgen ");
	if (i >= 0) {
		output_print(output, "%s", asked[i].bash);
	} else {
		output_print(output, "-W '");
		print_known(output, row);
		output_print(output, "'");
	}
	print_compgen(output, is_list(row->argument));
	output_print(output, ")\n\t\treturn ;;\n");
}

static void print_bash_commands(struct output *output,
				const struct options *options)
{
	const struct option_row *row;
	u32 id;

	for (id = 0; id < NR_COMMANDS; id++) {
		output_print(output, "\t%s)\n\t\twords=\"", options->commands[id].name);
		for (row = option_rows; row->name; row++)
			if (option_is_of(row, id))
				output_print(output, "--%s ", row->name);
		output_print(output, "\" ;;\n");
	}
}

/* What is no option */
static void print_bash_operands(struct output *output, const struct options *options)
{
	int i;
	u32 id;

	output_print(output, "\t\tcase $command in\n");
	for (id = 0; id < NR_COMMANDS; id++) {
		i = asked_of(options->commands[id].command->operand);
		if (i >= 0)
			output_print(output, "\t\t%s)\n"
				     "\t\t\tmapfile -t COMPREPLY < <(compgen %s -- \"$word\")\n"
				     "\t\t\treturn ;;\n", options->commands[id].name,
				     asked[i].bash);
	}
	output_print(output, "\t\tesac\n");
}

/*
 * Where a program is named, and its arguments, completion is what the shell would do
 * without ours; of bash-completion, which may be loaded, if it is.
 */
static void print_programs(struct output *output, const struct options *options)
{
	u32 id;

	output_print(output, "\tcase $command in\n");
	for (id = 0; id < NR_COMMANDS; id++)
		if (options->commands[id].command->program)
			output_print(output, "\t%s)\n"
				"\t\tfor ((i = 2; i < COMP_CWORD; i++)); do\n"
				"\t\t\t[[ ${COMP_WORDS[i]} == -- ]] || continue\n"
				"\t\t\tif declare -F _command_offset >/dev/null; then\n"
				"\t\t\t\t_command_offset $((i + 1))\n"
				"\t\t\telif ((i + 1 == COMP_CWORD)); then\n"
				"\t\t\t\tmapfile -t COMPREPLY < <(compgen -c -- \"$word\")\n"
				"\t\t\tfi\n"
				"\t\t\treturn\n"
				"\t\tdone ;;\n",
				options->commands[id].name);
	output_print(output, "\tesac\n");
}

static void print_names(struct output *output, const struct options *options)
{
	u32 id;

	for (id = 0; id < NR_COMMANDS; id++)
		output_print(output, "%s ", options->commands[id].name);
}

static void print_bash(struct output *output, const struct options *options)
{
	const struct option_row *row;

	output_print(output, "# bash completion of ipctrace\n" ASKING
	       "_ipctrace_keys() { _ipctrace_table '' 1; }\n"
	       "_ipctrace_ids() { _ipctrace_table '' 2; }\n"
	       "_ipctrace_objects() { _ipctrace_table 1 2; _ipctrace_table '' 2;"
	       " _ipctrace_table '' 1; }\n"
	       "_ipctrace_cgroups() { _ipctrace_find_cgroups; }\n"
	       "_ipctrace()\n"
	       "{\n"
	       "\tlocal word=${COMP_WORDS[COMP_CWORD]}\n"
	       "\tlocal before=${COMP_WORDS[COMP_CWORD - 1]}\n"
	       "\tlocal command=${COMP_WORDS[1]} words i\n"
	       "\tCOMPREPLY=()\n"
	       "\t[[ $command != -* && $COMP_CWORD -gt 1 ]] || command=%s\n"
	       "\t# bash takes shm:5 for three words.\n"
	       "\tif [[ $word == : || $before == : ]]; then\n"
	       "\t\tlocal kind=$before\n"
	       "\t\t[[ $word == : ]] && word= || kind=${COMP_WORDS[COMP_CWORD - 2]}\n"
	       "\t\tmapfile -t COMPREPLY < <(_ipctrace_objects |\n"
	       "\t\t\tsed -n \"s/^$kind:\\($word.*\\)/\\1/p\")\n"
	       "\t\treturn\n"
	       "\tfi\n",
	       options->commands[0].name);
	print_programs(output, options);
	output_print(output, "\tcase $command:$before in\n");
	for (row = option_rows; row->name; row++)
		if (row->argument)
			print_option_value(output, options, row);
	output_print(output, "\tesac\n"
	       "\tcase $command in\n");
	print_bash_commands(output, options);
	output_print(output, "\tesac\n"
	       "\tif [[ $word != -* ]]; then\n");
	print_bash_operands(output, options);
	output_print(output, "\t\twords=\n"
	       "\t\t[[ $COMP_CWORD -ne 1 ]] || words=\"");
	print_names(output, options);
	output_print(output, "\"\n"
	       "\tfi\n"
	       "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
	       "}\n"
	       "complete -o default -F _ipctrace ipctrace\n");
}

/* ---- zsh ------------------------------------------------------------------------- */

/* In single quotes; what _arguments and _describe take for more has a backslash. */
static void put_quoted(struct output *output, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			output_print(output, "'\\''");
		else if (strchr("[]:\\", *text))
			output_print(output, "\\%c", *text);
		else
			output_print(output, "%c", *text == '\n' ? ' ' : *text);
	}
}

/* ":NAME:what may stand there" */
static void put_zsh_value(struct output *output, const struct option_row *row)
{
	int i = asked_of(row->argument);

	output_print(output, ":");
	put_quoted(output, row->argument);
	output_print(output, ":");
	if (i >= 0) {
		if (is_list(row->argument))
			output_print(output, "_sequence %s", asked[i].zsh);
		else
			output_print(output, "%s", asked[i].zsh);
		return;
	}
	output_print(output, is_list(row->argument) ? "_values -s , word " : "(");
	if (!print_known(output, row) && is_list(row->argument))
		output_print(output, "value");
	output_print(output, is_list(row->argument) ? "" : ")");
}

static void put_zsh_option(struct output *output, const struct option_row *row)
{
	bool again = row->kind == OPTION_ASK;

	output_print(output, " \\\n\t\t\t");
	if (again)
		output_print(output, "'*'");
	else if (row->letter)
		output_print(output, "'(-%c --%s)'", row->letter, row->name);
	if (row->letter)
		output_print(output, "{-%c,--%s%s}", row->letter, row->name,
			     row->argument ? "=" : "");
	output_print(output, "'%s%s%s[", row->letter ? "" : "--",
		     row->letter ? "" : row->name,
		     row->argument && !row->letter ? "=" : "");
	put_quoted(output, row->what ?: "the same as --ns");
	output_print(output, "]");
	if (row->argument)
		put_zsh_value(output, row);
	output_print(output, "'");
}

static void put_zsh_operand(struct output *output, const struct command *command)
{
	int i = asked_of(command->operand);

	if (command->program)
		output_print(output, " \\\n\t\t\t%s \\\n\t\t\t%s",
			     "'(-):program: _command_names -e'",
			     "'*::arguments: _normal'");
	else if (command->operand)
		output_print(output, " \\\n\t\t\t'%s:%s:%s'",
			     command->many ? "*" : "", command->operand,
			     i >= 0 ? asked[i].zsh : " ");
}

static void print_zsh(struct output *output, const struct options *options)
{
	const struct option_row *row;
	u32 id;

	output_print(output, "#compdef ipctrace\n" ASKING
	       "_ipctrace_add() { local -a words=(${(f)\"$(\"$@\")\"}); compadd -a words; }\n"
	       "_ipctrace_keys() { _ipctrace_add _ipctrace_table '' 1; }\n"
	       "_ipctrace_ids() { _ipctrace_add _ipctrace_table '' 2; }\n"
	       "_ipctrace_objects() { _ipctrace_add _ipctrace_table 1 2;"
	       " _ipctrace_ids; _ipctrace_keys; }\n"
	       "_ipctrace_cgroups() { _ipctrace_add _ipctrace_find_cgroups; }\n"
	       "_ipctrace_shells() { compadd bash zsh; }\n"
	       "_ipctrace()\n"
	       "{\n"
	       "\tlocal command=%s\n"
	       "\tlocal -a subcommands=(\n", options->commands[0].name);
	for (id = 0; id < NR_COMMANDS; id++) {
		output_print(output, "\t\t'%s:", options->commands[id].name);
		put_quoted(output, options->commands[id].what);
		output_print(output, "'\n");
	}
	output_print(output, "\t)\n"
	       "\tif ((CURRENT == 2)) && [[ $words[2] != -* ]]; then\n"
	       "\t\t_describe command subcommands\n"
	       "\t\treturn\n"
	       "\tfi\n"
	       "\tif ((CURRENT > 2)) && [[ $words[2] != -* ]]; then\n"
	       "\t\tcommand=$words[2]\n"
	       "\t\tshift words\n"
	       "\t\t((CURRENT--))\n"
	       "\tfi\n"
	       "\tcase $command in\n");
	for (id = 0; id < NR_COMMANDS; id++) {
		output_print(output, "\t%s)\n\t\t_arguments -s :",
			     options->commands[id].name);
		for (row = option_rows; row->name; row++)
			if (option_is_of(row, id))
				put_zsh_option(output, row);
		put_zsh_operand(output, options->commands[id].command);
		output_print(output, " ;;\n");
	}
	output_print(output, "\tesac\n"
	       "}\n"
	       "if [[ $funcstack[1] == _ipctrace ]]; then\n"
	       "\t_ipctrace \"$@\"\n"
	       "else\n"
	       "\tcompdef _ipctrace ipctrace\n"
	       "fi\n");
}

static int run(const struct options *options)
{
	struct output *output = output_stdout();

	if (!strcmp(options->operand, "bash"))
		print_bash(output, options);
	else if (!strcmp(options->operand, "zsh"))
		print_zsh(output, options);
	else
		return options_refuse(options, "SHELL is none but bash and zsh");
	return print_end(output);
}

const struct command command_completion = {
	.usage = "completion SHELL",
	.operand = "SHELL",
	.about =
"Print a script that makes SHELL, which is bash or zsh, complete the arguments of\n"
"ipctrace. For a shell that runs: . <(ipctrace completion bash)\n",
	.notes =
"Exit status: 0 at the end, 1 for a failure, 2 for wrong options.\n",
	.run = run,
};
