// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: messages
 *
 * From whom to whom messages go through queues, how long they are in there, who drains
 * a queue and how much was in it over time; or each message by itself. Who sent a
 * message is said only if that was seen; where calls overlapped, or something was not
 * recorded, that it may be another's.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/evidence.h"
#include "commands/flows.h"
#include "commands/options.h"
#include "commands/print.h"
#include "view/bar.h"
#include "view/cell.h"
#include "view/formats.h"
#include "view/row_schema.h"
#include "view/table.h"

#define NAMED_RECEIVERS	3

/* What people see if they do not choose; programs get all. */
#define USUAL_PAIRS \
	"sender,sender_pid,receiver,receiver_pid,messages,bytes,p50_ns,p99_ns,max_ns,unsure"
#define USUAL_EACH \
	"time,id,mtype,bytes,sender,sender_pid,receiver,receiver_pid,delay_ns,why"

/* ---- Columns ------------------------------------------------------------------------ */

#define COLUMN(text, kind, may_lack, head, says)			\
	{ .name = text, .type = VALUE_##kind, .nullable = may_lack,	\
	  .heading = head, .what = says }
#define TIME(text, head, says)						\
	{ .name = text, .type = VALUE_UNSIGNED, .nullable = true,	\
	  .heading = head, .is_ns = true, .what = says }

#define QUEUE_COLUMNS							\
	COLUMN("type", STRING, false, NULL, "what the row is about"),	\
	COLUMN("id", SIGNED, false, "queue", "the queue"),		\
	COLUMN("key", SIGNED, false, NULL, "its key; 0: it has none"),	\
	COLUMN("ipc_ns", UNSIGNED, false, NULL, "its namespace")

#define PARTY_COLUMNS							\
	COLUMN("sender", STRING, true, "from",				\
	       "name of who sent; null: that was not seen"),		\
	COLUMN("sender_pid", UNSIGNED, true, "pid", "and its process"),	\
	COLUMN("receiver", STRING, true, "to",				\
	       "name of who received; null: nobody has"),		\
	COLUMN("receiver_pid", UNSIGNED, true, "pid", "and its process")

#define NR_QUEUE_COLUMNS	4

static const struct column queue_columns[] = {
	QUEUE_COLUMNS,
	COLUMN("state", STRING, false, NULL, "there, gone, or forgotten: too many were"),
	COLUMN("sent", UNSIGNED, false, NULL, "messages sent"),
	COLUMN("received", UNSIGNED, false, NULL, "messages received"),
	COLUMN("sent_bytes", UNSIGNED, false, NULL, "bytes of these"),
	COLUMN("received_bytes", UNSIGNED, false, NULL, "bytes of these"),
	COLUMN("depth", UNSIGNED, true, NULL,
	       "messages in it in the end; null: not known"),
	COLUMN("depth_bytes", UNSIGNED, true, NULL, "and bytes of these"),
	COLUMN("depth_from", STRING, true, NULL,
	       "recorded, or the kernel said so when it was asked"),
	COLUMN("since_ns", UNSIGNED, true, NULL,
	       "since when all that was in it is known; null: not in the end"),
	COLUMN("max_depth", UNSIGNED, true, NULL, "most messages since then"),
	COLUMN("max_bytes", UNSIGNED, true, NULL, "most bytes since then"),
	COLUMN("max_at_ns", UNSIGNED, true, NULL, "when there were most messages"),
	COLUMN("oldest_ns", UNSIGNED, true, NULL,
	       "how long the oldest that is in it has been"),
	COLUMN("incomplete", STRING, true, NULL, "why this may be otherwise"),
};

static const struct column pair_columns[] = {
	QUEUE_COLUMNS,
	PARTY_COLUMNS,
	COLUMN("messages", UNSIGNED, false, NULL, "so many"),
	COLUMN("bytes", UNSIGNED, false, NULL, "in these"),
	TIME("p50_ns", "p50", "half of them were in the queue as long, or less; within 0.5 %"),
	TIME("p99_ns", "p99", "99 % of them"),
	TIME("max_ns", "max", "the longest"),
	COLUMN("unsure", UNSIGNED, false, NULL,
	       "of these so many may be another's: calls overlapped, or not all was recorded"),
};

static const struct column depth_columns[] = {
	QUEUE_COLUMNS,
	COLUMN("from_ns", UNSIGNED, false, NULL, "beginning of a part of the time"),
	COLUMN("until_ns", UNSIGNED, false, NULL, "its end"),
	COLUMN("max_depth", UNSIGNED, false, NULL, "most messages that were in it then"),
	COLUMN("max_bytes", UNSIGNED, false, NULL, "most bytes"),
};

