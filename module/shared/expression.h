/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Filter expressions: from text to a program, and its evaluation; see
 * expression.c. For the kernel and for the host's tests.
 *
 * Locking: none; a parsed filter does not change.
 */
#ifndef _IPCT_FILTER_EXPR_H
#define _IPCT_FILTER_EXPR_H

#include <ipctrace/ipctrace.h>

#include "portable.h"

#define IPCT_EXPR_TEXT_BYTES	IPCTRACE_FILTER_MAX_BYTES
#define IPCT_EXPR_MAX_OPS	64
#define IPCT_EXPR_MAX_VALUES	128
#define IPCT_EXPR_MAX_PIDS	32	/* tests of pid */

/**
 * enum ipct_expr_field - what a test looks at
 * @IPCT_EXPR_CALL: which call it is, as a set of bits by enum ipctrace_call_id
 * @IPCT_EXPR_PID: which of the filter's tests of pid hold, as a set of bits
 * @IPCT_EXPR_UID: real user
 * @IPCT_EXPR_GID: real group
 * @IPCT_EXPR_LOGINUID: user who logged in
 * @IPCT_EXPR_COMM: name, in the first 8 of its 16 bytes
 * @IPCT_EXPR_COMM_REST: and in the last; never named in an expression
 * @IPCT_EXPR_IPC_NS: inode number of the IPC namespace
 * @IPCT_EXPR_CGROUP: id of the cgroup
 * @IPCT_EXPR_ID: id of the object, 32 bits with sign
 * @IPCT_EXPR_KEY: its key, 32 bits without sign
 * @IPCT_EXPR_FAILED: 1 for a call that returned an error, 0 for any other
 * @IPCT_EXPR_DURATION: nanoseconds
 */
enum ipct_expr_field {
	IPCT_EXPR_CALL,
	IPCT_EXPR_PID,
	IPCT_EXPR_UID,
	IPCT_EXPR_GID,
	IPCT_EXPR_LOGINUID,
	IPCT_EXPR_COMM,
	IPCT_EXPR_COMM_REST,
	IPCT_EXPR_IPC_NS,
	IPCT_EXPR_CGROUP,
	IPCT_EXPR_ID,
	IPCT_EXPR_KEY,
	IPCT_EXPR_FAILED,
	IPCT_EXPR_DURATION,
	__IPCT_EXPR_FIELD_MAX,
};

/**
 * enum ipct_expr_kind - operations of the program, on a stack of truths
 * @IPCT_EXPR_TEST: put the outcome of a test on the stack
 * @IPCT_EXPR_NOT: negate the top of the stack
 * @IPCT_EXPR_AND: replace the two at the top by one
 * @IPCT_EXPR_OR: likewise
 */
enum ipct_expr_kind {
	IPCT_EXPR_TEST,
	IPCT_EXPR_NOT,
	IPCT_EXPR_AND,
	IPCT_EXPR_OR,
};

/**
 * enum ipct_expr_compare - how a test compares
 * @IPCT_EXPR_EQ: equal to one of its values
 * @IPCT_EXPR_LT: less than its value
 * @IPCT_EXPR_GT: greater
 * @IPCT_EXPR_SUBSET: all bits are in its value
 * @IPCT_EXPR_HAS: some bit is in its first value
 */
enum ipct_expr_compare {
	IPCT_EXPR_EQ,
	IPCT_EXPR_LT,
	IPCT_EXPR_GT,
	IPCT_EXPR_SUBSET,
	IPCT_EXPR_HAS,
};

/**
 * struct ipct_expr_op - an operation
 * @kind: enum ipct_expr_kind
 * @field: enum ipct_expr_field, of a test
 * @compare: enum ipct_expr_compare, of a test
 * @nr: number of values
 * @first: the first of them in struct ipct_expr.values
 */
struct ipct_expr_op {
	u8 kind;
	u8 field;
	u8 compare;
	u8 nr;
	u16 first;
};

/**
 * struct ipct_expr - a filter
 * @text: as it was written, without white space around it
 * @nr_ops: operations; 0 for an empty text, which lets everything through
 * @nr_values: values
 * @nr_pids: tests of pid
 * @fields: fields that are looked at, as a set of bits
 * @ops: the operations, operands first
 * @values: what tests compare with; of a test of pid, its bit, and then the
 *	processes
 */
