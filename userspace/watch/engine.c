// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: watch_engine
 *
 * What rules look at comes in as records with facts. A rule whose condition holds
 * counts it, apart for each group; the first of a group opens a window, and when there
 * is enough in it there is one finding, however much more follows in that window.
 *
 * Who makes the records may want us to run out of memory, or to overlook something: a
 * rule has room for ENGINE_MAX_GROUPS groups. When there are more, the one that was
 * opened first is closed before its time, told of if it was enough, and counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/random.h>

#include "base/hash.h"
#include "base/utf8.h"
#include "fields/values.h"
#include "model/model.h"
#include "shared/syscalls.h"
#include "watch/engine.h"

#define VALUE_BYTES	128	/* of a value in a message or a group */

/**
 * struct group - what a rule counts together
 * @link: by what its fields are
 * @other: another number of the same
 * @open: groups of the rule, the oldest window first
 * @text: its fields
 * @first_ns: begin of the window
 * @last_ns: what was counted last
 * @since_ns: the earliest record that counts for it
 * @count: so much
 * @told: a finding was told, with this count; 0: none
 * @suppressed: not counted
 * @nr_distinct: number of @distinct
 * @distinct: hashes of what there was, or NULL
 * @message: filled in from the last record
 * @record: the last record, or NULL
 */
struct group {
	struct hash_link link;
	TAILQ_ENTRY(group) open;
	u64 other;
	u64 first_ns;
	u64 last_ns;
	u64 since_ns;
	u64 count;
	u64 told;
	u64 suppressed;
	u32 nr_distinct;
	u32 room_distinct;
	u64 *distinct;
	char *message;
	struct ipctrace_header *record;
	char text[];
};

TAILQ_HEAD(groups_open, group);

/**
 * struct counting - a rule at work
 * @rule: the rule
 * @facts: bits of enum fact that its condition needs
 * @groups: by what their fields are
 * @open: the same, by time
 */
struct counting {
	struct rule *rule;
	u64 facts;
	struct hash groups;
	struct groups_open open;
};

/**
 * struct engine - all rules at work
 * @setup: what it works with
 * @sums: what it has done
 * @nr: of each kind of rule, how many
 * @by_on: and which
 * @by_call: of those that look at records, those that can hold for a call, one that
 *	has failed and one that has not
 * @nr_by_call: and how many
 * @counting: all
 * @seed: of identities
 * @decoded: room for a record
 */
struct engine {
	struct engine_setup setup;
	struct engine_sums sums;
	u32 nr[NR_RULE_ONS];
	struct counting *by_on[NR_RULE_ONS][RULES_MAX];
	struct counting *by_call[IPCTRACE_NR_CALLS][2][RULES_MAX];
	u32 nr_by_call[IPCTRACE_NR_CALLS][2];
	struct counting counting[RULES_MAX];
	u64 seed;
	struct decoded *decoded;
};

/* ---- Values as text ------------------------------------------------------------- */

/* A place that is filled; what does not fit is left out. */
struct filling {
	const struct field *field;
	char *to;
	size_t size;
	size_t used;
};

/* Names are what their owners want them to be: nothing that a terminal obeys. */
static void put_text(struct filling *filling, const char *text, size_t len)
{
	size_t bytes, i;
	u32 c;

	for (; len; text += bytes, len -= bytes) {
		bytes = utf8_next(text, len, &c);
		if (filling->used + (bytes ?: 1) >= filling->size)
			return;
		if (!bytes || utf8_is_control(c)) {
			filling->to[filling->used++] = '?';
			bytes = bytes ?: 1;
			continue;
		}
		for (i = 0; i < bytes; i++)
			filling->to[filling->used++] = text[i];
	}
}

static void put_ns(char *buf, size_t size, u64 ns)
{
	if (ns >= 120000000000ULL)
		snprintf(buf, size, "%llu min", (unsigned long long)(ns / 60000000000ULL));
	else if (ns >= 1000000000ULL)
		snprintf(buf, size, "%llu.%llu s", (unsigned long long)(ns / 1000000000ULL),
			 (unsigned long long)(ns / 100000000ULL % 10));
	else if (ns >= 1000000ULL)
		snprintf(buf, size, "%llu ms", (unsigned long long)(ns / 1000000ULL));
	else
		snprintf(buf, size, "%llu us", (unsigned long long)(ns / 1000ULL));
}