static const struct column message_columns[] = {
	QUEUE_COLUMNS,
	COLUMN("mtype", SIGNED, true, "type", "its type; null: not recorded"),
	COLUMN("bytes", UNSIGNED, false, NULL, "without the type"),
	COLUMN("time", STRING, false, NULL,
	       "when it was received; of one that nobody has, sent"),
	PARTY_COLUMNS,
	COLUMN("sender_tid", UNSIGNED, true, NULL, "thread that sent it"),
	COLUMN("receiver_tid", UNSIGNED, true, NULL, "thread that received it"),
	COLUMN("sent_ns", UNSIGNED, true, NULL, "when msgsnd() ended"),
	COLUMN("received_ns", UNSIGNED, true, NULL, "when msgrcv() ended"),
	TIME("delay_ns", "in queue", "from that to that"),
	COLUMN("sure", BOOL, false, NULL, "it cannot have been otherwise"),
	COLUMN("why", STRING, true, "but", "why it can"),
};

#undef TIME
#undef COLUMN

static const struct schema_rows schema[] = {
	{ "queue", queue_columns, ARRAY_SIZE(queue_columns) },
	{ "pair", pair_columns, ARRAY_SIZE(pair_columns) },
	{ "depth", depth_columns, ARRAY_SIZE(depth_columns) },
	{ "message", message_columns, ARRAY_SIZE(message_columns) },
};

/**
 * struct messages - where we are
 * @evidence: what we answer from
 * @flows: what went through queues
 * @sink: where it goes
 * @options: what was asked for
 */
struct messages {
	struct evidence evidence;
	struct flows flows;
	struct sink *sink;
	const struct options *options;
};

/* ---- Values ------------------------------------------------------------------------- */

static struct value *put_text(struct value *value, const char *text)
{
	*value = (struct value){
		.type = text && *text ? VALUE_STRING : VALUE_NULL,
		.string = text,
	};
	return value + 1;
}

static struct value *put_number(struct value *value, u64 number)
{
	*value = (struct value){ .type = VALUE_UNSIGNED, .number = number };
	return value + 1;
}

static struct value *put_number_if(struct value *value, u64 number, bool known)
{
	*value = (struct value){
		.type = known ? VALUE_UNSIGNED : VALUE_NULL,
		.number = number,
	};
	return value + 1;
}

static struct value *put_signed(struct value *value, s64 number, bool known)
{
	*value = (struct value){
		.type = known ? VALUE_SIGNED : VALUE_NULL,
		.number = number,
	};
	return value + 1;
}

static struct value *put_queue(struct value *value, const char *type,
			       const struct flow_queue *queue)
{
	value = put_text(value, type);
	value = put_signed(value, queue->id, true);
	value = put_signed(value, queue->key, true);
	return put_number(value, queue->ipc_ns);
}

static struct value *put_party(struct value *value, const char *comm, u32 tgid)
{
	value = put_text(value, tgid ? *comm ? comm : "?" : NULL);
	return put_number_if(value, tgid, tgid);
}

static void name_values(struct value *values, const struct column *columns,
			size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		values[i].name = columns[i].name;
}

/* ---- A queue -------------------------------------------------------------------------- */

static bool is_of_kernel(const struct flow_queue *queue)
{
	return queue->object && queue->object->stat.from == MODEL_KERNEL;
}

static const char *incomplete(const struct messages *messages,
			      const struct flow_queue *queue)
{
	const struct model_object *object = queue->object;
	const struct model_hole *hole;

	if (!object)
		return "there was too much to remember";
	hole = model_hole_of(messages->evidence.model, object,
			     object->made.from == MODEL_RECORDED ?
			     object->made.time_ns : 0,
			     model_sums(messages->evidence.model)->last_ns);
	if (hole)
		return model_hole_text(hole->cause);
	if (object->made.from != MODEL_RECORDED)
		return "the queue is older than the records";
	return object->late ? "calls overlapped with too many others" : NULL;
}

static const char *state_of(const struct flow_queue *queue)
{
	return !queue->object ? "forgotten" :
	       model_has_gone(queue->object) ? "gone" : "there";
}

