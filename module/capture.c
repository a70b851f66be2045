// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: capture
 *
 * The path that every traced call takes. No locks, no allocation, nothing that
 * sleeps, and few instructions: what does not change during a call is read only
 * at its end, and written straight into the ring.
 *
 * The object is found as the calls find it, in the IDR of the caller's
 * namespace under RCU. For a call that takes an id this happens when it begins,
 * because after IPC_RMID, or a blocked receive, the object may be gone. Ids are
 * compared whole, so that a slot's next user is never taken for its last.
 *
 * Here a call begins and ends. What its arguments lead to is in capture_args.c;
 * the *ctl() calls and IPC_SET are in capture_ctl.c, attachments in
 * capture_segment.h; what the compiler knows of each kind of call is in route.h.
 */
#include <linux/ipc.h>
#include <linux/kprobes.h>
#include <linux/sem.h>

#include "buffers.h"
#include "capture.h"
#include "capture_args.h"
#include "capture_ctl.h"
#include "capture_segment.h"
#include "clock.h"
#include "compat.h"
#include "creation.h"
#include "filter.h"
#include "flight.h"
#include "origin.h"
#include "probe.h"
#include "record.h"
#include "rights.h"
#include "route.h"
#include "stats.h"
#include "tester.h"
#include "shared/layouts.h"
#include "shared/syscalls.h"

static __always_inline enum ipct_object_source
source_of(const struct ipct_route *route, const struct ipct_flight *flight)
{
	u8 object = route->any ? ipct_syscalls[flight->call].object :
				 route->object;

	return object == IPCT_OBJECT_CTL ? ipct_ctl_object(flight) : object;
}

/* ---- What the entry keeps ------------------------------------------------ */

static __always_inline void keep_user(const struct ipct_route *route,
				      struct ipct_flight *flight,
				      const struct kern_ipc_perm *perm)
{
	u8 follow = ipct_route_follow(route, flight);

	switch ((enum ipct_follow)follow) {
	case IPCT_FOLLOW_SOPS:
		ipct_args_keep_sops(route, flight);
		break;
	case IPCT_FOLLOW_SEND:
		ipct_args_keep(flight, ipct_route_arg(route, flight, 1),
			       ipct_args_mtype_bytes(route, flight));
		break;
	case IPCT_FOLLOW_CTL:
		ipct_ctl_keep(flight, perm);
		break;
	case IPCT_FOLLOW_ATTACH:
		ipct_segment_keep(flight, perm);
		break;
	case IPCT_FOLLOW_NOTHING:
	case IPCT_FOLLOW_MAKE:
	case IPCT_FOLLOW_RECEIVE:
	case IPCT_FOLLOW_DETACH:
	case __IPCT_FOLLOW_MAX:
		break;
	}
}

/* ---- What the return adds ------------------------------------------------ */

/* A *get() call made the object, or found it; @common: see add_parts(). */
static __always_inline void tell_created(struct ipctrace_call *record,
					 const struct ipct_flight *flight,
					 bool common)
{
	if (record->ret < 0)
		return;
	if (!common && flight->flags & IPCT_FLIGHT_CREATED) {
		record->header.flags |= IPCTRACE_F_CREATED;
		ipct_origin_add(record);
	} else if (flight->creation == READ_ONCE(ipct_creation.at_end)) {
		record->header.flags |= IPCTRACE_F_FOUND;
	}
}

/* @common: it has none of the flags by which end() singles out rare calls. */
static __always_inline void add_parts(const struct ipct_route *route,
				      struct ipctrace_call *record,
				      struct ipct_flight *flight, bool common)
{
	u8 follow = ipct_route_follow(route, flight);

