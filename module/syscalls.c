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

#define ARG(arg, what) { .name = #arg, .kind = IPCT_##what }
#define BLOCKS	true
#define PROMPT	false
#define IPCTRACE_CALL(id, call, fam, obj, block, ...) [id] = {		\
	.name = #call,							\
	.family = IPCTRACE_##fam,					\
	.object = IPCT_OBJECT_##obj,					\
	.blocks = block,						\
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

/*
 * ipct_family_names - by enum ipctrace_family
 */
const char *const ipct_family_names[__IPCTRACE_FAMILY_MAX] = {
	[IPCTRACE_MSG] = "msg",
	[IPCTRACE_SEM] = "sem",
	[IPCTRACE_SHM] = "shm",
};

/*
 * ipct_abi_names - by enum ipctrace_abi
 */
const char *const ipct_abi_names[__IPCTRACE_ABI_MAX] = {
	[IPCTRACE_ABI_X86_64] = "x86_64",
};

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

/* What a kind is in C, and its constants. */
static const struct {
	u8 bytes;
	bool is_signed;
	const struct ipct_constant *constants;
} kinds[] = {
	[IPCT_KEY] = { 4, true },
	[IPCT_ID] = { 4, true },
	[IPCT_INT] = { 4, true },
	[IPCT_COUNT] = { 4, false },
	[IPCT_SIZE] = { 8, false },
	[IPCT_PTR] = { 8, false },
	[IPCT_MTYPE] = { 8, true },
	[IPCT_GETFLG] = { 4, true, getflg },
	[IPCT_SHMGETFLG] = { 4, true, shmgetflg },
	[IPCT_MSGFLG] = { 4, true, msgflg },
	[IPCT_SHMATFLG] = { 4, true, shmatflg },
	[IPCT_MSGCMD] = { 4, true, msgcmd },
	[IPCT_SEMCMD] = { 4, true, semcmd },
	[IPCT_SHMCMD] = { 4, true, shmcmd },
};

static_assert(ARRAY_SIZE(kinds) == __IPCT_KIND_MAX);

/**
 * ipct_arg_value() - an argument as the kernel takes it
 * @kind: its kind
 * @raw: the register
 *
 * The kernel looks at as many bits as the C type of the argument has.
 *
 * Return: the value; sign-extended where ipct_kind_is_signed().
 */
u64 ipct_arg_value(enum ipct_kind kind, u64 raw)
{
	if (kinds[kind].bytes == 8)
		return raw;
	return kinds[kind].is_signed ? (u64)(s64)(s32)raw : (u32)raw;
}

/**
 * ipct_kind_is_signed() - is this kind of argument a signed integer in C?
 * @kind: the kind
 */
bool ipct_kind_is_signed(enum ipct_kind kind)
{
	return kinds[kind].is_signed;
}

/**
 * ipct_kind_constants() - names of the values or flags of a kind
 * @kind: the kind
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
 * @value: the value
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
