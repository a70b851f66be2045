// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: graph_draw
 *
 * A graph as text of the language DOT, and as a picture that Graphviz makes of it. Its
 * library is loaded when a picture is wanted, so nobody else needs it. Finding places
 * for all may take forever: it is done in a child with a time limit, and then once
 * more in a simpler way.
 */
#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/library.h"
#include "commands/graph_draw.h"
#include "commands/graph_fold.h"
#include "commands/left.h"
#include "commands/target.h"
#include "shared/syscalls.h"
#include "view/cell.h"

#define US_PER_S	1000000
#define NAMED_CALLS	3	/* of an edge */

/* ---- Text -------------------------------------------------------------------------- */

/* Colours that all eyes tell apart (Okabe and Ito), and shapes besides */
static const struct {
	const char *shape;
	const char *margin;	/* Graphviz makes some too low for their text. */
	const char *color;
	const char *fill;
} looks[] = {
	[IPCTRACE_MSG] = { "cds", "0.25,0.2", "#0072b2", "#d6eaf5" },
	[IPCTRACE_SEM] = { "hexagon", "0.25,0.08", "#9a6a00", "#fbeccb" },
	[IPCTRACE_SHM] = { "cylinder", "0.25,0.08", "#00795a", "#d3f0e6" },
	[IPCTRACE_ANY] = { "box", "0.25,0.08", "#555555", "#eeeeee" },
};

/* Inside of quotes */
static void put_text(FILE *to, const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putc('\\', to);
		if (*text == '\n')
			fputs("\\n", to);
		else
			putc(*text, to);
	}
}

static void put_object(FILE *to, const struct graph_node *node)
{
	if (node->nr > 1) {
		fprintf(to, "%u %ss", node->nr, target_kind(node->family));
		if (*node->name) {
			fputs("\\nmade by ", to);
			put_text(to, node->name);
		}
	} else {
		fprintf(to, "%s %d", target_kind(node->family), node->id);
		if (node->key)
			fprintf(to, "\\nkey 0x%08x", node->key);
	}
	if (*node->level) {
		fputs("\\n", to);
		put_text(to, node->level);
	}
	if (node->gone)
		fputs("\\nremoved", to);
	if (node->left)
		fprintf(to, "\\nleft behind%s", node->left == LEFT_UNCLEAR ? "?" : "");
}

static void put_process(FILE *to, const struct graph_node *node)
{
	if (node->nr > 1)
		fprintf(to, "%u %sprocesses%s", node->nr, *node->name ? "" : "other ",
			*node->name ? " of " : "");
	put_text(to, node->name);
	if (node->nr == 1)
		fprintf(to, "[%d]", node->id);
}

static void put_node(FILE *to, const struct graph_node *node)
{
	u8 family = node->family < ARRAY_SIZE(looks) ? node->family : IPCTRACE_ANY;

	fprintf(to, "  n%u [label=\"", node->index);
	if (node->object)
		put_object(to, node);
	else
		put_process(to, node);
	fputs("\"", to);
	if (!node->object)
		fputs(" shape=box style=\"rounded,filled\" fillcolor=\"#f4f4f4\" color=\"#333333\"",
		      to);
	else
		fprintf(to, " shape=%s margin=\"%s\" style=\"filled%s\" fillcolor=\"%s\" color=\"%s\"",
			looks[family].shape, looks[family].margin, node->gone ? ",dashed" : "",
			node->gone ? "#ffffff" : looks[family].fill,
			node->left ? "#c03000" : looks[family].color);
	if (node->left)
		fputs(" penwidth=3", to);
	/* For programs that read this */
	fprintf(to, " ipctrace_kind=%s ipctrace_nr=%u ipctrace_calls=%llu",
		node->object ? ipct_family_names[family] : "process", node->nr,
		(unsigned long long)node->calls);
	if (node->nr == 1)
		fprintf(to, " ipctrace_id=\"%d\"", node->id);
	if (node->object)
		fprintf(to, " ipctrace_state=%s", node->gone ? "removed" :
			node->left ? "left" : "there");
	fputs("];\n", to);
}

/* The calls that there are most of */
static void put_calls(FILE *to, const struct graph_edge *edge)
{
	u32 done = 0, nr = 0, call, best;

	for (; nr < NAMED_CALLS; nr++) {
		best = IPCTRACE_NR_CALLS;
		for (call = 0; call < IPCTRACE_NR_CALLS; call++)
			if (edge->calls[call] && !(done & 1U << call) &&
			    (best == IPCTRACE_NR_CALLS ||
			     edge->calls[call] > edge->calls[best]))
				best = call;
		if (best == IPCTRACE_NR_CALLS)
			break;
		done |= 1U << best;
		fprintf(to, "%s%llu %s", nr ? ", " : "",
			(unsigned long long)edge->calls[best],
			ipct_syscalls[best].name);
	}
}

