// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: decode
 *
 * A record as a flat list of named values, independent of how they are
 * written. The names are those of the JSON output and will not change; the
 * arguments have their manual page names, from syscalls.def.
 */
#define _GNU_SOURCE	/* strerrorname_np() */
#include <linux/ipc.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "fields/decode.h"
#include "fields/decode_args.h"
#include "fields/values.h"
#include "names/cgroups.h"
#include "shared/layouts.h"
#include "shared/syscalls.h"
#include "shared/toctou.h"

static_assert(sizeof(((struct ipctrace_call *)0)->comm) * UTF8_GROWTH <
	      DECODE_STRING_BYTES);
static_assert(IPCTRACE_FILTER_MAX_BYTES * UTF8_GROWTH < DECODE_TEXT_BYTES);

/* A name made of a number, for what has none; must not be on the hot path. */
static const char *numbered(char *buf, const char *what, int number)
{
	snprintf(buf, DECODE_STRING_BYTES, "%s %d", what, number);
	return buf;
}

static const char *error_name(struct decoded *d, int error)
{
	const char *name = ipct_errno_name(error, NULL);

	if (!name)
		name = strerrorname_np(error);
	return name ? name : numbered(d->error, "errno", error);
}

static void add_object(struct decoded *d, const struct ipctrace_call *call,
		       const char *kind)
{
	const struct ipctrace_object *object = &call->object;

	if (!(call->header.flags & IPCTRACE_F_OBJECT)) {
		add_null(d, "object");
		return;
	}
	if (d->object) {
		add_known(d, "object", d->object);
		return;
	}
	d->object_at = d->nr;
	add(d, "object", VALUE_OPEN, 0);
	if (kind)
		add_string(d, "kind", kind);
	else
		add_null(d, "kind");
	add_signed(d, "id", object->id);
	add_signed(d, "key", object->key);
	add_unsigned(d, "uid", object->uid);
	add_unsigned(d, "gid", object->gid);
	add_unsigned(d, "cuid", object->cuid);
	add_unsigned(d, "cgid", object->cgid);
	add_unsigned(d, "mode", object->mode);
	add_unsigned(d, "seq", object->seq);
	add(d, NULL, VALUE_CLOSE, 0);
	d->object_end = d->nr;
}

static bool failed_with(const struct ipctrace_call *call, int error)
{
	return call->ret == -error;
}

/*
 * EAGAIN comes from a timeout that ran out, or from an operation with
 * IPC_NOWAIT. If there are both, the time that passed decides; then a timeout of
 * zero does not count.
 */
static bool timed_out(const struct ipctrace_call *call)
{
	const struct ipctrace_user *sops = ipct_user_in(call, 1);
	s64 tv_sec, tv_nsec;
	u64 timeout_ns;
	u32 i;

	if (call->header.call != IPCTRACE_CALL_semtimedop ||
	    !failed_with(call, EAGAIN) || !sops ||
	    !ipct_user_timeout(call, &tv_sec, &tv_nsec))
		return false;
	for (i = 0; i < ipct_user_sops(sops); i++)
		if (ipct_user_word(sops, i * IPCT_SEMBUF_BYTES + 4, 2, false) &
		    IPC_NOWAIT)
			break;
	if (i == ipct_user_sops(sops) && i >= sops->count)
		return true;
	if (tv_sec < 0 || tv_sec > (s64)(~0ULL >> 1) / 1000000000)
		return false;
	timeout_ns = tv_sec * 1000000000ULL + tv_nsec;
	return timeout_ns && call->duration_ns >= timeout_ns;
}

/**
 * decode_end() - how a call ended
 * @call: of IPCTRACE_TYPE_CALL; records of other types have no end
 */
const char *decode_end(const struct ipctrace_call *call)
{
	if (call->ret >= 0)
		return "returned";
	if (failed_with(call, EIDRM))
		return "removed";
	/* EINTR, and ERESTARTSYS to ERESTART_RESTARTBLOCK except 515 */
	if (failed_with(call, EINTR) || (call->ret <= -512 && call->ret >= -516 &&
					 call->ret != -515))
		return "signal";
	return timed_out(call) ? "timeout" : "returned";
}

