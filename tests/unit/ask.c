// SPDX-License-Identifier: GPL-2.0
/*
 * Questions to records: what they hold for, what is wrong with them, that they
 * are a superset of the recorder's filters, and that filter and reader together
 * say what the reader alone says.
 */
#include <kselftest_harness.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ask/ask.h"
#include "ask/narrow.h"
#include "base/glob.h"
#include "fields/decode.h"
#include "fields/values.h"
#include "names/cgroups.h"
#include "shared/expression.h"
#include "shared/syscalls.h"
#include "unit_capture.h"
#include "unit_records.h"

/* "holds", "fails", or what is wrong */
static const char *outcome(const char *text, const void *record,
			   struct cgroups *cgroups)
{
	static struct ask_error error;
	struct ask *ask = ask_new(text, &error);
	bool holds;

	if (!ask)
		return error.message;
	ask->cgroups = cgroups;
	holds = ask_holds(ask, record);
	ask_free(ask);
	return holds ? "holds" : "fails";
}

struct row {
	const char *text;
	const char *outcome;
};

static void check_rows(struct __test_metadata *_metadata,
		       const struct row *rows, size_t nr, const void *record,
		       struct cgroups *cgroups)
{
	size_t i;

	for (i = 0; i < nr; i++)
		EXPECT_STREQ(rows[i].outcome,
			     outcome(rows[i].text, record, cgroups))
			TH_LOG("%s", rows[i].text);
}

#define CHECK_ROWS(rows, record, cgroups) \
	check_rows(_metadata, rows, ARRAY_SIZE(rows), record, cgroups)

/* msgrcv() of a message, which a signal ended */
static const struct ipctrace_call received = {
	.header.len = sizeof(received),
	.header.type = IPCTRACE_TYPE_CALL,
	.header.flags = IPCTRACE_F_OBJECT | IPCTRACE_F_FAMILY(IPCTRACE_MSG),
	.header.call = IPCTRACE_CALL_msgrcv,
	.header.cpu = 1,
	.header.time_ns = 5000000000,
	.duration_ns = 2500000,
	.ret = -EINTR,
	.args = { 32769, 0x7ffc0000, 2000, -5, 040000 | 04000 },
	.cgroup = 42,
	.comm = "postgres: write",
	.tid = 101,
	.tgid = 100,
	.ppid = 1,
	.uid = 1000,
	.gid = 100,
	.loginuid = 4294967295,
	.ipc_ns = 4026531839,
	.object = { .id = 32769, .key = (s32)0xdeadbeef, .uid = 0, .gid = 100,
		    .cuid = 1000, .mode = 0662, .seq = 1 },
};

