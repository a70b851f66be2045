// SPDX-License-Identifier: GPL-2.0
/* The flight recorder as an input: rings up to a moment, then calls in flight. */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "kselftest_harness.h"
#include "input/snapshot.h"
#include "unit_rings.h"

#define RING_BYTES	65536

FIXTURE(snapshot) {
	struct unit_rings rings;
	struct ipctrace_map_header *map;
	struct input_snapshot snapshot;
};

FIXTURE_SETUP(snapshot)
{
	struct source *source = &self->snapshot.source;

	unit_rings_init_shared(&self->rings, 2, RING_BYTES);
	self->map = self->rings.map;
	ASSERT_TRUE(source_attach(source, &self->rings.hello, self->map));
	self->snapshot.calls = (struct in_flight){
		.records = malloc(RING_BYTES),
	};
}

FIXTURE_TEARDOWN(snapshot)
{
	/* source_close() ends the mapping. */
	input_close(&self->snapshot.input);
	close(self->rings.fd);
}

static struct ipctrace_call call_of(u8 type, u32 tid, u64 begin_ns, u64 end_ns)
{
	return (struct ipctrace_call){
		.header = {
			.len = sizeof(struct ipctrace_call),
			.type = type,
			.call = IPCTRACE_CALL_msgrcv,
			.time_ns = end_ns,
		},
		.duration_ns = end_ns - begin_ns,
		.tid = tid,
	};
}

/* A call that ended, in the ring of a CPU */
static void ended(struct unit_rings *rings, u16 cpu, u32 tid, u64 begin_ns,
		  u64 end_ns)
{
	struct ipctrace_call call = call_of(IPCTRACE_TYPE_CALL, tid, begin_ns,
					    end_ns);

	call.header.cpu = cpu;
	unit_put(&rings->rings[cpu], &call.header);
}

/* A call that was in flight when it was listed */
static void listed(struct in_flight *calls, u32 tid, u64 begin_ns, u64 now_ns)
{
	struct ipctrace_call call = call_of(IPCTRACE_TYPE_ENTER, tid, begin_ns,
					    now_ns);

	memcpy(calls->records + calls->bytes, &call, sizeof(call));
	calls->bytes += sizeof(call);
}

/* "type tid begin-end" of each record up to the end */
static const char *all(struct input *input)
{
	static char text[4096];
	const struct ipctrace_header *record;
	const struct ipctrace_call *call;
	enum input_state state;
	size_t used = 0;

	text[0] = '\0';
	while ((state = input_next(input, &record)) == INPUT_RECORD) {
		call = (const void *)record;
		used += snprintf(text + used, sizeof(text) - used,
				 "%s%u:%llu-%llu",
				 record->type == IPCTRACE_TYPE_ENTER ? " in flight " :
								       " ",
				 call->tid, record->time_ns - call->duration_ns,
				 record->time_ns);
	}
	return state == INPUT_END ? text : "it failed";
}

TEST_F(snapshot, rings_then_calls_in_flight)
{
	ended(&self->rings, 0, 1, 10, 20);
	ended(&self->rings, 1, 2, 5, 15);
	listed(&self->snapshot.calls, 3, 12, 90);
	listed(&self->snapshot.calls, 4, 1, 91);
	self->map->settled_ns = 100;
	input_snapshot_begin(&self->snapshot, 100);
	EXPECT_STREQ(" 2:5-15 1:10-20 in flight 3:12-100 in flight 4:1-100",
		     all(&self->snapshot.input));
}

TEST_F(snapshot, nothing)
{
	self->map->settled_ns = 100;
	input_snapshot_begin(&self->snapshot, 100);
	EXPECT_STREQ("", all(&self->snapshot.input));
}

/* What comes while it is read, without an end, is not part of it. */
TEST_F(snapshot, ends_at_its_moment)
{
	ended(&self->rings, 0, 1, 10, 100);
	ended(&self->rings, 0, 1, 101, 101);
	ended(&self->rings, 1, 2, 10, 150);
	self->map->settled_ns = 200;
	input_snapshot_begin(&self->snapshot, 100);
	EXPECT_STREQ(" 1:10-100", all(&self->snapshot.input));
}

/* A call is there once, whichever of the two it was in. */
TEST_F(snapshot, ended_while_it_was_listed)
{
	listed(&self->snapshot.calls, 1, 50, 90);
	listed(&self->snapshot.calls, 2, 50, 90);
	listed(&self->snapshot.calls, 3, 50, 90);
	ended(&self->rings, 0, 1, 50, 95);
	ended(&self->rings, 1, 2, 20, 40);	/* the one before */
	ended(&self->rings, 1, 4, 50, 95);	/* somebody else's */
	self->map->settled_ns = 100;
	input_snapshot_begin(&self->snapshot, 100);
	EXPECT_STREQ(" 2:20-40 1:50-95 4:50-95 in flight 2:50-100 in flight 3:50-100",
		     all(&self->snapshot.input));
}

/* The end of a call after the moment: it was in flight then. */
TEST_F(snapshot, ended_later)
{
	listed(&self->snapshot.calls, 1, 50, 90);
	ended(&self->rings, 0, 1, 50, 120);
	self->map->settled_ns = 200;
	input_snapshot_begin(&self->snapshot, 100);
	EXPECT_STREQ(" in flight 1:50-100", all(&self->snapshot.input));
}

/* Nothing new: the rings do not settle, and it ends all the same. */
TEST_F(snapshot, quiet)
{
	ended(&self->rings, 0, 1, 10, 20);
	self->map->settled_ns = 20;
	input_snapshot_begin(&self->snapshot, 100);
	EXPECT_STREQ(" 1:10-20", all(&self->snapshot.input));
}

static void *settle_late(void *map)
{
	struct ipctrace_map_header *header = map;

	nanosleep(&(struct timespec){ .tv_nsec = 500000000 }, NULL);
	smp_store_release(&header->settled_ns, 60);
	return NULL;
}

/* What is in the rings is waited for, however late the worker is. */
TEST_F(snapshot, waits_until_it_is_settled)
{
	pthread_t thread;

	ended(&self->rings, 0, 1, 10, 20);
	ended(&self->rings, 1, 2, 10, 60);
	self->map->settled_ns = 20;
	input_snapshot_begin(&self->snapshot, 100);
	ASSERT_EQ(0, pthread_create(&thread, NULL, settle_late, self->map));
	EXPECT_STREQ(" 1:10-20 2:10-60", all(&self->snapshot.input));
	pthread_join(thread, NULL);
}

TEST_HARNESS_MAIN
