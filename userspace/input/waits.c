// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: waits
 *
 * Asks the kernel why a call is blocked, by calls that anybody may make and that
 * change nothing. The answer may be newer than the record. Only objects of our own
 * IPC namespace can be asked about.
 */
#define _GNU_SOURCE	/* struct msqid_ds.__msg_cbytes */
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/stat.h>

#include "input/waits.h"
#include "shared/layouts.h"
#include "shared/syscalls.h"

static u64 own_namespace(void)
{
	static u64 inode;
	struct stat stat_buf;

	if (!inode && !stat("/proc/self/ns/ipc", &stat_buf))
		inode = stat_buf.st_ino;
	return inode;
}

static bool ask_semaphore(struct waits *waits, int semid)
{
	waits->semncnt = semctl(semid, waits->sem_num, GETNCNT);
	waits->semzcnt = semctl(semid, waits->sem_num, GETZCNT);
	return waits->semncnt >= 0 && waits->semzcnt >= 0;
}

/* A semaphore's value after the operations before operation @nr */
static s32 value_before(const struct ipctrace_user *sops, u32 nr, u32 sem_num,
			s32 semval)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (ipct_user_word(sops, i * IPCT_SEMBUF_BYTES, 2, false) ==
		    sem_num)
			semval += ipct_user_word(sops, i * IPCT_SEMBUF_BYTES + 2,
						 2, true);
	return semval;
}

/* The first operation that cannot be done is the one that blocks. */
static void ask_set(struct waits *waits, const struct ipctrace_call *call,
		    int semid)
{
	const struct ipctrace_user *sops = ipct_user_in(call, 1);
	u32 i;

	for (i = 0; sops && i < ipct_user_sops(sops); i++) {
		u32 at = i * IPCT_SEMBUF_BYTES;
		s32 value;

		waits->sem_num = ipct_user_word(sops, at, 2, false);
		waits->sem_op = ipct_user_word(sops, at + 2, 2, true);
		waits->semval = semctl(semid, waits->sem_num, GETVAL);
		if (waits->semval < 0)
			return;
		value = value_before(sops, i, waits->sem_num, waits->semval);
		if (waits->sem_op ? value + waits->sem_op >= 0 : !value)
			continue;
		if (ask_semaphore(waits, semid))
			waits->what = WAITS_SEMAPHORE;
		return;
	}
	/* If not all operations were recorded it may be one of the others. */
	if (sops && i >= sops->count)
		waits->what = WAITS_NOT;
}

static void ask_queue(struct waits *waits, const struct ipctrace_call *call,
		      const u64 *args)
{
	struct msqid_ds ds;

	if (msgctl((int)args[0], IPC_STAT, &ds))
		return;
	waits->msg_qnum = ds.msg_qnum;
	waits->msg_cbytes = ds.__msg_cbytes;
	waits->msg_qbytes = ds.msg_qbytes;
	if (call->header.call == IPCTRACE_CALL_msgrcv)
		waits->what = ds.msg_qnum ? WAITS_TYPE : WAITS_EMPTY;
	else if (ds.__msg_cbytes + ipct_arg_value(IPCT_SIZE, args[2],
						  call->header.abi) >
		 ds.msg_qbytes || ds.msg_qnum + 1 > ds.msg_qbytes)
		waits->what = WAITS_FULL;
	else
		waits->what = WAITS_NOT;
}

/**
 * waits_ask() - why a call is blocked
 * @waits: out: WAITS_UNKNOWN for calls in other namespaces, and for calls that do not
 *	sleep
 * @call: in flight; its object is asked now, and may have changed since
 */
void waits_ask(struct waits *waits, const struct ipctrace_call *call)
{
	u64 args[IPCTRACE_NR_ARGS];

	*waits = (struct waits){ .what = WAITS_UNKNOWN };
	if (call->header.call >= IPCTRACE_NR_CALLS ||
	    call->ipc_ns != own_namespace())
		return;
	ipct_call_args(call, args);
	switch (call->header.call) {
	case IPCTRACE_CALL_semop:
	case IPCTRACE_CALL_semtimedop:
		ask_set(waits, call, args[0]);
		break;
	case IPCTRACE_CALL_msgsnd:
	case IPCTRACE_CALL_msgrcv:
		ask_queue(waits, call, args);
		break;
	}
}
