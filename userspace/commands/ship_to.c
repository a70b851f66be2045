// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: ship_to
 *
 * Where lines are sent on this machine: to standard output, a file, or syslog. What
 * cannot be written now waits in memory; what there is no room for is counted, and told
 * by a line when it can be written again.
 */
#define _GNU_SOURCE	/* dup3() */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "commands/options.h"
#include "commands/ship_kafka.h"
#include "commands/ship_line.h"
#include "commands/ship_to.h"
#include "view/output.h"

#define BUFFER_BYTES	(1024 * 1024)
#define LOG_PATH	"/dev/log"
/* Who reads JSON in syslog looks for that. */
#define COOKIE		"@cee: "

/**
 * struct writer - a place on this machine
 * @to: what all have
 * @path: of a file or a socket; NULL: standard output
 * @socket: it is one of syslog
 * @buffer: lines that are not written yet; the first may lack its begin
 * @used: bytes of these
 * @nr: lines that end there
 * @dropped: lines that have gone
 * @told: of these so many have been told of, and that was written
 * @telling: so many will have been when @buffer is written
 * @id: of what counts them
 * @closed: nobody reads it any more
 * @complained: a message was given that it cannot be written
 */
struct writer {
	struct ship_to to;
	const char *path;
	bool socket;
	char buffer[BUFFER_BYTES];
	size_t used;
	u64 nr;
	u64 dropped;
	u64 told;
	u64 telling;
	char id[24];
	bool closed;
	bool complained;
};

static struct writer *writer_of(struct ship_to *to)
{
	return (struct writer *)to;
}

/* ---- syslog ----------------------------------------------------------------------- */

static bool connect_log(struct writer *writer)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", writer->path);
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		writer->to.fd = fd;
		return true;
	}
	if (fd >= 0)
		close(fd);
	return false;
}

/* A line by itself, as much of it as was taken, or -1 with errno */
static ssize_t put_log(struct writer *writer, size_t len)
{
	static char text[OUTPUT_LINE_BYTES + 128];
	time_t now = time(NULL);
	char when[32] = "";
	struct tm tm;
	int n;

	if (writer->to.fd < 0 && !connect_log(writer))
		return -1;
	if (localtime_r(&now, &tm))
		strftime(when, sizeof(when), "%b %e %H:%M:%S", &tm);
	n = snprintf(text, sizeof(text), "<%d>%s ipctrace[%d]: " COOKIE "%.*s",
		     LOG_DAEMON | LOG_INFO, when, getpid(), (int)len - 1,
		     writer->buffer);
	if (send(writer->to.fd, text, n, MSG_NOSIGNAL) >= 0)
		return len;
	/* Too long for it: nothing helps. */
	if (errno == EMSGSIZE) {
		writer->dropped++;
		return len;
	}
	close(writer->to.fd);
	writer->to.fd = -1;
	return -1;
}

/* ---- Files ------------------------------------------------------------------------- */

