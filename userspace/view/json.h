/* SPDX-License-Identifier: GPL-2.0 */
/* Records and rows as JSON; see json.c. */
#ifndef _IPCTRACE_VIEW_JSON_H
#define _IPCTRACE_VIEW_JSON_H

#include "fields/values.h"

struct sink;

struct sink *sink_json_new(void);
size_t json_values(char *to, size_t size, const struct value *values, size_t nr);

#endif /* _IPCTRACE_VIEW_JSON_H */
