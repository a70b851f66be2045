/* SPDX-License-Identifier: GPL-2.0 */
/* The calls that have not returned; see cmd_blocked.c. */
#ifndef _IPCTRACE_CMD_BLOCKED_H
#define _IPCTRACE_CMD_BLOCKED_H

int cmd_blocked(int argc, char **argv);

#endif /* _IPCTRACE_CMD_BLOCKED_H */
