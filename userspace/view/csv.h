/* SPDX-License-Identifier: GPL-2.0 */
/* Tables for spreadsheets; see csv.c. */
#ifndef _IPCTRACE_VIEW_CSV_H
#define _IPCTRACE_VIEW_CSV_H

struct sink;

struct sink *sink_csv_new(void);

#endif /* _IPCTRACE_VIEW_CSV_H */
