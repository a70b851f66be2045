/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between kernels and architectures. The rest of the module is
 * written for the newest kernel and asks for no version.
 */
#ifndef _IPCT_COMPAT_H
#define _IPCT_COMPAT_H

#include <linux/mm.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/types.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
#error "ipctrace needs Linux 5.11 or newer"
#endif
#ifndef CONFIG_X86_64
#error "ipctrace runs on x86-64 only"
#endif
#ifndef CONFIG_SYSVIPC
#error "ipctrace needs a kernel with CONFIG_SYSVIPC: this one has no System V IPC"
#endif
#ifndef CONFIG_KRETPROBES
#error "ipctrace needs a kernel with CONFIG_KRETPROBES"
#endif

/*
 * Names of the functions that the system call table points to. The functions
 * behind them (ksys_*, do_*) are static or inlined, by kernel.
 */
#define IPCT_COMPAT_ENTRY(call)	"__x64_sys_" #call

/**
 * ipct_compat_arg() - an argument register of the current system call
 * @n: which, 0 to 2
 *
 * The caller's registers stay on its kernel stack from entry to return, and
 * nothing but the return value is changed there on the way out.
 *
 * Context: process context, in a system call.
 */
static __always_inline u64 ipct_compat_arg(unsigned int n)
{
	const struct pt_regs *regs = task_pt_regs(current);

	return n == 0 ? regs->di : n == 1 ? regs->si : regs->dx;
}

/**
 * ipct_compat_args() - all six argument registers of the current system call
 * @args: out: the registers
 *
 * Context: as ipct_compat_arg().
 */
static __always_inline void ipct_compat_args(u64 args[6])
{
	const struct pt_regs *regs = task_pt_regs(current);

	args[0] = regs->di;
	args[1] = regs->si;
	args[2] = regs->dx;
	args[3] = regs->r10;
	args[4] = regs->r8;
	args[5] = regs->r9;
}

/**
 * ipct_compat_vm_flags() - change the flags of a mapping that is being made
 * @vma: the mapping
 * @set: flags to set
 * @clear: flags to clear
 *
 * Linux 6.3 made vm_flags read-only and brought functions that change it; goes
 * when 6.2 is no longer supported.
 *
 * Context: in mmap.
 */
static inline void ipct_compat_vm_flags(struct vm_area_struct *vma,
					unsigned long set, unsigned long clear)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	vm_flags_mod(vma, set, clear);
#else
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
#endif
}

#endif /* _IPCT_COMPAT_H */