static void add_result(struct decoded *d, const struct ipctrace_call *call)
{
	if (call->header.type != IPCTRACE_TYPE_CALL) {
		add_null(d, "ret");
		add_null(d, "errno");
		return;
	}
	add_signed(d, "ret", call->ret);
	if (call->ret < 0 && call->ret >= -4095)
		add_string(d, "errno", error_name(d, -call->ret));
	else
		add_null(d, "errno");
}

/* How long it took, on which object, and how it ended, as far as that is known */
static void add_end(struct decoded *d, const struct ipctrace_call *call,
		    const char *kind)
{
	if (call->header.type == IPCTRACE_TYPE_MISSED) {
		add_null(d, "duration_ns");
		add_null(d, "object");
		add_null(d, "end");
		return;
	}
	add_unsigned(d, "duration_ns", call->duration_ns);
	add_object(d, call, kind);
	if (call->header.type == IPCTRACE_TYPE_CALL)
		add_string(d, "end", decode_end(call));
	else if (call->header.type == IPCTRACE_TYPE_DIED)
		add_string(d, "end", "died");
	else
		add_null(d, "end");
}

/* ---- Beside the arguments ------------------------------------------------- */

static void add_state(struct decoded *d, const char *name, u32 uid, u32 gid,
		      u32 mode)
{
	add(d, name, VALUE_OPEN, 0);
	add_unsigned(d, "uid", uid);
	add_unsigned(d, "gid", gid);
	add_unsigned(d, "mode", mode);
}

static void add_set(struct decoded *d, const struct ipctrace_call *call)
{
	const struct ipctrace_set *set =
		ipct_part_find(call, IPCTRACE_PART_SET, sizeof(*set));

	if (!set)
		return;
	if (call->header.flags & IPCTRACE_F_OBJECT) {
		add_state(d, "before", call->object.uid, call->object.gid,
			  call->object.mode);
		if (set->valid & IPCTRACE_SET_QBYTES)
			add_unsigned(d, "msg_qbytes", set->before_qbytes);
		add(d, NULL, VALUE_CLOSE, 0);
	}
	if (set->valid & IPCTRACE_SET_AFTER) {
		add_state(d, "after", set->after_uid, set->after_gid,
			  set->after_mode);
		if (set->valid & IPCTRACE_SET_QBYTES)
			add_unsigned(d, "msg_qbytes", set->after_qbytes);
		add(d, NULL, VALUE_CLOSE, 0);
	}
}

static void add_segment(struct decoded *d, const struct ipctrace_call *call)
{
	const struct ipctrace_segment *segment =
		ipct_part_find(call, IPCTRACE_PART_SEGMENT, sizeof(*segment));

	if (!segment)
		return;
	add(d, "segment", VALUE_OPEN, 0);
	add_signed(d, "id", segment->id);
	if (segment->ipc_ns)
		add_unsigned(d, "ipc_ns", segment->ipc_ns);
	if (segment->size_bytes)
		add_unsigned(d, "size", segment->size_bytes);
	add_unsigned(d, "addr", segment->addr);
	add(d, NULL, VALUE_CLOSE, 0);
}

static void add_pidns(struct decoded *d, const struct ipctrace_call *call)
{
	const struct ipctrace_pidns *pidns =
		ipct_part_find(call, IPCTRACE_PART_PIDNS, sizeof(*pidns));

	if (!pidns)
		return;
	add_unsigned(d, "pid_ns", pidns->pid_ns);
	add_unsigned(d, "ns_pid", pidns->pid);
	add_unsigned(d, "ns_tid", pidns->tid);
}

static void add_cred(struct decoded *d, const struct ipctrace_call *call)
{
	const struct ipctrace_cred *cred =
		ipct_part_find(call, IPCTRACE_PART_CRED, sizeof(*cred));

	if (!cred)
		return;
	if (cred->euid != call->uid || cred->egid != call->gid) {
		add_unsigned(d, "euid", cred->euid);
		add_unsigned(d, "egid", cred->egid);
	}
	if (cred->right == IPCTRACE_RIGHT_UNSAID)
		return;
	add_string(d, "right", cred->right < __IPCTRACE_RIGHT_MAX ?
			       ipct_right_names[cred->right] :
			       numbered(d->number, "right", cred->right));
}

