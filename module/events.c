// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: events
 *
 * Not everything that happens to an object is a call: processes exit, fork and
 * unmap, namespaces end. Probes on the kernel's own functions see this. They are
 * not on the path of calls that only use objects, except shm_close, which tells
 * which segment shmdt() detaches.
 *
 * Some leave a record for an event; others note a fact in the slot of the call
 * that they happen in: that it made an object, what IPC_SET read, which segment
 * was unmapped.
 *
 * A kernel may lack any of these functions, or the description of what one of
 * them needs. The list of probes then says that it is absent, and what it would
 * have told is not recorded.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/mm_types.h>
#include <linux/printk.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "btf.h"
#include "buffers.h"
#include "clock.h"
#include "compat.h"
#include "creation.h"
#include "events.h"
#include "filter.h"
#include "flight.h"
#include "hook.h"
#include "probe.h"
#include "record.h"
#include "sharers.h"
#include "tester.h"

/* The probe on creations has been seen to fire. */
static bool addid_seen;

/* ---- Records ------------------------------------------------------------- */

static struct ipc_namespace *own_namespace(void)
{
	/* A process that exits gives up its namespaces before its end. */
	return current->nsproxy ? current->nsproxy->ipc_ns : NULL;
}

/* SHM_DEST of ipc/shm.c: IPC_RMID while it was attached. Programs see it. */
#define MODE_DEST	01000

/*
 * IPC_RMID takes the key away from a segment that is attached. But ipc/shm.c named
 * its file after the key when it was made, "SYSV%08x", and the name never changes.
 * 0 for any other name.
 */
static s32 key_of_file(const struct file *file)
{
	static const char prefix[] = "SYSV";
	const unsigned int at = sizeof(prefix) - 1, digits = 8;
	const struct qstr *name = &file->f_path.dentry->d_name;
	unsigned int i;
	u32 key = 0;
	int digit;

	if (name->len != at + digits || memcmp(name->name, prefix, at))
		return 0;
	for (i = at; i < at + digits; i++) {
		digit = hex_to_bin(name->name[i]);
		if (digit < 0)
			return 0;
		key = key << 4 | digit;
	}
	return key;
}
NOKPROBE_SYMBOL(key_of_file);

/* Identity of an object; @file: that of a segment, else NULL. */
static void describe(struct ipctrace_object *object,
		     const struct kern_ipc_perm *perm, const struct file *file)
{
	ipct_record_object(object, perm);
	if (file && !object->key && (object->mode & MODE_DEST))
		object->key = key_of_file(file);
}
NOKPROBE_SYMBOL(describe);

/*
 * Begin the record of an event, with room for @parts bytes of parts beside.
 * @file: see describe().
 * Context: preemption off; ended by commit(). Return: NULL when nobody wants it.
 */
static struct ipctrace_call *begin(u8 type, u8 family, struct ipc_namespace *ns,
				   const struct kern_ipc_perm *perm,
				   const struct file *file, u32 parts)
{
	u32 wanted = IPCT_FILTER_MACHINE;
	struct ipctrace_call *record;
	struct ipctrace_object object;

	if (perm)
		describe(&object, perm, file);
	if (ipct_filter_active()) {
		wanted = ipct_filter_event(family, ns, perm ? &object : NULL);
		if (!wanted)
			return NULL;
	}
	record = ipct_buffers_reserve(IPCT_RECORD_BYTES + parts);
	ipct_record_event(record, type, family, ns ? ns->ns.inum : 0,
			  ipct_clock_ns());
	if (perm) {
		record->object = object;
		record->header.flags |= IPCTRACE_F_OBJECT;
	}
	ipct_record_wanted(record, wanted);
	return record;
}
NOKPROBE_SYMBOL(begin);

static void commit(struct ipctrace_call *record)
{
	ipct_buffers_commit_event(&record->header);
}
NOKPROBE_SYMBOL(commit);

static void add_segment(struct ipctrace_call *record, s32 id,
			const struct ipc_namespace *ns, struct vm_area_struct *vma)
{
	struct ipctrace_segment *segment =
		ipct_record_add(record, IPCTRACE_PART_SEGMENT,
				sizeof(*segment));

	segment->id = id;
	segment->ipc_ns = ns ? ns->ns.inum : 0;
	segment->size_bytes = i_size_read(file_inode(vma->vm_file));
	segment->addr = vma->vm_start;
}
NOKPROBE_SYMBOL(add_segment);

