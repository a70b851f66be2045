/* SPDX-License-Identifier: GPL-2.0 */
/* What happened to objects, as lines; see life.c. */
#ifndef _IPCTRACE_LIFE_H
#define _IPCTRACE_LIFE_H

#include "commands/target.h"
#include "model/types.h"
#include "view/sink.h"

struct evidence;

#define LIFE_DETAIL_BYTES	256
#define LIFE_LINE_BYTES		512
#define LIFE_COLUMNS		13
#define LIFE_FIRST_RUNS	1024	/* are never left out */

/**
 * struct life_run - events that are alike, one after the other
 * @nr: how many
 * @kind: enum model_event_kind
 * @family: of the object
 * @id: its id
 * @ipc_ns: its namespace
 * @tgid: in whom; 0: in nobody
 * @comm: its name
 * @call: enum ipctrace_call_id, or none
 * @error: it failed with that
 * @first_ns: the first
 * @last_ns: the last
 * @detail: what else there is to say
 */
struct life_run {
	u64 nr;
	u8 kind;
	u8 family;
	s32 id;
	u32 ipc_ns;
	u32 tgid;
	char comm[17];
	u8 call;
	u32 error;
	u64 first_ns;
	u64 last_ns;
	char detail[LIFE_DETAIL_BYTES];
};

/**
 * struct life - what happened to some objects
 * @target: which objects
 * @run: what may still go on
 * @runs: all of them
 * @nr: how many
 * @left_out: runs after the first LIFE_FIRST_RUNS that there was no room for
 * @short_of_memory: some are not there
 */
struct life {
	struct target target;
	struct life_run run;
	struct life_run *runs;
	size_t nr;
	u64 left_out;
	bool short_of_memory;
};

extern const struct column life_columns[LIFE_COLUMNS];

void life_run_of(struct life_run *run, const struct model_event *event);
void life_take(void *life, const struct model_event *event);
void life_end(struct life *life);
void life_free(struct life *life);
const char *life_word(const struct life_run *run);
const char *life_line(const struct life_run *run, const struct evidence *evidence,
		      char *line);
void life_row(struct sink *sink, const struct life_run *run,
	      const struct evidence *evidence);

#endif /* _IPCTRACE_LIFE_H */
