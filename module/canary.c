// SPDX-License-Identifier: GPL-2.0
/*
 * A function that ftrace can trace, in a file of its own: what is in hook.c it
 * cannot.
 */
#include <linux/compiler.h>

#include "hook.h"

/**
 * ipct_hook_canary() - do nothing, visibly to ftrace
 */
noinline void ipct_hook_canary(void)
{
	asm volatile("" : : : "memory");
}
