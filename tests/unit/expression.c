// SPDX-License-Identifier: GPL-2.0
/* Filter expressions: what they let through, and where they are wrong. */
#include <kselftest_harness.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ipctrace/ipctrace.h>

#include "shared/expression.h"
#include "shared/syscalls.h"

#define CALL(name)	(1ULL << IPCTRACE_CALL_##name)

/* A call that is known whole; a row may change one fact. */
struct facts {
	u64 value[__IPCT_EXPR_FIELD_MAX];
	u8 fact[__IPCT_EXPR_FIELD_MAX];
};

static u64 comm_word(const char *comm, int n)
{
	char name[16] = "";
	u64 word;

	strcpy(name, comm);
	memcpy(&word, name + 8 * n, 8);
	return word;
}

static void one_call(struct facts *f)
{
	int i;

	*f = (struct facts){ .value = {
		[IPCT_EXPR_CALL] = CALL(msgsnd),
		[IPCT_EXPR_PID] = 2,	/* the second test of pid holds */
		[IPCT_EXPR_UID] = 1000,
		[IPCT_EXPR_GID] = 100,
		[IPCT_EXPR_LOGINUID] = 4294967295,
		[IPCT_EXPR_COMM] = comm_word("postgres: write", 0),
		[IPCT_EXPR_COMM_REST] = comm_word("postgres: write", 1),
		[IPCT_EXPR_IPC_NS] = 4026531839,
		[IPCT_EXPR_CGROUP] = 1ULL << 40,
		[IPCT_EXPR_ID] = 32769,
		[IPCT_EXPR_KEY] = 0xdeadbeef,
		[IPCT_EXPR_FAILED] = 0,
		[IPCT_EXPR_DURATION] = 1000000,
	} };
	for (i = 0; i < __IPCT_EXPR_FIELD_MAX; i++)
		f->fact[i] = IPCT_EXPR_KNOWN;
}

static u8 fetch(const void *context, u8 field, u64 *value)
{
	const struct facts *f = context;

	*value = f->value[field];
	return f->fact[field];
}

/* "holds", "fails" or "unknown"; "mistake" when it is none. */
static const char *outcome(const char *text, const struct facts *f)
{
	static struct ipct_expr expr;
	struct ipct_expr_truth truth;
	const char *message;

	if (ipct_expr_parse(&expr, text, &message))
		return "mistake";
	if (!expr.nr_ops)
		return "empty";
	truth = ipct_expr_evaluate(&expr, fetch, f);
	if (truth.may_hold && truth.may_fail)
		return "unknown";
	return truth.may_hold ? "holds" : truth.may_fail ? "fails" : "neither";
}

TEST(what_is_let_through)
{
	static const struct {
		const char *text;
		const char *outcome;
	} rows[] = {
		{ "", "empty" },
		{ " \t\n", "empty" },
		{ "call == msgsnd", "holds" },
		{ "call == msgrcv", "fails" },
		{ "call != msgrcv", "holds" },
		{ "call == msg", "holds" },
		{ "call in (sem, shm)", "fails" },
		{ "call in (shm,msgsnd)", "holds" },
		{ "call in (semop)", "fails" },
		{ "pid == 77", "fails" },	/* the first test of pid */
		{ "pid == 77 or pid == 78", "holds" },
		{ "pid in (77, 79) or pid != 78", "fails" },
		{ "uid == 1000", "holds" },
		{ "uid == 0x3e8", "holds" },
		{ "uid in (0, 1000)", "holds" },
		{ "uid in (0, 1001)", "fails" },
		{ "uid < 1000", "fails" },
		{ "uid <= 1000", "holds" },
		{ "uid > 999", "holds" },
		{ "uid >= 1001", "fails" },
		{ "gid == 100 and uid == 1000", "holds" },
		{ "gid == 101 and uid == 1000", "fails" },
		{ "gid == 101 or uid == 1000", "holds" },
		{ "loginuid == 4294967295", "holds" },
		{ "comm == 'postgres: write'", "holds" },
		{ "comm == \"postgres: writ\"", "fails" },
		{ "comm == postgres", "fails" },
		{ "comm in (sh, \"postgres: write\", cat)", "holds" },
		{ "comm != sh", "holds" },
		{ "ipc_ns == 4026531839", "holds" },
		{ "cgroup == 1099511627776", "holds" },
		{ "id == 32769", "holds" },
		{ "key == 0xDEADBEEF", "holds" },
		{ "key == IPC_PRIVATE", "fails" },
		{ "failed", "fails" },
		{ "not failed", "holds" },
		{ "duration > 999us", "holds" },
		{ "duration == 1ms", "holds" },
		{ "duration >= 1s", "fails" },
		{ "duration < 1m", "holds" },
		{ "duration > 1d", "fails" },
		{ "duration < 1000001ns", "holds" },
		/* and binds before or, not before both */
		{ "uid == 1 and uid == 2 or uid == 1000", "holds" },
		{ "uid == 1000 or uid == 1 and uid == 2", "holds" },
		{ "(uid == 1000 or uid == 1) and uid == 2", "fails" },
		{ "not uid == 1 and gid == 101", "fails" },
		{ "not (uid == 1 and gid == 101)", "holds" },
		{ "not not uid == 1000", "holds" },
		{ "call in (msgsnd,msgrcv) and uid == 1000 and duration > 1ms",
		  "fails" },
		{ "call in (msgsnd,msgrcv)and(uid==1000)and duration>=1ms",
		  "holds" },
	};
	struct facts f;
	size_t i;

	one_call(&f);
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		EXPECT_STREQ(rows[i].outcome, outcome(rows[i].text, &f))
			TH_LOG("row %zu", i);
}

