// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: watch_rules
 *
 * Where the rules of ipctrace watch are, and what can be asked about them: their own
 * tests, what one says, why one did not fire, and which exceptions would have kept all
 * of them silent.
 */
#include <err.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/nearest.h"
#include "commands/evidence.h"
#include "commands/options.h"
#include "commands/print.h"
#include "commands/watch_rules.h"
#include "shared/text.h"
#include "watch/observe.h"

#define MAX_CLAUSES	64	/* of a rule that did not fire */
#define MAX_LEARNT	256	/* exceptions to propose */
#define LEARNT_DAYS	90

/* ---- Where they are ------------------------------------------------------------ */

/* Beside the program, as it is installed, or in the tree that it was built in */
static bool beside_program(char *to, size_t size)
{
	static const char *const places[] = {
		"../share/ipctrace/rules.d", "../userspace/watch/rules.d",
	};
	char exe[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	size_t i;

	if (len < 0)
		return false;
	exe[len] = '\0';
	if (!strrchr(exe, '/'))
		return false;
	*strrchr(exe, '/') = '\0';
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(to, size, "%s/%s", exe, places[i]);
		if (!access(to, R_OK))
			return true;
	}
	return false;
}

/**
 * watch_rules_read() - read all rules
 * @rules: out: rules_free() is for them, whatever is returned
 * @directory: instead of the usual ones and the local ones, or NULL
 *
 * Return: false, with a message, when there are none, or something is wrong with one:
 * who relies on a rule wants to know that it is not at work.
 */
bool watch_rules_read(struct rules *rules, const char *directory)
{
	char usual[2 * PATH_MAX];

	if (directory) {
		rules_read(rules, directory, false);
	} else {
		if (!beside_program(usual, sizeof(usual)))
			snprintf(usual, sizeof(usual), "/usr/share/ipctrace/rules.d");
		if (rules_read(rules, usual, false))
			rules_read(rules, RULES_LOCAL, true);
	}
	if (!rules->failed && !rules->nr)
		warnx("%s: no rules", directory ?: usual);
	return !rules->failed && rules->nr;
}

static const struct rule *find(const struct rules *rules, const char *id)
{
	const struct rule *rule = rules_find(rules, id);
	struct nearest nearest;
	u32 i;

	if (rule)
		return rule;
	nearest_begin(&nearest, id);
	for (i = 0; i < rules->nr; i++)
		nearest_offer(&nearest, rules->rules[i]->id);
	warnx("no such rule as '%s'%s%s%s; ipctrace watch --explain all lists them", id,
	      nearest.name ? ", did you mean " : "", nearest.name ?: "",
	      nearest.name ? "?" : "");
	return NULL;
}

/* ---- Their own tests ------------------------------------------------------------- */

/**
 * struct test - a capture that rules look at
 * @evidence: what is in it
 * @observer: feeds @engine
 * @engine: all rules
 * @rule: the one that matters
 * @found: it has found something
 */
struct test {
	struct evidence evidence;
	struct observer *observer;
	struct engine *engine;
	const struct rule *rule;
	u64 found;
};

static void count(void *context, const struct finding *finding)
{
	struct test *test = context;

	test->found += finding->rule == test->rule;
}

static void look(void *context, enum rule_on on, const struct ipctrace_header *record,
		 const struct facts *facts)
{
	struct test *test = context;

	engine_look(test->engine, on, record, facts);
}

static void tick(void *context, u64 now_ns)
{
	struct test *test = context;

	engine_time(test->engine, now_ns);
}

static void tap(void *context, const struct ipctrace_header *record)
{
	struct test *test = context;

	observer_begin(test->observer, test->evidence.model, false);
	observer_record(test->observer, record);
}

static void happened(void *context, const struct model_event *event)
{
	struct test *test = context;

	if (test->evidence.model)
		observer_event(test->observer, event);
}

/* A capture is named as seen from the rule. */
static void capture_name(const struct rule *rule, const char *capture, char *to,
			 size_t size)
{
	const char *slash = strrchr(rule->file, '/');

	snprintf(to, size, "%.*s%s", slash ? (int)(slash + 1 - rule->file) : 0,
		 rule->file, capture);
}

