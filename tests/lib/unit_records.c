// SPDX-License-Identifier: GPL-2.0
/* Random records and random questions; see unit_records.h. */
#include <stdarg.h>
#include <stdio.h>

#include "shared/syscalls.h"
#include "unit_random.h"
#include "unit_records.h"

#define MAX_DEPTH	4

static u32 draw(struct unit_records *r, u32 below)
{
	return unit_draw(&r->seed, below);
}

#define PICK(r, array)	((array)[draw(r, ARRAY_SIZE(array))])

static const u32 pids[] = { 100, 101, 200, 4194304 };
static const u32 uids[] = { 0, 1, 1000, 1001, 4294967295 };
static const u32 ids[] = { 0, 5, 32769, 2147483647, 4294967295 };
static const u32 keys[] = { 0, 5, 0x1234, 0xdeadbeef, 0xffffffff };
static const u32 modes[] = { 0, 0600, 0666, 01600, 02602 };
static const u64 durations[] = { 0, 999, 1000000, 1000001, 5000000000 };
static const s64 rets[] = {
	0, 5, 32769, -2, -4, -11, -22, -28, -43, -513, -5000, 0x7f0000001000
};

static const char comms[][16] = {
	"sh", "postgres", "postgres: write", "a b", "", "fifteen-bytes-1"
};

static const u64 numbers[] = {
	0, 1, 2, 11, 18, 100, 2000, 04000, 040000, 0x7ffc00001000
};

/* ---- Records ---------------------------------------------------------------- */

static void *add(struct unit_records *r, u16 type, u32 bytes)
{
	struct ipctrace_call *call = (void *)r->record;
	struct ipctrace_part *part = (void *)call + call->header.len;

	bytes = (bytes + 7) & ~7U;
	memset(part, 0, bytes);
	part->type = type;
	part->len = bytes;
	call->header.len += bytes;
	return part;
}

static void add_memory(struct unit_records *r, u8 arg, u8 flags, u32 bytes)
{
	struct ipctrace_user *user = add(r, IPCTRACE_PART_USER,
					 sizeof(*user) + bytes);
	u16 *words = (void *)(user + 1);
	u32 i;

	user->arg = arg;
	user->flags = flags;
	user->bytes = bytes;
	for (i = 0; i < bytes / 2; i++)
		words[i] = draw(r, 3) ? draw(r, 4) : draw(r, 65536);
}

/* What an argument leads to: once, or twice when it was changed */
static void add_pointer(struct unit_records *r, u8 arg, u32 bytes)
{
	switch (draw(r, 4)) {
	case 0:
		return;
	case 1:
		add_memory(r, arg, IPCTRACE_USER_ENTRY, bytes);
		add_memory(r, arg, IPCTRACE_USER_RETURN, bytes);
		return;
	}
	add_memory(r, arg, IPCTRACE_USER_ENTRY | IPCTRACE_USER_RETURN, bytes);
}

static void add_set(struct unit_records *r)
{
	struct ipctrace_set *set = add(r, IPCTRACE_PART_SET, sizeof(*set));

	set->valid = draw(r, 8);
	set->after_uid = PICK(r, uids);
	set->after_gid = PICK(r, uids);
	set->after_mode = PICK(r, modes);
	set->before_qbytes = PICK(r, numbers);
	set->after_qbytes = PICK(r, numbers);
}

static void add_segment(struct unit_records *r)
{
	struct ipctrace_segment *segment = add(r, IPCTRACE_PART_SEGMENT,
					       sizeof(*segment));

	segment->id = PICK(r, ids);
	segment->size_bytes = PICK(r, numbers);
	segment->addr = PICK(r, numbers);
}

static void add_parts(struct unit_records *r, struct ipctrace_call *call)
{
	switch (ipct_syscalls[call->header.call].follow) {
	case IPCT_FOLLOW_MAKE:
		call->header.flags |= draw(r, 3) * IPCTRACE_F_CREATED;
		break;
	case IPCT_FOLLOW_SEND:
	case IPCT_FOLLOW_RECEIVE:
		add_pointer(r, 1, 8 + draw(r, 3) * 8);
		break;
	case IPCT_FOLLOW_SOPS:
		call->args[2] = 1 + draw(r, 4);
		add_pointer(r, 1, 6 * call->args[2]);
		if (draw(r, 2))
			add_pointer(r, 3, 16);
		break;
	case IPCT_FOLLOW_CTL:
		add_pointer(r, ipct_syscalls[call->header.call].nr_args - 1,
			    draw(r, 2) ? 120 : 32);
		if (draw(r, 2))
			add_set(r);
		break;
	case IPCT_FOLLOW_ATTACH:
	case IPCT_FOLLOW_DETACH:
		if (draw(r, 2))
			add_segment(r);
		break;
	}
}