/* ---- Creation and destruction ---------------------------------------------- */

/* int ipc_addid(struct ipc_ids *, struct kern_ipc_perm *, int) */
static int on_addid(struct kprobe *kp, struct pt_regs *regs)
{
	struct ipct_flight *flight = ipct_flight_own();

	if (flight)
		flight->flags |= IPCT_FLIGHT_CREATED;
	return 0;
}
NOKPROBE_SYMBOL(on_addid);

static void destroyed(u8 family, struct pt_regs *regs,
		      const struct kern_ipc_perm *perm, const struct file *file)
{
	struct ipc_namespace *ns = (void *)regs_get_kernel_argument(regs, 0);

	struct ipctrace_call *record =
		begin(IPCTRACE_TYPE_DESTROY, family, ns, perm, file, 0);

	if (record)
		commit(record);
}
NOKPROBE_SYMBOL(destroyed);

/* void freeque(struct ipc_namespace *, struct kern_ipc_perm *) */
static int on_freeque(struct kprobe *kp, struct pt_regs *regs)
{
	destroyed(IPCTRACE_MSG, regs,
		  (void *)regs_get_kernel_argument(regs, 1), NULL);
	return 0;
}
NOKPROBE_SYMBOL(on_freeque);

/* void freeary(struct ipc_namespace *, struct kern_ipc_perm *) */
static int on_freeary(struct kprobe *kp, struct pt_regs *regs)
{
	destroyed(IPCTRACE_SEM, regs,
		  (void *)regs_get_kernel_argument(regs, 1), NULL);
	return 0;
}
NOKPROBE_SYMBOL(on_freeary);

static struct kern_ipc_perm *find_segment(struct ipc_namespace *ns, s32 id)
{
	return ns ? ipct_record_find(ns,
				     ipct_record_idr_offset(IPCTRACE_SHM),
				     id) : NULL;
}
NOKPROBE_SYMBOL(find_segment);

static const struct kern_ipc_perm *
segment_perm(struct ipc_namespace *ns, void *shmid_kernel)
{
	const struct kern_ipc_perm *perm =
		ipct_btf_member(shmid_kernel, IPCT_SHM_PERM,
				const struct kern_ipc_perm);

	if (perm)
		return perm;
	/*
	 * The kernel does not say where the permissions are. If they are the first
	 * member, as in all kernels so far, the namespace still has them under the id.
	 */
	perm = shmid_kernel;
	return find_segment(ns, perm->id) == perm ? perm : NULL;
}
NOKPROBE_SYMBOL(segment_perm);

/* void shm_destroy(struct ipc_namespace *, struct shmid_kernel *) */
static int on_shm_destroy(struct kprobe *kp, struct pt_regs *regs)
{
	struct ipc_namespace *ns = (void *)regs_get_kernel_argument(regs, 0);
	void *shmid_kernel = (void *)regs_get_kernel_argument(regs, 1);
	struct file **file = ipct_btf_member(shmid_kernel, IPCT_SHM_FILE,
					     struct file *);

	destroyed(IPCTRACE_SHM, regs, segment_perm(ns, shmid_kernel),
		  file ? *file : NULL);
	return 0;
}
NOKPROBE_SYMBOL(on_shm_destroy);

/* int ipc_update_perm(struct ipc64_perm *in, struct kern_ipc_perm *out) */
static int on_update_perm(struct kprobe *kp, struct pt_regs *regs)
{
	const struct ipc64_perm *in = (void *)regs_get_kernel_argument(regs, 0);
	struct ipct_flight *flight = ipct_flight_own();

	if (!flight)
		return 0;
	flight->set_uid = in->uid;
	flight->set_gid = in->gid;
	flight->set_mode = in->mode;
	flight->flags |= IPCT_FLIGHT_SET;
	return 0;
}
NOKPROBE_SYMBOL(on_update_perm);

/* ---- Attachments ----------------------------------------------------------- */

/*
 * The IPC namespace of an attached segment. It need not be the caller's: an
 * attachment survives setns(). NULL where the kernel does not describe the struct
 * that holds it. (The file's inode number is the segment's id.)
 */
