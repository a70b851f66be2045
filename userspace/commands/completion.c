// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: completion
 *
 * A script that makes bash complete commands, options and their values, from
 * the lists that the program itself goes by.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/options.h"
#include "shared/syscalls.h"

/* What compgen is to offer as the value of an option */
static void print_values(const struct option_row *row)
{
	u32 i;

	switch (row->kind) {
	case OPTION_FILE:
		printf("-f");
		break;
	case OPTION_PID:
		printf("-W \"$(cd /proc && echo [1-9]*)\"");
		break;
	case OPTION_CALLS:
		printf("-W \"");
		for (i = 0; i < __IPCTRACE_FAMILY_MAX; i++)
			printf("%s ", ipct_family_names[i]);
		for (i = 0; i < IPCTRACE_NR_CALLS; i++)
			printf("%s ", ipct_syscalls[i].name);
		printf("\"");
		break;
	default:
		printf("-W ''");
	}
}

/* A case for each option with a value, by command */
static void print_option_values(void)
{
	const struct option_row *row;

	for (row = option_rows; row->name; row++) {
		if (!row->argument)
			continue;
		printf("\t--%s", row->name);
		if (row->letter)
			printf(" | -%c", row->letter);
		printf(")\n\t\tmapfile -t COMPREPLY < <(compgen ");
		print_values(row);
		printf(" -- \"$word\")\n\t\treturn ;;\n");
	}
}

static void print_commands(const struct options *options)
{
	const struct option_row *row;
	u32 id;

	for (id = 0; id < NR_COMMANDS; id++) {
		printf("\t%s)\n\t\twords=\"", options->commands[id].name);
		for (row = option_rows; row->name; row++)
			if (row->commands & 1U << id)
				printf("--%s ", row->name);
		printf("\" ;;\n");
	}
}

static void print_bash(const struct options *options)
{
	u32 id;

	printf("# bash completion of ipctrace\n"
	       "_ipctrace()\n"
	       "{\n"
	       "\tlocal word=${COMP_WORDS[COMP_CWORD]}\n"
	       "\tlocal before=${COMP_WORDS[COMP_CWORD - 1]}\n"
	       "\tlocal command=${COMP_WORDS[1]} words\n"
	       "\tCOMPREPLY=()\n"
	       "\t[[ $command != -* && $COMP_CWORD -gt 1 ]] || command=%s\n"
	       "\tcase $before in\n", options->commands[0].name);
	print_option_values();
	printf("\tesac\n"
	       "\tcase $command in\n");
	print_commands(options);
	printf("\tesac\n"
	       "\tif [[ $word != -* ]]; then\n"
	       "\t\twords=\n"
	       "\t\t[[ $COMP_CWORD -ne 1 ]] || words=\"");
	for (id = 0; id < NR_COMMANDS; id++)
		printf("%s ", options->commands[id].name);
	printf("\"\n"
	       "\tfi\n"
	       "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
	       "}\n"
	       "complete -o default -F _ipctrace ipctrace\n");
}

static int run(const struct options *options)
{
	if (strcmp(options->operand, "bash"))
		return options_refuse(options, "SHELL is none but bash");
	print_bash(options);
	return print_text("");
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
