// SPDX-License-Identifier: GPL-2.0
/* The ioctls: what bad requests get, and that they change nothing. */
#include <fcntl.h>
#include <sys/ioctl.h>

#include "vm_abi.h"
#include "vm_test.h"

FIXTURE(ioctl) {
	int fd;
};

FIXTURE_SETUP(ioctl)
{
	ASSERT_EQ(0, vm_module_default());
	self->fd = open(IPCTRACE_DEVICE, O_RDONLY);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(ioctl)
{
	close(self->fd);
}

static struct ipctrace_call_stats bad_call = { .call = IPCTRACE_NR_CALLS };
static struct ipctrace_call_stats far_call = { .call = -1 };
static struct ipctrace_call_stats reserved_call = { .reserved = 1 };
static struct ipctrace_type_stats bad_type = { .type = __IPCTRACE_TYPE_MAX };
static struct ipctrace_type_stats far_type = { .type = -1 };
static struct ipctrace_type_stats reserved_type = { .reserved = 1 };
static __u64 records[IPCTRACE_BLOCK_BYTES / 8];
static struct ipctrace_blocked small_blocked = {
	.bytes = IPCTRACE_BLOCK_BYTES - 8,
};
static struct ipctrace_blocked reserved_blocked = {
	.bytes = IPCTRACE_BLOCK_BYTES,
	.reserved = 1,
};
static struct ipctrace_cpu_stats bad_cpu = { .cpu = 100000 };
static struct ipctrace_cpu_stats far_cpu = { .cpu = -1 };
static struct ipctrace_cpu_stats reserved_cpu = { .reserved = 1 };
static struct ipctrace_probe bad_probe = { .index = 10000 };
static struct ipctrace_probe far_probe = { .index = -1 };
static struct ipctrace_probe reserved_probe = { .reserved = { 0, 0, 0, 0, 1 } };
static struct ipctrace_control bad_op = { .op = __IPCTRACE_CONTROL_MAX };
static struct ipctrace_control reserved_op = { .op = IPCTRACE_CONTROL_PAUSE,
					       .reserved = 1 };
static struct ipctrace_consumed consumed;
static struct ipctrace_start bad_start = { .cpu = 100000 };
static struct ipctrace_start reserved_start = { .reserved = 1 };

TEST_F(ioctl, refusals)
{
	const struct {
		const char *what;
		unsigned long request;
		void *arg;
		int error;
	} rows[] = {
		{ "unknown", _IO(IPCTRACE_IOC_MAGIC, 99), NULL, ENOTTY },
		{ "of a terminal", 0x5401, NULL, ENOTTY },
		{ "of another size",
		  _IOWR(IPCTRACE_IOC_MAGIC, 0, struct ipctrace_control), NULL,
		  ENOTTY },
		{ "of another direction",
		  _IOR(IPCTRACE_IOC_MAGIC, 5, struct ipctrace_control), NULL,
		  ENOTTY },
		{ "call: none such", IPCTRACE_IOC_CALL_STATS, &bad_call,
		  EINVAL },
		{ "call: far off", IPCTRACE_IOC_CALL_STATS, &far_call, EINVAL },
		{ "call: reserved", IPCTRACE_IOC_CALL_STATS, &reserved_call,
		  EINVAL },
		{ "type: none such", IPCTRACE_IOC_TYPE_STATS, &bad_type,
		  EINVAL },
		{ "type: far off", IPCTRACE_IOC_TYPE_STATS, &far_type, EINVAL },
		{ "type: reserved", IPCTRACE_IOC_TYPE_STATS, &reserved_type,
		  EINVAL },
		{ "blocked: small", IPCTRACE_IOC_BLOCKED, &small_blocked,
		  EINVAL },
		{ "blocked: reserved", IPCTRACE_IOC_BLOCKED, &reserved_blocked,
		  EINVAL },
		{ "cpu: none such", IPCTRACE_IOC_CPU_STATS, &bad_cpu, EINVAL },
		{ "cpu: far off", IPCTRACE_IOC_CPU_STATS, &far_cpu, EINVAL },
		{ "cpu: reserved", IPCTRACE_IOC_CPU_STATS, &reserved_cpu,
		  EINVAL },
		{ "probe: none such", IPCTRACE_IOC_PROBE, &bad_probe, ENOENT },
		{ "probe: far off", IPCTRACE_IOC_PROBE, &far_probe, ENOENT },
		{ "probe: reserved", IPCTRACE_IOC_PROBE, &reserved_probe,
		  EINVAL },
		{ "control: none such", IPCTRACE_IOC_CONTROL, &bad_op, EINVAL },
		{ "control: reserved", IPCTRACE_IOC_CONTROL, &reserved_op,
		  EINVAL },
		{ "consumed before hello", IPCTRACE_IOC_CONSUMED, &consumed,
		  EPROTO },
		{ "start: none such", IPCTRACE_IOC_START, &bad_start, EINVAL },
		{ "start: reserved", IPCTRACE_IOC_START, &reserved_start,
		  EINVAL },
		{ "hello: address", IPCTRACE_IOC_HELLO, (void *)8, EFAULT },
		{ "call: address", IPCTRACE_IOC_CALL_STATS, (void *)8, EFAULT },
		{ "type: address", IPCTRACE_IOC_TYPE_STATS, (void *)8, EFAULT },
		{ "blocked: address", IPCTRACE_IOC_BLOCKED, (void *)8, EFAULT },
		{ "cpu: address", IPCTRACE_IOC_CPU_STATS, (void *)8, EFAULT },
		{ "probe: address", IPCTRACE_IOC_PROBE, (void *)8, EFAULT },
		{ "state: address", IPCTRACE_IOC_STATE, (void *)8, EFAULT },
		{ "control: address", IPCTRACE_IOC_CONTROL, (void *)8, EFAULT },
		{ "consumed: address", IPCTRACE_IOC_CONSUMED, (void *)8,
		  EFAULT },
		{ "start: address", IPCTRACE_IOC_START, (void *)8, EFAULT },
		{ "control: a kernel's address", IPCTRACE_IOC_CONTROL,
		  (void *)0xffffffff81000000, EFAULT },
	};
	struct ipctrace_state before, after;
	size_t i;

	small_blocked.buffer = reserved_blocked.buffer = (unsigned long)records;
	ASSERT_EQ(0, ioctl(self->fd, IPCTRACE_IOC_STATE, &before));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(-1, ioctl(self->fd, rows[i].request, rows[i].arg))
			TH_LOG("%s", rows[i].what);
		EXPECT_EQ(rows[i].error, errno) TH_LOG("%s", rows[i].what);
	}
	ASSERT_EQ(0, ioctl(self->fd, IPCTRACE_IOC_STATE, &after));
	EXPECT_EQ(0, memcmp(&before, &after, sizeof(before)));
}

