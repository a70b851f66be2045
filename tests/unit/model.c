// SPDX-License-Identifier: GPL-2.0
/*
 * The model is told stories whose end is known, and asked who did what.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <linux/msg.h>

#include "model/model.h"
#include "unit_story.h"

#define CALL_MSGGET	IPCTRACE_CALL_msgget
#define CALL_MSGCTL	IPCTRACE_CALL_msgctl
#define CALL_SEMGET	IPCTRACE_CALL_semget
#define CALL_SEMCTL	IPCTRACE_CALL_semctl
#define CALL_SHMGET	IPCTRACE_CALL_shmget
#define CALL_SHMCTL	IPCTRACE_CALL_shmctl
#define SEGMENT	0x7f0000000000ULL

static const struct story_actor maker = { 100, 1, 1000, 0, "maker" };
static const struct story_actor child = { 101, 100, 1000, 0, "maker" };
static const struct story_actor other = { 200, 150, 1001, 0, "other" };
static const struct story_actor elsewhere = {
	300, 1, 0, STORY_OTHER_NS, "elsewhere"
};
static const struct story_actor kworker = { 7, 2, 0, 0, "kworker/u4:1" };

static void feed(void *context, const struct ipctrace_header *record)
{
	model_feed(context, record);
}

FIXTURE(model)
{
	struct model *model;
	struct story story;
};

FIXTURE_SETUP(model)
{
	self->model = model_new();
	ASSERT_NE(self->model, NULL);
	self->story = (struct story){
		.take = feed,
		.context = self->model,
		.now_ns = 1000000000000ULL,
	};
}

FIXTURE_TEARDOWN(model)
{
	model_free(self->model);
}

#define OBJECT(family, id) \
	model_find_id(self->model, STORY_NS, IPCTRACE_##family, id)

static struct model_removal removal_of(const struct model *model,
				       const struct model_object *object)
{
	struct model_removal removal;

	model_removal(model, object, &removal);
	model_removal_cases(model, object, &removal);
	return removal;
}

TEST_F(model, knows_who_made)
{
	const struct model_object *object;

	story_get(&self->story, &maker, CALL_MSGGET, 0x5047, 0600, 5,
		  IPCTRACE_F_CREATED);
	story_get(&self->story, &other, CALL_MSGGET, 0x5047, 0600, 5, IPCTRACE_F_FOUND);
	object = OBJECT(MSG, 5);
	ASSERT_NE(object, NULL);
	EXPECT_EQ(object, model_find_key(self->model, STORY_NS, IPCTRACE_MSG,
					 0x5047));
	EXPECT_EQ(object->state, MODEL_THERE);
	EXPECT_EQ(object->made.from, MODEL_RECORDED);
	EXPECT_EQ(object->made.tgid, 100);
	EXPECT_STREQ(object->made.comm, "maker");
	EXPECT_EQ(object->calls, 2);
	EXPECT_EQ(object->nr_uses, 2);
	EXPECT_EQ(TAILQ_FIRST(&object->uses)->process->last.tgid, 200);
	EXPECT_EQ(TAILQ_FIRST(&object->uses)->flags, MODEL_USE_FOUND);
}

TEST_F(model, does_not_guess_who_made)
{
	story_get(&self->story, &other, CALL_MSGGET, 0x5047, 0600, 5, IPCTRACE_F_FOUND);
	story_get(&self->story, &maker, CALL_SHMGET, 0x5047, 4096, 7, 0);
	EXPECT_EQ(OBJECT(MSG, 5)->made.from, MODEL_UNKNOWN);
	EXPECT_EQ(OBJECT(SHM, 7)->made.from, MODEL_UNKNOWN);
}

/* Who has found it may come to the end of its call first. */
TEST_F(model, knows_who_made_when_told_late)
{
	story_get(&self->story, &other, CALL_MSGGET, 0x5047, 0600, 5, IPCTRACE_F_FOUND);
	self->story.took_ns = 5 * STORY_STEP_NS;
	story_get(&self->story, &maker, CALL_MSGGET, 0x5047, 0600, 5,
		  IPCTRACE_F_CREATED);
	EXPECT_EQ(OBJECT(MSG, 5)->made.tgid, 100);
	EXPECT_EQ(OBJECT(MSG, 5)->calls, 2);
	EXPECT_EQ(model_sums(self->model)->gone, 0);
}

TEST_F(model, knows_who_removed)
{
	struct model_removal removal;

	story_get(&self->story, &maker, CALL_SEMGET, 0x5047, 3, 5, IPCTRACE_F_CREATED);
	story_get(&self->story, &other, CALL_SEMGET, 0x5047, 3, 5, IPCTRACE_F_FOUND);
	EXPECT_EQ(removal_of(self->model, OBJECT(SEM, 5)).cause,
		  MODEL_STILL_THERE);
	story_remove(&self->story, &other, CALL_SEMCTL, 5, 0x5047);
	removal = removal_of(self->model, OBJECT(SEM, 5));
	EXPECT_EQ(removal.cause, MODEL_BY_RMID);
	EXPECT_EQ(removal.who->tgid, 200);
	EXPECT_EQ(removal.who->cmd, IPC_RMID);
	EXPECT_EQ(removal.when_ns, self->story.now_ns);
	EXPECT_EQ(removal.cases, MODEL_CASE_COLLISION);
	EXPECT_EQ(removal.incomplete, NULL);
	EXPECT_EQ(model_sums(self->model)->gone, 1);
	EXPECT_EQ(model_sums(self->model)->objects, 0);
}

