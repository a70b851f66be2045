// SPDX-License-Identifier: GPL-2.0
/*
 * Writes captures of version 2, as earlier releases did, for tests of what reads
 * them.
 */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "unit_capture.h"
#include "names/cgroups.h"

#define BUFFER_BYTES	(1024 * 1024)
#define CGROUP_MAX_BYTES \
	(sizeof(struct ipctrace_capture_cgroup) + IPCTRACE_CAPTURE_PATH_BYTES)

/* What a block of records may take: themselves, the names of their cgroups */
#define ROOM_BYTES							\
	(IPCTRACE_BLOCK_BYTES +						\
	 IPCTRACE_BLOCK_BYTES / sizeof(struct ipctrace_call) * CGROUP_MAX_BYTES)

static_assert(sizeof(struct ipctrace_capture) % 8 == 0);
static_assert(sizeof(struct ipctrace_capture_cgroup) % 8 == 0);
static_assert(IPCTRACE_CAPTURE_PATH_BYTES % 8 == 0);

static u64 now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

/**
 * capture_begin() - begin a capture
 * @writer: out: the capture
 * @fd: where to; stays open
 * @name: its name, for messages
 * @nr_cpus: rings that the records come from
 *
 * Return: false, with a message, when memory is short.
 */
bool capture_begin(struct capture_writer *writer, int fd, const char *name,
		   u32 nr_cpus)
{
	struct ipctrace_capture *header;
	struct utsname uts;

	*writer = (struct capture_writer){
		.fd = fd,
		.name = name,
		.buf = malloc(BUFFER_BYTES),
	};
	header = (void *)writer->buf;
	if (!header) {
		warnx("no memory for a buffer");
		return false;
	}
	*header = (struct ipctrace_capture){
		.version = IPCTRACE_CAPTURE_VERSION,
		.header_bytes = sizeof(*header),
		.transport = IPCTRACE_TRANSPORT,
		.schema = IPCTRACE_SCHEMA,
		.nr_cpus = nr_cpus,
		.start_ns = now(CLOCK_MONOTONIC),
		.start_real_ns = now(CLOCK_REALTIME),
	};
	memcpy(header->magic, IPCTRACE_CAPTURE_MAGIC, sizeof(header->magic));
	if (!uname(&uts))
		memcpy(header->release, uts.release,
		       strnlen(uts.release, sizeof(header->release) - 1));
	writer->used = sizeof(*header);
	return true;
}

/**
 * capture_room() - where the next records go
 * @writer: the capture
 *
 * Return: room for IPCTRACE_BLOCK_BYTES, 8-byte aligned; NULL when the
 * capture could not be written.
 */
void *capture_room(struct capture_writer *writer)
{
	if (BUFFER_BYTES - writer->used < ROOM_BYTES && !capture_flush(writer))
		return NULL;
	return writer->buf + writer->used;
}

static void add_cgroup(struct capture_writer *writer, u64 id,
		       const struct cgroup *named)
{
	size_t bytes = (strlen(named->path) + 8) / 8 * 8;
	struct ipctrace_capture_cgroup *cgroup =
		(void *)(writer->buf + writer->used);

	*cgroup = (struct ipctrace_capture_cgroup){
		.header.len = sizeof(*cgroup) + bytes,
		.header.type = IPCTRACE_CAPTURE_CGROUP,
		.header.flags = named->container ?
				IPCTRACE_CAPTURE_F_CONTAINER : 0,
		.id = id,
	};
	strncpy((char *)(cgroup + 1), named->path, bytes);
	writer->used += cgroup->header.len;
	writer->records++;
}

/*
 * Two cgroups that share a place are named more than once. Returns false where
 * there is no name yet.
 */
static bool name_cgroup(struct capture_writer *writer, struct cgroups *cgroups,
			u64 id)
{
	u64 *named = &writer->named[id % CAPTURE_NR_NAMED];
	const struct cgroup *cgroup;

	if (*named == id)
		return true;
	cgroup = cgroups_find(cgroups, id);
	if (!cgroup->path ||
	    strlen(cgroup->path) >= IPCTRACE_CAPTURE_PATH_BYTES)
		return false;
	*named = id;
	add_cgroup(writer, id, cgroup);
	return true;
}

/**
 * capture_add() - what is at capture_room() belongs to the capture
 * @writer: the capture
 * @bytes: of whole records, at most IPCTRACE_BLOCK_BYTES
 * @cgroups: names of cgroups, or NULL
 *
 * Of a record no more is looked at than its length and its cgroup.
 */
void capture_add(struct capture_writer *writer, u32 bytes,
		 struct cgroups *cgroups)
{
	const char *at = writer->buf + writer->used, *end = at + bytes;
	u64 records = 0, named = writer->named_last;
	const struct ipctrace_call *record;

	writer->used += bytes;
	for (; at < end; at += record->header.len, records++) {
		record = (const void *)at;
		if (record->header.len < sizeof(*record) ||
		    record->cgroup == named)
			continue;
		if (cgroups && name_cgroup(writer, cgroups, record->cgroup))
			named = record->cgroup;
	}
	writer->records += records;
	writer->named_last = named;
}

/**
 * capture_settled() - all records up to a time are in the capture
 * @writer: the capture
 * @settled_ns: the time, CLOCK_MONOTONIC
 *
 * Return: false when the capture could not be written.
 */
bool capture_settled(struct capture_writer *writer, u64 settled_ns)
{
	struct ipctrace_header *settled = capture_room(writer);

	if (!settled)
		return false;
	*settled = (struct ipctrace_header){
		.len = sizeof(*settled),
		.type = IPCTRACE_CAPTURE_SETTLED,
		.time_ns = settled_ns,
	};
	capture_add(writer, sizeof(*settled), NULL);
	return true;
}

static void wait_writable(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLOUT };

	poll(&pollfd, 1, -1);
}

/**
 * capture_flush() - write what has gathered
 * @writer: the capture
 *
 * Return: false, with a message the first time, when that failed.
 */
bool capture_flush(struct capture_writer *writer)
{
	size_t done = 0;

	while (!writer->failed && done < writer->used) {
		ssize_t n = write(writer->fd, writer->buf + done,
				  writer->used - done);

		if (n >= 0) {
			done += n;
		} else if (errno == EAGAIN) {
			wait_writable(writer->fd);
		} else if (errno != EINTR) {
			warn("%s: cannot be written", writer->name);
			writer->failed = true;
		}
	}
	writer->used = 0;
	return !writer->failed;
}

/**
 * capture_end() - write the rest, and that it is the end
 * @writer: the capture
 *
 * Return: false, with a message, when that failed.
 */
bool capture_end(struct capture_writer *writer)
{
	struct ipctrace_capture_end *end = capture_room(writer);

	if (!end)
		return false;
	*end = (struct ipctrace_capture_end){
		.header.len = sizeof(*end),
		.header.type = IPCTRACE_CAPTURE_END,
		.header.time_ns = now(CLOCK_MONOTONIC),
		.records = writer->records,
	};
	writer->used += sizeof(*end);
	return capture_flush(writer);
}

/**
 * capture_free() - undo capture_begin()
 * @writer: the capture; what was not flushed is dropped
 */
void capture_free(struct capture_writer *writer)
{
	free(writer->buf);
}