/* Keep a name of any bytes in the room for strings that have no other. */
static const char *keep_name(struct decoded *d, const void *name, size_t bytes)
{
	char *to = d->text + d->text_used;

	if (sizeof(d->text) - d->text_used <= bytes * UTF8_GROWTH)
		return "";
	utf8_text(to, name, bytes);
	d->text_used += strlen(to) + 1;
	return to;
}

static void add_origin(struct decoded *d, const struct ipctrace_call *call)
{
	const struct ipctrace_origin *origin = ipct_origin(call);
	const struct ipctrace_ancestor *ancestor;
	u32 i;

	if (!origin)
		return;
	add_unsigned(d, "start_ns", origin->start_ns);
	if (origin->exe_bytes)
		add_string(d, "exe", keep_name(d, ipct_origin_exe(origin),
					       origin->exe_bytes));
	add(d, "ancestors", VALUE_LIST, 0);
	ancestor = ipct_origin_ancestors(origin);
	for (i = 0; i < origin->nr_ancestors; i++, ancestor++) {
		add(d, NULL, VALUE_OPEN, 0);
		add_unsigned(d, "pid", ancestor->pid);
		add_string(d, "comm", keep_name(d, ancestor->comm,
						sizeof(ancestor->comm)));
		add_unsigned(d, "uid", ancestor->uid);
		add_unsigned(d, "start_ns", ancestor->start_ns);
		add(d, NULL, VALUE_CLOSE, 0);
	}
	add(d, NULL, VALUE_END, 0);
}

static void add_ipc(struct decoded *d, const struct ipctrace_call *call)
{
	static const struct ipct_syscall *row =
		&ipct_syscalls[IPCTRACE_CALL_ipc];
	u8 i;

	add_string(d, "via", "ipc");
	add(d, "ipc", VALUE_OPEN, 0);
	for (i = 0; i < row->nr_args; i++)
		add(d, row->args[i].name,
		    ipct_kind_is_signed(row->args[i].kind) ? VALUE_SIGNED :
							     VALUE_UNSIGNED,
		    ipct_arg_value(row->args[i].kind, call->args[i],
				   IPCTRACE_ABI_I386));
	add(d, NULL, VALUE_CLOSE, 0);
}

static const char *field_name(struct decoded *d,
			      const struct ipct_toctou *changed)
{
	char *name = d->text + d->text_used;
	size_t room = sizeof(d->text) - d->text_used;
	char index[16] = "";
	int len;

	if (changed->index != IPCT_TOCTOU_NO_INDEX)
		snprintf(index, sizeof(index), "[%u]", changed->index);
	len = snprintf(name, room, "%s%s%s%s%s%s", changed->arg,
		       changed->inner ? "." : "",
		       changed->inner ? changed->inner : "", index,
		       changed->member ? "." : "",
		       changed->member ? changed->member : "");
	if (len < 0 || (size_t)len >= room)
		return changed->arg;
	d->text_used += len + 1;
	return name;
}

static void add_toctou(struct decoded *d, const struct ipctrace_call *call,
		       const u64 *args)
{
	struct ipct_toctou changed;
	bool any = false;

	if (!ipct_toctou_begin(&changed, call, args))
		return;
	while (ipct_toctou_next(&changed)) {
		if (!any)
			add(d, "toctou", VALUE_LIST, 0);
		any = true;
		add(d, NULL, VALUE_OPEN, 0);
		add_string(d, "field", field_name(d, &changed));
		add(d, "user", changed.known ? VALUE_SIGNED : VALUE_NULL,
		    changed.user);
		add(d, "kernel", changed.known ? VALUE_SIGNED : VALUE_NULL,
		    changed.kernel);
		add(d, NULL, VALUE_CLOSE, 0);
	}
	if (any)
		add(d, NULL, VALUE_END, 0);
}

