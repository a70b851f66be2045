// SPDX-License-Identifier: GPL-2.0
/* Captures of a made-up load, see unit_load.h. */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "unit_load.h"
#include "capture/blocks_write.h"
#include "shared/syscalls.h"

#define SETTLED_NS	50000000

bool unit_load_begin(struct blocks_writer *writer, const char *name, u64 start_ns)
{
	struct blocks_about about = {
		.transport = IPCTRACE_TRANSPORT,
		.schema = IPCTRACE_SCHEMA,
		.nr_cpus = 2,
		.start = { .ns = start_ns, .real_ns = 1600000000000000000 + start_ns },
		.texts = {
			[IPCTRACE_CAPTURE_HOST] = "host",
			[IPCTRACE_CAPTURE_RELEASE] = "6.1.0",
			[IPCTRACE_CAPTURE_BOOT] =
				"11111111-2222-3333-4444-555555555555",
		},
	};
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	return blocks_begin(writer, fd, name, &about);
}

void unit_load_put(struct blocks_writer *writer, const void *record)
{
	const struct ipctrace_header *header = record;

	memcpy(blocks_room(writer), record, header->len);
	blocks_add(writer, header->len);
}

bool unit_load_end(struct blocks_writer *writer, u64 end_ns)
{
	bool good;

	blocks_settled(writer, end_ns);
	writer->end = (struct blocks_moment){ .ns = end_ns, .real_ns = 1 };
	good = blocks_end(writer);
	close(writer->fd);
	blocks_free(writer);
	return good;
}

u64 unit_load_random(struct unit_load *load)
{
	load->seed ^= load->seed << 13;
	load->seed ^= load->seed >> 7;
	load->seed ^= load->seed << 17;
	return load->seed * 0x2545f4914f6cdd1d;
}

/* Above 0, up to 1 */
static double part(struct unit_load *load)
{
	return ((unit_load_random(load) >> 11) + 1) / 9007199254740992.0;
}

static double bell(struct unit_load *load)
{
	return sqrt(-2 * log(part(load))) * cos(2 * M_PI * part(load));
}

static void put(struct unit_load *load, struct blocks_writer *writer,
		const struct unit_stream *stream)
{
	struct ipctrace_call call = {
		.header = {
			.len = sizeof(call),
			.type = IPCTRACE_TYPE_CALL,
			.flags = IPCTRACE_F_OBJECT |
				 IPCTRACE_F_FAMILY(ipct_syscalls[stream->call].family),
			.cpu = stream->pid % 2,
			.call = stream->call,
			.time_ns = load->time_ns,
		},
		.args = { stream->id },
		.duration_ns = stream->median_ns *
			       exp(stream->spread * bell(load)),
		.tid = stream->pid,
		.tgid = stream->pid,
		.ppid = 1,
		.uid = stream->uid,
		.gid = stream->uid,
		.loginuid = 4294967295,
		.ipc_ns = 4026531839,
		.object = { .id = stream->id, .key = stream->key, .mode = 0600 },
	};

	snprintf((char *)call.comm, sizeof(call.comm), "%s", stream->comm);
	if (unit_load_random(load) % 100 < stream->percent)
		call.ret = -stream->error;
	unit_load_put(writer, &call);
	if (load->seen)
		load->seen(load->context, &call);
}

/* Calls up to a time, as in a Poisson process */
void unit_load_run(struct unit_load *load, struct blocks_writer *writer,
		   u64 until_ns)
{
	double all = 0, at;
	u32 i;

	for (i = 0; i < load->nr; i++)
		all += load->streams[i].rate;
	for (;;) {
		load->time_ns += 1 - log(part(load)) * 1e9 / all;
		if (load->time_ns >= until_ns)
			break;
		if (load->time_ns > load->settled_ns + SETTLED_NS) {
			load->settled_ns = load->time_ns - 1;
			blocks_settled(writer, load->settled_ns);
		}
		at = part(load) * all;
		for (i = 0; i < load->nr - 1 && at > load->streams[i].rate; i++)
			at -= load->streams[i].rate;
		put(load, writer, &load->streams[i]);
	}
	load->time_ns = until_ns;
}
