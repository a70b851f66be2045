// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: capture_read
 *
 * Takes a capture, from a file or a pipe, in large pieces. It may come from
 * anywhere: every length is checked before it is used, and what is wrong is
 * told with the place where it is, after what came before has been given out.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/read.h"
#include "names/cgroups.h"
#include "shared/syscalls.h"

/* Room for the longest record, whose length has 16 bits, and the header */
#define BUFFER_BYTES	(1024 * 1024)

static_assert(BUFFER_BYTES >= 2 * IPCTRACE_CAPTURE_HEADER_MAX_BYTES);

#define TRUNCATED	"the capture is cut off here, or still being written"

/**
 * capture_refuse() - there is no going on
 * @reader: the capture
 * @problem: why; must outlive @reader
 */
void capture_refuse(struct capture_reader *reader, const char *problem)
{
	reader->problem = problem;
}

/**
 * capture_warn() - there is something to know about what follows
 * @reader: the capture
 * @warning: what
 */
void capture_warn(const struct capture_reader *reader, const char *warning)
{
	warnx("%s: offset %llu: %s", reader->name,
	      (unsigned long long)(reader->before + reader->at), warning);
}

/* Get more, until there are @need bytes at the place or no more to come. */
static void fill(struct capture_reader *reader, size_t need)
{
	size_t rest = reader->end - reader->at;

	memmove(reader->buf, reader->buf + reader->at, rest);
	reader->before += reader->at;
	reader->at = 0;
	reader->end = rest;
	while (reader->end < need && !reader->eof) {
		ssize_t n = read(reader->fd, reader->buf + reader->end,
				 BUFFER_BYTES - reader->end);

		if (n > 0) {
			reader->end += n;
		} else if (!n) {
			reader->eof = true;
		} else if (errno != EINTR) {
			reader->error = errno;
			reader->eof = true;
		}
	}
}

/* Are there @need bytes at the place? */
static inline bool have(struct capture_reader *reader, size_t need)
{
	if (reader->end - reader->at < need)
		fill(reader, need);
	return reader->end - reader->at >= need;
}

/* ---- The header ------------------------------------------------------------ */

static bool same_magic(const struct capture_reader *reader)
{
	static const char magic[] = IPCTRACE_CAPTURE_MAGIC;

	return !memcmp(reader->buf, magic, sizeof(magic) - 1);
}

/* The first struct is checked as far as it goes: versions come before sizes. */
static bool check_header(struct capture_reader *reader)
{
	const struct ipctrace_capture *header = (void *)reader->buf;
	bool whole = have(reader, sizeof(*header));

	if (reader->error) {
		warnx("%s: cannot be read: %s", reader->name,
		      strerror(reader->error));
	} else if (!reader->end) {
		warnx("%s: offset 0: the file is empty", reader->name);
	} else if (reader->end < sizeof(header->magic) || !same_magic(reader)) {
		warnx("%s: offset 0: not a capture of ipctrace record",
		      reader->name);
	} else if (reader->end >= 12 &&
		   header->version != IPCTRACE_CAPTURE_VERSION) {
		warnx("%s: offset 8: version %u of captures; this program reads version %d",
		      reader->name, header->version, IPCTRACE_CAPTURE_VERSION);
	} else if (!whole) {
		warnx("%s: offset %zu: " TRUNCATED, reader->name, reader->end);
	} else if (header->header_bytes < sizeof(*header) ||
		   header->header_bytes % 8 || header->header_bytes >
		   IPCTRACE_CAPTURE_HEADER_MAX_BYTES) {
		warnx("%s: offset 12: a header of %u bytes", reader->name,
		      header->header_bytes);
	} else if (header->transport != IPCTRACE_TRANSPORT ||
		   header->schema < IPCTRACE_SCHEMA_OLDEST) {
		warnx("%s: offset 16: records of transport %u and schema %u; this program reads transport %d and schemas from %d",
		      reader->name, header->transport, header->schema,
		      IPCTRACE_TRANSPORT, IPCTRACE_SCHEMA_OLDEST);
	} else if (!have(reader, header->header_bytes)) {
		warnx("%s: offset %zu: " TRUNCATED, reader->name, reader->end);
	} else {
		reader->at = header->header_bytes;
		return true;
	}
	return false;
}

/**
 * capture_open() - begin to read a capture
 * @reader: out: a place at the first record
 * @fd: the capture; stays open
 * @name: its name, for messages
 * @cgroups: takes the names of cgroups that the capture has
 *
 * Return: false, with a message, when it is not a capture that this program
 * can read.
 */
