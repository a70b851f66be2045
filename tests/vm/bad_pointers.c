// SPDX-License-Identifier: GPL-2.0
/*
 * Pointers that lead nowhere, or where memory is slow to come: no call is other
 * than it would be, and the record has the bytes or says that it could not read
 * them.
 */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "vm_abi.h"
#include "vm_test.h"

#define PAGE	4096L
#define HUGE	(2L << 20)
#define MTYPE	((long)sizeof(long))	/* bytes of a message's type */
#define NSEMS	8
#define BOTH	(IPCTRACE_USER_ENTRY | IPCTRACE_USER_RETURN)
#define RETURN	IPCTRACE_USER_RETURN

/* What is passed by pointer, as rows of calls. */
static struct { long type; char text[24]; } message = { 3, "twenty bytes of it" };
static struct sembuf sops[3] = { { 1, 1, 0 }, { 2, 1, 0 }, { 3, 1, 0 } };
static struct __kernel_timespec timeout = { 5, 0 };
static unsigned short values[NSEMS] = { 1, 2, 3, 4, 5, 6, 7, 8 };
static struct msqid_ds msq_set;
static struct semid_ds sem_set;
static struct shmid_ds shm_set;

/* enum way - which way memory goes */
enum way { IN, OUT };

/**
 * struct row - a call with one pointer that varies
 * @data: what the pointer leads to (IN), or room for it (OUT)
 * @bytes: how many the kernel reads or writes there
 * @kept: those of them in the record
 * @count: elements, as the record has them
 * @arg: which argument it is
 * @args: all, with @arg to be filled in
 */
struct row {
	const char *what;
	int call;
	enum way way;
	void *data;
	long bytes;
	long kept;
	unsigned int count;
	int arg;
	long ret;
	long args[6];
};

FIXTURE(pointers) {
	struct vm_trace vm;
	struct vm_record r;
	struct row rows[12];
	int n;
	int msq;
	int sem;
	int shm;
};

#define ROW(...)	(self->rows[self->n++] = (struct row){ __VA_ARGS__ })

FIXTURE_SETUP(pointers)
{
	long msq, sem, shm;

	VM_SETUP(&self->vm);
	self->msq = msq = msgget(IPC_PRIVATE, 0600);
	self->sem = sem = semget(IPC_PRIVATE, NSEMS, 0600);
	self->shm = shm = shmget(IPC_PRIVATE, PAGE, 0600);
	ASSERT_LE(0, msq);
	ASSERT_LE(0, sem);
	ASSERT_LE(0, shm);
	ASSERT_EQ(0, msgctl(msq, IPC_STAT, &msq_set));
	ASSERT_EQ(0, semctl(sem, 0, IPC_STAT, &sem_set));
	ASSERT_EQ(0, shmctl(shm, IPC_STAT, &shm_set));

	ROW("msgsnd", IPCTRACE_CALL_msgsnd, IN, &message, MTYPE + 20, MTYPE, 0,
	    1, 0, { msq, 0, 20, 0 });
	ROW("msgrcv", IPCTRACE_CALL_msgrcv, OUT, &message, MTYPE + 20, MTYPE, 0,
	    1, 20, { msq, 0, 20, 0, 0 });
	ROW("semop", IPCTRACE_CALL_semop, IN, sops, 18, 18, 3, 1, 0,
	    { sem, 0, 3 });
	ROW("semtimedop sops", IPCTRACE_CALL_semtimedop, IN, sops, 18, 18, 3, 1,
	    0, { sem, 0, 3, (long)&timeout });
	ROW("semtimedop timeout", IPCTRACE_CALL_semtimedop, IN, &timeout, 16,
	    16, 0, 3, 0, { sem, (long)sops, 3, 0 });
	/* How many they are, only the types that the kernel describes tell. */
	if (vm_kernel_has_types())
		ROW("SETALL", IPCTRACE_CALL_semctl, IN, values, sizeof(values),
		    sizeof(values), NSEMS, 3, 0, { sem, 0, SETALL, 0 });
	ROW("semctl IPC_SET", IPCTRACE_CALL_semctl, IN, &sem_set,
	    sizeof(sem_set), sizeof(sem_set), 0, 3, 0, { sem, 0, IPC_SET, 0 });
	ROW("msgctl IPC_SET", IPCTRACE_CALL_msgctl, IN, &msq_set,
	    sizeof(msq_set), sizeof(msq_set), 0, 2, 0, { msq, IPC_SET, 0 });
	ROW("shmctl IPC_SET", IPCTRACE_CALL_shmctl, IN, &shm_set,
	    sizeof(shm_set), sizeof(shm_set), 0, 2, 0, { shm, IPC_SET, 0 });
	ROW("shmctl IPC_STAT", IPCTRACE_CALL_shmctl, OUT, &shm_set,
	    sizeof(shm_set), sizeof(shm_set), 0, 2, 0, { shm, IPC_STAT, 0 });
	vm_trace_forget(&self->vm);
}

