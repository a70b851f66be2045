// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: numbers
 *
 * The calls' numbers for programs of each ABI. Not from headers: a machine only has
 * those of its own architecture.
 */
#include "names/numbers.h"

#define NONE	NUMBER_NONE
#define NR(ipc, x86_64, i386, arm64, arm) {				\
	[IPCTRACE_ABI_X86_64] = x86_64,					\
	[IPCTRACE_ABI_I386] = i386,					\
	[IPCTRACE_ABI_X32] = NUMBER_NONE,				\
	[IPCTRACE_ABI_ARM64] = arm64,					\
	[IPCTRACE_ABI_ARM] = arm,					\
}

#define IPCTRACE_CALL(id, name, fam, object, follow, blocks, entries, number, ...) \
	[id] = number,

/* By enum ipctrace_call_id and enum ipctrace_abi */
const int numbers[IPCTRACE_NR_CALLS][__IPCTRACE_ABI_MAX] = {
#include <ipctrace/syscalls.def>
};
#undef IPCTRACE_CALL
#undef NR
#undef NONE
