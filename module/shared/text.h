/* SPDX-License-Identifier: GPL-2.0 */
/* A record as one line of text; see text.c. */
#ifndef _IPCT_TEXT_H
#define _IPCT_TEXT_H

#include <ipctrace/ipctrace.h>

#include "portable.h"

#define IPCT_TEXT_MAX_BYTES	10240	/* room that every line fits in */

size_t ipct_text_line(char *buf, size_t size,
		      const struct ipctrace_header *record);

#endif /* _IPCT_TEXT_H */
