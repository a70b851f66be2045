// SPDX-License-Identifier: GPL-2.0
/* Times are those of CLOCK_MONOTONIC, whatever the kernel's clock counts. */
#include <sys/ipc.h>
#include <sys/sem.h>

#include "vm_test.h"

#define KEY		0x69700001
#define CALLS		1000
#define CURRENT \
	"/sys/devices/system/clocksource/clocksource0/current_clocksource"
#define AVAILABLE \
	"/sys/devices/system/clocksource/clocksource0/available_clocksource"

FIXTURE(clock) {
	struct vm_trace vm;
	struct vm_shot *shot;
	char *before;
	const char *other;
	int set;
};

FIXTURE_SETUP(clock)
{
	static const char *const others[] = { "hpet", "acpi_pm" };
	char *available = vm_read_file(AVAILABLE);
	size_t i;

	VM_SETUP(&self->vm);
	self->shot = vm_shot_shared();
	self->set = semget(IPC_PRIVATE, 1, 0600);
	ASSERT_LE(0, self->set);
	vm_trace_forget(&self->vm);
	self->before = vm_read_file(CURRENT);
	ASSERT_NE(NULL, self->before);
	self->other = NULL;
	for (i = 0; available && i < ARRAY_SIZE(others); i++)
		if (strstr(available, others[i]))
			self->other = others[i];
	if (strcmp(self->before, "tsc\n") || !self->other)
		SKIP(return, "there are not two clocks here: %s", available);
}

FIXTURE_TEARDOWN(clock)
{
	vm_write_file(CURRENT, self->before);
	semctl(self->set, 0, IPC_RMID);
	vm_trace_close(&self->vm);
}

/* Each call between two looks at the clock, and in the order of the calls. */
#define EXPECT_TIMES(self)						\
	do {								\
		struct vm_shot __shot;					\
		struct ipctrace_call __c;				\
		uint64_t __last = 0;					\
		int __i;						\
									\
		for (__i = 0; __i < CALLS; __i++) {			\
			vm_shoot(&__shot, IPCTRACE_CALL_msgget,		\
				 VM_ARGS(KEY + __i, 0));		\
			ASSERT_TRUE(vm_trace_take(&(self)->vm, gettid(),\
						  &__c));		\
			ASSERT_LE(__shot.before_ns,			\
				  __c.header.time_ns - __c.duration_ns);\
			ASSERT_GE(__shot.after_ns, __c.header.time_ns);	\
			ASSERT_LE(__last, __c.header.time_ns);		\
			__last = __c.header.time_ns;			\
		}							\
	} while (0)

TEST_F(clock, of_either_kind)
{
	EXPECT_TIMES(self);
	ASSERT_EQ(0, vm_write_file(CURRENT, self->other));
	EXPECT_TIMES(self);
	ASSERT_EQ(0, vm_write_file(CURRENT, self->before));
	EXPECT_TIMES(self);
}

/* One that sleeps from @from to @to, whose end is told by this process. */
#define EXPECT_TIMES_ACROSS(self, from, to)				\
	do {								\
		struct sembuf __down = { 0, -1, 0 }, __up = { 0, 1, 0 };\
		struct vm_record __enter;				\
		struct ipctrace_call __c;				\
		pid_t __pid;						\
									\
		ASSERT_EQ(0, vm_write_file(CURRENT, from));		\
		__pid = vm_shoot_async((self)->shot, IPCTRACE_CALL_semop,\
				       VM_ARGS((self)->set,		\
					       (long)&__down, 1));	\
		ASSERT_TRUE(vm_trace_wait_event(&(self)->vm,		\
						IPCTRACE_TYPE_ENTER,	\
						__pid, &__enter));	\
		ASSERT_EQ(0, vm_write_file(CURRENT, to));		\
		ASSERT_EQ(0, semop((self)->set, &__up, 1));		\
		ASSERT_EQ(__pid, waitpid(__pid, NULL, 0));		\
		ASSERT_TRUE(vm_trace_take(&(self)->vm, __pid, &__c));	\
		EXPECT_LE((self)->shot->before_ns,			\
			  __c.header.time_ns - __c.duration_ns);	\
		EXPECT_GE((self)->shot->after_ns, __c.header.time_ns);	\
		EXPECT_EQ(__enter.c.header.time_ns -			\
			  __enter.c.duration_ns,			\
			  __c.header.time_ns - __c.duration_ns);	\
	} while (0)

TEST_F(clock, that_changes_during_a_call)
{
	EXPECT_TIMES_ACROSS(self, self->before, self->before);
	EXPECT_TIMES_ACROSS(self, self->before, self->other);
	EXPECT_TIMES_ACROSS(self, self->other, self->other);
	EXPECT_TIMES_ACROSS(self, self->other, self->before);
}

TEST_HARNESS_MAIN