static void put_number(struct filling *filling, const struct field_value *value)
{
	const struct field *field = filling->field;
	const char *name = NULL;
	char buf[64];

	if (field->meaning == FIELD_ERRNO)
		name = ipct_errno_name(value->number, NULL);
	if (name)
		snprintf(buf, sizeof(buf), "%s", name);
	else if (field->format == SCHEMA_KEY)
		snprintf(buf, sizeof(buf), "0x%08x", (u32)value->number);
	else if (field->format == SCHEMA_MODE)
		snprintf(buf, sizeof(buf), "0%llo", (unsigned long long)value->number);
	else if (field->format == SCHEMA_NS)
		put_ns(buf, sizeof(buf), value->number);
	else if (value->negative)
		snprintf(buf, sizeof(buf), "%lld", (long long)value->number);
	else
		snprintf(buf, sizeof(buf), "%llu", (unsigned long long)value->number);
	put_text(filling, buf, strlen(buf));
}

static bool put_value(void *context, const struct field_value *value)
{
	struct filling *filling = context;

	switch ((enum field_type)value->type) {
	case FIELD_TEXT:
		put_text(filling, value->text, value->len);
		return true;
	case FIELD_NUMBER:
		put_number(filling, value);
		return true;
	case FIELD_TRUTH:
		put_text(filling, value->number ? "true" : "false",
			 value->number ? 4 : 5);
		return true;
	case FIELD_GROUP:
	case FIELD_NOTHING:
		break;
	}
	return false;
}

/* Ends @source's room for values that was made for another record. */
static bool begin_source(struct field_source *source,
			 const struct ipctrace_header *record,
			 const struct facts *facts, struct cgroups *cgroups,
			 struct decoded *decoded)
{
	if (!field_source_begin(source, record, cgroups, decoded))
		return false;
	source->facts = facts;
	return true;
}

/**
 * engine_field_text() - a field of a record, for people
 * @field: the field
 * @record: the record
 * @facts: what is known besides, or NULL
 * @cgroups: names of cgroups, or NULL
 * @to: out: terminated; "-" where there is none
 * @size: room there, at least 2
 *
 * Return: bytes of it.
 */
size_t engine_field_text(const struct field *field,
			 const struct ipctrace_header *record,
			 const struct facts *facts, struct cgroups *cgroups,
			 char *to, size_t size)
{
	struct filling filling = { .field = field, .to = to, .size = size };
	static struct decoded decoded;
	struct field_source source;

	if (!begin_source(&source, record, facts, cgroups, &decoded) ||
	    !field_each(&source, field, put_value, &filling))
		put_text(&filling, "-", 1);
	to[filling.used] = '\0';
	return filling.used;
}

/* ---- Messages -------------------------------------------------------------------- */

/* "{count}" is put in when it is known. */
static void fill_message(struct engine *engine, const struct rule *rule,
			 const struct ipctrace_header *record,
			 const struct facts *facts, char *to)
{
	const struct field *field = rule->in_message;
	char value[VALUE_BYTES];
	size_t at = 0, len, done = 0, used = 0;

	while (rules_message_field(rule->message, &at, &len)) {
		used += snprintf(to + used, FINDING_MESSAGE_BYTES - used, "%.*s",
				 (int)(at - 1 - done), rule->message + done);
		done = at + len + 1;
		if (*field->path)
			engine_field_text(field, record, facts,
					  engine->setup.cgroups, value,
					  sizeof(value));
		else
			snprintf(value, sizeof(value), "{count}");
		field++;
		if (used >= FINDING_MESSAGE_BYTES)
			return;
		used += snprintf(to + used, FINDING_MESSAGE_BYTES - used, "%s", value);
		if (used >= FINDING_MESSAGE_BYTES)
			return;
		at += len;
	}
	snprintf(to + used, FINDING_MESSAGE_BYTES - used, "%s", rule->message + done);
}

/* ---- Findings ---------------------------------------------------------------------- */

static const char *hole_in(const struct engine *engine, const struct group *group)
{
	const struct model_hole *hole = NULL;

	if (engine->setup.model)
		hole = model_hole(engine->setup.model, group->since_ns,
				  group->last_ns);
	return hole ? model_hole_text(hole->cause) : NULL;
}

