// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: parse
 *
 * Questions to records, from text to a tree. What the recorder's filter accepts
 * (module/shared/expression.c) is accepted, and means the same; there is more:
 *
 *	expression = term { "or" term }
 *	term       = factor { "and" factor }
 *	factor     = "not" factor | "(" expression ")" | "has" field | test ;
 *	test       = field				a truth, or a group
 *	           | field [ "&" bits ] compare value
 *	           | field "&" bits
 *	           | field ("~" | "!~") pattern
 *	           | field [ "not" ] "in" "(" value { "," value } ")"
 *	compare    = "==" | "!=" | "<" | "<=" | ">" | ">="
 *	value      = number | constant { "|" constant } | word | field
 *
 * A test of a field that a record lacks does not hold; "!=", "<=", ">=" and "!~" hold
 * where "==", ">", "<" and "~" do not. If a field is an array, a test holds if it holds
 * for any of its elements.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask/ask.h"
#include "ask/numbers.h"
#include "base/nearest.h"
#include "shared/syscalls.h"
#include "shared/words.h"

#define MAX_DEPTH	64
#define MAX_COMM	15
#define WORD_BYTES	64

/**
 * struct parser - the text, and how far it is read
 * @ask: the question in the making
 * @next: what comes next
 * @end: where the text goes on after @next
 * @last: where the text before @next ended
 * @depth: of nesting
 * @facts: it is of a rule, which may ask for facts
 * @failed: there is a mistake
 * @error: out: what the mistake is, and where
 */
struct parser {
	struct ask *ask;
	struct ipct_word next;
	const char *end;
	const char *last;
	u32 depth;
	bool facts;
	bool failed;
	struct ask_error *error;
};

static bool parse_expression(struct parser *p, u32 *node);

/* Keep the first mistake. Return false. */
static bool mistake(struct parser *p, const char *at, const char *format, ...)
{
	va_list args;

	if (p->failed)
		return false;
	p->failed = true;
	p->error->at = at - p->ask->text;
	va_start(args, format);
	vsnprintf(p->error->message, sizeof(p->error->message), format, args);
	va_end(args);
	return false;
}

/* ---- Words ------------------------------------------------------------------ */

/* Step over what comes next. */
static bool advance(struct parser *p)
{
	const char *end = ipct_word_next(p->end, &p->next);

	p->last = p->end;
	if (!end)
		return mistake(p, p->next.at, "a quotation mark without its other");
	p->end = end;
	return true;
}

static bool next_is(const struct parser *p, const char *text)
{
	return ipct_word_is_sign(&p->next, text);
}

static bool take(struct parser *p, const char *text, const char *message)
{
	if (!next_is(p, text))
		return mistake(p, p->next.at, "%s", message);
	return advance(p);
}

/* ---- What may have been meant ----------------------------------------------- */

static const char *typed(const struct ipct_word *word, char *buf)
{
	snprintf(buf, WORD_BYTES, "%.*s",
		 (int)min_t(u32, word->len, WORD_BYTES - 1), word->at);
	return buf;
}

/* @accepted: words, each with a blank before it */
static bool no_such(struct parser *p, const char *what,
		    const struct nearest *nearest, const char *accepted)
{
	char buf[WORD_BYTES];

	if (!p->next.len && !p->next.quoted)
		return mistake(p, p->next.at, "%s is missing; accepted:%s", what,
			       accepted);
	return mistake(p, p->next.at, "no such %s as '%s'%s%s%s; accepted:%s",
		       what, typed(&p->next, buf),
		       nearest->name ? ", did you mean " : "",
		       nearest->name ? nearest->name : "",
		       nearest->name ? "?" : "", accepted);
}

static void append(char *accepted, size_t size, const char *name)
{
	size_t used = strlen(accepted);

	snprintf(accepted + used, size - used, " %s", name);
}

static bool offer_fact(void *context, const struct field *field)
{
	nearest_offer(context, field->path);
	return false;
}

static bool no_such_field(struct parser *p)
{
	char buf[WORD_BYTES], accepted[700];
	struct nearest nearest;
	struct field *fields;
	bool ret;

	nearest_begin(&nearest, typed(&p->next, buf));
	fields = fields_suggest(&nearest, true, accepted, sizeof(accepted));
	if (p->facts)
		facts_walk(offer_fact, &nearest);
	ret = no_such(p, "field", &nearest, accepted);
	free(fields);
	return ret;
}

