// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: toctou
 *
 * The kernel copies what an argument leads to once, at a moment between entry
 * and return. If the memory was not the same at both ends, or the kernel's
 * object shows that it read something else, somebody changed the memory
 * meanwhile. What is compared:
 *
 * - semop(), semtimedop(): each operation, at entry and at return.
 * - msgsnd(): the message's type, at entry and at return.
 * - msgrcv(): the type that was asked for, if any, and the type in memory at
 *   return: the kernel wrote the former.
 * - IPC_SET: owner, group, mode and msg_qbytes, both at entry and at return, and
 *   what the kernel read or, if that is not known, the object after the call.
 * - SETALL: each value, at entry and at return.
 *
 * Except for IPC_SET, a value that was changed and changed back between entry and
 * return is not seen, nor which of two values the kernel used. Memory that could be
 * read only once is not compared.
 */
#include <linux/ipc.h>
#include <linux/msg.h>

#include "layouts.h"
#include "toctou.h"

#define MODE_MASK	0777	/* the bits of a mode that IPC_SET takes */

static const char *const sembuf_members[] = { "sem_num", "sem_op", "sem_flg" };

/* The memory twice, or NULL when it was the same or not read twice. */
static const struct ipctrace_user *twice(const struct ipct_toctou *toctou,
					 u8 arg,
					 const struct ipctrace_user **after)
{
	const struct ipctrace_user *before =
		ipct_part_user(toctou->record, arg, IPCTRACE_USER_ENTRY);

	*after = ipct_part_user(toctou->record, arg, IPCTRACE_USER_RETURN);
	return before && *after && before != *after ? before : NULL;
}

/* Which of three numbers in turn have a sign */
#define SIGNS_NONE	0
#define SIGNS_ALL	7
#define SIGNS_SEMBUF	6	/* sem_num has none */

/* Take the next of @nr numbers, @bytes each, that differs. */
static bool next_number(struct ipct_toctou *toctou, u8 arg, u32 nr, u32 bytes,
			u8 signs)
{
	const struct ipctrace_user *after, *before = twice(toctou, arg, &after);
	u32 i, end;

	if (!before)
		return false;
	end = min_t(u32, before->bytes, after->bytes) / bytes;
	end = min_t(u32, end, nr);
	for (i = toctou->step; i < end; i++) {
		bool sign = signs >> i % 3 & 1;

		toctou->user = ipct_user_word(before, i * bytes, bytes, sign);
		toctou->kernel = ipct_user_word(after, i * bytes, bytes, sign);
		if (toctou->user == toctou->kernel)
			continue;
		toctou->step = i + 1;
		toctou->known = true;
		return true;
	}
	/* Captures of schema 3 keep a part of long memory, and a hash. */
	if (toctou->step || end == nr)
		return false;
	toctou->step = nr;
	toctou->known = false;
	return true;
}

static bool next_sop(struct ipct_toctou *toctou)
{
	u32 n;

	if (!next_number(toctou, 1, 3 * IPCTRACE_MAX_SOPS, 2, SIGNS_SEMBUF))
		return false;
	n = toctou->step - 1;
	toctou->index = toctou->known ? n / 3 : IPCT_TOCTOU_NO_INDEX;
	toctou->member = toctou->known ? sembuf_members[n % 3] : NULL;
	return true;
}

static bool next_mtype(struct ipct_toctou *toctou)
{
	toctou->member = "mtype";
	return next_number(toctou, 1, 1, ipct_mtype_bytes(toctou->record),
			   SIGNS_ALL);
}

static bool received_other(struct ipct_toctou *toctou)
{
	const struct ipctrace_user *user = ipct_user_message(toctou->record);
	u32 flags = toctou->args[4];

	if (toctou->step++ || !user || flags & (MSG_EXCEPT | MSG_COPY))
		return false;
	toctou->member = "mtype";
	toctou->known = true;
	toctou->user = ipct_user_word(user, 0,
				      ipct_mtype_bytes(toctou->record), true);
	toctou->kernel = ipct_arg_value(IPCT_MTYPE, toctou->args[3],
					toctou->record->header.abi);
	return toctou->kernel > 0 && toctou->user != toctou->kernel;
}

static bool next_value(struct ipct_toctou *toctou)
{
	if (!next_number(toctou, 3, IPCTRACE_MAX_VALUES, 2, SIGNS_NONE))
		return false;
	toctou->inner = "array";
	toctou->index = toctou->known ? toctou->step - 1 : IPCT_TOCTOU_NO_INDEX;
	return true;
}

