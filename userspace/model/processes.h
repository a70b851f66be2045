/* SPDX-License-Identifier: GPL-2.0 */
/* Processes; see processes.c. */
#ifndef _IPCTRACE_MODEL_PROCESSES_H
#define _IPCTRACE_MODEL_PROCESSES_H

#include "model/types.h"

struct model_process *model_process_find(const struct model *model, u32 tgid);
struct model_process *model_process_new(struct model *model, u32 tgid);
struct model_process *model_process_heard(struct model *model,
					  const struct ipctrace_call *record,
					  const struct model_who *who);
void model_process_take_over(struct model *model, struct model_process *process,
			     struct model_process *before, u64 start_ns);
void model_process_retire(struct model *model, struct model_process *process);
void model_processes_free(struct model *model);

#endif /* _IPCTRACE_MODEL_PROCESSES_H */
