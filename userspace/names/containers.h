/* SPDX-License-Identifier: GPL-2.0 */
/* Which container a cgroup belongs to; see containers.c. */
#ifndef _IPCTRACE_CONTAINERS_H
#define _IPCTRACE_CONTAINERS_H

#include "shared/portable.h"

#define CONTAINER_DIGITS	64	/* hexadecimal, of an id */

bool container_find(const char *path, size_t trusted, char *container);

#endif /* _IPCTRACE_CONTAINERS_H */