/* The result cannot be stored: read-only memory. */
TEST_F(ioctl, results_to_read_only_memory)
{
	static const unsigned long requests[] = {
		IPCTRACE_IOC_HELLO, IPCTRACE_IOC_CALL_STATS,
		IPCTRACE_IOC_CPU_STATS, IPCTRACE_IOC_PROBE, IPCTRACE_IOC_STATE,
		IPCTRACE_IOC_START, IPCTRACE_IOC_TYPE_STATS,
	};
	void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		EXPECT_EQ(-1, ioctl(self->fd, requests[i], page));
		EXPECT_EQ(EFAULT, errno);
	}
}

TEST_F(ioctl, state)
{
	struct ipctrace_state one, two;
	int fd;

	memset(&one, 0xff, sizeof(one));
	ASSERT_EQ(0, ioctl(self->fd, IPCTRACE_IOC_STATE, &one));
	EXPECT_EQ(1, one.recording);
	EXPECT_EQ(1, one.readers);
	EXPECT_EQ(2048, one.max_blocked);
	EXPECT_EQ(0, one.disarmed);
	EXPECT_LE(sysconf(_SC_NPROCESSORS_ONLN) * (4 << 20), one.memory_bytes);

	fd = open(IPCTRACE_DEVICE, O_RDONLY);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ioctl(self->fd, IPCTRACE_IOC_STATE, &two));
	EXPECT_EQ(2, two.readers);
	close(fd);
	ASSERT_EQ(0, ioctl(self->fd, IPCTRACE_IOC_STATE, &two));
	EXPECT_EQ(1, two.readers);
}

/*
 * Functions in the tables of system calls: the native one is VM_SYMBOL and the
 * name, and then these. x86: semop() is in ipc() only for 32-bit callers, and a
 * timeout of 32 bits besides. arm64: no ipc(); where none is named, 32-bit
 * callers have the native function.
 */
