// SPDX-License-Identifier: GPL-2.0
/*
 * A queue with many at both ends, in a simulation that knows who sent what each one
 * received: calls begin, are at the queue, and end, at random times; records come as
 * they end. What the model says without a doubt must be so: also when records are lost
 * on purpose, or begin late. If calls do not overlap there must be no doubt.
 */
#include <errno.h>
#include <linux/msg.h>
#include <stdlib.h>

#include "kselftest_harness.h"
#include "unit_model.h"
#include "unit_random.h"
#include "unit_story.h"

#define THREADS		8
#define QUEUED		6	/* as much as there is room for */
#define STEPS		40000
#define ID		5
#define KEY		0x5047
#define NEVER		(~0ULL)

/**
 * enum at - where a thread is
 * @IDLE: in no call
 * @GOES: in a call that has not been at the queue
 * @WAITS: for a message, or for room
 * @BACK: it has been there
 */
enum at { IDLE, GOES, WAITS, BACK };

struct thread {
	struct story_actor actor;
	enum at at;
	u64 next_ns;
	u64 begin_ns;
	bool sends;
	s64 type;		/* sent or received */
	s64 msgtyp;
	s32 msgflg;
	u32 room;
	u32 bytes;
	s64 ret;
	u32 from;		/* thread that sent what it received */
};

struct sent {
	s64 type;
	u32 bytes;
	u32 from;
};

/* What somebody received, in order of time */
struct receipt {
	u64 taken_ns;
	u32 from;
	u32 by;
	u32 bytes;
	s64 type;
};

struct driver {
	struct story story;
	struct model *model;
	u64 seed;
	u32 pause;		/* longest time between calls */
	u32 drop;		/* of a thousand records so many are lost */
	u32 skip;		/* so many records come before the first */
	bool one;		/* one call at a time */
	u32 dropped;
	struct thread threads[THREADS];
	u32 nr_queued;
	struct sent queued[QUEUED];
	u32 nr_receipts;
	struct receipt receipts[STEPS];
	u32 delivered;
	u32 sure;
	u32 of_sender;
	u32 wrong;
};

static u32 rnd(struct driver *driver, u32 n)
{
	return unit_draw(&driver->seed, n);
}

static void feed(void *context, const struct ipctrace_header *record)
{
	struct driver *driver = context;

	if (driver->skip) {
		driver->skip--;
		return;
	}
	unit_feed(driver->model, &driver->dropped, record,
		  rnd(driver, 1000) < driver->drop);
}

/* ---- The queue -------------------------------------------------------------------------- */

static bool suits(const struct thread *thread, s64 type)
{
	return !thread->msgtyp ? true :
	       thread->msgtyp < 0 ? type <= -thread->msgtyp :
	       thread->msgflg & MSG_EXCEPT ? type != thread->msgtyp :
					     type == thread->msgtyp;
}

static void takes(struct driver *driver, struct thread *thread,
		  const struct sent *sent)
{
	thread->at = BACK;
	thread->type = sent->type;
	thread->from = sent->from;
	thread->ret = sent->bytes < thread->room ? sent->bytes : thread->room;
	thread->next_ns = driver->story.now_ns + 1 + rnd(driver, 300);
}

/* Its place among those that are there, or -1 */
static int find(const struct driver *driver, const struct thread *thread)
{
	int best = -1;
	u32 i;

	for (i = 0; i < driver->nr_queued; i++) {
		if (!suits(thread, driver->queued[i].type))
			continue;
		if (best < 0 || (thread->msgtyp < 0 &&
				 driver->queued[i].type < driver->queued[best].type))
			best = i;
	}
	return best;
}

static void let_in(struct driver *driver, struct thread *thread)
{
	struct sent sent = {
		.type = thread->type,
		.bytes = thread->bytes,
		.from = thread - driver->threads,
	};
	u32 i;

	thread->at = BACK;
	thread->next_ns = driver->story.now_ns + 1 + rnd(driver, 300);
	for (i = 0; i < THREADS; i++) {
		struct thread *other = &driver->threads[i];

		if (other->at == WAITS && !other->sends && suits(other, sent.type)) {
			takes(driver, other, &sent);
			return;
		}
	}
	driver->queued[driver->nr_queued++] = sent;
}

static void wait_there(struct thread *thread)
{
	thread->at = WAITS;
	thread->next_ns = NEVER;
}

