// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: expression
 *
 * The grammar of filters, which is read by recursive descent:
 *
 *	expression = term { "or" term }
 *	term       = factor { "and" factor }
 *	factor     = "not" factor | "(" expression ")" | comparison |
 *	             "failed"
 *	comparison = field ("==" | "!=" | "<" | "<=" | ">" | ">=") value
 *	           | field "in" "(" value { "," value } ")"
 *
 * Fields: call, pid, uid, gid, loginuid, comm, ipc_ns, cgroup, id, key,
 * duration. Only uid, gid and duration can be compared as less or greater.
 *
 * The program has operands before operators. The nesting of expressions is limited
 * to what the stack of ipct_expr_evaluate(), and the kernel's own, can hold.
 */
#include "expression.h"
#include "syscalls.h"
#include "words.h"

#define MAX_DEPTH	16

static const struct {
	const char *name;
	u8 field;
	bool ordered;
	u64 max;
} fields[] = {
	{ "call", IPCT_EXPR_CALL, .max = ~0ULL },
	{ "pid", IPCT_EXPR_PID, .max = 0x7fffffff },
	{ "uid", IPCT_EXPR_UID, .ordered = true, .max = 0xffffffff },
	{ "gid", IPCT_EXPR_GID, .ordered = true, .max = 0xffffffff },
	{ "loginuid", IPCT_EXPR_LOGINUID, .max = 0xffffffff },
	{ "comm", IPCT_EXPR_COMM, .max = ~0ULL },
	{ "ipc_ns", IPCT_EXPR_IPC_NS, .max = 0xffffffff },
	{ "cgroup", IPCT_EXPR_CGROUP, .max = ~0ULL },
	{ "id", IPCT_EXPR_ID, .max = 0x7fffffff },
	{ "key", IPCT_EXPR_KEY, .max = 0xffffffff },
	{ "duration", IPCT_EXPR_DURATION, .ordered = true, .max = ~0ULL },
};

/**
 * struct parser - the text, and how far it is read
 * @expr: the program
 * @next: what comes next
 * @end: where the text goes on after @next
 * @depth: of nesting
 * @message: what is wrong, NULL while nothing is
 * @mistake: where
 */
struct parser {
	struct ipct_expr *expr;
	struct ipct_word next;
	const char *end;
	u32 depth;
	const char *message;
	const char *mistake;
};

static bool parse_expression(struct parser *p);

/* Keep the first mistake. Return false. */
static bool mistake_at(struct parser *p, const char *at, const char *message)
{
	if (!p->message) {
		p->message = message;
		p->mistake = at;
	}
	return false;
}

static bool mistake(struct parser *p, const char *message)
{
	return mistake_at(p, p->next.at, message);
}

/* Step over what comes next. */
static bool advance(struct parser *p)
{
	const char *end = ipct_word_next(p->end, &p->next);

	if (!end)
		return mistake(p, "a quotation mark without its other");
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
		return mistake(p, message);
	return advance(p);
}

/* ---- The program --------------------------------------------------------- */

static struct ipct_expr_op *emit(struct parser *p, u8 kind)
{
	struct ipct_expr *expr = p->expr;
	struct ipct_expr_op *op;

	if (expr->nr_ops == IPCT_EXPR_MAX_OPS) {
		mistake(p, "too many tests");
		return NULL;
	}
	op = &expr->ops[expr->nr_ops++];
	*op = (struct ipct_expr_op){ .kind = kind, .first = expr->nr_values };
	return op;
}

static bool emit_value(struct parser *p, struct ipct_expr_op *op, u64 value)
{
	struct ipct_expr *expr = p->expr;

	if (expr->nr_values == IPCT_EXPR_MAX_VALUES)
		return mistake(p, "too many values");
	expr->values[expr->nr_values++] = value;
	op->nr++;
	return true;
}

static struct ipct_expr_op *emit_test(struct parser *p, u8 field, u8 compare)
{
	struct ipct_expr_op *op = emit(p, IPCT_EXPR_TEST);

	if (!op)
		return NULL;
	op->field = field;
	op->compare = compare;
	p->expr->fields |= 1U << field;
	return op;
}

/* ---- Values -------------------------------------------------------------- */