/* What is before a line of a label */
static const char *next(bool *first)
{
	const char *text = *first ? "" : "\\n";

	*first = false;
	return text;
}

static void put_times(FILE *to, const char *what, u64 sum_ns, u64 nr, u64 max_ns)
{
	char mean[32], max[32];

	if (!nr || !max_ns)
		return;
	cell_duration(mean, sum_ns / nr);
	cell_duration(max, max_ns);
	if (nr == 1)
		fprintf(to, "\\n%s %s", what, max);
	else
		fprintf(to, "\\n%s %s, at most %s", what, mean, max);
}

static void put_state(FILE *to, const struct graph_edge *edge)
{
	bool first = !edge->nr_calls;
	char text[32];

	if (edge->attached)
		fprintf(to, "%sattached%s", next(&first), edge->attached > 1 ? " more than once" : "");
	if (edge->holds == 1)
		fprintf(to, "%sholds semaphore %u", next(&first), edge->hold);
	else if (edge->holds)
		fprintf(to, "%sholds %u semaphores", next(&first), edge->holds);
	if (edge->waits) {
		cell_duration(text, edge->waits_ns);
		fprintf(to, "%shas waited for %s", next(&first), text);
	}
	if (edge->made || edge->removed)
		fprintf(to, "%s%s%s%s it", next(&first), edge->made ? "made" : "",
			edge->made && edge->removed ? " and " : "",
			edge->removed ? "removed" : "");
}

static void put_label(FILE *to, const struct graph_edge *edge)
{
	char text[32];

	put_calls(to, edge);
	if (edge->bytes) {
		cell_size(text, edge->bytes);
		fprintf(to, "\\n%s bytes", text);
	}
	put_times(to, "took", edge->took_ns, edge->nr_calls, edge->took_max_ns);
	put_times(to, "in the queue", edge->delay_ns, edge->nr_delays,
		  edge->delay_max_ns);
	if (edge->errors)
		fprintf(to, "\\n%llu failed", (unsigned long long)edge->errors);
	put_state(to, edge);
}

static void put_edge(FILE *to, const struct graph_edge *edge)
{
	const struct graph_node *process = edge->process, *object = edge->object;
	bool flows = object->family == IPCTRACE_MSG &&
		     (edge->back || edge->calls[IPCTRACE_CALL_msgsnd]);
	const char *color = edge->waits ? "#c03000" : edge->removed ? "#c03000" :
			    looks[object->family < ARRAY_SIZE(looks) ?
				  object->family : IPCTRACE_ANY].color;

	fprintf(to, "  n%u -> n%u [label=\"",
		(edge->back ? object : process)->index,
		(edge->back ? process : object)->index);
	put_label(to, edge);
	fprintf(to, "\" color=\"%s\" penwidth=%.1f", color,
		1 + (edge->nr_calls ? log10(edge->nr_calls) : 0) +
		(edge->holds ? 1 : 0));
	if (!flows)
		fprintf(to, " dir=%s", edge->removed ? "forward" : "none");
	if (edge->waits)
		fputs(" style=dashed", to);
	else if (!edge->nr_calls)
		fputs(" style=dotted", to);
	fprintf(to, " ipctrace_calls=%llu ipctrace_bytes=%llu ipctrace_errors=%llu ipctrace_holds=%u ipctrace_waits=%u ipctrace_attached=%u",
		(unsigned long long)edge->nr_calls, (unsigned long long)edge->bytes,
		(unsigned long long)edge->errors, edge->holds, edge->waits,
		edge->attached);
	fputs("];\n", to);
}

static bool has_several_namespaces(const struct graph *graph, u32 *first)
{
	size_t i;

	*first = 0;
	for (i = 0; i < graph->shown.nr; i++) {
		const struct graph_node *node =
			(const struct graph_node *)graph->shown.list[i];

		if (node->object && *first && node->ipc_ns != *first)
			return true;
		if (node->object)
			*first = node->ipc_ns;
	}
	return false;
}

/* Objects of a namespace are in a frame, where there are several. */
static void put_nodes(FILE *to, const struct graph *graph)
{
	struct graph_node *node, *other;
	size_t i, j;
	u32 ipc_ns;

	if (!has_several_namespaces(graph, &ipc_ns)) {
		for (i = 0; i < graph->shown.nr; i++)
			put_node(to, (struct graph_node *)graph->shown.list[i]);
		return;
	}
	for (i = 0; i < graph->shown.nr; i++) {
		node = (struct graph_node *)graph->shown.list[i];
		if (!node->object)
			put_node(to, node);
		for (j = 0; j < i; j++) {
			other = (struct graph_node *)graph->shown.list[j];
			if (other->object && other->ipc_ns == node->ipc_ns)
				break;
		}
		if (!node->object || j < i)
			continue;
		fprintf(to, "  subgraph cluster_%u {\n  label=\"IPC namespace %u\" color=\"#999999\" style=dotted\n",
			node->ipc_ns, node->ipc_ns);
		for (j = i; j < graph->shown.nr; j++) {
			other = (struct graph_node *)graph->shown.list[j];
			if (other->object && other->ipc_ns == node->ipc_ns)
				put_node(to, other);
		}
		fputs("  }\n", to);
	}
}

