// SPDX-License-Identifier: GPL-2.0
/*
 * What pointers lead to, as text and as JSON: records with parts, put together
 * by hand. The text is what strace 6.1 prints for the same memory, the structs
 * are those of the C library and, for 32-bit programs, written down as bytes.
 */
#include <stdlib.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "shared/text.h"
#include "unit_json.h"
#include "view/formats.h"

#define ENTRY	IPCTRACE_USER_ENTRY
#define RETURN	IPCTRACE_USER_RETURN
#define BOTH	(ENTRY | RETURN)
#define UNREAD	IPCTRACE_USER_UNREAD

FIXTURE(follow) {
	union {
		struct ipctrace_call call;
		u64 words[IPCTRACE_RECORD_MAX_BYTES / sizeof(u64)];
	};
	char text[65536];
	char path[32];
	int fd;
	struct sink *sink;
};

FIXTURE_SETUP(follow)
{
	strcpy(self->path, "/tmp/ipctrace-follow.XXXXXX");
	self->fd = mkstemp(self->path);
	ASSERT_LE(0, self->fd);
	self->sink = sink_new(self->fd, SINK_JSON);
	ASSERT_NE(NULL, self->sink);
}

FIXTURE_TEARDOWN(follow)
{
	sink_free(self->sink);
	close(self->fd);
	unlink(self->path);
}

static void begin(FIXTURE_DATA(follow) *self, u8 call, s64 ret)
{
	self->call = (struct ipctrace_call){
		.header = {
			.len = sizeof(self->call),
			.type = IPCTRACE_TYPE_CALL,
			.call = call,
		},
		.duration_ns = 1500,
		.ret = ret,
		.comm = "demo",
		.tgid = 1,
		.tid = 1,
		.loginuid = 4294967295,
		.ipc_ns = 4026531839,
	};
}

static void *add_part(FIXTURE_DATA(follow) *self, u16 type, u16 bytes)
{
	struct ipctrace_part *part =
		(void *)&self->call + self->call.header.len;

	memset(part, 0, bytes);
	part->type = type;
	part->len = bytes;
	self->call.header.len += bytes;
	return part;
}

static void user(FIXTURE_DATA(follow) *self, u8 arg, u8 flags,
		 const void *bytes, u16 len, u32 count)
{
	struct ipctrace_user *part =
		add_part(self, IPCTRACE_PART_USER,
			 sizeof(*part) + (len + 7) / 8 * 8);

	part->arg = arg;
	part->flags = flags;
	part->bytes = len;
	part->count = count;
	memcpy(part + 1, bytes, len);
}

#define ARGS(...) do {							\
	const u64 args[IPCTRACE_NR_ARGS] = { __VA_ARGS__ };		\
									\
	memcpy(self->call.args, args, sizeof(args));			\
} while (0)

/* The line from after the group id on. */
static const char *text(FIXTURE_DATA(follow) *self)
{
	size_t len = ipct_text_line(self->text, IPCT_TEXT_MAX_BYTES,
				    &self->call.header);
	char *start;

	self->text[len ? len - 1 : 0] = '\0';
	start = strstr(self->text, " gid=0 ");
	return start ? start + 7 : self->text;
}

#define EXPECT_TEXT(expected)						\
	EXPECT_STREQ(expected, text(self))
#define EXPECT_CALL(expected) EXPECT_TEXT(expected " <0.000001500>")

/* What jq makes of the line. */
static const char *json(FIXTURE_DATA(follow) *self, const char *filter)
{
	char command[512];
	size_t n;
	FILE *pipe;

	ftruncate(self->fd, 0);
	lseek(self->fd, 0, SEEK_SET);
	sink_record(self->sink, &self->call.header, NULL);
	sink_flush(self->sink);
	n = pread(self->fd, self->text, sizeof(self->text) - 1, 0);
	self->text[n] = '\0';
	unit_keep_json(self->text);
	snprintf(command, sizeof(command), "jq -c '%s' <%s", filter,
		 self->path);
	pipe = popen(command, "r");
	n = fread(self->text, 1, sizeof(self->text) - 1, pipe);
	self->text[n ? n - 1 : 0] = '\0';
	return pclose(pipe) ? "jq failed" : self->text;
}

static bool have_jq(void)
{
	return !system("command -v jq >/dev/null");
}

#define EXPECT_JSON(expected, filter) do {				\
	if (have_jq())							\
		EXPECT_STREQ(expected, json(self, filter));		\
} while (0)

/* ---- Semaphore operations -------------------------------------------------- */

TEST_F(follow, sops)
{
	struct sembuf sops[2] = {
		{ 1, 1, SEM_UNDO },
		{ 65535, -32768, SEM_UNDO | IPC_NOWAIT | 0x11 },
	};

	begin(self, IPCTRACE_CALL_semop, -EFBIG);
	ARGS(5, 0x1000, 2);
	user(self, 1, BOTH, sops, sizeof(sops), 2);
	EXPECT_CALL("semop(5, [{sem_num=1, sem_op=1, sem_flg=SEM_UNDO}, {sem_num=65535, sem_op=-32768, sem_flg=SEM_UNDO|IPC_NOWAIT|0x11}], 2) = -1 EFBIG (File too large)");
	EXPECT_JSON("{\"semid\":5,\"sops\":[{\"sem_num\":1,\"sem_op\":1,\"sem_flg\":4096},{\"sem_num\":65535,\"sem_op\":-32768,\"sem_flg\":6161}],\"nsops\":2}",
		    ".args");
	EXPECT_JSON("[null,null]", "[.toctou, .unread]");
}

TEST_F(follow, sops_unknown_flags)
{
	struct sembuf sop = { 0, 1, 0x11 };

	begin(self, IPCTRACE_CALL_semop, 0);
	ARGS(5, 0x1000, 1);
	user(self, 1, BOTH, &sop, sizeof(sop), 1);
	EXPECT_CALL("semop(5, [{sem_num=0, sem_op=1, sem_flg=0x11 /* SEM_??? */}], 1) = 0");
}

TEST_F(follow, sops_beyond_those_recorded)
{
	struct sembuf sops[IPCTRACE_MAX_SOPS] = { };
	const char *line;

	begin(self, IPCTRACE_CALL_semop, 0);
	ARGS(5, 0x1000, 33);
	user(self, 1, BOTH, sops, sizeof(sops), 33);
	line = text(self);
	EXPECT_NE(NULL, strstr(line, "{sem_num=0, sem_op=0, sem_flg=0}, ...], 33) = 0"));
	EXPECT_JSON("[32,33]", "[(.args.sops|length), .args.nsops]");
	self->call.args[2] = 32;
	line = text(self);
	EXPECT_NE(NULL, strstr(line, "{sem_num=0, sem_op=0, sem_flg=0}], 32) = 0"));
}

TEST_F(follow, sops_none)
{
	begin(self, IPCTRACE_CALL_semop, -EINVAL);
	ARGS(5, 0x1000, 0);
	EXPECT_CALL("semop(5, [], 0) = -1 EINVAL (Invalid argument)");
	ARGS(5, 0, 0);
	EXPECT_CALL("semop(5, NULL, 0) = -1 EINVAL (Invalid argument)");
	EXPECT_JSON("0", ".args.sops");
}

TEST_F(follow, sops_unread)
{
	begin(self, IPCTRACE_CALL_semop, -EFAULT);
	ARGS(5, 0x10, 1);
	user(self, 1, UNREAD, "", 0, 1);
	EXPECT_CALL("semop(5, 0x10, 1) = -1 EFAULT (Bad address)");
	EXPECT_JSON("[16,[\"sops\"]]", "[.args.sops, .unread]");
}

