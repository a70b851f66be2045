// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: narrow
 *
 * The part of a question that the recorder's filter can decide, in the filter's
 * own language. It never turns down what is asked for: if that lacks a test, it takes
 * one that follows from it, such as "failed" from "errno == ENOSPC", or lets
 * everything through. What the filter decides for certain the reader need not ask
 * again.
 *
 * A part of a question has two bounds: one that holds wherever the part does, and one
 * wherever which the part holds. "not" exchanges them.
 */
#define _GNU_SOURCE	/* asprintf() */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask/ask.h"
#include "ask/narrow.h"
#include "shared/expression.h"
#include "shared/syscalls.h"

/**
 * enum level - what a text is, by how tightly its operators bind
 * @LEVEL_OR: alternatives
 * @LEVEL_AND: what must all hold
 * @LEVEL_ONE: one thing
 */
enum level {
	LEVEL_OR,
	LEVEL_AND,
	LEVEL_ONE,
};

/**
 * struct bound - a bound of a part of a question
 * @text: in the filter's language; NULL: it always holds, or never
 * @holds: without @text: it always holds
 * @level: enum level
 */
struct bound {
	char *text;
	bool holds;
	u8 level;
};

static const struct bound always = { .holds = true };
static const struct bound never;

static struct bound bound_of(u8 level, const char *format, ...)
{
	struct bound bound = { .holds = true, .level = level };
	va_list args;

	/* Without memory it narrows less. */
	va_start(args, format);
	if (vasprintf(&bound.text, format, args) < 0)
		bound.text = NULL;
	va_end(args);
	return bound;
}

/* ---- Tests that the filter has, too ----------------------------------------- */

static struct bound call_bound(u64 calls)
{
	struct bound bound = bound_of(LEVEL_ONE, "call in (");
	char *more;
	u32 i, n = 0;

	for (i = 0; i < IPCTRACE_NR_CALLS && bound.text; i++) {
		if (!(calls & 1ULL << i))
			continue;
		if (asprintf(&more, "%s%s%s", bound.text, n++ ? "," : "",
			     ipct_syscalls[i].name) < 0)
			more = NULL;
		free(bound.text);
		bound.text = more;
	}
	if (!bound.text || asprintf(&more, "%s)", bound.text) < 0)
		more = NULL;
	free(bound.text);
	bound.text = more;
	return bound;
}

/* One value, as the filter reads it */
static struct bound value_bound(const struct ask_test *test,
				const struct ask_value *value)
{
	const char *name = test->field.filter;
	static const char *const operators[] = {
		[ASK_EQ] = "==", [ASK_LT] = "<", [ASK_GT] = ">",
	};

	if (test->field.type == FIELD_TEXT) {
		char mark = memchr(value->text, '"', value->len) ? '\'' : '"';

		return bound_of(LEVEL_ONE, "%s == %c%.*s%c", name, mark,
				(int)value->len, value->text, mark);
	}
	if (value->negative)
		return never;
	return bound_of(LEVEL_ONE, "%s %s %llu%s", name,
			test->compare == ASK_TREE ? "==" :
			operators[test->compare],
			(unsigned long long)value->number,
			test->field.format == SCHEMA_NS ? "ns" : "");
}

static bool filter_takes(const char *text)
{
	static struct ipct_expr expr;
	const char *message;

	return !ipct_expr_parse(&expr, text, &message);
}

static struct bound join(struct bound a, struct bound b, bool is_or);

/* The same test in the filter's language, or nothing */
static struct bound exact(const struct ask *ask, const struct ask_test *test)
{
	struct bound all = never, one;
	u32 i;

	if (!test->field.filter || test->is_other || test->masked)
		return always;
	if (test->compare == ASK_CALLS)
		return call_bound(test->calls);
	if (test->field.type == FIELD_TRUTH)
		return bound_of(LEVEL_ONE, "failed");
	if (test->compare != ASK_EQ && test->compare != ASK_LT &&
	    test->compare != ASK_GT && test->compare != ASK_TREE)
		return always;
	for (i = 0; i < test->nr; i++) {
		if (ask->values[test->first + i].by_kind) {
			free(all.text);
			return always;
		}
		one = value_bound(test, &ask->values[test->first + i]);
		all = join(all, one, true);
	}
	if (all.text && filter_takes(all.text))
		return all;
	free(all.text);
	return always;
}

/* ---- Tests that follow from others ------------------------------------------ */

