// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: graph
 *
 * A picture of processes and objects: who sends to whom through which queue, who
 * shares which segment, who holds or waits for which semaphore. Calls are counted as
 * the model tells of them, of those that were asked for; what is held, attached and
 * left behind is as it is in the end.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "commands/evidence.h"
#include "commands/graph_draw.h"
#include "commands/graph_fold.h"
#include "commands/left.h"
#include "commands/options.h"
#include "commands/picture.h"
#include "model/holes.h"
#include "names/cgroups.h"
#include "shared/syscalls.h"
#include "view/cell.h"

#define LAYOUT_NS	20000000000ULL	/* without --layout */

/**
 * struct drawing - where we are
 * @options: what was asked for
 * @evidence: what we answer from
 * @wanted: which calls
 * @is_wanted: the record that the model is told of is
 * @counted: and it has been counted
 * @graph: what there is to be drawn
 */
struct drawing {
	const struct options *options;
	struct evidence evidence;
	struct wanted wanted;
	bool is_wanted;
	bool counted;
	struct graph graph;
};

/* ---- What happens ------------------------------------------------------------------ */

static void tap(void *context, const struct ipctrace_header *record)
{
	struct drawing *drawing = context;
	struct wanted *wanted = &drawing->wanted;

	if (wanted->ask)
		wanted->ask->cgroups = drawing->evidence.cgroups;
	drawing->is_wanted = record->time_ns >= drawing->evidence.since_ns &&
			     wanted_record(wanted, record);
	drawing->counted = false;
}

static bool is_of_namespace(const struct drawing *drawing,
			    const struct model_object *object)
{
	return !drawing->options->ipc_ns ||
	       object->ipc_ns == drawing->options->ipc_ns;
}

static struct graph_node *node_of_process(struct drawing *drawing,
					  const struct model_process *process)
{
	struct graph_node *node = graph_node(&drawing->graph, false, process->serial);

	node->id = process->last.tgid;
	snprintf(node->name, sizeof(node->name), "%s", process->last.comm);
	return node;
}

static struct graph_node *node_of_object(struct drawing *drawing,
					 const struct model_object *object)
{
	struct graph_node *node = graph_node(&drawing->graph, true, object->serial);

	node->family = object->family;
	node->id = object->id;
	node->key = object->key;
	node->ipc_ns = object->ipc_ns;
	node->gone = model_has_gone(object);
	snprintf(node->name, sizeof(node->name), "%s", object->made.comm);
	return node;
}

static void count_call(struct drawing *drawing, const struct model_event *event)
{
	const struct ipctrace_call *record = event->record;
	bool received = event->kind == MODEL_RECEIVED;
	struct graph_node *process = node_of_process(drawing, event->process);
	struct graph_node *object = node_of_object(drawing, event->object);
	struct graph_edge *edge = graph_edge(&drawing->graph, process, object,
					     received);
	u64 args[IPCTRACE_NR_ARGS];

	edge->calls[record->header.call]++;
	edge->nr_calls++;
	edge->errors += event->kind == MODEL_FAILED;
	edge->made |= event->kind == MODEL_MADE;
	edge->removed |= event->kind == MODEL_REMOVED;
	edge->took_ns += record->duration_ns;
	if (record->duration_ns > edge->took_max_ns)
		edge->took_max_ns = record->duration_ns;
	ipct_call_args(record, args);
	if (event->kind == MODEL_SENT)
		edge->bytes += args[2];
	else if (received)
		edge->bytes += record->ret;
	process->calls++;
	object->calls++;
}

/* Who received is known by its number; it is among those who did, or is not wanted. */
static void count_delay(struct drawing *drawing, const struct model_event *event)
{
	const struct model_message *message = event->message;
	const struct model_process *process =
		model_find_process(drawing->evidence.model, message->by_tgid);
	struct graph_edge *edge;
	u64 delay_ns;

	if (!process || !message->tgid || message->taken_ns < message->sent_ns)
		return;
	edge = graph_edge(&drawing->graph, node_of_process(drawing, process),
			  node_of_object(drawing, event->object), true);
	if (!edge->nr_calls)
		return;
	delay_ns = message->taken_ns - message->sent_ns;
	edge->nr_delays++;
	edge->delay_ns += delay_ns;
	if (delay_ns > edge->delay_max_ns)
		edge->delay_max_ns = delay_ns;
}

