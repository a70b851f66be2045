// SPDX-License-Identifier: GPL-2.0
/*
 * What commands make of captures: report, info, merge and anonymize of the program
 * as it is shipped, on files that are made here; and one that the first release
 * wrote and reported.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "capture/blocks_read.h"
#include "capture/blocks_write.h"
#include "capture/kinds.h"
#include "names/cgroups.h"
#include "unit_traffic.h"

#define BOOT	"11111111-2222-3333-4444-555555555555"

FIXTURE(files) {
	char directory[32];
	char out[64];
	char err[64];
	char one[64];
	char two[64];
	char to[64];
	char text[65536];
	struct blocks_writer writer;
	struct cgroups *cgroups;
	u64 time_ns;
	u32 cpu;
};

FIXTURE_SETUP(files)
{
	strcpy(self->directory, "/tmp/unit-reports-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->directory));
	sprintf(self->out, "%s/out", self->directory);
	sprintf(self->err, "%s/err", self->directory);
	sprintf(self->one, "%s/one", self->directory);
	sprintf(self->two, "%s/two", self->directory);
	sprintf(self->to, "%s/to", self->directory);
	self->time_ns = 5000000000;
	self->cgroups = cgroups_new_empty();
	cgroups_name(self->cgroups, 77, "/secret.slice/named", false);
}

FIXTURE_TEARDOWN(files)
{
	char command[64];

	cgroups_free(self->cgroups);
	sprintf(command, "rm -rf %s", self->directory);
	EXPECT_EQ(0, system(command));
}

/* ---- Running it --------------------------------------------------------------- */

static const char *program(void)
{
	return getenv("IPCTRACE") ?: "../../build/ipctrace";
}

