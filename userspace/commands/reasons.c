// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: reasons
 *
 * Why a call failed. The rules are those of the manual pages, a row of the table each:
 * calls, the error, what has to hold, and a sentence. What has to hold is said of
 * facts: arguments, what these lead to, the object, and limits with their use at that
 * time. A fact may be unknown, and so may be whether a rule holds. The first rule that
 * holds is the reason; where none is known to hold, all that may are named, with
 * "or" between them.
 *
 * Limits are known as they are now, and an administrator may have changed them since the
 * call. So a rule about a limit is never known to hold, and never known not to: what
 * the limit is now only decides which rules are named first.
 */
#include <errno.h>
#include <linux/ipc.h>
#include <linux/msg.h>
#include <linux/sem.h>
#include <linux/shm.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "commands/reasons.h"
#include "commands/target.h"
#include "shared/layouts.h"
#include "shared/syscalls.h"

#define NS_PER_S	1000000000ULL
#define FIRST_RESTART	512	/* ERESTARTSYS and others: a signal came */
#define LAST_RESTART	530
#define MAX_CONDITIONS	2

/* ---- Facts --------------------------------------------------------------------------- */

/*
 * FACT(ID, name): what sentences call it {name}. The limits and their use follow, by
 * enum model_limit.
 */
#define FACTS(FACT)			\
	FACT(NONE, "")			\
	FACT(ARG0, "arg0")		\
	FACT(ARG1, "arg1")		\
	FACT(ARG2, "arg2")		\
	FACT(ARG3, "arg3")		\
	FACT(ARG4, "arg4")		\
	FACT(FOUND, "found")		\
	FACT(SIZE, "size")		\
	FACT(LAST_SEM, "last_sem")	\
	FACT(CMD, "cmd")		\
	FACT(MTYPE, "mtype")		\
	FACT(SEM_NUM, "sem_num")	\
	FACT(SEM_FLG, "sem_flg")	\
	FACT(TIMEOUT, "timeout_ms")	\
	FACT(EXPIRED, "expired")	\
	FACT(UNALIGNED, "unaligned")	\
	FACT(PAGES, "pages")		\
	FACT(ALL_PAGES, "all_pages")	\
	FACT(ALL_SEMS, "all_sems")

enum fact_id {
#define FACT_ID(id, name)	FACT_##id,
	FACTS(FACT_ID)
#undef FACT_ID
	FACT_LIMITS,
	FACT_USES = FACT_LIMITS + NR_MODEL_LIMITS,
	NR_FACTS = FACT_USES + NR_MODEL_LIMITS,
};

static const char *const fact_names[FACT_LIMITS] = {
#define FACT_NAME(id, name)	[FACT_##id] = name,
	FACTS(FACT_NAME)
#undef FACT_NAME
};

#define LIMIT(id)	(FACT_LIMITS + MODEL_##id)
#define USE(id)		(FACT_USES + MODEL_##id)

/**
 * struct fact - a number that is known, or not
 * @known: it is
 * @at_least: it may be more
 * @now: it is so now, and may have been another number then
 * @number: wide enough for all sizes and all signed arguments
 */
struct fact {
	bool known;
	bool at_least;
	bool now;
	__int128 number;
};

/**
 * struct failure - a call that failed
 * @evidence: what we answer from
 * @record: the call
 * @row: its row
 * @args: its arguments, as the kernel takes them
 * @object: the object that it named and that was there; or NULL
 * @before: the last of that name that had gone by then; or NULL
 * @facts: by enum fact_id
 */
struct failure {
	const struct evidence *evidence;
	const struct ipctrace_call *record;
	const struct ipct_syscall *row;
	u64 args[IPCTRACE_NR_ARGS];
	const struct model_object *object;
	const struct model_object *before;
	struct fact facts[NR_FACTS];
};

static void know(struct failure *failure, u32 id, __int128 number)
{
	failure->facts[id].known = true;
	failure->facts[id].number = number;
}

static bool has_name(const struct failure *failure,
		     const struct model_object *object)
{
	if (object->ipc_ns != failure->record->ipc_ns ||
	    object->family != failure->row->family)
		return false;
	if (failure->row->follow == IPCT_FOLLOW_MAKE)
		return object->key && object->key == (s32)failure->args[0];
	return object->id == (s32)failure->args[0];
}

