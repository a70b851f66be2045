// SPDX-License-Identifier: GPL-2.0
/*
 * Captures for those who test ipctrace watch: each rule has a story that it must tell
 * of, and one that looks nearly like it.
 *
 *	watch_stories RULE FILE			the story
 *	watch_stories RULE.near FILE		the other one
 *	watch_stories list			RULE and RULE.near, a line each
 *	watch_stories mixed SEED N LOST FILE	N stories and N others, in any order;
 *						LOST of 10,000 records are lost
 *	watch_stories traffic N FILE		N records of programs that are well
 *	watch_stories flood N FILE		N processes of one user that forge names,
 *						and one story among them
 *
 * mixed prints a line for each story: RULE UID LOST, where UID is no other story's, and
 * LOST says how many of its records are missing. RULE is "-" where nothing is to be
 * told.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/msg.h>
#include <linux/sem.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "names/cgroups.h"
#include "unit_capture.h"
#include "unit_random.h"
#include "unit_story.h"

#define S_NS		1000000000ULL
#define MS_NS		1000000ULL
#define SEGMENT		0x7f0000000000ULL

static struct capture_writer writer;
static struct cgroups *cgroups;
static u32 lost_of_10000;	/* records to lose */
static u64 lost_seed;
static u64 lost_pending;	/* not told yet */
static u64 lost_in_story;

/**
 * struct cast - who is in a story: no other story has any of these
 * @n: number of the story
 * @uid: user of all, but of @victim
 * @id: the first of 128 ids
 * @key: the first of 128 keys
 * @names: names of @one, @two and @victim
 * @one: a process
 * @two: another, no relative
 * @victim: of another user
 */
struct cast {
	u32 n;
	u32 uid;
	s32 id;
	s32 key;
	char names[3][16];
	struct story_actor one;
	struct story_actor two;
	struct story_actor victim;
};

static void put(const struct ipctrace_header *record)
{
	void *room = capture_room(&writer);

	if (!room)
		exit(1);
	memcpy(room, record, record->len);
	capture_add(&writer, record->len, cgroups);
	capture_settled(&writer, record->time_ns);
}

static void put_lost(u64 time_ns)
{
	struct ipctrace_lost lost = {
		.header = {
			.len = sizeof(lost),
			.type = IPCTRACE_TYPE_LOST,
			.time_ns = time_ns,
		},
		.count = lost_pending,
	};

	if (lost_pending)
		put(&lost.header);
	lost_pending = 0;
}

static void take(void *context, const struct ipctrace_header *record)
{
	(void)context;
	if (lost_of_10000 && record->type != IPCTRACE_TYPE_GAP &&
	    unit_draw(&lost_seed, 10000) < lost_of_10000) {
		lost_pending++;
		lost_in_story++;
		return;
	}
	put_lost(record->time_ns);
	put(record);
}

static void cast_of(struct cast *cast, u32 n)
{
	*cast = (struct cast){
		.n = n,
		.uid = 2000 + n,
		.id = n % 256 * 128 + n / 256 * 32768,
		.key = 0x100000 + n * 128,
	};
	snprintf(cast->names[0], 16, "one%u", n);
	snprintf(cast->names[1], 16, "two%u", n);
	snprintf(cast->names[2], 16, "victim%u", n);
	cast->one = (struct story_actor){
		10000 + n * 64, 1, cast->uid, 0, cast->names[0]
	};
	cast->two = (struct story_actor){
		10001 + n * 64, 1, cast->uid, 0, cast->names[1]
	};
	cast->victim = (struct story_actor){
		10002 + n * 64, 1, 1000000 + n, 0, cast->names[2]
	};
}

/* ---- What is done in them --------------------------------------------------------- */

/* The object's owner and creator is another than the story's usual one. */
static void own(struct story *story, u32 uid, u16 mode)
{
	story->record.object.uid = uid;
	story->record.object.cuid = uid;
	story->record.object.mode = mode;
}

