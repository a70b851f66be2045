// SPDX-License-Identifier: GPL-2.0
/*
 * What a capture in blocks takes, in bytes and nanoseconds a record, with each
 * effort. speed_blocks FILE: with the records of a capture that ipctrace record
 * wrote (version 2); without FILE, with random ones.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "capture/blocks_read.h"
#include "capture/blocks_write.h"
#include "unit_traffic.h"

#define ROUNDS	5

static const struct blocks_about about = { .nr_cpus = 2 };
static char *records;
static size_t bytes;
static u64 nr;

/* Of the processor's time: what else the machine does is not counted. */
static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void take_file(const char *name)
{
	int fd = open(name, O_RDONLY);
	const struct ipctrace_capture *capture;
	struct stat status;

	if (fd < 0 || fstat(fd, &status))
		err(1, "%s", name);
	capture = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (capture == MAP_FAILED ||
	    memcmp(capture->magic, IPCTRACE_CAPTURE_MAGIC, 8))
		errx(1, "%s: not a capture", name);
	bytes = status.st_size - capture->header_bytes;
	records = malloc(bytes);
	memcpy(records, (char *)capture + capture->header_bytes, bytes);
}

static void take_random(void)
{
	struct unit_traffic traffic = { .seed = 1, .callers = 20 };

	records = malloc(100 << 20);
	while (bytes < 99 << 20)
		bytes += unit_traffic_next(&traffic, records + bytes);
}

static void write_all(struct blocks_writer *writer)
{
	size_t at = 0;

	for (nr = 0; at < bytes;) {
		char *room = blocks_room(writer);
		u32 n = 0;
		u16 len;

		for (; at + n < bytes; n += len, nr++) {
			memcpy(&len, records + at + n, sizeof(len));
			if (!len || n + len > IPCTRACE_BLOCK_BYTES)
				break;
		}
		if (!room || !n)
			errx(1, "no room, or not a record at %zu", at);
		memcpy(room, records + at, n);
		blocks_add(writer, n);
		at += n;
	}
}

static size_t read_all(struct blocks_reader *reader)
{
	size_t sum = 0;

	while (blocks_next(reader) == BLOCKS_BLOCK)
		sum += reader->facts.bytes;
	return sum;
}

static void measure(enum blocks_effort effort, const char *name)
{
	int fd = memfd_create("capture", 0), i;
	double start, writing = 0, reading = 0;
	struct blocks_writer writer;
	struct blocks_reader reader;
	size_t size;

	for (i = 0; i < ROUNDS; i++) {
		if (ftruncate(fd, 0) || lseek(fd, 0, SEEK_SET))
			err(1, "memory file");
		start = seconds();
		blocks_begin(&writer, fd, "it", &about);
		writer.effort = effort;
		write_all(&writer);
		blocks_end(&writer);
		blocks_free(&writer);
		writing += seconds() - start;
		size = lseek(fd, 0, SEEK_CUR);
		start = seconds();
		blocks_open(&reader, fd, "it");
		if (read_all(&reader) != bytes)
			errx(1, "not what was written");
		blocks_close(&reader);
		reading += seconds() - start;
	}
	printf("%-9s %6.1f bytes, written in %5.1f ns, read in %5.1f ns\n", name,
	       (double)size / nr, writing / ROUNDS / nr * 1e9,
	       reading / ROUNDS / nr * 1e9);
	close(fd);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		take_file(argv[1]);
	else
		take_random();
	measure(BLOCKS_COMPRESS, "compress");
	measure(BLOCKS_PACK, "pack");
	measure(BLOCKS_STORE, "store");
	return 0;
}
