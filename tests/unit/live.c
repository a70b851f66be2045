// SPDX-License-Identifier: GPL-2.0
/* Signals that end commands: the first in order, one much later at once. */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "input/live.h"

static void wait_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

/* A child gets a signal, and another after that time. Return: its wait status. */
static int two_signals(int first, int second, long ms)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		live_catch_signals();
		if (live_stopped())
			_exit(1);
		raise(first);
		wait_ms(ms);
		raise(second);
		_exit(live_stopped() ? 42 : 2);
	}
	waitpid(pid, &status, 0);
	return status;
}

/* As timeout -s INT does */
TEST(two_at_once_are_one)
{
	int status = two_signals(SIGINT, SIGINT, 0);

	ASSERT_TRUE(WIFEXITED(status));
	EXPECT_EQ(WEXITSTATUS(status), 42);
	status = two_signals(SIGTERM, SIGINT, 10);
	ASSERT_TRUE(WIFEXITED(status));
	EXPECT_EQ(WEXITSTATUS(status), 42);
}

TEST(a_later_one_kills)
{
	int status = two_signals(SIGINT, SIGINT, 700);

	ASSERT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(WTERMSIG(status), SIGINT);
	status = two_signals(SIGINT, SIGTERM, 700);
	ASSERT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

TEST_HARNESS_MAIN
