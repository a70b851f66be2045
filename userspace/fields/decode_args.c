// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: decode_args
 *
 * Arguments as values. What a pointer leads to has the pointer's name; if it was not
 * read the pointer is a number.
 */
#include "fields/decode_args.h"
#include "fields/values.h"
#include "shared/layouts.h"
#include "shared/syscalls.h"

/* Bytes in hex, in the memory of @d */
static const char *hex(struct decoded *d, const u8 *bytes, u32 len)
{
	char *text = d->text + d->text_used;
	u32 i;

	if (sizeof(d->text) - d->text_used < 2 * len + 1)
		return "";
	for (i = 0; i < len; i++) {
		text[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		text[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	text[2 * len] = '\0';
	d->text_used += 2 * len + 1;
	return text;
}

static bool add_message(struct decoded *d, const char *name,
			const struct ipctrace_call *call)
{
	const struct ipctrace_user *user = ipct_user_message(call);
	u32 bytes = ipct_mtype_bytes(call);
	u32 payload;

	if (!user)
		return false;
	add(d, name, VALUE_OPEN, 0);
	add_signed(d, "mtype", ipct_user_word(user, 0, bytes, true));
	payload = user->bytes - bytes;
	if (payload > IPCTRACE_MAX_PAYLOAD)
		payload = IPCTRACE_MAX_PAYLOAD;
	if (payload)
		add_string(d, "mtext", hex(d, (const u8 *)(user + 1) + bytes,
					   payload));
	add(d, NULL, VALUE_CLOSE, 0);
	return true;
}

static bool add_sops(struct decoded *d, const char *name,
		     const struct ipctrace_call *call, u32 count)
{
	const struct ipctrace_user *user = ipct_user_in(call, 1);
	u32 i, nr = user ? ipct_user_sops(user) : 0;

	if (!nr)
		return false;
	add(d, name, VALUE_LIST, 0);
	for (i = 0; i < nr && i < count; i++) {
		u32 at = i * IPCT_SEMBUF_BYTES;

		add(d, NULL, VALUE_OPEN, 0);
		add_unsigned(d, "sem_num", ipct_user_word(user, at, 2, false));
		add_signed(d, "sem_op", ipct_user_word(user, at + 2, 2, true));
		add_signed(d, "sem_flg", ipct_user_word(user, at + 4, 2, true));
		add(d, NULL, VALUE_CLOSE, 0);
	}
	add(d, NULL, VALUE_END, 0);
	return true;
}

static bool add_timeout(struct decoded *d, const char *name,
			const struct ipctrace_call *call, u64 address)
{
	s64 tv_sec, tv_nsec;

	if (!address) {
		add_null(d, name);
		return true;
	}
	if (!ipct_user_timeout(call, &tv_sec, &tv_nsec))
		return false;
	add(d, name, VALUE_OPEN, 0);
	add_signed(d, "tv_sec", tv_sec);
	add_signed(d, "tv_nsec", tv_nsec);
	add(d, NULL, VALUE_CLOSE, 0);
	return true;
}

static void add_member(struct decoded *d, const struct ipct_member *member,
		       u64 value)
{
	bool is_signed = member->format == IPCT_FORMAT_SIGNED ||
			 member->format == IPCT_FORMAT_KEY;

	add(d, member->name, is_signed ? VALUE_SIGNED : VALUE_UNSIGNED, value);
}

static void add_struct(struct decoded *d, const char *name,
		       const struct ipctrace_user *user,
		       const struct ipct_ctl *ctl)
{
	const struct ipct_member *member;
	const char *group = NULL;
	u64 value;

	add(d, name, VALUE_OPEN, 0);
	for (member = ctl->members; member->name; member++) {
		if ((ctl->use == IPCT_USE_SET &&
		     !(member->flags & IPCT_MEMBER_SET)) ||
		    !ipct_member_value(user, member, ctl->layout, &value))
			continue;
		if (group && group != member->group)
			add(d, NULL, VALUE_CLOSE, 0);
		if (member->group && group != member->group)
			add(d, member->group, VALUE_OPEN, 0);
		add_member(d, member, value);
		group = member->group;
	}
	if (group)
		add(d, NULL, VALUE_CLOSE, 0);
	add(d, NULL, VALUE_CLOSE, 0);
}

static void add_numbers(struct decoded *d, const char *name,
			const struct ipctrace_user *user, bool is_signed)
{
	u32 i, nr = user ? user->bytes / 2 : 0;

	add(d, name, VALUE_LIST, 0);
	for (i = 0; i < nr && i < IPCTRACE_MAX_VALUES; i++)
		add_signed(d, NULL, ipct_user_word(user, 2 * i, 2, is_signed));
	add(d, NULL, VALUE_END, 0);
}

/* semctl()'s fourth argument is a union: a group with the member in use */
static bool add_ctl(struct decoded *d, const char *name, u8 n,
		    const struct ipctrace_call *call, const u64 *args)
{
	bool is_union = call->header.call == IPCTRACE_CALL_semctl;
	const struct ipctrace_user *user;
	struct ipct_ctl ctl;

	ipct_ctl(&ctl, call, ipct_ctl_cmd(call, args));
	user = ipct_ctl_user(&ctl, call, n);
	if (!user && ctl.use != IPCT_USE_VALUE)
		return false;
	if (is_union)
		add(d, name, VALUE_OPEN, 0);
	if (ctl.use == IPCT_USE_VALUE)
		add_signed(d, "val", (s32)args[n]);
	else if (ctl.members)
		add_struct(d, is_union ? "buf" : name, user, &ctl);
	else
		add_numbers(d, "array", user, false);
	if (is_union)
		add(d, NULL, VALUE_CLOSE, 0);
	return true;
}

/* What an argument leads to; false when it is only a number. */
static bool add_followed(struct decoded *d, const struct ipctrace_call *call,
			 const u64 *args, u8 n)
{
	const struct ipct_arg *arg = &ipct_syscalls[call->header.call].args[n];

	switch ((enum ipct_kind)arg->kind) {
	case IPCT_MSGP:
		return add_message(d, arg->name, call);
	case IPCT_SOPS:
		return add_sops(d, arg->name, call, args[n + 1]);
	case IPCT_TIMEOUT:
		return add_timeout(d, arg->name, call, args[n]);
	case IPCT_CTLBUF:
	case IPCT_SEMUN:
		return add_ctl(d, arg->name, n, call, args);
	case IPCT_KEY:
	case IPCT_ID:
	case IPCT_INT:
	case IPCT_COUNT:
	case IPCT_SIZE:
	case IPCT_ADDR:
	case IPCT_MTYPE:
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
	return false;
}

static bool is_cmd(u8 kind)
{
	return kind == IPCT_MSGCMD || kind == IPCT_SEMCMD ||
	       kind == IPCT_SHMCMD;
}

/**
 * decode_args() - the group "args"
 * @d: out: the values
 * @call: the call; header.call is a row
 * @args: its arguments, from ipct_call_args()
 * @unknown: what that returned: arguments that are null
 */
void decode_args(struct decoded *d, const struct ipctrace_call *call,
		 const u64 *args, u32 unknown)
{
	const struct ipct_syscall *row = &ipct_syscalls[call->header.call];
	u64 value;
	u8 i;

	add(d, "args", VALUE_OPEN, 0);
	for (i = 0; i < row->nr_args; i++) {
		const struct ipct_arg *arg = &row->args[i];

		if (unknown & 1U << i) {
			add_null(d, arg->name);
			continue;
		}
		if (add_followed(d, call, args, i))
			continue;
		value = ipct_arg_value(arg->kind, args[i], call->header.abi);
		if (is_cmd(arg->kind))
			value &= ~(u64)IPCT_IPC_64;
		add(d, arg->name,
		    ipct_kind_is_signed(arg->kind) ? VALUE_SIGNED :
						     VALUE_UNSIGNED, value);
	}
	add(d, NULL, VALUE_CLOSE, 0);
}

/**
 * decode_ipc_64() - "ipc_64" where the command had that bit
 * @d: out: the values
 * @call: the call; header.call is a row
 * @args: its arguments
 */
void decode_ipc_64(struct decoded *d, const struct ipctrace_call *call,
		   const u64 *args)
{
	if (ipct_syscalls[call->header.call].object == IPCT_OBJECT_CTL &&
	    ipct_ctl_cmd(call, args) & IPCT_IPC_64)
		add(d, "ipc_64", VALUE_BOOL, 1);
}

/**
 * decode_unread() - "unread": names of arguments that could not be followed
 * @d: out: the values
 * @call: the call; header.call is a row
 * @unknown: arguments that are not known themselves
 */
void decode_unread(struct decoded *d, const struct ipctrace_call *call,
		   u32 unknown)
{
	const struct ipct_syscall *row = &ipct_syscalls[call->header.call];
	bool any = false;
	u8 i;

	for (i = 0; i < row->nr_args; i++) {
		if (!(unknown & 1U << i) &&
		    (!ipct_part_user(call, i, IPCTRACE_USER_UNREAD) ||
		     ipct_user_in(call, i)))
			continue;
		if (!any)
			add(d, "unread", VALUE_LIST, 0);
		any = true;
		add_string(d, NULL, row->args[i].name);
	}
	if (any)
		add(d, NULL, VALUE_END, 0);
}

/**
 * decode_adjust() - "adjust": what SEM_UNDO adds to each semaphore
 * @d: out: the values
 * @event: the record
 */
void decode_adjust(struct decoded *d, const struct ipctrace_call *event)
{
	add_numbers(d, "adjust",
		    ipct_part_user(event, IPCTRACE_USER_UNDO,
				   IPCTRACE_USER_ENTRY | IPCTRACE_USER_RETURN), true);
}
