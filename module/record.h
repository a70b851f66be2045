/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Putting a record together: what capture.c, events.c and flight.c have in
 * common. Inline, so that handlers are fast.
 *
 * Locking: none; the caller owns the record.
 */
#ifndef _IPCT_RECORD_H
#define _IPCT_RECORD_H

#include <linux/audit.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/idr.h>
#include <linux/ipc.h>
#include <linux/ipc_namespace.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/xarray.h>

#include <ipctrace/ipctrace.h>

#include "compat.h"

/* Room for the parts that say who and where the caller is, and who wants it. */
#define IPCT_RECORD_BYTES						\
	(sizeof(struct ipctrace_call) + sizeof(struct ipctrace_pidns) +	\
	 sizeof(struct ipctrace_cred) + sizeof(struct ipctrace_subscribed))

/* Ids and owners lie together in both structs, unless the kernel shuffled its own. */
#define FROM_ID(type, member)	(offsetof(type, member) - offsetof(type, id))
#define SAME_PLACE(member)						\
	(FROM_ID(struct kern_ipc_perm, member) ==			\
	 FROM_ID(struct ipctrace_object, member))
#define COPY_WHOLE	(SAME_PLACE(key) && SAME_PLACE(uid) && SAME_PLACE(gid) && \
			 SAME_PLACE(cuid) && SAME_PLACE(cgid))

/**
 * ipct_record_object() - identity of an object
 * @object: out: the identity
 * @perm: the kernel's object
 *
 * Kernel ids of users are the initial namespace's ids.
 *
 * Context: preemption off, or a section of RCU.
 */
