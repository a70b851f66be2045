// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: capture
 *
 * Fills records, directly in the ring. No locks, no allocation, nothing that
 * sleeps: the callers are probe handlers.
 *
 * The object is found as the calls find it, in the IDR of the caller's
 * namespace under RCU. A call that takes an id looks it up when it begins, for
 * IPC_RMID and a blocked receiver may find it gone at the end. Ids are
 * compared whole, so that a slot's next user is never taken for its last.
 */
#include <linux/audit.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/idr.h>
#include <linux/ipc.h>
#include <linux/ipc_namespace.h>
#include <linux/kprobes.h>
#include <linux/msg.h>
#include <linux/nsproxy.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sem.h>
#include <linux/shm.h>
#include <linux/smp.h>

#include "capture.h"
#include "compat.h"
#include "syscalls.h"

/*
 * An id is a sequence number above an index. ipc/util.h: the index has 15
 * bits, or 24 when the kernel was booted with ipcmni_extend; which, only
 * variables private to ipc/ tell.
 */
#define INDEX_MASK		((1 << 15) - 1)
#define INDEX_MASK_EXTENDED	((1 << 24) - 1)

/* ipc/util.h, IPC_*_IDS: index of a family in ipc_namespace.ids */
static const u8 ids_index[] = {
	[IPCTRACE_SEM] = 0,
	[IPCTRACE_MSG] = 1,
	[IPCTRACE_SHM] = 2,
};

static_assert(ARRAY_SIZE(ids_index) == __IPCTRACE_FAMILY_MAX);

/*
 * ipc/util.c frees objects after a grace period of RCU, and a section with
 * preemption off is a reader of it.
 */
static bool find_object(u8 family, int id, struct ipctrace_object *object)
{
	struct idr *idr;
	struct kern_ipc_perm *perm;

	if (id < 0)
		return false;

	idr = &current->nsproxy->ipc_ns->ids[ids_index[family]].ipcs_idr;
	perm = idr_find(idr, id & INDEX_MASK);
	if (!perm || perm->id != id) {
		perm = idr_find(idr, id & INDEX_MASK_EXTENDED);
		if (!perm || perm->id != id)
			return false;
	}

	/* Kernel ids of users are the initial namespace's ids. */
	object->id = perm->id;
	object->key = perm->key;
	object->uid = __kuid_val(perm->uid);
	object->gid = __kgid_val(perm->gid);
	object->cuid = __kuid_val(perm->cuid);
	object->cgid = __kgid_val(perm->cgid);
	object->mode = perm->mode;
	object->seq = perm->seq;
	return true;
}
NOKPROBE_SYMBOL(find_object);

/* Commands that are about no object, or name one by its index. */
static const struct {
	u8 info;
	u8 stat;
	u8 stat_any;
} ctl_commands[] = {
	[IPCTRACE_MSG] = { MSG_INFO, MSG_STAT, MSG_STAT_ANY },
	[IPCTRACE_SEM] = { SEM_INFO, SEM_STAT, SEM_STAT_ANY },
	[IPCTRACE_SHM] = { SHM_INFO, SHM_STAT, SHM_STAT_ANY },
};

static_assert(ARRAY_SIZE(ctl_commands) == __IPCTRACE_FAMILY_MAX);

/* Where a *ctl() call has its object's id: its command decides. */
static enum ipct_object_source ctl_source(u8 call, const u64 *args)
{
	u8 family = ipct_syscalls[call].family;
	u32 cmd = call == IPCTRACE_CALL_semctl ? args[2] : args[1];

	if (cmd == IPC_INFO || cmd == ctl_commands[family].info)
		return IPCT_OBJECT_NONE;
	if (cmd == ctl_commands[family].stat ||
	    cmd == ctl_commands[family].stat_any)
		return IPCT_OBJECT_RET;
	return IPCT_OBJECT_ARG0;
}
NOKPROBE_SYMBOL(ctl_source);

