// SPDX-License-Identifier: GPL-2.0
/*
 * The reader's JSON lines: against lines written by hand, and as another
 * program, jq, understands them.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "unit_json.h"
#include "view/formats.h"

FIXTURE(json) {
	struct ipctrace_call call;
	char path[32];
	int fd;
	struct sink *sink;
	char text[65536];
};

FIXTURE_SETUP(json)
{
	self->call = (struct ipctrace_call){
		.header = {
			.len = sizeof(self->call),
			.type = IPCTRACE_TYPE_CALL,
			.flags = IPCTRACE_F_OBJECT,
			.cpu = 2,
			.call = IPCTRACE_CALL_msgget,
			.time_ns = 1000000003,
		},
		.duration_ns = 1500,
		.ret = 65,
		.args = { 0x1234, 0x3b6, 0xdead, 0xdead, 0xdead, 0xdead },
		.cgroup = 77,
		.comm = "demo",
		.tgid = 100,
		.tid = 101,
		.ppid = 99,
		.uid = 1,
		.gid = 2,
		.loginuid = 4294967295,
		.ipc_ns = 4026531839,
		.object = {
			.id = 65,
			.key = 0x1234,
			.uid = 3,
			.gid = 4,
			.cuid = 5,
			.cgid = 6,
			.mode = 0666,
			.seq = 7,
		},
	};
	strcpy(self->path, "/tmp/ipctrace-json.XXXXXX");
	self->fd = mkstemp(self->path);
	ASSERT_LE(0, self->fd);
	self->sink = sink_new(self->fd, SINK_JSON);
	ASSERT_NE(NULL, self->sink);
}

FIXTURE_TEARDOWN(json)
{
	sink_free(self->sink);
	close(self->fd);
	unlink(self->path);
}

static const char *line(FIXTURE_DATA(json) *self, const void *record)
{
	ssize_t n;

	ftruncate(self->fd, 0);
	lseek(self->fd, 0, SEEK_SET);
	sink_record(self->sink, record, NULL);
	sink_flush(self->sink);
	n = pread(self->fd, self->text, sizeof(self->text) - 1, 0);
	self->text[n < 0 ? 0 : n] = '\0';
	unit_keep_json(self->text);
	return self->text;
}

/* What a program answers on the lines written last; NULL when it fails. */
static const char *answer(FIXTURE_DATA(json) *self, const char *filter)
{
	char command[512];
	size_t n;
	FILE *pipe;

	snprintf(command, sizeof(command), "jq -j '%s' <%s", filter,
		 self->path);
	pipe = popen(command, "r");
	n = fread(self->text, 1, sizeof(self->text) - 1, pipe);
	self->text[n] = '\0';
	return pclose(pipe) ? NULL : self->text;
}

static bool have_jq(void)
{
	return !system("command -v jq >/dev/null");
}

/* ---- Whole lines ------------------------------------------------------------ */

TEST_F(json, call)
{
	EXPECT_STREQ("{\"type\":\"call\",\"time_ns\":1000000003,\"cpu\":2,"
		     "\"pid\":100,\"tid\":101,\"ppid\":99,\"comm\":\"demo\","
		     "\"uid\":1,\"gid\":2,\"loginuid\":4294967295,"
		     "\"ipc_ns\":4026531839,\"cgroup\":77,\"abi\":\"x86_64\","
		     "\"call\":\"msgget\","
		     "\"args\":{\"key\":4660,\"msgflg\":950},\"ret\":65,"
		     "\"errno\":null,\"duration_ns\":1500,"
		     "\"object\":{\"kind\":\"msg\",\"id\":65,\"key\":4660,"
		     "\"uid\":3,\"gid\":4,\"cuid\":5,\"cgid\":6,"
		     "\"mode\":438,\"seq\":7},\"end\":\"returned\"}\n",
		     line(self, &self->call));
}

