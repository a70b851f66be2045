// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: export_chrome
 *
 * Records in the JSON that chrome://tracing has made common: a call is a complete event
 * ("X") of its thread, what happens without a call an instant ("i"), a message a flow
 * from "s" to "f", and the messages of a queue a counter ("C"). All fields of a record
 * are in "args". Times are microseconds with three places.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/aside.h"
#include "export/chrome.h"
#include "export/facts.h"
#include "export/flat.h"
#include "fields/decode.h"
#include "model/model.h"
#include "view/json.h"
#include "view/output.h"

#define NR_NAMED	65536
#define ARGS_BYTES	(48 * 1024)	/* with the rest, less than a line may have */

/**
 * struct chrome - a file that is being written
 * @output: where it goes
 * @decoded: a record
 * @group: its values as a group
 * @args: the same as JSON
 * @named: threads that have a name, each at the place that its number says
 * @flows: so many messages
 * @any: there is an event already
 */
struct chrome {
	struct output output;
	struct decoded decoded;
	struct value group[DECODE_MAX_VALUES + 2];
	char args[ARGS_BYTES];
	u64 named[NR_NAMED];
	u64 flows;
	bool any;
};

static bool is_open(struct chrome *chrome)
{
	return output_room(&chrome->output) == OUTPUT_OK;
}

/* An event up to its time; what follows begins with a comma. */
static void put_event(struct chrome *chrome, const char *name, char phase, u32 pid,
		      u32 tid, u64 ns)
{
	output_room(&chrome->output);
	output_print(&chrome->output,
		     "%s\n{\"name\":\"%s\",\"cat\":\"ipc\",\"ph\":\"%c\",\"pid\":%u,\"tid\":%u,\"ts\":%llu.%03u",
		     chrome->any ? "," : "", name, phase, pid, tid,
		     (unsigned long long)(ns / 1000), (unsigned int)(ns % 1000));
	chrome->any = true;
}

/* ---- Threads ----------------------------------------------------------------- */

static void put_name(struct chrome *chrome, const char *what, u32 pid, u32 tid,
		     const char *comm)
{
	const struct value group[] = {
		{ .type = VALUE_OPEN },
		{ .name = "name", .type = VALUE_STRING, .string = comm },
		{ .type = VALUE_CLOSE },
	};

	json_values(chrome->args, sizeof(chrome->args), group, ARRAY_SIZE(group));
	put_event(chrome, what, 'M', pid, tid, 0);
	output_print(&chrome->output, ",\"args\":%s}", chrome->args);
}

/* Names may be written again: the table of those that have been has a fixed size. */
static void name_thread(struct chrome *chrome, u32 pid, u32 tid, const char *comm)
{
	u64 number = (u64)pid << 32 | tid;
	u64 *place = &chrome->named[(number * 0x9e3779b97f4a7c15ULL >> 32) % NR_NAMED];

	if (*place == number)
		return;
	*place = number;
	if (pid == tid)
		put_name(chrome, "process_name", pid, tid, comm);
	put_name(chrome, "thread_name", pid, tid, comm);
}

/* ---- Records ----------------------------------------------------------------- */

static void put_args(struct chrome *chrome)
{
	struct decoded *d = &chrome->decoded;
	size_t len;

	chrome->group[0] = (struct value){ .type = VALUE_OPEN };
	memcpy(chrome->group + 1, d->values, d->nr * sizeof(*d->values));
	chrome->group[d->nr + 1] = (struct value){ .type = VALUE_CLOSE };
	len = json_values(chrome->args, sizeof(chrome->args), chrome->group, d->nr + 2);
	output_print(&chrome->output, ",\"args\":");
	output_put(&chrome->output, chrome->args, len);
	output_print(&chrome->output, "%s}", len ? "" : "{}");
}

