/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /dev/ipctrace; see chardev.c.
 *
 * Locking:
 *   struct file_state	agreed and consumed_ns are single words, each written
 *			by ioctl; the rest is set at open and does not change
 */
#ifndef _IPCT_CHARDEV_H
#define _IPCT_CHARDEV_H

int ipct_chardev_init(void);
void ipct_chardev_exit(void);

#endif /* _IPCT_CHARDEV_H */
