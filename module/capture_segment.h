/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attachments: the segment of shmat() and shmdt(). events.c notes in the call's
 * slot which segment shmdt() detaches.
 *
 * Locking: none. Everything runs on the calling task, preemption off.
 */
#ifndef _IPCT_CAPTURE_SEGMENT_H
#define _IPCT_CAPTURE_SEGMENT_H

#include "btf.h"
#include "flight.h"
#include "record.h"
#include "route.h"
#include "stats.h"

u64 ipct_segment_ipc_addr(const struct ipct_flight *flight);

/* Only the kernel knows the size of a segment: 0 where it does not say. */
static __always_inline void ipct_segment_keep(struct ipct_flight *flight,
					      const struct kern_ipc_perm *perm)
{
	const unsigned long *bytes = NULL;

	if (!perm)
		return;
	if (!ipct_btf_offset[IPCT_SHM_PERM])
		bytes = ipct_btf_member(perm, IPCT_SHM_SEGSZ,
					const unsigned long);
	flight->segment_id = perm->id;
	flight->segment_ns = current->nsproxy->ipc_ns->ns.inum;
	flight->segment_bytes = bytes ? READ_ONCE(*bytes) : 0;
	flight->segment_addr = 0;
	flight->flags |= IPCT_FLIGHT_SEGMENT;
}

static __always_inline void ipct_segment_add(const struct ipct_route *route,
					     struct ipctrace_call *record,
					     const struct ipct_flight *flight)
{
	struct ipctrace_segment *segment;

	if (!(flight->flags & IPCT_FLIGHT_SEGMENT) ||
	    ipct_is_error(record->ret))
		return;
	segment = ipct_record_add(record, IPCTRACE_PART_SEGMENT,
				  sizeof(*segment));
	segment->id = flight->segment_id;
	segment->ipc_ns = flight->segment_ns;
	segment->size_bytes = flight->segment_bytes;
	if (flight->call == IPCTRACE_CALL_shmdt)
		segment->addr = flight->segment_addr;
	else if (route->any && (flight->flags & IPCT_FLIGHT_IPC))
		segment->addr = ipct_segment_ipc_addr(flight);
	else
		segment->addr = route->any ? (u32)record->ret : record->ret;
}

#endif /* _IPCT_CAPTURE_SEGMENT_H */
