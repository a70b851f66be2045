// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: text
 *
 * The only renderer of records as text: for cat, for the reader and for the
 * tests, so that a record gives the same line everywhere. A record may be any
 * bytes: what does not make sense is printed as a number, and lengths are
 * checked before anything is read.
 */
#include "called.h"
#include "layouts.h"
#include "syscalls.h"
#include "text.h"
#include "text_args.h"
#include "text_put.h"
#include "toctou.h"

/* Inode number of the first IPC namespace, PROC_IPC_INIT_INO since Linux 3.8 */
#define IPC_NS_INIT	0xEFFFFFFFU
#define ID_UNSET	0xFFFFFFFFU

/* Any bytes; like strace, prints what is not printable in octal. */
static void put_escaped(struct text *t, const u8 *bytes, size_t size,
			u8 smallest)
{
	size_t i;

	for (i = 0; i < size && bytes[i]; i++) {
		if (bytes[i] == '\\') {
			put(t, "\\\\");
		} else if (bytes[i] < smallest || bytes[i] > '~') {
			put_char(t, '\\');
			put_octal(t, bytes[i], 3);
		} else {
			put_char(t, bytes[i]);
		}
	}
}

/* A task's name */
static void put_comm(struct text *t, const u8 *comm, size_t size)
{
	size_t i = 0;

	/* Almost all names are plain, and fit. */
	if (t->size - t->len >= size) {
		char *to = t->buf + t->len;

		while (i < size && comm[i] > ' ' && comm[i] <= '~' &&
		       comm[i] != '\\') {
			to[i] = comm[i];
			i++;
		}
		t->len += i;
	}
	put_escaped(t, comm + i, size - i, ' ' + 1);
}

static void put_error(struct text *t, int error)
{
	const char *text, *name = ipct_errno_name(error, &text);

	put_paint(t, IPCT_PAINT_ERROR);
	if (name) {
		/* strace's sign for a result that the process never sees */
		put(t, error > 511 ? "? " : "-1 ");
		put(t, name);
		put(t, " (");
		put(t, text);
	} else {
		put(t, "-1 (errno ");
		put_unsigned(t, error);
	}
	put_char(t, ')');
	put_paint(t, IPCT_PAINT_END);
}

static void put_result(struct text *t, const struct ipctrace_call *call,
		       const struct ipctrace_segment *segment)
{
	if (call->ret < 0 && call->ret >= -4095)
		put_error(t, -call->ret);
	else if (call->header.call != IPCTRACE_CALL_shmat)
		put_signed(t, call->ret);
	else if (call->header.flags & IPCTRACE_F_IPC && segment)
		put_hex(t, segment->addr);	/* ipc() stores it elsewhere */
	else
		put_hex(t, call->ret);
}

/**
 * ipct_text_result() - the result of a call that returned, as strace has it
 * @t: where it is added, as far as there is room
 * @call: header.call is a row
 */
void ipct_text_result(struct text *t, const struct ipctrace_call *call)
{
	const struct ipctrace_segment *segment = NULL;

	if (call->header.len > sizeof(*call))
		segment = ipct_part_find(call, IPCTRACE_PART_SEGMENT,
					 sizeof(*segment));
	put_result(t, call, segment);
}

/* ---- What an earlier line had already ---------------------------------------- */

static_assert(CALLED_MAX_BYTES <= IPCT_MEMO_KEY_BYTES);

static const u32 caller_parts = 1U << IPCTRACE_PART_PIDNS |
				1U << IPCTRACE_PART_CRED;

static bool has_part(const struct text *t, enum ipctrace_part_type type)
{
	return t->parts & 1U << type;
}

/**
 * struct key - what a part of a line is made of
 * @at: bytes of the record
 * @bytes: how many
 * @also: what else it is made of
 */
struct key {
	const void *at;
	u16 bytes;
	u64 also;
};

static bool is_kept(const struct ipct_text_kept *kept, const struct key *key)
{
	return kept->key_bytes == key->bytes && kept->also == key->also &&
	       !memcmp(kept->key, key->at, key->bytes);
}