/* IPC_RMID of a segment that is attached takes its key away. */
static bool was_found(const struct failure *failure,
		      const struct model_object *object, u64 time_ns)
{
	if (failure->row->follow == IPCT_FOLLOW_MAKE && object->rmid.from &&
	    object->rmid.time_ns <= time_ns)
		return false;
	return model_was_there(object, time_ns);
}

static void look_in(struct failure *failure, const struct model_objects *objects)
{
	u64 time_ns = failure->record->header.time_ns, begin_ns;
	const struct model_object *object;

	begin_ns = time_ns - min_t(u64, failure->record->duration_ns, time_ns);
	TAILQ_FOREACH(object, objects, all) {
		if (!has_name(failure, object))
			continue;
		if (was_found(failure, object, begin_ns))
			failure->object = object;
		if (!was_found(failure, object, time_ns))
			failure->before = object;
	}
}

static void find_object(struct failure *failure)
{
	const struct model *model = failure->evidence->model;
	bool shown = failure->record->header.flags & IPCTRACE_F_OBJECT;

	if (failure->row->object == IPCT_OBJECT_MAP ||
	    failure->row->object == IPCT_OBJECT_NONE)
		return;
	look_in(failure, model_gone(model));
	look_in(failure, model_objects(model));
	/* A call that takes an id has its object in the record, if there is one. */
	if (failure->row->follow != IPCT_FOLLOW_MAKE) {
		know(failure, FACT_FOUND, shown);
		if (!shown)
			failure->object = NULL;
	} else if (failure->object) {
		know(failure, FACT_FOUND, 1);
	} else if (!(s32)failure->args[0]) {
		know(failure, FACT_FOUND, 0);
	}
}

static void know_sops(struct failure *failure)
{
	const struct ipctrace_user *user = ipct_user_in(failure->record, 1);
	u32 i, nr = user ? ipct_user_sops(user) : 0;
	u32 num = 0, flags = 0;
	s64 seconds, ns;

	for (i = 0; i < nr; i++) {
		u32 at = i * IPCT_SEMBUF_BYTES;
		u32 this = ipct_user_word(user, at, 2, false);

		num = this > num ? this : num;
		flags |= ipct_user_word(user, at + 4, 2, false);
	}
	if (nr) {
		know(failure, FACT_SEM_NUM, num);
		know(failure, FACT_SEM_FLG, flags);
	}
	if (failure->record->header.call == IPCTRACE_CALL_semop ||
	    !failure->args[3])
		know(failure, FACT_EXPIRED, 0);
	if (!ipct_user_timeout(failure->record, &seconds, &ns))
		return;
	know(failure, FACT_TIMEOUT, seconds * 1000 + ns / 1000000);
	know(failure, FACT_EXPIRED, failure->record->duration_ns >=
				    seconds * NS_PER_S + ns);
}

static void know_call(struct failure *failure)
{
	const struct ipct_syscall *row = failure->row;
	const struct ipctrace_call *record = failure->record;
	const struct ipctrace_user *user;
	u8 i;

	for (i = 0; i < row->nr_args && FACT_ARG0 + i <= FACT_ARG4; i++)
		know(failure, FACT_ARG0 + i,
		     ipct_kind_is_signed(row->args[i].kind) ?
		     (__int128)(s64)failure->args[i] :
		     (__int128)failure->args[i]);
	if (row->follow == IPCT_FOLLOW_CTL)
		know(failure, FACT_CMD, ipct_ctl_cmd(record, failure->args));
	if (row->follow == IPCT_FOLLOW_ATTACH)
		know(failure, FACT_UNALIGNED, failure->args[1] % MODEL_PAGE_BYTES);
	if (row->follow == IPCT_FOLLOW_SOPS)
		know_sops(failure);
	user = row->follow == IPCT_FOLLOW_SEND ? ipct_user_message(record) : NULL;
	if (user)
		know(failure, FACT_MTYPE,
		     ipct_user_word(user, 0, ipct_mtype_bytes(record), true));
}

