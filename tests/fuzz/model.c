// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as records, one after the other, into a model; then all questions that
 * commands ask it. What it says must hold together, and its memory be in proportion to
 * the records. Numbers are made few, so that records are about the same things; the
 * last byte says by how much, and whether times go on as they should.
 */
#include <errno.h>
#include <stdlib.h>

#include "fuzz.h"
#include "model/model.h"
#include "shared/layouts.h"

#define MAX_BYTES	32768
#define FIXED_BYTES	(1 << 20)	/* of a model that has seen one record */
#define RECORD_BYTES	16384		/* what another one may cost it: a set's values */

struct heard {
	u64 received;
	u64 delivered;
	u64 events;
};

static void listen(void *context, const struct model_event *event)
{
	struct heard *heard = context;

	heard->events++;
	CHECK(event->kind == MODEL_NOT_SEEN || event->object);
	heard->received += event->kind == MODEL_RECEIVED;
	if (event->kind != MODEL_DELIVERED)
		return;
	heard->delivered++;
	CHECK(event->message);
	CHECK(event->message->tgid || !event->message->sent_ns);
}

/* ---- Records ------------------------------------------------------------------------- */

static void tame(struct ipctrace_header *record, u8 how, u64 *now_ns)
{
	struct ipctrace_call *call = (void *)record;

	if (how & 1) {
		record->time_ns = *now_ns += record->time_ns % 5000;
		record->cpu %= 4;
	}
	if (ipct_type_kind(record->type) == IPCT_TYPE_OTHER ||
	    ipct_type_kind(record->type) == IPCT_TYPE_LOST ||
	    record->len < sizeof(*call))
		return;
	if (how & 2) {
		call->tgid %= 4;
		call->tid = call->tgid + 4 * (call->tid % 2);
		call->ipc_ns = 7 + call->ipc_ns % 2;
		call->duration_ns %= 20000;
		if (how & 8)
			call->ret = call->ret < 0 ? -(call->ret & 127) :
						    call->ret % 4;
	}
	if (how & 4) {
		call->object.id = call->object.id & 3;
		call->object.key = call->object.key & 3;
		call->args[0] = call->args[0] & 3;
		record->flags |= IPCTRACE_F_OBJECT;
	}
}

/* Exactly as large as it is, so that a sanitizer sees what reaches past it */
static u32 feed(struct model *model, const u8 *data, size_t size, u8 how,
		u64 *now_ns)
{
	struct ipctrace_header header, *record;
	size_t len;

	memcpy(&header, data, sizeof(header));
	len = (header.len ? min_t(size_t, header.len, size) : size) & ~7UL;
	if (len > IPCTRACE_RECORD_MAX_BYTES)
		len = IPCTRACE_RECORD_MAX_BYTES;
	if (len < sizeof(header))
		return 0;
	record = malloc(len);
	memcpy(record, data, len);
	record->len = len;
	tame(record, how, now_ns);
	model_feed(model, record);
	free(record);
	return len;
}

/* ---- Questions ------------------------------------------------------------------------- */

static u32 count_messages(const struct model_messages *messages,
			  const struct model_object *object, u64 *bytes)
{
	const struct model_message *message;
	u32 nr = 0;

	TAILQ_FOREACH(message, messages, of_object) {
		CHECK(message->object == object);
		*bytes += message->bytes;
		nr++;
	}
	return nr;
}

static u64 ask_queue(const struct model_object *object)
{
	const struct model_message *message;
	u64 bytes = 0, other = 0;

	CHECK(count_messages(&object->messages, object, &bytes) ==
	      object->nr_messages);
	CHECK(bytes == object->queued);
	CHECK(count_messages(&object->early, object, &other) == object->nr_early);
	CHECK(count_messages(&object->taken, object, &other) == object->nr_taken);
	CHECK(object->nr_types <= MODEL_MAX_TYPES);
	TAILQ_FOREACH(message, &object->messages, of_object)
		CHECK(!object->queue_known || !model_message_doubt(message));
	return object->nr_messages + object->nr_early + object->nr_taken;
}

