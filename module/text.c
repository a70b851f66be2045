// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: text
 *
 * The one renderer of records as text: for cat, for the reader and for the
 * tests, so that a record gives the same line everywhere. It takes any bytes
 * for a record: what does not make sense is printed as a number, lengths are
 * checked before anything is read.
 *
 * Numbers are put together here and not by scnprintf(): lines are what a
 * reader spends its time on, and format strings cost several times as much.
 */
#include <linux/ipc.h>
#include <linux/shm.h>

#include "syscalls.h"
#include "text.h"

/* Inode number of the first IPC namespace, PROC_IPC_INIT_INO since Linux 3.8 */
#define IPC_NS_INIT	0xEFFFFFFFU
#define ID_UNSET	0xFFFFFFFFU
#define MODE_MASK	0777U
#define IPC_64_BIT	0x100U

/* include/uapi/asm-generic/hugetlb_encode.h: a field of six bits, not flags */
#define HUGE_SHIFT	26
#define HUGE_MASK	0x3fU

struct text {
	char *buf;
	size_t size;
	size_t len;
};

static void put_char(struct text *t, char c)
{
	if (t->len < t->size)
		t->buf[t->len++] = c;
}

static void put(struct text *t, const char *s)
{
	while (*s)
		put_char(t, *s++);
}

/* At least @width digits, filled with @fill. */
static void put_digits(struct text *t, u64 value, unsigned int base, int width,
		       char fill)
{
	char digits[22];
	int n = 0;

	/* Division by a constant is a multiplication: hence three loops. */
	if (base == 10) {
		do {
			digits[n++] = '0' + value % 10;
			value /= 10;
		} while (value);
	} else if (base == 16) {
		do {
			digits[n++] = "0123456789abcdef"[value % 16];
			value /= 16;
		} while (value);
	} else {
		do {
			digits[n++] = '0' + value % 8;
			value /= 8;
		} while (value);
	}
	for (; width > n; width--)
		put_char(t, fill);
	while (n)
		put_char(t, digits[--n]);
}

static void put_unsigned(struct text *t, u64 value)
{
	put_digits(t, value, 10, 1, '0');
}

static void put_signed(struct text *t, s64 value)
{
	if (value < 0)
		put_char(t, '-');
	put_unsigned(t, value < 0 ? -(u64)value : (u64)value);
}

static void put_hex(struct text *t, u64 value)
{
	put(t, "0x");
	put_digits(t, value, 16, 1, '0');
}

static void put_octal(struct text *t, u64 value, int width)
{
	put_digits(t, value, 8, width, '0');
}

static void put_seconds(struct text *t, u64 ns, int width)
{
	u64 seconds = ns / 1000000000;	/* by a constant: no libgcc call */

	put_digits(t, seconds, 10, width, ' ');
	put_char(t, '.');
	put_digits(t, ns - seconds * 1000000000, 10, 9, '0');
}

static void put_named(struct text *t, const char *name, u64 value)
{
	put_char(t, ' ');
	put(t, name);
	put_char(t, '=');
	put_unsigned(t, value);
}

/* A name may hold any bytes; as strace does, what would not print is octal. */
static void put_comm(struct text *t, const u8 *comm, size_t size)
{
	size_t i;

	for (i = 0; i < size && comm[i]; i++) {
		if (comm[i] == '\\') {
			put(t, "\\\\");
		} else if (comm[i] <= ' ' || comm[i] > '~') {
			put_char(t, '\\');
			put_octal(t, comm[i], 3);
		} else {
			put_char(t, comm[i]);
		}
	}
}

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

/* As put_flags(), for flags that may be all there is. */
static void put_only_flags(struct text *t, enum ipct_kind kind, u32 value)
{
	static const char *const unknown[__IPCT_KIND_MAX] = {
		[IPCT_MSGFLG] = " /* MSG_??? */",
		[IPCT_SHMATFLG] = " /* SHM_??? */",
	};
	const struct ipct_constant *flag = ipct_kind_constants(kind);
	u32 known = 0;

	if (!put_flags(t, flag, value))
		put_char(t, '0');
	for (; flag->name; flag++)
		known |= flag->value;
	if (value && !(value & known))
		put(t, unknown[kind]);
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

	/* A version that 32-bit programs put into the command */
	if (value & IPC_64_BIT) {
		put(t, "IPC_64|");
		value &= ~IPC_64_BIT;
	}
	name = ipct_constant_name(ipct_kind_constants(kind), value);
	if (name) {
		put(t, name);
		return;
	}
	put_hex(t, value);
	put(t, unknown[kind]);
}

static void put_arg(struct text *t, const struct ipct_arg *arg, u64 raw)
{
	u64 value = ipct_arg_value(arg->kind, raw);

	switch ((enum ipct_kind)arg->kind) {
	case IPCT_KEY:
		if ((u32)value == IPC_PRIVATE)
			put(t, "IPC_PRIVATE");
		else
			put_hex(t, (u32)value);
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
	case IPCT_PTR:
		if (value)
			put_hex(t, value);
		else
			put(t, "NULL");
		break;
	case IPCT_GETFLG:
	case IPCT_SHMGETFLG:
		put_getflg(t, arg->kind, value);
		break;
	case IPCT_MSGFLG:
	case IPCT_SHMATFLG:
		put_only_flags(t, arg->kind, value);
		break;
	case IPCT_MSGCMD:
	case IPCT_SEMCMD:
	case IPCT_SHMCMD:
		put_cmd(t, arg->kind, value);
		break;
	case __IPCT_KIND_MAX:
		break;
	}
}

