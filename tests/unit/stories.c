// SPDX-License-Identifier: GPL-2.0
/*
 * Writes a capture of a story that people have told in public, for those who test
 * commands: stories NAME FILE.
 *
 * stories why NAME LIMIT=VALUE... prints why calls of a story failed, one a line after
 * its process, where the kernel says afterwards that limits have these values: captures
 * have no limits.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/msg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands/reasons.h"
#include "names/cgroups.h"
#include "unit_capture.h"
#include "unit_story.h"

#define SEGMENT	0x7f0000000000ULL
#define KEY	0x5047

static struct capture_writer writer;
static struct cgroups *cgroups;

static void take(void *context, const struct ipctrace_header *record)
{
	void *room = capture_room(&writer);

	(void)context;
	if (!room)
		exit(1);
	memcpy(room, record, record->len);
	capture_add(&writer, record->len, cgroups);
	capture_settled(&writer, record->time_ns);
}

/* With its program, and who started it */
static struct ipctrace_origin *origin(struct story *story, const char *exe, u32 nr,
				      const struct ipctrace_ancestor *ancestors)
{
	size_t len = (strlen(exe) + 7) & ~7UL;
	struct ipctrace_origin *part =
		story_add(story, IPCTRACE_PART_ORIGIN,
			  sizeof(*part) + nr * sizeof(*ancestors) + len);

	part->start_ns = 5;
	part->nr_ancestors = nr;
	part->exe_bytes = len;
	memcpy(part + 1, ancestors, nr * sizeof(*ancestors));
	memcpy((char *)(part + 1) + nr * sizeof(*ancestors), exe, strlen(exe));
	return part;
}

/* IPC_RMID by root, with all that a record can say */
static void remove_by_root(struct story *story, const struct story_actor *actor,
			   u8 call, s32 id, s32 key, const char *exe, u32 nr,
			   const struct ipctrace_ancestor *ancestors)
{
	struct ipctrace_call *record;
	struct ipctrace_cred *cred;

	story_event(story, actor, IPCTRACE_TYPE_DESTROY, story_family(call), id,
		    key, 0600);
	story->took_ns = STORY_STEP_NS + 100;
	record = story_begin(story, IPCTRACE_TYPE_CALL, call, story_family(call),
			     actor);
	record->args[0] = id;
	record->args[call == IPCTRACE_CALL_semctl ? 2 : 1] = IPC_RMID;
	story_object(story, id, key, 0600);
	cred = story_add(story, IPCTRACE_PART_CRED, sizeof(*cred));
	cred->right = IPCTRACE_RIGHT_SYS_ADMIN;
	origin(story, exe, nr, ancestors);
	story_end(story);
}

/* Bug reports of PostgreSQL 9.x with systemd: the semaphores went at logout. */
static void sweep_at_logout(struct story *story)
{
	static const struct story_actor postgres = {
		100, 1, 1000, 0, "postgres"
	};
	static const struct story_actor worker = {
		101, 100, 1000, 0, "postgres"
	};
	static const struct story_actor logind = {
		50, 1, 0, 0, "systemd-logind"
	};
	static const struct ipctrace_ancestor systemd = {
		.start_ns = 1,
		.pid = 1,
		.comm = "systemd",
	};
	s32 id;

	for (id = 1; id <= 3; id++)
		story_get(story, &postgres, IPCTRACE_CALL_semget, KEY + id, 17, id,
			  IPCTRACE_F_CREATED);
	story_semop(story, &worker, IPCTRACE_TYPE_CALL, 2, KEY + 2, 0, -1, 0, 0);
	story->now_ns += 1000000000;
	for (id = 1; id <= 3; id++)
		remove_by_root(story, &logind, IPCTRACE_CALL_semctl, id, KEY + id,
			       "/usr/lib/systemd/systemd-logind", 1, &systemd);
	story->took_ns = 10000;
	story_semop(story, &worker, IPCTRACE_TYPE_CALL, 2, KEY + 2, 0, -1, 0,
		    -EIDRM);
}

/* A handler for the exit, which runs in a child that was forked as well */
static void forked(struct story *story)
{
	static const struct story_actor parent = { 100, 1, 1000, 0, "server" };
	static const struct story_actor child = { 101, 100, 1000, 0, "server" };

	story_get(story, &parent, IPCTRACE_CALL_msgget, KEY, 0600, 5,
		  IPCTRACE_F_CREATED);
	story_remove(story, &child, IPCTRACE_CALL_msgctl, 5, KEY);
}