	if (route->any && (flight->flags & IPCT_FLIGHT_IPC)) {
		record->header.flags |= IPCTRACE_F_IPC;
		if (flight->kludge_bytes)
			ipct_args_add_kludge(record, flight);
	}
	switch ((enum ipct_follow)follow) {
	case IPCT_FOLLOW_MAKE:
		tell_created(record, flight, common);
		break;
	case IPCT_FOLLOW_SOPS:
		ipct_args_add_sops(route, record, flight);
		break;
	case IPCT_FOLLOW_SEND:
		ipct_args_add_message(route, record, flight,
				      ipct_route_arg(route, flight, 2));
		break;
	case IPCT_FOLLOW_RECEIVE:
		if (record->ret >= 0)
			ipct_args_add_message(route, record, flight,
					      record->ret);
		break;
	case IPCT_FOLLOW_CTL:
		ipct_ctl_add(record, flight);
		break;
	case IPCT_FOLLOW_ATTACH:
	case IPCT_FOLLOW_DETACH:
		ipct_segment_add(route, record, flight);
		break;
	case IPCT_FOLLOW_NOTHING:
	case __IPCT_FOLLOW_MAX:
		break;
	}
}

/* Enough for a record with all parts that any call may have. */
#define ROOM_MAX_BYTES	1024

/* Room for a record with everything that add_parts() may add. */
static __always_inline u32 room_for(const struct ipct_route *route,
				    const struct ipct_flight *flight)
{
	const u32 user = sizeof(struct ipctrace_user);
	u8 follow = ipct_route_follow(route, flight);
	u32 room = IPCT_RECORD_BYTES;

	/* What ipc() hides behind its ptr */
	if (route->any)
		room += user + 8;
	switch ((enum ipct_follow)follow) {
	case IPCT_FOLLOW_NOTHING:
	case IPCT_FOLLOW_MAKE:
		return room;
	case IPCT_FOLLOW_SEND:
	case IPCT_FOLLOW_RECEIVE:
		return room + user + 8 + ALIGN(READ_ONCE(ipct_args_payload), 8) +
		       user + 8;
	case IPCT_FOLLOW_SOPS:
		return room + user + ALIGN(ipct_args_sops_count(route, flight) *
					   sizeof(struct sembuf), 8) +
		       user + IPCT_FLIGHT_USER_BYTES + user + 16;
	case IPCT_FOLLOW_CTL:
	case IPCT_FOLLOW_ATTACH:
	case IPCT_FOLLOW_DETACH:
	case __IPCT_FOLLOW_MAX:
		break;
	}
	return ROOM_MAX_BYTES;
}

static_assert(ROOM_MAX_BYTES >=
	      IPCT_RECORD_BYTES + sizeof(struct ipctrace_user) + 8 +
	      sizeof(struct ipctrace_user) +
	      IPCTRACE_MAX_SOPS * sizeof(struct sembuf) +
	      sizeof(struct ipctrace_user) + IPCT_FLIGHT_USER_BYTES +
	      sizeof(struct ipctrace_user) + 16 + sizeof(struct ipctrace_set) +
	      sizeof(struct ipctrace_user) + IPCTRACE_MAX_PAYLOAD);

/* ---- The record ---------------------------------------------------------- */

/*
 * All but duration, result and object. Return: ipct_record_effective(), while the
 * credentials are at hand.
 */
static __always_inline u64 fill(struct ipctrace_call *record, u8 type,
				const struct ipct_probe *probe, bool is_32bit,
				u64 time_ns)
{
	const struct cred *cred = current_cred();
	u64 effective = ipct_record_effective(cred);

	ipct_record_begin(record, &probe->header, type, time_ns, current,
			  cred, current->nsproxy->ipc_ns->ns.inum);
	ipct_record_args(record, is_32bit, task_pt_regs(current));
	return effective;
}

/* The call behind ipc() */
static void fill_ipc(struct ipctrace_call *record,
		     const struct ipct_flight *flight)
{
	u8 family = ipct_syscalls[flight->call].family;

	record->header.call = flight->call;
	record->header.flags = IPCTRACE_F_FAMILY(family);
}
NOKPROBE_SYMBOL(fill_ipc);

/* The object of a call that has finished; all zero where there is none. */
static __always_inline void fill_object(const struct ipct_route *route,
					struct ipctrace_call *record,
					const struct ipct_flight *flight)
{
	const struct kern_ipc_perm *perm;

	/* A call that makes its object has none when it begins. */
	if ((route->any || route->follow != IPCT_FOLLOW_MAKE) &&
	    (flight->flags & IPCT_FLIGHT_OBJECT)) {
		record->object = flight->object;
		record->header.flags |= IPCTRACE_F_OBJECT;
		return;
	}
	if (source_of(route, flight) == IPCT_OBJECT_RET) {
		perm = ipct_route_find(route, flight, record->ret);
		if (likely(perm)) {
			ipct_record_object(&record->object, perm);
			record->header.flags |= IPCTRACE_F_OBJECT;
			return;
		}
	}
	record->object = (struct ipctrace_object){ };
}

