// SPDX-License-Identifier: GPL-2.0
/* The reader's way from mapped rings to a file or pipe. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "input/source.h"
#include "shared/merge.h"
#include "unit_rings.h"
#include "view/formats.h"

static struct ipctrace_call example(u32 pid)
{
	return (struct ipctrace_call){
		.header = {
			.len = sizeof(struct ipctrace_call),
			.type = IPCTRACE_TYPE_CALL,
		},
		.tgid = pid,
		.comm = "demo",
	};
}

/* ---- Source --------------------------------------------------------------- */

FIXTURE(source) {
	struct unit_rings rings;
	struct source source;
	u64 *settled_ns;
	union {
		u64 words[IPCTRACE_RECORD_MAX_BYTES / sizeof(u64)];
		struct ipctrace_header header;
		struct ipctrace_lost lost;
	} record;
};

FIXTURE_SETUP(source)
{
	unit_rings_init(&self->rings, 2, 2 * IPCTRACE_BLOCK_BYTES);
	self->settled_ns = self->rings.map;
	ASSERT_TRUE(source_attach(&self->source, &self->rings.hello,
				  self->rings.map));
}

FIXTURE_TEARDOWN(source)
{
	free(self->source.merge);
	unit_rings_free(&self->rings);
}

#define EXPECT_NEXT(ring, time) do {					\
	EXPECT_LT(0, source_next(&self->source, &self->record));	\
	EXPECT_EQ(IPCTRACE_TYPE_CALL, self->record.header.type);	\
	EXPECT_EQ(ring, self->record.header.cpu);			\
	EXPECT_EQ(time, self->record.header.time_ns);			\
} while (0)

#define EXPECT_END() \
	EXPECT_EQ(0, source_next(&self->source, &self->record))

TEST_F(source, what_is_settled_in_order)
{
	EXPECT_END();
	unit_put_time(&self->rings, 1, 10, 160);
	unit_put_time(&self->rings, 0, 20, 160);
	EXPECT_END();
	*self->settled_ns = 15;
	EXPECT_NEXT(1, 10);
	EXPECT_END();
	unit_put_time(&self->rings, 1, 18, 160);
	*self->settled_ns = 30;
	EXPECT_NEXT(1, 18);
	EXPECT_NEXT(0, 20);
	EXPECT_END();
	EXPECT_EQ(30, self->source.settled_ns);
}

TEST_F(source, lost)
{
	u64 i;

	for (i = 1; i <= 5; i++)
		unit_put_time(&self->rings, 1, i, 4080);
	*self->settled_ns = 5;
	EXPECT_EQ(24, source_next(&self->source, &self->record));
	EXPECT_EQ(IPCTRACE_TYPE_LOST, self->record.header.type);
	EXPECT_EQ(1, self->record.header.cpu);
	EXPECT_EQ(3, self->record.lost.count);
	EXPECT_NEXT(1, 4);
	EXPECT_NEXT(1, 5);
	EXPECT_END();
}

/* After a clear the first record is not the first that was ever written. */
TEST_F(source, later_start)
{
	unit_put_time(&self->rings, 0, 1, 160);
	self->source.merge->ring[0].cursor = (struct ipct_cursor){
		.pos = sizeof(struct ipctrace_block) + 160,
		.seq = 1,
	};
	unit_put_time(&self->rings, 0, 2, 160);
	*self->settled_ns = 2;
	EXPECT_NEXT(0, 2);
	EXPECT_END();
}

TEST_F(source, damaged)
{
	struct ipctrace_header *header;

	close(STDERR_FILENO);	/* where the message goes */
	unit_put_time(&self->rings, 1, 1, 160);
	header = self->rings.rings[1].data + sizeof(struct ipctrace_block);
	header->len = 7;
	EXPECT_EQ(-EIO, source_next(&self->source, &self->record));
}

/* ---- Output ----------------------------------------------------------------- */