FIXTURE_TEARDOWN(pointers)
{
	while (wait(NULL) > 0)
		;
	msgctl(self->msq, IPC_RMID, NULL);
	semctl(self->sem, 0, IPC_RMID);
	shmctl(self->shm, IPC_RMID, NULL);
	EXPECT_STREQ("", self->vm.fault);
	vm_trace_close(&self->vm);
}

static char *map(long bytes, int flags)
{
	return mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

/* A message to receive, or room for one to send; no record stays pending. */
static void prepare(struct vm_trace *vm, const struct row *row, int msq)
{
	struct { long type; char text[24]; } any;

	while (msgrcv(msq, &any, 24, 0, IPC_NOWAIT | MSG_NOERROR) >= 0)
		;
	if (row->call == IPCTRACE_CALL_msgrcv)
		msgsnd(msq, &message, 20, 0);
	vm_trace_forget(vm);
}

static void shoot(struct vm_shot *s, const struct row *row, void *p)
{
	long args[6];

	memcpy(args, row->args, sizeof(args));
	args[row->arg] = (long)p;
	vm_shoot(s, row->call, args);
}

/* The record of the shot, with the result that the caller saw. */
#define TAKE(row, s, result, how)					\
	do {								\
		EXPECT_EQ(result, (s)->ret)				\
			TH_LOG("%s %s", (row)->what, how);		\
		ASSERT_TRUE(vm_trace_take_whole(&self->vm, (s)->who.tid,	\
						&self->r))		\
			TH_LOG("%s %s", (row)->what, how);		\
		EXPECT_EQ((row)->call, self->r.c.header.call);		\
		EXPECT_EQ(IPCTRACE_TYPE_CALL, self->r.c.header.type);	\
		EXPECT_EQ((s)->ret, self->r.c.ret);			\
		EXPECT_EQ((s)->args[(row)->arg],			\
			  (long)self->r.c.args[(row)->arg]);		\
	} while (0)

/* The memory could not be read, and the record says so. */
#define EXPECT_UNREAD(row, how)					\
	do {								\
		const struct ipctrace_user *__u =			\
			vm_user(&self->r, (row)->arg, 0);		\
									\
		/* Nothing was written there: nothing to be read. */	\
		if ((row)->way == OUT) {				\
			EXPECT_EQ(NULL, __u);				\
			break;						\
		}							\
		ASSERT_NE(NULL, __u)					\
			TH_LOG("%s %s", (row)->what, how);		\
		EXPECT_EQ(IPCTRACE_USER_UNREAD, __u->flags)		\
			TH_LOG("%s %s", (row)->what, how);		\
		EXPECT_EQ(0, __u->bytes);				\
		EXPECT_EQ(NULL, vm_user(&self->r, (row)->arg, 1));	\
	} while (0)

/* The record has these bytes, and they were there at these times. */
#define EXPECT_BYTES(row, when, bytes_of, how)				\
	do {								\
		const struct ipctrace_user *__u =			\
			vm_user(&self->r, (row)->arg, 0);		\
									\
		ASSERT_NE(NULL, __u)					\
			TH_LOG("%s %s", (row)->what, how);		\
		EXPECT_EQ(when, __u->flags)				\
			TH_LOG("%s %s", (row)->what, how);		\
		EXPECT_EQ((row)->count, __u->count);			\
		ASSERT_EQ((row)->kept, __u->bytes)			\
			TH_LOG("%s %s", (row)->what, how);		\
		EXPECT_EQ(0, memcmp(__u + 1, bytes_of, __u->bytes))	\
			TH_LOG("%s %s", (row)->what, how);		\
		EXPECT_EQ(NULL, vm_user(&self->r, (row)->arg, 1));	\
	} while (0)

/*
 * When memory that is there all the time is in the record. A timeout is read
 * once, when the call begins; what the kernel writes, when it ends.
 */
static int when(const struct row *row)
{
	if (row->way == OUT)
		return IPCTRACE_USER_RETURN;
	return row->arg == 3 && row->call == IPCTRACE_CALL_semtimedop ?
		       IPCTRACE_USER_ENTRY : BOTH;
}

TEST_F(pointers, to_where_no_memory_is)
{
	static const struct { const char *what; unsigned long p; } bad[] = {
		{ "first page", 16 },
#if __SIZEOF_LONG__ == 8
		{ "end of user addresses", 0x00007ffffffff000 - 8 },
		{ "beyond user addresses", 0x00007ffffffff000 },
		{ "across the hole", 0x0000800000000000 - 8 },
		{ "not canonical", 0x0000800000000000 },
		{ "not canonical, high", 0xffff7ffffffffff8 },
		{ "a sign bit only", 0x8000000000000000 },
		{ "direct map", 0xffff888000001000 },
		{ "kernel text", 0xffffffff81000000 },
		{ "vsyscall", 0xffffffffff600000 },
#else
		{ "end of user addresses", 0xbffff000 - 8 },
		{ "across the end of them", 0xc0000000 - 8 },
		{ "direct map", 0xc0001000 },
		{ "kernel text", 0xc1000000 },
#endif
		{ "across the end", -8UL },
	};
	char *gone = map(PAGE, 0);
	struct vm_shot s;
	int i;
	size_t n;

	ASSERT_EQ(0, munmap(gone, PAGE));
	for (i = 0; i < self->n; i++) {
		const struct row *row = &self->rows[i];

		prepare(&self->vm, row, self->msq);
		shoot(&s, row, gone);
		TAKE(row, &s, -EFAULT, "unmapped");
		EXPECT_UNREAD(row, "unmapped");
		for (n = 0; n < ARRAY_SIZE(bad); n++) {
			prepare(&self->vm, row, self->msq);
			shoot(&s, row, (void *)bad[n].p);
			TAKE(row, &s, -EFAULT, bad[n].what);
			EXPECT_UNREAD(row, bad[n].what);
		}
	}
}

/* The last byte is on a page that is not there; then it just is. */
TEST_F(pointers, across_the_edge_of_a_page)
{
	char *pages = map(2 * PAGE, 0);
	struct vm_shot s;
	int i;

	memset(pages, 0, PAGE);
	ASSERT_EQ(0, munmap(pages + PAGE, PAGE));
	for (i = 0; i < self->n; i++) {
		const struct row *row = &self->rows[i];
		/* Of a message, its type. */
		char *p = pages + PAGE - row->kept;

		memcpy(p + 1, row->data, row->kept - 1);
		prepare(&self->vm, row, self->msq);
		shoot(&s, row, p + 1);
		TAKE(row, &s, -EFAULT, "across the edge");
		EXPECT_UNREAD(row, "across the edge");

		p = pages + PAGE - row->bytes;
		memcpy(p, row->data, row->bytes);
		prepare(&self->vm, row, self->msq);
		shoot(&s, row, p);
		TAKE(row, &s, row->ret, "up to the edge");
		EXPECT_BYTES(row, when(row), p, "up to the edge");
	}
}

/* Text across the edge: the type is there, the call fails all the same. */
TEST_F(pointers, message_across_the_edge_of_a_page)
{
	struct row *row = &self->rows[0];
	char *pages = map(2 * PAGE, 0), *p = pages + PAGE - (MTYPE + 19);
	struct vm_shot s;

	memcpy(p, &message, MTYPE + 19);
	ASSERT_EQ(0, munmap(pages + PAGE, PAGE));
	prepare(&self->vm, row, self->msq);
	shoot(&s, row, p);
	TAKE(row, &s, -EFAULT, "text across the edge");
	EXPECT_BYTES(row, BOTH, &message, "text across the edge");
}

TEST_F(pointers, to_read_only_memory)
{
	char *page = map(PAGE, 0);
	struct vm_shot s;
	int i;

	for (i = 0; i < self->n; i++) {
		const struct row *row = &self->rows[i];
		bool in = row->way == IN;

		ASSERT_EQ(0, mprotect(page, PAGE, PROT_READ | PROT_WRITE));
		memcpy(page, row->data, row->bytes);
		ASSERT_EQ(0, mprotect(page, PAGE, PROT_READ));
		prepare(&self->vm, row, self->msq);
		shoot(&s, row, page);
		TAKE(row, &s, in ? row->ret : -EFAULT, "read-only");
		if (in)
			EXPECT_BYTES(row, when(row), page, "read-only");
		else
			EXPECT_UNREAD(row, "read-only");
		ASSERT_EQ(0, mprotect(page, PAGE, PROT_NONE));
		prepare(&self->vm, row, self->msq);
		shoot(&s, row, page);
		TAKE(row, &s, -EFAULT, "no access");
		EXPECT_UNREAD(row, "no access");
	}
}

/* Of the pool where there is one, else a transparent one. */
static char *huge(void)
{
	char *p = MAP_FAILED;

	if (!vm_write_file("/proc/sys/vm/nr_hugepages", "2"))
		p = map(HUGE, MAP_HUGETLB);
	if (p != MAP_FAILED)
		return p;
	p = map(2 * HUGE, 0);
	if (p == MAP_FAILED)
		return p;
	p = (char *)(((long)p + HUGE - 1) & -HUGE);
	madvise(p, HUGE, MADV_HUGEPAGE);
	return p;
}

TEST_F(pointers, into_a_huge_page)
{
	char *page = huge();
	struct vm_shot s;
	int i;

	ASSERT_NE(MAP_FAILED, page);
	for (i = 0; i < self->n; i++) {
		const struct row *row = &self->rows[i];
		char *p = page + HUGE / 2 - 4;	/* across small ones */

		memcpy(p, row->data, row->bytes);
		prepare(&self->vm, row, self->msq);
		shoot(&s, row, p);
		TAKE(row, &s, row->ret, "huge");
		EXPECT_BYTES(row, when(row), p, "huge");
	}
	munmap(page, HUGE);
	EXPECT_EQ(0, vm_write_file("/proc/sys/vm/nr_hugepages", "0"));
}

/* ---- Memory that comes when somebody answers ----------------------------- */

/* A page of which nobody has touched anything, and where its faults go. */
static int faulting(char **page)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register region = {
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	*page = map(PAGE, 0);
	region.range.start = (unsigned long)*page;
	region.range.len = PAGE;
	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) ||
	    ioctl(fd, UFFDIO_REGISTER, &region))
		return -1;
	return fd;
}

