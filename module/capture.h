/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a call in progress to a record; see capture.c.
 *
 * Locking: none. Everything runs on the calling task, preemption off.
 */
#ifndef _IPCT_CAPTURE_H
#define _IPCT_CAPTURE_H

#include <ipctrace/ipctrace.h>

#include "portable.h"

/**
 * struct ipct_entry - what must be saved when a call begins
 * @time_ns: when, CLOCK_MONOTONIC
 * @found: @object is valid
 * @object: the object as it stood then, for calls that take an id
 *
 * Lives in the kretprobe instance. Everything else is still there at return.
 */
struct ipct_entry {
	u64 time_ns;
	bool found;
	struct ipctrace_object object;
};

void ipct_capture_entry(struct ipct_entry *entry, u8 call);
void ipct_capture_return(struct ipctrace_call *record,
			 const struct ipct_entry *entry, u8 call, u8 abi,
			 u64 time_ns, s64 ret);
void ipct_capture_missed(struct ipctrace_call *record, u8 call, u8 abi,
			 u64 time_ns);

#endif /* _IPCT_CAPTURE_H */
