/* SPDX-License-Identifier: GPL-2.0 */
/* The fields of records as a JSON schema; see json_schema.c. */
#ifndef _IPCTRACE_JSON_SCHEMA_H
#define _IPCTRACE_JSON_SCHEMA_H

#include <yajl/yajl_gen.h>

void json_schema_put(yajl_gen gen);

#endif /* _IPCTRACE_JSON_SCHEMA_H */
