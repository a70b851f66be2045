/* SPDX-License-Identifier: GPL-2.0 */
/* What is between processes and objects: made, found and forgotten; see nodes.c. */
#ifndef _IPCTRACE_MODEL_NODES_H
#define _IPCTRACE_MODEL_NODES_H

#include "model/types.h"

struct model_use *model_use_of(struct model *model, struct model_object *object,
			       struct model_process *process);

struct model_attachment *model_attachment_find(const struct model *model,
					       const struct model_process *process,
					       u64 addr);
struct model_attachment *model_attachment_new(struct model *model,
					      struct model_object *object,
					      struct model_process *process,
					      bool child, u64 addr);
struct model_attachment *
model_attachment_of_child(const struct model *model, u64 addr,
			  struct model_attachment *after);
void model_attachment_give(struct model *model, struct model_attachment *attachment,
			   struct model_process *process);
void model_attachment_end(struct model *model,
			  struct model_attachment *attachment, u64 time_ns);

struct model_hold *model_hold_find(const struct model *model,
				   const struct model_object *object,
				   const struct model_process *process,
				   u16 sem_num);
struct model_hold *model_hold_new(struct model *model,
				  struct model_object *object,
				  struct model_process *process, u16 sem_num);
void model_hold_give(struct model *model, struct model_hold *hold,
		     struct model_process *process);
void model_hold_end(struct model *model, struct model_hold *hold);

struct model_wait *model_wait_find(const struct model *model, u32 tid);
struct model_wait *model_wait_new(struct model *model,
				  struct model_object *object,
				  struct model_process *process, u32 tid);
void model_wait_end(struct model *model, struct model_wait *wait);

void model_message_forget(struct model *model, struct model_messages *messages,
			  struct model_message *message);

void model_object_forget_nodes(struct model *model, struct model_object *object);
void model_process_forget_nodes(struct model *model,
				struct model_process *process);

#endif /* _IPCTRACE_MODEL_NODES_H */