/* An argument of a call: @call is the one behind ipc() where @probe is on that. */
static u64 arg_of(const struct ipct_probe *probe, u8 call, u8 n)
{
	if (probe->call == IPCTRACE_CALL_ipc)
		n = ipct_syscalls[call].args[n].place;
	return ipct_compat_arg(task_pt_regs(current),
			       ipct_abi_is_32bit(probe->abi), n);
}
NOKPROBE_SYMBOL(arg_of);

/* What a call asks for: the same when it begins and when it ends. */
static struct ipct_filter_asked asked_by(const struct ipct_probe *probe, u8 call)
{
	const struct ipct_syscall *row = &ipct_syscalls[call];
	struct ipct_filter_asked asked = {
		.source = row->object,
		.by_key = row->follow == IPCT_FOLLOW_MAKE,
		.number = arg_of(probe, call, 0),
	};

	if (asked.source == IPCT_OBJECT_CTL)
		asked.source = ipct_command(call, probe->abi,
					    arg_of(probe, call,
						   ipct_ctl_cmd_arg(call)))->object;
	return asked;
}
NOKPROBE_SYMBOL(asked_by);

/* Who wants a call that begins? */
static noinline struct ipct_filter_verdict
filter_enter(const struct ipct_probe *probe)
{
	u8 call = probe->call;

	if (ipct_tester_call(probe))
		return (struct ipct_filter_verdict){ };
	if (call == IPCTRACE_CALL_ipc)
		call = ipct_ipc_call(arg_of(probe, call, IPCT_PLACE_CALL));
	return ipct_filter_enter(call, probe, asked_by);
}
NOKPROBE_SYMBOL(filter_enter);

/* Who wants a call that ends, if that was not settled when it began? */
static noinline u32 filter_end(const struct ipct_flight *flight, s64 ret,
			       const struct ipct_clock_span *span)
{
	struct ipct_filter_asked asked = asked_by(flight->probe, flight->call);
	struct ipct_filter_verdict verdict = {
		.wanted = flight->wanted,
		.undecided = flight->undecided,
	};
	struct ipctrace_object object;
	const struct kern_ipc_perm *perm;
	bool found = flight->flags & IPCT_FLIGHT_OBJECT;

	if (found) {
		object = flight->object;
	} else if (source_of(&ipct_any_route, flight) == IPCT_OBJECT_RET) {
		perm = ipct_route_find(&ipct_any_route, flight, ret);
		found = perm;
		if (perm)
			ipct_record_object(&object, perm);
	}
	return ipct_filter_end(verdict, flight->call, &asked,
			       found ? &object : NULL, ret,
			       span->ns - span->duration_ns, span->duration_ns);
}
NOKPROBE_SYMBOL(filter_end);

static __always_inline bool may_block(const struct ipct_route *route,
				      const struct ipct_probe *probe)
{
	return route->any ? ipct_syscalls[probe->call].blocks :
	       route->follow == IPCT_FOLLOW_SEND ||
	       route->follow == IPCT_FOLLOW_RECEIVE ||
	       route->follow == IPCT_FOLLOW_SOPS;
}

