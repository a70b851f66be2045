/* SPDX-License-Identifier: GPL-2.0 */
/* A record as one line of text; see text.c. */
#ifndef _IPCT_TEXT_H
#define _IPCT_TEXT_H

#include <ipctrace/ipctrace.h>

#include "portable.h"
#include "text_style.h"

#define IPCT_TEXT_MAX_BYTES	10240	/* room that every line fits in */

/* A line with a style is longer by names, times and colours, and no more. */
#define IPCT_STYLED_MAX_BYTES	(IPCT_TEXT_MAX_BYTES + 2048)

struct text;

void ipct_text_result(struct text *t, const struct ipctrace_call *call);
size_t ipct_text_line(char *buf, size_t size,
		      const struct ipctrace_header *record);
size_t ipct_text_styled(char *buf, size_t size,
			const struct ipctrace_header *record,
			const struct ipct_text_style *style);

#endif /* _IPCT_TEXT_H */
