// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: text_args
 *
 * Arguments in strace's spelling, with what pointers lead to if the record has
 * it. If not, the pointer is printed, as strace does.
 */
#include <linux/ipc.h>

#include "layouts.h"
#include "syscalls.h"
#include "text_args.h"
#include "text_put.h"

#define MODE_MASK	0777U

/* include/uapi/asm-generic/hugetlb_encode.h: a field of six bits, not flags */
#define HUGE_SHIFT	26
#define HUGE_MASK	0x3fU

/* Known flags by name, the rest of @value as a number if there is any. */
static bool put_flags(struct text *t, const struct ipct_constant *flag,
		      u32 value)
{
	bool any = false;

	for (; flag->name; flag++) {
		if (!(value & flag->value))
			continue;
		if (any)
			put_char(t, '|');
		put(t, flag->name);
		value &= ~(u32)flag->value;
		any = true;
	}
	if (value) {
		if (any)
			put_char(t, '|');
		put_hex(t, value);
	}
	return any || value;
}

/* Like put_flags(), for an argument that has nothing but flags. */
static void put_only_flags(struct text *t, const struct ipct_constant *flag,
			   const char *unknown, u32 value)
{
	u32 known = 0;

	if (!put_flags(t, flag, value))
		put_char(t, '0');
	for (; flag->name; flag++)
		known |= flag->value;
	if (value && !(value & known))
		put(t, unknown);
}

/* Flags of a *get() call: names, the size of huge pages, the mode. */
static void put_getflg(struct text *t, enum ipct_kind kind, u32 value)
{
	u32 flags = value & ~MODE_MASK;
	u32 huge = 0;
	bool any;

	if (kind == IPCT_SHMGETFLG) {
		huge = value >> HUGE_SHIFT & HUGE_MASK;
		flags &= ~(HUGE_MASK << HUGE_SHIFT);
	}
	any = put_flags(t, ipct_kind_constants(kind), flags);
	if (huge) {
		if (any)
			put_char(t, '|');
		any = true;
		put_unsigned(t, huge);
		put(t, "<<SHM_HUGE_SHIFT");
	}
	if (any)
		put_char(t, '|');
	put_char(t, '0');
	put_octal(t, value & MODE_MASK, 2);
}

static void put_cmd(struct text *t, enum ipct_kind kind, u32 value)
{
	static const char *const unknown[__IPCT_KIND_MAX] = {
		[IPCT_MSGCMD] = " /* MSG_??? */",
		[IPCT_SEMCMD] = " /* SEM_??? */",
		[IPCT_SHMCMD] = " /* SHM_??? */",
	};
	const char *name;

	/* A bit for the version, which 32-bit programs put into the command */
	if (value & IPCT_IPC_64) {
		put(t, "IPC_64|");
		value &= ~IPCT_IPC_64;
	}
	name = ipct_constant_name(ipct_kind_constants(kind), value);
	if (name) {
		put(t, name);
		return;
	}
	put_hex(t, value);
	put(t, unknown[kind]);
}

static void put_address(struct text *t, u64 address)
{
	if (address)
		put_hex(t, address);
	else
		put(t, "NULL");
}

/* ---- What pointers lead to ----------------------------------------------- */

static char escape_of(u8 c)
{
	static const char letters[] = "tnvfr";	/* from 9 on */

	if (c == '"' || c == '\\')
		return c;
	return c >= '\t' && c <= '\r' ? letters[c - '\t'] : 0;
}

/* Like strace: octal, as short as the next character permits. */
static void put_string(struct text *t, const u8 *bytes, u32 len)
{
	u32 i;

	put_char(t, '"');
	for (i = 0; i < len; i++) {
		char escape = escape_of(bytes[i]);
		bool digit = i + 1 < len && bytes[i + 1] >= '0' &&
			     bytes[i + 1] <= '7';

		if (escape || bytes[i] < ' ' || bytes[i] > '~')
			put_char(t, '\\');
		if (escape)
			put_char(t, escape);
		else if (bytes[i] < ' ' || bytes[i] > '~')
			put_octal(t, bytes[i], digit ? 3 : 1);
		else
			put_char(t, bytes[i]);
	}
	put_char(t, '"');
}