static bool no_such_word(struct parser *p, const struct field *field)
{
	char buf[WORD_BYTES], accepted[400] = "";
	struct nearest nearest;
	u32 i;

	nearest_begin(&nearest, typed(&p->next, buf));
	for (i = 0; i < field->nr_words; i++) {
		nearest_offer(&nearest, field->words[i]);
		append(accepted, sizeof(accepted), field->words[i]);
	}
	return no_such(p, field->path, &nearest, accepted);
}

static bool no_such_call(struct parser *p)
{
	char buf[WORD_BYTES], accepted[400] = "";
	struct nearest nearest;
	u32 i;

	nearest_begin(&nearest, typed(&p->next, buf));
	for (i = 0; i < __IPCTRACE_FAMILY_MAX; i++) {
		nearest_offer(&nearest, ipct_family_names[i]);
		append(accepted, sizeof(accepted), ipct_family_names[i]);
	}
	for (i = 0; i < IPCTRACE_NR_CALLS; i++) {
		nearest_offer(&nearest, ipct_syscalls[i].name);
		append(accepted, sizeof(accepted), ipct_syscalls[i].name);
	}
	return no_such(p, "call", &nearest, accepted);
}

static void offer_constants(const struct ipct_constant *set,
			    struct nearest *nearest, char *accepted, size_t size)
{
	for (; set && set->name; set++) {
		nearest_offer(nearest, set->name);
		if (!strstr(accepted, set->name))
			append(accepted, size, set->name);
	}
}

/* What a number of a field may be; @problem: what is wrong with the number */
static bool no_such_number(struct parser *p, const struct field *field,
			   const char *problem)
{
	char buf[WORD_BYTES], what[2 * WORD_BYTES], accepted[500] = "";
	struct nearest nearest;
	int error;
	u8 kind;

	if (*problem)
		return mistake(p, p->next.at, "%s: '%s' is %s%s", field->path,
			       typed(&p->next, buf),
			       *problem == 'o' ? "not a number: " : "", problem);
	nearest_begin(&nearest, typed(&p->next, buf));
	if (field->meaning == FIELD_ERRNO)
		for (error = 1; error < 520; error++)
			if (ipct_errno_name(error, NULL)) {
				nearest_offer(&nearest,
					      ipct_errno_name(error, NULL));
				append(accepted, sizeof(accepted),
				       ipct_errno_name(error, NULL));
			}
	for (kind = 0; kind < __IPCT_KIND_MAX; kind++)
		if (field->kinds & 1U << kind ||
		    (!field->kinds && kind == __IPCT_KIND_MAX - 1))
			offer_constants(field_constants(field, kind), &nearest,
					accepted, sizeof(accepted));
	append(accepted, sizeof(accepted), field->format == SCHEMA_USER ?
	       "numbers, users, fields" : field->format == SCHEMA_GROUP ?
	       "numbers, groups, fields" : field->format == SCHEMA_NS ?
	       "times, as 20ms, and fields" : "numbers, fields");
	snprintf(what, sizeof(what), "value of %s", field->path);
	return no_such(p, what, &nearest, accepted);
}

/* ---- The tree --------------------------------------------------------------- */

/* Room for one more element in an array that holds a power of two of them, or none */
static void *room_for(struct parser *p, void *array, u32 nr, size_t bytes)
{
	void *grown;

	if (nr & (nr - 1) || nr == 1)
		return array;
	grown = reallocarray(array, nr ? 2 * nr : 2, bytes);
	if (!grown)
		mistake(p, p->next.at, "no memory");
	return grown;
}

static bool add_node(struct parser *p, u8 kind, u32 left, u32 right,
		     const char *begin, u32 *node)
{
	struct ask *ask = p->ask;
	struct ask_node *nodes = room_for(p, ask->nodes, ask->nr_nodes,
					  sizeof(*nodes));

	if (!nodes)
		return false;
	ask->nodes = nodes;
	*node = ask->nr_nodes++;
	nodes[*node] = (struct ask_node){
		.kind = kind,
		.left = left,
		.right = right,
		.begin = begin - ask->text,
		.end = p->last - ask->text,
	};
	return true;
}

static bool add_test(struct parser *p, const struct ask_test *test,
		     const char *begin, u32 *node)
{
	struct ask *ask = p->ask;
	struct ask_test *tests = room_for(p, ask->tests, ask->nr_tests,
					  sizeof(*tests));

	if (!tests)
		return false;
	ask->tests = tests;
	tests[ask->nr_tests++] = *test;
	return add_node(p, ASK_TEST, ask->nr_tests - 1, 0, begin, node);
}