static u64 oldest(const struct messages *messages, const struct flow_queue *queue)
{
	const struct model_message *message = TAILQ_FIRST(&queue->object->messages);

	return messages->evidence.now_ns > message->sent_ns ?
	       messages->evidence.now_ns - message->sent_ns : 0;
}

/* In the end; false: not known */
static bool depth_now(const struct flow_queue *queue, u64 *nr, u64 *bytes)
{
	if (is_of_kernel(queue)) {
		*nr = queue->object->stat.qnum;
		*bytes = queue->object->stat.cbytes;
		return true;
	}
	*nr = queue->depth.now.messages;
	*bytes = queue->depth.now.bytes;
	return queue->depth.begin_ns && !model_has_gone(queue->object);
}

static bool has_oldest(const struct flow_queue *queue)
{
	return queue->object && queue->object->queue_known &&
	       !model_has_gone(queue->object) && queue->object->nr_messages;
}

static void row_queue(struct messages *messages, const struct flow_queue *queue)
{
	struct value values[ARRAY_SIZE(queue_columns)], *value;
	const struct flow_depth *depth = &queue->depth;
	bool known, since = depth->begin_ns;
	u64 nr = 0, bytes = 0;

	known = queue->object && depth_now(queue, &nr, &bytes);
	value = put_queue(values, "queue", queue);
	value = put_text(value, state_of(queue));
	value = put_number(value, queue->sent);
	value = put_number(value, queue->received);
	value = put_number(value, queue->sent_bytes);
	value = put_number(value, queue->received_bytes);
	value = put_number_if(value, nr, known);
	value = put_number_if(value, bytes, known);
	value = put_text(value, !known ? NULL :
			 is_of_kernel(queue) ? "kernel" : "recorded");
	value = put_number_if(value, depth->begin_ns, since);
	value = put_number_if(value, depth->max.messages, since);
	value = put_number_if(value, depth->max.bytes, since);
	value = put_number_if(value, depth->max_ns, since && depth->max_ns);
	value = put_number_if(value, has_oldest(queue) ?
			      oldest(messages, queue) : 0, has_oldest(queue));
	put_text(value, incomplete(messages, queue));
	name_values(values, queue_columns, ARRAY_SIZE(queue_columns));
	sink_row(messages->sink, values);
}

static void row_depth(struct messages *messages, const struct flow_queue *queue)
{
	struct value values[ARRAY_SIZE(depth_columns)], *value;
	const struct flow_depth *depth = &queue->depth;
	u64 from_ns, until_ns;
	u32 i;

	for (i = 0; i < depth->nr; i++) {
		from_ns = depth->begin_ns + i * depth->step_ns;
		until_ns = from_ns + depth->step_ns;
		if (i + 1 == depth->nr)
			until_ns = depth->end_ns;
		value = put_queue(values, "depth", queue);
		value = put_number(value, from_ns);
		value = put_number(value, until_ns);
		value = put_number(value, depth->steps[i].messages);
		put_number(value, depth->steps[i].bytes);
		name_values(values, depth_columns, ARRAY_SIZE(depth_columns));
		sink_row(messages->sink, values);
	}
}

/* ---- Pairs ------------------------------------------------------------------------------ */

static void add_pair(struct table *table, const struct flow_pair *pair)
{
	struct value values[ARRAY_SIZE(pair_columns)], *value;
	const struct histogram *delays = &pair->delays;
	u64 p50 = 0, p99 = 0;
	bool some = histogram_percentile(delays, 50000, &p50) &&
		    histogram_percentile(delays, 99000, &p99);

	value = put_queue(values, "pair", pair->queue);
	value = put_party(value, pair->comm, pair->tgid);
	value = put_party(value, pair->by_comm, pair->by_tgid);
	value = put_number(value, pair->messages);
	value = put_number(value, pair->bytes);
	value = put_number_if(value, p50, some);
	value = put_number_if(value, p99, some);
	value = put_number_if(value, delays->max, some);
	put_number(value, pair->unsure);
	name_values(values, pair_columns, ARRAY_SIZE(pair_columns));
	table_add(table, values);
}

/* @queue: of that one; NULL: of all */
static bool write_pairs(struct messages *messages, const struct flow_queue *queue,
			const char *usual)
{
	const struct options *options = messages->options;
	const struct groups *pairs = &messages->flows.pairs;
	struct table table;
	bool good;
	size_t i;

	table_init(&table, pair_columns, ARRAY_SIZE(pair_columns));
	if (options->table_columns || usual)
		table_choose(&table, options->table_columns ?: usual);
	table_sort(&table, options->sort ?: "-messages");
	for (i = 0; i < pairs->nr; i++) {
		const struct flow_pair *pair =
			(const struct flow_pair *)pairs->list[i];

		if (!queue || pair->queue == queue)
			add_pair(&table, pair);
	}
	good = !table.nr || table_write(&table, messages->sink);
	table_free(&table);
	return good;
}

