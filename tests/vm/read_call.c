// SPDX-License-Identifier: GPL-2.0
/* read(): sizes, blocking, bad addresses, readers that come early and late. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/syscall.h>

#include "vm_test.h"
#include "vm_text.h"

#define KEY	0x69700001
#define CALLS	50

FIXTURE(read) {
	struct vm_trace vm;
	int fd;
};

FIXTURE_SETUP(read)
{
	VM_SETUP(&self->vm);
	ASSERT_EQ(0, vm_control(self->vm.fd, IPCTRACE_CONTROL_CLEAR));
	self->fd = open(IPCTRACE_DEVICE, O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(read)
{
	close(self->fd);
	vm_trace_close(&self->vm);
}

static void make_calls(int n)
{
	while (n--)
		msgget(KEY + n, 0);
}

TEST_F(read, nothing)
{
	char c;

	EXPECT_EQ(-1, read(self->fd, &c, 1));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(0, read(self->fd, &c, 0));
}

/* The same text, whatever the size of the reads. */
TEST_F(read, sizes)
{
	static const size_t sizes[] = { 1, 2, 7, 100, 1023, 4096, 1 << 20 };
	char *expected, *text, *end;
	size_t i;
	ssize_t got;
	int fd;

	make_calls(CALLS);
	ASSERT_TRUE(vm_trace_settle(&self->vm));
	expected = vm_read_fd(self->fd);
	EXPECT_EQ(CALLS, vm_text_calls(expected));
	text = malloc(strlen(expected) + (1 << 20) + 1);
	ASSERT_NE(NULL, text);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		fd = open(IPCTRACE_DEVICE, O_RDONLY | O_NONBLOCK);
		ASSERT_LE(0, fd);
		end = text;
		while ((got = read(fd, end, sizes[i])) > 0) {
			ASSERT_GE(sizes[i], got);
			end += got;
			ASSERT_GE(strlen(expected), end - text);
		}
		EXPECT_EQ(EAGAIN, errno);
		*end = 0;
		EXPECT_STREQ(expected, text);
		close(fd);
	}
}

