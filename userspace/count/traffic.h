/* SPDX-License-Identifier: GPL-2.0 */
/* Who calls, and on what, for one interval after the other; see traffic.c. */
#ifndef _IPCTRACE_TRAFFIC_H
#define _IPCTRACE_TRAFFIC_H

#include <sys/queue.h>

#include <ipctrace/ipctrace.h>

#include "base/hash.h"
#include "count/tally.h"
#include "shared/portable.h"

/* The most; whoever has done nothing for longest is forgotten. */
#define TRAFFIC_MAX_PROCESSES	16384
#define TRAFFIC_MAX_OBJECTS	32768
#define TRAFFIC_MAX_WAITS	256

/**
 * struct traffic_count - what was counted
 * @calls: that have ended
 * @errors: those that failed
 * @time_ns: how long they took
 * @wait_ns: of that, the time of calls that may wait and did
 * @bytes: sent and received
 */
struct traffic_count {
	u64 calls;
	u64 errors;
	u64 time_ns;
	u64 wait_ns;
	u64 bytes;
};

/**
 * struct traffic_party - a process, or an object
 * @link: by its number, or by namespace, kind and id
 * @all: the last heard of is at the end
 * @interval: the interval of @now
 * @now: counts in that interval
 * @by_call: calls of each kind in that interval
 * @total: counts in total, without @now
 * @last_ns: end of its last call
 * @tgid: process; for an object, the process that used it last
 * @uid: its user
 * @cgroup: its cgroup
 * @comm: its name
 * @family: for an object
 * @ipc_ns: likewise
 * @id: likewise
 * @key: likewise
 */
struct traffic_party {
	struct hash_link link;
	TAILQ_ENTRY(traffic_party) all;
	u64 interval;
	struct traffic_count now;
	u32 by_call[IPCTRACE_NR_CALLS];
	struct traffic_count total;
	u64 last_ns;
	u32 tgid;
	u32 uid;
	u64 cgroup;
	u8 comm[16];
	u8 family;
	u32 ipc_ns;
	s32 id;
	s32 key;
};

TAILQ_HEAD(traffic_parties, traffic_party);

/**
 * struct traffic_wait - a call that has waited, and has ended
 * @end_ns: when it ended
 * @duration_ns: how long it took
 * @ret: what it returned
 * @tgid: process
 * @tid: thread
 * @comm: its name
 * @call: enum ipctrace_call_id
 * @has_object: the following are known
 * @family: of the object
 * @ipc_ns: its namespace
 * @id: its id
 */
struct traffic_wait {
	u64 end_ns;
	u64 duration_ns;
	s64 ret;
	u32 tgid;
	u32 tid;
	u8 comm[16];
	u8 call;
	bool has_object;
	u8 family;
	u32 ipc_ns;
	s32 id;
};

/**
 * struct traffic - who calls, and on what
 * @wait_ns: calls that may wait and take longer have waited
 * @slow_ns: those of them that take longer than this are remembered
 * @interval: number of the present one
 * @by_tgid: processes
 * @by_id: objects
 * @processes: all of them
 * @objects: all of them
 * @last_process: of the last call, or NULL
 * @last_object: likewise
 * @calls: of each call, in this interval
 * @seen: likewise, wanted or not
 * @total: of all calls, without those of this interval
 * @room: for histograms
 * @waits: calls that have waited, anywhere
 * @nr_waits: how many
 * @short_of_memory: something was not counted
 */
struct traffic {
	u64 wait_ns;
	u64 slow_ns;
	u64 interval;
	struct hash by_tgid;
	struct hash by_id;
	struct traffic_parties processes;
	struct traffic_parties objects;
	struct traffic_party *last_process;
	struct traffic_party *last_object;
	struct tally calls[IPCTRACE_NR_CALLS];
	u64 seen[IPCTRACE_NR_CALLS];
	u64 total[IPCTRACE_NR_CALLS];
	struct histogram_room room;
	struct traffic_wait waits[TRAFFIC_MAX_WAITS];
	size_t nr_waits;
	bool short_of_memory;
};

void traffic_init(struct traffic *traffic, u64 wait_ns, u64 slow_ns);
void traffic_see(struct traffic *traffic, const struct ipctrace_call *call);
void traffic_add(struct traffic *traffic, const struct ipctrace_call *call);
void traffic_next(struct traffic *traffic, u64 forget_ns);
void traffic_clear(struct traffic *traffic);
struct traffic_party *traffic_object(const struct traffic *traffic, u32 ipc_ns,
				     u8 family, s32 id);
struct traffic_party *traffic_process(const struct traffic *traffic, u32 tgid);
bool traffic_is_now(const struct traffic *traffic,
		    const struct traffic_party *party);

#endif /* _IPCTRACE_TRAFFIC_H */
