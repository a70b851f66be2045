/* SPDX-License-Identifier: GPL-2.0 */
/* A model from inside, for userspace/model/ only. */
#ifndef _IPCTRACE_MODEL_STATE_H
#define _IPCTRACE_MODEL_STATE_H

#include <stdlib.h>

#include "model/types.h"

#define MODEL_NR_CPUS	1024	/* for others the last record is not kept */
#define MODEL_ASKED	256	/* namespaces, each time that the kernel is asked */

/**
 * struct model - the state of a machine
 * @sums: see there
 * @serial: of what was made last
 * @by_id: objects
 * @by_key: objects with a key
 * @by_tgid: processes
 * @uses: by object and process
 * @attachments: by process and address
 * @holds: by set, semaphore and process
 * @waits: by thread
 * @origins: by content
 * @objects: that are there
 * @gone: that have gone
 * @processes: all
 * @holes: in the order in which they were reported
 * @nr_holes: how many
 * @told_holes: how many there have been
 * @hole_until_ns: when the last of them ends
 * @cpu_ns: time of the last record of a CPU
 * @nr_taken: messages in object.taken, of all queues
 * @listener: whom to tell, or NULL
 * @context: for @listener
 * @ask_ns: since when the kernel has been asked; 0: it is not being asked
 * @asked: the namespaces that it was asked about
 * @nr_asked: how many
 * @limits: the limits of these namespaces
 * @nr_limits: how many
 */
struct model {
	struct model_sums sums;
	u64 serial;
	struct hash by_id;
	struct hash by_key;
	struct hash by_tgid;
	struct hash uses;
	struct hash attachments;
	struct hash holds;
	struct hash waits;
	struct hash origins;
	struct model_objects objects;
	struct model_objects gone;
	struct model_processes processes;
	struct model_hole *holes;
	size_t nr_holes;
	u64 told_holes;
	u64 hole_until_ns;
	u64 cpu_ns[MODEL_NR_CPUS];
	u64 nr_taken;
	model_listener_t listener;
	void *context;
	u64 ask_ns;
	u32 asked[MODEL_ASKED];
	u32 nr_asked;
	struct model_limits *limits;
	u32 nr_limits;
};

/* What malloc() takes for itself */
#define MODEL_OVERHEAD	16

static inline void *model_alloc(struct model *model, size_t bytes)
{
	void *memory = calloc(1, bytes);

	if (memory)
		model->sums.bytes += bytes + MODEL_OVERHEAD;
	else
		model->sums.short_of_memory = true;
	return memory;
}

static inline void model_release(struct model *model, void *memory, size_t bytes)
{
	if (!memory)
		return;
	model->sums.bytes -= bytes + MODEL_OVERHEAD;
	free(memory);
}

/* When a call began; for other records, when it happened */
static inline u64 model_begin_ns(const struct ipctrace_call *record)
{
	return record->header.time_ns - min_t(u64, record->duration_ns,
					      record->header.time_ns);
}

static inline bool model_failed(const struct ipctrace_call *record)
{
	return record->ret < 0 && record->ret >= -4095;
}

/* Tell the listener, if any, what has happened. */
static inline void model_tell(const struct model *model,
			      const struct model_event *event)
{
	if (model->listener)
		model->listener(model->context, event);
}

#endif /* _IPCTRACE_MODEL_STATE_H */
