/* SPDX-License-Identifier: GPL-2.0 */
/* What tests make of JSON is kept for tests/unit/schema.sh. */
#ifndef _UNIT_JSON_H
#define _UNIT_JSON_H

#include <stdio.h>
#include <stdlib.h>

/* Lines of JSON, to the end of the file that $IPCTRACE_JSON_LINES names */
static inline void unit_keep_json(const char *lines)
{
	const char *name = getenv("IPCTRACE_JSON_LINES");
	FILE *file = name ? fopen(name, "a") : NULL;

	if (!file)
		return;
	fputs(lines, file);
	fclose(file);
}

#endif /* _UNIT_JSON_H */
