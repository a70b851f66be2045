// SPDX-License-Identifier: GPL-2.0
/*
 * Any text as a filter: it is refused with a place in it, or its program is
 * sound, means what a plain reading of it means, and printed as an expression
 * again becomes the same program.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "names/cgroups.h"
#include "select/selection.h"
#include "shared/expression.h"
#include "shared/syscalls.h"

/* A filter as a tree, and its text */
struct tree {
	const struct ipct_expr *expr;
	int left[IPCT_EXPR_MAX_OPS];
	int right[IPCT_EXPR_MAX_OPS];
	char text[65536];
	size_t used;
};

/* What is known of each field */
struct facts {
	u8 fact[__IPCT_EXPR_FIELD_MAX];
	u64 value[__IPCT_EXPR_FIELD_MAX];
};

/* Operands come first; each operator has its own, and one thing is left over. */
static int root_of(struct tree *tree)
{
	int stack[IPCT_EXPR_MAX_OPS], depth = 0;
	u32 i;

	for (i = 0; i < tree->expr->nr_ops; i++) {
		const struct ipct_expr_op *op = &tree->expr->ops[i];

		switch (op->kind) {
		case IPCT_EXPR_TEST:
			CHECK(op->nr);
			CHECK(op->first + op->nr <= tree->expr->nr_values);
			CHECK(op->field < __IPCT_EXPR_FIELD_MAX);
			CHECK(tree->expr->fields & 1U << op->field);
			break;
		case IPCT_EXPR_NOT:
			CHECK(depth >= 1);
			tree->left[i] = stack[--depth];
			break;
		default:
			CHECK(op->kind <= IPCT_EXPR_OR && depth >= 2);
			tree->right[i] = stack[--depth];
			tree->left[i] = stack[--depth];
		}
		stack[depth++] = i;
		/* The evaluation's stack is words of 64 bits. */
		CHECK(depth <= 64);
	}
	CHECK(depth == 1);
	return stack[0];
}

/* ---- What it means ---------------------------------------------------------- */

static bool holds(const struct ipct_expr *expr,
		  const struct ipct_expr_op *op, u64 value)
{
	const u64 *with = &expr->values[op->first];
	bool equal = false;
	u32 i;

	for (i = 0; i < op->nr; i++)
		equal = equal || with[i] == value;
	switch (op->compare) {
	case IPCT_EXPR_EQ:
		return equal;
	case IPCT_EXPR_LT:
		return value < with[0];
	case IPCT_EXPR_GT:
		return value > with[0];
	case IPCT_EXPR_SUBSET:
		return (value | with[0]) == with[0];
	default:
		return (value & with[0]) != 0;
	}
}

static struct ipct_expr_truth meaning(const struct tree *tree, int node,
				      const struct facts *facts)
{
	const struct ipct_expr_op *op = &tree->expr->ops[node];
	struct ipct_expr_truth a, b;
	bool yes;

	switch (op->kind) {
	case IPCT_EXPR_TEST:
		if (facts->fact[op->field] == IPCT_EXPR_UNKNOWN)
			return (struct ipct_expr_truth){ true, true };
		yes = facts->fact[op->field] == IPCT_EXPR_KNOWN &&
		      holds(tree->expr, op, facts->value[op->field]);
		return (struct ipct_expr_truth){ yes, !yes };
	case IPCT_EXPR_NOT:
		a = meaning(tree, tree->left[node], facts);
		return (struct ipct_expr_truth){ a.may_fail, a.may_hold };
	}
	a = meaning(tree, tree->left[node], facts);
	b = meaning(tree, tree->right[node], facts);
	if (op->kind == IPCT_EXPR_AND)
		return (struct ipct_expr_truth){
			a.may_hold && b.may_hold, a.may_fail || b.may_fail };
	return (struct ipct_expr_truth){
		a.may_hold || b.may_hold, a.may_fail && b.may_fail };
}