static void by_ipcrm(struct story *story)
{
	static const struct story_actor maker = { 100, 1, 1000, 0, "server" };
	static const struct story_actor ipcrm = { 300, 290, 0, 0, "ipcrm" };
	static const struct ipctrace_ancestor ancestors[] = {
		{ .pid = 290, .comm = "cleanup.sh" },
		{ .pid = 280, .comm = "cron" },
	};

	story_get(story, &maker, IPCTRACE_CALL_msgget, KEY, 0600, 5,
		  IPCTRACE_F_CREATED);
	remove_by_root(story, &ipcrm, IPCTRACE_CALL_msgctl, 5, KEY,
		       "/usr/bin/ipcrm", 2, ancestors);
}

/* The postmaster was killed, and a worker keeps the segment that is to go. */
static void orphan(struct story *story)
{
	static const struct story_actor postmaster = {
		100, 1, 1000, 0, "postgres"
	};
	static const struct story_actor worker = {
		101, 100, 1000, 0, "postgres"
	};
	static const struct story_actor next = { 200, 1, 1000, 0, "pg_ctl" };

	story_get(story, &postmaster, IPCTRACE_CALL_shmget, KEY, 4096, 5,
		  IPCTRACE_F_CREATED);
	story_shmat(story, &postmaster, 5, KEY, SEGMENT);
	story_mapping(story, &postmaster, IPCTRACE_TYPE_ATTACH, 5, KEY, SEGMENT,
		      0600);
	story_mapping(story, &postmaster, IPCTRACE_TYPE_DETACH, 5, KEY, SEGMENT,
		      0600);
	story_get(story, &next, IPCTRACE_CALL_shmget, KEY, 0, 5, IPCTRACE_F_FOUND);
	story_ctl(story, &next, IPCTRACE_CALL_shmctl, 5, KEY, IPC_RMID, 0600);
	story_get(story, &next, IPCTRACE_CALL_shmget, KEY, 4096, 32773,
		  IPCTRACE_F_CREATED);
	story->now_ns += 1000000000;
	story_mapping(story, &worker, IPCTRACE_TYPE_DETACH, 5, KEY, SEGMENT,
		      01600);
	story_event(story, &worker, IPCTRACE_TYPE_DESTROY, IPCTRACE_SHM, 5, KEY,
		    01600);
}

/* Two programs with one key, by ftok() of files with equal numbers */
static void collision(struct story *story)
{
	static const struct story_actor maker = { 100, 1, 1000, 0, "database" };
	static const struct story_actor other = { 200, 1, 1000, 0, "scanner" };

	story_get(story, &maker, IPCTRACE_CALL_shmget, KEY, 4096, 5,
		  IPCTRACE_F_CREATED);
	story_get(story, &other, IPCTRACE_CALL_shmget, KEY, 4096, 5,
		  IPCTRACE_F_FOUND);
	story_remove(story, &other, IPCTRACE_CALL_shmctl, 5, KEY);
}

/* ndoutils: one that is made again under another id, and a client with the old one */
static void again(struct story *story)
{
	static const struct story_actor daemon = { 100, 1, 1000, 0, "ndo2db" };
	static const struct story_actor client = { 200, 1, 1000, 0, "nagios" };
	s32 id;

	for (id = 5; id < 3 * 32768; id += 32768) {
		story_get(story, &daemon, IPCTRACE_CALL_msgget, KEY, 0600, id,
			  IPCTRACE_F_CREATED);
		story_message(story, &client, IPCTRACE_CALL_msgsnd, id, KEY, 1, 8,
			      0);
		story_message(story, &client, IPCTRACE_CALL_msgsnd, id, KEY, 1, 8,
			      0);
		if (id < 2 * 32768)
			story_remove(story, &daemon, IPCTRACE_CALL_msgctl, id, KEY);
	}
}

/* Two containers with the same key and the same id */
static void namespaces(struct story *story)
{
	static const struct story_actor one = { 100, 1, 1000, 0, "one" };
	static const struct story_actor two = {
		200, 1, 1000, STORY_OTHER_NS, "two"
	};

	story_get(story, &one, IPCTRACE_CALL_semget, KEY, 1, 0,
		  IPCTRACE_F_CREATED);
	story_get(story, &two, IPCTRACE_CALL_semget, KEY, 1, 0,
		  IPCTRACE_F_CREATED);
	story_remove(story, &two, IPCTRACE_CALL_semctl, 0, KEY);
}

