// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: capture
 *
 * The path that every traced call takes. No locks, no allocation, nothing that
 * sleeps, and few instructions: what does not change during a call is read at
 * its end only, and written straight into the ring.
 *
 * The object is found as the calls find it, in the IDR of the caller's
 * namespace under RCU. A call that takes an id looks it up when it begins, for
 * IPC_RMID and a blocked receiver may find it gone at the end. Ids are
 * compared whole, so that a slot's next user is never taken for its last.
 *
 * User memory is read without faulting, when the call begins, as the kernel
 * does, and again when it ends. Where the two differ somebody changed it, and
 * both go into the record; what is not resident when the call begins is there
 * when it ends, for the kernel has read it.
 */
#include <linux/ipc.h>
#include <linux/jhash.h>
#include <linux/kprobes.h>
#include <linux/msg.h>
#include <linux/sem.h>
#include <linux/shm.h>
#include <linux/smp.h>

#include "btf.h"
#include "buffers.h"
#include "capture.h"
#include "clock.h"
#include "compat.h"
#include "events.h"
#include "filter.h"
#include "flight.h"
#include "probes.h"
#include "record.h"
#include "stats.h"
#include "shared/syscalls.h"

/* ipc/util.h, IPC_*_IDS: index of a family in ipc_namespace.ids */
static const u8 ids_index[] = {
	[IPCTRACE_SEM] = 0,
	[IPCTRACE_MSG] = 1,
	[IPCTRACE_SHM] = 2,
	[IPCTRACE_ANY] = 0,	/* ipc() itself has no object */
};

static_assert(ARRAY_SIZE(ids_index) == __IPCTRACE_FAMILY_MAX);

/* Bytes of each message to record, at most IPCTRACE_MAX_PAYLOAD. */
unsigned int ipct_capture_payload;

/**
 * struct route - what the compiler is to know of a call
 * @follow: enum ipct_follow
 * @object: enum ipct_object_source
 * @any: any call, perhaps a 32-bit one or by ipc(); @follow and @object are not
 *	known
 *
 * The handlers are compiled once for each kind of 64-bit call, without the
 * questions that have one answer, and once for all others.
 */
struct route {
	u8 follow;
	u8 object;
	bool any;
};

/* ---- Arguments ----------------------------------------------------------- */

/* What the caller passed as argument @n. */
static __always_inline u64 raw_arg(const struct route *route,
				   const struct ipct_flight *flight, u8 n)
{
	bool is_32bit = route->any && ipct_abi_is_32bit(flight->probe->abi);

	return ipct_compat_arg(task_pt_regs(current), is_32bit, n);
}

/* Argument @n of the call, whichever way it was made. */
static __always_inline u64 arg(const struct route *route,
			       const struct ipct_flight *flight, u8 n)
{
	if (route->any && (flight->flags & IPCT_FLIGHT_IPC))
		n = ipct_syscalls[flight->call].args[n].place;
	return raw_arg(route, flight, n);
}

static __always_inline u8 follow_of(const struct route *route,
				    const struct ipct_flight *flight)
{
	return route->any ? ipct_capture_follow(flight->call) : route->follow;
}

/* Functions that are not inlined take all calls alike. */
static const struct route any_route = { .any = true };

/* The same where ipc() may hide it behind its ptr. */
static u64 hidden_arg(const struct ipct_flight *flight, u8 n)
{
	if (!(flight->flags & IPCT_FLIGHT_IPC))
		return arg(&any_route, flight, n);
	if (flight->call == IPCTRACE_CALL_semctl && n == 3)
		return flight->kludge[0];
	if (flight->call == IPCTRACE_CALL_msgrcv && flight->kludge_bytes &&
	    n == 1)
		return flight->kludge[0];
	return arg(&any_route, flight, n);
}
NOKPROBE_SYMBOL(hidden_arg);

static void read_kludge(struct ipct_flight *flight)
{
	flight->kludge[0] = 0;
	flight->kludge[1] = 0;
	flight->kludge_read =
		ipct_compat_read_user(flight->kludge,
				      raw_arg(&any_route, flight,
					      IPCT_PLACE_PTR),
				      flight->kludge_bytes);
}
NOKPROBE_SYMBOL(read_kludge);

/* Find out which call ipc() makes, and what it hides behind ptr. */
static noinline void enter_ipc(struct ipct_flight *flight)
{
	u32 number = raw_arg(&any_route, flight, IPCT_PLACE_CALL);

	flight->call = ipct_ipc_call(number);
	if (flight->call == IPCTRACE_CALL_ipc)
		return;

	flight->flags |= IPCT_FLIGHT_IPC;
	if (flight->call == IPCTRACE_CALL_semctl)
		flight->kludge_bytes = 4;
	else if (flight->call == IPCTRACE_CALL_msgrcv &&
		 !(number >> IPCT_IPC_VERSION_SHIFT))
		flight->kludge_bytes = 8;
	else
		return;
	read_kludge(flight);
}
NOKPROBE_SYMBOL(enter_ipc);