/* Digits of @word, from @i on; false when there are none, or too many. */
static bool parse_digits(const struct ipct_word *word, u32 *i, u64 *value)
{
	u32 base = 10, start;
	u64 digit;

	if (word->len > 2 && word->at[0] == '0' && word->at[1] == 'x') {
		base = 16;
		*i = 2;
	}
	*value = 0;
	for (start = *i; *i < word->len; (*i)++) {
		char c = word->at[*i];

		if (c >= '0' && c <= '9')
			digit = c - '0';
		else if (base == 16 && c >= 'a' && c <= 'f')
			digit = c - 'a' + 10;
		else if (base == 16 && c >= 'A' && c <= 'F')
			digit = c - 'A' + 10;
		else
			break;
		if (*value > div_u64(~0ULL - digit, base))
			return false;
		*value = *value * base + digit;
	}
	return *i > start;
}

static bool parse_number(struct parser *p, u64 max, u64 *value)
{
	u32 i = 0;

	if (!parse_digits(&p->next, &i, value) || i != p->next.len)
		return mistake(p, "not a number");
	if (*value > max)
		return mistake(p, "too large a number");
	return true;
}

static bool parse_duration(struct parser *p, u64 *value)
{
	const struct ipct_word *word = &p->next;
	u32 i = 0;
	u64 unit;

	if (!parse_digits(word, &i, value))
		return mistake(p, "not a duration: 100us, 20ms, 3s");
	unit = ipct_unit_ns(word->at + i, word->len - i);
	if (!unit)
		return mistake_at(p, word->at + i, "not a unit of time: " IPCT_UNITS);
	if (check_mul_overflow(*value, unit, value))
		return mistake(p, "too large a number");
	return true;
}

static bool parse_value(struct parser *p, u32 n, u64 *value)
{
	if (!p->next.len && !p->next.quoted)
		return mistake(p, "a value is missing");
	switch (fields[n].field) {
	case IPCT_EXPR_CALL:
		*value = ipct_calls_named(p->next.at, p->next.len);
		return *value || mistake(p, "no such call");
	case IPCT_EXPR_DURATION:
		return parse_duration(p, value);
	case IPCT_EXPR_KEY:
		if (ipct_word_is(&p->next, "IPC_PRIVATE")) {
			*value = 0;
			return true;
		}
		break;
	}
	return parse_number(p, fields[n].max, value);
}

/* ---- Tests --------------------------------------------------------------- */

/* A name takes two tests, of 8 bytes each. */
static bool emit_comm(struct parser *p)
{
	struct ipct_expr_op *op;
	u64 words[2] = { };
	u32 i;

	if (!p->next.len && !p->next.quoted)
		return mistake(p, "a value is missing");
	if (p->next.len >= sizeof(words))
		return mistake(p, "too long: a name has 15 bytes at most");
	memcpy(words, p->next.at, p->next.len);
	for (i = 0; i < 2; i++) {
		op = emit_test(p, IPCT_EXPR_COMM + i, IPCT_EXPR_EQ);
		if (!op || !emit_value(p, op, words[i]))
			return false;
	}
	return emit(p, IPCT_EXPR_AND) && advance(p);
}

static bool parse_comms(struct parser *p)
{
	if (!emit_comm(p))
		return false;
	while (next_is(p, ","))
		if (!advance(p) || !emit_comm(p) || !emit(p, IPCT_EXPR_OR))
			return false;
	return true;
}

/* One value, or several with commas between. */
static bool parse_values(struct parser *p, u32 n, u8 compare, bool several)
{
	struct ipct_expr_op *op;
	u64 value, calls = 0;
	bool more;

	if (fields[n].field == IPCT_EXPR_COMM)
		return several ? parse_comms(p) : emit_comm(p);

	op = emit_test(p, fields[n].field, compare);
	if (!op)
		return false;
	if (op->field == IPCT_EXPR_PID) {
		if (p->expr->nr_pids == IPCT_EXPR_MAX_PIDS)
			return mistake(p, "too many tests of pid");
		op->compare = IPCT_EXPR_HAS;
		if (!emit_value(p, op, 1ULL << p->expr->nr_pids++))
			return false;
	}
	do {
		if (!parse_value(p, n, &value))
			return false;
		calls |= value;
		if (op->field != IPCT_EXPR_CALL && !emit_value(p, op, value))
			return false;
		if (!advance(p))
			return false;
		more = several && next_is(p, ",");
		if (more && !advance(p))
			return false;
	} while (more);
	if (op->field != IPCT_EXPR_CALL)
		return true;
	op->compare = IPCT_EXPR_SUBSET;
	return emit_value(p, op, calls);
}