TEST(what_holds)
{
	static const struct row rows[] = {
		{ "", "holds" },
		{ "errno == EINTR", "holds" },
		{ "errno == 4", "holds" },
		{ "errno in (ENOSPC, EINTR)", "holds" },
		{ "errno != ENOSPC", "holds" },
		{ "ret == -EINTR", "holds" },
		{ "ret == -4", "holds" },
		{ "ret < 0", "holds" },
		{ "ret > -5 and ret <= -4", "holds" },
		{ "end == signal", "holds" },
		{ "end in (timeout, removed)", "fails" },
		{ "type == call", "holds" },
		{ "args.msgsz > 1000", "holds" },
		{ "msgsz > 1000", "holds" },
		{ "msgsz == 0x7d0 and msgsz == 0o3720", "holds" },
		{ "msgtyp == -5", "holds" },
		{ "msgtyp < -5 or msgtyp > -5", "fails" },
		{ "msgflg & MSG_COPY", "holds" },
		{ "msgflg & MSG_EXCEPT", "fails" },
		{ "msgflg & MSG_EXCEPT|MSG_COPY", "holds" },
		{ "msgflg & MSG_EXCEPT|MSG_COPY == MSG_COPY", "holds" },
		{ "msgflg == MSG_COPY|IPC_NOWAIT", "holds" },
		{ "msgflg & IPC_CREAT", "fails" },	/* msgget()'s */
		{ "object.mode & 0o002", "holds" },
		{ "object.mode & 0o700 == 0o600", "holds" },
		{ "object.mode & SHM_DEST", "fails" },
		{ "object.uid != object.cuid", "holds" },
		{ "object.cuid == uid", "holds" },
		{ "object.cuid < object.uid", "fails" },
		{ "object.kind == msg", "holds" },
		{ "object.key == 0xdeadbeef", "holds" },
		{ "object.key == -559038737", "holds" },
		{ "key == 0xdeadbeef", "holds" },
		{ "object.key == key", "holds" },
		{ "object.key != key", "fails" },
		{ "id == 32769 and id == object.id", "holds" },
		{ "user == root or object.uid == root", "holds" },
		{ "user == 'root'", "fails" },
		{ "object.uid == \"root\"", "holds" },
		{ "group == root", "fails" },
		{ "comm ~ 'post*'", "holds" },
		{ "comm ~ 'post?'", "fails" },
		{ "comm !~ \"*: write\"", "fails" },
		{ "call ~ 'msg*'", "holds" },
		{ "call not in (msg)", "fails" },
		{ "tgid == 100", "holds" },
		{ "tid != pid", "holds" },
		{ "tgid == 101", "fails" },
		{ "pid < 101", "holds" },
		{ "pid in (1, 7)", "holds" },	/* 1 is its parent */
		{ "cpu == 1", "holds" },
		{ "time_ns >= 5s", "holds" },
		{ "duration_ns == 2500us", "holds" },
		{ "duration_ns > 2499999", "holds" },
		{ "duration < 1m", "holds" },
		{ "duration == duration_ns", "holds" },
		{ "abi == x86_64", "holds" },
		{ "failed and object", "holds" },
		{ "toctou", "fails" },
		{ "created", "fails" },
		{ "has created", "fails" },
		{ "has ret and has args and has object.mode", "holds" },
		{ "has container", "fails" },
		/* What is not there */
		{ "before.uid != after.uid", "holds" },
		{ "before.uid == after.uid", "fails" },
		{ "has before and before.uid != after.uid", "fails" },
		{ "args.nsops > 1", "fails" },
		{ "args.nsops <= 1", "holds" },
		{ "segment.size > 0", "fails" },
		{ "cmd == IPC_RMID", "fails" },
		{ "msgp == 0x7ffc0000", "holds" },	/* it was not followed */
		{ "msgp.mtype == 1", "fails" },
	};

	CHECK_ROWS(rows, &received, NULL);
}

/* The same number is another constant in another call. */
TEST(constants_are_of_their_call)
{
	static const struct row rows[] = {
		{ "cmd == 11", "holds" },
		{ "cmd == GETPID", "holds" },
		{ "cmd == MSG_STAT", "fails" },
		{ "cmd in (MSG_STAT, GETPID)", "holds" },
		{ "cmd != MSG_STAT", "holds" },
		{ "args.cmd == SHM_LOCK", "holds" },
	};
	struct ipctrace_call call = received;

	call.header.call = IPCTRACE_CALL_semctl;
	call.args[1] = 0;
	call.args[2] = 11;
	check_rows(_metadata, rows, 5, &call, NULL);
	call.header.call = IPCTRACE_CALL_shmctl;
	call.args[1] = 11;
	check_rows(_metadata, rows + 5, 1, &call, NULL);
	EXPECT_STREQ("fails", outcome("cmd == GETPID", &call, NULL));
	/* Nor is one that it has not 0, which is IPC_RMID. */
	call.args[1] = 0;
	EXPECT_STREQ("fails", outcome("cmd == GETPID", &call, NULL));
	EXPECT_STREQ("holds", outcome("cmd == IPC_RMID", &call, NULL));
}

/* In JSON with a sign, in lines of text without */
TEST(keys)
{
	static const struct row rows[] = {
		{ "args.key == 0xdeadbeef", "holds" },
		{ "args.key == -559038737", "holds" },
		{ "args.key == key", "holds" },
		{ "args.key == object.key", "holds" },
		{ "args.key < 1", "fails" },
		{ "args.key == IPC_PRIVATE", "fails" },
	};
	struct ipctrace_call call = received;

	call.header.call = IPCTRACE_CALL_msgget;
	call.args[0] = 0xdeadbeef;
	CHECK_ROWS(rows, &call, NULL);
}

struct with_part {
	struct ipctrace_call call;
	struct ipctrace_user user;
	union {
		__s16 words[12];
		__s64 numbers[3];
	};
};