static struct ipc_namespace *segment_namespace(struct file *file)
{
	struct ipc_namespace **ns = file->private_data ?
		ipct_btf_member(file->private_data, IPCT_FILE_NS,
				struct ipc_namespace *) : NULL;

	return ns ? *ns : NULL;
}
NOKPROBE_SYMBOL(segment_namespace);

/* Note the segment in the slot of the shmdt() that unmaps it. */
static void note_segment(struct ipct_flight *flight, struct file *file,
			 struct vm_area_struct *vma)
{
	struct ipc_namespace *ns = segment_namespace(file);
	s32 id = file_inode(file)->i_ino;
	struct kern_ipc_perm *perm;

	flight->segment_id = id;
	flight->segment_ns = ns ? ns->ns.inum : 0;
	flight->segment_bytes = i_size_read(file_inode(file));
	flight->segment_addr = vma->vm_start;
	flight->flags |= IPCT_FLIGHT_SEGMENT;
	perm = find_segment(ns ?: own_namespace(), id);
	if (perm) {
		describe(&flight->object, perm, file);
		flight->flags |= IPCT_FLIGHT_OBJECT;
	}
}
NOKPROBE_SYMBOL(note_segment);

static void attachment(u8 type, struct vm_area_struct *vma)
{
	struct ipc_namespace *known = segment_namespace(vma->vm_file);
	struct ipc_namespace *ns = known ?: own_namespace();
	s32 id = file_inode(vma->vm_file)->i_ino;
	struct ipctrace_call *record =
		begin(type, IPCTRACE_SHM, ns, find_segment(ns, id),
		      vma->vm_file, sizeof(struct ipctrace_segment));

	if (!record)
		return;
	add_segment(record, id, known, vma);
	commit(record);
}
NOKPROBE_SYMBOL(attachment);

/* void shm_open(struct vm_area_struct *): fork, or a mapping is split */
static int on_shm_open(struct kprobe *kp, struct pt_regs *regs)
{
	attachment(IPCTRACE_TYPE_ATTACH,
		   (void *)regs_get_kernel_argument(regs, 0));
	return 0;
}
NOKPROBE_SYMBOL(on_shm_open);

/* void shm_close(struct vm_area_struct *): shmdt(), munmap(), exec, exit */
static int on_shm_close(struct kprobe *kp, struct pt_regs *regs)
{
	struct vm_area_struct *vma = (void *)regs_get_kernel_argument(regs, 0);
	struct ipct_flight *flight;

	if (!ipct_compat_in_shmdt()) {
		attachment(IPCTRACE_TYPE_DETACH, vma);
		return 0;
	}
	/* There is none if the call was missed, or rejected by the filter. */
	flight = ipct_flight_own();
	if (flight && flight->call == IPCTRACE_CALL_shmdt &&
	    !(flight->flags & IPCT_FLIGHT_SEGMENT))
		note_segment(flight, vma->vm_file, vma);
	return 0;
}
NOKPROBE_SYMBOL(on_shm_close);

/* ---- SEM_UNDO -------------------------------------------------------------- */

static void undone(struct ipc_namespace *ns, s32 semid, const short *adjust)
{
	struct kern_ipc_perm *perm =
		ipct_record_find(ns, ipct_record_idr_offset(IPCTRACE_SEM),
				 semid);
	const int *nsems = perm ? ipct_btf_member(perm, IPCT_SEM_NSEMS,
						  const int) : NULL;
	struct ipctrace_call *record;
	struct ipctrace_part *part;
	u32 count, bytes;

	if (!perm || !nsems)
		return;
	count = READ_ONCE(*nsems);
	bytes = min_t(u32, count, IPCTRACE_MAX_VALUES) * sizeof(*adjust);
	record = begin(IPCTRACE_TYPE_UNDO, IPCTRACE_SEM, ns, perm, NULL,
		       sizeof(struct ipctrace_user) + ALIGN(bytes, 8));
	if (!record)
		return;
	part = (void *)record + record->header.len;
	ipct_record_user(record, IPCTRACE_USER_UNDO, IPCTRACE_USER_ENTRY,
			 adjust, bytes, count);
	part->type = IPCTRACE_PART_UNDO;
	commit(record);
}
NOKPROBE_SYMBOL(undone);