static struct ipctrace_call *call(struct story *story, const struct story_actor *actor,
				  u8 call, s64 ret, s64 arg0, s64 arg1, s64 arg2)
{
	struct ipctrace_call *record =
		story_begin(story, IPCTRACE_TYPE_CALL, call, story_family(call),
			    actor);

	record->args[0] = arg0;
	record->args[1] = arg1;
	record->args[2] = arg2;
	record->ret = ret;
	return record;
}

/* With where the process comes from */
static void make(struct story *story, const struct story_actor *actor, u8 get, s32 key,
		 s32 id, u16 mode, u64 start_ns)
{
	struct ipctrace_origin *origin;
	struct ipctrace_call *record;

	record = call(story, actor, get, id, key, get == IPCTRACE_CALL_msgget ?
		      IPC_CREAT | mode : 1, IPC_CREAT | mode);
	record->header.flags |= IPCTRACE_F_CREATED;
	story_object(story, id, key, mode);
	own(story, actor->uid, mode);
	if (start_ns) {
		origin = story_add(story, IPCTRACE_PART_ORIGIN, sizeof(*origin));
		origin->start_ns = start_ns;
	}
	story_end(story);
}

static void send(struct story *story, const struct story_actor *actor, s32 id, s32 key,
		 u64 bytes)
{
	story_message(story, actor, IPCTRACE_CALL_msgsnd, id, key, 1, bytes, 0);
}

/* IPC_RMID of a queue of @owner */
static void remove_of(struct story *story, const struct story_actor *actor, s32 id,
		      s32 key, u32 owner)
{
	u32 i;

	for (i = 0; i < 2; i++) {
		if (i) {
			story->took_ns = STORY_STEP_NS + 100;
			call(story, actor, IPCTRACE_CALL_msgctl, 0, id, IPC_RMID, 0);
		} else {
			story_begin(story, IPCTRACE_TYPE_DESTROY, IPCTRACE_CALL_NONE,
				    IPCTRACE_MSG, actor);
		}
		story_object(story, id, key, 0600);
		own(story, owner, 0600);
		story_end(story);
	}
}

static void remove_it(struct story *story, const struct story_actor *actor, s32 id,
		      s32 key)
{
	remove_of(story, actor, id, key, actor->uid);
}

/* IPC_SET of a queue of @owner */
static void set_queue(struct story *story, const struct story_actor *actor, s32 id,
		      u32 owner, u16 before, u16 after)
{
	struct ipctrace_set *set;

	call(story, actor, IPCTRACE_CALL_msgctl, 0, id, IPC_SET, 0);
	story_object(story, id, 0x77, before);
	own(story, owner, before);
	set = story_add(story, IPCTRACE_PART_SET, sizeof(*set));
	set->valid = IPCTRACE_SET_KERNEL | IPCTRACE_SET_AFTER;
	set->kernel_uid = owner;
	set->kernel_mode = after;
	set->after_uid = owner;
	set->after_mode = after;
	story_end(story);
}

static void gap(struct story *story, const struct story_actor *actor, u32 cause,
		u64 begin_ns, u64 end_ns)
{
	struct ipctrace_gap *part;

	story_begin(story, IPCTRACE_TYPE_GAP, IPCTRACE_CALL_NONE, IPCTRACE_ANY, actor);
	part = story_add(story, IPCTRACE_PART_GAP, sizeof(*part));
	part->cause = cause;
	part->begin_ns = begin_ns;
	part->end_ns = end_ns;
	story_end(story);
}

/* A few seconds in which nothing happens; something ends it. */
static void pass(struct story *story, const struct cast *cast, u64 ns)
{
	static const struct story_actor clock = { 9999, 1, 0, 0, "clock" };

	(void)cast;
	story->now_ns += ns;
	story_get(story, &clock, IPCTRACE_CALL_msgget, 0x99999, 0600, 32767,
		  IPCTRACE_F_FOUND);
}