static void tell(struct engine *engine, struct counting *counting,
		 struct group *group)
{
	const char *at = group->message ? strstr(group->message, "{count}") : NULL;
	char message[FINDING_MESSAGE_BYTES];
	const struct finding finding = {
		.rule = counting->rule,
		.first_ns = group->first_ns,
		.last_ns = group->last_ns,
		.count = group->count,
		.more = group->told,
		.suppressed = group->suppressed,
		.incomplete = counting->rule->on == RULE_ON_HOLE ? NULL :
			      hole_in(engine, group),
		.message = message,
		.group = group->text,
		.record = group->record,
	};

	/* Memory was short. */
	if (!group->message || !group->record)
		return;
	if (at)
		snprintf(message, sizeof(message), "%.*s%llu%s",
			 (int)(at - group->message), group->message,
			 (unsigned long long)group->count, at + 7);
	else
		snprintf(message, sizeof(message), "%s", group->message);
	if (!group->told)
		engine->sums.findings++;
	group->told = group->count;
	engine->setup.found(engine->setup.context, &finding);
}

static bool is_enough(const struct counting *counting, const struct group *group)
{
	return group->count && group->count >= counting->rule->threshold;
}

static void group_free(struct counting *counting, struct group *group)
{
	hash_remove(&counting->groups, &group->link);
	TAILQ_REMOVE(&counting->open, group, open);
	free(group->distinct);
	free(group->message);
	free(group->record);
	free(group);
}

static void group_close(struct engine *engine, struct counting *counting,
			struct group *group)
{
	if (is_enough(counting, group) && group->count > group->told)
		tell(engine, counting, group);
	group_free(counting, group);
}

/* ---- Counting ------------------------------------------------------------------------ */

/* What fields are in a record, as two numbers: nobody knows @seed, so nobody can make
 * two groups one.
 */
struct identity {
	u64 a;
	u64 b;
};

static void identity_add(struct identity *identity, u64 word)
{
	identity->a = hash_mix(identity->a, word);
	identity->b = hash_mix(identity->b ^ word, identity->a);
}

static bool add_value(void *context, const struct field_value *value)
{
	struct identity *identity = context;
	const char *text = value->text;
	size_t len = value->len;
	u64 word;

	identity_add(identity, value->type);
	if (value->type != FIELD_TEXT) {
		identity_add(identity, value->number);
		return true;
	}
	for (; len; text += min_t(size_t, len, 8), len -= min_t(size_t, len, 8)) {
		word = 0;
		memcpy(&word, text, min_t(size_t, len, 8));
		identity_add(identity, word);
	}
	return true;
}

static struct identity identity_of(const struct engine *engine,
				   const struct rule_fields *fields,
				   const struct ipctrace_header *record,
				   const struct facts *facts)
{
	struct identity identity = { engine->seed, ~engine->seed };
	struct field_source source;
	u32 i;

	if (!begin_source(&source, record, facts, engine->setup.cgroups,
			  engine->decoded))
		return identity;
	for (i = 0; i < fields->nr; i++)
		if (!field_each(&source, &fields->fields[i], add_value, &identity))
			identity_add(&identity, ~0ULL);
	return identity;
}

/* "name=value name=value"; returns its length. */
static size_t fields_text(struct engine *engine, const struct rule_fields *fields,
			  const struct ipctrace_header *record,
			  const struct facts *facts, char *to, size_t size)
{
	size_t used = 0;
	u32 i;

	*to = '\0';
	for (i = 0; i < fields->nr && used + VALUE_BYTES < size; i++) {
		used += snprintf(to + used, size - used, "%s%s=", i ? " " : "",
				 fields->fields[i].path);
		used += engine_field_text(&fields->fields[i], record, facts,
					  engine->setup.cgroups, to + used,
					  min_t(size_t, size - used, VALUE_BYTES));
	}
	return used;
}

static struct group *group_find(struct counting *counting,
				const struct identity *identity)
{
	struct hash_link *link = hash_first(&counting->groups, identity->a);

	for (; link; link = hash_next(link))
		if (((struct group *)link)->other == identity->b)
			return (struct group *)link;
	return NULL;
}

