// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: graph_fold
 *
 * Processes and objects, and what is between them. What is too much for a picture is
 * drawn as one: first processes of a name, then objects of a kind that programs of a
 * name have made, then all but those with most calls; in the end the edges with the
 * fewest calls are left out.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/graph_fold.h"
#include "commands/target.h"

#define MOST_NODES	65536	/* that are told apart */
#define MOST_EDGES	65536
#define KEPT_NODES	150	/* with most calls */
#define NAMED_FOLDS	5

/* How much is drawn as one */
enum fold_level {
	FOLD_NOTHING,
	FOLD_PROCESSES,
	FOLD_OBJECTS,
	FOLD_FEW,
	NR_FOLD_LEVELS,
};

/**
 * graph_init() - nothing yet
 * @graph: out: graph_free() is for it, whatever is returned
 *
 * Return: false when memory is short.
 */
bool graph_init(struct graph *graph)
{
	*graph = (struct graph){ };
	return groups_init(&graph->nodes, sizeof(struct graph_node), MOST_NODES) &&
	       groups_init(&graph->edges, sizeof(struct graph_edge), MOST_EDGES) &&
	       groups_init(&graph->shown, sizeof(struct graph_node), MOST_NODES) &&
	       groups_init(&graph->links, sizeof(struct graph_edge), MOST_EDGES);
}

/**
 * graph_node() - a process or an object, made where it is new
 * @graph: the graph
 * @object: it is an object
 * @serial: its number in the model
 */
struct graph_node *graph_node(struct graph *graph, bool object, u64 serial)
{
	const u64 key[2] = { object, serial };
	struct graph_node *node = (struct graph_node *)
		groups_get(&graph->nodes, (const char *)key, sizeof(key));

	node->object = object;
	node->nr = 1;
	return node;
}

static struct graph_edge *edge_of(struct groups *edges, struct graph_node *process,
				  struct graph_node *object, bool back)
{
	const u64 key[3] = { (uintptr_t)process, (uintptr_t)object, back };
	struct graph_edge *edge = (struct graph_edge *)
		groups_get(edges, (const char *)key, sizeof(key));

	edge->process = process;
	edge->object = object;
	edge->back = back;
	return edge;
}

/**
 * graph_edge() - what is between a process and an object, made where it is new
 * @graph: the graph
 * @process: who
 * @object: with what
 * @back: it receives
 */
struct graph_edge *graph_edge(struct graph *graph, struct graph_node *process,
			      struct graph_node *object, bool back)
{
	return edge_of(&graph->edges, process, object, back);
}

/* ---- What is drawn as one -------------------------------------------------------- */

/* What nodes that are drawn as one have in common */
static int fold_key(char *key, size_t size, const struct graph_node *node, u32 at,
		    enum fold_level level, u64 least)
{
	if (level == FOLD_FEW && node->shown->calls < least)
		return node->object ? snprintf(key, size, "other %u", node->family) :
				      snprintf(key, size, "others");
	if (!node->object && level >= FOLD_PROCESSES)
		return snprintf(key, size, "p %s", node->name);
	if (node->object && level >= FOLD_OBJECTS)
		return snprintf(key, size, "o %u %u %u %u %s", node->ipc_ns,
				node->family, node->gone, node->left, node->name);
	return snprintf(key, size, "%u", at);
}

static void add_node(struct graph_node *to, const struct graph_node *node, bool other)
{
	struct group group = to->group;
	u32 nr = to->nr + node->nr;
	u64 calls = to->calls + node->calls;
	bool gone = node->gone && (to->gone || !to->nr);
	u8 left = to->left > node->left ? to->left : node->left;

	*to = *node;
	to->group = group;
	to->nr = nr;
	to->calls = calls;
	to->gone = gone;
	to->left = left;
	if (nr > 1)
		to->level[0] = '\0';
	if (other)
		to->name[0] = '\0';
}

static void add_edge(struct graph_edge *to, const struct graph_edge *edge)
{
	u32 i;

	for (i = 0; i < IPCTRACE_NR_CALLS; i++)
		to->calls[i] += edge->calls[i];
	to->nr_calls += edge->nr_calls;
	to->errors += edge->errors;
	to->bytes += edge->bytes;
	to->took_ns += edge->took_ns;
	to->nr_delays += edge->nr_delays;
	to->delay_ns += edge->delay_ns;
	to->made |= edge->made;
	to->removed |= edge->removed;
	to->attached += edge->attached;
	if (!to->holds)
		to->hold = edge->hold;
	to->holds += edge->holds;
	to->waits += edge->waits;
	if (edge->took_max_ns > to->took_max_ns)
		to->took_max_ns = edge->took_max_ns;
	if (edge->delay_max_ns > to->delay_max_ns)
		to->delay_max_ns = edge->delay_max_ns;
	if (edge->waits_ns > to->waits_ns)
		to->waits_ns = edge->waits_ns;
}