TEST(what_pointers_lead_to)
{
	static const struct row rows[] = {
		{ "sops.sem_num == 3", "holds" },
		{ "sops.sem_num in (4, 5)", "fails" },
		{ "args.sops.sem_op < 0", "holds" },
		{ "sops.sem_op > 0", "holds" },
		{ "sops.sem_op > 1", "fails" },
		{ "sops.sem_flg & SEM_UNDO", "holds" },
		{ "sops.sem_flg & IPC_NOWAIT", "fails" },
		{ "has sops", "holds" },
		{ "has sops.sem_num", "holds" },
		{ "sops == 0", "fails" },
		{ "nsops == 2", "holds" },
	};
	struct with_part r = {
		.call = received,
		.user = { .part = { IPCTRACE_PART_USER,
				    sizeof(r) - sizeof(r.call) },
			  .arg = 1, .flags = 3, .bytes = 12, .count = 2 },
		.words = { 3, -1, 0x1000, 7, 1, 0 },
	};

	r.call.header.call = IPCTRACE_CALL_semop;
	r.call.header.len = sizeof(r);
	r.call.args[2] = 2;
	CHECK_ROWS(rows, &r, NULL);
}

TEST(changed_memory)
{
	static const struct row rows[] = {
		{ "toctou", "holds" },
		{ "not toctou", "fails" },
		{ "toctou.user == 1 and toctou.kernel == 2", "holds" },
		{ "toctou.user != toctou.kernel", "holds" },
		{ "toctou.field ~ 'msgp.*'", "holds" },
		{ "toctou.field == msgp", "fails" },
		{ "msgp.mtype == 1", "holds" },
		{ "not has msgp.mtext", "holds" },
	};
	struct {
		struct ipctrace_call call;
		struct {
			struct ipctrace_user user;
			__s64 mtype;
		} before, after;
	} r = {
		.call = received,
		.before.user = { .part = { IPCTRACE_PART_USER, sizeof(r.before) },
				 .arg = 1, .flags = 1, .bytes = 8 },
		.before.mtype = 1,
		.after.user = { .part = { IPCTRACE_PART_USER, sizeof(r.after) },
				.arg = 1, .flags = 2, .bytes = 8 },
		.after.mtype = 2,
	};

	r.call.header.call = IPCTRACE_CALL_msgsnd;
	r.call.header.len = sizeof(r);
	CHECK_ROWS(rows, &r, NULL);
}

/* Of an event, of a call in flight, and of what is always told */
TEST(other_records)
{
	static const struct row event_rows[] = {
		{ "type == destroy", "holds" },
		{ "call == shm", "holds" },
		{ "call == shmctl", "fails" },
		{ "call ~ '*'", "fails" },
		{ "not failed and duration == 0ns", "holds" },
		{ "has duration_ns", "fails" },
		{ "object.kind == shm", "holds" },
		{ "cmd == 0", "fails" },
	};
	static const struct row enter_rows[] = {
		{ "ret >= 0", "holds" },	/* it is not below */
		{ "ret < 0", "fails" },
		{ "duration > 1ms", "holds" },
		{ "not failed", "holds" },
		{ "end == signal", "fails" },
	};
	struct ipctrace_call call = received;

	call.header.type = IPCTRACE_TYPE_DESTROY;
	call.header.call = IPCTRACE_CALL_NONE;
	call.header.flags = IPCTRACE_F_OBJECT | IPCTRACE_F_FAMILY(IPCTRACE_SHM);
	CHECK_ROWS(event_rows, &call, NULL);
	call = received;
	call.header.type = IPCTRACE_TYPE_ENTER;
	CHECK_ROWS(enter_rows, &call, NULL);
	call.header.type = IPCTRACE_TYPE_LOST;
	EXPECT_STREQ("holds", outcome("uid == 1 and not uid == 1", &call, NULL));
	call.header.type = IPCTRACE_TYPE_GAP;
	EXPECT_STREQ("holds", outcome("uid == 1 and not uid == 1", &call, NULL));
	call.header.type = 99;
	EXPECT_STREQ("fails", outcome("uid == 1000", &call, NULL));
	call.header.type = IPCTRACE_TYPE_CALL;
	call.header.len = sizeof(call.header);
	EXPECT_STREQ("fails", outcome("not uid == 7", &call, NULL));
}