static void put_kept(struct text *t, const struct ipct_text_kept *kept)
{
	/* A length that is known is copied without a loop. */
	if (likely(t->size - t->len >= sizeof(kept->text))) {
		memcpy(t->buf + t->len, kept->text, sizeof(kept->text));
		t->len += kept->len;
		return;
	}
	put_bytes(t, kept->text, kept->len);
}

/* Keep the line from @begin to @end for the next one, unless it was cut off. */
static void keep(struct ipct_text_kept *kept, const struct text *t,
		 size_t begin, size_t end, const struct key *key)
{
	size_t len = end - begin;

	if (len > sizeof(kept->text) || t->len == t->size)
		return;
	kept->key_bytes = key->bytes;
	kept->also = key->also;
	memcpy(kept->key, key->at, key->bytes);
	kept->len = len;
	memcpy(kept->text, t->buf + begin, len);
}

/* ---- The object ------------------------------------------------------------ */

static void put_mode_after(struct text *t, u32 before, u32 after)
{
	if (before == after)
		return;
	put(t, "->0");
	put_octal(t, after, 3);
}

static void put_owner_after(struct text *t, bool group, u32 before, u32 after)
{
	const char *name;

	if (before == after)
		return;
	put(t, "->");
	name = name_of(t, group, after);
	if (name)
		put(t, name);
	else
		put_unsigned(t, after);
}

static void put_owner(struct text *t, const struct ipctrace_object *object,
		      const struct ipctrace_set *set)
{
	bool after = set && set->valid & IPCTRACE_SET_AFTER;

	put_owned(t, "uid", false, object->uid);
	if (after)
		put_owner_after(t, false, object->uid, set->after_uid);
	put_owned(t, "gid", true, object->gid);
	if (after)
		put_owner_after(t, true, object->gid, set->after_gid);
	put_owned(t, "cuid", false, object->cuid);
	put_owned(t, "cgid", true, object->cgid);
	put(t, " mode=0");
	put_octal(t, object->mode, 3);
	if (after)
		put_mode_after(t, object->mode, set->after_mode);
	put_named(t, "seq", object->seq);
	if (set && set->valid & IPCTRACE_SET_QBYTES &&
	    set->before_qbytes != set->after_qbytes) {
		put_named(t, "msg_qbytes", set->before_qbytes);
		put(t, "->");
		put_unsigned(t, set->after_qbytes);
	}
}

static void put_object_new(struct text *t, const struct ipctrace_call *call,
			   const char *family,
			   const struct ipctrace_segment *segment)
{
	bool object = call->header.flags & IPCTRACE_F_OBJECT;

	put_char(t, ' ');
	put_paint(t, IPCT_PAINT_OBJECT);
	put_char(t, '[');
	put(t, family);
	put_char(t, ' ');
	put_signed(t, object ? call->object.id : segment->id);
	if (object) {
		put(t, " key=");
		put_hex(t, (u32)call->object.key);
		put_owner(t, &call->object,
			  ipct_part_find(call, IPCTRACE_PART_SET,
					 sizeof(struct ipctrace_set)));
	}
	if (segment && segment->size_bytes)
		put_named(t, "size", segment->size_bytes);
	if (segment && segment->ipc_ns && segment->ipc_ns != call->ipc_ns)
		put_named(t, "ipc_ns", segment->ipc_ns);
	if (call->header.flags & IPCTRACE_F_CREATED)
		put(t, " created");
	put_char(t, ']');
	put_paint(t, IPCT_PAINT_END);
}

