/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state of a machine, rebuilt from records; see model.c. Commands need only this
 * header; what they get is described in types.h.
 *
 *	struct model *model = model_new();
 *
 *	model_ask_begin(model, now_ns);	live only, by input/seed.c: what the
 *	...				kernel says now, before or after records
 *	model_ask_end(model);
 *	while (input_next(input, &record) == INPUT_RECORD)
 *		model_feed(model, record);
 *	model_finish(model);		for those who listen
 *	TAILQ_FOREACH(object, model_objects(model), all)	model_gone(model), too
 *		...
 *	model_free(model);
 *
 * commands/evidence.c does all this for a command, from its options.
 */
#ifndef _IPCTRACE_MODEL_H
#define _IPCTRACE_MODEL_H

#include "model/ask.h"
#include "model/blocking.h"
#include "model/holes.h"
#include "model/limits.h"
#include "model/removal.h"
#include "model/types.h"

struct model *model_new(void);
void model_feed(struct model *model, const struct ipctrace_header *record);
void model_finish(struct model *model);
void model_listen(struct model *model, model_listener_t listener, void *context);
void model_free(struct model *model);

const struct model_sums *model_sums(const struct model *model);
const struct model_objects *model_objects(const struct model *model);
const struct model_objects *model_gone(const struct model *model);
const struct model_processes *model_processes(const struct model *model);
const struct model_object *model_find_id(const struct model *model, u32 ipc_ns,
					 u8 family, s32 id);
const struct model_object *model_find_key(const struct model *model, u32 ipc_ns,
					  u8 family, s32 key);
const struct model_process *model_find_process(const struct model *model,
					       u32 tgid);
u8 model_message_doubt(const struct model_message *message);

#endif /* _IPCTRACE_MODEL_H */