/* An atexit handler that runs in a forked child, too */
TEST_F(model, names_a_forked_child)
{
	struct model_removal removal;

	story_get(&self->story, &maker, CALL_SHMGET, 0x5047, 4096, 5,
		  IPCTRACE_F_CREATED);
	story_remove(&self->story, &child, CALL_SHMCTL, 5, 0x5047);
	removal = removal_of(self->model, OBJECT(SHM, 5));
	EXPECT_EQ(removal.cause, MODEL_BY_RMID);
	EXPECT_EQ(removal.cases, MODEL_CASE_FORKED);
}

/* All that a user has, when he has logged out */
TEST_F(model, names_a_sweep)
{
	static const struct story_actor logind = {
		50, 1, 0, 0, "systemd-logind"
	};
	struct model_removal removal;
	s32 id;

	for (id = 1; id <= 3; id++)
		story_get(&self->story, &maker, CALL_MSGGET, 0x5047 + id, 0600, id,
			  IPCTRACE_F_CREATED);
	for (id = 1; id <= 3; id++)
		story_remove(&self->story, &logind, CALL_MSGCTL, id, 0x5047 + id);
	removal = removal_of(self->model, OBJECT(MSG, 2));
	EXPECT_EQ(removal.cases, MODEL_CASE_LOGIND | MODEL_CASE_SWEEP);
	EXPECT_EQ(removal.swept, 3);
}

/* IPC_RMID while another is attached, who detaches later */
TEST_F(model, tells_removal_from_the_last_detach)
{
	struct model_removal removal;

	story_get(&self->story, &maker, CALL_SHMGET, 0x5047, 4096, 5,
		  IPCTRACE_F_CREATED);
	story_shmat(&self->story, &other, 5, 0x5047, SEGMENT);
	EXPECT_EQ(OBJECT(SHM, 5)->nr_attached, 1);
	story_ctl(&self->story, &maker, CALL_SHMCTL, 5, 0x5047, IPC_RMID, 0600);
	EXPECT_EQ(OBJECT(SHM, 5)->state, MODEL_MARKED);
	removal = removal_of(self->model, OBJECT(SHM, 5));
	EXPECT_EQ(removal.cause, MODEL_BY_RMID_LATER);
	EXPECT_EQ(removal.attached, 1);

	story_mapping(&self->story, &other, IPCTRACE_TYPE_DETACH, 5, 0x5047,
		      SEGMENT, 01600);
	story_event(&self->story, &other, IPCTRACE_TYPE_DESTROY, IPCTRACE_SHM, 5,
		    0x5047, 01600);
	removal = removal_of(self->model, OBJECT(SHM, 5));
	EXPECT_EQ(OBJECT(SHM, 5)->state, MODEL_DESTROYED);
	EXPECT_EQ(OBJECT(SHM, 5)->nr_attached, 0);
	EXPECT_EQ(removal.cause, MODEL_BY_RMID_LATER);
	EXPECT_EQ(removal.who->tgid, 100);
	EXPECT_EQ(removal.attached, 1);
	EXPECT_EQ(OBJECT(SHM, 5)->destroyed.tgid, 200);
}

TEST_F(model, knows_of_a_mark_that_nobody_saw)
{
	story_shmat(&self->story, &other, 5, 0, SEGMENT);
	story_mapping(&self->story, &other, IPCTRACE_TYPE_DETACH, 5, 0x5047,
		      SEGMENT, 01600);
	story_event(&self->story, &other, IPCTRACE_TYPE_DESTROY, IPCTRACE_SHM, 5,
		    0x5047, 01600);
	EXPECT_EQ(removal_of(self->model, OBJECT(SHM, 5)).cause,
		  MODEL_BY_RMID_UNSEEN);
	EXPECT_EQ(OBJECT(SHM, 5)->key, 0x5047);
}

TEST_F(model, knows_of_shm_rmid_forced)
{
	story_get(&self->story, &maker, CALL_SHMGET, 0x5047, 4096, 5,
		  IPCTRACE_F_CREATED);
	story_shmat(&self->story, &other, 5, 0x5047, SEGMENT);
	story_mapping(&self->story, &other, IPCTRACE_TYPE_DETACH, 5, 0x5047,
		      SEGMENT, 0600);
	story_event(&self->story, &other, IPCTRACE_TYPE_DESTROY, IPCTRACE_SHM, 5,
		    0x5047, 0600);
	EXPECT_EQ(removal_of(self->model, OBJECT(SHM, 5)).cause,
		  MODEL_BY_SOMETHING);
	story_later(&self->story, 2000000000);
	EXPECT_EQ(removal_of(self->model, OBJECT(SHM, 5)).cause, MODEL_BY_FORCE);
}

TEST_F(model, knows_the_end_of_a_namespace)
{
	story_get(&self->story, &maker, CALL_MSGGET, 0x5047, 0600, 5,
		  IPCTRACE_F_CREATED);
	story_event(&self->story, &kworker, IPCTRACE_TYPE_DESTROY, IPCTRACE_MSG, 5,
		    0x5047, 0600);
	EXPECT_EQ(removal_of(self->model, OBJECT(MSG, 5)).cause,
		  MODEL_BY_NAMESPACE);
}

