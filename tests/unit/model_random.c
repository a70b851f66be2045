// SPDX-License-Identifier: GPL-2.0
/*
 * Random lives of objects in two namespaces: made, joined, attached, inherited by
 * forks, used, changed, removed; keys and slots are used again, and processes are
 * killed. The driver knows who did what, and the model must know the same. When
 * records are lost on purpose it may know less, and must not say what is not so.
 *
 * And records of any bytes: nothing but a model comes of that.
 */
#include <stdlib.h>

#include "kselftest_harness.h"
#include "unit_model.h"
#include "unit_random.h"
#include "unit_records.h"
#include "unit_story.h"

#define STEPS		20000
#define ACTORS		24
#define SLOTS		40
#define SEGMENT		0x7f0000000000ULL

/* An object as the driver knows it */
struct truth {
	bool there;
	bool marked;
	bool used_before;
	u32 ns;
	u8 family;
	s32 id;
	s32 key;
	u32 made;
	u32 changed;
	u32 used;
	u32 rmid;
	u32 seq;
	u8 attached[ACTORS];
	u32 children;
};

struct driver {
	struct story story;
	struct model *model;
	u64 seed;
	u32 drop;		/* of a million records so many are lost */
	u32 dropped;
	struct story_actor actors[ACTORS];
	u32 next_pid;
	struct truth truths[SLOTS];
	u32 nr_gone;
	struct truth gone[STEPS];
};

static u32 rnd(struct driver *driver, u32 n)
{
	return unit_draw(&driver->seed, n);
}

static void feed(void *context, const struct ipctrace_header *record)
{
	struct driver *driver = context;

	unit_feed(driver->model, &driver->dropped, record,
		  rnd(driver, 1000000) < driver->drop);
}

static u8 get_of(const struct truth *truth)
{
	return truth->family == IPCTRACE_MSG ? IPCTRACE_CALL_msgget :
	       truth->family == IPCTRACE_SEM ? IPCTRACE_CALL_semget :
					       IPCTRACE_CALL_shmget;
}

static u8 ctl_of(const struct truth *truth)
{
	return truth->family == IPCTRACE_MSG ? IPCTRACE_CALL_msgctl :
	       truth->family == IPCTRACE_SEM ? IPCTRACE_CALL_semctl :
					       IPCTRACE_CALL_shmctl;
}

static struct story_actor *actor_in(struct driver *driver, u32 ns)
{
	return &driver->actors[rnd(driver, ACTORS / 2) * 2 +
			       (ns == STORY_OTHER_NS)];
}

static void make(struct driver *driver, u32 slot)
{
	struct truth *truth = &driver->truths[slot];
	u32 seq = truth->seq + 1;
	struct story_actor *actor;

	*truth = (struct truth){
		.there = true,
		.ns = slot & 1 ? STORY_OTHER_NS : STORY_NS,
		.family = slot / 2 % 3,
		.key = rnd(driver, 3) ? 0x5000 + (s32)(slot / 2) : 0,
		.id = (s32)(seq << 15 | slot / 2),
		.seq = seq,
	};
	actor = actor_in(driver, truth->ns);
	truth->made = actor->tgid;
	story_get(&driver->story, actor, get_of(truth), truth->key, 2, truth->id,
		  IPCTRACE_F_CREATED);
}

static u64 addr_of(const struct truth *truth)
{
	return SEGMENT + ((u64)truth->id << 12);
}

static bool is_attached(const struct truth *truth)
{
	u32 i, nr = truth->children;

	for (i = 0; i < ACTORS; i++)
		nr += truth->attached[i];
	return nr;
}

static void is_gone(struct driver *driver, struct truth *truth)
{
	truth->there = false;
	driver->gone[driver->nr_gone++] = *truth;
}

static void work(struct driver *driver, struct truth *truth)
{
	struct story_actor *actor = actor_in(driver, truth->ns);
	u32 i = actor - driver->actors;

	truth->used = actor->tgid;
	if (truth->family == IPCTRACE_MSG) {
		story_message(&driver->story, actor, IPCTRACE_CALL_msgsnd,
			      truth->id, truth->key, 1, 8, 0);
	} else if (truth->family == IPCTRACE_SEM) {
		story_semop(&driver->story, actor, IPCTRACE_TYPE_CALL, truth->id,
			    truth->key, 0, 1, 0, 0);
	} else if (!truth->attached[i]) {
		story_shmat(&driver->story, actor, truth->id, truth->key,
			    addr_of(truth));
		truth->attached[i] = 1;
	} else {
		/* A fork: the child exits, at some time, by its own number. */
		truth->used = 0;
		story_mapping(&driver->story, actor, IPCTRACE_TYPE_ATTACH,
			      truth->id, truth->key, addr_of(truth), 0600);
		truth->children++;
	}
}

