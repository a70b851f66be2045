/* SPDX-License-Identifier: GPL-2.0 */
/* What the memory behind an argument means; see layouts.c. */
#ifndef _IPCT_LAYOUTS_H
#define _IPCT_LAYOUTS_H

#include <ipctrace/ipctrace.h>

#include "portable.h"
#include "syscalls.h"

/**
 * enum ipct_layout - how a caller lays out the structs of the *ctl() calls
 * @IPCT_LAYOUT_64: 64-bit programs and x32
 * @IPCT_LAYOUT_32: other 32-bit programs
 * @IPCT_LAYOUT_OLD: 32-bit programs that ask without IPC_64, see
 *	ipct_ctl_is_old()
 */
enum ipct_layout {
	IPCT_LAYOUT_64,
	IPCT_LAYOUT_32,
	IPCT_LAYOUT_OLD,
	__IPCT_LAYOUT_MAX,
};

/**
 * enum ipct_format - how a member of a struct is written
 * @IPCT_FORMAT_UNSIGNED: number
 * @IPCT_FORMAT_SIGNED: number
 * @IPCT_FORMAT_OWNER: user or group; all ones is -1
 * @IPCT_FORMAT_MODE: permissions
 * @IPCT_FORMAT_KEY: key; signed, but as lines of text have it
 */
enum ipct_format {
	IPCT_FORMAT_UNSIGNED,
	IPCT_FORMAT_SIGNED,
	IPCT_FORMAT_OWNER,
	IPCT_FORMAT_MODE,
	IPCT_FORMAT_KEY,
};

/* struct ipct_member.flags */
#define IPCT_MEMBER_SET		0x01	/* IPC_SET takes it from the caller */
#define IPCT_MEMBER_DATA	0x02	/* not in lines of text: strace lacks it */

/**
 * struct ipct_member - member of a struct
 * @group: struct inside the struct that it belongs to, or NULL
 * @name: its name in the manual page; NULL after the last member
 * @format: enum ipct_format
 * @flags: IPCT_MEMBER_*
 * @at: where it is and its size, by enum ipct_layout
 */
struct ipct_member {
	const char *group;
	const char *name;
	u8 format;
	u8 flags;
	struct {
		u8 offset;
		u8 bytes;
	} at[__IPCT_LAYOUT_MAX];
};

/**
 * struct ipct_struct - a struct that a *ctl() command reads or writes
 * @members: its members
 * @bytes: its size, by enum ipct_layout
 */
struct ipct_struct {
	const struct ipct_member *members;
	u8 bytes[__IPCT_LAYOUT_MAX];
};

/**
 * enum ipct_use - what a *ctl() command does with its last argument
 * @IPCT_USE_NONE: nothing
 * @IPCT_USE_VALUE: semctl() takes it as a number
 * @IPCT_USE_SET: reads a struct
 * @IPCT_USE_GET: writes a struct
 * @IPCT_USE_SETALL: reads an array
 * @IPCT_USE_GETALL: writes an array
 */
enum ipct_use {
	IPCT_USE_NONE,
	IPCT_USE_VALUE,
	IPCT_USE_SET,
	IPCT_USE_GET,
	IPCT_USE_SETALL,
	IPCT_USE_GETALL,
};

/**
 * enum ipct_need - who may do a *ctl() command
 * @IPCT_NEED_NOTHING: anybody
 * @IPCT_NEED_READ: who may read the object, by its mode
 * @IPCT_NEED_WRITE: who may write it
 * @IPCT_NEED_OWN: its owner or creator, or anybody with CAP_SYS_ADMIN
 * @IPCT_NEED_LOCK: its owner or creator, or anybody with CAP_IPC_LOCK
 */
enum ipct_need {
	IPCT_NEED_NOTHING,
	IPCT_NEED_READ,
	IPCT_NEED_WRITE,
	IPCT_NEED_OWN,
	IPCT_NEED_LOCK,
};