static void listen(void *context, const struct model_event *event)
{
	struct drawing *drawing = context;

	if (!event->object || !is_of_namespace(drawing, event->object))
		return;
	if (event->kind == MODEL_DELIVERED) {
		if (!drawing->wanted.ask)
			count_delay(drawing, event);
		return;
	}
	if (!event->record || !event->process || !drawing->is_wanted ||
	    drawing->counted ||
	    event->record->header.type != IPCTRACE_TYPE_CALL)
		return;
	drawing->counted = true;
	count_call(drawing, event);
}

/* ---- How it is in the end ------------------------------------------------------------ */

/* Of what was asked for, only what is in it already */
static struct graph_edge *edge_of(struct drawing *drawing,
				  const struct model_process *process,
				  const struct model_object *object)
{
	const u64 keys[2][2] = { { false, process->serial }, { true, object->serial } };
	const struct groups *nodes = &drawing->graph.nodes;

	if (drawing->wanted.ask &&
	    (!groups_find(nodes, (const char *)keys[0], sizeof(keys[0])) ||
	     !groups_find(nodes, (const char *)keys[1], sizeof(keys[1]))))
		return NULL;
	return graph_edge(&drawing->graph, node_of_process(drawing, process),
			  node_of_object(drawing, object), false);
}

static void take_attachments(struct drawing *drawing,
			     const struct model_object *object)
{
	const struct model_attachment *attachment;
	struct graph_edge *edge;

	TAILQ_FOREACH(attachment, &object->attachments, of_object) {
		if (!model_is_attached(attachment))
			continue;
		edge = edge_of(drawing, attachment->process, object);
		if (edge)
			edge->attached++;
	}
}

static void take_holds(struct drawing *drawing, const struct model_object *object)
{
	const struct model_hold *hold;
	struct graph_edge *edge;

	TAILQ_FOREACH(hold, &object->holds, of_object) {
		if (model_is_signal(object, hold->sem_num))
			continue;
		edge = edge_of(drawing, hold->process, object);
		if (edge && !edge->holds++)
			edge->hold = hold->sem_num;
	}
}

static void take_waits(struct drawing *drawing, const struct model_object *object)
{
	const struct model_wait *wait;
	struct graph_edge *edge;
	u64 ns;

	TAILQ_FOREACH(wait, &object->waits, of_object) {
		edge = edge_of(drawing, wait->process, object);
		if (!edge)
			continue;
		edge->waits++;
		ns = left_since(&drawing->evidence, wait->since_ns);
		if (ns > edge->waits_ns)
			edge->waits_ns = ns;
	}
}

static void put_level(struct graph_node *node, const struct model_object *object)
{
	char size[32];

	cell_size(size, object->size);
	if (object->family == IPCTRACE_MSG && object->nr_messages)
		snprintf(node->level, sizeof(node->level), "%u in it",
			 object->nr_messages);
	else if (object->family == IPCTRACE_SHM && object->size)
		snprintf(node->level, sizeof(node->level), "%s bytes", size);
}

static void take_object(struct drawing *drawing, const struct model_object *object)
{
	const u64 key[2] = { true, object->serial };
	struct graph_node *node;

	if (!is_of_namespace(drawing, object) ||
	    (drawing->wanted.ask && !groups_find(&drawing->graph.nodes,
						 (const char *)key, sizeof(key))))
		return;
	node = node_of_object(drawing, object);
	node->left = left_behind(&drawing->evidence, object, LEFT_IDLE_NS);
	put_level(node, object);
	if (model_has_gone(object))
		return;
	take_attachments(drawing, object);
	take_holds(drawing, object);
	take_waits(drawing, object);
}

static void take_state(struct drawing *drawing)
{
	const struct model *model = drawing->evidence.model;
	const struct model_object *object;

	TAILQ_FOREACH(object, model_gone(model), all)
		take_object(drawing, object);
	TAILQ_FOREACH(object, model_objects(model), all)
		take_object(drawing, object);
}

