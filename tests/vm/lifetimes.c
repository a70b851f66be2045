// SPDX-License-Identifier: GPL-2.0
/*
 * Callers, objects and namespaces that go while calls are in flight: one record
 * for each call, and never of another object.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "vm_objects.h"
#include "vm_test.h"

#define ERESTARTNOHAND	514
#define INDEX(id)	((id) & 0x7fff)	/* the kernel's IPCMNI */
#define CALLERS		50

VM_FIXTURE_QUEUE_AND_SET(lifetimes)

static struct { long type; char text[8]; } message = { 1, "" };
static struct sembuf down = { 0, -1, 0 };

/* The one record of thread @tid_, about this object. */
#define EXPECT_RECORD(tid_, call_, result, expected)			\
	do {								\
		const struct ipctrace_call *__c = &self->r.c;		\
									\
		ASSERT_TRUE(vm_trace_take_whole(&self->vm, tid_, &self->r)); \
		EXPECT_EQ(IPCTRACE_TYPE_CALL, __c->header.type);	\
		EXPECT_EQ(call_, __c->header.call);			\
		EXPECT_EQ(result, __c->ret);				\
		ASSERT_TRUE(__c->header.flags & IPCTRACE_F_OBJECT);	\
		EXPECT_EQ(0, memcmp(expected, &__c->object,		\
				    sizeof(__c->object)))		\
			TH_LOG("object %d", __c->object.id);		\
	} while (0)

TEST_F(lifetimes, callers_are_killed)
{
	struct vm_shot *shots[CALLERS];
	pid_t pids[CALLERS];
	int i;

	for (i = 0; i < CALLERS; i++) {
		shots[i] = vm_shot_shared();
		if (i & 1)
			pids[i] = vm_shoot_async(shots[i], IPCTRACE_CALL_semop,
						 VM_ARGS(self->sem,
							 (long)&down, 1));
		else
			pids[i] = vm_shoot_async(shots[i], IPCTRACE_CALL_msgrcv,
						 VM_ARGS(self->msq,
							 (long)&message, 8, 0,
							 0));
	}
	for (i = 0; i < CALLERS; i++)
		ASSERT_TRUE(vm_asleep_in(pids[i], i & 1 ?
					 IPCTRACE_CALL_semop :
					 IPCTRACE_CALL_msgrcv));
	for (i = 0; i < CALLERS; i++)
		ASSERT_EQ(0, kill(pids[i], SIGKILL));
	for (i = 0; i < CALLERS; i++)
		EXPECT_EQ(pids[i], waitpid(pids[i], NULL, 0));
	for (i = 0; i < CALLERS; i++) {
		if (i & 1)
			EXPECT_RECORD(pids[i], IPCTRACE_CALL_semop, -EINTR,
				      &self->sem_object);
		else
			EXPECT_RECORD(pids[i], IPCTRACE_CALL_msgrcv,
				      -ERESTARTNOHAND, &self->msq_object);
		EXPECT_EQ(0, vm_trace_count(&self->vm, pids[i]));
		EXPECT_EQ(0, shots[i]->after_ns);
	}
}

/* ---- Slots that are used again ------------------------------------------- */

static int make(int call)
{
	return call == IPCTRACE_CALL_msgrcv ? msgget(IPC_PRIVATE, 0600) :
					      semget(IPC_PRIVATE, 2, 0600);
}

static void destroy(int call, int id)
{
	if (call == IPCTRACE_CALL_msgrcv)
		msgctl(id, IPC_RMID, NULL);
	else
		semctl(id, 0, IPC_RMID);
}

/* A new object where @old was, whose number is another; or -1. */
static int make_in_place(int call, int old)
{
	int i, id;

	for (i = 0; i < 1000; i++) {
		id = make(call);
		if (INDEX(id) == INDEX(old) && id != old)
			return id;
		destroy(call, id);
	}
	return -1;
}

/*
 * The sleeper wakes when its object goes, but does not get the CPU, which the
 * test keeps by its priority, before the slot has another object.
 */
