// SPDX-License-Identifier: GPL-2.0
/*
 * Times are those of CLOCK_MONOTONIC, whatever the kernel's clock counts, and
 * whatever becomes of the wall clock, of tasks, and of the machine meanwhile.
 *
 * IPCTRACE_STOP=1: somebody stops the virtual machine, and lets it go on, when
 * a test says "stop me": scripts/torture.sh.
 */
#include <fcntl.h>
#include <linux/rtc.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <time.h>

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

/* In each test: a SKIP in the setup would not keep it from running. */
#define NO_OTHER	"there are not two clocks here"

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
		if (!strcmp(self->before, "tsc\n") &&
		    strstr(available, others[i]))
			self->other = others[i];
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
	if (!self->other)
		SKIP(return, NO_OTHER);
	EXPECT_TIMES(self);
	ASSERT_EQ(0, vm_write_file(CURRENT, self->other));
	EXPECT_TIMES(self);
	ASSERT_EQ(0, vm_write_file(CURRENT, self->before));
	EXPECT_TIMES(self);
}

/* A call that sleeps while @happens, which is 0 if it did. */
#define EXPECT_TIMES_WHILE(self, happens)				\
	do {								\
		struct sembuf __down = { 0, -1, 0 }, __up = { 0, 1, 0 };\
		struct vm_record __enter;				\
		struct ipctrace_call __c;				\
		pid_t __pid;						\
									\
		__pid = vm_shoot_async((self)->shot, IPCTRACE_CALL_semop,\
				       VM_ARGS((self)->set,		\
					       (long)&__down, 1));	\
		ASSERT_TRUE(vm_trace_wait_event(&(self)->vm,		\
						IPCTRACE_TYPE_ENTER,	\
						__pid, &__enter));	\
		ASSERT_EQ(0, happens);					\
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

#define EXPECT_TIMES_ACROSS(self, from, to)				\
	do {								\
		ASSERT_EQ(0, vm_write_file(CURRENT, from));		\
		EXPECT_TIMES_WHILE(self, vm_write_file(CURRENT, to));	\
	} while (0)

TEST_F(clock, that_changes_during_a_call)
{
	if (!self->other)
		SKIP(return, NO_OTHER);
	EXPECT_TIMES_ACROSS(self, self->before, self->before);
	EXPECT_TIMES_ACROSS(self, self->before, self->other);
	EXPECT_TIMES_ACROSS(self, self->other, self->other);
	EXPECT_TIMES_ACROSS(self, self->other, self->before);
}

/* ---- Other clocks, and no time at all -------------------------------------- */

FIXTURE(time) {
	struct vm_trace vm;
	struct vm_shot *shot;
	int set;
	int64_t wall_ns;	/* by which the wall clock is ahead */
};

static int64_t wall_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int set_wall(int64_t ns)
{
	struct timespec to = { ns / 1000000000, ns % 1000000000 };

	return clock_settime(CLOCK_REALTIME, &to) ? -errno : 0;
}

FIXTURE_SETUP(time)
{
	VM_SETUP(&self->vm);
	self->shot = vm_shot_shared();
	self->set = semget(IPC_PRIVATE, 1, 0600);
	ASSERT_LE(0, self->set);
	vm_trace_forget(&self->vm);
	self->wall_ns = wall_now() - (int64_t)vm_now();
}

FIXTURE_TEARDOWN(time)
{
	set_wall((int64_t)vm_now() + self->wall_ns);
	semctl(self->set, 0, IPC_RMID);
	vm_trace_close(&self->vm);
}

TEST_F(time, of_the_wall_clock_is_stepped)
{
	static const int64_t steps[] = {
		1, -2, 86400, -3 * 86400, 400 * 86400,
	};
	struct __kernel_timespec timeout = { 0, 500000000 };
	struct sembuf down = { 0, -1, 0 };
	struct ipctrace_call c;
	uint64_t last = 0;
	size_t i;
	pid_t pid;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		EXPECT_TIMES_WHILE(self, set_wall(wall_now() +
						  steps[i] * 1000000000));
		/* And one that ends by itself, no sooner than it should. */
		pid = vm_shoot_async(self->shot, IPCTRACE_CALL_semtimedop,
				     VM_ARGS(self->set, (long)&down, 1,
					     (long)&timeout));
		ASSERT_TRUE(vm_asleep_in(pid, IPCTRACE_CALL_semtimedop));
		ASSERT_EQ(0, set_wall(wall_now() - steps[i] * 1000000000));
		ASSERT_EQ(pid, waitpid(pid, NULL, 0));
		ASSERT_TRUE(vm_trace_take(&self->vm, pid, &c));
		EXPECT_EQ(-EAGAIN, c.ret);
		EXPECT_LE(timeout.tv_nsec, c.duration_ns);
		EXPECT_LE(self->shot->before_ns,
			  c.header.time_ns - c.duration_ns);
		EXPECT_GE(self->shot->after_ns, c.header.time_ns);
		EXPECT_LT(last, c.header.time_ns);
		last = c.header.time_ns;
		/* What this process has called. */
		vm_trace_forget(&self->vm);
	}
	EXPECT_TIMES(self);
	TH_LOG("%zu steps forth and back, %zu calls asleep",
	       2 * ARRAY_SIZE(steps), 2 * ARRAY_SIZE(steps));
}

