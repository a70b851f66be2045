// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: btf
 *
 * Some facts are only in structures that are private to the kernel's ipc/. A
 * copy of their definitions could silently be wrong for the next kernel. The
 * running kernel's own description of its types, BTF, says where members are
 * and of which type. A member that it lacks, or that has another type, is not
 * recorded.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/ipc.h>
#include <linux/list.h>
#include <linux/printk.h>
#include <linux/refcount.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "btf.h"
#include "btf_types.h"
#include "compat.h"

#define BTF_FILE	"/sys/kernel/btf/vmlinux"

/* Members that are looked up, and what each of them must be: see btf.h. */
static const struct ipct_btf_wanted wanted[__IPCT_MEMBER_MAX] = {
	[IPCT_SEM_NSEMS] = { "sem_array", "sem_nsems", IPCT_BTF_INT, sizeof(int) },
	[IPCT_MSG_QBYTES] = { "msg_queue", "q_qbytes", IPCT_BTF_INT,
			      sizeof(unsigned long) },
	[IPCT_SHM_PERM] = { "shmid_kernel", "shm_perm", IPCT_BTF_STRUCT,
			    sizeof(struct kern_ipc_perm), "kern_ipc_perm" },
	[IPCT_SHM_SEGSZ] = { "shmid_kernel", "shm_segsz", IPCT_BTF_INT,
			     sizeof(unsigned long) },
	[IPCT_SHM_FILE] = { "shmid_kernel", "shm_file", IPCT_BTF_POINTER, 0, "file" },
	[IPCT_FILE_NS] = { "shm_file_data", "ns", IPCT_BTF_POINTER, 0,
			   "ipc_namespace" },
	[IPCT_UNDO_LIST] = { "sem_undo_list", "list_proc", IPCT_BTF_STRUCT,
			     sizeof(struct list_head), "list_head" },
	[IPCT_UNDO_LIST_REFS] = { "sem_undo_list", "refcnt", IPCT_BTF_STRUCT,
				  sizeof(refcount_t), "refcount_struct" },
	[IPCT_UNDO_NODE] = { "sem_undo", "list_proc", IPCT_BTF_STRUCT,
			     sizeof(struct list_head), "list_head" },
	[IPCT_UNDO_SEMID] = { "sem_undo", "semid", IPCT_BTF_INT, sizeof(int) },
	[IPCT_UNDO_ADJUST] = { "sem_undo", "semadj", IPCT_BTF_NUMBERS,
			       sizeof(short) },
};

/* Offsets in bytes, negative where not known. */
int ipct_btf_offset[__IPCT_MEMBER_MAX];

/* Are the adjustments part of struct sem_undo? Else it points to them. */
bool ipct_btf_adjust_inside;

/*
 * The file's contents, in one piece for vfree(), or an error. Not by
 * kernel_read_file(): security modules want to know what it reads, and warn of
 * what they do not know.
 *
 * Context: a worker, which sees the files of the first process.
 */
static void *read_file(const char *name, size_t *size)
{
	struct file *file = filp_open(name, O_RDONLY, 0);
	loff_t pos = 0;
	ssize_t bytes = 1;
	void *data;

	if (IS_ERR(file))
		return file;
	*size = i_size_read(file_inode(file));
	data = vmalloc(*size);
	while (data && bytes > 0 && pos < *size)
		bytes = kernel_read(file, data + pos, *size - pos, &pos);
	filp_close(file, NULL);
	if (!data)
		return ERR_PTR(-ENOMEM);
	if (pos == *size)
		return data;
	vfree(data);
	return ERR_PTR(bytes < 0 ? bytes : -EIO);
}

/* Of the worker that read it last */
static int error;

/* Take over what was found; what was not is -1. */
static void note(const struct ipct_btf_found *found)
{
	u32 m;

	for (m = 0; m < ARRAY_SIZE(wanted); m++) {
		ipct_btf_offset[m] = found[m].offset;
		if (found[m].offset < 0)
			pr_info("%s %s.%s: what depends on it is not recorded\n",
				found[m].type ? "this kernel has another" :
						"this kernel has no",
				wanted[m].type, wanted[m].member);
	}
	ipct_btf_adjust_inside = found[IPCT_UNDO_ADJUST].inside;
}

static void look_up(struct work_struct *work)
{
	struct ipct_btf_found found[__IPCT_MEMBER_MAX];
	struct ipct_btf_types types;
	void *data;
	size_t size;
	u32 m;

	for (m = 0; m < ARRAY_SIZE(found); m++) {
		found[m] = (struct ipct_btf_found){ .offset = -1 };
		ipct_btf_offset[m] = -1;
	}
	data = read_file(BTF_FILE, &size);
	error = PTR_ERR_OR_ZERO(data);
	if (error == -ENOMEM) {
		pr_err("no memory to read %s\n", BTF_FILE);
		return;
	}
	if (error) {
		pr_info("no %s (error %d): values of semaphores, sizes of queues and segments, and SEM_UNDO are not recorded\n",
			BTF_FILE, -error);
		return;
	}
	if (ipct_btf_types_parse(data, size, &types))
		ipct_btf_types_find(&types, wanted, ARRAY_SIZE(wanted), found);
	vfree(data);
	note(found);
}

static DECLARE_WORK(worker, look_up);

/**
 * ipct_btf_start() - begin to find out where private members are
 *
 * There are megabytes to read. That would be a fifth of the time that loading
 * takes, so another CPU does it meanwhile.
 *
 * Context: any. ipct_btf_finish() must follow.
 */
void ipct_btf_start(void)
{
	queue_work(ipct_compat_dfl_wq, &worker);
}

/**
 * ipct_btf_finish() - wait until the offsets are known
 *
 * Those that the kernel does not tell stay unknown; nothing fails.
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM: there was no memory to read what the kernel says.
 */
int ipct_btf_finish(void)
{
	flush_work(&worker);
	return error == -ENOMEM ? error : 0;
}
