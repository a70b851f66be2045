// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: schema
 *
 * What a record's fields are and where they come from, for people and, as a
 * JSON schema, for programs. The tags:
 *
 * - K: from the kernel's own state
 * - U: the caller supplied it: an argument register or user memory
 * - TOCTOU: from user memory, which can change between check and use
 * - OPT: may be absent
 *
 * A pointer argument is U as a number; what it leads to is U and TOCTOU, and
 * OPT because the memory may be unreadable.
 */
#include <stddef.h>

#include "fields/schema.h"

#define K	SCHEMA_K
#define U	SCHEMA_U
#define TOCTOU	SCHEMA_TOCTOU
#define OPT	SCHEMA_OPT

#define INTEGER	"integer"
#define STRING	"string"
#define OBJECT	"object"
#define ARRAY	"array"
#define BOOLEAN	"boolean"

#define FIELD(label, kind, null, origin, says, ...) { .name = (label),	\
	.type = (kind), .nullable = (null), .tags = (origin), .what = (says), \
	##__VA_ARGS__ }
#define WORDS(list) .words = (list), .nr_words = ARRAY_SIZE(list)
#define WORDS_OR_NUMBER(list) WORDS(list), .numbered = true

/* Which kinds of records always have a field */
#define IN(kind)	(1 << IPCT_TYPE_##kind)
#define IN_CALLER	.always = IN(CALL) | IN(EVENT) | IN(GAP)
#define IN_CALL		.always = IN(CALL)
#define IN_OBJECT	.always = IN(CALL) | IN(EVENT)
#define IN_LOST		.always = IN(LOST)
#define IN_GAP		.always = IN(GAP)

static const char *const ends[] = {
	"returned", "timeout", "signal", "removed", "died"
};

static const char *const by_ipc[] = { "ipc" };

static const char *const waits[] = {
	"nothing", "semaphore", "full", "empty", "type"
};

static const char *const stuck[] = {
	"deadlock", "behind a deadlock", "dead holder"
};

static const struct schema_field object[] = {
	FIELD("kind", STRING, true, K, "msg sem shm", WORDS(ipct_family_names)),
	FIELD("id", INTEGER, false, K, "identifier", .format = SCHEMA_SIGNED),
	FIELD("key", INTEGER, false, K, "key that it was made with",
	      .format = SCHEMA_KEY),
	FIELD("uid", INTEGER, false, K, "owner", .format = SCHEMA_USER),
	FIELD("gid", INTEGER, false, K, "owner's group", .format = SCHEMA_GROUP),
	FIELD("cuid", INTEGER, false, K, "creator", .format = SCHEMA_USER),
	FIELD("cgid", INTEGER, false, K, "creator's group", .format = SCHEMA_GROUP),
	FIELD("mode", INTEGER, false, K, "permissions", .format = SCHEMA_MODE),
	FIELD("seq", INTEGER, false, K, "sequence number"),
	{ }
};

static const struct schema_field state[] = {
	FIELD("uid", INTEGER, false, K, "owner", .format = SCHEMA_USER),
	FIELD("gid", INTEGER, false, K, "group", .format = SCHEMA_GROUP),
	FIELD("mode", INTEGER, false, K, "permissions", .format = SCHEMA_MODE),
	FIELD("msg_qbytes", INTEGER, false, K | OPT, "bytes that a queue takes"),
	{ }
};

static const struct schema_field segment[] = {
	FIELD("id", INTEGER, false, K, "identifier", .format = SCHEMA_SIGNED),
	FIELD("ipc_ns", INTEGER, false, K | OPT,
	      "inode number of the IPC namespace that it is of"),
	FIELD("size", INTEGER, false, K | OPT, "bytes"),
	FIELD("addr", INTEGER, false, K, "where it is attached, or was"),
	{ }
};