static u64 ask_nodes(const struct model *model, const struct model_object *object)
{
	const struct model_attachment *attachment;
	u32 nr_attached = 0, uses = 0, holds = 0, waits = 0, attachments = 0;
	struct model_blocking blocking;
	const struct model_hold *hold;
	const struct model_wait *wait;
	const struct model_use *use;

	TAILQ_FOREACH(use, &object->uses, of_object) {
		CHECK(use->object == object && use->process);
		uses++;
	}
	TAILQ_FOREACH(attachment, &object->attachments, of_object) {
		nr_attached += !attachment->until_ns;
		attachments++;
	}
	TAILQ_FOREACH(hold, &object->holds, of_object) {
		CHECK(hold->taken > 0);
		model_hold_is_left(hold);
		holds++;
	}
	TAILQ_FOREACH(wait, &object->waits, of_object) {
		if (model_blocking(model, wait, MODEL_ANY_SEM, &blocking))
			model_stuck_text(blocking.stuck);
		waits++;
	}
	CHECK(uses == object->nr_uses && uses <= MODEL_MAX_USES);
	CHECK(nr_attached == object->nr_attached);
	CHECK(holds == object->nr_holds && waits == object->nr_waits);
	return uses + attachments + holds + waits;
}

static void ask_object(const struct model *model, const struct model_object *object,
		       u64 *nodes, u64 *messages)
{
	const struct model_sums *sums = model_sums(model);
	struct model_removal removal;
	u32 limit;

	model_removal(model, object, &removal);
	model_removal_cases(model, object, &removal);
	if (removal.cause != MODEL_STILL_THERE)
		CHECK(model_cause_text(removal.cause));
	CHECK(!removal.incomplete || model_hole_text(removal.incomplete->cause));
	model_hole_of(model, object, object->first_ns, sums->last_ns);
	for (limit = 0; limit < NR_MODEL_LIMITS; limit++)
		model_limit_share(limit, object);
	CHECK(model_find_id(model, object->ipc_ns, object->family, object->id));
	*nodes += ask_nodes(model, object);
	*messages += ask_queue(object);
}

static void ask_limits(const struct model *model)
{
	struct model_limit_use use;
	u32 limit;

	for (limit = 0; limit < NR_MODEL_LIMITS; limit++)
		model_limit_use(model, 7, limit, ~0ULL, &use);
}

static void ask(const struct model *model)
{
	const struct model_sums *sums = model_sums(model);
	u64 objects = 0, gone = 0, processes = 0, nodes = 0, messages = 0;
	const struct model_process *process;
	const struct model_object *object;
	size_t nr;

	TAILQ_FOREACH(object, model_objects(model), all) {
		CHECK(!model_has_gone(object));
		ask_object(model, object, &nodes, &messages);
		objects++;
	}
	TAILQ_FOREACH(object, model_gone(model), all) {
		CHECK(model_has_gone(object));
		ask_object(model, object, &nodes, &messages);
		gone++;
	}
	TAILQ_FOREACH(process, model_processes(model), all) {
		CHECK(model_find_process(model, process->last.tgid));
		processes++;
	}
	CHECK(objects == sums->objects && gone == sums->gone &&
	      processes == sums->processes && nodes == sums->nodes &&
	      messages == sums->messages);
	CHECK(!sums->short_of_memory);
	model_holes(model, &nr);
	CHECK(nr <= MODEL_MAX_HOLES);
	model_whole_since(model);
	ask_limits(model);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u64 now_ns = 1000000000;
	struct heard heard = { };
	struct model *model;
	u32 len, records = 0;
	u8 how;

	if (size < 1 + sizeof(struct ipctrace_header) || size > MAX_BYTES)
		return -1;
	how = data[--size];
	model = model_new();
	model_listen(model, listen, &heard);
	while (size >= sizeof(struct ipctrace_header)) {
		len = feed(model, data, size, how, &now_ns);
		if (!len)
			break;
		data += len;
		size -= len;
		records++;
		/* Asked while it grows, and not too often */
		if (!(records & (records - 1)))
			ask(model);
		CHECK(model_sums(model)->bytes <=
		      FIXED_BYTES + records * (u64)RECORD_BYTES);
	}
	ask(model);
	model_finish(model);
	ask(model);
	CHECK(heard.delivered == heard.received);
	model_free(model);
	return 0;
}
