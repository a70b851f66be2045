// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: rights
 *
 * Why a call was allowed: its caller's effective ids, and what let it use
 * somebody else's object. Once a call has succeeded the kernel's rules leave
 * one answer, which is found by going through them again.
 */
#include <linux/cred.h>
#include <linux/kprobes.h>
#include <linux/msg.h>
#include <linux/sem.h>
#include <linux/shm.h>

#include "record.h"
#include "rights.h"
#include "stats.h"
#include "shared/layouts.h"
#include "shared/syscalls.h"

/* As ipcperms() is asked for them: owner, group and others alike */
#define TO_READ		0444
#define TO_WRITE	0222
#define TO_EXECUTE	0111

/* What semop() needs; nothing where not all operations were seen. */
static u16 need_of_sops(const struct ipctrace_call *record)
{
	const struct ipctrace_user *sops = ipct_user_in(record, 1);
	u32 i, nr = sops ? ipct_user_sops(sops) : 0;

	for (i = 0; i < nr; i++)
		if (ipct_user_word(sops, i * IPCT_SEMBUF_BYTES + 2, 2, false))
			return TO_WRITE;
	return sops && nr >= sops->count ? TO_READ : 0;
}
NOKPROBE_SYMBOL(need_of_sops);

/* Bits of the mode that a call needs, as ipcperms() is asked for them. */
static u16 need_of(const struct ipctrace_call *record, const u64 *args)
{
	switch (record->header.call) {
	case IPCTRACE_CALL_msgget:
		return args[1];
	case IPCTRACE_CALL_semget:
	case IPCTRACE_CALL_shmget:
		return args[2];
	case IPCTRACE_CALL_msgsnd:
		return TO_WRITE;
	case IPCTRACE_CALL_msgrcv:
		return TO_READ;
	case IPCTRACE_CALL_semop:
	case IPCTRACE_CALL_semtimedop:
		return need_of_sops(record);
	case IPCTRACE_CALL_shmat:
		return TO_READ | (args[2] & SHM_RDONLY ? 0 : TO_WRITE) |
		       (args[2] & SHM_EXEC ? TO_EXECUTE : 0);
	}
	return 0;
}
NOKPROBE_SYMBOL(need_of);

/* ipcperms(), for a caller that is neither owner nor creator. */
static u32 right_by_mode(const struct ipctrace_object *object, u16 need)
{
	u32 right = IPCTRACE_RIGHT_OTHERS;
	u16 granted = object->mode;

	need = (need >> 6 | need >> 3 | need) & 7;
	if (!need)
		return IPCTRACE_RIGHT_UNSAID;
	if (in_group_p(KGIDT_INIT(object->cgid)) ||
	    in_group_p(KGIDT_INIT(object->gid))) {
		right = IPCTRACE_RIGHT_GROUP;
		granted >>= 3;
	}
	return need & ~granted ? IPCTRACE_RIGHT_IPC_OWNER : right;
}
NOKPROBE_SYMBOL(right_by_mode);

static u32 right_of(const struct ipctrace_call *record, u32 euid)
{
	const struct ipctrace_object *object = &record->object;
	u8 call = record->header.call;
	u64 args[IPCTRACE_NR_ARGS];
	u8 need;

	if (!(record->header.flags & IPCTRACE_F_OBJECT) ||
	    ipct_is_error(record->ret) ||
	    object->uid == euid || object->cuid == euid)
		return IPCTRACE_RIGHT_UNSAID;
	ipct_call_args(record, args);
	if (ipct_syscalls[call].follow != IPCT_FOLLOW_CTL)
		return right_by_mode(object, need_of(record, args));

	need = ipct_command(call, record->header.abi,
			    ipct_ctl_cmd(record, args))->need;
	switch ((enum ipct_need)need) {
	case IPCT_NEED_NOTHING:
		break;
	case IPCT_NEED_READ:
		return right_by_mode(object, TO_READ);
	case IPCT_NEED_WRITE:
		return right_by_mode(object, TO_WRITE);
	case IPCT_NEED_OWN:
		return IPCTRACE_RIGHT_SYS_ADMIN;
	case IPCT_NEED_LOCK:
		return IPCTRACE_RIGHT_IPC_LOCK;
	}
	return IPCTRACE_RIGHT_UNSAID;
}
NOKPROBE_SYMBOL(right_of);

/**
 * ipct_rights_tell() - add as whom a call was made, and by which right, if that says
 * anything
 * @record: the record, complete but for this
 * @effective: ipct_record_effective() of the caller
 *
 * Context: the calling task, preemption off.
 */
void ipct_rights_tell(struct ipctrace_call *record, u64 effective)
{
	u32 euid = ipct_record_pair_user(effective);
	u32 egid = ipct_record_pair_group(effective);
	u32 right = right_of(record, euid);
	struct ipctrace_cred *part;

	if (right == IPCTRACE_RIGHT_UNSAID &&
	    euid == record->uid && egid == record->gid)
		return;
	part = ipct_record_add(record, IPCTRACE_PART_CRED, sizeof(*part));
	part->euid = euid;
	part->egid = egid;
	part->right = right;
	part->reserved = 0;
}
NOKPROBE_SYMBOL(ipct_rights_tell);