/* Everything as large or as negative as it gets. */
TEST_F(json, extremes)
{
	memset(&self->call, 0xff, sizeof(self->call));
	self->call.header.len = sizeof(self->call);
	self->call.header.type = IPCTRACE_TYPE_CALL;
	self->call.header.flags = IPCTRACE_F_OBJECT;
	self->call.header.call = IPCTRACE_CALL_msgrcv;
	self->call.header.abi = IPCTRACE_ABI_X86_64;
	self->call.ret = 1ULL << 63;
	self->call.args[3] = 1ULL << 63;
	memset(self->call.comm, 0, sizeof(self->call.comm));
	EXPECT_STREQ("{\"type\":\"call\",\"time_ns\":18446744073709551615,"
		     "\"cpu\":65535,\"pid\":4294967295,\"tid\":4294967295,"
		     "\"ppid\":4294967295,\"comm\":\"\",\"uid\":4294967295,"
		     "\"gid\":4294967295,\"loginuid\":4294967295,"
		     "\"ipc_ns\":4294967295,\"cgroup\":18446744073709551615,"
		     "\"abi\":\"x86_64\",\"call\":\"msgrcv\","
		     "\"args\":{\"msqid\":-1,\"msgp\":18446744073709551615,"
		     "\"msgsz\":18446744073709551615,"
		     "\"msgtyp\":-9223372036854775808,\"msgflg\":-1},"
		     "\"ret\":-9223372036854775808,\"errno\":null,"
		     "\"duration_ns\":18446744073709551615,"
		     "\"object\":{\"kind\":\"msg\",\"id\":-1,\"key\":-1,"
		     "\"uid\":4294967295,\"gid\":4294967295,"
		     "\"cuid\":4294967295,\"cgid\":4294967295,"
		     "\"mode\":65535,\"seq\":65535},\"end\":\"returned\"}\n",
		     line(self, &self->call));
}

TEST_F(json, missed)
{
	self->call.header.type = IPCTRACE_TYPE_MISSED;
	self->call.header.call = IPCTRACE_CALL_shmdt;
	self->call.ret = -EINVAL;
	EXPECT_STREQ("{\"type\":\"missed\",\"time_ns\":1000000003,\"cpu\":2,"
		     "\"pid\":100,\"tid\":101,\"ppid\":99,\"comm\":\"demo\","
		     "\"uid\":1,\"gid\":2,\"loginuid\":4294967295,"
		     "\"ipc_ns\":4026531839,\"cgroup\":77,\"abi\":\"x86_64\","
		     "\"call\":\"shmdt\",\"args\":{\"shmaddr\":4660},"
		     "\"ret\":null,\"errno\":null,\"duration_ns\":null,"
		     "\"object\":null,\"end\":null}\n", line(self, &self->call));
}

TEST_F(json, lost)
{
	struct ipctrace_lost lost = {
		.header = {
			.len = sizeof(lost),
			.type = IPCTRACE_TYPE_LOST,
			.cpu = 3,
			.time_ns = 12,
		},
		.count = 18446744073709551615U,
	};

	EXPECT_STREQ("{\"type\":\"lost\",\"time_ns\":12,\"cpu\":3,"
		     "\"count\":18446744073709551615}\n", line(self, &lost));
}

#define CALLER "\"time_ns\":1000000003,\"cpu\":2,"			\
	"\"pid\":100,\"tid\":101,\"ppid\":99,\"comm\":\"demo\","	\
	"\"uid\":1,\"gid\":2,\"loginuid\":4294967295,"		\
	"\"ipc_ns\":4026531839,\"cgroup\":77,"

TEST_F(json, died)
{
	self->call.header.type = IPCTRACE_TYPE_DIED;
	self->call.header.flags = 0;
	EXPECT_STREQ("{\"type\":\"died\"," CALLER "\"abi\":\"x86_64\","
		     "\"call\":\"msgget\","
		     "\"args\":{\"key\":4660,\"msgflg\":950},\"ret\":null,"
		     "\"errno\":null,\"duration_ns\":1500,\"object\":null,"
		     "\"end\":\"died\"}\n", line(self, &self->call));
}

TEST_F(json, gap)
{
	struct {
		struct ipctrace_call call;
		struct ipctrace_gap gap;
	} record = { .call = self->call };

	record.call.header.len = sizeof(record);
	record.call.header.type = IPCTRACE_TYPE_GAP;
	record.gap = (struct ipctrace_gap){
		.part = { .type = IPCTRACE_PART_GAP,
			  .len = sizeof(record.gap) },
		.cause = IPCTRACE_GAP_PAUSE,
		.begin_ns = 7,
	};
	EXPECT_STREQ("{\"type\":\"gap\"," CALLER "\"cause\":\"pause\","
		     "\"begin_ns\":7,\"end_ns\":null}\n",
		     line(self, &record));
}