/* The object and its segment, which is one more fact about it. */
static void put_object(struct text *t, const struct ipctrace_call *call,
		       const char *family,
		       const struct ipctrace_segment *segment)
{
	struct ipct_text_memo *memo = t->style ? t->style->memo : NULL;
	const struct key key = {
		.at = &call->object,
		.bytes = sizeof(call->object),
		.also = (unsigned long)family,
	};
	struct ipct_text_kept *kept;
	size_t begin = t->len;

	if (!(call->header.flags & IPCTRACE_F_OBJECT) && !segment)
		return;
	if (!memo || segment || call->header.flags & IPCTRACE_F_CREATED ||
	    has_part(t, IPCTRACE_PART_SET)) {
		put_object_new(t, call, family, segment);
		return;
	}
	kept = &memo->objects[((u32)call->object.id * 4 ^ (u8)family[1]) %
			      IPCT_MEMO_PLACES];
	if (is_kept(kept, &key)) {
		put_kept(t, kept);
		return;
	}
	put_object_new(t, call, family, segment);
	keep(kept, t, begin, t->len, &key);
}

/* ---- The caller ------------------------------------------------------------ */

static void put_pidns(struct text *t, const struct ipctrace_call *call)
{
	const struct ipctrace_pidns *pidns =
		ipct_part_find(call, IPCTRACE_PART_PIDNS, sizeof(*pidns));

	if (!pidns)
		return;
	put_named(t, "pid_ns", pidns->pid_ns);
	put_named(t, "ns_pid", pidns->pid);
	if (pidns->tid != pidns->pid)
		put_named(t, "ns_tid", pidns->tid);
}

/* As whom, if not as the real user and group, and by which right. */
static void put_cred(struct text *t, const struct ipctrace_call *call)
{
	const struct ipctrace_cred *cred =
		ipct_part_find(call, IPCTRACE_PART_CRED, sizeof(*cred));

	if (!cred)
		return;
	if (cred->euid != call->uid || cred->egid != call->gid) {
		put_owned(t, "euid", false, cred->euid);
		put_owned(t, "egid", true, cred->egid);
	}
	if (cred->right == IPCTRACE_RIGHT_UNSAID)
		return;
	if (cred->right >= __IPCTRACE_RIGHT_MAX) {
		put_named(t, "by", cred->right);
		return;
	}
	put(t, " by=");
	put(t, ipct_right_names[cred->right]);
}

/* Its program, and who started it: exe=/usr/bin/ipcrm from=bash[812]<sshd[700] */
static void put_origin(struct text *t, const struct ipctrace_call *call)
{
	const struct ipctrace_origin *origin = ipct_origin(call);
	const struct ipctrace_ancestor *ancestor;
	u32 i;

	if (!origin)
		return;
	if (origin->exe_bytes) {
		put(t, " exe=");
		put_escaped(t, (const u8 *)ipct_origin_exe(origin),
			    origin->exe_bytes, ' ' + 1);
	}
	ancestor = ipct_origin_ancestors(origin);
	for (i = 0; i < origin->nr_ancestors; i++, ancestor++) {
		put(t, i ? "<" : " from=");
		put_comm(t, ancestor->comm, sizeof(ancestor->comm));
		put_char(t, '[');
		put_unsigned(t, ancestor->pid);
		put_char(t, ']');
	}
}

static void put_abi(struct text *t, u8 abi)
{
	if (abi == IPCTRACE_ABI_X86_64 || abi == IPCTRACE_ABI_ARM64)
		return;
	if (abi > IPCTRACE_ABI_MAX) {
		put_named(t, "abi", abi);
		return;
	}
	put(t, " abi=");
	put(t, ipct_abi_names[abi]);
}

/* The names of this machine's users do not hold in a container. */
static const char *find_container(struct text *t, u64 cgroup)
{
	const char *container = NULL;

	if (unlikely(t->style) && t->style->container)
		container = t->style->container(t->style, cgroup);
	t->numbers = container;
	return container;
}

