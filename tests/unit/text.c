// SPDX-License-Identifier: GPL-2.0
/*
 * Records as lines. What is expected was written down by hand, in the spelling
 * of strace 6.1 for the same calls, and of the manual pages.
 */
#include <linux/ipc.h>
#include <linux/msg.h>
#include <linux/sem.h>
#include <linux/shm.h>
#include <stdlib.h>

#include "kselftest_harness.h"
#include "shared/text.h"

#define PREFIX	"     1.000000002 [003] demo[100] ppid=1 uid=2 gid=3 "

FIXTURE(text) {
	struct ipctrace_call call;
	char line[IPCT_TEXT_MAX_BYTES + 1];
};

FIXTURE_SETUP(text)
{
	self->call = (struct ipctrace_call){
		.header = {
			.len = sizeof(self->call),
			.type = IPCTRACE_TYPE_CALL,
			.cpu = 3,
			.time_ns = 1000000002,
		},
		.duration_ns = 1500,
		.comm = "demo",
		.tgid = 100,
		.tid = 100,
		.ppid = 1,
		.uid = 2,
		.gid = 3,
		.loginuid = 4294967295,
		.ipc_ns = 4026531839,
		.cgroup = 77,
	};
}

FIXTURE_TEARDOWN(text)
{
}

/* The line, without its newline. */
static const char *line(FIXTURE_DATA(text) *self, const void *record)
{
	size_t len = ipct_text_line(self->line, IPCT_TEXT_MAX_BYTES, record);

	if (!len)
		return "";
	if (self->line[len - 1] != '\n')
		return "no newline";
	self->line[len - 1] = '\0';
	return self->line;
}

/* What follows the caller in the line of a call with these arguments. */
static const char *call_text(FIXTURE_DATA(text) *self, u8 call, s64 ret,
			     u64 a, u64 b, u64 c, u64 d, u64 e)
{
	const u64 args[] = { a, b, c, d, e, 0xdeadbeef };
	const char *text;

	self->call.header.call = call;
	self->call.ret = ret;
	memcpy(self->call.args, args, sizeof(args));
	text = line(self, &self->call);
	if (strncmp(text, PREFIX, strlen(PREFIX)))
		return text;
	return text + strlen(PREFIX);
}

