/* SPDX-License-Identifier: GPL-2.0 */
/* Messages through queues, summed up as the model tells of them; see flows.c. */
#ifndef _IPCTRACE_FLOWS_H
#define _IPCTRACE_FLOWS_H

#include "commands/target.h"
#include "count/groups.h"
#include "count/histogram.h"
#include "model/model.h"

#define FLOW_STEPS	64	/* of the time in which a queue was known */

/**
 * struct flow_step - a part of the time of a queue
 * @messages: most that were in it at once
 * @bytes: most bytes
 */
struct flow_step {
	u64 messages;
	u64 bytes;
};

/**
 * struct flow_depth - how much was in a queue, while all that was in it was known
 * @begin_ns: since when; 0: never
 * @end_ns: the last that was heard of it
 * @step_ns: length of a step
 * @nr: number of @steps
 * @steps: one after the other
 * @now: in the end
 * @max: most messages, and most bytes
 * @max_ns: when there were as many messages first
 */
struct flow_depth {
	u64 begin_ns;
	u64 end_ns;
	u64 step_ns;
	u32 nr;
	struct flow_step steps[FLOW_STEPS];
	struct flow_step now;
	struct flow_step max;
	u64 max_ns;
};

/**
 * struct flow_queue - a queue
 * @group: by model_object.serial
 * @id: its id
 * @key: its key
 * @ipc_ns: its namespace
 * @sent: messages sent
 * @received: messages received
 * @sent_bytes: bytes sent
 * @received_bytes: bytes received
 * @depth: how much was in it
 * @object: in the end: what the model knows of it; NULL: it has forgotten it
 */
struct flow_queue {
	struct group group;
	s32 id;
	s32 key;
	u32 ipc_ns;
	u64 sent;
	u64 received;
	u64 sent_bytes;
	u64 received_bytes;
	struct flow_depth depth;
	const struct model_object *object;
};

/**
 * struct flow_pair - who sent to whom through which queue
 * @group: by queue and both
 * @queue: the queue
 * @tgid: who sent; 0: not known
 * @by_tgid: who received; 0: nobody has
 * @comm: name of who sent
 * @by_comm: name of who received
 * @messages: so many
 * @unsure: of these may be another's
 * @bytes: in all of them
 * @delays: how long they were in the queue
 */
struct flow_pair {
	struct group group;
	const struct flow_queue *queue;
	u32 tgid;
	u32 by_tgid;
	char comm[17];
	char by_comm[17];
	u64 messages;
	u64 unsure;
	u64 bytes;
	struct histogram delays;
};

/**
 * struct flow_message - a message
 * @message: as the model told; its object may be gone
 * @queue: its queue
 */
struct flow_message {
	struct model_message message;
	const struct flow_queue *queue;
};

/**
 * struct flows - all of them
 * @target: which queues; no families: all
 * @ipc_ns: in that namespace; 0: in all
 * @each: messages are wanted, too
 * @queues: struct flow_queue
 * @pairs: struct flow_pair
 * @room: for their delays
 * @nr_messages: messages that were told of
 * @messages: the last FLOW_MESSAGES of these; the oldest at @nr_messages modulo
 *	FLOW_MESSAGES, where there are more
 * @short_of_memory: some are not there
 */
struct flows {
	struct target target;
	u32 ipc_ns;
	bool each;
	struct groups queues;
	struct groups pairs;
	struct histogram_room room;
	u64 nr_messages;
	struct flow_message *messages;
	bool short_of_memory;
};

#define FLOW_MESSAGES	65536

bool flows_init(struct flows *flows);
void flows_take(void *context, const struct model_event *event);
void flows_finish(struct flows *flows, const struct model *model);
void flows_free(struct flows *flows);
u64 flows_delay(const struct model_message *message);

#endif /* _IPCTRACE_FLOWS_H */
