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
#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/types.h>
/* Since Linux 6.12 linux/shm.h does not bring it. */
#include <uapi/linux/shm.h>

#if BITS_PER_LONG == 64
#define ipct_read_u64(p)	READ_ONCE(*(p))
#define ipct_write_u64(p, v)	WRITE_ONCE(*(p), (v))
#else
/*
 * Positions, stamps and counters have 64 bits on all machines. On 32-bit machines
 * atomic64_t makes each access whole, at a multiple of 8 bytes.
 */
static __always_inline u64 ipct_read_u64(const u64 *p)
{
	return atomic64_read((const atomic64_t *)p);
}

static __always_inline void ipct_write_u64(u64 *p, u64 v)
{
	atomic64_set((atomic64_t *)p, v);
}

/* The kernel's own only take words of the machine's size. */
#define full_barrier()			smp_mb()
#define word_load_acquire(p)		__smp_load_acquire(p)
#define word_store_release(p, v)	__smp_store_release(p, v)

static __always_inline u64 load_acquire_u64(const void *p)
{
	u64 v = ipct_read_u64(p);

	full_barrier();
	return v;
}

static __always_inline void store_release_u64(void *p, u64 v)
{
	full_barrier();
	ipct_write_u64(p, v);
}

#undef smp_load_acquire
#undef smp_store_release
#define smp_load_acquire(p)						\
	__builtin_choose_expr(sizeof(*(p)) == sizeof(u64),		\
			      load_acquire_u64(p), word_load_acquire(p))
#define smp_store_release(p, v)						\
	__builtin_choose_expr(sizeof(*(p)) == sizeof(u64), ({		\
		store_release_u64(p,					\
				  __builtin_choose_expr(sizeof(v) ==	\
							sizeof(u64), v, 0)); \
	}), ({								\
		word_store_release(p, v);				\
	}))
#endif

#else /* !__KERNEL__ */

#include <errno.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __s16 s16;
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
#define static_assert(expr, ...) \
	IPCT_STATIC_ASSERT(expr, ##__VA_ARGS__, #expr)
#define IPCT_STATIC_ASSERT(expr, text, ...) _Static_assert(expr, text)
#endif

#define min_t(type, a, b)						\
	({								\
		type __a = (a), __b = (b);				\
									\
		__a < __b ? __a : __b;					\
	})

#define max_t(type, a, b)						\
	({								\
		type __a = (a), __b = (b);				\
									\
		__a > __b ? __a : __b;					\
	})

#define data_race(expr)		(expr)
#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), (v), __ATOMIC_RELAXED)
#define ipct_read_u64(p)	READ_ONCE(*(p))
#define ipct_write_u64(p, v)	WRITE_ONCE(*(p), (v))
#define smp_load_acquire(p)	__atomic_load_n((p), __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define smp_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)

#define check_mul_overflow(a, b, d)	__builtin_mul_overflow(a, b, d)

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

#endif /* __KERNEL__ */
#endif /* _IPCT_PORTABLE_H */
