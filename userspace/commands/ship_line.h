/* SPDX-License-Identifier: GPL-2.0 */
/* Lines to be sent; see ship_line.c. */
#ifndef _IPCTRACE_SHIP_LINE_H
#define _IPCTRACE_SHIP_LINE_H

#include <ipctrace/ipctrace.h>

#include "commands/ship_position.h"

struct evidence;
struct finding;
struct model_event;
struct ship_lines;

#define SHIP_SCHEMA		1	/* of a line */
#define SHIP_HOST_BYTES		72
#define SHIP_HOST_LETTERS	\
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

struct ship_lines *ship_lines_new(const struct evidence *evidence, const char *host,
				  bool here);
void ship_lines_begin(struct ship_lines *lines);
const char *ship_lines_host(struct ship_lines *lines);
const char *ship_line_record(struct ship_lines *lines,
			     const struct ipctrace_header *record,
			     const struct ship_position *position, size_t *len);
const char *ship_line_finding(struct ship_lines *lines, const struct finding *finding,
			      size_t *len);
const char *ship_line_change(struct ship_lines *lines, const struct model_event *event,
			     const struct ship_position *position, size_t *len);
const char *ship_line_hole(struct ship_lines *lines, const struct model_event *event,
			   size_t *len);
const char *ship_line_unseen(struct ship_lines *lines, u32 cpu, u64 from_ns,
			     u64 until_ns, size_t *len);
const char *ship_line_clock(struct ship_lines *lines, s64 by_ns, size_t *len);
const char *ship_line_dropped(struct ship_lines *lines, const char *spool, u64 count,
			      u64 total, size_t *len);
void ship_lines_free(struct ship_lines *lines);
void ship_boot(char *boot, size_t size);

#endif /* _IPCTRACE_SHIP_LINE_H */
