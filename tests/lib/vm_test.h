/* SPDX-License-Identifier: GPL-2.0 */
/* What every guest test starts from: the harness, and our helpers on it. */
#ifndef _VM_TEST_H
#define _VM_TEST_H

#include <stdlib.h>
#include <unistd.h>

/* Some kernels are slower: scripts/check-debug.sh says by how much. */
static inline unsigned int vm_slow(unsigned int seconds)
{
	const char *factor = getenv("IPCTRACE_SLOW");

	return seconds * (factor ? atoi(factor) : 1);
}

/* The harness limits the time of a test by it. */
#define alarm(seconds)	alarm(vm_slow(seconds))
#include <kselftest_harness.h>
#undef alarm

#include "vm_abi.h"
#include "vm_call.h"
#include "vm_module.h"
#include "vm_trace.h"

/* Everything is slow in an emulated machine on a busy one. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	120

#define VM_CPU		1	/* where tests pin themselves, if it is there */

/* Begin in a known state, with a trace of what comes from now on. */
#define VM_SETUP(trace)							\
	do {								\
		ASSERT_EQ(0, vm_module_default());			\
		if (vm_pin(VM_CPU))					\
			ASSERT_EQ(0, vm_pin(0));			\
		ASSERT_EQ(0, vm_trace_open(trace, VM_FROM_NOW));	\
	} while (0)

/* Make the call of each row and verify its record. */
#define VM_EXPECT_ROWS(trace, call, rows)				\
	do {								\
		struct vm_shot __shot;					\
		size_t __i;						\
									\
		for (__i = 0; __i < ARRAY_SIZE(rows); __i++) {		\
			vm_shoot(&__shot, call, (rows)[__i].args);	\
			VM_EXPECT(trace, &__shot, &(rows)[__i]);	\
		}							\
	} while (0)

/* The same as an unprivileged user. */
#define VM_EXPECT_ROWS_AS(trace, uid, gid, call, rows)			\
	do {								\
		struct vm_shot *__shot = vm_shot_shared();		\
		size_t __i;						\
									\
		for (__i = 0; __i < ARRAY_SIZE(rows); __i++) {		\
			ASSERT_EQ(0, vm_shoot_as(__shot, uid, gid, call, \
						 (rows)[__i].args));	\
			VM_EXPECT(trace, __shot, &(rows)[__i]);		\
		}							\
	} while (0)

#define VM_EXPECT(trace, shot, row)					\
	EXPECT_STREQ("", vm_verify(trace, shot, (row)->what, (row)->ret, \
				   (row)->object))

/* One call, made here and now. */
#define VM_EXPECT_CALL(trace, what, ret, object, call, ...)		\
	do {								\
		struct vm_shot __shot;					\
									\
		vm_shoot(&__shot, call, VM_ARGS(__VA_ARGS__));		\
		EXPECT_STREQ("", vm_verify(trace, &__shot, what, ret,	\
					   object));			\
	} while (0)

/* Argument @n of the call in @record led to these bytes, and these only. */
#define VM_EXPECT_USER(record, n, when, data, size)			\
	do {								\
		const struct ipctrace_user *__u = vm_user(record, n, 0); \
									\
		ASSERT_NE(NULL, __u);					\
		EXPECT_EQ(when, __u->flags);				\
		ASSERT_EQ(size, __u->bytes);				\
		EXPECT_EQ(0, memcmp(__u + 1, data, size));		\
		EXPECT_EQ(NULL, vm_user(record, n, 1));			\
	} while (0)

/*
 * The segment of the shmat() or shmdt() in @record. The mapping that shmdt() ends
 * has a size; that of shmat() is the segment's: VM_ATTACHED(size). It is of the
 * namespace that the record has.
 */
#define VM_EXPECT_SEGMENT(record, id_, at, size)			\
	do {								\
		const struct ipctrace_segment *__s =			\
			vm_part(record, IPCTRACE_PART_SEGMENT, 0);	\
									\
		ASSERT_NE(NULL, __s);					\
		EXPECT_EQ(id_, __s->id);				\
		if (__s->ipc_ns || vm_kernel_has_types())		\
			EXPECT_EQ((record)->c.ipc_ns, __s->ipc_ns);	\
		EXPECT_EQ(size, __s->size_bytes);			\
		EXPECT_EQ((unsigned long)(at), __s->addr);		\
	} while (0)
#define VM_ATTACHED(size)	(vm_kernel_has_types() ? (size) : 0)

/*
 * Last in the file of a call: fails unless the tests before verified a record
 * of a success and one of an error.
 */
#define VM_COVERS(name)							\
	FIXTURE(vm_covers) { };						\
	FIXTURE_SETUP(vm_covers) { }					\
	FIXTURE_TEARDOWN(vm_covers) { }					\
	TEST_F(vm_covers, name##_success_and_error)			\
	{								\
		EXPECT_EQ(VM_SEEN_SUCCESS | VM_SEEN_ERROR,		\
			  vm_seen[IPCTRACE_CALL_##name]);		\
	}

#endif /* _VM_TEST_H */
