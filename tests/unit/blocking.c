// SPDX-License-Identifier: GPL-2.0
/*
 * Calls that wait for semaphores: whom they wait for, and whether that will end.
 */
#include "kselftest_harness.h"

#include "model/model.h"
#include "unit_story.h"

#define CALL	IPCTRACE_TYPE_CALL
#define ENTER	IPCTRACE_TYPE_ENTER
#define KEY	0x5047

static const struct story_actor maker = { 100, 1, 1000, 0, "maker" };
static const struct story_actor one = { 200, 1, 1000, 0, "one" };
static const struct story_actor two = { 300, 1, 1000, 0, "two" };
static const struct story_actor three = { 400, 1, 1000, 0, "three" };

static void feed(void *context, const struct ipctrace_header *record)
{
	model_feed(context, record);
}

FIXTURE(blocking)
{
	struct model *model;
	struct story story;
	struct model_blocking is;
};

static void op(struct story *story, const struct story_actor *actor, u8 type, u16 num,
	       s16 op, s16 flg)
{
	story_semop(story, actor, type, 5, KEY, num, op, flg, 0);
}

#define OP(actor, type, num, how, flg) op(&self->story, &(actor), type, num, how, flg)

/* A set of three, each with the value 1 */
FIXTURE_SETUP(blocking)
{
	u16 i;

	self->model = model_new();
	ASSERT_NE(self->model, NULL);
	self->story = (struct story){
		.take = feed,
		.context = self->model,
		.now_ns = 1000000000000ULL,
	};
	story_get(&self->story, &maker, IPCTRACE_CALL_semget, KEY, 3, 5,
		  IPCTRACE_F_CREATED);
	for (i = 0; i < 3; i++)
		OP(maker, CALL, i, 1, 0);
}

FIXTURE_TEARDOWN(blocking)
{
	model_free(self->model);
}

/* What a process waits for is in self->is; false: it does not wait */
static bool blocking(struct __test_metadata *_metadata,
		     FIXTURE_DATA(blocking) * self, const struct story_actor *actor)
{
	const struct model_wait *wait =
		model_wait_of(self->model, actor->tgid, actor->tgid);

	(void)_metadata;
	return wait && model_blocking(self->model, wait, MODEL_ANY_SEM, &self->is);
}

#define BLOCKING(actor) ASSERT_TRUE(blocking(_metadata, self, &(actor)))

/* Nobody but those who were named are alive. */
static void all_but(struct model *model, const struct story_actor *dead, u64 now_ns)
{
	static const struct story_actor *const actors[] = {
		&maker, &one, &two, &three
	};
	struct model_asked_process asked;
	size_t i;

	model_ask_begin(model, now_ns);
	for (i = 0; i < ARRAY_SIZE(actors); i++) {
		asked = (struct model_asked_process){
			.tgid = actors[i]->tgid,
			.loginuid = 4294967295U,
			.origin.exe = "",
		};
		if (actors[i] != dead && model_find_process(model, asked.tgid))
			model_ask_process(model, &asked);
	}
	model_ask_end(model, true);
}

TEST_F(blocking, names_the_holder)
{
	OP(one, CALL, 1, -1, 0);
	OP(two, ENTER, 1, -1, 0);
	BLOCKING(two);
	EXPECT_EQ(self->is.by, MODEL_BLOCKED_HELD);
	EXPECT_EQ(self->is.sem_num, 1);
	EXPECT_EQ(self->is.sem_op, -1);
	ASSERT_NE(self->is.hold, NULL);
	EXPECT_EQ(self->is.hold->process->last.tgid, 200);
	EXPECT_EQ(self->is.hold->since.call, IPCTRACE_CALL_semop);
	EXPECT_EQ(self->is.hold->undo, 0);
	EXPECT_EQ(self->is.nr_holds, 1);
	EXPECT_EQ(self->is.stuck, MODEL_STUCK_NOT);
	EXPECT_EQ(self->is.incomplete, NULL);
	OP(one, CALL, 1, 1, 0);
	BLOCKING(two);
	EXPECT_EQ(self->is.by, MODEL_BLOCKED_UNKNOWN);
}

