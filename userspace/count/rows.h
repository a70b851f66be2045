/* SPDX-License-Identifier: GPL-2.0 */
/* A histogram in a few rows, with round edges; see rows.c. */
#ifndef _IPCTRACE_ROWS_H
#define _IPCTRACE_ROWS_H

#include "shared/portable.h"

struct histogram;

/**
 * struct row - values from one edge to the next
 * @from: the smallest
 * @to: the largest
 * @count: how many
 */
struct row {
	u64 from;
	u64 to;
	u64 count;
};

size_t rows_make(const struct histogram *histogram, struct row *rows,
		 size_t most);

#endif /* _IPCTRACE_ROWS_H */