/* What the record has beyond the 160 bytes that all calls have. */
static void add_facts(struct decoded *d, const struct ipctrace_call *call,
		      const u64 *args, u32 unknown)
{
	u8 flags = call->header.flags;

	if (flags & (IPCTRACE_F_CREATED | IPCTRACE_F_FOUND))
		add(d, "created", VALUE_BOOL, !!(flags & IPCTRACE_F_CREATED));
	if (flags & IPCTRACE_F_IPC)
		add_ipc(d, call);
	decode_ipc_64(d, call, args);
	if (call->header.len <= sizeof(*call))
		return;
	add_set(d, call);
	add_segment(d, call);
	add_toctou(d, call, args);
	decode_unread(d, call, unknown);
	add_cred(d, call);
	add_pidns(d, call);
	add_origin(d, call);
}

/* ---- Records --------------------------------------------------------------- */

static void add_cgroup(struct decoded *d, struct cgroups *cgroups, u64 id)
{
	const struct cgroup *cgroup;

	add_unsigned(d, "cgroup", id);
	if (!cgroups)
		return;
	cgroup = cgroups_find(cgroups, id);
	if (cgroup->path)
		add_string(d, "cgroup_path", cgroup->text);
	else
		add_null(d, "cgroup_path");
	if (cgroup->container)
		add_string(d, "container", cgroup->container);
	else
		add_null(d, "container");
}

static void add_caller(struct decoded *d, const struct ipctrace_call *call,
		       struct cgroups *cgroups)
{
	if (d->caller) {
		add_known(d, "pid", d->caller);
		return;
	}
	d->caller_at = d->nr;
	add_unsigned(d, "pid", call->tgid);
	add_unsigned(d, "tid", call->tid);
	add_unsigned(d, "ppid", call->ppid);
	add_string(d, "comm",
		   utf8_text(d->comm, call->comm, sizeof(call->comm)));
	add_unsigned(d, "uid", call->uid);
	add_unsigned(d, "gid", call->gid);
	add_unsigned(d, "loginuid", call->loginuid);
	add_unsigned(d, "ipc_ns", call->ipc_ns);
	add_cgroup(d, cgroups, call->cgroup);
	d->caller_end = d->nr;
}

static void add_start(struct decoded *d, const struct ipctrace_header *record)
{
	add_string(d, "type", ipct_type_names[record->type]);
	add_unsigned(d, "time_ns", record->time_ns);
	add_unsigned(d, "cpu", record->cpu);
}

static void add_abi(struct decoded *d, const struct ipctrace_call *call)
{
	add_string(d, "abi", call->header.abi <= IPCTRACE_ABI_MAX ?
			     ipct_abi_names[call->header.abi] :
			     numbered(d->abi, "abi", call->header.abi));
}

/* A call without a row */
static void decode_unknown(struct decoded *d, const struct ipctrace_call *call)
{
	add_abi(d, call);
	add_string(d, "call", numbered(d->number, "call", call->header.call));
	add(d, "args", VALUE_OPEN, 0);
	add(d, NULL, VALUE_CLOSE, 0);
	add_result(d, call);
	add_end(d, call, NULL);
}

static void decode_called(struct decoded *d, const struct ipctrace_call *call,
			  const struct ipct_syscall *row)
{
	u64 args[IPCTRACE_NR_ARGS];
	u32 unknown = ipct_call_args(call, args);
	size_t facts;

	d->called_at = d->nr;
	add_abi(d, call);
	add_string(d, "call", row->name);
	decode_args(d, call, args, unknown);
	add_result(d, call);
	d->called_end = d->nr;
	add_end(d, call, ipct_family_names[row->family]);
	facts = d->nr;
	if (call->header.type != IPCTRACE_TYPE_MISSED)
		add_facts(d, call, args, unknown);
	if (d->nr != facts)
		d->called_end = 0;
}

static void decode_call(struct decoded *d, const struct ipctrace_call *call,
			struct cgroups *cgroups)
{
	const struct ipct_syscall *row;

