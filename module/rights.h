/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As whom a call was made, and by which right; see rights.c.
 *
 * Locking: none. Everything runs on the calling task, preemption off.
 */
#ifndef _IPCT_RIGHTS_H
#define _IPCT_RIGHTS_H

#include "record.h"

void ipct_rights_tell(struct ipctrace_call *record, u64 effective);

/**
 * ipct_rights_add() - add as whom a call was made, and by which right
 * @record: the record, complete but for this
 * @effective: ipct_record_effective() of the caller
 *
 * For almost every call there is nothing to add: effective ids are the real ones,
 * and the object is the caller's own.
 *
 * Context: the calling task, preemption off.
 */
static __always_inline void ipct_rights_add(struct ipctrace_call *record,
					    u64 effective)
{
	u32 euid = ipct_record_pair_user(effective);

	if (likely(effective == *(const u64 *)&record->uid &&
		   (record->object.uid == euid ||
		    record->object.cuid == euid)))
		return;
	ipct_rights_tell(record, effective);
}

#endif /* _IPCT_RIGHTS_H */