static void put_message(struct text *t, const struct ipctrace_call *call,
			const u64 *args)
{
	const struct ipctrace_user *user = ipct_user_message(call);
	u32 bytes = ipct_mtype_bytes(call);
	u64 whole;

	if (!user) {
		put_address(t, ipct_arg_value(IPCT_MSGP, args[1],
					      call->header.abi));
		return;
	}
	put(t, "{mtype=");
	put_signed(t, ipct_user_word(user, 0, bytes, true));
	if (user->bytes > bytes) {
		whole = call->header.call == IPCTRACE_CALL_msgrcv ? (u64)call->ret :
			ipct_arg_value(IPCT_SIZE, args[2], call->header.abi);
		put(t, ", mtext=");
		put_string(t, (const u8 *)(user + 1) + bytes,
			   user->bytes - bytes);
		if (whole > user->bytes - bytes)
			put(t, "...");
	}
	put_char(t, '}');
}

static void put_sops(struct text *t, const struct ipctrace_call *call,
		     u64 address, u32 count)
{
	const struct ipctrace_user *user = ipct_user_in(call, 1);
	u32 i, nr = user ? ipct_user_sops(user) : 0;

	if (!address || (count && !nr)) {
		put_address(t, address);
		return;
	}
	put_char(t, '[');
	for (i = 0; i < nr && i < count; i++) {
		u32 at = i * IPCT_SEMBUF_BYTES;

		put(t, i ? ", {sem_num=" : "{sem_num=");
		put_unsigned(t, ipct_user_word(user, at, 2, false));
		put(t, ", sem_op=");
		put_signed(t, ipct_user_word(user, at + 2, 2, true));
		put(t, ", sem_flg=");
		put_only_flags(t, ipct_sem_flags, " /* SEM_??? */",
			       ipct_user_word(user, at + 4, 2, false));
		put_char(t, '}');
	}
	put(t, nr < count ? ", ...]" : "]");
}

static void put_timeout(struct text *t, const struct ipctrace_call *call,
			u64 address)
{
	s64 tv_sec, tv_nsec;

	if (!ipct_user_timeout(call, &tv_sec, &tv_nsec)) {
		put_address(t, address);
		return;
	}
	put(t, "{tv_sec=");
	put_signed(t, tv_sec);
	put(t, ", tv_nsec=");	/* strace has it without a sign */
	put_unsigned(t, call->header.flags & IPCTRACE_F_IPC ? (u32)tv_nsec :
							      (u64)tv_nsec);
	put_char(t, '}');
}

static void put_member(struct text *t, const struct ipct_member *member,
		       u64 value)
{
	/* strace leaves the underscores out. */
	put(t, member->format == IPCT_FORMAT_KEY ? "key" : member->name);
	put_char(t, '=');
	switch ((enum ipct_format)member->format) {
	case IPCT_FORMAT_UNSIGNED:
		put_unsigned(t, value);
		break;
	case IPCT_FORMAT_SIGNED:
		put_signed(t, value);
		break;
	case IPCT_FORMAT_OWNER:
		put_signed(t, value == 0xffffffff ? -1 : (s64)value);
		break;
	case IPCT_FORMAT_MODE:
		put_char(t, '0');
		put_octal(t, value, 2);
		break;
	case IPCT_FORMAT_KEY:
		put_unsigned(t, (u32)value);
		break;
	}
}

/* False when nothing of the struct could be read. */
static bool put_struct(struct text *t, const struct ipctrace_user *user,
		       const struct ipct_ctl *ctl)
{
	const struct ipct_member *member;
	const char *group = NULL;
	bool any = false;
	u64 value;

	for (member = ctl->members; member->name; member++) {
		if (member->flags & IPCT_MEMBER_DATA ||
		    (ctl->use == IPCT_USE_SET &&
		     !(member->flags & IPCT_MEMBER_SET)) ||
		    !ipct_member_value(user, member, ctl->layout, &value))
			continue;
		if (group && group != member->group)
			put_char(t, '}');
		put(t, any ? ", " : "{");
		if (member->group && group != member->group) {
			put(t, member->group);
			put(t, "={");
		}
		put_member(t, member, value);
		group = member->group;
		any = true;
	}
	if (any)
		put(t, group ? "}}" : "}");
	return any;
}

static void put_array(struct text *t, const struct ipctrace_user *user)
{
	u32 i, nr = user->bytes / 2;

	put_char(t, '[');
	for (i = 0; i < nr && i < IPCTRACE_MAX_VALUES; i++) {
		if (i)
			put(t, ", ");
		put_unsigned(t, ipct_user_word(user, 2 * i, 2, false));
	}
	put(t, i < user->count ? ", ...]" : "]");
}

