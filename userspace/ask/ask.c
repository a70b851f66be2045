// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: ask
 *
 * Questions to records: each test of a question knows which test is next when it
 * holds, and which when it does not, so that no more is looked at than is needed to
 * decide. Records of losses and gaps, which are of no call, object or process, are not
 * asked: everybody has to know of them.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/ask.h"
#include "base/glob.h"
#include "fields/values.h"
#include "shared/syscalls.h"

/* ---- To a program ----------------------------------------------------------- */

/* Emit the steps of a node, the last first; returns where it begins. */
static s32 compile(struct ask *ask, u32 n, const bool *skipped, s32 yes, s32 no)
{
	const struct ask_node *node = &ask->nodes[n];
	s32 right;

	if (skipped && skipped[n])
		return yes;
	switch (node->kind) {
	case ASK_NOT:
		return compile(ask, node->left, skipped, no, yes);
	case ASK_AND:
		right = compile(ask, node->right, skipped, yes, no);
		return compile(ask, node->left, skipped, right, no);
	case ASK_OR:
		right = compile(ask, node->right, skipped, yes, no);
		return compile(ask, node->left, skipped, yes, right);
	}
	ask->steps[ask->nr_steps] = (struct ask_step){ node->left, yes, no };
	return ask->nr_steps++;
}

/**
 * ask_compile() - make the program of a question
 * @ask: parsed; may have a program already, which is replaced
 * @skipped: by node: it is known to hold, and is not asked; NULL: ask all
 *
 * Return: false when memory is short.
 */
bool ask_compile(struct ask *ask, const bool *skipped)
{
	ask->entry = ASK_YES;
	ask->nr_steps = 0;
	if (!ask->nr_nodes)
		return true;
	if (!ask->steps)
		ask->steps = calloc(ask->nr_tests, sizeof(*ask->steps));
	if (!ask->decoded)
		ask->decoded = calloc(1, sizeof(*ask->decoded));
	/* Tests without values point to the first. */
	if (!ask->values)
		ask->values = calloc(1, sizeof(*ask->values));
	if (!ask->steps || !ask->decoded || !ask->values)
		return false;
	ask->entry = compile(ask, ask->root, skipped, ASK_YES, ASK_NO);
	return true;
}

/* ---- A test ----------------------------------------------------------------- */

/**
 * struct comparing - a test of a record
 * @ask: the question, which has the values
 * @test: one of its tests
 * @source: the record, in which fields are found
 * @value: what the other field is compared with
 */
struct comparing {
	const struct ask *ask;
	const struct ask_test *test;
	struct field_source *source;
	const struct field_value *value;
};