struct caller {
	const struct row *row;
	struct vm_shot s;
	void *p;
};

static void *call(void *data)
{
	struct caller *c = data;

	shoot(&c->s, c->row, c->p);
	return NULL;
}

/* Wait until somebody faults there. */
static bool faults(int fd, const char *page)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	struct uffd_msg msg;

	return poll(&pollfd, 1, 20000) == 1 &&
	       read(fd, &msg, sizeof(msg)) == sizeof(msg) &&
	       msg.event == UFFD_EVENT_PAGEFAULT &&
	       (msg.arg.pagefault.address & -PAGE) == (unsigned long)page;
}

/*
 * The kernel waits for the memory, the recorder does not: others make calls,
 * the call in flight is told of, and when the memory comes the record has it.
 */
TEST_F(pointers, to_memory_that_comes_late)
{
	char *contents = map(PAGE, 0);
	struct caller c;
	pthread_t thread;
	int i, fd;

	for (i = 0; i < self->n; i++) {
		const struct row *row = &self->rows[i];
		struct uffdio_copy copy = {
			.src = (unsigned long)contents, .len = PAGE,
		};
		char *page;

		fd = faulting(&page);
		if (fd < 0)
			SKIP(return, "no userfaultfd");
		prepare(&self->vm, row, self->msq);
		c = (struct caller){ .row = row, .p = page };
		ASSERT_EQ(0, pthread_create(&thread, NULL, call, &c));
		ASSERT_TRUE(faults(fd, page)) TH_LOG("%s", row->what);
		/* Nobody answers, and others go on. */
		EXPECT_LE(0, semctl(self->sem, 0, GETVAL));
		EXPECT_EQ(1, vm_trace_count(&self->vm, getpid()));
		ASSERT_TRUE(vm_trace_wait_event(&self->vm, IPCTRACE_TYPE_ENTER,
						c.s.who.tid, &self->r))
			TH_LOG("%s", row->what);
		EXPECT_EQ(row->call, self->r.c.header.call);

		memcpy(contents, row->data, row->bytes);
		copy.dst = (unsigned long)page;
		ASSERT_EQ(0, ioctl(fd, UFFDIO_COPY, &copy));
		ASSERT_EQ(0, pthread_join(thread, NULL));
		TAKE(row, &c.s, row->ret, "late");
		EXPECT_BYTES(row, RETURN, page, "late");
		close(fd);
		munmap(page, PAGE);
	}
}

