/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the compiler knows of a call while it compiles its handlers, and what can
 * be asked about such a call: its arguments, what follows from its row, its object.
 *
 * Locking: none. Everything runs on the calling task, preemption off.
 */
#ifndef _IPCT_ROUTE_H
#define _IPCT_ROUTE_H

#include <linux/ipc.h>
#include <linux/nsproxy.h>

#include "compat.h"
#include "flight.h"
#include "record.h"
#include "shared/syscalls.h"

/**
 * struct ipct_route - what the compiler is to know of a call
 * @follow: enum ipct_follow
 * @object: enum ipct_object_source
 * @any: any call, perhaps a 32-bit one or by ipc(); @follow and @object are not
 *	known
 *
 * The handlers are compiled once for each kind of 64-bit call, without the tests
 * whose outcome is known, and once for all other calls.
 */
struct ipct_route {
	u8 follow;
	u8 object;
	bool any;
};

/**
 * ipct_route_raw() - a register that the call was made with
 * @route: what is known
 * @flight: the call
 * @n: which; for ipc() in its own order
 */
static __always_inline u64 ipct_route_raw(const struct ipct_route *route,
					  const struct ipct_flight *flight,
					  u8 n)
{
	bool is_32bit = route->any && ipct_abi_is_32bit(flight->probe->abi);

	return ipct_compat_arg(task_pt_regs(current), is_32bit, n);
}

/**
 * ipct_route_arg() - an argument, whichever way the call was made
 * @route: what is known
 * @flight: the call
 * @n: which
 */
static __always_inline u64 ipct_route_arg(const struct ipct_route *route,
					  const struct ipct_flight *flight,
					  u8 n)
{
	if (route->any && (flight->flags & IPCT_FLIGHT_IPC))
		n = ipct_syscalls[flight->call].args[n].place;
	return ipct_route_raw(route, flight, n);
}

/**
 * ipct_route_follow() - what of the call is more than registers
 * @route: what is known
 * @flight: the call
 *
 * Return: enum ipct_follow.
 */
static __always_inline u8 ipct_route_follow(const struct ipct_route *route,
					    const struct ipct_flight *flight)
{
	return route->any ? ipct_syscalls[flight->call].follow : route->follow;
}

/**
 * ipct_route_find() - an object of the kind that the call works on
 * @route: what is known
 * @flight: the call
 * @id: its id
 *
 * Return: the object, or NULL.
 */
static __always_inline struct kern_ipc_perm *
ipct_route_find(const struct ipct_route *route,
		const struct ipct_flight *flight, int id)
{
	u32 offset = flight->probe->idr_offset;

	if (route->any)
		offset = ipct_record_idr_offset(ipct_syscalls[flight->call].family);
	return ipct_record_find(current->nsproxy->ipc_ns, offset, id);
}

/* Functions that are not inlined take all calls alike. */
static const struct ipct_route ipct_any_route __maybe_unused = { .any = true };

#endif /* _IPCT_ROUTE_H */
