/* SPDX-License-Identifier: GPL-2.0 */
/* Records as strace writes calls; see strace.c. */
#ifndef _IPCTRACE_VIEW_STRACE_H
#define _IPCTRACE_VIEW_STRACE_H

struct sink;

struct sink *sink_strace_new(void);

#endif /* _IPCTRACE_VIEW_STRACE_H */
