// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: traffic
 *
 * Counts, for each process and each object, the calls that it made or that were made on
 * it, in an interval and in total. It takes each record once, in any order, at a cost of
 * some hundred instructions, so that all records of a busy machine can be counted even
 * if the model of its state could not take them.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>

#include "count/traffic.h"
#include "shared/layouts.h"
#include "shared/syscalls.h"

#define ROOM_BYTES	(4U << 20)	/* of all histograms */

/**
 * traffic_init() - begin to count
 * @traffic: out; traffic_clear() frees what it will have
 * @wait_ns: calls that may wait and take longer have waited
 * @slow_ns: those of them that take longer than this are remembered
 */
void traffic_init(struct traffic *traffic, u64 wait_ns, u64 slow_ns)
{
	*traffic = (struct traffic){
		.wait_ns = wait_ns,
		.slow_ns = slow_ns,
		.interval = 1,
		.room = { ROOM_BYTES },
	};
	TAILQ_INIT(&traffic->processes);
	TAILQ_INIT(&traffic->objects);
}

static void add_counts(struct traffic_count *to, const struct traffic_count *from)
{
	to->calls += from->calls;
	to->errors += from->errors;
	to->time_ns += from->time_ns;
	to->wait_ns += from->wait_ns;
	to->bytes += from->bytes;
}

/**
 * traffic_is_now() - did a process or an object do anything in this interval?
 * @traffic: where it is from
 * @party: any; if not, its @now is of an earlier interval
 */
bool traffic_is_now(const struct traffic *traffic,
		    const struct traffic_party *party)
{
	return party->interval == traffic->interval;
}

static u64 object_hash(u32 ipc_ns, u8 family, s32 id)
{
	return hash_mix((u64)ipc_ns << 32 | (u32)id, family + 1);
}

/**
 * traffic_object() - what was counted of an object
 * @traffic: all of it
 * @ipc_ns: its namespace
 * @family: its kind
 * @id: its id
 *
 * Return: NULL if nothing was.
 */
struct traffic_party *traffic_object(const struct traffic *traffic, u32 ipc_ns,
				     u8 family, s32 id)
{
	struct hash_link *link = hash_first(&traffic->by_id,
					    object_hash(ipc_ns, family, id));

	for (; link; link = hash_next(link)) {
		struct traffic_party *party = (void *)link;

		if (party->id == id && party->ipc_ns == ipc_ns &&
		    party->family == family)
			return party;
	}
	return NULL;
}

/**
 * traffic_process() - what was counted of a process
 * @traffic: all of it
 * @tgid: its number
 *
 * Return: NULL if nothing was.
 */
struct traffic_party *traffic_process(const struct traffic *traffic, u32 tgid)
{
	struct hash_link *link = hash_first(&traffic->by_tgid, hash_mix(tgid, 0));

	for (; link; link = hash_next(link))
		if (((struct traffic_party *)link)->tgid == tgid)
			return (void *)link;
	return NULL;
}

static void forget(struct hash *hash, struct traffic_parties *all,
		   struct traffic_party *party)
{
	hash_remove(hash, &party->link);
	TAILQ_REMOVE(all, party, all);
	free(party);
}

static struct traffic_party *make(struct traffic *traffic, struct hash *hash,
				  struct traffic_parties *all, u64 number, size_t most)
{
	struct traffic_party *party = calloc(1, sizeof(*party));

	if (party && hash->nr >= most) {
		traffic->last_process = NULL;
		traffic->last_object = NULL;
		forget(hash, all, TAILQ_FIRST(all));
	}
	if (!party || !hash_add(hash, &party->link, number)) {
		free(party);
		traffic->short_of_memory = true;
		return NULL;
	}
	TAILQ_INSERT_TAIL(all, party, all);
	return party;
}

/* Bytes of a message that was sent or received */
static u64 bytes_of(const struct ipctrace_call *call)
{
	u64 args[IPCTRACE_NR_ARGS];

	if (call->ret < 0 || call->header.call >= IPCTRACE_NR_CALLS)
		return 0;
	switch (ipct_syscalls[call->header.call].follow) {
	case IPCT_FOLLOW_RECEIVE:
		return call->ret;
	case IPCT_FOLLOW_SEND:
		ipct_call_args(call, args);
		return ipct_arg_value(IPCT_SIZE, args[2], call->header.abi);
	default:
		return 0;
	}
}

static void note(struct traffic *traffic, struct traffic_parties *all,
		 struct traffic_party *party, const struct ipctrace_call *call,
		 const struct traffic_count *count)
{
	if (!traffic_is_now(traffic, party)) {
		add_counts(&party->total, &party->now);
		party->now = (struct traffic_count){ };
		memset(party->by_call, 0, sizeof(party->by_call));
		party->interval = traffic->interval;
		TAILQ_REMOVE(all, party, all);
		TAILQ_INSERT_TAIL(all, party, all);
	}
	add_counts(&party->now, count);
	party->by_call[call->header.call]++;
	if (call->header.time_ns < party->last_ns)
		return;
	party->last_ns = call->header.time_ns;
	party->tgid = call->tgid;
	party->uid = call->uid;
	party->cgroup = call->cgroup;
	memcpy(party->comm, call->comm, sizeof(party->comm));
}