static void make_title(struct drawing *drawing)
{
	const struct model_sums *sums = model_sums(drawing->evidence.model);
	const struct groups *nodes = &drawing->graph.nodes;
	struct graph *graph = &drawing->graph;
	const struct model_hole *hole;
	char from[EVIDENCE_TIME_BYTES], to[EVIDENCE_TIME_BYTES];
	const char *name = strrchr(drawing->evidence.name, '/');
	size_t i, objects = 0;

	for (i = 0; i < nodes->nr; i++)
		objects += ((struct graph_node *)nodes->list[i])->object;
	hole = model_hole(drawing->evidence.model, sums->first_ns + 1, sums->last_ns);
	snprintf(graph->title, sizeof(graph->title),
		 "%s, %s to %s: %zu process%s, %zu object%s%s%s%s%s",
		 name ? name + 1 : drawing->evidence.name,
		 evidence_time(&drawing->evidence, sums->first_ns, from),
		 evidence_time(&drawing->evidence, sums->last_ns, to),
		 nodes->nr - objects, nodes->nr - objects == 1 ? "" : "es",
		 objects, objects == 1 ? "" : "s",
		 drawing->wanted.ask ? "; only " : "",
		 drawing->wanted.ask ? drawing->wanted.ask->text : "",
		 hole ? "; incomplete: " : "",
		 hole ? model_hole_text(hole->cause) : "");
}

/* ---- All ---------------------------------------------------------- */

static const char *const formats[] = { "svg", "png", "dot" };

/* By the name of the file; NULL, with a message, where that does not tell */
static const char *format_of(const struct options *options)
{
	const char *dot = options->output ? strrchr(options->output, '.') : NULL;
	size_t i;

	if (!options->output || !strcmp(options->output, "-"))
		return "dot";
	for (i = 0; dot && i < ARRAY_SIZE(formats); i++)
		if (!strcasecmp(dot + 1, formats[i]))
			return formats[i];
	warnx("%s: which format? accepted: a name that ends in .svg, .png or .dot",
	      options->output);
	return NULL;
}

static bool write_graph(struct drawing *drawing, struct picture *picture,
			const char *format)
{
	u64 layout_ns = drawing->options->layout_ns ?: LAYOUT_NS;
	bool good;
	size_t len;
	char *dot;

	take_state(drawing);
	make_title(drawing);
	graph_fold(&drawing->graph);
	if (*drawing->graph.folded)
		warnx("%s", drawing->graph.folded);
	dot = graph_dot(&drawing->graph, &len);
	if (!dot)
		return false;
	if (strcmp(format, "dot"))
		good = graph_draw(dot, picture->fd, format, layout_ns);
	else
		good = picture_write(picture, dot, len);
	free(dot);
	return good;
}

static int draw_all(struct drawing *drawing, const char *format)
{
	const struct options *options = drawing->options;
	struct picture picture;
	bool good;

	if (!picture_create(&picture, options->output ?: "-"))
		return EXIT_FAILURE;
	good = graph_init(&drawing->graph);
	if (!good)
		warnx("no memory for a graph");
	good = good && evidence_open_told(&drawing->evidence, options, tap, listen,
					  drawing) &&
	       write_graph(drawing, &picture, format);
	evidence_close(&drawing->evidence);
	graph_free(&drawing->graph);
	return picture_close(&picture, good) ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run(const struct options *options)
{
	struct drawing drawing = { .options = options };
	const char *format = format_of(options);
	struct cgroups *cgroups;
	int status = EXIT_USAGE;

	if (!format)
		return EXIT_USAGE;
	cgroups = options->input ? cgroups_new_empty() : cgroups_new(NULL);
	if (!cgroups)
		return EXIT_FAILURE;
	if (options_wanted(options, &drawing.wanted, cgroups))
		status = draw_all(&drawing, format);
	wanted_free(&drawing.wanted);
	cgroups_free(cgroups);
	return status;
}

const struct command command_graph = {
	.usage = "graph [OPTION]...",
	.about =
"Draw processes and objects: who sends to whom through which queue, who shares\n"
"which segment, who holds or waits for semaphores; with counts, bytes and times.\n"
"Removed objects are dashed, what was left behind has a thick frame. From what\n"
"the recorder holds and the kernel says, or from a capture.\n",
	.notes =
"More than 200 nodes or 600 edges are folded, as \"41 processes of apache2\", and\n"
"it says so. In the queue: from the end of msgsnd() to that of msgrcv().\n"
"Exit status: 0 for a picture, 1 if there is none, 2 for wrong options.\n",
	.run = run,
};