/* Nobody ever answers: the caller is killed in the kernel's own fault. */
TEST_F(pointers, to_memory_that_never_comes)
{
	struct vm_shot *s = vm_shot_shared();
	int i, fd, status;
	char *page;
	pid_t pid;

	for (i = 0; i < self->n; i++) {
		const struct row *row = &self->rows[i];
		int fds[2];
		char c = 0;

		prepare(&self->vm, row, self->msq);
		ASSERT_EQ(0, pipe(fds));
		pid = fork();
		if (!pid) {
			pthread_t thread;
			struct caller caller = { .row = row };

			fd = faulting(&page);
			caller.p = page;
			if (fd < 0 || pthread_create(&thread, NULL, call,
						     &caller) ||
			    !faults(fd, page))
				_exit(1);
			s->who = caller.s.who;
			if (write(fds[1], &c, 1) == 1)
				pause();
			_exit(1);
		}
		close(fds[1]);
		if (read(fds[0], &c, 1) != 1)
			SKIP(return, "no userfaultfd");
		close(fds[0]);
		EXPECT_EQ(0, kill(pid, SIGKILL));
		EXPECT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
		ASSERT_TRUE(vm_trace_take_whole(&self->vm, s->who.tid, &self->r))
			TH_LOG("%s", row->what);
		EXPECT_EQ(row->call, self->r.c.header.call);
		EXPECT_EQ(-EFAULT, self->r.c.ret) TH_LOG("%s", row->what);
		EXPECT_UNREAD(row, "never comes");
	}
}

TEST_HARNESS_MAIN