static bool run_test(struct rules *rules, const struct rule *rule,
		     const char *capture, u64 *found)
{
	struct test test = { .rule = rule };
	struct engine_setup setup = {
		.rules = rules,
		.found = count,
		.context = &test,
	};
	char name[PATH_MAX];
	struct options options = { .input = name };
	bool good;

	capture_name(rule, capture, name, sizeof(name));
	test.engine = engine_new(&setup);
	test.observer = observer_new(look, tick, &test);
	if (!test.engine || !test.observer) {
		engine_free(test.engine);
		observer_free(test.observer);
		warnx("no memory");
		return false;
	}
	good = evidence_open_told(&test.evidence, &options, tap, happened, &test);
	if (good) {
		observer_finish(test.observer);
		engine_finish(test.engine);
	}
	*found = test.found;
	engine_free(test.engine);
	observer_free(test.observer);
	evidence_close(&test.evidence);
	return good;
}

static u32 run_tests(struct rules *rules, const struct rule *rule, char **captures,
		     u32 nr, bool fires, struct output *output)
{
	u32 failed = 0, i;
	u64 found = 0;
	bool good;

	for (i = 0; i < nr; i++) {
		good = run_test(rules, rule, captures[i], &found) &&
		       (fires ? found : !found);
		output_print(output, "%s %s: %s %s\n", good ? "ok" : "not ok",
			     rule->id, fires ? "fires on" : "is silent on",
			     captures[i]);
		output_room(output);
		failed += !good;
	}
	return failed;
}

/**
 * watch_rules_check() - run the tests of all rules
 * @rules: all rules
 * @output: where results go
 *
 * Return: exit status
 */
int watch_rules_check(struct rules *rules, struct output *output)
{
	u32 failed = 0, i;

	for (i = 0; i < rules->nr; i++) {
		const struct rule *rule = rules->rules[i];

		failed += run_tests(rules, rule, rule->fires, rule->nr_fires, true,
				    output);
		failed += run_tests(rules, rule, rule->silent, rule->nr_silent,
				    false, output);
		if (!rule->nr_fires || !rule->nr_silent)
			output_print(output, "# %s: no test of %s\n", rule->id,
				     rule->nr_fires ? "what it must not tell" :
						      "what it must find");
	}
	output_print(output, "# %u rules, %u failed\n", rules->nr, failed);
	return print_end(output) == EXIT_SUCCESS && !failed ? EXIT_SUCCESS :
							      EXIT_FAILURE;
}

/* ---- What one says ----------------------------------------------------------------- */

static void print_fields(struct output *output, const char *name,
			 const struct rule_fields *fields)
{
	u32 i;

	if (!fields->nr)
		return;
	output_print(output, "%-11s", name);
	for (i = 0; i < fields->nr; i++)
		output_print(output, "%s%s", i ? ", " : "", fields->fields[i].path);
	output_print(output, "\n");
}

static void print_rule(struct output *output, const struct rule *rule)
{
	char date[32];
	u32 i;

	output_print(output, "%s: %s\n\n", rule->id, rule->what);
	output_print(output, "severity:  %s\nversion:   %u\n",
		     severity_names[rule->severity], rule->version);
	if (rule->local)
		output_print(output, "file:      %s\n", rule->file);
	output_print(output, "looks at:  each %s\ncondition: %s%s",
		     rule_on_names[rule->on], rule->condition->text,
		     strchr(rule->condition->text, '\n') ? "" : "\n");
	output_print(output, "window:    %.9g s\nthreshold: %u\n",
		     rule->window_ns / 1e9, rule->threshold);
	print_fields(output, "counts:", &rule->distinct);
	print_fields(output, "group_by:", &rule->group_by);
	output_print(output, "message:   %s\ndo:        %s\n", rule->message,
		     rule->todo);
	for (i = 0; i < rule->nr_exceptions; i++) {
		const struct rule_exception *exception = &rule->exceptions[i];
		time_t expires = exception->expires_s;

		strftime(date, sizeof(date), ", until %Y-%m-%d", localtime(&expires));
		output_print(output, "except:    %s (%s%s)\n", exception->ask->text,
			     exception->reason, expires ? date : "");
	}
	output_room(output);
}

