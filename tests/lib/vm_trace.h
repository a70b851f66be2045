/* SPDX-License-Identifier: GPL-2.0 */
/* The tests' own reader of the mapped rings; see vm_trace.c. */
#ifndef _VM_TRACE_H
#define _VM_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <ipctrace/ipctrace.h>

#define VM_CPUS_MAX	64

/* enum vm_from - where a trace begins */
enum vm_from {
	VM_FROM_NOW,	/* what comes after vm_trace_open() */
	VM_FROM_LOAD,	/* the first record since the module was loaded */
};

/* struct vm_cursor - position in the ring of one CPU */
struct vm_cursor {
	uint64_t pos;
	uint64_t seq;
	bool seq_known;
};

/* struct vm_records - whole records in order of time */
struct vm_records {
	struct ipctrace_call **v;
	size_t n;
	size_t room;
};

/* struct vm_record - a record with its parts */
struct vm_record {
	union {
		struct ipctrace_call c;
		uint8_t bytes[IPCTRACE_RECORD_MAX_BYTES];
	};
};

/**
 * struct vm_trace - the device, mapped
 * @fd: the device
 * @map: mapping, read-only
 * @hello: layout of the mapping
 * @at: position by CPU
 * @lost: records overwritten before this reader came to them, by CPU
 * @read: records read, by CPU
 * @own: its subscription's bit; then it takes only what has that. 0: it steps over
 *	what is aside
 * @since_ns: since when it has that
 * @aside: records that it has stepped over, by CPU
 * @pending: records read and not yet asked for
 * @fault: what is wrong with the rings, empty if nothing
 */
struct vm_trace {
	int fd;
	const uint8_t *map;
	struct ipctrace_hello hello;
	struct vm_cursor at[VM_CPUS_MAX];
	uint64_t lost[VM_CPUS_MAX];
	uint64_t read[VM_CPUS_MAX];
	uint32_t own;
	uint64_t since_ns;
	uint64_t aside[VM_CPUS_MAX];
	struct vm_records pending;
	char fault[128];
};

int vm_hello(int fd, struct ipctrace_hello *hello);
int vm_trace_open(struct vm_trace *t, enum vm_from from);
int vm_subscribe(struct vm_trace *t, const char *text);
void vm_trace_close(struct vm_trace *t);
void vm_trace_fill(struct vm_trace *t);
bool vm_trace_take(struct vm_trace *t, pid_t tid, struct ipctrace_call *out);
bool vm_trace_take_whole(struct vm_trace *t, pid_t tid, struct vm_record *out);
bool vm_trace_take_event(struct vm_trace *t, int type, pid_t tid,
			 struct vm_record *out);
bool vm_trace_wait_event(struct vm_trace *t, int type, pid_t tid,
			 struct vm_record *out);
size_t vm_trace_count(struct vm_trace *t, pid_t tgid);
size_t vm_trace_count_events(struct vm_trace *t, int type, pid_t tgid);
bool vm_trace_wait_count(struct vm_trace *t, int type, pid_t tgid, size_t n);
void vm_trace_drop(struct vm_trace *t);
void vm_trace_forget(struct vm_trace *t);
bool vm_trace_settle(struct vm_trace *t);
const void *vm_part(const struct vm_record *record, int type, int n);
int vm_parts(const struct vm_record *record, int type);
uint64_t vm_first_arg(const struct ipctrace_call *call);
const struct ipctrace_user *vm_user(const struct vm_record *record, int arg,
				    int n);
uint64_t vm_sum(const uint64_t *by_cpu);

#endif /* _VM_TRACE_H */