/* What a newer module may have is a number. */
TEST_F(json, gap_of_a_new_cause)
{
	struct {
		struct ipctrace_call call;
		struct ipctrace_gap gap;
	} record = { .call = self->call };

	record.call.header.len = sizeof(record);
	record.call.header.type = IPCTRACE_TYPE_GAP;
	record.gap = (struct ipctrace_gap){
		.part = { .type = IPCTRACE_PART_GAP,
			  .len = sizeof(record.gap) },
		.cause = 77,
		.end_ns = 8,
	};
	EXPECT_STREQ("{\"type\":\"gap\"," CALLER "\"cause\":\"cause 77\","
		     "\"begin_ns\":null,\"end_ns\":8}\n",
		     line(self, &record));
}

TEST_F(json, unknown_types_are_skipped)
{
	self->call.header.type = __IPCTRACE_TYPE_MAX;
	EXPECT_STREQ("", line(self, &self->call));
	self->call.header.type = IPCTRACE_TYPE_CALL;
	self->call.header.len = 152;
	EXPECT_STREQ("", line(self, &self->call));
	self->call.header.type = IPCTRACE_TYPE_LOST;
	self->call.header.len = 16;
	EXPECT_STREQ("", line(self, &self->call));
}

/* ---- Parts of lines ----------------------------------------------------------- */

#define EXPECT_PART(part) do {						\
	line(self, &self->call);					\
	EXPECT_NE(NULL, strstr(self->text, part)) TH_LOG("%s", self->text); \
} while (0)

TEST_F(json, argument_names)
{
	static const struct {
		u8 call;
		const char *args;
	} rows[] = {
		{ IPCTRACE_CALL_msgget, "{\"key\":1,\"msgflg\":2}" },
		{ IPCTRACE_CALL_msgsnd,
		  "{\"msqid\":1,\"msgp\":2,\"msgsz\":3,\"msgflg\":4}" },
		{ IPCTRACE_CALL_msgrcv,
		  "{\"msqid\":1,\"msgp\":2,\"msgsz\":3,\"msgtyp\":4,\"msgflg\":5}" },
		{ IPCTRACE_CALL_msgctl, "{\"msqid\":1,\"cmd\":2,\"buf\":3}" },
		{ IPCTRACE_CALL_semget, "{\"key\":1,\"nsems\":2,\"semflg\":3}" },
		{ IPCTRACE_CALL_semop, "{\"semid\":1,\"sops\":2,\"nsops\":3}" },
		{ IPCTRACE_CALL_semtimedop,
		  "{\"semid\":1,\"sops\":2,\"nsops\":3,\"timeout\":4}" },
		{ IPCTRACE_CALL_semctl,
		  "{\"semid\":1,\"semnum\":2,\"cmd\":3,\"arg\":4}" },
		{ IPCTRACE_CALL_shmget, "{\"key\":1,\"size\":2,\"shmflg\":3}" },
		{ IPCTRACE_CALL_shmat,
		  "{\"shmid\":1,\"shmaddr\":2,\"shmflg\":3}" },
		{ IPCTRACE_CALL_shmdt, "{\"shmaddr\":1}" },
		{ IPCTRACE_CALL_shmctl, "{\"shmid\":1,\"cmd\":2,\"buf\":3}" },
		{ IPCTRACE_CALL_ipc,
		  "{\"call\":1,\"first\":2,\"second\":3,\"third\":4,\"ptr\":5,\"fifth\":6}" },
	};
	size_t i;

	EXPECT_EQ(ARRAY_SIZE(rows), (size_t)IPCTRACE_NR_CALLS);
	for (i = 0; i < 6; i++)
		self->call.args[i] = i + 1;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		char part[128];

		snprintf(part, sizeof(part), ",\"args\":%s,", rows[i].args);
		self->call.header.call = rows[i].call;
		EXPECT_PART(part);
	}
}