static u8 fetch(const void *context, u8 field, u64 *value)
{
	const struct facts *facts = context;

	*value = facts->value[field];
	return facts->fact[field];
}

static u64 next_random(u64 *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return *state >> 24;
}

/* Values that the filter names, and some beside them */
static void draw_facts(const struct ipct_expr *expr, u64 *state,
		       struct facts *facts)
{
	u32 i;

	for (i = 0; i < __IPCT_EXPR_FIELD_MAX; i++) {
		facts->fact[i] = next_random(state) % 4;
		if (facts->fact[i] > IPCT_EXPR_KNOWN)
			facts->fact[i] = IPCT_EXPR_KNOWN;
		facts->value[i] = expr->values[next_random(state) %
					       expr->nr_values];
		if (next_random(state) % 2)
			facts->value[i] += next_random(state) % 3 - 1;
	}
}

static void check_meaning(const struct tree *tree, int root, u64 seed)
{
	struct ipct_expr_truth truth, expected;
	struct facts facts;
	int i;

	for (i = 0; i < 8; i++) {
		draw_facts(tree->expr, &seed, &facts);
		truth = ipct_expr_evaluate(tree->expr, fetch, &facts);
		expected = meaning(tree, root, &facts);
		CHECK(truth.may_hold == expected.may_hold);
		CHECK(truth.may_fail == expected.may_fail);
		CHECK(truth.may_hold || truth.may_fail);
	}
}

/* ---- As an expression ------------------------------------------------------- */

static const char *const field_names[__IPCT_EXPR_FIELD_MAX] = {
	[IPCT_EXPR_CALL] = "call",
	[IPCT_EXPR_PID] = "pid",
	[IPCT_EXPR_UID] = "uid",
	[IPCT_EXPR_GID] = "gid",
	[IPCT_EXPR_LOGINUID] = "loginuid",
	[IPCT_EXPR_IPC_NS] = "ipc_ns",
	[IPCT_EXPR_CGROUP] = "cgroup",
	[IPCT_EXPR_ID] = "id",
	[IPCT_EXPR_KEY] = "key",
	[IPCT_EXPR_DURATION] = "duration",
};

static void print(struct tree *tree, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tree->used += vsnprintf(tree->text + tree->used,
				sizeof(tree->text) - tree->used, format, args);
	va_end(args);
	CHECK(tree->used < sizeof(tree->text));
}

static void print_calls(struct tree *tree, u64 calls)
{
	const char *comma = "";
	u32 i;

	print(tree, "call in (");
	for (i = 0; i < IPCTRACE_NR_CALLS; i++) {
		if (!(calls & 1ULL << i))
			continue;
		print(tree, "%s%s", comma, ipct_syscalls[i].name);
		comma = ",";
	}
	print(tree, ")");
}

static void print_test(struct tree *tree, const struct ipct_expr_op *op)
{
	const char *unit = op->field == IPCT_EXPR_DURATION ? "ns" : "";
	const u64 *value = &tree->expr->values[op->first];
	u32 i = op->field == IPCT_EXPR_PID;

	if (op->field == IPCT_EXPR_FAILED) {
		print(tree, "failed");
		return;
	}
	if (op->field == IPCT_EXPR_CALL) {
		print_calls(tree, *value);
		return;
	}
	CHECK(field_names[op->field]);
	print(tree, "%s ", field_names[op->field]);
	if (op->compare == IPCT_EXPR_LT || op->compare == IPCT_EXPR_GT) {
		print(tree, "%c %llu%s", op->compare == IPCT_EXPR_LT ? '<' : '>',
		      *value, unit);
		return;
	}
	print(tree, "in ");
	for (; i < op->nr; i++)
		print(tree, "%c%#llx%s", op->field == IPCT_EXPR_PID ?
		      i == 1 ? '(' : ',' : i ? ',' : '(', value[i], unit);
	print(tree, ")");
}