/* Command of a *ctl() call; 32-bit callers may mark it with IPC_64. */
static u32 full_command(const struct ipct_flight *flight)
{
	return arg(&any_route, flight,
		   flight->call == IPCTRACE_CALL_semctl ? 2 : 1);
}
NOKPROBE_SYMBOL(full_command);

static u32 command(const struct ipct_flight *flight)
{
	u32 cmd = full_command(flight);

	return ipct_abi_is_32bit(flight->probe->abi) ? cmd & ~IPCT_IPC_64 : cmd;
}
NOKPROBE_SYMBOL(command);

/* Commands that are about no object, or name one by its index. */
static const struct {
	u8 info;
	u8 stat;
	u8 stat_any;
} ctl_commands[] = {
	[IPCTRACE_CALL_msgctl] = { MSG_INFO, MSG_STAT, MSG_STAT_ANY },
	[IPCTRACE_CALL_semctl] = { SEM_INFO, SEM_STAT, SEM_STAT_ANY },
	[IPCTRACE_CALL_shmctl] = { SHM_INFO, SHM_STAT, SHM_STAT_ANY },
};

/* Where a *ctl() call has its object's id: its command decides. */
static enum ipct_object_source ctl_source(const struct ipct_flight *flight)
{
	u8 call = flight->call;
	u32 cmd = command(flight);

	if (cmd == IPC_INFO || cmd == ctl_commands[call].info)
		return IPCT_OBJECT_NONE;
	if (cmd == ctl_commands[call].stat || cmd == ctl_commands[call].stat_any)
		return IPCT_OBJECT_RET;
	return IPCT_OBJECT_ARG0;
}
NOKPROBE_SYMBOL(ctl_source);

static __always_inline enum ipct_object_source
source_of(const struct route *route, const struct ipct_flight *flight)
{
	u8 object = route->any ? ipct_syscalls[flight->call].object :
				 route->object;

	return object == IPCT_OBJECT_CTL ? ctl_source(flight) : object;
}

static __always_inline struct kern_ipc_perm *
find(const struct route *route, const struct ipct_flight *flight, int id)
{
	u32 offset = flight->probe->idr_offset;

	if (route->any)
		offset = ipct_capture_idr_offset(ipct_syscalls[flight->call].family);
	return ipct_record_find(current->nsproxy->ipc_ns, offset, id);
}

/* ---- What the entry keeps ------------------------------------------------ */

/* Bytes that a *ctl() command leads to; @in: the kernel reads them. */
static u32 ctl_bytes(const struct ipct_flight *flight, bool *in)
{
	/* Native layout, that of 32-bit callers, and their old one. */
	static const struct {
		u8 ds[3];
		u8 ipc_info[3];
		u8 info[3];
	} bytes[] = {
		[IPCTRACE_CALL_msgctl] = {
			{ sizeof(struct msqid64_ds),
			  sizeof(struct compat_msqid64_ds), 56 },
			{ sizeof(struct msginfo), sizeof(struct msginfo),
			  sizeof(struct msginfo) },
			{ sizeof(struct msginfo), sizeof(struct msginfo),
			  sizeof(struct msginfo) },
		},
		[IPCTRACE_CALL_semctl] = {
			{ sizeof(struct semid64_ds),
			  sizeof(struct compat_semid64_ds), 44 },
			{ sizeof(struct seminfo), sizeof(struct seminfo),
			  sizeof(struct seminfo) },
			{ sizeof(struct seminfo), sizeof(struct seminfo),
			  sizeof(struct seminfo) },
		},
		[IPCTRACE_CALL_shmctl] = {
			{ sizeof(struct shmid64_ds),
			  sizeof(struct compat_shmid64_ds), 48 },
			{ sizeof(struct shminfo64), 36, 20 },
			{ sizeof(struct shm_info), 24, 24 },
		},
	};
	u8 call = flight->call, layout = 0;
	u32 cmd = command(flight);

	if (ipct_abi_is_32bit(flight->probe->abi))
		layout = ipct_ctl_is_old(flight->probe->abi,
					 flight->flags & IPCT_FLIGHT_IPC,
					 full_command(flight)) ? 2 : 1;
	*in = cmd == IPC_SET || (call == IPCTRACE_CALL_semctl && cmd == SETALL);
	if (cmd == IPC_SET || cmd == IPC_STAT ||
	    cmd == ctl_commands[call].stat || cmd == ctl_commands[call].stat_any)
		return bytes[call].ds[layout];
	if (cmd == IPC_INFO)
		return bytes[call].ipc_info[layout];
	if (cmd == ctl_commands[call].info)
		return bytes[call].info[layout];
	if (call == IPCTRACE_CALL_semctl && (cmd == SETALL || cmd == GETALL))
		return min_t(u32, flight->nsems, IPCTRACE_MAX_VALUES) *
		       sizeof(u16);
	return 0;
}
NOKPROBE_SYMBOL(ctl_bytes);

