// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: layouts
 *
 * The structs that the calls read and write in user memory, as the callers of
 * each ABI lay them out. The records hold the memory as it was; this unit says
 * what its bytes mean, once for text and JSON.
 *
 * The offsets are written down and not taken from headers: the kernel has the
 * old structs, and those of 32-bit programs, in private headers only, and user
 * space has those of its own ABI only. They are ABI and cannot change. The unit
 * tests compare them with the headers of each ABI.
 */
#include <linux/ipc.h>
#include <linux/msg.h>
#include <linux/sem.h>
#include <linux/shm.h>

#include "layouts.h"

#define UNSIGNED	IPCT_FORMAT_UNSIGNED
#define SIGNED		IPCT_FORMAT_SIGNED
#define OWNER		IPCT_FORMAT_OWNER
#define MODE		IPCT_FORMAT_MODE
#define KEY		IPCT_FORMAT_KEY
#define SET		IPCT_MEMBER_SET
#define DATA		IPCT_MEMBER_DATA

/* Offset and size in each layout */
#define MEMBER(group, name, format, flags, o64, b64, o32, b32, oold, bold) \
	{ group, name, format, flags,					\
	  { { o64, b64 }, { o32, b32 }, { oold, bold } } }
#define END	{ NULL, NULL, 0, 0, { { 0, 0 }, { 0, 0 }, { 0, 0 } } }

/* In strace's order */
#define PERM(group)							\
	MEMBER(group, "uid", OWNER, SET, 4, 4, 4, 4, 4, 2),		\
	MEMBER(group, "gid", OWNER, SET, 8, 4, 8, 4, 6, 2),		\
	MEMBER(group, "mode", MODE, SET, 20, 4, 20, 2, 12, 2),		\
	MEMBER(group, "__key", KEY, 0, 0, 4, 0, 4, 0, 4),		\
	MEMBER(group, "cuid", OWNER, 0, 12, 4, 12, 4, 8, 2),		\
	MEMBER(group, "cgid", OWNER, 0, 16, 4, 16, 4, 10, 2),		\
	MEMBER(group, "__seq", UNSIGNED, DATA, 24, 2, 24, 2, 14, 2)

/* Times of 32-bit programs: the upper half follows the lower. */
static const struct ipct_member msqid_ds[] = {
	PERM("msg_perm"),
	MEMBER(NULL, "msg_stime", SIGNED, 0, 48, 8, 36, 8, 24, 4),
	MEMBER(NULL, "msg_rtime", SIGNED, 0, 56, 8, 44, 8, 28, 4),
	MEMBER(NULL, "msg_ctime", SIGNED, 0, 64, 8, 52, 8, 32, 4),
	MEMBER(NULL, "msg_cbytes", UNSIGNED, DATA, 72, 8, 60, 4, 44, 2),
	MEMBER(NULL, "msg_qnum", UNSIGNED, 0, 80, 8, 64, 4, 46, 2),
	MEMBER(NULL, "msg_qbytes", UNSIGNED, SET, 88, 8, 68, 4, 48, 2),
	MEMBER(NULL, "msg_lspid", SIGNED, 0, 96, 4, 72, 4, 50, 2),
	MEMBER(NULL, "msg_lrpid", SIGNED, 0, 100, 4, 76, 4, 52, 2),
	END
};

static const struct ipct_member semid_ds[] = {
	PERM("sem_perm"),
	MEMBER(NULL, "sem_otime", SIGNED, 0, 48, 8, 36, 8, 16, 4),
	MEMBER(NULL, "sem_ctime", SIGNED, 0, 64, 8, 44, 8, 20, 4),
	MEMBER(NULL, "sem_nsems", UNSIGNED, 0, 80, 8, 52, 4, 40, 2),
	END
};

/* On arm64, where nothing follows the times */
static const struct ipct_member semid_ds_arm64[] = {
	PERM("sem_perm"),
	MEMBER(NULL, "sem_otime", SIGNED, 0, 48, 8, 36, 8, 16, 4),
	MEMBER(NULL, "sem_ctime", SIGNED, 0, 56, 8, 44, 8, 20, 4),
	MEMBER(NULL, "sem_nsems", UNSIGNED, 0, 64, 8, 52, 4, 40, 2),
	END
};