/**
 * watch_rules_explain() - print what a rule says
 * @rules: all rules
 * @id: which; "all": one line for each
 * @output: where it goes
 *
 * Return: exit status
 */
int watch_rules_explain(const struct rules *rules, const char *id,
			struct output *output)
{
	const struct rule *rule;
	u32 i;

	if (strcmp(id, "all")) {
		rule = find(rules, id);
		if (!rule)
			return EXIT_USAGE;
		print_rule(output, rule);
		return print_end(output);
	}
	for (i = 0; i < rules->nr; i++) {
		rule = rules->rules[i];
		output_print(output, "%-16s %-6s  %s\n", rule->id,
			     severity_names[rule->severity], rule->what);
	}
	return print_end(output);
}

/* ---- Why one did not fire ------------------------------------------------------------ */

/**
 * struct clause - a part of a condition that did not hold
 * @node: which
 * @nr: so often it decided
 * @example: the last record that it did for, as text
 */
struct clause {
	const struct ask_node *node;
	u64 nr;
	char example[2 * IPCT_TEXT_MAX_BYTES];
};

/**
 * struct why_not - a rule whose condition is watched
 * @rule: which
 * @held: so often it held
 * @nr: number of @clauses
 * @clauses: that did not hold
 */
struct why_not {
	const struct rule *rule;
	u64 held;
	u32 nr;
	struct clause clauses[MAX_CLAUSES];
};

/**
 * why_not_new() - begin to ask why a rule does not fire
 * @rules: all rules
 * @id: which
 *
 * Return: NULL, with a message, when there is none.
 */
struct why_not *why_not_new(const struct rules *rules, const char *id)
{
	const struct rule *rule = find(rules, id);
	struct why_not *why = rule ? calloc(1, sizeof(*why)) : NULL;

	if (why)
		why->rule = rule;
	return why;
}

/**
 * why_not_look() - something that the rule may look at
 * @why: the question
 * @on: what it is
 * @record: of it
 * @facts: what is known besides
 */
void why_not_look(struct why_not *why, enum rule_on on,
		  const struct ipctrace_header *record, const struct facts *facts)
{
	struct ask *ask = why->rule->condition;
	const struct ask_node *node;
	struct clause *clause;
	u32 i, len;

	if (on != why->rule->on)
		return;
	ask->facts = facts;
	node = ask_failed(ask, record);
	if (!node) {
		why->held++;
		return;
	}
	for (i = 0; i < why->nr && why->clauses[i].node != node; i++)
		;
	if (i == MAX_CLAUSES)
		return;
	clause = &why->clauses[i];
	why->nr += i == why->nr;
	clause->node = node;
	clause->nr++;
	len = ipct_text_line(clause->example, sizeof(clause->example) - 1, record);
	clause->example[len] = '\0';
	clause->example[strcspn(clause->example, "\n")] = '\0';
}

/**
 * why_not_print() - print why it did not fire
 * @why: the question
 * @output: where it goes
 */
void why_not_print(const struct why_not *why, struct output *output)
{
	const struct rule *rule = why->rule;
	const struct clause *clause;

	output_print(output, "%s: its condition held %llu times; a finding takes %u%s in %.9g s\n",
		     rule->id, (unsigned long long)why->held, rule->threshold,
		     rule->group_by.nr ? " of a group" : "", rule->window_ns / 1e9);
	for (clause = why->clauses; clause < why->clauses + why->nr; clause++) {
		output_print(output, "%8llu times not: %.*s\n%14slast: %s\n",
			     (unsigned long long)clause->nr,
			     (int)(clause->node->end - clause->node->begin),
			     rule->condition->text + clause->node->begin, "",
			     clause->example);
		output_room(output);
	}
	if (!why->held && !why->nr)
		output_print(output, "nothing came that it looks at: %s\n",
			     rule_on_names[rule->on]);
}

/**
 * why_not_free() - undo why_not_new()
 * @why: the question, or NULL
 */
void why_not_free(struct why_not *why)
{
	free(why);
}

/* ---- What would keep them silent ------------------------------------------------------ */

/**
 * struct learnt - an exception to propose
 * @rule: of which rule
 * @comm: name of the process
 * @uid: and its user
 * @findings: so many it would have kept away
 */