/* Without a record of the call, and with records lost: it may have been one. */
TEST_F(model, concludes_nothing_from_what_was_lost)
{
	struct model_removal removal;

	story_get(&self->story, &maker, CALL_MSGGET, 0x5047, 0600, 5,
		  IPCTRACE_F_CREATED);
	story_event(&self->story, &other, IPCTRACE_TYPE_DESTROY, IPCTRACE_MSG, 5,
		    0x5047, 0600);
	story_lost(&self->story, 1);
	story_later(&self->story, 2000000000);
	removal = removal_of(self->model, OBJECT(MSG, 5));
	EXPECT_EQ(removal.cause, MODEL_BY_SOMETHING);
	ASSERT_NE(removal.incomplete, NULL);
	EXPECT_EQ(removal.incomplete->cause, MODEL_HOLE_LOST);
	EXPECT_EQ(model_sums(self->model)->lost, 1);
}

TEST_F(model, sees_that_another_has_the_key)
{
	story_get(&self->story, &maker, CALL_MSGGET, 0x5047, 0600, 5,
		  IPCTRACE_F_CREATED);
	story_get(&self->story, &other, CALL_MSGGET, 0x5047, 0600, 32773,
		  IPCTRACE_F_CREATED);
	EXPECT_EQ(OBJECT(MSG, 5)->state, MODEL_GONE);
	EXPECT_EQ(removal_of(self->model, OBJECT(MSG, 5)).cause,
		  MODEL_BY_NOBODY_SAW);
	EXPECT_EQ(model_find_key(self->model, STORY_NS, IPCTRACE_MSG, 0x5047)->id,
		  32773);
}

/* A segment that is marked shows the key that it had, and takes it from nobody. */
TEST_F(model, lets_the_next_one_have_the_key)
{
	story_get(&self->story, &maker, CALL_SHMGET, 0x5047, 4096, 37,
		  IPCTRACE_F_CREATED);
	story_mapping(&self->story, &other, IPCTRACE_TYPE_DETACH, 5, 0x5047,
		      SEGMENT, 01600);
	EXPECT_EQ(OBJECT(SHM, 37)->state, MODEL_THERE);
	EXPECT_EQ(OBJECT(SHM, 5)->state, MODEL_MARKED);
	EXPECT_EQ(OBJECT(SHM, 5)->key, 0x5047);
	EXPECT_EQ(model_find_key(self->model, STORY_NS, IPCTRACE_SHM, 0x5047)->id,
		  37);
}

TEST_F(model, keeps_namespaces_apart)
{
	story_get(&self->story, &maker, CALL_MSGGET, 0x5047, 0600, 5,
		  IPCTRACE_F_CREATED);
	story_get(&self->story, &elsewhere, CALL_MSGGET, 0x5047, 0600, 5,
		  IPCTRACE_F_CREATED);
	story_remove(&self->story, &maker, CALL_MSGCTL, 5, 0x5047);
	EXPECT_EQ(OBJECT(MSG, 5)->state, MODEL_DESTROYED);
	EXPECT_EQ(model_find_id(self->model, STORY_OTHER_NS, IPCTRACE_MSG,
				5)->state, MODEL_THERE);
	EXPECT_EQ(removal_of(self->model, OBJECT(MSG, 5)).cases,
		  MODEL_CASE_CREATOR);
}

/* A child exits, with what its parent had attached before it forked. */
TEST_F(model, follows_attachments_through_forks)
{
	const struct model_attachment *attachment;

	story_get(&self->story, &maker, CALL_SHMGET, 0, 4096, 5, IPCTRACE_F_CREATED);
	story_shmat(&self->story, &maker, 5, 0, SEGMENT);
	story_mapping(&self->story, &maker, IPCTRACE_TYPE_ATTACH, 5, 0, SEGMENT,
		      0600);
	ASSERT_EQ(OBJECT(SHM, 5)->nr_attached, 2);
	attachment = TAILQ_LAST(&OBJECT(SHM, 5)->attachments, model_attachments);
	EXPECT_TRUE(attachment->child);
	EXPECT_EQ(attachment->how, MODEL_BY_FORK);
	story_mapping(&self->story, &child, IPCTRACE_TYPE_DETACH, 5, 0, SEGMENT,
		      0600);
	ASSERT_EQ(OBJECT(SHM, 5)->nr_attached, 1);
	attachment = TAILQ_FIRST(&OBJECT(SHM, 5)->attachments);
	EXPECT_FALSE(attachment->child);
	EXPECT_EQ(attachment->process->last.tgid, 100);
	EXPECT_EQ(attachment->how, MODEL_BY_SHMAT);
}

static u32 count_attached(const struct model_object *object, u32 tgid, bool child)
{
	const struct model_attachment *attachment;
	u32 nr = 0;

	TAILQ_FOREACH(attachment, &object->attachments, of_object)
		nr += attachment->process->last.tgid == tgid &&
		      attachment->child == child && !attachment->until_ns;
	return nr;
}

