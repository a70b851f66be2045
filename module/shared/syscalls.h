/* SPDX-License-Identifier: GPL-2.0 */
/* The rows of syscalls.def as a table, and the names of constants. */
#ifndef _IPCT_SYSCALLS_H
#define _IPCT_SYSCALLS_H

#include <ipctrace/ipctrace.h>

#include "portable.h"

/**
 * enum ipct_kind - what an argument means, and so how it is printed
 * @IPCT_KEY: key_t, IPC_PRIVATE by name
 * @IPCT_ID: identifier of an object
 * @IPCT_INT: int
 * @IPCT_COUNT: unsigned int
 * @IPCT_SIZE: size_t
 * @IPCT_ADDR: address that nothing is read from
 * @IPCT_MSGP: message: type, then bytes
 * @IPCT_SOPS: array of struct sembuf
 * @IPCT_TIMEOUT: struct timespec, may be NULL
 * @IPCT_CTLBUF: msgctl() or shmctl() buffer, by command
 * @IPCT_SEMUN: semctl()'s fourth argument, by command a value or a pointer
 * @IPCT_MTYPE: long
 * @IPCT_GETFLG: msgget() and semget() flags with a mode
 * @IPCT_SHMGETFLG: shmget() flags with a mode and a size of huge pages
 * @IPCT_MSGFLG: msgsnd() and msgrcv() flags
 * @IPCT_SHMATFLG: shmat() flags
 * @IPCT_MSGCMD: msgctl() command
 * @IPCT_SEMCMD: semctl() command
 * @IPCT_SHMCMD: shmctl() command
 */
enum ipct_kind {
	IPCT_KEY,
	IPCT_ID,
	IPCT_INT,
	IPCT_COUNT,
	IPCT_SIZE,
	IPCT_ADDR,
	IPCT_MSGP,
	IPCT_SOPS,
	IPCT_TIMEOUT,
	IPCT_CTLBUF,
	IPCT_SEMUN,
	IPCT_MTYPE,
	IPCT_GETFLG,
	IPCT_SHMGETFLG,
	IPCT_MSGFLG,
	IPCT_SHMATFLG,
	IPCT_MSGCMD,
	IPCT_SEMCMD,
	IPCT_SHMCMD,
	__IPCT_KIND_MAX,
};

#define IPCT_KIND_MAX	(__IPCT_KIND_MAX - 1)

/**
 * enum ipct_object_source - where a call has the id of its object
 * @IPCT_OBJECT_NONE: nowhere
 * @IPCT_OBJECT_ARG0: in its first argument
 * @IPCT_OBJECT_RET: in its return value
 * @IPCT_OBJECT_MAP: behind the segment that is mapped at its first argument
 * @IPCT_OBJECT_CTL: by command in its first argument, return value, or nowhere
 */
enum ipct_object_source {
	IPCT_OBJECT_NONE,
	IPCT_OBJECT_ARG0,
	IPCT_OBJECT_RET,
	IPCT_OBJECT_CTL,
	IPCT_OBJECT_MAP,
};

/**
 * enum ipct_follow - what of a call is more than its registers
 * @IPCT_FOLLOW_NOTHING: nothing
 * @IPCT_FOLLOW_MAKE: whether it made its object or found it
 * @IPCT_FOLLOW_SEND: the message's type, and its beginning if asked for
 * @IPCT_FOLLOW_RECEIVE: likewise of the message received
 * @IPCT_FOLLOW_SOPS: semaphore operations and timeout
 * @IPCT_FOLLOW_CTL: by command, see ipct_command()
 * @IPCT_FOLLOW_ATTACH: the segment
 * @IPCT_FOLLOW_DETACH: the segment
 */
enum ipct_follow {
	IPCT_FOLLOW_NOTHING,
	IPCT_FOLLOW_MAKE,
	IPCT_FOLLOW_SEND,
	IPCT_FOLLOW_RECEIVE,
	IPCT_FOLLOW_SOPS,
	IPCT_FOLLOW_CTL,
	IPCT_FOLLOW_ATTACH,
	IPCT_FOLLOW_DETACH,
	__IPCT_FOLLOW_MAX,
};

/*
 * What handlers take for granted of a call that is followed in such a way: where its
 * object is, and the kinds of its first arguments. NOTHING goes with any.
 */