#if defined(__x86_64__)
#define NOT_NATIVE	IPCTRACE_CALL_ipc
#define OTHER_ABI	IPCTRACE_ABI_I386
static const char *const others[IPCTRACE_NR_CALLS][2] = {
	[IPCTRACE_CALL_msgget] = { "__ia32_sys_msgget" },
	[IPCTRACE_CALL_msgsnd] = { "__ia32_compat_sys_msgsnd" },
	[IPCTRACE_CALL_msgrcv] = { "__ia32_compat_sys_msgrcv" },
	[IPCTRACE_CALL_msgctl] = { "__ia32_compat_sys_msgctl" },
	[IPCTRACE_CALL_semget] = { "__ia32_sys_semget" },
	[IPCTRACE_CALL_semtimedop] = { "__ia32_sys_semtimedop",
				       "__ia32_sys_semtimedop_time32" },
	[IPCTRACE_CALL_semctl] = { "__ia32_compat_sys_semctl" },
	[IPCTRACE_CALL_shmget] = { "__ia32_sys_shmget" },
	[IPCTRACE_CALL_shmat] = { "__ia32_compat_sys_shmat" },
	[IPCTRACE_CALL_shmdt] = { "__ia32_sys_shmdt" },
	[IPCTRACE_CALL_shmctl] = { "__ia32_compat_sys_shmctl" },
	[IPCTRACE_CALL_ipc] = { "__ia32_compat_sys_ipc" },
};
#elif defined(__i386__)
#define NOT_NATIVE	IPCTRACE_CALL_semop
#define OTHER_ABI	IPCTRACE_ABI_I386
static const char *const others[IPCTRACE_NR_CALLS][2] = {
	[IPCTRACE_CALL_semtimedop] = { "__ia32_sys_semtimedop_time32" },
};
#else
#define NOT_NATIVE	IPCTRACE_CALL_ipc
#define OTHER_ABI	IPCTRACE_ABI_ARM
static const char *const others[IPCTRACE_NR_CALLS][2] = {
	[IPCTRACE_CALL_msgsnd] = { "__arm64_compat_sys_msgsnd" },
	[IPCTRACE_CALL_msgrcv] = { "__arm64_compat_sys_msgrcv" },
	[IPCTRACE_CALL_msgctl] = { "__arm64_compat_sys_old_msgctl" },
	[IPCTRACE_CALL_semtimedop] = { "__arm64_sys_semtimedop_time32" },
	[IPCTRACE_CALL_semctl] = { "__arm64_compat_sys_old_semctl" },
	[IPCTRACE_CALL_shmat] = { "__arm64_compat_sys_shmat" },
	[IPCTRACE_CALL_shmctl] = { "__arm64_compat_sys_old_shmctl" },
};
#endif

/* expected_symbol - the @n-th function of a call, or NULL */
static const char *expected_symbol(__u32 abi, __u32 call, __u32 n)
{
	static char symbol[80];

	if (abi == VM_ABI && call != NOT_NATIVE && !n--) {
		snprintf(symbol, sizeof(symbol), VM_SYMBOL "%s",
			 vm_call_names[call]);
		return symbol;
	}
	if (abi != OTHER_ABI || n >= ARRAY_SIZE(others[call]))
		return NULL;
	return others[call][n];
}

/* Of the kernel's own functions */
static const char *const events[] = {
	"ipc_addid", "ipc_update_perm", "freeque", "freeary", "shm_destroy",
	"shm_open", "shm_close", "exit_sem",
};

TEST_F(ioctl, probes)
{
	__u32 seen[__IPCTRACE_ABI_MAX][IPCTRACE_NR_CALLS] = { { 0 } };
	const char *expected;
	__u32 abi, i, nr_events = 0;

	for (i = 0;; i++) {
		struct ipctrace_probe probe = { .index = i };

		if (ioctl(self->fd, IPCTRACE_IOC_PROBE, &probe)) {
			EXPECT_EQ(ENOENT, errno);
			break;
		}
		/* What it has to tell of, only described types tell. */
		if (!strcmp((char *)probe.symbol, "exit_sem") &&
		    !vm_kernel_has_types()) {
			EXPECT_EQ(IPCTRACE_PROBE_ABSENT, probe.state);
			EXPECT_EQ(ENODATA, probe.error);
		} else {
			EXPECT_EQ(IPCTRACE_PROBE_ATTACHED, probe.state)
				TH_LOG("%s", probe.symbol);
			EXPECT_EQ(0, probe.error);
		}
		EXPECT_EQ(0, probe.missed);
		if (probe.call == IPCTRACE_CALL_NONE) {
			ASSERT_GT(ARRAY_SIZE(events), nr_events);
			EXPECT_STREQ(events[nr_events++], (char *)probe.symbol);
			EXPECT_EQ(0, probe.hits);
			continue;
		}
		/* Calls come before everything else. */
		EXPECT_EQ(0, nr_events);
		ASSERT_GT(IPCTRACE_NR_CALLS, probe.call);
		ASSERT_GT(__IPCTRACE_ABI_MAX, probe.abi);
		expected = expected_symbol(probe.abi, probe.call,
					   seen[probe.abi][probe.call]++);
		ASSERT_NE(NULL, expected)
			TH_LOG("%s", probe.symbol);
		EXPECT_STREQ(expected, (char *)probe.symbol);
	}
	EXPECT_EQ(ARRAY_SIZE(events), nr_events);
	for (abi = 0; abi < __IPCTRACE_ABI_MAX; abi++)
		for (i = 0; i < IPCTRACE_NR_CALLS; i++)
			EXPECT_EQ(NULL, expected_symbol(abi, i, seen[abi][i]))
				TH_LOG("call %u of ABI %u", i, abi);
}

TEST_F(ioctl, hello_twice)
{
	struct ipctrace_hello one, two;

	ASSERT_EQ(0, vm_hello(self->fd, &one));
	ASSERT_EQ(0, vm_hello(self->fd, &two));
	EXPECT_EQ(0, memcmp(&one, &two, sizeof(one)));
}

TEST_HARNESS_MAIN
