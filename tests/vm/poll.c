// SPDX-License-Identifier: GPL-2.0
/* poll, select and epoll: ready when there is text, and only then. */
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/select.h>

#include "vm_test.h"

#define KEY	0x69700001

FIXTURE(poll) {
	struct vm_trace vm;
	int fd;
	pid_t pid;
};

FIXTURE_VARIANT(poll) {
	int (*wait)(int fd, int timeout_ms);
};

/* Each returns 1 when ready to read, 0 when the time is up. */
static int wait_poll(int fd, int timeout_ms)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	int ready = poll(&pollfd, 1, timeout_ms);

	return ready == 1 && pollfd.revents != POLLIN ? -1 : ready;
}

static int wait_select(int fd, int timeout_ms)
{
	struct timeval time = { timeout_ms / 1000, timeout_ms % 1000 * 1000 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	return select(fd + 1, &set, NULL, NULL, &time);
}

static int wait_epoll(int fd, int timeout_ms)
{
	struct epoll_event event = { .events = EPOLLIN };
	static int epfd = -1;

	/* One instance for all waits, as in a program with a main loop. */
	if (epfd < 0) {
		epfd = epoll_create1(0);
		if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event))
			return -1;
	}
	return epoll_wait(epfd, &event, 1, timeout_ms);
}

FIXTURE_VARIANT_ADD(poll, poll) { .wait = wait_poll };
FIXTURE_VARIANT_ADD(poll, select) { .wait = wait_select };
FIXTURE_VARIANT_ADD(poll, epoll) { .wait = wait_epoll };

FIXTURE_SETUP(poll)
{
	ASSERT_EQ(0, vm_module_default());
	ASSERT_EQ(0, vm_trace_open(&self->vm, VM_FROM_NOW));
	ASSERT_EQ(0, vm_write_file(VM_DEBUGFS "control", "clear"));
	self->fd = open(IPCTRACE_DEVICE, O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(poll)
{
	close(self->fd);
	vm_trace_close(&self->vm);
}

static pid_t call_later(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	usleep(300000);
	msgget(KEY, 0);
	_exit(0);
}

TEST_F(poll, wakes_for_a_call)
{
	char line[4096];
	pid_t pid;

	EXPECT_EQ(0, variant->wait(self->fd, 0));
	EXPECT_EQ(0, variant->wait(self->fd, 300));
	pid = call_later();
	EXPECT_EQ(1, variant->wait(self->fd, 60000));
	/* Ready means that a read gives something. */
	EXPECT_LT(0, read(self->fd, line, 10));
	EXPECT_EQ(1, variant->wait(self->fd, 0));
	EXPECT_LT(0, read(self->fd, line, sizeof(line)));
	EXPECT_EQ(0, variant->wait(self->fd, 0));
	EXPECT_EQ(pid, wait(NULL));

	pid = call_later();
	EXPECT_EQ(1, variant->wait(self->fd, 60000));
	EXPECT_LT(0, read(self->fd, line, sizeof(line)));
	EXPECT_EQ(pid, wait(NULL));
}

TEST_F(poll, ready_at_once_for_what_was_before)
{
	int fd;

	msgget(KEY, 0);
	ASSERT_TRUE(vm_trace_settle(&self->vm));
	fd = open(IPCTRACE_DEVICE, O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, fd);
	EXPECT_EQ(1, variant->wait(fd, 0));
	close(fd);
}

TEST_HARNESS_MAIN
