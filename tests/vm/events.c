// SPDX-License-Identifier: GPL-2.0
/*
 * Objects made and lost in every way that the kernel knows: each creation and
 * each destruction is in the trace exactly once, and so is what happens to
 * attachments and semaphores without a call.
 */
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "vm_test.h"

#define SIZE	8192
#define RMID_FORCED	"/proc/sys/kernel/shm_rmid_forced"

FIXTURE(events) {
	struct vm_trace vm;
	struct vm_record r;
	/* shared with children */
	struct ipctrace_object *object;
	int *ids;
};

FIXTURE_SETUP(events)
{
	void *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, shared);
	self->object = shared;
	self->ids = shared + 2048;
	VM_SETUP(&self->vm);
}

FIXTURE_TEARDOWN(events)
{
	vm_write_file(RMID_FORCED, "0");
	EXPECT_STREQ("", self->vm.fault);
	vm_trace_close(&self->vm);
}

/* Run the statements in a child, and wait for its end. */
#define CHILD(...)							\
	({								\
		int __status;						\
		pid_t __pid = fork();					\
									\
		if (!__pid) {						\
			__VA_ARGS__;					\
			_exit(0);					\
		}							\
		ASSERT_LT(0, __pid);					\
		ASSERT_EQ(__pid, waitpid(__pid, &__status, 0));		\
		EXPECT_EQ(0, __status);					\
		__pid;							\
	})

/* Fails, in a child. */
#define MUST(condition)							\
	do {								\
		if (!(condition))					\
			_exit(__LINE__ & 0x7f);				\
	} while (0)