struct learnt {
	const struct rule *rule;
	char comm[64];
	u32 uid;
	u64 findings;
};

/**
 * struct learning - exceptions to propose
 * @nr: how many
 * @learnt: which
 * @left_out: findings that there was no room for, or that are of nobody
 */
struct learning {
	u32 nr;
	struct learnt learnt[MAX_LEARNT];
	u64 left_out;
};

/**
 * learning_new() - begin to learn
 *
 * Return: NULL when memory is short.
 */
struct learning *learning_new(void)
{
	return calloc(1, sizeof(struct learning));
}

/* Patterns and quotes in a name would be something else in a rule. */
static bool is_plain(const char *name)
{
	return *name && !name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:+@")];
}

/**
 * learning_take() - a finding that is not to come again
 * @learning: so far
 * @finding: it
 */
void learning_take(struct learning *learning, const struct finding *finding)
{
	const struct ipctrace_call *call = (const void *)finding->record;
	struct learnt *learnt;
	char comm[17] = "";
	u32 i;

	if (finding->more)
		return;
	if (call->header.type != IPCTRACE_TYPE_LOST)
		memcpy(comm, call->comm, sizeof(call->comm));
	if (!is_plain(comm)) {
		learning->left_out++;
		return;
	}
	for (i = 0; i < learning->nr; i++) {
		learnt = &learning->learnt[i];
		if (learnt->rule == finding->rule && learnt->uid == call->uid &&
		    !strcmp(learnt->comm, comm)) {
			learnt->findings++;
			return;
		}
	}
	if (learning->nr == MAX_LEARNT) {
		learning->left_out++;
		return;
	}
	learnt = &learning->learnt[learning->nr++];
	*learnt = (struct learnt){
		.rule = finding->rule,
		.uid = call->uid,
		.findings = 1,
	};
	memcpy(learnt->comm, comm, sizeof(comm));
}

static u32 of_rule(const struct learning *learning, const struct rule *rule)
{
	u32 nr = 0, i;

	for (i = 0; i < learning->nr; i++)
		nr += learning->learnt[i].rule == rule;
	return nr;
}

static void print_learnt(struct learning *learning, const struct rule *rule,
			 const char *date, const char *expires, struct output *output)
{
	u32 i;

	output_print(output,
		     "--- /dev/null\n+++ %s/learnt-%s.yaml\n@@ -0,0 +1,%u @@\n"
		     "+extends: %s\n+exceptions:\n", RULES_LOCAL, rule->id,
		     2 + 4 * of_rule(learning, rule), rule->id);
	for (i = 0; i < learning->nr; i++) {
		struct learnt *learnt = &learning->learnt[i];

		if (learnt->rule != rule)
			continue;
		output_print(output,
			     "+- fields: [comm, uid]\n+  values: [\"%s\", \"%u\"]\n"
			     "+  reason: learnt on %s from %llu findings\n"
			     "+  expires: %s\n",
			     learnt->comm, learnt->uid, date,
			     (unsigned long long)learnt->findings, expires);
		output_room(output);
	}
}

/**
 * learning_print() - print exceptions as a patch of the local rules
 * @learning: what was learnt
 * @output: where it goes
 */
void learning_print(struct learning *learning, struct output *output)
{
	time_t now = time(NULL), then = now + LEARNT_DAYS * 86400;
	char date[16], expires[16];
	u32 i, j;

	strftime(date, sizeof(date), "%Y-%m-%d", localtime(&now));
	strftime(expires, sizeof(expires), "%Y-%m-%d", localtime(&then));
	for (i = 0; i < learning->nr; i++) {
		for (j = 0; learning->learnt[j].rule != learning->learnt[i].rule; j++)
			;
		if (i == j)
			print_learnt(learning, learning->learnt[i].rule, date, expires,
				     output);
	}
	if (learning->left_out)
		warnx("%llu findings are of nobody, or of a name that no rule can have",
		      (unsigned long long)learning->left_out);
}

/**
 * learning_free() - undo learning_new()
 * @learning: or NULL
 */
void learning_free(struct learning *learning)
{
	free(learning);
}