/* A child forks, and shows by that what it has from its parent: it did not move it. */
TEST_F(model, follows_attachments_to_grandchildren)
{
	story_get(&self->story, &maker, CALL_SHMGET, 0, 4096, 5, IPCTRACE_F_CREATED);
	story_shmat(&self->story, &maker, 5, 0, SEGMENT);
	story_mapping(&self->story, &maker, IPCTRACE_TYPE_ATTACH, 5, 0, SEGMENT,
		      0600);
	story_shmat(&self->story, &child, 5, 0, SEGMENT + 4096);
	story_mapping(&self->story, &child, IPCTRACE_TYPE_ATTACH, 5, 0, SEGMENT,
		      0600);
	story_mapping(&self->story, &child, IPCTRACE_TYPE_ATTACH, 5, 0,
		      SEGMENT + 4096, 0600);
	EXPECT_EQ(OBJECT(SHM, 5)->nr_attached, 5);
	EXPECT_EQ(count_attached(OBJECT(SHM, 5), 100, false), 1);
	EXPECT_EQ(count_attached(OBJECT(SHM, 5), 100, true), 0);
	EXPECT_EQ(count_attached(OBJECT(SHM, 5), 101, false), 2);
	EXPECT_EQ(count_attached(OBJECT(SHM, 5), 101, true), 2);
}

/* Its parent has died before: not the child of one that lives. */
TEST_F(model, knows_whose_child_an_orphan_was)
{
	const struct story_actor orphan = { 101, 1, 1000, 0, "maker" };

	story_get(&self->story, &maker, CALL_SHMGET, 0, 4096, 5, IPCTRACE_F_CREATED);
	story_shmat(&self->story, &other, 5, 0, SEGMENT);
	story_mapping(&self->story, &other, IPCTRACE_TYPE_ATTACH, 5, 0, SEGMENT,
		      0600);
	story_shmat(&self->story, &maker, 5, 0, SEGMENT);
	story_mapping(&self->story, &maker, IPCTRACE_TYPE_ATTACH, 5, 0, SEGMENT,
		      0600);
	story_mapping(&self->story, &maker, IPCTRACE_TYPE_DETACH, 5, 0, SEGMENT,
		      0600);
	story_mapping(&self->story, &orphan, IPCTRACE_TYPE_DETACH, 5, 0, SEGMENT,
		      0600);
	EXPECT_EQ(OBJECT(SHM, 5)->nr_attached, 2);
	EXPECT_EQ(count_attached(OBJECT(SHM, 5), 200, false), 1);
	EXPECT_EQ(count_attached(OBJECT(SHM, 5), 200, true), 1);
}

static void detach(struct story *story, const struct story_actor *actor, s32 id,
		   u64 addr)
{
	story_begin(story, IPCTRACE_TYPE_CALL, IPCTRACE_CALL_shmdt, IPCTRACE_SHM,
		    actor)->args[0] = addr;
	story_object(story, id, 0, 0600);
	story_segment(story, id, addr);
	story_end(story);
}

/* A child goes to another namespace, with what it has. */
TEST_F(model, detaches_in_another_namespace)
{
	const struct story_actor moved = { 101, 1, 1000, STORY_OTHER_NS, "maker" };

	story_get(&self->story, &maker, CALL_SHMGET, 0, 4096, 5, IPCTRACE_F_CREATED);
	story_shmat(&self->story, &maker, 5, 0, SEGMENT);
	story_mapping(&self->story, &maker, IPCTRACE_TYPE_ATTACH, 5, 0, SEGMENT,
		      0600);
	story_mapping(&self->story, &maker, IPCTRACE_TYPE_DETACH, 5, 0, SEGMENT,
		      0600);
	/* It takes a while, and is told of before its end. */
	story_begin(&self->story, IPCTRACE_TYPE_ENTER, IPCTRACE_CALL_shmdt,
		    IPCTRACE_SHM, &moved)->args[0] = SEGMENT;
	story_object(&self->story, 5, 0x5047, 01600);
	story_end(&self->story);
	EXPECT_EQ(model_find_id(self->model, STORY_OTHER_NS, IPCTRACE_SHM, 5), NULL);
	detach(&self->story, &moved, 5, SEGMENT);
	EXPECT_EQ(OBJECT(SHM, 5)->nr_attached, 0);
	EXPECT_EQ(OBJECT(SHM, 5)->used.tgid, 101);
	EXPECT_EQ(model_find_id(self->model, STORY_OTHER_NS, IPCTRACE_SHM, 5), NULL);
}

/* Who attached it is not known: it need not be the caller's segment of that id. */
TEST_F(model, does_not_guess_what_is_detached)
{
	const struct story_actor moved = { 101, 1, 1000, STORY_OTHER_NS, "maker" };
	const struct model_object *object;

	story_get(&self->story, &moved, CALL_SHMGET, 0, 4096, 5, IPCTRACE_F_CREATED);
	story_lost(&self->story, 1);
	detach(&self->story, &moved, 5, SEGMENT);
	object = model_find_id(self->model, STORY_OTHER_NS, IPCTRACE_SHM, 5);
	ASSERT_NE(object, NULL);
	EXPECT_EQ(object->used.from, 0);
	EXPECT_EQ(object->calls, 1);
}

