// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: main
 *
 * The commands with their names.
 */
#include "commands/commands.h"
#include "commands/options.h"

static const struct command_row commands[] = {
#define COMMAND_ROW(id, name, what) [COMMAND_##id] = { name, what, &command_##id },
	COMMANDS(COMMAND_ROW)
#undef COMMAND_ROW
};

int main(int argc, char **argv)
{
	return command_run(commands, argc, argv);
}