/* Twelve containers: the first has twelve sets, the second has eleven, and so on. */
static void crowd(struct story *story)
{
	struct story_actor actor = { 100, 1, 1000, 0, "tenant" };
	u32 i, id;

	for (i = 12; i; i--) {
		actor.tgid = 100 + i;
		actor.ns = STORY_OTHER_NS + i;
		for (id = 0; id < i; id++)
			story_get(story, &actor, IPCTRACE_CALL_semget, KEY + id, 2,
				  id, IPCTRACE_F_CREATED);
	}
}

static void loss(struct story *story)
{
	static const struct story_actor maker = { 100, 1, 1000, 0, "server" };
	static const struct story_actor other = { 200, 1, 1000, 0, "other" };

	story_get(story, &maker, IPCTRACE_CALL_msgget, KEY, 0600, 5,
		  IPCTRACE_F_CREATED);
	story_event(story, &other, IPCTRACE_TYPE_DESTROY, IPCTRACE_MSG, 5, KEY,
		    0600);
	story_lost(story, 3);
	story_later(story, 2000000000);
}

/* A *get() call that makes an object, of a process that began at @start_ns */
static void make(struct story *story, const struct story_actor *actor, u8 call,
		 s32 key, u64 size, s32 id, const char *exe, u64 start_ns)
{
	story_begin_get(story, actor, call, key, size, id, IPCTRACE_F_CREATED);
	origin(story, exe, 0, NULL)->start_ns = start_ns;
	story_end(story);
}

/*
 * A program that leaves a segment behind with each start; another one that makes
 * queues and removes hardly any; and a queue that is older than all of this.
 */
static void leak(struct story *story)
{
	static const struct story_actor first = { 100, 1, 1000, 0, "leaker" };
	static const struct story_actor other = { 100, 1, 1000, 0, "other" };
	static const struct story_actor user = { 150, 1, 1000, 0, "user" };
	static const struct story_actor server = { 200, 1, 1000, 0, "server" };
	static const struct story_actor client = { 300, 1, 1000, 0, "client" };
	s32 id;

	for (id = 1; id <= 4; id++) {
		make(story, &first, IPCTRACE_CALL_shmget, 0, 4096, id,
		     "/usr/sbin/leaker", 5);
		story_shmat(story, &first, id, 0, SEGMENT + id * 4096);
		story_mapping(story, &first, IPCTRACE_TYPE_DETACH, id, 0,
			      SEGMENT + id * 4096, 0600);
	}
	story_shmat(story, &user, 4, 0, SEGMENT);
	story_message(story, &client, IPCTRACE_CALL_msgsnd, 77, 0, 1, 8, 0);
	story_shmat(story, &client, 88, 0, SEGMENT);
	story_mapping(story, &client, IPCTRACE_TYPE_DETACH, 88, 0, SEGMENT, 0600);
	story->now_ns += 120000000000ULL;
	make(story, &other, IPCTRACE_CALL_semget, 0, 1, 9, "/bin/other",
	     1000000000);
	for (id = 11; id <= 15; id++)
		make(story, &server, IPCTRACE_CALL_msgget, KEY + id, 0600, id,
		     "/usr/sbin/server", 7);
	story_remove(story, &server, IPCTRACE_CALL_msgctl, 12, KEY + 12);
}

static void leak_with_loss(struct story *story)
{
	leak(story);
	story_lost(story, 3);
	story_later(story, 2000000000);
}

/* A call that fails; it has an object if that has an id */
static struct ipctrace_call *fail(struct story *story, u32 pid, u8 call, s64 error,
				  s64 arg0, s64 arg1, s64 arg2, s64 arg3)
{
	const struct story_actor actor = { pid, 1, 1001, 0, "caller" };
	struct ipctrace_call *record =
		story_begin(story, IPCTRACE_TYPE_CALL, call, story_family(call),
			    &actor);

	record->args[0] = arg0;
	record->args[1] = arg1;
	record->args[2] = arg2;
	record->args[3] = arg3;
	record->ret = error;
	return record;
}

static void fail_on(struct story *story, u32 pid, u8 call, s64 error, s32 id,
		    s64 arg1, s64 arg2, s64 arg3)
{
	fail(story, pid, call, error, id, arg1, arg2, arg3);
	story_object(story, id, KEY, 0600);
}

/* Not inline: gcc would believe that all is in the first member of the record. */
__attribute__((noipa))
static void with_memory(struct story *story, const void *bytes, u32 nr)
{
	struct ipctrace_user *user =
		story_add(story, IPCTRACE_PART_USER, sizeof(*user) + nr);

	user->arg = 1;
	user->flags = IPCTRACE_USER_ENTRY | IPCTRACE_USER_RETURN;
	user->bytes = nr;
	user->count = story->record.header.call == IPCTRACE_CALL_semop ? nr / 6 : 0;
	memcpy(user + 1, bytes, nr);
}