static const struct schema_field ipc[] = {
	FIELD("call", INTEGER, false, U, "number of the call and version"),
	FIELD("first", INTEGER, false, U, "first", .format = SCHEMA_SIGNED),
	FIELD("second", INTEGER, false, U, "second", .format = SCHEMA_SIGNED),
	FIELD("third", INTEGER, false, U, "third"),
	FIELD("ptr", INTEGER, false, U, "ptr"),
	FIELD("fifth", INTEGER, false, U, "fifth"),
	{ }
};

static const struct schema_field changed[] = {
	FIELD("field", STRING, false, K, "what was changed"),
	FIELD("user", INTEGER, true, U | TOCTOU, "what memory said",
	      .format = SCHEMA_SIGNED),
	FIELD("kernel", INTEGER, true, K | U, "what the kernel had",
	      .format = SCHEMA_SIGNED),
	{ }
};

static const struct schema_field ancestor[] = {
	FIELD("pid", INTEGER, false, K, "process, in the initial namespace"),
	FIELD("comm", STRING, false, K | U, "its name, its own choice"),
	FIELD("uid", INTEGER, false, K, "its real user", .format = SCHEMA_USER),
	FIELD("start_ns", INTEGER, false, K, "CLOCK_BOOTTIME when it began",
	      .format = SCHEMA_NS),
	{ }
};

static const struct schema_field holder[] = {
	FIELD("pid", INTEGER, false, K, "process"),
	FIELD("tid", INTEGER, false, K, "the thread that took it"),
	FIELD("comm", STRING, false, K | U, "its name"),
	FIELD("taken", INTEGER, false, K, "how much it holds",
	      .format = SCHEMA_SIGNED),
	FIELD("undo", INTEGER, false, K, "how much of that SEM_UNDO gives back",
	      .format = SCHEMA_SIGNED),
	FIELD("since_ns", INTEGER, false, K, "CLOCK_MONOTONIC when it was taken",
	      .format = SCHEMA_NS),
	FIELD("call", STRING, true, K, "by which call"),
	FIELD("life", STRING, true, K, "alive dead, or null: nobody asked"),
	{ }
};

static const struct schema_field in_circle[] = {
	FIELD("pid", INTEGER, false, K, "process"),
	FIELD("tid", INTEGER, false, K, "the thread that waits"),
	FIELD("id", INTEGER, false, K, "the set that it waits at",
	      .format = SCHEMA_SIGNED),
	{ }
};

static const struct schema_field party[] = {
	FIELD("pid", INTEGER, false, K, "process"),
	FIELD("comm", STRING, false, K | U, "its name then"),
	FIELD("time_ns", INTEGER, false, K, "CLOCK_MONOTONIC when",
	      .format = SCHEMA_NS),
	{ }
};

static const struct schema_field waits_for[] = {
	FIELD("for", STRING, false, K, "what it waits for", WORDS(waits)),
	FIELD("sem_num", INTEGER, false, K | OPT, "the semaphore"),
	FIELD("sem_op", INTEGER, false, U | OPT, "the operation on it",
	      .format = SCHEMA_SIGNED),
	FIELD("semval", INTEGER, false, K | OPT, "its value",
	      .format = SCHEMA_SIGNED),
	FIELD("semncnt", INTEGER, false, K | OPT, "callers that wait for it to grow",
	      .format = SCHEMA_SIGNED),
	FIELD("semzcnt", INTEGER, false, K | OPT, "and for it to be zero",
	      .format = SCHEMA_SIGNED),
	FIELD("msg_qnum", INTEGER, false, K | OPT, "messages in the queue"),
	FIELD("msg_cbytes", INTEGER, false, K | OPT, "their bytes"),
	FIELD("msg_qbytes", INTEGER, false, K | OPT, "bytes that the queue takes"),
	FIELD("held_by", ARRAY, false, K | OPT, "up to 8 who hold the semaphore",
	      .members = holder),
	FIELD("holders", INTEGER, false, K | OPT, "how many do"),
	FIELD("signal", BOOLEAN, false, K | OPT,
	      "others give than take: it is no lock, and has no holder"),
	FIELD("stuck", STRING, true, K | OPT, "null: it may go on", WORDS(stuck)),
	FIELD("circle", ARRAY, false, K | OPT,
	      "of a deadlock: the calls, each waits for the next", .members = in_circle),
	FIELD("incomplete", STRING, true, K | OPT,
	      "why the holders may be others: not everything was recorded"),
	FIELD("last", OBJECT, false, K | OPT,
	      "of a queue: who received last, or sent last, which is waited for",
	      .members = party),
	{ }
};