/* A wanted call begins; @verdict says who wants it. Return as begin_filtered(). */
static __always_inline int watch(const struct ipct_route *route,
				 struct kretprobe_instance *ri,
				 const struct ipct_probe *probe,
				 const struct ipct_filter_verdict *verdict)
{
	u16 flags = verdict && !ipct_filter_is_plain(*verdict) ?
		    IPCT_FLIGHT_LATER : 0;
	bool blocks = may_block(route, probe);
	struct ipct_flight *flight = ipct_flight_claim(blocks);
	const struct kern_ipc_perm *perm = NULL;

	if (unlikely(!flight)) {
		flight = ipct_flight_claim_far(blocks);
		if (!flight)
			return 1;
		flags |= IPCT_FLIGHT_FAR;
	}
	*(struct ipct_flight **)ri->data = flight;
	__this_cpu_write(ipct_probe_counters.entered, true);
	ipct_compat_count(ipct_probe_counters.hits[probe->index]);

	flight->probe = probe;
	flight->call = probe->call;
	flight->flags = flags;
	if (verdict) {
		flight->wanted = verdict->wanted;
		flight->undecided = verdict->undecided;
	}
	if (route->any)
		flight->kludge_bytes = 0;
	if (route->any && probe->call == IPCTRACE_CALL_ipc)
		ipct_args_enter_ipc(flight);

	if (route->any || route->follow == IPCT_FOLLOW_MAKE)
		flight->creation = READ_ONCE(ipct_creation.at_entry);
	if (source_of(route, flight) == IPCT_OBJECT_ARG0) {
		perm = ipct_route_find(route, flight, ipct_route_arg(route, flight, 0));
		if (likely(perm)) {
			ipct_record_object(&flight->object, perm);
			flight->flags |= IPCT_FLIGHT_OBJECT;
		}
	}
	keep_user(route, flight, perm);
	ipct_flight_publish(flight, ipct_clock_stamp());
	/* Since the slot was claimed: FLIGHT:G. */
	if (unlikely(__this_cpu_read(ipct_cpu.flight_armed))) {
		__this_cpu_write(ipct_cpu.flight_armed, false);
		irq_work_queue(this_cpu_ptr(&ipct_cpu.tell));
	}
	return 0;
}

/* The slot of the tester, in no table: its calls are not recorded. */
static struct task_struct *tester_task;
static struct ipct_flight tester_flight = {
	.owner = &tester_task,
	.flags = IPCT_FLIGHT_LATER,
};

/* A call of the tester begins: only its return is to be seen. */
static noinline int watch_tester(struct kretprobe_instance *ri,
				 const struct ipct_probe *probe)
{
	tester_flight.probe = probe;
	tester_flight.call = probe->call;
	*(struct ipct_flight **)ri->data = &tester_flight;
	WRITE_ONCE(ipct_tester_watched[probe->index], true);
	return 0;
}
NOKPROBE_SYMBOL(watch_tester);

/*
 * A call begins, and its end will be seen, where there is a filter. Return 0:
 * watch the return; 1: there is no slot, or nobody wants it.
 *
 * Context: kretprobe entry handler; the calling task, preemption off.
 */
static __always_inline int begin_filtered(const struct ipct_route *route,
					  struct kretprobe_instance *ri,
					  const struct ipct_probe *probe)
{
	struct ipct_filter_verdict verdict = filter_enter(probe);

	if (verdict.wanted | verdict.undecided)
		return watch(route, ri, probe, &verdict);
	__this_cpu_write(ipct_probe_counters.entered, true);
	return ipct_tester_is_me() ? watch_tester(ri, probe) : 1;
}

/* A result of 32 bits is an address or a signed number. */
static __always_inline s64 result(const struct ipct_route *route,
				  const struct ipct_flight *flight,
				  struct pt_regs *regs)
{
	s64 ret = regs_return_value(regs);

	if (!route->any || !ipct_abi_is_32bit(flight->probe->abi))
		return ret;
	ret = (int)ret;
	return flight->call == IPCTRACE_CALL_shmat && !ipct_is_error(ret) ?
	       (u32)ret : ret;
}

/*
 * What only some calls have to do before their record is made. Return: who wants
 * it, a set of bits; 0: there is no record.
 */
static noinline u32 who_wants(const struct ipct_flight *flight, s64 ret,
			      const struct ipct_clock_span *span)
{
	if (flight == &tester_flight) {
		WRITE_ONCE(ipct_tester_returned[flight->probe->index], true);
		return 0;
	}
	if (flight->flags & IPCT_FLIGHT_FAR)
		ipct_flight_leave_far();
	return flight->flags & IPCT_FLIGHT_LATER ?
	       filter_end(flight, ret, span) : IPCT_FILTER_MACHINE;
}
NOKPROBE_SYMBOL(who_wants);

/*
 * Leave the record of a call that has ended, for @wanted, and free the slot.
 * @common: see add_parts().
 */