static __always_inline u32 sops_count(const struct route *route,
				      const struct ipct_flight *flight)
{
	return min_t(u32, arg(route, flight, 2), IPCTRACE_MAX_SOPS);
}

/* Size of struct msgbuf.mtype */
static __always_inline u32 mtype_bytes(const struct route *route,
				       const struct ipct_flight *flight)
{
	return route->any && ipct_abi_is_32bit(flight->probe->abi) ? 4 : 8;
}

static __always_inline void keep(struct ipct_flight *flight, u64 from,
				 u32 bytes)
{
	flight->user_bytes = min_t(u32, bytes, IPCT_FLIGHT_USER_BYTES);
	if (ipct_compat_read_user(flight->user, from, flight->user_bytes))
		flight->flags |= IPCT_FLIGHT_USER;
}

/* Longer arrays are kept in part; the rest is known again by its hash. */
static noinline void keep_many(struct ipct_flight *flight, u64 from, u32 bytes)
{
	u8 rest[IPCTRACE_MAX_SOPS * sizeof(struct sembuf) -
		IPCT_FLIGHT_USER_BYTES];

	static_assert(sizeof(rest) >= IPCTRACE_MAX_VALUES * sizeof(u16) -
				      IPCT_FLIGHT_USER_BYTES);
	keep(flight, from, bytes);
	if (bytes <= IPCT_FLIGHT_USER_BYTES)
		return;
	bytes -= IPCT_FLIGHT_USER_BYTES;
	if (ipct_compat_read_user(rest, from + IPCT_FLIGHT_USER_BYTES, bytes))
		flight->user_hash = jhash(rest, bytes, 0);
	else
		flight->flags &= ~IPCT_FLIGHT_USER;
}
NOKPROBE_SYMBOL(keep_many);

/* struct __kernel_timespec, or struct old_timespec32 */
static __always_inline u32 timeout_bytes(const struct route *route,
					 const struct ipct_flight *flight)
{
	return route->any ? ipct_flight_timeout_bytes(flight) : 16;
}

static __always_inline void keep_timeout(const struct route *route,
					 struct ipct_flight *flight)
{
	if (ipct_compat_read_user(flight->timeout, arg(route, flight, 3),
				  timeout_bytes(route, flight)))
		flight->flags |= IPCT_FLIGHT_TIMEOUT;
}

static __always_inline void keep_sops(const struct route *route,
				      struct ipct_flight *flight)
{
	u32 bytes = sops_count(route, flight) * sizeof(struct sembuf);

	/* One operation is by far the most common: compiled for its size. */
	if (likely(bytes == sizeof(struct sembuf)))
		keep(flight, arg(route, flight, 1), sizeof(struct sembuf));
	else
		keep_many(flight, arg(route, flight, 1), bytes);
	if (flight->call == IPCTRACE_CALL_semtimedop && arg(route, flight, 3))
		keep_timeout(route, flight);
}

static noinline void keep_ctl(struct ipct_flight *flight,
			      const struct kern_ipc_perm *perm)
{
	u8 family = ipct_syscalls[flight->call].family;
	const int *nsems;
	const unsigned long *qbytes;
	bool in;
	u32 bytes;

	flight->nsems = 0;
	if (perm && family == IPCTRACE_SEM) {
		nsems = ipct_btf_member(perm, IPCT_SEM_NSEMS, const int);
		if (nsems)
			flight->nsems = READ_ONCE(*nsems);
	} else if (perm && family == IPCTRACE_MSG) {
		qbytes = ipct_btf_member(perm, IPCT_MSG_QBYTES,
					 const unsigned long);
		if (qbytes) {
			flight->qbytes = READ_ONCE(*qbytes);
			flight->flags |= IPCT_FLIGHT_QBYTES;
		}
	}
	bytes = ctl_bytes(flight, &in);
	if (in && bytes)
		keep_many(flight, hidden_arg(flight,
					     flight->call ==
					     IPCTRACE_CALL_semctl ? 3 : 2),
			  bytes);
}
NOKPROBE_SYMBOL(keep_ctl);

/* The size of a segment is the kernel's alone: 0 where it does not tell. */
static __always_inline void keep_segment(struct ipct_flight *flight,
					 const struct kern_ipc_perm *perm)
{
	const unsigned long *bytes = NULL;

	if (!perm)
		return;
	if (!ipct_btf_offset[IPCT_SHM_PERM])
		bytes = ipct_btf_member(perm, IPCT_SHM_SEGSZ,
					const unsigned long);
	flight->segment_id = perm->id;
	flight->segment_bytes = bytes ? READ_ONCE(*bytes) : 0;
	flight->segment_addr = 0;
	flight->flags |= IPCT_FLIGHT_SEGMENT;
}

