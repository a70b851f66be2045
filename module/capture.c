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
 */
#include <linux/audit.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/idr.h>
#include <linux/ipc.h>
#include <linux/ipc_namespace.h>
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/msg.h>
#include <linux/nsproxy.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sem.h>
#include <linux/shm.h>
#include <linux/smp.h>

#include "buffers.h"
#include "capture.h"
#include "compat.h"
#include "probes.h"
#include "stats.h"
#include "syscalls.h"

/**
 * struct entry - what must be saved when a call begins
 * @time_ns: when, CLOCK_MONOTONIC
 * @found: @object is valid
 * @object: the object as it stood then; @found and @object only where
 *	ipct_capture_entry_bytes() says so
 *
 * Lives in the kretprobe instance. Everything else is still there at return.
 */
struct entry {
	u64 time_ns;
	bool found;
	struct ipctrace_object object;
};

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

/* Ids and owners lie together in both structs, unless the kernel shuffled its. */
#define FROM_ID(type, member)	(offsetof(type, member) - offsetof(type, id))
#define SAME_PLACE(member)						\
	(FROM_ID(struct kern_ipc_perm, member) ==			\
	 FROM_ID(struct ipctrace_object, member))
#define COPY_WHOLE	(SAME_PLACE(key) && SAME_PLACE(uid) && SAME_PLACE(gid) && \
			 SAME_PLACE(cuid) && SAME_PLACE(cgid))

/* Kernel ids of users are the initial namespace's ids. */
static __always_inline void copy_object(struct ipctrace_object *object,
					const struct kern_ipc_perm *perm)
{
	if (COPY_WHOLE) {
		memcpy(object,
		       (const void *)perm + offsetof(struct kern_ipc_perm, id),
		       offsetof(struct ipctrace_object, mode));
	} else {
		object->id = perm->id;
		object->key = perm->key;
		object->uid = __kuid_val(perm->uid);
		object->gid = __kgid_val(perm->gid);
		object->cuid = __kuid_val(perm->cuid);
		object->cgid = __kgid_val(perm->cgid);
	}
	object->mode = perm->mode;
	object->seq = perm->seq;
}

/*
 * ipc/util.c frees objects after a grace period of RCU, and a section with
 * preemption off is a reader of it.
 */
static __always_inline bool find_object(const struct ipct_probe *probe, int id,
					struct ipctrace_object *object)
{
	struct idr *idr = (void *)current->nsproxy->ipc_ns + probe->idr_offset;
	const struct kern_ipc_perm *perm;

	if (id < 0)
		return false;
	perm = idr_find(idr, id & INDEX_MASK);
	if (unlikely(!perm || perm->id != id)) {
		perm = idr_find(idr, id & INDEX_MASK_EXTENDED);
		if (!perm || perm->id != id)
			return false;
	}
	copy_object(object, perm);
	return true;
}

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
static enum ipct_object_source ctl_source(u8 call)
{
	u32 cmd = ipct_compat_arg(call == IPCTRACE_CALL_semctl ? 2 : 1);

	if (cmd == IPC_INFO || cmd == ctl_commands[call].info)
		return IPCT_OBJECT_NONE;
	if (cmd == ctl_commands[call].stat || cmd == ctl_commands[call].stat_any)
		return IPCT_OBJECT_RET;
	return IPCT_OBJECT_ARG0;
}
NOKPROBE_SYMBOL(ctl_source);

static __always_inline enum ipct_object_source
source_of(const struct ipct_probe *probe)
{
	return unlikely(probe->object == IPCT_OBJECT_CTL) ?
	       ctl_source(probe->call) : probe->object;
}

static __always_inline void fill_caller(struct ipctrace_call *record)
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

/* All but duration, result and object. */
static __always_inline void fill(struct ipctrace_call *record, u8 type,
				 const struct ipct_probe *probe, u64 time_ns)
{
	record->header = (struct ipctrace_header){
		.len = sizeof(*record),
		.type = type,
		.cpu = smp_processor_id(),
		.call = probe->call,
		.abi = probe->abi,
		.time_ns = time_ns,
	};
	ipct_compat_args(record->args);
	fill_caller(record);
}