static struct group *group_get(struct engine *engine, struct counting *counting,
			       const struct ipctrace_header *record,
			       const struct facts *facts)
{
	struct identity identity = identity_of(engine, &counting->rule->group_by,
					       record, facts);
	struct group *group = group_find(counting, &identity);
	char text[FINDING_GROUP_BYTES + RULE_MAX_FIELDS * VALUE_BYTES];
	size_t len;

	if (group && record->time_ns > group->first_ns + counting->rule->window_ns) {
		group_close(engine, counting, group);
		group = NULL;
	}
	if (group)
		return group;
	if (counting->groups.nr >= ENGINE_MAX_GROUPS) {
		group_close(engine, counting, TAILQ_FIRST(&counting->open));
		engine->sums.folded++;
	}
	len = fields_text(engine, &counting->rule->group_by, record, facts, text,
			  sizeof(text));
	group = calloc(1, sizeof(*group) + len + 1);
	if (!group || !hash_add(&counting->groups, &group->link, identity.a)) {
		free(group);
		return NULL;
	}
	group->other = identity.b;
	memcpy(group->text, text, len + 1);
	group->first_ns = record->time_ns;
	group->since_ns = record->time_ns;
	TAILQ_INSERT_TAIL(&counting->open, group, open);
	return group;
}

/* Is it another one than those before? As many are told apart as can matter. */
static bool is_distinct(struct engine *engine, const struct rule *rule,
			struct group *group, const struct ipctrace_header *record,
			const struct facts *facts)
{
	u64 hash = identity_of(engine, &rule->distinct, record, facts).a;
	u32 i, room;
	u64 *grown;

	for (i = 0; i < group->nr_distinct; i++)
		if (group->distinct[i] == hash)
			return false;
	if (group->nr_distinct == RULE_MAX_DISTINCT)
		return false;
	if (group->nr_distinct == group->room_distinct) {
		room = group->room_distinct ? 2 * group->room_distinct : 8;
		grown = reallocarray(group->distinct, room, sizeof(*grown));
		if (!grown)
			return false;
		group->distinct = grown;
		group->room_distinct = room;
	}
	group->distinct[group->nr_distinct++] = hash;
	return true;
}

static void keep(struct engine *engine, const struct rule *rule,
		 struct group *group, const struct ipctrace_header *record,
		 const struct facts *facts)
{
	struct ipctrace_header *copy = realloc(group->record, record->len);

	if (!group->message)
		group->message = malloc(FINDING_MESSAGE_BYTES);
	if (group->message)
		fill_message(engine, rule, record, facts, group->message);
	if (copy) {
		memcpy(copy, record, record->len);
		group->record = copy;
	}
}

static struct rule_exception *exception_of(struct engine *engine, struct rule *rule,
					   const struct ipctrace_header *record,
					   const struct facts *facts)
{
	struct rule_exception *exception;
	u32 i;

	for (i = 0; i < rule->nr_exceptions; i++) {
		exception = &rule->exceptions[i];
		if (exception->expires_s &&
		    engine->setup.real_s >= exception->expires_s)
			continue;
		exception->ask->facts = facts;
		if (ask_holds(exception->ask, record))
			return exception;
	}
	return NULL;
}

static void count(struct engine *engine, struct counting *counting,
		  const struct ipctrace_header *record, const struct facts *facts)
{
	struct rule *rule = counting->rule;
	struct rule_exception *exception =
		exception_of(engine, rule, record, facts);
	struct group *group;

	if (exception) {
		exception->suppressed++;
		engine->sums.suppressed++;
		return;
	}
	group = group_get(engine, counting, record, facts);
	if (!group)
		return;
	group->last_ns = record->time_ns;
	if (facts->since_ns && facts->since_ns < group->since_ns)
		group->since_ns = facts->since_ns;
	if (rule->distinct.nr &&
	    !is_distinct(engine, rule, group, record, facts))
		return;
	group->count++;
	/* What is said is of the one that makes it enough; that costs more than all else. */
	if (group->count == rule->threshold || (rule->threshold && !group->message &&
						group->count > rule->threshold))
		keep(engine, rule, group, record, facts);
	if (engine->setup.now && !group->told && is_enough(counting, group) &&
	    group->message)
		tell(engine, counting, group);
}

/**
 * engine_look() - let all rules of a kind look at something
 * @engine: the engine
 * @on: what it is
 * @record: of it
 * @facts: what is known besides
 */