/* ---- The stories: how @near they are ---------------------------------------------- */

static void removed_in_use(struct story *s, const struct cast *c, bool near)
{
	make(s, &c->victim, IPCTRACE_CALL_msgget, c->key, c->id, 0600, 0);
	send(s, &c->victim, c->id, c->key, 8);
	if (near) {
		/* By nobody any more */
		pass(s, c, 20 * S_NS);
		remove_of(s, &c->one, c->id, c->key, c->victim.uid);
		/* And of a server that ends, by itself */
		make(s, &c->one, IPCTRACE_CALL_msgget, c->key, c->id + 1, 0600, 0);
		send(s, &c->two, c->id + 1, c->key, 8);
		remove_it(s, &c->one, c->id + 1, c->key);
		return;
	}
	remove_of(s, &c->one, c->id, c->key, c->victim.uid);
}

static void cut_off(struct story *s, const struct cast *c, bool near)
{
	struct ipctrace_call *record;

	make(s, &c->one, IPCTRACE_CALL_msgget, c->key, c->id, 0600, 0);
	record = call(s, near ? &c->one : &c->two, IPCTRACE_CALL_msgrcv, 0, c->id, 0, 8);
	record->header.type = IPCTRACE_TYPE_ENTER;
	record->duration_ns = 100;
	story_object(s, c->id, c->key, 0600);
	story_end(s);
	remove_it(s, &c->one, c->id, c->key);
}

static void tamper(struct story *s, const struct cast *c, bool near)
{
	make(s, &c->victim, IPCTRACE_CALL_msgget, c->key, c->id, 0660, 0);
	set_queue(s, near ? &c->victim : &c->one, c->id, c->victim.uid, 0660, 0600);
}

static void tamper_often(struct story *s, const struct cast *c, bool near)
{
	u32 i;

	make(s, &c->one, IPCTRACE_CALL_msgget, c->key, c->id, 0600, 0);
	for (i = 0; i < (near ? 20 : 33); i++)
		set_queue(s, &c->one, c->id, c->one.uid, 0600, 0600);
}

static void toctou(struct story *s, const struct cast *c, bool near)
{
	struct ipctrace_user *user;
	u32 i;

	make(s, &c->one, IPCTRACE_CALL_semget, c->key, c->id, 0600, 0);
	call(s, &c->one, IPCTRACE_CALL_semop, 0, c->id, 0, 1);
	story_object(s, c->id, c->key, 0600);
	/* What was the same twice is there once. */
	for (i = 0; i < (near ? 1 : 2); i++) {
		user = story_add(s, IPCTRACE_PART_USER, sizeof(*user) + 6);
		user->arg = 1;
		user->flags = near ? IPCTRACE_USER_ENTRY | IPCTRACE_USER_RETURN :
			      i ? IPCTRACE_USER_RETURN : IPCTRACE_USER_ENTRY;
		user->bytes = 6;
		user->count = 1;
		memcpy(user + 1, (s16[]){ 0, 1 + i, 0 }, 6);
	}
	story_end(s);
}

static void denied(struct story *s, const struct cast *c, bool near)
{
	u32 i;

	make(s, &c->victim, IPCTRACE_CALL_msgget, c->key, c->id, 0600, 0);
	for (i = 0; i < (near ? 3 : 7); i++) {
		call(s, &c->one, IPCTRACE_CALL_msgsnd, -EACCES, c->id, 0, 8);
		story_object(s, c->id, c->key, 0600);
		own(s, c->victim.uid, 0600);
		story_end(s);
	}
}

/* The near one looks for a few, and often. */
static void scan(struct story *s, const struct cast *c, bool near)
{
	u32 i;

	for (i = 0; i < 40; i++) {
		call(s, i % 2 ? &c->one : &c->two, IPCTRACE_CALL_msgget, -ENOENT,
		     c->key + i % (near ? 10 : 40), 0, 0);
		story_end(s);
	}
}