static void put_caller_new(struct text *t, const struct ipctrace_call *call)
{
	const char *container = find_container(t, call->cgroup);

	put_comm(t, call->comm, sizeof(call->comm));
	put_char(t, '[');
	put_unsigned(t, call->tgid);
	if (call->tid != call->tgid) {
		put_char(t, '/');
		put_unsigned(t, call->tid);
	}
	put_char(t, ']');
	put_named(t, "ppid", call->ppid);
	put_owned(t, "uid", false, call->uid);
	put_owned(t, "gid", true, call->gid);
	if (has_part(t, IPCTRACE_PART_CRED))
		put_cred(t, call);
	if (call->loginuid != ID_UNSET)
		put_owned(t, "loginuid", false, call->loginuid);
	if (call->ipc_ns != IPC_NS_INIT)
		put_named(t, "ipc_ns", call->ipc_ns);
	if (container) {
		put(t, " container=");
		put(t, container);
	}
	if (has_part(t, IPCTRACE_PART_PIDNS))
		put_pidns(t, call);
	put_abi(t, call->header.abi);
	put_char(t, ' ');
}

/* All that is said of a caller without namespaces of its own and other credentials */
#define CALLER_BEGIN	offsetof(struct ipctrace_call, cgroup)
#define CALLER_BYTES	(offsetof(struct ipctrace_call, object) - CALLER_BEGIN)

static void put_caller(struct text *t, const struct ipctrace_call *call)
{
	struct ipct_text_memo *memo = t->style ? t->style->memo : NULL;
	struct ipct_text_kept *kept;
	size_t begin = t->len;
	const struct key key = {
		.at = (const char *)call + CALLER_BEGIN,
		.bytes = CALLER_BYTES,
		.also = call->header.abi,
	};

	t->parts = called_parts(call);
	if (!memo || t->parts & caller_parts) {
		put_caller_new(t, call);
		return;
	}
	kept = &memo->callers[call->tid % IPCT_MEMO_PLACES];
	if (is_kept(kept, &key)) {
		put_kept(t, kept);
		return;
	}
	put_caller_new(t, call);
	keep(kept, t, begin, t->len, &key);
}

/* ---- Calls ----------------------------------------------------------------- */

static void put_changed(struct text *t, const struct ipct_toctou *changed)
{
	put_char(t, ' ');
	put_paint(t, IPCT_PAINT_ERROR);
	put(t, "!toctou ");
	put(t, changed->arg);
	if (changed->inner) {
		put_char(t, '.');
		put(t, changed->inner);
	}
	if (changed->index != IPCT_TOCTOU_NO_INDEX) {
		put_char(t, '[');
		put_unsigned(t, changed->index);
		put_char(t, ']');
	}
	if (changed->member) {
		put_char(t, '.');
		put(t, changed->member);
	}
	if (changed->known) {
		put(t, ": user ");
		put_signed(t, changed->user);
		put(t, ", kernel ");
		put_signed(t, changed->kernel);
	} else {
		put(t, ": changed");
	}
	put_paint(t, IPCT_PAINT_END);
}

static void put_toctou(struct text *t, const struct ipctrace_call *call,
		       const u64 *args)
{
	struct ipct_toctou changed;

	if (!ipct_toctou_begin(&changed, call, args))
		return;
	while (ipct_toctou_next(&changed))
		put_changed(t, &changed);
}

static void put_duration(struct text *t, const struct ipctrace_call *call)
{
	put(t, " <");
	put_seconds(t, call->duration_ns, 1);
	put_char(t, '>');
	if (call->header.flags & IPCTRACE_F_IPC)
		put(t, " via=ipc");
}

/* How a call ended, if it has: in strace's words where it has any. */
static void put_end(struct text *t, const struct ipctrace_call *call,
		    const struct ipctrace_segment *segment)
{
	switch (call->header.type) {
	case IPCTRACE_TYPE_MISSED:
		put_paint(t, IPCT_PAINT_ERROR);
		put(t, "? (missed: max_blocked calls in flight)");
		put_paint(t, IPCT_PAINT_END);
		break;
	case IPCTRACE_TYPE_ENTER:
		put(t, "? <unfinished ...>");
		break;
	case IPCTRACE_TYPE_DIED:
		put(t, "? <task died>");
		break;
	default:
		put_result(t, call, segment);
	}
}

