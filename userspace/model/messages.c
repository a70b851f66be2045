// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: model_messages
 *
 * A queue gives out messages of one type in the order in which they came. So who
 * receives one of a type has the oldest of that type, whatever was asked for. When a
 * receiver was waiting, the record of its call may come before that of who sent the
 * message: then the receipt waits for it in object.early.
 *
 * That holds while all messages in the queue are known: since it was made, or was
 * seen to be empty, and as long as nothing was missed.
 */
#include <linux/msg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/messages.h"
#include "model/nodes.h"
#include "model/state.h"
#include "shared/layouts.h"

#define MAX_EARLY	1024
#define MAX_QUEUED	32768	/* messages of a queue */
#define EARLY_NS	1000000000ULL	/* a record comes that much later, at most */

static bool type_of(const struct ipctrace_call *record, s64 *mtype)
{
	const struct ipctrace_user *user = ipct_user_message(record);

	if (!user)
		return false;
	*mtype = ipct_user_word(user, 0, ipct_mtype_bytes(record), true);
	return true;
}

static struct model_message *new_message(struct model *model,
					 struct model_object *object,
					 const struct ipctrace_call *record,
					 const struct model_who *who,
					 s64 mtype, u32 bytes)
{
	struct model_message *message = NULL;

	if (model->sums.messages < MODEL_MAX_MESSAGES)
		message = model_alloc(model, sizeof(*message));
	if (!message)
		return NULL;
	model->sums.messages++;
	*message = (struct model_message){
		.object = object,
		.mtype = mtype,
		.bytes = bytes,
		.tgid = record->tgid,
		.tid = record->tid,
		.sent_begin_ns = model_begin_ns(record),
		.sent_ns = record->header.time_ns,
	};
	snprintf(message->comm, sizeof(message->comm), "%s", who->comm);
	return message;
}

/* Somebody has received it before we heard that it was sent. */
static bool was_received(struct model *model, struct model_object *object,
			 const struct model_message *sent)
{
	struct model_message *early, *next;

	for (early = TAILQ_FIRST(&object->early); early; early = next) {
		next = TAILQ_NEXT(early, of_object);
		if (early->sent_ns + EARLY_NS < sent->sent_ns ||
		    (early->mtype == sent->mtype &&
		     early->sent_ns >= sent->sent_begin_ns)) {
			bool found = early->mtype == sent->mtype &&
				     early->sent_ns >= sent->sent_begin_ns;

			model_message_forget(model, &object->early, early);
			object->nr_early--;
			if (found)
				return true;
		}
	}
	return false;
}

/**
 * model_message_sent() - a msgsnd() has worked
 * @model: the model
 * @object: the queue
 * @record: the call
 * @who: its caller
 *
 * Return: the message, in the queue from now on, or NULL: it was received already, or
 * the queue is not known.
 */
const struct model_message *model_message_sent(struct model *model,
					       struct model_object *object,
					       const struct ipctrace_call *record,
					       const struct model_who *who)
{
	struct model_message *message;
	u64 args[IPCTRACE_NR_ARGS];
	s64 mtype;

	ipct_call_args(record, args);
	object->nr_sent++;
	object->sent += ipct_arg_value(IPCT_SIZE, args[2], record->header.abi);
	if (!type_of(record, &mtype)) {
		model_messages_forget(model, object);
		return NULL;
	}
	message = new_message(model, object, record, who, mtype,
			      ipct_arg_value(IPCT_SIZE, args[2],
					     record->header.abi));
	if (!message || object->nr_messages == MAX_QUEUED) {
		if (message) {
			model->sums.messages--;
			model_release(model, message, sizeof(*message));
		}
		model_messages_forget(model, object);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&object->messages, message, of_object);
	if (was_received(model, object, message)) {
		model_message_forget(model, &object->messages, message);
		return NULL;
	}
	object->nr_messages++;
	return message;
}

static struct model_message *oldest(struct model_object *object, s64 mtype)
{
	struct model_message *message;

	TAILQ_FOREACH(message, &object->messages, of_object)
		if (message->mtype == mtype)
			return message;
	return NULL;
}

static void remember_early(struct model *model, struct model_object *object,
			   const struct ipctrace_call *record,
			   const struct model_who *who, s64 mtype)
{
	struct model_message *early;

	if (!object->queue_known)
		return;
	if (object->nr_early == MAX_EARLY) {
		model_messages_forget(model, object);
		return;
	}
	early = new_message(model, object, record, who, mtype,
			    record->ret);
	if (!early)
		return;
	TAILQ_INSERT_TAIL(&object->early, early, of_object);
	object->nr_early++;
}

/**
 * model_message_received() - a msgrcv() has worked
 * @model: the model
 * @object: the queue
 * @record: the call
 * @who: its caller
 * @message: out: the message, who sent it and when
 *
 * Return: false: that is not known. Of a queue that is not object.queue_known it is a
 * guess.
 */
bool model_message_received(struct model *model, struct model_object *object,
			    const struct ipctrace_call *record,
			    const struct model_who *who,
			    struct model_message *message)
{
	struct model_message *found;
	u64 args[IPCTRACE_NR_ARGS];
	s64 mtype;

	ipct_call_args(record, args);
	if (args[4] & MSG_COPY)
		return false;
	object->nr_received++;
	object->received += record->ret;
	if (!type_of(record, &mtype)) {
		model_messages_forget(model, object);
		return false;
	}
	found = oldest(object, mtype);
	if (!found) {
		remember_early(model, object, record, who, mtype);
		return false;
	}
	*message = *found;
	model_message_forget(model, &object->messages, found);
	object->nr_messages--;
	return true;
}

/**
 * model_queue_empty() - a queue was seen to be empty
 * @model: the model
 * @object: the queue
 * @record: the call that found nothing in it
 */
void model_queue_empty(struct model *model, struct model_object *object,
		       const struct ipctrace_call *record)
{
	const struct model_message *last = TAILQ_LAST(&object->messages,
						      model_messages);

	/* What was sent meanwhile may have come after it had looked. */
	if (object->queue_known ||
	    (last && last->sent_ns >= model_begin_ns(record)))
		return;
	model_messages_forget(model, object);
	object->queue_known = true;
}