/* What is not known yet settles nothing, unless the rest does. */
TEST(when_a_call_begins)
{
	static const struct {
		const char *text;
		const char *outcome;
	} rows[] = {
		{ "duration > 1ms", "unknown" },
		{ "not duration > 1ms", "unknown" },
		{ "duration > 1ms and uid == 1000", "unknown" },
		{ "duration > 1ms and uid == 0", "fails" },
		{ "duration > 1ms or uid == 1000", "holds" },
		{ "duration > 1ms or uid == 0", "unknown" },
		{ "not (duration > 1ms and uid == 0)", "holds" },
		{ "uid == 0 or failed and gid == 100", "unknown" },
		{ "key == 1", "fails" },	/* no object: no test of it holds */
		{ "key != 1", "holds" },
	};
	struct facts f;
	size_t i;

	one_call(&f);
	f.fact[IPCT_EXPR_DURATION] = IPCT_EXPR_UNKNOWN;
	f.fact[IPCT_EXPR_FAILED] = IPCT_EXPR_UNKNOWN;
	f.fact[IPCT_EXPR_KEY] = IPCT_EXPR_ABSENT;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		EXPECT_STREQ(rows[i].outcome, outcome(rows[i].text, &f))
			TH_LOG("row %zu", i);
}

/* The C library makes one of the other. */
TEST(semop_is_semtimedop)
{
	struct facts f;

	one_call(&f);
	f.value[IPCT_EXPR_CALL] = CALL(semtimedop);
	EXPECT_STREQ("holds", outcome("call == semop", &f));
	f.value[IPCT_EXPR_CALL] = CALL(semop);
	EXPECT_STREQ("fails", outcome("call == semtimedop", &f));
}

/* What happens to an object is all calls of its kind. */
TEST(events_are_of_a_family)
{
	struct facts f;

	one_call(&f);
	f.value[IPCT_EXPR_CALL] = ipct_calls_of_family(IPCTRACE_SHM);
	EXPECT_STREQ("holds", outcome("call == shm", &f));
	EXPECT_STREQ("holds", outcome("call in (shmget,shmat,shmdt,shmctl)",
				      &f));
	EXPECT_STREQ("fails", outcome("call == shmat", &f));
	EXPECT_STREQ("fails", outcome("call == msg", &f));
}

