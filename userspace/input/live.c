// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: live
 *
 * What commands that go on until they are interrupted have in common: they
 * sleep while there is nothing to do, and end in order.
 */
#define _GNU_SOURCE	/* ppoll() */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

#include <ipctrace/ipctrace.h>

#include "base/clock.h"
#include "input/live.h"
#include "input/source.h"

#define PRIORITY	(-10)	/* nice value */

/* Signals so close to each other are one interruption: timeout(1) sends two. */
#define ONE_INTERRUPTION_NS	500000000ULL

/* Set by the handler of SIGINT, SIGTERM and SIGALRM. */
static int stopped;
/* There is something to look at other than a record. */
static int awake;
static uint64_t interrupted_ns;

/**
 * live_stop() - tell the program to stop
 */
void live_stop(void)
{
	WRITE_ONCE(stopped, 1);
}

/**
 * live_stopped() - has the program been told to stop?
 */
bool live_stopped(void)
{
	return READ_ONCE(stopped);
}

/**
 * live_wake() - end the present wait, or the next one
 *
 * For handlers of signals, including SIGCHLD.
 */
void live_wake(void)
{
	WRITE_ONCE(awake, 1);
}

static void stop(int number)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	if (number == SIGALRM) {
		/* Time is up, and nobody is impatient. */
	} else if (!interrupted_ns) {
		interrupted_ns = now;
	} else if (now - interrupted_ns > ONE_INTERRUPTION_NS) {
		signal(number, SIG_DFL);
		raise(number);
	}
	live_stop();
}

/**
 * live_be_prompt() - run before other processes
 *
 * What a reader of the recorder is too late for is lost, and it sleeps most of the time.
 * If somebody gave it another priority, that stays; without the right to change it, the
 * usual one has to do.
 */
void live_be_prompt(void)
{
	if (!getpriority(PRIO_PROCESS, 0))
		setpriority(PRIO_PROCESS, 0, PRIORITY);
}

/**
 * live_catch_signals() - let SIGINT and SIGTERM stop the program, SIGPIPE do nothing
 *
 * A second one, half a second after the first or later, kills: output may be stuck
 * in a full pipe.
 */
void live_catch_signals(void)
{
	struct sigaction action = { .sa_handler = stop };

	sigaddset(&action.sa_mask, SIGINT);
	sigaddset(&action.sa_mask, SIGTERM);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/**
 * live_stop_after() - stop after some time
 * @ns: from now on, to the microsecond; 0: never
 */
void live_stop_after(u64 ns)
{
	struct sigaction action = { .sa_handler = stop };
	struct itimerval timer = {
		.it_value.tv_sec = ns / 1000000000,
		.it_value.tv_usec = ns % 1000000000 / 1000,
	};

	if (!ns)
		return;
	if (!timer.it_value.tv_sec && !timer.it_value.tv_usec)
		timer.it_value.tv_usec = 1;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

/**
 * live_wait() - wait for records, for a signal, or for output to lose its reader
 * @source: its device is polled; records are not taken
 * @output: file descriptor; a file never loses its reader
 * @timeout_ms: for how long, less than 1000; negative: as long as it takes
 *
 * Return: enum live_wait
 */
enum live_wait live_wait(const struct source *source, int output,
			 int timeout_ms)
{
	struct pollfd pollfds[] = {
		{ .fd = source->fd, .events = POLLIN },
		{ .fd = output, .events = 0 },
	};
	struct timespec timeout = { .tv_nsec = timeout_ms * 1000000L };
	sigset_t blocked, before;
	int ret = 0;

	/* No signal may slip by between looking at what its handler sets and the wait. */
	sigfillset(&blocked);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	if (!live_stopped() && !awake)
		ret = ppoll(pollfds, ARRAY_SIZE(pollfds),
			    timeout_ms < 0 ? NULL : &timeout, &before);
	WRITE_ONCE(awake, 0);
	sigprocmask(SIG_SETMASK, &before, NULL);

	if (ret < 0 && errno != EINTR) {
		warn("poll");
		return LIVE_FAILED;
	}
	if (ret > 0 && pollfds[0].revents & (POLLERR | POLLHUP | POLLNVAL)) {
		warnx("%s: gone", IPCTRACE_DEVICE);
		return LIVE_FAILED;
	}
	return ret > 0 && pollfds[1].revents & POLLERR ? LIVE_CLOSED :
							 LIVE_READY;
}