/*
 * void exit_sem(struct task_struct *): a task exits. Its undo list may be
 * shared (CLONE_SYSVSEM); the last one undoes. Entries are freed by RCU; one
 * whose set is gone has semid -1.
 */
static int on_exit_sem(struct kprobe *kp, struct pt_regs *regs)
{
	struct task_struct *task = (void *)regs_get_kernel_argument(regs, 0);
	void *list = task->sysvsem.undo_list;
	struct ipc_namespace *ns = own_namespace();
	refcount_t *refs;
	struct list_head *head, *node;
	int node_offset = ipct_btf_offset[IPCT_UNDO_NODE];
	int *semid;
	short *adjust;

	if (likely(!list) || !ns || node_offset < 0)
		return 0;
	refs = ipct_btf_member(list, IPCT_UNDO_LIST_REFS, refcount_t);
	head = ipct_btf_member(list, IPCT_UNDO_LIST, struct list_head);
	if (!refs || !head || !ipct_sharers_last(task, list, refs))
		return 0;

	for (node = rcu_dereference_sched(list_next_rcu(head)); node != head;
	     node = rcu_dereference_sched(list_next_rcu(node))) {
		void *undo = (void *)node - node_offset;

		semid = ipct_btf_member(undo, IPCT_UNDO_SEMID, int);
		adjust = ipct_btf_member(undo, IPCT_UNDO_ADJUST, short);
		if (!semid || !adjust)
			break;
		if (!ipct_btf_adjust_inside)
			adjust = *(short **)adjust;
		if (READ_ONCE(*semid) != -1)
			undone(ns, READ_ONCE(*semid), adjust);
	}
	return 0;
}
NOKPROBE_SYMBOL(on_exit_sem);

/* ---- The probes ------------------------------------------------------------ */

/* Does this kernel describe all that on_exit_sem() needs? 0 or an error. */
static int knows_undo(void)
{
	static const u8 members[] = {
		IPCT_SEM_NSEMS, IPCT_UNDO_LIST, IPCT_UNDO_LIST_REFS,
		IPCT_UNDO_NODE, IPCT_UNDO_SEMID, IPCT_UNDO_ADJUST,
	};
	int ret = ipct_btf_finish();
	u32 m;

	for (m = 0; !ret && m < ARRAY_SIZE(members); m++)
		if (ipct_btf_offset[members[m]] < 0)
			ret = -ENODATA;
	return ret;
}

/**
 * struct event - a probe
 * @kp: the kprobe
 * @knows: does this kernel describe what the handler needs? 0, -ENODATA or
 *	-ENOMEM. NULL: it needs nothing
 * @handler: what @kp calls, except during a test
 * @seen: it fired in the last test
 * @state: enum ipctrace_probe_state
 * @error: errno of a probe that is not attached
 */
struct event {
	struct kprobe kp;
	kprobe_pre_handler_t handler;
	bool seen;
	int (*knows)(void);
	u8 state;
	int error;
};

