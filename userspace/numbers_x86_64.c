// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: numbers_x86_64
 *
 * The calls' numbers for 64-bit programs, from the kernel's own list.
 */
#include <asm/unistd_64.h>

#include "numbers.h"

#define __NR_ipc	NUMBER_NONE	/* 32-bit programs only */

#define IPCTRACE_CALL(id, name, ...) [id] = __NR_##name,
const int numbers_x86_64[IPCTRACE_NR_CALLS] = {
#include <ipctrace/syscalls.def>
};
#undef IPCTRACE_CALL
