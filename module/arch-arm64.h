/* SPDX-License-Identifier: GPL-2.0 */
/*
 * arm64, with the 32-bit calls of arm (EABI). For compat.h only.
 */
#ifndef _IPCT_ARCH_ARM64_H
#define _IPCT_ARCH_ARM64_H

#include <linux/clocksource.h>
#include <linux/compat.h>
#include <linux/ptrace.h>
#include <linux/types.h>

#include <asm/arch_timer.h>
#include <asm/unistd.h>

#include <ipctrace/ipctrace.h>

/*
 * The functions that the tables of system calls point to
 * (include/uapi/asm-generic/unistd.h, arch/arm/tools/syscall.tbl), by the
 * entries of syscalls.def. Native ones serve 32-bit callers, too. There is no
 * ipc(): the kernel has a function for it, and no number.
 */
#define IPCT_ARCH_NATIVE(row, name) \
	IPCT_PROBE(row, "__arm64_sys_" #name, ARM64)
#define IPCT_ARCH_COMPAT(row, name)
#define IPCT_ARCH_NATIVE_PLAIN(row, name)	IPCT_ARCH_NATIVE(row, name)
#define IPCT_ARCH_NATIVE_COMPAT(row, name)				\
	IPCT_ARCH_NATIVE(row, name)					\
	IPCT_PROBE(row, "__arm64_compat_sys_" #name, ARM)
#define IPCT_ARCH_NATIVE_CTL(row, name)					\
	IPCT_ARCH_NATIVE(row, name)					\
	IPCT_PROBE(row, "__arm64_compat_sys_old_" #name, ARM)
#define IPCT_ARCH_TIME32(row, name) \
	IPCT_PROBE_TIME32(row, "__arm64_sys_" #name "_time32", ARM)

/* ABI of calls that come by the functions of native ones, too */
#define IPCT_ARCH_ABI_SHARED	IPCTRACE_ABI_ARM

static __always_inline bool ipct_arch_is_shared(const struct pt_regs *regs)
{
	return compat_user_mode(regs);
}

/* Where an argument is, in struct pt_regs */
static __always_inline size_t ipct_arch_place(bool is_32bit, u8 n)
{
	return offsetof(struct pt_regs, regs) + n * sizeof(u64);
}

/* The result takes the first argument's place after the function's return. */
static __always_inline u64 ipct_arch_arg(const struct pt_regs *regs,
					 bool is_32bit, u8 n)
{
	return regs->regs[n];
}

static inline bool ipct_arch_in_shmdt(const struct pt_regs *regs)
{
	const int arm_shmdt = 306;	/* arch/arm/tools/syscall.tbl */

	return regs->syscallno ==
	       (compat_user_mode(regs) ? arm_shmdt : __NR_shmdt);
}

/* In program order */
static __always_inline u64 ipct_arch_cycles(void)
{
	return __arch_counter_get_cntvct();
}

/* A counter that errata make read in another way is not the vDSO's. */
static inline bool ipct_arch_counts_cycles(const struct clocksource *clock)
{
	return clock->vdso_clock_mode == VDSO_CLOCKMODE_ARCHTIMER;
}

#endif /* _IPCT_ARCH_ARM64_H */
