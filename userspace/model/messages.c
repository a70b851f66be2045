// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: model_messages
 *
 * A queue gives out messages of one type in the order in which they came, whatever was
 * asked for: the first (type 0), the first of a type, the first of the lowest type, the
 * first of another type (MSG_EXCEPT). So whoever receives a message of some type has the
 * oldest of that type; MSG_COPY takes nothing away. When a receiver was waiting, the
 * record of its call may come before that of the sender: then the receipt waits for it
 * in object.early.
 *
 * That holds while all messages in the queue are known: since it was made, or was seen
 * to be empty, and as long as nothing was missed; or all of a type, since a msgrcv()
 * found none. Records tell when calls began and ended, but not when in between they
 * were at the queue: if two overlap nobody knows which was first. So if two calls may
 * have been the other way round it is a guess who sent a message. A later record may
 * show that, so received messages are kept for a while, in object.taken, before they
 * are reported as delivered.
 */
#include <linux/msg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/holes.h"
#include "model/messages.h"
#include "model/nodes.h"
#include "model/state.h"
#include "shared/layouts.h"

#define MAX_EARLY	1024
#define MAX_QUEUED	32768	/* messages of a queue */
#define MAX_TAKEN	64	/* of a queue, that may yet turn out different */
#define MAX_ALL_TAKEN	16384	/* of all queues, not counting one of each */
#define MAX_LOOKED	1024	/* messages, for one that was received */
#define EARLY_NS	1000000000ULL	/* how much later a record comes, at most */
#define TYPE_MAX	0x7fffffffffffffffLL

static bool type_of(const struct ipctrace_call *record, s64 *mtype)
{
	const struct ipctrace_user *user = ipct_user_message(record);

	if (!user)
		return false;
	*mtype = ipct_user_word(user, 0, ipct_mtype_bytes(record), true);
	return true;
}

/* ---- What is known of a queue --------------------------------------------------------- */

/* Is every message of these types that is in the queue among object.messages? */
static bool all_known(const struct model_object *object, s64 from, s64 to)
{
	u32 i;

	if (object->queue_known)
		return true;
	for (i = 0; i < object->nr_types; i++)
		if (object->types[i].from <= from && to <= object->types[i].to)
			return true;
	return false;
}

static bool is_known(const struct model_object *object, s64 mtype)
{
	return all_known(object, mtype, mtype);
}

/**
 * model_queue_unknown() - something about a queue was missed
 * @object: the queue
 */
void model_queue_unknown(struct model_object *object)
{
	object->queue_known = false;
	object->nr_types = 0;
}

static void know_types(struct model *model, struct model_object *object, s64 from,
		       s64 to)
{
	if (!object->types)
		object->types = model_alloc(model, MODEL_MAX_TYPES *
						   sizeof(*object->types));
	if (!object->types)
		return;
	if (object->nr_types == MODEL_MAX_TYPES)
		memmove(object->types, object->types + 1,
			--object->nr_types * sizeof(*object->types));
	object->types[object->nr_types++] = (struct model_types){ from, to };
}

/* Calls that began by then may have been seen in part only. */
static u64 not_whole_until(const struct model *model)
{
	return max_t(u64, model->hole_until_ns, model->sums.first_ns);
}

/* At some time during a call there was no message of these types. */
static void none_of(struct model *model, struct model_object *object,
		    const struct ipctrace_call *record, s64 from, s64 to)
{
	struct model_message *message, *next;
	u64 begin_ns = model_begin_ns(record);

	if (from > to || all_known(object, from, to) ||
	    begin_ns <= not_whole_until(model))
		return;
	object->known_ns = record->header.time_ns;
	/* What was sent meanwhile may have come after the call had looked. */
	for (message = TAILQ_FIRST(&object->messages); message; message = next) {
		next = TAILQ_NEXT(message, of_object);
		if (message->mtype < from || message->mtype > to)
			continue;
		if (message->sent_ns < begin_ns)
			model_message_forget(model, &object->messages, message);
	}
	if (from == 1 && to == TYPE_MAX)
		object->queue_known = true;
	else
		know_types(model, object, from, to);
}

/**
 * model_queue_empty() - a queue was seen to be empty
 * @model: the model
 * @object: the queue
 * @record: the call that saw that
 */
void model_queue_empty(struct model *model, struct model_object *object,
		       const struct ipctrace_call *record)
{
	none_of(model, object, record, 1, TYPE_MAX);
}

