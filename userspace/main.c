// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: main
 *
 * Picks the command. Without one, ipctrace follows.
 */
#include <err.h>
#include <stdio.h>
#include <string.h>

#include "base/options.h"
#include "commands/commands.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
#define COMMAND_ROW(name, function) { name, cmd_##function },
	COMMANDS(COMMAND_ROW)
#undef COMMAND_ROW
};

static int refuse(const char *name)
{
	char accepted[256] = "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		strcat(accepted, " ");
		strcat(accepted, commands[i].name);
	}
	warnx("unknown command '%s'; accepted:%s, or options (see --help)",
	      name, accepted);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 2 || argv[1][0] == '-')
		return cmd_follow(argc, argv);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	return refuse(argv[1]);
}