/* There, but another user's; near: its own, which it has just removed */
static void scan_own(struct story *s, const struct cast *c, bool near)
{
	const struct story_actor *maker = near ? &c->one : &c->victim;
	u32 i;

	for (i = 0; i < 40; i++) {
		make(s, maker, IPCTRACE_CALL_msgget, c->key + i, c->id + i, 0600, 0);
		if (near)
			remove_it(s, maker, c->id + i, c->key + i);
		call(s, &c->one, IPCTRACE_CALL_msgget, near ? -ENOENT : -EACCES,
		     c->key + i, 0, 0);
		story_end(s);
	}
}

static void scan_index(struct story *s, const struct cast *c, bool near)
{
	struct story_actor actor = c->one;
	u32 i;

	if (near)
		actor.comm = "ipcs";
	for (i = 0; i < 12; i++) {
		call(s, &actor, IPCTRACE_CALL_msgctl, -EINVAL, i, MSG_STAT, 0);
		story_end(s);
	}
}

static void squat(struct story *s, const struct cast *c, bool near)
{
	const struct story_actor *first = near ? &c->two : &c->victim;

	make(s, first, IPCTRACE_CALL_msgget, c->key, c->id, 0666 & ~(near ? 066 : 022),
	     0);
	call(s, &c->one, IPCTRACE_CALL_msgget, -EEXIST, c->key,
	     IPC_CREAT | IPC_EXCL | 0600, 0);
	story_end(s);
	call(s, &c->one, IPCTRACE_CALL_msgget, c->id, c->key, IPC_CREAT | 0600, 0);
	s->record.header.flags |= IPCTRACE_F_FOUND;
	story_object(s, c->id, c->key, 0644);
	own(s, first->uid, 0644);
	story_end(s);
}

static void collision(struct story *s, const struct cast *c, bool near)
{
	make(s, &c->two, IPCTRACE_CALL_shmget, c->key, c->id, 0600, 0);
	call(s, near ? &c->two : &c->one, IPCTRACE_CALL_shmget, -EINVAL, c->key,
	     1 << 20, IPC_CREAT | 0600);
	story_end(s);
}

static void open_mode(struct story *s, const struct cast *c, bool near)
{
	make(s, &c->one, IPCTRACE_CALL_msgget, c->key, c->id, near ? 0664 : 0666, 0);
}

static void stale_id(struct story *s, const struct cast *c, bool near)
{
	u32 i;

	make(s, &c->one, IPCTRACE_CALL_msgget, c->key, c->id, 0600, 0);
	remove_it(s, &c->one, c->id, c->key);
	for (i = 0; i < (near ? 2 : 7); i++) {
		s->now_ns += MS_NS;
		call(s, &c->two, IPCTRACE_CALL_msgsnd, -EINVAL, c->id, 0, 8);
		story_end(s);
	}
}

static void limits(struct story *s, const struct cast *c, bool near)
{
	call(s, &c->one, IPCTRACE_CALL_msgget, near ? -ENOMEM : -ENOSPC, c->key,
	     IPC_CREAT | 0600, 0);
	story_end(s);
}

static void wait_at(struct story *s, const struct story_actor *actor, s32 id, s32 key,
		    u16 num)
{
	story_semop(s, actor, IPCTRACE_TYPE_ENTER, id, key, num, -1, 0, 0);
}

static void lock(struct story *s, const struct story_actor *actor, s32 id, s32 key,
		 u16 num, s64 ret)
{
	story_semop(s, actor, IPCTRACE_TYPE_CALL, id, key, num, -1, 0, ret);
}

/* One thread's end of a wait: it got what it waited for. */
static void got(struct story *s, const struct story_actor *actor, s32 id, s32 key,
		u16 num, u64 ns)
{
	s->took_ns = ns;
	lock(s, actor, id, key, num, 0);
}

