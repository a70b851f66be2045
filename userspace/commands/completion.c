// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: completion
 *
 * A script that makes bash complete commands, options and their values, from
 * the lists that the program itself goes by.
 */
#include <stdlib.h>
#include <string.h>

#include "commands/options.h"
#include "fields/fields.h"
#include "commands/print.h"
#include "shared/syscalls.h"

/* What a question begins with */
static void print_fields(struct output *output)
{
	struct field *fields;
	size_t nr, i;

	fields = fields_list(&nr);
	output_print(output, "-W \"");
	for (i = 0; i < nr; i++)
		output_print(output, "%s ", fields[i].path);
	output_print(output, "\"");
	free(fields);
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

/* What compgen is to offer as the value of an option */
static void print_values(struct output *output, const struct option_row *row)
{
	u32 i;

	switch (row->kind) {
	case OPTION_FILE:
		output_print(output, "-f");
		break;
	case OPTION_PID:
		output_print(output, "-W \"$(cd /proc && echo [1-9]*)\"");
		break;
	case OPTION_CALLS:
		output_print(output, "-W \"");
		for (i = 0; i < __IPCTRACE_FAMILY_MAX; i++)
			output_print(output, "%s ", ipct_family_names[i]);
		for (i = 0; i < IPCTRACE_NR_CALLS; i++)
			output_print(output, "%s ", ipct_syscalls[i].name);
		output_print(output, "\"");
		break;
	case OPTION_ASK:
	case OPTION_FIELDS:
		print_fields(output);
		break;
	case OPTION_WORD:
		output_print(output, "-W \"");
		print_words(output, row->argument);
		output_print(output, "\"");
		break;
	default:
		output_print(output, "-W ''");
	}
}

/* A case for each option with a value, by command */
static void print_option_values(struct output *output)
{
	const struct option_row *row;

	for (row = option_rows; row->name; row++) {
		if (!row->argument)
			continue;
		output_print(output, "\t--%s", row->name);
		if (row->letter)
			output_print(output, " | -%c", row->letter);
		output_print(output, ")\n\t\tmapfile -t COMPREPLY < <(compgen ");
		print_values(output, row);
		output_print(output, " -- \"$word\")\n\t\treturn ;;\n");
	}
}

static void print_commands(struct output *output,
			   const struct options *options)
{
	const struct option_row *row;
	u32 id;

	for (id = 0; id < NR_COMMANDS; id++) {
		output_print(output, "\t%s)\n\t\twords=\"", options->commands[id].name);
		for (row = option_rows; row->name; row++)
			if (row->commands & 1U << id)
				output_print(output, "--%s ", row->name);
		output_print(output, "\" ;;\n");
	}
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

static void print_bash(struct output *output, const struct options *options)
{
	u32 id;

	output_print(output, "# bash completion of ipctrace\n"
	       "_ipctrace()\n"
	       "{\n"
	       "\tlocal word=${COMP_WORDS[COMP_CWORD]}\n"
	       "\tlocal before=${COMP_WORDS[COMP_CWORD - 1]}\n"
	       "\tlocal command=${COMP_WORDS[1]} words i\n"
	       "\tCOMPREPLY=()\n"
	       "\t[[ $command != -* && $COMP_CWORD -gt 1 ]] || command=%s\n",
	       options->commands[0].name);
	print_programs(output, options);
	output_print(output, "\tcase $before in\n");
	print_option_values(output);
	output_print(output, "\tesac\n"
	       "\tcase $command in\n");
	print_commands(output, options);
	output_print(output, "\tesac\n"
	       "\tif [[ $word != -* ]]; then\n"
	       "\t\twords=\n"
	       "\t\t[[ $COMP_CWORD -ne 1 ]] || words=\"");
	for (id = 0; id < NR_COMMANDS; id++)
		output_print(output, "%s ", options->commands[id].name);
	output_print(output, "\"\n"
	       "\tfi\n"
	       "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
	       "}\n"
	       "complete -o default -F _ipctrace ipctrace\n");
}

static int run(const struct options *options)
{
	struct output *output = output_stdout();

	if (strcmp(options->operand, "bash"))
		return options_refuse(options, "SHELL is none but bash");
	print_bash(output, options);
	return print_end(output);
}

const struct command command_completion = {
	.usage = "completion SHELL",
	.operand = "SHELL",
	.about =
"Print a script that makes SHELL, which is bash, complete the arguments of\n"
"ipctrace. For a shell that runs: . <(ipctrace completion bash)\n",
	.notes =
"Exit status: 0 at the end, 1 for a failure, 2 for wrong options.\n",
	.run = run,
};
