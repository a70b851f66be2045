/* SPDX-License-Identifier: GPL-2.0 */
/* Bars made of characters; see bar.c. */
#ifndef _IPCTRACE_BAR_H
#define _IPCTRACE_BAR_H

#include "shared/portable.h"

/* The most columns that are used, whatever a terminal has */
#define BAR_MAX_COLUMNS	512
#define BAR_BYTES	(3 * BAR_MAX_COLUMNS + 1)

u32 bar_columns(int fd);
bool bar_blocks(void);
void bar_draw(char *text, u64 part, u64 all, u32 columns, bool blocks);
void bar_levels(char *text, const u64 *values, u32 nr, bool blocks);

#endif /* _IPCTRACE_BAR_H */