/**
 * model_queue_looked() - there was nothing in a queue that a msgrcv() wanted
 * @model: the model
 * @object: the queue
 * @record: the call, which failed with ENOMSG or waits
 */
void model_queue_looked(struct model *model, struct model_object *object,
			const struct ipctrace_call *record)
{
	u64 args[IPCTRACE_NR_ARGS];
	s64 type;

	ipct_call_args(record, args);
	if (args[4] & MSG_COPY)
		return;
	type = ipct_arg_value(IPCT_MTYPE, args[3], record->header.abi);
	if (!type) {
		none_of(model, object, record, 1, TYPE_MAX);
	} else if (type < 0) {
		none_of(model, object, record, 1,
			type < -TYPE_MAX ? TYPE_MAX : -type);
	} else if (args[4] & MSG_EXCEPT) {
		none_of(model, object, record, 1, type - 1);
		if (type < TYPE_MAX)
			none_of(model, object, record, type + 1, TYPE_MAX);
	} else {
		none_of(model, object, record, type, type);
	}
}

/* ---- Messages ---------------------------------------------------------------------------- */

static struct model_message *new_message(struct model *model,
					 struct model_object *object, s64 mtype)
{
	struct model_message *message = NULL;

	if (model->sums.messages < MODEL_MAX_MESSAGES)
		message = model_alloc(model, sizeof(*message));
	if (!message)
		return NULL;
	model->sums.messages++;
	message->object = object;
	message->mtype = mtype;
	return message;
}

/* A message that is in no list */
static void free_message(struct model *model, struct model_message *message)
{
	model->sums.messages--;
	model_release(model, message, sizeof(*message));
}

static void set_sender(struct model_message *message,
		       const struct ipctrace_call *record,
		       const struct model_who *who, u32 bytes)
{
	message->bytes = bytes;
	message->tgid = record->tgid;
	message->tid = record->tid;
	message->sent_begin_ns = model_begin_ns(record);
	message->sent_ns = record->header.time_ns;
	memcpy(message->comm, who->comm, sizeof(message->comm));
}

static void set_receiver(struct model_message *message,
			 const struct ipctrace_call *record,
			 const struct model_who *who)
{
	u64 args[IPCTRACE_NR_ARGS];

	ipct_call_args(record, args);
	message->cut = args[4] & MSG_NOERROR &&
		       ipct_arg_value(IPCT_SIZE, args[2], record->header.abi) ==
			       (u64)record->ret;
	message->taken_bytes = record->ret;
	message->taken_begin_ns = model_begin_ns(record);
	message->taken_ns = record->header.time_ns;
	message->by_tgid = record->tgid;
	message->by_tid = record->tid;
	memcpy(message->by_comm, who->comm, sizeof(message->by_comm));
}

/* Can the receipt @to be of @message: all of it, or as much as was wanted? */
static bool fits(const struct model_message *message, const struct model_message *to)
{
	return message->bytes == to->taken_bytes ||
	       (to->cut && message->bytes > to->taken_bytes);
}

static bool overlap(u64 begin_a, u64 end_a, u64 begin_b, u64 end_b)
{
	return begin_a <= end_b && begin_b <= end_a;
}

/* May @message have been in the queue before @other, which was there when @to took it? */
static bool may_be_instead(const struct model_message *message,
			   const struct model_message *other,
			   const struct model_message *to)
{
	return message->mtype == other->mtype &&
	       message->sent_begin_ns <= other->sent_ns &&
	       message->sent_begin_ns <= to->taken_ns && fits(message, to);
}

/* ---- Received ------------------------------------------------------------------------------ */

/* A place by type; two types may share one. */
static u32 told_place(s64 mtype)
{
	return (u64)mtype * 0x9e3779b97f4a7c15 >> 32 & (MODEL_NR_TOLD - 1);
}

static void tell_delivered(struct model *model, struct model_object *object,
			   struct model_message *message)
{
	const struct model_event event = {
		.kind = MODEL_DELIVERED,
		.object = object,
		.message = message,
	};
	struct model_told *told;

	/* A record may say anything, but no process has number 0. */
	if (!message->tgid)
		message->sent_ns = 0;
	if (message->tgid && message->holes != model->told_holes &&
	    model_hole(model, message->sent_begin_ns, message->taken_ns))
		message->doubt |= MODEL_DOUBT_HOLE;
	model_tell(model, &event);
	if (!message->tgid)
		return;
	told = &object->told[told_place(message->mtype)];
	told->sent_ns = max_t(u64, told->sent_ns, message->sent_ns);
	told->taken_ns = max_t(u64, told->taken_ns, message->taken_ns);
}

