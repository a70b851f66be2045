/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between kernels and architectures. The rest of the module is
 * written for the newest kernel and asks for no version.
 */
#ifndef _IPCT_COMPAT_H
#define _IPCT_COMPAT_H

#include <linux/clocksource.h>
#include <linux/ftrace.h>
#include <linux/ipc.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/notifier.h>
#include <linux/ptrace.h>
#include <linux/pvclock_gtod.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#include <linux/workqueue.h>

/* hex_to_bin(); in older kernels linux/kernel.h has it, or includes this */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/hex.h>
#endif

#include <ipctrace/ipctrace.h>

#include "shared/syscalls.h"

/*
 * One header for each architecture: by which functions calls enter, for which
 * ABI, where their arguments are, and what counts time.
 */
#if defined(CONFIG_X86)
#include "arch-x86.h"
#elif defined(CONFIG_ARM64)
#include "arch-arm64.h"
#endif

/**
 * ipct_compat_arg() - an argument register of a system call
 * @regs: the caller's registers, task_pt_regs()
 * @is_32bit: ipct_abi_is_32bit() of the call
 * @n: which, from 0, less than IPCTRACE_NR_ARGS
 *
 * The caller's registers stay on its kernel stack from entry to return, and
 * nothing but the return value is changed there on the way out. A 64-bit
 * program may make a 32-bit call, which does not look at the upper halves.
 *
 * Context: any; the call is in progress.
 */
static __always_inline u64 ipct_compat_arg(const struct pt_regs *regs,
					   bool is_32bit, u8 n)
{
	u64 arg = ipct_arch_arg(regs, is_32bit, n);

	return is_32bit ? (u32)arg : arg;
}

/**
 * ipct_compat_set_arg() - set an argument register of an invented call
 * @regs: out: registers, as the functions that the calls enter by take them
 * @is_32bit: see ipct_compat_arg()
 * @n: likewise
 * @value: the argument
 */
static inline void ipct_compat_set_arg(struct pt_regs *regs, bool is_32bit,
				       u8 n, unsigned long value)
{
	*(unsigned long *)((void *)regs + ipct_arch_place(is_32bit, n)) =
		is_32bit ? (u32)value : value;
}

/**
 * ipct_compat_args() - all six of them
 * @regs: see ipct_compat_arg()
 * @is_32bit: likewise
 * @args: out: the registers
 *
 * Context: any; the call is in progress.
 */
static __always_inline void ipct_compat_args(const struct pt_regs *regs,
					     bool is_32bit,
					     u64 args[IPCTRACE_NR_ARGS])
{
	/* The compiler would not unroll a loop. */
	args[0] = ipct_compat_arg(regs, is_32bit, 0);
	args[1] = ipct_compat_arg(regs, is_32bit, 1);
	args[2] = ipct_compat_arg(regs, is_32bit, 2);
	args[3] = ipct_compat_arg(regs, is_32bit, 3);
	args[4] = ipct_compat_arg(regs, is_32bit, 4);
	args[5] = ipct_compat_arg(regs, is_32bit, 5);
}

/* The ABI whose calls enter by the functions of native ones, too. */
#define IPCT_COMPAT_ABI_SHARED	IPCT_ARCH_ABI_SHARED

/**
 * ipct_compat_is_shared() - did a call of IPCT_COMPAT_ABI_SHARED enter by a native
 * function?
 * @regs: see ipct_compat_arg()
 *
 * Context: any; the call is in progress.
 */
static __always_inline bool ipct_compat_is_shared(const struct pt_regs *regs)
{
	return ipct_arch_is_shared(regs);
}

#ifdef CONFIG_KPROBES_ON_FTRACE
/* Linux 5.11 put them into a structure of ftrace's own. */
#ifdef IPCT_HAVE_FTRACE_REGS
#define ipct_compat_ftrace	ftrace_regs
#define IPCT_COMPAT_FTRACE_FLAGS 0
#else
#define ipct_compat_ftrace	pt_regs
/* Older kernels protect from recursion unless told not to. */
#define IPCT_COMPAT_FTRACE_FLAGS FTRACE_OPS_FL_RECURSION_SAFE
#endif