static void fail_sop(struct story *story, u32 pid, s64 error, s32 id, u16 num,
		     s16 flg)
{
	fail_on(story, pid, IPCTRACE_CALL_semop, error, id, 0, 1, 0);
	with_memory(story, (s16[]){ num, -1, flg }, 6);
	story_end(story);
}

/* One failure by each process, 1001 and so on */
static void failures(struct story *story)
{
	static const struct story_actor maker = { 100, 1, 1000, 0, "maker" };
	static const struct story_actor ipcrm = { 300, 1, 1000, 0, "ipcrm" };
	s64 mtype;

	make(story, &maker, IPCTRACE_CALL_shmget, KEY, 4096, 5, "/bin/maker", 5);
	make(story, &maker, IPCTRACE_CALL_shmget, 0, 5000, 6, "/bin/maker", 5);
	make(story, &maker, IPCTRACE_CALL_semget, KEY, 17, 2, "/bin/maker", 5);
	make(story, &maker, IPCTRACE_CALL_msgget, KEY, 0600, 3, "/bin/maker", 5);
	make(story, &maker, IPCTRACE_CALL_msgget, KEY + 1, 0600, 4, "/bin/maker",
	     5);
	story_remove(story, &ipcrm, IPCTRACE_CALL_msgctl, 4, KEY + 1);

	fail(story, 1001, IPCTRACE_CALL_shmget, -EINVAL, KEY, 8192, 0600, 0);
	story_end(story);
	fail(story, 1002, IPCTRACE_CALL_shmget, -EINVAL, 0, 0, 01600, 0);
	story_end(story);
	fail(story, 1003, IPCTRACE_CALL_shmget, -ENOSPC, 0, 8192, 01600, 0);
	story_end(story);
	fail_sop(story, 1004, -EFBIG, 2, 17, 0);
	fail_on(story, 1005, IPCTRACE_CALL_msgsnd, -EINVAL, 3, 0, 9000, 0);
	mtype = 1;
	with_memory(story, &mtype, 8);
	story_end(story);
	fail_on(story, 1006, IPCTRACE_CALL_msgrcv, -E2BIG, 3, 0, 4, 0);
	story_end(story);
	fail_sop(story, 1007, -EAGAIN, 2, 0, IPC_NOWAIT);
	fail(story, 1008, IPCTRACE_CALL_msgget, -ENOENT, KEY + 1, 0600, 0, 0);
	story_end(story);
	fail(story, 1009, IPCTRACE_CALL_msgget, -EEXIST, KEY, 03600, 0, 0);
	story_end(story);
	fail_on(story, 1010, IPCTRACE_CALL_msgsnd, -EACCES, 3, 0, 8, 0);
	story_end(story);
	fail_on(story, 1011, IPCTRACE_CALL_shmat, -EINVAL, 5, 0x1001, 0, 0);
	story_end(story);
	fail_on(story, 1012, IPCTRACE_CALL_msgctl, -EPERM, 3, IPC_RMID, 0, 0);
	story_end(story);
	fail_on(story, 1013, IPCTRACE_CALL_semctl, -ERANGE, 2, 0, SETVAL, 40000);
	story_end(story);
	fail_on(story, 1014, IPCTRACE_CALL_semop, -E2BIG, 2, 0, 501, 0);
	story_end(story);
	fail_on(story, 1015, IPCTRACE_CALL_msgsnd, -EINVAL, 3, 0, 8, 0);
	mtype = 0;
	with_memory(story, &mtype, 8);
	story_end(story);
	fail(story, 1016, IPCTRACE_CALL_msgsnd, -EINVAL, 4, 0, 8, 0);
	story_end(story);
	fail(story, 1017, IPCTRACE_CALL_msgsnd, -EINVAL, 777, 0, 8, 0);
	story_end(story);
	fail_on(story, 1018, IPCTRACE_CALL_semop, -EINTR, 2, 0, 1, 0);
	story_end(story);
	fail(story, 1019, IPCTRACE_CALL_shmdt, -EINVAL, 0x2000, 0, 0, 0);
	story_end(story);
	story_remove(story, &ipcrm, IPCTRACE_CALL_semctl, 2, KEY);
	story->took_ns = 20000;
	fail_sop(story, 1020, -EIDRM, 2, 0, 0);
}