/* What is an int in C is negative where C says so, whatever is above it. */
TEST_F(json, argument_signs)
{
	memset(self->call.args, 0xff, sizeof(self->call.args));
	self->call.header.call = IPCTRACE_CALL_semget;
	EXPECT_PART(",\"args\":{\"key\":-1,\"nsems\":-1,\"semflg\":-1},");
	self->call.header.call = IPCTRACE_CALL_semop;
	EXPECT_PART(",\"args\":{\"semid\":-1,\"sops\":18446744073709551615,\"nsops\":4294967295},");
	self->call.header.call = IPCTRACE_CALL_semctl;
	EXPECT_PART(",\"args\":{\"semid\":-1,\"semnum\":-1,\"cmd\":-257,\"arg\":18446744073709551615},");
	EXPECT_PART(",\"ipc_64\":true}");
	self->call.header.call = IPCTRACE_CALL_shmget;
	self->call.args[0] = 0xabcdef0080000000;
	self->call.args[2] = 0xabcdef0000000380;
	EXPECT_PART(",\"args\":{\"key\":-2147483648,\"size\":18446744073709551615,\"shmflg\":896},");
}

TEST_F(json, errors)
{
	self->call.ret = -ENOENT;
	EXPECT_PART(",\"ret\":-2,\"errno\":\"ENOENT\",");
	self->call.ret = -514;
	EXPECT_PART(",\"ret\":-514,\"errno\":\"ERESTARTNOHAND\",");
	/* not one that the calls document, but the C library has its name */
	self->call.ret = -EXDEV;
	EXPECT_PART(",\"ret\":-18,\"errno\":\"EXDEV\",");
	self->call.ret = -600;
	EXPECT_PART(",\"ret\":-600,\"errno\":\"errno 600\",");
	self->call.ret = -4095;
	EXPECT_PART(",\"ret\":-4095,\"errno\":\"errno 4095\",");
	self->call.ret = -4096;
	EXPECT_PART(",\"ret\":-4096,\"errno\":null,");
	self->call.ret = 0;
	EXPECT_PART(",\"ret\":0,\"errno\":null,");
}

TEST_F(json, shmat_address)
{
	self->call.header.call = IPCTRACE_CALL_shmat;
	self->call.ret = 0x7fa4a289a000;
	EXPECT_PART(",\"ret\":140345078292480,\"errno\":null,");
	EXPECT_PART(",\"object\":{\"kind\":\"shm\",");
}

TEST_F(json, no_object)
{
	self->call.header.flags = 0;
	EXPECT_PART(",\"object\":null,\"end\":\"returned\"}\n");
}

/* What the writer keeps of a line must not show in a different one. */
TEST_F(json, same_call_in_turns)
{
	int i;

	for (i = 0; i < 3; i++) {
		self->call.header.type = IPCTRACE_TYPE_CALL;
		self->call.header.flags = IPCTRACE_F_OBJECT;
		self->call.ret = i;
		EXPECT_PART(",\"errno\":null,\"duration_ns\":1500,\"object\":{\"kind\":\"msg\",");
		self->call.ret = -EINTR;
		EXPECT_PART(",\"ret\":-4,\"errno\":\"EINTR\",\"duration_ns\":1500,\"object\":{");
		self->call.header.flags = 0;
		EXPECT_PART(",\"duration_ns\":1500,\"object\":null,\"end\":\"signal\"}\n");
		self->call.header.type = IPCTRACE_TYPE_MISSED;
		self->call.header.flags = IPCTRACE_F_OBJECT;
		EXPECT_PART("{\"type\":\"missed\",");
		EXPECT_PART(",\"duration_ns\":null,\"object\":null,\"end\":null}\n");
		self->call.header.call = 77;
		EXPECT_PART(",\"call\":\"call 77\",\"args\":{},\"ret\":null,");
		self->call.header.call = IPCTRACE_CALL_msgget;
	}
}

TEST_F(json, without_names)
{
	self->call.header.call = 77;
	self->call.header.abi = 9;
	EXPECT_PART(",\"abi\":\"abi 9\",\"call\":\"call 77\",\"args\":{},");
	EXPECT_PART(",\"object\":{\"kind\":null,\"id\":65,");
}

/* ---- Names of processes --------------------------------------------------------- */

#define EXPECT_COMM(expected, bytes) do {				\
	memset(self->call.comm, 0, sizeof(self->call.comm));		\
	memcpy(self->call.comm, bytes, sizeof(bytes) - 1);		\
	line(self, &self->call);					\
	EXPECT_STREQ(expected, answer(self, ".comm"));			\
} while (0)

#define BAD	"\xef\xbf\xbd"