static void know_limits(struct failure *failure)
{
	const struct model *model = failure->evidence->model;
	u32 ipc_ns = failure->record->ipc_ns, i;
	const struct model_limits *limits = model_limits(model, ipc_ns);
	struct model_limit_use use;

	for (i = 0; i < NR_MODEL_LIMITS; i++) {
		if (limits && limits->known & 1U << i) {
			know(failure, FACT_LIMITS + i, limits->values[i]);
			failure->facts[FACT_LIMITS + i].now = true;
		}
		if (!model_limit_use(model, ipc_ns, i,
				     failure->record->header.time_ns, &use))
			continue;
		know(failure, FACT_USES + i, use.used);
		failure->facts[FACT_USES + i].at_least = use.at_least;
	}
}

/* What another fact and the arguments make together */
static void know_sum(struct failure *failure, u32 id, u32 use, u64 more)
{
	failure->facts[id] = failure->facts[use];
	failure->facts[id].number += more;
}

static void know_all(struct failure *failure)
{
	u64 size = failure->args[1];
	u64 pages = model_pages(size);

	find_object(failure);
	know_call(failure);
	know_limits(failure);
	if (failure->object && failure->object->size_from) {
		know(failure, FACT_SIZE, failure->object->size);
		know(failure, FACT_LAST_SEM, (__int128)failure->object->size - 1);
	}
	if (failure->row->follow != IPCT_FOLLOW_MAKE)
		return;
	know(failure, FACT_PAGES, pages);
	know_sum(failure, FACT_ALL_PAGES, USE(SHMALL), pages);
	know_sum(failure, FACT_ALL_SEMS, USE(SEMMNS), size);
}

/* ---- Rules ------------------------------------------------------------------------------ */

/**
 * enum op - a comparison
 * @ALWAYS: holds
 * @EQUALS: as numbers
 * @BELOW: less
 * @ABOVE: more
 * @FROM: more, or the same
 * @HAS: all these bits
 * @LACKS: none of these bits
 */
enum op {
	ALWAYS,
	EQUALS,
	BELOW,
	ABOVE,
	FROM,
	HAS,
	LACKS,
};

/**
 * struct condition - what has to hold
 * @left: enum fact_id
 * @op: enum op
 * @right: enum fact_id; FACT_NONE: @number
 * @number: what is compared with
 */
struct condition {
	u8 left;
	u8 op;
	u8 right;
	s64 number;
};

/**
 * struct rule - a reason for an error
 * @calls: bits of enum ipctrace_call_id
 * @error: the error
 * @conditions: what has to hold
 * @text: a sentence without its end: {NAME} of a fact, a limit, its use ("semmni.used"),
 *	or one of texts[]
 */
struct rule {
	u32 calls;
	s32 error;
	struct condition conditions[MAX_CONDITIONS];
	const char *text;
};

#define C(name)		(1U << IPCTRACE_CALL_##name)
#define GETS		(C(msgget) | C(semget) | C(shmget))
#define CTLS		(C(msgctl) | C(semctl) | C(shmctl))
#define SEMOPS		(C(semop) | C(semtimedop))
#define BY_ID		(C(msgsnd) | C(msgrcv) | SEMOPS | C(shmat) | CTLS)
#define ALL		(GETS | BY_ID | C(shmdt))