/* A received message might have been mistaken for one that was reported already. */
static void note_late(struct model_object *object, struct model_message *message,
		      bool taken)
{
	const struct model_told *told = &object->told[told_place(message->mtype)];

	if (message->sent_begin_ns > told->taken_ns)
		return;
	if (message->sent_begin_ns > told->sent_ns &&
	    (!taken || message->taken_begin_ns > told->taken_ns))
		return;
	message->doubt |= MODEL_DOUBT_SENDER;
	object->late++;
}

static void tell_first(struct model *model, struct model_object *object)
{
	struct model_message *message = TAILQ_FIRST(&object->taken);

	tell_delivered(model, object, message);
	model_message_forget(model, &object->taken, message);
}

/* Two messages of one type: may their receivers have to be swapped? */
static bool may_be_swapped(const struct model_message *a,
			   const struct model_message *b)
{
	return a->mtype == b->mtype && fits(a, b) && fits(b, a) &&
	       a->sent_begin_ns <= b->taken_ns && b->sent_begin_ns <= a->taken_ns &&
	       (overlap(a->sent_begin_ns, a->sent_ns, b->sent_begin_ns,
			b->sent_ns) ||
		overlap(a->taken_begin_ns, a->taken_ns, b->taken_begin_ns,
			b->taken_ns));
}

static void doubt_both(struct model_message *a, struct model_message *b)
{
	if (a->tid != b->tid) {
		a->doubt |= MODEL_DOUBT_SENDER;
		b->doubt |= MODEL_DOUBT_SENDER;
	}
	if (a->by_tid != b->by_tid) {
		a->doubt |= MODEL_DOUBT_RECEIVER;
		b->doubt |= MODEL_DOUBT_RECEIVER;
	}
}

/* Was a message of that type received that nobody is known to have sent? */
static bool is_one_missing(const struct model_object *object, s64 mtype)
{
	const struct model_message *early;

	TAILQ_FOREACH(early, &object->early, of_object)
		if (early->mtype == mtype && !(early->doubt & MODEL_DOUBT_QUEUE))
			return true;
	return false;
}

/* Put a message that is in no list among the received ones, in order of time. */
static void deliver(struct model *model, struct model_object *object,
		    struct model_message *message)
{
	struct model_message *before = TAILQ_LAST(&object->taken, model_messages);
	struct model_message *other = before;

	message->holes = model->told_holes;
	if (message->tgid)
		note_late(object, message, true);
	if (message->tgid && is_one_missing(object, message->mtype))
		message->doubt |= MODEL_DOUBT_QUEUE;
	for (; message->tgid && other && other->taken_ns >= message->sent_begin_ns;
	     other = TAILQ_PREV(other, model_messages, of_object))
		if (other->tgid && may_be_swapped(other, message))
			doubt_both(other, message);
	while (before && before->taken_ns > message->taken_ns)
		before = TAILQ_PREV(before, model_messages, of_object);
	if (before)
		TAILQ_INSERT_AFTER(&object->taken, before, message, of_object);
	else
		TAILQ_INSERT_HEAD(&object->taken, message, of_object);
	object->nr_taken++;
	model->nr_taken++;
}

/* Report old ones as delivered, but not the newest: no record will change them any more. */
static void tell_old(struct model *model, struct model_object *object, u64 now_ns)
{
	const struct model_message *last = TAILQ_LAST(&object->taken,
						      model_messages);

	while (TAILQ_FIRST(&object->taken) != last &&
	       (object->nr_taken > MAX_TAKEN || model->nr_taken > MAX_ALL_TAKEN ||
		TAILQ_FIRST(&object->taken)->taken_ns + EARLY_NS < now_ns))
		tell_first(model, object);
}

/*
 * The call received nothing that is known to be in the queue, so what others have
 * received meanwhile may be mixed up.
 */
