/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The few kernel primitives that ring.c, merge.c, text.c and syscalls.c need,
 * for the kernel and for the host: the reader and the unit tests build the
 * same files.
 */
#ifndef _IPCT_PORTABLE_H
#define _IPCT_PORTABLE_H

#ifdef __KERNEL__

#include <asm/barrier.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>
/* Since Linux 6.12 linux/shm.h does not bring it. */
#include <uapi/linux/shm.h>

#else /* !__KERNEL__ */

#include <errno.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __s32 s32;
typedef __u64 u64;
typedef __s64 s64;

#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#endif
#ifndef __always_inline
#define __always_inline		inline __attribute__((__always_inline__))
#endif
#ifndef static_assert
#define static_assert(expr, ...) _Static_assert(expr, #expr)
#endif

#define min_t(type, a, b)						\
	({								\
		type __a = (a), __b = (b);				\
									\
		__a < __b ? __a : __b;					\
	})

#define data_race(expr)		(expr)
#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), (v), __ATOMIC_RELAXED)
#define smp_load_acquire(p)	__atomic_load_n((p), __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define smp_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)

#endif /* __KERNEL__ */
#endif /* _IPCT_PORTABLE_H */
