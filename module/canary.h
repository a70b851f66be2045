/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A function that ftrace can trace, in a file of its own: what is in hook.c it
 * cannot.
 */
#ifndef _IPCT_CANARY_H
#define _IPCT_CANARY_H

void ipct_canary(void);

#endif /* _IPCT_CANARY_H */