/**
 * ipct_compat_ftrace_regs() - the registers that ftrace hands over
 * @fregs: as the callback of an ftrace_ops with FTRACE_OPS_FL_SAVE_REGS has it
 *
 * ftrace_get_regs() without the test whether all registers are there: with that
 * flag they are. Linux 6.13 made the structure opaque, with a macro that opens
 * it, and stable kernels took that over.
 */
static __always_inline struct pt_regs *
ipct_compat_ftrace_regs(struct ipct_compat_ftrace *fregs)
{
#if !defined(IPCT_HAVE_FTRACE_REGS)
	return fregs;
#elif defined(arch_ftrace_regs)
	return &arch_ftrace_regs(fregs)->regs;
#else
	return &fregs->regs;
#endif
}

/**
 * ipct_compat_ftrace_filter() - functions that an ftrace_ops is to trace
 * @ops: the ftrace_ops, without any
 * @ips: where they are entered
 * @nr: how many
 *
 * Since Linux 5.18 it takes them all at once.
 *
 * Context: may sleep.
 * Return: 0 or a negative error.
 */
static inline int ipct_compat_ftrace_filter(struct ftrace_ops *ops,
					    unsigned long *ips,
					    unsigned int nr)
{
#ifdef IPCT_HAVE_FTRACE_SET_FILTER_IPS
	return ftrace_set_filter_ips(ops, ips, nr, 0, 1);
#else
	unsigned int i;
	int ret = 0;

	for (i = 0; i < nr && !ret; i++)
		ret = ftrace_set_filter_ip(ops, ips[i], 0, i == 0);
	return ret;
#endif
}

/**
 * ipct_compat_ftrace_forget() - give back what ipct_compat_ftrace_filter() took
 * @ops: the ftrace_ops, not registered
 *
 * Before Linux 5.16 modules may not free a filter; an empty filter takes no memory.
 *
 * Context: may sleep.
 */
static inline void ipct_compat_ftrace_forget(struct ftrace_ops *ops)
{
#ifdef IPCT_HAVE_FTRACE_SET_FILTER_IPS
	ftrace_free_filter(ops);
#else
	ftrace_set_filter(ops, NULL, 0, 1);
#endif
}
#endif /* CONFIG_KPROBES_ON_FTRACE */

/**
 * ipct_compat_kretprobe() - the kretprobe that an instance belongs to
 * @ri: the instance
 *
 * Since Linux 5.15 kretprobes may go while instances are left.
 *
 * Context: any.
 */
static __always_inline struct kretprobe *
ipct_compat_kretprobe(struct kretprobe_instance *ri)
{
#ifdef IPCT_HAVE_GET_KRETPROBE
	return get_kretprobe(ri);
#else
	return ri->rp;
#endif
}

/**
 * ipct_compat_in_shmdt() - is the task in a shmdt(), however it was called?
 *
 * The number of a call stays with the registers that it was entered with; what
 * a process does when it ends is not part of that call.
 *
 * Context: the task itself.
 */
static inline bool ipct_compat_in_shmdt(void)
{
	return !(current->flags & (PF_KTHREAD | PF_EXITING)) &&
	       ipct_arch_in_shmdt(task_pt_regs(current));
}

/**
 * ipct_compat_cycles() - the processor's cycle counter
 *
 * Read in program order.
 */
static __always_inline u64 ipct_compat_cycles(void)
{
	return ipct_arch_cycles();
}

/**
 * ipct_compat_counts_cycles() - does a clock count what ipct_compat_cycles()
 * reads?
 * @clock: a clock source of the kernel's, of any kind
 */
static inline bool ipct_compat_counts_cycles(const struct clocksource *clock)
{
	return ipct_arch_counts_cycles(clock);
}

/**
 * ipct_compat_timekeeper_watch() - be called when the timekeeper's figures change
 * @notifier: called at once, and then with each change, with struct timekeeper,
 *	under the timekeeper's lock, interrupts off
 *
 * Context: may sleep.
 */
static inline void ipct_compat_timekeeper_watch(struct notifier_block *notifier)
{
	pvclock_gtod_register_notifier(notifier);
}

/**
 * ipct_compat_timekeeper_unwatch() - undo ipct_compat_timekeeper_watch()
 * @notifier: is not called any more on return
 *
 * Context: may sleep.
 */
static inline void
ipct_compat_timekeeper_unwatch(struct notifier_block *notifier)
{
	pvclock_gtod_unregister_notifier(notifier);
}