TEST(cgroups)
{
#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	static const struct row rows[] = {
		{ "cgroup == 42", "holds" },
		{ "cgroup_path ~ '/system/*'", "holds" },
		{ "cgroup_path == '/system'", "fails" },
		{ "container ~ '0123*'", "holds" },
		{ "container == '" ID "'", "holds" },
		{ "has container and not cgroup_path ~ '/user/*'", "holds" },
	};
	struct cgroups *cgroups = cgroups_new_empty();

	ASSERT_NE(NULL, cgroups);
	cgroups_name(cgroups, 42, "/system/docker-" ID ".scope", true);
	CHECK_ROWS(rows, &received, cgroups);
	cgroups_free(cgroups);
}

TEST(mistakes)
{
	static const struct {
		const char *text;
		int at;
		const char *words[3];
	} rows[] = {
		{ "erno == 5", 0, { "erno", "did you mean errno?", "accepted: type" } },
		{ "args.msgsize > 1", 0, { "did you mean args.msgsz?" } },
		{ "msgsize > 1", 0, { "did you mean msgsz?" } },
		{ "objekt.uid == 1", 0, { "did you mean object.uid?" } },
		{ "uid == 1 and 'uid' == 2", 14, { "no such field" } },
		{ "errno == ENOSPACE", 9, { "did you mean ENOSPC?", "ENOMEM" } },
		{ "end == signl", 7, { "did you mean signal?", "timeout" } },
		{ "cmd == IPC_RMD", 7, { "did you mean IPC_RMID?", "SETVAL" } },
		{ "msgflg & MSG_COPI", 9, { "did you mean MSG_COPY?" } },
		{ "call == msgsend", 8, { "did you mean msgsnd?", "shmdt" } },
		{ "uid == no-such-user", 7, { "no-such-user", "users" } },
		{ "user == no-such-user", 8, { "user", "no-such-user" } },
		{ "object.mode == 0600", 15, { "0o" } },
		{ "ret", 3, { "is missing", "has asks" } },
		{ "has", 3, { "field is missing" } },
		{ "object == 1", 7, { "object has members" } },
		{ "object in (1)", 7, { "object has members" } },
		{ "ret ~ '1*'", 4, { "only texts" } },
		{ "comm < 'a'", 5, { "only numbers" } },
		{ "comm & 1", 5, { "only numbers" } },
		{ "created == maybe", 11, { "true nor false" } },
		{ "duration > 5", 11, { "not a time", "20ms" } },
		{ "duration_ns > 5x", 14, { "not a time" } },
		{ "uid == 1 && gid == 1", 9, { "'and'" } },
		{ "uid == 1 || gid == 1", 9, { "'or'" } },
		{ "!failed", 0, { "'not'" } },
		{ "uid not 1", 8, { "'in'" } },
		{ "comm == sixteen-bytes-16", 8, { "too long" } },
		{ "key == 0x100000000", 7, { "too large" } },
		{ "ret == 99999999999999999999", 7, { "too large" } },
		{ "uid == 1)", 8, { "the end" } },
		{ "(uid == 1", 9, { "')'" } },
		{ "uid == ", 7, { "is missing" } },
		{ "comm == ", 8, { "is missing" } },
		{ "uid", 3, { "is missing" } },
		{ "call ~ msg*", 10, { "'and'" } },
		{ "has mtext", 4, { "did you mean args.msgp.mtext?" } },
	};
	struct ask_error error;
	struct ask *ask;
	size_t i, w;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ask = ask_new(rows[i].text, &error);
		ASSERT_EQ(NULL, ask) TH_LOG("%s", rows[i].text);
		EXPECT_EQ(rows[i].at, error.at)
			TH_LOG("%s: %s", rows[i].text, error.message);
		for (w = 0; w < 3 && rows[i].words[w]; w++)
			EXPECT_NE(NULL, strstr(error.message, rows[i].words[w]))
				TH_LOG("%s: %s", rows[i].text, error.message);
		EXPECT_EQ(NULL, strchr(error.message, '\n'));
	}
}

TEST(globs)
{
	static const struct {
		char pattern[24];
		char text[40];
		bool matches;
	} rows[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "*", "", true },
		{ "a*", "a", true },
		{ "a*c*e", "abcde", true },
		{ "a*c*e", "abcd", false },
		{ "*ab", "aab", true },
		{ "?", "", false },
		{ "[a-c]x", "bx", true },
		{ "[a-c]x", "dx", false },
		{ "[!a-c]x", "dx", true },
		{ "[]]", "]", true },
		{ "[*]", "*", true },
		{ "[*]", "a", false },
		{ "[a", "[a", true },
		{ "\\*", "\\abc", true },
		{ "a/*", "a/b/c", true },
		{ "*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		EXPECT_EQ(rows[i].matches,
			  glob_matches(rows[i].pattern, strlen(rows[i].pattern),
				       rows[i].text, strlen(rows[i].text)))
			TH_LOG("%s %s", rows[i].pattern, rows[i].text);
}