/* A name is two tests. */
static bool print_comm(struct tree *tree, int node)
{
	const struct ipct_expr_op *ops = tree->expr->ops;
	char name[17] = "";
	char mark;

	if (ops[node].kind != IPCT_EXPR_AND ||
	    ops[tree->left[node]].kind != IPCT_EXPR_TEST ||
	    ops[tree->left[node]].field != IPCT_EXPR_COMM)
		return false;
	CHECK(ops[tree->right[node]].field == IPCT_EXPR_COMM_REST);
	memcpy(name, &tree->expr->values[ops[tree->left[node]].first], 8);
	memcpy(name + 8, &tree->expr->values[ops[tree->right[node]].first], 8);
	mark = strchr(name, '"') ? '\'' : '"';
	print(tree, "comm == %c%s%c", mark, name, mark);
	return true;
}

/* With no more parentheses than it takes; @level: of the operator around it */
static void print_node(struct tree *tree, int node, u8 level)
{
	const struct ipct_expr_op *op = &tree->expr->ops[node];
	bool or = op->kind == IPCT_EXPR_OR;

	if (print_comm(tree, node))
		return;
	if (op->kind == IPCT_EXPR_TEST) {
		print_test(tree, op);
	} else if (op->kind == IPCT_EXPR_NOT) {
		print(tree, "not ");
		print_node(tree, tree->left[node], 2);
	} else if (level > !or) {
		print(tree, "(");
		print_node(tree, node, 0);
		print(tree, ")");
	} else {
		print_node(tree, tree->left[node], !or);
		print(tree, or ? " or " : " and ");
		print_node(tree, tree->right[node], !or + 1);
	}
}

static void check_same(const struct ipct_expr *a,
		       const struct ipct_expr *b)
{
	CHECK(a->nr_ops == b->nr_ops && a->nr_values == b->nr_values);
	CHECK(a->nr_pids == b->nr_pids && a->fields == b->fields);
	CHECK(!memcmp(a->ops, b->ops, sizeof(a->ops)));
	CHECK(!memcmp(a->values, b->values, sizeof(a->values)));
}

/* Printing may take more nesting, "not" for "!=", and more room. */
static void check_printed(struct tree *tree, int root)
{
	static struct ipct_expr again;
	const char *message = NULL;

	tree->used = 0;
	print_node(tree, root, 0);
	if (!ipct_expr_parse(&again, tree->text, &message))
		check_same(tree->expr, &again);
	else
		CHECK(!strcmp(message, "too long") ||
		      !strcmp(message, "nested too deep"));
}

static void check_names(const char *text)
{
	struct cgroups *cgroups = cgroups_new_empty();
	struct selection selection = { };

	CHECK(selection_add_calls(&selection, text) <= (selection.calls != 0));
	if (selection_set_cgroup(&selection, cgroups, text))
		CHECK(selection.cgroup || selection.cgroup_path);
	cgroups_free(cgroups);
}

static void check_filter(const char *text, size_t len)
{
	static struct ipct_expr expr, again;
	static struct tree tree = { .expr = &expr };
	const char *message = NULL;
	int ret = ipct_expr_parse(&expr, text, &message);
	int root;

	if (ret) {
		CHECK(ret >= 1 && ret <= (int)len + 1);
		CHECK(message && *message);
		return;
	}
	CHECK(strlen(expr.text) < sizeof(expr.text));
	CHECK(!ipct_expr_parse(&again, expr.text, &message));
	CHECK(!strcmp(expr.text, again.text));
	check_same(&expr, &again);
	CHECK(!expr.nr_ops == !*expr.text);
	if (!expr.nr_ops)
		return;
	root = root_of(&tree);
	check_meaning(&tree, root, len + expr.values[0]);
	check_printed(&tree, root);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	/* Exactly as large as it is; its length is that up to the first NUL. */
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	text = realloc(text, strlen(text) + 1);
	check_filter(text, strlen(text));
	check_names(text);
	free(text);
	return 0;
}
