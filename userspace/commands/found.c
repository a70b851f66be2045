// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: found
 *
 * What ipctrace watch would find in a capture, as rows, for commands that read the
 * capture anyway: they pass on each record before the model takes it, and what the
 * model tells.
 */
#include <err.h>
#include <time.h>

#include "commands/evidence.h"
#include "commands/found.h"
#include "commands/watch_rules.h"
#include "watch/engine.h"
#include "watch/observe.h"

static void take(void *context, const struct finding *finding)
{
	struct found *found = context;
	struct value row[FINDING_COLUMNS];
	char time[EVIDENCE_TIME_BYTES], name[FINDING_NAME_BYTES];

	evidence_time(found->evidence, finding->last_ns, time);
	finding_row(finding, time, found->evidence->cgroups, row, name);
	found->take(found->context, row);
}

static void look(void *context, enum rule_on on, const struct ipctrace_header *record,
		 const struct facts *facts)
{
	struct found *found = context;

	engine_look(found->engine, on, record, facts);
}

static void tick(void *context, u64 now_ns)
{
	struct found *found = context;

	engine_time(found->engine, now_ns);
}

/**
 * found_begin() - read the rules
 * @found: out: found_free() is for it, whatever is returned
 * @evidence: the capture, which need not be open yet
 * @take: takes what is found
 * @context: the first argument of @take
 *
 * Of rules that cannot be read that is told, and the others are at work.
 *
 * Return: false, with a message, when memory is short.
 */
bool found_begin(struct found *found, const struct evidence *evidence,
		 found_take_t take, void *context)
{
	*found = (struct found){
		.evidence = evidence,
		.take = take,
		.context = context,
		.observer = observer_new(look, tick, found),
	};
	if (!found->observer)
		warnx("no memory for rules");
	found->failed = !found->observer;
	if (found->observer)
		watch_rules_read(&found->rules, NULL);
	return !found->failed;
}

static bool begin(struct found *found)
{
	const struct engine_setup setup = {
		.rules = &found->rules,
		.model = found->evidence->model,
		.cgroups = found->evidence->cgroups,
		.real_s = time(NULL),
		.found = take,
		.context = found,
	};

	found->engine = engine_new(&setup);
	found->failed = !found->engine;
	if (found->engine)
		observer_begin(found->observer, found->evidence->model, false);
	else
		warnx("no memory for rules");
	return found->engine;
}

/**
 * found_record() - look at a record, before the model takes it
 * @found: by these rules
 * @record: the record
 */
void found_record(struct found *found, const struct ipctrace_header *record)
{
	if (!found->failed && (found->engine || begin(found)))
		observer_record(found->observer, record);
}

/**
 * found_event() - look at what the model tells
 * @found: by these rules
 * @event: it
 */
void found_event(struct found *found, const struct model_event *event)
{
	if (found->engine)
		observer_event(found->observer, event);
}

/**
 * found_end() - there are no more records
 * @found: for these rules
 *
 * Return: false when memory was short, which has been told.
 */
bool found_end(struct found *found)
{
	if (found->engine) {
		observer_finish(found->observer);
		engine_finish(found->engine);
	}
	return !found->failed;
}

/**
 * found_free() - undo found_begin()
 * @found: what it has made, or all zero
 */
void found_free(struct found *found)
{
	engine_free(found->engine);
	observer_free(found->observer);
	rules_free(&found->rules);
}