/* @least: with FOLD_FEW, calls of what is drawn by itself */
static void fold(struct graph *graph, enum fold_level level, u64 least)
{
	struct groups shown, links;
	char key[GRAPH_NAME_BYTES + 64];
	size_t i;
	int len;

	if (!groups_init(&shown, sizeof(struct graph_node), MOST_NODES) ||
	    !groups_init(&links, sizeof(struct graph_edge), MOST_EDGES))
		return;
	for (i = 0; i < graph->nodes.nr; i++) {
		struct graph_node *node = (struct graph_node *)graph->nodes.list[i];
		bool other = level == FOLD_FEW && node->shown->calls < least;

		len = fold_key(key, sizeof(key), node, i, level, least);
		node->shown = (struct graph_node *)groups_get(&shown, key, len);
		add_node(node->shown, node, other);
	}
	for (i = 0; i < graph->edges.nr; i++) {
		const struct graph_edge *edge =
			(const struct graph_edge *)graph->edges.list[i];

		if (edge->process->shown && edge->object->shown)
			add_edge(edge_of(&links, edge->process->shown,
					 edge->object->shown, edge->back), edge);
	}
	groups_free(&graph->shown);
	groups_free(&graph->links);
	graph->shown = shown;
	graph->links = links;
}

static int more_first(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

/* The calls of the one that is as good as @kept others, at most; 0: there are not so many */
static u64 calls_of(const struct groups *groups, size_t kept,
		    u64 (*calls)(const struct group *group))
{
	u64 *all, least = 0;
	size_t i;

	if (groups->nr <= kept)
		return 0;
	all = calloc(groups->nr, sizeof(*all));
	if (!all)
		return 0;
	for (i = 0; i < groups->nr; i++)
		all[i] = calls(groups->list[i]);
	qsort(all, groups->nr, sizeof(*all), more_first);
	least = all[kept] + 1;
	free(all);
	return least;
}

static u64 calls_of_node(const struct group *group)
{
	return ((const struct graph_node *)group)->calls;
}

static u64 calls_of_link(const struct group *group)
{
	return ((const struct graph_edge *)group)->nr_calls;
}

/* ---- And saying so -------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3)))
static void say(struct graph *graph, const char *format, ...)
{
	size_t used = strlen(graph->folded);
	va_list args;

	va_start(args, format);
	vsnprintf(graph->folded + used, sizeof(graph->folded) - used, format, args);
	va_end(args);
}

static const struct graph_node *largest(const struct graph *graph, u32 below)
{
	const struct graph_node *best = NULL, *node;
	size_t i;

	for (i = 0; i < graph->shown.nr; i++) {
		node = (const struct graph_node *)graph->shown.list[i];
		if (node->nr > 1 && node->nr < below && (!best || node->nr > best->nr))
			best = node;
	}
	return best;
}

static void say_node(struct graph *graph, const struct graph_node *node)
{
	say(graph, "%s%u ", *graph->folded ? ", " : "", node->nr);
	if (!node->object && *node->name)
		say(graph, "processes of %s", node->name);
	else if (!node->object)
		say(graph, "other processes");
	else if (*node->name)
		say(graph, "%ss made by %s", target_kind(node->family), node->name);
	else
		say(graph, "%ss", target_kind(node->family));
}

static void say_folded(struct graph *graph)
{
	const struct graph_node *node;
	u32 below = ~0U, named = 0, left_out = 0;
	size_t i;

	while (named++ < NAMED_FOLDS && (node = largest(graph, below))) {
		say_node(graph, node);
		below = node->nr;
	}
	if (*graph->folded && largest(graph, below))
		say(graph, ", and more");
	if (*graph->folded)
		say(graph, " are each drawn as one");
	for (i = 0; i < graph->links.nr && graph->least; i++)
		left_out += calls_of_link(graph->links.list[i]) < graph->least;
	if (left_out)
		say(graph, "%s%u edges of fewer than %llu calls are left out",
		    *graph->folded ? "; " : "", left_out,
		    (unsigned long long)graph->least);
	if (((struct graph_node *)graph->nodes.other)->nr)
		say(graph, "%sthere are more processes and objects than are told apart",
		    *graph->folded ? "; " : "");
}

/**
 * graph_fold() - what is to be drawn
 * @graph: all nodes and edges are in it; out: @shown, @links, @least, @folded
 */
void graph_fold(struct graph *graph)
{
	enum fold_level level = FOLD_NOTHING;
	u64 least = 0;
	size_t i;

	fold(graph, level, 0);
	while (++level < NR_FOLD_LEVELS && (graph->shown.nr > GRAPH_MOST_NODES ||
					    graph->links.nr > GRAPH_MOST_EDGES)) {
		if (level == FOLD_FEW)
			least = calls_of(&graph->shown, KEPT_NODES, calls_of_node);
		fold(graph, level, least);
	}
	graph->least = calls_of(&graph->links, GRAPH_MOST_EDGES, calls_of_link);
	for (i = 0; i < graph->shown.nr; i++)
		((struct graph_node *)graph->shown.list[i])->index = i;
	say_folded(graph);
}

/**
 * graph_free() - undo graph_init()
 * @graph: the graph
 */
void graph_free(struct graph *graph)
{
	groups_free(&graph->nodes);
	groups_free(&graph->edges);
	groups_free(&graph->shown);
	groups_free(&graph->links);
}