/* What the kernel had for a member that IPC_SET takes. */
static bool kernel_value(const struct ipct_toctou *toctou,
			 const struct ipct_member *member, s64 *value)
{
	const struct ipctrace_set *set =
		ipct_part_find(toctou->record, IPCTRACE_PART_SET, sizeof(*set));
	bool known = set && set->valid & IPCTRACE_SET_KERNEL;

	/* A failed call left the object unchanged, which says nothing. */
	if (!set || (!known && (!(set->valid & IPCTRACE_SET_AFTER) ||
				toctou->record->ret < 0)))
		return false;
	switch (member->format) {
	case IPCT_FORMAT_OWNER:
		if (member->name[0] == 'u')
			*value = known ? set->kernel_uid : set->after_uid;
		else
			*value = known ? set->kernel_gid : set->after_gid;
		return true;
	case IPCT_FORMAT_MODE:
		*value = (known ? set->kernel_mode : set->after_mode) & MODE_MASK;
		return true;
	default:
		*value = set->after_qbytes;
		return set->valid & IPCTRACE_SET_QBYTES &&
		       toctou->record->ret >= 0;
	}
}

static bool member_differs(struct ipct_toctou *toctou, u8 flags,
			   const struct ipct_member *member, u8 arg)
{
	const struct ipctrace_user *user =
		ipct_part_user(toctou->record, arg, flags);
	u64 value;

	if (!user ||
	    !ipct_member_value(user, member, toctou->ctl.layout, &value))
		return false;
	if (member->format == IPCT_FORMAT_MODE)
		value &= MODE_MASK;
	toctou->user = value;
	return toctou->user != toctou->kernel;
}

static bool next_set(struct ipct_toctou *toctou, u8 arg)
{
	for (;;) {
		const struct ipct_member *member =
			&toctou->ctl.members[toctou->step];

		if (!member->name)
			return false;
		toctou->step++;
		if (!(member->flags & IPCT_MEMBER_SET) ||
		    !kernel_value(toctou, member, &toctou->kernel))
			continue;
		if (!member_differs(toctou, IPCTRACE_USER_ENTRY, member, arg) &&
		    !member_differs(toctou, IPCTRACE_USER_RETURN, member, arg))
			continue;
		toctou->known = true;
		toctou->inner = member->group;
		toctou->member = member->name;
		return true;
	}
}

/**
 * ipct_toctou_begin() - look for values that changed during a call
 * @toctou: out: where to look
 * @record: a call; header.call is a row
 * @args: its arguments, from ipct_call_args(); must outlive @toctou
 *
 * Return: false when there cannot be any: most calls.
 */
bool ipct_toctou_begin(struct ipct_toctou *toctou,
		       const struct ipctrace_call *record, const u64 *args)
{
	const struct ipct_syscall *row = &ipct_syscalls[record->header.call];
	u8 arg = 1;

	if (record->header.type != IPCTRACE_TYPE_CALL ||
	    record->header.len <= sizeof(*record))
		return false;
	switch ((enum ipct_follow)row->follow) {
	case IPCT_FOLLOW_SEND:
	case IPCT_FOLLOW_RECEIVE:
	case IPCT_FOLLOW_SOPS:
		break;
	case IPCT_FOLLOW_CTL:
		arg = ipct_ctl_buf_arg(record->header.call);
		ipct_ctl(&toctou->ctl, record, ipct_ctl_cmd(record, args));
		if (toctou->ctl.use != IPCT_USE_SET &&
		    toctou->ctl.use != IPCT_USE_SETALL)
			return false;
		break;
	case IPCT_FOLLOW_NOTHING:
	case IPCT_FOLLOW_MAKE:
	case IPCT_FOLLOW_ATTACH:
	case IPCT_FOLLOW_DETACH:
	case __IPCT_FOLLOW_MAX:
		return false;
	}
	toctou->record = record;
	toctou->args = args;
	toctou->step = 0;
	toctou->arg = row->args[arg].name;
	if (row->args[arg].kind == IPCT_SEMUN && toctou->ctl.use == IPCT_USE_SET)
		toctou->arg = "arg.buf";	/* union semun */
	return true;
}

/**
 * ipct_toctou_next() - next value that changed
 * @toctou: where to look; out: the value
 *
 * Return: false when there are no more.
 */
bool ipct_toctou_next(struct ipct_toctou *toctou)
{
	u8 call = toctou->record->header.call;

	toctou->inner = NULL;
	toctou->index = IPCT_TOCTOU_NO_INDEX;
	toctou->member = NULL;
	switch ((enum ipct_follow)ipct_syscalls[call].follow) {
	case IPCT_FOLLOW_SOPS:
		return next_sop(toctou);
	case IPCT_FOLLOW_SEND:
		return next_mtype(toctou);
	case IPCT_FOLLOW_RECEIVE:
		return received_other(toctou);
	case IPCT_FOLLOW_CTL:
		break;
	case IPCT_FOLLOW_NOTHING:
	case IPCT_FOLLOW_MAKE:
	case IPCT_FOLLOW_ATTACH:
	case IPCT_FOLLOW_DETACH:
	case __IPCT_FOLLOW_MAX:
		return false;
	}
	return toctou->ctl.use == IPCT_USE_SET ?
	       next_set(toctou, ipct_ctl_buf_arg(call)) :
	       next_value(toctou);
}