/* ---- For people ------------------------------------------------------------------------- */

static void say_depth(struct messages *messages, const struct flow_queue *queue)
{
	struct output *output = &messages->sink->output;
	const struct flow_depth *depth = &queue->depth;
	char when[EVIDENCE_TIME_BYTES], delay[32], levels[3 * FLOW_STEPS + 1];
	u64 values[FLOW_STEPS], nr, bytes;
	u32 i;

	if (!queue->object)
		return;
	if (depth_now(queue, &nr, &bytes)) {
		output_print(output, "  In it %s: %llu messages, %llu bytes",
			     is_of_kernel(queue) ? "now, as the kernel says" :
						   "in the end",
			     (unsigned long long)nr, (unsigned long long)bytes);
		if (has_oldest(queue)) {
			cell_duration(delay, oldest(messages, queue));
			output_print(output, "; the oldest for %s", delay);
		}
		output_print(output, ".\n");
	} else if (!model_has_gone(queue->object)) {
		output_print(output,
			     "  How much is in it is not known: not all was recorded since it was empty.\n");
	}
	if (model_has_gone(queue->object) && queue->object->queue_known)
		output_print(output, "  It has gone, and %u messages with it.\n",
			     queue->object->nr_messages);
	if (!depth->max.messages)
		return;
	output_print(output, "  Most: %llu messages, %llu bytes, at %s.\n",
		     (unsigned long long)depth->max.messages,
		     (unsigned long long)depth->max.bytes,
		     evidence_time(&messages->evidence, depth->max_ns, when));
	for (i = 0; i < depth->nr; i++)
		values[i] = depth->steps[i].messages;
	bar_levels(levels, values, depth->nr, bar_blocks());
	cell_duration(delay, depth->end_ns - depth->begin_ns);
	output_print(output, "  In %s: |%s|\n", delay, levels);
}

/**
 * struct receiver - a process that receives from a queue
 * @group: by name and number
 * @messages: so many
 * @named: it is among those that have been named
 */
struct receiver {
	struct group group;
	u64 messages;
	bool named;
};

static struct receiver *busiest(const struct groups *receivers)
{
	struct receiver *best = NULL, *receiver;
	size_t i;

	for (i = 0; i < receivers->nr; i++) {
		receiver = (struct receiver *)receivers->list[i];
		if (!receiver->named &&
		    (!best || receiver->messages > best->messages))
			best = receiver;
	}
	return best;
}

static void say_receivers(struct messages *messages, const struct flow_queue *queue)
{
	const struct groups *pairs = &messages->flows.pairs;
	struct output *output = &messages->sink->output;
	struct groups receivers;
	struct receiver *best;
	char name[64];
	u32 named = 0;
	size_t i;
	int len;

	if (!groups_init(&receivers, sizeof(struct receiver), 65536))
		return;
	for (i = 0; i < pairs->nr; i++) {
		const struct flow_pair *pair =
			(const struct flow_pair *)pairs->list[i];

		if (pair->queue != queue || !pair->by_tgid)
			continue;
		len = snprintf(name, sizeof(name), "%s[%u]", pair->by_comm,
			       pair->by_tgid);
		((struct receiver *)groups_get(&receivers, name, len))->messages +=
			pair->messages;
	}
	while (named < NAMED_RECEIVERS && (best = busiest(&receivers))) {
		best->named = true;
		output_print(output, "%s%s: %llu",
			     named++ ? ", " : "  Drained by ", best->group.key,
			     (unsigned long long)best->messages);
	}
	if (named)
		output_print(output, "%s.\n", receivers.nr > named ? ", and others" :
								      "");
	groups_free(&receivers);
}

static bool say_queue(struct messages *messages, const struct flow_queue *queue)
{
	struct output *output = &messages->sink->output;
	const char *lacks = incomplete(messages, queue);

	output_print(output, "Message queue %d (", queue->id);
	if (queue->key)
		output_print(output, "key 0x%08x", queue->key);
	else
		output_print(output, "no key");
	output_print(output,
		     ") of IPC namespace %u: %llu messages sent, %llu received\n",
		     queue->ipc_ns, (unsigned long long)queue->sent,
		     (unsigned long long)queue->received);
	say_depth(messages, queue);
	say_receivers(messages, queue);
	if (lacks)
		output_print(output, "  Incomplete: %s.\n", lacks);
	if (!write_pairs(messages, queue, USUAL_PAIRS))
		return false;
	output_print(output, "\n");
	return true;
}

