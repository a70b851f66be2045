/* SPDX-License-Identifier: GPL-2.0 */
/* Processes and objects, and what is between them, to be drawn; see graph_fold.c. */
#ifndef _IPCTRACE_GRAPH_FOLD_H
#define _IPCTRACE_GRAPH_FOLD_H

#include <ipctrace/ipctrace.h>

#include "count/groups.h"
#include "shared/portable.h"

#define GRAPH_MOST_NODES	200	/* in a picture */
#define GRAPH_MOST_EDGES	600

#define GRAPH_NAME_BYTES	64

/**
 * struct graph_node - a process or an object, or several that are drawn as one
 * @group: by what it is
 * @object: it is an object
 * @family: of it
 * @gone: it has gone
 * @left: enum left
 * @id: its id; of a process, its number
 * @key: its key
 * @ipc_ns: its namespace
 * @index: its number in the picture
 * @nr: so many are drawn as this one
 * @calls: calls of it, or on it
 * @level: what is held or queued in it, for people; "" nothing
 * @name: of a process; of an object, of who made it
 * @shown: what it is drawn as
 */
struct graph_node {
	struct group group;
	bool object;
	u8 family;
	bool gone;
	u8 left;
	s32 id;
	s32 key;
	u32 ipc_ns;
	u32 index;
	u32 nr;
	u64 calls;
	char level[GRAPH_NAME_BYTES];
	char name[GRAPH_NAME_BYTES];
	struct graph_node *shown;
};

/**
 * struct graph_edge - what a process did with an object; or several with several
 * @group: by both ends, and @back
 * @process: who
 * @object: with what
 * @back: it received from it; else anything else
 * @calls: finished calls, by enum ipctrace_call_id
 * @nr_calls: all of them
 * @errors: of these, failed ones
 * @bytes: sent, or received
 * @took_ns: how long calls took, all together
 * @took_max_ns: the longest
 * @nr_delays: messages whose time in the queue is known
 * @delay_ns: that time of all
 * @delay_max_ns: of the one that was there for longest
 * @made: it made it
 * @removed: it called IPC_RMID
 * @attached: so often it has it attached, in the end
 * @holds: so many semaphores it holds, in the end
 * @hold: the first of these
 * @waits: so many threads wait, in the end
 * @waits_ns: the longest so far
 */
struct graph_edge {
	struct group group;
	struct graph_node *process;
	struct graph_node *object;
	bool back;
	u64 calls[IPCTRACE_NR_CALLS];
	u64 nr_calls;
	u64 errors;
	u64 bytes;
	u64 took_ns;
	u64 took_max_ns;
	u64 nr_delays;
	u64 delay_ns;
	u64 delay_max_ns;
	bool made;
	bool removed;
	u32 attached;
	u32 holds;
	u32 hold;
	u32 waits;
	u64 waits_ns;
};

/**
 * struct graph - all of it
 * @nodes: struct graph_node, each by itself
 * @edges: struct graph_edge, between these
 * @shown: as they are drawn
 * @links: between @shown
 * @least: calls of a link, for it to be drawn
 * @title: of the picture
 * @folded: what was drawn as one, or left out, for people; "": nothing
 */
struct graph {
	struct groups nodes;
	struct groups edges;
	struct groups shown;
	struct groups links;
	u64 least;
	char title[512];
	char folded[1024];
};

bool graph_init(struct graph *graph);
struct graph_node *graph_node(struct graph *graph, bool object, u64 serial);
struct graph_edge *graph_edge(struct graph *graph, struct graph_node *process,
			      struct graph_node *object, bool back);
void graph_fold(struct graph *graph);
void graph_free(struct graph *graph);

#endif /* _IPCTRACE_GRAPH_FOLD_H */
