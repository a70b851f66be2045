/* SPDX-License-Identifier: GPL-2.0 */
/* Texts that top shows of a row; see top_pages.c. */
#ifndef _IPCTRACE_TOP_PAGES_H
#define _IPCTRACE_TOP_PAGES_H

#include "commands/top_rows.h"

extern const char top_keys[];

char *top_page(struct top_feed *feed, const struct options *options,
	       const struct top_rows *rows, enum top_view view, size_t row);

#endif /* _IPCTRACE_TOP_PAGES_H */
