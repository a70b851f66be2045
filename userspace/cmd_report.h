/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace report; see cmd_report.c. */
#ifndef _IPCTRACE_CMD_REPORT_H
#define _IPCTRACE_CMD_REPORT_H

int cmd_report(int argc, char **argv);

#endif /* _IPCTRACE_CMD_REPORT_H */
