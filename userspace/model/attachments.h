/* SPDX-License-Identifier: GPL-2.0 */
/* Segments in the memory of processes; see attachments.c. */
#ifndef _IPCTRACE_MODEL_ATTACHMENTS_H
#define _IPCTRACE_MODEL_ATTACHMENTS_H

#include "model/types.h"

void model_attached_by_call(struct model *model, struct model_object *object,
			    struct model_process *process,
			    const struct ipctrace_call *record);
void model_attached_by_fork(struct model *model, struct model_object *object,
			    struct model_process *process,
			    const struct ipctrace_call *record);
void model_detached(struct model *model, struct model_object *object,
		    struct model_process *process,
		    const struct ipctrace_call *record);
struct model_attachment *
model_attachment_inherited(struct model *model, struct model_object *object,
			   struct model_process *process, u64 addr);
struct model_object *model_attached_at(const struct model *model, u32 tgid,
				       u64 addr, s32 id);

#endif /* _IPCTRACE_MODEL_ATTACHMENTS_H */