/* Its name, its arguments, and how it ended */
static void put_called(struct text *t, const struct ipctrace_call *call,
		       const u64 *args, u32 unknown,
		       const struct ipctrace_segment *segment)
{
	put_paint(t, IPCT_PAINT_CALL);
	put(t, ipct_syscalls[call->header.call].name);
	put_paint(t, IPCT_PAINT_END);
	put_char(t, '(');
	ipct_text_args(t, call, args, unknown);
	put(t, ") = ");
	put_end(t, call, segment);
}

/* What else is known of a call: how long it took, and the object. */
static void put_facts(struct text *t, const struct ipctrace_call *call,
		      const struct ipctrace_segment *segment)
{
	u8 family = ipct_syscalls[call->header.call].family;

	if (call->header.type == IPCTRACE_TYPE_MISSED)
		return;
	put_duration(t, call);
	put_object(t, call, ipct_family_names[family], segment);
}

/* Returns where the part by put_called() ends; 0: there is more after the object. */
static size_t put_call_new(struct text *t, const struct ipctrace_call *call)
{
	const struct ipctrace_segment *segment = NULL;
	const u64 *args = call->args;
	u64 effective[IPCTRACE_NR_ARGS];
	size_t called_end, facts_end;
	u32 unknown = 0;

	if (call->header.flags & IPCTRACE_F_IPC) {
		unknown = ipct_call_args(call, effective);
		args = effective;
	}
	if (has_part(t, IPCTRACE_PART_SEGMENT))
		segment = ipct_part_find(call, IPCTRACE_PART_SEGMENT,
					 sizeof(*segment));
	put_called(t, call, args, unknown, segment);
	called_end = t->len;
	put_facts(t, call, segment);
	facts_end = t->len;
	put_toctou(t, call, args);
	if (has_part(t, IPCTRACE_PART_ORIGIN))
		put_origin(t, call);
	return t->len == facts_end ? called_end : 0;
}

static void put_call(struct text *t, const struct ipctrace_call *call)
{
	struct ipct_text_memo *memo = t->style ? t->style->memo : NULL;
	struct ipct_text_kept *kept;
	struct called called;
	struct key key = { .at = &called };
	size_t begin, end;

	put_caller(t, call);
	if (call->header.call >= IPCTRACE_NR_CALLS) {
		put(t, "call ");
		put_unsigned(t, call->header.call);
		return;
	}
	key.bytes = memo ? called_of(&called, call, t->parts) : 0;
	if (!key.bytes) {
		put_call_new(t, call);
		return;
	}
	kept = &memo->calls[called_place(&called, key.bytes)];
	if (kept->key_bytes == key.bytes &&
	    called_is(&called, key.bytes, kept->key)) {
		put_kept(t, kept);
		put_facts(t, call, NULL);
		return;
	}
	begin = t->len;
	end = put_call_new(t, call);
	if (end)
		keep(kept, t, begin, end, &key);
}

/* ---- Other records --------------------------------------------------------- */

static void put_adjustments(struct text *t, const struct ipctrace_call *call)
{
	const struct ipctrace_user *user =
		ipct_part_user(call, IPCTRACE_USER_UNDO,
			       IPCTRACE_USER_ENTRY | IPCTRACE_USER_RETURN);
	u32 i;

	put(t, "+++ SEM_UNDO adds [");
	for (i = 0; user && i < user->bytes / 2 && i < IPCTRACE_MAX_VALUES; i++) {
		if (i)
			put(t, ", ");
		put_signed(t, ipct_user_word(user, 2 * i, 2, true));
	}
	put(t, user && i < user->count ? ", ...] +++" : "] +++");
}