static void count_lines(int fd, u64 *lines, u64 *bytes)
{
	static char buf[65536];
	ssize_t i, n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		*bytes += n;
		for (i = 0; i < n; i++)
			*lines += buf[i] == '\n';
	}
}

struct drain {
	int fd;
	u64 lines;
	u64 bytes;
};

static void *drain_pipe(void *argument)
{
	struct drain *drain = argument;

	count_lines(drain->fd, &drain->lines, &drain->bytes);
	return NULL;
}

/* Far more than the buffer holds, through a pipe: every line arrives. */
static u64 lines_through_pipe(enum sink_format format, int flags)
{
	struct drain drain = { };
	struct sink *sink;
	pthread_t thread;
	int pipes[2];
	u32 i;

	if (pipe(pipes))
		return 0;
	fcntl(pipes[1], F_SETFL, flags);
	drain.fd = pipes[0];
	pthread_create(&thread, NULL, drain_pipe, &drain);
	sink = sink_new(pipes[1], format);
	for (i = 0; i < 20000; i++) {
		struct ipctrace_call call = example(i);

		sink_record(sink, &call.header, NULL);
	}
	if (sink_flush(sink) != OUTPUT_OK)
		drain.lines = 0;
	sink_free(sink);
	close(pipes[1]);
	pthread_join(thread, NULL);
	close(pipes[0]);
	return drain.lines;
}

TEST(all_lines_arrive)
{
	EXPECT_EQ(20000, lines_through_pipe(SINK_TEXT, 0));
	EXPECT_EQ(20000, lines_through_pipe(SINK_JSON, 0));
}

/* Who shares our output may have made it non-blocking. */
TEST(all_lines_arrive_nonblocking)
{
	EXPECT_EQ(20000, lines_through_pipe(SINK_TEXT, O_NONBLOCK));
	EXPECT_EQ(20000, lines_through_pipe(SINK_JSON, O_NONBLOCK));
}

TEST(nothing_before_flush_everything_after)
{
	struct ipctrace_call call = example(1);
	struct sink *sink;
	int pipes[2];
	char buf[512];

	ASSERT_EQ(0, pipe2(pipes, O_NONBLOCK));
	sink = sink_new(pipes[1], SINK_TEXT);
	EXPECT_EQ(OUTPUT_OK, sink_record(sink, &call.header, NULL));
	EXPECT_EQ(-1, read(pipes[0], buf, sizeof(buf)));
	EXPECT_EQ(OUTPUT_OK, sink_flush(sink));
	EXPECT_LT(60, read(pipes[0], buf, sizeof(buf)));
	EXPECT_EQ(OUTPUT_OK, sink_flush(sink));
	EXPECT_EQ(-1, read(pipes[0], buf, sizeof(buf)));
	sink_free(sink);
}

TEST(closed_pipe_is_the_end)
{
	struct ipctrace_call call = example(1);
	struct sink *sink;
	int pipes[2];

	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, pipe(pipes));
	close(pipes[0]);
	sink = sink_new(pipes[1], SINK_JSON);
	EXPECT_EQ(OUTPUT_OK, sink_record(sink, &call.header, NULL));
	EXPECT_EQ(OUTPUT_CLOSED, sink_flush(sink));
	EXPECT_EQ(OUTPUT_CLOSED, sink_record(sink, &call.header, NULL));
	sink_free(sink);
}

TEST(full_disk_is_an_error)
{
	struct ipctrace_call call = example(1);
	struct sink *sink;
	int fd = open("/dev/full", O_WRONLY);

	ASSERT_LE(0, fd);
	close(STDERR_FILENO);	/* where the message goes */
	sink = sink_new(fd, SINK_TEXT);
	EXPECT_EQ(OUTPUT_OK, sink_record(sink, &call.header, NULL));
	EXPECT_EQ(OUTPUT_FAILED, sink_flush(sink));
	EXPECT_EQ(OUTPUT_FAILED, sink_flush(sink));
	sink_free(sink);
}

TEST_HARNESS_MAIN
