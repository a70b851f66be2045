/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Filter expressions: from text to a program, and its evaluation; see
 * filter_expr.c. For the kernel and for the host's tests.
 *
 * Locking: none; a parsed filter does not change.
 */
#ifndef _IPCT_FILTER_EXPR_H
#define _IPCT_FILTER_EXPR_H

#include <ipctrace/ipctrace.h>

#include "portable.h"

#define IPCT_FILTER_TEXT_BYTES	IPCTRACE_FILTER_MAX_BYTES
#define IPCT_FILTER_MAX_OPS	64
#define IPCT_FILTER_MAX_VALUES	128
#define IPCT_FILTER_MAX_PIDS	32	/* tests of pid */

/**
 * enum ipct_filter_field - what a test looks at
 * @IPCT_FILTER_CALL: which call it is, as a set of bits by enum ipctrace_call_id
 * @IPCT_FILTER_PID: which of the filter's tests of pid hold, as a set of bits
 * @IPCT_FILTER_UID: real user
 * @IPCT_FILTER_GID: real group
 * @IPCT_FILTER_LOGINUID: user who logged in
 * @IPCT_FILTER_COMM: name, in the first 8 of its 16 bytes
 * @IPCT_FILTER_COMM_REST: and in the last; never named in an expression
 * @IPCT_FILTER_IPC_NS: inode number of the IPC namespace
 * @IPCT_FILTER_CGROUP: id of the cgroup
 * @IPCT_FILTER_ID: id of the object, 32 bits with sign
 * @IPCT_FILTER_KEY: its key, 32 bits without sign
 * @IPCT_FILTER_FAILED: 1 for a call that returned an error, 0 for any other
 * @IPCT_FILTER_DURATION: nanoseconds
 */
enum ipct_filter_field {
	IPCT_FILTER_CALL,
	IPCT_FILTER_PID,
	IPCT_FILTER_UID,
	IPCT_FILTER_GID,
	IPCT_FILTER_LOGINUID,
	IPCT_FILTER_COMM,
	IPCT_FILTER_COMM_REST,
	IPCT_FILTER_IPC_NS,
	IPCT_FILTER_CGROUP,
	IPCT_FILTER_ID,
	IPCT_FILTER_KEY,
	IPCT_FILTER_FAILED,
	IPCT_FILTER_DURATION,
	__IPCT_FILTER_FIELD_MAX,
};

/**
 * enum ipct_filter_kind - operations of the program, on a stack of truths
 * @IPCT_FILTER_TEST: put the outcome of a test on the stack
 * @IPCT_FILTER_NOT: turn the uppermost over
 * @IPCT_FILTER_AND: one for the two uppermost
 * @IPCT_FILTER_OR: likewise
 */
enum ipct_filter_kind {
	IPCT_FILTER_TEST,
	IPCT_FILTER_NOT,
	IPCT_FILTER_AND,
	IPCT_FILTER_OR,
};

/**
 * enum ipct_filter_compare - how a test compares
 * @IPCT_FILTER_EQ: equal to one of its values
 * @IPCT_FILTER_LT: less than its value
 * @IPCT_FILTER_GT: greater
 * @IPCT_FILTER_SUBSET: all bits are in its value
 * @IPCT_FILTER_HAS: some bit is in its first value
 */
enum ipct_filter_compare {
	IPCT_FILTER_EQ,
	IPCT_FILTER_LT,
	IPCT_FILTER_GT,
	IPCT_FILTER_SUBSET,
	IPCT_FILTER_HAS,
};

/**
 * struct ipct_filter_op - an operation
 * @kind: enum ipct_filter_kind
 * @field: enum ipct_filter_field, of a test
 * @compare: enum ipct_filter_compare, of a test
 * @nr: number of values
 * @first: the first of them in struct ipct_filter_expr.values
 */
struct ipct_filter_op {
	u8 kind;
	u8 field;
	u8 compare;
	u8 nr;
	u16 first;
};

