/* SPDX-License-Identifier: GPL-2.0 */
/* Going on until told to stop; see live.c. */
#ifndef _IPCTRACE_LIVE_H
#define _IPCTRACE_LIVE_H

#include "shared/portable.h"

struct source;

/**
 * enum live_wait - how a wait for records ended
 * @LIVE_READY: look for records, and whether to stop
 * @LIVE_CLOSED: nobody reads the output any more
 * @LIVE_FAILED: it cannot go on; a message was given
 */
enum live_wait {
	LIVE_READY,
	LIVE_CLOSED,
	LIVE_FAILED,
};

void live_be_prompt(void);
void live_catch_signals(void);
void live_stop_after(u64 ns);
void live_stop(void);
bool live_stopped(void);
void live_wake(void);
enum live_wait live_wait(const struct source *source, int output,
			 int timeout_ms);

#endif /* _IPCTRACE_LIVE_H */