static int open_file(const char *path)
{
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* Whoever rotates logs has given it another name. */
static void look_for_file(struct writer *writer)
{
	struct stat open_one, named;
	int fd;

	if (!writer->path || writer->socket || fstat(writer->to.fd, &open_one) ||
	    (!stat(writer->path, &named) && named.st_ino == open_one.st_ino &&
	     named.st_dev == open_one.st_dev))
		return;
	fd = open_file(writer->path);
	if (fd < 0)
		return;
	dup3(fd, writer->to.fd, O_CLOEXEC);
	close(fd);
}

/* ---- All ---------------------------------------------------------------------------- */

static size_t first_line(const struct writer *writer)
{
	const char *end = memchr(writer->buffer, '\n', writer->used);

	return end ? (size_t)(end + 1 - writer->buffer) : writer->used;
}

static u64 count_ends(const char *bytes, size_t len)
{
	u64 nr = 0;
	size_t i;

	for (i = 0; i < len; i++)
		nr += bytes[i] == '\n';
	return nr;
}

static void take_away(struct writer *writer, size_t from, size_t len)
{
	writer->nr -= count_ends(writer->buffer + from, len);
	writer->used -= len;
	memmove(writer->buffer + from, writer->buffer + from + len,
		writer->used - from);
}

static void complain(struct writer *writer)
{
	if (errno == EPIPE && !writer->path) {
		writer->closed = true;
		return;
	}
	if (!writer->complained)
		warn("%s: lines wait until there is no room for more, and are counted then",
		     writer->to.name);
	writer->complained = true;
}

/* As much as can be written */
static bool flush(struct writer *writer)
{
	ssize_t n;

	while (writer->used) {
		n = writer->socket ? put_log(writer, first_line(writer)) :
				     write(writer->to.fd, writer->buffer, writer->used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			struct pollfd pollfd = { writer->to.fd, POLLOUT, 0 };

			poll(&pollfd, 1, -1);
			continue;
		}
		if (n <= 0) {
			complain(writer);
			return false;
		}
		take_away(writer, 0, n);
	}
	writer->told = writer->telling;
	writer->complained = false;
	return true;
}

/* But for the rest of a line of which there is a part */
static void drop(struct writer *writer)
{
	size_t keep = writer->socket ? 0 : first_line(writer);
	u64 nr = count_ends(writer->buffer + keep, writer->used - keep);

	/* The line that was to tell is none that can be missed. */
	writer->dropped += nr - (writer->telling != writer->told);
	writer->telling = writer->told;
	take_away(writer, keep, writer->used - keep);
}

static void put(struct writer *writer, const char *line, size_t len)
{
	memcpy(writer->buffer + writer->used, line, len);
	writer->used += len;
	writer->nr++;
}

static void writer_add(struct ship_to *to, const char *line, size_t len)
{
	struct writer *writer = writer_of(to);

	if (writer->closed)
		return;
	if (writer->used + len > sizeof(writer->buffer) && !flush(writer))
		drop(writer);
	put(writer, line, len);
}

static enum ship_state writer_pump(struct ship_to *to)
{
	struct writer *writer = writer_of(to);
	const char *line;
	size_t len;

	look_for_file(writer);
	if (flush(writer) && writer->dropped != writer->told) {
		line = ship_line_dropped(to->lines, writer->id,
					 writer->dropped - writer->told,
					 writer->dropped, &len);
		if (line) {
			put(writer, line, len);
			writer->telling = writer->dropped;
			flush(writer);
		}
	}
	return writer->closed ? SHIP_CLOSED : SHIP_ON;
}

static bool writer_end(struct ship_to *to, bool whole)
{
	struct writer *writer = writer_of(to);
	bool good = true;
	u64 lost;

	(void)whole;
	writer_pump(to);
	lost = writer->dropped - writer->told + writer->nr -
	       (writer->telling != writer->told);
	if (!writer->closed && lost) {
		warnx("%s: %llu lines could not be written", to->name,
		      (unsigned long long)lost);
		good = false;
	}
	if (writer->path && to->fd >= 0 && close(to->fd)) {
		warn("%s", to->name);
		good = false;
	}
	free(writer);
	return good;
}

static const struct ship_to_ops writer_ops = {
	.add = writer_add,
	.pump = writer_pump,
	.end = writer_end,
};

static struct ship_to *open_writer(const char *name, const char *path, bool socket,
				   struct ship_lines *lines)
{
	struct writer *writer = calloc(1, sizeof(*writer));

	if (!writer) {
		warnx("no memory for lines");
		return NULL;
	}
	writer->to = (struct ship_to){ &writer_ops, name, lines, STDOUT_FILENO };
	writer->path = path;
	writer->socket = socket;
	snprintf(writer->id, sizeof(writer->id), "%llx.%d",
		 (unsigned long long)clock_ns(CLOCK_REALTIME), getpid());
	if (socket) {
		writer->to.fd = -1;
		if (connect_log(writer))
			return &writer->to;
	} else if (path) {
		writer->to.fd = open_file(path);
	}
	if (writer->to.fd >= 0)
		return &writer->to;
	warn("--to %s: %s", name, path);
	free(writer);
	return NULL;
}

static bool is_kafka_only(const struct options *options)
{
	return options->spool || options->spool_bytes || options->properties.nr ||
	       options->config;
}

/**
 * ship_to_open() - open the place that --to names
 * @options: the options
 * @lines: make lines that tell of others; must outlive it
 * @status: out: exit status where there is none
 *
 * Return: the place; its @ops.end frees it. NULL, with a message.
 */
struct ship_to *ship_to_open(const struct options *options, struct ship_lines *lines,
			     int *status)
{
	const char *name = options->to;

	*status = EXIT_FAILURE;
	if (!strncmp(name, "kafka://", 8))
		return ship_kafka_open(options, lines, status);
	if (is_kafka_only(options)) {
		*status = options_refuse(options,
					 "--spool, --spool-bytes, -X and --config are for --to kafka://");
		return NULL;
	}
	if (!strcmp(name, "stdout"))
		return open_writer(name, NULL, false, lines);
	if (!strcmp(name, "syslog"))
		return open_writer(name, LOG_PATH, true, lines);
	if (!strncmp(name, "syslog:", 7) && name[7])
		return open_writer(name, name + 7, true, lines);
	if (!strncmp(name, "file:", 5) && name[5])
		return open_writer(name, name + 5, false, lines);
	warnx("--to: '%s' is no place; accepted: kafka://HOST[:PORT]/TOPIC, file:PATH, syslog, syslog:SOCKET, stdout",
	      name);
	*status = EXIT_USAGE;
	return NULL;
}