static void come(struct driver *driver, struct thread *thread)
{
	int place;
	u32 i;

	if (thread->sends) {
		if (driver->nr_queued == QUEUED)
			wait_there(thread);
		else
			let_in(driver, thread);
		return;
	}
	place = find(driver, thread);
	if (place >= 0) {
		takes(driver, thread, &driver->queued[place]);
		driver->nr_queued--;
		memmove(driver->queued + place, driver->queued + place + 1,
			(driver->nr_queued - place) * sizeof(*driver->queued));
		for (i = 0; i < THREADS && driver->nr_queued < QUEUED; i++)
			if (driver->threads[i].at == WAITS &&
			    driver->threads[i].sends)
				let_in(driver, &driver->threads[i]);
	} else if (thread->msgflg & IPC_NOWAIT) {
		thread->at = BACK;
		thread->ret = -ENOMSG;
		thread->next_ns = driver->story.now_ns + 1;
	} else {
		wait_there(thread);
	}
}

/* ---- Calls ------------------------------------------------------------------------------ */

static void call(struct driver *driver, struct thread *thread)
{
	u32 number = thread - driver->threads;

	thread->at = GOES;
	thread->begin_ns = ++driver->story.now_ns;
	thread->next_ns = driver->story.now_ns + 1 + rnd(driver, 300);
	thread->sends = driver->one ? rnd(driver, 2) : number % 2;
	thread->type = 1 + rnd(driver, 3);
	thread->bytes = 8 + rnd(driver, 2);
	thread->ret = 0;
	thread->room = 100;
	thread->msgflg = rnd(driver, 4) && !driver->one ? 0 : IPC_NOWAIT;
	switch (rnd(driver, 6)) {
	case 0:
		thread->msgtyp = 1 + rnd(driver, 3);
		break;
	case 1:
		thread->msgtyp = -1 - (s64)rnd(driver, 3);
		break;
	case 2:
		thread->msgtyp = 1 + rnd(driver, 3);
		thread->msgflg |= MSG_EXCEPT;
		break;
	case 3:
		thread->room = 8;
		thread->msgflg |= MSG_NOERROR;
		thread->msgtyp = 0;
		break;
	default:
		thread->msgtyp = 0;
	}
	if (driver->one && driver->nr_queued == QUEUED)
		thread->sends = false;
}

static void come_back(struct driver *driver, struct thread *thread)
{
	struct story *story = &driver->story;
	u64 now_ns = story->now_ns;

	if (!thread->sends && thread->ret >= 0)
		driver->receipts[driver->nr_receipts++] = (struct receipt){
			now_ns, thread->from, thread - driver->threads,
			thread->ret, thread->type,
		};
	story->took_ns = now_ns - thread->begin_ns;
	story->now_ns -= STORY_STEP_NS;
	story->msgtyp = thread->msgtyp;
	story->msgflg = thread->msgflg;
	story_message(story, &thread->actor, thread->sends ? IPCTRACE_CALL_msgsnd :
		      IPCTRACE_CALL_msgrcv, ID, KEY, thread->type,
		      thread->sends ? thread->bytes : thread->room, thread->ret);
	thread->at = IDLE;
	thread->next_ns = now_ns + 1 + rnd(driver, driver->pause);
}

static void step(struct driver *driver)
{
	struct thread *thread = driver->threads;
	u32 i;

	for (i = 1; i < THREADS; i++)
		if (driver->threads[i].next_ns < thread->next_ns)
			thread = &driver->threads[i];
	if (driver->one)
		for (i = 0; i < THREADS; i++)
			if (driver->threads[i].at != IDLE)
				thread = &driver->threads[i];
	if (thread->next_ns == NEVER) {
		/* All wait: a signal comes. */
		thread = &driver->threads[rnd(driver, THREADS)];
		thread->at = BACK;
		thread->ret = -EINTR;
		thread->next_ns = driver->story.now_ns + 1;
	}
	if (thread->next_ns > driver->story.now_ns)
		driver->story.now_ns = thread->next_ns;
	if (thread->at == IDLE)
		call(driver, thread);
	else if (thread->at == GOES)
		come(driver, thread);
	else
		come_back(driver, thread);
}

/* ---- What the model says ------------------------------------------------------------------ */

/* The receipt by that thread at that time, of which there is but one */
static const struct receipt *receipt_of(const struct driver *driver, u64 taken_ns,
					u32 tid)
{
	u32 i = driver->nr_receipts;

	while (i--)
		if (driver->receipts[i].taken_ns == taken_ns &&
		    driver->threads[driver->receipts[i].by].actor.tgid == tid)
			return &driver->receipts[i];
	return NULL;
}

static void check(void *context, const struct model_event *event)
{
	const struct model_message *message = event->message;
	struct driver *driver = context;
	const struct receipt *receipt;

	if (event->kind != MODEL_DELIVERED)
		return;
	driver->delivered++;
	receipt = receipt_of(driver, message->taken_ns, message->by_tid);
	if (!receipt || receipt->type != message->mtype ||
	    receipt->bytes != message->taken_bytes) {
		driver->wrong++;
		return;
	}
	if (!message->tgid || message->doubt)
		return;
	driver->sure++;
	if (message->tgid != driver->threads[receipt->from].actor.tgid)
		driver->wrong++;
}