static bool begins_with(const char *path, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(path, name, len) && (!path[len] || path[len] == '.');
}

/* Does the test have only one value, this word? */
static bool asks_for(const struct ask *ask, const struct ask_test *test,
		     const char *path, const char *text)
{
	const struct ask_value *value = &ask->values[test->first];

	return test->compare == ASK_EQ && !test->is_other && test->nr == 1 &&
	       !strcmp(test->field.path, path) && value->len == strlen(text) &&
	       !memcmp(value->text, text, value->len);
}

/* What must hold of a call for it to have a field, whatever its value */
static struct bound present(const struct field *field)
{
	if (field->calls != ~0ULL)
		return call_bound(field->calls);
	if (field->meaning == FIELD_ERRNO)
		return bound_of(LEVEL_ONE, "failed");
	if (begins_with(field->path, "before") ||
	    begins_with(field->path, "after"))
		return call_bound(1ULL << IPCTRACE_CALL_msgctl |
				  1ULL << IPCTRACE_CALL_semctl |
				  1ULL << IPCTRACE_CALL_shmctl);
	if (begins_with(field->path, "created"))
		return call_bound(1ULL << IPCTRACE_CALL_msgget |
				  1ULL << IPCTRACE_CALL_semget |
				  1ULL << IPCTRACE_CALL_shmget);
	return always;
}

static struct bound implied_by_words(const struct ask *ask,
				     const struct ask_test *test)
{
	static const char *const failures[] = { "timeout", "signal", "removed" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(failures); i++)
		if (asks_for(ask, test, "end", failures[i]))
			return bound_of(LEVEL_ONE, "failed");
	for (i = 0; i < __IPCTRACE_FAMILY_MAX; i++)
		if (asks_for(ask, test, "object.kind", ipct_family_names[i]))
			return bound_of(LEVEL_ONE, "call == %s",
					ipct_family_names[i]);
	return always;
}

/*
 * The filter knows a process only with all its descendants, and no duration of what is
 * not a call.
 */
static struct bound implied_by_numbers(const struct ask *ask,
				       const struct ask_test *test)
{
	struct ask_test wider = *test;

	if (test->compare != ASK_EQ && test->compare != ASK_LT &&
	    test->compare != ASK_GT)
		return always;
	if (!strcmp(test->field.path, "tgid") && test->compare == ASK_EQ)
		wider.field.filter = "pid";
	else if (!strcmp(test->field.path, "duration_ns"))
		wider.field.filter = "duration";
	else
		return always;
	return exact(ask, &wider);
}

static struct bound implied(const struct ask *ask, const struct ask_test *test)
{
	struct bound bound = implied_by_words(ask, test);

	if (!bound.text)
		bound = implied_by_numbers(ask, test);
	if (!bound.text)
		bound = present(&test->field);
	if (test->is_other)
		bound = join(bound, present(&test->other), false);
	return bound;
}

/* ---- Parts ------------------------------------------------------------------ */

static bool is_never(struct bound bound)
{
	return !bound.text && !bound.holds;
}

/* Join two bounds into one. */
static struct bound join(struct bound a, struct bound b, bool is_or)
{
	u8 level = is_or ? LEVEL_OR : LEVEL_AND;
	struct bound joined;

	if (a.text && b.text) {
		bool around_a = a.level < level, around_b = b.level <= level;

		/* A left side of the same level needs no parentheses. */
		joined = bound_of(level, "%s%s%s %s %s%s%s",
				  around_a ? "(" : "", a.text,
				  around_a ? ")" : "", is_or ? "or" : "and",
				  around_b ? "(" : "", b.text,
				  around_b ? ")" : "");
		free(a.text);
		free(b.text);
		return joined;
	}
	/* One of them always or never holds: it decides for both, or leaves the other. */
	if (a.text ? b.holds == is_or : a.holds == is_or) {
		free(a.text);
		free(b.text);
		return is_or ? always : never;
	}
	return a.text ? a : b;
}

static struct bound negate(struct bound a)
{
	struct bound negated;

	if (!a.text)
		return is_never(a) ? always : never;
	negated = bound_of(LEVEL_ONE, a.level == LEVEL_ONE ? "not %s" :
							     "not (%s)", a.text);
	free(a.text);
	/* Without memory nothing is known, not even that it never holds. */
	return negated;
}

/*
 * @upper: a bound that holds wherever the node does; else one wherever which the node
 * holds.
 */
static struct bound bound_node(const struct ask *ask, u32 n, bool upper)
{
	const struct ask_node *node = &ask->nodes[n];
	struct bound bound;