static void make_call(struct unit_records *r, struct ipctrace_call *call)
{
	static const u8 types[] = {
		IPCTRACE_TYPE_CALL, IPCTRACE_TYPE_CALL, IPCTRACE_TYPE_CALL,
		IPCTRACE_TYPE_CALL, IPCTRACE_TYPE_ENTER, IPCTRACE_TYPE_MISSED,
		IPCTRACE_TYPE_DIED,
	};
	const struct ipct_syscall *row;
	u32 i;

	call->header.type = PICK(r, types);
	call->header.call = draw(r, IPCTRACE_CALL_ipc);
	row = &ipct_syscalls[call->header.call];
	call->header.flags |= IPCTRACE_F_FAMILY(row->family);
	for (i = 0; i < row->nr_args; i++)
		call->args[i] = PICK(r, numbers);
	call->args[0] = draw(r, 2) ? PICK(r, ids) : PICK(r, keys);
	/* As the C library on this machine asks */
	if (row->object == IPCT_OBJECT_CTL)
		call->args[row->nr_args - 2] = draw(r, 21);
	if (call->header.type == IPCTRACE_TYPE_CALL)
		call->ret = PICK(r, rets);
	if (call->header.type != IPCTRACE_TYPE_MISSED)
		call->duration_ns = PICK(r, durations);
	add_parts(r, call);
}

static void make_event(struct unit_records *r, struct ipctrace_call *event)
{
	static const u8 types[] = {
		IPCTRACE_TYPE_UNDO, IPCTRACE_TYPE_ATTACH, IPCTRACE_TYPE_DETACH,
		IPCTRACE_TYPE_DESTROY,
	};

	event->header.type = PICK(r, types);
	event->header.call = IPCTRACE_CALL_NONE;
	event->header.flags |= IPCTRACE_F_FAMILY(draw(r, 3));
	if (draw(r, 2))
		add_segment(r);
	if (draw(r, 2))
		add_memory(r, IPCTRACE_USER_UNDO, IPCTRACE_USER_ENTRY, 6);
}

/**
 * unit_record() - the next record
 * @records: where they come from; has it until the next one
 */
const struct ipctrace_call *unit_record(struct unit_records *records)
{
	struct unit_records *r = records;
	struct ipctrace_call *call = (void *)r->record;

	*call = (struct ipctrace_call){
		.header.len = sizeof(*call),
		.header.cpu = draw(r, 3),
		.header.time_ns = 1000000000ULL * draw(r, 5),
		.header.flags = draw(r, 3) ? IPCTRACE_F_OBJECT : 0,
		.cgroup = draw(r, 4),
		.tgid = PICK(r, pids),
		.ppid = 1 + draw(r, 4),
		.uid = PICK(r, uids),
		.gid = PICK(r, uids),
		.loginuid = PICK(r, uids),
		.ipc_ns = 4026531839 + draw(r, 2),
		.object = {
			.id = PICK(r, ids), .key = PICK(r, keys),
			.uid = PICK(r, uids), .gid = PICK(r, uids),
			.cuid = PICK(r, uids), .cgid = PICK(r, uids),
			.mode = PICK(r, modes), .seq = draw(r, 3),
		},
	};
	call->tid = call->tgid + draw(r, 2);
	memcpy(call->comm, PICK(r, comms), sizeof(call->comm));
	if (draw(r, 4))
		make_call(r, call);
	else
		make_event(r, call);
	if (!draw(r, 4)) {
		struct ipctrace_pidns *pidns = add(r, IPCTRACE_PART_PIDNS,
						   sizeof(*pidns));

		pidns->pid_ns = 4026531836;
		pidns->pid = 1;
	}
	return call;
}

/* ---- Questions -------------------------------------------------------------- */

/**
 * struct text - a text that grows
 * @at: where it goes on
 * @left: room there
 */
struct text {
	char *at;
	size_t left;
};

static void put(struct text *t, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(t->at, t->left, format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= t->left)
		return;
	t->at += len;
	t->left -= len;
}

static const char *const equals[] = { "==", "!=" };
static const char *const compares[] = { "==", "!=", "<", "<=", ">", ">=" };

static void put_call(struct unit_records *r, struct text *t)
{
	u32 call = draw(r, IPCTRACE_NR_CALLS + 3);

	put(t, "%s", call < IPCTRACE_NR_CALLS ? ipct_syscalls[call].name :
		     ipct_family_names[call - IPCTRACE_NR_CALLS]);
}

static void put_comm(struct unit_records *r, struct text *t)
{
	const char *comm = PICK(r, comms);

	put(t, "'%s'", *comm ? comm : "x");
}

/* A value of a field of the filter */
static void put_value(struct unit_records *r, struct text *t, const char *field)
{
	switch (field[0] == 'c' ? field[1] : field[0]) {
	case 'a':
		put_call(r, t);
		break;
	case 'o':
		put_comm(r, t);
		break;
	case 'p':
		put(t, "%u", PICK(r, pids));
		break;
	case 'i':
		put(t, "%u", PICK(r, ids) & 0x7fffffff);
		break;
	case 'k':
		if (draw(r, 4))
			put(t, draw(r, 2) ? "%u" : "0x%x", PICK(r, keys));
		else
			put(t, "IPC_PRIVATE");
		break;
	case 'd':
		put(t, "%lluns", (unsigned long long)PICK(r, durations));
		break;
	case 'n':
		put(t, "%u", 4026531839 + draw(r, 2));
		break;
	default:
		put(t, "%u", field[1] == 'g' ? draw(r, 4) : PICK(r, uids));
	}
}

