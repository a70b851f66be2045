/* SPDX-License-Identifier: GPL-2.0 */
/* Findings, from rules and what they look at; see engine.c. */
#ifndef _IPCTRACE_WATCH_ENGINE_H
#define _IPCTRACE_WATCH_ENGINE_H

#include <ipctrace/ipctrace.h>

#include "fields/facts.h"
#include "watch/rules.h"

struct cgroups;
struct engine;
struct model;

#define FINDING_MESSAGE_BYTES	1024
#define FINDING_GROUP_BYTES	512

/* Groups of one rule that are counted at the same time */
#define ENGINE_MAX_GROUPS	1024

/**
 * struct finding - that a rule has found something, in a window, of a group
 * @rule: which
 * @first_ns: time of what was counted first
 * @last_ns: and last
 * @count: so much was; with rule.distinct so many different
 * @more: it was told of before, with a lower count
 * @suppressed: not counted here, for an exception
 * @incomplete: why there may be more to it, or NULL
 * @message: the rule's, filled in
 * @group: the fields that it was counted apart by, as "name=value name=value"
 * @record: the last record, header.len bytes of it
 */
struct finding {
	const struct rule *rule;
	u64 first_ns;
	u64 last_ns;
	u64 count;
	bool more;
	u64 suppressed;
	const char *incomplete;
	const char *message;
	const char *group;
	const struct ipctrace_header *record;
};

typedef void (*engine_found_t)(void *context, const struct finding *finding);

/**
 * struct engine_setup - what an engine works with
 * @rules: they stay the caller's; conditions are used
 * @model: asked for holes, or NULL
 * @cgroups: names of cgroups, or NULL
 * @now: findings are told as soon as they are ones, and again at the end of their
 *	window if there was more; else once, at the end
 * @real_s: seconds since 1970, for exceptions that expire
 * @found: told of each finding
 * @context: for @found
 */
struct engine_setup {
	struct rules *rules;
	const struct model *model;
	struct cgroups *cgroups;
	bool now;
	s64 real_s;
	engine_found_t found;
	void *context;
};

/**
 * struct engine_sums - what an engine has done
 * @findings: told, each once
 * @suppressed: not counted, for exceptions
 * @folded: groups that were dropped, as there were too many at once
 */
struct engine_sums {
	u64 findings;
	u64 suppressed;
	u64 folded;
};

struct engine *engine_new(const struct engine_setup *setup);
void engine_look(struct engine *engine, enum rule_on on,
		 const struct ipctrace_header *record, const struct facts *facts);
void engine_time(struct engine *engine, u64 now_ns);
void engine_finish(struct engine *engine);
const struct engine_sums *engine_sums(const struct engine *engine);
void engine_free(struct engine *engine);
size_t engine_field_text(const struct field *field,
			 const struct ipctrace_header *record,
			 const struct facts *facts, struct cgroups *cgroups,
			 char *to, size_t size);

#endif /* _IPCTRACE_WATCH_ENGINE_H */
