// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: capture_segment
 *
 * The part of attachments that is too rare to be compiled into the handlers.
 */
#include <linux/kprobes.h>

#include "capture_segment.h"
#include "compat.h"

/* ipc() stores the address of shmat() where third points. */
u64 ipct_segment_ipc_addr(const struct ipct_flight *flight)
{
	u32 addr;

	if (!ipct_compat_read_user(&addr,
				   ipct_route_raw(&ipct_any_route, flight,
						  IPCT_PLACE_THIRD),
				   sizeof(addr)))
		return 0;
	return addr;
}
NOKPROBE_SYMBOL(ipct_segment_ipc_addr);
