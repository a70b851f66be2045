// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: flows
 *
 * What goes through message queues: from whom to whom, how much, how long it was in
 * the queue, and how much was in a queue over time. That is kept in steps of time,
 * which become twice as long whenever there are too many; so each queue takes as much
 * memory, however long it was watched. Of messages the last FLOW_MESSAGES are kept.
 */
#include <stdlib.h>
#include <string.h>

#include "commands/flows.h"

#define MOST_QUEUES	16384
#define MOST_PAIRS	65536
#define ROOM_BYTES	(64 << 20)
#define FIRST_STEP_NS	1000

/* What tells pairs apart; no padding in it */
struct pair_key {
	u64 queue;
	u32 tgid;
	u32 by_tgid;
	char comm[20];
	char by_comm[20];
};

static_assert(sizeof(struct pair_key) == 56);

/**
 * flows_init() - none yet
 * @flows: with @target, @ipc_ns and @each; flows_free() is for it, whatever is returned
 *
 * Return: false when memory is short.
 */
bool flows_init(struct flows *flows)
{
	flows->room.left = ROOM_BYTES;
	if (flows->each)
		flows->messages = calloc(FLOW_MESSAGES, sizeof(*flows->messages));
	return (!flows->each || flows->messages) &&
	       groups_init(&flows->queues, sizeof(struct flow_queue),
			   MOST_QUEUES) &&
	       groups_init(&flows->pairs, sizeof(struct flow_pair), MOST_PAIRS);
}

static bool is_wanted(const struct flows *flows, const struct model_object *object)
{
	if (object->family != IPCTRACE_MSG)
		return false;
	if (flows->target.families)
		return target_is(&flows->target, object);
	return !flows->ipc_ns || object->ipc_ns == flows->ipc_ns;
}

static struct flow_queue *queue_of(struct flows *flows,
				   const struct model_object *object)
{
	struct flow_queue *queue = (struct flow_queue *)
		groups_get(&flows->queues, (const char *)&object->serial,
			   sizeof(object->serial));

	queue->id = object->id;
	queue->key = object->key;
	queue->ipc_ns = object->ipc_ns;
	return queue;
}

/* ---- How much is in it ------------------------------------------------------------- */

static void raise(struct flow_step *step, const struct flow_step *to)
{
	if (to->messages > step->messages)
		step->messages = to->messages;
	if (to->bytes > step->bytes)
		step->bytes = to->bytes;
}

static void halve(struct flow_depth *depth)
{
	u32 i;

	for (i = 0; i < FLOW_STEPS / 2; i++) {
		depth->steps[i] = depth->steps[2 * i];
		raise(&depth->steps[i], &depth->steps[2 * i + 1]);
	}
	depth->nr = (depth->nr + 1) / 2;
	memset(depth->steps + depth->nr, 0,
	       (FLOW_STEPS - depth->nr) * sizeof(*depth->steps));
	depth->step_ns *= 2;
}

/* Until then it was as it is now. */
static void go_on(struct flow_depth *depth, u64 ns)
{
	u64 nr;

	if (ns < depth->end_ns)
		ns = depth->end_ns;
	depth->end_ns = ns;
	while ((nr = (ns - depth->begin_ns) / depth->step_ns + 1) > FLOW_STEPS)
		halve(depth);
	while (depth->nr < nr)
		depth->steps[depth->nr++] = depth->now;
}

static void take_depth(struct flow_queue *queue, const struct model_object *object,
		       u64 ns)
{
	struct flow_depth *depth = &queue->depth;

	if (!object->queue_known) {
		*depth = (struct flow_depth){ };
		return;
	}
	if (!depth->begin_ns)
		*depth = (struct flow_depth){
			.begin_ns = ns,
			.step_ns = FIRST_STEP_NS,
		};
	go_on(depth, ns);
	depth->now.messages = object->nr_messages;
	depth->now.bytes = object->queued;
	raise(&depth->steps[depth->nr - 1], &depth->now);
	if (depth->now.messages > depth->max.messages)
		depth->max_ns = ns;
	raise(&depth->max, &depth->now);
}

/* ---- Messages ----------------------------------------------------------------------- */

/**
 * flows_delay() - how long a message was in its queue
 * @message: one that somebody has received, and that is known who sent
 *
 * Return: from the end of msgsnd() to that of msgrcv(); 0 where these are the other way
 * round.
 */
u64 flows_delay(const struct model_message *message)
{
	return message->taken_ns > message->sent_ns ?
	       message->taken_ns - message->sent_ns : 0;
}

