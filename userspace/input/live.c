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
/* There is something to look at that is no record. */
static int awake;
static uint64_t interrupted_ns;

/**
 * live_stop() - it is enough
 */
void live_stop(void)
{
	WRITE_ONCE(stopped, 1);
}

/**
 * live_stopped() - is it enough?
 */
bool live_stopped(void)
{
	return READ_ONCE(stopped);
}

/**
 * live_wake() - end the wait that goes on, or is next
 *
 * For handlers of signals, of SIGCHLD too.
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
 * live_be_prompt() - let this go before others
 *
 * What a reader of the recorder is late for is lost, and it sleeps most of the time. Who
 * gave it another priority knows better; without the right to it, it has to do.
 */
void live_be_prompt(void)
{
	if (!getpriority(PRIO_PROCESS, 0))
		setpriority(PRIO_PROCESS, 0, PRIORITY);
}

/**
 * live_catch_signals() - let SIGINT and SIGTERM stop, SIGPIPE do nothing
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
 * live_stop_after() - let it be enough after some time
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
 * @timeout_ms: for that long, less than 1000; negative: as long as it takes
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

	/* Between the look at what they set and the wait no signal may slip by. */
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
