/* SPDX-License-Identifier: GPL-2.0 */
/* What the commands' options have in common; see options.c. */
#ifndef _IPCTRACE_OPTIONS_H
#define _IPCTRACE_OPTIONS_H

#include <getopt.h>

#include "shared/portable.h"

#define EXIT_USAGE	2	/* wrong options: nothing was done */

bool option_number(const char *name, const char *arg, u64 max, u64 *number);
int option_refused(int what, char **argv, const struct option *options,
		   const char *accepted);
int option_unexpected(const char *argument, const char *accepted);
int option_json(int argc, char **argv, const char *help, bool *json);
int print_text(const char *text);
int print_version(void);

#endif /* _IPCTRACE_OPTIONS_H */