TEST_F(blocking, knows_a_dead_holder)
{
	OP(one, CALL, 0, -1, 0);
	OP(two, ENTER, 0, -1, 0);
	all_but(self->model, &one, self->story.now_ns + 1);
	BLOCKING(two);
	EXPECT_EQ(self->is.hold->process->life, MODEL_DEAD);
	EXPECT_TRUE(model_hold_is_left(self->is.hold));
	EXPECT_EQ(self->is.stuck, MODEL_STUCK_DEAD);
}

/* What it took with SEM_UNDO is given back, though nobody has seen that. */
TEST_F(blocking, expects_undo_of_a_dead_holder)
{
	OP(one, CALL, 0, -1, SEM_UNDO);
	OP(two, ENTER, 0, -1, 0);
	BLOCKING(two);
	EXPECT_EQ(self->is.hold->undo, 1);
	all_but(self->model, &one, self->story.now_ns + 1);
	BLOCKING(two);
	EXPECT_FALSE(model_hold_is_left(self->is.hold));
	EXPECT_EQ(self->is.stuck, MODEL_STUCK_NOT);
}

TEST_F(blocking, names_a_deadlock_of_two)
{
	OP(one, CALL, 0, -1, 0);
	OP(two, CALL, 1, -1, SEM_UNDO);
	OP(one, ENTER, 1, -1, 0);
	BLOCKING(one);
	EXPECT_EQ(self->is.stuck, MODEL_STUCK_NOT);
	OP(two, ENTER, 0, -1, 0);
	BLOCKING(one);
	EXPECT_EQ(self->is.stuck, MODEL_STUCK_DEADLOCK);
	ASSERT_EQ(self->is.nr_circle, 2);
	EXPECT_EQ(self->is.circle[0]->tid, 200);
	EXPECT_EQ(self->is.circle[1]->tid, 300);
	BLOCKING(two);
	ASSERT_EQ(self->is.nr_circle, 2);
	EXPECT_EQ(self->is.circle[0]->tid, 300);
	EXPECT_EQ(self->is.circle[1]->tid, 200);
	/* Somebody who only waits for one of them is in no circle. */
	OP(three, ENTER, 0, -1, 0);
	BLOCKING(three);
	EXPECT_EQ(self->is.stuck, MODEL_STUCK_BEHIND);
	EXPECT_EQ(self->is.nr_circle, 0);
}

TEST_F(blocking, names_a_deadlock_of_three)
{
	OP(one, CALL, 0, -1, 0);
	OP(two, CALL, 1, -1, 0);
	OP(three, CALL, 2, -1, 0);
	OP(one, ENTER, 1, -1, 0);
	OP(two, ENTER, 2, -1, 0);
	BLOCKING(one);
	EXPECT_EQ(self->is.stuck, MODEL_STUCK_NOT);
	OP(three, ENTER, 0, -1, 0);
	BLOCKING(one);
	EXPECT_EQ(self->is.stuck, MODEL_STUCK_DEADLOCK);
	ASSERT_EQ(self->is.nr_circle, 3);
	EXPECT_EQ(self->is.circle[0]->tid, 200);
	EXPECT_EQ(self->is.circle[1]->tid, 300);
	EXPECT_EQ(self->is.circle[2]->tid, 400);
}

TEST_F(blocking, names_a_deadlock_with_itself)
{
	OP(one, CALL, 0, -1, 0);
	OP(one, ENTER, 0, -1, 0);
	BLOCKING(one);
	EXPECT_EQ(self->is.stuck, MODEL_STUCK_DEADLOCK);
	EXPECT_EQ(self->is.nr_circle, 1);
}