static void detach(struct driver *driver, struct truth *truth,
		   struct story_actor *actor)
{
	u16 mode = truth->marked ? 01600 : 0600;

	story_mapping(&driver->story, actor, IPCTRACE_TYPE_DETACH, truth->id,
		      truth->key, addr_of(truth), mode);
	if (!truth->marked || is_attached(truth))
		return;
	story_event(&driver->story, actor, IPCTRACE_TYPE_DESTROY, IPCTRACE_SHM,
		    truth->id, truth->key, mode);
	is_gone(driver, truth);
}

/* kill -9, and another process in its place, now and then with its number */
static void kill_one(struct driver *driver)
{
	u32 i = rnd(driver, ACTORS), slot;
	struct story_actor *actor = &driver->actors[i];

	for (slot = 0; slot < SLOTS; slot++) {
		struct truth *truth = &driver->truths[slot];

		if (!truth->there || !truth->attached[i])
			continue;
		truth->attached[i] = 0;
		detach(driver, truth, actor);
	}
	if (rnd(driver, 4))
		actor->tgid = driver->next_pid++;
}

static void end_child(struct driver *driver, struct truth *truth)
{
	struct story_actor child = *actor_in(driver, truth->ns);

	if (!truth->children)
		return;
	truth->children--;
	child.tgid = driver->next_pid++;
	detach(driver, truth, &child);
}

static void change(struct driver *driver, struct truth *truth)
{
	struct story_actor *actor = actor_in(driver, truth->ns);

	truth->changed = actor->tgid;
	story_ctl(&driver->story, actor, ctl_of(truth), truth->id, truth->key,
		  IPC_SET, 0600);
}

static void take_away(struct driver *driver, struct truth *truth)
{
	struct story_actor *actor = actor_in(driver, truth->ns);

	truth->rmid = actor->tgid;
	if (truth->family == IPCTRACE_SHM && is_attached(truth)) {
		story_ctl(&driver->story, actor, IPCTRACE_CALL_shmctl, truth->id,
			  truth->key, IPC_RMID, 0600);
		truth->marked = true;
		return;
	}
	story_remove(&driver->story, actor, ctl_of(truth), truth->id, truth->key);
	is_gone(driver, truth);
}

static void step(struct driver *driver)
{
	u32 slot = rnd(driver, SLOTS);
	struct truth *truth = &driver->truths[slot];
	u32 what = rnd(driver, 16);

	if (!truth->there) {
		make(driver, slot);
	} else if (truth->marked) {
		if (what < 8)
			end_child(driver, truth);
		else
			kill_one(driver);
	} else if (what < 2) {
		story_get(&driver->story, actor_in(driver, truth->ns),
			  get_of(truth), truth->key, 2, truth->id,
			  IPCTRACE_F_FOUND);
	} else if (what < 9) {
		work(driver, truth);
	} else if (what < 11) {
		change(driver, truth);
	} else if (what < 12) {
		end_child(driver, truth);
	} else if (what < 13) {
		kill_one(driver);
	} else if (what < 15) {
		take_away(driver, truth);
	}
}

static u32 wrong;

static void expect(bool good, const char *what, const struct truth *truth)
{
	if (good)
		return;
	if (wrong++ < 5)
		fprintf(stderr, "# %s of family %u id %d is wrong\n", what, truth->family,
			truth->id);
}

/* What is stated must be so, and be there if nothing was lost. */
static void check_who(const struct driver *driver, const struct model_object *object,
		      const struct model_who *who, u32 tgid, const char *what,
		      const struct truth *truth)
{
	if (!who->from && !tgid)
		return;
	if (model_hole_of(driver->model, object, who->time_ns,
			  driver->story.now_ns))
		return;
	expect(who->tgid == tgid, what, truth);
}

static u32 attached(const struct model_object *object, u32 tgid)
{
	const struct model_attachment *attachment;
	u32 nr = 0;

	TAILQ_FOREACH(attachment, &object->attachments, of_object)
		nr += !attachment->until_ns &&
		      (tgid ? !attachment->child &&
			      attachment->process->last.tgid == tgid :
			      attachment->child);
	return nr;
}

static void check_attached(const struct driver *driver,
			   const struct model_object *object,
			   const struct truth *truth)
{
	u32 i;

	if (model_hole_of(driver->model, object, object->first_ns,
			  driver->story.now_ns))
		return;
	for (i = 0; i < ACTORS; i++)
		expect(attached(object, driver->actors[i].tgid) ==
		       truth->attached[i], "attacher", truth);
	expect(attached(object, 0) == truth->children, "child", truth);
}