/* ---- Processes -------------------------------------------------------------- */

static bool seen(struct ask *ask, u32 pid, u32 ppid)
{
	struct ipctrace_call call = received;

	call.tgid = pid;
	call.ppid = ppid;
	return ask_holds(ask, &call.header);
}

TEST(children_follow)
{
	struct ask_error error;
	struct ask *ask = ask_new("pid == 50 and uid == 1000", &error);
	u32 i;

	ASSERT_NE(NULL, ask);
	EXPECT_TRUE(seen(ask, 50, 1));
	EXPECT_FALSE(seen(ask, 60, 1));
	EXPECT_TRUE(seen(ask, 51, 50));
	EXPECT_TRUE(seen(ask, 52, 51));
	EXPECT_TRUE(seen(ask, 51, 1));		/* an orphan is still it */
	for (i = 1000; i < 20000; i++)
		ASSERT_TRUE(seen(ask, i, i == 1000 ? 52 : i - 1));
	EXPECT_FALSE(seen(ask, 20001, 20000));
	ask_free(ask);
}

static void write_stat(const char *proc, int pid, int ppid)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%d", proc, pid);
	mkdir(path, 0700);
	strcat(path, "/stat");
	file = fopen(path, "w");
	fprintf(file, "%d (a) b (c) R %d 1 1\n", pid, ppid);
	fclose(file);
}

TEST(children_that_there_are)
{
	char proc[] = "/tmp/ipctrace-proc.XXXXXX", command[64];
	struct ask_error error;
	struct ask *ask = ask_new("pid == 50", &error);

	ASSERT_NE(NULL, mkdtemp(proc));
	write_stat(proc, 50, 1);
	/* Up and down: some child is listed before its parent. */
	write_stat(proc, 45, 50);
	write_stat(proc, 48, 45);
	write_stat(proc, 41, 48);
	write_stat(proc, 47, 41);
	write_stat(proc, 42, 47);
	write_stat(proc, 40, 42);
	write_stat(proc, 49, 40);
	write_stat(proc, 60, 1);
	EXPECT_TRUE(ask_tree_present(&ask->tree, proc));
	EXPECT_TRUE(seen(ask, 40, 1));
	EXPECT_TRUE(seen(ask, 42, 1));
	EXPECT_TRUE(seen(ask, 49, 1));
	EXPECT_FALSE(seen(ask, 60, 1));
	EXPECT_FALSE(ask_tree_present(&ask->tree, "/no/such/proc"));
	ask_free(ask);
	snprintf(command, sizeof(command), "rm -rf %s", proc);
	EXPECT_EQ(0, system(command));
}

/* ---- As the recorder's filter sees it: filter.c, from a record -------------- */

struct facts {
	const struct ipct_expr *expr;
	const struct ipctrace_call *call;
};

static u64 trees_of(const struct ipct_expr *expr, u32 pid)
{
	u64 tests = 0;
	u32 i, v;

	for (i = 0; i < expr->nr_ops; i++)
		if (expr->ops[i].kind == IPCT_EXPR_TEST &&
		    expr->ops[i].field == IPCT_EXPR_PID)
			for (v = 1; v < expr->ops[i].nr; v++)
				if (expr->values[expr->ops[i].first + v] == pid)
					tests |= expr->values[expr->ops[i].first];
	return tests;
}

static bool first_arg_names(const struct ipctrace_call *call, bool *by_key)
{
	u32 cmd = call->args[call->header.call == IPCTRACE_CALL_semctl ? 2 : 1];

	*by_key = false;
	switch (call->header.call) {
	case IPCTRACE_CALL_msgget:
	case IPCTRACE_CALL_semget:
	case IPCTRACE_CALL_shmget:
		return *by_key = true;
	case IPCTRACE_CALL_msgctl:
	case IPCTRACE_CALL_semctl:
	case IPCTRACE_CALL_shmctl:
		/* IPC_INFO, MSG_STAT, MSG_INFO, SEM_STAT ... know no id. */
		if (cmd == 3)
			return false;
		if (call->header.call == IPCTRACE_CALL_msgctl)
			return cmd != 11 && cmd != 12 && cmd != 13;
		if (call->header.call == IPCTRACE_CALL_semctl)
			return cmd != 18 && cmd != 19 && cmd != 20;
		return cmd != 13 && cmd != 14 && cmd != 15;
	case IPCTRACE_CALL_shmdt:
		return false;
	}
	return call->header.call < IPCTRACE_CALL_ipc;
}