/* Calls that failed by limits, if by those of that time */
static void limits(struct story *story)
{
	static const struct story_actor maker = { 100, 1, 1000, 0, "maker" };
	s64 mtype = 1;

	make(story, &maker, IPCTRACE_CALL_shmget, KEY, 4096, 5, "/bin/maker", 5);
	make(story, &maker, IPCTRACE_CALL_shmget, 0, 5000, 6, "/bin/maker", 5);
	make(story, &maker, IPCTRACE_CALL_semget, KEY, 17, 2, "/bin/maker", 5);
	make(story, &maker, IPCTRACE_CALL_msgget, KEY, 0600, 3, "/bin/maker", 5);

	fail(story, 1001, IPCTRACE_CALL_shmget, -ENOSPC, 0, 8192, 01600, 0);
	story_end(story);
	fail(story, 1002, IPCTRACE_CALL_shmget, -EINVAL, 0, 8192, 01600, 0);
	story_end(story);
	fail(story, 1003, IPCTRACE_CALL_shmget, -EINVAL, KEY, 8192, 0600, 0);
	story_end(story);
	fail(story, 1004, IPCTRACE_CALL_semget, -ENOSPC, 0, 5, 01600, 0);
	story_end(story);
	fail(story, 1005, IPCTRACE_CALL_semget, -EINVAL, 0, 5, 01600, 0);
	story_end(story);
	fail(story, 1006, IPCTRACE_CALL_msgget, -ENOSPC, 0, 01600, 0, 0);
	story_end(story);
	fail_on(story, 1007, IPCTRACE_CALL_msgsnd, -EINVAL, 3, 0, 9000, 0);
	with_memory(story, &mtype, 8);
	story_end(story);
	fail_on(story, 1008, IPCTRACE_CALL_semop, -E2BIG, 2, 0, 501, 0);
	story_end(story);
}

/* ---- Who holds what, and who waits ---------------------------------------------- */

static const struct story_actor first = { 200, 1, 1000, 0, "first" };
static const struct story_actor second = { 300, 1, 1000, 0, "second" };
static const struct story_actor third = { 400, 1, 1000, 0, "third" };

/* A set, each of its semaphores with the value 1 */
static void locks(struct story *story, u16 nr)
{
	static const struct story_actor maker = { 100, 1, 1000, 0, "server" };
	u16 i;

	story_get(story, &maker, IPCTRACE_CALL_semget, KEY, nr, 5,
		  IPCTRACE_F_CREATED);
	for (i = 0; i < nr; i++)
		story_semop(story, &maker, IPCTRACE_TYPE_CALL, 5, KEY, i, 1, 0, 0);
}

static void take_lock(struct story *story, const struct story_actor *actor, u16 num,
		      s16 flg)
{
	story_semop(story, actor, IPCTRACE_TYPE_CALL, 5, KEY, num, -1, flg, 0);
	story->now_ns += 1000000000;
}

static void wait_for(struct story *story, const struct story_actor *actor, u16 num)
{
	story_semop(story, actor, IPCTRACE_TYPE_ENTER, 5, KEY, num, -1, 0, 0);
}

static void held(struct story *story)
{
	locks(story, 2);
	take_lock(story, &first, 1, SEM_UNDO);
	wait_for(story, &second, 1);
	story_later(story, 3200000000ULL);
}

static void abba(struct story *story)
{
	locks(story, 2);
	take_lock(story, &first, 0, 0);
	take_lock(story, &second, 1, SEM_UNDO);
	wait_for(story, &first, 1);
	wait_for(story, &second, 0);
	wait_for(story, &third, 0);
	story_later(story, 1000000000);
}

static void abbacca(struct story *story)
{
	locks(story, 3);
	take_lock(story, &first, 0, 0);
	take_lock(story, &second, 1, 0);
	take_lock(story, &third, 2, 0);
	wait_for(story, &first, 1);
	wait_for(story, &second, 2);
	wait_for(story, &third, 0);
}

/* Another process has the number of the one that took it: it has died. */
static void dead(struct story *story)
{
	static const struct story_actor next = { 200, 1, 1000, 0, "next" };
	const struct story_actor *actor;

	locks(story, 1);
	for (actor = &first; actor; actor = actor == &first ? &next : NULL) {
		struct ipctrace_call *record =
			story_begin(story, IPCTRACE_TYPE_CALL,
				    IPCTRACE_CALL_msgget, IPCTRACE_MSG, actor);
		struct ipctrace_origin *part;

		record->ret = actor == &first ? 8 : 9;
		record->header.flags |= IPCTRACE_F_CREATED;
		story_object(story, record->ret, 0, 0600);
		part = story_add(story, IPCTRACE_PART_ORIGIN, sizeof(*part));
		part->start_ns = actor == &first ? 5 : story->now_ns;
		story_end(story);
		if (actor == &first) {
			take_lock(story, &first, 0, 0);
			wait_for(story, &second, 0);
		}
	}
}

