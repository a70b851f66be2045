// SPDX-License-Identifier: GPL-2.0
/*
 * Lines a second that the reader writes to /dev/null, from rings that are full
 * of calls like those of a busy machine.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "merge.h"
#include "output.h"
#include "source.h"
#include "unit_rings.h"

#define NR_RINGS	2
#define RING_BYTES	(4 << 20)
#define ROUNDS		100

static const struct ipctrace_call calls[] = {
	{
		.header.call = IPCTRACE_CALL_msgsnd,
		.args = { 32769, 0x7ffc12345678, 128, 0 },
	},
	{
		.header.call = IPCTRACE_CALL_msgrcv,
		.args = { 32769, 0x7ffc12345678, 128, -5, 04000 },
		.ret = -ENOMSG,
	},
	{
		.header.call = IPCTRACE_CALL_semtimedop,
		.args = { 5, 0x7ffc12345678, 1, 0 },
	},
	{
		.header.call = IPCTRACE_CALL_shmget,
		.args = { 0x1234, 1048576, 01600 },
		.ret = 32769,
	},
};

static u32 fill(struct unit_rings *rings)
{
	u32 i, n = NR_RINGS * (RING_BYTES / IPCTRACE_BLOCK_BYTES - 2) * 25;

	for (i = 0; i < n; i++) {
		struct ipctrace_call call = calls[i % ARRAY_SIZE(calls)];

		call.header.len = sizeof(call);
		call.header.type = IPCTRACE_TYPE_CALL;
		call.header.flags = IPCTRACE_F_OBJECT;
		call.header.cpu = i / 8 % NR_RINGS;
		call.header.time_ns = 123456000000000 + i * 1234ULL;
		call.duration_ns = 1000 + i % 5000;
		call.cgroup = 4242;
		memcpy(call.comm, "stress-ng-msg", 13);
		call.tgid = call.tid = 12345;
		call.ppid = 12340;
		call.loginuid = 1000;
		call.ipc_ns = 4026531839;
		call.object = (struct ipctrace_object){
			.id = 32769,
			.key = 0x1234,
			.mode = 0600,
			.seq = 1,
		};
		unit_put(&rings->rings[call.header.cpu], &call.header);
	}
	return n;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static u64 read_all(struct unit_rings *rings, struct output *output)
{
	u64 record[IPCTRACE_RECORD_MAX_BYTES / sizeof(u64)];
	struct source source;
	u64 n = 0;

	if (!source_attach(&source, &rings->hello, rings->map))
		exit(1);
	while (source_next(&source, record) > 0) {
		if (output)
			output_record(output, (const void *)record);
		n++;
	}
	free(source.merge);
	return n;
}

static void measure(const char *what, struct unit_rings *rings,
		    struct output *output)
{
	double start = seconds();
	u64 lines = 0;
	int i;

	for (i = 0; i < ROUNDS; i++)
		lines += read_all(rings, output);
	printf("%-6s %6.2f million a second\n", what,
	       lines / (seconds() - start) / 1e6);
}

int main(void)
{
	int fd = open("/dev/null", O_WRONLY);
	struct unit_rings rings;

	unit_rings_init(&rings, NR_RINGS, RING_BYTES);
	fill(&rings);
	*(u64 *)rings.map = ~0ULL;
	measure("read", &rings, NULL);
	measure("text", &rings, output_new(fd, false));
	measure("json", &rings, output_new(fd, true));
	return 0;
}