TEST_F(follow, timeout)
{
	struct sembuf sop = { 0, -1, 0 };
	s64 timeout[2] = { 0, 10000000 };

	begin(self, IPCTRACE_CALL_semtimedop, -EAGAIN);
	ARGS(5, 0x1000, 1, 0x2000);
	user(self, 1, BOTH, &sop, sizeof(sop), 1);
	user(self, 3, ENTRY, timeout, sizeof(timeout), 0);
	EXPECT_CALL("semtimedop(5, [{sem_num=0, sem_op=-1, sem_flg=0}], 1, {tv_sec=0, tv_nsec=10000000}) = -1 EAGAIN (Resource temporarily unavailable)");
	EXPECT_JSON("[{\"tv_sec\":0,\"tv_nsec\":10000000},\"timeout\"]",
		    "[.args.timeout, .end]");
}

TEST_F(follow, timeout_odd)
{
	s64 timeout[2] = { -5, -1 };

	begin(self, IPCTRACE_CALL_semtimedop, -EINVAL);
	ARGS(5, 0, 1, 0x2000);
	user(self, 3, ENTRY, timeout, sizeof(timeout), 0);
	EXPECT_CALL("semtimedop(5, NULL, 1, {tv_sec=-5, tv_nsec=18446744073709551615}) = -1 EINVAL (Invalid argument)");
	EXPECT_JSON("{\"tv_sec\":-5,\"tv_nsec\":-1}", ".args.timeout");
	self->call.args[3] = 0;
	self->call.header.len = sizeof(self->call);
	EXPECT_CALL("semtimedop(5, NULL, 1, NULL) = -1 EINVAL (Invalid argument)");
	EXPECT_JSON("null", ".args.timeout");
	self->call.args[3] = 16;
	user(self, 3, UNREAD, "", 0, 0);
	EXPECT_CALL("semtimedop(5, NULL, 1, 0x10) = -1 EINVAL (Invalid argument)");
	EXPECT_JSON("[16,[\"timeout\"]]", "[.args.timeout, .unread]");
}

/* ---- How calls end --------------------------------------------------------- */

