/* SPDX-License-Identifier: GPL-2.0 */
/* What yajl lacks: C strings. */
#ifndef _IPCTRACE_YAJL_H
#define _IPCTRACE_YAJL_H

#include <string.h>
#include <yajl/yajl_gen.h>

static inline void yajl_put(yajl_gen gen, const char *string)
{
	yajl_gen_string(gen, (const unsigned char *)string, strlen(string));
}

static inline void yajl_put_pair(yajl_gen gen, const char *name,
				 const char *value)
{
	yajl_put(gen, name);
	yajl_put(gen, value);
}

#endif /* _IPCTRACE_YAJL_H */