#define IPCT_FOLLOW_NOTHING_OBJECT	IPCT_OBJECT_NONE
#define IPCT_FOLLOW_MAKE_OBJECT		IPCT_OBJECT_RET
#define IPCT_FOLLOW_SEND_OBJECT		IPCT_OBJECT_ARG0
#define IPCT_FOLLOW_RECEIVE_OBJECT	IPCT_OBJECT_ARG0
#define IPCT_FOLLOW_SOPS_OBJECT		IPCT_OBJECT_ARG0
#define IPCT_FOLLOW_CTL_OBJECT		IPCT_OBJECT_CTL
#define IPCT_FOLLOW_ATTACH_OBJECT	IPCT_OBJECT_ARG0
#define IPCT_FOLLOW_DETACH_OBJECT	IPCT_OBJECT_MAP

#define IPCT_FOLLOW_NOTHING_ARGS(a, ...)	1
#define IPCT_FOLLOW_MAKE_ARGS(a, ...)		((a) == IPCT_KEY)
#define IPCT_FOLLOW_SEND_ARGS(a, b, c, ...) \
	((a) == IPCT_ID && (b) == IPCT_MSGP && (c) == IPCT_SIZE)
#define IPCT_FOLLOW_RECEIVE_ARGS(a, b, c, ...) \
	((a) == IPCT_ID && (b) == IPCT_MSGP && (c) == IPCT_SIZE)
#define IPCT_FOLLOW_SOPS_ARGS(a, b, c, d, ...) \
	((a) == IPCT_ID && (b) == IPCT_SOPS && (c) == IPCT_COUNT && \
	 ((d) == IPCT_TIMEOUT || (d) == __IPCT_KIND_MAX))
#define IPCT_FOLLOW_CTL_ARGS(a, ...)		((a) == IPCT_ID)
#define IPCT_FOLLOW_ATTACH_ARGS(a, b, ...) \
	((a) == IPCT_ID && (b) == IPCT_ADDR)
#define IPCT_FOLLOW_DETACH_ARGS(a, ...)		((a) == IPCT_ADDR)

/**
 * enum ipct_place - arguments of ipc(), in their order
 * @IPCT_PLACE_CALL: number of the call, a version in the upper half
 * @IPCT_PLACE_FIRST: first
 * @IPCT_PLACE_SECOND: second
 * @IPCT_PLACE_THIRD: third
 * @IPCT_PLACE_PTR: ptr
 * @IPCT_PLACE_FIFTH: fifth
 */
enum ipct_place {
	IPCT_PLACE_CALL,
	IPCT_PLACE_FIRST,
	IPCT_PLACE_SECOND,
	IPCT_PLACE_THIRD,
	IPCT_PLACE_PTR,
	IPCT_PLACE_FIFTH,
};

/* linux/ipc.h: libc asks with it for the current layout of structs */
#define IPCT_IPC_64		0x0100
#define IPCT_IPC_NUMBER_MASK	0xffff	/* of ipc()'s call; the rest: version */
#define IPCT_IPC_VERSION_SHIFT	16

/**
 * struct ipct_arg - an argument
 * @name: its name in the manual page
 * @kind: enum ipct_kind
 * @place: enum ipct_place
 */
struct ipct_arg {
	const char *name;
	u8 kind;
	u8 place;
};

/**
 * struct ipct_syscall - a row of syscalls.def
 * @name: the call's name
 * @family: enum ipctrace_family
 * @object: enum ipct_object_source
 * @follow: enum ipct_follow
 * @blocks: may sleep without bound
 * @number: its number in ipc(), 0 for ipc() itself
 * @nr_args: arguments that it has
 * @args: @nr_args of them, in the order of the manual page
 */
struct ipct_syscall {
	const char *name;
	u8 family;
	u8 object;
	u8 follow;
	bool blocks;
	u8 number;
	u8 nr_args;
	struct ipct_arg args[IPCTRACE_NR_ARGS];
};

/**
 * struct ipct_constant - a value with a name
 * @value: a flag, or one of a set of values
 * @name: its name in the manual page, NULL at the end of a list
 */
struct ipct_constant {
	u64 value;
	const char *name;
};

extern const struct ipct_syscall ipct_syscalls[IPCTRACE_NR_CALLS];
extern const char *const ipct_family_names[__IPCTRACE_FAMILY_MAX];
extern const char *const ipct_abi_names[__IPCTRACE_ABI_MAX];
extern const char *const ipct_type_names[__IPCTRACE_TYPE_MAX];
extern const char *const ipct_gap_names[__IPCTRACE_GAP_MAX];
extern const char *const ipct_right_names[__IPCTRACE_RIGHT_MAX];

/* Family of a record; IPCTRACE_ANY if it is not known. */
static inline u8 ipct_family_of(u8 flags)
{
	u8 family = IPCTRACE_FAMILY_OF(flags);

	return family < __IPCTRACE_FAMILY_MAX ? family : IPCTRACE_ANY;
}