#define EXPECT_NOT_THE_NEW_ONE(call_, id, expected, ...)		\
	do {								\
		struct sched_param __fifo = { .sched_priority = 1 };	\
		struct sched_param __none = { 0 };			\
		uint64_t __made_ns;					\
		pid_t __pid;						\
		int __new;						\
									\
		__pid = vm_shoot_async(self->shot, call_,		\
				       VM_ARGS(id, __VA_ARGS__));	\
		ASSERT_TRUE(vm_asleep_in(__pid, call_));		\
		ASSERT_EQ(0, sched_setscheduler(0, SCHED_FIFO, &__fifo)); \
		destroy(call_, id);					\
		__new = make_in_place(call_, id);			\
		__made_ns = vm_now();					\
		ASSERT_EQ(0, sched_setscheduler(0, SCHED_OTHER, &__none)); \
		EXPECT_EQ(__pid, waitpid(__pid, NULL, 0));		\
		ASSERT_LE(0, __new);					\
		EXPECT_EQ(-EIDRM, self->shot->ret);			\
		EXPECT_RECORD(__pid, call_, -EIDRM, expected);		\
		/* It was as it should be. */				\
		EXPECT_LT(__made_ns, self->r.c.header.time_ns);		\
		destroy(call_, __new);					\
	} while (0)

TEST_F(lifetimes, queue_is_another_during_the_call)
{
	EXPECT_NOT_THE_NEW_ONE(IPCTRACE_CALL_msgrcv, self->msq,
			       &self->msq_object, (long)&message, 8, 0, 0);
}

TEST_F(lifetimes, set_is_another_during_the_call)
{
	EXPECT_NOT_THE_NEW_ONE(IPCTRACE_CALL_semop, self->sem,
			       &self->sem_object, (long)&down, 1);
	EXPECT_EQ(0, vm_trace_count_events(&self->vm, IPCTRACE_TYPE_MISSED, 0));
}

/* The number of one that is gone, whose slot has another. */
TEST_F(lifetimes, object_is_another_before_the_call)
{
	int new;

	destroy(IPCTRACE_CALL_msgrcv, self->msq);
	new = make_in_place(IPCTRACE_CALL_msgrcv, self->msq);
	ASSERT_LE(0, new);
	vm_trace_forget(&self->vm);
	VM_EXPECT_CALL(&self->vm, "stale id", -EINVAL, VM_NO_OBJECT,
		       IPCTRACE_CALL_msgrcv, self->msq, (long)&message, 8, 0,
		       IPC_NOWAIT);
	destroy(IPCTRACE_CALL_msgrcv, new);
}

/* ---- exec and exit -------------------------------------------------------- */

struct call {
	int msq;
	int tid;
};

static void *receive(void *data)
{
	struct call *c = data;

	__atomic_store_n(&c->tid, gettid(), __ATOMIC_RELEASE);
	syscall(SYS_msgrcv, c->msq, &message, 8, 0, 0);
	return NULL;
}

static void *exec_when_asleep(void *data)
{
	struct call *c = data;

	if (vm_asleep_in(c->tid, IPCTRACE_CALL_msgrcv))
		execl("/bin/true", "true", NULL);
	_exit(1);
}

static struct call *shared_call(int msq)
{
	struct call *c = (void *)vm_shot_shared();

	c->msq = msq;
	return c;
}

TEST_F(lifetimes, exec_while_another_thread_is_in_a_call)
{
	struct call *c = shared_call(self->msq);
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		pthread_t thread;

		pthread_create(&thread, NULL, receive, c);
		while (!__atomic_load_n(&c->tid, __ATOMIC_ACQUIRE))
			usleep(1000);
		exec_when_asleep(c);
	}
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_NE(pid, c->tid);
	EXPECT_RECORD(c->tid, IPCTRACE_CALL_msgrcv, -ERESTARTNOHAND,
		      &self->msq_object);
	EXPECT_EQ(pid, (pid_t)self->r.c.tgid);
	EXPECT_STREQ("lifetimes", (char *)self->r.c.comm);
	EXPECT_EQ(0, vm_trace_count(&self->vm, pid));
}

/* The thread that execs takes over the number of the one in the call. */
TEST_F(lifetimes, exec_while_the_first_thread_is_in_a_call)
{
	struct call *c = shared_call(self->msq);
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		pthread_t thread;

		c->tid = gettid();
		pthread_create(&thread, NULL, exec_when_asleep, c);
		receive(c);
		_exit(1);
	}
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_RECORD(pid, IPCTRACE_CALL_msgrcv, -ERESTARTNOHAND,
		      &self->msq_object);
	EXPECT_EQ(pid, (pid_t)self->r.c.tgid);
	EXPECT_STREQ("lifetimes", (char *)self->r.c.comm);
	EXPECT_EQ(0, vm_trace_count(&self->vm, pid));
}

