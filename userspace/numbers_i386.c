// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: numbers_i386
 *
 * The calls' numbers for 32-bit programs, from the kernel's own list. In a
 * file of their own: the names are those of the 64-bit numbers.
 */
#include <asm/unistd_32.h>

#include "numbers.h"

/* By ipc() only; semtimedop() also under a number added for 64-bit times. */
#ifndef __NR_semop
#define __NR_semop	NUMBER_NONE
#endif
#ifndef __NR_semtimedop
#define __NR_semtimedop	__NR_semtimedop_time64
#endif

#define IPCTRACE_CALL(id, name, ...) [id] = __NR_##name,
const int numbers_i386[IPCTRACE_NR_CALLS] = {
#include <ipctrace/syscalls.def>
};
#undef IPCTRACE_CALL