static void doubt_meanwhile(struct model_object *object,
			    const struct model_message *early)
{
	struct model_message *taken;

	if (object->told[told_place(early->mtype)].taken_ns >=
	    early->taken_begin_ns)
		object->late++;
	for (taken = TAILQ_LAST(&object->taken, model_messages);
	     taken && taken->taken_ns >= early->taken_begin_ns;
	     taken = TAILQ_PREV(taken, model_messages, of_object))
		if (taken->tgid && taken->mtype == early->mtype)
			taken->doubt |= MODEL_DOUBT_SENDER | MODEL_DOUBT_RECEIVER;
}

/* Its sender was not seen: not all in the queue was known, or something is mixed up. */
static void give_up(struct model *model, struct model_object *object,
		    struct model_message *early)
{
	TAILQ_REMOVE(&object->early, early, of_object);
	object->nr_early--;
	early->sent_ns = 0;
	if (is_known(object, early->mtype) &&
	    !(early->doubt & MODEL_DOUBT_QUEUE)) {
		doubt_meanwhile(object, early);
		model_queue_unknown(object);
	}
	deliver(model, object, early);
}

static void give_up_old(struct model *model, struct model_object *object, u64 now_ns)
{
	struct model_message *early;

	while ((early = TAILQ_FIRST(&object->early)) &&
	       (object->nr_early > MAX_EARLY ||
		early->taken_ns + EARLY_NS < now_ns))
		give_up(model, object, early);
	tell_old(model, object, now_ns);
}

/**
 * model_queue_finish() - report all received messages: nothing more will be known
 * @model: the model
 * @object: the queue
 */
void model_queue_finish(struct model *model, struct model_object *object)
{
	while (!TAILQ_EMPTY(&object->early))
		give_up(model, object, TAILQ_FIRST(&object->early));
	while (!TAILQ_EMPTY(&object->taken))
		tell_first(model, object);
}

/**
 * model_messages_forget() - nothing is known of the messages in a queue
 * @model: the model
 * @object: the queue
 */
void model_messages_forget(struct model *model, struct model_object *object)
{
	model_queue_finish(model, object);
	while (!TAILQ_EMPTY(&object->messages))
		model_message_forget(model, &object->messages,
				     TAILQ_FIRST(&object->messages));
	model_queue_unknown(object);
}

/* ---- Sent ---------------------------------------------------------- */

/* The first receipt of it that we heard of before we heard that it was sent */
static struct model_message *early_receipt(const struct model_object *object,
					   const struct model_message *sent)
{
	struct model_message *early, *found = NULL;

	for (early = TAILQ_LAST(&object->early, model_messages);
	     early && early->taken_ns >= sent->sent_begin_ns;
	     early = TAILQ_PREV(early, model_messages, of_object)) {
		if (early->mtype != sent->mtype || !fits(sent, early) ||
		    sent->sent_begin_ns > early->sent_ns)
			continue;
		if (found)
			early->doubt |= MODEL_DOUBT_RECEIVER;
		found = early;
	}
	return found;
}

/* May something that was received lately have been this message instead? */
static void doubt_taken(struct model_object *object, struct model_message *sent)
{
	struct model_message *taken;

	for (taken = TAILQ_LAST(&object->taken, model_messages);
	     taken && taken->taken_ns >= sent->sent_begin_ns;
	     taken = TAILQ_PREV(taken, model_messages, of_object))
		if (taken->tgid && may_be_instead(sent, taken, taken)) {
			taken->doubt |= MODEL_DOUBT_SENDER;
			sent->doubt |= MODEL_DOUBT_SENDER;
		}
}

/**
 * model_message_sent() - a msgsnd() has worked
 * @model: the model
 * @object: the queue
 * @record: the call
 * @who: its caller
 *
 * Return: the message, which is in the queue from now on, or NULL: it was received
 * already, or there is no room for it.
 */
