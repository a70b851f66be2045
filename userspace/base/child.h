/* SPDX-License-Identifier: GPL-2.0 */
/* A program that runs as if it had been started without us; see child.c. */
#ifndef _IPCTRACE_CHILD_H
#define _IPCTRACE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * struct child_events - what to call, out of signal handlers; NULL: nothing
 * @ended: the program has ended
 * @interrupted: after that, somebody asks us to end
 */
struct child_events {
	void (*ended)(void);
	void (*interrupted)(void);
};

pid_t child_hold(char *const *argv, const struct child_events *events);
int child_release(void);
void child_cancel(void);
bool child_ended(void);
void child_wait(void);
int child_end_alike(void);

#endif /* _IPCTRACE_CHILD_H */
