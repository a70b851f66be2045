// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: syscalls
 *
 * syscalls.def as a table, what the kinds of arguments are in C, and the names
 * of flags, commands and errors. Built into the module, the reader and the
 * tests alike.
 */
#include <linux/ipc.h>
#include <linux/msg.h>
#include <linux/sem.h>
#include <linux/shm.h>

#include "syscalls.h"

#define ARG(arg, what, where) \
	{ .name = #arg, .kind = IPCT_##what, .place = IPCT_PLACE_##where }
#define BLOCKS	true
#define PROMPT	false
#define NONE	0
#define NR(ipc, ...)	ipc
#define IPCTRACE_CALL(id, call, fam, obj, foll, block, entry, num, ...) [id] = { \
	.name = #call,							\
	.family = IPCTRACE_##fam,					\
	.object = IPCT_OBJECT_##obj,					\
	.follow = IPCT_FOLLOW_##foll,					\
	.blocks = block,						\
	.number = num,							\
	.nr_args = sizeof((struct ipct_arg[]){ __VA_ARGS__ }) /		\
		   sizeof(struct ipct_arg),				\
	.args = { __VA_ARGS__ },					\
},
/*
 * ipct_syscalls - the rows of syscalls.def, by enum ipctrace_call_id
 */
const struct ipct_syscall ipct_syscalls[IPCTRACE_NR_CALLS] = {
#include <ipctrace/syscalls.def>
};
#undef IPCTRACE_CALL
#undef NR
#undef NONE
#undef PROMPT
#undef BLOCKS
#undef ARG

/* Ids are dense, so that they index arrays and fit a 64-bit mask. */
enum {
	NR_ROWS = 0
#define IPCTRACE_CALL(id, ...) + 1
#include <ipctrace/syscalls.def>
#undef IPCTRACE_CALL
};

static_assert(NR_ROWS == (int)IPCTRACE_NR_CALLS);
static_assert(IPCTRACE_NR_CALLS <= 64);

