// SPDX-License-Identifier: GPL-2.0
/* Module parameters: what is accepted, and what is refused, with a reason. */
#include <fcntl.h>
#include <sys/ioctl.h>

#include "vm_test.h"

FIXTURE(parameters) {
	int unused;
};

FIXTURE_SETUP(parameters)
{
	if (vm_module_loaded())
		ASSERT_EQ(0, vm_module_unload());
}

FIXTURE_TEARDOWN(parameters)
{
	EXPECT_EQ(0, vm_module_default());
}

/* Refused by the module, in a line that says what would be accepted. */
TEST_F(parameters, refused)
{
	static const struct {
		const char *params;
		const char *line;
	} rows[] = {
#define RING(value) { "ring_bytes=" value, "ipctrace: ring_bytes=" value \
		": must be a power of two from 65536 to 1073741824\n" }
		RING("0"),
		RING("1"),
		RING("4096"),
		RING("32768"),
		RING("65535"),
		RING("65537"),
		RING("1000000"),
		RING("2147483648"),
		RING("4294967295"),
#define BLOCKED(value) { "max_blocked=" value, "ipctrace: max_blocked=" value \
		": must be from 1 to 1048576\n" }
		BLOCKED("0"),
		BLOCKED("1048577"),
		BLOCKED("4294967295"),
#define PAYLOAD(value) { "payload=" value, "ipctrace: payload=" value \
		": must be from 0 to 256\n" }
		PAYLOAD("257"),
		PAYLOAD("4294967295"),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		vm_log_clear();
		EXPECT_EQ(-EINVAL, vm_module_load(rows[i].params))
			TH_LOG("%s", rows[i].params);
		EXPECT_NE(NULL, strstr(vm_log(), rows[i].line))
			TH_LOG("%s: %s", rows[i].params, vm_log());
		EXPECT_FALSE(vm_module_loaded());
	}
}

/* Not even numbers, or not even parameters: the kernel refuses these. */
TEST_F(parameters, refused_by_the_kernel)
{
	static const struct {
		const char *params;
		int error;
	} rows[] = {
		{ "ring_bytes=", EINVAL },
		{ "ring_bytes=many", EINVAL },
		{ "ring_bytes=-1", EINVAL },
		{ "ring_bytes=4294967296", ERANGE },
		{ "ring_bytes=65536k", EINVAL },
		{ "max_blocked=-1", EINVAL },
		{ "max_blocked", EINVAL },
		{ "payload=-1", EINVAL },
		{ "payload=all", EINVAL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(-rows[i].error, vm_module_load(rows[i].params))
			TH_LOG("%s", rows[i].params);
		EXPECT_FALSE(vm_module_loaded());
	}
}

TEST_F(parameters, accepted)
{
	static const struct {
		const char *params;
		unsigned int ring_bytes;
		unsigned int max_blocked;
		const char *payload;
	} rows[] = {
		{ "", 4194304, 2048, "0\n" },
		{ "ring_bytes=65536", 65536, 2048, "0\n" },
		{ "ring_bytes=0x1000000 max_blocked=1", 16777216, 1, "0\n" },
		{ "max_blocked=3000", 4194304, 3000, "0\n" },
		{ "payload=256", 4194304, 2048, "256\n" },
	};
	struct ipctrace_state state;
	struct ipctrace_hello hello;
	char expected[32], *text;
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ASSERT_EQ(0, vm_module_load(rows[i].params))
			TH_LOG("%s", rows[i].params);
		fd = open(IPCTRACE_DEVICE, O_RDONLY);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, vm_hello(fd, &hello));
		EXPECT_EQ(rows[i].ring_bytes, hello.ring_bytes);
		ASSERT_EQ(0, ioctl(fd, IPCTRACE_IOC_STATE, &state));
		EXPECT_EQ(rows[i].max_blocked, state.max_blocked);
		close(fd);
		snprintf(expected, sizeof(expected), "%u\n",
			 rows[i].ring_bytes);
		text = vm_read_file("/sys/module/ipctrace/parameters/ring_bytes");
		EXPECT_STREQ(expected, text);
		free(text);
		text = vm_read_file("/sys/module/ipctrace/parameters/payload");
		EXPECT_STREQ(rows[i].payload, text);
		free(text);
		ASSERT_EQ(0, vm_module_unload());
	}
}

/* More than there is: nobody is killed for it, nothing stays. */
TEST_F_TIMEOUT(parameters, more_memory_than_there_is, 400)
{
	long pages = sysconf(_SC_PHYS_PAGES) / sysconf(_SC_NPROCESSORS_CONF);

	if (pages * sysconf(_SC_PAGESIZE) > 1L << 30)
		SKIP(return, "the machine has room for the largest rings");
	/* If anybody, then this. */
	ASSERT_EQ(0, vm_write_file("/proc/self/oom_score_adj", "1000"));
	vm_log_clear();
	EXPECT_EQ(-ENOMEM, vm_module_load("ring_bytes=1073741824"));
	EXPECT_NE(NULL, strstr(vm_log(),
			       "ipctrace: no memory for rings of 1073741824 bytes"));
	EXPECT_FALSE(vm_module_loaded());
	EXPECT_EQ(0, vm_module_load(""));
}

TEST_F(parameters, cannot_be_changed_later)
{
	ASSERT_EQ(0, vm_module_load(""));
	EXPECT_EQ(0, access("/sys/module/ipctrace/parameters/ring_bytes", R_OK));
	EXPECT_GT(0, vm_write_file("/sys/module/ipctrace/parameters/ring_bytes",
				   "65536"));
	EXPECT_GT(0, vm_write_file("/sys/module/ipctrace/parameters/max_blocked",
				   "1"));
	EXPECT_GT(0, vm_write_file("/sys/module/ipctrace/parameters/payload",
				   "1"));
}

TEST_HARNESS_MAIN
