// SPDX-License-Identifier: GPL-2.0
/* Who calls, and on what: counted in any order, for one interval after the other. */
#include <errno.h>
#include <stdlib.h>

#include "count/traffic.h"
#include "kselftest_harness.h"
#include "unit_story.h"

static const struct story_actor first = { 100, 1, 1000, 0, "first" };
static const struct story_actor second = { 200, 1, 1001, STORY_OTHER_NS, "second" };

FIXTURE(traffic) {
	struct traffic traffic;
	struct story story;
};

static void take(void *context, const struct ipctrace_header *record)
{
	struct traffic *traffic = context;

	if (!tally_is_call(record))
		return;
	traffic_see(traffic, (const void *)record);
	traffic_add(traffic, (const void *)record);
}

FIXTURE_SETUP(traffic)
{
	traffic_init(&self->traffic, 50000, 10000000);
	self->story = (struct story){
		.take = take,
		.context = &self->traffic,
		.now_ns = 1000000000,
	};
}

FIXTURE_TEARDOWN(traffic)
{
	traffic_clear(&self->traffic);
}

static void send(struct story *story, const struct story_actor *actor, s32 id,
		 u64 bytes, s64 ret)
{
	story_message(story, actor, IPCTRACE_CALL_msgsnd, id, 0x5047, 1, bytes, ret);
}

TEST_F(traffic, counts)
{
	const struct traffic_party *party;
	struct traffic *traffic = &self->traffic;

	send(&self->story, &first, 5, 8, 0);
	send(&self->story, &first, 5, 16, 0);
	send(&self->story, &first, 6, 8, -EAGAIN);
	send(&self->story, &second, 5, 4, 0);
	party = traffic_process(traffic, 100);
	ASSERT_NE(NULL, party);
	EXPECT_EQ(3, party->now.calls);
	EXPECT_EQ(1, party->now.errors);
	EXPECT_EQ(24, party->now.bytes);
	EXPECT_EQ(300, party->now.time_ns);
	EXPECT_EQ(1000, party->uid);
	EXPECT_EQ(3, party->by_call[IPCTRACE_CALL_msgsnd]);
	EXPECT_EQ(0, strncmp("first", (const char *)party->comm, 16));
	EXPECT_EQ(NULL, traffic_process(traffic, 300));
	/* The same id in another namespace is another object. */
	party = traffic_object(traffic, STORY_NS, IPCTRACE_MSG, 5);
	ASSERT_NE(NULL, party);
	EXPECT_EQ(2, party->now.calls);
	EXPECT_EQ(0x5047, party->key);
	EXPECT_EQ(100, party->tgid);
	party = traffic_object(traffic, STORY_OTHER_NS, IPCTRACE_MSG, 5);
	ASSERT_NE(NULL, party);
	EXPECT_EQ(1, party->now.calls);
	EXPECT_EQ(NULL, traffic_object(traffic, STORY_NS, IPCTRACE_SEM, 5));
	EXPECT_EQ(4, traffic->calls[IPCTRACE_CALL_msgsnd].calls);
	EXPECT_EQ(4, traffic->seen[IPCTRACE_CALL_msgsnd]);
}

TEST_F(traffic, intervals)
{
	struct traffic *traffic = &self->traffic;
	const struct traffic_party *party;

	send(&self->story, &first, 5, 8, 0);
	send(&self->story, &second, 5, 8, 0);
	traffic_next(traffic, 0);
	send(&self->story, &first, 5, 8, 0);
	send(&self->story, &first, 5, 8, 0);
	party = traffic_process(traffic, 100);
	EXPECT_TRUE(traffic_is_now(traffic, party));
	EXPECT_EQ(2, party->now.calls);
	EXPECT_EQ(1, party->total.calls);
	EXPECT_EQ(2, party->by_call[IPCTRACE_CALL_msgsnd]);
	EXPECT_FALSE(traffic_is_now(traffic, traffic_process(traffic, 200)));
	EXPECT_EQ(2, traffic->calls[IPCTRACE_CALL_msgsnd].calls);
	EXPECT_EQ(2, traffic->total[IPCTRACE_CALL_msgsnd]);
	EXPECT_EQ(2, traffic->seen[IPCTRACE_CALL_msgsnd]);
	/* Who was last heard of is last. */
	EXPECT_EQ(100, TAILQ_LAST(&traffic->processes, traffic_parties)->tgid);
	traffic_clear(traffic);
	EXPECT_EQ(NULL, traffic_process(traffic, 100));
	EXPECT_EQ(10000000, traffic->slow_ns);
}