/**
 * ipct_compat_count() - add one to a counter of this CPU
 * @counter: of type aligned_u64, by DEFINE_PER_CPU(); only this CPU writes it,
 *	others may read it by ipct_read_u64()
 *
 * Context: preemption off, process context.
 */
#if BITS_PER_LONG == 64
#define ipct_compat_count(counter)	__this_cpu_inc(counter)
#define ipct_compat_uncount(counter)	__this_cpu_dec(counter)
#else
#define ipct_compat_uncount(counter)					\
	do {								\
		u64 *__counter = this_cpu_ptr(&(counter));		\
									\
		ipct_write_u64(__counter, *__counter - 1);		\
	} while (0)
#define ipct_compat_count(counter)					\
	do {								\
		u64 *__counter = this_cpu_ptr(&(counter));		\
									\
		ipct_write_u64(__counter, *__counter + 1);		\
	} while (0)
#endif

/*
 * Where preemption is counted, faults fail while it is off: in_atomic(). Only
 * x86's access to user memory does not ask beforehand whether it may fault.
 */
#define NO_FAULTS_ANYWAY \
	(IS_ENABLED(CONFIG_PREEMPT_COUNT) && IS_ENABLED(CONFIG_X86))

static __always_inline void no_page_faults(void)
{
	if (!NO_FAULTS_ANYWAY)
		pagefault_disable();
}

static __always_inline void page_faults(void)
{
	if (!NO_FAULTS_ANYWAY)
		pagefault_enable();
}

/**
 * ipct_compat_read_user() - copy user memory without faulting
 * @to: where to
 * @from: user address
 * @bytes: how many, mostly few
 *
 * Used instead of copy_from_user_nofault(), which takes 130 instructions for 8
 * bytes: most reads here are of one message type or one semaphore operation.
 *
 * Context: preemption off.
 * Return: whether all could be copied.
 */
static __always_inline bool ipct_compat_read_user(void *to, u64 from, u32 bytes)
{
	const void __user *p = u64_to_user_ptr(from);

	no_page_faults();
	if (!user_read_access_begin(p, bytes))
		goto out;
	for (; bytes >= 8; bytes -= 8, to += 8, p += 8)
		unsafe_get_user(*(u64 *)to, (const u64 __user *)p, fault);
	if (bytes & 4) {
		unsafe_get_user(*(u32 *)to, (const u32 __user *)p, fault);
		to += 4;
		p += 4;
	}
	if (bytes & 2) {
		unsafe_get_user(*(u16 *)to, (const u16 __user *)p, fault);
		to += 2;
		p += 2;
	}
	if (bytes & 1)
		unsafe_get_user(*(u8 *)to, (const u8 __user *)p, fault);
	user_read_access_end();
	page_faults();
	return true;

fault:
	user_read_access_end();
out:
	page_faults();
	return false;
}

/* The workqueue whose workers are not bound to a CPU, by its name since Linux 6.17 */
#ifdef IPCT_HAVE_SYSTEM_DFL_WQ
#define ipct_compat_dfl_wq	system_dfl_wq
#else
#define ipct_compat_dfl_wq	system_unbound_wq
#endif

/**
 * ipct_compat_comm() - a task's name
 * @to: out: the name, and zeros
 * @task: whose; may rename itself meanwhile
 *
 * Before Linux 5.17 the rest of an earlier, longer name may follow it; goes when
 * 5.16 is no longer supported.
 *
 * Context: any.
 */
static __always_inline void ipct_compat_comm(u8 to[TASK_COMM_LEN],
					     const struct task_struct *task)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 17, 0)
	u32 bytes = strnlen(task->comm, TASK_COMM_LEN);

	memset(to, 0, TASK_COMM_LEN);
	memcpy(to, task->comm, bytes);
#else
	memcpy(to, task->comm, TASK_COMM_LEN);
#endif
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

/*
 * Since 6.16 (exit: move and extend sched_process_exit() tracepoint) probes are
 * told whether the whole process ends. The other branch goes with 6.15.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define IPCT_COMPAT_EXIT_MORE	, bool group_dead
#else
#define IPCT_COMPAT_EXIT_MORE
#endif

#endif /* _IPCT_COMPAT_H */
