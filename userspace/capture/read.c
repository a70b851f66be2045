// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: capture_read
 *
 * Reads a capture, from a file or a pipe, in large pieces. It may come from
 * anywhere: every length is checked before it is used. What is wrong is reported with
 * its place, after everything before it has been given out.
 *
 * Captures of version 2, of earlier releases, are read here; those in blocks
 * by block_records.c.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/kinds.h"
#include "capture/read.h"

/* Room for the longest record, whose length has 16 bits, and the header */
#define BUFFER_BYTES	(1024 * 1024)

static_assert(BUFFER_BYTES >= 2 * IPCTRACE_CAPTURE_HEADER_MAX_BYTES);

#define TRUNCATED	"the capture is cut off here, or still being written"

/**
 * capture_place() - how much of the file has been read, in bytes
 * @reader: at any place, after capture_open()
 */
u64 capture_place(const struct capture_reader *reader)
{
	return reader->in_blocks ? reader->blocks.blocks.at :
				   reader->before + reader->at;
}

/**
 * capture_refuse() - stop reading
 * @reader: gives no record from now on, and capture_whole() says @problem
 * @problem: a line without its newline; must outlive @reader
 */
void capture_refuse(struct capture_reader *reader, const char *problem)
{
	reader->problem = problem;
}

/**
 * capture_warn() - print a warning about what follows
 * @reader: its name and place come before the warning; reading goes on
 * @warning: a line without its newline
 */
void capture_warn(const struct capture_reader *reader, const char *warning)
{
	warnx("%s: offset %llu: %s", reader->name,
	      (unsigned long long)capture_place(reader), warning);
}

/* Read more, until there are @need bytes at the place or no more come. */
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

/*
 * Whatever does not begin like version 2 is left to block_records.c, which finds blocks
 * even after a damaged header. Nothing more of a file is read here.
 */
static bool looks_like_blocks(struct capture_reader *reader)
{
	const size_t need = sizeof(struct ipctrace_capture);
	ssize_t n = pread(reader->fd, reader->buf, need, 0);

	if (n <= 0) {
		have(reader, need);
		n = reader->end;
	}
	return n && !(n >= (ssize_t)sizeof(IPCTRACE_CAPTURE_MAGIC) - 1 &&
		      same_magic(reader));
}

static bool open_blocks(struct capture_reader *reader)
{
	struct block_records *blocks = &reader->blocks;

	*blocks = (struct block_records){
		.cgroups = reader->cgroups,
		.last = BLOCKS_BLOCK,
	};
	reader->in_blocks = true;
	if (!blocks_open_after(&blocks->blocks, reader->fd, reader->name,
			       reader->buf, reader->end))
		return false;
	free(reader->buf);
	reader->buf = NULL;
	return true;
}

/* The first struct is checked as far as it is there: versions come before sizes. */
static bool check_header(struct capture_reader *reader)
{
	const struct ipctrace_capture *header = (void *)reader->buf;
	bool whole = have(reader, sizeof(*header));

	if (reader->error) {
		warnx("%s: cannot be read: %s", reader->name,
		      strerror(reader->error));
	} else if (!reader->end) {
		warnx("%s: offset 0: the file is empty", reader->name);
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
		header = (const void *)reader->buf;
		reader->at = header->header_bytes;
		reader->nr_cpus = header->nr_cpus;
		reader->start_ns = header->start_ns;
		reader->start_real_ns = header->start_real_ns;
		memcpy(reader->release, header->release,
		       sizeof(header->release));
		return true;
	}
	return false;
}

/**
 * capture_open() - begin to read a capture
 * @reader: out: a place at the first record, of any version of captures
 * @fd: at the beginning of a capture; stays open
 * @name: for messages; must outlive @reader
 * @cgroups: gets the names of cgroups as they are read; must outlive @reader
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
	if (looks_like_blocks(reader) ? open_blocks(reader) :
					check_header(reader))
		return true;
	free(reader->buf);
	return false;
}

/* ---- Records --------------------------------------------------------------- */

/* The record at the place, whole; NULL, with the reason, when there is none. */
static const struct ipctrace_header *look(struct capture_reader *reader)
{
	const struct ipctrace_header *record;

	if (!have(reader, sizeof(*record))) {
		capture_refuse(reader, TRUNCATED);
		return NULL;
	}
	record = (void *)(reader->buf + reader->at);
	if (!capture_is_record(record)) {
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
	if (capture_take_cgroup(reader->cgroups, cgroup))
		return true;
	capture_refuse(reader, "damaged: not the name of a cgroup");
	return false;
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
 * @reader: its cgroups learn the names that come on the way
 *
 * Return: the record, of a type that the recorder has or one that is not known,
 * 8-byte aligned, valid until the next call. NULL where there is no more:
 * capture_whole() tells why.
 */
const struct ipctrace_header *capture_next(struct capture_reader *reader)
{
	if (reader->in_blocks && !reader->problem)
		return block_records_next(&reader->blocks);
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
 * capture_end_ns() - when a capture ends
 * @reader: a capture of which nothing has been read yet
 * @end_ns: out: CLOCK_MONOTONIC when it ended; if its end is missing, when its last
 *	record was made
 *
 * Return: false when that is not known, as for a pipe.
 */
bool capture_end_ns(struct capture_reader *reader, u64 *end_ns)
{
	struct ipctrace_capture_end end;
	struct stat status;
	off_t size;

	if (reader->in_blocks)
		return blocks_end_ns(&reader->blocks.blocks, end_ns);
	size = fstat(reader->fd, &status) ? 0 : status.st_size;
	if (size < (off_t)sizeof(end) ||
	    pread(reader->fd, &end, sizeof(end), size - sizeof(end)) !=
		    sizeof(end) ||
	    end.header.len != sizeof(end) ||
	    end.header.type != IPCTRACE_CAPTURE_END)
		return false;
	*end_ns = end.header.time_ns;
	return true;
}

/**
 * capture_paused() - may there be more soon?
 * @reader: a place where there are no more records
 */
bool capture_paused(const struct capture_reader *reader)
{
	return reader->follow && reader->in_blocks && !reader->problem &&
	       reader->blocks.last == BLOCKS_CUT;
}

/* Why there are no more records; NULL: that was all */
static const char *why(const struct capture_reader *reader)
{
	if (reader->problem || !reader->in_blocks)
		return reader->problem;
	return reader->blocks.last == BLOCKS_END ? NULL : TRUNCATED;
}

/**
 * capture_whole() - was that all?
 * @reader: a place where there are no more records
 *
 * Return: false when the capture is damaged or cut off; with a message, unless there
 * was one before.
 */
bool capture_whole(const struct capture_reader *reader)
{
	int error = reader->in_blocks ? reader->blocks.blocks.error :
					reader->error;
	unsigned long long offset = capture_place(reader);

	if (error)
		warnx("%s: offset %llu: cannot be read: %s", reader->name,
		      offset, strerror(error));
	else if (why(reader))
		warnx("%s: offset %llu: %s", reader->name, offset, why(reader));
	else
		return !reader->in_blocks || !reader->blocks.damages;
	return false;
}

/**
 * capture_close() - undo capture_open()
 * @reader: from a capture_open() that succeeded; its file stays open
 */
void capture_close(struct capture_reader *reader)
{
	if (reader->in_blocks)
		blocks_close(&reader->blocks.blocks);
	free(reader->buf);
}