/* A record that comes late does not say what is so now. */
TEST_F(traffic, order)
{
	struct story_actor later = first;

	later.comm = "later";
	self->story.now_ns = 2000000000;
	send(&self->story, &later, 5, 8, 0);
	self->story.now_ns = 1000000000;
	send(&self->story, &first, 5, 8, 0);
	EXPECT_EQ(2, traffic_process(&self->traffic, 100)->now.calls);
	EXPECT_EQ(0, strncmp("later", (const char *)
			     traffic_process(&self->traffic, 100)->comm, 16));
}

TEST_F(traffic, waits)
{
	struct traffic *traffic = &self->traffic;
	u64 longest = 0;
	size_t i;

	self->story.took_ns = 60000;
	send(&self->story, &first, 5, 8, 0);
	EXPECT_EQ(60000, traffic_process(traffic, 100)->now.wait_ns);
	EXPECT_EQ(0, traffic->nr_waits);
	/* What does not sleep has not waited. */
	self->story.took_ns = 20000000;
	story_get(&self->story, &first, IPCTRACE_CALL_msgget, 1, 0, 5, 0);
	EXPECT_EQ(60000, traffic_process(traffic, 100)->now.wait_ns);
	EXPECT_EQ(0, traffic->nr_waits);
	for (i = 0; i < 2 * TRAFFIC_MAX_WAITS; i++) {
		self->story.took_ns = 10000000 + i;
		send(&self->story, &first, 5, 8, 0);
	}
	/* The longest are kept. */
	EXPECT_EQ(TRAFFIC_MAX_WAITS, traffic->nr_waits);
	for (i = 0; i < traffic->nr_waits; i++) {
		EXPECT_GE(traffic->waits[i].duration_ns, 10000000 + TRAFFIC_MAX_WAITS);
		if (traffic->waits[i].duration_ns > longest)
			longest = traffic->waits[i].duration_ns;
	}
	EXPECT_EQ(10000000 + 2 * TRAFFIC_MAX_WAITS - 1, longest);
	EXPECT_TRUE(traffic->waits[0].has_object);
	EXPECT_EQ(5, traffic->waits[0].id);
	traffic_next(traffic, self->story.now_ns);
	EXPECT_EQ(1, traffic->nr_waits);
}

/* Memory does not grow with the number of those who call. */
TEST_F(traffic, bounds)
{
	struct traffic *traffic = &self->traffic;
	struct story_actor actor = first;
	u32 i;

	for (i = 1; i <= 2 * TRAFFIC_MAX_OBJECTS; i++) {
		actor.tgid = i;
		send(&self->story, &actor, i, 8, 0);
	}
	EXPECT_EQ(TRAFFIC_MAX_PROCESSES, traffic->by_tgid.nr);
	EXPECT_EQ(TRAFFIC_MAX_OBJECTS, traffic->by_id.nr);
	EXPECT_EQ(NULL, traffic_process(traffic, 1));
	EXPECT_NE(NULL, traffic_process(traffic, 2 * TRAFFIC_MAX_OBJECTS));
	EXPECT_EQ(2 * TRAFFIC_MAX_OBJECTS,
		  traffic->calls[IPCTRACE_CALL_msgsnd].calls);
}

/* A call that is not known, and one that is no call */
TEST_F(traffic, unknown)
{
	struct ipctrace_call *call;

	call = story_begin(&self->story, IPCTRACE_TYPE_CALL, IPCTRACE_CALL_msgsnd,
			   IPCTRACE_MSG, &first);
	call->header.call = 200;
	story_end(&self->story);
	call = story_begin(&self->story, IPCTRACE_TYPE_ENTER, IPCTRACE_CALL_msgsnd,
			   IPCTRACE_MSG, &first);
	story_end(&self->story);
	EXPECT_EQ(NULL, traffic_process(&self->traffic, 100));
}

TEST_HARNESS_MAIN
