/* SPDX-License-Identifier: GPL-2.0 */
/* Semaphores, who holds them, and who waits; see semaphores.c. */
#ifndef _IPCTRACE_MODEL_SEMAPHORES_H
#define _IPCTRACE_MODEL_SEMAPHORES_H

#include "model/types.h"

void model_sems_made(struct model *model, struct model_object *object, u32 nr);
void model_sems_unknown(struct model_object *object);
void model_sems_operated(struct model *model, struct model_object *object,
			 struct model_process *process,
			 const struct ipctrace_call *record,
			 const struct model_who *who);
void model_sems_set(struct model *model, struct model_object *object,
		    const struct ipctrace_call *record, u32 cmd);
void model_sems_undone(struct model *model, struct model_object *object,
		       struct model_process *process,
		       const struct ipctrace_call *record);
void model_waits(struct model *model, struct model_object *object,
		 struct model_process *process,
		 const struct ipctrace_call *record);
void model_waits_no_more(struct model *model, const struct ipctrace_call *record);

#endif /* _IPCTRACE_MODEL_SEMAPHORES_H */