/* The object of a call that has finished; all zero where there is none. */
static __always_inline void fill_object(struct ipctrace_call *record,
					const struct ipct_probe *probe,
					const struct entry *entry)
{
	bool found = false;

	if (probe->object == IPCT_OBJECT_RET) {
		found = find_object(probe, record->ret, &record->object);
	} else if (probe->object != IPCT_OBJECT_NONE) {
		found = entry->found;
		if (found)
			record->object = entry->object;
		else if (source_of(probe) == IPCT_OBJECT_RET)
			found = find_object(probe, record->ret,
					    &record->object);
	}
	if (found)
		record->header.flags = IPCTRACE_F_OBJECT;
	else
		record->object = (struct ipctrace_object){ };
}

/**
 * ipct_capture_entry_bytes() - room that a call in flight needs
 * @object: enum ipct_object_source of the call
 *
 * Return: data_size for the kretprobe.
 */
size_t ipct_capture_entry_bytes(u8 object)
{
	if (object == IPCT_OBJECT_RET || object == IPCT_OBJECT_NONE)
		return offsetofend(struct entry, time_ns);
	return sizeof(struct entry);
}

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

/**
 * ipct_capture_entry() - a call begins, and its end will be seen
 * @ri: where to keep what the end may not find
 * @regs: not used
 *
 * Context: kretprobe entry handler; the calling task, preemption off.
 * Return: 0: watch the return.
 */
int ipct_capture_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct ipct_probe *probe =
		container_of(get_kretprobe(ri), struct ipct_probe, rp);
	struct entry *entry = (void *)ri->data;

	__this_cpu_write(ipct_probe_counters.entered, true);
	__this_cpu_inc(ipct_probe_counters.hits[probe->index]);
	if (probe->object == IPCT_OBJECT_ARG0 ||
	    probe->object == IPCT_OBJECT_CTL)
		entry->found = source_of(probe) == IPCT_OBJECT_ARG0 &&
			       find_object(probe, ipct_compat_arg(0),
					   &entry->object);
	entry->time_ns = ktime_get_ns();
	return 0;
}
NOKPROBE_SYMBOL(ipct_capture_entry);

/**
 * ipct_capture_return() - a call ends
 * @ri: what was kept
 * @regs: registers, with the result
 *
 * Context: kretprobe return handler; the calling task, preemption off.
 * Return: 0.
 */
int ipct_capture_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	u64 time_ns = ktime_get_ns();
	const struct ipct_probe *probe =
		container_of(get_kretprobe(ri), struct ipct_probe, rp);
	const struct entry *entry = (const void *)ri->data;
	u64 duration_ns = time_ns - entry->time_ns;
	struct ipctrace_call *record;

	record = ipct_buffers_reserve(sizeof(*record));
	fill(record, IPCTRACE_TYPE_CALL, probe, time_ns);
	record->duration_ns = duration_ns;
	record->ret = (long)regs_return_value(regs);
	fill_object(record, probe, entry);
	ipct_stats_count(probe->counters, duration_ns, record->ret);
	ipct_buffers_commit(sizeof(*record));
	return 0;
}
NOKPROBE_SYMBOL(ipct_capture_return);

static noinline void record_missed(const struct ipct_probe *probe)
{
	struct ipctrace_call *record;

	__this_cpu_inc(ipct_probe_counters.missed[probe->index]);
	record = ipct_buffers_reserve(sizeof(*record));
	fill(record, IPCTRACE_TYPE_MISSED, probe, ktime_get_ns());
	record->duration_ns = 0;
	record->ret = 0;
	if (source_of(probe) == IPCT_OBJECT_ARG0 &&
	    find_object(probe, record->args[0], &record->object))
		record->header.flags = IPCTRACE_F_OBJECT;
	else
		record->object = (struct ipctrace_object){ };
	ipct_buffers_commit(sizeof(*record));
}
NOKPROBE_SYMBOL(record_missed);

/**
 * ipct_capture_enter() - a call begins, and its end may be seen
 * @kp: the probe
 * @regs: registers
 *
 * Stands before the kretprobe's pre-handler. Where that has no instance left
 * it does not call ipct_capture_entry(), and the call is recorded as missed.
 *
 * Context: kprobe pre-handler; the calling task, preemption off.
 * Return: what the kretprobe's pre-handler returns.
 */
int ipct_capture_enter(struct kprobe *kp, struct pt_regs *regs)
{
	const struct ipct_probe *probe =
		container_of(kp, struct ipct_probe, rp.kp);
	int ret;

	__this_cpu_write(ipct_probe_counters.entered, false);
	ret = probe->chain(kp, regs);
	if (unlikely(!__this_cpu_read(ipct_probe_counters.entered)))
		record_missed(probe);
	return ret;
}
NOKPROBE_SYMBOL(ipct_capture_enter);