/* ---- Behind arguments ------------------------------------------------------ */

static const struct schema_field message[] = {
	FIELD("mtype", INTEGER, false, U | TOCTOU, "type of the message",
	      .format = SCHEMA_SIGNED),
	FIELD("mtext", STRING, false, U | TOCTOU | OPT,
	      "its first bytes in hex, as far as they are recorded"),
	{ }
};

static const struct schema_field sop[] = {
	FIELD("sem_num", INTEGER, false, U | TOCTOU, "the semaphore"),
	FIELD("sem_op", INTEGER, false, U | TOCTOU,
	      "what to add, or 0 to wait for 0", .format = SCHEMA_SIGNED),
	FIELD("sem_flg", INTEGER, false, U | TOCTOU, "flags",
	      .format = SCHEMA_SEM_FLG),
	{ }
};

static const struct schema_field timeout[] = {
	FIELD("tv_sec", INTEGER, false, U | TOCTOU, "seconds",
	      .format = SCHEMA_SIGNED),
	FIELD("tv_nsec", INTEGER, false, U | TOCTOU, "nanoseconds",
	      .format = SCHEMA_SIGNED),
	{ }
};

/* ---- Fields ---------------------------------------------------------------- */

/*
 * schema_fields - all fields of all types of records; the last has no name
 */