static __always_inline void keep_user(const struct route *route,
				      struct ipct_flight *flight,
				      const struct kern_ipc_perm *perm)
{
	u8 follow = follow_of(route, flight);

	if (follow == IPCT_FOLLOW_SOPS)
		keep_sops(route, flight);
	else if (follow == IPCT_FOLLOW_SEND)
		keep(flight, arg(route, flight, 1), mtype_bytes(route, flight));
	else if (follow == IPCT_FOLLOW_CTL)
		keep_ctl(flight, perm);
	else if (follow == IPCT_FOLLOW_MAP)
		keep_segment(flight, perm);
}

/* ---- What the return adds ------------------------------------------------ */

/* Did the memory, @bytes at @now, change since the call began? */
static __always_inline bool same(const struct ipct_flight *flight,
				 const void *now, u32 bytes)
{
	const u64 *before = (const u64 *)flight->user;
	const u64 *after = now;
	u32 words = flight->user_bytes / sizeof(u64);
	u32 rest = flight->user_bytes % sizeof(u64) * BITS_PER_BYTE;
	u32 i;

	for (i = 0; i < words; i++)
		if (before[i] != after[i])
			return false;
	if (rest && (le64_to_cpu((__force __le64)(before[i] ^ after[i])) &
		     GENMASK_ULL(rest - 1, 0)))
		return false;
	if (likely(bytes <= IPCT_FLIGHT_USER_BYTES) ||
	    flight->user_bytes < IPCT_FLIGHT_USER_BYTES)
		return true;
	return jhash(now + IPCT_FLIGHT_USER_BYTES,
		     bytes - IPCT_FLIGHT_USER_BYTES, 0) == flight->user_hash;
}

/*
 * Add memory that argument @n leads to, as it is now; and as it was when the
 * call began, where that is different, or all there is.
 */
static __always_inline void add_fixed(struct ipctrace_call *record,
				      const struct ipct_flight *flight, u8 n,
				      u64 from, u32 bytes, u32 count)
{
	struct ipctrace_user *user = (void *)record + record->header.len;
	bool kept = flight->flags & IPCT_FLIGHT_USER;
	u16 len = record->header.len;
	void *now = ipct_record_user(record, n, IPCTRACE_USER_RETURN, NULL,
				     bytes, count);

	if (likely(ipct_compat_read_user(now, from, bytes))) {
		if (!kept)
			return;
		if (likely(same(flight, now, bytes)))
			user->flags |= IPCTRACE_USER_ENTRY;
		else
			ipct_record_user(record, n, IPCTRACE_USER_ENTRY,
					 flight->user, flight->user_bytes,
					 count);
		return;
	}
	record->header.len = len;
	if (kept)
		ipct_record_user(record, n, IPCTRACE_USER_ENTRY, flight->user,
				 flight->user_bytes, count);
	else
		ipct_record_user(record, n, IPCTRACE_USER_UNREAD, NULL, 0,
				 count);
}

static noinline void add_user(struct ipctrace_call *record,
			      const struct ipct_flight *flight, u8 n, u64 from,
			      u32 bytes, u32 count)
{
	add_fixed(record, flight, n, from, bytes, count);
}
NOKPROBE_SYMBOL(add_user);

/* A timeout that was not resident when the call began is read now. */
static noinline void add_late_timeout(struct ipctrace_call *record,
				      const struct ipct_flight *flight)
{
	u32 bytes = timeout_bytes(&any_route, flight);
	u16 len = record->header.len;
	void *now = ipct_record_user(record, 3, IPCTRACE_USER_RETURN, NULL,
				     bytes, 0);

	if (ipct_compat_read_user(now, arg(&any_route, flight, 3), bytes))
		return;
	record->header.len = len;
	ipct_record_user(record, 3, IPCTRACE_USER_UNREAD, NULL, 0, 0);
}
NOKPROBE_SYMBOL(add_late_timeout);

static __always_inline void add_timeout(const struct route *route,
					struct ipctrace_call *record,
					const struct ipct_flight *flight)
{
	if (likely(flight->flags & IPCT_FLIGHT_TIMEOUT))
		ipct_record_user(record, 3, IPCTRACE_USER_ENTRY,
				 flight->timeout, timeout_bytes(route, flight),
				 0);
	else
		add_late_timeout(record, flight);
}

static __always_inline void add_sops(const struct route *route,
				     struct ipctrace_call *record,
				     const struct ipct_flight *flight)
{
	u32 count = sops_count(route, flight);

	if (likely(count == 1))
		add_fixed(record, flight, 1, arg(route, flight, 1),
			  sizeof(struct sembuf), 1);
	else if (count)
		add_user(record, flight, 1, arg(route, flight, 1),
			 count * sizeof(struct sembuf), arg(route, flight, 2));
	if (flight->call == IPCTRACE_CALL_semtimedop && arg(route, flight, 3))
		add_timeout(route, record, flight);
}