static const struct ipct_member shmid_ds[] = {
	PERM("shm_perm"),
	MEMBER(NULL, "shm_segsz", UNSIGNED, 0, 48, 8, 36, 4, 16, 4),
	MEMBER(NULL, "shm_cpid", SIGNED, 0, 80, 4, 64, 4, 32, 2),
	MEMBER(NULL, "shm_lpid", SIGNED, 0, 84, 4, 68, 4, 34, 2),
	MEMBER(NULL, "shm_nattch", UNSIGNED, 0, 88, 8, 72, 4, 36, 2),
	MEMBER(NULL, "shm_atime", SIGNED, 0, 56, 8, 40, 8, 20, 4),
	MEMBER(NULL, "shm_dtime", SIGNED, 0, 64, 8, 48, 8, 24, 4),
	MEMBER(NULL, "shm_ctime", SIGNED, 0, 72, 8, 56, 8, 28, 4),
	END
};

/* All ints, the same everywhere */
#define INT(name, offset) \
	MEMBER(NULL, name, SIGNED, 0, offset, 4, offset, 4, offset, 4)

static const struct ipct_member msginfo[] = {
	INT("msgpool", 0), INT("msgmap", 4), INT("msgmax", 8),
	INT("msgmnb", 12), INT("msgmni", 16), INT("msgssz", 20),
	INT("msgtql", 24),
	MEMBER(NULL, "msgseg", UNSIGNED, 0, 28, 2, 28, 2, 28, 2),
	END
};

static const struct ipct_member seminfo[] = {
	INT("semmap", 0), INT("semmni", 4), INT("semmns", 8),
	INT("semmnu", 12), INT("semmsl", 16), INT("semopm", 20),
	INT("semume", 24), INT("semusz", 28), INT("semvmx", 32),
	INT("semaem", 36), END
};

/* unsigned longs */
#define LONG(name, index)						\
	MEMBER(NULL, name, UNSIGNED, 0, 8 * (index), 8, 4 * (index), 4,	\
	       4 * (index), 4)

static const struct ipct_member shminfo[] = {
	LONG("shmmax", 0), LONG("shmmin", 1), LONG("shmmni", 2),
	LONG("shmseg", 3), LONG("shmall", 4), END
};

static const struct ipct_member shm_info[] = {
	INT("used_ids", 0), LONG("shm_tot", 1), LONG("shm_rss", 2),
	LONG("shm_swp", 3), LONG("swap_attempts", 4),
	LONG("swap_successes", 5), END
};

#undef LONG
#undef INT
#undef PERM
#undef END
#undef MEMBER
#undef DATA
#undef SET
#undef KEY
#undef MODE
#undef OWNER
#undef SIGNED
#undef UNSIGNED

/*
 * ipct_sem_flags - names of sem_flg
 */
const struct ipct_constant ipct_sem_flags[] = {
	{ SEM_UNDO, "SEM_UNDO" }, { IPC_NOWAIT, "IPC_NOWAIT" }, { 0, NULL }
};

static const struct ipct_struct msqid = { msqid_ds, { 120, 88, 56 } };
static const struct ipct_struct semid = { semid_ds, { 104, 64, 44 } };
static const struct ipct_struct semid_arm64 = { semid_ds_arm64, { 88, 64, 44 } };
static const struct ipct_struct shmid = { shmid_ds, { 112, 84, 48 } };
static const struct ipct_struct msg_limits = { msginfo, { 32, 32, 32 } };
static const struct ipct_struct sem_limits = { seminfo, { 40, 40, 40 } };
static const struct ipct_struct shm_limits = { shminfo, { 72, 36, 20 } };
static const struct ipct_struct shm_usage = { shm_info, { 48, 24, 24 } };

/* ---- Commands ------------------------------------------------------------ */

/*
 * What is known of each command of a *ctl() call. The module reads memory and
 * finds the object by it, and text and JSON are written by it.
 */
#define NR_COMMANDS	21

