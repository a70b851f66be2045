/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace record; see cmd_record.c. */
#ifndef _IPCTRACE_CMD_RECORD_H
#define _IPCTRACE_CMD_RECORD_H

int cmd_record(int argc, char **argv);

#endif /* _IPCTRACE_CMD_RECORD_H */
