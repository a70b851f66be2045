/* SPDX-License-Identifier: GPL-2.0 */
/* A screen on a terminal, by ncurses; see terminal.c. */
#ifndef _IPCTRACE_TERMINAL_H
#define _IPCTRACE_TERMINAL_H

#include "view/screen.h"

bool terminal_there(void);
int terminal_run(int (*work)(void *context), void *context);
bool terminal_open(struct screen *screen);
void terminal_draw(const struct screen *screen, bool clear);
u32 terminal_key(struct screen *screen);
void terminal_close(void);

#endif /* _IPCTRACE_TERMINAL_H */
