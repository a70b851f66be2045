// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: main
 *
 * The commands with their names.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/heap.h"
#include "commands/commands.h"
#include "commands/options.h"

static const struct command_row commands[] = {
#define COMMAND_ROW(id, name, what) [COMMAND_##id] = { name, what, &command_##id },
	COMMANDS(COMMAND_ROW)
#undef COMMAND_ROW
};

/*
 * A closed standard stream stays closed, for us and for a program that we run; but no
 * file that we open may take its place.
 */
static void keep_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	keep_streams();
	heap_in_huge_pages();
	return commands_main(commands, argc, argv);
}