static void signals(struct story *story)
{
	u32 i;

	locks(story, 1);
	for (i = 0; i < 3; i++)
		story_semop(story, &first, IPCTRACE_TYPE_CALL, 5, KEY, 0, 1, 0, 0);
	for (i = 0; i < 4; i++)
		story_semop(story, &second, IPCTRACE_TYPE_CALL, 5, KEY, 0, -1, 0,
			    0);
	wait_for(story, &second, 0);
}

static void held_loss(struct story *story)
{
	locks(story, 1);
	take_lock(story, &first, 0, 0);
	story_lost(story, 3);
	wait_for(story, &second, 0);
}

/* The receiver has not come for a while. */
static void full(struct story *story)
{
	struct ipctrace_call *record;

	story_get(story, &first, IPCTRACE_CALL_msgget, KEY, 0600, 5,
		  IPCTRACE_F_CREATED);
	story_message(story, &first, IPCTRACE_CALL_msgsnd, 5, KEY, 1, 8, 0);
	story_message(story, &second, IPCTRACE_CALL_msgrcv, 5, KEY, 1, 8, 8);
	story->now_ns += 2500000000ULL;
	record = story_begin(story, IPCTRACE_TYPE_ENTER, IPCTRACE_CALL_msgsnd,
			     IPCTRACE_MSG, &first);
	record->args[0] = 5;
	record->args[2] = 8;
	story_object(story, 5, KEY, 0600);
	story_end(story);
}

/* ---- From whom to whom ----------------------------------------------------------- */

static void send(struct story *story, const struct story_actor *actor, s64 mtype,
		 u64 bytes)
{
	story_message(story, actor, IPCTRACE_CALL_msgsnd, 5, KEY, mtype, bytes, 0);
}

static void receive(struct story *story, const struct story_actor *actor, s64 msgtyp,
		    s32 msgflg, s64 mtype, u64 bytes)
{
	story->msgtyp = msgtyp;
	story->msgflg = msgflg;
	story_message(story, actor, IPCTRACE_CALL_msgrcv, 5, KEY, mtype, 100,
		      mtype ? (s64)bytes : -ENOMSG);
}

/* By type: of 3, 1 (first), 2, 1 (second) */
static void selected(struct story *story)
{
	story_get(story, &third, IPCTRACE_CALL_msgget, KEY, 0600, 5,
		  IPCTRACE_F_CREATED);
	send(story, &first, 3, 30);
	send(story, &first, 1, 10);
	send(story, &second, 2, 20);
	send(story, &second, 1, 11);
	story->now_ns += 1000000;
	receive(story, &third, 2, MSG_COPY | IPC_NOWAIT, 2, 20);
	receive(story, &third, 2, 0, 2, 20);			/* second */
	receive(story, &third, 3, MSG_EXCEPT, 1, 10);		/* first */
	receive(story, &third, -3, 0, 1, 11);			/* second */
	receive(story, &third, 0, 0, 3, 30);			/* first */
	receive(story, &third, 0, IPC_NOWAIT, 0, 0);
	send(story, &first, 4, 40);
	story->now_ns += 1500000000;
	send(story, &first, 5, 50);
	story->now_ns += 500000000;
	story_later(story, 0);
}

/* Recording began when there was something in the queue. */
static void late(struct story *story)
{
	story_later(story, 0);
	receive(story, &third, 0, 0, 1, 9);
	send(story, &first, 1, 10);
	receive(story, &third, 0, 0, 1, 10);
	receive(story, &third, 0, IPC_NOWAIT, 0, 0);
	send(story, &second, 1, 10);
	receive(story, &third, 0, 0, 1, 10);
	story_later(story, 2000000000);
}

static void sent_unseen(struct story *story)
{
	story_get(story, &third, IPCTRACE_CALL_msgget, KEY, 0600, 5,
		  IPCTRACE_F_CREATED);
	send(story, &first, 1, 10);
	story_lost(story, 2);
	receive(story, &third, 0, 0, 1, 10);
	receive(story, &third, 0, 0, 1, 11);
	send(story, &second, 1, 10);
	story_later(story, 2000000000);
}