static __always_inline int leave_record(const struct ipct_route *route,
					struct ipct_flight *flight,
					struct pt_regs *regs,
					struct ipct_clock_span span, u32 room,
					u32 wanted, bool common)
{
	const struct ipct_probe *probe = flight->probe;
	struct ipctrace_call *record;
	u64 effective;

	record = ipct_buffers_reserve(room);
	effective = fill(record, IPCTRACE_TYPE_CALL, probe,
			 route->any && ipct_abi_is_32bit(probe->abi), span.ns);
	if (route->any)
		fill_ipc(record, flight);
	record->duration_ns = span.duration_ns;
	record->ret = result(route, flight, regs);
	fill_object(route, record, flight);
	ipct_record_pidns(record, current);
	add_parts(route, record, flight, common);
	ipct_rights_add(record, effective);
	ipct_record_wanted(record, wanted);
	ipct_stats_count(route->any ? ipct_stats[flight->call] :
				      probe->counters,
			 span.duration_ns, record->ret);
	if (wanted != IPCT_FILTER_MACHINE)
		ipct_buffers_count_aside(&record->header);
	ipct_buffers_commit(record->header.len);
	ipct_flight_release(flight);
	return 0;
}

/* The end of an uncommon call. */
static __always_inline int end_asked(const struct ipct_route *route,
				     struct ipct_flight *flight,
				     struct pt_regs *regs,
				     struct ipct_clock_span span)
{
	u32 wanted = who_wants(flight, result(route, flight, regs), &span);

	if (wanted)
		return leave_record(route, flight, regs, span,
				    room_for(route, flight) + IPCT_ORIGIN_BYTES,
				    wanted, false);
	ipct_flight_release(flight);
	return 0;
}

typedef int (*end_asked_t)(struct ipct_flight *flight, struct pt_regs *regs,
			   struct ipct_clock_span span);

/*
 * A call ends. @asked: end_asked(), not inline: for most calls nobody has to be
 * asked who wants them, and they have no origin.
 *
 * Context: kretprobe return handler; the calling task, preemption off.
 */
static __always_inline int end(const struct ipct_route *route,
			       struct kretprobe_instance *ri,
			       struct pt_regs *regs, end_asked_t asked)
{
	struct ipct_flight *flight = *(struct ipct_flight **)ri->data;
	u64 stamp = ipct_flight_end(flight);
	struct ipct_clock_span span = ipct_clock_end(stamp);
	u64 entered_ns = ipct_flight_entered_ns(flight, stamp);

	if (unlikely(entered_ns))
		span.duration_ns = span.ns - entered_ns;
	if (unlikely(flight->flags & (IPCT_FLIGHT_LATER | IPCT_FLIGHT_FAR |
				      IPCT_FLIGHT_CREATED |
				      IPCT_FLIGHT_CHANGES)))
		return asked(flight, regs, span);
	return leave_record(route, flight, regs, span, room_for(route, flight),
			    IPCT_FILTER_MACHINE, true);
}