static void deadlock(struct story *s, const struct cast *c, bool near)
{
	u16 i;

	make(s, &c->one, IPCTRACE_CALL_semget, c->key, c->id, 0600, 0);
	for (i = 0; i < 2; i++)
		story_semop(s, &c->one, IPCTRACE_TYPE_CALL, c->id, c->key, i, 1, 0, 0);
	lock(s, &c->one, c->id, c->key, 0, 0);
	if (near) {
		/* In one order: who is first goes on. */
		wait_at(s, &c->two, c->id, c->key, 0);
		lock(s, &c->one, c->id, c->key, 1, 0);
		pass(s, c, 2 * S_NS);
		for (i = 0; i < 2; i++)
			story_semop(s, &c->one, IPCTRACE_TYPE_CALL, c->id, c->key, i,
				    1, 0, 0);
		got(s, &c->two, c->id, c->key, 0, 2 * S_NS);
		story_semop(s, &c->two, IPCTRACE_TYPE_CALL, c->id, c->key, 0, 1, 0, 0);
		return;
	}
	lock(s, &c->two, c->id, c->key, 1, 0);
	wait_at(s, &c->one, c->id, c->key, 1);
	wait_at(s, &c->two, c->id, c->key, 0);
	pass(s, c, 2 * S_NS);
	pass(s, c, 2 * S_NS);
}

static void stall(struct story *s, const struct cast *c, bool near)
{
	struct ipctrace_call *record;

	make(s, &c->one, IPCTRACE_CALL_msgget, c->key, c->id, 0600, 0);
	/* To wait for work is what servers do all day. */
	s->now_ns += 2 * MS_NS;
	record = call(s, &c->one, near ? IPCTRACE_CALL_msgrcv : IPCTRACE_CALL_msgsnd, 0,
		      c->id, 0, 8);
	record->header.type = IPCTRACE_TYPE_ENTER;
	record->duration_ns = MS_NS;
	story_object(s, c->id, c->key, 0600);
	story_end(s);
	pass(s, c, 4 * S_NS);
	pass(s, c, 4 * S_NS);
	remove_it(s, &c->one, c->id, c->key);
}

static void receive(struct story *s, const struct cast *c, s64 type)
{
	story_message(s, &c->two, IPCTRACE_CALL_msgrcv, c->id, c->key, type, 8, 8);
}

/* Ten messages in 10 seconds, of which three stay; near: a batch each 30 seconds. */
static void stall_fills(struct story *s, const struct cast *c, bool near)
{
	u32 i, left;

	make(s, &c->one, IPCTRACE_CALL_msgget, c->key, c->id, 0600, 0);
	for (i = 0; i < 120; i++) {
		send(s, &c->one, c->id, c->key, 8);
		if (!near && i % 10 < 7)
			receive(s, c, 1);
		for (left = near && i % 30 == 29 ? 30 : 0; left; left--)
			receive(s, c, 1);
		s->now_ns += S_NS;
	}
	remove_it(s, &c->one, c->id, c->key);
}

/* Who was there for each message comes no more; near: it waits for another type. */
static void stall_idle(struct story *s, const struct cast *c, bool near)
{
	struct ipctrace_call *record;
	u32 i;

	make(s, &c->one, IPCTRACE_CALL_msgget, c->key, c->id, 0600, 0);
	for (i = 0; i < 40; i++) {
		send(s, &c->one, c->id, c->key, 8);
		if (i < 12)
			receive(s, c, 1);
		s->now_ns += 3 * S_NS;
		if (i != 12 || !near)
			continue;
		record = call(s, &c->two, IPCTRACE_CALL_msgrcv, 0, c->id, 0, 8);
		record->header.type = IPCTRACE_TYPE_ENTER;
		record->args[3] = 2;
		story_object(s, c->id, c->key, 0600);
		story_end(s);
	}
	if (near) {
		s->took_ns = 81 * S_NS;
		story_message(s, &c->two, IPCTRACE_CALL_msgrcv, c->id, c->key, 2, 8, -EINTR);
	}
	remove_it(s, &c->one, c->id, c->key);
}

