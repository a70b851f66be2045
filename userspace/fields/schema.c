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
 * OPT for the memory may be unreadable.
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

/*
 * schema_fields - all fields of all types of records, ends with no name
 */
const struct schema_field schema_fields[] = {
	{ "type", STRING, false, K,
	  "call, missed, enter, died: a call that ended, was not watched, "
	  "blocks, ended with its task; "
	  "lost; undo, attach, detach, destroy: what happens without a call; "
	  "gap: not everything is recorded" },
	{ "time_ns", INTEGER, false, K,
	  "CLOCK_MONOTONIC when it ended or happened" },
	{ "cpu", INTEGER, false, K, "CPU on which it ended or happened" },
	{ "pid", INTEGER, false, K | OPT, "process, in the initial namespace" },
	{ "tid", INTEGER, false, K | OPT, "thread, in the initial namespace" },
	{ "ppid", INTEGER, false, K | OPT, "parent process" },
	{ "comm", STRING, false, K | U | OPT, "name of the thread, its own choice" },
	{ "uid", INTEGER, false, K | OPT, "real user, in the initial namespace" },
	{ "gid", INTEGER, false, K | OPT, "real group, in the initial namespace" },
	{ "loginuid", INTEGER, false, K | OPT, "user who logged in" },
	{ "ipc_ns", INTEGER, false, K | OPT, "inode number of the IPC namespace" },
	{ "cgroup", INTEGER, false, K | OPT, "id of the cgroup, version 2" },
	{ "cgroup_path", STRING, true, K | OPT,
	  "path of the cgroup, null when it is gone" },
	{ "container", STRING, true, K | OPT,
	  "the container's id where a runtime made the cgroup, as root" },
	{ "abi", STRING, false, K | OPT, "how the kernel was entered" },
	{ "call", STRING, false, U | OPT, "name of the call" },
	{ "args", OBJECT, false, U | OPT,
	  "arguments, by their names in the manual pages" },
	{ "ret", INTEGER, true, K | OPT, "result, or -errno" },
	{ "errno", STRING, true, K | OPT, "name of the error" },
	{ "duration_ns", INTEGER, true, K | OPT, "from entry to end, or so far" },
	{ "object", OBJECT, true, K | OPT,
	  "kind id key uid gid cuid cgid mode seq" },
	{ "end", STRING, true, K | OPT,
	  "how it ended: returned, timeout, signal, removed, died" },
	{ "created", BOOLEAN, false, K | OPT,
	  "the call made the object, or found it" },
	{ "via", STRING, false, U | OPT, "ipc: the call was made by ipc()" },
	{ "ipc", OBJECT, false, U | OPT,
	  "arguments of ipc(): call first second third ptr fifth" },
	{ "ipc_64", BOOLEAN, false, U | OPT, "cmd had the bit IPC_64" },
	{ "before", OBJECT, false, K | OPT,
	  "uid gid mode msg_qbytes of the object before IPC_SET" },
	{ "after", OBJECT, false, K | OPT, "and after it" },
	{ "segment", OBJECT, false, K | OPT,
	  "id addr of what was attached or detached, and size where known; addr is "
	  "the one place for the address, ret of a shmat() by ipc() is 0" },
	{ "adjust", ARRAY, false, K | OPT,
	  "what SEM_UNDO adds to each semaphore" },
	{ "toctou", ARRAY, false, K | U | TOCTOU | OPT,
	  "field user kernel: what was not the same twice" },
	{ "unread", ARRAY, false, K | OPT,
	  "names of arguments that could not be followed" },
	{ "euid", INTEGER, false, K | OPT,
	  "effective user, where it or the group is not the real one" },
	{ "egid", INTEGER, false, K | OPT, "effective group, likewise" },
	{ "right", STRING, false, K | OPT,
	  "what let the call use somebody else's object: group, others, "
	  "CAP_IPC_OWNER, CAP_SYS_ADMIN, CAP_IPC_LOCK" },
	{ "pid_ns", INTEGER, false, K | OPT,
	  "inode number of the pid namespace, where it is not the first" },
	{ "ns_pid", INTEGER, false, K | OPT, "process as that namespace sees it" },
	{ "ns_tid", INTEGER, false, K | OPT, "thread as that namespace sees it" },
	{ "waits", OBJECT, true, K | OPT,
	  "of a blocked call: for what, and the object as it is" },
	{ "count", INTEGER, false, K | OPT, "records that were lost" },
	{ "cause", STRING, false, K | OPT,
	  "of a gap: load, pause, ftrace, kprobes, filter, cpu" },
	{ "filter", STRING, false, U | OPT,
	  "of a gap: the filter that lets through a part only" },
	{ "begin_ns", INTEGER, true, K | OPT,
	  "since when not everything is recorded; null for always" },
	{ "end_ns", INTEGER, true, K | OPT, "until when; null: it goes on" },
	{ }
};

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
 * @arg: which argument
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
 * schema_arg_tags() - where an argument's value comes from
 * @call: enum ipctrace_call_id
 * @arg: which argument
 *
 * Return: SCHEMA_*
 */
u8 schema_arg_tags(u8 call, u8 arg)
{
	return schema_arg_followed(ipct_syscalls[call].args[arg].kind) ?
	       SCHEMA_U | SCHEMA_TOCTOU | SCHEMA_OPT : SCHEMA_U;
}