static __always_inline void add_message(const struct route *route,
					struct ipctrace_call *record,
					const struct ipct_flight *flight,
					u64 msgsz)
{
	u32 payload = READ_ONCE(ipct_capture_payload);
	u64 from = route->any ? hidden_arg(flight, 1) :
				  raw_arg(route, flight, 1);

	if (likely(!payload))
		add_fixed(record, flight, 1, from, mtype_bytes(route, flight), 0);
	else
		add_user(record, flight, 1, from,
			 mtype_bytes(route, flight) + min_t(u64, payload, msgsz), 0);
}

static noinline void add_set(struct ipctrace_call *record,
			     const struct ipct_flight *flight)
{
	struct ipctrace_set *set =
		ipct_record_add(record, IPCTRACE_PART_SET, sizeof(*set));
	const struct kern_ipc_perm *perm =
		find(&any_route, flight, arg(&any_route, flight, 0));
	const unsigned long *qbytes;

	memset((void *)set + sizeof(set->part), 0,
	       sizeof(*set) - sizeof(set->part));
	if (flight->flags & IPCT_FLIGHT_SET) {
		set->valid |= IPCTRACE_SET_KERNEL;
		set->kernel_uid = flight->set_uid;
		set->kernel_gid = flight->set_gid;
		set->kernel_mode = flight->set_mode;
	}
	if (!perm)
		return;
	set->valid |= IPCTRACE_SET_AFTER;
	set->after_uid = __kuid_val(perm->uid);
	set->after_gid = __kgid_val(perm->gid);
	set->after_mode = perm->mode;
	if (!(flight->flags & IPCT_FLIGHT_QBYTES))
		return;
	qbytes = ipct_btf_member(perm, IPCT_MSG_QBYTES, const unsigned long);
	set->valid |= IPCTRACE_SET_QBYTES;
	set->before_qbytes = flight->qbytes;
	set->after_qbytes = READ_ONCE(*qbytes);
}
NOKPROBE_SYMBOL(add_set);

static noinline void add_ctl(struct ipctrace_call *record,
			     const struct ipct_flight *flight)
{
	u8 n = flight->call == IPCTRACE_CALL_semctl ? 3 : 2;
	u32 cmd = command(flight);
	bool in, array;
	u32 bytes = ctl_bytes(flight, &in);

	if (bytes && (in || record->ret >= 0)) {
		array = flight->call == IPCTRACE_CALL_semctl &&
			(cmd == SETALL || cmd == GETALL);
		add_user(record, flight, n, hidden_arg(flight, n), bytes,
			 array ? flight->nsems : 0);
	} else if (flight->call == IPCTRACE_CALL_semctl && record->ret >= 0 &&
		   (cmd == SETALL || cmd == GETALL)) {
		ipct_record_user(record, n, IPCTRACE_USER_UNREAD, NULL, 0, 0);
	}
	if (cmd == IPC_SET && record->ret >= 0)
		add_set(record, flight);
}
NOKPROBE_SYMBOL(add_ctl);

/* ipc() stores the address of shmat() where third points. */
static noinline u64 ipc_segment_addr(const struct ipct_flight *flight)
{
	u32 addr;

	if (!ipct_compat_read_user(&addr,
				   raw_arg(&any_route, flight, IPCT_PLACE_THIRD),
				   sizeof(addr)))
		return 0;
	return addr;
}
NOKPROBE_SYMBOL(ipc_segment_addr);

static __always_inline void add_segment(const struct route *route,
					struct ipctrace_call *record,
					const struct ipct_flight *flight)
{
	struct ipctrace_segment *segment;

	if (!(flight->flags & IPCT_FLIGHT_SEGMENT) || ipct_is_error(record->ret))
		return;
	segment = ipct_record_add(record, IPCTRACE_PART_SEGMENT,
				  sizeof(*segment));
	segment->id = flight->segment_id;
	segment->reserved = 0;
	segment->size_bytes = flight->segment_bytes;
	if (flight->call == IPCTRACE_CALL_shmdt)
		segment->addr = flight->segment_addr;
	else if (route->any && (flight->flags & IPCT_FLIGHT_IPC))
		segment->addr = ipc_segment_addr(flight);
	else
		segment->addr = route->any ? (u32)record->ret : record->ret;
}

/* A *get() call made the object, or found it. */
static __always_inline void tell_created(struct ipctrace_call *record,
					 const struct ipct_flight *flight)
{
	if (record->ret < 0)
		return;
	if (unlikely(flight->flags & IPCT_FLIGHT_CREATED))
		record->header.flags |= IPCTRACE_F_CREATED;
	else if (flight->creation == READ_ONCE(ipct_creation.at_end))
		record->header.flags |= IPCTRACE_F_FOUND;
}

/* What was not resident when the call began is read now. */
static noinline void add_kludge(struct ipctrace_call *record,
				struct ipct_flight *flight)
{
	u8 flags = IPCTRACE_USER_ENTRY;

