// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: btf
 *
 * Some facts only structures that are private to the kernel's ipc/ hold. A
 * copy of their definitions would be falsified by the next kernel without a
 * word. The running kernel's own description of its types, BTF, says where
 * members are; what it does not have is not recorded.
 *
 * The format: Documentation/bpf/btf.rst.
 */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "btf.h"
#include "compat.h"

#define BTF_FILE	"/sys/kernel/btf/vmlinux"

/* Kinds of types that headers lack which are older than they. */
enum {
	KIND_FLOAT = 16,
	KIND_DECL_TAG,
	KIND_TYPE_TAG,
	KIND_ENUM64,
};

/* A member that is looked up: the name of its structure, and its own. */
static const struct {
	const char *type;
	const char *member;
} wanted[__IPCT_MEMBER_MAX] = {
	[IPCT_SEM_NSEMS] = { "sem_array", "sem_nsems" },
	[IPCT_MSG_QBYTES] = { "msg_queue", "q_qbytes" },
	[IPCT_SHM_PERM] = { "shmid_kernel", "shm_perm" },
	[IPCT_SHM_SEGSZ] = { "shmid_kernel", "shm_segsz" },
	[IPCT_SHM_FILE] = { "shmid_kernel", "shm_file" },
	[IPCT_FILE_NS] = { "shm_file_data", "ns" },
	[IPCT_UNDO_LIST] = { "sem_undo_list", "list_proc" },
	[IPCT_UNDO_LIST_REFS] = { "sem_undo_list", "refcnt" },
	[IPCT_UNDO_NODE] = { "sem_undo", "list_proc" },
	[IPCT_UNDO_SEMID] = { "sem_undo", "semid" },
	[IPCT_UNDO_ADJUST] = { "sem_undo", "semadj" },
};

/* Offsets in bytes, negative where not known. */
int ipct_btf_offset[__IPCT_MEMBER_MAX];

/* Are the adjustments part of struct sem_undo? Else it points to them. */
bool ipct_btf_adjust_inside;

/**
 * struct blob - the description of the types
 * @types: first type
 * @types_end: end of the types
 * @strings: names
 * @strings_bytes: their size; the last byte is 0
 */
struct blob {
	const void *types;
	const void *types_end;
	const char *strings;
	u32 strings_bytes;
};

static const char *name_at(const struct blob *blob, u32 offset)
{
	return offset < blob->strings_bytes ? blob->strings + offset : "";
}

/* Bytes that follow a type, or -1 for a kind that we do not know. */
static int extra_bytes(const struct btf_type *type)
{
	u32 vlen = btf_type_vlen(type);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
		return sizeof(u32);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return vlen * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return vlen * sizeof(struct btf_enum);
	case KIND_ENUM64:
		return vlen * 3 * sizeof(u32);
	case BTF_KIND_FUNC_PROTO:
		return vlen * sizeof(struct btf_param);
	case BTF_KIND_VAR:
		return sizeof(struct btf_var);
	case BTF_KIND_DATASEC:
		return vlen * sizeof(struct btf_var_secinfo);
	case KIND_DECL_TAG:
		return sizeof(u32);
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case KIND_FLOAT:
	case KIND_TYPE_TAG:
		return 0;
	default:
		return -1;
	}
}

static void look_up_members(const struct blob *blob,
			    const struct btf_type *type)
{
	const struct btf_member *member = (const void *)(type + 1);
	const char *name = name_at(blob, type->name_off);
	u32 i, m, bits;

	for (m = 0; m < ARRAY_SIZE(wanted); m++) {
		if (strcmp(wanted[m].type, name))
			continue;
		for (i = 0; i < btf_type_vlen(type); i++) {
			if (strcmp(wanted[m].member,
				   name_at(blob, member[i].name_off)))
				continue;
			bits = btf_type_kflag(type) ?
			       BTF_MEMBER_BIT_OFFSET(member[i].offset) :
			       member[i].offset;
			if (bits % BITS_PER_BYTE)
				continue;
			ipct_btf_offset[m] = bits / BITS_PER_BYTE;
			/* An array without a size: no room for a pointer. */
			if (m == IPCT_UNDO_ADJUST)
				ipct_btf_adjust_inside =
					type->size < ipct_btf_offset[m] +
						     sizeof(void *);
		}
	}
}

/* Walk all types; stop at what does not make sense. */
static void walk(const struct blob *blob)
{
	const struct btf_type *type = blob->types;
	int extra;

	while ((const void *)(type + 1) <= blob->types_end) {
		extra = extra_bytes(type);
		if (extra < 0 || extra > blob->types_end - (const void *)(type + 1))
			return;
		if (BTF_INFO_KIND(type->info) == BTF_KIND_STRUCT)
			look_up_members(blob, type);
		type = (const void *)(type + 1) + extra;
	}
}

static bool parse(const void *data, size_t size, struct blob *blob)
{
	const struct btf_header *header = data;

	if (size < sizeof(*header) || header->magic != BTF_MAGIC ||
	    header->hdr_len > size ||
	    header->type_off > size - header->hdr_len ||
	    header->type_len > size - header->hdr_len - header->type_off ||
	    header->str_off > size - header->hdr_len ||
	    header->str_len > size - header->hdr_len - header->str_off ||
	    !header->str_len)
		return false;

	blob->types = data + header->hdr_len + header->type_off;
	blob->types_end = blob->types + header->type_len;
	blob->strings = data + header->hdr_len + header->str_off;
	blob->strings_bytes = header->str_len;
	return !blob->strings[blob->strings_bytes - 1];
}

/*
 * The file's contents, in one piece that vfree() takes, or an error. Security
 * modules want to know what a kernel_read_file() is for, and warn of what they
 * do not know.
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

/* Of the last that read it */
static int error;

static void look_up(struct work_struct *work)
{
	struct blob blob;
	void *data;
	size_t size;
	u32 m;

	for (m = 0; m < ARRAY_SIZE(ipct_btf_offset); m++)
		ipct_btf_offset[m] = -1;

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
	if (parse(data, size, &blob))
		walk(&blob);
	vfree(data);

	for (m = 0; m < ARRAY_SIZE(ipct_btf_offset); m++)
		if (ipct_btf_offset[m] < 0)
			pr_info("this kernel has no %s.%s: what depends on it is not recorded\n",
				wanted[m].type, wanted[m].member);
}

static DECLARE_WORK(worker, look_up);

/**
 * ipct_btf_start() - begin to find out where private members are
 *
 * There are megabytes to go through. That is a fifth of the time that loading
 * takes, unless another CPU does it meanwhile.
 *
 * Context: any. ipct_btf_finish() must follow.
 */
void ipct_btf_start(void)
{
	queue_work(ipct_compat_dfl_wq, &worker);
}

/**
 * ipct_btf_finish() - the offsets are known from here on
 *
 * Where the kernel does not say, they stay unknown; nothing fails.
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM: it may say, but there was no memory to read it.
 */
int ipct_btf_finish(void)
{
	flush_work(&worker);
	return error == -ENOMEM ? error : 0;
}