#define ROUTE(name, ...)							\
static noinline int name##_filtered(struct kretprobe_instance *ri,	\
				    const struct ipct_probe *probe)	\
{									\
	return begin_filtered(&(const struct ipct_route){ __VA_ARGS__ }, ri,	\
			      probe);					\
}									\
NOKPROBE_SYMBOL(name##_filtered);					\
static int name##_entry(struct kretprobe_instance *ri,			\
			struct pt_regs *regs)				\
{									\
	const struct ipct_probe *probe =				\
		container_of(ipct_compat_kretprobe(ri),			\
			     struct ipct_probe, rp);			\
									\
	if (ipct_filter_active())					\
		return name##_filtered(ri, probe);			\
	return watch(&(const struct ipct_route){ __VA_ARGS__ }, ri, probe, NULL); \
}									\
NOKPROBE_SYMBOL(name##_entry);						\
static noinline int name##_asked(struct ipct_flight *flight,		\
				 struct pt_regs *regs,			\
				 struct ipct_clock_span span)		\
{									\
	return end_asked(&(const struct ipct_route){ __VA_ARGS__ },	\
			 flight, regs, span);				\
}									\
NOKPROBE_SYMBOL(name##_asked);						\
static int name##_return(struct kretprobe_instance *ri,			\
			 struct pt_regs *regs)				\
{									\
	return end(&(const struct ipct_route){ __VA_ARGS__ }, ri, regs,	\
		   name##_asked);					\
}									\
NOKPROBE_SYMBOL(name##_return)

ROUTE(make, .follow = IPCT_FOLLOW_MAKE, .object = IPCT_FOLLOW_MAKE_OBJECT);
ROUTE(send, .follow = IPCT_FOLLOW_SEND, .object = IPCT_FOLLOW_SEND_OBJECT);
ROUTE(receive, .follow = IPCT_FOLLOW_RECEIVE, .object = IPCT_FOLLOW_RECEIVE_OBJECT);
ROUTE(sops, .follow = IPCT_FOLLOW_SOPS, .object = IPCT_FOLLOW_SOPS_OBJECT);
ROUTE(ctl, .follow = IPCT_FOLLOW_CTL, .object = IPCT_FOLLOW_CTL_OBJECT);
ROUTE(attach, .follow = IPCT_FOLLOW_ATTACH, .object = IPCT_FOLLOW_ATTACH_OBJECT);
ROUTE(detach, .follow = IPCT_FOLLOW_DETACH, .object = IPCT_FOLLOW_DETACH_OBJECT);
ROUTE(any, .any = true);
#undef ROUTE

/**
 * ipct_capture_handlers() - give a probe its handlers
 * @probe: the probe; call and abi are set
 *
 * Context: before it is registered.
 */
void ipct_capture_handlers(struct ipct_probe *probe)
{
	static const struct {
		kretprobe_handler_t entry;
		kretprobe_handler_t end;
	} by_follow[] = {
		[IPCT_FOLLOW_NOTHING] = { any_entry, any_return },
		[IPCT_FOLLOW_MAKE] = { make_entry, make_return },
		[IPCT_FOLLOW_SEND] = { send_entry, send_return },
		[IPCT_FOLLOW_RECEIVE] = { receive_entry, receive_return },
		[IPCT_FOLLOW_SOPS] = { sops_entry, sops_return },
		[IPCT_FOLLOW_CTL] = { ctl_entry, ctl_return },
		[IPCT_FOLLOW_ATTACH] = { attach_entry, attach_return },
		[IPCT_FOLLOW_DETACH] = { detach_entry, detach_return },
	};
	u8 follow = ipct_syscalls[probe->call].follow;

	static_assert(ARRAY_SIZE(by_follow) == __IPCT_FOLLOW_MAX);
	if (ipct_abi_is_32bit(probe->abi))
		follow = IPCT_FOLLOW_NOTHING;
	probe->rp.entry_handler = by_follow[follow].entry;
	probe->rp.handler = by_follow[follow].end;
}

/**
 * ipct_capture_missed() - record a call whose end will not be seen
 * @probe: the probe that it hit
 *
 * Context: the calling task, preemption off.
 */
void ipct_capture_missed(const struct ipct_probe *probe)
{
	const struct kern_ipc_perm *perm;
	u32 wanted = IPCT_FILTER_MACHINE;
	struct ipctrace_call *record;

	if (ipct_filter_active()) {
		struct ipct_filter_verdict verdict = filter_enter(probe);

		if (!(verdict.wanted | verdict.undecided))
			return;
		wanted = ipct_filter_now(verdict, ipct_clock_ns());
		if (!wanted) {
			ipct_filter_reject();
			return;
		}
	}
	ipct_compat_count(ipct_probe_counters.missed[probe->index]);
	record = ipct_buffers_reserve(IPCT_RECORD_BYTES);
	fill(record, IPCTRACE_TYPE_MISSED, probe,
	     ipct_abi_is_32bit(probe->abi), ipct_clock_ns());
	record->duration_ns = 0;
	record->ret = 0;
	record->object = (struct ipctrace_object){ };
	if (ipct_syscalls[probe->call].object == IPCT_OBJECT_ARG0) {
		perm = ipct_record_find(current->nsproxy->ipc_ns,
					probe->idr_offset, record->args[0]);
		if (perm) {
			ipct_record_object(&record->object, perm);
			record->header.flags |= IPCTRACE_F_OBJECT;
		}
	}
	ipct_record_wanted(record, wanted);
	ipct_buffers_count_aside(&record->header);
	ipct_buffers_commit(record->header.len);
}
NOKPROBE_SYMBOL(ipct_capture_missed);