/* Handlers compiled for one kind of memory know where it is, and where the object is. */
#define ARG(arg, what, where)	(int)IPCT_##what
#define NO_ARG			(int)__IPCT_KIND_MAX
#define FITS(check, ...)	check(__VA_ARGS__)
#define IPCTRACE_CALL(id, name, family, object, follow, blocks, entries, number, ...) \
	static_assert((int)IPCT_FOLLOW_##follow == IPCT_FOLLOW_NOTHING || \
		      (int)IPCT_OBJECT_##object == IPCT_FOLLOW_##follow##_OBJECT, \
		      #name ": its object is elsewhere");		\
	static_assert(FITS(IPCT_FOLLOW_##follow##_ARGS, __VA_ARGS__,	\
			   NO_ARG, NO_ARG, NO_ARG, NO_ARG),		\
		      #name ": its arguments are elsewhere");
#include <ipctrace/syscalls.def>
#undef IPCTRACE_CALL
#undef FITS
#undef NO_ARG
#undef ARG

static_assert((int)__IPCTRACE_FAMILY_MAX <= IPCTRACE_NR_FAMILIES);

/* A list of names; the last must be there, too. */
#define NAMES(list, max, ...)						\
	const char *const list[max] = { __VA_ARGS__ };			\
	static_assert(sizeof((const char *const []){ __VA_ARGS__ }) ==	\
		      sizeof(list), #list " lacks names")

/*
 * ipct_family_names - by enum ipctrace_family
 */
NAMES(ipct_family_names, __IPCTRACE_FAMILY_MAX,
	[IPCTRACE_MSG] = "msg",
	[IPCTRACE_SEM] = "sem",
	[IPCTRACE_SHM] = "shm",
	[IPCTRACE_ANY] = "any");

/*
 * ipct_abi_names - by enum ipctrace_abi
 */
NAMES(ipct_abi_names, __IPCTRACE_ABI_MAX,
	[IPCTRACE_ABI_X86_64] = "x86_64",
	[IPCTRACE_ABI_I386] = "i386",
	[IPCTRACE_ABI_X32] = "x32",
	[IPCTRACE_ABI_ARM64] = "arm64",
	[IPCTRACE_ABI_ARM] = "arm");

/*
 * ipct_type_names - by enum ipctrace_type, as JSON has them
 */
NAMES(ipct_type_names, __IPCTRACE_TYPE_MAX,
	[IPCTRACE_TYPE_PAD] = "pad",
	[IPCTRACE_TYPE_CALL] = "call",
	[IPCTRACE_TYPE_MISSED] = "missed",
	[IPCTRACE_TYPE_LOST] = "lost",
	[IPCTRACE_TYPE_ENTER] = "enter",
	[IPCTRACE_TYPE_UNDO] = "undo",
	[IPCTRACE_TYPE_ATTACH] = "attach",
	[IPCTRACE_TYPE_DETACH] = "detach",
	[IPCTRACE_TYPE_DESTROY] = "destroy",
	[IPCTRACE_TYPE_DIED] = "died",
	[IPCTRACE_TYPE_GAP] = "gap");

/*
 * ipct_gap_names - by enum ipctrace_gap_cause
 */
NAMES(ipct_gap_names, __IPCTRACE_GAP_MAX,
	[IPCTRACE_GAP_LOAD] = "load",
	[IPCTRACE_GAP_PAUSE] = "pause",
	[IPCTRACE_GAP_FTRACE] = "ftrace",
	[IPCTRACE_GAP_KPROBES] = "kprobes",
	[IPCTRACE_GAP_FILTER] = "filter");

/*
 * ipct_right_names - by enum ipctrace_right
 */
NAMES(ipct_right_names, __IPCTRACE_RIGHT_MAX,
	[IPCTRACE_RIGHT_UNSAID] = "unsaid",
	[IPCTRACE_RIGHT_GROUP] = "group",
	[IPCTRACE_RIGHT_OTHERS] = "others",
	[IPCTRACE_RIGHT_IPC_OWNER] = "CAP_IPC_OWNER",
	[IPCTRACE_RIGHT_SYS_ADMIN] = "CAP_SYS_ADMIN",
	[IPCTRACE_RIGHT_IPC_LOCK] = "CAP_IPC_LOCK");

#undef NAMES

#define NAME(constant) { (u64)(constant), #constant }
#define END { 0, NULL }

static const struct ipct_constant getflg[] = {
	NAME(IPC_CREAT), NAME(IPC_EXCL), NAME(IPC_NOWAIT), END
};

static const struct ipct_constant shmgetflg[] = {
	NAME(IPC_CREAT), NAME(IPC_EXCL), NAME(SHM_HUGETLB),
	NAME(SHM_NORESERVE), END	/* IPC_NOWAIT is SHM_HUGETLB's bit */
};

static const struct ipct_constant msgflg[] = {
	NAME(MSG_NOERROR), NAME(MSG_EXCEPT), NAME(MSG_COPY), NAME(IPC_NOWAIT),
	END
};

static const struct ipct_constant shmatflg[] = {
	NAME(SHM_RDONLY), NAME(SHM_RND), NAME(SHM_REMAP), NAME(SHM_EXEC), END
};

static const struct ipct_constant msgcmd[] = {
	NAME(IPC_RMID), NAME(IPC_SET), NAME(IPC_STAT), NAME(IPC_INFO),
	NAME(MSG_STAT), NAME(MSG_INFO), NAME(MSG_STAT_ANY), END
};

static const struct ipct_constant semcmd[] = {
	NAME(IPC_RMID), NAME(IPC_SET), NAME(IPC_STAT), NAME(IPC_INFO),
	NAME(GETPID), NAME(GETVAL), NAME(GETALL), NAME(GETNCNT), NAME(GETZCNT),
	NAME(SETVAL), NAME(SETALL), NAME(SEM_STAT), NAME(SEM_INFO),
	NAME(SEM_STAT_ANY), END
};

static const struct ipct_constant shmcmd[] = {
	NAME(IPC_RMID), NAME(IPC_SET), NAME(IPC_STAT), NAME(IPC_INFO),
	NAME(SHM_LOCK), NAME(SHM_UNLOCK), NAME(SHM_STAT), NAME(SHM_INFO),
	NAME(SHM_STAT_ANY), END
};

#undef END
#undef NAME

/* The C type of a kind, whether records have what it leads to, its constants */
static const struct {
	u8 bytes;
	bool is_signed;
	bool is_followed;
	const struct ipct_constant *constants;
} kinds[] = {
	[IPCT_KEY] = { 4, true },
	[IPCT_ID] = { 4, true },
	[IPCT_INT] = { 4, true },
	[IPCT_COUNT] = { 4, false },
	[IPCT_SIZE] = { 8, false },
	[IPCT_ADDR] = { 8, false },
	[IPCT_MSGP] = { 8, false, true },
	[IPCT_SOPS] = { 8, false, true },
	[IPCT_TIMEOUT] = { 8, false, true },
	[IPCT_CTLBUF] = { 8, false, true },
	[IPCT_SEMUN] = { 8, false, true },
	[IPCT_MTYPE] = { 8, true },
	[IPCT_GETFLG] = { 4, true, false, getflg },
	[IPCT_SHMGETFLG] = { 4, true, false, shmgetflg },
	[IPCT_MSGFLG] = { 4, true, false, msgflg },
	[IPCT_SHMATFLG] = { 4, true, false, shmatflg },
	[IPCT_MSGCMD] = { 4, true, false, msgcmd },
	[IPCT_SEMCMD] = { 4, true, false, semcmd },
	[IPCT_SHMCMD] = { 4, true, false, shmcmd },
};

static_assert(ARRAY_SIZE(kinds) == __IPCT_KIND_MAX);

/**
 * ipct_arg_value() - an argument as the kernel takes it
 * @kind: its kind
 * @raw: the register
 * @abi: enum ipctrace_abi of the call
 *
 * The kernel looks only at as many bits as the C type of the argument has.
 *
 * Return: the value; sign-extended where ipct_kind_is_signed().
 */
u64 ipct_arg_value(enum ipct_kind kind, u64 raw, u8 abi)
{
	if (kinds[kind].bytes == 8 && !ipct_abi_is_32bit(abi))
		return raw;
	return kinds[kind].is_signed ? (u64)(s64)(s32)raw : (u32)raw;
}

/**
 * ipct_ipc_call() - which call ipc() is asked for
 * @number: ipc()'s first argument
 *
 * Return: enum ipctrace_call_id; IPCTRACE_CALL_ipc for an unknown number.
 */
u8 ipct_ipc_call(u32 number)
{
	u8 call;

	number &= IPCT_IPC_NUMBER_MASK;
	for (call = 0; number && call < IPCTRACE_NR_CALLS; call++)
		if (ipct_syscalls[call].number == number)
			return call;
	return IPCTRACE_CALL_ipc;
}

/**
 * ipct_part_next() - walk the parts of a record
 * @record: a record of at least the size of struct ipctrace_call
 * @part: the last part, NULL to begin
 *
 * Lengths are checked: the part lies in the record with all of its bytes.
 *
 * Return: the next part, NULL after the last or where what follows is not a part.
 */
const struct ipctrace_part *ipct_part_next(const struct ipctrace_call *record,
					   const struct ipctrace_part *part)
{
	const char *end = (const char *)record + record->header.len;
	const char *next = part ? (const char *)part + part->len :
				  (const char *)(record + 1);

	part = (const void *)next;
	if (end - next < (ptrdiff_t)sizeof(*part) || part->len % 8 ||
	    part->len < sizeof(*part) || part->len > end - next)
		return NULL;
	return part;
}

/**
 * ipct_part_user() - memory of an argument
 * @record: of a call, as long as its header says
 * @arg: which, from 0, or IPCTRACE_USER_KLUDGE
 * @flags: IPCTRACE_USER_*, one of which it must have. What could not be read
 *	is found with IPCTRACE_USER_UNREAD only.
 *
 * Return: the part, whose bytes lie in the record, or NULL.
 */
const struct ipctrace_user *ipct_part_user(const struct ipctrace_call *record,
					   u8 arg, u8 flags)
{
	const struct ipctrace_part *part = NULL;

	while ((part = ipct_part_next(record, part))) {
		const struct ipctrace_user *user = (const void *)part;

		if ((part->type == IPCTRACE_PART_USER ||
		     part->type == IPCTRACE_PART_UNDO) &&
		    part->len >= sizeof(*user) &&
		    user->bytes <= part->len - sizeof(*user) &&
		    user->arg == arg && (user->flags & flags) &&
		    (flags & IPCTRACE_USER_UNREAD ||
		     !(user->flags & IPCTRACE_USER_UNREAD)))
			return user;
	}
	return NULL;
}

/* Arguments that ipc() has behind its ptr: two words for msgrcv, one for semctl. */
static u32 kludge_args(const struct ipctrace_call *record, u64 *args)
{
	const struct ipctrace_user *user =
		ipct_part_user(record, IPCTRACE_USER_KLUDGE,
			       IPCTRACE_USER_ENTRY) ?:
		ipct_part_user(record, IPCTRACE_USER_KLUDGE,
			       IPCTRACE_USER_RETURN);
	u32 words[2] = { 0, 0 };
	u32 known = user ? user->bytes / sizeof(words[0]) : 0;

	if (user)
		memcpy(words, user + 1, known < 2 ? known * 4 : 8);
	if (record->header.call == IPCTRACE_CALL_semctl) {
		args[3] = words[0];
		return known >= 1 ? 0 : 1 << 3;
	}
	args[1] = words[0];
	args[3] = words[1];
	return known >= 2 ? 0 : 1 << 1 | 1 << 3;
}

/**
 * ipct_call_args() - arguments of a call, however it was made
 * @record: the record; header.call is a row
 * @args: out: the arguments in the order of the row, IPCTRACE_NR_ARGS of them
 *
 * Return: bit n is set when argument n could not be read: it was behind ipc()'s
 * ptr.
 */
u32 ipct_call_args(const struct ipctrace_call *record, u64 *args)
{
	const struct ipct_syscall *row = &ipct_syscalls[record->header.call];
	unsigned int i;

	for (i = 0; i < row->nr_args; i++)
		args[i] = record->header.flags & IPCTRACE_F_IPC ?
			  record->args[row->args[i].place] : record->args[i];
	if (!(record->header.flags & IPCTRACE_F_IPC))
		return 0;
	if (record->header.call == IPCTRACE_CALL_semctl ||
	    (record->header.call == IPCTRACE_CALL_msgrcv &&
	     !(record->args[0] >> IPCT_IPC_VERSION_SHIFT)))
		return kludge_args(record, args);
	return 0;
}

/**
 * ipct_kind_is_signed() - is this kind of argument a signed integer in C?
 * @kind: any but __IPCT_KIND_MAX
 */
bool ipct_kind_is_signed(enum ipct_kind kind)
{
	return kinds[kind].is_signed;
}

/**
 * ipct_kind_is_followed() - may a record have what such an argument leads to?
 * @kind: any but __IPCT_KIND_MAX
 */
bool ipct_kind_is_followed(enum ipct_kind kind)
{
	return kinds[kind].is_followed;
}

/**
 * ipct_calls_named() - the calls that a name stands for
 * @name: name of a call, or of a family, which stands for all of its calls; not
 *	terminated
 * @len: its length
 *
 * The C library's semop() is a semtimedop() without a timeout: semop stands for
 * both.
 *
 * Return: a bit for each, by enum ipctrace_call_id; 0 when there is no such
 * name.
 */
u64 ipct_calls_named(const char *name, size_t len)
{
	u64 calls = 0;
	u32 i;

	for (i = 0; i < IPCTRACE_NR_CALLS; i++) {
		const struct ipct_syscall *row = &ipct_syscalls[i];
		const char *family = ipct_family_names[row->family];

		if ((strlen(row->name) == len &&
		     !memcmp(row->name, name, len)) ||
		    (strlen(family) == len && !memcmp(family, name, len)))
			calls |= 1ULL << i;
	}
	if (calls & (1ULL << IPCTRACE_CALL_semop))
		calls |= 1ULL << IPCTRACE_CALL_semtimedop;
	return calls;
}

/**
 * ipct_calls_of_family() - the calls that work on a kind of object
 * @family: enum ipctrace_family
 *
 * Return: a bit for each, by enum ipctrace_call_id.
 */
u64 ipct_calls_of_family(u8 family)
{
	u64 calls = 0;
	u32 i;

	for (i = 0; i < IPCTRACE_NR_CALLS; i++)
		if (ipct_syscalls[i].family == family)
			calls |= 1ULL << i;
	return calls;
}

/**
 * ipct_kind_constants() - names of the values or flags of a kind
 * @kind: any but __IPCT_KIND_MAX
 *
 * Return: an array that ends with a NULL name, or NULL for plain numbers.
 */
const struct ipct_constant *ipct_kind_constants(enum ipct_kind kind)
{
	return kinds[kind].constants;
}

/**
 * ipct_constant_name() - name of a value
 * @set: array that ends with a NULL name
 * @value: all bits of it: sets of flags have no name here
 *
 * Return: the name, or NULL.
 */
const char *ipct_constant_name(const struct ipct_constant *set, u64 value)
{
	for (; set->name; set++)
		if (set->value == value)
			return set->name;
	return NULL;
}

/*
 * Errors that the calls can return, through the kernel's own checks or a
 * security module's, in the C library's words; and those above 511, which only
 * a tracer sees, in strace's.
 */
static const struct {
	int error;
	const char *name;
	const char *text;
} errors[] = {
#define ERROR(name, text) { name, #name, text }
	ERROR(EPERM, "Operation not permitted"),
	ERROR(ENOENT, "No such file or directory"),
	ERROR(ESRCH, "No such process"),
	ERROR(EINTR, "Interrupted system call"),
	ERROR(E2BIG, "Argument list too long"),
	ERROR(EAGAIN, "Resource temporarily unavailable"),
	ERROR(ENOMEM, "Cannot allocate memory"),
	ERROR(EACCES, "Permission denied"),
	ERROR(EFAULT, "Bad address"),
	ERROR(EBUSY, "Device or resource busy"),
	ERROR(EEXIST, "File exists"),
	ERROR(ENODEV, "No such device"),
	ERROR(EINVAL, "Invalid argument"),
	ERROR(ENFILE, "Too many open files in system"),
	ERROR(EMFILE, "Too many open files"),
	ERROR(EFBIG, "File too large"),
	ERROR(ENOSPC, "No space left on device"),
	ERROR(ERANGE, "Numerical result out of range"),
	ERROR(ENOSYS, "Function not implemented"),
	ERROR(ENOMSG, "No message of desired type"),
	ERROR(EIDRM, "Identifier removed"),
	ERROR(EOVERFLOW, "Value too large for defined data type"),
	ERROR(EOPNOTSUPP, "Operation not supported"),
	ERROR(EDQUOT, "Disk quota exceeded"),
#undef ERROR
	{ 512, "ERESTARTSYS", "To be restarted if SA_RESTART is set" },
	{ 513, "ERESTARTNOINTR", "To be restarted" },
	{ 514, "ERESTARTNOHAND", "To be restarted if no handler" },
	{ 516, "ERESTART_RESTARTBLOCK", "Interrupted by signal" },
};

/**
 * ipct_errno_name() - name of an error
 * @error: the number, positive
 * @text: out: the C library's message, where there is a name; may be NULL
 *
 * Return: the name, or NULL for an error that the calls do not return.
 */
const char *ipct_errno_name(int error, const char **text)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		if (errors[i].error != error)
			continue;
		if (text)
			*text = errors[i].text;
		return errors[i].name;
	}
	return NULL;
}
