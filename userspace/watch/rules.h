/* SPDX-License-Identifier: GPL-2.0 */
/* The rules of ipctrace watch, as files have them; see rules.c. */
#ifndef _IPCTRACE_WATCH_RULES_H
#define _IPCTRACE_WATCH_RULES_H

#include "ask/ask.h"
#include "fields/fields.h"
#include "shared/portable.h"

#define RULES_LOCAL		"/etc/ipctrace/rules.d"
#define RULES_MAX		256
#define RULE_MAX_FIELDS		8	/* of a list of fields */
#define RULE_MAX_IN_MESSAGE	24	/* {fields} */
#define RULE_MAX_DISTINCT	1024	/* values that are told apart */

/**
 * enum severity - how bad what a rule finds is
 */
enum severity {
	SEVERITY_LOW,
	SEVERITY_MEDIUM,
	SEVERITY_HIGH,
	NR_SEVERITIES,
};

extern const char *const severity_names[NR_SEVERITIES];

/**
 * enum rule_on - what a rule looks at: its condition is asked about a record, and what
 * is known besides
 * @RULE_ON_RECORD: each record of the recorder
 * @RULE_ON_REMOVAL: IPC_RMID; the record is its
 * @RULE_ON_WAIT: each second, a call that waits; the record is one of it as if it had
 *	been made then
 * @RULE_ON_HOLE: a time in which not everything is recorded; the record tells of it
 * @RULE_ON_UNUSED: each ten seconds, an object that nobody uses; the record is one as
 *	if of the call that made it
 * @RULE_ON_MAKING: a *get() call that made an object
 * @RULE_ON_LIMIT: each ten seconds, a limit of a namespace of which the kernel has
 *	told; the record is as if of the call that made the largest object
 * @RULE_ON_PACE: each 100 calls of a kind on an object; the record is the last
 * @RULE_ON_QUEUE: each ten seconds, a queue that fills, or in which messages wait; the
 *	record is as if of a call of who received last
 */
enum rule_on {
	RULE_ON_RECORD,
	RULE_ON_REMOVAL,
	RULE_ON_WAIT,
	RULE_ON_HOLE,
	RULE_ON_UNUSED,
	RULE_ON_MAKING,
	RULE_ON_LIMIT,
	RULE_ON_PACE,
	RULE_ON_QUEUE,
	NR_RULE_ONS,
};

extern const char *const rule_on_names[NR_RULE_ONS];

/**
 * struct rule_fields - some fields
 * @nr: how many
 * @fields: which
 */
struct rule_fields {
	u32 nr;
	struct field fields[RULE_MAX_FIELDS];
};

/**
 * struct rule_exception - what a rule does not tell of
 * @ask: holds for it
 * @reason: why
 * @expires_s: since 1970, when it does not count any more; 0: never
 * @suppressed: so much was not told for it
 */
struct rule_exception {
	struct ask *ask;
	char *reason;
	s64 expires_s;
	u64 suppressed;
};

/**
 * struct rule - a rule
 * @file: where it is from
 * @id: its name
 * @version: counts up with each change of what it finds
 * @severity: enum severity
 * @on: enum rule_on
 * @local: it is from a directory of local rules
 * @what: what it is about, a line
 * @condition: holds for what counts
 * @window_ns: what counts is counted for so long, from the first on
 * @threshold: so much makes a finding
 * @group_by: what is counted apart
 * @distinct: if there are any: counts how many of these there are
 * @message: what is said, with {field}
 * @in_message: these fields, in their order; {count} has no path
 * @todo: what to do then
 * @exceptions: what is not told
 * @nr_exceptions: how many
 * @fires: captures that it must find something in
 * @nr_fires: how many
 * @silent: captures that it must not
 * @nr_silent: how many
 */
struct rule {
	char *file;
	char *id;
	u32 version;
	u8 severity;
	u8 on;
	bool local;
	char *what;
	struct ask *condition;
	u64 window_ns;
	u32 threshold;
	struct rule_fields group_by;
	struct rule_fields distinct;
	char *message;
	struct field in_message[RULE_MAX_IN_MESSAGE];
	char *todo;
	struct rule_exception *exceptions;
	u32 nr_exceptions;
	char **fires;
	u32 nr_fires;
	char **silent;
	u32 nr_silent;
};

/**
 * struct rules - all rules
 * @nr: how many
 * @rules: by name of their files, the usual ones first
 * @failed: some could not be read; messages were given
 */
struct rules {
	u32 nr;
	struct rule *rules[RULES_MAX];
	bool failed;
};

bool rules_read(struct rules *rules, const char *directory, bool local);
void rules_free(struct rules *rules);
struct rule *rules_find(const struct rules *rules, const char *id);
bool rules_message_field(const char *message, size_t *at, size_t *len);

#endif /* _IPCTRACE_WATCH_RULES_H */