static bool add_value(struct parser *p, const struct ask_value *value, u32 *at)
{
	struct ask *ask = p->ask;
	struct ask_value *values = room_for(p, ask->values, ask->nr_values,
					    sizeof(*values));

	if (!values)
		return false;
	ask->values = values;
	*at = ask->nr_values;
	values[ask->nr_values++] = *value;
	return true;
}

/* ---- Values ----------------------------------------------------------------- */

static bool parse_text(struct parser *p, const struct ask_test *test,
		       struct ask_value *value)
{
	const struct field *field = &test->field;
	u32 i;

	if (!p->next.len && !p->next.quoted)
		return mistake(p, p->next.at, "a value is missing");
	*value = (struct ask_value){ .text = p->next.at, .len = p->next.len };
	if (test->compare == ASK_GLOB)
		return advance(p);
	if (!strcmp(field->path, "comm") && p->next.len > MAX_COMM)
		return mistake(p, p->next.at,
			       "too long: a name has %d bytes at most", MAX_COMM);
	for (i = 0; i < field->nr_words; i++)
		if (ipct_word_is(&p->next, field->words[i]))
			return advance(p);
	return field->words ? no_such_word(p, field) : advance(p);
}

/* Names with | between; the first one is known to be good. */
static bool parse_bits(struct parser *p, const struct field *field,
		       struct ask_value *value)
{
	struct ask_value more;
	const char *problem;

	while (next_is(p, "|")) {
		if (!advance(p))
			return false;
		if (next_is(p, "|"))
			return mistake(p, p->next.at - 1,
				       "'||' is spelled 'or'");
		if (ask_constant(value, field, p->next.at, p->next.len)) {
			if (!advance(p))
				return false;
			continue;
		}
		problem = ask_number(&more, field, p->next.at, p->next.len);
		if (problem)
			return no_such_number(p, field, problem);
		value->number |= more.number;
		if (!advance(p))
			return false;
	}
	return true;
}

/* False, without a message, when it is not a number: then @problem says why. */
static bool read_number(struct parser *p, const struct field *field,
			struct ask_value *value, const char **problem)
{
	const struct ipct_word *word = &p->next;

	*problem = ask_number(value, field, word->at, word->len);
	if (!*problem)
		return true;
	*value = (struct ask_value){ };
	if (ask_constant(value, field, word->at, word->len))
		return true;
	return ask_owner(value, field, word->at, word->len);
}

static bool parse_truth(struct parser *p, struct ask_value *value)
{
	if (!next_is(p, "true") && !next_is(p, "false"))
		return mistake(p, p->next.at, "neither true nor false");
	*value = (struct ask_value){ .number = next_is(p, "true") };
	return advance(p);
}

static bool parse_number(struct parser *p, const struct field *field,
			 struct ask_value *value)
{
	const char *problem;

	if (!read_number(p, field, value, &problem))
		return no_such_number(p, field, problem);
	return advance(p) && parse_bits(p, field, value);
}

static bool parse_value(struct parser *p, struct ask_test *test)
{
	struct ask_value value;
	u64 calls;
	u32 at;

	if (test->compare == ASK_CALLS) {
		calls = ipct_calls_named(p->next.at, p->next.len);
		test->calls |= calls;
		return calls ? advance(p) : no_such_call(p);
	}
	if (!(test->field.type == FIELD_TEXT ? parse_text(p, test, &value) :
	      test->field.type == FIELD_TRUTH ? parse_truth(p, &value) :
	      parse_number(p, &test->field, &value)) ||
	    !add_value(p, &value, &at))
		return false;
	if (!test->nr++)
		test->first = at;
	if (test->compare == ASK_TREE &&
	    (value.negative || value.number > 0x7fffffff))
		return mistake(p, p->last, "too large a number");
	if (test->compare == ASK_TREE &&
	    !ask_tree_add(&p->ask->tree, value.number, test->tree))
		return mistake(p, p->last, "no memory");
	return true;
}

static bool parse_values(struct parser *p, struct ask_test *test)
{
	if (!take(p, "(", "'(' is missing") || !parse_value(p, test))
		return false;
	while (next_is(p, ","))
		if (!advance(p) || !parse_value(p, test))
			return false;
	return take(p, ")", "',' or ')' is missing");
}

/* ---- Tests ------------------------------------------------------------------ */