TEST(mistakes_have_a_place)
{
	static const struct {
		const char *text;
		int at;
		const char *message;
	} rows[] = {
		{ "uid", 3, "is missing" },
		{ "uid ==", 6, "a value is missing" },
		{ "uid == bob", 7, "not a number" },
		{ "uid == 4294967296", 7, "too large" },
		{ "cgroup == 18446744073709551616", 10, "not a number" },
		{ "uid = 1", 4, "is missing" },
		{ "uid == 1 gid == 2", 9, "'and', 'or' or the end" },
		{ "uid == 1 and", 12, "a test is missing" },
		{ "user == 1", 0, "no such field" },
		{ "call == getppid", 8, "no such call" },
		{ "call < msgget", 5, "less or greater" },
		{ "call in msgget", 8, "'(' is missing" },
		{ "call in (msgget", 15, "',' or ')'" },
		{ "call in ()", 9, "no such call" },
		{ "(uid == 1", 9, "')' is missing" },
		{ "uid == 1)", 8, "the end" },
		{ "duration > 5", 12, "unit" },
		{ "duration > 5w", 12, "unit" },
		{ "duration > x", 11, "not a duration" },
		{ "duration > 99999999999999999s", 11, "too large" },
		{ "comm == sixteen-bytes-16", 8, "too long" },
		{ "comm == 'sh", 8, "quotation" },
		{ "\"uid\" == 1", 1, "no such field" },
		{ "uid == 1 && gid == 1", 9, "'and'" },
		{ "  uid == x", 9, "not a number" },
	};
	static struct ipct_expr expr;
	const char *message;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		message = "";
		EXPECT_EQ(rows[i].at + 1,
			  ipct_expr_parse(&expr, rows[i].text, &message))
			TH_LOG("%s: %s", rows[i].text, message);
		EXPECT_NE(NULL, strstr(message, rows[i].message))
			TH_LOG("%s: %s", rows[i].text, message);
		EXPECT_GT(sizeof(((struct ipctrace_filter *)0)->message),
			  strlen(message)) TH_LOG("%s", message);
	}
}

static int parse_repeated(const char *before, const char *repeat, int n,
			  const char *after)
{
	static struct ipct_expr expr;
	static char text[1 << 16];
	const char *message;
	char *end = text;

	end = stpcpy(end, before);
	while (n--)
		end = stpcpy(end, repeat);
	strcpy(end, after);
	return ipct_expr_parse(&expr, text, &message);
}

TEST(limits)
{
	EXPECT_EQ(0, parse_repeated("", "(", 15, "uid==1)))))))))))))))"));
	EXPECT_NE(0, parse_repeated("", "(", 16, "uid==1))))))))))))))))"));
	EXPECT_EQ(0, parse_repeated("", "not ", 15, "uid==1"));
	EXPECT_NE(0, parse_repeated("", "not ", 16, "uid==1"));
	EXPECT_EQ(0, parse_repeated("uid==1", " or uid==1", 31, ""));
	EXPECT_NE(0, parse_repeated("uid==1", " or uid==1", 32, ""));
	EXPECT_EQ(0, parse_repeated("uid in (1", ",1", 127, ")"));
	EXPECT_NE(0, parse_repeated("uid in (1", ",1", 128, ")"));
	EXPECT_EQ(0, parse_repeated("uid == 1", " ", 2000, ""));
	EXPECT_NE(0, parse_repeated("comm == '", "a", 1014, "'"));
	EXPECT_NE(0, parse_repeated("uid == 1", "\n", 2000, "x"));
}

/*
 * Random texts, of bytes and of words: none is read past its end, and what is
 * taken for an expression has one outcome or is unknown. FILTER_SEED and
 * FILTER_RUNS choose.
 */
TEST(random_texts)
{
	static const char *const words[] = {
		"call", "pid", "uid", "comm", "key", "duration", "failed",
		"not", "and", "or", "in", "(", ")", ",", "==", "!=", "<", ">=",
		"msg", "semop", "1", "0x1", "1ms", "'a b'", "\"", "=", "\xff",
	};
	const char *seed_text = getenv("FILTER_SEED");
	const char *runs_text = getenv("FILTER_RUNS");
	unsigned int seed = seed_text ? atoi(seed_text) : 1;
	int runs = runs_text ? atoi(runs_text) : 200000;
	int i, n, good = 0;
	struct facts f;

	one_call(&f);
	f.fact[IPCT_EXPR_DURATION] = IPCT_EXPR_UNKNOWN;
	for (i = 0; i < runs; i++, seed++) {
		unsigned int state = seed;
		char *text = malloc(256), *end = text;
		const char *seen;

		for (n = rand_r(&state) % 16; n--; ) {
			const char *word = words[rand_r(&state) %
						 ARRAY_SIZE(words)];

			if (rand_r(&state) % 50 == 0)
				*end++ = 1 + rand_r(&state) % 255;
			else
				end = stpcpy(stpcpy(end, word), " ");
		}
		*end++ = 0;
		text = realloc(text, end - text);	/* ASan sees its end */
		seen = outcome(text, &f);
		ASSERT_STRNE("neither", seen) TH_LOG("seed %u: %s", seed, text);
		good += !strcmp(seen, "holds") || !strcmp(seen, "fails") ||
			!strcmp(seen, "unknown");
		free(text);
	}
	EXPECT_LT(runs / 2000, good);
}

TEST_HARNESS_MAIN
