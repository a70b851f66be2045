/* SPDX-License-Identifier: GPL-2.0 */
/* Names of users and groups of this machine; see users.c. */
#ifndef _IPCTRACE_USERS_H
#define _IPCTRACE_USERS_H

#include "shared/portable.h"

#define USERS_NAME_BYTES	48

struct users;

struct users *users_new(void);
const char *users_find(struct users *users, bool group, u32 id);
void users_free(struct users *users);

#endif /* _IPCTRACE_USERS_H */