static __always_inline void ipct_record_object(struct ipctrace_object *object,
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

#undef COPY_WHOLE
#undef SAME_PLACE
#undef FROM_ID

/*
 * An id is a sequence number above an index. ipc/util.h: the index has 15
 * bits, or 24 when the kernel was booted with ipcmni_extend; only variables
 * private to ipc/ tell which.
 */
#define IPCT_INDEX_MASK			((1 << 15) - 1)
#define IPCT_INDEX_MASK_EXTENDED	((1 << 24) - 1)

/* Not an object but a node, or a retry entry: objects are aligned. */
static __always_inline bool is_internal(const void *entry)
{
	return (unsigned long)entry & RADIX_TREE_INTERNAL_NODE;
}

/*
 * idr_find() would take 43 instructions more for its three function calls: with
 * it msgget costs 627.6 and not 584.5, shmget the same, semtimedop 732 and not 691
 * (scripts/bench.sh, Linux 6.1). An IDR is an XArray, whose nodes xarray.h
 * describes. A node that is given up while it is read has a retry entry.
 */
static __always_inline void *idr_entry(const struct idr *idr, unsigned long id)
{
	unsigned long index = id - idr->idr_base;
	const struct xa_node *node;
	void *entry;

again:
	entry = rcu_dereference_raw(idr->idr_rt.xa_head);
	if (unlikely(!is_internal(entry)))
		return index ? NULL : entry;
	node = xa_to_node(entry);
	if (unlikely(index >> node->shift >= XA_CHUNK_SIZE))
		return NULL;
	for (;;) {
		entry = rcu_dereference_raw(node->slots[index >> node->shift &
							XA_CHUNK_MASK]);
		if (likely(!is_internal(entry)))
			return entry;
		if (unlikely(xa_is_retry(entry)))
			goto again;
		node = xa_to_node(entry);
	}
}

/**
 * ipct_record_find() - the kernel's object that has an id
 * @ns: IPC namespace
 * @idr_offset: of the family's IDR in it
 * @id: as callers have it, sequence number included
 *
 * ipc/util.c frees objects after a grace period of RCU, and a section with
 * preemption off is a reader of it.
 *
 * Context: preemption off.
 * Return: the object, or NULL.
 */
static __always_inline struct kern_ipc_perm *
ipct_record_find(struct ipc_namespace *ns, u32 idr_offset, int id)
{
	const struct idr *idr = (const void *)ns + idr_offset;
	struct kern_ipc_perm *perm;

	if (id < 0)
		return NULL;
	perm = idr_entry(idr, id & IPCT_INDEX_MASK);
	if (likely(perm && perm->id == id))
		return perm;
	perm = idr_entry(idr, id & IPCT_INDEX_MASK_EXTENDED);
	return perm && perm->id == id ? perm : NULL;
}

/**
 * ipct_record_idr_offset() - where the objects of a family are
 * @family: enum ipctrace_family
 *
 * Return: offset of their IDR in struct ipc_namespace.
 */
static inline u32 ipct_record_idr_offset(u8 family)
{
	/* ipc/util.h, IPC_*_IDS: index of a family in ipc_namespace.ids */
	static const u8 ids_index[] = {
		[IPCTRACE_SEM] = 0,
		[IPCTRACE_MSG] = 1,
		[IPCTRACE_SHM] = 2,
		[IPCTRACE_ANY] = 0,	/* ipc() itself has no object */
	};

	static_assert(ARRAY_SIZE(ids_index) == __IPCTRACE_FAMILY_MAX);
	return offsetof(struct ipc_namespace, ids) +
	       ids_index[family] * sizeof(struct ipc_ids) +
	       offsetof(struct ipc_ids, ipcs_idr);
}

/* Two members of 32 bits that can be copied at once, as the record has them. */
#define NEIGHBOURS(type, first, second)					\
	(offsetof(type, second) == offsetof(type, first) + sizeof(u32) && \
	 offsetof(type, first) % sizeof(u64) == 0)

static_assert(NEIGHBOURS(struct ipctrace_call, tid, tgid));
static_assert(NEIGHBOURS(struct ipctrace_call, uid, gid));

/* Two ids that lie side by side in struct cred, aligned to 4 bytes or to 8 */
struct ipct_id_pair {
	u64 both;
} __packed;

#define ADJACENT(first, second)						\
	(offsetof(struct cred, second) ==				\
	 offsetof(struct cred, first) + sizeof(u32))

/**
 * ipct_record_effective() - effective user and group, laid out like record->uid and gid
 * @cred: credentials
 */
static __always_inline u64 ipct_record_effective(const struct cred *cred)
{
	struct ipct_id_pair pair;
	u32 ids[2];

	if (ADJACENT(euid, egid))
		return ((const struct ipct_id_pair *)&cred->euid)->both;
	ids[0] = __kuid_val(cred->euid);
	ids[1] = __kgid_val(cred->egid);
	memcpy(&pair, ids, sizeof(pair));
	return pair.both;
}

/* The user and the group of such a pair: x86 and arm64 have the lower half first. */
static __always_inline u32 ipct_record_pair_user(u64 pair)
{
	return IS_ENABLED(CONFIG_CPU_BIG_ENDIAN) ? pair >> 32 : pair;
}

static __always_inline u32 ipct_record_pair_group(u64 pair)
{
	return IS_ENABLED(CONFIG_CPU_BIG_ENDIAN) ? pair : pair >> 32;
}

/**
 * ipct_record_caller() - who it is
 * @record: out: ids of processes and users, cgroup and name
 * @task: the task, current, or one that RCU keeps
 * @cred: its credentials
 * @ipc_ns: inode number of its IPC namespace, 0 where it has none any more
 *
 * Context: a section of RCU, or preemption off.
 */
static __always_inline void ipct_record_caller(struct ipctrace_call *record,
					       struct task_struct *task,
					       const struct cred *cred,
					       u32 ipc_ns)
{
	if (NEIGHBOURS(struct task_struct, pid, tgid)) {
		*(u64 *)&record->tid = *(const u64 *)&task->pid;
	} else {
		record->tid = task_pid_nr(task);
		record->tgid = task_tgid_nr(task);
	}
	if (ADJACENT(uid, gid)) {
		*(u64 *)&record->uid =
			((const struct ipct_id_pair *)&cred->uid)->both;
	} else {
		record->uid = __kuid_val(cred->uid);
		record->gid = __kgid_val(cred->gid);
	}
	record->ppid = task_tgid_nr(rcu_dereference_raw(task->real_parent));
	record->loginuid = __kuid_val(audit_get_loginuid(task));
	record->ipc_ns = ipc_ns;
	record->cgroup = cgroup_ino(task_dfl_cgroup(task));
	ipct_compat_comm(record->comm, task);
}

#undef ADJACENT
#undef NEIGHBOURS

/**
 * ipct_record_header() - what the headers of records of a kind have in common
 * @family: enum ipctrace_family
 * @call: enum ipctrace_call_id, or IPCTRACE_CALL_NONE
 * @abi: enum ipctrace_abi
 */
static inline struct ipctrace_header ipct_record_header(u8 family, u8 call,
							u8 abi)
{
	return (struct ipctrace_header){
		.len = sizeof(struct ipctrace_call),
		.type = IPCTRACE_TYPE_CALL,
		.flags = IPCTRACE_F_FAMILY(family),
		.call = call,
		.abi = abi,
	};
}

/**
 * ipct_record_begin() - begin a record: fill in all but arguments, duration,
 * result and object
 * @record: out: the record
 * @header: of ipct_record_header()
 * @type: enum ipctrace_type
 * @time_ns: when it is
 * @task: the caller, current, or one that RCU keeps
 * @cred: its credentials
 * @ipc_ns: inode number of its IPC namespace, 0 where it has none any more
 *
 * Every record except those that readers make begins here.
 *
 * Context: preemption off, or a section of RCU: then the caller sets the CPU.
 */
static __always_inline void
ipct_record_begin(struct ipctrace_call *record,
		  const struct ipctrace_header *header, u8 type, u64 time_ns,
		  struct task_struct *task, const struct cred *cred, u32 ipc_ns)
{
	record->header = *header;
	if (type != IPCTRACE_TYPE_CALL)
		record->header.type = type;
	record->header.cpu = raw_smp_processor_id();
	record->header.time_ns = time_ns;
	ipct_record_caller(record, task, cred, ipc_ns);
}

/**
 * ipct_record_args() - arguments of a call; and its ABI, where a function has
 * callers of two
 * @record: the record, which has begun
 * @is_32bit: ipct_abi_is_32bit() of the ABI that it has begun with
 * @regs: what the caller entered the kernel with
 */
static __always_inline void ipct_record_args(struct ipctrace_call *record,
					     bool is_32bit,
					     const struct pt_regs *regs)
{
	if (!is_32bit && unlikely(ipct_compat_is_shared(regs))) {
		record->header.abi = IPCT_COMPAT_ABI_SHARED;
		is_32bit = ipct_abi_is_32bit(IPCT_COMPAT_ABI_SHARED);
	}
	ipct_compat_args(regs, is_32bit, record->args);
}

/* Parts are added at the end; header.len grows with them. */
static __always_inline void *ipct_record_add(struct ipctrace_call *record,
					     u16 type, u16 bytes)
{
	struct ipctrace_part *part = (void *)record + record->header.len;

	part->type = type;
	part->len = bytes;
	part->reserved = 0;
	record->header.len += bytes;
	return part;
}

/**
 * ipct_record_pidns() - add the caller as its own pid namespace sees it
 * @record: under construction, with room for the part
 * @task: the caller
 *
 * Context: a section of RCU, or preemption off.
 */
static __always_inline void ipct_record_pidns(struct ipctrace_call *record,
					      struct task_struct *task)
{
	struct pid *pid = task_pid(task);
	struct ipctrace_pidns *part;

	/* Only a task that is gone has no pid. */
	if (likely(!pid || !pid->level))
		return;

	part = ipct_record_add(record, IPCTRACE_PART_PIDNS, sizeof(*part));
	part->pid_ns = pid->numbers[pid->level].ns->ns.inum;
	part->tid = pid->numbers[pid->level].nr;
	part->pid = task_tgid_nr_ns(task, pid->numbers[pid->level].ns);
	part->reserved = 0;
}

/**
 * ipct_record_wanted() - say who wants the record, unless all do
 * @record: under construction, with room for the part
 * @wanted: as the filter says, bit 0 for the machine's; not 0
 */
static __always_inline void ipct_record_wanted(struct ipctrace_call *record,
					       u32 wanted)
{
	struct ipctrace_subscribed *part;

	if (likely(wanted == 1))
		return;
	part = ipct_record_add(record, IPCTRACE_PART_SUBSCRIBED, sizeof(*part));
	part->mask = wanted;
	part->reserved = 0;
	if (!(wanted & 1))
		record->header.type |= IPCTRACE_TYPE_ASIDE;
}

/**
 * ipct_record_event() - begin a record that is not of a call
 * @record: out: the record, without an object
 * @type: enum ipctrace_type
 * @family: enum ipctrace_family
 * @ipc_ns: inode number of the IPC namespace
 * @time_ns: when it happened
 *
 * Context: preemption off.
 */
static inline void ipct_record_event(struct ipctrace_call *record, u8 type,
				     u8 family, u32 ipc_ns, u64 time_ns)
{
	const struct ipctrace_header header =
		ipct_record_header(family, IPCTRACE_CALL_NONE, 0);

	ipct_record_begin(record, &header, type, time_ns, current,
			  current_cred(), ipc_ns);
	record->duration_ns = 0;
	record->ret = 0;
	memset(record->args, 0, sizeof(record->args));
	record->object = (struct ipctrace_object){ };
	ipct_record_pidns(record, current);
}

/**
 * ipct_record_user() - add user memory that has been read, or could not be
 * @record: under construction, with room for the part
 * @arg: which argument leads to it
 * @flags: IPCTRACE_USER_*
 * @from: the bytes, NULL when the caller fills them in
 * @bytes: how many, 0 with IPCTRACE_USER_UNREAD
 * @count: elements that there really are
 *
 * Return: where the bytes are, zeroed to a multiple of 8.
 */
static __always_inline void *ipct_record_user(struct ipctrace_call *record,
					      u8 arg, u8 flags,
					      const void *from, u16 bytes,
					      u32 count)
{
	u16 padded = ALIGN(bytes, 8);
	struct ipctrace_user *user =
		ipct_record_add(record, IPCTRACE_PART_USER,
				sizeof(*user) + padded);

	user->arg = arg;
	user->flags = flags;
	user->bytes = bytes;
	user->count = count;
	if (padded != bytes)
		*(u64 *)((void *)(user + 1) + padded - 8) = 0;
	if (from)
		memcpy(user + 1, from, bytes);
	return user + 1;
}

#endif /* _IPCT_RECORD_H */
