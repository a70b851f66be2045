/* SPDX-License-Identifier: GPL-2.0 */
/* Make a call, then compare its record with what is known; see vm_call.c. */
#ifndef _VM_CALL_H
#define _VM_CALL_H

#include <limits.h>

#include "vm_trace.h"

#define VM_SEEN_SUCCESS	0x1
#define VM_SEEN_ERROR	0x2

/* Expectations of an object: none in the record, or not looked at */
#define VM_NO_OBJECT	((const struct ipctrace_object *)0)
#define VM_ANY_OBJECT	((const struct ipctrace_object *)-1)

/* Any result that is not an error */
#define VM_SUCCESS	LONG_MIN

/**
 * struct vm_who - a caller, as it knows itself
 * @cpu: CPU that it is pinned to, or -1
 */
struct vm_who {
	pid_t tgid;
	pid_t tid;
	pid_t ppid;
	uid_t uid;
	gid_t gid;
	uint32_t loginuid;
	uint32_t ipc_ns;
	uint64_t cgroup;
	char comm[16];
	int cpu;
};

/**
 * struct vm_shot - a call that was made
 * @who: who made it
 * @call: enum ipctrace_call_id
 * @by_ipc: by ipc(), for want of another way
 * @args: all six registers
 * @ret: result, or -errno, as the caller saw it
 * @before_ns: CLOCK_MONOTONIC before the call
 * @after_ns: and after it
 */
struct vm_shot {
	struct vm_who who;
	int call;
	bool by_ipc;
	long args[6];
	long ret;
	uint64_t before_ns;
	uint64_t after_ns;
};

/**
 * struct vm_row - a call and what must come of it
 * @what: for the message
 * @ret: result, -errno, or VM_SUCCESS
 * @object: object in the record
 * @args: arguments
 */
struct vm_row {
	const char *what;
	long ret;
	const struct ipctrace_object *object;
	long args[6];
};

extern const char *const vm_call_names[IPCTRACE_NR_CALLS];
extern unsigned char *vm_seen;

uint64_t vm_now(void);
int vm_pin(int cpu);
void vm_who_am_i(struct vm_who *who);
struct vm_shot *vm_shot_shared(void);
void vm_shoot(struct vm_shot *s, int call, const long *args);
int vm_shoot_as(struct vm_shot *s, uid_t uid, gid_t gid, int call,
		const long *args);
pid_t vm_shoot_async(struct vm_shot *s, int call, const long *args);
bool vm_cpus_race(void);
long vm_int80(long nr, long a, long b, long c, long d, long e);
bool vm_asleep_in(pid_t pid, int call);
bool vm_asleep_in_nr(pid_t pid, int nr);
const char *vm_verify(struct vm_trace *t, const struct vm_shot *s,
		      const char *what, long ret,
		      const struct ipctrace_object *object);
struct ipctrace_object vm_object(int family, int id, key_t key, mode_t mode);

#define VM_ARGS(...)	((const long[6]){ __VA_ARGS__ })

#endif /* _VM_CALL_H */
