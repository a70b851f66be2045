/* SPDX-License-Identifier: GPL-2.0 */
/* What programs have left behind; see left.c. */
#ifndef _IPCTRACE_LEFT_H
#define _IPCTRACE_LEFT_H

#include "commands/evidence.h"

#define LEFT_IDLE_NS	60000000000ULL	/* what is not used for so long is idle */

/**
 * enum left - was an object left behind?
 * @LEFT_NOT: no
 * @LEFT_UNCLEAR: it seems so, but nobody knows whether its creator is alive
 * @LEFT_BEHIND: yes
 */
enum left {
	LEFT_NOT,
	LEFT_UNCLEAR,
	LEFT_BEHIND,
};

u64 left_since(const struct evidence *evidence, u64 ns);
u64 left_idle_ns(const struct evidence *evidence, const struct model_object *object);
enum model_life left_life(const struct evidence *evidence,
			  const struct model_who *made);
enum left left_behind(const struct evidence *evidence,
		      const struct model_object *object, u64 idle_ns);

#endif /* _IPCTRACE_LEFT_H */
