/* SPDX-License-Identifier: GPL-2.0 */
/*
 * x86: x86-64, with the 32-bit calls of i386 and with x32, and i386 itself. For
 * compat.h only.
 */
#ifndef _IPCT_ARCH_X86_H
#define _IPCT_ARCH_X86_H

#include <linux/clocksource.h>
#include <linux/ipc.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/types.h>

#include <asm/msr.h>
#include <asm/unistd.h>

#include <ipctrace/ipctrace.h>

#ifdef CONFIG_X86_64
/*
 * The functions that the tables of system calls point to
 * (arch/x86/entry/syscalls), by the entries of syscalls.def. Those behind them
 * (ksys_*, do_*) are static or inlined, by kernel.
 */
#define IPCT_ARCH_NATIVE(row, name) \
	IPCT_PROBE(row, "__x64_sys_" #name, X86_64)
#define IPCT_ARCH_COMPAT(row, name) \
	IPCT_PROBE(row, "__ia32_compat_sys_" #name, I386)
#define IPCT_ARCH_NATIVE_PLAIN(row, name)				\
	IPCT_ARCH_NATIVE(row, name)					\
	IPCT_PROBE(row, "__ia32_sys_" #name, I386)
#define IPCT_ARCH_NATIVE_COMPAT(row, name)				\
	IPCT_ARCH_NATIVE(row, name)					\
	IPCT_ARCH_COMPAT(row, name)
#define IPCT_ARCH_NATIVE_CTL(row, name)	IPCT_ARCH_NATIVE_COMPAT(row, name)
/* No table has it, but kernels do. */
#define IPCT_ARCH_TIME32(row, name) \
	IPCT_PROBE_TIME32(row, "__ia32_sys_" #name "_time32", I386)

/* ABI of calls that come by the functions of native ones, too */
#define IPCT_ARCH_ABI_SHARED	IPCTRACE_ABI_X32

static __always_inline bool ipct_arch_is_shared(const struct pt_regs *regs)
{
	return regs->orig_ax & __X32_SYSCALL_BIT;
}

#else /* CONFIG_X86_64 */
/*
 * Likewise. The kernel has sys_semop, too, and no number for it.
 */
#define IPCT_ARCH_NATIVE(row, name)
#define IPCT_ARCH_COMPAT(row, name) \
	IPCT_PROBE(row, "__ia32_sys_" #name, I386)
#define IPCT_ARCH_NATIVE_PLAIN(row, name)	IPCT_ARCH_COMPAT(row, name)
#define IPCT_ARCH_NATIVE_COMPAT(row, name)	IPCT_ARCH_COMPAT(row, name)
#define IPCT_ARCH_NATIVE_CTL(row, name)		IPCT_ARCH_COMPAT(row, name)
#define IPCT_ARCH_TIME32(row, name) \
	IPCT_PROBE_TIME32(row, "__ia32_sys_" #name "_time32", I386)

#define IPCT_ARCH_ABI_SHARED	IPCTRACE_ABI_I386

static __always_inline bool ipct_arch_is_shared(const struct pt_regs *regs)
{
	return false;
}
#endif /* CONFIG_X86_64 */

/* Where an argument is, in struct pt_regs */
static __always_inline size_t ipct_arch_place(bool is_32bit, u8 n)
{
	static const u8 place[][IPCTRACE_NR_ARGS] = {
		{ offsetof(struct pt_regs, bx), offsetof(struct pt_regs, cx),
		  offsetof(struct pt_regs, dx), offsetof(struct pt_regs, si),
		  offsetof(struct pt_regs, di), offsetof(struct pt_regs, bp) },
#ifdef CONFIG_X86_64
		{ offsetof(struct pt_regs, di), offsetof(struct pt_regs, si),
		  offsetof(struct pt_regs, dx), offsetof(struct pt_regs, r10),
		  offsetof(struct pt_regs, r8), offsetof(struct pt_regs, r9) },
#endif
	};

	return place[!is_32bit][n];
}

static __always_inline u64 ipct_arch_arg(const struct pt_regs *regs,
					 bool is_32bit, u8 n)
{
	return *(const unsigned long *)((const void *)regs +
					ipct_arch_place(is_32bit, n));
}

static inline bool ipct_arch_in_shmdt(const struct pt_regs *regs)
{
#ifdef CONFIG_X86_64
#ifdef CONFIG_IA32_EMULATION
	if (in_ia32_syscall())
		return regs->orig_ax == __NR_ia32_shmdt ||
		       (regs->orig_ax == __NR_ia32_ipc &&
			(u16)regs->bx == SHMDT);
#endif
	return (regs->orig_ax & ~(unsigned long)__X32_SYSCALL_BIT) ==
	       __NR_shmdt;
#else
	return regs->orig_ax == __NR_shmdt ||
	       (regs->orig_ax == __NR_ipc && (u16)regs->bx == SHMDT);
#endif
}

/* In program order */
static __always_inline u64 ipct_arch_cycles(void)
{
	return rdtsc_ordered();
}

static inline bool ipct_arch_counts_cycles(const struct clocksource *clock)
{
	return clock->vdso_clock_mode == VDSO_CLOCKMODE_TSC;
}

#endif /* _IPCT_ARCH_X86_H */
