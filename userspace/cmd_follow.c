// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: cmd_follow
 *
 * Prints the calls that the recorder holds, then those that finish, until it
 * is interrupted, has printed enough, or nobody reads its output any more.
 */
#define _GNU_SOURCE	/* ppoll() */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "cgroups.h"
#include "cmd_follow.h"
#include "filterexpr.h"
#include "options.h"
#include "output.h"
#include "source.h"

#define PID_MAX		4194304		/* the kernel's PID_MAX_LIMIT */
#define ACCEPTED	"--json --count (-n) --pid (-p) --call (-c) --ipc-ns --cgroup --version --help (-h)"

/**
 * struct follow - what was asked for
 * @json: JSON instead of text
 * @count: stop after that many records, lost ones not counted, 0: never
 * @filter: which calls
 * @cgroups: names of cgroups, for the filter and JSON
 */
struct follow {
	bool json;
	u64 count;
	struct filter filter;
	struct cgroups *cgroups;
};

enum {
	OPTION_JSON = 0x100,	/* above every short option */
	OPTION_VERSION,
	OPTION_IPC_NS,
	OPTION_CGROUP,
};

static const struct option options[] = {
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "count", required_argument, NULL, 'n' },
	{ "pid", required_argument, NULL, 'p' },
	{ "call", required_argument, NULL, 'c' },
	{ "ipc-ns", required_argument, NULL, OPTION_IPC_NS },
	{ "cgroup", required_argument, NULL, OPTION_CGROUP },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static const char help[] =
"Usage: ipctrace [OPTION]...\n"
"Print the System V IPC calls of this machine: those that the recorder holds,\n"
"then those to come, until interrupted. Needs root, and the module ipctrace.ko.\n"
"\n"
"  --json                  print one JSON object a line\n"
"  -n, --count COUNT       stop after COUNT records\n"
"  -p, --pid PID           only calls of the process PID\n"
"  -c, --call NAME[,NAME]  only these calls (msgsnd, shmget, ...) or classes of\n"
"                          calls (msg, sem, shm); semop includes semtimedop\n"
"  --ipc-ns NUMBER         only calls in that IPC namespace (ls -L -i of\n"
"                          /proc/PID/ns/ipc)\n"
"  --cgroup PATH|ID        only calls of that cgroup; by path also of those below\n"
"  --version               print versions\n"
"  -h, --help              print this text\n"
"\n"
"Records that were overwritten before they could be read are always reported.\n"
"Exit status: 0 at the end, 1 for a failure, 2 for wrong options.\n";

/* Set by the handler of SIGINT and SIGTERM. */
static int stopped;

static void stop(int signal)
{
	(void)signal;
	WRITE_ONCE(stopped, 1);
}

/* The second signal of a kind kills: output may be stuck in a full pipe. */
static void catch_signals(void)
{
	struct sigaction action = {
		.sa_handler = stop,
		.sa_flags = SA_RESETHAND,
	};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* Wait for records, for a signal, or for the output to lose its reader. */
static bool wait_for_records(struct source *source, struct output *output)
{
	struct pollfd pollfds[] = {
		{ .fd = source->fd, .events = POLLIN },
		{ .fd = output->fd, .events = 0 },
	};
	sigset_t blocked, before;
	int ret = 0;

	/* Between the look at @stopped and the wait no signal may slip by. */
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	if (!READ_ONCE(stopped))
		ret = ppoll(pollfds, ARRAY_SIZE(pollfds), NULL, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);

	if (ret < 0 && errno != EINTR) {
		warn("poll");
		return false;
	}
	if (ret > 0 && pollfds[0].revents & (POLLERR | POLLHUP | POLLNVAL)) {
		warnx("%s: gone", IPCTRACE_DEVICE);
		return false;
	}
	if (ret > 0 && pollfds[1].revents & POLLERR)
		output->state = OUTPUT_CLOSED;
	return true;
}

/* Print one batch of records; false when that failed. */
static bool print_batch(struct follow *follow, struct source *source,
			struct output *output)
{
	u64 record[IPCTRACE_RECORD_MAX_BYTES / sizeof(u64)];
	const struct ipctrace_header *header = (const void *)record;
	int len = 0;

	while (!READ_ONCE(stopped) && output->state == OUTPUT_OK) {
		len = source_next(source, record);
		if (len <= 0)
			break;
		if (!filter_matches(&follow->filter, header))
			continue;
		output_record(output, header);
		if (header->type != IPCTRACE_TYPE_LOST && follow->count &&
		    !--follow->count)
			WRITE_ONCE(stopped, 1);
	}
	output_flush(output);
	return len >= 0 && output->state != OUTPUT_FAILED;
}

static int run(struct follow *follow, struct source *source,
	       struct output *output)
{
	for (;;) {
		if (!print_batch(follow, source, output))
			return EXIT_FAILURE;
		if (READ_ONCE(stopped) || output->state == OUTPUT_CLOSED)
			return EXIT_SUCCESS;
		if (!source_consume(source) ||
		    !wait_for_records(source, output))
			return EXIT_FAILURE;
	}
}

static int follow_device(struct follow *follow)
{
	struct source source;
	struct output *output;
	int status;

	if (!source_open(&source))
		return EXIT_FAILURE;
	output = output_new(STDOUT_FILENO, follow->json);
	if (!output) {
		source_close(&source);
		return EXIT_FAILURE;
	}
	output->cgroups = follow->cgroups;
	catch_signals();
	status = run(follow, &source, output);
	output_free(output);
	source_close(&source);
	return status;
}

/* One option; false, with a message, when its value is wrong. */
static bool take_option(struct follow *follow, int option)
{
	u64 number;

	switch (option) {
	case OPTION_JSON:
		follow->json = true;
		return true;
	case 'n':
		return option_number("--count", optarg, ~0ULL, &follow->count);
	case 'p':
		if (!option_number("--pid", optarg, PID_MAX, &number))
			return false;
		follow->filter.pid = number;
		return true;
	case OPTION_IPC_NS:
		if (!option_number("--ipc-ns", optarg, ~0U, &number))
			return false;
		follow->filter.ipc_ns = number;
		return true;
	case OPTION_CGROUP:
		return filter_set_cgroup(&follow->filter, follow->cgroups,
					 optarg);
	default:
		return filter_add_calls(&follow->filter, optarg);
	}
}

static int parse_and_follow(struct follow *follow, int argc, char **argv)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":n:p:c:h", options,
				     NULL)) != -1) {
		switch (option) {
		case ':':
		case '?':
			return option_refused(option, argv, options, ACCEPTED);
		case 'h':
			return print_text(help);
		case OPTION_VERSION:
			return print_version();
		default:
			if (!take_option(follow, option))
				return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		warnx("unexpected argument '%s'; accepted: %s", argv[optind],
		      ACCEPTED);
		return EXIT_USAGE;
	}
	return follow_device(follow);
}

/**
 * cmd_follow() - print calls until interrupted
 * @argc: number of arguments
 * @argv: arguments, the first one is skipped
 *
 * Return: exit status
 */
int cmd_follow(int argc, char **argv)
{
	struct follow follow = { .cgroups = cgroups_new(NULL) };
	int status;

	if (!follow.cgroups)
		return EXIT_FAILURE;
	status = parse_and_follow(&follow, argc, argv);
	cgroups_free(follow.cgroups);
	return status;
}