/**
 * graph_dot() - a graph as text
 * @graph: after graph_fold()
 * @len: out: bytes of it
 *
 * Return: the text, to be freed; NULL, with a message, when memory is short.
 */
char *graph_dot(const struct graph *graph, size_t *len)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, len);
	size_t i;

	if (!to) {
		warnx("no memory for a graph");
		return NULL;
	}
	fputs("digraph ipctrace {\n  graph [rankdir=LR fontname=\"sans-serif\" fontsize=12 labelloc=t labeljust=l label=\"",
	      to);
	put_text(to, graph->title);
	fputs("\\l", to);
	if (*graph->folded) {
		put_text(to, graph->folded);
		fputs("\\l", to);
	}
	fputs("\"];\n  node [fontname=\"sans-serif\" fontsize=11];\n  edge [fontname=\"sans-serif\" fontsize=9];\n",
	      to);
	put_nodes(to, graph);
	for (i = 0; i < graph->links.nr; i++) {
		const struct graph_edge *edge =
			(const struct graph_edge *)graph->links.list[i];

		if (edge->nr_calls >= graph->least)
			put_edge(to, edge);
	}
	fputs("}\n", to);
	if (fclose(to)) {
		warnx("no memory for a graph");
		free(text);
		return NULL;
	}
	return text;
}

/* ---- Pictures ------------------------------------------------------------------------- */

/**
 * struct graphviz - functions of Graphviz, as its headers declare them
 * @context: gvContext()
 * @read: agmemread()
 * @layout: gvLayout()
 * @render: gvRender()
 */
struct graphviz {
	void *(*context)(void);
	void *(*read)(const char *text);
	int (*layout)(void *context, void *graph, const char *engine);
	int (*render)(void *context, void *graph, const char *format, FILE *to);
};

static bool load(struct graphviz *graphviz)
{
	static const struct library library = {
		"libgvc.so.6", "libgvc6, or write .dot", "a picture",
	};
	const struct library_function functions[] = {
		{ "gvContext", (void **)&graphviz->context },
		{ "agmemread", (void **)&graphviz->read },
		{ "gvLayout", (void **)&graphviz->layout },
		{ "gvRender", (void **)&graphviz->render },
	};

	return library_load(&library, functions, ARRAY_SIZE(functions));
}

/* In the child: it is killed by SIGALRM when that takes too long. */
__attribute__((noreturn))
static void draw(const struct graphviz *graphviz, const char *dot, int fd,
		 const char *format, const char *engine, u64 layout_ns)
{
	const u64 us = layout_ns / 1000 ?: 1;
	const struct itimerval limit = {
		.it_value = { us / US_PER_S, us % US_PER_S },
	};
	void *context, *graph;
	FILE *to;

	/* What it complains of is not what was asked. */
	if (!freopen("/dev/null", "w", stderr))
		_exit(EXIT_FAILURE);
	setitimer(ITIMER_REAL, &limit, NULL);
	context = graphviz->context();
	graph = graphviz->read(dot);
	if (!context || !graph || graphviz->layout(context, graph, engine))
		_exit(EXIT_FAILURE);
	setitimer(ITIMER_REAL, &(struct itimerval){ }, NULL);
	to = fdopen(fd, "w");
	if (!to || graphviz->render(context, graph, format, to) || fclose(to))
		_exit(EXIT_FAILURE);
	_exit(EXIT_SUCCESS);
}

static int draw_by(const struct graphviz *graphviz, const char *dot, int fd,
		   const char *format, const char *engine, u64 layout_ns)
{
	int status = -1;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid)
		draw(graphviz, dot, fd, format, engine, layout_ns);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		warn("a child that draws");
	return status;
}

/**
 * graph_draw() - make a picture
 * @dot: from graph_dot()
 * @fd: where it goes
 * @format: svg or png
 * @layout_ns: finding places may take so long, then a simpler method does it
 *
 * Return: false, with a message, when there is none.
 */
bool graph_draw(const char *dot, int fd, const char *format, u64 layout_ns)
{
	struct graphviz graphviz;
	char text[32];
	int status;

	if (!load(&graphviz))
		return false;
	status = draw_by(&graphviz, dot, fd, format, "dot", layout_ns);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
		cell_duration(text, layout_ns);
		warnx("no places for all were found in %s (--layout): they are in the places of a simpler method",
		      text);
		status = draw_by(&graphviz, dot, fd, format, "sfdp",
				 60ULL * 1000000000);
	}
	if (!status)
		return true;
	warnx("Graphviz could not draw it%s; write .dot",
	      WIFSIGNALED(status) ? " in time" : "");
	return false;
}