/* The last argument of a *ctl() call, @n */
static void put_ctl(struct text *t, const struct ipctrace_call *call, u8 n,
		    const u64 *args, u64 address)
{
	const struct ipctrace_user *user;
	struct ipct_ctl ctl;

	ipct_ctl(&ctl, call, ipct_ctl_cmd(call, args));
	user = ipct_ctl_user(&ctl, call, n);
	if (!user)
		put_address(t, address);
	else if (!ctl.members)
		put_array(t, user);
	else if (!put_struct(t, user, &ctl))
		put_address(t, address);
}

/* ---- Arguments ----------------------------------------------------------- */

static void put_key(struct text *t, u32 key)
{
	if (key == IPC_PRIVATE)
		put(t, "IPC_PRIVATE");
	else
		put_hex(t, key);
}

static void put_arg(struct text *t, const struct ipctrace_call *call,
		    const u64 *args, u8 n)
{
	enum ipct_kind kind = ipct_syscalls[call->header.call].args[n].kind;
	u64 value = ipct_arg_value(kind, args[n], call->header.abi);

	switch (kind) {
	case IPCT_KEY:
		put_key(t, value);
		break;
	case IPCT_ID:
	case IPCT_INT:
	case IPCT_MTYPE:
		put_signed(t, value);
		break;
	case IPCT_COUNT:
	case IPCT_SIZE:
		put_unsigned(t, value);
		break;
	case IPCT_ADDR:
		put_address(t, value);
		break;
	case IPCT_MSGP:
		put_message(t, call, args);
		break;
	case IPCT_SOPS:
		put_sops(t, call, value, args[n + 1]);
		break;
	case IPCT_TIMEOUT:
		put_timeout(t, call, value);
		break;
	case IPCT_CTLBUF:
	case IPCT_SEMUN:
		put_ctl(t, call, n, args, value);
		break;
	case IPCT_GETFLG:
	case IPCT_SHMGETFLG:
		put_getflg(t, kind, value);
		break;
	case IPCT_MSGFLG:
		put_only_flags(t, ipct_kind_constants(kind), " /* MSG_??? */",
			       value);
		break;
	case IPCT_SHMATFLG:
		put_only_flags(t, ipct_kind_constants(kind), " /* SHM_??? */",
			       value);
		break;
	case IPCT_MSGCMD:
	case IPCT_SEMCMD:
	case IPCT_SHMCMD:
		put_cmd(t, kind, value);
		break;
	case __IPCT_KIND_MAX:
		break;
	}
}

/* ipc() with an unknown number: the version and the number, and words */
static void put_ipc_args(struct text *t, const u64 *args)
{
	u32 i, call = args[0];

	if (call >> IPCT_IPC_VERSION_SHIFT) {
		put_unsigned(t, call >> IPCT_IPC_VERSION_SHIFT);
		put(t, "<<16|");
	}
	put_unsigned(t, call & IPCT_IPC_NUMBER_MASK);
	for (i = 1; i < IPCTRACE_NR_ARGS; i++) {
		put(t, ", ");
		if ((u32)args[i])
			put_hex(t, (u32)args[i]);
		else
			put_char(t, '0');
	}
}

/**
 * ipct_text_some_args() - a part of the arguments of a call, with commas between
 * @t: where they are added, as far as there is room
 * @call: header.call is a row
 * @args: its arguments, from ipct_call_args()
 * @unknown: what that returned: arguments to print as "?"
 * @from: the first of the part
 * @to: the first behind it; the number of arguments, or more: up to the last
 */
void ipct_text_some_args(struct text *t, const struct ipctrace_call *call,
			 const u64 *args, u32 unknown, u8 from, u8 to)
{
	u8 i, nr = min_t(u8, ipct_syscalls[call->header.call].nr_args, to);

	for (i = from; i < nr; i++) {
		if (i > from)
			put(t, ", ");
		if (unknown & 1U << i)
			put_char(t, '?');
		else
			put_arg(t, call, args, i);
	}
}

/**
 * ipct_text_args() - the arguments of a call, with commas between
 * @t: where they are added, as far as there is room
 * @call: header.call is a row
 * @args: its arguments, from ipct_call_args()
 * @unknown: what that returned: arguments to print as "?"
 */
void ipct_text_args(struct text *t, const struct ipctrace_call *call,
		    const u64 *args, u32 unknown)
{
	if (call->header.call == IPCTRACE_CALL_ipc)
		put_ipc_args(t, args);
	else
		ipct_text_some_args(t, call, args, unknown, 0, IPCTRACE_NR_ARGS);
}
