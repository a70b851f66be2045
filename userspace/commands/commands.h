/* SPDX-License-Identifier: GPL-2.0 */
/* The commands of ipctrace: the one list of them. */
#ifndef _IPCTRACE_COMMANDS_H
#define _IPCTRACE_COMMANDS_H

/*
 * COMMAND(NAME, FUNCTION): what a command is called, and cmd_FUNCTION(), which
 * gets its arguments, the name first, and returns the exit status.
 */
#define COMMANDS(COMMAND)						\
	COMMAND("follow", follow)					\
	COMMAND("calls", calls)						\
	COMMAND("blocked", blocked)					\
	COMMAND("record", record)					\
	COMMAND("report", report)

#define COMMAND_PROTOTYPE(name, function)				\
	int cmd_##function(int argc, char **argv);
COMMANDS(COMMAND_PROTOTYPE)
#undef COMMAND_PROTOTYPE

#endif /* _IPCTRACE_COMMANDS_H */