#define COMMAND(cmd, use, object, need, what)				\
	[cmd] = { IPCT_USE_##use, IPCT_OBJECT_##object,			\
		  IPCT_NEED_##need, what }

static const struct ipct_command msg_commands[NR_COMMANDS] = {
	COMMAND(IPC_RMID, NONE, ARG0, OWN, NULL),
	COMMAND(IPC_SET, SET, ARG0, OWN, &msqid),
	COMMAND(IPC_STAT, GET, ARG0, READ, &msqid),
	COMMAND(IPC_INFO, GET, NONE, NOTHING, &msg_limits),
	COMMAND(MSG_STAT, GET, RET, READ, &msqid),
	COMMAND(MSG_INFO, GET, NONE, NOTHING, &msg_limits),
	COMMAND(MSG_STAT_ANY, GET, RET, NOTHING, &msqid),
};

static const struct ipct_command sem_commands[NR_COMMANDS] = {
	COMMAND(IPC_RMID, NONE, ARG0, OWN, NULL),
	COMMAND(IPC_SET, SET, ARG0, OWN, &semid),
	COMMAND(IPC_STAT, GET, ARG0, READ, &semid),
	COMMAND(IPC_INFO, GET, NONE, NOTHING, &sem_limits),
	COMMAND(GETPID, NONE, ARG0, READ, NULL),
	COMMAND(GETVAL, NONE, ARG0, READ, NULL),
	COMMAND(GETALL, GETALL, ARG0, READ, NULL),
	COMMAND(GETNCNT, NONE, ARG0, READ, NULL),
	COMMAND(GETZCNT, NONE, ARG0, READ, NULL),
	COMMAND(SETVAL, VALUE, ARG0, WRITE, NULL),
	COMMAND(SETALL, SETALL, ARG0, WRITE, NULL),
	COMMAND(SEM_STAT, GET, RET, READ, &semid),
	COMMAND(SEM_INFO, GET, NONE, NOTHING, &sem_limits),
	COMMAND(SEM_STAT_ANY, GET, RET, NOTHING, &semid),
};

static const struct ipct_command shm_commands[NR_COMMANDS] = {
	COMMAND(IPC_RMID, NONE, ARG0, OWN, NULL),
	COMMAND(IPC_SET, SET, ARG0, OWN, &shmid),
	COMMAND(IPC_STAT, GET, ARG0, READ, &shmid),
	COMMAND(IPC_INFO, GET, NONE, NOTHING, &shm_limits),
	COMMAND(SHM_LOCK, NONE, ARG0, LOCK, NULL),
	COMMAND(SHM_UNLOCK, NONE, ARG0, LOCK, NULL),
	COMMAND(SHM_STAT, GET, RET, READ, &shmid),
	COMMAND(SHM_INFO, GET, NONE, NOTHING, &shm_usage),
	COMMAND(SHM_STAT_ANY, GET, RET, NOTHING, &shmid),
};

#undef COMMAND

/* A command that does not exist; calls with it still name an object. */
static const struct ipct_command no_command = {
	IPCT_USE_NONE, IPCT_OBJECT_ARG0, IPCT_NEED_NOTHING, NULL
};

#define HAS_COMMANDS(call)						\
	((call) == IPCTRACE_CALL_msgctl ||				\
	 (call) == IPCTRACE_CALL_semctl ||				\
	 (call) == IPCTRACE_CALL_shmctl)
#define IPCTRACE_CALL(id, name, family, object, follow, ...)		\
	static_assert((int)IPCT_FOLLOW_##follow != IPCT_FOLLOW_CTL ||	\
		      HAS_COMMANDS(id), #name ": its commands are not known");
#include <ipctrace/syscalls.def>
#undef IPCTRACE_CALL
#undef HAS_COMMANDS

/**
 * ipct_command() - what is known of a *ctl() command
 * @call: enum ipctrace_call_id, of a call with IPCT_FOLLOW_CTL
 * @abi: enum ipctrace_abi
 * @cmd: its command, as the caller gave it; 32-bit callers may mark it with
 *	IPC_64
 *
 * Return: the command; for an unknown one, a command that does nothing.
 */
const struct ipct_command *ipct_command(u8 call, u8 abi, u32 cmd)
{
	const struct ipct_command *commands = shm_commands;

	if (ipct_abi_is_32bit(abi))
		cmd &= ~IPCT_IPC_64;
	if (call == IPCTRACE_CALL_msgctl)
		commands = msg_commands;
	else if (call == IPCTRACE_CALL_semctl)
		commands = sem_commands;
	/* A known command has an object or a struct. */
	if (cmd >= NR_COMMANDS || (commands[cmd].object == IPCT_OBJECT_NONE &&
				   !commands[cmd].what))
		return &no_command;
	return &commands[cmd];
}

/**
 * ipct_command_struct() - the struct that a command reads or writes
 * @command: from ipct_command()
 * @abi: enum ipctrace_abi
 *
 * Return: its layout, NULL where the command has none.
 */
const struct ipct_struct *
ipct_command_struct(const struct ipct_command *command, u8 abi)
{
	return command->what == &semid && abi == IPCTRACE_ABI_ARM64 ?
	       &semid_arm64 : command->what;
}

/**
 * ipct_command_layout() - how a caller lays out the struct of a command
 * @abi: enum ipctrace_abi
 * @by_ipc: the call was made by ipc()
 * @cmd: its command, as the caller gave it
 *
 * Return: enum ipct_layout.
 */
u8 ipct_command_layout(u8 abi, bool by_ipc, u32 cmd)
{
	if (!ipct_abi_is_32bit(abi))
		return IPCT_LAYOUT_64;
	return ipct_ctl_is_old(abi, by_ipc, cmd) ? IPCT_LAYOUT_OLD :
						   IPCT_LAYOUT_32;
}

/**
 * ipct_ctl() - what a *ctl() command does with its last argument
 * @ctl: out: the use, the layout and the struct
 * @record: of one of the *ctl() calls
 * @cmd: the command, as the caller gave it
 */
void ipct_ctl(struct ipct_ctl *ctl, const struct ipctrace_call *record, u32 cmd)
{
	u8 call = record->header.call, abi = record->header.abi;
	const struct ipct_command *command = ipct_command(call, abi, cmd);
	const struct ipct_struct *what = ipct_command_struct(command, abi);

	ctl->use = command->use;
	ctl->members = what ? what->members : NULL;
	ctl->layout = ipct_command_layout(abi,
					  record->header.flags & IPCTRACE_F_IPC,
					  cmd);
}

/**
 * ipct_ctl_cmd() - command of a *ctl() call
 * @record: the call
 * @args: its arguments, from ipct_call_args()
 *
 * Return: the command as the caller gave it.
 */
u32 ipct_ctl_cmd(const struct ipctrace_call *record, const u64 *args)
{
	return args[ipct_ctl_cmd_arg(record->header.call)];
}

/**
 * ipct_user_word() - a number in user memory
 * @user: the memory; the number lies in it
 * @offset: where
 * @bytes: 2, 4 or 8
 * @is_signed: its sign is to be extended
 *
 * Return: the number.
 */
s64 ipct_user_word(const struct ipctrace_user *user, u32 offset, u32 bytes,
		   bool is_signed)
{
	const u8 *from = (const u8 *)(user + 1) + offset;
	union {
		u64 all;
		s64 all_signed;
		u32 half;
		s32 half_signed;
		u16 quarter;
		__s16 quarter_signed;
	} word = { 0 };

	memcpy(&word, from, bytes);
	if (!is_signed || bytes == 8)
		return word.all_signed;
	return bytes == 4 ? word.half_signed : word.quarter_signed;
}

/**
 * ipct_member_value() - a member of a struct in user memory
 * @user: what was read of the struct
 * @member: one of its layout
 * @layout: enum ipct_layout
 * @value: out: its value, sign-extended for IPCT_FORMAT_SIGNED
 *
 * Return: false when it is not in what was read.
 */
bool ipct_member_value(const struct ipctrace_user *user,
		       const struct ipct_member *member, u8 layout,
		       u64 *value)
{
	u8 offset = member->at[layout].offset;
	u8 bytes = member->at[layout].bytes;

	if (offset + bytes > user->bytes)
		return false;
	*value = ipct_user_word(user, offset, bytes,
				member->format == IPCT_FORMAT_SIGNED ||
				member->format == IPCT_FORMAT_KEY);
	return true;
}

/**
 * ipct_user_in() - memory that the kernel read
 * @record: the call
 * @arg: the argument that leads to it
 *
 * Return: as it was when the call began, or ended where it was not resident
 * before; NULL when it could not be read.
 */
const struct ipctrace_user *ipct_user_in(const struct ipctrace_call *record,
					 u8 arg)
{
	return ipct_part_user(record, arg, IPCTRACE_USER_ENTRY) ?:
	       ipct_part_user(record, arg, IPCTRACE_USER_RETURN);
}

/**
 * ipct_user_out() - memory that the kernel wrote
 * @record: the call
 * @arg: the argument that leads to it
 *
 * Return: the memory; NULL when the call failed or it could not be read.
 */
const struct ipctrace_user *ipct_user_out(const struct ipctrace_call *record,
					  u8 arg)
{
	if (record->header.type != IPCTRACE_TYPE_CALL ||
	    (record->ret < 0 && record->ret >= -4095))
		return NULL;
	return ipct_part_user(record, arg, IPCTRACE_USER_RETURN);
}

/**
 * ipct_mtype_bytes() - size of the type at the start of a message
 * @record: the call
 */
u32 ipct_mtype_bytes(const struct ipctrace_call *record)
{
	return ipct_abi_is_32bit(record->header.abi) ? 4 : 8;
}

/**
 * ipct_user_message() - message of msgsnd() or msgrcv()
 * @record: the call
 *
 * Return: the memory, in which at least the type lies, or NULL.
 */
const struct ipctrace_user *ipct_user_message(const struct ipctrace_call *record)
{
	const struct ipctrace_user *user =
		record->header.call == IPCTRACE_CALL_msgrcv ?
		ipct_user_out(record, 1) : ipct_user_in(record, 1);

	return user && user->bytes >= ipct_mtype_bytes(record) ? user : NULL;
}

/**
 * ipct_user_sops() - number of semaphore operations in memory
 * @user: the memory
 *
 * Return: at most IPCTRACE_MAX_SOPS
 */
u32 ipct_user_sops(const struct ipctrace_user *user)
{
	return min_t(u32, user->bytes / IPCT_SEMBUF_BYTES, IPCTRACE_MAX_SOPS);
}

/**
 * ipct_user_timeout() - timeout of semtimedop()
 * @record: the call
 * @tv_sec: out: seconds
 * @tv_nsec: out: nanoseconds
 *
 * Return: false when there is none, or it could not be read.
 */
bool ipct_user_timeout(const struct ipctrace_call *record, s64 *tv_sec,
		       s64 *tv_nsec)
{
	const struct ipctrace_user *user = ipct_user_in(record, 3);
	u32 bytes;

	if (!user || user->bytes < 8)
		return false;
	bytes = user->bytes < 16 ? 4 : 8;
	*tv_sec = ipct_user_word(user, 0, bytes, true);
	*tv_nsec = ipct_user_word(user, bytes, bytes, true);
	return true;
}

/**
 * ipct_part_find() - first part of a type
 * @record: as long as its header says
 * @type: enum ipctrace_part_type
 * @bytes: the least that it must have; shorter parts are damaged, and not found
 *
 * Return: the part, or NULL.
 */
const void *ipct_part_find(const struct ipctrace_call *record, u16 type,
			   u32 bytes)
{
	const struct ipctrace_part *part = NULL;

	while ((part = ipct_part_next(record, part)))
		if (part->type == type && part->len >= bytes)
			return part;
	return NULL;
}

/**
 * ipct_object_ns() - which IPC namespace the object of a record is in
 * @record: as long as its header says
 *
 * That is the caller's, except for shmdt(): an attachment survives setns().
 *
 * Return: inode number of the namespace.
 */
u32 ipct_object_ns(const struct ipctrace_call *record)
{
	const struct ipctrace_segment *segment =
		record->header.call != IPCTRACE_CALL_shmdt ? NULL :
		ipct_part_find(record, IPCTRACE_PART_SEGMENT, sizeof(*segment));

	return segment && segment->ipc_ns ? segment->ipc_ns : record->ipc_ns;
}

/**
 * ipct_origin() - where the caller of a record comes from
 * @record: as long as its header says
 *
 * Return: that, with its ancestors and its path whole, or NULL.
 */
const struct ipctrace_origin *ipct_origin(const struct ipctrace_call *record)
{
	const struct ipctrace_origin *origin =
		ipct_part_find(record, IPCTRACE_PART_ORIGIN, sizeof(*origin));

	if (!origin || origin->nr_ancestors > IPCTRACE_MAX_ANCESTORS ||
	    origin->exe_bytes > IPCTRACE_MAX_EXE ||
	    sizeof(*origin) + origin->exe_bytes +
	    origin->nr_ancestors * sizeof(struct ipctrace_ancestor) >
	    origin->part.len)
		return NULL;
	return origin;
}

/**
 * ipct_ctl_user() - the memory that a command reads or writes
 * @ctl: from ipct_ctl()
 * @call: what ipct_ctl() was asked about
 * @n: which argument leads there
 *
 * Return: the memory as the kernel read or wrote it; NULL where there is none, or the
 * record does not have it.
 */
const struct ipctrace_user *ipct_ctl_user(const struct ipct_ctl *ctl,
					  const struct ipctrace_call *call, u8 n)
{
	if (ctl->use == IPCT_USE_SET || ctl->use == IPCT_USE_SETALL)
		return ipct_user_in(call, n);
	if (ctl->use == IPCT_USE_GET || ctl->use == IPCT_USE_GETALL)
		return ipct_user_out(call, n);
	return NULL;
}
