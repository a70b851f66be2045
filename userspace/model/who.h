/* SPDX-License-Identifier: GPL-2.0 */
/* Who did something, out of a record; see who.c. */
#ifndef _IPCTRACE_MODEL_WHO_H
#define _IPCTRACE_MODEL_WHO_H

#include "model/types.h"

void model_who(struct model *model, struct model_who *who,
	       const struct ipctrace_call *record);
struct model_origin *model_origin(struct model *model,
				  const struct model_origin *origin);
void model_origins_free(struct model *model);

#endif /* _IPCTRACE_MODEL_WHO_H */