void engine_look(struct engine *engine, enum rule_on on,
		 const struct ipctrace_header *record, const struct facts *facts)
{
	const struct ipctrace_call *call = (const void *)record;
	struct counting *const *which = engine->by_on[on];
	u32 nr = engine->nr[on], i;
	bool failed;

	if (on == RULE_ON_RECORD && record->type == IPCTRACE_TYPE_CALL &&
	    record->call < IPCTRACE_NR_CALLS) {
		failed = call->ret < 0 && call->ret >= -4095;
		which = engine->by_call[record->call][failed];
		nr = engine->nr_by_call[record->call][failed];
	}
	for (i = 0; i < nr; i++) {
		struct ask *ask = which[i]->rule->condition;

		if (which[i]->facts & ~facts->known)
			continue;
		ask->facts = facts;
		if (ask_holds(ask, record))
			count(engine, which[i], record, facts);
	}
}

/* Most rules are about few calls, or about such that failed. */
static void sort_by_call(struct engine *engine, struct counting *counting)
{
	const struct ask *ask = counting->rule->condition;
	u64 calls = ask_calls(ask);
	u32 call, failed;

	for (call = 0; call < IPCTRACE_NR_CALLS; call++)
		for (failed = ask_only_failed(ask); failed < 2; failed++)
			if (calls & 1ULL << call)
				engine->by_call[call][failed][engine->nr_by_call[call][failed]++] =
					counting;
}

/**
 * engine_time() - close windows that have ended
 * @engine: the engine
 * @now_ns: the time, as records have it
 */
void engine_time(struct engine *engine, u64 now_ns)
{
	struct counting *counting;
	struct group *group;
	u32 i;

	for (i = 0; i < engine->setup.rules->nr; i++) {
		counting = &engine->counting[i];
		while ((group = TAILQ_FIRST(&counting->open)) &&
		       now_ns > group->first_ns + counting->rule->window_ns)
			group_close(engine, counting, group);
	}
}

/**
 * engine_finish() - close all windows
 * @engine: the engine
 */
void engine_finish(struct engine *engine)
{
	struct group *group;
	u32 i;

	for (i = 0; i < engine->setup.rules->nr; i++)
		while ((group = TAILQ_FIRST(&engine->counting[i].open)))
			group_close(engine, &engine->counting[i], group);
}

/**
 * engine_sums() - what it has done so far
 * @engine: the engine
 */
const struct engine_sums *engine_sums(const struct engine *engine)
{
	return &engine->sums;
}

/**
 * engine_new() - set rules to work
 * @setup: what it works with; copied
 *
 * Return: the engine, or NULL when memory is short.
 */
struct engine *engine_new(const struct engine_setup *setup)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	struct counting *counting;
	struct rule *rule;
	u32 i, j;

	if (!engine)
		return NULL;
	engine->setup = *setup;
	engine->decoded = calloc(1, sizeof(*engine->decoded));
	if (!engine->decoded ||
	    getrandom(&engine->seed, sizeof(engine->seed), 0) < 0) {
		free(engine->decoded);
		free(engine);
		return NULL;
	}
	for (i = 0; i < setup->rules->nr; i++) {
		rule = setup->rules->rules[i];
		rule->condition->cgroups = setup->cgroups;
		for (j = 0; j < rule->nr_exceptions; j++)
			rule->exceptions[j].ask->cgroups = setup->cgroups;
		counting = &engine->counting[i];
		counting->rule = rule;
		counting->facts = ask_facts(rule->condition);
		TAILQ_INIT(&counting->open);
		engine->by_on[rule->on][engine->nr[rule->on]++] = counting;
		if (rule->on == RULE_ON_RECORD)
			sort_by_call(engine, counting);
	}
	return engine;
}

/**
 * engine_free() - undo engine_new()
 * @engine: the engine, or NULL; what it was about to tell is dropped
 */
void engine_free(struct engine *engine)
{
	struct group *group;
	u32 i;

	if (!engine)
		return;
	for (i = 0; i < engine->setup.rules->nr; i++) {
		while ((group = TAILQ_FIRST(&engine->counting[i].open)))
			group_free(&engine->counting[i], group);
		hash_free(&engine->counting[i].groups);
	}
	free(engine->decoded);
	free(engine);
}