/* Whose it is the record says: that of the namesake's users stay, and are not it. */
TEST_F(model, detaches_in_the_namespace_that_the_record_has)
{
	const struct story_actor moved = { 101, 1, 1000, STORY_OTHER_NS, "mover" };
	const struct model_object *namesake;

	story_get(&self->story, &moved, CALL_SHMGET, 7, 4096, 5, IPCTRACE_F_CREATED);
	story_get(&self->story, &maker, CALL_SHMGET, 7, 4096, 5, IPCTRACE_F_CREATED);
	story_lost(&self->story, 1);
	story_begin(&self->story, IPCTRACE_TYPE_CALL, IPCTRACE_CALL_shmdt, IPCTRACE_SHM,
		    &moved)->args[0] = SEGMENT;
	story_object(&self->story, 5, 7, 0600);
	story_segment(&self->story, 5, SEGMENT)->ipc_ns = STORY_NS;
	story_end(&self->story);
	namesake = model_find_id(self->model, STORY_OTHER_NS, IPCTRACE_SHM, 5);
	ASSERT_NE(namesake, NULL);
	EXPECT_EQ(namesake->calls, 1);
	EXPECT_EQ(namesake->used.from, 0);
	EXPECT_EQ(OBJECT(SHM, 5)->used.tgid, 101);
	EXPECT_EQ(OBJECT(SHM, 5)->calls, 2);
}

static void get_with_begin(struct story *story, const struct story_actor *actor,
			   s32 id, u64 start_ns)
{
	struct ipctrace_origin *origin;

	story_begin_get(story, actor, CALL_MSGGET, 0, 0600, id, IPCTRACE_F_CREATED);
	origin = story_add(story, IPCTRACE_PART_ORIGIN, sizeof(*origin));
	origin->start_ns = start_ns;
	story_end(story);
}

/* A number is given to another process, which says so only later. */
TEST_F(model, tells_processes_of_one_number_apart)
{
	const struct model_process *first, *second;
	u64 start_ns;

	story_get(&self->story, &other, CALL_SHMGET, 0, 4096, 5, IPCTRACE_F_CREATED);
	story_get(&self->story, &other, CALL_SEMGET, 0, 2, 5, IPCTRACE_F_CREATED);
	get_with_begin(&self->story, &maker, 6, self->story.now_ns - 1000000);
	first = model_find_process(self->model, 100);
	story_semop(&self->story, &maker, IPCTRACE_TYPE_CALL, 5, 0, 0, -1, 0, 0);
	self->story.now_ns += 1000000000;
	start_ns = self->story.now_ns;
	story_shmat(&self->story, &maker, 5, 0, SEGMENT);
	story_semop(&self->story, &maker, IPCTRACE_TYPE_CALL, 5, 0, 1, -1, 0, 0);
	get_with_begin(&self->story, &maker, 7, start_ns);
	second = model_find_process(self->model, 100);
	ASSERT_NE(first, second);
	EXPECT_EQ(first->life, MODEL_DEAD);
	EXPECT_EQ(TAILQ_FIRST(&OBJECT(SHM, 5)->attachments)->process, second);
	EXPECT_EQ(TAILQ_FIRST(&first->holds)->sem_num, 0);
	EXPECT_EQ(TAILQ_FIRST(&second->holds)->sem_num, 1);
	detach(&self->story, &maker, 5, SEGMENT);
	EXPECT_EQ(OBJECT(SHM, 5)->nr_attached, 0);
	story_semop(&self->story, &maker, IPCTRACE_TYPE_CALL, 5, 0, 1, 1, 0, 0);
	EXPECT_EQ(OBJECT(SEM, 5)->nr_holds, 1);
}

TEST_F(model, knows_who_holds_a_semaphore)
{
	const struct model_hold *hold;

	story_get(&self->story, &maker, CALL_SEMGET, 0x5047, 2, 5, IPCTRACE_F_CREATED);
	story_semop(&self->story, &maker, IPCTRACE_TYPE_CALL, 5, 0x5047, 1, 1, 0,
		    0);
	ASSERT_EQ(OBJECT(SEM, 5)->nr_sems, 2);
	EXPECT_TRUE(OBJECT(SEM, 5)->sems[1].known);
	EXPECT_EQ(OBJECT(SEM, 5)->sems[1].value, 1);
	EXPECT_EQ(OBJECT(SEM, 5)->sems[1].signals, 0);
	story_semop(&self->story, &other, IPCTRACE_TYPE_CALL, 5, 0x5047, 1, -1,
		    SEM_UNDO, 0);
	ASSERT_EQ(OBJECT(SEM, 5)->nr_holds, 1);
	hold = TAILQ_FIRST(&OBJECT(SEM, 5)->holds);
	EXPECT_EQ(hold->process->last.tgid, 200);
	EXPECT_EQ(hold->sem_num, 1);
	EXPECT_EQ(hold->undo, 1);
	EXPECT_EQ(hold->since_ns, self->story.now_ns);

	story_semop(&self->story, &child, IPCTRACE_TYPE_ENTER, 5, 0x5047, 1, -1, 0,
		    0);
	ASSERT_EQ(OBJECT(SEM, 5)->nr_waits, 1);
	EXPECT_EQ(TAILQ_FIRST(&OBJECT(SEM, 5)->waits)->sops[0].sem_num, 1);
	story_semop(&self->story, &other, IPCTRACE_TYPE_CALL, 5, 0x5047, 1, 1,
		    SEM_UNDO, 0);
	EXPECT_EQ(OBJECT(SEM, 5)->nr_holds, 0);
	story_semop(&self->story, &child, IPCTRACE_TYPE_CALL, 5, 0x5047, 1, -1, 0,
		    0);
	EXPECT_EQ(OBJECT(SEM, 5)->nr_waits, 0);
	ASSERT_EQ(OBJECT(SEM, 5)->nr_holds, 1);
	EXPECT_EQ(TAILQ_FIRST(&OBJECT(SEM, 5)->holds)->undo, 0);
	EXPECT_EQ(OBJECT(SEM, 5)->sems[1].value, 0);
}