TEST_F(json, comm)
{
	if (!have_jq())
		SKIP(return, "jq is not installed");
	EXPECT_COMM("demo", "demo");
	EXPECT_COMM("", "");
	EXPECT_COMM("a\"b\\c/d", "a\"b\\c/d");
	EXPECT_COMM("a\nb\tc\rd", "a\nb\tc\rd");
	EXPECT_COMM("\001\002\037\177 ", "\001\002\037\177 ");
	EXPECT_COMM("\b\f\v\033[31m", "\b\f\v\033[31m");
	EXPECT_COMM("0123456789abcdef", "0123456789abcdef");
	EXPECT_COMM("caf\xc3\xa9", "caf\xc3\xa9");
	EXPECT_COMM("\xe2\x82\xac\xf0\x9f\x98\x80", "\xe2\x82\xac\xf0\x9f\x98\x80");
	EXPECT_COMM("a" BAD "b", "a\377b");
	/* 16 bytes of nothing valid */
	EXPECT_COMM(BAD BAD BAD BAD BAD BAD BAD BAD
		    BAD BAD BAD BAD BAD BAD BAD BAD,
		    "\xff\xfe\x80\xbf\xc0\xc1\xf5\xf8\xfc\xff\xff\xff\xff\xff\xff\xff");
	/* cut short: at the end, by another character, by the last byte */
	EXPECT_COMM("a" BAD, "a\xc3");
	EXPECT_COMM(BAD BAD "x", "\xe2\x82x");
	self->call.tgid = 0xa9;		/* would go on with it */
	EXPECT_COMM("0123456789abcde" BAD, "0123456789abcde\xc3");
	/* too long for what it says, a surrogate, past the last character */
	EXPECT_COMM(BAD BAD "|" BAD BAD BAD, "\xc0\xaf|\xe0\x80\xaf");
	EXPECT_COMM(BAD BAD BAD, "\xed\xa0\x80");
	EXPECT_COMM(BAD BAD BAD BAD, "\xf4\x90\x80\x80");
	EXPECT_COMM(BAD BAD BAD BAD, "\xf0\x8f\xbf\xbf");
}

/* A byte of each value, as a program reads it back, one name a line. */
TEST_F(json, comm_every_byte)
{
	char expected[255 * 8 + 1] = "", *end = expected;
	int c, lines = 0;
	ssize_t i, n;

	if (!have_jq())
		SKIP(return, "jq is not installed");
	memset(self->call.comm, 0, sizeof(self->call.comm));
	self->call.comm[0] = 'x';
	self->call.comm[2] = 'y';
	for (c = 1; c < 256; c++) {
		self->call.comm[1] = c;
		sink_record(self->sink, &self->call.header, NULL);
		end += c < 0x80 ? sprintf(end, "x%cy\n", c) :
				  sprintf(end, "x" BAD "y\n");
	}
	ASSERT_EQ(OUTPUT_OK, sink_flush(self->sink));
	EXPECT_STREQ(expected, answer(self, ".comm + \"\\n\""));

	/* and none of them breaks a line */
	lseek(self->fd, 0, SEEK_SET);
	while ((n = read(self->fd, self->text, sizeof(self->text))) > 0)
		for (i = 0; i < n; i++)
			lines += self->text[i] == '\n';
	EXPECT_EQ(255, lines);
}

/*
 * What a terminal obeys is escaped, with the value that it had: the ends of each
 * range, and what is just outside.
 */
