/* SPDX-License-Identifier: GPL-2.0 */
/* A record as named values; see decode.c. */
#ifndef _IPCTRACE_DECODE_H
#define _IPCTRACE_DECODE_H

#include "fields/values.h"

struct cgroups;

bool decode_known(struct decoded *decoded, const struct ipctrace_header *record,
		  struct cgroups *cgroups);
bool decode_record(struct decoded *decoded,
		   const struct ipctrace_header *record,
		   struct cgroups *cgroups);
const char *decode_end(const struct ipctrace_call *call);

#endif /* _IPCTRACE_DECODE_H */
