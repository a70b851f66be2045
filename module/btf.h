/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where members of the kernel's private structures are; see btf.c.
 *
 * Locking: none; set at load, constant afterwards.
 */
#ifndef _IPCT_BTF_H
#define _IPCT_BTF_H

/**
 * enum ipct_btf_member - members that are looked up
 * @IPCT_SEM_NSEMS: sem_array.sem_nsems, int
 * @IPCT_MSG_QBYTES: msg_queue.q_qbytes, unsigned long
 * @IPCT_SHM_PERM: shmid_kernel.shm_perm
 * @IPCT_SHM_SEGSZ: shmid_kernel.shm_segsz, unsigned long
 * @IPCT_SHM_FILE: shmid_kernel.shm_file, struct file *
 * @IPCT_FILE_NS: shm_file_data.ns, struct ipc_namespace *
 * @IPCT_UNDO_LIST: sem_undo_list.list_proc, struct list_head of sem_undo's
 * @IPCT_UNDO_LIST_REFS: sem_undo_list.refcnt, refcount_t
 * @IPCT_UNDO_NODE: sem_undo.list_proc, struct list_head
 * @IPCT_UNDO_SEMID: sem_undo.semid, int
 * @IPCT_UNDO_ADJUST: sem_undo.semadj, short *, or short [] at its end
 */
enum ipct_btf_member {
	IPCT_SEM_NSEMS,
	IPCT_MSG_QBYTES,
	IPCT_SHM_PERM,
	IPCT_SHM_SEGSZ,
	IPCT_SHM_FILE,
	IPCT_FILE_NS,
	IPCT_UNDO_LIST,
	IPCT_UNDO_LIST_REFS,
	IPCT_UNDO_NODE,
	IPCT_UNDO_SEMID,
	IPCT_UNDO_ADJUST,
	__IPCT_MEMBER_MAX,
};

extern int ipct_btf_offset[__IPCT_MEMBER_MAX];
extern bool ipct_btf_adjust_inside;

/* Pointer to a member of @type, NULL where this kernel does not say where it is. */
#define ipct_btf_member(base, member, type)				\
	(ipct_btf_offset[member] < 0 ? NULL :				\
	 (type *)((void *)(base) + ipct_btf_offset[member]))

void ipct_btf_start(void);
int ipct_btf_finish(void);

#endif /* _IPCT_BTF_H */