/**
 * enum ipct_type_kind - what the records of a type are like
 * @IPCT_TYPE_OTHER: not known, or not shown
 * @IPCT_TYPE_CALL: struct ipctrace_call, of a call
 * @IPCT_TYPE_EVENT: struct ipctrace_call, without a call
 * @IPCT_TYPE_GAP: likewise, of the recorder
 * @IPCT_TYPE_LOST: struct ipctrace_lost
 */
enum ipct_type_kind {
	IPCT_TYPE_OTHER,
	IPCT_TYPE_CALL,
	IPCT_TYPE_EVENT,
	IPCT_TYPE_GAP,
	IPCT_TYPE_LOST,
};

/**
 * ipct_type_kind() - what the records of a type are like
 * @type: enum ipctrace_type, or another
 */
static inline enum ipct_type_kind ipct_type_kind(u8 type)
{
	static const u8 kinds[] = {
		[IPCTRACE_TYPE_PAD] = IPCT_TYPE_OTHER,
		[IPCTRACE_TYPE_CALL] = IPCT_TYPE_CALL,
		[IPCTRACE_TYPE_MISSED] = IPCT_TYPE_CALL,
		[IPCTRACE_TYPE_LOST] = IPCT_TYPE_LOST,
		[IPCTRACE_TYPE_ENTER] = IPCT_TYPE_CALL,
		[IPCTRACE_TYPE_UNDO] = IPCT_TYPE_EVENT,
		[IPCTRACE_TYPE_ATTACH] = IPCT_TYPE_EVENT,
		[IPCTRACE_TYPE_DETACH] = IPCT_TYPE_EVENT,
		[IPCTRACE_TYPE_DESTROY] = IPCT_TYPE_EVENT,
		[IPCTRACE_TYPE_DIED] = IPCT_TYPE_CALL,
		[IPCTRACE_TYPE_GAP] = IPCT_TYPE_GAP,
	};

	static_assert(ARRAY_SIZE(kinds) == __IPCTRACE_TYPE_MAX);
	return type < ARRAY_SIZE(kinds) ? kinds[type] : IPCT_TYPE_OTHER;
}

/**
 * ipct_type_min_bytes() - the least that a record of a type has
 * @type: enum ipctrace_type, or another
 */
static inline u32 ipct_type_min_bytes(u8 type)
{
	switch (ipct_type_kind(type)) {
	case IPCT_TYPE_CALL:
	case IPCT_TYPE_EVENT:
	case IPCT_TYPE_GAP:
		return sizeof(struct ipctrace_call);
	case IPCT_TYPE_LOST:
		return sizeof(struct ipctrace_lost);
	case IPCT_TYPE_OTHER:
		break;
	}
	return sizeof(struct ipctrace_header);
}

/**
 * ipct_abi_is_32bit() - are pointers and longs of an ABI in registers of 32 bits?
 * @abi: enum ipctrace_abi
 *
 * Not those of x32: its longs are passed as the kernel's, and as wide.
 */
static __always_inline bool ipct_abi_is_32bit(u8 abi)
{
	return abi == IPCTRACE_ABI_I386 || abi == IPCTRACE_ABI_ARM;
}

/**
 * ipct_ctl_is_old() - is the struct of a *ctl() call an old one?
 * @abi: enum ipctrace_abi, of 32 bits
 * @by_ipc: the call was made by ipc()
 * @cmd: its command, as the caller gave it
 *
 * ipc() looks at IPC_64; on ARM all calls do.
 */
static inline bool ipct_ctl_is_old(u8 abi, bool by_ipc, u32 cmd)
{
	return (by_ipc || abi == IPCTRACE_ABI_ARM) && !(cmd & IPCT_IPC_64);
}

u64 ipct_arg_value(enum ipct_kind kind, u64 raw, u8 abi);
bool ipct_kind_is_signed(enum ipct_kind kind);
bool ipct_kind_is_followed(enum ipct_kind kind);
u8 ipct_ipc_call(u32 number);
u64 ipct_calls_named(const char *name, size_t len);
u64 ipct_calls_of_family(u8 family);
u32 ipct_call_args(const struct ipctrace_call *record, u64 *args);
const struct ipctrace_part *ipct_part_next(const struct ipctrace_call *record,
					   const struct ipctrace_part *part);
const struct ipctrace_user *ipct_part_user(const struct ipctrace_call *record,
					   u8 arg, u8 flags);
const struct ipct_constant *ipct_kind_constants(enum ipct_kind kind);
const char *ipct_constant_name(const struct ipct_constant *set, u64 value);
const char *ipct_errno_name(int error, const char **text);

#endif /* _IPCT_SYSCALLS_H */
