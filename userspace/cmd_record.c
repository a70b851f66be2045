// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: cmd_record
 *
 * Writes the records that following would have printed into a capture, until
 * it is interrupted. Calls that had ended by then are in it: it goes on until
 * the rings are complete up to that time.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "capture_write.h"
#include "cgroups.h"
#include "cmd_record.h"
#include "filter_set.h"
#include "live.h"
#include "merge.h"
#include "options.h"
#include "source.h"
#include "wanted.h"

#define ACCEPTED	"--output (-o) " WANTED_ACCEPTED " " FILTER_SET_ACCEPTED " --help (-h)"
#define SETTLE_MS	100	/* looks again after that, at the end */

/**
 * struct record - what was asked for
 * @name: file to write
 * @expression: the recorder's filter, NULL to leave it as it is
 * @wanted: which records
 * @enough: all that were wanted are there
 * @until_ns: take records up to that time
 */
struct record {
	const char *name;
	const char *expression;
	struct wanted wanted;
	bool enough;
	u64 until_ns;
};

enum {
	OPTION_FILTER = WANTED_OPTION_LAST,
};

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },
	WANTED_OPTIONS,
	FILTER_SET_OPTION(OPTION_FILTER),
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static const char help[] =
"Usage: ipctrace record -o FILE [OPTION]...\n"
"Write what ipctrace would print to FILE, as it comes from the recorder: first\n"
"what that holds, then what is to come, until interrupted. ipctrace report\n"
"prints it. Needs root, and the module ipctrace.ko.\n"
"\n"
"  -o, --output FILE       write to FILE, anew; - is standard output\n"
WANTED_HELP
FILTER_SET_HELP
"  -h, --help              print this text\n"
"\n"
"Records that were overwritten before they could be read are always reported.\n"
"Exit status: 0 at the end, 1 for a failure, 2 for wrong options.\n";

static u64 now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

/* Take one batch of records; false when that failed. */
static bool take_batch(struct record *record, struct source *source,
		       struct capture_writer *writer)
{
	bool ending = record->until_ns != ~0ULL;

	while (!record->enough && (ending || !live_stopped())) {
		struct ipctrace_header *header = capture_room(writer);
		int len = header ? source_next(source, header) : -EIO;

		if (len <= 0)
			return len == 0;
		if (header->time_ns > record->until_ns) {
			record->enough = true;
		} else if (wanted_record(&record->wanted, header)) {
			record->enough = wanted_enough(&record->wanted, header);
			capture_add(writer, record->wanted.cgroups);
		}
	}
	return true;
}

/* Until somebody says that it is enough; false when something failed. */
static bool take_live(struct record *record, struct source *source,
		      struct capture_writer *writer)
{
	for (;;) {
		if (!take_batch(record, source, writer))
			return false;
		if (record->enough || live_stopped())
			return true;
		if (!capture_flush(writer) || !source_consume(source))
			return false;
		switch (live_wait(source, writer->fd)) {
		case LIVE_READY:
			break;
		case LIVE_CLOSED:
			errno = EPIPE;
			warn("%s: cannot be written", writer->name);
			return false;
		case LIVE_FAILED:
			return false;
		}
	}
}

/*
 * What was in the rings when it was enough. It may take a while to be settled;
 * a batch has looked at all rings.
 */
static bool take_rest(struct record *record, struct source *source,
		      struct capture_writer *writer)
{
	struct pollfd pollfd = { .fd = source->fd, .events = POLLIN };

	record->until_ns = now();
	for (;;) {
		if (!take_batch(record, source, writer))
			return false;
		if (record->enough ||
		    !source_holds(source, record->until_ns))
			return true;
		if (!source_consume(source))
			return false;
		poll(&pollfd, 1, SETTLE_MS);
	}
}

static bool write_capture(struct record *record, struct source *source, int fd,
			  const char *name)
{
	struct capture_writer writer;
	bool good;

	if (!capture_begin(&writer, fd, name, source->merge->nr))
		return false;
	live_catch_signals();
	/* So that a full disk shows at once. */
	good = capture_flush(&writer) && take_live(record, source, &writer) &&
	       take_rest(record, source, &writer) && capture_end(&writer);
	capture_free(&writer);
	return good;
}

static bool open_and_write(struct record *record, struct source *source)
{
	bool good;
	int fd;

	if (!strcmp(record->name, "-"))
		return write_capture(record, source, STDOUT_FILENO,
				     "standard output");
	fd = open(record->name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0) {
		warn("%s: cannot be opened", record->name);
		return false;
	}
	good = write_capture(record, source, fd, record->name);
	if (close(fd) && good) {
		warn("%s: cannot be written", record->name);
		good = false;
	}
	return good;
}

static int record_device(struct record *record)
{
	struct source source;
	bool good;

	if (!source_open(&source))
		return EXIT_FAILURE;
	good = filter_set(source.fd, record->expression) &&
	       open_and_write(record, &source);
	source_close(&source);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int parse_and_record(struct record *record, int argc, char **argv)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":o:" WANTED_SHORT "h",
				     options, NULL)) != -1) {
		switch (option) {
		case ':':
		case '?':
			return option_refused(option, argv, options, ACCEPTED);
		case 'h':
			return print_text(help);
		case 'o':
			record->name = optarg;
			break;
		case OPTION_FILTER:
			record->expression = optarg;
			break;
		default:
			if (!wanted_option(&record->wanted, option, optarg))
				return EXIT_USAGE;
		}
	}
	if (optind < argc)
		return option_unexpected(argv[optind], ACCEPTED);
	if (!record->name) {
		warnx("no file to write: -o FILE; accepted: %s", ACCEPTED);
		return EXIT_USAGE;
	}
	if (!strcmp(record->name, "-") && isatty(STDOUT_FILENO)) {
		warnx("records are not text: let standard output be a file or a pipe");
		return EXIT_USAGE;
	}
	return record_device(record);
}

/**
 * cmd_record() - write a capture until interrupted
 * @argc: number of arguments
 * @argv: arguments, the first one is skipped
 *
 * Return: exit status
 */
int cmd_record(int argc, char **argv)
{
	struct record record = {
		.wanted.cgroups = cgroups_new(NULL),
		.until_ns = ~0ULL,
	};
	int status;

	if (!record.wanted.cgroups)
		return EXIT_FAILURE;
	status = parse_and_record(&record, argc, argv);
	cgroups_free(record.wanted.cgroups);
	return status;
}