#define EVENT(name, ...)						\
	{ .kp = { .symbol_name = #name }, .handler = __VA_ARGS__ }
static struct event events[IPCT_NR_EVENTS] = {
	[IPCT_EVENT_ADDID] = EVENT(ipc_addid, on_addid),
	[IPCT_EVENT_UPDATE_PERM] = EVENT(ipc_update_perm, on_update_perm),
	[IPCT_EVENT_FREEQUE] = EVENT(freeque, on_freeque),
	[IPCT_EVENT_FREEARY] = EVENT(freeary, on_freeary),
	[IPCT_EVENT_SHM_DESTROY] = EVENT(shm_destroy, on_shm_destroy),
	[IPCT_EVENT_SHM_OPEN] = EVENT(shm_open, on_shm_open),
	[IPCT_EVENT_SHM_CLOSE] = EVENT(shm_close, on_shm_close),
	[IPCT_EVENT_EXIT_SEM] = EVENT(exit_sem, on_exit_sem,
				      .knows = knows_undo),
};
#undef EVENT

static_assert(IPCT_NR_EVENTS <= IPCT_HOOK_MAX_OTHERS);

/* In a test: note that the probe fires for the tester, and record nothing. */
static int in_test(struct kprobe *kp, struct pt_regs *regs)
{
	struct event *event = container_of(kp, struct event, kp);

	if (!ipct_tester_is_me())
		return event->handler(kp, regs);
	WRITE_ONCE(event->seen, true);
	return 0;
}
NOKPROBE_SYMBOL(in_test);

/**
 * ipct_events_test_begin() - a test begins
 *
 * Context: any; before there is a tester.
 */
void ipct_events_test_begin(void)
{
	struct event *event;

	for (event = events; event < events + ARRAY_SIZE(events); event++) {
		event->seen = false;
		WRITE_ONCE(event->kp.pre_handler, in_test);
	}
}

/**
 * ipct_events_test_end() - a test has ended
 *
 * Context: any.
 */
void ipct_events_test_end(void)
{
	struct event *event;

	for (event = events; event < events + ARRAY_SIZE(events); event++)
		WRITE_ONCE(event->kp.pre_handler, event->handler);
}

/**
 * ipct_events_judge() - mark the probes that did not fire as silent
 * @tested: bits of enum ipct_event: what has been made to happen
 *
 * Context: after the test, before ipct_events_know().
 */
void ipct_events_judge(u32 tested)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(events); i++) {
		struct event *event = &events[i];

		if (!ipct_probe_in_place(event->state) || !(tested & BIT(i)))
			continue;
		event->state = event->seen ? IPCTRACE_PROBE_ATTACHED :
					     IPCTRACE_PROBE_SILENT;
		if (!event->seen)
			pr_warn("the probe on %s does not fire: what it would tell is not recorded\n",
				event->kp.symbol_name);
	}
	addid_seen = events[IPCT_EVENT_ADDID].seen;
}

/**
 * ipct_events_attach() - put the probes in place, for ipct_hook_arm()
 *
 * Those that this kernel lacks or refuses are left out; that is no failure.
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM.
 */
int ipct_events_attach(void)
{
	struct event *event;
	int ret;

	for (event = events; event < events + ARRAY_SIZE(events); event++) {
		event->kp.flags = KPROBE_FLAG_DISABLED;
		event->kp.pre_handler = event->handler;
		ret = event->knows ? event->knows() : 0;
		ret = ret ?: register_kprobe(&event->kp);
		if (ret == -ENOMEM)
			return ret;
		event->error = -ret;
		event->state = !ret ? IPCTRACE_PROBE_ATTACHED :
			       ret == -ENOENT || ret == -ENODATA ?
					IPCTRACE_PROBE_ABSENT :
					IPCTRACE_PROBE_REFUSED;
		if (ret) {
			pr_info("no probe on %s (error %d): what it would tell is not recorded\n",
				event->kp.symbol_name, -ret);
			continue;
		}
		ipct_hook_add(&event->kp, NULL);
	}
	return 0;
}

/**
 * ipct_events_know() - from now on all creations are seen, if any are
 *
 * Context: all probes are armed.
 */
void ipct_events_know(void)
{
	if (addid_seen)
		ipct_creation_know();
}

/**
 * ipct_events_detach() - take the probes away
 *
 * Context: sleeps; not armed.
 */
void ipct_events_detach(void)
{
	struct kprobe *attached[ARRAY_SIZE(events)];
	struct event *event;
	int nr = 0;

	for (event = events; event < events + ARRAY_SIZE(events); event++)
		if (ipct_probe_in_place(event->state))
			attached[nr++] = &event->kp;
	unregister_kprobes(attached, nr);
}

/**
 * ipct_events_describe() - what became of a probe
 * @index: which, from 0
 * @probe: out: all but index
 *
 * Return: 0, or -ENOENT for an index past the last.
 */
int ipct_events_describe(u32 index, struct ipctrace_probe *probe)
{
	if (index >= ARRAY_SIZE(events))
		return -ENOENT;

	probe->call = IPCTRACE_CALL_NONE;
	probe->state = events[index].state;
	probe->error = events[index].error;
	probe->missed = ipct_hook_missed(&events[index].kp);
	strscpy(probe->symbol, events[index].kp.symbol_name,
		sizeof(probe->symbol));
	return 0;
}