	if (!flight->kludge_read) {
		read_kludge(flight);
		flags = flight->kludge_read ? IPCTRACE_USER_RETURN :
					      IPCTRACE_USER_UNREAD;
	}
	ipct_record_user(record, IPCTRACE_USER_KLUDGE, flags, flight->kludge,
			 flight->kludge_read ? flight->kludge_bytes : 0, 0);
}
NOKPROBE_SYMBOL(add_kludge);

static __always_inline void add_parts(const struct route *route,
				      struct ipctrace_call *record,
				      struct ipct_flight *flight)
{
	u8 follow = follow_of(route, flight);

	if (route->any && (flight->flags & IPCT_FLIGHT_IPC)) {
		record->header.flags |= IPCTRACE_F_IPC;
		if (flight->kludge_bytes)
			add_kludge(record, flight);
	}
	if (follow == IPCT_FOLLOW_GET)
		tell_created(record, flight);
	else if (follow == IPCT_FOLLOW_SOPS)
		add_sops(route, record, flight);
	else if (follow == IPCT_FOLLOW_SEND)
		add_message(route, record, flight, arg(route, flight, 2));
	else if (follow == IPCT_FOLLOW_RECEIVE && record->ret >= 0)
		add_message(route, record, flight, record->ret);
	else if (follow == IPCT_FOLLOW_CTL)
		add_ctl(record, flight);
	else if (follow == IPCT_FOLLOW_MAP)
		add_segment(route, record, flight);
}

/* Enough for a record with all parts that any call may have. */
#define ROOM_MAX_BYTES	1024

