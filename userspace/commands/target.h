/* SPDX-License-Identifier: GPL-2.0 */
/* Objects as people name them: shm:32769, 0x5047; see target.c. */
#ifndef _IPCTRACE_TARGET_H
#define _IPCTRACE_TARGET_H

#include "model/types.h"

/**
 * struct target - which objects
 * @text: as it was said
 * @families: bits of enum ipctrace_family
 * @by_key: @number is a key, else an id
 * @number: which
 * @ipc_ns: in that namespace; 0: in any
 */
struct target {
	const char *text;
	u32 families;
	bool by_key;
	s32 number;
	u32 ipc_ns;
};

bool target_parse(struct target *target, const char *text, u32 ipc_ns);
bool target_is(const struct target *target, const struct model_object *object);
const char *target_kind(u8 family);

#endif /* _IPCTRACE_TARGET_H */