/* The next one with the number of who made them shows he has gone. */
static void leak(struct story *s, const struct cast *c, bool near)
{
	u32 i;

	for (i = 0; i < 5; i++)
		make(s, &c->one, IPCTRACE_CALL_msgget, c->key + i, c->id + i, 0600,
		     5 + c->n);
	s->now_ns += S_NS;
	make(s, &c->one, IPCTRACE_CALL_msgget, c->key + 9, c->id + 9, 0600,
	     s->now_ns);
	for (i = 0; near && i < 5; i++)
		remove_it(s, &c->one, c->id + i, c->key + i);
	for (i = 0; i < 9; i++)
		pass(s, c, 10 * S_NS);
	for (i = near ? 9 : 0; i < 10; i++)
		if (i < 5 || i == 9)
			remove_it(s, &c->one, c->id + i, c->key + i);
}

static void growth(struct story *s, const struct cast *c, bool near)
{
	u32 i;

	for (i = 0; i < 80; i++) {
		make(s, &c->one, IPCTRACE_CALL_msgget, c->key + i, c->id + i, 0600, 0);
		if (near)
			remove_it(s, &c->one, c->id + i, c->key + i);
		s->now_ns += 3 * S_NS;
	}
	for (i = 0; !near && i < 80; i++)
		remove_it(s, &c->one, c->id + i, c->key + i);
}

static void nowait_spin(struct story *s, const struct cast *c, bool near)
{
	u32 i;

	make(s, &c->one, IPCTRACE_CALL_msgget, c->key, c->id, 0600, 0);
	for (i = 0; i < 1200; i++) {
		if (near)
			s->now_ns += 10 * MS_NS;
		s->msgflg = IPC_NOWAIT;
		story_message(s, &c->one, IPCTRACE_CALL_msgrcv, c->id, c->key, 0, 8,
			      -ENOMSG);
	}
}

static void error_loop(struct story *s, const struct cast *c, bool near)
{
	u32 i;

	for (i = 0; i < 240; i++) {
		if (near)
			s->now_ns += 100 * MS_NS;
		call(s, &c->one, IPCTRACE_CALL_shmdt, -EINVAL, 0x1000, 0, 0);
		story_end(s);
	}
}

static void slow(struct story *s, const struct cast *c, bool near)
{
	u32 i;

	make(s, &c->one, IPCTRACE_CALL_msgget, c->key, c->id, 0600, 0);
	for (i = 0; i < 1300; i++) {
		s->took_ns = i < 1050 || near ? 900 : 40 * MS_NS;
		if (near && i % 400 == 0)
			s->took_ns = 40 * MS_NS;
		s->now_ns += i < 1050 ? 0 : 50 * MS_NS;
		send(s, &c->one, c->id, c->key, 8);
		story_message(s, &c->two, IPCTRACE_CALL_msgrcv, c->id, c->key, 1, 8, 8);
	}
}

static void spray_all(struct story *s, const struct cast *c, bool near, bool in_ns)
{
	struct ipctrace_pidns *pidns;
	u32 i;

	for (i = 0; i < 80; i++) {
		call(s, &c->one, IPCTRACE_CALL_msgsnd, 0, c->id + i, 0,
		     near ? 1000 + i % 3 : 4048);
		story_object(s, c->id + i, c->key, 0600);
		own(s, c->one.uid, 0600);
		if (in_ns) {
			pidns = story_add(s, IPCTRACE_PART_PIDNS, sizeof(*pidns));
			pidns->pid_ns = 4026532300U;
			pidns->pid = 7;
			pidns->tid = 7;
		}
		story_end(s);
	}
}

static void spray(struct story *s, const struct cast *c, bool near)
{
	spray_all(s, c, near, false);
}

static void spray_namespace(struct story *s, const struct cast *c, bool near)
{
	spray_all(s, c, near, true);
}