struct ipct_expr {
	char text[IPCT_EXPR_TEXT_BYTES];
	u16 nr_ops;
	u16 nr_values;
	u16 nr_pids;
	u32 fields;
	struct ipct_expr_op ops[IPCT_EXPR_MAX_OPS];
	u64 values[IPCT_EXPR_MAX_VALUES];
};

/**
 * enum ipct_expr_fact - what is known of a field
 * @IPCT_EXPR_UNKNOWN: nothing yet
 * @IPCT_EXPR_ABSENT: that there is none: no test of it holds
 * @IPCT_EXPR_KNOWN: its value
 */
enum ipct_expr_fact {
	IPCT_EXPR_UNKNOWN,
	IPCT_EXPR_ABSENT,
	IPCT_EXPR_KNOWN,
};

/**
 * struct ipct_expr_truth - what can become of an expression
 * @may_hold: it may hold
 * @may_fail: it may not hold
 */
struct ipct_expr_truth {
	bool may_hold;
	bool may_fail;
};

/**
 * typedef ipct_expr_fetch_t - ask for a field
 * @context: of the caller of ipct_expr_evaluate()
 * @field: enum ipct_expr_field
 * @value: out: its value, with IPCT_EXPR_KNOWN
 *
 * Return: enum ipct_expr_fact.
 */
typedef u8 (*ipct_expr_fetch_t)(const void *context, u8 field, u64 *value);

static __always_inline bool ipct_expr_test(const struct ipct_expr *expr,
					   const struct ipct_expr_op *op,
					   u64 value)
{
	const u64 *with = expr->values + op->first;
	u32 i;

	switch (op->compare) {
	case IPCT_EXPR_LT:
		return value < *with;
	case IPCT_EXPR_GT:
		return value > *with;
	case IPCT_EXPR_SUBSET:
		return !(value & ~*with);
	case IPCT_EXPR_HAS:
		return value & *with;
	}
	for (i = 0; i < op->nr; i++)
		if (value == with[i])
			return true;
	return false;
}

/**
 * ipct_expr_evaluate() - what can become of an expression, from what is known
 * @expr: the expression, not empty
 * @fetch: how to ask for fields
 * @context: for @fetch
 *
 * The stack is two words, a bit in each for each truth on it: the parser makes sure
 * that they suffice.
 *
 * Context: any.
 */
static __always_inline struct ipct_expr_truth
ipct_expr_evaluate(const struct ipct_expr *expr,
		   ipct_expr_fetch_t fetch, const void *context)
{
	const struct ipct_expr_op *op = expr->ops;
	const struct ipct_expr_op *end = op + expr->nr_ops;
	u64 hold = 0, fail = 0, value, swap;
	u8 fact;

	for (; op < end; op++) {
		switch (op->kind) {
		case IPCT_EXPR_TEST:
			hold <<= 1;
			fail <<= 1;
			fact = fetch(context, op->field, &value);
			if (fact == IPCT_EXPR_UNKNOWN) {
				hold |= 1;
				fail |= 1;
			} else if (fact == IPCT_EXPR_KNOWN &&
				   ipct_expr_test(expr, op, value)) {
				hold |= 1;
			} else {
				fail |= 1;
			}
			break;
		case IPCT_EXPR_NOT:
			swap = (hold ^ fail) & 1;
			hold ^= swap;
			fail ^= swap;
			break;
		case IPCT_EXPR_AND:
			hold = (hold >> 1) & (hold | ~1ULL);
			fail = (fail >> 1) | (fail & 1);
			break;
		case IPCT_EXPR_OR:
			hold = (hold >> 1) | (hold & 1);
			fail = (fail >> 1) & (fail | ~1ULL);
			break;
		}
	}
	return (struct ipct_expr_truth){ hold & 1, fail & 1 };
}

int ipct_expr_parse(struct ipct_expr *expr, const char *text,
		    const char **message);

#endif /* _IPCT_EXPRESSION_H */
