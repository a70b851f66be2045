// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: tester
 *
 * The task that makes the probes fire, and which of them have fired for it. What it
 * does, and why, is in selftest.c; handlers need to know no more than this.
 */
#include <linux/string.h>

#include "tester.h"

/* ipct_tester - the tester, while there is a test */
struct task_struct *ipct_tester;

/* ipct_tester_seen - by number of a call's probe: it has fired */
bool ipct_tester_seen[IPCT_NR_PROBES];

/* ipct_tester_watched - likewise: there was an instance to see the return */
bool ipct_tester_watched[IPCT_NR_PROBES];

/* ipct_tester_returned - likewise: the return was seen */
bool ipct_tester_returned[IPCT_NR_PROBES];

/**
 * ipct_tester_begin() - nothing has fired yet
 *
 * Context: before there is a tester.
 */
void ipct_tester_begin(void)
{
	memset(ipct_tester_seen, 0, sizeof(ipct_tester_seen));
	memset(ipct_tester_watched, 0, sizeof(ipct_tester_watched));
	memset(ipct_tester_returned, 0, sizeof(ipct_tester_returned));
}

/**
 * ipct_tester_fires() - has a probe seen all that it should?
 * @probe: the probe
 *
 * A call that found no instance proves nothing about returns.
 *
 * Context: after a test.
 */
bool ipct_tester_fires(const struct ipct_probe *probe)
{
	return ipct_tester_seen[probe->index] &&
	       (!ipct_tester_watched[probe->index] ||
		ipct_tester_returned[probe->index]);
}
