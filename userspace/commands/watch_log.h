/* SPDX-License-Identifier: GPL-2.0 */
/* Findings for the logs of the system; see watch_log.c. */
#ifndef _IPCTRACE_WATCH_LOG_H
#define _IPCTRACE_WATCH_LOG_H

#include "shared/portable.h"

struct finding;

bool watch_log_begin(bool journal);
void watch_log_syslog(const struct finding *finding);
void watch_log_journal(const struct finding *finding);

#endif /* _IPCTRACE_WATCH_LOG_H */
