/* SPDX-License-Identifier: GPL-2.0 */
/* Messages from who sends them to who receives them; see messages.c. */
#ifndef _IPCTRACE_MODEL_MESSAGES_H
#define _IPCTRACE_MODEL_MESSAGES_H

#include "model/types.h"

const struct model_message *model_message_sent(struct model *model,
					       struct model_object *object,
					       const struct ipctrace_call *record,
					       const struct model_who *who);
const struct model_message *model_message_received(struct model *model,
						   struct model_object *object,
						   const struct ipctrace_call *record,
						   const struct model_who *who,
						   bool waited);
u8 model_message_doubt(const struct model_message *message);
void model_queue_empty(struct model *model, struct model_object *object,
		       const struct ipctrace_call *record);
void model_queue_looked(struct model *model, struct model_object *object,
			const struct ipctrace_call *record);
void model_queue_unknown(struct model_object *object);
void model_messages_forget(struct model *model, struct model_object *object);
void model_queue_finish(struct model *model, struct model_object *object);

#endif /* _IPCTRACE_MODEL_MESSAGES_H */
