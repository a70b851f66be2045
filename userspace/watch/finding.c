// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: watch_finding
 *
 * A finding as a row of a table, for all that have such tables.
 */
#include <string.h>

#include "shared/syscalls.h"
#include "watch/engine.h"
#include "watch/finding.h"

/*
 * finding_columns - what is told of a finding
 */
const struct column finding_columns[FINDING_COLUMNS] = {
	{ .name = "rule", .type = VALUE_STRING, .what = "id of the rule" },
	{ .name = "version", .type = VALUE_UNSIGNED, .what = "of the rule" },
	{ .name = "severity", .type = VALUE_STRING, .what = "low, medium or high" },
	{ .name = "message", .type = VALUE_STRING, .what = "what was found" },
	{ .name = "count", .type = VALUE_UNSIGNED,
	  .what = "so often, or so many different, in its window" },
	{ .name = "more", .type = VALUE_BOOL,
	  .what = "it was told of before, when its count was lower" },
	{ .name = "first_ns", .type = VALUE_UNSIGNED,
	  .what = "CLOCK_MONOTONIC of the first" },
	{ .name = "last_ns", .type = VALUE_UNSIGNED, .what = "and of the last" },
	{ .name = "time", .type = VALUE_STRING, .what = "of the last, time of day" },
	{ .name = "group", .type = VALUE_STRING,
	  .what = "fields that it was counted apart by, as name=value" },
	{ .name = "pid", .type = VALUE_UNSIGNED, .nullable = true,
	  .what = "process that it is about" },
	{ .name = "comm", .type = VALUE_STRING, .nullable = true, .what = "its name" },
	{ .name = "uid", .type = VALUE_UNSIGNED, .nullable = true,
	  .what = "its real user" },
	{ .name = "kind", .type = VALUE_STRING, .nullable = true,
	  .what = "object that it is about: msg, sem or shm" },
	{ .name = "id", .type = VALUE_SIGNED, .nullable = true, .what = "its id" },
	{ .name = "key", .type = VALUE_SIGNED, .nullable = true, .what = "its key" },
	{ .name = "incomplete", .type = VALUE_STRING, .nullable = true,
	  .what = "why there may be more to it, or null" },
	{ .name = "do", .type = VALUE_STRING, .what = "what to do" },
};

static struct value text_value(const char *text)
{
	return (struct value){
		.type = text && *text ? VALUE_STRING : VALUE_NULL,
		.string = text,
	};
}

static struct value number_or_null(enum value_type type, s64 number, bool known)
{
	return (struct value){
		.type = known ? type : VALUE_NULL,
		.number = number,
	};
}

/* Made harmless as all texts of findings are */
static const char *name_of(const struct finding *finding, struct cgroups *cgroups,
			   char name[FINDING_NAME_BYTES])
{
	struct field field;

	if (!field_find(&field, "comm", strlen("comm")))
		return NULL;
	engine_field_text(&field, finding->record, NULL, cgroups, name,
			  FINDING_NAME_BYTES);
	return name;
}

/**
 * finding_row() - what is told of a finding
 * @finding: it
 * @time: of the last record, for people
 * @cgroups: names of cgroups, or NULL
 * @values: out: a value for each of finding_columns; they are of @finding, @time and
 *	@name
 * @name: room for one
 */
void finding_row(const struct finding *finding, const char *time,
		 struct cgroups *cgroups, struct value values[FINDING_COLUMNS],
		 char name[FINDING_NAME_BYTES])
{
	const struct ipctrace_call *call = (const void *)finding->record;
	const struct rule *rule = finding->rule;
	bool caller = call->header.type != IPCTRACE_TYPE_LOST;
	bool object = caller && call->header.flags & IPCTRACE_F_OBJECT;
	const struct value row[] = {
		text_value(rule->id),
		number_or_null(VALUE_UNSIGNED, rule->version, true),
		text_value(severity_names[rule->severity]),
		text_value(finding->message),
		number_or_null(VALUE_UNSIGNED, finding->count, true),
		number_or_null(VALUE_BOOL, finding->more, true),
		number_or_null(VALUE_UNSIGNED, finding->first_ns, true),
		number_or_null(VALUE_UNSIGNED, finding->last_ns, true),
		text_value(time),
		{ .type = VALUE_STRING, .string = finding->group },
		number_or_null(VALUE_UNSIGNED, caller ? call->tgid : 0, caller),
		text_value(caller ? name_of(finding, cgroups, name) : NULL),
		number_or_null(VALUE_UNSIGNED, caller ? call->uid : 0, caller),
		text_value(object ?
			   ipct_family_names[ipct_family_of(call->header.flags)] :
			   NULL),
		number_or_null(VALUE_SIGNED, object ? call->object.id : 0, object),
		number_or_null(VALUE_SIGNED, object ? call->object.key : 0, object),
		text_value(finding->incomplete),
		text_value(rule->todo),
	};
	size_t i;

	static_assert(ARRAY_SIZE(row) == FINDING_COLUMNS);
	for (i = 0; i < FINDING_COLUMNS; i++) {
		values[i] = row[i];
		values[i].name = finding_columns[i].name;
	}
}