/* False: there is more wrong than what is told to be unclear. */
static bool play(struct driver *driver, u64 seed)
{
	const struct model_object *object;
	u32 i;

	driver->seed = seed;
	driver->pause = driver->pause ?: 400;
	driver->model = model_new();
	driver->story = (struct story){
		.take = feed,
		.context = driver,
		.now_ns = 1000000000000ULL,
	};
	model_listen(driver->model, check, driver);
	for (i = 0; i < THREADS; i++) {
		driver->threads[i].actor = (struct story_actor){
			.tgid = 100 + i, .ppid = 1, .comm = "thread",
		};
		driver->threads[i].next_ns = driver->story.now_ns + 2000 +
					     rnd(driver, 500);
	}
	story_get(&driver->story, &driver->threads[0].actor, IPCTRACE_CALL_msgget,
		  KEY, 0600, ID, IPCTRACE_F_CREATED);
	for (i = 0; i < STEPS; i++)
		step(driver);
	model_finish(driver->model);
	object = model_find_id(driver->model, STORY_NS, IPCTRACE_MSG, ID);
	if (driver->wrong)
		printf("# seed %llu: %u delivered, %u sure, %u wrong, %llu late\n",
		       (unsigned long long)seed, driver->delivered, driver->sure,
		       driver->wrong,
		       (unsigned long long)(object ? object->late : 0));
	return object && driver->wrong <= object->late;
}

TEST(one_call_at_a_time)
{
	struct driver *driver = calloc(1, sizeof(*driver));
	const struct model_object *object;

	driver->one = true;
	EXPECT_TRUE(play(driver, 1));
	EXPECT_EQ(driver->wrong, 0);
	EXPECT_GT(driver->nr_receipts, 1000);
	EXPECT_EQ(driver->delivered, driver->nr_receipts);
	EXPECT_EQ(driver->sure, driver->delivered);
	object = model_find_id(driver->model, STORY_NS, IPCTRACE_MSG, ID);
	EXPECT_TRUE(object->queue_known);
	EXPECT_EQ(object->nr_messages, driver->nr_queued);
	EXPECT_EQ(object->late, 0);
	EXPECT_EQ(object->nr_taken, 0);
	model_free(driver->model);
	free(driver);
}

/* Seldom two at once, and always many */
TEST(many_calls_at_once)
{
	static const u32 pauses[] = { 100000, 20000, 4000, 400 };
	u32 seed, i, sure = 0, delivered = 0;

	for (i = 0; i < ARRAY_SIZE(pauses); i++) {
		for (seed = 1; seed <= 3; seed++) {
			struct driver *driver = calloc(1, sizeof(*driver));

			driver->pause = pauses[i];
			EXPECT_TRUE(play(driver, seed));
			EXPECT_EQ(driver->wrong, 0);
			EXPECT_EQ(driver->delivered, driver->nr_receipts);
			sure += driver->sure;
			delivered += driver->delivered;
			model_free(driver->model);
			free(driver);
		}
		printf("# pauses of up to %u ns: %u of %u are sure\n", pauses[i],
		       sure, delivered);
		if (!i)
			EXPECT_GT(sure, delivered / 3);
		sure = 0;
		delivered = 0;
	}
}

TEST(with_records_lost)
{
	u32 seed, sure = 0;

	for (seed = 1; seed <= 8; seed++) {
		struct driver *driver = calloc(1, sizeof(*driver));

		driver->pause = 20000;
		driver->drop = seed % 5 + 1;
		EXPECT_TRUE(play(driver, seed));
		EXPECT_EQ(driver->wrong, 0);
		EXPECT_LT(driver->delivered, driver->nr_receipts);
		sure += driver->sure;
		model_free(driver->model);
		free(driver);
	}
	printf("# %u are sure\n", sure);
	EXPECT_GT(sure, 0);
}

TEST(with_a_late_beginning)
{
	u32 seed, sure = 0;

	for (seed = 1; seed <= 8; seed++) {
		struct driver *driver = calloc(1, sizeof(*driver));

		driver->pause = 20000;
		driver->skip = 50 + seed;
		EXPECT_TRUE(play(driver, seed));
		EXPECT_EQ(driver->wrong, 0);
		sure += driver->sure;
		model_free(driver->model);
		free(driver);
	}
	printf("# %u are sure\n", sure);
	EXPECT_GT(sure, 0);
}

TEST_HARNESS_MAIN