TEST_F(read, bad_address_loses_nothing)
{
	volatile uintptr_t bad[] = { 8, VM_WIDE(0xffffffff81000000, 0xc1000000) };
	char *page, *expected, *rest;
	size_t room = 4096;
	ssize_t got;

	make_calls(CALLS);
	ASSERT_TRUE(vm_trace_settle(&self->vm));
	expected = vm_read_fd(self->fd);

	close(self->fd);
	self->fd = open(IPCTRACE_DEVICE, O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	/* volatile, since the compiler would know better */
	EXPECT_EQ(-1, read(self->fd, (void *)bad[0], 4096));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, read(self->fd, (void *)bad[1], 4096));
	EXPECT_EQ(EFAULT, errno);

	/* Half way: what fits is given, and the rest after it. */
	page = mmap(NULL, 2 * room, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_EQ(0, munmap(page + room, room));
	got = read(self->fd, page + room - 100, 1000);
	EXPECT_LT(0, got);
	EXPECT_GE(100, got);
	EXPECT_EQ(0, memcmp(expected, page + room - 100, got));
	EXPECT_EQ(-1, read(self->fd, page + room, 1000));
	EXPECT_EQ(EFAULT, errno);
	rest = vm_read_fd(self->fd);
	EXPECT_STREQ(expected + got, rest);
}

/* What the recorder holds first, then live. */
TEST_F(read, before_and_after_the_traffic)
{
	char *early, *late;
	int fd;

	make_calls(CALLS);
	fd = open(IPCTRACE_DEVICE, O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, fd);
	make_calls(CALLS);
	ASSERT_TRUE(vm_trace_settle(&self->vm));
	early = vm_read_fd(self->fd);
	late = vm_read_fd(fd);
	EXPECT_EQ(2 * CALLS, vm_text_calls(early));
	EXPECT_STREQ(early, late);

	make_calls(CALLS);
	ASSERT_TRUE(vm_trace_settle(&self->vm));
	early = vm_read_fd(self->fd);
	EXPECT_EQ(CALLS, vm_text_calls(early));
	late = vm_read_fd(fd);
	EXPECT_STREQ(early, late);
}

/* A slow one takes a byte now and then; the other gets all at once. */
TEST_F(read, two_readers_at_different_speeds)
{
	char *fast, *slow, start[30];
	int i, fd;

	fd = open(IPCTRACE_DEVICE, O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, fd);
	make_calls(1);
	ASSERT_TRUE(vm_trace_settle(&self->vm));
	for (i = 0; i < 10; i++) {
		ASSERT_EQ(1, read(fd, &start[i], 1));
		free(vm_read_fd(self->fd));
		make_calls(1);
		ASSERT_TRUE(vm_trace_settle(&self->vm));
	}
	make_calls(CALLS);
	ASSERT_TRUE(vm_trace_settle(&self->vm));
	fast = vm_read_fd(self->fd);
	slow = vm_read_fd(fd);
	EXPECT_EQ(CALLS + 1, vm_text_calls(fast));
	EXPECT_EQ(CALLS + 11, vm_text_calls(slow));
	EXPECT_STREQ(fast, slow + strlen(slow) - strlen(fast));
}

/* Two processes on one open file share its place: nothing comes twice. */
TEST_F(read, shared_file)
{
	char *mine;
	int fds[2];
	char count;
	pid_t pid;

	ASSERT_EQ(0, pipe(fds));
	make_calls(CALLS);
	ASSERT_TRUE(vm_trace_settle(&self->vm));
	pid = fork();
	if (!pid) {
		char line[1024];
		ssize_t got = read(self->fd, line, 100);

		count = got == 100;
		_exit(write(fds[1], &count, 1) != 1);
	}
	ASSERT_EQ(1, read(fds[0], &count, 1));
	EXPECT_EQ(1, count);
	EXPECT_EQ(pid, wait(NULL));
	mine = vm_read_fd(self->fd);
	EXPECT_GE(CALLS, vm_text_calls(mine));
	EXPECT_LE(CALLS - 1, vm_text_calls(mine));
}

TEST_F(read, blocks_until_something_comes)
{
	char line[VM_LINE_MAX];
	int fds[2];
	pid_t pid;

	ASSERT_EQ(0, pipe(fds));
	pid = fork();
	if (!pid) {
		int fd = open(IPCTRACE_DEVICE, O_RDONLY);
		ssize_t got;

		/* A slow call has a line before the one with its result. */
		do {
			got = read(fd, line, sizeof(line) - 1);
			line[got > 0 ? got : 0] = 0;
		} while (got > 0 && !vm_text_calls(line));
		_exit(write(fds[1], line, got) != got);
	}
	/* It sleeps, and goes on sleeping. */
	ASSERT_TRUE(vm_asleep_in_nr(pid, SYS_read));
	usleep(300000);
	ASSERT_TRUE(vm_asleep_in_nr(pid, SYS_read));
	make_calls(1);
	memset(line, 0, sizeof(line));
	EXPECT_LT(0, read(fds[0], line, sizeof(line)));
	EXPECT_NE(NULL, strstr(line, "msgget(0x69700001, 000) = -1 ENOENT"));
	EXPECT_EQ(pid, wait(NULL));
}

static void nothing(int signal)
{
	(void)signal;
}

TEST_F(read, is_interrupted_by_a_signal)
{
	struct sigaction action = { .sa_handler = nothing };
	int status;
	pid_t pid = fork();

	if (!pid) {
		int fd = open(IPCTRACE_DEVICE, O_RDONLY);
		char c;

		sigaction(SIGUSR1, &action, NULL);
		_exit(read(fd, &c, 1) == -1 ? errno : 0);
	}
	ASSERT_TRUE(vm_asleep_in_nr(pid, SYS_read));
	EXPECT_EQ(0, kill(pid, SIGUSR1));
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(EINTR, WEXITSTATUS(status));
}

TEST_HARNESS_MAIN
