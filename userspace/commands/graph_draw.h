/* SPDX-License-Identifier: GPL-2.0 */
/* A graph as text, and as a picture; see graph_draw.c. */
#ifndef _IPCTRACE_GRAPH_DRAW_H
#define _IPCTRACE_GRAPH_DRAW_H

#include "shared/portable.h"

struct graph;

char *graph_dot(const struct graph *graph, size_t *len);
bool graph_draw(const char *dot, int fd, const char *format, u64 layout_ns);

#endif /* _IPCTRACE_GRAPH_DRAW_H */