/* Two send at once, and two receive at once. */
static void at_once(struct story *story)
{
	static const struct story_actor fourth = { 500, 1, 1000, 0, "fourth" };

	story_get(story, &third, IPCTRACE_CALL_msgget, KEY, 0600, 5,
		  IPCTRACE_F_CREATED);
	send(story, &first, 1, 8);
	story->took_ns = STORY_STEP_NS + 50;
	send(story, &second, 1, 8);
	receive(story, &third, 0, 0, 1, 8);
	story->took_ns = STORY_STEP_NS + 50;
	receive(story, &fourth, 0, 0, 1, 8);
	/* It waits, and its call ends before that of who sent. */
	story->took_ns = 10 * STORY_STEP_NS;
	receive(story, &fourth, 0, 0, 2, 8);
	story->took_ns = 5 * STORY_STEP_NS;
	send(story, &first, 2, 8);
}

static void left_over(struct story *story)
{
	story_get(story, &third, IPCTRACE_CALL_msgget, KEY, 0600, 5,
		  IPCTRACE_F_CREATED);
	send(story, &first, 1, 8);
	send(story, &first, 1, 8);
	receive(story, &third, 0, 0, 1, 8);
	story_remove(story, &third, IPCTRACE_CALL_msgctl, 5, KEY);
}

static void attached(struct story *story)
{
	story_get(story, &first, IPCTRACE_CALL_shmget, KEY, 4096, 5,
		  IPCTRACE_F_CREATED);
	story_shmat(story, &first, 5, KEY, SEGMENT);
	story_mapping(story, &first, IPCTRACE_TYPE_ATTACH, 5, KEY, SEGMENT, 0600);
	story_shmat(story, &second, 5, KEY, 2 * SEGMENT);
	story_shmat(story, &third, 5, KEY, SEGMENT);
	story_mapping(story, &third, IPCTRACE_TYPE_DETACH, 5, KEY, SEGMENT, 0600);
}

/* 32,000 objects, of 10,000 processes that each use some of them */
static void many(struct story *story)
{
	struct story_actor actor = { .ppid = 1, .uid = 1000, .comm = "worker" };
	s32 id;

	for (id = 0; id < 32000; id++) {
		actor.tgid = 1000 + id % 10000;
		make(story, &actor, id % 3 == 0 ? IPCTRACE_CALL_msgget :
		     id % 3 == 1 ? IPCTRACE_CALL_semget : IPCTRACE_CALL_shmget,
		     0x10000 + id, 4, id, "/usr/bin/worker", 5);
	}
	for (id = 0; id < 32000; id++) {
		actor.tgid = 1000 + (id + 1) % 10000;
		if (id % 3 == 0)
			story_message(story, &actor, IPCTRACE_CALL_msgsnd, id,
				      0x10000 + id, 1, 8, 0);
		else if (id % 3 == 1)
			story_semop(story, &actor, IPCTRACE_TYPE_CALL, id,
				    0x10000 + id, 0, 1, 0, 0);
		else
			story_shmat(story, &actor, id, 0x10000 + id, SEGMENT);
	}
}

/* One waits for what another gives back. */
static void woken(struct story *story)
{
	locks(story, 1);
	take_lock(story, &first, 0, 0);
	story->took_ns = 400;
	story_semop(story, &first, IPCTRACE_TYPE_CALL, 5, KEY, 0, 1, 0, 0);
	story->took_ns = 900000000;
	story_semop(story, &second, IPCTRACE_TYPE_CALL, 5, KEY, 0, -1, 0, 0);
	story_lost(story, 7);
	story_later(story, 1000000000);
}

/* A number that is about as often in each power of two up to 2^@bits */
static u64 uneven(u32 bits)
{
	return (random() << 16 ^ random()) >> (random() % bits) & ((1ULL << bits) - 1);
}