/* Who has others that hold it, too, need not wait for the one that is stuck. */
TEST_F(blocking, is_none_while_one_holder_goes_on)
{
	OP(maker, CALL, 0, 1, 0);
	OP(one, CALL, 0, -1, 0);
	OP(three, CALL, 0, -1, 0);
	OP(two, CALL, 1, -1, 0);
	OP(one, ENTER, 1, -1, 0);
	OP(two, ENTER, 0, -1, 0);
	BLOCKING(two);
	EXPECT_EQ(self->is.nr_holds, 2);
	EXPECT_EQ(self->is.hold->process->last.tgid, 200);
	EXPECT_EQ(self->is.stuck, MODEL_STUCK_NOT);
	OP(three, ENTER, 1, -1, 0);
	BLOCKING(two);
	EXPECT_EQ(self->is.stuck, MODEL_STUCK_DEADLOCK);
}

/* One gives, another takes: it holds nothing. */
TEST_F(blocking, tells_a_signal_from_a_lock)
{
	OP(one, CALL, 0, 1, 0);
	OP(two, CALL, 0, -1, 0);
	OP(two, CALL, 0, -1, 0);
	OP(two, ENTER, 0, -1, 0);
	BLOCKING(two);
	EXPECT_EQ(self->is.by, MODEL_BLOCKED_SIGNAL);
	EXPECT_EQ(self->is.hold, NULL);
	EXPECT_EQ(self->is.stuck, MODEL_STUCK_NOT);
}

/* Wait for zero and add: whoever has added holds it. */
TEST_F(blocking, knows_locks_that_are_taken_by_zero)
{
	OP(maker, CALL, 0, -1, 0);
	OP(one, CALL, 0, 0, 0);
	OP(one, CALL, 0, 1, SEM_UNDO);
	OP(two, ENTER, 0, 0, 0);
	BLOCKING(two);
	EXPECT_EQ(self->is.by, MODEL_BLOCKED_HELD);
	EXPECT_EQ(self->is.hold->process->last.tgid, 200);
	EXPECT_EQ(self->is.hold->undo, 1);
	OP(one, CALL, 0, -1, SEM_UNDO);
	BLOCKING(two);
	EXPECT_EQ(self->is.by, MODEL_BLOCKED_UNKNOWN);
}

TEST_F(blocking, is_incomplete_after_a_loss)
{
	OP(one, CALL, 0, -1, 0);
	story_lost(&self->story, 3);
	OP(two, ENTER, 0, -1, 0);
	BLOCKING(two);
	ASSERT_NE(self->is.incomplete, NULL);
	EXPECT_EQ(self->is.incomplete->cause, MODEL_HOLE_LOST);
	EXPECT_EQ(self->is.hold->process->last.tgid, 200);
}

/* What was taken after it is not touched by it. */
TEST_F(blocking, is_complete_since_a_loss)
{
	story_lost(&self->story, 3);
	story_later(&self->story, 1000);
	OP(one, CALL, 0, -1, 0);
	OP(two, ENTER, 0, -1, 0);
	BLOCKING(two);
	EXPECT_EQ(self->is.incomplete, NULL);
}

TEST_F(blocking, is_incomplete_by_a_gap)
{
	OP(one, CALL, 0, -1, 0);
	OP(two, ENTER, 0, -1, 0);
	model_add_hole(self->model, MODEL_HOLE_PAUSE, self->story.now_ns - 500,
		       self->story.now_ns);
	BLOCKING(two);
	ASSERT_NE(self->is.incomplete, NULL);
	EXPECT_EQ(self->is.incomplete->cause, MODEL_HOLE_PAUSE);
}

/* It had been taken before anything was recorded: who gives it back is no signal. */
TEST_F(blocking, forgives_one_that_was_taken_before)
{
	const struct model_object *set;

	story_semop(&self->story, &one, CALL, 7, KEY + 1, 0, 1, 0, 0);
	set = model_find_id(self->model, STORY_NS, IPCTRACE_SEM, 7);
	EXPECT_EQ(set->sems[0].signals, 0);
	story_semop(&self->story, &one, CALL, 7, KEY + 1, 0, 1, 0, 0);
	EXPECT_EQ(set->sems[0].signals, 1);
}

TEST_HARNESS_MAIN
