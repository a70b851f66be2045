// SPDX-License-Identifier: GPL-2.0
/*
 * What commands count in captures: stat, hist and diff of the program as it is
 * shipped, against what the test put in.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "capture/blocks_write.h"
#include "unit_load.h"

#define SECOND	1000000000ULL
#define START	(100 * SECOND)
#define MOST	400000

static const struct unit_stream streams[] = {
	{ IPCTRACE_CALL_msgsnd, "shop", 100, 1000, 5, 0x1234, 3000, 900, 0.3,
	  2, EAGAIN },
	{ IPCTRACE_CALL_msgrcv, "bill", 200, 1001, 5, 0x1234, 3000, 90000, 1.2,
	  1, EIDRM },
	{ IPCTRACE_CALL_semop, "shop", 100, 1000, 7, 0, 500, 4000, 2.0,
	  5, EINTR },
	{ IPCTRACE_CALL_shmget, "web", 300, 0, 9, 0x77, 40, 1500, 0.1,
	  50, ENOENT },
};

FIXTURE(counted) {
	char directory[32];
	char one[64];
	char two[64];
	char out[64];
	char err[64];
	char text[262144];
	struct blocks_writer writer;
	struct unit_load load;
	u64 since_ns;
	u64 until_ns;
	u64 *durations[IPCTRACE_NR_CALLS];
	u64 nr[IPCTRACE_NR_CALLS];
	u64 errors[IPCTRACE_NR_CALLS];
	u64 time_ns[IPCTRACE_NR_CALLS];
};

/* What the program has to find */
static void seen(void *context, const struct ipctrace_call *call)
{
	FIXTURE_DATA(counted) *self = context;
	u8 which = call->header.call;

	if (call->header.time_ns < self->since_ns ||
	    call->header.time_ns > self->until_ns || self->nr[which] == MOST)
		return;
	if (!self->durations[which])
		self->durations[which] = calloc(MOST, sizeof(u64));
	self->durations[which][self->nr[which]++] = call->duration_ns;
	self->errors[which] += call->ret < 0;
	self->time_ns[which] += call->duration_ns;
}

