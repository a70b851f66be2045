// SPDX-License-Identifier: GPL-2.0
/*
 * Lines a second that the reader writes to /dev/null, from rings that are full
 * of calls like those of a busy machine.
 *
 * speed FILE COUNT: write a capture of so many of these calls instead.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "unit_capture.h"
#include "input/source.h"
#include "names/cgroups.h"
#include "shared/merge.h"
#include "unit_rings.h"
#include "view/formats.h"

#define NR_RINGS	2
#define RING_BYTES	(4 << 20)
#define ROUNDS		50
#define BATCH		3000		/* records that a capture has between settled times */

/**
 * struct example - a call, and what its pointer leads to
 * @call: the call
 * @user: how much, 0 bytes: nothing
 * @words: the memory
 */
struct example {
	struct ipctrace_call call;
	struct ipctrace_user user;
	__s16 words[4];
};

static const struct example examples[] = {
	{
		.call.header.call = IPCTRACE_CALL_msgsnd,
		.call.args = { 32769, 0x7ffc12345678, 128, 0 },
		.user = { .arg = 1, .flags = 3, .bytes = 8 },
		.words = { 1 },
	},
	{
		.call.header.call = IPCTRACE_CALL_msgrcv,
		.call.args = { 32769, 0x7ffc12345678, 128, -5, 04000 },
		.call.ret = 128,
		.user = { .arg = 1, .flags = 2, .bytes = 8 },
		.words = { 1 },
	},
	{
		.call.header.call = IPCTRACE_CALL_semtimedop,
		.call.args = { 5, 0x7ffc12345678, 1, 0 },
		.user = { .arg = 1, .flags = 3, .bytes = 6, .count = 1 },
		.words = { 3, -1, 010000 },
	},
	{
		.call.header.call = IPCTRACE_CALL_msgrcv,
		.call.args = { 32769, 0x7ffc12345678, 128, -5, 04000 },
		.call.ret = -ENOMSG,
	},
	{
		.call.header.call = IPCTRACE_CALL_shmget,
		.call.args = { 0x1234, 1048576, 01600 },
		.call.ret = 32769,
	},
	{
		.call.header.call = IPCTRACE_CALL_msgget,
		.call.args = { 0x1234, 0600 },
		.call.ret = 32769,
	},
};

static void make(struct example *example, u32 i, u64 cgroup)
{
	struct ipctrace_call *call = &example->call;

	*example = examples[i % ARRAY_SIZE(examples)];
	call->header.len = sizeof(*call);
	if (example->user.bytes) {
		call->header.len = sizeof(*example);
		example->user.part.type = IPCTRACE_PART_USER;
		example->user.part.len = sizeof(*example) - sizeof(*call);
	}
	call->header.type = IPCTRACE_TYPE_CALL;
	call->header.flags = IPCTRACE_F_OBJECT;
	call->header.cpu = i / 8 % NR_RINGS;
	call->header.time_ns = 123456000000000 + i * 1234ULL;
	call->duration_ns = 1000 + i % 5000;
	call->cgroup = cgroup;
	memcpy(call->comm, "stress-ng-msg", 13);
	call->tgid = 12345;
	call->tid = 12345;
	call->ppid = 12340;
	call->loginuid = 1000;
	call->ipc_ns = 4026531839;
	call->object = (struct ipctrace_object){
		.id = 32769,
		.key = 0x1234,
		.mode = 0600,
		.seq = 1,
	};
}

static void fill(struct unit_rings *rings, u64 cgroup)
{
	u32 i, n = NR_RINGS * (RING_BYTES / IPCTRACE_BLOCK_BYTES - 2) * 22;

	for (i = 0; i < n; i++) {
		struct example example;

		make(&example, i, cgroup);
		unit_put(&rings->rings[example.call.header.cpu],
			 &example.call.header);
	}
}

/* A cgroup that this machine has, so that it has a name. */
static u64 some_cgroup(struct cgroups *cgroups)
{
	u64 id;

	return cgroups_id(cgroups, "/", &id) ? id : 4242;
}

static int write_capture(const char *name, u32 count)
{
	struct cgroups *cgroups = cgroups_new(NULL);
	struct capture_writer writer;
	u64 cgroup = some_cgroup(cgroups);
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	u32 i;

	if (fd < 0 || !capture_begin(&writer, fd, name, NR_RINGS))
		return 1;
	for (i = 0; i < count; i++) {
		struct example example, *room = capture_room(&writer);

		if (!room)
			return 1;
		make(&example, i, cgroup);
		memcpy(room, &example, example.call.header.len);
		capture_add(&writer, example.call.header.len, cgroups);
		if (i % BATCH == BATCH - 1 &&
		    !capture_settled(&writer, example.call.header.time_ns))
			return 1;
	}
	return !capture_end(&writer);
}

/* Of the processor's time: what else the machine does is not counted. */
static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static u64 read_all(struct unit_rings *rings, struct sink *sink)
{
	u64 record[IPCTRACE_RECORD_MAX_BYTES / sizeof(u64)];
	struct source source;
	u64 n = 0;

	if (!source_attach(&source, &rings->hello, rings->map))
		exit(1);
	while (source_next(&source, record) > 0) {
		if (sink)
			sink_record(sink, (const void *)record, NULL);
		n++;
	}
	free(source.merge);
	return n;
}

static void measure(const char *what, struct unit_rings *rings,
		    struct sink *sink)
{
	double start = seconds();
	u64 lines = 0;
	int i;

	for (i = 0; i < ROUNDS; i++)
		lines += read_all(rings, sink);
	printf("%-6s %6.2f million a second\n", what,
	       lines / (seconds() - start) / 1e6);
}

int main(int argc, char **argv)
{
	int fd = open("/dev/null", O_WRONLY);
	struct cgroups *cgroups = cgroups_new(NULL);
	struct unit_rings rings;
	struct sink *sink;

	if (argc == 3)
		return write_capture(argv[1], atoi(argv[2]));
	unit_rings_init(&rings, NR_RINGS, RING_BYTES);
	fill(&rings, some_cgroup(cgroups));
	*(u64 *)rings.map = ~0ULL;
	measure("read", &rings, NULL);
	measure("text", &rings, sink_new(fd, SINK_TEXT));
	sink = sink_new(fd, SINK_JSON);
	sink->cgroups = cgroups;
	measure("json", &rings, sink);
	return 0;
}