/* SEM_UNDO gives back what a process took that is killed. */
/* Who waited for what SETVAL makes comes to the end of his call before that does. */
TEST_F(model, knows_who_was_woken_by_setval)
{
	struct ipctrace_call *record;

	story_get(&self->story, &maker, CALL_SEMGET, 0x5047, 2, 5, IPCTRACE_F_CREATED);
	self->story.took_ns = 5 * STORY_STEP_NS;
	story_semop(&self->story, &other, IPCTRACE_TYPE_CALL, 5, 0x5047, 1, -1, 0,
		    0);
	self->story.took_ns = STORY_STEP_NS + 100;
	record = story_begin(&self->story, IPCTRACE_TYPE_CALL, CALL_SEMCTL,
			     IPCTRACE_SEM, &maker);
	record->args[0] = 5;
	record->args[1] = 1;
	record->args[2] = SETVAL;
	record->args[3] = 2;
	story_object(&self->story, 5, 0x5047, 0600);
	story_end(&self->story);
	ASSERT_EQ(OBJECT(SEM, 5)->nr_holds, 1);
	EXPECT_EQ(TAILQ_FIRST(&OBJECT(SEM, 5)->holds)->process->last.tgid, 200);
	EXPECT_EQ(OBJECT(SEM, 5)->sems[1].value, 1);
}

TEST_F(model, takes_back_by_undo)
{
	struct ipctrace_user *undo;

	story_get(&self->story, &maker, CALL_SEMGET, 0x5047, 2, 5, IPCTRACE_F_CREATED);
	story_semop(&self->story, &other, IPCTRACE_TYPE_CALL, 5, 0x5047, 1, -1,
		    SEM_UNDO, 0);
	story_semop(&self->story, &other, IPCTRACE_TYPE_CALL, 5, 0x5047, 0, -1, 0,
		    0);
	story_begin(&self->story, IPCTRACE_TYPE_UNDO, IPCTRACE_CALL_NONE,
		    IPCTRACE_SEM, &other);
	story_object(&self->story, 5, 0x5047, 0600);
	undo = story_add(&self->story, IPCTRACE_PART_UNDO, sizeof(*undo) + 4);
	undo->arg = IPCTRACE_USER_UNDO;
	undo->flags = IPCTRACE_USER_ENTRY;
	undo->bytes = 4;
	undo->count = 2;
	memcpy(undo + 1, (s16[]){ 0, 1 }, 4);
	story_end(&self->story);
	ASSERT_EQ(OBJECT(SEM, 5)->nr_holds, 1);
	EXPECT_EQ(TAILQ_FIRST(&OBJECT(SEM, 5)->holds)->sem_num, 0);
}

static void note_sender(void *context, const struct model_event *event)
{
	if (event->kind == MODEL_RECEIVED)
		*(u32 *)context = event->message ? event->message->tgid : 0;
}

/* Of the last one that was delivered, as it was told in the end */
static void note_delivery(void *context, const struct model_event *event)
{
	if (event->kind == MODEL_DELIVERED)
		*(struct model_message *)context = *event->message;
}

static void send(struct story *story, const struct story_actor *actor, s64 mtype)
{
	story_message(story, actor, IPCTRACE_CALL_msgsnd, 5, 0x5047, mtype, 8, 0);
}

static void receive(struct story *story, s64 msgtyp, s32 msgflg, s64 mtype)
{
	story->msgtyp = msgtyp;
	story->msgflg = msgflg;
	story_message(story, &child, IPCTRACE_CALL_msgrcv, 5, 0x5047, mtype, 100,
		      mtype ? 8 : -ENOMSG);
}

