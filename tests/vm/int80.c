// SPDX-License-Identifier: GPL-2.0
/* int 0x80 from a 64-bit program: a 32-bit call all the same. */
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>

#include "vm_test.h"

#ifndef __x86_64__

TEST(two_kinds_of_calls)
{
	SKIP(return, "programs of this architecture have one kind of call");
}

#else

#define NR_ipc		117	/* of i386 */
#define NR_msgget	399
#define NR_msgsnd	400
#define MSGGET		13
#define MSGSND		11
#define KEY		0x69700a01
#define HIGH		0xabcdef0100000000UL

FIXTURE(int80) {
	struct vm_trace vm;
	struct vm_record r;
	int *message;
	int id;
};

FIXTURE_SETUP(int80)
{
	VM_SETUP(&self->vm);
	/* Where 32 bits reach. */
	self->message = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	ASSERT_NE(MAP_FAILED, self->message);
	self->message[0] = 5;
	self->id = msgget(IPC_PRIVATE, 0600);
	ASSERT_LE(0, self->id);
	vm_trace_forget(&self->vm);
}

FIXTURE_TEARDOWN(int80)
{
	msgctl(self->id, IPC_RMID, NULL);
	EXPECT_STREQ("", self->vm.fault);
	vm_trace_close(&self->vm);
}

#define EXPECT_I386(id, expected_ret, ...)				\
	do {								\
		const __u64 __args[] = { __VA_ARGS__ };			\
		size_t __i;						\
									\
		ASSERT_TRUE(vm_trace_take_whole(&self->vm, gettid(),	\
						&self->r));		\
		EXPECT_EQ(IPCTRACE_CALL_##id, self->r.c.header.call);	\
		EXPECT_EQ(IPCTRACE_ABI_I386, self->r.c.header.abi);	\
		EXPECT_EQ(expected_ret, self->r.c.ret);			\
		for (__i = 0; __i < ARRAY_SIZE(__args); __i++)		\
			EXPECT_EQ(__args[__i], self->r.c.args[__i]);	\
	} while (0)

TEST_F(int80, by_number)
{
	const struct ipctrace_user *u;
	long m = (long)self->message;

	EXPECT_EQ(-ENOENT, vm_int80(NR_msgget, KEY, 0, 0, 0, 0));
	EXPECT_I386(msgget, -ENOENT, KEY, 0);
	EXPECT_EQ(0, vm_int80(NR_msgsnd, self->id, m, 3, 0, 0));
	EXPECT_I386(msgsnd, 0, self->id, m, 3, 0);
	EXPECT_FALSE(self->r.c.header.flags & IPCTRACE_F_IPC);
	EXPECT_EQ(self->id, self->r.c.object.id);
	u = vm_user(&self->r, 1, 0);
	ASSERT_NE(NULL, u);
	ASSERT_EQ(4, u->bytes);
	EXPECT_EQ(5, *(const int *)(u + 1));
	/* The kernel does not look at the upper halves. */
	EXPECT_EQ(0, vm_int80(NR_msgsnd, HIGH | self->id, HIGH | m, HIGH | 3,
			      HIGH, HIGH));
	EXPECT_I386(msgsnd, 0, self->id, m, 3, 0);
}

TEST_F(int80, by_ipc)
{
	long m = (long)self->message;

	EXPECT_EQ(-ENOENT, vm_int80(NR_ipc, MSGGET, KEY, 0, 0, 0));
	EXPECT_I386(msgget, -ENOENT, MSGGET, KEY, 0);
	EXPECT_TRUE(self->r.c.header.flags & IPCTRACE_F_IPC);
	EXPECT_EQ(0, vm_int80(NR_ipc, MSGSND, self->id, 3, 0, m));
	EXPECT_I386(msgsnd, 0, MSGSND, self->id, 3, 0, m);
	EXPECT_EQ(-ENOSYS, vm_int80(NR_ipc, 99, 1, 2, 3, 4));
	EXPECT_I386(ipc, -ENOSYS, 99, 1, 2, 3, 4);
}

#endif

TEST_HARNESS_MAIN