/* Killed in one call on a set, with something to give back of it. */
TEST_F(lifetimes, killed_with_an_undo)
{
	struct sembuf up = { 1, 3, SEM_UNDO };
	const struct ipctrace_user *u;
	static const short adjust[] = { 0, -3 };
	pid_t pid;

	if (!vm_kernel_has_types())
		SKIP(return, VM_NO_TYPES);
	pid = fork();
	if (!pid) {
		syscall(VM_SEMOP(self->sem, &up, 1));
		vm_shoot(self->shot, IPCTRACE_CALL_semop,
			 VM_ARGS(self->sem, (long)&down, 1));
		_exit(0);
	}
	ASSERT_TRUE(vm_trace_wait_event(&self->vm, IPCTRACE_TYPE_CALL, pid,
					&self->r));
	ASSERT_TRUE(vm_asleep_in(pid, IPCTRACE_CALL_semop));
	EXPECT_EQ(3, semctl(self->sem, 1, GETVAL));
	EXPECT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_RECORD(pid, IPCTRACE_CALL_semop, -EINTR, &self->sem_object);
	ASSERT_TRUE(vm_trace_take_event(&self->vm, IPCTRACE_TYPE_UNDO, pid,
					&self->r));
	EXPECT_EQ(0, memcmp(&self->sem_object, &self->r.c.object,
			    sizeof(self->sem_object)));
	u = vm_part(&self->r, IPCTRACE_PART_UNDO, 0);
	ASSERT_NE(NULL, u);
	ASSERT_EQ(sizeof(adjust), u->bytes);
	EXPECT_EQ(0, memcmp(u + 1, adjust, sizeof(adjust)));
	EXPECT_EQ(0, semctl(self->sem, 1, GETVAL));
}

/* ---- Namespaces ----------------------------------------------------------- */

/* The first process of new namespaces, with one that sleeps in a call. */
static int sleep_in_namespaces(void *data)
{
	struct vm_shot *shot = data;
	int msq = msgget(IPC_PRIVATE, 0600);

	vm_shoot_async(shot, IPCTRACE_CALL_msgrcv,
		       VM_ARGS(msq, (long)&message, 8, 0, 0));
	while (pause())
		;
	return 0;
}

/* All of them end with their first process, while the call is in flight. */
TEST_F(lifetimes, namespaces_are_destroyed)
{
	static long double stack[4096];	/* aligned */
	const struct ipctrace_pidns *pidns;
	struct ipctrace_object object;
	uint32_t ipc_ns;
	struct stat st;
	char path[64];
	pid_t pid, tid;

	pid = clone(sleep_in_namespaces, stack + ARRAY_SIZE(stack),
		    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWIPC | SIGCHLD,
		    self->shot);
	ASSERT_LT(0, pid);
	do {
		ASSERT_TRUE(vm_trace_wait_event(&self->vm, IPCTRACE_TYPE_ENTER,
						0, &self->r));
	} while (self->r.c.header.call != IPCTRACE_CALL_msgrcv);
	tid = self->r.c.tid;
	object = self->r.c.object;
	snprintf(path, sizeof(path), "/proc/%d/ns/ipc", pid);
	ASSERT_EQ(0, stat(path, &st));
	ipc_ns = st.st_ino;
	EXPECT_EQ(ipc_ns, self->r.c.ipc_ns);
	/* The first queue of its namespace, made by what is root outside. */
	EXPECT_EQ(0, object.id);
	EXPECT_EQ(0, object.uid);
	EXPECT_EQ(0600, object.mode);

	EXPECT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_RECORD(tid, IPCTRACE_CALL_msgrcv, -ERESTARTNOHAND, &object);
	EXPECT_EQ(ipc_ns, self->r.c.ipc_ns);
	EXPECT_EQ(pid, (pid_t)self->r.c.ppid);
	EXPECT_EQ(0, self->r.c.uid);
	pidns = vm_part(&self->r, IPCTRACE_PART_PIDNS, 0);
	ASSERT_NE(NULL, pidns);
	EXPECT_EQ(2, pidns->pid);
	EXPECT_EQ(2, pidns->tid);
	/* And the queue with them. */
	do {
		ASSERT_TRUE(vm_trace_wait_event(&self->vm,
						IPCTRACE_TYPE_DESTROY, 0,
						&self->r));
	} while (ipc_ns != self->r.c.ipc_ns);
	EXPECT_EQ(0, memcmp(&object, &self->r.c.object, sizeof(object)));
}

TEST_HARNESS_MAIN