TEST_F(model, follows_messages)
{
	u32 sender = 1;

	model_listen(self->model, note_sender, &sender);
	story_get(&self->story, &maker, CALL_MSGGET, 0x5047, 0600, 5,
		  IPCTRACE_F_CREATED);
	EXPECT_TRUE(OBJECT(MSG, 5)->queue_known);
	story_message(&self->story, &maker, IPCTRACE_CALL_msgsnd, 5, 0x5047, 1, 8,
		      0);
	story_message(&self->story, &other, IPCTRACE_CALL_msgsnd, 5, 0x5047, 2, 9,
		      0);
	EXPECT_EQ(OBJECT(MSG, 5)->nr_messages, 2);
	story_message(&self->story, &child, IPCTRACE_CALL_msgrcv, 5, 0x5047, 2,
		      100, 9);
	EXPECT_EQ(sender, 200);
	story_message(&self->story, &child, IPCTRACE_CALL_msgrcv, 5, 0x5047, 1,
		      100, 8);
	EXPECT_EQ(sender, 100);
	EXPECT_EQ(OBJECT(MSG, 5)->nr_messages, 0);
	EXPECT_EQ(OBJECT(MSG, 5)->sent, 17);
	EXPECT_EQ(OBJECT(MSG, 5)->received, 17);

	/* Received before the record of who sent it came */
	story_message(&self->story, &child, IPCTRACE_CALL_msgrcv, 5, 0x5047, 3,
		      100, 8);
	self->story.took_ns = 5 * STORY_STEP_NS;
	story_message(&self->story, &maker, IPCTRACE_CALL_msgsnd, 5, 0x5047, 3, 8,
		      0);
	EXPECT_EQ(OBJECT(MSG, 5)->nr_messages, 0);
	EXPECT_EQ(OBJECT(MSG, 5)->nr_early, 0);
	EXPECT_TRUE(OBJECT(MSG, 5)->queue_known);
	story_lost(&self->story, 1);
	story_message(&self->story, &maker, IPCTRACE_CALL_msgsnd, 5, 0x5047, 3, 8,
		      0);
	EXPECT_FALSE(OBJECT(MSG, 5)->queue_known);
}

/* MSG_COPY takes nothing away. */
TEST_F(model, leaves_what_is_copied)
{
	struct model_message message = { };

	model_listen(self->model, note_delivery, &message);
	story_get(&self->story, &maker, CALL_MSGGET, 0x5047, 0600, 5,
		  IPCTRACE_F_CREATED);
	send(&self->story, &other, 7);
	receive(&self->story, 0, MSG_COPY | IPC_NOWAIT, 7);
	EXPECT_EQ(OBJECT(MSG, 5)->nr_messages, 1);
	EXPECT_EQ(OBJECT(MSG, 5)->queued, 8);
	receive(&self->story, 8, MSG_EXCEPT, 7);
	EXPECT_EQ(OBJECT(MSG, 5)->nr_messages, 0);
	EXPECT_EQ(OBJECT(MSG, 5)->queued, 0);
	model_finish(self->model);
	EXPECT_EQ(message.tgid, 200);
	EXPECT_EQ(message.by_tgid, 101);
	EXPECT_EQ(message.doubt, 0);
}

/* A queue is older than the records, until it is seen to hold none of a type. */
TEST_F(model, learns_what_is_in_a_queue)
{
	struct model_message message = { };

	model_listen(self->model, note_delivery, &message);
	send(&self->story, &other, 7);
	receive(&self->story, 0, 0, 7);
	model_finish(self->model);
	EXPECT_EQ(message.tgid, 200);
	EXPECT_EQ(message.doubt, MODEL_DOUBT_QUEUE);

	send(&self->story, &other, 8);
	receive(&self->story, -7, IPC_NOWAIT, 0);
	EXPECT_FALSE(OBJECT(MSG, 5)->queue_known);
	send(&self->story, &other, 7);
	receive(&self->story, 7, 0, 7);
	model_finish(self->model);
	EXPECT_EQ(message.tgid, 200);
	EXPECT_EQ(message.doubt, 0);
	receive(&self->story, 8, 0, 8);
	model_finish(self->model);
	EXPECT_EQ(message.doubt, MODEL_DOUBT_QUEUE);

	receive(&self->story, 0, IPC_NOWAIT, 0);
	EXPECT_TRUE(OBJECT(MSG, 5)->queue_known);
	send(&self->story, &other, 8);
	receive(&self->story, 0, 0, 8);
	model_finish(self->model);
	EXPECT_EQ(message.tgid, 200);
	EXPECT_EQ(message.doubt, 0);
}

/* Who waits for anything shows that there was nothing when it began to. */
TEST_F(model, learns_from_who_waits)
{
	struct model_message message = { };
	struct ipctrace_call *record;

	model_listen(self->model, note_delivery, &message);
	send(&self->story, &other, 7);
	self->story.now_ns += 20000000;
	self->story.took_ns = 10000000;
	record = story_begin(&self->story, IPCTRACE_TYPE_ENTER,
			     IPCTRACE_CALL_msgrcv, IPCTRACE_MSG, &child);
	record->args[0] = 5;
	story_object(&self->story, 5, 0x5047, 0600);
	story_end(&self->story);
	EXPECT_TRUE(OBJECT(MSG, 5)->queue_known);
	EXPECT_EQ(OBJECT(MSG, 5)->nr_messages, 0);
	send(&self->story, &maker, 7);
	self->story.took_ns = 10000000 + 2 * STORY_STEP_NS;
	receive(&self->story, 0, 0, 7);
	model_finish(self->model);
	EXPECT_EQ(message.tgid, 100);
	EXPECT_EQ(message.doubt, 0);
}