static u8 fetch(const void *context, u8 field, u64 *value)
{
	const struct facts *facts = context;
	const struct ipctrace_call *call = facts->call;
	bool is_call = call->header.call != IPCTRACE_CALL_NONE;
	bool ended = call->header.type == IPCTRACE_TYPE_CALL || !is_call;
	bool object = call->header.flags & IPCTRACE_F_OBJECT &&
		      call->header.type != IPCTRACE_TYPE_MISSED;
	bool by_key = false, named = is_call && first_arg_names(call, &by_key);

	switch (field) {
	case IPCT_EXPR_CALL:
		*value = is_call ? 1ULL << call->header.call :
			 0xfULL << 4 * IPCTRACE_FAMILY_OF(call->header.flags);
		return IPCT_EXPR_KNOWN;
	case IPCT_EXPR_PID:
		*value = trees_of(facts->expr, call->tgid);
		return IPCT_EXPR_KNOWN;
	case IPCT_EXPR_UID:
		*value = call->uid;
		return IPCT_EXPR_KNOWN;
	case IPCT_EXPR_GID:
		*value = call->gid;
		return IPCT_EXPR_KNOWN;
	case IPCT_EXPR_LOGINUID:
		*value = call->loginuid;
		return IPCT_EXPR_KNOWN;
	case IPCT_EXPR_COMM:
		memcpy(value, call->comm, 8);
		return IPCT_EXPR_KNOWN;
	case IPCT_EXPR_COMM_REST:
		memcpy(value, call->comm + 8, 8);
		return IPCT_EXPR_KNOWN;
	case IPCT_EXPR_IPC_NS:
		*value = call->ipc_ns;
		return IPCT_EXPR_KNOWN;
	case IPCT_EXPR_CGROUP:
		*value = call->cgroup;
		return IPCT_EXPR_KNOWN;
	case IPCT_EXPR_ID:
		if (named && !by_key && (s32)call->args[0] >= 0) {
			*value = (u32)call->args[0];
			return IPCT_EXPR_KNOWN;
		}
		*value = (u32)call->object.id;
		return object ? IPCT_EXPR_KNOWN : IPCT_EXPR_ABSENT;
	case IPCT_EXPR_KEY:
		if (named && by_key) {
			*value = (u32)call->args[0];
			return IPCT_EXPR_KNOWN;
		}
		*value = (u32)call->object.key;
		return object ? IPCT_EXPR_KNOWN : IPCT_EXPR_ABSENT;
	case IPCT_EXPR_FAILED:
		*value = is_call && call->ret < 0 && call->ret >= -4095;
		return ended ? IPCT_EXPR_KNOWN : IPCT_EXPR_UNKNOWN;
	case IPCT_EXPR_DURATION:
		*value = is_call ? call->duration_ns : 0;
		return ended ? IPCT_EXPR_KNOWN : IPCT_EXPR_UNKNOWN;
	}
	return IPCT_EXPR_ABSENT;
}

/* Would the recorder have left that record? */
static struct ipct_expr_truth filtered(const struct ipct_expr *expr,
				       const struct ipctrace_call *call)
{
	struct facts facts = { expr, call };

	if (!expr->nr_ops)
		return (struct ipct_expr_truth){ true, false };
	return ipct_expr_evaluate(expr, fetch, &facts);
}

/* ---- Random ----------------------------------------------------------------- */

#define RECORDS	48

