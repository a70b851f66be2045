// SPDX-License-Identifier: GPL-2.0
/* debugfs trace: the rings as text, once, without taking anything. */
#include <fcntl.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "vm_test.h"
#include "vm_text.h"

#define KEY	0x69700001
#define TRACE	VM_DEBUGFS "trace"

FIXTURE(snapshot) {
	struct vm_trace vm;
	int fd;
};

FIXTURE_SETUP(snapshot)
{
	ASSERT_EQ(0, vm_module_default());
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_NOW));
	ASSERT_EQ(0, vm_write_file(VM_DEBUGFS "control", "clear"));
	self->fd = open(IPCTRACE_DEVICE, O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(snapshot)
{
	close(self->fd);
	vm_trace_close(&self->vm);
}

/* Calls from all CPUs, to be put in order. */
static void make_calls(int n)
{
	int i, cpus = sysconf(_SC_NPROCESSORS_ONLN);

	for (i = 0; i < n; i++) {
		vm_pin(i % cpus);
		msgget(KEY + i, 0);
	}
}

TEST_F(snapshot, empty)
{
	char *text = vm_read_file(TRACE);

	ASSERT_NE(NULL, text);
	EXPECT_STREQ("", text);
}

/* At once, without waiting for anything: a call is in when it returned. */
TEST_F(snapshot, is_complete_at_once)
{
	char call[64], *text;
	int i;

	for (i = 0; i < 50; i++) {
		msgget(KEY + i, 0);
		text = vm_read_file(TRACE);
		snprintf(call, sizeof(call), "msgget(%#x, ", KEY + i);
		EXPECT_NE(NULL, strstr(text, call)) TH_LOG("%s", call);
		free(text);
	}
}

TEST_F(snapshot, is_what_the_device_gives)
{
	char *one, *two, *device, c;
	int fd;

	make_calls(40);
	one = vm_read_file(TRACE);
	two = vm_read_file(TRACE);
	EXPECT_STREQ(one, two);
	ASSERT_TRUE(vm_trace_settle(&self->vm));
	device = vm_read_fd(self->fd);
	EXPECT_STREQ(one, device);

	/* Its end is an end. */
	fd = open(TRACE, O_RDONLY);
	ASSERT_LE(0, fd);
	free(vm_read_fd(fd));
	EXPECT_EQ(0, read(fd, &c, 1));
	EXPECT_EQ(0, read(fd, &c, 1));
	close(fd);
}

TEST_F(snapshot, ends_where_it_was_opened)
{
	char *text;
	int fd;

	make_calls(10);
	fd = open(TRACE, O_RDONLY);
	ASSERT_LE(0, fd);
	make_calls(10);
	text = vm_read_fd(fd);
	EXPECT_EQ(10, vm_text_calls(text));
	close(fd);
}

TEST_F(snapshot, byte_by_byte)
{
	char *whole, *text;
	size_t n = 0;
	int fd;

	make_calls(10);
	whole = vm_read_file(TRACE);
	text = calloc(1, strlen(whole) + 2);
	fd = open(TRACE, O_RDONLY);
	ASSERT_LE(0, fd);
	while (n <= strlen(whole) && read(fd, text + n, 1) == 1)
		n++;
	EXPECT_STREQ(whole, text);
	close(fd);
}

TEST_F(snapshot, bad_address)
{
	volatile uintptr_t bad = 8;
	char *whole, *text;
	int fd;

	make_calls(10);
	whole = vm_read_file(TRACE);
	fd = open(TRACE, O_RDONLY);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, read(fd, (void *)bad, 100));
	EXPECT_EQ(EFAULT, errno);
	text = vm_read_fd(fd);
	EXPECT_STREQ(whole, text);
	close(fd);
}

TEST_HARNESS_MAIN