/* A million calls: messages between 32 processes, and semaphores */
static void million(struct story *story)
{
	struct story_actor actor = { .ppid = 1, .uid = 1000, .comm = "worker" };
	u32 in_queue[4] = { }, i, queue;

	actor.tgid = 1000;
	for (i = 0; i < 8; i++)
		story_get(story, &actor, i < 4 ? IPCTRACE_CALL_msgget :
			  IPCTRACE_CALL_semget, KEY + i, 4, i, IPCTRACE_F_CREATED);
	for (i = 0; i < 1000000 - 8; i++) {
		queue = random() % 4;
		actor.tgid = 1000 + random() % 32;
		story->now_ns += uneven(15);
		story->took_ns = 200 + uneven(random() % 50 ? 11 : 17);
		if (i % 5 == 0) {
			story_semop(story, &actor, IPCTRACE_TYPE_CALL, 4 + queue,
				    KEY + 4 + queue, i % 4, i % 10 ? -1 : 2, 0, 0);
		} else if (in_queue[queue] && random() % 32 < in_queue[queue]) {
			in_queue[queue]--;
			story_message(story, &actor, IPCTRACE_CALL_msgrcv, queue,
				      KEY + queue, 1, 64, 16);
		} else {
			in_queue[queue]++;
			story_message(story, &actor, IPCTRACE_CALL_msgsnd, queue,
				      KEY + queue, 1,
				      16, 0);
		}
	}
}

static const struct {
	const char *name;
	void (*tell)(struct story *story);
} stories[] = {
	{ "logind", sweep_at_logout }, { "forked", forked }, { "ipcrm", by_ipcrm },
	{ "orphan", orphan }, { "collision", collision }, { "again", again },
	{ "namespaces", namespaces }, { "crowd", crowd }, { "loss", loss },
	{ "leak", leak }, { "leak-loss", leak_with_loss },
	{ "failures", failures }, { "limits", limits },
	{ "held", held }, { "abba", abba }, { "abbacca", abbacca },
	{ "dead", dead }, { "signals", signals }, { "held-loss", held_loss },
	{ "full", full }, { "attached", attached },
	{ "selected", selected }, { "late", late }, { "sent-unseen", sent_unseen },
	{ "at-once", at_once }, { "left-over", left_over }, { "many", many },
	{ "woken", woken }, { "million", million },
};

static void tell(const char *name, struct story *story)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(stories); i++) {
		if (strcmp(stories[i].name, name))
			continue;
		stories[i].tell(story);
		return;
	}
	errx(2, "no story %s", name);
}

/* ---- Why, with limits ------------------------------------------------------------ */

#define MAX_FAILURES	64

static struct model *model;
static u64 failed[MAX_FAILURES][ARRAY_SIZE(((struct story *)NULL)->words)];
static u32 nr_failed;

static void take_in(void *context, const struct ipctrace_header *record)
{
	const struct ipctrace_call *call = (const void *)record;

	(void)context;
	model_feed(model, record);
	if (record->type != IPCTRACE_TYPE_CALL || call->ret >= 0)
		return;
	if (nr_failed == MAX_FAILURES)
		errx(1, "more than %d failures", MAX_FAILURES);
	memcpy(failed[nr_failed++], record, record->len);
}

static void take_limit(struct model_limits *limits, const char *text)
{
	size_t len = strcspn(text, "=");
	u32 i;

	for (i = 0; i < NR_MODEL_LIMITS; i++) {
		const char *name = model_limit_rows[i].name;

		if (strlen(name) != len || strncmp(name, text, len) || !text[len])
			continue;
		limits->values[i] = strtoull(text + len + 1, NULL, 10);
		limits->known |= 1U << i;
		return;
	}
	errx(2, "%s is no LIMIT=VALUE", text);
}

static int print_why(int argc, char **argv)
{
	struct story story = { .take = take_in, .now_ns = 1000000000000ULL };
	struct model_limits limits = { .ipc_ns = STORY_NS };
	struct evidence evidence = { };
	char reason[REASON_BYTES];
	u32 i;

	model = model_new();
	if (!model)
		errx(1, "no memory");
	evidence.model = model;
	tell(argv[0], &story);
	for (i = 1; i < argc; i++)
		take_limit(&limits, argv[i]);
	model_ask_begin(model, story.now_ns + 1);
	model_ask_limits(model, &limits);
	model_ask_end(model, false);
	for (i = 0; i < nr_failed; i++) {
		const struct ipctrace_call *call = (const void *)failed[i];

		if (reason_put(&evidence, &call->header, reason, sizeof(reason)))
			printf("%u %s.\n", call->tgid, reason);
	}
	model_free(model);
	return 0;
}

int main(int argc, char **argv)
{
	struct story story = { .take = take, .now_ns = 1000000000000ULL };
	int fd;

	if (argc > 2 && !strcmp(argv[1], "why"))
		return print_why(argc - 2, argv + 2);
	if (argc != 3)
		errx(2, "stories NAME FILE");
	cgroups = cgroups_new_empty();
	fd = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || !cgroups || !capture_begin(&writer, fd, argv[2], 1))
		err(1, "%s", argv[2]);
	tell(argv[1], &story);
	return !capture_end(&writer);
}