/* The near one is a load of the module, which nobody has made look away. */
static void hidden(struct story *s, const struct cast *c, bool near)
{
	pass(s, c, S_NS);
	if (near) {
		gap(s, &c->one, IPCTRACE_GAP_LOAD, 0, s->now_ns);
	} else {
		gap(s, &c->one, IPCTRACE_GAP_PAUSE, s->now_ns, 0);
		s->now_ns += S_NS;
		gap(s, &c->one, IPCTRACE_GAP_PAUSE, s->now_ns - S_NS, s->now_ns);
	}
	pass(s, c, S_NS);
}

static void hidden_lost(struct story *s, const struct cast *c, bool near)
{
	pass(s, c, S_NS);
	if (!near)
		story_lost(s, 3);
	pass(s, c, S_NS);
}

/* Who dies with a lock: another process has its number. */
static void deadlock_dead(struct story *s, const struct cast *c, bool near)
{
	make(s, &c->one, IPCTRACE_CALL_semget, c->key, c->id, 0600, 5);
	story_semop(s, &c->one, IPCTRACE_TYPE_CALL, c->id, c->key, 0, 1, 0, 0);
	lock(s, &c->one, c->id, c->key, 0, 0);
	wait_at(s, &c->two, c->id, c->key, 0);
	if (!near)
		make(s, &c->one, IPCTRACE_CALL_msgget, c->key + 1, c->id + 1, 0600,
		     s->now_ns);
	pass(s, c, 2 * S_NS);
}

/*
 * @rule: what is to be told
 * @mixed: it may stand among others: it is told by whose it is, and is no matter of
 *	all records
 */
static const struct {
	const char *rule;
	bool mixed;
	void (*tell)(struct story *story, const struct cast *cast, bool near);
} stories[] = {
	{ "removed-in-use", true, removed_in_use }, { "cut-off", true, cut_off },
	{ "tamper", true, tamper }, { "tamper-often", true, tamper_often },
	{ "toctou", true, toctou }, { "denied", true, denied }, { "scan", true, scan },
	{ "scan-index", true, scan_index }, { "squat", true, squat },
	{ "collision", true, collision }, { "open-mode", true, open_mode },
	{ "stale-id", true, stale_id }, { "limits", true, limits },
	{ "deadlock", true, deadlock }, { "stall", true, stall },
	{ "stall-fills", true, stall_fills }, { "stall-idle", true, stall_idle },
	{ "leak", true, leak }, { "growth", true, growth },
	{ "nowait-spin", true, nowait_spin }, { "error-loop", true, error_loop },
	{ "slow", true, slow }, { "spray", true, spray },
	{ "spray-namespace", false, spray_namespace }, { "hidden", false, hidden },
	{ "hidden-lost", false, hidden_lost },
	{ "deadlock.dead", false, deadlock_dead }, { "scan.own", false, scan_own },
};

static void tell(struct story *story, const char *name)
{
	size_t len = strlen(name), i;
	bool near = len > 5 && !strcmp(name + len - 5, ".near");
	struct cast cast;

	cast_of(&cast, 1);
	for (i = 0; i < ARRAY_SIZE(stories); i++) {
		if (strncmp(stories[i].rule, name, len - 5 * near) ||
		    stories[i].rule[len - 5 * near])
			continue;
		stories[i].tell(story, &cast, near);
		return;
	}
	errx(2, "no story %s", name);
}

/* 32,768 objects and no more can be told apart: each story removes what it can. */
static void mix(struct story *story, u64 seed, u32 nr)
{
	struct cast cast;
	bool near;
	u32 n, i;

	for (n = 0; n < 2 * nr; n++) {
		do
			i = unit_draw(&seed, ARRAY_SIZE(stories));
		while (!stories[i].mixed);
		near = unit_draw(&seed, 2);
		cast_of(&cast, n);
		lost_in_story = lost_pending;
		stories[i].tell(story, &cast, near);
		printf("%s %u %llu\n", near ? "-" : stories[i].rule, cast.uid,
		       (unsigned long long)lost_in_story);
		story->now_ns += unit_draw(&seed, 1000) * MS_NS;
	}
}