/* Less than 0, 0 or more than 0: below, equal, above */
static int compare_numbers(bool a_negative, u64 a, bool b_negative, u64 b)
{
	if (a_negative != b_negative)
		return a_negative ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* The value of a constant for an argument of that kind; false: there is none. */
static bool number_for(const struct ask_value *with, u8 kind, u64 *number)
{
	*number = with->number;
	if (!with->by_kind)
		return true;
	if (!(with->kinds & 1U << kind))
		return false;
	*number |= with->of_kind[kind];
	return true;
}

static bool compares(u8 compare, int order)
{
	return compare == ASK_EQ ? !order : compare == ASK_LT ? order < 0 :
					    order > 0;
}

static bool number_holds(const struct comparing *c, const struct field_value *value)
{
	const struct ask_test *test = c->test;
	const struct ask_value *with = &c->ask->values[test->first];
	bool negative = value->negative;
	u64 number = value->number, other;
	u32 i;

	if (test->masked) {
		if (!number_for(&c->ask->values[test->mask], value->kind, &other))
			return false;
		number &= other;
		negative = negative && (s64)number < 0;
	}
	if (test->compare == ASK_BITS)
		return number;
	for (i = 0; i < test->nr; i++)
		if (number_for(&with[i], value->kind, &other) &&
		    compares(test->compare,
			     compare_numbers(negative, number, with[i].negative,
					     other)))
			return true;
	return false;
}

static bool text_holds(const struct comparing *c, const struct field_value *value)
{
	const struct ask_test *test = c->test;
	const struct ask_value *with = &c->ask->values[test->first];
	u32 i;

	for (i = 0; i < test->nr; i++)
		if (test->compare == ASK_GLOB ?
		    glob_matches(with[i].text, with[i].len, value->text,
				 value->len) :
		    with[i].len == value->len &&
		    !memcmp(with[i].text, value->text, value->len))
			return true;
	return false;
}

/* Keys as people write them, not as in JSON */
static struct field_value as_asked(const struct field *field,
				   const struct field_value *value)
{
	struct field_value asked = *value;

	if (field->format == SCHEMA_KEY && value->type == FIELD_NUMBER) {
		asked.number = (u32)value->number;
		asked.negative = false;
	}
	return asked;
}

static bool other_holds(void *context, const struct field_value *found)
{
	const struct comparing *c = context;
	struct field_value other = as_asked(&c->test->other, found);
	const struct field_value *value = c->value;

	if (other.type != value->type)
		return false;
	if (value->type == FIELD_TEXT)
		return other.len == value->len &&
		       !memcmp(other.text, value->text, value->len);
	return compares(c->test->compare,
			compare_numbers(value->negative, value->number,
					other.negative, other.number));
}

static bool value_holds(void *context, const struct field_value *found)
{
	struct comparing *c = context;
	struct field_value value = as_asked(&c->test->field, found);

	if (c->test->compare == ASK_HAS)
		return true;
	/* A pointer is a number if it leads nowhere, else a group. */
	if (value.type == FIELD_GROUP || value.type != c->test->field.type)
		return false;
	if (c->test->is_other) {
		c->value = &value;
		return field_each(c->source, &c->test->other, other_holds, c);
	}
	return value.type == FIELD_TEXT ? text_holds(c, &value) :
					  number_holds(c, &value);
}

static bool holds(struct ask *ask, const struct ask_test *test,
		  struct field_source *source)
{
	const struct ipctrace_call *call = (const void *)source->record;
	struct comparing c = { ask, test, source, NULL };
	u64 calls;

	switch (test->compare) {
	case ASK_CALLS:
		calls = field_calls(source->record);
		return calls && !(calls & ~test->calls);
	case ASK_TREE:
		return ask->followed ||
		       ask_tree_tests(&ask->tree, call->tgid) & test->tree;
	}
	return field_each(source, &test->field, value_holds, &c);
}

/* ---- A record --------------------------------------------------------------- */

/* @last: out: the step that decided; unchanged if none was needed. May be NULL. */
static bool run(struct ask *ask, struct field_source *source, s32 *last)
{
	const struct ipctrace_call *call = (const void *)source->record;
	s32 at;

	source->facts = ask->facts;
	if (!ask->facts &&
	    (source->kind == IPCT_TYPE_LOST || source->kind == IPCT_TYPE_GAP))
		return true;
	/* Even if no test of pid is reached: children may follow. */
	if (ask->nr_trees && source->kind != IPCT_TYPE_LOST)
		ask_tree_see(&ask->tree, call->tgid, call->ppid);
	for (at = ask->entry; at >= 0; ) {
		if (last)
			*last = at;
		at = holds(ask, &ask->tests[ask->steps[at].test], source) ?
		     ask->steps[at].yes : ask->steps[at].no;
	}
	return at == ASK_YES;
}

/**
 * ask_holds() - is a record what was asked for?
 * @ask: has room for one record, so only one thread may use it; learns who forks whom
 * @record: @header.len bytes of it readable, 8-byte aligned
 *
 * Records of losses and gaps always are; records of an unknown type, or too short for
 * their type, never are.
 */
bool ask_holds(struct ask *ask, const struct ipctrace_header *record)
{
	struct field_source source;

	return field_source_begin(&source, record, ask->cgroups, ask->decoded) &&
	       run(ask, &source, NULL);
}

/**
 * ask_holds_decoded() - the same, for a record that has been decoded
 * @ask: as for ask_holds()
 * @record: the one that @decoded is of
 * @decoded: its values, and perhaps some more that were added
 */
bool ask_holds_decoded(struct ask *ask, const struct ipctrace_header *record,
		       struct decoded *decoded)
{
	struct field_source source;

	if (!field_source_begin(&source, record, ask->cgroups, decoded))
		return false;
	source.is_decoded = true;
	return run(ask, &source, NULL);
}

static u64 calls_of(const struct ask *ask, u32 n)
{
	const struct ask_node *node = &ask->nodes[n];
	const struct ask_test *test;

	switch (node->kind) {
	case ASK_AND:
		return calls_of(ask, node->left) & calls_of(ask, node->right);
	case ASK_OR:
		return calls_of(ask, node->left) | calls_of(ask, node->right);
	case ASK_TEST:
		test = &ask->tests[node->left];
		return test->compare == ASK_CALLS ? test->calls : test->field.calls;
	}
	return ~0ULL;
}

/**
 * ask_calls() - which calls can be what was asked for?
 * @ask: the question
 *
 * Return: bits of enum ipctrace_call_id, perhaps some too many.
 */
u64 ask_calls(const struct ask *ask)
{
	return ask->nr_nodes ? calls_of(ask, ask->root) : ~0ULL;
}

static bool is_of_failed(const struct ask *ask, u32 n)
{
	const struct ask_node *node = &ask->nodes[n];
	const struct ask_test *test;

	switch (node->kind) {
	case ASK_AND:
		return is_of_failed(ask, node->left) ||
		       is_of_failed(ask, node->right);
	case ASK_OR:
		return is_of_failed(ask, node->left) &&
		       is_of_failed(ask, node->right);
	case ASK_TEST:
		test = &ask->tests[node->left];
		return test->field.meaning == FIELD_ERRNO ||
		       (!strcmp(test->field.path, "failed") &&
			test->compare == ASK_BITS);
	}
	return false;
}

/**
 * ask_only_failed() - are only failed calls asked for?
 * @ask: the question
 *
 * Return: false where that is not certain.
 */
bool ask_only_failed(const struct ask *ask)
{
	return ask->nr_nodes && is_of_failed(ask, ask->root);
}

static u64 facts_of(const struct ask *ask, u32 n)
{
	const struct ask_node *node = &ask->nodes[n];
	u8 fact;

	switch (node->kind) {
	case ASK_AND:
		return facts_of(ask, node->left) | facts_of(ask, node->right);
	case ASK_OR:
		return facts_of(ask, node->left) & facts_of(ask, node->right);
	case ASK_TEST:
		fact = ask->tests[node->left].field.fact;
		return fact ? 1ULL << (fact - 1) : 0;
	}
	return 0;
}

/**
 * ask_facts() - what has to be known besides a record for it to be what was asked for?
 * @ask: the question
 *
 * Return: bits of enum fact; there may be some too few.
 */
u64 ask_facts(const struct ask *ask)
{
	return ask->nr_nodes ? facts_of(ask, ask->root) : 0;
}

/**
 * ask_failed() - why a record is not what was asked for
 * @ask: as for ask_holds()
 * @record: likewise
 *
 * Return: the test that decided, with the "not" before it; NULL: the record is what
 * was asked for.
 */
const struct ask_node *ask_failed(struct ask *ask,
				  const struct ipctrace_header *record)
{
	const struct ask_node *node, *found = NULL;
	struct field_source source;
	s32 last = -1;
	u32 i;

	if (!field_source_begin(&source, record, ask->cgroups, ask->decoded) ||
	    run(ask, &source, &last) || last < 0)
		return NULL;
	for (i = 0; i < ask->nr_nodes; i++) {
		node = &ask->nodes[i];
		if (node->kind == ASK_TEST && node->left == ask->steps[last].test)
			found = node;
		else if (found && node->kind == ASK_NOT &&
			 &ask->nodes[node->left] == found)
			found = node;
	}
	return found;
}

/**
 * ask_free() - undo ask_new()
 * @ask: from ask_new(), or NULL; its cgroups stay
 */
void ask_free(struct ask *ask)
{
	if (!ask)
		return;
	ask_tree_free(&ask->tree);
	free(ask->decoded);
	free(ask->steps);
	free(ask->values);
	free(ask->tests);
	free(ask->nodes);
	free(ask->text);
	free(ask);
}