/* ---- Each message ------------------------------------------------------------------------- */

static const char *why_unsure(const struct flow_message *each)
{
	const struct model_message *message = &each->message;

	if (!message->tgid)
		return "who sent it was not seen";
	if (message->doubt & MODEL_DOUBT_HOLE)
		return "not everything was recorded meanwhile";
	if (message->doubt & MODEL_DOUBT_QUEUE)
		return message->by_tgid ? "what else was in the queue is not known" :
					  "it may have been received unseen";
	if (message->doubt)
		return "calls overlapped: it may be another's";
	return NULL;
}

static const char *note(const struct flow_message *each)
{
	const char *why = why_unsure(each);

	if (why || each->message.by_tgid || !each->queue->object)
		return why;
	return model_has_gone(each->queue->object) ? "it went with the queue" : NULL;
}

static void add_message(struct messages *messages, struct table *table,
			const struct flow_message *each)
{
	struct value values[ARRAY_SIZE(message_columns)], *value;
	const struct model_message *message = &each->message;
	bool sent = message->tgid, taken = message->by_tgid;
	char when[EVIDENCE_TIME_BYTES];

	value = put_queue(values, "message", each->queue);
	value = put_signed(value, message->mtype, message->mtype);
	value = put_number(value, sent ? message->bytes : message->taken_bytes);
	value = put_text(value, evidence_time(&messages->evidence, taken ?
					      message->taken_ns :
					      message->sent_ns, when));
	value = put_party(value, message->comm, message->tgid);
	value = put_party(value, message->by_comm, message->by_tgid);
	value = put_number_if(value, message->tid, sent);
	value = put_number_if(value, message->by_tid, taken);
	value = put_number_if(value, message->sent_ns, sent);
	value = put_number_if(value, message->taken_ns, taken);
	value = put_number_if(value, flows_delay(message), sent && taken);
	*value++ = (struct value){
		.type = VALUE_BOOL, .number = !why_unsure(each),
	};
	put_text(value, note(each));
	name_values(values, message_columns, ARRAY_SIZE(message_columns));
	if (table)
		table_add(table, values);
	else
		sink_row(messages->sink, values);
}

/* In the order in which they were received, then what nobody has */
static void add_messages(struct messages *messages, struct table *table)
{
	const struct flows *flows = &messages->flows;
	u64 first = 0, i;

	if (flows->nr_messages > FLOW_MESSAGES) {
		first = flows->nr_messages - FLOW_MESSAGES;
		warnx("the first %llu messages are left out, of %llu",
		      (unsigned long long)first,
		      (unsigned long long)flows->nr_messages);
	}
	for (i = first; i < flows->nr_messages; i++)
		add_message(messages, table, &flows->messages[i % FLOW_MESSAGES]);
}

static bool write_each(struct messages *messages)
{
	const struct options *options = messages->options;
	const char *columns = options->table_columns;
	struct table table;
	bool good;

	if (!columns && options_format(options) == SINK_TEXT)
		columns = USUAL_EACH;
	if (!columns && !options->sort) {
		sink_begin(messages->sink, message_columns,
			   ARRAY_SIZE(message_columns));
		add_messages(messages, NULL);
		return true;
	}
	table_init(&table, message_columns, ARRAY_SIZE(message_columns));
	if (columns)
		table_choose(&table, columns);
	if (options->sort)
		table_sort(&table, options->sort);
	add_messages(messages, &table);
	good = table_write(&table, messages->sink);
	table_free(&table);
	return good;
}

/* ---- All ---------------------------------------------------------- */

static bool write_json(struct messages *messages)
{
	const struct groups *queues = &messages->flows.queues;
	bool good;
	size_t i;

	sink_begin(messages->sink, queue_columns, ARRAY_SIZE(queue_columns));
	for (i = 0; i < queues->nr; i++)
		row_queue(messages, (const struct flow_queue *)queues->list[i]);
	good = write_pairs(messages, NULL, NULL);
	sink_begin(messages->sink, depth_columns, ARRAY_SIZE(depth_columns));
	for (i = 0; i < queues->nr; i++)
		row_depth(messages, (const struct flow_queue *)queues->list[i]);
	return good;
}