static void put_error(struct text *t, int error)
{
	const char *text, *name = ipct_errno_name(error, &text);

	if (!name) {
		put(t, "-1 (errno ");
		put_unsigned(t, error);
		put_char(t, ')');
		return;
	}
	/* strace's sign for a result that the process never sees */
	put(t, error > 511 ? "? " : "-1 ");
	put(t, name);
	put(t, " (");
	put(t, text);
	put_char(t, ')');
}

static void put_result(struct text *t, const struct ipctrace_call *call)
{
	if (call->ret < 0 && call->ret >= -4095)
		put_error(t, -call->ret);
	else if (call->header.call == IPCTRACE_CALL_shmat)
		put_hex(t, call->ret);
	else
		put_signed(t, call->ret);
}

static void put_object(struct text *t, const char *family,
		       const struct ipctrace_object *object)
{
	put(t, " [");
	put(t, family);
	put_char(t, ' ');
	put_signed(t, object->id);
	put(t, " key=");
	put_hex(t, (u32)object->key);
	put_named(t, "uid", object->uid);
	put_named(t, "gid", object->gid);
	put_named(t, "cuid", object->cuid);
	put_named(t, "cgid", object->cgid);
	put(t, " mode=0");
	put_octal(t, object->mode, 3);
	put_named(t, "seq", object->seq);
	put_char(t, ']');
}

static void put_caller(struct text *t, const struct ipctrace_call *call)
{
	put_comm(t, call->comm, sizeof(call->comm));
	put_char(t, '[');
	put_unsigned(t, call->tgid);
	if (call->tid != call->tgid) {
		put_char(t, '/');
		put_unsigned(t, call->tid);
	}
	put_char(t, ']');
	put_named(t, "ppid", call->ppid);
	put_named(t, "uid", call->uid);
	put_named(t, "gid", call->gid);
	if (call->loginuid != ID_UNSET)
		put_named(t, "loginuid", call->loginuid);
	if (call->ipc_ns != IPC_NS_INIT)
		put_named(t, "ipc_ns", call->ipc_ns);
	put_char(t, ' ');
}

static void put_call(struct text *t, const struct ipctrace_call *call)
{
	const struct ipct_syscall *row;
	unsigned int i;

	put_caller(t, call);
	if (call->header.call >= IPCTRACE_NR_CALLS) {
		put(t, "call ");
		put_unsigned(t, call->header.call);
		return;
	}
	row = &ipct_syscalls[call->header.call];
	put(t, row->name);
	put_char(t, '(');
	for (i = 0; i < row->nr_args; i++) {
		if (i)
			put(t, ", ");
		put_arg(t, &row->args[i], call->args[i]);
	}
	put(t, ") = ");
	if (call->header.type == IPCTRACE_TYPE_MISSED) {
		put(t, "? (missed: max_blocked calls in flight)");
		return;
	}
	put_result(t, call);
	put(t, " <");
	put_seconds(t, call->duration_ns, 1);
	put_char(t, '>');
	if (call->header.flags & IPCTRACE_F_OBJECT)
		put_object(t, ipct_family_names[row->family], &call->object);
}

static void put_lost(struct text *t, const struct ipctrace_lost *lost)
{
	put(t, "--- ");
	put_unsigned(t, lost->count);
	put(t, " records of this CPU overwritten before they were read ---");
}

/**
 * ipct_text_line() - a record as one line of text
 * @buf: out: the line, ending in a newline, not NUL-terminated
 * @size: room in @buf; IPCT_TEXT_MAX_BYTES is always enough, what does not fit
 *	is cut off
 * @record: the record, header.len bytes of it readable, 8-byte aligned
 *
 * Context: any.
 * Return: bytes written to @buf, 0 for records that are not for people.
 */
size_t ipct_text_line(char *buf, size_t size,
		      const struct ipctrace_header *record)
{
	struct text t = { .buf = buf, .size = size };

	if (record->len < sizeof(*record) ||
	    record->type == IPCTRACE_TYPE_PAD)
		return 0;

	put_seconds(&t, record->time_ns, 6);
	put(&t, " [");
	put_digits(&t, record->cpu, 10, 3, '0');
	put(&t, "] ");

	switch (record->type) {
	case IPCTRACE_TYPE_CALL:
	case IPCTRACE_TYPE_MISSED:
		if (record->len < sizeof(struct ipctrace_call))
			return 0;
		put_call(&t, (const void *)record);
		break;
	case IPCTRACE_TYPE_LOST:
		if (record->len < sizeof(struct ipctrace_lost))
			return 0;
		put_lost(&t, (const void *)record);
		break;
	default:
		return 0;
	}
	put_char(&t, '\n');
	return t.len;
}
