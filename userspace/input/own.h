/* SPDX-License-Identifier: GPL-2.0 */
/* Subscriptions of readers that follow; see own.c. */
#ifndef _IPCTRACE_OWN_H
#define _IPCTRACE_OWN_H

#include "shared/portable.h"

struct source;
struct wanted;

bool own_subscribe(struct source *source, struct wanted *wanted);

#endif /* _IPCTRACE_OWN_H */
