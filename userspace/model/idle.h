/* SPDX-License-Identifier: GPL-2.0 */
/* Objects that nobody uses any more; see idle.c. */
#ifndef _IPCTRACE_MODEL_IDLE_H
#define _IPCTRACE_MODEL_IDLE_H

#include "model/types.h"

u64 model_last_used(const struct model *model, const struct model_object *object,
		    u64 real_ns);
bool model_is_unused(const struct model_object *object);
enum model_life model_maker_life(const struct model *model,
				 const struct model_who *made);

#endif /* _IPCTRACE_MODEL_IDLE_H */