/**
 * struct ipct_command - a *ctl() command
 * @use: enum ipct_use
 * @object: enum ipct_object_source: where it has its object's id
 * @need: enum ipct_need
 * @what: the struct, of every ABI but arm64's: see ipct_command_struct()
 */
struct ipct_command {
	u8 use;
	u8 object;
	u8 need;
	const struct ipct_struct *what;
};

/**
 * struct ipct_ctl - a *ctl() command and the struct of a call
 * @use: enum ipct_use
 * @layout: enum ipct_layout, where there is a struct
 * @members: the struct's
 */
struct ipct_ctl {
	u8 use;
	u8 layout;
	const struct ipct_member *members;
};

/* struct sembuf, the same everywhere: sem_num, sem_op, sem_flg, 2 bytes each */
#define IPCT_SEMBUF_BYTES	6

extern const struct ipct_constant ipct_sem_flags[];

/**
 * ipct_ctl_buf_arg() - the argument of a *ctl() call that its command uses
 * @call: enum ipctrace_call_id
 *
 * Return: which argument, the last.
 */
static __always_inline u8 ipct_ctl_buf_arg(u8 call)
{
	return ipct_syscalls[call].nr_args - 1;
}

/**
 * ipct_origin_ancestors() - the ancestors of a caller, its parent first
 * @origin: from ipct_origin()
 *
 * Return: origin->nr_ancestors of them.
 */
static inline const struct ipctrace_ancestor *
ipct_origin_ancestors(const struct ipctrace_origin *origin)
{
	return (const void *)(origin + 1);
}

/**
 * ipct_origin_exe() - the path of a caller's program
 * @origin: from ipct_origin()
 *
 * Return: origin->exe_bytes of it, any bytes, not terminated.
 */
static inline const char *ipct_origin_exe(const struct ipctrace_origin *origin)
{
	return (const char *)(ipct_origin_ancestors(origin) +
			      origin->nr_ancestors);
}

/**
 * ipct_ctl_cmd_arg() - the argument of a *ctl() call that is its command
 * @call: enum ipctrace_call_id
 *
 * Return: which argument, the one before the last.
 */
static __always_inline u8 ipct_ctl_cmd_arg(u8 call)
{
	return ipct_syscalls[call].nr_args - 2;
}

const struct ipct_command *ipct_command(u8 call, u8 abi, u32 cmd);
const struct ipct_struct *
ipct_command_struct(const struct ipct_command *command, u8 abi);
u8 ipct_command_layout(u8 abi, bool by_ipc, u32 cmd);
void ipct_ctl(struct ipct_ctl *ctl, const struct ipctrace_call *record,
	      u32 cmd);
u32 ipct_ctl_cmd(const struct ipctrace_call *record, const u64 *args);
bool ipct_member_value(const struct ipctrace_user *user,
		       const struct ipct_member *member, u8 layout,
		       u64 *value);
s64 ipct_user_word(const struct ipctrace_user *user, u32 offset, u32 bytes,
		   bool is_signed);
const struct ipctrace_user *ipct_user_in(const struct ipctrace_call *record,
					 u8 arg);
const struct ipctrace_user *ipct_user_out(const struct ipctrace_call *record,
					  u8 arg);
const struct ipctrace_user *ipct_user_message(const struct ipctrace_call *record);
u32 ipct_user_sops(const struct ipctrace_user *user);
bool ipct_user_timeout(const struct ipctrace_call *record, s64 *tv_sec,
		       s64 *tv_nsec);
u32 ipct_mtype_bytes(const struct ipctrace_call *record);
const void *ipct_part_find(const struct ipctrace_call *record, u16 type,
			   u32 bytes);
u32 ipct_object_ns(const struct ipctrace_call *record);
const struct ipctrace_origin *ipct_origin(const struct ipctrace_call *record);

const struct ipctrace_user *ipct_ctl_user(const struct ipct_ctl *ctl,
					  const struct ipctrace_call *call, u8 n);

#endif /* _IPCT_LAYOUTS_H */
