/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Do the probes fire? See selftest.c.
 *
 * Locking: runs are the callers', one at a time.
 */
#ifndef _IPCT_SELFTEST_H
#define _IPCT_SELFTEST_H

#include <linux/types.h>

struct ipct_probe;

int ipct_selftest_run(const struct ipct_probe *probes, u32 nr, u32 *events);

#endif /* _IPCT_SELFTEST_H */
