/* SPDX-License-Identifier: GPL-2.0 */
/* Times in which not everything was recorded; see holes.c. */
#ifndef _IPCTRACE_MODEL_HOLES_H
#define _IPCTRACE_MODEL_HOLES_H

#include "model/types.h"

const struct model_hole *model_hole_add(struct model *model,
					const struct model_hole *hole);
void model_add_hole(struct model *model, enum model_hole_cause cause,
		    u64 begin_ns, u64 end_ns);
const struct model_hole *model_hole(const struct model *model, u64 from_ns,
				    u64 to_ns);
const struct model_hole *model_hole_of(const struct model *model,
				       const struct model_object *object,
				       u64 from_ns, u64 to_ns);
const struct model_hole *model_hole_since_made(const struct model *model,
					       const struct model_object *object,
					       u64 to_ns);
const struct model_hole *model_hole_of_life(const struct model *model,
					    const struct model_object *object);
const struct model_hole *model_holes(const struct model *model, size_t *nr);
u64 model_whole_since(const struct model *model);
const char *model_hole_text(enum model_hole_cause cause);

#endif /* _IPCTRACE_MODEL_HOLES_H */
