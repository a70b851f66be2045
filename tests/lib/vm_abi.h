/* SPDX-License-Identifier: GPL-2.0 */
/* The system calls of the architecture that a test is built for. */
#ifndef _VM_ABI_H
#define _VM_ABI_H

#include <linux/time_types.h>
#include <sys/syscall.h>

#include <ipctrace/ipctrace.h>

/*
 * VM_ABI: how this program enters the kernel
 * VM_SYMBOL: what the kernel calls the function that serves a call of its own
 *	programs
 */
#if defined(__x86_64__)
#define VM_ABI	IPCTRACE_ABI_X86_64
#define VM_SYMBOL	"__x64_sys_"
#elif defined(__i386__)
#define VM_ABI	IPCTRACE_ABI_I386
#define VM_SYMBOL	"__ia32_sys_"
#elif defined(__aarch64__)
#define VM_ABI	IPCTRACE_ABI_ARM64
#define VM_SYMBOL	"__arm64_sys_"
#elif defined(__arm__)
#define VM_ABI	IPCTRACE_ABI_ARM
#else
#error "no name for this architecture's system calls"
#endif

/* VM_INT80: can it make calls of i386, by int 0x80? Then there is ipc(), too. */
#if defined(__x86_64__) || defined(__i386__)
#define VM_INT80	1
#else
#define VM_INT80	0
#endif

/* VM_WIDE: a value of a register, by its size, which one constant may not fit */
#if __SIZEOF_LONG__ == 8
#define VM_WIDE(long64, long32)	(long64)
#else
#define VM_WIDE(long64, long32)	(long32)
#endif

/*
 * semop(): i386 has no number for it, only one for ipc(). To be called as
 * syscall(VM_SEMOP(id, sops, nsops)). VM_SEMOP_IPC: by ipc(), where the id is
 * the second argument.
 */
#ifdef SYS_semop
#define VM_SEMOP_NR		SYS_semop
#define VM_SEMOP_IPC		0
#define VM_SEMOP_ARGS(id, sops, nsops)	id, (long)(sops), nsops, 0L, 0L, 0L
#else
#define VM_SEMOP_NR		SYS_ipc
#define VM_SEMOP_IPC		1
#define VM_SEMOP_ARGS(id, sops, nsops)	1L, id, nsops, 0L, (long)(sops), 0L
#endif
#define VM_SEMOP(...)		VM_SEMOP_NR, VM_SEMOP_ARGS(__VA_ARGS__)

/* semtimedop() with a timeout of 64 bits, struct __kernel_timespec */
#ifdef SYS_semtimedop_time64
#define VM_SEMTIMEDOP_NR	SYS_semtimedop_time64
#else
#define VM_SEMTIMEDOP_NR	SYS_semtimedop
#endif

#endif /* _VM_ABI_H */