#define IF(fact, op, number)	{ FACT_##fact, op, FACT_NONE, number }
#define IF_FACT(fact, op, other)	{ FACT_##fact, op, other, 0 }
/* Not by USE(): headers of the kernel define SHMMNI and others. */
#define IF_USE(id) \
	{ FACT_USES + MODEL_##id, FROM, FACT_LIMITS + MODEL_##id, 0 }

/* In the order of the manual pages' sections; where several hold, the first counts. */
static const struct rule rules[] = {
	/* shmget(2) */
	{ C(shmget), EINVAL,
	  { IF(FOUND, EQUALS, 1), IF_FACT(ARG1, ABOVE, FACT_SIZE) },
	  "size {arg1} is larger than {object}, which has {size} bytes" },
	{ C(shmget), EINVAL, { IF(ARG1, BELOW, 1) },
	  "a new segment must have a byte at least (SHMMIN), and size is {arg1}" },
	{ C(shmget), EINVAL, { IF_FACT(ARG1, ABOVE, LIMIT(SHMMAX)) },
	  "size {arg1} was larger than kernel.shmmax, which is {shmmax}" },
	{ C(shmget), ENOSPC, { IF_USE(SHMMNI) },
	  "there were as many segments as kernel.shmmni permitted, which is {shmmni}; {shmmni.used} were there then" },
	{ C(shmget), ENOSPC, { IF_FACT(ALL_PAGES, ABOVE, LIMIT(SHMALL)) },
	  "all segments together would have had more pages than kernel.shmall permitted, which is {shmall}; {shmall.used} were taken then, and this segment needed {pages}" },
	{ C(shmget), EPERM, { IF(ARG2, HAS, SHM_HUGETLB) },
	  "SHM_HUGETLB needs CAP_IPC_LOCK, or the group in vm.hugetlb_shm_group" },
	/* semget(2) */
	{ C(semget), EINVAL, { IF(ARG1, BELOW, 0) },
	  "nsems {arg1} is less than 0" },
	{ C(semget), EINVAL,
	  { IF(FOUND, EQUALS, 1), IF_FACT(ARG1, ABOVE, FACT_SIZE) },
	  "nsems {arg1} is more than {object} has, which are {size}" },
	{ C(semget), EINVAL, { IF(ARG1, BELOW, 1) },
	  "a new set must have a semaphore at least, and nsems is {arg1}" },
	{ C(semget), EINVAL, { IF_FACT(ARG1, ABOVE, LIMIT(SEMMSL)) },
	  "nsems {arg1} was more than SEMMSL, the first number of kernel.sem, which is {semmsl}" },
	{ C(semget), ENOSPC, { IF_USE(SEMMNI) },
	  "there were as many semaphore sets as SEMMNI, the fourth number of kernel.sem, permitted, which is {semmni}; {semmni.used} were there then" },
	{ C(semget), ENOSPC, { IF_FACT(ALL_SEMS, ABOVE, LIMIT(SEMMNS)) },
	  "all sets together would have had more semaphores than SEMMNS, the second number of kernel.sem, permitted, which is {semmns}; {semmns.used} were taken then, and this set needed {arg1}" },
	/* msgget(2) */
	{ C(msgget), ENOSPC, { IF_USE(MSGMNI) },
	  "there were as many message queues as kernel.msgmni permitted, which is {msgmni}; {msgmni.used} were there then" },
	/* All three */
	{ GETS, ENOENT, { { } },
	  "there is no {kind} with key {key}, and IPC_CREAT was not asked for{removed}" },
	{ GETS, EEXIST, { { } },
	  "IPC_EXCL was asked for, and {object} has that key already{made}" },
	{ GETS, EACCES, { { } },
	  "{object} has mode {mode} and belongs to {owner}, which does not permit {caller} what was asked for: {asked}" },
	/* msgop(2) */
	{ C(msgsnd), EINVAL, { IF(ARG2, ABOVE, INT64_MAX) },
	  "msgsz is negative" },
	{ C(msgsnd), EINVAL, { IF(MTYPE, BELOW, 1) },
	  "the type of a message must be more than 0, and mtype is {mtype}" },
	{ C(msgsnd), EINVAL, { IF_FACT(ARG2, ABOVE, LIMIT(MSGMAX)) },
	  "msgsz {arg2} was more than kernel.msgmax, which is {msgmax}" },
	{ C(msgsnd) | C(msgrcv) | SEMOPS | C(shmat), EINVAL,
	  { IF(FOUND, EQUALS, 0) },
	  "there is no {kind} {arg0}{removed}" },
	{ C(msgsnd), EAGAIN, { { } },
	  "{object} was full, by its msg_qbytes ({size}), and IPC_NOWAIT was asked for" },
	{ C(msgrcv), E2BIG, { { } },
	  "the message is longer than msgsz, which is {arg2}, and MSG_NOERROR was not asked for" },
	{ C(msgrcv), EINVAL, { IF(ARG2, ABOVE, INT64_MAX) },
	  "msgsz is negative" },
	{ C(msgrcv), EINVAL,
	  { IF(ARG4, HAS, MSG_COPY), IF(ARG4, LACKS, IPC_NOWAIT) },
	  "MSG_COPY must come with IPC_NOWAIT" },
	{ C(msgrcv), EINVAL, { IF(ARG4, HAS, MSG_COPY | MSG_EXCEPT) },
	  "MSG_COPY and MSG_EXCEPT exclude each other" },
	{ C(msgrcv), ENOMSG, { IF(ARG4, HAS, MSG_COPY) },
	  "{object} had no message number {arg3}, which MSG_COPY asked for" },
	{ C(msgrcv), ENOMSG, { IF(ARG3, EQUALS, 0) },
	  "{object} was empty, and IPC_NOWAIT was asked for" },
	{ C(msgrcv), ENOMSG, { { } },
	  "{object} had no message that msgtyp {arg3} asks for, and IPC_NOWAIT was asked for" },
	{ C(msgrcv), ENOSYS, { IF(ARG4, HAS, MSG_COPY) },
	  "MSG_COPY needs a kernel with CONFIG_CHECKPOINT_RESTORE" },
	/* semop(2) */
	{ SEMOPS, E2BIG, { { } },
	  "nsops {arg2} was more than SEMOPM, the third number of kernel.sem, which is {semopm}" },
	{ SEMOPS, EFBIG, { { } },
	  "sem_num {sem_num} is not in {object}: its semaphores are 0 to {last_sem}" },
	{ SEMOPS, EINVAL, { IF(ARG2, BELOW, 1) },
	  "nsops must be more than 0, and is {arg2}" },
	{ SEMOPS, EAGAIN, { IF(EXPIRED, EQUALS, 1) },
	  "it would have had to wait longer than timeout, which is {timeout_ms} ms" },
	{ SEMOPS, EAGAIN, { IF(SEM_FLG, HAS, IPC_NOWAIT) },
	  "it would have had to wait for a semaphore of {object}, and IPC_NOWAIT was asked for" },
	{ SEMOPS, EAGAIN, { IF(SEM_FLG, LACKS, IPC_NOWAIT) },
	  "timeout was over" },
	{ SEMOPS, ERANGE, { { } },
	  "a semaphore would have become larger than 32767 (SEMVMX)" },
	/* semctl(2), msgctl(2), shmctl(2) */
	{ C(semctl), ERANGE, { IF(CMD, EQUALS, SETVAL) },
	  "the value of a semaphore is from 0 to 32767 (SEMVMX), and {arg3} was asked for" },
	{ C(semctl), ERANGE, { { } },
	  "the value of a semaphore is from 0 to 32767 (SEMVMX)" },
	{ C(semctl), EINVAL,
	  { IF(FOUND, EQUALS, 1), IF_FACT(ARG1, FROM, FACT_SIZE) },
	  "semnum {arg1} is not in {object}: its semaphores are 0 to {last_sem}" },
	{ CTLS, EINVAL, { IF(FOUND, EQUALS, 0) },
	  "there is no {kind} {arg0}{removed}; or it has no command {cmd}" },
	{ CTLS, EINVAL, { IF(FOUND, EQUALS, 1) },
	  "a {kind} has no command {cmd}, or it was called with wrong values" },
	{ C(msgctl), EPERM, { IF(CMD, EQUALS, IPC_SET) },
	  "IPC_SET is for the owner and the creator of {object}, {owner}, or for CAP_SYS_ADMIN; or more msg_qbytes than kernel.msgmnb ({msgmnb}) needs CAP_SYS_RESOURCE" },
	{ CTLS, EPERM, { { } },
	  "only the owner and the creator of {object}, {owner}, or who has CAP_SYS_ADMIN, may do that: {caller} is neither" },
	{ C(shmctl), ENOMEM, { IF(CMD, EQUALS, SHM_LOCK) },
	  "more memory would be locked than RLIMIT_MEMLOCK lets that user" },
	{ C(shmctl), EOVERFLOW, { { } },
	  "a number does not fit into the caller's structure" },
	/* shmop(2) */
	{ C(shmat), EINVAL,
	  { IF(UNALIGNED, ABOVE, 0), IF(ARG2, LACKS, SHM_RND) },
	  "shmaddr {addr} is not the begin of a page, and SHM_RND was not asked for" },
	{ C(shmat), EINVAL,
	  { IF(ARG1, EQUALS, 0), IF(ARG2, HAS, SHM_REMAP) },
	  "SHM_REMAP needs an address, and shmaddr is NULL" },
	{ C(shmat), EINVAL, { IF(ARG1, ABOVE, 0) },
	  "{object} cannot be attached at {addr}: something else is there, or that is no address for it" },
	{ C(shmdt), EINVAL, { { } },
	  "no segment is attached at {addr}" },
	{ C(shmat) | C(shmget), ENOMEM, { { } },
	  "there was not enough memory, or room in the address space" },
	/* All */
	{ BY_ID, EACCES, { { } },
	  "{object} has mode {mode} and belongs to {owner}, which does not permit that to {caller}" },
	{ BY_ID, EIDRM, { { } },
	  "{object} was removed before the call could end{removed}" },
	{ ALL, EFAULT, { { } },
	  "an argument leads to memory that the caller cannot use in that way" },
	{ ALL, EINTR, { { } },
	  "a signal came while the call waited" },
	{ ALL, ENOMEM, { { } },
	  "the kernel had not enough memory" },
};

#undef IF_USE
#undef IF_FACT
#undef IF
#undef ALL
#undef BY_ID
#undef SEMOPS
#undef CTLS
#undef GETS
#undef C

/* ---- Which rules hold ---------------------------------------------------------------------- */

/**
 * enum verdict - does it hold? The least of all conditions counts.
 * @HOLDS_NOT: no
 * @MAY_HOLD: not known
 * @FITS_NOW: not known, but it would hold if limits were then as they are now
 * @HOLDS: yes
 */
enum verdict {
	HOLDS_NOT,
	MAY_HOLD,
	FITS_NOW,
	HOLDS,
};

static bool compare(u8 op, __int128 left, __int128 right)
{
	switch (op) {
	case EQUALS:
		return left == right;
	case BELOW:
		return left < right;
	case ABOVE:
		return left > right;
	case FROM:
		return left >= right;
	case HAS:
		return (left & right) == right;
	case LACKS:
		return !(left & right);
	}
	return true;
}

static enum verdict judge(const struct failure *failure,
			  const struct condition *condition)
{
	const struct fact *left = &failure->facts[condition->left];
	const struct fact right = condition->right ?
		failure->facts[condition->right] :
		(struct fact){ .known = true, .number = condition->number };

	if (condition->op == ALWAYS)
		return HOLDS;
	if (!left->known || !right.known)
		return MAY_HOLD;
	if (compare(condition->op, left->number, right.number))
		return right.now ? FITS_NOW : HOLDS;
	return left->at_least || right.now ? MAY_HOLD : HOLDS_NOT;
}

static enum verdict judge_rule(const struct failure *failure,
			       const struct rule *rule, s32 error)
{
	enum verdict verdict = HOLDS;
	size_t i;

	if (rule->error != error ||
	    !(rule->calls & 1U << failure->record->header.call))
		return HOLDS_NOT;
	for (i = 0; i < MAX_CONDITIONS; i++)
		verdict = min_t(u32, verdict,
				judge(failure, &rule->conditions[i]));
	return verdict;
}

/* ---- Sentences ------------------------------------------------------------------- */

/**
 * struct sentence - text that grows
 * @buf: room for it
 * @size: of that
 * @used: so much
 */
struct sentence {
	char *buf;
	size_t size;
	size_t used;
};

__attribute__((format(printf, 2, 3)))
static void put(struct sentence *sentence, const char *format, ...)
{
	size_t left = sentence->size - sentence->used;
	va_list values;
	int len;

	va_start(values, format);
	len = vsnprintf(sentence->buf + sentence->used, left, format, values);
	va_end(values);
	sentence->used += min_t(size_t, len, left - 1);
}

static void put_object(struct sentence *sentence, const struct failure *failure)
{
	const struct model_object *object = failure->object;
	const struct ipctrace_object *shown = &failure->record->object;
	const char *kind = target_kind(failure->row->family);

	if (failure->record->header.flags & IPCTRACE_F_OBJECT)
		put(sentence, "%s %d", kind, shown->id);
	else if (object)
		put(sentence, "%s %d", kind, object->id);
	else if (failure->row->follow == IPCT_FOLLOW_MAKE)
		put(sentence, "a %s", kind);
	else
		put(sentence, "%s %d", kind, (s32)failure->args[0]);
}

static void put_kind(struct sentence *sentence, const struct failure *failure)
{
	put(sentence, "%s", target_kind(failure->row->family));
}

static void put_key(struct sentence *sentence, const struct failure *failure)
{
	put(sentence, "0x%08x", (u32)failure->args[0]);
}

static void put_addr(struct sentence *sentence, const struct failure *failure)
{
	put(sentence, "0x%llx", (unsigned long long)
	    failure->args[failure->row->object == IPCT_OBJECT_MAP ? 0 : 1]);
}

static void put_asked(struct sentence *sentence, const struct failure *failure)
{
	u64 flags = failure->args[failure->record->header.call ==
				  IPCTRACE_CALL_msgget ? 1 : 2];

	put(sentence, "0%03o", (u32)flags & 0777);
}

static void put_mode(struct sentence *sentence, const struct failure *failure)
{
	if (failure->record->header.flags & IPCTRACE_F_OBJECT)
		put(sentence, "0%03o", failure->record->object.mode & 0777);
	else if (failure->object)
		put(sentence, "0%03o", failure->object->mode & 0777);
	else
		put(sentence, "(not known)");
}

static void put_owner(struct sentence *sentence, const struct failure *failure)
{
	bool shown = failure->record->header.flags & IPCTRACE_F_OBJECT;
	char user[EVIDENCE_TIME_BYTES];
	u32 uid, cuid;

	if (!shown && !failure->object) {
		put(sentence, "somebody (not known)");
		return;
	}
	uid = shown ? failure->record->object.uid : failure->object->uid;
	cuid = shown ? failure->record->object.cuid : failure->object->cuid;
	put(sentence, "%s", evidence_user(failure->evidence, uid, user));
	if (cuid != uid)
		put(sentence, " (made by %s)",
		    evidence_user(failure->evidence, cuid, user));
}

static void put_caller(struct sentence *sentence, const struct failure *failure)
{
	const struct ipctrace_cred *cred =
		ipct_part_find(failure->record, IPCTRACE_PART_CRED, sizeof(*cred));
	char user[EVIDENCE_TIME_BYTES];

	put(sentence, "%s", evidence_user(failure->evidence,
					  cred ? cred->euid :
						 failure->record->uid, user));
}

static void put_made(struct sentence *sentence, const struct failure *failure)
{
	if (failure->object && failure->object->made.from == MODEL_RECORDED)
		put(sentence, ", made by %s (pid %u)",
		    failure->object->made.comm, failure->object->made.tgid);
}

static void put_removed(struct sentence *sentence, const struct failure *failure)
{
	struct model_removal removal;
	char when[EVIDENCE_TIME_BYTES];

	if (!failure->before) {
		put(sentence, "; that there was one is not recorded");
		return;
	}
	model_removal(failure->evidence->model, failure->before, &removal);
	put(sentence, "; ");
	if (failure->row->follow == IPCT_FOLLOW_MAKE)
		put(sentence, "the last one, %d, ", failure->before->id);
	else
		put(sentence, "it ");
	if (!removal.who)
		put(sentence, "has gone, and how is not recorded");
	else
		put(sentence, "was removed by %s (pid %u)%s%s",
		    removal.who->comm, removal.who->tgid,
		    removal.when_ns ? " at " : "",
		    removal.when_ns ? evidence_time(failure->evidence,
						    removal.when_ns, when) : "");
}

static const struct {
	const char *name;
	void (*put)(struct sentence *sentence, const struct failure *failure);
} texts[] = {
	{ "object", put_object }, { "kind", put_kind }, { "key", put_key },
	{ "addr", put_addr }, { "asked", put_asked }, { "mode", put_mode },
	{ "owner", put_owner }, { "caller", put_caller }, { "made", put_made },
	{ "removed", put_removed },
};

static bool is_name(const char *name, const char *typed, size_t len)
{
	return strlen(name) == len && !strncmp(name, typed, len);
}

/* Which fact has that name: "sem_num", "shmmni", "shmmni.used" */
static u32 fact_of(const char *name, size_t len)
{
	static const char used[] = ".used";
	size_t end = sizeof(used) - 1;
	u32 i;

	for (i = 1; i < FACT_LIMITS; i++)
		if (is_name(fact_names[i], name, len))
			return i;
	i = FACT_LIMITS;
	if (len > end && !strncmp(name + len - end, used, end)) {
		i = FACT_USES;
		len -= end;
	}
	for (end = i + NR_MODEL_LIMITS; i < end; i++)
		if (is_name(model_limit_rows[(i - FACT_LIMITS) %
					     NR_MODEL_LIMITS].name, name, len))
			return i;
	return FACT_NONE;
}

static void put_fact(struct sentence *sentence, const struct failure *failure,
		     u32 id)
{
	const struct fact *fact = &failure->facts[id];

	if (!fact->known)
		put(sentence, "not known");
	else if (fact->number < 0)
		put(sentence, "%lld", (long long)fact->number);
	else
		put(sentence, "%s%llu", fact->at_least ? "at least " : "",
		    (unsigned long long)fact->number);
	if (fact->now)
		put(sentence, " now");
}

static void put_named(struct sentence *sentence, const struct failure *failure,
		      const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		if (is_name(texts[i].name, name, len)) {
			texts[i].put(sentence, failure);
			return;
		}
	}
	put_fact(sentence, failure, fact_of(name, len));
}