static bool take(struct way *way, const struct ipctrace_header *record)
{
	const struct ipctrace_call *call = (const void *)record;
	bool caused = record->type != IPCTRACE_TYPE_LOST;
	struct chrome *chrome = way->state;
	u32 pid = caused ? call->tgid : 0, tid = caused ? call->tid : 0;

	if (!decode_record(&chrome->decoded, record, way->cgroups))
		return true;
	if (caused)
		name_thread(chrome, pid, tid, chrome->decoded.comm);
	if (record->type == IPCTRACE_TYPE_CALL || record->type == IPCTRACE_TYPE_DIED) {
		put_event(chrome, flat_event_name(record), 'X', pid, tid,
			  record->time_ns - call->duration_ns);
		output_print(&chrome->output, ",\"dur\":%llu.%03u",
			     (unsigned long long)(call->duration_ns / 1000),
			     (unsigned int)(call->duration_ns % 1000));
	} else {
		put_event(chrome, flat_event_name(record), 'i', pid, tid, record->time_ns);
		output_print(&chrome->output, ",\"s\":\"%c\"", caused ? 't' : 'g');
	}
	put_args(chrome);
	return is_open(chrome);
}

/* ---- What the model says ----------------------------------------------------- */

/* Both ends within the calls, which is how tools find out whose they are */
static void put_message(struct chrome *chrome, const struct model_message *message)
{
	if (!message->tgid || !message->by_tgid)
		return;
	chrome->flows++;
	put_event(chrome, "message", 's', message->tgid, message->tid,
		  message->sent_begin_ns);
	output_print(&chrome->output, ",\"id\":%llu}",
		     (unsigned long long)chrome->flows);
	put_event(chrome, "message", 'f', message->by_tgid, message->by_tid,
		  message->taken_ns - 1);
	output_print(&chrome->output, ",\"bp\":\"e\",\"id\":%llu}",
		     (unsigned long long)chrome->flows);
}

static void put_depth(struct chrome *chrome, const struct model_event *event)
{
	const struct model_object *object = event->object;
	char name[64];

	snprintf(name, sizeof(name), "msg %d of %u", object->id, object->ipc_ns);
	put_event(chrome, name, 'C', 0, 0, event->record->header.time_ns);
	output_print(&chrome->output, ",\"args\":{\"messages\":%u}}",
		     object->nr_messages);
}

static void put_sems(struct chrome *chrome, const struct model_event *event)
{
	const struct model_object *object = event->object;
	bool any = false;
	char name[64];
	u32 i;

	for (i = 0; i < object->nr_sems && i < 16; i++) {
		if (!object->sems[i].known)
			continue;
		if (!any) {
			snprintf(name, sizeof(name), "sem %d of %u", object->id,
				 object->ipc_ns);
			put_event(chrome, name, 'C', 0, 0,
				  event->record->header.time_ns);
			output_print(&chrome->output, ",\"args\":{");
		}
		output_print(&chrome->output, "%s\"%u\":%d", any ? "," : "", i,
			     object->sems[i].value);
		any = true;
	}
	if (any)
		output_print(&chrome->output, "}}");
}

static void take_event(struct way *way, const struct model_event *event)
{
	struct chrome *chrome = way->state;

	if (event->kind == MODEL_DELIVERED)
		put_message(chrome, event->message);
	if (!event->object || !event->record)
		return;
	if (event->kind == MODEL_SENT || event->kind == MODEL_RECEIVED)
		put_depth(chrome, event);
	else if (event->object->family == IPCTRACE_SEM && !model_has_gone(event->object))
		put_sems(chrome, event);
}

/* ---- Begin and end ----------------------------------------------------------- */

static bool begin(struct way *way, const struct facts *facts)
{
	struct chrome *chrome = calloc(1, sizeof(*chrome));

	way->state = chrome;
	if (!chrome) {
		warnx("%s: no memory for a trace", way->file->name);
		return false;
	}
	output_init(&chrome->output, way->file->fd);
	output_print(&chrome->output,
		     "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"version\":%d,\"real_ns\":\"%llu\"},\"traceEvents\":[",
		     EXPORT_VERSION, (unsigned long long)facts->real_ns);
	return true;
}

static bool end(struct way *way, const struct facts *facts)
{
	struct chrome *chrome = way->state;

	(void)facts;
	output_print(&chrome->output, "\n]}\n");
	return output_flush(&chrome->output) == OUTPUT_OK;
}

static void chrome_free(struct way *way)
{
	free(way->state);
}

const struct way_ops way_chrome = {
	.name = "chrome-json",
	.ending = ".json",
	.begin = begin,
	.record = take,
	.event = take_event,
	.end = end,
	.free = chrome_free,
};