TEST_F(json, controls_are_escaped)
{
	static const struct {
		const char *comm;
		const char *json;
	} names[] = {
		{ "a\033[2Jb", "\"a\\u001b[2Jb\"" },
		{ "a\177b", "\"a\\u007fb\"" },
		{ "a\xc2\x80\xc2\x9f\xc2\xa0", "\"a\\u0080\\u009f\xc2\xa0\"" },
		{ "\xd8\x9b\xd8\x9c\xd8\x9d", "\"\xd8\x9b\\u061c\xd8\x9d\"" },
		{ "\xe2\x80\x8d\xe2\x80\x8e\xe2\x80\x8f\xe2\x80\x90",
		  "\"\xe2\x80\x8d\\u200e\\u200f\xe2\x80\x90\"" },
		{ "\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xae\xe2\x80\xaf",
		  "\"\xe2\x80\xa7\\u2028\\u202e\xe2\x80\xaf\"" },
		{ "\xe2\x81\xa5\xe2\x81\xa6\xe2\x81\xa9\xe2\x81\xaa",
		  "\"\xe2\x81\xa5\\u2066\\u2069\xe2\x81\xaa\"" },
		{ "\"\\\xc2\x85", "\"\\\"\\\\\\u0085\"" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		memset(self->call.comm, 0, sizeof(self->call.comm));
		memcpy(self->call.comm, names[i].comm, strlen(names[i].comm));
		EXPECT_NE(NULL, strstr(line(self, &self->call), names[i].json))
			TH_LOG("%zu: %s", i, self->text);
		/* by a line of its shape, and by the first */
		EXPECT_NE(NULL, strstr(line(self, &self->call), names[i].json));
	}
}

/* ---- Many ------------------------------------------------------------------------ */

/* Random records are valid JSON with the same members in the same order. */
TEST_F(json, random_records)
{
	u64 *words = (u64 *)&self->call;
	int i, j;

	if (!have_jq())
		SKIP(return, "jq is not installed");
	srandom(4);
	for (i = 0; i < 2000; i++) {
		for (j = 0; j < (int)(sizeof(self->call) / 8); j++)
			words[j] = (u64)random() << 40 ^ (u64)random() << 17 ^
				   random();
		self->call.header.len = sizeof(self->call);
		self->call.header.type = IPCTRACE_TYPE_CALL;
		sink_record(self->sink, &self->call.header, NULL);
	}
	ASSERT_EQ(OUTPUT_OK, sink_flush(self->sink));
	/* As many members as a call has, or more by what its flags say. */
	EXPECT_STREQ("2000 true",
		     answer(self, "[., inputs] | [length, (map(length >= 20)"
				  " | all)] | join(\" \")"));
}

TEST_F(json, members_in_order)
{
	if (!have_jq())
		SKIP(return, "jq is not installed");
	line(self, &self->call);
	EXPECT_STREQ("type time_ns cpu pid tid ppid comm uid gid loginuid ipc_ns cgroup abi call args ret errno duration_ns object end",
		     answer(self, "keys_unsorted|join(\" \")"));
	line(self, &self->call);
	EXPECT_STREQ("kind id key uid gid cuid cgid mode seq",
		     answer(self, ".object|keys_unsorted|join(\" \")"));
}

/*
 * What a sink remembers of callers, objects and calls changes nothing: a byte or two
 * differ from one record to the next, or none, and a new sink knows of none before.
 */
TEST_F_TIMEOUT(json, as_without_memory, 180)
{
	struct {
		struct ipctrace_call call;
		struct ipctrace_user user;
		u64 words[2];
	} record = {
		.call = self->call,
		.user = {
			.part = { .type = IPCTRACE_PART_USER,
				  .len = sizeof(record) - sizeof(record.call) },
			.arg = 1,
			.flags = IPCTRACE_USER_ENTRY | IPCTRACE_USER_RETURN,
			.bytes = sizeof(record.words),
		},
		.words = { 1, 2 },
	};
	char expected[sizeof(self->text)];
	struct sink *used = self->sink;
	size_t i, at;

	srandom(5);
	for (i = 0; i < 1500; i++) {
		struct ipctrace_header *header = &record.call.header;

		header->time_ns++;
		record.call.duration_ns++;
		at = offsetof(struct ipctrace_call, ret) +
		     random() % (sizeof(record) -
				 offsetof(struct ipctrace_call, ret));
		if (random() % 2)
			((u8 *)&record)[at] ^= 1 << random() % 8;
		header->len = random() % 8 ? header->len : random() % 2 ?
			sizeof(record) : sizeof(record.call);
		header->call = random() % 4 ? header->call :
			random() % IPCTRACE_NR_CALLS;
		header->flags ^= random() % 8 ? 0 : 1 << random() % 4;
		header->abi = random() % 4 ? header->abi :
			random() % (IPCTRACE_ABI_MAX + 1);
		header->type = random() % 4 ? IPCTRACE_TYPE_CALL :
			random() % 2 ? IPCTRACE_TYPE_ENTER : IPCTRACE_TYPE_DESTROY;
		self->sink = sink_new(self->fd, SINK_JSON);
		ASSERT_NE(NULL, self->sink);
		strcpy(expected, line(self, &record.call));
		sink_free(self->sink);
		self->sink = used;
		ASSERT_STREQ(expected, line(self, &record.call));
	}
}

TEST_HARNESS_MAIN