static void put_filter_test(struct unit_records *r, struct text *t)
{
	static const char *const fields[] = {
		"call", "call", "pid", "uid", "gid", "loginuid", "comm",
		"ipc_ns", "cgroup", "id", "key", "duration",
	};
	const char *field = PICK(r, fields);
	bool ordered = field[0] == 'u' || field[0] == 'g' || field[0] == 'd';
	const char *of = !strcmp(field, "ipc_ns") ? "ns" :
			 !strcmp(field, "cgroup") ? "g" : field;

	if (!strcmp(of, "g"))
		of = "cg";
	if (!draw(r, 12)) {
		put(t, "failed");
	} else if (!draw(r, 4)) {
		put(t, "%s in (", field);
		put_value(r, t, of);
		put(t, ", ");
		put_value(r, t, of);
		put(t, ")");
	} else {
		put(t, "%s %s ", field,
		    ordered ? PICK(r, compares) : PICK(r, equals));
		put_value(r, t, of);
	}
}

/* What the reader knows and the filter does not */
static void put_reader_test(struct unit_records *r, struct text *t)
{
	static const char *const whole[] = {
		"errno == EINTR", "errno in (ENOSPC, EINVAL)", "errno != ENOENT",
		"end == signal", "end != returned", "end in (timeout, removed)",
		"cmd == IPC_RMID", "cmd == GETPID", "cmd in (MSG_STAT, IPC_SET)",
		"msgflg & MSG_COPY", "shmflg & SHM_RDONLY", "toctou", "created",
		"has segment", "has before", "object", "has errno",
		"type == call", "type in (destroy, detach)", "type == enter",
		"object.kind == msg", "object.kind in (sem, shm)",
		"object.mode & 0o002", "object.mode & 0o777 == 0o600",
		"before.uid != after.uid", "before.mode == after.mode",
		"object.uid == uid", "object.cuid < uid", "uid == gid",
		"args.key == key", "object.id == id", "sops.sem_num == 2",
		"sops.sem_op < 1", "sops.sem_flg & SEM_UNDO", "msgp.mtype > 2",
		"segment.size > 100", "comm ~ 'post*'", "comm !~ '* *'",
		"call ~ '*ctl'", "user == root", "duration == duration_ns",
		"toctou.user != toctou.kernel", "adjust > 1", "args.buf == 0",
		"created == false", "pid > 100", "pid <= 100", "abi == x86_64", "pid == tid",
		"buf.msg_perm.uid == 2", "arg.val > 2", "has args.timeout",
		"ret == -EAGAIN", "has pid_ns", "call not in (sem, shmat)",
	};
	static const char *const numbered[] = {
		"ret", "args.msgsz", "nsems", "object.seq", "cpu", "tid",
		"duration_ns", "segment.addr", "args.shmaddr", "msgtyp", "tgid",
		"loginuid", "id", "ppid", "args.nsops", "object.cuid",
	};

	if (draw(r, 3))
		put(t, "%s", PICK(r, whole));
	else
		put(t, "%s %s %llu", PICK(r, numbered), PICK(r, compares),
		    (unsigned long long)(draw(r, 2) ? PICK(r, numbers) :
					 PICK(r, pids)));
}

static void put_question(struct unit_records *r, struct text *t, u32 depth,
			 bool of_filter)
{
	u32 parts, i;

	if (depth == MAX_DEPTH || !draw(r, 3)) {
		if (of_filter || draw(r, 2))
			put_filter_test(r, t);
		else
			put_reader_test(r, t);
		return;
	}
	if (!draw(r, 4)) {
		put(t, "not ");
		put_question(r, t, depth + 1, of_filter);
		return;
	}
	put(t, "(");
	parts = 1 + draw(r, 3);
	for (i = 0; i < parts; i++) {
		if (i)
			put(t, draw(r, 2) ? " and " : " or ");
		put_question(r, t, depth + 1, of_filter);
	}
	put(t, ")");
}

/**
 * unit_question() - the next question
 * @records: what it is about
 * @text: out: it
 * @size: room there
 * @of_filter: one that the recorder's filter could read, unless it is too long
 */
void unit_question(struct unit_records *records, char *text, size_t size,
		   bool of_filter)
{
	struct text t = { text, size };
	u32 i, parts = 1 + draw(records, 3);

	/* What must all hold is what there is to take apart. */
	*text = '\0';
	for (i = 0; i < parts; i++) {
		if (i)
			put(&t, " and ");
		put_question(records, &t, 1, of_filter);
	}
}
