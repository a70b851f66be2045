/* SPDX-License-Identifier: GPL-2.0 */
/* A value as text in a column; see cell.c. */
#ifndef _IPCTRACE_CELL_H
#define _IPCTRACE_CELL_H

#include "fields/values.h"

#define CELL_BYTES	16384	/* longer text is cut off */

struct column;

u32 cell_text(char *text, const struct value *value);
u32 cell_of_column(char *text, const struct column *column,
		   const struct value *value);
u32 cell_duration(char *text, u64 ns);
u32 cell_size(char *text, u64 bytes);

#endif /* _IPCTRACE_CELL_H */
