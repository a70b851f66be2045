// SPDX-License-Identifier: GPL-2.0
/* A function that ftrace can trace; see canary.h. */
#include <linux/compiler.h>

#include "canary.h"

/**
 * ipct_canary() - do nothing, visibly to ftrace
 */
noinline void ipct_canary(void)
{
	asm volatile("" : : : "memory");
}
