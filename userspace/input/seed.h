/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel says of objects and processes now; see seed.c. */
#ifndef _IPCTRACE_INPUT_SEED_H
#define _IPCTRACE_INPUT_SEED_H

#include "shared/portable.h"

struct cgroups;
struct model;

void seed(struct model *model, struct cgroups *cgroups);
void seed_objects(struct model *model);

#endif /* _IPCTRACE_INPUT_SEED_H */
