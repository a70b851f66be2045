/* SPDX-License-Identifier: GPL-2.0 */
/* What a command may do; see privileges.c. */
#ifndef _IPCTRACE_PRIVILEGES_H
#define _IPCTRACE_PRIVILEGES_H

#include <stdbool.h>

bool privileges_drop(void);
bool privileges_drop_but(unsigned int capability);

#endif /* _IPCTRACE_PRIVILEGES_H */