/* Is what comes next a field of that type, not a value? */
static bool is_other(struct parser *p, struct ask_test *test)
{
	const struct field *field = &test->field;
	struct ask_value value;
	const char *problem;

	if (p->next.quoted || !p->next.len || test->compare == ASK_GLOB ||
	    field->type == FIELD_TRUTH)
		return false;
	/* What the recorder's filter takes for a value is a value here, too. */
	if (field->type == FIELD_TEXT && (field->filter || field->words))
		return false;
	if (field->type == FIELD_NUMBER &&
	    read_number(p, field, &value, &problem))
		return false;
	if (!field_find(&test->other, p->next.at, p->next.len) ||
	    test->other.type != field->type)
		return false;
	test->is_other = true;
	return true;
}

static bool begin_tree(struct parser *p, struct ask_test *test)
{
	if (p->ask->nr_trees == ASK_MAX_TREES)
		return mistake(p, p->next.at, "too many tests of pid");
	test->compare = ASK_TREE;
	test->tree = 1ULL << p->ask->nr_trees++;
	return true;
}

/* What "equal" means depends on the field. */
static bool be_equal(struct parser *p, struct ask_test *test)
{
	test->compare = ASK_EQ;
	if (test->field.meaning == FIELD_CALL)
		test->compare = ASK_CALLS;
	return test->field.meaning != FIELD_PID || test->masked ||
	       begin_tree(p, test);
}

/* An operator, and what it compares with */
static bool parse_compared(struct parser *p, struct ask_test *test, bool *not)
{
	static const struct {
		const char *name;
		u8 compare;
		bool not;
	} operators[] = {
		{ "==", ASK_EQ, false },
		{ "!=", ASK_EQ, true },
		{ "<", ASK_LT, false },
		{ ">=", ASK_LT, true },
		{ ">", ASK_GT, false },
		{ "<=", ASK_GT, true },
		{ "~", ASK_GLOB, false },
		{ "!~", ASK_GLOB, true },
	};
	const struct field *field = &test->field;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(operators); i++)
		if (next_is(p, operators[i].name))
			break;
	if (i == ARRAY_SIZE(operators))
		return mistake(p, p->next.at, "after %s: '==', '!=', '<', '<=', '>', '>=', '~', '&' or 'in' is missing%s",
			       field->path, field->type == FIELD_NUMBER ||
			       field->type == FIELD_TEXT ?
			       "; has asks whether there is one" : "");
	*not = operators[i].not;
	test->compare = operators[i].compare;
	if (test->compare == ASK_GLOB ? field->type != FIELD_TEXT :
	    test->compare != ASK_EQ && field->type != FIELD_NUMBER)
		return mistake(p, p->next.at, test->compare == ASK_GLOB ?
			       "only texts have patterns, and %s is none" :
			       "only numbers are less or greater, and %s is none",
			       field->path);
	if (field->type == FIELD_GROUP)
		return mistake(p, p->next.at, "%s has members: compare these",
			       field->path);
	if (!advance(p))
		return false;
	if (is_other(p, test))
		return advance(p);
	if (test->compare == ASK_EQ && !be_equal(p, test))
		return false;
	return parse_value(p, test);
}

static bool parse_mask(struct parser *p, struct ask_test *test)
{
	struct ask_value mask;

	if (test->field.type != FIELD_NUMBER)
		return mistake(p, p->next.at,
			       "only numbers have bits, and %s is none",
			       test->field.path);
	test->masked = true;
	test->compare = ASK_BITS;
	return advance(p) && parse_number(p, &test->field, &mask) &&
	       add_value(p, &mask, &test->mask);
}

static bool ends_test(const struct parser *p)
{
	return (!p->next.len && !p->next.quoted) || next_is(p, "and") ||
	       next_is(p, "or") || next_is(p, ")");
}

/* After the field */
static bool parse_rest(struct parser *p, struct ask_test *test, bool *not)
{
	u8 type = test->field.type;

	if ((type == FIELD_TRUTH || type == FIELD_GROUP) &&
	    (!strcmp(test->field.path, "failed") || ends_test(p))) {
		test->compare = type == FIELD_TRUTH ? ASK_BITS : ASK_HAS;
		return true;
	}
	if (next_is(p, "&")) {
		if (!parse_mask(p, test))
			return false;
		if (ends_test(p))
			return true;
	}
	if (next_is(p, "not")) {
		*not = true;
		if (!advance(p))
			return false;
		if (!next_is(p, "in"))
			return mistake(p, p->next.at, "'in' is missing");
	}
	if (!next_is(p, "in"))
		return parse_compared(p, test, not);
	if (type == FIELD_GROUP)
		return mistake(p, p->next.at, "%s has members: compare these",
			       test->field.path);
	return be_equal(p, test) && advance(p) && parse_values(p, test);
}

