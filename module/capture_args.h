/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What arguments lead to: what of it is kept when a call begins, and what the
 * record has of it when it ends; see capture_args.c.
 *
 * Locking: none. Everything runs on the calling task, preemption off.
 */
#ifndef _IPCT_CAPTURE_ARGS_H
#define _IPCT_CAPTURE_ARGS_H

#include <linux/sem.h>

#include "compat.h"
#include "flight.h"
#include "record.h"
#include "route.h"

/* Bytes of each message to record, at most IPCTRACE_MAX_PAYLOAD. */
extern unsigned int ipct_args_payload;

u64 ipct_args_hidden(const struct ipct_flight *flight, u8 n);
void ipct_args_enter_ipc(struct ipct_flight *flight);
void ipct_args_add_kludge(struct ipctrace_call *record,
			  struct ipct_flight *flight);
void ipct_args_keep_many(struct ipct_flight *flight, u64 from, u32 bytes);
void ipct_args_add_user(struct ipctrace_call *record,
			const struct ipct_flight *flight, u8 n, u64 from,
			u32 bytes, u32 count);
void ipct_args_add_late_timeout(struct ipctrace_call *record,
				const struct ipct_flight *flight);

/* ---- When the call begins ------------------------------------------------- */

static __always_inline u32
ipct_args_sops_count(const struct ipct_route *route,
		     const struct ipct_flight *flight)
{
	return min_t(u32, ipct_route_arg(route, flight, 2), IPCTRACE_MAX_SOPS);
}

/* Size of struct msgbuf.mtype */
static __always_inline u32
ipct_args_mtype_bytes(const struct ipct_route *route,
		      const struct ipct_flight *flight)
{
	return route->any && ipct_abi_is_32bit(flight->probe->abi) ? 4 : 8;
}

static __always_inline void ipct_args_keep(struct ipct_flight *flight, u64 from,
					   u32 bytes)
{
	flight->user_bytes = min_t(u32, bytes, IPCT_FLIGHT_USER_BYTES);
	if (ipct_compat_read_user(flight->user, from, flight->user_bytes))
		flight->flags |= IPCT_FLIGHT_USER;
}

/* struct __kernel_timespec, or struct old_timespec32 */
static __always_inline u32
ipct_args_timeout_bytes(const struct ipct_route *route,
			const struct ipct_flight *flight)
{
	return route->any ? ipct_flight_timeout_bytes(flight) : 16;
}

static __always_inline void
ipct_args_keep_timeout(const struct ipct_route *route,
		       struct ipct_flight *flight)
{
	if (ipct_compat_read_user(flight->timeout,
				  ipct_route_arg(route, flight, 3),
				  ipct_args_timeout_bytes(route, flight)))
		flight->flags |= IPCT_FLIGHT_TIMEOUT;
}

static __always_inline void ipct_args_keep_sops(const struct ipct_route *route,
						struct ipct_flight *flight)
{
	u32 bytes = ipct_args_sops_count(route, flight) * sizeof(struct sembuf);

	/* One operation is by far the most common: compiled for its size. */
	if (likely(bytes == sizeof(struct sembuf)))
		ipct_args_keep(flight, ipct_route_arg(route, flight, 1),
			       sizeof(struct sembuf));
	else
		ipct_args_keep_many(flight, ipct_route_arg(route, flight, 1),
				    bytes);
	if (flight->call == IPCTRACE_CALL_semtimedop &&
	    ipct_route_arg(route, flight, 3))
		ipct_args_keep_timeout(route, flight);
}

/* ---- When it ends ---------------------------------------------------------- */

/* Is the memory at @now as it was when the call began? */
static __always_inline bool ipct_args_same(const struct ipct_flight *flight,
					   const void *now)
{
	const u64 *before = (const u64 *)flight->user;
	const u64 *after = now;
	u32 words = flight->user_bytes / sizeof(u64);
	u32 rest = flight->user_bytes % sizeof(u64) * BITS_PER_BYTE;
	u32 i;

	for (i = 0; i < words; i++)
		if (before[i] != after[i])
			return false;
	return !rest || !(le64_to_cpu((__force __le64)(before[i] ^ after[i])) &
			  GENMASK_ULL(rest - 1, 0));
}

/*
 * Add memory that argument @n leads to, as it is now; also as it was when the
 * call began, if that differs or could only be read then.
 */
static __always_inline void
ipct_args_add_fixed(struct ipctrace_call *record,
		    const struct ipct_flight *flight, u8 n, u64 from, u32 bytes,
		    u32 count)
{
	struct ipctrace_user *user = (void *)record + record->header.len;
	bool kept = flight->flags & IPCT_FLIGHT_USER;
	u16 len = record->header.len;
	void *now = ipct_record_user(record, n, IPCTRACE_USER_RETURN, NULL,
				     bytes, count);

	if (likely(ipct_compat_read_user(now, from, bytes))) {
		if (!kept)
			return;
		if (likely(ipct_args_same(flight, now)))
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

static __always_inline void
ipct_args_add_timeout(const struct ipct_route *route,
		      struct ipctrace_call *record,
		      const struct ipct_flight *flight)
{
	if (likely(flight->flags & IPCT_FLIGHT_TIMEOUT))
		ipct_record_user(record, 3, IPCTRACE_USER_ENTRY,
				 flight->timeout,
				 ipct_args_timeout_bytes(route, flight), 0);
	else
		ipct_args_add_late_timeout(record, flight);
}

static __always_inline void ipct_args_add_sops(const struct ipct_route *route,
					       struct ipctrace_call *record,
					       const struct ipct_flight *flight)
{
	u32 count = ipct_args_sops_count(route, flight);

	if (likely(count == 1))
		ipct_args_add_fixed(record, flight, 1,
				    ipct_route_arg(route, flight, 1),
				    sizeof(struct sembuf), 1);
	else if (count)
		ipct_args_add_user(record, flight, 1,
				   ipct_route_arg(route, flight, 1),
				   count * sizeof(struct sembuf),
				   ipct_route_arg(route, flight, 2));
	if (flight->call == IPCTRACE_CALL_semtimedop &&
	    ipct_route_arg(route, flight, 3))
		ipct_args_add_timeout(route, record, flight);
}

static __always_inline void
ipct_args_add_message(const struct ipct_route *route,
		      struct ipctrace_call *record,
		      const struct ipct_flight *flight, u64 msgsz)
{
	u32 payload = READ_ONCE(ipct_args_payload);
	u64 from = route->any ? ipct_args_hidden(flight, 1) :
				ipct_route_raw(route, flight, 1);

	if (likely(!payload))
		ipct_args_add_fixed(record, flight, 1, from,
				    ipct_args_mtype_bytes(route, flight), 0);
	else
		ipct_args_add_user(record, flight, 1, from,
				   ipct_args_mtype_bytes(route, flight) +
					   min_t(u64, payload, msgsz),
				   0);
}

#endif /* _IPCT_CAPTURE_ARGS_H */