const struct schema_field schema_fields[] = {
	FIELD("type", STRING, false, K,
	      "call, missed, enter, died: a call that ended, was not watched, "
	      "blocks, ended with its task; "
	      "lost; undo, attach, detach, destroy: what happens without a call; "
	      "gap: not everything is recorded", WORDS(ipct_type_names)),
	FIELD("time_ns", INTEGER, false, K,
	      "CLOCK_MONOTONIC when it ended or happened", .format = SCHEMA_NS),
	FIELD("cpu", INTEGER, false, K, "CPU on which it ended or happened"),
	FIELD("pid", INTEGER, false, K | OPT, "process, in the initial namespace",
	      IN_CALLER),
	FIELD("tid", INTEGER, false, K | OPT, "thread, in the initial namespace",
	      IN_CALLER),
	FIELD("ppid", INTEGER, false, K | OPT, "parent process", IN_CALLER),
	FIELD("comm", STRING, false, K | U | OPT, "name of the thread, its own choice",
	      IN_CALLER),
	FIELD("uid", INTEGER, false, K | OPT, "real user, in the initial namespace",
	      .format = SCHEMA_USER, IN_CALLER),
	FIELD("gid", INTEGER, false, K | OPT, "real group, in the initial namespace",
	      .format = SCHEMA_GROUP, IN_CALLER),
	FIELD("loginuid", INTEGER, false, K | OPT, "user who logged in",
	      .format = SCHEMA_USER, IN_CALLER),
	FIELD("ipc_ns", INTEGER, false, K | OPT, "inode number of the IPC namespace",
	      IN_CALLER),
	FIELD("cgroup", INTEGER, false, K | OPT, "id of the cgroup, version 2",
	      IN_CALLER),
	FIELD("cgroup_path", STRING, true, K | OPT,
	      "path of the cgroup, null when it is gone"),
	FIELD("container", STRING, true, K | OPT,
	      "the container's id where a runtime made the cgroup, as root"),
	FIELD("abi", STRING, false, K | OPT, "how the kernel was entered",
	      WORDS_OR_NUMBER(ipct_abi_names), IN_CALL),
	FIELD("call", STRING, false, U | OPT, "name of the call", IN_CALL),
	FIELD("args", OBJECT, false, U | OPT,
	      "arguments, by their names in the manual pages", IN_CALL),
	FIELD("ret", INTEGER, true, K | OPT, "result, or -errno",
	      .format = SCHEMA_SIGNED, IN_CALL),
	FIELD("errno", STRING, true, K | OPT, "name of the error", IN_CALL),
	FIELD("duration_ns", INTEGER, true, K | OPT, "from entry to end, or so far",
	      .format = SCHEMA_NS, IN_CALL),
	FIELD("object", OBJECT, true, K | OPT,
	      "kind id key uid gid cuid cgid mode seq", .members = object,
	      IN_OBJECT),
	FIELD("end", STRING, true, K | OPT,
	      "how it ended: returned, timeout, signal, removed, died", WORDS(ends),
	      IN_CALL),
	FIELD("created", BOOLEAN, false, K | OPT,
	      "the call made the object, or found it"),
	FIELD("via", STRING, false, U | OPT, "ipc: the call was made by ipc()",
	      WORDS(by_ipc)),
	FIELD("ipc", OBJECT, false, U | OPT,
	      "arguments of ipc(): call first second third ptr fifth", .members = ipc),
	FIELD("ipc_64", BOOLEAN, false, U | OPT, "cmd had the bit IPC_64"),
	FIELD("before", OBJECT, false, K | OPT,
	      "uid gid mode msg_qbytes of the object before IPC_SET",
	      .members = state),
	FIELD("after", OBJECT, false, K | OPT, "and after it", .members = state),
	FIELD("segment", OBJECT, false, K | OPT,
	      "id addr of what was attached or detached, and ipc_ns size where known; "
	      "ipc_ns need not be the caller's, an attachment survives setns(); addr is "
	      "the one place for the address, ret of a shmat() by ipc() is 0",
	      .members = segment),
	FIELD("adjust", ARRAY, false, K | OPT,
	      "what SEM_UNDO adds to each semaphore", .item = INTEGER,
	      .format = SCHEMA_SIGNED),
	FIELD("toctou", ARRAY, false, K | U | TOCTOU | OPT,
	      "field user kernel: what was not the same twice", .members = changed),
	FIELD("unread", ARRAY, false, K | OPT,
	      "names of arguments that could not be followed", .item = STRING),
	FIELD("euid", INTEGER, false, K | OPT,
	      "effective user, where it or the group is not the real one",
	      .format = SCHEMA_USER),
	FIELD("egid", INTEGER, false, K | OPT, "effective group, likewise",
	      .format = SCHEMA_GROUP),
	FIELD("right", STRING, false, K | OPT,
	      "what let the call use somebody else's object: group, others, "
	      "CAP_IPC_OWNER, CAP_SYS_ADMIN, CAP_IPC_LOCK",
	      WORDS_OR_NUMBER(ipct_right_names)),
	FIELD("pid_ns", INTEGER, false, K | OPT,
	      "inode number of the pid namespace, where it is not the first"),
	FIELD("ns_pid", INTEGER, false, K | OPT, "process as that namespace sees it"),
	FIELD("ns_tid", INTEGER, false, K | OPT, "thread as that namespace sees it"),
	FIELD("start_ns", INTEGER, false, K | OPT,
	      "CLOCK_BOOTTIME when the process began; this and what follows of calls "
	      "that make, set or remove an object", .format = SCHEMA_NS),
	FIELD("exe", STRING, false, K | OPT,
	      "path of its program as its root sees it; without a slash only the "
	      "file's name"),
	FIELD("ancestors", ARRAY, false, K | OPT,
	      "pid comm uid start_ns of its parent, the parent's parent and so on, "
	      "up to 8", .members = ancestor),
	FIELD("waits", OBJECT, true, K | OPT,
	      "of a blocked call: for what, and the object as it is",
	      .members = waits_for),
	FIELD("count", INTEGER, false, K | OPT, "records that were lost",
	      IN_LOST),
	FIELD("cause", STRING, false, K | OPT,
	      "of a gap: load, pause, ftrace, kprobes, filter",
	      WORDS_OR_NUMBER(ipct_gap_names), IN_GAP),
	FIELD("filter", STRING, false, U | OPT,
	      "of a gap: the filter that lets through a part only"),
	FIELD("begin_ns", INTEGER, true, K | OPT,
	      "since when not everything is recorded; null for always",
	      .format = SCHEMA_NS, IN_GAP),
	FIELD("end_ns", INTEGER, true, K | OPT, "until when; null: it goes on",
	      .format = SCHEMA_NS, IN_GAP),
	{ }
};

