/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A function that ftrace can trace, in a file of its own, because ftrace cannot
 * trace what is in hook.c.
 */
#ifndef _IPCT_CANARY_H
#define _IPCT_CANARY_H

void ipct_canary(void);

#endif /* _IPCT_CANARY_H */