static enum ipct_object_source source_of(u8 call, const u64 *args)
{
	enum ipct_object_source source = ipct_syscalls[call].object;

	return source == IPCT_OBJECT_CTL ? ctl_source(call, args) : source;
}

/**
 * ipct_capture_entry() - save what the end of the call may not find
 * @entry: out: to be kept until the call returns
 * @call: enum ipctrace_call_id
 *
 * Context: entry handler; the calling task, preemption off.
 */
void ipct_capture_entry(struct ipct_entry *entry, u8 call)
{
	u64 args[IPCTRACE_NR_ARGS];

	entry->found = false;
	if (ipct_syscalls[call].object == IPCT_OBJECT_RET ||
	    ipct_syscalls[call].object == IPCT_OBJECT_NONE)
		return;

	ipct_compat_args(args);
	if (source_of(call, args) == IPCT_OBJECT_ARG0)
		entry->found = find_object(ipct_syscalls[call].family, args[0],
					   &entry->object);
}
NOKPROBE_SYMBOL(ipct_capture_entry);

static void fill_caller(struct ipctrace_call *record)
{
	const struct cred *cred = current_cred();

	record->tgid = task_tgid_nr(current);
	record->tid = task_pid_nr(current);
	record->ppid =
		task_tgid_nr(rcu_dereference_sched(current->real_parent));
	record->uid = __kuid_val(cred->uid);
	record->gid = __kgid_val(cred->gid);
	record->loginuid = __kuid_val(audit_get_loginuid(current));
	record->ipc_ns = current->nsproxy->ipc_ns->ns.inum;
	record->cgroup = cgroup_id(task_dfl_cgroup(current));
	memcpy(record->comm, current->comm, sizeof(record->comm));
}

static void fill(struct ipctrace_call *record, u8 type, u8 call, u8 abi,
		 u64 time_ns)
{
	record->header.len = sizeof(*record);
	record->header.type = type;
	record->header.flags = 0;
	record->header.cpu = smp_processor_id();
	record->header.call = call;
	record->header.abi = abi;
	record->header.time_ns = time_ns;
	ipct_compat_args(record->args);
	fill_caller(record);
}

/**
 * ipct_capture_return() - record a call that has finished
 * @record: out: room in the ring; every byte of it is written
 * @entry: what was saved when it began
 * @call: enum ipctrace_call_id
 * @abi: enum ipctrace_abi
 * @time_ns: now
 * @ret: what the call returns
 *
 * Context: return handler; the calling task, preemption off.
 */
void ipct_capture_return(struct ipctrace_call *record,
			 const struct ipct_entry *entry, u8 call, u8 abi,
			 u64 time_ns, s64 ret)
{
	bool found = entry->found;

	fill(record, IPCTRACE_TYPE_CALL, call, abi, time_ns);
	record->duration_ns = time_ns - entry->time_ns;
	record->ret = ret;

	if (found)
		record->object = entry->object;
	else if (ret >= 0 && source_of(call, record->args) == IPCT_OBJECT_RET)
		found = find_object(ipct_syscalls[call].family, ret,
				    &record->object);
	if (found)
		record->header.flags = IPCTRACE_F_OBJECT;
	else
		record->object = (struct ipctrace_object){ };
}
NOKPROBE_SYMBOL(ipct_capture_return);

/**
 * ipct_capture_missed() - record a call whose return cannot be watched
 * @record: out: room in the ring; every byte of it is written
 * @call: enum ipctrace_call_id
 * @abi: enum ipctrace_abi
 * @time_ns: now
 *
 * Context: entry handler; the calling task, preemption off.
 */
void ipct_capture_missed(struct ipctrace_call *record, u8 call, u8 abi,
			 u64 time_ns)
{
	fill(record, IPCTRACE_TYPE_MISSED, call, abi, time_ns);
	record->duration_ns = 0;
	record->ret = 0;
	record->object = (struct ipctrace_object){ };
}
NOKPROBE_SYMBOL(ipct_capture_missed);
