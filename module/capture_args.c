// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: capture_args
 *
 * Arguments that are not in registers: what ipc() has behind its ptr, and user
 * memory. It is read without faulting, when the call begins, as the kernel
 * does, and again when it ends. Where the two differ somebody changed it, and
 * both go into the record. What is not resident when the call begins is resident
 * when it ends, because the kernel has read it.
 *
 * Rare or long code is here; what most calls do is in the header, so that the
 * compiler can fit it into each kind of call.
 */
#include <linux/kprobes.h>

#include "capture_args.h"

/* See capture_args.h. */
unsigned int ipct_args_payload;

/* The same where ipc() may hide it behind its ptr. */
u64 ipct_args_hidden(const struct ipct_flight *flight, u8 n)
{
	if (!(flight->flags & IPCT_FLIGHT_IPC))
		return ipct_route_arg(&ipct_any_route, flight, n);
	if (flight->call == IPCTRACE_CALL_semctl && n == 3)
		return flight->kludge[0];
	if (flight->call == IPCTRACE_CALL_msgrcv && flight->kludge_bytes &&
	    n == 1)
		return flight->kludge[0];
	return ipct_route_arg(&ipct_any_route, flight, n);
}
NOKPROBE_SYMBOL(ipct_args_hidden);

static void ipct_args_read_kludge(struct ipct_flight *flight)
{
	flight->kludge[0] = 0;
	flight->kludge[1] = 0;
	flight->kludge_read =
		ipct_compat_read_user(flight->kludge,
				      ipct_route_raw(&ipct_any_route, flight,
						     IPCT_PLACE_PTR),
				      flight->kludge_bytes);
}
NOKPROBE_SYMBOL(ipct_args_read_kludge);

/* Find out which call ipc() makes, and what it hides behind ptr. */
void ipct_args_enter_ipc(struct ipct_flight *flight)
{
	u32 number = ipct_route_raw(&ipct_any_route, flight, IPCT_PLACE_CALL);

	flight->call = ipct_ipc_call(number);
	flight->flags |= IPCT_FLIGHT_IPC;
	if (flight->call == IPCTRACE_CALL_semctl)
		flight->kludge_bytes = 4;
	else if (flight->call == IPCTRACE_CALL_msgrcv &&
		 !(number >> IPCT_IPC_VERSION_SHIFT))
		flight->kludge_bytes = 8;
	else
		return;
	ipct_args_read_kludge(flight);
}
NOKPROBE_SYMBOL(ipct_args_enter_ipc);

/* What was not resident when the call began is read now. */
void ipct_args_add_kludge(struct ipctrace_call *record,
			  struct ipct_flight *flight)
{
	u8 flags = IPCTRACE_USER_ENTRY;

	if (!flight->kludge_read) {
		ipct_args_read_kludge(flight);
		flags = flight->kludge_read ? IPCTRACE_USER_RETURN :
					      IPCTRACE_USER_UNREAD;
	}
	ipct_record_user(record, IPCTRACE_USER_KLUDGE, flags, flight->kludge,
			 flight->kludge_read ? flight->kludge_bytes : 0, 0);
}
NOKPROBE_SYMBOL(ipct_args_add_kludge);

/* All that a record may have of an array fits, so every change of it is seen. */
static_assert(IPCTRACE_MAX_SOPS * sizeof(struct sembuf) <=
	      IPCT_FLIGHT_USER_BYTES);
static_assert(IPCTRACE_MAX_VALUES * sizeof(u16) <= IPCT_FLIGHT_USER_BYTES);

/**
 * ipct_args_keep_many() - ipct_args_keep() for memory of any length
 * @flight: the call
 * @from: user address
 * @bytes: how many, at most IPCT_FLIGHT_USER_BYTES
 *
 * Context: the calling task, preemption off.
 */
void ipct_args_keep_many(struct ipct_flight *flight, u64 from, u32 bytes)
{
	ipct_args_keep(flight, from, bytes);
}
NOKPROBE_SYMBOL(ipct_args_keep_many);

void ipct_args_add_user(struct ipctrace_call *record,
			const struct ipct_flight *flight, u8 n, u64 from,
			u32 bytes, u32 count)
{
	ipct_args_add_fixed(record, flight, n, from, bytes, count);
}
NOKPROBE_SYMBOL(ipct_args_add_user);

/* A timeout that was not resident when the call began is read now. */
void ipct_args_add_late_timeout(struct ipctrace_call *record,
				const struct ipct_flight *flight)
{
	u32 bytes = ipct_args_timeout_bytes(&ipct_any_route, flight);
	u16 len = record->header.len;
	void *now = ipct_record_user(record, 3, IPCTRACE_USER_RETURN, NULL,
				     bytes, 0);

	if (ipct_compat_read_user(now,
				  ipct_route_arg(&ipct_any_route, flight, 3),
				  bytes))
		return;
	record->header.len = len;
	ipct_record_user(record, 3, IPCTRACE_USER_UNREAD, NULL, 0, 0);
}
NOKPROBE_SYMBOL(ipct_args_add_late_timeout);