const struct model_message *model_message_sent(struct model *model,
					       struct model_object *object,
					       const struct ipctrace_call *record,
					       const struct model_who *who)
{
	struct model_message *message = NULL, *early;
	u64 args[IPCTRACE_NR_ARGS];
	u32 bytes;
	s64 mtype;

	ipct_call_args(record, args);
	bytes = ipct_arg_value(IPCT_SIZE, args[2], record->header.abi);
	object->nr_sent++;
	object->sent += bytes;
	give_up_old(model, object, record->header.time_ns);
	/* It may have been received unseen. */
	if (model_begin_ns(record) <= not_whole_until(model))
		model_queue_unknown(object);
	if (type_of(record, &mtype) && object->nr_messages < MAX_QUEUED)
		message = new_message(model, object, mtype);
	if (!message) {
		model_messages_forget(model, object);
		return NULL;
	}
	set_sender(message, record, who, bytes);
	early = early_receipt(object, message);
	object->longest_send_ns = max_t(u64, object->longest_send_ns,
					message->sent_ns - message->sent_begin_ns);
	if (!early) {
		note_late(object, message, false);
		doubt_taken(object, message);
		TAILQ_INSERT_TAIL(&object->messages, message, of_object);
		object->nr_messages++;
		object->queued += bytes;
		return message;
	}
	TAILQ_REMOVE(&object->early, early, of_object);
	object->nr_early--;
	set_sender(early, record, who, bytes);
	if (!is_known(object, mtype))
		early->doubt |= MODEL_DOUBT_QUEUE;
	deliver(model, object, early);
	free_message(model, message);
	return NULL;
}

/*
 * The oldest of its type; or one that may have been in the queue before that, because it
 * was sent at most as much later as a call may take. If there is none, what comes later
 * can be it only if it was sent before the oldest, which is left in @receipt.
 */
static struct model_message *which_was_taken(struct model_object *object,
					     struct model_message *receipt)
{
	struct model_message *message, *oldest = NULL, *found = NULL;
	u32 looked = 0;

	TAILQ_FOREACH(message, &object->messages, of_object) {
		if (oldest && message->sent_ns >
			      oldest->sent_ns + object->longest_send_ns)
			break;
		if (message->mtype != receipt->mtype)
			continue;
		oldest = oldest ?: message;
		if (may_be_instead(message, oldest, receipt)) {
			if (found) {
				receipt->doubt |= MODEL_DOUBT_SENDER;
				message->doubt |= MODEL_DOUBT_SENDER;
			}
			found = found ?: message;
		}
		if (++looked < MAX_LOOKED)
			continue;
		receipt->doubt |= MODEL_DOUBT_SENDER;
		break;
	}
	receipt->sent_ns = oldest ? oldest->sent_ns : ~0ULL;
	return found;
}

/**
 * model_message_received() - a msgrcv() has worked, and took a message away
 * @model: the model
 * @object: the queue
 * @record: the call
 * @who: its caller
 * @waited: it was seen to wait, so it took nothing of what was there when it began
 *
 * Return: the message, as far as is known by now; valid until the model hears of the
 * queue again; NULL: its sender is not known yet.
 */
const struct model_message *model_message_received(struct model *model,
						   struct model_object *object,
						   const struct ipctrace_call *record,
						   const struct model_who *who,
						   bool waited)
{
	struct model_message *message = NULL, *found;
	u64 begin_ns = model_begin_ns(record);
	s64 mtype;

	object->nr_received++;
	object->received += record->ret;
	give_up_old(model, object, record->header.time_ns);
	/* It may have taken what was there before the queue was known. */
	if (begin_ns <= object->known_ns &&
	    (!waited || begin_ns <= not_whole_until(model)))
		model_queue_unknown(object);
	if (type_of(record, &mtype))
		message = new_message(model, object, mtype);
	if (!message) {
		struct model_message unknown = { .object = object };

		set_receiver(&unknown, record, who);
		tell_delivered(model, object, &unknown);
		model_messages_forget(model, object);
		return NULL;
	}
	set_receiver(message, record, who);
	found = which_was_taken(object, message);
	if (!found) {
		if (!is_known(object, mtype))
			message->doubt |= MODEL_DOUBT_QUEUE;
		else if (message->sent_ns != ~0ULL)
			doubt_meanwhile(object, message);
		TAILQ_INSERT_TAIL(&object->early, message, of_object);
		object->nr_early++;
		return NULL;
	}
	set_receiver(found, record, who);
	found->doubt |= message->doubt;
	if (!is_known(object, mtype))
		found->doubt |= MODEL_DOUBT_QUEUE;
	free_message(model, message);
	TAILQ_REMOVE(&object->messages, found, of_object);
	object->nr_messages--;
	object->queued -= found->bytes;
	deliver(model, object, found);
	return found;
}

/**
 * model_message_doubt() - is a message in its queue?
 * @message: not received, as far as is known
 *
 * Return: MODEL_DOUBT_QUEUE if it may have been received unseen; or 0.
 */
u8 model_message_doubt(const struct model_message *message)
{
	return is_known(message->object, message->mtype) ? 0 : MODEL_DOUBT_QUEUE;
}