static u64 numbered(const char *variable, u64 otherwise)
{
	const char *text = getenv(variable);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

/* What the filter accepts, the reader accepts, and means the same. */
TEST(filters_are_questions)
{
	u64 seed = numbered("ASK_SEED", 1), runs = numbered("ASK_RUNS", 1200);
	static struct ipct_expr expr;
	struct unit_records records = { .seed = seed };
	char text[4096];
	u64 i, used = 0, held = 0, good = 0;
	int n;

	for (i = 0; i < runs; i++) {
		struct ask_error error;
		const char *message;
		struct ask *ask;

		unit_question(&records, text, sizeof(text), true);
		if (ipct_expr_parse(&expr, text, &message))
			continue;
		good++;
		ask = ask_new(text, &error);
		ASSERT_NE(NULL, ask) TH_LOG("%s: %s", text, error.message);
		for (n = 0; n < RECORDS; n++) {
			const struct ipctrace_call *call =
				unit_record(&records);
			bool holds = ask_holds(ask, &call->header);

			if (call->header.type == IPCTRACE_TYPE_ENTER ||
			    call->header.type == IPCTRACE_TYPE_MISSED ||
			    call->header.type == IPCTRACE_TYPE_DIED)
				continue;
			ASSERT_EQ(filtered(&expr, call).may_hold, holds)
				TH_LOG("seed %llu, run %llu: %s",
				       (unsigned long long)seed,
				       (unsigned long long)i, text);
			used++;
			held += holds;
		}
		ask_free(ask);
	}
	/* Neither always nor never */
	EXPECT_LT(runs / 2, good);
	EXPECT_LT(used / 10, held);
	EXPECT_LT(held, used - used / 10);
}

/*
 * What is asked of the recorder and the rest, together, are the whole question;
 * and nothing is lost of what is not known when a call begins.
 */
TEST(narrowed_is_the_same)
{
	u64 seed = numbered("ASK_SEED", 1), runs = numbered("ASK_RUNS", 1200);
	static struct ipct_expr expr;
	struct unit_records records = { .seed = seed };
	u64 i, used = 0, rejected = 0, held = 0, decided = 0;
	char text[4096];
	int n;

	for (i = 0; i < runs; i++) {
		struct ask_error error;
		const char *message;
		struct narrow narrow;
		struct ask *ask, *rest;

		unit_question(&records, text, sizeof(text), false);
		ask = ask_new(text, &error);
		ASSERT_NE(NULL, ask) TH_LOG("%s: %s", text, error.message);
		ASSERT_TRUE(narrow_new(&narrow, ask));
		ASSERT_EQ(0, ipct_expr_parse(&expr, narrow.filter, &message))
			TH_LOG("%s: %s: %s", text, narrow.filter, message);
		rest = ask_new(text, &error);
		ASSERT_TRUE(ask_compile(rest, narrow.decided));
		decided += !*narrow.rest;
		for (n = 0; n < RECORDS; n++) {
			const struct ipctrace_call *call =
				unit_record(&records);
			struct ipct_expr_truth truth = filtered(&expr, call);
			bool holds = ask_holds(ask, &call->header);

			ASSERT_TRUE(truth.may_hold || !holds)
				TH_LOG("seed %llu, run %llu: lost by %s: %s",
				       (unsigned long long)seed,
				       (unsigned long long)i, narrow.filter,
				       text);
			if (!truth.may_hold || !truth.may_fail)
				ASSERT_EQ(holds, truth.may_hold &&
					  ask_holds(rest, &call->header))
					TH_LOG("seed %llu, run %llu: %s | %s: %s",
					       (unsigned long long)seed,
					       (unsigned long long)i,
					       narrow.filter, narrow.rest, text);
			used++;
			held += holds;
			rejected += !truth.may_hold;
		}
		/* What is shown as the reader's part is that. */
		ask_free(rest);
		rest = ask_new(narrow.rest, &error);
		ASSERT_NE(NULL, rest) TH_LOG("%s: %s", narrow.rest, error.message);
		ask_free(rest);
		narrow_free(&narrow);
		ask_free(ask);
	}
	EXPECT_LT(used / 20, held);
	EXPECT_LT(used / 20, rejected);
	EXPECT_LT(0, decided);
}

/* ---- Quick is as slow ------------------------------------------------------- */

struct first {
	bool there;
	struct field_value value;
};

static bool take_first(void *context, const struct field_value *value)
{
	struct first *first = context;

	first->there = true;
	first->value = *value;
	return true;
}

TEST(quick_is_as_json)
{
	struct unit_records records = { .seed = numbered("ASK_SEED", 1) };
	struct decoded *decoded = calloc(1, sizeof(*decoded));
	struct cgroups *cgroups = cgroups_new_empty();
	struct field *fields;
	u64 compared = 0;
	size_t nr, i;
	int n;

	cgroups_name(cgroups, 1, "/a", false);
	fields = fields_list(&nr);
	ASSERT_LT(150, nr);
	for (n = 0; n < 3000; n++) {
		const struct ipctrace_call *call = unit_record(&records);

		for (i = 0; i < nr; i++) {
			struct first quick = { }, slow = { };
			struct field_source source;

			if (!fields[i].quick || fields[i].asked ||
			    fields[i].meaning == FIELD_ERRNO)
				continue;
			ASSERT_TRUE(field_source_begin(&source, &call->header,
						       cgroups, decoded));
			field_each(&source, &fields[i], take_first, &quick);
			field_each_slow(&source, &fields[i], take_first, &slow);
			ASSERT_EQ(slow.there, quick.there)
				TH_LOG("%s", fields[i].path);
			if (!slow.there)
				continue;
			compared++;
			ASSERT_EQ(slow.value.type, quick.value.type)
				TH_LOG("%s", fields[i].path);
			if (slow.value.type == FIELD_NUMBER)
				ASSERT_EQ(fields[i].format == SCHEMA_KEY ?
					  (u32)slow.value.number :
					  slow.value.number,
					  fields[i].format == SCHEMA_KEY ?
					  (u32)quick.value.number :
					  quick.value.number)
					TH_LOG("%s", fields[i].path);
			if (slow.value.type == FIELD_TEXT)
				ASSERT_EQ(0, strncmp(slow.value.text,
						     quick.value.text,
						     quick.value.len))
					TH_LOG("%s", fields[i].path);
		}
	}
	EXPECT_LT(50000, compared);
	free(fields);
	cgroups_free(cgroups);
	free(decoded);
}

/* All of JSON can be asked for: each value of a record has a field of its name. */
TEST(json_has_fields)
{
	struct unit_records records = { .seed = numbered("ASK_SEED", 1) };
	struct decoded *decoded = calloc(1, sizeof(*decoded));
	char path[8][FIELD_PATH_BYTES];
	struct field field;
	size_t i;
	int n, depth;

	for (n = 0; n < 3000; n++) {
		const struct ipctrace_call *call = unit_record(&records);

		ASSERT_TRUE(decode_record(decoded, &call->header, NULL));
		path[depth = 0][0] = '\0';
		for (i = 0; i < decoded->nr; i++) {
			const struct value *value = &decoded->values[i];
			char here[2 * FIELD_PATH_BYTES];

			if (value->type == VALUE_CLOSE ||
			    value->type == VALUE_END) {
				depth--;
				continue;
			}
			snprintf(here, sizeof(here), "%s%s%s", path[depth],
				 *path[depth] && value->name ? "." : "",
				 value->name ? value->name : "");
			ASSERT_TRUE(field_find(&field, here, strlen(here)))
				TH_LOG("%s", here);
			EXPECT_STREQ(here, field.path);
			if (value->type == VALUE_OPEN ||
			    value->type == VALUE_LIST)
				strcpy(path[++depth], here);
		}
	}
	free(decoded);
}

/* ask.sh compares report -e with another program. */
TEST(capture_for_others)
{
	const char *name = getenv("IPCTRACE_ASK_CAPTURE");
	struct unit_records records = { .seed = numbered("ASK_SEED", 1) };
	struct cgroups *cgroups = cgroups_new_empty();
	struct capture_writer writer;
	int n, fd;

	if (!name)
		SKIP(return, "IPCTRACE_ASK_CAPTURE says where to");
	cgroups_name(cgroups, 1, "/", false);
	cgroups_name(cgroups, 2, "/a", false);
	cgroups_name(cgroups, 3, "/a/b", false);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ASSERT_TRUE(capture_begin(&writer, fd, name, 1));
	for (n = 1; n <= 5000; n++) {
		struct ipctrace_call *call = (void *)unit_record(&records);
		void *room = capture_room(&writer);

		call->header.cpu = 0;
		call->header.time_ns = 1000 * n;
		ASSERT_NE(NULL, room);
		memcpy(room, call, call->header.len);
		capture_add(&writer, call->header.len, cgroups);
	}
	EXPECT_TRUE(capture_settled(&writer, 1000 * n));
	EXPECT_TRUE(capture_end(&writer));
	capture_free(&writer);
	cgroups_free(cgroups);
	close(fd);
}

TEST_HARNESS_MAIN