/* A few servers with a queue and a lock each, and their clients */
static void traffic(struct story *story, u32 nr)
{
	struct cast cast;
	u32 n, i;

	for (n = 0; n < 32; n++) {
		cast_of(&cast, n);
		make(story, &cast.one, IPCTRACE_CALL_msgget, cast.key, cast.id, 0600, 5);
		make(story, &cast.one, IPCTRACE_CALL_semget, cast.key, cast.id, 0600, 5);
		story_semop(story, &cast.one, IPCTRACE_TYPE_CALL, cast.id, cast.key, 0, 1,
			    0, 0);
	}
	for (i = 0; i < nr; i += 4) {
		cast_of(&cast, i / 4 % 32);
		lock(story, &cast.two, cast.id, cast.key, 0, 0);
		send(story, &cast.two, cast.id, cast.key, 64);
		story_semop(story, &cast.two, IPCTRACE_TYPE_CALL, cast.id, cast.key, 0,
			    1, 0, 0);
		story_message(story, &cast.one, IPCTRACE_CALL_msgrcv, cast.id, cast.key,
			      1, 64, 64);
	}
}

/* Whoever wants to fill all tables, and to be overlooked among many */
static void flood(struct story *story, u32 nr)
{
	struct story_actor actor = { .ppid = 1, .uid = 1000 };
	struct cast cast;
	char comm[24];
	u32 i;

	cast_of(&cast, 200);
	for (i = 0; i < nr; i++) {
		snprintf(comm, sizeof(comm), "\033[2J\n%u", i);
		actor.tgid = 20000 + i;
		actor.comm = comm;
		call(story, &actor, i % 2 ? IPCTRACE_CALL_msgget : IPCTRACE_CALL_semop,
		     i % 2 ? -ENOENT : -EINVAL, i, 0, 0);
		story_end(story);
		make(story, &actor, IPCTRACE_CALL_msgget, 0, i % 30000 + 1000000000,
		     0666, 0);
		if (i == nr / 2)
			removed_in_use(story, &cast, false);
	}
}

/* Of no machine and no day: the same story is the same file. */
static bool be_nowhere(int fd)
{
	static const struct ipctrace_capture header = {
		.start_ns = 1000000000000ULL,
		.start_real_ns = 1767225600000000000ULL,
		.release = "6.1.0",
	};
	size_t from = offsetof(struct ipctrace_capture, start_ns);

	return pwrite(fd, (const char *)&header + from, sizeof(header) - from, from) ==
	       (ssize_t)(sizeof(header) - from);
}

int main(int argc, char **argv)
{
	struct story story = { .take = take, .now_ns = 1000000000000ULL };
	const char *file = argv[argc - 1];
	size_t i;
	int fd;

	if (argc == 2 && !strcmp(argv[1], "list")) {
		for (i = 0; i < ARRAY_SIZE(stories); i++)
			printf("%s\n%s.near\n", stories[i].rule, stories[i].rule);
		return 0;
	}
	if (argc < 3)
		errx(2, "watch_stories NAME FILE");
	cgroups = cgroups_new_empty();
	fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || !cgroups || !capture_begin(&writer, fd, file, 1))
		err(1, "%s", file);
	if (argc == 6 && !strcmp(argv[1], "mixed")) {
		lost_of_10000 = atoi(argv[4]);
		lost_seed = atoi(argv[2]) + 1;
		mix(&story, atoi(argv[2]), atoi(argv[3]));
		put_lost(story.now_ns);
	} else if (argc == 4 && !strcmp(argv[1], "traffic")) {
		traffic(&story, atoi(argv[2]));
	} else if (argc == 4 && !strcmp(argv[1], "flood")) {
		flood(&story, atoi(argv[2]));
	} else {
		tell(&story, argv[1]);
	}
	return !capture_end(&writer) || !be_nowhere(fd);
}
