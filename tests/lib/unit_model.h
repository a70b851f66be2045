/* SPDX-License-Identifier: GPL-2.0 */
/* Records on their way into a model. */
#ifndef _UNIT_MODEL_H
#define _UNIT_MODEL_H

#include "model/model.h"

/*
 * Feed a record, or lose it: then a record before the next one says how many were, as
 * the recorder's do. @dropped: so many of these, zero at the begin
 */
static inline void unit_feed(struct model *model, u32 *dropped,
			     const struct ipctrace_header *record, bool drop)
{
	struct ipctrace_lost lost = {
		.header = {
			.len = sizeof(lost),
			.type = IPCTRACE_TYPE_LOST,
			.time_ns = record->time_ns,
		},
		.count = *dropped,
	};

	if (drop) {
		++*dropped;
		return;
	}
	if (*dropped)
		model_feed(model, &lost.header);
	*dropped = 0;
	model_feed(model, record);
}

#endif /* _UNIT_MODEL_H */