static bool write_text(struct messages *messages)
{
	const struct groups *queues = &messages->flows.queues;
	bool good = true;
	size_t i;

	for (i = 0; i < queues->nr && good; i++)
		good = say_queue(messages,
				 (const struct flow_queue *)queues->list[i]);
	if (!queues->nr)
		output_print(&messages->sink->output,
			     "No message was sent or received, as far as %s knows.\n",
			     messages->evidence.name);
	return good;
}

static bool write_all(struct messages *messages)
{
	const struct options *options = messages->options;
	const struct flows *flows = &messages->flows;
	bool good;

	if (options->each)
		good = write_each(messages);
	else if (options_format(options) == SINK_CSV || options->table_columns)
		good = write_pairs(messages, NULL, NULL);
	else
		good = options->json ? write_json(messages) : write_text(messages);
	if (flows->short_of_memory)
		warnx("no memory for how long all messages were in their queues");
	if (((const struct flow_queue *)flows->queues.other)->sent ||
	    ((const struct flow_pair *)flows->pairs.other)->messages)
		warnx("there are more queues, or pairs of processes, than are told apart");
	return sink_flush(messages->sink) == OUTPUT_OK && good;
}

static int answer(struct messages *messages)
{
	struct flows *flows = &messages->flows;
	bool good;

	flows_finish(flows, messages->evidence.model);
	if (flows->target.families && !flows->queues.nr) {
		warnx("%s: no such message queue, as far as %s knows",
		      flows->target.text, messages->evidence.name);
		return EXIT_FAILURE;
	}
	messages->sink = sink_new(STDOUT_FILENO, options_format(messages->options));
	if (!messages->sink)
		return EXIT_FAILURE;
	good = write_all(messages);
	sink_free(messages->sink);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int print_schema(void)
{
	struct output *output = output_stdout();

	if (!row_schema_print(output, "ipctrace messages", schema,
			      ARRAY_SIZE(schema)))
		return EXIT_FAILURE;
	return print_end(output);
}

static bool parse_target(struct target *target, const struct options *options)
{
	if (!target_parse(target, options->operand, options->ipc_ns))
		return false;
	target->families &= 1U << IPCTRACE_MSG;
	if (target->families)
		return true;
	warnx("%s: it is no queue; accepted: msg:ID, an id (5), a key (0x5047)",
	      options->operand);
	return false;
}

/* What is wrong with columns is said before anything is read. */
static bool check_columns(const struct options *options)
{
	struct table table;

	if (options->each)
		table_init(&table, message_columns, ARRAY_SIZE(message_columns));
	else
		table_init(&table, pair_columns, ARRAY_SIZE(pair_columns));
	return (!options->table_columns ||
		table_choose(&table, options->table_columns)) &&
	       (!options->sort || table_sort(&table, options->sort));
}

static int run(const struct options *options)
{
	struct messages messages = {
		.options = options,
		.flows = { .ipc_ns = options->ipc_ns, .each = options->each },
	};
	int status = EXIT_FAILURE;

	if (options->schema)
		return print_schema();
	if ((options->operand && !parse_target(&messages.flows.target, options)) ||
	    !check_columns(options))
		return EXIT_USAGE;
	if (!flows_init(&messages.flows))
		warnx("no memory for messages");
	else if (evidence_open(&messages.evidence, options, flows_take,
			       &messages.flows))
		status = answer(&messages);
	evidence_close(&messages.evidence);
	flows_free(&messages.flows);
	return status;
}

const struct command command_messages = {
	.usage = "messages [OPTION]... [QUEUE]",
	.operand = "QUEUE",
	.may_lack = true,
	.about =
"Print from whom to whom messages go through QUEUE (an id, or a key as 0x5047),\n"
"or through all: how many, how long they were in the queue, who drains it, and\n"
"how much was in it over time. From what the recorder holds, or from a capture.\n",
	.notes =
"from -: who sent was not seen; to -: nobody has received it. unsure: so many of\n"
"these messages may be another's: calls overlapped, or what else was in the queue\n"
"is not known. It is since the queue was made, or was seen to be empty, and while\n"
"all is recorded. Times in queue: from the end of msgsnd() to that of msgrcv().\n"
"--columns and --sort are of pairs; with --each, of messages.\n"
"Exit status: 0 for an answer, 1 if there is no such queue, 2 for wrong options.\n",
	.run = run,
};
