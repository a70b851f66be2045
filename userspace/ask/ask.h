/* SPDX-License-Identifier: GPL-2.0 */
/* Questions to records: what a record must be like; see ask.c and parse.c. */
#ifndef _IPCTRACE_ASK_H
#define _IPCTRACE_ASK_H

#include <ipctrace/ipctrace.h>

#include "ask/tree.h"
#include "fields/fields.h"
#include "shared/portable.h"

#define ASK_TEXT_BYTES	16384
#define ASK_MAX_TREES	64	/* tests of pid */

/**
 * struct ask_value - what a test compares with
 * @negative: of a number: it is below zero
 * @number: of a number: its 64 bits, which have a sign if it is @negative
 * @by_kind: a constant, whose value depends on the kind of the argument
 * @kinds: kinds that have it, as a set of bits
 * @of_kind: its value, by enum ipct_kind
 * @text: a text, in struct ask.text
 * @len: bytes of @text
 */
struct ask_value {
	bool negative;
	u64 number;
	bool by_kind;
	u32 kinds;
	u64 of_kind[__IPCT_KIND_MAX];
	const char *text;
	u32 len;
};

/**
 * enum ask_compare - how a test compares
 * @ASK_EQ: equal to one of its values, or to another field
 * @ASK_LT: less than its value, or the other field
 * @ASK_GT: greater
 * @ASK_BITS: has one of the bits
 * @ASK_GLOB: a text matches one of the patterns
 * @ASK_HAS: it is there
 * @ASK_CALLS: all calls that it stands for are among these
 * @ASK_TREE: one of these processes, or one of their descendants
 */
enum ask_compare {
	ASK_EQ,
	ASK_LT,
	ASK_GT,
	ASK_BITS,
	ASK_GLOB,
	ASK_HAS,
	ASK_CALLS,
	ASK_TREE,
};

/**
 * struct ask_test - a test
 * @field: what it looks at
 * @other: the field that it compares with, where @is_other
 * @is_other: it compares with a field, not with values
 * @masked: only the bits of @field in @mask count
 * @compare: enum ask_compare
 * @mask: which bits, in struct ask.values
 * @first: its first value, likewise
 * @nr: number of values
 * @calls: for ASK_CALLS
 * @tree: for ASK_TREE, its bit
 */
struct ask_test {
	struct field field;
	struct field other;
	bool is_other;
	bool masked;
	u8 compare;
	u32 mask;
	u32 first;
	u32 nr;
	u64 calls;
	u64 tree;
};

/**
 * enum ask_kind - a node of a question
 * @ASK_TEST: a test
 * @ASK_NOT: not what is on its left
 * @ASK_AND: what is on its left and what is on its right
 * @ASK_OR: one of them
 */
enum ask_kind {
	ASK_TEST,
	ASK_NOT,
	ASK_AND,
	ASK_OR,
};

/**
 * struct ask_node - a part of a question
 * @kind: enum ask_kind
 * @left: node on its left; for ASK_TEST the test
 * @right: node on its right
 * @begin: where it is in the text
 * @end: and where it ends
 */
struct ask_node {
	u8 kind;
	u32 left;
	u32 right;
	u32 begin;
	u32 end;
};

/**
 * struct ask_step - a step of a question's program
 * @test: which one, in struct ask.tests
 * @yes: step to go on with when it holds, or ASK_YES, ASK_NO
 * @no: and when it does not
 */
struct ask_step {
	u32 test;
	s32 yes;
	s32 no;
};

#define ASK_YES	(-1)
#define ASK_NO	(-2)

/**
 * struct ask - a question
 * @text: as it was asked
 * @nodes: its parts
 * @nr_nodes: how many
 * @root: the one that is all of it
 * @tests: its tests
 * @nr_tests: how many
 * @values: what they compare with
 * @nr_values: how many
 * @steps: the program
 * @nr_steps: how many
 * @entry: the first of them, or ASK_YES for an empty question
 * @nr_trees: tests of pid
 * @tree: the processes that these hold for
 * @followed: they hold for the record that is asked about, whatever @tree says
 * @cgroups: names of cgroups, or NULL
 * @facts: for a rule: what else is known besides the record that is asked about; NULL:
 *	it is not a rule, and losses and gaps are always wanted
 * @decoded: room for a record
 */
struct ask {
	char *text;
	struct ask_node *nodes;
	u32 nr_nodes;
	u32 root;
	struct ask_test *tests;
	u32 nr_tests;
	struct ask_value *values;
	u32 nr_values;
	struct ask_step *steps;
	u32 nr_steps;
	s32 entry;
	u32 nr_trees;
	struct ask_tree tree;
	bool followed;
	struct cgroups *cgroups;
	const struct facts *facts;
	struct decoded *decoded;
};

/**
 * struct ask_error - what is wrong with a question
 * @at: where it is in the text
 * @message: what it is
 */
struct ask_error {
	size_t at;
	char message[1024];
};

struct ask *ask_new(const char *text, struct ask_error *error);
struct ask *ask_new_rule(const char *text, struct ask_error *error);
bool ask_compile(struct ask *ask, const bool *skipped);
bool ask_holds(struct ask *ask, const struct ipctrace_header *record);
bool ask_holds_decoded(struct ask *ask, const struct ipctrace_header *record,
		       struct decoded *decoded);
u64 ask_calls(const struct ask *ask);
bool ask_only_failed(const struct ask *ask);
u64 ask_facts(const struct ask *ask);
const struct ask_node *ask_failed(struct ask *ask,
				  const struct ipctrace_header *record);
void ask_free(struct ask *ask);

#endif /* _IPCTRACE_ASK_H */