static void put_text(struct sentence *sentence, const struct failure *failure,
		     const char *text)
{
	size_t len;

	while (*text) {
		len = strcspn(text, "{");
		put(sentence, "%.*s", (int)len, text);
		text += len;
		if (!*text)
			return;
		len = strcspn(text, "}");
		put_named(sentence, failure, text + 1, len - 1);
		text += len + 1;
	}
}

/* All rules with that verdict, after @nr others; returns how many it makes. */
static u32 put_rules(struct sentence *sentence, const struct failure *failure,
		     s32 error, enum verdict verdict, u32 nr)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		if (judge_rule(failure, &rules[i], error) != verdict)
			continue;
		put(sentence, "%s", nr++ ? "; or " : "");
		put_text(sentence, failure, rules[i].text);
	}
	return nr;
}

static void put_reasons(struct sentence *sentence, const struct failure *failure,
			s32 error)
{
	const char *text = "not known";
	size_t i;
	u32 nr;

	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		if (judge_rule(failure, &rules[i], error) != HOLDS)
			continue;
		put_text(sentence, failure, rules[i].text);
		return;
	}
	nr = put_rules(sentence, failure, error, FITS_NOW, 0);
	nr = put_rules(sentence, failure, error, MAY_HOLD, nr);
	if (nr)
		return;
	ipct_errno_name(error, &text);
	put(sentence, "the manual page has no rule for it that fits: %s", text);
}

/**
 * reason_put() - say why a call failed
 * @evidence: what is known, of that time and since
 * @record: any record
 * @buf: out: a sentence, without its end
 * @size: room there
 *
 * Return: false where that is no call that failed.
 */
bool reason_put(const struct evidence *evidence,
		const struct ipctrace_header *record, char *buf, size_t size)
{
	struct sentence sentence = { .buf = buf, .size = size };
	struct failure failure = {
		.evidence = evidence,
		.record = (const void *)record,
	};
	s32 error;
	u8 i;

	if (record->type != IPCTRACE_TYPE_CALL ||
	    record->call >= IPCTRACE_NR_CALLS || failure.record->ret >= 0 ||
	    failure.record->ret < -4095)
		return false;
	failure.row = &ipct_syscalls[record->call];
	error = -failure.record->ret;
	if (error >= FIRST_RESTART && error <= LAST_RESTART)
		error = EINTR;
	ipct_call_args(failure.record, failure.args);
	for (i = 0; i < failure.row->nr_args; i++)
		failure.args[i] = ipct_arg_value(failure.row->args[i].kind,
						 failure.args[i], record->abi);
	know_all(&failure);
	put_reasons(&sentence, &failure, error);
	return true;
}