static struct flow_pair *pair_of(struct flows *flows, const struct flow_queue *queue,
				 const struct model_message *message)
{
	struct pair_key key = { };
	struct flow_pair *pair;

	memcpy(&key.queue, queue->group.key ?: "\0\0\0\0\0\0\0\0",
	       sizeof(key.queue));
	key.tgid = message->tgid;
	key.by_tgid = message->by_tgid;
	memcpy(key.comm, message->comm, sizeof(message->comm));
	memcpy(key.by_comm, message->by_comm, sizeof(message->by_comm));
	pair = (struct flow_pair *)groups_get(&flows->pairs, (const char *)&key,
					      sizeof(key));
	if (pair->messages || !pair->group.key)
		return pair;
	pair->queue = queue;
	pair->tgid = message->tgid;
	pair->by_tgid = message->by_tgid;
	memcpy(pair->comm, message->comm, sizeof(pair->comm));
	memcpy(pair->by_comm, message->by_comm, sizeof(pair->by_comm));
	return pair;
}

static void take_message(struct flows *flows, const struct flow_queue *queue,
			 const struct model_message *message)
{
	struct flow_pair *pair = pair_of(flows, queue, message);

	pair->messages++;
	pair->unsure += message->tgid && message->doubt;
	pair->bytes += message->tgid ? message->bytes : message->taken_bytes;
	if (message->tgid && message->by_tgid &&
	    !histogram_add(&pair->delays, &flows->room, flows_delay(message)))
		flows->short_of_memory = true;
	if (flows->messages)
		flows->messages[flows->nr_messages++ % FLOW_MESSAGES] =
			(struct flow_message){ *message, queue };
}

/**
 * flows_take() - something has happened
 * @context: struct flows
 * @event: what; of messages, or anything else
 */
void flows_take(void *context, const struct model_event *event)
{
	struct flows *flows = context;
	struct flow_queue *queue;

	if (event->kind != MODEL_SENT && event->kind != MODEL_RECEIVED &&
	    event->kind != MODEL_DELIVERED && event->kind != MODEL_MADE)
		return;
	if (!event->object || !is_wanted(flows, event->object))
		return;
	if (event->kind == MODEL_MADE && !flows->target.families)
		return;
	queue = queue_of(flows, event->object);
	if (event->kind == MODEL_DELIVERED) {
		take_message(flows, queue, event->message);
		return;
	}
	take_depth(queue, event->object, event->record->header.time_ns);
	queue->sent = event->object->nr_sent;
	queue->received = event->object->nr_received;
	queue->sent_bytes = event->object->sent;
	queue->received_bytes = event->object->received;
}

/* ---- The end -------------------------------------------------------------------------- */

/* What is still in it, or went with it */
static void take_rest(struct flows *flows, const struct model_object *object,
		      u64 now_ns)
{
	struct model_message *message, copy;
	struct flow_queue *queue;

	if (!is_wanted(flows, object))
		return;
	if (!object->nr_sent && !object->nr_received && !object->stat.qnum &&
	    !flows->target.families)
		return;
	queue = queue_of(flows, object);
	queue->object = object;
	if (queue->depth.begin_ns && !object->queue_known)
		queue->depth = (struct flow_depth){ };
	if (queue->depth.begin_ns)
		go_on(&queue->depth, model_has_gone(object) ? object->seen_ns :
							      now_ns);
	TAILQ_FOREACH(message, &object->messages, of_object) {
		copy = *message;
		copy.doubt = model_message_doubt(message);
		take_message(flows, queue, &copy);
	}
}

/**
 * flows_finish() - there are no more events
 * @flows: the flows
 * @model: what told of them; must outlive @flows
 */
void flows_finish(struct flows *flows, const struct model *model)
{
	const struct model_object *object;
	u64 now_ns = model_sums(model)->last_ns;

	TAILQ_FOREACH(object, model_gone(model), all)
		take_rest(flows, object, now_ns);
	TAILQ_FOREACH(object, model_objects(model), all)
		take_rest(flows, object, now_ns);
}

/**
 * flows_free() - undo flows_init()
 * @flows: the flows
 */
void flows_free(struct flows *flows)
{
	size_t i;

	for (i = 0; i < flows->pairs.nr; i++)
		histogram_clear(&((struct flow_pair *)flows->pairs.list[i])->delays,
				&flows->room);
	if (flows->pairs.other)
		histogram_clear(&((struct flow_pair *)flows->pairs.other)->delays,
				&flows->room);
	groups_free(&flows->pairs);
	groups_free(&flows->queues);
	free(flows->messages);
}
