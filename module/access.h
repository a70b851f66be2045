/* SPDX-License-Identifier: GPL-2.0 */
/* Who may see records, and who may control the recorder; see access.c. */
#ifndef _IPCT_ACCESS_H
#define _IPCT_ACCESS_H

#include <linux/types.h>

int ipct_access_init(int group);
umode_t ipct_access_mode(void);
int ipct_access_read(void);
int ipct_access_control(void);

#endif /* _IPCT_ACCESS_H */
