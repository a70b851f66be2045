// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: origin
 *
 * Where a caller comes from: the program that it runs, and its ancestors. By the
 * time somebody asks who removed an object the process is gone, and often its
 * parents too, so this is recorded with the calls that make, set or remove one. All
 * other calls pay nothing for it.
 *
 * What is read here belongs to others, who may change it meanwhile: tasks,
 * directory entries and mounts all stay in memory for a grace period of RCU.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/kprobes.h>
#include <linux/mm_types.h>
#include <linux/path.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "compat.h"
#include "origin.h"
#include "record.h"

/*
 * The name of a file, or none while it is being renamed. The sequence is read
 * directly, because the functions for it wait for writers on realtime kernels.
 */
static u32 copy_name(const struct dentry *dentry, char *to)
{
	const unsigned int *sequence = &dentry->d_seq.seqcount.sequence;
	unsigned int before = READ_ONCE(*sequence);
	u32 bytes;

	/* KERNEL the sequence, then the name. Partner d_move(), as for the next. */
	smp_rmb();
	bytes = min_t(u32, READ_ONCE(dentry->d_name.len), IPCTRACE_MAX_EXE - 1);
	memcpy(to, READ_ONCE(dentry->d_name.name), bytes);
	/* KERNEL the name, then the sequence. Partner d_move(). */
	smp_rmb();
	return before & 1 || before != READ_ONCE(*sequence) ? 0 : bytes;
}
NOKPROBE_SYMBOL(copy_name);

/*
 * The path of a file, which d_path() puts at the end of the room, moved to the
 * front. d_path() takes spinlocks when somebody renames or mounts at the same time;
 * on a realtime kernel these sleep.
 */
static u32 copy_path(const struct path *path, char *to)
{
	char *from;
	u32 bytes;

	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return copy_name(path->dentry, to);
	from = d_path(path, to, IPCTRACE_MAX_EXE);
	if (IS_ERR(from))
		return copy_name(path->dentry, to);
	bytes = strlen(from);
	memmove(to, from, bytes);
	return bytes;
}
NOKPROBE_SYMBOL(copy_path);

/*
 * The path of the program, and its length. Another thread may replace the program
 * (PR_SET_MM_EXE_FILE), and the struct file may then be that of another file.
 */
static u32 copy_exe(char *to)
{
	const struct mm_struct *mm = current->mm;
	const struct file *file;
	struct path path;

	if (!mm)
		return 0;
	file = rcu_dereference(mm->exe_file);
	if (!file)
		return 0;
	path.mnt = READ_ONCE(file->f_path.mnt);
	path.dentry = READ_ONCE(file->f_path.dentry);
	/* KERNEL the path, then whose it is. Partner replace_mm_exe_file(). */
	smp_rmb();
	if (file != rcu_access_pointer(mm->exe_file) || !path.mnt || !path.dentry)
		return 0;
	return copy_path(&path, to);
}
NOKPROBE_SYMBOL(copy_exe);

static u32 add_ancestors(struct ipctrace_ancestor *ancestor)
{
	struct task_struct *task = current;
	u32 nr;

	for (nr = 0; nr < IPCTRACE_MAX_ANCESTORS; nr++, ancestor++) {
		task = rcu_dereference(task->real_parent);
		/* The idle task is not worth naming as a parent. */
		if (!task_tgid_nr(task))
			break;
		task = READ_ONCE(task->group_leader);
		ancestor->start_ns = task->start_boottime;
		ancestor->pid = task_tgid_nr(task);
		ancestor->uid = __kuid_val(__task_cred(task)->uid);
		ipct_compat_comm(ancestor->comm, task);
	}
	return nr;
}
NOKPROBE_SYMBOL(add_ancestors);

/**
 * ipct_origin_add() - add where the caller comes from
 * @record: under construction, with room for IPCT_ORIGIN_BYTES
 *
 * Context: the calling task, preemption off.
 */
void ipct_origin_add(struct ipctrace_call *record)
{
	struct ipctrace_origin *origin =
		ipct_record_add(record, IPCTRACE_PART_ORIGIN, sizeof(*origin));
	struct ipctrace_ancestor *ancestors = (void *)(origin + 1);
	char *exe;
	u32 padded;

	rcu_read_lock();
	origin->start_ns = READ_ONCE(current->group_leader)->start_boottime;
	origin->nr_ancestors = add_ancestors(ancestors);
	exe = (char *)(ancestors + origin->nr_ancestors);
	origin->exe_bytes = copy_exe(exe);
	rcu_read_unlock();
	origin->reserved = 0;
	padded = ALIGN(origin->exe_bytes, 8);
	memset(exe + origin->exe_bytes, 0, padded - origin->exe_bytes);
	padded += origin->nr_ancestors * sizeof(*ancestors);
	origin->part.len += padded;
	record->header.len += padded;
}
NOKPROBE_SYMBOL(ipct_origin_add);