static void put_event(struct text *t, const struct ipctrace_call *event)
{
	static const char *const destroyed[__IPCTRACE_FAMILY_MAX] = {
		[IPCTRACE_MSG] = "+++ queue destroyed +++",
		[IPCTRACE_SEM] = "+++ semaphore set destroyed +++",
		[IPCTRACE_SHM] = "+++ segment destroyed +++",
		[IPCTRACE_ANY] = "+++ object destroyed +++",
	};
	u8 family = ipct_family_of(event->header.flags);
	const struct ipctrace_segment *segment =
		ipct_part_find(event, IPCTRACE_PART_SEGMENT, sizeof(*segment));

	put_caller(t, event);
	put_paint(t, IPCT_PAINT_EVENT);
	if (event->header.type == IPCTRACE_TYPE_UNDO) {
		put_adjustments(t, event);
	} else if (event->header.type == IPCTRACE_TYPE_DESTROY) {
		put(t, destroyed[family]);
	} else {
		put(t, event->header.type == IPCTRACE_TYPE_ATTACH ?
		       "+++ segment attached at " : "+++ segment detached from ");
		put_hex(t, segment ? segment->addr : 0);
		put(t, " +++");
	}
	put_paint(t, IPCT_PAINT_END);
	put_object(t, event, ipct_family_names[family], segment);
}

static void put_cause(struct text *t, const struct ipctrace_gap *gap)
{
	if (gap->cause < __IPCTRACE_GAP_MAX)
		put(t, ipct_gap_names[gap->cause]);
	else
		put_named(t, "cause", gap->cause);
	if (gap->bytes && gap->bytes <= gap->part.len - sizeof(*gap)) {
		put_char(t, ' ');
		put_escaped(t, (const u8 *)(gap + 1), gap->bytes, ' ');
	}
	if (gap->begin_ns) {
		put(t, gap->end_ns ? ", from " : ", since ");
		put_time(t, gap->begin_ns, false);
	}
	if (gap->end_ns) {
		put(t, gap->begin_ns ? " to " : ", until ");
		put_time(t, gap->end_ns, false);
	}
}

static void put_gap(struct text *t, const struct ipctrace_call *record)
{
	const struct ipctrace_gap *gap =
		ipct_part_find(record, IPCTRACE_PART_GAP, sizeof(*gap));

	put_caller(t, record);
	put_paint(t, IPCT_PAINT_ERROR);
	put(t, "--- gap: ");
	if (gap)
		put_cause(t, gap);
	else
		put_char(t, '?');
	put(t, " ---");
	put_paint(t, IPCT_PAINT_END);
}

static void put_lost(struct text *t, const struct ipctrace_lost *lost)
{
	put_paint(t, IPCT_PAINT_ERROR);
	put(t, "--- ");
	put_unsigned(t, lost->count);
	put(t, " records of this CPU overwritten before they were read ---");
	put_paint(t, IPCT_PAINT_END);
}

/**
 * ipct_text_styled() - a record as one line of text, in a style
 * @buf: out: the line, ending in a newline, not NUL-terminated
 * @size: room in @buf; IPCT_STYLED_MAX_BYTES is always enough, what does not fit
 *	is cut off
 * @record: the record, header.len bytes of it readable, 8-byte aligned
 * @style: what is different from ipct_text_line(), or NULL
 *
 * Context: any that @style can be used in.
 * Return: bytes written to @buf, 0 for records that are not for people.
 */
size_t ipct_text_styled(char *buf, size_t size,
			const struct ipctrace_header *record,
			const struct ipct_text_style *style)
{
	struct text t = { .buf = buf, .size = size, .style = style };

	if (record->len < ipct_type_min_bytes(record->type) ||
	    ipct_type_kind(record->type) == IPCT_TYPE_OTHER)
		return 0;

	put_time(&t, record->time_ns, true);
	put(&t, " [");
	put_digits(&t, record->cpu, 10, 3, '0');
	put(&t, "] ");

	switch (ipct_type_kind(record->type)) {
	case IPCT_TYPE_CALL:
		put_call(&t, (const void *)record);
		break;
	case IPCT_TYPE_EVENT:
		put_event(&t, (const void *)record);
		break;
	case IPCT_TYPE_GAP:
		put_gap(&t, (const void *)record);
		break;
	case IPCT_TYPE_LOST:
		put_lost(&t, (const void *)record);
		break;
	case IPCT_TYPE_OTHER:
		return 0;
	}
	put_char(&t, '\n');
	return t.len;
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
	return ipct_text_styled(buf, size, record, NULL);
}
