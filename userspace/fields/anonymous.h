/* SPDX-License-Identifier: GPL-2.0 */
/* Records without what tells whose they are; see anonymous.c. */
#ifndef _IPCTRACE_ANONYMOUS_H
#define _IPCTRACE_ANONYMOUS_H

#include <ipctrace/ipctrace.h>

#include "shared/portable.h"

#define ANONYMOUS_PATH_BYTES	4096

/**
 * struct anonymous - how names and numbers are replaced
 * @secret: the same secret gives the same replacements
 */
struct anonymous {
	u64 secret[2];
};

bool anonymous_begin(struct anonymous *anonymous);
u32 anonymous_key(const struct anonymous *anonymous, u32 key);
u32 anonymous_pid(const struct anonymous *anonymous, u32 pid);
void anonymous_comm(const struct anonymous *anonymous, u8 *comm);
bool anonymous_path(const struct anonymous *anonymous, const char *path,
		    char *to);
bool anonymous_record(const struct anonymous *anonymous,
		      struct ipctrace_header *record);

#endif /* _IPCTRACE_ANONYMOUS_H */