static void check(const struct driver *driver, const struct truth *truth)
{
	const struct model_object *object =
		model_find_id(driver->model, truth->ns, truth->family, truth->id);
	struct model_removal removal;

	if (!object) {
		expect(driver->drop, "existence", truth);
		return;
	}
	model_removal(driver->model, object, &removal);
	if (object->made.from || !driver->drop)
		expect(object->made.tgid == truth->made, "creator", truth);
	check_who(driver, object, &object->changed, truth->changed, "changer",
		  truth);
	if (truth->used)
		check_who(driver, object, &object->used, truth->used, "user",
			  truth);
	if (object->rmid.from || !driver->drop)
		expect(object->rmid.tgid == truth->rmid, "remover", truth);
	if (removal.cause == MODEL_STILL_THERE && !removal.incomplete)
		expect(truth->there, "presence", truth);
	if (!driver->drop)
		expect(model_has_gone(object) == !truth->there, "state", truth);
	expect(removal.cause != MODEL_BY_NAMESPACE &&
	       removal.cause != MODEL_BY_FORCE, "cause", truth);
	if (!driver->drop && truth->rmid)
		expect(removal.who && removal.who->tgid == truth->rmid &&
		       !removal.incomplete, "removal", truth);
	if (truth->there)
		check_attached(driver, object, truth);
}

static u32 drive(u64 seed, u32 drop)
{
	struct driver *driver = calloc(1, sizeof(*driver));
	u32 i;

	driver->story = (struct story){
		.take = feed,
		.context = driver,
		.now_ns = 1000000000000ULL,
	};
	driver->model = model_new();
	driver->seed = seed;
	driver->drop = drop;
	driver->next_pid = 1000;
	wrong = 0;
	for (i = 0; i < ACTORS; i++)
		driver->actors[i] = (struct story_actor){
			.tgid = driver->next_pid++,
			.ppid = 1,
			.uid = 1000,
			.ns = i & 1 ? STORY_OTHER_NS : STORY_NS,
			.comm = "actor",
		};
	for (i = 0; i < STEPS; i++) {
		step(driver);
		if (i % 500)
			continue;
		/* A second, in which what is late would have come */
		story_later(&driver->story, 2000000000);
	}
	for (i = 0; i < SLOTS; i++)
		if (driver->truths[i].there)
			check(driver, &driver->truths[i]);
	for (i = 0; i < driver->nr_gone; i++)
		check(driver, &driver->gone[i]);
	fprintf(stderr, "# seed %llu, %u of a million lost: %u objects had gone, %u wrong\n",
		(unsigned long long)seed, drop, driver->nr_gone, wrong);
	model_free(driver->model);
	free(driver);
	return wrong;
}

TEST(knows_what_was_done)
{
	u64 seed;

	for (seed = 1; seed <= 10; seed++)
		EXPECT_EQ(drive(seed, 0), 0);
}

TEST(says_nothing_false_when_records_are_lost)
{
	static const u32 drops[] = { 100, 10000, 200000 };
	u64 seed;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(drops); i++)
		for (seed = 1; seed <= 5; seed++)
			EXPECT_EQ(drive(seed, drops[i]), 0);
}

/* As the recorder makes them, and with bytes changed */
TEST(takes_any_record)
{
	struct unit_records records = { .seed = 4711 };
	struct driver driver = { .seed = 42 };
	struct model *model = model_new();
	u64 words[128];
	u32 i, n;

	ASSERT_NE(model, NULL);
	for (i = 0; i < 300000; i++) {
		const struct ipctrace_call *call = unit_record(&records);
		struct ipctrace_header *header = (void *)words;
		u16 len = call->header.len;

		memcpy(words, call, len);
		for (n = rnd(&driver, 4); n; n--)
			((u8 *)words)[2 + rnd(&driver, len - 2)] =
				rnd(&driver, 256);
		if (rnd(&driver, 2))
			header->time_ns = 1000000ULL * i;
		header->len = len;
		model_feed(model, header);
	}
	EXPECT_LE(model_sums(model)->nodes, MODEL_MAX_NODES);
	EXPECT_LE(model_sums(model)->messages, MODEL_MAX_MESSAGES);
	EXPECT_LE(model_sums(model)->gone, MODEL_MAX_GONE);
	EXPECT_LT(model_sums(model)->bytes, 400ULL << 20);
	fprintf(stderr, "# %llu objects, %llu gone, %llu nodes, %llu bytes\n",
		(unsigned long long)model_sums(model)->objects,
		(unsigned long long)model_sums(model)->gone,
		(unsigned long long)model_sums(model)->nodes,
		(unsigned long long)model_sums(model)->bytes);
	model_free(model);
}

TEST_HARNESS_MAIN
