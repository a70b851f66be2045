/* SPDX-License-Identifier: GPL-2.0 */
/* What the model knows as tables; see facts.c. */
#ifndef _IPCTRACE_FACTS_H
#define _IPCTRACE_FACTS_H

#include "shared/portable.h"
#include "view/sink.h"

struct cgroups;
struct model;

/**
 * enum facts_table - the tables that the model can fill
 * @FACTS_OBJECTS: objects, those that have gone, too
 * @FACTS_PROCESSES: processes
 * @FACTS_USES: which process did what with which object
 * @FACTS_ATTACHMENTS: segments in the memory of processes
 * @FACTS_HOLDS: semaphores that processes have taken and not given back
 * @FACTS_META: whose records these are, and of when
 */
enum facts_table {
	FACTS_OBJECTS,
	FACTS_PROCESSES,
	FACTS_USES,
	FACTS_ATTACHMENTS,
	FACTS_HOLDS,
	FACTS_META,
	__FACTS_MAX,
};

/**
 * struct facts_shape - what a table is like
 * @name: its name
 * @columns: its columns
 * @nr: how many
 */
struct facts_shape {
	const char *name;
	const struct column *columns;
	size_t nr;
};

/**
 * struct facts_text - something that is known of where records are from
 * @name: what
 * @text: it
 */
struct facts_text {
	const char *name;
	const char *text;
};

/**
 * struct facts - what the tables are made of
 * @model: all records
 * @cgroups: names of cgroups
 * @now_ns: until when it is known
 * @real_ns: what has to be added to times to have them since 1970, 0: not known
 * @texts: for FACTS_META
 * @nr_texts: how many
 * @nr_rules: how many rules were asked
 */
struct facts {
	const struct model *model;
	struct cgroups *cgroups;
	u64 now_ns;
	u64 real_ns;
	const struct facts_text *texts;
	size_t nr_texts;
	u32 nr_rules;
};

/* Takes a row; false: no more of them. */
typedef bool (*facts_take_t)(void *context, enum facts_table table,
			     const struct value *row);

extern const struct facts_shape facts_shapes[__FACTS_MAX];

bool facts_each(const struct facts *facts, enum facts_table table,
		facts_take_t take, void *context);

#endif /* _IPCTRACE_FACTS_H */
