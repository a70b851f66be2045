/* SPDX-License-Identifier: GPL-2.0 */
/* Why calls fail, in a sentence; see reasons.c. */
#ifndef _IPCTRACE_REASONS_H
#define _IPCTRACE_REASONS_H

#include "commands/evidence.h"

#define REASON_BYTES	2048

bool reason_put(const struct evidence *evidence,
		const struct ipctrace_header *record, char *buf, size_t size);

#endif /* _IPCTRACE_REASONS_H */
