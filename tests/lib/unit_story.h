/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records of what a few processes do, one after the other, as the recorder would
 * leave them. Each function puts one together in story.record and hands it to
 * story.take; times move on by a microsecond.
 */
#ifndef _UNIT_STORY_H
#define _UNIT_STORY_H

#include <linux/ipc.h>
#include <linux/sem.h>
#include <linux/shm.h>
#include <string.h>

#include <ipctrace/ipctrace.h>

#include "shared/portable.h"

#define STORY_NS	4026531839U
#define STORY_OTHER_NS	4026532222U
#define STORY_STEP_NS	1000

/**
 * struct story_actor - a process
 * @tgid: its number, and that of its thread
 * @ppid: its parent
 * @uid: its user
 * @ns: its IPC namespace; 0: STORY_NS
 * @comm: its name
 */
struct story_actor {
	u32 tgid;
	u32 ppid;
	u32 uid;
	u32 ns;
	const char *comm;
};

/**
 * struct story - where the story is
 * @take: gets each record
 * @context: for @take
 * @now_ns: time of the last record
 * @took_ns: how long the next call takes; 0: 100 ns
 * @msgtyp: what the next msgrcv() asks for
 * @msgflg: flags of the next msgsnd() or msgrcv()
 * @record: the record
 */
struct story {
	void (*take)(void *context, const struct ipctrace_header *record);
	void *context;
	u64 now_ns;
	u64 took_ns;
	s64 msgtyp;
	s32 msgflg;
	union {
		u64 words[128];
		struct ipctrace_call record;
	};
};

static inline struct ipctrace_call *story_begin(struct story *story, u8 type,
						u8 call, u8 family,
						const struct story_actor *actor)
{
	struct ipctrace_call *record = &story->record;

	story->now_ns += STORY_STEP_NS;
	memset(story->words, 0, sizeof(story->words));
	record->header.len = sizeof(*record);
	record->header.type = type;
	record->header.flags = IPCTRACE_F_FAMILY(family);
	record->header.call = call;
	record->header.time_ns = story->now_ns;
	if (call != IPCTRACE_CALL_NONE)
		record->duration_ns = story->took_ns ?: 100;
	story->took_ns = 0;
	record->tgid = actor->tgid;
	record->tid = actor->tgid;
	record->ppid = actor->ppid;
	record->uid = actor->uid;
	record->loginuid = 4294967295U;
	record->ipc_ns = actor->ns ?: STORY_NS;
	snprintf((char *)record->comm, sizeof(record->comm), "%.15s", actor->comm);
	return record;
}

static inline void *story_add(struct story *story, u16 type, u32 bytes)
{
	struct ipctrace_part *part =
		(void *)((char *)story->words + story->record.header.len);

	part->type = type;
	part->len = (bytes + 7) & ~7U;
	story->record.header.len += part->len;
	return part;
}

static inline void story_end(struct story *story)
{
	story->take(story->context, &story->record.header);
}

static inline void story_object(struct story *story, s32 id, s32 key, u16 mode)
{
	story->record.header.flags |= IPCTRACE_F_OBJECT;
	story->record.object = (struct ipctrace_object){
		.id = id,
		.key = key,
		.uid = 1000,
		.cuid = 1000,
		.mode = mode,
		.seq = (u32)id >> 15,
	};
}

static inline u8 story_family(u8 call)
{
	return call <= IPCTRACE_CALL_msgctl ? IPCTRACE_MSG :
	       call <= IPCTRACE_CALL_semctl ? IPCTRACE_SEM : IPCTRACE_SHM;
}

/* Begin a *get() call, which gets an object; story_end() must follow. */
static inline void story_begin_get(struct story *story,
				   const struct story_actor *actor, u8 call,
				   s32 key, u64 size, s32 id, u8 flag)
{
	struct ipctrace_call *record =
		story_begin(story, IPCTRACE_TYPE_CALL, call, story_family(call),
			    actor);

	record->args[0] = key;
	record->args[1] = size;
	record->ret = id;
	record->header.flags |= flag;
	story_object(story, id, key, 0600);
}

/* A *get() call; @flag: IPCTRACE_F_CREATED, _FOUND or 0 */
static inline void story_get(struct story *story, const struct story_actor *actor,
			     u8 call, s32 key, u64 size, s32 id, u8 flag)
{
	story_begin_get(story, actor, call, key, size, id, flag);
	story_end(story);
}

/* A *ctl() call, as msgctl() has it; @mode: of the object when it began */
static inline void story_ctl(struct story *story, const struct story_actor *actor,
			     u8 call, s32 id, s32 key, u32 cmd, u16 mode)
{
	struct ipctrace_call *record =
		story_begin(story, IPCTRACE_TYPE_CALL, call, story_family(call),
			    actor);

	record->args[0] = id;
	record->args[call == IPCTRACE_CALL_semctl ? 2 : 1] = cmd;
	story_object(story, id, key, mode);
	story_end(story);
}

