/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records like those of a busy machine, from a seed: callers that make a few
 * calls over and over, each with its own arguments.
 */
#ifndef _UNIT_TRAFFIC_H
#define _UNIT_TRAFFIC_H

#include <ipctrace/capture.h>

#include "shared/portable.h"
#include "unit_random.h"

/**
 * struct unit_traffic - where the traffic is
 * @seed: of what comes next
 * @time_ns: of the last record
 * @callers: number of different ones
 * @wild: of 256 records so many are of random length and bytes
 */
struct unit_traffic {
	u64 seed;
	u64 time_ns;
	u32 callers;
	u32 wild;
};

static inline u32 unit_random(struct unit_traffic *traffic)
{
	return unit_next(&traffic->seed);
}

/* At most 1024 bytes; returns how many. */
static inline u32 unit_traffic_next(struct unit_traffic *traffic, void *to)
{
	u32 caller = unit_random(traffic) % traffic->callers, i;
	u32 words = 20 + caller % 3 * 4;
	struct ipctrace_call *call = to;
	u64 *word = to;

	traffic->time_ns += 1000 + unit_random(traffic) % 1000;
	if (unit_random(traffic) % 256 < traffic->wild) {
		words = 2 + unit_random(traffic) % 126;
		for (i = 0; i < words; i++)
			word[i] = (u64)unit_random(traffic) << 40 ^
				  (u64)unit_random(traffic) << 17 ^
				  unit_random(traffic);
		call->header.type = 0x40;
		call->header.len = 8 * words;
		return 8 * words;
	}
	memset(to, 0, 8 * words);
	*call = (struct ipctrace_call){
		.header.len = 8 * words,
		.header.type = IPCTRACE_TYPE_CALL,
		.header.flags = IPCTRACE_F_OBJECT,
		.header.cpu = caller % 2,
		.header.call = caller % 12,
		.header.time_ns = traffic->time_ns,
		.duration_ns = 500 + unit_random(traffic) % 300,
		.args = { caller, 0x7ffc12345678, 128 },
		.cgroup = 1 + caller % 7,
		.comm = "traffic",
		.tid = 1000 + caller,
		.tgid = 1000 + caller,
		.loginuid = 4294967295,
		.ipc_ns = 4026531839,
		.object = { .id = caller, .key = 0x1234, .mode = 0600 },
	};
	if (unit_random(traffic) % 4 == 0)
		call->ret = -unit_random(traffic) % 40;
	for (i = 20; i < words; i++)
		word[i] = i * caller;
	if (words > 20)
		word[words - 1] = unit_random(traffic);
	return 8 * words;
}

#endif /* _UNIT_TRAFFIC_H */