	add_start(d, &call->header);
	add_caller(d, call, cgroups);
	if (call->header.call >= IPCTRACE_NR_CALLS) {
		decode_unknown(d, call);
		return;
	}
	row = &ipct_syscalls[call->header.call];
	if (!d->called) {
		decode_called(d, call, row);
		return;
	}
	add_known(d, "abi", d->called);
	add_end(d, call, ipct_family_names[row->family]);
}

static void decode_event(struct decoded *d, const struct ipctrace_call *event,
			 struct cgroups *cgroups)
{
	u8 family = ipct_family_of(event->header.flags);

	add_start(d, &event->header);
	add_caller(d, event, cgroups);
	add_object(d, event, ipct_family_names[family]);
	add_segment(d, event);
	if (event->header.type == IPCTRACE_TYPE_UNDO)
		decode_adjust(d, event);
	add_pidns(d, event);
}

static void decode_gap(struct decoded *d, const struct ipctrace_call *record,
		       struct cgroups *cgroups)
{
	const struct ipctrace_gap *gap =
		ipct_part_find(record, IPCTRACE_PART_GAP, sizeof(*gap));

	add_start(d, &record->header);
	add_caller(d, record, cgroups);
	add_pidns(d, record);
	if (!gap)
		return;
	add_string(d, "cause", gap->cause < __IPCTRACE_GAP_MAX ?
			       ipct_gap_names[gap->cause] :
			       numbered(d->number, "cause", gap->cause));
	if (gap->bytes && gap->bytes <= gap->part.len - sizeof(*gap) &&
	    gap->bytes <= IPCTRACE_FILTER_MAX_BYTES)
		add_string(d, "filter", utf8_text(d->text, gap + 1, gap->bytes));
	add(d, "begin_ns", gap->begin_ns ? VALUE_UNSIGNED : VALUE_NULL,
	    gap->begin_ns);
	add(d, "end_ns", gap->end_ns ? VALUE_UNSIGNED : VALUE_NULL, gap->end_ns);
}

static void decode_lost(struct decoded *d, const struct ipctrace_lost *lost)
{
	add_start(d, &lost->header);
	add_unsigned(d, "count", lost->count);
}

/**
 * decode_known() - decode a record, except for what is known of it
 * @decoded: out: its values; @caller, @object and @called are set, the rest is not
 * @record: the record, header.len bytes of it readable, 8-byte aligned; must
 *	outlive @decoded
 * @cgroups: names of cgroups, or NULL to leave them out
 *
 * Return: false for a record of an unknown type, or too short for its type.
 */
bool decode_known(struct decoded *decoded, const struct ipctrace_header *record,
		  struct cgroups *cgroups)
{
	decoded->nr = 0;
	decoded->text_used = 0;
	decoded->caller_end = 0;
	decoded->object_end = 0;
	decoded->called_end = 0;
	if (record->len < ipct_type_min_bytes(record->type))
		return false;
	switch (ipct_type_kind(record->type)) {
	case IPCT_TYPE_CALL:
		decode_call(decoded, (const void *)record, cgroups);
		return true;
	case IPCT_TYPE_EVENT:
		decode_event(decoded, (const void *)record, cgroups);
		return true;
	case IPCT_TYPE_GAP:
		decode_gap(decoded, (const void *)record, cgroups);
		return true;
	case IPCT_TYPE_LOST:
		decode_lost(decoded, (const void *)record);
		return true;
	case IPCT_TYPE_OTHER:
		break;
	}
	return false;
}

/**
 * decode_record() - decode a record
 * @decoded: out: its values
 * @record: the record, header.len bytes of it readable, 8-byte aligned; must
 *	outlive @decoded
 * @cgroups: names of cgroups, or NULL to leave them out
 *
 * Return: false for a record of an unknown type, or too short for its type.
 */
bool decode_record(struct decoded *decoded,
		   const struct ipctrace_header *record,
		   struct cgroups *cgroups)
{
	decoded->caller = NULL;
	decoded->object = NULL;
	decoded->called = NULL;
	return decode_known(decoded, record, cgroups);
}