static inline void story_event(struct story *story,
			       const struct story_actor *actor, u8 type,
			       u8 family, s32 id, s32 key, u16 mode)
{
	story_begin(story, type, IPCTRACE_CALL_NONE, family, actor);
	story_object(story, id, key, mode);
	story_end(story);
}

/* IPC_RMID of a queue, a set, or a segment that nobody has attached */
static inline void story_remove(struct story *story,
				const struct story_actor *actor, u8 call, s32 id,
				s32 key)
{
	story_event(story, actor, IPCTRACE_TYPE_DESTROY, story_family(call), id,
		    key, 0600);
	story->took_ns = STORY_STEP_NS + 100;
	story_ctl(story, actor, call, id, key, IPC_RMID, 0600);
}

static inline struct ipctrace_segment *story_segment(struct story *story, s32 id,
						     u64 addr)
{
	struct ipctrace_segment *segment =
		story_add(story, IPCTRACE_PART_SEGMENT, sizeof(*segment));

	segment->id = id;
	segment->size_bytes = 4096;
	segment->addr = addr;
	return segment;
}

static inline void story_shmat(struct story *story, const struct story_actor *actor,
			       s32 id, s32 key, u64 addr)
{
	struct ipctrace_call *record =
		story_begin(story, IPCTRACE_TYPE_CALL, IPCTRACE_CALL_shmat,
			    IPCTRACE_SHM, actor);

	record->args[0] = id;
	record->ret = addr;
	story_object(story, id, key, 0600);
	story_segment(story, id, addr);
	story_end(story);
}

/* IPCTRACE_TYPE_ATTACH or IPCTRACE_TYPE_DETACH */
static inline void story_mapping(struct story *story,
				 const struct story_actor *actor, u8 type, s32 id,
				 s32 key, u64 addr, u16 mode)
{
	story_begin(story, type, IPCTRACE_CALL_NONE, IPCTRACE_SHM, actor);
	story_object(story, id, key, mode);
	story_segment(story, id, addr);
	story_end(story);
}

/* One operation */
static inline void story_semop(struct story *story, const struct story_actor *actor,
			       u8 type, s32 id, s32 key, u16 num, s16 op, s16 flg,
			       s64 ret)
{
	struct ipctrace_call *record =
		story_begin(story, type, IPCTRACE_CALL_semop, IPCTRACE_SEM, actor);
	struct ipctrace_user *user;

	record->args[0] = id;
	record->args[2] = 1;
	record->ret = ret;
	story_object(story, id, key, 0600);
	user = story_add(story, IPCTRACE_PART_USER,
			 sizeof(*user) + 6);
	user->arg = 1;
	user->flags = IPCTRACE_USER_ENTRY | IPCTRACE_USER_RETURN;
	user->bytes = 6;
	user->count = 1;
	memcpy(user + 1, (s16[]){ num, op, flg }, 6);
	story_end(story);
}

static inline void story_message(struct story *story,
				 const struct story_actor *actor, u8 call, s32 id,
				 s32 key, s64 mtype, u64 bytes, s64 ret)
{
	struct ipctrace_call *record =
		story_begin(story, IPCTRACE_TYPE_CALL, call, IPCTRACE_MSG, actor);
	struct ipctrace_user *user;

	record->args[0] = id;
	record->args[2] = bytes;
	record->args[call == IPCTRACE_CALL_msgsnd ? 3 : 4] = story->msgflg;
	if (call == IPCTRACE_CALL_msgrcv)
		record->args[3] = story->msgtyp;
	story->msgtyp = 0;
	story->msgflg = 0;
	record->ret = ret;
	story_object(story, id, key, 0600);
	if (ret >= 0) {
		user = story_add(story, IPCTRACE_PART_USER, sizeof(*user) + 8);
		user->arg = 1;
		user->flags = call == IPCTRACE_CALL_msgsnd ?
			      IPCTRACE_USER_ENTRY | IPCTRACE_USER_RETURN :
			      IPCTRACE_USER_RETURN;
		user->bytes = 8;
		memcpy(user + 1, &mtype, 8);
	}
	story_end(story);
}

static inline void story_lost(struct story *story, u64 count)
{
	struct ipctrace_lost lost = {
		.header = {
			.len = sizeof(lost),
			.type = IPCTRACE_TYPE_LOST,
		},
		.count = count,
	};

	story->now_ns += STORY_STEP_NS;
	lost.header.time_ns = story->now_ns;
	story->take(story->context, &lost.header);
}

/* Time in which something else happens, so that the story goes on */
static inline void story_later(struct story *story, u64 ns)
{
	static const struct story_actor bystander = {
		.tgid = 9999,
		.ppid = 1,
		.comm = "bystander",
	};

	story->now_ns += ns;
	story_get(story, &bystander, IPCTRACE_CALL_msgget, 0x99999, 0600, 9999,
		  IPCTRACE_F_FOUND);
}

#endif /* _UNIT_STORY_H */
