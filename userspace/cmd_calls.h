/* SPDX-License-Identifier: GPL-2.0 */
/* What is traced, and what records say; see cmd_calls.c. */
#ifndef _IPCTRACE_CMD_CALLS_H
#define _IPCTRACE_CMD_CALLS_H

int cmd_calls(int argc, char **argv);

#endif /* _IPCTRACE_CMD_CALLS_H */