/* As the kernel does first when it suspends; then it lets them go on. */
static int freeze_tasks(void)
{
	int ret;

	ret = vm_write_file("/sys/power/pm_test", "freezer");
	if (!ret)
		ret = vm_write_file("/sys/power/state", "mem");
	vm_write_file("/sys/power/pm_test", "none");
	return ret;
}

/*
 * Freezing interrupts calls: the kernel begins msgrcv() anew, without the
 * caller's knowledge, and semop() fails with EINTR. Both ends are recorded.
 */
TEST_F_TIMEOUT(time, in_which_tasks_are_frozen, 240)
{
	struct { long type; char text[8]; } message = { 1, "" };
	struct sembuf down = { 0, -1, 0 };
	struct vm_shot *receiver = vm_shot_shared();
	struct vm_record enter;
	struct ipctrace_call c;
	uint64_t before, after;
	pid_t waits, receives;
	int again = 0, msq;

	if (access("/sys/power/pm_test", W_OK))
		SKIP(return, "a kernel that does not suspend");
	msq = msgget(IPC_PRIVATE, 0600);
	ASSERT_LE(0, msq);
	vm_trace_forget(&self->vm);
	vm_write_file("/sys/module/suspend/parameters/pm_test_delay", "1");
	vm_log_clear();
	waits = vm_shoot_async(self->shot, IPCTRACE_CALL_semop,
			       VM_ARGS(self->set, (long)&down, 1));
	ASSERT_TRUE(vm_trace_wait_event(&self->vm, IPCTRACE_TYPE_ENTER, waits,
					&enter));
	receives = vm_shoot_async(receiver, IPCTRACE_CALL_msgrcv,
				  VM_ARGS(msq, (long)&message, 8, 0, 0));
	ASSERT_TRUE(vm_trace_wait_event(&self->vm, IPCTRACE_TYPE_ENTER,
					receives, &enter));
	before = vm_now();
	ASSERT_EQ(0, freeze_tasks());
	after = vm_now();
	EXPECT_NE(NULL, strstr(vm_log(), "suspend debug: Waiting"));

	ASSERT_EQ(waits, waitpid(waits, NULL, 0));
	EXPECT_EQ(-EINTR, self->shot->ret);
	EXPECT_STREQ("", vm_verify(&self->vm, self->shot, "frozen", -EINTR,
				   VM_ANY_OBJECT));
	ASSERT_EQ(0, msgsnd(msq, &message, 5, 0));
	ASSERT_EQ(receives, waitpid(receives, NULL, 0));
	EXPECT_EQ(5, receiver->ret);
	while (vm_trace_take(&self->vm, receives, &c) && c.ret < 0) {
		EXPECT_EQ(-514, c.ret);		/* ERESTARTNOHAND */
		EXPECT_LE(before, c.header.time_ns);
		EXPECT_LE(receiver->before_ns,
			  c.header.time_ns - c.duration_ns);
		again++;
	}
	EXPECT_EQ(5, c.ret);
	EXPECT_LE(before, c.header.time_ns - c.duration_ns);
	EXPECT_GE(receiver->after_ns, c.header.time_ns);
	EXPECT_EQ(1, again);
	TH_LOG("frozen for %llu ms: semop ended, msgrcv began again %d times",
	       (unsigned long long)(after - before) / 1000000, again);
	msgctl(msq, IPC_RMID, NULL);
}

/* Seconds that the machine's own clock is ahead, which goes on when it stops. */
static long ahead(int rtc)
{
	struct rtc_time now;
	struct tm tm = { 0 };

	if (ioctl(rtc, RTC_RD_TIME, &now))
		return 0;
	tm.tm_sec = now.tm_sec;
	tm.tm_min = now.tm_min;
	tm.tm_hour = now.tm_hour;
	tm.tm_mday = now.tm_mday;
	tm.tm_mon = now.tm_mon;
	tm.tm_year = now.tm_year;
	return timegm(&tm) - vm_now() / 1000000000;
}

/* Wait until the machine has been stopped for a while. */
static int be_stopped(int rtc, long *seconds)
{
	long before = ahead(rtc);
	int i;

	fprintf(stderr, "stop me\n");
	for (i = 0; i < 1200; i++) {
		*seconds = ahead(rtc) - before;
		if (*seconds > 1)
			return 0;
		usleep(100000);
	}
	return -ETIMEDOUT;
}

/* CLOCK_MONOTONIC does not count the time that a machine is stopped. */
TEST_F_TIMEOUT(time, in_which_the_machine_is_stopped, 240)
{
	long seconds = 0;
	int rtc;

	if (!getenv("IPCTRACE_STOP"))
		SKIP(return, "nobody stops this machine");
	rtc = open("/dev/rtc0", O_RDONLY);
	ASSERT_LE(0, rtc);
	EXPECT_TIMES_WHILE(self, be_stopped(rtc, &seconds));
	vm_trace_forget(&self->vm);
	EXPECT_TIMES(self);
	TH_LOG("stopped for %ld s", seconds);
	close(rtc);
}

TEST_HARNESS_MAIN
