/* SPDX-License-Identifier: GPL-2.0 */
/* The calls that the recorder holds, then live; see cmd_follow.c. */
#ifndef _IPCTRACE_CMD_FOLLOW_H
#define _IPCTRACE_CMD_FOLLOW_H

int cmd_follow(int argc, char **argv);

#endif /* _IPCTRACE_CMD_FOLLOW_H */