/* Keep the longest waits: if there are too many the shortest goes. */
static void note_wait(struct traffic *traffic, const struct ipctrace_call *call)
{
	struct traffic_wait *wait = traffic->waits, *shortest = traffic->waits;

	if (traffic->nr_waits < TRAFFIC_MAX_WAITS) {
		shortest = &traffic->waits[traffic->nr_waits++];
	} else {
		for (; wait < traffic->waits + TRAFFIC_MAX_WAITS; wait++)
			if (wait->duration_ns < shortest->duration_ns)
				shortest = wait;
		if (shortest->duration_ns > call->duration_ns)
			return;
	}
	*shortest = (struct traffic_wait){
		.end_ns = call->header.time_ns,
		.duration_ns = call->duration_ns,
		.ret = call->ret,
		.tgid = call->tgid,
		.tid = call->tid,
		.call = call->header.call,
		.has_object = call->header.flags & IPCTRACE_F_OBJECT,
		.family = ipct_family_of(call->header.flags),
		.ipc_ns = ipct_object_ns(call),
		.id = call->object.id,
	};
	memcpy(shortest->comm, call->comm, sizeof(shortest->comm));
}

/**
 * traffic_see() - count a call in @seen, wanted or not
 * @traffic: all counts
 * @call: one that has ended
 */
void traffic_see(struct traffic *traffic, const struct ipctrace_call *call)
{
	if (call->header.call < IPCTRACE_NR_CALLS)
		traffic->seen[call->header.call]++;
}

/**
 * traffic_add() - count a call
 * @traffic: all counts; a call of which nothing is known is not counted
 * @call: one that has ended
 */
void traffic_add(struct traffic *traffic, const struct ipctrace_call *call)
{
	struct traffic_party *process, *object = NULL;
	u32 ipc_ns = ipct_object_ns(call);
	u8 family = ipct_family_of(call->header.flags);
	bool waited, may_wait;

	if (call->header.call >= IPCTRACE_NR_CALLS)
		return;
	may_wait = ipct_syscalls[call->header.call].blocks;
	waited = may_wait && call->duration_ns > traffic->wait_ns;
	const struct traffic_count count = {
		.calls = 1,
		.errors = call->ret < 0 && call->ret >= -4095,
		.time_ns = call->duration_ns,
		.wait_ns = waited ? call->duration_ns : 0,
		.bytes = bytes_of(call),
	};

	tally_add(&traffic->calls[call->header.call], &traffic->room, call,
		  traffic->wait_ns);
	if (may_wait && call->duration_ns >= traffic->slow_ns)
		note_wait(traffic, call);
	process = traffic->last_process;
	if (!process || process->tgid != call->tgid)
		process = traffic_process(traffic, call->tgid) ?:
			  make(traffic, &traffic->by_tgid, &traffic->processes,
			       hash_mix(call->tgid, 0), TRAFFIC_MAX_PROCESSES);
	traffic->last_process = process;
	if (process)
		note(traffic, &traffic->processes, process, call, &count);
	if (!(call->header.flags & IPCTRACE_F_OBJECT) || family == IPCTRACE_ANY)
		return;
	object = traffic->last_object;
	if (!object || object->id != call->object.id ||
	    object->ipc_ns != ipc_ns || object->family != family)
		object = traffic_object(traffic, ipc_ns, family,
					call->object.id);
	if (!object) {
		object = make(traffic, &traffic->by_id, &traffic->objects,
			      object_hash(ipc_ns, family, call->object.id),
			      TRAFFIC_MAX_OBJECTS);
		if (!object)
			return;
		object->ipc_ns = ipc_ns;
		object->family = family;
		object->id = call->object.id;
	}
	traffic->last_object = object;
	object->key = call->object.key;
	note(traffic, &traffic->objects, object, call, &count);
}

/**
 * traffic_next() - begin another interval
 * @traffic: what was counted up to now is in the totals
 * @forget_ns: waits that ended before are forgotten
 */
void traffic_next(struct traffic *traffic, u64 forget_ns)
{
	size_t i, nr = 0;

	for (i = 0; i < IPCTRACE_NR_CALLS; i++) {
		traffic->total[i] += traffic->calls[i].calls;
		tally_clear(&traffic->calls[i], &traffic->room);
	}
	memset(traffic->seen, 0, sizeof(traffic->seen));
	traffic->interval++;
	for (i = 0; i < traffic->nr_waits; i++)
		if (traffic->waits[i].end_ns >= forget_ns)
			traffic->waits[nr++] = traffic->waits[i];
	traffic->nr_waits = nr;
}

/**
 * traffic_clear() - forget everything
 * @traffic: as after traffic_init()
 */
void traffic_clear(struct traffic *traffic)
{
	struct traffic_party *party;
	size_t i;

	while ((party = TAILQ_FIRST(&traffic->processes)))
		forget(&traffic->by_tgid, &traffic->processes, party);
	while ((party = TAILQ_FIRST(&traffic->objects)))
		forget(&traffic->by_id, &traffic->objects, party);
	hash_free(&traffic->by_tgid);
	hash_free(&traffic->by_id);
	for (i = 0; i < IPCTRACE_NR_CALLS; i++)
		tally_clear(&traffic->calls[i], &traffic->room);
	traffic_init(traffic, traffic->wait_ns, traffic->slow_ns);
}
