/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /sys/kernel/debug/ipctrace/; see debugfs.c.
 *
 * Locking: none of its own.
 */
#ifndef _IPCT_DEBUGFS_H
#define _IPCT_DEBUGFS_H

void ipct_debugfs_init(void);
void ipct_debugfs_exit(void);

#endif /* _IPCT_DEBUGFS_H */