static bool parse_field(struct parser *p, struct field *field)
{
	if (p->next.quoted ||
	    (!field_find(field, p->next.at, p->next.len) &&
	     !(p->facts && field_find_fact(field, p->next.at, p->next.len))))
		return no_such_field(p);
	return advance(p);
}

static bool parse_test(struct parser *p, u32 *node)
{
	const char *begin = p->next.at;
	struct ask_test test = { };
	bool not = false;

	if (next_is(p, "has")) {
		test.compare = ASK_HAS;
		return advance(p) && parse_field(p, &test.field) &&
		       add_test(p, &test, begin, node);
	}
	if (next_is(p, "!"))
		return mistake(p, begin, "'!' is spelled 'not'");
	if (!p->next.len && !p->next.quoted)
		return mistake(p, begin, "a test is missing");
	return parse_field(p, &test.field) && parse_rest(p, &test, &not) &&
	       add_test(p, &test, begin, node) &&
	       (!not || add_node(p, ASK_NOT, *node, 0, begin, node));
}

/* ---- Expressions ------------------------------------------------------------ */

static bool parse_parentheses(struct parser *p, u32 *node)
{
	const char *begin = p->next.at;
	struct ask_node *whole;

	if (!advance(p) || !parse_expression(p, node) ||
	    !take(p, ")", "')' is missing"))
		return false;
	whole = &p->ask->nodes[*node];
	whole->begin = begin - p->ask->text;
	whole->end = p->last - p->ask->text;
	return true;
}

static bool parse_factor(struct parser *p, u32 *node)
{
	const char *begin = p->next.at;
	bool good;

	if (p->depth == MAX_DEPTH)
		return mistake(p, begin, "nested too deep");
	p->depth++;
	if (next_is(p, "not"))
		good = advance(p) && parse_factor(p, node) &&
		       add_node(p, ASK_NOT, *node, 0, begin, node);
	else if (next_is(p, "("))
		good = parse_parentheses(p, node);
	else
		good = parse_test(p, node);
	p->depth--;
	return good;
}

static bool parse_term(struct parser *p, u32 *node)
{
	const char *begin = p->next.at;
	u32 right;

	if (!parse_factor(p, node))
		return false;
	while (next_is(p, "and"))
		if (!advance(p) || !parse_factor(p, &right) ||
		    !add_node(p, ASK_AND, *node, right, begin, node))
			return false;
	return true;
}

static bool parse_expression(struct parser *p, u32 *node)
{
	const char *begin = p->next.at;
	u32 right;

	if (!parse_term(p, node))
		return false;
	while (next_is(p, "or"))
		if (!advance(p) || !parse_term(p, &right) ||
		    !add_node(p, ASK_OR, *node, right, begin, node))
			return false;
	return true;
}

static bool parse(struct parser *p)
{
	if (!advance(p))
		return false;
	if (!p->next.len && !p->next.quoted)
		return true;
	if (!parse_expression(p, &p->ask->root))
		return false;
	if (next_is(p, "&"))
		return mistake(p, p->next.at, "'&&' is spelled 'and'");
	return !p->next.len || mistake(p, p->next.at,
				       "'and', 'or' or the end is missing");
}

static struct ask *new_from(const char *text, bool facts, struct ask_error *error)
{
	struct ask *ask = calloc(1, sizeof(*ask));
	struct parser p = { .ask = ask, .facts = facts, .error = error };

	*error = (struct ask_error){ .message = "no memory" };
	if (!ask)
		return NULL;
	if (strlen(text) >= ASK_TEXT_BYTES) {
		error->at = ASK_TEXT_BYTES;
		strcpy(error->message, "too long");
		goto free;
	}
	ask->text = strdup(text);
	if (!ask->text)
		goto free;
	p.end = ask->text;
	if (parse(&p) && ask_compile(ask, NULL))
		return ask;
free:
	ask_free(ask);
	return NULL;
}

/**
 * ask_new() - a question from its text
 * @text: less than ASK_TEXT_BYTES; it is copied. Empty: every record will do
 * @error: out, where NULL is returned: what is wrong, and at which byte
 *
 * Return: the question, or NULL.
 */
struct ask *ask_new(const char *text, struct ask_error *error)
{
	return new_from(text, false, error);
}

/**
 * ask_new_rule() - the same for a rule, which may also ask for facts
 * @text: as for ask_new()
 * @error: likewise
 *
 * Before a record is asked, ask.facts must have its facts.
 *
 * Return: the question, or NULL.
 */
struct ask *ask_new_rule(const char *text, struct ask_error *error)
{
	return new_from(text, true, error);
}