/* Room for a record with everything that add_parts() may add. */
static __always_inline u32 room_for(const struct route *route,
				    const struct ipct_flight *flight)
{
	const u32 user = sizeof(struct ipctrace_user);
	u8 follow = follow_of(route, flight);
	u32 room = IPCT_RECORD_BYTES;

	/* What ipc() hides behind its ptr */
	if (route->any)
		room += user + 8;
	if (follow == IPCT_FOLLOW_GET)
		return room;
	if (follow == IPCT_FOLLOW_SEND || follow == IPCT_FOLLOW_RECEIVE)
		return room + user + 8 + ALIGN(READ_ONCE(ipct_capture_payload), 8) +
		       user + 8;
	if (follow == IPCT_FOLLOW_SOPS)
		return room + user + ALIGN(sops_count(route, flight) *
					   sizeof(struct sembuf), 8) +
		       user + IPCT_FLIGHT_USER_BYTES + user + 16;
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

/* All but duration, result and object. */
static __always_inline void fill(struct ipctrace_call *record, u8 type,
				 const struct ipct_probe *probe, bool is_32bit,
				 u64 time_ns)
{
	const struct pt_regs *regs = task_pt_regs(current);

	record->header = probe->header;
	record->header.type = type;
	record->header.cpu = smp_processor_id();
	record->header.time_ns = time_ns;
	if (!is_32bit && unlikely(ipct_compat_is_shared(regs))) {
		record->header.abi = IPCT_COMPAT_ABI_SHARED;
		is_32bit = ipct_abi_is_32bit(IPCT_COMPAT_ABI_SHARED);
	}
	ipct_compat_args(regs, is_32bit, record->args);
	ipct_record_caller(record, current, current_cred(),
			   current->nsproxy->ipc_ns->ns.inum);
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
static __always_inline void fill_object(const struct route *route,
					struct ipctrace_call *record,
					const struct ipct_flight *flight)
{
	const struct kern_ipc_perm *perm;

	if (flight->flags & IPCT_FLIGHT_OBJECT) {
		record->object = flight->object;
		record->header.flags |= IPCTRACE_F_OBJECT;
		return;
	}
	if (source_of(route, flight) == IPCT_OBJECT_RET) {
		perm = find(route, flight, record->ret);
		if (likely(perm)) {
			ipct_record_object(&record->object, perm);
			record->header.flags |= IPCTRACE_F_OBJECT;
			return;
		}
	}
	record->object = (struct ipctrace_object){ };
}

/**
 * ipct_capture_follow() - what of a call is more than registers
 * @call: enum ipctrace_call_id
 *
 * Return: enum ipct_follow.
 */
u8 ipct_capture_follow(u8 call)
{
	switch (call) {
	case IPCTRACE_CALL_msgsnd:
		return IPCT_FOLLOW_SEND;
	case IPCTRACE_CALL_msgrcv:
		return IPCT_FOLLOW_RECEIVE;
	}
	switch (ipct_syscalls[call].object) {
	case IPCT_OBJECT_RET:
		return IPCT_FOLLOW_GET;
	case IPCT_OBJECT_CTL:
		return IPCT_FOLLOW_CTL;
	case IPCT_OBJECT_NONE:
		return IPCT_FOLLOW_NONE;
	}
	return ipct_syscalls[call].family == IPCTRACE_SEM ? IPCT_FOLLOW_SOPS :
							    IPCT_FOLLOW_MAP;
}
NOKPROBE_SYMBOL(ipct_capture_follow);

/**
 * ipct_capture_idr_offset() - where the objects of a family are
 * @family: enum ipctrace_family
 *
 * Return: offset of their IDR in struct ipc_namespace.
 */
u32 ipct_capture_idr_offset(u8 family)
{
	return offsetof(struct ipc_namespace, ids) +
	       ids_index[family] * sizeof(struct ipc_ids) +
	       offsetof(struct ipc_ids, ipcs_idr);
}
NOKPROBE_SYMBOL(ipct_capture_idr_offset);

/* Ask the filter about a call that begins. */
static noinline u8 filter_enter(const struct ipct_probe *probe)
{
	const struct pt_regs *regs = task_pt_regs(current);
	bool is_32bit = ipct_abi_is_32bit(probe->abi);
	const struct ipct_syscall *row;
	u8 call = probe->call, place = 0, source;

	if (call == IPCTRACE_CALL_ipc) {
		call = ipct_ipc_call(ipct_compat_arg(regs, is_32bit,
						     IPCT_PLACE_CALL));
		place = ipct_syscalls[call].args[0].place;
	}
	row = &ipct_syscalls[call];
	/* Of what a *ctl() is about its command decides, and its end shows. */
	source = row->object;
	return ipct_filter_enter(call, source,
				 ipct_capture_idr_offset(row->family),
				 ipct_compat_arg(regs, is_32bit, place));
}
NOKPROBE_SYMBOL(filter_enter);

/* And about one that ends, where its begin could not settle it. */
static noinline bool filter_end(const struct ipct_flight *flight, s64 ret,
				u64 duration_ns)
{
	struct ipctrace_object object;
	const struct kern_ipc_perm *perm;
	bool found = flight->flags & IPCT_FLIGHT_OBJECT;

	if (found) {
		object = flight->object;
	} else if (source_of(&any_route, flight) == IPCT_OBJECT_RET) {
		perm = find(&any_route, flight, ret);
		found = perm;
		if (perm)
			ipct_record_object(&object, perm);
	}
	return ipct_filter_end(flight->call, found ? &object : NULL, ret,
			       duration_ns);
}
NOKPROBE_SYMBOL(filter_end);

static __always_inline bool may_block(const struct route *route,
				      const struct ipct_probe *probe)
{
	return route->any ? ipct_syscalls[probe->call].blocks :
	       route->follow == IPCT_FOLLOW_SEND ||
	       route->follow == IPCT_FOLLOW_RECEIVE ||
	       route->follow == IPCT_FOLLOW_SOPS;
}

/* A call begins that is wanted; @flags: IPCT_FLIGHT_*. Return as begin_filtered(). */
static __always_inline int watch(const struct route *route,
				 struct kretprobe_instance *ri,
				 const struct ipct_probe *probe, u16 flags)
{
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
	if (route->any)
		flight->kludge_bytes = 0;
	if (route->any && probe->call == IPCTRACE_CALL_ipc)
		enter_ipc(flight);

	if (route->any || route->follow == IPCT_FOLLOW_GET)
		flight->creation = READ_ONCE(ipct_creation.at_entry);
	if (source_of(route, flight) == IPCT_OBJECT_ARG0) {
		perm = find(route, flight, arg(route, flight, 0));
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

/*
 * A call begins, and its end will be seen, where there is a filter. Return 0:
 * watch the return; 1: there is no slot, or the filter does not want it.
 *
 * Context: kretprobe entry handler; the calling task, preemption off.
 */
static __always_inline int begin_filtered(const struct route *route,
					  struct kretprobe_instance *ri,
					  const struct ipct_probe *probe)
{
	u8 verdict = filter_enter(probe);

	if (verdict != IPCT_FILTER_REJECT)
		return watch(route, ri, probe,
			     verdict == IPCT_FILTER_LATER ?
			     IPCT_FLIGHT_LATER : 0);
	__this_cpu_write(ipct_probe_counters.entered, true);
	return 1;
}

/* 32 bits are an address or a number with a sign. */
static __always_inline s64 result(const struct route *route,
				  const struct ipct_flight *flight,
				  struct pt_regs *regs)
{
	s64 ret = regs_return_value(regs);

	if (!route->any)
		return ret;
	ret = (int)ret;
	return flight->call == IPCTRACE_CALL_shmat && !ipct_is_error(ret) ?
	       (u32)ret : ret;
}

/* What few calls have to do before their record is made. Return: is there one? */
static noinline bool is_wanted(const struct ipct_flight *flight, s64 ret,
			       u64 duration_ns)
{
	if (flight->flags & IPCT_FLIGHT_FAR)
		ipct_flight_leave_far();
	return !(flight->flags & IPCT_FLIGHT_LATER) ||
	       filter_end(flight, ret, duration_ns);
}
NOKPROBE_SYMBOL(is_wanted);

/*
 * A call ends.
 *
 * Context: kretprobe return handler; the calling task, preemption off.
 */
static __always_inline int end(const struct route *route,
			       struct kretprobe_instance *ri,
			       struct pt_regs *regs)
{
	struct ipct_flight *flight = *(struct ipct_flight **)ri->data;
	const struct ipct_probe *probe = flight->probe;
	struct ipctrace_call *record;
	u64 stamp = ipct_flight_end(flight);
	struct ipct_clock_span span = ipct_clock_end(stamp);
	u64 entered_ns = ipct_flight_entered_ns(flight, stamp);

	if (unlikely(entered_ns))
		span.duration_ns = span.ns - entered_ns;
	if (unlikely(flight->flags & (IPCT_FLIGHT_LATER | IPCT_FLIGHT_FAR)) &&
	    !is_wanted(flight, result(route, flight, regs),
		       span.duration_ns)) {
		ipct_flight_release(flight);
		return 0;
	}
	record = ipct_buffers_reserve(room_for(route, flight));
	fill(record, IPCTRACE_TYPE_CALL, probe,
	     route->any && ipct_abi_is_32bit(probe->abi), span.ns);
	if (route->any)
		fill_ipc(record, flight);
	record->duration_ns = span.duration_ns;
	record->ret = result(route, flight, regs);
	fill_object(route, record, flight);
	ipct_record_pidns(record, current);
	add_parts(route, record, flight);
	ipct_stats_count(route->any ? ipct_stats[flight->call] :
				      probe->counters,
			 span.duration_ns, record->ret);
	ipct_buffers_commit(record->header.len);
	ipct_flight_release(flight);
	return 0;
}

#define ROUTE(name, ...)							\
static noinline int name##_filtered(struct kretprobe_instance *ri,	\
				    const struct ipct_probe *probe)	\
{									\
	return begin_filtered(&(const struct route){ __VA_ARGS__ }, ri,	\
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
	return watch(&(const struct route){ __VA_ARGS__ }, ri, probe, 0); \
}									\
NOKPROBE_SYMBOL(name##_entry);						\
static int name##_return(struct kretprobe_instance *ri,			\
			 struct pt_regs *regs)				\
{									\
	return end(&(const struct route){ __VA_ARGS__ }, ri, regs);	\
}									\
NOKPROBE_SYMBOL(name##_return)

ROUTE(get, .follow = IPCT_FOLLOW_GET, .object = IPCT_OBJECT_RET);
ROUTE(send, .follow = IPCT_FOLLOW_SEND, .object = IPCT_OBJECT_ARG0);
ROUTE(receive, .follow = IPCT_FOLLOW_RECEIVE, .object = IPCT_OBJECT_ARG0);
ROUTE(sops, .follow = IPCT_FOLLOW_SOPS, .object = IPCT_OBJECT_ARG0);
ROUTE(ctl, .follow = IPCT_FOLLOW_CTL, .object = IPCT_OBJECT_CTL);
ROUTE(at, .follow = IPCT_FOLLOW_MAP, .object = IPCT_OBJECT_ARG0);
ROUTE(dt, .follow = IPCT_FOLLOW_MAP, .object = IPCT_OBJECT_MAP);
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
		[IPCT_FOLLOW_NONE] = { any_entry, any_return },
		[IPCT_FOLLOW_GET] = { get_entry, get_return },
		[IPCT_FOLLOW_SEND] = { send_entry, send_return },
		[IPCT_FOLLOW_RECEIVE] = { receive_entry, receive_return },
		[IPCT_FOLLOW_SOPS] = { sops_entry, sops_return },
		[IPCT_FOLLOW_CTL] = { ctl_entry, ctl_return },
		[IPCT_FOLLOW_MAP] = { at_entry, at_return },
	};
	u8 follow = ipct_capture_follow(probe->call);

	if (ipct_abi_is_32bit(probe->abi))
		follow = IPCT_FOLLOW_NONE;
	probe->rp.entry_handler = by_follow[follow].entry;
	probe->rp.handler = by_follow[follow].end;
	if (follow == IPCT_FOLLOW_MAP &&
	    ipct_syscalls[probe->call].object == IPCT_OBJECT_MAP) {
		probe->rp.entry_handler = dt_entry;
		probe->rp.handler = dt_return;
	}
}

/**
 * ipct_capture_missed() - a call begins whose end will not be seen
 * @probe: the probe that it hit
 *
 * Context: the calling task, preemption off.
 */
void ipct_capture_missed(const struct ipct_probe *probe)
{
	const struct kern_ipc_perm *perm;
	struct ipctrace_call *record;

	if (ipct_filter_active() && filter_enter(probe) == IPCT_FILTER_REJECT)
		return;
	ipct_compat_count(ipct_probe_counters.missed[probe->index]);
	record = ipct_buffers_reserve(sizeof(*record));
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
	ipct_buffers_commit(sizeof(*record));
}
NOKPROBE_SYMBOL(ipct_capture_missed);