FIXTURE_SETUP(counted)
{
	memset(self, 0, sizeof(*self));
	strcpy(self->directory, "/tmp/unit-counted-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->directory));
	sprintf(self->one, "%s/one", self->directory);
	sprintf(self->two, "%s/two", self->directory);
	sprintf(self->out, "%s/out", self->directory);
	sprintf(self->err, "%s/err", self->directory);
	self->until_ns = ~0ULL;
	self->load = (struct unit_load){
		.seed = 12345,
		.time_ns = START,
		.streams = streams,
		.nr = ARRAY_SIZE(streams),
		.seen = seen,
		.context = self,
	};
}

FIXTURE_TEARDOWN(counted)
{
	char command[64];
	u32 i;

	for (i = 0; i < IPCTRACE_NR_CALLS; i++)
		free(self->durations[i]);
	sprintf(command, "rm -rf %s", self->directory);
	EXPECT_EQ(0, system(command));
}

/* By a shell; its exit status, or 128; what it wrote is in text. */
__attribute__((format(printf, 2, 3)))
static int run(FIXTURE_DATA(counted) *self, const char *format, ...)
{
	char arguments[1024], command[2048];
	FILE *file;
	va_list args;
	int status;
	size_t n;

	va_start(args, format);
	vsnprintf(arguments, sizeof(arguments), format, args);
	va_end(args);
	snprintf(command, sizeof(command), "%s %s >%s 2>%s",
		 getenv("IPCTRACE") ?: "../../build/ipctrace", arguments,
		 self->out, self->err);
	status = system(command);
	file = fopen(self->out, "r");
	n = fread(self->text, 1, sizeof(self->text) - 1, file);
	self->text[n] = '\0';
	fclose(file);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* The line with both words, or NULL; it is in text. */
static const char *line_of(FIXTURE_DATA(counted) *self, const char *word,
			   const char *other)
{
	const char *line = self->text, *end, *found;

	for (; *line; line = end + 1) {
		end = strchrnul(line, '\n');
		found = memmem(line, end - line, word, strlen(word));
		if (found && memmem(line, end - line, other, strlen(other)))
			return line;
		if (!*end)
			break;
	}
	return NULL;
}

/* A number in a line of JSON; ~0: it is not there, or null */
static u64 number_in(const char *line, const char *member)
{
	char name[64];
	const char *end = line ? strchrnul(line, '\n') : NULL, *found;

	sprintf(name, "\"%s\":", member);
	found = line ? memmem(line, end - line, name, strlen(name)) : NULL;
	if (!found || found[strlen(name)] < '0' || found[strlen(name)] > '9')
		return ~0ULL;
	return strtoull(found + strlen(name), NULL, 10);
}

static bool has(const char *line, const char *word)
{
	return line && memmem(line, strchrnul(line, '\n') - line, word,
			      strlen(word));
}

static u64 lines(FIXTURE_DATA(counted) *self, const char *word)
{
	const char *at = self->text;
	u64 n = 0;

	while ((at = strstr(at, word))) {
		at += strlen(word);
		n++;
	}
	return n;
}

/* Two captures, or one, of the load from START on */
static bool make(FIXTURE_DATA(counted) *self, const char *name, u64 seconds)
{
	u64 end_ns = self->load.time_ns + seconds * SECOND;

	if (!unit_load_begin(&self->writer, name, self->load.time_ns))
		return false;
	unit_load_run(&self->load, &self->writer, end_ns);
	return unit_load_end(&self->writer, end_ns);
}

/* ---- stat ---------------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
	u64 a = *(const u64 *)left, b = *(const u64 *)right;

	return (a > b) - (a < b);
}

static void check_call(struct __test_metadata *_metadata,
		       FIXTURE_DATA(counted) *self, u8 call, const char *name)
{
	static const struct {
		const char *name;
		double share;
	} shares[] = {
		{ "p50_ns", 0.5 }, { "p90_ns", 0.9 }, { "p99_ns", 0.99 },
		{ "p999_ns", 0.999 },
	};
	u64 nr = self->nr[call], *durations = self->durations[call], exact, got;
	char word[64];
	const char *line;
	size_t i;

	sprintf(word, "\"name\":\"%s\"", name);
	line = line_of(self, "\"type\":\"group\"", word);
	ASSERT_NE(NULL, line);
	qsort(durations, nr, sizeof(u64), compare);
	EXPECT_EQ(nr, number_in(line, "calls"));
	EXPECT_EQ(self->errors[call], number_in(line, "errors"));
	EXPECT_EQ(self->time_ns[call], number_in(line, "time_ns"));
	EXPECT_EQ(durations[0], number_in(line, "min_ns"));
	EXPECT_EQ(durations[nr - 1], number_in(line, "max_ns"));
	EXPECT_TRUE(has(line, "\"complete\":true"));
	for (i = 0; i < ARRAY_SIZE(shares); i++) {
		exact = durations[(u64)(nr * shares[i].share + 0.9999) - 1];
		got = number_in(line, shares[i].name);
		EXPECT_LE(got > exact ? got - exact : exact - got, exact / 100) {
			TH_LOG("%s %s", name, shares[i].name);
		}
		EXPECT_LE(got, durations[nr - 1]);
	}
}

TEST_F(counted, stat)
{
	const char *line;

	ASSERT_TRUE(make(self, self->one, 20));
	ASSERT_EQ(0, run(self, "stat --json -i %s", self->one));
	check_call(_metadata, self, IPCTRACE_CALL_msgsnd, "msgsnd");
	check_call(_metadata, self, IPCTRACE_CALL_msgrcv, "msgrcv");
	check_call(_metadata, self, IPCTRACE_CALL_semop, "semop");
	check_call(_metadata, self, IPCTRACE_CALL_shmget, "shmget");
	EXPECT_EQ(4, lines(self, "\"type\":\"group\""));
	line = line_of(self, "\"type\":\"error\"", "\"name\":\"semop\"");
	EXPECT_TRUE(has(line, "\"error\":\"EINTR\""));
	EXPECT_EQ(self->errors[IPCTRACE_CALL_semop], number_in(line, "count"));
	line = line_of(self, "\"type\":\"total\"", "");
	EXPECT_EQ(START, number_in(line, "from_ns"));
	EXPECT_EQ(START + 20 * SECOND, number_in(line, "until_ns"));
	EXPECT_EQ(self->nr[IPCTRACE_CALL_msgsnd] +
		  self->nr[IPCTRACE_CALL_msgrcv] +
		  self->nr[IPCTRACE_CALL_semop] +
		  self->nr[IPCTRACE_CALL_shmget], number_in(line, "calls"));
}

/* What is asked for, and the time that is */
TEST_F(counted, stat_asked)
{
	self->since_ns = START + 3 * SECOND;
	self->until_ns = START + 7 * SECOND;
	ASSERT_TRUE(make(self, self->one, 10));
	ASSERT_EQ(0, run(self, "stat --json -i %s --since 103 --until 107", self->one));
	check_call(_metadata, self, IPCTRACE_CALL_msgrcv, "msgrcv");
	EXPECT_EQ(4 * SECOND, number_in(self->text, "until_ns") -
			      number_in(self->text, "from_ns"));
	ASSERT_EQ(0, run(self, "stat --json -i - -u 1000 --errors --since 103 --until 107 <%s",
			 self->one));
	EXPECT_EQ(2, lines(self, "\"type\":\"group\""));
	EXPECT_EQ(self->errors[IPCTRACE_CALL_msgsnd],
		  number_in(line_of(self, "group", "\"name\":\"msgsnd\""), "calls"));
	EXPECT_EQ(self->errors[IPCTRACE_CALL_semop],
		  number_in(line_of(self, "group", "\"name\":\"semop\""), "calls"));
}

TEST_F(counted, stat_by)
{
	static const struct {
		const char *by;
		const char *names[4];
	} rows[] = {
		{ "comm", { "shop", "bill", "web" } },
		{ "pid", { "100", "200", "300" } },
		{ "object", { "msg 5 key=0x1234", "sem 7 private", "shm 9 key=0x77" } },
		{ "exe", { "[shop]", "[bill]", "[web]" } },
		{ "container", { "-" } },
		{ "uid,object.kind", { "1000 msg", "1000 sem", "1001 msg", "0 shm" } },
		{ "errno", { "EAGAIN", "EIDRM", "EINTR", "ENOENT" } },
		{ "object.mode", { "0600" } },
	};
	char word[64];
	size_t i, j;

	ASSERT_TRUE(make(self, self->one, 2));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ASSERT_EQ(0, run(self, "stat --json -i %s --by %s", self->one,
				 rows[i].by));
		for (j = 0; j < 4 && rows[i].names[j]; j++) {
			sprintf(word, "\"name\":\"%s\"", rows[i].names[j]);
			EXPECT_NE(NULL, line_of(self, "\"group\"", word)) {
				TH_LOG("%s: %s", rows[i].by, word);
			}
		}
	}
	ASSERT_EQ(0, run(self, "stat --json -i %s --by comm", self->one));
	EXPECT_EQ(self->nr[IPCTRACE_CALL_msgsnd] +
		  self->nr[IPCTRACE_CALL_semop],
		  number_in(line_of(self, "group", "\"name\":\"shop\""), "calls"));
	EXPECT_EQ(2, run(self, "stat -i %s --by cal", self->one));
	EXPECT_EQ(2, run(self, "stat -i %s --sort cals", self->one));
	EXPECT_EQ(2, run(self, "stat -i %s --columns cals", self->one));
}

/* Intervals count anew, and together all. */
TEST_F(counted, stat_interval)
{
	u64 calls = 0, from_ns = START;
	const char *line;

	ASSERT_TRUE(make(self, self->one, 10));
	ASSERT_EQ(0, run(self, "stat --json -i %s --interval 2s -c msgsnd",
			 self->one));
	EXPECT_EQ(5, lines(self, "\"type\":\"total\""));
	for (line = self->text; *line; line = strchrnul(line, '\n') + 1) {
		if (!has(line, "\"type\":\"group\""))
			continue;
		EXPECT_EQ(from_ns, number_in(line, "from_ns"));
		from_ns = number_in(line, "until_ns");
		calls += number_in(line, "calls");
		EXPECT_LE(number_in(line, "calls"),
			  self->nr[IPCTRACE_CALL_msgsnd] / 4);
	}
	EXPECT_EQ(START + 10 * SECOND, from_ns);
	EXPECT_EQ(self->nr[IPCTRACE_CALL_msgsnd], calls);
	/* One heading, of all of CSV */
	ASSERT_EQ(0, run(self, "stat --csv -i %s --interval 2s", self->one));
	EXPECT_EQ(1, lines(self, "from_ns"));
}

static void put_lost(FIXTURE_DATA(counted) *self, u64 count)
{
	struct ipctrace_lost lost = {
		.header = {
			.len = sizeof(lost),
			.type = IPCTRACE_TYPE_LOST,
			.time_ns = self->load.time_ns,
		},
		.count = count,
	};

	unit_load_put(&self->writer, &lost);
}

static void put_gap(FIXTURE_DATA(counted) *self, u32 cause, u64 begin_ns,
		    u64 end_ns)
{
	struct {
		struct ipctrace_call call;
		struct ipctrace_gap gap;
	} record = {
		.call.header = {
			.len = sizeof(record),
			.type = IPCTRACE_TYPE_GAP,
			.call = IPCTRACE_CALL_NONE,
			.time_ns = self->load.time_ns,
		},
		.gap = {
			.part = { IPCTRACE_PART_GAP, sizeof(record.gap), 0 },
			.cause = cause,
			.begin_ns = begin_ns,
			.end_ns = end_ns,
		},
	};

	unit_load_put(&self->writer, &record);
}

static void put_missed(FIXTURE_DATA(counted) *self)
{
	struct ipctrace_call call = {
		.header = {
			.len = sizeof(call),
			.type = IPCTRACE_TYPE_MISSED,
			.call = IPCTRACE_CALL_msgrcv,
			.time_ns = self->load.time_ns,
		},
	};

	unit_load_put(&self->writer, &call);
}

/* What is missing is told, in the interval that it is missing of, and no other. */
TEST_F(counted, stat_incomplete)
{
	static const struct {
		u64 lost;
		u64 missed;
		const char *gaps;
	} expected[] = {
		{ 0, 0, "null" },		/* loaded before it began */
		{ 7, 0, "null" },
		{ 0, 2, "null" },
		{ 0, 0, "\"pause\"" },
		{ 0, 0, "\"pause\"" },	/* it goes on */
		{ 0, 0, "\"pause\"" },	/* and ends */
		{ 0, 0, "null" },
	};
	const char *line;
	char word[64];
	size_t i = 0;

	ASSERT_TRUE(unit_load_begin(&self->writer, self->one, START));
	put_gap(self, IPCTRACE_GAP_LOAD, 0, START);
	unit_load_run(&self->load, &self->writer, START + 1500000000);
	put_lost(self, 7);
	unit_load_run(&self->load, &self->writer, START + 2500000000);
	put_missed(self);
	put_missed(self);
	unit_load_run(&self->load, &self->writer, START + 3500000000);
	put_gap(self, IPCTRACE_GAP_PAUSE, self->load.time_ns, 0);
	unit_load_run(&self->load, &self->writer, START + 5500000000);
	put_gap(self, IPCTRACE_GAP_PAUSE, START + 3500000000,
		self->load.time_ns);
	unit_load_run(&self->load, &self->writer, START + 7 * SECOND);
	ASSERT_TRUE(unit_load_end(&self->writer, START + 7 * SECOND));

	ASSERT_EQ(0, run(self, "stat --json -i %s --interval 1s", self->one));
	for (line = self->text; *line; line = strchrnul(line, '\n') + 1) {
		bool complete = i < 7 && !expected[i].lost &&
				!expected[i].missed &&
				!strcmp(expected[i].gaps, "null");

		ASSERT_LT(i, ARRAY_SIZE(expected));
		ASSERT_TRUE(has(line, complete ? "\"complete\":true" :
						 "\"complete\":false")) {
			TH_LOG("interval %zu", i);
		}
		if (!has(line, "\"type\":\"total\""))
			continue;
		EXPECT_EQ(expected[i].lost, number_in(line, "lost"));
		EXPECT_EQ(expected[i].missed, number_in(line, "missed"));
		sprintf(word, "\"gaps\":%s", expected[i].gaps);
		EXPECT_TRUE(has(line, word)) {
			TH_LOG("interval %zu", i);
		}
		i++;
	}
	EXPECT_EQ(7, i);
	ASSERT_EQ(0, run(self, "stat -i %s", self->one));
	EXPECT_NE(NULL, strstr(self->text,
			       "; incomplete: 7 records lost, 2 calls not watched, not all recorded (pause)"));
}

/* A damaged capture: what is good is counted, and the rest told. */
TEST_F(counted, stat_damaged)
{
	ASSERT_TRUE(make(self, self->one, 10));
	truncate(self->one, 100000);
	EXPECT_EQ(1, run(self, "stat -i %s", self->one));
	EXPECT_NE(NULL, strstr(self->text, "the capture is damaged or cut off"));
	EXPECT_NE(NULL, strstr(self->text, "msgsnd"));
}

/* More names than there is room for, and more durations */
TEST_F_TIMEOUT(counted, stat_bounded, 300)
{
	struct unit_stream stream = {
		IPCTRACE_CALL_semop, "many", 1, 0, 7, 0, 400000, 4000, 9.0,
		0, 0,
	};
	u64 calls = 0, peers = 0, i;
	struct rusage usage;
	const char *line;

	ASSERT_TRUE(unit_load_begin(&self->writer, self->one, START));
	self->load.streams = &stream;
	self->load.nr = 1;
	for (i = 0; i < 40000; i++) {
		stream.pid = 1000 + i;
		unit_load_run(&self->load, &self->writer,
			      self->load.time_ns + 20000);
	}
	ASSERT_TRUE(unit_load_end(&self->writer, self->load.time_ns));
	/* Once as a child, whose memory is looked at */
	ASSERT_EQ(0, run(self, "stat --csv --by pid -i %s", self->one));
	getrusage(RUSAGE_CHILDREN, &usage);
	EXPECT_LE(usage.ru_maxrss, 256 * 1024);
	ASSERT_EQ(0, run(self, "stat --json --by pid -i %s | grep -e other -e total",
			 self->one));
	line = line_of(self, "\"type\":\"total\"", "");
	EXPECT_EQ(32768, number_in(line, "groups"));
	calls = number_in(line, "calls");
	EXPECT_EQ(self->nr[IPCTRACE_CALL_semop], calls);
	line = line_of(self, "\"type\":\"other\"", "");
	peers = number_in(line, "calls");
	EXPECT_LT(calls / 8, peers);
	EXPECT_GT(calls / 3, peers);
}

/* JSON is as the schema says. */
TEST_F(counted, stat_schema)
{
	if (access("/usr/bin/python3", X_OK))
		SKIP(return, "no python3");
	ASSERT_TRUE(make(self, self->one, 2));
	ASSERT_EQ(0, run(self, "stat --schema >%s; true", self->two));
	ASSERT_EQ(0, run(self, "stat --json -i %s >%s/json && ../lib/json_schema.py %s %s/json",
			 self->one, self->directory, self->two,
			 self->directory));
	ASSERT_EQ(1, run(self, "stat --json -i %s | sed s/complete/compete/ >%s/json && ../lib/json_schema.py %s %s/json",
			 self->one, self->directory, self->two,
			 self->directory));
}

/* ---- hist ---------------------------------------------------------------------- */

static u64 between(FIXTURE_DATA(counted) *self, u8 call, u64 from, u64 to)
{
	u64 i, n = 0;

	for (i = 0; i < self->nr[call]; i++)
		n += self->durations[call][i] >= from &&
		     self->durations[call][i] <= to;
	return n;
}

/* "1.50us" as nanoseconds */
static u64 as_ns(const char **at)
{
	char *unit;
	double number = strtod(*at, &unit);

	*at = unit + (unit[0] == 's' ? 1 : 2);
	return number * (unit[0] == 's' ? 1e9 : unit[0] == 'm' ? 1e6 :
			 unit[0] == 'u' ? 1e3 : 1) + 0.5;
}

/* Each bucket has what is in it, and together they have all. */
TEST_F(counted, hist)
{
	u64 seen = 0, rows = 0, from, to, count;
	const char *line, *at;

	ASSERT_TRUE(make(self, self->one, 10));
	ASSERT_EQ(0, run(self, "hist --json -c semop -i %s", self->one));
	for (line = self->text; *line; line = strchrnul(line, '\n') + 1) {
		if (!has(line, "\"type\":\"bucket\""))
			continue;
		count = number_in(line, "count");
		EXPECT_EQ(count, between(self, IPCTRACE_CALL_semop,
					 number_in(line, "from"),
					 number_in(line, "to")));
		seen += count;
	}
	EXPECT_EQ(self->nr[IPCTRACE_CALL_semop], seen);
	line = line_of(self, "\"type\":\"group\"", "\"name\":\"semop\"");
	EXPECT_EQ(seen, number_in(line, "count"));

	/* What is drawn is as exact. */
	seen = 0;
	ASSERT_EQ(0, run(self, "hist -c semop -i %s", self->one));
	for (line = self->text; *line; line = strchrnul(line, '\n') + 1) {
		if (strncmp(line, "  ", 2))
			continue;
		at = line;
		from = as_ns(&at);
		ASSERT_EQ(0, strncmp(at, " .. ", 4));
		at += 4;
		to = as_ns(&at) - 1;
		count = strtoull(at, NULL, 10);
		EXPECT_EQ(count, between(self, IPCTRACE_CALL_semop, from, to));
		seen += count;
		rows++;
	}
	EXPECT_EQ(self->nr[IPCTRACE_CALL_semop], seen);
	EXPECT_LE(rows, 24);
	EXPECT_GE(rows, 10);
}

/* Of other numbers */
TEST_F(counted, hist_of)
{
	ASSERT_TRUE(make(self, self->one, 2));
	ASSERT_EQ(0, run(self, "hist --json --by object.kind --of uid -i %s",
			 self->one));
	/* 1000 to 1009 are not told apart */
	EXPECT_EQ(self->nr[IPCTRACE_CALL_msgsnd] +
		  self->nr[IPCTRACE_CALL_msgrcv],
		  number_in(line_of(self, "\"name\":\"msg\"", "\"from\":1000"),
			    "count"));
	ASSERT_EQ(0, run(self, "hist --json --by comm --of ret -i %s", self->one));
	EXPECT_EQ(self->errors[IPCTRACE_CALL_msgrcv],
		  number_in(line_of(self, "\"type\":\"group\"", "bill"),
			    "negative"));
	ASSERT_EQ(0, run(self, "hist --json --of errno -i %s", self->one));
	EXPECT_EQ(self->nr[IPCTRACE_CALL_semop] -
		  self->errors[IPCTRACE_CALL_semop],
		  number_in(line_of(self, "\"type\":\"group\"", "semop"),
			    "without"));
	EXPECT_EQ(2, run(self, "hist --of comm -i %s", self->one));
	EXPECT_EQ(2, run(self, "hist --of uid,pid -i %s", self->one));
	EXPECT_EQ(2, run(self, "hist --of uidd -i %s", self->one));
}

static size_t widest(FIXTURE_DATA(counted) *self)
{
	const char *at = self->text;
	size_t width = 0, most = 0;

	for (; *at; at++) {
		width = *at == '\n' ? 0 : width + ((*at & 0xc0) != 0x80);
		if (width > most)
			most = width;
	}
	return most;
}

TEST_F(counted, hist_drawn)
{
	static const u32 columns[] = { 40, 60, 80, 200 };
	char text[16];
	size_t i;

	ASSERT_TRUE(make(self, self->one, 2));
	for (i = 0; i < ARRAY_SIZE(columns); i++) {
		sprintf(text, "%u", columns[i]);
		setenv("COLUMNS", text, 1);
		setenv("LC_ALL", "C.UTF-8", 1);
		ASSERT_EQ(0, run(self, "hist -i %s | grep ' [.][.] '", self->one));
		EXPECT_EQ(columns[i], widest(self));
		EXPECT_NE(NULL, strstr(self->text, "\u2588"));
		EXPECT_EQ(NULL, strchr(self->text, '#'));
		setenv("LC_ALL", "C", 1);
		ASSERT_EQ(0, run(self, "hist -i %s | grep ' [.][.] '", self->one));
		EXPECT_EQ(columns[i], widest(self));
		EXPECT_NE(NULL, strchr(self->text, '#'));
		EXPECT_EQ(NULL, strstr(self->text, "\u2588"));
	}
}

TEST_F(counted, hist_schema)
{
	if (access("/usr/bin/python3", X_OK))
		SKIP(return, "no python3");
	ASSERT_TRUE(make(self, self->one, 2));
	ASSERT_EQ(0, run(self, "hist --schema >%s; true", self->two));
	ASSERT_EQ(0, run(self, "hist --json --of ret -i %s >%s/json && ../lib/json_schema.py %s %s/json",
			 self->one, self->directory, self->two,
			 self->directory));
}

/* ---- diff ---------------------------------------------------------------------- */

/* Two captures, the second of other streams */
static bool make_two(FIXTURE_DATA(counted) *self, const struct unit_stream *second,
		     u32 nr)
{
	if (!make(self, self->one, 20))
		return false;
	self->load.streams = second;
	self->load.nr = nr;
	return make(self, self->two, 20);
}

/* Halves of the same steady load, of several loads: no difference */
TEST_F_TIMEOUT(counted, diff_steady, 300)
{
	u32 seed;

	for (seed = 1; seed <= 12; seed++) {
		self->load.seed = seed * 7919;
		self->load.time_ns = START;
		self->load.settled_ns = 0;
		ASSERT_TRUE(make(self, self->one, 8));
		ASSERT_EQ(0, run(self, "diff %s@100..104 %s@104..108", self->one,
				 self->one));
		EXPECT_NE(NULL, strstr(self->text, "no difference beyond noise")) {
			TH_LOG("seed %u: %s", seed, self->text);
		}
	}
}

/*
 * Bursts vary more than single calls: what comes in ten bursts in one half and in
 * eight in the other is no difference.
 */
TEST_F(counted, diff_bursts)
{
	struct unit_stream burst = streams[0];
	u64 end_ns = START + 20 * SECOND;

	burst.rate = 50000;
	ASSERT_TRUE(unit_load_begin(&self->writer, self->one, START));
	while (self->load.time_ns < end_ns) {
		self->load.streams = streams;
		self->load.nr = ARRAY_SIZE(streams);
		unit_load_run(&self->load, &self->writer, self->load.time_ns +
			      unit_load_random(&self->load) % (2 * SECOND));
		self->load.streams = &burst;
		self->load.nr = 1;
		unit_load_run(&self->load, &self->writer,
			      self->load.time_ns + 20000000);
	}
	ASSERT_TRUE(unit_load_end(&self->writer, self->load.time_ns));
	ASSERT_EQ(0, run(self, "diff %s@..110 %s@110..120", self->one, self->one));
	EXPECT_NE(NULL, strstr(self->text, "no difference beyond noise")) {
		TH_LOG("%s", self->text);
	}
}

/* What was planted is found, and what was not is not. */
TEST_F_TIMEOUT(counted, diff_planted, 300)
{
	static const struct {
		const char *what;
		const char *found[3];
		const char *never;
		u32 stream;
		double rate;
		double median;
		u32 percent;
		const char *comm;
		s32 key;
	} rows[] = {
		{ "half as many again", { "rate     call    semop:", "sem private",
		  "x1.5" }, "latency", .stream = 2, .rate = 1.5 },
		{ "half as many", { "rate     call    shmget:", "shm 0x77",
		  "(x0." }, "latency", .stream = 3, .rate = 0.5 },
		{ "longer", { "latency  call    msgrcv:", "delta +" }, "rate",
		  .stream = 1, .median = 2 },
		{ "a bit longer", { "latency  call    msgsnd:" }, "rate",
		  .stream = 0, .median = 1.3 },
		{ "another error", { "rate     error   msgsnd EAGAIN:" }, "call",
		  .stream = 0, .percent = 6 },
		{ "another receiver", { "rate     edge    shop -> msg 0x1234 -> bill: gone",
		  "rate     edge    shop -> msg 0x1234 -> tax: new" }, "call",
		  .stream = 1, .comm = "tax" },
		{ "another object", { "rate     object  shm 0x77: gone",
		  "rate     object  shm 0x78: new" }, "call",
		  .stream = 3, .key = 0x78 },
	};
	struct unit_stream second[ARRAY_SIZE(streams)];
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct unit_stream *stream = &second[rows[i].stream];

		memcpy(second, streams, sizeof(second));
		stream->rate *= rows[i].rate ?: 1;
		stream->median_ns *= rows[i].median ?: 1;
		stream->percent = rows[i].percent ?: stream->percent;
		stream->comm = rows[i].comm ?: stream->comm;
		stream->key = rows[i].key ?: stream->key;
		self->load = (struct unit_load){
			.seed = 99 + i, .time_ns = START,
			.streams = streams, .nr = ARRAY_SIZE(streams),
		};
		ASSERT_TRUE(make_two(self, second, ARRAY_SIZE(second)));
		ASSERT_EQ(0, run(self, "diff %s %s", self->one, self->two));
		for (j = 0; j < 3 && rows[i].found[j]; j++) {
			EXPECT_NE(NULL, strstr(self->text, rows[i].found[j])) {
				TH_LOG("%s: no '%s': %s", rows[i].what,
				       rows[i].found[j], self->text);
			}
		}
		/* Above there are the names of the files, and calls. */
		EXPECT_EQ(NULL, strstr(strstr(self->text, "\n\n"),
				       rows[i].never)) {
			TH_LOG("%s: '%s': %s", rows[i].what, rows[i].never,
			       self->text);
		}
	}
}