/**
 * struct ipct_filter_expr - a filter
 * @text: as it was written, without white space around it
 * @nr_ops: operations; 0 for an empty text, which lets everything through
 * @nr_values: values
 * @nr_pids: tests of pid
 * @fields: fields that are looked at, as a set of bits
 * @ops: the operations, operands first
 * @values: what tests compare with; of a test of pid, its bit, and then the
 *	processes
 */
struct ipct_filter_expr {
	char text[IPCT_FILTER_TEXT_BYTES];
	u16 nr_ops;
	u16 nr_values;
	u16 nr_pids;
	u32 fields;
	struct ipct_filter_op ops[IPCT_FILTER_MAX_OPS];
	u64 values[IPCT_FILTER_MAX_VALUES];
};

/**
 * enum ipct_filter_fact - what is known of a field
 * @IPCT_FILTER_UNKNOWN: nothing yet
 * @IPCT_FILTER_ABSENT: that there is none: no test of it holds
 * @IPCT_FILTER_KNOWN: its value
 */
enum ipct_filter_fact {
	IPCT_FILTER_UNKNOWN,
	IPCT_FILTER_ABSENT,
	IPCT_FILTER_KNOWN,
};

/**
 * struct ipct_filter_truth - what can become of an expression
 * @may_hold: it may hold
 * @may_fail: it may not
 */
struct ipct_filter_truth {
	bool may_hold;
	bool may_fail;
};

/**
 * typedef ipct_filter_fetch_t - ask for a field
 * @context: of the caller of ipct_filter_evaluate()
 * @field: the field
 * @value: out: its value, with IPCT_FILTER_KNOWN
 *
 * Return: enum ipct_filter_fact.
 */
typedef u8 (*ipct_filter_fetch_t)(const void *context, u8 field, u64 *value);

static __always_inline bool ipct_filter_test(const struct ipct_filter_expr *expr,
					     const struct ipct_filter_op *op,
					     u64 value)
{
	const u64 *with = expr->values + op->first;
	u32 i;

	switch (op->compare) {
	case IPCT_FILTER_LT:
		return value < *with;
	case IPCT_FILTER_GT:
		return value > *with;
	case IPCT_FILTER_SUBSET:
		return !(value & ~*with);
	case IPCT_FILTER_HAS:
		return value & *with;
	}
	for (i = 0; i < op->nr; i++)
		if (value == with[i])
			return true;
	return false;
}

/**
 * ipct_filter_evaluate() - what can become of an expression by what is known
 * @expr: the expression, not empty
 * @fetch: how to ask for fields
 * @context: for @fetch
 *
 * The stack is two words, a bit for each truth on it: the parser sees to it
 * that they suffice.
 *
 * Context: any.
 */
static __always_inline struct ipct_filter_truth
ipct_filter_evaluate(const struct ipct_filter_expr *expr,
		     ipct_filter_fetch_t fetch, const void *context)
{
	const struct ipct_filter_op *op = expr->ops;
	const struct ipct_filter_op *end = op + expr->nr_ops;
	u64 hold = 0, fail = 0, value, swap;
	u8 fact;

	for (; op < end; op++) {
		switch (op->kind) {
		case IPCT_FILTER_TEST:
			hold <<= 1;
			fail <<= 1;
			fact = fetch(context, op->field, &value);
			if (fact == IPCT_FILTER_UNKNOWN) {
				hold |= 1;
				fail |= 1;
			} else if (fact == IPCT_FILTER_KNOWN &&
				   ipct_filter_test(expr, op, value)) {
				hold |= 1;
			} else {
				fail |= 1;
			}
			break;
		case IPCT_FILTER_NOT:
			swap = (hold ^ fail) & 1;
			hold ^= swap;
			fail ^= swap;
			break;
		case IPCT_FILTER_AND:
			hold = (hold >> 1) & (hold | ~1ULL);
			fail = (fail >> 1) | (fail & 1);
			break;
		case IPCT_FILTER_OR:
			hold = (hold >> 1) | (hold & 1);
			fail = (fail >> 1) & (fail | ~1ULL);
			break;
		}
	}
	return (struct ipct_filter_truth){ hold & 1, fail & 1 };
}

int ipct_filter_parse(struct ipct_filter_expr *expr, const char *text,
		      const char **message);

#endif /* _IPCT_FILTER_EXPR_H */