/* One record of @what by process @pid, about an object with this id. */
#define EXPECT_EVENT(what, pid, family_, id_, mode_)			\
	do {								\
		ASSERT_TRUE(vm_trace_take_event(&self->vm,		\
			IPCTRACE_TYPE_##what, 0, &self->r));		\
		EXPECT_EQ(pid, (pid_t)self->r.c.tgid);			\
		EXPECT_EQ(IPCTRACE_##family_,				\
			  IPCTRACE_FAMILY_OF(self->r.c.header.flags));	\
		EXPECT_TRUE(self->r.c.header.flags & IPCTRACE_F_OBJECT); \
		EXPECT_EQ(id_, self->r.c.object.id);			\
		EXPECT_EQ(mode_, self->r.c.object.mode);		\
		EXPECT_EQ(IPCTRACE_CALL_NONE, self->r.c.header.call);	\
		EXPECT_EQ(0, self->r.c.ret);				\
		EXPECT_EQ(0, self->r.c.duration_ns);			\
	} while (0)

#define EXPECT_NO(what)							\
	EXPECT_EQ(0, vm_trace_count_events(&self->vm,			\
					   IPCTRACE_TYPE_##what, 0))

#define EXPECT_SEGMENT(id, size, at) \
	VM_EXPECT_SEGMENT(&self->r, id, at, size)

/* Creations by this process that its records tell of. */
static int created(struct vm_trace *vm, pid_t pid)
{
	struct ipctrace_call c;
	int n = 0;

	while (vm_trace_take(vm, pid, &c))
		n += !!(c.header.flags & IPCTRACE_F_CREATED);
	return n;
}

TEST_F(events, removed_by_a_call)
{
	int msq = msgget(IPC_PRIVATE, 0612), sem, shm;
	struct ipctrace_object object;

	object = vm_object(IPCTRACE_MSG, msq, IPC_PRIVATE, 0612);
	ASSERT_EQ(0, msgctl(msq, IPC_RMID, NULL));
	EXPECT_EVENT(DESTROY, getpid(), MSG, msq, 0612);
	EXPECT_EQ(0, memcmp(&object, &self->r.c.object, sizeof(object)));
	EXPECT_NO(DESTROY);
	EXPECT_EQ(-1, msgctl(msq, IPC_RMID, NULL));
	EXPECT_NO(DESTROY);

	sem = semget(IPC_PRIVATE, 3, 0613);
	object = vm_object(IPCTRACE_SEM, sem, IPC_PRIVATE, 0613);
	ASSERT_EQ(0, semctl(sem, 0, IPC_RMID));
	EXPECT_EVENT(DESTROY, getpid(), SEM, sem, 0613);
	EXPECT_EQ(0, memcmp(&object, &self->r.c.object, sizeof(object)));
	EXPECT_NO(DESTROY);

	shm = shmget(IPC_PRIVATE, SIZE, 0614);
	object = vm_object(IPCTRACE_SHM, shm, IPC_PRIVATE, 0614);
	ASSERT_EQ(0, shmctl(shm, IPC_RMID, NULL));
	EXPECT_EVENT(DESTROY, getpid(), SHM, shm, 0614);
	EXPECT_EQ(0, memcmp(&object, &self->r.c.object, sizeof(object)));
	EXPECT_NO(DESTROY);
	EXPECT_EQ(3, created(&self->vm, getpid()));
}

TEST_F(events, last_shmdt)
{
	int shm = shmget(IPC_PRIVATE, SIZE, 0600);
	void *one = shmat(shm, NULL, 0), *two = shmat(shm, NULL, 0);

	ASSERT_EQ(0, shmctl(shm, IPC_RMID, NULL));
	EXPECT_NO(DESTROY);
	ASSERT_EQ(0, shmdt(one));
	EXPECT_NO(DESTROY);
	ASSERT_EQ(0, shmdt(two));
	EXPECT_EVENT(DESTROY, getpid(), SHM, shm, 0600 | SHM_DEST);
	EXPECT_NO(DESTROY);
	/* shmdt() tells of these itself. */
	EXPECT_NO(DETACH);
	EXPECT_NO(ATTACH);
}

TEST_F(events, last_munmap)
{
	int shm = shmget(IPC_PRIVATE, SIZE, 0600);
	void *at = shmat(shm, NULL, 0);

	ASSERT_EQ(0, shmctl(shm, IPC_RMID, NULL));
	ASSERT_EQ(0, munmap(at, SIZE));
	EXPECT_EVENT(DETACH, getpid(), SHM, shm, 0600 | SHM_DEST);
	EXPECT_SEGMENT(shm, SIZE, at);
	EXPECT_NO(DETACH);
	EXPECT_EVENT(DESTROY, getpid(), SHM, shm, 0600 | SHM_DEST);
	EXPECT_NO(DESTROY);
}

/* The kernel splits the mapping: one more attachment, until both go. */
TEST_F(events, munmap_of_the_middle)
{
	int shm = shmget(IPC_PRIVATE, 3 * 4096, 0600), more = 0;
	char *at = shmat(shm, NULL, 0);
	struct shmid_ds ds;

	ASSERT_EQ(0, munmap(at + 4096, 4096));
	while (vm_trace_take_event(&self->vm, IPCTRACE_TYPE_ATTACH, 0,
				   &self->r))
		more++;
	while (vm_trace_take_event(&self->vm, IPCTRACE_TYPE_DETACH, 0,
				   &self->r))
		more--;
	ASSERT_EQ(0, shmctl(shm, IPC_STAT, &ds));
	EXPECT_EQ((int)ds.shm_nattch, 1 + more);
	ASSERT_EQ(0, shmctl(shm, IPC_RMID, NULL));
	EXPECT_EQ(0, shmdt(at));
	EXPECT_EVENT(DESTROY, getpid(), SHM, shm, 0600 | SHM_DEST);
}

TEST_F(events, fork_and_exit)
{
	int shm = shmget(IPC_PRIVATE, 12345, 0600);
	void *at = shmat(shm, NULL, 0);
	pid_t pid;

	ASSERT_NE(MAP_FAILED, at);
	pid = CHILD();
	/* The parent is the one in whose call it happens. */
	EXPECT_EVENT(ATTACH, getpid(), SHM, shm, 0600);
	EXPECT_SEGMENT(shm, 12345, at);
	EXPECT_NO(ATTACH);
	EXPECT_EVENT(DETACH, pid, SHM, shm, 0600);
	EXPECT_SEGMENT(shm, 12345, at);
	EXPECT_NO(DETACH);
	EXPECT_NO(DESTROY);
	EXPECT_EQ(0, shmctl(shm, IPC_RMID, NULL));
	EXPECT_EQ(0, shmdt(at));
	EXPECT_EVENT(DESTROY, getpid(), SHM, shm, 0600 | SHM_DEST);
}

/* IPC_RMID takes the key away; what follows tells it all the same. */
TEST_F(events, key_of_a_removed_segment)
{
	static const key_t keys[] = { 0x69700c01, (key_t)0xfedcba98 };
	struct ipctrace_call c;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		key_t key = keys[i];
		int shm = shmget(key, SIZE, IPC_CREAT | IPC_EXCL | 0600);
		void *one = shmat(shm, NULL, 0), *two = shmat(shm, NULL, 0);
		pid_t pid;

		ASSERT_NE(MAP_FAILED, one);
		ASSERT_NE(MAP_FAILED, two);
		ASSERT_EQ(0, shmctl(shm, IPC_RMID, NULL));
		vm_trace_forget(&self->vm);
		ASSERT_EQ(0, shmdt(one));
		ASSERT_TRUE(vm_trace_take(&self->vm, gettid(), &c));
		EXPECT_EQ(shm, c.object.id);
		EXPECT_EQ(key, c.object.key);
		pid = CHILD();
		EXPECT_EVENT(ATTACH, getpid(), SHM, shm, 0600 | SHM_DEST);
		EXPECT_EQ(key, self->r.c.object.key);
		EXPECT_EVENT(DETACH, pid, SHM, shm, 0600 | SHM_DEST);
		EXPECT_EQ(key, self->r.c.object.key);
		ASSERT_EQ(0, munmap(two, SIZE));
		EXPECT_EVENT(DETACH, getpid(), SHM, shm, 0600 | SHM_DEST);
		EXPECT_EQ(key, self->r.c.object.key);
		EXPECT_EVENT(DESTROY, getpid(), SHM, shm, 0600 | SHM_DEST);
		/* The kernel has to say where the segment has its file. */
		EXPECT_EQ(vm_kernel_has_types() ? key : IPC_PRIVATE,
			  self->r.c.object.key);
	}
}

TEST_F(events, last_exit)
{
	pid_t pid = CHILD(
		self->ids[0] = shmget(IPC_PRIVATE, SIZE, 0600);
		MUST(shmat(self->ids[0], NULL, 0) != MAP_FAILED);
		MUST(!shmctl(self->ids[0], IPC_RMID, NULL)));

	EXPECT_EVENT(DETACH, pid, SHM, self->ids[0], 0600 | SHM_DEST);
	EXPECT_NO(DETACH);
	EXPECT_EVENT(DESTROY, pid, SHM, self->ids[0], 0600 | SHM_DEST);
	EXPECT_NO(DESTROY);
	EXPECT_EQ(1, created(&self->vm, pid));
}

TEST_F(events, last_kill)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		self->ids[0] = shmget(IPC_PRIVATE, SIZE, 0600);
		MUST(shmat(self->ids[0], NULL, 0) != MAP_FAILED);
		MUST(!shmctl(self->ids[0], IPC_RMID, NULL));
		kill(getpid(), SIGKILL);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(SIGKILL, WTERMSIG(status));
	EXPECT_EVENT(DESTROY, pid, SHM, self->ids[0], 0600 | SHM_DEST);
	EXPECT_NO(DESTROY);
}

TEST_F(events, last_exec)
{
	pid_t pid = CHILD(
		self->ids[0] = shmget(IPC_PRIVATE, SIZE, 0600);
		MUST(shmat(self->ids[0], NULL, 0) != MAP_FAILED);
		MUST(!shmctl(self->ids[0], IPC_RMID, NULL));
		execl("/bin/true", "true", NULL);
		_exit(1));

	EXPECT_EVENT(DETACH, pid, SHM, self->ids[0], 0600 | SHM_DEST);
	EXPECT_NO(DETACH);
	EXPECT_EVENT(DESTROY, pid, SHM, self->ids[0], 0600 | SHM_DEST);
	EXPECT_NO(DESTROY);
}

TEST_F(events, rmid_forced)
{
	pid_t pid;

	ASSERT_EQ(0, vm_write_file(RMID_FORCED, "1"));
	/* Never attached; nobody asked for its end. */
	pid = CHILD(
		self->ids[0] = shmget(IPC_PRIVATE, SIZE, 0600);
		MUST(self->ids[0] >= 0));
	EXPECT_EVENT(DESTROY, pid, SHM, self->ids[0], 0600);
	EXPECT_NO(DESTROY);
	EXPECT_NO(DETACH);
	EXPECT_EQ(1, created(&self->vm, pid));
	/* Attached at the end. */
	pid = CHILD(
		self->ids[0] = shmget(IPC_PRIVATE, SIZE, 0600);
		MUST(shmat(self->ids[0], NULL, 0) != MAP_FAILED));
	EXPECT_EVENT(DETACH, pid, SHM, self->ids[0], 0600);
	EXPECT_EVENT(DESTROY, pid, SHM, self->ids[0], 0600);
	EXPECT_NO(DESTROY);
}

/* Turning it on removes what nobody is attached to and whose maker is gone. */
TEST_F(events, rmid_forced_later)
{
	pid_t pid = CHILD(
		self->ids[0] = shmget(IPC_PRIVATE, SIZE, 0600);
		MUST(self->ids[0] >= 0));

	EXPECT_EQ(1, created(&self->vm, pid));
	EXPECT_NO(DESTROY);
	ASSERT_EQ(0, vm_write_file(RMID_FORCED, "1"));
	EXPECT_EVENT(DESTROY, getpid(), SHM, self->ids[0], 0600);
	EXPECT_NO(DESTROY);
}

static bool take_destroy(struct vm_trace *vm, struct vm_record *r,
			 int family, int id)
{
	size_t i, n = vm->pending.n;

	for (i = 0; i < n; i++) {
		const struct ipctrace_call *c = vm->pending.v[i];

		if (c->header.type == IPCTRACE_TYPE_DESTROY &&
		    IPCTRACE_FAMILY_OF(c->header.flags) == family &&
		    c->object.id == id) {
			memcpy(r, c, c->header.len);
			return true;
		}
	}
	return false;
}

/* The kernel ends a namespace from a thread of its own, a little later. */
TEST_F(events, end_of_a_namespace)
{
	struct vm_who *who = (void *)(self->ids + 16);
	int i, family;
	pid_t pid;

	pid = CHILD(
		MUST(!unshare(CLONE_NEWIPC));
		vm_who_am_i(who);
		self->ids[0] = msgget(IPC_PRIVATE, 0600);
		self->ids[1] = semget(IPC_PRIVATE, 1, 0600);
		self->ids[2] = shmget(IPC_PRIVATE, SIZE, 0600);
		self->ids[3] = msgget(7, IPC_CREAT | 0600);
		MUST(self->ids[0] >= 0 && self->ids[1] >= 0 &&
		     self->ids[2] >= 0 && self->ids[3] >= 0));
	EXPECT_EQ(4, created(&self->vm, pid));
	EXPECT_TRUE(vm_trace_wait_count(&self->vm, IPCTRACE_TYPE_DESTROY, 0, 4));
	usleep(100000);
	EXPECT_EQ(4, vm_trace_count_events(&self->vm, IPCTRACE_TYPE_DESTROY,
					   0));
	for (i = 0; i < 4; i++) {
		family = i == 1 ? IPCTRACE_SEM :
			 i == 2 ? IPCTRACE_SHM : IPCTRACE_MSG;
		ASSERT_TRUE(take_destroy(&self->vm, &self->r, family,
					 self->ids[i])) TH_LOG("%d", i);
		EXPECT_EQ(0600, self->r.c.object.mode);
		EXPECT_EQ(i == 3 ? 7 : 0, self->r.c.object.key);
		EXPECT_EQ(who->ipc_ns, self->r.c.ipc_ns);
	}
}

/* An attachment outlives what it was made in: the object is that of there. */
TEST_F(events, attachment_of_another_namespace)
{
	pid_t pid = CHILD(
		MUST(!unshare(CLONE_NEWIPC));
		self->ids[0] = shmget(IPC_PRIVATE, SIZE, 0641);
		MUST(shmat(self->ids[0], NULL, 0) != MAP_FAILED);
		MUST(!unshare(CLONE_NEWIPC)));

	ASSERT_TRUE(vm_trace_wait_event(&self->vm, IPCTRACE_TYPE_DETACH, pid,
					&self->r));
	ASSERT_NE(NULL, vm_part(&self->r, IPCTRACE_PART_SEGMENT, 0));
	if (self->r.c.header.flags & IPCTRACE_F_OBJECT)
		EXPECT_EQ(0641, self->r.c.object.mode & 0777);
	EXPECT_NO(DETACH);
	EXPECT_TRUE(vm_trace_wait_count(&self->vm, IPCTRACE_TYPE_DESTROY, 0, 1));
}

/* It says of which: there is another of that id where its caller is. */
TEST_F(events, shmdt_in_another_namespace)
{
	struct vm_who *who = (void *)(self->ids + 16);
	const struct ipctrace_segment *segment;
	pid_t pid = CHILD(
		void *at;

		MUST(!unshare(CLONE_NEWIPC));
		vm_who_am_i(who);
		self->ids[0] = shmget(IPC_PRIVATE, SIZE, 0641);
		at = shmat(self->ids[0], NULL, 0);
		MUST(at != MAP_FAILED);
		MUST(!unshare(CLONE_NEWIPC));
		self->ids[1] = shmget(IPC_PRIVATE, SIZE, 0600);
		MUST(!shmdt(at)));

	EXPECT_EQ(self->ids[0], self->ids[1]);
	do {
		ASSERT_TRUE(vm_trace_take_whole(&self->vm, pid, &self->r));
	} while (self->r.c.header.call != IPCTRACE_CALL_shmdt);
	segment = vm_part(&self->r, IPCTRACE_PART_SEGMENT, 0);
	ASSERT_NE(NULL, segment);
	EXPECT_EQ(self->ids[0], segment->id);
	EXPECT_NE(who->ipc_ns, self->r.c.ipc_ns);
	EXPECT_EQ(vm_kernel_has_types() ? who->ipc_ns : 0, segment->ipc_ns);
	if (vm_kernel_has_types() && self->r.c.header.flags & IPCTRACE_F_OBJECT)
		EXPECT_EQ(0641, self->r.c.object.mode & 0777);
	vm_trace_forget(&self->vm);
}

/* ---- SEM_UNDO ------------------------------------------------------------ */

#define EXPECT_UNDO(pid, id, n, ...)					\
	do {								\
		static const short __adjust[] = { __VA_ARGS__ };	\
		const struct ipctrace_user *__u;			\
									\
		EXPECT_EVENT(UNDO, pid, SEM, id, 0600);			\
		__u = vm_part(&self->r, IPCTRACE_PART_UNDO, 0);		\
		ASSERT_NE(NULL, __u);					\
		EXPECT_EQ(IPCTRACE_USER_UNDO, __u->arg);		\
		EXPECT_EQ(n, __u->count);				\
		ASSERT_EQ(sizeof(__adjust), __u->bytes);		\
		EXPECT_EQ(0, memcmp(__u + 1, __adjust, sizeof(__adjust))); \
	} while (0)

TEST_F(events, undo_at_exit)
{
	struct sembuf ops[] = {
		{ 0, 9, SEM_UNDO }, { 0, -2, SEM_UNDO }, { 3, 4, SEM_UNDO },
		{ 4, 1, 0 },
	};
	pid_t pid;
	int sem;

	if (!vm_kernel_has_types())
		SKIP(return, VM_NO_TYPES);
	sem = semget(IPC_PRIVATE, 5, 0600);
	pid = CHILD(MUST(!semop(sem, ops, 4)));
	EXPECT_UNDO(pid, sem, 5, -7, 0, 0, -4, 0);
	EXPECT_NO(UNDO);
	EXPECT_EQ(0, semctl(sem, 0, GETVAL));
	EXPECT_EQ(1, semctl(sem, 4, GETVAL));
	EXPECT_EQ(0, semctl(sem, 0, IPC_RMID));
}

TEST_F(events, undo_of_two_sets)
{
	struct sembuf up = { 0, 3, SEM_UNDO };
	const struct ipctrace_user *u;
	int i, one, two, gone, sum = 0;
	pid_t pid;

	if (!vm_kernel_has_types())
		SKIP(return, VM_NO_TYPES);
	one = semget(IPC_PRIVATE, 1, 0600);
	two = semget(IPC_PRIVATE, 2, 0600);
	gone = semget(IPC_PRIVATE, 1, 0600);
	/* Of a set that is gone there is nothing to give back. */
	pid = CHILD(
		MUST(!semop(one, &up, 1) && !semop(two, &up, 1));
		MUST(!semop(gone, &up, 1) && !semctl(gone, 0, IPC_RMID)));
	for (i = 0; i < 2; i++) {
		ASSERT_TRUE(vm_trace_take_event(&self->vm, IPCTRACE_TYPE_UNDO,
						pid, &self->r));
		sum += self->r.c.object.id;
		u = vm_part(&self->r, IPCTRACE_PART_UNDO, 0);
		ASSERT_NE(NULL, u);
		EXPECT_EQ(self->r.c.object.id == one ? 1 : 2, u->count);
		EXPECT_EQ(-3, *(const short *)(u + 1));
	}
	EXPECT_EQ(one + two, sum);
	EXPECT_NO(UNDO);
	EXPECT_EQ(0, semctl(one, 0, IPC_RMID));
	EXPECT_EQ(0, semctl(two, 0, IPC_RMID));
}

/* More semaphores than a record holds adjustments. */
TEST_F(events, undo_of_a_large_set)
{
	struct sembuf up[2] = { { 63, 5, SEM_UNDO }, { 199, 6, SEM_UNDO } };
	const struct ipctrace_user *u;
	int i, sem;
	pid_t pid;

	if (!vm_kernel_has_types())
		SKIP(return, VM_NO_TYPES);
	sem = semget(IPC_PRIVATE, 200, 0600);
	pid = CHILD(MUST(!semop(sem, up, 2)));
	ASSERT_TRUE(vm_trace_take_event(&self->vm, IPCTRACE_TYPE_UNDO, pid,
					&self->r));
	u = vm_part(&self->r, IPCTRACE_PART_UNDO, 0);
	ASSERT_NE(NULL, u);
	EXPECT_EQ(200, u->count);
	ASSERT_EQ(IPCTRACE_MAX_VALUES * sizeof(short), u->bytes);
	for (i = 0; i < IPCTRACE_MAX_VALUES; i++)
		EXPECT_EQ(i == 63 ? -5 : 0, ((const short *)(u + 1))[i]);
	EXPECT_EQ(0, semctl(sem, 0, IPC_RMID));
}

static void *take_one(void *id)
{
	struct sembuf up = { 0, 1, SEM_UNDO };

	semop((long)id, &up, 1);
	return NULL;
}

/* Threads share one list: its last user gives back all. */
TEST_F(events, undo_of_threads)
{
	pid_t pid;
	int sem;

	if (!vm_kernel_has_types())
		SKIP(return, VM_NO_TYPES);
	sem = semget(IPC_PRIVATE, 1, 0600);
	pid = CHILD(
		pthread_t thread;

		take_one((void *)(long)sem);
		MUST(!pthread_create(&thread, NULL, take_one,
				     (void *)(long)sem));
		MUST(!pthread_join(thread, NULL));
		MUST(semctl(sem, 0, GETVAL) == 2));

	EXPECT_UNDO(pid, sem, 1, -2);
	EXPECT_NO(UNDO);
	EXPECT_EQ(0, semctl(sem, 0, IPC_RMID));
}

/* Where they cannot be told of, it is said that they are not. */
TEST_F(events, undo_is_absent_without_types)
{
	struct ipctrace_probe probe = { };

	if (vm_kernel_has_types())
		SKIP(return, "this kernel describes its types");
	while (strcmp((const char *)probe.symbol, "exit_sem")) {
		ASSERT_EQ(0, ioctl(self->vm.fd, IPCTRACE_IOC_PROBE, &probe));
		probe.index++;
	}
	EXPECT_EQ(IPCTRACE_PROBE_ABSENT, probe.state);
	EXPECT_EQ(ENODATA, probe.error);
}

/* Not by a process that took nothing, nor by exec. */
TEST_F(events, no_undo)
{
	struct sembuf ops[2] = { { 0, 1, SEM_UNDO }, { 0, -1, SEM_UNDO } };
	int sem = semget(IPC_PRIVATE, 1, 0600);

	ops[0].sem_flg = 0;
	CHILD(MUST(!semop(sem, ops, 1)));
	EXPECT_NO(UNDO);
	EXPECT_EQ(0, semctl(sem, 0, IPC_RMID));
}

/* Records written are what readers find, events included. */
TEST_F(events, are_counted)
{
	int shm = shmget(IPC_PRIVATE, SIZE, 0600);
	uint64_t before[__IPCTRACE_TYPE_MAX], records, read;
	int type;

	vm_trace_forget(&self->vm);
	records = vm_records(self->vm.fd);
	for (type = 0; type < __IPCTRACE_TYPE_MAX; type++)
		before[type] = vm_events(self->vm.fd, type);
	CHILD(
		void *at = shmat(shm, NULL, 0);

		MUST(at != MAP_FAILED);
		MUST(!munmap(at, SIZE)));
	ASSERT_EQ(0, shmctl(shm, IPC_RMID, NULL));
	vm_trace_fill(&self->vm);
	read = vm_sum(self->vm.read);
	EXPECT_EQ(4, read);
	EXPECT_EQ(read, vm_records(self->vm.fd) - records);
	for (type = 0; type < __IPCTRACE_TYPE_MAX; type++)
		EXPECT_EQ(type == IPCTRACE_TYPE_CALL ? 2 :
			  type == IPCTRACE_TYPE_DETACH ||
			  type == IPCTRACE_TYPE_DESTROY,
			  vm_events(self->vm.fd, type) - before[type])
			TH_LOG("type %d", type);
}

TEST_HARNESS_MAIN