	switch (node->kind) {
	case ASK_NOT:
		return negate(bound_node(ask, node->left, !upper));
	case ASK_AND:
	case ASK_OR:
		bound = bound_node(ask, node->left, upper);
		return join(bound, bound_node(ask, node->right, upper),
			    node->kind == ASK_OR);
	}
	bound = exact(ask, &ask->tests[node->left]);
	if (bound.text)
		return bound;
	return upper ? implied(ask, &ask->tests[node->left]) : never;
}

/* Does the filter say the same? */
static bool is_exact(const struct ask *ask, u32 n)
{
	const struct ask_node *node = &ask->nodes[n];
	struct bound bound;

	switch (node->kind) {
	case ASK_NOT:
		return is_exact(ask, node->left);
	case ASK_AND:
	case ASK_OR:
		return is_exact(ask, node->left) && is_exact(ask, node->right);
	}
	bound = exact(ask, &ask->tests[node->left]);
	free(bound.text);
	return bound.text;
}

/* ---- All of it -------------------------------------------------------------- */

static void add_rest(struct narrow *narrow, const struct ask *ask, u32 n)
{
	const struct ask_node *node = &ask->nodes[n];
	char *more;

	/* Alternatives stand in parentheses, or alone. */
	if (asprintf(&more, "%s%s%.*s", narrow->rest,
		     *narrow->rest ? " and " : "",
		     (int)(node->end - node->begin),
		     ask->text + node->begin) < 0)
		return;
	free(narrow->rest);
	narrow->rest = more;
}

/* Add one of the parts that must all hold. */
static void add_conjunct(struct narrow *narrow, const struct ask *ask, u32 n)
{
	struct bound bound = bound_node(ask, n, true);
	bool taken = false;
	char *more;

	/* The filter only has room for so much. */
	if (bound.text && asprintf(&more, "%s%s%s%s%s", narrow->filter,
				   *narrow->filter ? " and " : "",
				   bound.level == LEVEL_OR ? "(" : "",
				   bound.text,
				   bound.level == LEVEL_OR ? ")" : "") >= 0) {
		taken = filter_takes(more);
		if (taken) {
			free(narrow->filter);
			narrow->filter = more;
		} else {
			free(more);
		}
	}
	free(bound.text);
	if (taken && is_exact(ask, n))
		narrow->decided[n] = true;
	else
		add_rest(narrow, ask, n);
}

static void add_conjuncts(struct narrow *narrow, const struct ask *ask, u32 n)
{
	const struct ask_node *node = &ask->nodes[n];

	if (node->kind != ASK_AND) {
		add_conjunct(narrow, ask, n);
		return;
	}
	add_conjuncts(narrow, ask, node->left);
	add_conjuncts(narrow, ask, node->right);
}

/**
 * narrow_new() - take a question apart
 * @narrow: out: its parts; nothing to be freed on failure
 * @ask: stays as it is; not needed any more on return
 *
 * Return: false when memory is short.
 */
bool narrow_new(struct narrow *narrow, const struct ask *ask)
{
	*narrow = (struct narrow){
		.filter = strdup(""),
		.rest = strdup(""),
		.decided = calloc(ask->nr_nodes + 1, sizeof(bool)),
	};
	if (!narrow->filter || !narrow->rest || !narrow->decided) {
		narrow_free(narrow);
		return false;
	}
	if (ask->nr_nodes)
		add_conjuncts(narrow, ask, ask->root);
	return true;
}

/**
 * narrow_follows() - does the filter decide for every record whether tests of pid hold?
 * @narrow: the parts of @ask
 * @ask: has such tests, and wants them all to hold
 *
 * Return: whether each of them holds for all processes whose records the filter lets
 * through. Never for a question without such tests.
 */
bool narrow_follows(const struct narrow *narrow, const struct ask *ask)
{
	u32 n, settled = 0;

	for (n = 0; n < ask->nr_nodes; n++)
		if (narrow->decided[n] && ask->nodes[n].kind == ASK_TEST &&
		    ask->tests[ask->nodes[n].left].compare == ASK_TREE)
			settled++;
	return settled && settled == ask->nr_trees;
}

/**
 * narrow_free() - undo narrow_new()
 * @narrow: from a narrow_new() that succeeded
 */
void narrow_free(struct narrow *narrow)
{
	free(narrow->filter);
	free(narrow->rest);
	free(narrow->decided);
}
