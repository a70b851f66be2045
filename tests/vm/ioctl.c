// SPDX-License-Identifier: GPL-2.0
/* The ioctls: what bad requests get, and that they change nothing. */
#include <fcntl.h>
#include <sys/ioctl.h>

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
		IPCTRACE_IOC_START,
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
	EXPECT_EQ(16384, one.max_blocked);
	EXPECT_EQ(0, one.reserved);
	EXPECT_LE(sysconf(_SC_NPROCESSORS_CONF) * (4 << 20), one.memory_bytes);

	fd = open(IPCTRACE_DEVICE, O_RDONLY);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ioctl(self->fd, IPCTRACE_IOC_STATE, &two));
	EXPECT_EQ(2, two.readers);
	close(fd);
	ASSERT_EQ(0, ioctl(self->fd, IPCTRACE_IOC_STATE, &two));
	EXPECT_EQ(1, two.readers);
}

TEST_F(ioctl, probes)
{
	bool seen[IPCTRACE_NR_CALLS] = { false };
	char symbol[80];
	__u32 i;

	for (i = 0;; i++) {
		struct ipctrace_probe probe = { .index = i };

		if (ioctl(self->fd, IPCTRACE_IOC_PROBE, &probe)) {
			EXPECT_EQ(ENOENT, errno);
			break;
		}
		ASSERT_GT(IPCTRACE_NR_CALLS, probe.call);
		snprintf(symbol, sizeof(symbol), "__x64_sys_%s",
			 vm_call_names[probe.call]);
		EXPECT_STREQ(symbol, (char *)probe.symbol);
		EXPECT_EQ(IPCTRACE_ABI_X86_64, probe.abi);
		EXPECT_EQ(IPCTRACE_PROBE_ATTACHED, probe.state);
		EXPECT_EQ(0, probe.error);
		EXPECT_EQ(0, probe.missed);
		seen[probe.call] = true;
	}
	for (i = 0; i < IPCTRACE_NR_CALLS; i++)
		EXPECT_TRUE(seen[i]) TH_LOG("call %u", i);
}

TEST_F(ioctl, hello_twice)
{
	struct ipctrace_hello one, two;

	ASSERT_EQ(0, vm_hello(self->fd, &one));
	ASSERT_EQ(0, vm_hello(self->fd, &two));
	EXPECT_EQ(0, memcmp(&one, &two, sizeof(one)));
}

TEST_HARNESS_MAIN
