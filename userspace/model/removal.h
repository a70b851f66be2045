/* SPDX-License-Identifier: GPL-2.0 */
/* How an object went, and what is likely to be behind it; see removal.c. */
#ifndef _IPCTRACE_MODEL_REMOVAL_H
#define _IPCTRACE_MODEL_REMOVAL_H

#include "model/types.h"

/**
 * enum model_cause - how an object went
 * @MODEL_STILL_THERE: it has not gone
 * @MODEL_BY_RMID: IPC_RMID, which took effect at once
 * @MODEL_BY_RMID_LATER: IPC_RMID of a segment that was attached: it is marked, or went
 *	with the last detach
 * @MODEL_BY_RMID_UNSEEN: the last detach of a segment that somebody had marked by an
 *	IPC_RMID of which there is no record
 * @MODEL_BY_FORCE: kernel.shm_rmid_forced: nobody was attached any more
 * @MODEL_BY_NAMESPACE: its namespace came to its end
 * @MODEL_BY_SOMETHING: in one of these ways, in @who; the record that tells which is
 *	missing
 * @MODEL_BY_NOBODY_SAW: it is not there any more; nothing else is known
 */
enum model_cause {
	MODEL_STILL_THERE,
	MODEL_BY_RMID,
	MODEL_BY_RMID_LATER,
	MODEL_BY_RMID_UNSEEN,
	MODEL_BY_FORCE,
	MODEL_BY_NAMESPACE,
	MODEL_BY_SOMETHING,
	MODEL_BY_NOBODY_SAW,
};

/* What is likely to be behind it, by bit; each has its evidence in the model. */
#define MODEL_CASE_LOGIND	0x01	/* systemd-logind: RemoveIPC at the last logout */
#define MODEL_CASE_IPCRM	0x02	/* the program is called ipcrm */
#define MODEL_CASE_FORKED	0x04	/* a child of its maker: an atexit handler? */
#define MODEL_CASE_COLLISION	0x08	/* another program, which found it by its key */
#define MODEL_CASE_SWEEP	0x10	/* it removed several within a second */
#define MODEL_CASE_CREATOR	0x20	/* the process that made it */

/**
 * struct model_removal - how an object went
 * @cause: enum model_cause
 * @who: who called IPC_RMID; else the process in which it happened; NULL: not known
 * @when_ns: when; 0: not known
 * @cases: MODEL_CASE_*
 * @swept: MODEL_CASE_SWEEP: how many objects, including this one
 * @attached: how many were attached to it when IPC_RMID was called
 * @cut_off: processes whose calls on it ended with EIDRM
 * @incomplete: a hole in which something may have happened that would matter here, or
 *	NULL
 */
struct model_removal {
	enum model_cause cause;
	const struct model_who *who;
	u64 when_ns;
	u32 cases;
	u32 swept;
	u32 attached;
	u32 cut_off;
	const struct model_hole *incomplete;
};

void model_removal(const struct model *model, const struct model_object *object,
		   struct model_removal *removal);
void model_removal_cases(const struct model *model,
			 const struct model_object *object,
			 struct model_removal *removal);
bool model_descends_from(const struct model_who *who, u32 tgid);
const char *model_cause_text(enum model_cause cause);

#endif /* _IPCTRACE_MODEL_REMOVAL_H */
