// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: tester
 *
 * The task that makes the probes fire, and which have fired for it. What it does,
 * and why, is in selftest.c; handlers need to know no more than this.
 */
#include "tester.h"

/* ipct_tester - the tester, while there is a test */
struct task_struct *ipct_tester;

/* ipct_tester_seen - by number of a call's probe: it has fired */
bool ipct_tester_seen[IPCT_NR_PROBES];