TEST_F(follow, end)
{
	static const struct {
		s64 ret;
		const char *end;
	} rows[] = {
		{ 0, "\"returned\"" }, { 7, "\"returned\"" },
		{ -EINVAL, "\"returned\"" }, { -EAGAIN, "\"returned\"" },
		{ -EIDRM, "\"removed\"" }, { -EINTR, "\"signal\"" },
		{ -512, "\"signal\"" }, { -513, "\"signal\"" },
		{ -514, "\"signal\"" }, { -515, "\"returned\"" },
		{ -516, "\"signal\"" }, { -517, "\"returned\"" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(self, IPCTRACE_CALL_msgrcv, rows[i].ret);
		EXPECT_JSON(rows[i].end, ".end");
	}
}

/* EAGAIN is a timeout's or IPC_NOWAIT's; see what tells them apart. */
TEST_F(follow, end_by_timeout)
{
	static const struct {
		__s16 flag;
		s64 ns;
		u64 duration;
		const char *end;
	} rows[] = {
		{ 0, 1000, 1500, "\"timeout\"" },
		{ 0, 0, 10, "\"timeout\"" },
		{ 0, 9000, 1500, "\"timeout\"" },
		{ IPC_NOWAIT, 1000, 1500, "\"timeout\"" },
		{ IPC_NOWAIT, 9000, 1500, "\"returned\"" },
		{ IPC_NOWAIT, 0, 1500, "\"returned\"" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sembuf sop = { 0, -1, rows[i].flag };
		s64 timeout[2] = { 0, rows[i].ns };

		begin(self, IPCTRACE_CALL_semtimedop, -EAGAIN);
		ARGS(5, 0x1000, 1, 0x2000);
		self->call.duration_ns = rows[i].duration;
		user(self, 1, BOTH, &sop, sizeof(sop), 1);
		user(self, 3, ENTRY, timeout, sizeof(timeout), 0);
		EXPECT_JSON(rows[i].end, ".end");
	}
	/* without a timeout */
	self->call.header.len = sizeof(self->call);
	EXPECT_JSON("\"returned\"", ".end");
}

/* ---- Messages -------------------------------------------------------------- */

TEST_F(follow, message)
{
	s64 mtype = -7;

	begin(self, IPCTRACE_CALL_msgsnd, 0);
	ARGS(3, 0x1000, 12, 0);
	user(self, 1, BOTH, &mtype, sizeof(mtype), 0);
	EXPECT_CALL("msgsnd(3, {mtype=-7}, 12, 0) = 0");
	EXPECT_JSON("{\"mtype\":-7}", ".args.msgp");
}

TEST_F(follow, message_i386)
{
	s32 mtype = -7;

	begin(self, IPCTRACE_CALL_msgsnd, 0);
	self->call.header.abi = IPCTRACE_ABI_I386;
	ARGS(3, 0xffce1000, 0xffffffff, 0);
	user(self, 1, BOTH, &mtype, sizeof(mtype), 0);
	EXPECT_TEXT("abi=i386 msgsnd(3, {mtype=-7}, 4294967295, 0) = 0 <0.000001500>");
	EXPECT_JSON("[{\"mtype\":-7},4294967295,\"i386\"]",
		    "[.args.msgp, .args.msgsz, .abi]");
}

/* strace's way to quote */
TEST_F(follow, payload)
{
	struct {
		s64 mtype;
		char mtext[20];
	} message = { 7, "a\0013\0019\t\n\v\f\r\b\0338\1778\"\\\377" };

	begin(self, IPCTRACE_CALL_msgsnd, 0);
	ARGS(3, 0x1000, 18, 0);
	user(self, 1, BOTH, &message, 8 + 18, 0);
	EXPECT_CALL("msgsnd(3, {mtype=7, mtext=\"a\\0013\\19\\t\\n\\v\\f\\r\\10\\338\\1778\\\"\\\\\\377\"}, 18, 0) = 0");
	EXPECT_JSON("{\"mtype\":7,\"mtext\":\"6101330139090a0b0c0d081b387f38225cff\"}",
		    ".args.msgp");
	self->call.args[2] = 19;
	EXPECT_CALL("msgsnd(3, {mtype=7, mtext=\"a\\0013\\19\\t\\n\\v\\f\\r\\10\\338\\1778\\\"\\\\\\377\"...}, 19, 0) = 0");
}

TEST_F(follow, received)
{
	struct {
		s64 mtype;
		char mtext[4];
	} message = { 8, "abc" };

	begin(self, IPCTRACE_CALL_msgrcv, 3);
	ARGS(3, 0x1000, 300, -9, MSG_NOERROR);
	user(self, 1, RETURN, &message, 8 + 3, 0);
	EXPECT_CALL("msgrcv(3, {mtype=8, mtext=\"abc\"}, 300, -9, MSG_NOERROR) = 3");
	EXPECT_JSON("[{\"mtype\":8,\"mtext\":\"616263\"},-9,3,null]",
		    "[.args.msgp, .args.msgtyp, .ret, .toctou]");
	/* A call that failed wrote nothing. */
	self->call.ret = -ENOMSG;
	EXPECT_CALL("msgrcv(3, 0x1000, 300, -9, MSG_NOERROR) = -1 ENOMSG (No message of desired type)");
	EXPECT_JSON("4096", ".args.msgp");
}

/* ---- Structs of *ctl() ------------------------------------------------------ */

static struct ipc_perm perm(void)
{
	return (struct ipc_perm){
		.__key = 0xfffffffe,
		.uid = 1,
		.gid = -1,
		.cuid = 3,
		.cgid = 4,
		.mode = 0640,
		.__seq = 9,
	};
}

TEST_F(follow, msqid_ds)
{
	struct msqid_ds ds = {
		.msg_perm = perm(),
		.msg_stime = 1795237435,
		.msg_ctime = 5,
		.__msg_cbytes = 10,
		.msg_qnum = 3,
		.msg_qbytes = 16384,
		.msg_lspid = 30694,
		.msg_lrpid = -1,
	};

	begin(self, IPCTRACE_CALL_msgctl, 0);
	ARGS(1, IPC_STAT, 0x1000);
	user(self, 2, RETURN, &ds, sizeof(ds), 0);
	EXPECT_CALL("msgctl(1, IPC_STAT, {msg_perm={uid=1, gid=-1, mode=0640, key=4294967294, cuid=3, cgid=4}, msg_stime=1795237435, msg_rtime=0, msg_ctime=5, msg_qnum=3, msg_qbytes=16384, msg_lspid=30694, msg_lrpid=-1}) = 0");
	EXPECT_JSON("{\"msg_perm\":{\"uid\":1,\"gid\":4294967295,\"mode\":416,\"__key\":-2,\"cuid\":3,\"cgid\":4,\"__seq\":9},\"msg_stime\":1795237435,\"msg_rtime\":0,\"msg_ctime\":5,\"msg_cbytes\":10,\"msg_qnum\":3,\"msg_qbytes\":16384,\"msg_lspid\":30694,\"msg_lrpid\":-1}",
		    ".args.buf");
	/* IPC_SET takes four of them. */
	begin(self, IPCTRACE_CALL_msgctl, -EPERM);
	ARGS(1, IPC_SET, 0x1000);
	user(self, 2, BOTH, &ds, sizeof(ds), 0);
	EXPECT_CALL("msgctl(1, IPC_SET, {msg_perm={uid=1, gid=-1, mode=0640}, msg_qbytes=16384}) = -1 EPERM (Operation not permitted)");
	EXPECT_JSON("{\"msg_perm\":{\"uid\":1,\"gid\":4294967295,\"mode\":416},\"msg_qbytes\":16384}",
		    ".args.buf");
	/* Cut short, what is there */
	begin(self, IPCTRACE_CALL_msgctl, 0);
	ARGS(1, MSG_STAT, 0x1000);
	user(self, 2, RETURN, &ds, 12, 0);
	EXPECT_CALL("msgctl(1, MSG_STAT, {msg_perm={uid=1, gid=-1, key=4294967294}}) = 0");
}

TEST_F(follow, semid_ds)
{
	struct semid_ds ds = {
		.sem_perm = perm(),
		.sem_otime = 7,
		.sem_ctime = 8,
		.sem_nsems = 40,
	};

	begin(self, IPCTRACE_CALL_semctl, 0);
	ARGS(1, 0, SEM_STAT_ANY, 0x1000);
	user(self, 3, RETURN, &ds, sizeof(ds), 0);
	EXPECT_CALL("semctl(1, 0, SEM_STAT_ANY, {sem_perm={uid=1, gid=-1, mode=0640, key=4294967294, cuid=3, cgid=4}, sem_otime=7, sem_ctime=8, sem_nsems=40}) = 0");
	EXPECT_JSON("{\"buf\":{\"sem_perm\":{\"uid\":1,\"gid\":4294967295,\"mode\":416,\"__key\":-2,\"cuid\":3,\"cgid\":4,\"__seq\":9},\"sem_otime\":7,\"sem_ctime\":8,\"sem_nsems\":40}}",
		    ".args.arg");
}

TEST_F(follow, shmid_ds)
{
	struct shmid_ds ds = {
		.shm_perm = perm(),
		.shm_segsz = 8192,
		.shm_atime = 5,
		.shm_dtime = 6,
		.shm_ctime = 7,
		.shm_cpid = 10,
		.shm_lpid = 11,
		.shm_nattch = 2,
	};

	begin(self, IPCTRACE_CALL_shmctl, 0);
	ARGS(1, SHM_STAT, 0x1000);
	user(self, 2, RETURN, &ds, sizeof(ds), 0);
	EXPECT_CALL("shmctl(1, SHM_STAT, {shm_perm={uid=1, gid=-1, mode=0640, key=4294967294, cuid=3, cgid=4}, shm_segsz=8192, shm_cpid=10, shm_lpid=11, shm_nattch=2, shm_atime=5, shm_dtime=6, shm_ctime=7}) = 0");
	EXPECT_JSON("[8192,10,11,2,5,6,7]",
		    ".args.buf | [.shm_segsz, .shm_cpid, .shm_lpid, .shm_nattch, .shm_atime, .shm_dtime, .shm_ctime]");
}

TEST_F(follow, info_structs)
{
	struct msginfo msginfo = { 1, 2, 3, 4, 5, 6, 7, 65535 };
	struct seminfo seminfo = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
	struct shminfo shminfo = {
		.shmmax = -1, .shmmin = 1, .shmmni = 4096, .shmseg = 4097,
		.shmall = 5,
	};
	struct shm_info shm_info = {
		.used_ids = 1, .shm_tot = 2, .shm_rss = 3, .shm_swp = 4,
		.swap_attempts = 5, .swap_successes = 6,
	};

	begin(self, IPCTRACE_CALL_msgctl, 49);
	ARGS(0, MSG_INFO, 0x1000);
	user(self, 2, RETURN, &msginfo, sizeof(msginfo), 0);
	EXPECT_CALL("msgctl(0, MSG_INFO, {msgpool=1, msgmap=2, msgmax=3, msgmnb=4, msgmni=5, msgssz=6, msgtql=7, msgseg=65535}) = 49");
	begin(self, IPCTRACE_CALL_semctl, 19);
	ARGS(0, 0, IPC_INFO, 0x1000);
	user(self, 3, RETURN, &seminfo, sizeof(seminfo), 0);
	EXPECT_CALL("semctl(0, 0, IPC_INFO, {semmap=1, semmni=2, semmns=3, semmnu=4, semmsl=5, semopm=6, semume=7, semusz=8, semvmx=9, semaem=10}) = 19");
	EXPECT_JSON("10", ".args.arg.buf.semaem");
	begin(self, IPCTRACE_CALL_shmctl, 51);
	ARGS(0, IPC_INFO, 0x1000);
	user(self, 2, RETURN, &shminfo, sizeof(shminfo), 0);
	EXPECT_CALL("shmctl(0, IPC_INFO, {shmmax=18446744073709551615, shmmin=1, shmmni=4096, shmseg=4097, shmall=5}) = 51");
	begin(self, IPCTRACE_CALL_shmctl, 51);
	ARGS(0, SHM_INFO, 0x1000);
	user(self, 2, RETURN, &shm_info, sizeof(shm_info), 0);
	EXPECT_CALL("shmctl(0, SHM_INFO, {used_ids=1, shm_tot=2, shm_rss=3, shm_swp=4, swap_attempts=5, swap_successes=6}) = 51");
	EXPECT_JSON("{\"used_ids\":1,\"shm_tot\":2,\"shm_rss\":3,\"shm_swp\":4,\"swap_attempts\":5,\"swap_successes\":6}",
		    ".args.buf");
}

TEST_F(follow, semctl_values)
{
	u16 values[3] = { 1, 2, 65535 };

	begin(self, IPCTRACE_CALL_semctl, 0);
	ARGS(1, 2, SETVAL, 5);
	EXPECT_CALL("semctl(1, 2, SETVAL, 0x5) = 0");
	EXPECT_JSON("{\"val\":5}", ".args.arg");
	ARGS(1, 2, SETVAL, 0xfffffffb);
	EXPECT_JSON("{\"val\":-5}", ".args.arg");
	ARGS(1, 2, GETVAL, 77);
	EXPECT_JSON("77", ".args.arg");

	ARGS(1, 0, SETALL, 0x1000);
	user(self, 3, BOTH, values, sizeof(values), 3);
	EXPECT_CALL("semctl(1, 0, SETALL, [1, 2, 65535]) = 0");
	EXPECT_JSON("{\"array\":[1,2,65535]}", ".args.arg");
	begin(self, IPCTRACE_CALL_semctl, 0);
	ARGS(1, 0, GETALL, 0x1000);
	user(self, 3, RETURN, values, sizeof(values), 100);
	EXPECT_CALL("semctl(1, 0, GETALL, [1, 2, 65535, ...]) = 0");
	self->call.ret = -EACCES;
	EXPECT_CALL("semctl(1, 0, GETALL, 0x1000) = -1 EACCES (Permission denied)");
	EXPECT_JSON("4096", ".args.arg");
}

/* ---- 32-bit programs --------------------------------------------------------- */

static void put16(u8 *bytes, u32 at, u16 value)
{
	memcpy(bytes + at, &value, sizeof(value));
}

static void put32(u8 *bytes, u32 at, u32 value)
{
	memcpy(bytes + at, &value, sizeof(value));
}

static void i386(FIXTURE_DATA(follow) *self, u8 call, s64 ret, bool via_ipc)
{
	begin(self, call, ret);
	self->call.header.abi = IPCTRACE_ABI_I386;
	if (via_ipc)
		self->call.header.flags = IPCTRACE_F_IPC;
}

/* struct msqid64_ds of asm-generic/msgbuf.h with 32-bit longs, 88 bytes */
TEST_F(follow, i386_msqid64_ds)
{
	u8 ds[88] = { };

	put32(ds, 0, 0x1234);
	put32(ds, 4, 1);
	put32(ds, 8, 2);
	put32(ds, 12, 3);
	put32(ds, 16, 4);
	put16(ds, 20, 0600);
	put16(ds, 24, 6);
	put32(ds, 36, 10);	/* msg_stime */
	put32(ds, 44, 11);
	put32(ds, 52, 12);
	put32(ds, 56, 1);	/* upper half of msg_ctime */
	put32(ds, 60, 13);
	put32(ds, 64, 14);
	put32(ds, 68, 15);
	put32(ds, 72, 16);
	put32(ds, 76, 17);
	/* through ipc() with IPC_64, and directly */
	i386(self, IPCTRACE_CALL_msgctl, 0, true);
	ARGS(14, 1, 0x100 | IPC_STAT, 0, 0xffce1000, 0);
	user(self, 2, RETURN, ds, sizeof(ds), 0);
	EXPECT_TEXT("abi=i386 msgctl(1, IPC_64|IPC_STAT, {msg_perm={uid=1, gid=2, mode=0600, key=4660, cuid=3, cgid=4}, msg_stime=10, msg_rtime=11, msg_ctime=4294967308, msg_qnum=14, msg_qbytes=15, msg_lspid=16, msg_lrpid=17}) = 0 <0.000001500> via=ipc");
	EXPECT_JSON("[2,true,13,6,\"ipc\",{\"call\":14,\"first\":1,\"second\":258,\"third\":0,\"ptr\":4291694592,\"fifth\":0}]",
		    "[.args.cmd, .ipc_64, .args.buf.msg_cbytes, .args.buf.msg_perm.__seq, .via, .ipc]");
	i386(self, IPCTRACE_CALL_msgctl, 0, false);
	ARGS(1, IPC_STAT, 0xffce1000);
	user(self, 2, RETURN, ds, sizeof(ds), 0);
	EXPECT_JSON("[2,null,13,6,null]",
		    "[.args.cmd, .ipc_64, .args.buf.msg_cbytes, .args.buf.msg_perm.__seq, .via]");
}

/* struct msqid_ds of linux/msg.h with 32-bit longs and pointers */
TEST_F(follow, i386_old_msqid_ds)
{
	u8 ds[56] = { };

	put32(ds, 0, 0x1234);
	put16(ds, 4, 1);
	put16(ds, 6, 2);
	put16(ds, 8, 3);
	put16(ds, 10, 65535);
	put16(ds, 12, 0600);
	put16(ds, 14, 6);
	put32(ds, 24, 10);
	put32(ds, 28, 11);
	put32(ds, 32, 12);
	put16(ds, 44, 13);
	put16(ds, 46, 14);
	put16(ds, 48, 15);
	put16(ds, 50, 16);
	put16(ds, 52, 17);
	i386(self, IPCTRACE_CALL_msgctl, 0, true);
	ARGS(14, 1, IPC_STAT, 0, 0xffce1000, 0);
	user(self, 2, RETURN, ds, sizeof(ds), 0);
	EXPECT_TEXT("abi=i386 msgctl(1, IPC_STAT, {msg_perm={uid=1, gid=2, mode=0600, key=4660, cuid=3, cgid=65535}, msg_stime=10, msg_rtime=11, msg_ctime=12, msg_qnum=14, msg_qbytes=15, msg_lspid=16, msg_lrpid=17}) = 0 <0.000001500> via=ipc");
	EXPECT_JSON("[13,6]", ".args.buf | [.msg_cbytes, .msg_perm.__seq]");
}

TEST_F(follow, i386_semid_ds)
{
	u8 new[64] = { }, old[44] = { };
	u32 arg = 0xffce2000;

	put32(new, 36, 7);
	put32(new, 44, 8);
	put32(new, 52, 9);
	i386(self, IPCTRACE_CALL_semctl, 0, true);
	ARGS(3, 1, 0, 0x100 | IPC_STAT, 0xffce1000, 0);
	user(self, IPCTRACE_USER_KLUDGE, ENTRY, &arg, 4, 0);
	user(self, 3, RETURN, new, sizeof(new), 0);
	EXPECT_TEXT("abi=i386 semctl(1, 0, IPC_64|IPC_STAT, {sem_perm={uid=0, gid=0, mode=000, key=0, cuid=0, cgid=0}, sem_otime=7, sem_ctime=8, sem_nsems=9}) = 0 <0.000001500> via=ipc");
	put32(old, 16, 7);
	put32(old, 20, 8);
	put16(old, 40, 9);
	i386(self, IPCTRACE_CALL_semctl, 0, true);
	ARGS(3, 1, 0, IPC_STAT, 0xffce1000, 0);
	user(self, IPCTRACE_USER_KLUDGE, ENTRY, &arg, 4, 0);
	user(self, 3, RETURN, old, sizeof(old), 0);
	EXPECT_TEXT("abi=i386 semctl(1, 0, IPC_STAT, {sem_perm={uid=0, gid=0, mode=000, key=0, cuid=0, cgid=0}, sem_otime=7, sem_ctime=8, sem_nsems=9}) = 0 <0.000001500> via=ipc");
}

TEST_F(follow, i386_shm_structs)
{
	u8 new[84] = { }, old[48] = { }, info[24] = { };
	u32 i;

	put32(new, 36, 7);	/* size; times; pids; attachments */
	put32(new, 40, 8);
	put32(new, 48, 9);
	put32(new, 56, 10);
	put32(new, 64, 11);
	put32(new, 68, 12);
	put32(new, 72, 13);
	i386(self, IPCTRACE_CALL_shmctl, 0, false);
	ARGS(1, IPC_STAT, 0xffce1000);
	user(self, 2, RETURN, new, sizeof(new), 0);
	EXPECT_TEXT("abi=i386 shmctl(1, IPC_STAT, {shm_perm={uid=0, gid=0, mode=000, key=0, cuid=0, cgid=0}, shm_segsz=7, shm_cpid=11, shm_lpid=12, shm_nattch=13, shm_atime=8, shm_dtime=9, shm_ctime=10}) = 0 <0.000001500>");
	put32(old, 16, 7);
	put32(old, 20, 8);
	put32(old, 24, 9);
	put32(old, 28, 10);
	put16(old, 32, 11);
	put16(old, 34, 12);
	put16(old, 36, 13);
	i386(self, IPCTRACE_CALL_shmctl, 0, true);
	ARGS(24, 1, IPC_STAT, 0, 0xffce1000, 0);
	user(self, 2, RETURN, old, sizeof(old), 0);
	EXPECT_TEXT("abi=i386 shmctl(1, IPC_STAT, {shm_perm={uid=0, gid=0, mode=000, key=0, cuid=0, cgid=0}, shm_segsz=7, shm_cpid=11, shm_lpid=12, shm_nattch=13, shm_atime=8, shm_dtime=9, shm_ctime=10}) = 0 <0.000001500> via=ipc");
	for (i = 0; i < 6; i++)
		put32(info, 4 * i, i + 1);
	i386(self, IPCTRACE_CALL_shmctl, 5, false);
	ARGS(0, SHM_INFO, 0xffce1000);
	user(self, 2, RETURN, info, sizeof(info), 0);
	EXPECT_TEXT("abi=i386 shmctl(0, SHM_INFO, {used_ids=1, shm_tot=2, shm_rss=3, shm_swp=4, swap_attempts=5, swap_successes=6}) = 5 <0.000001500>");
	i386(self, IPCTRACE_CALL_shmctl, 5, false);
	ARGS(0, IPC_INFO, 0xffce1000);
	user(self, 2, RETURN, info, 20, 0);
	EXPECT_TEXT("abi=i386 shmctl(0, IPC_INFO, {shmmax=1, shmmin=2, shmmni=3, shmseg=4, shmall=5}) = 5 <0.000001500>");
}

/* ---- ipc() ------------------------------------------------------------------ */

TEST_F(follow, ipc_unknown)
{
	i386(self, IPCTRACE_CALL_ipc, -ENOSYS, true);
	ARGS(99, 1, 2, 3, 4, 5);
	EXPECT_TEXT("abi=i386 ipc(99, 0x1, 0x2, 0x3, 0x4, 0x5) = -1 ENOSYS (Function not implemented) <0.000001500> via=ipc");
	EXPECT_JSON("[\"ipc\",{\"call\":99,\"first\":1,\"second\":2,\"third\":3,\"ptr\":4,\"fifth\":5}]",
		    "[.call, .args]");
	EXPECT_JSON("[\"ipc\",{\"call\":99,\"first\":1,\"second\":2,\"third\":3,\"ptr\":4,\"fifth\":5}]",
		    "[.via, .ipc]");
	ARGS(0xffffffff, 0, 0, 0, 0, 0xffffffff);
	EXPECT_TEXT("abi=i386 ipc(65535<<16|65535, 0, 0, 0, 0, 0xffffffff) = -1 ENOSYS (Function not implemented) <0.000001500> via=ipc");
}

TEST_F(follow, ipc_msgrcv)
{
	u32 kludge[2] = { 0xffce2000, -5 };
	s32 mtype = 4;

	i386(self, IPCTRACE_CALL_msgrcv, 3, true);
	ARGS(12, 7, 50, IPC_NOWAIT, 0xffce1000, 9);
	user(self, IPCTRACE_USER_KLUDGE, ENTRY, kludge, 8, 0);
	user(self, 1, RETURN, &mtype, 4, 0);
	EXPECT_TEXT("abi=i386 msgrcv(7, {mtype=4}, 50, -5, IPC_NOWAIT) = 3 <0.000001500> via=ipc");
	EXPECT_JSON("{\"msqid\":7,\"msgp\":{\"mtype\":4},\"msgsz\":50,\"msgtyp\":-5,\"msgflg\":2048}",
		    ".args");
	/* Version 1 passes both words in registers. */
	i386(self, IPCTRACE_CALL_msgrcv, -ENOMSG, true);
	ARGS(0x1000c, 7, 50, IPC_NOWAIT, 0xffce1000, 9);
	EXPECT_TEXT("abi=i386 msgrcv(7, 0xffce1000, 50, 9, IPC_NOWAIT) = -1 ENOMSG (No message of desired type) <0.000001500> via=ipc");
	/* Nothing known of what could not be read */
	i386(self, IPCTRACE_CALL_msgrcv, -EFAULT, true);
	ARGS(12, 7, 50, IPC_NOWAIT, 16, 9);
	user(self, IPCTRACE_USER_KLUDGE, UNREAD, "", 0, 0);
	EXPECT_TEXT("abi=i386 msgrcv(7, ?, 50, ?, IPC_NOWAIT) = -1 EFAULT (Bad address) <0.000001500> via=ipc");
	EXPECT_JSON("[null,null,[\"msgp\",\"msgtyp\"]]",
		    "[.args.msgp, .args.msgtyp, .unread]");
}

TEST_F(follow, ipc_shmat)
{
	struct ipctrace_segment *segment;

	i386(self, IPCTRACE_CALL_shmat, 0, true);
	ARGS(21, 5, SHM_RDONLY, 0xffce1000, 0, 0);
	segment = add_part(self, IPCTRACE_PART_SEGMENT, sizeof(*segment));
	segment->id = 5;
	segment->size_bytes = 8192;
	segment->addr = 0xf7ef4000;
	EXPECT_TEXT("abi=i386 shmat(5, NULL, SHM_RDONLY) = 0xf7ef4000 <0.000001500> via=ipc [shm 5 size=8192]");
	EXPECT_JSON("[0,{\"id\":5,\"size\":8192,\"addr\":4159651840}]",
		    "[.ret, .segment]");

	/* Of a kernel that does not tell the size. */
	segment->size_bytes = 0;
	EXPECT_TEXT("abi=i386 shmat(5, NULL, SHM_RDONLY) = 0xf7ef4000 <0.000001500> via=ipc [shm 5]");
	EXPECT_JSON("[0,{\"id\":5,\"addr\":4159651840}]",
		    "[.ret, .segment]");
}

TEST_F(follow, ipc_semtimedop)
{
	struct sembuf sop = { 0, 1, 0 };
	s32 timeout[2] = { -1, -2 };

	i386(self, IPCTRACE_CALL_semtimedop, -EINVAL, true);
	ARGS(4, 5, 1, 0, 0xffce1000, 0xffce2000);
	user(self, 1, BOTH, &sop, sizeof(sop), 1);
	user(self, 3, ENTRY, timeout, sizeof(timeout), 0);
	EXPECT_TEXT("abi=i386 semtimedop(5, [{sem_num=0, sem_op=1, sem_flg=0}], 1, {tv_sec=-1, tv_nsec=4294967294}) = -1 EINVAL (Invalid argument) <0.000001500> via=ipc");
}

TEST_F(follow, x32)
{
	begin(self, IPCTRACE_CALL_msgget, 3);
	self->call.header.abi = IPCTRACE_ABI_X32;
	ARGS(5, 0600);
	EXPECT_TEXT("abi=x32 msgget(0x5, 0600) = 3 <0.000001500>");
	EXPECT_JSON("\"x32\"", ".abi");
}

/* ---- arm64 and its 32-bit programs --------------------------------------------- */

/* struct semid64_ds of asm-generic/sembuf.h with 64-bit longs, 80 bytes */
TEST_F(follow, arm64_semid_ds)
{
	u8 ds[80] = { };

	put32(ds, 48, 7);	/* sem_otime */
	put32(ds, 56, 8);
	put32(ds, 64, 9);
	begin(self, IPCTRACE_CALL_semctl, 0);
	self->call.header.abi = IPCTRACE_ABI_ARM64;
	ARGS(1, 0, IPC_STAT, 0xffffce1000);
	user(self, 3, RETURN, ds, sizeof(ds), 0);
	EXPECT_TEXT("semctl(1, 0, IPC_STAT, {sem_perm={uid=0, gid=0, mode=000, key=0, cuid=0, cgid=0}, sem_otime=7, sem_ctime=8, sem_nsems=9}) = 0 <0.000001500>");
	EXPECT_JSON("[7,8,9,\"arm64\"]",
		    "[(.args.arg.buf | .sem_otime, .sem_ctime, .sem_nsems), .abi]");
}

static void arm(FIXTURE_DATA(follow) *self, u8 call, s64 ret)
{
	begin(self, call, ret);
	self->call.header.abi = IPCTRACE_ABI_ARM;
}

/* All that the calls of arm lead to is as i386 has it by ipc(). */
TEST_F(follow, arm_semid_ds)
{
	u8 new[64] = { }, old[44] = { };

	put32(new, 36, 7);
	put32(new, 44, 8);
	put32(new, 52, 9);
	arm(self, IPCTRACE_CALL_semctl, 0);
	ARGS(1, 0, 0x100 | IPC_STAT, 0xffce1000);
	user(self, 3, RETURN, new, sizeof(new), 0);
	EXPECT_TEXT("abi=arm semctl(1, 0, IPC_64|IPC_STAT, {sem_perm={uid=0, gid=0, mode=000, key=0, cuid=0, cgid=0}, sem_otime=7, sem_ctime=8, sem_nsems=9}) = 0 <0.000001500>");
	put32(old, 16, 7);
	put32(old, 20, 8);
	put16(old, 40, 9);
	arm(self, IPCTRACE_CALL_semctl, 0);
	ARGS(1, 0, IPC_STAT, 0xffce1000);
	user(self, 3, RETURN, old, sizeof(old), 0);
	EXPECT_TEXT("abi=arm semctl(1, 0, IPC_STAT, {sem_perm={uid=0, gid=0, mode=000, key=0, cuid=0, cgid=0}, sem_otime=7, sem_ctime=8, sem_nsems=9}) = 0 <0.000001500>");
}

/* By the number that has struct old_timespec32, and by semtimedop_time64 */
TEST_F(follow, arm_timeout)
{
	u16 sop[3] = { 0, 1, 0 };
	u32 words[2] = { 5, 6 };
	u64 quads[2] = { 7, 8 };

	arm(self, IPCTRACE_CALL_semtimedop, 0);
	ARGS(5, 0xffce1000, 1, 0xffce2000);
	user(self, 1, BOTH, sop, sizeof(sop), 1);
	user(self, 3, ENTRY, words, sizeof(words), 0);
	EXPECT_TEXT("abi=arm semtimedop(5, [{sem_num=0, sem_op=1, sem_flg=0}], 1, {tv_sec=5, tv_nsec=6}) = 0 <0.000001500>");
	arm(self, IPCTRACE_CALL_semtimedop, 0);
	ARGS(5, 0xffce1000, 1, 0xffce2000);
	user(self, 1, BOTH, sop, sizeof(sop), 1);
	user(self, 3, ENTRY, quads, sizeof(quads), 0);
	EXPECT_TEXT("abi=arm semtimedop(5, [{sem_num=0, sem_op=1, sem_flg=0}], 1, {tv_sec=7, tv_nsec=8}) = 0 <0.000001500>");
}

TEST_F(follow, arm_message)
{
	u8 message[] = { 5, 0, 0, 0 };

	arm(self, IPCTRACE_CALL_msgsnd, 0);
	ARGS(3, 0xffce1000, 9, 0);
	user(self, 1, BOTH, message, 4, 0);
	EXPECT_TEXT("abi=arm msgsnd(3, {mtype=5}, 9, 0) = 0 <0.000001500>");
}

/* ---- Facts beside the arguments ------------------------------------------------ */

TEST_F(follow, created)
{
	begin(self, IPCTRACE_CALL_msgget, 3);
	ARGS(5, IPC_CREAT);
	self->call.header.flags = IPCTRACE_F_OBJECT | IPCTRACE_F_CREATED;
	self->call.object.id = 3;
	EXPECT_TEXT("msgget(0x5, IPC_CREAT|000) = 3 <0.000001500> [msg 3 key=0x0 uid=0 gid=0 cuid=0 cgid=0 mode=0000 seq=0 created]");
	EXPECT_JSON("true", ".created");
	self->call.header.flags = IPCTRACE_F_OBJECT | IPCTRACE_F_FOUND;
	EXPECT_TEXT("msgget(0x5, IPC_CREAT|000) = 3 <0.000001500> [msg 3 key=0x0 uid=0 gid=0 cuid=0 cgid=0 mode=0000 seq=0]");
	EXPECT_JSON("false", ".created");
	self->call.header.flags = 0;
	EXPECT_JSON("false", "has(\"created\")");
}

static struct ipctrace_set *set_record(FIXTURE_DATA(follow) *self, u8 flags)
{
	struct msqid_ds ds = { .msg_qbytes = 1000 };
	struct ipctrace_set *set;

	ds.msg_perm.uid = 1000;
	ds.msg_perm.mode = 0100644;	/* above 0777 nothing is taken */
	begin(self, IPCTRACE_CALL_msgctl, 0);
	ARGS(3, IPC_SET, 0x1000);
	self->call.header.flags = IPCTRACE_F_OBJECT;
	self->call.object.mode = 0600;
	user(self, 2, flags, &ds, sizeof(ds), 0);
	set = add_part(self, IPCTRACE_PART_SET, sizeof(*set));
	set->valid = IPCTRACE_SET_KERNEL | IPCTRACE_SET_AFTER |
		     IPCTRACE_SET_QBYTES;
	set->kernel_uid = 1000;
	set->kernel_mode = 0100644;
	set->after_uid = 1000;
	set->after_mode = 0644;
	set->before_qbytes = 16384;
	set->after_qbytes = 1000;
	return set;
}

TEST_F(follow, set)
{
	struct ipctrace_set *set = set_record(self, BOTH);

	EXPECT_TEXT("msgctl(3, IPC_SET, {msg_perm={uid=1000, gid=0, mode=0100644}, msg_qbytes=1000}) = 0 <0.000001500> [msg 0 key=0x0 uid=0->1000 gid=0 cuid=0 cgid=0 mode=0600->0644 seq=0 msg_qbytes=16384->1000]");
	EXPECT_JSON("[{\"uid\":0,\"gid\":0,\"mode\":384,\"msg_qbytes\":16384},{\"uid\":1000,\"gid\":0,\"mode\":420,\"msg_qbytes\":1000},null]",
		    "[.before, .after, .toctou]");
	set->valid = IPCTRACE_SET_AFTER;
	EXPECT_JSON("[{\"uid\":0,\"gid\":0,\"mode\":384},{\"uid\":1000,\"gid\":0,\"mode\":420},null]",
		    "[.before, .after, .toctou]");
}

TEST_F(follow, pidns)
{
	struct ipctrace_pidns *pidns;

	begin(self, IPCTRACE_CALL_shmdt, 0);
	pidns = add_part(self, IPCTRACE_PART_PIDNS, sizeof(*pidns));
	pidns->pid_ns = 4026532000;
	pidns->pid = 2;
	pidns->tid = 2;
	EXPECT_TEXT("pid_ns=4026532000 ns_pid=2 shmdt(NULL) = 0 <0.000001500>");
	pidns->tid = 3;
	EXPECT_TEXT("pid_ns=4026532000 ns_pid=2 ns_tid=3 shmdt(NULL) = 0 <0.000001500>");
	EXPECT_JSON("[4026532000,2,3]", "[.pid_ns, .ns_pid, .ns_tid]");
}

TEST_F(follow, cred)
{
	struct ipctrace_cred *cred;

	begin(self, IPCTRACE_CALL_shmdt, 0);
	cred = add_part(self, IPCTRACE_PART_CRED, sizeof(*cred));
	cred->euid = self->call.uid;
	cred->egid = self->call.gid;
	EXPECT_TEXT("shmdt(NULL) = 0 <0.000001500>");
	EXPECT_JSON("[null,null,null]", "[.euid, .egid, .right]");
	cred->right = IPCTRACE_RIGHT_IPC_OWNER;
	EXPECT_TEXT("by=CAP_IPC_OWNER shmdt(NULL) = 0 <0.000001500>");
	EXPECT_JSON("[null,null,\"CAP_IPC_OWNER\"]", "[.euid, .egid, .right]");
	cred->euid = 1001;
	cred->right = IPCTRACE_RIGHT_GROUP;
	EXPECT_TEXT("euid=1001 egid=0 by=group shmdt(NULL) = 0 <0.000001500>");
	cred->egid = 1002;
	cred->right = __IPCTRACE_RIGHT_MAX;
	EXPECT_TEXT("euid=1001 egid=1002 by=6 shmdt(NULL) = 0 <0.000001500>");
	EXPECT_JSON("[1001,1002,\"right 6\"]", "[.euid, .egid, .right]");
}

TEST_F(follow, origin)
{
	static const struct ipctrace_ancestor ancestors[2] = {
		{ .start_ns = 5, .pid = 812, .uid = 1000, .comm = "a shell" },
		{ .start_ns = 4, .pid = 1, .uid = 0, .comm = "init" },
	};
	struct ipctrace_origin *origin;

	begin(self, IPCTRACE_CALL_shmdt, 0);
	origin = add_part(self, IPCTRACE_PART_ORIGIN,
			  sizeof(*origin) + sizeof(ancestors) + 16);
	origin->start_ns = 6;
	EXPECT_TEXT("shmdt(NULL) = 0 <0.000001500>");
	EXPECT_JSON("[6,null,[]]", "[.start_ns, .exe, .ancestors]");
	origin->nr_ancestors = 2;
	memcpy(origin + 1, ancestors, sizeof(ancestors));
	EXPECT_TEXT("shmdt(NULL) = 0 <0.000001500> from=a\\040shell[812]<init[1]");
	memcpy((char *)(origin + 1) + sizeof(ancestors), "/bin/ipc\302\205m", 11);
	origin->exe_bytes = 11;
	EXPECT_TEXT("shmdt(NULL) = 0 <0.000001500> exe=/bin/ipc\\302\\205m from=a\\040shell[812]<init[1]");
	EXPECT_JSON("[{\"pid\":812,\"comm\":\"a shell\",\"uid\":1000,\"start_ns\":5},{\"pid\":1,\"comm\":\"init\",\"uid\":0,\"start_ns\":4}]",
		    ".ancestors");
	/* Longer than the part: nothing of it is to be believed. */
	origin->exe_bytes = 17;
	EXPECT_TEXT("shmdt(NULL) = 0 <0.000001500>");
	EXPECT_JSON("[null,null,null]", "[.start_ns, .exe, .ancestors]");
}

/* ---- TOCTOU -------------------------------------------------------------------- */

TEST_F(follow, toctou_sops)
{
	struct sembuf before[2] = { { 0, 1, 0 }, { 40000, -1, SEM_UNDO } };
	struct sembuf after[2] = { { 0, -1, 0 }, { 2, -1, 0 } };

	begin(self, IPCTRACE_CALL_semop, 0);
	ARGS(5, 0x1000, 2);
	user(self, 1, RETURN, after, sizeof(after), 2);
	user(self, 1, ENTRY, before, sizeof(before), 2);
	EXPECT_TEXT("semop(5, [{sem_num=0, sem_op=1, sem_flg=0}, {sem_num=40000, sem_op=-1, sem_flg=SEM_UNDO}], 2) = 0 <0.000001500>"
		    " !toctou sops[0].sem_op: user 1, kernel -1"
		    " !toctou sops[1].sem_num: user 40000, kernel 2"
		    " !toctou sops[1].sem_flg: user 4096, kernel 0");
	EXPECT_JSON("[{\"field\":\"sops[0].sem_op\",\"user\":1,\"kernel\":-1},{\"field\":\"sops[1].sem_num\",\"user\":40000,\"kernel\":2},{\"field\":\"sops[1].sem_flg\",\"user\":4096,\"kernel\":0}]",
		    ".toctou");
}

/* Of long arrays the start is kept, and of the rest that it changed. */
TEST_F(follow, toctou_beyond_what_is_kept)
{
	struct sembuf sops[10] = { };

	begin(self, IPCTRACE_CALL_semop, 0);
	ARGS(5, 0x1000, 10);
	user(self, 1, RETURN, sops, sizeof(sops), 10);
	user(self, 1, ENTRY, sops, 48, 10);
	EXPECT_NE(NULL, strstr(text(self), " !toctou sops: changed"));
	EXPECT_JSON("[{\"field\":\"sops\",\"user\":null,\"kernel\":null}]",
		    ".toctou");
}

TEST_F(follow, toctou_message)
{
	s64 before = 7, after = -1;

	begin(self, IPCTRACE_CALL_msgsnd, 0);
	ARGS(3, 0x1000, 1, 0);
	user(self, 1, RETURN, &after, 8, 0);
	user(self, 1, ENTRY, &before, 8, 0);
	EXPECT_TEXT("msgsnd(3, {mtype=7}, 1, 0) = 0 <0.000001500> !toctou msgp.mtype: user 7, kernel -1");
	EXPECT_JSON("[{\"field\":\"msgp.mtype\",\"user\":7,\"kernel\":-1}]",
		    ".toctou");
}

TEST_F(follow, toctou_received)
{
	s64 mtype = 8;

	begin(self, IPCTRACE_CALL_msgrcv, 1);
	ARGS(3, 0x1000, 1, 7, 0);
	user(self, 1, RETURN, &mtype, 8, 0);
	EXPECT_JSON("[{\"field\":\"msgp.mtype\",\"user\":8,\"kernel\":7}]",
		    ".toctou");
	self->call.args[3] = 8;
	EXPECT_JSON("null", ".toctou");
	self->call.args[3] = 0;
	EXPECT_JSON("null", ".toctou");
	self->call.args[3] = -9;
	EXPECT_JSON("null", ".toctou");
	ARGS(3, 0x1000, 1, 7, MSG_EXCEPT);
	EXPECT_JSON("null", ".toctou");
	ARGS(3, 0x1000, 1, 7, MSG_COPY | IPC_NOWAIT);
	EXPECT_JSON("null", ".toctou");
}

TEST_F(follow, toctou_set)
{
	struct ipctrace_set *set = set_record(self, ENTRY);
	struct msqid_ds ds = { .msg_qbytes = 1000 };

	set->kernel_uid = 0;
	set->kernel_gid = 5;
	set->kernel_mode = 0600;
	set->after_qbytes = 999;
	EXPECT_JSON("[{\"field\":\"buf.msg_perm.uid\",\"user\":1000,\"kernel\":0},{\"field\":\"buf.msg_perm.gid\",\"user\":0,\"kernel\":5},{\"field\":\"buf.msg_perm.mode\",\"user\":420,\"kernel\":384},{\"field\":\"buf.msg_qbytes\",\"user\":1000,\"kernel\":999}]",
		    ".toctou");
	/* The object says so where the kernel's copy is not known. */
	set->valid = IPCTRACE_SET_AFTER;
	set->after_uid = 7;
	EXPECT_JSON("[{\"field\":\"buf.msg_perm.uid\",\"user\":1000,\"kernel\":7}]",
		    ".toctou");
	/* Changed after the kernel had read it */
	set = set_record(self, ENTRY);
	ds.msg_perm.uid = 1001;
	ds.msg_perm.mode = 0644;
	user(self, 2, RETURN, &ds, sizeof(ds), 0);
	EXPECT_JSON("[{\"field\":\"buf.msg_perm.uid\",\"user\":1001,\"kernel\":1000}]",
		    ".toctou");
	set->valid = 0;
	EXPECT_JSON("null", ".toctou");
}

TEST_F(follow, toctou_sem_set)
{
	struct semid_ds ds = { .sem_perm.uid = 5 };
	struct ipctrace_set *set;

	begin(self, IPCTRACE_CALL_semctl, 0);
	ARGS(3, 0, IPC_SET, 0x1000);
	user(self, 3, BOTH, &ds, sizeof(ds), 0);
	set = add_part(self, IPCTRACE_PART_SET, sizeof(*set));
	set->valid = IPCTRACE_SET_KERNEL;
	EXPECT_JSON("[{\"field\":\"arg.buf.sem_perm.uid\",\"user\":5,\"kernel\":0}]",
		    ".toctou");
}

TEST_F(follow, toctou_values)
{
	u16 before[2] = { 1, 2 }, after[2] = { 1, 40000 };

	begin(self, IPCTRACE_CALL_semctl, 0);
	ARGS(3, 0, SETALL, 0x1000);
	user(self, 3, RETURN, after, sizeof(after), 2);
	user(self, 3, ENTRY, before, sizeof(before), 2);
	EXPECT_JSON("[{\"field\":\"arg.array[1]\",\"user\":2,\"kernel\":40000}]",
		    ".toctou");
}

/* ---- Other records ---------------------------------------------------------------- */

TEST_F(follow, enter)
{
	begin(self, IPCTRACE_CALL_msgrcv, 0);
	self->call.header.type = IPCTRACE_TYPE_ENTER;
	self->call.duration_ns = 10123000;
	ARGS(3, 0x1000, 100, 0, 0);
	EXPECT_TEXT("msgrcv(3, 0x1000, 100, 0, 0) = ? <unfinished ...> <0.010123000>");
	EXPECT_JSON("[\"enter\",null,null,10123000,null]",
		    "[.type, .ret, .errno, .duration_ns, .end]");
}

static void event(FIXTURE_DATA(follow) *self, u8 type, u8 family)
{
	begin(self, IPCTRACE_CALL_NONE, 0);
	self->call.header.type = type;
	self->call.header.flags = IPCTRACE_F_OBJECT |
				  IPCTRACE_F_FAMILY(family);
	self->call.object.id = 5;
}

#define OBJECT	"key=0x0 uid=0 gid=0 cuid=0 cgid=0 mode=0000 seq=0"

TEST_F(follow, undo)
{
	__s16 adjust[3] = { 0, -1, 2 };
	struct ipctrace_user *part;

	event(self, IPCTRACE_TYPE_UNDO, IPCTRACE_SEM);
	user(self, IPCTRACE_USER_UNDO, ENTRY, adjust, sizeof(adjust), 3);
	part = (void *)(&self->call + 1);
	part->part.type = IPCTRACE_PART_UNDO;
	EXPECT_TEXT("+++ SEM_UNDO adds [0, -1, 2] +++ [sem 5 " OBJECT "]");
	EXPECT_JSON("[\"undo\",[0,-1,2],\"sem\",5,false]",
		    "[.type, .adjust, .object.kind, .object.id, has(\"call\")]");
	part->count = 4;
	EXPECT_TEXT("+++ SEM_UNDO adds [0, -1, 2, ...] +++ [sem 5 " OBJECT "]");
}

TEST_F(follow, attachments)
{
	struct ipctrace_segment *segment;

	event(self, IPCTRACE_TYPE_ATTACH, IPCTRACE_SHM);
	segment = add_part(self, IPCTRACE_PART_SEGMENT, sizeof(*segment));
	segment->id = 5;
	segment->size_bytes = 4096;
	segment->addr = 0x7f0000000000;
	EXPECT_TEXT("+++ segment attached at 0x7f0000000000 +++ [shm 5 " OBJECT " size=4096]");
	EXPECT_JSON("[\"attach\",{\"id\":5,\"size\":4096,\"addr\":139637976727552}]",
		    "[.type, .segment]");

	/* Of a namespace that is the caller's, or not. */
	segment->ipc_ns = self->call.ipc_ns;
	EXPECT_TEXT("+++ segment attached at 0x7f0000000000 +++ [shm 5 " OBJECT " size=4096]");
	segment->ipc_ns = 77;
	EXPECT_TEXT("+++ segment attached at 0x7f0000000000 +++ [shm 5 " OBJECT " size=4096 ipc_ns=77]");
	EXPECT_JSON("[{\"id\":5,\"ipc_ns\":77,\"size\":4096,\"addr\":139637976727552}]",
		    "[.segment]");
	segment->ipc_ns = 0;
	self->call.header.type = IPCTRACE_TYPE_DETACH;
	EXPECT_TEXT("+++ segment detached from 0x7f0000000000 +++ [shm 5 " OBJECT " size=4096]");
	self->call.header.flags &= ~IPCTRACE_F_OBJECT;
	EXPECT_TEXT("+++ segment detached from 0x7f0000000000 +++ [shm 5 size=4096]");
	EXPECT_JSON("[\"detach\",null]", "[.type, .object]");
}

TEST_F(follow, destroyed)
{
	event(self, IPCTRACE_TYPE_DESTROY, IPCTRACE_MSG);
	EXPECT_TEXT("+++ queue destroyed +++ [msg 5 " OBJECT "]");
	EXPECT_JSON("[\"destroy\",\"msg\"]", "[.type, .object.kind]");
	event(self, IPCTRACE_TYPE_DESTROY, IPCTRACE_SEM);
	EXPECT_TEXT("+++ semaphore set destroyed +++ [sem 5 " OBJECT "]");
	event(self, IPCTRACE_TYPE_DESTROY, IPCTRACE_SHM);
	EXPECT_TEXT("+++ segment destroyed +++ [shm 5 " OBJECT "]");
}

/* ---- The most that there can be ------------------------------------------------------ */

TEST_F(follow, all_sops_changed)
{
	struct sembuf before[IPCTRACE_MAX_SOPS], after[IPCTRACE_MAX_SOPS];
	size_t len;

	memset(before, 0x80, sizeof(before));
	memset(after, 0x91, sizeof(after));
	begin(self, IPCTRACE_CALL_semop, 0);
	memset(self->call.comm, 0xff, sizeof(self->call.comm));
	self->call.header.flags = IPCTRACE_F_OBJECT;
	ARGS(-1, -1, -1);
	user(self, 1, RETURN, after, sizeof(after), -1);
	user(self, 1, ENTRY, before, sizeof(before), -1);
	len = ipct_text_line(self->text, sizeof(self->text),
			     &self->call.header);
	EXPECT_GE(IPCT_TEXT_MAX_BYTES, len);
	TH_LOG("%zu bytes", len);
	EXPECT_JSON("[32,96]", "[(.args.sops|length), (.toctou|length)]");
}

TEST_HARNESS_MAIN
