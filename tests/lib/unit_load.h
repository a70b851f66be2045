/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Captures of a made-up load, from a seed: streams of calls that come at random, each
 * with its caller, its object and its durations.
 */
#ifndef _UNIT_LOAD_H
#define _UNIT_LOAD_H

#include <ipctrace/ipctrace.h>

#include "shared/portable.h"

/**
 * struct unit_stream - calls of a kind
 * @call: enum ipctrace_call_id
 * @comm: who makes them
 * @pid: the same
 * @uid: and as whom
 * @id: of the object
 * @key: likewise
 * @rate: so many a second
 * @median_ns: of their durations
 * @spread: natural logarithm of a common factor between two durations
 * @percent: of them fail
 * @error: with that
 */
struct unit_stream {
	u8 call;
	const char *comm;
	u32 pid;
	u32 uid;
	s32 id;
	s32 key;
	double rate;
	double median_ns;
	double spread;
	u32 percent;
	s32 error;
};

/**
 * struct unit_load - what comes next
 * @seed: decides it
 * @time_ns: when the last one ended
 * @settled_ns: what was marked last as complete
 * @streams: what there is
 * @nr: how many
 * @seen: told of each record, or NULL
 * @context: for @seen
 */
struct unit_load {
	u64 seed;
	u64 time_ns;
	u64 settled_ns;
	const struct unit_stream *streams;
	u32 nr;
	void (*seen)(void *context, const struct ipctrace_call *call);
	void *context;
};

struct blocks_writer;

bool unit_load_begin(struct blocks_writer *writer, const char *name, u64 start_ns);
void unit_load_run(struct unit_load *load, struct blocks_writer *writer,
		   u64 until_ns);
void unit_load_put(struct blocks_writer *writer, const void *record);
bool unit_load_end(struct blocks_writer *writer, u64 end_ns);
u64 unit_load_random(struct unit_load *load);

#endif /* _UNIT_LOAD_H */