/* By a shell, to out and err; its exit status, or 128 and a signal. */
__attribute__((format(printf, 2, 3)))
static int run(FIXTURE_DATA(files) *self, const char *format, ...)
{
	char arguments[1024], command[2048];
	va_list args;
	int status;

	va_start(args, format);
	vsnprintf(arguments, sizeof(arguments), format, args);
	va_end(args);
	snprintf(command, sizeof(command), "%s %s >%s 2>%s", program(),
		 arguments, self->out, self->err);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static const char *content(FIXTURE_DATA(files) *self, const char *name)
{
	int fd = open(name, O_RDONLY);
	ssize_t n = read(fd, self->text, sizeof(self->text) - 1);

	close(fd);
	self->text[n > 0 ? n : 0] = '\0';
	return self->text;
}

static u64 lines(const char *name)
{
	FILE *file = fopen(name, "r");
	u64 n = 0;
	int c;

	while ((c = getc(file)) != EOF)
		n += c == '\n';
	fclose(file);
	return n;
}

static bool same_files(const char *a, const char *b)
{
	char command[256];

	snprintf(command, sizeof(command), "cmp %s %s", a, b);
	return !system(command);
}

static u64 size_of(const char *name)
{
	struct stat status;

	return stat(name, &status) ? 0 : status.st_size;
}

/* ---- Making captures ---------------------------------------------------------- */

static bool begin(FIXTURE_DATA(files) *self, const char *name, const char *host,
		  const char *boot, u64 real_ns)
{
	struct blocks_about about = {
		.transport = IPCTRACE_TRANSPORT,
		.schema = IPCTRACE_SCHEMA,
		.nr_cpus = 2,
		.start = { .ns = 4000000000, .real_ns = real_ns, .apart_ns = 99 },
		.texts = {
			[IPCTRACE_CAPTURE_HOST] = host,
			[IPCTRACE_CAPTURE_RELEASE] = "6.1.0",
			[IPCTRACE_CAPTURE_BOOT] = boot,
			[IPCTRACE_CAPTURE_FILTER] = "comm == \"secretcomm\"",
		},
	};
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (!blocks_begin(&self->writer, fd, name, &about))
		return false;
	self->writer.name_cgroup = capture_name_cgroup;
	self->writer.name_arg = self->cgroups;
	return true;
}

static struct ipctrace_call example(FIXTURE_DATA(files) *self)
{
	self->time_ns += 1000;
	return (struct ipctrace_call){
		.header = {
			.len = sizeof(struct ipctrace_call),
			.type = IPCTRACE_TYPE_CALL,
			.flags = IPCTRACE_F_OBJECT,
			.cpu = self->cpu,
			.call = IPCTRACE_CALL_msgget,
			.time_ns = self->time_ns,
		},
		.duration_ns = 500 + self->time_ns % 300,
		.ret = 7,
		.args = { 0x5ec2e701 },
		.cgroup = 77,
		.comm = "secretcomm",
		.tid = 3141592 + self->time_ns / 1000 % 5,
		.tgid = 3141592,
		.ppid = 3141500,
		.loginuid = 4294967295,
		.ipc_ns = 4026531839,
		.object = { .id = 7, .key = 0x5ec2e701, .mode = 0600 },
	};
}

static void put_in(FIXTURE_DATA(files) *self, u64 records, u64 cgroup)
{
	struct ipctrace_call call;
	u64 i;

	for (i = 1; i <= records; i++) {
		call = example(self);
		call.cgroup = cgroup;
		memcpy(blocks_room(&self->writer), &call, sizeof(call));
		blocks_add(&self->writer, sizeof(call));
		if (i % 1000 == 0)
			blocks_settled(&self->writer, self->time_ns);
	}
}

static void put(FIXTURE_DATA(files) *self, u64 records)
{
	put_in(self, records, 77);
}

static bool end(FIXTURE_DATA(files) *self)
{
	bool good;

	blocks_settled(&self->writer, self->time_ns);
	self->writer.end = (struct blocks_moment){
		.ns = self->time_ns + 1000000000, .real_ns = 1,
	};
	good = blocks_end(&self->writer);
	close(self->writer.fd);
	blocks_free(&self->writer);
	return good;
}

/* Blocks of so many records each */
static bool make(FIXTURE_DATA(files) *self, const char *name, u32 blocks,
		 u64 records)
{
	if (!begin(self, name, "secrethost", BOOT, 1600000000000000000))
		return false;
	for (; blocks; blocks--) {
		put(self, records);
		blocks_flush(&self->writer);
	}
	return end(self);
}

/* ---- report ------------------------------------------------------------------- */

TEST_F(files, version_2)
{
	char stored[] = "stored/version-2.text";

	ASSERT_EQ(0, run(self, "report stored/version-2.capture"));
	EXPECT_TRUE(same_files(stored, self->out));
	ASSERT_EQ(0, run(self, "report - <stored/version-2.capture"));
	EXPECT_TRUE(same_files(stored, self->out));
	ASSERT_EQ(0, run(self, "report --since 11.9 stored/version-2.capture"));
	EXPECT_EQ(100, lines(self->out));
}

TEST_F(files, report)
{
	ASSERT_TRUE(make(self, self->one, 3, 100));
	EXPECT_EQ(0, run(self, "report %s", self->one));
	EXPECT_EQ(300, lines(self->out));
	EXPECT_EQ(0, size_of(self->err));
	rename(self->out, self->two);
	EXPECT_EQ(0, run(self, "report - <%s", self->one));
	EXPECT_TRUE(same_files(self->two, self->out));
	/* A pipe cannot be read at any place. */
	EXPECT_EQ(0, run(self, "--version >/dev/null; cat %s | %s report -",
			 self->one, program()));
	EXPECT_TRUE(same_files(self->two, self->out));
}

/*
 * Each byte in turn: no signal, every line of the other blocks, and one line that
 * names the place and the time.
 */
TEST_F_TIMEOUT(files, every_byte, 600)
{
	u64 begins[4], at, of, size;
	struct blocks_reader reader;
	int fd, status;
	u8 byte;

	ASSERT_TRUE(make(self, self->one, 3, 2));
	fd = open(self->one, O_RDWR);
	ASSERT_TRUE(blocks_open(&reader, fd, "it"));
	for (of = 0; of < 4; of++) {
		begins[of] = reader.at;
		blocks_next(&reader);
	}
	blocks_close(&reader);
	size = size_of(self->one);
	for (at = 0; at < size; at++) {
		pread(fd, &byte, 1, at);
		byte ^= 0xff;
		pwrite(fd, &byte, 1, at);
		status = run(self, "report %s", self->one);
		ASSERT_EQ(1, status) {
			TH_LOG("offset %llu", (unsigned long long)at);
		}
		ASSERT_EQ(at >= begins[0] && at < begins[3] ? 4 : 6,
			  lines(self->out)) {
			TH_LOG("offset %llu", (unsigned long long)at);
		}
		content(self, self->err);
		ASSERT_NE(NULL, strstr(self->text, ": offset "));
		ASSERT_LE(lines(self->err), 2);
		ASSERT_NE(NULL, strstr(self->text, " is from "));
		byte ^= 0xff;
		pwrite(fd, &byte, 1, at);
	}
	ASSERT_EQ(0, run(self, "report %s", self->one));
	close(fd);
}

/* What a program reads until it ends; it stays a while to be asked. */
static u64 bytes_read(FIXTURE_DATA(files) *self, const char *since,
		      const char *until)
{
	unsigned long long sum = 0;
	siginfo_t info;
	char name[64];
	FILE *io;
	pid_t pid = fork();

	if (!pid) {
		dup2(open(self->out, O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
		execl(program(), "ipctrace", "report", "--since", since,
		      "--until", until, self->one, NULL);
		_exit(127);
	}
	waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
	sprintf(name, "/proc/%d/io", pid);
	io = fopen(name, "r");
	if (!io || fscanf(io, "rchar: %llu", &sum) != 1)
		sum = ~0ULL;
	if (io)
		fclose(io);
	waitpid(pid, NULL, 0);
	return info.si_status ? ~0ULL : sum;
}

/* One per cent of the time takes two of the file, at most. */
TEST_F_TIMEOUT(files, since_until, 300)
{
	struct unit_traffic traffic = {
		.seed = 1, .time_ns = self->time_ns, .callers = 20
	};
	u64 records = 3000000, first_ns = self->time_ns, size, read, span, i;
	char since[32], until[32];

	ASSERT_TRUE(begin(self, self->one, "host", BOOT, 1600000000000000000));
	for (i = 0; i < records; i++) {
		blocks_add(&self->writer,
			   unit_traffic_next(&traffic, blocks_room(&self->writer)));
		if (i % 1000 == 0)
			blocks_settled(&self->writer, traffic.time_ns);
	}
	self->time_ns = traffic.time_ns;
	ASSERT_TRUE(end(self));
	size = size_of(self->one);
	span = self->time_ns - first_ns;
	sprintf(since, "%.9f", (first_ns + span / 100 * 37) / 1e9);
	sprintf(until, "%.9f", (first_ns + span / 100 * 38) / 1e9);
	read = bytes_read(self, since, until);
	EXPECT_LT(records / 110, lines(self->out));
	EXPECT_GT(records / 90, lines(self->out));
	TH_LOG("%llu of %llu bytes read, %.2f %%", (unsigned long long)read,
	       (unsigned long long)size, 100.0 * read / size);
	EXPECT_LE(read, size / 50);
	/* Before the end: the end is a second after the last record. */
	EXPECT_EQ(0, run(self, "report --since 1.5s --until 1.0001s %s | wc -l",
			 self->one));
	EXPECT_LE(300000, atoi(content(self, self->out)));
}

TEST_F(files, dates)
{
	u64 first_ns = self->time_ns;

	/* 4 s on the clock of the records were 2020-09-13T12:26:40Z. */
	ASSERT_TRUE(make(self, self->one, 1, 1000));
	EXPECT_EQ(5000000000, first_ns);
	EXPECT_EQ(0, run(self, "report --since 2020-09-13T12:26:41.000500Z %s",
			 self->one));
	EXPECT_EQ(501, lines(self->out));
	EXPECT_EQ(0, run(self, "report --until 2020-09-13T12:26:41.000500Z %s",
			 self->one));
	EXPECT_EQ(500, lines(self->out));
	EXPECT_EQ(2, run(self, "report --since yesterday %s", self->one));
	EXPECT_EQ(1, lines(self->err));
	EXPECT_EQ(0, run(self, "report --since 1d %s", self->one));
	EXPECT_EQ(1000, lines(self->out));
}

TEST_F_TIMEOUT(files, tail, 120)
{
	ASSERT_TRUE(make(self, self->one, 1, 100000));
	ASSERT_EQ(0, run(self, "report %s | tail -n 7", self->one));
	rename(self->out, self->two);
	ASSERT_EQ(0, run(self, "report --tail 7 %s", self->one));
	EXPECT_TRUE(same_files(self->two, self->out));
	/* Few are wanted: they are looked for further up. */
	ASSERT_EQ(0, run(self, "report --until 5.01 %s | tail -n 7", self->one));
	rename(self->out, self->two);
	ASSERT_EQ(0, run(self, "report --until 5.01 --tail 7 %s", self->one));
	EXPECT_TRUE(same_files(self->two, self->out));
	ASSERT_EQ(0, run(self, "report --tail 7 - <%s", self->one));
	EXPECT_EQ(7, lines(self->out));
	ASSERT_EQ(0, run(self, "report --tail 7 stored/version-2.capture"));
	EXPECT_EQ(7, lines(self->out));
}

static bool within(const char *name, u64 n)
{
	int i;

	for (i = 0; i < 300 && lines(name) < n; i++)
		usleep(50000);
	return lines(name) == n;
}

/* What comes later is printed later, and the end is the end. */
TEST_F_TIMEOUT(files, follow, 60)
{
	int status;
	pid_t pid;

	ASSERT_TRUE(begin(self, self->one, "host", BOOT, 1));
	put(self, 10);
	blocks_settled(&self->writer, self->time_ns);
	blocks_flush(&self->writer);
	close(open(self->out, O_WRONLY | O_CREAT | O_TRUNC, 0600));
	pid = fork();
	if (!pid) {
		dup2(open(self->out, O_WRONLY), 1);
		execl(program(), "ipctrace", "report", "-F", "--tail", "4",
		      self->one, NULL);
		_exit(127);
	}
	EXPECT_TRUE(within(self->out, 4));
	put(self, 10);
	blocks_settled(&self->writer, self->time_ns);
	blocks_flush(&self->writer);
	EXPECT_TRUE(within(self->out, 14));
	/* Without a mark it is not known whether something comes before them. */
	put(self, 10);
	blocks_flush(&self->writer);
	usleep(300000);
	EXPECT_EQ(14, lines(self->out));
	ASSERT_TRUE(end(self));
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(24, lines(self->out));
}

TEST_F_TIMEOUT(files, follow_is_interrupted, 60)
{
	int status;
	pid_t pid;

	ASSERT_TRUE(begin(self, self->one, "host", BOOT, 1));
	put(self, 10);
	blocks_settled(&self->writer, self->time_ns);
	blocks_flush(&self->writer);
	close(open(self->out, O_WRONLY | O_CREAT | O_TRUNC, 0600));
	pid = fork();
	if (!pid) {
		dup2(open(self->out, O_WRONLY), 1);
		dup2(open(self->err, O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
		execl(program(), "ipctrace", "report", "-F", self->one, NULL);
		_exit(127);
	}
	EXPECT_TRUE(within(self->out, 10));
	kill(pid, SIGINT);
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, size_of(self->err));
	ASSERT_TRUE(end(self));
}

/* Also without marks, where the most is kept. */
TEST_F_TIMEOUT(files, memory, 300)
{
	struct ipctrace_call call;
	u32 i;

	ASSERT_TRUE(begin(self, self->one, "host", BOOT, 1));
	for (i = 0; i < 1500000; i++) {
		call = example(self);
		memcpy(blocks_room(&self->writer), &call, sizeof(call));
		blocks_add(&self->writer, sizeof(call));
	}
	ASSERT_TRUE(end(self));
	/* The shell has the limit for both. */
	EXPECT_EQ(0, run(self, "--version >/dev/null; ulimit -v 262144; "
			 "%s report %s | wc -l", program(), self->one));
	EXPECT_EQ(1500000, atoi(content(self, self->out)));
}

/* ---- info --------------------------------------------------------------------- */

TEST_F(files, info)
{
	ASSERT_TRUE(make(self, self->one, 3, 100));
	EXPECT_EQ(0, run(self, "info %s", self->one));
	content(self, self->out);
	EXPECT_NE(NULL, strstr(self->text, "secrethost"));
	EXPECT_NE(NULL, strstr(self->text, BOOT));
	EXPECT_NE(NULL, strstr(self->text, "\nwhole  yes\n"));
	EXPECT_EQ(NULL, strstr(self->text, "\nwhere"));
	EXPECT_EQ(0, run(self, "info --json %s", self->one));
	content(self, self->out);
	EXPECT_NE(NULL, strstr(self->text, "\"whole\":true"));
	EXPECT_NE(NULL, strstr(self->text, "\"host\":\"secrethost\""));
	EXPECT_NE(NULL, strstr(self->text, "\"blocks\":4"));

	ASSERT_EQ(0, truncate(self->one, size_of(self->one) - 1));
	EXPECT_EQ(1, run(self, "info %s", self->one));
	content(self, self->out);
	EXPECT_NE(NULL, strstr(self->text, "\nwhole  no\n"));
	EXPECT_NE(NULL, strstr(self->text, "cut off here"));
	EXPECT_EQ(0, run(self, "info stored/version-2.capture"));
	EXPECT_EQ(1, run(self, "info /dev/null"));
	EXPECT_EQ(1, lines(self->err));
	EXPECT_EQ(1, run(self, "info %s/none", self->directory));
	EXPECT_EQ(1, lines(self->err));
}

TEST_F(files, info_tells_what_is_missing)
{
	struct ipctrace_lost lost = {
		.header = { .len = 24, .type = IPCTRACE_TYPE_LOST,
			    .time_ns = 5000000001 },
		.count = 41,
	};
	int fd;

	ASSERT_TRUE(begin(self, self->one, "host\033[2J", BOOT, 1));
	put(self, 10);
	memcpy(blocks_room(&self->writer), &lost, 24);
	blocks_add(&self->writer, 24);
	blocks_flush(&self->writer);
	put(self, 10);
	ASSERT_TRUE(end(self));
	fd = open(self->one, O_RDWR);
	pwrite(fd, "damage", 6, size_of(self->one) - 500);
	close(fd);
	EXPECT_EQ(1, run(self, "info %s", self->one));
	content(self, self->out);
	EXPECT_NE(NULL, strstr(self->text, "41 records lost between 5.000000001 and "));
	EXPECT_NE(NULL, strstr(self->text, "no, damaged"));
	EXPECT_NE(NULL, strstr(self->text, "offset "));
	EXPECT_EQ(NULL, strchr(self->text, '\033'));
}

/* ---- How records are shown ---------------------------------------------------- */

/* In a table without a column for that, a loss is told at the end. */
TEST_F(files, columns_and_losses)
{
	struct ipctrace_lost lost = {
		.header = { .len = 24, .type = IPCTRACE_TYPE_LOST,
			    .time_ns = 5000000001 },
		.count = 41,
	};

	ASSERT_TRUE(begin(self, self->one, "host", BOOT, 1));
	put(self, 10);
	memcpy(blocks_room(&self->writer), &lost, 24);
	blocks_add(&self->writer, 24);
	ASSERT_TRUE(end(self));
	EXPECT_EQ(0, run(self, "report --columns pid,call %s", self->one));
	EXPECT_EQ(1 + 10, lines(self->out));
	EXPECT_STREQ("ipctrace: 10 records, 41 lost, 0 gaps\n",
		     content(self, self->err));
	EXPECT_EQ(0, run(self, "report --csv --columns type,count,pid %s", self->one));
	EXPECT_EQ(1 + 11, lines(self->out));
	EXPECT_NE(NULL, strstr(content(self, self->out), "\nlost,41,\n"));
	EXPECT_EQ(0, size_of(self->err));
}

TEST_F(files, containers_by_name)
{
	static const char path[] =
		"/system.slice/docker-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope";

	cgroups_name(self->cgroups, 78, path, true);
	ASSERT_TRUE(begin(self, self->one, "host", BOOT, 1));
	put_in(self, 3, 78);
	put(self, 2);
	ASSERT_TRUE(end(self));
	EXPECT_EQ(0, run(self, "report %s | grep -c ' container=0123456789ab msgget('",
			 self->one));
	EXPECT_STREQ("3\n", content(self, self->out));
	EXPECT_EQ(0, run(self, "report %s | grep -c 'ppid=3141500 uid=0 gid=0 '",
			 self->one));
	EXPECT_STREQ("5\n", content(self, self->out));
	EXPECT_EQ(1, run(self, "report -N %s | grep -c container", self->one));
}

/* A call that waits, another one meanwhile, and what was made of it */
TEST_F(files, strace_unfinished)
{
	struct ipctrace_call enter, call;

	ASSERT_TRUE(begin(self, self->one, "host", BOOT, 1600000000000000000));
	enter = example(self);
	enter.header.type = IPCTRACE_TYPE_ENTER;
	enter.header.call = IPCTRACE_CALL_msgrcv;
	enter.header.time_ns = 5050000000;
	enter.duration_ns = 50000000;
	enter.tid = 12;
	enter.args[0] = 7;
	enter.args[2] = 100;
	self->time_ns = 5050000000;
	memcpy(blocks_room(&self->writer), &enter, sizeof(enter));
	blocks_add(&self->writer, sizeof(enter));
	put(self, 1);
	/* It is told of a second time. */
	enter.header.time_ns += 2000;
	enter.duration_ns += 2000;
	memcpy(blocks_room(&self->writer), &enter, sizeof(enter));
	blocks_add(&self->writer, sizeof(enter));
	call = enter;
	call.header.type = IPCTRACE_TYPE_CALL;
	call.header.time_ns = 5200000999;
	call.duration_ns = 200000999;
	call.ret = 5;
	memcpy(blocks_room(&self->writer), &call, sizeof(call));
	blocks_add(&self->writer, sizeof(call));
	/* The next one by the same thread has nothing to go on with. */
	call.header.time_ns = 5300000000;
	call.ret = -ENOMSG;
	call.duration_ns = 1999;
	memcpy(blocks_room(&self->writer), &call, sizeof(call));
	blocks_add(&self->writer, sizeof(call));
	self->time_ns = 5300000000;
	ASSERT_TRUE(end(self));
	ASSERT_EQ(0, run(self, "report --strace %s", self->one));
	EXPECT_STREQ("12    1600000001.000000 msgrcv(7,  <unfinished ...>\n"
		     "3141593 1600000001.050000 msgget(0x5ec2e701, 000) = 7 <0.000000>\n"
		     "12    1600000001.200000 <... msgrcv resumed>NULL, 100, 0, 0) = 5 <0.200000>\n"
		     "12    1600000001.299998 msgrcv(7, NULL, 100, 0, 0) = -1 ENOMSG (No message of desired type) <0.000001>\n",
		     content(self, self->out));
}

/* ---- merge -------------------------------------------------------------------- */

TEST_F(files, merge_of_one_boot)
{
	ASSERT_TRUE(begin(self, self->one, "host", BOOT, 1600000000000000000));
	put(self, 50);
	ASSERT_TRUE(end(self));
	self->time_ns -= 25500;
	self->cpu = 1;
	/* Another start of the recorder does not move anything. */
	ASSERT_TRUE(begin(self, self->two, "host", BOOT, 1600000000000012345));
	put(self, 50);
	ASSERT_TRUE(end(self));
	ASSERT_EQ(0, run(self, "merge -o %s %s %s", self->to, self->one,
			 self->two));
	EXPECT_EQ(0, size_of(self->err));
	ASSERT_EQ(0, run(self, "report %s >%s/1; (%s report %s; %s report %s) | sort -n",
			 self->to, self->directory, program(), self->one,
			 program(), self->two));
	EXPECT_EQ(100, lines(self->out));
	sprintf(self->to, "%s/1", self->directory);
	EXPECT_TRUE(same_files(self->to, self->out));
}

/* By the time of day; who is who is by the CPUs, and said. */
TEST_F(files, merge_of_two_hosts)
{
	ASSERT_TRUE(begin(self, self->one, "first", BOOT, 1600000000000000000));
	put(self, 50);
	ASSERT_TRUE(end(self));
	/* Its clock is 10 us behind: 4 s there were 10 us later than here. */
	self->time_ns -= 50000;
	ASSERT_TRUE(begin(self, self->two, "second", "another",
			  1600000000000010000));
	put(self, 50);
	ASSERT_TRUE(end(self));
	ASSERT_EQ(0, run(self, "merge -o %s %s %s", self->to, self->two,
			 self->one));
	ASSERT_EQ(0, run(self, "report %s | sort -n -c", self->to));
	ASSERT_EQ(0, run(self, "report %s | head -n 10 | grep -c '\\[002\\]'",
			 self->to));
	EXPECT_EQ(10, atoi(content(self, self->out)));
	ASSERT_EQ(0, run(self, "report --json %s | grep -c /secret.slice/named",
			 self->to));
	EXPECT_EQ(100, atoi(content(self, self->out)));
	ASSERT_EQ(0, run(self, "info %s", self->to));
	content(self, self->out);
	EXPECT_NE(NULL, strstr(self->text, "host second, boot another, CPUs 0 to 1, "
		"clock moved by 10000 ns by the time of day"));
	EXPECT_NE(NULL, strstr(self->text, "host first, boot " BOOT ", CPUs 2 to 3, "
		"clock moved by 0 ns"));
	/* The date of a record is what it was. */
	ASSERT_EQ(0, run(self, "report --until 2020-09-13T12:26:41.000005Z %s",
			 self->to));
	EXPECT_EQ(5, lines(self->out));
}

TEST_F(files, merge_refuses)
{
	ASSERT_TRUE(make(self, self->one, 1, 10));
	EXPECT_EQ(2, run(self, "merge %s", self->one));
	EXPECT_EQ(2, run(self, "merge -o %s", self->to));
	/* What is read would be gone. */
	EXPECT_EQ(1, run(self, "merge -o %s %s", self->one, self->one));
	EXPECT_EQ(1, lines(self->err));
	EXPECT_EQ(0, run(self, "report %s", self->one));
	EXPECT_EQ(1, run(self, "merge -o %s %s /dev/null", self->to, self->one));
	EXPECT_EQ(1, lines(self->err));
	EXPECT_EQ(1, run(self, "merge -o /dev/full %s", self->one));
	EXPECT_EQ(1, lines(self->err));
	/* Damage is told, and the rest is there. */
	ASSERT_EQ(0, truncate(self->one, size_of(self->one) - 1));
	EXPECT_EQ(1, run(self, "merge -o %s %s", self->to, self->one));
	EXPECT_EQ(1, lines(self->err));
	EXPECT_EQ(0, run(self, "report %s", self->to));
	EXPECT_EQ(10, lines(self->out));
}

/* ---- anonymize ---------------------------------------------------------------- */

/* Is that anywhere in its header, or in what is in its blocks? */
static bool has(const char *name, const void *bytes, size_t n)
{
	int fd = open(name, O_RDONLY);
	struct blocks_reader reader;
	static char start[4096];
	bool found = false;

	pread(fd, start, sizeof(start), 0);
	if (!blocks_open(&reader, fd, name))
		return true;
	found = memmem(start, reader.at, bytes, n);
	while (blocks_next(&reader) == BLOCKS_BLOCK)
		found = found || memmem(reader.records, reader.facts.bytes, bytes, n);
	blocks_close(&reader);
	close(fd);
	return found;
}

/* A message, a queue's state and a filter's text, besides */
static void put_secrets(FIXTURE_DATA(files) *self)
{
	struct {
		struct ipctrace_call call;
		struct ipctrace_user user;
		char bytes[120];
	} record = { };
	u32 key = 0x5ec2e701, pid = 3141592;
	struct {
		struct ipctrace_call call;
		struct ipctrace_gap gap;
		char text[24];
	} gap = { };

	record.call = example(self);
	record.call.header.call = IPCTRACE_CALL_msgsnd;
	record.call.args[0] = 7;
	record.call.header.len = sizeof(record);
	record.user = (struct ipctrace_user){
		.part = { .type = IPCTRACE_PART_USER, .len = 16 + 120 },
		.arg = 1, .flags = IPCTRACE_USER_ENTRY, .bytes = 30,
	};
	record.bytes[0] = 9;
	memcpy(record.bytes + 8, "payloadpayload-secret", 21);
	memcpy(blocks_room(&self->writer), &record, sizeof(record));
	blocks_add(&self->writer, sizeof(record));

	record.call = example(self);
	record.call.header.call = IPCTRACE_CALL_msgctl;
	record.call.header.len = sizeof(record);
	record.call.args[0] = 7;
	record.call.args[1] = 2; /* IPC_STAT */
	record.user.arg = 2;
	record.user.bytes = 120;
	record.user.flags = IPCTRACE_USER_RETURN;
	/* What no member of the struct is */
	memset(record.bytes, 0, sizeof(record.bytes));
	memset(record.bytes + 104, 0x5e, 16);
	memcpy(record.bytes, &key, 4);
	memcpy(record.bytes + 96, &pid, 4);
	memcpy(record.bytes + 100, &pid, 4);
	memcpy(blocks_room(&self->writer), &record, sizeof(record));
	blocks_add(&self->writer, sizeof(record));

	gap.call = example(self);
	gap.call.header.type = IPCTRACE_TYPE_GAP;
	gap.call.header.call = IPCTRACE_CALL_NONE;
	gap.call.header.len = sizeof(gap);
	gap.gap = (struct ipctrace_gap){
		.part = { .type = IPCTRACE_PART_GAP, .len = sizeof(gap.gap) + 24 },
		.cause = IPCTRACE_GAP_FILTER, .bytes = 20, .begin_ns = 5,
	};
	memcpy(gap.text, "comm == \"payload\"", 17);
	memcpy(blocks_room(&self->writer), &gap, sizeof(gap));
	blocks_add(&self->writer, sizeof(gap));
}

TEST_F(files, anonymize)
{
	u32 key = 0x5ec2e701, tgid = 3141592, tid = 3141593, ppid = 3141500;
	static const char *const texts[] = {
		"secretcomm", "secret.slice", "named", "secrethost", BOOT,
		"payload", "-secret", "comm ==",
	};
	size_t i;

	ASSERT_TRUE(begin(self, self->one, "secrethost", BOOT,
			  1600000000000000000));
	put(self, 100);
	put_secrets(self);
	ASSERT_TRUE(end(self));
	ASSERT_EQ(0, run(self, "anonymize -o %s %s", self->two, self->one));
	EXPECT_EQ(0, size_of(self->err));
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		EXPECT_TRUE(has(self->one, texts[i], strlen(texts[i])));
		EXPECT_FALSE(has(self->two, texts[i], strlen(texts[i]))) {
			TH_LOG("%s", texts[i]);
		}
	}
	EXPECT_TRUE(has(self->one, &key, 4));
	EXPECT_FALSE(has(self->two, &key, 4));
	EXPECT_TRUE(has(self->one, &tgid, 4));
	EXPECT_FALSE(has(self->two, &tgid, 4));
	EXPECT_FALSE(has(self->two, &tid, 4));
	EXPECT_FALSE(has(self->two, &ppid, 4));
	EXPECT_FALSE(has(self->two, "\x5e\x5e\x5e", 3));

	/* All are there, and each name is always the same. */
	ASSERT_EQ(0, run(self, "report %s", self->two));
	EXPECT_EQ(103, lines(self->out));
	ASSERT_EQ(0, run(self, "report --json %s | grep -o '\"comm\":\"[^\"]*\"' | sort -u",
			 self->two));
	EXPECT_EQ(1, lines(self->out));
	ASSERT_EQ(0, run(self, "report --json %s | grep -o '\"tid\":[0-9]*' | sort -u",
			 self->two));
	EXPECT_EQ(5, lines(self->out));
	/* The key that was asked for is that of the object, and of its state. */
	ASSERT_EQ(0, run(self, "report %s | grep -o 'msgget([^,]*\\|key=0x[^ ]*' | tr -dc 'x0-9a-f\\n' | sed 's/^.*x//' | sort -u",
			 self->two));
	EXPECT_EQ(1, lines(self->out));
	/* mtype is kept. */
	ASSERT_EQ(0, run(self, "report %s | grep -c 'msgsnd(.*mtype=9'", self->two));
	ASSERT_EQ(0, run(self, "info %s", self->two));
}

TEST_HARNESS_MAIN