bool capture_open(struct capture_reader *reader, int fd, const char *name,
		  struct cgroups *cgroups)
{
	*reader = (struct capture_reader){
		.fd = fd,
		.name = name,
		.cgroups = cgroups,
		.buf = malloc(BUFFER_BYTES),
	};
	if (!reader->buf) {
		warnx("no memory for a buffer");
		return false;
	}
	if (check_header(reader))
		return true;
	capture_close(reader);
	return false;
}

/* ---- Records --------------------------------------------------------------- */

/* Fewest bytes of a record of that type */
static size_t smallest(u8 type)
{
	switch (type) {
	case IPCTRACE_CAPTURE_CGROUP:
		return sizeof(struct ipctrace_capture_cgroup) + 8;
	case IPCTRACE_CAPTURE_END:
		return sizeof(struct ipctrace_capture_end);
	default:
		return ipct_type_min_bytes(type);
	}
}

static size_t largest(u8 type)
{
	return type < IPCTRACE_CAPTURE_CGROUP ? IPCTRACE_RECORD_MAX_BYTES :
						0xffff;
}

/* The record at the place, whole; NULL, with the reason, when there is none. */
static const struct ipctrace_header *look(struct capture_reader *reader)
{
	const struct ipctrace_header *record;

	if (!have(reader, sizeof(*record))) {
		capture_refuse(reader, TRUNCATED);
		return NULL;
	}
	record = (void *)(reader->buf + reader->at);
	if (record->len % 8 || record->len < smallest(record->type) ||
	    record->len > largest(record->type) ||
	    record->type == IPCTRACE_TYPE_PAD) {
		capture_refuse(reader, "damaged: not a record");
		return NULL;
	}
	if (!have(reader, record->len)) {
		capture_refuse(reader, TRUNCATED);
		return NULL;
	}
	return (void *)(reader->buf + reader->at);
}

static bool take_cgroup(struct capture_reader *reader,
			const struct ipctrace_capture_cgroup *cgroup)
{
	const char *path = (const char *)(cgroup + 1);
	size_t room = cgroup->header.len - sizeof(*cgroup);

	if (room > IPCTRACE_CAPTURE_PATH_BYTES || path[0] != '/' ||
	    path[room - 1]) {
		capture_refuse(reader, "damaged: not the name of a cgroup");
		return false;
	}
	cgroups_name(reader->cgroups, cgroup->id, path,
		     cgroup->header.flags & IPCTRACE_CAPTURE_F_CONTAINER);
	return true;
}

static void take_end(struct capture_reader *reader,
		     const struct ipctrace_capture_end *end)
{
	if (end->records != reader->records) {
		capture_refuse(reader, "damaged: another number of records than before it");
		return;
	}
	reader->at += end->header.len;
	if (have(reader, 1))
		capture_refuse(reader, "damaged: goes on after its end");
	else if (reader->error)
		capture_refuse(reader, TRUNCATED);
	else
		reader->complete = true;
}

static void step(struct capture_reader *reader, u16 len)
{
	reader->at += len;
	reader->records++;
}

/**
 * capture_next() - next record
 * @reader: the place
 *
 * Return: the record, of a type that the recorder has or one that is not known,
 * 8-byte aligned, valid until the next call. NULL where there is no more:
 * capture_whole() tells why.
 */
const struct ipctrace_header *capture_next(struct capture_reader *reader)
{
	while (!reader->problem && !reader->complete) {
		const struct ipctrace_header *record = look(reader);

		if (!record)
			break;
		if (record->type == IPCTRACE_CAPTURE_END) {
			take_end(reader, (const void *)record);
			break;
		}
		if (record->type != IPCTRACE_CAPTURE_CGROUP) {
			step(reader, record->len);
			return record;
		}
		if (take_cgroup(reader, (const void *)record))
			step(reader, record->len);
	}
	return NULL;
}

/**
 * capture_whole() - was that all?
 * @reader: a place where there are no more records
 *
 * Return: false, with a message, when the capture is damaged or cut off.
 */
bool capture_whole(const struct capture_reader *reader)
{
	unsigned long long offset = reader->before + reader->at;

	if (reader->complete)
		return true;
	if (reader->error)
		warnx("%s: offset %llu: cannot be read: %s", reader->name,
		      offset, strerror(reader->error));
	else
		warnx("%s: offset %llu: %s", reader->name, offset,
		      reader->problem);
	return false;
}

/**
 * capture_close() - undo capture_open()
 * @reader: the place
 */
void capture_close(struct capture_reader *reader)
{
	free(reader->buf);
}