/* Of two of the same type and size whose calls overlap nobody knows which was first. */
TEST_F(model, doubts_what_overlaps)
{
	struct model_message message = { };

	model_listen(self->model, note_delivery, &message);
	story_get(&self->story, &maker, CALL_MSGGET, 0x5047, 0600, 5,
		  IPCTRACE_F_CREATED);
	send(&self->story, &maker, 1);
	self->story.took_ns = STORY_STEP_NS + 50;
	send(&self->story, &other, 1);
	receive(&self->story, 0, 0, 1);
	model_finish(self->model);
	EXPECT_EQ(message.doubt, MODEL_DOUBT_SENDER);
	receive(&self->story, 0, 0, 1);
	model_finish(self->model);
	EXPECT_EQ(message.doubt, MODEL_DOUBT_SENDER);
	send(&self->story, &other, 1);
	receive(&self->story, 0, 0, 1);
	model_finish(self->model);
	EXPECT_EQ(message.tgid, 200);
	EXPECT_EQ(message.doubt, 0);
}

TEST_F(model, knows_who_was_cut_off)
{
	story_get(&self->story, &maker, CALL_MSGGET, 0x5047, 0600, 5,
		  IPCTRACE_F_CREATED);
	story_remove(&self->story, &maker, CALL_MSGCTL, 5, 0x5047);
	self->story.took_ns = 10 * STORY_STEP_NS;
	story_message(&self->story, &other, IPCTRACE_CALL_msgrcv, 5, 0x5047, 0,
		      100, -EIDRM);
	EXPECT_EQ(OBJECT(MSG, 5)->state, MODEL_DESTROYED);
	EXPECT_EQ(removal_of(self->model, OBJECT(MSG, 5)).cut_off, 1);
}

/* The sequence numbers have gone round. */
TEST_F(model, tells_objects_of_one_id_apart)
{
	s32 id;

	story_get(&self->story, &maker, CALL_MSGGET, 0x5047, 0600, 5,
		  IPCTRACE_F_CREATED);
	story_remove(&self->story, &maker, CALL_MSGCTL, 5, 0x5047);
	story_get(&self->story, &other, CALL_MSGGET, 0x5047, 0600, 5, IPCTRACE_F_FOUND);
	EXPECT_EQ(OBJECT(MSG, 5)->state, MODEL_THERE);
	EXPECT_EQ(OBJECT(MSG, 5)->made.from, MODEL_UNKNOWN);
	EXPECT_EQ(model_sums(self->model)->gone, 1);
	/* However many others there are */
	for (id = 6; id < 1000; id++) {
		story_get(&self->story, &maker, CALL_MSGGET, 0, 0600, id,
			  IPCTRACE_F_CREATED);
		EXPECT_EQ(OBJECT(MSG, 5)->state, MODEL_THERE);
	}
}

/* What the kernel says stands beside what was recorded. */
TEST_F(model, takes_in_what_the_kernel_says)
{
	const struct model_asked_object asked = {
		.object = { .id = 6, .key = 0x6047, .mode = 0644, .cuid = 7 },
		.size = 8192,
		.stat = { .cpid = 4242, .nattch = 2 },
	};
	const struct model_asked_process asked_process = {
		.tgid = 500,
		.ppid = 1,
		.comm = "asked",
		.start_ns = 5,
		.origin.exe = "/usr/bin/asked",
	};
	struct model_process *process;

	story_get(&self->story, &maker, CALL_SHMGET, 0x5047, 4096, 5,
		  IPCTRACE_F_CREATED);
	model_ask_begin(self->model, self->story.now_ns + 1);
	model_ask_namespace(self->model, STORY_NS);
	model_ask_object(self->model, STORY_NS, IPCTRACE_SHM, &asked);
	process = model_ask_process(self->model, &asked_process);
	model_ask_attachment(self->model, process, STORY_NS, 6, SEGMENT);
	model_ask_end(self->model, true);

	EXPECT_EQ(OBJECT(SHM, 5)->state, MODEL_GONE);
	EXPECT_EQ(model_find_process(self->model, 100)->life, MODEL_DEAD);
	ASSERT_NE(OBJECT(SHM, 6), NULL);
	EXPECT_EQ(OBJECT(SHM, 6)->made.from, MODEL_KERNEL);
	EXPECT_EQ(OBJECT(SHM, 6)->made.tgid, 4242);
	EXPECT_EQ(OBJECT(SHM, 6)->size, 8192);
	ASSERT_EQ(OBJECT(SHM, 6)->nr_attached, 1);
	EXPECT_EQ(TAILQ_FIRST(&OBJECT(SHM, 6)->attachments)->from, MODEL_KERNEL);
	EXPECT_STREQ(process->origin->exe, "/usr/bin/asked");
	EXPECT_EQ(process->life, MODEL_ALIVE);
}

/* Whatever comes, it remembers so many and no more. */
TEST_F(model, forgets_the_oldest)
{
	s32 id;

	for (id = 0; id < MODEL_MAX_GONE + 10; id++) {
		story_get(&self->story, &maker, CALL_MSGGET, 0, 0600, id,
			  IPCTRACE_F_CREATED);
		story_remove(&self->story, &maker, CALL_MSGCTL, id, 0);
	}
	EXPECT_EQ(model_sums(self->model)->gone, MODEL_MAX_GONE);
	EXPECT_EQ(model_sums(self->model)->folded_removed, 10);
	EXPECT_EQ(OBJECT(MSG, 5), NULL);
	EXPECT_NE(OBJECT(MSG, 10), NULL);
}

TEST_HARNESS_MAIN