#undef IN_GAP
#undef IN_LOST
#undef IN_OBJECT
#undef IN_CALL
#undef IN_CALLER
#undef IN
#undef WORDS_OR_NUMBER
#undef WORDS
#undef FIELD
#undef BOOLEAN
#undef ARRAY
#undef OBJECT
#undef STRING
#undef INTEGER
#undef OPT
#undef TOCTOU
#undef U
#undef K

/*
 * schema_tag_names - by bit of SCHEMA_*
 */
const char *const schema_tag_names[SCHEMA_NR_TAGS] = {
	"K", "U", "TOCTOU", "OPT"
};

/**
 * schema_c_type() - type of an argument in C
 * @call: enum ipctrace_call_id
 * @arg: from 0, below the number that the call has
 */
const char *schema_c_type(u8 call, u8 arg)
{
	switch ((enum ipct_kind)ipct_syscalls[call].args[arg].kind) {
	case IPCT_KEY:
		return "key_t";
	case IPCT_COUNT:
		return "unsigned int";
	case IPCT_SIZE:
		return "size_t";
	case IPCT_ADDR:
		return "void *";
	case IPCT_MSGP:
		return "struct msgbuf *";
	case IPCT_SOPS:
		return "struct sembuf *";
	case IPCT_TIMEOUT:
		return "struct timespec *";
	case IPCT_CTLBUF:
		return ipct_syscalls[call].family == IPCTRACE_MSG ?
		       "struct msqid_ds *" : "struct shmid_ds *";
	case IPCT_SEMUN:
		return "union semun";
	case IPCT_MTYPE:
		return "long";
	case IPCT_ID:
	case IPCT_INT:
	case IPCT_GETFLG:
	case IPCT_SHMGETFLG:
	case IPCT_MSGFLG:
	case IPCT_SHMATFLG:
	case IPCT_MSGCMD:
	case IPCT_SEMCMD:
	case IPCT_SHMCMD:
	case __IPCT_KIND_MAX:
		break;
	}
	return "int";
}

/**
 * schema_arg_followed() - does a record hold what such an argument leads to?
 * @kind: enum ipct_kind
 */
bool schema_arg_followed(u8 kind)
{
	return ipct_kind_is_followed(kind);
}

/**
 * schema_arg_members() - members of the struct that such an argument leads to
 * @kind: enum ipct_kind
 *
 * Return: the members, after the last one without a name; for IPCT_SOPS those of each
 * operation. NULL where the command says which struct it is, or there is none.
 */
const struct schema_field *schema_arg_members(u8 kind)
{
	switch (kind) {
	case IPCT_MSGP:
		return message;
	case IPCT_SOPS:
		return sop;
	case IPCT_TIMEOUT:
		return timeout;
	}
	return NULL;
}

/**
 * schema_arg_tags() - where an argument's value comes from
 * @call: enum ipctrace_call_id
 * @arg: from 0, below the number that the call has
 *
 * Return: SCHEMA_*
 */
u8 schema_arg_tags(u8 call, u8 arg)
{
	return schema_arg_followed(ipct_syscalls[call].args[arg].kind) ?
	       SCHEMA_U | SCHEMA_TOCTOU | SCHEMA_OPT : SCHEMA_U;
}