static bool parse_comparison(struct parser *p, u32 n)
{
	static const struct {
		const char *name;
		u8 compare;
		bool not;
	} operators[] = {
		{ "==", IPCT_EXPR_EQ, false },
		{ "!=", IPCT_EXPR_EQ, true },
		{ "<", IPCT_EXPR_LT, false },
		{ ">=", IPCT_EXPR_LT, true },
		{ ">", IPCT_EXPR_GT, false },
		{ "<=", IPCT_EXPR_GT, true },
	};
	u32 i;

	if (next_is(p, "in"))
		return advance(p) && take(p, "(", "'(' is missing") &&
		       parse_values(p, n, IPCT_EXPR_EQ, true) &&
		       take(p, ")", "',' or ')' is missing");
	for (i = 0; i < ARRAY_SIZE(operators); i++) {
		if (!next_is(p, operators[i].name))
			continue;
		if (operators[i].compare != IPCT_EXPR_EQ &&
		    !fields[n].ordered)
			return mistake(p, "only uid, gid and duration are less or greater");
		return advance(p) &&
		       parse_values(p, n, operators[i].compare, false) &&
		       (!operators[i].not || emit(p, IPCT_EXPR_NOT));
	}
	return mistake(p, "'==', '!=', '<', '<=', '>', '>=' or 'in' is missing");
}

static bool parse_test(struct parser *p)
{
	struct ipct_expr_op *op;
	u32 n;

	if (next_is(p, "failed")) {
		op = emit_test(p, IPCT_EXPR_FAILED, IPCT_EXPR_EQ);
		return op && emit_value(p, op, 1) && advance(p);
	}
	for (n = 0; n < ARRAY_SIZE(fields); n++)
		if (next_is(p, fields[n].name))
			return advance(p) && parse_comparison(p, n);
	return mistake(p, p->next.len ? "no such field" : "a test is missing");
}

/* ---- Expressions --------------------------------------------------------- */

static bool parse_factor(struct parser *p)
{
	bool good;

	if (p->depth == MAX_DEPTH)
		return mistake(p, "nested too deep");
	p->depth++;
	if (next_is(p, "not"))
		good = advance(p) && parse_factor(p) &&
		       emit(p, IPCT_EXPR_NOT);
	else if (next_is(p, "("))
		good = advance(p) && parse_expression(p) &&
		       take(p, ")", "')' is missing");
	else
		good = parse_test(p);
	p->depth--;
	return good;
}

static bool parse_term(struct parser *p)
{
	if (!parse_factor(p))
		return false;
	while (next_is(p, "and"))
		if (!advance(p) || !parse_factor(p) ||
		    !emit(p, IPCT_EXPR_AND))
			return false;
	return true;
}

static bool parse_expression(struct parser *p)
{
	if (!parse_term(p))
		return false;
	while (next_is(p, "or"))
		if (!advance(p) || !parse_term(p) || !emit(p, IPCT_EXPR_OR))
			return false;
	return true;
}

/**
 * ipct_expr_parse() - turn a text into a program
 * @expr: out: the program; meaningless after a mistake
 * @text: the text; empty lets everything through
 * @message: out: what is wrong, if anything
 *
 * Context: any; some hundred bytes of stack for each level of nesting, of
 * which there are 16 at most.
 * Return: 0, or 1 + the position in @text of the first mistake.
 */
int ipct_expr_parse(struct ipct_expr *expr, const char *text,
		    const char **message)
{
	struct parser p = { .expr = expr, .end = text };
	size_t len;

	memset(expr, 0, sizeof(*expr));
	while (ipct_is_space(*p.end))
		p.end++;
	len = strlen(p.end);
	while (len && ipct_is_space(p.end[len - 1]))
		len--;
	if (len >= IPCT_EXPR_TEXT_BYTES) {
		*message = "too long";
		return 1 + (p.end - text) + IPCT_EXPR_TEXT_BYTES;
	}
	memcpy(expr->text, p.end, len);
	if (!len)
		return 0;
	if (advance(&p) && parse_expression(&p) && p.next.len)
		mistake(&p, "'and', 'or' or the end is missing");
	*message = p.message;
	return p.message ? 1 + (p.mistake - text) : 0;
}