#define TEXT5(expected, name, ret, a, b, c, d, e)			\
	EXPECT_STREQ(expected " <0.000001500>",				\
		     call_text(self, IPCTRACE_CALL_##name, ret, a, b, c, d, e))
#define TEXT1(x, n, r, a)		TEXT5(x, n, r, a, -1, -1, -1, -1)
#define TEXT2(x, n, r, a, b)		TEXT5(x, n, r, a, b, -1, -1, -1)
#define TEXT3(x, n, r, a, b, c)		TEXT5(x, n, r, a, b, c, -1, -1)
#define TEXT4(x, n, r, a, b, c, d)	TEXT5(x, n, r, a, b, c, d, -1)

/* ---- The calls ----------------------------------------------------------- */

TEST_F(text, msgget)
{
	TEXT2("msgget(IPC_PRIVATE, IPC_CREAT|IPC_EXCL|0600) = 1",
	      msgget, 1, IPC_PRIVATE, IPC_CREAT | IPC_EXCL | 0600);
	TEXT2("msgget(0x1234, 000) = -1 ENOENT (No such file or directory)",
	      msgget, -ENOENT, 0x1234, 0);
	TEXT2("msgget(0xffffffff, IPC_NOWAIT|0x80001000|000) = -1 ENOENT (No such file or directory)",
	      msgget, -ENOENT, -1, 0x80001000 | IPC_NOWAIT);
	TEXT2("msgget(0x5, IPC_CREAT|0777) = 2",
	      msgget, 2, 5, 01777);
	TEXT2("msgget(0x5, 007) = 2", msgget, 2, 5, 07);
	TEXT2("msgget(0x5, 077) = 2", msgget, 2, 5, 077);
	TEXT2("msgget(0x5, IPC_EXCL|000) = -1 EEXIST (File exists)",
	      msgget, -EEXIST, 5, 02000);
}

TEST_F(text, msgsnd)
{
	TEXT4("msgsnd(0, 0x7ffc12345678, 10, 0) = 0",
	      msgsnd, 0, 0, 0x7ffc12345678, 10, 0);
	TEXT4("msgsnd(-1, NULL, 10, 0) = -1 EFAULT (Bad address)",
	      msgsnd, -EFAULT, -1, 0, 10, 0);
	TEXT4("msgsnd(99999, 0x1000, 18446744073709551615, MSG_NOERROR|MSG_EXCEPT|MSG_COPY|IPC_NOWAIT|0x1) = -1 EINVAL (Invalid argument)",
	      msgsnd, -EINVAL, 99999, 0x1000, -1,
	      IPC_NOWAIT | MSG_NOERROR | MSG_EXCEPT | 040000 | 1);
	TEXT4("msgsnd(3, 0x1000, 8192, IPC_NOWAIT) = -1 EAGAIN (Resource temporarily unavailable)",
	      msgsnd, -EAGAIN, 3, 0x1000, 8192, 04000);
}

TEST_F(text, msgrcv)
{
	TEXT5("msgrcv(7, 0x1000, 128, 0, 0) = 128",
	      msgrcv, 128, 7, 0x1000, 128, 0, 0);
	TEXT5("msgrcv(-1, NULL, 10, -5, MSG_COPY|IPC_NOWAIT) = -1 EINVAL (Invalid argument)",
	      msgrcv, -EINVAL, -1, 0, 10, -5, MSG_COPY | IPC_NOWAIT);
	TEXT5("msgrcv(-1, NULL, 10, 0, 0x100 /* MSG_??? */) = -1 EINVAL (Invalid argument)",
	      msgrcv, -EINVAL, -1, 0, 10, 0, 0x100);
	TEXT5("msgrcv(-1, NULL, 1, 1, IPC_NOWAIT|0x8) = -1 ENOMSG (No message of desired type)",
	      msgrcv, -ENOMSG, -1, 0, 1, 1, 04010);
	TEXT5("msgrcv(3, 0x1000, 10, 9223372036854775807, MSG_NOERROR) = -1 EIDRM (Identifier removed)",
	      msgrcv, -EIDRM, 3, 0x1000, 10, 9223372036854775807, 010000);
	TEXT5("msgrcv(3, 0x1000, 10, -9223372036854775808, 0) = -1 E2BIG (Argument list too long)",
	      msgrcv, -E2BIG, 3, 0x1000, 10, 1ULL << 63, 0);
}

TEST_F(text, msgctl)
{
	TEXT3("msgctl(1, IPC_RMID, NULL) = 0", msgctl, 0, 1, 0, 0);
	TEXT3("msgctl(1, IPC_SET, 0x1000) = 0", msgctl, 0, 1, 1, 0x1000);
	TEXT3("msgctl(1, IPC_STAT, 0x1000) = 0", msgctl, 0, 1, 2, 0x1000);
	TEXT3("msgctl(0, IPC_INFO, 0x1000) = 4", msgctl, 4, 0, 3, 0x1000);
	TEXT3("msgctl(1, MSG_STAT, 0x1000) = 0", msgctl, 0, 1, 11, 0x1000);
	TEXT3("msgctl(1, MSG_INFO, 0x1000) = 0", msgctl, 0, 1, 12, 0x1000);
	TEXT3("msgctl(1, MSG_STAT_ANY, 0x1000) = 0", msgctl, 0, 1, 13, 0x1000);
	TEXT3("msgctl(-1, 0x4d /* MSG_??? */, NULL) = -1 EINVAL (Invalid argument)",
	      msgctl, -EINVAL, -1, 77, 0);
	TEXT3("msgctl(-1, 0x8000 /* MSG_??? */, 0x10) = -1 EINVAL (Invalid argument)",
	      msgctl, -EINVAL, -1, 0x8000, 0x10);
	TEXT3("msgctl(-1, IPC_64|IPC_STAT, NULL) = -1 EINVAL (Invalid argument)",
	      msgctl, -EINVAL, -1, 0x102, 0);
	TEXT3("msgctl(-1, IPC_64|0xfffffeff /* MSG_??? */, NULL) = -1 EINVAL (Invalid argument)",
	      msgctl, -EINVAL, -1, -1, 0);
}

TEST_F(text, semget)
{
	TEXT3("semget(IPC_PRIVATE, -1, 000) = -1 EINVAL (Invalid argument)",
	      semget, -EINVAL, 0, -1, 0);
	TEXT3("semget(0x7, 3, IPC_CREAT|0644) = 0",
	      semget, 0, 7, 3, IPC_CREAT | 0644);
	TEXT3("semget(0x80000000, 3, 0666) = -1 ENOSPC (No space left on device)",
	      semget, -ENOSPC, 0x80000000, 3, 0666);
}

TEST_F(text, semop)
{
	TEXT3("semop(1, 0x1000, 1) = 0", semop, 0, 1, 0x1000, 1);
	TEXT3("semop(-1, 0x1000, 4294967295) = -1 E2BIG (Argument list too long)",
	      semop, -E2BIG, -1, 0x1000, -1);
	TEXT3("semop(1, 0x1000, 2) = -1 EFBIG (File too large)",
	      semop, -EFBIG, 1, 0x1000, 2);
}

TEST_F(text, semtimedop)
{
	TEXT4("semtimedop(-1, NULL, 0, NULL) = -1 EINVAL (Invalid argument)",
	      semtimedop, -EINVAL, -1, 0, 0, 0);
	TEXT4("semtimedop(65538, 0x1000, 3, 0x7ffd00000010) = -1 EAGAIN (Resource temporarily unavailable)",
	      semtimedop, -EAGAIN, 65538, 0x1000, 3, 0x7ffd00000010);
	TEXT4("semtimedop(1, 0x1000, 1, NULL) = -1 EINTR (Interrupted system call)",
	      semtimedop, -EINTR, 1, 0x1000, 1, 0);
}

TEST_F(text, semctl)
{
	TEXT4("semctl(1, 0, IPC_RMID, NULL) = 0", semctl, 0, 1, 0, 0, 0);
	TEXT4("semctl(1, 0, IPC_RMID, 0x4) = 0", semctl, 0, 1, 0, 0, 4);
	TEXT4("semctl(1, 0, IPC_SET, 0x10) = -1 EPERM (Operation not permitted)",
	      semctl, -EPERM, 1, 0, 1, 0x10);
	TEXT4("semctl(1, 0, IPC_STAT, 0x10) = -1 EACCES (Permission denied)",
	      semctl, -EACCES, 1, 0, 2, 0x10);
	TEXT4("semctl(1, 0, IPC_INFO, 0x10) = 0", semctl, 0, 1, 0, 3, 0x10);
	TEXT4("semctl(1, 0, GETPID, NULL) = 99", semctl, 99, 1, 0, 11, 0);
	TEXT4("semctl(1, 0, GETVAL, NULL) = 5", semctl, 5, 1, 0, 12, 0);
	TEXT4("semctl(1, 0, GETALL, 0x10) = 0", semctl, 0, 1, 0, 13, 0x10);
	TEXT4("semctl(1, 0, GETNCNT, NULL) = 0", semctl, 0, 1, 0, 14, 0);
	TEXT4("semctl(1, 0, GETZCNT, NULL) = 0", semctl, 0, 1, 0, 15, 0);
	TEXT4("semctl(1, -3, SETVAL, 0x7) = -1 EINVAL (Invalid argument)",
	      semctl, -EINVAL, 1, -3, 16, 7);
	TEXT4("semctl(1, 2, SETVAL, 0x8000) = -1 ERANGE (Numerical result out of range)",
	      semctl, -ERANGE, 1, 2, 16, 32768);
	TEXT4("semctl(1, 2, SETALL, 0x1000) = 0", semctl, 0, 1, 2, 17, 0x1000);
	TEXT4("semctl(1, 0, SEM_STAT, 0x10) = 0", semctl, 0, 1, 0, 18, 0x10);
	TEXT4("semctl(1, 0, SEM_INFO, 0x10) = 0", semctl, 0, 1, 0, 19, 0x10);
	TEXT4("semctl(1, 0, SEM_STAT_ANY, 0x10) = 0",
	      semctl, 0, 1, 0, 20, 0x10);
	TEXT4("semctl(-1, 0, 0x63 /* SEM_??? */, 0x5) = -1 EINVAL (Invalid argument)",
	      semctl, -EINVAL, -1, 0, 99, 5);
	TEXT4("semctl(-1, 0, IPC_64|GETALL, NULL) = -1 EINVAL (Invalid argument)",
	      semctl, -EINVAL, -1, 0, 0x10d, 0);
}

TEST_F(text, shmget)
{
	TEXT3("shmget(IPC_PRIVATE, 4096, IPC_CREAT|0600) = 0",
	      shmget, 0, 0, 4096, IPC_CREAT | 0600);
	TEXT3("shmget(0x9, 18446744073709551615, 000) = -1 EINVAL (Invalid argument)",
	      shmget, -EINVAL, 9, -1, 0);
	TEXT3("shmget(0x5, 1, SHM_HUGETLB|SHM_NORESERVE|0x2000|007) = -1 ENOMEM (Cannot allocate memory)",
	      shmget, -ENOMEM, 5, 1, 04000 | 010000 | 020000 | 07);
}

/* The size of huge pages is a number of six bits above the flags. */
TEST_F(text, shmget_huge_pages)
{
	TEXT3("shmget(IPC_PRIVATE, 8589934592, SHM_HUGETLB|16<<SHM_HUGE_SHIFT|0600) = 1",
	      shmget, 1, 0, 1ULL << 33, SHM_HUGETLB | 16 << 26 | 0600);
	TEXT3("shmget(IPC_PRIVATE, 0, IPC_CREAT|SHM_HUGETLB|SHM_NORESERVE|21<<SHM_HUGE_SHIFT|000) = -1 EINVAL (Invalid argument)",
	      shmget, -EINVAL, 0, 0,
	      SHM_HUGETLB | 21 << 26 | SHM_NORESERVE | IPC_CREAT);
	TEXT3("shmget(IPC_PRIVATE, 1, SHM_HUGETLB|30<<SHM_HUGE_SHIFT|0600) = 1",
	      shmget, 1, 0, 1, SHM_HUGETLB | 30 << 26 | 0600);
	TEXT3("shmget(IPC_PRIVATE, 1, SHM_HUGETLB|34<<SHM_HUGE_SHIFT|0600) = 1",
	      shmget, 1, 0, 1, SHM_HUGETLB | 34U << 26 | 0600);
	TEXT3("shmget(IPC_PRIVATE, 1, SHM_HUGETLB|0600) = 1",
	      shmget, 1, 0, 1, SHM_HUGETLB | 0600);
	/* The kernel ignores it without SHM_HUGETLB; strace shows it. */
	TEXT3("shmget(IPC_PRIVATE, 1, 21<<SHM_HUGE_SHIFT|0600) = 1",
	      shmget, 1, 0, 1, 21 << 26 | 0600);
	TEXT3("shmget(0x5, 1, 63<<SHM_HUGE_SHIFT|000) = 1",
	      shmget, 1, 5, 1, 0xfc000000);
}

TEST_F(text, shmat)
{
	TEXT3("shmat(2, NULL, 0) = 0x7fa4a289a000",
	      shmat, 0x7fa4a289a000, 2, 0, 0);
	TEXT3("shmat(-1, 0x10000, SHM_RDONLY|SHM_RND|SHM_REMAP|SHM_EXEC) = -1 EINVAL (Invalid argument)",
	      shmat, -EINVAL, -1, 0x10000, 010000 | 020000 | 040000 | 0100000);
	TEXT3("shmat(-1, NULL, 0x1 /* SHM_??? */) = -1 EINVAL (Invalid argument)",
	      shmat, -EINVAL, -1, 0, 1);
	TEXT3("shmat(-1, NULL, SHM_RDONLY|0x4) = -1 EINVAL (Invalid argument)",
	      shmat, -EINVAL, -1, 0, 010004);
}

TEST_F(text, shmdt)
{
	TEXT1("shmdt(0x7fa4a289a000) = 0", shmdt, 0, 0x7fa4a289a000);
	TEXT1("shmdt(NULL) = -1 EINVAL (Invalid argument)", shmdt, -EINVAL, 0);
}

TEST_F(text, shmctl)
{
	TEXT3("shmctl(1, IPC_RMID, NULL) = 0", shmctl, 0, 1, 0, 0);
	TEXT3("shmctl(1, IPC_SET, 0x10) = 0", shmctl, 0, 1, 1, 0x10);
	TEXT3("shmctl(1, IPC_STAT, 0x10) = -1 EOVERFLOW (Value too large for defined data type)",
	      shmctl, -EOVERFLOW, 1, 2, 0x10);
	TEXT3("shmctl(1, IPC_INFO, 0x10) = 0", shmctl, 0, 1, 3, 0x10);
	TEXT3("shmctl(1, SHM_LOCK, NULL) = 0", shmctl, 0, 1, 11, 0);
	TEXT3("shmctl(1, SHM_UNLOCK, NULL) = 0", shmctl, 0, 1, 12, 0);
	TEXT3("shmctl(1, SHM_STAT, 0x20) = 0", shmctl, 0, 1, 13, 0x20);
	TEXT3("shmctl(1, SHM_INFO, 0x20) = 0", shmctl, 0, 1, 14, 0x20);
	TEXT3("shmctl(1, SHM_STAT_ANY, 0x20) = 0", shmctl, 0, 1, 15, 0x20);
	TEXT3("shmctl(1, 0x37 /* SHM_??? */, NULL) = -1 EINVAL (Invalid argument)",
	      shmctl, -EINVAL, 1, 55, 0);
}

/* The kernel looks at the lower half only of what is an int in C. */
TEST_F(text, upper_halves_of_ints)
{
	TEXT2("msgget(0x12345678, IPC_CREAT|0600) = 1",
	      msgget, 1, 0xffffffff12345678, 0xabcdef0000000380);
	TEXT3("msgctl(-2, IPC_STAT, NULL) = 0",
	      msgctl, 0, 0x00000001fffffffe, 0x100000002, 0);
	TEXT3("semop(5, NULL, 1) = 0",
	      semop, 0, 0x100000005, 0, 0x700000001);
}

/* ---- Results -------------------------------------------------------------- */

TEST_F(text, restarts)
{
	TEXT5("msgrcv(3, 0x1000, 10, 0, 0) = ? ERESTARTNOHAND (To be restarted if no handler)",
	      msgrcv, -514, 3, 0x1000, 10, 0, 0);
	TEXT3("semop(3, NULL, 0) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)",
	      semop, -512, 3, 0, 0);
	TEXT3("semop(3, NULL, 0) = ? ERESTARTNOINTR (To be restarted)",
	      semop, -513, 3, 0, 0);
	TEXT3("semop(3, NULL, 0) = ? ERESTART_RESTARTBLOCK (Interrupted by signal)",
	      semop, -516, 3, 0, 0);
}

TEST_F(text, results_that_are_odd)
{
	TEXT3("semop(3, NULL, 0) = -1 (errno 4095)", semop, -4095, 3, 0, 0);
	TEXT3("semop(3, NULL, 0) = -1 (errno 600)", semop, -600, 3, 0, 0);
	TEXT3("semop(3, NULL, 0) = -4096", semop, -4096, 3, 0, 0);
	TEXT3("semop(3, NULL, 0) = -9223372036854775808",
	      semop, 1ULL << 63, 3, 0, 0);
	TEXT3("semop(3, NULL, 0) = 9223372036854775807",
	      semop, 9223372036854775807, 3, 0, 0);
}

TEST_F(text, durations)
{
	self->call.header.call = IPCTRACE_CALL_shmdt;
	self->call.duration_ns = 0;
	EXPECT_STREQ(PREFIX "shmdt(NULL) = 0 <0.000000000>",
		     line(self, &self->call));
	self->call.duration_ns = 61000000001;
	EXPECT_STREQ(PREFIX "shmdt(NULL) = 0 <61.000000001>",
		     line(self, &self->call));
	self->call.duration_ns = -1;
	EXPECT_STREQ(PREFIX "shmdt(NULL) = 0 <18446744073.709551615>",
		     line(self, &self->call));
}

/* ---- The caller and the object -------------------------------------------- */

#define DETACHED	"shmdt(NULL) = 0 <0.000001500>"

TEST_F(text, caller)
{
	self->call.header.call = IPCTRACE_CALL_shmdt;
	EXPECT_STREQ("     1.000000002 [003] demo[100] ppid=1 uid=2 gid=3 "
		     DETACHED, line(self, &self->call));
	self->call.tid = 101;
	self->call.loginuid = 0;
	self->call.ipc_ns = 4026532000;
	EXPECT_STREQ("     1.000000002 [003] demo[100/101] ppid=1 uid=2 gid=3 loginuid=0 ipc_ns=4026532000 "
		     DETACHED, line(self, &self->call));
	self->call.header.cpu = 12345;
	self->call.header.time_ns = 12345678999999999;
	self->call.tgid = self->call.tid = self->call.ppid = -1;
	self->call.uid = self->call.gid = -1;
	self->call.ipc_ns = 4026531839;
	EXPECT_STREQ("12345678.999999999 [12345] demo[4294967295] ppid=4294967295 uid=4294967295 gid=4294967295 loginuid=0 "
		     DETACHED, line(self, &self->call));
}

static const char *comm_text(FIXTURE_DATA(text) *self, const char *comm)
{
	static char text[256];
	const char *start;

	self->call.header.call = IPCTRACE_CALL_shmdt;
	memset(self->call.comm, 0, sizeof(self->call.comm));
	memcpy(self->call.comm, comm, strnlen(comm, sizeof(self->call.comm)));
	start = line(self, &self->call) + strlen("     1.000000002 [003] ");
	memcpy(text, start, sizeof(text));
	*strstr(text, "[100] ppid=1 ") = '\0';
	return text;
}

/* One word, whatever bytes the name has: nobody can forge another line. */
TEST_F(text, comm_with_odd_bytes)
{
	EXPECT_STREQ("", comm_text(self, ""));
	EXPECT_STREQ("a\\040b", comm_text(self, "a b"));
	EXPECT_STREQ("a\\012b", comm_text(self, "a\nb"));
	EXPECT_STREQ("\\033[31m", comm_text(self, "\033[31m"));
	EXPECT_STREQ("\\001\\037\\177", comm_text(self, "\001\037\177"));
	EXPECT_STREQ("back\\\\slash", comm_text(self, "back\\slash"));
	EXPECT_STREQ("\"'~!", comm_text(self, "\"'~!"));
	EXPECT_STREQ("caf\\303\\251", comm_text(self, "caf\xc3\xa9"));
	EXPECT_STREQ("\\377\\200", comm_text(self, "\xff\x80"));
	/* All 16 bytes in use: the kernel's 15 and a NUL are not assumed. */
	EXPECT_STREQ("0123456789abcdef", comm_text(self, "0123456789abcdef"));
}

TEST_F(text, object)
{
	self->call.header.flags = IPCTRACE_F_OBJECT;
	self->call.object = (struct ipctrace_object){
		.id = 32769,
		.key = 0x1234,
		.uid = 1,
		.gid = 2,
		.cuid = 3,
		.cgid = 4,
		.mode = 0600,
		.seq = 5,
	};
	EXPECT_STREQ("msgget(0x1234, 000) = 32769 <0.000001500> [msg 32769 key=0x1234 uid=1 gid=2 cuid=3 cgid=4 mode=0600 seq=5]",
		     call_text(self, IPCTRACE_CALL_msgget, 32769, 0x1234, 0,
			       0, 0, 0));
	self->call.object.key = 0;
	self->call.object.mode = 03666;
	EXPECT_STREQ("shmctl(1, IPC_RMID, NULL) = 0 <0.000001500> [shm 32769 key=0x0 uid=1 gid=2 cuid=3 cgid=4 mode=03666 seq=5]",
		     call_text(self, IPCTRACE_CALL_shmctl, 0, 1, 0, 0, 0, 0));
	self->call.object.key = -1;
	self->call.object.uid = -1;
	self->call.object.mode = 0;
	self->call.object.seq = 65535;
	EXPECT_STREQ("semop(1, NULL, 1) = 0 <0.000001500> [sem 32769 key=0xffffffff uid=4294967295 gid=2 cuid=3 cgid=4 mode=0000 seq=65535]",
		     call_text(self, IPCTRACE_CALL_semop, 0, 1, 0, 1, 0, 0));
}

/* ---- Other records --------------------------------------------------------- */

TEST_F(text, missed)
{
	self->call.header.type = IPCTRACE_TYPE_MISSED;
	EXPECT_STREQ("msgrcv(3, 0x1000, 10, 0, 0) = ? (missed: max_blocked calls in flight)",
		     call_text(self, IPCTRACE_CALL_msgrcv, 0, 3, 0x1000, 10, 0,
			       0));
}

TEST_F(text, lost)
{
	struct ipctrace_lost lost = {
		.header = {
			.len = sizeof(lost),
			.type = IPCTRACE_TYPE_LOST,
			.cpu = 1,
			.time_ns = 999999999,
		},
		.count = 18446744073709551615U,
	};

	EXPECT_STREQ("     0.999999999 [001] --- 18446744073709551615 records of this CPU overwritten before they were read ---",
		     line(self, &lost));
}

TEST_F(text, unknown_call)
{
	EXPECT_STREQ("call 13", call_text(self, 13, 0, 0, 0, 0, 0, 0));
	EXPECT_STREQ("call 255", call_text(self, 255, 0, 0, 0, 0, 0, 0));
}

TEST_F(text, not_for_people)
{
	self->call.header.type = IPCTRACE_TYPE_PAD;
	EXPECT_STREQ("", line(self, &self->call));
	self->call.header.type = __IPCTRACE_TYPE_MAX;
	EXPECT_STREQ("", line(self, &self->call));
	self->call.header.type = 255;
	EXPECT_STREQ("", line(self, &self->call));
	self->call.header.type = IPCTRACE_TYPE_CALL;
	self->call.header.len = 152;
	EXPECT_STREQ("", line(self, &self->call));
	self->call.header.len = 0;
	EXPECT_STREQ("", line(self, &self->call));
	self->call.header.type = IPCTRACE_TYPE_LOST;
	self->call.header.len = 16;
	EXPECT_STREQ("", line(self, &self->call));
}

/* Parts that a later schema appends do not disturb. */
TEST_F(text, longer_record)
{
	struct {
		struct ipctrace_call call;
		struct ipctrace_part part;
	} record;

	self->call.header.call = IPCTRACE_CALL_shmdt;
	record.call = self->call;
	record.call.header.len = sizeof(record);
	record.part = (struct ipctrace_part){ .type = 99, .len = 8 };
	EXPECT_STREQ(PREFIX DETACHED, line(self, &record));
}

/* In every room from none to enough: the start of the line, nothing beyond. */
TEST_F(text, cut_off_at_every_size)
{
	char whole[IPCT_TEXT_MAX_BYTES];
	size_t len, size;

	self->call.header.call = IPCTRACE_CALL_msgrcv;
	self->call.header.flags = IPCTRACE_F_OBJECT;
	self->call.ret = -EINVAL;
	self->call.args[4] = -1;
	memset(self->call.comm, 0xff, sizeof(self->call.comm));
	memset(self->call.comm, 'x', 8);
	len = ipct_text_line(whole, sizeof(whole), &self->call.header);
	ASSERT_LT(200, len);
	for (size = 0; size <= len + 1; size++) {
		char *room = malloc(size);	/* with a guard behind it */
		size_t got = ipct_text_line(room, size, &self->call.header);

		ASSERT_EQ(size < len ? size : len, got);
		ASSERT_EQ(0, memcmp(whole, room, got));
		free(room);
	}
}

/* ---- In a style ------------------------------------------------------------- */

static const char *name_of(const struct ipct_text_style *style, bool group, u32 id)
{
	(void)style;
	return id == 2 && !group ? "web" : id == 3 && group ? "staff" : NULL;
}

static const char *container_of_77(const struct ipct_text_style *style, u64 cgroup)
{
	(void)style;
	return cgroup == 77 ? "0123456789ab" : NULL;
}

static size_t write_noon(const struct ipct_text_style *style, char *to, u64 ns,
			 bool line)
{
	(void)style;
	return sprintf(to, "%s%llu", line ? "noon+" : "then+", (unsigned long long)ns);
}

static const char *styled(FIXTURE_DATA(text) *self, const struct ipct_text_style *style)
{
	size_t len = ipct_text_styled(self->line, IPCT_TEXT_MAX_BYTES,
				      &self->call.header, style);

	self->line[len ? len - 1 : 0] = '\0';
	return self->line;
}

TEST_F(text, names)
{
	const struct ipct_text_style style = { .name = name_of };

	self->call.header.call = IPCTRACE_CALL_shmdt;
	self->call.header.flags = IPCTRACE_F_OBJECT;
	self->call.loginuid = 2;
	self->call.object = (struct ipctrace_object){
		.uid = 2, .gid = 2, .cuid = 3, .cgid = 3, .mode = 0600,
	};
	EXPECT_STREQ("     1.000000002 [003] demo[100] ppid=1 uid=web gid=staff "
		     "loginuid=web shmdt(NULL) = 0 <0.000001500> [shm 0 key=0x0 "
		     "uid=web gid=2 cuid=3 cgid=staff mode=0600 seq=0]",
		     styled(self, &style));
}

/* The machine's names are not those of a container's users. */
TEST_F(text, names_in_a_container)
{
	const struct ipct_text_style style = {
		.name = name_of, .container = container_of_77,
	};

	self->call.header.call = IPCTRACE_CALL_shmdt;
	EXPECT_STREQ(PREFIX "container=0123456789ab shmdt(NULL) = 0 <0.000001500>",
		     styled(self, &style));
	self->call.cgroup = 78;
	EXPECT_STREQ("     1.000000002 [003] demo[100] ppid=1 uid=web gid=staff "
		     "shmdt(NULL) = 0 <0.000001500>", styled(self, &style));
}

TEST_F(text, other_times)
{
	const struct ipct_text_style style = { .time = write_noon };
	struct {
		struct ipctrace_call call;
		struct ipctrace_gap gap;
	} gap = {
		.call = self->call,
		.gap = {
			.part = { .type = IPCTRACE_PART_GAP, .len = sizeof(gap.gap) },
			.cause = IPCTRACE_GAP_PAUSE, .begin_ns = 5, .end_ns = 6,
		},
	};

	self->call.header.call = IPCTRACE_CALL_shmdt;
	EXPECT_STREQ("noon+1000000002 [003] demo[100] ppid=1 uid=2 gid=3 "
		     "shmdt(NULL) = 0 <0.000001500>", styled(self, &style));
	gap.call.header.type = IPCTRACE_TYPE_GAP;
	gap.call.header.len = sizeof(gap);
	ipct_text_styled(self->line, IPCT_TEXT_MAX_BYTES, &gap.call.header, &style);
	EXPECT_NE(NULL, strstr(self->line, "from then+5 to then+6 ---"));
}

TEST_HARNESS_MAIN