/* One of a hundred takes long, then five: half of them take as long as ever. */
TEST_F(counted, diff_tail)
{
	struct unit_stream some[] = { streams[0], streams[0] };

	some[0].rate = 2970;
	some[1].rate = 30;
	some[1].median_ns = 1000000;
	self->load.streams = some;
	self->load.nr = 2;
	ASSERT_TRUE(make(self, self->one, 20));
	some[0].rate = 2850;
	some[1].rate = 150;
	ASSERT_TRUE(make(self, self->two, 20));
	ASSERT_EQ(0, run(self, "diff %s %s", self->one, self->two));
	EXPECT_NE(NULL, strstr(self->text, "tail     call    msgsnd: longer than"));
	EXPECT_EQ(NULL, strstr(self->text, "rate "));
	EXPECT_EQ(NULL, strstr(self->text, "latency "));
}

/* The largest change first; what is asked for; JSON as its schema says */
TEST_F(counted, diff_order)
{
	struct unit_stream second[ARRAY_SIZE(streams)];
	const char *much, *little;

	memcpy(second, streams, sizeof(second));
	second[0].rate *= 1.4;
	second[2].rate *= 8;
	ASSERT_TRUE(make_two(self, second, ARRAY_SIZE(second)));
	ASSERT_EQ(0, run(self, "diff %s %s", self->one, self->two));
	much = strstr(self->text, "call    semop:");
	little = strstr(self->text, "call    msgsnd:");
	ASSERT_NE(NULL, much);
	ASSERT_NE(NULL, little);
	EXPECT_LT(much, little);
	ASSERT_EQ(0, run(self, "diff -c msg %s %s", self->one, self->two));
	EXPECT_EQ(NULL, strstr(self->text, "semop"));
	EXPECT_NE(NULL, strstr(self->text, "msgsnd"));
	EXPECT_EQ(2, run(self, "diff %s", self->one));
	EXPECT_EQ(2, run(self, "diff %s@..x %s", self->one, self->two));
	EXPECT_EQ(1, run(self, "diff %s %s-gone", self->one, self->two));
	if (access("/usr/bin/python3", X_OK))
		return;
	ASSERT_EQ(0, run(self, "diff --schema >%s/schema; true", self->directory));
	EXPECT_EQ(0, run(self, "diff --json %s %s >%s/json && ../lib/json_schema.py %s/schema %s/json",
			 self->one, self->two, self->directory,
			 self->directory, self->directory));
}

TEST_HARNESS_MAIN
